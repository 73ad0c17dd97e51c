//! Pools of fixed-size records off the heap, cut from memory that is never given back.

use crate::persist;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};

/// A free list of records of type `T`, which are plain data: all-zero is valid, and nothing needs dropping.
#[derive(Debug)]
pub struct Pool<T> {
    free: *mut Link,
    live: usize,
    record: PhantomData<*mut T>,
}

struct Link(*mut Link);

// SAFETY: a pool is used through the lock that contains it; the records it hands out are raw pointers.
unsafe impl<T> Send for Pool<T> {}

impl<T> Pool<T> {
    /// An empty pool.
    pub const fn new() -> Pool<T> {
        Pool { free: ptr::null_mut(), live: 0, record: PhantomData }
    }

    /// A zeroed record.
    pub fn alloc(&mut self) -> NonNull<T> {
        const { assert!(size_of::<T>() >= size_of::<Link>() && !core::mem::needs_drop::<T>()) };
        self.live += 1;
        if let Some(link) = NonNull::new(self.free) {
            // SAFETY: a free record of this pool: its first word is the link, and its memory is ours to clear.
            unsafe {
                self.free = (*link.as_ptr()).0;
                ptr::write_bytes(link.as_ptr().cast::<u8>(), 0, size_of::<T>());
            }
            return link.cast();
        }
        let fresh = persist::alloc(size_of::<T>(), align_of::<T>()).cast::<T>();
        // SAFETY: `persist::alloc` returns memory or ends the program.
        unsafe { NonNull::new_unchecked(fresh) }
    }

    /// Takes a record back.
    ///
    /// # Safety
    /// It came from [`Pool::alloc`] of this pool, and nobody uses it any more.
    pub unsafe fn free(&mut self, record: NonNull<T>) {
        self.live -= 1;
        let link = record.cast::<Link>().as_ptr();
        // SAFETY: the caller gave the record up; it is large and aligned enough for a link.
        unsafe { link.write(Link(self.free)) };
        self.free = link;
    }

    /// Number of records handed out.
    pub fn live(&self) -> usize {
        self.live
    }
}
