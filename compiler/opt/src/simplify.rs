//! Local simplification: constants folded, addresses merged into accesses, decided branches and checks removed, block
//! parameters that always get the same value replaced.
//!
//! One walk in reverse postorder; the pipeline runs it again where it pays. Requires valid IR without unreachable
//! blocks; preserves validity.

use cranelift_entity::SecondaryMap;
use undergo_abi::g::UNSIGNED;
use undergo_ir::cfg::Cfg;
use undergo_ir::{
    BinOp, Block, BlockCall, Callee, ConvOp, Func, Inst, InstData, IntCond, ShiftOp, Type, UnOp, Value, ValueDef,
};

use crate::clean::Replacements;

/// Simplifies. Gives whether anything changed.
pub fn run(f: &mut Func) -> bool {
    let mut changed = trivial_params(f);
    let cfg = Cfg::new(f);
    let mut r = Replacements::default();
    for &b in &cfg.rpo {
        let insts = f.blocks[b].insts.clone();
        let mut kept = Vec::with_capacity(insts.len());
        for i in insts {
            f.insts[i].map_operands(|v| r.get(v));
            match step(f, i) {
                Outcome::Keep => kept.push(i),
                Outcome::Changed => {
                    changed = true;
                    kept.push(i);
                }
                Outcome::Drop => changed = true,
                Outcome::Value(v) => {
                    changed = true;
                    let old = f.result(i);
                    r.set(old, v);
                    f.values[old].0 = ValueDef::None;
                }
            }
        }
        f.blocks[b].insts = kept;
    }
    r.apply(f);
    changed
}

enum Outcome {
    Keep,
    /// Rewritten in place.
    Changed,
    /// Without effect.
    Drop,
    /// Its result is this value.
    Value(Value),
}

/// Block parameters that get one value from all sides (themselves aside).
fn trivial_params(f: &mut Func) -> bool {
    let mut any = false;
    loop {
        let mut incoming: SecondaryMap<Block, Vec<Option<Option<Value>>>> = SecondaryMap::new();
        for &b in &f.layout {
            let Some(t) = f.terminator(b) else { continue };
            for call in f.insts[t].targets() {
                let params = &f.blocks[call.block].params;
                let seen = &mut incoming[call.block];
                seen.resize(params.len(), Some(None));
                for ((slot, &arg), &param) in seen.iter_mut().zip(&call.args).zip(params) {
                    *slot = match *slot {
                        _ if arg == param => *slot,
                        Some(None) => Some(Some(arg)),
                        Some(Some(v)) if v == arg => *slot,
                        _ => None,
                    };
                }
            }
        }
        let mut r = Replacements::default();
        let mut removed: SecondaryMap<Block, Vec<bool>> = SecondaryMap::new();
        let mut again = false;
        for &b in f.layout.iter().skip(1) {
            let same = &incoming[b];
            for (n, s) in same.iter().enumerate() {
                let param = f.blocks[b].params[n];
                if let Some(Some(v)) = *s
                    && r.get(v) != param
                {
                    r.set(param, v);
                    removed[b].resize(same.len(), false);
                    removed[b][n] = true;
                    again = true;
                }
            }
        }
        if !again {
            return any;
        }
        any = true;
        drop_params(f, &removed);
        r.apply(f);
    }
}

fn drop_params(f: &mut Func, removed: &SecondaryMap<Block, Vec<bool>>) {
    for b in f.layout.clone() {
        if let Some(t) = f.terminator(b) {
            for call in f.insts[t].targets_mut() {
                let mut gone = removed[call.block].iter();
                call.args.retain(|_| !gone.next().copied().unwrap_or(false));
            }
        }
    }
    for b in f.layout.clone() {
        if removed[b].is_empty() {
            continue;
        }
        let params = std::mem::take(&mut f.blocks[b].params);
        let mut kept = Vec::new();
        for (p, &gone) in params.into_iter().zip(&removed[b]) {
            f.values[p].0 = if gone { ValueDef::None } else { ValueDef::Param(b, kept.len() as u32) };
            if !gone {
                kept.push(p);
            }
        }
        f.blocks[b].params = kept;
    }
}

pub(crate) fn int_const(f: &Func, v: Value) -> Option<i64> {
    match f.def_inst(v) {
        Some(InstData::Iconst { imm, .. }) => Some(*imm),
        _ => None,
    }
}

/// The constant as a value of `ty`: sign-extended from its width.
pub(crate) fn wrap(ty: Type, imm: i64) -> i64 {
    match ty {
        Type::I8 => i64::from(imm as i8),
        Type::I16 => i64::from(imm as i16),
        Type::I32 => i64::from(imm as i32),
        _ => imm,
    }
}

