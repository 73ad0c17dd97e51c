//! Range over functions.
//!
//! The loop body becomes a closure that the iterator function calls. A state variable per loop, shared with the
//! closure, catches iterators that break the protocol:
//!
//! | state | meaning |
//! |---|---|
//! | READY | the body may be called |
//! | PANIC | the body is running, or has panicked |
//! | DONE | the loop has been left |
//! | EXHAUSTED | the iterator has returned |
//!
//! A jump that leaves the body (`return`, `goto`, `break` and `continue` of outer statements) stores a number in the
//! function's variable `#next` and makes the body return false; behind the call of the iterator every number that the
//! body can have stored is tested: the jump is made there, or, if that is again a loop body, passed on.

use undergo_abi::builtins::Builtin;
use undergo_ir::{InstData, IntCond, Sym, Type, Value};
use undergo_source::Name;
use undergo_syntax::ast::*;
use undergo_types::{Obj, Ty};

use crate::abi::Where;
use crate::assign::Lhs;
use crate::call::{Plan, Target as CallTarget};
use crate::capture::BodyKind;
use crate::func::{Exit, FuncLower, Scope, Target};
use crate::val::Val;

/// The loop has been left.
pub const DONE: i64 = 0;
/// The body may be called.
pub const READY: i64 = 1;
/// The body is running or has panicked.
const PANIC: i64 = 2;
/// The iterator has returned.
const EXHAUSTED: i64 = 3;
/// The iterator has swallowed a panic of the body: an argument of `panicrangestate`, never a state.
const MISSING_PANIC: i64 = 4;

/// `#next` for `return`; other exits have numbers from 1.
const RETURN: i64 = -1;

