//! Contents of our sections, with every address filled in.

use std::collections::BTreeMap;

use undergo_codegen::RelocKind;
use undergo_ir::{RelocKind as DataRelocKind, Section, Sym};

use crate::LinkError;
use crate::layout::{Layout, Range};
use crate::symbols::Symbols;
use crate::units::Units;

/// Bytes of the sections that are in the file.
pub(crate) struct Contents {
    pub text: Vec<u8>,
    pub rodata: Vec<u8>,
    /// data and noptrdata, from the start of the first to the end of the second.
    pub data: Vec<u8>,
}

pub(crate) fn contents(units: &Units<'_>, layout: &Layout, symbols: &Symbols<'_>) -> Result<Contents, LinkError> {
    let mut r = Relocator { symbols, undefined: BTreeMap::new(), overflow: None };
    let text = r.text(units, layout);
    let rodata = r.data(units, layout, layout.rodata, &[Section::Rodata]);
    let range = [layout.writable[0][0], layout.writable[1][1]];
    let sections = [Section::Data, Section::NoPtrData, Section::Bss, Section::NoPtrBss];
    let data = r.data(units, layout, range, &sections);
    if !r.undefined.is_empty() {
        return Err(LinkError::Undefined(r.undefined.into_iter().collect()));
    }
    match r.overflow {
        Some(e) => Err(e),
        None => Ok(Contents { text, rodata, data }),
    }
}

struct Relocator<'a> {
    symbols: &'a Symbols<'a>,
    /// Undefined symbols with the first that refers to each.
    undefined: BTreeMap<Sym, Sym>,
    overflow: Option<LinkError>,
}

impl Relocator<'_> {
    fn text(&mut self, units: &Units<'_>, layout: &Layout) -> Vec<u8> {
        let base = layout.text[0];
        // int3 between functions.
        let mut out = vec![0xcc; (layout.text[1] - base) as usize];
        for (f, &start) in units.funcs.iter().zip(&layout.funcs) {
            let at = (start - base) as usize;
            let code = &mut out[at..at + f.code.len()];
            code.copy_from_slice(&f.code);
            for r in &f.relocs {
                let Some(target) = self.resolve(r.sym, f.sym) else {
                    continue;
                };
                let value = target.wrapping_add(r.addend as u64);
                let place = start + u64::from(r.offset);
                let field = &mut code[r.offset as usize..];
                let fits = match r.kind {
                    RelocKind::Abs64 => put64(field, value),
                    RelocKind::Abs32 => put32(field, value),
                    RelocKind::Rel32 => put_relative(field, value.wrapping_sub(place)),
                };
                self.note(fits, f.sym, r.sym);
            }
        }
        out
    }

    fn data(&mut self, units: &Units<'_>, layout: &Layout, range: Range, sections: &[Section]) -> Vec<u8> {
        let mut out = vec![0; (range[1] - range[0]) as usize];
        for (d, &addr) in units.data.iter().zip(&layout.data) {
            // Zeroed sections have no bytes, but are looked at: a relocation there is a bug, caught by the slice.
            if !sections.contains(&d.section) || (d.bytes.is_empty() && d.relocs.is_empty()) {
                continue;
            }
            let at = (addr - range[0]) as usize;
            let bytes = &mut out[at..at + d.size as usize];
            bytes[..d.bytes.len()].copy_from_slice(&d.bytes);
            for r in &d.relocs {
                let Some(target) = self.resolve(r.sym, d.sym) else {
                    continue;
                };
                let value = target.wrapping_add(r.addend as u64);
                let field = &mut bytes[r.offset as usize..];
                let fits = match r.kind {
                    DataRelocKind::Abs64 => put64(field, value),
                    DataRelocKind::Abs32 => put32(field, value),
                };
                self.note(fits, d.sym, r.sym);
            }
        }
        out
    }

    fn resolve(&mut self, sym: Sym, by: Sym) -> Option<u64> {
        let addr = self.symbols.get(sym);
        if addr.is_none() {
            self.undefined.entry(sym).or_insert(by);
        }
        addr
    }

    fn note(&mut self, fits: bool, within: Sym, to: Sym) {
        if !fits {
            self.overflow.get_or_insert(LinkError::Overflow { within, to });
        }
    }
}

fn put64(field: &mut [u8], value: u64) -> bool {
    field[..8].copy_from_slice(&value.to_le_bytes());
    true
}

/// Below 2 GiB, so that it does not matter whether the reader extends the sign.
fn put32(field: &mut [u8], value: u64) -> bool {
    field[..4].copy_from_slice(&(value as u32).to_le_bytes());
    i32::try_from(value as i64).is_ok_and(|v| v >= 0)
}

fn put_relative(field: &mut [u8], distance: u64) -> bool {
    field[..4].copy_from_slice(&(distance as u32).to_le_bytes());
    i32::try_from(distance as i64).is_ok()
}
