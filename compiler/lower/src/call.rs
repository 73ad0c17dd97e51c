//! Calls.
//!
//! A call is *planned* first (what is called, operands evaluated in order) and then made, at once or, for `go` and
//! `defer`, by a wrapper that holds the operands.

use smallvec::SmallVec;
use undergo_ir::inst::Call;
use undergo_ir::{Callee, InstData, Type, Value};
use undergo_syntax::ast::*;
use undergo_types::{Basic, BuiltinId, Obj, ObjKind, SelectionKind, Signature, Ty, TyKind};

use crate::abi::{Abi, Where};
use crate::func::FuncLower;
use crate::val::{Addr, Val};

/// What is called.
#[derive(Clone, Debug)]
pub enum Target {
    /// A function, and the closure object that it is to find.
    Direct(undergo_ir::Sym, Option<Value>),
    /// A func value.
    Func(Value),
    /// A method of an interface: itab and byte offset of the code's address in it.
    Method(Value, u64),
    /// A code address.
    Code(Value),
    /// A function that the compiler knows.
    Intrinsic(undergo_ir::Sym),
    /// A predeclared function.
    Builtin(BuiltinId),
}

/// A call whose operands have been evaluated.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is called.
    pub target: Target,
    /// Types of the arguments, receiver first.
    pub params: Vec<Ty>,
    /// The arguments.
    pub args: Vec<Val>,
    /// Types of the results.
    pub results: Vec<Ty>,
    /// Pointers that must stay alive until the call returns although they are passed as integers.
    pub keep: Vec<Value>,
}

