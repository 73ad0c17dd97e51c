//! `GODEBUG=gccheckmark=1`: a second look at the heap with the world stopped, when marking has ended.
//!
//! Everything reachable is traced once more, by simpler means and with bits of its own: one per word of the heap. An object
//! that is reachable and not marked would be freed and used: the program ends and says where the pointer to it lies.
//!
//! `gcpoison=1` fills freed objects. With `gctorture=n` bins give out [`PORTION`] slots at a time, and every n-th time that one
//! asks for more, or a large object is made, a collection starts. So that programs that allocate much, or have a large heap,
//! come to an end, n doubles with every second that collections have taken.

use crate::config::godebug;
use crate::mem::bin::beyond_lowest;
use crate::mem::span::{Found, HEAP, find_object};
use crate::mem::vec::OffVec;
use crate::mem::{pointers, special};
use crate::module::module;
use crate::roots::{self, Visitor};
use crate::witness::WorldStopped;
use crate::{env, exit, rt, stack};
use core::fmt::Write;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use undergo_rtsys::linux::mm;

static CHECK_MARKS: AtomicBool = AtomicBool::new(false);
static POISON: AtomicBool = AtomicBool::new(false);
/// Slots that bins give out at a time while there is torture.
const PORTION: u32 = 4;
/// Time that collections may take before there are half as many, ns.
const PATIENCE: u64 = 1_000_000_000;
/// Portions taken between collections, 0: no torture. Doubled by collections.
static TORTURE: AtomicU32 = AtomicU32::new(0);
/// Portions still to be taken. Any thread that allocates; it does not matter if it misses some.
static COUNTDOWN: AtomicU32 = AtomicU32::new(0);
/// Torture wants a collection. Any thread that allocates sets it, and whoever starts one takes it.
static WANTED: AtomicBool = AtomicBool::new(false);
/// How often a collection was asked for while another one marked. Any thread.
static ASKED: AtomicU32 = AtomicU32::new(1);
/// Time that collections have taken since torture was last relaxed, ns. Collections add to it.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// Name of a place that may hold leftovers.
const STACK: &str = "stack";
/// Byte that freed memory is filled with.
const FILL: u8 = 0xdb;

/// Reads the settings of the environment.
pub fn init() {
    CHECK_MARKS.store(godebug("gccheckmark") == Some(b"1"), Relaxed);
    POISON.store(godebug("gcpoison") == Some(b"1"), Relaxed);
    let n = godebug("gctorture").and_then(env::parse).map_or(0, |n| n as u32);
    TORTURE.store(n, Relaxed);
    COUNTDOWN.store(n, Relaxed);
}

/// Allocation takes a portion of slots, or makes a large object: starts a collection now and then, unless the program has
/// switched the collector off. In an entry.
#[inline]
pub fn torture() {
    if is_torturing() && super::pace::percent() >= 0 {
        count_down();
    }
}

#[cold]
fn count_down() {
    let left = COUNTDOWN.load(Relaxed).saturating_sub(1);
    COUNTDOWN.store(if left == 0 { TORTURE.load(Relaxed) } else { left }, Relaxed);
    if left == 0 {
        WANTED.store(true, Relaxed);
        crate::park::request_gc(crate::g::current());
    }
}

/// Whether a goroutine that asks for a collection while another one marks shall wait until that is done: every fourth time.
/// The others try the barrier.
pub fn is_impatient() -> bool {
    is_torturing() && ASKED.fetch_add(1, Relaxed).is_multiple_of(4)
}

/// Those of the free slots of a window that are given out next.
#[inline]
pub fn portion(free: u64) -> u64 {
    if !is_torturing() {
        return free;
    }
    free & !beyond_lowest(free, PORTION)
}

/// A collection has taken `ns` nanoseconds, until everything was swept, with what the program did meanwhile.
pub fn relax(ns: u64) {
    if is_torturing() && TAKEN.fetch_add(ns, Relaxed) + ns >= PATIENCE {
        TAKEN.store(0, Relaxed);
        TORTURE.store(TORTURE.load(Relaxed).saturating_mul(2), Relaxed);
    }
}

/// Whether a collection is to start without need. The caller starts it.
pub fn takes_wish() -> bool {
    is_torturing() && WANTED.swap(false, Relaxed)
}

/// Whether collections start without need.
pub fn is_torturing() -> bool {
    TORTURE.load(Relaxed) != 0
}

/// Fills the memory of a dead object, if that is wanted.
///
/// # Safety
/// The object is free, and nobody allocates it meanwhile.
pub unsafe fn poison(at: usize, bytes: usize) {
    if POISON.load(Relaxed) {
        // SAFETY: caller.
        unsafe { core::ptr::write_bytes(at as *mut u8, FILL, bytes) };
    }
}

/// Whether freed memory is filled.
pub fn is_poisoning() -> bool {
    POISON.load(Relaxed)
}

