//! Compiled functions as bytes, for a cache: little-endian numbers, lists with their length in front, symbols as text.
//!
//! Bytes that were not made by this version of the crate are not to be read: [`VERSION`] belongs into the cache's keys.
//! Broken bytes give nothing, never a function that is wrong in part.

use undergo_ir::{Loc, Site, Sym};

use crate::{Compiled, LineRow, Reloc, RelocKind};

/// Identifies what code this crate makes of a function's text.
pub const VERSION: &str = env!("UNDERGO_CODEGEN_VERSION");

impl Compiled {
    /// All of it but [`Compiled::clif`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer { symbols: Vec::new(), out: Vec::with_capacity(self.code.len() * 2 + 256) };
        w.symbol(self.sym);
        w.number(self.code.len());
        w.out.extend_from_slice(&self.code);
        [self.entry, self.align, self.frame_size, self.flags].iter().for_each(|n| w.u32(*n));
        w.u32(self.landing_pad.map_or(u32::MAX, |p| p));
        w.list(&self.relocs, |w, r| {
            w.u32(r.offset);
            w.u32(KINDS.iter().position(|k| *k == r.kind).expect("all kinds are listed") as u32);
            w.symbol(r.sym);
            w.out.extend_from_slice(&r.addend.to_le_bytes());
        });
        w.list(&self.lines, |w, l| [l.offset, l.loc.line, l.loc.site].iter().for_each(|n| w.u32(*n)));
        w.list(&self.sites, |w, s| {
            w.symbol(s.name);
            w.symbol(s.file);
            [s.start_line, s.parent, s.call_line, u32::from(s.wrapper)].iter().for_each(|n| w.u32(*n));
        });
        w.list(&self.unsafe_ranges, |w, (start, end)| [*start, *end].iter().for_each(|n| w.u32(*n)));
        w.list(&self.blocks, |w, b| w.u32(*b));
        w.out
    }

    /// What [`Compiled::to_bytes`] made.
    pub fn from_bytes(bytes: &[u8]) -> Option<Compiled> {
        let mut r = Reader { symbols: Vec::new(), rest: bytes };
        let sym = r.symbol()?;
        let n = r.u32()? as usize;
        let code = r.take(n)?.to_vec();
        let (entry, align, frame_size, flags) = (r.u32()?, r.u32()?, r.u32()?, r.u32()?);
        let landing_pad = Some(r.u32()?).filter(|p| *p != u32::MAX);
        let relocs = r.list(|r| {
            Some(Reloc {
                offset: r.u32()?,
                kind: *KINDS.get(r.u32()? as usize)?,
                sym: r.symbol()?,
                addend: i64::from_le_bytes(r.take(8)?.try_into().ok()?),
            })
        })?;
        let lines = r.list(|r| Some(LineRow { offset: r.u32()?, loc: Loc { line: r.u32()?, site: r.u32()? } }))?;
        let sites = r.list(|r| {
            Some(Site {
                name: r.symbol()?,
                file: r.symbol()?,
                start_line: r.u32()?,
                parent: r.u32()?,
                call_line: r.u32()?,
                wrapper: r.u32()? != 0,
            })
        })?;
        let unsafe_ranges = r.list(|r| Some((r.u32()?, r.u32()?)))?;
        let blocks = r.list(Reader::u32)?;
        let c = Compiled {
            sym,
            code,
            entry,
            align,
            relocs,
            frame_size,
            landing_pad,
            lines,
            sites,
            unsafe_ranges,
            flags,
            clif: None,
            blocks,
        };
        r.rest.is_empty().then_some(c)
    }
}

const KINDS: [RelocKind; 3] = [RelocKind::Abs64, RelocKind::Abs32, RelocKind::Rel32];

struct Writer {
    /// Symbols written so far: each text stands once, the first time.
    symbols: Vec<Sym>,
    out: Vec<u8>,
}

impl Writer {
    fn u32(&mut self, n: u32) {
        self.out.extend_from_slice(&n.to_le_bytes());
    }

    fn number(&mut self, n: usize) {
        self.u32(u32::try_from(n).expect("a function is smaller than 4 GB"));
    }

    fn symbol(&mut self, sym: Sym) {
        if let Some(at) = self.symbols.iter().position(|s| *s == sym) {
            return self.number(at);
        }
        self.number(self.symbols.len());
        self.symbols.push(sym);
        self.number(sym.as_str().len());
        self.out.extend_from_slice(sym.as_str().as_bytes());
    }

    fn list<T>(&mut self, items: &[T], each: impl Fn(&mut Writer, &T)) {
        self.number(items.len());
        items.iter().for_each(|item| each(self, item));
    }
}

struct Reader<'a> {
    symbols: Vec<Sym>,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn symbol(&mut self) -> Option<Sym> {
        let at = self.u32()? as usize;
        if at == self.symbols.len() {
            let n = self.u32()? as usize;
            let sym = Sym::new(std::str::from_utf8(self.take(n)?).ok()?);
            self.symbols.push(sym);
        }
        self.symbols.get(at).copied()
    }

    fn list<T>(&mut self, mut each: impl FnMut(&mut Reader<'a>) -> Option<T>) -> Option<Vec<T>> {
        let n = self.u32()?;
        (0..n).map(|_| each(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let (f, g) = (Sym::new("main.f"), Sym::new("main.g"));
        let site = Site { name: f, file: g, start_line: 3, parent: 0, call_line: 0, wrapper: true };
        let c = Compiled {
            sym: f,
            code: vec![1, 2, 3],
            entry: 1,
            align: 16,
            relocs: vec![Reloc { offset: 2, kind: RelocKind::Rel32, sym: g, addend: -4 }],
            frame_size: 24,
            landing_pad: Some(2),
            lines: vec![LineRow { offset: 0, loc: Loc { line: 7, site: 0 } }],
            sites: vec![site.clone(), Site { name: g, ..site }],
            unsafe_ranges: vec![(0, 1)],
            flags: 5,
            clif: None,
            blocks: vec![0, 2],
        };
        let bytes = c.to_bytes();
        let read = Compiled::from_bytes(&bytes).expect("whole");
        assert_eq!(format!("{read:?}"), format!("{c:?}"));
        // Nothing is made of a part.
        for n in 0..bytes.len() {
            assert!(Compiled::from_bytes(&bytes[..n]).is_none());
        }
    }
}
