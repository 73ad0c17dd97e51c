//! Entries that make and grow slices.

use super::alloc::{Zero, block, without_pointers, zero_base};
use super::copy;
use super::object::array_bytes;
use crate::g;
use crate::gc::barrier;
use crate::park::{Pair, raise};
use crate::types::Type;
use core::ptr;
use undergo_abi::g::Raise;
use undergo_rtcore::size_class::{MAX_ALLOC, Scan, round_up};
use undergo_rtcore::slice_growth::grow;
use undergo_rtsys::entry;

/// A slice as entries return it: two words, and the capacity in `g.ret2`.
pub fn returned(at: *mut u8, len: usize, cap: usize) -> Pair {
    g::current().head.ret2 = cap;
    Pair(at as u64, len as u64)
}

/// A slice after `append` has made room.
struct Room {
    at: *mut u8,
    cap: usize,
}

/// Room for `new_len` elements, holding the first `new_len - num` of `old`. Elements from there to `new_len` are zero only
/// if they have pointers; those beyond are always. `None` after a panic was raised.
///
/// # Safety
/// `ty` is a type (T1); `old` holds `new_len - num` elements.
unsafe fn grown(old: *const u8, new_len: isize, old_cap: usize, num: usize, ty: *const Type) -> Option<Room> {
    // SAFETY: T1.
    let (size, scan) = unsafe { ((*ty).size, (*ty).scan()) };
    if new_len < 0 {
        raise(Raise::GrowsliceLen, 0, 0);
        return None;
    }
    let new_len = new_len as usize;
    if size == 0 {
        return Some(Room { at: zero_base(), cap: new_len });
    }
    let Some(new) = grow(new_len, old_cap, size, scan) else {
        raise(Raise::GrowsliceLen, 0, 0);
        return None;
    };
    let kept = (new_len - num) * size;
    // SAFETY: fresh memory of new.bytes bytes, which is at least new_len elements; `old` holds the kept ones.
    unsafe {
        let at = match scan {
            Scan::Yes => block(new.bytes, ty, Zero::Yes),
            Scan::No => {
                let at = without_pointers(new.bytes, Zero::No);
                ptr::write_bytes(at.add(new_len * size), 0, new.bytes - new_len * size);
                at
            }
        };
        if kept != 0 {
            // What the old slice held moves to an object that is not going to be read.
            if scan == Scan::Yes {
                barrier::before_copy(core::ptr::null(), old, kept);
            }
            ptr::copy_nonoverlapping(old, at, kept);
        }
        Some(Room { at, cap: new.cap })
    }
}

entry! {
    /// `make([]T, len, cap)`, if the stub has not done it.
    "undergo.makeslice" => fn makeslice(ty: *const Type, len: isize, cap: isize) -> *mut u8 {
        // SAFETY: Go code hands over a type (T1).
        unsafe {
            match array_bytes(ty, cap) {
                Some(bytes) if len >= 0 && len <= cap => block(bytes, ty, Zero::Yes),
                _ => {
                    let which = if array_bytes(ty, len).is_none() { Raise::MakesliceLen } else { Raise::MakesliceCap };
                    raise(which, 0, 0);
                    ptr::null_mut()
                }
            }
        }
    }

    /// `append` beyond the capacity.
    "runtime.growslice" =>
    fn growslice(old: *const u8, new_len: isize, old_cap: usize, num: usize, ty: *const Type) -> Pair {
        // SAFETY: Go code hands over a slice and its element type.
        match unsafe { grown(old, new_len, old_cap, num, ty) } {
            Some(room) => returned(room.at, new_len as usize, room.cap),
            None => Pair::default(),
        }
    }

    /// Room for `num` more elements beyond the length; the length stays.
    "reflect.growslice" =>
    fn reflect_growslice(ty: *const Type, old: *const u8, len: usize, cap: usize, num: usize) -> Pair {
        // All `cap` elements are kept, as if the slice were that long.
        let more = num - (cap - len);
        // SAFETY: as above.
        match unsafe { grown(old, (cap + more) as isize, cap, more, ty) } {
            Some(room) => {
                // SAFETY: the elements from `cap` to `cap + more` lie in the fresh memory.
                unsafe { copy::clear(room.at.add(cap * (*ty).size), more * (*ty).size) };
                returned(room.at, len, room.cap)
            }
            None => Pair::default(),
        }
    }

    /// Bytes that are not cleared, with the capacity of their block.
    "internal/bytealg.MakeNoZero" => fn make_no_zero(len: isize) -> Pair {
        if len < 0 || len as usize > MAX_ALLOC {
            raise(Raise::MakesliceLen, 0, 0);
            return Pair::default();
        }
        let cap = round_up(len as usize, Scan::No);
        returned(without_pointers(cap, Zero::No), len as usize, cap)
    }
}
