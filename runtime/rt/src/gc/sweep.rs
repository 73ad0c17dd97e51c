//! Sweeping: what is not marked is free.
//!
//! For a span that is copying its marks to its kept bits and moving its cursor to the start; the memory of dead objects
//! is not touched. Spans without survivors go back to the page heap. It takes about 100 ns per 8 KB.
//!
//! A collection ends by making every span *unswept*: the number of the sweep goes up, and caches and central lists are
//! empty. Nothing is allocated from an unswept span. When [`settle`] is done with what dead objects leave behind, the heap is
//! swept in pieces of [`PIECE`] pages, by the goroutine that drives collections and by allocations that find no span with
//! room; each piece is claimed by one thread. The lowest come first, so that the highest are the last to be used again. The
//! next collection waits until all pieces are done.

use super::{check, generation, settle};
use crate::mem::span::{Arena, N_SPAN_CLASSES, PAGE_TABLE, Span, span_class};
use crate::mem::stats::Freed;
use crate::mem::{arena, central, pages};
use crate::witness::WorldStopped;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::*};
use undergo_rtcore::object_bits::{count_kept, count_marks};
use undergo_rtcore::page_map::CHUNK;
use undergo_rtcore::size_class::N_CLASSES;

/// Objects of a span are read together if one in so many survives.
const DENSE: usize = 4;
/// Pages of a piece: none lies in two chunks, so all of it belongs to one memory node.
const PIECE: usize = 256;
const _: () = assert!(CHUNK.is_multiple_of(PIECE));

/// State of the sweep.
struct Sweep {
    /// Number of the sweep; spans with a lower one are unswept.
    number: AtomicU32,
    /// Pages that are swept, from the lowest on. Written before they can be claimed.
    pages: AtomicUsize,
    /// How many of them, the highest, nobody has claimed.
    left: AtomicUsize,
    /// Pieces that are being swept.
    busy: AtomicUsize,
    /// Objects that survive, and slots of their spans, by class.
    survivors: [[AtomicUsize; 2]; N_CLASSES],
    /// Whether the last sweep but one has found that many objects of a class survive.
    dense: [AtomicBool; N_CLASSES],
}

static SWEEP: Sweep = Sweep {
    number: AtomicU32::new(0),
    pages: AtomicUsize::new(0),
    left: AtomicUsize::new(0),
    busy: AtomicUsize::new(0),
    survivors: [const { [const { AtomicUsize::new(0) }; 2] }; N_CLASSES],
    dense: [const { AtomicBool::new(true) }; N_CLASSES],
};

/// What a new span's `swept` is.
pub fn number() -> u32 {
    SWEEP.number.load(Relaxed)
}

/// Makes all spans unswept. Objects have been marked; caches are empty.
pub fn begin(world: &WorldStopped<'_>) {
    central::clear(world);
    for (dense, [live, slots]) in SWEEP.dense.iter().zip(&SWEEP.survivors) {
        let (live, slots) = (live.swap(0, Relaxed), slots.swap(0, Relaxed));
        if slots > 0 {
            dense.store(live * DENSE >= slots, Relaxed);
        }
    }
    SWEEP.number.fetch_add(1, Relaxed);
}

/// Pieces may be claimed. Nobody asks any more what is dead.
pub fn open() {
    debug_assert!(is_claimed() && SWEEP.busy.load(Relaxed) == 0, "the last sweep has not ended");
    let pages = pages::committed_pages();
    SWEEP.pages.store(pages, Relaxed);
    SWEEP.left.store(pages, SeqCst);
}

/// Whether many objects of a class are likely to survive, so that they are read together.
pub fn is_dense(class: usize) -> bool {
    SWEEP.dense[class].load(Relaxed)
}

/// Whether all pieces have been claimed, or none can be yet.
pub fn is_claimed() -> bool {
    SWEEP.left.load(Relaxed) == 0
}

/// Sweeps a piece. False if all have been claimed.
pub fn some() -> bool {
    if is_claimed() {
        return false;
    }
    SWEEP.busy.fetch_add(1, SeqCst);
    let claim = SWEEP.left.fetch_update(SeqCst, Relaxed, |left| (left > 0).then(|| left.saturating_sub(PIECE)));
    if let Ok(left) = claim {
        let pages = SWEEP.pages.load(Relaxed);
        let first = pages - left;
        piece(first, pages.min(first + PIECE));
    }
    SWEEP.busy.fetch_sub(1, SeqCst);
    claim.is_ok()
}

/// Settles and sweeps what is left, and waits for those who sweep.
pub fn finish() {
    while settle::some() {}
    while some() {}
    let mut spins = 0;
    while SWEEP.busy.load(SeqCst) > 0 {
        super::work::pause(&mut spins);
    }
}

