//! How much of the processors collections may take when a memory limit makes them frequent: about half.
//!
//! What collections take beyond half of the processors' time is collected in a bucket, which fills up after a second of all
//! processors. Each collection that ends with a full bucket doubles the least growth of the heap between two collections,
//! whatever the limit says; each that ends with an empty one halves it.

use crate::rt;
use core::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Least growth of the heap in parts of what is alive, as a shift; the limiter makes it smaller.
const LEAST: u32 = 4;
/// Least growth in bytes.
const LEAST_BYTES: u64 = 1 << 20;
/// Nanoseconds of each processor that the bucket holds.
const CAPACITY: i64 = 1_000_000_000;

/// State; written by whoever runs a collection.
struct Limiter {
    /// What collections took beyond half of the time, ns.
    bucket: AtomicI64,
    /// Time of collections so far at the end of the last one, ns of all processors.
    taken: AtomicI64,
    /// When that was, monotonic ns.
    when: AtomicI64,
    /// Times that the least growth is doubled, up to [`LEAST`].
    doubled: AtomicU32,
    /// Collection that last did so.
    last: AtomicU64,
}

static LIMITER: Limiter = Limiter {
    bucket: AtomicI64::new(0),
    taken: AtomicI64::new(0),
    when: AtomicI64::new(0),
    doubled: AtomicU32::new(0),
    last: AtomicU64::new(0),
};

/// Collection number `cycle` has ended; all of them have taken `taken` ns of all processors.
pub fn collected(cycle: u64, taken: u64) {
    let now = rt::nanotime();
    let taken = taken as i64;
    let gc = taken - LIMITER.taken.swap(taken, Relaxed);
    let procs = rt::n_p() as i64;
    let all = (now - LIMITER.when.swap(now, Relaxed)).saturating_mul(procs);
    let bucket = (LIMITER.bucket.load(Relaxed) + 2 * gc - all).clamp(0, CAPACITY * procs);
    LIMITER.bucket.store(bucket, Relaxed);
    let doubled = LIMITER.doubled.load(Relaxed);
    if bucket == CAPACITY * procs {
        LIMITER.doubled.store((doubled + 1).min(LEAST), Relaxed);
        LIMITER.last.store(cycle, Relaxed);
    } else if bucket == 0 {
        LIMITER.doubled.store(doubled.saturating_sub(1), Relaxed);
    }
}

/// Bytes by which the heap grows at least between two collections, `live` bytes being alive.
pub fn least_growth(live: u64) -> u64 {
    (live >> (LEAST - LIMITER.doubled.load(Relaxed))) + LEAST_BYTES
}

/// The last collection that was limited, 0 if none.
pub fn last_cycle() -> u64 {
    LIMITER.last.load(Relaxed)
}