impl FuncLower<'_> {
    /// A call (or conversion) with one result.
    pub fn call_single(&mut self, n: &'static CallExpr, ty: Ty) -> Val {
        if self.is_type(&n.fun) {
            return self.conversion(n, ty);
        }
        let mut vals = self.call_multi(n);
        match vals.len() {
            1 => vals.remove(0).0,
            _ => Val::empty(),
        }
    }

    /// A call with any number of results.
    pub fn call_multi(&mut self, n: &'static CallExpr) -> Vec<(Val, Ty)> {
        if self.is_type(&n.fun) {
            let ty = self.ty(&n.fun);
            return vec![(self.conversion(n, ty), ty)];
        }
        if let Some(id) = self.builtin_of(&n.fun) {
            return self.builtin_call(n, id);
        }
        let plan = self.plan(n);
        self.at(n.lparen);
        let results = plan.results.clone();
        let vals = self.make_call(plan);
        vals.into_iter().zip(results).collect()
    }

    /// The predeclared function that `fun` denotes.
    pub fn builtin_of(&self, fun: &Expr) -> Option<BuiltinId> {
        let id = match fun.unparen() {
            Expr::Ident(id) => id,
            Expr::Selector(s) => &s.sel,
            _ => return None,
        };
        match self.unit.info.obj(id.id)?.kind {
            ObjKind::Builtin(b) => Some(b),
            _ => None,
        }
    }

    /// Evaluates callee and arguments of a call that is neither a conversion nor of a predeclared function.
    pub fn plan(&mut self, n: &'static CallExpr) -> Plan {
        let Some(sig) = self.ty(&n.fun).as_func() else {
            self.refuse(n.lparen, Ty::invalid(), "internal: call of something that is not a function");
            let params = Vec::new();
            return Plan {
                target: Target::Builtin(BuiltinId::Recover),
                params,
                args: Vec::new(),
                results: Vec::new(),
                keep: Vec::new(),
            };
        };
        let spread = self.spread_call(n);
        if spread.is_none() {
            let mut operands: Vec<&'static Expr> = vec![self.callee_operand(&n.fun)];
            operands.extend(&n.args);
            let target = |_: &Self, i: usize| parameter(sig, n, i.checked_sub(1)?);
            if self.is_method_of_interface(&n.fun) {
                self.order_all_as(&operands, &target);
            } else {
                self.order_as(&operands, &target);
            }
        }
        // `f(g())`: what has effects in f comes first, the rest of it is looked at when g has returned.
        if spread.is_some() {
            let callee = self.callee_operand(&n.fun);
            self.order_before_read(&[callee]);
        }
        let given = spread.map(|c| self.call_multi(c));
        let mut keep = Vec::new();
        // A method of an interface is looked up when the arguments are known.
        let ready = match given {
            None if self.is_method_of_interface(&n.fun) => Some(self.arguments(n, sig, false, &mut keep)),
            _ => None,
        };
        let callee = self.callee(&n.fun);
        let args = match (given, ready) {
            (Some(vals), _) => self.given_arguments(sig, vals),
            (None, Some(args)) => args,
            (None, None) => self.arguments(n, sig, callee.keep_alive, &mut keep),
        };
        let (receiver, receiver_ty) = callee.recv.into_iter().unzip::<_, _, Vec<Val>, Vec<Ty>>();
        Plan {
            target: callee.target,
            params: receiver_ty.into_iter().chain(sig.params.iter().map(|p| p.ty)).collect(),
            args: receiver.into_iter().chain(args).collect(),
            results: sig.results.iter().map(|p| p.ty).collect(),
            keep,
        }
    }

    fn is_method_of_interface(&self, fun: &Expr) -> bool {
        let Expr::Selector(s) = fun.unparen() else { return false };
        let selection = self.unit.info.selections.get(&s.id);
        selection.is_some_and(|sel| sel.kind == SelectionKind::MethodVal) && self.ty(&s.x).is_interface()
    }

    /// The arguments of a call.
    fn arguments(
        &mut self,
        n: &'static CallExpr,
        sig: &Signature,
        keep_alive: bool,
        keep: &mut Vec<Value>,
    ) -> Vec<Val> {
        let fixed = sig.params.len() - usize::from(sig.variadic);
        let mut args = Vec::new();
        for (e, p) in n.args.iter().zip(&sig.params[..fixed]) {
            args.push(self.argument(e, p.ty, keep_alive, keep));
        }
        if sig.variadic {
            let slice = sig.params[fixed].ty;
            args.push(match (n.ellipsis, n.args.last()) {
                (Some(_), Some(e)) => self.expr_as(e, slice),
                (Some(_), None) => self.zero(slice),
                (None, _) => self.variadic_args(slice, &n.args[fixed.min(n.args.len())..], keep_alive, keep),
            });
        }
        args
    }

    /// The results of a call as arguments.
    fn given_arguments(&mut self, sig: &Signature, vals: Vec<(Val, Ty)>) -> Vec<Val> {
        let fixed = sig.params.len() - usize::from(sig.variadic);
        let mut vals = vals.into_iter();
        let mut args = Vec::new();
        for (p, (v, from)) in sig.params[..fixed].iter().zip(vals.by_ref()) {
            args.push(self.assign_conv(v, from, p.ty));
        }
        if sig.variadic {
            args.push(self.variadic_values(sig.params[fixed].ty, vals.collect()));
        }
        args
    }

    /// `g()` of `f(g())` if g has several results.
    pub fn spread_call(&self, n: &'static CallExpr) -> Option<&'static CallExpr> {
        let [Expr::Call(c)] = n.args.as_slice() else { return None };
        let tv = self.unit.info.tv(c.id)?;
        matches!(tv.ty.kind(), TyKind::Tuple(_)).then_some(&**c)
    }

    fn argument(&mut self, e: &'static Expr, to: Ty, keep_alive: bool, keep: &mut Vec<Value>) -> Val {
        if keep_alive
            && to.as_basic() == Some(Basic::Uintptr)
            && let Expr::Call(c) = e.unparen()
        {
            let pointer =
                c.args.first().filter(|x| self.is_type(&c.fun) && self.ty(x).as_basic() == Some(Basic::UnsafePointer));
            if let (Some(x), false) = (pointer, self.saved.contains_key(&c.id)) {
                let p = self.expr1(x);
                keep.push(p);
                return Val::one(self.to_word(p));
            }
        }
        self.expr_as(e, to)
    }

    /// The slice for the variadic parameter from separate arguments.
    fn variadic_args(&mut self, slice: Ty, args: &'static [Expr], keep_alive: bool, keep: &mut Vec<Value>) -> Val {
        let (base, elem, size) = match self.variadic_array(slice, args.len()) {
            Some(a) => a,
            None => return self.zero(slice),
        };
        for (i, e) in args.iter().enumerate() {
            let at = Addr::new(base).plus(i as u64 * size);
            if keep_alive {
                let v = self.argument(e, elem, keep_alive, keep);
                self.store(elem, &v, at);
            } else {
                self.expr_into(e, elem, at);
            }
        }
        let n = self.word(args.len() as i64);
        Val::three(base, n, n)
    }

    fn variadic_values(&mut self, slice: Ty, vals: Vec<(Val, Ty)>) -> Val {
        let n = vals.len();
        let Some((base, elem, size)) = self.variadic_array(slice, n) else { return self.zero(slice) };
        for (i, (v, from)) in vals.into_iter().enumerate() {
            let v = self.assign_conv(v, from, elem);
            self.store(elem, &v, Addr::new(base).plus(i as u64 * size));
        }
        let n = self.word(n as i64);
        Val::three(base, n, n)
    }

    fn variadic_array(&mut self, slice: Ty, n: usize) -> Option<(Value, Ty, u64)> {
        let TyKind::Slice(elem) = slice.under() else { return None };
        if n == 0 {
            return None;
        }
        let base = self.new_object(Ty::array(*elem, n as u64));
        Some((base, *elem, self.layout(*elem).size))
    }

    // ---- making calls

    /// Makes a planned call; gives its results.
    pub fn make_call(&mut self, plan: Plan) -> Vec<Val> {
        let (callee, ctx) = match plan.target {
            Target::Builtin(id) => {
                let args: Vec<(Val, Ty)> = plan.args.into_iter().zip(plan.params).collect();
                self.builtin_values(id, args);
                return Vec::new();
            }
            Target::Intrinsic(sym) => {
                let args: Vec<(Val, Ty)> = plan.args.into_iter().zip(plan.params).collect();
                return self.intrinsic(sym, &args, &plan.results);
            }
            Target::Direct(sym, ctx) => (Callee::Direct(sym), ctx),
            Target::Func(fv) => {
                let code = self.b.load(Type::I64, fv, 0);
                (Callee::Indirect(code), Some(fv))
            }
            Target::Method(tab, off) => {
                let code = self.load_scalar(Type::I64, Addr::new(tab).plus(off));
                (Callee::Indirect(code), None)
            }
            Target::Code(code) => (Callee::Indirect(code), None),
        };
        let r = self.emit_call(callee, ctx, &plan.params, &plan.args, &plan.results);
        for p in plan.keep {
            self.b.push(InstData::KeepAlive(p), &[]);
        }
        r
    }

    /// Passes arguments by the calling convention, calls, and fetches the results.
    pub fn emit_call(
        &mut self,
        callee: Callee,
        ctx: Option<Value>,
        params: &[Ty],
        args: &[Val],
        results: &[Ty],
    ) -> Vec<Val> {
        let abi = Abi::assign(self.cx, params, results);
        let frame = (abi.frame_size > 0).then(|| self.temp_bytes(abi.frame_size, 16));
        let mut regs = Vec::new();
        for ((v, ty), place) in args.iter().zip(params).zip(&abi.params) {
            match (place, frame) {
                (Where::Regs(parts), _) => self.to_regs(v, parts, &mut regs),
                (Where::Frame(off), Some(f)) => self.store(*ty, v, f.plus(*off)),
                (Where::Frame(_), None) => {}
            }
        }
        let call = Call { callee, args: regs, ctx, frame: frame.map(|f| f.base) };
        let vals = self.b.call(call, &abi.result_types());
        let mut next = vals.into_iter();
        let mut out = Vec::new();
        for (&ty, place) in results.iter().zip(&abi.results) {
            out.push(match (place, frame) {
                (Where::Regs(parts), _) => {
                    let vs: SmallVec<[Value; 4]> = next.by_ref().take(parts.len()).collect();
                    if self.in_place(ty) {
                        let at = self.temp(ty);
                        for (&(_, off), v) in parts.iter().zip(vs) {
                            self.store_scalar(v, at.plus(off));
                        }
                        Val::Mem(at.base)
                    } else {
                        Val::Scalars(vs)
                    }
                }
                (Where::Frame(off), Some(f)) => self.load(ty, f.plus(*off)),
                (Where::Frame(_), None) => Val::empty(),
            });
        }
        out
    }

    /// Expands a function that the compiler knows.
    fn intrinsic(&mut self, sym: undergo_ir::Sym, args: &[(Val, Ty)], results: &[Ty]) -> Vec<Val> {
        use crate::intrinsics::Intrinsic;
        let Some(which) = crate::intrinsics::find(sym) else { return Vec::new() };
        if which == Intrinsic::ClosurePtr {
            return vec![Val::one(self.entry_context())];
        }
        let mut flat = Vec::new();
        for (v, ty) in args {
            let parts = self.layout(*ty).scalars.clone().unwrap_or_default();
            self.to_regs(v, &parts, &mut flat);
        }
        let mut types = Vec::new();
        for &r in results {
            types.extend(self.layout(r).scalars.iter().flat_map(|s| s.iter()).map(|p| p.0));
        }
        let mut vals = crate::intrinsics::expand(&mut self.b, which, &flat, &types).into_iter();
        let mut out = Vec::new();
        for &r in results {
            let n = self.layout(r).scalars.as_ref().map_or(0, |s| s.len());
            out.push(Val::Scalars(vals.by_ref().take(n).collect()));
        }
        out
    }

    /// The closure context, fetched at the function's entry wherever it is asked for.
    fn entry_context(&mut self) -> Value {
        let f = &mut self.b.func;
        f.flags.uses_ctx = true;
        let i = f.make_inst(InstData::ClosureCtx, self.b.loc, &[Type::Ptr]);
        let entry = f.entry();
        f.blocks[entry].insts.insert(0, i);
        f.result(i)
    }

    /// The declared function that a callee expression names, if any.
    pub fn static_callee(&self, fun: &Expr) -> Option<(Obj, Ident)> {
        let id = match fun.unparen() {
            Expr::Ident(id) => *id,
            Expr::Selector(s) if !self.unit.info.selections.contains_key(&s.id) => s.sel,
            Expr::Index(x) => return self.static_callee(&x.x),
            _ => return None,
        };
        let o = self.unit.info.obj(id.id)?;
        matches!(o.kind, ObjKind::Func(_)).then_some((o, id))
    }
}

/// The type of the parameter that argument `i` is for.
fn parameter(sig: &undergo_types::Signature, n: &CallExpr, i: usize) -> Option<Ty> {
    let fixed = sig.params.len() - usize::from(sig.variadic);
    if i < fixed || n.ellipsis.is_some() {
        return sig.params.get(i).map(|p| p.ty);
    }
    match sig.params.last()?.ty.under() {
        TyKind::Slice(elem) => Some(*elem),
        _ => None,
    }
}
