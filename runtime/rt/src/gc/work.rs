//! Who marks what: entries that markers share, queues from which they steal, assists, and the end of marking.
//!
//! Each marker has a stack of entries and, unless it is that of an assist, a queue of spans ([`super::mark`]). A marker with
//! plenty gives half of its stack to the shared entries while another is idle; spans are stolen from queues without a
//! lock. Marking ends when all markers are idle, the shared entries are gone, and no assist has any ([`MarkWork`]).

use super::mark::Marker;
use super::{barrier, helpers};
use crate::lock::{Guard, Mutex};
use crate::mem::vec::OffVec;
use crate::metrics::TIMES;
use crate::rt::RT;
use crate::tracer;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::mark_work::MarkWork;
use undergo_rtcore::run_queue::RunQueue;
use undergo_rtsys::linux::clock;

/// Bytes that an assist reads at least, so that it is worth beginning.
const ASSIST_BYTES: u64 = 32 << 10;
/// Objects that it reads before it looks whether the world is to stop.
const ASSIST_STEP: usize = 64;
/// Spans that it steals at a time.
const ASSIST_SPANS: usize = 8;
/// Objects that a marker with limited time reads before it looks at the clock.
const TIMED_STEP: usize = 64;
/// A marker shares when it has more entries than this.
const SHARE: usize = 128;
/// Bytes that a helper reads before it gives assists credit for them.
const REPORT: u64 = 64 << 10;
/// Spans that a marker steals at a time.
const STEAL: usize = 64;

/// Entries given away by busy markers.
static SHARED: Mutex<OffVec<usize>> = Mutex::new(Rank::GcWork, OffVec::new());
/// Who has entries.
static WORK: MarkWork = MarkWork::new();
/// Somebody wants to assist and found nothing.
static HUNGRY: AtomicBool = AtomicBool::new(false);
/// Bytes that helpers have read and no assist has taken credit for.
static CREDIT: AtomicU64 = AtomicU64::new(0);
/// Bytes that helpers have read, and assists, in this collection.
static READ: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];
/// Markers of this collection.
static MARKERS: AtomicU32 = AtomicU32::new(1);
/// Spans of helpers, and of the driver at the end. Pushed to by their owners only.
static QUEUES: [RunQueue; helpers::MAX + 1] = [const { RunQueue::new() }; _];

/// Prepares a collection by `markers` threads.
pub fn begin(markers: u32) {
    MARKERS.store(markers, Relaxed);
    WORK.begin();
    WORK.tell(0);
    HUNGRY.store(false, Relaxed);
    CREDIT.store(0, Relaxed);
    READ.iter().for_each(|read| read.store(0, Relaxed));
}

/// Bytes that helpers have read, and assists, in this collection.
pub fn read() -> [u64; 2] {
    READ.each_ref().map(|read| read.load(Relaxed))
}

/// Takes credit for up to `bytes` bytes that helpers have read.
fn take_credit(bytes: u64) -> u64 {
    match CREDIT.fetch_update(Relaxed, Relaxed, |credit| (credit > 0).then(|| credit.saturating_sub(bytes))) {
        Ok(credit) => credit.min(bytes),
        Err(_) => 0,
    }
}

/// Prepares the same number of threads, which it gives, to go on after [`Marker::drain_alone`] has left something.
pub fn resume() -> u32 {
    WORK.begin();
    MARKERS.load(Relaxed)
}

/// The queue of a helper, or of the driver.
pub fn queue(helper: Option<usize>) -> &'static RunQueue {
    &QUEUES[helper.unwrap_or(helpers::MAX)]
}

