//! Every nondeterministic decision of the runtime goes through here: which goroutine runs next, whom to steal from,
//! select order, map seeds, timer ties, poll order.
//!
//! Normally the numbers come from the M's own generator. With `UNDERGO_SEED=n` in the environment they come from one
//! generator seeded with n, so that a run repeats as far as the decisions go.

use crate::lock::Mutex;
use crate::m;
use core::sync::atomic::{AtomicBool, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::random::Fast;

static SEEDED: AtomicBool = AtomicBool::new(false);
static SOURCE: Mutex<Fast> = Mutex::new(Rank::Leaf, Fast::new(0));

/// Switches to deterministic mode. At start only.
pub fn seed(n: u64) {
    *SOURCE.lock() = Fast::new(n);
    SEEDED.store(true, Relaxed);
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
