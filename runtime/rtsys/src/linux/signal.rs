//! Signal system calls and kernel structures.

use super::sys::{nr, syscall3, syscall4};

/// Numbers.
#[allow(missing_docs)]
pub mod sig {
    pub const HUP: u32 = 1;
    pub const INT: u32 = 2;
    pub const QUIT: u32 = 3;
    pub const ILL: u32 = 4;
    pub const TRAP: u32 = 5;
    pub const ABRT: u32 = 6;
    pub const BUS: u32 = 7;
    pub const FPE: u32 = 8;
    pub const KILL: u32 = 9;
    pub const USR1: u32 = 10;
    pub const SEGV: u32 = 11;
    pub const USR2: u32 = 12;
    pub const PIPE: u32 = 13;
    pub const ALRM: u32 = 14;
    pub const TERM: u32 = 15;
    pub const STKFLT: u32 = 16;
    pub const CHLD: u32 = 17;
    pub const CONT: u32 = 18;
    pub const STOP: u32 = 19;
    pub const TSTP: u32 = 20;
    pub const TTIN: u32 = 21;
    pub const TTOU: u32 = 22;
    pub const URG: u32 = 23;
    pub const XCPU: u32 = 24;
    pub const XFSZ: u32 = 25;
    pub const VTALRM: u32 = 26;
    pub const PROF: u32 = 27;
    pub const WINCH: u32 = 28;
    pub const IO: u32 = 29;
    pub const PWR: u32 = 30;
    pub const SYS: u32 = 31;
}

/// Handler value: default action.
pub const SIG_DFL: usize = 0;
/// Handler value: ignore.
pub const SIG_IGN: usize = 1;

const SA_SIGINFO: u64 = 4;
const SA_ONSTACK: u64 = 0x0800_0000;
const SA_RESTORER: u64 = 0x0400_0000;
const SA_RESTART: u64 = 0x1000_0000;

/// The kernel's sigaction.
#[repr(C)]
#[derive(Clone, Copy, Default, Debug)]
pub struct SigAction {
    /// Handler, or [`SIG_DFL`], [`SIG_IGN`].
    pub handler: usize,
    /// SA_ flags.
    pub flags: u64,
    /// Return trampoline.
    pub restorer: usize,
    /// Signals blocked during the handler.
    pub mask: u64,
}

/// The kernel's stack_t.
#[repr(C)]
#[derive(Clone, Copy, Default, Debug)]
pub struct AltStack {
    /// Lowest address.
    pub sp: usize,
    /// SS_ flags.
    pub flags: i32,
    /// Bytes.
    pub size: usize,
}

/// siginfo_t: the fields that we read.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SigInfo {
    /// Number.
    pub signo: i32,
    /// errno.
    pub errno: i32,
    /// SI_ or signal specific code.
    pub code: i32,
    /// Padding.
    pub pad: i32,
    /// Fault address, or sender.
    pub addr: usize,
}

/// Registers in the order of the kernel's `gregs`.
#[allow(missing_docs)]
pub mod reg {
    pub const R8: usize = 0;
    pub const R9: usize = 1;
    pub const R10: usize = 2;
    pub const R11: usize = 3;
    pub const R12: usize = 4;
    pub const R13: usize = 5;
    pub const R14: usize = 6;
    pub const R15: usize = 7;
    pub const RDI: usize = 8;
    pub const RSI: usize = 9;
    pub const RBP: usize = 10;
    pub const RBX: usize = 11;
    pub const RDX: usize = 12;
    pub const RAX: usize = 13;
    pub const RCX: usize = 14;
    pub const RSP: usize = 15;
    pub const RIP: usize = 16;
    pub const EFL: usize = 17;
    /// Index of cs, gs and fs, 16 bits each.
    pub const CSGSFS: usize = 18;
}

/// ucontext_t up to the signal mask.
#[repr(C)]
pub struct UContext {
    /// Flags.
    pub flags: u64,
    /// Link.
    pub link: usize,
    /// Stack in use.
    pub stack: AltStack,
    /// General registers, see [`reg`], then segments, error, trap number, old mask, cr2.
    pub gregs: [u64; 23],
    /// Address of the 512-byte fxsave area (followed by extended state).
    pub fpstate: *mut u8,
    /// Reserved.
    pub reserved: [u64; 8],
    /// Blocked signals.
    pub mask: u64,
}

unsafe extern "C" {
    fn undergo_sigreturn();
    fn undergo_sigtramp();
}

/// Installs our trampoline for `sig`; returns the previous action.
pub fn install(sig: u32) -> SigAction {
    let act = SigAction {
        handler: undergo_sigtramp as *const () as usize,
        flags: SA_SIGINFO | SA_ONSTACK | SA_RESTORER | SA_RESTART,
        restorer: undergo_sigreturn as *const () as usize,
        mask: !0,
    };
    set_action(sig, &act)
}

/// Sets default or ignore.
pub fn set_disposition(sig: u32, handler: usize) {
    set_action(sig, &SigAction { handler, ..SigAction::default() });
}

/// Sets an action, returns the old one.
pub fn set_action(sig: u32, act: &SigAction) -> SigAction {
    let mut old = SigAction::default();
    // SAFETY: both structs live for the call; the handler is our trampoline or a constant.
    unsafe { syscall4(nr::RT_SIGACTION, sig as usize, act as *const _ as usize, &raw mut old as usize, 8) };
    old
}

/// Reads an action.
pub fn get_action(sig: u32) -> SigAction {
    let mut old = SigAction::default();
    // SAFETY: the struct lives for the call.
    unsafe { syscall4(nr::RT_SIGACTION, sig as usize, 0, &raw mut old as usize, 8) };
    old
}

/// How [`set_mask`] combines.
#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub enum How {
    /// Add to the blocked set.
    Block = 0,
    /// Remove from it.
    Unblock = 1,
    /// Replace it.
    Set = 2,
}

/// Changes the blocked signals of this thread, returns the previous set.
pub fn set_mask(how: How, mask: u64) -> u64 {
    let mut old = 0u64;
    // SAFETY: both words live for the call.
    unsafe { syscall4(nr::RT_SIGPROCMASK, how as usize, &raw const mask as usize, &raw mut old as usize, 8) };
    old
}

/// Sets the alternate signal stack of this thread.
///
/// # Safety
/// The memory stays mapped and otherwise unused as long as it is set.
pub unsafe fn set_altstack(lo: usize, size: usize) {
    let st = AltStack { sp: lo, flags: 0, size };
    // SAFETY: caller; the struct lives for the call.
    unsafe { syscall3(nr::SIGALTSTACK, &raw const st as usize, 0, 0) };
}
