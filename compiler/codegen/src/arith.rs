//! Instructions on scalars, and the dispatch over all instructions.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};
use undergo_ir::{BinOp, ConvOp, FloatCond, Inst, InstData, IntCond, ShiftOp, Type, UnOp, Value};

use crate::translate::{TRAP_UNREACHABLE, Translator, ty};

impl Translator<'_> {
    /// Translates one instruction.
    pub fn inst(&mut self, i: Inst) {
        use InstData::*;
        let f = self.f;
        let result = match &f.insts[i] {
            Iconst { ty: t, imm } => self.iconst(ty(*t), *imm),
            F32const(bits) => self.cur.ins().f32const(clif::immediates::Ieee32::with_bits(*bits)),
            F64const(bits) => self.cur.ins().f64const(clif::immediates::Ieee64::with_bits(*bits)),
            SymAddr { sym, offset } => self.symbol_address(*sym, *offset),
            SlotAddr { slot, offset } => {
                let slot = self.slot(*slot);
                self.cur.ins().stack_addr(types::I64, slot, *offset)
            }
            Binary(op, [a, b]) => self.binary(*op, *a, *b),
            PtrAdd([p, off]) => {
                let (p, off) = (self.get(*p), self.get(*off));
                self.cur.ins().iadd(p, off)
            }
            Shift(op, [v, count]) => self.shift(*op, *v, *count),
            Unary(op, v) => self.unary(*op, *v),
            Convert(op, to, v) => self.convert(*op, *to, *v),
            Icmp(c, [a, b]) => {
                let (a, b) = (self.get(*a), self.get(*b));
                self.cur.ins().icmp(int_cond(*c), a, b)
            }
            Fcmp(c, [a, b]) => {
                let (a, b) = (self.get(*a), self.get(*b));
                self.cur.ins().fcmp(float_cond(*c), a, b)
            }
            Select([c, a, b]) => {
                let (c, a, b) = (self.get(*c), self.get(*a), self.get(*b));
                self.cur.ins().select(c, a, b)
            }
            // Loaded at the very start.
            ClosureCtx | FrameParam => return,
            FramePtr => self.cur.ins().get_frame_pointer(types::I64),
            CallerPc => self.cur.ins().get_return_address(types::I64),
            CallerSp => {
                let fp = self.cur.ins().get_frame_pointer(types::I64);
                // Above the saved frame pointer and the return address.
                self.add_const(fp, 16)
            }
            GetG => self.cur.ins().get_pinned_reg(types::I64),
            Call(c) => return self.call(i, c),
            BoundsCheck { code, i, n } => return self.bounds_check(*code, *i, *n),
            KeepAlive(v) => {
                let v = self.get(*v);
                return self.keep_alive(v);
            }
            Jump(_) | Brif(..) | Switch(..) | Return(_) | Unreachable => return self.terminator(i),
            data => match self.memory(data) {
                Some(v) => v,
                None => return,
            },
        };
        self.set(f.result(i), result);
    }

    fn terminator(&mut self, i: Inst) {
        let f = self.f;
        match &f.insts[i] {
            InstData::Jump(t) => {
                let args = self.block_args(t);
                let to = self.target(t.block);
                self.cur.ins().jump(to, &args);
            }
            InstData::Brif(c, a, b) => {
                let c = self.get(*c);
                let (then_args, else_args) = (self.block_args(a), self.block_args(b));
                let (a, b) = (self.target(a.block), self.target(b.block));
                self.cur.ins().brif(c, a, &then_args, b, &else_args);
            }
            InstData::Switch(v, cases, default) => {
                let v = self.get(*v);
                self.switch(v, cases, default);
            }
            InstData::Return(vs) => {
                let vs: Vec<clif::Value> = vs.iter().map(|&v| self.get(v)).collect();
                self.cur.ins().return_(&vs);
            }
            _ => {
                self.cur.ins().trap(TRAP_UNREACHABLE);
            }
        }
    }

    fn binary(&mut self, op: BinOp, x: Value, y: Value) -> clif::Value {
        let (a, b) = (self.get(x), self.get(y));
        match op {
            BinOp::SDiv | BinOp::SRem if !self.constant(y).is_some_and(|c| c != -1 && c != 0) => {
                return self.signed_division(op, a, b);
            }
            _ => {}
        }
        let ins = self.cur.ins();
        match op {
            BinOp::Add => ins.iadd(a, b),
            BinOp::Sub => ins.isub(a, b),
            BinOp::Mul => ins.imul(a, b),
            BinOp::SDiv => ins.sdiv(a, b),
            BinOp::UDiv => ins.udiv(a, b),
            BinOp::SRem => ins.srem(a, b),
            BinOp::URem => ins.urem(a, b),
            BinOp::And => ins.band(a, b),
            BinOp::Or => ins.bor(a, b),
            BinOp::Xor => ins.bxor(a, b),
            BinOp::UMulHi => ins.umulhi(a, b),
            BinOp::SMulHi => ins.smulhi(a, b),
            BinOp::Rotl => ins.rotl(a, b),
            BinOp::FAdd => ins.fadd(a, b),
            BinOp::FSub => ins.fsub(a, b),
            BinOp::FMul => ins.fmul(a, b),
            BinOp::FDiv => ins.fdiv(a, b),
            BinOp::FMin => ins.fmin(a, b),
            BinOp::FMax => ins.fmax(a, b),
        }
    }

    /// The machine's division faults for the smallest number by -1, which Go defines; so -1 goes its own way.
    fn signed_division(&mut self, op: BinOp, a: clif::Value, b: clif::Value) -> clif::Value {
        let t = self.cur.func.dfg.value_type(a);
        let divide = self.cur.func.dfg.make_block();
        let negate = self.cold_block();
        let done = self.continuation();
        let result = self.cur.func.dfg.append_block_param(done, t);
        let minus_one = self.iconst(t, -1);
        let special = self.cur.ins().icmp(IntCC::Equal, b, minus_one);
        self.cur.ins().brif(special, negate, &[], divide, &[]);
        self.enter(negate);
        let v = match op {
            BinOp::SDiv => self.cur.ins().ineg(a),
            _ => self.iconst(t, 0),
        };
        self.cur.ins().jump(done, &[v.into()]);
        self.enter(divide);
        let v = match op {
            BinOp::SDiv => self.cur.ins().sdiv(a, b),
            _ => self.cur.ins().srem(a, b),
        };
        self.cur.ins().jump(done, &[v.into()]);
        self.enter(done);
        result
    }

    /// The machine takes counts modulo the width; Go does not.
    fn shift(&mut self, op: ShiftOp, v: Value, count: Value) -> clif::Value {
        let width = i64::from(self.f.ty(v).bits());
        let t = ty(self.f.ty(v));
        let count_type = self.f.ty(count);
        let (a, n) = (self.get(v), self.get(count));
        if let Some(c) = self.constant(count) {
            // Counts are unsigned: a negative constant is a huge count.
            let c = c as u64 & (u64::MAX >> (64 - count_type.bits()));
            return match op {
                _ if c < width as u64 => self.plain_shift(op, a, n),
                ShiftOp::Sar => {
                    let n = self.iconst(t, width - 1);
                    self.cur.ins().sshr(a, n)
                }
                _ => self.iconst(t, 0),
            };
        }
        if op == ShiftOp::Sar {
            let most = self.iconst(ty(count_type), width - 1);
            let n = self.cur.ins().umin(n, most);
            return self.cur.ins().sshr(a, n);
        }
        let shifted = self.plain_shift(op, a, n);
        let limit = self.iconst(ty(count_type), width);
        let inside = self.cur.ins().icmp(IntCC::UnsignedLessThan, n, limit);
        let zero = self.iconst(t, 0);
        self.cur.ins().select(inside, shifted, zero)
    }

    fn plain_shift(&mut self, op: ShiftOp, a: clif::Value, n: clif::Value) -> clif::Value {
        match op {
            ShiftOp::Shl => self.cur.ins().ishl(a, n),
            ShiftOp::Shr => self.cur.ins().ushr(a, n),
            ShiftOp::Sar => self.cur.ins().sshr(a, n),
        }
    }

    fn unary(&mut self, op: UnOp, v: Value) -> clif::Value {
        let v = self.get(v);
        let ins = self.cur.ins();
        match op {
            UnOp::Neg => ins.ineg(v),
            UnOp::Not => ins.bnot(v),
            UnOp::Clz => ins.clz(v),
            UnOp::Ctz => ins.ctz(v),
            UnOp::Popcnt => ins.popcnt(v),
            UnOp::Bswap => ins.bswap(v),
            UnOp::Bitrev => ins.bitrev(v),
            UnOp::FNeg => ins.fneg(v),
            UnOp::FAbs => ins.fabs(v),
            UnOp::Sqrt => ins.sqrt(v),
            UnOp::Ceil => ins.ceil(v),
            UnOp::Floor => ins.floor(v),
            UnOp::Trunc => ins.trunc(v),
            UnOp::Nearest => ins.nearest(v),
        }
    }

    fn convert(&mut self, op: ConvOp, to: Type, v: Value) -> clif::Value {
        let from = ty(self.f.ty(v));
        let a = self.get(v);
        let t = ty(to);
        let ins = self.cur.ins();
        match op {
            ConvOp::Zext => ins.uextend(t, a),
            ConvOp::Sext => ins.sextend(t, a),
            ConvOp::Trunc => ins.ireduce(t, a),
            ConvOp::SToF => ins.fcvt_from_sint(t, a),
            ConvOp::UToF => ins.fcvt_from_uint(t, a),
            ConvOp::FToS => self.float_to_signed(t, a),
            ConvOp::FToU => self.float_to_unsigned(a),
            ConvOp::FPromote => ins.fpromote(t, a),
            ConvOp::FDemote => ins.fdemote(t, a),
            ConvOp::Bitcast if t == from => a,
            ConvOp::Bitcast => ins.bitcast(t, MemFlagsData::new(), a),
        }
    }

    /// Out of range and NaN give what amd64's conversion gives, the lowest number. Cranelift's saturates instead, which
    /// differs from the upper limit on and for NaN.
    fn float_to_signed(&mut self, t: clif::Type, a: clif::Value) -> clif::Value {
        let saturated = self.cur.ins().fcvt_to_sint_sat(t, a);
        let inside = self.below_power(a, t.bits() - 1);
        let lowest = self.iconst(t, 1 << (t.bits() - 1));
        self.cur.ins().select(inside, saturated, lowest)
    }

    /// From 2^63 on, the number is converted less 2^63. Out of range as the signed conversion, as gc's code has it.
    fn float_to_unsigned(&mut self, a: clif::Value) -> clif::Value {
        let inside = self.below_power(a, 63);
        let float = self.cur.func.dfg.value_type(a);
        let limit = self.power(float, 63);
        let reduced = self.cur.ins().fsub(a, limit);
        let operand = self.cur.ins().select(inside, a, reduced);
        let v = self.float_to_signed(types::I64, operand);
        let top = self.iconst(types::I64, i64::MIN);
        let high = self.cur.ins().bor(v, top);
        self.cur.ins().select(inside, v, high)
    }

    /// Whether a float is less than a power of two; false for NaN.
    fn below_power(&mut self, a: clif::Value, exponent: u32) -> clif::Value {
        let float = self.cur.func.dfg.value_type(a);
        let limit = self.power(float, exponent);
        self.cur.ins().fcmp(FloatCC::LessThan, a, limit)
    }

    fn power(&mut self, t: clif::Type, exponent: u32) -> clif::Value {
        let exponent = exponent as i32;
        if t == types::F64 {
            self.cur.ins().f64const(2f64.powi(exponent))
        } else {
            self.cur.ins().f32const(2f32.powi(exponent))
        }
    }
}

fn int_cond(c: IntCond) -> IntCC {
    match c {
        IntCond::Eq => IntCC::Equal,
        IntCond::Ne => IntCC::NotEqual,
        IntCond::Slt => IntCC::SignedLessThan,
        IntCond::Sle => IntCC::SignedLessThanOrEqual,
        IntCond::Sgt => IntCC::SignedGreaterThan,
        IntCond::Sge => IntCC::SignedGreaterThanOrEqual,
        IntCond::Ult => IntCC::UnsignedLessThan,
        IntCond::Ule => IntCC::UnsignedLessThanOrEqual,
        IntCond::Ugt => IntCC::UnsignedGreaterThan,
        IntCond::Uge => IntCC::UnsignedGreaterThanOrEqual,
    }
}

fn float_cond(c: FloatCond) -> FloatCC {
    match c {
        FloatCond::Eq => FloatCC::Equal,
        FloatCond::Ne => FloatCC::NotEqual,
        FloatCond::Lt => FloatCC::LessThan,
        FloatCond::Le => FloatCC::LessThanOrEqual,
        FloatCond::Gt => FloatCC::GreaterThan,
        FloatCond::Ge => FloatCC::GreaterThanOrEqual,
    }
}
