//! Chunks of std's arenas: large objects that a program frees itself, after which using them is a fault.
//!
//! A chunk is a large object whose every word may be a pointer, so that anything can be put into it. Once freed, it is not
//! read any more and cannot be accessed, and its physical memory is given back; its addresses are used again when a collection
//! finds no pointer to it. While objects are marked a marker may be reading it, so it stays as it is until marking has ended.

use super::alloc::{self, Zero};
use super::span::{Arena, Span, span_of};
use super::vec::OffVec;
use crate::g::G;
use crate::gc::cycle;
use crate::lock::Mutex;
use crate::types::Type;
use crate::witness::WorldStopped;
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::size_class::{PAGE, Scan};
use undergo_rtsys::entry;
use undergo_rtsys::linux::mm::{self, flag};

/// Describes chunks to the collector.
static POINTERS: Type = Type::of_runtime(8, 8, &[1]);

/// A span, by address.
#[derive(Clone, Copy)]
struct Chunk(*mut Span);

// SAFETY: spans are never unmapped (M1); they are reached through the lock around the list.
unsafe impl Send for Chunk {}

/// Chunks that were freed while objects were marked.
static LATE: Mutex<OffVec<Chunk>> = Mutex::new(Rank::Leaf, OffVec::new());

/// Makes accesses to a chunk fault.
///
/// # Safety
/// The world is stopped, nothing is being marked, and the span is that of a chunk in use.
unsafe fn seal(span: *mut Span) {
    // SAFETY: caller.
    let s = unsafe { &mut *span };
    if s.arena != Arena::Chunk {
        return;
    }
    s.arena = Arena::Sealed;
    s.scan = Scan::No;
    let (at, bytes) = (s.start as *mut u8, s.pages * PAGE);
    // SAFETY: the program has freed the memory.
    unsafe {
        mm::advise(at, bytes, flag::MADV_DONTNEED);
        mm::protect(at, bytes, flag::PROT_NONE);
    }
}

/// Marking has ended: what was freed meanwhile cannot be accessed any more.
pub fn seal_late(_: &WorldStopped<'_>) {
    let mut late = LATE.lock();
    for chunk in late.iter() {
        // SAFETY: the world is stopped, and spans are not swept before: none of these has been freed.
        unsafe { seal(chunk.0) };
    }
    late.clear();
}

/// The pages of a span are about to be free: they can be accessed again.
pub fn unseal(span: &mut Span) {
    if span.arena == Arena::Sealed {
        let at = span.start as *mut u8;
        // SAFETY: memory of the heap that nobody uses.
        if unsafe { mm::protect(at, span.pages * PAGE, flag::PROT_READ | flag::PROT_WRITE) } < 0 {
            crate::exit::throw("runtime: cannot make the memory of an arena accessible again");
        }
    }
    span.arena = Arena::No;
}

fn free(_: &mut G, [chunk, _]: [usize; 2], _: &WorldStopped<'static>) -> usize {
    let span = span_of(chunk);
    if span.is_null() {
        crate::exit::throw("runtime: an arena frees what is no chunk");
    }
    if cycle::is_marking() {
        LATE.lock().push(Chunk(span));
    } else {
        // SAFETY: the world is stopped; the overlay passes a chunk that it has made and not freed before.
        unsafe { seal(span) };
    }
    0
}

entry! {
    /// A chunk of `bytes` zeroed bytes.
    "runtime.arenaChunk" => fn arena_chunk(bytes: usize) -> *mut u8 {
        // SAFETY: the type describes all words (M4).
        let chunk = unsafe { alloc::block(bytes, &raw const POINTERS, Zero::Yes) };
        // SAFETY: a large object of ours, with a span of its own (M1); nobody else looks at the field.
        unsafe { (*span_of(chunk as usize)).arena = Arena::Chunk };
        chunk
    }

    /// Frees a chunk.
    "runtime.arenaFree" => fn arena_free(chunk: usize) {
        crate::world::run_stopped(free, [chunk, 0]);
    }

    /// Whether an address lies in a chunk, freed or not.
    "runtime.inArena" => fn in_arena(address: usize) -> bool {
        let span = span_of(address);
        // SAFETY: M1: records are never unmapped.
        !span.is_null() && unsafe { (*span).arena } != Arena::No
    }
}
