//! Runs the annotated tests of the Go distribution (`internal/types/testdata`), in place.
//!
//! A comment `/* ERROR "text" */` (or `ERRORx "regexp"`) stands behind the token at which an error is expected. Two
//! measures: files in which the set of lines with errors is the expected one, and files in which, besides, every error
//! has its comment, matching text and not too many columns away, and every comment its error. That is how the original
//! harness judges, with its tolerances. Files that fail are listed, with the reason, in `testdata-failures.txt`, as
//! `name: lines|messages: reason`; a listed file that does better fails the test.
//!
//! `UNDERGO_TESTDATA=name` runs the tests whose path contains the name and prints what is wrong. `UNDERGO_ERRORS=dir`
//! writes the errors of each test into a file there, for comparison with what the original compiler prints.

mod common;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use common::World;
use regex::Regex;
use undergo_check::Options;
use undergo_source::Name;
use undergo_syntax::Origin;
use undergo_types::Pkg;
use undergo_types::constant_text::unquote_string;

/// How many columns an error may be away from its comment, by folder, as in the original harness.
const TOLERANCE: [(&str, u32); 4] = [("check", 50), ("spec", 20), ("examples", 125), ("fixedbugs", 100)];
/// What the two measures must at least be, in percent.
const LEAST: (usize, usize) = (98, 95);

/// How well a test does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Grade {
    /// Errors are on other lines than expected.
    Nothing,
    /// Lines are right, texts are not.
    Lines,
    /// All is right.
    Messages,
}

#[test]
fn testdata() {
    let root = common::goroot().join("src/internal/types/testdata");
    if !root.exists() {
        return;
    }
    let filter = std::env::var("UNDERGO_TESTDATA").ok();
    common::on_large_stack(|| {
        let tests = collect(&root);
        let mut world = World::default();
        let std = imports_of(&tests);
        world.load(&std, &Options { ignore_bodies: true, ..Options::default() });
        let mut grades = BTreeMap::new();
        for (folder, files) in tests {
            let name = files[0].strip_prefix(&root).expect("found below it").to_string_lossy().into_owned();
            if filter.as_ref().is_some_and(|f| !name.contains(f.as_str())) {
                continue;
            }
            let tolerance = TOLERANCE.iter().find(|t| t.0 == folder).map_or(0, |t| t.1);
            let (grade, problems) = run(&mut world, &files, tolerance);
            if filter.is_some() && !problems.is_empty() {
                println!("--- {name}\n{}", problems.join("\n"));
            }
            grades.insert(name, grade);
        }
        let percent = |least| grades.values().filter(|g| **g >= least).count() * 1000 / grades.len().max(1);
        let (lines, messages) = (percent(Grade::Lines), percent(Grade::Messages));
        println!("{} tests: lines {lines} ‰, messages {messages} ‰", grades.len());
        if filter.is_none() {
            assert_eq!(against_list(&grades), Vec::<String>::new());
            assert!(lines >= LEAST.0 * 10 && messages >= LEAST.1 * 10, "lines {lines} ‰, messages {messages} ‰");
        }
    });
}

/// What is not as the list of failures says.
fn against_list(grades: &BTreeMap<String, Grade>) -> Vec<String> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/testdata-failures.txt");
    let text = std::fs::read_to_string(list).unwrap_or_default();
    let mut listed = BTreeMap::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let mut parts = line.splitn(3, ": ");
        let (name, grade, reason) = (parts.next(), parts.next(), parts.next());
        assert!(reason.is_some_and(|r| !r.is_empty()), "{line}: no reason");
        let grade = if grade == Some("messages") { Grade::Lines } else { Grade::Nothing };
        listed.insert(name.unwrap_or_default().to_owned(), grade);
    }
    let mut wrong: Vec<String> =
        listed.keys().filter(|n| !grades.contains_key(*n)).map(|n| format!("listed, but there is no {n}")).collect();
    for (name, grade) in grades {
        let expected = listed.get(name).copied().unwrap_or(Grade::Messages);
        if *grade != expected {
            wrong.push(format!("{name}: {grade:?} is right, by the list it is {expected:?}"));
        }
    }
    wrong
}

