//! Timers: `time.Sleep`, `time.Timer`, `time.Ticker`, deadlines of the poller.
//!
//! Each P has a heap of armed [`Node`]s. Whoever schedules looks at its own heap, and at others' before it goes to
//! sleep. A timer that is due either makes a goroutine runnable, starts one (`time.AfterFunc`), sends the time on a
//! channel, or ends a wait of the poller. A bubble ([`crate::bubble`]) has a heap and a clock of its own.
//!
//! Files: this one (heaps, arming, stopping, firing), [`package`] (what package time calls).
//!
//! Locks: `Node::op` serialises arming and stopping of one timer; then the lock of one heap, under which `armed` and the
//! node's other fields change, and under which a channel timer sends. So a stop that has removed the node from its heap
//! knows that no send is under way.

pub mod package;

use crate::bubble::Bubble;
use crate::chan::{Try, Wake};
use crate::g::{self, G};
use crate::gc::barrier;
use crate::lock::RawLock;
use crate::mem::vec::OffVec;
use crate::netpoll::{self, PollDesc};
use crate::p::P;
use crate::park::ready;
use crate::rt::{self, RT, nanotime};
use crate::sched::{self, create};
use core::cell::UnsafeCell;
use core::ptr::{self, null_mut};
use core::sync::atomic::{AtomicI64, AtomicPtr, Ordering::*};
pub use package::{TimeTimer, drop_unreachable, is_armed, mark_roots, roots, settle};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::timer_heap;

/// The time that a timer waits for.
#[derive(Clone, Copy)]
pub enum Clock {
    /// The machine's, monotonic.
    Real,
    /// That of a bubble.
    Fake(&'static Bubble),
}

impl Clock {
    /// The clock that the current goroutine sees.
    pub fn current() -> Clock {
        crate::bubble::current().map_or(Clock::Real, Clock::Fake)
    }

    /// ns, monotonic or since 1970.
    fn now(self) -> i64 {
        match self {
            Clock::Real => nanotime(),
            Clock::Fake(b) => b.now(),
        }
    }

    /// Where a timer armed by the current goroutine is kept.
    fn heap(self) -> &'static PTimers {
        match self {
            Clock::Real => &g::current_p().timers,
            Clock::Fake(b) => b.timers(),
        }
    }
}

/// What happens when a timer is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// The goroutine whose `wait.sleep` this is goes on.
    Sleep,
    /// The time is sent on the channel of a [`TimeTimer`].
    Channel,
    /// The func value of a [`TimeTimer`] runs in a new goroutine.
    Func,
    /// The read deadline of a [`PollDesc`] has passed.
    ReadDeadline,
    /// The write deadline of a [`PollDesc`] has passed.
    WriteDeadline,
}

/// A timer. All zero is valid and not armed.
///
/// | field | who | when |
/// |---|---|---|
/// | op | [`arm`], [`stop`] | |
/// | heap | anyone | set under the heap's lock; null: not armed |
/// | when, period, position, kind, fake, owner, seq | anyone | under the lock of the heap it is in, else under `op` |
#[repr(C)]
#[derive(Debug)]
pub struct Node {
    when: i64,
    period: i64,
    heap: AtomicPtr<PTimers>,
    owner: usize,
    position: UnsafeCell<u32>,
    op: RawLock,
    seq: u32,
    kind: Kind,
    fake: bool,
}

#[derive(Clone, Copy)]
struct Entry {
    when: i64,
    order: u32,
    /// That of the node.
    kind: Kind,
    node: *mut Node,
}

impl timer_heap::Entry for Entry {
    fn key(&self) -> (i64, u32) {
        (self.when, self.order)
    }
    fn placed(&self, position: usize) {
        // SAFETY: nodes in a heap are valid, and its lock is held.
        unsafe { *(*self.node).position.get() = position as u32 };
    }
}

/// Timers of a P. All zero is a valid initial state.
///
/// `next` is changed under the lock and read without; `heap` is touched under the lock only.
pub struct PTimers {
    lock: RawLock,
    /// When the first is due, 0 if there is none.
    next: AtomicI64,
    heap: UnsafeCell<OffVec<Entry>>,
}

// SAFETY: see the table above.
unsafe impl Sync for PTimers {}

impl PTimers {
    /// None.
    pub const fn new() -> PTimers {
        PTimers { lock: RawLock::new(), next: AtomicI64::new(0), heap: UnsafeCell::new(OffVec::new()) }
    }

    /// Disarms all, of which nobody will stop or reset any.
    pub fn clear(&self) {
        self.lock();
        // SAFETY: locked.
        unsafe {
            while let Some(e) = self.heap().pop() {
                (*e.node).heap.store(null_mut(), Release);
            }
            self.publish_next();
            self.unlock();
        }
    }

    fn lock(&self) {
        self.lock.lock(Rank::Timer);
    }

    /// # Safety
    /// Locked by this thread.
    unsafe fn unlock(&self) {
        // SAFETY: caller.
        unsafe { self.lock.unlock(Rank::Timer) };
    }

