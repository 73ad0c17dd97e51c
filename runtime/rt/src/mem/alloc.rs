//! The allocation functions: how a size and a type become an object.

use super::bin::Slot;
use super::pages;
use super::span::{Span, span_class};
use crate::g;
use crate::tracer;
use crate::types::Type;
use core::fmt::Write;
use core::ptr;
use undergo_rtcore::ptr_mask;
use undergo_rtcore::size_class::{HEADER, MASK_IN_SPAN_MAX, PAGE, SMALL_MAX, Scan, class_of};

/// Whether memory must be zero when it is handed out. Memory with pointers always is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Zero {
    /// The caller overwrites all of it before the next allocation.
    No,
    /// It must be zero.
    Yes,
}

/// Size and address of the object that all allocations of no bytes share. Go: `runtime.zerobase`.
#[unsafe(export_name = "runtime.zerobase")]
pub static ZERO_BASE: core::sync::atomic::AtomicU64 = core::sync::atomic::AtomicU64::new(0);

/// Address of the object of size zero.
pub fn zero_base() -> *mut u8 {
    (&raw const ZERO_BASE).cast::<u8>().cast_mut()
}

/// A zeroed object of type `ty`.
///
/// # Safety
/// `ty` is a type (T1).
#[inline]
pub unsafe fn object(ty: *const Type) -> *mut u8 {
    // SAFETY: T1; the type describes the object (M4).
    unsafe { block((*ty).size, ty, Zero::Yes) }
}

/// An object of `size` bytes, a multiple of the size of `ty`, which is null for memory without pointers.
///
/// # Safety
/// `ty` is null or a type (T1) that describes the object (M4).
#[inline]
pub unsafe fn block(size: usize, ty: *const Type, zero: Zero) -> *mut u8 {
    // SAFETY: T1.
    let has_pointers = !ty.is_null() && unsafe { (*ty).ptr_bytes } != 0;
    if has_pointers {
        // SAFETY: caller.
        unsafe { with_pointers(size, ty) }
    } else {
        without_pointers(size, zero)
    }
}

/// An object without pointers.
pub fn without_pointers(size: usize, zero: Zero) -> *mut u8 {
    if size == 0 {
        return zero_base();
    }
    let cache = &mut g::current_p().mem;
    if size < 16 {
        return cache.tiny(size);
    }
    if size > SMALL_MAX - HEADER {
        return large(size, ptr::null(), zero);
    }
    let class = class_of(size);
    let slot = cache.slot(span_class(class, Scan::No));
    cache.stats.count(class);
    // SAFETY: M2: the slot is ours; it has at least `size` bytes.
    unsafe {
        if zero == Zero::Yes && slot.span.as_ref().needs_zero {
            ptr::write_bytes(slot.at, 0, slot.span.as_ref().elem);
        }
    }
    slot.at
}

/// A zeroed object with pointers.
///
/// # Safety
/// `ty` is a type with pointers (T1) that describes the object (M4).
unsafe fn with_pointers(size: usize, ty: *const Type) -> *mut u8 {
    if size == 0 {
        return zero_base();
    }
    if size > SMALL_MAX - HEADER {
        return large(size, ty, Zero::Yes);
    }
    let header = if size > MASK_IN_SPAN_MAX { HEADER } else { 0 };
    let class = class_of(size + header);
    let cache = &mut g::current_p().mem;
    let slot = cache.slot(span_class(class, Scan::Yes));
    cache.stats.count(class);
    // SAFETY: M2: the slot is ours and holds `size` plus header bytes. All of it is cleared, so that what lies beyond
    // `size` never looks like a pointer.
    unsafe {
        let elem = slot.span.as_ref().elem;
        if slot.span.as_ref().needs_zero {
            ptr::write_bytes(slot.at, 0, elem);
        }
        if header == 0 {
            write_mask(&slot, &*ty, size);
            slot.at
        } else {
            slot.at.cast::<*const Type>().write(ty);
            slot.at.add(HEADER)
        }
    }
}

/// Notes which words of a small object hold pointers.
///
/// # Safety
/// The slot is ours (M2), in a span with masks; `ty` has pointers and describes the first `size` bytes (M4).
#[inline]
unsafe fn write_mask(slot: &Slot, ty: &Type, size: usize) {
    // SAFETY: M2.
    let span = unsafe { slot.span.as_ref() };
    let (words, first) = (span.elem / 8, slot.index * (span.elem / 8));
    let ptr_words = ty.ptr_bytes / 8;
    // SAFETY: T1: the mask has a bit for each of these words.
    let ready = unsafe { core::slice::from_raw_parts(ty.mask(), ptr_words.div_ceil(8)) };
    let bits = ptr_mask::repeat(ready, ptr_words, ty.size / 8, size / 8);
    let own = if words == 64 { !0 } else { (1u64 << words) - 1 };
    let (word, shift) = (first / 64, first % 64);
    // SAFETY: M1, M2: the masks of the span's one page, of which these bits belong to the slot.
    unsafe {
        let low = span.masks().add(word);
        *low = *low & !(own << shift) | bits << shift;
        if shift + words > 64 {
            let high = span.masks().add(word + 1);
            *high = *high & !(own >> (64 - shift)) | bits >> (64 - shift);
        }
    }
}

/// An object with pages of its own.
#[cold]
fn large(size: usize, ty: *const Type, zero: Zero) -> *mut u8 {
    let scan = if ty.is_null() { Scan::No } else { Scan::Yes };
    if size > undergo_rtcore::size_class::MAX_ALLOC {
        out_of_memory(size);
    }
    let n = size.div_ceil(PAGE);
    let Some(mut span) = pages::alloc_span(n, 0, scan) else { out_of_memory(size) };
    g::current_p().mem.stats.count_large(n * PAGE);
    account(n * PAGE);
    crate::gc::check::torture();
    // SAFETY: nobody else knows the span yet.
    unsafe {
        let s: &mut Span = span.as_mut();
        if s.needs_zero && zero == Zero::Yes {
            ptr::write_bytes(s.start as *mut u8, 0, s.elem);
        }
        s.large_type = ty;
        crate::gc::mark::born(s, 0);
        (&raw mut s.cursor).write_volatile(1);
        g::current_p().mem.sample_large(s, s.start, s.elem);
        s.start as *mut u8
    }
}

/// `bytes` of the heap have been taken for objects; starts a collection if it is time.
pub fn account(bytes: usize) {
    if crate::gc::barrier::is_on() {
        crate::gc::work::assist(&mut g::current_p().gc.marker, crate::gc::pace::assist_for(bytes));
        let gp = g::current();
        crate::gc::pace::made(gp, bytes);
        if crate::gc::pace::is_beyond_goal(gp) {
            crate::park::request_gc(gp);
        }
    }
    let due = crate::gc::pace::allocated(bytes);
    if tracer::is_on() {
        tracer::heap_alloc(crate::gc::pace::used());
    }
    if due || crate::gc::settle::is_pending() {
        crate::park::request_gc(g::current());
    }
}

/// Ends the program with Go's message.
#[cold]
pub fn out_of_memory(size: usize) -> ! {
    let in_use = pages::sizes().in_use;
    let _ =
        writeln!(crate::exit::Stderr, "runtime: out of memory: cannot allocate {size}-byte block ({in_use} in use)");
    crate::exit::throw("out of memory")
}
