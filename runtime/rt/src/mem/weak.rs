//! Weak pointers: a handle per address, which the sweeper clears when the object dies.
//!
//! A handle is a small pointer-free object of the heap that holds the address. `weak.Pointer` values point at it, so
//! equal pointers have equal handles as long as the object lives. The special that leads from the object to its handle
//! is off the heap, in a list of the object's span; while the object is marked, so is its handle. Collections stop
//! the world from the first mark to the end of the sweep, so a handle read by a running goroutine is either cleared
//! for good or leads to an object that the last collection found alive.

use super::alloc::{Zero, without_pointers};
use super::pool::Pool;
use super::span::{Span, find_object, span_of};
use crate::lock::Mutex;
use core::ptr::{self, NonNull};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;

/// Leads from an object to the handle for one address in it.
///
/// Fields are written before the special is linked, `next` under the lock; the sweeper reads and unlinks with the world
/// stopped.
#[derive(Debug)]
pub struct Special {
    next: *mut Special,
    address: usize,
    handle: *mut usize,
}

/// The records; also the lock of all `Span::specials` lists.
static SPECIALS: Mutex<Pool<Special>> = Mutex::new(Rank::Specials, Pool::new());

/// The handle for `address`, null if it is not in the heap.
fn handle_of(address: usize) -> *mut usize {
    let Some(found) = find_object(address) else { return ptr::null_mut() };
    // Allocated first, because an allocation must not happen under the lock; wasted if the handle exists.
    if let Some(handle) = lookup(found.span, address) {
        return handle;
    }
    let handle = without_pointers(size_of::<usize>() * 2, Zero::Yes).cast::<usize>();
    let mut pool = SPECIALS.lock();
    if let Some(theirs) = search(found.span, address) {
        return theirs;
    }
    // SAFETY: M1: the span holds the caller's live object; its list is changed under the lock. The handle is ours.
    unsafe {
        handle.write(address);
        let special = pool.alloc();
        special.write(Special { next: (*found.span).specials, address, handle });
        (*found.span).specials = special.as_ptr();
    }
    handle
}

fn lookup(span: *mut Span, address: usize) -> Option<*mut usize> {
    let _lock = SPECIALS.lock();
    search(span, address)
}

/// Looks through the list of a span. The lock is held.
fn search(span: *mut Span, address: usize) -> Option<*mut usize> {
    // SAFETY: M1; the list is stable under the lock, its records live as long as they are linked.
    unsafe {
        let mut at = (*span).specials;
        while let Some(special) = at.as_ref() {
            if special.address == address {
                return Some(special.handle);
            }
            at = special.next;
        }
    }
    None
}

/// Whether there is no weak pointer.
pub fn is_empty() -> bool {
    SPECIALS.lock().live() == 0
}

/// After marking and before sweeping: clears the handles of dead objects and drops their specials; marks the handles of
/// the living ones.
pub fn sweep_span(span: &mut Span, _: &crate::witness::WorldStopped<'_>) {
    let mut pool = SPECIALS.lock();
    let mut at = span.specials;
    span.specials = ptr::null_mut();
    while let Some(special) = NonNull::new(at) {
        // SAFETY: M3: nobody else touches lists; records are valid while linked. A handle whose special is linked has
        // been kept by every earlier collection, so it is a live object.
        unsafe {
            at = special.as_ref().next;
            let alive = span.index_of(special.as_ref().address).is_some_and(|i| span.is_marked(i));
            if alive {
                (*special.as_ptr()).next = span.specials;
                span.specials = special.as_ptr();
                if let Some(handle) = find_object(special.as_ref().handle as usize) {
                    (*(*handle.span).marks)[handle.index / 64] |= 1 << (handle.index % 64);
                }
            } else {
                special.as_ref().handle.write(0);
                pool.free(special);
            }
        }
    }
}

entry! {
    /// The handle for the object at `p`.
    "weak.runtime_registerWeakPointer" => fn register_weak_pointer(p: usize) -> *mut usize {
        let handle = handle_of(p);
        if handle.is_null() {
            // Not in the heap, so it never dies: a handle of its own, which is equal only to itself.
            return immortal(p);
        }
        handle
    }

    /// The object of a handle, nil if it is dead.
    "weak.runtime_makeStrongFromWeak" => fn make_strong_from_weak(handle: *const usize) -> usize {
        if handle.is_null() {
            return 0;
        }
        // SAFETY: handles are live objects as long as weak pointers lead to them.
        unsafe { handle.read() }
    }
}

/// Handles of addresses outside the heap, found by linear search: rare (pointers to globals).
static IMMORTAL: Mutex<super::vec::OffVec<(usize, usize)>> = Mutex::new(Rank::Specials, super::vec::OffVec::new());

fn immortal(p: usize) -> *mut usize {
    if p == 0 || !span_of(p).is_null() {
        return ptr::null_mut();
    }
    let mut all = IMMORTAL.lock();
    if let Some(&(_, handle)) = all.iter().find(|(address, _)| *address == p) {
        return handle as *mut usize;
    }
    let handle = crate::persist::alloc(size_of::<usize>(), 8).cast::<usize>();
    // SAFETY: fresh memory.
    unsafe { handle.write(p) };
    all.push((p, handle as usize));
    handle
}
