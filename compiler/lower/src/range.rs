//! Range loops, those over functions aside (`range_func.rs`).

use undergo_abi::builtins::Builtin;
use undergo_ir::{BinOp, Block as IrBlock, ConvOp, IntCond, Slot, Type, Value};
use undergo_source::Name;
use undergo_syntax::ast::*;
use undergo_types::{Basic, Ty, TyKind};

use crate::assign::Lhs;
use crate::consts::Class;
use crate::func::{FuncLower, Scope, Target};
use crate::val::{Addr, Val};

/// Bytes of a `maps.Iter`, rounded up.
const ITER_SIZE: u64 = 128;

impl FuncLower<'_> {
    /// `for k, v := range x { … }`
    pub fn range(&mut self, n: &'static RangeStmt, label: Option<Name>) {
        self.at(n.pos);
        let xt = self.ty(&n.x);
        match xt.under() {
            TyKind::Func(_) => self.range_func(n, label),
            TyKind::Slice(elem) => self.range_slice(n, label, *elem),
            TyKind::Array(elem, len) => self.range_array(n, label, *elem, *len),
            TyKind::Pointer(array) => match array.under() {
                TyKind::Array(elem, len) => {
                    // Elements are read through the pointer as the loop goes on.
                    let wants_value = self.wants(&n.value);
                    let p = if wants_value || self.has_effect(&n.x) { self.expr1(&n.x) } else { self.b.nil() };
                    let len_value = self.word(*len as i64);
                    if wants_value && *len > 0 {
                        self.nil_check(p);
                    }
                    self.range_elements(n, label, p, len_value, *elem);
                }
                _ => self.bad_range(n),
            },
            TyKind::Map(key, elem) => self.range_map(n, label, xt, *key, *elem),
            TyKind::Chan(_, elem) => self.range_chan(n, label, *elem),
            TyKind::Basic(_) if xt.is_string() => self.range_string(n, label),
            TyKind::Basic(_) => self.range_int(n, label, xt),
            _ => self.bad_range(n),
        }
    }

    fn bad_range(&mut self, n: &'static RangeStmt) {
        let ty = self.ty(&n.x);
        self.refuse(n.pos, Ty::invalid(), format!("internal: range over {ty:?}"));
    }

    /// An iteration variable or operand as a left-hand side.
    pub fn range_lhs(&self, n: &'static RangeStmt, e: &'static Option<Expr>) -> Lhs {
        match e {
            None => Lhs::Blank,
            Some(e) => match e.unparen() {
                Expr::Ident(id) if id.name.is_blank() => Lhs::Blank,
                Expr::Ident(id) if n.define => match self.unit.info.obj(id.id) {
                    Some(o) => Lhs::New(o),
                    None => Lhs::Blank,
                },
                _ => Lhs::Old(e),
            },
        }
    }

    fn wants(&self, e: &'static Option<Expr>) -> bool {
        match e {
            None => false,
            Some(e) => !matches!(e.unparen(), Expr::Ident(id) if id.name.is_blank()),
        }
    }

    /// Before Go 1.22 the iteration variables exist once: they are declared ahead, and assigned by each iteration.
    fn shared_vars(&mut self, n: &'static RangeStmt) {
        if self.unit.per_iteration || !n.define {
            return;
        }
        for e in n.key.iter().chain(&n.value) {
            let Expr::Ident(id) = e else { continue };
            if let Some(o) = self.unit.info.obj(id.id).filter(|_| !id.name.is_blank()) {
                let z = self.subst(o.type_());
                let z = self.zero(z);
                self.declare_init(o, &z);
            }
        }
    }

    /// Gives an iteration variable its value.
    pub fn set_range_var(&mut self, lhs: Lhs, v: Val, ty: Ty) {
        match lhs {
            Lhs::New(o) if !self.unit.per_iteration && self.vars.contains_key(&o) => {
                let to = self.subst(o.type_());
                let v = self.assign_conv(v, ty, to);
                let at = self.var_addr(o);
                self.store(to, &v, at);
            }
            lhs => self.assign_value(lhs, v, ty),
        }
    }

    /// Key and value: with `=`, operands of both come before either assignment.
    fn set_range_vars(&mut self, n: &'static RangeStmt, key: (Val, Ty), value: Option<(Val, Ty)>) {
        let (k, v) = (self.range_lhs(n, &n.key), self.range_lhs(n, &n.value));
        if let (Lhs::Old(ke), Lhs::Old(ve), Some((val, vt))) = (k, v, &value) {
            let (kp, vp) = (self.place(ke), self.place(ve));
            if let (Some(kt), Some(vt2)) = (self.place_type(ke), self.place_type(ve)) {
                let kv = self.assign_conv(key.0, key.1, kt);
                let vv = self.assign_conv(val.clone(), *vt, vt2);
                let vv = self.own(vt2, vv);
                self.assign_place(&kp, kt, &kv);
                self.assign_place(&vp, vt2, &vv);
            }
            return;
        }
        self.set_range_var(k, key.0, key.1);
        if let Some((val, vt)) = value {
            self.set_range_var(v, val, vt);
        }
    }

    /// A hidden 64-bit variable.
    pub fn hidden(&mut self, init: Value) -> Slot {
        let s = self.b.func.add_slot(8, 8, Name::new(""));
        let at = self.b.slot_addr(s, 0);
        self.b.store(init, at, 0);
        s
    }
    /// Its value.
    pub fn get_hidden(&mut self, t: Type, s: Slot) -> Value {
        let at = self.b.slot_addr(s, 0);
        self.b.load(t, at, 0)
    }
    /// Gives it a value.
    pub fn set_hidden(&mut self, s: Slot, v: Value) {
        let at = self.b.slot_addr(s, 0);
        self.b.store(v, at, 0);
    }

    /// The loop around a body: `head` tests and goes to the body or the end; `next` leads back to the head.
    fn range_loop(
        &mut self,
        n: &'static RangeStmt,
        label: Option<Name>,
        head: impl FnOnce(&mut Self, IrBlock, IrBlock),
        bind: impl FnOnce(&mut Self),
        next: impl FnOnce(&mut Self),
    ) {
        self.shared_vars(n);
        let (top, body, cont, end) = (self.b.block(), self.b.block(), self.b.block(), self.b.block());
        self.go_to(top);
        self.loop_depth += 1;
        self.b.switch_to(top);
        self.at(n.pos);
        head(self, body, end);
        self.b.switch_to(body);
        bind(self);
        let scope = Scope { label, stmt: n.id, brk: Some(Target::Block(end)), cont: Some(Target::Block(cont)) };
        self.scoped(scope, |fl| fl.stmts(&n.body.stmts));
        self.go_to(cont);
        self.b.switch_to(cont);
        self.at(n.pos);
        next(self);
        self.go_to(top);
        self.loop_depth -= 1;
        self.b.switch_to(end);
    }

    fn range_int(&mut self, n: &'static RangeStmt, label: Option<Name>, xt: Ty) {
        // The variable's type decides for an untyped constant.
        let ty = match self.range_lhs(n, &n.key) {
            Lhs::New(o) => self.subst(o.type_()),
            Lhs::Old(e) => self.place_type(e).filter(|t| !t.is_interface()).unwrap_or(xt),
            Lhs::Blank => xt,
        };
        let limit = match self.tv(&n.x).and_then(|tv| tv.value) {
            Some(c) => self.constant(ty, c).get(0),
            None => self.expr1(&n.x),
        };
        let t = self.b.func.ty(limit);
        let zero = self.b.iconst(t, 0);
        let i = self.hidden(zero);
        let less = if ty.is_unsigned() { IntCond::Ult } else { IntCond::Slt };
        self.range_loop(
            n,
            label,
            |fl, body, end| {
                let v = fl.get_hidden(t, i);
                let c = fl.b.icmp(less, v, limit);
                fl.b.brif(c, body, end);
            },
            |fl| {
                let v = fl.get_hidden(t, i);
                fl.set_range_vars(n, (Val::one(v), ty), None);
            },
            |fl| {
                let v = fl.get_hidden(t, i);
                let one = fl.b.iconst(t, 1);
                let v = fl.b.binary(BinOp::Add, v, one);
                fl.set_hidden(i, v);
            },
        );
    }

    fn range_slice(&mut self, n: &'static RangeStmt, label: Option<Name>, elem: Ty) {
        // The bytes of a string are not copied: nothing can write to them.
        if let Expr::Call(c) = n.x.unparen() {
            let from_string = c.args.len() == 1 && self.is_type(&c.fun) && self.ty(&c.args[0]).is_string();
            if from_string && elem.as_basic() == Some(Basic::Uint8) {
                let s = self.expr(&c.args[0]);
                return self.range_elements(n, label, s.get(0), s.get(1), elem);
            }
        }
        let s = self.expr(&n.x);
        self.range_elements(n, label, s.get(0), s.get(1), elem);
    }

    fn range_array(&mut self, n: &'static RangeStmt, label: Option<Name>, elem: Ty, len: u64) {
        let len_value = self.word(len as i64);
        if !self.wants(&n.value) {
            if self.has_effect(&n.x) {
                self.effect(&n.x);
            }
            let nil = self.b.nil();
            return self.range_elements(n, label, nil, len_value, elem);
        }
        let ty = self.ty(&n.x);
        let at = self.temp(ty);
        self.expr_into(&n.x, ty, at);
        self.range_elements(n, label, at.base, len_value, elem);
    }

    fn range_elements(&mut self, n: &'static RangeStmt, label: Option<Name>, base: Value, len: Value, elem: Ty) {
        let zero = self.word(0);
        let i = self.hidden(zero);
        let int = Ty::basic(Basic::Int);
        let wants_value = self.wants(&n.value);
        let size = self.layout(elem).size;
        self.range_loop(
            n,
            label,
            |fl, body, end| {
                let v = fl.get_hidden(Type::I64, i);
                let c = fl.b.icmp(IntCond::Slt, v, len);
                fl.b.brif(c, body, end);
            },
            |fl| {
                let v = fl.get_hidden(Type::I64, i);
                let value = wants_value.then(|| {
                    let at = fl.elem_addr(base, v, size);
                    (fl.load(elem, at), elem)
                });
                fl.set_range_vars(n, (Val::one(v), int), value);
            },
            |fl| {
                let v = fl.get_hidden(Type::I64, i);
                let one = fl.word(1);
                let v = fl.b.binary(BinOp::Add, v, one);
                fl.set_hidden(i, v);
            },
        );
    }

    fn range_string(&mut self, n: &'static RangeStmt, label: Option<Name>) {
        let s = self.expr(&n.x);
        let (p, len) = (s.get(0), s.get(1));
        let zero = self.word(0);
        let (i, after) = (self.hidden(zero), self.hidden(zero));
        let rune = self.b.func.add_slot(8, 8, Name::new(""));
        let (int, int32) = (Ty::basic(Basic::Int), Ty::basic(Basic::Int32));
        self.range_loop(
            n,
            label,
            |fl, body, end| {
                let k = fl.get_hidden(Type::I64, i);
                let c = fl.b.icmp(IntCond::Slt, k, len);
                fl.b.brif(c, body, end);
            },
            |fl| {
                let k = fl.get_hidden(Type::I64, i);
                let (ascii, other, join) = (fl.b.block(), fl.b.block(), fl.b.block());
                let at = fl.elem_addr(p, k, 1);
                let byte = fl.load_scalar(Type::I8, at);
                let is_ascii = fl.b.icmp_imm(IntCond::Sge, byte, 0);
                fl.b.brif(is_ascii, ascii, other);
                fl.b.switch_to(ascii);
                let wide = fl.b.convert(ConvOp::Zext, Type::I32, byte);
                fl.set_hidden(rune, wide);
                let one = fl.word(1);
                let k1 = fl.b.binary(BinOp::Add, k, one);
                fl.set_hidden(after, k1);
                fl.b.jump(join, &[]);
                fl.b.switch_to(other);
                let r = fl.b.builtin(Builtin::DecodeRune, &[p, len, k]);
                fl.set_hidden(rune, r[0]);
                fl.set_hidden(after, r[1]);
                fl.b.jump(join, &[]);
                fl.b.switch_to(join);
                let r = fl.get_hidden(Type::I32, rune);
                fl.set_range_vars(n, (Val::one(k), int), Some((Val::one(r), int32)));
            },
            |fl| {
                let k = fl.get_hidden(Type::I64, after);
                fl.set_hidden(i, k);
            },
        );
    }

    fn range_map(&mut self, n: &'static RangeStmt, label: Option<Name>, map: Ty, key: Ty, elem: Ty) {
        let m = self.expr1(&n.x);
        let iter = self.temp_bytes(ITER_SIZE, 8);
        self.b.mem_zero(iter.base, ITER_SIZE, true);
        let typ = self.type_addr(map);
        self.b.builtin(Builtin::MapIterStart, &[typ, m, iter.base]);
        let (wants_key, wants_value) = (self.wants(&n.key), self.wants(&n.value));
        self.range_loop(
            n,
            label,
            |fl, body, end| {
                let k = fl.load_scalar(Type::Ptr, iter);
                let done = fl.is_zero(k);
                fl.b.brif(done, end, body);
            },
            |fl| {
                // Key and element are copied before anything can change them.
                let value = wants_value.then(|| {
                    let p = fl.load_scalar(Type::Ptr, iter.plus(8));
                    (fl.load(elem, Addr::new(p)), elem)
                });
                if wants_key || value.is_some() {
                    let p = fl.load_scalar(Type::Ptr, iter);
                    let k = fl.load(key, Addr::new(p));
                    fl.set_range_vars(n, (k, key), value);
                }
            },
            |fl| {
                fl.b.builtin(Builtin::MapIterNext, &[iter.base]);
            },
        );
    }

    fn range_chan(&mut self, n: &'static RangeStmt, label: Option<Name>, elem: Ty) {
        let c = self.expr1(&n.x);
        let at = self.temp(elem);
        self.range_loop(
            n,
            label,
            |fl, body, end| {
                fl.clear_landing(elem, at);
                let ok = fl.b.builtin(Builtin::ChanRecv2, &[c, at.base])[0];
                fl.b.brif(ok, body, end);
            },
            |fl| {
                let v = fl.landed(elem, at);
                fl.set_range_vars(n, (v, elem), None);
            },
            |_| {},
        );
    }
}
