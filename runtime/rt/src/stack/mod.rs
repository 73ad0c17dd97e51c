//! Goroutine stacks: segments that double and are retained.
//!
//! A block of memory, of [`FIRST`] bytes or of a larger power of two, aligned to 16, looks like this; the first segment
//! of a goroutine holds the `G` itself:
//!
//! ```text
//!   lo                guard                               top
//!   | red zone ...... | frames grow downwards ........... | Segment | (G) |
//! ```
//! Segments of one goroutine form a list (`prev`, `next`) in which `g.seg` is the current one; those after it are
//! empty and kept for the next overflow. Free blocks up to [`POOLED`] orders live in pools, larger ones go back to the
//! kernel.

mod pool;

use crate::choice;
use crate::g::{G, GStatus, guard};
use crate::rt::RT;
use core::mem::offset_of;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;
use undergo_abi::call::RED_ZONE;
use undergo_abi::g::GHead;
use undergo_rtsys::arch::cache::prefetch;
use undergo_rtsys::arch::entry::undergo_entry_resume;
use undergo_rtsys::arch::morestack::undergo_lessstack;
use undergo_rtsys::layout::Segment;

pub use pool::{STACK_BYTES, STACK_INUSE};

/// Bytes of the block that a goroutine starts on. Beside the `G` and the red zone they leave 744 for frames: a handler
/// of a connection that waits to read, and most workers, stay there. A power of two would be too little or too much.
pub const FIRST: usize = 2240;
/// Room for a `G` at the end of a first block.
pub const G_MAX: usize = 512;
/// Bytes of the frames in which a goroutine is for most of its life: those of the function that it begins with and of what that
/// calls.
const OUTER: usize = 256;
/// Bytes of a segment that frames cannot use.
const OVERHEAD: usize = size_of::<Segment>().next_multiple_of(16) + RED_ZONE + 64;

/// A new goroutine in state Idle, in a block of its own, with everything zero but its first segment.
pub fn new_g() -> *mut G {
    let lo = pool::alloc(0);
    let gp = (lo + FIRST - G_MAX) as *mut G;
    // SAFETY: the upper end of a fresh block; a zeroed G is valid and Idle.
    unsafe {
        gp.write_bytes(0, 1);
        let seg = init_segment(lo, FIRST, gp as usize, null_mut());
        (*gp).seg0 = seg;
        (*gp).head.seg = seg as usize;
        (*gp).head.guard = (*seg).guard;
        (*gp).stack_size = FIRST;
    }
    gp
}

/// Writes the control block of a segment in `[lo, lo+size)` below `hi`.
///
/// # Safety
/// The memory is the caller's.
unsafe fn init_segment(lo: usize, size: usize, hi: usize, prev: *mut Segment) -> *mut Segment {
    let at = (hi - size_of::<Segment>()) & !15;
    let seg = at as *mut Segment;
    // SAFETY: within the block (caller).
    unsafe { seg.write(Segment { prev, next: null_mut(), guard: lo + RED_ZONE, top: at, saved_sp: 0, lo, size }) };
    seg
}

/// What `newstack` tells `morestack`.
#[repr(u64)]
enum Grow {
    /// A fitting next segment is in place, or the guard is right again: retry.
    Retry = 0,
    /// The limit is exceeded; a last segment is in place.
    Overflow = 1,
}

/// `morestack` found no fitting next segment, or the guard was poisoned. On the system stack; argument registers are
/// saved on the goroutine stack below `g.entry_sp`'s frame, and the goroutine resumes at `resume`.
#[unsafe(no_mangle)]
extern "C" fn undergo_newstack(gp: *mut G, frame: usize, resume: usize) -> u64 {
    // SAFETY: called by morestack with the current goroutine.
    let gp = unsafe { &mut *gp };
    if guard(&gp.head).load(Acquire) >= undergo_abi::g::GUARD_PREEMPT {
        gp.unpoison();
        let wanted = gp.preempt.load(Acquire) || choice::is_seeded() && choice::point();
        if gp.status() == GStatus::Running && gp.head.pins == 0 && wanted {
            crate::sched::preempted(gp, resume);
        }
        return Grow::Retry as u64;
    }
    grow(gp, frame) as u64
}