/// The constant as an unsigned number of its width.
fn unsigned(ty: Type, imm: i64) -> u64 {
    match ty {
        Type::I8 => u64::from(imm as u8),
        Type::I16 => u64::from(imm as u16),
        Type::I32 => u64::from(imm as u32),
        _ => imm as u64,
    }
}

fn set_const(f: &mut Func, i: Inst, imm: i64) -> Outcome {
    let ty = f.ty(f.result(i));
    f.insts[i] = InstData::Iconst { ty, imm: wrap(ty, imm) };
    Outcome::Changed
}

fn step(f: &mut Func, i: Inst) -> Outcome {
    match f.insts[i].clone() {
        InstData::Binary(op, [a, b]) => binary(f, i, op, a, b),
        InstData::PtrAdd([p, off]) => ptr_add(f, i, p, off),
        InstData::Shift(op, [v, n]) => shift(f, i, op, v, n),
        InstData::Unary(op, v) => unary(f, i, op, v),
        InstData::Convert(op, to, v) => convert(f, i, op, to, v),
        InstData::Icmp(c, [a, b]) => icmp(f, i, c, a, b),
        InstData::Select([c, a, b]) => match int_const(f, c) {
            Some(0) => Outcome::Value(b),
            Some(_) => Outcome::Value(a),
            None if a == b => Outcome::Value(a),
            None => Outcome::Keep,
        },
        InstData::Load { ty, addr, offset } => match base_and_offset(f, addr, offset) {
            Some((addr, offset)) => rewrite(f, i, InstData::Load { ty, addr, offset }),
            None => Outcome::Keep,
        },
        InstData::Store { addr, offset, val } => match base_and_offset(f, addr, offset) {
            Some((addr, offset)) => rewrite(f, i, InstData::Store { addr, offset, val }),
            None => Outcome::Keep,
        },
        InstData::NilCheck(p) if never_nil(f, p) => Outcome::Drop,
        InstData::BoundsCheck { code, i: index, n } => match (int_const(f, index), int_const(f, n)) {
            (Some(x), Some(n)) if bounds_hold(code, x as u64, n as u64) => Outcome::Drop,
            _ => Outcome::Keep,
        },
        InstData::Call(mut call) => match call.callee {
            Callee::Indirect(code) => match f.def_inst(code) {
                Some(InstData::SymAddr { sym, offset: 0 }) => {
                    call.callee = Callee::Direct(*sym);
                    rewrite(f, i, InstData::Call(call))
                }
                _ => Outcome::Keep,
            },
            _ => Outcome::Keep,
        },
        InstData::Brif(c, yes, no) => branch(f, i, c, yes, no),
        InstData::Switch(v, cases, default) => match int_const(f, v) {
            Some(k) => {
                let target = cases.into_iter().find(|c| c.0 == k).map_or(default, |c| c.1);
                rewrite(f, i, InstData::Jump(target))
            }
            None => Outcome::Keep,
        },
        _ => Outcome::Keep,
    }
}

fn rewrite(f: &mut Func, i: Inst, data: InstData) -> Outcome {
    f.insts[i] = data;
    Outcome::Changed
}

fn bounds_hold(code: u8, i: u64, n: u64) -> bool {
    if usize::from(code) & !UNSIGNED == 0 { i < n } else { i <= n }
}

pub(crate) fn never_nil(f: &Func, mut p: Value) -> bool {
    loop {
        match f.def_inst(p) {
            Some(InstData::SlotAddr { .. } | InstData::SymAddr { .. } | InstData::New { .. }) => return true,
            Some(InstData::PtrAdd([base, _])) => p = *base,
            _ => return false,
        }
    }
}

/// Takes a constant addition of the address into the access.
fn base_and_offset(f: &Func, addr: Value, offset: i32) -> Option<(Value, i32)> {
    let Some(InstData::PtrAdd([base, off])) = f.def_inst(addr) else { return None };
    let sum = int_const(f, *off)?.checked_add(offset.into())?;
    Some((*base, i32::try_from(sum).ok()?))
}

fn ptr_add(f: &mut Func, i: Inst, p: Value, off: Value) -> Outcome {
    let Some(c) = int_const(f, off) else { return Outcome::Keep };
    if c == 0 {
        return Outcome::Value(p);
    }
    match f.def_inst(p) {
        Some(InstData::SlotAddr { slot, offset }) => match i32::try_from(i64::from(*offset) + c) {
            Ok(offset) => {
                let slot = *slot;
                rewrite(f, i, InstData::SlotAddr { slot, offset })
            }
            Err(_) => Outcome::Keep,
        },
        Some(InstData::SymAddr { sym, offset }) => {
            let (sym, offset) = (*sym, offset + c);
            rewrite(f, i, InstData::SymAddr { sym, offset })
        }
        _ => Outcome::Keep,
    }
}

