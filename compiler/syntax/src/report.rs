//! Which of the errors a person sees, and in which order: as the gc compiler decides.

use undergo_source::{Diag, SourceMap};

/// Sorts errors by position. Keeps only the first of the syntax errors that follow each other on a line, and only one
/// of equal other errors that do.
pub fn printable(errors: Vec<Diag>, map: &SourceMap) -> Vec<Diag> {
    let mut kept: Vec<Diag> = Vec::with_capacity(errors.len());
    let mut last_syntax = None;
    let mut last_other = None;
    for e in errors {
        let line = map.position(e.pos).map(|p| (p.file, p.line));
        if e.msg.starts_with("syntax error") {
            if line.is_some() && line == last_syntax {
                continue;
            }
            last_syntax = line;
        } else {
            let this = line.map(|line| (line, e.msg.clone()));
            if this.is_some() && this == last_other {
                continue;
            }
            last_other = this;
        }
        kept.push(e);
    }
    kept.sort_by_key(|e| e.pos);
    kept.dedup_by(|a, b| a.msg == b.msg && map.position(a.pos) == map.position(b.pos));
    kept
}
