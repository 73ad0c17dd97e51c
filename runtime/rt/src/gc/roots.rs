//! Where marking starts: data segments, goroutines, and what Rust holds.
//!
//! While the world runs, helpers share the goroutines ([`Shares`]): each claims some of the list, and reads the stacks of those
//! that stand still; the first helper sees to the others.

use super::cycle;
use super::mark::Marker;
use crate::g::{G, GStatus};
use crate::mem::special;
use crate::module::module;
use crate::roots::{self, Visitor};
use crate::rt::RT;
use crate::witness::WorldStopped;
use crate::{rt, signal, stack};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering::*};
use undergo_rtsys::arch::cache;
use undergo_rtsys::linux::clock;

impl Visitor for Marker {
    fn word(&mut self, value: usize) {
        Marker::word(self, value);
    }
}

/// Bytes of roots that were read.
#[derive(Clone, Copy, Default, Debug)]
pub struct Sizes {
    /// Data segments.
    pub globals: usize,
    /// Stacks.
    pub stacks: usize,
}

/// Marks everything that the program reaches directly.
pub fn mark_all(marker: &mut Marker, world: &WorldStopped<'_>) -> Sizes {
    let mut sizes = mark_all_but_stacks(marker, world);
    for gp in rt::all_g() {
        // SAFETY: the world is stopped: goroutines do not run. The goroutine that drives the collection is inside an
        // entry.
        sizes.stacks += unsafe { read_stack(marker, gp) };
    }
    sizes
}

/// Marks what the program reaches directly from elsewhere than a stack.
pub fn mark_all_but_stacks(marker: &mut Marker, world: &WorldStopped<'_>) -> Sizes {
    let sizes = Sizes { globals: mark_globals(marker), stacks: 0 };
    roots::enumerate(marker, world);
    special::mark_roots(marker);
    sizes
}

/// Whether the stack of a goroutine has been read in this collection.
pub fn is_read(g: &G) -> bool {
    g.gc_cycle.load(Acquire) == cycle::number()
}

/// Marks what the stack of a goroutine holds, and gives its size.
///
/// # Safety
/// As for [`mark_stack`].
pub unsafe fn read_stack(marker: &mut Marker, gp: *mut G) -> usize {
    // SAFETY: caller.
    unsafe {
        let bytes = mark_stack(marker, gp);
        (*gp).gc_cycle.store(cycle::number(), Release);
        bytes
    }
}

/// Marks what the data segments hold, and gives their size.
fn mark_globals(marker: &mut Marker) -> usize {
    let mut bytes = 0;
    for [lo, hi] in [module().data, module().bss] {
        bytes += (hi - lo) as usize;
        // SAFETY: segments of the program, mapped for the whole run.
        unsafe { marker.range(lo as usize, hi as usize) };
    }
    bytes
}

/// Marks what the stack of a goroutine holds, and gives its size. Gives back segments beyond the one it stands on.
///
/// # Safety
/// The goroutine does not run, and its list of segments is stable: the world is stopped, or its state is locked. If it is
/// the current one, it is inside an entry.
unsafe fn mark_stack(marker: &mut Marker, gp: *mut G) -> usize {
    let mut bytes = 0;
    // SAFETY: caller. Segments above a stack pointer are empty.
    unsafe {
        if (*gp).wait_since == 0 && matches!((*gp).status(), GStatus::Waiting | GStatus::Syscall) {
            // Traces tell how long it waits, to the minute.
            (*gp).wait_since = rt::nanotime();
        }
        stack::scan_ranges(gp, &mut |lo, hi| {
            bytes += hi.saturating_sub(lo);
            marker.range(lo, hi);
        });
        stack::trim(&mut *gp);
    }
    bytes
}

/// Goroutines that a helper claims at a time.
const SHARE: usize = 64;

/// The list of all goroutines, of which helpers claim pieces.
struct Shares {
    /// The first that nobody has claimed, or null. Set with the world stopped; helpers move it on.
    next: AtomicPtr<G>,
    /// Helpers that read stacks, beside the first. Set with the world stopped; they count themselves out.
    readers: AtomicU32,
    /// Whether there are any in this collection. Set with the world stopped.
    is_shared: AtomicBool,
}

static SHARES: Shares =
    Shares { next: AtomicPtr::new(null_mut()), readers: AtomicU32::new(0), is_shared: AtomicBool::new(false) };

impl Shares {
    /// The first goroutine of a piece, which is now the caller's.
    fn claim(&self) -> Option<*mut G> {
        let mut first = self.next.load(Acquire);
        loop {
            let beyond = rt::all_g_from(first).nth(SHARE).unwrap_or(null_mut());
            match self.next.compare_exchange_weak(first, beyond, AcqRel, Acquire) {
                Ok(_) => return (!first.is_null()).then_some(first),
                Err(now) => first = now,
            }
        }
    }

