//! Files and declarations.

use super::*;
use undergo_source::{Diag, Name, Pos};

/// One parsed file.
#[derive(Debug)]
pub struct File {
    /// Position of byte 0 of the file.
    pub start: Pos,
    /// Position just behind the last byte.
    pub eof: Pos,
    /// Position of the keyword `package`; [`Pos::NONE`] if there is no package clause.
    pub package_pos: Pos,
    /// The package name; `_` if it is missing.
    pub name: Ident,
    /// Imports in source order. They are not repeated in `decls`.
    pub imports: Vec<Box<ImportSpec>>,
    /// Every other declaration in source order, groups flattened.
    pub decls: Vec<Decl>,
    /// Number of [`NodeId`]s handed out.
    pub n_nodes: u32,
    /// Number of [`GroupId`]s handed out.
    pub n_groups: u32,
    /// Lowest Go version implied by the `//go:build` line: `(1, 21)` for `go1.21`. None if it implies nothing.
    pub go_version: Option<(u32, u32)>,
    /// The expression of the `//go:build` line, without the prefix.
    pub build_constraint: Option<String>,
    /// `//go:linkname` and `//go:linknamestd` directives.
    pub linknames: Vec<Linkname>,
    /// `//go:debug` lines before the package clause.
    pub debug_lines: Vec<DebugLine>,
    /// `//go:cgo_*` directives (`cgo_import_dynamic` and its relatives), split into fields.
    pub cgo_directives: Vec<CgoDirective>,
    /// Directives that apply to nothing. The gc compiler reports these only once type checking has succeeded.
    pub late_errors: Vec<Diag>,
    /// Upper bound for the nesting depth of the tree. Recursive walks need a deep stack if this is large.
    pub depth: u32,
}

/// `//go:linkname local [target]`
#[derive(Clone, Debug)]
pub struct Linkname {
    /// Position of the directive (behind the slashes).
    pub pos: Pos,
    /// Whether it is `//go:linknamestd`.
    pub std: bool,
    /// The local symbol.
    pub local: Name,
    /// The linker symbol; none means the local symbol's own, opened for references from elsewhere.
    pub target: Option<Name>,
}

/// `//go:debug key=value`
#[derive(Clone, Debug)]
pub struct DebugLine {
    /// Position of the comment.
    pub pos: Pos,
    /// What follows `//go:debug`, trimmed.
    pub text: String,
}

/// A `//go:cgo_…` directive.
#[derive(Clone, Debug)]
pub struct CgoDirective {
    /// Position of the directive.
    pub pos: Pos,
    /// The verb without `go:`, then the arguments; quoted ones without quotes.
    pub fields: Vec<String>,
}

/// A set of `//go:…` flags in front of a declaration.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pragmas(pub u32);

impl Pragmas {
    /// `//go:noinline`
    pub const NOINLINE: Pragmas = Pragmas(1);
    /// `//go:nosplit`; implies [`Pragmas::NOCHECKPTR`].
    pub const NOSPLIT: Pragmas = Pragmas(1 << 1);
    /// `//go:noescape`
    pub const NOESCAPE: Pragmas = Pragmas(1 << 2);
    /// `//go:norace`
    pub const NORACE: Pragmas = Pragmas(1 << 3);
    /// `//go:nocheckptr`
    pub const NOCHECKPTR: Pragmas = Pragmas(1 << 4);
    /// `//go:uintptrkeepalive`
    pub const UINTPTR_KEEPALIVE: Pragmas = Pragmas(1 << 5);
    /// `//go:uintptrescapes`; implies [`Pragmas::UINTPTR_KEEPALIVE`].
    pub const UINTPTR_ESCAPES: Pragmas = Pragmas(1 << 6);
    /// `//go:systemstack`
    pub const SYSTEMSTACK: Pragmas = Pragmas(1 << 7);
    /// `//go:nowritebarrier`
    pub const NOWRITEBARRIER: Pragmas = Pragmas(1 << 8);
    /// `//go:nowritebarrierrec`; implies [`Pragmas::NOWRITEBARRIER`].
    pub const NOWRITEBARRIERREC: Pragmas = Pragmas(1 << 9);
    /// `//go:yeswritebarrierrec`
    pub const YESWRITEBARRIERREC: Pragmas = Pragmas(1 << 10);
    /// `//go:cgo_unsafe_args`; implies [`Pragmas::NOCHECKPTR`].
    pub const CGO_UNSAFE_ARGS: Pragmas = Pragmas(1 << 11);
    /// `//go:registerparams`
    pub const REGISTER_PARAMS: Pragmas = Pragmas(1 << 12);
    /// `//go:build`, which may stand above the package clause only.
    pub const GO_BUILD: Pragmas = Pragmas(1 << 13);

