//! The ELF file.
//!
//! ```text
//! file header, program headers
//! runtime segments         each at a multiple of the page size, as in memory
//! text, rodata, data       likewise
//! .symtab .strtab          unless stripped
//! .shstrtab, section headers
//! ```
//!
//! Section headers are not needed to run, but tools (nm, gdb, perf, `go version`) find symbols and build information
//! through them.

use object::SectionKind;
use object::elf::*;

use crate::image::Image;
use crate::layout::{Layout, PAGE};
use crate::relocate::Contents;
use crate::tables::Tables;
use crate::units::Units;

const EHDR: u64 = 64;
const PHDR: u64 = 56;
const SHDR: usize = 64;

/// What goes into the file.
pub(crate) struct Input<'a> {
    pub image: &'a Image<'a>,
    pub units: &'a Units<'a>,
    pub layout: &'a Layout,
    pub contents: &'a Contents,
    pub tables: &'a Tables,
    pub module: &'a [u8],
    pub strip: bool,
}

/// A loaded range with its place in the file.
struct Segment {
    flags: u32,
    addr: u64,
    offset: u64,
    file_size: u64,
    size: u64,
}

/// A section header before its name has an offset.
struct Section {
    name: String,
    kind: u32,
    flags: u32,
    addr: u64,
    offset: u64,
    size: u64,
    link: u32,
    info: u32,
    align: u64,
    entry_size: u64,
}

/// The finished file.
pub(crate) fn write(input: &Input<'_>) -> Vec<u8> {
    let n_segments = input.image.segments.len() + 3;
    let mut w = Writer {
        out: Vec::new(),
        segments: Vec::new(),
        // The first section header is empty.
        sections: vec![Section::new("", SHT_NULL, 0, [0, 0], 0)],
    };
    // Space for the headers; one more program header for the stack's permissions.
    w.out.resize((EHDR + PHDR * (n_segments as u64 + 1)) as usize, 0);
    w.image(input);
    w.program(input);
    if !input.strip {
        w.symbols(input);
    }
    let sections_at = w.section_headers();
    w.headers(input.image.entry, sections_at);
    w.out
}

impl Section {
    fn new(name: &str, kind: u32, flags: u32, range: [u64; 2], offset: u64) -> Section {
        Section {
            name: name.to_owned(),
            kind,
            flags,
            addr: range[0],
            offset,
            size: range[1] - range[0],
            link: 0,
            info: 0,
            align: 1,
            entry_size: 0,
        }
    }
}

struct Writer {
    out: Vec<u8>,
    segments: Vec<Segment>,
    sections: Vec<Section>,
}

impl Writer {
    /// Appends a segment; gives its offset in the file, which equals its address modulo the page size.
    fn segment(&mut self, flags: u32, addr: u64, bytes: &[u8], size: u64) -> u64 {
        let offset = (self.out.len() as u64).next_multiple_of(PAGE) + addr % PAGE;
        self.out.resize(offset as usize, 0);
        self.out.extend(bytes);
        self.segments.push(Segment { flags, addr, offset, file_size: bytes.len() as u64, size });
        offset
    }

    /// The runtime as it is, but for its module table.
    fn image(&mut self, input: &Input<'_>) {
        for s in &input.image.segments {
            let offset = self.segment(s.flags, s.addr, s.bytes, s.size);
            let module = input.image.module;
            if (s.addr..s.addr + s.bytes.len() as u64).contains(&module) {
                let at = (offset + (module - s.addr)) as usize;
                self.out[at..at + input.module.len()].copy_from_slice(input.module);
            }
        }
        for s in &input.image.sections {
            let (kind, flags) = match s.kind {
                SectionKind::Text => (SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR),
                SectionKind::Data => (SHT_PROGBITS, SHF_ALLOC | SHF_WRITE),
                SectionKind::UninitializedData => (SHT_NOBITS, SHF_ALLOC | SHF_WRITE),
                _ => (SHT_PROGBITS, SHF_ALLOC),
            };
            let offset = self.offset_of(s.addr);
            // The plain names are those of the program.
            let name = format!("{}.runtime", s.name);
            let range = [s.addr, s.addr + s.size];
            self.sections.push(Section::new(&name, kind, flags, range, offset));
        }
    }

