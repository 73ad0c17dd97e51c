//! Checks that gc makes after type checking, and only if that found nothing: directives that the parser has found to be
//! out of place, bodies that are missing, what `//go:linkname` refers to, and [`crate::sizes`].

use std::collections::HashSet;

use undergo_source::Name;
use undergo_syntax::ast::{Decl, File};
use undergo_types::{Obj, ObjKind};

use crate::checker::Checker;

impl Checker<'_> {
    /// All of them. The standard library is exempt: its other half is assembly, or the runtime.
    pub(crate) fn late_checks(&mut self) {
        for (i, f) in self.files.clone().into_iter().enumerate() {
            self.env.file = i;
            self.diags.extend(f.late_errors.iter().cloned());
            self.old_embedding(f);
        }
        if self.pkg.std || self.opts.ignore_bodies {
            return;
        }
        let linked = self.linknames();
        if !self.opts.bodies_elsewhere {
            self.missing_bodies(&linked);
        }
        if self.diags.is_empty() {
            self.type_sizes();
        }
    }

    /// Embedding needs go1.16. (What else is wrong with a directive comes first, and the parser has found it.)
    fn old_embedding(&mut self, file: &File) {
        if self.pkg.go_version >= (1, 16) {
            return;
        }
        for d in &file.decls {
            if let Decl::Var(spec) = d
                && let Some(first) = spec.embeds.first()
                && !file.late_errors.iter().any(|e| e.pos == first.pos)
            {
                self.version_error(first.pos, (1, 16), "go:embed");
            }
        }
    }

    /// Checks the link names, and gives the objects that have one.
    fn linknames(&mut self) -> HashSet<Obj> {
        let mut linked = HashSet::new();
        for file in self.files.clone() {
            let imports_unsafe = file.imports.iter().any(|i| i.path.map(Name::as_str) == Some("unsafe"));
            // Without that import the parser has reported each of them.
            for l in file.linknames.iter().filter(|_| imports_unsafe) {
                let directive = if l.std { "go:linknamestd" } else { "go:linkname" };
                if l.target.is_some_and(|t| t.as_str().contains('[') && t.as_str().contains(']')) {
                    self.error(l.pos, format!("//{directive} reference of an instantiation is not allowed"));
                    continue;
                }
                let obj = self.scopes.local(self.pkg_scope, l.local);
                match obj.filter(|o| matches!(o.kind, ObjKind::Func(_) | ObjKind::Var(_))) {
                    Some(o) if linked.insert(o) => {}
                    Some(_) => self.error(l.pos, format!("duplicate //{directive} for {}", l.local)),
                    None if self.pkg.go_version >= (1, 18) => {
                        self.error(l.pos, format!("//{directive} must refer to declared function or variable"));
                    }
                    None => {}
                }
            }
        }
        linked
    }

    /// Functions without body must be implemented elsewhere, behind a link name.
    fn missing_bodies(&mut self, linked: &HashSet<Obj>) {
        for o in self.obj_list.clone() {
            let Some(decl) = o.func().and_then(|f| f.decl.get()) else { continue };
            if decl.body.is_none() && !linked.contains(&o) {
                self.error(decl.decl_pos, "missing function body");
            }
        }
    }
}
