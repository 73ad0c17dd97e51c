//! Declarations of constants, variables, types and functions.
//!
//! An object is *white* before its declaration is checked, *grey* while it is on [`Checker::obj_path`], and *black*
//! when its type is set. Meeting a grey object is a cycle; [`crate::cycles`] decides whether it is allowed.
//!
//! Aliases have no representation of their own: what refers to one needs the type it stands for. If an alias is met
//! while it is grey and the cycle is allowed (it passes through a type definition), everything declared between the
//! two meetings is given up and checked again as soon as the alias is known.

use rustc_hash::{FxHashMap, FxHashSet};
use undergo_source::{Name, Pos};
use undergo_syntax::ast::{self, ConstSpec, Decl, Expr, Field, FuncDecl, Ident, TypeSpec, VarSpec};
use undergo_types::constant::Value;
use undergo_types::lookup::deref;
use undergo_types::{Named, Obj, ObjKind, Ty, TyKind, TypeParam, VarKind};

use crate::checker::{BodySig, Checker, Env, Target};
use crate::operand::Operand;
use crate::resolver::{ConstGroup, ConstInit, DeclKind, type_name};

/// State of declarations that are not complete.
#[derive(Default)]
pub struct DeclState {
    /// What the defined types of this package were declared as: `rhs[T]` is the type behind `type T`.
    pub(crate) rhs: FxHashMap<Named, Ty>,
    /// Types whose right-hand side is a type that is not complete itself.
    pending: Vec<Named>,
    /// Objects whose declaration met a grey alias and must be checked again.
    pub(crate) poisoned: FxHashSet<Obj>,
    /// Given up declarations.
    retry: Vec<Retry>,
    /// Types in invalid cycles: uses of them are invalid.
    pub(crate) invalid: FxHashSet<Obj>,
    /// The function whose signature is about to be checked.
    pub(crate) declaring: Option<Obj>,
    /// Types of functions whose signatures are being checked, as far as they are known: type parameters only.
    pub(crate) partial_funcs: FxHashMap<Obj, Ty>,
    /// Where an instance was written first.
    pub(crate) instance_pos: FxHashMap<Named, Pos>,
    /// Local types in order of declaration.
    pub(crate) local_types: Vec<Named>,
}

enum Retry {
    Package(Obj),
    LocalType(Obj, &'static TypeSpec, Env),
}

impl<'a> Checker<'a> {
    /// Makes sure that the object's type is known, by checking its declaration if need be.
    pub fn obj_decl(&mut self, obj: Obj) {
        if self.path_index.contains_key(&obj) {
            return self.met_grey(obj);
        }
        let Some(d) = self.decls.get(&obj) else { return };
        if obj.ty.get().is_some() {
            return;
        }
        let env = Env {
            file: d.file,
            scope: self.resolved.file_scopes[d.file],
            version: self.versions[d.file],
            ..Env::default()
        };
        self.push_path(obj);
        self.with_env(env, |c| c.package_decl(obj));
        self.pop_path(obj);
        self.redo_given_up();
    }

    pub(crate) fn push_path(&mut self, obj: Obj) {
        self.path_index.insert(obj, self.obj_path.len());
        self.obj_path.push(obj);
    }

    pub(crate) fn pop_path(&mut self, obj: Obj) {
        self.obj_path.pop();
        self.path_index.remove(&obj);
    }

    fn met_grey(&mut self, obj: Obj) {
        // A function may refer to itself before its type is known; it counts as a func() then.
        if matches!(obj.kind, ObjKind::Func(_)) {
            return;
        }
        let valid = self.valid_cycle(obj);
        match &obj.kind {
            ObjKind::Const(_) | ObjKind::Var(_) if !valid || obj.ty.get().is_none() => obj.set_type(Ty::invalid()),
            ObjKind::TypeName { .. } if !valid => {
                self.state.invalid.insert(obj);
                obj.set_type(Ty::invalid());
            }
            ObjKind::TypeName { alias: true, .. } if obj.ty.get().is_none() => {
                let start = self.path_index[&obj] + 1;
                let between = self.obj_path[start..].to_vec();
                self.state.poisoned.extend(between);
            }
            _ => {}
        }
    }

