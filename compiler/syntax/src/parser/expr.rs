//! Expressions: binary and unary operators, operands, literals.

use super::{More, Parser};
use crate::ast::*;
use crate::print::expr_string;
use crate::token::{Op, Tok};
use undergo_source::Pos;

/// Builds an [`Expr::Index`].
pub(super) fn index_expr(id: NodeId, x: Expr, lbrack: Pos, indices: Vec<Expr>, rbrack: Pos) -> Expr {
    Expr::Index(Box::new(IndexExpr { id, x, lbrack, indices, rbrack }))
}

/// `x` without enclosing parentheses.
pub(super) fn strip_parens(mut x: Expr) -> Expr {
    while let Expr::Paren(p) = x {
        x = p.x;
    }
    x
}

impl Parser<'_> {
    /// Any expression; types included, since only the checker can tell.
    pub(super) fn expr(&mut self) -> Expr {
        let x = self.unary();
        self.binary_from(x, 0)
    }

    /// `expr { "," expr }`
    pub(super) fn expr_list(&mut self) -> Vec<Expr> {
        let first = self.expr();
        if self.tok != Tok::Comma {
            return vec![first];
        }
        let outer = self.exprs.len();
        self.exprs.push(first);
        while self.got(Tok::Comma) {
            let x = self.expr();
            self.exprs.push(x);
        }
        self.exprs.drain(outer..).collect()
    }

    /// Continues an expression whose first operand is `x` with operators that bind stronger than `prec`.
    pub(super) fn binary_from(&mut self, mut x: Expr, prec: u8) -> Expr {
        let mut links = 0;
        while matches!(self.tok, Tok::Operator | Tok::Star) && self.scan.prec > prec {
            let Op::Binary(op) = self.scan.op else { break };
            let op_pos = self.pos();
            let id = self.id();
            self.next();
            let y = self.unary();
            let y = self.binary_from(y, op.precedence());
            x = Expr::Binary(Box::new(BinaryExpr { id, x, op_pos, op, y }));
            links += 1;
        }
        self.note_chain(links);
        x
    }

    fn unary(&mut self) -> Expr {
        self.enter();
        let x = self.unary_start();
        self.leave();
        x
    }

    fn unary_start(&mut self) -> Expr {
        let pos = self.pos();
        let op = match (self.tok, self.scan.op) {
            (Tok::Arrow, _) => return self.receive(),
            (Tok::Star, _) => {
                let id = self.id();
                self.next();
                let x = self.unary();
                return Expr::Star(Box::new(StarExpr { id, pos, x }));
            }
            (Tok::Operator, Op::Binary(BinaryOp::Add)) => UnaryOp::Plus,
            (Tok::Operator, Op::Binary(BinaryOp::Sub)) => UnaryOp::Neg,
            (Tok::Operator, Op::Binary(BinaryOp::Xor)) => UnaryOp::BitNot,
            (Tok::Operator, Op::Binary(BinaryOp::And)) => UnaryOp::Addr,
            (Tok::Operator, Op::Not) => UnaryOp::Not,
            (Tok::Operator, Op::Tilde) => UnaryOp::Tilde,
            _ => return self.primary(),
        };
        let id = self.id();
        self.next();
        let mut x = self.unary();
        if op == UnaryOp::Addr {
            // `&(T{})` means `&T{}`.
            x = strip_parens(x);
        }
        Expr::Unary(Box::new(UnaryExpr { id, pos, op, x }))
    }

    /// `<-x`, or a channel type `<-chan T`: only the operand tells, since `<-chan int(ch)` receives.
    fn receive(&mut self) -> Expr {
        let pos = self.pos();
        let id = self.id();
        self.next();
        let mut x = self.unary();
        if let Expr::ChanType(chan) = &mut x {
            self.make_receive_only(chan, pos);
            return x;
        }
        Expr::Unary(Box::new(UnaryExpr { id, pos, op: UnaryOp::Recv, x }))
    }

    /// Gives the arrow in front of a channel type to that type: `<-` before `chan<- T` makes `<-chan (<-T)`, and so on
    /// for as long as an arrow is left over.
    fn make_receive_only(&mut self, outer: &mut ChanType, arrow: Pos) {
        outer.start = arrow;
        let mut chan = outer;
        loop {
            let had = std::mem::replace(&mut chan.dir, ChanDir::Recv);
            match had {
                ChanDir::Recv => self.syntax_error("unexpected <-, expected chan"),
                ChanDir::Both => {}
                ChanDir::Send => match &mut chan.elem {
                    Expr::ChanType(inner) => {
                        chan = inner;
                        continue;
                    }
                    elem => {
                        let msg = format!("unexpected {}, expected chan", expr_string(elem));
                        self.syntax_error(&msg);
                    }
                },
            }
            return;
        }
    }

    /// A name, literal, parenthesised expression, function or type.
    pub(super) fn operand(&mut self) -> Expr {
        let pos = self.pos();
        match self.tok {
            Tok::Name => Expr::Ident(self.ident()),
            Tok::Literal => Expr::BasicLit(self.literal_or_none().expect("at a literal")),
            Tok::Lparen => {
                let id = self.id();
                self.next();
                self.xnest += 1;
                let x = self.expr();
                self.xnest -= 1;
                let rparen = self.pos();
                self.want(Tok::Rparen);
                Expr::Paren(Box::new(ParenExpr { id, lparen: pos, x, rparen }))
            }
            Tok::Func => {
                let id = self.id();
                self.next();
                let ty = self.func_type(pos, Some("function type")).1;
                if self.tok != Tok::Lbrace {
                    return Expr::FuncType(Box::new(ty));
                }
                self.xnest += 1;
                let body = self.func_body();
                self.xnest -= 1;
                Expr::FuncLit(Box::new(FuncLit { id, pos, ty, body }))
            }
            Tok::Lbrack | Tok::Chan | Tok::Map | Tok::Struct | Tok::Interface => self.type_(),
            _ => {
                let bad = self.bad_expr();
                self.syntax_error("expected expression");
                self.advance(&[Tok::Rparen, Tok::Rbrack, Tok::Rbrace]);
                bad
            }
        }
    }

    /// `{ … }` of a composite literal of type `ty`.
    pub(super) fn composite_lit(&mut self, ty: Option<Expr>) -> Expr {
        let lbrace = self.pos();
        let id = self.id();
        self.xnest += 1;
        self.want(Tok::Lbrace);
        let outer = self.exprs.len();
        let rbrace = self.list("composite literal", Tok::Comma, Tok::Rbrace, |p| {
            let mut x = p.element();
            if p.tok == Tok::Colon {
                let colon = p.pos();
                let id = p.id();
                p.next();
                let value = p.element();
                x = Expr::KeyValue(Box::new(KeyValueExpr { id, key: x, colon, value }));
            }
            p.exprs.push(x);
            More::Yes
        });
        self.xnest -= 1;
        let elts = self.exprs.drain(outer..).collect();
        Expr::CompositeLit(Box::new(CompositeLit { id, ty, elts, lbrace, rbrace }))
    }

    fn element(&mut self) -> Expr {
        if self.tok != Tok::Lbrace {
            return self.expr();
        }
        self.enter();
        let x = self.composite_lit(None);
        self.leave();
        x
    }
}
