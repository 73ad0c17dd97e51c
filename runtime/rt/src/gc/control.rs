//! Entries for the overlay's driver goroutine, and those of runtime/debug about the collector.

use super::{cycle, pace};
use crate::g::{self, FLAG_SYSTEM, G, WaitReason};
use crate::lock::Mutex;
use crate::mem::pages;
use crate::mem::stats::STATS;
use crate::park::park;
use crate::rt::RT;
use crate::witness::WorldStopped;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::size_class::PAGE;
use undergo_rtsys::entry;

/// Kind of a collection: the heap has grown.
pub const GROWTH: usize = 0;
/// Kind of a collection: the program asked for it.
pub const FORCED: usize = 1;
/// Kind of a collection: the last one was two minutes ago.
pub const PERIODIC: usize = 2;

/// The driver goroutine while it waits, or a note that it is wanted.
struct Driver {
    waiting: *mut G,
    wanted: Option<usize>,
}

// SAFETY: Gs are never unmapped; the waiting one is claimed under the lock.
unsafe impl Send for Driver {}

static DRIVER: Mutex<Driver> = Mutex::new(Rank::Sweep, Driver { waiting: null_mut(), wanted: None });
/// Whether the driver ever waited.
static EXISTS: AtomicBool = AtomicBool::new(false);
/// Whether a driver goroutine has been started.
pub fn has_driver() -> bool {
    EXISTS.load(Relaxed)
}

/// The waiting driver, claimed for a collection of `kind`: the caller readies it. If it is busy, it will start over
/// for this request.
pub fn claim_driver(kind: usize) -> Option<*mut G> {
    let mut driver = DRIVER.lock();
    let gp = core::mem::replace(&mut driver.waiting, null_mut());
    if gp.is_null() {
        driver.wanted = Some(kind);
        return None;
    }
    // SAFETY: it is parked in gcWait, and the claim is ours.
    unsafe { (*gp).set_results(kind, 0) };
    Some(gp)
}

/// Free pages that may keep their physical memory: a tenth more than the heap will need until the next collection.
fn keep_pages() -> usize {
    let goal = usize::try_from(pace::goal()).unwrap_or(usize::MAX);
    let in_use = pages::sizes().in_use;
    goal.saturating_add(goal / 10).saturating_sub(in_use) / PAGE
}

/// Bytes that one call of a scavenging entry releases at most: it cannot be preempted.
const BUDGET: usize = 16 << 20;

entry! {
    /// For the driver goroutine: parks until a collection is wanted, returns its kind.
    "runtime.gcWait" => fn gc_wait() -> usize {
        let gp = g::current();
        if !gp.is_system() {
            gp.flags |= FLAG_SYSTEM;
            RT.n_system_g.fetch_add(1, Relaxed);
        }
        EXISTS.store(true, Relaxed);
        let mut driver = DRIVER.lock();
        if let Some(kind) = driver.wanted.take()
            && (kind != GROWTH || pace::is_due())
        {
            return kind;
        }
        driver.waiting = gp;
        park(gp, WaitReason::ForceGcIdle, move || drop(driver))
    }

    /// Marks and sweeps; the caller has stopped the world.
    "runtime.gcMarkSweep" => fn gc_mark_sweep(kind: usize) {
        // SAFETY: contract of the entry: between stopTheWorld and startTheWorld.
        let world = unsafe { WorldStopped::assume() };
        cycle::collect(kind, &world);
    }

    /// A whole collection in one entry, without pool clean-up; nothing if someone else has the world.
    "runtime.gcCollect" => fn gc_collect() {
        if crate::world::try_acquire() {
            let world = crate::world::stop();
            cycle::collect(FORCED, &world);
            crate::world::start(world, 0);
            crate::world::release();
        }
    }

    /// Gives some memory that the heap will not need soon back to the system; whether there is more to give.
    "runtime.gcScavenge" => fn gc_scavenge() -> bool {
        pages::scavenge(keep_pages(), BUDGET)
    }

    /// Gives all free memory back to the system.
    "runtime.scavengeAll" => fn scavenge_all() {
        pages::scavenge(0, usize::MAX);
    }

    /// debug.SetGCPercent: the old value. The overlay collects afterwards if `runtime.gcIsDue`.
    "runtime/debug.setGCPercent" => fn set_gc_percent(percent: i64) -> i64 {
        pace::set_percent(percent as i32) as i64
    }

    /// debug.SetMemoryLimit: the old value.
    "runtime/debug.setMemoryLimit" => fn set_memory_limit(limit: i64) -> i64 {
        pace::set_limit(limit)
    }

    /// Whether the heap is larger than its goal.
    "runtime.gcIsDue" => fn gc_is_due() -> bool {
        pace::used() >= pace::goal()
    }

    /// Number of finished collections.
    "runtime.gcCycles" => fn gc_cycles() -> u64 {
        STATS.cycles.load(Relaxed)
    }
}
