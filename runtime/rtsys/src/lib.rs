//! Everything of the runtime that is assembly or a system call.
//!
//! Reading order: [`layout`] (offsets that assembly knows), [`arch::start`] (`_start`), [`arch::entry`] (how Go code
//! enters Rust), [`arch::switch`] (goroutine switches), [`arch::morestack`] (segmented stacks), [`arch::memory`]
//! (leaves on the goroutine stack), [`arch::barrier`] (write barriers), [`arch::leaf`] (system call and cpuid leaves), [`arch::reflect`] (calls whose
//! signature is known only at run time), [`arch::signal`]; then [`linux`], thin system call wrappers.
//!
//! Invariants that assembly relies on, referred to by number in SAFETY comments of the runtime:
//!
//! 1. *r15* is the current `G` in Go code and in stubs; in Rust it is callee-saved garbage as far as Rust knows, and
//!    still the current `G`, since nothing between a stub and its return changes it.
//! 2. *fs* is the base of the current `M`, from thread creation to thread exit.
//! 3. *g0*: Rust runs on the system stack of its M. `fs:[M_G0_SP]` is the address where every entry starts, 16-aligned.
//! 4. *saved goroutine*: a goroutine that is not running has `entry_sp`, `entry_bp` and `resume_pc` set so that
//!    loading them (with r15 = g) continues it.
//! 5. *leaves* leave rsp unchanged throughout, so that at any fault in one `[rsp]` is the return address into Go code.
#![no_std]

pub mod arch;
pub mod layout;
pub mod linux;

/// Declares entries: Rust functions that Go code calls by link name, on the system stack.
///
/// ```ignore
/// entry! {
///     /// What it does.
///     "sync.runtime_Semacquire" | "internal/poll.runtime_Semacquire" => fn semacquire(addr: *mut u32) { .. }
/// }
/// ```
/// Parameters are 64 bits wide ([`arch::entry::Arg`]); the result is nothing, one word or a pair
/// ([`arch::entry::Ret`]); a third word goes to `g.ret2`. See [`arch::entry`] for the stub.
#[macro_export]
macro_rules! entry {
    ($($(#[$m:meta])* $sym:literal $(| $alias:literal)* => fn $name:ident($($p:ident : $t:ty),* $(,)?) $(-> $r:ty)? $body:block)*) => {$(
        $(#[$m])*
        #[allow(clippy::too_many_arguments, reason = "entries take what Go passes")]
        pub(crate) extern "C" fn $name($($p: $t),*) $(-> $r)? {
            const _: () = {
                $($crate::arch::entry::check_arg::<$t>();)*
                $($crate::arch::entry::check_ret::<$r>();)?
            };
            $body
        }
        ::core::arch::global_asm!(
            ".pushsection .text.entry,\"ax\",@progbits",
            ".p2align 4",
            concat!(".globl \"", $sym, "\"\n.type \"", $sym, "\",@function\n\"", $sym, "\":"),
            $(concat!(".globl \"", $alias, "\"\n.type \"", $alias, "\",@function\n\"", $alias, "\":"),)*
            "push rbp",
            "mov rbp, rsp",
            "push rbx",
            "push r12",
            "push r13",
            "push r14",
            "mov [r15 + {entry_sp}], rsp",
            "mov [r15 + {entry_bp}], rbp",
            "mov rsp, fs:[{g0_sp}]",
            "call {f}",
            "mov rsp, [r15 + {entry_sp}]",
            "cmp dword ptr [r15 + {pending}], 0",
            "jne undergo_entry_pending",
            "mov rcx, rdx",
            "mov rdx, [r15 + {ret2}]",
            "pop r14",
            "pop r13",
            "pop r12",
            "pop rbx",
            "pop rbp",
            "ret",
            concat!(".size \"", $sym, "\", . - \"", $sym, "\""),
            ".popsection",
            f = sym $name,
            entry_sp = const $crate::layout::ENTRY_SP,
            entry_bp = const $crate::layout::ENTRY_BP,
            g0_sp = const $crate::layout::M_G0_SP,
            pending = const $crate::layout::PENDING,
            ret2 = const $crate::layout::RET2,
        );
    )*};
}
