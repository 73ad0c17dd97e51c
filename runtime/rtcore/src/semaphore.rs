//! The lock-free part of a semaphore: its units, and whether a release must look for somebody who waits.
//!
//! A waiter announces itself before it looks at the units for the last time ([`wait`]), a releaser adds its unit before it
//! looks for announcements ([`release`]); all sequentially consistent, so one of them sees the other. Queues of waiters are
//! the caller's, under a lock of its own.

use crate::atomic::{AtomicU32, Ordering::SeqCst, in_order};

/// Takes a unit if there is one.
pub fn try_take(units: &AtomicU32) -> bool {
    let mut n = units.load(SeqCst);
    while n > 0 {
        match units.compare_exchange_weak(n, n - 1, SeqCst, SeqCst) {
            Ok(_) => return true,
            Err(now) => n = now,
        }
    }
    false
}

/// Under the lock of the queue: announces a waiter in `waiting`. False if there was a unit after all, which is taken; true
/// if the caller must queue itself and sleep.
pub fn wait(units: &AtomicU32, waiting: &AtomicU32) -> bool {
    waiting.fetch_add(1, SeqCst);
    in_order();
    if try_take(units) {
        waiting.fetch_sub(1, SeqCst);
        return false;
    }
    true
}

/// Gives a unit. Whether somebody may wait: then the caller takes the lock of the queue and calls [`hand_over`].
pub fn release(units: &AtomicU32, waiting: &AtomicU32) -> bool {
    units.fetch_add(1, SeqCst);
    in_order();
    waiting.load(SeqCst) != 0
}

/// Under the lock of the queue, which has a waiter for these units: whether it gets a unit, to be taken out of the queue and
/// woken. If not, another goroutine was quicker, and will release in turn.
pub fn hand_over(units: &AtomicU32, waiting: &AtomicU32) -> bool {
    if !try_take(units) {
        return false;
    }
    waiting.fetch_sub(1, SeqCst);
    true
}
