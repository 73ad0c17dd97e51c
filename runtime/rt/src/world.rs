//! Stopping the world: no goroutine runs but the one that asked.
//!
//! Protocol: whoever wants to stop the world first owns the *world semaphore* (it may park for it), then stops: sets
//! `RT.stopping`, claims idle Ps and Ps in system calls, asks running goroutines to yield, and waits until every P is
//! Stopped. Its own goroutine is pinned in between, so it keeps running. Starting undoes this.

use crate::g::{self, G, WaitReason};
use crate::lock::Mutex;
use crate::m;
use crate::p::{P, PStatus};
use crate::park::{GList, park};
use crate::rt::{self, MAX_P, RT};
use crate::sched::{self, Ask, threads};
use crate::tracer::{self, Stop};
use crate::witness::{NoPreempt, WorldStopped};
use crate::{netpoll, numa, persist};
use core::sync::atomic::{AtomicBool, AtomicI64, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;

struct World {
    owned: bool,
    waiters: GList,
}

/// When the world was last asked to stop, and when it stood still.
static ASKED: AtomicI64 = AtomicI64::new(0);
/// See [`ASKED`].
static STOPPED: AtomicI64 = AtomicI64::new(0);

static WORLD: Mutex<World> = Mutex::new(Rank::World, World { owned: false, waiters: GList::new() });

/// A trace knows of the stop. Written by whoever stops the world.
static TOLD: AtomicBool = AtomicBool::new(false);

/// How long whoever stops the world waits without sleeping, ns.
const SPIN: i64 = 30_000;

/// Something to do while the world is stopped: gets the goroutine that asked and its operands, returns the number of
/// Ps to go on with (0: as before). Results go to the goroutine's `ret0..2`. Runs on the system stack of some M.
pub type Op = fn(gp: &mut G, args: [usize; 2], w: &WorldStopped<'static>) -> usize;

/// Runs `op` with the world stopped, on behalf of the current goroutine. The last act of an entry: it may park, and
/// whoever has the world then runs `op` for us. The entry's result is what `op` leaves in `ret0`, `ret1`.
pub fn run_stopped(op: Op, args: [usize; 2], why: Stop) {
    let gp = g::current();
    let mut w = WORLD.lock();
    if w.owned {
        gp.world_op = Some(op);
        gp.operands = args;
        gp.world_why = why;
        w.waiters.push(gp);
        park(gp, WaitReason::StoppingTheWorld, move || drop(w));
    }
    w.owned = true;
    drop(w);
    perform(gp, op, args, why);
    release();
}

fn perform(gp: &mut G, op: Op, args: [usize; 2], why: Stop) {
    let w = stop(why);
    let n = op(gp, args, &w);
    start(w, n);
}

/// Gives the world semaphore on, after doing what waiters want done with the world stopped.
pub fn release() {
    loop {
        let next = {
            let mut w = WORLD.lock();
            let next = w.waiters.pop();
            w.owned = next.is_some();
            next
        };
        let Some(gp) = next else { return };
        // SAFETY: we took the only claim to the waiting goroutine.
        let g = unsafe { &mut *gp };
        let Some(op) = g.world_op.take() else {
            return crate::park::ready(gp);
        };
        perform(g, op, g.operands, g.world_why);
        crate::park::ready(gp);
    }
}

/// An M enters a system call while the world is being stopped: gives its P up if nobody took it yet.
pub fn offer(pp: &P) {
    let mut s = RT.sched.lock();
    if s.stop_wait > 0 && pp.try_transition(PStatus::Syscall, PStatus::Stopped) {
        pp.syscall_tick.fetch_add(1, Relaxed);
        taken(pp);
        s.stop_wait -= 1;
        if s.stop_wait == 0 {
            RT.stop_note.wake();
        }
    }
}

/// A P is no longer that of an M in a system call.
fn taken(pp: &P) {
    let from = pp.m.swap(core::ptr::null_mut(), AcqRel);
    if tracer::is_on() {
        tracer::proc_steal(pp, from);
    }
}

/// Stops the world. The caller owns the world semaphore and is the current goroutine, which is pinned.
pub fn stop(why: Stop) -> WorldStopped<'static> {
    let gp = g::current();
    if tracer::is_on() && why != Stop::Trace {
        tracer::stw_begin(why);
        TOLD.store(true, Relaxed);
    }
    NoPreempt::pin(gp).leak();
    ASKED.store(rt::nanotime(), Relaxed);
    let wait = {
        let mut s = RT.sched.lock();
        s.stop_wait = rt::n_p() as i32;
        RT.stop_note.clear();
        RT.stopping.store(true, SeqCst);
        sched::preempt_all(Ask::Kindly);
        g::current_p().set_status(PStatus::Stopped);
        s.stop_wait -= 1;
        for pp in rt::all_p() {
            if pp.try_transition(PStatus::Syscall, PStatus::Stopped) {
                pp.syscall_tick.fetch_add(1, Relaxed);
                taken(pp);
                s.stop_wait -= 1;
            }
        }
        loop {
            let pp = threads::take_idle_p(&mut s);
            if pp.is_null() {
                break;
            }
            // SAFETY: taken from the idle list, so ours.
            unsafe { (*pp).set_status(PStatus::Stopped) };
            s.stop_wait -= 1;
        }
        s.stop_wait > 0
    };
    if wait && !spin_until_stopped() {
        // Repeated, since a goroutine that crosses a segment boundary may overwrite the poisoned guard.
        let mut rounds = 0;
        while !RT.stop_note.sleep_ns(100_000) {
            rounds += 1;
            sched::preempt_all(if rounds > 10 { Ask::Firmly } else { Ask::Kindly });
        }
    }
    STOPPED.store(rt::nanotime(), Relaxed);
    // SAFETY: every P but ours is Stopped and stays so until `start`.
    unsafe { WorldStopped::assume() }
}

/// Waits for a moment without sleeping, unless there is but one processor: a thread that runs stops within a few
/// microseconds, while going to sleep and being woken takes tens of them. Whether the world stands still.
fn spin_until_stopped() -> bool {
    if RT.n_cpu.load(Relaxed) > 1 {
        let end = rt::nanotime() + SPIN;
        while !RT.stop_note.is_signalled() && rt::nanotime() < end {
            for _ in 0..8 {
                core::hint::spin_loop();
            }
        }
    }
    RT.stop_note.is_signalled()
}

/// Starts the world again, with GOMAXPROCS `n_p` (as it is, if 0).
pub fn start(_: WorldStopped<'_>, n: usize) {
    let gp = g::current();
    if n != 0 && n != rt::n_p() {
        resize(n);
    }
    let own = m::current().p;
    // SAFETY: our own P.
    unsafe { (*own).set_status(PStatus::Running) };
    let mut busy = [core::ptr::null_mut::<P>(); MAX_P];
    let mut n_busy = 0;
    {
        let mut s = RT.sched.lock();
        for i in (0..rt::n_p()).rev() {
            let pp = RT.all_p[i].load(Relaxed);
            if pp == own {
                continue;
            }
            // SAFETY: a stopped P belongs to whoever stopped the world.
            unsafe {
                (*pp).set_status(PStatus::Idle);
                if sched::find::is_empty(&*pp) {
                    threads::put_idle_p(&mut s, pp);
                } else {
                    busy[n_busy] = pp;
                    n_busy += 1;
                }
            }
        }
        RT.stopping.store(false, SeqCst);
    }
    if TOLD.swap(false, Relaxed) {
        tracer::stw_end();
    }
    crate::metrics::pause_ended(ASKED.load(Relaxed), STOPPED.load(Relaxed));
    sched::sysmon::wake();
    for &pp in &busy[..n_busy] {
        threads::start_with(pp);
    }
    // Nobody has looked while the world stood still.
    sched::inject_polled(netpoll::poll_if_initialised());
    sched::wake_p();
    drop(NoPreempt::reclaim(gp));
}

/// Changes the number of Ps. The world is stopped, or is not yet running.
pub fn resize(n: usize) {
    let old = rt::n_p();
    for i in old..n {
        if RT.all_p[i].load(Relaxed).is_null() {
            // SAFETY: all-zero is a valid P (contract of its fields).
            let pp = unsafe { persist::zeroed::<P>() };
            pp.id = i as u32;
            // What sysmon has not seen yet.
            pp.sched_tick.store(1, Relaxed);
            pp.syscall_tick.store(1, Relaxed);
            crate::gc::barrier::init(pp);
            RT.all_p[i].store(pp, Release);
        }
        // SAFETY: just made, or dead since an earlier resize.
        unsafe { (*RT.all_p[i].load(Relaxed)).set_status(PStatus::Stopped) };
    }
    let mp = m::current();
    for i in n..old {
        let pp = RT.all_p[i].load(Relaxed);
        // SAFETY: a stopped P belongs to us.
        unsafe {
            let p = &mut *pp;
            while let Some(gp) = p.queue.pop() {
                sched::put_global(gp as *mut G);
            }
            let next = p.runnext.swap(core::ptr::null_mut(), AcqRel);
            if !next.is_null() {
                sched::put_global(next);
            }
            let heir = &mut *RT.all_p[0].load(Relaxed);
            crate::timer::move_all(p, heir);
            crate::mem::flush_p(p);
            crate::gc::barrier::flush(p);
            if mp.p == pp {
                if tracer::is_on() {
                    tracer::proc_stop();
                    tracer::proc_start(heir);
                }
                p.m.store(core::ptr::null_mut(), Release);
                mp.p = heir;
                heir.m.store(mp, Release);
            }
            p.set_status(PStatus::Dead);
        }
    }
    numa::divide(&mut RT.sched.lock(), n);
    RT.n_p.store(n as u32, SeqCst);
    if tracer::is_on() {
        tracer::generation::procs_changed(old, n);
    }
}

/// Takes the world semaphore if it is free.
pub fn try_acquire() -> bool {
    let mut w = WORLD.lock();
    !core::mem::replace(&mut w.owned, true)
}

entry! {
    /// Takes the world semaphore; parks while another goroutine has it.
    "runtime.worldAcquire" => fn world_acquire() {
        let mut w = WORLD.lock();
        if w.owned {
            let gp = g::current();
            w.waiters.push(gp);
            park(gp, WaitReason::StoppingTheWorld, move || drop(w));
        }
        w.owned = true;
    }

    /// Gives the world semaphore to the next waiter.
    "runtime.worldRelease" => fn world_release() {
        release();
    }

    /// Stops the world; the caller has the semaphore and runs on alone, pinned. It wants to begin a collection (0), or to
    /// end one.
    "runtime.stopTheWorld" => fn stop_the_world(why: usize) {
        stop(if why == 0 { Stop::SweepTermination } else { Stop::MarkTermination });
    }

    /// Starts the world with GOMAXPROCS procs, or as many as before if 0.
    "runtime.startTheWorld" => fn start_the_world(procs: usize) {
        // SAFETY: the overlay calls this only after stopTheWorld.
        let w = unsafe { WorldStopped::assume() };
        start(w, procs.min(MAX_P));
    }
}
