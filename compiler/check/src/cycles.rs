//! Cycles of declarations.

use rustc_hash::FxHashMap;
use undergo_source::Pos;
use undergo_types::predicates::is_generic;
use undergo_types::{Named, Obj, ObjKind, Ty};

use crate::checker::Checker;
use crate::resolver::DeclKind;

impl<'a> Checker<'a> {
    /// Whether the cycle from `obj`, which is on the object path, back to it is allowed. Reports it if not.
    pub(crate) fn valid_cycle(&mut self, obj: Obj) -> bool {
        let cycle = self.obj_path[self.path_index[&obj]..].to_vec();
        let (mut values, mut definitions) = (0, 0);
        for o in &cycle {
            match &o.kind {
                ObjKind::Const(_) | ObjKind::Var(_) => values += 1,
                ObjKind::TypeName { alias, .. } => {
                    // Generic types may refer to themselves in their own type parameter lists.
                    if self.env.in_tparam_list && o.ty.get().is_some_and(|t| is_generic(*t)) {
                        return true;
                    }
                    if !alias {
                        definitions += 1;
                    }
                }
                _ => {}
            }
        }
        // Cycles of values only are the business of the initialisation order; a cycle through a type definition does
        // not expand for ever.
        if values == cycle.len() || values == 0 && definitions > 0 {
            return true;
        }
        self.cycle_error(&cycle, first_in_source(&cycle));
        false
    }

    /// Reports a cycle of declarations, starting with the one at `start`.
    pub(crate) fn cycle_error(&mut self, cycle: &[Obj], start: usize) {
        let obj = cycle[start];
        let is_type = matches!(obj.kind, ObjKind::TypeName { .. });
        if is_type {
            // No follow-on errors from the alias that could not be resolved.
            self.state.invalid.insert(obj);
        }
        let items: Vec<(Pos, String)> = cycle.iter().map(|&o| (o.pos, self.qualified_name(o))).collect();
        self.cycle_text(&items, start, is_type);
    }

    /// Reports a cycle of types that contain each other. Instances are shown with their arguments, and where they
    /// are written.
    pub(crate) fn type_cycle_error(&mut self, cycle: &[Named]) {
        let mut items = Vec::with_capacity(cycle.len());
        for &n in cycle {
            let pos = self.state.instance_pos.get(&n).copied().unwrap_or(n.obj.pos);
            let name = match n.origin {
                Some(_) => self.type_str(Ty::named(n)),
                None => self.qualified_name(n.obj),
            };
            items.push((pos, name));
        }
        self.cycle_text(&items, 0, true);
    }

    fn cycle_text(&mut self, cycle: &[(Pos, String)], start: usize, is_type: bool) {
        let (pos, name) = cycle[start].clone();
        if cycle.len() == 1 {
            let what = if is_type { "invalid recursive type" } else { "invalid cycle in declaration" };
            return self.error(pos, format!("{what}: {name} refers to itself"));
        }
        let first = match is_type {
            true => format!("invalid recursive type {name}"),
            false => format!("invalid cycle in declaration of {name}"),
        };
        let mut parts = vec![(pos, first)];
        for i in 0..cycle.len() {
            let (from, to) = (&cycle[(start + i) % cycle.len()], &cycle[(start + i + 1) % cycle.len()]);
            parts.push((from.0, format!("{} refers to {}", from.1, to.1)));
        }
        self.error_parts(parts);
    }

    /// Reports types of package level that are declared as each other, without any type literal between.
    pub(crate) fn direct_cycles(&mut self) {
        let mut done: FxHashMap<Obj, Option<usize>> = FxHashMap::default();
        for start in self.obj_list.clone() {
            let mut path: Vec<Obj> = Vec::new();
            let mut at = start;
            while let Some(DeclKind::Type(spec)) = self.decls.get(&at).map(|d| &d.kind) {
                match done.get(&at) {
                    Some(None) => break,
                    Some(Some(i)) => {
                        let cycle = path[*i..].to_vec();
                        at.set_type(Ty::invalid());
                        self.state.invalid.insert(at);
                        self.cycle_error(&cycle, first_in_source(&cycle));
                        break;
                    }
                    None => {}
                }
                done.insert(at, Some(path.len()));
                path.push(at);
                let Some(rhs) = spec.ty.as_ident() else { break };
                let Some(next) = self.scopes.local(self.pkg_scope, rhs.name) else { break };
                at = next;
            }
            for o in path {
                done.insert(o, None);
            }
        }
    }

    /// Whether a type is complete, so that values of it may be used. Reports the cycle if it is being declared.
    pub fn is_complete(&mut self, t: Ty) -> bool {
        let mut at = t;
        loop {
            let Some(n) = at.as_named() else { return true };
            if n.origin.is_some() || n.underlying.get().is_some() {
                return true;
            }
            if let Some(&i) = self.path_index.get(&n.obj) {
                let cycle = self.obj_path[i..].to_vec();
                self.cycle_error(&cycle, first_in_source(&cycle));
                return false;
            }
            match self.state.rhs.get(&n) {
                Some(&rhs) if rhs != at => at = rhs,
                _ => return true,
            }
        }
    }
}

/// Index of the object that comes first in the source.
pub(crate) fn first_in_source(path: &[Obj]) -> usize {
    (0..path.len()).min_by_key(|&i| path[i].pos).unwrap_or(0)
}
