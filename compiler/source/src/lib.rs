//! Files, positions, names and diagnostics: what every later phase of the compiler refers to.
//!
//! Reading order: [`text`] (strings that are kept), [`name`] (interned ones), [`pos`] (positions and the source map), [`diag`] (errors as values),
//! [`shown`] (which of them a person sees).
//!
//! Invariants:
//! - A [`Pos`] is an offset into one process-wide address space of source bytes; `Pos(0)` means "no position".
//! - [`Name`]s compare by identity; their order of creation is never observable in output.
#![forbid(unsafe_code)]

pub mod diag;
pub mod name;
pub mod pos;
pub mod shown;
pub mod text;

pub use diag::{Diag, Severity};
pub use name::Name;
pub use pos::{FileId, Pos, Position, SourceFile, SourceMap};
pub use text::Text;
