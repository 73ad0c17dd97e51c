//! Where a node is. There are three answers, and each has its users:
//!
//! - `pos()`: the first byte of the node's source.
//! - `err_pos()`: where the gc compiler's type checker reports an error *about* the node. That is the start too, but
//!   for a few kinds it is a token inside: the `[` of a slice expression, the parameter list of a function type.
//! - `node_pos()`: the gc compiler's own position of the node: the operator of a binary expression, the `(` of a call,
//!   the `.` of a selector, the operator of an assignment. Line tables are made from these, and a few errors use them.
//!
//! All of these walk iteratively: chains such as `a + b + …` may be very long.

use crate::ast::*;
use undergo_source::Pos;

/// Which of the answers is asked for when a node's position is that of its leftmost part.
#[derive(Clone, Copy, PartialEq)]
enum Start {
    Source,
    Error,
}

fn start_of(mut e: &Expr, which: Start) -> Pos {
    loop {
        e = match e {
            Expr::CompositeLit(n) if n.ty.is_some() => n.ty.as_ref().expect("just checked"),
            Expr::KeyValue(n) => &n.key,
            Expr::Selector(n) => &n.x,
            Expr::Index(n) => &n.x,
            Expr::Slice(n) if which == Start::Source => &n.x,
            Expr::TypeAssert(n) => &n.x,
            Expr::Binary(n) => &n.x,
            Expr::Call(n) => &n.fun,
            Expr::FuncType(n) if which == Start::Source => return n.start,
            Expr::ChanType(n) if which == Start::Source => return n.start,
            _ => return e.node_pos(),
        }
    }
}

impl Ident {
    /// Position just behind the identifier.
    pub fn end(&self) -> Pos {
        self.pos.offset(self.name.as_str().len() as u32)
    }
}

impl BasicLit {
    /// Position just behind the literal.
    pub fn end(&self) -> Pos {
        self.pos.offset(self.value.as_str().len() as u32)
    }
}

impl Expr {
    /// Node id.
    #[inline]
    pub fn id(&self) -> NodeId {
        match self {
            Expr::Bad(n) => n.id,
            Expr::Ident(n) => n.id,
            Expr::BasicLit(n) => n.id,
            Expr::CompositeLit(n) => n.id,
            Expr::FuncLit(n) => n.id,
            Expr::Paren(n) => n.id,
            Expr::Selector(n) => n.id,
            Expr::Index(n) => n.id,
            Expr::Slice(n) => n.id,
            Expr::TypeAssert(n) => n.id,
            Expr::Call(n) => n.id,
            Expr::Star(n) => n.id,
            Expr::Unary(n) => n.id,
            Expr::Binary(n) => n.id,
            Expr::KeyValue(n) => n.id,
            Expr::ArrayType(n) => n.id,
            Expr::StructType(n) => n.id,
            Expr::FuncType(n) => n.id,
            Expr::InterfaceType(n) => n.id,
            Expr::MapType(n) => n.id,
            Expr::ChanType(n) => n.id,
            Expr::Ellipsis(n) => n.id,
        }
    }

    /// First byte.
    pub fn pos(&self) -> Pos {
        start_of(self, Start::Source)
    }

    /// Where the gc compiler reports an error about the expression.
    pub fn err_pos(&self) -> Pos {
        start_of(self, Start::Error)
    }

    /// The gc compiler's position of the node.
    pub fn node_pos(&self) -> Pos {
        match self {
            Expr::Bad(n) => n.pos,
            Expr::Ident(n) => n.pos,
            Expr::BasicLit(n) => n.pos,
            Expr::CompositeLit(n) => n.lbrace,
            Expr::FuncLit(n) => n.pos,
            Expr::Paren(n) => n.lparen,
            Expr::Selector(n) => n.dot,
            Expr::Index(n) => n.lbrack,
            Expr::Slice(n) => n.lbrack,
            Expr::TypeAssert(n) => n.dot,
            Expr::Call(n) => n.lparen,
            Expr::Star(n) => n.pos,
            Expr::Unary(n) => n.pos,
            Expr::Binary(n) => n.op_pos,
            Expr::KeyValue(n) => n.colon,
            Expr::ArrayType(n) => n.pos,
            Expr::StructType(n) => n.pos,
            Expr::FuncType(n) => n.pos,
            Expr::InterfaceType(n) => n.pos,
            Expr::MapType(n) => n.pos,
            Expr::ChanType(n) => n.pos,
            Expr::Ellipsis(n) => n.pos,
        }
    }

