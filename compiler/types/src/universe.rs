//! Predeclared objects, and package unsafe.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use undergo_source::{Name, Pos};

use crate::constant::Value;
use crate::obj::{BuiltinId, Obj, ObjKind};
use crate::package::Pkg;
use crate::ty::{Basic, IMethod, Interface, Named, Param, Signature, Ty, TyKind};
use crate::typeset::TypeSet;

struct Universe {
    names: FxHashMap<Name, Obj>,
    error: Ty,
    any: Ty,
    byte: Ty,
    rune: Ty,
    comparable: Ty,
    iota: Obj,
    unsafe_pkg: Pkg,
}

static UNIVERSE: LazyLock<Universe> = LazyLock::new(Universe::build);

/// The predeclared object of this name.
pub fn lookup(name: Name) -> Option<Obj> {
    UNIVERSE.names.get(&name).copied()
}

/// All predeclared names, in no particular order.
pub fn names() -> impl Iterator<Item = Name> {
    UNIVERSE.names.keys().copied()
}

/// The type `error`.
pub fn error() -> Ty {
    UNIVERSE.error
}

/// The type `interface{}`, under that name.
pub fn empty_interface() -> Ty {
    Ty::new(TyKind::Interface(Interface { methods: vec![], embeds: vec![], implicit: false }))
}

/// The type `any`, as messages spell it.
pub fn any() -> Ty {
    UNIVERSE.any
}

/// `uint8` as messages call it where the language itself brings it up.
pub fn byte() -> Ty {
    UNIVERSE.byte
}

/// `int32` as messages call it where the language itself brings it up.
pub fn rune() -> Ty {
    UNIVERSE.rune
}

/// The constraint `comparable`.
pub fn comparable() -> Ty {
    UNIVERSE.comparable
}

/// The object `iota`; its value comes from the environment.
pub fn iota() -> Obj {
    UNIVERSE.iota
}

/// Package unsafe.
pub fn unsafe_package() -> Pkg {
    UNIVERSE.unsafe_pkg
}

/// Names of the basic types in messages and type descriptors.
pub fn basic_name(b: Basic) -> &'static str {
    use Basic::*;
    match b {
        Invalid => "invalid type",
        Bool => "bool",
        Int => "int",
        Int8 => "int8",
        Int16 => "int16",
        Int32 => "int32",
        Int64 => "int64",
        Uint => "uint",
        Uint8 => "uint8",
        Uint16 => "uint16",
        Uint32 => "uint32",
        Uint64 => "uint64",
        Uintptr => "uintptr",
        Float32 => "float32",
        Float64 => "float64",
        Complex64 => "complex64",
        Complex128 => "complex128",
        String => "string",
        UnsafePointer => "unsafe.Pointer",
        UntypedBool => "untyped bool",
        UntypedInt => "untyped int",
        UntypedRune => "untyped rune",
        UntypedFloat => "untyped float",
        UntypedComplex => "untyped complex",
        UntypedString => "untyped string",
        UntypedNil => "untyped nil",
    }
}

fn type_name(alias: bool) -> ObjKind {
    ObjKind::TypeName { alias, alias_tparams: Default::default() }
}

fn object(kind: ObjKind, name: &str, pkg: Option<Pkg>) -> Obj {
    Obj::new(kind, Name::new(name), pkg, Pos::NONE, false)
}

impl Universe {
    fn build() -> Universe {
        let mut names = FxHashMap::default();
        let mut def = |o: Obj| names.insert(o.name, o);

        use Basic::*;
        let basics = [
            Bool, Int, Int8, Int16, Int32, Int64, Uint, Uint8, Uint16, Uint32, Uint64, Uintptr, Float32, Float64,
            Complex64, Complex128, String,
        ];
        for b in basics {
            let o = object(type_name(false), basic_name(b), None);
            o.set_type(Ty::basic(b));
            def(o);
        }
        let mut respelled = |name, b| {
            let o = object(type_name(true), name, None);
            let t = Ty::alias(o, Vec::new(), Ty::basic(b));
            o.set_type(t);
            def(o);
            t
        };
        let (byte, rune) = (respelled("byte", Uint8), respelled("rune", Int32));

        let error_obj = object(type_name(false), "error", None);
        let error = declare_error(error_obj);
        def(error_obj);

        let any_obj = object(type_name(true), "any", None);
        let any = Ty::alias(any_obj, Vec::new(), empty_interface());
        any_obj.set_type(any);
        def(any_obj);

        let comparable_obj = object(type_name(false), "comparable", None);
        let comparable = declare_comparable(comparable_obj);
        def(comparable_obj);

        for (name, value) in [("true", true), ("false", false)] {
            let o = object(ObjKind::Const(Value::Bool(value).into()), name, None);
            o.set_type(Ty::basic(UntypedBool));
            def(o);
        }
        let iota = object(ObjKind::Const(Value::Int(0.into()).into()), "iota", None);
        iota.set_type(Ty::basic(UntypedInt));
        def(iota);
        let nil = object(ObjKind::Nil, "nil", None);
        nil.set_type(Ty::basic(UntypedNil));
        def(nil);
        for (name, id) in BUILTINS {
            let o = object(ObjKind::Builtin(id), name, None);
            o.set_type(Ty::invalid());
            def(o);
        }
        Universe { names, error, any, byte, rune, comparable, iota, unsafe_pkg: build_unsafe() }
    }
}

