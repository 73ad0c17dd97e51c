//! Allocation and collection.

use super::{collect, entry_call, raised, say, say_number};
use crate::types::Type;
use core::ptr::null;
use undergo_abi::types::kind;
use undergo_rtsys::linux::clock::monotonic_ns;

/// A type with a mask in memory, and an element type behind it as channel and slice types have.
#[repr(C)]
pub struct Described {
    ty: Type,
    elem: *const Type,
}

// SAFETY: constant.
unsafe impl Sync for Described {}

impl Described {
    const fn new(size: usize, ptr_bytes: usize, kind: u8, elem: *const Type, mask: &'static [u8]) -> Described {
        Described { ty: Type { kind, ..Type::of_runtime(size, ptr_bytes, mask) }, elem }
    }

    /// `time.Time`.
    pub const fn time() -> Described {
        Described::new(24, 24, kind::STRUCT, null(), &[0b100])
    }

    /// A channel of another type.
    pub const fn chan_of(elem: &'static Described) -> Described {
        Described::new(8, 8, kind::CHAN, &raw const elem.ty, &[1])
    }

    pub fn ty(&'static self) -> *const Type {
        &raw const self.ty
    }
}

/// A func value with an argument that may be a pointer.
pub static FUNC: Described = Described::new(24, 24, kind::STRUCT, null(), &[0b100]);
/// Two pointers.
pub static NODE: Described = Described::new(16, 16, kind::STRUCT, null(), &[0b11]);
/// One pointer.
pub static POINTER: Described = Described::new(8, 8, kind::POINTER, null(), &[1]);
/// 1200 bytes, a pointer in the second and the last word.
static BIG_MASK: [u8; 19] = {
    let mut m = [0; 19];
    m[0] = 0b10;
    m[149 / 8] = 1 << (149 % 8);
    m
};
static BIG: Described = Described::new(1200, 1200, kind::STRUCT, null(), &BIG_MASK);
/// A number.
pub static INT: Described = Described::new(8, 0, kind::INT, null(), &[]);
/// `chan int` and `chan *T`.
pub static CHAN_INT: Described = Described::new(8, 8, kind::CHAN, &raw const INT.ty, &[1]);
pub static CHAN_POINTER: Described = Described::new(8, 8, kind::CHAN, &raw const POINTER.ty, &[1]);

#[repr(C)]
struct Node {
    left: *mut Node,
    right: *mut Node,
}

fn tree(depth: u32) -> *mut Node {
    let node = entry_call!("runtime.newobject", NODE.ty())[0] as *mut Node;
    if depth > 0 {
        let left = tree(depth - 1);
        let right = tree(depth - 1);
        // SAFETY: a live object.
        unsafe { node.write(Node { left, right }) };
    }
    node
}

fn check(node: *const Node) -> usize {
    // SAFETY: trees are reachable from our frame.
    unsafe { if (*node).left.is_null() { 1 } else { 1 + check((*node).left) + check((*node).right) } }
}

fn binary_trees() {
    let start = monotonic_ns();
    const DEPTH: u32 = 18;
    let long_lived = tree(DEPTH);
    let mut depth = 4;
    while depth <= DEPTH {
        let n = 1 << (DEPTH - depth + 4);
        let mut sum = 0;
        for _ in 0..n {
            sum += check(tree(depth));
        }
        assert!(sum == n * ((2 << depth) - 1));
        depth += 4;
    }
    assert!(check(long_lived) == (2 << DEPTH) - 1);
    say_number("binary trees: ms ", ((monotonic_ns() - start) / 1_000_000) as usize);
    say_number("  collections ", entry_call!("runtime.gcCycles")[0]);
    say_number(
        "  pause total us ",
        crate::mem::stats::STATS.pause_total.load(core::sync::atomic::Ordering::Relaxed) as usize / 1000,
    );
}

/// Objects with headers, and large ones, hold on to what they point at; slack does not.
fn big_objects() {
    let mut all = [null::<usize>(); 20];
    for (i, slot) in all.iter_mut().enumerate() {
        let n = [1, 3, 40, 1000][i % 4];
        let at = entry_call!("runtime.makeslice", &raw const BIG.ty, n, n)[0] as *mut usize;
        for e in 0..n {
            for word in [1, 149] {
                let p = entry_call!("runtime.newobject", POINTER.ty())[0] as *mut usize;
                // SAFETY: live objects.
                unsafe {
                    p.write(i * 1_000_000 + e * 1000 + word);
                    at.add(e * 150 + word).write(p as usize);
                }
            }
        }
        *slot = at;
    }
    collect(1);
    churn();
    collect(1);
    for (i, &at) in all.iter().enumerate() {
        for e in 0..[1, 3, 40, 1000][i % 4] {
            for word in [1, 149] {
                // SAFETY: live objects, or the test fails.
                let p = unsafe { *(at.add(e * 150 + word).read() as *const usize) };
                assert!(p == i * 1_000_000 + e * 1000 + word);
            }
        }
    }
    say("big objects\n");
}

