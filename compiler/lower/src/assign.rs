//! Assignments and variable declarations.

use undergo_syntax::ast::*;
use undergo_types::{Basic, Obj, Ty, TyKind};

use crate::func::{FuncLower, Var};
use crate::literal::Fresh;
use crate::order::Effect;
use crate::place::{Located, Place};
use crate::val::{Addr, Val};

/// A left-hand side.
#[derive(Clone, Copy)]
pub enum Lhs {
    /// A variable being declared.
    New(Obj),
    /// An existing place.
    Old(&'static Expr),
    /// `_`
    Blank,
}

impl FuncLower<'_> {
    /// `a, b = x, y` and its relatives.
    pub fn assign_stmt(&mut self, n: &'static AssignStmt) {
        self.at(n.op_pos);
        if let AssignOp::Op(op) = n.op {
            return self.op_assign(&n.lhs[0], op, &n.rhs[0], n.op_pos);
        }
        let lhs: Vec<Lhs> = n.lhs.iter().map(|e| self.lhs(e, n.op == AssignOp::Define)).collect();
        self.assign(&lhs, &n.rhs);
    }

    fn lhs(&self, e: &'static Expr, define: bool) -> Lhs {
        if let Expr::Ident(id) = e.unparen() {
            if id.name.is_blank() {
                return Lhs::Blank;
            }
            if define
                && self.unit.info.is_def.get(id.id.index()) == Some(&true)
                && let Some(o) = self.unit.info.obj(id.id)
            {
                return Lhs::New(o);
            }
        }
        Lhs::Old(e)
    }

    /// `var a, b T = x, y`
    pub fn var_spec(&mut self, v: &'static VarSpec) {
        self.at(v.pos);
        let lhs: Vec<Lhs> = v
            .names
            .iter()
            .map(|n| match self.unit.info.obj(n.id) {
                Some(o) if !n.name.is_blank() => Lhs::New(o),
                _ => Lhs::Blank,
            })
            .collect();
        if !v.values.is_empty() {
            return self.assign(&lhs, &v.values);
        }
        for l in lhs {
            if let Lhs::New(o) = l {
                let ty = self.subst(o.type_());
                let at = self.declare(o);
                if let Some(Var::Slot(_)) = self.vars.get(&o) {
                    self.store_zero(ty, at);
                }
            }
        }
    }

    /// Assigns values to left-hand sides.
    pub fn assign(&mut self, lhs: &[Lhs], rhs: &'static [Expr]) {
        match (lhs, rhs) {
            ([l], [r]) => self.assign_one(*l, r),
            (_, [r]) => self.assign_multi(lhs, r),
            _ => self.assign_parallel(lhs, rhs),
        }
    }

    fn assign_one(&mut self, lhs: Lhs, rhs: &'static Expr) {
        match lhs {
            Lhs::Blank => self.effect(rhs),
            Lhs::New(o) => {
                let ty = self.subst(o.type_());
                if self.in_place(ty) {
                    let at = self.declare(o);
                    self.expr_into(rhs, ty, at);
                } else {
                    let v = self.expr_as(rhs, ty);
                    self.declare_init(o, &v);
                }
            }
            Lhs::Old(e) => {
                let Some(ty) = self.place_type(e) else { return self.effect(rhs) };
                if self.assign_to_itself(e, ty, rhs) {
                    return;
                }
                let mut operands = lhs_operands(self, e);
                let left = operands.len();
                operands.push(rhs);
                // The value is lowered before the place.
                if operands[..left].iter().any(|e| self.has(e, Effect::Early)) {
                    self.order_before_read(&operands);
                } else {
                    self.order(&operands);
                }
                let is_map_element =
                    matches!(e.unparen(), Expr::Index(n) if matches!(self.ty(&n.x).under(), TyKind::Map(..)));
                if !is_map_element {
                    operands[..left].iter().for_each(|e| self.save_computed(e));
                }
                if self.assign_literal(e, ty, rhs) {
                    return;
                }
                let (ty, v) = match self.is_header_data(e) {
                    true => (Ty::basic(Basic::UnsafePointer), Val::one(self.pointer_in_word(rhs))),
                    false => (ty, self.expr_as(rhs, ty)),
                };
                let place = self.place(e);
                self.at(e.node_pos());
                self.assign_place(&place, ty, &v);
            }
        }
    }

