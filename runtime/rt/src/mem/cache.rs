//! Per-P allocation: a bin per span class, and a block for tiny objects.

use super::bin::{Bin, Slot};
use super::pages::Stash;
use super::sample::Sampler;
use super::span::{N_SPAN_CLASSES, span_class};
use super::{alloc, central, stats};
use crate::gc::check;
use core::ptr;
use undergo_rtcore::object_bits::{count_kept, next_free};
use undergo_rtcore::size_class::{Scan, class_of};

/// Bytes of the blocks that tiny objects share.
const TINY: usize = 16;

/// Allocation caches of a P; all zero is valid and empty. Touched by the M that holds the P, on its system stack or in a
/// stub, and by whoever stopped the world.
#[doc(alias = "mcache")]
#[repr(C)]
#[derive(Debug)]
pub struct Cache {
    /// Free slots, by span class.
    pub bins: [Bin; N_SPAN_CLASSES],
    /// Current block of tiny objects, or 0. Not a root: the collector clears it.
    pub tiny: usize,
    /// Bytes used in that block.
    pub tiny_used: usize,
    /// Statistics not yet added to the global ones.
    pub stats: stats::Local,
    /// Which slots a heap profile counts.
    pub sampler: Sampler,
    /// Bins that have a span, so that whoever stops the world touches no others.
    open: ClassSet,
    /// Pages for spans.
    stash: Stash,
}

/// A set of span classes. All zero is empty.
#[derive(Clone, Copy, Debug)]
pub struct ClassSet([u64; N_SPAN_CLASSES.div_ceil(64)]);

impl ClassSet {
    /// None.
    pub const EMPTY: ClassSet = ClassSet([0; _]);

    fn add(&mut self, class: usize) {
        self.0[class / 64] |= 1 << (class % 64);
    }
}

impl Iterator for ClassSet {
    type Item = usize;

    /// Takes one out.
    fn next(&mut self) -> Option<usize> {
        let word = self.0.iter().position(|&word| word != 0)?;
        let bit = self.0[word].trailing_zeros() as usize;
        self.0[word] &= self.0[word] - 1;
        Some(word * 64 + bit)
    }
}

impl Cache {
    /// Takes a slot of `span_class`. Its memory is not cleared.
    #[inline]
    pub fn slot(&mut self, span_class: usize) -> Slot {
        // SAFETY: M2: the bins are ours.
        match unsafe { self.bins[span_class].take() } {
            Some(slot) => slot,
            None => self.refill(span_class),
        }
    }

    #[cold]
    fn refill(&mut self, class: usize) -> Slot {
        if let Some(slot) = self.take_sample(class) {
            return slot;
        }
        check::torture();
        // SAFETY: M2: the bin and its span are ours.
        if unsafe { self.bins[class].next_window() }
            && let Some(slot) = self.begin_window(class)
        {
            return slot;
        }
        let bin = &mut self.bins[class];
        // SAFETY: as above, and so is the new span; spans in central lists have room.
        let free_bytes = unsafe {
            let Some(span) = central::take(class, &mut self.stash) else {
                alloc::out_of_memory(undergo_rtcore::size_class::PAGE)
            };
            bin.open(span);
            self.open.add(class);
            let s = span.as_ref();
            let free = s.objects - s.cursor.max(count_kept(s.pairs(), s.objects));
            free * s.elem
        };
        let slot = self.begin_window(class);
        alloc::account(free_bytes);
        match slot {
            Some(slot) => slot,
            None => crate::exit::throw("malloc: a span from the central list is full"),
        }
    }

    /// Takes the first slot of the window that a bin has just begun.
    fn begin_window(&mut self, class: usize) -> Option<Slot> {
        self.choose_sample(class);
        // SAFETY: M2: the bin is ours.
        unsafe { self.bins[class].take() }.or_else(|| self.take_sample(class))
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
        self.stats.count(class_of(TINY));
        if self.tiny == 0 || size < self.tiny_used {
            self.tiny = slot.at as usize;
            self.tiny_used = size;
        }
        slot.at
    }

    /// Gives spans with room back to the central lists. The P goes away.
    pub fn hand_back(&mut self) {
        self.forget_samples();
        for class in core::mem::replace(&mut self.open, ClassSet::EMPTY) {
            let bin = &mut self.bins[class];
            // SAFETY: M2: ours until it is listed.
            unsafe {
                bin.close();
                if let Some(span) = bin.span() {
                    let s = span.as_ref();
                    if next_free(s.pairs(), s.cursor, s.objects) < s.objects {
                        central::put(class, span);
                    }
                }
                *bin = Bin::EMPTY;
            }
        }
        self.stash.give_back();
        self.tiny = 0;
        self.tiny_used = 0;
    }

    /// Objects are going to be marked while the program runs: slots that are taken without a look at the barrier are marked
    /// beforehand.
    pub fn marking_begins(&mut self, _: &crate::witness::WorldStopped<'_>) {
        self.forget_samples();
        for class in self.open {
            self.bins[class].mark_free();
        }
        self.choose_samples();
    }

    /// The next tiny object begins a new block: the current one was made before marking began, and may be unmarked.
    pub fn leave_tiny_block(&mut self) {
        self.tiny = 0;
        self.tiny_used = 0;
    }

    /// The span classes whose bins have a span.
    pub fn open_bins(&self) -> ClassSet {
        self.open
    }

    /// Forgets everything cached; the sweeper finds the spans through the page table.
    pub fn flush(&mut self, _: &crate::witness::WorldStopped<'_>) {
        self.forget_samples();
        for class in core::mem::replace(&mut self.open, ClassSet::EMPTY) {
            self.bins[class].close();
            self.bins[class] = Bin::EMPTY;
        }
        self.tiny = 0;
        self.tiny_used = 0;
    }
}
