//! Types.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, RwLock};

use undergo_source::{Name, Pos};

use crate::members::Methods;
use crate::obj::Obj;
use crate::spelling::Spelling;
use crate::typeset::TypeSet;

/// A type. Copying is free; `==` compares representations (see the crate's invariants), not identity. How the source
/// spells a type (`byte`, or an alias) is kept for messages and makes no difference to `==` and hashes.
#[derive(Clone, Copy)]
pub struct Ty(pub(crate) &'static TyData);

/// What a [`Ty`] points at.
pub struct TyData {
    kind: TyKind,
    /// Whether a type parameter occurs in it, the arguments of instances included.
    has_params: bool,
    /// Whether and how the source spells it otherwise than its structure says; see [`crate::spelling`].
    pub(crate) spelling: Option<Spelling>,
    /// The same type with no alias anywhere in it; none if there is none.
    pub(crate) plain: Option<Ty>,
    /// The type set of an interface, computed on first use after its embedded types are complete.
    pub typeset: OnceLock<TypeSet>,
    /// The canonical form, see [`crate::identical::canon`].
    pub canon: OnceLock<Ty>,
    /// Size and so on, computed on first use after the declarations it depends on; see [`crate::layout`].
    pub layout: crate::layout::Memo,
}

/// Predeclared basic types, and the types of untyped constants.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub enum Basic {
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    UnsafePointer,
    UntypedBool,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
    UntypedString,
    UntypedNil,
}

/// Direction of a channel type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum ChanDir {
    Both,
    Send,
    Recv,
}

/// The structure of a type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TyKind {
    /// A predeclared type (`byte` and `rune` are `Uint8` and `Int32`).
    Basic(Basic),
    /// A defined type, or an instance of a generic one.
    Named(Named),
    /// `*T`
    Pointer(Ty),
    /// `[]T`
    Slice(Ty),
    /// `[n]T`
    Array(Ty, u64),
    /// `map[K]V`
    Map(Ty, Ty),
    /// `chan T`
    Chan(ChanDir, Ty),
    /// `struct{…}`
    Struct(Vec<Field>),
    /// `func(…) …`; the receiver of a method is not part of it.
    Func(Signature),
    /// `interface{…}`
    Interface(Interface),
    /// A list of types: results of a call with other than one result. Never the type of a variable.
    Tuple(Vec<Ty>),
    /// A type parameter.
    TypeParam(TypeParam),
    /// `~A | B`: an element of a constraint. Pairs (tilde, type).
    Union(Vec<(bool, Ty)>),
}

/// A struct field. Identity compares name, package (unless exported), type, embedding and tag.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    /// Its name; for an embedded field the type's name.
    pub name: Name,
    /// Import path of the package of the declaration.
    pub pkg: Name,
    /// Its type.
    pub ty: Ty,
    /// Whether it is embedded.
    pub embedded: bool,
    /// Its tag, unquoted; empty for none.
    pub tag: Name,
}

/// A parameter or result. The name (possibly empty) is for messages only.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Param {
    /// Its name, empty if it has none.
    pub name: Name,
    /// Its type; for a variadic parameter the slice type.
    pub ty: Ty,
}

/// A function type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Signature {
    /// Type parameters of a generic function or method (its own ones, not the receiver's).
    pub tparams: Vec<TypeParam>,
    /// Parameters.
    pub params: Vec<Param>,
    /// Results.
    pub results: Vec<Param>,
    /// Whether the last parameter is `...T`.
    pub variadic: bool,
}

/// A method of an interface type as written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct IMethod {
    /// Its name.
    pub name: Name,
    /// Import path of the package of the declaration.
    pub pkg: Name,
    /// Its signature, a [`TyKind::Func`].
    pub sig: Ty,
    /// Where it is declared.
    pub pos: Pos,
}

/// An interface type as written; what it means is its [`TypeSet`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Interface {
    /// Explicit methods.
    pub methods: Vec<IMethod>,
    /// Embedded elements with their positions: interfaces, unions, other types.
    pub embeds: Vec<(Ty, Pos)>,
    /// Written without `interface{}` around it, as a constraint such as `~int | string`.
    pub implicit: bool,
}

