//! Chores of the repository, as `cargo xtask NAME`:
//!
//! - `test`: everything that must hold before a change lands (format, lints, all tests); what CI runs.
//! - `oracle`: whether the Go programs of `tests` are fit for their suites, without undergo.
//! - `acceptance [NAME…]`: large runs against stock Go; resumable by name ([`acceptance`]).
//! - `suite std [PACKAGE…] | gotree [--failed] [TEXT…] | crash [TEXT…] | programs [TEXT…]`: suites of Go's own beside stock Go; resumable ([`suite`]).
//! - `fuzz-programs [--seed N] [--count N] [--print]`: random programs beside stock Go ([`fuzz`]).
//! - `bench [NAME…]`: times and sizes beside stock Go's, as the tables of BENCHMARKS.md ([`bench`]).
#![forbid(unsafe_code)]

mod acceptance;
mod bench;
mod check;
mod files;
mod fuzz;
mod suite;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask test | oracle | acceptance [--list] [NAME...] | bench [--list] [NAME...]
       cargo xtask suite std [PACKAGE...] | suite gotree [--failed] [TEXT...] | suite crash [TEXT...] | suite programs [TEXT...]
       cargo xtask fuzz-programs [--seed N] [--count N] [--print]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let result = match args.split_first() {
        Some((command, [])) if command == "test" => check::test(),
        Some((command, [])) if command == "oracle" => check::oracle(),
        Some((command, names)) if command == "acceptance" => acceptance::run(names),
        Some((command, args)) if command == "fuzz-programs" => fuzz::run(args),
        Some((command, args)) if command == "suite" => suite::run(args),
        Some((command, names)) if command == "bench" => bench::run(names),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
