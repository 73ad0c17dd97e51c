//! Type sets of interfaces.

use std::cell::RefCell;

use undergo_source::Name;

use crate::identical::{identical, same_id};
use crate::predicates::{Strictness, incomparable};
use crate::ty::{ChanDir, IMethod, Interface, Ty, TyKind};

/// What an interface means: its methods, and the types that may implement it.
#[derive(Clone, Debug)]
pub struct TypeSet {
    /// All methods, embedded ones included, sorted as itabs are: exported names first in byte order, then unexported
    /// by name and package path. (Contract: `abi_types.md`.)
    pub methods: Vec<IMethod>,
    /// The union of terms (tilde, type) that restricts the set; none if every type is in it.
    pub terms: Option<Vec<(bool, Ty)>>,
    /// Whether only comparable types are in it.
    pub comparable: bool,
}

/// A term of a union: (tilde, type).
pub type Term = (bool, Ty);

impl TypeSet {
    /// Whether no type is in it.
    pub fn is_empty(&self) -> bool {
        self.terms.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether it is that of the empty interface.
    pub fn is_all(&self) -> bool {
        self.is_method_set() && self.methods.is_empty()
    }

    /// Whether the interface is an ordinary one, described by its methods alone.
    pub fn is_method_set(&self) -> bool {
        !self.comparable && self.terms.is_none()
    }

    /// Whether the set is restricted to specific types, and not empty.
    pub fn has_terms(&self) -> bool {
        self.terms.as_ref().is_some_and(|t| !t.is_empty())
    }

    /// Whether all types of the set are strictly comparable.
    pub fn is_comparable(&self) -> bool {
        match &self.terms {
            None => self.comparable,
            Some(terms) => terms.iter().all(|&(_, t)| strictly_comparable(t)),
        }
    }

    /// Whether every term of this set is in the other one. (Methods are not looked at.)
    pub fn subset_of(&self, other: &TypeSet) -> bool {
        match (&self.terms, &other.terms) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(a), Some(b)) => a.iter().all(|&x| b.iter().any(|&y| term_within(x, y))),
        }
    }

    /// Its method of this name, seen from package `pkg`.
    pub fn method(&self, name: Name, pkg: Name) -> Option<&IMethod> {
        let first = self.methods.partition_point(|m| order(m.name) < order(name));
        self.methods[first..].iter().take_while(|m| m.name == name).find(|m| same_id(m.name, m.pkg, name, pkg))
    }

    /// Whether `t` is one of the types that the terms allow.
    pub fn includes(&self, t: Ty) -> bool {
        self.terms.as_ref().is_none_or(|terms| terms.iter().any(|&x| term_includes(x, t)))
    }
}

/// Whether a type is in the set of a term.
pub fn term_includes((tilde, of): Term, t: Ty) -> bool {
    if tilde { identical(of, t.underlying()) } else { identical(of, t) }
}

/// Whether all types of term `x` belong to term `y`.
pub fn term_within(x: Term, y: Term) -> bool {
    if x.0 && !y.0 {
        return false;
    }
    term_includes(y, x.1)
}

/// Whether two terms have no type in common.
pub fn terms_disjoint(x: Term, y: Term) -> bool {
    let a = if y.0 { x.1.underlying() } else { x.1 };
    let b = if x.0 { y.1.underlying() } else { y.1 };
    !identical(a, b)
}

fn intersect(a: &[Term], b: &[Term]) -> Vec<Term> {
    let mut out = Vec::new();
    for &x in a {
        for &y in b {
            if !terms_disjoint(x, y) {
                add_term(&mut out, if x.0 && !y.0 { y } else { x });
            }
        }
    }
    out
}

/// Adds a term to a union, keeping it free of terms that are within others.
fn add_term(list: &mut Vec<Term>, t: Term) {
    if !list.iter().any(|&x| term_within(t, x)) {
        list.retain(|&x| !term_within(x, t));
        list.push(t);
    }
}

fn strictly_comparable(t: Ty) -> bool {
    incomparable(t, Strictness::Strict).is_none()
}

thread_local! {
    /// Interfaces whose type sets are being computed, to stop at those that embed themselves (errors).
    static ACTIVE: RefCell<Vec<Ty>> = const { RefCell::new(Vec::new()) };
}

/// Deeper embedding than this is that of an erroneous generic interface which expands for ever.
const MAX_NESTING: usize = 1000;

/// The type set of an interface type; the set of all types for anything else.
pub fn type_set(iface: Ty) -> &'static TypeSet {
    if let Some(s) = iface.data().typeset.get() {
        return s;
    }
    let TyKind::Interface(i) = iface.kind() else { return top() };
    if ACTIVE.with(|a| a.borrow().len() > MAX_NESTING || a.borrow().contains(&iface)) {
        return top();
    }
    ACTIVE.with(|a| a.borrow_mut().push(iface));
    let (set, complete) = compute(i);
    let nested = ACTIVE.with(|a| {
        a.borrow_mut().pop();
        !a.borrow().is_empty()
    });
    // While a type is being declared its type set may lack what is still unknown: do not keep such a set.
    if complete || !nested && i.embeds.is_empty() {
        return iface.data().typeset.get_or_init(|| set);
    }
    Box::leak(Box::new(set))
}

/// The type set of a type whose underlying type is an interface, type parameters included.
pub fn type_set_of(t: Ty) -> Option<&'static TypeSet> {
    let u = t.underlying();
    matches!(u.kind(), TyKind::Interface(_)).then(|| type_set(u))
}

fn top() -> &'static TypeSet {
    static TOP: TypeSet = TypeSet { methods: Vec::new(), terms: None, comparable: false };
    &TOP
}

