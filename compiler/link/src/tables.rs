//! What the runtime reads about functions ([`undergo_abi::pctab`]), and lists of descriptors.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use undergo_abi::pctab::{FuncEntry, InlineEntry, Row, encode, flag};
use undergo_codegen::Compiled;
use undergo_ir::{Program, Site, Sym};

use crate::LinkError;
use crate::buildinfo::BuildInfo;
use crate::layout::{Layout, Range};
use crate::symbols::Symbols;
use crate::units::Units;

/// Bytes from [`Layout::tables`] on, with where in them things are. A list is (address, number of elements).
pub(crate) struct Tables {
    base: u64,
    /// All tables, one after the other.
    pub bytes: Vec<u8>,
    /// [`FuncEntry`]s.
    pub funcs: [u64; 2],
    /// (address, length) of file names.
    pub files: [u64; 2],
    /// Addresses of descriptors.
    pub typelinks: [u64; 2],
    /// Addresses of itabs.
    pub itabs: [u64; 2],
    /// Module text.
    pub modinfo: [u64; 2],
    /// GODEBUG settings.
    pub godebug: [u64; 2],
    /// The section `.go.buildinfo`.
    pub buildinfo: Range,
}

impl Tables {
    /// Everything but the contents of typelinks and itabs, which may lie behind the tables.
    pub fn new(program: &Program, units: &Units<'_>, layout: &Layout, info: &BuildInfo) -> Tables {
        let mut w = Writer {
            base: layout.tables,
            bytes: Vec::new(),
            strings: FxHashMap::default(),
            files: FxHashMap::default(),
        };
        let buildinfo = w.put(&info.section, 16);
        let typelinks = w.reserve(program.typelinks.len());
        let itabs = w.reserve(program.itabs.len());
        let files = w.file_table(units);
        let mut entries = Vec::with_capacity(units.funcs.len());
        for (f, &start) in units.funcs.iter().zip(&layout.funcs) {
            entries.push(w.function(f, start));
        }
        let mut bytes = Vec::with_capacity(entries.len() * size_of::<FuncEntry>());
        for e in &entries {
            put_entry(e, &mut bytes);
        }
        let funcs = [w.put(&bytes, 64), entries.len() as u64];
        let modinfo = [w.put(&info.modinfo, 1), info.modinfo.len() as u64];
        let godebug = program.godebug.as_bytes();
        let godebug = [w.put(godebug, 1), godebug.len() as u64];
        Tables {
            base: w.base,
            bytes: w.bytes,
            funcs,
            files,
            typelinks,
            itabs,
            modinfo,
            godebug,
            buildinfo: [buildinfo, buildinfo + info.section.len() as u64],
        }
    }

    /// Address behind the tables.
    pub fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// Writes typelinks and itabs, now that all symbols have addresses.
    pub fn fill_links(&mut self, program: &Program, symbols: &Symbols<'_>) -> Result<(), LinkError> {
        let mut missing = Vec::new();
        for (list, start, by) in
            [(&program.typelinks, self.typelinks[0], "typelinks"), (&program.itabs, self.itabs[0], "itabs")]
        {
            for (n, &sym) in list.iter().enumerate() {
                let at = (start - self.base) as usize + n * 8;
                match symbols.get(sym) {
                    Some(addr) => self.bytes[at..at + 8].copy_from_slice(&addr.to_le_bytes()),
                    None => missing.push((sym, Sym::new(by))),
                }
            }
        }
        if missing.is_empty() {
            Ok(())
        } else {
            missing.sort_unstable();
            Err(LinkError::Undefined(missing))
        }
    }
}

struct Writer {
    base: u64,
    bytes: Vec<u8>,
    strings: FxHashMap<Sym, u32>,
    files: FxHashMap<Sym, u32>,
}

impl Writer {
    /// Appends bytes; gives their address.
    fn put(&mut self, bytes: &[u8], align: usize) -> u64 {
        self.bytes.resize(self.bytes.len().next_multiple_of(align), 0);
        let addr = self.base + self.bytes.len() as u64;
        self.bytes.extend(bytes);
        addr
    }

    /// Space for a list of addresses.
    fn reserve(&mut self, n: usize) -> [u64; 2] {
        [self.put(&vec![0; n * 8], 8), n as u64]
    }

