//! Semaphores for sync, internal/sync and internal/poll, and notify lists for sync.Cond.
//!
//! A semaphore is a `uint32` anywhere in Go memory. Goroutines that wait for it are queued in a table by its address: a
//! bucket has a list of addresses, and each address a chain of waiters, first in first out unless asked otherwise.
//!
//! Releasing adds one to the word. If somebody may wait, the releaser takes the unit back under the bucket's lock, and
//! hands it to the first waiter, which owns it when it runs again. If another goroutine was quicker and took the unit,
//! the waiter stays: that goroutine will release in turn. The protocol is [`undergo_rtcore::semaphore`].

use crate::bubble;
use crate::g::{self, G, WaitReason};
use crate::lock::{Mutex, RawLock};
use crate::park::{park, ready, ready_tail, yield_now};
use crate::profiles;
use crate::tracer::Yield;
use crate::waiter::{self, Waiter};
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicU32, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::semaphore;
use undergo_rtsys::entry;

/// Number of buckets; a prime, so that regular addresses spread.
const BUCKETS: usize = 1021;

/// Waiters of the addresses that fall into this bucket.
struct Bucket {
    /// Number of waiters; changed under the lock, read without.
    waiting: AtomicU32,
    addresses: Mutex<Addresses>,
}

/// First waiters of each address, linked by `next`; further ones by `chain`. `tail` of a first one is the last of its
/// chain.
struct Addresses(*mut Waiter);

// SAFETY: reached through the lock around it.
unsafe impl Send for Addresses {}

static TABLE: [Bucket; BUCKETS] =
    [const { Bucket { waiting: AtomicU32::new(0), addresses: Mutex::new(Rank::Sema, Addresses(null_mut())) } };
        BUCKETS];

fn bucket(address: usize) -> &'static Bucket {
    &TABLE[(address >> 3) % BUCKETS]
}

/// Where a waiter is queued.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Last,
    First,
}

impl Addresses {
    /// The link that leads to the first waiter of `address`; a null link if there is none.
    fn find(&mut self, address: usize) -> *mut *mut Waiter {
        let mut link = &raw mut self.0;
        // SAFETY: queued waiters are valid under the lock.
        unsafe {
            while !(*link).is_null() && (**link).chan as usize != address {
                link = &raw mut (**link).next;
            }
        }
        link
    }

    fn push(&mut self, w: NonNull<Waiter>, address: usize, place: Place) {
        let link = self.find(address);
        let w = w.as_ptr();
        // SAFETY: queued waiters are valid under the lock; `w` is ours.
        unsafe {
            (*w).chan = address as *mut crate::chan::Chan;
            let head = *link;
            if head.is_null() {
                (*w).tail = w;
                *link = w;
            } else if place == Place::First {
                (*w).next = (*head).next;
                (*w).tail = (*head).tail;
                (*w).chain = head;
                *link = w;
            } else {
                (*(*head).tail).chain = w;
                (*head).tail = w;
            }
        }
    }

    fn pop(&mut self, address: usize) -> Option<NonNull<Waiter>> {
        let link = self.find(address);
        // SAFETY: queued waiters are valid under the lock.
        unsafe {
            let w = NonNull::new(*link)?;
            let first = w.as_ref();
            match first.chain.as_mut() {
                Some(second) => {
                    second.next = first.next;
                    second.tail = first.tail;
                    *link = second;
                }
                None => *link = first.next,
            }
            Some(w)
        }
    }
}

/// Takes a unit, waiting for it if need be.
///
/// # Safety
/// `word` points at a live uint32 that stays where it is.
unsafe fn acquire(word: *mut u32, place: Place, why: WaitReason) {
    // SAFETY: caller; all accesses to semaphores are atomic.
    let count = unsafe { AtomicU32::from_ptr(word) };
    if semaphore::try_take(count) {
        return;
    }
    let bucket = bucket(word as usize);
    let gp = g::current();
    let mut addresses = bucket.addresses.lock();
    if !semaphore::wait(count, &bucket.waiting) {
        return;
    }
    addresses.push(waiter::alloc(gp), word as usize, place);
    gp.operands[0] = word as usize;
    park(gp, why, move || drop(addresses))
}