fn grow(gp: &mut G, frame: usize) -> Grow {
    let cur = gp.head.seg as *mut Segment;
    // SAFETY: the current segment of a live goroutine; its successors are empty.
    unsafe {
        let next = (*cur).next;
        free_list(gp, next);
        (*cur).next = null_mut();
        let size = (1 << ((*cur).size * 2).ilog2()).max((frame + OVERHEAD + 256).next_power_of_two());
        let limit = RT.max_stack.load(Relaxed);
        let over = gp.stack_size + size > limit;
        if over {
            use core::fmt::Write;
            let mut e = crate::exit::Stderr;
            let _ = writeln!(e, "runtime: goroutine stack exceeds {limit}-byte limit");
            let (sp, top) = (gp.head.entry_bp, (*cur).top);
            let _ = writeln!(e, "runtime: sp={sp:#x} stack=[{:#x}, {top:#x}]", (*cur).lo);
        }
        // After an overflow the goroutine still needs room to report it.
        let size = if over { 64 << 10 } else { size };
        let lo = pool::alloc(pool::order(size));
        let seg = init_segment(lo, size, lo + size, cur);
        (*cur).next = seg;
        gp.stack_size += size;
        if over { Grow::Overflow } else { Grow::Retry }
    }
}

/// Frees a list of empty segments of `gp`.
///
/// # Safety
/// They are linked by `next` and after the current segment.
unsafe fn free_list(gp: &mut G, mut seg: *mut Segment) {
    while !seg.is_null() {
        // SAFETY: caller.
        unsafe {
            let next = (*seg).next;
            gp.stack_size -= (*seg).size;
            pool::free((*seg).lo, pool::order((*seg).size));
            seg = next;
        }
    }
}

/// Gives the segments beyond the current one back.
///
/// # Safety
/// `gp` does not run (or only this entry of it) and nobody else touches it (world stopped, scan lock held, or dead).
pub unsafe fn trim(gp: &mut G) {
    let cur = gp.head.seg as *mut Segment;
    if cur.is_null() {
        return;
    }
    // SAFETY: the goroutine does not run, so the successors of its current segment are empty and unused.
    unsafe {
        let next = (*cur).next;
        (*cur).next = null_mut();
        free_list(gp, next);
    }
}

/// Back to the first segment, everything else freed. The goroutine is dead.
pub fn reset(gp: &mut G) {
    gp.head.seg = gp.seg0 as usize;
    // SAFETY: a dead goroutine uses no stack.
    unsafe {
        trim(gp);
        gp.head.guard = (*gp.seg0).guard;
    }
}

/// Removes what the dead goroutine has left on its first segment: the frames of the next one, in which nobody writes every
/// word, would keep objects alive for as long as it waits in them.
pub fn clear(gp: &mut G) {
    // SAFETY: a dead goroutine uses no stack; the segment has frames below its top, more than these bytes.
    unsafe { (((*gp.seg0).top - OUTER) as *mut u8).write_bytes(0, OUTER) };
}

/// Whether an address lies on the stack of `gp`.
///
/// # Safety
/// `gp` does not run, and nobody changes its segment list meanwhile.
pub unsafe fn holds(gp: &G, address: usize) -> bool {
    !segment_of(gp.head.seg as *const Segment, address).is_null()
}

/// Calls `f(lo, hi)` for every range of stack in use by `gp`, newest first, given the stack pointer and segment at
/// which it stopped.
///
/// # Safety
/// `gp` does not run, and nobody changes its segment list meanwhile.
unsafe fn ranges(sp: usize, seg: *const Segment, f: &mut dyn FnMut(usize, usize)) {
    let (mut sp, mut seg) = (sp, seg);
    while !seg.is_null() {
        // SAFETY: segments of a live goroutine (caller).
        unsafe {
            let next = ((*seg).saved_sp, (*seg).prev);
            prefetch(next.0);
            prefetch(next.1.addr());
            f(sp & !7, (*seg).top);
            (sp, seg) = next;
        }
    }
}

/// The stack of a goroutine, which may run, is going to be read: starts fetching what is read first.
pub fn fetch(gp: *mut G) {
    // SAFETY: Gs are never unmapped. Others may write the two words, which lead nowhere but to a cache.
    let (sp, seg) =
        unsafe { ((&raw const (*gp).head.entry_sp).read_volatile(), (&raw const (*gp).head.seg).read_volatile()) };
    prefetch(sp);
    prefetch(seg);
}

