//! CPU profiles: SIGPROF interrupts each thread by its own processor time, and its handler writes down where it was.
//!
//! Records lie in a ring of words, oldest first: number of words, time (ns), count, tag (the goroutine's labels), return
//! addresses. A profile begins with a record whose count is the rate. What finds no room is counted, and a record with
//! count 0 and that number instead of an address tells of it.
//!
//! The ring has a lock that handlers take: whoever else holds it may be what they interrupt, so they give up soon, and
//! the record counts as lost. Everything else is under [`TIMERS`].

use crate::g::{G, GStatus};
use crate::gc::barrier;
use crate::lock::Mutex;
use crate::m::{self, M};
use crate::module::is_go_text;
use crate::roots::Visitor;
use crate::rt::{self, RT};
use crate::traceback::places::{self, Place};
use crate::traceback::{Physical, Walk, logical};
use crate::tracer;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::arch::memory::is_leaf;
use undergo_rtsys::entry;
use undergo_rtsys::linux::signal::{UContext, reg};
use undergo_rtsys::linux::timer;

/// Words of the ring, a power of two.
const WORDS: usize = 1 << 16;
/// Words of a record in front of its addresses.
const HEADER: usize = 4;
/// Addresses of a record at most.
const MAX_DEPTH: usize = 64;
/// How often a handler tries to get the lock of the ring.
const TRIES: usize = 1000;

static RING: Ring = Ring::new();
/// Samples for the execution trace that is being made: the count is the M's thread id and the number of its P, the tag
/// the goroutine.
static TRACED: Ring = Ring::new();
/// Samples a second of processor time, 0 for no profile.
static HZ: AtomicU32 = AtomicU32::new(0);
/// Return addresses that stand for what is no Go code: the runtime's, and the collector's.
static STAND_INS: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
/// Guards [`HZ`] and the timers of Ms. Their handlers do not take it.
static TIMERS: Mutex<()> = Mutex::new(Rank::Leaf, ());

struct Ring {
    busy: AtomicBool,
    /// Numbers of words that were ever read and written.
    read: AtomicUsize,
    written: AtomicUsize,
    /// Records for which there was no room.
    lost: AtomicU64,
    words: [AtomicU64; WORDS],
}

impl Ring {
    const fn new() -> Ring {
        Ring {
            busy: AtomicBool::new(false),
            read: AtomicUsize::new(0),
            written: AtomicUsize::new(0),
            lost: AtomicU64::new(0),
            words: [const { AtomicU64::new(0) }; WORDS],
        }
    }

    /// Runs `f` with the lock, if that is to be had in so many tries.
    fn with<R>(&self, tries: usize, f: impl FnOnce() -> R) -> Option<R> {
        for _ in 0..tries {
            if self.busy.compare_exchange_weak(false, true, Acquire, Relaxed).is_ok() {
                let r = f();
                self.busy.store(false, Release);
                return Some(r);
            }
            core::hint::spin_loop();
        }
        None
    }

    /// Adds a record. Under the lock.
    fn add(&self, count: u64, tag: usize, pcs: &[usize]) {
        let lost = self.lost.load(Relaxed);
        let (before, n) = (if lost > 0 { HEADER + 1 } else { 0 }, HEADER + pcs.len());
        let used = self.written.load(Relaxed) - self.read.load(Relaxed);
        if used + before + n > WORDS {
            self.lost.fetch_add(1, Relaxed);
            return;
        }
        if lost > 0 {
            self.lost.fetch_sub(lost, Relaxed);
            self.put(0, 0, &[lost as usize]);
        }
        self.put(count, tag, pcs);
    }

    fn put(&self, count: u64, tag: usize, pcs: &[usize]) {
        let at = self.written.load(Relaxed);
        let header = [(HEADER + pcs.len()) as u64, rt::nanotime() as u64, count, tag as u64];
        for (i, w) in header.into_iter().chain(pcs.iter().map(|&pc| pc as u64)).enumerate() {
            self.words[(at + i) % WORDS].store(w, Relaxed);
        }
        self.written.store(at + HEADER + pcs.len(), Release);
    }

    /// The record at `at`: its words.
    fn record(&self, at: usize) -> impl Iterator<Item = u64> {
        let word = move |i: usize| self.words[(at + i) % WORDS].load(Relaxed);
        (0..word(0) as usize).map(word)
    }
}

