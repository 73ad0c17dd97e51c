//! Type identity.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::ty::{Interface, Named, Param, Signature, Ty, TyKind, TypeParam};
use crate::typeset::{self, TypeSet};

/// Whether two types are identical (spec: Type identity).
pub fn identical(a: Ty, b: Ty) -> bool {
    a == b || Comparer::default().ty(a, b)
}

/// Whether two lists of types are pairwise identical.
pub fn identical_lists(a: &[Ty], b: &[Ty]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| identical(*a, *b))
}

/// Whether two types are identical if struct tags are ignored.
pub fn identical_ignoring_tags(a: Ty, b: Ty) -> bool {
    a == b || Comparer { ignore_tags: true, ..Comparer::default() }.ty(a, b)
}

/// Whether two names of fields or methods are the same: exported ones by name, others by package as well.
pub fn same_id(
    a: undergo_source::Name,
    a_pkg: undergo_source::Name,
    b: undergo_source::Name,
    b_pkg: undergo_source::Name,
) -> bool {
    a == b && (a_pkg == b_pkg || a.is_exported())
}

#[derive(Default)]
struct Comparer {
    ignore_tags: bool,
    /// Pairs of interfaces being compared: met again, they are assumed to be identical.
    pairs: Vec<(Ty, Ty)>,
}

impl Comparer {
    fn ty(&mut self, a: Ty, b: Ty) -> bool {
        if a == b {
            return true;
        }
        match (a.kind(), b.kind()) {
            (TyKind::Named(a), TyKind::Named(b)) => self.named(*a, *b),
            (TyKind::Pointer(a), TyKind::Pointer(b)) | (TyKind::Slice(a), TyKind::Slice(b)) => self.ty(*a, *b),
            (TyKind::Array(a, n), TyKind::Array(b, m)) => n == m && self.ty(*a, *b),
            (TyKind::Map(ak, av), TyKind::Map(bk, bv)) => self.ty(*ak, *bk) && self.ty(*av, *bv),
            (TyKind::Chan(ad, a), TyKind::Chan(bd, b)) => ad == bd && self.ty(*a, *b),
            (TyKind::Struct(a), TyKind::Struct(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|(f, g)| {
                        f.embedded == g.embedded
                            && same_id(f.name, f.pkg, g.name, g.pkg)
                            && (self.ignore_tags || f.tag == g.tag)
                            && self.ty(f.ty, g.ty)
                    })
            }
            (TyKind::Func(a), TyKind::Func(b)) => self.signature(a, b),
            (TyKind::Interface(_), TyKind::Interface(_)) => self.interface(a, b),
            (TyKind::Tuple(a), TyKind::Tuple(b)) => self.list(a, b),
            (TyKind::Union(x), TyKind::Union(y)) => {
                x.len() == y.len() && x.iter().zip(y).all(|(p, q)| p.0 == q.0 && self.ty(p.1, q.1))
            }
            _ => false,
        }
    }

    fn list(&mut self, a: &[Ty], b: &[Ty]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.ty(*a, *b))
    }

    fn named(&mut self, a: Named, b: Named) -> bool {
        a.origin.is_some() && a.origin == b.origin && self.list(&a.targs, &b.targs)
    }

    fn signature(&mut self, a: &Signature, b: &Signature) -> bool {
        if a.tparams.len() != b.tparams.len() || a.variadic != b.variadic {
            return false;
        }
        let types = |list: &[Param]| -> Vec<Ty> { list.iter().map(|p| p.ty).collect() };
        let (mut bp, mut br) = (types(&b.params), types(&b.results));
        if !a.tparams.is_empty() && a.tparams != b.tparams {
            let to: Vec<Ty> = a.tparams.iter().map(|&p| Ty::type_param(p)).collect();
            let rename = |t: &Ty| crate::subst::subst(*t, &b.tparams, &to);
            let bound = |p: &TypeParam| p.bound.get().copied().unwrap_or_else(Ty::invalid);
            let same_bounds = |(p, q): (&TypeParam, &TypeParam)| identical(bound(p), rename(&bound(q)));
            if !a.tparams.iter().zip(&b.tparams).all(same_bounds) {
                return false;
            }
            bp = bp.iter().map(rename).collect();
            br = br.iter().map(rename).collect();
        }
        self.list(&types(&a.params), &bp) && self.list(&types(&a.results), &br)
    }

    fn interface(&mut self, a: Ty, b: Ty) -> bool {
        if self.pairs.contains(&(a, b)) || self.pairs.contains(&(b, a)) {
            return true;
        }
        let (x, y) = (typeset::type_set(a), typeset::type_set(b));
        if x.comparable != y.comparable || x.methods.len() != y.methods.len() || !same_terms(x, y) {
            return false;
        }
        self.pairs.push((a, b));
        let same = x
            .methods
            .iter()
            .zip(&y.methods)
            .all(|(m, n)| same_id(m.name, m.pkg, n.name, n.pkg) && self.ty(m.sig, n.sig));
        self.pairs.pop();
        same
    }
}

