//! Chunks of std's arenas: large objects that a program frees itself, after which using them is a fault.
//!
//! A chunk is a large object whose every word may be a pointer, so that anything can be put into it. Once freed, it is not
//! read any more and cannot be accessed, and its physical memory is given back; its addresses are used again when a collection
//! finds no pointer to it. While objects are marked a marker may be reading it, so it stays as it is until marking has ended.
//! A chunk is *closed* with the world stopped, and *sealed* while it runs, since that takes longer.

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

/// Chunks that were freed and can still be accessed.
static FREED: Mutex<OffVec<Chunk>> = Mutex::new(Rank::Arenas, OffVec::new());

/// The collector does not read a freed chunk any more.
///
/// # Safety
/// The world is stopped, nothing is being marked, and the chunk has not been swept.
unsafe fn close(chunk: Chunk) {
    // SAFETY: caller.
    let span = unsafe { &mut *chunk.0 };
    if span.arena == Arena::Chunk {
        span.arena = Arena::Closed;
        span.scan = Scan::No;
    }
}

/// Marking has ended: what was freed meanwhile is not read any more.
pub fn close_freed(_: &WorldStopped<'_>) {
    for &chunk in FREED.lock().iter() {
        // SAFETY: the world is stopped, and sweeping has not begun.
        unsafe { close(chunk) };
    }
}

/// Makes accesses to chunks that are closed fault, and gives their memory back.
pub fn seal_closed() {
    loop {
        // One at a time: sweeping may wait for the lock.
        let mut freed = FREED.lock();
        // SAFETY: M1: records are never unmapped, and those of chunks that are swept are taken off the list.
        let Some(at) = freed.iter().rposition(|c| unsafe { (*c.0).arena } == Arena::Closed) else { return };
        let span = remove(&mut freed, at).0;
        // SAFETY: the program has freed the memory, and the sweeper does so only under the lock.
        unsafe {
            let (lo, bytes) = ((*span).start as *mut u8, (*span).pages * PAGE);
            mm::advise(lo, bytes, flag::MADV_DONTNEED);
            mm::protect(lo, bytes, flag::PROT_NONE);
            (*span).arena = Arena::Sealed;
        }
    }
}

/// Takes an element off the list.
fn remove(freed: &mut OffVec<Chunk>, at: usize) -> Chunk {
    let chunk = freed[at];
    if let Some(last) = freed.pop()
        && at < freed.len()
    {
        freed[at] = last;
    }
    chunk
}

/// The pages of a chunk are about to be free: they can be accessed again.
#[cold]
pub fn unseal(span: &mut Span) {
    let mut freed = FREED.lock();
    if let Some(at) = freed.iter().position(|c| core::ptr::eq(c.0, span)) {
        remove(&mut freed, at);
    }
    if span.arena == Arena::Sealed {
        let lo = span.start as *mut u8;
        // SAFETY: memory of the heap that nobody uses.
        if unsafe { mm::protect(lo, span.pages * PAGE, flag::PROT_READ | flag::PROT_WRITE) } < 0 {
            crate::exit::throw("runtime: cannot make the memory of an arena accessible again");
        }
    }
    span.arena = Arena::No;
}

/// Frees `n` chunks, of which there is an array.
fn free(_: &mut G, [chunks, n]: [usize; 2], _: &WorldStopped<'static>) -> usize {
    // SAFETY: the overlay passes a slice of its own.
    let chunks = unsafe { core::slice::from_raw_parts(chunks as *const usize, n) };
    let mut freed = FREED.lock();
    for &chunk in chunks {
        let span = span_of(chunk);
        if span.is_null() {
            crate::exit::throw("runtime: an arena frees what is no chunk");
        }
        freed.push(Chunk(span));
        if !cycle::is_marking() {
            // SAFETY: the world is stopped; the overlay still has the chunk, so it has not been swept.
            unsafe { close(Chunk(span)) };
        }
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

    /// Frees chunks.
    "runtime.arenaFree" => fn arena_free(chunks: usize, n: usize) {
        crate::world::run_stopped(free, [chunks, n], crate::tracer::Stop::Other);
    }

    /// Makes accesses to freed chunks fault, unless objects are being marked. The caller still has the chunks.
    "runtime.arenaSeal" => fn arena_seal() {
        seal_closed();
    }

    /// Whether an address lies in a chunk, freed or not.
    "runtime.inArena" => fn in_arena(address: usize) -> bool {
        let span = span_of(address);
        // SAFETY: M1: records are never unmapped.
        !span.is_null() && unsafe { (*span).arena } != Arena::No
    }
}
