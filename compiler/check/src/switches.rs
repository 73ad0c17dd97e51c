//! Expression switches and type switches.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use undergo_source::Pos;
use undergo_syntax::ast::{Expr, SwitchStmt, TypeSwitchStmt};
use undergo_syntax::print::expr_string;
use undergo_types::constant::Value;
use undergo_types::identical::{bucket, identical};
use undergo_types::predicates::{comparable, has_nil};
use undergo_types::{Basic, Obj, Ty, VarKind};

use crate::binary::Comparison;
use crate::checker::Checker;
use crate::operand::{OpMode, Operand};

/// A constant case value that may occur only once per type. (gc does not look at booleans and complex numbers.)
#[derive(PartialEq, Eq, Hash)]
enum CaseKey {
    Int(String),
    Float(u64),
    Str(Arc<[u8]>),
}

impl CaseKey {
    fn new(v: &Value) -> Option<CaseKey> {
        match v {
            Value::Int(i) => Some(CaseKey::Int(i.to_string())),
            Value::Float(_) => Some(CaseKey::Float(v.as_f64().to_bits())),
            Value::Str(s) => Some(CaseKey::Str(s.clone())),
            _ => None,
        }
    }
}

type Seen = HashMap<CaseKey, Vec<(Pos, Ty)>>;

/// Types of cases, nil included, by what identical ones share.
type SeenTypes = FxHashMap<Option<u64>, Vec<(Option<Ty>, Pos)>>;

impl<'a> Checker<'a> {
    pub(crate) fn switch_stmt(&mut self, s: &'static SwitchStmt) {
        let mut x = Operand::new();
        match &s.tag {
            Some(tag) => {
                self.expr(None, &mut x, tag);
                self.assignment(&mut x, None, "switch expression");
                if x.is_valid() && !comparable(x.ty) && !has_nil(x.ty) {
                    let (text, ty) = (self.operand_str(&x), self.type_str(x.ty));
                    self.error_op(&x, format!("cannot switch on {text} ({ty} is not comparable)"));
                    x.invalidate();
                }
            }
            None => {
                x.set_const(Ty::basic(Basic::Bool), Value::Bool(true));
                x.text = Some(String::from("true"));
            }
        }
        self.multiple_defaults(s.clauses.iter().filter(|c| c.exprs.is_empty()).map(|c| c.pos).collect());
        let mut seen = Seen::new();
        for clause in &s.clauses {
            for e in &clause.exprs {
                self.case_value(&mut x, e, &mut seen);
            }
            let scope = self.env.scope;
            self.open_scope();
            self.stmt_list(&clause.body);
            self.env.scope = scope;
        }
    }

    fn case_value(&mut self, x: &mut Operand, e: &'static Expr, seen: &mut Seen) {
        let mut v = Operand::new();
        self.expr(None, &mut v, e);
        if !x.is_valid() || !v.is_valid() {
            return;
        }
        self.convert_untyped(&mut v, x.ty);
        if !v.is_valid() {
            return;
        }
        let mut result = v.clone();
        let mut tag = x.clone();
        self.comparison(&mut result, &mut tag, Comparison::SwitchCase);
        if !result.is_valid() || v.mode != OpMode::Constant {
            return;
        }
        let Some(key) = v.val.as_ref().and_then(CaseKey::new) else { return };
        let earlier = seen.entry(key).or_default();
        match earlier.iter().find(|(_, t)| identical(*t, v.ty)) {
            Some(&(pos, _)) => {
                let text = self.operand_str(&v);
                self.error_parts(vec![
                    (v.pos(), format!("duplicate case {text} in expression switch")),
                    (pos, String::from("previous case")),
                ]);
            }
            None => earlier.push((e.node_pos(), v.ty)),
        }
    }

    pub(crate) fn type_switch_stmt(&mut self, s: &'static TypeSwitchStmt) {
        let mut bind = s.bind.as_ref();
        if let Some(b) = bind
            && b.name.is_blank()
        {
            self.soft_error(b.pos, "no new variable on left side of :=");
            bind = None;
        }
        let mut x = Operand::new();
        self.expr(None, &mut x, &s.x);
        let mut subject: Option<Operand> = None;
        if x.is_valid() {
            let text = self.operand_str(&x);
            if x.ty.is_type_param() {
                self.error_op(&x, format!("cannot use type switch on type parameter value {text}"));
            } else if x.ty.is_interface() {
                subject = Some(x);
            } else {
                self.error_op(&x, format!("{text} is not an interface"));
            }
        }
        self.multiple_defaults(s.clauses.iter().filter(|c| c.exprs.is_empty()).map(|c| c.pos).collect());
        let mut vars: Vec<Obj> = Vec::new();
        let mut seen = SeenTypes::default();
        for clause in &s.clauses {
            let ty = self.case_types(subject.as_ref(), &clause.exprs, &mut seen);
            let scope = self.env.scope;
            self.open_scope();
            if let Some(b) = bind {
                let v = Obj::var(VarKind::Local, b.name, Some(self.pkg), b.pos, ty);
                self.declare(None, v);
                self.record_implicit(clause.id, v);
                vars.push(v);
            }
            self.stmt_list(&clause.body);
            self.env.scope = scope;
        }
        if let Some(b) = bind {
            let used = vars.iter().any(|v| v.is_used());
            // The variables of all clauses count as one.
            vars.iter().for_each(|v| v.mark_used());
            if !used {
                self.soft_error(b.pos, format!("{} declared and not used", b.name));
            }
        }
    }

    /// Checks the types of a clause, and gives the type that the variable has there.
    fn case_types(&mut self, x: Option<&Operand>, exprs: &'static [Expr], seen: &mut SeenTypes) -> Ty {
        let mut only = None;
        for e in exprs {
            let ty = match self.is_nil_expr(e) {
                true => {
                    self.expr(None, &mut Operand::new(), e);
                    None
                }
                false => Some(self.var_type(e)),
            };
            only = ty;
            if ty.is_some_and(Ty::is_invalid) {
                continue;
            }
            let same = |other: Option<Ty>| match (ty, other) {
                (None, None) => true,
                (Some(a), Some(b)) => identical(a, b),
                _ => false,
            };
            let alike = seen.entry(ty.map(bucket)).or_default();
            if let Some(&(_, pos)) = alike.iter().find(|(o, _)| same(*o)) {
                let text = ty.map_or(String::from("nil"), |t| self.type_str(t));
                self.error_parts(vec![
                    (e.err_pos(), format!("duplicate case {text} in type switch")),
                    (pos, String::from("previous case")),
                ]);
                continue;
            }
            alike.push((ty, e.err_pos()));
            if let (Some(x), Some(t)) = (x, ty)
                && let Err(cause) = self.assertable_to(x.ty, t)
            {
                let (text, op, t) = (expr_string(e), self.operand_str(x), self.type_str(t));
                let msg = format!("impossible type switch case: {text}\n\t{op} cannot have dynamic type {t} {cause}");
                self.error(e.err_pos(), msg);
            }
        }
        match only {
            Some(t) if exprs.len() == 1 => t,
            _ => x.map_or(Ty::invalid(), |x| x.ty),
        }
    }
}
