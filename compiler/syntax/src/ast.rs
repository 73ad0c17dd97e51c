//! The syntax tree of a Go file.
//!
//! The tree is close to what users of go/ast expect, with three differences: declaration groups are flattened (each
//! spec knows its group), a type switch is a statement of its own, and parentheses around types are dropped where
//! the gc compiler drops them (positions in errors depend on that).
//!
//! Reading order: ids and operators here, then files and declarations, expressions, statements, a module each; all
//! are re-exported.
//! Positions of nodes (start, end, where errors go) are methods, in [`crate::position`].
//!
//! Every list that the grammar allows to be empty is a plain `Vec`. Names of fields follow one rule: `pos` is where
//! the node's own leading token stands; tokens inside are named after themselves (`lparen`, `op_pos`, `colon`).

mod decl;
mod expr;
mod sizes;
mod stmt;

pub use decl::*;
pub use expr::*;
pub use stmt::*;

use undergo_source::{Name, Pos};

/// Identifies a node within its file; dense from 0, in the order in which the parser met the nodes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The id as a vector index.
    #[inline]
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
    #[inline]
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
    #[inline]
    pub fn is_comparison(self) -> bool {
        self.precedence() == 3
    }

    /// `<<` or `>>`.
    #[inline]
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
