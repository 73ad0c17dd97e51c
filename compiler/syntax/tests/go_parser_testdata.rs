//! The tests of Go's package go/parser, used where the Go tree has them.
//!
//! `/* ERROR "rx" */` expects an error at the token before the comment, `ERROR HERE` right behind that token, and
//! `ERROR AFTER` behind the comment. The patterns are go/parser's words. gc's parser, which ours equals, has words of its
//! own, often the position of a neighbouring token, and recovers differently, so a file is judged by its lines: those with an
//! error are those with a comment, no more and no fewer. A file without comments must parse without an error.
//! Files that fail are in `go-parser-failures.txt` as `name: reason`; a listed file that passes fails the test.

mod common;
#[path = "common/text.rs"]
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use undergo_source::SourceMap;
use undergo_syntax::{ParseMode, parse_file};

/// How many files must pass, in percent.
const LEAST: usize = 98;

/// Lines on which errors are expected.
fn expected(text: &str) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let (mut at, mut line, mut token_line) = (0, 1, 1);
    while at < text.len() {
        let rest = &text[at..];
        let comment = comment_len(rest);
        let len = comment.unwrap_or_else(|| text::quoted_len(rest));
        let piece = &rest[..len];
        let end_line = line + piece.matches('\n').count() as u32;
        match comment {
            Some(_) => {
                if let Some(behind) = annotation(piece) {
                    found.insert(if behind { end_line } else { token_line });
                }
            }
            None if !piece.trim().is_empty() => token_line = end_line,
            None => {}
        }
        line = end_line;
        at += len;
    }
    found
}

/// Length of the comment that `text` starts with.
fn comment_len(text: &str) -> Option<usize> {
    let end = match text.get(..2)? {
        "//" => text.find('\n'),
        "/*" => text.find("*/").map(|i| i + 2),
        _ => return None,
    };
    Some(end.unwrap_or(text.len()))
}

/// Whether the error that a comment expects is behind the comment; none if it expects none.
fn annotation(comment: &str) -> Option<bool> {
    let inner = comment.strip_prefix("/*")?.strip_suffix("*/")?.trim().strip_prefix("ERROR")?.trim_start();
    let (behind, pattern) = match (inner.strip_prefix("AFTER"), inner.strip_prefix("HERE")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => (false, inner),
    };
    let quoted = pattern.trim_start().strip_prefix('"')?.strip_suffix('"')?;
    (!quoted.contains('"')).then_some(behind)
}

/// What is wrong with a file.
fn check(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("readable");
    let mut expected = expected(&text);
    let map = SourceMap::new();
    let name = path.file_name().expect("a file").to_string_lossy();
    let file = map.add(&name, text.into_bytes()).expect("small enough");
    let mut problems = Vec::new();
    let mut lines = BTreeSet::new();
    for e in parse_file(&map, &file, ParseMode::USER).1 {
        let line = map.position(e.pos).map_or(0, |p| p.line);
        lines.insert(line);
        if !expected.contains(&line) {
            problems.push(format!("unexpected {}", e.render_plain(&map)));
        }
    }
    expected.retain(|line| !lines.contains(line));
    problems.extend(expected.iter().map(|line| format!("{name}:{line}: missing")));
    problems
}

#[test]
fn go_parser_testdata() {
    let Some(root) = common::goroot() else { return };
    let dir = root.join("src/go/parser/testdata");
    // One folder is there to be skipped by whoever looks for Go files.
    let files = common::files(&dir, &[".go", ".go2", ".src"], &["not_a_file.go"]);
    assert!(files.len() > 30, "only {} files", files.len());
    let list = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go-parser-failures.txt"));
    let list = list.expect("the list of failures");
    let mut listed: BTreeMap<&str, &str> =
        list.lines().filter(|l| !l.starts_with('#')).map(|l| l.split_once(": ").expect("name: reason")).collect();
    let mut wrong = Vec::new();
    let mut n_failed = 0;
    for path in &files {
        let name = path.strip_prefix(&dir).expect("found below it").to_string_lossy();
        let problems = check(path);
        n_failed += usize::from(!problems.is_empty());
        match (listed.remove(&*name), problems.is_empty()) {
            (None, false) => wrong.push(format!("{name}:\n  {}", problems.join("\n  "))),
            (Some(_), true) => wrong.push(format!("{name} passes, but is listed")),
            _ => {}
        }
    }
    wrong.extend(listed.keys().map(|name| format!("{name} is listed, but not there")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!((files.len() - n_failed) * 100 >= files.len() * LEAST, "{n_failed} of {} files fail", files.len());
}
