//! Ms and Ps: starting, stopping, handing over.

use crate::g::{self, G, GStatus};
use crate::m::{self, M};
use crate::p::{P, PStatus};
use crate::rt::{RT, Sched};
use crate::{numa, persist, rt, tracer};
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;
use undergo_rtcore::random::{Fast, Strong};
use undergo_rtsys::linux::{mm, signal, thread};

/// Bytes of a system stack, touched on demand.
pub const G0_STACK: usize = 256 << 10;
/// Bytes of a signal stack.
pub const SIGNAL_STACK: usize = 64 << 10;

/// Makes `pp` the P of this M.
pub fn acquire_p(pp: *mut P) {
    let mp = m::current();
    // SAFETY: the caller took the P from the idle list or the world, so it is ours.
    unsafe {
        if !mp.p.is_null() || (*pp).status() != PStatus::Idle {
            crate::exit::throw("acquire_p: invalid state");
        }
        mp.p = pp;
        (*pp).m.store(mp, Release);
        (*pp).set_status(PStatus::Running);
        if tracer::is_on() {
            tracer::proc_start(&*pp);
        }
    }
}

/// Separates this M from its P, which becomes idle but is in no list.
pub fn release_p() -> *mut P {
    let mp = m::current();
    let pp = mp.p;
    if tracer::is_on() {
        tracer::proc_stop();
    }
    mp.p = null_mut();
    // SAFETY: it was ours.
    unsafe {
        (*pp).m.store(null_mut(), Release);
        (*pp).set_status(PStatus::Idle);
    }
    pp
}

/// Puts an idle P into the list of its node.
pub fn put_idle_p(s: &mut Sched, pp: *mut P) {
    // SAFETY: the caller owns the P.
    unsafe {
        let node = numa::groups_locked(s).node_of_p((*pp).id as usize);
        (*pp).link = s.idle_p[node];
        (*pp).idle_since = rt::nanotime();
        s.idle_p[node] = pp;
    }
    RT.n_idle_p.fetch_add(1, SeqCst);
}

/// Takes an idle P, as near to this thread as there is, or null.
pub fn take_idle_p(s: &mut Sched) -> *mut P {
    if RT.n_idle_p.load(Relaxed) == 0 {
        return null_mut();
    }
    let Some(node) = numa::groups_locked(s).near(numa::current_node()).find(|&node| !s.idle_p[node].is_null()) else {
        return null_mut();
    };
    let pp = s.idle_p[node];
    // SAFETY: list members are idle Ps.
    unsafe {
        s.idle_p[node] = (*pp).link;
        let idle = rt::nanotime() - (*pp).idle_since;
        crate::metrics::TIMES.idle_ns.fetch_add(idle as u64, Relaxed);
    }
    RT.n_idle_p.fetch_sub(1, SeqCst);
    super::sysmon::wake();
    pp
}

/// This M starts to look for work.
pub fn become_spinning() {
    m::current().spinning = true;
    RT.n_spinning.fetch_add(1, SeqCst);
    RT.need_spinning.store(false, SeqCst);
}

/// This M has found work: maybe another should spin now, which is left to the caller.
pub fn stop_spinning() {
    m::current().spinning = false;
    if RT.n_spinning.fetch_sub(1, SeqCst) <= 0 {
        crate::exit::throw("negative number of spinning threads");
    }
}

/// After giving up its P, a spinner found that there is work: takes a P again, still spinning. Whether it got one.
pub fn acquire_idle_p_spinning() -> bool {
    let pp = take_idle_p(&mut RT.sched.lock());
    if pp.is_null() {
        RT.need_spinning.store(true, SeqCst);
        return false;
    }
    acquire_p(pp);
    become_spinning();
    true
}

/// Nobody spins and there is an idle P: starts a spinning M.
#[cold]
pub fn start_spinner() {
    if RT.n_spinning.compare_exchange(0, 1, SeqCst, Relaxed).is_err() {
        return;
    }
    let mut s = RT.sched.lock();
    let pp = take_idle_p(&mut s);
    if pp.is_null() {
        RT.need_spinning.store(true, SeqCst);
        drop(s);
        RT.n_spinning.fetch_sub(1, SeqCst);
        return;
    }
    start_m(s, pp, Spin::Yes);
}

