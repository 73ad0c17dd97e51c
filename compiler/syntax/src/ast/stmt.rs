//! Statements.

use super::*;
use undergo_source::Pos;

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
