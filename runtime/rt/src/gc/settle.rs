//! After marking and before sweeping: what dead objects leave behind is dealt with, while the program runs.
//!
//! ```text
//!   mark termination    everything old is unswept, nothing can be swept
//!   timers              channel timers that nobody can reach are disarmed
//!   weak handles        of dead objects are cleared
//!   finalizers          of dead objects are queued, and the objects marked once more
//!   the rest            cleanups of objects that are still dead are queued, samples of them counted
//!   sweep               opened
//! ```
//! Meanwhile nobody else changes marks of unswept spans, so an object is dead if it lies in one and is not marked
//! ([`lives`]). What is allocated comes from new spans. The goroutine that drives collections does it in pieces; goroutines
//! that allocate meanwhile help ([`help`]), and whoever wants to sweep to the end does what is left. What may look at dead
//! objects while the program runs asks here: [`weak_target`].

use super::sweep;
use crate::lock::{Guard, Mutex};
use crate::mem::span::{Found, find_object};
use crate::mem::special;
use crate::witness::WorldStopped;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use undergo_rtcore::lock_rank::Rank;

/// What is to be done next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Timers,
    Weak,
    Finalizers,
    Rest,
    Done,
}

/// The step, which changes under the lock only.
static STEP: Mutex<Step> = Mutex::new(Rank::Settle, Step::Done);
/// Whether the step is another than `Done`. Written under the lock, or with the world stopped.
static IS_PENDING: AtomicBool = AtomicBool::new(false);

/// Everything old is unswept from now on.
pub fn begin(world: &WorldStopped<'_>) {
    sweep::begin(world);
    *STEP.lock() = Step::Timers;
    IS_PENDING.store(true, Release);
}

/// Whether there is something to be done, before which nothing can be swept.
pub fn is_pending() -> bool {
    IS_PENDING.load(Acquire)
}

/// Does a piece of what is to be done; whether there is more.
pub fn some() -> bool {
    is_pending() && piece(STEP.lock())
}

/// A goroutine takes memory that has not been used yet, since nothing can be swept: does a piece, unless somebody else is at
/// it. The one that drives collections may have no processor.
pub fn help() {
    if is_pending()
        && let Some(step) = STEP.try_lock()
    {
        piece(step);
    }
}

fn piece(mut step: Guard<'_, Step>) -> bool {
    match *step {
        Step::Timers => {
            crate::timer::drop_unreachable();
            special::begin_walk();
            *step = Step::Weak;
        }
        Step::Weak => {
            if !special::clear_weak() {
                special::begin_walk();
                *step = Step::Finalizers;
            }
        }
        Step::Finalizers => {
            if !special::queue_finalizers() {
                special::begin_walk();
                *step = Step::Rest;
            }
        }
        Step::Rest => {
            if !special::queue_cleanups() {
                *step = Step::Done;
                sweep::open();
                IS_PENDING.store(false, Release);
                drop(step);
                crate::sched::inject(special::claim_waiting());
                return false;
            }
        }
        Step::Done => return false,
    }
    true
}

/// Whether an object is not dead. While something is pending.
pub fn is_alive(found: &Found) -> bool {
    // SAFETY: M1.
    let span = unsafe { &*found.span };
    span.swept.load(Acquire) == sweep::number() || span.is_marked(found.index)
}

/// Whether an address leads to an object that is not dead. While something is pending.
pub fn lives(address: usize) -> bool {
    find_object(address).is_some_and(|found| is_alive(&found))
}

/// What a weak handle leads to, 0 if that is dead. The handle is that of a live weak pointer.
pub fn weak_target(handle: &AtomicUsize) -> usize {
    let target = handle.load(Acquire);
    if target == 0 || !IS_PENDING.load(Acquire) {
        return target;
    }
    let step = STEP.lock();
    let target = handle.load(Acquire);
    // Those of dead objects are clear when the step has been made; their finalizers' objects are marked later.
    let is_dead = match *step {
        Step::Timers | Step::Weak => target != 0 && !lives(target),
        Step::Finalizers | Step::Rest | Step::Done => false,
    };
    if is_dead { 0 } else { target }
}
