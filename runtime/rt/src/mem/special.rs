//! What shall happen when an object dies: weak handles are cleared, cleanups and finalizers run.
//!
//! A special is a record off the heap that belongs to an address in an object. It is in two lists: that of the object's
//! span, where it is found by address, and that of all specials, which the collector walks:
//!
//! * as roots count the functions of finalizers and cleanups, and what an object with a finalizer points at, so that its
//!   finalizer finds it whole;
//! * after marking ([`settle`]), specials of dead objects take effect, in this order: weak handles are cleared;
//!   finalizers are queued, and their objects marked once more; cleanups of objects that are still dead are
//!   queued. So a weak pointer is nil before a finalizer sees the object, and a cleanup waits until no finalizer can
//!   bring the object back.
//!
//! Both go on while the program runs, in pieces of [`PIECE`] specials.
//!
//! Queued functions are fetched and called by goroutines of the overlay.

use super::pool::Pool;
use super::span::{Found, Span, find_object};
use super::vec::OffVec;
use crate::g::{self, FLAG_SYSTEM, G, WaitReason};
use crate::gc::barrier;
use crate::gc::mark::Marker;
use crate::gc::{never, settle};
use crate::lock::Mutex;
use crate::module::module;
use crate::park::{GList, Pair, park};
use crate::profiles::{self, Record};
use crate::roots::Visitor;
use crate::rt::RT;
use crate::types::Type;
use core::ptr::{NonNull, null_mut};
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::size_class::{HEADER, Scan, class_of};
use undergo_rtsys::entry;

/// A finalizer: the overlay's goroutine calls `func` with the object.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Finalizer {
    /// The func value.
    pub func: usize,
    /// The object, as it was registered.
    pub object: usize,
    /// Type of the function's parameter.
    pub parameter: usize,
    /// Type of the pointer to the object.
    pub pointer: usize,
    /// Bytes that its results take in memory at most.
    pub result_bytes: usize,
}

/// What a special does.
#[derive(Clone, Copy, Debug)]
enum What {
    /// Clears a handle; see [`super::weak`].
    Weak(*mut usize),
    /// Queues a finalizer.
    Finalizer(Finalizer),
    /// Queues a func value without parameters, known by a number.
    Cleanup(usize, u64),
    /// A heap profile has counted the object.
    Sample(*mut Record),
}

/// See the module documentation. Lists change under the lock.
#[derive(Debug)]
pub struct Special {
    /// Next of the span.
    next: *mut Special,
    /// Next and previous of all.
    newer: *mut Special,
    older: *mut Special,
    address: usize,
    what: What,
}

/// All specials.
struct All {
    records: Pool<Special>,
    newest: *mut Special,
    /// The next one of a walk.
    walk: *mut Special,
}

// SAFETY: records are reached through the lock.
unsafe impl Send for All {}

/// Guards the lists of all spans as well.
static SPECIALS: Mutex<All> =
    Mutex::new(Rank::Specials, All { records: Pool::new(), newest: null_mut(), walk: null_mut() });

impl All {
    /// Links a new special to the object in `span`.
    fn add(&mut self, span: *mut Span, address: usize, what: What) {
        let special = self.records.alloc();
        let at = special.as_ptr();
        // SAFETY: M1: the span holds the caller's live object. The lists are ours under the lock.
        unsafe {
            at.write(Special { next: (*span).specials, newer: null_mut(), older: self.newest, address, what });
            (*span).specials = at;
            if let Some(older) = self.newest.as_mut() {
                older.newer = at;
            }
        }
        self.newest = at;
    }

    /// The special of `address` that `wanted` likes.
    fn find(&self, span: *mut Span, address: usize, wanted: impl Fn(&What) -> bool) -> Option<NonNull<Special>> {
        // SAFETY: M1; the list is stable under the lock.
        let mut at = unsafe { (*span).specials };
        while let Some(special) = NonNull::new(at) {
            // SAFETY: linked records are valid.
            let s = unsafe { special.as_ref() };
            if s.address == address && wanted(&s.what) {
                return Some(special);
            }
            at = s.next;
        }
        None
    }

