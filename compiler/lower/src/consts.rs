//! Exact constants to machine values.

use undergo_ir::Type;
use undergo_types::constant::{Float, Value as Const};
use undergo_types::{Basic, Ty, TyKind};

use crate::func::FuncLower;
use crate::val::Val;

/// The low 64 bits of an integer constant, two's complement. Fractions have been refused by the checker.
pub fn int_bits(c: &Const) -> i64 {
    match c {
        Const::Int(n) => match i64::try_from(n) {
            Ok(v) => v,
            Err(_) => u64::try_from(n).map_or(0, |v| v as i64),
        },
        Const::Bool(b) => i64::from(*b),
        Const::Float(_) => to_f64(c) as i64,
        _ => 0,
    }
}

/// Nearest double, ties to even.
pub fn to_f64(c: &Const) -> f64 {
    match c {
        Const::Int(n) => n.to_f64().value(),
        Const::Float(Float::Rat(r)) => r.to_f64().value(),
        Const::Float(Float::Big(f)) => f.to_f64().value(),
        Const::Complex(p) => to_f64(&p.0),
        _ => 0.0,
    }
}

/// Nearest single, ties to even, rounded once.
pub fn to_f32(c: &Const) -> f32 {
    match c {
        Const::Int(n) => n.to_f32().value(),
        Const::Float(Float::Rat(r)) => r.to_f32().value(),
        Const::Float(Float::Big(f)) => f.to_f32().value(),
        Const::Complex(p) => to_f32(&p.0),
        _ => 0.0,
    }
}

/// Real and imaginary part.
pub fn parts(c: &Const) -> (Const, Const) {
    match c {
        Const::Complex(p) => (p.0.clone(), p.1.clone()),
        c => (c.clone(), Const::Int(0.into())),
    }
}

/// The type that an untyped type defaults to; other types are themselves.
pub fn default_type(t: Ty) -> Ty {
    let TyKind::Basic(b) = t.kind() else { return t };
    Ty::basic(match b {
        Basic::UntypedBool => Basic::Bool,
        Basic::UntypedInt => Basic::Int,
        Basic::UntypedRune => Basic::Int32,
        Basic::UntypedFloat => Basic::Float64,
        Basic::UntypedComplex => Basic::Complex128,
        Basic::UntypedString => Basic::String,
        _ => return t,
    })
}

/// Classes of basic types, asked of any type's underlying type.
pub trait Class: Copy {
    /// The basic type.
    fn basic(self) -> Option<Basic>;
    /// Integers.
    fn is_integer(self) -> bool {
        self.basic().is_some_and(Basic::is_integer)
    }
    /// Unsigned integers.
    fn is_unsigned(self) -> bool {
        self.basic().is_some_and(Basic::is_unsigned)
    }
    /// Floats.
    fn is_float(self) -> bool {
        self.basic().is_some_and(Basic::is_float)
    }
    /// Complex numbers.
    fn is_complex(self) -> bool {
        self.basic().is_some_and(Basic::is_complex)
    }
    /// Numbers.
    fn is_numeric(self) -> bool {
        self.basic().is_some_and(Basic::is_numeric)
    }
    /// Strings.
    fn is_string(self) -> bool {
        self.basic().is_some_and(Basic::is_string)
    }
    /// Booleans.
    fn is_boolean(self) -> bool {
        self.basic().is_some_and(Basic::is_boolean)
    }
    /// Types of constants without type.
    fn is_untyped(self) -> bool {
        self.basic().is_some_and(Basic::is_untyped)
    }
}

impl Class for Ty {
    fn basic(self) -> Option<Basic> {
        self.as_basic()
    }
}

impl FuncLower<'_> {
    /// A constant of type `ty`, which is not an interface.
    pub fn constant(&mut self, ty: Ty, c: &Const) -> Val {
        let ty = default_type(ty);
        let Some(basic) = ty.as_basic() else { return self.zero(ty) };
        match basic {
            Basic::String => match c {
                Const::Str(s) => self.string_const(s),
                _ => self.zero(ty),
            },
            Basic::Float64 => Val::one(self.b.f64const(to_f64(c))),
            Basic::Float32 => Val::one(self.b.f32const(to_f32(c))),
            Basic::Complex128 => {
                let (re, im) = parts(c);
                Val::two(self.b.f64const(to_f64(&re)), self.b.f64const(to_f64(&im)))
            }
            Basic::Complex64 => {
                let (re, im) = parts(c);
                Val::two(self.b.f32const(to_f32(&re)), self.b.f32const(to_f32(&im)))
            }
            Basic::UnsafePointer => {
                let w = self.word(int_bits(c));
                Val::one(self.b.convert(undergo_ir::ConvOp::Bitcast, Type::Ptr, w))
            }
            _ => {
                let t = self.scalar_type(ty);
                let bits = int_bits(c);
                // Constants are kept sign-extended from their width, so that equal ones look equal.
                let imm = match t {
                    Type::I8 => i64::from(bits as i8),
                    Type::I16 => i64::from(bits as i16),
                    Type::I32 => i64::from(bits as i32),
                    _ => bits,
                };
                Val::one(self.b.iconst(t, imm))
            }
        }
    }

    /// A string constant.
    pub fn string_const(&mut self, s: &[u8]) -> Val {
        if s.is_empty() {
            let (p, n) = (self.b.nil(), self.word(0));
            return Val::two(p, n);
        }
        let sym = self.cx.string_sym(s);
        let p = self.b.sym_addr(sym, 0);
        let n = self.word(s.len() as i64);
        Val::two(p, n)
    }
}
