//! x86-64 assembly, one file per concern; each opens with the stack pictures it needs.

pub mod alloc;
pub mod barrier;
pub mod cache;
pub mod cpu;
pub mod entry;
pub mod leaf;
pub mod memory;
pub mod morestack;
pub mod reflect;
pub mod signal;
pub mod start;
pub mod switch;

use core::mem::offset_of;
use undergo_abi::module::{Import, Module};

/// Offset of an import's address in [`Module`].
pub(crate) const fn import_offset(i: Import) -> usize {
    offset_of!(Module, imports) + i as usize * 8
}
