//! Recursive descent from tokens to the tree.
//!
//! One file per part of the grammar: [`file`] and declarations, [`types`], parameter lists, expressions, statements,
//! headers of control clauses. This module holds what they share: the current token, errors, recovery, node ids.
//!
//! Recovery: after an error the parser skips to a token of a given set, and inside functions to any keyword that
//! starts a statement. Error texts and recovery points follow the gc compiler, since one wrong recovery shows as
//! different follow-up messages.

mod decl;
mod expr;
mod file;
mod params;
mod primary;
mod simple;
mod stmt;
mod tparams;
mod types;

use crate::ParseMode;
use crate::ast::*;
use crate::directive::Directives;
use crate::scanner::Scanner;
use crate::text::CleanText;
use crate::token::{Op, Tok, TokSet};
use std::sync::Arc;
use undergo_source::{Diag, Pos, SourceFile, SourceMap};

/// Keywords that start a statement: good places to resume inside a function.
const STATEMENT_START: TokSet = TokSet::of(&[
    Tok::Break,
    Tok::Const,
    Tok::Continue,
    Tok::Defer,
    Tok::Fallthrough,
    Tok::For,
    Tok::Go,
    Tok::Goto,
    Tok::If,
    Tok::Return,
    Tok::Select,
    Tok::Switch,
    Tok::Type,
    Tok::Var,
]);

/// Chains (`a + b + …`, `x.f().g()…`) up to this length are not counted as nesting.
const SHORT_CHAIN: u32 = 8;

/// Function literals that may stand in one another. The names of their functions tell the way to them, so their text grows
/// with the square of this; stock takes minutes for half as many.
const MAX_LITERALS: u32 = 5_000;

/// Where parsing ended because of nesting, and of what.
#[derive(Clone, Copy)]
pub(crate) struct GaveUp {
    pub(crate) pos: Pos,
    pub(crate) limit: u32,
    pub(crate) what: &'static str,
}

