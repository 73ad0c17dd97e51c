//! The scheduler: which goroutine runs next on which thread.
//!
//! Goroutines wait in the ring of a P, with one privileged slot (`runnext`), or in the global queue. An M needs a P to
//! run Go code. An M without work *spins* (looks at all other Ps) before it sleeps; at most half of the busy Ps'
//! number of Ms spin, and whoever makes work available while nobody spins wakes one M ([`wake_p`]).
//!
//! The delicate point is the step from spinning to sleeping: a submitter puts work in its queue and then reads
//! `n_spinning`; a spinner decrements `n_spinning` and then looks at all queues once more. Both with sequentially
//! consistent fences, so that not both can miss the other.
//!
//! Files: this one (the loop, entering and leaving goroutines), [`find`] (looking for work), [`threads`] (Ms and Ps:
//! starting, stopping, handing over), [`create`] (birth and death of goroutines), [`sysmon`], [`template`]
//! (where threads are cloned from), [`deadlock`], [`coro`], [`trace`] (GODEBUG=schedtrace).

pub mod coro;
pub mod create;
pub mod deadlock;
pub mod find;
pub mod sysmon;
pub mod template;
pub mod threads;
pub mod trace;

use crate::bubble;
use crate::choice;
use crate::g::{G, GStatus};
use crate::m::{self, M};
use crate::p::P;
use crate::profiles;
use crate::rt::{RT, n_p};
use crate::tracer::{self, Yield};
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;
use core::sync::atomic::fence;
use undergo_rtcore::run_queue::CAP;

/// Where a goroutine made runnable goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Where {
    /// It runs next on this P, in the time slice of the current goroutine.
    Next,
    /// At the end of this P's queue.
    Tail,
}

/// Separates the current goroutine from this M.
pub fn detach(mp: &mut M, gp: &mut G) {
    mp.curg = null_mut();
    gp.head.m = 0;
}

/// Abandons the system stack and schedules.
pub fn schedule_fresh() -> ! {
    extern "C" fn run() -> ! {
        schedule()
    }
    // SAFETY: callers have nothing to drop (contract of `park`).
    unsafe { undergo_rtsys::arch::switch::restart_g0(run) }
}

/// Finds a goroutine and runs it.
pub fn schedule() -> ! {
    let mp = m::current();
    loop {
        if !mp.locked_g.is_null() {
            threads::stop_locked();
            execute(mp.locked_g, Slice::Inherited);
        }
        let (gp, slice) = find::runnable();
        if mp.spinning {
            threads::stop_spinning();
            // Or the world would have to wait for a thread that is being woken.
            if !crate::gc::control::is_about_to_stop_the_world(gp) {
                wake_p();
            }
        }
        // SAFETY: find gave us the only claim to gp.
        let locked_m = unsafe { (*gp).locked_m };
        if !locked_m.is_null() && !core::ptr::eq(locked_m, mp) {
            threads::hand_to_locked(gp);
            continue;
        }
        execute(gp, slice)
    }
}

/// Whether a goroutine gets a new time slice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slice {
    /// A new one.
    Fresh,
    /// What is left of its predecessor's, so that two that keep waking each other do not starve others.
    Inherited,
}

/// Runs the runnable goroutine `gp` on this M.
pub fn execute(gp: *mut G, slice: Slice) -> ! {
    if tracer::is_on() {
        // SAFETY: as in `enter`.
        tracer::go_start(unsafe { &mut *gp });
    }
    enter(gp, slice)
}

/// [`execute`] for a goroutine whose start a trace knows of.
fn enter(gp: *mut G, slice: Slice) -> ! {
    let mp = m::current();
    // SAFETY: the caller has the only claim to gp, which is runnable.
    let g = unsafe { &mut *gp };
    g.transition(GStatus::Runnable, GStatus::Running);
    g.wait_since = 0;
    if g.runnable_since != 0 {
        crate::metrics::TIMES.latencies.add(crate::rt::nanotime() - g.runnable_since);
        g.runnable_since = 0;
    }
    g.preempt.store(false, Relaxed);
    if crate::g::guard(&g.head).load(Relaxed) == undergo_abi::g::GUARD_PREEMPT {
        g.unpoison();
    }
    g.head.m = mp as *mut M as usize;
    crate::gc::barrier::refresh(g);
    mp.curg = gp;
    // SAFETY: the M owns its P.
    let pp = unsafe { &*mp.p };
    if slice == Slice::Fresh {
        pp.sched_tick.fetch_add(1, Relaxed);
    }
    if !mp.resumed_ctx.is_null() {
        threads::free_context(core::mem::replace(&mut mp.resumed_ctx, null_mut()));
    }
    // Read by the resuming assembly; free once this M schedules the next one.
    mp.resumed_ctx = g.async_ctx;
    // A stop request that came before we set curg could not poison us.
    if RT.stopping.load(SeqCst) {
        g.request_preempt();
    }
    if choice::is_seeded() {
        choice::begins(g.head.id);
        g.poison();
    }
    // SAFETY: invariant 4 holds for a goroutine that was runnable; nothing here needs dropping.
    unsafe { undergo_rtsys::arch::switch::gogo(gp as usize) }
}