/// What sweeping a piece has found.
struct Tally {
    freed: Freed,
    /// Spans without survivors, linked through `Span::next`.
    dead: *mut Span,
    /// Spans with survivors and room, by class, linked likewise.
    roomy: [*mut Span; N_SPAN_CLASSES],
    survivors: [[usize; 2]; N_CLASSES],
}

/// Sweeps the spans that start in pages `[lo, hi)`.
fn piece(lo: usize, hi: usize) {
    let mut tally = Tally {
        freed: Freed::NONE,
        dead: null_mut(),
        roomy: [null_mut(); N_SPAN_CLASSES],
        survivors: [[0; 2]; N_CLASSES],
    };
    let mut page = lo;
    while page < hi {
        page += match unswept_at(page) {
            Some(span) => {
                // SAFETY: M1: in use, and only this thread may free it: its first page is in our piece.
                let pages = unsafe { span.as_ref().pages };
                // SAFETY: unswept, so in no cache or list, and ours by the claim.
                unsafe { sweep(span, &mut tally) };
                pages
            }
            None => 1,
        };
    }
    for (sums, found) in SWEEP.survivors.iter().zip(tally.survivors).filter(|(_, found)| found[1] != 0) {
        sums.iter().zip(found).for_each(|(sum, n)| _ = sum.fetch_add(n, Relaxed));
    }
    // What has died is counted before anybody can take its place, so that counts never say that more is in use than there
    // is.
    // SAFETY: the spans are ours: swept, and in no cache or list.
    unsafe {
        pages::free_spans(tally.dead, &tally.freed);
        for (class, first) in tally.roomy.into_iter().enumerate() {
            central::put_all(class, first);
        }
    }
}

/// The unswept span that starts at a page.
///
/// A span that started in another piece may be freed, and its record used for a new span, while we look. So the entry is
/// read again after the record, and the record after that: an entry is written when its record is complete.
fn unswept_at(page: usize) -> Option<NonNull<Span>> {
    let entry = PAGE_TABLE.at::<*mut Span>(page);
    let is_unswept = |span: NonNull<Span>| {
        // SAFETY: M1: records are never unmapped.
        let s = unsafe { span.as_ref() };
        s.page() == page && s.swept.load(Acquire) != number()
    };
    // SAFETY: M1: the table covers all committed pages.
    let read = || NonNull::new(unsafe { entry.read_volatile() });
    let span = read()?;
    (is_unswept(span) && read() == Some(span) && is_unswept(span)).then_some(span)
}

/// Frees what is unmarked in a span.
///
/// # Safety
/// The span is unswept, and the caller has claimed it.
unsafe fn sweep(mut span: NonNull<Span>, tally: &mut Tally) {
    // SAFETY: M1; caller. Others may look up objects that are marked, which stay in use throughout: their kept bits are
    // set before the cursor moves.
    unsafe {
        let s = span.as_mut();
        let live = count_marks(s.pairs(), s.objects);
        tally.freed.objects[s.class as usize] += (allocated(s) - live) as u64;
        if s.has_read_bits() {
            let [survivors, slots] = &mut tally.survivors[s.class as usize];
            *survivors += live;
            *slots += s.objects;
        }
        if live == 0 && s.arena != Arena::No {
            arena::unseal(s);
        }
        if check::is_poisoning() {
            poison(s);
        }
        if live == 0 {
            if s.class == 0 {
                tally.freed.large_bytes += s.elem as u64;
            }
            s.next = tally.dead;
            tally.dead = s;
            return;
        }
        for word in 0..s.objects.div_ceil(64) {
            let pair = s.pair(word);
            (&raw mut (*pair).kept).write_volatile((*pair).marks);
            // What has survived is old.
            if !generation::is_on() {
                (*pair).marks = 0;
            }
            if s.has_read_bits() {
                s.read_bits(word).write((*pair).marks);
            }
        }
        s.is_local = s.has_read_bits() && live * DENSE >= s.objects;
        s.needs_zero = true;
        (&raw mut s.cursor).write_volatile(0);
        s.swept.store(number(), Release);
        if live < s.objects {
            let list = &mut tally.roomy[span_class(s.class as usize, s.scan)];
            s.next = *list;
            *list = s;
        }
    }
}

/// Fills the dead objects of a span.
///
/// # Safety
/// As for [`sweep`].
unsafe fn poison(s: &Span) {
    for index in (0..s.objects).filter(|&i| s.is_allocated(i) && !s.is_marked(i)) {
        // SAFETY: caller.
        unsafe { check::poison(s.start + index * s.elem, s.elem) };
    }
}

/// Number of objects in use before the sweep: all below the cursor, and the kept ones above.
fn allocated(span: &Span) -> usize {
    // SAFETY: M1: the span's bits.
    let bits = unsafe { span.pairs() };
    span.cursor + count_kept(bits, span.objects) - count_kept(bits, span.cursor)
}
