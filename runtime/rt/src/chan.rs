//! Channels.
//!
//! A value goes directly from a sender to a waiting receiver or back, from stack to stack if need be; otherwise through
//! the buffer. Whoever completes the operation of a waiting goroutine copies its element, stores the results of its
//! entry, and makes it runnable: the goroutine itself continues behind its entry.
//!
//! Invariants, by number in SAFETY comments:
//!
//! * **C1** At most one of the queues has goroutines (but for one select with both directions). With a buffer: room
//!   means that no sender waits, values mean that no receiver waits.
//! * **C2** A waiter in a queue belongs to a parked goroutine, whose stack holds the element that `elem` points at.
//!   Taking the waiter out under the lock (and, for a select, winning the claim) gives the sole right to touch that
//!   element and to wake the goroutine.
//! * **C3** Channels and their buffers are heap objects; a `*mut Chan` from Go code is nil or a live channel.

use crate::bubble;
use crate::g::{self, WaitReason};
use crate::lock::RawLock;
use crate::mem::alloc::{Zero, block, without_pointers};
use crate::mem::copy::{clear, typed_copy};
use crate::park::{Pair, park, raise, raise_in, ready};
use crate::timer::{self, TimeTimer};
use crate::types::Type;
use crate::waiter::{self, Direction, Queue, Reply, Waiter};
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::Ordering::{AcqRel, Relaxed};
use undergo_abi::g::Raise;
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::size_class::MAX_ALLOC;
use undergo_rtsys::entry;

/// A channel; Go: `runtime.hchan`.
///
/// | field | who | when |
/// |---|---|---|
/// | cap, buf, elem, bubble | creator | before it is published |
/// | timer | [`crate::timer`] | before it is published |
/// | count, closed | anyone | under the lock; read without it by len and the fast paths |
/// | send_at, recv_at, receivers, senders | anyone | under the lock |
#[doc(alias = "hchan")]
#[repr(C)]
#[derive(Debug)]
pub struct Chan {
    count: usize,
    cap: usize,
    buf: *mut u8,
    /// The timer that sends on it, or null.
    pub timer: *mut TimeTimer,
    /// Number of the bubble that it was made in, 0 for none.
    pub bubble: u64,
    elem: *const Type,
    closed: u32,
    lock: RawLock,
    send_at: usize,
    recv_at: usize,
    receivers: Queue,
    senders: Queue,
}

const SIZE: usize = size_of::<Chan>();
/// Words 2 and 3: buf and timer.
const MASK: [u8; 8] = [0b1100, 0, 0, 0, 0, 0, 0, 0];
/// Describes a channel to the collector.
static CHAN_TYPE: Type = Type::of_runtime(SIZE, 32, &MASK);

/// How an attempt that does not wait ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Try {
    /// Sent, or received a value.
    Done,
    /// Received the zero value of a closed channel.
    Closed,
    /// Sending on a closed channel: a panic.
    SendOnClosed,
    /// It would have to wait.
    Blocked,
}

impl Chan {
    /// Takes the lock; several channels in the order of their addresses.
    pub fn lock(&self) {
        self.lock.lock(Rank::Chan);
    }

    /// # Safety
    /// The lock is held by this thread.
    pub unsafe fn unlock(&self) {
        // SAFETY: caller.
        unsafe { self.lock.unlock(Rank::Chan) };
    }

    /// Element `i` of the buffer.
    fn slot(&self, i: usize) -> *mut u8 {
        // SAFETY: T1 for the type; i < cap.
        unsafe { self.buf.add(i * (*self.elem).size) }
    }