fn binary(f: &mut Func, i: Inst, op: BinOp, a: Value, b: Value) -> Outcome {
    let ty = f.ty(a);
    if !ty.is_int() {
        return Outcome::Keep;
    }
    let (x, y) = (int_const(f, a), int_const(f, b));
    if let (Some(x), Some(y)) = (x, y)
        && let Some(v) = fold(op, ty, x, y)
    {
        return set_const(f, i, v);
    }
    match (op, x, y) {
        (BinOp::Add | BinOp::Or | BinOp::Xor, _, Some(0)) | (BinOp::Sub, _, Some(0)) => Outcome::Value(a),
        (BinOp::Add | BinOp::Or | BinOp::Xor, Some(0), _) => Outcome::Value(b),
        (BinOp::Mul | BinOp::SDiv | BinOp::UDiv, _, Some(1)) => Outcome::Value(a),
        (BinOp::Mul, Some(1), _) => Outcome::Value(b),
        (BinOp::Mul | BinOp::And, Some(0), _) | (BinOp::Mul | BinOp::And, _, Some(0)) => set_const(f, i, 0),
        (BinOp::And, _, Some(-1)) => Outcome::Value(a),
        (BinOp::And, Some(-1), _) => Outcome::Value(b),
        _ => Outcome::Keep,
    }
}

fn fold(op: BinOp, ty: Type, x: i64, y: i64) -> Option<i64> {
    let (ux, uy) = (unsigned(ty, x), unsigned(ty, y));
    let (x, y) = (wrap(ty, x), wrap(ty, y));
    Some(match op {
        BinOp::Add => x.wrapping_add(y),
        BinOp::Sub => x.wrapping_sub(y),
        BinOp::Mul => x.wrapping_mul(y),
        BinOp::SDiv if y != 0 => x.wrapping_div(y),
        BinOp::SRem if y != 0 => x.wrapping_rem(y),
        BinOp::UDiv if uy != 0 => (ux / uy) as i64,
        BinOp::URem if uy != 0 => (ux % uy) as i64,
        BinOp::And => x & y,
        BinOp::Or => x | y,
        BinOp::Xor => x ^ y,
        _ => return None,
    })
}

fn shift(f: &mut Func, i: Inst, op: ShiftOp, v: Value, n: Value) -> Outcome {
    let Some(c) = int_const(f, n) else { return Outcome::Keep };
    let (ty, count) = (f.ty(v), unsigned(f.ty(n), c));
    if count == 0 {
        return Outcome::Value(v);
    }
    let Some(x) = int_const(f, v) else { return Outcome::Keep };
    let over = count >= u64::from(ty.bits());
    let folded = match op {
        ShiftOp::Shl if over => 0,
        ShiftOp::Shl => x << count,
        ShiftOp::Shr if over => 0,
        ShiftOp::Shr => (unsigned(ty, x) >> count) as i64,
        ShiftOp::Sar => wrap(ty, x) >> count.min(63),
    };
    set_const(f, i, folded)
}

fn unary(f: &mut Func, i: Inst, op: UnOp, v: Value) -> Outcome {
    match (op, int_const(f, v)) {
        (UnOp::Neg, Some(x)) => set_const(f, i, x.wrapping_neg()),
        (UnOp::Not, Some(x)) => set_const(f, i, !x),
        _ => Outcome::Keep,
    }
}

fn convert(f: &mut Func, i: Inst, op: ConvOp, to: Type, v: Value) -> Outcome {
    let from = f.ty(v);
    if let Some(x) = int_const(f, v) {
        match op {
            ConvOp::Zext => return set_const(f, i, unsigned(from, x) as i64),
            ConvOp::Sext | ConvOp::Trunc => return set_const(f, i, wrap(from, x)),
            ConvOp::Bitcast if to.is_int() || to == Type::Ptr && x == 0 => return set_const(f, i, x),
            _ => {}
        }
    }
    let Some(InstData::Convert(inner, _, w)) = f.def_inst(v) else { return Outcome::Keep };
    let (inner, w) = (*inner, *w);
    let source = f.ty(w);
    match (op, inner) {
        (ConvOp::Bitcast, ConvOp::Bitcast) if source == to && !hides(f, i) => Outcome::Value(w),
        (ConvOp::Trunc, ConvOp::Zext | ConvOp::Sext) if source == to => Outcome::Value(w),
        (ConvOp::Trunc, ConvOp::Zext | ConvOp::Sext) if source.bits() > to.bits() => {
            rewrite(f, i, InstData::Convert(ConvOp::Trunc, to, w))
        }
        (ConvOp::Zext, ConvOp::Zext) | (ConvOp::Sext, ConvOp::Sext) => rewrite(f, i, InstData::Convert(op, to, w)),
        _ => Outcome::Keep,
    }
}

