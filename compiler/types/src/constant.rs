//! Exact constant values.
//!
//! Integers and fractions are exact as long as numerator and denominator stay below 4096 bits; beyond that a number is
//! a binary float of 512 bits. The parts of this module: [`Value`] and its accessors, arithmetic here;
//! [`crate::constant_text`] (literals and formatting), [`crate::constant_round`] (machine floats, representability).

use std::cmp::Ordering;
use std::sync::Arc;

use dashu::base::{BitTest, Signed};
use dashu::float::FBig;
use dashu::float::round::mode::HalfEven;
use dashu::integer::{IBig, UBig};
use dashu::rational::RBig;
use undergo_syntax::ast::{BinaryOp, UnaryOp};

/// Integers of more bits, and fractions with such parts, become floats.
const MAX_EXACT_BITS: usize = 4096;
/// Mantissa of [`Float::Big`].
pub(crate) const PRECISION: usize = 512;
/// Largest binary exponent of a number.
const MAX_EXPONENT: i64 = i32::MAX as i64;

/// Binary floating point of arbitrary precision.
pub type BigFloat = FBig<HalfEven, 2>;

/// A constant value. Integers that are representable as `Int` are always `Int`, whatever the constant's type: a
/// typed or untyped float constant 2.0 is `Int(2)`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The value of an erroneous constant expression; operations on it give it again.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A string: any bytes.
    Str(Arc<[u8]>),
    /// An integer.
    Int(IBig),
    /// A fraction, exact, or a float of at least 512 bits of mantissa; see [`Float`].
    Float(Float),
    /// A complex number with imaginary part other than 0; parts are `Int` or `Float`.
    Complex(Box<(Value, Value)>),
}

/// A number with a fractional part or of a size where exact fractions get too big.
#[derive(Clone, Debug, PartialEq)]
pub enum Float {
    /// An exact fraction.
    Rat(Arc<RBig>),
    /// Binary floating point, rounded to nearest even, precision 512 bits.
    Big(Arc<BigFloat>),
}

impl From<i64> for Value {
    fn from(i: i64) -> Value {
        Value::Int(IBig::from(i))
    }
}

impl Value {
    /// A string.
    pub fn str(s: &[u8]) -> Value {
        Value::Str(s.into())
    }

    /// An integer, as a float if it is huge.
    pub fn int(i: IBig) -> Value {
        if i.bit_len() <= MAX_EXACT_BITS { Value::Int(i) } else { Value::big(BigFloat::from_parts(i, 0)) }
    }

    /// A fraction, in the form that its size asks for.
    pub fn rat(r: RBig) -> Value {
        if r.is_int() {
            return Value::int(r.into_parts().0);
        }
        if r.numerator().bit_len() < MAX_EXACT_BITS && r.denominator().bit_len() < MAX_EXACT_BITS {
            return Value::Float(Float::Rat(Arc::new(r)));
        }
        let (num, den) = r.into_parts();
        let wide = |i: IBig| BigFloat::from_parts(i, 0).with_precision(PRECISION).value();
        Value::big(wide(num) / wide(den.into()))
    }

    /// A float, rounded to 512 bits.
    pub fn big(f: BigFloat) -> Value {
        let f = f.with_precision(PRECISION).value();
        if f.repr().is_infinite() {
            return Value::Unknown;
        }
        let (mant, exp) = (f.repr().significand(), f.repr().exponent() as i64);
        let bits = mant.bit_len() as i64;
        if bits == 0 || bits + exp < -MAX_EXPONENT {
            return Value::from(0);
        }
        if bits + exp > MAX_EXPONENT {
            return Value::Unknown;
        }
        if exp >= 0 && bits + exp <= MAX_EXACT_BITS as i64 {
            return Value::Int(mant.clone() << exp as usize);
        }
        Value::Float(Float::Big(Arc::new(f)))
    }

    /// `re + im·i`
    pub fn complex(re: Value, im: Value) -> Value {
        if re.is_unknown() || im.is_unknown() {
            Value::Unknown
        } else if im.is_zero() {
            re
        } else {
            Value::Complex(Box::new((re, im)))
        }
    }

    /// Whether nothing is known of the value.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&Arc<[u8]>> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The integer, if it is one (2.0 is).
    pub fn as_int(&self) -> Option<&IBig> {
        match self {
            Value::Int(i) => Some(i),
            _ => None,
        }
    }