    /// Position just behind the expression.
    pub fn end(&self) -> Pos {
        let mut e = self;
        loop {
            e = match e {
                Expr::Bad(n) => return n.pos,
                Expr::Ident(n) => return n.end(),
                Expr::BasicLit(n) => return n.end(),
                Expr::CompositeLit(n) => return n.rbrace.offset(1),
                Expr::FuncLit(n) => return n.body.rbrace.offset(1),
                Expr::Paren(n) => return n.rparen.offset(1),
                Expr::Selector(n) => return n.sel.end(),
                Expr::Index(n) => return n.rbrack.offset(1),
                Expr::Slice(n) => return n.rbrack.offset(1),
                Expr::TypeAssert(n) => return n.rparen.offset(1),
                Expr::Call(n) => return n.rparen.offset(1),
                Expr::StructType(n) => return n.rbrace.offset(1),
                Expr::InterfaceType(n) => return n.rbrace.offset(1),
                Expr::FuncType(n) => return n.end,
                Expr::Star(n) => &n.x,
                Expr::Unary(n) => &n.x,
                Expr::Binary(n) => &n.y,
                Expr::KeyValue(n) => &n.value,
                Expr::ArrayType(n) => &n.elem,
                Expr::MapType(n) => &n.value,
                Expr::ChanType(n) => &n.elem,
                Expr::Ellipsis(n) => &n.elem,
            }
        }
    }

    /// The expression without enclosing parentheses.
    pub fn unparen(&self) -> &Expr {
        let mut e = self;
        while let Expr::Paren(p) = e {
            e = &p.x;
        }
        e
    }

    /// The identifier, if the expression is one (parentheses not stripped).
    pub fn as_ident(&self) -> Option<&Ident> {
        match self {
            Expr::Ident(n) => Some(n),
            _ => None,
        }
    }
}

impl Decl {
    /// Node id.
    #[inline]
    pub fn id(&self) -> NodeId {
        match self {
            Decl::Const(d) => d.id,
            Decl::Type(d) => d.id,
            Decl::Var(d) => d.id,
            Decl::Func(d) => d.id,
        }
    }

    /// Where errors about the declaration go.
    pub fn pos(&self) -> Pos {
        match self {
            Decl::Const(d) => d.pos,
            Decl::Type(d) => d.pos,
            Decl::Var(d) => d.pos,
            Decl::Func(d) => d.decl_pos,
        }
    }
}

impl InterfaceElem {
    /// First byte.
    pub fn pos(&self) -> Pos {
        match self {
            InterfaceElem::Method(m) => m.name.pos,
            InterfaceElem::Embed(e) => e.pos(),
        }
    }
}

impl Stmt {
    /// Node id.
    #[inline]
    pub fn id(&self) -> NodeId {
        match self {
            Stmt::Bad(n) => n.id,
            Stmt::Empty(n) => n.id,
            Stmt::Expr(n) => n.id,
            Stmt::Send(n) => n.id,
            Stmt::IncDec(n) => n.id,
            Stmt::Assign(n) => n.id,
            Stmt::Go(n) | Stmt::Defer(n) => n.id,
            Stmt::Return(n) => n.id,
            Stmt::Branch(n) => n.id,
            Stmt::Block(n) => n.id,
            Stmt::If(n) => n.id,
            Stmt::Switch(n) => n.id,
            Stmt::TypeSwitch(n) => n.id,
            Stmt::Select(n) => n.id,
            Stmt::For(n) => n.id,
            Stmt::Range(n) => n.id,
            Stmt::Labeled(n) => n.id,
            Stmt::Decl(n) => n.id,
        }
    }

    /// First byte.
    pub fn pos(&self) -> Pos {
        match self {
            Stmt::Expr(n) => n.x.pos(),
            Stmt::Send(n) => n.chan.pos(),
            Stmt::IncDec(n) => n.x.pos(),
            Stmt::Assign(n) => n.lhs.first().map_or(n.op_pos, Expr::pos),
            Stmt::Labeled(n) => n.label.pos,
            _ => self.node_pos(),
        }
    }

    /// Where the gc compiler reports an error about the statement.
    pub fn err_pos(&self) -> Pos {
        match self {
            Stmt::Send(n) => n.chan.err_pos(),
            Stmt::IncDec(n) => n.x.err_pos(),
            Stmt::Assign(n) => n.lhs.first().map_or(n.op_pos, Expr::err_pos),
            _ => self.node_pos(),
        }
    }

    /// The gc compiler's position of the statement.
    pub fn node_pos(&self) -> Pos {
        match self {
            Stmt::Bad(n) => n.pos,
            Stmt::Empty(n) => n.pos,
            Stmt::Expr(n) => n.x.node_pos(),
            Stmt::Send(n) => n.arrow,
            Stmt::IncDec(n) => n.op_pos,
            Stmt::Assign(n) => n.op_pos,
            Stmt::Go(n) | Stmt::Defer(n) => n.pos,
            Stmt::Return(n) => n.pos,
            Stmt::Branch(n) => n.pos,
            Stmt::Block(n) => n.lbrace,
            Stmt::If(n) => n.pos,
            Stmt::Switch(n) => n.pos,
            Stmt::TypeSwitch(n) => n.pos,
            Stmt::Select(n) => n.pos,
            Stmt::For(n) => n.pos,
            Stmt::Range(n) => n.pos,
            Stmt::Labeled(n) => n.colon,
            Stmt::Decl(n) => n.pos,
        }
    }
}
