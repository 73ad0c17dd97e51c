//! What the processor's caches are told. Both instructions do nothing else, whatever the address.

use core::arch::asm;
use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
use core::ptr;

/// Starts fetching the memory at `address`.
#[inline(always)]
pub fn prefetch(address: usize) {
    // SAFETY: an address that cannot be read is ignored.
    unsafe { _mm_prefetch::<{ _MM_HINT_T0 }>(ptr::without_provenance(address)) };
}

/// The same for all of a value.
#[inline(always)]
pub fn prefetch_all<T>(value: *const T) {
    for offset in (0..size_of::<T>()).step_by(64) {
        prefetch(value.addr() + offset);
    }
}

/// The same for memory that is about to be written, so that other processors give it up at once. Those that do not know the
/// instruction take it for one that does nothing (PREFETCHW).
#[inline(always)]
pub fn prefetch_for_write(address: usize) {
    // SAFETY: as above.
    unsafe { asm!("prefetchw [{}]", in(reg) address, options(nostack, preserves_flags, readonly)) };
}
