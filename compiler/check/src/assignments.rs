//! Assignments, variable initialisation and returns.

use undergo_source::{Name, Pos};
use undergo_syntax::ast::{Expr, ReturnStmt};
use undergo_syntax::print::expr_string;
use undergo_types::predicates::{default_type, is_const_type, is_untyped, is_untyped_nil};
use undergo_types::{Obj, ObjKind, Ty, TyKind, VarKind};

use crate::checker::{Checker, Target};
use crate::operand::{OpMode, Operand};

impl<'a> Checker<'a> {
    /// Initialises a constant of declared type `ty` (if any) with `x`: sets its type and value.
    pub(crate) fn init_const(&mut self, c: Obj, ty: Option<Ty>, x: &mut Operand) {
        if !x.is_valid() || x.ty.is_invalid() || ty.is_some_and(Ty::is_invalid) {
            return c.set_type(ty.unwrap_or_else(Ty::invalid));
        }
        if x.mode != OpMode::Constant || !is_const_type(x.ty) {
            let text = self.operand_str(x);
            self.error_op(x, format!("{text} is not constant"));
            return c.set_type(ty.unwrap_or_else(Ty::invalid));
        }
        let ty = ty.unwrap_or(x.ty);
        c.set_type(ty);
        self.assignment(x, Some(ty), "constant declaration");
        if x.is_valid()
            && let ObjKind::Const(v) = &c.kind
            && let Some(val) = x.val.clone()
        {
            let _ = v.set(val);
        }
    }

    /// Initialises a variable with `x`; without a type it gets that of `x`.
    pub fn init_var(&mut self, v: Obj, x: &mut Operand, context: &str) {
        let declared = v.ty.get().copied();
        if !x.is_valid() || x.ty.is_invalid() || declared.is_some_and(Ty::is_invalid) {
            v.set_type(Ty::invalid());
            return x.invalidate();
        }
        let ty = match declared {
            Some(t) => t,
            None => {
                if is_untyped_nil(x.ty) {
                    self.error_op(x, format!("use of untyped nil in {context}"));
                    v.set_type(Ty::invalid());
                    return x.invalidate();
                }
                let t = if is_untyped(x.ty) { default_type(x.ty) } else { x.ty };
                // A call without value or with several ones cannot be a variable's type.
                if !matches!(t.kind(), TyKind::Tuple(_)) {
                    v.set_type(t);
                }
                t
            }
        };
        self.assignment(x, Some(ty), context);
        if !x.is_valid() {
            v.set_type(Ty::invalid());
        }
    }

    /// The type of a left-hand side. None for the blank identifier, the invalid type after an error. A variable is not
    /// used by being assigned to.
    fn lhs_var(&mut self, lhs: &'static Expr) -> Option<Ty> {
        let ident = lhs.unparen().as_ident();
        if ident.is_some_and(|id| id.name.is_blank()) {
            return None;
        }
        let var = ident
            .and_then(|id| self.lookup(id.name))
            .map(|(_, o)| o)
            .filter(|o| matches!(o.kind, ObjKind::Var(_)) && o.pkg == Some(self.pkg));
        let was_used = var.is_some_and(Obj::is_used);
        let mut x = Operand::new();
        self.expr(None, &mut x, lhs);
        if let Some(v) = var
            && !was_used
        {
            v.used.store(false, std::sync::atomic::Ordering::Relaxed);
        }
        if !x.is_valid() || x.ty.is_invalid() {
            return Some(Ty::invalid());
        }
        if matches!(x.mode, OpMode::Variable | OpMode::MapIndex) {
            return Some(x.ty);
        }
        if let Some(Expr::Selector(s)) = x.expr {
            let mut op = Operand::new();
            self.expr(None, &mut op, &s.x);
            if op.mode == OpMode::MapIndex {
                let text = x.expr_text();
                self.error_op(&x, format!("cannot assign to struct field {text} in map"));
                return Some(Ty::invalid());
            }
        }
        let text = x.expr_text();
        self.error_op(&x, format!("cannot assign to {text} (neither addressable nor a map index expression)"));
        Some(Ty::invalid())
    }

