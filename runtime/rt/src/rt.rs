//! The one global of the scheduler.
//!
//! | field | guard |
//! |---|---|
//! | sched | its lock |
//! | n_idle_p, n_spinning, need_spinning, stopping, last_poll | atomic |
//! | all_p[..n_p] | written with the world stopped, read by anyone |
//! | all_m, all_g | append-only lists, heads atomic |

use crate::g::G;
use crate::lock::{Mutex, Note};
use crate::m::M;
use crate::numa;
use crate::p::P;
use crate::park::GList;
use core::ptr::null_mut;
use core::sync::atomic::*;
use undergo_rtcore::lock_rank::Rank;

/// Upper bound of GOMAXPROCS.
pub const MAX_P: usize = 1024;

/// State under the scheduler lock.
#[derive(Debug)]
pub struct Sched {
    /// Global run queue.
    pub queue: GList,
    /// Idle Ps, by node.
    pub idle_p: [*mut P; numa::N_LISTS],
    /// Idle Ms.
    pub idle_m: *mut M,
    /// Ms whose threads have ended or are about to, for reuse.
    pub dead_m: *mut M,
    /// Length of `idle_m`.
    pub n_idle_m: i32,
    /// Ms that wait for the goroutine they are locked to.
    pub n_idle_locked: i32,
    /// Ms created minus ended.
    pub n_m: i32,
    /// Ms that do not count for deadlocks (sysmon).
    pub n_sys_m: i32,
    /// Next M number.
    pub next_m: u32,
    /// Limit of `n_m`.
    pub max_m: i32,
    /// Ps that a stop of the world still waits for.
    pub stop_wait: i32,
}

// SAFETY: the pointers are to Ps and Ms, which live for ever; the lists are used under the lock only.
unsafe impl Send for Sched {}

/// End of the list of all goroutines.
#[derive(Debug)]
pub struct LastG(pub *mut G);

// SAFETY: Gs live for ever; the list grows under the lock.
unsafe impl Send for LastG {}

/// See the module documentation.
pub struct Runtime {
    /// Queues and lists.
    pub sched: Mutex<Sched>,
    /// Length of the global queue, a hint.
    pub n_global: AtomicU32,
    /// Idle Ps.
    pub n_idle_p: AtomicU32,
    /// Ms looking for work.
    pub n_spinning: AtomicI32,
    /// A spinning M is wanted although none could be started.
    pub need_spinning: AtomicBool,
    /// The world is being or has been stopped.
    pub stopping: AtomicBool,
    /// Signalled when `stop_wait` reaches 0.
    pub stop_note: Note,
    /// Time of the last poll; 0 while an M blocks in one.
    pub last_poll: AtomicI64,
    /// Until when an M blocks in the poller (0: for ever, or nobody does).
    pub poll_until: AtomicI64,
    /// Ps.
    pub all_p: [AtomicPtr<P>; MAX_P],
    /// GOMAXPROCS.
    pub n_p: AtomicU32,
    /// Ms.
    pub all_m: AtomicPtr<M>,
    /// Goroutines, oldest first.
    pub all_g: AtomicPtr<G>,
    /// The youngest of them.
    pub last_g: Mutex<LastG>,
    /// Dead goroutines, beyond those that Ps keep.
    pub free_g: Mutex<GList>,
    /// Goroutines of the runtime itself.
    pub n_system_g: AtomicI64,
    /// sysmon sleeps on `sysmon_note`.
    pub sysmon_waiting: AtomicBool,
    /// See `sysmon_waiting`.
    pub sysmon_note: Note,
    /// Processors of the machine that we may use.
    pub n_cpu: AtomicU32,
    /// Monotonic time of start.
    pub start_ns: AtomicI64,
    /// Limit of one goroutine's stack.
    pub max_stack: AtomicUsize,
}

/// The runtime.
pub static RT: Runtime = Runtime {
    sched: Mutex::new(
        Rank::Sched,
        Sched {
            queue: GList::new(),
            idle_p: [null_mut(); numa::N_LISTS],
            idle_m: null_mut(),
            dead_m: null_mut(),
            n_idle_m: 0,
            n_idle_locked: 0,
            n_m: 0,
            n_sys_m: 0,
            next_m: 0,
            max_m: 10000,
            stop_wait: 0,
        },
    ),
    n_global: AtomicU32::new(0),
    n_idle_p: AtomicU32::new(0),
    n_spinning: AtomicI32::new(0),
    need_spinning: AtomicBool::new(false),
    stopping: AtomicBool::new(false),
    stop_note: Note::new(),
    last_poll: AtomicI64::new(0),
    poll_until: AtomicI64::new(0),
    all_p: [const { AtomicPtr::new(null_mut()) }; MAX_P],
    n_p: AtomicU32::new(0),
    all_m: AtomicPtr::new(null_mut()),
    all_g: AtomicPtr::new(null_mut()),
    last_g: Mutex::new(Rank::AllG, LastG(null_mut())),
    free_g: Mutex::new(Rank::AllG, GList::new()),
    n_system_g: AtomicI64::new(0),
    sysmon_waiting: AtomicBool::new(false),
    sysmon_note: Note::new(),
    n_cpu: AtomicU32::new(1),
    start_ns: AtomicI64::new(0),
    max_stack: AtomicUsize::new(1_000_000_000),
};

/// GOMAXPROCS.
pub fn n_p() -> usize {
    RT.n_p.load(Ordering::Relaxed) as usize
}

/// P number `i < n_p()`.
pub fn p(i: usize) -> &'static P {
    // SAFETY: Ps are created before n_p covers them and never freed.
    unsafe { &*RT.all_p[i].load(Ordering::Acquire) }
}

/// All Ps that there have ever been, which stay where they are. Those beyond `n_p()` are not in use.
pub fn made_p() -> impl Iterator<Item = *mut P> {
    // There are none behind the first that has not been made.
    RT.all_p.iter().map(|p| p.load(Ordering::Acquire)).take_while(|p| !p.is_null())
}

/// All Ps in use.
pub fn all_p() -> impl Iterator<Item = &'static P> {
    (0..n_p()).map(p)
}

/// All goroutines ever made, including dead ones.
pub fn all_g() -> impl Iterator<Item = *mut G> {
    all_g_from(RT.all_g.load(Ordering::Acquire))
}

/// `g`, which may be null, and those behind it in the list of all goroutines.
pub fn all_g_from(mut g: *mut G) -> impl Iterator<Item = *mut G> {
    core::iter::from_fn(move || {
        let this = g;
        if this.is_null() {
            return None;
        }
        // SAFETY: Gs are never unmapped; all_link changes once, from null, to a published goroutine.
        g = unsafe { AtomicPtr::from_ptr(&raw mut (*this).all_link) }.load(Ordering::Acquire);
        Some(this)
    })
}

/// All Ms.
pub fn all_m() -> impl Iterator<Item = *mut M> {
    let mut m = RT.all_m.load(Ordering::Acquire);
    core::iter::from_fn(move || {
        let this = m;
        if this.is_null() {
            return None;
        }
        // SAFETY: Ms are never unmapped; all_link is constant once published.
        m = unsafe { (*this).all_link };
        Some(this)
    })
}

/// How often a lock spins before it sleeps.
pub fn spin_rounds() -> u32 {
    if RT.n_cpu.load(Ordering::Relaxed) > 1 { 4 } else { 0 }
}

/// Monotonic nanoseconds.
pub fn nanotime() -> i64 {
    undergo_rtsys::linux::clock::monotonic_ns()
}
