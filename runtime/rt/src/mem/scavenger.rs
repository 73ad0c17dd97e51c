//! The scavenger: gives memory of free pages that the heap will not need soon back to the system.
//!
//! The monitor thread does it in the background, a run of pages at a time, for a hundredth of one processor's time
//! ([`tick`]). Allocation that takes pages without memory gives back as much as it takes if more is free elsewhere than
//! will be needed, in pieces that are too small, or if the process would exceed a memory limit ([`make_room`]).

use super::pages::{self, Sizes};
use crate::gc::pace;
use crate::rt;
use core::sync::atomic::{AtomicI64, Ordering::Relaxed};
use undergo_rtcore::size_class::PAGE;

/// Time between two pieces, in times of what a piece takes.
const REST: i64 = 100;
/// Least time between two pieces, ns.
const REST_MIN: i64 = 1_000_000;
/// Time after which it is looked again whether there is anything to give, ns.
const IDLE: i64 = 100_000_000;

/// When the next piece is due, monotonic ns. The monitor's own.
static DUE: AtomicI64 = AtomicI64::new(0);

/// The monitor thread passes by at `now`: gives a piece back if one is due. How long until the next one, ns; `None` if all
/// has been given that there is.
pub fn tick(now: i64) -> Option<i64> {
    let due = DUE.load(Relaxed);
    if now < due {
        return Some(due - now);
    }
    let more = pages::scavenge(kept(&pages::sizes()), 1);
    let rest = if more { ((rt::nanotime() - now) * REST).max(REST_MIN) } else { IDLE };
    DUE.store(now + rest, Relaxed);
    more.then_some(rest)
}

/// Free pages that may keep their physical memory: a tenth more than the heap will need until the next collection.
fn kept(sizes: &Sizes) -> usize {
    let goal = usize::try_from(pace::goal()).unwrap_or(usize::MAX);
    goal.saturating_add(goal / 10).saturating_sub(sizes.in_use) / PAGE
}

/// Pages without physical memory have been taken, so many bytes of them: gives others back if there are too many of them,
/// or if the process exceeds its limit.
#[inline]
pub fn make_room(taken: usize, sizes: &Sizes) {
    let kept = kept(sizes);
    let excess = (sizes.idle - sizes.released).saturating_sub(kept * PAGE);
    if excess > 0 {
        pages::scavenge(kept, excess.min(taken));
    }
    if pace::has_limit() {
        keep_to_limit();
    }
}

#[cold]
fn keep_to_limit() {
    let sizes = pages::sizes();
    let ready = sizes.in_use + sizes.idle - sizes.released + pace::other_bytes() as usize;
    let excess = ready.saturating_sub(pace::limit() as usize);
    if excess > 0 {
        let idle = sizes.idle - sizes.released;
        pages::scavenge(idle.saturating_sub(excess) / PAGE, excess);
    }
}
