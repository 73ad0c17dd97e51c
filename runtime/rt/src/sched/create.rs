//! Birth and death of goroutines.

use super::{Where, put_local, wake_p};
use crate::bubble;
use crate::g::{self, FLAG_SYSTEM, G, GStatus, NEXT_ID};
use crate::gc::barrier;
use crate::m;
use crate::p::P;
use crate::park::{Never, raise_text};
use crate::rt::{self, RT};
use crate::stack;
use crate::traceback::ancestors;
use crate::tracer;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;
use core::sync::atomic::{AtomicPtr, AtomicU64};
use undergo_abi::g::Raise;
use undergo_rtsys::entry;

/// Ids are handed to Ps in batches.
const ID_BATCH: u64 = 16;
/// A P gives half of its dead goroutines away when it has this many.
const FREE_MAX: u32 = 64;

/// The state that a goroutine is made in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Birth {
    /// Runnable.
    Runnable,
    /// Waiting: a coroutine.
    Waiting,
}

/// Makes a goroutine that will call the func value `f` (not nil), in no queue. `created_by` is the pc of the go
/// statement.
pub fn create(f: *const usize, created_by: usize, birth: Birth) -> *mut G {
    let pp = g::current_p();
    let gp = take_free(pp).unwrap_or_else(|| {
        let gp = stack::new_g();
        publish(gp);
        gp
    });
    let parent = m::current().curg;
    // SAFETY: a dead goroutine that only we refer to; f is a func value, whose first word is its code.
    unsafe {
        let g = &mut *gp;
        g.head.call_ctx = f as usize;
        g.head.entry_sp = (*g.seg0).top;
        g.head.entry_bp = 0;
        g.resume_pc = undergo_rtsys::arch::switch::undergo_goroutine_start as *const () as usize;
        g.start_pc = *f;
        g.created_by = created_by;
        g.parent_id = 0;
        if !parent.is_null() {
            g.parent_id = (*parent).head.id;
            g.head.labels = (*parent).head.labels;
            g.head.bubble = (*parent).head.bubble;
        }
        // The new stack counts as read.
        g.gc_cycle.store(crate::gc::cycle::number(), Relaxed);
        for word in [g.head.call_ctx, g.head.labels, g.head.bubble] {
            barrier::shade(word);
        }
        g.head.id = next_id(pp);
        if tracer::is_on() {
            match birth {
                Birth::Runnable => tracer::go_create(g),
                Birth::Waiting => tracer::go_create_blocked(g),
            }
        }
        g.transition(GStatus::Dead, GStatus::Runnable);
        if birth == Birth::Waiting {
            g.transition(GStatus::Runnable, GStatus::Waiting);
        }
        if let Some(b) = bubble::of(g) {
            bubble::created(b);
        }
    }
    pp.created.store(pp.created.load(Relaxed) + 1, Relaxed);
    gp
}

/// Makes a goroutine for the func value `f` and queues it to run next.
pub fn spawn(f: *const usize, created_by: usize) -> *mut G {
    let gp = create(f, created_by, Birth::Runnable);
    put_local(g::current_p(), gp, Where::Next);
    wake_p();
    gp
}

/// Makes the main goroutine, to run next on this thread: nobody is woken who might take it to another.
pub fn spawn_main(f: *const usize) {
    put_local(g::current_p(), create(f, 0, Birth::Runnable), Where::Next);
}

fn next_id(pp: &mut P) -> u64 {
    if pp.next_id == pp.id_end {
        pp.next_id = NEXT_ID.fetch_add(ID_BATCH, Relaxed);
        pp.id_end = pp.next_id + ID_BATCH;
    }
    pp.next_id += 1;
    pp.next_id - 1
}

/// Adds a new goroutine to the list of all.
fn publish(gp: *mut G) {
    let mut last = RT.last_g.lock();
    // SAFETY: a fresh goroutine in state Idle; the last one's link is ours under the lock.
    unsafe {
        (*gp).transition(GStatus::Idle, GStatus::Dead);
        match last.0.as_mut() {
            Some(g) => AtomicPtr::from_ptr(&raw mut g.all_link).store(gp, Release),
            None => RT.all_g.store(gp, Release),
        }
    }
    last.0 = gp;
}

fn take_free(pp: &mut P) -> Option<*mut G> {
    if pp.free_g.is_null() {
        if FREE_GLOBAL.load(Relaxed) == 0 {
            return None;
        }
        let mut list = RT.free_g.lock();
        for _ in 0..FREE_MAX / 2 {
            let Some(gp) = list.pop() else { break };
            FREE_GLOBAL.fetch_sub(1, Relaxed);
            // SAFETY: free goroutines belong to the list they are in.
            unsafe { (*gp).link = pp.free_g };
            pp.free_g = gp;
            pp.n_free_g += 1;
        }
    }
    let gp = pp.free_g;
    if gp.is_null() {
        return None;
    }
    // SAFETY: a member of our list.
    unsafe {
        pp.free_g = (*gp).link;
        (*gp).link = null_mut();
    }
    pp.n_free_g -= 1;
    // SAFETY: as above, and nobody else's any more.
    stack::clear(unsafe { &mut *gp });
    Some(gp)
}