/// Allocates much and overwrites it, so that wrongly freed objects change.
fn churn() {
    for i in 0..300_000usize {
        let p = entry_call!("runtime.mallocgc", 8 + i % 3000, null::<u8>(), 0)[0] as *mut usize;
        // SAFETY: at least eight bytes.
        unsafe { p.write(!0) };
        let p = entry_call!("runtime.newobject", POINTER.ty())[0] as *mut usize;
        // SAFETY: a live object; it must be zero.
        unsafe {
            assert!(p.read() == 0);
            p.write(p as usize);
        }
    }
}

fn tiny_and_zero() {
    let a = entry_call!("runtime.mallocgc", 3, null::<u8>(), 1)[0];
    let b = entry_call!("runtime.mallocgc", 3, null::<u8>(), 1)[0];
    assert!(a != b);
    let zero = entry_call!("runtime.mallocgc", 0, null::<u8>(), 1)[0];
    assert!(zero == entry_call!("runtime.mallocgc", 0, NODE.ty(), 1)[0]);
    let [p, n, cap] = entry_call!("runtime.growslice", null::<u8>(), 5, 0, 5, &raw const INT.ty);
    assert!(p != 0 && n == 5 && cap == 6);
    let [p, n, cap] = entry_call!("internal/bytealg.MakeNoZero", 33);
    assert!(p != 0 && n == 33 && cap == 48);
    entry_call!("runtime.makeslice", &raw const INT.ty, usize::MAX, 1);
    assert!(raised() == 1);
    entry_call!("runtime.makeslice", &raw const INT.ty, 2, 1);
    assert!(raised() == 2);
    say("small allocations\n");
}

#[inline(never)]
fn make_weak() -> (usize, usize) {
    let p = entry_call!("runtime.newobject", NODE.ty())[0];
    let w = entry_call!("weak.runtime_registerWeakPointer", p)[0];
    assert!(entry_call!("weak.runtime_registerWeakPointer", p)[0] == w);
    assert!(entry_call!("weak.runtime_makeStrongFromWeak", w)[0] == p);
    (w, !p)
}

#[inline(never)]
fn wipe(depth: u32) -> usize {
    let frame = core::hint::black_box([depth as usize; 64]);
    if depth == 0 { frame[3] } else { wipe(depth - 1) + frame[5] }
}

fn weak_pointers() {
    let kept = entry_call!("runtime.newobject", NODE.ty())[0];
    let kept_weak = entry_call!("weak.runtime_registerWeakPointer", kept)[0];
    let mut dead = 0;
    let handles: [usize; 32] = core::array::from_fn(|_| make_weak().0);
    core::hint::black_box(wipe(20));
    collect(1);
    churn();
    for w in handles {
        dead += (entry_call!("weak.runtime_makeStrongFromWeak", w)[0] == 0) as usize;
    }
    // Stale words of our own frames may keep one or two.
    assert!(dead >= 28);
    assert!(entry_call!("weak.runtime_makeStrongFromWeak", kept_weak)[0] == core::hint::black_box(kept));
    say("weak pointers\n");
}

fn strings() {
    let parts = [("ab".as_ptr(), 2), ("".as_ptr(), 0), ("cde".as_ptr(), 3)];
    let [p, n, _] = entry_call!("runtime.concatstrings", parts.as_ptr(), 3);
    // SAFETY: a string of the heap.
    assert!(unsafe { core::slice::from_raw_parts(p as *const u8, n) } == b"abcde");
    let [p, n, cap] = entry_call!("runtime.stringtoslicerune", "aß∂".as_ptr(), "aß∂".len());
    // SAFETY: a slice of the heap.
    assert!(unsafe { core::slice::from_raw_parts(p as *const i32, n) } == [97, 223, 8706] && cap == 4);
    let [p, n, _] = entry_call!("runtime.slicerunetostring", p, n);
    // SAFETY: as above.
    assert!(unsafe { core::slice::from_raw_parts(p as *const u8, n) } == "aß∂".as_bytes());
    say("strings\n");
}

pub fn run() {
    tiny_and_zero();
    strings();
    big_objects();
    weak_pointers();
    binary_trees();
}