    /// Sends the value at `value` without waiting. The lock is held; a goroutine to be woken is added to `wake`.
    ///
    /// # Safety
    /// `value` holds an element.
    pub unsafe fn try_send(&mut self, value: *const u8, wake: &mut Wake) -> Try {
        if self.closed != 0 {
            return Try::SendOnClosed;
        }
        // SAFETY: C2 for the waiter's element; the buffer has room at send_at.
        unsafe {
            if let Some(w) = dequeue(&mut self.receivers) {
                if !w.as_ref().elem.is_null() {
                    typed_copy(self.elem, w.as_ref().elem, value);
                }
                wake.push(w, Try::Done);
                return Try::Done;
            }
            if self.count < self.cap {
                typed_copy(self.elem, self.slot(self.send_at), value);
                self.send_at = self.after(self.send_at);
                self.count += 1;
                return Try::Done;
            }
        }
        Try::Blocked
    }

    /// Receives into `to` (if not null) without waiting. The lock is held.
    ///
    /// # Safety
    /// `to` is null or has room for an element.
    pub unsafe fn try_receive(&mut self, to: *mut u8, wake: &mut Wake) -> Try {
        // SAFETY: C2 for the waiter's element; the buffer holds a value at recv_at.
        unsafe {
            if self.count > 0 {
                let slot = self.slot(self.recv_at);
                if !to.is_null() {
                    typed_copy(self.elem, to, slot);
                }
                if let Some(w) = dequeue(&mut self.senders) {
                    // The buffer is full: the sender's value takes the place of the one just received.
                    typed_copy(self.elem, slot, w.as_ref().elem);
                    self.recv_at = self.after(self.recv_at);
                    self.send_at = self.recv_at;
                    wake.push(w, Try::Done);
                } else {
                    clear(slot, (*self.elem).size);
                    self.recv_at = self.after(self.recv_at);
                    self.count -= 1;
                }
                return Try::Done;
            }
            if self.closed != 0 {
                if !to.is_null() {
                    clear(to, (*self.elem).size);
                }
                return Try::Closed;
            }
            if let Some(w) = dequeue(&mut self.senders) {
                if !to.is_null() {
                    typed_copy(self.elem, to, w.as_ref().elem);
                }
                wake.push(w, Try::Done);
                return Try::Done;
            }
        }
        Try::Blocked
    }

    /// The queue of those who wait to do what `direction` says.
    pub fn queue(&mut self, direction: Direction) -> &mut Queue {
        match direction {
            Direction::Send => &mut self.senders,
            Direction::Receive => &mut self.receivers,
        }
    }

    /// Whether goroutines wait to receive.
    pub fn has_receivers(&self) -> bool {
        !self.receivers.first.is_null()
    }

    fn after(&self, i: usize) -> usize {
        if i + 1 == self.cap { 0 } else { i + 1 }
    }

    /// Drops a buffered value of a timer's channel. Whether there was one.
    pub fn drain(&mut self) -> bool {
        self.lock();
        let had = self.count > 0;
        if had {
            // SAFETY: the slot at recv_at holds a value, which nobody will receive.
            unsafe { clear(self.slot(self.recv_at), (*self.elem).size) };
            self.recv_at = self.after(self.recv_at);
            self.count -= 1;
        }
        // SAFETY: locked above.
        unsafe { self.unlock() };
        had
    }
}

/// Takes the first waiter whose goroutine nobody else has claimed. The lock is held.
fn dequeue(queue: &mut Queue) -> Option<NonNull<Waiter>> {
    loop {
        let w = queue.pop()?;
        // SAFETY: C2: a waiter in the queue is valid as long as we hold the lock.
        unsafe {
            if w.as_ref().reply != Reply::Select
                || (*w.as_ref().g).wait.claimed.compare_exchange(0, 1, AcqRel, Relaxed).is_ok()
            {
                return Some(w);
            }
        }
    }
}

/// Waiters taken out of queues, to be woken after the locks are released.
#[derive(Debug)]
pub struct Wake {
    first: *mut Waiter,
    last: *mut Waiter,
}

impl Wake {
    /// Nobody.
    pub fn new() -> Wake {
        Wake { first: null_mut(), last: null_mut() }
    }