/// A defined type. Nominal: compared by identity.
#[derive(Clone, Copy)]
pub struct Named(&'static NamedData);

/// What a [`Named`] points at.
pub struct NamedData {
    /// Its type name (of the origin, for an instance).
    pub obj: Obj,
    /// The generic type this is an instance of.
    pub origin: Option<Named>,
    /// Type arguments of an instance: first those for [`NamedData::outer`] of the origin, then the explicit ones.
    pub targs: Vec<Ty>,
    /// Type parameters of the generic function that the type is declared in: implicit parameters of it.
    pub outer: Vec<TypeParam>,
    /// Declared type parameters of a generic type (origin only; empty for ordinary types). Set when the declaration
    /// has been collected.
    pub tparams: OnceLock<Vec<TypeParam>>,
    /// The underlying type. Of an instance: expanded on first use through [`Ty::underlying`].
    pub underlying: OnceLock<Ty>,
    /// Methods declared with this receiver base type (origin only), in source order.
    pub methods: RwLock<Methods>,
    /// Of a type declared in a function: its number among the local types of that name in its package, in source
    /// order from 1. Set when the package has been checked.
    pub local_index: OnceLock<u32>,
    /// Set by the checker for a type of infinite size (origin only): its underlying type is invalid then.
    pub broken: AtomicBool,
    serial: u32,
}

/// A type parameter. Nominal.
#[derive(Clone, Copy)]
pub struct TypeParam(&'static TypeParamData);

/// What a [`TypeParam`] points at.
pub struct TypeParamData {
    /// Its type name.
    pub obj: Obj,
    /// Its place in the parameter list.
    pub index: usize,
    /// Its constraint as written; see [`TypeParam::constraint`].
    pub bound: OnceLock<Ty>,
    serial: u32,
}

static SERIAL: AtomicU32 = AtomicU32::new(1);
const SHARDS: usize = 16;
type Shard = Mutex<HashMap<TyKind, Ty, rustc_hash::FxBuildHasher>>;
static TYPES: LazyLock<[Shard; SHARDS]> = LazyLock::new(Default::default);
static INSTANCES: LazyLock<Mutex<HashMap<(Named, Vec<Ty>), Named, rustc_hash::FxBuildHasher>>> =
    LazyLock::new(Default::default);

/// The basic types, which are asked for most, without a look into the table.
static BASIC: [OnceLock<Ty>; Basic::UntypedNil as usize + 1] =
    [const { OnceLock::new() }; Basic::UntypedNil as usize + 1];

impl Ty {
    /// The type of this structure.
    pub fn new(kind: TyKind) -> Ty {
        match crate::spelling::plain_kind(&kind) {
            None => Ty::new_plain(kind),
            Some(plain) => crate::spelling::spelled(Ty::new_plain(plain), kind, None),
        }
    }

    fn new_plain(kind: TyKind) -> Ty {
        use std::hash::BuildHasher;
        let h = rustc_hash::FxBuildHasher.hash_one(&kind);
        let mut map = TYPES[(h >> 7) as usize % SHARDS].lock().expect("nothing panics while a shard is locked");
        if let Some(&t) = map.get(&kind) {
            return t;
        }
        let t = Ty::leak(kind.clone(), None, None);
        map.insert(kind, t);
        t
    }

    /// A new entry of the table of types, or of that of spelled ones.
    pub(crate) fn leak(kind: TyKind, spelling: Option<Spelling>, plain: Option<Ty>) -> Ty {
        let has_params = kind.mentions_params();
        let (typeset, canon, layout) = Default::default();
        Ty(Box::leak(Box::new(TyData { kind, has_params, spelling, plain, typeset, canon, layout })))
    }

    /// The same type with no alias anywhere in it.
    #[inline]
    pub fn plain(self) -> Ty {
        self.0.plain.unwrap_or(self)
    }

    /// A basic type.
    #[inline]
    pub fn basic(b: Basic) -> Ty {
        *BASIC[b as usize].get_or_init(|| Ty::new(TyKind::Basic(b)))
    }
    /// The type of erroneous expressions.
    #[inline]
    pub fn invalid() -> Ty {
        Ty::basic(Basic::Invalid)
    }
    /// `*elem`
    pub fn pointer(elem: Ty) -> Ty {
        Ty::new(TyKind::Pointer(elem))
    }
    /// `[]elem`
    pub fn slice(elem: Ty) -> Ty {
        Ty::new(TyKind::Slice(elem))
    }
    /// `[n]elem`
    pub fn array(elem: Ty, n: u64) -> Ty {
        Ty::new(TyKind::Array(elem, n))
    }
    /// `map[key]elem`
    pub fn map(key: Ty, elem: Ty) -> Ty {
        Ty::new(TyKind::Map(key, elem))
    }
    /// `chan elem` with a direction.
    pub fn chan(dir: ChanDir, elem: Ty) -> Ty {
        Ty::new(TyKind::Chan(dir, elem))
    }
    /// A list of types.
    pub fn tuple(types: Vec<Ty>) -> Ty {
        Ty::new(TyKind::Tuple(types))
    }
    /// The type of a defined type.
    pub fn named(n: Named) -> Ty {
        Ty::new(TyKind::Named(n))
    }
    /// The type of a type parameter.
    pub fn type_param(p: TypeParam) -> Ty {
        Ty::new(TyKind::TypeParam(p))
    }

    /// The structure.
    #[inline]
    pub fn kind(self) -> &'static TyKind {
        &self.0.kind
    }
    /// The data behind the handle, for the caches of this crate.
    #[inline]
    pub fn data(self) -> &'static TyData {
        self.0
    }
    /// Whether a type parameter occurs in the type.
    #[inline]
    pub fn has_params(self) -> bool {
        self.0.has_params
    }

    /// The underlying type: of a defined type what it was declared as, of a type parameter its constraint interface,
    /// else the type itself. An incomplete defined type gives the invalid type.
    #[inline]
    pub fn underlying(self) -> Ty {
        match self.kind() {
            TyKind::Named(n) => match self.spelled_targs() {
                Some(targs) => n.underlying_with(targs),
                None => n.underlying(),
            },
            TyKind::TypeParam(p) => p.constraint(),
            _ => self,
        }
    }

    /// The structure of the underlying type.
    #[inline]
    pub fn under(self) -> &'static TyKind {
        self.underlying().kind()
    }

    /// Whether this is the invalid type.
    #[inline]
    pub fn is_invalid(self) -> bool {
        matches!(self.kind(), TyKind::Basic(Basic::Invalid))
    }
    /// Whether this is a type parameter.
    #[inline]
    pub fn is_type_param(self) -> bool {
        matches!(self.kind(), TyKind::TypeParam(_))
    }
    /// Whether the underlying type is an interface and the type is not a type parameter.
    #[inline]
    pub fn is_interface(self) -> bool {
        !self.is_type_param() && matches!(self.under(), TyKind::Interface(_))
    }
    /// The defined type, if it is one.
    #[inline]
    pub fn as_named(self) -> Option<Named> {
        match self.kind() {
            TyKind::Named(n) => Some(*n),
            _ => None,
        }
    }
    /// The basic kind of the underlying type, if it is basic.
    #[inline]
    pub fn as_basic(self) -> Option<Basic> {
        match self.under() {
            TyKind::Basic(b) if !self.is_type_param() => Some(*b),
            _ => None,
        }
    }
    /// The signature of the underlying type, if it is a function type.
    #[inline]
    pub fn as_func(self) -> Option<&'static Signature> {
        match self.under() {
            TyKind::Func(s) => Some(s),
            _ => None,
        }
    }
    /// The element of a pointer (underlying) type.
    #[inline]
    pub fn as_pointer(self) -> Option<Ty> {
        match self.under() {
            TyKind::Pointer(e) => Some(*e),
            _ => None,
        }
    }
}

