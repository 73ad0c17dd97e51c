//! Instructions.

use undergo_abi::builtins::Builtin;

use crate::Sym;
use crate::func::{Block, Slot, Value};
use crate::types::Type;

/// Binary operations on two values of one type, giving that type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinOp {
    /// Wrapping addition.
    Add,
    /// Wrapping subtraction.
    Sub,
    /// Wrapping multiplication.
    Mul,
    /// Signed division, truncated; the divisor is known not to be 0 (checked before); MIN / -1 = MIN.
    SDiv,
    /// Unsigned division by other than 0.
    UDiv,
    /// Signed remainder by other than 0; MIN % -1 = 0.
    SRem,
    /// Unsigned remainder by other than 0.
    URem,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// High half of the unsigned product (I64 only).
    UMulHi,
    /// High half of the signed product (I64 only).
    SMulHi,
    /// Rotate left; the count is taken modulo the width.
    Rotl,
    /// Float addition.
    FAdd,
    /// Float subtraction.
    FSub,
    /// Float multiplication, never fused.
    FMul,
    /// Float division.
    FDiv,
    /// Go's min on floats: NaN propagates, -0 < +0.
    FMin,
    /// Go's max on floats.
    FMax,
}

/// Shifts with Go's meaning: the count is unsigned, of any integer type; counts of the width or more give 0 or the
/// sign. (Negative counts have been checked before.)
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ShiftOp {
    /// `<<`
    Shl,
    /// `>>` of an unsigned value.
    Shr,
    /// `>>` of a signed value.
    Sar,
}

/// Unary operations that keep the type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnOp {
    /// Integer negation, wrapping.
    Neg,
    /// Bitwise complement.
    Not,
    /// Leading zeros; the width for 0.
    Clz,
    /// Trailing zeros; the width for 0.
    Ctz,
    /// Number of one bits.
    Popcnt,
    /// Bytes reversed.
    Bswap,
    /// Bits reversed.
    Bitrev,
    /// Float negation (sign bit flipped).
    FNeg,
    /// Sign bit cleared.
    FAbs,
    /// Square root.
    Sqrt,
    /// Round up.
    Ceil,
    /// Round down.
    Floor,
    /// Round to zero.
    Trunc,
    /// Round to nearest even.
    Nearest,
}

/// Conversions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ConvOp {
    /// Integer to a wider one, zeros above.
    Zext,
    /// Integer to a wider one, sign above.
    Sext,
    /// Integer to a narrower one.
    Trunc,
    /// Signed integer (I32, I64) to float.
    SToF,
    /// Unsigned integer (I32, I64) to float.
    UToF,
    /// Float to signed integer (I32, I64), truncated; out of range and NaN as on amd64: 0x8000….
    FToS,
    /// Float to unsigned I64 as gc's amd64 code does it.
    FToU,
    /// F32 to F64.
    FPromote,
    /// F64 to F32.
    FDemote,
    /// Same bits in another type of the same size, pointers included.
    Bitcast,
}

/// Conditions on integers and pointers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum IntCond {
    Eq,
    Ne,
    Slt,
    Sle,
    Sgt,
    Sge,
    Ult,
    Ule,
    Ugt,
    Uge,
}

/// Conditions on floats: all false for NaN, but `Ne` true.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum FloatCond {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Atomic read-modify-write operations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum AtomicOp {
    Add,
    And,
    Or,
    Xchg,
}

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Callee {
    /// A function by its link symbol: Go code, or an entry of the runtime.
    Direct(Sym),
    /// A row of the builtin table.
    Builtin(Builtin),
    /// A code address.
    Indirect(Value),
}

/// A jump target with arguments for its parameters.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct BlockCall {
    /// Target.
    pub block: Block,
    /// Arguments.
    pub args: Vec<Value>,
}

