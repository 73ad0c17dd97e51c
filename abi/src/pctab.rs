//! From program counters to functions, files, lines and inlined calls.
//!
//! The linker writes one [`FuncEntry`] per function, sorted by entry address. Each points at two byte strings: the
//! *line table*, rows of (code offset, line, file, inline index) and the *inline tree* of the function.
//!
//! Line table: rows in ascending code order, each `uvarint(delta of code offset) uvarint(flags | zigzag(delta of
//! line) << 2)`, then, if flag 1, `uvarint(file)`, and, if flag 2, `uvarint(inline index + 1)` (0: not inlined). A row
//! holds until the next one; state starts as offset 0, line = `start_line`, the function's file, not inlined. Line 0
//! marks compiler-made code that takes the previous position.
//!
//! Inline tree: [`InlineEntry`]s; parents come before children.

/// A function. Addresses and offsets are absolute unless noted.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct FuncEntry {
    /// Address of the entry point.
    pub entry: u32,
    /// Bytes of code from `entry`.
    pub size: u32,
    /// Address of the name (as `runtime.Func.Name` gives it).
    pub name: u32,
    /// Bytes of the name.
    pub name_len: u32,
    /// Index into the file table.
    pub file: u32,
    /// Line of the `func` keyword.
    pub start_line: u32,
    /// Distance in bytes from rsp in the body to rbp.
    pub frame_size: u32,
    /// [`flag`] bits.
    pub flags: u32,
    /// Offset from `entry` of the landing pad where a recovered panic resumes; 0: none.
    pub landing_pad: u32,
    /// Address of the line table.
    pub lines: u32,
    /// Bytes of the line table.
    pub lines_len: u32,
    /// Address of the inline tree.
    pub inlines: u32,
    /// Number of [`InlineEntry`]s.
    pub n_inlines: u32,
    /// Address of pairs of u32 code offsets `[start, end)`, where a goroutine must not be preempted.
    pub unsafe_ranges: u32,
    /// Number of those pairs.
    pub n_unsafe_ranges: u32,
    /// Zero.
    pub reserved: u32,
}

/// One inlined call.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct InlineEntry {
    /// Address and length of the inlined function's name.
    pub name: u32,
    /// Bytes of the name.
    pub name_len: u32,
    /// Index of the inlined call that contains this one, plus 1; 0: the function itself.
    pub parent: u32,
    /// File of the call.
    pub call_file: u32,
    /// Line of the call.
    pub call_line: u32,
    /// Line of the inlined function's `func` keyword.
    pub start_line: u32,
    /// [`flag`] bits of the inlined function.
    pub flags: u32,
}

/// Function flags.
pub mod flag {
    /// A compiler-made wrapper: hidden in tracebacks, does not count for recover.
    pub const WRAPPER: u32 = 1;
    /// Does not check the stack.
    pub const NOSPLIT: u32 = 2;
    /// Holds defers, has a landing pad.
    pub const HAS_DEFER: u32 = 4;
    /// First frame of a goroutine.
    pub const TOP: u32 = 8;
}
