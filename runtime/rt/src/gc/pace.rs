//! When to collect: after the heap has grown by GOGC percent, or comes near GOMEMLIMIT, or has not been looked at for
//! two minutes.

use super::generation;
use crate::g::G;
use crate::mem::stats::STATS;
use core::sync::atomic::{AtomicI32, AtomicI64, AtomicU64, Ordering::Relaxed};
use undergo_rtcore::pacing::Work;
use undergo_rtsys::linux::clock;

/// Smallest heap that is collected, at GOGC=100.
const HEAP_MIN: u64 = 4 << 20;
/// Pages for which there is a page of tables, about: bits and pointer masks of small objects.
const TABLES: u64 = 32;
/// Bytes beyond the goal before goroutines that allocate wait for the end of marking, beside a sixty-fourth part of it: where
/// marking is no burden, and where it is.
const OVERSHOOT: [u64; 2] = [512 << 10, 64 << 10];
/// Bytes that a goroutine may allocate while objects are marked before it waits for the end of marking as one of those
/// that have taken the heap beyond its goal; the others wait only if it is exceeded by far.
const LITTLE: u64 = 1 << 20;
/// And no larger part of the heap, where marking is a burden.
const LITTLE_PART: u64 = 32;
/// Bits of `GHead::made` that count kilobytes. Those above are low bits of the number of the collection.
const MADE_BITS: u32 = 24;
/// Growth between two collections below which the next one is likely to be done in one pause, if the last one was.
const SMALL_DISTANCE: u64 = 8 << 20;
/// Bytes made while objects are marked that count as alive, beside a sixteenth of what has been read.
const COUNTED: u64 = 512 << 10;
/// Collections are minor while there is this part of the room left that a major one has left.
const YOUNG: u64 = 4;
/// A collection is forced after this time, ns.
const PERIOD: i64 = 120_000_000_000;

/// State of the pacer. All fields are independent atomics.
///
/// | field | who writes | meaning |
/// |---|---|---|
/// | used | allocation, the collector | bytes taken by objects since they were last counted, dead ones included |
/// | trigger | the collector, setters | `used` that starts a collection |
/// | percent | setters | GOGC, negative: off |
/// | limit | setters | GOMEMLIMIT |
/// | live | the collector | bytes that the last collection found alive, with those made while objects were marked |
/// | old | the collector | `live` at the end of the last collection that was not minor |
/// | marked | the collector | bytes that it has marked, without them, and without what was old before a minor one |
/// | allowance | the collector | bytes that count as alive although they are not there ([`Work`]) |
/// | spare | the collector | what is added to the smallest heap that is collected |
/// | left | the collector | `used` at the end of the last collection |
/// | cpu | the collector | processor time of the process at that time, ns |
/// | marking, total | the collector | processor time of marking, and of all, with that before counted less and less |
/// | roots | the collector | bytes of data segments and stacks, at the last collection |
/// | alone | the collector | bytes that would have been allocated while the last collection marked, without assists |
/// | begun | the collector | `used` when marking began |
/// | hard | the collector | `used` beyond which goroutines that allocate much wait for the end of marking |
/// | hardest | the collector | `used` beyond which all that allocate do |
/// | overhead | the collector | bytes of pages that are not bytes of objects, at the last collection |
/// | last | the collector | monotonic time of the end of the last collection |
#[derive(Debug)]
struct Pace {
    used: AtomicU64,
    trigger: AtomicU64,
    percent: AtomicI32,
    limit: AtomicI64,
    live: AtomicU64,
    old: AtomicU64,
    marked: AtomicU64,
    allowance: AtomicU64,
    spare: AtomicU64,
    left: AtomicU64,
    cpu: AtomicI64,
    marking: AtomicU64,
    total: AtomicU64,
    roots: AtomicU64,
    alone: AtomicU64,
    begun: AtomicU64,
    hard: AtomicU64,
    hardest: AtomicU64,
    overhead: AtomicU64,
    last: AtomicI64,
}

