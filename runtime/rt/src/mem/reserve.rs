//! Address space reserved once and made usable from its start on.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed, Ordering::Release};
use undergo_rtsys::linux::mm::{self, flag};

/// A reserved range of addresses of which a growing prefix is usable memory.
///
/// | field | who | when |
/// |---|---|---|
/// | base, reserved | [`Reserve::init`] | once, at start, single-threaded |
/// | committed | [`Reserve::commit`] | under the page heap's lock; read by anyone |
#[derive(Debug)]
pub struct Reserve {
    base: AtomicUsize,
    reserved: AtomicUsize,
    committed: AtomicUsize,
}

impl Reserve {
    /// Nothing reserved yet.
    pub const fn new() -> Reserve {
        Reserve { base: AtomicUsize::new(0), reserved: AtomicUsize::new(0), committed: AtomicUsize::new(0) }
    }

    /// Reserves `len` bytes, near `hint` if possible. False if the system refuses.
    pub fn init(&self, hint: usize, len: usize) -> bool {
        // SAFETY: fresh addresses: without MAP_FIXED nothing is replaced.
        let r = unsafe { mm::mmap(hint, len, flag::PROT_NONE, flag::MAP_NORESERVE) };
        if r < 0 {
            return false;
        }
        self.base.store(r as usize, Relaxed);
        self.reserved.store(len, Relaxed);
        true
    }

    /// First address.
    #[inline]
    pub fn base(&self) -> usize {
        self.base.load(Relaxed)
    }

    /// Usable bytes from [`Reserve::base`].
    #[inline]
    pub fn committed(&self) -> usize {
        self.committed.load(Relaxed)
    }

    /// Makes the first `len` bytes usable (rounded up to 64 KB). False if the reservation or the system's memory is
    /// exhausted.
    pub fn commit(&self, len: usize) -> bool {
        let len = len.next_multiple_of(1 << 16);
        let old = self.committed();
        if len <= old {
            return true;
        }
        if len > self.reserved.load(Relaxed) {
            return false;
        }
        let start = (self.base() + old) as *mut u8;
        // SAFETY: our own reservation; access is added, not removed.
        if unsafe { mm::protect(start, len - old, flag::PROT_READ | flag::PROT_WRITE) } < 0 {
            return false;
        }
        self.committed.store(len, Release);
        true
    }

    /// Address of element `index` of the range seen as an array of `T`.
    #[inline]
    pub fn at<T>(&self, index: usize) -> *mut T {
        (self.base() + index * size_of::<T>()) as *mut T
    }
}
