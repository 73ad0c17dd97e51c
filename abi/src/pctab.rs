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
    /// Declared without parameters.
    pub const NO_ARGS: u32 = 16;
}

/// A row of a line table: what holds from `offset` on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// Offset from the function's entry.
    pub offset: u32,
    /// Line in `file`.
    pub line: u32,
    /// Index into the file table.
    pub file: u32,
    /// Index of the innermost inlined call plus 1; 0: the function itself.
    pub inline: u32,
}

impl Row {
    /// What holds before the first row.
    pub fn first(f: &FuncEntry) -> Row {
        Row { offset: 0, line: f.start_line, file: f.file, inline: 0 }
    }
}

const NEW_FILE: u64 = 1;
const NEW_INLINE: u64 = 2;

/// Rows of a line table in order; ends early at bytes that are no table.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    rest: &'a [u8],
    row: Row,
}

impl<'a> Rows<'a> {
    /// Reads `table`, the bytes at [`FuncEntry::lines`] of the function that `first` is of.
    pub fn new(table: &'a [u8], first: Row) -> Rows<'a> {
        Rows { rest: table, row: first }
    }

    fn uvarint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;
    fn next(&mut self) -> Option<Row> {
        let offset = self.uvarint()?;
        let word = self.uvarint()?;
        let zigzag = word >> 2;
        let delta = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
        self.row.offset = self.row.offset.wrapping_add(offset as u32);
        self.row.line = self.row.line.wrapping_add(delta as u32);
        if word & NEW_FILE != 0 {
            self.row.file = self.uvarint()? as u32;
        }
        if word & NEW_INLINE != 0 {
            self.row.inline = self.uvarint()? as u32;
        }
        Some(self.row)
    }
}

/// The row that holds at `offset` from the function's entry. For a return address, ask for the byte before.
pub fn lookup(table: &[u8], first: Row, offset: u32) -> Row {
    Rows::new(table, first).take_while(|row| row.offset <= offset).last().unwrap_or(first)
}

/// Appends `row` to a table that ends with `last` (or is empty, and `last` is [`Row::first`]).
pub fn encode(last: Row, row: Row, out: &mut impl Extend<u8>) {
    let delta = i64::from(row.line) - i64::from(last.line);
    let zigzag = ((delta << 1) ^ (delta >> 63)) as u64;
    let mut word = zigzag << 2;
    if row.file != last.file {
        word |= NEW_FILE;
    }
    if row.inline != last.inline {
        word |= NEW_INLINE;
    }
    put_uvarint(u64::from(row.offset - last.offset), out);
    put_uvarint(word, out);
    if word & NEW_FILE != 0 {
        put_uvarint(u64::from(row.file), out);
    }
    if word & NEW_INLINE != 0 {
        put_uvarint(u64::from(row.inline), out);
    }
}

fn put_uvarint(mut value: u64, out: &mut impl Extend<u8>) {
    while value >= 0x80 {
        out.extend([value as u8 | 0x80]);
        value >>= 7;
    }
    out.extend([value as u8]);
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    #[test]
    fn tables_round_trip() {
        let first = Row { offset: 0, line: 10, file: 2, inline: 0 };
        let row = |offset, line, file, inline| Row { offset, line, file, inline };
        let rows = [
            row(0, 10, 2, 0),
            row(5, 9, 2, 0),
            row(300, 100_000, 7, 3),
            row(301, 1, 7, 0),
            row(1 << 30, u32::MAX, 0, 1 << 20),
        ];
        let mut table = Vec::new();
        let mut last = first;
        for r in rows {
            encode(last, r, &mut table);
            last = r;
        }
        assert_eq!(Rows::new(&table, first).collect::<Vec<_>>(), rows);
        assert_eq!(lookup(&table, first, 299), rows[1]);
        assert_eq!(lookup(&table, first, 300), rows[2]);
        assert_eq!(lookup(&table[..3], first, 1000), rows[0]);
        assert_eq!(lookup(&[], first, 4), first);
    }
}