    /// Assigns `x`, or if there is none `rhs`, to `lhs`.
    pub(crate) fn assign_var(
        &mut self,
        lhs: &'static Expr,
        rhs: Option<&'static Expr>,
        x: Option<&mut Operand>,
        context: &str,
    ) {
        let ty = self.lhs_var(lhs);
        if ty.is_some_and(Ty::is_invalid) {
            match (x, rhs) {
                (Some(x), _) => x.invalidate(),
                (None, Some(rhs)) => {
                    self.use_exprs(std::slice::from_ref(rhs));
                }
                (None, None) => {}
            }
            return;
        }
        let mut value = Operand::new();
        let x = match (x, rhs) {
            (Some(x), _) => x,
            (None, Some(rhs)) => {
                let target = ty.and_then(|t| Target::new(t, || expr_string(lhs)));
                self.expr(target.as_ref(), &mut value, rhs);
                &mut value
            }
            (None, None) => &mut value,
        };
        let context = match ty {
            None if context == "assignment" => "assignment to _ identifier",
            _ => context,
        };
        self.assignment(x, ty, context);
    }

    /// Initialises variables (or, for a return statement, results) with a list of expressions.
    pub(crate) fn init_vars(&mut self, lhs: &[Obj], rhs: &'static [Expr], ret: Option<&'static ReturnStmt>) {
        let context = match ret {
            Some(_) => "return statement",
            None if lhs.len() > 1 => "multiple assignment",
            None => "assignment",
        };
        let is_call = matches!(rhs, [e] if matches!(e.unparen(), Expr::Call(_)));
        if lhs.len() == rhs.len() && !is_call {
            for (&v, e) in lhs.iter().zip(rhs) {
                let desc = || match v.name.as_str() {
                    "" if ret.is_some() => String::from("result variable"),
                    name => name.to_string(),
                };
                let target = v.ty.get().and_then(|t| Target::new(*t, desc));
                let mut x = Operand::new();
                self.expr(target.as_ref(), &mut x, e);
                self.init_var(v, &mut x, context);
            }
            return;
        }
        let [single] = rhs else {
            if self.use_exprs(rhs) {
                match ret {
                    Some(r) => {
                        let values = self.expr_list(rhs);
                        self.return_mismatch(r.pos, lhs, &values);
                    }
                    None => self.assign_mismatch(rhs, lhs.len(), rhs.len()),
                }
            }
            return lhs.iter().for_each(|v| v.set_type(Ty::invalid()));
        };
        let (mut values, comma_ok) = self.multi_expr(single, lhs.len() == 2 && ret.is_none());
        if values.len() == lhs.len() {
            for (&v, x) in lhs.iter().zip(&mut values) {
                self.init_var(v, x, context);
            }
            if comma_ok && values.iter().all(Operand::is_valid) {
                self.record_comma_ok(single, values[0].ty, values[1].ty);
            }
            return;
        }
        if values.first().is_none_or(Operand::is_valid) {
            match ret {
                Some(r) => self.return_mismatch(r.pos, lhs, &values),
                None => self.assign_mismatch(rhs, lhs.len(), values.len()),
            }
        }
        lhs.iter().for_each(|v| v.set_type(Ty::invalid()));
    }

    /// `a, b = x, y`
    pub(crate) fn assign_vars(&mut self, lhs: &'static [Expr], rhs: &'static [Expr]) {
        let context = if lhs.len() > 1 { "multiple assignment" } else { "assignment" };
        let is_call = matches!(rhs, [e] if matches!(e.unparen(), Expr::Call(_)));
        if lhs.len() == rhs.len() && !is_call {
            for (l, r) in lhs.iter().zip(rhs) {
                self.assign_var(l, Some(r), None, context);
            }
            return;
        }
        let [single] = rhs else {
            let left = self.use_lhs(lhs);
            let right = self.use_exprs(rhs);
            if left && right {
                self.assign_mismatch(rhs, lhs.len(), rhs.len());
            }
            return;
        };
        let (mut values, comma_ok) = self.multi_expr(single, lhs.len() == 2);
        if values.len() == lhs.len() {
            for (l, x) in lhs.iter().zip(&mut values) {
                self.assign_var(l, None, Some(x), context);
            }
            if comma_ok && values.iter().all(Operand::is_valid) {
                self.record_comma_ok(single, values[0].ty, values[1].ty);
            }
            return;
        }
        if values.first().is_none_or(Operand::is_valid) {
            self.assign_mismatch(rhs, lhs.len(), values.len());
        }
        self.use_lhs(lhs);
    }

