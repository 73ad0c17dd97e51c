//! Objects: what an identifier denotes.

use std::hash::{Hash, Hasher};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use undergo_source::{Name, Pos};
use undergo_syntax::ast;

use crate::constant::Value;
use crate::package::Pkg;
use crate::ty::{Named, Ty, TypeParam};

/// An object, compared by identity.
#[derive(Clone, Copy)]
pub struct Obj(&'static ObjData);

/// What an [`Obj`] points at.
pub struct ObjData {
    /// Its name.
    pub name: Name,
    /// The declaring package; none for the universe.
    pub pkg: Option<Pkg>,
    /// Where the name is declared.
    pub pos: Pos,
    /// What it is.
    pub kind: ObjKind,
    /// Its type, set when the declaration has been checked. Of a [`ObjKind::TypeName`] the type it denotes.
    pub ty: OnceLock<Ty>,
    /// Whether the program refers to it (imports, local variables, labels).
    pub used: AtomicBool,
    /// Whether it is declared at package level.
    pub package_level: bool,
}

/// Kinds of objects.
pub enum ObjKind {
    /// An imported package's name in a file.
    PkgName(Pkg),
    /// A constant.
    Const(OnceLock<Value>),
    /// A type name; `alias` is set for `type A = T`.
    TypeName {
        /// Declared with `=`.
        alias: bool,
        /// Type parameters of a generic alias.
        alias_tparams: OnceLock<Vec<TypeParam>>,
    },
    /// A variable. Struct fields are not objects.
    Var(VarKind),
    /// A function or method.
    Func(Box<FuncInfo>),
    /// A label.
    Label,
    /// A predeclared function, or one of package unsafe.
    Builtin(BuiltinId),
    /// `nil`
    Nil,
}

/// Kinds of variables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VarKind {
    /// At package level.
    Package,
    /// In a function.
    Local,
    /// A parameter.
    Param,
    /// A result, named or not.
    Result,
    /// A receiver.
    Recv,
}

/// More about a function object. Absent declarations (`decl` unset) are those of interface methods.
#[derive(Default)]
pub struct FuncInfo {
    /// Its declaration.
    pub decl: OnceLock<&'static ast::FuncDecl>,
    /// Index of its file in [`crate::package::Typed::files`].
    pub file: OnceLock<usize>,
    /// Of a method: the receiver's base type (the generic origin) and whether the receiver is a pointer.
    pub recv: OnceLock<(Named, bool)>,
    /// Of a method of a generic type: the receiver's type parameters, as this declaration names them, in the order of
    /// the type's own. The method's types are in terms of these.
    pub recv_tparams: OnceLock<Vec<TypeParam>>,
    /// Receiver variable, parameters and results as objects, in order; blank and unnamed ones included.
    pub recv_var: OnceLock<Obj>,
    /// Parameter variables.
    pub params: OnceLock<Vec<Obj>>,
    /// Result variables.
    pub results: OnceLock<Vec<Obj>>,
}

/// Predeclared functions and those of package unsafe.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum BuiltinId {
    Append,
    Cap,
    Clear,
    Close,
    Complex,
    Copy,
    Delete,
    Imag,
    Len,
    Make,
    Max,
    Min,
    New,
    Panic,
    Print,
    Println,
    Real,
    Recover,
    UnsafeAdd,
    UnsafeAlignof,
    UnsafeOffsetof,
    UnsafeSizeof,
    UnsafeSlice,
    UnsafeSliceData,
    UnsafeString,
    UnsafeStringData,
}

impl Obj {
    /// A new object.
    pub fn new(kind: ObjKind, name: Name, pkg: Option<Pkg>, pos: Pos, package_level: bool) -> Obj {
        let (ty, used) = (OnceLock::new(), AtomicBool::new(false));
        Obj(Box::leak(Box::new(ObjData { name, pkg, pos, kind, ty, used, package_level })))
    }

    /// A new variable of known type.
    pub fn var(kind: VarKind, name: Name, pkg: Option<Pkg>, pos: Pos, ty: Ty) -> Obj {
        let o = Obj::new(ObjKind::Var(kind), name, pkg, pos, kind == VarKind::Package);
        o.set_type(ty);
        o
    }

    /// The data, with its true lifetime.
    #[inline]
    pub fn data(self) -> &'static ObjData {
        self.0
    }

    /// Its type; the invalid type while it is unknown.
    #[inline]
    pub fn type_(self) -> Ty {
        self.0.ty.get().copied().unwrap_or_else(Ty::invalid)
    }

    /// Sets the type once; later calls are ignored.
    pub fn set_type(self, ty: Ty) {
        let _ = self.0.ty.set(ty);
    }

    /// Function information, if it is a function or method.
    #[inline]
    pub fn func(self) -> Option<&'static FuncInfo> {
        match &self.0.kind {
            ObjKind::Func(f) => Some(f),
            _ => None,
        }
    }

    /// Whether it is a variable, and of which kind.
    #[inline]
    pub fn var_kind(self) -> Option<VarKind> {
        match self.0.kind {
            ObjKind::Var(k) => Some(k),
            _ => None,
        }
    }

    /// Notes a use.
    #[inline]
    pub fn mark_used(self) {
        self.0.used.store(true, Ordering::Relaxed);
    }

    /// Whether there was a use.
    #[inline]
    pub fn is_used(self) -> bool {
        self.0.used.load(Ordering::Relaxed)
    }
}

impl std::ops::Deref for Obj {
    type Target = ObjData;
    #[inline]
    fn deref(&self) -> &ObjData {
        self.0
    }
}
impl PartialEq for Obj {
    #[inline]
    fn eq(&self, other: &Obj) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
impl Eq for Obj {}
impl Hash for Obj {
    #[inline]
    fn hash<H: Hasher>(&self, h: &mut H) {
        (self.0 as *const ObjData as usize).hash(h);
    }
}
impl std::fmt::Debug for Obj {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.pkg {
            Some(p) => write!(f, "{}.{}", p.path, self.name),
            None => write!(f, "{}", self.name),
        }
    }
}