fn same_terms(x: &TypeSet, y: &TypeSet) -> bool {
    match (&x.terms, &y.terms) {
        (None, None) => true,
        (Some(_), Some(_)) => x.subset_of(y) && y.subset_of(x),
        _ => false,
    }
}

/// A number that identical types share, and few others. Unlike [`canon`] it may be asked while a package is checked.
pub fn bucket(t: Ty) -> u64 {
    let mut h = FxHasher::default();
    add_to_bucket(t, &mut h);
    h.finish()
}

fn add_to_bucket(t: Ty, h: &mut FxHasher) {
    let kind = t.kind();
    std::mem::discriminant(kind).hash(h);
    match kind {
        TyKind::Basic(b) => b.hash(h),
        TyKind::Named(n) => n.generic().hash(h),
        TyKind::TypeParam(p) => p.hash(h),
        TyKind::Pointer(t) | TyKind::Slice(t) | TyKind::Chan(_, t) => add_to_bucket(*t, h),
        TyKind::Array(t, n) => {
            n.hash(h);
            add_to_bucket(*t, h);
        }
        TyKind::Map(k, v) => [k, v].into_iter().for_each(|&t| add_to_bucket(t, h)),
        TyKind::Struct(fields) => {
            for f in fields {
                f.name.hash(h);
                add_to_bucket(f.ty, h);
            }
        }
        TyKind::Func(s) => s.params.iter().chain(&s.results).for_each(|p| match p.ty.kind() {
            // Those of a generic signature are renamed for the comparison.
            TyKind::Named(n) => n.generic().hash(h),
            _ => std::mem::discriminant(p.ty.kind()).hash(h),
        }),
        TyKind::Interface(_) | TyKind::Tuple(_) | TyKind::Union(_) => {}
    }
}

/// The representative of all types identical to `t`: no parameter names, interfaces flattened and sorted, arguments
/// of instances canonical. Only for complete types, that is, after the package that declares them has been checked.
pub fn canon(t: Ty) -> Ty {
    let t = t.plain();
    if let Some(&c) = t.data().canon.get() {
        return c;
    }
    thread_local! {
        static ACTIVE: std::cell::RefCell<Vec<Ty>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    // An interface that reaches itself through the methods of a type it embeds stays as it is.
    if ACTIVE.with(|a| a.borrow().contains(&t)) {
        return t;
    }
    ACTIVE.with(|a| a.borrow_mut().push(t));
    let c = canonical(t);
    ACTIVE.with(|a| a.borrow_mut().pop());
    let _ = c.data().canon.set(c);
    *t.data().canon.get_or_init(|| c)
}

fn canonical(t: Ty) -> Ty {
    match t.kind() {
        TyKind::Basic(_) | TyKind::TypeParam(_) => t,
        TyKind::Named(n) => match n.origin {
            Some(origin) => {
                let targs: Vec<Ty> = n.targs.iter().map(|&t| canon(t)).collect();
                if targs == n.targs { t } else { Ty::named(origin.instance(targs)) }
            }
            None => t,
        },
        TyKind::Pointer(e) => Ty::pointer(canon(*e)),
        TyKind::Slice(e) => Ty::slice(canon(*e)),
        TyKind::Array(e, n) => Ty::array(canon(*e), *n),
        TyKind::Map(k, v) => Ty::map(canon(*k), canon(*v)),
        TyKind::Chan(d, e) => Ty::chan(*d, canon(*e)),
        TyKind::Struct(fields) => {
            let no_pkg = undergo_source::Name::empty();
            let field = |f: &crate::ty::Field| crate::ty::Field {
                ty: canon(f.ty),
                pkg: if f.name.is_exported() { no_pkg } else { f.pkg },
                ..f.clone()
            };
            Ty::new(TyKind::Struct(fields.iter().map(field).collect()))
        }
        TyKind::Func(s) => {
            let strip = |list: &[Param]| -> Vec<Param> {
                list.iter().map(|p| Param { name: undergo_source::Name::empty(), ty: canon(p.ty) }).collect()
            };
            Ty::new(TyKind::Func(Signature {
                tparams: s.tparams.clone(),
                params: strip(&s.params),
                results: strip(&s.results),
                variadic: s.variadic,
            }))
        }
        TyKind::Interface(_) => canonical_interface(typeset::type_set(t), t),
        TyKind::Tuple(ts) => Ty::tuple(ts.iter().map(|&t| canon(t)).collect()),
        TyKind::Union(ts) => Ty::new(TyKind::Union(ts.iter().map(|&(tilde, t)| (tilde, canon(t))).collect())),
    }
}

fn canonical_interface(set: &TypeSet, t: Ty) -> Ty {
    if set.comparable || set.terms.is_some() {
        // Constraints are not types of values: nobody compares these by representation.
        return t;
    }
    let no_pkg = undergo_source::Name::empty();
    let methods = set
        .methods
        .iter()
        .map(|m| crate::ty::IMethod {
            name: m.name,
            pkg: if m.name.is_exported() { no_pkg } else { m.pkg },
            sig: canon(m.sig),
            pos: undergo_source::Pos::NONE,
        })
        .collect();
    Ty::new(TyKind::Interface(Interface { methods, embeds: Vec::new(), implicit: false }))
}
