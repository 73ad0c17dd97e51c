//! Making small objects on the goroutine stack, from the bins of the current P (`mem::bin` of the runtime).
//!
//! ```text
//!   runtime.newobject    rdi type                     -> rax object
//!   runtime.makeslice    rdi element type, rsi length, rdx capacity -> rax first element
//! ```
//! Whatever is not simple is left to the Rust entry of the same operation, with the arguments as they came: objects of more
//! than [`MAX`] bytes, bins without a free slot, masks that are built on demand. Nobody can stop a goroutine here, since pc
//! is not in Go code, so that its P stays the same. No stack is used.
//!
//! Memory and pointer mask are written before the span's cursor makes the slot an object.

use crate::layout;
use core::arch::global_asm;
use undergo_abi::types::{tflag, ty};

/// Largest object made here, bytes.
const MAX: usize = 512;

/// Another name of the function that begins here.
macro_rules! alias {
    ($name:literal) => {
        concat!(".globl \"", $name, "\"\n.type \"", $name, "\",@function\n\"", $name, "\":")
    };
}

/// Takes a slot of bin r8: rax its address, rcx its number; jumps to `$slow` if there is none. Clobbers rdx. Then counts an
/// object of class r10 of P r11 and clears the slot.
macro_rules! take {
    ($slow:literal) => {
        concat!(
            "mov rax, [r8 + {free}]\n",
            "bsf rcx, rax\n",
            "jz ",
            $slow,
            "\n",
            "lea rdx, [rax - 1]\n",
            "and rdx, rax\n",
            "mov [r8 + {free}], rdx\n",
            "inc qword ptr [r11 + r10 * 8 + {p_mallocs}]\n",
            "mov rdx, [r8 + {elem}]\n",
            "mov rax, rcx\n",
            "imul rax, rdx\n",
            "add rax, [r8 + {base}]\n",
            "add rcx, [r8 + {first}]\n",
            "cmp qword ptr [r8 + {needs_zero}], 0\n",
            "je 31f\n",
            "pxor xmm0, xmm0\n",
            "cmp rdx, 16\n",
            "jb 33f\n",
            "lea rdx, [rax + rdx - 16]\n",
            "mov r9, rax\n",
            "cmp r9, rdx\n",
            "jae 34f\n",
            "32:\n",
            "movdqu [r9], xmm0\n",
            "add r9, 16\n",
            "cmp r9, rdx\n",
            "jb 32b\n",
            "34:\n",
            "movdqu [rdx], xmm0\n",
            "jmp 31f\n",
            "33:\n",
            "movq [rax], xmm0\n",
            "31:\n",
        )
    };
}

/// Makes slot rcx of bin r8 an object.
macro_rules! publish {
    () => {
        concat!("inc rcx\n", "mov rdx, [r8 + {cursor}]\n", "mov [rdx], rcx\n", "ret\n")
    };
}

