//! Which words of an object are pointers.

use super::span::Span;
use crate::types::Type;
use undergo_rtcore::size_class::{HEADER, Scan};

/// Calls `f` with the address of every word of `[lo, hi)` that may hold a pointer, the memory being values of `ty`
/// one after the other from `lo` on.
///
/// # Safety
/// `ty` is a type (T1).
#[inline]
pub unsafe fn in_typed(ty: &Type, lo: usize, hi: usize, mut f: impl FnMut(usize)) {
    let mut elem = lo;
    while elem < hi {
        // SAFETY: caller.
        unsafe { in_part(ty, elem, 0, hi - elem, &mut f) };
        elem += ty.size;
    }
}

/// Bytes of which the offset of a part of a value is a multiple.
pub const PART: usize = 64;

/// The same for the bytes `[lo, hi)`, at most, of the value of `ty` at `at`; `lo` is a multiple of [`PART`].
///
/// # Safety
/// `ty` is a type (T1).
#[inline]
pub unsafe fn in_part(ty: &Type, at: usize, lo: usize, hi: usize, mut f: impl FnMut(usize)) {
    let mask = ty.mask();
    let words = ty.ptr_bytes.min(hi) / 8;
    let mut i = lo / 8;
    while i < words {
        // SAFETY: T1: the mask has ptr_bytes / 8 bits, in bytes.
        let mut byte = unsafe { *mask.add(i / 8) };
        if words - i < 8 {
            byte &= (1u8 << (words - i)) - 1;
        }
        while byte != 0 {
            let bit = byte.trailing_zeros() as usize;
            byte &= byte - 1;
            f(at + (i + bit) * 8);
        }
        i += 8;
    }
}

/// Pointer masks of the small objects of a span: a bit for each word.
#[derive(Debug)]
pub struct Masks {
    first: *const u64,
    words: usize,
    all: u64,
}

impl Masks {
    /// Those of a span.
    #[inline]
    pub fn of(span: &Span) -> Masks {
        let words = span.elem / 8;
        Masks { first: span.masks(), words, all: if words < 64 { (1 << words) - 1 } else { u64::MAX } }
    }

    /// Which words are pointers of the object that begins at a word of the span.
    #[inline]
    pub fn at(&self, word: usize) -> u64 {
        let (at, shift) = (word / 64, word % 64);
        // SAFETY: M1: masks cover every committed page; an object of up to 64 words spans at most two mask words, and the
        // second is read only if it does.
        unsafe {
            let mut mask = self.first.add(at).read() >> shift;
            if shift + self.words > 64 {
                mask |= self.first.add(at + 1).read() << (64 - shift);
            }
            mask & self.all
        }
    }
}

/// Calls `f` with the address of every pointer word of the small object at `at`, whose mask lies beside its span.
#[inline]
pub fn in_masked(span: &Span, at: usize, mut f: impl FnMut(usize)) {
    let mut bits = Masks::of(span).at((at - span.start) / 8);
    while bits != 0 {
        let i = bits.trailing_zeros() as usize;
        bits &= bits - 1;
        f(at + i * 8);
    }
}

/// Calls `f` with the address of every pointer word of the object in slot `at` of `span`.
///
/// # Safety
/// The slot holds an object in use (M4), which does not die meanwhile.
pub unsafe fn in_object(span: &Span, at: usize, f: impl FnMut(usize)) {
    if span.scan == Scan::No {
        return;
    }
    // SAFETY: M4: the header, or the type of the span, describes the object.
    unsafe {
        if span.class == 0 {
            in_typed(&*span.large_type, at, at + span.elem, f);
        } else if span.has_headers() {
            let ty = *(at as *const *const Type);
            in_typed(&*ty, at + HEADER, at + span.elem, f);
        } else {
            in_masked(span, at, f);
        }
    }
}
