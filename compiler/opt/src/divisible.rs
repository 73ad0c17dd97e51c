//! Remainders by constants that are only compared with 0.
//!
//! Whether `d = 2^k·o` (`o` odd) divides `x` of `w` bits needs no division. Multiplication by the inverse of `o` modulo
//! `2^w` permutes the numbers and takes the multiples of `o`, and no others, to the numbers of small magnitude, their
//! quotients; rotation by `k` puts the quotients that 2^k does not divide out of reach. One unsigned comparison is left;
//! for signed numbers after an addition that moves the quotients from around 0 up to 0. (Granlund and Montgomery,
//! "Division by Invariant Integers using Multiplication", PLDI 1994, section 9.)
//!
//! Requires and preserves valid IR. Runs after inlining: what it makes is cheaper, but longer.

use cranelift_entity::SecondaryMap;
use undergo_ir::{BinOp, Func, Inst, InstData, IntCond, Loc, Type, Value};

use crate::simplify::{int_const, wrap};

/// Decides divisibility without division. Gives whether there was such a comparison.
pub fn run(f: &mut Func) -> bool {
    let found: Vec<Inst> =
        f.layout.iter().flat_map(|&b| &f.blocks[b].insts).copied().filter(|&i| question(f, i).is_some()).collect();
    if found.is_empty() {
        return false;
    }
    // A remainder that something else needs is made anyway, and comparing it is free.
    let mut uses: SecondaryMap<Value, i32> = SecondaryMap::new();
    for &i in f.layout.iter().flat_map(|&b| &f.blocks[b].insts) {
        f.insts[i].each_operand(|v| uses[v] += 1);
    }
    for &i in &found {
        uses[question(f, i).expect("found above").remainder] -= 1;
    }
    let mut any = false;
    for b in f.layout.clone() {
        let insts = std::mem::take(&mut f.blocks[b].insts);
        let mut out = Vec::with_capacity(insts.len());
        for i in insts {
            if let Some(q) = question(f, i)
                && uses[q.remainder] == 0
            {
                any = true;
                answer(f, i, &q, &mut out);
            }
            out.push(i);
        }
        f.blocks[b].insts = out;
    }
    any
}

/// `remainder == 0` or `remainder != 0`, where `remainder` is `x` modulo a constant.
struct Question {
    remainder: Value,
    equal: bool,
    x: Value,
    test: Test,
}

fn question(f: &Func, i: Inst) -> Option<Question> {
    let InstData::Icmp(cond @ (IntCond::Eq | IntCond::Ne), [remainder, zero]) = f.insts[i] else { return None };
    if int_const(f, zero) != Some(0) {
        return None;
    }
    let Some(&InstData::Binary(op, [x, by])) = f.def_inst(remainder) else { return None };
    let bits = f.ty(x).bits();
    let test = match op {
        BinOp::SRem => Test::signed(bits, int_const(f, by)?)?,
        BinOp::URem => Test::unsigned(bits, int_const(f, by)?)?,
        _ => return None,
    };
    Some(Question { remainder, equal: cond == IntCond::Eq, x, test })
}

/// Puts what the comparison needs before it, and makes it the new one.
fn answer(f: &mut Func, i: Inst, q: &Question, out: &mut Vec<Inst>) {
    let loc = f.locs[i];
    let mut code = Code { f, loc, out, ty: Type::I8 };
    code.ty = code.f.ty(q.x);
    let data = match q.test {
        Test::Mask(mask) => {
            let low = code.binary(BinOp::And, q.x, mask as i64);
            let zero = code.constant(0);
            InstData::Icmp(if q.equal { IntCond::Eq } else { IntCond::Ne }, [low, zero])
        }
        Test::Quotient { inverse, bias, rotate, most } => {
            let mut v = code.binary(BinOp::Mul, q.x, inverse as i64);
            if bias != 0 {
                v = code.binary(BinOp::Add, v, bias as i64);
            }
            if rotate != 0 {
                let left = code.ty.bits() - rotate;
                v = code.binary(BinOp::Rotl, v, left.into());
            }
            let most = code.constant(most as i64);
            InstData::Icmp(if q.equal { IntCond::Ule } else { IntCond::Ugt }, [v, most])
        }
    };
    f.insts[i] = data;
}

struct Code<'a> {
    f: &'a mut Func,
    loc: Loc,
    out: &'a mut Vec<Inst>,
    ty: Type,
}

impl Code<'_> {
    fn emit(&mut self, data: InstData) -> Value {
        let i = self.f.make_inst(data, self.loc, &[self.ty]);
        self.out.push(i);
        self.f.result(i)
    }

    /// As constants are written: sign-extended from their width.
    fn constant(&mut self, imm: i64) -> Value {
        self.emit(InstData::Iconst { ty: self.ty, imm: wrap(self.ty, imm) })
    }

    fn binary(&mut self, op: BinOp, v: Value, imm: i64) -> Value {
        let c = self.constant(imm);
        self.emit(InstData::Binary(op, [v, c]))
    }
}

