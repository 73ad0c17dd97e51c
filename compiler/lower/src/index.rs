//! Index and slice expressions.

use undergo_abi::g::BoundsCode;
use undergo_ir::{BinOp, IntCond, Type, Value};
use undergo_syntax::ast::*;
use undergo_types::{Ty, TyKind};

use crate::func::FuncLower;
use crate::order::Effect;
use crate::val::Val;

/// What a slice expression slices.
struct Sliced {
    base: Value,
    len: Value,
    cap: Value,
    elem_size: u64,
    kind: SlicedKind,
}

#[derive(Clone, Copy, PartialEq)]
enum SlicedKind {
    Text,
    Slice,
    Array,
}

impl FuncLower<'_> {
    /// `x[i]`: element, map element, byte of a string, or instance of a generic function.
    pub fn index_expr(&mut self, n: &'static IndexExpr, ty: Ty) -> Val {
        let xt = self.ty(&n.x);
        match xt.under() {
            TyKind::Map(..) => self.map_index(n),
            TyKind::Func(_) => self.instance_value(&n.x, ty),
            TyKind::Slice(_) | TyKind::Pointer(_) => {
                let a = self.place_of_index(n);
                self.load_at(a, ty)
            }
            TyKind::Array(elem, count) => {
                if self.is_addressable(&n.x) {
                    let a = self.place_of_index(n);
                    return self.load_at(a, *elem);
                }
                self.order(&[&n.x, &n.indices[0]]);
                let v = self.expr(&n.x);
                let (i, unsigned) = self.index_value(&n.indices[0]);
                self.at(n.lbrack);
                let len = self.word(*count as i64);
                self.check_bounds(BoundsCode::Index, i, len, unsigned);
                match v {
                    // One element, or none (and the check has failed).
                    Val::Scalars(s) if *count == 1 => Val::Scalars(s),
                    Val::Scalars(_) => self.zero(*elem),
                    Val::Mem(a) => {
                        let size = self.layout(*elem).size;
                        let at = self.elem_addr(a, i, size);
                        self.load(*elem, at)
                    }
                }
            }
            TyKind::Basic(_) => {
                self.order(&[&n.x, &n.indices[0]]);
                let s = self.string_operand(&n.x);
                let (i, unsigned) = self.index_value(&n.indices[0]);
                self.at(n.lbrack);
                self.check_bounds(BoundsCode::Index, i, s.get(1), unsigned);
                let at = self.elem_addr(s.get(0), i, 1);
                Val::one(self.load_scalar(Type::I8, at))
            }
            _ => self.refuse(n.lbrack, ty, format!("internal: index of {xt:?}")),
        }
    }

    fn place_of_index(&mut self, n: &'static IndexExpr) -> crate::place::Located {
        let place = self.index_place(n);
        self.at(n.lbrack);
        self.check_place(&place)
    }

    /// An instance of a generic function as a value.
    fn instance_value(&mut self, x: &'static Expr, ty: Ty) -> Val {
        match x.unparen() {
            Expr::Ident(_) | Expr::Selector(_) => self.expr(x),
            other => {
                let pos = other.pos();
                self.refuse(pos, ty, "internal: instance of an expression")
            }
        }
    }

    /// `x[lo:hi:max]`
    pub fn slice_expr(&mut self, n: &'static SliceExpr) -> Val {
        let mut operands = vec![&n.x];
        operands.extend(n.lo.iter().chain(&n.hi).chain(&n.max));
        // Limits are copied one after the other: a call in one comes after all of those in front of it.
        if let Some(last) = operands.iter().rposition(|e| self.has(e, Effect::Early)).filter(|&n| n > 0) {
            self.order_all(&operands[..1]);
            for e in &operands[1..=last] {
                if !self.is_stable(e) {
                    self.save(e);
                }
            }
        }
        let s = self.sliced(n);
        let lo = n.lo.as_ref().map(|e| self.index_value(e));
        let hi = n.hi.as_ref().map(|e| self.index_value(e));
        let max = n.max.as_ref().map(|e| self.index_value(e));
        self.at(n.lbrack);
        self.slice_values(s, lo, hi, max)
    }

    fn sliced(&mut self, n: &'static SliceExpr) -> Sliced {
        let xt = self.ty(&n.x);
        match xt.under() {
            TyKind::Slice(elem) => {
                let v = self.expr(&n.x);
                let elem_size = self.layout(*elem).size;
                Sliced { base: v.get(0), len: v.get(1), cap: v.get(2), elem_size, kind: SlicedKind::Slice }
            }
            TyKind::Array(elem, count) => {
                let a = self.addr(&n.x);
                if a.nilable {
                    self.nil_check(a.addr.base);
                }
                let base = self.address(a.addr);
                self.sliced_array(base, *elem, *count)
            }
            TyKind::Pointer(array) => {
                let p = self.expr1(&n.x);
                self.at(n.lbrack);
                self.nil_check(p);
                match array.under() {
                    TyKind::Array(elem, count) => self.sliced_array(p, *elem, *count),
                    _ => self.sliced_array(p, Ty::invalid(), 0),
                }
            }
            _ => {
                let v = self.expr(&n.x);
                Sliced { base: v.get(0), len: v.get(1), cap: v.get(1), elem_size: 1, kind: SlicedKind::Text }
            }
        }
    }

    fn sliced_array(&mut self, base: Value, elem: Ty, count: u64) -> Sliced {
        let elem_size = self.layout(elem).size;
        let len = self.word(count as i64);
        Sliced { base, len, cap: len, elem_size, kind: SlicedKind::Array }
    }

    fn slice_values(
        &mut self,
        s: Sliced,
        lo: Option<(Value, bool)>,
        hi: Option<(Value, bool)>,
        max: Option<(Value, bool)>,
    ) -> Val {
        let zero = self.word(0);
        let (i, lo_unsigned) = lo.unwrap_or((zero, false));
        let j = hi.map_or(s.len, |h| h.0);
        let k = max.map_or(s.cap, |m| m.0);
        if let Some((k, unsigned)) = max {
            let code = if s.kind == SlicedKind::Slice { BoundsCode::Slice3Acap } else { BoundsCode::Slice3Alen };
            self.check_bounds(code, k, s.cap, unsigned);
            let (_, hi_unsigned) = hi.unwrap_or((zero, false));
            self.check_bounds(BoundsCode::Slice3B, j, k, hi_unsigned);
            self.check_bounds(BoundsCode::Slice3C, i, j, lo_unsigned);
        } else {
            if let Some((j, unsigned)) = hi {
                let code = if s.kind == SlicedKind::Slice { BoundsCode::SliceAcap } else { BoundsCode::SliceAlen };
                self.check_bounds(code, j, s.cap, unsigned);
            }
            self.check_bounds(BoundsCode::SliceB, i, j, lo_unsigned);
        }
        if lo.is_none() || self.const_of(i) == Some(0) {
            return if s.kind == SlicedKind::Text { Val::two(s.base, j) } else { Val::three(s.base, j, k) };
        }
        let len = self.b.binary(BinOp::Sub, j, i);
        let cap = if s.kind == SlicedKind::Text || j == k { len } else { self.b.binary(BinOp::Sub, k, i) };
        let size = self.word(s.elem_size as i64);
        let delta = if s.elem_size == 1 { i } else { self.b.binary(BinOp::Mul, i, size) };
        // Nothing may point behind its object: where nothing is left the pointer stays.
        let none = self.b.icmp_imm(IntCond::Eq, cap, 0);
        let delta = self.b.select(none, zero, delta);
        let base = self.b.ptr_add(s.base, delta);
        if s.kind == SlicedKind::Text { Val::two(base, len) } else { Val::three(base, len, cap) }
    }
}
