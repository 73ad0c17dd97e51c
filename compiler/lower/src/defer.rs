//! `go` and `defer`.
//!
//! Callee and arguments are evaluated at once; a call that has any becomes a closure without arguments (a wrapper,
//! hidden in tracebacks). A defer statement that runs at most once per activation has its record in the frame.

use undergo_abi::builtins::Builtin;
use undergo_ir::{InstData, Type, Value};
use undergo_source::Name;
use undergo_syntax::ast::*;
use undergo_types::{Basic, BuiltinId, Ty};

use crate::abi::Abi;
use crate::call::{Plan, Target};
use crate::capture::BodyKind;
use crate::func::FuncLower;
use crate::val::{Addr, Val};

/// Bytes of `runtime._defer`, rounded up.
const RECORD_SIZE: u64 = 64;

impl FuncLower<'_> {
    /// `go f(x)`
    pub fn go_stmt(&mut self, n: &'static CallStmt) {
        let fv = self.delayed_call(n, "gowrap");
        self.at(n.pos);
        self.b.builtin(Builtin::NewProc, &[fv]);
    }

    /// `defer f(x)`
    pub fn defer_stmt(&mut self, n: &'static CallStmt) {
        let fv = self.delayed_call(n, "deferwrap");
        self.at(n.pos);
        if self.unit.captures.bodies[self.body.0].kind == BodyKind::Range {
            let f = self.unit.captures.function_of(self.body);
            let token = self.unit.captures.shared[&f].token;
            let at = self.var_addr(token);
            let t = self.load(token.type_(), at);
            self.b.builtin(Builtin::DeferProcAt, &[fv, t.get(0), t.get(1)]);
            return;
        }
        let fp = self.b.nullary(InstData::FramePtr, Type::I64);
        // Any label may be a loop.
        if self.loop_depth > 0 || self.has_labels() {
            self.b.builtin(Builtin::DeferProc, &[fv, fp]);
            return;
        }
        let slot = self.b.func.add_slot(RECORD_SIZE, 8, Name::new(".defer"));
        self.b.func.slots[slot].pinned = true;
        let record = self.b.slot_addr(slot, 0);
        self.b.builtin(Builtin::DeferProcStack, &[record, fv, fp]);
    }

    fn has_labels(&self) -> bool {
        let f = self.unit.captures.function_of(self.body);
        self.unit.captures.labels.keys().any(|k| k.0 == f)
    }

    /// The func value that makes the call.
    fn delayed_call(&mut self, n: &'static CallStmt, suffix: &'static str) -> Value {
        self.at(n.pos);
        let Expr::Call(call) = n.call.unparen() else {
            self.refuse(n.pos, Ty::invalid(), "internal: no call to delay");
            return self.b.nil();
        };
        let plan = match self.builtin_of(&call.fun) {
            Some(BuiltinId::Recover) => {
                // It acts as if called here: the frame that it is told is this one.
                self.b.func.flags.has_recover = true;
                let fp = self.b.nullary(InstData::FramePtr, Type::I64);
                let (params, args) = (vec![Ty::basic(Basic::Uintptr)], vec![Val::one(fp)]);
                Plan {
                    target: Target::Builtin(BuiltinId::Recover),
                    params,
                    args,
                    results: Vec::new(),
                    keep: Vec::new(),
                }
            }
            Some(id) if !self.is_type(&call.fun) => {
                let operands: Vec<&'static Expr> = call.args.iter().filter(|e| !self.is_type(e)).collect();
                self.order(&operands);
                let (args, params) = self.statement_args(call, id).into_iter().unzip();
                Plan { target: Target::Builtin(id), params, args, results: Vec::new(), keep: Vec::new() }
            }
            _ if self.is_type(&call.fun) => {
                self.effect(&n.call);
                let nothing = Plan {
                    target: Target::Builtin(undergo_types::BuiltinId::Len),
                    params: Vec::new(),
                    args: Vec::new(),
                    results: Vec::new(),
                    keep: Vec::new(),
                };
                return self.wrap(nothing, suffix);
            }
            _ => self.plan(call),
        };
        self.at(call.lparen);
        self.wrap(plan, suffix)
    }

    /// The func value of a planned call.
    fn wrap(&mut self, mut plan: Plan, suffix: &'static str) -> Value {
        // The method is looked up now: a nil interface panics here.
        if let Target::Method(tab, off) = plan.target {
            let code = self.load_scalar(Type::I64, Addr::new(tab).plus(off));
            plan.target = Target::Code(code);
        }
        let bare = plan.params.is_empty() && Abi::assign(self.cx, &plan.params, &plan.results).frame_size == 0;
        match plan.target {
            Target::Func(fv) if bare => return fv,
            Target::Direct(_, Some(object)) if bare => return object,
            Target::Direct(sym, None) if bare => {
                let fv = self.cx.funcval_sym(sym);
                return self.b.sym_addr(fv, 0);
            }
            _ => {}
        }
        // What the wrapper holds: the callee, if it is a value, the arguments, pointers to keep alive.
        let pointer = Ty::basic(Basic::UnsafePointer);
        let callee = match plan.target {
            Target::Func(v) | Target::Direct(_, Some(v)) => Some((pointer, Val::one(v))),
            Target::Code(v) => Some((Ty::basic(Basic::Uintptr), Val::one(v))),
            _ => None,
        };
        let n_callee = usize::from(callee.is_some());
        let n_args = plan.args.len();
        let mut parts: Vec<(Ty, Val)> = callee.into_iter().collect();
        parts.extend(plan.params.iter().copied().zip(plan.args.iter().cloned()));
        parts.extend(plan.keep.iter().map(|&p| (pointer, Val::one(p))));
        self.wrapper(suffix, &parts, |fl, vals| {
            let mut vals = vals.into_iter();
            if n_callee == 1 {
                let v = vals.next().map(|v| v.get(0));
                if let Some(v) = v {
                    plan.target = match plan.target {
                        Target::Func(_) => Target::Func(v),
                        Target::Code(_) => Target::Code(v),
                        Target::Direct(sym, _) => Target::Direct(sym, Some(v)),
                        other => other,
                    };
                }
            }
            plan.args = vals.by_ref().take(n_args).collect();
            plan.keep = vals.map(|v| v.get(0)).collect();
            fl.make_call(plan);
        })
    }
}