/// How to see that a constant divides a number. All numbers are modulo two to the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    /// These bits of it are 0.
    Mask(u64),
    /// The number by `inverse`, plus `bias`, rotated right by `rotate` bits, is at most `most`, unsigned.
    Quotient { inverse: u64, bias: u64, rotate: u32, most: u64 },
}

impl Test {
    fn unsigned(bits: u32, divisor: i64) -> Option<Test> {
        let all = u64::MAX >> (64 - bits);
        let d = divisor as u64 & all;
        if d == 0 {
            return None;
        }
        if d.is_power_of_two() {
            return Some(Test::Mask(d - 1));
        }
        let rotate = d.trailing_zeros();
        Some(Test::Quotient { inverse: inverse(d >> rotate) & all, bias: 0, rotate, most: all / d })
    }

    fn signed(bits: u32, divisor: i64) -> Option<Test> {
        let all = u64::MAX >> (64 - bits);
        // The sign of the divisor is nothing to divisibility; the smallest number is a power of two.
        let d = divisor.unsigned_abs() & all;
        if d == 0 {
            return None;
        }
        if d.is_power_of_two() {
            return Some(Test::Mask(d - 1));
        }
        let rotate = d.trailing_zeros();
        let odd = d >> rotate;
        // Quotients by `odd` lie in -most..=most, and so do those that 2^rotate divides in -bias..=bias.
        let most = (all >> 1) / odd;
        let bias = most >> rotate << rotate;
        Some(Test::Quotient { inverse: inverse(odd) & all, bias, rotate, most: 2 * (bias >> rotate) })
    }
}

/// The inverse of an odd number modulo 2^64: each of Newton's steps doubles the number of bits that are right, from 3.
fn inverse(odd: u64) -> u64 {
    (0..5).fold(odd, |x, _| x.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(x))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the code for the test computes.
    fn divides(test: Test, bits: u32, x: i64) -> bool {
        let all = u64::MAX >> (64 - bits);
        let x = x as u64 & all;
        match test {
            Test::Mask(mask) => x & mask == 0,
            Test::Quotient { inverse, bias, rotate, most } => {
                let v = x.wrapping_mul(inverse).wrapping_add(bias) & all;
                let rotated = if rotate == 0 { v } else { (v >> rotate | v << (bits - rotate)) & all };
                rotated <= most
            }
        }
    }

    #[test]
    fn every_number_of_8_bits() {
        for d in i8::MIN..=i8::MAX {
            let signed = Test::signed(8, d.into());
            let unsigned = Test::unsigned(8, d.into());
            assert_eq!(signed.is_none(), d == 0);
            assert_eq!(unsigned.is_none(), d == 0);
            for x in i8::MIN..=i8::MAX {
                if let (Some(s), Some(u)) = (signed, unsigned) {
                    assert_eq!(divides(s, 8, x.into()), x.wrapping_rem(d) == 0, "{x} % {d}: {s:?}");
                    assert_eq!(divides(u, 8, x.into()), (x as u8).is_multiple_of(d as u8), "{x} % {d} unsigned: {u:?}");
                }
            }
        }
    }

    #[test]
    fn every_number_of_16_bits_by_some() {
        let divisors =
            [1, 2, 3, 5, 6, 7, 10, 100, 1000, 255, 256, 12_288, 32_766, 32_767, -1, -3, -12, -32_767, i16::MIN];
        for d in divisors {
            let (s, u) = (Test::signed(16, d.into()).expect("not 0"), Test::unsigned(16, d.into()).expect("not 0"));
            for x in i16::MIN..=i16::MAX {
                assert_eq!(divides(s, 16, x.into()), x.wrapping_rem(d) == 0, "{x} % {d}");
                assert_eq!(divides(u, 16, x.into()), (x as u16).is_multiple_of(d as u16), "{x} % {d} unsigned");
            }
        }
    }

    #[test]
    fn wide_numbers_around_multiples() {
        let divisors =
            [3, 7, 10, 60, 100, 641, 1 << 20, 3 << 28, 1_000_000_007, i64::MAX, i64::MAX - 1, -10, -7, i64::MIN];
        for d in divisors {
            let (s, u) = (Test::signed(64, d).expect("not 0"), Test::unsigned(64, d).expect("not 0"));
            let quotients = [0, 1, 2, 3, 1000, i64::MAX / d, i64::MIN / 2 / d, (u64::MAX / d as u64) as i64];
            for x in quotients.iter().flat_map(|&q| (-3..=3).map(move |n| q.wrapping_mul(d).wrapping_add(n))) {
                for x in [x, x.wrapping_neg()] {
                    assert_eq!(divides(s, 64, x), x.wrapping_rem(d) == 0, "{x} % {d}");
                    assert_eq!(divides(u, 64, x), (x as u64).is_multiple_of(d as u64), "{x} % {d} unsigned");
                    let (x, d) = (x as i32, d as i32);
                    if d != 0 {
                        let (s, u) = (Test::signed(32, d.into()), Test::unsigned(32, d.into()));
                        assert_eq!(divides(s.expect("not 0"), 32, x.into()), x.wrapping_rem(d) == 0, "{x} % {d}");
                        assert_eq!(divides(u.expect("not 0"), 32, x.into()), (x as u32).is_multiple_of(d as u32));
                    }
                }
            }
        }
    }
}
