//! Blocking and waking: what the rest of the runtime uses of the scheduler.
//!
//! An entry that must block enqueues the current goroutine under its own lock and calls [`park`] as its last act:
//!
//! ```ignore
//! let lock = q.lock();
//! q.push(gp);
//! park(gp, WaitReason::Semacquire, move || drop(lock))
//! ```
//! `park` never returns: the goroutine's state is already saved by its entry stub, so it is marked waiting, the lock is
//! released, and this M schedules. Whoever wakes it with [`ready`] first stores the results of the entry
//! ([`G::set_results`], `head.ret2`) or raises ([`raise_in`]). **No Rust frame of the entry continues, no destructor
//! runs**, except those inside the `unlock` closure.

use crate::g::{G, GStatus, WaitReason, pending};
use crate::tracer::{self, Yield};
use crate::{bubble, choice, m, profiles, sched};
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;
use undergo_abi::g::{PENDING_GC, PENDING_RAISE, PENDING_YIELD, Raise};
pub use undergo_rtsys::arch::entry::{Never, Pair};

pub use crate::waiter::{GWait, PSync};

/// Parks the current goroutine `gp` and schedules another. `unlock` runs after it is marked waiting: from then on any
/// M may ready it.
pub fn park(gp: &mut G, why: WaitReason, unlock: impl FnOnce()) -> ! {
    let mp = m::current();
    gp.wait_reason = why;
    if profiles::times_waits() {
        gp.wait_since = crate::rt::nanotime();
    }
    if tracer::is_on() {
        tracer::go_block(gp, why);
    }
    gp.resume_pc = undergo_rtsys::arch::entry::undergo_entry_resume as *const () as usize;
    let bubble = bubble::of(gp).filter(|_| bubble::is_durable(why));
    sched::detach(mp, gp);
    gp.transition(GStatus::Running, GStatus::Waiting);
    crate::lock::dawdle();
    unlock();
    if let Some(b) = bubble {
        // The goroutine may run already: nothing of it is touched any more.
        bubble::blocked(b);
    }
    sched::schedule_fresh()
}

/// Makes a parked goroutine runnable on this P, next in turn.
pub fn ready(gp: *mut G) {
    sched::ready(gp, sched::Where::Next)
}

/// Makes a parked goroutine runnable at the end of this P's queue.
pub fn ready_tail(gp: *mut G) {
    sched::ready(gp, sched::Where::Tail)
}

/// Puts the current goroutine at the end of the global queue and schedules. The results of its entry must be set.
pub fn yield_now(gp: &mut G, why: Yield) -> ! {
    let mp = m::current();
    if tracer::is_on() {
        tracer::go_stop(gp, why);
    }
    gp.resume_pc = undergo_rtsys::arch::entry::undergo_entry_resume as *const () as usize;
    sched::detach(mp, gp);
    gp.transition(GStatus::Running, GStatus::Runnable);
    sched::put_global(gp);
    sched::schedule_fresh()
}

/// Puts the current goroutine at the end of this P's queue and schedules what is to run next. The results of its entry must
/// be set.
pub fn yield_here(gp: &mut G, why: Yield) -> ! {
    let mp = m::current();
    if tracer::is_on() {
        tracer::go_stop(gp, why);
    }
    gp.resume_pc = undergo_rtsys::arch::entry::undergo_entry_resume as *const () as usize;
    sched::detach(mp, gp);
    gp.transition(GStatus::Running, GStatus::Runnable);
    // SAFETY: our own P.
    sched::put_local(unsafe { &*mp.p }, gp, sched::Where::Tail);
    sched::schedule_fresh()
}

/// The current entry ends as a panic: `runtime.raise(code, a, b)` is called at its call site. The entry must return
/// right away; its result is ignored.
pub fn raise(code: Raise, a: usize, b: usize) {
    raise_in(crate::g::current(), code, a, b)
}

/// [`raise`] with a static text (`Raise::Text`, `Raise::Fatal`).
pub fn raise_text(code: Raise, text: &'static str) {
    raise(code, text.as_ptr() as usize, text.len())
}

/// Lets the entry in which `gp` is parked end as a panic.
pub fn raise_in(gp: &mut G, code: Raise, a: usize, b: usize) {
    gp.head.raise_code = code as usize;
    gp.head.raise_a = a;
    gp.head.raise_b = b;
    pending(&gp.head).fetch_or(PENDING_RAISE, Release);
}

