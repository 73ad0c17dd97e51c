//! Records of goroutines that wait: on channels, semaphores, condition variables.
//!
//! A goroutine has one for each queue it is in: one, or in a select one per case. They are off the heap, in a pool with
//! a small cache per P.

use crate::chan::Chan;
use crate::g::{self, G};
use crate::lock::Mutex;
use crate::mem::pool::Pool;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicU32;
use undergo_rtcore::lock_rank::Rank;

/// What the waker stores as results of the entry in which a goroutine waits for a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Reply {
    /// True.
    #[default]
    Send,
    /// Whether a value was received.
    Receive,
    /// True, and whether a value was received.
    Selected,
    /// The case, and whether a value was received.
    Select,
}

/// What an operation on a channel does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Direction {
    /// `c <- v`.
    #[default]
    Send,
    /// `<-c`.
    Receive,
}

/// See the module documentation. Go: `runtime.sudog`.
///
/// | field | who | when |
/// |---|---|---|
/// | g, elem, chan, case, reply, direction, sibling | the waiting goroutine | before it is queued |
/// | next, prev, queued | whoever changes the queue | under the queue's lock |
/// | chain, tail | [`crate::sema`] | under the bucket's lock |
/// | ticket | whoever dequeued it; [`crate::sema`] | until the goroutine is woken; before it is queued |
#[doc(alias = "sudog")]
#[derive(Debug)]
pub struct Waiter {
    /// The goroutine.
    pub g: *mut G,
    /// Where to copy an element from or to; may be null.
    pub elem: *mut u8,
    /// Next in the queue.
    pub next: *mut Waiter,
    /// Previous in the queue.
    pub prev: *mut Waiter,
    /// Its channel; the address of a semaphore.
    pub chan: *mut Chan,
    /// Next waiter of the same goroutine, in the order in which their channels are locked.
    pub sibling: *mut Waiter,
    /// Semaphores: next waiter of the same address.
    pub chain: *mut Waiter,
    /// Semaphores: last waiter of the chain.
    pub tail: *mut Waiter,
    /// How the operation ended; number in a notify list.
    pub ticket: u32,
    /// Case of a select.
    pub case: u16,
    /// What to answer.
    pub reply: Reply,
    /// What the goroutine waits to do.
    pub direction: Direction,
    /// Whether it is in its queue.
    pub queued: bool,
}

/// State of blocking operations of a goroutine. All zero is idle.
///
/// | field | who | when |
/// |---|---|---|
/// | claimed | whoever wakes a select | set by one of them atomically |
/// | waiters | the goroutine, then its waker | before it parks; after the claim |
/// | sleep | [`crate::timer`] | while it sleeps |
#[derive(Debug)]
pub struct GWait {
    /// Some case of the select has been chosen.
    pub claimed: AtomicU32,
    /// First waiter of the select.
    pub waiters: *mut Waiter,
    /// Timer of `time.Sleep`.
    pub sleep: crate::timer::Node,
}

/// Waiters for reuse by a P. All zero is valid and empty.
#[derive(Debug)]
pub struct PSync {
    free: *mut Waiter,
    n: u32,
}

static POOL: Mutex<Pool<Waiter>> = Mutex::new(Rank::SpanSet, Pool::new());

/// Waiters that a P keeps at most, and fetches at a time.
const MAX: u32 = 64;
const BATCH: u32 = 16;

/// Cases of a select at most.
const MAX_CASES: usize = 1 << 16;

