//! The syntax tree of a Go file.
//!
//! The tree is close to what users of go/ast expect, with three differences: declaration groups are flattened (each
//! spec knows its group), a type switch is a statement of its own, and parentheses around types are dropped where
//! the gc compiler drops them (positions in errors depend on that).
//!
//! Reading order: ids and operators, [`File`], declarations, [`Expr`] and its nodes, [`Stmt`] and its nodes.
//! Positions of nodes (start, end, where errors go) are methods, in [`crate::position`].
//!
//! Every list that the grammar allows to be empty is a plain `Vec`. Names of fields follow one rule: `pos` is where
//! the node's own leading token stands; tokens inside are named after themselves (`lparen`, `op_pos`, `colon`).

use undergo_source::{Diag, Name, Pos};

/// Identifies a node within its file; dense from 0, in the order in which the parser met the nodes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The id as a vector index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Identifies a parenthesised declaration group (`const ( … )`) within its file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GroupId(pub u32);

/// An identifier, used or declared; also `.` as the local name of an import.
#[derive(Clone, Copy, Debug)]
pub struct Ident {
    /// Node id.
    pub id: NodeId,
    /// First byte.
    pub pos: Pos,
    /// Spelling.
    pub name: Name,
}

/// A binary operator. `&&` and `||` are included; assignment operators use the same type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[rustfmt::skip]
#[allow(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    LogOr, LogAnd, Eq, Ne, Lt, Le, Gt, Ge, Add, Sub, Or, Xor, Mul, Div, Rem, And, AndNot, Shl, Shr,
}

impl BinaryOp {
    /// Go spelling.
    #[rustfmt::skip]
    pub fn as_str(self) -> &'static str {
        use BinaryOp::*;
        match self {
            LogOr => "||", LogAnd => "&&", Eq => "==", Ne => "!=", Lt => "<", Le => "<=", Gt => ">", Ge => ">=",
            Add => "+", Sub => "-", Or => "|", Xor => "^", Mul => "*", Div => "/", Rem => "%", And => "&",
            AndNot => "&^", Shl => "<<", Shr => ">>",
        }
    }

    /// Binding strength, from 1 (`||`) to 5 (`*`).
    pub fn precedence(self) -> u8 {
        use BinaryOp::*;
        match self {
            LogOr => 1,
            LogAnd => 2,
            Eq | Ne | Lt | Le | Gt | Ge => 3,
            Add | Sub | Or | Xor => 4,
            Mul | Div | Rem | And | AndNot | Shl | Shr => 5,
        }
    }

    /// Whether the result is an untyped bool whatever the operands are (`==` and its relatives).
    pub fn is_comparison(self) -> bool {
        self.precedence() == 3
    }

    /// `<<` or `>>`.
    pub fn is_shift(self) -> bool {
        matches!(self, BinaryOp::Shl | BinaryOp::Shr)
    }
}

/// A unary operator; `*x` is [`StarExpr`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `+x`
    Plus,
    /// `-x`
    Neg,
    /// `!x`
    Not,
    /// `^x`
    BitNot,
    /// `&x`
    Addr,
    /// `<-x`
    Recv,
    /// `~T`, valid in constraints only; the parser accepts it anywhere and the checker complains.
    Tilde,
}

impl UnaryOp {
    /// Go spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            UnaryOp::Plus => "+",
            UnaryOp::Neg => "-",
            UnaryOp::Not => "!",
            UnaryOp::BitNot => "^",
            UnaryOp::Addr => "&",
            UnaryOp::Recv => "<-",
            UnaryOp::Tilde => "~",
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Files and declarations

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

// ---------------------------------------------------------------------------------------------------------------
// Expressions and types

/// An expression or a type.
#[derive(Debug)]
#[allow(missing_docs, reason = "the payloads are documented")]
pub enum Expr {
    Bad(BadExpr),
    Ident(Ident),
    BasicLit(BasicLit),
    CompositeLit(Box<CompositeLit>),
    FuncLit(Box<FuncLit>),
    Paren(Box<ParenExpr>),
    Selector(Box<SelectorExpr>),
    Index(Box<IndexExpr>),
    Slice(Box<SliceExpr>),
    TypeAssert(Box<TypeAssertExpr>),
    Call(Box<CallExpr>),
    Star(Box<StarExpr>),
    Unary(Box<UnaryExpr>),
    Binary(Box<BinaryExpr>),
    KeyValue(Box<KeyValueExpr>),
    ArrayType(Box<ArrayType>),
    StructType(Box<StructType>),
    FuncType(Box<FuncType>),
    InterfaceType(Box<InterfaceType>),
    MapType(Box<MapType>),
    ChanType(Box<ChanType>),
    Ellipsis(Box<Ellipsis>),
}

/// Source that is not an expression; an error has been reported.
#[derive(Clone, Copy, Debug)]
pub struct BadExpr {
    /// Node id.
    pub id: NodeId,
    /// Where an expression was expected.
    pub pos: Pos,
}

/// What kind of literal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum LitKind {
    Int,
    Float,
    Imag,
    Rune,
    String,
}

