//! Looking for work.

use super::{Slice, threads};
use crate::g::G;
use crate::m;
use crate::p::{P, PStatus};
use crate::park::GList;
use crate::rt::{self, RT};
use crate::{choice, netpoll, numa, timer, tracer};
use core::sync::atomic::Ordering::*;
use core::sync::atomic::fence;
use undergo_rtcore::run_queue::CAP;

/// A runnable goroutine; blocks until there is one. Called by an M with a P; it may come back with another P.
pub fn runnable() -> (*mut G, Slice) {
    loop {
        if let Some(found) = attempt() {
            return found;
        }
    }
}

/// One round; `None` after having slept or lost the P: start over.
fn attempt() -> Option<(*mut G, Slice)> {
    let mp = m::current();
    if RT.stopping.load(SeqCst) {
        threads::stop_for_world();
        return None;
    }
    // SAFETY: we own our P.
    let pp = unsafe { &*mp.p };
    let (now, mut poll_until, _) = timer::check(pp, 0);

    if choice::is_seeded()
        && let Some(gp) = pick()
    {
        return Some((gp, Slice::Fresh));
    }
    if tracer::reader::is_due()
        && let Some(gp) = tracer::reader::take()
    {
        return Some((gp, Slice::Fresh));
    }
    // Fairness: two goroutines that keep readying each other must not lock out the global queue.
    if pp.sched_tick.load(Relaxed) % 61 == 0
        && RT.n_global.load(Relaxed) > 0
        && let Some(gp) = take_global(pp, 1)
    {
        return Some((gp, Slice::Fresh));
    }
    if let Some(found) = take_local(pp) {
        return Some(found);
    }
    if RT.n_global.load(Relaxed) > 0
        && let Some(gp) = take_global(pp, 0)
    {
        return Some((gp, Slice::Fresh));
    }
    if netpoll::is_initialised()
        && netpoll::any_waiters()
        && RT.last_poll.load(Relaxed) != 0
        && let Some(gp) = first_of(netpoll::poll(0))
    {
        return Some((gp, Slice::Fresh));
    }

    let busy = rt::n_p() as i32 - RT.n_idle_p.load(Relaxed) as i32;
    if mp.spinning || 2 * RT.n_spinning.load(Relaxed) < busy {
        if !mp.spinning {
            threads::become_spinning();
        }
        match steal(pp, now) {
            Stolen::Goroutine(gp, slice) => return Some((gp, slice)),
            Stolen::Retry => return None,
            Stolen::Nothing(when) => {
                if when != 0 && (poll_until == 0 || when < poll_until) {
                    poll_until = when;
                }
            }
        }
    }
    // SAFETY: our P; we are on the system stack.
    if unsafe { crate::gc::mark_while_idle(mp.p) } {
        return None;
    }
    sleep(now, poll_until)
}

/// Nothing to do: give up the P, look once more, then block in the poller or on the M's note.
fn sleep(now: i64, mut poll_until: i64) -> Option<(*mut G, Slice)> {
    let mp = m::current();
    {
        let mut s = RT.sched.lock();
        if RT.stopping.load(SeqCst) {
            return None;
        }
        if let Some(gp) = s.queue.pop() {
            RT.n_global.store(s.queue.len() as u32, Relaxed);
            return Some((gp, Slice::Fresh));
        }
        if !mp.spinning && RT.need_spinning.load(SeqCst) {
            threads::become_spinning();
            return None;
        }
        let pp = threads::release_p();
        threads::put_idle_p(&mut s, pp);
    }
    if mp.spinning {
        mp.spinning = false;
        if RT.n_spinning.fetch_sub(1, SeqCst) == 0 {
            crate::exit::throw("negative number of spinning threads");
        }
        fence(SeqCst);
        // A submitter that saw us spin woke nobody: look at what it may have left.
        let queued =
            RT.n_global.load(SeqCst) != 0 || rt::all_p().any(|p| !is_empty(p)) || crate::gc::has_work_for_idle();
        if queued && threads::acquire_idle_p_spinning() {
            return None;
        }
        // Timers may have been added to a P that we looked at earlier.
        let when = timer::next_when();
        if when != 0 && (poll_until == 0 || when < poll_until) {
            poll_until = when;
        }
    }
    if netpoll::is_initialised() && (netpoll::any_waiters() || poll_until != 0) && RT.last_poll.swap(0, SeqCst) != 0 {
        return poll_blocking(now, poll_until);
    }
    if poll_until != 0 && netpoll::is_initialised() {
        // Another M blocks in the poller, perhaps for longer than our timer allows.
        let other = RT.poll_until.load(SeqCst);
        if other == 0 || other > poll_until {
            netpoll::interrupt();
        }
    }
    threads::stop();
    None
}

/// Blocks in the poller, without a P.
fn poll_blocking(now: i64, poll_until: i64) -> Option<(*mut G, Slice)> {
    let mp = m::current();
    RT.poll_until.store(poll_until, SeqCst);
    let delay = match poll_until {
        0 => -1,
        t => (t - if now == 0 { rt::nanotime() } else { now }).max(0),
    };
    let list = netpoll::poll(delay);
    RT.poll_until.store(0, SeqCst);
    RT.last_poll.store(rt::nanotime(), SeqCst);
    let pp = {
        let mut s = RT.sched.lock();
        threads::take_idle_p(&mut s)
    };
    if pp.is_null() {
        super::inject_polled(list);
        threads::stop();
        return None;
    }
    threads::acquire_p(pp);
    if let Some(gp) = first_of(list) {
        return Some((gp, Slice::Fresh));
    }
    let _ = mp;
    threads::become_spinning();
    None
}