    fn program(&mut self, input: &Input<'_>) {
        let (l, c, t) = (input.layout, input.contents, input.tables);
        self.segment(PF_R | PF_X, l.text[0], &c.text, c.text.len() as u64);
        let mut rodata = c.rodata.clone();
        rodata.resize((l.tables - l.rodata[0]) as usize, 0);
        rodata.extend(&t.bytes);
        self.segment(PF_R, l.rodata[0], &rodata, rodata.len() as u64);
        let [data, noptrdata, bss, noptrbss] = l.writable;
        let size = noptrbss[1] - data[0];
        self.segment(PF_R | PF_W, data[0], &c.data, size);
        let executable = SHF_ALLOC | SHF_EXECINSTR;
        let writable = SHF_ALLOC | SHF_WRITE;
        for (name, kind, flags, range) in [
            (".text", SHT_PROGBITS, executable, l.text),
            (".rodata", SHT_PROGBITS, SHF_ALLOC, l.rodata),
            (".go.buildinfo", SHT_PROGBITS, SHF_ALLOC, t.buildinfo),
            (".gopclntab", SHT_PROGBITS, SHF_ALLOC, [t.buildinfo[1], t.end()]),
            (".data", SHT_PROGBITS, writable, data),
            (".noptrdata", SHT_PROGBITS, writable, noptrdata),
            (".bss", SHT_NOBITS, writable, bss),
            (".noptrbss", SHT_NOBITS, writable, noptrbss),
        ] {
            let offset = self.offset_of(range[0]);
            let mut section = Section::new(name, kind, flags, range, offset);
            section.align = 16;
            self.sections.push(section);
        }
    }

    /// Offset in the file of an address; for zeroed memory, the end of its segment's bytes.
    fn offset_of(&self, addr: u64) -> u64 {
        let inside = |s: &&Segment| (s.addr..=s.addr + s.size).contains(&addr);
        match self.segments.iter().rev().find(inside) {
            Some(s) => s.offset + (addr - s.addr).min(s.file_size),
            None => 0,
        }
    }

    fn symbols(&mut self, input: &Input<'_>) {
        let mut table = SymbolTable::new(&self.sections);
        for s in &input.image.symbols {
            let kind = if s.is_function { STT_FUNC } else { STT_OBJECT };
            table.put(s.name, kind, s.addr, s.size);
        }
        let l = input.layout;
        for (f, &start) in input.units.funcs.iter().zip(&l.funcs) {
            let entry = u64::from(f.entry);
            let size = f.code.len() as u64 - entry;
            table.put(f.sym.as_str(), STT_FUNC, start + entry, size);
        }
        for (d, &addr) in input.units.data.iter().zip(&l.data) {
            table.put(d.sym.as_str(), STT_OBJECT, addr, d.size);
        }
        let range = |bytes: &[u8]| [0, bytes.len() as u64];
        self.out.resize(self.out.len().next_multiple_of(8), 0);
        let mut symtab = Section::new(".symtab", SHT_SYMTAB, 0, range(&table.symbols), self.here());
        symtab.link = self.sections.len() as u32 + 1;
        // All but the empty first one are global.
        symtab.info = 1;
        symtab.align = 8;
        symtab.entry_size = SYM as u64;
        self.out.extend(&table.symbols);
        let strtab = Section::new(".strtab", SHT_STRTAB, 0, range(&table.names), self.here());
        self.out.extend(&table.names);
        self.sections.extend([symtab, strtab]);
    }

    fn here(&self) -> u64 {
        self.out.len() as u64
    }

