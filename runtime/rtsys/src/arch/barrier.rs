//! The slow path of the write barrier: compiled code calls these stubs while objects are marked, before it overwrites
//! a pointer.
//!
//! ```text
//!   runtime.writeBarrier      rdi slot, rsi new pointer          notes the old and the new pointer, and the slot
//!   runtime.bulkBarrier       rdi memory, rsi source or 0, rdx bytes, a multiple of 8
//! ```
//! All registers are preserved, so that the fast path around a call has nothing to save. Pointers go to the buffer of
//! the P; when it is full, and for blocks, Rust takes over on the system stack, where all registers are saved, so that the
//! goroutine stack needs the return address and two words only. The read of the slot may fault; up to there rsp does
//! not move (invariant 5), so that the fault becomes a panic of the caller. The word in which a register is kept is cleared
//! afterwards: the head of a goroutine is read by the collector, and a leftover would keep an object alive.

use crate::layout;
use core::arch::global_asm;

/// Saves all registers but rax, rbx and rsp on the system stack, calls `$f` with rdi, rsi, rdx as they are, and restores
/// them. Uses rbx for the stack pointer.
macro_rules! on_system_stack {
    ($f:literal) => {
        concat!(
            "mov rbx, rsp\nmov rsp, fs:[{g0_sp}]\n",
            "push rax\npush rcx\npush rdx\npush rsi\npush rdi\npush r8\npush r9\npush r10\npush r11\npush rbp\n",
            "sub rsp, 256\n",
            "movdqu [rsp], xmm0\nmovdqu [rsp + 16], xmm1\nmovdqu [rsp + 32], xmm2\nmovdqu [rsp + 48], xmm3\n",
            "movdqu [rsp + 64], xmm4\nmovdqu [rsp + 80], xmm5\nmovdqu [rsp + 96], xmm6\nmovdqu [rsp + 112], xmm7\n",
            "movdqu [rsp + 128], xmm8\nmovdqu [rsp + 144], xmm9\nmovdqu [rsp + 160], xmm10\n",
            "movdqu [rsp + 176], xmm11\nmovdqu [rsp + 192], xmm12\nmovdqu [rsp + 208], xmm13\n",
            "movdqu [rsp + 224], xmm14\nmovdqu [rsp + 240], xmm15\n",
            "call ",
            $f,
            "\n",
            "movdqu xmm0, [rsp]\nmovdqu xmm1, [rsp + 16]\nmovdqu xmm2, [rsp + 32]\nmovdqu xmm3, [rsp + 48]\n",
            "movdqu xmm4, [rsp + 64]\nmovdqu xmm5, [rsp + 80]\nmovdqu xmm6, [rsp + 96]\nmovdqu xmm7, [rsp + 112]\n",
            "movdqu xmm8, [rsp + 128]\nmovdqu xmm9, [rsp + 144]\nmovdqu xmm10, [rsp + 160]\n",
            "movdqu xmm11, [rsp + 176]\nmovdqu xmm12, [rsp + 192]\nmovdqu xmm13, [rsp + 208]\n",
            "movdqu xmm14, [rsp + 224]\nmovdqu xmm15, [rsp + 240]\n",
            "add rsp, 256\n",
            "pop rbp\npop r11\npop r10\npop r9\npop r8\npop rdi\npop rsi\npop rdx\npop rcx\npop rax\n",
            "mov rsp, rbx\n",
        )
    };
}

global_asm!(
    ".pushsection .text.barrier,\"ax\",@progbits",
    ".p2align 4",
    ".globl \"runtime.writeBarrier\"",
    ".type \"runtime.writeBarrier\",@function",
    ".globl undergo_barrier_start",
    "undergo_barrier_start:",
    "\"runtime.writeBarrier\":",
    "mov [r15 + {save}], rax",
    "mov rax, [rdi]",
    ".globl undergo_barrier_end",
    "undergo_barrier_end:",
    "push rbx",
    "push rcx",
    "mov rcx, fs:[{m_p}]",
    "test rcx, rcx",
    "jz 3f",
    "mov rbx, [rcx + {p_next}]",
    "mov [rbx], rax",
    "mov [rbx + 8], rsi",
    "mov [rbx + 16], rdi",
    "add rbx, 24",
    "mov [rcx + {p_next}], rbx",
    "cmp rbx, [rcx + {p_end}]",
    "jae 2f",
    "1:",
    "pop rcx",
    "pop rbx",
    "mov rax, [r15 + {save}]",
    "mov qword ptr [r15 + {save}], 0",
    "ret",
    "2:",
    on_system_stack!("undergo_barrier_flush"),
    "jmp 1b",
    // Between entersyscall and exitsyscall there is no P.
    "3:",
    "push rdx",
    "mov rdx, rax",
    on_system_stack!("undergo_barrier_shade"),
    "pop rdx",
    "jmp 1b",
    ".size \"runtime.writeBarrier\", . - \"runtime.writeBarrier\"",
    ".p2align 4",
    ".globl \"runtime.bulkBarrier\"",
    ".type \"runtime.bulkBarrier\",@function",
    "\"runtime.bulkBarrier\":",
    "mov [r15 + {save}], rbx",
    on_system_stack!("undergo_barrier_bulk"),
    "mov rbx, [r15 + {save}]",
    "mov qword ptr [r15 + {save}], 0",
    "ret",
    ".size \"runtime.bulkBarrier\", . - \"runtime.bulkBarrier\"",
    ".popsection",
    save = const layout::BARRIER_SAVE,
    g0_sp = const layout::M_G0_SP,
    m_p = const layout::M_P,
    p_next = const layout::P_BARRIER_NEXT,
    p_end = const layout::P_BARRIER_END,
);

unsafe extern "C" {
    static undergo_barrier_start: u8;
    static undergo_barrier_end: u8;
}

/// Whether `pc` is where a stub reads the slot, and a fault belongs to the Go code that called.
pub fn may_fault(pc: usize) -> bool {
    let (lo, hi) = (&raw const undergo_barrier_start as usize, &raw const undergo_barrier_end as usize);
    (lo..hi).contains(&pc)
}
