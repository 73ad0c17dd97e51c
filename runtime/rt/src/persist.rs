//! Memory that is never given back: Gs, Ms, Ps, tables. Zeroed, from the kernel in large pieces.

use crate::lock::Mutex;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::linux::mm;

const CHUNK: usize = 256 << 10;

struct Bump {
    at: usize,
    end: usize,
}

static BUMP: Mutex<Bump> = Mutex::new(Rank::Persistent, Bump { at: 0, end: 0 });
/// Bytes obtained from the kernel (metrics).
pub static BYTES: AtomicUsize = AtomicUsize::new(0);

/// `size` zeroed bytes at a multiple of `align` (a power of two up to a page). Fatal without memory.
pub fn alloc(size: usize, align: usize) -> *mut u8 {
    if size >= CHUNK / 4 {
        return chunk(size.next_multiple_of(4096)) as *mut u8;
    }
    let mut b = BUMP.lock();
    let mut p = b.at.next_multiple_of(align);
    if p + size > b.end || b.at == 0 {
        p = chunk(CHUNK);
        b.end = p + CHUNK;
    }
    b.at = p + size;
    p as *mut u8
}

/// A zeroed `T`.
///
/// # Safety
/// All-zero is a valid `T`.
pub unsafe fn zeroed<T>() -> &'static mut T {
    // SAFETY: fresh, aligned, zeroed memory that is never reused; the caller vouches for the zero.
    unsafe { &mut *(alloc(size_of::<T>(), align_of::<T>().max(16)) as *mut T) }
}

fn chunk(size: usize) -> usize {
    BYTES.fetch_add(size, Relaxed);
    match mm::map(size) {
        Some(p) => p.as_ptr() as usize,
        None => crate::exit::throw("runtime: cannot allocate memory"),
    }
}
