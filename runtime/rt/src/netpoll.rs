//! The network poller: epoll, edge-triggered, and an event counter that ends a blocking poll.
//!
//! A [`PollDesc`] has two sides, reading and writing. A side is idle, ready (an event came while nobody waited), or has
//! one goroutine that waits. internal/poll calls *reset* before an operation, tries it, and *waits* if it would block.
//! The goroutine's results are decided by who wakes it: an event (0), closing (1), or the deadline (2).
//!
//! Descriptors of this module are never unmapped, and events carry a sequence number, so that a late event of a closed
//! descriptor is recognised.

use crate::g::{self, G, WaitReason};
use crate::lock::{Mutex, RawLock};
use crate::mem::pool::Pool;
use crate::park::{GList, Pair, park, ready};
use crate::rt::nanotime;
use crate::timer::{self, Kind, Node};
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;
use undergo_rtsys::linux::epoll::{self, Event, event};

/// Results of reset and wait.
const OK: usize = 0;
const CLOSING: usize = 1;
const TIMEOUT: usize = 2;
const NOT_POLLABLE: usize = 3;

/// One direction of a descriptor.
#[derive(Debug)]
#[repr(C)]
struct Side {
    /// The goroutine that waits, or null.
    waiter: *mut G,
    /// An event came while nobody waited.
    ready: bool,
    /// Number of the deadline; an older timer that fires late is ignored.
    seq: u32,
    /// Deadline, monotonic; 0 none, negative: has passed.
    deadline: i64,
    timer: Node,
}

/// A file descriptor that the poller watches. All fields are used under `lock`, timers as [`timer`] says.
#[doc(alias = "pollDesc")]
#[derive(Debug)]
#[repr(C)]
pub struct PollDesc {
    lock: RawLock,
    /// Number of this use of the record.
    tag: u16,
    closing: bool,
    /// The kernel reported an error without readiness: the descriptor cannot be polled.
    error: bool,
    fd: i32,
    read: Side,
    write: Side,
}

/// Descriptors not in use. A record keeps its lock and tag: it is never zeroed while an event may refer to it.
struct Free {
    fresh: Pool<PollDesc>,
    used: *mut PollDesc,
}

// SAFETY: records are reached through the lock around the list.
unsafe impl Send for Free {}

static FREE: Mutex<Free> = Mutex::new(Rank::Netpoll, Free { fresh: Pool::new(), used: null_mut() });
static INITIALISED: AtomicBool = AtomicBool::new(false);
static EPOLL: AtomicI32 = AtomicI32::new(-1);
static WAKER: AtomicI32 = AtomicI32::new(-1);
/// A wake-up has been sent and not yet seen.
static WOKEN: AtomicU32 = AtomicU32::new(0);
/// Goroutines that wait for events. A test program of Go's reads it by this name.
#[unsafe(export_name = "runtime.netpollWaiters")]
pub static WAITERS: AtomicU32 = AtomicU32::new(0);
static INIT: Mutex<()> = Mutex::new(Rank::Leaf, ());

/// Data of the waker's events; no descriptor has it.
const WAKER_DATA: u64 = 0;

impl PollDesc {
    fn side(&mut self, read: bool) -> &mut Side {
        if read { &mut self.read } else { &mut self.write }
    }

    /// What reset and wait answer at once.
    fn state(&mut self, read: bool) -> usize {
        if self.closing {
            CLOSING
        } else if self.side(read).deadline < 0 {
            TIMEOUT
        } else if read && self.error {
            NOT_POLLABLE
        } else {
            OK
        }
    }
}

impl Side {
    /// Takes the goroutine that waits, to be woken with `result`; it still counts as a waiter.
    fn take(&mut self, result: usize) -> Option<*mut G> {
        let gp = core::mem::replace(&mut self.waiter, null_mut());
        if gp.is_null() {
            return None;
        }
        // SAFETY: it is parked in pollWait; under the lock the right to wake it is ours.
        unsafe { (*gp).set_results(result, 0) };
        Some(gp)
    }

    /// The same; the caller makes it runnable.
    fn wake(&mut self, result: usize) -> Option<*mut G> {
        self.take(result).inspect(|_| no_longer_wait(1))
    }

