//! Comparisons.
//!
//! Values in scalars are compared leaf by leaf as their type demands: cheap parts first and all at once, then strings
//! and interfaces one after the other. Values in memory are compared as memory where the type allows, else by the
//! type's generated equality function.

use undergo_abi::builtins::Builtin;
use undergo_ir::inst::Call;
use undergo_ir::{BinOp, Callee, FloatCond, IntCond, Type, Value};
use undergo_syntax::ast::*;
use undergo_types::{Basic, Ty, TyKind};

use crate::alg::{is_empty_interface, regular_memory};
use crate::consts::Class;
use crate::func::FuncLower;
use crate::val::{Addr, Val};

impl FuncLower<'_> {
    /// `x == y` and its relatives.
    pub fn comparison(&mut self, n: &'static BinaryExpr) -> Value {
        self.order(&[&n.x, &n.y]);
        let equal = match n.op {
            BinaryOp::Eq | BinaryOp::Ne => self.equal_exprs(n),
            op => {
                let ty = self.comparison_type(n);
                let a = self.string_operand(&n.x);
                let b = self.string_operand(&n.y);
                self.at(n.op_pos);
                return self.ordered(op, ty, &a, &b);
            }
        };
        if n.op == BinaryOp::Ne { self.not(equal) } else { equal }
    }

    /// The operands' type; of a constant's and a value's, the value's.
    fn comparison_type(&self, n: &BinaryExpr) -> Ty {
        match self.tv(&n.x) {
            Some(tv) if tv.value.is_some() => self.ty(&n.y),
            _ => self.ty(&n.x),
        }
    }

    fn equal_exprs(&mut self, n: &'static BinaryExpr) -> Value {
        let (x, y) = (&n.x, &n.y);
        if self.is_nil(y) {
            let v = self.expr(x);
            self.at(n.op_pos);
            return self.is_nil_value(&v);
        }
        if self.is_nil(x) {
            let v = self.expr(y);
            self.at(n.op_pos);
            return self.is_nil_value(&v);
        }
        let (xt, yt) = (self.ty(x), self.ty(y));
        match (xt.is_interface(), yt.is_interface()) {
            (true, false) => {
                let i = self.expr(x);
                let v = self.expr(y);
                self.at(n.op_pos);
                self.equal_mixed(xt, &i, yt, &v)
            }
            (false, true) => {
                let v = self.expr(x);
                let i = self.expr(y);
                self.at(n.op_pos);
                self.equal_mixed(yt, &i, xt, &v)
            }
            (true, true) => {
                let a = self.expr(x);
                let b = self.expr(y);
                self.at(n.op_pos);
                self.equal_interfaces(xt, &a, yt, &b)
            }
            _ => {
                let ty = self.comparison_type(n);
                let a = self.string_operand(x);
                let b = self.string_operand(y);
                self.at(n.op_pos);
                self.equal(ty, &a, &b)
            }
        }
    }

    /// An operand that is only looked at: `string(bytes)` needs no copy then.
    pub fn string_operand(&mut self, e: &'static Expr) -> Val {
        if let Expr::Call(c) = e.unparen() {
            let constant = self.tv(e).is_some_and(|tv| tv.value.is_some());
            if !constant && !self.saved.contains_key(&c.id) && self.is_type(&c.fun) && c.args.len() == 1 {
                let (to, from) = (self.ty(e), self.ty(&c.args[0]));
                if to.is_string() && is_byte_slice(from) {
                    let s = self.expr(&c.args[0]);
                    return Val::two(s.get(0), s.get(1));
                }
            }
        }
        self.expr(e)
    }

    /// Whether a value of a type that has nil is nil.
    pub fn is_nil_value(&mut self, v: &Val) -> Value {
        let p = v.get(0);
        self.is_zero(p)
    }

    /// Logical negation of an I8.
    pub fn not(&mut self, v: Value) -> Value {
        let one = self.b.iconst(Type::I8, 1);
        self.b.binary(BinOp::Xor, v, one)
    }

    /// `a op b` for an ordering operator.
    pub fn ordered(&mut self, op: BinaryOp, ty: Ty, a: &Val, b: &Val) -> Value {
        let under = ty;
        if under.is_string() {
            let args = [a.get(0), a.get(1), b.get(0), b.get(1)];
            let r = self.b.builtin(Builtin::CmpString, &args);
            return self.b.icmp_imm(int_cond(op, false), r[0], 0);
        }
        if under.is_float() {
            let c = match op {
                BinaryOp::Lt => FloatCond::Lt,
                BinaryOp::Le => FloatCond::Le,
                BinaryOp::Gt => FloatCond::Gt,
                _ => FloatCond::Ge,
            };
            return self.b.fcmp(c, a.get(0), b.get(0));
        }
        self.b.icmp(int_cond(op, under.is_unsigned()), a.get(0), b.get(0))
    }

    /// `a == b`, both of type `ty`.
    pub fn equal(&mut self, ty: Ty, a: &Val, b: &Val) -> Value {
        match (a, b) {
            (Val::Scalars(x), Val::Scalars(y)) => {
                let mut leaves = Vec::new();
                collect_leaves(ty, &mut leaves);
                let (x, y) = (x.clone(), y.clone());
                self.equal_leaves(&leaves, &x, &y)
            }
            _ => {
                let (p, q) = (self.spill(ty, a), self.spill(ty, b));
                self.equal_memory(ty, p, q)
            }
        }
    }

    /// What is cheap comes first; but what may panic is reached only if all before it is equal, and comes before all
    /// behind it.
    fn equal_leaves(&mut self, leaves: &[Leaf], x: &[Value], y: &[Value]) -> Value {
        let mut result: Option<Value> = None;
        let mut texts = Vec::new();
        for l in leaves {
            let (a, b) = (x.get(l.at).copied(), y.get(l.at).copied());
            let (Some(a), Some(b)) = (a, b) else { continue };
            let cheap = match l.kind {
                LeafKind::Float => self.b.fcmp(FloatCond::Eq, a, b),
                LeafKind::Text => {
                    texts.push(*l);
                    self.b.icmp(IntCond::Eq, x[l.at + 1], y[l.at + 1])
                }
                LeafKind::Bits | LeafKind::Iface(_) => self.b.icmp(IntCond::Eq, a, b),
            };
            let mut all = match result {
                None => cheap,
                Some(r) => self.b.binary(BinOp::And, r, cheap),
            };
            if let LeafKind::Iface(builtin) = l.kind {
                all = self.equal_texts(all, &mut texts, x, y);
                let args = [x[l.at], x[l.at + 1], y[l.at + 1]];
                all = self.and_then(all, 0, |fl| fl.b.builtin(builtin, &args)[0]);
            }
            result = Some(all);
        }
        match result {
            Some(all) => self.equal_texts(all, &mut texts, x, y),
            None => self.bool_const(true),
        }
    }

    /// Whether also the contents of these strings are equal, whose lengths are.
    fn equal_texts(&mut self, mut all: Value, texts: &mut Vec<Leaf>, x: &[Value], y: &[Value]) -> Value {
        for l in texts.drain(..) {
            let args = [x[l.at], y[l.at], x[l.at + 1]];
            all = self.and_then(all, 0, |fl| fl.b.builtin(Builtin::MemEqual, &args)[0]);
        }
        all
    }

    /// Equality of two values of type `ty` in memory.
    pub fn equal_memory(&mut self, ty: Ty, p: Value, q: Value) -> Value {
        if regular_memory(ty) {
            let size = self.word(self.layout(ty).size as i64);
            return self.b.builtin(Builtin::MemEqual, &[p, q, size])[0];
        }
        let eq = self.cx.eq_sym(ty);
        let call = Call { callee: Callee::Direct(eq), args: vec![p, q], ctx: None, frame: None };
        self.b.call(call, &[Type::I8])[0]
    }

    /// Equality of two interface values.
    pub fn equal_interfaces(&mut self, xt: Ty, a: &Val, yt: Ty, b: &Val) -> Value {
        let (x_empty, y_empty) = (is_empty_interface(xt), is_empty_interface(yt));
        let same_words = x_empty == y_empty && (x_empty || undergo_types::identical::identical(xt, yt));
        let (wa, wb) = if same_words {
            (a.get(0), b.get(0))
        } else {
            (self.type_word(xt, a.get(0)), self.type_word(yt, b.get(0)))
        };
        let builtin = if same_words && !x_empty { Builtin::IfaceEq } else { Builtin::EfaceEq };
        let same = self.b.icmp(IntCond::Eq, wa, wb);
        let (x, y) = (a.get(1), b.get(1));
        self.and_then(same, 0, |fl| fl.b.builtin(builtin, &[wa, x, y])[0])
    }

    /// An interface value against one of a concrete type, without boxing that.
    pub fn equal_mixed(&mut self, it: Ty, i: &Val, ct: Ty, v: &Val) -> Value {
        let tw = self.type_word(it, i.get(0));
        let sym = self.cx.type_sym(ct);
        let want = self.b.sym_addr(sym, 0);
        let same = self.b.icmp(IntCond::Eq, tw, want);
        let data = i.get(1);
        let v = v.clone();
        self.and_then(same, 0, |fl| {
            let other = fl.unbox(ct, data);
            fl.equal(ct, &other, &v)
        })
    }

    /// The type descriptor (or nil) behind an interface value's first word.
    pub fn type_word(&mut self, iface: Ty, word: Value) -> Value {
        if is_empty_interface(iface) {
            return word;
        }
        let (load, join) = (self.b.block(), self.b.block());
        let r = self.b.func.add_param(join, Type::Ptr);
        let nil = self.b.nil();
        let is_nil = self.is_zero(word);
        self.b.push(
            undergo_ir::InstData::Brif(
                is_nil,
                undergo_ir::BlockCall { block: join, args: vec![nil] },
                undergo_ir::BlockCall { block: load, args: Vec::new() },
            ),
            &[],
        );
        self.b.switch_to(load);
        let t = self.load_scalar(Type::Ptr, Addr::new(word).plus(undergo_abi::types::itab::TYPE as u64));
        self.b.jump(join, &[t]);
        self.b.switch_to(join);
        r
    }
}