    /// The integer, if it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        i64::try_from(self.as_int()?).ok()
    }

    /// The integer, if it is one and fits.
    pub fn as_u64(&self) -> Option<u64> {
        u64::try_from(self.as_int()?).ok()
    }

    /// Low 64 bits of an integer in two's complement.
    pub fn as_wrapped_u64(&self) -> Option<u64> {
        let i = self.as_int()?;
        u64::try_from(&(i & IBig::from(u64::MAX))).ok()
    }

    /// Real part; the number itself if it is not complex.
    pub fn real(&self) -> Value {
        match self {
            Value::Complex(c) => c.0.clone(),
            _ => self.clone(),
        }
    }

    /// Imaginary part.
    pub fn imag(&self) -> Value {
        match self {
            Value::Complex(c) => c.1.clone(),
            Value::Unknown => Value::Unknown,
            _ => Value::from(0),
        }
    }

    /// Whether it is the number 0.
    pub fn is_zero(&self) -> bool {
        matches!(self, Value::Int(i) if i.is_zero())
    }

    /// Whether it is a number whose parts, squared, are all 0 in Go's arithmetic, whose floats have 32 bits of exponent.
    pub fn square_vanishes(&self) -> bool {
        let vanishes = |part: &Value| match part {
            Value::Float(Float::Big(f)) => 2 * magnitude(f) <= i64::from(i32::MIN),
            part => part.is_zero(),
        };
        vanishes(&self.real()) && vanishes(&self.imag())
    }

    /// Whether it is a real number below 0.
    pub fn is_negative(&self) -> bool {
        match self {
            Value::Int(i) => i.is_negative(),
            Value::Float(Float::Rat(r)) => r.is_negative(),
            Value::Float(Float::Big(f)) => f.repr().significand().is_negative(),
            _ => false,
        }
    }

    /// Bits of the absolute value of an integer.
    pub fn bit_len(&self) -> usize {
        self.as_int().map_or(0, |i| i.bit_len())
    }

    fn to_rat(&self) -> Option<RBig> {
        match self {
            Value::Int(i) => Some(RBig::from(i.clone())),
            Value::Float(Float::Rat(r)) => Some((**r).clone()),
            _ => None,
        }
    }

    /// A real number as a big float.
    fn to_big(&self) -> BigFloat {
        let wide = |i: IBig| BigFloat::from_parts(i, 0).with_precision(PRECISION).value();
        match self {
            Value::Int(i) => wide(i.clone()),
            Value::Float(Float::Rat(r)) => wide(r.numerator().clone()) / wide(r.denominator().clone().into()),
            Value::Float(Float::Big(f)) => (**f).clone(),
            _ => wide(IBig::ZERO),
        }
    }
}

/// Whether `/` divides integers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Division {
    /// Truncated integer division.
    Integer,
    /// Exact division.
    Exact,
}

/// `op x`. For `^` of an unsigned type `unsigned_bits` is its size.
pub fn unary(op: UnaryOp, x: &Value, unsigned_bits: Option<u32>) -> Value {
    match (op, x) {
        (UnaryOp::Plus, _) => x.clone(),
        (UnaryOp::Neg, Value::Complex(c)) => {
            Value::complex(unary(UnaryOp::Neg, &c.0, None), unary(UnaryOp::Neg, &c.1, None))
        }
        (UnaryOp::Neg, Value::Int(i)) => Value::Int(-i.clone()),
        (UnaryOp::Neg, Value::Float(Float::Rat(r))) => Value::Float(Float::Rat(Arc::new(-(**r).clone()))),
        (UnaryOp::Neg, Value::Float(Float::Big(f))) => Value::Float(Float::Big(Arc::new(-(**f).clone()))),
        (UnaryOp::Not, Value::Bool(b)) => Value::Bool(!b),
        (UnaryOp::BitNot | UnaryOp::Tilde, Value::Int(i)) => match unsigned_bits {
            Some(n) => Value::Int(i ^ ((IBig::ONE << n as usize) - IBig::ONE)),
            None => Value::Int(!i.clone()),
        },
        _ => Value::Unknown,
    }
}