/// Starts an M for work in the global queue, if there is an idle P.
pub fn start_for_global() {
    let mut s = RT.sched.lock();
    let pp = take_idle_p(&mut s);
    if !pp.is_null() {
        start_m(s, pp, Spin::No);
    }
}

/// Runs the idle P `pp`, which is in no list, on an idle or new M.
pub fn start_with(pp: *mut P) {
    start_m(RT.sched.lock(), pp, Spin::No);
}

/// Whether a started M is counted as spinning already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spin {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// Runs `pp` on an idle or new M.
fn start_m(mut s: crate::lock::Guard<'_, Sched>, pp: *mut P, spin: Spin) {
    let idle = s.idle_m;
    if idle.is_null() {
        drop(s);
        let mp = new_m(None);
        // SAFETY: a new M that does not run yet.
        unsafe {
            (*mp).nextp = pp;
            (*mp).spinning = spin == Spin::Yes;
            launch(mp);
        }
        return;
    }
    // SAFETY: list members are sleeping Ms, which look at nextp and spinning only after their note.
    unsafe {
        s.idle_m = (*idle).link;
        s.n_idle_m -= 1;
        (*idle).nextp = pp;
        (*idle).spinning = spin == Spin::Yes;
    }
    drop(s);
    // SAFETY: as above; Ms live for ever.
    unsafe { (*idle).park.wake() };
}

/// Gives the P of an M that blocks to another, if there is anything to do for it.
pub fn hand_off(pp: *mut P) {
    // SAFETY: the caller owns the P, status Idle.
    let p = unsafe { &*pp };
    // Before the lock: the poller and timers rank below it.
    let when = crate::timer::next_when();
    let has_work = !super::find::is_empty(p) || RT.n_global.load(SeqCst) != 0 || crate::gc::has_idle_work();
    let mut s = RT.sched.lock();
    if RT.stopping.load(SeqCst) {
        p.set_status(PStatus::Stopped);
        s.stop_wait -= 1;
        if s.stop_wait == 0 {
            RT.stop_note.wake();
        }
        return;
    }
    if has_work || !s.queue.is_empty() {
        return start_m(s, pp, Spin::No);
    }
    // Nobody else is awake to look for work or to poll: let one M.
    let all_idle = RT.n_idle_p.load(SeqCst) as usize == rt::n_p() - 1;
    if RT.n_spinning.load(SeqCst) + RT.n_idle_p.load(SeqCst) as i32 == 0
        && RT.n_spinning.compare_exchange(0, 1, SeqCst, Relaxed).is_ok()
    {
        RT.need_spinning.store(false, SeqCst);
        return start_m(s, pp, Spin::Yes);
    }
    if all_idle && RT.last_poll.load(SeqCst) != 0 && crate::netpoll::is_initialised() {
        return start_m(s, pp, Spin::No);
    }
    put_idle_p(&mut s, pp);
    drop(s);
    if when != 0 && crate::netpoll::is_initialised() {
        crate::netpoll::interrupt();
    }
}

/// Sleeps until somebody hands over a P. The M has none.
pub fn stop() {
    let mp = m::current();
    mp.spinning = false;
    {
        let mut s = RT.sched.lock();
        mp.link = s.idle_m;
        s.idle_m = mp;
        s.n_idle_m += 1;
        super::deadlock::check(&mut s);
    }
    park_m();
    let pp = mp.nextp;
    mp.nextp = null_mut();
    acquire_p(pp);
}

/// Sleeps on the note of this M.
fn park_m() {
    let mp = m::current();
    mp.park.sleep();
    mp.park.clear();
}

/// The world stops: gives up the P and sleeps until it starts again.
pub fn stop_for_world() {
    let mp = m::current();
    if mp.spinning {
        mp.spinning = false;
        RT.n_spinning.fetch_sub(1, SeqCst);
    }
    let pp = release_p();
    {
        let mut s = RT.sched.lock();
        // SAFETY: it was ours.
        unsafe { (*pp).set_status(PStatus::Stopped) };
        s.stop_wait -= 1;
        if s.stop_wait == 0 {
            RT.stop_note.wake();
        }
    }
    stop();
}