/// An instruction. All loads and stores are naturally aligned.
#[derive(Clone, PartialEq, Debug)]
pub enum InstData {
    /// An integer or (0 only) pointer constant, sign-extended.
    Iconst {
        /// Result type.
        ty: Type,
        /// Its value.
        imm: i64,
    },
    /// A float constant by its bits.
    F32const(u32),
    /// A float constant by its bits.
    F64const(u64),
    /// Address of a symbol plus an offset.
    SymAddr {
        /// The symbol.
        sym: Sym,
        /// Added to its address.
        offset: i64,
    },
    /// Address of a stack slot plus an offset.
    SlotAddr {
        /// The slot.
        slot: Slot,
        /// Added to its address.
        offset: i32,
    },
    /// See [`BinOp`].
    Binary(BinOp, [Value; 2]),
    /// Pointer plus I64, within the same object (or one past it).
    PtrAdd([Value; 2]),
    /// Value, count.
    Shift(ShiftOp, [Value; 2]),
    /// See [`UnOp`].
    Unary(UnOp, Value),
    /// See [`ConvOp`].
    Convert(ConvOp, Type, Value),
    /// Gives I8 0 or 1.
    Icmp(IntCond, [Value; 2]),
    /// Gives I8 0 or 1.
    Fcmp(FloatCond, [Value; 2]),
    /// Condition (I8), then, else. Both sides are evaluated.
    Select([Value; 3]),
    /// Reads memory. A nil address faults and becomes a panic, so offsets must be below 4096 unless the pointer is
    /// known not to be nil.
    Load {
        /// Result type.
        ty: Type,
        /// Base address.
        addr: Value,
        /// Added to it.
        offset: i32,
    },
    /// Writes memory. Storing a Ptr to memory that may be on the heap or global is where a write barrier goes.
    Store {
        /// Base address.
        addr: Value,
        /// Added to it.
        offset: i32,
        /// The value.
        val: Value,
    },
    /// Copies `size` bytes; the ranges may overlap. Faults like a load and a store.
    MemCopy {
        /// To.
        dst: Value,
        /// From.
        src: Value,
        /// Bytes, not 0.
        size: u64,
        /// Whether the memory may hold pointers.
        ptrs: bool,
    },
    /// Clears `size` bytes.
    MemZero {
        /// Where.
        dst: Value,
        /// Bytes, not 0.
        size: u64,
        /// Whether the memory may hold pointers.
        ptrs: bool,
    },
    /// Panics if the pointer is nil.
    NilCheck(Value),
    /// Index form: panics unless `i < n` as unsigned 64-bit numbers; slice forms: unless `i <= n`. `code` is a
    /// `BoundsCode` plus `UNSIGNED`.
    BoundsCheck {
        /// Which check.
        code: u8,
        /// Index, I64.
        i: Value,
        /// Limit, I64.
        n: Value,
    },
    /// A new zeroed object: on the heap, or in the frame if escape analysis finds that it does not outlive it.
    New {
        /// Symbol of its type descriptor.
        ty: Sym,
        /// Bytes.
        size: u64,
        /// Alignment.
        align: u32,
        /// Whether it may hold pointers.
        ptrs: bool,
    },
    /// A call. Results are the instruction's results.
    Call(Box<Call>),
    /// Keeps a value (and what it points at) alive up to here.
    KeepAlive(Value),
    /// The closure context, `g.call_ctx` at entry. Entry block only.
    ClosureCtx,
    /// The memory frame passed by the caller, `g.call_frame` at entry. Entry block only.
    FrameParam,
    /// The frame pointer, which identifies this activation (I64).
    FramePtr,
    /// Return address of this activation (I64).
    CallerPc,
    /// Stack pointer of the caller right before the call (I64).
    CallerSp,
    /// The current goroutine's `GHead` (I64).
    GetG,
    /// Sequentially consistent.
    AtomicLoad {
        /// Result type.
        ty: Type,
        /// Address.
        addr: Value,
    },
    /// Sequentially consistent.
    AtomicStore {
        /// Address.
        addr: Value,
        /// The value.
        val: Value,
    },
    /// Sequentially consistent; gives the old value.
    AtomicRmw {
        /// Operation.
        op: AtomicOp,
        /// Address.
        addr: Value,
        /// Operand.
        val: Value,
    },
    /// Sequentially consistent compare and swap; gives I8 0 or 1.
    AtomicCas {
        /// Address.
        addr: Value,
        /// Expected.
        old: Value,
        /// Replacement.
        new: Value,
    },
    /// Goes on elsewhere.
    Jump(BlockCall),
    /// To the first target if the I8 is not 0, else to the second.
    Brif(Value, BlockCall, BlockCall),
    /// By integer value; last the default.
    Switch(Value, Vec<(i64, BlockCall)>, BlockCall),
    /// Leaves the function.
    Return(Vec<Value>),
    /// Control never comes here: after a call that does not return.
    Unreachable,
}

/// A call's operands.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// Register arguments, in register order.
    pub args: Vec<Value>,
    /// Closure context, stored to `g.call_ctx`; for calls of func values and closures.
    pub ctx: Option<Value>,
    /// Address of the memory frame, stored to `g.call_frame`; if the signature needs one.
    pub frame: Option<Value>,
}

impl InstData {
    /// Whether it ends a block.
    pub fn is_terminator(&self) -> bool {
        use InstData::*;
        matches!(self, Jump(_) | Brif(..) | Switch(..) | Return(_) | Unreachable)
    }