    /// Unlinks and frees a special of `span`.
    fn remove(&mut self, span: *mut Span, special: NonNull<Special>) {
        // SAFETY: M1; lists and records are ours under the lock.
        unsafe {
            let s = special.as_ref();
            if self.walk == special.as_ptr() {
                self.walk = s.older;
            }
            let mut link = &raw mut (*span).specials;
            while *link != special.as_ptr() {
                link = &raw mut (**link).next;
            }
            *link = s.next;
            if let Some(older) = s.older.as_mut() {
                older.newer = s.newer;
            }
            match s.newer.as_mut() {
                Some(newer) => newer.older = s.older,
                None => self.newest = s.older,
            }
            self.records.free(special);
        }
    }

    /// Calls `f` with the next specials of the walk and their objects; those for which it returns false are removed. Whether
    /// there are more.
    fn walk_on(&mut self, mut f: impl FnMut(&Special, &Found) -> bool) -> bool {
        for _ in 0..PIECE {
            let Some(special) = NonNull::new(self.walk) else { break };
            // SAFETY: linked records are valid. Their objects are in use: specials of dead objects are removed before
            // the sweep.
            let s = unsafe { special.as_ref() };
            self.walk = s.older;
            let found = found(s);
            if !f(s, &found) {
                self.remove(found.span, special);
            }
        }
        !self.walk.is_null()
    }

    /// Calls `f` with every special and its object.
    fn each(&self, mut f: impl FnMut(&Special, &Found)) {
        let mut at = self.newest;
        // SAFETY: as in `walk_on`.
        while let Some(s) = unsafe { at.as_ref() } {
            f(s, &found(s));
            at = s.older;
        }
    }
}

/// The object of a special.
fn found(special: &Special) -> Found {
    let Some(found) = find_object(special.address) else {
        crate::exit::throw("runtime: a special of no object");
    };
    found
}

/// Functions that wait to be called, and goroutines that wait for them.
struct Queue {
    /// Finalizers that are going to be queued in the running collection.
    found: OffVec<Finalizer>,
    finalizers: OffVec<Finalizer>,
    n_finalizers_taken: usize,
    cleanups: OffVec<usize>,
    n_cleanups_taken: usize,
    finalizer_goroutine: *mut G,
    cleanup_goroutine: *mut G,
}

// SAFETY: Gs are never unmapped; the waiting ones are claimed under the lock.
unsafe impl Send for Queue {}

static QUEUE: Mutex<Queue> = Mutex::new(
    Rank::Finalizers,
    Queue {
        found: OffVec::new(),
        finalizers: OffVec::new(),
        n_finalizers_taken: 0,
        cleanups: OffVec::new(),
        n_cleanups_taken: 0,
        finalizer_goroutine: null_mut(),
        cleanup_goroutine: null_mut(),
    },
);

/// Counters for metrics.
#[derive(Debug)]
pub struct Counts {
    /// Finalizers queued.
    pub finalizers_queued: AtomicU64,
    /// Finalizers fetched to be called.
    pub finalizers_taken: AtomicU64,
    /// Cleanups queued.
    pub cleanups_queued: AtomicU64,
    /// Cleanups fetched to be called.
    pub cleanups_taken: AtomicU64,
    /// Number of the last cleanup registered.
    last_cleanup: AtomicU64,
}

/// See [`Counts`].
pub static COUNTS: Counts = Counts {
    finalizers_queued: AtomicU64::new(0),
    finalizers_taken: AtomicU64::new(0),
    cleanups_queued: AtomicU64::new(0),
    cleanups_taken: AtomicU64::new(0),
    last_cleanup: AtomicU64::new(0),
};

/// Takes the next element of a queue whose first `taken` have been taken.
fn take<T: Copy>(queue: &mut OffVec<T>, taken: &mut usize) -> Option<T> {
    let next = queue.get(*taken).copied();
    if next.is_some() {
        *taken += 1;
    }
    if *taken == queue.len() {
        queue.clear();
        *taken = 0;
    }
    next
}

