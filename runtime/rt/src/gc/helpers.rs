//! Threads that help to mark while the world is stopped: as many as there are Ps, and processors to run them, beyond the
//! first, at most [`MAX`]. They have no P and sleep between collections.

use super::mark::Marker;
use crate::lock::Note;
use crate::rt::{self, RT};
use crate::sched::threads;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::*};

/// Most helpers.
const MAX: usize = 16;
/// Collections of a heap smaller than this are done alone: waking threads would take longer.
const WORTHWHILE: u64 = 32 << 20;

/// State of the helpers.
///
/// | field | who | when |
/// |---|---|---|
/// | wake | driver signals, helper clears | start of a collection |
/// | running | driver adds, helper subtracts | a collection |
/// | bytes, objects | helpers add | before `running` falls |
/// | made | driver | world stopped |
struct Helpers {
    wake: [Note; MAX],
    running: AtomicU32,
    bytes: AtomicU64,
    objects: AtomicU64,
    made: AtomicU32,
    next: AtomicU32,
}

static HELPERS: Helpers = Helpers {
    wake: [const { Note::new() }; MAX],
    running: AtomicU32::new(0),
    bytes: AtomicU64::new(0),
    objects: AtomicU64::new(0),
    made: AtomicU32::new(0),
    next: AtomicU32::new(0),
};

/// How many helpers a collection that starts now gets.
pub fn available() -> u32 {
    if super::pace::used() < WORTHWHILE {
        return 0;
    }
    let processors = rt::n_p().min(RT.n_cpu.load(Relaxed) as usize);
    (processors - 1).min(MAX) as u32
}

/// Wakes [`available`] helpers; they mark until marking ends.
pub fn start() {
    let n = available();
    HELPERS.bytes.store(0, Relaxed);
    HELPERS.objects.store(0, Relaxed);
    HELPERS.running.store(n, SeqCst);
    for i in 0..n {
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

/// Waits for the helpers; bytes and objects that they marked.
pub fn finish() -> (u64, u64) {
    let mut spins = 0;
    while HELPERS.running.load(Acquire) > 0 {
        super::mark::pause(&mut spins);
    }
    (HELPERS.bytes.load(Relaxed), HELPERS.objects.load(Relaxed))
}

/// A helper thread.
extern "C" fn run() -> ! {
    let me = HELPERS.next.fetch_add(1, Relaxed) as usize;
    loop {
        HELPERS.wake[me].sleep();
        HELPERS.wake[me].clear();
        let mut marker = Marker::new();
        marker.drain();
        HELPERS.bytes.fetch_add(marker.bytes, Relaxed);
        HELPERS.objects.fetch_add(marker.objects, Relaxed);
        HELPERS.running.fetch_sub(1, Release);
    }
}
