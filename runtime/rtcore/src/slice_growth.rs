//! Capacities of growing slices. A program can see them, so they are exactly Go's.

use crate::size_class::{MAX_ALLOC, Scan, round_up};

/// Capacity and bytes of the new backing store of a slice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grown {
    /// Capacity in elements.
    pub cap: usize,
    /// Bytes of all `cap` elements.
    pub bytes: usize,
}

/// What `append` allocates for a slice that had capacity `old_cap` and needs `new_len` elements of `elem_size` bytes.
/// `None`: the length is out of range.
pub fn grow(new_len: usize, old_cap: usize, elem_size: usize, scan: Scan) -> Option<Grown> {
    let wanted = next_cap(new_len, old_cap);
    let bytes = wanted.checked_mul(elem_size)?;
    if bytes > MAX_ALLOC {
        return None;
    }
    let bytes = round_up(bytes, scan);
    let cap = bytes / elem_size;
    let bytes = cap * elem_size;
    if bytes > MAX_ALLOC {
        return None;
    }
    Some(Grown { cap, bytes })
}

/// Capacity before rounding: doubled below 256 elements, then growing ever closer to a quarter at a time, and never
/// less than `new_len`.
fn next_cap(new_len: usize, old_cap: usize) -> usize {
    const THRESHOLD: usize = 256;
    let doubled = old_cap.wrapping_add(old_cap);
    if new_len > doubled {
        return new_len;
    }
    if old_cap < THRESHOLD {
        return doubled;
    }
    let mut cap = old_cap;
    loop {
        // A capacity is below 2^63, so the sum cannot wrap before the comparison ends the loop.
        cap += (cap + 3 * THRESHOLD) >> 2;
        if cap >= new_len {
            break;
        }
    }
    if cap > isize::MAX as usize { new_len } else { cap }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of (element size, pointers, capacities after appending one element at a time), printed by a program built
    /// with Go 1.27.3: see `testdata/growslice.go.txt`.
    const ONE_BY_ONE: &str = include_str!("../testdata/growslice_one.txt");
    /// Rows of (element size, pointers, old cap, new length, capacity).
    const JUMPS: &str = include_str!("../testdata/growslice_jump.txt");

    fn scan(word: &str) -> Scan {
        if word == "p" { Scan::Yes } else { Scan::No }
    }

    #[test]
    fn appending_one_by_one_gives_gos_capacities() {
        let mut rows = 0;
        for line in ONE_BY_ONE.lines() {
            let mut words = line.split(' ');
            let size: usize = words.next().unwrap().parse().unwrap();
            let scan = scan(words.next().unwrap());
            let mut cap = 0;
            for expected in words {
                let grown = grow(cap + 1, cap, size, scan).unwrap();
                assert_eq!(grown.cap, expected.parse::<usize>().unwrap(), "size {size} {scan:?} after {cap}");
                cap = grown.cap;
            }
            rows += 1;
        }
        assert!(rows > 10);
    }

    #[test]
    fn appending_many_gives_gos_capacities() {
        let mut rows = 0;
        for line in JUMPS.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let n = |i: usize| words[i].parse::<usize>().unwrap();
            let grown = grow(n(3), n(2), n(0), scan(words[1])).unwrap();
            assert_eq!(grown.cap, n(4), "{line}");
            rows += 1;
        }
        assert!(rows > 100);
    }

    #[test]
    fn too_long_is_refused() {
        assert_eq!(grow(usize::MAX / 16, 0, 32, Scan::No), None);
        assert_eq!(grow((1 << 48) + 1, 0, 1, Scan::No), None);
    }
}
