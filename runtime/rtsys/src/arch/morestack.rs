//! Growing the stack of a goroutine by a segment.
//!
//! A function whose frame does not fit jumps here before it has pushed anything:
//!
//! ```text
//!   rsp -> [ return address into the caller ]     r10 = entry of the function (it checks again)
//!                                                  r11 = bytes of its frame
//! ```
//! Hot path: the next segment exists and is large enough. The function is *called* on it, which keeps the return
//! predictor in step, and returns to `undergo_lessstack`, which goes back to the old segment and returns to the caller.
//! `g.call_ctx` and `g.call_frame` are loaded by the function's body only, so nothing here touches them.
//!
//! Cold path: argument registers are saved in a frame on the old segment (232 bytes of its red zone) and the runtime
//! allocates, or yields if the guard was poisoned. A yielded goroutine continues at `undergo_morestack_resume`.
//!
//! ```text
//!   [ return address ]
//!   [ caller's rbp   ]  <- rbp = g.entry_bp
//!   [ r10 r11 rdi rsi rdx rcx r8 r9 rbx r12 r13 r14 | xmm0-7 ] <- rsp = g.entry_sp
//! ```

use crate::layout::{self, Segment};
use core::arch::global_asm;
use core::mem::offset_of;

unsafe extern "C" {
    /// Where functions that run first on a segment return to.
    pub fn undergo_lessstack();
}

/// Bytes of the frame of the cold path below rbp: more than entries have.
pub const SAVE: usize = 12 * 8 + 8 * 16;
const _: () = assert!(SAVE + 8 <= undergo_abi::call::STUB_BYTES);

