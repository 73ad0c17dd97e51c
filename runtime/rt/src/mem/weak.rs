//! Weak pointers: a handle per address, which the collector clears when the object dies.
//!
//! A handle is a small pointer-free object of the heap that holds the address. `weak.Pointer` values point at it, so
//! equal pointers have equal handles as long as the object lives. A [`super::special`] leads from the object to its handle;
//! while the object is marked, so is its handle. Handles of dead objects are cleared before the sweep, while the program runs:
//! until then whoever follows one asks [`settle`] whether the object is dead.

use super::alloc::{Zero, without_pointers};
use super::span::{find_object, span_of};
use super::special;
use crate::gc::settle;
use crate::lock::Mutex;
use core::ptr;
use core::sync::atomic::AtomicUsize;
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;

/// The handle for `address`, null if it is not in the heap.
fn handle_of(address: usize) -> *mut usize {
    let Some(found) = find_object(address) else { return ptr::null_mut() };
    // Allocated first, because an allocation must not happen under the lock; wasted if the handle exists.
    if let Some(handle) = special::weak_handle(found.span, address) {
        return handle;
    }
    let handle = without_pointers(size_of::<usize>() * 2, Zero::Yes).cast::<usize>();
    // SAFETY: a fresh object.
    unsafe { handle.write(address) };
    special::add_weak(found.span, address, handle)
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
        let p = settle::weak_target(unsafe { AtomicUsize::from_ptr(handle.cast_mut()) });
        // The stack that gets it may have been read.
        crate::gc::barrier::shade(p);
        p
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
