//! What `runtime/metrics` shows: one entry that copies all counters, which the overlay gives their names and shapes.

use crate::exit::throw;
use crate::g::GStatus;
use crate::gc::pace;
use crate::mem::special::COUNTS;
use crate::mem::stats::STATS;
use crate::mem::{PCache, pages};
use crate::p::P;
use crate::rt::{self, RT};
use crate::stack::{STACK_BYTES, STACK_INUSE};
use crate::{gc, persist};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use undergo_rtcore::size_class::{N_CLASSES, SIZES};
use undergo_rtcore::time_histogram::{N_BUCKETS, TimeHistogram};
use undergo_rtsys::entry;

/// Counters of the scheduler. All independent atomics.
#[derive(Debug)]
pub struct Times {
    /// From runnable to running, sampled.
    pub latencies: TimeHistogram,
    /// Pauses of collections: until the world stood still, and altogether.
    gc_pauses: [TimeHistogram; 2],
    /// Pauses for other reasons.
    other_pauses: [TimeHistogram; 2],
    /// The running pause is the collector's.
    is_gc: AtomicBool,
    /// Time that Ps have spent in the idle list, ns.
    pub idle_ns: AtomicU64,
    /// Time of pauses for collections times the number of Ps, ns.
    pub pause_cpu_ns: AtomicU64,
    /// CPU time of assists, ns.
    pub assist_ns: AtomicU64,
    /// CPU time of threads that mark, ns.
    pub dedicated_ns: AtomicU64,
    /// CPU time of idle Ps that mark, ns.
    pub idle_mark_ns: AtomicU64,
    /// Time that goroutines have waited for mutexes, ns, sampled and scaled.
    pub mutex_wait_ns: AtomicU64,
}

/// See [`Times`].
pub static TIMES: Times = Times {
    latencies: TimeHistogram::new(),
    gc_pauses: [const { TimeHistogram::new() }; 2],
    other_pauses: [const { TimeHistogram::new() }; 2],
    is_gc: AtomicBool::new(false),
    idle_ns: AtomicU64::new(0),
    pause_cpu_ns: AtomicU64::new(0),
    assist_ns: AtomicU64::new(0),
    dedicated_ns: AtomicU64::new(0),
    idle_mark_ns: AtomicU64::new(0),
    mutex_wait_ns: AtomicU64::new(0),
};

/// The world is stopped for a collection.
pub fn pause_is_for_gc() {
    TIMES.is_gc.store(true, Relaxed);
}

/// The world goes on: it had to stop at `asked`, and stood still from `stopped` on.
pub fn pause_ended(asked: i64, stopped: i64) {
    let now = rt::nanotime();
    let for_gc = TIMES.is_gc.swap(false, Relaxed);
    let [stopping, total] = if for_gc { &TIMES.gc_pauses } else { &TIMES.other_pauses };
    stopping.add(stopped - asked);
    total.add(now - asked);
    if for_gc {
        // Until it stood still, processors ran goroutines.
        TIMES.pause_cpu_ns.fetch_add((now - stopped) as u64 * rt::n_p() as u64, Relaxed);
    }
}

/// A histogram with its buckets for what is below and above.
type Counts = [u64; N_BUCKETS + 2];

/// All counters. The overlay's `counters` repeats it; `tests/tests/shared_structs.rs` compares the two.
#[repr(C)]
#[derive(Debug)]
struct Counters {
    assist_ns: u64,
    dedicated_ns: u64,
    idle_mark_ns: u64,
    pause_ns: u64,
    idle_ns: u64,
    total_ns: u64,
    cleanups_queued: u64,
    cleanups_executed: u64,
    finalizers_queued: u64,
    finalizers_executed: u64,
    cycles: u64,
    forced: u64,
    gogc: u64,
    memory_limit: u64,
    allocated_bytes: u64,
    freed_bytes: u64,
    allocated_objects: u64,
    freed_objects: u64,
    tiny_objects: u64,
    heap_goal: u64,
    heap_live: u64,
    limiter_cycle: u64,
    scan_globals: u64,
    scan_heap: u64,
    scan_stacks: u64,
    starting_stack: u64,
    heap_free: u64,
    heap_in_use: u64,
    heap_released: u64,
    stacks_in_use: u64,
    stacks_free: u64,
    cache_bytes: u64,
    span_bytes: u64,
    table_bytes: u64,
    other_bytes: u64,
    bucket_bytes: u64,
    max_procs: u64,
    created: u64,
    goroutines: [u64; 4],
    threads: u64,
    mutex_wait_ns: u64,
    allocs_by_class: [u64; N_CLASSES],
    frees_by_class: [u64; N_CLASSES],
    latencies: Counts,
    gc_stopping: Counts,
    gc_total: Counts,
    other_stopping: Counts,
    other_total: Counts,
}

