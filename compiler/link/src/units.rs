//! What is linked: every symbol once, sorted by name.

use undergo_codegen::Compiled;
use undergo_ir::{Data, Program, Section};

use crate::LinkError;

/// Functions and data in their final order.
pub(crate) struct Units<'a> {
    /// By symbol.
    pub funcs: Vec<&'a Compiled>,
    /// By section, then symbol.
    pub data: Vec<&'a Data>,
}

impl<'a> Units<'a> {
    /// Identical definitions of a symbol (instances of generics, type descriptors) are merged.
    pub fn collect(program: &'a Program, compiled: &'a [Compiled]) -> Result<Units<'a>, LinkError> {
        let mut funcs: Vec<&Compiled> = compiled.iter().collect();
        funcs.sort_by_key(|f| f.sym);
        for pair in funcs.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            if a.sym == b.sym && (a.code != b.code || a.relocs != b.relocs) {
                return Err(LinkError::Duplicate(a.sym));
            }
        }
        funcs.dedup_by_key(|f| f.sym);
        let mut data: Vec<&Data> = program.data.iter().collect();
        data.sort_by_key(|d| (d.section, d.sym));
        for pair in data.windows(2) {
            if pair[0].sym == pair[1].sym && pair[0] != pair[1] {
                return Err(LinkError::Duplicate(pair[0].sym));
            }
        }
        data.dedup_by_key(|d| d.sym);
        Ok(Units { funcs, data })
    }

    /// Data of one section.
    pub fn section(&self, s: Section) -> &[&'a Data] {
        let start = self.data.partition_point(|d| d.section < s);
        let end = self.data.partition_point(|d| d.section <= s);
        &self.data[start..end]
    }
}
