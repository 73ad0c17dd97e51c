//! Reading type descriptors: `abi.Type` and its tails, as the compiler and std's reflect lay them out
//! ([`undergo_abi::types`] has the offsets).
//!
//! **T1** A `*const Type` that Go code hands to the runtime points at a complete descriptor that is never freed: in
//! the program's read-only data, or made by reflect and kept in its caches for ever. All pointers inside it are of the
//! same kind.

use crate::persist;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering::AcqRel, Ordering::Acquire};
use undergo_abi::types::{itab, kind, tflag, ty};
use undergo_rtcore::ptr_mask::{self, Shape};
use undergo_rtcore::size_class::Scan;

/// Go: `abi.Type`.
#[repr(C)]
#[derive(Debug)]
pub struct Type {
    /// Bytes of a value.
    pub size: usize,
    /// Bytes of the prefix that can hold pointers.
    pub ptr_bytes: usize,
    /// Hash of the identity.
    pub hash: u32,
    /// [`tflag`] bits.
    pub tflag: u8,
    /// Alignment of a variable.
    pub align: u8,
    /// Alignment of a field.
    pub field_align: u8,
    /// [`kind`].
    pub kind: u8,
    /// Funcval of the equality, or null.
    pub equal: *const usize,
    /// Pointer mask, or the address of one that is built on demand.
    pub gc_data: *const u8,
    /// Name offset of the string form.
    pub str: i32,
    /// Type offset of the pointer type.
    pub ptr_to_this: i32,
}

// SAFETY: descriptors are immutable but for the on-demand mask, which is accessed atomically.
unsafe impl Sync for Type {}

impl Type {
    /// Describes an object of the runtime's own in the heap to the collector: `size` bytes, with pointers where `mask`
    /// has bits, all in the first `ptr_bytes`.
    pub const fn of_runtime(size: usize, ptr_bytes: usize, mask: &'static [u8]) -> Type {
        Type {
            size,
            ptr_bytes,
            hash: 0,
            tflag: 0,
            align: 8,
            field_align: 8,
            kind: kind::STRUCT,
            equal: core::ptr::null(),
            gc_data: mask.as_ptr(),
            str: 0,
            ptr_to_this: 0,
        }
    }
}

const _: () = assert!(size_of::<Type>() == ty::SIZEOF && core::mem::offset_of!(Type, gc_data) == ty::GC_DATA);

/// Go: `abi.StructField`.
#[repr(C)]
struct StructField {
    name: *const u8,
    typ: *const Type,
    offset: usize,
}

/// Go: `abi.Imethod`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct InterfaceMethod {
    /// Name offset.
    pub name: i32,
    /// Type offset of the signature.
    pub typ: i32,
}

/// Go: `abi.UncommonType`.
#[repr(C)]
#[derive(Debug)]
pub struct Uncommon {
    /// Name offset of the package path.
    pub pkg_path: i32,
    /// Number of methods.
    pub methods: u16,
    /// Number of exported methods.
    pub exported: u16,
    /// Offset of the methods from here.
    pub offset: u32,
    unused: u32,
}

/// Go: `abi.Method`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Name offset.
    pub name: i32,
    /// Type offset of the signature without receiver.
    pub typ: i32,
    /// Text offset of the one-word receiver form.
    pub ifn: i32,
    /// Text offset of the declared receiver form.
    pub tfn: i32,
}

/// Go: `abi.ITab`, up to its code pointers.
#[repr(C)]
#[derive(Debug)]
pub struct Itab {
    /// Interface type.
    pub inter: *const Type,
    /// Concrete type.
    pub typ: *const Type,
    /// Its hash.
    pub hash: u32,
    pad: u32,
    /// Code of the first method; 0 if the type does not implement the interface.
    pub fun: [usize; 1],
}

const _: () = assert!(core::mem::offset_of!(Itab, fun) == itab::FUN);

impl Type {
    /// Whether values may hold pointers.
    #[inline]
    pub fn scan(&self) -> Scan {
        if self.ptr_bytes == 0 { Scan::No } else { Scan::Yes }
    }

    /// A word at `offset` from the start of the descriptor.
    fn word<T: Copy>(&self, offset: usize) -> T {
        // SAFETY: T1: the descriptor has the tail of its kind, which the caller checked.
        unsafe { ptr::from_ref(self).byte_add(offset).cast::<T>().read() }
    }

    /// Element type of an array, channel, pointer or slice.
    pub fn elem(&self) -> *const Type {
        debug_assert!(matches!(self.kind, kind::ARRAY | kind::CHAN | kind::POINTER | kind::SLICE));
        self.word(ty::SIZEOF)
    }

    fn array_len(&self) -> usize {
        self.word(ty::SIZEOF + 16)
    }

    fn fields(&self) -> &[StructField] {
        let (first, n) = self.word::<(*const StructField, usize)>(ty::SIZEOF + 8);
        // SAFETY: T1: a struct's Fields slice.
        unsafe { slice(first, n) }
    }