/// Calls `f(lo, hi)` for memory that holds what the waiting goroutine `gp` waits for, and where values go: the operands of an
/// entry are dead in the frame that has called it, and the queues of objects are no roots.
///
/// # Safety
/// The goroutine stays in its state. Its waiters may be freed meanwhile by whoever is about to wake it: what is found then is
/// of no use, but does no harm.
pub unsafe fn operands(gp: &G, f: &mut dyn FnMut(usize, usize)) {
    use crate::g::WaitReason::*;
    let at = gp.operands.as_ptr() as usize;
    match gp.wait_reason {
        ChanReceive | ChanSend | SynctestChanReceive | SynctestChanSend | StoppingTheWorld => f(at, at + 16),
        Semacquire | MutexLock | RwMutexLock | RwMutexRLock | WaitGroupWait | SynctestWaitGroupWait | CondWait => {
            f(at, at + 8);
        }
        Select | SynctestSelect => {
            let mut w = gp.wait.waiters;
            for _ in 0..MAX_CASES {
                if w.is_null() {
                    break;
                }
                // SAFETY: waiters are never unmapped.
                unsafe {
                    let (elem, chan) = (&raw const (*w).elem as usize, &raw const (*w).chan as usize);
                    f(elem, elem + 8);
                    f(chan, chan + 8);
                    w = (&raw const (*w).sibling).read_volatile();
                }
            }
        }
        _ => {}
    }
}

/// A waiter of `gp`, zero otherwise.
pub fn alloc(gp: *mut G) -> NonNull<Waiter> {
    let cache = &mut g::current_p().sync;
    if cache.free.is_null() {
        let mut pool = POOL.lock();
        for _ in 0..BATCH {
            let w = pool.alloc().as_ptr();
            // SAFETY: a fresh record.
            unsafe { (*w).next = cache.free };
            cache.free = w;
        }
        cache.n = BATCH;
    }
    let w = cache.free;
    cache.n -= 1;
    // SAFETY: a record of our own free list, so nobody else's; all fields are plain data.
    unsafe {
        cache.free = (*w).next;
        ptr::write_bytes(w, 0, 1);
        (*w).g = gp;
        NonNull::new_unchecked(w)
    }
}

/// Takes a waiter back.
///
/// # Safety
/// It is in no queue and nobody refers to it.
pub unsafe fn free(w: NonNull<Waiter>) {
    let cache = &mut g::current_p().sync;
    if cache.n >= MAX {
        let mut pool = POOL.lock();
        for _ in 0..MAX / 2 {
            // SAFETY: records of our own free list, which came from the pool.
            unsafe {
                let w = NonNull::new_unchecked(cache.free);
                cache.free = w.as_ref().next;
                pool.free(w);
            }
        }
        cache.n -= MAX / 2;
    }
    // SAFETY: the caller gave it up.
    unsafe { (*w.as_ptr()).next = cache.free };
    cache.free = w.as_ptr();
    cache.n += 1;
}

/// A doubly linked list of waiters, first in first out. All zero is valid and empty.
#[repr(C)]
#[derive(Debug)]
pub struct Queue {
    /// The one that waits longest.
    pub first: *mut Waiter,
    /// The newest.
    pub last: *mut Waiter,
}

impl Queue {
    /// Appends. The lock of the queue is held.
    pub fn push(&mut self, mut w: NonNull<Waiter>) {
        // SAFETY: waiters in a queue are valid; links are changed under the queue's lock.
        unsafe {
            let waiter = w.as_mut();
            waiter.queued = true;
            waiter.next = ptr::null_mut();
            waiter.prev = self.last;
            match self.last.as_mut() {
                Some(last) => last.next = w.as_ptr(),
                None => self.first = w.as_ptr(),
            }
        }
        self.last = w.as_ptr();
    }

    /// Removes a queued waiter. The lock of the queue is held.
    pub fn remove(&mut self, mut w: NonNull<Waiter>) {
        // SAFETY: as in `push`.
        unsafe {
            let waiter = w.as_mut();
            match waiter.prev.as_mut() {
                Some(prev) => prev.next = waiter.next,
                None => self.first = waiter.next,
            }
            match waiter.next.as_mut() {
                Some(next) => next.prev = waiter.prev,
                None => self.last = waiter.prev,
            }
            waiter.queued = false;
            waiter.next = ptr::null_mut();
            waiter.prev = ptr::null_mut();
        }
    }

    /// Takes the first. The lock of the queue is held.
    pub fn pop(&mut self) -> Option<NonNull<Waiter>> {
        let w = NonNull::new(self.first)?;
        self.remove(w);
        Some(w)
    }
}