    /// Reads the stacks of claimed goroutines that stand still, until all have been claimed; gives their size and the number
    /// of those that run.
    fn mark(&self, marker: &mut Marker) -> (usize, usize) {
        let (mut bytes, mut running) = (0, 0);
        while let Some(first) = self.claim() {
            let (b, r) = mark_stacks(marker, rt::all_g_from(first).take(SHARE), 0);
            bytes += b;
            running += r;
        }
        (bytes, running)
    }
}

/// `n` helpers are going to read the stacks. The world is stopped.
pub fn prepare(n: u32, _: &WorldStopped<'_>) {
    SHARES.next.store(RT.all_g.load(Acquire), Release);
    SHARES.readers.store(n.saturating_sub(1), Release);
    SHARES.is_shared.store(n > 1, Release);
}

/// For helpers but the first: reads a share of the stacks while the world runs.
pub fn mark_share(marker: &mut Marker) {
    let (stacks, _) = SHARES.mark(marker);
    cycle::count_roots(Sizes { globals: 0, stacks });
    SHARES.readers.fetch_sub(1, AcqRel);
}

/// For the first helper: marks everything that the program reaches directly but for what Rust holds, while the world runs:
/// each goroutine stands still while its stack is read. What is stored meanwhile goes through the write barrier.
pub fn mark_concurrently(marker: &mut Marker) {
    let mut sizes = Sizes { globals: mark_globals(marker), stacks: 0 };
    special::mark_roots(marker);
    crate::timer::mark_roots(marker);
    // Others may leave goroutines that run.
    let mut others = SHARES.is_shared.load(Acquire);
    let (bytes, mut left) = SHARES.mark(marker);
    sizes.stacks += bytes;
    let mut round = 1;
    while left > 0 || others {
        // Those that run have been asked to yield. There is other work until they do.
        marker.drain_some(1000);
        clock::usleep(20);
        // What they leave is seen to when they are done.
        others = SHARES.readers.load(Acquire) > 0;
        let (bytes, running) = mark_stacks(marker, rt::all_g(), round);
        sizes.stacks += bytes;
        left = running;
        round += 1;
    }
    cycle::count_roots(sizes);
}

/// The current goroutine was asked to yield, and is in no queue yet: if its stack is still to be read in this collection,
/// that is done here, since it may run again before a helper sees it stand still.
pub fn read_own_stack(gp: &mut G) {
    let cycle = cycle::number();
    if !cycle::is_marking() || gp.gc_cycle.load(Acquire) == cycle || gp.try_lock_scan().is_none() {
        return;
    }
    if gp.gc_cycle.load(Acquire) != cycle {
        let marker = &mut crate::g::current_p().gc.marker;
        marker.reset();
        // SAFETY: the lock keeps it from running, and its state is saved.
        let bytes = unsafe { mark_stack(marker, gp) };
        marker.give_all();
        marker.count();
        cycle::count_roots(Sizes { globals: 0, stacks: bytes });
        gp.gc_cycle.store(cycle, Release);
    }
    gp.unlock_scan();
}

/// Reads the stacks of goroutines that have not been read in this collection and stand still; gives their size and the number
/// of those that run, or that others are reading.
fn mark_stacks(marker: &mut Marker, goroutines: impl Iterator<Item = *mut G>, round: u32) -> (usize, usize) {
    let cycle = cycle::number();
    let (mut bytes, mut running) = (0, 0);
    let mut goroutines = goroutines;
    let mut ahead = [goroutines.next(), goroutines.next()];
    while let Some(gp) = ahead[0] {
        ahead = [ahead[1], goroutines.next()];
        if let Some(later) = ahead[1] {
            cache::prefetch_all(later);
        }
        if let Some(next) = ahead[0] {
            stack::fetch(next);
        }
        // SAFETY: Gs are never unmapped; `gc_cycle` is atomic.
        let g = unsafe { &*gp };
        if g.gc_cycle.load(Acquire) == cycle {
            continue;
        }
        match g.try_lock_scan() {
            // What a dead goroutine will be is read when it is made.
            Some(GStatus::Dead | GStatus::Idle) => g.unlock_scan(),
            Some(_) => {
                // SAFETY: the lock keeps it from running.
                bytes += unsafe { mark_stack(marker, gp) };
                g.gc_cycle.store(cycle, Release);
                g.unlock_scan();
            }
            None => {
                running += 1;
                g.request_preempt();
                let mp = g.m();
                if round > 10 && !mp.is_null() {
                    // Ms are never unmapped; a stale answer interrupts a thread needlessly.
                    signal::preempt_thread(mp);
                }
            }
        }
    }
    (bytes, running)
}
