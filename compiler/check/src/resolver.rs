//! Collecting objects: package-level declarations, imports, and which methods belong to which type.

use rustc_hash::{FxHashMap, FxHashSet};
use undergo_source::{Name, Pos};
use undergo_syntax::ast::{self, ConstSpec, Decl, Expr, FuncDecl, Ident, ImportSpec, TypeSpec, VarSpec};
use undergo_syntax::print::expr_string;
use undergo_types::obj::FuncInfo;
use undergo_types::{Obj, ObjKind, Pkg, VarKind, universe};

use crate::checker::Checker;
use crate::scope::ScopeId;

/// A declaration of package level, or a method.
pub struct DeclInfo {
    /// Index of the file.
    pub file: usize,
    /// What is declared.
    pub kind: DeclKind,
    /// Place among all declarations.
    pub order: u32,
    /// Objects that the initialiser or body refers to.
    deps: FxHashSet<Obj>,
    dep_list: Vec<Obj>,
}

/// The syntax of a declaration.
pub enum DeclKind {
    /// A constant.
    Const(ConstInit),
    /// A variable; `lhs` holds all variables of a declaration with a single initialiser (`a, b = f()`).
    Var { lhs: Vec<Obj>, ty: Option<&'static Expr>, init: Option<&'static Expr> },
    /// A variable that shares the initialiser of an earlier one, which has the [`DeclKind::Var`].
    SharedVar(Obj),
    /// A type.
    Type(&'static TypeSpec),
    /// A function or method.
    Func(&'static FuncDecl),
}

/// How a constant is initialised.
#[derive(Clone, Copy)]
pub struct ConstInit {
    /// Its type, if written (possibly in an earlier spec).
    pub ty: Option<&'static Expr>,
    /// Its value.
    pub init: Option<&'static Expr>,
    /// Value of `iota`.
    pub iota: u32,
    /// Whether type and value are those of an earlier spec.
    pub inherited: bool,
}

impl DeclInfo {
    fn new(file: usize, kind: DeclKind, order: u32) -> DeclInfo {
        DeclInfo { file, kind, order, deps: FxHashSet::default(), dep_list: Vec::new() }
    }

    /// Notes that the initialiser or body refers to `to`.
    pub fn add_dep(&mut self, to: Obj) {
        if self.deps.insert(to) {
            self.dep_list.push(to);
        }
    }

    /// Everything the initialiser or body refers to, in order of first reference.
    pub fn deps(&self) -> &[Obj] {
        &self.dep_list
    }
}

/// What collecting found besides the declarations.
#[derive(Default)]
pub(crate) struct Resolved {
    /// Directly imported packages without duplicates.
    pub imports: Vec<Pkg>,
    /// Package names of all imports with their files, to find unused ones.
    pub pkg_names: Vec<(usize, Obj)>,
    /// Dot-imported names: file scope and name to the import.
    pub dot_imports: FxHashMap<(ScopeId, Name), Obj>,
    /// Methods by the type name they are declared for, with pointer receiver or not.
    pub methods: FxHashMap<Obj, Vec<(Obj, bool)>>,
    /// Packages that could not be imported: anything selected from them is invalid without a message.
    pub fake: FxHashSet<Pkg>,
    /// Scopes of the files.
    pub file_scopes: Vec<ScopeId>,
}

/// The receiver type of a method, taken apart: `*T[A, _]`.
pub(crate) struct Receiver {
    /// Whether there is a `*`.
    pub ptr: bool,
    /// The base type's expression.
    pub base: &'static Expr,
    /// Type parameters and whether there are brackets.
    pub tparams: Option<&'static [Expr]>,
}

/// Takes a receiver's type apart.
pub(crate) fn unpack_receiver(ty: &'static Expr) -> Receiver {
    let (mut base, mut ptr) = (ty.unparen(), false);
    if let Expr::Star(s) = base {
        (base, ptr) = (s.x.unparen(), true);
    }
    match base {
        Expr::Index(i) => Receiver { ptr, base: &i.x, tparams: Some(&i.indices) },
        _ => Receiver { ptr, base, tparams: None },
    }
}

/// Which spec's type and values a constant spec uses: follows groups with implicit repetition.
#[derive(Default)]
pub(crate) struct ConstGroup {
    group: Option<ast::GroupId>,
    last: Option<&'static ConstSpec>,
}

impl ConstGroup {
    /// Type, values and whether they are inherited, for the next spec in source order.
    pub fn next(&mut self, s: &'static ConstSpec) -> (Option<&'static Expr>, &'static [Expr], bool) {
        if s.group.is_none() || s.group != self.group {
            self.group = s.group;
            self.last = None;
        }
        if s.ty.is_some() || !s.values.is_empty() {
            self.last = Some(s);
            return (s.ty.as_ref(), &s.values, false);
        }
        match self.last {
            Some(l) => (l.ty.as_ref(), &l.values, true),
            None => (None, &[], false),
        }
    }

    /// Forgets the group: something other than a constant was declared.
    pub fn interrupt(&mut self) {
        self.group = None;
        self.last = None;
    }
}

impl<'a> Checker<'a> {
    /// Collects the objects of all files.
    pub(crate) fn collect_objects(&mut self) {
        let mut methods: Vec<(Obj, bool, &'static Ident)> = Vec::new();
        for (i, file) in self.files.clone().into_iter().enumerate() {
            self.env.file = i;
            self.env.version = self.versions[i];
            let scope = self.scopes.open(self.pkg_scope);
            self.resolved.file_scopes.push(scope);
            for spec in &file.imports {
                self.collect_import(scope, spec);
            }
            let mut consts = ConstGroup::default();
            for decl in &file.decls {
                match decl {
                    Decl::Const(s) => self.collect_const(s, &mut consts),
                    Decl::Var(s) => self.collect_var(s),
                    Decl::Type(s) => {
                        let obj = self.package_object(type_name(s), &s.name);
                        self.declare_package_object(&s.name, obj, DeclKind::Type(s));
                    }
                    Decl::Func(s) => methods.extend(self.collect_func(s)),
                }
                if !matches!(decl, Decl::Const(_)) {
                    consts.interrupt();
                }
            }
        }
        self.file_package_conflicts();
        self.publish_scope();
        for (m, ptr, recv) in methods {
            if let Some((base, ptr)) = self.resolve_base(recv.name, ptr) {
                self.resolved.methods.entry(base).or_default().push((m, ptr));
            }
        }
    }

    fn package_object(&self, kind: ObjKind, name: &Ident) -> Obj {
        Obj::new(kind, name.name, Some(self.pkg), name.pos, true)
    }

    fn add_decl(&mut self, obj: Obj, kind: DeclKind) {
        let order = self.obj_list.len() as u32;
        self.decls.insert(obj, DeclInfo::new(self.env.file, kind, order));
        self.obj_list.push(obj);
    }

    fn declare_package_object(&mut self, ident: &Ident, obj: Obj, kind: DeclKind) {
        let name = ident.name.as_str();
        if name == "init" {
            return self.error(ident.pos, "cannot declare init - must be func");
        }
        if name == "main" && self.is_main() {
            return self.error(ident.pos, "cannot declare main - must be func");
        }
        self.declare_in(self.pkg_scope, Some(ident), obj);
        self.add_decl(obj, kind);
    }

    fn is_main(&self) -> bool {
        self.pkg.name.get().is_some_and(|n| n.as_str() == "main")
    }

    fn collect_const(&mut self, s: &'static ConstSpec, group: &mut ConstGroup) {
        let (ty, values, inherited) = group.next(s);
        for (i, name) in s.names.iter().enumerate() {
            let obj = self.package_object(ObjKind::Const(Default::default()), name);
            let init = ConstInit { ty, init: values.get(i), iota: s.iota, inherited };
            self.declare_package_object(name, obj, DeclKind::Const(init));
        }
        self.arity(s.pos, &s.names, values, true, inherited);
    }

    fn collect_var(&mut self, s: &'static VarSpec) {
        let objs: Vec<Obj> = s.names.iter().map(|n| self.package_object(ObjKind::Var(VarKind::Package), n)).collect();
        let shared = s.values.len() == 1 && s.names.len() > 1;
        for (i, (name, &obj)) in s.names.iter().zip(&objs).enumerate() {
            let kind = if shared && i > 0 {
                DeclKind::SharedVar(objs[0])
            } else {
                let lhs = if shared { objs.clone() } else { vec![obj] };
                DeclKind::Var { lhs, ty: s.ty.as_ref(), init: s.values.get(i) }
            };
            self.declare_package_object(name, obj, kind);
        }
        if s.ty.is_none() || !s.values.is_empty() {
            self.arity(s.pos, &s.names, &s.values, false, false);
        }
    }

    /// Checks that names and initialisers of a spec match in number.
    pub(crate) fn arity(&mut self, pos: Pos, names: &[Ident], values: &[Expr], is_const: bool, inherited: bool) {
        let (l, r) = (names.len(), values.len());
        if l < r {
            let extra = &values[l];
            if inherited {
                let at = self.position_text(extra.node_pos());
                self.error(pos, format!("extra init expr at {at}"));
            } else {
                let text = expr_string(extra);
                self.error(extra.err_pos(), format!("extra init expr {text}"));
            }
        } else if l > r && (is_const || r != 1) {
            self.error(names[r].pos, format!("missing init expr for {}", names[r].name));
        }
    }

    /// Declares a function or method. Gives a method with a receiver base type name, to be attached to its type.
    fn collect_func(&mut self, s: &'static FuncDecl) -> Option<(Obj, bool, &'static Ident)> {
        let info = Box::new(FuncInfo::default());
        let _ = info.decl.set(s);
        let _ = info.file.set(self.env.file);
        let name = s.name.name.as_str();
        let obj = Obj::new(ObjKind::Func(info), s.name.name, Some(self.pkg), s.name.pos, s.recv.is_none());
        let mut method = None;
        let tparam0 = s.type_params.first().map(|f| f.pos);
        match &s.recv {
            None => {
                if name == "init" || name == "main" && self.is_main() {
                    if let Some(pos) = tparam0 {
                        self.soft_error(pos, format!("func {name} must have no type parameters"));
                    }
                    if !s.ty.params.is_empty() || !s.ty.results.is_empty() {
                        self.soft_error(s.name.pos, format!("func {name} must have no arguments and no return values"));
                    }
                } else if let Some(pos) = tparam0 {
                    self.verify_version(pos, (1, 18), "type parameter");
                }
                if name == "init" {
                    self.record_def(&s.name, obj);
                    if s.body.is_none() {
                        self.soft_error(obj.pos, "func init must have a body");
                    }
                } else {
                    self.declare_in(self.pkg_scope, Some(&s.name), obj);
                }
            }
            Some(recv) => {
                let r = unpack_receiver(&recv.ty);
                if let Expr::Ident(base) = r.base
                    && !s.name.name.is_blank()
                {
                    method = Some((obj, r.ptr, base));
                }
                if let Some(pos) = tparam0 {
                    self.verify_version(pos, (1, 27), "generic method");
                }
                self.record_def(&s.name, obj);
            }
        }
        self.add_decl(obj, DeclKind::Func(s));
        method
    }

    /// Follows a receiver's base type name through aliases of this package to the defined type it stands for.
    fn resolve_base(&self, name: Name, ptr: bool) -> Option<(Obj, bool)> {
        let (mut name, mut ptr) = (name, ptr);
        let mut seen = Vec::new();
        loop {
            let obj = self.scopes.local(self.pkg_scope, name)?;
            if seen.contains(&obj) {
                return None;
            }
            seen.push(obj);
            let DeclKind::Type(spec) = self.decls.get(&obj)?.kind else { return None };
            if !spec.alias {
                return Some((obj, ptr));
            }
            if !spec.type_params.is_empty() {
                return None;
            }
            let mut ty = spec.ty.unparen();
            if let Expr::Star(s) = ty {
                if ptr {
                    return None;
                }
                ptr = true;
                ty = s.x.unparen();
            }
            name = ty.as_ident()?.name;
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // Imports

    fn collect_import(&mut self, scope: ScopeId, spec: &'static ImportSpec) {
        let Some(lit) = &spec.path_lit else { return };
        let Some(path) = spec.path else {
            if !lit.bad {
                // It is no UTF-8, so the replacement character is in it.
                self.error(lit.pos, "invalid import path (invalid character U+FFFD '\u{fffd}')");
            }
            return;
        };
        if let Err(why) = valid_import_path(path.as_str()) {
            return self.error(lit.pos, format!("invalid import path ({why})"));
        }
        let pkg = self.import_package(path, lit.pos);
        let fake = self.resolved.fake.contains(&pkg);
        let mut name = pkg.name.get().copied().unwrap_or(path);
        if let Some(local) = &spec.name {
            name = local.name;
            if path.as_str() == "C" {
                return self.error(local.pos, "cannot rename import \"C\"");
            }
        }
        if name.as_str() == "init" {
            return self.error(spec.pos, "cannot import package as init - init must be a func");
        }
        if !self.resolved.imports.contains(&pkg) {
            self.resolved.imports.push(pkg);
        }
        let obj = Obj::new(ObjKind::PkgName(pkg), name, Some(self.pkg), spec.pos, false);
        match &spec.name {
            Some(local) => self.record_def(local, obj),
            None => self.record_implicit(spec.id, obj),
        }
        if fake {
            obj.mark_used();
        }
        self.resolved.pkg_names.push((self.env.file, obj));
        if name.as_str() != "." {
            return self.declare_in(scope, None, obj);
        }
        let mut exported: Vec<Obj> =
            pkg.scope.read().expect("no writer panics").values().copied().filter(|o| o.name.is_exported()).collect();
        exported.sort_by_key(|o| o.name);
        for o in exported {
            match self.scopes.insert(scope, o.name, o) {
                Some(alt) => self.redeclared(spec.name.as_ref().map_or(spec.pos, |n| n.pos), alt.name, alt),
                None => {
                    self.resolved.dot_imports.insert((scope, o.name), obj);
                }
            }
        }
    }

    fn import_package(&mut self, path: Name, pos: Pos) -> Pkg {
        if path.as_str() == "unsafe" {
            return universe::unsafe_package();
        }
        let fake_c = path.as_str() == "C" && self.opts.fake_import_c;
        let found = if fake_c { None } else { (self.import)(path.as_str()) };
        if let Some(p) = found.filter(|p| p.name.get().is_some()) {
            return p;
        }
        if !fake_c {
            let why = import_problem(path.as_str());
            self.error(pos, format!("could not import {path} ({why})"));
        }
        let p = Pkg::new(path, self.pkg.go_version, false);
        let trimmed = path.as_str().trim_end_matches('/');
        let _ = p.name.set(Name::new(trimmed.rsplit('/').next().unwrap_or(trimmed)));
        self.resolved.fake.insert(p);
        p
    }

    /// Names of a file's imports must not be declared in the package as well.
    fn file_package_conflicts(&mut self) {
        for (i, scope) in self.resolved.file_scopes.clone().into_iter().enumerate() {
            self.env.file = i;
            let mut objs = self.scopes.objects(scope).to_vec();
            objs.sort_by_key(|o| o.pos);
            for o in objs {
                let Some(alt) = self.scopes.local(self.pkg_scope, o.name) else { continue };
                let first = match &o.kind {
                    ObjKind::PkgName(p) => {
                        format!("{} already declared through import of {}", alt.name, package_text(*p))
                    }
                    _ => {
                        let p = o.pkg.map_or(String::new(), package_text);
                        format!("{} already declared through dot-import of {p}", alt.name)
                    }
                };
                let mut parts = vec![(alt.pos, first)];
                if o.pos.is_known() {
                    parts.push((o.pos, format!("other declaration of {}", o.name)));
                }
                self.error_parts(parts);
            }
        }
    }

    /// Makes the package's objects visible to importers. They have no types yet.
    fn publish_scope(&mut self) {
        let objs = self.scopes.objects(self.pkg_scope);
        self.pkg.scope.write().expect("no writer panics").extend(objs.iter().map(|o| (o.name, *o)));
    }

    /// Reports imports that nothing refers to.
    pub(crate) fn unused_imports(&mut self) {
        for (file, o) in self.resolved.pkg_names.clone() {
            if o.is_used() || o.name.is_blank() {
                continue;
            }
            self.env.file = file;
            let ObjKind::PkgName(p) = o.kind else { continue };
            let path = p.path.as_str();
            let last = path.rsplit('/').next().unwrap_or(path);
            if o.name.as_str() == last || o.name.as_str() == "." {
                self.soft_error(o.pos, format!("{path:?} imported and not used"));
            } else {
                self.soft_error(o.pos, format!("{path:?} imported as {} and not used", o.name));
            }
        }
    }
}

fn package_text(p: Pkg) -> String {
    let name = p.name.get().copied().unwrap_or(p.path);
    format!("package {name} ({:?})", p.path.as_str())
}

/// The kind of a type name's object.
pub(crate) fn type_name(s: &TypeSpec) -> ObjKind {
    ObjKind::TypeName { alias: s.alias, alias_tparams: Default::default() }
}

/// Why there is no package of this path.
fn import_problem(path: &str) -> String {
    if path.starts_with('/') {
        return "import path cannot be absolute path".into();
    }
    let canonical: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let canonical = canonical.join("/");
    let local = path.starts_with("./") || path.split('/').any(|part| part == "..");
    if canonical == path || local {
        return "no such package".into();
    }
    format!("non-canonical import path {path:?} (should be {canonical:?})")
}

fn valid_import_path(path: &str) -> Result<(), String> {
    if path.is_empty() {
        return Err(String::from("empty string"));
    }
    let bad = |c: char| c.is_control() || c.is_whitespace() || "!\"#$%&'()*,:;<=>?[\\]^{|}`\u{fffd}".contains(c);
    match path.chars().find(|&c| bad(c)) {
        Some(c) => Err(format!(
            "invalid character U+{:04X}{}",
            c as u32,
            match c {
                c if c.is_control() => String::new(),
                c => format!(" '{c}'"),
            }
        )),
        None => Ok(()),
    }
}
