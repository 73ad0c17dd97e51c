//! Pointer masks: one bit per word of a type, set if the word holds a pointer.
//!
//! Masks in type descriptors are byte arrays, bit `i % 8` of byte `i / 8`. A descriptor that builds its mask on demand
//! describes itself through [`Shape`]: an array or a struct of parts, some of which have a ready mask.

/// What a type's mask is made of.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'a, T> {
    /// A ready mask of this many words.
    Mask(&'a [u8], usize),
    /// `len` elements, `stride` words apart.
    Array {
        /// Element type, which has pointers.
        elem: T,
        /// Words per element.
        stride: usize,
        /// Number of elements.
        len: usize,
    },
    /// A struct of this many fields.
    Struct(usize),
}

/// How to look into types.
pub trait Types {
    /// Handle of a type.
    type Type: Copy;
    /// What `ty`, which holds pointers, consists of.
    fn shape(&self, ty: Self::Type) -> Shape<'_, Self::Type>;
    /// Type and offset in words of a field of a struct; `None` if it holds no pointers.
    fn field(&self, ty: Self::Type, index: usize) -> Option<(Self::Type, usize)>;
}

/// Sets the bits of the pointer words of `ty` in `mask`, which is zeroed, from bit `at` on. Recursion is as deep as
/// the nesting of arrays and structs in the source.
pub fn build<W: Types>(types: &W, ty: W::Type, mask: &mut [u8], at: usize) {
    match types.shape(ty) {
        Shape::Mask(bits, words) => {
            for i in 0..words {
                if bits[i / 8] & 1 << (i % 8) != 0 {
                    mask[(at + i) / 8] |= 1 << ((at + i) % 8);
                }
            }
        }
        Shape::Array { elem, stride, len } => {
            for i in 0..len {
                build(types, elem, mask, at + i * stride);
            }
        }
        Shape::Struct(fields) => {
            for i in 0..fields {
                if let Some((field, offset)) = types.field(ty, i) {
                    build(types, field, mask, at + offset);
                }
            }
        }
    }
}

/// The first 64 bits of the mask of `words` words that repeats a type's mask every `stride` words; `ready` are its
/// `ptr_words` bits.
#[inline]
pub fn repeat(ready: &[u8], ptr_words: usize, stride: usize, words: usize) -> u64 {
    let mut one = 0u64;
    for (i, byte) in ready.iter().take(ptr_words.div_ceil(8)).take(8).enumerate() {
        one |= (*byte as u64) << (8 * i);
    }
    if ptr_words < 64 {
        one &= (1 << ptr_words) - 1;
    }
    let mut all = one;
    let mut filled = stride;
    while filled < words && filled < 64 {
        all |= all << filled;
        filled *= 2;
    }
    if words < 64 { all & ((1 << words) - 1) } else { all }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct World;
    impl Types for World {
        type Type = u8;
        fn shape(&self, ty: u8) -> Shape<'_, u8> {
            match ty {
                0 => Shape::Mask(&[0b101], 3),
                1 => Shape::Array { elem: 0, stride: 4, len: 3 },
                _ => Shape::Struct(3),
            }
        }
        fn field(&self, _: u8, index: usize) -> Option<(u8, usize)> {
            [Some((0, 1)), None, Some((1, 5))][index]
        }
    }

    #[test]
    fn arrays_and_structs_are_taken_apart() {
        let mut mask = [0u8; 3];
        build(&World, 2, &mut mask, 0);
        let words: Vec<usize> = (0..24).filter(|i| mask[i / 8] & 1 << (i % 8) != 0).collect();
        assert_eq!(words, [1, 3, 5, 7, 9, 11, 13, 15]);
    }

    #[test]
    fn masks_repeat() {
        assert_eq!(repeat(&[1], 1, 2, 64), 0x5555_5555_5555_5555);
        assert_eq!(repeat(&[1], 1, 1, 64), !0);
        assert_eq!(repeat(&[1], 1, 3, 7), 0b1001001);
        assert_eq!(repeat(&[0b11, 0b1], 9, 10, 20), 0b0100_0000_1101_0000_0011);
        assert_eq!(repeat(&[0xff; 8], 64, 64, 64), !0);
        assert_eq!(repeat(&[0xff], 3, 5, 5), 7);
    }
}