/// Go pointers in the ring.
pub fn roots(v: &mut dyn Visitor) {
    RING.with(usize::MAX, || {
        let (mut at, end) = (RING.read.load(Relaxed), RING.written.load(Relaxed));
        while at < end {
            let mut record = RING.record(at);
            at += record.next().unwrap_or(1) as usize;
            v.word(record.nth(HEADER - 2).unwrap_or(0) as usize);
        }
    });
}

/// Whether a profile is being made.
pub fn is_on() -> bool {
    HZ.load(Relaxed) != 0
}

/// This thread begins: it is profiled like the others.
pub fn thread_begins(mp: &mut M) {
    if is_on() {
        let _guard = TIMERS.lock();
        start_timer(mp);
    }
}

/// This thread is about to end, signals blocked.
pub fn thread_ends(mp: &mut M) {
    let _guard = TIMERS.lock();
    stop_timer(mp);
}

/// Under the lock.
fn start_timer(mp: *mut M) {
    let hz = u64::from(HZ.load(Relaxed));
    // SAFETY: Ms are never unmapped, and the timer is ours under the lock.
    let (tid, timer) = unsafe { ((&raw const (*mp).tid).read(), &mut (*mp).profile_timer) };
    if hz != 0 && *timer == 0 && tid != 0 {
        let period = 1_000_000_000 / hz;
        // Threads are not to be interrupted all at once.
        let first = 1 + m::current().fast.next() % period;
        *timer = timer::start(tid, first, period).map_or(0, |id| id + 1);
    }
}

/// Under the lock.
fn stop_timer(mp: *mut M) {
    // SAFETY: as in `start_timer`.
    let timer = unsafe { &mut (*mp).profile_timer };
    if *timer != 0 {
        timer::stop(*timer - 1);
        *timer = 0;
    }
}

/// SIGPROF has interrupted this thread: whether it was for a profile.
pub fn sample(ctx: &UContext) -> bool {
    if !is_on() {
        return false;
    }
    let mut pcs = [0; MAX_DEPTH];
    let (n, tag) = stack(ctx, &mut pcs);
    if RING.with(TRIES, || RING.add(1, tag, &pcs[..n])).is_none() {
        RING.lost.fetch_add(1, Relaxed);
    }
    if tracer::is_on() {
        let mp = m::current();
        // SAFETY: the M's own P and goroutine, if it has them.
        let (p, g) = unsafe { (mp.p.as_ref().map_or(0, |p| p.id), mp.curg.as_ref().map_or(0, |g| g.head.id)) };
        let count = u64::from(mp.tid) << 32 | u64::from(p);
        TRACED.with(TRIES, || TRACED.add(count, g as usize, &pcs[..n]));
    }
    true
}

/// A sample for an execution trace.
#[derive(Debug)]
pub struct Traced<'a> {
    /// Monotonic time, ns.
    pub time: u64,
    /// Thread id of the M.
    pub m: u64,
    /// Number of its P.
    pub p: u64,
    /// Id of its goroutine, 0 for none.
    pub goroutine: u64,
    /// Return addresses, innermost first.
    pub returns: &'a [usize],
}

/// Drops samples that no trace has taken.
pub fn forget_traced() {
    TRACED.with(usize::MAX, || TRACED.read.store(TRACED.written.load(Relaxed), Relaxed));
}

