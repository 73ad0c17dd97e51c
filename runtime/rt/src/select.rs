//! The select statement.
//!
//! All channels are locked in the order of their addresses, the cases are tried in random order, and if none can go on
//! the goroutine queues a waiter on each channel and parks. Whoever takes one of the waiters out of its queue first
//! wins the claim on the goroutine (`GWait::claimed`), completes that case, removes the other waiters and frees them.
//!
//! Parking releases the channels one by one. As soon as the first is free somebody may claim the goroutine, but the
//! claimer must visit all the channels before it frees waiters or wakes anybody, so the list of waiters stays valid until
//! the last channel is released; nothing is touched after that.

use crate::bubble;
use crate::chan::{Chan, Try, Wake};
use crate::choice;
use crate::g::{self, WaitReason};
use crate::mem::alloc::{Zero, without_pointers};
use crate::park::{Pair, park, raise};
use crate::timer;
use crate::waiter::{self, Direction, Reply, Waiter};
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::Ordering::Relaxed;
use undergo_abi::g::Raise;
use undergo_rtcore::select_order::{shuffle, sort_by_key};
use undergo_rtsys::entry;

/// One case.
#[derive(Clone, Copy, Debug)]
struct Case {
    chan: *mut Chan,
    elem: *mut u8,
    direction: Direction,
}

/// The cases of a statement, as one of two callers lays them out.
#[derive(Clone, Copy, Debug)]
enum Cases {
    /// Compiled code: pairs (channel, element), the sends first.
    Compiled { first: *const [usize; 2], sends: usize },
    /// reflect: (direction, type, channel, element).
    Reflect { first: *const [usize; 4] },
}

/// `reflect.SelectDir`.
const REFLECT_SEND: usize = 1;
const REFLECT_DEFAULT: usize = 3;

impl Cases {
    /// Case `i`, which exists. The channel of reflect's default case is null.
    #[inline]
    fn get(&self, i: usize) -> Case {
        // SAFETY: the callers pass arrays with as many cases as they say.
        unsafe {
            match *self {
                Cases::Compiled { first, sends } => {
                    let [chan, elem] = first.add(i).read();
                    let direction = if i < sends { Direction::Send } else { Direction::Receive };
                    Case { chan: chan as *mut Chan, elem: elem as *mut u8, direction }
                }
                Cases::Reflect { first } => {
                    let [dir, _, chan, elem] = first.add(i).read();
                    let chan = if dir == REFLECT_DEFAULT { 0 } else { chan };
                    let direction = if dir == REFLECT_SEND { Direction::Send } else { Direction::Receive };
                    Case { chan: chan as *mut Chan, elem: elem as *mut u8, direction }
                }
            }
        }
    }
}

/// Result if no case can go on and there is a default.
const NONE: Pair = Pair(u64::MAX, 0);

/// Runs a select over `n` cases. `order` has room for `2n` numbers. With `default` it does not wait.
///
/// # Safety
/// Channels are nil or live, elements as their channels need (C3).
unsafe fn select(cases: Cases, n: usize, order: *mut u16, default: Option<Pair>) -> Pair {
    // SAFETY: the caller's scratch: 2n numbers.
    let (poll, locks) =
        unsafe { (core::slice::from_raw_parts_mut(order, n), core::slice::from_raw_parts_mut(order.add(n), n)) };
    for i in 0..n {
        // SAFETY: C3.
        let Some(chan) = (unsafe { cases.get(i).chan.as_ref() }) else { continue };
        if bubble::is_foreign(chan.bubble, "select on synctest channel from outside bubble") {
            return NONE;
        }
        if !chan.timer.is_null() {
            timer::settle(chan.timer);
        }
    }
    let live = shuffle(poll, n, |i| !cases.get(i).chan.is_null(), choice::below);
    let (poll, locks) = (&poll[..live], &mut locks[..live]);
    locks.copy_from_slice(poll);
    sort_by_key(locks, |i| cases.get(i as usize).chan as usize);

    lock_all(&cases, locks);
    let mut wake = Wake::new();
    for &i in poll {
        let case = cases.get(i as usize);
        // SAFETY: C3, locked.
        let result = unsafe {
            match case.direction {
                Direction::Send => (*case.chan).try_send(case.elem, &mut wake),
                Direction::Receive => (*case.chan).try_receive(case.elem, &mut wake),
            }
        };
        if result == Try::Blocked {
            continue;
        }
        unlock_all(&cases, locks);
        wake.run();
        if result == Try::SendOnClosed {
            raise(Raise::SendClosed, 0, 0);
        }
        return Pair(i as u64, (result == Try::Done && case.direction == Direction::Receive) as u64);
    }
    if let Some(default) = default {
        unlock_all(&cases, locks);
        return default;
    }
    wait(&cases, locks)
}

