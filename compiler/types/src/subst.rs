//! Substitution of type parameters.
//!
//! Substitution never looks at underlying types, so it terminates on recursive types: an instance of a generic type
//! is replaced by another instance, whose underlying type is expanded when it is asked for.

use crate::obj::{Obj, ObjKind};
use crate::ty::{Field, IMethod, Interface, Named, Param, Signature, Ty, TyKind, TypeParam};

/// `t` with each of `params` replaced by the type at the same index of `args`. Parameters without argument (in
/// erroneous programs) stay.
pub fn subst(t: Ty, params: &[TypeParam], args: &[Ty]) -> Ty {
    if params.is_empty() || args.is_empty() || !t.has_params() {
        return t;
    }
    let pairs = params.iter().copied().zip(args.iter().copied()).collect();
    Map { pairs }.ty(t)
}

/// The instance of a generic type with explicit arguments. Inside the generic function that declares a local type,
/// that function's own type parameters are its implicit arguments.
pub fn instance_of(generic: Named, explicit: Vec<Ty>) -> Named {
    let mut targs: Vec<Ty> = generic.outer.iter().map(|&p| Ty::type_param(p)).collect();
    targs.extend(explicit);
    generic.instance(targs)
}

/// The type of method `m` of receiver base type `recv` (an instance or not): type arguments of the receiver are
/// substituted for the type parameters that the declaration names.
pub fn method_type(m: Obj, recv: Named) -> Ty {
    let t = m.type_();
    let Some(info) = m.func() else { return t };
    match info.recv_tparams.get() {
        Some(tparams) if recv.origin.is_some() => subst(t, tparams, recv.explicit_targs()),
        _ => t,
    }
}

struct Map {
    pairs: Vec<(TypeParam, Ty)>,
}

impl Map {
    fn get(&self, p: TypeParam) -> Option<Ty> {
        self.pairs.iter().find(|(q, _)| *q == p).map(|(_, t)| *t)
    }

    fn ty(&self, t: Ty) -> Ty {
        if !t.has_params() {
            return t;
        }
        if let Some((alias, targs)) = t.as_alias().filter(|(_, targs)| !targs.is_empty()) {
            let targs = targs.iter().map(|&t| self.ty(t)).collect();
            return Ty::alias(alias, targs, self.structure(t));
        }
        self.structure(t)
    }

    fn structure(&self, t: Ty) -> Ty {
        match t.kind() {
            TyKind::Basic(_) => t,
            TyKind::TypeParam(p) => self.get(*p).unwrap_or(t),
            TyKind::Named(n) if wrong_count(*n) => Ty::invalid(),
            TyKind::Named(n) => match self.named(*n) {
                Some(new) => {
                    let explicit = t.spelled_targs().unwrap_or(n.explicit_targs());
                    Ty::instance(new, explicit.iter().map(|&t| self.ty(t)).collect())
                }
                None => t,
            },
            TyKind::Pointer(e) => Ty::pointer(self.ty(*e)),
            TyKind::Slice(e) => Ty::slice(self.ty(*e)),
            TyKind::Array(e, n) => Ty::array(self.ty(*e), *n),
            TyKind::Map(k, v) => Ty::map(self.ty(*k), self.ty(*v)),
            TyKind::Chan(d, e) => Ty::chan(*d, self.ty(*e)),
            TyKind::Struct(fields) => {
                let fields = fields.iter().map(|f| Field { ty: self.ty(f.ty), ..f.clone() }).collect();
                Ty::new(TyKind::Struct(fields))
            }
            TyKind::Func(s) => self.signature(t, s),
            TyKind::Interface(i) => Ty::new(TyKind::Interface(self.interface(i))),
            TyKind::Tuple(ts) => Ty::tuple(ts.iter().map(|&t| self.ty(t)).collect()),
            TyKind::Union(ts) => Ty::new(TyKind::Union(ts.iter().map(|&(tilde, t)| (tilde, self.ty(t))).collect())),
        }
    }

    fn named(&self, n: Named) -> Option<Named> {
        if let Some(origin) = n.origin {
            let targs: Vec<Ty> = n.targs.iter().map(|&t| self.ty(t)).collect();
            return (targs != n.targs).then(|| origin.instance(targs));
        }
        // A local type of a generic function; a generic one is not an instance yet and stays.
        if n.outer.is_empty() || n.tparams.get().is_some_and(|p| !p.is_empty()) {
            return None;
        }
        let own: Vec<Ty> = n.outer.iter().map(|&p| Ty::type_param(p)).collect();
        let targs: Vec<Ty> = own.iter().map(|&t| self.ty(t)).collect();
        (targs != own).then(|| n.instance(targs))
    }

    fn params(&self, list: &[Param]) -> Vec<Param> {
        list.iter().map(|p| Param { name: p.name, ty: self.ty(p.ty) }).collect()
    }

    fn signature(&self, t: Ty, s: &Signature) -> Ty {
        let own_replaced = s.tparams.iter().any(|&p| self.get(p).is_some());
        let bounds_change = || {
            let changes = |p: &TypeParam| p.bound.get().is_some_and(|&b| self.ty(b) != b);
            s.tparams.iter().any(changes)
        };
        if !s.tparams.is_empty() && !own_replaced && bounds_change() {
            return self.with_fresh_params(s);
        }
        let new = Signature {
            tparams: s.tparams.clone(),
            params: self.params(&s.params),
            results: self.params(&s.results),
            variadic: s.variadic,
        };
        if new == *s { t } else { Ty::new(TyKind::Func(new)) }
    }

    /// The constraints of a generic method mention what is replaced: its type parameters become new ones.
    fn with_fresh_params(&self, s: &Signature) -> Ty {
        let fresh: Vec<TypeParam> = s.tparams.iter().map(|p| fresh_param(*p)).collect();
        let mut pairs = self.pairs.clone();
        pairs.extend(s.tparams.iter().zip(&fresh).map(|(p, f)| (*p, Ty::type_param(*f))));
        let inner = Map { pairs };
        for (p, f) in s.tparams.iter().zip(&fresh) {
            if let Some(&b) = p.bound.get() {
                let _ = f.bound.set(inner.ty(b));
            }
        }
        Ty::new(TyKind::Func(Signature {
            tparams: fresh,
            params: inner.params(&s.params),
            results: inner.params(&s.results),
            variadic: s.variadic,
        }))
    }

    fn interface(&self, i: &Interface) -> Interface {
        Interface {
            methods: i.methods.iter().map(|m| IMethod { sig: self.ty(m.sig), ..m.clone() }).collect(),
            embeds: i.embeds.iter().map(|&(t, pos)| (self.ty(t), pos)).collect(),
            implicit: i.implicit,
        }
    }
}

/// Whether an instance has too many or too few arguments (an error that has been reported).
fn wrong_count(n: Named) -> bool {
    n.origin.is_some_and(|o| o.tparams.get().is_some_and(|p| p.len() + o.outer.len() != n.targs.len()))
}

/// A new type parameter that looks like `p` and has no constraint yet.
pub fn fresh_param(p: TypeParam) -> TypeParam {
    let kind = ObjKind::TypeName { alias: false, alias_tparams: Default::default() };
    let obj = Obj::new(kind, p.obj.name, p.obj.pkg, p.obj.pos, false);
    let fresh = TypeParam::new(obj, p.index);
    obj.set_type(Ty::type_param(fresh));
    fresh
}
