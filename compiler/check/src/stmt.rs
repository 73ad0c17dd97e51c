//! Statements and function bodies.

use undergo_source::Pos;
use undergo_syntax::ast::{AssignOp, AssignStmt, Block, CommClause, Expr, Stmt, UnaryOp};
use undergo_syntax::print::expr_string;
use undergo_types::predicates::{all_boolean, all_numeric};
use undergo_types::{ChanDir, ObjKind, VarKind};

use crate::checker::{BodySig, Checker, Env};
use crate::expr::ExprKind;
use crate::operand::{OpMode, Operand};
use crate::scope::ScopeId;

impl<'a> Checker<'a> {
    /// Checks a function's body in the current environment, whose scope must be that of the parameters.
    pub fn func_body(&mut self, sig: BodySig, body: &'static Block) {
        let has_results = !sig.results.is_empty();
        let env = Env { sig: Some(sig.into()), has_label: false, ..self.env.clone() };
        self.with_env(env, |c| {
            c.stmt_list(&body.stmts);
            if c.env.has_label {
                c.labels(body);
            }
            if has_results && !c.is_terminating_block(body) {
                c.error(body.rbrace, "missing return");
            }
            c.usage(c.env.scope);
        });
    }

    /// Reports local variables that are not used. Those of function literals are reported with their bodies.
    fn usage(&mut self, scope: ScopeId) {
        let local = |kind: &ObjKind| matches!(kind, ObjKind::Var(VarKind::Local));
        let unused: Vec<_> =
            self.scopes.objects(scope).iter().filter(|o| local(&o.kind) && !o.is_used()).copied().collect();
        for v in unused {
            self.soft_error(v.pos, format!("declared and not used: {}", v.name));
        }
        let mut next = self.scopes.first_child(scope);
        while let Some(child) = next {
            if !self.scopes.is_func(child) {
                self.usage(child);
            }
            next = self.scopes.next_sibling(child);
        }
    }

    /// Checks a list of statements.
    pub fn stmt_list(&mut self, list: &'static [Stmt]) {
        list.iter().for_each(|s| self.stmt(s));
    }

    fn simple_stmt(&mut self, s: Option<&'static Stmt>) {
        if let Some(s) = s {
            self.stmt(s);
        }
    }

    /// Checks a block in a scope of its own.
    pub(crate) fn block(&mut self, b: &'static Block) {
        let top = self.delayed_top();
        self.open_scope();
        self.stmt_list(&b.stmts);
        self.process_delayed(top);
        self.close_scope();
    }

    /// Checks a statement, and the function literals in it before anything else is declared.
    pub(crate) fn stmt(&mut self, s: &'static Stmt) {
        let top = self.delayed_top();
        let scope = self.env.scope;
        self.stmt_inner(s);
        self.process_delayed(top);
        self.env.scope = scope;
    }

    fn stmt_inner(&mut self, s: &'static Stmt) {
        match s {
            Stmt::Bad(_) | Stmt::Empty(_) => {}
            Stmt::Decl(d) => self.decl_stmt(&d.decls),
            Stmt::Labeled(l) => {
                self.env.has_label = true;
                self.stmt(&l.stmt);
            }
            Stmt::Expr(e) => self.expr_stmt(&e.x),
            Stmt::Send(s) => {
                let (mut ch, mut val) = (Operand::new(), Operand::new());
                self.expr(None, &mut ch, &s.chan);
                self.generic_expr(&mut val, &s.value);
                if ch.is_valid()
                    && val.is_valid()
                    && let Some(elem) = self.chan_elem(&ch, ChanDir::Send)
                {
                    self.assignment(&mut val, Some(elem), "send");
                }
            }
            Stmt::IncDec(s) => {
                let mut x = Operand::new();
                self.expr(None, &mut x, &s.x);
                if !x.is_valid() {
                    return;
                }
                if !all_numeric(x.ty) {
                    let (text, op, ty) = (expr_string(&s.x), s.op.as_str(), self.type_str(x.ty));
                    let msg = format!("invalid operation: {text}{op}{op} (non-numeric type {ty})");
                    return self.error(s.x.err_pos(), msg);
                }
                self.assign_var(&s.x, None, Some(&mut x), "assignment");
            }
            Stmt::Assign(s) => self.assign_stmt(s),
            Stmt::Go(s) => self.suspended_call("go", &s.call),
            Stmt::Defer(s) => self.suspended_call("defer", &s.call),
            Stmt::Return(s) => self.return_stmt(s),
            Stmt::Branch(b) => {
                // Where jumps may stand and go is the parser's business, as in gc.
                self.env.has_label |= b.label.is_some();
            }
            Stmt::Block(b) => self.block(b),
            Stmt::If(s) => {
                self.open_scope();
                self.simple_stmt(s.init.as_ref());
                self.condition(&s.cond, "if");
                self.block(&s.then);
                match &s.els {
                    Some(Stmt::Block(b)) => self.block(b),
                    Some(e) => self.stmt(e),
                    None => {}
                }
            }
            Stmt::Switch(s) => {
                self.open_scope();
                self.simple_stmt(s.init.as_ref());
                self.switch_stmt(s);
            }
            Stmt::TypeSwitch(s) => {
                self.open_scope();
                self.simple_stmt(s.init.as_ref());
                self.type_switch_stmt(s);
            }
            Stmt::Select(s) => self.select_stmt(&s.clauses),
            Stmt::For(s) => {
                self.open_scope();
                self.simple_stmt(s.init.as_ref());
                if let Some(cond) = &s.cond {
                    self.condition(cond, "for");
                }
                self.simple_stmt(s.post.as_ref());
                if let Some(Stmt::Assign(post)) = &s.post
                    && post.op == AssignOp::Define
                {
                    // Refused by the parser; its variables are not reported as unused as well.
                    self.use_exprs(&post.lhs);
                }
                self.block(&s.body);
            }
            Stmt::Range(s) => self.range_stmt(s),
        }
    }