impl TyKind {
    fn mentions_params(&self) -> bool {
        match self {
            TyKind::Basic(_) => false,
            TyKind::TypeParam(_) => true,
            TyKind::Named(n) => n.targs.iter().any(|t| t.has_params()) || (n.origin.is_none() && !n.outer.is_empty()),
            TyKind::Pointer(t) | TyKind::Slice(t) | TyKind::Array(t, _) | TyKind::Chan(_, t) => t.has_params(),
            TyKind::Map(k, v) => k.has_params() || v.has_params(),
            TyKind::Struct(fields) => fields.iter().any(|f| f.ty.has_params()),
            TyKind::Func(s) => s.params.iter().chain(&s.results).any(|p| p.ty.has_params()) || !s.tparams.is_empty(),
            TyKind::Interface(i) => {
                i.methods.iter().any(|m| m.sig.has_params()) || i.embeds.iter().any(|(t, _)| t.has_params())
            }
            TyKind::Tuple(ts) => ts.iter().any(|t| t.has_params()),
            TyKind::Union(ts) => ts.iter().any(|(_, t)| t.has_params()),
        }
    }
}

impl Named {
    /// A new defined type, declared by `obj`, within a generic function that has type parameters `outer`.
    pub fn declare(obj: Obj, outer: Vec<TypeParam>) -> Named {
        Named::leak(obj, None, Vec::new(), outer)
    }

    fn leak(obj: Obj, origin: Option<Named>, targs: Vec<Ty>, outer: Vec<TypeParam>) -> Named {
        Named(Box::leak(Box::new(NamedData {
            obj,
            origin,
            targs,
            outer,
            tparams: OnceLock::new(),
            underlying: OnceLock::new(),
            methods: RwLock::default(),
            local_index: OnceLock::new(),
            broken: AtomicBool::new(false),
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
        })))
    }