static PACE: Pace = Pace {
    used: AtomicU64::new(0),
    trigger: AtomicU64::new(HEAP_MIN),
    percent: AtomicI32::new(100),
    limit: AtomicI64::new(i64::MAX),
    live: AtomicU64::new(0),
    old: AtomicU64::new(0),
    marked: AtomicU64::new(0),
    allowance: AtomicU64::new(0),
    spare: AtomicU64::new(0),
    left: AtomicU64::new(0),
    cpu: AtomicI64::new(0),
    marking: AtomicU64::new(0),
    total: AtomicU64::new(0),
    roots: AtomicU64::new(0),
    alone: AtomicU64::new(0),
    begun: AtomicU64::new(0),
    hard: AtomicU64::new(u64::MAX),
    hardest: AtomicU64::new(u64::MAX),
    overhead: AtomicU64::new(0),
    last: AtomicI64::new(0),
};

/// `bytes` more are taken by objects. Whether a collection is due: asked again with every span until one has run, since
/// a pinned goroutine, for example, cannot see to it.
#[inline]
pub fn allocated(bytes: usize) -> bool {
    PACE.used.fetch_add(bytes as u64, Relaxed) + bytes as u64 >= PACE.trigger.load(Relaxed)
}

/// Whether a collection is wanted because of the size of the heap.
pub fn is_due() -> bool {
    PACE.used.load(Relaxed) >= PACE.trigger.load(Relaxed)
}

/// Whether the last collection is too long ago.
pub fn is_overdue(now: i64) -> bool {
    let last = PACE.last.load(Relaxed);
    last != 0 && now - last > PERIOD && PACE.percent.load(Relaxed) >= 0
}

/// Marking begins: no other collection is due until it has ended.
pub fn marking_begins() {
    let (used, goal) = (PACE.used.load(Relaxed), goal());
    PACE.begun.store(used, Relaxed);
    let hard = goal.max(used).saturating_add(beyond(goal));
    PACE.hard.store(hard, Relaxed);
    PACE.hardest.store(if has_limit() { hard } else { hard.saturating_add(goal / 8) }, Relaxed);
    PACE.trigger.store(u64::MAX, Relaxed);
}

/// Whether the program spends so much of its time on marking that its heap has more room.
fn is_burden() -> bool {
    PACE.spare.load(Relaxed) > 0
}

/// Bytes beyond the goal before goroutines that allocate wait.
fn beyond(goal: u64) -> u64 {
    goal / 64 + if has_limit() { 0 } else { OVERSHOOT[usize::from(is_burden())] }
}

/// Whether the heap is so large that goroutines that allocate should wait for the collection that is due.
pub fn is_far_beyond_goal() -> bool {
    let goal = goal();
    PACE.used.load(Relaxed) >= goal.saturating_add(beyond(goal))
}

/// A collection has marked `marked` bytes in objects that were there when it began, which took `marking` ns of processor time
/// while the program ran. As in Go, those made since then count as alive, since nothing of them is freed; but not all of them
/// if they are many, for example since helpers have had no processor: the heap would grow for that reason.
pub fn collected(marked: u64, marking: u64) {
    let used = PACE.used.load(Relaxed);
    let pages = crate::mem::pages::sizes().in_use as u64;
    PACE.overhead.store(pages.saturating_sub(used), Relaxed);
    let during = used.saturating_sub(PACE.begun.load(Relaxed));
    let [helpers, assists] = super::work::read();
    let counted = during.min((helpers + assists).min(marked) / 16 + COUNTED);
    // What would have been allocated while helpers had read everything.
    let alone = match helpers.max(assists / 7) {
        0 => u128::from(during),
        share => u128::from(during) * u128::from(helpers + assists) / u128::from(share),
    };
    PACE.alone.store(alone as u64, Relaxed);
    // As in Go, a stack counts as its first block at least.
    let roots = super::cycle::last_roots();
    let blocks = crate::sched::create::count() * crate::stack::FIRST;
    let roots = (roots.globals + roots.stacks.max(blocks)) as u64;
    PACE.roots.store(roots, Relaxed);
    if generation::is_minor() {
        PACE.marked.store(marked - PACE.live.load(Relaxed), Relaxed);
    } else {
        PACE.marked.store(marked, Relaxed);
        PACE.old.store(marked + counted, Relaxed);
        let works = work_done(used.saturating_sub(PACE.left.load(Relaxed)), marking);
        let least = |f: &dyn Fn(&Work) -> u64| works.iter().map(f).min().unwrap_or(0);
        PACE.allowance.store(least(&|work| work.allowance(marked, roots)).saturating_sub(counted), Relaxed);
        PACE.spare.store(least(&Work::spare), Relaxed);
    }
    PACE.live.store(marked + counted, Relaxed);
    PACE.used.store(marked + during, Relaxed);
    PACE.left.store(marked + during, Relaxed);
    PACE.last.store(crate::rt::nanotime(), Relaxed);
    retrigger();
}

