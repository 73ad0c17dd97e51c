//! From compiled functions and static data to a static ELF executable, together with the pre-linked runtime image.
//!
//! Reading order: [`image`] (the embedded runtime), [`units`] (what is linked, without duplicates, in order),
//! [`nosplit`] (functions without a stack check fit the red zone), [`layout`] (addresses), [`buildinfo`], [`tables`] (what the runtime reads about functions), [`symbols`] (names to
//! addresses), [`relocate`], [`module`] (where the runtime finds all that), [`elf`] (the file), [`output`].
//!
//! Invariants:
//! - The same input gives the same bytes: everything is sorted by symbol, nothing is iterated in the order of a hash.
//! - The runtime image is not moved, so that it need not be relocated: only its [`undergo_abi::module::Module`] is
//!   filled in. Our segments lie above it, below 2 GiB.
//! - Every byte of our segments is placed by [`layout`] before any is written, so that relocation is one pass.
#![forbid(unsafe_code)]

mod buildinfo;
mod elf;
mod image;
mod layout;
mod module;
mod nosplit;
pub mod output;
mod relocate;
mod symbols;
mod tables;
mod units;

use std::fmt;

use undergo_codegen::Compiled;
use undergo_ir::{Program, Sym};

pub use output::write_executable;

/// The runtime image that this linker was built with.
pub const RUNTIME: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/runtime.elf"));

/// What the user may choose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Leave the symbol table out (`-ldflags=-s`).
    pub strip: bool,
    /// Version for `go version`, as in `go1.27.3`.
    pub version: String,
    /// Another runtime image than [`RUNTIME`], of the same sources: one that checks itself.
    pub runtime: Option<Vec<u8>>,
}

/// Why a program cannot be linked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkError {
    /// Symbols that nothing defines, each with one symbol that refers to it; sorted.
    Undefined(Vec<(Sym, Sym)>),
    /// A symbol with two different definitions.
    Duplicate(Sym),
    /// The runtime image is not what this linker expects.
    Runtime(String),
    /// An address or a distance does not fit in its field.
    Overflow {
        /// Where the field is.
        within: Sym,
        /// What it refers to.
        to: Sym,
    },
    /// Functions without a stack check call one another beyond the red zone.
    NoSplit {
        /// From the first caller on, with the bytes of each on the stack.
        chain: Vec<(Sym, u64)>,
        /// Bytes that there are.
        limit: u64,
    },
    /// Functions without a stack check call one another in a circle.
    NoSplitLoop {
        /// The call that closes it.
        from: Sym,
        /// What is called.
        to: Sym,
    },
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::Undefined(list) => {
                for (n, (sym, by)) in list.iter().enumerate() {
                    let end = if n + 1 < list.len() { "\n" } else { "" };
                    write!(f, "{by}: relocation target {sym} not defined{end}")?;
                }
                Ok(())
            }
            LinkError::Duplicate(sym) => write!(f, "duplicated definition of symbol {sym}"),
            LinkError::Runtime(text) => write!(f, "runtime image: {text}"),
            LinkError::Overflow { within, to } => {
                write!(f, "{within}: the address of {to} does not fit")
            }
            LinkError::NoSplit { chain, limit } => {
                let first = chain.first().map_or_else(String::new, |(sym, _)| sym.to_string());
                write!(f, "{first}: nosplit stack over {limit} byte limit")?;
                chain.iter().try_for_each(|(sym, bytes)| write!(f, "\n\t{sym} takes {bytes} bytes"))
            }
            LinkError::NoSplitLoop { from, to } => {
                write!(f, "{from}: nosplit stack overflow: infinite recursion through {to}")
            }
        }
    }
}
impl std::error::Error for LinkError {}

/// Links the static data of `program` with `compiled` (its functions are not looked at) and the runtime image.
pub fn link(program: &Program, compiled: Vec<Compiled>, options: &Options) -> Result<Vec<u8>, LinkError> {
    let image = image::Image::parse(options.runtime.as_deref().unwrap_or(RUNTIME)).map_err(LinkError::Runtime)?;
    let compiled = &compiled;
    let units = units::Units::collect(program, compiled)?;
    nosplit::check(&units)?;
    let mut layout = layout::Layout::read_only(&units, &image);
    let info = buildinfo::BuildInfo::new(program, &options.version);
    let mut tables = tables::Tables::new(program, &units, &layout, &info);
    layout.place_writable(&units, tables.end());
    let symbols = symbols::Symbols::new(program, &units, &layout, &image);
    tables.fill_links(program, &symbols)?;
    let contents = relocate::contents(&units, &layout, &symbols)?;
    let module = module::fill(&layout, &symbols, &tables)?;
    Ok(elf::write(&elf::Input {
        image: &image,
        units: &units,
        layout: &layout,
        contents: &contents,
        tables: &tables,
        module: &module,
        strip: options.strip,
    }))
}