/// A basic literal.
#[derive(Clone, Copy, Debug)]
pub struct BasicLit {
    /// Node id.
    pub id: NodeId,
    /// First byte.
    pub pos: Pos,
    /// The text exactly as written, quotes, prefixes and underscores included.
    pub value: Name,
    /// Kind of literal.
    pub kind: LitKind,
    /// Malformed: an error has been reported and the value means nothing.
    pub bad: bool,
}

/// `T{a, k: v}`
#[derive(Debug)]
pub struct CompositeLit {
    /// Node id.
    pub id: NodeId,
    /// Type; none for an inner literal whose type is implied.
    pub ty: Option<Expr>,
    /// Elements; keyed ones are [`Expr::KeyValue`].
    pub elts: Vec<Expr>,
    /// Position of `{`.
    pub lbrace: Pos,
    /// Position of `}`.
    pub rbrace: Pos,
}

/// `func(…) … { … }`
#[derive(Debug)]
pub struct FuncLit {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword `func`.
    pub pos: Pos,
    /// Signature.
    pub ty: FuncType,
    /// Body.
    pub body: Block,
}

/// `(x)`
#[derive(Debug)]
pub struct ParenExpr {
    /// Node id.
    pub id: NodeId,
    /// Position of `(`.
    pub lparen: Pos,
    /// Inner expression.
    pub x: Expr,
    /// Position of `)`.
    pub rparen: Pos,
}

/// `x.Sel`: field, method, or name of an imported package.
#[derive(Debug)]
pub struct SelectorExpr {
    /// Node id.
    pub id: NodeId,
    /// Operand.
    pub x: Expr,
    /// Position of `.`.
    pub dot: Pos,
    /// Selected name.
    pub sel: Ident,
}

/// `x[i]` or `x[T1, T2]`
#[derive(Debug)]
pub struct IndexExpr {
    /// Node id.
    pub id: NodeId,
    /// Operand: value or generic function or type.
    pub x: Expr,
    /// Position of `[`.
    pub lbrack: Pos,
    /// One index, or one or more type arguments; never empty.
    pub indices: Vec<Expr>,
    /// Position of `]`.
    pub rbrack: Pos,
}

/// `x[lo:hi]` or `x[lo:hi:max]`
#[derive(Debug)]
pub struct SliceExpr {
    /// Node id.
    pub id: NodeId,
    /// Operand.
    pub x: Expr,
    /// Position of `[`.
    pub lbrack: Pos,
    /// First index.
    pub lo: Option<Expr>,
    /// Second index.
    pub hi: Option<Expr>,
    /// Third index.
    pub max: Option<Expr>,
    /// Whether there are two colons.
    pub three: bool,
    /// Position of `]`.
    pub rbrack: Pos,
}

/// `x.(T)`
#[derive(Debug)]
pub struct TypeAssertExpr {
    /// Node id.
    pub id: NodeId,
    /// Operand.
    pub x: Expr,
    /// Position of `.`.
    pub dot: Pos,
    /// Type; none for `x.(type)` outside of a type switch, which the checker must refuse.
    pub ty: Option<Expr>,
    /// Position of `)`.
    pub rparen: Pos,
}

