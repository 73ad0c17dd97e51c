//! Types, struct fields and interface elements.

use super::expr::index_expr;
use super::params::ParamRules;
use super::{More, Parser, push};
use crate::ast::*;
use crate::token::{Op, Tok};
use undergo_source::Pos;

/// What the first element of a [`Parser::type_list`] may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// A type.
    Type,
    /// Any expression: it may turn out to be an index.
    Any,
}

const NO_TYPE_PARAMS_FUNC: &str = "function type";
const NO_TYPE_PARAMS_METHOD: &str = "interface method";

impl Parser<'_> {
    /// A type that must be there.
    pub(super) fn type_(&mut self) -> Expr {
        self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("expected type");
            self.advance(&[Tok::Comma, Tok::Colon, Tok::Semi, Tok::Rparen, Tok::Rbrack, Tok::Rbrace]);
            bad
        })
    }

    /// A type if one starts here. Parentheses around it leave no trace.
    pub(super) fn type_or_none(&mut self) -> Option<Expr> {
        self.enter();
        let ty = self.type_start();
        self.leave();
        ty
    }

    fn type_start(&mut self) -> Option<Expr> {
        let pos = self.pos();
        Some(match self.tok {
            Tok::Star => {
                let id = self.id();
                self.next();
                let x = self.type_();
                Expr::Star(Box::new(StarExpr { id, pos, x }))
            }
            Tok::Arrow => {
                self.next();
                self.want(Tok::Chan);
                self.chan_type(pos, ChanDir::Recv)
            }
            Tok::Chan => {
                self.next();
                let dir = if self.got(Tok::Arrow) { ChanDir::Send } else { ChanDir::Both };
                self.chan_type(pos, dir)
            }
            Tok::Func => {
                self.next();
                Expr::FuncType(Box::new(self.func_type(pos, Some(NO_TYPE_PARAMS_FUNC)).1))
            }
            Tok::Lbrack => {
                self.next();
                match self.got(Tok::Rbrack) {
                    true => self.slice_type(pos),
                    false => self.array_type(pos, None),
                }
            }
            Tok::Map => {
                let id = self.id();
                self.next();
                self.want(Tok::Lbrack);
                let key = self.type_();
                self.want(Tok::Rbrack);
                let value = self.type_();
                Expr::MapType(Box::new(MapType { id, pos, key, value }))
            }
            Tok::Struct => self.struct_type(),
            Tok::Interface => self.interface_type(),
            Tok::Name => self.qualified_name(None),
            Tok::Lparen => {
                self.next();
                let ty = self.type_();
                self.want(Tok::Rparen);
                ty
            }
            _ => return None,
        })
    }

    fn chan_type(&mut self, pos: Pos, dir: ChanDir) -> Expr {
        let id = self.id();
        let elem = self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("missing channel element type");
            bad
        });
        Expr::ChanType(Box::new(ChanType { id, start: pos, pos, dir, elem }))
    }

    /// `[]T` behind the brackets; `pos` is that of `[`.
    pub(super) fn slice_type(&mut self, pos: Pos) -> Expr {
        let id = self.id();
        let elem = self.type_();
        Expr::ArrayType(Box::new(ArrayType { id, pos, len: ArrayLen::Slice, elem }))
    }

    /// `[n]T` behind the `[` at `pos`, or behind the length if that was read already.
    pub(super) fn array_type(&mut self, pos: Pos, len: Option<Expr>) -> Expr {
        let id = self.id();
        let dots = self.pos();
        let len = match len {
            Some(len) => ArrayLen::Expr(len),
            None if self.got(Tok::DotDotDot) => ArrayLen::Ellipsis(dots),
            None => {
                self.xnest += 1;
                let len = self.expr();
                self.xnest -= 1;
                ArrayLen::Expr(len)
            }
        };
        if self.tok == Tok::Comma {
            // Fine in a type parameter list, which this might have been meant to be.
            self.syntax_error("unexpected comma; expected ]");
            self.next();
        }
        self.want(Tok::Rbrack);
        let elem = self.type_();
        Expr::ArrayType(Box::new(ArrayType { id, pos, len, elem }))
    }

    /// A signature, behind `func` and a function's name. Type parameters are an error if `context` names what must
    /// not have any.
    pub(super) fn func_type(&mut self, start: Pos, context: Option<&str>) -> (Vec<Field>, FuncType) {
        let pos = self.pos();
        let id = self.id();
        let mut type_params = Vec::new();
        if self.got(Tok::Lbrack) {
            if let Some(context) = context {
                self.syntax_error_at(pos, &format!("{context} must have no type parameters"));
            }
            if self.tok == Tok::Rbrack {
                self.syntax_error("empty type parameter list");
                self.next();
            } else {
                type_params = self.param_list(None, ParamRules::TypeParams);
            }
        }
        self.want(Tok::Lparen);
        let params = self.param_list(None, ParamRules::Variadic);
        let results = self.func_results();
        (type_params, FuncType { id, start, pos, params, results, end: self.prev_end() })
    }

    fn func_results(&mut self) -> Vec<Field> {
        if self.got(Tok::Lparen) {
            return self.param_list(None, ParamRules::Plain);
        }
        let pos = self.pos();
        match self.type_or_none() {
            Some(ty) => vec![Field { id: self.id(), pos, names: Vec::new(), ty, tag: None }],
            None => Vec::new(),
        }
    }

    // ---- structs

    fn struct_type(&mut self) -> Expr {
        let pos = self.pos();
        let id = self.id();
        self.want(Tok::Struct);
        self.want(Tok::Lbrace);
        let mut fields = Vec::new();
        let rbrace = self.list("struct type", Tok::Semi, Tok::Rbrace, |p| {
            if let Some(field) = p.struct_field() {
                push(&mut fields, field);
            }
            More::Yes
        });
        fields.shrink_to_fit();
        Expr::StructType(Box::new(StructType { id, pos, fields, rbrace }))
    }

    fn struct_field(&mut self) -> Option<Field> {
        let pos = self.pos();
        let mut names = Vec::new();
        let ty = match self.tok {
            Tok::Name => {
                let name = self.ident();
                if matches!(self.tok, Tok::Dot | Tok::Literal | Tok::Semi | Tok::Rbrace) {
                    self.qualified_name(Some(name))
                } else {
                    names = self.ident_list(name);
                    self.field_type(&mut names)
                }
            }
            Tok::Star => {
                let id = self.id();
                self.next();
                let x = self.embedded_type_name();
                Expr::Star(Box::new(StarExpr { id, pos, x }))
            }
            Tok::Lparen => self.embedded_type_name(),
            _ => {
                self.syntax_error("expected field name or embedded type");
                self.advance(&[Tok::Semi, Tok::Rbrace]);
                return None;
            }
        };
        let tag = self.literal_or_none();
        Some(Field { id: self.id(), pos, names, ty, tag })
    }

    /// The type behind the names of a field. A single name before `[` may turn out to be an embedded instantiated
    /// type; `names` is then emptied.
    fn field_type(&mut self, names: &mut Vec<Ident>) -> Expr {
        if names.len() > 1 || self.tok != Tok::Lbrack {
            return self.type_();
        }
        let (ty, is_name) = self.array_or_type_args(names[0]);
        if !is_name {
            names.clear();
        }
        ty
    }

    /// The name of an embedded type. Parentheses, with a `*` inside if need be, are accepted with an error.
    fn embedded_type_name(&mut self) -> Expr {
        if self.tok != Tok::Lparen {
            return self.qualified_name(None);
        }
        self.syntax_error("cannot parenthesize embedded type");
        self.next();
        let pos = self.pos();
        let ty = if self.tok == Tok::Star {
            let id = self.id();
            self.next();
            let x = self.qualified_name(None);
            Expr::Star(Box::new(StarExpr { id, pos, x }))
        } else {
            self.qualified_name(None)
        };
        self.got(Tok::Rparen);
        ty
    }

    // ---- interfaces

    fn interface_type(&mut self) -> Expr {
        let pos = self.pos();
        let id = self.id();
        self.want(Tok::Interface);
        self.want(Tok::Lbrace);
        let mut elems = Vec::new();
        let rbrace = self.list("interface type", Tok::Semi, Tok::Rbrace, |p| {
            let elem = match p.tok {
                Tok::Name => match p.method_or_embedded() {
                    InterfaceElem::Embed(ty) => InterfaceElem::Embed(p.embedded_elem(Some(ty))),
                    method => method,
                },
                _ => InterfaceElem::Embed(p.embedded_elem(None)),
            };
            push(&mut elems, elem);
            More::Yes
        });
        elems.shrink_to_fit();
        Expr::InterfaceType(Box::new(InterfaceType { id, pos, elems, rbrace }))
    }

    fn method(&mut self, name: Ident) -> InterfaceElem {
        let ty = self.func_type(name.pos, Some(NO_TYPE_PARAMS_METHOD)).1;
        InterfaceElem::Method(MethodSpec { name, ty })
    }

    fn method_or_embedded(&mut self) -> InterfaceElem {
        let name = self.ident();
        match self.tok {
            Tok::Lparen => self.method(name),
            Tok::Lbrack => self.bracketed_method(name),
            _ => InterfaceElem::Embed(self.qualified_name(Some(name))),
        }
    }

    /// `name [` in an interface: an instantiated type to embed, or a method with type parameters, which is an error.
    fn bracketed_method(&mut self, name: Ident) -> InterfaceElem {
        let lbrack = self.pos();
        self.next();
        if self.tok == Tok::Rbrack {
            let rbrack = self.pos();
            self.next();
            if self.tok == Tok::Lparen {
                self.error_at(rbrack, "empty type parameter list");
                return self.method(name);
            }
            self.error_at(rbrack, "empty type argument list");
            return InterfaceElem::Embed(Expr::Ident(name));
        }
        let list = self.param_list(None, ParamRules::TypeArgs);
        let rbrack = Pos(self.prev_end().0.saturating_sub(1));
        match list.first() {
            None if self.tok == Tok::Lparen => self.method(name),
            None => InterfaceElem::Embed(Expr::Ident(name)),
            Some(first) if !first.names.is_empty() => {
                let method = self.method(name);
                self.error_at(lbrack, "interface method must have no type parameters");
                method
            }
            Some(_) => {
                let args = list.into_iter().map(|f| f.ty).collect();
                InterfaceElem::Embed(index_expr(self.id(), Expr::Ident(name), lbrack, args, rbrack))
            }
        }
    }

    /// `term { "|" term }`; the first term if it was read already.
    pub(super) fn embedded_elem(&mut self, first: Option<Expr>) -> Expr {
        let mut x = match first {
            Some(x) => x,
            None => self.embedded_term(),
        };
        let mut links = 0;
        while self.at_or() {
            let op_pos = self.pos();
            let id = self.id();
            self.next();
            let y = self.embedded_term();
            x = Expr::Binary(Box::new(BinaryExpr { id, x, op_pos, op: BinaryOp::Or, y }));
            links += 1;
        }
        self.note_chain(links);
        x
    }

    fn embedded_term(&mut self) -> Expr {
        if self.at_op(Op::Tilde) {
            let pos = self.pos();
            let id = self.id();
            self.next();
            let x = self.type_();
            return Expr::Unary(Box::new(UnaryExpr { id, pos, op: UnaryOp::Tilde, x }));
        }
        self.type_or_none().unwrap_or_else(|| {
            let bad = self.bad_expr();
            self.syntax_error("expected ~ term or type");
            self.advance(&[Tok::Operator, Tok::Semi, Tok::Rparen, Tok::Rbrack, Tok::Rbrace]);
            bad
        })
    }

    // ---- names and type arguments

    /// `[package "."] name ["[" type arguments "]"]`; the first name if it was read already.
    pub(super) fn qualified_name(&mut self, name: Option<Ident>) -> Expr {
        let name = match name {
            Some(name) => name,
            None if self.tok == Tok::Name => self.ident(),
            None => {
                let pos = self.pos();
                let blank = self.blank_ident(pos);
                self.syntax_error("expected name");
                self.advance(&[Tok::Dot, Tok::Semi, Tok::Rbrace]);
                blank
            }
        };
        let mut x = Expr::Ident(name);
        if self.tok == Tok::Dot {
            let dot = self.pos();
            let id = self.id();
            self.next();
            let sel = self.ident();
            x = Expr::Selector(Box::new(SelectorExpr { id, x, dot, sel }));
        }
        if self.tok != Tok::Lbrack {
            return x;
        }
        let lbrack = self.pos();
        let id = self.id();
        self.next();
        let indices = if self.tok == Tok::Rbrack {
            self.syntax_error("expected type argument list");
            vec![self.bad_expr()]
        } else {
            self.type_list(First::Type).0
        };
        let rbrack = self.pos();
        self.want(Tok::Rbrack);
        index_expr(id, x, lbrack, indices, rbrack)
    }

    /// `first { "," type } [ "," ]`. Also reports whether there was a comma.
    pub(super) fn type_list(&mut self, first: First) -> (Vec<Expr>, bool) {
        self.xnest += 1;
        let mut list = vec![match first {
            First::Type => self.type_(),
            First::Any => self.expr(),
        }];
        let comma = self.tok == Tok::Comma;
        while self.got(Tok::Comma) {
            match self.type_or_none() {
                Some(ty) => list.push(ty),
                None => break,
            }
        }
        self.xnest -= 1;
        (list, comma)
    }
}
