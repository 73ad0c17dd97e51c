//! Entries for the overlay's driver goroutine, and those of runtime/debug about the collector.

use super::{check, cycle, helpers, pace, settle, sweep, trace};
use crate::g::{self, FLAG_SYSTEM, G, WaitReason};
use crate::lock::Mutex;
use crate::mem::stats::STATS;
use crate::mem::{arena, pages};
use crate::park::{GList, park, ready};
use crate::rt::{self, RT};
use crate::sched::{self, Ask};
use crate::witness::WorldStopped;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering::Relaxed};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;

/// Kind of a collection: the heap has grown.
pub const GROWTH: usize = 0;
/// Kind of a collection: the program asked for it.
pub const FORCED: usize = 1;
/// Kind of a collection: the last one was two minutes ago.
pub const PERIODIC: usize = 2;
/// Kind of a collection: the program wants to know which goroutines are leaked. With the world stopped.
pub const LEAKS: usize = 3;

/// The driver goroutine while it waits, or a note that it is wanted.
struct Driver {
    waiting: *mut G,
    wanted: Option<usize>,
    /// Whoever waits for the end of marking: the driver, or a goroutine that calls `runtime.GC`.
    marking: *mut G,
    /// Goroutines that wait until marking has ended, because the heap has grown too much meanwhile or before.
    beyond_goal: GList,
}

/// The right to collect.
struct Turn {
    taken: bool,
    waiters: GList,
}

static TURN: Mutex<Turn> = Mutex::new(Rank::World, Turn { taken: false, waiters: GList::new() });
/// Whether collections stop the world from start to end.
static STOP_THE_WORLD: AtomicBool = AtomicBool::new(false);

/// Reads the settings of the environment.
pub fn init() {
    check::init();
    super::never::init();
    trace::init();
    super::generation::init();
    // Threads that mark by themselves would make a difference to a schedule that is to repeat.
    let wanted = crate::config::godebug("gcstoptheworld").is_some_and(|value| value != b"0");
    STOP_THE_WORLD.store(wanted || crate::choice::is_seeded(), Relaxed);
}

/// The heap may have grown beyond its goal while objects are marked, by what this goroutine has allocated: it goes on when
/// marking has ended. Its entry's results are saved. Whoever drives the collection never waits.
pub fn wait_for_marking(gp: &mut G) {
    if !(pace::is_beyond_goal(gp) || check::is_impatient()) || !may_wait(gp) {
        return;
    }
    let mut driver = DRIVER.lock();
    if cycle::is_marking() {
        driver.beyond_goal.push(gp);
        park(gp, WaitReason::GcAssistWait, move || drop(driver));
    }
}

/// A collection is due that the driver cannot begin yet. If the heap is beyond its goal by much, the goroutine goes on when
/// marking has ended, or when it turns out that there is nothing to wait for. Its entry's results are saved.
pub fn wait_for_driver(gp: &mut G) {
    if !(pace::is_far_beyond_goal() || check::is_torturing()) || !may_wait(gp) {
        return;
    }
    let mut driver = DRIVER.lock();
    if driver.waiting.is_null() {
        driver.wanted = Some(GROWTH);
        driver.beyond_goal.push(gp);
        park(gp, WaitReason::GcAssistWait, move || drop(driver));
    }
}

/// Whether a goroutine can wait for a collection: nothing that a collection needs waits for it.
fn may_wait(gp: &G) -> bool {
    !gp.is_system() && gp.head.pins == 0 && !cycle::is_driver(gp)
}

/// Marking has ended, or does not begin.
pub fn end_waiting() {
    let waiting = core::mem::take(&mut DRIVER.lock().beyond_goal);
    sched::inject(waiting);
}

/// Whether the first thing that a goroutine is going to do is to stop the world.
pub fn is_about_to_stop_the_world(gp: *mut G) -> bool {
    ENDING.load(Relaxed) == gp
}

/// The last helper has nothing left to do: wakes whoever waits for that.
pub fn marking_ended() {
    let gp = core::mem::replace(&mut DRIVER.lock().marking, null_mut());
    if !gp.is_null() {
        ENDING.store(gp, Relaxed);
        let mut list = GList::new();
        list.push(gp);
        sched::inject(list);
        // It should not wait until a slice of time is over.
        if RT.n_idle_p.load(Relaxed) == 0
            && let Some(p) = rt::all_p().next()
        {
            sched::preempt_one(p, Ask::Kindly);
        }
    }
}

