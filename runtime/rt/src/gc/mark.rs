//! Marking: from roots to everything reachable.
//!
//! A marker knows objects that are marked but not yet read, by *entries*:
//!
//! * a span of small objects with pointers: it is read as a whole, all that has been marked there by then
//!   ([`undergo_rtcore::grey`]). Spans wait in a queue, first come, first read, so that marks gather meanwhile and reading
//!   goes through memory in order;
//! * the address of another object's slot, in a stack;
//! * a place within a large object where reading continues: large objects are read in pieces, so that others get their
//!   share.
//!
//! What the pointers of an object lead to is looked up in batches, so that the processor fetches the marks of many spans at a
//! time; entries wait a few steps while their memory is fetched.
//!
//! Several threads may mark: the driver and [`super::helpers`]; mark bits are then set atomically. [`super::work`] tells how
//! they share what there is to do.
//!
//! While the world runs, goroutines that allocate assist, and write barriers add to what is shared ([`shade`]). Neither counts
//! as a marker: what they leave behind when the markers are done is found when the world is stopped. Objects made meanwhile
//! are born marked ([`born`]), so nobody reads them: their pointers come from stacks that will be read, or through the
//! barrier.

use super::{barrier, work};
use crate::mem::pointers;
use crate::mem::span::{BITS, Found, HEAP, PAGE_TABLE, Span, find_object, mask_of, span_of};
use crate::mem::vec::OffVec;
use crate::types::Type;
use core::sync::atomic::{AtomicU64, Ordering::*};
use undergo_rtcore::object_bits::Bits;
use undergo_rtcore::run_queue::RunQueue;
use undergo_rtcore::size_class::{HEADER, PAGE_SHIFT, Scan};
use undergo_rtsys::arch::cache::{self, prefetch};

/// Bytes of a large object read at a time: pointers all of which may lead to memory that no cache has. Parts of
/// larger elements begin at multiples of it.
const PIECE: usize = 8 << 10;
const _: () = assert!(PIECE.is_multiple_of(pointers::PART));
/// Bytes of a large object that take about as long as a small object.
const UNIT: usize = 64;
/// Objects of a list between prefetching and reading.
const FOLLOWED: usize = 8;
/// Bytes between prefetching and reading where one word is read after the other.
const FAR: usize = 1 << 10;
/// Entries between prefetching and reading.
const AHEAD: usize = 8;
/// Spans of the queue among them, at most: those in the queue can be stolen.
const SPANS_AHEAD: usize = 4;
/// Pointers that are looked up together.
const BATCH: usize = 64;
/// Pointers for which it is worth looking up a batch, as long as there is something else to read.
const ENOUGH: usize = 16;
/// Pointers of a batch whose objects are fetched before it is known that they are to be read.
const FEW: usize = 4;
/// Low bits of an entry that is a place within a large object, a span, or a single word of an object.
const PLACE: usize = 1;
const SPAN: usize = 2;
const TAGS: usize = 3;
const SLOT: usize = 3;

/// The entry for a span of a queue.
pub(super) fn span_entry(span: usize) -> usize {
    span | SPAN
}

/// The entry for a word of an object.
pub(super) fn slot_entry(slot: usize) -> usize {
    slot | SLOT
}

/// Bytes of objects marked in this collection, as far as markers have reported them.
static BYTES: AtomicU64 = AtomicU64::new(0);
/// Number of those objects.
static OBJECTS: AtomicU64 = AtomicU64::new(0);

