//! One collection.
//!
//! ```text
//!   begin        world stopped: barrier on, what Rust holds is shaded
//!   (marking)    world runs: helpers read globals, stacks and objects; allocations assist
//!   mark_done    world stopped: what is left is marked; barrier off, all spans unswept
//!   (settling)   world runs: what dead objects leave behind is dealt with
//!   (sweeping)   world runs
//! ```
//! With `GODEBUG=gcstoptheworld=1`, and before the driver goroutine exists, [`collect`] does all of it with the world
//! stopped.

use super::mark::Marker;
use super::{
    barrier, check, control, generation, helpers, leaks, limiter, mark, never, pace, roots, settle, sweep, trace, work,
};
use crate::g::{self, G};
use crate::lock::Mutex;
use crate::mem::arena;
use crate::mem::stats::STATS;
use crate::metrics::TIMES;
use crate::rt;
use crate::tracer;
use crate::witness::WorldStopped;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::linux::clock;

/// How long objects are read with the world stopped at the end, ns, before marking goes on with the world running. With
/// every attempt it is twice as long.
const LAST_NS: i64 = 50_000;
/// If the last collection has read fewer bytes, the next one tries to mark everything in the first pause.
const SMALL: u64 = 512 << 10;
/// And if it has found fewer objects alive.
const SMALL_OBJECTS: u64 = 8 << 10;
/// And if it has read fewer bytes of roots.
const SMALL_ROOTS: usize = 512 << 10;
/// And if there are fewer goroutines.
const SMALL_COUNT: usize = 64;
/// An attempt that fails is not made again for so many collections.
const RETRY_AFTER: u32 = 16;
/// How long objects are read in that attempt, ns.
const FIRST_NS: i64 = 80_000;
/// After so many attempts marking ends with the world stopped, whatever is left.
const MAX_ATTEMPTS: u32 = 8;

/// State of the running collection, and results of the last one. Independent atomics, written by whoever runs the
/// collection.
struct Cycle {
    /// Number of the collection.
    number: AtomicU32,
    /// Objects are being marked while the world runs.
    is_marking: AtomicBool,
    /// Times that [`mark_done`] was called in this collection.
    attempts: AtomicU32,
    /// The goroutine that drives the collection, or the last one.
    driver: AtomicPtr<G>,
    /// When the collection began.
    begun: AtomicI64,
    /// Length of the first pause, ns.
    first_pause: AtomicI64,
    /// Bytes in use when it began, and when marking ended.
    used: [AtomicU64; 2],
    /// The heap's goal when it began.
    goal: AtomicU64,
    /// Time that assists, helpers and idle Ps have taken when it began, ns.
    cpu: [AtomicU64; 3],
    /// Bytes of objects read.
    read: AtomicU64,
    /// The number of the first collection that may try to mark everything in its first pause.
    not_before: AtomicU32,
    /// Bytes of data segments read.
    globals: AtomicUsize,
    /// Bytes of stacks read.
    stacks: AtomicUsize,
}

static CYCLE: Cycle = Cycle {
    number: AtomicU32::new(0),
    is_marking: AtomicBool::new(false),
    attempts: AtomicU32::new(0),
    driver: AtomicPtr::new(ptr::null_mut()),
    begun: AtomicI64::new(0),
    first_pause: AtomicI64::new(0),
    used: [const { AtomicU64::new(0) }; 2],
    goal: AtomicU64::new(0),
    cpu: [const { AtomicU64::new(0) }; 3],
    read: AtomicU64::new(0),
    not_before: AtomicU32::new(0),
    globals: AtomicUsize::new(0),
    stacks: AtomicUsize::new(0),
};

/// The marker of the goroutine that drives the collection. Its buffer is kept.
static DRIVER_MARKER: Mutex<Marker> = Mutex::new(Rank::Sweep, Marker::new());

/// Roots that the last collection read.
pub fn last_roots() -> roots::Sizes {
    roots::Sizes { globals: CYCLE.globals.load(Relaxed), stacks: CYCLE.stacks.load(Relaxed) }
}

/// Adds to what the running collection has read of the roots.
pub fn count_roots(sizes: roots::Sizes) {
    CYCLE.globals.fetch_add(sizes.globals, Relaxed);
    CYCLE.stacks.fetch_add(sizes.stacks, Relaxed);
}

/// Number of the running collection, or the last one.
pub fn number() -> u32 {
    CYCLE.number.load(Relaxed)
}

/// Whether objects are being marked while the world runs.
pub fn is_marking() -> bool {
    CYCLE.is_marking.load(Relaxed)
}

