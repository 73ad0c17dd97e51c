//! Types of infinite size.
//!
//! A type that contains itself other than behind a pointer, slice, map, channel or function is invalid. The search
//! walks the declared right-hand sides. *Nest* is the chain of types that lie within each other in memory at the
//! current point; *path* are all types met on the way there, for the message. A type parameter stands for the
//! argument of the innermost type in the nest, and that argument was written outside of this type: it is looked at
//! in the nest around it.

use rustc_hash::{FxHashMap, FxHashSet};
use undergo_types::identical::identical;
use undergo_types::{Named, Ty, TyKind};

use crate::checker::Checker;

struct Search<'c> {
    rhs: &'c FxHashMap<Named, Ty>,
    path: Vec<Named>,
    cycle: Option<Vec<Named>>,
    /// Types without parameters that have been found valid: a second look would find the same.
    valid: &'c mut FxHashSet<Named>,
}

/// Types that lie within each other, the innermost last.
#[derive(Default)]
struct Nest {
    list: Vec<Named>,
    /// Those of the list that are no instances. They are in it once.
    plain: FxHashSet<Named>,
}

impl Nest {
    fn push(&mut self, n: Named) {
        self.list.push(n);
        if n.targs.is_empty() {
            self.plain.insert(n);
        }
    }

    fn pop(&mut self) -> Option<Named> {
        let n = self.list.pop()?;
        self.plain.remove(&n);
        Some(n)
    }

    fn contains(&self, n: Named) -> bool {
        match n.targs.is_empty() {
            true => self.plain.contains(&n),
            false => self.list.iter().any(|o| is_same(*o, n)),
        }
    }
}

fn is_same(a: Named, b: Named) -> bool {
    a == b || !a.targs.is_empty() && a.generic() == b.generic() && identical(Ty::named(a), Ty::named(b))
}

impl<'a> Checker<'a> {
    /// Reports `n` if it is of infinite size.
    pub(crate) fn valid_type(&mut self, n: Named) {
        let mut valid = std::mem::take(&mut self.valid_types);
        let mut s = Search { rhs: &self.state.rhs, path: Vec::new(), cycle: None, valid: &mut valid };
        let ok = s.ty(Ty::named(n), &mut Nest::default());
        let cycle = s.cycle.take();
        self.valid_types = valid;
        if ok {
            return;
        }
        if let Some(cycle) = cycle {
            // The type at the start of the cycle is invalid, whatever its arguments.
            let origin = cycle[0].generic();
            self.state.rhs.insert(origin, Ty::invalid());
            origin.broken.store(true, std::sync::atomic::Ordering::Relaxed);
            self.type_cycle_error(&cycle);
        }
    }
}

impl Search<'_> {
    fn ty(&mut self, t: Ty, nest: &mut Nest) -> bool {
        match t.kind() {
            TyKind::Array(e, _) => self.ty(*e, nest),
            TyKind::Struct(fields) => fields.iter().all(|f| self.ty(f.ty, nest)),
            TyKind::Union(terms) => terms.iter().all(|&(_, t)| self.ty(t, nest)),
            TyKind::Interface(i) => i.embeds.iter().all(|&(t, _)| self.ty(t, nest)),
            TyKind::Named(n) => self.named(*n, nest),
            TyKind::TypeParam(p) => {
                let Some(inst) = nest.pop() else { return true };
                let arg = inst.all_tparams().iter().position(|q| q == p).and_then(|i| inst.targs.get(i).copied());
                let ok = match arg {
                    Some(arg) => self.ty(arg, nest),
                    None => true,
                };
                nest.push(inst);
                ok
            }
            _ => true,
        }
    }

    fn named(&mut self, n: Named, nest: &mut Nest) -> bool {
        if self.valid.contains(&n) {
            return true;
        }
        if nest.contains(n) {
            let start = self.path.iter().position(|o| is_same(*o, n)).unwrap_or(0);
            self.cycle = Some(self.path[start..].to_vec());
            return false;
        }
        let origin = n.generic();
        let Some(rhs) = self.rhs.get(&origin).copied().or_else(|| origin.underlying.get().copied()) else {
            return true;
        };
        // The predeclared comparable embeds itself.
        if origin.obj.pkg.is_none() || n.targs.is_empty() && !self.rhs.contains_key(&n) {
            return true;
        }
        nest.push(n);
        self.path.push(n);
        let ok = self.ty(rhs, nest);
        self.path.pop();
        nest.pop();
        if ok && n.targs.is_empty() && n.tparams.get().is_some_and(Vec::is_empty) {
            self.valid.insert(n);
        }
        ok
    }
}
