//! Unary and binary operations, comparisons and shifts.

use std::sync::Arc;

use undergo_syntax::ast::{BinaryExpr, BinaryOp, Expr, UnaryExpr, UnaryOp};
use undergo_syntax::print::expr_string;
use undergo_types::constant::{self, Division, Value};
use undergo_types::identical::identical;
use undergo_types::predicates::{
    Incomparable, Strictness, all_boolean, all_integer, all_numeric, all_numeric_or_string, all_ordered, all_string,
    all_unsigned, comparable, composite_kind, default_type, has_nil, incomparable, is_complex, is_integer, is_unsigned,
    is_untyped,
};
use undergo_types::typeset::all_types;
use undergo_types::{Basic, ChanDir, Ty, TyKind};

use crate::checker::Checker;
use crate::operand::{OpMode, Operand};
use crate::untyped::{MAX_STRING, op_pos};

/// Largest count of a constant shift: enough to express the smallest float64.
const MAX_SHIFT: u64 = 1023 - 1 + 52;

/// Constant prefixes of a string concatenation up to this size are recorded.
const MAX_RECORDED_PREFIX: usize = 256;

/// What a comparison belongs to, for messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// An operator.
    Operator(BinaryOp),
    /// A case (first operand) of a switch (second operand).
    SwitchCase,
}

impl<'a> Checker<'a> {
    /// `op x`
    pub(crate) fn unary(&mut self, x: &mut Operand, e: &'static Expr, u: &'static UnaryExpr) {
        self.expr(None, x, &u.x);
        if !x.is_valid() {
            return;
        }
        match u.op {
            UnaryOp::Addr => {
                if !matches!(u.x.unparen(), Expr::CompositeLit(_)) && x.mode != OpMode::Variable {
                    let op = self.operand_str(x);
                    self.error_op(x, format!("invalid operation: cannot take address of {op}"));
                    x.invalidate();
                    return;
                }
                x.set_value(Ty::pointer(x.ty));
                return;
            }
            UnaryOp::Recv => {
                match self.chan_elem(x, ChanDir::Recv) {
                    Some(elem) => {
                        x.set_value(elem);
                        x.mode = OpMode::CommaOk;
                        self.env.has_call_or_recv = true;
                        if !self.is_complete(elem) {
                            x.invalidate();
                        }
                    }
                    None => x.invalidate(),
                }
                return;
            }
            UnaryOp::Tilde => {
                let ok = all_integer(x.ty);
                let hint = if ok { " (use ^ for bitwise complement)" } else { "" };
                self.error(e.err_pos(), format!("cannot use ~ outside of interface or type constraint{hint}"));
                if !ok {
                    x.invalidate();
                    return;
                }
            }
            _ => {}
        }
        let defined = match u.op {
            UnaryOp::Plus | UnaryOp::Neg => all_numeric(x.ty),
            UnaryOp::Not => all_boolean(x.ty),
            _ => all_integer(x.ty),
        };
        let op = if u.op == UnaryOp::Tilde { UnaryOp::BitNot } else { u.op };
        if !defined {
            self.undefined_op(x, op.as_str());
            return;
        }
        if !x.is_const() {
            x.mode = OpMode::Value;
            return;
        }
        let val = x.const_val();
        if val.is_unknown() {
            return;
        }
        let bits = is_unsigned(x.ty).then(|| x.ty.as_basic().map_or(64, unsigned_bits));
        x.val = Some(constant::unary(op, &val, bits));
        x.expr = Some(e);
        self.overflow(x, op_pos(e));
    }

    fn undefined_op(&mut self, x: &mut Operand, op: &str) {
        let text = self.operand_str(x);
        self.error_op(x, format!("invalid operation: operator {op} not defined on {text}"));
        x.invalidate();
    }

