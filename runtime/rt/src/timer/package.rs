//! What package time calls: Sleep, Timer and Ticker, the clocks.
//!
//! Channel timers follow Go 1.23: their channel has room for one value but looks unbuffered; after Stop or Reset no
//! old value can be received, because both drop a buffered one and report the timer as active if they did; whoever looks
//! at the channel finds the tick of a timer that is due, though nothing has run it yet ([`settle`]); and an unreferenced
//! one is collected though armed ([`drop_unreachable`]).

use super::{Clock, Kind, Node, PTimers, disarm, run_due, run_one, set, start, stop, wake_for};
use crate::bubble;
use crate::chan::Chan;
use crate::g::{self, G, WaitReason};
use crate::gc::barrier;
use crate::gc::mark::Marker;
use crate::gc::settle as gc_settle;
use crate::lock::Mutex;
use crate::mem::alloc::{Zero, block};
use crate::mem::vec::OffVec;
use crate::module::symtab;
use crate::netpoll;
use crate::park::{Pair, park, raise_text};
use crate::roots::Visitor;
use crate::rt::{self, nanotime};
use crate::types::Type;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::*};
use undergo_abi::g::Raise;
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;
use undergo_rtsys::linux::clock;

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
static TIME_TIMER_TYPE: Type = Type::of_runtime(size_of::<TimeTimer>(), 32, &MASK);

/// Bits of `init` above the byte that std reads: it sends on a channel; it was made in a bubble.
const CHANNEL: usize = 1 << 8;
const FAKE: usize = 1 << 9;

impl TimeTimer {
    fn kind(&self) -> Kind {
        // The callback is time.sendTime if the argument is a channel, and time.goFunc if it is a func value. Std has no
        // other callers but a test, which passes no argument.
        if self.init & CHANNEL != 0 { Kind::Channel } else { Kind::Func }
    }

    fn is_fake(&self) -> bool {
        self.init & FAKE != 0
    }

    /// The channel of a channel timer.
    pub(super) fn channel(&self) -> *mut Chan {
        self.data as *mut Chan
    }

    /// The func value of another timer.
    pub(super) fn function(&self) -> *const usize {
        self.data as *const usize
    }
}

/// Code of `time.goFunc`, once a timer has called it, and an address behind the start of its only statement.
static GO_FUNC: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

impl TimeTimer {
    /// Where the goroutine of a func timer seems to have been started: in the callback, `time.goFunc`.
    pub(super) fn created_by(&self) -> usize {
        // SAFETY: std passes a func value, whose first word is its code.
        let code = unsafe { *(self.func as *const usize) };
        if GO_FUNC[0].load(Acquire) == code {
            return GO_FUNC[1].load(Relaxed);
        }
        let Some(f) = symtab().find(code) else { return 0 };
        let addresses = code..code + f.entry().size as usize;
        let in_body = |pc: &usize| f.frames(*pc).next().is_some_and(|x| !x.inlined && x.line > x.start_line);
        let by = addresses.into_iter().find(in_body).map_or(0, |pc| pc + 1);
        GO_FUNC[1].store(by, Relaxed);
        GO_FUNC[0].store(code, Release);
        by
    }
}

/// Addresses in package time that the overlay registers: `localLoc` and `startNano`.
static LOCAL_LOC: AtomicUsize = AtomicUsize::new(0);
static START_NANO: AtomicPtr<i64> = AtomicPtr::new(null_mut());

/// Seconds from year 1 to 1885, and to 1970.
const WALL_TO_INTERNAL: i64 = 59_453_308_800;
const UNIX_TO_INTERNAL: i64 = 62_135_596_800;
const SECOND: i64 = 1_000_000_000;

/// The `time.Time` that a timer sends: when it was due, though it runs only now.
pub(super) fn time_of_tick(node: &Node, now: i64) -> [u64; 3] {
    const HAS_MONOTONIC: u64 = 1 << 63;
    let loc = LOCAL_LOC.load(Relaxed) as u64;
    if node.fake {
        // The clock of a bubble has no monotonic reading.
        let (sec, nsec) = (node.when.div_euclid(SECOND), node.when.rem_euclid(SECOND));
        return [nsec as u64, (sec + UNIX_TO_INTERNAL) as u64, loc];
    }
    let late = now - node.when;
    let wall = clock::wall();
    let ns = wall.nsec - late;
    let (sec, nsec) = (wall.sec + ns.div_euclid(SECOND), ns.rem_euclid(SECOND) as u64);
    let start = START_NANO.load(Relaxed);
    let since_1885 = (sec + UNIX_TO_INTERNAL - WALL_TO_INTERNAL) as u64;
    if start.is_null() || since_1885 >> 33 != 0 {
        return [nsec, (sec + UNIX_TO_INTERNAL) as u64, loc];
    }
    // SAFETY: the overlay registered the address of an int64 variable, constant after initialisation.
    let mono = nanotime() - late - unsafe { *start };
    [HAS_MONOTONIC | since_1885 << 30 | nsec, mono as u64, loc]
}

