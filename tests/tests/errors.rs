//! Programs with mistakes, compared with real Go: one test per case in `tests/errors`.
//!
//! With `UNDERGO_TESTS=oracle` only Go runs: does a new case's comment say what Go says?

use libtest_mimic::{Arguments, Failed, Trial};
use undergo_tests::annotated;
use undergo_tests::expected::Expected;
use undergo_tests::toolchain::{Need, repository, toolchain};

fn main() {
    let args = Arguments::from_args();
    let cases = annotated::discover(&repository().join("tests/errors")).unwrap_or_else(|e| panic!("{e}"));
    let need = Need::from_env();
    let list =
        Expected::read(&repository().join("tests/expected-error-failures.txt")).unwrap_or_else(|e| panic!("{e}"));
    let list: &'static Expected = Box::leak(Box::new(list));
    let names: Vec<String> = cases.iter().map(|c| c.name.clone()).collect();
    let mut trials: Vec<Trial> = Vec::new();
    for case in cases {
        trials.push(Trial::test(case.name.clone(), move || {
            let tools = toolchain(need)?;
            match need {
                Need::Oracle => case.try_oracle(&tools).map_err(Failed::from),
                Need::Both => list.judge(&case.name, case.compare(&tools)).map_err(Failed::from),
            }
        }));
    }
    trials.push(Trial::test("the list of failures names only cases", move || match list.strangers(&names).next() {
        Some(name) => Err(Failed::from(format!("tests/expected-error-failures.txt: there is no case {name}"))),
        None => Ok(()),
    }));
    libtest_mimic::run(&args, trials).exit();
}
