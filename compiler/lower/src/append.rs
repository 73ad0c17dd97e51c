//! `append`, and assignments of a slice to the variable it was made from.
//!
//! `x = append(x, …)` and `x = x[:n]` write only what changes: the length, and, where the slice moved, its pointer and
//! capacity. That spares a write barrier each time, and programs rely on it (a pointer that is not written cannot race).

use undergo_abi::builtins::Builtin;
use undergo_ir::{BlockCall, InstData, IntCond, Type, Value};
use undergo_syntax::ast::*;
use undergo_types::{BuiltinId, Ty, TyKind};

use crate::assign::lhs_operands;
use crate::consts::{Class, int_bits};
use crate::func::FuncLower;
use crate::place::{Located, Place};
use crate::val::Val;

/// What is appended.
enum More {
    /// These values.
    Values(Vec<Val>),
    /// The elements of a slice or string.
    Slice(Val),
    /// So many zeros.
    Zeros(Value),
}

impl FuncLower<'_> {
    /// `append(s, …)`
    pub fn append(&mut self, n: &'static CallExpr, ty: Ty) -> Val {
        let TyKind::Slice(elem) = ty.under() else {
            return self.refuse(n.lparen, ty, format!("internal: append to {ty:?}"));
        };
        if let Some(spread) = self.spread_call(n) {
            let mut vals = self.call_multi(spread).into_iter();
            let Some((s, _)) = vals.next() else { return self.zero(ty) };
            let rest = vals.map(|(v, from)| self.assign_conv(v, from, *elem)).collect();
            return self.append_more(&s, *elem, More::Values(rest), None);
        }
        let operands: Vec<&'static Expr> = n.args.iter().collect();
        self.order(&operands);
        if n.args.len() > 2 {
            self.compute_first(&n.args, *elem);
        }
        let s = self.expr_as(&n.args[0], ty);
        let more = self.more(n, *elem);
        self.at(n.lparen);
        self.append_more(&s, *elem, more, None)
    }

    fn more(&mut self, n: &'static CallExpr, elem: Ty) -> More {
        if n.ellipsis.is_some() {
            let e = &n.args[1];
            if self.is_nil(e) {
                return More::Values(Vec::new());
            }
            return match self.made_slice_len(e) {
                Some(len) => More::Zeros(len),
                None => More::Slice(self.string_operand(e)),
            };
        }
        let several = n.args.len() > 2;
        if several {
            self.compute_first(&n.args[1..], elem);
        }
        let value = |e| {
            let v = self.expr_as(e, elem);
            // The values may lie in the very memory that is appended to.
            if several { self.own(elem, v) } else { v }
        };
        More::Values(n.args[1..].iter().map(value).collect())
    }

    /// The length of `make([]T, n)`, to extend a slice without making that one.
    fn made_slice_len(&mut self, e: &'static Expr) -> Option<Value> {
        let Expr::Call(c) = e.unparen() else { return None };
        if self.saved.contains_key(&c.id) || c.args.len() != 2 || self.builtin_of(&c.fun) != Some(BuiltinId::Make) {
            return None;
        }
        // Lengths out of range panic with the message of make: only what cannot be is left out.
        self.tv(&c.args[1])?.value?;
        matches!(self.call_type(c).under(), TyKind::Slice(_)).then_some(())?;
        let (v, _) = self.index_value(&c.args[1]);
        Some(v)
    }

    fn append_more(&mut self, s: &Val, elem: Ty, more: More, place: Option<Located>) -> Val {
        let n = match &more {
            More::Values(v) if v.is_empty() => return s.clone(),
            More::Values(v) => self.word(v.len() as i64),
            More::Slice(t) => t.get(1),
            More::Zeros(n) => *n,
        };
        let len = s.get(1);
        let (p, new_len, cap) = self.grow(s, elem, n, place);
        let l = self.layout(elem);
        if l.size == 0 {
            return Val::three(p, new_len, cap);
        }
        let at = self.elem_addr(p, len, l.size);
        match more {
            More::Values(vals) => {
                for (i, v) in vals.iter().enumerate() {
                    self.store(elem, v, at.plus(i as u64 * l.size));
                }
            }
            More::Slice(t) => {
                let (to, from) = (self.address(at), t.get(0));
                if l.has_ptrs() {
                    let typ = self.type_addr(elem);
                    self.typed_copy(typ, to, n, from, n);
                } else {
                    let bytes = self.bytes_of(n, elem);
                    self.b.builtin(Builtin::MemMove, &[to, from, bytes]);
                }
            }
            More::Zeros(n) => {
                let to = self.address(at);
                let bytes = self.bytes_of(n, elem);
                self.clear_bytes(to, bytes, elem);
            }
        }
        Val::three(p, new_len, cap)
    }

    /// Makes room for `n` more elements; gives pointer, new length and capacity. A slice that moves is noted at
    /// `place`.
    fn grow(&mut self, s: &Val, elem: Ty, n: Value, place: Option<Located>) -> (Value, Value, Value) {
        let (p, len, cap) = (s.get(0), s.get(1), s.get(2));
        let new_len = self.b.binary(undergo_ir::BinOp::Add, len, n);
        let (cold, join) = (self.b.cold_block(), self.b.block());
        let (rp, rc) = (self.b.func.add_param(join, Type::Ptr), self.b.func.add_param(join, Type::I64));
        let more = self.b.icmp(IntCond::Ugt, new_len, cap);
        let (to_cold, to_join) =
            (BlockCall { block: cold, args: Vec::new() }, BlockCall { block: join, args: vec![p, cap] });
        self.b.push(InstData::Brif(more, to_cold, to_join), &[]);
        self.b.switch_to(cold);
        let typ = self.type_addr(elem);
        let r = self.b.builtin(Builtin::GrowSlice, &[p, new_len, cap, n, typ]);
        if let Some(l) = place {
            self.store_scalar(r[0], l.addr);
            self.store_scalar(r[2], l.addr.plus(16));
        }
        self.b.jump(join, &[r[0], r[2]]);
        self.b.switch_to(join);
        (rp, new_len, rc)
    }

    // ---- to itself

    /// `x = append(x, …)` and `x = x[:n]`. False: it is neither, nothing has been done.
    pub fn assign_to_itself(&mut self, lhs: &'static Expr, ty: Ty, rhs: &'static Expr) -> bool {
        match rhs.unparen() {
            Expr::Call(c) if !c.args.is_empty() && self.builtin_of(&c.fun) == Some(BuiltinId::Append) => {
                let TyKind::Slice(elem) = ty.under() else { return false };
                if self.spread_call(c).is_some() || !self.same_place(lhs, &c.args[0]) {
                    return false;
                }
                let mut operands = lhs_operands(self, lhs);
                operands.extend(&c.args[1..]);
                self.order_before_read(&operands);
                let more = self.more(c, *elem);
                self.at(c.lparen);
                let Some(at) = self.own_place(lhs) else { return true };
                let s = self.load_at(at, ty);
                let new = self.append_more(&s, *elem, more, Some(at));
                self.store_scalar(new.get(1), at.addr.plus(8));
                true
            }
            Expr::Slice(n) => {
                let from_start = n.lo.as_ref().is_none_or(|e| self.is_const_zero(e));
                let header = ty.is_string() || matches!(ty.under(), TyKind::Slice(_));
                if !header || !from_start || n.hi.is_none() || n.max.is_some() || !self.same_place(lhs, &n.x) {
                    return false;
                }
                let mut operands = lhs_operands(self, lhs);
                operands.extend(&n.hi);
                self.order_before_read(&operands);
                let new = self.slice_expr(n);
                let Some(at) = self.own_place(lhs) else { return true };
                self.guard(at, ty);
                self.store_scalar(new.get(1), at.addr.plus(8));
                true
            }
            _ => false,
        }
    }

    fn own_place(&mut self, lhs: &'static Expr) -> Option<Located> {
        match self.place(lhs) {
            Place::Blank | Place::MapElem { .. } => None,
            p => Some(self.check_place(&p)),
        }
    }

    fn is_const_zero(&self, e: &Expr) -> bool {
        self.tv(e).and_then(|tv| tv.value).is_some_and(|c| int_bits(c) == 0)
    }

    /// Whether two expressions denote the same memory, whenever they are evaluated one right after the other.
    fn same_place(&self, a: &Expr, b: &Expr) -> bool {
        match (a.unparen(), b.unparen()) {
            (Expr::Ident(x), Expr::Ident(y)) => {
                let o = self.unit.info.obj(x.id);
                !x.name.is_blank() && o.is_some() && o == self.unit.info.obj(y.id) && self.is_addressable(a)
            }
            (Expr::Selector(x), Expr::Selector(y)) => {
                x.sel.name == y.sel.name
                    && self.unit.info.selections.contains_key(&x.id)
                    && self.unit.info.selections.contains_key(&y.id)
                    && self.is_addressable(a)
                    && self.same_place(&x.x, &y.x)
            }
            (Expr::Star(x), Expr::Star(y)) => self.same_place(&x.x, &y.x),
            (Expr::Index(x), Expr::Index(y)) => {
                let element = matches!(self.ty(&x.x).under(), TyKind::Slice(_) | TyKind::Array(..));
                element && self.same_place(&x.x, &y.x) && self.same_index(&x.indices[0], &y.indices[0])
            }
            _ => false,
        }
    }

    fn same_index(&self, a: &Expr, b: &Expr) -> bool {
        let value = |e: &Expr| self.tv(e).and_then(|tv| tv.value).map(int_bits);
        match (value(a), value(b)) {
            (Some(x), Some(y)) => x == y,
            (None, None) => self.same_place(a, b),
            _ => false,
        }
    }
}