// SAFETY: Gs are never unmapped; the waiting one is claimed under the lock.
unsafe impl Send for Driver {}

static DRIVER: Mutex<Driver> = Mutex::new(
    Rank::Sweep,
    Driver { waiting: null_mut(), wanted: None, marking: null_mut(), beyond_goal: GList::new() },
);
/// The goroutine that drives the collection, from the end of marking until the world has been stopped for that. Written by
/// helpers and by itself.
static ENDING: AtomicPtr<G> = AtomicPtr::new(null_mut());
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

entry! {
    /// For the driver goroutine: parks until a collection is wanted, returns its kind.
    "runtime.gcWait" => fn gc_wait() -> usize {
        let gp = g::current();
        if !gp.is_system() {
            gp.flags |= FLAG_SYSTEM;
            RT.n_system_g.fetch_add(1, Relaxed);
        }
        EXISTS.store(true, Relaxed);
        loop {
            let mut driver = DRIVER.lock();
            if let Some(kind) = driver.wanted.take()
                && (kind != GROWTH || pace::is_due() || check::is_torturing())
            {
                return kind;
            }
            if driver.beyond_goal.is_empty() {
                driver.waiting = gp;
                park(gp, WaitReason::ForceGcIdle, move || drop(driver));
            }
            // They wait for a collection that is not due any more.
            drop(driver);
            end_waiting();
        }
    }

    /// Takes the right to collect; parks while another goroutine has it.
    "runtime.gcAcquire" => fn gc_acquire() {
        let mut turn = TURN.lock();
        if turn.taken {
            let gp = g::current();
            turn.waiters.push(gp);
            park(gp, WaitReason::WaitForGcCycle, move || drop(turn));
        }
        turn.taken = true;
    }

    /// Gives the right to collect to the next who waits for it.
    "runtime.gcRelease" => fn gc_release() {
        let mut turn = TURN.lock();
        let next = turn.waiters.pop();
        turn.taken = next.is_some();
        drop(turn);
        if let Some(gp) = next {
            ready(gp);
        }
    }

    /// Begins to mark, or collects altogether and gives false; the caller has stopped the world.
    "runtime.gcBegin" => fn gc_begin(kind: usize) -> bool {
        // SAFETY: contract of the entry: between stopTheWorld and startTheWorld.
        let world = unsafe { WorldStopped::assume() };
        if STOP_THE_WORLD.load(Relaxed) || kind == LEAKS {
            cycle::collect(kind, &world);
            return false;
        }
        cycle::begin(kind, &world)
    }

    /// Wakes the helpers, and parks until they find nothing left to mark.
    "runtime.gcMarkWait" => fn gc_mark_wait() {
        let gp = g::current();
        helpers::wake();
        let mut driver = DRIVER.lock();
        if helpers::are_running() {
            driver.marking = gp;
            park(gp, WaitReason::WaitForGcCycle, move || drop(driver));
        }
    }

    /// Ends marking, or gives false if too much is left; the caller has stopped the world.
    "runtime.gcMarkDone" => fn gc_mark_done(kind: usize) -> bool {
        // SAFETY: contract of the entry: between stopTheWorld and startTheWorld.
        let world = unsafe { WorldStopped::assume() };
        ENDING.store(null_mut(), Relaxed);
        cycle::mark_done(kind, &world)
    }

    /// Deals with a part of what dead objects leave behind; whether there may be more.
    "runtime.gcSettle" => fn gc_settle() -> bool {
        settle::some()
    }

    /// Sweeps a part of the heap, or what is left if the next collection is due; whether there may be more.
    "runtime.gcSweep" => fn gc_sweep() -> bool {
        let is_wanted = DRIVER.lock().wanted.is_some();
        while sweep::some() {
            if !is_wanted {
                return true;
            }
        }
        false
    }

    /// Waits until everything is swept, and seals what arenas have freed while objects were marked: the collection is over.
    "runtime.gcSweepFinish" => fn gc_sweep_finish() {
        sweep::finish();
        arena::seal_closed();
        cycle::finished();
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