/// A trace of the heap.
pub struct Tracer {
    seen: *mut u64,
    words: usize,
    /// Whether unmarked objects end the program.
    complains: bool,
    /// Address ranges of all stacks while what variables lead to is traced, in order.
    stacks: OffVec<(usize, usize)>,
    /// Objects to be read: span and slot of each.
    stack: OffVec<Found>,
    /// Where the pointer lies that is being followed: a text and an address.
    from: (&'static str, usize),
}

impl Visitor for Tracer {
    fn word(&mut self, value: usize) {
        let Some(found) = find_object(value) else { return self.look_in_stacks(value) };
        let bit = (found.slot - HEAP.base()) / 8;
        if bit / 64 >= self.words {
            return;
        }
        // SAFETY: within the bitmap; spans do not change while the world is stopped (M1, M3).
        unsafe {
            let word = self.seen.add(bit / 64);
            if *word & 1 << (bit % 64) != 0 {
                return;
            }
            *word |= 1 << (bit % 64);
            if self.complains && !(*found.span).is_marked(found.index) {
                // A slot of a frame that has not been written yet may hold anything.
                if self.from.0 == STACK {
                    return;
                }
                self.complain(value, &found);
            }
        }
        self.stack.push(found);
    }
}

impl Tracer {
    /// Nothing is seen yet. The world is stopped. None: there is no memory for it.
    pub fn new() -> Option<Tracer> {
        let words = (HEAP.committed() / 512).max(1);
        let bits = mm::map(words * 8)?;
        Some(Tracer {
            seen: bits.as_ptr().cast(),
            words,
            complains: false,
            stacks: OffVec::new(),
            stack: OffVec::new(),
            from: ("", 0),
        })
    }

    /// Follows a pointer.
    pub fn follow(&mut self, word: usize) {
        self.from = ("special", word);
        self.word(word);
        self.drain();
    }

    /// Whether an object in use has been met.
    pub fn has_seen(&self, address: usize) -> bool {
        let Some(found) = find_object(address) else { return false };
        let bit = (found.slot - HEAP.base()) / 8;
        // SAFETY: within the bitmap.
        bit / 64 < self.words && unsafe { *self.seen.add(bit / 64) } & 1 << (bit % 64) != 0
    }

    /// Variables, and what they lead to, outlive all frames: a pointer from there to a stack is a mistake of escape analysis.
    fn look_in_stacks(&self, value: usize) {
        let n = self.stacks.partition_point(|r| r.0 <= value);
        if n == 0 || value >= self.stacks[n - 1].1 {
            return;
        }
        let (place, at) = self.from;
        let _ = writeln!(exit::Stderr, "runtime: checkmark: {place} {at:#x} holds {value:#x}, in a stack");
        if let Some(found) = find_object(at) {
            describe("pointer", &found);
        }
        exit::throw("checkmark found pointer to stack")
    }

    fn complain(&self, value: usize, found: &Found) -> ! {
        let (place, at) = self.from;
        // SAFETY: M1.
        let span = unsafe { &*found.span };
        let (slot, elem, index, cursor) = (found.slot, span.elem, found.index, span.cursor);
        let _ = writeln!(
            exit::Stderr,
            "runtime: checkmark: {place} {at:#x} holds {value:#x}, in unmarked object {slot:#x} of {elem} bytes \
             (number {index}, cursor {cursor})"
        );
        for (what, at) in [("pointer", at), ("unmarked object", value)] {
            if let Some(found) = find_object(at) {
                describe(what, &found);
            }
        }
        exit::throw("checkmark found unmarked object")
    }

    /// # Safety
    /// The range is readable.
    unsafe fn range(&mut self, place: &'static str, lo: usize, hi: usize) {
        for at in (lo.next_multiple_of(8)..hi & !7).step_by(8) {
            self.from = (place, at);
            // SAFETY: caller.
            self.word(unsafe { (at as *const usize).read() });
        }
    }

    fn drain(&mut self) {
        while let Some(found) = self.stack.pop() {
            // SAFETY: objects in use (M1, M4).
            unsafe {
                pointers::in_object(&*found.span, found.slot, |at| {
                    self.from = ("object word", at);
                    self.word((at as *const usize).read());
                });
            }
        }
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        self.stack.release();
        self.stacks.release();
        // SAFETY: our own mapping.
        unsafe { mm::unmap(self.seen.cast(), self.words * 8) };
    }
}

/// Prints the beginning of an object.
fn describe(what: &str, found: &Found) {
    // SAFETY: M1; objects in use are readable.
    let (span, words) = unsafe {
        let span = &*found.span;
        (span, core::slice::from_raw_parts(found.slot as *const usize, (span.elem / 8).min(8)))
    };
    let marked = span.is_marked(found.index);
    let _ = writeln!(
        exit::Stderr,
        "runtime: checkmark: {what}: object {:#x} of {} bytes, number {}, cursor {}, marked: {marked}: {words:x?}",
        found.slot,
        span.elem,
        found.index,
        span.cursor
    );
}

/// Looks for reachable objects that are not marked, if that is wanted.
pub fn marks(world: &WorldStopped<'_>) {
    if !CHECK_MARKS.load(Relaxed) {
        return;
    }
    let Some(mut t) = Tracer::new() else { return };
    t.complains = true;
    for gp in rt::all_g() {
        // SAFETY: the world is stopped: segments stay as they are.
        unsafe {
            let mut seg = (*gp).seg0;
            while !seg.is_null() {
                t.stacks.push(((*seg).lo, (*seg).lo + (*seg).size));
                seg = (*seg).next;
            }
        }
    }
    t.stacks.sort_unstable();
    for [lo, hi] in [module().data, module().bss] {
        // SAFETY: segments of the program.
        unsafe { t.range("variable", lo as usize, hi as usize) };
        t.drain();
    }
    t.stacks.clear();
    t.from = ("runtime", 0);
    roots::enumerate(&mut t, world);
    special::each_root(|word| t.follow(word));
    for gp in rt::all_g() {
        // SAFETY: the world is stopped; see `roots::mark_all`.
        unsafe {
            stack::scan_ranges(gp, &mut |lo, hi| t.range(STACK, lo, hi));
        }
        t.drain();
    }
}