    /// An event came.
    fn event(&mut self) -> Option<*mut G> {
        let gp = self.take(OK);
        self.ready = gp.is_none();
        gp
    }
}

/// Runs `f` on a descriptor under its lock.
///
/// # Safety
/// `pd` came from [`open`].
unsafe fn locked<R>(pd: *mut PollDesc, f: impl FnOnce(&mut PollDesc) -> R) -> R {
    // SAFETY: descriptors are never unmapped; fields are used under the lock.
    unsafe {
        (*pd).lock.lock(Rank::PollDesc);
        let r = f(&mut *pd);
        (*pd).lock.unlock(Rank::PollDesc);
        r
    }
}

/// Whether the poller exists.
pub fn is_initialised() -> bool {
    INITIALISED.load(Acquire)
}

/// Makes the poller, once.
pub fn ensure_initialised() {
    if is_initialised() {
        return;
    }
    let _init = INIT.lock();
    if is_initialised() {
        return;
    }
    let (ep, waker) = (epoll::create() as i32, epoll::eventfd() as i32);
    if ep < 0 || waker < 0 || epoll::add(ep, waker, event::IN, WAKER_DATA) < 0 {
        crate::exit::throw("runtime: netpollinit failed");
    }
    EPOLL.store(ep, Relaxed);
    WAKER.store(waker, Relaxed);
    // From now on somebody may block in the poller.
    crate::rt::RT.last_poll.store(nanotime(), SeqCst);
    INITIALISED.store(true, Release);
}

/// Whether any goroutine waits for the poller, or was found by a poll and is not runnable yet.
pub fn any_waiters() -> bool {
    WAITERS.load(SeqCst) > 0
}

/// `n` goroutines that a [`poll`] found are runnable now.
pub fn no_longer_wait(n: usize) {
    WAITERS.fetch_sub(n as u32, SeqCst);
}

/// [`poll`] without blocking, if there is a poller.
pub fn poll_if_initialised() -> GList {
    if is_initialised() { poll(0) } else { GList::new() }
}

/// Polls: returns goroutines that became ready as a list (status Waiting). `delay` < 0 blocks, 0 does not, > 0 blocks for
/// that many ns.
///
/// Until the scheduler has readied them and says so ([`no_longer_wait`]), they count as waiters: to an M that finds
/// nothing to do meanwhile the program would otherwise look deadlocked.
pub fn poll(delay: i64) -> GList {
    let mut list = GList::new();
    if !is_initialised() {
        return list;
    }
    let ms = match delay {
        ..0 => -1,
        0 => 0,
        1..1_000_000 => 1,
        _ => (delay / 1_000_000).min(1_000_000_000) as i32,
    };
    let mut events = [Event::default(); 128];
    let n = loop {
        let n = epoll::wait(EPOLL.load(Relaxed), &mut events, ms);
        if n >= 0 {
            break n as usize;
        }
        // Interrupted: a bounded wait ends, so that the caller recomputes it.
        if ms > 0 {
            return list;
        }
    };
    for e in &events[..n] {
        let (bits, data) = (e.bits, e.data);
        if data == WAKER_DATA {
            // A poll that does not block leaves the wake-up to the one that does.
            if delay != 0 {
                epoll::drain(WAKER.load(Relaxed));
                WOKEN.store(0, SeqCst);
            }
            continue;
        }
        deliver(bits, data, &mut list);
    }
    list
}

/// One event of a descriptor.
fn deliver(bits: u32, data: u64, list: &mut GList) {
    let (pd, tag) = unpack(data);
    // SAFETY: data was packed by `open`.
    unsafe {
        locked(pd, |pd| {
            if pd.tag != tag {
                return;
            }
            pd.error = bits == event::ERR;
            let mut woken = [None, None];
            if bits & (event::IN | event::RDHUP | event::HUP | event::ERR) != 0 {
                woken[0] = pd.read.event();
            }
            if bits & (event::OUT | event::HUP | event::ERR) != 0 {
                woken[1] = pd.write.event();
            }
            for gp in woken.into_iter().flatten() {
                list.push(gp);
            }
        });
    }
}

