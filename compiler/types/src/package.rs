//! Packages and what the checker found out about their syntax.

use std::hash::{Hash, Hasher};
use std::sync::{OnceLock, RwLock};

use rustc_hash::FxHashMap;
use undergo_source::Name;
use undergo_syntax::ast::{self, NodeId};

use crate::constant::Value;
use crate::obj::Obj;
use crate::ty::Ty;

/// A package, compared by identity.
#[derive(Clone, Copy)]
pub struct Pkg(&'static Package);

/// What a [`Pkg`] points at.
pub struct Package {
    /// Import path (`main` packages included; test variants carry go's ` [p.test]` suffix off).
    pub path: Name,
    /// Declared name; set once known.
    pub name: OnceLock<Name>,
    /// Package-level objects. Written by the package's own checker only, before its declarations are used elsewhere.
    pub scope: RwLock<FxHashMap<Name, Obj>>,
    /// Set when the package has been checked.
    pub typed: OnceLock<Typed>,
    /// Language version of the module, as (major, minor).
    pub go_version: (u32, u32),
    /// Whether it belongs to GOROOT.
    pub std: bool,
}

/// The result of checking a package.
pub struct Typed {
    /// Its files, in the order given (sorted by name).
    pub files: Vec<&'static ast::File>,
    /// Side tables, one per file.
    pub infos: Vec<FileInfo>,
    /// Directly imported packages, without duplicates, sorted by path.
    pub imports: Vec<Pkg>,
    /// Package variables with initialisers in the order in which they must be initialised.
    pub init_order: Vec<Initializer>,
    /// All functions and methods with a declaration, in source order, `init` and blank ones included.
    pub funcs: Vec<Obj>,
}

/// `lhs = rhs` at package level; more than one variable for a call with several results.
pub struct Initializer {
    /// Variables; blank ones included.
    pub lhs: Vec<Obj>,
    /// The expression.
    pub rhs: &'static ast::Expr,
    /// Index of the file that holds it.
    pub file: usize,
}

/// How an expression may be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A call without result.
    NoValue,
    /// A predeclared function.
    Builtin,
    /// A type.
    Type,
    /// A constant; the value is recorded.
    Constant,
    /// Addressable.
    Variable,
    /// `m[k]`: assignable, not addressable; two-value form allowed.
    MapIndex,
    /// A value.
    Value,
    /// `nil`.
    Nil,
    /// A value with a two-value form: type assertion, receive.
    CommaOk,
}

/// What is known of an expression. The type is final: untyped expressions carry the type they are converted to (an
/// untyped nil the type of its context). In `v, ok` forms the type is a tuple of the two.
#[derive(Clone, Copy, Debug)]
pub struct TypeAndValue<'a> {
    /// How it may be used.
    pub mode: Mode,
    /// Its type.
    pub ty: Ty,
    /// Its constant value. (Operands of a long constant string concatenation may be without: only the whole counts.)
    pub value: Option<&'a Value>,
}

/// What `x.f` means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SelectionKind {
    /// A struct field.
    Field,
    /// A method of a value.
    MethodVal,
    /// A method expression `T.m`.
    MethodExpr,
}

/// A selector expression that is not a qualified identifier.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What it selects.
    pub kind: SelectionKind,
    /// Type of x (or T).
    pub recv: Ty,
    /// Field indices from x to the selected field or to the embedded field that has the method; for a field the last
    /// index is its own. For a method: only the embedded fields on the way.
    pub path: Vec<usize>,
    /// Whether a pointer was followed on the way, that of x included.
    pub indirect: bool,
    /// The method: its declared object (of the generic origin, for an instance), or none for a field or an interface
    /// (or type parameter) method.
    pub method: Option<Obj>,
    /// The selected name.
    pub name: Name,
    /// Import path of the package whose unexported names `name` belongs to.
    pub pkg: Name,
    /// Type of the expression: of a method value its signature without receiver, of a method expression with it; type
    /// arguments of the receiver are substituted.
    pub ty: Ty,
}

/// Explicit or inferred instantiation of the generic function, method or type that an identifier denotes.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its type arguments (a method's own ones).
    pub targs: Vec<Ty>,
    /// The instantiated type.
    pub ty: Ty,
}

