//! Go source text to syntax trees.
//!
//! In: the bytes of one [`undergo_source::SourceFile`]. Out: an [`ast::File`] and the errors found. Parsing never
//! fails; what cannot be understood becomes a `Bad` node with an error beside it.
//!
//! Reading order: [`ast`] (the tree), [`position`] (where a node is, three ways), [`token`] and `scanner` (bytes to
//! tokens; `text`, `scan_literal`, `names`, `chars` help), `parser` (tokens to tree), `directive` (`//go:…`),
//! [`branches`] (labels and jumps), [`print`](mod@print) and [`dump`](mod@dump) (tree to text), [`walk`] (children of a node),
//! [`deep`] (trees too deep for an ordinary stack), [`report`] (which errors a person sees). [`constraint`],
//! [`literal`] and `line_directive` parse small languages of their own and stand alone.
//!
//! Invariants:
//! - A tree is immutable once parsed, and `Send + Sync`.
//! - [`ast::NodeId`]s are dense per file, from 0 to `File::n_nodes`, so facts about nodes live in plain vectors.
//! - Error texts and positions are those `go build` prints.
#![forbid(unsafe_code)]

pub mod ast;
pub mod branches;
mod chars;
pub mod constraint;
pub mod deep;
mod directive;
pub mod dump;
mod embed_patterns;
mod line_directive;
pub mod literal;
mod names;
mod parser;
pub mod position;
pub mod print;
pub mod report;
mod scan_literal;
mod scanner;
mod text;
pub mod token;
mod unicode_tables;
pub mod walk;

pub use chars::is_identifier;

use ast::File;
use deep::{DEEPEST, SHALLOW, with_deep_stack};
use parser::{GaveUp, Parser};
use std::sync::Arc;
use text::CleanText;
use undergo_source::{Diag, SourceFile, SourceMap};

/// How much of a file to parse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// All of it.
    Full,
    /// Package clause and imports; the rest is not even scanned.
    Imports,
}

/// Whose source it is; some directives are reserved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A user's package.
    User,
    /// The standard library.
    Std,
    /// Package runtime and its relatives.
    Runtime,
}

/// How to parse a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseMode {
    /// How much.
    pub scope: Scope,
    /// Whose.
    pub origin: Origin,
}

impl ParseMode {
    /// All of a file of a user's package.
    pub const USER: ParseMode = ParseMode { scope: Scope::Full, origin: Origin::User };
    /// All of a file of the standard library.
    pub const STD: ParseMode = ParseMode { scope: Scope::Full, origin: Origin::Std };
    /// All of a file of package runtime.
    pub const RUNTIME: ParseMode = ParseMode { scope: Scope::Full, origin: Origin::Runtime };
    /// Imports of any file.
    pub const IMPORTS: ParseMode = ParseMode { scope: Scope::Imports, origin: Origin::User };
}

/// Parses a file of `map`. The errors are in the order in which they were found; [`report`]
/// picks those to show.
///
/// `//line` directives are added to the file's list, so a file should be parsed in full only once.
pub fn parse_file(map: &SourceMap, file: &Arc<SourceFile>, mode: ParseMode) -> (File, Vec<Diag>) {
    let clean = CleanText::new(&file.text);
    if let (tree, errors, Outcome::Complete) = try_parse(map, file, &clean, mode, SHALLOW) {
        return (tree, errors);
    }
    // Too deep for this stack: once more on a larger one, forgetting what the first try left behind.
    forget_line_directives(file);
    with_deep_stack(|| {
        let (tree, errors, _) = try_parse(map, file, &clean, mode, DEEPEST);
        (tree, errors)
    })
}

fn forget_line_directives(file: &SourceFile) {
    file.directives.write().expect("no writer panics").clear();
}

/// Whether the nesting limit sufficed.
#[derive(PartialEq, Eq)]
enum Outcome {
    Complete,
    GaveUp,
}

/// Parses with at most `limit` levels of nesting; gives up with what there is if that is not enough.
fn try_parse(
    map: &SourceMap,
    file: &Arc<SourceFile>,
    clean: &CleanText<'_>,
    mode: ParseMode,
    limit: u32,
) -> (File, Vec<Diag>, Outcome) {
    let mut parser = Parser::new(map, file, clean, mode, limit);
    let tree = parser.file();
    let mut errors = std::mem::take(&mut parser.errors);
    errors.append(&mut parser.side_errors);
    match parser.gave_up {
        None => (tree, errors, Outcome::Complete),
        Some(GaveUp { pos, limit, what }) => {
            // What follows from giving up is noise.
            errors.retain(|e| e.pos < pos);
            errors.push(Diag::error(pos, format!("nested too deeply (more than {limit} {what})")));
            (tree, errors, Outcome::GaveUp)
        }
    }
}