/// What the program has done since the last collection that was not minor, and with times before that counted less and less:
/// that a single collection takes long says little.
fn work_done(allocated: u64, marking: u64) -> [Work; 2] {
    let now = clock::process_cpu_ns();
    let total = (now - PACE.cpu.swap(now, Relaxed)) as u64;
    let [marking_sum, total_sum] = [(&PACE.marking, marking), (&PACE.total, total)].map(|(sum, ns)| {
        let with_it = sum.load(Relaxed) / 2 + ns;
        sum.store(with_it, Relaxed);
        with_it
    });
    let is_one = crate::rt::n_p() == 1;
    [[marking, total], [marking_sum, total_sum]].map(|[marking, total]| Work { allocated, marking, total, is_one })
}

/// Recomputes the trigger from what is alive and the settings: so far before the goal that marking is likely to end before
/// the program reaches it, if it allocates as during the last collection.
fn retrigger() {
    if super::cycle::is_marking() {
        return;
    }
    let goal = goal();
    let distance = goal.saturating_sub(PACE.live.load(Relaxed));
    let during = PACE.alone.load(Relaxed);
    // If nothing was allocated meanwhile, the world stood still: so it will, if the heap is as small as it was.
    let is_small = during == 0 && distance < SMALL_DISTANCE;
    // Where marking is a burden it should be over soon: those who allocate mark along.
    let longest = if is_burden() { distance / 16 } else { distance * 3 / 10 };
    let runway = if is_small { 0 } else { (during + during / 4).clamp(distance / 20, longest) };
    let trigger = goal.saturating_sub(runway);
    // A minor collection comes when half of the way to the goal is gone.
    let young = if is_young_enough() { PACE.live.load(Relaxed).saturating_add(distance / 2) } else { u64::MAX };
    PACE.trigger.store(trigger.min(young), Relaxed);
}

/// Whether the next collection is to be minor: there are old objects worth not reading, and they leave room for young ones.
pub fn is_young_enough() -> bool {
    if !generation::is_on() {
        return false;
    }
    let (goal, old) = (goal(), PACE.old.load(Relaxed));
    (old >= HEAP_MIN || super::check::is_torturing())
        && goal.saturating_sub(PACE.live.load(Relaxed)) >= goal.saturating_sub(old) / YOUNG
}

/// Bytes of objects to be read for `bytes` bytes allocated while objects are marked, so that marking ends before the heap
/// reaches its goal.
pub fn assist_for(bytes: usize) -> u64 {
    let left = PACE.marked.load(Relaxed).saturating_sub(super::mark::marked().0);
    let room = goal().saturating_sub(PACE.used.load(Relaxed)).max(64 << 10);
    // 16 times as much as is allocated: beyond that the program would stand still.
    (bytes as u64).saturating_mul(left) / room.max(left / 16)
}

