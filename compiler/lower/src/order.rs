//! Order of evaluation.
//!
//! The spec orders calls, receives and logical operators; when variables are read relative to these is open, and
//! programs have come to rely on what gc does: within one statement, everything with effects runs first, in source
//! order, and plain reads of variables and memory happen last. So `x + f()` sees what `f` stored in `x`. What gc copies
//! when it comes to it is evaluated in order as well, effects or not: calls of most builtins, slices, conversions to
//! slices, logical operators. Elements of maps are read late, as all memory is.
//!
//! [`FuncLower::order`] runs the effects of a list of operands and keeps their values by node; lowering the operands
//! then finds these values and runs only the pure rest. It does nothing unless an effect follows another operand, which
//! is rare.

use undergo_syntax::ast::{BinaryOp, CallExpr, Expr, UnaryOp};
use undergo_types::{Basic, BuiltinId, ObjKind, Ty, TyKind};

use crate::consts::Class;
use crate::func::FuncLower;
use crate::val::Val;

/// What evaluating an expression may do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Effect {
    /// Call or receive: what the spec orders.
    Call,
    /// That, or panic where gc copies the value when it comes to it: in a slice, in an assertion of most types, in what
    /// `len` is asked about.
    Early,
}

impl FuncLower<'_> {
    /// Prepares the evaluation of `operands`, in this order.
    pub fn order(&mut self, operands: &[&'static Expr]) {
        self.order_as(operands, &|_, _| None);
    }

    /// The same for operands that are converted to types, if they are known, by their number.
    pub fn order_as(&mut self, operands: &[&'static Expr], target: &dyn Fn(&Self, usize) -> Option<Ty>) {
        let Some(last) = operands.iter().rposition(|e| self.has(e, Effect::Early)) else { return };
        if operands[..last].iter().all(|e| self.is_stable(e)) {
            return;
        }
        self.order_all_as(&operands[..=last], target);
    }

    /// Whether gc copies the operand where it comes to it because the conversion to an interface needs its address: it
    /// is not in memory anyway, and is not of one of the kinds that are passed by value.
    fn is_boxed_early(&self, e: &'static Expr, to: Ty) -> bool {
        let from = self.ty(e);
        if !to.is_interface() || from.is_interface() || from.is_invalid() || self.is_stable(e) || self.is_nil(e) {
            return false;
        }
        let l = self.layout(from);
        let by_value = matches!(l.size, 2 | 4 | 8) && u64::from(l.align) == l.size && !l.has_ptrs();
        let only = sole_component(from);
        let known = matches!(only.under(), TyKind::Slice(_) | TyKind::Basic(Basic::String));
        !by_value && !known && !self.is_addressable(e)
    }

    /// The same where something is read between the operands and their use, as in `x += f()`: effects run even if
    /// nothing stands before them.
    pub fn order_before_read(&mut self, operands: &[&'static Expr]) {
        if let Some(last) = operands.iter().rposition(|e| self.has(e, Effect::Early)) {
            for e in &operands[..=last] {
                self.run_effects(e);
            }
        }
    }

    /// The same for operands of which some are evaluated out of order later: nothing is left that calls.
    pub fn order_all(&mut self, operands: &[&'static Expr]) {
        self.order_all_as(operands, &|_, _| None);
    }

    /// The same with types, as in [`FuncLower::order_as`].
    pub fn order_all_as(&mut self, operands: &[&'static Expr], target: &dyn Fn(&Self, usize) -> Option<Ty>) {
        for (i, e) in operands.iter().enumerate() {
            match target(self, i) {
                Some(to) if self.is_boxed_early(e, to) => self.save(e),
                _ => self.run_effects(e),
            }
        }
    }

    /// Of lengths given to `make` and values given to `append` gc computes those that are computed first, and reads
    /// memory when it puts them in: which of several failures is found depends on it. What is converted to an interface
    /// is computed; `elem` is what values are converted to.
    pub fn compute_first(&mut self, values: &'static [Expr], elem: Ty) {
        let is_memory = |e: &Expr| matches!(e.unparen(), Expr::Index(_) | Expr::Selector(_) | Expr::Star(_));
        let is_read = |fl: &Self, e: &Expr| is_memory(e) && (!elem.is_interface() || fl.ty(e).is_interface());
        if !values.iter().any(|e| is_read(self, e)) {
            return;
        }
        for e in values {
            if !is_read(self, e) && self.may_fail(e) {
                self.save(e);
            }
        }
    }

    /// Whether evaluating `e` may fail, apart from what is kept.
    fn may_fail(&self, e: &Expr) -> bool {
        if self.is_stable(e) || self.is_type(e) || self.saved.contains_key(&e.id()) {
            return false;
        }
        match e {
            Expr::Ident(_) => false,
            Expr::Paren(n) => self.may_fail(&n.x),
            Expr::Unary(n) if n.op != UnaryOp::Recv => self.may_fail(&n.x),
            Expr::Binary(n) => {
                let y = self.ty(&n.y);
                let fails = match n.op {
                    BinaryOp::Div | BinaryOp::Rem => y.is_integer(),
                    BinaryOp::Shl | BinaryOp::Shr => !y.is_unsigned(),
                    _ => false,
                };
                fails && !self.is_stable(&n.y) || self.may_fail(&n.x) || self.may_fail(&n.y)
            }
            Expr::Call(n) if self.is_type(&n.fun) => n.args.iter().any(|x| self.may_fail(x)),
            _ => true,
        }
    }

    /// Keeps the values of what is computed in an operand of a left-hand side: gc does that before the right-hand side,
    /// but looks at variables, elements and fields when it assigns.
    pub fn save_computed(&mut self, e: &'static Expr) {
        if self.is_stable(e) || self.saved.contains_key(&e.id()) {
            return;
        }
        match e {
            Expr::Ident(_) => {}
            Expr::Paren(n) => self.save_computed(&n.x),
            Expr::Star(n) => self.save_computed(&n.x),
            Expr::Selector(n) if self.unit.info.selections.contains_key(&n.id) => self.save_computed(&n.x),
            Expr::Selector(_) => {}
            Expr::Index(n) if self.is_value_index(e) => {
                self.save_computed(&n.x);
                self.save_computed(&n.indices[0]);
            }
            _ => self.save(e),
        }
    }

    /// Whether the value of `e` cannot change, so that it matters not when it is evaluated.
    pub fn is_stable(&self, e: &Expr) -> bool {
        self.tv(e).is_some_and(|tv| tv.value.is_some())
            || matches!(e, Expr::FuncLit(_))
            || self.is_type(e)
            || self.is_static_func(e)
    }

    fn is_static_func(&self, e: &Expr) -> bool {
        let id = match e.unparen() {
            Expr::Ident(id) => id,
            Expr::Selector(s) if !self.unit.info.selections.contains_key(&s.id) => &s.sel,
            Expr::Index(x) => return self.is_static_func(&x.x) && !self.is_value_index(e),
            _ => return false,
        };
        matches!(self.unit.info.obj(id.id).map(|o| &o.data().kind), Some(ObjKind::Func(_) | ObjKind::Builtin(_)))
    }

    fn is_value_index(&self, e: &Expr) -> bool {
        matches!(e, Expr::Index(x) if x.indices.len() == 1 && !self.is_type(&x.indices[0]))
    }

    /// Whether evaluating `e` calls, receives, or may do so.
    pub fn has_effect(&self, e: &Expr) -> bool {
        self.has(e, Effect::Call)
    }

    /// Whether evaluating `e` may have an effect.
    ///
    /// While no values are kept the answer depends on the source alone and is remembered: expressions nest deeply, and
    /// every level asks.
    pub fn has(&self, e: &Expr, effect: Effect) -> bool {
        if !self.saved.is_empty() {
            return self.find_effect(e, effect);
        }
        if let Some(&known) = self.effects.borrow().get(&(e.id(), effect)) {
            return known;
        }
        let found = self.find_effect(e, effect);
        self.effects.borrow_mut().insert((e.id(), effect), found);
        found
    }

    fn find_effect(&self, e: &Expr, effect: Effect) -> bool {
        if let Some(tv) = self.tv(e)
            && (tv.value.is_some() || tv.mode == undergo_types::Mode::Type)
        {
            return false;
        }
        if !self.saved.is_empty() && self.saved.contains_key(&e.id()) {
            return false;
        }
        let has = |x: &Expr| self.has(x, effect);
        match e {
            Expr::Call(n) => {
                if self.is_type(&n.fun) || self.unsafe_builtin(&n.fun) {
                    return n.args.iter().any(has);
                }
                if self.pure_builtin(&n.fun) {
                    // Those of variables cannot go wrong.
                    let plain = |x: &Expr| matches!(x.unparen(), Expr::Ident(_)) || self.is_stable(x);
                    return n.args.iter().any(|x| has(x) || effect == Effect::Early && !plain(x));
                }
                true
            }
            Expr::Unary(n) => n.op == UnaryOp::Recv || has(&n.x),
            Expr::Binary(n) => has(&n.y) || has(&n.x),
            Expr::Paren(n) => has(&n.x),
            Expr::Selector(n) => self.unit.info.selections.contains_key(&n.id) && has(&n.x),
            Expr::Index(n) => has(&n.x) || n.indices.iter().any(has),
            Expr::Slice(n) => effect == Effect::Early || has(&n.x) || n.lo.iter().chain(&n.hi).chain(&n.max).any(has),
            Expr::TypeAssert(n) => (effect == Effect::Early && self.is_copied_early(e)) || has(&n.x),
            Expr::Star(n) => has(&n.x),
            Expr::CompositeLit(n) => n.elts.iter().any(has),
            Expr::KeyValue(n) => {
                // The key of a struct literal is a name without type.
                (self.tv(&n.key).is_some() && has(&n.key)) || has(&n.value)
            }
            _ => false,
        }
    }

    /// Whether gc copies the value of an assertion when it comes to it: a pointer's word is the value itself, and the
    /// form with two values does not panic.
    fn is_copied_early(&self, assertion: &Expr) -> bool {
        let ty = self.ty(assertion);
        !matches!(ty.kind(), TyKind::Tuple(_)) && !self.layout(ty).direct_iface()
    }

    /// Conversions and builtins that gc evaluates where their value is used.
    fn is_late_call(&self, n: &CallExpr) -> bool {
        if !self.is_type(&n.fun) {
            return self.unsafe_builtin(&n.fun);
        }
        let makes_slice = matches!(self.ty(&n.fun).under(), TyKind::Slice(_));
        !makes_slice || n.args.first().is_some_and(|x| matches!(self.ty(x).under(), TyKind::Slice(_)))
    }

    fn unsafe_builtin(&self, fun: &Expr) -> bool {
        matches!(fun.unparen(), Expr::Selector(_)) && self.pure_builtin(fun)
    }

    /// Builtins that neither write nor depend on what calls could change in between.
    fn pure_builtin(&self, fun: &Expr) -> bool {
        let id = match fun.unparen() {
            Expr::Ident(id) => id,
            Expr::Selector(s) => &s.sel,
            _ => return false,
        };
        use BuiltinId::*;
        matches!(
            self.unit.info.obj(id.id).map(|o| &o.data().kind),
            Some(ObjKind::Builtin(
                Cap | Len
                    | Complex
                    | Imag
                    | Real
                    | Max
                    | Min
                    | UnsafeAdd
                    | UnsafeAlignof
                    | UnsafeOffsetof
                    | UnsafeSizeof
                    | UnsafeSlice
                    | UnsafeSliceData
                    | UnsafeString
                    | UnsafeStringData
            ))
        )
    }

    /// Evaluates what has effects in `e`, and what gc evaluates in order with it, keeping the values.
    fn run_effects(&mut self, e: &'static Expr) {
        if self.is_stable(e) || self.saved.contains_key(&e.id()) {
            return;
        }
        match e {
            Expr::Paren(n) => self.run_effects(&n.x),
            Expr::Selector(n) if self.unit.info.selections.contains_key(&n.id) => {
                self.run_effects(&n.x);
            }
            Expr::Index(n) if self.is_value_index(e) => {
                self.run_effects(&n.x);
                self.run_effects(&n.indices[0]);
            }
            Expr::Slice(_) => self.save(e),
            Expr::TypeAssert(n) if self.is_copied_early(e) || self.has_effect(&n.x) => self.save(e),
            Expr::Call(n) => {
                if self.is_late_call(n) {
                    for x in &n.args {
                        self.run_effects(x);
                    }
                } else if !matches!(self.tv(e).map(|tv| tv.ty.kind()), Some(TyKind::Tuple(_)) | None) {
                    self.save(e);
                }
            }
            Expr::Star(n) => self.run_effects(&n.x),
            Expr::Unary(n) => {
                if n.op == UnaryOp::Recv {
                    self.save(e);
                } else {
                    self.run_effects(&n.x);
                }
            }
            Expr::Binary(n) => {
                if matches!(n.op, BinaryOp::LogAnd | BinaryOp::LogOr) {
                    self.save(e);
                } else {
                    self.run_effects(&n.x);
                    self.run_effects(&n.y);
                }
            }
            Expr::CompositeLit(n) if matches!(self.ty(e).under(), TyKind::Map(..)) && !n.elts.is_empty() => {
                self.save(e)
            }
            Expr::CompositeLit(n) => {
                for x in &n.elts {
                    match x {
                        Expr::KeyValue(kv) => {
                            if self.tv(&kv.key).is_some() {
                                self.run_effects(&kv.key);
                            }
                            self.run_effects(&kv.value);
                        }
                        x => self.run_effects(x),
                    }
                }
            }
            _ => {}
        }
    }

    /// Evaluates `e` now; lowering it then finds the value.
    pub fn save(&mut self, e: &'static Expr) {
        // Literals without type of their own, and two-value forms, have their value elsewhere.
        let ty = self.ty(e);
        if matches!(ty.kind(), TyKind::Tuple(_)) {
            return;
        }
        let v = self.expr(e);
        let v = self.own(ty, v);
        self.saved.insert(e.id(), v);
    }

    /// The value that [`FuncLower::order`] kept for `e`.
    pub fn take_saved(&mut self, e: &Expr) -> Option<Val> {
        if self.saved.is_empty() {
            return None;
        }
        self.saved.remove(&e.id())
    }
}

/// What a struct of one field or an array of one element is made of.
fn sole_component(t: Ty) -> Ty {
    match t.under() {
        TyKind::Struct(fields) if fields.len() == 1 => sole_component(fields[0].ty),
        TyKind::Array(elem, 1) => sole_component(*elem),
        _ => t,
    }
}