/// Each test is a file or a folder of files; with the name of the folder above.
fn collect(root: &Path) -> Vec<(String, Vec<PathBuf>)> {
    let entries = |dir: &Path| -> Vec<PathBuf> {
        let mut list: Vec<PathBuf> =
            std::fs::read_dir(dir).expect("readable").map(|e| e.expect("readable").path()).collect();
        list.sort();
        list
    };
    let mut tests = Vec::new();
    for group in entries(root) {
        let folder = group.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for path in entries(&group) {
            tests.push((folder.clone(), if path.is_dir() { entries(&path) } else { vec![path] }));
        }
    }
    tests
}

fn imports_of(tests: &[(String, Vec<PathBuf>)]) -> Vec<String> {
    let mut found: HashSet<String> = HashSet::new();
    for file in tests.iter().flat_map(|t| &t.1) {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        for line in text.lines().map(str::trim) {
            let line = line.strip_prefix("import ").unwrap_or(line);
            let mut parts = line.split('"');
            if let (Some(name), Some(path)) = (parts.next(), parts.next())
                && name.split_whitespace().count() <= 1
                && !path.is_empty()
                && path.chars().all(|c| c.is_ascii_lowercase() || c == '/')
            {
                found.insert(path.to_string());
            }
        }
    }
    let src = common::goroot().join("src");
    let mut list: Vec<String> = found.into_iter().filter(|p| src.join(p).is_dir()).collect();
    list.sort();
    list
}

/// An expected error.
struct Expected {
    col: u32,
    text: String,
    pattern: Regex,
}

fn run(world: &mut World, files: &[PathBuf], tolerance: u32) -> (Grade, Vec<String>) {
    let mut version = (1, 27);
    let mut opts = Options::default();
    let (mut trees, mut errors) = (Vec::new(), Vec::new());
    let mut expected: BTreeMap<(String, u32), Vec<Expected>> = BTreeMap::new();
    for path in files {
        let text = std::fs::read(path).expect("readable");
        let source = String::from_utf8_lossy(&text).into_owned();
        let first = source.lines().next().unwrap_or_default();
        if first.contains("go:build") && first.contains("windows") {
            continue;
        }
        if let Some(flags) = first.strip_prefix("//").filter(|f| f.trim_start().starts_with('-')) {
            for flag in flags.split_whitespace() {
                if let Some(v) = flag.strip_prefix("-lang=go1.") {
                    version = (1, v.split('.').next().and_then(|n| n.parse().ok()).unwrap_or(27));
                }
                opts.fake_import_c |= flag == "-fakeImportC";
            }
        }
        let name = path.to_string_lossy().into_owned();
        for (line, e) in annotations(&source) {
            expected.entry((name.clone(), line)).or_default().push(e);
        }
        let (tree, errs) = world.parse(&name, text, Origin::User);
        trees.push(tree);
        errors.extend(errs);
    }
    let pkg = Pkg::new(Name::new("p"), version, false);
    errors.extend(world.check(pkg, trees, &Default::default(), &opts));
    if let Some(dir) = std::env::var_os("UNDERGO_ERRORS") {
        let text: String = errors.iter().map(|e| e.render_plain(&world.map) + "\n").collect();
        let name = files[0].file_name().expect("a file").to_string_lossy().into_owned();
        std::fs::write(Path::new(&dir).join(name + ".txt"), text).expect("writable");
    }
    judge(world, errors, expected, tolerance)
}

