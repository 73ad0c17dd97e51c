//! Questions about types.
//!
//! `is_x` looks at one type and is false for type parameters; `all_x` is true of a type parameter if it is of every
//! type in its type set. What a type parameter's type set consists of is [`specifics`].

use std::collections::HashSet;

use smallvec::{SmallVec, smallvec};

use crate::constant_text::Style;
use crate::ty::{Basic, Signature, Ty, TyKind};
use crate::typeset::{common_underlying, type_set};

/// A type that values of some type may have.
#[derive(Clone, Copy, Debug)]
pub struct Specific {
    /// The type, or the type behind a tilde.
    pub ty: Ty,
    /// Whether every type with this underlying type is meant.
    pub tilde: bool,
    /// Its underlying type.
    pub under: Ty,
}

/// Types to look at instead of `t`: the terms of a type parameter's type set, else the type itself. None if a type
/// parameter's set is not restricted by types, or empty.
pub fn specifics(t: Ty) -> Option<SmallVec<[Specific; 4]>> {
    if !t.is_type_param() {
        return Some(smallvec![Specific { ty: t, tilde: false, under: t.underlying() }]);
    }
    let terms = type_set(t.underlying()).terms.as_ref().filter(|t| !t.is_empty())?;
    Some(terms.iter().map(|&(tilde, ty)| Specific { ty, tilde, under: ty.underlying() }).collect())
}

/// Whether `f` holds for every specific type of `t`. A type parameter without specific types gives false.
pub fn all(t: Ty, mut f: impl FnMut(Specific) -> bool) -> bool {
    specifics(t).is_some_and(|list| list.into_iter().all(&mut f))
}

/// Whether `f` holds for every underlying type of `t`; false for a type parameter without specific types.
pub fn under_is(t: Ty, mut f: impl FnMut(Ty) -> bool) -> bool {
    all(t, |s| f(s.under))
}

/// The common underlying type, if there is one.
pub fn core_type(t: Ty) -> Option<Ty> {
    if !t.is_type_param() {
        return Some(t.underlying());
    }
    common_underlying(t).ok()
}

/// The signature of a function type or of a type parameter all of whose types have it.
pub fn core_func(t: Ty) -> Option<&'static Signature> {
    match core_type(t)?.kind() {
        TyKind::Func(s) => Some(s),
        _ => None,
    }
}

impl Basic {
    /// Boolean, untyped included.
    #[inline]
    pub fn is_boolean(self) -> bool {
        matches!(self, Basic::Bool | Basic::UntypedBool)
    }
    /// Integer, untyped included.
    #[inline]
    pub fn is_integer(self) -> bool {
        (Basic::Int <= self && self <= Basic::Uintptr) || matches!(self, Basic::UntypedInt | Basic::UntypedRune)
    }
    /// Unsigned integer.
    #[inline]
    pub fn is_unsigned(self) -> bool {
        Basic::Uint <= self && self <= Basic::Uintptr
    }
    /// Float, untyped included.
    #[inline]
    pub fn is_float(self) -> bool {
        matches!(self, Basic::Float32 | Basic::Float64 | Basic::UntypedFloat)
    }
    /// Complex, untyped included.
    #[inline]
    pub fn is_complex(self) -> bool {
        matches!(self, Basic::Complex64 | Basic::Complex128 | Basic::UntypedComplex)
    }
    /// Number, untyped included.
    #[inline]
    pub fn is_numeric(self) -> bool {
        self.is_integer() || self.is_float() || self.is_complex()
    }
    /// String, untyped included.
    #[inline]
    pub fn is_string(self) -> bool {
        matches!(self, Basic::String | Basic::UntypedString)
    }
    /// Type of a constant without type, or of `nil`.
    #[inline]
    pub fn is_untyped(self) -> bool {
        self >= Basic::UntypedBool
    }
    /// Ordered by `<`.
    pub fn is_ordered(self) -> bool {
        self.is_integer() || self.is_float() || self.is_string()
    }
    /// Possible type of a constant.
    #[inline]
    pub fn is_const_type(self) -> bool {
        self.is_boolean() || self.is_numeric() || self.is_string()
    }
    /// How messages show a constant of this type.
    pub fn style(self) -> Style {
        if self.is_float() {
            Style::Float
        } else if self.is_complex() {
            Style::Complex
        } else {
            Style::Integer
        }
    }
}

