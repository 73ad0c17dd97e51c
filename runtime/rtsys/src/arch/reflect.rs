//! Calls whose signature is known only at run time. All three stubs know nothing but the register file: values that
//! do not fit in registers lie in a memory frame, whose address travels in `g.call_frame`.
//!
//! `abi.RegArgs` with 6 integer and 8 float registers:
//!
//! ```text
//!   0 Ints[6]   48 Floats[8]   112 Ptrs[6]   160 ReturnIsPtr   168 = size
//! ```
//! Each stub checks the stack itself, in the way of compiled prologues (see [`super::morestack`]).

use crate::layout;
use core::arch::global_asm;
use undergo_abi::module::Import;

/// Bytes of `abi.RegArgs`.
pub const REG_ARGS: usize = 168;
/// Offset of `Ptrs`.
pub const PTRS: usize = 112;
/// Offset of `ReturnIsPtr`.
pub const RETURN_IS_PTR: usize = 160;
/// Bytes of stack that reflectcall wants in addition to the memory frame.
const CALL_EXTRA: usize = 256;
/// Bytes of the frame of makeFuncStub: RegArgs at 16, retValid at 0.
const FUNC_FRAME: usize = 16 + 176;

/// Stores or loads integer and float registers at `$base`.
macro_rules! floats {
    ("store", $base:literal) => {
        concat!(
            "movq [",
            $base,
            " + 48], xmm0\nmovq [",
            $base,
            " + 56], xmm1\nmovq [",
            $base,
            " + 64], xmm2\nmovq [",
            $base,
            " + 72], xmm3\nmovq [",
            $base,
            " + 80], xmm4\nmovq [",
            $base,
            " + 88], xmm5\nmovq [",
            $base,
            " + 96], xmm6\nmovq [",
            $base,
            " + 104], xmm7"
        )
    };
    ("load", $base:literal) => {
        concat!(
            "movq xmm0, [",
            $base,
            " + 48]\nmovq xmm1, [",
            $base,
            " + 56]\nmovq xmm2, [",
            $base,
            " + 64]\nmovq xmm3, [",
            $base,
            " + 72]\nmovq xmm4, [",
            $base,
            " + 80]\nmovq xmm5, [",
            $base,
            " + 88]\nmovq xmm6, [",
            $base,
            " + 96]\nmovq xmm7, [",
            $base,
            " + 104]"
        )
    };
}

/// A stub that Go calls with any signature: spills the argument registers and calls the import with
/// (context, memory frame, *retValid, *RegArgs).
macro_rules! func_stub {
    ($name:literal, $import:literal) => {
        concat!(
            ".p2align 4\n.globl \"",
            $name,
            "\"\n.type \"",
            $name,
            "\",@function\n\"",
            $name,
            "\":\n",
            "lea r11, [rsp - {func_frame} - 96]\ncmp r11, [r15 + {guard}]\nja 2f\n",
            "mov r11d, {func_frame} + 96\nlea r10, [rip + \"",
            $name,
            "\"]\njmp \"runtime.morestack\"\n",
            "2:\npush rbp\nmov rbp, rsp\nsub rsp, {func_frame}\n",
            "mov [rsp + 16], rdi\nmov [rsp + 24], rsi\nmov [rsp + 32], rdx\nmov [rsp + 40], rcx\n",
            "mov [rsp + 48], r8\nmov [rsp + 56], r9\n",
            // Ptrs = Ints: the frame is scanned conservatively, so non-pointers there do no harm.
            "mov [rsp + 128], rdi\nmov [rsp + 136], rsi\nmov [rsp + 144], rdx\nmov [rsp + 152], rcx\n",
            "mov [rsp + 160], r8\nmov [rsp + 168], r9\nmov qword ptr [rsp + 176], 0\nmov qword ptr [rsp], 0\n",
            "lea rcx, [rsp + 16]\n",
            floats!("store", "rcx"),
            "\n",
            "mov rdi, [r15 + {call_ctx}]\nmov rsi, [r15 + {call_frame}]\nmov rdx, rsp\n",
            "call [rip + undergo_module + {",
            $import,
            "}]\n",
            "lea r11, [rsp + 16]\n",
            floats!("load", "r11"),
            "\n",
            "mov rax, [r11]\nmov rcx, [r11 + 8]\nmov rdx, [r11 + 16]\nmov rsi, [r11 + 24]\nmov rdi, [r11 + 32]\n",
            "mov r8, [r11 + 40]\nmov rsp, rbp\npop rbp\nret\n.size \"",
            $name,
            "\", . - \"",
            $name,
            "\""
        )
    };
}