/// One thread's marking.
#[derive(Debug)]
pub struct Marker {
    /// Entries, last in, first out.
    pub(super) stack: OffVec<usize>,
    /// Spans, if the marker has a queue.
    pub(super) queue: Option<&'static RunQueue>,
    /// Spans that the queue has no room for, as entries.
    pub(super) spill: OffVec<usize>,
    /// How many of them, from the first on, have been taken.
    pub(super) spilt: usize,
    ahead: [usize; AHEAD],
    n_ahead: usize,
    first_ahead: usize,
    /// Pointers into the heap that are to be looked up.
    batch: [usize; BATCH],
    n_batch: usize,
    /// Of the batch: spans and numbers in them.
    found: [(usize, u32); BATCH],
    /// The last object of a list, and how far it was from the one before.
    last: usize,
    stride: usize,
    heap: usize,
    heap_len: usize,
    /// Nobody else sets marks.
    is_alone: bool,
    /// Bytes of marked objects.
    pub bytes: u64,
    /// Number of marked objects.
    pub objects: u64,
    /// Bytes of objects that have been read.
    pub(super) read: u64,
    /// Bytes that have been read beyond what assists asked for.
    pub(super) credit: u64,
    /// Collection in which that was.
    pub(super) credit_cycle: u32,
}

/// Prepares a collection.
pub fn begin() {
    BYTES.store(0, Relaxed);
    OBJECTS.store(0, Relaxed);
}

/// Bytes and number of the objects marked in this collection, as far as markers have reported them.
pub fn marked() -> (u64, u64) {
    (BYTES.load(Relaxed), OBJECTS.load(Relaxed))
}

impl Marker {
    /// To be [`reset`](Marker::reset) before use.
    pub const fn new() -> Marker {
        Marker {
            stack: OffVec::new(),
            queue: None,
            spill: OffVec::new(),
            spilt: 0,
            ahead: [0; AHEAD],
            n_ahead: 0,
            first_ahead: 0,
            batch: [0; BATCH],
            n_batch: 0,
            found: [(0, 0); BATCH],
            last: 0,
            stride: 0,
            heap: 0,
            heap_len: 0,
            is_alone: false,
            bytes: 0,
            objects: 0,
            read: 0,
            credit: 0,
            credit_cycle: 0,
        }
    }

    /// With nothing to do yet. Objects in what is added to the heap from now on are born marked.
    pub fn reset(&mut self) {
        self.stack.clear();
        self.spill.clear();
        self.spilt = 0;
        self.n_ahead = 0;
        self.n_batch = 0;
        self.heap = HEAP.base();
        self.heap_len = HEAP.committed();
        self.is_alone = false;
        self.bytes = 0;
        self.objects = 0;
        self.read = 0;
    }

    /// Nobody else marks anything until the next [`Marker::reset`], with the world stopped.
    pub fn be_alone(&mut self) {
        self.is_alone = true;
    }

    /// Reports what has been marked.
    pub fn count(&mut self) {
        BYTES.fetch_add(core::mem::take(&mut self.bytes), Relaxed);
        OBJECTS.fetch_add(core::mem::take(&mut self.objects), Relaxed);
    }

    /// A word that may be a pointer: the object in use that it leads to is going to be marked, and queued if it holds pointers,
    /// at the latest when the marker reads objects or gives them away.
    #[inline]
    pub fn word(&mut self, value: usize) {
        if value.wrapping_sub(self.heap) < self.heap_len {
            self.batch[self.n_batch] = value;
            self.n_batch += 1;
            if self.n_batch == BATCH {
                self.look_up();
            }
        }
    }

    /// Marks those of 64 objects of a span that are in use, and queues them if they hold pointers.
    #[inline]
    fn mark_some(&mut self, span: &Span, word: usize, wanted: u64) {
        let mut new = self.set_marks(span, word, wanted);
        if new == 0 {
            return;
        }
        if span.scan == Scan::No {
            return;
        }
        let first = span.start + 64 * word * span.elem;
        if span.is_local {
            // Where there are more, the reader fetches them in time.
            if new & (new - 1) == 0 {
                prefetch(first + new.trailing_zeros() as usize * span.elem);
            }
            if span.grey.note(word) {
                self.queue_span(span);
            }
            return;
        }
        while new != 0 {
            self.stack.push(first + new.trailing_zeros() as usize * span.elem);
            new &= new - 1;
        }
    }

