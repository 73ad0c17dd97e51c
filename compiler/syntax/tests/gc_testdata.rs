//! The gc compiler's own tests of syntax errors, used where the Go tree has them.
//!
//! `/* ERROR rx */` stands immediately before the token where an error is reported; `// ERROR rx` allows any position on
//! its line. Of several comments before a token the last one counts.

mod common;
#[path = "common/text.rs"]
mod text;

use std::collections::BTreeMap;
use std::path::Path;
use undergo_source::SourceMap;
use undergo_syntax::{ParseMode, parse_file};

/// Line and column; column 0 for a whole line.
type Place = (u32, u32);

/// Finds the expected errors: places and patterns.
fn expected(text: &str) -> BTreeMap<Place, String> {
    let mut found = BTreeMap::new();
    let mut pending: Option<String> = None;
    let (mut line, mut line_start, mut at, mut in_token) = (1, 0, 0, false);
    let bytes = text.as_bytes();
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            if let Some(pattern) = rest[..end].strip_prefix("// ERROR ") {
                found.insert((line, 0), pattern.trim().to_string());
            }
            at += end;
            continue;
        }
        if rest.starts_with("/*") {
            let end = rest.find("*/").unwrap() + 2;
            if let Some(pattern) = rest[..end - 2].strip_prefix("/* ERROR ") {
                pending = Some(pattern.trim().to_string());
            }
            line += rest[..end].matches('\n').count() as u32;
            if let Some(newline) = rest[..end].rfind('\n') {
                line_start = at + newline + 1;
            }
            at += end;
            in_token = false;
            continue;
        }
        let c = bytes[at];
        // A newline is a token only where a semicolon is inserted; an error there follows a token on its line.
        let blank =
            matches!(c, b' ' | b'\t' | b'\r') || c == b'\n' && !ends_statement(text[..at].trim_end_matches(' '));
        if !blank
            && !in_token
            && let Some(pattern) = pending.take()
        {
            found.insert((line, (at - line_start) as u32 + 1), pattern);
        }
        in_token = false;
        at += text::quoted_len(rest);
        if c == b'\n' {
            line += 1;
            line_start = at;
        }
    }
    if let Some(pattern) = pending {
        found.insert((line, (at - line_start) as u32 + 1), pattern);
    }
    found
}

/// Whether a newline behind `before` becomes a semicolon; comments in between do not count.
fn ends_statement(before: &str) -> bool {
    let mut line = before.rsplit('\n').next().unwrap();
    while let Some(stripped) = line.trim_end().strip_suffix("*/") {
        line = &stripped[..stripped.rfind("/*").unwrap_or(0)];
    }
    line.trim_end().ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']' | '}' | '"' | '`' | '\''))
}

/// Whether `text` contains a match of `pattern`. The patterns use little: escapes, `[.]`, `.`, `.*` and a final `$`.
fn matches(pattern: &str, text: &str) -> bool {
    let (body, anchored) = match pattern.strip_suffix('$') {
        Some(body) => (body, true),
        None => (pattern, false),
    };
    let text: Vec<char> = text.chars().collect();
    let mut from = 0;
    for part in body.split(".*") {
        let atoms = atoms(part);
        let fits = |i: usize| atoms.iter().zip(&text[i..]).all(|(a, c)| a.is_none_or(|a| a == *c));
        let Some(found) = (from..=text.len().saturating_sub(atoms.len())).find(|&i| fits(i)) else { return false };
        from = found + atoms.len();
    }
    from <= text.len() && (!anchored || from == text.len())
}

/// Literal characters; none stands for any.
fn atoms(pattern: &str) -> Vec<Option<char>> {
    let mut atoms = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => atoms.push(chars.next()),
            '[' if chars.as_str().chars().nth(1) == Some(']') => {
                atoms.push(chars.next());
                chars.next();
            }
            '.' => atoms.push(None),
            c => atoms.push(Some(c)),
        }
    }
    atoms
}

fn check(path: &Path, problems: &mut Vec<String>) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut declared = expected(&text);
    let map = SourceMap::new();
    let name = path.file_name().unwrap().to_string_lossy();
    let file = map.add(&name, text.into_bytes()).unwrap();
    for e in parse_file(&map, &file, ParseMode::USER).1 {
        let p = map.position(e.pos).unwrap();
        let place = [(p.line, p.col), (p.line, 0)].into_iter().find(|place| declared.contains_key(place));
        match place {
            Some(place) if matches(&declared[&place], &e.msg) => {
                declared.remove(&place);
            }
            Some(place) => problems.push(format!("{}, expected {:?}", e.render_plain(&map), declared[&place])),
            None => problems.push(format!("unexpected {}", e.render_plain(&map))),
        }
    }
    problems.extend(declared.iter().map(|(place, pattern)| format!("{name}:{place:?}: missing {pattern:?}")));
}

#[test]
fn gc_syntax_testdata() {
    let Some(root) = common::goroot() else { return };
    let files = common::files(&root.join("src/cmd/compile/internal/syntax/testdata"), &[".go"], &[]);
    assert!(files.len() > 20);
    let mut problems = Vec::new();
    files.iter().for_each(|path| check(path, &mut problems));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