/// Somebody is about to look at the channel of the timer `t`: sends what is due and has not been sent yet.
pub fn settle(t: *mut TimeTimer) {
    // SAFETY: the timer of a live channel is live (the channel keeps it); its heap, if any, belongs to a P or a bubble,
    // which are never unmapped.
    unsafe {
        let node = &raw mut (*t).node;
        let Some(timers) = (*node).heap.load(Acquire).as_ref() else { return };
        // A bubble's channels are used inside of it only.
        let clock = if (*t).is_fake() { Clock::current() } else { Clock::Real };
        let now = clock.now();
        let next = timers.next.load(Relaxed);
        if next != 0 && next <= now {
            run_one(timers, now, node);
        }
    }
}

/// Whether a timer is going to do something.
///
/// # Safety
/// It is that of a live channel.
pub unsafe fn is_armed(t: *const TimeTimer) -> bool {
    // SAFETY: caller: the channel keeps its timer.
    unsafe { !(*t).node.heap.load(Acquire).is_null() }
}

/// The heaps of all Ps and bubbles.
fn all_heaps() -> impl Iterator<Item = &'static PTimers> {
    rt::all_p().map(|p| &p.timers).chain(bubble::all().map(|b| b.timers()))
}

/// Roots: armed `time.AfterFunc` timers. Those with channels are held only by their users.
pub fn roots(v: &mut dyn Visitor) {
    for timers in all_heaps() {
        // SAFETY: the world is stopped.
        for e in unsafe { timers.heap() }.iter().filter(|e| e.kind == Kind::Func) {
            v.word(e.node as usize);
        }
    }
}

/// Addresses of nodes of a heap that the collector looks at, of one kind: copied, so that the heap is not locked for long.
static NODES: Mutex<OffVec<usize>> = Mutex::new(Rank::Finalizers, OffVec::new());

impl PTimers {
    fn copy_nodes(&self, kind: Kind, nodes: &mut OffVec<usize>) {
        nodes.clear();
        self.lock();
        // SAFETY: locked.
        unsafe {
            self.heap().iter().filter(|e| e.kind == kind).for_each(|e| nodes.push(e.node as usize));
            self.unlock();
        }
    }
}

/// The same while the world runs. Those that are armed meanwhile are shaded ([`PTimers::insert`]).
pub fn mark_roots(marker: &mut Marker) {
    let mut nodes = NODES.lock();
    for timers in all_heaps() {
        timers.copy_nodes(Kind::Func, &mut nodes);
        // The nodes lie in the timers, which may have fired: nothing is freed before marking has ended.
        nodes.iter().for_each(|&node| marker.word(node));
    }
    nodes.clear();
    nodes.trim();
}

/// After marking and before sweeping, while the world runs: disarms channel timers that nobody can reach.
pub fn drop_unreachable() {
    let mut nodes = NODES.lock();
    for timers in all_heaps() {
        timers.copy_nodes(Kind::Channel, &mut nodes);
        for &node in nodes.iter().filter(|node| !gc_settle::lives(**node)) {
            // SAFETY: valid until the sweep. It may have fired.
            unsafe { stop(node as *mut Node) };
        }
    }
    nodes.clear();
    nodes.trim();
    bubble::drop_unreachable();
}

/// Changes an armed or idle timer of package time. Whether it was active: armed, or its value not yet received.
///
/// # Safety
/// `t` is a timer made by `new_timer`.
unsafe fn change(t: *mut TimeTimer, rearm: Option<(i64, i64)>) -> bool {
    // SAFETY: caller; `op` serialises us with other changes; disarmed, no send can be under way.
    unsafe {
        let clock = if (*t).is_fake() { Clock::current() } else { Clock::Real };
        let node = &raw mut (*t).node;
        (*node).op.lock(Rank::Timers);
        let mut active = disarm(node);
        if (*t).kind() == Kind::Channel && (*(*t).channel()).drain() {
            active = true;
        }
        let mut first = false;
        if let Some((when, period)) = rearm {
            set(node, when, period, (*t).kind(), t as usize, 0);
            first = start(node, clock);
        }
        (*node).op.unlock(Rank::Timers);
        if let Some((when, _)) = rearm
            && first
        {
            started(clock, when);
        }
        active
    }
}

