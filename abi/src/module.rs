//! How the linked program and the pre-linked runtime image find each other.
//!
//! The runtime image defines the data symbol [`SYMBOL`], a zeroed [`Module`]; the linker finds it in the image's
//! symbol table and fills it in. Go code reaches the runtime by the image's symbols, which are named exactly as Go's
//! link names (`runtime.newobject`, `sync.runtime_Semrelease`, …) and resolved at link time.
//!
//! The image is linked at [`RUNTIME_BASE`]; the program's own segments follow at [`PROGRAM_BASE`] or above. All
//! addresses of a program are below 2 GiB.

/// Name of the [`Module`] in the runtime image.
pub const SYMBOL: &str = "undergo_module";
/// Link address of the runtime image.
pub const RUNTIME_BASE: u64 = 0x40_0000;
/// Lowest link address of the program's segments.
pub const PROGRAM_BASE: u64 = 0x100_0000;

/// Filled by the linker, read only by the runtime. Addresses are absolute; ranges are `[start, end)`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// [`crate::VERSION`].
    pub version: u64,
    /// Machine code of Go functions.
    pub text: [u64; 2],
    /// Read-only data: descriptors, strings, tables.
    pub rodata: [u64; 2],
    /// Initialised writable data that may hold pointers: a GC root, scanned conservatively.
    pub data: [u64; 2],
    /// Initialised writable data without pointers.
    pub noptrdata: [u64; 2],
    /// Zeroed data that may hold pointers: a GC root, scanned conservatively.
    pub bss: [u64; 2],
    /// Zeroed data without pointers.
    pub noptrbss: [u64; 2],
    /// Address and number of [`crate::pctab::FuncEntry`], sorted by entry.
    pub funcs: [u64; 2],
    /// Address of the file table and number of files: pairs (address, length) of u32.
    pub files: [u64; 2],
    /// Address and number of 8-byte descriptor addresses of unnamed types, sorted by their strings.
    pub typelinks: [u64; 2],
    /// Address and number of 8-byte itab addresses emitted by the compiler.
    pub itabs: [u64; 2],
    /// Code addresses of what the runtime calls in overlay Go ([`Import`] order).
    pub imports: [u64; N_IMPORTS],
    /// Address and length of the text that `runtime/debug.modinfo` reports.
    pub modinfo: [u64; 2],
    /// Address and length of the default GODEBUG settings.
    pub godebug_default: [u64; 2],
}

/// What the runtime knows of the program: mostly Go functions that it jumps to on a goroutine stack. None of them returns into
/// Rust.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Import {
    /// `runtime.main`: first goroutine; package initialisation, main.main, exit.
    Main = 0,
    /// `runtime.raise(code, a, b uintptr)`: turns [`crate::g::Raise`] into a panic.
    Raise = 1,
    /// `runtime.sigpanic()`: a fault in Go code; reads raise_code/a/b of g.
    Sigpanic = 2,
    /// `runtime.goexit0()`: called when a goroutine's function returns.
    Goexit = 3,
    /// `runtime.throwOverflow()`: the stack limit was exceeded.
    StackOverflow = 4,
    /// `reflect.callReflect`.
    CallReflect = 5,
    /// `reflect.callMethod`.
    CallMethod = 6,
    /// `runtime.memProfile`: there if the program can ask for a heap profile.
    MemProfile = 7,
    /// Not a function, but the address of the variable `runtime.MemProfileRate`.
    MemProfileRate = 8,
}
/// Number of [`Import`]s.
pub const N_IMPORTS: usize = 9;
/// Link names of the [`Import`]s, in order. Only the first five must exist.
pub const IMPORT_SYMBOLS: [&str; N_IMPORTS] = [
    "runtime.main",
    "runtime.raise",
    "runtime.sigpanic",
    "runtime.goexit0",
    "runtime.stackOverflow",
    "reflect.callReflect",
    "reflect.callMethod",
    "runtime.memProfile",
    "runtime.MemProfileRate",
];
