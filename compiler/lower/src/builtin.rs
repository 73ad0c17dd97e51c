//! Predeclared functions.

use undergo_abi::builtins::Builtin;
use undergo_ir::inst::Call;
use undergo_ir::{Callee, InstData, IntCond, Sym, Type, Value};
use undergo_syntax::ast::*;
use undergo_types::{Basic, BuiltinId, Ty, TyKind};

use crate::func::FuncLower;
use crate::iface::empty_interface;
use crate::val::{Addr, Val};

/// `make([]T, n)` of constant size up to this many bytes is an object whose size is known to later passes.
const MAX_STATIC_SLICE: u64 = 64 << 10;

impl FuncLower<'_> {
    /// The type of a call expression.
    pub fn call_type(&self, n: &CallExpr) -> Ty {
        self.unit.info.tv(n.id).map_or(Ty::invalid(), |tv| crate::consts::default_type(self.subst(tv.ty)))
    }

    /// A call of a predeclared function.
    pub fn builtin_call(&mut self, n: &'static CallExpr, id: BuiltinId) -> Vec<(Val, Ty)> {
        use BuiltinId::*;
        let ty = self.call_type(n);
        let operands: Vec<&'static Expr> = n.args.iter().filter(|e| !self.is_type(e)).collect();
        if !matches!(id, Append) {
            self.order(&operands);
        }
        let v = match id {
            Append => self.append(n, ty),
            Cap | Len => Val::one(self.len_or_cap(id, n)),
            Make => self.make(n, ty),
            New => self.new_builtin(n, ty),
            Max | Min => self.min_max_call(n, id, ty),
            Complex if let Some(spread) = self.spread_call(n) => {
                let parts = self.call_multi(spread);
                Val::two(parts[0].0.get(0), parts[1].0.get(0))
            }
            Complex => {
                let re = self.expr1(&n.args[0]);
                let im = self.expr1(&n.args[1]);
                Val::two(re, im)
            }
            Real => Val::one(self.expr(&n.args[0]).get(0)),
            Imag => Val::one(self.expr(&n.args[0]).get(1)),
            UnsafeAdd | UnsafeSlice | UnsafeSliceData | UnsafeString | UnsafeStringData | UnsafeSizeof
            | UnsafeAlignof | UnsafeOffsetof => self.unsafe_call(n, id),
            Clear | Close | Copy | Delete | Panic | Print | Println | Recover => {
                let args = self.statement_args(n, id);
                self.at(n.lparen);
                return self.builtin_values(id, args);
            }
        };
        vec![(v, ty)]
    }

    /// Arguments of those functions that may stand as statements, hence after `go` and `defer`.
    pub fn statement_args(&mut self, n: &'static CallExpr, id: BuiltinId) -> Vec<(Val, Ty)> {
        if let Some(spread) = self.spread_call(n) {
            let mut vals = self.call_multi(spread);
            if let (BuiltinId::Delete, [map, key]) = (id, vals.as_mut_slice())
                && let TyKind::Map(want, _) = map.1.under()
            {
                *key = (self.assign_conv(key.0.clone(), key.1, *want), *want);
            }
            return vals;
        }
        let any = empty_interface();
        let mut out = Vec::new();
        for (i, e) in n.args.iter().enumerate() {
            let ty = match (id, i) {
                (BuiltinId::Panic, _) => any,
                (BuiltinId::Delete, 1) => match self.ty(&n.args[0]).under() {
                    TyKind::Map(key, _) => *key,
                    _ => self.ty(e),
                },
                _ => self.ty(e),
            };
            let v = if id == BuiltinId::Panic { self.as_any(e) } else { self.expr_as(e, ty) };
            out.push((v, ty));
        }
        out
    }

    /// The same functions on values.
    pub fn builtin_values(&mut self, id: BuiltinId, args: Vec<(Val, Ty)>) -> Vec<(Val, Ty)> {
        match id {
            BuiltinId::Clear => {
                let (v, ty) = &args[0];
                self.clear(v, *ty);
            }
            BuiltinId::Close => {
                self.b.builtin(Builtin::CloseChan, &[args[0].0.get(0)]);
            }
            BuiltinId::Copy => {
                let n = self.copy(&args[0].0, args[0].1, &args[1].0);
                return vec![(Val::one(n), Ty::basic(Basic::Int))];
            }
            BuiltinId::Delete => self.map_delete(args[0].1, args[0].0.get(0), &args[1].0),
            BuiltinId::Panic => {
                self.b.builtin(Builtin::GoPanic, &[args[0].0.get(0), args[0].0.get(1)]);
            }
            BuiltinId::Print | BuiltinId::Println => self.print(id, &args),
            BuiltinId::Recover => {
                let fp = args.first().map(|a| a.0.get(0));
                return vec![(self.recover(fp), empty_interface())];
            }
            _ => {}
        }
        Vec::new()
    }

    /// `recover()` called by this function, or deferred by the function with a frame.
    fn recover(&mut self, deferred_by: Option<Value>) -> Val {
        // In the body of a range-over-func loop this is the body's own frame: the iterator stands between it and the
        // deferred function, so, as in gc, nothing is recovered there.
        let fp = match deferred_by {
            Some(fp) => fp,
            None => {
                self.b.func.flags.has_recover = true;
                self.b.nullary(InstData::FramePtr, Type::I64)
            }
        };
        let r = self.b.builtin(Builtin::GoRecover, &[fp]);
        Val::two(r[0], r[1])
    }

    // ---- length, slices

    fn len_or_cap(&mut self, id: BuiltinId, n: &'static CallExpr) -> Value {
        let e = &n.args[0];
        let ty = self.ty(e);
        match ty.under() {
            TyKind::Slice(_) => {
                let v = self.expr(e);
                v.get(if id == BuiltinId::Len { 1 } else { 2 })
            }
            TyKind::Array(_, len) => {
                if self.has_effect(e) {
                    self.effect(e);
                }
                self.word(*len as i64)
            }
            TyKind::Pointer(array) => {
                if self.has_effect(e) {
                    self.effect(e);
                }
                match array.under() {
                    TyKind::Array(_, len) => self.word(*len as i64),
                    _ => self.word(0),
                }
            }
            TyKind::Map(..) => {
                let m = self.expr1(e);
                self.map_len(m)
            }
            TyKind::Chan(..) => {
                let c = self.expr1(e);
                let b = if id == BuiltinId::Len { Builtin::ChanLen } else { Builtin::ChanCap };
                self.b.builtin(b, &[c])[0]
            }
            _ => self.string_operand(e).get(1),
        }
    }

    /// `copy(dst, src)`; src is a slice or string.
    fn copy(&mut self, dst: &Val, dst_ty: Ty, src: &Val) -> Value {
        let TyKind::Slice(elem) = dst_ty.under() else { return self.word(0) };
        let (to, to_len, from, from_len) = (dst.get(0), dst.get(1), src.get(0), src.get(1));
        if self.layout(*elem).has_ptrs() {
            let typ = self.type_addr(*elem);
            return self.typed_copy(typ, to, to_len, from, from_len);
        }
        let less = self.b.icmp(IntCond::Slt, from_len, to_len);
        let n = self.b.select(less, from_len, to_len);
        let bytes = self.bytes_of(n, *elem);
        self.b.builtin(Builtin::MemMove, &[to, from, bytes]);
        n
    }

    /// Copies the shorter length of elements that hold pointers.
    pub fn typed_copy(&mut self, typ: Value, to: Value, to_len: Value, from: Value, from_len: Value) -> Value {
        let callee = Callee::Direct(Sym::new("runtime.typedslicecopy"));
        let call = Call { callee, args: vec![typ, to, to_len, from, from_len], ctx: None, frame: None };
        self.b.call(call, &[Type::I64])[0]
    }

    /// Bytes of `n` elements.
    pub fn bytes_of(&mut self, n: Value, elem: Ty) -> Value {
        match self.layout(elem).size {
            1 => n,
            size => {
                let size = self.word(size as i64);
                self.b.binary(undergo_ir::BinOp::Mul, n, size)
            }
        }
    }

    fn clear(&mut self, v: &Val, ty: Ty) {
        match ty.under() {
            TyKind::Map(..) => {
                let typ = self.type_addr(ty);
                self.b.builtin(Builtin::MapClear, &[typ, v.get(0)]);
            }
            TyKind::Slice(elem) => {
                let bytes = self.bytes_of(v.get(1), *elem);
                self.clear_bytes(v.get(0), bytes, *elem);
            }
            _ => {}
        }
    }

    /// Clears memory of a size known at run time.
    pub fn clear_bytes(&mut self, p: Value, bytes: Value, elem: Ty) {
        if self.layout(elem).has_ptrs() {
            let callee = Callee::Direct(Sym::new("runtime.memclrHasPointers"));
            self.b.call(Call { callee, args: vec![p, bytes], ctx: None, frame: None }, &[]);
        } else {
            self.b.builtin(Builtin::MemClr, &[p, bytes]);
        }
    }

    // ---- make, new, min, max

    fn make(&mut self, n: &'static CallExpr, ty: Ty) -> Val {
        if n.args.len() > 2 {
            self.compute_first(&n.args[1..], Ty::basic(Basic::Int));
        }
        let sizes: Vec<Value> = n.args[1..].iter().map(|e| self.index_value(e).0).collect();
        self.at(n.lparen);
        match ty.under() {
            TyKind::Slice(elem) => {
                let len = sizes[0];
                let cap = sizes.get(1).copied().unwrap_or(len);
                let size = self.layout(*elem).size;
                if let (Some(l), Some(c)) = (self.const_of(len), self.const_of(cap)) {
                    let fits = (c as u64).checked_mul(size).is_some_and(|b| b <= MAX_STATIC_SLICE);
                    if (0..=c).contains(&l) && fits {
                        let p = self.new_object(Ty::array(*elem, c as u64));
                        return Val::three(p, len, cap);
                    }
                }
                let typ = self.type_addr(*elem);
                let p = self.b.builtin(Builtin::MakeSlice, &[typ, len, cap])[0];
                Val::three(p, len, cap)
            }
            TyKind::Map(..) => Val::one(self.make_map(ty, sizes.first().copied())),
            TyKind::Chan(..) => {
                let typ = self.type_addr(ty);
                let size = sizes.first().copied().unwrap_or_else(|| self.word(0));
                Val::one(self.b.builtin(Builtin::MakeChan, &[typ, size])[0])
            }
            _ => self.refuse(n.lparen, ty, format!("internal: make of {ty:?}")),
        }
    }

    /// `new(T)` and `new(x)`
    fn new_builtin(&mut self, n: &'static CallExpr, ty: Ty) -> Val {
        let elem = ty.as_pointer().unwrap_or_else(Ty::invalid);
        let arg = &n.args[0];
        if self.is_type(arg) {
            return Val::one(self.new_object(elem));
        }
        if self.in_place(elem) {
            let p = self.new_object(elem);
            self.expr_into(arg, elem, Addr::new(p));
            return Val::one(p);
        }
        let v = self.expr_as(arg, elem);
        let p = self.new_object(elem);
        self.store(elem, &v, Addr::new(p));
        Val::one(p)
    }

    fn min_max_call(&mut self, n: &'static CallExpr, id: BuiltinId, ty: Ty) -> Val {
        let op = if id == BuiltinId::Min { BinaryOp::Lt } else { BinaryOp::Gt };
        let mut best: Option<Val> = None;
        if let Some(spread) = self.spread_call(n) {
            let values = self.call_multi(spread).into_iter().map(|(v, _)| v);
            let least = values.reduce(|b, v| self.min_max(op, ty, &b, &v));
            return least.unwrap_or_else(Val::empty);
        }
        for e in &n.args {
            // An untyped constant among typed operands has their type.
            let v = match self.tv(e).and_then(|tv| tv.value) {
                Some(c) => self.constant(ty, c),
                None => self.expr(e),
            };
            best = Some(match best {
                None => v,
                Some(b) => self.min_max(op, ty, &b, &v),
            });
        }
        best.unwrap_or_else(Val::empty)
    }
}
