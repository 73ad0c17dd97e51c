//! Functions that the compiler expands in place: atomics, bit operations, a few of math, and access to the machine
//! state of the calling function.
//!
//! Most have no body in Go. Asked for as func values, or by linkname, they become functions of their own.

use smallvec::{SmallVec, smallvec};
use undergo_ir::{AtomicOp, BinOp, Builder, ConvOp, InstData, IntCond, Sym, Type, UnOp, Value};
use undergo_types::Obj;

use crate::abi::Abi;
use crate::emit::{self, Visible};
use crate::program::Lowerer;

/// What a call is expanded to. Arguments and results are flattened to scalars.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Intrinsic {
    /// `*p`
    Load,
    /// `*p = v`
    Store,
    /// Adds; gives the new value.
    Add,
    /// Gives the old value.
    Rmw(AtomicOp),
    /// Gives nothing.
    RmwVoid(AtomicOp),
    /// `(p, old, new) bool`
    Cas,
    /// A unary operation on an integer; the result is an `int` (counts).
    Count(UnOp),
    /// Bits needed for the value, as an `int`.
    Len,
    /// A unary operation that keeps the type.
    Unary(UnOp),
    /// `(x, k int)`
    RotateLeft,
    /// Two results: high and low half of the product.
    Mul64,
    /// Two results: sum and carry of `(x, y, carry)`.
    Add64,
    /// Two results: difference and borrow of `(x, y, borrow)`.
    Sub64,
    /// `(x, sign)`
    Copysign,
    /// The same bits.
    Bits(Type),
    /// See [`InstData::GetG`].
    GetG,
    /// See [`InstData::FramePtr`].
    FramePtr,
    /// See [`InstData::CallerPc`].
    CallerPc,
    /// See [`InstData::CallerSp`].
    CallerSp,
    /// See [`InstData::ClosureCtx`].
    ClosurePtr,
    /// Entry address of the function in an `any`.
    FuncPc,
    /// Keeps its argument alive.
    KeepAlive,
    /// Does nothing.
    Nothing,
}

/// The intrinsic with this link symbol.
pub fn find(sym: Sym) -> Option<Intrinsic> {
    // Instances of generic functions have their type arguments behind the name.
    let s = sym.as_str().split('[').next()?;
    let (pkg, name) = s.rsplit_once('.')?;
    match pkg {
        "sync/atomic" => sync_atomic(name),
        "internal/runtime/atomic" => runtime_atomic(name),
        "internal/runtime/sys" => sys(name),
        "math/bits" => bits(name),
        "math" => math(name),
        _ => match s {
            "runtime.getg" => Some(Intrinsic::GetG),
            "runtime.getfp" => Some(Intrinsic::FramePtr),
            "runtime.KeepAlive" => Some(Intrinsic::KeepAlive),
            "internal/abi.FuncPCABI0" | "internal/abi.FuncPCABIInternal" => Some(Intrinsic::FuncPc),
            "internal/abi.EscapeNonString" => Some(Intrinsic::Nothing),
            "crypto/internal/constanttime.boolToUint8" => Some(Intrinsic::Bits(Type::I8)),
            "internal/runtime/math.Mul64" => Some(Intrinsic::Mul64),
            "internal/runtime/math.Add64" => Some(Intrinsic::Add64),
            "crypto/internal/boring/sig.StandardCrypto"
            | "crypto/internal/boring/sig.BoringCrypto"
            | "crypto/internal/boring/sig.FIPSOnly" => Some(Intrinsic::Nothing),
            _ => None,
        },
    }
}

fn sync_atomic(name: &str) -> Option<Intrinsic> {
    const TYPES: [&str; 6] = ["Int32", "Int64", "Uint32", "Uint64", "Uintptr", "Pointer"];
    let op = TYPES.iter().find_map(|t| name.strip_suffix(t))?;
    Some(match op {
        "Load" => Intrinsic::Load,
        "Store" => Intrinsic::Store,
        "Swap" => Intrinsic::Rmw(AtomicOp::Xchg),
        "CompareAndSwap" => Intrinsic::Cas,
        "Add" => Intrinsic::Add,
        "And" => Intrinsic::Rmw(AtomicOp::And),
        "Or" => Intrinsic::Rmw(AtomicOp::Or),
        _ => return None,
    })
}