    /// Builds a literal right in the assigned place if nobody can see it half done. False: not done.
    fn assign_literal(&mut self, e: &'static Expr, ty: Ty, rhs: &'static Expr) -> bool {
        let Expr::CompositeLit(lit) = rhs.unparen() else { return false };
        if !self.in_place(ty) || ty.is_interface() {
            return false;
        }
        if lit.elts.is_empty() && matches!(ty.under(), TyKind::Struct(_) | TyKind::Array(..)) {
            match self.place(e) {
                Place::Blank => {}
                p @ Place::MapElem { .. } => {
                    let z = self.zero(ty);
                    self.assign_place(&p, ty, &z);
                }
                p => {
                    self.at(e.node_pos());
                    let at = self.check_place(&p);
                    self.guard(at, ty);
                    self.store_zero(ty, at.addr);
                }
            }
            return true;
        }
        if lit.elts.iter().all(|e| self.is_constant_element(e)) {
            match self.place(e) {
                Place::Blank => {}
                p @ Place::MapElem { .. } => {
                    let v = self.expr_as(rhs, ty);
                    self.assign_place(&p, ty, &v);
                }
                p => {
                    self.at(e.node_pos());
                    let at = self.check_place(&p);
                    self.guard(at, ty);
                    self.literal_into(lit, ty, at.addr, Fresh::Garbage);
                }
            }
            return true;
        }
        let Expr::Ident(id) = e.unparen() else { return false };
        let Some(o) = self.unit.info.obj(id.id) else { return false };
        let Some(&Var::Slot(slot)) = self.vars.get(&o) else { return false };
        if self.b.func.slots[slot].pinned || mentions(rhs, id, &|i| self.unit.info.obj(i.id) == Some(o)) {
            return false;
        }
        let at = self.var_addr(o);
        self.literal_into(lit, ty, at, Fresh::Garbage);
        true
    }

    /// Whether an element of a literal is made of constants, so that evaluating it can neither see nor stop anything.
    fn is_constant_element(&self, e: &Expr) -> bool {
        match e {
            Expr::KeyValue(kv) => self.is_constant_element(&kv.value),
            Expr::CompositeLit(n) => self.in_place(self.ty(e)) && n.elts.iter().all(|e| self.is_constant_element(e)),
            e => self.tv(e).is_some_and(|tv| tv.value.is_some()) && !self.ty(e).is_interface(),
        }
    }

    /// `a, b = f()` and two-value forms.
    fn assign_multi(&mut self, lhs: &[Lhs], rhs: &'static Expr) {
        let mut operands = Vec::new();
        for l in lhs {
            if let Lhs::Old(e) = l {
                operands.extend(lhs_operands(self, e));
            }
        }
        operands.push(rhs);
        self.order(&operands);
        let vals = match rhs.unparen() {
            Expr::Call(c) if !self.is_type(&c.fun) => self.call_multi(c),
            _ => {
                let (v, ty, ok) = self.comma_ok(rhs);
                vec![(v, ty), (Val::one(ok), Ty::basic(Basic::Bool))]
            }
        };
        // Large results lie in memory that assigning the first one cannot touch: temporaries, map elements aside.
        let vals: Vec<(Val, Ty)> = vals.into_iter().map(|(v, t)| (self.own_if_shared(rhs, v, t), t)).collect();
        // Operands of the left-hand sides are read before anything is assigned.
        let places: Vec<Option<(Place, Ty)>> = lhs.iter().map(|l| self.place_of_lhs(l)).collect();
        for ((l, place), (v, from)) in lhs.iter().zip(places).zip(vals) {
            match place {
                Some((place, ty)) => {
                    let v = self.assign_conv(v, from, ty);
                    self.assign_place(&place, ty, &v);
                }
                None => self.assign_value(*l, v, from),
            }
        }
    }

    /// Where a left-hand side that is no new variable is, and its type.
    fn place_of_lhs(&mut self, l: &Lhs) -> Option<(Place, Ty)> {
        match l {
            Lhs::Old(e) => {
                let ty = self.place_type(e)?;
                Some((self.place(e), ty))
            }
            _ => None,
        }
    }

    fn own_if_shared(&mut self, rhs: &Expr, v: Val, ty: Ty) -> Val {
        match rhs.unparen() {
            Expr::Index(_) => self.own(ty, v),
            _ => v,
        }
    }

    /// Assigns a value of type `from`.
    pub fn assign_value(&mut self, lhs: Lhs, v: Val, from: Ty) {
        match lhs {
            Lhs::Blank => {}
            Lhs::New(o) => {
                let ty = self.subst(o.type_());
                let v = self.assign_conv(v, from, ty);
                self.declare_init(o, &v);
            }
            Lhs::Old(e) => {
                let Some(ty) = self.place_type(e) else { return };
                let v = self.assign_conv(v, from, ty);
                let place = self.place(e);
                self.assign_place(&place, ty, &v);
            }
        }
    }