/// The weak handle of `address`, if there is one.
pub fn weak_handle(span: *mut Span, address: usize) -> Option<*mut usize> {
    handle(&SPECIALS.lock(), span, address)
}

/// Registers `handle` as the weak handle of `address`, or gives the one that somebody else registered meanwhile.
pub fn add_weak(span: *mut Span, address: usize, handle_if_new: *mut usize) -> *mut usize {
    let mut all = SPECIALS.lock();
    if let Some(theirs) = handle(&all, span, address) {
        return theirs;
    }
    all.add(span, address, What::Weak(handle_if_new));
    handle_if_new
}

fn handle(all: &All, span: *mut Span, address: usize) -> Option<*mut usize> {
    let special = all.find(span, address, |what| matches!(what, What::Weak(_)))?;
    // SAFETY: a linked record.
    match unsafe { special.as_ref() }.what {
        What::Weak(handle) => Some(handle),
        _ => None,
    }
}

/// A heap profile has counted the object at `address`: it wants to know when it is dead.
pub fn add_sample(span: *mut Span, address: usize, counts: *mut Record) {
    SPECIALS.lock().add(span, address, What::Sample(counts));
}

/// Marks what specials keep alive. Those that are added meanwhile see to that themselves.
pub fn mark_roots(marker: &mut Marker) {
    begin_walk();
    let mut mark = |special: &Special, found: &Found| {
        match special.what {
            What::Weak(_) | What::Sample(_) => {}
            What::Finalizer(f) => {
                marker.word(f.func);
                // SAFETY: specials of dead objects are removed before the sweep.
                unsafe { beneath(found, |word| marker.word(word)) };
            }
            What::Cleanup(func, _) => marker.word(func),
        }
        true
    };
    while SPECIALS.lock().walk_on(&mut mark) {}
}

/// Calls `f` with every pointer in an object but those to the object itself, which do not keep it alive: if it has a finalizer,
/// that runs nevertheless.
///
/// # Safety
/// The object does not die meanwhile.
unsafe fn beneath(found: &Found, mut f: impl FnMut(usize)) {
    // SAFETY: M1; caller.
    unsafe {
        let span = &*found.span;
        super::pointers::in_object(span, found.slot, |word| {
            let pointer = (word as *const usize).read_volatile();
            if pointer.wrapping_sub(found.slot) >= span.elem {
                f(pointer);
            }
        });
    }
}

/// Calls `f` with every pointer that specials keep alive. The world is stopped.
pub fn each_root(mut f: impl FnMut(usize)) {
    SPECIALS.lock().each(|special, found| match special.what {
        What::Weak(_) | What::Sample(_) => {}
        What::Finalizer(finalizer) => {
            f(finalizer.func);
            // SAFETY: as in `mark_roots`.
            unsafe { beneath(found, &mut f) };
        }
        What::Cleanup(func, _) => f(func),
    });
}

/// A finalizer, whose number is 0, or a cleanup.
#[derive(Clone, Copy, Debug)]
pub struct After {
    /// The object, as it was registered.
    pub object: usize,
    /// The cleanup's number.
    pub id: u64,
    func: usize,
}

/// Calls `f` with the address of every finalizer's and cleanup's record. The world is stopped.
pub fn each_after(mut f: impl FnMut(usize, After)) {
    SPECIALS.lock().each(|special, _| {
        let (id, func) = match special.what {
            What::Finalizer(finalizer) => (0, finalizer.func),
            What::Cleanup(func, id) => (id, func),
            What::Weak(_) | What::Sample(_) => return,
        };
        f(special as *const Special as usize, After { object: special.address, id, func });
    });
}

/// Calls `f` with every pointer that it keeps alive. The world is stopped.
pub fn each_root_of(after: &After, mut f: impl FnMut(usize)) {
    f(after.func);
    if let (0, Some(found)) = (after.id, find_object(after.object)) {
        // SAFETY: as in `mark_roots`.
        unsafe { beneath(&found, f) };
    }
}

