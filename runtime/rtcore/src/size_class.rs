//! Size classes of small objects, and how requests are rounded up to them.
//!
//! The classes are those of Go 1.27, because a program can see them: `cap` after `append` is whatever the allocator
//! rounds a request up to. A class is a number from 1 to 67; class 0 stands for "larger than any class".
//!
//! A small object that holds pointers keeps its pointer mask in a bitmap beside its span as long as it is at most
//! [`MASK_IN_SPAN_MAX`] bytes; a larger one starts with a [`HEADER`] that holds the address of its type. The header
//! counts towards the class, so that capacities come out as in Go.

/// Bytes per page of the heap.
pub const PAGE: usize = 8192;
/// log2 of [`PAGE`].
pub const PAGE_SHIFT: u32 = 13;
/// Number of size classes, class 0 included.
pub const N_CLASSES: usize = 68;
/// Largest size that has a class.
pub const SMALL_MAX: usize = 32768;
/// Bytes of the type header of small objects above [`MASK_IN_SPAN_MAX`] that hold pointers.
pub const HEADER: usize = 8;
/// Largest object with pointers whose mask lies beside its span.
pub const MASK_IN_SPAN_MAX: usize = 512;
/// Most objects in one span.
pub const MAX_OBJECTS: usize = 1024;
/// Largest request, exclusive, that Go considers at all; above it `make` and `append` panic.
pub const MAX_ALLOC: usize = 1 << 48;

/// Object size by class.
pub const SIZES: [u16; N_CLASSES] = [
    0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448,
    480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096,
    4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072,
    20480, 21760, 24576, 27264, 28672, 32768,
];

/// Pages per span by class.
pub const PAGES: [u8; N_CLASSES] = [
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2,
    1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 4, 5, 6, 1, 7, 6, 5, 4, 3, 5, 7, 2, 9, 7, 5, 8, 3, 10, 7, 4,
];

/// Class of a size of up to 1024 bytes, by the number of started 8-byte units.
const BY_8: [u8; 129] = {
    let mut table = [0; 129];
    let mut class = 1;
    let mut unit = 1;
    while unit < 129 {
        while (SIZES[class] as usize) < unit * 8 {
            class += 1;
        }
        table[unit] = class as u8;
        unit += 1;
    }
    table
};

/// Class of a size above 1024 bytes, by the number of started 128-byte units beyond 1024.
const BY_128: [u8; 249] = {
    let mut table = [0; 249];
    let mut class = 32;
    let mut unit = 0;
    while unit < 249 {
        while (SIZES[class] as usize) < 1024 + unit * 128 {
            class += 1;
        }
        table[unit] = class as u8;
        unit += 1;
    }
    table
};

/// Reciprocals of the sizes for [`object_index`]: `ceil(2^32 / size)`.
const RECIPROCAL: [u32; N_CLASSES] = {
    let mut table = [0; N_CLASSES];
    let mut class = 1;
    while class < N_CLASSES {
        table[class] = (1u64 << 32).div_ceil(SIZES[class] as u64) as u32;
        class += 1;
    }
    table
};

/// The smallest class whose objects have at least `size` bytes; `size` is at most [`SMALL_MAX`].
#[inline]
pub const fn class_of(size: usize) -> usize {
    if size <= 1024 { BY_8[size.div_ceil(8)] as usize } else { BY_128[(size - 1024).div_ceil(128)] as usize }
}

/// Multiplier for [`index_by`] of a class; 0, which makes every index 0, for large objects.
pub const fn reciprocal(class: usize) -> u32 {
    RECIPROCAL[class]
}

/// Number of the object of a span that contains the byte at `offset`, by the [`reciprocal`] of its class.
#[inline]
pub const fn index_by(reciprocal: u32, offset: usize) -> usize {
    ((offset as u64 * reciprocal as u64) >> 32) as usize
}

/// Number of the object of a span of `class` that contains the byte at `offset` from the start of the span. Past the
/// last object (tail waste) it is the number of objects or more.
#[inline]
pub const fn object_index(class: usize, offset: usize) -> usize {
    index_by(RECIPROCAL[class], offset)
}

/// Number of objects in a span of `class`.
#[inline]
pub const fn objects_per_span(class: usize) -> usize {
    PAGES[class] as usize * PAGE / SIZES[class] as usize
}

/// Whether memory may hold pointers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scan {
    /// The collector does not look into it.
    No,
    /// It has a pointer mask.
    Yes,
}

/// Usable bytes of the block that a request for `size` bytes gets. Go: `runtime.roundupsize`.
pub const fn round_up(size: usize, scan: Scan) -> usize {
    if size <= SMALL_MAX - HEADER {
        let header = match scan {
            Scan::Yes if size > MASK_IN_SPAN_MAX => HEADER,
            _ => 0,
        };
        SIZES[class_of(size + header)] as usize - header
    } else {
        match size.checked_add(PAGE - 1) {
            Some(padded) => padded & !(PAGE - 1),
            None => size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_is_the_smallest_that_fits() {
        for size in 1..=SMALL_MAX {
            let class = class_of(size);
            assert!(SIZES[class] as usize >= size);
            assert!((SIZES[class - 1] as usize) < size, "size {size}");
        }
        assert_eq!(class_of(0), 0);
    }

    #[test]
    fn object_index_is_division() {
        for class in 1..N_CLASSES {
            for offset in 0..PAGES[class] as usize * PAGE {
                assert_eq!(object_index(class, offset), offset / SIZES[class] as usize, "class {class}");
            }
            assert!(objects_per_span(class) <= MAX_OBJECTS);
        }
    }

    #[test]
    fn masks_beside_the_span_need_one_page() {
        assert!(PAGES[1..=class_of(MASK_IN_SPAN_MAX)].iter().all(|&n| n == 1));
    }

    #[test]
    fn headers_count_towards_the_class() {
        assert_eq!(round_up(512, Scan::Yes), 512);
        assert_eq!(round_up(513, Scan::Yes), 568);
        assert_eq!(round_up(513, Scan::No), 576);
        assert_eq!(round_up(32760, Scan::Yes), 32760);
        assert_eq!(round_up(32761, Scan::Yes), 32768);
        assert_eq!(round_up(32769, Scan::Yes), 40960);
        assert_eq!(round_up(32760, Scan::No), 32768);
        assert_eq!(round_up(usize::MAX, Scan::No), usize::MAX);
    }
}
