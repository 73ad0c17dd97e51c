//! Counters of the allocator and the collector, for MemStats and metrics.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use undergo_rtcore::size_class::N_CLASSES;

/// Counters of one P. Written by the M that holds it; read racily by whoever sums them up.
#[repr(C)]
#[derive(Debug)]
pub struct Local {
    /// Objects that share a block of another.
    pub tiny: u64,
    /// Objects allocated, by class.
    pub mallocs: [u64; N_CLASSES],
    /// Bytes of large objects.
    pub large_bytes: u64,
}

impl Local {
    /// Counts a small object.
    #[inline]
    pub fn count(&mut self, class: usize) {
        self.mallocs[class] += 1;
    }

    /// Counts a large object.
    pub fn count_large(&mut self, bytes: usize) {
        self.mallocs[0] += 1;
        self.large_bytes += bytes as u64;
    }
}

/// Objects that a sweep has found dead.
#[derive(Debug)]
pub struct Freed {
    /// Their number, by class.
    pub objects: [u64; N_CLASSES],
    /// Bytes of the large ones.
    pub large_bytes: u64,
}

impl Freed {
    /// No objects.
    pub const NONE: Freed = Freed { objects: [0; N_CLASSES], large_bytes: 0 };
}

/// Counters of the process, all atomic and independent of each other.
#[derive(Debug)]
pub struct Stats {
    /// Objects freed, by class. Changed under the page heap's lock.
    frees: [AtomicU64; N_CLASSES],
    /// Bytes of large objects freed. Changed under the page heap's lock.
    large_freed: AtomicU64,
    /// Bytes marked by the last collection.
    pub marked_bytes: AtomicU64,
    /// Objects marked by the last collection.
    pub marked_objects: AtomicU64,
    /// Bytes given back to the system so far.
    pub scavenged: AtomicU64,
    /// Collections.
    pub cycles: AtomicU64,
    /// Collections that the program asked for.
    pub forced: AtomicU64,
    /// Wall clock of the end of the last collection, ns since 1970.
    pub last_end: AtomicU64,
    /// Sum of all pauses.
    pub pause_total: AtomicU64,
    /// Lengths of the last pauses, circular by cycle.
    pub pauses: [AtomicU64; 256],
    /// Ends of the last pauses, ns since 1970.
    pub pause_ends: [AtomicU64; 256],
}

/// See [`Stats`].
pub static STATS: Stats = Stats {
    frees: [const { AtomicU64::new(0) }; N_CLASSES],
    large_freed: AtomicU64::new(0),
    marked_bytes: AtomicU64::new(0),
    marked_objects: AtomicU64::new(0),
    scavenged: AtomicU64::new(0),
    cycles: AtomicU64::new(0),
    forced: AtomicU64::new(0),
    last_end: AtomicU64::new(0),
    pause_total: AtomicU64::new(0),
    pauses: [const { AtomicU64::new(0) }; 256],
    pause_ends: [const { AtomicU64::new(0) }; 256],
};

impl Stats {
    /// Counts objects that have died. The caller holds the page heap's lock.
    pub fn add(&self, freed: &Freed) {
        for (total, n) in self.frees.iter().zip(freed.objects) {
            if n != 0 {
                total.fetch_add(n, Relaxed);
            }
        }
        self.large_freed.fetch_add(freed.large_bytes, Relaxed);
    }
}

/// Totals over all Ps.
#[derive(Debug)]
pub struct Totals {
    /// Objects allocated, by class.
    pub mallocs: [u64; N_CLASSES],
    /// Objects freed, by class.
    pub frees: [u64; N_CLASSES],
    /// Tiny objects that share blocks.
    pub tiny: u64,
    /// Bytes of large objects allocated.
    pub large_bytes: u64,
    /// Bytes of large objects freed.
    pub large_freed: u64,
}

/// Sums the counters up. The caller holds the page heap's lock, or what is counted as freed may not be counted as
/// allocated.
pub(super) fn totals() -> Totals {
    let mut t = Totals {
        mallocs: [0; N_CLASSES],
        frees: [0; N_CLASSES],
        tiny: 0,
        large_bytes: 0,
        large_freed: STATS.large_freed.load(Relaxed),
    };
    for p in crate::rt::made_p() {
        // SAFETY: Ps live for ever; the counters are words that only grow, so a racy read is merely a little old.
        let local = unsafe { &(*p).mem.stats };
        for (sum, n) in t.mallocs.iter_mut().zip(&local.mallocs) {
            // SAFETY: as above.
            *sum += unsafe { core::ptr::read_volatile(n) };
        }
        t.tiny += local.tiny;
        t.large_bytes += local.large_bytes;
    }
    for (sum, n) in t.frees.iter_mut().zip(&STATS.frees) {
        *sum = n.load(Relaxed);
    }
    t
}
