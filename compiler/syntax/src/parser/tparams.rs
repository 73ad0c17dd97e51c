//! `type T[P …`: type parameter list or array length?
//!
//! After the `[` stands a name. What follows may be an array length (`type T [n * m]int`) or the first type parameter
//! (`type T[P *C] …`), and only the whole expression tells. So it is parsed as an expression, and taken apart if it
//! reads as a name followed by a constraint.

use super::Parser;
use super::params::TypeParamStart;
use crate::ast::*;
use crate::token::Tok;

impl Parser<'_> {
    /// Parses from the name behind the `[` up to where the two cases differ.
    pub(super) fn type_params_or_length(&mut self) -> TypeParamStart {
        let mut x = Expr::Ident(self.ident());
        // `P [` starts an array or slice constraint: an index expression is never a constant length.
        if self.tok != Tok::Lbrack {
            self.xnest += 1;
            x = self.primary_from(x);
            x = self.binary_from(x, 0);
            self.xnest -= 1;
        }
        let force = if self.tok == Tok::Comma { Force::Yes } else { Force::No };
        match split(x, force) {
            Ok((name, None)) if self.tok == Tok::Rbrack => TypeParamStart::Length(Expr::Ident(name)),
            Ok((name, constraint)) => TypeParamStart::Params(name, constraint),
            Err(len) => TypeParamStart::Length(len),
        }
    }
}

/// Whether to split an expression even if its right part could be a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Force {
    Yes,
    No,
}

impl Force {
    fn or(self, condition: bool) -> Force {
        if condition { Force::Yes } else { self }
    }
}

/// Whether [`split`] finds a name and a constraint.
fn splits(x: &Expr, force: Force) -> bool {
    match x {
        Expr::Binary(b) => match b.op {
            BinaryOp::Mul => matches!(b.x, Expr::Ident(_)) && force.or(is_type_elem(&b.y)) == Force::Yes,
            BinaryOp::Or => splits(&b.x, force.or(is_type_elem(&b.y))),
            _ => false,
        },
        Expr::Call(c) => {
            matches!(c.fun, Expr::Ident(_))
                && c.args.len() == 1
                && c.ellipsis.is_none()
                && force.or(is_type_elem(&c.args[0])) == Force::Yes
        }
        _ => false,
    }
}

/// Takes `x` apart into a name and what follows it, if it reads like that: `P`, `P *C`, `P (C)`, `P *C | D`.
fn split(x: Expr, force: Force) -> Result<(Ident, Option<Expr>), Expr> {
    if let Expr::Ident(name) = x {
        return Ok((name, None));
    }
    if !splits(&x, force) {
        return Err(x);
    }
    match x {
        Expr::Binary(b) if b.op == BinaryOp::Mul => {
            let BinaryExpr { id, x, op_pos, y, .. } = *b;
            let Expr::Ident(name) = x else { unreachable!("`splits` looked") };
            Ok((name, Some(Expr::Star(Box::new(StarExpr { id, pos: op_pos, x: y })))))
        }
        Expr::Binary(mut b) => {
            let force = force.or(is_type_elem(&b.y));
            let left = std::mem::replace(&mut b.x, Expr::Bad(BadExpr { id: b.id, pos: b.op_pos }));
            let (name, constraint) = split(left, force)?;
            b.x = constraint.expect("`splits` found one");
            Ok((name, Some(Expr::Binary(b))))
        }
        Expr::Call(mut c) => {
            let Expr::Ident(name) = c.fun else { unreachable!("`splits` looked") };
            let arg = c.args.pop().expect("one argument");
            Ok((name, Some(super::expr::strip_parens(arg))))
        }
        other => Err(other),
    }
}

/// Whether `x` can only be a type element, not a value.
fn is_type_elem(x: &Expr) -> bool {
    match x {
        Expr::ArrayType(_)
        | Expr::StructType(_)
        | Expr::FuncType(_)
        | Expr::InterfaceType(_)
        | Expr::MapType(_)
        | Expr::ChanType(_) => true,
        Expr::Binary(b) => is_type_elem(&b.x) || is_type_elem(&b.y),
        Expr::Unary(u) => u.op == UnaryOp::Tilde || is_type_elem(&u.x),
        Expr::Star(s) => is_type_elem(&s.x),
        Expr::Paren(p) => is_type_elem(&p.x),
        _ => false,
    }
}