/// Calls `f` with every finalizer, and whether its object has died. The world is stopped.
pub fn each_finalizer(mut f: impl FnMut(&Finalizer, bool)) {
    SPECIALS.lock().each(|special, _| {
        if let What::Finalizer(finalizer) = &special.what {
            f(finalizer, false);
        }
    });
    // SAFETY: the world is stopped.
    let queue = unsafe { QUEUE.get_unlocked() };
    queue.finalizers[queue.n_finalizers_taken..].iter().for_each(|finalizer| f(finalizer, true));
}

/// Functions in the queues are roots.
pub fn roots(v: &mut dyn Visitor) {
    // SAFETY: the world is stopped.
    let queue = unsafe { QUEUE.get_unlocked() };
    for f in &queue.finalizers[queue.n_finalizers_taken..] {
        v.word(f.func);
        v.word(f.object);
    }
    for &func in &queue.cleanups[queue.n_cleanups_taken..] {
        v.word(func);
    }
}

/// Specials that are looked at before others get the locks.
const PIECE: usize = 256;

/// Begins to go through all specials, from the newest to the oldest; those that are added meanwhile are left out. There is one
/// who does it at a time: who marks roots, or [`crate::gc::settle`].
pub fn begin_walk() {
    let mut all = SPECIALS.lock();
    all.walk = all.newest;
}

/// Clears the handles of dead objects among the next specials of the walk; whether there are more.
pub fn clear_weak() -> bool {
    SPECIALS.lock().walk_on(|special, found| match special.what {
        What::Weak(handle) if !settle::is_alive(found) => {
            // SAFETY: the handle has not been swept. Goroutines read it meanwhile.
            unsafe { AtomicUsize::from_ptr(handle) }.store(0, Release);
            false
        }
        _ => true,
    })
}

/// Finds the finalizers of dead objects among the next specials; whether there are more. If not, those that were found are
/// queued, and their objects marked: not before, since objects may share a slot.
pub fn queue_finalizers() -> bool {
    let mut queue = QUEUE.lock();
    let queue = &mut *queue;
    let more = SPECIALS.lock().walk_on(|special, found| match special.what {
        What::Finalizer(f) if !settle::is_alive(found) => {
            queue.found.push(f);
            false
        }
        _ => true,
    });
    if !more {
        for &f in queue.found.iter() {
            // SAFETY: sweeping has not begun.
            unsafe { set_mark(f.object) };
            queue.finalizers.push(f);
            COUNTS.finalizers_queued.fetch_add(1, Relaxed);
        }
        queue.found.clear();
        queue.found.trim();
    }
    more
}

/// Queues the cleanups of dead objects among the next specials, and counts dead samples; whether there are more. Handles of
/// objects that are alive stay.
pub fn queue_cleanups() -> bool {
    let mut queue = QUEUE.lock();
    SPECIALS.lock().walk_on(|special, found| match special.what {
        What::Cleanup(func, _) if !settle::is_alive(found) => {
            queue.cleanups.push(func);
            COUNTS.cleanups_queued.fetch_add(1, Relaxed);
            false
        }
        What::Weak(handle) => {
            // SAFETY: sweeping has not begun.
            unsafe { set_mark(handle as usize) };
            true
        }
        What::Sample(counts) if !settle::is_alive(found) => {
            profiles::freed(counts);
            false
        }
        _ => true,
    })
}

/// Keeps an object: one without pointers, or whose pointers have been followed.
///
/// # Safety
/// M3: marking is over, sweeping has not begun.
unsafe fn set_mark(address: usize) {
    if let Some(found) = find_object(address)
        && !settle::is_alive(&found)
    {
        // SAFETY: M1; caller: nobody else changes marks of an unswept span.
        unsafe { (*(*found.span).pair(found.index / 64)).marks |= 1 << (found.index % 64) };
    }
}

