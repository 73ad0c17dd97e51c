//! Bits per object of a span: which are allocated, which are marked.
//!
//! A span hands out its objects in order: object `i` is in use if `i` is below the span's cursor, or if its *kept* bit
//! is set, which is its mark of the last collection. So sweeping a span is copying its marks, and freeing writes
//! nothing.

/// Words for the bits of one span.
pub const WORDS: usize = crate::size_class::MAX_OBJECTS / 64;

/// First object from `cursor` on whose kept bit is clear, or `objects` if there is none.
#[inline]
pub fn next_free(kept: &[u64; WORDS], cursor: usize, objects: usize) -> usize {
    let mut at = cursor;
    while at < objects {
        let free = !kept[at / 64] >> (at % 64);
        if free != 0 {
            return (at + free.trailing_zeros() as usize).min(objects);
        }
        at = (at / 64 + 1) * 64;
    }
    objects
}

/// Number of set bits below `objects`.
pub fn count(bits: &[u64; WORDS], objects: usize) -> usize {
    let full = objects / 64;
    let mut sum: u32 = bits[..full].iter().map(|w| w.count_ones()).sum();
    if !objects.is_multiple_of(64) {
        sum += (bits[full] & ((1u64 << (objects % 64)) - 1)).count_ones();
    }
    sum as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_objects_are_found_in_order() {
        let mut kept = [0u64; WORDS];
        for i in [0, 1, 3, 63, 64, 65, 127] {
            kept[i / 64] |= 1 << (i % 64);
        }
        let mut found = Vec::new();
        let mut at = next_free(&kept, 0, 130);
        while at < 130 {
            found.push(at);
            at = next_free(&kept, at + 1, 130);
        }
        let expected: Vec<usize> = (0..130).filter(|i| ![0, 1, 3, 63, 64, 65, 127].contains(i)).collect();
        assert_eq!(found, expected);
        assert_eq!(next_free(&[!0; WORDS], 0, 1000), 1000);
        assert_eq!(count(&kept, 130), 7);
        assert_eq!(count(&kept, 64), 4);
    }
}
