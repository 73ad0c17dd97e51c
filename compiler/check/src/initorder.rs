//! The order in which package variables are initialised.
//!
//! gc's rule: among the constants and variables that are not done, take the one with the fewest others to wait for,
//! the earliest in the source if there are several. In a correct program that is one that waits for nothing. What a
//! function refers to counts for whoever refers to the function.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::{FxHashMap, FxHashSet};
use undergo_types::package::Initializer;
use undergo_types::{Obj, ObjKind};

use crate::checker::Checker;
use crate::resolver::DeclKind;

/// Priority of a node: constants first, then by number of others to wait for, then in source order.
type Priority = Reverse<(bool, usize, u32)>;

impl<'a> Checker<'a> {
    /// Computes the order, and reports variables that are initialised with themselves.
    pub(crate) fn init_order(&mut self) -> Vec<Initializer> {
        let nodes: Vec<Obj> = self.obj_list.iter().copied().filter(|o| is_value(*o)).collect();
        let mut waiting: FxHashMap<Obj, usize> = FxHashMap::default();
        let mut dependents: FxHashMap<Obj, Vec<Obj>> = FxHashMap::default();
        for &n in &nodes {
            let deps = self.value_deps(n);
            waiting.insert(n, deps.len());
            for d in deps {
                dependents.entry(d).or_default().push(n);
            }
        }
        let priority = |c: &Self, o: Obj, n: usize| -> Priority {
            Reverse((!matches!(o.kind, ObjKind::Const(_)), n, c.decls[&o].order))
        };
        let mut heap: BinaryHeap<Priority> = nodes.iter().map(|&n| priority(self, n, waiting[&n])).collect();
        let mut order = Vec::new();
        let mut emitted: FxHashSet<Obj> = FxHashSet::default();
        while let Some(Reverse((_, n, place))) = heap.pop() {
            let o = self.obj_list[place as usize];
            // Entries with an outdated count, and of nodes that are done, are left in the heap.
            if waiting.get(&o) != Some(&n) {
                continue;
            }
            waiting.remove(&o);
            if n > 0
                && let Some(cycle) = self.find_path(o, o, &mut FxHashSet::default())
            {
                self.init_cycle(&cycle);
            }
            for &d in dependents.get(&o).into_iter().flatten() {
                if let Some(w) = waiting.get_mut(&d) {
                    *w -= 1;
                    let w = *w;
                    heap.push(priority(self, d, w));
                }
            }
            let first = match &self.decls[&o].kind {
                DeclKind::SharedVar(first) => *first,
                _ => o,
            };
            if let DeclKind::Var { lhs, init: Some(rhs), .. } = &self.decls[&first].kind
                && emitted.insert(first)
            {
                order.push(Initializer { lhs: lhs.clone(), rhs, file: self.decls[&first].file });
            }
        }
        order
    }

    /// What the declaration of an object refers to.
    fn direct_deps(&self, o: Obj) -> &[Obj] {
        match self.decls.get(&o) {
            Some(d) => match d.kind {
                DeclKind::SharedVar(first) => self.direct_deps(first),
                _ => d.deps(),
            },
            None => &[],
        }
    }

    /// Constants and variables that an object refers to, directly or through functions.
    fn value_deps(&self, o: Obj) -> FxHashSet<Obj> {
        let mut values = FxHashSet::default();
        let mut funcs: FxHashSet<Obj> = FxHashSet::default();
        let mut work = vec![o];
        while let Some(at) = work.pop() {
            for &d in self.direct_deps(at) {
                if is_value(d) {
                    values.insert(d);
                } else if funcs.insert(d) {
                    work.push(d);
                }
            }
        }
        values
    }

    /// A path of references from `from` to `to`, reversed: it starts with `to` and ends behind `from`.
    fn find_path(&self, from: Obj, to: Obj, seen: &mut FxHashSet<Obj>) -> Option<Vec<Obj>> {
        if !seen.insert(from) {
            return None;
        }
        let mut deps = self.direct_deps(from).to_vec();
        deps.sort_by_key(|d| self.decls.get(d).map(|d| d.order));
        for d in deps {
            if d == to {
                return Some(vec![d]);
            }
            if let Some(mut path) = self.find_path(d, to, seen) {
                path.push(d);
                return Some(path);
            }
        }
        None
    }

    fn init_cycle(&mut self, cycle: &[Obj]) {
        let mut o = cycle[0];
        if cycle.len() == 1 {
            return self.error(o.pos, format!("initialization cycle: {} refers to itself", o.name));
        }
        let mut parts = vec![(o.pos, format!("initialization cycle for {}", o.name))];
        for &next in cycle.iter().rev() {
            parts.push((o.pos, format!("{} refers to {}", o.name, next.name)));
            o = next;
        }
        self.error_parts(parts);
    }
}

fn is_value(o: Obj) -> bool {
    matches!(o.kind, ObjKind::Const(_) | ObjKind::Var(_))
}
