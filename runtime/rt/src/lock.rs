//! Locks of the runtime: futex based, for code on the system stack. They are never held across a park.
//!
//! Word states: 0 free, 1 held, 2 held and someone may sleep. Ranks (`rtcore::lock_rank`) are checked in debug images.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicU32, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::{arch::cpu, linux::futex};

/// A bare lock word, for objects whose layout is fixed elsewhere (channels, notify lists). All zero is unlocked.
#[repr(transparent)]
#[derive(Debug, Default)]
pub struct RawLock(AtomicU32);

impl RawLock {
    /// Unlocked.
    pub const fn new() -> RawLock {
        RawLock(AtomicU32::new(0))
    }

    /// Takes the lock.
    #[inline]
    pub fn lock(&self, rank: Rank) {
        dawdle();
        if self.0.compare_exchange(0, 1, Acquire, Relaxed).is_err() {
            self.lock_slow();
        }
        acquired(rank);
    }

    /// Takes the lock if it is free; whether it was.
    pub fn try_lock(&self, rank: Rank) -> bool {
        dawdle();
        let is_free = self.0.compare_exchange(0, 1, Acquire, Relaxed).is_ok();
        if is_free {
            acquired(rank);
        }
        is_free
    }

    /// Releases the lock.
    ///
    /// # Safety
    /// The current thread holds it with this rank.
    #[inline]
    pub unsafe fn unlock(&self, rank: Rank) {
        released(rank);
        if self.0.swap(0, Release) == 2 {
            futex::wake(&self.0, 1);
        }
        dawdle();
    }

    #[cold]
    fn lock_slow(&self) {
        for _ in 0..crate::rt::spin_rounds() {
            cpu::relax(30);
            if self.0.load(Relaxed) == 0 && self.0.compare_exchange(0, 1, Acquire, Relaxed).is_ok() {
                return;
            }
        }
        while self.0.swap(2, Acquire) != 0 {
            futex::wait(&self.0, 2, -1);
        }
    }
}

/// Checked images with `GODEBUG=dawdle=n`: at one place in n where threads meet this one waits a little, so that rare
/// interleavings become common. 0 is never.
#[cfg(debug_assertions)]
pub static DAWDLE: AtomicU32 = AtomicU32::new(0);

/// A place where threads meet. See [`DAWDLE`].
#[cfg(debug_assertions)]
pub fn dawdle() {
    let n = DAWDLE.load(Relaxed);
    if n == 0 {
        return;
    }
    let random = &mut crate::m::current().fast;
    if random.below(n) == 0 {
        match random.below(32) {
            // Long enough for another thread to be woken.
            0 => futex::wait(&AtomicU32::new(0), 0, i64::from(random.below(200_000))),
            k => cpu::relax(k * 20),
        }
    }
}
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn dawdle() {}

#[cfg(debug_assertions)]
fn acquired(rank: Rank) {
    let m = crate::m::current();
    if !m.held.allows(rank) {
        use core::fmt::Write;
        let _ = writeln!(crate::exit::Stderr, "runtime: lock of rank {rank:?} after {:?}", m.held);
        crate::exit::throw("lock order violation");
    }
    m.held = m.held.with(rank);
}
#[cfg(debug_assertions)]
fn released(rank: Rank) {
    let m = crate::m::current();
    m.held = m.held.without(rank);
}
#[cfg(not(debug_assertions))]
#[inline(always)]
fn acquired(_: Rank) {}
#[cfg(not(debug_assertions))]
#[inline(always)]
fn released(_: Rank) {}

/// A value behind a ranked lock.
#[derive(Debug)]
pub struct Mutex<T> {
    raw: RawLock,
    rank: Rank,
    value: UnsafeCell<T>,
}

// SAFETY: the lock gives one thread at a time access to the value.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// Unlocked.
    pub const fn new(rank: Rank, value: T) -> Mutex<T> {
        Mutex { raw: RawLock::new(), rank, value: UnsafeCell::new(value) }
    }

    /// Takes the lock.
    #[inline]
    pub fn lock(&self) -> Guard<'_, T> {
        self.raw.lock(self.rank);
        Guard(self)
    }

    /// Takes the lock if it is free.
    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        // A guard that is made in vain would unlock what others hold.
        self.raw.try_lock(self.rank).then(|| Guard(self))
    }

    /// The value, without locking.
    ///
    /// # Safety
    /// Nothing else accesses it: the world is stopped, or the process is dying.
    #[allow(clippy::mut_from_ref, reason = "the lock guards what the reference reaches")]
    pub unsafe fn get_unlocked(&self) -> &mut T {
        // SAFETY: caller.
        unsafe { &mut *self.value.get() }
    }
}

/// Access to the value of a locked [`Mutex`].
#[derive(Debug)]
pub struct Guard<'a, T>(&'a Mutex<T>);

impl<T> Deref for Guard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock.
        unsafe { &*self.0.value.get() }
    }
}
impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard holds the lock.
        unsafe { &mut *self.0.value.get() }
    }
}
impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the guard holds the lock.
        unsafe { self.0.raw.unlock(self.0.rank) }
    }
}

/// A one-shot event: one thread sleeps, one wakes it. Usable from signal handlers on the waking side.
#[derive(Debug, Default)]
pub struct Note(AtomicU32);

impl Note {
    /// Not signalled.
    pub const fn new() -> Note {
        Note(AtomicU32::new(0))
    }

    /// Forgets an earlier signal. Only when no thread sleeps.
    pub fn clear(&self) {
        self.0.store(0, Relaxed);
    }

    /// Signals.
    pub fn wake(&self) {
        if self.0.swap(1, Release) == 0 {
            futex::wake(&self.0, 1);
        }
    }

    /// Sleeps until signalled.
    pub fn sleep(&self) {
        while self.0.load(Acquire) == 0 {
            futex::wait(&self.0, 0, -1);
        }
    }

    /// Whether it has been signalled.
    pub fn is_signalled(&self) -> bool {
        self.0.load(Acquire) != 0
    }

    /// Sleeps at most `ns` nanoseconds; whether it was signalled.
    pub fn sleep_ns(&self, ns: i64) -> bool {
        if self.0.load(Acquire) == 0 {
            futex::wait(&self.0, 0, ns);
        }
        self.0.load(Acquire) != 0
    }
}
