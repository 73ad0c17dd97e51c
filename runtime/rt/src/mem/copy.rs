//! Moving and clearing memory that may hold pointers: in whole aligned words, so that another thread never sees half
//! a pointer.
//!
//! These are the only places where Rust stores Go pointers into memory it did not just allocate; what holds pointers
//! passes the write barrier ([`barrier`]).

use crate::g;
use crate::gc::barrier;
use crate::types::Type;
use core::ptr;
use undergo_rtsys::entry;

/// Copies `bytes` bytes, which may overlap, word by word.
///
/// # Safety
/// Readable at `from` and writable at `to`; if the memory holds pointers, both are 8-aligned.
pub unsafe fn copy(to: *mut u8, from: *const u8, bytes: usize) {
    let words = bytes / 8;
    let tail = bytes % 8;
    // SAFETY: caller; ascending if the target is below the source, else descending, so that overlaps are read before
    // they are overwritten. `read_unaligned` costs nothing here and admits pointer-free memory of any alignment.
    unsafe {
        if (to as usize).wrapping_sub(from as usize) >= bytes {
            for i in 0..words {
                let w = from.cast::<usize>().add(i).read_unaligned();
                to.cast::<usize>().add(i).write_unaligned(w);
            }
            for i in words * 8..bytes {
                to.add(i).write(from.add(i).read());
            }
        } else {
            for i in (bytes - tail..bytes).rev() {
                to.add(i).write(from.add(i).read());
            }
            for i in (0..words).rev() {
                let w = from.cast::<usize>().add(i).read_unaligned();
                to.cast::<usize>().add(i).write_unaligned(w);
            }
        }
    }
}

/// Copies one value of type `ty`.
///
/// # Safety
/// `ty` is a type (T1); a value at `from`, room at `to`.
pub unsafe fn typed_copy(ty: *const Type, to: *mut u8, from: *const u8) {
    if !ptr::eq(to, from) {
        // SAFETY: caller.
        unsafe {
            barrier::before_typed_copy(ty, to, from);
            copy(to, from, (*ty).size)
        }
    }
}

/// Clears memory that may hold pointers, word by word.
///
/// # Safety
/// `bytes` writable bytes.
pub unsafe fn clear(at: *mut u8, bytes: usize) {
    // SAFETY: caller. The compiler may turn this into memset, which is fine for memory that is being cleared: any mix
    // of old and new halves of a pointer leads to an object at most conservatively, and the world is stopped for marking.
    unsafe {
        barrier::before_clear(at, bytes);
        ptr::write_bytes(at, 0, bytes)
    }
}

/// Copies elements between slices, returns how many.
///
/// # Safety
/// `ty` is a type (T1); the slices are as described.
unsafe fn slice_copy(ty: *const Type, to: *mut u8, to_len: usize, from: *const u8, from_len: usize) -> usize {
    let n = to_len.min(from_len);
    // SAFETY: caller.
    unsafe {
        if n != 0 && !ptr::eq(to, from) {
            if (*ty).ptr_bytes != 0 {
                barrier::before_copy(to, from, n * (*ty).size);
            }
            copy(to, from, n * (*ty).size);
        }
    }
    n
}

entry! {
    /// `*dst = *src`.
    "runtime.typedmemmove" | "reflect.typedmemmove" | "internal/reflectlite.typedmemmove"
    | "internal/runtime/maps.typedmemmove" =>
    fn typedmemmove(ty: *const Type, to: *mut u8, from: *const u8) {
        // SAFETY: Go code hands over a type and addresses of values of it.
        unsafe { typed_copy(ty, to, from) }
    }

    /// `*p = zero`.
    "runtime.typedmemclr" | "reflect.typedmemclr" | "internal/runtime/maps.typedmemclr" =>
    fn typedmemclr(ty: *const Type, at: *mut u8) {
        // SAFETY: as above.
        unsafe { clear(at, (*ty).size) }
    }

    /// Clears bytes `[off, off+size)` of a value, of which `at` is the first to be cleared.
    "reflect.typedmemclrpartial" =>
    fn typedmemclrpartial(_ty: *const Type, at: *mut u8, _off: usize, size: usize) {
        // SAFETY: as above.
        unsafe { clear(at, size) }
    }

    /// Clears `n` elements.
    "reflect.typedarrayclear" => fn typedarrayclear(ty: *const Type, at: *mut u8, n: usize) {
        // SAFETY: as above.
        unsafe { clear(at, n * (*ty).size) }
    }

    /// Clears memory with pointers.
    "runtime.memclrHasPointers" => fn memclr_has_pointers(at: *mut u8, bytes: usize) {
        // SAFETY: as above.
        unsafe { clear(at, bytes) }
    }

    /// `copy(dst, src)` with elements that hold pointers.
    "runtime.typedslicecopy" =>
    fn typedslicecopy(ty: *const Type, to: *mut u8, to_len: usize, from: *const u8, from_len: usize) -> usize {
        // SAFETY: as above.
        unsafe { slice_copy(ty, to, to_len, from, from_len) }
    }

    /// The same for reflect. The second slice does not fit in registers and lies in the memory frame.
    "reflect.typedslicecopy" =>
    fn reflect_typedslicecopy(ty: *const Type, to: *mut u8, to_len: usize, _to_cap: usize) -> usize {
        // SAFETY: by the calling convention the caller's memory frame starts with the source slice.
        let [from, from_len, _] = unsafe { *(g::current().head.call_frame as *const [usize; 3]) };
        // SAFETY: as above.
        unsafe { slice_copy(ty, to, to_len, from as *const u8, from_len) }
    }

    /// memmove for reflect.
    "reflect.memmove" => fn reflect_memmove(to: *mut u8, from: *const u8, size: usize) {
        // SAFETY: as above.
        unsafe {
            barrier::before_copy(to, from, size);
            copy(to, from, size)
        }
    }
}
