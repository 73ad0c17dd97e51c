//! Bubbles of testing/synctest: goroutines with a clock of their own, which moves on when all of them wait.
//!
//! A goroutine of a bubble is *durably blocked* if only another one of the bubble can wake it ([`is_durable`]). The
//! bubble counts those that are not. When the count drops to zero somebody is woken: the goroutine in `synctest.Wait`, or
//! else the *root*, the one in `synctest.Run`, which moves the clock to the next timer and fires it, or ends.
//!
//! Whoever wakes a goroutine counts it before it can run, and a goroutine that blocks is uncounted only after it can be
//! woken ([`crate::park::park`]), so the count is never too low.
//!
//! | field | who | when |
//! |---|---|---|
//! | link, id | the creator | once; at the start of each life |
//! | now | the root | while all others wait; read by anyone in the bubble |
//! | timers | see [`PTimers`] | |
//! | state | anyone | under its lock |
//!
//! Records are never unmapped, and used again once their goroutines have ended; channels refer to bubbles by id.

use crate::g::{self, G, WaitReason};
use crate::gc::settle;
use crate::lock::Mutex;
use crate::mem::span::find_object;
use crate::mem::vec::OffVec;
use crate::park::{park, raise_text};
use crate::persist;
use crate::sched::{self, Where, create};
use crate::timer::{self, PTimers};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicI64, AtomicPtr, AtomicU64, Ordering::*};
use undergo_abi::g::Raise;
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;

/// A bubble; Go: `runtime.synctestBubble`.
pub struct Bubble {
    link: *const Bubble,
    id: AtomicU64,
    now: AtomicI64,
    timers: PTimers,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The record is in use.
    live: bool,
    /// Goroutines.
    total: usize,
    /// Those that are not durably blocked, and other reasons not to move on.
    running: usize,
    /// The goroutine in Run.
    root: *mut G,
    /// Whether the root waits for the others.
    root_waits: bool,
    /// The goroutine in Wait, or null.
    waiter: *mut G,
    /// The first goroutine that Run started.
    main: *mut G,
    /// `main` has ended.
    done: bool,
}

// SAFETY: pointers to goroutines, which are never unmapped.
unsafe impl Send for State {}
// SAFETY: see the table of fields.
unsafe impl Sync for Bubble {}

/// Midnight UTC of the first day of 2000, ns since 1970.
const START: i64 = 946_684_800_000_000_000;

/// All records.
static ALL: AtomicPtr<Bubble> = AtomicPtr::new(null_mut());
static NEXT_ID: AtomicU64 = AtomicU64::new(1);
/// Bubble of the deadlock that the process dies of: its goroutines are shown.
pub static DYING: AtomicPtr<Bubble> = AtomicPtr::new(null_mut());

impl Bubble {
    /// Time in the bubble, ns since 1970.
    pub fn now(&self) -> i64 {
        self.now.load(Acquire)
    }

    /// Its timers.
    pub fn timers(&self) -> &PTimers {
        &self.timers
    }

    /// Its number, from 1.
    pub fn id(&self) -> u64 {
        self.id.load(Relaxed)
    }

    /// Changes the counts.
    fn count(&self, change: impl FnOnce(&mut State)) {
        let mut s = self.state.lock();
        change(&mut s);
        let next = s.next();
        drop(s);
        if !next.is_null() {
            // Counted by `next`.
            sched::ready_uncounted(next, Where::Next);
        }
    }
}

impl State {
    const UNUSED: State = State {
        live: false,
        total: 0,
        running: 0,
        root: null_mut(),
        root_waits: false,
        waiter: null_mut(),
        main: null_mut(),
        done: false,
    };

    /// If all wait: the goroutine that goes on, counted as running.
    fn next(&mut self) -> *mut G {
        if self.running > 0 {
            return null_mut();
        }
        let mut gp = core::mem::replace(&mut self.waiter, null_mut());
        if gp.is_null() && core::mem::replace(&mut self.root_waits, false) {
            gp = self.root;
        }
        if !gp.is_null() {
            self.running = 1;
        }
        gp
    }
}

/// Whether a goroutine of a bubble that waits for this reason can be woken only from within the bubble.
pub fn is_durable(why: WaitReason) -> bool {
    use WaitReason::*;
    matches!(
        why,
        ChanReceiveNil
            | ChanSendNil
            | SelectNoCases
            | Sleep
            | CondWait
            | SynctestWaitGroupWait
            | Coroutine
            | SynctestRun
            | SynctestWait
            | SynctestChanReceive
            | SynctestChanSend
            | SynctestSelect
    )
}

