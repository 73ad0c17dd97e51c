//! Programs of ours, compared with what stock Go makes of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use undergo_tests::process::{self, Outcome};
use undergo_tests::program::first_difference;
use undergo_tests::toolchain::{Toolchain, repository};

use super::tools::is_static;
use crate::files::{Pair, build_both, success, work_dir};

const LIMIT: Duration = Duration::from_secs(600);
const WORDFREQ_RUNS: usize = 200;
const SEEDED_RUNS: usize = 1000;
/// Largest resident set, as a multiple of stock's.
const RSS_LIMIT: f64 = 3.0;

fn build(tools: &Toolchain, name: &str) -> Result<Pair, String> {
    let dir = repository().join("tests/acceptance").join(name);
    build_both(tools, name, &dir, &format!("{name}.go"))
}

fn command(exe: &Path, tools: &Toolchain) -> Command {
    let mut command = Command::new(exe);
    command.env("GOROOT", &tools.goroot).env_remove("GOGC").env_remove("GODEBUG");
    command
}

fn equal(stock: &Outcome, ours: &Outcome) -> Result<(), String> {
    if !ours.success() {
        return Err(format!("ended with {:?}\n{}", ours.end, ours.stderr_text()));
    }
    match stock.stdout == ours.stdout {
        true => Ok(()),
        false => Err(first_difference(&stock.stdout_text(), &ours.stdout_text())),
    }
}

/// hello in a directory that holds nothing else.
pub fn hello_chroot(tools: &Toolchain) -> Result<String, String> {
    let pair = build(tools, "hello")?;
    is_static(&pair.ours)?;
    let root = work_dir("chroot")?;
    let inside = root.join("hello");
    fs::copy(&pair.ours, &inside).map_err(|e| format!("{}: {e}", inside.display()))?;
    let stock = success(&mut Command::new(&pair.stock), LIMIT)?;
    // As root directly; for others in a user namespace.
    let direct = process::run(Command::new("chroot").arg(&root).arg("/hello"), LIMIT);
    let ours = match direct {
        Ok(out) if out.success() => out,
        _ => process::run(Command::new("unshare").args(["--map-root-user", "chroot"]).arg(&root).arg("/hello"), LIMIT)?,
    };
    equal(&stock, &ours)?;
    let size = |p: &Path| fs::metadata(p).map_or(0, |m| m.len());
    Ok(format!("{} bytes, stock {}", size(&pair.ours), size(&pair.stock)))
}

/// The README's program.
pub fn tour(tools: &Toolchain) -> Result<String, String> {
    let pair = build_both(tools, "tour", &repository().join("examples/tour"), "main.go")?;
    let stock = success(&mut command(&pair.stock, tools), LIMIT)?;
    for _ in 0..20 {
        equal(&stock, &process::run(&mut command(&pair.ours, tools), LIMIT)?)?;
    }
    Ok("20 runs".into())
}

/// go/parser and go/types on net/http.
pub fn typecheck(tools: &Toolchain) -> Result<String, String> {
    let pair = build(tools, "typecheck")?;
    let stock = success(&mut command(&pair.stock, tools), LIMIT)?;
    for procs in ["1", "4"] {
        let ours = process::run(command(&pair.ours, tools).env("GOMAXPROCS", procs), LIMIT)?;
        equal(&stock, &ours).map_err(|e| format!("GOMAXPROCS={procs}: {e}"))?;
    }
    Ok(stock.stdout_text().lines().next().unwrap_or_default().to_owned())
}

/// Word frequencies over GOROOT/src, many times.
pub fn wordfreq(tools: &Toolchain) -> Result<String, String> {
    let pair = build(tools, "wordfreq")?;
    let src = tools.goroot.join("src");
    let run = |exe: &Path| process::run(command(exe, tools).arg(&src).env("GOMAXPROCS", "4"), LIMIT);
    let stock = run(&pair.stock)?;
    for i in 1..=WORDFREQ_RUNS {
        equal(&stock, &run(&pair.ours)?).map_err(|e| format!("run {i} of {WORDFREQ_RUNS}: {e}"))?;
    }
    Ok(format!("{WORDFREQ_RUNS} of {WORDFREQ_RUNS}"))
}

/// A racy program with a seed: every run has the same schedule and output, and other seeds have others.
pub fn seeded(tools: &Toolchain) -> Result<String, String> {
    let exe = build(tools, "seeded")?.ours;
    let run = |seed: usize| {
        let mut command = command(&exe, tools);
        command.env("UNDERGO_SEED", seed.to_string()).env("UNDERGO_SCHEDULE", "hash");
        success(&mut command, LIMIT)
    };
    let first = run(1)?;
    for i in 2..=SEEDED_RUNS {
        if run(1)? != first {
            return Err(format!("run {i} of {SEEDED_RUNS} with one seed differs from the first"));
        }
    }
    let mut hashes = BTreeSet::new();
    for seed in 1..=SEEDED_RUNS {
        hashes.insert(run(seed)?.stderr);
    }
    let seen = format!("{SEEDED_RUNS} runs with one seed: one schedule; {SEEDED_RUNS} seeds: {}", hashes.len());
    if hashes.len() > SEEDED_RUNS / 2 { Ok(seen) } else { Err(seen) }
}

/// Binary trees: equal output, and the resident set at the end.
pub fn trees(tools: &Toolchain) -> Result<String, String> {
    let pair = build(tools, "trees")?;
    let run = |exe: &Path| process::run(&mut command(exe, tools), LIMIT);
    let (stock, ours) = (run(&pair.stock)?, run(&pair.ours)?);
    equal(&stock, &ours)?;
    let kilobytes =
        |o: &Outcome| o.stderr_text().trim().parse::<f64>().map_err(|e| format!("{}: {e}", o.stderr_text()));
    let (want, got) = (kilobytes(&stock)?, kilobytes(&ours)?);
    let seen = format!("{got} kB, stock {want} kB: {:.2} times", got / want);
    if got <= want * RSS_LIMIT { Ok(seen) } else { Err(seen) }
}
