//! Names to addresses.

use rustc_hash::FxHashMap;
use undergo_ir::{Program, Sym};

use crate::image::Image;
use crate::layout::Layout;
use crate::units::Units;

/// Aliases of aliases followed at most; a longer chain is a cycle.
const MAX_CHAIN: usize = 16;

/// Resolves symbols: a definition of the program comes before an alias, an alias before an export of the runtime. So
/// a Go definition overrides what the runtime provides under the same name.
pub(crate) struct Symbols<'a> {
    defined: FxHashMap<Sym, u64>,
    aliases: FxHashMap<Sym, Sym>,
    exports: &'a FxHashMap<&'a str, u64>,
}

impl<'a> Symbols<'a> {
    pub fn new(program: &Program, units: &Units<'_>, layout: &Layout, image: &'a Image<'a>) -> Symbols<'a> {
        let mut defined = FxHashMap::default();
        defined.reserve(units.funcs.len() + units.data.len());
        for (f, &start) in units.funcs.iter().zip(&layout.funcs) {
            defined.insert(f.sym, start + u64::from(f.entry));
        }
        for (d, &addr) in units.data.iter().zip(&layout.data) {
            defined.insert(d.sym, addr);
        }
        Symbols { defined, aliases: program.aliases.iter().copied().collect(), exports: &image.exports }
    }

    /// The address of a symbol, if anything defines it.
    pub fn get(&self, sym: Sym) -> Option<u64> {
        let mut at = sym;
        for _ in 0..MAX_CHAIN {
            if let Some(&addr) = self.defined.get(&at) {
                return Some(addr);
            }
            match self.aliases.get(&at) {
                Some(&to) => at = to,
                None => break,
            }
        }
        // Under the alias's target, or else (a declaration without a body, say) under the name itself.
        let export = |s: Sym| self.exports.get(s.as_str()).copied();
        export(at).or_else(|| export(sym))
    }
}
