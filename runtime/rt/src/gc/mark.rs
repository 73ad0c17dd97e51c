//! Marking: from roots to everything reachable.
//!
//! A marker keeps a stack of objects that are marked but not yet read. An entry is the address of an object's slot, or,
//! with the low bit set, a place within a large object where reading continues (large objects are read in pieces, so
//! that the stack stays small and helpers get their share). Before an object is read it waits a few steps in a queue
//! while its memory is prefetched.
//!
//! Several threads may mark: the driver and [`super::helpers`]. Mark bits are then set atomically. A marker with plenty gives
//! half of its stack to a shared one while another is idle; marking ends when all are idle and the shared stack is empty.
//!
//! While the world runs, goroutines that allocate *assist* ([`assist`]) with entries from the shared stack, and write
//! barriers add to it ([`shade`]). Neither counts as a marker: what they leave behind when the markers are done is found
//! when the world is stopped. Objects made meanwhile are born marked ([`born`]), so nobody reads them: their pointers come from
//! stacks that will be read, or through the barrier.

use super::barrier;
use crate::lock::Mutex;
use crate::mem::pointers;
use crate::mem::span::{Found, HEAP, PAGE_TABLE, Span, find_object};
use crate::mem::vec::OffVec;
use crate::metrics::TIMES;
use crate::rt::RT;
use crate::tracer;
use crate::types::Type;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::mark_work::MarkWork;
use undergo_rtcore::object_bits::Pair;
use undergo_rtcore::size_class::{HEADER, PAGE_SHIFT, Scan};

/// Bytes of a large object read at a time.
const PIECE: usize = 32 << 10;
/// Objects between prefetching and reading.
const AHEAD: usize = 8;
/// Bytes that an assist reads at least, so that the shared entries are not locked for every span.
const ASSIST_BYTES: u64 = 32 << 10;
/// Objects that it reads before it looks whether the world is to stop.
const ASSIST_STEP: usize = 32;
/// Objects that a marker with limited time reads before it looks at the clock.
const TIMED_STEP: usize = 16;
/// A marker shares when it has more entries than this.
const SHARE: usize = 128;

/// Entries given away by busy markers.
static SHARED: Mutex<OffVec<usize>> = Mutex::new(Rank::GcWork, OffVec::new());
/// Who has entries.
static WORK: MarkWork = MarkWork::new();
/// Bytes of objects marked in this collection, as far as markers have reported them.
static BYTES: AtomicU64 = AtomicU64::new(0);
/// Number of those objects.
static OBJECTS: AtomicU64 = AtomicU64::new(0);
/// Somebody wants to assist and found no shared entries.
static HUNGRY: AtomicBool = AtomicBool::new(false);
/// Markers of this collection.
static MARKERS: AtomicU32 = AtomicU32::new(1);

/// One thread's marking.
#[derive(Debug)]
pub struct Marker {
    stack: OffVec<usize>,
    ahead: [usize; AHEAD],
    n_ahead: usize,
    first_ahead: usize,
    heap: usize,
    heap_len: usize,
    /// Nobody else sets marks.
    is_alone: bool,
    /// Bytes of marked objects.
    pub bytes: u64,
    /// Number of marked objects.
    pub objects: u64,
    /// Bytes that have been read beyond what assists asked for.
    credit: u64,
    /// Collection in which that was.
    credit_cycle: u32,
}

/// Prepares a collection by `markers` threads.
pub fn begin(markers: u32) {
    MARKERS.store(markers, Relaxed);
    WORK.begin();
    WORK.tell(0);
    BYTES.store(0, Relaxed);
    OBJECTS.store(0, Relaxed);
    HUNGRY.store(false, Relaxed);
}

