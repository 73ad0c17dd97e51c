//! Statements.

use undergo_ir::Block as IrBlock;
use undergo_source::Name;
use undergo_syntax::ast::*;
use undergo_types::{Obj, TyKind};

use crate::capture::BodyKind;
use crate::consts::int_bits;
use crate::func::{Exit, FuncLower, Scope, Target, Var};
use crate::literal::Fresh;
use crate::parallel::Several;
use crate::val::Val;

impl FuncLower<'_> {
    /// Statements in order.
    pub fn stmts(&mut self, list: &'static [Stmt]) {
        for s in list {
            self.stmt(s);
        }
    }

    /// One statement.
    pub fn stmt(&mut self, s: &'static Stmt) {
        self.saved.clear();
        let label = self.pending_label.take();
        match s {
            Stmt::Bad(_) | Stmt::Empty(_) => {}
            Stmt::Expr(s) => {
                self.at(s.x.node_pos());
                self.effect(&s.x);
            }
            Stmt::Send(s) => self.send(s),
            Stmt::IncDec(s) => self.inc_dec(s),
            Stmt::Assign(s) => self.assign_stmt(s),
            Stmt::Go(s) => self.go_stmt(s),
            Stmt::Defer(s) => self.defer_stmt(s),
            Stmt::Return(s) => self.return_stmt(s),
            Stmt::Branch(s) => self.branch(s),
            Stmt::Block(b) => self.stmts(&b.stmts),
            Stmt::If(s) => self.if_stmt(s),
            Stmt::Switch(s) => self.switch(s, label),
            Stmt::TypeSwitch(s) => self.type_switch(s, label),
            Stmt::Select(s) => self.select(s, label),
            Stmt::For(s) => self.for_stmt(s, label),
            Stmt::Range(s) => self.range(s, label),
            Stmt::Labeled(s) => {
                let b = self.label_block(s.label.name);
                self.go_to(b);
                self.b.switch_to(b);
                self.pending_label = Some(s.label.name);
                self.stmt(&s.stmt);
                self.pending_label = None;
            }
            Stmt::Decl(s) => {
                for d in &s.decls {
                    if let Decl::Var(v) = d {
                        self.var_spec(v);
                    }
                }
            }
        }
    }

    /// An optional simple statement.
    pub fn init_stmt(&mut self, s: &'static Option<Stmt>) {
        if let Some(s) = s {
            self.stmt(s);
        }
    }

    /// Jumps to `b` unless control never comes here.
    pub fn go_to(&mut self, b: IrBlock) {
        if self.b.reachable() {
            self.b.jump(b, &[]);
        }
    }

    pub fn label_block(&mut self, name: Name) -> IrBlock {
        if name.is_blank() {
            // Nothing can jump to it, and there may be several.
            return self.b.block();
        }
        if let Some(&b) = self.labels.get(&name) {
            return b;
        }
        let b = self.b.block();
        self.labels.insert(name, b);
        b
    }

    /// The value of a constant condition.
    pub fn const_cond(&self, e: &Expr) -> Option<bool> {
        self.tv(e).and_then(|tv| tv.value).map(|c| int_bits(c) != 0)
    }

    fn if_stmt(&mut self, n: &'static IfStmt) {
        self.init_stmt(&n.init);
        self.at(n.pos);
        if let Some(c) = self.const_cond(&n.cond) {
            match (c, &n.els) {
                (true, _) => self.stmts(&n.then.stmts),
                (false, Some(els)) => self.stmt(els),
                (false, None) => {}
            }
            return;
        }
        let (then, els, end) = (self.b.block(), self.b.block(), self.b.block());
        let els_target = if n.els.is_some() { els } else { end };
        self.cond(&n.cond, then, els_target);
        self.b.switch_to(then);
        self.stmts(&n.then.stmts);
        self.go_to(end);
        self.b.switch_to(els);
        if let Some(s) = &n.els {
            self.stmt(s);
        }
        self.go_to(end);
        self.b.switch_to(end);
    }

    /// Runs `f` with a scope that `break` and `continue` can name.
    pub fn scoped(&mut self, scope: Scope, f: impl FnOnce(&mut Self)) {
        self.scopes.push(scope);
        f(self);
        self.scopes.pop();
    }

    fn for_stmt(&mut self, n: &'static ForStmt, label: Option<Name>) {
        self.init_stmt(&n.init);
        let (head, body, post, end) = (self.b.block(), self.b.block(), self.b.block(), self.b.block());
        self.go_to(head);
        self.loop_depth += 1;
        self.b.switch_to(head);
        self.at(n.pos);
        match &n.cond {
            Some(c) if self.const_cond(c) != Some(true) => self.cond(c, body, end),
            _ => self.b.jump(body, &[]),
        }
        self.b.switch_to(body);
        let scope = Scope { label, stmt: n.id, brk: Some(Target::Block(end)), cont: Some(Target::Block(post)) };
        self.scoped(scope, |fl| fl.stmts(&n.body.stmts));
        self.go_to(post);
        self.b.switch_to(post);
        self.renew_loop_vars(&n.init);
        self.init_stmt(&n.post);
        self.go_to(head);
        self.loop_depth -= 1;
        self.b.switch_to(end);
    }

    /// Before the post statement: variables that the iteration may have handed out get a copy for the next one.
    fn renew_loop_vars(&mut self, init: &'static Option<Stmt>) {
        let Some(Stmt::Assign(a)) = init else { return };
        if !self.unit.per_iteration || a.op != AssignOp::Define {
            return;
        }
        for e in &a.lhs {
            let Expr::Ident(id) = e else { continue };
            let Some(v) = self.unit.info.obj(id.id).filter(|_| self.unit.info.is_def[id.id.index()]) else { continue };
            if let Some(&Var::Object(_)) = self.vars.get(&v) {
                let ty = self.subst(v.type_());
                let old = self.var_addr(v);
                let val = self.load(ty, old);
                self.declare_init(v, &val);
            }
        }
    }

    // ---- jumps

    fn branch(&mut self, n: &'static BranchStmt) {
        self.at(n.pos);
        let name = n.label.map(|l| l.name);
        match n.tok {
            BranchTok::Goto => {
                let Some(name) = name else { return };
                let f = self.unit.captures.function_of(self.body);
                if self.unit.captures.labels.get(&(f, name)).is_none_or(|&b| b == self.body) {
                    let b = self.label_block(name);
                    self.b.jump(b, &[]);
                } else {
                    self.exit(Exit::Goto(name));
                }
            }
            // The switch that it ends knows what comes next.
            BranchTok::Fallthrough => {}
            BranchTok::Break | BranchTok::Continue => {
                let breaks = n.tok == BranchTok::Break;
                let target = |s: &Scope| if breaks { s.brk } else { s.cont };
                let fits = |s: &&Scope| target(s).is_some() && (name.is_none() || s.label == name);
                if let Some(t) = self.scopes.iter().rev().find(fits).and_then(target) {
                    return self.jump_to(t);
                }
                match self.outer_scopes.iter().rev().find(fits).map(|s| s.stmt) {
                    Some(s) => self.exit(if breaks { Exit::Break(s) } else { Exit::Continue(s) }),
                    None => {
                        self.refuse(n.pos, undergo_types::Ty::invalid(), "internal: jump to nowhere");
                    }
                }
            }
        }
    }

    /// Jumps to a target in this function.
    pub fn jump_to(&mut self, t: Target) {
        match t {
            Target::Block(b) => self.b.jump(b, &[]),
            Target::EndLoop => self.end_loop_body(crate::range_func::DONE),
            Target::NextIteration => self.end_loop_body(crate::range_func::READY),
        }
    }

    fn return_stmt(&mut self, n: &'static ReturnStmt) {
        self.at(n.pos);
        let in_loop_body = self.unit.captures.bodies.get(self.body.0).is_some_and(|b| b.kind == BodyKind::Range);
        if n.results.is_empty() {
            return if in_loop_body { self.exit(Exit::Return) } else { self.return_from_vars() };
        }
        // In a loop body `results` are those of the function around it.
        let types: Vec<undergo_types::Ty> = if in_loop_body {
            self.results.iter().map(|v| self.subst(v.type_())).collect()
        } else {
            self.result_tys.clone()
        };
        let direct = !in_loop_body && !self.has_defer() && !self.results.iter().any(|&v| self.is_object(v));
        if !direct && !in_loop_body && self.return_literal(n) {
            return self.return_from_vars();
        }
        let vals = self.result_values(n, &types, direct);
        self.at(n.pos);
        if direct {
            return self.return_values(&vals);
        }
        for (v, val) in self.results.clone().into_iter().zip(&vals) {
            let ty = self.subst(v.type_());
            let at = self.var_addr(v);
            self.store(ty, val, at);
        }
        if in_loop_body { self.exit(Exit::Return) } else { self.return_from_vars() }
    }

    /// Builds a literal right in the result, as gc does: after a panic in the middle of it that is recovered, a part is
    /// returned. False: not done, there is another result, or it has a name that the literal may use.
    fn return_literal(&mut self, n: &'static ReturnStmt) -> bool {
        let ([Expr::CompositeLit(lit)], &[v]) = (n.results.as_slice(), self.results.as_slice()) else { return false };
        let ty = self.subst(v.type_());
        let is_aggregate = matches!(ty.under(), TyKind::Struct(_) | TyKind::Array(..));
        if !is_aggregate || !self.in_place(ty) || !(v.name.as_str().is_empty() || v.name.is_blank()) {
            return false;
        }
        self.order(&[&n.results[0]]);
        let at = self.var_addr(v);
        self.literal_into(lit, ty, at, Fresh::Garbage);
        true
    }

    fn is_object(&self, v: Obj) -> bool {
        matches!(self.vars.get(&v), Some(Var::Object(_)))
    }

    fn result_values(&mut self, n: &'static ReturnStmt, types: &[undergo_types::Ty], direct: bool) -> Vec<Val> {
        if let ([Expr::Call(c)], true) = (n.results.as_slice(), types.len() > 1) {
            let vals = self.call_multi(c);
            return vals.into_iter().zip(types).map(|((v, from), &to)| self.assign_conv(v, from, to)).collect();
        }
        let operands: Vec<&'static Expr> = n.results.iter().collect();
        if types.len() > 1 {
            self.order_all(&operands);
        } else {
            self.order(&operands);
        }
        let several = if types.len() > 1 && !direct { Several::Kept } else { Several::Direct };
        self.results_in_order(&n.results, types, several)
    }
}
