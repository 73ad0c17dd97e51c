//! Structs that a Rust and a Go source both declare have the same fields in the same order.

use std::fs;
use undergo_tests::toolchain::repository;

/// Rust file and struct, Go file below `overlay/runtime` and struct.
const PAIRS: [[&str; 4]; 6] = [
    ["abi/src/g.rs", "GHead", "g.go", "g"],
    ["runtime/rt/src/metrics.rs", "Counters", "metrics.go", "counters"],
    ["runtime/rt/src/mem/report.rs", "MemStats", "mem.go", "MemStats"],
    ["runtime/rt/src/mem/special.rs", "Finalizer", "afterlife.go", "finalizer"],
    ["runtime/rt/src/traceback/mod.rs", "RawFrame", "symtab.go", "rawFrame"],
    ["runtime/rt/src/traceback/profile.rs", "Request", "goroutines.go", "goroutineStacks"],
];

/// The lines between `opening` and the `}` that closes it, without comments.
fn body<'a>(text: &'a str, opening: &str) -> Vec<&'a str> {
    let (_, rest) = text.split_once(opening).unwrap_or_else(|| panic!("no {opening:?}"));
    let lines = rest.lines().skip(1).take_while(|line| *line != "}");
    lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).collect()
}

/// A name as both languages would spell it; `fn` is a keyword of one.
fn common(name: &str) -> String {
    let name = name.trim_start_matches("pub ").replace('_', "").to_lowercase();
    if name == "fn" { "func".into() } else { name }
}

fn rust_fields(text: &str, name: &str) -> Vec<String> {
    let fields = body(text, &format!("struct {name} {{"));
    fields.iter().filter_map(|line| line.split_once(':')).map(|(name, _)| common(name)).collect()
}

fn go_fields(text: &str, name: &str) -> Vec<String> {
    let mut depth = 0;
    let mut names = Vec::new();
    for line in body(text, &format!("type {name} struct {{")) {
        if depth == 0 {
            // `a, b, c type`: the last word of the list ends before the type.
            let mut list = line.split(',').peekable();
            while let Some(item) = list.next() {
                let word = item.split_whitespace().next().unwrap_or("");
                names.push(common(word));
                if list.peek().is_some() && item.split_whitespace().count() > 1 {
                    break;
                }
            }
        }
        depth += line.matches('{').count() as i32 - line.matches('}').count() as i32;
    }
    names
}

#[test]
fn shared_structs_have_the_same_fields() {
    for [rust_file, rust, go_file, go] in PAIRS {
        let read = |path: &str| fs::read_to_string(repository().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        let ours = rust_fields(&read(rust_file), rust);
        let theirs = go_fields(&read(&format!("overlay/runtime/{go_file}")), go);
        assert!(ours.len() > 3, "{rust_file}: no fields of {rust}");
        assert_eq!(ours, theirs, "{rust_file}: {rust} (left) and overlay/runtime/{go_file}: {go} (right)");
    }
}