    /// Checks declarations again that met an alias which is known by now.
    fn redo_given_up(&mut self) {
        if self.state.retry.is_empty() {
            return;
        }
        if self.obj_path.iter().any(|o| matches!(o.kind, ObjKind::TypeName { alias: true, .. })) {
            return;
        }
        while let Some(r) = self.state.retry.pop() {
            match r {
                Retry::Package(o) => match o.type_().as_named() {
                    Some(_) if matches!(o.kind, ObjKind::TypeName { alias: false, .. }) => {
                        let d = &self.decls[&o];
                        let DeclKind::Type(spec) = d.kind else { continue };
                        let env = Env {
                            file: d.file,
                            scope: self.resolved.file_scopes[d.file],
                            version: self.versions[d.file],
                            ..Env::default()
                        };
                        self.push_path(o);
                        self.with_env(env, |c| c.type_decl(o, spec));
                        self.pop_path(o);
                    }
                    _ => self.obj_decl(o),
                },
                Retry::LocalType(o, spec, env) => {
                    self.push_path(o);
                    self.with_env(env, |c| c.type_decl(o, spec));
                    self.pop_path(o);
                }
            }
        }
    }

    fn package_decl(&mut self, obj: Obj) {
        match &self.decls[&obj].kind {
            DeclKind::Const(init) => {
                let init = *init;
                self.env.decl = Some(obj);
                self.const_decl(obj, init);
            }
            DeclKind::Var { lhs, ty, init } => {
                let (lhs, ty, init) = (lhs.clone(), *ty, *init);
                self.env.decl = Some(obj);
                self.var_decl(obj, &lhs, ty, init);
            }
            DeclKind::SharedVar(first) => {
                let first = *first;
                self.shared_var_decl(obj, first);
            }
            DeclKind::Type(spec) => {
                let spec = *spec;
                self.type_decl(obj, spec);
                self.collect_methods(obj);
            }
            DeclKind::Func(f) => {
                let f = *f;
                self.func_decl(obj, f);
            }
        }
    }

    /// A variable of `a, b = f()` other than the first: the first one's declaration gives it a type.
    fn shared_var_decl(&mut self, obj: Obj, first: Obj) {
        if let DeclKind::Var { lhs, ty, init } = &self.decls[&first].kind {
            let (lhs, ty, init) = (lhs.clone(), *ty, *init);
            if first.ty.get().is_none() && !self.path_index.contains_key(&first) {
                self.push_path(first);
                self.env.decl = Some(first);
                self.var_decl(first, &lhs, ty, init);
                self.pop_path(first);
            } else if self.path_index.contains_key(&first) {
                self.met_grey(first);
            }
        }
        obj.set_type(Ty::invalid());
    }

    // -----------------------------------------------------------------------------------------------------------
    // Constants and variables

    pub(crate) fn const_decl(&mut self, obj: Obj, c: ConstInit) {
        let saved = (self.env.iota.take(), self.env.err_pos.take());
        self.env.iota = Some(Value::Int(c.iota.into()));
        self.const_value(obj, c);
        (self.env.iota, self.env.err_pos) = saved;
        if let ObjKind::Const(v) = &obj.kind {
            let _ = v.set(Value::Unknown);
        }
    }

    fn const_value(&mut self, obj: Obj, c: ConstInit) {
        let mut ty = None;
        if let Some(e) = c.ty {
            let t = self.typ(e);
            if !undergo_types::predicates::is_const_type(t) {
                if !t.underlying().is_invalid() {
                    let text = self.type_str(t);
                    self.error(e.err_pos(), format!("invalid constant type {text}"));
                }
                return obj.set_type(Ty::invalid());
            }
            ty = Some(t);
        }
        let mut x = Operand::new();
        if let Some(init) = c.init {
            if c.inherited {
                self.env.err_pos = Some(obj.pos);
            }
            self.expr(None, &mut x, init);
        }
        self.init_const(obj, ty, &mut x);
    }