/// `x op y` for everything but shifts and comparisons. The divisor is not 0.
pub fn binary(x: &Value, op: BinaryOp, y: &Value, division: Division) -> Value {
    match (x, y) {
        (Value::Bool(a), Value::Bool(b)) => match op {
            BinaryOp::LogAnd => Value::Bool(*a && *b),
            BinaryOp::LogOr => Value::Bool(*a || *b),
            _ => Value::Unknown,
        },
        (Value::Str(a), Value::Str(b)) if op == BinaryOp::Add => {
            let mut s = Vec::with_capacity(a.len() + b.len());
            s.extend_from_slice(a);
            s.extend_from_slice(b);
            Value::Str(s.into())
        }
        (Value::Int(a), Value::Int(b)) => binary_int(a, op, b, division),
        (Value::Complex(_), Value::Int(_) | Value::Float(_) | Value::Complex(_))
        | (Value::Int(_) | Value::Float(_), Value::Complex(_)) => binary_complex(x, op, y),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => binary_real(x, op, y),
        _ => Value::Unknown,
    }
}

fn binary_int(a: &IBig, op: BinaryOp, b: &IBig, division: Division) -> Value {
    match op {
        BinaryOp::Add => Value::int(a + b),
        BinaryOp::Sub => Value::int(a - b),
        BinaryOp::Mul => Value::int(a * b),
        BinaryOp::Div | BinaryOp::Rem if b.is_zero() => Value::Unknown,
        BinaryOp::Div if division == Division::Integer => Value::Int(a / b),
        BinaryOp::Div => Value::rat(RBig::from_parts_signed(a.clone(), b.clone())),
        BinaryOp::Rem => Value::Int(a % b),
        BinaryOp::And => Value::Int(a & b),
        BinaryOp::Or => Value::Int(a | b),
        BinaryOp::Xor => Value::Int(a ^ b),
        BinaryOp::AndNot => Value::Int(a & !b.clone()),
        _ => Value::Unknown,
    }
}

fn binary_real(x: &Value, op: BinaryOp, y: &Value) -> Value {
    if op == BinaryOp::Div && y.is_zero() {
        return Value::Unknown;
    }
    if let (Some(a), Some(b)) = (x.to_rat(), y.to_rat()) {
        return match op {
            BinaryOp::Add => Value::rat(a + b),
            BinaryOp::Sub => Value::rat(a - b),
            BinaryOp::Mul => Value::rat(a * b),
            BinaryOp::Div => Value::rat(a / b),
            _ => Value::Unknown,
        };
    }
    let (a, b) = (x.to_big(), y.to_big());
    match op {
        // Sums of numbers that differ by more than the precision are the larger one.
        BinaryOp::Add | BinaryOp::Sub if magnitude(&a) > magnitude(&b) + 2 * PRECISION as i64 => Value::big(a),
        BinaryOp::Add if magnitude(&b) > magnitude(&a) + 2 * PRECISION as i64 => Value::big(b),
        BinaryOp::Sub if magnitude(&b) > magnitude(&a) + 2 * PRECISION as i64 => Value::big(-b),
        BinaryOp::Add => Value::big(a + b),
        BinaryOp::Sub => Value::big(a - b),
        BinaryOp::Mul => Value::big(a * b),
        BinaryOp::Div => Value::big(a / b),
        _ => Value::Unknown,
    }
}

/// Position of the leading bit; far below everything for 0.
fn magnitude(f: &BigFloat) -> i64 {
    match f.repr().significand().bit_len() {
        0 => -4 * MAX_EXPONENT,
        bits => bits as i64 + f.repr().exponent() as i64,
    }
}

fn binary_complex(x: &Value, op: BinaryOp, y: &Value) -> Value {
    let exact = |a: &Value, op, b: &Value| binary(a, op, b, Division::Exact);
    let ((a, b), (c, d)) = ((x.real(), x.imag()), (y.real(), y.imag()));
    match op {
        BinaryOp::Add | BinaryOp::Sub => Value::complex(exact(&a, op, &c), exact(&b, op, &d)),
        BinaryOp::Mul | BinaryOp::Div => {
            // Division multiplies by the conjugate, then divides by the squared norm.
            let d1 = if op == BinaryOp::Mul { d.clone() } else { unary(UnaryOp::Neg, &d, None) };
            let mul = |p: &Value, q: &Value| exact(p, BinaryOp::Mul, q);
            let re = exact(&mul(&a, &c), BinaryOp::Sub, &mul(&b, &d1));
            let im = exact(&mul(&b, &c), BinaryOp::Add, &mul(&a, &d1));
            if op == BinaryOp::Mul {
                return Value::complex(re, im);
            }
            let norm = exact(&mul(&c, &c), BinaryOp::Add, &mul(&d, &d));
            Value::complex(exact(&re, BinaryOp::Div, &norm), exact(&im, BinaryOp::Div, &norm))
        }
        _ => Value::Unknown,
    }
}

