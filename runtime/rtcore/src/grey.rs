//! Which objects of a span have been marked and are still to be read.
//!
//! Small objects are not queued one by one: their *span* is, once, and whoever takes it from a queue reads all of its objects
//! that have been marked by then. Marks come in words of 64. Here is a bit per word in which there may be something to
//! read, and one that says that somebody is reading. The span is in a queue, or with a reader, while any bit is set:
//!
//! ```text
//!   marker:  sets a mark; sets the word's bit if it is clear; queues the span if all bits were clear
//!   reader:  takes all bits and leaves BUSY; reads what is marked there and has not been read; again,
//!            until there are no bits; removes BUSY, if there are none still
//! ```
//! So whatever is marked while a reader is at work is found by the reader, and later by the next one.

use crate::atomic::{AtomicU32, Ordering::*, in_order};

/// Somebody is reading.
const BUSY: u32 = 1 << 31;

/// See the module documentation. Zero: nothing is to be read.
#[derive(Debug)]
pub struct Grey(AtomicU32);

impl Grey {
    /// Nothing to read.
    #[cfg(not(feature = "model"))]
    pub const fn new() -> Grey {
        Grey(AtomicU32::new(0))
    }

    /// Nothing to read.
    #[cfg(feature = "model")]
    pub fn new() -> Grey {
        Grey(AtomicU32::new(0))
    }

    /// An object has been marked, sequentially consistently, in a word of marks: whether the caller must queue the span.
    #[inline]
    pub fn note(&self, word: usize) -> bool {
        let bit = 1 << word;
        in_order();
        self.0.load(SeqCst) & bit == 0 && self.0.fetch_or(bit, SeqCst) == 0
    }

    /// For the reader that has taken the span from a queue: the words in which there may be something to read.
    #[inline]
    pub fn take(&self) -> u32 {
        let words = self.0.swap(BUSY, SeqCst) & !BUSY;
        in_order();
        words
    }

    /// The reader has read what it has taken: whether there is nothing more, and it is not the reader any more.
    #[inline]
    pub fn leave(&self) -> bool {
        self.0.compare_exchange(BUSY, 0, SeqCst, Relaxed).is_ok()
    }
}

impl Default for Grey {
    fn default() -> Grey {
        Grey::new()
    }
}