    /// Writes names and headers of sections; gives the offset of the headers.
    fn section_headers(&mut self) -> u64 {
        let own = Section::new(".shstrtab", SHT_STRTAB, 0, [0, 0], self.here());
        self.sections.push(own);
        let mut names = Vec::new();
        let mut offsets = Vec::new();
        for s in &self.sections {
            offsets.push(names.len() as u32);
            names.extend(s.name.as_bytes());
            names.push(0);
        }
        if let Some(own) = self.sections.last_mut() {
            own.size = names.len() as u64;
        }
        self.out.extend(&names);
        self.out.resize(self.out.len().next_multiple_of(8), 0);
        let at = self.here();
        for (s, name) in self.sections.iter().zip(offsets) {
            let before = self.out.len();
            for word in [name, s.kind] {
                self.out.extend(word.to_le_bytes());
            }
            for word in [u64::from(s.flags), s.addr, s.offset, s.size] {
                self.out.extend(word.to_le_bytes());
            }
            for word in [s.link, s.info] {
                self.out.extend(word.to_le_bytes());
            }
            for word in [s.align, s.entry_size] {
                self.out.extend(word.to_le_bytes());
            }
            debug_assert_eq!(self.out.len() - before, SHDR);
        }
        at
    }

    fn headers(&mut self, entry: u64, sections_at: u64) {
        let mut h = Vec::with_capacity(EHDR as usize);
        h.extend(ELFMAG);
        h.extend([ELFCLASS64, ELFDATA2LSB, EV_CURRENT, ELFOSABI_NONE]);
        h.resize(16, 0);
        h.extend(ET_EXEC.to_le_bytes());
        h.extend(EM_X86_64.to_le_bytes());
        h.extend(u32::from(EV_CURRENT).to_le_bytes());
        for word in [entry, EHDR, sections_at] {
            h.extend(word.to_le_bytes());
        }
        h.extend(0u32.to_le_bytes());
        let n_segments = self.segments.len() as u16 + 1;
        let n_sections = self.sections.len() as u16;
        for half in [EHDR as u16, PHDR as u16, n_segments, SHDR as u16, n_sections, n_sections - 1] {
            h.extend(half.to_le_bytes());
        }
        for s in &self.segments {
            let sizes = [s.file_size, s.size];
            program_header(&mut h, PT_LOAD, s.flags, [s.offset, s.addr], sizes);
        }
        program_header(&mut h, PT_GNU_STACK, PF_R | PF_W, [0, 0], [0, 0]);
        self.out[..h.len()].copy_from_slice(&h);
    }
}

fn program_header(h: &mut Vec<u8>, kind: u32, flags: u32, at: [u64; 2], sizes: [u64; 2]) {
    h.extend(kind.to_le_bytes());
    h.extend(flags.to_le_bytes());
    let align = if kind == PT_LOAD { PAGE } else { 16 };
    for word in [at[0], at[1], at[1], sizes[0], sizes[1], align] {
        h.extend(word.to_le_bytes());
    }
}

const SYM: usize = 24;

struct SymbolTable {
    symbols: Vec<u8>,
    names: Vec<u8>,
    /// Sections by address: end, start, index.
    sections: Vec<(u64, u64, u16)>,
}

impl SymbolTable {
    fn new(sections: &[Section]) -> SymbolTable {
        let mut ranges: Vec<(u64, u64, u16)> = sections
            .iter()
            .enumerate()
            .filter(|(_, s)| s.addr != 0)
            .map(|(n, s)| (s.addr + s.size, s.addr, n as u16))
            .collect();
        ranges.sort_unstable();
        SymbolTable { symbols: vec![0; SYM], names: vec![0], sections: ranges }
    }

    fn put(&mut self, name: &str, kind: u8, addr: u64, size: u64) {
        self.symbols.extend((self.names.len() as u32).to_le_bytes());
        self.symbols.extend([STB_GLOBAL << 4 | kind, STV_DEFAULT]);
        self.symbols.extend(self.section_of(addr).to_le_bytes());
        self.symbols.extend(addr.to_le_bytes());
        self.symbols.extend(size.to_le_bytes());
        self.names.extend(name.as_bytes());
        self.names.push(0);
    }

    fn section_of(&self, addr: u64) -> u16 {
        let n = self.sections.partition_point(|s| s.0 <= addr);
        match self.sections.get(n) {
            Some(&(_, start, index)) if start <= addr => index,
            _ => SHN_ABS,
        }
    }
}
