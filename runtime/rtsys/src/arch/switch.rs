//! Switching between the system stack and goroutines.
//!
//! A goroutine is continued by loading what invariant 4 promises. There is no symmetric "switch": a goroutine leaves
//! through an entry stub, which has saved everything already, and the scheduler runs on the system stack from its top.

use crate::layout;
use core::arch::{asm, global_asm};

unsafe extern "C" {
    /// First code of a goroutine: calls the funcval in `g.call_ctx` with one argument, which most ignore, and, when it
    /// returns, the overlay's `runtime.goexit0`.
    pub fn undergo_goroutine_start();
    /// Where the function of a goroutine returns to.
    pub fn undergo_goroutine_return();
    /// Continues an asynchronously preempted goroutine: restores the whole context.
    pub fn undergo_async_resume();
}

/// Continues goroutine `g` on this thread. The system stack is abandoned.
///
/// # Safety
/// `g` is a saved goroutine (invariant 4) that no other thread runs, the current M has taken it, and nothing on the
/// system stack needs to be dropped.
pub unsafe fn gogo(g: usize) -> ! {
    // SAFETY: the caller's contract is exactly what the loads need.
    unsafe {
        asm!(
            "mov r15, rdi",
            "mov rsp, [r15 + {sp}]",
            "mov rbp, [r15 + {bp}]",
            "jmp [r15 + {pc}]",
            sp = const layout::ENTRY_SP,
            bp = const layout::ENTRY_BP,
            pc = const layout::G_RESUME_PC,
            in("rdi") g,
            options(noreturn),
        )
    }
}

/// Restarts the system stack at its top and runs `f` there, leaving all frames of the current entry behind.
///
/// # Safety
/// Called on the system stack of the current M with no live object that needs dropping.
pub unsafe fn restart_g0(f: extern "C" fn() -> !) -> ! {
    // SAFETY: fs:[M_G0_SP] is the 16-aligned top of the stack we run on (invariant 3).
    unsafe {
        asm!(
            "mov rsp, fs:[{sp}]",
            "xor ebp, ebp",
            "call {f}",
            "ud2",
            sp = const layout::M_G0_SP,
            f = in(reg) f,
            options(noreturn),
        )
    }
}

/// The current M (invariant 2).
#[inline(always)]
pub fn m() -> usize {
    let m: usize;
    // SAFETY: fs points at an M on every thread (invariant 2), whose first word is its address.
    unsafe { asm!("mov {}, fs:[0]", out(reg) m, options(nostack, readonly, preserves_flags)) };
    m
}

global_asm!(
    ".pushsection .text.switch,\"ax\",@progbits",
    ".p2align 4",
    ".globl undergo_goroutine_start",
    "undergo_goroutine_start:",
    // rsp = top of the first segment, 16-aligned. A zero frame ends the chain of frame pointers.
    "xor ebp, ebp",
    "mov rax, [r15 + {call_ctx}]",
    "mov rdi, [r15 + {start_arg}]",
    "call [rax]",
    ".globl undergo_goroutine_return",
    "undergo_goroutine_return:",
    "call [rip + undergo_module + {import_goexit}]",
    "ud2",
    ".p2align 4",
    ".globl undergo_async_resume",
    "undergo_async_resume:",
    "mov rax, [r15 + {async_ctx}]",
    "mov qword ptr [r15 + {async_ctx}], 0",
    "fxrstor64 [rax + 192]",
    // Flags first, through a push on the context itself: no byte of the goroutine stack is touched.
    "lea rsp, [rax + 128]",
    "popfq",
    "mov rcx, [rax + 8]",
    "mov rdx, [rax + 16]",
    "mov rbx, [rax + 24]",
    "mov rbp, [rax + 40]",
    "mov rsi, [rax + 48]",
    "mov rdi, [rax + 56]",
    "mov r8, [rax + 64]",
    "mov r9, [rax + 72]",
    "mov r10, [rax + 80]",
    "mov r11, [rax + 88]",
    "mov r12, [rax + 96]",
    "mov r13, [rax + 104]",
    "mov r14, [rax + 112]",
    "mov rax, [rax]",
    "mov rsp, [r15 + {async_sp}]",
    "jmp [r15 + {async_pc}]",
    ".popsection",
    call_ctx = const layout::CALL_CTX,
    start_arg = const layout::G_START_ARG,
    import_goexit = const super::import_offset(undergo_abi::module::Import::Goexit),
    async_ctx = const layout::G_ASYNC_CTX,
    async_sp = const layout::G_ASYNC_SP,
    async_pc = const layout::G_ASYNC_PC,
);
