//! Checking a package from beginning to end.

use rustc_hash::FxHashMap;
use undergo_source::{Diag, Name, SourceMap};
use undergo_syntax::ast;
use undergo_types::package::Typed;
use undergo_types::{FileInfo, ObjKind, Pkg};

use crate::Options;
use crate::checker::{Checker, Env, Version};
use crate::resolver::DeclKind;
use crate::scope::{ScopeId, Scopes};

/// The newest language version.
const CURRENT: Version = (1, 27);

/// See [`crate::check_package`].
pub(crate) fn check(
    map: &SourceMap,
    pkg: Pkg,
    files: Vec<&'static ast::File>,
    import: &dyn Fn(&str) -> Option<Pkg>,
    opts: &Options,
) -> Vec<Diag> {
    let mut scopes = Scopes::new();
    let pkg_scope = scopes.open(Scopes::UNIVERSE);
    let mut c = Checker {
        map,
        import,
        opts,
        pkg,
        files: Vec::new(),
        versions: Vec::new(),
        infos: Vec::new(),
        diags: Vec::new(),
        scopes,
        pkg_scope,
        env: Env { scope: pkg_scope, version: CURRENT, ..Env::default() },
        untyped: FxHashMap::default(),
        panics: Default::default(),
        decls: FxHashMap::default(),
        obj_list: Vec::new(),
        obj_path: Vec::new(),
        path_index: FxHashMap::default(),
        delayed: Vec::new(),
        state: Default::default(),
        resolved: Default::default(),
        mono: Default::default(),
        ambiguous: None,
        valid_types: Default::default(),
    };
    c.accept_files(files);
    c.collect_objects();
    c.direct_cycles();
    c.package_objects();
    c.process_delayed(0);
    c.finish_types();
    c.env = Env { scope: ScopeId::default(), ..Env::default() };
    let init_order = c.init_order();
    if !opts.ignore_bodies {
        c.unused_imports();
    }
    c.record_untyped();
    if c.diags.is_empty() {
        c.monomorphic();
    }
    if c.diags.is_empty() && !opts.parse_errors {
        c.late_checks();
    }
    c.number_local_types();
    let mut imports = std::mem::take(&mut c.resolved.imports);
    imports.sort_by_key(|p| p.path);
    let funcs = c.obj_list.iter().copied().filter(|o| matches!(o.kind, ObjKind::Func(_))).collect();
    let diags = std::mem::take(&mut c.diags);
    let typed = Typed { files: c.files, infos: c.infos, imports, init_order, funcs };
    let _ = pkg.typed.set(typed);
    diags
}

impl<'a> Checker<'a> {
    /// Takes the files that belong to the package, and finds their language versions.
    fn accept_files(&mut self, files: Vec<&'static ast::File>) {
        let (a, b) = self.pkg.go_version;
        if self.pkg.go_version > CURRENT
            && let Some(f) = files.first()
            && let Some(source) = self.map.file(f.package_pos)
        {
            let msg = format!("package requires newer Go version go{a}.{b} (application built with go1.27)");
            self.error(source.base, msg);
        }
        for f in files {
            let name = f.name.name;
            match self.pkg.name.get() {
                None if name.is_blank() => self.error(f.name.pos, "invalid package name _"),
                None => {
                    let _ = self.pkg.name.set(name);
                }
                Some(&want) if want != name => {
                    let start = self.map.file(f.package_pos).map_or(f.package_pos, |file| file.base);
                    self.error(start, format!("package {name}; expected package {want}"));
                    continue;
                }
                Some(_) => {}
            }
            let mut version = self.pkg.go_version;
            if let Some(v) = f.go_version {
                version = v.max((1, 21));
                if v > CURRENT {
                    self.error(f.name.pos, format!("file requires newer Go version go{}.{}", v.0, v.1));
                }
            }
            self.files.push(f);
            self.versions.push(version);
            self.infos.push(FileInfo::with_nodes(f.n_nodes as usize));
        }
    }

    /// Checks all declarations. Types come first and aliases second, since what is declared last finds most of what
    /// it needs complete.
    fn package_objects(&mut self) {
        let phase = |c: &Self, o| match &c.decls[&o].kind {
            DeclKind::Type(spec) if spec.alias => 1,
            DeclKind::Type(_) => 0,
            _ => 2,
        };
        for p in 0..3 {
            for o in self.obj_list.clone() {
                if phase(self, o) == p {
                    self.obj_decl(o);
                }
            }
        }
    }

    /// Numbers local types of the same name in source order, for their symbols.
    fn number_local_types(&mut self) {
        let mut types = std::mem::take(&mut self.state.local_types);
        types.sort_by_key(|n| n.obj.pos);
        let mut count: FxHashMap<Name, u32> = FxHashMap::default();
        for n in types {
            let k = count.entry(n.obj.name).or_default();
            *k += 1;
            let _ = n.local_index.set(*k);
        }
    }
}