    /// The instance of generic type `self` with `targs` (those of `outer` first). Arguments are compared by
    /// representation, so callers that need identity pass canonical types.
    pub fn instance(self, targs: Vec<Ty>) -> Named {
        debug_assert!(self.origin.is_none() && !targs.is_empty());
        let targs: Vec<Ty> = targs.into_iter().map(Ty::plain).collect();
        let mut map = INSTANCES.lock().expect("nothing panics while the table is locked");
        if let Some(&n) = map.get(&(self, targs.clone())) {
            return n;
        }
        let n = Named::leak(self.obj, Some(self), targs.clone(), Vec::new());
        map.insert((self, targs), n);
        n
    }

    /// The origin of an instance, else the type itself.
    pub fn generic(self) -> Named {
        self.origin.unwrap_or(self)
    }

    /// All type parameters that `targs` of an instance correspond to: outer ones first.
    pub fn all_tparams(self) -> Vec<TypeParam> {
        let g = self.generic();
        let mut all = g.outer.clone();
        all.extend(g.tparams.get().into_iter().flatten().copied());
        all
    }

    /// Explicit type arguments of an instance (without the outer ones).
    pub fn explicit_targs(self) -> &'static [Ty] {
        let outer = self.generic().outer.len();
        self.0.targs.get(outer..).unwrap_or(&[])
    }

    /// The underlying type of an instance, with its explicit arguments spelled like `explicit`.
    fn underlying_with(self, explicit: &[Ty]) -> Ty {
        let plain = self.underlying();
        let Some(&generic) = self.generic().underlying.get() else { return plain };
        if plain.is_invalid() {
            return plain;
        }
        let outer = self.generic().outer.len();
        let mut targs = self.targs[..outer.min(self.targs.len())].to_vec();
        targs.extend(explicit);
        crate::subst::subst(generic, &self.all_tparams(), &targs)
    }

    /// The underlying type; the invalid type while the declaration is incomplete.
    #[inline]
    pub fn underlying(self) -> Ty {
        if self.generic().broken.load(Ordering::Relaxed) {
            return Ty::invalid();
        }
        if let Some(&u) = self.underlying.get() {
            return u;
        }
        let Some(origin) = self.origin else { return Ty::invalid() };
        let Some(&generic) = origin.underlying.get() else { return Ty::invalid() };
        let expanded = crate::subst::subst(generic, &self.all_tparams(), &self.targs);
        *self.underlying.get_or_init(|| expanded)
    }
}

impl TypeParam {
    /// A new type parameter.
    pub fn new(obj: Obj, index: usize) -> TypeParam {
        TypeParam(Box::leak(Box::new(TypeParamData {
            obj,
            index,
            bound: OnceLock::new(),
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
        })))
    }

    /// The constraint as an interface type: a constraint of another type stands for the interface that embeds it.
    /// Invalid while the declaration is incomplete.
    pub fn constraint(self) -> Ty {
        let Some(&bound) = self.bound.get() else { return Ty::invalid() };
        let u = bound.underlying();
        match u.kind() {
            TyKind::Interface(_) => u,
            // After an error in the constraint any type will do.
            _ if bound.is_invalid() => {
                Ty::new(TyKind::Interface(Interface { methods: Vec::new(), embeds: Vec::new(), implicit: false }))
            }
            _ if u.is_invalid() => u,
            _ => Ty::new(TyKind::Interface(Interface {
                methods: Vec::new(),
                embeds: vec![(bound, Pos::NONE)],
                implicit: true,
            })),
        }
    }
}

impl PartialEq for Ty {
    #[inline]
    fn eq(&self, other: &Ty) -> bool {
        std::ptr::eq(self.plain().0, other.plain().0)
    }
}
impl Eq for Ty {}
impl Hash for Ty {
    #[inline]
    fn hash<H: Hasher>(&self, h: &mut H) {
        (self.plain().0 as *const TyData as usize).hash(h);
    }
}
impl std::fmt::Debug for Ty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::print::type_string(*self))
    }
}

macro_rules! nominal {
    ($t:ident, $d:ident) => {
        impl std::ops::Deref for $t {
            type Target = $d;
            #[inline]
            fn deref(&self) -> &$d {
                self.0
            }
        }
        impl $t {
            /// The data, with its true lifetime.
            #[inline]
            pub fn data(self) -> &'static $d {
                self.0
            }
        }
        impl PartialEq for $t {
            #[inline]
            fn eq(&self, other: &$t) -> bool {
                std::ptr::eq(self.0, other.0)
            }
        }
        impl Eq for $t {}
        impl Hash for $t {
            #[inline]
            fn hash<H: Hasher>(&self, h: &mut H) {
                self.serial.hash(h);
            }
        }
        impl std::fmt::Debug for $t {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}#{}", self.obj.name, self.serial)
            }
        }
    };
}
nominal!(Named, NamedData);
nominal!(TypeParam, TypeParamData);