/// Readies what a poll found but for the first goroutine, which the caller runs.
fn first_of(mut list: GList) -> Option<*mut G> {
    let gp = list.pop()?;
    // SAFETY: the poller hands over the only claim to waiting goroutines.
    let g = unsafe { &mut *gp };
    if tracer::is_on() {
        tracer::go_unblock(g);
    }
    g.transition(crate::g::GStatus::Waiting, crate::g::GStatus::Runnable);
    netpoll::no_longer_wait(1);
    super::inject_polled(list);
    Some(gp)
}

/// Whether a P has nothing queued. Reads until consistent, since runnext may be kicked into the queue meanwhile.
pub fn is_empty(pp: &P) -> bool {
    loop {
        let tail = pp.queue.is_empty();
        let next = pp.runnext.load(Acquire);
        if tail == pp.queue.is_empty() {
            return tail && next.is_null();
        }
    }
}

/// From our own P.
fn take_local(pp: &P) -> Option<(*mut G, Slice)> {
    let next = pp.runnext.load(Acquire);
    // Thieves may take runnext, never put there: one attempt decides.
    if !next.is_null() && pp.runnext.compare_exchange(next, core::ptr::null_mut(), AcqRel, Acquire).is_ok() {
        return Some((next, Slice::Inherited));
    }
    pp.queue.pop().map(|g| (g as *mut G, Slice::Fresh))
}

/// From the global queue: one to run, and our share (at most `max`, if not 0) into the local queue.
fn take_global(pp: &P, max: usize) -> Option<*mut G> {
    let mut s = RT.sched.lock();
    let len = s.queue.len();
    let mut n = (len / rt::n_p() + 1).min(len).min(CAP / 2);
    if max > 0 {
        n = n.min(max);
    }
    let first = s.queue.pop()?;
    for _ in 1..n {
        let Some(gp) = s.queue.pop() else { break };
        if !pp.queue.push(gp as usize) {
            s.queue.push_front(gp);
            break;
        }
    }
    RT.n_global.store(s.queue.len() as u32, Relaxed);
    Some(first)
}

/// Seeded: any of those that have waited longest in the global queue.
fn pick() -> Option<*mut G> {
    let mut s = RT.sched.lock();
    let n = s.queue.len() as u32;
    let gp = s.queue.take(choice::below(n.min(choice::PICK_DEPTH)) as usize);
    RT.n_global.store(s.queue.len() as u32, Relaxed);
    gp
}

enum Stolen {
    Goroutine(*mut G, Slice),
    /// Timers ran, or the world stops: look again from the start.
    Retry,
    /// Nothing; when the next timer that we saw is due.
    Nothing(i64),
}

/// Visits all Ps four times, those of our node first; in the last round also takes runnext and runs timers of others.
fn steal(pp: &P, now: i64) -> Stolen {
    if rt::n_p() == 1 {
        return Stolen::Nothing(0);
    }
    let mut thief = Thief { pp, now, when: 0 };
    let groups = numa::groups();
    let own = pp.id as usize;
    for round in 0..4 {
        let effort = if round == 3 { Effort::All } else { Effort::Queues };
        if let Some(end) = thief.visit(groups.near_ps(own, choice::below), effort) {
            return end;
        }
        if groups.n_nodes() == 1 {
            continue;
        }
        // One trip across should be worth it.
        let len = |p: usize| rt::p(p).queue.len();
        if let Some(p) = groups.fullest_far(own, choice::below, len)
            && let Some(gp) = steal_one(pp, rt::p(p), Effort::Queues)
        {
            return Stolen::Goroutine(gp, Slice::Fresh);
        }
        if effort == Effort::All
            && let Some(end) = thief.visit(groups.far_ps(own, choice::below), effort)
        {
            return end;
        }
    }
    Stolen::Nothing(thief.when)
}

/// How thoroughly a victim is searched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// Its queue.
    Queues,
    /// What it is about to run and its timers, too.
    All,
}

struct Thief<'a> {
    pp: &'a P,
    /// Monotonic time as last read, or 0.
    now: i64,
    /// When the next timer that was seen is due, or 0.
    when: i64,
}

impl Thief<'_> {
    fn visit(&mut self, victims: impl Iterator<Item = usize>, effort: Effort) -> Option<Stolen> {
        for victim in victims.map(rt::p).filter(|v| !core::ptr::eq(*v, self.pp)) {
            if RT.stopping.load(SeqCst) {
                return Some(Stolen::Retry);
            }
            if effort == Effort::All {
                let (now, when, ran) = timer::check(victim, self.now);
                self.now = now;
                if when != 0 && (self.when == 0 || when < self.when) {
                    self.when = when;
                }
                // Timers ready goroutines into our own queue.
                if ran && let Some((gp, slice)) = take_local(self.pp) {
                    return Some(Stolen::Goroutine(gp, slice));
                }
            }
            if victim.status() != PStatus::Idle
                && let Some(gp) = steal_one(self.pp, victim, effort)
            {
                return Some(Stolen::Goroutine(gp, Slice::Fresh));
            }
        }
        None
    }
}

fn steal_one(pp: &P, victim: &P, effort: Effort) -> Option<*mut G> {
    if let Some(g) = pp.queue.steal_from(&victim.queue) {
        return Some(g as *mut G);
    }
    if effort == Effort::Queues {
        return None;
    }
    let next = victim.runnext.load(Acquire);
    if next.is_null() {
        return None;
    }
    // Its P is probably about to run it: give it the chance, a switch across cores costs more.
    if victim.status() == PStatus::Running {
        if RT.n_cpu.load(Relaxed) > 1 {
            undergo_rtsys::linux::clock::usleep(3);
        } else {
            undergo_rtsys::linux::thread::sched_yield();
        }
    }
    victim.runnext.compare_exchange(next, core::ptr::null_mut(), AcqRel, Relaxed).ok()
}
