//! Process entry.
//!
//! The kernel enters `_start` with rsp at argc. We clear rbp (end of the frame chain), align the stack and pass the
//! original rsp on; the initial stack becomes the system stack of the first M.

use core::arch::global_asm;

global_asm!(
    ".pushsection .text,\"ax\",@progbits",
    ".globl _start",
    ".type _start,@function",
    "_start:",
    "xor ebp, ebp",
    "mov rdi, rsp",
    "and rsp, -16",
    "call undergo_start",
    "ud2",
    ".size _start, . - _start",
    ".popsection",
);
