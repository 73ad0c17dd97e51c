//! A thread to make threads from. (Go: the template thread.)
//!
//! A new thread inherits much from the one that clones it: names, namespaces, capabilities, the working directory. A
//! goroutine that is locked to its thread may have changed any of that for itself alone, so an M that serves such a
//! goroutine has its new Ms launched by a thread that never runs Go code. It is started by the first LockOSThread, which
//! comes before any such change.

use super::threads;
use crate::lock::{Mutex, Note};
use crate::m::{self, M};
use crate::rt::RT;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, Ordering::*, fence};
use undergo_rtcore::lock_rank::Rank;

/// Ms to launch, linked; the head belongs to the lock.
struct Waiting(*mut M);

// SAFETY: the Ms in the list belong to it until they are launched.
unsafe impl Send for Waiting {}

static WAITING: Mutex<Waiting> = Mutex::new(Rank::Leaf, Waiting(null_mut()));
static NOTE: Note = Note::new();
static STARTED: AtomicBool = AtomicBool::new(false);

/// Starts the thread, once.
pub fn ensure() {
    if STARTED.swap(true, SeqCst) {
        return;
    }
    let mp = threads::new_m(Some(run));
    RT.sched.lock().n_sys_m += 1;
    // SAFETY: a new M.
    unsafe { threads::launch(mp) };
}

/// Whether threads must not be cloned from the current one.
pub fn is_needed() -> bool {
    let mp = m::current();
    let gp = mp.locked_g;
    // SAFETY: goroutines are never unmapped; one that is locked to us changes its count only while it runs here.
    mp.tainted || !gp.is_null() && unsafe { (*gp).lock_count } > 0
}

/// Launches `mp` from the thread.
///
/// # Safety
/// It comes from [`threads::new_m`] and was not launched since.
pub unsafe fn launch(mp: *mut M) {
    {
        let mut waiting = WAITING.lock();
        // SAFETY: a new M is in no list.
        unsafe { (*mp).link = waiting.0 };
        waiting.0 = mp;
    }
    NOTE.wake();
}

fn take() -> *mut M {
    let mut waiting = WAITING.lock();
    let mp = waiting.0;
    if !mp.is_null() {
        // SAFETY: members of the list are Ms that wait here.
        unsafe { waiting.0 = (*mp).link };
    }
    mp
}

extern "C" fn run() -> ! {
    loop {
        NOTE.clear();
        // Whoever adds an M behind our look at the list wakes us behind the clearing.
        fence(SeqCst);
        loop {
            let mp = take();
            if mp.is_null() {
                break;
            }
            // SAFETY: it was not launched yet.
            unsafe {
                (*mp).link = null_mut();
                threads::launch(mp);
            }
        }
        NOTE.sleep();
    }
}
