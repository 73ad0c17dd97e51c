//! Runs the annotated tests of the Go distribution (`internal/types/testdata`), in place.
//!
//! A comment `/* ERROR "text" */` (or `ERRORx "regexp"`) stands behind the token on whose line an error is expected.
//! A test passes if every comment has its error and there are no others. `UNDERGO_TESTDATA=name` runs the tests whose
//! path contains the name and prints what is wrong. `UNDERGO_ERRORS=dir` writes the errors of each test into a file
//! there, for comparison with what the original compiler prints.

mod common;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use common::World;
use undergo_check::Options;
use undergo_source::Name;
use undergo_syntax::Origin;
use undergo_types::Pkg;

/// Tests that pass; raise it when there are more.
const PASSING: usize = 354;

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
        let (mut passed, mut failed) = (0, Vec::new());
        for files in tests {
            let name = files[0].strip_prefix(&root).expect("found below it").to_string_lossy().into_owned();
            if filter.as_ref().is_some_and(|f| !name.contains(f.as_str())) {
                continue;
            }
            if std::env::var_os("UNDERGO_TRACE").is_some() {
                eprintln!("{name}");
            }
            let problems = run(&mut world, &files);
            if problems.is_empty() {
                passed += 1;
            } else {
                failed.push(name.clone());
                if filter.is_some() {
                    println!("--- {name}");
                    problems.iter().for_each(|p| println!("{p}"));
                }
            }
        }
        println!("{passed} passed, {} failed: {}", failed.len(), failed.join(" "));
        assert!(filter.is_some() || passed >= PASSING, "{passed} tests pass, {PASSING} did before");
    });
}

/// Each test is a file or a folder of files.
fn collect(root: &Path) -> Vec<Vec<PathBuf>> {
    let entries = |dir: &Path| -> Vec<PathBuf> {
        let mut list: Vec<PathBuf> =
            std::fs::read_dir(dir).expect("readable").map(|e| e.expect("readable").path()).collect();
        list.sort();
        list
    };
    let mut tests = Vec::new();
    for group in entries(root) {
        for path in entries(&group) {
            tests.push(if path.is_dir() { entries(&path) } else { vec![path] });
        }
    }
    tests
}

