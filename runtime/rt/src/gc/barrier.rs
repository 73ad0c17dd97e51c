//! The write barrier's other half: what happens to the pointers that stores note while objects are marked.
//!
//! Compiled code notes them in a buffer of its P ([`undergo_rtsys::arch::barrier`]); stores by Rust call [`before_copy`] and
//! [`before_clear`] first. Noted pointers are *shaded*: their objects are marked, and queued to be read. Any word may be
//! noted: what is not the address of an object in use is ignored.
//!
//! Whether the barrier is on is one global flag, of which each running goroutine has a copy in its head: the world is
//! stopped when the flag changes, and a goroutine gets its copy before it goes on ([`refresh`]).

use super::{generation, mark};
use crate::g::{self, G};
use crate::p::P;
use crate::rt;
use crate::types::Type;
use crate::witness::WorldStopped;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Words that a buffer holds, a multiple of three: the pointer that was overwritten, the new one, and the slot.
const CAP: usize = 510;

/// The buffer of a P. Touched by the M that holds the P, and by whoever stopped the world.
#[derive(Debug)]
pub struct Buffer([usize; CAP]);

static ON: AtomicBool = AtomicBool::new(false);

/// Whether stores of pointers need the barrier, and new objects are born marked. It changes while the world is stopped
/// only.
#[inline]
pub fn is_on() -> bool {
    ON.load(Relaxed)
}

/// Turns the barrier on. The current goroutine is the only one that goes on without being scheduled.
pub fn turn_on(_: &WorldStopped<'_>) {
    ON.store(true, Relaxed);
    for p in rt::made_p() {
        // SAFETY: Ps live for ever; the world is stopped.
        init(unsafe { &mut *p });
    }
    refresh(g::current());
}

/// Turns the barrier off, unless collections are generational. What the buffers hold has been shaded.
pub fn turn_off(_: &WorldStopped<'_>) {
    ON.store(false, Relaxed);
    refresh(g::current());
}

/// Empties the buffer of a P that is new, or belongs to whoever stopped the world.
pub fn init(p: &mut P) {
    p.barrier_next = p.gc.buffer.0.as_mut_ptr();
    p.barrier_end = p.gc.buffer.0.as_mut_ptr_range().end;
}

/// Tells a goroutine that is about to run whether the barrier is on.
#[inline]
pub fn refresh(gp: &mut G) {
    gp.head.barrier = (is_on() || generation::is_on()).into();
}

/// Shades what the buffer of a P holds. The P is ours, or the world is stopped.
pub fn flush(p: &mut P) {
    let start = p.gc.buffer.0.as_ptr();
    // SAFETY: both point into the buffer.
    let n = unsafe { p.barrier_next.cast_const().offset_from(start) } as usize;
    p.barrier_next = p.gc.buffer.0.as_mut_ptr();
    let notes = p.gc.buffer.0[..n].as_chunks::<3>().0;
    if is_on() {
        mark::shade(notes.iter().flat_map(|&[old, new, _]| [old, new]));
    } else if generation::is_on() {
        notes.iter().for_each(|&[_, new, slot]| generation::remember(slot, new));
    }
}

/// Shades one word: before a pointer goes where no barrier looks, from where the collector may have looked already.
#[inline]
pub fn shade(word: usize) {
    if is_on() {
        mark::shade([word].into_iter());
    }
}

/// The aligned words of `[at, at + bytes)`.
///
/// # Safety
/// They are readable. Others may write them meanwhile.
unsafe fn words(at: usize, bytes: usize) -> impl Iterator<Item = usize> {
    // Addresses of the first page fault; the store that follows shall.
    let bytes = if at < 4096 { 0 } else { bytes };
    let first = at.next_multiple_of(8);
    let n = (at + bytes).saturating_sub(first) / 8;
    // SAFETY: caller.
    (0..n).map(move |i| unsafe { (first as *const usize).add(i).read_volatile() })
}

/// Pointer `old` at `slot` is overwritten by `new`.
pub fn stored(slot: usize, new: usize, old: usize) {
    if is_on() {
        mark::shade([old, new].into_iter());
    } else if generation::is_on() {
        generation::remember(slot, new);
    }
}

/// `bytes` bytes at `to`, which may hold pointers, will be overwritten by those at `from`.
///
/// # Safety
/// The memory is readable and aligned to words.
#[inline]
pub unsafe fn before_copy(to: *const u8, from: *const u8, bytes: usize) {
    if is_on() {
        // SAFETY: caller.
        unsafe {
            mark::shade(words(to as usize, bytes).chain(words(from as usize, bytes)));
        }
    } else if generation::is_on() {
        // SAFETY: caller.
        unsafe { generation::remember_block(to as usize, from as usize, bytes) };
    }
}

/// `bytes` bytes at `at`, which may hold pointers, will be cleared.
///
/// # Safety
/// The memory is readable and aligned to words.
#[inline]
pub unsafe fn before_clear(at: *const u8, bytes: usize) {
    if is_on() {
        // SAFETY: caller.
        unsafe { mark::shade(words(at as usize, bytes)) };
    }
}

/// A value of type `ty` at `to` will be overwritten by the one at `from`.
///
/// # Safety
/// `ty` is a type (T1); the memory is readable.
#[inline]
pub unsafe fn before_typed_copy(ty: *const Type, to: *const u8, from: *const u8) {
    // SAFETY: caller; pointers lie in the first `ptr_bytes` bytes, and memory with pointers is aligned to words.
    unsafe { before_copy(to, from, (*ty).ptr_bytes) }
}

/// The buffer of this M's P is full.
#[unsafe(no_mangle)]
extern "C" fn undergo_barrier_flush() {
    flush(g::current_p());
}

/// An M without a P overwrites pointer `old` at `slot` by `new`.
#[unsafe(no_mangle)]
extern "C" fn undergo_barrier_shade(slot: usize, new: usize, old: usize) {
    stored(slot, new, old);
}

/// Compiled code is about to copy, or to clear if `from` is null, `bytes` bytes that may hold pointers.
#[unsafe(no_mangle)]
extern "C" fn undergo_barrier_bulk(to: *const u8, from: *const u8, bytes: usize) {
    // SAFETY: compiled code passes memory that it is about to access, or that faults.
    unsafe { before_copy(to, from, bytes) }
}