#[derive(Clone, Copy)]
struct Leaf {
    at: usize,
    kind: LeafKind,
}

#[derive(Clone, Copy)]
enum LeafKind {
    Bits,
    Float,
    Text,
    Iface(Builtin),
}

/// Parts to compare of a type in scalars; blank fields are skipped. Gives the number of scalars.
fn collect_leaves(ty: Ty, out: &mut Vec<Leaf>) -> usize {
    fn walk(ty: Ty, at: usize, out: &mut Vec<Leaf>) -> usize {
        let mut leaf = |kind, n| {
            out.push(Leaf { at, kind });
            n
        };
        match ty.under() {
            TyKind::Basic(b) => match b {
                Basic::Float32 | Basic::Float64 => leaf(LeafKind::Float, 1),
                Basic::Complex64 | Basic::Complex128 => {
                    out.push(Leaf { at, kind: LeafKind::Float });
                    out.push(Leaf { at: at + 1, kind: LeafKind::Float });
                    2
                }
                Basic::String | Basic::UntypedString => leaf(LeafKind::Text, 2),
                _ => leaf(LeafKind::Bits, 1),
            },
            TyKind::Interface(_) => {
                let b = if is_empty_interface(ty) { Builtin::EfaceEq } else { Builtin::IfaceEq };
                leaf(LeafKind::Iface(b), 2)
            }
            TyKind::Struct(fields) => {
                let mut n = 0;
                for f in fields {
                    if f.name.is_blank() {
                        n += walk(f.ty, at + n, &mut Vec::new());
                    } else {
                        n += walk(f.ty, at + n, out);
                    }
                }
                n
            }
            TyKind::Array(elem, 1) => walk(*elem, at, out),
            TyKind::Array(..) => 0,
            _ => leaf(LeafKind::Bits, 1),
        }
    }
    walk(ty, 0, out)
}

/// Whether the type is a slice of bytes.
pub fn is_byte_slice(ty: Ty) -> bool {
    matches!(ty.under(), TyKind::Slice(e) if e.as_basic() == Some(Basic::Uint8))
}

fn int_cond(op: BinaryOp, unsigned: bool) -> IntCond {
    match (op, unsigned) {
        (BinaryOp::Lt, false) => IntCond::Slt,
        (BinaryOp::Le, false) => IntCond::Sle,
        (BinaryOp::Gt, false) => IntCond::Sgt,
        (BinaryOp::Ge, false) => IntCond::Sge,
        (BinaryOp::Lt, true) => IntCond::Ult,
        (BinaryOp::Le, true) => IntCond::Ule,
        (BinaryOp::Gt, true) => IntCond::Ugt,
        _ => IntCond::Uge,
    }
}
