//! Bins: the free slots that a P can take without asking anyone.
//!
//! A bin has a span of one class, and of its slots a *window* of 64 whose free ones are bits of a word. Taking a slot is
//! clearing a bit, here or in the stubs of `undergo_rtsys::arch::alloc`, on the goroutine stack. Neither looks whether
//! objects are being marked: the free slots of a window are marked when the window becomes current, or when marking begins,
//! and those that have not been taken when marking ends are unmarked.

use super::span::Span;
use crate::gc::{barrier, check};
use core::mem::offset_of;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use undergo_rtcore::size_class::class_of;
use undergo_rtsys::layout;

/// Bytes that the kernel maps at a time.
const KERNEL_PAGE: usize = 4096;

/// See the module documentation. All zero is a valid, empty bin. It belongs to the M that holds the P, or to whoever stopped
/// the world (M2).
#[repr(C, align(64))]
#[derive(Debug)]
pub struct Bin {
    /// Bit i: slot `first + i` is free.
    free: u64,
    /// Address of slot `first`.
    base: usize,
    /// The span's cursor: the number of the slot behind the last one taken.
    cursor: *mut usize,
    /// Bytes of a slot.
    elem: usize,
    /// Number of the window's first slot, a multiple of 64.
    first: usize,
    /// Pointer masks of the span's page, one bit per word.
    masks: *mut u64,
    /// Not 0 if free slots may hold old data.
    needs_zero: usize,
    /// The span, or null.
    span: *mut Span,
}

const _: () = {
    assert!(size_of::<Bin>() == layout::BIN_SIZE && offset_of!(Bin, free) == layout::BIN_FREE);
    assert!(offset_of!(Bin, base) == layout::BIN_BASE && offset_of!(Bin, cursor) == layout::BIN_CURSOR);
    assert!(offset_of!(Bin, elem) == layout::BIN_ELEM && offset_of!(Bin, first) == layout::BIN_FIRST);
    assert!(offset_of!(Bin, masks) == layout::BIN_MASKS && offset_of!(Bin, needs_zero) == layout::BIN_NEEDS_ZERO);
};

/// Class of an object, by its bytes less one in units of 8: for the stubs.
#[unsafe(no_mangle)]
pub static undergo_class_by_8: [u8; 64] = {
    let mut table = [0; 64];
    let mut units = 0;
    while units < table.len() {
        table[units] = class_of(8 * (units + 1)) as u8;
        units += 1;
    }
    table
};