/// The shared entries, locked; others are told how many they are when they are released.
pub struct Shared(Guard<'static, OffVec<usize>>);

/// Locks the shared entries.
pub fn share() -> Shared {
    Shared(SHARED.lock())
}

impl Deref for Shared {
    type Target = OffVec<usize>;
    fn deref(&self) -> &OffVec<usize> {
        &self.0
    }
}

impl DerefMut for Shared {
    fn deref_mut(&mut self) -> &mut OffVec<usize> {
        &mut self.0
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        WORK.tell(self.0.len());
    }
}

/// Whether there seems to be something to take from others.
pub fn others_have_some() -> bool {
    WORK.has_shared() || QUEUES.iter().any(|queue| !queue.is_empty())
}

impl Marker {
    /// Gives everything away.
    pub fn give_all(&mut self) {
        self.give_to(&mut share());
    }

    /// Reads objects until there are none left anywhere. Calls `at_times` now and then.
    pub fn drain(&mut self, at_times: &mut dyn FnMut()) {
        self.look_up();
        loop {
            while self.step() > 0 {
                self.share_if_wanted();
                if self.read >= REPORT {
                    self.report();
                    at_times();
                }
            }
            self.report();
            if !self.fetch() {
                break;
            }
        }
        self.stack.trim();
        self.spill.trim();
    }

    /// Gives assists credit for what has been read, and lets idle Ps help.
    fn report(&mut self) {
        let read = core::mem::take(&mut self.read);
        CREDIT.fetch_add(read, Relaxed);
        READ[0].fetch_add(read, Relaxed);
        if RT.n_idle_p.load(Relaxed) > 0 && super::has_work_for_idle() {
            crate::sched::wake_p();
        }
    }

    /// Counts what has been read with the world stopped.
    pub fn count_read(&mut self) {
        READ[0].fetch_add(core::mem::take(&mut self.read), Relaxed);
    }

    /// Takes entries that others have, reads objects worth about `bytes` bytes, and gives back what is left. Ends early when
    /// the world is to stop.
    fn help(&mut self, bytes: u64) {
        self.reset();
        WORK.assist_begins();
        'help: while self.take_shared() || self.steal(ASSIST_SPANS) {
            while self.drain_some(ASSIST_STEP) {
                if self.read >= bytes || RT.stopping.load(Relaxed) {
                    break 'help;
                }
            }
        }
        {
            let mut shared = share();
            self.give_to(&mut shared);
            WORK.tell(shared.len());
            WORK.assist_ends();
        }
        self.count();
    }

    /// Reads about `n` of its own objects; whether it had so many.
    pub fn drain_some(&mut self, n: usize) -> bool {
        self.look_up();
        let mut left = n;
        while left > 0 {
            let read = self.step();
            if read == 0 {
                return false;
            }
            left = left.saturating_sub(read);
            self.share_if_wanted();
        }
        true
    }

    /// Reads objects until there are none left anywhere, or for about `ns` nanoseconds; whether none are left. What is left
    /// is shared. Nobody else marks.
    pub fn drain_alone(&mut self, ns: i64) -> bool {
        let end = crate::rt::nanotime().saturating_add(ns);
        loop {
            while self.drain_some(TIMED_STEP) {
                if crate::rt::nanotime() > end {
                    self.give_all();
                    return false;
                }
            }
            if !self.take_shared() {
                return true;
            }
        }
    }

    #[inline]
    fn share_if_wanted(&mut self) {
        if self.stack.len() + self.spill.len() > SHARE && (WORK.is_wanted() || HUNGRY.load(Relaxed)) {
            self.share();
        }
    }

    /// Gives half of the entries away.
    #[cold]
    fn share(&mut self) {
        let mut shared = share();
        if shared.len() > SHARE {
            return;
        }
        for (entries, taken) in [(&mut self.stack, 0), (&mut self.spill, self.spilt)] {
            for _ in 0..(entries.len() - taken) / 2 {
                if let Some(entry) = entries.pop() {
                    shared.push(entry);
                }
            }
        }
        HUNGRY.store(false, Relaxed);
    }

    /// Moves everything to the shared entries.
    fn give_to(&mut self, shared: &mut OffVec<usize>) {
        self.look_up();
        while let Some(entry) = self.next() {
            shared.push(entry);
        }
    }

    /// Takes some of the shared entries, if there are any.
    fn take_shared(&mut self) -> bool {
        let mut shared = share();
        let n = shared.len().div_ceil(2).min(SHARE);
        for _ in 0..n {
            if let Some(entry) = shared.pop() {
                self.stack.push(entry);
            }
        }
        n > 0
    }

    /// Steals some spans.
    fn steal(&mut self, at_most: usize) -> bool {
        let mut spans = [0; STEAL];
        let mut n = 0;
        for victim in &QUEUES {
            n = victim.grab(&mut spans[..at_most]);
            if n > 0 {
                break;
            }
        }
        // In their order: what is pushed last is read first.
        for &span in spans[..n].iter().rev() {
            self.stack.push(super::mark::span_entry(span));
        }
        n > 0
    }

    /// Whether nobody has anything to do. While assists have, markers wait for what they give back, or most of marking would
    /// be left to the pause at its end.
    fn is_over(markers: u32) -> bool {
        WORK.seems_over(markers) && WORK.is_over(markers, SHARED.lock().len())
    }

    /// Takes entries of others, waiting for some; false when all markers are idle.
    #[cold]
    fn fetch(&mut self) -> bool {
        let markers = MARKERS.load(Relaxed);
        WORK.become_idle();
        let mut spins = 0;
        loop {
            if others_have_some() {
                WORK.become_busy();
                if self.take_shared() || self.steal(STEAL) {
                    return true;
                }
                WORK.become_idle();
            }
            if Self::is_over(markers) {
                return false;
            }
            pause(&mut spins);
        }
    }
}

