//! Waiting on a word.

use super::sys::{nr, syscall6};
use core::sync::atomic::AtomicU32;

const WAIT_PRIVATE: usize = 128;
const WAKE_PRIVATE: usize = 129;

/// A kernel timespec.
#[repr(C)]
#[derive(Clone, Copy, Default, Debug)]
pub struct Timespec {
    /// Seconds.
    pub sec: i64,
    /// Nanoseconds.
    pub nsec: i64,
}

impl Timespec {
    /// From a number of nanoseconds, negative ones taken as 0.
    pub fn from_ns(ns: i64) -> Timespec {
        let ns = ns.max(0);
        Timespec { sec: ns / 1_000_000_000, nsec: ns % 1_000_000_000 }
    }
}

/// Sleeps while `*word == value`, at most `ns` nanoseconds if not negative. May return spuriously.
pub fn wait(word: &AtomicU32, value: u32, ns: i64) {
    let ts = Timespec::from_ns(ns);
    let t = if ns < 0 { 0 } else { &raw const ts as usize };
    // SAFETY: the word and the timespec live for the call.
    unsafe { syscall6(nr::FUTEX, word.as_ptr() as usize, WAIT_PRIVATE, value as usize, t, 0, 0) };
}

/// Wakes up to `n` waiters. Safe in signal handlers.
pub fn wake(word: &AtomicU32, n: usize) {
    // SAFETY: the kernel only looks at the address.
    unsafe { syscall6(nr::FUTEX, word.as_ptr() as usize, WAKE_PRIVATE, n, 0, 0, 0) };
}
