//! Timers: `time.Sleep`, `time.Timer`, `time.Ticker`, deadlines of the poller.
//!
//! Each P has a heap of armed [`Node`]s. Whoever schedules looks at its own heap, and at others' before it goes to
//! sleep. A timer that is due either makes a goroutine runnable, starts one (`time.AfterFunc`), sends the time on a
//! channel, or ends a wait of the poller.
//!
//! Channel timers follow Go 1.23: their channel has room for one value but looks unbuffered; after Stop or Reset no
//! old value can be received, because both drop a buffered one and report the timer as active if they did; and an
//! unreferenced one is collected though armed ([`drop_unreachable`]).
//!
//! Locks: `Node::op` serialises arming and stopping of one timer; then the lock of one heap, under which `armed` and the
//! node's other fields change, and under which a channel timer sends. So a stop that has removed the node from its heap
//! knows that no send is under way.

use crate::chan::{Chan, Try, Wake};
use crate::g::{self, G, WaitReason};
use crate::lock::RawLock;
use crate::mem::alloc::{Zero, block};
use crate::mem::span::find_object;
use crate::mem::vec::OffVec;
use crate::netpoll::{self, PollDesc};
use crate::p::P;
use crate::park::{Pair, park, ready};
use crate::roots::Visitor;
use crate::rt::{self, RT, nanotime};
use crate::sched::{self, create};
use crate::types::Type;
use crate::witness::WorldStopped;
use core::cell::UnsafeCell;
use core::ptr::{self, null_mut};
use core::sync::atomic::{AtomicI64, AtomicPtr, AtomicUsize, Ordering::*};
use undergo_abi::types::kind;
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::timer_heap;
use undergo_rtsys::entry;
use undergo_rtsys::linux::clock;

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
/// | when, period, position, kind, owner, seq | anyone | under the lock of the heap it is in, else under `op` |
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
    kind: u8,
}

#[derive(Clone, Copy)]
struct Entry {
    when: i64,
    order: u32,
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

impl PTimers {
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
    #[cfg(feature = "selftest")]
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