/// Asks for [`crate::gc::on_pending`] when the current entry exits.
pub fn request_gc(gp: &G) {
    pending(&gp.head).fetch_or(PENDING_GC, Release);
}

/// The exit of an entry found `pending` set: results are in ret0, ret1. Returns [`CONTINUE`] to
/// look again, [`RAISE`], or [`LEAVE`] to end the entry though something is pending.
#[unsafe(no_mangle)]
extern "C" fn undergo_pending(gp: *mut G) -> u32 {
    // SAFETY: called by the exit stub with the current goroutine.
    let gp = unsafe { &mut *gp };
    let p = pending(&gp.head);
    let bits = p.swap(0, AcqRel);
    if gp.status() == GStatus::Syscall {
        // The entry was entersyscall: there is no P to give up. exitsyscall asks again for what is dropped here; a
        // collection is requested again by the next allocation that takes a span.
        return CONTINUE;
    }
    if bits & PENDING_RAISE != 0 {
        p.fetch_or(bits & !PENDING_RAISE, Release);
        return RAISE;
    }
    if bits & PENDING_GC != 0 {
        p.fetch_or(bits & PENDING_YIELD, Release);
        crate::gc::on_pending(gp);
        return CONTINUE;
    }
    if bits & PENDING_YIELD == 0 {
        return CONTINUE;
    }
    let seeded = choice::is_seeded();
    if gp.head.pins == 0 && (gp.preempt.load(Acquire) || seeded && choice::point()) {
        sched::preempted(gp, undergo_rtsys::arch::entry::undergo_entry_resume as *const () as usize);
    }
    if seeded {
        gp.poison();
        return LEAVE;
    }
    CONTINUE
}

/// Answers of [`undergo_pending`].
const CONTINUE: u32 = 0;
const RAISE: u32 = 1;
const LEAVE: u32 = 2;

/// An intrusive list of goroutines, first in first out, linked by [`G::link`].
#[derive(Debug)]
pub struct GList {
    head: *mut G,
    tail: *mut G,
    len: usize,
}

// SAFETY: a list of pointers; whoever has the list owns the links.
unsafe impl Send for GList {}

impl Default for GList {
    fn default() -> Self {
        GList::new()
    }
}

impl GList {
    /// Empty.
    pub const fn new() -> GList {
        GList { head: null_mut(), tail: null_mut(), len: 0 }
    }

    /// Number of goroutines.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.head.is_null()
    }

    /// Appends.
    pub fn push(&mut self, gp: *mut G) {
        // SAFETY: gp is a goroutine that is in no other list (caller's list discipline); Gs are never unmapped.
        unsafe {
            (*gp).link = null_mut();
            if self.head.is_null() {
                self.head = gp;
            } else {
                (*self.tail).link = gp;
            }
        }
        self.tail = gp;
        self.len += 1;
    }

    /// Prepends.
    pub fn push_front(&mut self, gp: *mut G) {
        // SAFETY: as in `push`.
        unsafe { (*gp).link = self.head };
        if self.head.is_null() {
            self.tail = gp;
        }
        self.head = gp;
        self.len += 1;
    }

    /// Takes the one at `index`, if there are so many.
    pub fn take(&mut self, index: usize) -> Option<*mut G> {
        let mut before: *mut G = null_mut();
        let mut at = self.head;
        for _ in 0..index {
            before = at;
            // SAFETY: a member of the list, or the end.
            at = unsafe { at.as_ref() }?.link;
        }
        // SAFETY: members of the list.
        unsafe {
            let Some(b) = before.as_mut() else { return self.pop() };
            b.link = at.as_ref()?.link;
            if b.link.is_null() {
                self.tail = before;
            }
            (*at).link = null_mut();
        }
        self.len -= 1;
        Some(at)
    }

    /// Takes the first.
    pub fn pop(&mut self) -> Option<*mut G> {
        let gp = self.head;
        if gp.is_null() {
            return None;
        }
        // SAFETY: a member of the list.
        self.head = unsafe { (*gp).link };
        if self.head.is_null() {
            self.tail = null_mut();
        }
        // SAFETY: as above.
        unsafe { (*gp).link = null_mut() };
        self.len -= 1;
        Some(gp)
    }
}
