//! Batches of events.
//!
//! ```text
//!   EventBatch  generation  M  time  size  { event  time since the one before  arguments }
//! ```
//! All numbers are unsigned varints; the size is padded, since it is written last.

use super::{generation, reader};
use crate::m::{self, M};
use crate::rt;
use core::ptr::null_mut;

/// Bytes of a varint at most.
const NUMBER: usize = 10;
/// Bytes of the size of a batch.
const SIZE_WIDTH: usize = 4;
/// Bytes of a buffer, without what leads it.
const ROOM: usize = (64 << 10) - 64;
/// Number of the M of a batch that no M has written.
pub const NO_M: u64 = u64::MAX;

/// One batch. Lies in memory of its own and is reused, never given back.
#[repr(C)]
#[derive(Debug)]
pub struct Buffer {
    /// Next in a list.
    pub link: *mut Buffer,
    /// Generation that it belongs to.
    pub generation: u64,
    /// Bytes written.
    pub len: usize,
    /// Where the size of the batch is, 0 for what is no batch.
    size_at: usize,
    /// Time of the last event.
    last: u64,
    /// The batch.
    pub data: [u8; ROOM],
}

const _: () = assert!(size_of::<Buffer>() <= 64 << 10);

impl Buffer {
    /// A batch of the generation `generation`, written by the M with the thread id `m`, which begins at `time`.
    pub fn start(generation: u64, m: u64, time: u64) -> &'static mut Buffer {
        let b = reader::new_buffer();
        b.link = null_mut();
        b.generation = generation;
        b.len = 0;
        b.last = time;
        b.byte(Kind::EventBatch as u8);
        for n in [generation, m, time] {
            b.number(n);
        }
        b.size_at = b.len;
        b.len += SIZE_WIDTH;
        b
    }

    /// What is no batch but the sign that a generation has ended.
    pub fn end_of_generation(generation: u64) -> &'static mut Buffer {
        let b = reader::new_buffer();
        b.link = null_mut();
        b.generation = generation;
        b.len = 0;
        b.size_at = 0;
        b.byte(Kind::EndOfGeneration as u8);
        b
    }

    /// Whether it is the end of a generation.
    pub fn is_end(&self) -> bool {
        self.size_at == 0
    }

    /// Writes the size. The batch is complete.
    pub fn finish(&mut self) {
        let mut size = self.len - self.size_at - SIZE_WIDTH;
        for i in 0..SIZE_WIDTH {
            let more = if i + 1 < SIZE_WIDTH { 0x80 } else { 0 };
            self.data[self.size_at + i] = size as u8 & 0x7f | more;
            size >>= 7;
        }
    }

    /// Whether `bytes` more fit.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.len + bytes <= ROOM
    }

    /// Adds a byte.
    pub fn byte(&mut self, b: u8) {
        self.data[self.len] = b;
        self.len += 1;
    }

    /// Adds a number.
    pub fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.byte(n as u8 | 0x80);
            n >>= 7;
        }
        self.byte(n as u8);
    }

    /// Adds bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.data[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }
}

/// Writes an event of this M. Tracing is on.
pub fn write(kind: Kind, args: &[u64]) {
    let mp = m::current();
    let now = rt::nanotime() as u64;
    // SAFETY: the M's buffer is its own between safe points (module documentation of the parent).
    let mut current = unsafe { mp.trace.as_mut() };
    if let Some(b) = &mut current
        && !b.has_room(1 + NUMBER * (1 + args.len()))
    {
        take(mp);
        current = None;
    }
    let b = match current {
        Some(b) => b,
        None => {
            let b = Buffer::start(generation(), u64::from(mp.tid), now);
            mp.trace = b;
            b
        }
    };
    // Times of one M differ, so that nobody needs to guess what came first.
    let time = now.max(b.last + 1);
    let since = time - core::mem::replace(&mut b.last, time);
    b.byte(kind as u8);
    b.number(since);
    args.iter().for_each(|&n| b.number(n));
}

/// Hands the buffer of an M to the reader. The M is this one, or writes no events (module documentation of the parent).
pub fn take(mp: &mut M) {
    // SAFETY: caller.
    if let Some(b) = unsafe { core::mem::replace(&mut mp.trace, null_mut()).as_mut() } {
        b.finish();
        reader::give(b);
    }
}

/// Kinds of events and of what leads batches; the numbers are the format's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are the format's")]
pub enum Kind {
    EventBatch = 1,
    Stacks = 2,
    Stack = 3,
    Strings = 4,
    String = 5,
    CpuSamples = 6,
    CpuSample = 7,
    Frequency = 8,
    ProcsChange = 9,
    ProcStart = 10,
    ProcStop = 11,
    ProcSteal = 12,
    ProcStatus = 13,
    GoCreate = 14,
    GoStart = 16,
    GoDestroy = 17,
    GoStop = 19,
    GoBlock = 20,
    GoUnblock = 21,
    GoSyscallBegin = 22,
    GoSyscallEnd = 23,
    GoSyscallEndBlocked = 24,
    GoStatus = 25,
    StwBegin = 26,
    StwEnd = 27,
    GcActive = 28,
    GcBegin = 29,
    GcEnd = 30,
    GcMarkAssistBegin = 35,
    GcMarkAssistEnd = 36,
    HeapAlloc = 37,
    HeapGoal = 38,
    UserTaskBegin = 40,
    UserTaskEnd = 41,
    UserRegionBegin = 42,
    UserRegionEnd = 43,
    UserLog = 44,
    GoSwitch = 45,
    GoSwitchDestroy = 46,
    GoCreateBlocked = 47,
    GoStatusStack = 48,
    Sync = 50,
    ClockSnapshot = 51,
    EndOfGeneration = 52,
}