    /// The element type of channel `x` for receiving or sending; reports an error if there is none.
    pub fn chan_elem(&mut self, x: &Operand, dir: ChanDir) -> Option<Ty> {
        let recv = dir == ChanDir::Recv;
        let mut why: Option<(&str, Option<Ty>)> = None;
        all_types(x.ty, |pair| {
            let Some((t, u)) = pair else {
                why = Some(("no specific channel type", None));
                return false;
            };
            why = match u.kind() {
                TyKind::Chan(ChanDir::Send, _) if recv => Some(("send-only channel", Some(t))),
                TyKind::Chan(ChanDir::Recv, _) if !recv => Some(("receive-only channel", Some(t))),
                TyKind::Chan(..) => None,
                _ => Some(("non-channel", Some(t))),
            };
            why.is_none()
        });
        let cause = match why {
            Some((what, Some(t))) => format!("{what} {}", self.type_str(t)),
            Some((what, None)) => what.to_string(),
            None => match undergo_types::typeset::common_underlying(x.ty) {
                Ok(u) => match u.kind() {
                    TyKind::Chan(_, e) => return Some(*e),
                    _ => return None,
                },
                Err(w) => w.text(|t| self.type_str(t)),
            },
        };
        let (op, what) = (self.operand_str(x), if recv { "receive from" } else { "send to" });
        let link = if x.ty.is_type_param() { format!("{op}: {cause}") } else { format!("{cause} {op}") };
        self.error_op(x, format!("invalid operation: cannot {what} {link}"));
        None
    }

    /// A binary expression. Chains such as `a + b + c …` are walked iteratively, and a chain of constant strings is
    /// put together in one buffer.
    pub(crate) fn binary_expr(&mut self, x: &mut Operand, e: &'static Expr, b: &'static BinaryExpr) {
        let mut spine = vec![(e, b)];
        let mut left = &b.x;
        while let Expr::Binary(inner) = left {
            spine.push((left, inner));
            left = &inner.x;
        }
        self.expr(None, x, left);
        let mut text: Option<Vec<u8>> = None;
        while let Some((e, b)) = spine.pop() {
            let mut y = Operand::new();
            self.expr(None, &mut y, &b.y);
            let joined = self.concat_step(x, &mut y, (e, b), spine.len(), &mut text);
            if !joined {
                flush(x, &mut text);
                self.binary_operands(x, &mut y, Some(e), &b.x, &b.y, b.op);
            }
            if !x.is_valid() {
                text = None;
            }
            x.expr = Some(e);
            if !spine.is_empty() {
                if text.as_ref().is_some_and(|t| t.len() <= MAX_RECORDED_PREFIX) {
                    x.val = text.as_ref().map(|t| Value::str(t));
                } else if text.is_some() {
                    x.val = None;
                }
                self.record(x);
            }
        }
        flush(x, &mut text);
    }

    /// Appends constant string `y` to the chain's text, if this is such a chain. `more` steps follow.
    fn concat_step(
        &mut self,
        x: &mut Operand,
        y: &mut Operand,
        (e, b): (&'static Expr, &'static BinaryExpr),
        more: usize,
        text: &mut Option<Vec<u8>>,
    ) -> bool {
        if b.op != BinaryOp::Add || !x.is_const() || !y.is_const() {
            return false;
        }
        let Some(Value::Str(tail)) = &y.val else { return false };
        let tail = tail.clone();
        if !is_untyped(x.ty) && is_untyped(y.ty) {
            self.convert_untyped(y, x.ty);
        }
        if !y.is_valid() || !identical(x.ty, y.ty) {
            return false;
        }
        if text.is_none() {
            let Some(Value::Str(head)) = &x.val else { return false };
            if more == 0 && head.len() + tail.len() <= MAX_STRING {
                x.val = Some(Value::Str(joined(head, &tail)));
                x.expr = Some(e);
                return true;
            }
            *text = Some(head.to_vec());
        }
        x.expr = Some(e);
        if let Some(t) = text {
            if t.len() + tail.len() > MAX_STRING {
                self.string_too_long(op_pos(e), t.len() + tail.len());
                x.val = Some(Value::Unknown);
                *text = None;
                return true;
            }
            t.extend_from_slice(&tail);
        }
        true
    }

    /// `lhs op rhs`; `e` is the whole expression, none for `lhs op= rhs`.
    pub fn binary(
        &mut self,
        x: &mut Operand,
        e: Option<&'static Expr>,
        lhs: &'static Expr,
        rhs: &'static Expr,
        op: BinaryOp,
    ) {
        let mut y = Operand::new();
        self.expr(None, x, lhs);
        self.expr(None, &mut y, rhs);
        self.binary_operands(x, &mut y, e, lhs, rhs, op);
    }