/// Makes the waiting goroutine `gp` runnable.
pub fn ready(gp: *mut G, place: Where) {
    // SAFETY: the caller has the only claim to a waiting goroutine.
    let g = unsafe { &*gp };
    if let Some(b) = bubble::of(g)
        && bubble::is_durable(g.wait_reason)
    {
        bubble::woken(b);
    }
    ready_uncounted(gp, place);
}

/// [`ready`] for a goroutine that its bubble has counted already, or that is in none.
pub fn ready_uncounted(gp: *mut G, place: Where) {
    ready_to_follow(gp, place);
    wake_p();
}

/// [`ready_uncounted`] for a caller that yields or parks at once, so that nobody else needs to be woken.
pub fn ready_to_follow(gp: *mut G, place: Where) {
    // SAFETY: the caller has the only claim to a waiting goroutine.
    unsafe {
        let g = &mut *gp;
        if tracer::is_on() {
            tracer::go_unblock(g);
        } else {
            g.seq = g.seq.wrapping_add(1);
        }
        if profiles::times_waits() {
            profiles::waited(g);
        }
        if g.seq % 8 == 1 {
            g.runnable_since = crate::rt::nanotime();
        }
        crate::lock::dawdle();
        g.transition(GStatus::Waiting, GStatus::Runnable);
    }
    put_local(crate::g::current_p(), gp, place);
}

/// The current goroutine was asked to yield: to the global queue with it. It continues at `resume`.
pub fn preempted(gp: &mut G, resume: usize) -> ! {
    gp.preempt.store(false, Relaxed);
    gp.resume_pc = resume;
    if tracer::is_on() {
        tracer::go_stop(gp, Yield::Preempted);
    }
    detach(m::current(), gp);
    gp.transition(GStatus::Running, GStatus::Runnable);
    crate::gc::roots::read_own_stack(gp);
    put_global(gp);
    schedule_fresh()
}

/// Appends to the global queue.
pub fn put_global(gp: *mut G) {
    let mut s = RT.sched.lock();
    s.queue.push(gp);
    RT.n_global.store(s.queue.len() as u32, Relaxed);
}

/// Puts a runnable goroutine into the queue of our own P.
pub fn put_local(pp: &P, gp: *mut G, place: Where) {
    if choice::is_seeded() {
        // All in one queue, for a pick among all.
        return put_global(gp);
    }
    let mut gp = gp;
    if place == Where::Next {
        gp = pp.runnext.swap(gp, AcqRel);
        if gp.is_null() {
            return;
        }
    }
    while !pp.queue.push(gp as usize) {
        if overflow(pp, gp) {
            return;
        }
    }
}

/// Moves half of a full queue and `gp` to the global queue; false if the queue is no longer full.
fn overflow(pp: &P, gp: *mut G) -> bool {
    if pp.queue.len() < CAP {
        return false;
    }
    let mut batch = [0; CAP / 2];
    let n = pp.queue.grab(&mut batch);
    if n == 0 {
        return false;
    }
    let mut s = RT.sched.lock();
    for &g in &batch[..n] {
        s.queue.push(g as *mut G);
    }
    s.queue.push(gp);
    RT.n_global.store(s.queue.len() as u32, Relaxed);
    true
}

/// New work is available: makes sure that somebody will look for it.
#[inline]
pub fn wake_p() {
    fence(SeqCst);
    if RT.n_spinning.load(Relaxed) != 0 || RT.n_idle_p.load(Relaxed) == 0 {
        return;
    }
    threads::start_spinner();
}

/// Readies a list of waiting goroutines, on an M with or without a P.
pub fn inject(mut list: crate::park::GList) {
    if list.is_empty() {
        return;
    }
    let mut n = 0;
    {
        let mut s = RT.sched.lock();
        while let Some(gp) = list.pop() {
            // SAFETY: the list holds waiting goroutines that nobody else has a claim to.
            let g = unsafe { &mut *gp };
            if tracer::is_on() {
                tracer::go_unblock(g);
            }
            g.transition(GStatus::Waiting, GStatus::Runnable);
            s.queue.push(gp);
            n += 1;
        }
        RT.n_global.store(s.queue.len() as u32, Relaxed);
    }
    for _ in 0..n.min(n_p()) {
        if RT.n_idle_p.load(Relaxed) == 0 {
            break;
        }
        threads::start_for_global();
    }
}

/// Readies what a poll found.
pub fn inject_polled(list: crate::park::GList) {
    let n = list.len();
    inject(list);
    crate::netpoll::no_longer_wait(n);
}

/// How a goroutine is asked to yield.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// At its next stack check or entry exit.
    Kindly,
    /// Between any two instructions, by a signal: it did not heed the kind way for a while.
    Firmly,
}

/// Asks all running goroutines to yield.
pub fn preempt_all(how: Ask) {
    for pp in crate::rt::all_p() {
        preempt_one(pp, how);
    }
}

/// Asks the goroutine on `pp` to yield.
pub fn preempt_one(pp: &P, how: Ask) {
    let mp = pp.m.load(Acquire);
    if mp.is_null() || core::ptr::eq(mp, m::current()) {
        return;
    }
    // SAFETY: Ms and Gs are never unmapped; a stale answer preempts a goroutine needlessly.
    unsafe {
        let gp = core::ptr::read_volatile(&raw const (*mp).curg);
        if !gp.is_null() {
            (*gp).request_preempt();
            if how == Ask::Firmly {
                crate::signal::preempt_thread(mp);
            }
        }
    }
}
