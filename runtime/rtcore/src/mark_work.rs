//! Who has objects to read, and when there are none left anywhere.
//!
//! Markers have stacks of their own, and queues from which others steal. They share some entries in a stack behind a lock, which
//! is not kept here but told. A marker without entries is *idle* until it takes shared ones, or steals some. Assists take
//! shared entries or steal, and give back what they have not read; they are no markers, but marking is not over while one
//! has entries. Others may share entries at any time: whoever ends marking looks once more when they cannot.
//!
//! Stealing takes no lock. It is counted before it is done: when all markers are idle, their queues are empty, and whoever has
//! something from one of them is an assist that counts.

use crate::atomic::{AtomicU32, Ordering::*};

/// The counts. Zero is valid: nobody marks.
#[derive(Debug)]
pub struct MarkWork {
    /// Markers that have nothing to do.
    idle: AtomicU32,
    /// Shared entries, a hint but for whoever holds the lock.
    shared: AtomicU32,
    /// Assists that may have entries: from before they take some until they have given them back.
    assists: AtomicU32,
}

impl MarkWork {
    /// Nobody marks.
    #[cfg(not(feature = "model"))]
    pub const fn new() -> MarkWork {
        MarkWork { idle: AtomicU32::new(0), shared: AtomicU32::new(0), assists: AtomicU32::new(0) }
    }

    /// Nobody marks.
    #[cfg(feature = "model")]
    pub fn new() -> MarkWork {
        MarkWork { idle: AtomicU32::new(0), shared: AtomicU32::new(0), assists: AtomicU32::new(0) }
    }

    /// Markers begin, all of them busy. Nobody marks yet.
    pub fn begin(&self) {
        self.idle.store(0, Relaxed);
    }

    /// There are `n` shared entries; the caller holds the lock.
    pub fn tell(&self, n: usize) {
        self.shared.store(n as u32, Release);
    }

    /// Whether there seem to be shared entries.
    pub fn has_shared(&self) -> bool {
        self.shared.load(Acquire) > 0
    }

    /// Whether a marker waits for entries.
    pub fn is_wanted(&self) -> bool {
        self.idle.load(Relaxed) > 0
    }

    /// The calling marker has no entries.
    pub fn become_idle(&self) {
        self.idle.fetch_add(1, SeqCst);
    }

    /// The calling marker is about to take entries: before they leave where they are, so that nobody believes marking is
    /// over.
    pub fn become_busy(&self) {
        self.idle.fetch_sub(1, SeqCst);
    }

    /// An assist is about to take entries.
    pub fn assist_begins(&self) {
        self.assists.fetch_add(1, SeqCst);
    }

    /// An assist has given its entries back, the lock being still held, or has none.
    pub fn assist_ends(&self) {
        self.assists.fetch_sub(1, SeqCst);
    }

    /// Whether it is worth asking [`MarkWork::is_over`] of `markers` markers.
    pub fn seems_over(&self, markers: u32) -> bool {
        self.idle.load(SeqCst) == markers && self.shared.load(Acquire) == 0 && self.assists.load(SeqCst) == 0
    }

    /// Whether none of `markers` markers and no assist has an entry, `shared` being the number of shared ones; the caller
    /// holds the lock.
    pub fn is_over(&self, markers: u32, shared: usize) -> bool {
        shared == 0 && self.idle.load(SeqCst) == markers && self.assists.load(SeqCst) == 0
    }
}

impl Default for MarkWork {
    fn default() -> MarkWork {
        MarkWork::new()
    }
}
