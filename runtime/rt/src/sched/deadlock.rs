//! Detecting that nothing can ever run again.

use crate::g::GStatus;
use crate::rt::{self, RT, Sched};
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::*;

/// Set while the process is not expected to make progress by itself (dying, starting up).
pub static DISABLED: AtomicBool = AtomicBool::new(true);

/// An M is about to sleep: if it was the last one, and no timer is due ever, the program is deadlocked.
///
/// An M that blocks in the poller or in a system call is not asleep, so the count of sleeping Ms decides. sysmon does not
/// count, and may hold goroutines that it polled for: they are still waiters of the poller.
pub fn check(s: &mut Sched) {
    if DISABLED.load(Relaxed) {
        return;
    }
    let running = s.n_m - s.n_idle_m - s.n_idle_locked - s.n_sys_m;
    // Threads that mark wake the goroutine that waits for them.
    if running > 0 || crate::gc::cycle::is_marking() {
        return;
    }
    let mut waiting = 0;
    for gp in rt::all_g() {
        // SAFETY: Gs are never unmapped; fields are read for a decision that only counts when nothing runs.
        let g = unsafe { &*gp };
        if g.is_system() {
            continue;
        }
        match g.status() {
            GStatus::Waiting => waiting += 1,
            GStatus::Dead | GStatus::Idle => {}
            // Somebody is about to start an M for it.
            GStatus::Runnable | GStatus::Running | GStatus::Syscall => return,
        }
    }
    if crate::timer::next_when() != 0 || crate::netpoll::any_waiters() || RT.stopping.load(SeqCst) {
        return;
    }
    DISABLED.store(true, Relaxed);
    if waiting == 0 {
        crate::exit::fatal_system("no goroutines (main called runtime.Goexit) - deadlock!")
    }
    crate::exit::fatal_system("all goroutines are asleep - deadlock!")
}