fn judge(
    world: &World,
    errors: Vec<undergo_source::Diag>,
    mut expected: BTreeMap<(String, u32), Vec<Expected>>,
    tolerance: u32,
) -> (Grade, Vec<String>) {
    let wanted: BTreeSet<(String, u32)> = expected.keys().cloned().collect();
    let (mut met, mut problems) = (BTreeSet::new(), Vec::new());
    for e in errors {
        let Some(file) = world.map.file(e.pos) else { continue };
        // Some functions are predeclared in the original harness, and bodies are not its business.
        if matches!(e.msg.as_str(), "undefined: assert" | "undefined: trace" | "missing function body") {
            continue;
        }
        let offset = e.pos.0 - file.base.0;
        let line = file.raw_line(offset);
        let col = offset - file.lines[line] + 1;
        let place = (file.name.to_string(), line as u32 + 1);
        met.insert(place.clone());
        let mut nothing = Vec::new();
        let list = expected.get_mut(&place).unwrap_or(&mut nothing);
        let matching = (0..list.len()).filter(|&i| list[i].pattern.is_match(&e.msg));
        match matching.min_by_key(|&i| list[i].col.abs_diff(col)) {
            Some(i) => {
                if list[i].col.abs_diff(col) > tolerance {
                    problems.push(format!("column of {}, want {}", e.render_plain(&world.map), list[i].col));
                }
                list.remove(i);
            }
            None => problems.push(format!("unexpected {}", e.render_plain(&world.map))),
        }
    }
    for ((file, line), list) in &expected {
        problems.extend(list.iter().map(|x| format!("missing {file}:{line}: {}", x.text)));
    }
    let grade = match (problems.is_empty(), wanted == met) {
        (true, _) => Grade::Messages,
        (false, true) => Grade::Lines,
        (false, false) => Grade::Nothing,
    };
    (grade, problems)
}

/// Expected errors, by the line of the token before the comment.
fn annotations(source: &str) -> Vec<(u32, Expected)> {
    let bytes = source.as_bytes();
    let (mut i, mut line, mut start_of_line) = (0, 1, 0);
    let mut token = (1, 1);
    let mut out = Vec::new();
    while i < bytes.len() {
        let end = token_end(source, i);
        let text = source.get(i..end).unwrap_or("");
        if text.starts_with("//") || text.starts_with("/*") && text.len() > 3 {
            let body = if text.starts_with("/*") { &text[2..text.len() - 2] } else { &text[2..] };
            let quoted = body.strip_prefix(" ERROR ").map(|q| (q, false));
            if let Some((quoted, regexp)) = quoted.or(body.strip_prefix(" ERRORx ").map(|q| (q, true))) {
                let text = unquote(quoted.trim());
                // An opening brace that no number follows stands for itself in Go's patterns.
                let pattern = if regexp { text.replace("{}", r"\{\}") } else { regex::escape(&text) };
                let pattern = Regex::new(&pattern).unwrap_or_else(|e| panic!("{text}: {e}"));
                out.push((token.0, Expected { col: token.1, text, pattern }));
            }
        } else if !bytes[i].is_ascii_whitespace() {
            token = (line, (i - start_of_line) as u32 + 1);
        }
        for (k, _) in bytes[i..end].iter().enumerate().filter(|(_, b)| **b == b'\n') {
            line += 1;
            start_of_line = i + k + 1;
        }
        i = end;
    }
    out
}

/// Where the token, comment or blank at `i` ends.
fn token_end(source: &str, i: usize) -> usize {
    let bytes = source.as_bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80;
    let rest = |p: fn(u8) -> bool| bytes[i..].iter().position(|b| !p(*b)).map_or(bytes.len(), |n| i + n);
    match bytes[i] {
        b'/' if bytes.get(i + 1) == Some(&b'/') => source[i..].find('\n').map_or(bytes.len(), |n| i + n),
        b'/' if bytes.get(i + 1) == Some(&b'*') => source[i + 2..].find("*/").map_or(bytes.len(), |n| i + n + 4),
        quote @ (b'"' | b'`' | b'\'') => {
            let mut j = i + 1;
            while j < bytes.len() && bytes[j] != quote && (quote == b'`' || bytes[j] != b'\n') {
                j += if bytes[j] == b'\\' && quote != b'`' { 2 } else { 1 };
            }
            (j + 1).min(bytes.len())
        }
        b if word(b) => rest(|b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80),
        _ => i + 1,
    }
}

fn unquote(s: &str) -> String {
    let bytes = unquote_string(s).unwrap_or_else(|| panic!("{s} is no quoted string"));
    String::from_utf8_lossy(&bytes).into_owned()
}
