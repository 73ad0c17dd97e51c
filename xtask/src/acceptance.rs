//! Large runs against stock Go: too long for every change, run before a release or an issue is closed.
//!
//! `cargo xtask acceptance` runs all of them, going on after a failure; with names it runs those. Each is a function of
//! the list [`RUNS`]; [`tools`](mod@tools) has Go's own commands, [`programs`] programs of ours, [`stress`] the
//! runtime under load, [`bad_input`] what must fail well, [`check_std`] the front end over Go's whole tree.

mod bad_input;
mod check_std;
mod programs;
mod stress;
mod tools;

use std::time::Instant;

use undergo_tests::toolchain::{Need, Toolchain, toolchain};

type Run = fn(&Toolchain) -> Result<String, String>;

/// Name, what it shows, the run. A run returns what it has seen, for the log.
const RUNS: &[(&str, &str, Run)] = &[
    ("hello-chroot", "hello runs in an empty chroot", programs::hello_chroot),
    ("tour", "the README's program prints what Go's prints", programs::tour),
    ("gofmt", "gofmt over every .go file of GOROOT/src, with GOMAXPROCS 1 and 4", tools::gofmt),
    ("asm", "cmd/asm on the amd64 files of GOROOT/src/runtime", tools::asm),
    ("nm", "cmd/nm on stock binaries", tools::nm),
    ("doc", "go doc (cmd/go) on ten std packages", tools::doc),
    ("typecheck", "go/types checks net/http from source", programs::typecheck),
    ("wordfreq", "parallel word frequencies over GOROOT/src, 200 runs with GOMAXPROCS=4", programs::wordfreq),
    ("seeded", "a racy program repeats its schedule with UNDERGO_SEED", programs::seeded),
    ("checked", "the whole programs of the tests, with a runtime that checks itself", stress::programs),
    ("stress", "everything at once for STRESS_SECONDS, checking itself", stress::everything),
    ("trees", "binary trees of depth 18: resident set under 3 times stock's", programs::trees),
    ("bad-input", "what is wrong gives an error, never a panic, a hang or half a file", bad_input::all),
    ("deep", "expressions nested 100,000 deep", bad_input::deep_expressions),
    ("check-std", "every package of std and cmd checks without an error, tests included", check_std::run),
    ("ten-megabytes", "a valid file of 10 MB, within twice stock's time", bad_input::ten_megabytes),
];

/// Runs what is named, or everything.
pub fn run(names: &[String]) -> Result<(), String> {
    if names.iter().any(|n| n == "--list") {
        RUNS.iter().for_each(|(name, what, _)| println!("{name:<14} {what}"));
        return Ok(());
    }
    if let Some(name) = names.iter().find(|n| !RUNS.iter().any(|r| r.0 == n.as_str())) {
        return Err(format!("no acceptance run is named {name}; --list lists them"));
    }
    let tools = toolchain(Need::Both)?;
    let mut failed = Vec::new();
    for (name, what, run) in RUNS.iter().filter(|r| names.is_empty() || names.iter().any(|n| n == r.0)) {
        let start = Instant::now();
        let result = run(&tools);
        let seconds = start.elapsed().as_secs_f64();
        match result {
            Ok(seen) => println!("{name:<14} ok      {seconds:7.1} s  {seen}"),
            Err(why) => {
                println!("{name:<14} FAILED  {seconds:7.1} s  {what}\n{why}");
                failed.push(*name);
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(" "))) }
}