/// Whether everything about the type is known that a type set depends on.
fn is_complete(t: Ty) -> bool {
    match t.kind() {
        TyKind::Named(n) => n.generic().underlying.get().is_some(),
        TyKind::Union(ts) => ts.iter().all(|(_, t)| is_complete(*t)),
        _ => true,
    }
}

fn compute(i: &Interface) -> (TypeSet, bool) {
    let mut complete = true;
    let mut methods = i.methods.clone();
    let mut terms: Option<Vec<Term>> = None;
    let mut comparable_only = false;
    for &(t, _) in &i.embeds {
        let u = t.underlying();
        complete &= is_complete(t);
        let these = match u.kind() {
            TyKind::Interface(_) => {
                let set = type_set(u);
                complete &= u.data().typeset.get().is_some();
                for m in &set.methods {
                    if !methods.iter().any(|n| same_id(n.name, n.pkg, m.name, m.pkg)) {
                        methods.push(m.clone());
                    }
                }
                comparable_only |= set.comparable;
                set.terms.clone()
            }
            TyKind::Union(list) => {
                let (list, known) = union_terms(list);
                complete &= known;
                list
            }
            _ if u.is_invalid() => continue,
            _ => Some(vec![(false, t)]),
        };
        terms = match (terms, these) {
            (None, x) | (x, None) => x,
            (Some(a), Some(b)) => Some(intersect(&a, &b)),
        };
    }
    if comparable_only && let Some(list) = &mut terms {
        list.retain(|&(_, t)| strictly_comparable(t));
        comparable_only = false;
    }
    methods.sort_by_key(|m| (order(m.name), m.pkg));
    methods.dedup_by(|a, b| same_id(a.name, a.pkg, b.name, b.pkg));
    (TypeSet { methods, terms, comparable: comparable_only }, complete)
}

/// What methods are sorted by.
fn order(name: Name) -> (bool, Name) {
    (!name.is_exported(), name)
}

/// The terms of a union; none if it contains an interface that any type implements.
fn union_terms(list: &[Term]) -> (Option<Vec<Term>>, bool) {
    let mut complete = true;
    let mut out = Vec::new();
    let mut all = false;
    for &(tilde, t) in list {
        let u = t.underlying();
        complete &= is_complete(t);
        match u.kind() {
            TyKind::Interface(_) => {
                let set = type_set(u);
                complete &= u.data().typeset.get().is_some();
                match &set.terms {
                    None => all = true,
                    Some(terms) => terms.iter().for_each(|&x| add_term(&mut out, x)),
                }
            }
            _ if u.is_invalid() => {}
            _ if tilde && !identical(t, u) => {}
            _ => add_term(&mut out, (tilde, t)),
        }
    }
    (if all { None } else { Some(out) }, complete)
}

/// Calls `f` with each (type, underlying type) of a type parameter's type set, or once with none if that is not
/// restricted to specific types; of another type, with that type. Stops at the first `false`, and gives it.
pub fn all_types(t: Ty, mut f: impl FnMut(Option<(Ty, Ty)>) -> bool) -> bool {
    if !t.is_type_param() {
        return f(Some((t, t.underlying())));
    }
    match type_set_of(t) {
        Some(set) if set.has_terms() => {
            let terms = set.terms.iter().flatten();
            terms.into_iter().all(|&(tilde, t)| f(Some((t, if tilde { t } else { t.underlying() }))))
        }
        _ => f(None),
    }
}

/// Why the types of a type set have no common underlying type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoCommon {
    /// The set is not restricted to specific types.
    NoSpecificType,
    /// Two channel types with different elements.
    DifferentElements(Ty, Ty),
    /// Two channel types that allow opposite directions.
    ConflictingDirections(Ty, Ty),
    /// Two other types.
    Different(Ty, Ty),
}

impl NoCommon {
    /// As messages say it; `text` renders a type.
    pub fn text(self, mut text: impl FnMut(Ty) -> String) -> String {
        match self {
            NoCommon::NoSpecificType => String::from("no specific type"),
            NoCommon::DifferentElements(a, b) => {
                format!("channels {} and {} have different element types", text(a), text(b))
            }
            NoCommon::ConflictingDirections(a, b) => {
                format!("channels {} and {} have conflicting directions", text(a), text(b))
            }
            NoCommon::Different(a, b) => format!("{} and {} have different underlying types", text(a), text(b)),
        }
    }
}

/// The underlying type that all types of a type parameter's type set share; of another type, its underlying type.
/// Channel types that differ in direction only agree on the restricted one.
pub fn common_underlying(t: Ty) -> Result<Ty, NoCommon> {
    let mut found: Option<(Ty, Ty)> = None;
    let mut why = None;
    all_types(t, |pair| {
        let Some((t, u)) = pair else {
            why = Some(NoCommon::NoSpecificType);
            return false;
        };
        let Some((ct, cu)) = found else {
            found = Some((t, u));
            return true;
        };
        if let (TyKind::Chan(d1, e1), TyKind::Chan(d2, e2)) = (cu.kind(), u.kind()) {
            if !identical(*e1, *e2) {
                why = Some(NoCommon::DifferentElements(ct, t));
            } else if d1 == d2 {
            } else if *d1 == ChanDir::Both {
                found = Some((t, u));
            } else if *d2 != ChanDir::Both {
                why = Some(NoCommon::ConflictingDirections(ct, t));
            }
        } else if !identical(cu, u) {
            why = Some(NoCommon::Different(ct, t));
        }
        why.is_none()
    });
    match (why, found) {
        (Some(w), _) => Err(w),
        (None, Some((_, u))) => Ok(u),
        (None, None) => Err(NoCommon::NoSpecificType),
    }
}
