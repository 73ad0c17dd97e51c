//! Free stack blocks by order.

use crate::lock::Mutex;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::linux::mm;

use super::FIRST;

/// Orders that are pooled: first blocks, and 4 KiB to 64 KiB.
pub const POOLED: usize = 6;
const CHUNK: usize = 256 << 10;
const WORD: usize = core::mem::size_of::<usize>();

/// Heads of the free lists; a free block's last word is the next one: stacks grow downwards from there, and what lies below
/// may never be touched.
struct Pools([usize; POOLED]);

/// Where a free block of `size` bytes holds the next one.
fn link(lo: usize, size: usize) -> *mut usize {
    (lo + size - WORD) as *mut usize
}

static POOLS: Mutex<Pools> = Mutex::new(Rank::StackPool, Pools([0; POOLED]));
/// Bytes of stack blocks obtained from the kernel.
pub static STACK_BYTES: AtomicUsize = AtomicUsize::new(0);
/// Bytes of stack blocks in use.
pub static STACK_INUSE: AtomicUsize = AtomicUsize::new(0);

/// The order of a block of `size` bytes: 0 for [`FIRST`], else `k` for `2048 << k`.
pub fn order(size: usize) -> usize {
    if size == FIRST { 0 } else { (size >> 11).trailing_zeros() as usize }
}

fn size_of(order: usize) -> usize {
    if order == 0 { FIRST } else { 2048 << order }
}

/// A block of that order. Its content is arbitrary.
pub fn alloc(order: usize) -> usize {
    let size = size_of(order);
    STACK_INUSE.fetch_add(size, Relaxed);
    if order >= POOLED {
        STACK_BYTES.fetch_add(size, Relaxed);
        return map(size);
    }
    let mut pools = POOLS.lock();
    if pools.0[order] == 0 {
        STACK_BYTES.fetch_add(CHUNK, Relaxed);
        let chunk = map(CHUNK);
        // Lowest address first, so that a fresh chunk is touched in order.
        for i in (0..CHUNK / size).rev() {
            let lo = chunk + i * size;
            // SAFETY: a block inside the fresh chunk.
            unsafe { *link(lo, size) = pools.0[order] };
            pools.0[order] = lo;
        }
    }
    let lo = pools.0[order];
    // SAFETY: a free block, whose last word we wrote.
    pools.0[order] = unsafe { *link(lo, size) };
    lo
}

/// Gives a block back.
///
/// # Safety
/// It came from [`alloc`] with the same order, and nothing refers to it.
pub unsafe fn free(lo: usize, order: usize) {
    let size = size_of(order);
    STACK_INUSE.fetch_sub(size, Relaxed);
    if order >= POOLED {
        STACK_BYTES.fetch_sub(size, Relaxed);
        // SAFETY: a mapping of its own (caller).
        return unsafe { mm::unmap(lo as *mut u8, size) };
    }
    let mut pools = POOLS.lock();
    // SAFETY: the caller gave the block up.
    unsafe { *link(lo, size) = pools.0[order] };
    pools.0[order] = lo;
}

fn map(size: usize) -> usize {
    match mm::map(size) {
        Some(p) => p.as_ptr() as usize,
        None => crate::exit::throw("out of memory (stack)"),
    }
}
