//! Untyped expressions: they get their type from the context, possibly long after they were checked.
//!
//! An expression with an untyped type (a constant, a comparison, a shift of an untyped constant) is noted in
//! [`Checker::untyped`] when it has been checked. Once its context is known, [`Checker::update_expr_type`] walks down
//! again and records the final type, also of operands that are not constants. Operands of constant expressions keep
//! their untyped types: they do not exist at run time.

use std::collections::hash_map::Entry;

use undergo_source::Pos;
use undergo_syntax::ast::{BinaryOp, Expr, UnaryOp};
use undergo_types::constant::Value;
use undergo_types::predicates::{
    all_integer, default_type, has_nil, is_boolean, is_integer, is_numeric, is_string, is_untyped, max_untyped,
    under_is,
};
use undergo_types::typeset::type_set;
use undergo_types::{Basic, Mode, Ty, TyKind};

use crate::checker::{Checker, Untyped};
use crate::operand::{OpMode, Operand};

/// Bits of an untyped integer constant.
const MAX_INT_BITS: usize = 512;
/// Bytes of a constant string.
pub(crate) const MAX_STRING: usize = 2_000_000_000;

/// Why an untyped operand cannot have a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoConversion {
    /// A fraction as an integer.
    Truncated,
    /// A number that is too large.
    Overflows,
    /// Anything else.
    Mismatch,
}

impl<'a> Checker<'a> {
    /// Records an operand's expression: at once if it is typed, else when the type is known.
    pub fn record(&mut self, x: &Operand) {
        let (Some(e), Some(mode)) = (x.expr, x.mode.recorded()) else { return };
        let ty = if x.mode == OpMode::NoValue { Ty::tuple(Vec::new()) } else { x.ty };
        let val = if x.mode == OpMode::Constant { x.val.clone() } else { None };
        if is_untyped(ty) {
            let note = Untyped { is_lhs: false, mode, ty, val, expr: e };
            self.untyped.insert((self.env.file, e.id()), note);
        } else {
            self.record_type(e, mode, ty, val);
        }
    }

    /// At the end of a package: what is still untyped stays so.
    pub fn record_untyped(&mut self) {
        for ((file, id), u) in std::mem::take(&mut self.untyped) {
            self.infos[file].set_tv(id, u.mode, u.ty, u.val);
        }
    }

    /// Gives untyped expression `e` type `ty`. With `is_final`, or if `ty` is typed, that is its last one.
    pub fn update_expr_type(&mut self, e: &'static Expr, ty: Ty, is_final: bool) {
        let key = (self.env.file, e.id());
        let Some(old) = self.untyped.get(&key).cloned() else { return };
        let is_const = old.mode == Mode::Constant;
        match e {
            Expr::Paren(p) => self.update_expr_type(&p.x, ty, is_final),
            Expr::Unary(u) if !is_const => self.update_expr_type(&u.x, ty, is_final),
            Expr::Binary(b) if !is_const && !b.op.is_comparison() => {
                self.update_expr_type(&b.x, ty, is_final);
                if !b.op.is_shift() {
                    self.update_expr_type(&b.y, ty, is_final);
                }
            }
            _ => {}
        }
        if !is_final && is_untyped(ty) {
            if let Some(note) = self.untyped.get_mut(&key) {
                note.ty = ty;
            }
            return;
        }
        self.untyped.remove(&key);
        if old.is_lhs && !all_integer(ty) {
            let t = self.type_str(ty);
            let text = undergo_syntax::print::expr_string(e);
            let msg = format!("invalid operation: shifted operand {text} (type {t}) must be integer");
            self.error(e.err_pos(), msg);
            return;
        }
        if is_const && old.val.is_some() {
            let mut c = Operand { mode: OpMode::Constant, ty: old.ty, val: old.val.clone(), ..Operand::new() };
            c.expr = Some(e);
            self.convert_untyped(&mut c, ty);
            if !c.is_valid() {
                return;
            }
        }
        self.record_type(e, old.mode, ty, old.val);
    }

    /// Replaces the noted value of an untyped expression.
    fn update_expr_val(&mut self, x: &Operand) {
        if let Some(e) = x.expr
            && let Some(note) = self.untyped.get_mut(&(self.env.file, e.id()))
        {
            note.val = x.val.clone();
        }
    }

    /// Marks an untyped expression as the left operand of a non-constant shift.
    pub(crate) fn mark_shift_operand(&mut self, e: &'static Expr) {
        if let Some(note) = self.untyped.get_mut(&(self.env.file, e.id())) {
            note.is_lhs = true;
        }
    }

    /// The type that untyped `x` has where a `target` is expected, and its value as one of that type.
    pub fn implicit_type(&self, x: &Operand, target: Ty) -> Result<(Ty, Option<Value>), NoConversion> {
        if !x.is_valid() || !is_untyped(x.ty) || target.is_invalid() {
            return Ok((x.ty, None));
        }
        if is_untyped(target) {
            return max_untyped(x.ty, target).map(|t| (t, None)).ok_or(NoConversion::Mismatch);
        }
        if x.is_nil() {
            return if has_nil(target) { Ok((target, None)) } else { Err(NoConversion::Mismatch) };
        }
        if target.is_type_param() {
            let fits = under_is(target, |u| self.implicit_type(x, u).is_ok());
            return if fits { Ok((target, None)) } else { Err(NoConversion::Mismatch) };
        }
        match target.under() {
            TyKind::Basic(b) if x.is_const() => Ok((target, Some(representation(x, *b)?))),
            TyKind::Basic(_) => {
                let TyKind::Basic(from) = x.ty.kind() else { return Err(NoConversion::Mismatch) };
                let fits = from.is_boolean() && is_boolean(target)
                    || from.is_numeric() && is_numeric(target)
                    || from.is_string() && is_string(target);
                if fits { Ok((target, None)) } else { Err(NoConversion::Mismatch) }
            }
            // A value in an interface has a concrete type: its default type.
            TyKind::Interface(_) if type_set(target.underlying()).is_all() => Ok((default_type(x.ty), None)),
            _ => Err(NoConversion::Mismatch),
        }
    }

