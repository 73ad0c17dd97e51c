//! Operands and what may follow them: selectors, indices, slices, assertions, calls, composite literals.

use super::expr::index_expr;
use super::types::First;
use super::{More, Parser};
use crate::ast::*;
use crate::token::Tok;

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> Expr {
        let x = self.operand();
        self.primary_from(x)
    }

    /// Continues a primary expression that starts with `x`.
    pub(super) fn primary_from(&mut self, mut x: Expr) -> Expr {
        let mut links = 0;
        loop {
            x = match self.tok {
                Tok::Dot => self.selector(x),
                Tok::Lbrack => self.index_or_slice(x),
                Tok::Lparen => self.call(x),
                Tok::Lbrace if self.starts_composite_lit(&x) => {
                    if matches!(x, Expr::Paren(_)) {
                        self.syntax_error("cannot parenthesize type in composite literal");
                    }
                    self.composite_lit(Some(x))
                }
                _ => break,
            };
            links += 1;
        }
        self.note_chain(links);
        x
    }

    /// Whether a `{` behind `x` belongs to a composite literal. In the header of a control clause, behind a name, it
    /// starts the block.
    fn starts_composite_lit(&self, x: &Expr) -> bool {
        match x.unparen() {
            Expr::Ident(_) | Expr::Selector(_) => self.xnest >= 0,
            Expr::Index(_) => self.xnest >= 0 && !is_value(x),
            Expr::ArrayType(_) | Expr::StructType(_) | Expr::MapType(_) => true,
            _ => false,
        }
    }

    /// `.name`, `.(T)` or `.(type)`
    fn selector(&mut self, x: Expr) -> Expr {
        let dot = self.pos();
        self.next();
        match self.tok {
            Tok::Name => {
                let id = self.id();
                let sel = self.ident();
                Expr::Selector(Box::new(SelectorExpr { id, x, dot, sel }))
            }
            Tok::Lparen => {
                let id = self.id();
                self.next();
                let ty = if self.got(Tok::Type) { None } else { Some(self.type_()) };
                let rparen = self.pos();
                self.want(Tok::Rparen);
                Expr::TypeAssert(Box::new(TypeAssertExpr { id, x, dot, ty, rparen }))
            }
            _ => {
                self.syntax_error("expected name or (");
                self.advance(&[Tok::Semi, Tok::Rparen]);
                x
            }
        }
    }

    fn index_or_slice(&mut self, x: Expr) -> Expr {
        let lbrack = self.pos();
        let id = self.id();
        self.next();
        let mut lo = None;
        if self.tok != Tok::Colon {
            let (mut indices, comma) = if self.tok == Tok::Rbrack {
                self.syntax_error("expected operand");
                (vec![self.bad_expr()], false)
            } else {
                self.type_list(First::Any)
            };
            if comma || self.tok == Tok::Rbrack {
                let rbrack = self.pos();
                self.want(Tok::Rbrack);
                return index_expr(id, x, lbrack, indices, rbrack);
            }
            lo = indices.pop();
        }
        if !self.got(Tok::Colon) {
            self.syntax_error("expected comma, : or ]");
            self.advance(&[Tok::Comma, Tok::Colon, Tok::Rbrack]);
        }
        self.xnest += 1;
        let mut hi = None;
        if !matches!(self.tok, Tok::Colon | Tok::Rbrack) {
            hi = Some(self.expr());
        }
        let three = self.tok == Tok::Colon;
        let mut max = None;
        if three {
            if hi.is_none() {
                self.error("middle index required in 3-index slice");
                hi = Some(self.bad_expr());
            }
            self.next();
            if self.tok == Tok::Rbrack {
                self.error("final index required in 3-index slice");
                max = Some(self.bad_expr());
            } else {
                max = Some(self.expr());
            }
        }
        self.xnest -= 1;
        let rbrack = self.pos();
        self.want(Tok::Rbrack);
        Expr::Slice(Box::new(SliceExpr { id, x, lbrack, lo, hi, max, three, rbrack }))
    }

    fn call(&mut self, fun: Expr) -> Expr {
        let lparen = self.pos();
        let id = self.id();
        self.next();
        self.xnest += 1;
        let outer = self.exprs.len();
        let mut ellipsis = None;
        let rparen = self.list("argument list", Tok::Comma, Tok::Rparen, |p| {
            let x = p.expr();
            p.exprs.push(x);
            let dots = p.pos();
            if !p.got(Tok::DotDotDot) {
                return More::Yes;
            }
            ellipsis = Some(dots);
            More::No
        });
        self.xnest -= 1;
        let args = self.exprs.drain(outer..).collect();
        Expr::Call(Box::new(CallExpr { id, fun, lparen, args, ellipsis, rparen }))
    }
}

/// Whether `x` cannot be a type, by its form.
fn is_value(x: &Expr) -> bool {
    match x {
        Expr::BasicLit(_)
        | Expr::CompositeLit(_)
        | Expr::FuncLit(_)
        | Expr::Slice(_)
        | Expr::TypeAssert(_)
        | Expr::Call(_)
        | Expr::Unary(_)
        | Expr::Binary(_) => true,
        Expr::Paren(p) => is_value(&p.x),
        Expr::Index(i) => is_value(&i.x) || matches!(&i.indices[..], [only] if is_value(only)),
        _ => false,
    }
}
