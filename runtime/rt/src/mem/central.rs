//! Spans with free objects, per class: what the caches of the Ps refill from, first those of their own memory nodes.
//!
//! Only spans with room are listed. Full ones are found again by the sweeper, which walks the page table.

use super::pages::{self, Stash};
use super::span::{N_SPAN_CLASSES, Span};
use crate::gc::sweep;
use crate::lock::Mutex;
use crate::numa;
use crate::witness::WorldStopped;
use core::ptr::{self, NonNull};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::size_class::{PAGES, Scan};
use undergo_rtcore::topology::MAX_NODES;

/// A list of spans with room, linked through `Span::next`.
struct List(*mut Span);

// SAFETY: spans are reached through the lock around the list.
unsafe impl Send for List {}

/// By node, and class.
static LISTS: [[Mutex<List>; N_SPAN_CLASSES]; MAX_NODES] =
    [const { [const { Mutex::new(Rank::Central, List(ptr::null_mut())) }; N_SPAN_CLASSES] }; MAX_NODES];

/// Pieces of the heap that are swept in search of a span before a new one is made.
const SWEEPS: usize = 4;

/// A span of `span_class` with at least one free object; it belongs to the caller, whose P has the stash. `None`: out of memory.
pub fn take(span_class: usize, stash: &mut Stash) -> Option<NonNull<Span>> {
    let node = numa::own_node();
    let list = &LISTS[node][span_class];
    for _ in 0..SWEEPS {
        if let Some(span) = pop(list) {
            return Some(span);
        }
        if !sweep::some() {
            break;
        }
    }
    if let Some(span) = pop(list) {
        return Some(span);
    }
    // What has room elsewhere comes before memory that has not been used yet.
    if numa::n_nodes() > 1
        && !pages::has_ready(node)
        && let Some(span) = numa::groups().near(node).find_map(|far| pop(&LISTS[far][span_class]))
    {
        return Some(span);
    }
    let class = span_class / 2;
    let scan = if span_class.is_multiple_of(2) { Scan::Yes } else { Scan::No };
    match PAGES[class] as usize {
        1 => pages::alloc_page(stash, class, scan),
        n => pages::alloc_span(n, class, scan),
    }
}

fn pop(list: &Mutex<List>) -> Option<NonNull<Span>> {
    let mut list = list.lock();
    let span = NonNull::new(list.0)?;
    // SAFETY: listed spans are valid (M1) and their link belongs to the list.
    unsafe { list.0 = (*span.as_ptr()).next };
    Some(span)
}

/// Lists a span that has room.
///
/// # Safety
/// The span is valid and in no list or cache.
pub unsafe fn put(span_class: usize, span: NonNull<Span>) {
    // SAFETY: caller: it is valid.
    let node = pages::node_of(unsafe { span.as_ref() }.page());
    let mut list = LISTS[node][span_class].lock();
    // SAFETY: the caller gives the span to the list.
    unsafe { (*span.as_ptr()).next = list.0 };
    list.0 = span.as_ptr();
}

/// Lists spans that have room: `first`, which may be null, and what is linked to it. They are of one node.
///
/// # Safety
/// As for [`put`].
pub unsafe fn put_all(span_class: usize, first: *mut Span) {
    // SAFETY: caller.
    let Some(mut last) = (unsafe { first.as_mut() }) else { return };
    // SAFETY: caller.
    while let Some(next) = unsafe { last.next.as_mut() } {
        last = next;
    }
    // SAFETY: caller: it is valid, and not null.
    let node = pages::node_of(unsafe { (*first).page() });
    let mut list = LISTS[node][span_class].lock();
    last.next = list.0;
    list.0 = first;
}

/// Forgets all lists. The sweeper builds them anew.
pub fn clear(_: &WorldStopped<'_>) {
    for list in LISTS[..numa::n_nodes()].iter().flatten() {
        // SAFETY: the world is stopped, and nobody sweeps: what helpers read is not here.
        unsafe { list.get_unlocked() }.0 = ptr::null_mut();
    }
}