/// Goroutines of the program by state: in system calls, runnable, running, waiting.
fn by_state() -> [u64; 4] {
    let mut n = [0; 4];
    for gp in rt::all_g() {
        // SAFETY: Gs are never unmapped; the state may be a little old.
        let g = unsafe { &*gp };
        if g.is_system() {
            continue;
        }
        match g.status() {
            GStatus::Syscall => n[0] += 1,
            GStatus::Runnable => n[1] += 1,
            GStatus::Running => n[2] += 1,
            GStatus::Waiting => n[3] += 1,
            GStatus::Idle | GStatus::Dead => {}
        }
    }
    n
}

/// Goroutines created so far.
fn created() -> u64 {
    rt::all_p().map(|p| p.created.load(Relaxed)).sum()
}

entry! {
    /// Fills in all counters.
    "runtime.readcounters" => fn read_counters(out: *mut Counters, size: usize) {
        if size != size_of::<Counters>() {
            throw("readcounters: the two halves of the runtime disagree about the counters");
        }
        // SAFETY: the overlay passes a zeroed struct of the same fields, and of this size.
        let c = unsafe { &mut *out };
        let (sizes, totals) = pages::sizes_and_totals();
        let roots = gc::cycle::last_roots();
        let bytes = |counts: &[u64; N_CLASSES]| (1..N_CLASSES).map(|i| counts[i] * u64::from(SIZES[i])).sum::<u64>();
        c.assist_ns = TIMES.assist_ns.load(Relaxed);
        c.dedicated_ns = TIMES.dedicated_ns.load(Relaxed);
        c.idle_mark_ns = TIMES.idle_mark_ns.load(Relaxed);
        c.pause_ns = TIMES.pause_cpu_ns.load(Relaxed);
        c.idle_ns = TIMES.idle_ns.load(Relaxed);
        c.total_ns = (rt::nanotime() - RT.start_ns.load(Relaxed)) as u64 * rt::n_p() as u64;
        c.cleanups_queued = COUNTS.cleanups_queued.load(Relaxed);
        c.cleanups_executed = COUNTS.cleanups_taken.load(Relaxed);
        c.finalizers_queued = COUNTS.finalizers_queued.load(Relaxed);
        c.finalizers_executed = COUNTS.finalizers_taken.load(Relaxed);
        c.cycles = STATS.cycles.load(Relaxed);
        c.forced = STATS.forced.load(Relaxed);
        c.gogc = pace::percent() as i64 as u64;
        c.memory_limit = pace::limit();
        c.allocated_bytes = bytes(&totals.mallocs) + totals.large_bytes;
        c.freed_bytes = bytes(&totals.frees) + totals.large_freed;
        c.allocated_objects = totals.mallocs.iter().sum();
        c.freed_objects = totals.frees.iter().sum();
        c.tiny_objects = totals.tiny;
        c.heap_goal = pace::goal();
        c.limiter_cycle = gc::limiter::last_cycle();
        c.heap_live = pace::live();
        c.scan_globals = roots.globals as u64;
        c.scan_heap = STATS.marked_bytes.load(Relaxed);
        c.scan_stacks = roots.stacks as u64;
        c.starting_stack = crate::stack::FIRST as u64;
        c.heap_free = (sizes.idle - sizes.released) as u64;
        c.heap_in_use = sizes.in_use as u64;
        c.heap_released = sizes.released as u64;
        c.stacks_in_use = STACK_INUSE.load(Relaxed) as u64;
        c.stacks_free = (STACK_BYTES.load(Relaxed) as u64).saturating_sub(c.stacks_in_use);
        c.cache_bytes = (rt::n_p() * size_of::<PCache>()) as u64;
        c.span_bytes = sizes.span_records as u64;
        c.table_bytes = (sizes.in_use / 64 * 3) as u64;
        let known = c.span_bytes + (rt::n_p() * size_of::<P>()) as u64;
        c.bucket_bytes = crate::profiles::table_bytes() as u64;
        c.other_bytes = (persist::BYTES.load(Relaxed) as u64).saturating_sub(known + c.bucket_bytes);
        c.max_procs = rt::n_p() as u64;
        c.created = created();
        c.goroutines = by_state();
        c.threads = RT.sched.lock().n_m as u64;
        c.mutex_wait_ns = TIMES.mutex_wait_ns.load(Relaxed);
        c.allocs_by_class = totals.mallocs;
        c.frees_by_class = totals.frees;
        TIMES.latencies.read(&mut c.latencies);
        TIMES.gc_pauses[0].read(&mut c.gc_stopping);
        TIMES.gc_pauses[1].read(&mut c.gc_total);
        TIMES.other_pauses[0].read(&mut c.other_stopping);
        TIMES.other_pauses[1].read(&mut c.other_total);
    }
}
