//! One collection.

use super::mark::Marker;
use super::{control, helpers, mark, pace, roots, sweep};
use crate::mem::special;
use crate::mem::stats::STATS;
use crate::rt;
use crate::witness::WorldStopped;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use undergo_rtsys::linux::clock;

/// Bytes of data segments that the last collection read.
static GLOBALS: AtomicUsize = AtomicUsize::new(0);
/// Bytes of stacks that the last collection read.
static STACKS: AtomicUsize = AtomicUsize::new(0);

/// Roots that the last collection read.
pub fn last_roots() -> roots::Sizes {
    roots::Sizes { globals: GLOBALS.load(Relaxed), stacks: STACKS.load(Relaxed) }
}

/// Marks and sweeps. Nothing runs but this M, whose goroutine is inside an entry.
pub fn collect(kind: usize, world: &WorldStopped<'_>) {
    let start = rt::nanotime();
    crate::metrics::pause_is_for_gc();
    flush_caches(world);
    let mut marker = Marker::new();
    mark::begin(1 + helpers::available());
    helpers::start();
    let sizes = roots::mark_all(&mut marker, world);
    marker.drain();
    let helped = helpers::finish();
    crate::timer::drop_unreachable(world);
    special::settle(world);
    let live = sweep::all(world);
    trim_stacks(world);
    crate::sched::inject(special::claim_waiting());
    STATS.marked_bytes.store(marker.bytes + helped.0, Relaxed);
    STATS.marked_objects.store(marker.objects + helped.1, Relaxed);
    GLOBALS.store(sizes.globals, Relaxed);
    STACKS.store(sizes.stacks, Relaxed);
    pace::collected(live);
    record(kind, start);
}

/// Empties the caches of all Ps, so that every span is in the page table only.
fn flush_caches(world: &WorldStopped<'_>) {
    for i in 0..rt::MAX_P {
        let p = rt::RT.all_p[i].load(Relaxed);
        if !p.is_null() {
            // SAFETY: Ps live for ever; the world is stopped, so nobody uses their caches.
            unsafe { (*p).mem.flush(world) };
        }
    }
}

/// Gives back stack segments beyond the one that each goroutine stands on.
fn trim_stacks(_: &WorldStopped<'_>) {
    for gp in rt::all_g() {
        // SAFETY: goroutines do not run. Those that hold a system call or are being made have no segment beyond the
        // current one in use, and those that run entries (ours) stand on their current segment.
        unsafe { crate::stack::trim(&mut *gp) };
    }
}

/// Updates counters and the ring of pauses.
fn record(kind: usize, start: i64) {
    let pause = (rt::nanotime() - start) as u64;
    let wall = clock::wall();
    let end = wall.sec as u64 * 1_000_000_000 + wall.nsec as u64;
    let n = STATS.cycles.fetch_add(1, Relaxed) as usize;
    if kind == control::FORCED {
        STATS.forced.fetch_add(1, Relaxed);
    }
    STATS.pauses[n % 256].store(pause, Relaxed);
    STATS.pause_ends[n % 256].store(end, Relaxed);
    STATS.pause_total.fetch_add(pause, Relaxed);
    STATS.last_end.store(end, Relaxed);
}
