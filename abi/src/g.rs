//! The head of a goroutine object: the fields that compiled code, assembly stubs and overlay Go may touch.
//!
//! r15 points at it in all Go code. The runtime's own `G` embeds [`GHead`] first; the overlay's `runtime.g` repeats it.
//! Unless noted, a field is written only by the goroutine itself (or by the runtime on its behalf while it does not
//! run).
//!
//! | field | who else | when |
//! |---|---|---|
//! | guard | any M that wants the goroutine to yield | stores `GUARD_PREEMPT`, any time |
//! | pending | any M | sets bits atomically, any time |
//! | ret0..ret2 | the waker | while the goroutine is parked |

use core::mem::offset_of;

/// See the module documentation.
#[repr(C)]
#[derive(Debug)]
pub struct GHead {
    /// Lowest stack pointer of the current segment plus the red zone; `GUARD_PREEMPT` to force the slow path.
    pub guard: usize,
    /// Closure context of the call being made: the address of the funcval.
    pub call_ctx: usize,
    /// Memory frame of the call being made ([`crate::call`]).
    pub call_frame: usize,
    /// Current stack segment (runtime private).
    pub seg: usize,
    /// First result word of an entry that parked, loaded when the goroutine is resumed.
    pub ret0: usize,
    /// Second result word of an entry that parked.
    pub ret1: usize,
    /// Third result word of any entry.
    pub ret2: usize,
    /// `PENDING_*` bits that the exit path of an entry acts on.
    pub pending: u32,
    /// Number of reasons not to be preempted.
    pub pins: u32,
    /// Not 0 while stores of pointers need the write barrier. The runtime writes it before the goroutine goes on.
    pub barrier: u32,
    /// What it has allocated while objects were marked (runtime private).
    pub made: u32,
    /// Word that the write barrier's stub keeps a register in.
    pub barrier_save: usize,
    /// Code, and two operands, of the error that overlay `runtime.raise` turns into a panic.
    pub raise_code: usize,
    /// First operand.
    pub raise_a: usize,
    /// Second operand.
    pub raise_b: usize,
    /// Stack pointer at the last entry into the runtime; rbx, r12, r13, r14 lie just above it.
    pub entry_sp: usize,
    /// Frame pointer at the last entry into the runtime.
    pub entry_bp: usize,
    /// Index (or low bound) of a failing bounds check, stored before the call of `runtime.panicBounds`.
    pub bounds_i: usize,
    /// Length (or high bound) of a failing bounds check.
    pub bounds_n: usize,
    /// [`BoundsCode`] of a failing bounds check.
    pub bounds_code: usize,
    /// Current M; never dereferenced by compiled code.
    pub m: usize,
    /// Newest defer record (`*runtime._defer`), a GC root.
    pub defers: usize,
    /// Innermost panic (`*runtime._panic`), a GC root.
    pub panics: usize,
    /// Goroutine id, from 1.
    pub id: u64,
    /// Scratch owned by overlay Go: profiler labels pointer, a GC root.
    pub labels: usize,
    /// Synctest bubble (`*runtime.bubble`), a GC root.
    pub bubble: usize,
    /// Bits of overlay Go: `GOEXIT` and the fips140 bypass and indicator bytes.
    pub flags: usize,
}

/// `guard` value above every stack pointer.
pub const GUARD_PREEMPT: usize = usize::MAX - 1023;
/// The entry's exit path must jump to `runtime.raise`.
pub const PENDING_RAISE: u32 = 1;
/// The goroutine should yield.
pub const PENDING_YIELD: u32 = 2;
/// The goroutine should start or help a collection.
pub const PENDING_GC: u32 = 4;

