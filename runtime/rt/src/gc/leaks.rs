//! Goroutines that wait for what nobody can do any more (`runtime/pprof`'s profile "goroutineleak").
//!
//! A goroutine that waits for a channel or for what is in a variable of package sync is at first not taken for alive: its
//! stack is no root. It is once what it waits for is reachable from elsewhere. Those that are left when no other joins them
//! are leaked; their stacks are read all the same, so that nothing they hold is lost. (Saioc et al., *Dynamic Partial Deadlock
//! Detection and Recovery via Garbage Collection*, 2025.) What stacks hold by mistake may hide a leak but never makes one up.

use super::mark::Marker;
use super::roots::{self, Sizes};
use crate::chan::Chan;
use crate::g::{FLAG_LEAKED, G, GStatus, WaitReason};
use crate::mem::span::find_object;
use crate::rt;
use crate::timer;
use crate::witness::WorldStopped;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use undergo_rtsys::entry;

/// Number of goroutines that were found leaked last time.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Marks everything that the program reaches, and finds out which goroutines are leaked.
pub fn mark(marker: &mut Marker, world: &WorldStopped<'_>) -> Sizes {
    let mut sizes = roots::mark_all_but_stacks(marker, world);
    let mut read_if = |marker: &mut Marker, wanted: &dyn Fn(&G) -> bool| {
        let mut n = 0;
        for gp in rt::all_g() {
            // SAFETY: the world is stopped: goroutines do not run.
            unsafe {
                if !roots::is_read(&*gp) && wanted(&*gp) {
                    sizes.stacks += roots::read_stack(marker, gp);
                    n += 1;
                }
            }
        }
        n
    };
    for gp in rt::all_g() {
        // SAFETY: as above.
        unsafe { (*gp).flags &= !FLAG_LEAKED };
    }
    read_if(marker, &|g| !may_leak(g));
    loop {
        // Nobody helps, so that all is read then.
        marker.drain_alone(i64::MAX);
        if read_if(marker, &|g| can_be_woken(g)) == 0 {
            break;
        }
    }
    let mut count = 0;
    for gp in rt::all_g() {
        // SAFETY: as above.
        let g = unsafe { &mut *gp };
        // As in Go, the main goroutine may wait for ever on purpose.
        let on_purpose = g.head.id == 1 && g.wait_reason == WaitReason::SelectNoCases;
        if !roots::is_read(g) && !on_purpose {
            g.flags |= FLAG_LEAKED;
            count += 1;
        }
    }
    COUNT.store(count, Relaxed);
    read_if(marker, &|_| true);
    sizes
}

/// Whether a goroutine waits for another one to do something.
fn may_leak(g: &G) -> bool {
    use WaitReason::*;
    let waits = matches!(
        g.wait_reason,
        ChanReceive
            | ChanSend
            | ChanReceiveNil
            | ChanSendNil
            | Select
            | SelectNoCases
            | CondWait
            | MutexLock
            | RwMutexLock
            | RwMutexRLock
            | WaitGroupWait
    );
    g.status() == GStatus::Waiting && waits && !g.is_system()
}

/// Whether something that is alive knows what the goroutine waits for.
fn can_be_woken(g: &G) -> bool {
    match g.wait_reason {
        WaitReason::ChanReceiveNil | WaitReason::ChanSendNil | WaitReason::SelectNoCases => false,
        // SAFETY: it waits for the channel, which its stack keeps.
        WaitReason::ChanReceive | WaitReason::ChanSend => unsafe { is_known_channel(g.operands[0] as *const Chan) },
        WaitReason::Select => {
            let mut at = g.wait.waiters;
            // SAFETY: the waiters of a goroutine that waits, and their channels.
            unsafe {
                while let Some(w) = at.as_ref() {
                    if is_known_channel(w.chan) {
                        return true;
                    }
                    at = w.sibling;
                }
            }
            false
        }
        // What lies on its own stack is known to nobody else.
        // SAFETY: it waits, so that its list of segments is stable.
        _ => !(unsafe { crate::stack::holds(g, g.operands[0]) }) && is_known(g.operands[0]),
    }
}

/// A channel of a timer that is armed is known to the timer.
///
/// # Safety
/// It is a channel.
unsafe fn is_known_channel(c: *const Chan) -> bool {
    // SAFETY: caller.
    unsafe { (!(*c).timer.is_null() && timer::is_armed((*c).timer)) || is_known(c as usize) }
}

/// Whether what is at an address is alive: marked, or not in the heap.
fn is_known(address: usize) -> bool {
    // SAFETY: M1: the object's span.
    find_object(address).is_none_or(|found| unsafe { (*found.span).is_marked(found.index) })
}

entry! {
    /// Number of goroutines that the last look for them found leaked.
    "runtime/pprof.runtime_goroutineleakcount" => fn goroutine_leak_count() -> usize {
        COUNT.load(Relaxed)
    }
}