    fn binary_operands(
        &mut self,
        x: &mut Operand,
        y: &mut Operand,
        e: Option<&'static Expr>,
        lhs: &'static Expr,
        rhs: &'static Expr,
        op: BinaryOp,
    ) {
        if !x.is_valid() {
            return;
        }
        if !y.is_valid() {
            x.invalidate();
            x.expr = y.expr;
            return;
        }
        if op.is_shift() {
            return self.shift(x, y, e, op);
        }
        self.match_types(x, y);
        if !x.is_valid() {
            return;
        }
        if op.is_comparison() {
            return self.comparison(x, y, Comparison::Operator(op));
        }
        if !identical(x.ty, y.ty) {
            if !x.ty.is_invalid() && !y.ty.is_invalid() {
                let (tx, ty) = (self.type_str(x.ty), self.type_str(y.ty));
                let what = match e {
                    Some(e) => expr_string(e),
                    None => format!("{} {}= {}", expr_string(lhs), op.as_str(), expr_string(rhs)),
                };
                self.error_op(x, format!("invalid operation: {what} (mismatched types {tx} and {ty})"));
            }
            x.invalidate();
            return;
        }
        let defined = match op {
            BinaryOp::Add => all_numeric_or_string(x.ty),
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => all_numeric(x.ty),
            BinaryOp::LogAnd | BinaryOp::LogOr => all_boolean(x.ty),
            _ => all_integer(x.ty),
        };
        if !defined {
            return self.undefined_op(x, op.as_str());
        }
        if matches!(op, BinaryOp::Div | BinaryOp::Rem)
            && (x.is_const() || all_integer(x.ty))
            && y.val.as_ref().is_some_and(|v| v.is_zero() || is_complex(x.ty) && v.square_vanishes())
            && y.is_const()
        {
            self.error_op(y, "invalid operation: division by zero");
            x.invalidate();
            return;
        }
        if !x.is_const() || !y.is_const() {
            x.mode = OpMode::Value;
            x.val = None;
            return;
        }
        let (a, b) = (x.const_val(), y.const_val());
        if a.is_unknown() || b.is_unknown() {
            x.val = Some(Value::Unknown);
            return;
        }
        let division = if is_integer(x.ty) { Division::Integer } else { Division::Exact };
        x.val = Some(constant::binary(&a, op, &b, division));
        x.expr = e;
        let pos = e.map_or_else(|| x.pos(), op_pos);
        self.overflow(x, pos);
    }

    /// Converts an untyped operand to the type of the other one, where such a conversion may make sense.
    pub fn match_types(&mut self, x: &mut Operand, y: &mut Operand) {
        if !may_match(x, y) {
            return;
        }
        self.convert_untyped(x, y.ty);
        if !x.is_valid() {
            return;
        }
        self.convert_untyped(y, x.ty);
        if !y.is_valid() {
            x.invalidate();
        }
    }

    /// A comparison of operands whose types have been matched; the result goes to `x`.
    pub fn comparison(&mut self, x: &mut Operand, y: &mut Operand, what: Comparison) {
        if x.ty.is_invalid() || y.ty.is_invalid() {
            x.invalidate();
            return;
        }
        let op = match what {
            Comparison::Operator(op) => op,
            Comparison::SwitchCase => BinaryOp::Eq,
        };
        if let Some((at_y, cause)) = self.comparison_problem(x, y, op) {
            let (at_y, cause) = match cause {
                Some(c) => (at_y, c),
                None => self.operator_cause(x, y, at_y, op),
            };
            let (tx, ty) = (x.expr_text(), y.expr_text());
            match what {
                Comparison::SwitchCase => {
                    self.error_op(x, format!("invalid case {tx} in switch on {ty} ({cause})"));
                }
                Comparison::Operator(_) => {
                    let at = if at_y { &*y } else { &*x };
                    let msg = format!("invalid operation: {tx} {} {ty} ({cause})", op.as_str());
                    self.error_op(at, msg);
                }
            }
            x.invalidate();
            return;
        }
        if x.is_const() && y.is_const() {
            x.val = Some(Value::Bool(constant::compare(&x.const_val(), op, &y.const_val())));
        } else {
            x.mode = OpMode::Value;
            x.val = None;
            // Both operands exist at run time: now they need types.
            for o in [&*x, &*y] {
                if let Some(e) = o.expr {
                    self.update_expr_type(e, default_type(o.ty), true);
                }
            }
        }
        x.ty = Ty::basic(Basic::UntypedBool);
    }

