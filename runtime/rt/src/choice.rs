//! Every nondeterministic decision of the runtime goes through here: which goroutine runs next, when it is made to yield,
//! whom to steal from, select order, map seeds, timer ties, poll order.
//!
//! Normally the numbers come from the M's own generator. With `UNDERGO_SEED=n` in the environment they come from one
//! generator seeded with n, there is one P, every runnable goroutine is as likely as any other to run next, and a goroutine
//! yields after a number of *points* that is drawn when it begins to run: its exits from runtime entries, and the first
//! function that it calls after each. Then a program whose behaviour depends on nothing but the schedule (no clock, no
//! input) does the same in every run with the same seed. `UNDERGO_SCHEDULE=hash` prints a hash of who ran in which order
//! when the process exits.

use crate::lock::Mutex;
use crate::{env, m};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::random::Fast;

static SEEDED: AtomicBool = AtomicBool::new(false);
static SOURCE: Mutex<Fast> = Mutex::new(Rank::Leaf, Fast::new(0));
/// Hash of the schedule so far, and whether it is to be printed. Changed by the M that has the P.
static SCHEDULE: AtomicU64 = AtomicU64::new(0xcbf2_9ce4_8422_2325);
static REPORT: AtomicBool = AtomicBool::new(false);
/// How often a goroutine began to run.
static RUNS: AtomicU64 = AtomicU64::new(0);
/// Points until the running goroutine yields. Changed by the M that has the P.
static POINTS: AtomicU32 = AtomicU32::new(0);
/// Points of one run are drawn below this.
const MAX_POINTS: u32 = 32;
/// How far down the queue of runnable goroutines a pick goes.
pub const PICK_DEPTH: u32 = 64;

/// Reads the environment. First thread, at start.
pub fn init() {
    if let Some(n) = env::var("UNDERGO_SEED").and_then(env::parse) {
        *SOURCE.lock() = Fast::new(n);
        SEEDED.store(true, Relaxed);
    }
    REPORT.store(env::var("UNDERGO_SCHEDULE") == Some(b"hash"), Relaxed);
}

/// Whether decisions repeat from run to run.
#[inline]
pub fn is_seeded() -> bool {
    SEEDED.load(Relaxed)
}

/// 64 random bits.
#[inline]
pub fn bits() -> u64 {
    if is_seeded() { SOURCE.lock().next() } else { m::current().fast.next() }
}

/// A number below `n` (0 if `n` is 0).
#[inline]
pub fn below(n: u32) -> u32 {
    if is_seeded() { SOURCE.lock().below(n) } else { m::current().fast.below(n) }
}

/// Seeded: goroutine `id` begins to run.
pub fn begins(id: u64) {
    POINTS.store(1 + below(MAX_POINTS), Relaxed);
    RUNS.store(RUNS.load(Relaxed) + 1, Relaxed);
    let hash = (SCHEDULE.load(Relaxed) ^ id).wrapping_mul(0x100_0000_01b3);
    SCHEDULE.store(hash ^ hash >> 29, Relaxed);
}

/// Seeded: a clock that repeats, ns: 10 µs for each time that a goroutine began to run.
pub fn schedule_ns() -> i64 {
    RUNS.load(Relaxed) as i64 * 10_000
}

/// Seeded: the running goroutine has come to a point; whether it yields there.
pub fn point() -> bool {
    let left = POINTS.load(Relaxed).saturating_sub(1);
    POINTS.store(left, Relaxed);
    left == 0
}

/// The process exits: prints the hash of the schedule if that is wanted.
pub fn report() {
    if REPORT.load(Relaxed) {
        use core::fmt::Write;
        let _ = writeln!(crate::exit::Stderr, "undergo: schedule {:#018x}", SCHEDULE.load(Relaxed));
    }
}
