//! Coroutines (`iter.Pull`): a goroutine that runs only while another one waits for it. A switch bypasses the queues.
//!
//! The handle that std holds (`*coro`) is the address of the coroutine's `G`, which is off the Go heap and never
//! unmapped. Its `coro_peer` is the goroutine that the next switch continues: the coroutine itself while its user
//! runs, the user while the coroutine runs. Both sides alternate, so the word needs no lock. A bubble's count of
//! goroutines that do not wait is the same before and after a switch.

use super::{Slice, create, detach, execute};
use crate::bubble;
use crate::g::{self, G, GStatus, WaitReason};
use crate::m;
use crate::park::Never;
use undergo_rtsys::arch::entry::undergo_entry_resume;
use undergo_rtsys::entry;

extern "C" fn run_next() -> ! {
    let gp = core::mem::replace(&mut m::current().switch_to, core::ptr::null_mut());
    execute(gp, Slice::Inherited)
}

/// Runs the peer of the coroutine `c`, in whose place `put` is left.
fn switch(c: &mut G, put: usize) -> ! {
    let next = core::mem::replace(&mut c.coro_peer, put) as *mut G;
    if next.is_null() {
        crate::exit::throw("coroswitch on exited coro");
    }
    // SAFETY: the peer waits in a switch, and we took the only claim to it out of the slot.
    unsafe { (*next).transition(GStatus::Waiting, GStatus::Runnable) };
    m::current().switch_to = next;
    // SAFETY: callers have nothing to drop.
    unsafe { undergo_rtsys::arch::switch::restart_g0(run_next) }
}

/// The function of the coroutine `gp`, the current goroutine, has ended: on with its peer.
pub fn exit(gp: &mut G) -> ! {
    let next = core::mem::replace(&mut gp.coro_peer, 0);
    // Counted before we are not, so that the bubble never seems to wait.
    if let Some(b) = bubble::of(gp) {
        bubble::woken(b);
    }
    create::destroy(gp);
    // Only a carrier for the peer: the dead goroutine's own slot must stay empty for its next life.
    // SAFETY: the peer waits in a switch, and we took the only claim to it out of the slot.
    unsafe { (*(next as *mut G)).transition(GStatus::Waiting, GStatus::Runnable) };
    m::current().switch_to = next as *mut G;
    // SAFETY: nothing to drop.
    unsafe { undergo_rtsys::arch::switch::restart_g0(run_next) }
}

entry! {
    /// Makes a coroutine that will run the func value with its handle as argument when first switched to.
    "runtime.newcoro" => fn newcoro(f: *const usize) -> usize {
        let gp = create::create(f, create::caller_pc());
        // SAFETY: we have the only reference to the new goroutine.
        unsafe {
            (*gp).start_arg = gp as usize;
            (*gp).coro_peer = gp as usize;
            (*gp).wait_reason = WaitReason::Coroutine;
            (*gp).transition(GStatus::Runnable, GStatus::Waiting);
            if let Some(b) = bubble::of(&*gp) {
                bubble::blocked(b);
            }
        }
        gp as usize
    }

    /// Switches to the other side of the coroutine.
    "runtime.coroswitch" => fn coroswitch(c: *mut G) -> Never {
        let gp = g::current();
        gp.wait_reason = WaitReason::Coroutine;
        gp.resume_pc = undergo_entry_resume as *const () as usize;
        detach(m::current(), gp);
        gp.transition(GStatus::Running, GStatus::Waiting);
        // SAFETY: std passes the handle of a live coroutine; this thread is the side that runs.
        switch(unsafe { &mut *c }, gp as *mut G as usize)
    }
}