/// `f(a, b...)`; conversions look the same.
#[derive(Debug)]
pub struct CallExpr {
    /// Node id.
    pub id: NodeId,
    /// Function or type.
    pub fun: Expr,
    /// Position of `(`.
    pub lparen: Pos,
    /// Arguments.
    pub args: Vec<Expr>,
    /// Position of `...` behind the last argument.
    pub ellipsis: Option<Pos>,
    /// Position of `)`.
    pub rparen: Pos,
}

/// `*x`: dereference or pointer type.
#[derive(Debug)]
pub struct StarExpr {
    /// Node id.
    pub id: NodeId,
    /// Position of `*`.
    pub pos: Pos,
    /// Operand.
    pub x: Expr,
}

/// `op x`
#[derive(Debug)]
pub struct UnaryExpr {
    /// Node id.
    pub id: NodeId,
    /// Position of the operator.
    pub pos: Pos,
    /// Operator.
    pub op: UnaryOp,
    /// Operand.
    pub x: Expr,
}

/// `x op y`
#[derive(Debug)]
pub struct BinaryExpr {
    /// Node id.
    pub id: NodeId,
    /// Left operand.
    pub x: Expr,
    /// Position of the operator.
    pub op_pos: Pos,
    /// Operator.
    pub op: BinaryOp,
    /// Right operand.
    pub y: Expr,
}

/// `key: value` in a composite literal.
#[derive(Debug)]
pub struct KeyValueExpr {
    /// Node id.
    pub id: NodeId,
    /// Key.
    pub key: Expr,
    /// Position of `:`.
    pub colon: Pos,
    /// Value.
    pub value: Expr,
}

/// Length of an [`ArrayType`].
#[derive(Debug)]
pub enum ArrayLen {
    /// `[]T`
    Slice,
    /// `[...]T`, valid in composite literals only; the checker complains elsewhere.
    Ellipsis(Pos),
    /// `[n]T`
    Expr(Expr),
}

/// `[n]T`, `[...]T` or `[]T`
#[derive(Debug)]
pub struct ArrayType {
    /// Node id.
    pub id: NodeId,
    /// Position of `[`.
    pub pos: Pos,
    /// Length.
    pub len: ArrayLen,
    /// Element type.
    pub elem: Expr,
}

/// `struct { … }`
#[derive(Debug)]
pub struct StructType {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Fields; embedded ones have no names.
    pub fields: Vec<Field>,
    /// Position of `}`.
    pub rbrace: Pos,
}

/// A signature; as an expression, a function type. Receiver and type parameters live in [`FuncDecl`].
#[derive(Debug)]
pub struct FuncType {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword `func`, or of the method's name in an interface.
    pub start: Pos,
    /// Position of the parameter list (or of the type parameter list before it): where gc places errors.
    pub pos: Pos,
    /// Parameters.
    pub params: Vec<Field>,
    /// Results.
    pub results: Vec<Field>,
    /// Position just behind the signature.
    pub end: Pos,
}

/// `interface { … }`
#[derive(Debug)]
pub struct InterfaceType {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Methods and embedded elements in source order.
    pub elems: Vec<InterfaceElem>,
    /// Position of `}`.
    pub rbrace: Pos,
}

/// An element of an interface.
#[derive(Debug)]
pub enum InterfaceElem {
    /// `name(…) …`
    Method(MethodSpec),
    /// Embedded type or union: terms joined by [`BinaryOp::Or`], each possibly under [`UnaryOp::Tilde`].
    Embed(Expr),
}

/// A method of an interface.
#[derive(Debug)]
pub struct MethodSpec {
    /// Name.
    pub name: Ident,
    /// Signature.
    pub ty: FuncType,
}

/// `map[K]V`
#[derive(Debug)]
pub struct MapType {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Key type.
    pub key: Expr,
    /// Element type.
    pub value: Expr,
}

/// Direction of a channel type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChanDir {
    /// `chan T`
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Recv,
}

/// `chan T`, `chan<- T` or `<-chan T`
#[derive(Debug)]
pub struct ChanType {
    /// Node id.
    pub id: NodeId,
    /// First byte: the keyword, or the arrow before it.
    pub start: Pos,
    /// Where gc places errors: the keyword if the type was met as an operand, else the first byte.
    pub pos: Pos,
    /// Direction.
    pub dir: ChanDir,
    /// Element type.
    pub elem: Expr,
}

