//! Addresses.
//!
//! ```text
//! runtime image   R, R X, R W             from abi::module::RUNTIME_BASE
//! text            R X                     from abi::module::PROGRAM_BASE
//! rodata          R                       program's read-only data, then tables (module `tables`)
//! data            R W                     data, noptrdata, then without bytes in the file: bss, noptrbss
//! ```

use undergo_abi::module::PROGRAM_BASE;
use undergo_ir::Section;

use crate::image::Image;
use crate::units::Units;

/// Segments start on pages, in memory and in the file.
pub(crate) const PAGE: u64 = 4096;

/// A range of addresses, `[start, end)`.
pub(crate) type Range = [u64; 2];

/// Where everything goes. Writable data is placed last, since the size of the tables before it depends on what is in
/// them.
pub(crate) struct Layout {
    /// Start of each function's code, in the order of the units.
    pub funcs: Vec<u64>,
    /// Address of each piece of data, likewise.
    pub data: Vec<u64>,
    /// Machine code.
    pub text: Range,
    /// The program's own read-only data.
    pub rodata: Range,
    /// Where the tables start.
    pub tables: u64,
    /// Sections of the writable segment, in the order data, noptrdata, bss, noptrbss.
    pub writable: [Range; 4],
}

impl Layout {
    /// Places what is read-only.
    pub fn read_only(units: &Units<'_>, image: &Image<'_>) -> Layout {
        let above = image.segments.iter().map(|s| s.addr + s.size).max();
        let base = PROGRAM_BASE.max(above.unwrap_or(0).next_multiple_of(PAGE));
        let mut at = base;
        let mut funcs = Vec::with_capacity(units.funcs.len());
        for f in &units.funcs {
            at = at.next_multiple_of(u64::from(f.align));
            funcs.push(at);
            at += f.code.len() as u64;
        }
        let text = [base, at];
        at = at.next_multiple_of(PAGE);
        let mut data = Vec::with_capacity(units.data.len());
        let rodata = place(units, Section::Rodata, &mut at, &mut data);
        Layout { funcs, data, text, rodata, tables: at.next_multiple_of(64), writable: [[0; 2]; 4] }
    }

    /// Places the writable data behind the tables.
    pub fn place_writable(&mut self, units: &Units<'_>, tables_end: u64) {
        let mut at = tables_end.next_multiple_of(PAGE);
        self.writable = [Section::Data, Section::NoPtrData, Section::Bss, Section::NoPtrBss]
            .map(|s| place(units, s, &mut at, &mut self.data));
    }
}

/// Lays out a section from `at` on. Sections are visited in the order of the units' data.
fn place(units: &Units<'_>, section: Section, at: &mut u64, out: &mut Vec<u64>) -> Range {
    *at = at.next_multiple_of(64);
    let start = *at;
    for d in units.section(section) {
        *at = at.next_multiple_of(u64::from(d.align.max(1)));
        out.push(*at);
        *at += d.size;
    }
    [start, *at]
}