    /// `x op= y`
    fn op_assign(&mut self, lhs: &'static Expr, op: BinaryOp, rhs: &'static Expr, pos: undergo_source::Pos) {
        let ty = self.ty(lhs);
        let mut operands = lhs_operands(self, lhs);
        operands.push(rhs);
        self.order_before_read(&operands);
        let place = self.place(lhs);
        self.at(pos);
        // The element of a map is made when the right-hand side is known, unless a division might not come to its end.
        let makes = matches!(place, Place::MapElem { .. }) && !matches!(op, BinaryOp::Div | BinaryOp::Rem);
        let new;
        let place = if op.is_shift() {
            let place = if makes && is_simple(rhs) { self.make_element(place) } else { self.settle(place) };
            let old = self.read_place(&place, ty);
            new = self.shift_expr(op, ty, old.get(0), rhs);
            place
        } else if makes {
            let y = self.expr_as(rhs, ty);
            self.at(pos);
            let place = self.make_element(place);
            let old = self.read_place(&place, ty);
            new = self.arith(op, ty, &old, &y);
            place
        } else {
            let place = self.settle(place);
            let old = self.read_place(&place, ty);
            let y = self.expr_as(rhs, ty);
            self.at(pos);
            new = self.arith(op, ty, &old, &y);
            place
        };
        self.assign_place(&place, ty, &new);
    }

    /// The element of a map that is read and then written is looked for once: its place, made if need be. Nothing may touch
    /// the map in between.
    fn make_element(&mut self, place: Place) -> Place {
        match place {
            Place::MapElem { map, m, key } => {
                let slot = self.map_assign(map, m, &key);
                Place::Mem(Located { addr: Addr::new(slot), nilable: false })
            }
            place => place,
        }
    }

    /// `x++`, `x--`
    pub fn inc_dec(&mut self, n: &'static IncDecStmt) {
        let ty = self.ty(&n.x);
        let operands = lhs_operands(self, &n.x);
        self.order(&operands);
        let place = self.place(&n.x);
        self.at(n.op_pos);
        let place = self.make_element(place);
        let place = self.settle(place);
        let old = self.read_place(&place, ty);
        let one = self.constant(ty, &undergo_types::constant::Value::Int(1.into()));
        let new = self.arith(n.op, ty, &old, &one);
        self.assign_place(&place, ty, &new);
    }
}

/// Whether an expression is a name or a literal.
fn is_simple(e: &Expr) -> bool {
    matches!(e.unparen(), Expr::Ident(_) | Expr::BasicLit(_))
}

/// The operands of a left-hand side.
pub fn lhs_operands(fl: &FuncLower, e: &'static Expr) -> Vec<&'static Expr> {
    match e {
        Expr::Paren(n) => lhs_operands(fl, &n.x),
        Expr::Index(n) if matches!(fl.ty(&n.x).under(), TyKind::Array(..)) => {
            let mut v = lhs_operands(fl, &n.x);
            v.push(&n.indices[0]);
            v
        }
        Expr::Index(n) => vec![&n.x, &n.indices[0]],
        Expr::Selector(n) if fl.unit.info.selections.contains_key(&n.id) => {
            if fl.ty(&n.x).as_pointer().is_some() {
                vec![&n.x]
            } else {
                lhs_operands(fl, &n.x)
            }
        }
        Expr::Star(n) => vec![&n.x],
        _ => Vec::new(),
    }
}

/// Whether a use of the same object occurs in the expression. Only expressions without statements are looked at: a
/// literal in between counts as a use.
fn mentions(e: &Expr, id: &Ident, is_same: &dyn Fn(&Ident) -> bool) -> bool {
    let any = |list: &[&Expr]| list.iter().any(|e| mentions(e, id, is_same));
    match e {
        Expr::Ident(i) => i.name == id.name && is_same(i),
        Expr::Paren(n) => any(&[&n.x]),
        Expr::Selector(n) => any(&[&n.x]),
        Expr::Index(n) => any(&[&n.x]) || n.indices.iter().any(|x| any(&[x])),
        Expr::Slice(n) => any(&[&n.x]) || n.lo.iter().chain(&n.hi).chain(&n.max).any(|x| any(&[x])),
        Expr::TypeAssert(n) => any(&[&n.x]),
        Expr::Call(n) => any(&[&n.fun]) || n.args.iter().any(|x| any(&[x])),
        Expr::Star(n) => any(&[&n.x]),
        Expr::Unary(n) => any(&[&n.x]),
        Expr::Binary(n) => any(&[&n.x, &n.y]),
        Expr::KeyValue(n) => any(&[&n.key, &n.value]),
        Expr::CompositeLit(n) => n.elts.iter().any(|x| any(&[x])),
        Expr::FuncLit(_) => true,
        _ => false,
    }
}
