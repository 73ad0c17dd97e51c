//! Scalar types.

/// Type of an SSA value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// 8 bits: bool (0 or 1), int8, uint8.
    I8,
    /// 16 bits.
    I16,
    /// 32 bits.
    I32,
    /// 64 bits, not a pointer as far as the compiler knows.
    I64,
    /// IEEE single.
    F32,
    /// IEEE double.
    F64,
    /// 64 bits, possibly the address of something the collector manages.
    Ptr,
}

impl Type {
    /// Size in bytes, also the alignment.
    pub fn bytes(self) -> u32 {
        match self {
            Type::I8 => 1,
            Type::I16 => 2,
            Type::I32 | Type::F32 => 4,
            Type::I64 | Type::F64 | Type::Ptr => 8,
        }
    }
    /// Size in bits.
    pub fn bits(self) -> u32 {
        self.bytes() * 8
    }
    /// Whether it lives in a float register.
    pub fn is_float(self) -> bool {
        matches!(self, Type::F32 | Type::F64)
    }
    /// Whether it is an integer (pointers excluded).
    pub fn is_int(self) -> bool {
        !self.is_float() && self != Type::Ptr
    }
    /// The integer type of this many bytes.
    pub fn int(bytes: u64) -> Option<Type> {
        Some(match bytes {
            1 => Type::I8,
            2 => Type::I16,
            4 => Type::I32,
            8 => Type::I64,
            _ => return None,
        })
    }
    /// Spelling in the textual form.
    pub fn as_str(self) -> &'static str {
        match self {
            Type::I8 => "i8",
            Type::I16 => "i16",
            Type::I32 => "i32",
            Type::I64 => "i64",
            Type::F32 => "f32",
            Type::F64 => "f64",
            Type::Ptr => "ptr",
        }
    }
}