/// Whether a goroutine drives the running collection.
pub fn is_driver(gp: &G) -> bool {
    ptr::eq(CYCLE.driver.load(Relaxed), gp)
}

/// Whether there is probably so little to mark that stopping the world for it is shorter than waking others.
fn is_small() -> bool {
    let roots = last_roots();
    number().wrapping_sub(CYCLE.not_before.load(Relaxed)) as i32 >= 0
        && CYCLE.read.load(Relaxed) < SMALL
        && STATS.marked_objects.load(Relaxed) < SMALL_OBJECTS
        && roots.globals + roots.stacks < SMALL_ROOTS
        && crate::sched::create::count() < SMALL_COUNT
        && !check::is_torturing()
}

/// Time that assists, helpers and idle Ps have taken so far, ns.
fn mark_times() -> [u64; 3] {
    [&TIMES.assist_ns, &TIMES.dedicated_ns, &TIMES.idle_mark_ns].map(|ns| ns.load(Relaxed))
}

/// The same in the running collection, or the last one.
fn mark_times_of_cycle() -> [u64; 3] {
    let times = mark_times();
    core::array::from_fn(|i| times[i] - CYCLE.cpu[i].load(Relaxed))
}

/// Prepares marking.
fn prepare(world: &WorldStopped<'_>) {
    crate::metrics::pause_is_for_gc();
    sweep::finish();
    CYCLE.number.fetch_add(1, Relaxed);
    CYCLE.globals.store(0, Relaxed);
    CYCLE.stacks.store(0, Relaxed);
    CYCLE.first_pause.store(0, Relaxed);
    CYCLE.begun.store(rt::nanotime(), Relaxed);
    CYCLE.used[0].store(pace::used(), Relaxed);
    CYCLE.goal.store(pace::goal(), Relaxed);
    for (at_begin, now) in CYCLE.cpu.iter().zip(mark_times()) {
        at_begin.store(now, Relaxed);
    }
    each_p(world, |p| p.mem.leave_tiny_block());
    if tracer::is_on() {
        tracer::gc_begin();
    }
}

/// Decides whether the collection is minor, and prepares it.
fn begin_generation(kind: usize, marker: &mut Marker, world: &WorldStopped<'_>) {
    if generation::is_on() {
        each_p(world, barrier::flush);
        generation::begin(kind == control::GROWTH && pace::is_young_enough(), marker, world);
    }
}

/// Marks and sweeps. Nothing runs but this M, whose goroutine is inside an entry.
pub fn collect(kind: usize, world: &WorldStopped<'_>) {
    let start = rt::nanotime();
    prepare(world);
    let mut marker = DRIVER_MARKER.lock();
    marker.queue = Some(work::queue(None));
    marker.reset();
    let n = if kind == control::LEAKS { 0 } else { helpers::useful() };
    if n == 0 {
        marker.be_alone();
    }
    mark::begin();
    work::begin(1 + n);
    begin_generation(kind, &mut marker, world);
    pace::marking_begins();
    helpers::start(n, helpers::Job::Drain);
    count_roots(match kind {
        control::LEAKS => leaks::mark(&mut marker, world),
        _ => roots::mark_all(&mut marker, world),
    });
    marker.drain(&mut || {});
    helpers::finish();
    marker.count();
    drop(marker);
    end(world, 0);
    sweep::finish();
    record(kind, start);
}

/// Starts marking: the world may go on afterwards. False: there was so little to do that it is done.
pub fn begin(kind: usize, world: &WorldStopped<'_>) -> bool {
    let start = rt::nanotime();
    prepare(world);
    CYCLE.attempts.store(0, Relaxed);
    CYCLE.driver.store(g::current(), Relaxed);
    let n = helpers::concurrent();
    mark::begin();
    work::begin(n);
    pace::marking_begins();
    let mut marker = DRIVER_MARKER.lock();
    marker.queue = Some(work::queue(None));
    marker.reset();
    marker.be_alone();
    begin_generation(kind, &mut marker, world);
    let job = if is_small() {
        count_roots(roots::mark_all(&mut marker, world));
        let is_done = marker.drain_alone(FIRST_NS);
        marker.count_read();
        if is_done {
            marker.count();
            drop(marker);
            end(world, 0);
            record(kind, start);
            return false;
        }
        CYCLE.not_before.store(number().wrapping_add(RETRY_AFTER), Relaxed);
        helpers::Job::Drain
    } else {
        crate::roots::enumerate_few(&mut *marker, world);
        marker.give_all();
        roots::prepare(n, world);
        helpers::Job::RootsAndDrain
    };
    marker.count();
    drop(marker);
    barrier::turn_on(world);
    each_p(world, |p| p.mem.marking_begins(world));
    CYCLE.is_marking.store(true, Relaxed);
    helpers::prepare(n, job);
    CYCLE.first_pause.store(rt::nanotime() - start, Relaxed);
    true
}