    /// What is wrong with a comparison: whether it is about the second operand, and the cause if it is specific.
    fn comparison_problem(&mut self, x: &Operand, y: &Operand, op: BinaryOp) -> Option<(bool, Option<String>)> {
        if self.assignable_to(x, y.ty).is_err() && self.assignable_to(y, x.ty).is_err() {
            let (tx, ty) = (self.type_str(x.ty), self.type_str(y.ty));
            return Some((true, Some(format!("mismatched types {tx} and {ty}"))));
        }
        if !matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            let second = all_ordered(x.ty);
            return (!second || !all_ordered(y.ty)).then_some((second, None));
        }
        if x.is_nil() || y.is_nil() {
            let t = if x.is_nil() { y.ty } else { x.ty };
            return (!has_nil(t)).then_some((true, None));
        }
        let second = comparable(x.ty);
        if second && comparable(y.ty) {
            return None;
        }
        Some((second, self.incomparable_cause(if second { y.ty } else { x.ty })))
    }

    /// Why values of type `t` cannot be compared, if there is more to say than that.
    pub fn incomparable_cause(&mut self, t: Ty) -> Option<String> {
        if let TyKind::Slice(_) | TyKind::Func(_) | TyKind::Map(..) = t.under() {
            return composite_kind(t).map(|k| format!("{k} can only be compared to nil"));
        }
        match incomparable(t, Strictness::Dynamic)? {
            Incomparable::Kind => None,
            Incomparable::Field(f) => Some(format!("struct containing {} cannot be compared", self.type_str(f))),
            Incomparable::Array(a) => Some(format!("{} cannot be compared", self.type_str(a))),
            Incomparable::EmptyTypeSet => Some("empty type set".into()),
            Incomparable::TypeSet => Some("incomparable types in type set".into()),
        }
    }

    fn operator_cause(&mut self, x: &Operand, y: &Operand, at_y: bool, op: BinaryOp) -> (bool, String) {
        let op = op.as_str();
        if x.ty.is_type_param() || y.ty.is_type_param() {
            let at_y = at_y || !x.ty.is_type_param();
            let t = self.type_str(if at_y { y.ty } else { x.ty });
            return (at_y, format!("type parameter {t} cannot use operator {op}"));
        }
        let t = if at_y { y.ty } else { x.ty };
        let what = composite_kind(t).map_or_else(|| self.type_str(t), str::to_string);
        (at_y, format!("operator {op} not defined on {what}"))
    }

    /// `x << y` or `x >> y`; `e` is none for `op=`.
    fn shift(&mut self, x: &mut Operand, y: &mut Operand, e: Option<&'static Expr>, op: BinaryOp) {
        let x_int = x.is_const() && (x.const_val().is_unknown() || x.const_val().as_int().is_some());
        if !(all_integer(x.ty) || is_untyped(x.ty) && x_int && !x.const_val().is_unknown()) {
            return self.shift_error(x, "shifted operand", "must be integer");
        }
        if !self.check_shift_count(x, y) {
            return;
        }
        if x.is_const() {
            if y.is_const() {
                return self.const_shift(x, y, e, op);
            }
            if is_untyped(x.ty) {
                // The operand gets the type that it would have in place of the whole shift.
                if let Some(e) = x.expr {
                    self.mark_shift_operand(e);
                }
                x.mode = OpMode::Value;
                x.val = None;
                return;
            }
        }
        if !all_integer(x.ty) {
            return self.shift_error(x, "shifted operand", "must be integer");
        }
        x.mode = OpMode::Value;
        x.val = None;
    }

    fn shift_error(&mut self, x: &mut Operand, what: &str, must: &str) {
        let op = self.operand_str(x);
        self.error_op(x, format!("invalid operation: {what} {op} {must}"));
        x.invalidate();
    }

    /// Checks shift count `y`; invalidates `x` if it is wrong.
    fn check_shift_count(&mut self, x: &mut Operand, y: &mut Operand) -> bool {
        if y.is_const() {
            let val = y.const_val();
            if val.as_int().is_some() && val.is_negative() {
                let op = self.operand_str(y);
                self.error_op(y, format!("invalid operation: negative shift count {op}"));
                x.invalidate();
            } else if is_untyped(y.ty) {
                self.representable(y, Ty::basic(Basic::Uint));
                if !y.is_valid() {
                    x.invalidate();
                } else if !x.is_const() {
                    self.finish_count(y);
                }
            } else if !all_integer(y.ty) && val.as_int().is_none() && !x.is_const() {
                self.shift_error(y, "shift count", "must be integer");
                x.invalidate();
            }
        } else if all_integer(y.ty) {
            if !all_unsigned(y.ty) && !self.allow_version((1, 13)) {
                let op = self.operand_str(y);
                let what = format!("invalid operation: signed shift count {op}");
                self.version_error(y.pos(), (1, 13), what);
                x.invalidate();
            } else if is_untyped(y.ty) {
                self.convert_untyped(y, Ty::basic(Basic::Uint));
                if !y.is_valid() {
                    x.invalidate();
                }
            }
        } else if is_untyped(y.ty) {
            self.convert_untyped(y, Ty::basic(Basic::Uint));
            if !y.is_valid() {
                x.invalidate();
            }
        } else {
            self.shift_error(y, "shift count", "must be integer");
            x.invalidate();
        }
        x.is_valid()
    }

    /// The count of a non-constant shift exists at run time: it is a uint.
    fn finish_count(&mut self, y: &mut Operand) {
        if let Some(e) = y.expr {
            self.update_expr_type(e, Ty::basic(Basic::Uint), true);
        }
        y.ty = Ty::basic(Basic::Uint);
    }

    fn const_shift(&mut self, x: &mut Operand, y: &Operand, e: Option<&'static Expr>, op: BinaryOp) {
        let (val, count) = (x.const_val(), y.const_val());
        let set_int = |x: &mut Operand| {
            if !is_integer(x.ty) {
                x.ty = Ty::basic(Basic::UntypedInt);
            }
        };
        if val.is_unknown() || count.is_unknown() {
            x.val = Some(Value::Unknown);
            return set_int(x);
        }
        let Some(n) = count.as_u64().filter(|&n| n <= MAX_SHIFT) else {
            let op = self.operand_str(y);
            self.error_op(y, format!("invalid operation: invalid shift count {op}"));
            x.invalidate();
            return;
        };
        set_int(x);
        x.val = Some(constant::shift(&val, op, n as u32));
        let pos = e.map_or_else(|| x.pos(), op_pos);
        x.expr = e;
        self.overflow(x, pos);
    }
}

