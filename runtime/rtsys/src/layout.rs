//! Offsets that assembly knows: of `G` beyond the part that compiled code sees, of `M`, of a stack segment and of a
//! saved machine context. The runtime asserts each of them against its structs.

use undergo_abi::g::{GHead, offset};

pub use offset::{
    BARRIER_SAVE, BOUNDS_CODE, CALL_CTX, CALL_FRAME, ENTRY_BP, ENTRY_SP, GUARD, PENDING, RAISE_A, RAISE_B, RAISE_CODE,
    RET0, RET1, RET2, SEG,
};

const _: () = assert!(BOUNDS_CODE == 136);

/// `GHead::pins`.
pub const PINS: usize = core::mem::offset_of!(GHead, pins);
/// `G`: where `gogo` jumps to (invariant 4).
pub const G_RESUME_PC: usize = size_of::<GHead>();
/// `G`: pc of an asynchronously preempted goroutine, taken last when it resumes.
pub const G_ASYNC_PC: usize = G_RESUME_PC + 8;
/// `G`: rsp of an asynchronously preempted goroutine.
pub const G_ASYNC_SP: usize = G_RESUME_PC + 16;
/// `G`: address of the [`Context`] of an asynchronously preempted goroutine.
pub const G_ASYNC_CTX: usize = G_RESUME_PC + 24;
/// `G`: first argument of its function (coroutines).
pub const G_START_ARG: usize = G_RESUME_PC + 32;

/// `M`: its own address.
pub const M_SELF: usize = 0;
/// `M`: start of the system stack (invariant 3).
pub const M_G0_SP: usize = 8;
/// `M`: the goroutine it runs, or null.
pub const M_CURG: usize = 16;
/// `M`: its P, whose first word is its number.
pub const M_P: usize = 24;

/// `P`: where the next pointers of its write barrier buffer go.
pub const P_BARRIER_NEXT: usize = 8;
/// `P`: end of that buffer.
pub const P_BARRIER_END: usize = 16;

/// `P`: bins of free slots, by span class.
pub const P_BINS: usize = 64;
/// `P`: current block of tiny objects, and how many bytes of it are used.
pub const P_TINY: usize = P_BINS + 2 * N_CLASSES * BIN_SIZE;
/// `P`: number of tiny objects that share blocks.
pub const P_TINY_COUNT: usize = P_TINY + 16;
/// `P`: number of objects made, by class.
pub const P_MALLOCS: usize = P_TINY + 24;
/// Number of size classes.
const N_CLASSES: usize = 68;

/// Bytes of a bin.
pub const BIN_SIZE: usize = 64;
/// Bin: free slots of the window, one bit each.
pub const BIN_FREE: usize = 0;
/// Bin: address of the window's first slot.
pub const BIN_BASE: usize = 8;
/// Bin: address of the span's cursor.
pub const BIN_CURSOR: usize = 16;
/// Bin: bytes of a slot.
pub const BIN_ELEM: usize = 24;
/// Bin: number of the window's first slot.
pub const BIN_FIRST: usize = 32;
/// Bin: pointer masks of the span's page.
pub const BIN_MASKS: usize = 40;
/// Bin: not 0 if slots are to be cleared.
pub const BIN_NEEDS_ZERO: usize = 48;

/// A stack segment's control block. It lies at the high end of the segment, above [`Segment::top`].
///
/// | field | who | when |
/// |---|---|---|
/// | next | the goroutine (`morestack`), the trimmer | the goroutine runs; it does not run |
/// | saved_sp | `morestack` | on entry to this segment |
/// | the rest | constant after creation | |
#[repr(C)]
#[derive(Debug)]
pub struct Segment {
    /// The segment that called into this one, or null.
    pub prev: *mut Segment,
    /// Retained segment for the next overflow, or null.
    pub next: *mut Segment,
    /// Value of `g.guard` while running here.
    pub guard: usize,
    /// First stack pointer, 16-aligned.
    pub top: usize,
    /// rsp in `prev` at the switch: the address of the return address of the function that overflowed.
    pub saved_sp: usize,
    /// Lowest address of the memory.
    pub lo: usize,
    /// Bytes of memory from `lo`.
    pub size: usize,
}

/// Machine context of a goroutine preempted between two instructions: 16 registers in the order of their encoding
/// numbers (rsp and r15 unused), flags, padding, then an `fxsave` area.
#[repr(C, align(64))]
pub struct Context {
    /// rax rcx rdx rbx rsp rbp rsi rdi r8 .. r15.
    pub gpr: [u64; 16],
    /// rflags.
    pub flags: u64,
    /// Keeps `fx` 16-aligned.
    pub pad: [u64; 7],
    /// x87 and SSE state.
    pub fx: [u8; 512],
}

const _: () = assert!(core::mem::offset_of!(Context, fx) == 192);
