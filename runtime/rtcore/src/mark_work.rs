//! Who has objects to read, and when there are none left anywhere.
//!
//! Markers have stacks of their own and share some entries in a stack behind a lock, which is not kept here but told. A
//! marker without entries is *idle* until it has taken shared ones. Assists take shared entries and give back what they
//! have not read; they are no markers, but marking is not over while one has entries. Others may share entries at any time:
//! whoever ends marking looks once more when they cannot.

use crate::atomic::{AtomicU32, Ordering::*};

/// The counts. Zero is valid: nobody marks.
#[derive(Debug)]
pub struct MarkWork {
    /// Markers that have nothing to do.
    idle: AtomicU32,
    /// Shared entries, a hint but for whoever holds the lock.
    shared: AtomicU32,
    /// Assists that have entries. Changed while the lock is held, together with taking and giving.
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

    /// The calling marker is about to take shared entries: before they leave the shared stack, so that nobody believes
    /// marking is over.
    pub fn become_busy(&self) {
        self.idle.fetch_sub(1, SeqCst);
    }

    /// An assist has taken entries; the caller holds the lock.
    pub fn assist_begins(&self) {
        self.assists.fetch_add(1, Relaxed);
    }

    /// An assist has given its entries back; the caller holds the lock.
    pub fn assist_ends(&self) {
        self.assists.fetch_sub(1, Relaxed);
    }

    /// Whether it is worth asking [`MarkWork::is_over`] of `markers` markers.
    pub fn seems_over(&self, markers: u32) -> bool {
        self.idle.load(SeqCst) == markers && self.shared.load(Acquire) == 0 && self.assists.load(Relaxed) == 0
    }

    /// Whether none of `markers` markers and no assist has an entry, `shared` being the number of shared ones; the caller
    /// holds the lock.
    pub fn is_over(&self, markers: u32, shared: usize) -> bool {
        shared == 0 && self.assists.load(Relaxed) == 0 && self.idle.load(SeqCst) == markers
    }
}

impl Default for MarkWork {
    fn default() -> MarkWork {
        MarkWork::new()
    }
}