    fn condition(&mut self, cond: &'static Expr, what: &str) {
        let mut x = Operand::new();
        self.expr(None, &mut x, cond);
        if x.is_valid() && !all_boolean(x.ty) {
            self.error(cond.err_pos(), format!("non-boolean condition in {what} statement"));
        }
    }

    fn expr_stmt(&mut self, e: &'static Expr) {
        let mut x = Operand::new();
        let kind = self.raw_expr(None, &mut x, e, None, false);
        let msg = match x.mode {
            OpMode::Builtin => "must be called",
            OpMode::Type => "is not an expression",
            _ if kind == ExprKind::Statement => return,
            _ => "is not used",
        };
        let text = self.operand_str(&x);
        self.error_op(&x, format!("{text} {msg}"));
    }

    fn assign_stmt(&mut self, s: &'static AssignStmt) {
        match s.op {
            AssignOp::Assign => self.assign_vars(&s.lhs, &s.rhs),
            AssignOp::Define => self.short_var_decl(s.op_pos, &s.lhs, &s.rhs),
            AssignOp::Op(op) => {
                let ([lhs], [rhs]) = (&s.lhs[..], &s.rhs[..]) else {
                    let msg = format!("assignment operation {}= requires single-valued expressions", op.as_str());
                    let pos = s.lhs.first().map_or(s.op_pos, Expr::err_pos);
                    return self.error(pos, msg);
                };
                let mut x = Operand::new();
                self.binary(&mut x, None, lhs, rhs, op);
                self.assign_var(lhs, None, Some(&mut x), "assignment");
            }
        }
    }

    fn suspended_call(&mut self, keyword: &str, call: &'static Expr) {
        if !matches!(call, Expr::Call(_)) {
            self.error(call.err_pos(), format!("expression in {keyword} must be function call"));
            self.use_exprs(std::slice::from_ref(call));
            return;
        }
        let mut x = Operand::new();
        let msg = match self.raw_expr(None, &mut x, call, None, false) {
            ExprKind::Conversion => "requires function call, not conversion",
            ExprKind::Expression => "discards result of",
            ExprKind::Statement => return,
        };
        let text = self.operand_str(&x);
        self.error_op(&x, format!("{keyword} {msg} {text}"));
    }

    fn select_stmt(&mut self, clauses: &'static [CommClause]) {
        let defaults = clauses.iter().filter(|c| c.comm.is_none()).map(|c| c.pos).collect();
        self.multiple_defaults(defaults);
        for clause in clauses {
            if let Some(comm) = &clause.comm
                && !is_communication(comm)
            {
                let msg = "select case must be send or receive (possibly with assignment)";
                self.error(comm.err_pos(), msg);
                continue;
            }
            let scope = self.env.scope;
            self.open_scope();
            if let Some(comm) = &clause.comm {
                let at = self.env.scope;
                let top = self.delayed_top();
                self.stmt_inner(comm);
                self.process_delayed(top);
                self.env.scope = at;
            }
            self.stmt_list(&clause.body);
            self.env.scope = scope;
        }
    }

    /// Reports all defaults of a switch or select but the first.
    pub(crate) fn multiple_defaults(&mut self, defaults: Vec<Pos>) {
        let Some((&first, others)) = defaults.split_first() else { return };
        for &pos in others {
            let at = self.position_text(first);
            self.error(pos, format!("multiple defaults (first at {at})"));
        }
    }
}

/// A send, or a receive whose value may be assigned.
fn is_communication(s: &Stmt) -> bool {
    let receive = |e: &Expr| matches!(e.unparen(), Expr::Unary(u) if u.op == UnaryOp::Recv);
    match s {
        Stmt::Send(_) => true,
        Stmt::Expr(e) => receive(&e.x),
        Stmt::Assign(a) => matches!(&a.rhs[..], [e] if receive(e)),
        _ => false,
    }
}