/// `...T` as the type of the last parameter.
#[derive(Debug)]
pub struct Ellipsis {
    /// Node id.
    pub id: NodeId,
    /// Position of `...`.
    pub pos: Pos,
    /// Element type.
    pub elem: Expr,
}

// ---------------------------------------------------------------------------------------------------------------
// Statements

/// `{ … }`
#[derive(Debug)]
pub struct Block {
    /// Node id.
    pub id: NodeId,
    /// Position of `{`.
    pub lbrace: Pos,
    /// Statements.
    pub stmts: Vec<Stmt>,
    /// Position of `}`; a missing return is reported here.
    pub rbrace: Pos,
}

/// A statement.
#[derive(Debug)]
#[allow(missing_docs, reason = "the payloads are documented")]
pub enum Stmt {
    Bad(BadStmt),
    Empty(EmptyStmt),
    Expr(Box<ExprStmt>),
    Send(Box<SendStmt>),
    IncDec(Box<IncDecStmt>),
    Assign(Box<AssignStmt>),
    Go(Box<CallStmt>),
    Defer(Box<CallStmt>),
    Return(Box<ReturnStmt>),
    Branch(Box<BranchStmt>),
    Block(Box<Block>),
    If(Box<IfStmt>),
    Switch(Box<SwitchStmt>),
    TypeSwitch(Box<TypeSwitchStmt>),
    Select(Box<SelectStmt>),
    For(Box<ForStmt>),
    Range(Box<RangeStmt>),
    Labeled(Box<LabeledStmt>),
    Decl(Box<DeclStmt>),
}

/// Source that is not a statement; an error has been reported.
#[derive(Debug)]
pub struct BadStmt {
    /// Node id.
    pub id: NodeId,
    /// Where it stands.
    pub pos: Pos,
}

/// Nothing, between semicolons or behind a label.
#[derive(Debug)]
pub struct EmptyStmt {
    /// Node id.
    pub id: NodeId,
    /// Where it stands.
    pub pos: Pos,
}

/// An expression for its effect.
#[derive(Debug)]
pub struct ExprStmt {
    /// Node id.
    pub id: NodeId,
    /// The expression.
    pub x: Expr,
}

/// `ch <- v`
#[derive(Debug)]
pub struct SendStmt {
    /// Node id.
    pub id: NodeId,
    /// Channel.
    pub chan: Expr,
    /// Position of `<-`.
    pub arrow: Pos,
    /// Value.
    pub value: Expr,
}

/// `x++` or `x--`
#[derive(Debug)]
pub struct IncDecStmt {
    /// Node id.
    pub id: NodeId,
    /// Operand.
    pub x: Expr,
    /// Position of the operator.
    pub op_pos: Pos,
    /// [`BinaryOp::Add`] or [`BinaryOp::Sub`].
    pub op: BinaryOp,
}

/// Form of an assignment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AssignOp {
    /// `=`
    Assign,
    /// `:=`
    Define,
    /// `op=`; one operand on each side.
    Op(BinaryOp),
}

/// `a, b = x, y` and its relatives
#[derive(Debug)]
pub struct AssignStmt {
    /// Node id.
    pub id: NodeId,
    /// Left-hand sides.
    pub lhs: Vec<Expr>,
    /// Position of the operator.
    pub op_pos: Pos,
    /// Form.
    pub op: AssignOp,
    /// Right-hand sides.
    pub rhs: Vec<Expr>,
}

/// `go f(x)` or `defer f(x)`
#[derive(Debug)]
pub struct CallStmt {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// The call; the checker complains if it is something else. Never parenthesised.
    pub call: Expr,
}

/// `return x, y`
#[derive(Debug)]
pub struct ReturnStmt {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Results.
    pub results: Vec<Expr>,
}

/// Which jump.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum BranchTok {
    Break,
    Continue,
    Goto,
    Fallthrough,
}

impl BranchTok {
    /// The keyword.
    pub fn as_str(self) -> &'static str {
        match self {
            BranchTok::Break => "break",
            BranchTok::Continue => "continue",
            BranchTok::Goto => "goto",
            BranchTok::Fallthrough => "fallthrough",
        }
    }
}

/// `break`, `continue`, `goto`, `fallthrough`
#[derive(Debug)]
pub struct BranchStmt {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Keyword.
    pub tok: BranchTok,
    /// Label; always there for `goto`.
    pub label: Option<Ident>,
}

