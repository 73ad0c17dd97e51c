//! Memory mappings.

use super::sys::{nr, syscall3, syscall6};
use core::ptr::NonNull;

/// Protection and mapping flags.
#[allow(missing_docs)]
pub mod flag {
    pub const PROT_NONE: usize = 0;
    pub const PROT_READ: usize = 1;
    pub const PROT_WRITE: usize = 2;
    pub const MAP_PRIVATE: usize = 2;
    pub const MAP_FIXED: usize = 0x10;
    pub const MAP_ANON: usize = 0x20;
    pub const MAP_NORESERVE: usize = 0x4000;
    pub const MADV_DONTNEED: usize = 4;
    pub const MADV_FREE: usize = 8;
    pub const MADV_HUGEPAGE: usize = 14;
    pub const MADV_NOHUGEPAGE: usize = 15;
    pub const MADV_COLLAPSE: usize = 25;
}

/// Raw mmap of anonymous memory; a negative errno on failure.
///
/// # Safety
/// With MAP_FIXED, the range must be the caller's own.
pub unsafe fn mmap(addr: usize, len: usize, prot: usize, flags: usize) -> isize {
    // SAFETY: anonymous memory; replacing mappings is excluded by the caller.
    unsafe { syscall6(nr::MMAP, addr, len, prot, flags | flag::MAP_ANON | flag::MAP_PRIVATE, usize::MAX, 0) }
}

/// Memory that is touched from now on should come from a memory node, of which this is the kernel's number: mbind(2) with
/// `MPOL_PREFERRED`. The kernel may not know the node, or not let us say so: then it comes from where it is touched.
///
/// # Safety
/// The range is the caller's own.
pub unsafe fn prefer_node(addr: *mut u8, len: usize, node: usize) {
    const MPOL_PREFERRED: usize = 1;
    let mut mask = [0u64; 16];
    let Some(word) = mask.get_mut(node / 64) else { return };
    *word = 1 << (node % 64);
    // The kernel takes the number of bits for one more than it is.
    let bits = 8 * size_of_val(&mask) + 1;
    // SAFETY: caller; the mask has as many bits.
    unsafe { syscall6(nr::MBIND, addr as usize, len, MPOL_PREFERRED, mask.as_ptr() as usize, bits, 0) };
}

/// Zeroed, readable and writable memory, committed on first touch.
pub fn map(len: usize) -> Option<NonNull<u8>> {
    // SAFETY: no fixed address.
    let r = unsafe { mmap(0, len, flag::PROT_READ | flag::PROT_WRITE, flag::MAP_NORESERVE) };
    if r < 0 { None } else { NonNull::new(r as *mut u8) }
}

/// Gives memory of [`map`] back.
///
/// # Safety
/// The range is a mapping of the caller that nothing refers to.
pub unsafe fn unmap(p: *mut u8, len: usize) {
    // SAFETY: the caller gives the range up.
    unsafe { syscall3(nr::MUNMAP, p as usize, len, 0) };
}

/// madvise; a negative errno on failure.
///
/// # Safety
/// The advice must be harmless to the content the caller still needs.
pub unsafe fn advise(p: *mut u8, len: usize, advice: usize) -> isize {
    // SAFETY: caller.
    unsafe { syscall3(nr::MADVISE, p as usize, len, advice) }
}

/// mprotect; a negative errno on failure.
///
/// # Safety
/// No code may rely on access that this removes.
pub unsafe fn protect(p: *mut u8, len: usize, prot: usize) -> isize {
    // SAFETY: caller.
    unsafe { syscall3(nr::MPROTECT, p as usize, len, prot) }
}
