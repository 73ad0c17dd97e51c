//! MemStats.

use super::{pages, stats};
use crate::gc::pace;
use crate::persist;
use crate::stack::{STACK_BYTES, STACK_INUSE};
use core::sync::atomic::Ordering::Relaxed;
use stats::STATS;
use undergo_rtcore::size_class::{N_CLASSES, SIZES};
use undergo_rtsys::entry;

/// `runtime.MemStats`.
#[repr(C)]
#[derive(Debug)]
struct MemStats {
    alloc: u64,
    total_alloc: u64,
    sys: u64,
    lookups: u64,
    mallocs: u64,
    frees: u64,
    heap_alloc: u64,
    heap_sys: u64,
    heap_idle: u64,
    heap_inuse: u64,
    heap_released: u64,
    heap_objects: u64,
    stack_inuse: u64,
    stack_sys: u64,
    mspan_inuse: u64,
    mspan_sys: u64,
    mcache_inuse: u64,
    mcache_sys: u64,
    buck_hash_sys: u64,
    gc_sys: u64,
    other_sys: u64,
    next_gc: u64,
    last_gc: u64,
    pause_total_ns: u64,
    pause_ns: [u64; 256],
    pause_end: [u64; 256],
    num_gc: u32,
    num_forced_gc: u32,
    gc_cpu_fraction: f64,
    enable_gc: bool,
    debug_gc: bool,
    by_size: [BySize; 61],
}

#[repr(C)]
#[derive(Debug)]
struct BySize {
    size: u32,
    mallocs: u64,
    frees: u64,
}

/// Bytes of objects allocated or freed, by the sizes of their classes.
fn bytes(counts: &[u64; N_CLASSES], large: u64) -> u64 {
    large + (1..N_CLASSES).map(|c| counts[c] * SIZES[c] as u64).sum::<u64>()
}

/// Fills in everything.
fn fill(m: &mut MemStats) {
    let (sizes, totals) = pages::sizes_and_totals();
    m.total_alloc = bytes(&totals.mallocs, totals.large_bytes);
    m.alloc = m.total_alloc - bytes(&totals.frees, totals.large_freed);
    m.heap_alloc = m.alloc;
    m.mallocs = totals.mallocs.iter().sum::<u64>() + totals.tiny;
    m.frees = totals.frees.iter().sum::<u64>() + totals.tiny;
    m.heap_objects = m.mallocs - m.frees;
    m.heap_inuse = sizes.in_use as u64;
    m.heap_idle = sizes.idle as u64;
    m.heap_sys = m.heap_inuse + m.heap_idle;
    m.heap_released = sizes.released as u64;
    m.stack_inuse = STACK_INUSE.load(Relaxed) as u64;
    m.stack_sys = STACK_BYTES.load(Relaxed) as u64;
    m.mspan_inuse = sizes.span_records as u64;
    m.mspan_sys = m.mspan_inuse;
    m.mcache_inuse = (crate::rt::n_p() * size_of::<super::PCache>()) as u64;
    m.mcache_sys = m.mcache_inuse;
    m.buck_hash_sys = crate::profiles::table_bytes() as u64;
    let known = m.mspan_sys + m.mcache_sys + m.buck_hash_sys;
    m.other_sys = (persist::BYTES.load(Relaxed) as u64).saturating_sub(known);
    // Mark, kept and mask bits of the pages in use.
    m.gc_sys = (sizes.in_use / 64 * 3) as u64;
    m.sys = m.heap_sys + m.stack_sys + m.mspan_sys + m.mcache_sys + m.buck_hash_sys + m.other_sys + m.gc_sys;
    m.next_gc = pace::goal();
    m.last_gc = STATS.last_end.load(Relaxed);
    m.pause_total_ns = STATS.pause_total.load(Relaxed);
    for i in 0..256 {
        m.pause_ns[i] = STATS.pauses[i].load(Relaxed);
        m.pause_end[i] = STATS.pause_ends[i].load(Relaxed);
    }
    m.num_gc = STATS.cycles.load(Relaxed) as u32;
    m.num_forced_gc = STATS.forced.load(Relaxed) as u32;
    m.enable_gc = true;
    for (class, row) in m.by_size.iter_mut().enumerate() {
        *row = BySize { size: SIZES[class] as u32, mallocs: totals.mallocs[class], frees: totals.frees[class] };
    }
    m.by_size[0] = BySize { size: 0, mallocs: 0, frees: 0 };
}

/// Calls `f` with the numbers that a dump of the heap has, in its order.
pub fn each_for_dump(mut f: impl FnMut(u64)) {
    // SAFETY: plain data, of which zero is valid.
    let mut m: MemStats = unsafe { core::mem::zeroed() };
    fill(&mut m);
    let sizes = [
        m.alloc,
        m.total_alloc,
        m.sys,
        m.lookups,
        m.mallocs,
        m.frees,
        m.heap_alloc,
        m.heap_sys,
        m.heap_idle,
        m.heap_inuse,
        m.heap_released,
        m.heap_objects,
        m.stack_inuse,
        m.stack_sys,
        m.mspan_inuse,
        m.mspan_sys,
        m.mcache_inuse,
        m.mcache_sys,
        m.buck_hash_sys,
        m.gc_sys,
        m.other_sys,
        m.next_gc,
        m.last_gc,
        m.pause_total_ns,
    ];
    sizes.into_iter().chain(m.pause_ns).chain([m.num_gc.into()]).for_each(&mut f);
}

entry! {
    /// Fills in what `runtime.ReadMemStats` reports, with the world stopped, so that the numbers fit each other.
    "runtime.readmemstats" => fn readmemstats(m: *mut MemStats) {
        let fill: crate::world::Op = |_, [m, _], _| {
            // SAFETY: the overlay passes a MemStats of a goroutine that waits for us.
            fill(unsafe { &mut *(m as *mut MemStats) });
            0
        };
        crate::world::run_stopped(fill, [m as usize, 0], crate::tracer::Stop::MemStats);
    }
}