/// `if init; cond { … } else …`
#[derive(Debug)]
pub struct IfStmt {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Simple statement before the condition.
    pub init: Option<Stmt>,
    /// Condition.
    pub cond: Expr,
    /// Taken if true.
    pub then: Block,
    /// [`Stmt::If`] or [`Stmt::Block`].
    pub els: Option<Stmt>,
}

/// `case a, b:` or `default:` of a switch or type switch
#[derive(Debug)]
pub struct CaseClause {
    /// Node id; the implicit variable of a type switch hangs here.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Expressions or types; empty means `default`.
    pub exprs: Vec<Expr>,
    /// Position of `:`.
    pub colon: Pos,
    /// Statements.
    pub body: Vec<Stmt>,
    /// Position just behind the clause: the next clause's keyword or the switch's `}`.
    pub end: Pos,
}

/// `switch init; tag { … }`
#[derive(Debug)]
pub struct SwitchStmt {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Simple statement before the tag.
    pub init: Option<Stmt>,
    /// Tag; none means `true`.
    pub tag: Option<Expr>,
    /// Position of `{`.
    pub lbrace: Pos,
    /// Clauses.
    pub clauses: Vec<CaseClause>,
    /// Position of `}`.
    pub rbrace: Pos,
}

/// `switch init; v := x.(type) { … }`
#[derive(Debug)]
pub struct TypeSwitchStmt {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Simple statement before the guard.
    pub init: Option<Stmt>,
    /// The variable `v`. Each clause has its own object; uses refer to that.
    pub bind: Option<Ident>,
    /// Operand `x`.
    pub x: Expr,
    /// Position of the `.` before `(type)`.
    pub dot: Pos,
    /// Position of `{`.
    pub lbrace: Pos,
    /// Clauses.
    pub clauses: Vec<CaseClause>,
    /// Position of `}`.
    pub rbrace: Pos,
}

/// `case comm:` or `default:` of a select
#[derive(Debug)]
pub struct CommClause {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Any simple statement (the checker allows only sends and receives); none means `default`.
    pub comm: Option<Stmt>,
    /// Position of `:`.
    pub colon: Pos,
    /// Statements.
    pub body: Vec<Stmt>,
    /// Position just behind the clause: the next clause's keyword or the select's `}`.
    pub end: Pos,
}

/// `select { … }`
#[derive(Debug)]
pub struct SelectStmt {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Position of `{`.
    pub lbrace: Pos,
    /// Clauses.
    pub clauses: Vec<CommClause>,
    /// Position of `}`.
    pub rbrace: Pos,
}

/// `for init; cond; post { … }`
#[derive(Debug)]
pub struct ForStmt {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// Before the loop.
    pub init: Option<Stmt>,
    /// Condition; none means `true`.
    pub cond: Option<Expr>,
    /// After each iteration.
    pub post: Option<Stmt>,
    /// Body.
    pub body: Block,
}

/// `for key, value := range x { … }`
#[derive(Debug)]
pub struct RangeStmt {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword `for`.
    pub pos: Pos,
    /// First iteration variable or assigned operand.
    pub key: Option<Expr>,
    /// Second one.
    pub value: Option<Expr>,
    /// Further ones, which the checker must refuse.
    pub extra: Vec<Expr>,
    /// Whether the variables are declared here (`:=`).
    pub define: bool,
    /// Position of the keyword `range`.
    pub range_pos: Pos,
    /// What is ranged over.
    pub x: Expr,
    /// Body.
    pub body: Block,
}

/// `label: stmt`
#[derive(Debug)]
pub struct LabeledStmt {
    /// Node id.
    pub id: NodeId,
    /// The label.
    pub label: Ident,
    /// Position of `:`.
    pub colon: Pos,
    /// The statement; [`Stmt::Empty`] before a `}`.
    pub stmt: Stmt,
}

/// A declaration inside a function; never [`Decl::Func`].
#[derive(Debug)]
pub struct DeclStmt {
    /// Node id.
    pub id: NodeId,
    /// Position of the keyword.
    pub pos: Pos,
    /// The specs, group flattened; all of one kind.
    pub decls: Vec<Decl>,
}
