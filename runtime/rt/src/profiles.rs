//! Profiles of allocations, of blocking and of mutexes: how often, and how much, by stack.
//!
//! What is counted is a sample: of allocations one in [`crate::mem::sample`]'s rate of bytes, of waits those that are long
//! enough, of contended mutexes one in so many. Whoever ends a wait writes it down: the stack of a goroutine that waits stands
//! still, while that of a mutex's last owner is the one that made others wait.

use crate::g::{self, G, WaitReason};
use crate::intern::{Entry, Table, bytes_of, words_of};
use crate::lock::Mutex;
use crate::module::symtab;
use crate::park::Pair;
use crate::traceback::places::{self, Place};
use crate::traceback::{Physical, Walk, logical};
use crate::{m, rt};
use core::sync::atomic::{AtomicI64, Ordering::Relaxed};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;

/// Return addresses of a stack at most.
const MAX_DEPTH: usize = 128;

/// Where the number of a call among several at one address stands in words of a stack (`overlay/runtime/symtab.go`).
const CALL_SHIFT: usize = 48;

/// Which profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Kind {
    /// Allocations: objects made and freed, by size and stack.
    Heap = 0,
    /// Waits: number and ns.
    Block = 1,
    /// Waits for mutexes: number and ns.
    Mutex = 2,
}

/// Two numbers of a stack; what they are depends on the [`Kind`].
type Counts = [u64; 2];

/// A stack with its counts.
pub type Record = Entry<Counts>;

/// A stack with its counts. The key is its return addresses, for allocations after the size.
static TABLES: [Mutex<Table<Counts>>; 3] = [const { Mutex::new(Rank::Tracer, Table::new()) }; 3];

/// Waits that last so long, ns, are all counted, shorter ones more rarely; 0 for none.
static BLOCK_RATE: AtomicI64 = AtomicI64::new(0);
/// One contended mutex in so many is counted; 0 for none.
static MUTEX_FRACTION: AtomicI64 = AtomicI64::new(0);

/// Whether it must be known when waits begin.
#[inline(always)]
pub fn times_waits() -> bool {
    BLOCK_RATE.load(Relaxed) | MUTEX_FRACTION.load(Relaxed) != 0
}

/// Words in front of the return addresses of a stack at most: the size of an object and the places where it was made.
const MAX_HEAD: usize = 3;

/// What a stack is known by: words that `runtime.CallersFrames` understands.
struct Key {
    words: [usize; MAX_HEAD + MAX_DEPTH],
    len: usize,
}

impl Key {
    /// Begins with `first`.
    fn new(first: Option<usize>) -> Key {
        let mut key = Key { words: [0; MAX_HEAD + MAX_DEPTH], len: 0 };
        first.into_iter().for_each(|word| key.push(word));
        key
    }

    fn push(&mut self, word: usize) {
        if self.len < self.words.len() {
            self.words[self.len] = word;
            self.len += 1;
        }
    }

    fn words(&self) -> &[usize] {
        &self.words[..self.len]
    }

    /// Adds places, innermost first.
    fn at(mut self, places: &[Place]) -> Key {
        places.iter().for_each(|place| self.push(place.ret()));
        self
    }

    /// Adds return addresses, without wrappers.
    fn with(mut self, walk: impl Iterator<Item = Physical>) -> Key {
        for p in walk.take(MAX_DEPTH) {
            if logical(p).next().is_some() {
                self.push(p.ret);
            }
        }
        self
    }

    /// Adds return addresses from the function on that a program calls to wait or to let others go on, not those that it is
    /// made of.
    fn with_visible(mut self, mut walk: Walk) -> Key {
        // An operation on a channel is one that the compiler calls.
        let called = walk.clone().next().filter(|&p| !logical(p).next().is_some_and(|f| is_inner(f.name)));
        if let Some(place) = called.and_then(|p| places::called_by(p).last()) {
            self.push(place.ret());
        }
        for p in walk.by_ref() {
            let hidden = logical(p).take_while(|f| is_inner(f.name)).count();
            if logical(p).nth(hidden).is_none() {
                continue;
            }
            if hidden == 0 {
                self.push(p.ret);
            } else {
                // Some of several calls at one address: as `runtime.Callers` words it.
                let all = symtab().find(p.pc).map_or(0, |f| f.frames(p.pc).count());
                (hidden..all).for_each(|call| self.push(p.ret | (call + 1) << CALL_SHIFT));
            }
            break;
        }
        self.with(walk)
    }
}

/// Whether a function is a part of what `sync` is made of.
fn is_inner(name: &str) -> bool {
    ["internal/sync.", "sync.runtime_", "runtime."].iter().any(|prefix| name.starts_with(prefix))
}

fn add(kind: Kind, key: &[usize], counts: Counts) -> *mut Record {
    let mut table = TABLES[kind as usize].lock();
    let e = table.entry(bytes_of(key));
    // SAFETY: entries are never freed; values change under the lock.
    unsafe {
        for (sum, n) in (*e).value.iter_mut().zip(counts) {
            *sum += n;
        }
    }
    e
}