/// The helpers have found nothing left to do: marks what barriers have noted meanwhile. False if that is much: marking
/// goes on with the world running.
pub fn mark_done(kind: usize, world: &WorldStopped<'_>) -> bool {
    let start = rt::nanotime();
    crate::metrics::pause_is_for_gc();
    each_p(world, barrier::flush);
    let attempt = CYCLE.attempts.fetch_add(1, Relaxed);
    let mut marker = DRIVER_MARKER.lock();
    marker.queue = Some(work::queue(None));
    marker.reset();
    marker.be_alone();
    crate::roots::enumerate_few(&mut *marker, world);
    let done = marker.drain_alone(if attempt < MAX_ATTEMPTS { LAST_NS << attempt } else { i64::MAX });
    marker.count();
    marker.count_read();
    drop(marker);
    if !done {
        helpers::prepare(work::resume(), helpers::Job::Drain);
        return false;
    }
    barrier::turn_off(world);
    CYCLE.is_marking.store(false, Relaxed);
    end(world, mark_times_of_cycle().iter().sum());
    record(kind, start);
    true
}

/// After marking: everything unmarked is dead. It took `marking` ns of processor time while the program ran.
fn end(world: &WorldStopped<'_>, marking: u64) {
    check::marks(world);
    never::check(world);
    arena::close_freed(world);
    each_p(world, |p| p.mem.flush(world));
    let (bytes, objects) = mark::marked();
    // A minor collection has not marked what was old.
    let bytes = bytes + if generation::is_minor() { pace::live() } else { 0 };
    STATS.marked_bytes.store(bytes, Relaxed);
    STATS.marked_objects.store(objects, Relaxed);
    CYCLE.read.store(work::read().iter().sum(), Relaxed);
    settle::begin(world);
    CYCLE.used[1].store(pace::used(), Relaxed);
    pace::collected(bytes, marking);
    if tracer::is_on() {
        tracer::gc_end();
        tracer::heap_alloc(pace::used());
        tracer::heap_goal(pace::goal());
    }
    control::end_waiting();
}

/// Calls `f` with every P.
fn each_p(_: &WorldStopped<'_>, mut f: impl FnMut(&mut crate::p::P)) {
    for p in rt::made_p() {
        // SAFETY: Ps live for ever; the world is stopped, so nobody uses them.
        f(unsafe { &mut *p });
    }
}

/// The collection is over, and everything is swept.
pub fn finished() {
    check::relax((rt::nanotime() - CYCLE.begun.load(Relaxed)) as u64);
}

/// Updates counters and the ring of pauses, and tells about the collection. The last pause began at `start`.
fn record(kind: usize, start: i64) {
    let first = CYCLE.first_pause.load(Relaxed);
    let last = rt::nanotime() - start;
    let pause = (last + first) as u64;
    let wall = clock::wall();
    let end = wall.sec as u64 * 1_000_000_000 + wall.nsec as u64;
    let n = STATS.cycles.fetch_add(1, Relaxed) as usize;
    if kind == control::FORCED || kind == control::LEAKS {
        STATS.forced.fetch_add(1, Relaxed);
    }
    STATS.pauses[n % 256].store(pause, Relaxed);
    STATS.pause_ends[n % 256].store(end, Relaxed);
    STATS.pause_total.fetch_add(pause, Relaxed);
    STATS.last_end.store(end, Relaxed);
    let times = mark_times();
    let [assist, dedicated, _] = times;
    // The last pause is counted when the world goes on.
    let total_ns = assist + dedicated + TIMES.pause_cpu_ns.load(Relaxed);
    limiter::collected(n as u64 + 1, total_ns);
    let roots = last_roots();
    let [before, end] = CYCLE.used.each_ref().map(|used| used.load(Relaxed));
    trace::print(&trace::Line {
        number: n as u64 + 1,
        begin: CYCLE.begun.load(Relaxed),
        clock: [first, start - CYCLE.begun.load(Relaxed) - first, last],
        cpu: mark_times_of_cycle(),
        heap: [before, end, pace::live()],
        goal: CYCLE.goal.load(Relaxed),
        roots: [roots.stacks, roots.globals],
        total_ns,
        kind,
    });
}