fn imports_of(tests: &[Vec<PathBuf>]) -> Vec<String> {
    let mut found: HashSet<String> = HashSet::new();
    for file in tests.iter().flatten() {
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

struct Expected {
    line: u32,
    text: String,
    regexp: bool,
}

fn run(world: &mut World, files: &[PathBuf]) -> Vec<String> {
    let mut version = (1, 27);
    let mut opts = Options::default();
    let (mut trees, mut errors) = (Vec::new(), Vec::new());
    let mut expected: HashMap<String, Vec<Expected>> = HashMap::new();
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
        expected.insert(name.clone(), annotations(&source));
        let (tree, errs) = world.parse(&name, text, Origin::User);
        trees.push(tree);
        errors.extend(errs);
    }
    let pkg = Pkg::new(Name::new("p"), version, false);
    errors.extend(world.check(pkg, trees, &HashMap::new(), &opts));
    let mut problems = Vec::new();
    let mut met: Vec<(String, u32, String)> = Vec::new();
    if let Some(dir) = std::env::var_os("UNDERGO_ERRORS") {
        let text: String = errors.iter().map(|e| e.render_plain(&world.map) + "\n").collect();
        let name = files[0].file_name().expect("a file").to_string_lossy().into_owned();
        std::fs::write(Path::new(&dir).join(name + ".txt"), text).expect("writable");
    }
    for e in errors {
        let Some(file) = world.map.file(e.pos) else { continue };
        let line = file.raw_line(e.pos.0 - file.base.0) as u32 + 1;
        // Some functions are predeclared in the original harness, and bodies are not its business.
        if matches!(e.msg.as_str(), "undefined: assert" | "undefined: trace" | "missing function body") {
            continue;
        }
        met.push((file.name.to_string(), line, e.msg.clone()));
        let list = expected.get_mut(&*file.name);
        let hit = list.as_ref().and_then(|l| l.iter().position(|x| x.line == line && matches(x, &e.msg)));
        match (hit, list) {
            (Some(i), Some(list)) => {
                list.swap_remove(i);
            }
            _ => problems.push(format!("unexpected {}", e.render_plain(&world.map))),
        }
    }
    for (file, list) in expected {
        // Of equal errors on a line only one is reported.
        let reported = |x: &&Expected| met.iter().any(|(f, l, m)| *f == file && *l == x.line && matches(x, m));
        problems.extend(list.iter().filter(|x| !reported(x)).map(|x| format!("missing {file}:{}: {}", x.line, x.text)));
    }
    problems
}

/// Expected errors, by the line of the token before the comment.
fn annotations(source: &str) -> Vec<Expected> {
    let bytes = source.as_bytes();
    let (mut i, mut line, mut token_line) = (0, 1, 1);
    let mut out = Vec::new();
    while i < bytes.len() {
        let c = bytes[i];
        let skip_string = |quote: u8| {
            let mut j = i + 1;
            while j < bytes.len() && bytes[j] != quote && (quote == b'`' || bytes[j] != b'\n') {
                j += if bytes[j] == b'\\' && quote != b'`' { 2 } else { 1 };
            }
            (j + 1).min(bytes.len())
        };
        let end = match c {
            b'/' if bytes.get(i + 1) == Some(&b'/') => source[i..].find('\n').map_or(bytes.len(), |n| i + n),
            b'/' if bytes.get(i + 1) == Some(&b'*') => source[i + 2..].find("*/").map_or(bytes.len(), |n| i + n + 4),
            b'"' | b'`' | b'\'' => skip_string(c),
            _ => i + 1,
        };
        let text = source.get(i..end).unwrap_or("");
        if text.starts_with("//") || text.starts_with("/*") && text.len() > 3 {
            let body = text[2..].trim_end_matches("*/").trim();
            for (word, regexp) in [("ERROR ", false), ("ERRORx ", true)] {
                if let Some(quoted) = body.strip_prefix(word) {
                    let text = unquote(quoted.trim());
                    out.push(Expected { line: token_line, text, regexp });
                }
            }
        } else if !c.is_ascii_whitespace() {
            token_line = line;
        }
        line += bytes[i..end].iter().filter(|b| **b == b'\n').count() as u32;
        if !text.starts_with('/') && !c.is_ascii_whitespace() {
            token_line = line;
        }
        i = end;
    }
    out
}

fn unquote(s: &str) -> String {
    if let Some(raw) = s.strip_prefix('`') {
        return raw.split('`').next().unwrap_or_default().to_string();
    }
    let mut out = String::new();
    let mut chars = s.strip_prefix('"').unwrap_or(s).chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(c) => out.push(c),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

fn matches(x: &Expected, msg: &str) -> bool {
    if x.regexp { regexp(&x.text, msg) } else { msg.contains(&x.text) }
}

/// The small part of regular expressions that the tests use: alternatives at top level, `.`, `*`, `+`, escapes and
/// character classes. Anything else counts as a match.
fn regexp(pattern: &str, msg: &str) -> bool {
    pattern.split('|').any(|alternative| {
        let Some(items) = parse_items(alternative) else { return true };
        let text: Vec<char> = msg.chars().collect();
        (0..=text.len()).any(|i| match_items(&items, &text[i..]))
    })
}

enum Item {
    One(char),
    Any,
    Class(Vec<char>),
    Star(Box<Item>),
}

fn parse_items(p: &str) -> Option<Vec<Item>> {
    let mut items: Vec<Item> = Vec::new();
    let mut chars = p.chars();
    while let Some(c) = chars.next() {
        let item = match c {
            '.' => Item::Any,
            '\\' => match chars.next()? {
                'n' => Item::One('\n'),
                't' => Item::One('\t'),
                c => Item::One(c),
            },
            '*' | '+' => {
                let last = items.pop()?;
                if c == '+' {
                    items.push(match &last {
                        Item::One(c) => Item::One(*c),
                        Item::Class(v) => Item::Class(v.clone()),
                        _ => Item::Any,
                    });
                }
                Item::Star(Box::new(last))
            }
            '[' => {
                let mut class = Vec::new();
                loop {
                    match chars.next()? {
                        ']' => break,
                        '-' => return None,
                        c => class.push(c),
                    }
                }
                Item::Class(class)
            }
            '(' | ')' | '?' | '^' | '$' => return None,
            c => Item::One(c),
        };
        items.push(item);
    }
    Some(items)
}

fn match_items(items: &[Item], text: &[char]) -> bool {
    let one = |i: &Item, c: char| match i {
        Item::One(x) => *x == c,
        Item::Any => c != '\n',
        Item::Class(v) => v.contains(&c),
        Item::Star(_) => false,
    };
    match items {
        [] => true,
        [Item::Star(i), rest @ ..] => {
            let mut n = 0;
            loop {
                if match_items(rest, &text[n..]) {
                    return true;
                }
                if n == text.len() || !one(i, text[n]) {
                    return false;
                }
                n += 1;
            }
        }
        [i, rest @ ..] => text.first().is_some_and(|&c| one(i, c)) && match_items(rest, &text[1..]),
    }
}
