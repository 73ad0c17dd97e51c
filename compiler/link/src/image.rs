//! The runtime image: segments, sections and exported symbols of a static ELF file.

use object::elf::{PF_W, PF_X, PT_LOAD};
use object::read::elf::{ElfFile64, ProgramHeader};
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SectionKind};
use rustc_hash::FxHashMap;
use undergo_abi::module::{Module, PROGRAM_BASE, SYMBOL};

/// A range of memory and what is loaded there.
pub(crate) struct Segment<'a> {
    /// Address.
    pub addr: u64,
    /// Contents from the file.
    pub bytes: &'a [u8],
    /// Size in memory; zero behind the contents.
    pub size: u64,
    /// `PF_*` bits.
    pub flags: u32,
}

/// A section of the image, kept so that debuggers know what its symbols are in.
pub(crate) struct Section<'a> {
    pub name: &'a str,
    pub addr: u64,
    pub size: u64,
    pub kind: SectionKind,
}

/// A symbol, for the symbol table.
pub(crate) struct Symbol<'a> {
    pub name: &'a str,
    pub addr: u64,
    pub size: u64,
    pub is_function: bool,
}

/// The parsed image.
pub(crate) struct Image<'a> {
    /// Entry point of the process.
    pub entry: u64,
    /// Loaded segments, by address.
    pub segments: Vec<Segment<'a>>,
    /// Loaded sections, by address.
    pub sections: Vec<Section<'a>>,
    /// All symbols with a name, by address.
    pub symbols: Vec<Symbol<'a>>,
    /// Addresses of exported symbols.
    pub exports: FxHashMap<&'a str, u64>,
    /// Address of the [`Module`] to be filled in.
    pub module: u64,
}

impl<'a> Image<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Image<'a>, String> {
        if bytes.is_empty() {
            return Err("it did not build together with this compiler".into());
        }
        let elf: ElfFile64<'a, Endianness> = ElfFile64::parse(bytes).map_err(|e| e.to_string())?;
        let mut symbols = Vec::new();
        let mut exports = FxHashMap::default();
        let mut module = None;
        for s in elf.symbols().filter(ObjectSymbol::is_definition) {
            let name = s.name().map_err(|e| e.to_string())?;
            if name.is_empty() {
                continue;
            }
            if name == SYMBOL {
                module = Some((s.address(), s.size()));
            }
            if s.is_global() {
                exports.insert(name, s.address());
            }
            symbols.push(Symbol {
                name,
                addr: s.address(),
                size: s.size(),
                is_function: s.kind() == object::SymbolKind::Text,
            });
        }
        symbols.sort_by_key(|s| (s.addr, s.name));
        let (module, size) = module.ok_or(format!("no symbol {SYMBOL}"))?;
        if size as usize != size_of::<Module>() {
            return Err(format!("{SYMBOL} has {size} bytes: another version"));
        }
        let image = Image {
            entry: elf.entry(),
            segments: segments(&elf, bytes)?,
            sections: sections(&elf),
            symbols,
            exports,
            module,
        };
        match image.segments.last() {
            Some(last) if last.addr + last.size <= PROGRAM_BASE => {}
            _ => return Err("its segments reach into those of the program".into()),
        }
        if image.segments.iter().any(|s| s.flags & (PF_W | PF_X) == PF_W | PF_X) {
            return Err("a segment is writable and executable".into());
        }
        Ok(image)
    }
}

fn segments<'a>(elf: &ElfFile64<'a, Endianness>, bytes: &'a [u8]) -> Result<Vec<Segment<'a>>, String> {
    let endian = elf.endian();
    let mut out = Vec::new();
    for p in elf.elf_program_headers() {
        if p.p_type(endian) == PT_LOAD && p.p_memsz(endian) > 0 {
            out.push(Segment {
                addr: p.p_vaddr(endian),
                bytes: p.data(endian, bytes).map_err(|()| "a segment is cut off".to_string())?,
                size: p.p_memsz(endian),
                flags: p.p_flags(endian),
            });
        }
    }
    out.sort_by_key(|s| s.addr);
    Ok(out)
}

fn sections<'a>(elf: &ElfFile64<'a, Endianness>) -> Vec<Section<'a>> {
    let mut out: Vec<Section<'a>> = elf
        .sections()
        .filter(|s| s.address() != 0 && s.size() != 0)
        .filter_map(|s| Some(Section { name: name_of(elf, &s)?, addr: s.address(), size: s.size(), kind: s.kind() }))
        .collect();
    out.sort_by_key(|s| s.addr);
    out
}

/// The name with the lifetime of the file's bytes, which `ObjectSection::name` shortens to that of the section.
fn name_of<'a>(
    elf: &ElfFile64<'a, Endianness>,
    s: &object::read::elf::ElfSection64<'a, '_, Endianness>,
) -> Option<&'a str> {
    let table = elf.elf_section_table();
    let name = table.section_name(elf.endian(), s.elf_section_header()).ok()?;
    std::str::from_utf8(name).ok()
}
