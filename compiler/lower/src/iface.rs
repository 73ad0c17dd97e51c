//! Interface values: making them, converting between interfaces, type assertions.

use undergo_abi::builtins::Builtin;
use undergo_ir::{InstData, IntCond, Sym, Type, Value};
use undergo_syntax::ast::*;
use undergo_types::{Basic, Ty};

use crate::alg::is_empty_interface;
use crate::func::FuncLower;
use crate::val::{Addr, Val};

/// A table of the integers below 256, eight bytes each, that cannot be written: interfaces that hold one of them point
/// into it. Declared by the overlay, for reflect.
pub const SMALL_INTEGERS: &str = "runtime.staticuint64s";

impl FuncLower<'_> {
    /// An expression of concrete type `from` as interface `to`.
    pub fn box_expr(&mut self, e: &'static Expr, from: Ty, to: Ty) -> Val {
        let word = |fl: &mut Self| fl.iface_word(from, to);
        if let Some(c) = self.tv(e).and_then(|tv| tv.value)
            && let Some(sym) = self.cx.const_data(from, c)
        {
            let w = word(self);
            let data = self.b.sym_addr(sym, 0);
            return Val::two(w, data);
        }
        if self.in_place(from) {
            if let Some(v) = self.take_saved(e) {
                return self.box_value(v, from, to);
            }
            if !self.is_addressable(e) {
                let p = self.new_object(from);
                self.expr_into(e, from, Addr::new(p));
                let w = word(self);
                return Val::two(w, p);
            }
        }
        let v = self.expr(e);
        self.box_value(v, from, to)
    }

    /// A concrete value as interface `to`.
    pub fn box_value(&mut self, v: Val, from: Ty, to: Ty) -> Val {
        let w = self.iface_word(from, to);
        let data = self.data_word(v, from);
        Val::two(w, data)
    }

    /// First word of an interface value of type `to` that holds a `from`.
    pub fn iface_word(&mut self, from: Ty, to: Ty) -> Value {
        let sym = if is_empty_interface(to) { self.cx.iface_type_sym(from) } else { self.cx.itab_sym(from, to) };
        self.b.sym_addr(sym, 0)
    }

    /// Second word of an interface value that holds `v`.
    fn data_word(&mut self, v: Val, ty: Ty) -> Value {
        let l = self.layout(ty);
        if l.direct_iface() {
            return match v {
                Val::Scalars(s) => s[0],
                Val::Mem(a) => self.load_scalar(Type::Ptr, Addr::new(a)),
            };
        }
        if l.size == 0 {
            return self.b.sym_addr(Sym::new("runtime.zerobase"), 0);
        }
        if let Val::Scalars(s) = &v
            && l.size == 1
            && s.len() == 1
        {
            // A table of all bytes, 8 bytes apart.
            let i = self.extend(s[0], true);
            let eight = self.word(8);
            let off = self.b.binary(undergo_ir::BinOp::Mul, i, eight);
            let table = self.b.sym_addr(Sym::new(SMALL_INTEGERS), 0);
            return self.b.ptr_add(table, off);
        }
        let p = self.new_object(ty);
        self.store(ty, &v, Addr::new(p));
        p
    }

    /// The value of concrete type `ty` in an interface's data word. What it points at never changes.
    pub fn unbox(&mut self, ty: Ty, data: Value) -> Val {
        if self.layout(ty).direct_iface() && self.scalars(ty).is_some() {
            return Val::one(data);
        }
        self.load(ty, Addr::new(data))
    }

    /// Between interface types; the source's methods include the target's.
    pub fn iface_to_iface(&mut self, v: Val, from: Ty, to: Ty) -> Val {
        let (word, data) = (v.get(0), v.get(1));
        if is_empty_interface(to) {
            return Val::two(self.type_word(from, word), data);
        }
        // Of types that only share their methods each has itabs of its own, by which values are compared.
        if undergo_types::identical::identical(from, to) {
            return v;
        }
        let typ = self.type_word(from, word);
        let inter = self.type_addr(to);
        let (find, join) = (self.b.block(), self.b.block());
        let r = self.b.func.add_param(join, Type::Ptr);
        let nil = self.b.nil();
        let is_nil = self.is_zero(typ);
        self.b.push(
            InstData::Brif(
                is_nil,
                undergo_ir::BlockCall { block: join, args: vec![nil] },
                undergo_ir::BlockCall { block: find, args: Vec::new() },
            ),
            &[],
        );
        self.b.switch_to(find);
        self.cx.note_assert_to(to);
        let tab = self.b.builtin(Builtin::AssertE2I, &[inter, typ])[0];
        self.b.jump(join, &[tab]);
        self.b.switch_to(join);
        Val::two(r, data)
    }

    /// Address of a type's descriptor.
    pub fn type_addr(&mut self, ty: Ty) -> Value {
        let sym = self.cx.type_sym(ty);
        self.b.sym_addr(sym, 0)
    }

    // ---- type assertions

    /// `x.(T)`, which panics.
    pub fn type_assert(&mut self, n: &'static TypeAssertExpr, want: Ty) -> Val {
        let it = self.ty(&n.x);
        let v = self.expr(&n.x);
        self.at(n.dot);
        let (word, data) = (v.get(0), v.get(1));
        if want.is_interface() {
            let typ = self.type_word(it, word);
            let inter = self.type_addr(want);
            if is_empty_interface(want) {
                let nil = self.is_zero(typ);
                self.panic_if(nil, Builtin::PanicNilDottype, &[inter]);
                return Val::two(typ, data);
            }
            self.cx.note_assert_to(want);
            let tab = self.b.builtin(Builtin::AssertE2I, &[inter, typ])[0];
            return Val::two(tab, data);
        }
        let typ = self.type_word(it, word);
        let target = self.type_addr(want);
        let other = self.b.icmp(IntCond::Ne, typ, target);
        let iface = self.type_addr(it);
        self.panic_if(other, Builtin::PanicDottypeE, &[typ, target, iface]);
        self.unbox(want, data)
    }

    /// `v, ok := x.(T)`
    pub fn type_assert_ok(&mut self, n: &'static TypeAssertExpr, want: Ty) -> (Val, Value) {
        let it = self.ty(&n.x);
        let v = self.expr(&n.x);
        self.at(n.dot);
        let typ = self.type_word(it, v.get(0));
        self.assert_value(typ, v.get(1), want)
    }

    /// The value of type `want` in an interface whose type word is `typ`, or zero, and whether it is there.
    pub fn assert_value(&mut self, typ: Value, data: Value, want: Ty) -> (Val, Value) {
        let ok = self.is_type_of(typ, want);
        if want.is_interface() {
            let (tab, ok) = ok;
            let nil = self.b.nil();
            let data = self.b.select(ok, data, nil);
            return (Val::two(tab, data), ok);
        }
        let (_, ok) = ok;
        let v = self.choose(want, ok, |fl| fl.unbox(want, data));
        (v, ok)
    }

    /// Whether a value with type word `typ` is of type `want`, and, for an interface type, its first word.
    pub fn is_type_of(&mut self, typ: Value, want: Ty) -> (Value, Value) {
        if want.is_interface() {
            if is_empty_interface(want) {
                let ok = self.b.icmp_imm(IntCond::Ne, typ, 0);
                return (typ, ok);
            }
            self.cx.note_assert_to(want);
            let inter = self.type_addr(want);
            let tab = self.b.builtin(Builtin::AssertE2I2, &[inter, typ])[0];
            let ok = self.b.icmp_imm(IntCond::Ne, tab, 0);
            return (tab, ok);
        }
        let target = self.type_addr(want);
        let ok = self.b.icmp(IntCond::Eq, typ, target);
        (typ, ok)
    }

    /// `f()` if `cond`, else zero.
    pub fn choose(&mut self, ty: Ty, cond: Value, f: impl FnOnce(&mut Self) -> Val) -> Val {
        let (then, join) = (self.b.block(), self.b.block());
        match self.scalars(ty) {
            Some(parts) => {
                let params = parts.iter().map(|&(t, _)| self.b.func.add_param(join, t)).collect();
                let Val::Scalars(zero) = self.zero(ty) else { return Val::empty() };
                self.b.push(
                    InstData::Brif(
                        cond,
                        undergo_ir::BlockCall { block: then, args: Vec::new() },
                        undergo_ir::BlockCall { block: join, args: zero.to_vec() },
                    ),
                    &[],
                );
                self.b.switch_to(then);
                if let Val::Scalars(s) = f(self) {
                    self.b.jump(join, &s);
                }
                self.b.switch_to(join);
                Val::Scalars(params)
            }
            None => {
                let at = self.temp(ty);
                self.store_zero(ty, at);
                self.b.brif(cond, then, join);
                self.b.switch_to(then);
                let v = f(self);
                self.store(ty, &v, at);
                self.b.jump(join, &[]);
                self.b.switch_to(join);
                Val::Mem(at.base)
            }
        }
    }

    /// An `any` that holds a value known to be one already, or a boxed one: the argument of `panic`.
    pub fn as_any(&mut self, e: &'static Expr) -> Val {
        let any = empty_interface();
        if self.ty(e).as_basic() == Some(Basic::UntypedNil) {
            return self.zero(any);
        }
        self.expr_as(e, any)
    }
}

/// `any`
pub fn empty_interface() -> Ty {
    Ty::new(undergo_types::TyKind::Interface(undergo_types::Interface {
        methods: Vec::new(),
        embeds: Vec::new(),
        implicit: false,
    }))
}