    /// Whether all flags of `other` are in the set.
    pub fn has(self, other: Pragmas) -> bool {
        self.0 & other.0 == other.0
    }

    /// Flags of both sets.
    pub fn union(self, other: Pragmas) -> Pragmas {
        Pragmas(self.0 | other.0)
    }
}

/// One `//go:embed` directive in front of a variable.
#[derive(Clone, Debug)]
pub struct Embed {
    /// Position of the directive.
    pub pos: Pos,
    /// The glob patterns, unquoted.
    pub patterns: Vec<String>,
}

/// A declaration other than an import.
#[derive(Debug)]
#[allow(missing_docs, reason = "the payloads are documented")]
pub enum Decl {
    Const(Box<ConstSpec>),
    Type(Box<TypeSpec>),
    Var(Box<VarSpec>),
    Func(Box<FuncDecl>),
}

/// `[name] "path"`
#[derive(Debug)]
pub struct ImportSpec {
    /// Node id; the implicit package name object hangs here.
    pub id: NodeId,
    /// Position of the spec.
    pub pos: Pos,
    /// Local name: an identifier, `_` or `.`.
    pub name: Option<Ident>,
    /// The path as written; `kind` is not `String` if the source is wrong (already reported).
    pub path_lit: Option<BasicLit>,
    /// The unquoted path; none if it is missing or malformed (already reported).
    pub path: Option<Name>,
    /// The group it stands in.
    pub group: Option<GroupId>,
}

/// `a, b [T] [= x, y]`
#[derive(Debug)]
pub struct ConstSpec {
    /// Node id.
    pub id: NodeId,
    /// Position of the spec (its first name).
    pub pos: Pos,
    /// Declared names.
    pub names: Vec<Ident>,
    /// Type, if written.
    pub ty: Option<Expr>,
    /// Values. Empty, with no type: repeat type and values of the last spec of the same group that has any.
    pub values: Vec<Expr>,
    /// Value of `iota` here: the index of the spec in its group.
    pub iota: u32,
    /// The group; a spec outside of parentheses has none, and nothing to repeat.
    pub group: Option<GroupId>,
}

/// `Name[P C] [=] T`
#[derive(Debug)]
pub struct TypeSpec {
    /// Node id.
    pub id: NodeId,
    /// Position of the spec (its name).
    pub pos: Pos,
    /// Declared name.
    pub name: Ident,
    /// Type parameters.
    pub type_params: Vec<Field>,
    /// Whether this is an alias declaration (`=`).
    pub alias: bool,
    /// Right-hand side.
    pub ty: Expr,
    /// The group it stands in.
    pub group: Option<GroupId>,
    /// Directives in front of it.
    pub pragmas: Pragmas,
}

/// `a, b [T] [= x, y]`
#[derive(Debug)]
pub struct VarSpec {
    /// Node id.
    pub id: NodeId,
    /// Position of the spec (its first name).
    pub pos: Pos,
    /// Declared names.
    pub names: Vec<Ident>,
    /// Type, if written.
    pub ty: Option<Expr>,
    /// Initial values; empty if there are none.
    pub values: Vec<Expr>,
    /// The group it stands in.
    pub group: Option<GroupId>,
    /// Directives in front of it.
    pub pragmas: Pragmas,
    /// `//go:embed` directives in front of it.
    pub embeds: Vec<Embed>,
}

/// A function or method declaration.
#[derive(Debug)]
pub struct FuncDecl {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword `func`.
    pub pos: Pos,
    /// Position behind the keyword: where the receiver's parenthesis or the name stands. The gc compiler's position
    /// of the declaration.
    pub decl_pos: Pos,
    /// Receiver: at most one name.
    pub recv: Option<Field>,
    /// Function name.
    pub name: Ident,
    /// Type parameters (methods may have their own since Go 1.27).
    pub type_params: Vec<Field>,
    /// Signature.
    pub ty: FuncType,
    /// Body; none for functions implemented elsewhere.
    pub body: Option<Block>,
    /// Directives in front of it.
    pub pragmas: Pragmas,
}

/// `a, b T`: struct fields, parameters, results, receivers, type parameters.
#[derive(Debug)]
pub struct Field {
    /// Node id; the implicit object of an unnamed parameter or an embedded field hangs here.
    pub id: NodeId,
    /// Position of the first name, or of the type.
    pub pos: Pos,
    /// Names; empty for an unnamed parameter or an embedded field.
    pub names: Vec<Ident>,
    /// Type or constraint; [`Expr::Ellipsis`] for a final variadic parameter.
    pub ty: Expr,
    /// Struct tag.
    pub tag: Option<BasicLit>,
}