    pub(crate) fn var_decl(&mut self, obj: Obj, lhs: &[Obj], ty: Option<&'static Expr>, init: Option<&'static Expr>) {
        let declared = ty.map(|e| self.var_type(e));
        if let Some(t) = declared {
            obj.set_type(t);
        }
        let Some(init) = init else {
            if ty.is_none() {
                obj.set_type(Ty::invalid());
            }
            return;
        };
        if lhs.len() <= 1 {
            let target = declared.and_then(|t| Target::new(t, || obj.name.to_string()));
            let mut x = Operand::new();
            self.expr(target.as_ref(), &mut x, init);
            return self.init_var(obj, &mut x, "variable declaration");
        }
        if let Some(t) = declared {
            lhs.iter().for_each(|o| o.set_type(t));
        }
        self.init_vars(lhs, std::slice::from_ref(init), None);
    }

    // -----------------------------------------------------------------------------------------------------------
    // Types

    pub(crate) fn type_decl(&mut self, obj: Obj, spec: &'static TypeSpec) {
        if spec.alias {
            return self.alias_decl(obj, spec);
        }
        let again = obj.type_().as_named();
        let mut version_ok = true;
        if let Some(f) = spec.type_params.first() {
            version_ok = self.verify_version(f.pos, (1, 18), "type parameter");
        }
        let named = again.unwrap_or_else(|| {
            let named = Named::declare(obj, self.env.outer.to_vec());
            obj.set_type(Ty::named(named));
            if !obj.package_level {
                self.state.local_types.push(named);
            }
            named
        });
        // Scheduled before anything that computes with the type: a type of infinite size must be known by then.
        let (env, pos) = (self.env.clone(), spec.ty.err_pos());
        self.later(move |c| {
            c.with_env(env, |c| {
                c.valid_type(named);
                let rhs = c.state.rhs.get(&named).copied().unwrap_or_else(Ty::invalid);
                if version_ok && c.is_imported_constraint(rhs) && !c.allow_version((1, 18)) {
                    let text = c.type_str(rhs);
                    c.version_error(pos, (1, 18), format!("using type constraint {text}"));
                }
            });
        });
        let scope = self.env.scope;
        if spec.type_params.is_empty() {
            let _ = named.tparams.set(Vec::new());
        } else {
            self.open_scope();
            match named.tparams.get() {
                None => {
                    let tparams = self.declare_type_params(&spec.type_params);
                    let _ = named.tparams.set(tparams.clone());
                    self.bound_type_params(&spec.type_params, &tparams);
                }
                Some(tparams) => {
                    let names = spec.type_params.iter().flat_map(|f| &f.names);
                    names.zip(tparams).for_each(|(n, p)| self.declare(Some(n), p.obj));
                    self.bound_type_params(&spec.type_params, tparams);
                }
            }
        }
        let mut rhs = self.typ(&spec.ty);
        self.env.scope = scope;
        if self.give_up(obj, spec) {
            return;
        }
        if rhs.is_type_param() {
            self.error(spec.ty.err_pos(), "cannot use a type parameter as RHS in type declaration");
            rhs = Ty::invalid();
        }
        if self.state.invalid.contains(&obj) {
            rhs = Ty::invalid();
        }
        self.set_rhs(named, rhs);
    }

    /// If the declaration met a grey alias, puts it on the list of those to check again.
    fn give_up(&mut self, obj: Obj, spec: &'static TypeSpec) -> bool {
        if !self.state.poisoned.remove(&obj) {
            return false;
        }
        let retry = match obj.package_level {
            true => Retry::Package(obj),
            false => Retry::LocalType(obj, spec, self.env.clone()),
        };
        self.state.retry.push(retry);
        true
    }

