//! What the runtime finds the program by.

use undergo_abi::module::{IMPORT_SYMBOLS, Module};
use undergo_ir::Sym;

use crate::LinkError;
use crate::layout::Layout;
use crate::symbols::Symbols;
use crate::tables::Tables;

/// Imports that every program has; the others are there if reflect is.
const REQUIRED: usize = 5;

/// The bytes of the [`Module`].
pub(crate) fn fill(layout: &Layout, symbols: &Symbols<'_>, tables: &Tables) -> Result<Vec<u8>, LinkError> {
    let mut imports = [0; IMPORT_SYMBOLS.len()];
    let mut missing = Vec::new();
    for (n, name) in IMPORT_SYMBOLS.iter().enumerate() {
        let sym = Sym::new(name);
        match symbols.get(sym) {
            Some(addr) => imports[n] = addr,
            None if n < REQUIRED => missing.push((sym, Sym::new("the runtime"))),
            None => {}
        }
    }
    if !missing.is_empty() {
        return Err(LinkError::Undefined(missing));
    }
    let [data, noptrdata, bss, noptrbss] = layout.writable;
    let m = Module {
        version: undergo_abi::VERSION,
        text: layout.text,
        // Everything constant, the tables included: addresses in it never point to the heap.
        rodata: [layout.rodata[0], tables.end()],
        data,
        noptrdata,
        bss,
        noptrbss,
        funcs: tables.funcs,
        files: tables.files,
        typelinks: tables.typelinks,
        itabs: tables.itabs,
        imports,
        modinfo: tables.modinfo,
        godebug_default: tables.godebug,
    };
    let pairs = [m.text, m.rodata, m.data, m.noptrdata, m.bss, m.noptrbss, m.funcs, m.files, m.typelinks, m.itabs];
    let mut words = vec![m.version];
    words.extend(pairs.into_iter().flatten());
    words.extend(m.imports);
    words.extend(m.modinfo);
    words.extend(m.godebug_default);
    debug_assert_eq!(words.len() * 8, size_of::<Module>());
    Ok(words.into_iter().flat_map(u64::to_le_bytes).collect())
}
