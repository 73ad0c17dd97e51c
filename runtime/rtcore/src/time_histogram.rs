//! Histograms of durations, as `runtime/metrics` reports them: logarithmic, every power of two in four equal parts.
//!
//! ```text
//!   bucket        0   1   2   3   4   5   6   7   8  ...
//!   from (ns)     0  64 128 192 256 320 384 448 512 ...
//! ```
//! The last bucket before overflow ends at 2^[`MAX_BITS`] ns, about 39 hours. The boundaries are those of Go.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// log2 of the parts of a power of two.
const PART_BITS: u32 = 2;
/// log2 of the first duration (ns) that is not in a bucket of the smallest size.
const MIN_BITS: u32 = 8;
/// log2 of the first duration (ns) that overflows.
const MAX_BITS: u32 = 47;
/// Number of buckets, those for negative and for too long durations not included.
pub const N_BUCKETS: usize = ((MAX_BITS - MIN_BITS + 1) << PART_BITS) as usize;

/// Counts of durations. All fields are independent atomics.
#[derive(Debug)]
pub struct TimeHistogram {
    counts: [AtomicU64; N_BUCKETS],
    negative: AtomicU64,
    too_long: AtomicU64,
}

/// Bucket of a duration that is not negative, ns; [`N_BUCKETS`] if it is too long.
pub fn bucket(ns: u64) -> usize {
    if ns < 1 << MIN_BITS {
        return (ns >> (MIN_BITS - PART_BITS)) as usize;
    }
    let bits = ns.ilog2();
    if bits >= MAX_BITS {
        return N_BUCKETS;
    }
    let part = ns >> (bits - PART_BITS) & ((1 << PART_BITS) - 1);
    (((bits - MIN_BITS + 1) << PART_BITS) + part as u32) as usize
}

/// First duration of a bucket, ns.
pub fn start_of(bucket: usize) -> u64 {
    let (power, part) = (bucket as u32 >> PART_BITS, bucket as u64 & ((1 << PART_BITS) - 1));
    match power {
        0 => part << (MIN_BITS - PART_BITS),
        _ => (1 << PART_BITS | part) << (power + MIN_BITS - 1 - PART_BITS),
    }
}

impl TimeHistogram {
    /// Without counts.
    pub const fn new() -> TimeHistogram {
        TimeHistogram {
            counts: [const { AtomicU64::new(0) }; N_BUCKETS],
            negative: AtomicU64::new(0),
            too_long: AtomicU64::new(0),
        }
    }

    /// Counts a duration, ns.
    pub fn add(&self, ns: i64) {
        let count = match u64::try_from(ns) {
            Err(_) => &self.negative,
            Ok(ns) => self.counts.get(bucket(ns)).unwrap_or(&self.too_long),
        };
        count.fetch_add(1, Relaxed);
    }

    /// Copies the counts: negative durations, the buckets, durations that are too long.
    pub fn read(&self, out: &mut [u64; N_BUCKETS + 2]) {
        out[0] = self.negative.load(Relaxed);
        for (out, count) in out[1..].iter_mut().zip(&self.counts) {
            *out = count.load(Relaxed);
        }
        out[N_BUCKETS + 1] = self.too_long.load(Relaxed);
    }
}

impl Default for TimeHistogram {
    fn default() -> TimeHistogram {
        TimeHistogram::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_what_their_starts_say() {
        for b in 0..N_BUCKETS {
            assert_eq!(bucket(start_of(b)), b);
            if b > 0 {
                assert_eq!(bucket(start_of(b) - 1), b - 1);
            }
        }
        assert_eq!(bucket((1 << MAX_BITS) - 1), N_BUCKETS - 1);
        assert_eq!(bucket(1 << MAX_BITS), N_BUCKETS);
    }

    #[test]
    fn nothing_is_lost() {
        let h = TimeHistogram::new();
        for ns in [-1, 0, 63, 64, 1 << 40, i64::MAX] {
            h.add(ns);
        }
        let mut out = [0; N_BUCKETS + 2];
        h.read(&mut out);
        assert_eq!((out[0], out[1], out[2], out[N_BUCKETS + 1]), (1, 2, 1, 1));
        assert_eq!(out.iter().sum::<u64>(), 6);
    }
}
