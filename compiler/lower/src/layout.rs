//! How Go values become machine scalars.

use std::rc::Rc;

use undergo_ir::Type;
use undergo_types::{Basic, Ty, TyKind, layout};

/// Leaf scalars with their offsets, in memory order.
pub type Scalars = Rc<[(Type, u64)]>;

/// Layout of a concrete type.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Bytes.
    pub size: u64,
    /// Alignment.
    pub align: u32,
    /// Prefix that can hold pointers.
    pub ptr_bytes: u64,
    /// Offsets of a struct's fields.
    pub fields: Vec<u64>,
    /// What the value consists of, if that is at most [`MAX_SCALARS`] scalars and no array of several elements: what
    /// could be passed in registers. Fields of size zero contribute nothing.
    pub scalars: Option<Scalars>,
}

/// No call passes a value in more registers.
pub const MAX_SCALARS: usize = undergo_abi::call::INT_ARG_REGS + undergo_abi::call::FLOAT_ARG_REGS;

impl Layout {
    /// Computes it.
    pub fn of(t: Ty) -> Layout {
        let l = layout::layout(t);
        let mut out = Vec::new();
        let scalars = flatten(t, 0, &mut out).then(|| Scalars::from(out));
        Layout { size: l.size, align: l.align as u32, ptr_bytes: l.ptr_bytes, fields: l.fields.clone(), scalars }
    }

    /// Whether values can hold pointers.
    pub fn has_ptrs(&self) -> bool {
        self.ptr_bytes > 0
    }

    /// Whether a value is stored in an interface's data word itself.
    pub fn direct_iface(&self) -> bool {
        self.size == 8 && self.ptr_bytes == 8
    }
}

/// Appends the leaf scalars of a `t` at `at`; false if there are too many, or an array stands in the way.
fn flatten(t: Ty, at: u64, out: &mut Vec<(Type, u64)>) -> bool {
    match t.under() {
        TyKind::Basic(b) => basic(*b, at, out),
        TyKind::Slice(_) => out.extend([(Type::Ptr, at), (Type::I64, at + 8), (Type::I64, at + 16)]),
        TyKind::Interface(_) => out.extend([(Type::Ptr, at), (Type::Ptr, at + 8)]),
        TyKind::Struct(fields) => {
            let l = layout::layout(t);
            return fields.iter().zip(&l.fields).all(|(f, off)| flatten(f.ty, at + off, out))
                && out.len() <= MAX_SCALARS;
        }
        TyKind::Array(_, 0) => {}
        TyKind::Array(e, 1) => return flatten(*e, at, out),
        TyKind::Array(..) => return false,
        TyKind::Tuple(_) | TyKind::Union(_) | TyKind::TypeParam(_) | TyKind::Named(_) => return false,
        TyKind::Pointer(_) | TyKind::Map(..) | TyKind::Chan(..) | TyKind::Func(_) => out.push((Type::Ptr, at)),
    }
    out.len() <= MAX_SCALARS
}

fn basic(b: Basic, at: u64, out: &mut Vec<(Type, u64)>) {
    use Basic::*;
    let scalar = match b {
        Bool | Int8 | Uint8 | UntypedBool => Type::I8,
        Int16 | Uint16 => Type::I16,
        Int32 | Uint32 | UntypedRune => Type::I32,
        Int | Uint | Int64 | Uint64 | Uintptr | UntypedInt => Type::I64,
        Float32 => Type::F32,
        Float64 | UntypedFloat => Type::F64,
        UnsafePointer | UntypedNil => Type::Ptr,
        Complex64 => return out.extend([(Type::F32, at), (Type::F32, at + 4)]),
        Complex128 | UntypedComplex => return out.extend([(Type::F64, at), (Type::F64, at + 8)]),
        String | UntypedString => return out.extend([(Type::Ptr, at), (Type::I64, at + 8)]),
        Invalid => return,
    };
    out.push((scalar, at));
}
