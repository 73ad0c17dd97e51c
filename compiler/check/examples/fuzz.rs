//! Fuzzing of scanner, parser and checker: sources of Go's own tree, taken apart and put together wrongly.
//!
//!     cargo run --release -p undergo-check --example fuzz -- GOROOT SECONDS [SEED]
//!
//! An input that makes the front end panic, or takes it longer than five seconds on the processor, is written to a file beside the
//! process's temporary files and named on standard error; the exit code is 1 then. The same seed makes the same inputs.
//! Trees and types live until the process ends, so a run also ends when it has used two gigabytes; start it again with
//! another seed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use undergo_check::{Options, check_package};
use undergo_source::{Name, SourceMap};
use undergo_syntax::deep::with_deep_stack;
use undergo_syntax::{ParseMode, parse_file};
use undergo_types::{Pkg, universe};

/// Longest input.
const MAX_BYTES: usize = 12_000;
const SLOW: Duration = Duration::from_secs(5);
const MAX_RESIDENT_KB: u64 = 2_000_000;

/// What mutations put in: tokens that change what follows them.
const PIECES: &[&str] = &[
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ";",
    "\n",
    ",",
    ":=",
    "=",
    "...",
    "<-",
    ".",
    "*",
    "&",
    "~",
    "|",
    "func ",
    "type ",
    "struct{",
    "interface{",
    "map[",
    "chan ",
    "go ",
    "defer ",
    "for range ",
    "switch x := y.(type) {",
    "case ",
    "goto L\n",
    "L: ",
    "const c = iota\n",
    "var x = ",
    "[T any]",
    "[P *T]",
    "any",
    "comparable",
    "nil",
    "iota",
    "1<<600",
    "1e9999",
    "0x",
    "'",
    "\"",
    "`",
    "/*",
    "//line x:1\n",
    "//go:embed a\n",
    "unsafe.Sizeof(",
    "append(",
    "len(",
    "make(",
    "new(",
    "T[T[int]]",
    "struct{ T }",
    "import . \"unsafe\"\n",
    "\0",
    "é",
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (Some(goroot), Some(seconds)) = (args.first(), args.get(1).and_then(|s| s.parse().ok())) else {
        eprintln!("usage: fuzz GOROOT SECONDS [SEED]");
        return ExitCode::from(2);
    };
    let seed = args.get(2).and_then(|s| s.parse().ok()).unwrap_or(1);
    with_deep_stack(|| run(Path::new(goroot), Duration::from_secs(seconds), seed))
}

fn run(goroot: &Path, time: Duration, seed: u64) -> ExitCode {
    let seeds = seeds(goroot);
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let start = Instant::now();
    let (mut n, mut failed) = (0u64, 0u64);
    while start.elapsed() < time && !seeds.is_empty() && (n % 64 != 0 || resident_kb() < MAX_RESIDENT_KB) {
        let input = mutated(&seeds, &mut random);
        n += 1;
        let began = on_processor();
        let end = std::panic::catch_unwind(|| front_end(&input));
        let took = on_processor() - began;
        if end.is_err() || took > SLOW {
            failed += 1;
            let path = std::env::temp_dir().join(format!("fuzz-{seed}-{n}.go"));
            let kept = std::fs::write(&path, &input).map_or_else(|e| e.to_string(), |()| path.display().to_string());
            eprintln!("input {n}: {} after {:?}: {kept}", if end.is_err() { "panic" } else { "slow" }, took);
        }
    }
    println!("{n} inputs in {:.0} s, {failed} failed", start.elapsed().as_secs_f64());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How long this thread has run.
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

/// Small sources of the tree; the checker's own tests come first, and more than once, since they need no imports.
fn seeds(goroot: &Path) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for dir in ["src/internal/types/testdata", "src/cmd/compile/internal/syntax/testdata", "src/go/parser/testdata"] {
        for _ in 0..4 {
            collect(&goroot.join(dir), &mut files);
        }
    }
    for dir in
        ["src/sort", "src/strings", "src/sync", "src/go/types", "src/slices", "src/iter", "src/reflect", "src/runtime"]
    {
        collect(&goroot.join(dir), &mut files);
    }
    let small = |p: &PathBuf| std::fs::read(p).ok().filter(|text| (1..MAX_BYTES).contains(&text.len()));
    files.iter().filter_map(small).collect()
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "go") {
            files.push(path);
        }
    }
}

/// A xorshift generator.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }
}

fn mutated(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut text = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(text.len());
        let most = [3, 20, 200][random.below(3)];
        let len = 1 + random.below(most);
        let end = (at + len).min(text.len());
        match random.below(8) {
            0 => drop(text.drain(at..end)),
            1 => {
                let copy = text[at..end].to_vec();
                let to = random.below(text.len());
                text.splice(to..to, copy);
            }
            2 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                let piece = other[from..(from + len).min(other.len())].to_vec();
                text.splice(at..at, piece);
            }
            3 if !text.is_empty() => text[at] = random.below(256) as u8,
            4 => text.truncate(at.max(20)),
            5 => swap_words(&mut text, random),
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                text.splice(at..at, piece.bytes());
            }
        }
        text.truncate(2 * MAX_BYTES);
    }
    text
}

/// Puts one word of the text in place of another: names and keywords keep the syntax right more often than not.
fn swap_words(text: &mut Vec<u8>, random: &mut Random) {
    let mut word = |text: &[u8]| {
        let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let at = random.below(text.len());
        let start = at + text[at..].iter().position(inside)?;
        let len = text[start..].iter().position(|b| !inside(b)).unwrap_or(text.len() - start);
        Some(start..start + len)
    };
    if let (Some(from), Some(to)) = (word(text), word(text)) {
        let copy = text[from].to_vec();
        text.splice(to, copy);
    }
}

fn front_end(input: &[u8]) {
    let map = SourceMap::new();
    let file = map.add("x.go", input.to_vec()).expect("a small file");
    let (tree, errors) = parse_file(&map, &file, ParseMode::USER);
    // The checker is only given what the parser has accepted.
    if errors.iter().any(|e| e.msg.starts_with("syntax error")) {
        return;
    }
    let import = |path: &str| (path == "unsafe").then(universe::unsafe_package);
    let pkg = Pkg::new(Name::new("p"), (1, 27), false);
    let diags = check_package(&map, pkg, vec![Box::leak(Box::new(tree))], &import, &Options::default());
    diags.iter().for_each(|d| drop(d.render_plain(&map)));
}

fn resident_kb() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}