macro_rules! basic_predicates {
    ($($(#[$doc:meta])* $is:ident $all:ident;)*) => {$(
        $(#[$doc])*
        pub fn $is(t: Ty) -> bool {
            t.as_basic().is_some_and(Basic::$is)
        }
        $(#[$doc])*
        /// Of a type parameter: for all its types.
        pub fn $all(t: Ty) -> bool {
            under_is(t, |u| u.as_basic().is_some_and(Basic::$is))
        }
    )*};
}
basic_predicates! {
    /// Whether the underlying type is boolean.
    is_boolean all_boolean;
    /// Whether the underlying type is an integer type.
    is_integer all_integer;
    /// Whether the underlying type is an unsigned integer type.
    is_unsigned all_unsigned;
    /// Whether the underlying type is numeric.
    is_numeric all_numeric;
    /// Whether the underlying type is a string type.
    is_string all_string;
    /// Whether the underlying type is a float type.
    is_float all_float;
    /// Whether the underlying type is a complex type.
    is_complex all_complex;
    /// Whether values can be ordered.
    is_ordered all_ordered;
    /// Whether there are constants of this type.
    is_const_type all_const_type;
}

/// Whether values are numbers or strings.
pub fn all_numeric_or_string(t: Ty) -> bool {
    under_is(t, |u| u.as_basic().is_some_and(|b| b.is_numeric() || b.is_string()))
}

/// Whether it is the type of an untyped constant or `nil`.
#[inline]
pub fn is_untyped(t: Ty) -> bool {
    matches!(t.kind(), TyKind::Basic(b) if b.is_untyped())
}

/// Whether it is the type of `nil`.
#[inline]
pub fn is_untyped_nil(t: Ty) -> bool {
    matches!(t.kind(), TyKind::Basic(Basic::UntypedNil))
}

/// Whether it is an untyped number.
pub fn is_untyped_numeric(t: Ty) -> bool {
    matches!(t.kind(), TyKind::Basic(b) if b.is_untyped() && b.is_numeric())
}

/// The type that an untyped constant gets where nothing else says; other types are returned as they are.
pub fn default_type(t: Ty) -> Ty {
    let TyKind::Basic(b) = t.kind() else { return t };
    Ty::basic(match b {
        Basic::UntypedBool => Basic::Bool,
        Basic::UntypedInt => Basic::Int,
        Basic::UntypedRune => return crate::universe::rune(),
        Basic::UntypedFloat => Basic::Float64,
        Basic::UntypedComplex => Basic::Complex128,
        Basic::UntypedString => Basic::String,
        _ => return t,
    })
}

/// The larger of two untyped types, if they go together.
pub fn max_untyped(a: Ty, b: Ty) -> Option<Ty> {
    if a == b {
        return Some(a);
    }
    match (a.kind(), b.kind()) {
        (TyKind::Basic(x), TyKind::Basic(y)) if is_untyped_numeric(a) && is_untyped_numeric(b) => {
            Some(if x > y { a } else { b })
        }
        _ => None,
    }
}

/// Whether the type has a name: a predeclared or defined type or a type parameter.
pub fn has_name(t: Ty) -> bool {
    matches!(t.kind(), TyKind::Basic(_) | TyKind::Named(_) | TyKind::TypeParam(_))
}

/// Whether it is a generic type without type arguments, or the type of a generic function.
pub fn is_generic(t: Ty) -> bool {
    match t.kind() {
        TyKind::Named(n) => n.origin.is_none() && n.tparams.get().is_some_and(|p| !p.is_empty()),
        TyKind::Func(s) => !s.tparams.is_empty(),
        _ => false,
    }
}

/// Whether `nil` is a value of the type.
pub fn has_nil(t: Ty) -> bool {
    let has = |u: Ty| match u.kind() {
        TyKind::Basic(b) => *b == Basic::UnsafePointer,
        TyKind::Slice(_) | TyKind::Pointer(_) | TyKind::Func(_) | TyKind::Map(..) | TyKind::Chan(..) => true,
        TyKind::Interface(_) => true,
        _ => false,
    };
    under_is(t, has)
}

/// Whether it is a slice of bytes or of runes.
pub fn is_bytes_or_runes(t: Ty) -> bool {
    matches!(t.under(), TyKind::Slice(e) if matches!(e.as_basic(), Some(Basic::Uint8 | Basic::Int32)))
        && !t.is_type_param()
}

/// Whether it is a pointer to an interface that is not a type parameter, or to a type parameter.
pub fn is_interface_pointer(t: Ty) -> bool {
    t.as_pointer().is_some_and(|e| matches!(e.under(), TyKind::Interface(_)))
}

/// The word for a composite type; none for basic ones.
pub fn composite_kind(t: Ty) -> Option<&'static str> {
    Some(match t.under() {
        TyKind::Array(..) => "array",
        TyKind::Slice(_) => "slice",
        TyKind::Struct(_) => "struct",
        TyKind::Pointer(_) => "pointer",
        TyKind::Func(_) => "func",
        TyKind::Interface(_) => "interface",
        TyKind::Map(..) => "map",
        TyKind::Chan(..) => "chan",
        TyKind::Tuple(_) => "tuple",
        TyKind::Union(_) => "union",
        TyKind::Basic(_) | TyKind::Named(_) | TyKind::TypeParam(_) => return None,
    })
}

/// Why values of a type cannot be compared.
#[derive(Clone, Copy, Debug)]
pub enum Incomparable {
    /// Nothing more specific than the kind of type.
    Kind,
    /// A field's type of a struct.
    Field(Ty),
    /// An array's element type.
    Array(Ty),
    /// A type parameter or constraint with an empty type set.
    EmptyTypeSet,
    /// A type parameter whose type set has types that cannot be compared.
    TypeSet,
}

/// Whether interfaces count as comparable: their comparison may panic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strictness {
    /// Comparable by `==`.
    Dynamic,
    /// Comparison never panics.
    Strict,
}

/// Whether `==` is defined for values of type `t`.
pub fn comparable(t: Ty) -> bool {
    incomparable(t, Strictness::Dynamic).is_none()
}

/// Why values of `t` cannot be compared; none if they can.
pub fn incomparable(t: Ty, strictness: Strictness) -> Option<Incomparable> {
    why_incomparable(t, strictness, &mut HashSet::new())
}

fn why_incomparable(t: Ty, strictness: Strictness, seen: &mut HashSet<Ty>) -> Option<Incomparable> {
    if !seen.insert(t) {
        return None;
    }
    match t.under() {
        TyKind::Basic(Basic::UntypedNil) => Some(Incomparable::Kind),
        TyKind::Basic(_) | TyKind::Pointer(_) | TyKind::Chan(..) => None,
        TyKind::Struct(fields) => fields
            .iter()
            .find(|f| why_incomparable(f.ty, strictness, seen).is_some())
            .map(|f| Incomparable::Field(f.ty)),
        TyKind::Array(e, _) => why_incomparable(*e, strictness, seen).map(|_| Incomparable::Array(t)),
        TyKind::Interface(_) => {
            if strictness == Strictness::Dynamic && !t.is_type_param() {
                return None;
            }
            let set = type_set(t.underlying());
            let Some(terms) = &set.terms else {
                return (!set.comparable).then_some(Incomparable::TypeSet);
            };
            if terms.is_empty() {
                return Some(Incomparable::EmptyTypeSet);
            }
            let mut all = terms.iter().map(|&(_, t)| why_incomparable(t, Strictness::Strict, seen));
            all.any(|w| w.is_some()).then_some(Incomparable::TypeSet)
        }
        _ => Some(Incomparable::Kind),
    }
}
