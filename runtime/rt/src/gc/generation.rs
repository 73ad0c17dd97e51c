//! `GODEBUG=gcgen=1`: collections of what is young.
//!
//! Objects do not move: whatever a collection has marked is *old*, and keeps its mark. A *minor* collection begins with these
//! marks, so that it reads only what is young, from roots and from the *remembered set*: places in old objects where the
//! program has stored pointers to young ones. A *major* one begins with all marks cleared, which is done in its first pause.
//!
//! The write barrier is never idle in this mode. While objects are marked it shades as usual; in between its buffers hold
//! the slots that were written as well, and [`remember`] keeps those that matter. What is made while objects are marked is
//! born marked, so it is old when marking ends: everything that is reachable then is. So the remembered set is empty at the
//! end of each collection.
//!
//! An entry of the set is a slot of a large object, or the address of a small one, which is read again as a whole. One
//! that has read bits loses its own, so that it is entered once.

use super::mark::{self, Marker};
use crate::lock::Mutex;
use crate::mem::span::{Found, PAGE_TABLE, Span, find_object};
use crate::mem::vec::OffVec;
use crate::mem::{pages, span};
use crate::witness::WorldStopped;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::size_class::Scan;

static ON: AtomicBool = AtomicBool::new(false);
/// The running collection, or the last one, is minor.
static MINOR: AtomicBool = AtomicBool::new(false);
/// Places in old objects that hold pointers to young ones.
static REMEMBERED: Mutex<OffVec<usize>> = Mutex::new(Rank::GcWork, OffVec::new());

/// Reads the setting of the environment.
pub fn init() {
    ON.store(crate::config::godebug("gcgen") == Some(b"1"), Relaxed);
}

/// Whether there are minor collections.
#[inline]
pub fn is_on() -> bool {
    ON.load(Relaxed)
}

/// Whether the running collection, or the last one, is minor.
pub fn is_minor() -> bool {
    MINOR.load(Relaxed)
}

fn is_old(found: &Found) -> bool {
    // SAFETY: M1.
    unsafe { (*found.span).is_marked(found.index) }
}

/// The program has stored pointer `new` at `slot`, or is about to; objects are not being marked.
pub fn remember(slot: usize, new: usize) {
    let Some(found) = find_object(slot).filter(is_old) else { return };
    if find_object(new).is_none_or(|to| is_old(&to)) {
        return;
    }
    // SAFETY: M1.
    let s = unsafe { &*found.span };
    if s.scan == Scan::No {
        return;
    }
    if s.class == 0 {
        return enter(mark::slot_entry(slot & !7));
    }
    // Before the span is swept its read bits say nothing.
    if s.has_read_bits() && s.swept.load(Acquire) == super::sweep::number() {
        let bit = 1u64 << (found.index % 64);
        // SAFETY: M1: the span has read bits, which others change atomically now.
        let read = unsafe { AtomicU64::from_ptr(s.read_bits(found.index / 64)) };
        if read.fetch_and(!bit, Relaxed) & bit == 0 {
            return;
        }
    }
    enter(found.slot);
}

fn enter(entry: usize) {
    let mut entries = REMEMBERED.lock();
    if entries.last() != Some(&entry) {
        entries.push(entry);
    }
}

/// The words of `[to, to + bytes)` are about to become those at `from`; objects are not being marked.
///
/// # Safety
/// Both are readable and aligned to words.
pub unsafe fn remember_block(to: usize, from: usize, bytes: usize) {
    if to < 4096 || from < 4096 || span::span_of(to).is_null() {
        return;
    }
    for at in (0..bytes & !7).step_by(8) {
        // SAFETY: caller.
        remember(to + at, unsafe { ((from + at) as *const usize).read_volatile() });
    }
}

/// A collection begins: a minor one gets the remembered set to read, a major one cleared marks. Nothing is unswept, and the
/// barriers' buffers are empty.
pub fn begin(minor: bool, marker: &mut Marker, world: &WorldStopped<'_>) {
    if !is_on() {
        return;
    }
    MINOR.store(minor, Relaxed);
    let mut entries = REMEMBERED.lock();
    if minor {
        entries.iter().for_each(|&entry| marker.read_again(entry));
    } else {
        forget_marks(world);
    }
    entries.clear();
    entries.trim();
}

/// Makes all objects young.
fn forget_marks(_: &WorldStopped<'_>) {
    let mut page = 0;
    while page < pages::committed_pages() {
        // SAFETY: M1, M3: the table covers all committed pages, and nobody changes spans.
        page += unsafe {
            match (*PAGE_TABLE.at::<*mut Span>(page)).as_mut() {
                Some(s) => {
                    for word in 0..s.objects.div_ceil(64) {
                        (*s.pair(word)).marks = 0;
                    }
                    s.clear_read_bits();
                    s.pages
                }
                None => 1,
            }
        };
    }
}