/// Goroutines that wait for functions, if there are any; the caller readies them.
pub fn claim_waiting() -> GList {
    let mut list = GList::new();
    let mut queue = QUEUE.lock();
    let (finalizers, cleanups) = (!queue.finalizers.is_empty(), !queue.cleanups.is_empty());
    for (wanted, waiting) in [(finalizers, queue.finalizer_goroutine), (cleanups, queue.cleanup_goroutine)] {
        if wanted && !waiting.is_null() {
            list.push(waiting);
        }
    }
    if finalizers {
        queue.finalizer_goroutine = null_mut();
    }
    if cleanups {
        queue.cleanup_goroutine = null_mut();
    }
    list
}

/// Bits of the third result of `runtime.objectAt`.
const TINY: usize = 1;
/// See [`TINY`]: not in the heap, but in the program's variables.
const VARIABLE: usize = 2;

/// First address and size of what a program sees of an object.
fn extent(found: &Found) -> (usize, usize) {
    // SAFETY: M1.
    let span = unsafe { &*found.span };
    let header = if span.has_headers() { HEADER } else { 0 };
    (found.slot + header, span.elem - header)
}

fn is_variable(address: usize) -> bool {
    let m = module();
    [m.data, m.noptrdata, m.bss, m.noptrbss].iter().any(|r| (r[0]..r[1]).contains(&(address as u64)))
        || address == super::alloc::zero_base() as usize
}

