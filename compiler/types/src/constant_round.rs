//! Constants and machine types: rounding to float32 and float64, representability.

use dashu::base::{BitTest, Sign};
use dashu::integer::{IBig, UBig};

use crate::constant::{Float, Value, scaled};
use crate::ty::Basic;

/// A binary floating-point format.
struct Format {
    /// Bits of the mantissa, the hidden one included.
    precision: i64,
    /// Exponent of the last bit of the smallest numbers.
    min_exponent: i64,
    /// Numbers are below 2 to this power.
    max_magnitude: i64,
}

const FLOAT32: Format = Format { precision: 24, min_exponent: -149, max_magnitude: 128 };
const FLOAT64: Format = Format { precision: 53, min_exponent: -1074, max_magnitude: 1024 };

/// A rounded number: `±mantissa · 2^exponent`.
struct Rounded {
    sign: Sign,
    mantissa: u64,
    exponent: i64,
}

impl Value {
    /// Nearest float64 of a real number (ties to even); infinite if it is too large. 0 for what is no number.
    pub fn as_f64(&self) -> f64 {
        match round(self, &FLOAT64) {
            Some(r) => r.sign_bit() | encode(&r, &FLOAT64),
            None if self.is_negative() => f64::NEG_INFINITY.to_bits(),
            None => f64::INFINITY.to_bits(),
        }
        .pipe(f64::from_bits)
    }

    /// Nearest float32 of a real number, see [`Value::as_f64`].
    pub fn as_f32(&self) -> f32 {
        match round(self, &FLOAT32) {
            Some(r) => (r.sign_bit() >> 32) as u32 | encode(&r, &FLOAT32) as u32,
            None if self.is_negative() => f32::NEG_INFINITY.to_bits(),
            None => f32::INFINITY.to_bits(),
        }
        .pipe(f32::from_bits)
    }

    /// The value as a value of basic type `b` (rounded, for floats), or none if it cannot be one.
    pub fn represent(&self, b: Basic) -> Option<Value> {
        let real = |v: &Value| matches!(v, Value::Int(_) | Value::Float(_));
        let same = |ok: bool| ok.then(|| self.clone());
        if self.is_unknown() {
            return Some(Value::Unknown);
        }
        match b {
            Basic::Bool | Basic::UntypedBool => same(matches!(self, Value::Bool(_))),
            Basic::String | Basic::UntypedString => same(matches!(self, Value::Str(_))),
            Basic::UntypedInt | Basic::UntypedRune => same(self.as_int().is_some()),
            Basic::UntypedFloat => same(real(self)),
            Basic::UntypedComplex => same(real(self) || matches!(self, Value::Complex(_))),
            Basic::Float32 if real(self) => round(self, &FLOAT32).map(Rounded::value),
            Basic::Float64 if real(self) => round(self, &FLOAT64).map(Rounded::value),
            Basic::Complex64 | Basic::Complex128 => {
                if !real(self) && !matches!(self, Value::Complex(_)) {
                    return None;
                }
                let format = if b == Basic::Complex64 { &FLOAT32 } else { &FLOAT64 };
                Some(Value::complex(round(&self.real(), format)?.value(), round(&self.imag(), format)?.value()))
            }
            _ => {
                let (bits, signed) = int_format(b)?;
                let i = self.as_int()?;
                let fits = if signed {
                    let magnitude = if i.sign() == Sign::Negative { !i.clone() } else { i.clone() };
                    magnitude.bit_len() < bits
                } else {
                    i.sign() == Sign::Positive && i.bit_len() <= bits
                };
                same(fits)
            }
        }
    }
}

/// Size in bits and signedness of an integer type.
fn int_format(b: Basic) -> Option<(usize, bool)> {
    Some(match b {
        Basic::Int8 => (8, true),
        Basic::Int16 => (16, true),
        Basic::Int32 => (32, true),
        Basic::Int | Basic::Int64 => (64, true),
        Basic::Uint8 => (8, false),
        Basic::Uint16 => (16, false),
        Basic::Uint32 => (32, false),
        Basic::Uint | Basic::Uint64 | Basic::Uintptr => (64, false),
        _ => return None,
    })
}

impl Rounded {
    fn sign_bit(&self) -> u64 {
        u64::from(self.sign == Sign::Negative && self.mantissa != 0) << 63
    }

    fn value(self) -> Value {
        let mantissa = IBig::from(self.mantissa);
        scaled(if self.sign == Sign::Negative { -mantissa } else { mantissa }, self.exponent)
    }
}

/// Exponent and mantissa fields of the format.
fn encode(r: &Rounded, format: &Format) -> u64 {
    let field = format.precision - 1;
    // A mantissa of 2^precision is the next power of two.
    let (mantissa, exponent) =
        if r.mantissa >> format.precision != 0 { (r.mantissa >> 1, r.exponent + 1) } else { (r.mantissa, r.exponent) };
    if mantissa >> field == 0 {
        return mantissa; // subnormal, or 0
    }
    let biased = (exponent - format.min_exponent + 1) as u64;
    (biased << field) | (mantissa & ((1 << field) - 1))
}

/// Rounds to nearest even; none on overflow.
fn round(v: &Value, format: &Format) -> Option<Rounded> {
    let (num, den, scale) = match v {
        Value::Int(i) => (i.clone(), UBig::ONE, 0),
        Value::Float(Float::Rat(r)) => (r.numerator().clone(), r.denominator().clone(), 0),
        Value::Float(Float::Big(f)) => (f.repr().significand().clone(), UBig::ONE, f.repr().exponent() as i64),
        _ => (IBig::ZERO, UBig::ONE, 0),
    };
    let (sign, num) = num.into_parts();
    let zero = Rounded { sign: Sign::Positive, mantissa: 0, exponent: format.min_exponent };
    if num.is_zero() {
        return Some(zero);
    }
    // A quotient of a few bits more than needed; what is below it matters only as "not zero".
    let size = num.bit_len() as i64 - den.bit_len() as i64;
    if size + scale > format.max_magnitude + 2 {
        return None;
    }
    if size + scale < format.min_exponent - 2 {
        return Some(zero);
    }
    let up = format.precision + 2 - size;
    let (n, d) = if up >= 0 { (num << up as usize, den) } else { (num, den << (-up) as usize) };
    let (quotient, rest) = (&n / &d, &n % &d);
    let low = scale - up; // exponent of the quotient's last bit
    let exponent = (quotient.bit_len() as i64 + low - format.precision).max(format.min_exponent);
    let drop = (exponent - low) as usize;
    let mut mantissa = u64::try_from(&(&quotient >> drop)).ok()?;
    let half = UBig::ONE << (drop - 1);
    let dropped = &quotient & ((UBig::ONE << drop) - UBig::ONE);
    let above = dropped > half || (dropped == half && !rest.is_zero());
    if above || (dropped == half && mantissa & 1 == 1) {
        mantissa += 1;
    }
    let magnitude = exponent + i64::from(64 - mantissa.leading_zeros());
    (magnitude <= format.max_magnitude).then_some(Rounded { sign, mantissa, exponent })
}

/// Postfix function application.
trait Pipe: Sized {
    fn pipe<R>(self, f: impl FnOnce(Self) -> R) -> R {
        f(self)
    }
}
impl<T> Pipe for T {}