/// Side tables of one file, like `go/types.Info`; dense ones are indexed by [`NodeId`].
#[derive(Default)]
pub struct FileInfo {
    /// Every expression, types and the operands of selectors included; identifiers being declared are not in it.
    types: Vec<Option<Record>>,
    /// The values of constants: few of the expressions are constant, and values are large.
    values: Vec<Value>,
    /// What identifiers denote: uses and, where the identifier declares it, definitions. Keyed by the identifier's
    /// id. Blank definitions and the symbolic variable of a type switch have none.
    pub objs: Vec<Option<Obj>>,
    /// Whether `objs` at this index is a definition rather than a use.
    pub is_def: Vec<bool>,
    /// Keyed by the id of the selector expression.
    pub selections: FxHashMap<NodeId, Selection>,
    /// Keyed by the identifier (the selected one, for `p.F` and `x.m`).
    pub instances: FxHashMap<NodeId, Instance>,
    /// Objects without identifier: the variable of each clause of `switch x := y.(type)`, keyed by the clause; the
    /// package name of an import without one, keyed by the import spec.
    pub implicits: FxHashMap<NodeId, Obj>,
    /// Parameter and result variables of function literals (receiver-less), keyed by the literal.
    pub func_lits: FxHashMap<NodeId, LitVars>,
}

/// A [`TypeAndValue`] as it is kept: the table of them is the largest of all.
#[derive(Clone, Copy)]
struct Record {
    ty: Ty,
    mode: Mode,
    /// The place in `values` plus one, or 0.
    value: u32,
}

const _: () = assert!(size_of::<Option<Record>>() == 16);

/// Variables of a function literal's signature, blank and unnamed ones included.
pub struct LitVars {
    /// Parameters.
    pub params: Vec<Obj>,
    /// Results.
    pub results: Vec<Obj>,
}

impl FileInfo {
    /// Empty tables for a file with `n` nodes.
    pub fn with_nodes(n: usize) -> FileInfo {
        FileInfo { types: vec![None; n], objs: vec![None; n], is_def: vec![false; n], ..FileInfo::default() }
    }

    /// What is known of expression `id`.
    #[inline]
    pub fn tv(&self, id: NodeId) -> Option<TypeAndValue<'_>> {
        let Record { ty, mode, value } = (*self.types.get(id.index())?)?;
        Some(TypeAndValue { mode, ty, value: self.values.get((value as usize).wrapping_sub(1)) })
    }

    /// Notes what is known of expression `id`, in place of what was known before.
    pub fn set_tv(&mut self, id: NodeId, mode: Mode, ty: Ty, value: Option<Value>) {
        let Some(slot) = self.types.get_mut(id.index()) else { return };
        let value = match (value, *slot) {
            (None, _) => 0,
            (Some(v), Some(Record { value: at @ 1.., .. })) => {
                self.values[at as usize - 1] = v;
                at
            }
            (Some(v), _) => {
                self.values.push(v);
                self.values.len() as u32
            }
        };
        *slot = Some(Record { ty, mode, value });
    }

    /// Replaces the type of expression `id`, if it has one.
    pub fn replace_type(&mut self, id: NodeId, ty: Ty) {
        if let Some(Some(record)) = self.types.get_mut(id.index()) {
            record.ty = ty;
        }
    }

    /// What identifier `id` denotes or declares.
    #[inline]
    pub fn obj(&self, id: NodeId) -> Option<Obj> {
        *self.objs.get(id.0 as usize)?
    }
}

impl Pkg {
    /// A new, unchecked package.
    pub fn new(path: Name, go_version: (u32, u32), std: bool) -> Pkg {
        Pkg(Box::leak(Box::new(Package {
            path,
            name: OnceLock::new(),
            scope: RwLock::default(),
            typed: OnceLock::new(),
            go_version,
            std,
        })))
    }

    /// The data, with its true lifetime.
    #[inline]
    pub fn data(self) -> &'static Package {
        self.0
    }

    /// The package-level object of this name.
    pub fn lookup(self, name: Name) -> Option<Obj> {
        self.scope.read().expect("no writer panics").get(&name).copied()
    }
}

impl std::ops::Deref for Pkg {
    type Target = Package;
    #[inline]
    fn deref(&self) -> &Package {
        self.0
    }
}
impl PartialEq for Pkg {
    #[inline]
    fn eq(&self, other: &Pkg) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
impl Eq for Pkg {}
impl Hash for Pkg {
    #[inline]
    fn hash<H: Hasher>(&self, h: &mut H) {
        (self.0 as *const Package as usize).hash(h);
    }
}
impl std::fmt::Debug for Pkg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path)
    }
}