/// This M is locked to a goroutine that does not run: gives the P away and sleeps until the goroutine is runnable.
pub fn stop_locked() {
    let mp = m::current();
    if !mp.p.is_null() {
        hand_off(release_p());
    }
    {
        let mut s = RT.sched.lock();
        s.n_idle_locked += 1;
        super::deadlock::check(&mut s);
    }
    park_m();
    let pp = mp.nextp;
    mp.nextp = null_mut();
    acquire_p(pp);
}

/// `gp` may run only on another M: gives it our P and sleeps.
pub fn hand_to_locked(gp: *mut G) {
    // SAFETY: we have the only claim to the runnable gp, whose M sleeps in `stop_locked`.
    unsafe {
        let mp = (*gp).locked_m;
        RT.sched.lock().n_idle_locked -= 1;
        (*mp).nextp = release_p();
        (*mp).park.wake();
    }
    stop();
}

/// An M with its stacks: that of a thread that has ended, or a new one.
pub fn new_m(start: Option<extern "C" fn() -> !>) -> *mut M {
    if let Some(mp) = reuse_m() {
        mp.start = start;
        mp.tainted = false;
        return mp;
    }
    // SAFETY: all-zero is a valid M.
    let mp = unsafe { persist::zeroed::<M>() };
    let guard_page = 4096;
    let Some(stack) = mm::map(G0_STACK + SIGNAL_STACK + 2 * guard_page) else {
        crate::exit::throw("cannot allocate a system stack");
    };
    let lo = stack.as_ptr() as usize;
    // Layout: guard, signal stack, guard, system stack.
    // SAFETY: pages of the fresh mapping.
    unsafe {
        mm::protect(lo as *mut u8, guard_page, mm::flag::PROT_NONE);
        mm::protect((lo + guard_page + SIGNAL_STACK) as *mut u8, guard_page, mm::flag::PROT_NONE);
    }
    mp.signal_stack = lo + guard_page;
    mp.stack_lo = lo;
    mp.stack_size = G0_STACK + SIGNAL_STACK + 2 * guard_page;
    mp.g0_sp = lo + mp.stack_size;
    mp.start = start;
    register(mp);
    mp
}

/// Numbers an M, seeds its generators and links it into the list of all.
pub fn register(mp: &mut M) {
    mp.this = mp;
    // SAFETY: all-zero is a valid context.
    mp.spare_ctx = unsafe { persist::zeroed() };
    mp.fast = Fast::new(crate::env::bootstrap_rand());
    mp.strong = Strong::new(core::array::from_fn(|_| crate::env::bootstrap_rand()));
    let mut s = RT.sched.lock();
    mp.id = s.next_m;
    s.next_m += 1;
    mp.all_link = RT.all_m.load(Relaxed);
    RT.all_m.store(mp, Release);
    count_m(s);
}

/// One M more is going to run.
fn count_m(mut s: crate::lock::Guard<'_, Sched>) {
    s.n_m += 1;
    if s.n_m > s.max_m {
        let max = s.max_m;
        drop(s);
        crate::exit::thread_exhaustion(max);
    }
}

/// The M of a thread that has ended, as good as new but for its number and its place in the list of all.
fn reuse_m() -> Option<&'static mut M> {
    let mut s = RT.sched.lock();
    let mut link = &raw mut s.dead_m;
    // SAFETY: members of the list belong to it; one whose `ended` is set has no thread any more (`exit_thread`).
    unsafe {
        while !(*link).is_null() {
            let mp = &mut **link;
            if mp.ended.load(Acquire) != 0 {
                *link = mp.link;
                mp.link = null_mut();
                mp.oldp = null_mut();
                mp.held = Default::default();
                mp.ended.store(0, Relaxed);
                mp.park.clear();
                count_m(s);
                return Some(mp);
            }
            link = &raw mut mp.link;
        }
    }
    None
}

/// Starts the thread of a new M.
///
/// # Safety
/// It comes from [`new_m`] and was not launched since.
pub unsafe fn launch(mp: *mut M) {
    if super::template::is_needed() {
        // SAFETY: as ours.
        return unsafe { super::template::launch(mp) };
    }
    let fork = crate::osapi::FORK.lock();
    // All signals are blocked while the thread has no signal stack of its own.
    let mask = signal::set_mask(signal::How::Set, !0);
    // SAFETY: the M has a stack of its own; mstart never returns.
    let r = unsafe { thread::spawn((*mp).g0_sp, mp as usize, mstart) };
    signal::set_mask(signal::How::Set, mask);
    if r < 0 {
        drop(fork);
        no_thread(-r)
    }
    // SAFETY: the M is live; its thread stores the same number.
    unsafe { (*mp).tid = r as u32 };
}

