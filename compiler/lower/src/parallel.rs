//! The order in which the sides of `a, b = x, y` are evaluated.
//!
//! The language says that operands come before assignments, and leaves open which index out of range or nil pointer is
//! found first. gc copies, from left to right, what an earlier assignment of the statement may change, and evaluates the
//! rest when it assigns: so the first value, which nothing can change, comes after those that are copied.

use undergo_syntax::ast::*;
use undergo_types::{Basic, Obj, ObjKind, SelectionKind, Ty, TyKind};

use crate::assign::{Lhs, lhs_operands};
use crate::func::{FuncLower, Var};
use crate::val::Val;

/// What the assignments of a statement have changed so far.
#[derive(Default, Debug)]
struct Changed {
    /// Something that pointers may point to.
    memory: bool,
    /// A result that deferred calls see: whatever may panic comes before.
    everything: bool,
    /// Variables that nothing points to.
    variables: Vec<Obj>,
}

impl Changed {
    fn is_nothing(&self) -> bool {
        !self.memory && !self.everything && self.variables.is_empty()
    }
}

impl FuncLower<'_> {
    /// `a, b = x, y`
    pub fn assign_parallel(&mut self, lhs: &[Lhs], rhs: &'static [Expr]) {
        let left: Vec<Vec<&'static Expr>> = lhs
            .iter()
            .map(|l| match l {
                Lhs::Old(e) => lhs_operands(self, e),
                _ => Vec::new(),
            })
            .collect();
        let operands: Vec<&'static Expr> = left.iter().flatten().copied().chain(rhs).collect();
        self.order_all(&operands);
        let types: Vec<Option<Ty>> = lhs.iter().map(|l| self.type_of_lhs(l)).collect();
        let mut changed = Changed::default();
        let mut early = Vec::new();
        for (((l, operands), &ty), r) in lhs.iter().zip(&left).zip(&types).zip(rhs) {
            let place = match l {
                Lhs::Old(e) if ty.is_some() && operands.iter().any(|e| self.is_affected(e, &changed)) => {
                    Some(self.place(e))
                }
                _ => None,
            };
            let value = self.is_affected(r, &changed).then(|| self.own_value(r, ty));
            early.push((place, value));
            self.note_assignment(l, &mut changed);
        }
        for (((l, (place, value)), ty), r) in lhs.iter().zip(early).zip(types).zip(rhs) {
            let v = match (value, ty) {
                (Some(v), _) => v,
                (None, Some(ty)) => self.expr_as(r, ty),
                (None, None) => {
                    self.effect(r);
                    continue;
                }
            };
            match (l, ty) {
                (Lhs::New(o), _) => self.declare_init(*o, &v),
                (Lhs::Old(e), Some(ty)) => {
                    let place = place.unwrap_or_else(|| self.place(e));
                    self.assign_place(&place, ty, &v);
                }
                _ => {}
            }
        }
    }

    /// The values of several results, in the order of their variables. `several`: they are kept until all are known.
    pub fn results_in_order(&mut self, values: &'static [Expr], types: &[Ty], several: Several) -> Vec<Val> {
        let mut changed = Changed::default();
        let mut vals: Vec<Option<Val>> = Vec::new();
        let results = self.results.clone();
        for (i, (e, &ty)) in values.iter().zip(types).enumerate() {
            vals.push(self.is_affected(e, &changed).then(|| self.result_value(e, ty, several)));
            changed.everything |= self.has_defer();
            if let Some(&o) = results.get(i) {
                self.note_variable(o, &mut changed);
            }
        }
        let rest = values.iter().zip(types);
        vals.into_iter().zip(rest).map(|(v, (e, &ty))| v.unwrap_or_else(|| self.result_value(e, ty, several))).collect()
    }

    fn result_value(&mut self, e: &'static Expr, ty: Ty, several: Several) -> Val {
        match several {
            Several::Kept => self.own_value(e, Some(ty)),
            Several::Direct => self.expr_as(e, ty),
        }
    }

    /// Nothing if there is no type: only the effects of `e` are wanted.
    fn own_value(&mut self, e: &'static Expr, ty: Option<Ty>) -> Val {
        let Some(ty) = ty else {
            self.effect(e);
            return Val::empty();
        };
        let v = self.expr_as(e, ty);
        self.own(ty, v)
    }

    fn type_of_lhs(&self, l: &Lhs) -> Option<Ty> {
        match l {
            Lhs::New(o) => Some(self.subst(o.type_())),
            Lhs::Old(e) => self.place_type(e),
            Lhs::Blank => None,
        }
    }

    fn note_assignment(&self, l: &Lhs, changed: &mut Changed) {
        let variable = match l {
            Lhs::Blank => return,
            Lhs::New(o) => Some(*o),
            Lhs::Old(e) => match self.root(e) {
                Expr::Ident(id) if id.name.is_blank() => return,
                Expr::Ident(id) => self.unit.info.obj(id.id),
                Expr::Selector(n) if !self.unit.info.selections.contains_key(&n.id) => self.unit.info.obj(n.sel.id),
                _ => None,
            },
        };
        match variable {
            Some(o) => {
                changed.everything |= self.has_defer() && self.results.contains(&o);
                self.note_variable(o, changed);
            }
            None => changed.memory = true,
        }
    }

    /// What a left-hand side is a part of.
    fn root<'e>(&self, e: &'e Expr) -> &'e Expr {
        match e {
            Expr::Paren(n) => self.root(&n.x),
            Expr::Index(n) if matches!(self.ty(&n.x).under(), TyKind::Array(..)) => self.root(&n.x),
            Expr::Selector(n) => match self.unit.info.selections.get(&n.id) {
                Some(sel) if !self.follows_pointer(n, sel) => self.root(&n.x),
                _ => e,
            },
            _ => e,
        }
    }

    fn note_variable(&self, o: Obj, changed: &mut Changed) {
        if self.is_memory(o) {
            changed.memory = true;
        } else {
            changed.variables.push(o);
        }
    }

    /// Whether something else than its name may lead to a variable.
    fn is_memory(&self, o: Obj) -> bool {
        match self.vars.get(&o) {
            Some(Var::Slot(_) | Var::At(_)) => false,
            Some(Var::Object(_)) => true,
            // A variable of the package, or one that is being declared.
            None => {
                !self.unit.captures.vars.contains_key(&o)
                    || self.unit.captures.needs_object(o, self.layout(self.subst(o.type_())).size)
            }
        }
    }

    /// Whether gc believes that what has been changed may change the value of `e`.
    fn is_affected(&self, e: &Expr, changed: &Changed) -> bool {
        if changed.is_nothing() {
            return false;
        }
        if changed.everything {
            return true;
        }
        let is_known = self.tv(e).is_some_and(|tv| tv.value.is_some()) || self.saved.contains_key(&e.id());
        if is_known || self.is_type(e) {
            return false;
        }
        let any = |list: &[&Expr]| list.iter().any(|x| self.is_affected(x, changed));
        let reads = changed.memory;
        match e {
            Expr::Ident(id) => self.is_changed(id, changed),
            Expr::Paren(n) => any(&[&n.x]),
            Expr::Selector(n) => match self.unit.info.selections.get(&n.id) {
                None => self.is_changed(&n.sel, changed),
                Some(sel) => match sel.kind {
                    SelectionKind::Field => (reads && self.follows_pointer(n, sel)) || any(&[&n.x]),
                    SelectionKind::MethodVal => reads || any(&[&n.x]),
                    SelectionKind::MethodExpr => false,
                },
            },
            Expr::Unary(n) => match n.op {
                UnaryOp::Plus | UnaryOp::Neg | UnaryOp::BitNot => any(&[&n.x]),
                _ => reads || any(&[&n.x]),
            },
            Expr::Binary(n) => {
                let joins = n.op == BinaryOp::Add && matches!(self.ty(e).under(), TyKind::Basic(Basic::String));
                (reads && (joins || n.op.is_comparison())) || any(&[&n.x, &n.y])
            }
            Expr::TypeAssert(n) => any(&[&n.x]),
            Expr::Call(n) if self.is_type(&n.fun) => {
                (reads && self.copies_text(e, &n.args)) || n.args.iter().any(|x| any(&[x]))
            }
            Expr::Call(n) => reads || any(&[&n.fun]) || n.args.iter().any(|x| any(&[x])),
            Expr::Index(n) => reads || any(&[&n.x]) || n.indices.iter().any(|x| any(&[x])),
            Expr::Slice(n) => reads || any(&[&n.x]) || n.lo.iter().chain(&n.hi).chain(&n.max).any(|x| any(&[x])),
            Expr::Star(n) => reads || any(&[&n.x]),
            Expr::CompositeLit(n) => reads || n.elts.iter().any(|x| any(&[x])),
            Expr::KeyValue(n) => (self.tv(&n.key).is_some() && any(&[&n.key])) || any(&[&n.value]),
            // A literal sees only variables that are memory, or that nothing changes.
            _ => reads,
        }
    }

    fn is_changed(&self, id: &Ident, changed: &Changed) -> bool {
        let Some(o) = self.unit.info.obj(id.id) else { return false };
        matches!(o.data().kind, ObjKind::Var(_))
            && (changed.variables.contains(&o) || (changed.memory && self.is_memory(o)))
    }

    /// Whether a conversion is one between strings and slices.
    fn copies_text(&self, conversion: &Expr, args: &[Expr]) -> bool {
        let is_slice = |t: Ty| matches!(t.under(), TyKind::Slice(_));
        is_slice(self.ty(conversion)) != args.first().is_some_and(|x| is_slice(self.ty(x)))
    }
}

/// What happens to the values of results.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Several {
    /// They are returned at once.
    Direct,
    /// They are stored, one after the other.
    Kept,
}
