//! Functions of package unsafe.

use undergo_abi::builtins::Builtin;
use undergo_ir::{BinOp, IntCond, Value};
use undergo_syntax::ast::*;
use undergo_types::{Basic, BuiltinId, Ty, TyKind};

use crate::consts::Class;
use crate::func::FuncLower;
use crate::val::Val;

impl FuncLower<'_> {
    /// Both arguments, which may be the results of one call; the pointer's type comes third.
    fn pointer_and_int(&mut self, n: &'static CallExpr) -> (Value, Value, Ty) {
        if let Some(spread) = self.spread_call(n) {
            let vals = self.call_multi(spread);
            let int = self.extend(vals[1].0.get(0), vals[1].1.is_unsigned());
            return (vals[0].0.get(0), int, vals[0].1);
        }
        let p = self.expr1(&n.args[0]);
        let (int, _) = self.index_value(&n.args[1]);
        (p, int, self.ty(&n.args[0]))
    }

    /// A call of `unsafe.F`. Sizes that are not constant depend on type parameters, which are known here.
    pub fn unsafe_call(&mut self, n: &'static CallExpr, id: BuiltinId) -> Val {
        use BuiltinId::*;
        let arg = &n.args[0];
        match id {
            UnsafeAdd => {
                let (p, off, _) = self.pointer_and_int(n);
                Val::one(self.b.ptr_add(p, off))
            }
            UnsafeSlice => {
                let (p, len, pointer) = self.pointer_and_int(n);
                let elem = pointer.as_pointer().unwrap_or_else(Ty::invalid);
                self.at(n.lparen);
                let size = self.layout(elem).size;
                self.check_unsafe_len(p, len, size, [Builtin::PanicUnsafeSliceLen, Builtin::PanicUnsafeSliceNilPtr]);
                Val::three(p, len, len)
            }
            UnsafeString => {
                let (p, len, _) = self.pointer_and_int(n);
                self.at(n.lparen);
                self.check_unsafe_len(p, len, 1, [Builtin::PanicUnsafeStringLen, Builtin::PanicUnsafeStringNilPtr]);
                Val::two(p, len)
            }
            UnsafeSliceData | UnsafeStringData => Val::one(self.expr(arg).get(0)),
            UnsafeSizeof => {
                let ty = self.ty(arg);
                Val::one(self.word(self.layout(ty).size as i64))
            }
            UnsafeAlignof => {
                let ty = self.ty(arg);
                Val::one(self.word(i64::from(self.layout(ty).align)))
            }
            UnsafeOffsetof => {
                let off = self.offset_of(arg);
                Val::one(self.word(off as i64))
            }
            _ => self.refuse(n.lparen, Ty::basic(Basic::Int), "internal: not a function of package unsafe"),
        }
    }

    /// `unsafe.Pointer(x)`. What `x` is by arithmetic on a pointer in the same expression is that pointer, moved: so the
    /// object it points into is known to be used (pattern 3 of package unsafe). Any other number has come from nowhere.
    pub fn pointer_from_word(&mut self, n: &'static CallExpr, x: &'static Expr) -> Val {
        if self.is_header_data(x) {
            let at = self.addr(x);
            self.at(n.lparen);
            self.guard(at, Ty::basic(Basic::UnsafePointer));
            return self.load(Ty::basic(Basic::UnsafePointer), at.addr);
        }
        let p = self.pointer_in_word(x);
        self.at(n.lparen);
        Val::one(p)
    }

    /// The value of `x`, an address, as the pointer that it was computed from, if there is one in plain sight.
    pub fn pointer_in_word(&mut self, x: &'static Expr) -> Value {
        let from = self.noted.len();
        self.pointers_in_word(x);
        let word = self.expr(x).get(0);
        let pointer = self.noted.drain(from..).find_map(|(_, p)| p);
        self.at(x.node_pos());
        let Some(p) = pointer else { return self.to_ptr(word) };
        let start = self.to_word(p);
        let offset = self.b.binary(BinOp::Sub, word, start);
        self.b.ptr_add(p, offset)
    }

    /// Whether `e` is the field Data of `reflect.SliceHeader` or `reflect.StringHeader`. Pointers may be kept there as
    /// words (package unsafe, pattern 6): it is read and written as the pointer that it is.
    pub fn is_header_data(&self, e: &Expr) -> bool {
        let Expr::Selector(s) = e.unparen() else { return false };
        if s.sel.name.as_str() != "Data" || self.ty(e).as_basic() != Some(Basic::Uintptr) {
            return false;
        }
        let of = self.ty(&s.x);
        let of = if let TyKind::Pointer(t) = of.under() { *t } else { of };
        let is_header = of.as_named().is_some_and(|n| {
            matches!(n.obj.name.as_str(), "SliceHeader" | "StringHeader")
                && n.obj.pkg.is_some_and(|p| p.path.as_str() == "reflect")
        });
        is_header && self.is_addressable(e)
    }

    /// Conversions of pointers in the arithmetic that computes a word.
    fn pointers_in_word(&mut self, x: &'static Expr) {
        match x.unparen() {
            Expr::Unary(u) if matches!(u.op, UnaryOp::Plus | UnaryOp::Neg | UnaryOp::BitNot) => {
                self.pointers_in_word(&u.x);
            }
            Expr::Binary(b) if matches!(b.op, BinaryOp::Shl | BinaryOp::Shr) => self.pointers_in_word(&b.x),
            Expr::Binary(b) => {
                self.pointers_in_word(&b.x);
                self.pointers_in_word(&b.y);
            }
            Expr::Call(c) if self.is_type(&c.fun) && c.args.len() == 1 => {
                if self.ty(&c.args[0]).as_basic() == Some(Basic::UnsafePointer) {
                    self.noted.push((c.id, None));
                } else if self.ty(x).as_basic() == Some(Basic::Uintptr) {
                    self.pointers_in_word(&c.args[0]);
                }
            }
            _ => {}
        }
    }

    /// The operand of a conversion has been evaluated.
    pub fn note_pointer(&mut self, id: NodeId, v: &Val) {
        if let Some(noted) = self.noted.iter_mut().find(|n| n.0 == id) {
            noted.1 = Some(v.get(0));
        }
    }

    fn offset_of(&self, e: &Expr) -> u64 {
        let Expr::Selector(s) = e.unparen() else { return 0 };
        let Some(sel) = self.unit.info.selections.get(&s.id) else { return 0 };
        let mut ty = self.ty(&s.x);
        ty = ty.as_pointer().unwrap_or(ty);
        let mut off = 0;
        for &f in &sel.path {
            let TyKind::Struct(fields) = ty.under() else { break };
            off += self.layout(ty).fields[f];
            ty = fields[f].ty;
        }
        off
    }

    /// `len` elements must not reach around the end of the address space; none may follow nil.
    fn check_unsafe_len(&mut self, p: Value, len: Value, size: u64, panics: [Builtin; 2]) {
        if let Some(n) = self.const_of(len)
            && n == 0
        {
            return;
        }
        // As a signed number: lengths beyond it are too large anyway.
        let negative = self.b.icmp_imm(IntCond::Slt, len, 0);
        self.panic_if(negative, panics[0], &[]);
        let size_value = self.word(size as i64);
        let address = self.to_word(p);
        let zero = self.word(0);
        let bad = if size == 0 {
            let nil = self.is_zero(p);
            let some = self.b.icmp_imm(IntCond::Ne, len, 0);
            self.b.binary(BinOp::And, nil, some)
        } else {
            let bytes = if size == 1 { len } else { self.b.binary(BinOp::Mul, len, size_value) };
            let room = self.b.binary(BinOp::Sub, zero, address);
            let too_long = self.b.icmp(IntCond::Ugt, bytes, room);
            if size == 1 {
                too_long
            } else {
                let high = self.b.binary(BinOp::UMulHi, len, size_value);
                let overflow = self.b.icmp_imm(IntCond::Ne, high, 0);
                self.b.binary(BinOp::Or, overflow, too_long)
            }
        };
        let (cold, nil_block, go_on) = (self.b.cold_block(), self.b.cold_block(), self.b.block());
        self.b.brif(bad, cold, go_on);
        self.b.switch_to(cold);
        let nil = self.is_zero(p);
        let len_block = self.b.cold_block();
        self.b.brif(nil, nil_block, len_block);
        self.b.switch_to(nil_block);
        self.b.builtin(panics[1], &[]);
        self.b.switch_to(len_block);
        self.b.builtin(panics[0], &[]);
        self.b.switch_to(go_on);
    }
}