/// Address and tag in one word: user addresses have 47 bits.
fn pack(pd: *mut PollDesc, tag: u16) -> u64 {
    pd as u64 | (tag as u64) << 48
}

fn unpack(data: u64) -> (*mut PollDesc, u16) {
    ((data & ((1 << 48) - 1)) as *mut PollDesc, (data >> 48) as u16)
}

/// Makes a blocking [`poll`] return.
pub fn interrupt() {
    if is_initialised() && WOKEN.swap(1, SeqCst) == 0 {
        epoll::signal(WAKER.load(Relaxed));
    }
}

/// The timer of a deadline is due.
pub fn deadline_passed(pd: *mut PollDesc, read: bool, seq: u32) {
    // SAFETY: timers are armed with descriptors from `open`.
    let woken = unsafe {
        locked(pd, |pd| {
            let side = pd.side(read);
            if side.seq != seq || side.deadline <= 0 {
                return None;
            }
            side.deadline = -1;
            side.wake(TIMEOUT)
        })
    };
    if let Some(gp) = woken {
        ready(gp);
    }
}

/// Watches `fd`: the descriptor, and 0 or an errno.
fn open(fd: i32) -> Pair {
    ensure_initialised();
    let pd = {
        let mut free = FREE.lock();
        match NonNull::new(free.used) {
            // SAFETY: unused records are linked through the reading side's waiter.
            Some(pd) => unsafe {
                free.used = (*pd.as_ptr()).read.waiter.cast();
                pd.as_ptr()
            },
            None => free.fresh.alloc().as_ptr(),
        }
    };
    // SAFETY: a record in no list is ours; late events of its former life look at the tag under the lock.
    let tag = unsafe {
        locked(pd, |pd| {
            pd.tag = pd.tag.wrapping_add(1);
            pd.fd = fd;
            pd.closing = false;
            pd.error = false;
            for side in [&mut pd.read, &mut pd.write] {
                side.waiter = null_mut();
                side.ready = false;
                side.seq = side.seq.wrapping_add(1);
                side.deadline = 0;
            }
            pd.tag
        })
    };
    let bits = event::IN | event::OUT | event::RDHUP | event::ET;
    let r = epoll::add(EPOLL.load(Relaxed), fd, bits, pack(pd, tag));
    if r < 0 {
        close(pd);
        return Pair(0, (-r) as u64);
    }
    Pair(pd as u64, 0)
}

/// Puts a record that is not watched any more among the unused ones.
fn close(pd: *mut PollDesc) {
    // SAFETY: the caller gives the record up; its timers are stopped.
    unsafe {
        locked(pd, |pd| pd.tag = pd.tag.wrapping_add(1));
        let mut free = FREE.lock();
        (*pd).read.waiter = free.used.cast();
        free.used = pd;
    }
}

fn is_read(mode: u64) -> bool {
    mode as u8 == b'r'
}

/// Sets the deadline of one side; a goroutine to wake if it has passed already.
///
/// # Safety
/// The descriptor is locked.
unsafe fn set_deadline(pd: *mut PollDesc, read: bool, deadline: i64) -> Option<*mut G> {
    // SAFETY: locked. The lock of timers ranks behind that of descriptors.
    unsafe {
        let side = (*pd).side(read);
        side.seq = side.seq.wrapping_add(1);
        let seq = side.seq;
        if side.deadline > 0 {
            timer::stop(&raw mut side.timer);
        }
        side.deadline = deadline;
        if deadline > 0 {
            let kind = if read { Kind::ReadDeadline } else { Kind::WriteDeadline };
            timer::arm(&raw mut side.timer, deadline, kind, pd as usize, seq);
        }
        if deadline < 0 { side.wake(TIMEOUT) } else { None }
    }
}