/// Prepares the same number of threads, which it gives, to go on after [`Marker::drain_alone`] has left something.
pub fn resume() -> u32 {
    WORK.begin();
    MARKERS.load(Relaxed)
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
            ahead: [0; AHEAD],
            n_ahead: 0,
            first_ahead: 0,
            heap: 0,
            heap_len: 0,
            is_alone: false,
            bytes: 0,
            objects: 0,
            credit: 0,
            credit_cycle: 0,
        }
    }

    /// With nothing to do yet. Objects in what is added to the heap from now on are born marked.
    pub fn reset(&mut self) {
        self.stack.clear();
        self.n_ahead = 0;
        self.heap = HEAP.base();
        self.heap_len = HEAP.committed();
        self.is_alone = false;
        self.bytes = 0;
        self.objects = 0;
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

    /// Gives everything away.
    pub fn give_all(&mut self) {
        let mut shared = SHARED.lock();
        self.give_to(&mut shared);
    }

    /// A word that may be a pointer: marks the object in use that it leads to, and queues it if it holds pointers.
    #[inline]
    pub fn word(&mut self, value: usize) {
        let offset = value.wrapping_sub(self.heap);
        if offset >= self.heap_len {
            return;
        }
        // SAFETY: M1: the page table covers every committed page; records are valid.
        let Some(span) = (unsafe { (*PAGE_TABLE.at::<*mut Span>(offset >> PAGE_SHIFT)).as_ref() }) else { return };
        let Some(index) = span.index_of(value) else { return };
        let bit = 1u64 << (index % 64);
        // SAFETY: M1, M3: spans and their bits are stable but for other markers and allocation, which set marks atomically.
        // The index is one of the span's.
        unsafe {
            let pair = span.bits.cast::<Pair>().add(index / 64);
            let marks = &raw mut (*pair).marks;
            // Whether it is in use comes last: most objects are met more than once.
            if marks.read() & bit != 0 || (*pair).kept & bit == 0 && index >= (&raw const span.cursor).read_volatile() {
                return;
            }
            if !self.is_alone {
                if AtomicU64::from_ptr(marks).fetch_or(bit, Relaxed) & bit != 0 {
                    return;
                }
            } else {
                marks.write(marks.read() | bit);
            }
        }
        self.bytes += span.elem as u64;
        self.objects += 1;
        if span.scan == Scan::Yes {
            self.stack.push(span.start + index * span.elem);
        }
    }

    /// All aligned words of `[lo, hi)`, which may be pointers.
    ///
    /// # Safety
    /// The range is readable. If others write it meanwhile, then in whole words, and through the write barrier.
    pub unsafe fn range(&mut self, lo: usize, hi: usize) {
        let mut at = lo.next_multiple_of(8);
        while at + 8 <= hi {
            // SAFETY: caller.
            self.word(unsafe { (at as *const usize).read_volatile() });
            at += 8;
        }
    }

    /// Reads objects until there are none left anywhere.
    pub fn drain(&mut self) {
        loop {
            while let Some(entry) = self.next() {
                // SAFETY: entries are marked objects (M3).
                unsafe { self.read(entry) };
                self.share_if_wanted();
            }
            if !self.fetch() {
                break;
            }
        }
        self.stack.trim();
    }

    /// Reads `n` of its own entries at most; whether it had so many.
    pub fn drain_some(&mut self, n: usize) -> bool {
        for _ in 0..n {
            let Some(entry) = self.next() else { return false };
            // SAFETY: as in `drain`.
            unsafe { self.read(entry) };
            self.share_if_wanted();
        }
        true
    }

    /// Reads objects until there are none left anywhere, or for about `ns` nanoseconds; whether none are left. What is left
    /// is shared. Nobody else marks.
    pub fn drain_alone(&mut self, ns: i64) -> bool {
        let end = crate::rt::nanotime().saturating_add(ns);
        loop {
            while self.drain_some(TIMED_STEP) {
                if crate::rt::nanotime() > end {
                    self.give_all();
                    return false;
                }
            }
            if !self.take_shared() {
                return true;
            }
        }
    }

    #[inline]
    fn share_if_wanted(&mut self) {
        if self.stack.len() > SHARE && (WORK.is_wanted() || HUNGRY.load(Relaxed)) {
            self.share();
        }
    }

    /// The next entry to read: the oldest of those whose memory is under way.
    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.n_ahead < AHEAD
            && let Some(entry) = self.stack.pop()
        {
            prefetch(entry & !1);
            self.ahead[(self.first_ahead + self.n_ahead) % AHEAD] = entry;
            self.n_ahead += 1;
        }
        if self.n_ahead == 0 {
            return None;
        }
        let entry = self.ahead[self.first_ahead];
        self.first_ahead = (self.first_ahead + 1) % AHEAD;
        self.n_ahead -= 1;
        Some(entry)
    }

    /// Gives half of the stack away.
    #[cold]
    fn share(&mut self) {
        let mut shared = SHARED.lock();
        if shared.len() > SHARE {
            return;
        }
        for _ in 0..self.stack.len() / 2 {
            if let Some(entry) = self.stack.pop() {
                shared.push(entry);
            }
        }
        WORK.tell(shared.len());
        HUNGRY.store(false, Relaxed);
    }

    /// Moves everything to the shared entries.
    fn give_to(&mut self, shared: &mut OffVec<usize>) {
        while let Some(entry) = self.next() {
            shared.push(entry);
        }
        WORK.tell(shared.len());
    }

    /// Takes some of the shared entries, if there are any.
    fn take_shared(&mut self) -> bool {
        self.take_from(&mut SHARED.lock())
    }

    /// See [`Marker::take_shared`].
    fn take_from(&mut self, shared: &mut OffVec<usize>) -> bool {
        let n = shared.len().div_ceil(2).min(SHARE);
        for _ in 0..n {
            if let Some(entry) = shared.pop() {
                self.stack.push(entry);
            }
        }
        WORK.tell(shared.len());
        n > 0
    }

    /// Takes shared entries for an assist, and counts it; false if there are none.
    fn begin_assist(&mut self) -> bool {
        let mut shared = SHARED.lock();
        let some = self.take_from(&mut shared);
        if some {
            WORK.assist_begins();
        }
        some
    }

    /// Gives what is left to others.
    fn end_assist(&mut self) {
        let mut shared = SHARED.lock();
        self.give_to(&mut shared);
        WORK.assist_ends();
    }

    /// Whether nobody has anything to do. While assists have, markers wait for what they give back, or most of marking would
    /// be left to the pause at its end.
    fn is_over(markers: u32) -> bool {
        WORK.seems_over(markers) && WORK.is_over(markers, SHARED.lock().len())
    }

    /// Takes shared entries, waiting for some; false when all markers are idle.
    #[cold]
    fn fetch(&mut self) -> bool {
        let markers = MARKERS.load(Relaxed);
        WORK.become_idle();
        let mut spins = 0;
        loop {
            if WORK.has_shared() {
                WORK.become_busy();
                if self.take_shared() {
                    return true;
                }
                WORK.become_idle();
            }
            if Self::is_over(markers) {
                return false;
            }
            pause(&mut spins);
        }
    }

    /// Marks what an object, or a piece of it, points at.
    ///
    /// # Safety
    /// The entry is that of a marked object with pointers. Others write it in whole words, through the write barrier.
    unsafe fn read(&mut self, entry: usize) {
        let at = entry & !1;
        // SAFETY: M1: marked objects lie in spans.
        let span = unsafe { &**PAGE_TABLE.at::<*mut Span>((at - self.heap) >> PAGE_SHIFT) };
        // SAFETY: M4: the mask, header or type of the span describes the memory.
        unsafe {
            if span.class == 0 {
                self.read_large(span, at);
            } else if span.has_headers() {
                let ty = *(at as *const *const Type);
                pointers::in_typed(&*ty, at + HEADER, at + span.elem, |word| self.word_at(word));
            } else {
                pointers::in_masked(span, at, |word| self.word_at(word));
            }
        }
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

    /// Marks what an object in use points at, but not the object.
    ///
    /// # Safety
    /// The object does not die meanwhile.
    pub unsafe fn beneath(&mut self, found: &Found) {
        // SAFETY: M1, M4; caller.
        unsafe {
            if (*found.span).scan == Scan::Yes {
                self.read(found.slot);
            }
        }
    }

    /// A piece of a large object; queues the rest.
    ///
    /// # Safety
    /// See [`Marker::read`].
    unsafe fn read_large(&mut self, span: &Span, at: usize) {
        // SAFETY: M4: a large object with pointers has a type, published before the object.
        let ty = unsafe { &*span.large_type };
        let end = span.start + span.elem;
        // A piece ends between two elements, unless one element fills more than a piece.
        let piece = (PIECE / ty.size).max(1) * ty.size;
        let stop = end.min(at + piece);
        if stop < end {
            self.stack.push(stop | 1);
        }
        // SAFETY: caller; `at` is the start of an element.
        unsafe { pointers::in_typed(ty, at, stop, |word| self.word_at(word)) };
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
            if span.scan == Scan::Yes {
                shared.get_or_insert_with(|| SHARED.lock()).push(found.slot);
            }
        }
    }
    if objects != 0 {
        BYTES.fetch_add(bytes, Relaxed);
        OBJECTS.fetch_add(objects, Relaxed);
    }
    if let Some(shared) = shared {
        WORK.tell(shared.len());
    }
}