fn declare_error(obj: Obj) -> Ty {
    let named = Named::declare(obj, Vec::new());
    let result = Param { name: Name::empty(), ty: Ty::basic(Basic::String) };
    let sig =
        Ty::new(TyKind::Func(Signature { tparams: vec![], params: vec![], results: vec![result], variadic: false }));
    let method = IMethod { name: Name::new("Error"), pkg: Name::empty(), sig, pos: Pos::NONE };
    let u = Ty::new(TyKind::Interface(Interface { methods: vec![method], embeds: vec![], implicit: false }));
    let _ = named.underlying.set(u);
    let _ = named.tparams.set(Vec::new());
    let t = Ty::named(named);
    obj.set_type(t);
    t
}

/// No Go source can spell what `comparable` means, so its underlying interface embeds itself and its type set is
/// given.
fn declare_comparable(obj: Obj) -> Ty {
    let named = Named::declare(obj, Vec::new());
    let t = Ty::named(named);
    let u = Ty::new(TyKind::Interface(Interface { methods: vec![], embeds: vec![(t, Pos::NONE)], implicit: true }));
    let _ = u.data().typeset.set(TypeSet { methods: vec![], terms: None, comparable: true });
    let _ = named.underlying.set(u);
    let _ = named.tparams.set(Vec::new());
    obj.set_type(t);
    t
}

fn build_unsafe() -> Pkg {
    let pkg = Pkg::new(Name::new("unsafe"), (1, 27), true);
    let _ = pkg.name.set(Name::new("unsafe"));
    let mut scope = pkg.scope.write().expect("nobody else has it yet");
    let pointer = object(type_name(false), "Pointer", Some(pkg));
    pointer.set_type(Ty::basic(Basic::UnsafePointer));
    scope.insert(pointer.name, pointer);
    for (name, id) in UNSAFE_BUILTINS {
        let o = object(ObjKind::Builtin(id), name, Some(pkg));
        o.set_type(Ty::invalid());
        scope.insert(o.name, o);
    }
    drop(scope);
    pkg
}

const BUILTINS: [(&str, BuiltinId); 18] = [
    ("append", BuiltinId::Append),
    ("cap", BuiltinId::Cap),
    ("clear", BuiltinId::Clear),
    ("close", BuiltinId::Close),
    ("complex", BuiltinId::Complex),
    ("copy", BuiltinId::Copy),
    ("delete", BuiltinId::Delete),
    ("imag", BuiltinId::Imag),
    ("len", BuiltinId::Len),
    ("make", BuiltinId::Make),
    ("max", BuiltinId::Max),
    ("min", BuiltinId::Min),
    ("new", BuiltinId::New),
    ("panic", BuiltinId::Panic),
    ("print", BuiltinId::Print),
    ("println", BuiltinId::Println),
    ("real", BuiltinId::Real),
    ("recover", BuiltinId::Recover),
];

const UNSAFE_BUILTINS: [(&str, BuiltinId); 8] = [
    ("Add", BuiltinId::UnsafeAdd),
    ("Alignof", BuiltinId::UnsafeAlignof),
    ("Offsetof", BuiltinId::UnsafeOffsetof),
    ("Sizeof", BuiltinId::UnsafeSizeof),
    ("Slice", BuiltinId::UnsafeSlice),
    ("SliceData", BuiltinId::UnsafeSliceData),
    ("String", BuiltinId::UnsafeString),
    ("StringData", BuiltinId::UnsafeStringData),
];
