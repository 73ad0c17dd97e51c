//! Differential fuzzing: random Go programs that end, run by undergo and by stock Go.
//!
//! Reading order: [`random`], [`tree`] (Go text that can be cut down), [`types`], [`expr`], [`stmt`], [`program`]
//! (what is generated), [`graph`], [`island`] and [`header`] (programs of another kind), and here: batches of programs in one Go package, since building costs more than running;
//! [`reduce`] (a difference made small).
//!
//! Every program has a seed of its own, so a difference is known by one number: `--seed N --count 1` shows it again.
//!
//! To see that differences are found and made small, give it a compiler that is wrong: a script as `UNDERGO` that edits
//! `prog.go` (say, every ` ^ ` becomes ` | `), calls undergo with its own arguments and puts the file back.

mod expr;
mod graph;
mod header;
mod island;
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
const BATCH: u64 = 100;
/// Kernel ticks in a second, in which `/proc` counts processor time: the same on every Linux for x86-64.
const TICKS: f64 = 100.0;
const USAGE: &str = "usage: cargo xtask fuzz-programs [--seed N] [--count N] [--print]";
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
    let (mut seed, mut count) = (1, 1000);
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let number = match word.as_str() {
            "--seed" => &mut seed,
            "--count" => &mut count,
            "--print" => {
                print!("{}", source(&[program::generate(seed)]));
                return Ok(());
            }
            _ => return Err(USAGE.into()),
        };
        *number = words.next().and_then(|v| v.parse().ok()).ok_or(USAGE)?;
    }
    let tools = toolchain(Need::Both)?;
    let found = all_batches(&tools, seed, count)?;
    let dir = work_dir("fuzz-reduced")?;
    for &seed in &found.different {
        let small = reduce::reduce(&tools, &dir, program::generate(seed))?;
        let path = dir.join(format!("seed{seed}.go"));
        fs::write(&path, source(&[small])).map_err(|e| format!("{}: {e}", path.display()))?;
        println!("seed {seed}: {}", path.display());
    }
    if found.different.is_empty() && found.unfit.is_empty() {
        return Ok(());
    }
    let Found { different, unfit } = &found;
    Err(format!(
        "{} of {count} programs differ: {different:?}; {} are not fit for stock Go: {unfit:?}",
        different.len(),
        unfit.len()
    ))
}

/// Seeds of programs that were not the same twice.
#[derive(Default, Debug)]
struct Found {
    /// These differ.
    different: Vec<u64>,
    /// These stock Go does not build, or they do not end: the generator is wrong, and nothing was compared.
    unfit: Vec<u64>,
}

impl Found {
    fn add(&mut self, mut other: Found) {
        self.different.append(&mut other.different);
        self.unfit.append(&mut other.unfit);
    }
}

/// Compares `count` programs, and says how far it is after each batch.
fn all_batches(tools: &Toolchain, seed: u64, count: u64) -> Result<Found, String> {
    let next = AtomicU64::new(seed);
    let found: Mutex<Found> = Mutex::default();
    let compared = AtomicU64::new(0);
    let start = Instant::now();
    let worker = |n: u64| -> Result<(), String> {
        let dir = work_dir(&format!("fuzz-{n}"))?;
        loop {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            if from >= seed + count {
                return Ok(());
            }
            let to = (from + BATCH).min(seed + count);
            let new = batch(tools, &dir, from, to);
            let same = to - from - (new.different.len() + new.unfit.len()) as u64;
            let total = compared.fetch_add(to - from - new.unfit.len() as u64, Ordering::Relaxed) + to - from;
            println!(
                "{:>6.0} s {:>6.0} s of processors  seeds {from} to {}: {same} the same, {} differ; {total} in all",
                start.elapsed().as_secs_f64(),
                children_seconds(),
                to - 1,
                new.different.len(),
            );
            found.lock().expect("no holder panics").add(new);
        }
    };
    std::thread::scope(|scope| {
        let worker = &worker;
        let workers: Vec<_> = (0..WORKERS).map(|n| scope.spawn(move || worker(n))).collect();
        workers.into_iter().try_for_each(|w| w.join().expect("a worker does not panic"))
    })?;
    let mut found = found.into_inner().expect("no holder panics");
    found.different.sort_unstable();
    found.unfit.sort_unstable();
    Ok(found)
}

/// Processor time of the processes that were waited for, in seconds.
fn children_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The command's name ends with a parenthesis; two fields behind the eleven that follow are cutime and cstime.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: f64 = fields.skip(13).take(2).filter_map(|f| f.parse::<f64>().ok()).sum();
    ticks / TICKS
}

/// Seeds of a range whose programs differ. What stops all of a batch is looked for in its halves.
fn batch(tools: &Toolchain, dir: &Path, from: u64, to: u64) -> Found {
    let programs: Vec<Program> = (from..to).map(program::generate).collect();
    let single = programs.len() == 1;
    match compare(tools, dir, &programs) {
        None => Found::default(),
        Some(Difference::Programs(different)) => Found { different, ..Found::default() },
        Some(Difference::All(text)) if single => {
            println!("seed {from}: {text}");
            Found { different: vec![from], ..Found::default() }
        }
        Some(Difference::NoGo(text)) if single => {
            println!("seed {from}: stock Go says\n{text}");
            Found { unfit: vec![from], ..Found::default() }
        }
        Some(_) => {
            let middle = from + (to - from) / 2;
            let mut found = batch(tools, dir, from, middle);
            found.add(batch(tools, dir, middle, to));
            found
        }
    }
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
        // Most of the time goes into what stock does: its optimiser is not under test, nobody debugs the program, and
        // its own collections are a quarter of its time.
        build.args(["-gcflags=-N -l -dwarf=false -c=1", "-ldflags=-s -w"]).env("GOGC", "800");
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
