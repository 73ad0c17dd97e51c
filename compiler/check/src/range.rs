//! `for … range`.

use undergo_source::Name;
use undergo_syntax::ast::{Expr, RangeStmt};
use undergo_syntax::print::expr_string;
use undergo_types::constant::Value;
use undergo_types::identical::identical;
use undergo_types::predicates::{is_boolean, is_integer, is_string};
use undergo_types::typeset::{all_types, common_underlying};
use undergo_types::{Basic, ChanDir, Mode, Obj, ObjKind, Signature, Ty, TyKind, VarKind, universe};

use crate::checker::Checker;
use crate::operand::{OpMode, Operand};

/// What a range clause gives: types of the iteration values, as far as there are any.
struct Values {
    key: Option<Ty>,
    value: Option<Ty>,
}

impl<'a> Checker<'a> {
    pub(crate) fn range_stmt(&mut self, s: &'static RangeStmt) {
        let mut x = Operand::new();
        self.env.has_call_or_recv = false;
        self.expr(None, &mut x, &s.x);
        if x.is_valid() && s.value.is_none() && !self.env.has_call_or_recv {
            self.record_constant_length(&s.x, x.ty);
        }
        let values = self.range_clause(s, &x);
        self.open_scope();
        let rhs = [values.key, values.value];
        let lhs = [s.key.as_ref(), s.value.as_ref()];
        let over_int = x.is_valid() && is_integer(x.ty);
        if s.define {
            self.declare_iteration(s, &mut x, lhs, rhs, over_int);
        } else if s.key.is_some() {
            self.assign_iteration(&mut x, lhs, rhs, over_int);
        } else if over_int {
            self.assignment(&mut x, None, "range clause");
        }
        self.block(&s.body);
    }

    /// With at most one iteration variable, an array whose length is constant is not evaluated: it is recorded as
    /// its length, so that this is the same as ranging over that number.
    fn record_constant_length(&mut self, e: &'static Expr, t: Ty) {
        let array = match t.under() {
            TyKind::Pointer(b) => *b,
            _ => t,
        };
        if let TyKind::Array(_, n) = array.under()
            && !t.is_type_param()
            && !array.is_type_param()
        {
            let value = Value::Int((*n).into());
            self.record_type(e.unparen(), Mode::Constant, Ty::basic(Basic::Int), Some(value));
        }
    }

    /// Checks what is ranged over, and that there are not too many iteration variables.
    fn range_clause(&mut self, s: &'static RangeStmt, x: &Operand) -> Values {
        let none = Values { key: None, value: None };
        if !x.is_valid() {
            return none;
        }
        let values = match self.range_values(x.ty) {
            Ok(v) => v,
            Err(cause) => {
                let text = self.operand_str(x);
                let cause = if cause.is_empty() { cause } else { format!(": {cause}") };
                self.soft_error(x.pos(), format!("cannot range over {text}{cause}"));
                return none;
            }
        };
        match (&s.key, &s.value, s.extra.first()) {
            (Some(k), _, _) if values.key.is_none() => {
                let text = self.operand_str(x);
                self.soft_error(k.err_pos(), format!("range over {text} permits no iteration variables"));
            }
            (_, Some(v), _) if values.value.is_none() => {
                let text = self.operand_str(x);
                self.soft_error(v.err_pos(), format!("range over {text} permits only one iteration variable"));
            }
            (_, _, Some(e)) => {
                self.soft_error(e.err_pos(), "range clause permits at most two iteration variables");
            }
            _ => {}
        }
        values
    }

    fn range_values(&mut self, t: Ty) -> Result<Values, String> {
        let int = Ty::basic(Basic::Int);
        let both = |key, value| Ok(Values { key: Some(key), value: Some(value) });
        let mut send_only = None;
        all_types(t, |pair| {
            if let Some((t, u)) = pair
                && let TyKind::Chan(ChanDir::Send, _) = u.kind()
            {
                send_only = Some(t);
            }
            send_only.is_none() && pair.is_some()
        });
        if let Some(t) = send_only {
            return Err(format!("receive from send-only channel {}", self.type_str(t)));
        }
        let u = common_underlying(t).map_err(|e| e.text(|t| self.type_str(t)))?;
        let u = match u.kind() {
            TyKind::Pointer(b) if matches!(b.under(), TyKind::Array(..)) => b.underlying(),
            _ => u,
        };
        match u.kind() {
            TyKind::Basic(_) if is_string(u) => both(int, universe::rune()),
            TyKind::Basic(_) if is_integer(u) => match self.allow_version((1, 22)) {
                true => Ok(Values { key: Some(t), value: None }),
                false => Err(String::from("requires go1.22 or later")),
            },
            TyKind::Array(e, _) | TyKind::Slice(e) => both(int, *e),
            TyKind::Map(k, v) => both(*k, *v),
            TyKind::Chan(_, e) => Ok(Values { key: Some(*e), value: None }),
            TyKind::Func(sig) => self.range_func(sig),
            _ => Err(String::new()),
        }
    }

