//! Threads.

use super::sys::{nr, syscall3, syscall6};
use core::arch::asm;

const CLONE_VM: usize = 0x100;
const CLONE_FS: usize = 0x200;
const CLONE_FILES: usize = 0x400;
const CLONE_SIGHAND: usize = 0x800;
const CLONE_THREAD: usize = 0x1_0000;
const CLONE_SYSVSEM: usize = 0x4_0000;
const CLONE_SETTLS: usize = 0x8_0000;

/// Creates a thread of this process whose fs base is `m` and which runs `f(m)` at stack `top`. Returns its id, or a
/// negative errno.
///
/// # Safety
/// `m` is a live M (invariant 2 of the crate) with its own stack below the 16-aligned `top`; `f` never returns.
pub unsafe fn spawn(top: usize, m: usize, f: extern "C" fn(usize) -> !) -> isize {
    let flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS;
    let r: isize;
    // SAFETY: the child touches only its own stack; it finds f in a register, which the kernel preserves.
    unsafe {
        asm!(
            "syscall",
            "test rax, rax",
            "jnz 2f",
            "xor ebp, ebp",
            "mov rdi, r8",
            "call r9",
            "ud2",
            "2:",
            inlateout("rax") nr::CLONE as isize => r,
            in("rdi") flags, in("rsi") top, in("rdx") 0, in("r10") 0,
            // For clone the fifth argument (r8) is the TLS base.
            in("r8") m, in("r9") f,
            lateout("rcx") _, lateout("r11") _,
        )
    };
    r
}

/// Makes `m` the fs base of this thread.
///
/// # Safety
/// `m` is a live M (invariant 2).
pub unsafe fn set_fs(m: usize) {
    const ARCH_SET_FS: usize = 0x1002;
    // SAFETY: caller.
    unsafe { syscall3(nr::ARCH_PRCTL, ARCH_SET_FS, m, 0) };
}

/// Id of this thread.
pub fn gettid() -> u32 {
    // SAFETY: no memory involved.
    unsafe { syscall3(nr::GETTID, 0, 0, 0) as u32 }
}

/// Id of this process.
pub fn getpid() -> u32 {
    // SAFETY: no memory involved.
    unsafe { syscall3(nr::GETPID, 0, 0, 0) as u32 }
}

/// Ends this thread and sets `*done = 1`, waking waiters, only after its stack is no longer in use.
///
/// # Safety
/// Called on a stack that may be freed once `*done` is 1.
pub unsafe fn exit_thread(done: *mut u32) -> ! {
    // SAFETY: after the store no stack is touched: the rest is registers.
    unsafe {
        asm!(
            "mov dword ptr [rdi], 1",
            "mov eax, {futex}",
            "mov esi, 129",
            "mov edx, 1",
            "xor r10d, r10d",
            "syscall",
            "mov eax, {exit}",
            "xor edi, edi",
            "syscall",
            "ud2",
            futex = const nr::FUTEX,
            exit = const nr::EXIT,
            in("rdi") done,
            options(noreturn, nostack),
        )
    }
}

/// Ends the process.
pub fn exit(code: i32) -> ! {
    loop {
        // SAFETY: does not return.
        unsafe { syscall3(nr::EXIT_GROUP, code as usize, 0, 0) };
    }
}

/// Gives up the processor.
pub fn sched_yield() {
    // SAFETY: no memory involved.
    unsafe { syscall3(nr::SCHED_YIELD, 0, 0, 0) };
}

/// A set of processors.
#[derive(Debug)]
pub struct CpuSet([u64; 128]);

impl CpuSet {
    /// Whether it has the processor of this number.
    pub fn has(&self, cpu: usize) -> bool {
        self.0.get(cpu / 64).is_some_and(|word| word >> (cpu % 64) & 1 != 0)
    }
}

/// The processors that this thread may run on: sched_getaffinity(2). Empty if the kernel does not say.
pub fn affinity() -> CpuSet {
    let mut set = CpuSet([0; 128]);
    // SAFETY: the set is as long as stated; the kernel writes whole words of it, the rest stays zero.
    unsafe { syscall3(nr::SCHED_GETAFFINITY, 0, size_of_val(&set.0), set.0.as_mut_ptr() as usize) };
    set
}

/// Number of processors that this process may run on.
pub fn cpu_count() -> usize {
    affinity().0.iter().map(|word| word.count_ones() as usize).sum::<usize>().max(1)
}

/// The processor that this thread runs on at the moment: getcpu(2).
pub fn current_cpu() -> usize {
    let mut cpu = 0u32;
    // SAFETY: a word for the answer; the kernel ignores the third argument.
    unsafe { syscall3(nr::GETCPU, &raw mut cpu as usize, 0, 0) };
    cpu as usize
}

/// Sends a signal to a thread of this process.
pub fn tgkill(tid: u32, sig: u32) {
    // SAFETY: no memory involved.
    unsafe { syscall6(nr::TGKILL, getpid() as usize, tid as usize, sig as usize, 0, 0, 0) };
}
