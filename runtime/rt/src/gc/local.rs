//! Reading a span: all of its objects that are marked and have not been read.
//!
//! Objects often lead to their neighbours. Those are marked in a copy of the span's marks, read as well, and told to others
//! at the end, 64 at a time: an instruction that others must agree to takes as long as many others.

use super::mark::Marker;
use crate::mem::pointers::Masks;
use crate::mem::span::Span;
use core::sync::atomic::{AtomicU64, Ordering::*};
use undergo_rtcore::object_bits::MAX_WITH_READ;
use undergo_rtcore::size_class::index_by;
use undergo_rtsys::arch::cache::prefetch;

/// Words of marks of a span that is read as a whole.
const WORDS: usize = MAX_WITH_READ / 64;

/// What the reader of a span knows of its objects, by word.
struct Reading {
    /// Words of which it knows something.
    known: u32,
    /// Words in which there is something to read.
    words: u32,
    /// Objects of which nothing was wanted any more when the reader looked: marked, or not in use.
    before: [u64; WORDS],
    /// The same with those that it has marked since, of which nobody else knows.
    settled: [u64; WORDS],
    /// Marked objects that are to be read.
    todo: [u64; WORDS],
    /// Objects that have been read, or are being read.
    read: [u64; WORDS],
}

impl Marker {
    /// Marks what the objects of a span point at that are marked and have not been read; how many they are.
    pub(super) fn read_span(&mut self, span: &Span) -> usize {
        let mut n = 0;
        let mut r =
            Reading { known: 0, words: 0, before: [0; WORDS], settled: [0; WORDS], todo: [0; WORDS], read: [0; WORDS] };
        loop {
            let mut words = span.grey.take();
            while words != 0 {
                r.look_at(span, words.trailing_zeros() as usize % WORDS);
                words &= words - 1;
            }
            while r.words != 0 {
                let word = r.words.trailing_zeros() as usize % WORDS;
                r.words &= r.words - 1;
                n += self.read_word(span, &mut r, word);
            }
            self.publish(span, &mut r);
            if span.grey.leave() {
                break;
            }
        }
        self.read += (n * span.elem) as u64;
        // One step has been taken at least.
        n.max(1)
    }

    /// Reads those of the 64 objects of a word that are to be read; how many they are.
    #[inline]
    fn read_word(&mut self, span: &Span, r: &mut Reading, word: usize) -> usize {
        let (start, elem, reciprocal) = (span.start, span.elem, span.reciprocal);
        let bytes = span.objects * elem;
        let masks = Masks::of(span);
        let todo = core::mem::take(&mut r.todo[word]);
        r.read[word] |= todo;
        let mut left = todo;
        while left != 0 {
            let index = 64 * word + left.trailing_zeros() as usize;
            left &= left - 1;
            let mut fields = masks.at(index * elem / 8);
            while fields != 0 {
                let field = start + index * elem + 8 * fields.trailing_zeros() as usize;
                fields &= fields - 1;
                // SAFETY: marked objects can be read.
                let value = unsafe { (field as *const usize).read_volatile() };
                let offset = value.wrapping_sub(start);
                if offset >= bytes {
                    self.word(value);
                    continue;
                }
                let target = index_by(reciprocal, offset);
                let (at, bit) = (target / 64 % WORDS, 1 << (target % 64));
                if r.known & 1 << at == 0 {
                    r.look_at(span, at);
                }
                let settled = r.settled[at];
                if settled & bit == 0 {
                    r.settled[at] = settled | bit;
                    r.todo[at] |= bit;
                    prefetch(value);
                    r.words |= 1 << at;
                }
            }
        }
        todo.count_ones() as usize
    }

    /// Tells others what the reader has done.
    fn publish(&mut self, span: &Span, r: &mut Reading) {
        let mut words = core::mem::take(&mut r.known);
        while words != 0 {
            let word = words.trailing_zeros() as usize % WORDS;
            words &= words - 1;
            let new = r.settled[word] & !r.before[word];
            if new != 0 {
                self.set_marks(span, word, new);
            }
            // Those who allocate set some as well: where one of the two is lost an object is read twice.
            read_bits(span, word).store(r.read[word], Relaxed);
        }
    }
}

impl Reading {
    /// Notes what others have marked, and what is to be read.
    fn look_at(&mut self, span: &Span, word: usize) {
        let (marked, read) = (span.marks(word).load(SeqCst), read_bits(span, word).load(Relaxed));
        self.known |= 1 << word;
        self.before[word] = marked | !span.in_use(word);
        self.settled[word] = self.before[word];
        self.read[word] = read;
        self.todo[word] = marked & !read;
        self.words |= u32::from(self.todo[word] != 0) << word;
        let mut left = self.todo[word];
        while left != 0 {
            prefetch(span.start + (64 * word + left.trailing_zeros() as usize) * span.elem);
            left &= left - 1;
        }
    }
}

/// Which of 64 objects of a span have been read.
fn read_bits(span: &Span, word: usize) -> &AtomicU64 {
    // SAFETY: M1: the span has read bits. Only readers and those who allocate write them.
    unsafe { AtomicU64::from_ptr(span.read_bits(word)) }
}
