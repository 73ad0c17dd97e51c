//! Simple statements, and the headers of `if`, `for` and `switch` that are made of them.

use super::Parser;
use crate::ast::*;
use crate::print::{expr_list_string, expr_string, simple_stmt_string};
use crate::scanner::Semi;
use crate::token::{Op, Tok};
use undergo_source::Pos;

/// The statement in whose header a simple statement stands; this decides what else is allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    None,
    If,
    For,
    Switch,
}

impl Header {
    fn as_str(self) -> &'static str {
        match self {
            Header::None => "",
            Header::If => "if",
            Header::For => "for",
            Header::Switch => "switch",
        }
    }
}

/// A simple statement, or what looks like one in a header.
pub(super) enum Simple {
    Stmt(Stmt),
    Range(RangeClause),
    /// `v := x.(type)`, kept as an assignment until its place is known.
    Guard(Box<AssignStmt>),
}

impl Simple {
    pub(super) fn into_stmt(self) -> Stmt {
        match self {
            Simple::Stmt(s) => s,
            Simple::Guard(a) => Stmt::Assign(a),
            Simple::Range(r) => Stmt::Bad(BadStmt { id: r.x.id(), pos: r.range_pos }),
        }
    }
}

/// `[k, v =] range x`
pub(super) struct RangeClause {
    pub lhs: Vec<Expr>,
    pub define: bool,
    pub range_pos: Pos,
    pub x: Expr,
}

/// What stands in the tag or condition position of a header.
pub(super) enum Tag {
    None,
    Expr(Expr),
    /// A type switch guard: variable and the [`Expr::TypeAssert`] without a type.
    Guard(Ident, Expr),
}

/// A parsed header.
pub(super) struct HeaderParts {
    pub init: Option<Stmt>,
    pub tag: Tag,
    pub post: Option<Stmt>,
    pub range: Option<RangeClause>,
}

/// The semicolon between the parts of a header.
struct Separator {
    pos: Pos,
    semi: Semi,
}