/// Gives a unit. The goroutine that got it, if one waited; it is still parked.
///
/// # Safety
/// As for [`acquire`].
unsafe fn release(word: *mut u32) -> Option<*mut G> {
    // SAFETY: caller.
    let count = unsafe { AtomicU32::from_ptr(word) };
    let bucket = bucket(word as usize);
    if !semaphore::release(count, &bucket.waiting) {
        return None;
    }
    let mut addresses = bucket.addresses.lock();
    // SAFETY: links of queued waiters are valid under the lock.
    if unsafe { (*addresses.find(word as usize)).is_null() } || !semaphore::hand_over(count, &bucket.waiting) {
        return None;
    }
    let w = addresses.pop(word as usize)?;
    drop(addresses);
    // SAFETY: out of its queue, the waiter is ours; its goroutine is parked.
    unsafe {
        let gp = w.as_ref().g;
        waiter::free(w);
        Some(gp)
    }
}

fn place(lifo: usize) -> Place {
    if lifo & 0xff == 0 { Place::Last } else { Place::First }
}

/// `sync.notifyList`.
///
/// | field | who | when |
/// |---|---|---|
/// | wait | anyone | atomically |
/// | notify, first, last | anyone | under the lock; notify is also read without |
#[repr(C)]
#[derive(Debug)]
pub struct NotifyList {
    wait: AtomicU32,
    notify: AtomicU32,
    lock: RawLock,
    pad: u32,
    first: *mut Waiter,
    last: *mut Waiter,
}

const _: () = assert!(size_of::<NotifyList>() == 32 && core::mem::offset_of!(NotifyList, first) == 16);

/// Whether ticket `a` is before `b`, as long as they are less than half the range apart.
fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

