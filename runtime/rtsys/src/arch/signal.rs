//! Signal trampoline.
//!
//! The kernel calls it on the alternate stack with (signo, siginfo, ucontext). In a thread of ours fs is the M; r15
//! is whatever the interrupted code had and is passed on in the ucontext only.

use core::arch::global_asm;

global_asm!(
    ".pushsection .text.signal,\"ax\",@progbits",
    ".globl undergo_sigtramp",
    ".type undergo_sigtramp,@function",
    "undergo_sigtramp:",
    "push rbp",
    "mov rbp, rsp",
    "cld",
    "call undergo_signal",
    "pop rbp",
    "ret",
    ".globl undergo_sigreturn",
    ".type undergo_sigreturn,@function",
    "undergo_sigreturn:",
    "mov eax, {nr}",
    "syscall",
    "ud2",
    ".popsection",
    nr = const crate::linux::sys::nr::RT_SIGRETURN,
);
