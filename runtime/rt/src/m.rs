//! Machines: operating system threads. fs points at the M (invariant 2 of rtsys).
//!
//! Everything is touched by the thread itself, except: `park`/`nextp` (whoever hands it a P), `all_link`, `link`
//! (under the scheduler lock), `signal_stack` and `curg` (its own signal handler).

use crate::g::G;
use crate::lock::Note;
use crate::p::P;
use core::mem::offset_of;
use core::sync::atomic::AtomicU32;
use undergo_rtcore::lock_rank::Held;
use undergo_rtcore::random::{Fast, Strong};
use undergo_rtsys::layout;

/// A thread.
#[repr(C)]
pub struct M {
    /// Its own address.
    pub this: *mut M,
    /// Start of the system stack (invariant 3).
    pub g0_sp: usize,
    /// The goroutine it runs.
    pub curg: *mut G,
    /// Its processor, or null.
    pub p: *mut P,
    /// Processor handed to it while it slept.
    pub nextp: *mut P,
    /// Processor that it had when it entered a system call.
    pub oldp: *mut P,
    /// Number, from 0.
    pub id: u32,
    /// Kernel thread id.
    pub tid: u32,
    /// Looking for work without having any.
    pub spinning: bool,
    /// Blocked: in `park`.
    pub blocked: bool,
    /// In `throw` or printing a fatal error.
    pub dying: bool,
    /// What it does instead of scheduling (sysmon).
    pub start: Option<extern "C" fn() -> !>,
    /// Goroutine that is locked to this thread.
    pub locked_g: *mut G,
    /// A goroutine has ended here while it was locked to the thread, which may be in any state: it must end as well, and
    /// no thread may inherit from it.
    pub tainted: bool,
    /// Sleeps here when it has nothing to do.
    pub park: Note,
    /// Next idle M, or next dead one.
    pub link: *mut M,
    /// Next of all Ms.
    pub all_link: *mut M,
    /// Lock ranks held (debug images).
    pub held: Held,
    /// Random numbers for scheduling.
    pub fast: Fast,
    /// Random numbers for programs.
    pub strong: Strong,
    /// Lowest address and size of the system stack; 0 for the first thread.
    pub stack_lo: usize,
    /// See `stack_lo`.
    pub stack_size: usize,
    /// Lowest address of the signal stack.
    pub signal_stack: usize,
    /// Spare context for asynchronous preemption.
    pub spare_ctx: *mut layout::Context,
    /// Context of the asynchronously preempted goroutine that was resumed last.
    pub resumed_ctx: *mut layout::Context,
    /// Goroutine that a coroutine switch is about to run.
    pub switch_to: *mut G,
    /// 1 once its thread has ended and no longer uses its stacks.
    pub ended: AtomicU32,
    /// Saved signal mask around fork.
    pub saved_mask: u64,
    /// Number of the timer that interrupts the thread for a CPU profile, and 1 more; 0 for none. Under the lock of
    /// [`crate::profile`].
    pub profile_timer: u32,
    /// Batch of events that it is writing, or null. Its own, but see [`crate::tracer`].
    pub trace: *mut crate::tracer::buffer::Buffer,
}

const _: () = {
    assert!(offset_of!(M, this) == layout::M_SELF);
    assert!(offset_of!(M, g0_sp) == layout::M_G0_SP);
    assert!(offset_of!(M, curg) == layout::M_CURG);
    assert!(offset_of!(M, p) == layout::M_P && offset_of!(P, id) == 0);
    assert!(offset_of!(P, barrier_next) == layout::P_BARRIER_NEXT);
    assert!(offset_of!(P, barrier_end) == layout::P_BARRIER_END);
    assert!(offset_of!(P, mem.bins) == layout::P_BINS);
    assert!(offset_of!(P, mem.tiny) == layout::P_TINY && offset_of!(P, mem.tiny_used) == layout::P_TINY + 8);
    assert!(offset_of!(P, mem.stats.tiny) == layout::P_TINY_COUNT);
    assert!(offset_of!(P, mem.stats.mallocs) == layout::P_MALLOCS);
};

/// The M of this thread.
#[inline(always)]
pub fn current() -> &'static mut M {
    // SAFETY: fs points at a live M that only this thread refers to by reference (invariant 2).
    unsafe { &mut *(undergo_rtsys::arch::switch::m() as *mut M) }
}