    /// Methods of an interface type.
    pub fn interface_methods(&self) -> &'static [InterfaceMethod] {
        let (first, n) = self.word::<(*const InterfaceMethod, usize)>(ty::SIZEOF + 8);
        // SAFETY: T1: an interface's Methods slice, which lives for ever.
        unsafe { slice(first, n) }
    }

    /// Name of the package of an interface or struct type (encoded), may be null.
    pub fn pkg_path_name(&self) -> *const u8 {
        self.word(ty::SIZEOF)
    }

    /// The part about methods and package, if any.
    pub fn uncommon(&self) -> Option<&'static Uncommon> {
        if self.tflag & tflag::UNCOMMON == 0 {
            return None;
        }
        let offset = match self.kind {
            kind::ARRAY => 72,
            kind::CHAN => 64,
            kind::FUNC | kind::POINTER | kind::SLICE => 56,
            kind::INTERFACE | kind::STRUCT => 80,
            kind::MAP => 136,
            _ => ty::SIZEOF,
        };
        // SAFETY: T1: the flag says that the uncommon part follows the tail of the kind.
        Some(unsafe { &*ptr::from_ref(self).byte_add(offset).cast::<Uncommon>() })
    }

    /// Address of the pointer mask: one bit per word of the first `ptr_bytes` bytes. Built now if it is on demand.
    #[inline]
    pub fn mask(&self) -> *const u8 {
        if self.tflag & tflag::GC_MASK_ON_DEMAND == 0 { self.gc_data } else { self.mask_on_demand() }
    }

    #[cold]
    fn mask_on_demand(&self) -> *const u8 {
        // SAFETY: T1: with the flag, gc_data is the address of a writable word.
        let slot = unsafe { &*self.gc_data.cast::<AtomicPtr<u8>>() };
        let ready = slot.load(Acquire);
        if !ready.is_null() {
            return ready;
        }
        let bytes = (self.ptr_bytes / 8).div_ceil(64) * 8;
        let mask = persist::alloc(bytes, 8);
        // SAFETY: fresh zeroed memory of that size that nobody else knows.
        let bits = unsafe { core::slice::from_raw_parts_mut(mask, bytes) };
        ptr_mask::build(&Descriptors, ptr::from_ref(self), bits, 0);
        // A rare loser's mask is abandoned: it is off-heap and small.
        match slot.compare_exchange(ptr::null_mut(), mask, AcqRel, Acquire) {
            Ok(_) => mask,
            Err(theirs) => theirs,
        }
    }
}

impl Uncommon {
    /// The methods, sorted.
    pub fn methods(&'static self) -> &'static [Method] {
        // SAFETY: T1: `offset` leads to `methods` entries.
        unsafe { slice(ptr::from_ref(self).byte_add(self.offset as usize).cast::<Method>(), self.methods as usize) }
    }
}

/// A slice whose pointer may be null when it is empty.
///
/// # Safety
/// `n` readable elements at `first` if `n` is not 0.
unsafe fn slice<'a, T>(first: *const T, n: usize) -> &'a [T] {
    if n == 0 {
        return &[];
    }
    // SAFETY: caller.
    unsafe { core::slice::from_raw_parts(first, n) }
}

/// Type descriptors as [`ptr_mask`] wants to see them.
struct Descriptors;

impl ptr_mask::Types for Descriptors {
    type Type = *const Type;

    fn shape(&self, ty: *const Type) -> Shape<'_, *const Type> {
        // SAFETY: T1.
        let t = unsafe { &*ty };
        if t.tflag & tflag::GC_MASK_ON_DEMAND == 0 {
            let words = t.ptr_bytes / 8;
            // SAFETY: T1: the mask has a bit for each of those words.
            return Shape::Mask(unsafe { core::slice::from_raw_parts(t.gc_data, words.div_ceil(8)) }, words);
        }
        if t.kind == kind::ARRAY {
            let elem = t.elem();
            // SAFETY: T1.
            let stride = unsafe { (*elem).size } / 8;
            return Shape::Array { elem, stride, len: t.array_len() };
        }
        Shape::Struct(t.fields().len())
    }

    fn field(&self, ty: *const Type, index: usize) -> Option<(*const Type, usize)> {
        // SAFETY: T1.
        let field = unsafe { &(&*ty).fields()[index] };
        // SAFETY: T1.
        let has_pointers = unsafe { (*field.typ).ptr_bytes } != 0;
        has_pointers.then_some((field.typ, field.offset / 8))
    }
}

/// An encoded name: flags, length, bytes, tag, package.
#[derive(Clone, Copy, Debug)]
pub struct Name(*const u8);

impl Name {
    /// # Safety
    /// `p` is null or points at an encoded name of a descriptor (T1).
    pub unsafe fn new(p: *const u8) -> Name {
        Name(p)
    }

    fn varint(self, mut at: usize) -> (usize, usize) {
        let mut value = 0usize;
        let mut shift = 0;
        loop {
            // SAFETY: the invariant of `new`: the length is encoded here.
            let byte = unsafe { *self.0.add(at) };
            at += 1;
            value |= ((byte & 0x7f) as usize) << shift;
            if byte & 0x80 == 0 {
                return (value, at);
            }
            shift += 7;
        }
    }

    /// The text of the name.
    pub fn text(self) -> &'static [u8] {
        if self.0.is_null() {
            return &[];
        }
        let (len, at) = self.varint(1);
        // SAFETY: the invariant of `new`: `len` bytes follow.
        unsafe { slice(self.0.add(at), len) }
    }

    /// Whether it starts with an upper-case letter.
    pub fn is_exported(self) -> bool {
        // SAFETY: the invariant of `new`.
        !self.0.is_null() && unsafe { *self.0 } & 1 != 0
    }

    /// Path of the package that an unexported name belongs to, if the name itself says so.
    pub fn pkg_path(self) -> &'static [u8] {
        // SAFETY: the invariant of `new`.
        let flags = if self.0.is_null() { 0 } else { unsafe { *self.0 } };
        if flags & 4 == 0 {
            return &[];
        }
        let (len, mut at) = self.varint(1);
        at += len;
        if flags & 2 != 0 {
            let (len, after) = self.varint(at);
            at = after + len;
        }
        // SAFETY: the flag says that a name offset follows, unaligned.
        let offset = unsafe { self.0.add(at).cast::<i32>().read_unaligned() };
        crate::reflect::name_at(offset).text()
    }
}