    /// Notes what a type was declared as, and sets the underlying types that are known from it.
    fn set_rhs(&mut self, named: Named, rhs: Ty) {
        self.state.rhs.insert(named, rhs);
        self.state.pending.push(named);
        let mut progress = true;
        while progress {
            progress = false;
            let state = &mut self.state;
            let rhs = &state.rhs;
            state.pending.retain(|n| {
                let u = underlying_of_rhs(rhs[n]);
                if let Some(u) = u {
                    let _ = n.underlying.set(u);
                    progress = true;
                }
                u.is_none()
            });
        }
    }

    /// Types still without underlying type are in cycles that have been reported.
    pub(crate) fn finish_types(&mut self) {
        for n in std::mem::take(&mut self.state.pending) {
            let _ = n.underlying.set(Ty::invalid());
        }
        for n in self.state.rhs.keys() {
            let _ = n.underlying.set(Ty::invalid());
        }
    }

    /// Whether `t` is a constraint interface declared in another package.
    pub(crate) fn is_imported_constraint(&self, t: Ty) -> bool {
        t.as_named().is_some_and(|n| {
            n.obj.pkg.is_some_and(|p| p != self.pkg)
                && undergo_types::typeset::type_set_of(t).is_some_and(|s| !s.is_method_set())
        })
    }

    fn alias_decl(&mut self, obj: Obj, spec: &'static TypeSpec) {
        let tparam0 = spec.type_params.first();
        let ok = tparam0.is_none_or(|f| self.verify_version(f.pos, (1, 23), "generic type alias"));
        if ok {
            self.verify_version(spec.pos, (1, 9), "type alias");
        }
        let scope = self.env.scope;
        let mut tparams = Vec::new();
        if tparam0.is_some() {
            self.open_scope();
            tparams = self.declare_type_params(&spec.type_params);
            if let ObjKind::TypeName { alias_tparams, .. } = &obj.kind
                && alias_tparams.set(tparams.clone()).is_err()
            {
                // Declared again after it had been given up: the first parameters are known to others.
                tparams = alias_tparams.get().cloned().unwrap_or_default();
                self.env.scope = scope;
                self.open_scope();
                let names = spec.type_params.iter().flat_map(|f| &f.names);
                names.zip(&tparams).for_each(|(n, p)| self.declare(Some(n), p.obj));
            }
            self.bound_type_params(&spec.type_params, &tparams);
        }
        let mut rhs = self.typ(&spec.ty);
        self.env.scope = scope;
        if self.give_up(obj, spec) {
            return;
        }
        if let TyKind::TypeParam(p) = rhs.kind()
            && tparams.contains(p)
        {
            self.error(spec.ty.err_pos(), "cannot use type parameter declared in alias declaration as RHS");
            rhs = Ty::invalid();
        }
        obj.set_type(Ty::alias(obj, Vec::new(), rhs));
        let (env, pos) = (self.env.clone(), spec.ty.err_pos());
        self.later(move |c| {
            c.with_env(env, |c| {
                if ok && c.is_imported_constraint(rhs) && !c.allow_version((1, 18)) {
                    let text = c.type_str(rhs);
                    c.version_error(pos, (1, 18), format!("using type constraint {text}"));
                }
            });
        });
    }

    /// Declares the names of a type parameter list in the current scope; their constraints follow.
    pub(crate) fn declare_type_params(&mut self, list: &'static [Field]) -> Vec<TypeParam> {
        let names = list.iter().flat_map(|f| &f.names);
        names.enumerate().map(|(i, n)| self.declare_type_param(n, i)).collect()
    }

    pub(crate) fn declare_type_param(&mut self, name: &Ident, index: usize) -> TypeParam {
        let kind = ObjKind::TypeName { alias: false, alias_tparams: Default::default() };
        let obj = Obj::new(kind, name.name, Some(self.pkg), name.pos, false);
        let p = TypeParam::new(obj, index);
        obj.set_type(Ty::type_param(p));
        self.declare(Some(name), obj);
        p
    }