/// Whether an instruction is of a function that makes a pointer of another's number, to hide it from escape analysis.
fn hides(f: &Func, i: Inst) -> bool {
    let site = f.locs[i].site as usize;
    f.sites.get(site).is_some_and(|s| s.name.as_str().to_ascii_lowercase().ends_with(".noescape"))
}

fn icmp(f: &mut Func, i: Inst, c: IntCond, a: Value, b: Value) -> Outcome {
    let ty = f.ty(a);
    if a == b {
        let holds = matches!(c, IntCond::Eq | IntCond::Sle | IntCond::Sge | IntCond::Ule | IntCond::Uge);
        return set_const(f, i, holds.into());
    }
    if let (Some(x), Some(y)) = (int_const(f, a), int_const(f, b)) {
        let (ux, uy, x, y) = (unsigned(ty, x), unsigned(ty, y), wrap(ty, x), wrap(ty, y));
        let holds = match c {
            IntCond::Eq => x == y,
            IntCond::Ne => x != y,
            IntCond::Slt => x < y,
            IntCond::Sle => x <= y,
            IntCond::Sgt => x > y,
            IntCond::Sge => x >= y,
            IntCond::Ult => ux < uy,
            IntCond::Ule => ux <= uy,
            IntCond::Ugt => ux > uy,
            IntCond::Uge => ux >= uy,
        };
        return set_const(f, i, holds.into());
    }
    if ty == Type::Ptr && int_const(f, b) == Some(0) && never_nil(f, a) {
        match c {
            IntCond::Eq => return set_const(f, i, 0),
            IntCond::Ne => return set_const(f, i, 1),
            _ => {}
        }
    }
    // A comparison's result compared with 0.
    if ty == Type::I8 && int_const(f, b) == Some(0) {
        match (c, f.def_inst(a).cloned()) {
            (IntCond::Ne, Some(InstData::Icmp(..) | InstData::Fcmp(..))) => return Outcome::Value(a),
            (IntCond::Eq, Some(InstData::Icmp(inner, args))) => {
                return rewrite(f, i, InstData::Icmp(negate(inner), args));
            }
            _ => {}
        }
    }
    Outcome::Keep
}

fn negate(c: IntCond) -> IntCond {
    match c {
        IntCond::Eq => IntCond::Ne,
        IntCond::Ne => IntCond::Eq,
        IntCond::Slt => IntCond::Sge,
        IntCond::Sge => IntCond::Slt,
        IntCond::Sgt => IntCond::Sle,
        IntCond::Sle => IntCond::Sgt,
        IntCond::Ult => IntCond::Uge,
        IntCond::Uge => IntCond::Ult,
        IntCond::Ugt => IntCond::Ule,
        IntCond::Ule => IntCond::Ugt,
    }
}

fn branch(f: &mut Func, i: Inst, c: Value, yes: BlockCall, no: BlockCall) -> Outcome {
    match int_const(f, c) {
        Some(0) => return rewrite(f, i, InstData::Jump(no)),
        Some(_) => return rewrite(f, i, InstData::Jump(yes)),
        None if yes == no => return rewrite(f, i, InstData::Jump(yes)),
        None => {}
    }
    // `x != 0`, `x == 0` and `!x` on a bool.
    match f.def_inst(c).cloned() {
        Some(InstData::Icmp(cond @ (IntCond::Ne | IntCond::Eq), [x, zero]))
            if f.ty(x) == Type::I8 && int_const(f, zero) == Some(0) =>
        {
            let (yes, no) = if cond == IntCond::Ne { (yes, no) } else { (no, yes) };
            rewrite(f, i, InstData::Brif(x, yes, no))
        }
        Some(InstData::Binary(BinOp::Xor, [x, one])) if int_const(f, one) == Some(1) && is_bool(f, x) => {
            rewrite(f, i, InstData::Brif(x, no, yes))
        }
        _ => Outcome::Keep,
    }
}

fn is_bool(f: &Func, v: Value) -> bool {
    matches!(f.def_inst(v), Some(InstData::Icmp(..) | InstData::Fcmp(..)))
}