    /// `a, b := x, y`
    pub(crate) fn short_var_decl(&mut self, pos: Pos, lhs: &'static [Expr], rhs: &'static [Expr]) {
        let top = self.delayed_top();
        let mut vars: Vec<Obj> = Vec::with_capacity(lhs.len());
        let mut new_vars: Vec<Obj> = Vec::new();
        let mut seen = Vec::new();
        let mut failed = false;
        for e in lhs {
            let dummy = Obj::new(ObjKind::Var(VarKind::Local), Name::blank(), Some(self.pkg), e.err_pos(), false);
            let Expr::Ident(id) = e else {
                self.use_lhs(std::slice::from_ref(e));
                self.error(e.err_pos(), format!("non-name {} on left side of :=", expr_string(e)));
                failed = true;
                vars.push(dummy);
                continue;
            };
            if !id.name.is_blank() {
                if seen.contains(&id.name) {
                    self.error(id.pos, format!("{} repeated on left side of :=", id.name));
                    failed = true;
                    vars.push(dummy);
                    continue;
                }
                seen.push(id.name);
            }
            if let Some(alt) = self.scopes.local(self.env.scope, id.name) {
                self.record_use(id, alt);
                if matches!(alt.kind, ObjKind::Var(_)) {
                    vars.push(alt);
                } else {
                    self.error(id.pos, format!("cannot assign to {}", id.name));
                    failed = true;
                    vars.push(dummy);
                }
                continue;
            }
            let v = Obj::new(ObjKind::Var(VarKind::Local), id.name, Some(self.pkg), id.pos, false);
            vars.push(v);
            if !id.name.is_blank() {
                new_vars.push(v);
                self.record_def(id, v);
            }
        }
        self.init_vars(&vars, rhs, None);
        self.process_delayed(top);
        if new_vars.is_empty() && !failed {
            return self.soft_error(pos, "no new variables on left side of :=");
        }
        new_vars.into_iter().for_each(|v| self.declare(None, v));
    }

    pub(crate) fn return_stmt(&mut self, s: &'static ReturnStmt) {
        let Some(sig) = self.env.sig.clone() else { return };
        let named = sig.results.first().is_some_and(|r| !r.name.as_str().is_empty());
        if !s.results.is_empty() || !named {
            return self.init_vars(&sig.results, &s.results, Some(s));
        }
        for &r in &sig.results {
            if let Some((_, alt)) = self.lookup(r.name)
                && alt != r
            {
                let inner = self.object_text(alt, r);
                self.error_parts(vec![
                    (s.pos, format!("result parameter {} not in scope at return", r.name)),
                    (alt.pos, format!("inner declaration of {inner}")),
                ]);
            }
        }
    }

    /// A result parameter as go/types prints objects: `var x int`.
    fn object_text(&mut self, _alt: Obj, r: Obj) -> String {
        let ty = self.type_str(r.type_());
        format!("var {} {ty}", r.name)
    }

    fn assign_mismatch(&mut self, rhs: &'static [Expr], l: usize, r: usize) {
        let (vars, vals) = (measure(l, "variable"), measure(r, "value"));
        let Some(first) = rhs.first() else { return };
        let msg = match first.unparen() {
            Expr::Call(c) if rhs.len() == 1 => {
                format!("assignment mismatch: {vars} but {} returns {vals}", expr_string(&c.fun))
            }
            _ => format!("assignment mismatch: {vars} but {vals}"),
        };
        self.error(first.err_pos(), msg);
    }

    fn return_mismatch(&mut self, pos: Pos, lhs: &[Obj], rhs: &[Operand]) {
        let (l, r) = (lhs.len(), rhs.len());
        let (what, pos) = match (rhs.get(l), rhs.last()) {
            (Some(extra), _) => ("too many", extra.pos()),
            (None, Some(last)) if r > 0 => ("not enough", last.pos()),
            _ => ("not enough", pos),
        };
        let have: Vec<Ty> = rhs.iter().map(|x| x.ty).collect();
        let want: Vec<Ty> = lhs.iter().map(|v| v.type_()).collect();
        let (have, want) = (self.types_summary(&have, false, false), self.types_summary(&want, false, false));
        self.error_parts(vec![
            (pos, format!("{what} return values")),
            (Pos::NONE, format!("have {have}")),
            (Pos::NONE, format!("want {want}")),
        ]);
    }
}

/// A number with its unit: `1 variable`, `2 values`.
pub fn measure(n: usize, unit: &str) -> String {
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}