/// Calls `f(lo, hi)` for all memory of a goroutine that may hold Go pointers: its head, its stack in use and, if it
/// was preempted between instructions, its saved registers. For the collector.
///
/// # Safety
/// The world is stopped, or the goroutine's scan lock is held. A goroutine that asks for its own scan is inside an
/// entry, with `entry_sp` set.
pub unsafe fn scan_ranges(gp: *mut G, f: &mut dyn FnMut(usize, usize)) {
    // SAFETY: Gs are never unmapped; the caller keeps the goroutine from running.
    unsafe {
        let status = (*gp).status();
        if matches!(status, GStatus::Dead | GStatus::Idle) {
            return;
        }
        scan_head(gp, status, f);
        let param = &raw const (*gp).param as usize;
        f(param, param + 8);
        if status == GStatus::Waiting {
            crate::waiter::operands(&*gp, f);
        }
        if status == GStatus::Syscall {
            // The frame of the entry is gone: calls made since may have overwritten it.
            let regs = &raw const (*gp).syscall_regs as usize;
            f(regs, regs + size_of::<[usize; 4]>());
            return ranges((*gp).syscall_sp, (*gp).syscall_seg, f);
        }
        let ctx = (*gp).async_ctx;
        if !ctx.is_null() {
            f(ctx as usize, ctx as usize + size_of::<undergo_rtsys::layout::Context>());
        }
        ranges((*gp).head.entry_sp, (*gp).head.seg as *const Segment, f);
    }
}

/// Calls `f(lo, hi)` for the words of the head that may be Go pointers which are still needed.
///
/// # Safety
/// As for [`scan_ranges`].
unsafe fn scan_head(gp: *mut G, status: GStatus, f: &mut dyn FnMut(usize, usize)) {
    let mut words = |at: usize, n: usize| f(gp as usize + at, gp as usize + at + 8 * n);
    // The context and frame of a call are on their way only where a function has just been called.
    // SAFETY: caller.
    let resume = unsafe { (*gp).resume_pc };
    if matches!(status, GStatus::Runnable | GStatus::Waiting) && resume != undergo_entry_resume as *const () as usize {
        words(offset_of!(GHead, call_ctx), 2);
    }
    words(offset_of!(GHead, ret0), 3);
    words(offset_of!(GHead, barrier_save), 4);
    words(offset_of!(GHead, defers), 2);
    words(offset_of!(GHead, labels), 2);
}

/// The segment of `gp` that contains address `a`, searching from `seg` towards older ones.
pub fn segment_of(seg: *const Segment, a: usize) -> *const Segment {
    let mut s = seg;
    // SAFETY: callers pass a segment of a live goroutine.
    unsafe {
        while !s.is_null() && !((*s).lo..=(*s).top).contains(&a) {
            s = (*s).prev;
        }
    }
    s
}

/// `runtime.recovery` asks: where does the function with frame pointer `fp` resume after a recover? `pc` is one of its
/// addresses, or 0 to find it on the stack; also if it is what the caller of a function sees that began a segment.
/// Unwinds `g.seg` to its segment; returns rsp, and the pc in `out_pc`.
#[unsafe(no_mangle)]
extern "C" fn undergo_recovery(gp: *mut G, fp: usize, pc: usize, out_pc: *mut usize, from: usize) -> usize {
    // SAFETY: called by the recovery stub with the current goroutine, room for a word, and the frame pointer of its
    // caller.
    unsafe {
        let seg0 = (*gp).head.seg as *const Segment;
        let known = pc != 0 && pc != undergo_lessstack as *const () as usize;
        let pc = if known { pc } else { crate::traceback::pc_of_frame(seg0, from, fp) };
        let Some(f) = crate::module::symtab().find(pc) else {
            crate::exit::throw("recovery: unknown pc");
        };
        if f.entry().landing_pad == 0 {
            crate::exit::throw("recovery: function has no landing pad");
        }
        let seg = segment_of(seg0, fp);
        if seg.is_null() {
            crate::exit::throw("recovery: frame is not on the stack");
        }
        (*gp).head.seg = seg as usize;
        // A pending preemption keeps its poison in `pending`; the guard is poisoned again by whoever waits for it.
        guard(&(*gp).head).store((*seg).guard, Release);
        *out_pc = f.entry().entry as usize + f.entry().landing_pad as usize;
        fp - f.entry().frame_size as usize
    }
}
