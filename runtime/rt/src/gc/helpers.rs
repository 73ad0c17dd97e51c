//! Threads that mark. They have no P and sleep between collections.
//!
//! While the world is stopped there are as many as there are Ps, and processors to run them, beyond the first: they help
//! the driver. While it runs there is one for every four Ps, at least one, so that marking takes about a quarter of the
//! processors; they read the roots before. With fewer than four Ps, and no processor to spare, a helper sleeps now and
//! then, so that it takes no more than a quarter of them either. Where processors are to spare, idle Ps mark as well
//! ([`super::mark_while_idle`]).

use super::mark::Marker;
use super::{control, roots, work};
use crate::lock::Note;
use crate::metrics::TIMES;
use crate::rt::{self, RT};
use crate::sched::threads;
use core::sync::atomic::{AtomicU32, Ordering::*};
use undergo_rtsys::linux::clock;

/// Most helpers.
pub const MAX: usize = 16;
/// Collections of a heap smaller than this, with the world stopped, are done alone: waking threads would take longer.
const WORTHWHILE: u64 = 32 << 20;

/// How far a helper may be ahead of its share of the processors, and how long it sleeps at most, ns.
const SHARE_NS: i64 = 100_000;
const SHARE_MOST_NS: i64 = 500_000;

/// What helpers do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Job {
    /// Read objects until there are none left.
    Drain = 0,
    /// They read the roots before, each of them a share of the stacks, and the first one the others.
    RootsAndDrain = 1,
}

/// State of the helpers.
///
/// | field | who | when |
/// |---|---|---|
/// | wake | driver signals, helper clears | start of marking |
/// | running | driver sets, helper subtracts | marking |
/// | job | driver | before waking |
/// | wanted | driver | between the two |
/// | made | driver | when it wakes them |
struct Helpers {
    wake: [Note; MAX],
    running: AtomicU32,
    job: AtomicU32,
    wanted: AtomicU32,
    made: AtomicU32,
    next: AtomicU32,
}

static HELPERS: Helpers = Helpers {
    wake: [const { Note::new() }; MAX],
    running: AtomicU32::new(0),
    job: AtomicU32::new(0),
    wanted: AtomicU32::new(0),
    made: AtomicU32::new(0),
    next: AtomicU32::new(0),
};

/// How many helpers are of use while the world is stopped.
pub fn useful() -> u32 {
    if super::pace::used() < WORTHWHILE {
        return 0;
    }
    let processors = rt::n_p().min(RT.n_cpu.load(Relaxed) as usize);
    (processors - 1).min(MAX) as u32
}

/// How many mark while the world runs.
pub fn concurrent() -> u32 {
    (rt::n_p() / 4).clamp(1, MAX) as u32
}

/// Processors that are left beside helpers and Ps that are at work; negative if there are more of these.
pub fn spare_processors() -> i32 {
    let busy = rt::n_p() as i32 - RT.n_idle_p.load(Relaxed) as i32;
    RT.n_cpu.load(Relaxed) as i32 - busy - HELPERS.running.load(Relaxed) as i32
}

/// A helper has taken `cpu` ns of a processor in `elapsed` ns: sleeps if that is more than its share. With fewer than four Ps
/// a quarter of them is less than one processor, which matters if there is none to spare.
pub fn keep_to_share(elapsed: i64, cpu: i64) {
    let procs = rt::n_p() as i64;
    if procs >= 4 || spare_processors() >= 0 {
        return;
    }
    let ahead = cpu * 4 / procs - elapsed;
    if ahead > SHARE_NS {
        clock::usleep((ahead.min(SHARE_MOST_NS) / 1000) as u64);
    }
}

/// Wakes `n` helpers; they mark until marking ends. The world is stopped.
pub fn start(n: u32, job: Job) {
    prepare(n, job);
    wake();
}

/// `n` helpers count as running, and will be woken. The world is stopped.
pub fn prepare(n: u32, job: Job) {
    HELPERS.job.store(job as u32, Relaxed);
    HELPERS.running.store(n, SeqCst);
    HELPERS.wanted.store(n, Relaxed);
}

/// Wakes them, if that has not been done: when the world runs again, since a thread that is woken may take the processor of
/// the one that stopped the world. By the goroutine that drives the collection.
pub fn wake() {
    for i in 0..HELPERS.wanted.swap(0, Relaxed) {
        if HELPERS.made.load(Relaxed) == i {
            HELPERS.made.store(i + 1, Relaxed);
            let mp = threads::new_m(Some(run));
            RT.sched.lock().n_sys_m += 1;
            // SAFETY: a new M.
            unsafe { threads::launch(mp) };
        }
        HELPERS.wake[i as usize].wake();
    }
}

/// Whether helpers are at work.
pub fn are_running() -> bool {
    HELPERS.running.load(Acquire) > 0
}

/// Waits for the helpers.
pub fn finish() {
    let mut spins = 0;
    while are_running() {
        work::pause(&mut spins);
    }
}

/// A helper thread.
extern "C" fn run() -> ! {
    let me = HELPERS.next.fetch_add(1, Relaxed) as usize;
    let mut marker = Marker::new();
    marker.queue = Some(work::queue(Some(me)));
    loop {
        HELPERS.wake[me].sleep();
        HELPERS.wake[me].clear();
        marker.reset();
        let start = clock::thread_cpu_ns();
        let begun = rt::nanotime();
        if HELPERS.job.load(Relaxed) == Job::RootsAndDrain as u32 {
            if me == 0 { roots::mark_concurrently(&mut marker) } else { roots::mark_share(&mut marker) }
        }
        marker.drain(&mut || keep_to_share(rt::nanotime() - begun, clock::thread_cpu_ns() - start));
        marker.count();
        TIMES.dedicated_ns.fetch_add((clock::thread_cpu_ns() - start) as u64, Relaxed);
        if HELPERS.running.fetch_sub(1, AcqRel) == 1 {
            control::marking_ended();
        }
    }
}