impl FuncLower<'_> {
    /// `for k, v := range f { … }`
    pub fn range_func(&mut self, n: &'static RangeStmt, label: Option<Name>) {
        let id = self.unit.captures.by_node[&n.id];
        let f = self.expr1(&n.x);
        let xt = self.ty(&n.x);
        let Some(yield_ty) = xt.as_func().and_then(|s| s.params.first()).map(|p| p.ty) else { return };
        let params: Vec<Ty> = yield_ty.as_func().map(|s| s.params.iter().map(|p| p.ty).collect()).unwrap_or_default();
        self.at(n.pos);
        let Some(state) = self.unit.captures.bodies[id.0].state else { return };
        let ready = self.word(READY);
        self.declare_init(state, &Val::one(ready));
        self.prepare_shared();
        let (code, used) = self.lower_loop_body(n, label, id, params);
        let body = self.loop_body_value(id, code);
        self.at(n.range_pos);
        let plan = Plan {
            target: CallTarget::Func(f),
            params: vec![yield_ty],
            args: vec![Val::one(body)],
            results: Vec::new(),
            keep: Vec::new(),
        };
        self.make_call(plan);
        self.at(n.pos);
        let s = self.read_word(state);
        let panicked = self.b.icmp_imm(IntCond::Eq, s, PANIC);
        let missing = self.word(MISSING_PANIC);
        self.panic_if(panicked, Builtin::PanicRangeState, &[missing]);
        self.write_word(state, EXHAUSTED);
        self.dispatch_exits(n, &used);
    }

    /// Outside of loop bodies: a token for deferred calls in the loop, if there are any.
    fn prepare_shared(&mut self) {
        if self.unit.captures.bodies[self.body.0].kind == BodyKind::Range {
            return;
        }
        let Some(shared) = self.unit.captures.shared.get(&self.body).copied() else { return };
        if self.unit.captures.var(shared.token).captured {
            let fp = self.b.nullary(InstData::FramePtr, Type::I64);
            let r = self.b.builtin(Builtin::DeferRangeFunc, &[fp]);
            self.declare_init(shared.token, &Val::two(r[0], r[1]));
        }
    }

    fn lower_loop_body(
        &mut self,
        n: &'static RangeStmt,
        label: Option<Name>,
        id: crate::capture::BodyId,
        params: Vec<Ty>,
    ) -> (Sym, Vec<Exit>) {
        let mut outer = self.outer_scopes.clone();
        outer.extend(self.scopes.iter().cloned());
        let exits = self.exits.clone();
        let results = self.results.clone();
        let mut child = self.start_loop_body(id, params.clone(), n.pos);
        child.outer_scopes = outer;
        child.exits = exits;
        child.results = results;
        child.enter_loop_body(n, &params);
        let scope = Scope { label, stmt: n.id, brk: Some(Target::EndLoop), cont: Some(Target::NextIteration) };
        child.scoped(scope, |fl| fl.stmts(&n.body.stmts));
        child.at(n.body.rbrace);
        if child.b.reachable() {
            child.end_loop_body(READY);
        }
        child.end_labels();
        let code = child.b.func.sym;
        let used = std::mem::take(&mut child.used_exits);
        child.finish();
        (code, used)
    }

    /// The start of a loop body: state check, iteration variables.
    fn enter_loop_body(&mut self, n: &'static RangeStmt, params: &[Ty]) {
        let vals = self.param_values(params);
        if let Some(state) = self.unit.captures.bodies[self.body.0].state {
            let s = self.read_word(state);
            self.write_word(state, PANIC);
            let bad = self.b.icmp_imm(IntCond::Ne, s, READY);
            self.panic_if(bad, Builtin::PanicRangeState, &[s]);
        }
        let places = [self.range_lhs(n, &n.key), self.range_lhs(n, &n.value)];
        for (lhs, (v, &ty)) in places.into_iter().zip(vals.into_iter().zip(params)) {
            match lhs {
                Lhs::New(o) => {
                    let to = self.subst(o.type_());
                    let v = self.assign_conv(v, ty, to);
                    self.declare_init(o, &v);
                }
                lhs => self.assign_value(lhs, v, ty),
            }
        }
    }

    /// The function's parameters as values.
    fn param_values(&mut self, types: &[Ty]) -> Vec<Val> {
        let regs: Vec<Value> = self.b.func.params().to_vec();
        let mut next = 0;
        let mut out = Vec::new();
        for (i, &ty) in types.iter().enumerate() {
            out.push(match self.abi.params[i].clone() {
                Where::Regs(parts) => {
                    let vals = &regs[next..next + parts.len()];
                    next += parts.len();
                    if self.in_place(ty) {
                        let at = self.temp(ty);
                        for (&(_, off), &v) in parts.iter().zip(vals) {
                            self.store_scalar(v, at.plus(off));
                        }
                        Val::Mem(at.base)
                    } else {
                        Val::Scalars(vals.iter().copied().collect())
                    }
                }
                Where::Frame(off) => {
                    let at = self.frame_addr().plus(off);
                    self.load(ty, at)
                }
            });
        }
        out
    }

    /// Leaves a loop body: with READY to go on, with DONE to end the loop.
    pub fn end_loop_body(&mut self, state: i64) {
        if let Some(v) = self.unit.captures.bodies[self.body.0].state {
            self.write_word(v, state);
        }
        let go_on = self.bool_const(state == READY);
        self.b.push(InstData::Return(vec![go_on]), &[]);
    }

    /// Leaves a loop body for somewhere outside.
    pub fn exit(&mut self, e: Exit) {
        let number = self.exit_number(e);
        if !self.used_exits.contains(&e) {
            self.used_exits.push(e);
        }
        let next = self.next_var();
        self.write_word(next, number);
        self.end_loop_body(DONE);
    }

    fn exit_number(&self, e: Exit) -> i64 {
        if e == Exit::Return {
            return RETURN;
        }
        let mut all = self.exits.borrow_mut();
        let i = all.iter().position(|x| *x == e).unwrap_or_else(|| {
            all.push(e);
            all.len() - 1
        });
        i as i64 + 1
    }

    fn next_var(&self) -> Obj {
        let f = self.unit.captures.function_of(self.body);
        self.unit.captures.shared[&f].next
    }

    fn read_word(&mut self, v: Obj) -> Value {
        let at = self.var_addr(v);
        self.load_scalar(Type::I64, at)
    }

    fn write_word(&mut self, v: Obj, n: i64) {
        let at = self.var_addr(v);
        let n = self.word(n);
        self.store_scalar(n, at);
    }

    /// Behind the iterator's call: makes the jumps that the body asked for, or passes them on.
    fn dispatch_exits(&mut self, n: &'static RangeStmt, used: &[Exit]) {
        if used.is_empty() {
            return;
        }
        self.at(n.pos);
        let next = self.next_var();
        let v = self.read_word(next);
        let go_on = self.b.block();
        let any = self.b.block();
        let none = self.is_zero(v);
        self.b.brif(none, go_on, any);
        self.b.switch_to(any);
        for &e in used {
            let (yes, no) = (self.b.block(), self.b.block());
            let number = self.exit_number(e);
            let is = self.b.icmp_imm(IntCond::Eq, v, number);
            self.b.brif(is, yes, no);
            self.b.switch_to(yes);
            self.take_exit(e, next);
            self.b.switch_to(no);
        }
        self.b.jump(go_on, &[]);
        self.b.switch_to(go_on);
    }

    fn take_exit(&mut self, e: Exit, next: Obj) {
        let in_loop_body = self.unit.captures.bodies[self.body.0].kind == BodyKind::Range;
        let here = match e {
            Exit::Return => {
                if !in_loop_body {
                    self.return_from_vars();
                    return;
                }
                None
            }
            Exit::Break(s) => self.scopes.iter().rev().find(|x| x.stmt == s).and_then(|x| x.brk),
            Exit::Continue(s) => self.scopes.iter().rev().find(|x| x.stmt == s).and_then(|x| x.cont),
            Exit::Goto(label) => {
                let f = self.unit.captures.function_of(self.body);
                match self.unit.captures.labels.get(&(f, label)) {
                    Some(&b) if b != self.body => None,
                    _ => Some(Target::Block(self.label_block(label))),
                }
            }
        };
        match here {
            Some(t) => {
                self.write_word(next, 0);
                self.jump_to(t);
            }
            None => {
                if !self.used_exits.contains(&e) {
                    self.used_exits.push(e);
                }
                self.end_loop_body(DONE);
            }
        }
    }
}
