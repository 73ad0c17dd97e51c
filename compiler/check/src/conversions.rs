//! Conversions `T(x)` (spec: Conversions).

use undergo_types::constant::Value;
use undergo_types::constant_text::Style;
use undergo_types::identical::{identical, identical_ignoring_tags};
use undergo_types::predicates::{
    all_string, default_type, is_bytes_or_runes, is_complex, is_const_type, is_float, is_integer, is_string,
    is_untyped, is_untyped_nil, specifics,
};
use undergo_types::{Basic, Ty, TyKind};

use crate::assignable::nested;
use crate::checker::Checker;
use crate::operand::{OpMode, Operand, const_text};

impl<'a> Checker<'a> {
    /// Converts `x` to type `t`, or reports that it cannot be.
    pub fn conversion(&mut self, x: &mut Operand, t: Ty) {
        let const_arg = x.is_const();
        let result = if const_arg && is_const_type(t) {
            match convert_const(x, t) {
                Some(v) => {
                    x.val = Some(v);
                    Ok(())
                }
                None if is_integer(x.ty) && is_integer(t) => {
                    let (v, t) = (const_text(&x.const_val(), x.ty), self.type_str(t));
                    self.error_op(x, format!("constant {v} overflows {t}"));
                    x.invalidate();
                    return;
                }
                None => {
                    // What it would be as an integer is what messages show.
                    let integer = is_integer(t) && x.val.as_ref().is_some_and(|v| v.as_int().is_some());
                    x.style = integer.then_some(Style::Integer);
                    Err(String::new())
                }
            }
        } else if const_arg && t.is_type_param() {
            let result = self.const_to_type_param(x, t);
            x.mode = OpMode::Value; // never a constant, also in messages
            result
        } else {
            self.convertible_to(x, t).inspect(|()| {
                if !x.is_nil() {
                    x.mode = OpMode::Value;
                }
            })
        };
        if let Err(cause) = result {
            let (op, t) = (self.operand_str(x), self.type_str(t));
            let cause = if cause.is_empty() { String::new() } else { format!(": {cause}") };
            self.error_op(x, format!("cannot convert {op} to type {t}{cause}"));
            x.invalidate();
            return;
        }
        if is_untyped(x.ty) {
            let own_type = t.is_interface() || const_arg && !is_const_type(t);
            let fin = if is_untyped_nil(x.ty) {
                t
            } else if own_type {
                default_type(x.ty)
            } else if x.is_const() && is_integer(x.ty) && all_string(t) {
                x.ty // a code point
            } else {
                t
            };
            if let Some(e) = x.expr {
                self.update_expr_type(e, fin, true);
            }
        }
        if x.is_nil() {
            x.mode = OpMode::Value;
        }
        if !x.is_const() {
            x.val = None;
        }
        x.ty = t;
    }

    fn const_to_type_param(&mut self, x: &Operand, t: Ty) -> Result<(), String> {
        let Some(list) = specifics(t) else {
            return Err(format!("{} does not contain specific types", self.type_str(t)));
        };
        for s in list {
            let u = s.under;
            if is_string(x.ty) && is_bytes_or_runes(u) || convert_const(x, u).is_some() {
                continue;
            }
            let (us, ts) = (self.type_str(u), self.type_str(t));
            return Err(if is_integer(x.ty) && is_integer(u) {
                format!("constant {} overflows {us} (in {ts})", const_text(&x.const_val(), x.ty))
            } else {
                format!("cannot convert {} to type {us} (in {ts})", self.operand_str(x))
            });
        }
        Ok(())
    }

    /// Whether non-constant `x` can be converted to `t`; the error is the cause, possibly empty.
    pub fn convertible_to(&mut self, x: &Operand, t: Ty) -> Result<(), String> {
        let cause = match self.assignable_to(x, t) {
            Ok(()) => return Ok(()),
            Err(cause) => cause,
        };
        let v = x.ty;
        let (v_param, t_param) = (v.is_type_param(), t.is_type_param());
        if !v_param && !t_param {
            return match self.plainly_convertible(v, t) {
                Some(result) => result,
                None => Err(cause),
            };
        }
        let own = |t: Ty, is_param: bool| match is_param {
            true => specifics(t).map(|l| l.iter().map(|s| s.ty).collect()),
            false => Some(vec![t]),
        };
        let (Some(from), Some(to)) = (own(v, v_param), own(t, t_param)) else { return Err(cause) };
        for &a in &from {
            for &b in &to {
                let part = Operand { ty: a, ..x.clone() };
                let Err(inner) = self.convertible_to(&part, b) else { continue };
                let (a, b) = (self.type_str(a), self.type_str(b));
                let (vs, ts) = (self.type_str(v), self.type_str(t));
                let from = if v_param { format!("{a} (in {vs})") } else { a };
                let to = if t_param { format!("{b} (in {ts})") } else { b };
                let inner = if inner.is_empty() { &cause } else { &inner };
                return Err(nested(format!("cannot convert {from} to type {to}"), inner));
            }
        }
        Ok(())
    }

    /// Conversions between types that are no type parameters. None: not convertible, and nothing to say about it.
    fn plainly_convertible(&mut self, v: Ty, t: Ty) -> Option<Result<(), String>> {
        let (vu, tu) = (v.underlying(), t.underlying());
        if identical_ignoring_tags(vu, tu) {
            return Some(Ok(()));
        }
        if let (TyKind::Pointer(a), TyKind::Pointer(b)) = (v.kind(), t.kind())
            && !a.is_type_param()
            && !b.is_type_param()
            && identical_ignoring_tags(a.underlying(), b.underlying())
        {
            return Some(Ok(()));
        }
        let real = |t| is_integer(t) || is_float(t);
        let pointer_like =
            |t: Ty| matches!(t.kind(), TyKind::Pointer(_)) || matches!(t.kind(), TyKind::Basic(Basic::Uintptr));
        let unsafe_pointer = |t: Ty| matches!(t.kind(), TyKind::Basic(Basic::UnsafePointer));
        let ok = real(vu) && real(tu)
            || is_complex(vu) && is_complex(tu)
            || (is_integer(vu) || is_bytes_or_runes(vu)) && is_string(tu)
            || is_string(vu) && is_bytes_or_runes(tu)
            || pointer_like(vu) && unsafe_pointer(tu)
            || unsafe_pointer(vu) && pointer_like(tu);
        if ok {
            return Some(Ok(()));
        }
        let TyKind::Slice(elem) = vu.kind() else { return None };
        let (array, what, version) = match tu.kind() {
            TyKind::Array(..) => (tu, "array", (1, 20)),
            TyKind::Pointer(base) => (base.underlying(), "array pointer", (1, 17)),
            _ => return None,
        };
        match array.kind() {
            TyKind::Array(e, _) if identical(*e, *elem) => Some(if self.allow_version(version) {
                Ok(())
            } else {
                Err(format!("conversion of slice to {what} requires go{}.{} or later", version.0, version.1))
            }),
            _ => None,
        }
    }
}

/// Constant `x` as one of type `t`.
fn convert_const(x: &Operand, t: Ty) -> Option<Value> {
    let b = t.as_basic()?;
    let val = x.const_val();
    if let Some(v) = val.represent(b) {
        return Some(v);
    }
    if !is_integer(x.ty) || !b.is_string() {
        return None;
    }
    let c = val.as_u64().and_then(|c| u32::try_from(c).ok()).and_then(char::from_u32).unwrap_or('\u{fffd}');
    Some(Value::str(c.encode_utf8(&mut [0; 4]).as_bytes()))
}