    /// Evaluates the constraints of a type parameter list.
    pub(crate) fn bound_type_params(&mut self, list: &'static [Field], tparams: &[TypeParam]) {
        let saved = std::mem::replace(&mut self.env.in_tparam_list, true);
        let poisoned = self.state.poisoned.len();
        let mut params = tparams.iter();
        for f in list {
            let mut bound = self.bound(&f.ty);
            if bound.is_type_param() {
                self.error(f.ty.err_pos(), "cannot use a type parameter as constraint");
                bound = Ty::invalid();
            }
            for p in params.by_ref().take(f.names.len()) {
                if self.state.poisoned.len() == poisoned {
                    let _ = p.bound.set(bound);
                }
            }
        }
        self.env.in_tparam_list = saved;
    }

    /// A constraint: `~T` and `A | B` stand for interfaces.
    fn bound(&mut self, e: &'static Expr) -> Ty {
        let union = match e {
            Expr::Unary(u) => u.op == ast::UnaryOp::Tilde,
            Expr::Binary(b) => b.op == ast::BinaryOp::Or,
            _ => false,
        };
        if union { self.implicit_interface(e) } else { self.typ(e) }
    }

    /// Attaches the methods declared for a type to it.
    fn collect_methods(&mut self, obj: Obj) {
        let Some(named) = obj.type_().as_named() else { return };
        let Some(methods) = self.resolved.methods.remove(&obj) else { return };
        let mut seen: FxHashMap<Name, Obj> = FxHashMap::default();
        for (m, ptr) in methods {
            if let Some(f) = m.func() {
                let _ = f.recv.set((named, ptr));
            }
            match seen.get(&m.name) {
                Some(alt) => {
                    let at = self.position_text(alt.pos);
                    self.error(m.pos, format!("method {}.{} already declared at {at}", obj.name, m.name));
                }
                None => {
                    seen.insert(m.name, m);
                    named.data().methods.write().expect("no reader panics").push(m);
                }
            }
        }
        let DeclKind::Type(spec) = self.decls[&obj].kind else { return };
        self.later(move |c| c.fields_and_methods_differ(named, spec, &seen));
    }