    /// Adds a node that is in no heap.
    ///
    /// # Safety
    /// See [`PTimers::heap`]; the node's `op` is held or nobody else knows it.
    unsafe fn insert(&self, node: *mut Node) {
        // SAFETY: caller.
        unsafe {
            let order = if crate::choice::is_seeded() { crate::choice::bits() as u32 } else { 0 };
            let heap = self.heap();
            heap.push(Entry { when: (*node).when, order, node });
            timer_heap::push(heap);
            (*node).heap.store(ptr::from_ref(self).cast_mut(), Release);
            self.publish_next();
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

/// Arms a node that nobody else uses for `when`, now or later. If it was armed, it is moved.
///
/// # Safety
/// `node` stays valid while armed, and `owner` is what `kind` says.
pub unsafe fn arm(node: *mut Node, when: i64, period: i64, kind: Kind, owner: usize, seq: u32) {
    // SAFETY: caller.
    unsafe {
        (*node).op.lock(Rank::Timers);
        disarm(node);
        set(node, when, period, kind, owner, seq);
        start(node);
        (*node).op.unlock(Rank::Timers);
    }
    wake_for(when);
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
        (*node).kind = kind as u8;
        (*node).owner = owner;
        (*node).seq = seq;
    }
}

/// Puts a node into the heap of this P.
///
/// # Safety
/// `op` is held and the node is not armed.
unsafe fn start(node: *mut Node) {
    let timers = &g::current_p().timers;
    timers.lock();
    // SAFETY: locked; caller.
    unsafe {
        timers.insert(node);
        timers.unlock();
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
    let mut ran = false;
    while run_one(timers, now) {
        ran = true;
    }
    (now, timers.next.load(SeqCst), ran)
}

/// What is left to do for a due timer once its heap is unlocked.
enum Then {
    Nothing,
    Ready(*mut G),
    Spawn(*const usize),
    Deadline(*mut PollDesc, Kind, u32),
}

/// Runs the first timer of the heap if it is due.
fn run_one(timers: &PTimers, now: i64) -> bool {
    let mut wake = Wake::new();
    timers.lock();
    // SAFETY: locked.
    let then = unsafe {
        let first = timers.heap().first().copied().filter(|e| e.when <= now);
        let Some(entry) = first else {
            timers.unlock();
            return false;
        };
        let then = fire(entry.node, &mut wake);
        let node = &mut *entry.node;
        if node.period > 0 {
            // Ticks that were missed are left out.
            let missed = (now - node.when) / node.period;
            node.when = node.when.saturating_add(node.period.saturating_mul(missed + 1));
            let heap = timers.heap();
            heap[0].when = node.when;
            timer_heap::fix(heap, 0);
            timers.publish_next();
        } else {
            timers.remove(0);
        }
        timers.unlock();
        then
    };
    wake.run();
    match then {
        Then::Nothing => {}
        Then::Ready(gp) => ready(gp),
        Then::Spawn(f) => {
            create::spawn(f, 0);
        }
        Then::Deadline(pd, kind, seq) => netpoll::deadline_passed(pd, kind == Kind::ReadDeadline, seq),
    }
    true
}

/// The part of a due timer that happens under the lock of its heap.
///
/// # Safety
/// The node is in the heap, which is locked.
unsafe fn fire(node: *mut Node, wake: &mut Wake) -> Then {
    // SAFETY: `owner` is what `kind` says (contract of `arm`).
    unsafe {
        let (owner, seq) = ((*node).owner, (*node).seq);
        match (*node).kind {
            k if k == Kind::Sleep as u8 => Then::Ready(owner as *mut G),
            k if k == Kind::Channel as u8 => {
                let chan = (*(owner as *mut TimeTimer)).data as *mut Chan;
                let value = go_time();
                (*chan).lock();
                // A full buffer or a closed channel: the tick is lost.
                let sent: Try = (*chan).try_send(value.as_ptr().cast(), wake);
                debug_assert!(sent != Try::SendOnClosed);
                (*chan).unlock();
                Then::Nothing
            }
            k if k == Kind::Func as u8 => Then::Spawn((*(owner as *mut TimeTimer)).data as *const usize),
            k if k == Kind::ReadDeadline as u8 => Then::Deadline(owner as *mut PollDesc, Kind::ReadDeadline, seq),
            _ => Then::Deadline(owner as *mut PollDesc, Kind::WriteDeadline, seq),
        }
    }
}

/// When the earliest timer of all Ps is due, 0 if there is none. For sysmon and deadlock detection.
pub fn next_when() -> i64 {
    rt::all_p().map(|p| p.timers.next.load(SeqCst)).filter(|&t| t != 0).min().unwrap_or(0)
}

/// Moves the timers of `from`, which goes away, to `to`. The world is stopped.
pub fn move_all(from: &mut P, to: &mut P) {
    // SAFETY: the world is stopped.
    unsafe {
        while let Some(e) = from.timers.heap().pop() {
            to.timers.insert(e.node);
        }
        from.timers.publish_next();
    }
}

/// A `time.Timer` or `time.Ticker`, of which std knows the first two words.
///
/// `data` and `func` are set before the timer is published; `node` see there.
#[repr(C)]
#[derive(Debug)]
pub struct TimeTimer {
    /// `C`: set by std.
    chan: usize,
    /// `initTimer`.
    init: usize,
    /// Data word of the argument: the channel, or the func value.
    data: usize,
    /// The callback.
    func: usize,
    node: Node,
}

/// Words 0, 2 and 3.
const MASK: [u8; 8] = [0b1101, 0, 0, 0, 0, 0, 0, 0];
static TIME_TIMER_TYPE: Type = Type {
    size: size_of::<TimeTimer>(),
    ptr_bytes: 32,
    hash: 0,
    tflag: 0,
    align: 8,
    field_align: 8,
    kind: kind::STRUCT,
    equal: ptr::null(),
    gc_data: MASK.as_ptr(),
    str: 0,
    ptr_to_this: 0,
};

impl TimeTimer {
    fn kind(&self) -> Kind {
        // The callback is time.sendTime if the argument is a channel, and time.goFunc if it is a func value. Std has no
        // other callers.
        // SAFETY: `init` was set to the kind by `new_timer`.
        if self.init >> 8 == 1 { Kind::Channel } else { Kind::Func }
    }
}

/// Addresses in package time that the overlay registers: `localLoc` and `startNano`.
static LOCAL_LOC: AtomicUsize = AtomicUsize::new(0);
static START_NANO: AtomicPtr<i64> = AtomicPtr::new(null_mut());

/// The current time as a `time.Time`.
fn go_time() -> [u64; 3] {
    /// Seconds from year 1 to 1885, and to 1970.
    const WALL_TO_INTERNAL: i64 = 59_453_308_800;
    const UNIX_TO_INTERNAL: i64 = 62_135_596_800;
    const HAS_MONOTONIC: u64 = 1 << 63;
    let wall = clock::wall();
    let loc = LOCAL_LOC.load(Relaxed) as u64;
    let start = START_NANO.load(Relaxed);
    let since_1885 = (wall.sec + UNIX_TO_INTERNAL - WALL_TO_INTERNAL) as u64;
    if start.is_null() || since_1885 >> 33 != 0 {
        return [wall.nsec as u64, (wall.sec + UNIX_TO_INTERNAL) as u64, loc];
    }
    // SAFETY: the overlay registered the address of an int64 variable, constant after initialisation.
    let mono = nanotime() - unsafe { *start };
    [HAS_MONOTONIC | since_1885 << 30 | wall.nsec as u64, mono as u64, loc]
}

/// Whether the collector marked the object at `address` (world stopped, after marking).
fn is_marked(address: usize) -> bool {
    // SAFETY: M1, M3.
    find_object(address).is_some_and(|f| unsafe { (*f.span).is_marked(f.index) })
}

/// Roots: armed `time.AfterFunc` timers. Those with channels are held only by their users.
pub fn roots(v: &mut dyn Visitor) {
    for p in rt::all_p() {
        // SAFETY: the world is stopped.
        for e in unsafe { p.timers.heap() }.iter() {
            // SAFETY: nodes in heaps are valid.
            unsafe {
                if (*e.node).kind == Kind::Func as u8 {
                    v.word((*e.node).owner);
                }
            }
        }
    }
}

/// After marking: disarms channel timers that nobody can reach.
pub fn drop_unreachable(_: &WorldStopped<'_>) {
    for p in rt::all_p() {
        // SAFETY: the world is stopped; nodes in heaps are valid until the sweep. Nodes of dead timers are not touched
        // again, so they keep their `heap`.
        unsafe {
            let heap = p.timers.heap();
            let mut kept = 0;
            for i in 0..heap.len() {
                let e = heap[i];
                if (*e.node).kind == Kind::Channel as u8 && !is_marked((*e.node).owner) {
                    continue;
                }
                heap[kept] = e;
                kept += 1;
                timer_heap::push(&mut heap[..kept]);
            }
            while heap.len() > kept {
                heap.pop();
            }
            p.timers.publish_next();
        }
    }
}

/// Changes an armed or idle timer of package time. Whether it was active: armed, or its value not yet received.
///
/// # Safety
/// `t` is a timer made by `new_timer`.
unsafe fn change(t: *mut TimeTimer, rearm: Option<(i64, i64)>) -> bool {
    // SAFETY: caller; `op` serialises us with other changes; disarmed, no send can be under way.
    unsafe {
        let node = &raw mut (*t).node;
        (*node).op.lock(Rank::Timers);
        let mut active = disarm(node);
        if (*t).kind() == Kind::Channel && (*((*t).data as *mut Chan)).drain() {
            active = true;
        }
        if let Some((when, period)) = rearm {
            set(node, when, period, (*t).kind(), t as usize, 0);
            start(node);
        }
        (*node).op.unlock(Rank::Timers);
        if let Some((when, _)) = rearm {
            wake_for(when);
        }
        active
    }
}

entry! {
    /// Sleeps for `ns`.
    "time.Sleep" => fn sleep(ns: i64) {
        if ns <= 0 {
            return;
        }
        netpoll::ensure_initialised();
        let gp = g::current();
        let when = nanotime().saturating_add(ns);
        let timers = &g::current_p().timers;
        timers.lock();
        // SAFETY: the node is ours and not armed while we run; it is armed under the heap's lock, which is released
        // once the goroutine is parked.
        unsafe {
            let node = &raw mut gp.wait.sleep;
            set(node, when, 0, Kind::Sleep, gp as *mut G as usize, 0);
            timers.insert(node);
            park(gp, WaitReason::Sleep, move || timers.unlock())
        }
    }

    /// Makes and arms a timer. The argument is `arg_type, arg_data`; `chan` is its channel, or nil.
    "time.newTimer" =>
    fn new_timer(when: i64, period: i64, func: usize, _arg_type: usize, arg_data: usize, chan: *mut Chan) -> *mut TimeTimer {
        // SAFETY: fresh memory of that type; std passes a live channel, or a func value.
        unsafe {
            let t = block(size_of::<TimeTimer>(), &TIME_TIMER_TYPE, Zero::Yes).cast::<TimeTimer>();
            (*t).func = func;
            (*t).data = arg_data;
            (*t).init = if chan.is_null() { 1 } else { 1 | 1 << 8 };
            if !chan.is_null() {
                (*chan).timer = t;
            }
            arm(&raw mut (*t).node, when, period, (*t).kind(), t as usize, 0);
            t
        }
    }

    /// Whether it was active.
    "time.stopTimer" => fn stop_timer(t: *mut TimeTimer) -> bool {
        // SAFETY: std passes timers from newTimer only.
        unsafe { change(t, None) }
    }

    /// Whether it was active.
    "time.resetTimer" => fn reset_timer(t: *mut TimeTimer, when: i64, period: i64) -> bool {
        // SAFETY: as above.
        unsafe { change(t, Some((when, period))) }
    }

    /// Tells the runtime where package time keeps the local zone and its start of monotonic time.
    "runtime.registerTime" => fn register_time(local: usize, start: *mut i64) {
        LOCAL_LOC.store(local, Relaxed);
        START_NANO.store(start, Relaxed);
    }

    /// Wall clock seconds and nanoseconds, and monotonic nanoseconds.
    "time.now" | "time.runtimeNow" => fn time_now() -> Pair {
        let wall = clock::wall();
        g::current().head.ret2 = nanotime() as usize;
        Pair(wall.sec as u64, wall.nsec as u64)
    }

    /// Monotonic nanoseconds.
    "time.runtimeNano" => fn runtime_nano() -> i64 {
        nanotime()
    }
}

const _: () = assert!(size_of::<TimeTimer>() <= 128);