    /// Marks those of 64 objects of a span that are in use; the ones that were not marked.
    #[inline]
    pub(super) fn set_marks(&mut self, span: &Span, word: usize, wanted: u64) -> u64 {
        // SAFETY: M1, M3: spans and their bits are stable but for other markers and allocation, which set marks atomically.
        // The word is one of the span's.
        let new = unsafe {
            let pair = span.pair(word);
            let marks = &raw mut (*pair).marks;
            // Whether they are in use comes last: most objects are met more than once.
            let mut new = wanted & !marks.read_volatile();
            if new == 0 {
                return 0;
            }
            new &= span.in_use(word);
            if new == 0 {
                return 0;
            }
            if self.is_alone {
                marks.write(marks.read() | new);
            } else {
                new &= !AtomicU64::from_ptr(marks).fetch_or(new, SeqCst);
            }
            new
        };
        let n = u64::from(new.count_ones());
        self.bytes += n * span.elem as u64;
        self.objects += n;
        new
    }

    /// A span has something to read, and is in no queue.
    fn queue_span(&mut self, span: &Span) {
        let entry = &raw const *span as usize;
        if !self.queue.is_some_and(|queue| queue.push(entry)) {
            self.spill.push(span_entry(entry));
        }
    }

    /// Queues an entry, or an object that has been read before, of a span that may be local.
    pub fn read_again(&mut self, entry: usize) {
        if entry & TAGS != 0 {
            let span = span_of(entry & !TAGS);
            // SAFETY: M1. What arenas have given up cannot be read.
            if !span.is_null() && unsafe { (*span).scan } == Scan::Yes {
                self.stack.push(entry);
            }
            return;
        }
        let Some(found) = find_object(entry) else { return };
        // SAFETY: M1.
        let span = unsafe { &*found.span };
        if !span.is_local {
            return self.stack.push(entry);
        }
        // SAFETY: M1: the span has read bits; the world is stopped.
        unsafe { *span.read_bits(found.index / 64) &= !(1 << (found.index % 64)) };
        if span.grey.note(found.index / 64) {
            self.queue_span(span);
        }
    }

    /// All aligned words of `[lo, hi)`, which may be pointers.
    ///
    /// # Safety
    /// The range is readable. If others write it meanwhile, then in whole words, and through the write barrier.
    pub unsafe fn range(&mut self, lo: usize, hi: usize) {
        let mut at = lo.next_multiple_of(8);
        while at + 64 <= hi {
            prefetch(at + FAR);
            for _ in 0..8 {
                // SAFETY: caller.
                self.word(unsafe { (at as *const usize).read_volatile() });
                at += 8;
            }
        }
        while at + 8 <= hi {
            // SAFETY: caller.
            self.word(unsafe { (at as *const usize).read_volatile() });
            at += 8;
        }
    }

    /// Reads one entry; how many objects, or how many parts of a large one of about their size; 0 if there is no entry.
    #[inline]
    pub(super) fn step(&mut self) -> usize {
        let Some(entry) = self.next() else { return 0 };
        let n = if entry & TAGS == SPAN {
            // SAFETY: M1: entries for spans are addresses of records, and only spans without marked objects are freed.
            self.read_span(unsafe { &*((entry & !TAGS) as *const Span) })
        } else {
            // SAFETY: entries are marked objects (M3), or words of such.
            unsafe {
                match entry & TAGS {
                    SLOT => {
                        self.word_at(entry & !TAGS);
                        1
                    }
                    _ => self.read(entry).div_ceil(UNIT),
                }
            }
        };
        if self.n_batch >= ENOUGH || self.n_ahead == 0 {
            self.look_up();
        }
        n
    }