entry! {
    /// Address and size of the object that contains `p` (0 if there is none), and what it is.
    "runtime.objectAt" => fn object_at(p: usize) -> Pair {
        let gp = g::current();
        let Some(found) = find_object(p) else {
            gp.head.ret2 = if is_variable(p) { VARIABLE } else { 0 };
            return Pair(0, 0);
        };
        // SAFETY: M1.
        let span = unsafe { &*found.span };
        gp.head.ret2 = if span.scan == Scan::No && span.class as usize == class_of(16) { TINY } else { 0 };
        let (start, size) = extent(&found);
        Pair(start as u64, size as u64)
    }

    /// Whether the object at `p` has a pointer to an address in `[lo, hi)`.
    "runtime.pointsInto" => fn points_into(p: usize, lo: usize, hi: usize) -> bool {
        let mut any = false;
        if let Some(found) = find_object(p) {
            // SAFETY: the caller holds the object.
            unsafe {
                super::pointers::in_object(&*found.span, found.slot, |word| {
                    any |= (lo..hi).contains(&(word as *const usize).read());
                });
            }
        }
        any
    }

    /// Sets a byte of `bits`, which has one for each of the `n` words from `p` on, for each word of the object at `p`
    /// that is a pointer.
    "runtime.pointerBits" => fn pointer_bits(p: usize, bits: *mut u8, n: usize) {
        let Some(found) = find_object(p) else { return };
        // SAFETY: the caller holds the object, and passes room for its words.
        unsafe {
            super::pointers::in_object(&*found.span, found.slot, |word| {
                let i = word.wrapping_sub(p) / 8;
                if i < n {
                    bits.add(i).write(1);
                }
            });
        }
    }

    /// Attaches a finalizer to the object at `p`; false if it has one.
    "runtime.addfinalizer" =>
    fn add_finalizer(p: usize, func: usize, result_bytes: usize, parameter: usize, pointer: usize) -> bool {
        let Some(found) = find_object(p) else { return false };
        // If the collector has been through the specials already.
        barrier::shade(func);
        // SAFETY: the caller holds the object.
        unsafe { beneath(&found, barrier::shade) };
        let mut all = SPECIALS.lock();
        if all.find(found.span, p, |what| matches!(what, What::Finalizer(_))).is_some() {
            return false;
        }
        all.add(found.span, p, What::Finalizer(Finalizer { func, object: p, parameter, pointer, result_bytes }));
        drop(all);
        // SAFETY: the overlay passes a func value and the type of a pointer (T1).
        unsafe { never::note(p, 0, func, (*(pointer as *const Type)).elem()) };
        true
    }

    /// Detaches the finalizer of the object at `p`, if it has one.
    "runtime.removefinalizer" => fn remove_finalizer(p: usize) {
        let Some(found) = find_object(p) else { return };
        let mut all = SPECIALS.lock();
        if let Some(special) = all.find(found.span, p, |what| matches!(what, What::Finalizer(_))) {
            all.remove(found.span, special);
        }
    }

    /// Attaches a cleanup, a func value without parameters that calls another, to the object at `p`, of type `ty`; its
    /// number.
    "runtime.addcleanup" => fn add_cleanup(p: usize, func: usize, called: usize, ty: *const Type) -> u64 {
        let Some(found) = find_object(p) else { return 0 };
        barrier::shade(func);
        let id = COUNTS.last_cleanup.fetch_add(1, Relaxed) + 1;
        SPECIALS.lock().add(found.span, p, What::Cleanup(func, id));
        // SAFETY: the overlay passes a func value and a type.
        unsafe { never::note(p, id, called, ty) };
        id
    }

    /// Detaches a cleanup, if it has not been queued.
    "runtime.removecleanup" => fn remove_cleanup(p: usize, id: u64) {
        let Some(found) = find_object(p) else { return };
        let mut all = SPECIALS.lock();
        if let Some(special) = all.find(found.span, p, |what| matches!(what, What::Cleanup(_, n) if *n == id)) {
            all.remove(found.span, special);
        }
    }

    /// For the goroutine that calls finalizers: parks until there is one.
    "runtime.finalizerWait" => fn finalizer_wait() {
        let gp = g::current();
        let mut queue = QUEUE.lock();
        if queue.finalizers.is_empty() {
            queue.finalizer_goroutine = gp;
            park(gp, WaitReason::FinalizerWait, move || drop(queue));
        }
    }

    /// The next finalizer to call; false if there is none.
    "runtime.nextFinalizer" => fn next_finalizer(out: *mut Finalizer) -> bool {
        let mut queue = QUEUE.lock();
        let queue = &mut *queue;
        let Some(next) = take(&mut queue.finalizers, &mut queue.n_finalizers_taken) else { return false };
        COUNTS.finalizers_taken.fetch_add(1, Relaxed);
        // SAFETY: the overlay passes room for one, on its stack.
        unsafe { out.write(next) };
        true
    }

    /// For the goroutine that calls cleanups: parks until there is one.
    "runtime.cleanupWait" => fn cleanup_wait() {
        let gp = g::current();
        let mut queue = QUEUE.lock();
        if queue.cleanups.is_empty() {
            queue.cleanup_goroutine = gp;
            park(gp, WaitReason::CleanupWait, move || drop(queue));
        }
    }

    /// Whether no cleanup waits to be called, and the goroutine that calls them, if there is one, waits for the next.
    "runtime.cleanupsDone" => fn cleanups_done() -> bool {
        let queue = QUEUE.lock();
        let started = COUNTS.cleanups_queued.load(Relaxed) != 0;
        queue.cleanups.is_empty() && (!started || !queue.cleanup_goroutine.is_null())
    }

    /// The next cleanup to call, nil if there is none.
    "runtime.nextCleanup" => fn next_cleanup() -> usize {
        let mut queue = QUEUE.lock();
        let queue = &mut *queue;
        let Some(func) = take(&mut queue.cleanups, &mut queue.n_cleanups_taken) else { return 0 };
        COUNTS.cleanups_taken.fetch_add(1, Relaxed);
        func
    }

    /// The current goroutine is about to run code of the program: it counts as one of the program's until
    /// `runtime.setSystemGoroutine`.
    "runtime.setUserGoroutine" => fn set_user() {
        let gp = g::current();
        if gp.flags & FLAG_SYSTEM != 0 {
            gp.flags &= !FLAG_SYSTEM;
            RT.n_system_g.fetch_sub(1, Relaxed);
        }
    }
}
