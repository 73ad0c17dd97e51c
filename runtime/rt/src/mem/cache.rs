//! Per-P allocation: one span per class, and a block for tiny objects.

use super::span::{N_SPAN_CLASSES, Span, span_class};
use super::{alloc, central, stats};
use crate::gc::mark;
use core::ptr::{self, NonNull};
use undergo_rtcore::object_bits::{count, next_free};
use undergo_rtcore::size_class::{Scan, class_of};

/// Bytes of the blocks that tiny objects share.
const TINY: usize = 16;

/// Allocation caches of a P; all zero is valid and empty. Touched by the M that holds the P, on its system stack, and by
/// whoever stopped the world.
#[doc(alias = "mcache")]
#[repr(C)]
#[derive(Debug)]
pub struct Cache {
    /// Current span of each class, or null.
    spans: [*mut Span; N_SPAN_CLASSES],
    /// Current block of tiny objects, or 0. Not a root: the collector clears it.
    tiny: usize,
    /// Bytes used in that block.
    tiny_used: usize,
    /// Statistics not yet added to the global ones.
    pub stats: stats::Local,
}

/// An empty slot, with the span it lies in.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// Address.
    pub at: *mut u8,
    /// Number in the span.
    pub index: usize,
    /// Span.
    pub span: NonNull<Span>,
}

impl Cache {
    /// Takes a slot of `span_class`. Its memory is not cleared.
    #[inline]
    pub fn slot(&mut self, span_class: usize) -> Slot {
        if let Some(span) = NonNull::new(self.spans[span_class])
            // SAFETY: M2: a cached span is ours.
            && let Some(slot) = unsafe { next_slot(span) }
        {
            return slot;
        }
        self.refill(span_class)
    }

    #[cold]
    fn refill(&mut self, class: usize) -> Slot {
        let Some(span) = central::take(class) else { alloc::out_of_memory(undergo_rtcore::size_class::PAGE) };
        self.spans[class] = span.as_ptr();
        // SAFETY: M2: the span is ours now, and spans in central lists have room.
        let (slot, free_bytes) = unsafe {
            let s = span.as_ref();
            let free = s.objects - s.cursor.max(count(&*s.kept, s.objects));
            (next_slot(span), free * s.elem)
        };
        alloc::account(free_bytes);
        match slot {
            Some(slot) => slot,
            None => crate::exit::throw("malloc: a span from the central list is full"),
        }
    }

    /// Memory for a pointer-free object of `size` bytes, less than [`TINY`], that may share its block with others. The
    /// memory is zero.
    pub fn tiny(&mut self, size: usize) -> *mut u8 {
        // Alignment as a value of that size needs.
        let align = 1 << size.trailing_zeros().min(3);
        let offset = self.tiny_used.next_multiple_of(align);
        if self.tiny != 0 && offset + size <= TINY {
            self.tiny_used = offset + size;
            self.stats.tiny += 1;
            return (self.tiny + offset) as *mut u8;
        }
        let slot = self.slot(span_class(class_of(TINY), Scan::No));
        // SAFETY: a fresh slot of 16 bytes.
        unsafe { ptr::write_bytes(slot.at, 0, TINY) };
        self.stats.count(class_of(TINY), TINY);
        if self.tiny == 0 || size < self.tiny_used {
            self.tiny = slot.at as usize;
            self.tiny_used = size;
        }
        slot.at
    }

    /// Gives spans with room back to the central lists. The P goes away.
    pub fn hand_back(&mut self) {
        for class in 0..N_SPAN_CLASSES {
            if let Some(span) = NonNull::new(core::mem::replace(&mut self.spans[class], ptr::null_mut())) {
                // SAFETY: M2: ours until it is listed.
                unsafe {
                    let s = span.as_ref();
                    if next_free(&*s.kept, s.cursor, s.objects) < s.objects {
                        central::put(class, span);
                    }
                }
            }
        }
        self.tiny = 0;
        self.tiny_used = 0;
    }

    /// The next tiny object begins a new block: the current one was made before marking began, and may be unmarked.
    pub fn leave_tiny_block(&mut self) {
        self.tiny = 0;
        self.tiny_used = 0;
    }

    /// Forgets everything cached; the sweeper finds the spans through the page table.
    pub fn flush(&mut self, _: &crate::witness::WorldStopped<'_>) {
        self.spans = [ptr::null_mut(); N_SPAN_CLASSES];
        self.tiny = 0;
        self.tiny_used = 0;
    }
}

/// Takes the next free slot of a span.
///
/// # Safety
/// The span is cached by the current P (M2).
#[inline]
unsafe fn next_slot(mut span: NonNull<Span>) -> Option<Slot> {
    // SAFETY: M2.
    let s = unsafe { span.as_mut() };
    // SAFETY: M1: the span's entry of the kept table, written only with the world stopped.
    let index = next_free(unsafe { &*s.kept }, s.cursor, s.objects);
    if index == s.objects {
        s.cursor = index;
        return None;
    }
    // Marked before it counts as in use, so that no marker believes there is something to read.
    mark::born(s, index);
    // SAFETY: ours; the collector reads it meanwhile.
    unsafe { (&raw mut s.cursor).write_volatile(index + 1) };
    Some(Slot { at: (s.start + index * s.elem) as *mut u8, index, span })
}
