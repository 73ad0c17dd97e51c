//! How Go code enters Rust, and comes back.
//!
//! The stub made by [`entry!`](crate::entry) runs on the goroutine stack and uses 40 bytes of it:
//!
//! ```text
//!   [ return address ]
//!   [ caller's rbp   ]  <- rbp = g.entry_bp
//!   [ rbx r12 r13 r14 ] <- rsp = g.entry_sp
//! ```
//!
//! so every callee-saved register of Go code lies on the goroutine stack, where the collector finds it, before Rust
//! runs. After the Rust function returns the stub looks at `g.pending` once; if set, [`undergo_entry_pending`] sorts
//! it out on the system stack (`undergo_pending` in the runtime), which has the results in `g.ret0`, `g.ret1` and
//! either returns 0 (look again), 1 (raise) or 2 (leave the entry, whatever is pending), or parks the goroutine.
//!
//! An entry that blocks never returns: the scheduler leaves its frames behind, and when the goroutine runs again it
//! continues at [`undergo_entry_resume`], with the results that the waker has put into `g.ret0` and `g.ret1`.

use crate::layout;
use core::arch::global_asm;

/// A parameter of an entry: 64 bits in one register, because the upper bits of narrower values are undefined.
pub trait Arg {}
/// A result of an entry: fits rax, or rax and rdx.
pub trait Ret {}

macro_rules! word {
    ($($t:ty)*) => {$( impl Arg for $t {} impl Ret for $t {} )*};
}
word! { u64 i64 usize isize }
impl Arg for f64 {}
impl<T> Arg for *const T {}
impl<T> Arg for *mut T {}
impl<T> Ret for *const T {}
impl<T> Ret for *mut T {}
impl Ret for () {}
impl Ret for bool {}
impl Ret for Pair {}
impl Ret for Never {}

/// Two result words.
#[repr(C)]
#[derive(Clone, Copy, Default, Debug)]
pub struct Pair(pub u64, pub u64);

/// Result of an entry that never returns to its caller.
#[derive(Clone, Copy, Debug)]
pub enum Never {}

/// Compile-time check of a parameter type.
pub const fn check_arg<T: Arg>() {}
/// Compile-time check of a result type.
pub const fn check_ret<T: Ret>() {}

unsafe extern "C" {
    /// Continues a goroutine at the exit of its entry stub, with results from `g.ret0`, `g.ret1`, `g.ret2`.
    pub fn undergo_entry_resume();
}

global_asm!(
    ".pushsection .text.entry,\"ax\",@progbits",
    ".p2align 4",
    // rsp = g.entry_sp, rax:rdx = results of the Rust function.
    "undergo_entry_pending:",
    "mov [r15 + {ret0}], rax",
    "mov [r15 + {ret1}], rdx",
    "mov rsp, fs:[{g0_sp}]",
    "mov rdi, r15",
    "call undergo_pending",
    "cmp eax, 1",
    "je undergo_entry_raise",
    "ja 2f",
    ".globl undergo_entry_resume",
    "undergo_entry_resume:",
    "mov rsp, [r15 + {entry_sp}]",
    "cmp dword ptr [r15 + {pending}], 0",
    "mov rax, [r15 + {ret0}]",
    "mov rdx, [r15 + {ret1}]",
    "jne undergo_entry_pending",
    // What is not cleared here would keep an object alive until the next entry that parks with results.
    "3:",
    "mov qword ptr [r15 + {ret0}], 0",
    "mov qword ptr [r15 + {ret1}], 0",
    "mov rcx, rdx",
    "mov rdx, [r15 + {ret2}]",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "ret",
    "2:",
    "mov rsp, [r15 + {entry_sp}]",
    "mov rax, [r15 + {ret0}]",
    "mov rdx, [r15 + {ret1}]",
    "jmp 3b",
    // The error becomes a panic as if the caller had called runtime.raise(code, a, b) instead of this entry.
    "undergo_entry_raise:",
    "mov rsp, [r15 + {entry_sp}]",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "mov rdi, [r15 + {raise_code}]",
    "mov rsi, [r15 + {raise_a}]",
    "mov rdx, [r15 + {raise_b}]",
    "jmp [rip + undergo_module + {import_raise}]",
    ".popsection",
    ret0 = const layout::RET0,
    ret1 = const layout::RET1,
    ret2 = const layout::RET2,
    g0_sp = const layout::M_G0_SP,
    entry_sp = const layout::ENTRY_SP,
    pending = const layout::PENDING,
    raise_code = const layout::RAISE_CODE,
    raise_a = const layout::RAISE_A,
    raise_b = const layout::RAISE_B,
    import_raise = const super::import_offset(undergo_abi::module::Import::Raise),
);
