//! Leaves that Go code calls on the goroutine stack: system calls and processor queries of std, and what clears the stack.
//! They use no stack.

use crate::layout::{self, Segment};
use core::arch::global_asm;
use core::mem::offset_of;

/// Bytes below the stack pointer that `runtime.forget` clears: more than the frames between its caller and the entry of
/// the collector.
const FORGOTTEN: usize = 1024;

/// Begins a function with link name `$name`.
macro_rules! leaf {
    ($name:literal) => {
        concat!(".p2align 4\n.globl \"", $name, "\"\n.type \"", $name, "\",@function\n\"", $name, "\":")
    };
}

global_asm!(
    ".pushsection .text.leaf,\"ax\",@progbits",

    // Syscall6(num, a1..a5; a6 in the memory frame) -> (rax r1, rcx r2, rdx errno)
    leaf!("internal/runtime/syscall/linux.Syscall6"),
    "mov rax, rdi",
    "mov rdi, rsi",
    "mov rsi, rdx",
    "mov rdx, rcx",
    "mov r10, r8",
    "mov r8, r9",
    "mov r9, [r15 + {call_frame}]",
    "mov r9, [r9]",
    "syscall",
    "cmp rax, -4095",
    "jae 2f",
    "mov rcx, rdx",
    "xor edx, edx",
    "ret",
    "2:",
    "neg rax",
    "mov rdx, rax",
    "mov rax, -1",
    "xor ecx, ecx",
    "ret",

    // rawSyscallNoError(trap, a1, a2, a3) -> (r1, r2)
    leaf!("syscall.rawSyscallNoError"),
    "mov rax, rdi",
    "mov rdi, rsi",
    "mov rsi, rdx",
    "mov rdx, rcx",
    "syscall",
    "mov rcx, rdx",
    "ret",

    // rawVforkSyscall(trap, a1, a2, a3) -> (r1, err). Parent and child return on the same stack, the child first: the
    // return address, the segment and the guard wait in registers, which the kernel preserves for the parent.
    leaf!("syscall.rawVforkSyscall"),
    "mov rax, rdi",
    "mov rdi, rsi",
    "mov rsi, rdx",
    "mov rdx, rcx",
    "xor r8d, r8d",
    "xor r10d, r10d",
    "movq xmm8, [r15 + {seg}]",
    "movq xmm9, [r15 + {guard}]",
    "pop r9",
    "syscall",
    "push r9",
    "movq [r15 + {seg}], xmm8",
    "movq [r15 + {guard}], xmm9",
    "cmp rax, -4095",
    "jae 2f",
    "xor ecx, ecx",
    "ret",
    "2:",
    "neg rax",
    "mov rcx, rax",
    "mov rax, -1",
    "ret",

    // gettimeofday(*Timeval) -> errno
    leaf!("syscall.gettimeofday"),
    "mov eax, 96",
    "xor esi, esi",
    "syscall",
    "neg rax",
    "ret",

    // cpuid(eax, ecx) -> (eax, ebx, ecx, edx) in rax rcx rdx rsi
    leaf!("internal/cpu.cpuid"),
    leaf!("vendor/golang.org/x/sys/cpu.cpuid"),
    leaf!("golang.org/x/sys/cpu.cpuid"),
    "mov r8, rbx",
    "mov eax, edi",
    "mov ecx, esi",
    "cpuid",
    "mov esi, edx",
    "mov edx, ecx",
    "mov ecx, ebx",
    "mov rbx, r8",
    "ret",

    // forget(): no register but rsp, rbp and r15 is preserved. The memory is that of the next frames, here and on the next
    // segment.
    leaf!("runtime.forget"),
    "xor eax, eax",
    "mov rdx, [r15 + {seg}]",
    "mov r8, rsp",
    "3:",
    "mov rdi, [rdx + {lo}]",
    "lea rcx, [r8 - {forgotten}]",
    "cmp rdi, rcx",
    "cmovb rdi, rcx",
    "mov rcx, r8",
    "sub rcx, rdi",
    "shr rcx, 3",
    "rep stosq",
    "cmp rdx, [r15 + {seg}]",
    "jne 4f",
    "mov rdx, [rdx + {next}]",
    "test rdx, rdx",
    "jz 4f",
    "mov r8, [rdx + {top}]",
    "jmp 3b",
    "4:",
    "xor ebx, ebx",
    "xor ecx, ecx",
    "xor edx, edx",
    "xor esi, esi",
    "xor edi, edi",
    "xor r8d, r8d",
    "xor r9d, r9d",
    "xor r10d, r10d",
    "xor r11d, r11d",
    "xor r12d, r12d",
    "xor r13d, r13d",
    "xor r14d, r14d",
    "pxor xmm0, xmm0",
    "pxor xmm1, xmm1",
    "pxor xmm2, xmm2",
    "pxor xmm3, xmm3",
    "pxor xmm4, xmm4",
    "pxor xmm5, xmm5",
    "pxor xmm6, xmm6",
    "pxor xmm7, xmm7",
    "ret",

    // xgetbv() -> (eax, edx)
    leaf!("internal/cpu.xgetbv"),
    leaf!("vendor/golang.org/x/sys/cpu.xgetbv"),
    leaf!("golang.org/x/sys/cpu.xgetbv"),
    "xor ecx, ecx",
    "xgetbv",
    "mov ecx, edx",
    "ret",

    leaf!("internal/cpu.getGOAMD64level"),
    "mov eax, 1",
    "ret",

    // Marks of code with boring crypto: nothing to do.
    leaf!("crypto/internal/boring/sig.BoringCrypto"),
    leaf!("crypto/internal/boring/sig.FIPSOnly"),
    leaf!("crypto/internal/boring/sig.StandardCrypto"),
    // The registering call of functions with defers: its work is the landing pad.
    leaf!("runtime.deferenter"),
    "ret",

    leaf!("runtime.cputicks"),
    "rdtsc",
    "shl rdx, 32",
    "or rax, rdx",
    "ret",

    // procyield(cycles uint32): as often pause.
    leaf!("runtime.procyield"),
    "test edi, edi",
    "jz 3f",
    "2:",
    "pause",
    "dec edi",
    "jnz 2b",
    "3:",
    "ret",

    // Frame pointer and goroutine of the calling function: the compiler expands these where it can.
    leaf!("runtime.getfp"),
    "mov rax, rbp",
    "ret",

    leaf!("runtime.getg"),
    "mov rax, r15",
    "ret",

    // procPin() -> number of the P; procUnpin(). Pins are counted in g, which only its own thread changes.
    leaf!("runtime.procPin"),
    "inc dword ptr [r15 + {pins}]",
    "mov rax, fs:[{m_p}]",
    "mov eax, [rax]",
    "ret",
    leaf!("runtime.procUnpin"),
    "dec dword ptr [r15 + {pins}]",
    "ret",

    leaf!("runtime.Breakpoint"),
    "int3",
    "ret",

    // abort() does not return, whatever a debugger makes of it.
    leaf!("runtime.abort"),
    "2:",
    "int3",
    "jmp 2b",

    ".popsection",
    call_frame = const layout::CALL_FRAME,
    seg = const layout::SEG,
    guard = const layout::GUARD,
    pins = const layout::PINS,
    m_p = const layout::M_P,
    lo = const offset_of!(Segment, lo),
    top = const offset_of!(Segment, top),
    next = const offset_of!(Segment, next),
    forgotten = const FORGOTTEN,
);