/// Reads objects worth `bytes` bytes, if there is work for others than the markers. `marker` is that of our P. What it
/// reads beyond that counts for its next assists in this collection. Ends early when the world is to stop.
pub fn assist(marker: &mut Marker, bytes: u64) {
    let cycle = super::cycle::number();
    if marker.credit_cycle != cycle {
        marker.credit_cycle = cycle;
        marker.credit = 0;
    }
    if bytes <= marker.credit {
        marker.credit -= bytes;
        return;
    }
    if !WORK.has_shared() {
        HUNGRY.store(true, Relaxed);
        return;
    }
    let start = crate::rt::nanotime();
    let wanted = (bytes - marker.credit).max(ASSIST_BYTES);
    marker.reset();
    if !marker.begin_assist() {
        return;
    }
    if tracer::is_on() {
        tracer::assist_begin();
    }
    'assist: loop {
        while marker.drain_some(ASSIST_STEP) {
            if marker.bytes >= wanted || RT.stopping.load(Relaxed) {
                break 'assist;
            }
        }
        if !marker.take_shared() {
            break;
        }
    }
    marker.credit = (marker.credit + marker.bytes).saturating_sub(bytes);
    marker.end_assist();
    if tracer::is_on() {
        tracer::assist_end();
    }
    marker.count();
    TIMES.assist_ns.fetch_add((crate::rt::nanotime() - start) as u64, Relaxed);
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
    // SAFETY: M1: the span's bits, whose marks others change atomically.
    unsafe {
        let word = AtomicU64::from_ptr(&raw mut (*(*found.span).bits)[found.index / 64].marks);
        word.load(Relaxed) & bit == 0 && word.fetch_or(bit, Relaxed) & bit == 0
    }
}

/// Waits a little for another thread: spins at first, then lets others run.
pub fn pause(spins: &mut u32) {
    *spins += 1;
    if *spins < 200 {
        core::hint::spin_loop();
    } else if barrier::is_on() {
        // The world runs: nobody is in a hurry.
        undergo_rtsys::linux::clock::usleep(50);
    } else {
        undergo_rtsys::linux::thread::sched_yield();
    }
}

/// Starts fetching the memory at `address`.
#[inline]
fn prefetch(address: usize) {
    // SAFETY: prefetching has no effect but on caches, whatever the address.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(ptr::without_provenance(address))
    };
}