/// The parser's state.
pub(crate) struct Parser<'a> {
    pub(crate) source: &'a Arc<SourceFile>,
    pub(crate) map: &'a SourceMap,
    pub(crate) mode: ParseMode,
    clean: &'a CleanText<'a>,
    scan: Scanner<'a>,
    /// Current token; the scanner's, unless parsing has been given up.
    tok: Tok,
    /// Everything reported so far.
    pub(crate) errors: Vec<Diag>,
    /// How many of the errors about single characters have been reported. They are reported as the scanner passes them:
    /// what follows a wrong package clause is not even looked at.
    bad_chars: usize,
    /// Errors about labels, jumps and `//go:` directives. They are kept apart since they do not make the syntax wrong:
    /// recovery and the suppression of follow-up errors ignore them.
    pub(crate) side_errors: Vec<Diag>,
    /// Directives collected for the next declaration.
    pub(crate) directives: Directives,
    /// Offset behind the previous token.
    prev_at: usize,
    next_node: u32,
    next_group: u32,
    /// Function bodies around the current token.
    fnest: u32,
    /// Brackets and parentheses around the current token within the innermost control clause header; negative directly
    /// inside a header, where `{` after a name starts the block.
    xnest: i32,
    /// Nesting of recursive calls, its maximum, and how much is allowed.
    depth: u32,
    max_depth: u32,
    limit: u32,
    /// For each depth, the length of the longest long chain met there. Chains nest in the tree but not in the parser.
    chains: Vec<u32>,
    /// Elements of unfinished lists, the innermost list's last: lists of the tree are made when their length is known.
    exprs: Vec<Expr>,
    /// The same for statements.
    stmts: Vec<Stmt>,
    /// Set when `limit` was exceeded: the current token is then the end of the file for good.
    pub(crate) gave_up: Option<GaveUp>,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(
        map: &'a SourceMap,
        file: &'a Arc<SourceFile>,
        clean: &'a CleanText<'a>,
        mode: ParseMode,
        limit: u32,
    ) -> Parser<'a> {
        Parser {
            source: file,
            map,
            mode,
            clean,
            scan: Scanner::new(&clean.text),
            tok: Tok::Eof,
            errors: Vec::new(),
            bad_chars: 0,
            side_errors: Vec::new(),
            directives: Directives::new(mode.origin),
            prev_at: 0,
            next_node: 0,
            next_group: 0,
            fnest: 0,
            xnest: 0,
            depth: 0,
            max_depth: 0,
            limit,
            chains: Vec::new(),
            exprs: Vec::new(),
            stmts: Vec::new(),
            gave_up: None,
        }
    }

    // ---- tokens

    /// Position of a text offset.
    pub(crate) fn pos_at(&self, offset: usize) -> Pos {
        self.source.base.offset(self.clean.raw_offset(offset as u32))
    }

    /// Position of the current token.
    fn pos(&self) -> Pos {
        self.pos_at(self.scan.start)
    }

    /// End of the previous token.
    fn prev_end(&self) -> Pos {
        self.pos_at(self.prev_at)
    }

    fn next(&mut self) {
        if self.gave_up.is_some() {
            return;
        }
        self.prev_at = self.scan.at;
        self.scan.next();
        self.tok = self.scan.tok;
        let bad_chars = self.clean.errors.len() - self.bad_chars;
        if bad_chars + self.scan.errors.len() + self.scan.directives.len() > 0 {
            self.attend();
        }
    }

    /// Takes what came with the current token: errors and directives.
    #[cold]
    fn attend(&mut self) {
        if self.bad_chars < self.clean.errors.len() {
            self.name_as_written();
            self.report_bad_chars();
        }
        for (offset, msg) in std::mem::take(&mut self.scan.errors) {
            let pos = self.pos_at(offset as usize);
            self.errors.push(Diag::error(pos, msg));
        }
        for comment in std::mem::take(&mut self.scan.directives) {
            self.directive_comment(&comment);
        }
    }

    /// Characters that no source may have are part of the name they stand in, and make a keyword a name.
    fn name_as_written(&mut self) {
        if (self.tok == Tok::Name || self.tok.is_keyword())
            && let Some(written) = self.clean.as_written(self.scan.start, self.scan.at)
        {
            self.scan.name = undergo_source::Name::new(&written);
            self.scan.tok = Tok::Name;
            self.scan.nlsemi = true;
            self.tok = Tok::Name;
        }
    }

    fn report_bad_chars(&mut self) {
        let passed = self.pos_at(self.scan.at);
        while let Some(&(offset, msg)) = self.clean.errors.get(self.bad_chars) {
            let pos = self.source.base.offset(offset);
            if pos >= passed {
                return;
            }
            self.errors.push(Diag::error(pos, msg));
            self.bad_chars += 1;
        }
    }

    /// Whether `offset` is the first of its line.
    pub(crate) fn starts_line(&self, offset: u32) -> bool {
        offset == 0 || self.scan.text.as_bytes()[offset as usize - 1] == b'\n'
    }

    pub(crate) fn source_text(&self, start: u32, end: u32) -> &'a str {
        &self.scan.text[start as usize..end as usize]
    }

    fn got(&mut self, tok: Tok) -> bool {
        let found = self.tok == tok;
        if found {
            self.next();
        }
        found
    }

    fn want(&mut self, tok: Tok) {
        if !self.got(tok) {
            self.syntax_error(&format!("expected {}", tok.describe()));
            self.advance(&[]);
        }
    }

    /// Consumes `=`. Also `:=`, with an error: a common slip from which recovery is easy.
    fn got_assign(&mut self) -> bool {
        if self.tok == Tok::Define {
            self.syntax_error("expected =");
            self.next();
            return true;
        }
        self.got(Tok::Assign)
    }

    fn at_op(&self, op: Op) -> bool {
        self.tok == Tok::Operator && self.scan.op == op
    }

    fn at_or(&self) -> bool {
        self.at_op(Op::Binary(BinaryOp::Or))
    }

    // ---- errors and recovery

    fn error_at(&mut self, pos: Pos, msg: impl Into<String>) {
        self.errors.push(Diag::error(pos, msg));
    }

    fn error(&mut self, msg: impl Into<String>) {
        self.error_at(self.pos(), msg);
    }

    fn syntax_error(&mut self, msg: &str) {
        self.syntax_error_at(self.pos(), msg);
    }

    /// Reports a syntax error. A message that starts with "expected", "in", "at" or "after" continues the sentence
    /// "unexpected X"; any other stands for itself.
    fn syntax_error_at(&mut self, pos: Pos, msg: &str) {
        if self.tok == Tok::Eof && !self.errors.is_empty() {
            return; // what follows from an early end of file is noise
        }
        let comma = match msg {
            m if m.starts_with("expected ") => ", ",
            m if m.starts_with("in ") || m.starts_with("at ") || m.starts_with("after ") => " ",
            _ => return self.error_at(pos, format!("syntax error: {msg}")),
        };
        let found = match self.tok {
            Tok::Name => format!("name {}", self.scan.name),
            Tok::Semi => self.scan.semi.as_str().into(),
            Tok::Literal => format!("literal {}", self.scan.lexeme()),
            Tok::Operator => self.scan.op.as_str().into(),
            Tok::AssignOp => format!("{}=", self.scan.op.as_str()),
            Tok::IncOp => self.scan.op.as_str().repeat(2),
            tok => tok.describe(),
        };
        self.error_at(pos, format!("syntax error: unexpected {found}{comma}{msg}"));
    }

    /// Skips to a token of `follow`, to the start of a statement if inside a function, or to the end of the file. An
    /// empty `follow` skips exactly one token.
    fn advance(&mut self, follow: &[Tok]) {
        if follow.is_empty() {
            if self.tok != Tok::Eof {
                self.next();
            }
            return;
        }
        let mut set = TokSet::of(follow).union(TokSet::of(&[Tok::Eof]));
        if self.fnest > 0 {
            set = set.union(STATEMENT_START);
        }
        while !set.has(self.tok) {
            self.next();
        }
    }

    // ---- nesting

    /// Enters a recursive production. Every call is paired with [`Parser::leave`].
    fn enter(&mut self) {
        self.depth += 1;
        self.max_depth = self.max_depth.max(self.depth);
        if self.depth > self.limit {
            self.give_up(self.limit, "levels");
        }
    }

    /// Enters the body of a function.
    fn enter_body(&mut self) {
        self.fnest += 1;
        if self.fnest > MAX_LITERALS {
            self.give_up(MAX_LITERALS, "function literals");
        }
    }

    fn give_up(&mut self, limit: u32, what: &'static str) {
        if self.gave_up.is_none() {
            self.gave_up = Some(GaveUp { pos: self.pos(), limit, what });
            self.tok = Tok::Eof;
        }
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Notes a chain of `links` nodes, each the operand of the next.
    fn note_chain(&mut self, links: u32) {
        if links > SHORT_CHAIN {
            let depth = self.depth as usize;
            self.chains.resize(self.chains.len().max(depth + 1), 0);
            self.chains[depth] = self.chains[depth].max(links);
        }
    }

    /// Estimate of the nesting of the tree, good enough to decide about stacks.
    fn tree_depth(&self) -> u32 {
        // A recursive production makes about two levels of tree.
        self.chains.iter().fold(2 * self.max_depth, |sum, links| sum.saturating_add(*links))
    }

    // ---- nodes

    fn id(&mut self) -> NodeId {
        let id = NodeId(self.next_node);
        self.next_node += 1;
        id
    }

    fn bad_expr(&mut self) -> Expr {
        let pos = self.pos();
        self.bad_expr_at(pos)
    }

    fn bad_expr_at(&mut self, pos: Pos) -> Expr {
        Expr::Bad(BadExpr { id: self.id(), pos })
    }

    /// A name that is not in the source, in place of a missing one.
    fn blank_ident(&mut self, pos: Pos) -> Ident {
        Ident { id: self.id(), pos, name: undergo_source::Name::blank() }
    }

    fn ident(&mut self) -> Ident {
        let pos = self.pos();
        if self.tok == Tok::Name {
            let ident = Ident { id: self.id(), pos, name: self.scan.name };
            self.next();
            return ident;
        }
        let ident = self.blank_ident(pos);
        self.syntax_error("expected name");
        self.advance(&[]);
        ident
    }

    /// `first { "," name }`
    fn ident_list(&mut self, first: Ident) -> Vec<Ident> {
        let mut list = vec![first];
        while self.got(Tok::Comma) {
            push(&mut list, self.ident());
        }
        list
    }

    fn literal_or_none(&mut self) -> Option<BasicLit> {
        if self.tok != Tok::Literal {
            return None;
        }
        let lit = BasicLit {
            id: self.id(),
            pos: self.pos(),
            value: self.scan.literal_text(),
            kind: self.scan.kind,
            bad: self.scan.bad,
        };
        self.next();
        Some(lit)
    }

    /// `{ element sep } [ element ] close`: calls `element` until it returns [`More::No`] or `close` is reached.
    /// Returns the position of `close`, which is consumed.
    fn list(&mut self, context: &str, sep: Tok, close: Tok, mut element: impl FnMut(&mut Self) -> More) -> Pos {
        let mut more = More::Yes;
        while self.tok != Tok::Eof && self.tok != close && more == More::Yes {
            more = element(self);
            if !self.got(sep) && self.tok != close {
                let (sep, end) = (sep.describe(), close.describe());
                self.syntax_error(&format!("in {context}; possibly missing {sep} or {end}"));
                self.advance(&[Tok::Rparen, Tok::Rbrack, Tok::Rbrace]);
                if self.tok != close {
                    return self.pos();
                }
            }
        }
        let pos = self.pos();
        self.want(close);
        pos
    }
}

/// Appends to a list of the tree. Trees live as long as the compiler and most lists are short, so they grow from one
/// element by doubling, not from the four that `Vec` starts with.
fn push<T>(list: &mut Vec<T>, element: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len().max(1));
    }
    list.push(element);
}

/// Whether a list may go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum More {
    Yes,
    No,
}
