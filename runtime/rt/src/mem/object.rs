//! Entries that make objects.

use super::alloc::{Zero, block, object};
use crate::park::raise;
use crate::types::Type;
use core::ptr;
use undergo_abi::g::Raise;
use undergo_rtcore::size_class::MAX_ALLOC;
use undergo_rtsys::entry;

/// Bytes of `n` elements of type `ty`, if a program may ask for so much.
///
/// # Safety
/// `ty` is a type (T1).
pub unsafe fn array_bytes(ty: *const Type, n: isize) -> Option<usize> {
    // SAFETY: T1.
    let size = unsafe { (*ty).size };
    usize::try_from(n).ok()?.checked_mul(size).filter(|&bytes| bytes <= MAX_ALLOC)
}

/// `n` zeroed elements, or Go's panic.
///
/// # Safety
/// `ty` is a type (T1).
unsafe fn array(ty: *const Type, n: isize) -> *mut u8 {
    // SAFETY: caller; the type describes each element (M4).
    unsafe {
        match array_bytes(ty, n) {
            Some(bytes) => block(bytes, ty, Zero::Yes),
            None => {
                raise(Raise::AllocSize, 0, 0);
                ptr::null_mut()
            }
        }
    }
}

entry! {
    /// `new(T)`, if the stub of that name has not done it.
    "undergo.newobject" => fn newobject(ty: *const Type) -> *mut u8 {
        // SAFETY: Go code hands over a type (T1).
        unsafe { object(ty) }
    }

    /// An array of `n` elements.
    "runtime.newarray" | "internal/runtime/maps.newarray" | "reflect.unsafe_NewArray" =>
    fn newarray(ty: *const Type, n: isize) -> *mut u8 {
        // SAFETY: Go code hands over a type (T1).
        unsafe { array(ty, n) }
    }

    /// `size` bytes, with pointers where `ty` says, zeroed if asked or if there is a type.
    "runtime.mallocgc" => fn mallocgc(size: usize, ty: *const Type, zero: usize) -> *mut u8 {
        let zero = if zero & 0xff == 0 { Zero::No } else { Zero::Yes };
        // SAFETY: Go code hands over a type or nil.
        unsafe { block(size, ty, zero) }
    }
}
