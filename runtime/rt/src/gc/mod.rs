//! The garbage collector: a mark-sweep collector that does not move objects. It marks while the program runs, or, with
//! `GODEBUG=gcstoptheworld=1`, with the world stopped.
//!
//! Reading order: [`pace`] (when), [`limiter`] (how often at most), [`control`] (who drives a collection; entries of
//! runtime/debug), [`cycle`] (one collection from start to end), [`roots`] (where marking starts), [`mark`], [`local`] (reading
//! of spans), [`work`] (who marks what), [`helpers`] (threads that mark), [`barrier`] (what stores do meanwhile), [`settle`]
//! (what dead objects leave behind), [`sweep`], [`generation`] (collections of what is young), [`leaks`] (goroutines that
//! nobody can wake), [`check`] and [`never`] (modes for finding mistakes), [`trace`].
//!
//! The heap is read precisely: pointer masks say which words of an object are pointers. Stacks, saved registers and the
//! program's data segments are read conservatively: any word that is the address of a byte of an object keeps it alive.
//!
//! **Why nothing is lost.** While objects are marked, every object that is reachable when marking ends has been marked: it
//! was reachable when marking began, or is new. Objects are born marked. Each stack is read once, while its goroutine
//! stands still. A pointer that a store overwrites is shaded, so that what was reachable through it from
//! a stack that has not been read stays; the pointer that is stored is shaded too, so that a stack that has not
//! been read may hide it in an object that has. What Rust holds is read with the world stopped, at both ends, and
//! pointers that leave it for a stack are shaded.
//!
//! **Who drives.** Rust never calls Go, but a collection must run `sync.Pool`'s clean-up while the world is stopped.
//! So the driver is a goroutine of the overlay that loops over entries:
//!
//! ```text
//!   kind := gcWait()               parks until the heap has grown, two minutes have passed, or memory is short
//!   gcAcquire()                    one collection at a time
//!   stop the world
//!   poolCleanup()                  what sync registered, if anything
//!   if gcBegin(kind) {             false: the collection is done already
//!       start the world
//!       gcMarkWait()               parks while helpers mark
//!       stop the world
//!       until gcMarkDone(kind)     not yet done: once more
//!   }
//!   start the world
//!   Gosched()                      whoever allocated goes on here
//!   for gcSweep() { Gosched() }
//!   gcRelease()
//! ```
//! `runtime.GC` does the same with kind [`control::FORCED`]. An allocation that crosses the trigger only sets
//! `PENDING_GC`; when its entry exits, [`on_pending`] wakes the driver and yields to it. Until the driver exists (before
//! package initialisation), [`on_pending`] collects by itself, without pool clean-up, which nobody needs yet.

pub mod barrier;
pub mod check;
pub mod control;
pub mod cycle;
pub mod generation;
pub mod helpers;
pub mod leaks;
pub mod limiter;
mod local;
pub mod mark;
pub mod never;
pub mod pace;
pub mod roots;
pub mod settle;
pub mod sweep;
pub mod trace;
pub mod work;

use crate::g::G;
use crate::p::P;
use crate::tracer::{Stop, Yield};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Collector state of a P. All zero is a valid initial state.
#[derive(Debug)]
pub struct PGc {
    /// Pointers noted by the write barrier.
    pub buffer: barrier::Buffer,
    /// For assists.
    pub marker: mark::Marker,
}

/// A goroutine has let others run for want of a driver.
static HAS_YIELDED: AtomicBool = AtomicBool::new(false);

/// `PENDING_GC` of a goroutine: start a collection, or help to end one. On the system stack; results of its entry are saved.
pub fn on_pending(gp: &mut G) {
    if cycle::is_marking() {
        return control::wait_for_marking(gp);
    }
    settle::help();
    if !(pace::is_due() || check::takes_wish()) {
        return;
    }
    if let Some(driver) = control::claim_driver(control::GROWTH) {
        if gp.head.pins == 0 {
            // The driver runs next here. It is going to stop the world, which would have to wait for a thread that is being
            // woken.
            crate::sched::ready_to_follow(driver, crate::sched::Where::Next);
            crate::park::yield_here(gp, Yield::Other);
        }
        crate::park::ready(driver);
        return;
    }
    if control::has_driver() {
        // It is still sweeping for the last collection: with our help, and our processor if there is no other.
        sweep::some();
        control::wait_for_driver(gp);
        if gp.head.pins == 0 && !gp.is_system() {
            crate::park::yield_now(gp, Yield::Other);
        }
        return;
    }
    // It may have been made, and had no chance to run.
    if gp.head.pins == 0 && !gp.is_system() && !HAS_YIELDED.swap(true, Relaxed) {
        crate::park::yield_now(gp, Yield::Other);
    }
    if gp.head.pins == 0 && crate::world::try_acquire() {
        let world = crate::world::stop(Stop::SweepTermination);
        cycle::collect(control::GROWTH, &world);
        crate::world::start(world, 0);
        crate::world::release();
    }
}

/// An idle P has nothing to run: marks a little with it, if there is something to mark and a processor to spare; whether it did.
///
/// # Safety
/// The P is that of this M, which is on its system stack.
pub unsafe fn mark_while_idle(pp: *mut P) -> bool {
    // SAFETY: caller.
    has_idle_work() && work::mark_while_idle(unsafe { &mut (*pp).gc.marker })
}

/// Whether [`mark_while_idle`] seems to find something for a P that is not in the list of idle ones.
pub fn has_idle_work() -> bool {
    cycle::is_marking() && helpers::spare_processors() >= 0 && work::others_have_some()
}

/// Whether it would for one that is.
pub fn has_work_for_idle() -> bool {
    cycle::is_marking() && helpers::spare_processors() > 0 && work::others_have_some()
}

/// The monitor thread passes by: a collection is forced if the last one was two minutes ago.
pub fn sysmon_tick(now: i64) {
    if pace::is_overdue(now)
        && let Some(driver) = control::claim_driver(control::PERIODIC)
    {
        let mut list = crate::park::GList::new();
        list.push(driver);
        crate::sched::inject(list);
    }
}
