//! Select statements.

use undergo_abi::builtins::Builtin;
use undergo_ir::{IntCond, Value};
use undergo_source::Name;
use undergo_syntax::ast::*;
use undergo_types::{Basic, Ty};

use crate::assign::Lhs;
use crate::func::{FuncLower, Scope, Target};
use crate::val::{Addr, Val};

/// A communication whose operands have been evaluated.
struct Comm {
    clause: &'static CommClause,
    chan: Value,
    elem: Ty,
    /// Memory of the element; uninitialised for a receive.
    at: Addr,
    sends: bool,
}

impl FuncLower<'_> {
    /// `select { … }`
    pub fn select(&mut self, n: &'static SelectStmt, label: Option<Name>) {
        self.at(n.pos);
        let default = n.clauses.iter().find(|c| c.comm.is_none());
        let mut comms = Vec::new();
        for c in &n.clauses {
            if let Some(s) = &c.comm {
                self.saved.clear();
                let comm = self.comm(c, s);
                comms.push(comm);
            }
        }
        self.at(n.pos);
        let end = self.b.block();
        let scope = Scope { label, stmt: n.id, brk: Some(Target::Block(end)), cont: None };
        self.scoped(scope, |fl| match (comms.as_slice(), default) {
            ([], None) => {
                fl.b.builtin(Builtin::Block, &[]);
            }
            ([], Some(d)) => {
                fl.stmts(&d.body);
                fl.go_to(end);
            }
            ([c], None) => fl.single(c, end),
            ([c], Some(d)) => fl.try_one(c, d, end),
            (_, d) => fl.select_among(comms, d, end),
        });
        self.b.switch_to(end);
    }

    fn comm(&mut self, clause: &'static CommClause, s: &'static Stmt) -> Comm {
        if let Stmt::Send(s) = s {
            let elem = self.chan_elem(&s.chan);
            // Whatever happens in the value happens when the channel is known.
            let chan = self.expr1(&s.chan);
            let v = self.expr_as(&s.value, elem);
            let at = self.temp(elem);
            self.store(elem, &v, at);
            return Comm { clause, chan, elem, at, sends: true };
        }
        let Some(recv) = received(s) else {
            let chan = self.b.nil();
            self.refuse(clause.pos, Ty::invalid(), "internal: select case without communication");
            return Comm { clause, chan, elem: Ty::invalid(), at: Addr::new(chan), sends: false };
        };
        let elem = self.chan_elem(&recv.x);
        let chan = self.expr1(&recv.x);
        let at = self.landing(elem);
        Comm { clause, chan, elem, at, sends: false }
    }

    /// One case and no default: an ordinary send or receive.
    fn single(&mut self, c: &Comm, end: undergo_ir::Block) {
        let ok = if c.sends {
            self.b.builtin(Builtin::ChanSend1, &[c.chan, c.at.base]);
            self.clear_landing(c.elem, c.at);
            self.bool_const(true)
        } else {
            self.b.builtin(Builtin::ChanRecv2, &[c.chan, c.at.base])[0]
        };
        self.clause_body(c, ok, end);
    }

    fn try_one(&mut self, c: &Comm, d: &'static CommClause, end: undergo_ir::Block) {
        let (done, ok) = if c.sends {
            let done = self.b.builtin(Builtin::SelectNbSend, &[c.chan, c.at.base])[0];
            self.clear_landing(c.elem, c.at);
            (done, done)
        } else {
            let r = self.b.builtin(Builtin::SelectNbRecv, &[c.at.base, c.chan]);
            (r[0], r[1])
        };
        let (yes, no) = (self.b.block(), self.b.block());
        self.b.brif(done, yes, no);
        self.b.switch_to(yes);
        self.clause_body(c, ok, end);
        self.b.switch_to(no);
        self.stmts(&d.body);
        self.go_to(end);
    }

    fn select_among(&mut self, mut comms: Vec<Comm>, default: Option<&'static CommClause>, end: undergo_ir::Block) {
        // Sends come first in the array.
        comms.sort_by_key(|c| !c.sends);
        let n = comms.len() as u64;
        let n_sends = comms.iter().filter(|c| c.sends).count() as i64;
        let cases = self.temp_bytes(16 * n, 8);
        for (i, c) in comms.iter().enumerate() {
            self.store_scalar(c.chan, cases.plus(16 * i as u64));
            self.store_scalar(c.at.base, cases.plus(16 * i as u64 + 8));
        }
        let order = self.temp_bytes(4 * n, 8);
        let zero = self.word(0);
        let sends = self.word(n_sends);
        let recvs = self.word(n as i64 - n_sends);
        let block = self.word(i64::from(default.is_none()));
        let r = self.b.builtin(Builtin::SelectGo, &[cases.base, order.base, zero, sends, recvs, block]);
        let (index, ok) = (r[0], r[1]);
        for c in comms.iter().filter(|c| c.sends) {
            self.clear_landing(c.elem, c.at);
        }
        if let Some(d) = default {
            let (none, some) = (self.b.block(), self.b.block());
            let is_none = self.b.icmp_imm(IntCond::Slt, index, 0);
            self.b.brif(is_none, none, some);
            self.b.switch_to(none);
            self.stmts(&d.body);
            self.go_to(end);
            self.b.switch_to(some);
        }
        for (i, c) in comms.iter().enumerate() {
            if i + 1 < comms.len() {
                let (yes, no) = (self.b.block(), self.b.block());
                let this = self.b.icmp_imm(IntCond::Eq, index, i as i64);
                self.b.brif(this, yes, no);
                self.b.switch_to(yes);
                self.clause_body(c, ok, end);
                self.b.switch_to(no);
            } else {
                self.clause_body(c, ok, end);
            }
        }
    }

    /// Assigns what was received and runs the clause.
    fn clause_body(&mut self, c: &Comm, ok: Value, end: undergo_ir::Block) {
        self.at(c.clause.pos);
        if let (Some(Stmt::Assign(a)), false) = (&c.clause.comm, c.sends) {
            for (i, e) in a.lhs.iter().enumerate() {
                let lhs = self.received_lhs(e, a.op);
                if i == 0 {
                    let v = self.landed(c.elem, c.at);
                    self.assign_value(lhs, v, c.elem);
                } else {
                    self.assign_value(lhs, Val::one(ok), Ty::basic(Basic::Bool));
                }
            }
        }
        self.stmts(&c.clause.body);
        self.go_to(end);
    }

    fn received_lhs(&self, e: &'static Expr, op: AssignOp) -> Lhs {
        match e.unparen() {
            Expr::Ident(id) if id.name.is_blank() => Lhs::Blank,
            Expr::Ident(id) if op == AssignOp::Define => match self.unit.info.obj(id.id) {
                Some(o) => Lhs::New(o),
                None => Lhs::Blank,
            },
            _ => Lhs::Old(e),
        }
    }
}

/// The receive operation of a select case.
fn received(s: &'static Stmt) -> Option<&'static UnaryExpr> {
    let e = match s {
        Stmt::Expr(s) => &s.x,
        Stmt::Assign(a) => a.rhs.first()?,
        _ => return None,
    };
    match e.unparen() {
        Expr::Unary(u) if u.op == UnaryOp::Recv => Some(u),
        _ => None,
    }
}
