//! Statements and blocks.

use super::decl::Spec;
use super::simple::{Header, HeaderParts, Tag};
use super::{Parser, push};
use crate::ast::*;
use crate::token::{Op, Tok};

impl Parser<'_> {
    /// `{ … }`. `context` says what the block belongs to; empty if the current token is known to be `{`.
    pub(super) fn block(&mut self, context: &str) -> Block {
        let lbrace = self.pos();
        let id = self.id();
        if !self.got(Tok::Lbrace) {
            self.syntax_error(&format!("expected {{ after {context}"));
            self.advance(&[Tok::Name, Tok::Rbrace]);
            let rbrace = self.pos();
            if self.got(Tok::Rbrace) {
                return Block { id, lbrace, stmts: Vec::new(), rbrace };
            }
        }
        let stmts = self.stmt_list();
        let rbrace = self.pos();
        self.want(Tok::Rbrace);
        Block { id, lbrace, stmts, rbrace }
    }

    fn stmt_list(&mut self) -> Vec<Stmt> {
        let outer = self.stmts.len();
        while !matches!(self.tok, Tok::Eof | Tok::Rbrace | Tok::Case | Tok::Default) {
            let stmt = self.stmt_or_none();
            self.clear_directives();
            let Some(stmt) = stmt else { break };
            self.stmts.push(stmt);
            if !self.got(Tok::Semi) && self.tok != Tok::Rbrace {
                self.syntax_error("at end of statement");
                self.advance(&[Tok::Semi, Tok::Rbrace, Tok::Case, Tok::Default]);
                self.got(Tok::Semi);
            }
        }
        self.stmts.drain(outer..).collect()
    }

    /// A statement if one starts here.
    fn stmt_or_none(&mut self) -> Option<Stmt> {
        self.enter();
        let stmt = self.stmt_start();
        self.leave();
        stmt
    }

    fn stmt_start(&mut self) -> Option<Stmt> {
        match self.tok {
            Tok::Var => return Some(self.decl_stmt(Spec::Var)),
            Tok::Const => return Some(self.decl_stmt(Spec::Const)),
            Tok::Type => return Some(self.decl_stmt(Spec::Type)),
            _ => self.clear_directives(),
        }
        Some(match self.tok {
            Tok::Name => {
                let mut lhs = self.expr_list();
                if self.tok == Tok::Colon
                    && let [Expr::Ident(label)] = lhs[..]
                {
                    lhs.clear();
                    return self.labeled_stmt_or_none(label);
                }
                self.simple_stmt(Some(lhs), Header::None).into_stmt()
            }
            Tok::Lbrace => Stmt::Block(Box::new(self.block(""))),
            Tok::Operator if matches!(self.scan.op, Op::Tilde) => return None,
            Tok::Operator => match self.scan.op {
                Op::Not | Op::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::And | BinaryOp::Xor) => {
                    self.simple_stmt(None, Header::None).into_stmt()
                }
                _ => return None,
            },
            Tok::Star
            | Tok::Literal
            | Tok::Func
            | Tok::Lparen
            | Tok::Lbrack
            | Tok::Struct
            | Tok::Map
            | Tok::Chan
            | Tok::Interface
            | Tok::Arrow => self.simple_stmt(None, Header::None).into_stmt(),
            Tok::For => self.for_stmt(),
            Tok::Switch => self.switch_stmt(),
            Tok::Select => self.select_stmt(),
            Tok::If => Stmt::If(Box::new(self.if_stmt())),
            Tok::Break => self.branch_stmt(BranchTok::Break),
            Tok::Continue => self.branch_stmt(BranchTok::Continue),
            Tok::Fallthrough => self.branch_stmt(BranchTok::Fallthrough),
            Tok::Goto => self.branch_stmt(BranchTok::Goto),
            Tok::Go => Stmt::Go(Box::new(self.call_stmt())),
            Tok::Defer => Stmt::Defer(Box::new(self.call_stmt())),
            Tok::Return => self.return_stmt(),
            Tok::Semi => Stmt::Empty(EmptyStmt { id: self.id(), pos: self.pos() }),
            _ => return None,
        })
    }

    fn decl_stmt(&mut self, spec: Spec) -> Stmt {
        let pos = self.pos();
        let id = self.id();
        let mut decls = Vec::new();
        self.spec_group(spec, &mut decls);
        Stmt::Decl(Box::new(DeclStmt { id, pos, decls }))
    }

    fn labeled_stmt_or_none(&mut self, label: Ident) -> Option<Stmt> {
        let colon = self.pos();
        let id = self.id();
        self.want(Tok::Colon);
        let stmt = if self.tok == Tok::Rbrace {
            Some(Stmt::Empty(EmptyStmt { id: self.id(), pos: self.pos() }))
        } else {
            self.stmt_or_none()
        };
        match stmt {
            Some(stmt) => Some(Stmt::Labeled(Box::new(LabeledStmt { id, label, colon, stmt }))),
            None => {
                self.syntax_error_at(colon, "missing statement after label");
                None
            }
        }
    }

    fn branch_stmt(&mut self, tok: BranchTok) -> Stmt {
        let pos = self.pos();
        let id = self.id();
        self.next();
        let label = match tok {
            BranchTok::Break | BranchTok::Continue if self.tok == Tok::Name => Some(self.ident()),
            BranchTok::Goto => Some(self.ident()),
            _ => None,
        };
        Stmt::Branch(Box::new(BranchStmt { id, pos, tok, label }))
    }

    fn call_stmt(&mut self) -> CallStmt {
        let pos = self.pos();
        let id = self.id();
        let keyword = self.tok;
        self.next();
        let x = self.primary();
        if matches!(x, Expr::Paren(_)) {
            let msg = format!("expression in {} must not be parenthesized", keyword.as_str());
            self.error_at(x.node_pos(), msg);
        }
        CallStmt { id, pos, call: super::expr::strip_parens(x) }
    }

    fn return_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let id = self.id();
        self.next();
        let bare = matches!(self.tok, Tok::Semi | Tok::Rbrace);
        let results = if bare { Vec::new() } else { self.expr_list() };
        Stmt::Return(Box::new(ReturnStmt { id, pos, results }))
    }

    fn if_stmt(&mut self) -> IfStmt {
        let pos = self.pos();
        let id = self.id();
        self.next();
        let HeaderParts { init, tag, .. } = self.header(Header::If);
        let cond = match tag {
            Tag::Expr(x) => x,
            Tag::None | Tag::Guard(..) => self.bad_expr(),
        };
        let then = self.block("if clause");
        let mut els = None;
        if self.got(Tok::Else) {
            match self.tok {
                Tok::If => {
                    self.enter();
                    els = Some(Stmt::If(Box::new(self.if_stmt())));
                    self.leave();
                }
                Tok::Lbrace => els = Some(Stmt::Block(Box::new(self.block("")))),
                _ => {
                    self.syntax_error("else must be followed by if or statement block");
                    self.advance(&[Tok::Name, Tok::Rbrace]);
                }
            }
        }
        IfStmt { id, pos, init, cond, then, els }
    }

    fn for_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let id = self.id();
        self.next();
        let HeaderParts { init, tag, post, range } = self.header(Header::For);
        let body = self.block("for clause");
        if let Some(range) = range {
            let mut lhs = range.lhs.into_iter();
            let (key, value) = (lhs.next(), lhs.next());
            let extra = lhs.collect();
            let (define, range_pos, x) = (range.define, range.range_pos, range.x);
            return Stmt::Range(Box::new(RangeStmt { id, pos, key, value, extra, define, range_pos, x, body }));
        }
        let cond = match tag {
            Tag::Expr(x) => Some(x),
            Tag::None | Tag::Guard(..) => None,
        };
        Stmt::For(Box::new(ForStmt { id, pos, init, cond, post, body }))
    }

    fn switch_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let id = self.id();
        self.next();
        let HeaderParts { init, tag, .. } = self.header(Header::Switch);
        let lbrace = self.pos();
        if !self.got(Tok::Lbrace) {
            self.syntax_error("missing { after switch clause");
            self.advance(&[Tok::Case, Tok::Default, Tok::Rbrace]);
        }
        let mut clauses = Vec::new();
        while !matches!(self.tok, Tok::Eof | Tok::Rbrace) {
            push(&mut clauses, self.case_clause());
        }
        clauses.shrink_to_fit();
        let rbrace = self.pos();
        self.want(Tok::Rbrace);
        let (bind, guard) = match tag {
            Tag::Guard(bind, guard) => (Some(bind), guard),
            Tag::Expr(x) => (None, x),
            Tag::None => {
                return Stmt::Switch(Box::new(SwitchStmt { id, pos, init, tag: None, lbrace, clauses, rbrace }));
            }
        };
        match guard {
            Expr::TypeAssert(a) if a.ty.is_none() => {
                let TypeAssertExpr { x, dot, .. } = *a;
                Stmt::TypeSwitch(Box::new(TypeSwitchStmt { id, pos, init, bind, x, dot, lbrace, clauses, rbrace }))
            }
            x => Stmt::Switch(Box::new(SwitchStmt { id, pos, init, tag: Some(x), lbrace, clauses, rbrace })),
        }
    }

    fn case_clause(&mut self) -> CaseClause {
        let pos = self.pos();
        let id = self.id();
        let exprs = if self.at_case() { self.expr_list() } else { Vec::new() };
        let colon = self.pos();
        self.want(Tok::Colon);
        let body = self.stmt_list();
        CaseClause { id, pos, exprs, colon, body, end: self.pos() }
    }

    /// Consumes `case` or `default`; true for `case`.
    fn at_case(&mut self) -> bool {
        match self.tok {
            Tok::Case => {
                self.next();
                return true;
            }
            Tok::Default => self.next(),
            _ => {
                self.syntax_error("expected case or default or }");
                self.advance(&[Tok::Colon, Tok::Case, Tok::Default, Tok::Rbrace]);
            }
        }
        false
    }

    fn select_stmt(&mut self) -> Stmt {
        let pos = self.pos();
        let id = self.id();
        self.next();
        let lbrace = self.pos();
        if !self.got(Tok::Lbrace) {
            self.syntax_error("missing { after select clause");
            self.advance(&[Tok::Case, Tok::Default, Tok::Rbrace]);
        }
        let mut clauses = Vec::new();
        while !matches!(self.tok, Tok::Eof | Tok::Rbrace) {
            push(&mut clauses, self.comm_clause());
        }
        clauses.shrink_to_fit();
        let rbrace = self.pos();
        self.want(Tok::Rbrace);
        Stmt::Select(Box::new(SelectStmt { id, pos, lbrace, clauses, rbrace }))
    }

    fn comm_clause(&mut self) -> CommClause {
        let pos = self.pos();
        let id = self.id();
        let comm = if self.at_case() { Some(self.simple_stmt(None, Header::None).into_stmt()) } else { None };
        let colon = self.pos();
        self.want(Tok::Colon);
        let body = self.stmt_list();
        CommClause { id, pos, comm, colon, body, end: self.pos() }
    }
}