/// Offsets for code generation and assembly.
pub mod offset {
    use super::{GHead, offset_of};
    /// `guard`.
    pub const GUARD: usize = offset_of!(GHead, guard);
    /// `call_ctx`.
    pub const CALL_CTX: usize = offset_of!(GHead, call_ctx);
    /// `call_frame`.
    pub const CALL_FRAME: usize = offset_of!(GHead, call_frame);
    /// `seg`.
    pub const SEG: usize = offset_of!(GHead, seg);
    /// `ret0`.
    pub const RET0: usize = offset_of!(GHead, ret0);
    /// `ret1`.
    pub const RET1: usize = offset_of!(GHead, ret1);
    /// `ret2`.
    pub const RET2: usize = offset_of!(GHead, ret2);
    /// `pending`.
    pub const PENDING: usize = offset_of!(GHead, pending);
    /// `barrier`.
    pub const BARRIER: usize = offset_of!(GHead, barrier);
    /// `barrier_save`.
    pub const BARRIER_SAVE: usize = offset_of!(GHead, barrier_save);
    /// `raise_code`.
    pub const RAISE_CODE: usize = offset_of!(GHead, raise_code);
    /// `raise_a`.
    pub const RAISE_A: usize = offset_of!(GHead, raise_a);
    /// `raise_b`.
    pub const RAISE_B: usize = offset_of!(GHead, raise_b);
    /// `entry_sp`.
    pub const ENTRY_SP: usize = offset_of!(GHead, entry_sp);
    /// `entry_bp`.
    pub const ENTRY_BP: usize = offset_of!(GHead, entry_bp);
    /// `bounds_i`.
    pub const BOUNDS_I: usize = offset_of!(GHead, bounds_i);
    /// `bounds_n`.
    pub const BOUNDS_N: usize = offset_of!(GHead, bounds_n);
    /// `bounds_code`.
    pub const BOUNDS_CODE: usize = offset_of!(GHead, bounds_code);
    /// `m`.
    pub const M: usize = offset_of!(GHead, m);
    /// `defers`.
    pub const DEFERS: usize = offset_of!(GHead, defers);
    /// `panics`.
    pub const PANICS: usize = offset_of!(GHead, panics);
    const _: () = assert!(GUARD == 0 && PENDING == 56 && BARRIER == 64 && BOUNDS_CODE == 136 && DEFERS == 152);
}

/// Which bounds check failed. `x` is `bounds_i`, `y` is `bounds_n`; the `U` bit ([`UNSIGNED`]) says that x is unsigned.
/// Texts: contract `runtime_api.md` section 5.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum BoundsCode {
    /// `s[x]`, length y.
    Index = 0,
    /// `s[?:x]`, x exceeds length y (strings and arrays).
    SliceAlen = 2,
    /// `s[?:x]`, x exceeds capacity y.
    SliceAcap = 4,
    /// `s[x:y]`, x exceeds y.
    SliceB = 6,
    /// `s[::x]`, length y.
    Slice3Alen = 8,
    /// `s[::x]`, capacity y.
    Slice3Acap = 10,
    /// `s[:x:y]`.
    Slice3B = 12,
    /// `s[x:y:]`.
    Slice3C = 14,
    /// Conversion of a slice of length x to an array of length y.
    Convert = 16,
}

/// Added to a [`BoundsCode`] when x is of an unsigned type.
pub const UNSIGNED: usize = 1;

/// What `runtime.raise(code, a, b)` shall panic with; set through [`PENDING_RAISE`] by Rust entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Raise {
    /// runtime error: makeslice: len out of range
    MakesliceLen = 1,
    /// runtime error: makeslice: cap out of range
    MakesliceCap = 2,
    /// runtime error: growslice: len out of range
    GrowsliceLen = 3,
    /// makechan: size out of range (plain error)
    MakechanSize = 4,
    /// send on closed channel (plain error)
    SendClosed = 5,
    /// close of closed channel (plain error)
    CloseClosed = 6,
    /// close of nil channel (plain error)
    CloseNil = 7,
    /// runtime: allocation size out of range (plain error)
    AllocSize = 8,
    /// a string panic; a = pointer, b = length of static text
    Text = 9,
    /// memory fault: nil dereference or wild address; a = fault address, b = pc
    Fault = 10,
    /// integer divide by zero
    Divide = 11,
    /// integer overflow
    Overflow = 12,
    /// floating point error
    Float = 13,
    /// fatal error; a = pointer, b = length of static text
    Fatal = 14,
}
