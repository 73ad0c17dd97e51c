//! The calling convention of Go code.
//!
//! A Go function is a Cranelift `CallConv::Tail` function. Go's register assignment algorithm (contract: reflect's
//! `abi.go`, "ABIInternal" of the Go project) runs with [`INT_ARG_REGS`] and [`FLOAT_ARG_REGS`] over the parameters
//! (receiver first) and, with fresh counters, over the results. A value that does not fit in registers as a whole lies
//! in a *memory frame* of the caller: arguments first, each at its natural alignment, then, from the next multiple of
//! 8, the results.
//!
//! | what | where |
//! |---|---|
//! | integer and pointer arguments | rdi rsi rdx rcx r8 r9 |
//! | float arguments | xmm0-xmm7 |
//! | integer and pointer results | rax rcx rdx rsi rdi r8 |
//! | float results | xmm0-xmm7 |
//! | current goroutine | r15, always ([`crate::g`]) |
//! | closure context (the funcval's address) | `g.call_ctx`, stored right before the call, loaded at entry |
//! | address of the memory frame | `g.call_frame`, likewise |
//!
//! The upper bits of a register that holds a value narrower than 64 bits are undefined. Callee-saved: rbx, rbp,
//! r12-r14. No Go call has arguments on the machine stack.
//!
//! **Runtime entries** (Rust on g0, see [`crate::builtins::Provider::Rust`]) are called in the same way: up to six
//! integer and eight float arguments coincide with the System V registers. A result of up to two words comes back
//! from Rust in rax:rdx, and the stub moves it to rax, rcx; the third word, if any, is left in `g.ret2` and the stub
//! loads it into rdx. Because narrow values have undefined upper bits, Rust entries declare every parameter 64 bits wide
//! and truncate it themselves.

/// Number of integer registers for arguments, and for results (`abi.IntArgRegs`).
pub const INT_ARG_REGS: usize = 6;
/// Number of float registers for arguments, and for results (`abi.FloatArgRegs`).
pub const FLOAT_ARG_REGS: usize = 8;

/// Bytes below the guard that a function may use without checking: frames up to [`SMALL_FRAME`] compare rsp itself
/// with the guard, and assembly stubs and chains of nosplit functions fit in the rest.
pub const RED_ZONE: usize = 928;
/// Frames up to this size (rsp at entry to rsp in the body, bytes) check `rsp` against the guard instead of
/// `rsp - frame`.
pub const SMALL_FRAME: usize = 128;
/// The most that an assembly stub of the runtime image puts on a goroutine's stack, return address not included:
/// morestack's cold path, which saves all argument registers and rbp. `compiler/link/tests/stub_depth.rs` finds it in
/// the image.
pub const STUB_BYTES: usize = 232;
