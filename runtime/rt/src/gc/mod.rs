//! The garbage collector: stops the world, marks what is reachable, sweeps the rest.
//!
//! Reading order: [`pace`] (when), [`control`] (who drives a collection; entries of runtime/debug), [`cycle`] (one
//! collection from start to end), [`roots`] (where marking starts), [`mark`], [`helpers`], [`sweep`].
//!
//! The heap is read precisely: pointer masks say which words of an object are pointers. Stacks, saved registers and the
//! program's data segments are read conservatively: any word that is the address of a byte of an object keeps it alive.
//! Objects do not move. The world is stopped from the first mark to the end of the sweep, so the mutator never meets
//! a marked, half-swept or dying object, and needs no barrier.
//!
//! **Who drives.** Rust never calls Go, but a collection must run `sync.Pool`'s clean-up while the world is stopped.
//! So the driver is a goroutine of the overlay that loops over entries:
//!
//! ```text
//!   kind := gcWait()               parks until the heap has grown, two minutes have passed, or memory is short
//!   worldAcquire(); stopTheWorld()
//!   poolCleanup()                  what sync registered, if anything
//!   gcMarkSweep(kind)              marks and sweeps
//!   startTheWorld(0); worldRelease()
//!   for gcScavenge() { Gosched() }
//! ```
//! `runtime.GC` does the same with kind [`control::FORCED`]. An allocation that crosses the trigger only sets
//! `PENDING_GC`; when its entry exits, [`on_pending`] wakes the driver and yields to it. Until the driver exists (before
//! package initialisation), [`on_pending`] collects by itself, without pool clean-up, which nobody needs yet.

pub mod control;
pub mod cycle;
pub mod helpers;
pub mod mark;
pub mod pace;
pub mod roots;
pub mod sweep;

use crate::g::G;
use crate::p::P;

/// Collector state of a P. All zero is a valid initial state. The stop-the-world collector needs none.
#[derive(Debug)]
pub struct PGc {}

/// `PENDING_GC` of a goroutine: start a collection. On the system stack; results of its entry are saved.
pub fn on_pending(gp: &mut G) {
    if !pace::is_due() {
        return;
    }
    if let Some(driver) = control::claim_driver(control::GROWTH) {
        crate::park::ready(driver);
        // The driver runs next here; pinned goroutines go on and yield later.
        if gp.head.pins == 0 {
            crate::park::yield_now(gp);
        }
        return;
    }
    if !control::has_driver() && gp.head.pins == 0 && crate::world::try_acquire() {
        let world = crate::world::stop();
        cycle::collect(control::GROWTH, &world);
        crate::world::start(world, 0);
        crate::world::release();
    }
}

/// A goroutine that an idle P should run for the collector.
pub fn idle_work(_pp: &P) -> Option<*mut G> {
    None
}

/// Whether [`idle_work`] would find something.
pub fn has_idle_work() -> bool {
    false
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