/// `x << n` or `x >> n` of an integer; the checker bounds `n`.
pub fn shift(x: &Value, op: BinaryOp, n: u32) -> Value {
    match x {
        Value::Int(i) if op == BinaryOp::Shl => Value::int(i.clone() << n as usize),
        Value::Int(i) => Value::Int(shift_right(i, n)),
        _ => Value::Unknown,
    }
}

/// Arithmetic shift: rounds towards negative infinity.
fn shift_right(i: &IBig, n: u32) -> IBig {
    if i.is_negative() { !((!i.clone()) >> n as usize) } else { i.clone() >> n as usize }
}

/// Order of two real numbers or strings.
pub fn order(x: &Value, y: &Value) -> Option<Ordering> {
    match (x, y) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => match (x.to_rat(), y.to_rat()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => x.to_big().partial_cmp(&y.to_big()),
        },
        _ => None,
    }
}

/// `x op y` for a comparison; false if an operand is unknown.
pub fn compare(x: &Value, op: BinaryOp, y: &Value) -> bool {
    if x.is_unknown() || y.is_unknown() {
        return false;
    }
    let equal = || match (x, y) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Complex(_), _) | (_, Value::Complex(_)) => {
            order(&x.real(), &y.real()) == Some(Ordering::Equal) && order(&x.imag(), &y.imag()) == Some(Ordering::Equal)
        }
        _ => order(x, y) == Some(Ordering::Equal),
    };
    match op {
        BinaryOp::Eq => equal(),
        BinaryOp::Ne => !equal(),
        BinaryOp::Lt => order(x, y) == Some(Ordering::Less),
        BinaryOp::Le => matches!(order(x, y), Some(Ordering::Less | Ordering::Equal)),
        BinaryOp::Gt => order(x, y) == Some(Ordering::Greater),
        BinaryOp::Ge => matches!(order(x, y), Some(Ordering::Greater | Ordering::Equal)),
        _ => false,
    }
}

/// `mantissa · 10^exponent`
pub(crate) fn decimal(mantissa: UBig, exponent: i64) -> Value {
    let digits10 = mantissa.bit_len() as i64 * 30103 / 100_000 + exponent;
    if mantissa.is_zero() || digits10 < -MAX_EXPONENT / 3 {
        return Value::from(0);
    }
    if digits10 > MAX_EXPONENT / 3 {
        return Value::Unknown;
    }
    if digits10.abs() < 1234 && exponent.abs() < 25_000 {
        let scale = UBig::from(10u8).pow(exponent.unsigned_abs() as usize);
        return if exponent >= 0 {
            Value::int(IBig::from(mantissa * scale))
        } else {
            Value::rat(RBig::from_parts(mantissa.into(), scale))
        };
    }
    let wide = |i: UBig| BigFloat::from_parts(i.into(), 0).with_precision(PRECISION + 128).value();
    let mut power = wide(UBig::ONE);
    let (mut square, mut n) = (wide(UBig::from(10u8)), exponent.unsigned_abs());
    while n > 0 {
        if n & 1 == 1 {
            power *= &square;
        }
        square = &square * &square;
        n >>= 1;
    }
    Value::big(if exponent >= 0 { wide(mantissa) * power } else { wide(mantissa) / power })
}

/// `mantissa · 2^exponent`
pub(crate) fn scaled(mantissa: IBig, exponent: i64) -> Value {
    let size = mantissa.bit_len() as i64 + exponent.abs();
    if size > MAX_EXACT_BITS as i64 {
        let clamped = exponent.clamp(-4 * MAX_EXPONENT, 4 * MAX_EXPONENT);
        return Value::big(BigFloat::from_parts(mantissa, clamped as isize));
    }
    if exponent >= 0 {
        Value::int(mantissa << exponent as usize)
    } else {
        Value::rat(RBig::from_parts(mantissa, UBig::ONE << (-exponent) as usize))
    }
}