entry! {
    /// Makes the poller.
    "internal/poll.runtime_pollServerInit" => fn poll_server_init() {
        ensure_initialised();
    }

    /// Whether the descriptor is one of the poller's own.
    "internal/poll.runtime_isPollServerDescriptor" => fn is_poll_server_descriptor(fd: u64) -> bool {
        is_initialised() && (fd as i32 == EPOLL.load(Relaxed) || fd as i32 == WAKER.load(Relaxed))
    }

    /// Watches a descriptor: handle and errno.
    "internal/poll.runtime_pollOpen" => fn poll_open(fd: u64) -> Pair {
        open(fd as i32)
    }

    /// Stops watching; nobody waits any more.
    "internal/poll.runtime_pollClose" => fn poll_close(pd: *mut PollDesc) {
        // SAFETY: internal/poll passes a handle from pollOpen, for the last time.
        unsafe {
            if !(*pd).closing || !(*pd).read.waiter.is_null() || !(*pd).write.waiter.is_null() {
                crate::exit::throw("runtime: close polldesc w/o unblock");
            }
            epoll::remove(EPOLL.load(Relaxed), (*pd).fd);
        }
        close(pd);
    }

    /// Before an operation: forgets that the side is ready.
    "internal/poll.runtime_pollReset" => fn poll_reset(pd: *mut PollDesc, mode: u64) -> usize {
        // SAFETY: a handle from pollOpen.
        unsafe {
            locked(pd, |pd| {
                let state = pd.state(is_read(mode));
                if state == OK {
                    pd.side(is_read(mode)).ready = false;
                }
                state
            })
        }
    }

    /// Waits until the side is ready, its deadline has passed, or the descriptor is closed.
    "runtime.pollWait" => fn poll_wait(pd: *mut PollDesc, mode: u64) -> usize {
        let read = is_read(mode);
        // SAFETY: a handle from pollOpen; fields are used under the lock, which is released once we are parked.
        unsafe {
            (*pd).lock.lock(Rank::PollDesc);
            let state = (*pd).state(read);
            let side = (*pd).side(read);
            if state != OK || side.ready {
                side.ready &= state != OK;
                (*pd).lock.unlock(Rank::PollDesc);
                return state;
            }
            if !side.waiter.is_null() {
                crate::exit::throw("runtime: double wait");
            }
            let gp = g::current();
            // A connection may be idle for long: the room that its last request needed is for those that are not.
            // SAFETY: the goroutine is in this entry, on the system stack, and not yet anybody else's.
            crate::stack::trim(&mut *gp);
            side.waiter = gp;
            WAITERS.fetch_add(1, SeqCst);
            park(gp, WaitReason::IoWait, move || (*pd).lock.unlock(Rank::PollDesc))
        }
    }

    /// The same, whatever the state of the descriptor (cancelled operations of other systems).
    "internal/poll.runtime_pollWaitCanceled" => fn poll_wait_canceled(_pd: *mut PollDesc, _mode: u64) {}

    /// Sets deadlines: `d` ns from now, 0 for none, negative for the past.
    "internal/poll.runtime_pollSetDeadline" => fn poll_set_deadline(pd: *mut PollDesc, d: i64, mode: u64) {
        let deadline = if d > 0 { nanotime().saturating_add(d) } else { d };
        let (r, w) = (b'r' as u64, b'w' as u64);
        let mut woken = [None, None];
        // SAFETY: a handle from pollOpen.
        unsafe {
            (*pd).lock.lock(Rank::PollDesc);
            if !(*pd).closing {
                if mode == r || mode == r + w {
                    woken[0] = set_deadline(pd, true, deadline);
                }
                if mode == w || mode == r + w {
                    woken[1] = set_deadline(pd, false, deadline);
                }
            }
            (*pd).lock.unlock(Rank::PollDesc);
        }
        for gp in woken.into_iter().flatten() {
            ready(gp);
        }
    }

    /// The descriptor is being closed: wakes everybody.
    "internal/poll.runtime_pollUnblock" => fn poll_unblock(pd: *mut PollDesc) {
        // SAFETY: a handle from pollOpen.
        let woken = unsafe {
            locked(pd, |pd| {
                if pd.closing {
                    crate::exit::throw("runtime: unblock on closing polldesc");
                }
                pd.closing = true;
                for side in [&mut pd.read, &mut pd.write] {
                    side.seq = side.seq.wrapping_add(1);
                    timer::stop(&raw mut side.timer);
                }
                [pd.read.wake(CLOSING), pd.write.wake(CLOSING)]
            })
        };
        for gp in woken.into_iter().flatten() {
            ready(gp);
        }
    }
}