    /// The next entry to read: the oldest of those whose memory is under way.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.n_ahead < AHEAD
            && let Some(entry) = self.stack.pop()
        {
            self.fetch_ahead(entry);
        }
        if self.n_ahead <= 1 {
            self.spans_ahead();
        }
        if self.n_ahead == 0 {
            debug_assert!(self.n_batch == 0, "pointers that have not been looked up");
            return None;
        }
        let entry = self.ahead[self.first_ahead];
        self.first_ahead = (self.first_ahead + 1) % AHEAD;
        self.n_ahead -= 1;
        Some(entry)
    }

    /// Takes some spans from the queue.
    fn spans_ahead(&mut self) {
        let mut spans = [0; SPANS_AHEAD];
        let n = self.queue.map_or(0, |queue| queue.grab(&mut spans));
        for &span in &spans[..n] {
            self.fetch_ahead(span_entry(span));
        }
        if n == 0 {
            for _ in 0..SPANS_AHEAD {
                let Some(&entry) = self.spill.get(self.spilt) else { break };
                self.spilt += 1;
                self.fetch_ahead(entry);
            }
            if self.spilt == self.spill.len() {
                self.spill.clear();
                self.spilt = 0;
            }
        }
    }

    #[inline]
    fn fetch_ahead(&mut self, entry: usize) {
        if entry & TAGS == SPAN {
            // SAFETY: M1: as in `step`.
            let span = unsafe { &*((entry & !TAGS) as *const Span) };
            prefetch(span.pair(0).addr());
            prefetch(span.read_bits(0) as usize);
            prefetch(span.masks().addr());
        } else {
            prefetch(entry & !TAGS);
            prefetch(mask_of((entry & !TAGS).wrapping_sub(self.heap)).addr());
        }
        self.ahead[(self.first_ahead + self.n_ahead) % AHEAD] = entry;
        self.n_ahead += 1;
    }

    /// Marks what an object, or a piece of it, points at; how many bytes were read.
    ///
    /// # Safety
    /// The entry is that of a marked object with pointers. Others write it in whole words, through the write barrier.
    unsafe fn read(&mut self, entry: usize) -> usize {
        let at = entry & !TAGS;
        // SAFETY: M1: marked objects lie in spans.
        let span = unsafe { &**PAGE_TABLE.at::<*mut Span>((at - self.heap) >> PAGE_SHIFT) };
        // SAFETY: M4: the mask, header or type of the span describes the memory.
        unsafe {
            if span.class == 0 {
                return self.read_large(span, at);
            }
            self.read += span.elem as u64;
            if span.has_headers() {
                let ty = *(at as *const *const Type);
                pointers::in_typed(&*ty, at + HEADER, at + span.elem, |word| self.word_at(word));
            } else {
                pointers::in_masked(span, at, |word| self.word_at(word));
            }
        }
        span.elem
    }

    /// The pointer word at an address.
    ///
    /// # Safety
    /// It lies in an object that is being read.
    #[inline]
    unsafe fn word_at(&mut self, address: usize) {
        // SAFETY: caller.
        self.word(unsafe { (address as *const usize).read_volatile() });
    }

    /// Marks what the pointers of the batch lead to.
    pub(super) fn look_up(&mut self) {
        let mut n = 0;
        if self.n_batch < FEW && self.n_ahead == 0 {
            // There is nothing else to read: their objects are wanted as soon as they are marked, and so are the marks, which
            // are here if the span has but one page and no bits of its own.
            for i in 0..self.n_batch {
                self.fetch_object(self.batch[i]);
            }
            if self.n_batch == 1 {
                self.follow(self.batch[0]);
            }
        }
        for i in 0..self.n_batch {
            let value = self.batch[i];
            // SAFETY: M1: the page table covers every committed page; records are valid.
            unsafe {
                let span = *PAGE_TABLE.at::<*const Span>((value - self.heap) >> PAGE_SHIFT);
                if let Some(index) = span.as_ref().and_then(|span| span.index_of(value)) {
                    cache::prefetch_for_write((*span).pair(index / 64).addr());
                    self.found[n] = (span as usize, index as u32);
                    n += 1;
                }
            }
        }
        self.n_batch = 0;
        // Neighbours are marked at once: it takes as long as one.
        let mut i = 0;
        while i < n {
            let (span, index) = self.found[i];
            let mut wanted = 0;
            while i < n && self.found[i].0 == span && self.found[i].1 / 64 == index / 64 {
                wanted |= 1 << (self.found[i].1 % 64);
                i += 1;
            }
            // SAFETY: M1.
            self.mark_some(unsafe { &*(span as *const Span) }, index as usize / 64, wanted);
        }
    }

    /// Starts fetching what marking and reading an object need first.
    #[inline]
    fn fetch_object(&self, address: usize) {
        prefetch(address);
        cache::prefetch_for_write(BITS.at::<Bits>(address.wrapping_sub(self.heap) >> PAGE_SHIFT) as usize);
    }

    /// The next object of a list. They often lie as they were made, one behind the other: then those that come later are
    /// fetched as well.
    #[inline]
    fn follow(&mut self, address: usize) {
        let stride = address.wrapping_sub(self.last);
        let later = address.wrapping_add(stride.wrapping_mul(FOLLOWED));
        if stride == self.stride && later.wrapping_sub(self.heap) < self.heap_len {
            self.fetch_object(later);
            // SAFETY: M1: the page table covers every committed page.
            let span = unsafe { PAGE_TABLE.at::<*const Span>((later - self.heap) >> PAGE_SHIFT).read_volatile() };
            cache::prefetch_all(span);
        }
        (self.last, self.stride) = (address, stride);
    }

    /// A piece of a large object; queues the rest. How many bytes were read.
    ///
    /// # Safety
    /// See [`Marker::read`].
    unsafe fn read_large(&mut self, span: &Span, at: usize) -> usize {
        // SAFETY: M4: a large object with pointers has a type, published before the object.
        let ty = unsafe { &*span.large_type };
        let end = span.start + span.elem;
        // A piece is some elements, or a part of one that is larger.
        let is_part = ty.size > PIECE;
        let into = if is_part { (at - span.start) % ty.size } else { 0 };
        let stop = end.min(at + if is_part { PIECE.min(ty.size - into) } else { PIECE / ty.size * ty.size });
        if stop < end {
            self.stack.push(stop | PLACE);
        }
        self.read += (stop - at) as u64;
        // SAFETY: caller; `at` is the start of an element, or lies so many bytes behind it.
        unsafe {
            if is_part {
                pointers::in_part(ty, at - into, into, stop - (at - into), |word| self.word_at(word));
            } else {
                pointers::in_typed(ty, at, stop, |word| self.word_at(word));
            }
        }
        stop - at
    }
}

