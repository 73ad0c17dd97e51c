//! Batches on their way to the goroutine that calls `runtime.ReadTrace`.

use super::buffer::Buffer;
use crate::g::{self, G, GStatus, WaitReason};
use crate::lock::Mutex;
use crate::park::{Pair, park};
use crate::persist;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;

/// What a trace begins with.
static HEADER: &[u8; 16] = b"go 1.26 trace\0\0\0";

/// Answers of `runtime.traceNext` beside a batch and its length: ask again.
const AGAIN: u64 = 0;
/// A generation has been read to its end; ask again.
const READ: u64 = -1i64 as u64;
/// The trace has been read to its end.
const ENDED: u64 = -2i64 as u64;
/// Another goroutine reads.
const BUSY: u64 = -3i64 as u64;

struct List {
    head: *mut Buffer,
    tail: *mut Buffer,
}

impl List {
    const EMPTY: List = List { head: null_mut(), tail: null_mut() };

    fn push(&mut self, b: &mut Buffer) {
        b.link = null_mut();
        // SAFETY: members of the list are its own.
        match unsafe { self.tail.as_mut() } {
            Some(last) => last.link = b,
            None => self.head = b,
        }
        self.tail = b;
    }

    fn pop(&mut self) -> Option<&'static mut Buffer> {
        // SAFETY: as in `push`.
        let b = unsafe { self.head.as_mut() }?;
        self.head = b.link;
        if self.head.is_null() {
            self.tail = null_mut();
        }
        Some(b)
    }
}

struct Queue {
    /// Complete batches by generation modulo 2. The next generation has to wait until all of this one has been read, and
    /// does not end before.
    batches: [List; 2],
    /// The generation that is being read.
    reading: u64,
    free: List,
    /// What the reader was given last.
    held: *mut Buffer,
    /// The reader, while it waits.
    reader: *mut G,
    /// The header has not been read yet.
    header: bool,
    /// A trace is being made.
    active: bool,
    /// After this generation there is no other.
    last: u64,
}

// SAFETY: batches live for ever and are their list's; the goroutine waits.
unsafe impl Send for Queue {}

static QUEUE: Mutex<Queue> = Mutex::new(
    Rank::Tracer,
    Queue {
        batches: [List::EMPTY; 2],
        reading: 0,
        free: List::EMPTY,
        held: null_mut(),
        reader: null_mut(),
        header: false,
        active: false,
        last: u64::MAX,
    },
);

/// The reader should run: there is something for it.
static DUE: AtomicBool = AtomicBool::new(false);

impl Queue {
    fn has_batch(&self) -> bool {
        self.header || !self.batches[self.reading as usize % 2].head.is_null()
    }
}

/// A buffer for a batch, with anything in it.
pub fn new_buffer() -> &'static mut Buffer {
    if let Some(b) = QUEUE.lock().free.pop() {
        return b;
    }
    // SAFETY: zero is a valid buffer.
    unsafe { persist::zeroed() }
}

/// Adds a complete batch.
pub fn give(b: &mut Buffer) {
    let mut q = QUEUE.lock();
    let of = b.generation as usize % 2;
    q.batches[of].push(b);
    if !q.reader.is_null() && q.has_batch() {
        DUE.store(true, Release);
    }
}

/// A trace begins with a generation.
pub fn begin(generation: u64) {
    let mut q = QUEUE.lock();
    (q.reading, q.header, q.active, q.last) = (generation, true, true, u64::MAX);
}

/// The trace ends with a generation.
pub fn end(generation: u64) {
    QUEUE.lock().last = generation;
}

/// Whether [`take`] should be asked.
#[inline(always)]
pub fn is_due() -> bool {
    DUE.load(Relaxed)
}

/// The reader, runnable, if it waits and there is something for it.
#[cold]
pub fn take() -> Option<*mut G> {
    let gp = {
        let mut q = QUEUE.lock();
        DUE.store(false, Relaxed);
        if !q.has_batch() {
            return None;
        }
        core::mem::replace(&mut q.reader, null_mut())
    };
    // SAFETY: we took the only claim to a waiting goroutine.
    let g = unsafe { gp.as_mut() }?;
    if super::is_on() {
        super::go_unblock(g);
    }
    g.transition(GStatus::Waiting, GStatus::Runnable);
    Some(gp)
}

entry! {
    /// The next part of the trace, which stays as it is until the next call: its address and length, or null and one of
    /// the constants above.
    "runtime.traceNext" => fn next() -> Pair {
        let mut q = QUEUE.lock();
        if !q.reader.is_null() {
            return Pair(0, BUSY);
        }
        // SAFETY: given to the reader, who is back.
        if let Some(b) = unsafe { core::mem::replace(&mut q.held, null_mut()).as_mut() } {
            q.free.push(b);
            if b.is_end() {
                q.reading += 1;
                return Pair(0, READ);
            }
        }
        if core::mem::replace(&mut q.header, false) {
            return Pair(HEADER.as_ptr() as u64, HEADER.len() as u64);
        }
        let of = q.reading as usize % 2;
        if let Some(b) = q.batches[of].pop() {
            q.held = b;
            return Pair(b.data.as_ptr() as u64, b.len as u64);
        }
        if !q.active || q.reading > q.last {
            q.active = false;
            return Pair(0, ENDED);
        }
        drop(q);
        let gp = g::current();
        let me: *mut G = gp;
        gp.set_results(0, AGAIN as usize);
        park(gp, WaitReason::TraceReaderBlocked, move || {
            let mut q = QUEUE.lock();
            q.reader = me;
            if q.has_batch() || q.reading > q.last {
                DUE.store(true, Release);
            }
        })
    }
}
