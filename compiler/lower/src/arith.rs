//! Arithmetic.

use undergo_abi::builtins::Builtin;
use undergo_ir::{BinOp, ConvOp, IntCond, ShiftOp, Type, UnOp, Value};
use undergo_syntax::ast::*;
use undergo_types::{Basic, Ty};

use crate::consts::Class;
use crate::func::FuncLower;
use crate::val::Val;

impl FuncLower<'_> {
    /// `x op y` as a value.
    pub fn binary_expr(&mut self, n: &'static BinaryExpr, ty: Ty) -> Val {
        match n.op {
            BinaryOp::LogAnd | BinaryOp::LogOr => self.logical(n),
            op if op.is_comparison() => Val::one(self.comparison(n)),
            op if op.is_shift() => {
                self.order(&[&n.x, &n.y]);
                let v = self.expr1(&n.x);
                self.shift_expr(op, ty, v, &n.y)
            }
            BinaryOp::Add if ty.is_string() => self.concat(n),
            op => {
                self.order(&[&n.x, &n.y]);
                let a = self.expr(&n.x);
                let b = self.expr(&n.y);
                self.at(n.op_pos);
                self.arith(op, ty, &a, &b)
            }
        }
    }

    /// `a op b` on two values of type `ty`; strings included, shifts and comparisons excluded.
    pub fn arith(&mut self, op: BinaryOp, ty: Ty, a: &Val, b: &Val) -> Val {
        let under = ty;
        if under.is_string() {
            return self.concat_values(&[a.clone(), b.clone()]);
        }
        if under.is_complex() {
            return self.complex_arith(op, ty, a, b);
        }
        let (x, y) = (a.get(0), b.get(0));
        Val::one(if under.is_float() {
            self.float_arith(op, x, y)
        } else {
            self.int_arith(op, x, y, under.is_unsigned())
        })
    }

    fn float_arith(&mut self, op: BinaryOp, x: Value, y: Value) -> Value {
        let op = match op {
            BinaryOp::Add => BinOp::FAdd,
            BinaryOp::Sub => BinOp::FSub,
            BinaryOp::Mul => BinOp::FMul,
            _ => BinOp::FDiv,
        };
        self.b.binary(op, x, y)
    }

    fn int_arith(&mut self, op: BinaryOp, x: Value, y: Value, unsigned: bool) -> Value {
        let op = match op {
            BinaryOp::Add => BinOp::Add,
            BinaryOp::Sub => BinOp::Sub,
            BinaryOp::Mul => BinOp::Mul,
            BinaryOp::And => BinOp::And,
            BinaryOp::Or => BinOp::Or,
            BinaryOp::Xor => BinOp::Xor,
            BinaryOp::AndNot => {
                let not = self.b.unary(UnOp::Not, y);
                return self.b.binary(BinOp::And, x, not);
            }
            BinaryOp::Div | BinaryOp::Rem => {
                if self.const_of(y).is_none_or(|c| c == 0) {
                    let zero = self.is_zero(y);
                    self.panic_if(zero, Builtin::PanicDivide, &[]);
                }
                match (op, unsigned) {
                    (BinaryOp::Div, false) => BinOp::SDiv,
                    (BinaryOp::Div, true) => BinOp::UDiv,
                    (_, false) => BinOp::SRem,
                    (_, true) => BinOp::URem,
                }
            }
            _ => return x,
        };
        self.b.binary(op, x, y)
    }

    /// `-v`
    pub fn negate(&mut self, ty: Ty, v: Val) -> Val {
        let under = ty;
        let op = if under.is_float() || under.is_complex() { UnOp::FNeg } else { UnOp::Neg };
        match v {
            Val::Scalars(s) => Val::Scalars(s.into_iter().map(|x| self.b.unary(op, x)).collect()),
            v => v,
        }
    }

    /// `v << count`, `v >> count`
    pub fn shift_expr(&mut self, op: BinaryOp, ty: Ty, v: Value, count: &'static Expr) -> Val {
        let signed_count = !self.ty(count).is_unsigned();
        let c = self.expr1(count);
        if signed_count && self.const_of(c).is_none_or(|c| c < 0) {
            let negative = self.b.icmp_imm(IntCond::Slt, c, 0);
            self.panic_if(negative, Builtin::PanicShift, &[]);
        }
        let op = match op {
            BinaryOp::Shl => ShiftOp::Shl,
            _ if ty.is_unsigned() => ShiftOp::Shr,
            _ => ShiftOp::Sar,
        };
        Val::one(self.b.shift(op, v, c))
    }

    // ---- complex numbers

    fn complex_arith(&mut self, op: BinaryOp, ty: Ty, a: &Val, b: &Val) -> Val {
        let (ar, ai, br, bi) = (a.get(0), a.get(1), b.get(0), b.get(1));
        match op {
            BinaryOp::Add | BinaryOp::Sub => Val::two(self.float_arith(op, ar, br), self.float_arith(op, ai, bi)),
            // Products and quotients of complex64 are computed in double precision, as gc does.
            BinaryOp::Mul => {
                let [ar, ai, br, bi] = [ar, ai, br, bi].map(|v| self.b.convert(ConvOp::FPromote, Type::F64, v));
                let (rr, ii) = (self.b.binary(BinOp::FMul, ar, br), self.b.binary(BinOp::FMul, ai, bi));
                let (ri, ir) = (self.b.binary(BinOp::FMul, ar, bi), self.b.binary(BinOp::FMul, ai, br));
                let re = self.b.binary(BinOp::FSub, rr, ii);
                let im = self.b.binary(BinOp::FAdd, ri, ir);
                self.complex_of(ty, re, im)
            }
            _ => {
                let args = [ar, ai, br, bi].map(|v| self.b.convert(ConvOp::FPromote, Type::F64, v));
                let r = self.b.builtin(Builtin::Complex128Div, &args);
                self.complex_of(ty, r[0], r[1])
            }
        }
    }

    /// A complex value of type `ty` from doubles.
    pub fn complex_of(&mut self, ty: Ty, re: Value, im: Value) -> Val {
        if ty.as_basic() == Some(Basic::Complex64) {
            let re = self.b.convert(ConvOp::FDemote, Type::F32, re);
            let im = self.b.convert(ConvOp::FDemote, Type::F32, im);
            return Val::two(re, im);
        }
        Val::two(re, im)
    }

    // ---- strings

    /// `a + b + c …`: one call for the whole chain.
    fn concat(&mut self, n: &'static BinaryExpr) -> Val {
        let mut parts = vec![&n.y];
        let mut x = &n.x;
        loop {
            match x {
                Expr::Paren(p) => x = &p.x,
                Expr::Binary(b)
                    if b.op == BinaryOp::Add
                        && self.tv(x).is_none_or(|tv| tv.value.is_none())
                        && !self.saved.contains_key(&b.id) =>
                {
                    parts.push(&b.y);
                    x = &b.x;
                }
                _ => break,
            }
        }
        parts.push(x);
        parts.reverse();
        self.order(&parts);
        let values: Vec<Val> = parts.iter().map(|e| self.expr(e)).collect();
        self.at(n.op_pos);
        self.concat_values(&values)
    }

    /// The strings joined.
    pub fn concat_values(&mut self, parts: &[Val]) -> Val {
        let at = self.temp_bytes(parts.len() as u64 * 16, 8);
        for (i, v) in parts.iter().enumerate() {
            self.store_scalar(v.get(0), at.plus(i as u64 * 16));
            self.store_scalar(v.get(1), at.plus(i as u64 * 16 + 8));
        }
        let (p, n) = (self.address(at), self.word(parts.len() as i64));
        let r = self.b.builtin(Builtin::ConcatStrings, &[p, n]);
        Val::two(r[0], r[1])
    }

    // ---- min and max

    /// The smaller (`BinaryOp::Lt`) or greater (`BinaryOp::Gt`) of two values.
    pub fn min_max(&mut self, op: BinaryOp, ty: Ty, a: &Val, b: &Val) -> Val {
        let under = ty;
        if under.is_float() {
            let op = if op == BinaryOp::Lt { BinOp::FMin } else { BinOp::FMax };
            return Val::one(self.b.binary(op, a.get(0), b.get(0)));
        }
        if under.is_string() {
            // The first of equal strings stays; they may differ in address only.
            let other = self.ordered(op, ty, b, a);
            let p = self.b.select(other, b.get(0), a.get(0));
            let n = self.b.select(other, b.get(1), a.get(1));
            return Val::two(p, n);
        }
        let first = self.ordered(op, ty, a, b);
        Val::one(self.b.select(first, a.get(0), b.get(0)))
    }
}