/// `bits` without the `n` lowest that are set.
pub fn beyond_lowest(mut bits: u64, n: u32) -> u64 {
    for _ in 0..n {
        bits &= bits.wrapping_sub(1);
    }
    bits
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

impl Bin {
    /// No slots.
    pub const EMPTY: Bin = Bin {
        free: 0,
        base: 0,
        cursor: ptr::null_mut(),
        elem: 0,
        first: 0,
        masks: ptr::null_mut(),
        needs_zero: 0,
        span: ptr::null_mut(),
    };

    /// Free slots of the window, as bits.
    pub fn free(&self) -> u64 {
        self.free
    }

    /// Changes the free slots of the window. What is marked stays so.
    pub fn set_free(&mut self, free: u64) {
        self.free = free;
    }

    /// Bytes of a slot.
    pub fn elem(&self) -> usize {
        self.elem
    }

    /// Takes the next free slot of the window.
    ///
    /// # Safety
    /// M2.
    #[inline]
    pub unsafe fn take(&mut self) -> Option<Slot> {
        if self.free == 0 {
            return None;
        }
        let bit = self.free.trailing_zeros() as usize;
        self.free &= self.free - 1;
        let index = self.first + bit;
        // SAFETY: ours; the collector reads it meanwhile. The slot is marked if others mark, so that no marker believes there
        // is something to read.
        unsafe { self.cursor.write_volatile(index + 1) };
        Some(Slot { at: (self.base + bit * self.elem) as *mut u8, index, span: self.span()? })
    }

    /// The span.
    pub fn span(&self) -> Option<NonNull<Span>> {
        NonNull::new(self.span)
    }

    /// Begins with a span that has room.
    ///
    /// # Safety
    /// M2; the span is in no list and no other bin.
    pub unsafe fn open(&mut self, mut span: NonNull<Span>) {
        // SAFETY: caller.
        let s = unsafe { span.as_mut() };
        *self = Bin {
            cursor: &raw mut s.cursor,
            elem: s.elem,
            masks: s.masks(),
            needs_zero: s.needs_zero.into(),
            span: span.as_ptr(),
            ..Bin::EMPTY
        };
        // SAFETY: caller.
        unsafe {
            if !self.enter(s.cursor & !63) {
                self.next_window();
            }
        }
    }

    /// Goes on to the next window with free slots, if there is one: this one, if [`check::portion`] has left some in it.
    ///
    /// # Safety
    /// M2.
    pub unsafe fn next_window(&mut self) -> bool {
        let Some(span) = self.span() else { return false };
        // SAFETY: caller.
        let objects = unsafe { span.as_ref().objects };
        let mut first = self.first + if check::is_torturing() { 0 } else { 64 };
        while first < objects {
            // SAFETY: caller.
            if unsafe { self.enter(first) } {
                return true;
            }
            first += 64;
        }
        false
    }

    /// Makes the slots from `first` on the window, without what lies below the span's cursor; whether it has free ones.
    ///
    /// # Safety
    /// M2; the bin has a span with a slot `first`.
    unsafe fn enter(&mut self, first: usize) -> bool {
        // SAFETY: caller.
        let s = unsafe { &*self.span };
        // SAFETY: M1: the span's bits, of which kept ones are written only while it is unswept.
        let mut free = unsafe { !(*s.pair(first / 64)).kept };
        if s.objects - first < 64 {
            free &= (1 << (s.objects - first)) - 1;
        }
        free &= match s.cursor.saturating_sub(first) {
            taken @ ..64 => u64::MAX << taken,
            _ => 0,
        };
        free = check::portion(free);
        (self.free, self.first, self.base) = (free, first, s.start + first * s.elem);
        self.mark_free();
        free != 0
    }

    /// Marks the free slots, if others mark.
    pub fn mark_free(&self) {
        if self.free != 0 && barrier::is_on() {
            if self.needs_zero == 0 {
                self.touch_pages();
            }
            self.marks().fetch_or(self.free, Relaxed);
            // SAFETY: M1: a bin with free slots has a span.
            let span = unsafe { &*self.span };
            if span.is_local {
                // What is born needs not be read. If this is lost beside a marker's bits, it is read nevertheless.
                // SAFETY: M1: the span's read bits.
                let read = unsafe { AtomicU64::from_ptr(span.read_bits(self.first / 64)) };
                read.store(read.load(Relaxed) | self.free, Relaxed);
            }
        }
    }

    /// Writes to the pages of fresh free slots. The write barrier reads before the program writes, and the kernel would map a
    /// page of zeros first, only to interrupt the other processors when it takes it away.
    fn touch_pages(&self) {
        let mut last = 0;
        let mut left = self.free;
        while left != 0 {
            let at = self.base + left.trailing_zeros() as usize * self.elem;
            left &= left - 1;
            if at / KERNEL_PAGE != last {
                last = at / KERNEL_PAGE;
                // SAFETY: a free slot of ours, which holds zeros.
                unsafe { (at as *mut u64).write_volatile(0) };
            }
        }
    }

    /// The free slots that are left are not going to be taken from here: if they were marked, they are not any more.
    pub fn close(&mut self) {
        if self.free != 0 {
            self.marks().fetch_and(!self.free, Relaxed);
            self.free = 0;
        }
    }

    /// Marks of the window of a bin with free slots.
    fn marks(&self) -> &AtomicU64 {
        // SAFETY: M1: a bin with free slots has a span.
        unsafe { (*self.span).marks(self.first / 64) }
    }
}