    /// Ranging over a function: `func(yield func(K, V) bool)`.
    fn range_func(&mut self, sig: &'static Signature) -> Result<Values, String> {
        if !self.allow_version((1, 23)) {
            return Err(String::from("requires go1.23 or later"));
        }
        let bad = |why: &str| Err(format!("func must be func(yield func(...) bool): {why}"));
        let [yield_param] = &sig.params[..] else { return bad("wrong argument count") };
        if !sig.results.is_empty() {
            return bad("unexpected results");
        }
        let u = match common_underlying(yield_param.ty) {
            Ok(u) => u,
            Err(e) => return bad(&format!("in yield type, {}", e.text(|t| self.type_str(t)))),
        };
        let TyKind::Func(cb) = u.kind() else { return bad("argument is not func") };
        if cb.params.len() > 2 {
            return bad("yield func has too many parameters");
        }
        match &cb.results[..] {
            [r] if identical(r.ty, Ty::basic(Basic::Bool)) => {}
            [r] if is_boolean(r.ty) => return bad("yield func returns user-defined boolean, not bool"),
            _ => return bad("yield func does not return bool"),
        }
        if cb.variadic {
            return Err(format!("yield func of type {} cannot be variadic", self.type_str(u)));
        }
        Ok(Values { key: cb.params.first().map(|p| p.ty), value: cb.params.get(1).map(|p| p.ty) })
    }

    fn declare_iteration(
        &mut self,
        s: &'static RangeStmt,
        x: &mut Operand,
        lhs: [Option<&'static Expr>; 2],
        rhs: [Option<Ty>; 2],
        over_int: bool,
    ) {
        let mut vars: Vec<Obj> = Vec::new();
        for (i, e) in lhs.into_iter().enumerate() {
            let Some(e) = e else { continue };
            let var = |name, pos| Obj::new(ObjKind::Var(VarKind::Local), name, Some(self.pkg), pos, false);
            let v = match e {
                Expr::Ident(id) => {
                    let v = var(id.name, id.pos);
                    self.record_def(id, v);
                    if !id.name.is_blank() {
                        vars.push(v);
                    }
                    v
                }
                e => {
                    let v = var(Name::blank(), e.err_pos());
                    self.error(e.err_pos(), format!("invalid syntax tree: cannot declare {}", expr_string(e)));
                    v
                }
            };
            match rhs[i] {
                None => {
                    v.set_type(Ty::invalid());
                    v.mark_used();
                }
                Some(t) if t.is_invalid() => {
                    v.set_type(t);
                    v.mark_used();
                }
                Some(_) if over_int => self.init_var(v, x, "range clause"),
                Some(t) => self.init_var(v, &mut Operand::value(t, e), "assignment"),
            }
        }
        if vars.is_empty() {
            self.error(s.pos, "no new variables on left side of :=");
        }
        vars.into_iter().for_each(|v| self.declare(None, v));
    }

    fn assign_iteration(
        &mut self,
        x: &mut Operand,
        lhs: [Option<&'static Expr>; 2],
        rhs: [Option<Ty>; 2],
        over_int: bool,
    ) {
        for (i, e) in lhs.into_iter().enumerate() {
            let (Some(e), Some(t)) = (e, rhs[i]) else { continue };
            if t.is_invalid() {
                continue;
            }
            if !over_int {
                let mut y = Operand::value(t, e);
                self.assign_var(e, None, Some(&mut y), "assignment");
                continue;
            }
            self.assign_var(e, None, Some(x), "range clause");
            if x.is_valid() && x.mode != OpMode::Invalid && !is_integer(x.ty) {
                let text = self.type_str(x.ty);
                self.soft_error(e.err_pos(), format!("cannot use iteration variable of type {text}"));
            }
        }
    }
}