/// The kernel gives us no thread: the error is an errno.
fn no_thread(errno: isize) -> ! {
    use core::fmt::Write;
    const EAGAIN: isize = 11;
    // As in Go, the one that could not be started is counted.
    let have = RT.sched.lock().n_m;
    let mut e = crate::exit::Stderr;
    let _ = writeln!(e, "runtime: failed to create new OS thread (have {have} already; errno={errno})");
    if errno == EAGAIN {
        let _ = writeln!(e, "runtime: may need to increase max user processes (ulimit -u)");
    }
    crate::exit::throw("newosproc")
}

/// First code of a thread.
extern "C" fn mstart(_: usize) -> ! {
    let mp = m::current();
    mp.tid = thread::gettid();
    init_thread(mp);
    crate::profile::thread_begins(mp);
    if let Some(f) = mp.start {
        f();
    }
    let pp = mp.nextp;
    mp.nextp = null_mut();
    acquire_p(pp);
    super::schedule()
}

/// Signal stack and mask of this thread.
pub fn init_thread(mp: &mut M) {
    // SAFETY: the M's own signal stack.
    unsafe { signal::set_altstack(mp.signal_stack, SIGNAL_STACK) };
    signal::set_mask(signal::How::Set, crate::signal::thread_mask());
}

/// The current goroutine gives up this M for ever (it exits while locked to its thread): the thread ends.
pub fn exit_m() -> ! {
    let mp = m::current();
    if mp.id == 0 {
        // The first thread is the process; it stays, asleep.
        hand_off(release_p());
        {
            let mut s = RT.sched.lock();
            s.n_m -= 1;
            super::deadlock::check(&mut s);
        }
        loop {
            park_m();
        }
    }
    hand_off(release_p());
    signal::set_mask(signal::How::Set, !0);
    crate::profile::thread_ends(mp);
    {
        let _fork = crate::osapi::FORK.lock();
        mp.tid = 0;
    }
    {
        let mut s = RT.sched.lock();
        s.n_m -= 1;
        super::deadlock::check(&mut s);
        mp.link = s.dead_m;
        s.dead_m = mp;
    }
    // SAFETY: the stack is reused only once `ended` is set, and signals, which have a stack of their own, are blocked.
    unsafe { thread::exit_thread(mp.ended.as_ptr()) }
}

/// The current goroutine is about to block this M in the kernel for long: status Syscall, P handed off. To be
/// followed by [`unblock`]. (For entries that wait in a futex: signal_recv.)
pub fn block(gp: &mut G) {
    crate::syscall::save_position(gp);
    if tracer::is_on() {
        tracer::syscall_begin(gp, g::current_p());
    }
    gp.transition(GStatus::Running, GStatus::Syscall);
    hand_off(release_p());
}

/// Ends [`block`] and the entry: the goroutine becomes runnable with the results it has, and this M schedules.
pub fn unblock(gp: &mut G) -> ! {
    crate::syscall::exit_slow(gp)
}

/// Contexts of goroutines that were preempted and have resumed, for reuse.
static CONTEXTS: crate::lock::Mutex<usize> = crate::lock::Mutex::new(undergo_rtcore::lock_rank::Rank::Leaf, 0);

/// A free context; its first word links free ones.
pub fn new_context() -> *mut undergo_rtsys::layout::Context {
    let mut head = CONTEXTS.lock();
    if *head == 0 {
        drop(head);
        // SAFETY: all-zero is a valid context.
        return unsafe { persist::zeroed() };
    }
    let c = *head as *mut undergo_rtsys::layout::Context;
    // SAFETY: a free context holds the link.
    *head = unsafe { (*c).gpr[0] as usize };
    c
}

/// Gives a context back.
pub fn free_context(c: *mut undergo_rtsys::layout::Context) {
    let mut head = CONTEXTS.lock();
    // SAFETY: the caller gives it up.
    unsafe { (*c).gpr[0] = *head as u64 };
    *head = c as usize;
}