/// Length of the global free list, a hint.
static FREE_GLOBAL: AtomicU64 = AtomicU64::new(0);

fn put_free(pp: &mut P, gp: *mut G) {
    // SAFETY: a dead goroutine that only we refer to.
    unsafe { (*gp).link = pp.free_g };
    pp.free_g = gp;
    pp.n_free_g += 1;
    if pp.n_free_g >= FREE_MAX {
        let mut list = RT.free_g.lock();
        while pp.n_free_g > FREE_MAX / 2 {
            let gp = pp.free_g;
            // SAFETY: members of our list.
            unsafe { pp.free_g = (*gp).link };
            pp.n_free_g -= 1;
            list.push_front(gp);
            FREE_GLOBAL.fetch_add(1, Relaxed);
        }
    }
}

/// Ends the current goroutine: its stack is empty but for the entry. Returns whether it was locked to this thread.
pub fn destroy(gp: &mut G) -> bool {
    let mp = m::current();
    if gp.is_system() {
        RT.n_system_g.fetch_sub(1, Relaxed);
    }
    if let Some(b) = bubble::of(gp) {
        bubble::exited(b, gp);
    }
    ancestors::died(gp);
    let locked = gp.lock_count > 0 || gp.lock_count_internal > 0;
    super::detach(mp, gp);
    if crate::profile::is_on() {
        // Samples may have them without the collector's knowledge.
        barrier::shade(gp.head.labels);
    }
    if locked {
        mp.locked_g = null_mut();
        mp.tainted = true;
    }
    stack::reset(gp);
    gp.head.call_ctx = 0;
    gp.head.call_frame = 0;
    gp.head.ret0 = 0;
    gp.head.ret1 = 0;
    gp.head.ret2 = 0;
    gp.head.defers = 0;
    gp.head.panics = 0;
    gp.head.labels = 0;
    gp.head.bubble = 0;
    gp.head.flags = 0;
    gp.head.pins = 0;
    g::pending(&gp.head).store(0, Relaxed);
    gp.preempt.store(false, Relaxed);
    gp.flags = 0;
    gp.locked_m = null_mut();
    gp.lock_count = 0;
    gp.lock_count_internal = 0;
    gp.param = 0;
    gp.created_by = 0;
    gp.coro = null_mut();
    gp.start_arg = 0;
    gp.transition(GStatus::Running, GStatus::Dead);
    let pp = g::current_p();
    pp.exited.store(pp.exited.load(Relaxed) + 1, Relaxed);
    put_free(pp, gp);
    locked
}

/// Makes `gp` a goroutine of the runtime.
pub fn set_system(gp: &mut G) {
    if gp.flags & FLAG_SYSTEM == 0 {
        gp.flags |= FLAG_SYSTEM;
        RT.n_system_g.fetch_add(1, Relaxed);
    }
}

/// Number of user goroutines.
pub fn count() -> usize {
    let mut n = -RT.n_system_g.load(Relaxed);
    for pp in rt::made_p() {
        // SAFETY: Ps are never freed.
        unsafe { n += (*pp).created.load(Relaxed) as i64 - (*pp).exited.load(Relaxed) as i64 };
    }
    n.max(1) as usize
}

/// The pc in Go code to which the current entry returns.
pub fn caller_pc() -> usize {
    // SAFETY: the entry stub's frame is on the goroutine stack; above the saved rbp lies the return address.
    unsafe { *((g::current().head.entry_bp + 8) as *const usize) }
}

entry! {
    /// `go f()`, f being a func value without parameters.
    "runtime.newproc" => fn newproc(f: *const usize) {
        if f.is_null() {
            return raise_text(Raise::Fatal, "go of nil func value");
        }
        let gp = create(f, caller_pc(), Birth::Runnable);
        // SAFETY: it is in no queue yet.
        ancestors::born(unsafe { &*gp });
        put_local(g::current_p(), gp, Where::Next);
        wake_p();
    }

    /// Last act of a goroutine.
    "runtime.goexit1" => fn goexit1() -> Never {
        let gp = g::current();
        if let Some(c) = core::ptr::NonNull::new(gp.coro) {
            super::coro::exit(gp, c);
        }
        if tracer::is_on() {
            tracer::go_destroy();
        }
        if destroy(gp) {
            super::threads::exit_m();
        }
        super::schedule_fresh()
    }

    /// Starts a goroutine of the runtime: not counted, hidden in traces, no part of deadlocks, in no bubble.
    "runtime.goSystem" => fn go_system(f: *const usize) {
        // SAFETY: the new goroutine is in no queue yet.
        unsafe {
            let gp = create(f, caller_pc(), Birth::Runnable);
            if let Some(b) = bubble::of(&*gp) {
                bubble::exited(b, gp);
                (*gp).head.bubble = 0;
            }
            set_system(&mut *gp);
            put_local(g::current_p(), gp, Where::Tail);
        }
        wake_p();
    }

    /// The current goroutine is one of the runtime's.
    "runtime.setSystemGoroutine" => fn set_system_goroutine() {
        set_system(g::current());
    }
}
