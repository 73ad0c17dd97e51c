//! Assignability (spec: Assignability), and assignments of any kind: to variables, parameters, elements, results.

use undergo_types::identical::identical;
use undergo_types::predicates::{default_type, has_name, is_interface_pointer, is_untyped, specifics};
use undergo_types::{ChanDir, Ty, TyKind};

use crate::checker::{Checker, Target};
use crate::implements::Relation;
use crate::operand::{OpMode, Operand};
use crate::untyped::NoConversion;

impl<'a> Checker<'a> {
    /// Makes `x` a value of type `t` as an assignment does; without `t` an untyped operand gets its default type.
    /// `context` says in messages what is assigned to. On an error `x` becomes invalid.
    pub fn assignment(&mut self, x: &mut Operand, t: Option<Ty>, context: &str) {
        self.single_value(x);
        match x.mode {
            OpMode::Invalid => return,
            OpMode::NoValue | OpMode::Builtin | OpMode::Type => {
                let op = self.operand_str(x);
                let t = t.map_or_else(String::new, |t| self.type_str(t));
                self.error_op(x, format!("cannot assign {op} to {t} in {context}"));
                x.invalidate();
                return;
            }
            _ => {}
        }
        if is_untyped(x.ty) && !self.assign_untyped(x, t, context) {
            return;
        }
        let target = t.and_then(|t| self.func_target(t, context));
        self.non_generic(target.as_ref(), x);
        let Some(t) = t.filter(|_| x.is_valid()) else { return };
        if let Err(cause) = self.assignable_to(x, t) {
            let (op, t) = (self.operand_str(x), self.type_str(t));
            let cause = if cause.is_empty() { String::new() } else { format!(": {cause}") };
            self.error_op(x, format!("cannot use {op} as {t} value in {context}{cause}"));
            x.invalidate();
        }
    }

    /// The target for a generic function that is assigned to a `t`: the signature that all types of `t` share.
    pub fn func_target(&mut self, t: Ty, desc: &str) -> Option<Target> {
        let sig = undergo_types::predicates::core_type(t)?;
        matches!(sig.kind(), TyKind::Func(_)).then(|| Target { sig, desc: desc.to_string() })
    }

    fn assign_untyped(&mut self, x: &mut Operand, t: Option<Ty>, context: &str) -> bool {
        let target = match t {
            None if x.is_nil() => {
                self.error_op(x, format!("use of untyped nil in {context}"));
                x.invalidate();
                return false;
            }
            Some(t) if x.is_nil() || !t.is_interface() => t,
            _ => default_type(x.ty),
        };
        match self.implicit_type(x, target) {
            Ok((ty, val)) => {
                self.apply_implicit(x, ty, val);
                true
            }
            Err(why) => {
                let (op, t) = (self.operand_str(x), self.type_str(target));
                let suffix = match why {
                    NoConversion::Truncated => " (truncated)",
                    NoConversion::Overflows => " (overflows)",
                    NoConversion::Mismatch => "",
                };
                self.error_op(x, format!("cannot use {op} as {t} value in {context}{suffix}"));
                x.invalidate();
                false
            }
        }
    }

    /// Whether `x` can be assigned to a variable of type `t`. The error is the cause, empty if there is none to give.
    pub fn assignable_to(&mut self, x: &Operand, t: Ty) -> Result<(), String> {
        if !x.is_valid() || x.ty.is_invalid() || t.is_invalid() || identical(x.ty, t) {
            return Ok(());
        }
        let (v, t) = (x.ty.without_alias(), t.without_alias());
        let no_cause = || Err(String::new());
        if is_untyped(v) {
            let fits = match (t.is_type_param(), specifics(t)) {
                (false, _) => self.implicit_type(x, t).is_ok(),
                (true, None) => false,
                (true, Some(list)) => list.iter().all(|s| self.implicit_type(x, s.ty).is_ok()),
            };
            return if fits { Ok(()) } else { no_cause() };
        }
        let (v_param, t_param) = (v.is_type_param(), t.is_type_param());
        let named = has_name(v) && has_name(t);
        let (vu, tu) = (v.underlying(), t.underlying());
        if !named && !v_param && !t_param && identical(vu, tu) {
            return Ok(());
        }
        // Even a pointer to an interface is asked: the cause then says what is probably meant.
        if t.is_interface() || is_interface_pointer(tu) {
            match self.implements(v, t, Relation::Implement) {
                Ok(()) => return Ok(()),
                Err(cause) if !v_param => return Err(cause),
                Err(_) => {}
            }
        }
        if v.is_interface() && self.implements(t, v, Relation::Implement).is_ok() {
            return Err("need type assertion".into());
        }
        if let (TyKind::Chan(ChanDir::Both, a), TyKind::Chan(_, b)) = (vu.kind(), tu.kind())
            && identical(*a, *b)
        {
            return if named { no_cause() } else { Ok(()) };
        }
        if t_param && !has_name(v) {
            return self.assignable_to_each(x, t);
        }
        if v_param && !has_name(t) {
            return self.each_assignable(x, t);
        }
        no_cause()
    }

    /// Whether `x` can be assigned to every type of type parameter `t`.
    fn assignable_to_each(&mut self, x: &Operand, t: Ty) -> Result<(), String> {
        let Some(list) = specifics(t) else { return Err(String::new()) };
        for s in list {
            if let Err(cause) = self.assignable_to(x, s.ty) {
                let (v, s, t) = (self.type_str(x.ty), self.type_str(s.ty), self.type_str(t));
                return Err(nested(format!("cannot assign {v} to {s} (in {t})"), &cause));
            }
        }
        Ok(())
    }

    /// Whether values of every type of type parameter `x.ty` can be assigned to a `t`.
    fn each_assignable(&mut self, x: &Operand, t: Ty) -> Result<(), String> {
        let Some(list) = specifics(x.ty) else { return Err(String::new()) };
        for s in list {
            let part = Operand { ty: s.ty, ..x.clone() };
            if let Err(cause) = self.assignable_to(&part, t) {
                let (s, v, t) = (self.type_str(s.ty), self.type_str(x.ty), self.type_str(t));
                return Err(nested(format!("cannot assign {s} (in {v}) to {t}"), &cause));
            }
        }
        Ok(())
    }
}

/// A cause and, on a line of its own, the cause of the cause.
pub(crate) fn nested(cause: String, inner: &str) -> String {
    if inner.is_empty() { cause } else { format!("{cause}\n\t{inner}") }
}
