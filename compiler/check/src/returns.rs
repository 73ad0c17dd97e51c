//! Terminating statements (spec: Terminating statements).

use undergo_source::Name;
use undergo_syntax::ast::{Block, BranchTok, CaseClause, Expr, Stmt};

use crate::checker::Checker;

impl<'a> Checker<'a> {
    /// Whether a function body cannot be left at its end.
    pub(crate) fn is_terminating_block(&self, b: &Block) -> bool {
        self.is_terminating_list(&b.stmts)
    }

    fn is_terminating_list(&self, list: &[Stmt]) -> bool {
        let last = list.iter().rev().find(|s| !matches!(s, Stmt::Empty(_)));
        last.is_some_and(|s| self.is_terminating(s, None))
    }

    fn is_terminating(&self, s: &Stmt, label: Option<Name>) -> bool {
        match s {
            Stmt::Labeled(l) => self.is_terminating(&l.stmt, Some(l.label.name)),
            Stmt::Expr(e) => match e.x.unparen() {
                Expr::Call(c) => self.panics.contains(&(self.env.file, c.id)),
                _ => false,
            },
            Stmt::Return(_) => true,
            Stmt::Branch(b) => matches!(b.tok, BranchTok::Goto | BranchTok::Fallthrough),
            Stmt::Block(b) => self.is_terminating_block(b),
            Stmt::If(s) => {
                let els = s.els.as_ref();
                els.is_some_and(|e| self.is_terminating_block(&s.then) && self.is_terminating(e, None))
            }
            Stmt::Switch(s) => self.is_terminating_switch(&s.clauses, label),
            Stmt::TypeSwitch(s) => self.is_terminating_switch(&s.clauses, label),
            Stmt::Select(s) => s
                .clauses
                .iter()
                .all(|c| self.is_terminating_list(&c.body) && !has_break_list(&c.body, label, Breaks::Plain)),
            Stmt::For(s) => s.cond.is_none() && !has_break_list(&s.body.stmts, label, Breaks::Plain),
            _ => false,
        }
    }

    fn is_terminating_switch(&self, clauses: &[CaseClause], label: Option<Name>) -> bool {
        let terminates =
            |c: &CaseClause| self.is_terminating_list(&c.body) && !has_break_list(&c.body, label, Breaks::Plain);
        clauses.iter().any(|c| c.exprs.is_empty()) && clauses.iter().all(terminates)
    }
}

/// Which breaks leave the statement in question.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    /// Those without label, and those with its label.
    Plain,
    /// Only those with its label: we are inside of another breakable statement.
    Labelled,
}

fn has_break_list(list: &[Stmt], label: Option<Name>, which: Breaks) -> bool {
    list.iter().any(|s| has_break(s, label, which))
}

fn has_break(s: &Stmt, label: Option<Name>, which: Breaks) -> bool {
    let nested = |list: &[Stmt]| label.is_some() && has_break_list(list, label, Breaks::Labelled);
    match s {
        Stmt::Labeled(l) => has_break(&l.stmt, label, which),
        Stmt::Branch(b) if b.tok == BranchTok::Break => match &b.label {
            None => which == Breaks::Plain,
            Some(l) => Some(l.name) == label,
        },
        Stmt::Block(b) => has_break_list(&b.stmts, label, which),
        Stmt::If(s) => {
            has_break_list(&s.then.stmts, label, which) || s.els.as_ref().is_some_and(|e| has_break(e, label, which))
        }
        Stmt::Switch(s) => s.clauses.iter().any(|c| nested(&c.body)),
        Stmt::TypeSwitch(s) => s.clauses.iter().any(|c| nested(&c.body)),
        Stmt::Select(s) => s.clauses.iter().any(|c| nested(&c.body)),
        Stmt::For(s) => nested(&s.body.stmts),
        Stmt::Range(s) => nested(&s.body.stmts),
        _ => false,
    }
}
