//! Unification: finding types for type parameters that make two types match.
//!
//! A [`Unifier`] is created for a list of *bound* type parameters, those to be inferred. Parameters that were unified
//! with each other share a slot; a slot holds the type inferred for it, if any. Other type parameters are ordinary
//! types that stand for themselves (or for the core type of their constraint).
//!
//! Two types match *exactly* if they are identical after substitution. They match *inexactly* if in addition a
//! defined type may stand for its underlying type, channel directions are ignored, and an interface matches a type
//! with its methods (since Go 1.21). In an assignment the inexact mode applies to the outermost structure only.

use undergo_types::identical::{identical, same_id};
use undergo_types::lookup::{Lookup, Member, lookup};
use undergo_types::predicates::core_type;
use undergo_types::typeset::{TypeSet, type_set};
use undergo_types::{ChanDir, Field, Named, Obj, Signature, Ty, TyKind, TypeParam};

/// How types are to match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Match {
    /// Identical.
    Exact,
    /// Inexact at every level.
    Inexact,
    /// Inexact at the outermost level, exact below.
    Assign,
}

impl Match {
    /// The mode for element types.
    fn inner(self) -> Match {
        if self == Match::Inexact { Match::Inexact } else { Match::Exact }
    }
}

/// Whether interfaces match types that have their methods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interfaces {
    /// As since Go 1.21.
    ByMethods,
    /// Only identical ones.
    ByIdentity,
}

/// Nesting at which unification gives up: it would not end.
const MAX_DEPTH: u32 = 100;

/// Type parameters and what has been inferred for them.
pub struct Unifier {
    params: Vec<TypeParam>,
    /// For each parameter its slot.
    slots: Vec<usize>,
    types: Vec<Option<Ty>>,
    interfaces: Interfaces,
    depth: u32,
    /// Methods whose types were needed and not known; the result means nothing then.
    pub unready: Vec<Obj>,
}

impl Unifier {
    /// A unifier for `params`, some of which have a type already.
    pub fn new(params: &[TypeParam], types: &[Option<Ty>], interfaces: Interfaces) -> Unifier {
        Unifier {
            params: params.to_vec(),
            slots: (0..params.len()).collect(),
            types: types.to_vec(),
            interfaces,
            depth: 0,
            unready: Vec::new(),
        }
    }

    /// The type inferred for the `i`th parameter.
    pub fn at(&self, i: usize) -> Option<Ty> {
        self.types[self.slots[i]]
    }

    /// Sets the type of the `i`th parameter.
    pub fn set(&mut self, i: usize, t: Ty) {
        self.types[self.slots[i]] = Some(t);
    }

    /// Number of parameters without type.
    pub fn unknowns(&self) -> usize {
        (0..self.params.len()).filter(|&i| self.at(i).is_none()).count()
    }

    /// Inferred types, in the order of the parameters.
    pub fn inferred(&self) -> Vec<Option<Ty>> {
        (0..self.params.len()).map(|i| self.at(i)).collect()
    }

    /// Index of a bound type parameter.
    fn bound(&self, t: Ty) -> Option<usize> {
        match t.kind() {
            TyKind::TypeParam(p) => self.params.iter().position(|q| q == p),
            _ => None,
        }
    }