/// The bubble of a goroutine.
#[inline]
pub fn of(gp: &G) -> Option<&'static Bubble> {
    // SAFETY: the field is null or the address of a record, which is never unmapped.
    unsafe { (gp.head.bubble as *const Bubble).as_ref() }
}

/// The bubble of the current goroutine.
#[inline]
pub fn current() -> Option<&'static Bubble> {
    of(g::current())
}

/// The number of the current goroutine's bubble, 0 if it is in none.
#[inline]
pub fn current_id() -> u64 {
    current().map_or(0, Bubble::id)
}

/// All records, live or not.
pub fn all() -> impl Iterator<Item = &'static Bubble> {
    let mut at = ALL.load(Acquire).cast_const();
    core::iter::from_fn(move || {
        // SAFETY: records are never unmapped; links are constant.
        let this = unsafe { at.as_ref() }?;
        at = this.link;
        Some(this)
    })
}

/// A goroutine was made in the bubble; it is runnable.
pub fn created(b: &Bubble) {
    b.count(|s| {
        s.total += 1;
        s.running += 1;
    });
}

/// A goroutine of the bubble ends.
pub fn exited(b: &Bubble, gp: *mut G) {
    b.count(|s| {
        s.total -= 1;
        s.running -= 1;
        s.done |= s.main == gp;
    });
}

/// A goroutine of the bubble is parked for a durable reason, and can be woken.
pub fn blocked(b: &Bubble) {
    b.count(|s| s.running -= 1);
}

/// A goroutine of the bubble that was parked for a durable reason is about to be made runnable.
pub fn woken(b: &Bubble) {
    b.count(|s| s.running += 1);
}

/// A record that is not in use, or a new one, for the current goroutine `root`.
fn new(root: *mut G) -> &'static Bubble {
    let state = State { live: true, total: 1, running: 1, root, ..State::UNUSED };
    let b = all().find(|b| !core::mem::replace(&mut b.state.lock().live, true)).unwrap_or_else(make);
    *b.state.lock() = state;
    b.id.store(NEXT_ID.fetch_add(1, Relaxed), Relaxed);
    b.now.store(START, Release);
    b
}

/// A new record in the list of all.
fn make() -> &'static Bubble {
    let p = persist::alloc(size_of::<Bubble>(), align_of::<Bubble>()).cast::<Bubble>();
    let mut head = ALL.load(Acquire);
    loop {
        let (id, now) = (AtomicU64::new(0), AtomicI64::new(START));
        let state = Mutex::new(Rank::Synctest, State { live: true, ..State::UNUSED });
        // SAFETY: fresh memory, large and aligned enough, which nobody else knows before it is in the list.
        unsafe { p.write(Bubble { link: head, id, now, timers: PTimers::new(), state }) };
        match ALL.compare_exchange(head, p, AcqRel, Acquire) {
            // SAFETY: written above, never unmapped.
            Ok(_) => return unsafe { &*p },
            Err(now) => head = now,
        }
    }
}

/// An object that belongs to a bubble.
#[derive(Clone, Copy, Debug)]
struct Member {
    address: usize,
    bubble: u64,
}

/// Objects that belong to bubbles, by address.
static MEMBERS: Mutex<OffVec<Member>> = Mutex::new(Rank::Specials, OffVec::new());

/// Results of `Associate`.
const UNBUBBLED: usize = 0;
const THIS_BUBBLE: usize = 1;
const OTHER_BUBBLE: usize = 2;

