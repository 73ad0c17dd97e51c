//! Conversions that make strings, and slices of bytes and runes.

use crate::mem::alloc::{Zero, without_pointers};
use crate::mem::slices::returned;
use crate::park::Pair;
use core::ptr;
use undergo_rtcore::size_class::{Scan, round_up};
use undergo_rtcore::utf8;
use undergo_rtsys::entry;

/// Strings of one byte.
static BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = i as u8;
        i += 1;
    }
    table
};

/// A string in Go memory.
type GoString = (*const u8, usize);

fn string(at: *const u8, len: usize) -> Pair {
    Pair(at as u64, len as u64)
}

/// # Safety
/// `n` readable bytes at `p`, if `n` is not 0.
unsafe fn bytes<'a>(p: *const u8, n: usize) -> &'a [u8] {
    if n == 0 {
        return &[];
    }
    // SAFETY: caller.
    unsafe { core::slice::from_raw_parts(p, n) }
}

/// A copy of some bytes as a string.
fn copied(from: &[u8]) -> Pair {
    match from {
        [] => string(ptr::null(), 0),
        [b] => string(&BYTES[*b as usize], 1),
        _ => {
            let to = without_pointers(from.len(), Zero::No);
            // SAFETY: a fresh object of that size.
            unsafe { ptr::copy_nonoverlapping(from.as_ptr(), to, from.len()) };
            string(to, from.len())
        }
    }
}

/// Memory for `n` elements of `size` bytes whose unused tail is zero, and its capacity.
fn buffer(n: usize, size: usize) -> (*mut u8, usize) {
    let block = round_up(n * size, Scan::No);
    let at = without_pointers(block, Zero::No);
    // SAFETY: a fresh object of `block` bytes.
    unsafe { ptr::write_bytes(at.add(n * size), 0, block - n * size) };
    (at, block / size)
}

entry! {
    /// `s0 + s1 + …`.
    "runtime.concatstrings" => fn concatstrings(first: *const GoString, n: usize) -> Pair {
        // SAFETY: compiled code passes n strings.
        let parts = unsafe { core::slice::from_raw_parts(first, n) };
        let mut total = 0usize;
        let mut filled = 0;
        let mut last = (ptr::null(), 0);
        for &(p, len) in parts {
            if len != 0 {
                total = match total.checked_add(len) {
                    Some(t) => t,
                    None => crate::exit::throw("string concatenation too long"),
                };
                filled += 1;
                last = (p, len);
            }
        }
        // A single part is the result, unless it is on the stack, where no string lives.
        if filled <= 1 {
            return string(last.0, last.1);
        }
        let to = without_pointers(total, Zero::No);
        let mut at = to;
        for &(p, len) in parts {
            // SAFETY: the parts are strings, the object has room for all of them.
            unsafe {
                if len != 0 {
                    ptr::copy_nonoverlapping(p, at, len);
                }
                at = at.add(len);
            }
        }
        string(to, total)
    }

    /// `string(i)`.
    "runtime.intstring" => fn intstring(value: i64) -> Pair {
        let rune = i32::try_from(value).unwrap_or(utf8::ERROR);
        let (buf, n) = utf8::encode(rune);
        copied(&buf[..n])
    }

    /// `string(b)`.
    "runtime.slicebytetostring" => fn slicebytetostring(p: *const u8, n: usize) -> Pair {
        // SAFETY: compiled code passes a slice.
        copied(unsafe { bytes(p, n) })
    }

    /// `[]byte(s)`.
    "runtime.stringtoslicebyte" => fn stringtoslicebyte(p: *const u8, n: usize) -> Pair {
        let (at, cap) = buffer(n, 1);
        // SAFETY: compiled code passes a string; the buffer has n bytes.
        unsafe { ptr::copy_nonoverlapping(bytes(p, n).as_ptr(), at, n) };
        returned(at, n, cap)
    }

    /// `[]rune(s)`.
    "runtime.stringtoslicerune" => fn stringtoslicerune(p: *const u8, n: usize) -> Pair {
        // SAFETY: compiled code passes a string.
        let text = unsafe { bytes(p, n) };
        let mut runes = 0;
        let mut rest = text;
        while !rest.is_empty() {
            rest = &rest[utf8::decode(rest).1..];
            runes += 1;
        }
        let (at, cap) = buffer(runes, 4);
        let mut rest = text;
        for i in 0..runes {
            let (rune, len) = utf8::decode(rest);
            rest = &rest[len..];
            // SAFETY: the buffer has room for `runes` runes.
            unsafe { at.cast::<i32>().add(i).write(rune) };
        }
        returned(at, runes, cap)
    }

    /// `string(runes)`.
    "runtime.slicerunetostring" => fn slicerunetostring(p: *const i32, n: usize) -> Pair {
        if n == 0 {
            return string(ptr::null(), 0);
        }
        // SAFETY: compiled code passes a slice of runes.
        let runes = unsafe { core::slice::from_raw_parts(p, n) };
        let total = runes.iter().map(|&r| utf8::encode(r).1).sum();
        let to = without_pointers(total, Zero::No);
        let mut at = to;
        for &r in runes {
            let (buf, len) = utf8::encode(r);
            // SAFETY: the object has room for the encodings of all runes.
            unsafe {
                ptr::copy_nonoverlapping(buf.as_ptr(), at, len);
                at = at.add(len);
            }
        }
        string(to, total)
    }
}