/// The current goroutine, which is in an entry, has made an object of `bytes` bytes: what [`freed`] is to be told.
pub fn allocated(bytes: usize) -> Option<*mut Record> {
    // SAFETY: the M's own goroutine.
    let gp = unsafe { m::current().curg.as_ref() }?;
    let walk = Walk::in_entry(gp);
    let key = Key::new(Some(bytes)).at(places::in_entry(gp, &walk)).with(walk);
    Some(add(Kind::Heap, key.words(), [1, 0]))
}

/// The object is dead.
pub fn freed(e: *mut Record) {
    let _table = TABLES[Kind::Heap as usize].lock();
    // SAFETY: as in `add`.
    unsafe { (*e).value[1] += 1 };
}

/// Bytes of all tables.
pub fn table_bytes() -> usize {
    TABLES.iter().map(|t| t.lock().size()).sum()
}

/// Whether a wait is one for other goroutines.
fn counts(why: WaitReason) -> bool {
    use WaitReason::*;
    is_mutex(why)
        || matches!(
            why,
            ChanReceive
                | ChanSend
                | Select
                | Semacquire
                | CondWait
                | WaitGroupWait
                | SynctestChanReceive
                | SynctestChanSend
                | SynctestSelect
                | SynctestWaitGroupWait
        )
}

fn is_mutex(why: WaitReason) -> bool {
    matches!(why, WaitReason::MutexLock | WaitReason::RwMutexLock | WaitReason::RwMutexRLock)
}

/// A wait of `ns`, as the profile counts it; `None` if it does not.
fn sampled(ns: i64) -> Option<Counts> {
    let rate = BLOCK_RATE.load(Relaxed);
    if rate <= 0 {
        return None;
    }
    let ns = ns.max(1);
    if ns >= rate {
        return Some([1, ns as u64]);
    }
    // One in so many, which stands for the others.
    let chosen = ns as u64 > m::current().fast.next() % rate as u64;
    chosen.then_some([(rate / ns) as u64, rate as u64])
}

/// A goroutine is about to be readied, by whoever has the only claim to it.
#[cold]
pub fn waited(gp: &G) {
    if gp.wait_since == 0 || !counts(gp.wait_reason) {
        return;
    }
    if let Some(counts) = sampled(rt::nanotime() - gp.wait_since) {
        // SAFETY: it waits, and goes on only when we ready it.
        let walk = unsafe { Walk::stopped(gp) };
        add(Kind::Block, Key::new(None).with_visible(walk).words(), counts);
    }
}

/// The current goroutine, which is in an entry, gives a semaphore to one that has waited for it.
#[cold]
pub fn contended(waiter: &G) {
    let rate = MUTEX_FRACTION.load(Relaxed);
    if rate <= 0 || waiter.wait_since == 0 || !is_mutex(waiter.wait_reason) {
        return;
    }
    if !m::current().fast.next().is_multiple_of(rate as u64) {
        return;
    }
    let ns = (rt::nanotime() - waiter.wait_since).max(0);
    let key = Key::new(None).with_visible(Walk::in_entry(g::current()));
    add(Kind::Mutex, key.words(), [rate as u64, (ns * rate) as u64]);
}

entry! {
    /// Writes the records of a profile: of each both counts, the number of words of its key, and these. Returns the number of
    /// records and of words, also of those for which there is no room.
    "runtime.profilerecords" => fn profile_records(kind: usize, words: *mut u64, room: usize) -> Pair {
        let table = TABLES[kind].lock();
        let (mut records, mut used) = (0, 0);
        let mut at = table.first();
        // SAFETY: entries of the table, under its lock.
        while let Some(e) = unsafe { at.as_ref() } {
            let n = e.bytes().len() / 8;
            for word in e.value.into_iter().chain([n as u64]).chain(words_of(e.bytes()).map(|w| w as u64)) {
                if used < room {
                    // SAFETY: the caller's words.
                    unsafe { *words.add(used) = word };
                }
                used += 1;
            }
            records += 1;
            at = e.later();
        }
        Pair(records, used as u64)
    }

    /// The calling goroutine has waited for `ns`; its stack begins with the caller if `skip` is 1. For tests of the profile
    /// itself.
    "runtime.blockevent" => fn block_event(ns: i64, skip: usize) {
        if let Some(counts) = sampled(ns) {
            add(Kind::Block, Key::new(None).with(Walk::current().skip(skip.saturating_sub(1))).words(), counts);
        }
    }

    /// SetBlockProfileRate.
    "runtime.setblockrate" => fn set_block_rate(ns: i64) {
        BLOCK_RATE.store(ns.max(0), Relaxed);
    }

    /// SetMutexProfileFraction: the old value. A negative one only asks.
    "runtime.setmutexfraction" => fn set_mutex_fraction(n: i64) -> i64 {
        if n < 0 { MUTEX_FRACTION.load(Relaxed) } else { MUTEX_FRACTION.swap(n, Relaxed) }
    }
}