/// Whether the object at `address` belongs to the current bubble; if it belongs to none, it may join.
fn membership(address: usize, join: Join) -> usize {
    let id = current_id();
    // What is not on the heap is shared by all.
    let may_join = join == Join::Yes && find_object(address).is_some();
    let mut members = MEMBERS.lock();
    match members.binary_search_by_key(&address, |m| m.address) {
        Ok(i) if members[i].bubble == id => THIS_BUBBLE,
        Ok(_) => OTHER_BUBBLE,
        Err(_) if !may_join => UNBUBBLED,
        Err(i) => {
            members.push(Member { address, bubble: id });
            members[i..].rotate_right(1);
            THIS_BUBBLE
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Join {
    Yes,
    No,
}

/// After marking: forgets objects that are garbage.
pub fn drop_unreachable() {
    let mut members = MEMBERS.lock();
    let mut kept = 0;
    for i in 0..members.len() {
        if settle::lives(members[i].address) {
            members[kept] = members[i];
            kept += 1;
        }
    }
    while members.len() > kept {
        members.pop();
    }
}

/// How a bubble ended, for Run.
const ENDED: usize = 0;
const ALL_BLOCKED: usize = 1;
const BLOCKED_REMAIN: usize = 2;

entry! {
    /// The current goroutine becomes the root of a new bubble, in which `f`, a func value, starts as its first goroutine,
    /// created by the call that returns to `pc`.
    "runtime.bubbleStart" => fn bubble_start(f: *const usize, pc: usize) {
        let gp = g::current();
        let b = new(gp);
        gp.head.bubble = b as *const Bubble as usize;
        let main = create::create(f, pc, create::Birth::Runnable);
        b.state.lock().main = main;
        sched::put_local(g::current_p(), main, Where::Next);
        sched::wake_p();
    }

    /// The root fires the timers that are due, and waits until all others wait.
    "runtime.bubbleTurn" => fn bubble_turn() {
        let gp = g::current();
        let Some(b) = of(gp) else { return };
        timer::run_due(b.timers(), b.now());
        b.state.lock().root_waits = true;
        park(gp, WaitReason::SynctestRun, || {})
    }

    /// All others wait: moves the clock to the next timer. False if there is none, or the first goroutine has ended.
    "runtime.bubbleAdvance" => fn bubble_advance() -> bool {
        let Some(b) = current() else { return false };
        if b.state.lock().done {
            return false;
        }
        let next = b.timers.next_awaited();
        if next == 0 {
            return false;
        }
        b.now.store(next.max(b.now()), Release);
        true
    }

    /// The root leaves the bubble: how it ended. A bubble with other goroutines stays, for they cannot leave it.
    "runtime.bubbleLeave" => fn bubble_leave() -> usize {
        let gp = g::current();
        let Some(b) = of(gp) else { return ENDED };
        gp.head.bubble = 0;
        let mut s = b.state.lock();
        if s.total == 1 {
            b.timers.clear();
            s.live = false;
            return ENDED;
        }
        if s.done { BLOCKED_REMAIN } else { ALL_BLOCKED }
    }

    /// Waits until all others of the bubble wait; false if another goroutine does so already.
    "runtime.bubbleWait" => fn bubble_wait() -> bool {
        let gp = g::current();
        let Some(b) = of(gp) else { return true };
        {
            let mut s = b.state.lock();
            if !s.waiter.is_null() {
                return false;
            }
            s.waiter = gp;
        }
        gp.set_results(1, 0);
        park(gp, WaitReason::SynctestWait, || {})
    }

    /// Adds a reason for the bubble not to move on, or takes one back.
    "runtime.bubbleHold" => fn bubble_hold(b: *const Bubble) {
        // SAFETY: the overlay passes the bubble of a goroutine.
        woken(unsafe { &*b });
    }

    /// See above.
    "runtime.bubbleRelease" => fn bubble_release(b: *const Bubble) {
        // SAFETY: as above.
        blocked(unsafe { &*b });
    }

    /// The process dies of a deadlock of this bubble.
    "runtime.bubbleDying" => fn bubble_dying(b: *mut Bubble) {
        DYING.store(b, Relaxed);
    }

    /// Associate.
    "internal/synctest.associate" => fn associate(p: usize) -> usize {
        membership(p, Join::Yes)
    }

    /// IsAssociated.
    "internal/synctest.isAssociated" => fn is_associated(p: usize) -> bool {
        membership(p, Join::No) == THIS_BUBBLE
    }

    /// Disassociate.
    "internal/synctest.disassociate" => fn disassociate(p: usize) {
        let mut members = MEMBERS.lock();
        if let Ok(i) = members.binary_search_by_key(&p, |m| m.address) {
            members[i..].rotate_left(1);
            members.pop();
        }
    }
}

/// The entry of an operation on an object of bubble `owner` (0: of none) ends fatally with `text` if the current goroutine
/// is not in that bubble; whether it does.
#[inline]
pub fn is_foreign(owner: u64, text: &'static str) -> bool {
    let foreign = owner != 0 && owner != current_id();
    if foreign {
        raise_text(Raise::Fatal, text);
    }
    foreign
}