/// Two strings in one. They are copied once only: strings that double from constant to constant get long.
fn joined(head: &[u8], tail: &[u8]) -> Arc<[u8]> {
    let mut all: Arc<[u8]> = std::iter::repeat_n(0, head.len() + tail.len()).collect();
    let (front, back) = Arc::get_mut(&mut all).expect("nobody else has it").split_at_mut(head.len());
    front.copy_from_slice(head);
    back.copy_from_slice(tail);
    all
}

/// Moves the text of a chain of constant strings into the operand.
fn flush(x: &mut Operand, text: &mut Option<Vec<u8>>) {
    if let Some(t) = text.take()
        && x.is_valid()
    {
        x.val = Some(Value::Str(t.into()));
    }
}

/// Size in bits of an unsigned type.
fn unsigned_bits(b: Basic) -> u32 {
    match b {
        Basic::Uint8 => 8,
        Basic::Uint16 => 16,
        Basic::Uint32 => 32,
        _ => 64,
    }
}

fn may_match(x: &Operand, y: &Operand) -> bool {
    if !is_untyped(x.ty) && !is_untyped(y.ty) {
        return false;
    }
    if all_numeric(x.ty) != all_numeric(y.ty) {
        return false;
    }
    // An interface takes values of any other type.
    if x.ty.is_interface() || y.ty.is_interface() {
        return true;
    }
    if all_boolean(x.ty) != all_boolean(y.ty) || all_string(x.ty) != all_string(y.ty) {
        return false;
    }
    if x.is_nil() {
        return has_nil(y.ty);
    }
    if y.is_nil() {
        return has_nil(x.ty);
    }
    !matches!(x.ty.under(), TyKind::Pointer(_)) && !matches!(y.ty.under(), TyKind::Pointer(_))
}
