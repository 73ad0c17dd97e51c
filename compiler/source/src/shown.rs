//! Which of the errors of a package a person sees, and in which order: as gc decides.
//!
//! gc counts errors as it finds them and gives up after ten; it leaves out what repeats the error before it. Those that
//! are left are sorted, by file in the order in which files had their first error, then by position.

use std::collections::HashMap;

use crate::diag::Diag;
use crate::pos::{FileId, Pos, SourceMap};

/// The errors to print.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// In the order to print them.
    pub diags: Vec<Diag>,
    /// Where the last error was if there were more than the limit allows: `too many errors` stands there.
    pub gave_up: Option<Pos>,
}

/// A file, or the part of it that a `//line` directive speaks of.
type Base = (FileId, usize);

/// What to show of errors that come in the order in which they were found. Without a limit, all.
pub fn shown(diags: Vec<Diag>, map: &SourceMap, limit: Option<usize>) -> Shown {
    let mut out = Shown::default();
    let mut bases: HashMap<Base, usize> = HashMap::new();
    let (mut last_syntax, mut last_other) = (None, None);
    let mut kept: Vec<((usize, u32, u32), Diag)> = Vec::new();
    for d in diags {
        let place = place(map, d.pos);
        let line = place.map(|(base, line, _)| (base, line));
        if d.msg.starts_with("syntax error") {
            if line.is_some() && line == last_syntax {
                continue;
            }
            last_syntax = line;
        } else {
            let this = line.map(|line| (line, d.msg.clone()));
            if this.is_some() && this == last_other {
                continue;
            }
            last_other = this;
        }
        let key = place.map_or((0, 0, 0), |(base, line, col)| {
            let next = bases.len() + 1;
            (*bases.entry(base).or_insert(next), line, col)
        });
        let pos = d.pos;
        kept.push((key, d));
        if limit.is_some_and(|n| n > 0 && kept.len() >= n) {
            out.gave_up = Some(pos);
            break;
        }
    }
    kept.sort_by_key(|(key, _)| *key);
    kept.dedup_by(|(k, d), (l, c)| k == l && d.msg == c.msg);
    out.diags = kept.into_iter().map(|(_, d)| d).collect();
    out
}

/// Base, line and column in the file itself. gc has no more than eight bits for columns.
fn place(map: &SourceMap, pos: Pos) -> Option<(Base, u32, u32)> {
    let file = map.file(pos)?;
    let offset = pos.0 - file.base.0;
    let line = file.raw_line(offset);
    let directives = file.directives.read().expect("no writer panics");
    let part = directives.partition_point(|d| d.offset <= offset);
    let col = (offset - file.lines[line] + 1).min(crate::pos::NO_COLUMN);
    Some(((file.id, part), line as u32, col))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(found: &[(u32, &str)], limit: Option<usize>) -> (Vec<String>, bool) {
        let map = SourceMap::new();
        map.add("a.go", b"x\nyy\n".to_vec()).expect("small");
        map.add("b.go", b"one\ntwo\n".to_vec()).expect("small");
        let shown = shown(found.iter().map(|(p, m)| Diag::error(Pos(*p), *m)).collect(), &map, limit);
        (shown.diags.iter().map(|d| d.render_plain(&map)).collect(), shown.gave_up.is_some())
    }

    #[test]
    fn order_and_repetitions() {
        let (lines, _) = messages(&[(8, "b"), (3, "y"), (1, "x"), (9, "b"), (1, "x")], None);
        assert_eq!(lines, ["b.go:1:2: b", "b.go:1:3: b", "a.go:1:1: x", "a.go:2:1: y"]);
        let (lines, _) = messages(&[(3, "same"), (4, "same"), (3, "syntax error: a"), (4, "syntax error: b")], None);
        assert_eq!(lines, ["a.go:2:1: same", "a.go:2:1: syntax error: a"]);
    }

    #[test]
    fn the_limit_is_one_of_finding() {
        let (lines, gave_up) = messages(&[(4, "1"), (3, "2"), (1, "3")], Some(2));
        assert_eq!((lines, gave_up), (vec!["a.go:2:1: 2".to_owned(), "a.go:2:2: 1".to_owned()], true));
    }
}
