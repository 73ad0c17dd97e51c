//! Coroutines (`iter.Pull`): a goroutine that runs only while another one waits for it. A switch bypasses the queues.
//!
//! The handle that std holds (`*coro`) is the address of a [`Coro`], which is off the Go heap and never unmapped. Its
//! `peer` is the goroutine that the next switch continues: the coroutine itself while its user runs, the user while the
//! coroutine runs. Both sides alternate, so the record needs no lock. A bubble's count of goroutines that do not wait is
//! the same before and after a switch.
//!
//! A lock to the thread goes with whoever runs: a switch passes it on, and is allowed only on the thread and with the
//! counts that the coroutine was made with.

use super::{Slice, create, detach, enter};
use crate::bubble;
use crate::g::{self, G, GStatus, WaitReason};
use crate::lock::Mutex;
use crate::m::{self, M};
use crate::mem::pool::Pool;
use crate::park::Never;
use crate::tracer;
use core::fmt::Write;
use core::ptr::{NonNull, null_mut};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::arch::entry::undergo_entry_resume;
use undergo_rtsys::entry;

/// A coroutine. All-zero is one that has ended.
#[derive(Debug)]
pub struct Coro {
    /// The goroutine that the next switch continues.
    peer: *mut G,
    /// The locks to a thread that every switch must find.
    locks: Locks,
}

/// Locks of a goroutine to its thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Locks {
    /// The thread; null if there are none.
    thread: *mut M,
    /// By the program.
    external: u32,
    /// By the runtime.
    internal: u16,
}

/// Taken while a goroutine is made or ends, with no other lock held.
static POOL: Mutex<Pool<Coro>> = Mutex::new(Rank::SpanSet, Pool::new());

impl Locks {
    fn of(gp: &G) -> Locks {
        Locks { thread: gp.locked_m, external: gp.lock_count, internal: gp.lock_count_internal }
    }

    fn give(self, gp: &mut G) {
        gp.locked_m = self.thread;
        gp.lock_count = self.external;
        gp.lock_count_internal = self.internal;
    }

    const NONE: Locks = Locks { thread: null_mut(), external: 0, internal: 0 };
}

extern "C" fn run_next() -> ! {
    let gp = core::mem::replace(&mut m::current().switch_to, null_mut());
    enter(gp, Slice::Inherited)
}

/// Lets `put` take the place of the peer, which gets the locks of `from` and will run next on this thread.
fn exchange(c: &mut Coro, from: &mut G, put: *mut G) {
    let locks = Locks::of(from);
    if locks != c.locks {
        mismatch(c.locks, locks);
    }
    let next = core::mem::replace(&mut c.peer, put);
    // SAFETY: the peer waits in a switch, and we took the only claim to it out of the slot.
    let Some(g) = (unsafe { next.as_mut() }) else { crate::exit::throw("coroswitch on exited coro") };
    let mp = m::current();
    if !locks.thread.is_null() {
        Locks::NONE.give(from);
        locks.give(g);
        mp.locked_g = next;
    }
    mp.switch_to = next;
}

#[cold]
fn mismatch(want: Locks, got: Locks) -> ! {
    let mut e = crate::exit::Stderr;
    let thread = m::current().this as usize;
    let _ = writeln!(e, "coro: got thread {thread:#x}, want {:#x}", want.thread as usize);
    let _ = writeln!(e, "coro: got lock internal {}, want {}", got.internal, want.internal);
    let _ = writeln!(e, "coro: got lock external {}, want {}", got.external, want.external);
    crate::exit::throw("coro: OS thread locking must match locking at coroutine creation")
}

/// Runs what [`exchange`] has chosen.
fn go_on() -> ! {
    // SAFETY: the chosen goroutine waits, and nobody else has a claim to it.
    unsafe { (*m::current().switch_to).transition(GStatus::Waiting, GStatus::Runnable) };
    // SAFETY: callers have nothing to drop.
    unsafe { undergo_rtsys::arch::switch::restart_g0(run_next) }
}

/// The function of the coroutine `c`, the current goroutine `gp`, has ended: on with its peer.
pub fn exit(gp: &mut G, c: NonNull<Coro>) -> ! {
    // SAFETY: our own record, until we free it below: std switches to no coroutine that has ended.
    exchange(unsafe { &mut *c.as_ptr() }, gp, null_mut());
    if tracer::is_on() {
        // SAFETY: as in `go_on`.
        tracer::go_switch_destroy(unsafe { &mut *m::current().switch_to });
    }
    // Counted before we are not, so that the bubble never seems to wait.
    if let Some(b) = bubble::of(gp) {
        bubble::woken(b);
    }
    // Only a carrier for the peer, which has the locks now.
    create::destroy(gp);
    // SAFETY: as above.
    unsafe { POOL.lock().free(c) };
    go_on()
}

entry! {
    /// Makes a coroutine that will run the func value with its handle as argument when first switched to.
    "runtime.newcoro" => fn newcoro(f: *const usize) -> usize {
        let c = POOL.lock().alloc().as_ptr();
        let gp = create::create(f, create::caller_pc(), create::Birth::Waiting);
        // SAFETY: we have the only references to the new record and goroutine.
        unsafe {
            *c = Coro { peer: gp, locks: Locks::of(g::current()) };
            (*gp).start_arg = c as usize;
            (*gp).coro = c;
            (*gp).wait_reason = WaitReason::Coroutine;
            if let Some(b) = bubble::of(&*gp) {
                bubble::blocked(b);
            }
        }
        c as usize
    }

    /// Switches to the other side of the coroutine.
    "runtime.coroswitch" => fn coroswitch(c: *mut Coro) -> Never {
        let gp = g::current();
        let me: *mut G = gp;
        // SAFETY: std passes the handle of a live coroutine; this thread is the side that runs.
        exchange(unsafe { &mut *c }, gp, me);
        if tracer::is_on() {
            // SAFETY: as in `go_on`.
            tracer::go_switch(unsafe { &mut *m::current().switch_to });
        }
        gp.wait_reason = WaitReason::Coroutine;
        gp.resume_pc = undergo_entry_resume as *const () as usize;
        detach(m::current(), gp);
        gp.transition(GStatus::Running, GStatus::Waiting);
        go_on()
    }
}
