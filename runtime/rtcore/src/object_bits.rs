//! Bits per object of a span: which are allocated, which are marked.
//!
//! A span hands out its objects in order: object `i` is in use if `i` is below the span's cursor, or if its *kept* bit
//! is set, which is its mark of the last collection. So sweeping a span is copying its marks, and freeing writes
//! nothing. Both bits of an object lie in the same cache line: whoever marks looks at both.

/// Words for each kind of bits of one span.
pub const WORDS: usize = crate::size_class::MAX_OBJECTS / 64;

/// Bits of 64 objects.
#[repr(C)]
#[derive(Clone, Copy, Default, Debug)]
pub struct Pair {
    /// Marks of the last collection.
    pub kept: u64,
    /// Marks of the running collection.
    pub marks: u64,
}

/// Bits of the objects of one span, as many as it can have.
pub type Bits = [Pair; WORDS];

/// Objects of a span whose *read* bits fit behind its pairs: words from [`FIRST_READ`] on, seen as words of 64 bits. They say
/// which marked objects have been read in the running collection (see [`crate::grey`]).
pub const MAX_WITH_READ: usize = crate::size_class::MAX_OBJECTS / 2;
/// See [`MAX_WITH_READ`].
pub const FIRST_READ: usize = 2 * MAX_WITH_READ / 64;
const _: () = assert!(FIRST_READ + MAX_WITH_READ / 64 <= 2 * WORDS);

/// First object from `cursor` on whose kept bit is clear, or `objects` if there is none.
#[inline]
pub fn next_free(bits: &[Pair], cursor: usize, objects: usize) -> usize {
    let mut at = cursor;
    while at < objects {
        let free = !bits[at / 64].kept >> (at % 64);
        if free != 0 {
            return (at + free.trailing_zeros() as usize).min(objects);
        }
        at = (at / 64 + 1) * 64;
    }
    objects
}

/// Number of kept bits below `objects`.
pub fn count_kept(bits: &[Pair], objects: usize) -> usize {
    count(bits, objects, |pair| pair.kept)
}

/// Number of marks below `objects`.
pub fn count_marks(bits: &[Pair], objects: usize) -> usize {
    count(bits, objects, |pair| pair.marks)
}

fn count(bits: &[Pair], objects: usize, word: impl Fn(&Pair) -> u64) -> usize {
    let full = objects / 64;
    let mut sum: u32 = bits[..full].iter().map(|pair| word(pair).count_ones()).sum();
    if !objects.is_multiple_of(64) {
        sum += (word(&bits[full]) & ((1u64 << (objects % 64)) - 1)).count_ones();
    }
    sum as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_objects_are_found_in_order() {
        let mut bits = [Pair::default(); WORDS];
        for i in [0, 1, 3, 63, 64, 65, 127] {
            bits[i / 64].kept |= 1 << (i % 64);
            bits[i / 64].marks |= 1 << (i % 64);
        }
        let mut found = Vec::new();
        let mut at = next_free(&bits, 0, 130);
        while at < 130 {
            found.push(at);
            at = next_free(&bits, at + 1, 130);
        }
        let expected: Vec<usize> = (0..130).filter(|i| ![0, 1, 3, 63, 64, 65, 127].contains(i)).collect();
        assert_eq!(found, expected);
        assert_eq!(next_free(&[Pair { kept: !0, marks: 0 }; WORDS], 0, 1000), 1000);
        assert_eq!([count_kept(&bits, 130), count_marks(&bits, 130)], [7, 7]);
        assert_eq!([count_kept(&bits, 64), count_marks(&bits, 64)], [4, 4]);
    }
}
