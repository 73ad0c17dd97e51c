//! Conversions.

use undergo_abi::builtins::Builtin;
use undergo_abi::g::BoundsCode;
use undergo_ir::{ConvOp, InstData, Type, Value};
use undergo_syntax::ast::*;
use undergo_types::{Basic, Ty, TyKind};

use crate::compare::is_byte_slice;
use crate::consts::Class;
use crate::func::FuncLower;
use crate::val::{Addr, Val};

impl FuncLower<'_> {
    /// `T(x)`
    pub fn conversion(&mut self, n: &'static CallExpr, to: Ty) -> Val {
        let Some(x) = n.args.first() else {
            return self.refuse(n.lparen, to, "internal: conversion of nothing");
        };
        let from = self.ty(x);
        if to.is_interface() || self.is_nil(x) {
            return self.expr_as(x, to);
        }
        // A constant converted to a type parameter's type is not constant, but its value is known in an instance.
        if let Some(c) = self.tv(x).and_then(|tv| tv.value) {
            let numbers = |t: Ty| t.is_numeric() && !t.is_untyped();
            if numbers(to) && from.is_numeric() || to.is_boolean() {
                return self.constant(to, c);
            }
        }
        if let (TyKind::Basic(Basic::Uintptr), TyKind::Basic(Basic::UnsafePointer)) = (from.under(), to.under()) {
            return self.pointer_from_word(n, x);
        }
        let v = self.expr(x);
        self.at(n.lparen);
        self.note_pointer(n.id, &v);
        self.convert_value(v, from, to)
    }

    /// A value converted as an assignment does: to an interface, or to a type with the same representation.
    pub fn assign_conv(&mut self, v: Val, from: Ty, to: Ty) -> Val {
        match (from.is_interface(), to.is_interface()) {
            (false, true) => self.box_value(v, from, to),
            (true, true) => self.iface_to_iface(v, from, to),
            _ => v,
        }
    }

    /// An explicit conversion.
    pub fn convert_value(&mut self, v: Val, from: Ty, to: Ty) -> Val {
        if from.is_interface() || to.is_interface() {
            return self.assign_conv(v, from, to);
        }
        let (f, t) = (from.underlying(), to.underlying());
        match (f.kind(), t.kind()) {
            (TyKind::Basic(a), TyKind::Basic(b)) => self.convert_basic(v, *a, *b),
            (TyKind::Pointer(_), TyKind::Basic(Basic::UnsafePointer))
            | (TyKind::Basic(Basic::UnsafePointer), TyKind::Pointer(_)) => v,
            (TyKind::Slice(e), TyKind::Basic(Basic::String)) => {
                let builtin = match e.as_basic() {
                    Some(Basic::Int32) => Builtin::SliceRuneToString,
                    _ => Builtin::SliceByteToString,
                };
                let r = self.b.builtin(builtin, &[v.get(0), v.get(1)]);
                Val::two(r[0], r[1])
            }
            (TyKind::Basic(Basic::String | Basic::UntypedString), TyKind::Slice(_)) => {
                let builtin = if is_byte_slice(t) { Builtin::StringToSliceByte } else { Builtin::StringToSliceRune };
                let r = self.b.builtin(builtin, &[v.get(0), v.get(1)]);
                Val::three(r[0], r[1], r[2])
            }
            (TyKind::Slice(_), TyKind::Pointer(array)) => {
                let n = match array.under() {
                    TyKind::Array(_, n) => *n,
                    _ => 0,
                };
                self.check_array_len(&v, n);
                Val::one(v.get(0))
            }
            (TyKind::Slice(_), TyKind::Array(_, n)) => {
                self.check_array_len(&v, *n);
                if *n == 0 {
                    return self.zero(to);
                }
                let r = self.load(to, Addr::new(v.get(0)));
                self.own(to, r)
            }
            _ => v,
        }
    }

    fn check_array_len(&mut self, slice: &Val, n: u64) {
        let n = self.word(n as i64);
        self.check_bounds(BoundsCode::Convert, n, slice.get(1), false);
    }

    fn convert_basic(&mut self, v: Val, from: Basic, to: Basic) -> Val {
        use Basic::*;
        match (from, to) {
            (UnsafePointer, Uintptr) => Val::one(self.to_word(v.get(0))),
            (Uintptr, UnsafePointer) => Val::one(self.to_ptr(v.get(0))),
            (String | UntypedString, _) | (_, UnsafePointer) | (Bool | UntypedBool, _) => v,
            (_, String) => {
                let unsigned = is_unsigned(from);
                let w = self.extend(v.get(0), unsigned);
                let r = self.b.builtin(Builtin::IntString, &[w]);
                Val::two(r[0], r[1])
            }
            (Complex64 | Complex128 | UntypedComplex, _) => {
                let (op, t) = match to {
                    Complex64 => (ConvOp::FDemote, Type::F32),
                    _ => (ConvOp::FPromote, Type::F64),
                };
                Val::two(self.b.convert(op, t, v.get(0)), self.b.convert(op, t, v.get(1)))
            }
            _ => Val::one(self.convert_number(v.get(0), from, to)),
        }
    }

    /// Between integers and floats.
    fn convert_number(&mut self, v: Value, from: Basic, to: Basic) -> Value {
        let target = number_type(to);
        let source = self.b.func.ty(v);
        match (source.is_float(), target.is_float()) {
            (false, false) => self.resize(v, is_unsigned(from), target),
            (true, true) if source == Type::F32 => self.b.convert(ConvOp::FPromote, target, v),
            (true, true) => self.b.convert(ConvOp::FDemote, target, v),
            (false, true) => {
                if is_unsigned(from) && source == Type::I64 {
                    return self.b.convert(ConvOp::UToF, target, v);
                }
                // A narrower number is exact in the signed type of 64 bits.
                let w = self.extend(v, is_unsigned(from));
                self.b.convert(ConvOp::SToF, target, w)
            }
            (true, false) => match to {
                Basic::Uint64 | Basic::Uint | Basic::Uintptr => self.b.convert(ConvOp::FToU, Type::I64, v),
                Basic::Int | Basic::Int64 => self.b.convert(ConvOp::FToS, Type::I64, v),
                Basic::Uint32 => {
                    let w = self.b.convert(ConvOp::FToS, Type::I64, v);
                    self.resize(w, false, target)
                }
                _ => {
                    let w = self.b.convert(ConvOp::FToS, Type::I32, v);
                    self.resize(w, false, target)
                }
            },
        }
    }

    /// An integer in another width.
    pub fn resize(&mut self, v: Value, unsigned: bool, to: Type) -> Value {
        let from = self.b.func.ty(v);
        if from == Type::Ptr {
            let w = self.to_word(v);
            return self.resize(w, unsigned, to);
        }
        let op = match (to.bits() > from.bits(), unsigned) {
            (true, true) => ConvOp::Zext,
            (true, false) => ConvOp::Sext,
            _ => ConvOp::Trunc,
        };
        self.b.convert(op, to, v)
    }

    /// A panic unless the pointer is not nil.
    pub fn nil_check(&mut self, p: Value) {
        self.b.push(InstData::NilCheck(p), &[]);
    }
}

/// Whether a basic integer type is unsigned.
pub fn is_unsigned(b: Basic) -> bool {
    use Basic::*;
    matches!(b, Uint | Uint8 | Uint16 | Uint32 | Uint64 | Uintptr)
}

fn number_type(b: Basic) -> Type {
    use Basic::*;
    match b {
        Int8 | Uint8 => Type::I8,
        Int16 | Uint16 => Type::I16,
        Int32 | Uint32 | UntypedRune => Type::I32,
        Float32 => Type::F32,
        Float64 | UntypedFloat => Type::F64,
        _ => Type::I64,
    }
}