    /// Adds a waiter that was taken out of its queue; its operation ended as `how`.
    fn push(&mut self, mut w: NonNull<Waiter>, how: Try) {
        // SAFETY: C2: ours since it was dequeued. `ticket` is free for use, `next` too.
        unsafe {
            w.as_mut().ticket = how as u32;
            w.as_mut().next = null_mut();
            match self.last.as_mut() {
                Some(last) => last.next = w.as_ptr(),
                None => self.first = w.as_ptr(),
            }
        }
        self.last = w.as_ptr();
    }

    /// Stores results and makes the goroutines runnable. No channel is locked.
    pub fn run(self) {
        let mut at = self.first;
        while let Some(w) = NonNull::new(at) {
            // SAFETY: C2: the waiters and the right to wake their goroutines are ours.
            unsafe {
                at = w.as_ref().next;
                complete(w);
            }
        }
    }
}

/// Stores the results of a goroutine whose waiter was dequeued, frees its waiters and makes it runnable.
///
/// # Safety
/// C2: the waiter is ours. No channel is locked.
unsafe fn complete(w: NonNull<Waiter>) {
    // SAFETY: C2: the goroutine is parked and only we may wake it.
    unsafe {
        let waiter = w.as_ref();
        let gp = &mut *waiter.g;
        let how = waiter.ticket;
        let received = (how == Try::Done as u32) as usize;
        match waiter.reply {
            Reply::Send => gp.set_results(1, 0),
            Reply::Receive => gp.set_results(received, 0),
            Reply::Selected => gp.set_results(1, received),
            Reply::Select => gp.set_results(waiter.case as usize, received),
        }
        if how == Try::SendOnClosed as u32 {
            raise_in(gp, Raise::SendClosed, 0, 0);
        }
        if waiter.reply == Reply::Select {
            leave_other_queues(gp, w);
        } else {
            waiter::free(w);
        }
        ready(gp);
    }
}

/// Removes the waiters of a select from the queues of the cases that were not chosen, and frees them all.
///
/// # Safety
/// The claim on the goroutine is ours.
unsafe fn leave_other_queues(gp: &mut g::G, chosen: NonNull<Waiter>) {
    // SAFETY: waiters of a parked select live until its claimer frees them; each one's queue membership changes only
    // under its channel's lock. None is freed before all channels have been visited, because the goroutine's own M may
    // still be unlocking them (see `select`).
    unsafe {
        let first = core::mem::replace(&mut gp.wait.waiters, null_mut());
        let mut at = first;
        while let Some(w) = NonNull::new(at) {
            at = w.as_ref().sibling;
            if w != chosen {
                let chan = &mut *w.as_ref().chan;
                chan.lock();
                if w.as_ref().queued {
                    chan.queue(w.as_ref().direction).remove(w);
                }
                chan.unlock();
            }
        }
        let mut at = first;
        while let Some(w) = NonNull::new(at) {
            at = w.as_ref().sibling;
            waiter::free(w);
        }
    }
}

/// Waits on a locked channel; the lock is released once the goroutine is parked.
fn wait(c: &mut Chan, elem: *mut u8, direction: Direction, reply: Reply) -> ! {
    let gp = g::current();
    let mut w = waiter::alloc(gp);
    // SAFETY: a fresh waiter.
    unsafe {
        let waiter = w.as_mut();
        waiter.elem = elem;
        waiter.chan = c;
        waiter.reply = reply;
        waiter.direction = direction;
    }
    c.queue(direction).push(w);
    let why = match (direction, c.bubble) {
        (Direction::Send, 0) => WaitReason::ChanSend,
        (Direction::Receive, 0) => WaitReason::ChanReceive,
        (Direction::Send, _) => WaitReason::SynctestChanSend,
        (Direction::Receive, _) => WaitReason::SynctestChanReceive,
    };
    let c: *mut Chan = c;
    gp.operands = [c as usize, elem as usize];
    // SAFETY: locked by this thread; C3: its operands keep the channel alive until the goroutine is woken, and it cannot be woken
    // before the lock is released.
    park(gp, why, move || unsafe { (*c).unlock() })
}

/// Parks for ever.
fn wait_for_ever(why: WaitReason) -> ! {
    park(g::current(), why, || {})
}

