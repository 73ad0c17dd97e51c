//! A growable array off the heap. Memory of outgrown buffers is given back to the system once it is large.

use crate::persist;
use core::ptr::{self, NonNull};
use undergo_rtsys::linux::mm;

/// Buffers from this size on are mapped and unmapped by themselves.
const MAPPED: usize = 64 << 10;
/// Buffers beyond this size are given up by [`OffVec::trim`].
const KEPT: usize = 1 << 20;

/// A growable array of plain data. All zero is valid and empty.
#[derive(Debug)]
pub struct OffVec<T: Copy> {
    first: *mut T,
    len: usize,
    cap: usize,
    /// It has been large: the next buffer is mapped, since smaller ones are never given back.
    was_large: bool,
}

// SAFETY: the array owns its buffer; access to it goes through the lock around the array.
unsafe impl<T: Copy + Send> Send for OffVec<T> {}

impl<T: Copy> OffVec<T> {
    /// Empty.
    pub const fn new() -> OffVec<T> {
        OffVec { first: ptr::null_mut(), len: 0, cap: 0, was_large: false }
    }

    /// Appends.
    pub fn push(&mut self, value: T) {
        if self.len == self.cap {
            self.grow();
        }
        // SAFETY: len < cap, so the element is inside the buffer.
        unsafe { self.first.add(self.len).write(value) };
        self.len += 1;
    }

    /// Takes the last element.
    pub fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: it was initialised by `push`.
        Some(unsafe { self.first.add(self.len).read() })
    }

    /// Forgets all elements; the buffer stays.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Makes it `n` elements long, all of them `value`.
    pub fn fill(&mut self, n: usize, value: T) {
        self.len = 0;
        for _ in 0..n {
            self.push(value);
        }
    }

    /// Gives the buffer up if it is very large. It is empty.
    pub fn trim(&mut self) {
        if self.len == 0 && self.cap * size_of::<T>() > KEPT {
            self.release();
        }
    }

    /// Gives the buffer up.
    pub fn release(&mut self) {
        let bytes = self.cap * size_of::<T>();
        if bytes >= MAPPED {
            // SAFETY: a mapping of our own, of exactly this size, that nothing refers to any more.
            unsafe { mm::unmap(self.first.cast(), bytes) };
        }
        *self = OffVec { was_large: self.was_large || bytes >= MAPPED, ..OffVec::new() };
    }

    #[cold]
    fn grow(&mut self) {
        let least = if self.was_large { MAPPED / size_of::<T>() } else { 64 };
        let cap = (self.cap * 2).max(least);
        let bytes = cap * size_of::<T>();
        let first = if bytes >= MAPPED {
            match mm::map(bytes) {
                Some(p) => p.as_ptr().cast::<T>(),
                None => crate::exit::throw("runtime: cannot allocate memory"),
            }
        } else {
            persist::alloc(bytes, align_of::<T>()).cast::<T>()
        };
        let len = self.len;
        // SAFETY: both buffers hold at least `len` elements and are distinct.
        unsafe { ptr::copy_nonoverlapping(self.first, first, len) };
        self.release();
        *self = OffVec { first, len, cap, was_large: self.was_large };
    }
}

impl<T: Copy> core::ops::Deref for OffVec<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        let first = NonNull::new(self.first).unwrap_or(NonNull::dangling());
        // SAFETY: `len` initialised elements.
        unsafe { core::slice::from_raw_parts(first.as_ptr(), self.len) }
    }
}

impl<T: Copy> core::ops::DerefMut for OffVec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let first = NonNull::new(self.first).unwrap_or(NonNull::dangling());
        // SAFETY: `len` initialised elements, borrowed exclusively.
        unsafe { core::slice::from_raw_parts_mut(first.as_ptr(), self.len) }
    }
}