    /// # Safety
    /// Locked by this thread, or the world is stopped; no other reference to the heap is alive.
    #[allow(clippy::mut_from_ref, reason = "the heap lock is held by the caller")]
    unsafe fn heap(&self) -> &mut OffVec<Entry> {
        // SAFETY: caller.
        unsafe { &mut *self.heap.get() }
    }

    /// Number of armed timers.
    pub fn len(&self) -> usize {
        self.lock();
        // SAFETY: locked.
        unsafe {
            let n = self.heap().len();
            self.unlock();
            n
        }
    }

    /// # Safety
    /// See [`PTimers::heap`].
    unsafe fn publish_next(&self) {
        // SAFETY: caller.
        let next = unsafe { self.heap() }.first().map_or(0, |e| e.when.max(1));
        self.next.store(next, SeqCst);
    }

    /// Adds a node that is in no heap; whether it is due before all others there.
    ///
    /// # Safety
    /// See [`PTimers::heap`]; the node's `op` is held or nobody else knows it.
    unsafe fn insert(&self, node: *mut Node) -> bool {
        // SAFETY: caller.
        unsafe {
            // In a bubble many timers are due at the same instant, and no order among them is promised.
            let order = if crate::choice::is_seeded() || (*node).fake { crate::choice::bits() as u32 } else { 0 };
            let heap = self.heap();
            heap.push(Entry { when: (*node).when, order, kind: (*node).kind, node });
            timer_heap::push(heap);
            if (*node).kind == Kind::Func {
                // If the collector has been through this heap already.
                barrier::shade(node as usize);
            }
            (*node).heap.store(ptr::from_ref(self).cast_mut(), Release);
            self.publish_next();
            *(*node).position.get() == 0
        }
    }

    /// When the first timer is due that anybody waits for: a channel on which nobody receives does not count. 0 if there
    /// is none. For bubbles in which all goroutines wait.
    pub fn next_awaited(&self) -> i64 {
        self.lock();
        // SAFETY: locked; nodes in heaps are valid, and the owner of a channel timer is a live TimeTimer.
        unsafe {
            let awaited = |e: &&Entry| {
                e.kind != Kind::Channel || (*(*((*e.node).owner as *mut TimeTimer)).channel()).has_receivers()
            };
            let next = self.heap().iter().filter(awaited).map(|e| e.when.max(1)).min().unwrap_or(0);
            self.unlock();
            next
        }
    }

    /// Takes the entry at `position` out.
    ///
    /// # Safety
    /// See [`PTimers::heap`].
    unsafe fn remove(&self, position: usize) {
        // SAFETY: caller.
        unsafe {
            let heap = self.heap();
            timer_heap::remove(heap, position);
            if let Some(e) = heap.pop() {
                (*e.node).heap.store(null_mut(), Release);
            }
            self.publish_next();
        }
    }
}

/// Arms a node for `when` of the real clock, now or later. If it was armed, it is moved.
///
/// # Safety
/// `node` stays valid while armed, and `owner` is what `kind` says.
pub unsafe fn arm(node: *mut Node, when: i64, kind: Kind, owner: usize, seq: u32) {
    // SAFETY: caller.
    let first = unsafe {
        (*node).op.lock(Rank::Timers);
        disarm(node);
        set(node, when, 0, kind, owner, seq);
        let first = start(node, Clock::Real);
        (*node).op.unlock(Rank::Timers);
        first
    };
    if first {
        wake_for(when);
    }
}

/// Stops a node; whether it was armed.
///
/// # Safety
/// `node` is valid.
pub unsafe fn stop(node: *mut Node) -> bool {
    // SAFETY: caller.
    unsafe {
        (*node).op.lock(Rank::Timers);
        let was = disarm(node);
        (*node).op.unlock(Rank::Timers);
        was
    }
}

/// # Safety
/// `op` is held and the node is not armed.
unsafe fn set(node: *mut Node, when: i64, period: i64, kind: Kind, owner: usize, seq: u32) {
    // SAFETY: caller: nobody else looks at these fields.
    unsafe {
        (*node).when = when;
        (*node).period = period;
        (*node).kind = kind;
        (*node).owner = owner;
        (*node).seq = seq;
    }
}

/// Puts a node into the heap of this P or of a bubble; whether it is due before all others there.
///
/// # Safety
/// `op` is held and the node is not armed.
unsafe fn start(node: *mut Node, clock: Clock) -> bool {
    let timers = clock.heap();
    timers.lock();
    // SAFETY: locked; caller.
    unsafe {
        (*node).fake = matches!(clock, Clock::Fake(_));
        let first = timers.insert(node);
        timers.unlock();
        first
    }
}

/// Takes a node out of its heap; whether it was in one.
///
/// # Safety
/// `op` is held.
unsafe fn disarm(node: *mut Node) -> bool {
    // SAFETY: heaps belong to Ps, which live for ever; a node leaves a heap only under its lock.
    unsafe {
        loop {
            let heap = (*node).heap.load(Acquire);
            let Some(timers) = heap.as_ref() else { return false };
            timers.lock();
            let still = (*node).heap.load(Relaxed) == heap;
            if still {
                timers.remove(*(*node).position.get() as usize);
            }
            timers.unlock();
            if still {
                return true;
            }
        }
    }
}