/// Takes the samples for the trace.
pub fn take_traced(mut f: impl FnMut(Traced<'_>)) {
    loop {
        let mut words = [0; HEADER + MAX_DEPTH];
        let mut n = 0;
        TRACED.with(usize::MAX, || {
            let at = TRACED.read.load(Relaxed);
            if at == TRACED.written.load(Relaxed) {
                return;
            }
            for (to, w) in words.iter_mut().zip(TRACED.record(at)) {
                *to = w as usize;
                n += 1;
            }
            TRACED.read.store(at + n, Relaxed);
        });
        if n == 0 {
            return;
        }
        let [_, time, count, goroutine] = [0, 1, 2, 3].map(|i| words[i] as u64);
        // Records with count 0 tell how many were lost.
        if count != 0 {
            f(Traced { time, m: count >> 32, p: count & 0xffff_ffff, goroutine, returns: &words[HEADER..n] });
        }
    }
}

/// What the interrupted thread was doing: the number of return addresses, and the labels of its goroutine.
fn stack(ctx: &UContext, pcs: &mut [usize; MAX_DEPTH]) -> (usize, usize) {
    let mp = m::current();
    // SAFETY: the M's goroutine, whose thread is this one.
    let gp = unsafe { mp.curg.as_ref() };
    let mut n = 0;
    if let Some((walk, places)) = gp.and_then(|gp| walk(mp, gp, ctx)) {
        // Wrappers do nothing themselves.
        let frames = walk.filter(|&p| logical(p).next().is_some()).map(|p| p.ret);
        for (to, ret) in pcs.iter_mut().zip(places.iter().map(|place| place.ret()).chain(frames)) {
            *to = ret;
            n += 1;
        }
    }
    if n == 0 {
        pcs[0] = STAND_INS[usize::from(mp.start.is_some())].load(Relaxed);
        n = 1;
    }
    (n, gp.map_or(0, |g| g.head.labels))
}

/// Its stack, and what it does below that.
fn walk(mp: &M, gp: &G, ctx: &UContext) -> Option<(Walk, &'static [Place])> {
    let [pc, sp, fp] = [reg::RIP, reg::RSP, reg::RBP].map(|r| ctx.gregs[r] as usize);
    let runs_go = ctx.gregs[reg::R15] as usize == core::ptr::from_ref(gp) as usize;
    if runs_go && is_go_text(pc) {
        return Some((Walk::from_context(gp, [pc, sp, fp]), &[]));
    }
    if runs_go && is_leaf(pc) {
        // SAFETY: a leaf pushes nothing: its return address is on the goroutine's stack.
        let ret = unsafe { *(sp as *const usize) };
        return is_go_text(ret).then(|| (Walk::from_call(gp, ret, fp), places::called_by(Physical::call(ret))));
    }
    // The frame of an entry is there as soon as its thread is on the system stack.
    let on_system_stack = sp < mp.g0_sp && mp.g0_sp - sp < crate::sched::threads::G0_STACK;
    match gp.status() {
        // SAFETY: the goroutine is this thread's.
        GStatus::Syscall => Some((unsafe { Walk::stopped(gp) }, &[])),
        GStatus::Running if on_system_stack => {
            let walk = Walk::in_entry(gp);
            let places = places::in_entry(gp, &walk);
            Some((walk, places))
        }
        _ => None,
    }
}

entry! {
    /// Begins a profile with so many samples a second, or ends it with 0. The functions stand for the runtime and the
    /// collector.
    "runtime.setcpuprofilerate" => fn set_rate(hz: u64, system: usize, gc: usize) {
        let _guard = TIMERS.lock();
        if hz != 0 {
            STAND_INS[0].store(system + 1, Relaxed);
            STAND_INS[1].store(gc + 1, Relaxed);
            RING.with(usize::MAX, || {
                RING.read.store(RING.written.load(Relaxed), Relaxed);
                RING.lost.store(0, Relaxed);
                RING.add(hz, 0, &[]);
            });
        }
        HZ.store(hz as u32, SeqCst);
        let mut mp = RT.all_m.load(Acquire);
        while !mp.is_null() {
            if hz != 0 { start_timer(mp) } else { stop_timer(mp) }
            // SAFETY: Ms are never unmapped, and the list only grows at its head.
            mp = unsafe { (*mp).all_link };
        }
    }

    /// Takes records out of the ring: their words without tags, and the tags. `out` gets the numbers of both.
    "runtime.readcpuprofile" => fn read(data: *mut u64, n_data: usize, tags: *mut usize, n_tags: usize, out: *mut [usize; 2]) {
        let (mut words, mut records) = (0, 0);
        RING.with(usize::MAX, || {
            let (mut at, end) = (RING.read.load(Relaxed), RING.written.load(Acquire));
            while at < end {
                let n = RING.words[at % WORDS].load(Relaxed) as usize;
                if words + n - 1 > n_data || records == n_tags {
                    break;
                }
                for (i, w) in RING.record(at).enumerate() {
                    // SAFETY: the caller's arrays, which have the room that was asked about.
                    unsafe {
                        match i {
                            0 => *data.add(words) = w - 1,
                            3 => {
                                barrier::shade(w as usize);
                                *tags.add(records) = w as usize;
                            }
                            i => *data.add(words + i - usize::from(i > 3)) = w,
                        }
                    }
                }
                words += n - 1;
                records += 1;
                at += n;
            }
            RING.read.store(at, Relaxed);
        });
        // SAFETY: two words of the caller.
        unsafe { *out = [words, records] };
    }
}