global_asm!(
    ".pushsection .text.morestack,\"ax\",@progbits",
    ".p2align 5",
    ".globl \"runtime.morestack\"",
    ".type \"runtime.morestack\",@function",
    "\"runtime.morestack\":",
    "cmp qword ptr [r15 + {guard}], {poison}",
    "jae 3f",
    "mov rax, [r15 + {seg}]",
    "mov rax, [rax + {next}]",
    "test rax, rax",
    "jz 3f",
    // Does the frame fit below next.top? (Frames are below 2 GiB: r11 is zero-extended.)
    "push r11",
    "neg r11",
    "add r11, [rax + {top}]",
    "cmp r11, [rax + {sguard}]",
    "pop r11",
    "jbe 3f",
    "mov [rax + {saved_sp}], rsp",
    "mov [r15 + {seg}], rax",
    "mov rsp, [rax + {top}]",
    "mov rax, [rax + {sguard}]",
    "mov [r15 + {guard}], rax",
    "call r10",
    ".globl undergo_lessstack",
    ".type undergo_lessstack,@function",
    "undergo_lessstack:",
    "mov r11, [r15 + {seg}]",
    "mov rsp, [r11 + {saved_sp}]",
    "mov r11, [r11 + {prev}]",
    "mov [r15 + {seg}], r11",
    "mov r11, [r11 + {sguard}]",
    "mov [r15 + {guard}], r11",
    "ret",
    // Cold path.
    "3:",
    "push rbp",
    "mov rbp, rsp",
    "sub rsp, {save}",
    "mov [rbp - 8], r10",
    "mov [rbp - 16], r11",
    "mov [rbp - 24], rdi",
    "mov [rbp - 32], rsi",
    "mov [rbp - 40], rdx",
    "mov [rbp - 48], rcx",
    "mov [rbp - 56], r8",
    "mov [rbp - 64], r9",
    "mov [rbp - 72], rbx",
    "mov [rbp - 80], r12",
    "mov [rbp - 88], r13",
    "mov [rbp - 96], r14",
    "movups [rsp], xmm0",
    "movups [rsp + 16], xmm1",
    "movups [rsp + 32], xmm2",
    "movups [rsp + 48], xmm3",
    "movups [rsp + 64], xmm4",
    "movups [rsp + 80], xmm5",
    "movups [rsp + 96], xmm6",
    "movups [rsp + 112], xmm7",
    "mov [r15 + {entry_sp}], rsp",
    "mov [r15 + {entry_bp}], rbp",
    "mov rsp, fs:[{g0_sp}]",
    "mov rdi, r15",
    "mov rsi, r11",
    "lea rdx, [rip + undergo_morestack_resume]",
    "call undergo_newstack",
    "test eax, eax",
    "jnz 4f",
    "undergo_morestack_resume:",
    "mov rsp, [r15 + {entry_sp}]",
    "mov rbp, [r15 + {entry_bp}]",
    "movups xmm0, [rsp]",
    "movups xmm1, [rsp + 16]",
    "movups xmm2, [rsp + 32]",
    "movups xmm3, [rsp + 48]",
    "movups xmm4, [rsp + 64]",
    "movups xmm5, [rsp + 80]",
    "movups xmm6, [rsp + 96]",
    "movups xmm7, [rsp + 112]",
    "mov r10, [rbp - 8]",
    "mov rdi, [rbp - 24]",
    "mov rsi, [rbp - 32]",
    "mov rdx, [rbp - 40]",
    "mov rcx, [rbp - 48]",
    "mov r8, [rbp - 56]",
    "mov r9, [rbp - 64]",
    "mov rbx, [rbp - 72]",
    "mov r12, [rbp - 80]",
    "mov r13, [rbp - 88]",
    "mov r14, [rbp - 96]",
    "mov rsp, rbp",
    "pop rbp",
    // The function checks again: against the right guard it passes, or comes back here with a next segment.
    "jmp r10",
    // The limit is exceeded: the overlay reports it, on the segment that was added for that purpose.
    "4:",
    "mov rbp, [r15 + {entry_bp}]",
    // A frame that looks as if the function had called us from its second byte, for traces.
    "mov r10, [rbp - 8]",
    "inc r10",
    "mov rsp, rbp",
    "push r10",
    "push rbp",
    "mov rbp, rsp",
    "mov rax, [r15 + {seg}]",
    "mov rax, [rax + {next}]",
    "mov [rax + {saved_sp}], rsp",
    "mov [r15 + {seg}], rax",
    "mov rsp, [rax + {top}]",
    "mov rax, [rax + {sguard}]",
    "mov [r15 + {guard}], rax",
    "call [rip + undergo_module + {import_overflow}]",
    "ud2",
    ".size \"runtime.morestack\", . - \"runtime.morestack\"",
    // recovery(fp, pc): continues the function with frame pointer fp (pc: any of its addresses, or 0) at its landing
    // pad. Everything but rsp and rbp is clobbered there; the payload in rax, rdx is zero.
    ".p2align 4",
    ".globl \"runtime.recovery\"",
    ".type \"runtime.recovery\",@function",
    "\"runtime.recovery\":",
    "mov rsp, fs:[{g0_sp}]",
    "mov rdx, rsi",
    "mov rsi, rdi",
    "mov r8, rbp",
    "mov rbp, rdi",
    "mov rdi, r15",
    "sub rsp, 16",
    "mov rcx, rsp",
    "call undergo_recovery",
    "mov rcx, [rsp]",
    "mov rsp, rax",
    "xor eax, eax",
    "xor edx, edx",
    "jmp rcx",
    ".size \"runtime.recovery\", . - \"runtime.recovery\"",
    ".popsection",
    guard = const layout::GUARD,
    poison = const undergo_abi::g::GUARD_PREEMPT as isize,
    seg = const layout::SEG,
    entry_sp = const layout::ENTRY_SP,
    entry_bp = const layout::ENTRY_BP,
    g0_sp = const layout::M_G0_SP,
    next = const offset_of!(Segment, next),
    prev = const offset_of!(Segment, prev),
    top = const offset_of!(Segment, top),
    sguard = const offset_of!(Segment, guard),
    saved_sp = const offset_of!(Segment, saved_sp),
    save = const SAVE,
    import_overflow = const super::import_offset(undergo_abi::module::Import::StackOverflow),
);