/// Locks the channels of the cases, each once.
fn lock_all(cases: &Cases, locks: &[u16]) {
    let mut last = null_mut();
    for &i in locks {
        let chan = cases.get(i as usize).chan;
        if chan != last {
            // SAFETY: C3.
            unsafe { (*chan).lock() };
            last = chan;
        }
    }
}

/// Undoes [`lock_all`].
fn unlock_all(cases: &Cases, locks: &[u16]) {
    let mut last = null_mut();
    for &i in locks.iter().rev() {
        let chan = cases.get(i as usize).chan;
        if chan != last {
            // SAFETY: C3; locked by `lock_all`.
            unsafe { (*chan).unlock() };
            last = chan;
        }
    }
}

/// Queues the goroutine on all channels, which are locked, and parks it.
fn wait(cases: &Cases, locks: &[u16]) -> ! {
    let gp = g::current();
    gp.wait.claimed.store(0, Relaxed);
    let mut link = &raw mut gp.wait.waiters;
    for &i in locks {
        let case = cases.get(i as usize);
        let mut w = waiter::alloc(gp);
        // SAFETY: a fresh waiter; C3 for the channel, which is locked; `link` is in the goroutine or the last waiter.
        unsafe {
            let waiter = w.as_mut();
            waiter.elem = case.elem;
            waiter.chan = case.chan;
            waiter.case = i;
            waiter.reply = Reply::Select;
            waiter.direction = case.direction;
            (*case.chan).queue(case.direction).push(w);
            link.write(w.as_ptr());
            link = &raw mut waiter.sibling;
        }
    }
    // SAFETY: C3.
    let in_bubble = gp.head.bubble != 0 && locks.iter().all(|&i| unsafe { (*cases.get(i as usize).chan).bubble } != 0);
    let why = match (locks.is_empty(), in_bubble) {
        (true, _) => WaitReason::SelectNoCases,
        (false, true) => WaitReason::SynctestSelect,
        (false, false) => WaitReason::Select,
    };
    // SAFETY: `link` as above.
    unsafe { link.write(null_mut()) };
    let first = gp.wait.waiters;
    park(gp, why, move || unlock_waiters(first))
}

/// Unlocks the channels of a list of waiters in locking order, touching nothing of the list after the last one.
fn unlock_waiters(first: *mut Waiter) {
    let mut at = first;
    while let Some(w) = NonNull::new(at) {
        // SAFETY: waiters stay until the claimer has locked all of these channels (module documentation), and we still
        // hold that of `w`; it is read before it is released.
        unsafe {
            let chan = w.as_ref().chan;
            at = w.as_ref().sibling;
            if at.is_null() || (*at).chan != chan {
                (*chan).unlock();
            }
        }
    }
}

entry! {
    /// A select of compiled code: the chosen case, or -1, and whether a value was received.
    "runtime.selectgo" =>
    fn selectgo(first: *const [usize; 2], order: *mut u16, _pc: usize, sends: usize, receives: usize, block: usize) -> Pair {
        let default = if block & 0xff == 0 { Some(NONE) } else { None };
        // SAFETY: compiled code passes its cases, and scratch for twice as many numbers.
        unsafe { select(Cases::Compiled { first, sends }, sends + receives, order, default) }
    }

    /// A select of reflect: the chosen case, and whether a value was received.
    "reflect.rselect" => fn rselect(first: *const [usize; 4], n: usize, _cap: usize) -> Pair {
        // SAFETY: reflect passes n cases.
        let default = (0..n).find(|&i| unsafe { (*first.add(i))[0] } == REFLECT_DEFAULT).map(|i| Pair(i as u64, 0));
        // The scratch is garbage as soon as this entry ends; nothing collects before that.
        let order = without_pointers((4 * n).max(16), Zero::No).cast::<u16>();
        // SAFETY: C3: reflect checks types and nil.
        unsafe { select(Cases::Reflect { first }, n, order, default) }
    }
}