    /// Converts an untyped operand to `target` implicitly; reports an error if that is impossible.
    pub fn convert_untyped(&mut self, x: &mut Operand, target: Ty) {
        match self.implicit_type(x, target) {
            Ok((ty, val)) => self.apply_implicit(x, ty, val),
            Err(why) => {
                let shown = if target.is_type_param() { target } else { target.underlying() };
                self.conversion_error(x, shown, why);
                x.invalidate();
            }
        }
    }

    /// Makes the result of [`Checker::implicit_type`] effective.
    pub(crate) fn apply_implicit(&mut self, x: &mut Operand, ty: Ty, val: Option<Value>) {
        if self.settle_constant(x, ty, val.as_ref()) {
            (x.ty, x.val) = (ty, val);
            return;
        }
        if val.is_some() {
            x.val = val;
            self.update_expr_val(x);
        }
        if ty != x.ty {
            x.ty = ty;
            if let Some(e) = x.expr {
                self.update_expr_type(e, ty, false);
            }
        }
    }

    /// Gives constant `x` its final type `ty` and value `val` of that type, if nothing but its own expression needs to
    /// know: what the two updates of [`Checker::apply_implicit`] come to then. Tables of constants have many of these.
    fn settle_constant(&mut self, x: &Operand, ty: Ty, val: Option<&Value>) -> bool {
        let (Some(e), Some(val)) = (x.expr, val) else { return false };
        if is_untyped(ty) || matches!(e, Expr::Paren(_)) {
            return false;
        }
        let Entry::Occupied(note) = self.untyped.entry((self.env.file, e.id())) else { return false };
        if note.get().is_lhs || note.get().mode != Mode::Constant || note.get().val.is_none() {
            return false;
        }
        note.remove();
        self.record_type(e, Mode::Constant, ty, Some(val.clone()));
        true
    }

    fn conversion_error(&mut self, x: &Operand, target: Ty, why: NoConversion) {
        let (op, t) = (self.operand_str(x), self.type_str(target));
        let msg = match why {
            NoConversion::Truncated => format!("{op} truncated to {t}"),
            NoConversion::Overflows => format!("{op} overflows {t}"),
            NoConversion::Mismatch => format!("cannot convert {op} to type {t}"),
        };
        self.error_op(x, msg);
    }

    /// Makes constant `x` a value of basic type `t`; reports an error if it is none.
    pub fn representable(&mut self, x: &mut Operand, t: Ty) {
        match representation(x, t.as_basic().unwrap_or(Basic::Invalid)) {
            Ok(v) => x.val = Some(v),
            Err(why) => {
                self.conversion_error(x, t, why);
                x.invalidate();
            }
        }
    }

    /// Checks the size of a constant that an operation gave. `op_pos` is the operator's position.
    pub fn overflow(&mut self, x: &mut Operand, op_pos: Pos) {
        let val = x.const_val();
        if val.is_unknown() {
            self.error(op_pos, "constant result is not representable");
            return;
        }
        if !is_untyped(x.ty) {
            // A string of a string type always fits, and may be long.
            let u = x.ty.underlying();
            if u.as_basic().is_some() && val.as_str().is_none() {
                self.representable(x, u);
            }
            return;
        }
        if val.as_int().is_some() && val.bit_len() > MAX_INT_BITS && is_integer(x.ty) {
            let what = x.expr.map_or("", operation_name);
            self.error(op_pos, format!("constant {what}overflow"));
            x.val = Some(Value::Unknown);
        } else if let Some(s) = val.as_str()
            && s.len() > MAX_STRING
        {
            self.string_too_long(op_pos, s.len());
            x.val = Some(Value::Unknown);
        }
    }

    pub(crate) fn string_too_long(&mut self, pos: Pos, len: usize) {
        self.error(pos, format!("constant string too long ({len} bytes > {MAX_STRING} bytes)"));
    }
}

/// The value of constant `x` as one of basic type `b`.
pub(crate) fn representation(x: &Operand, b: Basic) -> Result<Value, NoConversion> {
    let v = x.const_val();
    if let Some(r) = v.represent(b) {
        return Ok(r);
    }
    if !is_numeric(x.ty) || !b.is_numeric() {
        return Err(NoConversion::Mismatch);
    }
    Err(if !is_integer(x.ty) && b.is_integer() { NoConversion::Truncated } else { NoConversion::Overflows })
}

/// Position of the operator if `e` is an operation, else its start.
pub(crate) fn op_pos(e: &Expr) -> Pos {
    match e {
        Expr::Unary(_) | Expr::Binary(_) | Expr::Star(_) => e.node_pos(),
        _ => e.err_pos(),
    }
}

/// The operation in messages about overflow, with a blank.
fn operation_name(e: &Expr) -> &'static str {
    match e {
        Expr::Unary(u) if u.op == UnaryOp::BitNot => "bitwise complement ",
        Expr::Binary(b) => match b.op {
            BinaryOp::Add => "addition ",
            BinaryOp::Sub => "subtraction ",
            BinaryOp::Xor => "bitwise XOR ",
            BinaryOp::Mul => "multiplication ",
            BinaryOp::Shl => "shift ",
            _ => "",
        },
        _ => "",
    }
}