/// Sees to it that somebody looks at a timer due at `when`: the poller may be blocked for longer.
fn wake_for(when: i64) {
    netpoll::ensure_initialised();
    if RT.last_poll.load(SeqCst) == 0 {
        let until = RT.poll_until.load(SeqCst);
        if until == 0 || until > when {
            netpoll::interrupt();
        }
    } else {
        sched::wake_p();
    }
}

/// Runs the timers of `pp` that are due at `now` (0: not known yet). Returns (now, time of the next timer or 0, whether
/// any ran). Called by `sched::find` for its own P and, when about to steal, for others.
pub fn check(pp: &P, now: i64) -> (i64, i64, bool) {
    let timers = &pp.timers;
    let next = timers.next.load(SeqCst);
    if next == 0 {
        return (now, 0, false);
    }
    let now = if now == 0 { nanotime() } else { now };
    if next > now {
        return (now, next, false);
    }
    let ran = run_due(timers, now);
    (now, timers.next.load(SeqCst), ran)
}

/// Runs the timers of a heap that are due at `now`; whether there were any.
pub fn run_due(timers: &PTimers, now: i64) -> bool {
    let mut ran = false;
    while run_one(timers, now, null_mut()) {
        ran = true;
    }
    ran
}

/// What is left to do for a due timer once its heap is unlocked.
enum Then {
    Nothing,
    Ready(*mut G),
    Spawn(*const usize, usize),
    Deadline(*mut PollDesc, Kind, u32),
}

/// Runs the first timer of the heap, or `node` if not null, if it is in this heap and due.
fn run_one(timers: &PTimers, now: i64, node: *mut Node) -> bool {
    let mut wake = Wake::new();
    timers.lock();
    // SAFETY: locked; a node that is not null is valid (callers).
    let then = unsafe {
        let at = match node.as_ref() {
            None => 0,
            Some(n) if ptr::eq(n.heap.load(Relaxed), timers) => *n.position.get() as usize,
            Some(_) => usize::MAX,
        };
        let Some(entry) = timers.heap().get(at).copied().filter(|e| e.when <= now) else {
            timers.unlock();
            return false;
        };
        let then = fire(entry.node, now, &mut wake);
        let node = &mut *entry.node;
        if node.period > 0 {
            // Ticks that were missed are left out.
            let missed = (now - node.when) / node.period;
            node.when = node.when.saturating_add(node.period.saturating_mul(missed + 1));
            let heap = timers.heap();
            heap[at].when = node.when;
            timer_heap::fix(heap, at);
            timers.publish_next();
        } else {
            timers.remove(at);
        }
        timers.unlock();
        then
    };
    wake.run();
    match then {
        Then::Nothing => {}
        Then::Ready(gp) => ready(gp),
        Then::Spawn(f, _) if f.is_null() => crate::exit::fatal_system("go of nil func value"),
        Then::Spawn(f, by) => {
            create::spawn(f, by);
        }
        Then::Deadline(pd, kind, seq) => netpoll::deadline_passed(pd, kind == Kind::ReadDeadline, seq),
    }
    true
}

/// The part of a due timer that happens under the lock of its heap.
///
/// # Safety
/// The node is in the heap, which is locked.
unsafe fn fire(node: *mut Node, now: i64, wake: &mut Wake) -> Then {
    // SAFETY: `owner` is what `kind` says (contract of `arm`).
    unsafe {
        let (owner, seq) = ((*node).owner, (*node).seq);
        match (*node).kind {
            Kind::Sleep => Then::Ready(owner as *mut G),
            Kind::Channel => {
                let chan = (*(owner as *mut TimeTimer)).channel();
                let value = package::time_of_tick(&*node, now);
                (*chan).lock();
                // A full buffer or a closed channel: the tick is lost.
                let sent: Try = (*chan).try_send(value.as_ptr().cast(), wake);
                debug_assert!(sent != Try::SendOnClosed);
                (*chan).unlock();
                Then::Nothing
            }
            Kind::Func => {
                let t = &*(owner as *const TimeTimer);
                Then::Spawn(t.function(), t.created_by())
            }
            kind @ (Kind::ReadDeadline | Kind::WriteDeadline) => Then::Deadline(owner as *mut PollDesc, kind, seq),
        }
    }
}

/// When the earliest timer of all Ps is due, 0 if there is none. For sysmon and deadlock detection.
pub fn next_when() -> i64 {
    rt::all_p().map(|p| p.timers.next.load(SeqCst)).filter(|&t| t != 0).min().unwrap_or(0)
}

/// Moves the timers of `from`, which goes away, to `to`. The world is stopped.
pub fn move_all(from: &mut P, to: &mut P) {
    let (from, to) = (&from.timers, &to.timers);
    // SAFETY: locked: a helper of the collector, which does not stop, may be reading them.
    unsafe {
        loop {
            from.lock();
            let last = from.heap().pop();
            if last.is_none() {
                from.publish_next();
            }
            from.unlock();
            let Some(e) = last else { break };
            to.lock();
            to.insert(e.node);
            to.unlock();
        }
    }
}