/// Reads objects worth `bytes` bytes, if there is work for others than the markers. `marker` is that of our P. What it
/// reads beyond that counts for its next assists in this collection. Ends early when the world is to stop.
pub fn assist(marker: &mut Marker, bytes: u64) {
    let cycle = super::cycle::number();
    if marker.credit_cycle != cycle {
        marker.credit_cycle = cycle;
        marker.credit = 0;
    }
    if bytes <= marker.credit {
        marker.credit -= bytes;
        return;
    }
    marker.credit += take_credit(bytes - marker.credit);
    if bytes <= marker.credit {
        marker.credit -= bytes;
        return;
    }
    if !others_have_some() {
        HUNGRY.store(true, Relaxed);
        return;
    }
    let start = clock::thread_cpu_ns();
    let wanted = (bytes - marker.credit).max(ASSIST_BYTES);
    if tracer::is_on() {
        tracer::assist_begin();
    }
    marker.help(wanted);
    if tracer::is_on() {
        tracer::assist_end();
    }
    marker.credit = (marker.credit + marker.read).saturating_sub(bytes);
    READ[1].fetch_add(marker.read, Relaxed);
    TIMES.assist_ns.fetch_add((clock::thread_cpu_ns() - start) as u64, Relaxed);
}

/// An idle P reads objects for a short time, with its marker; whether there were any.
pub fn mark_while_idle(marker: &mut Marker) -> bool {
    let start = clock::thread_cpu_ns();
    marker.help(ASSIST_BYTES);
    let read = core::mem::take(&mut marker.read);
    CREDIT.fetch_add(read, Relaxed);
    READ[0].fetch_add(read, Relaxed);
    TIMES.idle_mark_ns.fetch_add((clock::thread_cpu_ns() - start) as u64, Relaxed);
    read > 0
}

/// Waits a little for another thread: spins at first, then lets others run.
pub fn pause(spins: &mut u32) {
    *spins += 1;
    if *spins < 200 {
        core::hint::spin_loop();
    } else if barrier::is_on() {
        // The world runs: nobody is in a hurry.
        undergo_rtsys::linux::clock::usleep(50);
    } else {
        undergo_rtsys::linux::thread::sched_yield();
    }
}