    /// Makes two parameters share a slot. False if both have a type.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.slots[a], self.slots[b]);
        if a == b {
            return true;
        }
        let (keep, drop) = match (self.types[a], self.types[b]) {
            (Some(_), Some(_)) => return false,
            (None, Some(_)) => (b, a),
            _ => (a, b),
        };
        for s in self.slots.iter_mut().filter(|s| **s == drop) {
            *s = keep;
        }
        true
    }

    /// Matches two types and infers what is needed for that. On failure something may have been inferred all the same.
    pub fn unify(&mut self, x: Ty, y: Ty, mode: Match) -> bool {
        self.depth += 1;
        let ok = self.depth <= MAX_DEPTH && self.match_types(x, y, mode);
        self.depth -= 1;
        ok
    }

    fn match_types(&mut self, x: Ty, y: Ty, mode: Match) -> bool {
        if x == y {
            return true;
        }
        // From here on a bound parameter is x, if there is one; else a defined type is y.
        let swap = x.as_named().is_some() || self.bound(y).is_some();
        let (x, mut y) = if swap { (y, x) } else { (x, y) };
        let literal = !matches!(x.kind(), TyKind::Named(_) | TyKind::TypeParam(_));
        let by_methods = self.interfaces == Interfaces::ByMethods && matches!(x.kind(), TyKind::Interface(_));
        if mode != Match::Exact && literal && y.as_named().is_some() && !by_methods {
            y = y.underlying();
            if x == y {
                return true;
            }
        }
        if let Some(px) = self.bound(x) {
            return match self.bound(y) {
                Some(py) => self.match_params(px, py, mode),
                None => self.match_param(px, y, mode),
            };
        }
        if mode != Match::Exact
            && self.interfaces == Interfaces::ByMethods
            && let Some(result) = self.match_interfaces(x, y)
        {
            return result;
        }
        let (x, y) = if y.is_type_param() { (y, x) } else { (x, y) };
        self.match_structure(x, y, mode)
    }

    fn match_params(&mut self, px: usize, py: usize, mode: Match) -> bool {
        if self.join(px, py) {
            return true;
        }
        match (self.at(px), self.at(py)) {
            (Some(a), Some(b)) => self.unify(a, b, mode),
            _ => true,
        }
    }

    /// Matches bound parameter `px` with a type.
    fn match_param(&mut self, px: usize, y: Ty, mode: Match) -> bool {
        let Some(x) = self.at(px) else {
            self.set(px, y);
            return true;
        };
        if !self.unify(x, y, mode) {
            return false;
        }
        let (xn, yn) = (x.as_named().is_some(), y.as_named().is_some());
        match (interface_set(x), interface_set(y)) {
            // Of two defined interfaces neither is better; others must have the same methods.
            (Some(_), Some(_)) if xn && yn => return identical(x, y),
            (Some(a), Some(b)) if a.methods.len() != b.methods.len() => return false,
            (Some(_), None) | (None, Some(_)) => return false,
            _ => {}
        }
        if mode == Match::Exact || xn {
            return true;
        }
        // Prefer a defined type to a literal one, and a directed channel to an undirected one: values of the other
        // type can be assigned to it.
        let directed = matches!(y.under(), TyKind::Chan(d, _) if *d != ChanDir::Both);
        if yn || directed {
            self.set(px, y);
        }
        true
    }

    /// Matches types of which at least one is an interface; none if neither is.
    fn match_interfaces(&mut self, x: Ty, y: Ty) -> Option<bool> {
        let (set, other) = match (interface_set(x), interface_set(y)) {
            (Some(a), Some(b)) => return Some(self.match_method_sets(a, b)),
            (Some(set), None) => (set, y),
            (None, Some(set)) => (set, x),
            (None, None) => return None,
        };
        for m in &set.methods {
            let Lookup::Found(found) = lookup(other, false, m.name, m.pkg) else { return Some(false) };
            if let Member::Method(obj, _) = found.member
                && obj.ty.get().is_none()
            {
                self.unready.push(obj);
                return Some(false);
            }
            let have = found.member.ty();
            // A generic method never stands for an interface's.
            let plain = matches!(have.kind(), TyKind::Func(s) if s.tparams.is_empty());
            if !found.member.is_method() || !plain || !self.unify(m.sig, have, Match::Exact) {
                return Some(false);
            }
        }
        Some(true)
    }

    /// One interface must have all methods of the other one, with matching types.
    fn match_method_sets(&mut self, a: &TypeSet, b: &TypeSet) -> bool {
        if a.comparable != b.comparable || !same_terms(a, b) {
            return false;
        }
        let (few, many) = if a.methods.len() <= b.methods.len() { (a, b) } else { (b, a) };
        few.methods.iter().all(|m| match many.method(m.name, m.pkg) {
            Some(other) => self.unify(m.sig, other.sig, Match::Exact),
            None => false,
        })
    }

    fn match_structure(&mut self, x: Ty, y: Ty, mode: Match) -> bool {
        let inner = mode.inner();
        match (x.kind(), y.kind()) {
            (TyKind::Basic(a), TyKind::Basic(b)) => a == b,
            (TyKind::Array(a, n), TyKind::Array(b, m)) => n == m && self.unify(*a, *b, inner),
            (TyKind::Slice(a), TyKind::Slice(b)) | (TyKind::Pointer(a), TyKind::Pointer(b)) => {
                self.unify(*a, *b, inner)
            }
            (TyKind::Map(k, v), TyKind::Map(l, w)) => self.unify(*k, *l, inner) && self.unify(*v, *w, inner),
            (TyKind::Chan(d, a), TyKind::Chan(e, b)) => (mode != Match::Exact || d == e) && self.unify(*a, *b, inner),
            (TyKind::Struct(a), TyKind::Struct(b)) => self.match_fields(a, b, inner),
            (TyKind::Func(a), TyKind::Func(b)) => self.match_signatures(a, b, inner),
            (TyKind::Interface(_), TyKind::Interface(_)) => {
                let (a, b) = (type_set(x), type_set(y));
                a.comparable == b.comparable
                    && same_terms(a, b)
                    && a.methods.len() == b.methods.len()
                    && a.methods
                        .iter()
                        .zip(&b.methods)
                        .all(|(m, n)| same_id(m.name, m.pkg, n.name, n.pkg) && self.unify(m.sig, n.sig, Match::Exact))
            }
            (TyKind::Named(a), TyKind::Named(b)) => self.match_named(*a, *b, mode),
            // An unbound parameter stands for the one underlying type of its constraint.
            (TyKind::TypeParam(_), _) => core_type(x).is_some_and(|c| self.unify(c, y, Match::Assign)),
            _ => false,
        }
    }

    fn match_named(&mut self, a: Named, b: Named, mode: Match) -> bool {
        a.targs.len() == b.targs.len()
            && a.targs.iter().zip(&b.targs).all(|(x, y)| self.unify(*x, *y, mode))
            && a.generic() == b.generic()
    }

    fn match_fields(&mut self, a: &[Field], b: &[Field], mode: Match) -> bool {
        a.len() == b.len()
            && a.iter().zip(b).all(|(f, g)| {
                f.embedded == g.embedded
                    && f.tag == g.tag
                    && same_id(f.name, f.pkg, g.name, g.pkg)
                    && self.unify(f.ty, g.ty, mode)
            })
    }

    fn match_signatures(&mut self, a: &Signature, b: &Signature, mode: Match) -> bool {
        a.variadic == b.variadic
            && a.params.len() == b.params.len()
            && a.results.len() == b.results.len()
            && a.params.iter().zip(&b.params).all(|(p, q)| self.unify(p.ty, q.ty, mode))
            && a.results.iter().zip(&b.results).all(|(p, q)| self.unify(p.ty, q.ty, mode))
    }
}

/// The type set of an interface that is no type parameter.
fn interface_set(t: Ty) -> Option<&'static TypeSet> {
    t.is_interface().then(|| type_set(t.underlying()))
}

fn same_terms(a: &TypeSet, b: &TypeSet) -> bool {
    a.subset_of(b) && b.subset_of(a)
}