entry! {
    /// Takes a unit, waiting if need be.
    "runtime.semacquire" => fn semacquire(word: *mut u32) {
        // SAFETY: std passes the address of a live semaphore.
        unsafe { acquire(word, Place::Last, WaitReason::Semacquire) }
    }

    /// For WaitGroup.Wait.
    "runtime.semacquireWaitGroup" => fn semacquire_wait_group(word: *mut u32, durable: usize) {
        let why = if durable & 0xff != 0 { WaitReason::SynctestWaitGroupWait } else { WaitReason::WaitGroupWait };
        // SAFETY: as above.
        unsafe { acquire(word, Place::Last, why) }
    }

    /// For Mutex.Lock.
    "runtime.semacquireMutex" => fn semacquire_mutex(word: *mut u32, lifo: usize) {
        // SAFETY: as above.
        unsafe { acquire(word, place(lifo), WaitReason::MutexLock) }
    }

    /// For RWMutex.RLock.
    "runtime.semacquireRWMutexR" => fn semacquire_rwmutex_r(word: *mut u32, lifo: usize) {
        // SAFETY: as above.
        unsafe { acquire(word, place(lifo), WaitReason::RwMutexRLock) }
    }

    /// For RWMutex.Lock.
    "runtime.semacquireRWMutex" => fn semacquire_rwmutex(word: *mut u32, lifo: usize) {
        // SAFETY: as above.
        unsafe { acquire(word, place(lifo), WaitReason::RwMutexLock) }
    }

    /// Gives a unit. With `handoff` the waiter that gets it runs next, at once.
    "sync.runtime_Semrelease" | "internal/sync.runtime_Semrelease" =>
    fn semrelease(word: *mut u32, handoff: usize, _skip: usize) {
        // SAFETY: as above.
        if let Some(gp) = unsafe { release(word) } {
            if profiles::times_waits() {
                // SAFETY: it waits, and we have the only claim to it.
                profiles::contended(unsafe { &*gp });
            }
            ready(gp);
            let current = g::current();
            if handoff & 0xff != 0 && current.head.pins == 0 {
                yield_now(current, Yield::Other);
            }
        }
    }

    /// Gives a unit.
    "internal/poll.runtime_Semrelease" | "runtime.semrelease" => fn poll_semrelease(word: *mut u32) {
        // SAFETY: as above.
        if let Some(gp) = unsafe { release(word) } {
            ready(gp);
        }
    }

    /// Takes the next ticket.
    "sync.runtime_notifyListAdd" => fn notify_list_add(list: *mut NotifyList) -> u64 {
        // SAFETY: std passes a live notifyList.
        unsafe { (*list).wait.fetch_add(1, SeqCst) as u64 }
    }

    /// Waits until `ticket` is notified.
    "runtime.notifyListWait" => fn notify_list_wait(list: *mut NotifyList, ticket: u64) {
        let ticket = ticket as u32;
        let gp = g::current();
        // SAFETY: as above; the list is kept alive by the waiting goroutine's stack. Fields are used under the lock.
        unsafe {
            let l = &mut *list;
            l.lock.lock(Rank::Notify);
            if before(ticket, l.notify.load(Relaxed)) {
                l.lock.unlock(Rank::Notify);
                return;
            }
            let mut w = waiter::alloc(gp);
            w.as_mut().ticket = ticket;
            match l.last.as_mut() {
                Some(last) => last.next = w.as_ptr(),
                None => l.first = w.as_ptr(),
            }
            l.last = w.as_ptr();
            gp.operands[0] = list as usize;
            park(gp, WaitReason::CondWait, move || (*list).lock.unlock(Rank::Notify))
        }
    }

    /// Wakes all who have a ticket.
    "runtime.notifyListNotifyAll" => fn notify_list_notify_all(list: *mut NotifyList) {
        // SAFETY: as above.
        unsafe {
            let l = &mut *list;
            if l.wait.load(SeqCst) == l.notify.load(SeqCst) {
                return;
            }
            l.lock.lock(Rank::Notify);
            let mut at = core::mem::replace(&mut l.first, null_mut());
            l.last = null_mut();
            l.notify.store(l.wait.load(SeqCst), SeqCst);
            l.lock.unlock(Rank::Notify);
            while let Some(w) = NonNull::new(at) {
                at = w.as_ref().next;
                let gp = w.as_ref().g;
                if is_foreign_wake(gp) {
                    return;
                }
                waiter::free(w);
                ready_tail(gp);
            }
        }
    }

    /// Wakes whoever has the oldest ticket.
    "runtime.notifyListNotifyOne" => fn notify_list_notify_one(list: *mut NotifyList) {
        // SAFETY: as above.
        unsafe {
            let l = &mut *list;
            if l.wait.load(SeqCst) == l.notify.load(SeqCst) {
                return;
            }
            l.lock.lock(Rank::Notify);
            let ticket = l.notify.load(Relaxed);
            if ticket == l.wait.load(SeqCst) {
                l.lock.unlock(Rank::Notify);
                return;
            }
            l.notify.store(ticket.wrapping_add(1), SeqCst);
            let found = take_ticket(l, ticket);
            l.lock.unlock(Rank::Notify);
            // A goroutine that has the ticket but is not queued yet will find that it has been notified.
            if let Some(w) = found {
                let gp = w.as_ref().g;
                if is_foreign_wake(gp) {
                    return;
                }
                waiter::free(w);
                ready(gp);
            }
        }
    }
}

/// A goroutine of a bubble may be woken only from inside; otherwise the entry ends fatally. Whether it does.
///
/// # Safety
/// `gp` is parked and ours to wake.
unsafe fn is_foreign_wake(gp: *mut G) -> bool {
    const TEXT: &str = "semaphore wake of synctest goroutine from outside bubble";
    // SAFETY: caller.
    let g = unsafe { &*gp };
    let foreign = bubble::is_foreign(bubble::of(g).map_or(0, |b| b.id()), TEXT);
    if foreign {
        use core::fmt::Write;
        let id = g.head.id;
        let _ = writeln!(crate::exit::Stderr, "semaphore wake of synctest goroutine {id} from outside bubble");
    }
    foreign
}

/// Removes the waiter with `ticket` from a list, which is locked.
///
/// # Safety
/// The list is locked by this thread.
unsafe fn take_ticket(l: &mut NotifyList, ticket: u32) -> Option<NonNull<Waiter>> {
    let mut previous: *mut Waiter = null_mut();
    let mut at = l.first;
    // SAFETY: queued waiters are valid under the lock.
    unsafe {
        while let Some(w) = NonNull::new(at) {
            if w.as_ref().ticket == ticket {
                match previous.as_mut() {
                    Some(p) => p.next = w.as_ref().next,
                    None => l.first = w.as_ref().next,
                }
                if l.last == w.as_ptr() {
                    l.last = previous;
                }
                return Some(w);
            }
            previous = at;
            at = w.as_ref().next;
        }
    }
    None
}
