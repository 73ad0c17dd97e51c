//! Exact constant values.

use std::sync::Arc;

use dashu::integer::IBig;
use dashu::rational::RBig;

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
    Big(Arc<dashu::float::FBig<dashu::float::round::mode::HalfEven, 2>>),
}