    /// Whether it may be removed when its results are unused. Loads may: a fault that nobody sees is not a promise,
    /// except where lowering asks for it by [`InstData::NilCheck`].
    pub fn is_pure(&self) -> bool {
        use InstData::*;
        let arithmetic = matches!(
            self,
            Binary(..) | PtrAdd(_) | Shift(..) | Unary(..) | Convert(..) | Icmp(..) | Fcmp(..) | Select(_)
        );
        let constant = matches!(self, Iconst { .. } | F32const(_) | F64const(_) | SymAddr { .. } | SlotAddr { .. });
        let frame = matches!(self, ClosureCtx | FrameParam | FramePtr | CallerPc | CallerSp | GetG);
        arithmetic || constant || frame
    }

    /// Whether it may be removed when its results are unused although it reads or allocates memory.
    pub fn is_removable(&self) -> bool {
        self.is_pure() || matches!(self, InstData::Load { .. } | InstData::New { .. })
    }

    /// Successors of a terminator.
    pub fn targets(&self) -> Vec<&BlockCall> {
        match self {
            InstData::Jump(t) => vec![t],
            InstData::Brif(_, a, b) => vec![a, b],
            InstData::Switch(_, cases, d) => cases.iter().map(|c| &c.1).chain(Some(d)).collect(),
            _ => Vec::new(),
        }
    }

    /// Successors of a terminator, to change them.
    pub fn targets_mut(&mut self) -> Vec<&mut BlockCall> {
        match self {
            InstData::Jump(t) => vec![t],
            InstData::Brif(_, a, b) => vec![a, b],
            InstData::Switch(_, cases, d) => cases.iter_mut().map(|c| &mut c.1).chain(Some(d)).collect(),
            _ => Vec::new(),
        }
    }

    /// Calls `f` with every operand, block arguments included.
    pub fn each_operand(&self, mut f: impl FnMut(Value)) {
        // One traversal serves both: the closure gets a copy and nothing is written.
        self.clone().map_operands(|v| {
            f(v);
            v
        });
    }

    /// Replaces every operand by what `f` says.
    pub fn map_operands(&mut self, mut f: impl FnMut(Value) -> Value) {
        use InstData::*;
        match self {
            Binary(_, vs) | PtrAdd(vs) | Shift(_, vs) | Icmp(_, vs) | Fcmp(_, vs) => {
                vs.iter_mut().for_each(|v| *v = f(*v))
            }
            Select(vs) => vs.iter_mut().for_each(|v| *v = f(*v)),
            Unary(_, v) | Convert(_, _, v) | NilCheck(v) | KeepAlive(v) => *v = f(*v),
            Load { addr, .. } | AtomicLoad { addr, .. } => *addr = f(*addr),
            Store { addr, val, .. } | AtomicStore { addr, val } | AtomicRmw { addr, val, .. } => {
                *addr = f(*addr);
                *val = f(*val);
            }
            AtomicCas { addr, old, new } => {
                *addr = f(*addr);
                *old = f(*old);
                *new = f(*new);
            }
            MemCopy { dst, src, .. } => {
                *dst = f(*dst);
                *src = f(*src);
            }
            MemZero { dst, .. } => *dst = f(*dst),
            BoundsCheck { i, n, .. } => {
                *i = f(*i);
                *n = f(*n);
            }
            Call(c) => {
                if let Callee::Indirect(v) = &mut c.callee {
                    *v = f(*v);
                }
                c.args.iter_mut().chain(&mut c.ctx).chain(&mut c.frame).for_each(|v| *v = f(*v));
            }
            Brif(v, ..) | Switch(v, ..) => *v = f(*v),
            Return(vs) => vs.iter_mut().for_each(|v| *v = f(*v)),
            Iconst { .. } | F32const(_) | F64const(_) | SymAddr { .. } | SlotAddr { .. } | New { .. } => {}
            ClosureCtx | FrameParam | FramePtr | CallerPc | CallerSp | GetG | Jump(_) | Unreachable => {}
        }
        for t in self.targets_mut() {
            t.args.iter_mut().for_each(|v| *v = f(*v));
        }
    }

    /// Symbols it refers to.
    pub fn symbols(&self) -> Vec<Sym> {
        match self {
            InstData::SymAddr { sym, .. } => vec![*sym],
            InstData::New { ty, .. } => vec![*ty],
            InstData::Call(c) => match c.callee {
                Callee::Direct(s) => vec![s],
                Callee::Builtin(b) => vec![Sym::new(b.info().symbol)],
                Callee::Indirect(_) => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}