global_asm!(
    ".pushsection .text.reflect,\"ax\",@progbits",
    // reflectcall(stackArgsType, fn, stackArgs, stackArgsSize, stackRetOffset, frameSize; regArgs in the memory frame)
    ".p2align 4",
    ".globl \"runtime.reflectcall\"",
    ".globl \"reflect.call\"",
    ".type \"runtime.reflectcall\",@function",
    "\"runtime.reflectcall\":",
    "\"reflect.call\":",
    "mov r9d, r9d",
    "lea r11, [r9 + {call_extra}]",
    "mov rax, rsp",
    "sub rax, r11",
    "cmp rax, [r15 + {guard}]",
    "ja 2f",
    "lea r10, [rip + \"runtime.reflectcall\"]",
    "jmp \"runtime.morestack\"",
    "2:",
    "push rbp",
    "mov rbp, rsp",
    "push rbx",
    "push r12",
    "push r13",
    "push r14",
    "push rdi",
    "push rsi",
    "mov rbx, rdx",
    "mov r13d, ecx",
    "mov r14d, r8d",
    "mov rax, [r15 + {call_frame}]",
    "mov r12, [rax]",
    "lea rax, [r9 + 15]",
    "and rax, -16",
    "sub rsp, rax",
    "mov rdi, rsp",
    "mov rsi, rbx",
    "mov rdx, r13",
    "call \"runtime.memmove\"",
    "mov rax, [rbp - 48]",
    "mov [r15 + {call_ctx}], rax",
    "mov [r15 + {call_frame}], rsp",
    floats!("load", "r12"),
    "mov rdi, [r12]",
    "mov rsi, [r12 + 8]",
    "mov rdx, [r12 + 16]",
    "mov rcx, [r12 + 24]",
    "mov r8, [r12 + 32]",
    "mov r9, [r12 + 40]",
    "call [rax]",
    "mov [r12], rax",
    "mov [r12 + 8], rcx",
    "mov [r12 + 16], rdx",
    "mov [r12 + 24], rsi",
    "mov [r12 + 32], rdi",
    "mov [r12 + 40], r8",
    floats!("store", "r12"),
    // Pointer results and memory results go through the collector's barriers, on the system stack.
    "mov [r15 + {entry_sp}], rsp",
    "mov [r15 + {entry_bp}], rbp",
    "lea rdi, [rbx + r14]",
    "lea rsi, [rsp + r14]",
    "mov rdx, r13",
    "sub rdx, r14",
    "mov rcx, r12",
    "mov r8, [rbp - 40]",
    "mov rsp, fs:[{g0_sp}]",
    "call undergo_reflect_results",
    "lea rsp, [rbp - 32]",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "ret",
    ".size \"runtime.reflectcall\", . - \"runtime.reflectcall\"",
    func_stub!("reflect.makeFuncStub", "call_reflect"),
    func_stub!("reflect.methodValueCall", "call_method"),
    ".popsection",
    guard = const layout::GUARD,
    call_ctx = const layout::CALL_CTX,
    call_frame = const layout::CALL_FRAME,
    entry_sp = const layout::ENTRY_SP,
    entry_bp = const layout::ENTRY_BP,
    g0_sp = const layout::M_G0_SP,
    call_extra = const CALL_EXTRA,
    func_frame = const FUNC_FRAME,
    call_reflect = const super::import_offset(Import::CallReflect),
    call_method = const super::import_offset(Import::CallMethod),
);

const _: () = assert!(16 + REG_ARGS <= FUNC_FRAME && PTRS == 48 + 64 && RETURN_IS_PTR == PTRS + 48);