/// Marks the objects that `words` lead to, and shares those that are to be read. For words that no marker reads: any
/// thread may call this while objects are marked.
pub fn shade(words: impl Iterator<Item = usize>) {
    let mut shared = None;
    let (mut bytes, mut objects) = (0, 0);
    for word in words {
        if let Some(found) = find_object(word)
            && set_mark_shared(&found)
        {
            // SAFETY: M1.
            let span = unsafe { &*found.span };
            bytes += span.elem as u64;
            objects += 1;
            let entry = match span.is_local {
                true if !span.grey.note(found.index / 64) => continue,
                true => span_entry(found.span as usize),
                false if span.scan == Scan::No => continue,
                false => found.slot,
            };
            shared.get_or_insert_with(work::share).push(entry);
        }
    }
    if objects != 0 {
        BYTES.fetch_add(bytes, Relaxed);
        OBJECTS.fetch_add(objects, Relaxed);
    }
}

/// An object in a slot that is about to be used counts as marked, while objects are being marked.
#[inline]
pub fn born(span: *mut Span, index: usize) {
    if barrier::is_on() {
        set_mark_shared(&Found { span, index, slot: 0 });
    }
}

/// Marks an object that others may mark as well; whether it was not marked.
fn set_mark_shared(found: &Found) -> bool {
    let bit = 1u64 << (found.index % 64);
    // SAFETY: M1.
    let word = unsafe { (*found.span).marks(found.index / 64) };
    word.load(Relaxed) & bit == 0 && word.fetch_or(bit, SeqCst) & bit == 0
}