/// A timer was armed before all others of its heap: sees to it that somebody runs it in time.
fn started(clock: Clock, when: i64) {
    match clock {
        Clock::Real => wake_for(when),
        // Time stands still while anybody in the bubble runs, so what is due already is run here.
        Clock::Fake(b) if when <= b.now() => {
            run_due(b.timers(), b.now());
        }
        Clock::Fake(_) => {}
    }
}

/// Whether the current goroutine may not touch `t`, because it belongs to a bubble: then the entry ends fatally.
///
/// # Safety
/// `t` is a timer made by `new_timer`.
unsafe fn is_foreign(t: *mut TimeTimer, text: &'static str) -> bool {
    // SAFETY: caller.
    let foreign = unsafe { (*t).is_fake() } && bubble::current().is_none();
    if foreign {
        raise_text(Raise::Fatal, text);
    }
    foreign
}

entry! {
    /// Sleeps for `ns`.
    "runtime.sleep" => fn sleep(ns: i64) {
        if ns <= 0 {
            return;
        }
        netpoll::ensure_initialised();
        let gp = g::current();
        let clock = Clock::current();
        let when = clock.now().saturating_add(ns);
        let timers = clock.heap();
        timers.lock();
        // SAFETY: the node is ours and not armed while we run; it is armed under the heap's lock, which is released
        // once the goroutine is parked.
        unsafe {
            let node = &raw mut gp.wait.sleep;
            set(node, when, 0, Kind::Sleep, gp as *mut G as usize, 0);
            (*node).fake = matches!(clock, Clock::Fake(_));
            timers.insert(node);
            park(gp, WaitReason::Sleep, move || timers.unlock())
        }
    }

    /// Makes and arms a timer. The argument is `arg_type, arg_data`; `chan` is its channel, or nil.
    "time.newTimer" =>
    fn new_timer(when: i64, period: i64, func: usize, arg_type: usize, arg_data: usize, chan: *mut Chan) -> *mut TimeTimer {
        let clock = Clock::current();
        // SAFETY: fresh memory of that type; std passes a live channel, or a func value. Nobody else knows the timer.
        unsafe {
            let t = block(size_of::<TimeTimer>(), &TIME_TIMER_TYPE, Zero::Yes).cast::<TimeTimer>();
            (*t).func = func;
            // Without an argument the callback itself is called, in a goroutine as what the argument would be.
            (*t).data = if arg_type == 0 { func } else { arg_data };
            // The new timer is not going to be read, if objects are being marked.
            barrier::shade(func);
            barrier::shade((*t).data);
            (*t).init = 1;
            if !chan.is_null() {
                (*t).init |= CHANNEL;
                // A fresh channel has none.
                (*chan).timer = t;
                barrier::stored(&raw const (*chan).timer as usize, t as usize, 0);
            }
            if matches!(clock, Clock::Fake(_)) {
                (*t).init |= FAKE;
            }
            change(t, Some((when, period)));
            t
        }
    }

    /// Whether it was active.
    "time.stopTimer" => fn stop_timer(t: *mut TimeTimer) -> bool {
        // SAFETY: std passes timers from newTimer only.
        unsafe { !is_foreign(t, "stop of synctest timer from outside bubble") && change(t, None) }
    }

    /// Whether it was active.
    "time.resetTimer" => fn reset_timer(t: *mut TimeTimer, when: i64, period: i64) -> bool {
        // SAFETY: as above.
        unsafe {
            !is_foreign(t, "reset of synctest timer from outside bubble") && change(t, Some((when, period)))
        }
    }

    /// Tells the runtime where package time keeps the local zone and its start of monotonic time.
    "runtime.registerTime" => fn register_time(local: usize, start: *mut i64) {
        LOCAL_LOC.store(local, Relaxed);
        START_NANO.store(start, Relaxed);
    }

    /// Wall clock seconds and nanoseconds, and monotonic nanoseconds, as the machine has them.
    "time.now" => fn time_now() -> Pair {
        let wall = clock::wall();
        g::current().head.ret2 = nanotime() as usize;
        Pair(wall.sec as u64, wall.nsec as u64)
    }

    /// The same as the current goroutine sees them; in a bubble without a monotonic reading.
    "time.runtimeNow" => fn runtime_now() -> Pair {
        let Some(b) = bubble::current() else { return time_now() };
        g::current().head.ret2 = 0;
        Pair(b.now().div_euclid(SECOND) as u64, b.now().rem_euclid(SECOND) as u64)
    }

    /// Monotonic nanoseconds; in a bubble its own.
    "time.runtimeNano" => fn runtime_nano() -> i64 {
        Clock::current().now()
    }
}

const _: () = assert!(size_of::<TimeTimer>() <= 128);