fn runtime_atomic(name: &str) -> Option<Intrinsic> {
    Some(match name {
        "Load" | "Load8" | "Load64" | "Loadp" | "LoadAcq" | "LoadAcq64" | "LoadAcquintptr" | "Loaduint"
        | "Loaduintptr" | "Loadint32" | "Loadint64" => Intrinsic::Load,
        "Store" | "Store8" | "Store64" | "StoreRel" | "StoreRel64" | "StoreReluintptr" | "Storeint32"
        | "Storeint64" | "Storeuintptr" | "StorepNoWB" | "storePointer" => Intrinsic::Store,
        "Cas" | "Cas64" | "CasRel" | "Casint32" | "Casint64" | "Casp1" | "Casuintptr" | "casPointer" => Intrinsic::Cas,
        "Xadd" | "Xadd64" | "Xaddint32" | "Xaddint64" | "Xadduintptr" => Intrinsic::Add,
        "Xchg" | "Xchg8" | "Xchg64" | "Xchgint32" | "Xchgint64" | "Xchguintptr" => Intrinsic::Rmw(AtomicOp::Xchg),
        "And" | "And8" => Intrinsic::RmwVoid(AtomicOp::And),
        "Or" | "Or8" => Intrinsic::RmwVoid(AtomicOp::Or),
        "And32" | "And64" | "Anduintptr" => Intrinsic::Rmw(AtomicOp::And),
        "Or32" | "Or64" | "Oruintptr" => Intrinsic::Rmw(AtomicOp::Or),
        _ => return None,
    })
}

fn sys(name: &str) -> Option<Intrinsic> {
    Some(match name {
        "GetCallerPC" => Intrinsic::CallerPc,
        "GetCallerSP" => Intrinsic::CallerSp,
        "GetClosurePtr" => Intrinsic::ClosurePtr,
        "Bswap32" | "Bswap64" => Intrinsic::Unary(UnOp::Bswap),
        "TrailingZeros8" | "TrailingZeros32" | "TrailingZeros64" => Intrinsic::Count(UnOp::Ctz),
        "Len8" | "Len64" => Intrinsic::Len,
        "OnesCount64" => Intrinsic::Count(UnOp::Popcnt),
        "LeadingZeros8" | "LeadingZeros64" => Intrinsic::Count(UnOp::Clz),
        "Prefetch" | "PrefetchStreamed" => Intrinsic::Nothing,
        _ => return None,
    })
}

fn bits(name: &str) -> Option<Intrinsic> {
    let op = name.trim_end_matches(|c: char| c.is_ascii_digit());
    Some(match op {
        "TrailingZeros" => Intrinsic::Count(UnOp::Ctz),
        "LeadingZeros" => Intrinsic::Count(UnOp::Clz),
        "OnesCount" => Intrinsic::Count(UnOp::Popcnt),
        "Len" => Intrinsic::Len,
        "Reverse" => Intrinsic::Unary(UnOp::Bitrev),
        "ReverseBytes" => Intrinsic::Unary(UnOp::Bswap),
        "RotateLeft" => Intrinsic::RotateLeft,
        "Mul" if name != "Mul32" => Intrinsic::Mul64,
        "Add" if name != "Add32" => Intrinsic::Add64,
        "Sub" if name != "Sub32" => Intrinsic::Sub64,
        _ => return None,
    })
}

fn math(name: &str) -> Option<Intrinsic> {
    Some(match name {
        "Abs" => Intrinsic::Unary(UnOp::FAbs),
        "sqrt" | "Sqrt" => Intrinsic::Unary(UnOp::Sqrt),
        "Floor" => Intrinsic::Unary(UnOp::Floor),
        "Ceil" => Intrinsic::Unary(UnOp::Ceil),
        "Trunc" => Intrinsic::Unary(UnOp::Trunc),
        "RoundToEven" => Intrinsic::Unary(UnOp::Nearest),
        "Copysign" => Intrinsic::Copysign,
        "Float64bits" => Intrinsic::Bits(Type::I64),
        "Float64frombits" => Intrinsic::Bits(Type::F64),
        "Float32bits" => Intrinsic::Bits(Type::I32),
        "Float32frombits" => Intrinsic::Bits(Type::F32),
        _ => return None,
    })
}