impl Parser<'_> {
    /// A simple statement; `lhs` if its first expressions were read already.
    pub(super) fn simple_stmt(&mut self, lhs: Option<Vec<Expr>>, header: Header) -> Simple {
        if header == Header::For && self.tok == Tok::Range {
            return self.range_clause(Vec::new(), AssignOp::Assign);
        }
        let mut lhs = match lhs {
            Some(lhs) => lhs,
            None => self.expr_list(),
        };
        let op = match self.tok {
            Tok::Assign => AssignOp::Assign,
            Tok::Define => AssignOp::Define,
            _ if lhs.len() == 1 => {
                let x = lhs.pop().expect("one expression");
                return Simple::Stmt(self.single_operand_stmt(x));
            }
            _ => {
                self.syntax_error("expected := or = or comma");
                self.advance(&[Tok::Semi, Tok::Rbrace]);
                let id = self.id();
                return Simple::Stmt(Stmt::Expr(Box::new(ExprStmt { id, x: lhs.swap_remove(0) })));
            }
        };
        let op_pos = self.pos();
        let id = self.id();
        self.next();
        if header == Header::For && self.tok == Tok::Range {
            return self.range_clause(lhs, op);
        }
        let rhs = self.expr_list();
        let stmt = Box::new(AssignStmt { id, lhs, op_pos, op, rhs });
        let guard = header == Header::Switch
            && op == AssignOp::Define
            && matches!(&stmt.lhs[..], [Expr::Ident(_)])
            && matches!(&stmt.rhs[..], [Expr::TypeAssert(a)] if a.ty.is_none());
        if guard { Simple::Guard(stmt) } else { Simple::Stmt(Stmt::Assign(stmt)) }
    }

    /// A statement with one expression before its operator, which is not `=` or `:=`.
    fn single_operand_stmt(&mut self, x: Expr) -> Stmt {
        let op_pos = self.pos();
        let id = self.id();
        match (self.tok, self.scan.op) {
            (Tok::AssignOp, Op::Binary(op)) => {
                self.next();
                let rhs = vec![self.expr()];
                Stmt::Assign(Box::new(AssignStmt { id, lhs: vec![x], op_pos, op: AssignOp::Op(op), rhs }))
            }
            (Tok::IncOp, Op::Binary(op)) => {
                self.next();
                Stmt::IncDec(Box::new(IncDecStmt { id, x, op_pos, op }))
            }
            (Tok::Arrow, _) => {
                self.next();
                let value = self.expr();
                Stmt::Send(Box::new(SendStmt { id, chan: x, arrow: op_pos, value }))
            }
            _ => Stmt::Expr(Box::new(ExprStmt { id, x })),
        }
    }

    fn range_clause(&mut self, lhs: Vec<Expr>, op: AssignOp) -> Simple {
        let range_pos = self.pos();
        self.next();
        let x = self.expr();
        Simple::Range(RangeClause { lhs, define: op == AssignOp::Define, range_pos, x })
    }

    /// The header of a control clause, behind its keyword and up to the `{`.
    pub(super) fn header(&mut self, header: Header) -> HeaderParts {
        let mut parts = HeaderParts { init: None, tag: Tag::None, post: None, range: None };
        if self.tok == Tok::Lbrace {
            if header == Header::If {
                self.syntax_error("missing condition in if statement");
                parts.tag = Tag::Expr(self.bad_expr());
            }
            return parts;
        }
        let outer = std::mem::replace(&mut self.xnest, -1);
        self.header_parts(header, &mut parts);
        self.xnest = outer;
        parts
    }

    fn header_parts(&mut self, header: Header, parts: &mut HeaderParts) {
        let mut first = None;
        if self.tok != Tok::Semi {
            if self.got(Tok::Var) {
                self.syntax_error(&format!("var declaration not allowed in {} initializer", header.as_str()));
            }
            match self.simple_stmt(None, header) {
                Simple::Range(range) => {
                    parts.range = Some(range);
                    return;
                }
                simple => first = Some(simple),
            }
        }
        if self.tok == Tok::Lbrace {
            parts.tag = self.header_tag(first, header, None);
            return;
        }
        parts.init = first.map(Simple::into_stmt);
        let separator = self.header_separator();
        let mut tag = None;
        if header == Header::For {
            if self.tok == Tok::Lbrace {
                self.syntax_error("expected for loop condition");
                return;
            }
            if self.tok != Tok::Semi {
                tag = Some(self.simple_stmt(None, Header::None));
            }
            self.want(Tok::Semi);
            if self.tok != Tok::Lbrace {
                parts.post = Some(self.post_stmt());
            }
        } else if self.tok != Tok::Lbrace {
            tag = Some(self.simple_stmt(None, header));
        }
        parts.tag = self.header_tag(tag, header, separator);
    }

    /// The semicolon behind the first statement of a header; none if something else stands there, which is an error.
    fn header_separator(&mut self) -> Option<Separator> {
        if self.tok == Tok::Semi {
            let separator = Separator { pos: self.pos(), semi: self.scan.semi };
            self.next();
            return Some(separator);
        }
        // Asking for the block gives a better message than asking for a semicolon.
        self.want(Tok::Lbrace);
        if self.tok != Tok::Lbrace {
            self.advance(&[Tok::Lbrace, Tok::Rbrace]);
        }
        None
    }

    fn post_stmt(&mut self) -> Stmt {
        let post = self.simple_stmt(None, Header::None).into_stmt();
        if let Stmt::Assign(a) = &post
            && a.op == AssignOp::Define
        {
            self.syntax_error_at(a.op_pos, "cannot declare in post statement of for loop");
        }
        post
    }

    /// Turns the statement in tag position into a tag, or complains.
    fn header_tag(&mut self, simple: Option<Simple>, header: Header, separator: Option<Separator>) -> Tag {
        let stmt = match simple {
            None => return self.missing_tag(header, separator),
            Some(Simple::Guard(mut a)) => {
                let x = a.rhs.pop().expect("a guard has one operand");
                let Some(Expr::Ident(name)) = a.lhs.pop() else { unreachable!("a guard binds a name") };
                return Tag::Guard(name, x);
            }
            Some(other) => other.into_stmt(),
        };
        let text = match &stmt {
            Stmt::Expr(_) => {
                let Stmt::Expr(s) = stmt else { unreachable!("just matched") };
                return Tag::Expr(s.x);
            }
            // Most likely `=` was meant to be `==`; parentheses make the operands stand out.
            Stmt::Assign(a) if a.op == AssignOp::Assign => {
                format!("assignment {} = {}", emphasized(&a.lhs), emphasized(&a.rhs))
            }
            other => simple_stmt_string(other),
        };
        self.syntax_error_at(stmt.node_pos(), &format!("cannot use {text} as value"));
        Tag::None
    }

    fn missing_tag(&mut self, header: Header, separator: Option<Separator>) -> Tag {
        let (Header::If, Some(Separator { pos, semi })) = (header, separator) else { return Tag::None };
        if semi == Semi::Written {
            self.syntax_error_at(pos, "missing condition in if statement");
        } else {
            self.syntax_error_at(pos, &format!("unexpected {}, expected {{ after if clause", semi.as_str()));
        }
        Tag::Expr(self.bad_expr_at(pos))
    }
}

fn emphasized(list: &[Expr]) -> String {
    match list {
        [x @ Expr::Binary(_)] => format!("({})", expr_string(x)),
        _ => expr_list_string(list),
    }
}
