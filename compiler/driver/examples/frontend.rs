//! Parses and checks packages on one thread, for `cargo xtask bench frontend`.
//!
//!     frontend LIST PACKAGE...
//!
//! The packages with everything they import, as stock Go selects their files, are written to the file LIST (a line for
//! each package: path, files, and import paths that mean others), so that another program can do the same work. Printed
//! are the lines of source, nanoseconds on the processor and on the wall for parsing and for checking all bodies, and the
//! largest resident set in kilobytes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use undergo_driver::goroot;
use undergo_driver::load::{self, Loaded, Package, Request, Selection};
use undergo_driver::progress::Progress;
use undergo_source::{Name, SourceFile, SourceMap};
use undergo_syntax::deep::with_deep_stack;
use undergo_syntax::{ParseMode, ast, parse_file};
use undergo_types::{Pkg, universe};

fn main() -> ExitCode {
    match with_deep_stack(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [list, patterns @ ..] = &args[..] else { return Err("usage: frontend LIST PACKAGE...".into()) };
    let goroot = goroot::find_or_fetch(&Progress::quiet())?;
    let request = Request {
        dir: goroot.dir.join("src"),
        patterns: patterns.to_vec(),
        tags: Vec::new(),
        list_flags: Vec::new(),
        mode: Selection::Stock,
    };
    // This warms the interner up, as the first of many packages does; the trees are parsed again below.
    let loaded = load::load(&goroot, &request)?;
    fs::write(list, listing(&loaded)).map_err(|e| format!("{list}: {e}"))?;
    let map = SourceMap::new();
    let sources = copies(&map, &loaded)?;
    let lines: usize = sources.iter().flatten().map(|f| f.lines.len()).sum();
    println!("lines {lines}");
    let trees = timed("parse", || parse(&map, &loaded.packages, &sources));
    timed("check", || check(&map, &loaded.packages, trees))?;
    println!("peak {}", status("VmHWM:"));
    Ok(())
}

fn names(p: &Package) -> impl Iterator<Item = String> {
    p.listed.go_files.iter().map(|f| format!("{}/{f}", p.listed.dir))
}

fn listing(loaded: &Loaded) -> String {
    let mut out = String::new();
    for p in &loaded.packages {
        out.push_str(&p.listed.import_path);
        names(p).for_each(|f| write!(out, "\t{f}").expect("writing to memory"));
        let mut means: Vec<_> = p.import_map.iter().collect();
        means.sort();
        means.iter().for_each(|(path, meaning)| write!(out, "\t{path}={meaning}").expect("writing to memory"));
        out.push('\n');
    }
    out
}

fn copies(map: &SourceMap, loaded: &Loaded) -> Result<Vec<Vec<Arc<SourceFile>>>, String> {
    let add = |name: String| map.add(&name, fs::read(&name).map_err(|e| format!("{name}: {e}"))?);
    loaded.packages.iter().map(|p| names(p).map(add).collect()).collect()
}

fn parse(map: &SourceMap, packages: &[Package], sources: &[Vec<Arc<SourceFile>>]) -> Vec<Vec<&'static ast::File>> {
    let one = |p: &Package, files: &Vec<Arc<SourceFile>>| {
        let runtime = p.listed.import_path.contains("runtime");
        let mode = if runtime { ParseMode::RUNTIME } else { ParseMode::STD };
        files.iter().map(|f| &*Box::leak(Box::new(parse_file(map, f, mode).0))).collect()
    };
    packages.iter().zip(sources).map(|(p, files)| one(p, files)).collect()
}

fn check(map: &SourceMap, packages: &[Package], trees: Vec<Vec<&'static ast::File>>) -> Result<(), String> {
    let mut done: HashMap<&str, Pkg> = HashMap::new();
    for (p, files) in packages.iter().zip(trees) {
        let import = |path: &str| match path {
            "unsafe" => Some(universe::unsafe_package()),
            _ => done.get(p.import_map.get(path).map_or(path, String::as_str)).copied(),
        };
        let pkg = Pkg::new(Name::new(&p.listed.import_path), (1, 27), true);
        let diags = undergo_check::check_package(map, pkg, files, &import, &undergo_check::Options::default());
        if let Some(d) = diags.first() {
            return Err(d.render_plain(map));
        }
        done.insert(&p.listed.import_path, pkg);
    }
    Ok(())
}

fn timed<R>(name: &str, f: impl FnOnce() -> R) -> R {
    let (start, processor) = (Instant::now(), on_processor());
    let r = f();
    println!("{name} {} {}", on_processor() - processor, start.elapsed().as_nanos());
    r
}

/// Nanoseconds that this thread has run.
fn on_processor() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// A number of this process's status.
fn status(key: &str) -> String {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|l| l.strip_prefix(key)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").to_owned()
}
