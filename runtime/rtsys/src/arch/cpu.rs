//! Small processor services for Rust code.

use core::arch::asm;

/// Time stamp counter.
#[inline(always)]
pub fn ticks() -> u64 {
    // SAFETY: rdtsc has no side effects.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Tells the processor that we spin, `n` times.
#[inline(always)]
pub fn relax(n: u32) {
    for _ in 0..n {
        // SAFETY: pause has no side effects.
        unsafe { asm!("pause", options(nomem, nostack, preserves_flags)) };
    }
}