/// Sends; `None` after an attempt that does not wait would have had to.
///
/// # Safety
/// C3; `value` holds an element.
unsafe fn send(c: *mut Chan, value: *mut u8, wait_if_blocked: bool) -> Try {
    // SAFETY: C3.
    let Some(chan) = (unsafe { c.as_mut() }) else {
        if wait_if_blocked {
            wait_for_ever(WaitReason::ChanSendNil);
        }
        return Try::Blocked;
    };
    if bubble::is_foreign(chan.bubble, "send on synctest channel from outside bubble") {
        return Try::Blocked;
    }
    let mut wake = Wake::new();
    chan.lock();
    // SAFETY: caller; locked.
    unsafe {
        let result = chan.try_send(value, &mut wake);
        if result == Try::Blocked && wait_if_blocked {
            wait(chan, value, Direction::Send, Reply::Send);
        }
        chan.unlock();
        wake.run();
        if result == Try::SendOnClosed {
            raise(Raise::SendClosed, 0, 0);
        }
        result
    }
}

/// Receives; `reply` says how the entry answers if it has to wait, `None` that it must not.
///
/// # Safety
/// C3; `to` is null or has room for an element.
unsafe fn receive(c: *mut Chan, to: *mut u8, reply: Option<Reply>) -> Try {
    // SAFETY: C3.
    let Some(chan) = (unsafe { c.as_mut() }) else {
        if reply.is_some() {
            wait_for_ever(WaitReason::ChanReceiveNil);
        }
        return Try::Blocked;
    };
    if bubble::is_foreign(chan.bubble, "receive on synctest channel from outside bubble") {
        return Try::Blocked;
    }
    if !chan.timer.is_null() {
        timer::settle(chan.timer);
    }
    let mut wake = Wake::new();
    chan.lock();
    // SAFETY: caller; locked.
    unsafe {
        let result = chan.try_receive(to, &mut wake);
        if result == Try::Blocked
            && let Some(reply) = reply
        {
            wait(chan, to, Direction::Receive, reply);
        }
        chan.unlock();
        wake.run();
        result
    }
}

/// `len(c)` as a program sees it: channels of timers look unbuffered.
fn length(c: *const Chan) -> usize {
    // SAFETY: C3; a racy read of a word.
    unsafe { c.as_ref().map_or(0, |c| if c.timer.is_null() { (&raw const c.count).read_volatile() } else { 0 }) }
}

/// `cap(c)` as a program sees it.
fn capacity(c: *const Chan) -> usize {
    // SAFETY: C3.
    unsafe { c.as_ref().map_or(0, |c| if c.timer.is_null() { c.cap } else { 0 }) }
}

/// `make(chan T, n)`.
///
/// # Safety
/// `ty` is a channel type (T1).
unsafe fn make(ty: *const Type, n: isize) -> *mut Chan {
    // SAFETY: T1; fresh memory, big enough for what is written.
    unsafe {
        let elem = (*ty).elem();
        let size = (*elem).size;
        let bytes = usize::try_from(n).ok().and_then(|n| n.checked_mul(size));
        let Some(bytes) = bytes.filter(|&b| b <= MAX_ALLOC - SIZE) else {
            raise(Raise::MakechanSize, 0, 0);
            return null_mut();
        };
        let c = if bytes == 0 || (*elem).ptr_bytes == 0 {
            let c = without_pointers(SIZE + bytes, Zero::Yes).cast::<Chan>();
            // Without a buffer it must not point past its object.
            (*c).buf = if bytes == 0 { c.cast() } else { c.add(1).cast() };
            c
        } else {
            // The buffer first: an allocation may not fail between publishing and filling in.
            let buf = block(bytes, elem, Zero::Yes);
            let c = block(SIZE, &CHAN_TYPE, Zero::Yes).cast::<Chan>();
            (*c).buf = buf;
            c
        };
        (*c).elem = elem;
        (*c).cap = n as usize;
        (*c).bubble = bubble::current_id();
        c
    }
}

