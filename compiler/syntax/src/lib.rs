//! Go source text to syntax trees.
//!
//! In: the bytes of one [`undergo_source::SourceFile`]. Out: an [`ast::File`] and the errors found. Parsing never
//! fails; what cannot be understood becomes a `Bad` node with an error beside it.
//!
//! Reading order: [`ast`] (the tree), [`position`] (where a node is, three ways).
//!
//! Invariants:
//! - A tree is immutable once parsed, and `Send + Sync`.
//! - [`ast::NodeId`]s are dense per file, from 0 to `File::n_nodes`, so facts about nodes live in plain vectors.
//! - Error texts and positions are those `go build` prints.
#![forbid(unsafe_code)]

pub mod ast;
pub mod position;
