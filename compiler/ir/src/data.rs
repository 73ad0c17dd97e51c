//! Static data and whole programs.

use crate::Sym;
use crate::func::Func;

/// Where data goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Section {
    /// Read only.
    Rodata,
    /// Initialised, writable, may hold pointers to the heap.
    Data,
    /// Initialised, writable, never holds such pointers.
    NoPtrData,
    /// Zero at start, may hold pointers to the heap.
    Bss,
    /// Zero at start, never holds such pointers.
    NoPtrBss,
}

/// How an address is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RelocKind {
    /// 8 bytes.
    Abs64,
    /// 4 bytes; programs are linked below 2 GiB. Name, type and text offsets are of this kind.
    Abs32,
}

/// The address of `sym` plus `addend` at `offset`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataReloc {
    /// Where in the data.
    pub offset: u32,
    /// Whose address.
    pub sym: Sym,
    /// Added to it.
    pub addend: i64,
    /// Width.
    pub kind: RelocKind,
}

/// A symbol with contents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Data {
    /// Its link symbol.
    pub sym: Sym,
    /// Section.
    pub section: Section,
    /// Alignment, a power of two.
    pub align: u32,
    /// Bytes in all.
    pub size: u64,
    /// The first bytes; the rest up to `size` is zero.
    pub bytes: Vec<u8>,
    /// Addresses in it, by offset.
    pub relocs: Vec<DataReloc>,
}

/// Everything that is linked with the runtime image. Order is deterministic.
#[derive(Debug, Default)]
pub struct Program {
    /// Functions.
    pub funcs: Vec<Func>,
    /// Static data.
    pub data: Vec<Data>,
    /// Descriptors of unnamed types, sorted by their strings.
    pub typelinks: Vec<Sym>,
    /// Compiler-made itabs.
    pub itabs: Vec<Sym>,
    /// Other names of symbols (`//go:linkname`): (alias, symbol).
    pub aliases: Vec<(Sym, Sym)>,
    /// Text for `runtime/debug.ReadBuildInfo`.
    pub modinfo: String,
    /// Default GODEBUG settings.
    pub godebug: String,
}