entry! {
    /// `make(chan T, n)`.
    "runtime.makechan" | "reflect.makechan" => fn makechan(ty: *const Type, n: isize) -> *mut Chan {
        // SAFETY: Go code hands over a channel type (T1).
        unsafe { make(ty, n) }
    }

    /// `c <- v`.
    "runtime.chansend1" => fn chansend1(c: *mut Chan, value: *mut u8) {
        // SAFETY: Go code hands over a channel and an element (C3).
        unsafe { send(c, value, true) };
    }

    /// `<-c`.
    "runtime.chanrecv1" => fn chanrecv1(c: *mut Chan, to: *mut u8) {
        // SAFETY: as above.
        unsafe { receive(c, to, Some(Reply::Receive)) };
    }

    /// `v, ok = <-c`.
    "runtime.chanrecv2" => fn chanrecv2(c: *mut Chan, to: *mut u8) -> bool {
        // SAFETY: as above.
        unsafe { receive(c, to, Some(Reply::Receive)) == Try::Done }
    }

    /// `close(c)`.
    "runtime.closechan" | "reflect.chanclose" => fn closechan(c: *mut Chan) {
        // SAFETY: C3.
        let Some(chan) = (unsafe { c.as_mut() }) else { return raise(Raise::CloseNil, 0, 0) };
        if bubble::is_foreign(chan.bubble, "close of synctest channel from outside bubble") {
            return;
        }
        let mut wake = Wake::new();
        chan.lock();
        // SAFETY: C2 for the elements of receivers; locked.
        unsafe {
            if chan.closed != 0 {
                chan.unlock();
                return raise(Raise::CloseClosed, 0, 0);
            }
            chan.closed = 1;
            while let Some(w) = dequeue(&mut chan.receivers) {
                if !w.as_ref().elem.is_null() {
                    clear(w.as_ref().elem, (*chan.elem).size);
                }
                wake.push(w, Try::Closed);
            }
            while let Some(w) = dequeue(&mut chan.senders) {
                wake.push(w, Try::SendOnClosed);
            }
            chan.unlock();
        }
        wake.run();
    }

    /// `len(c)`.
    "runtime.chanlen" | "reflect.chanlen" | "internal/reflectlite.chanlen" => fn chanlen(c: *const Chan) -> usize {
        length(c)
    }

    /// `cap(c)`.
    "runtime.chancap" | "reflect.chancap" => fn chancap(c: *const Chan) -> usize {
        capacity(c)
    }

    /// A select with one sending case and a default.
    "runtime.selectnbsend" => fn selectnbsend(c: *mut Chan, value: *mut u8) -> bool {
        // SAFETY: as above.
        unsafe { send(c, value, false) == Try::Done }
    }

    /// A select with one receiving case and a default: chosen, and received.
    "runtime.selectnbrecv" => fn selectnbrecv(to: *mut u8, c: *mut Chan) -> Pair {
        // SAFETY: as above.
        let result = unsafe { receive(c, to, None) };
        Pair((result != Try::Blocked) as u64, (result == Try::Done) as u64)
    }

    /// Sending for reflect.
    "reflect.chansend0" => fn reflect_chansend(c: *mut Chan, value: *mut u8, nonblocking: usize) -> bool {
        // SAFETY: as above.
        unsafe { send(c, value, nonblocking & 0xff == 0) == Try::Done }
    }

    /// Receiving for reflect: chosen, and received.
    "reflect.chanrecv" => fn reflect_chanrecv(c: *mut Chan, nonblocking: usize, to: *mut u8) -> Pair {
        let reply = if nonblocking & 0xff == 0 { Some(Reply::Selected) } else { None };
        // SAFETY: as above.
        let result = unsafe { receive(c, to, reply) };
        Pair((result != Try::Blocked) as u64, (result == Try::Done) as u64)
    }

    /// `select {}`.
    "runtime.block" => fn block_for_ever() {
        wait_for_ever(WaitReason::SelectNoCases)
    }
}
