//! How the source spells types: `byte` and `rune`, names of aliases, and type arguments in which they occur.
//!
//! Messages show types as the program writes them, while nothing else may tell an alias from what it stands for. So a
//! type with an alias in it has a [`Ty`] of its own, whose structure is that of the actual type, and which refers to
//! the *plain* type, in which every alias is replaced. `==` and hashes look at the plain type only; the printer of
//! messages alone looks at the spelling.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use crate::obj::Obj;
use crate::ty::{Field, IMethod, Interface, Named, Param, Signature, Ty, TyData, TyKind};

/// What the source writes instead of the structure.
#[derive(Clone, Debug)]
pub enum Spelling {
    /// The name of an alias, with type arguments if it is generic.
    Alias(Obj, Vec<Ty>),
    /// An instance of a defined type, with these explicit type arguments.
    Instance(Vec<Ty>),
}

/// A plain type and the addresses of the parts that distinguish this spelling of it.
type Key = (Ty, Vec<usize>);
static SPELLED: LazyLock<Mutex<HashMap<Key, Ty, rustc_hash::FxBuildHasher>>> = LazyLock::new(Default::default);

impl Ty {
    /// What an alias denotes. `targs` are the arguments of a generic alias; `actual` has them in it already.
    pub fn alias(obj: Obj, targs: Vec<Ty>, actual: Ty) -> Ty {
        if actual.is_invalid() {
            return actual;
        }
        spelled(actual.plain(), actual.kind().clone(), Some(Spelling::Alias(obj, targs)))
    }

    /// An instance whose explicit type arguments the source spells like `explicit`.
    pub fn instance(n: Named, explicit: Vec<Ty>) -> Ty {
        let plain = Ty::named(n);
        if explicit.iter().all(|t| t.is_plain()) {
            return plain;
        }
        spelled(plain, TyKind::Named(n), Some(Spelling::Instance(explicit)))
    }

    /// The alias by whose name the source calls the type, and its type arguments.
    pub fn as_alias(self) -> Option<(Obj, &'static [Ty])> {
        match &self.0.spelling {
            Some(Spelling::Alias(o, targs)) => Some((*o, targs)),
            _ => None,
        }
    }

    /// Explicit type arguments of an instance, if the source spells them otherwise than the type has them.
    pub fn spelled_targs(self) -> Option<&'static [Ty]> {
        match &self.0.spelling {
            Some(Spelling::Instance(targs)) => Some(targs),
            _ => None,
        }
    }

    /// The type that the alias stands for, as its declaration spells that. `byte` and `rune` count as names of their
    /// own.
    pub fn without_alias(self) -> Ty {
        match self.0.spelling {
            Some(Spelling::Alias(o, _)) if o.pkg.is_some() || !matches!(self.kind(), TyKind::Basic(_)) => {
                Ty::new(self.kind().clone())
            }
            _ => self,
        }
    }

    /// Whether there is no alias in it.
    pub fn is_plain(self) -> bool {
        self.0.plain.is_none()
    }
}

/// The spelled variant of a plain type.
pub(crate) fn spelled(plain: Ty, kind: TyKind, spelling: Option<Spelling>) -> Ty {
    let mut parts = Vec::new();
    let address = |t: Ty| t.0 as *const TyData as usize;
    each_part(&kind, &mut |t| parts.push(address(t)));
    match &spelling {
        None => {}
        Some(Spelling::Alias(o, targs)) => {
            parts.push(std::ptr::from_ref(o.data()) as usize);
            parts.extend(targs.iter().map(|&t| address(t)));
        }
        Some(Spelling::Instance(targs)) => parts.extend(targs.iter().map(|&t| address(t))),
    }
    let mut map = SPELLED.lock().expect("nothing panics while the table is locked");
    *map.entry((plain, parts)).or_insert_with(|| Ty::leak(kind, spelling, Some(plain)))
}

/// The structure with plain parts; none if all are plain.
pub(crate) fn plain_kind(kind: &TyKind) -> Option<TyKind> {
    let mut all_plain = true;
    each_part(kind, &mut |t| all_plain &= t.is_plain());
    (!all_plain).then(|| map_parts(kind, Ty::plain))
}

fn each_part(kind: &TyKind, f: &mut dyn FnMut(Ty)) {
    match kind {
        TyKind::Basic(_) | TyKind::Named(_) | TyKind::TypeParam(_) => {}
        TyKind::Pointer(t) | TyKind::Slice(t) | TyKind::Array(t, _) | TyKind::Chan(_, t) => f(*t),
        TyKind::Map(k, v) => {
            f(*k);
            f(*v);
        }
        TyKind::Struct(fields) => fields.iter().for_each(|x| f(x.ty)),
        TyKind::Func(s) => s.params.iter().chain(&s.results).for_each(|p| f(p.ty)),
        TyKind::Interface(i) => {
            i.methods.iter().for_each(|m| f(m.sig));
            i.embeds.iter().for_each(|e| f(e.0));
        }
        TyKind::Tuple(list) => list.iter().for_each(|t| f(*t)),
        TyKind::Union(terms) => terms.iter().for_each(|t| f(t.1)),
    }
}

fn map_parts(kind: &TyKind, f: fn(Ty) -> Ty) -> TyKind {
    let params = |list: &[Param]| list.iter().map(|p| Param { name: p.name, ty: f(p.ty) }).collect();
    match kind {
        TyKind::Basic(_) | TyKind::Named(_) | TyKind::TypeParam(_) => kind.clone(),
        TyKind::Pointer(t) => TyKind::Pointer(f(*t)),
        TyKind::Slice(t) => TyKind::Slice(f(*t)),
        TyKind::Array(t, n) => TyKind::Array(f(*t), *n),
        TyKind::Chan(d, t) => TyKind::Chan(*d, f(*t)),
        TyKind::Map(k, v) => TyKind::Map(f(*k), f(*v)),
        TyKind::Struct(fields) => TyKind::Struct(fields.iter().map(|x| Field { ty: f(x.ty), ..x.clone() }).collect()),
        TyKind::Func(s) => TyKind::Func(Signature {
            tparams: s.tparams.clone(),
            params: params(&s.params),
            results: params(&s.results),
            variadic: s.variadic,
        }),
        TyKind::Interface(i) => TyKind::Interface(Interface {
            methods: i.methods.iter().map(|m| IMethod { sig: f(m.sig), ..m.clone() }).collect(),
            embeds: i.embeds.iter().map(|e| (f(e.0), e.1)).collect(),
            implicit: i.implicit,
        }),
        TyKind::Tuple(list) => TyKind::Tuple(list.iter().map(|t| f(*t)).collect()),
        TyKind::Union(terms) => TyKind::Union(terms.iter().map(|t| (t.0, f(t.1))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use crate::print::{reflect_string, type_string};
    use crate::ty::{Basic, Ty};
    use crate::universe;

    #[test]
    fn spelling_is_for_messages_only() {
        let (spelled, plain) = (Ty::slice(universe::byte()), Ty::slice(Ty::basic(Basic::Uint8)));
        assert_eq!(spelled, plain);
        assert_eq!((type_string(spelled), type_string(plain)), ("[]byte".into(), "[]uint8".into()));
        assert_eq!(reflect_string(spelled), "[]uint8");
        assert_eq!(type_string(Ty::map(spelled, universe::rune())), "map[[]byte]rune");
    }
}
