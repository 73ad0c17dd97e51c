//! The run queue of a P: a ring that its owner fills and empties and that others steal from.
//!
//! | field | who writes |
//! |---|---|
//! | tail | the owner only |
//! | head | owner and thieves, by compare-and-swap |
//! | slots | the owner, between head's lap and tail |
//!
//! Items are opaque nonzero words (addresses of goroutines). Invariant: `tail - head <= CAP` (wrapping), and the
//! slots in between hold items. A thief reads slots first and commits by moving head; if head moved meanwhile, what it
//! read may be stale, and it starts over.

use crate::atomic::{AtomicU32, AtomicUsize, Ordering::*};

/// Slots of a queue.
pub const CAP: usize = if cfg!(feature = "model") { 4 } else { 256 };

/// See the module documentation. All zero is the empty queue.
#[repr(C)]
#[derive(Debug)]
pub struct RunQueue {
    head: AtomicU32,
    tail: AtomicU32,
    slots: [AtomicUsize; CAP],
}

impl Default for RunQueue {
    fn default() -> Self {
        RunQueue::new()
    }
}

impl RunQueue {
    /// An empty queue.
    #[cfg(not(feature = "model"))]
    pub const fn new() -> RunQueue {
        RunQueue { head: AtomicU32::new(0), tail: AtomicU32::new(0), slots: [const { AtomicUsize::new(0) }; CAP] }
    }

    /// An empty queue of atomics that are not constants.
    #[cfg(feature = "model")]
    pub fn new() -> RunQueue {
        let slots = core::array::from_fn(|_| AtomicUsize::new(0));
        RunQueue { head: AtomicU32::new(0), tail: AtomicU32::new(0), slots }
    }

    /// Number of items, a snapshot.
    pub fn len(&self) -> usize {
        let h = self.head.load(Acquire);
        let t = self.tail.load(Acquire);
        (t.wrapping_sub(h) as usize).min(CAP)
    }

    /// Whether there is no item, a snapshot.
    pub fn is_empty(&self) -> bool {
        self.head.load(Acquire) == self.tail.load(Acquire)
    }

    /// Owner: appends `item`; false if the queue is full.
    pub fn push(&self, item: usize) -> bool {
        let h = self.head.load(Acquire);
        let t = self.tail.load(Relaxed);
        if t.wrapping_sub(h) as usize >= CAP {
            return false;
        }
        self.slots[t as usize % CAP].store(item, Relaxed);
        self.tail.store(t.wrapping_add(1), Release);
        true
    }

    /// Owner: takes the oldest item.
    pub fn pop(&self) -> Option<usize> {
        loop {
            let h = self.head.load(Acquire);
            let t = self.tail.load(Relaxed);
            if t == h {
                return None;
            }
            let item = self.slots[h as usize % CAP].load(Relaxed);
            if self.head.compare_exchange(h, h.wrapping_add(1), Release, Relaxed).is_ok() {
                return Some(item);
            }
        }
    }

    /// Anyone: takes the older half (rounded up) into `out`, as far as there is room; returns how many.
    pub fn grab(&self, out: &mut [usize]) -> usize {
        loop {
            let h = self.head.load(Acquire);
            let t = self.tail.load(Acquire);
            let n = t.wrapping_sub(h);
            let n = n - n / 2;
            if n == 0 {
                return 0;
            }
            if n as usize > CAP / 2 {
                // head and tail were read at different times.
                continue;
            }
            let n = n.min(out.len() as u32);
            for (i, o) in out[..n as usize].iter_mut().enumerate() {
                *o = self.slots[h.wrapping_add(i as u32) as usize % CAP].load(Relaxed);
            }
            if self.head.compare_exchange(h, h.wrapping_add(n), AcqRel, Relaxed).is_ok() {
                return n as usize;
            }
        }
    }

    /// Owner: steals half of `victim`, keeps all but one in this queue (which must be empty) and returns that one.
    pub fn steal_from(&self, victim: &RunQueue) -> Option<usize> {
        let mut batch = [0; CAP / 2];
        let n = victim.grab(&mut batch);
        let (last, rest) = batch[..n].split_last()?;
        for &item in rest {
            // Cannot fail: fewer than CAP / 2 items into an empty queue.
            self.push(item);
        }
        Some(*last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn fifo_and_full() {
        let q = RunQueue::new();
        assert!((1..=CAP).all(|i| q.push(i)));
        assert!(!q.push(999));
        assert!((1..=CAP).all(|i| q.pop() == Some(i)));
        assert_eq!(q.pop(), None);
    }

    #[test]
    fn steal_takes_half() {
        let (a, b) = (RunQueue::new(), RunQueue::new());
        (1..=9).for_each(|i| assert!(a.push(i)));
        assert_eq!(b.steal_from(&a), Some(5));
        assert_eq!((a.len(), b.len()), (4, 4));
        assert_eq!(a.pop(), Some(6));
    }

    #[test]
    fn nothing_is_lost_or_doubled_under_stealing() {
        const N: usize = 100_000;
        let q = RunQueue::new();
        let done = AtomicBool::new(false);
        let mut all: Vec<usize> = std::thread::scope(|s| {
            let thieves: Vec<_> = (0..3)
                .map(|_| {
                    s.spawn(|| {
                        let mine = RunQueue::new();
                        let mut got = Vec::new();
                        while !done.load(Acquire) || !q.is_empty() {
                            got.extend(mine.steal_from(&q));
                            while let Some(i) = mine.pop() {
                                got.push(i);
                            }
                        }
                        got
                    })
                })
                .collect();
            let mut got = Vec::new();
            for i in 1..=N {
                while !q.push(i) {
                    got.extend(q.pop());
                }
            }
            done.store(true, Release);
            while let Some(i) = q.pop() {
                got.push(i);
            }
            thieves.into_iter().for_each(|t| got.extend(t.join().unwrap()));
            got
        });
        all.sort_unstable();
        assert_eq!(all, (1..=N).collect::<Vec<_>>());
    }
}