/// Heap size at which the next collection starts.
pub fn goal() -> u64 {
    // Minor collections have the goal of the last major one.
    let live = if generation::is_on() { PACE.old.load(Relaxed) } else { PACE.live.load(Relaxed) };
    let percent = PACE.percent.load(Relaxed);
    let by_growth = match u64::try_from(percent) {
        Err(_) => u64::MAX,
        Ok(p) => {
            let roots = PACE.roots.load(Relaxed);
            let live = live + PACE.allowance.load(Relaxed);
            (live.saturating_add((live + roots).saturating_mul(p) / 100))
                .max((HEAP_MIN + PACE.spare.load(Relaxed)) * p / 100)
        }
    };
    let limit = PACE.limit.load(Relaxed);
    if limit == i64::MAX {
        return by_growth;
    }
    // What is not objects counts too. At least a little growth, or the program would do nothing but collect.
    let taken = other_bytes() + PACE.overhead.load(Relaxed);
    let room = (limit as u64 - limit as u64 / 64).saturating_sub(taken);
    let by_limit = room - room / TABLES;
    let live = PACE.live.load(Relaxed);
    by_growth.min(by_limit.max(live + super::limiter::least_growth(live)))
}

/// Bytes of memory that is not heap.
pub fn other_bytes() -> u64 {
    (crate::persist::BYTES.load(Relaxed) + crate::stack::STACK_BYTES.load(Relaxed)) as u64
}

/// Whether so much has been allocated since marking began that it should end before `gp`, which allocates, goes on.
pub fn is_beyond_goal(gp: &G) -> bool {
    let used = PACE.used.load(Relaxed);
    let hard = PACE.hard.load(Relaxed);
    let little = if is_burden() { LITTLE.min(hard / LITTLE_PART) } else { LITTLE } >> 10;
    used >= hard && (u64::from(made_kilobytes(gp)) >= little || used >= PACE.hardest.load(Relaxed))
}

/// Kilobytes that a goroutine has allocated since marking began.
fn made_kilobytes(gp: &G) -> u32 {
    let is_of_this = gp.head.made >> MADE_BITS == super::cycle::number() & (u32::MAX >> MADE_BITS);
    if is_of_this { gp.head.made & ((1 << MADE_BITS) - 1) } else { 0 }
}

/// A goroutine has allocated `bytes` bytes while objects are marked.
pub fn made(gp: &mut G, bytes: usize) {
    let most = (1 << MADE_BITS) - 1;
    let kilobytes = bytes.div_ceil(1024).min(most as usize) as u32;
    gp.head.made = super::cycle::number() << MADE_BITS | (made_kilobytes(gp) + kilobytes).min(most);
}

/// Whether there is a limit of memory.
pub fn has_limit() -> bool {
    PACE.limit.load(Relaxed) != i64::MAX
}

/// Bytes that were alive when the last collection ended.
pub fn live() -> u64 {
    PACE.live.load(Relaxed)
}

/// Bytes taken by objects, dead ones since the last collection included.
pub fn used() -> u64 {
    PACE.used.load(Relaxed)
}

/// GOGC, negative if off.
pub fn percent() -> i32 {
    PACE.percent.load(Relaxed)
}

/// GOMEMLIMIT, bytes.
pub fn limit() -> u64 {
    PACE.limit.load(Relaxed) as u64
}

/// Sets GOGC, returns the old value. The caller sees to a collection if one is due.
pub fn set_percent(percent: i32) -> i32 {
    let old = PACE.percent.swap(percent.max(-1), Relaxed);
    retrigger();
    old
}

/// Sets GOMEMLIMIT unless negative, returns the old value.
pub fn set_limit(limit: i64) -> i64 {
    if limit < 0 {
        return PACE.limit.load(Relaxed);
    }
    let old = PACE.limit.swap(limit, Relaxed);
    retrigger();
    old
}

/// The settings of the environment, at start. Malformed values are ignored for GOGC and fatal for GOMEMLIMIT, as in Go.
pub fn init(gogc: Option<&[u8]>, memlimit: Option<&[u8]>) {
    use undergo_rtcore::settings::{parse_gogc, parse_mem_limit};
    PACE.percent.store(gogc.map_or(100, parse_gogc), Relaxed);
    if let Some(text) = memlimit.filter(|t| !t.is_empty()) {
        match parse_mem_limit(text) {
            Some(limit) => PACE.limit.store(limit, Relaxed),
            None => crate::exit::throw("malformed GOMEMLIMIT; see `go doc runtime/debug.SetMemoryLimit`"),
        }
    }
    PACE.last.store(crate::rt::nanotime(), Relaxed);
    retrigger();
    STATS.cycles.store(0, Relaxed);
}