global_asm!(
    ".pushsection .text.alloc,\"ax\",@progbits",
    ".p2align 6",
    ".globl \"runtime.newobject\"\n.type \"runtime.newobject\",@function\n\"runtime.newobject\":",
    alias!("internal/runtime/maps.newobject"),
    alias!("reflect.unsafe_New"),
    alias!("internal/reflectlite.unsafe_New"),
    "mov rsi, [rdi + {ty_size}]",
    "lea rax, [rsi - 1]",
    "cmp rax, {max}",
    "jae \"undergo.newobject\"",
    "mov rdx, [rdi + {ty_ptr_bytes}]",
    "mov r11, fs:[{m_p}]",
    "shr rax, 3",
    "lea rcx, [rip + undergo_class_by_8]",
    "movzx r10d, byte ptr [rcx + rax]",
    "mov r8, r10",
    "shl r8, {bin_shift}",
    "lea r8, [r11 + r8 * 2 + {p_bins}]",
    "test rdx, rdx",
    "jz 2f",
    // With pointers: r9 its mask, left-aligned in rsi when the slot has been taken.
    "test byte ptr [rdi + {ty_tflag}], {mask_on_demand}",
    "jnz \"undergo.newobject\"",
    "mov r9, [rdi + {ty_gc_data}]",
    // Eight bytes of mask are read, which may be more than there are: not beyond a page.
    "mov eax, r9d",
    "and eax, 4095",
    "cmp eax, 4088",
    "ja \"undergo.newobject\"",
    "mov rsi, [r9]",
    "mov ecx, 512",
    "sub ecx, edx",
    "shr ecx, 3",
    "shl rsi, cl",
    "shr rsi, cl",
    take!("\"undergo.newobject\""),
    // rsi: mask of the object's words. Its place in the page's masks: bit r9, of which r10 is the word.
    "mov rdi, rcx",
    "mov rdx, [r8 + {elem}]",
    "shr rdx, 3",
    "mov r9, rcx",
    "imul r9, rdx",
    "mov r10, r9",
    "shr r10, 6",
    "mov r11, [r8 + {masks}]",
    "lea r10, [r11 + r10 * 8]",
    "and r9d, 63",
    // r11: a bit for each word of the slot.
    "mov ecx, 64",
    "sub ecx, edx",
    "mov r11, -1",
    "shr r11, cl",
    "mov ecx, r9d",
    "add edx, ecx",
    "cmp edx, 64",
    "ja 3f",
    "shl r11, cl",
    "shl rsi, cl",
    "not r11",
    "and r11, [r10]",
    "or r11, rsi",
    "mov [r10], r11",
    "mov rcx, rdi",
    publish!(),
    // The mask lies in two words.
    "3:",
    "mov rdx, r11",
    "mov r9, rsi",
    "shl rdx, cl",
    "shl r9, cl",
    "not rdx",
    "and rdx, [r10]",
    "or rdx, r9",
    "mov [r10], rdx",
    "neg ecx",
    "shr r11, cl",
    "shr rsi, cl",
    "not r11",
    "and r11, [r10 + 8]",
    "or r11, rsi",
    "mov [r10 + 8], r11",
    "mov rcx, rdi",
    publish!(),
    // Without pointers: the bin beside.
    "2:",
    "add r8, {bin_size}",
    "cmp rsi, 16",
    "jb 4f",
    take!("\"undergo.newobject\""),
    publish!(),
    // A piece of the tiny block, if it has room.
    "4:",
    "mov r9, [r11 + {p_tiny}]",
    "test r9, r9",
    "jz \"undergo.newobject\"",
    "bsf ecx, esi",
    "mov edx, 3",
    "cmp ecx, edx",
    "cmova ecx, edx",
    "mov edx, 1",
    "shl edx, cl",
    "mov rax, [r11 + {p_tiny_used}]",
    "lea rax, [rax + rdx - 1]",
    "neg rdx",
    "and rax, rdx",
    "add rsi, rax",
    "cmp rsi, 16",
    "ja \"undergo.newobject\"",
    "mov [r11 + {p_tiny_used}], rsi",
    "inc qword ptr [r11 + {p_tiny_count}]",
    "add rax, r9",
    "ret",
    ".size \"runtime.newobject\", . - \"runtime.newobject\"",
    ".p2align 6",
    ".globl \"runtime.makeslice\"\n.type \"runtime.makeslice\",@function\n\"runtime.makeslice\":",
    // Elements without pointers, altogether of 16 to MAX bytes.
    "cmp rsi, rdx",
    "ja \"undergo.makeslice\"",
    "cmp qword ptr [rdi + {ty_ptr_bytes}], 0",
    "jne \"undergo.makeslice\"",
    "mov rax, [rdi + {ty_size}]",
    "cmp rdx, {max}",
    "ja \"undergo.makeslice\"",
    "cmp rax, {max}",
    "ja \"undergo.makeslice\"",
    "imul eax, edx",
    "sub eax, 16",
    "cmp eax, {max} - 16",
    "ja \"undergo.makeslice\"",
    "mov r11, fs:[{m_p}]",
    "add eax, 15",
    "shr eax, 3",
    "lea rcx, [rip + undergo_class_by_8]",
    "movzx r10d, byte ptr [rcx + rax]",
    "mov r8, r10",
    "shl r8, {bin_shift}",
    "lea r8, [r11 + r8 * 2 + {p_bins} + {bin_size}]",
    // What the slow path needs is overwritten when the slot has been found only.
    "cmp qword ptr [r8 + {free}], 0",
    "je \"undergo.makeslice\"",
    take!("\"undergo.makeslice\""),
    publish!(),
    ".size \"runtime.makeslice\", . - \"runtime.makeslice\"",
    ".popsection",
    max = const MAX,
    m_p = const layout::M_P,
    p_bins = const layout::P_BINS,
    p_tiny = const layout::P_TINY,
    p_tiny_used = const layout::P_TINY + 8,
    p_tiny_count = const layout::P_TINY_COUNT,
    p_mallocs = const layout::P_MALLOCS,
    bin_size = const layout::BIN_SIZE,
    bin_shift = const layout::BIN_SIZE.trailing_zeros(),
    free = const layout::BIN_FREE,
    base = const layout::BIN_BASE,
    cursor = const layout::BIN_CURSOR,
    elem = const layout::BIN_ELEM,
    first = const layout::BIN_FIRST,
    masks = const layout::BIN_MASKS,
    needs_zero = const layout::BIN_NEEDS_ZERO,
    ty_size = const ty::SIZE,
    ty_ptr_bytes = const ty::PTR_BYTES,
    ty_tflag = const ty::TFLAG,
    ty_gc_data = const ty::GC_DATA,
    mask_on_demand = const tflag::GC_MASK_ON_DEMAND,
);
