//! What std's reflect and reflectlite ask of the runtime beyond memory: offsets, type links, small queries.

use crate::lock::Mutex;
use crate::mem::span::span_of;
use crate::mem::vec::OffVec;
use crate::roots::Visitor;
use crate::types::{Name, Type};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;

/// Pointers registered by `reflect.addReflectOff`: id `-(i + 2)` is entry `i`. They are roots.
struct Offsets {
    entries: OffVec<usize>,
    /// Open addressing by pointer: indices + 1 into `entries`, 0 free; a power of two long.
    index: OffVec<u32>,
}

static OFFSETS: Mutex<Offsets> =
    Mutex::new(Rank::ReflectOffs, Offsets { entries: OffVec::new(), index: OffVec::new() });

impl Offsets {
    fn id(i: usize) -> i32 {
        -(i as i32) - 2
    }

    fn resolve(&self, id: i32) -> usize {
        match self.entries.get((-id) as usize - 2) {
            Some(&p) => p,
            None => crate::exit::throw("runtime: reflect offset out of range"),
        }
    }

    fn add(&mut self, p: usize) -> i32 {
        if (self.entries.len() + 1) * 2 > self.index.len() {
            let n = (self.index.len() * 2).max(64);
            self.index.fill(n, 0);
            for i in 0..self.entries.len() {
                let at = self.place(self.entries[i]);
                self.index[at] = i as u32 + 1;
            }
        }
        let at = self.place(p);
        if self.index[at] == 0 {
            self.entries.push(p);
            self.index[at] = self.entries.len() as u32;
        }
        Offsets::id(self.index[at] as usize - 1)
    }

    /// Where `p` is in the index, or would be.
    fn place(&self, p: usize) -> usize {
        let mask = self.index.len() - 1;
        let mut at = (p >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20 & mask;
        while self.index[at] != 0 && self.entries[self.index[at] as usize - 1] != p {
            at = (at + 1) & mask;
        }
        at
    }
}

/// Pointers of this module for the collector.
pub fn roots(v: &mut dyn Visitor) {
    // SAFETY: the world is stopped.
    for &p in unsafe { OFFSETS.get_unlocked() }.entries.iter() {
        v.word(p);
    }
}

/// Address of an offset: absolute if positive, an id if below -1, else none.
fn resolve(offset: i32) -> usize {
    match offset {
        0 | -1 => 0,
        1.. => offset as usize,
        _ => OFFSETS.lock().resolve(offset),
    }
}

/// The name at a name offset.
pub fn name_at(offset: i32) -> Name {
    // SAFETY: name offsets of descriptors lead to names (T1).
    unsafe { Name::new(resolve(offset) as *const u8) }
}

/// The type at a type offset, or null.
pub fn type_at(offset: i32) -> *const Type {
    resolve(offset) as *const Type
}

unsafe extern "C" {
    #[link_name = "runtime.unreachableMethod"]
    fn unreachable_method_stub();
}

/// Code address of a text offset.
pub fn text_at(offset: i32) -> usize {
    match resolve(offset) {
        0 => unreachable_method_stub as *const () as usize,
        address => address,
    }
}

entry! {
    /// Name of an offset.
    "reflect.resolveNameOff" | "internal/reflectlite.resolveNameOff" | "runtime.resolveNameOff" =>
    fn resolve_name_off(_base: usize, offset: u64) -> usize {
        resolve(offset as i32)
    }

    /// Type of an offset.
    "reflect.resolveTypeOff" | "internal/reflectlite.resolveTypeOff" =>
    fn resolve_type_off(_base: usize, offset: u64) -> usize {
        resolve(offset as i32)
    }

    /// Code of an offset.
    "reflect.resolveTextOff" => fn resolve_text_off(_base: usize, offset: u64) -> usize {
        text_at(offset as i32)
    }

    /// A negative offset for a pointer.
    "reflect.addReflectOff" => fn add_reflect_off(p: usize) -> i64 {
        OFFSETS.lock().add(p) as i64
    }

    /// Whether `p` is not in the heap.
    "reflect.verifyNotInHeapPtr" => fn verify_not_in_heap_ptr(p: usize) -> bool {
        span_of(p).is_null()
    }

    /// Identity, except on AIX.
    "reflect.adjustAIXGCDataForRuntime" => fn adjust_aix(p: *const u8) -> *const u8 {
        p
    }

    /// What a method removed by the linker is.
    "runtime.unreachableMethod" => fn unreachable_method() {
        crate::exit::throw("unreachable method called. linker bug?")
    }
}

// reflect.compiledTypelinks() ([]*abi.Type, [][]*abi.Type): the unnamed types of the program, sorted by string, and no
// further modules. Six result words are more than an entry can return, so it is a leaf on the goroutine stack.
core::arch::global_asm!(
    ".pushsection .text.leaf,\"ax\",@progbits",
    ".p2align 4",
    ".globl \"reflect.compiledTypelinks\"",
    ".type \"reflect.compiledTypelinks\",@function",
    "\"reflect.compiledTypelinks\":",
    "mov rax, [rip + undergo_module + {typelinks}]",
    "mov rcx, [rip + undergo_module + {typelinks} + 8]",
    "mov rdx, rcx",
    "xor esi, esi",
    "xor edi, edi",
    "xor r8d, r8d",
    "ret",
    ".size \"reflect.compiledTypelinks\", . - \"reflect.compiledTypelinks\"",
    ".popsection",
    typelinks = const core::mem::offset_of!(undergo_abi::module::Module, typelinks),
);
