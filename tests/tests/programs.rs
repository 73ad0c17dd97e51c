//! Whole programs, compared with real Go: one test per program below `tests/programs`.
//!
//! `cargo test -p undergo-tests --test programs -- chan` runs those whose name contains `chan`. With
//! `UNDERGO_TESTS=oracle` only Go runs: is a new program fit for the suite?

use libtest_mimic::{Arguments, Failed, Trial};
use undergo_tests::expected::Expected;
use undergo_tests::program;
use undergo_tests::toolchain::{Need, repository, toolchain};

fn main() {
    let args = Arguments::from_args();
    let root = repository().join("tests/programs");
    let programs = program::discover(&root).unwrap_or_else(|e| panic!("{e}"));
    let need = Need::from_env();
    let names: Vec<String> = programs.iter().map(|p| p.name.clone()).collect();
    let list = Expected::read(&repository().join("tests/expected-failures.txt")).unwrap_or_else(|e| panic!("{e}"));
    let list: &'static Expected = Box::leak(Box::new(list));
    let mut trials: Vec<Trial> = Vec::new();
    for program in programs {
        trials.push(Trial::test(program.name.clone(), move || {
            let tools = toolchain(need)?;
            match need {
                Need::Oracle => program.try_oracle(&tools).map_err(Failed::from),
                Need::Both => list.judge(&program.name, program.compare(&tools)).map_err(Failed::from),
            }
        }));
    }
    trials.push(Trial::test("the list of failures names only programs", move || match list.strangers(&names).next() {
        Some(name) => Err(Failed::from(format!("tests/expected-failures.txt: there is no program {name}"))),
        None => Ok(()),
    }));
    libtest_mimic::run(&args, trials).exit();
}
