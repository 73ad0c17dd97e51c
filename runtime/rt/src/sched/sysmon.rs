//! A thread without a P that keeps an eye on the others: takes Ps away from system calls that last, asks goroutines
//! that run long to yield, polls the network when nobody else does, and lets the collector look at the clock.

use super::trace::Detail;
use super::{Ask, preempt_one, threads};
use crate::choice;
use crate::config;
use crate::netpoll;
use crate::p::{P, PStatus};
use crate::rt::{self, RT};
use crate::tracer;
use core::sync::atomic::Ordering::*;
use undergo_rtsys::linux::clock::{self, usleep};

/// A goroutine may run this long without yielding, ns.
const SLICE: i64 = 10_000_000;

/// In seeded mode yielding is decided elsewhere. Only what would hang otherwise is interrupted, at the price of
/// repeatability: a goroutine that has had the processor for so long, in ns of the process's CPU time, ...
const SEEDED_SLICE: i64 = 500_000_000;
/// ... and a system call that has lasted so long, ns.
const SEEDED_SYSCALL: i64 = 2_000_000_000;

/// Starts the thread.
pub fn start() {
    let mp = threads::new_m(Some(run));
    RT.sched.lock().n_sys_m += 1;
    // SAFETY: a new M.
    unsafe { threads::launch(mp) };
}

/// Ends sysmon's deep sleep, if it is in one.
pub fn wake() {
    if RT.sysmon_waiting.load(Relaxed) && RT.sysmon_waiting.swap(false, SeqCst) {
        RT.sysmon_note.wake();
    }
}

extern "C" fn run() -> ! {
    let mut idle_rounds = 0u32;
    let mut delay = 20;
    let (mut looked_at_procs, mut traced) = (0, 0);
    let mut scavenge = None;
    loop {
        if idle_rounds == 0 {
            delay = 20;
        } else if idle_rounds > 50 {
            delay = (delay * 2).min(10_000);
        }
        usleep(delay);
        let mut now = rt::nanotime();
        let tracing = config::SCHED_TRACE_MS.load(Relaxed) > 0;
        if !tracing && (RT.n_idle_p.load(SeqCst) as usize == rt::n_p() || RT.stopping.load(SeqCst)) {
            deep_sleep(now, scavenge);
            idle_rounds = 0;
            delay = 20;
            now = rt::nanotime();
        }
        let last = RT.last_poll.load(SeqCst);
        if netpoll::is_initialised() && last != 0 && last + SLICE < now {
            let _ = RT.last_poll.compare_exchange(last, now, SeqCst, Relaxed);
            super::inject_polled(netpoll::poll(0));
        }
        let when = crate::timer::next_when();
        if when != 0 && when < now - SLICE {
            // Nobody got round to it: more threads are needed.
            threads::start_for_global();
        }
        if retake(now) {
            idle_rounds = 0;
        } else {
            idle_rounds += 1;
        }
        crate::procs::sysmon_tick(now, &mut looked_at_procs);
        crate::gc::sysmon_tick(now);
        scavenge = crate::mem::scavenger::tick(now);
        if tracing && traced + i64::from(config::SCHED_TRACE_MS.load(Relaxed)) * 1_000_000 <= now {
            traced = now;
            super::trace::write(if config::SCHED_DETAIL.load(Relaxed) { Detail::All } else { Detail::Line });
        }
    }
}

/// All Ps are idle: sleeps until one is taken, at most a minute, or until the next timer, or until there is something to
/// scavenge, ns from now.
fn deep_sleep(now: i64, scavenge: Option<i64>) {
    {
        let _s = RT.sched.lock();
        if RT.n_idle_p.load(SeqCst) as usize != rt::n_p() && !RT.stopping.load(SeqCst) {
            return;
        }
        RT.sysmon_note.clear();
        RT.sysmon_waiting.store(true, SeqCst);
    }
    let mut ns = scavenge.unwrap_or(60_000_000_000);
    let when = crate::timer::next_when();
    if when != 0 {
        ns = (when - now + SLICE).clamp(0, ns);
    }
    if ns > 0 {
        RT.sysmon_note.sleep_ns(ns);
    }
    RT.sysmon_waiting.store(false, SeqCst);
}

/// Visits all Ps; whether any was in need of attention.
fn retake(now: i64) -> bool {
    let mut found = false;
    for i in 0..rt::n_p() {
        // SAFETY: Ps are never freed; the `seen_*` fields are sysmon's own.
        let pp = unsafe { &mut *RT.all_p[i].load(Acquire) };
        match pp.status() {
            PStatus::Running => long_run(pp, now),
            PStatus::Syscall => {
                long_run(pp, now);
                found |= long_syscall(pp, now);
            }
            _ => {}
        }
    }
    found
}

fn long_run(pp: &mut P, now: i64) {
    let seeded = choice::is_seeded();
    let (now, slice) = if seeded { (clock::process_cpu_ns(), SEEDED_SLICE) } else { (now, SLICE) };
    let tick = pp.sched_tick.load(Relaxed);
    if pp.seen_sched_tick != tick {
        pp.seen_sched_tick = tick;
        pp.seen_sched_when = now;
    } else if pp.seen_sched_when + slice <= now {
        // A loop without calls does not notice the kind way.
        let how = if pp.seen_sched_when + slice + SLICE / 5 <= now { Ask::Firmly } else { Ask::Kindly };
        preempt_one(pp, how);
    }
}

fn long_syscall(pp: &mut P, now: i64) -> bool {
    let tick = pp.syscall_tick.load(Relaxed);
    if pp.seen_syscall_tick != tick {
        pp.seen_syscall_tick = tick;
        pp.seen_syscall_when = now;
        return false;
    }
    if choice::is_seeded() && pp.seen_syscall_when + SEEDED_SYSCALL > now {
        return false;
    }
    // Nothing waits for this P, others are free, and the call is young: leave it.
    let others = RT.n_spinning.load(SeqCst) + RT.n_idle_p.load(SeqCst) as i32 > 0;
    if super::find::is_empty(pp) && others && pp.seen_syscall_when + SLICE > now {
        return false;
    }
    if pp.try_transition(PStatus::Syscall, PStatus::Idle) {
        pp.syscall_tick.fetch_add(1, Relaxed);
        let from = pp.m.swap(core::ptr::null_mut(), AcqRel);
        if tracer::is_on() {
            tracer::proc_steal(pp, from);
        }
        threads::hand_off(pp);
        return true;
    }
    false
}
