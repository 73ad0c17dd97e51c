//! Constants of type descriptors: the layouts of Go 1.27's `internal/abi` for 64-bit little endian. The compiler
//! emits them, the runtime and std's reflect read them.
//!
//! Name, type and text offsets (`NameOff`, `TypeOff`, `TextOff`: i32) are absolute addresses: a program is linked
//! below 2 GiB, so an address fits. 0 is none, -1 a method removed as unreachable, other negative numbers are ids
//! handed out by `reflect.addReflectOff`.

/// Kinds (`abi.Kind`).
#[allow(missing_docs)]
pub mod kind {
    pub const BOOL: u8 = 1;
    pub const INT: u8 = 2;
    pub const INT8: u8 = 3;
    pub const INT16: u8 = 4;
    pub const INT32: u8 = 5;
    pub const INT64: u8 = 6;
    pub const UINT: u8 = 7;
    pub const UINT8: u8 = 8;
    pub const UINT16: u8 = 9;
    pub const UINT32: u8 = 10;
    pub const UINT64: u8 = 11;
    pub const UINTPTR: u8 = 12;
    pub const FLOAT32: u8 = 13;
    pub const FLOAT64: u8 = 14;
    pub const COMPLEX64: u8 = 15;
    pub const COMPLEX128: u8 = 16;
    pub const ARRAY: u8 = 17;
    pub const CHAN: u8 = 18;
    pub const FUNC: u8 = 19;
    pub const INTERFACE: u8 = 20;
    pub const MAP: u8 = 21;
    pub const POINTER: u8 = 22;
    pub const SLICE: u8 = 23;
    pub const STRING: u8 = 24;
    pub const STRUCT: u8 = 25;
    pub const UNSAFE_POINTER: u8 = 26;
}

/// Flags (`abi.TFlag`).
pub mod tflag {
    /// An UncommonType follows.
    pub const UNCOMMON: u8 = 1;
    /// The string form has a leading `*` to be dropped.
    pub const EXTRA_STAR: u8 = 2;
    /// The type has a name.
    pub const NAMED: u8 = 4;
    /// Equality and hash are those of the memory.
    pub const REGULAR_MEMORY: u8 = 8;
    /// `GCData` is a `**byte`, filled on first use.
    pub const GC_MASK_ON_DEMAND: u8 = 16;
    /// The value is stored directly in an interface's data word.
    pub const DIRECT_IFACE: u8 = 32;
}

/// Byte offsets of the fields of `abi.Type`.
#[allow(missing_docs)]
pub mod ty {
    pub const SIZE: usize = 0;
    pub const PTR_BYTES: usize = 8;
    pub const HASH: usize = 16;
    pub const TFLAG: usize = 20;
    pub const ALIGN: usize = 21;
    pub const FIELD_ALIGN: usize = 22;
    pub const KIND: usize = 23;
    pub const EQUAL: usize = 24;
    pub const GC_DATA: usize = 32;
    pub const STR: usize = 40;
    pub const PTR_TO_THIS: usize = 44;
    pub const SIZEOF: usize = 48;
}

/// Byte offsets of the fields of `abi.ITab`.
#[allow(missing_docs)]
pub mod itab {
    pub const INTER: usize = 0;
    pub const TYPE: usize = 8;
    pub const HASH: usize = 16;
    pub const FUN: usize = 24;
}

/// A type whose pointer mask would be longer than this many words gets it on demand.
pub const MAX_PTR_MASK_WORDS: u64 = 128;