    /// Address and length of a string, which is stored once.
    fn string(&mut self, s: Sym) -> [u32; 2] {
        let text = s.as_str();
        let addr = match self.strings.get(&s) {
            Some(&addr) => addr,
            None => {
                let addr = self.put(text.as_bytes(), 1) as u32;
                self.strings.insert(s, addr);
                addr
            }
        };
        [addr, text.len() as u32]
    }

    fn file_table(&mut self, units: &Units<'_>) -> [u64; 2] {
        // Sites of one function mostly share a file: comparing with the last one saves most insertions.
        let mut last = None;
        let mut names = BTreeSet::new();
        for f in &units.funcs {
            for s in &f.sites {
                if last.replace(s.file) != Some(s.file) {
                    names.insert(s.file);
                }
            }
        }
        let mut rows = Vec::with_capacity(names.len() * 8);
        for (n, &name) in names.iter().enumerate() {
            self.files.insert(name, n as u32);
            for word in self.string(name) {
                rows.extend(word.to_le_bytes());
            }
        }
        [self.put(&rows, 8), names.len() as u64]
    }

    fn function(&mut self, f: &Compiled, start: u64) -> FuncEntry {
        let own = &f.sites[0];
        let [name, name_len] = self.string(own.name);
        let mut e = FuncEntry {
            entry: start as u32 + f.entry,
            size: f.code.len() as u32 - f.entry,
            name,
            name_len,
            file: self.files[&own.file],
            start_line: own.start_line,
            frame_size: f.frame_size,
            flags: f.flags,
            landing_pad: f.landing_pad.map_or(0, |pad| pad - f.entry),
            n_inlines: f.sites.len() as u32 - 1,
            n_unsafe_ranges: f.unsafe_ranges.len() as u32,
            ..FuncEntry::default()
        };
        let lines = self.lines(f, Row::first(&e));
        e.lines = self.put(&lines, 1) as u32;
        e.lines_len = lines.len() as u32;
        let mut inlines = Vec::new();
        for s in &f.sites[1..] {
            self.inline(f, s, &mut inlines);
        }
        e.inlines = self.put(&inlines, 4) as u32;
        let mut ranges = Vec::new();
        for &(from, to) in &f.unsafe_ranges {
            ranges.extend((from - f.entry).to_le_bytes());
            ranges.extend((to - f.entry).to_le_bytes());
        }
        e.unsafe_ranges = self.put(&ranges, 4) as u32;
        e
    }

    fn lines(&self, f: &Compiled, first: Row) -> Vec<u8> {
        let mut out = Vec::new();
        let mut last = first;
        for l in &f.lines {
            let site = &f.sites[l.loc.site as usize];
            let row =
                Row { offset: l.offset - f.entry, line: l.loc.line, file: self.files[&site.file], inline: l.loc.site };
            encode(last, row, &mut out);
            last = row;
        }
        out
    }

    fn inline(&mut self, f: &Compiled, s: &Site, out: &mut Vec<u8>) {
        let [name, name_len] = self.string(s.name);
        let caller = &f.sites[s.parent as usize];
        let e = InlineEntry {
            name,
            name_len,
            // Site 0 is the function itself, so site n is inline entry n - 1.
            parent: s.parent,
            call_file: self.files[&caller.file],
            call_line: s.call_line,
            start_line: s.start_line,
            flags: if s.wrapper { flag::WRAPPER } else { 0 },
        };
        let words = [e.name, e.name_len, e.parent, e.call_file, e.call_line, e.start_line, e.flags];
        const _: () = assert!(size_of::<InlineEntry>() == 7 * 4);
        out.extend(words.into_iter().flat_map(u32::to_le_bytes));
    }
}

fn put_entry(e: &FuncEntry, out: &mut Vec<u8>) {
    let words = [
        e.entry,
        e.size,
        e.name,
        e.name_len,
        e.file,
        e.start_line,
        e.frame_size,
        e.flags,
        e.landing_pad,
        e.lines,
        e.lines_len,
        e.inlines,
        e.n_inlines,
        e.unsafe_ranges,
        e.n_unsafe_ranges,
        e.reserved,
    ];
    const _: () = assert!(size_of::<FuncEntry>() == 16 * 4);
    out.extend(words.into_iter().flat_map(u32::to_le_bytes));
}
