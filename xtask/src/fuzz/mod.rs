//! Differential fuzzing: random Go programs that end, run by undergo and by stock Go.
//!
//! Reading order: [`random`], [`tree`] (Go text that can be cut down), [`types`], [`expr`], [`stmt`], [`program`]
//! (what is generated), and here: batches of programs in one Go package, since building costs more than running;
//! [`reduce`] (a difference made small).
//!
//! Every program has a seed of its own, so a difference is known by one number: `--seed N --count 1` shows it again.
//!
//! To see that differences are found and made small, give it a compiler that is wrong: a script as `UNDERGO` that edits
//! `prog.go` (say, every ` ^ ` becomes ` | `), calls undergo with its own arguments and puts the file back.

mod expr;
mod program;
mod random;
mod reduce;
mod stmt;
mod tree;
mod types;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use undergo_tests::process::{self, End, Outcome};
use undergo_tests::toolchain::{Need, Toolchain, toolchain};

use crate::files::work_dir;
use program::Program;

const WORKERS: u64 = 2;
/// Programs in one Go package: enough that fmt and the runtime cost little, few enough that a difference is found soon.
const BATCH: u64 = 25;
const BUILD_LIMIT: Duration = Duration::from_secs(600);
const RUN_LIMIT: Duration = Duration::from_secs(60);
const PRELUDE: &str = include_str!("prelude.go");

/// Who builds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Who {
    Undergo,
    Stock,
}

/// Runs what the command line asks for.
pub fn run(args: &[String]) -> Result<(), String> {
    let number = |flag: &str, default: u64| match args.iter().position(|a| a == flag) {
        Some(i) => args.get(i + 1).and_then(|v| v.parse().ok()).ok_or(format!("{flag}: want a number")),
        None => Ok(default),
    };
    let (seed, count) = (number("--seed", 1)?, number("--count", 1000)?);
    if args.iter().any(|a| a == "--print") {
        print!("{}", source(&[program::generate(seed)]));
        return Ok(());
    }
    let tools = toolchain(Need::Both)?;
    let next = AtomicU64::new(seed);
    let found: Mutex<Vec<u64>> = Mutex::default();
    let start = Instant::now();
    let worker = |n: u64| -> Result<(), String> {
        let dir = work_dir(&format!("fuzz-{n}"))?;
        loop {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            if from >= seed + count {
                return Ok(());
            }
            let to = (from + BATCH).min(seed + count);
            let different = batch(&tools, &dir, from, to)?;
            println!("{:>6.0} s  seeds {from} to {to}: {} differ", start.elapsed().as_secs_f64(), different.len());
            found.lock().expect("no holder panics").extend(different);
        }
    };
    std::thread::scope(|scope| {
        let worker = &worker;
        let workers: Vec<_> = (0..WORKERS).map(|n| scope.spawn(move || worker(n))).collect();
        workers.into_iter().try_for_each(|w| w.join().expect("a worker does not panic"))
    })?;
    let mut found = found.into_inner().expect("no holder panics");
    found.sort_unstable();
    let dir = work_dir("fuzz-reduced")?;
    for &seed in &found {
        let small = reduce::reduce(&tools, &dir, program::generate(seed))?;
        let path = dir.join(format!("seed{seed}.go"));
        fs::write(&path, source(&[small])).map_err(|e| format!("{}: {e}", path.display()))?;
        println!("seed {seed}: {}", path.display());
    }
    if found.is_empty() { Ok(()) } else { Err(format!("{} of {count} programs differ: {found:?}", found.len())) }
}

/// Seeds of a range whose programs differ.
fn batch(tools: &Toolchain, dir: &Path, from: u64, to: u64) -> Result<Vec<u64>, String> {
    let programs: Vec<Program> = (from..to).map(program::generate).collect();
    if let Some(difference) = compare(tools, dir, &programs) {
        match difference {
            Difference::Programs(ids) => return Ok(ids),
            Difference::NoGo(text) => return Err(format!("seeds {from} to {to}: stock Go says\n{text}")),
            // Something stopped them all: find out which it was.
            Difference::All(text) if programs.len() == 1 => {
                println!("seed {from}: {text}");
                return Ok(vec![from]);
            }
            Difference::All(_) => {
                let middle = from + (to - from) / 2;
                let mut ids = batch(tools, dir, from, middle)?;
                ids.extend(batch(tools, dir, middle, to)?);
                return Ok(ids);
            }
        }
    }
    Ok(Vec::new())
}

/// How the two differ.
enum Difference {
    /// These programs print different lines.
    Programs(Vec<u64>),
    /// undergo builds nothing, or its program does not end as it should.
    All(String),
    /// Stock Go does not build it: the generator is wrong.
    NoGo(String),
}

/// Builds and runs programs with both.
fn compare(tools: &Toolchain, dir: &Path, programs: &[Program]) -> Option<Difference> {
    let file = dir.join("prog.go");
    if let Err(e) = fs::write(&file, source(programs)) {
        return Some(Difference::NoGo(e.to_string()));
    }
    let want = match build_and_run(tools, dir, Who::Stock) {
        Ok(out) if out.end == End::Code(0) => out,
        Ok(out) => return Some(Difference::NoGo(format!("{:?}\n{}", out.end, out.stderr_text()))),
        Err(text) => return Some(Difference::NoGo(text)),
    };
    let got = match build_and_run(tools, dir, Who::Undergo) {
        Ok(out) => out,
        Err(text) => return Some(Difference::All(text)),
    };
    if got.end != End::Code(0) {
        return Some(Difference::All(format!("{:?}\n{}", got.end, got.stderr_text())));
    }
    let lines = |out: &Outcome| -> HashMap<u64, String> {
        let text = out.stdout_text();
        let pairs = text.lines().filter_map(|l| Some((l.split(' ').next()?.parse().ok()?, l.to_owned())));
        pairs.collect()
    };
    let (want, got) = (lines(&want), lines(&got));
    let ids: Vec<u64> = programs.iter().map(|p| p.id).filter(|id| want.get(id) != got.get(id)).collect();
    if programs.len() > 1 {
        let text = |line: Option<&String>| line.cloned().unwrap_or_default();
        ids.iter().for_each(|id| println!("stock   {}\nundergo {}", text(want.get(id)), text(got.get(id))));
    }
    if ids.is_empty() { None } else { Some(Difference::Programs(ids)) }
}

fn build_and_run(tools: &Toolchain, dir: &Path, who: Who) -> Result<Outcome, String> {
    let exe: PathBuf = dir.join(format!("{who:?}"));
    let mut build = match who {
        Who::Undergo => tools.undergo()?,
        Who::Stock => tools.go(),
    };
    build.args(["build", "-o"]).arg(&exe);
    if who == Who::Stock {
        // Most of the time goes into what stock's optimiser does, which is not under test.
        build.arg("-gcflags=-N -l");
    }
    build.arg("prog.go").current_dir(dir);
    let built = process::run(&mut build, BUILD_LIMIT)?;
    if !built.success() {
        return Err(format!("{who:?} build: {:?}\n{}", built.end, built.stderr_text()));
    }
    process::run(Command::new(&exe).env_remove("TRACE"), RUN_LIMIT)
}

/// The Go text of programs.
fn source(programs: &[Program]) -> String {
    let mut out = PRELUDE.to_owned();
    for p in programs {
        out.push('\n');
        tree::print(&p.nodes, 0, &mut out);
    }
    out.push_str("\nfunc main() {\n");
    for p in programs {
        out.push_str(&format!("\trun({}, {})\n", p.id, program::entry(p.id)));
    }
    out.push_str("}\n");
    out
}