/// Expands a call. `args` are the flattened arguments; the flattened results come back.
pub fn expand(b: &mut Builder, which: Intrinsic, args: &[Value], results: &[Type]) -> SmallVec<[Value; 4]> {
    let result = results.first().copied().unwrap_or(Type::I64);
    match which {
        Intrinsic::Load => smallvec![b.nullary(InstData::AtomicLoad { ty: result, addr: args[0] }, result)],
        Intrinsic::Store => {
            b.push(InstData::AtomicStore { addr: args[0], val: args[1] }, &[]);
            smallvec![]
        }
        Intrinsic::Add => {
            let old = rmw(b, AtomicOp::Add, args);
            smallvec![b.binary(BinOp::Add, old, args[1])]
        }
        Intrinsic::Rmw(op) => smallvec![rmw(b, op, args)],
        Intrinsic::RmwVoid(op) => {
            rmw(b, op, args);
            smallvec![]
        }
        Intrinsic::Cas => {
            let cas = InstData::AtomicCas { addr: args[0], old: args[1], new: args[2] };
            smallvec![b.nullary(cas, Type::I8)]
        }
        Intrinsic::Count(op) => {
            let n = b.unary(op, args[0]);
            smallvec![b.convert(ConvOp::Zext, result, n)]
        }
        Intrinsic::Len => {
            let ty = b.func.ty(args[0]);
            let zeros = b.unary(UnOp::Clz, args[0]);
            let zeros = b.convert(ConvOp::Zext, result, zeros);
            let width = b.iconst(result, i64::from(ty.bits()));
            smallvec![b.binary(BinOp::Sub, width, zeros)]
        }
        Intrinsic::Unary(op) => smallvec![b.unary(op, args[0])],
        Intrinsic::RotateLeft => {
            // The count is taken modulo the width, so its low bits are all that matters, negative ones included.
            let ty = b.func.ty(args[0]);
            let k = b.convert(ConvOp::Trunc, ty, args[1]);
            smallvec![b.binary(BinOp::Rotl, args[0], k)]
        }
        Intrinsic::Mul64 => {
            smallvec![b.binary(BinOp::UMulHi, args[0], args[1]), b.binary(BinOp::Mul, args[0], args[1])]
        }
        Intrinsic::Add64 => {
            let partial = b.binary(BinOp::Add, args[0], args[1]);
            let sum = b.binary(BinOp::Add, partial, args[2]);
            let (c, d) = (b.icmp(IntCond::Ult, partial, args[0]), b.icmp(IntCond::Ult, sum, partial));
            smallvec![sum, carry(b, c, d)]
        }
        Intrinsic::Sub64 => {
            let partial = b.binary(BinOp::Sub, args[0], args[1]);
            let diff = b.binary(BinOp::Sub, partial, args[2]);
            let (c, d) = (b.icmp(IntCond::Ult, args[0], args[1]), b.icmp(IntCond::Ult, partial, args[2]));
            smallvec![diff, carry(b, c, d)]
        }
        Intrinsic::Copysign => {
            let (x, s) =
                (b.convert(ConvOp::Bitcast, Type::I64, args[0]), b.convert(ConvOp::Bitcast, Type::I64, args[1]));
            let (rest, sign) = (b.iconst(Type::I64, i64::MAX), b.iconst(Type::I64, i64::MIN));
            let (x, s) = (b.binary(BinOp::And, x, rest), b.binary(BinOp::And, s, sign));
            let bits = b.binary(BinOp::Or, x, s);
            smallvec![b.convert(ConvOp::Bitcast, Type::F64, bits)]
        }
        Intrinsic::Bits(to) => smallvec![b.convert(ConvOp::Bitcast, to, args[0])],
        Intrinsic::GetG => word(b, InstData::GetG, result),
        Intrinsic::FramePtr => word(b, InstData::FramePtr, result),
        Intrinsic::CallerPc => word(b, InstData::CallerPc, result),
        Intrinsic::CallerSp => word(b, InstData::CallerSp, result),
        Intrinsic::ClosurePtr => {
            b.func.flags.uses_ctx = true;
            let p = b.nullary(InstData::ClosureCtx, Type::Ptr);
            smallvec![b.convert(ConvOp::Bitcast, result, p)]
        }
        Intrinsic::FuncPc => {
            // The data word of the interface is the func value.
            let code = b.load(Type::Ptr, args[1], 0);
            smallvec![b.convert(ConvOp::Bitcast, result, code)]
        }
        Intrinsic::KeepAlive => {
            for &v in args {
                b.push(InstData::KeepAlive(v), &[]);
            }
            smallvec![]
        }
        Intrinsic::Nothing => smallvec![],
    }
}

fn rmw(b: &mut Builder, op: AtomicOp, args: &[Value]) -> Value {
    let ty = b.func.ty(args[1]);
    b.nullary(InstData::AtomicRmw { op, addr: args[0], val: args[1] }, ty)
}

fn carry(b: &mut Builder, c: Value, d: Value) -> Value {
    let or = b.binary(BinOp::Or, c, d);
    b.convert(ConvOp::Zext, Type::I64, or)
}

/// A machine word as the scalar that its declaration says: a pointer or an integer.
fn word(b: &mut Builder, data: InstData, result: Type) -> SmallVec<[Value; 4]> {
    let v = b.nullary(data, Type::I64);
    smallvec![b.convert(ConvOp::Bitcast, result, v)]
}

/// An intrinsic as a function.
pub fn lower_body(cx: &Lowerer, sym: Sym, obj: Obj) {
    let (Some(which), Some(sig)) = (find(sym), obj.type_().as_func()) else { return };
    let abi = Abi::of(cx, sig, None);
    let mut b = emit::start(sym, sym.as_str(), &abi.param_types(), abi.result_types(), Visible::Yes);
    let args = b.func.params().to_vec();
    let out = expand(&mut b, which, &args, &abi.result_types());
    emit::ret(&mut b, out.to_vec());
    cx.add_func(b.func);
}