    fn fields_and_methods_differ(&mut self, named: Named, spec: &'static TypeSpec, methods: &FxHashMap<Name, Obj>) {
        let TyKind::Struct(fields) = Ty::named(named).under() else { return };
        for f in fields.iter().filter(|f| !f.name.is_blank()) {
            let Some(m) = methods.get(&f.name) else { continue };
            let mut parts = vec![(m.pos, format!("field and method with the same name {}", f.name))];
            if let Some(pos) = field_pos(&spec.ty, f.name) {
                parts.push((pos, format!("other declaration of {}", f.name)));
            }
            self.error_parts(parts);
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // Functions

    fn func_decl(&mut self, obj: Obj, decl: &'static FuncDecl) {
        let Some(info) = obj.func() else { return };
        self.state.declaring = Some(obj);
        let vars = self.func_type(decl.recv.as_ref(), &decl.type_params, &decl.ty);
        if self.state.poisoned.remove(&obj) {
            return self.state.retry.push(Retry::Package(obj));
        }
        obj.set_type(vars.ty);
        let _ = info.recv_tparams.set(vars.recv_tparams.clone());
        if let Some(r) = vars.recv {
            let _ = info.recv_var.set(r);
        }
        let _ = info.params.set(vars.params.clone());
        let _ = info.results.set(vars.results.clone());
        let Some(body) = &decl.body else {
            if !decl.type_params.is_empty() {
                self.soft_error(decl.decl_pos, "generic function is missing function body");
            }
            return;
        };
        if self.opts.ignore_bodies {
            return;
        }
        let mut outer = vars.recv_tparams;
        outer.extend(&vars.tparams);
        let env = Env { decl: Some(obj), scope: vars.scope, outer: outer.into(), ..self.env.clone() };
        let sig = BodySig { ty: Some(vars.ty), results: vars.results };
        self.later(move |c| c.with_env(env, |c| c.func_body(sig, body)));
    }

    // -----------------------------------------------------------------------------------------------------------
    // Declarations in functions

    pub(crate) fn decl_stmt(&mut self, list: &'static [Decl]) {
        let mut consts = ConstGroup::default();
        for d in list {
            match d {
                Decl::Const(s) => self.local_const(s, &mut consts),
                Decl::Var(s) => self.local_var(s),
                Decl::Type(s) => {
                    let obj = Obj::new(type_name(s), s.name.name, Some(self.pkg), s.name.pos, false);
                    self.declare(Some(&s.name), obj);
                    self.push_path(obj);
                    self.type_decl(obj, s);
                    self.pop_path(obj);
                    self.redo_given_up();
                    obj.set_type(Ty::invalid());
                }
                Decl::Func(f) => self.error(f.decl_pos, "unexpected function declaration"),
            }
        }
    }

    fn local_const(&mut self, s: &'static ConstSpec, group: &mut ConstGroup) {
        let top = self.delayed_top();
        let (ty, values, inherited) = group.next(s);
        let mut objs = Vec::with_capacity(s.names.len());
        for (i, name) in s.names.iter().enumerate() {
            let obj = Obj::new(ObjKind::Const(Default::default()), name.name, Some(self.pkg), name.pos, false);
            self.const_decl(obj, ConstInit { ty, init: values.get(i), iota: s.iota, inherited });
            objs.push(obj);
        }
        self.arity(s.pos, &s.names, values, true, inherited);
        self.process_delayed(top);
        s.names.iter().zip(objs).for_each(|(n, o)| self.declare(Some(n), o));
    }

    fn local_var(&mut self, s: &'static VarSpec) {
        let top = self.delayed_top();
        let var = |n: &Ident| Obj::new(ObjKind::Var(VarKind::Local), n.name, Some(self.pkg), n.pos, false);
        let objs: Vec<Obj> = s.names.iter().map(var).collect();
        for (i, &obj) in objs.iter().enumerate() {
            let single = s.values.len() == 1;
            let init = if single { s.values.first() } else { s.values.get(i) };
            let lhs = if single && objs.len() > 1 { &objs[..] } else { std::slice::from_ref(&objs[i]) };
            self.var_decl(obj, lhs, s.ty.as_ref(), init);
            if single {
                break;
            }
        }
        if s.ty.is_none() || !s.values.is_empty() {
            self.arity(s.pos, &s.names, &s.values, false, false);
        }
        self.process_delayed(top);
        for (n, o) in s.names.iter().zip(objs) {
            o.set_type(Ty::invalid());
            self.declare(Some(n), o);
        }
    }
}

/// The underlying type of a type declared as `rhs`, if it is known yet.
fn underlying_of_rhs(rhs: Ty) -> Option<Ty> {
    match rhs.as_named() {
        None => Some(rhs),
        Some(n) => n.generic().underlying.get().map(|_| rhs.underlying()),
    }
}

/// Where a struct type's field is declared in its syntax.
fn field_pos(ty: &Expr, name: Name) -> Option<Pos> {
    let Expr::StructType(s) = ty.unparen() else { return None };
    s.fields.iter().find_map(|f| match f.names.iter().find(|n| n.name == name) {
        Some(n) => Some(n.pos),
        None if f.names.is_empty() => crate::structs::embedded_name(&f.ty).filter(|n| n.name == name).map(|n| n.pos),
        None => None,
    })
}

/// The defined type behind at most one pointer.
pub(crate) fn base_named(t: Ty) -> Option<Named> {
    deref(t).0.as_named()
}
