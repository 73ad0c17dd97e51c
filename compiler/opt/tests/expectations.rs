//! Pass tests: `tests/passes/NAME.ir` is a program whose first line names passes (`; passes: slots simplify`), run in
//! that order over all functions, callees first; `NAME.out` is the expected text. `BLESS=1` rewrites it.

use std::fs;
use std::path::PathBuf;

use undergo_ir::{Func, Program, verify};
use undergo_opt::{
    callgraph, clean, clean_frames, divisible, escape, inline, main_loops, nil_checks, pipeline, simplify, slots,
};

fn run_pass(name: &str, f: &mut Func, bodies: &inline::Bodies, summaries: &mut escape::Summaries) {
    match name {
        "slots" => drop(slots::run(f)),
        "simplify" => drop(simplify::run(f)),
        "clean" => clean::run(f),
        "clean_frames" => {
            let mut collectors = clean_frames::Collectors::new();
            clean_frames::note(f, &mut collectors);
            clean_frames::run(f, &collectors, &main_loops::find(std::slice::from_ref(f)));
        }
        "divisible" => drop(divisible::run(f)),
        "nil_checks" => drop(nil_checks::run(f)),
        "inline" => drop(inline::run(f, bodies)),
        "escape" => drop(escape::run(f, summaries)),
        "all" => pipeline::function(f, bodies, summaries),
        _ => panic!("no pass {name}"),
    }
}

fn transform(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let passes = first.strip_prefix("; passes: ").expect("the first line names passes");
    let mut program: Program = undergo_ir::parse::program(text).expect("valid text");
    let (mut bodies, mut summaries) = (inline::Bodies::new(), escape::Summaries::new());
    for (n, _) in callgraph::bottom_up(&program.funcs) {
        let f = &mut program.funcs[n];
        verify::assert_valid(f, "parsing");
        for pass in passes.split_whitespace() {
            run_pass(pass, f, &bodies, &mut summaries);
            verify::assert_valid(f, pass);
        }
        if inline::inlinable(f) {
            bodies.insert(f.sym, f.clone());
        }
    }
    program.funcs.iter().map(|f| f.to_string()).collect()
}

#[test]
fn passes_do_what_the_files_say() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/passes");
    let mut failed = Vec::new();
    let mut files: Vec<_> = fs::read_dir(&dir).expect("the test data").flatten().map(|e| e.path()).collect();
    files.sort();
    for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == "ir")) {
        let got = transform(&fs::read_to_string(path).expect("readable"));
        let out = path.with_extension("out");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&out, &got).expect("writable");
        } else if fs::read_to_string(&out).unwrap_or_default() != got {
            failed.push(format!("{}:\n{got}", path.display()));
        }
    }
    assert!(failed.is_empty(), "not as expected (BLESS=1 rewrites):\n{}", failed.join("\n"));
}
