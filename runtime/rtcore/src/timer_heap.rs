//! A four-ary min-heap of timers whose entries know their position, so that any of them can be removed or moved.
//!
//! An entry carries the time it is ordered by, so that comparisons stay within the array. Ties are broken by `order`,
//! which the caller draws from `choice` (zero in normal operation). The heap works on a slice; who grows it, owns it.

/// Parent of `i`'s children: `4i + 1 ..= 4i + 4`.
const ARITY: usize = 4;

/// What the heap stores: a time, a tie breaker, and something that can be told its position.
pub trait Entry: Copy {
    /// When the timer is due, then its tie breaker.
    fn key(&self) -> (i64, u32);
    /// The entry now lies at `position`.
    fn placed(&self, position: usize);
}

/// Adds the last entry of `heap`, which its owner just appended, to the heap formed by the others.
pub fn push<E: Entry>(heap: &mut [E]) {
    if let Some(last) = heap.len().checked_sub(1) {
        sift_up(heap, last);
    }
}

/// Takes the entry at `position` out: afterwards it is the last of the slice, and the others form a heap.
pub fn remove<E: Entry>(heap: &mut [E], position: usize) {
    let last = heap.len() - 1;
    heap.swap(position, last);
    if position < last {
        fix(&mut heap[..last], position);
    }
}

/// Restores order after the key of the entry at `position` changed.
pub fn fix<E: Entry>(heap: &mut [E], position: usize) {
    if sift_up(heap, position) == position {
        sift_down(heap, position);
    }
}

fn sift_up<E: Entry>(heap: &mut [E], mut i: usize) -> usize {
    let entry = heap[i];
    while i > 0 {
        let parent = (i - 1) / ARITY;
        if heap[parent].key() <= entry.key() {
            break;
        }
        heap[i] = heap[parent];
        heap[i].placed(i);
        i = parent;
    }
    heap[i] = entry;
    entry.placed(i);
    i
}

fn sift_down<E: Entry>(heap: &mut [E], mut i: usize) {
    let entry = heap[i];
    loop {
        let first = i * ARITY + 1;
        let children = first..(first + ARITY).min(heap.len());
        let Some(least) = children.min_by_key(|&c| heap[c].key()) else { break };
        if entry.key() <= heap[least].key() {
            break;
        }
        heap[i] = heap[least];
        heap[i].placed(i);
        i = least;
    }
    heap[i] = entry;
    entry.placed(i);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[derive(Clone, Copy)]
    struct Timer<'a> {
        when: i64,
        id: usize,
        positions: &'a [Cell<usize>],
    }
    impl Entry for Timer<'_> {
        fn key(&self) -> (i64, u32) {
            (self.when, self.id as u32)
        }
        fn placed(&self, position: usize) {
            self.positions[self.id].set(position);
        }
    }

    fn check(heap: &[Timer<'_>]) {
        for (i, timer) in heap.iter().enumerate() {
            assert_eq!(timer.positions[timer.id].get(), i);
            assert!(i == 0 || heap[(i - 1) / ARITY].key() <= timer.key());
        }
    }

    #[test]
    fn random_pushes_removals_and_changes() {
        let positions: Vec<Cell<usize>> = (0..3000).map(|_| Cell::new(usize::MAX)).collect();
        let mut heap: Vec<Timer<'_>> = Vec::new();
        let mut state = 7u64;
        let mut random = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize
        };
        for id in 0..3000 {
            heap.push(Timer { when: (random() % 50) as i64, id, positions: &positions });
            push(&mut heap);
            if random() % 3 == 0 {
                let at = random() % heap.len();
                remove(&mut heap, at);
                heap.pop();
            }
            if random() % 3 == 0 && !heap.is_empty() {
                let at = random() % heap.len();
                heap[at].when = (random() % 50) as i64;
                fix(&mut heap, at);
            }
            check(&heap);
        }
        let mut last = (i64::MIN, 0);
        while !heap.is_empty() {
            let key = heap[0].key();
            assert!(key > last);
            last = key;
            remove(&mut heap, 0);
            heap.pop();
            check(&heap);
        }
    }
}
