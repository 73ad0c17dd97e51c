//! The heap: where Go objects live.
//!
//! Reading order: [`reserve`] (address space), [`pool`] (records off the heap), [`span`] (runs of pages
//! and how an address leads to an object), [`pages`] (the page heap), [`scavenger`], [`central`] (spans with free objects, per
//! class), [`bin`] and [`cache`] (per-P allocation), [`alloc`] (the allocation functions), [`object`] (entries called by compiled
//! code), [`slices`], [`pointers`] (which words are pointers), [`copy`] (moving and clearing typed memory), [`arena`], [`special`]
//! (finalizers, cleanups), [`weak`] (weak pointers), [`stats`], [`report`] (MemStats), [`vec`].
//!
//! One allocation, from the top: `runtime.newobject` → a stub takes a slot of the P's [`bin::Bin`] of the class, if that is all
//! there is to do → otherwise [`alloc::object`] chooses tiny, small or large → small: the
//! P's [`cache::Cache`] goes on in the bin's span; the next object whose kept bit is clear is taken, without any lock
//! → none left: [`central`] supplies another span with room (one lock per class and memory node) → none: a page of the P's
//! [`pages::Stash`] becomes a new span → none: [`pages`] supplies some (one lock) → no page free: [`reserve`] commits more
//! address space.
//!
//! Invariants, by number in SAFETY comments:
//!
//! * **M1** *page table*: for every page of a span in use the page table holds the span's address; other entries are
//!   null. [`span::Span`] records are recycled, never unmapped. Entries change only under the page heap's lock, by whoever
//!   has taken the pages, or with the world stopped.
//! * **M2** *cached spans*: a span in the cache of a P is touched only by the M that holds the P, on its system stack,
//!   where it cannot be preempted, or by the collector while the world is stopped.
//! * **M3** *stopped world*: during a collection no M but the collector's touches the heap, its tables or a goroutine.
//! * **M4** *typed memory*: a `*const Type` given to the allocator describes the whole object, repeated.

pub mod alloc;
pub mod arena;
pub mod bin;
pub mod cache;
pub mod central;
pub mod copy;
pub mod object;
pub mod pages;
pub mod pointers;
pub mod pool;
pub mod report;
pub mod reserve;
pub mod sample;
pub mod scavenger;
pub mod slices;
pub mod span;
pub mod special;
pub mod stats;
pub mod vec;
pub mod weak;

pub use cache::Cache as PCache;

/// Reserves the address space of the heap and reads GOGC and GOMEMLIMIT. Called once, before the first allocation and
/// before other threads.
pub fn init() {
    pages::init();
    crate::gc::control::init();
    crate::gc::pace::init(crate::env::var("GOGC"), crate::env::var("GOMEMLIMIT"));
}

/// Returns the caches of `pp` (a P that goes away, world stopped) to the heap.
pub fn flush_p(pp: &mut crate::p::P) {
    pp.mem.hand_back();
}
