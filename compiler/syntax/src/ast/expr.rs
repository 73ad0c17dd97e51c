//! Expressions and types.

use super::*;
use undergo_source::{Pos, Text};

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
    pub value: Text,
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
