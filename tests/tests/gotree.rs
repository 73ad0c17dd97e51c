//! A sample of Go's own test tree, fixed by a hash of the names; all of it is `cargo xtask suite gotree`.
//!
//! With names or parts of names after `--`, those tests of the whole tree run instead.

use libtest_mimic::{Arguments, Failed, Trial};
use undergo_tests::expected::Expected;
use undergo_tests::toolchain::{Need, repository, toolchain};
use undergo_tests::{go_test_tree, gotree};

/// One test of this many is in the sample.
const ONE_OF: u32 = 40;

fn main() {
    let args = Arguments::from_args();
    // Without undergo there is nothing to judge, and trying every program needs no tree.
    if Need::from_env() == Need::Oracle {
        return;
    }
    let tools = toolchain(Need::Both).unwrap_or_else(|e| panic!("{e}"));
    let tree = go_test_tree::find_or_fetch(&tools).unwrap_or_else(|e| panic!("{e}"));
    let tests = gotree::discover(&tree).unwrap_or_else(|e| panic!("{e}"));
    let list = Expected::read(&repository().join(gotree::LIST)).unwrap_or_else(|e| panic!("{e}"));
    let list: &'static Expected = Box::leak(Box::new(list));
    let names: Vec<String> = tests.iter().map(|t| t.name.clone()).collect();
    let mut trials: Vec<Trial> = Vec::new();
    for test in tests.into_iter().filter(|t| args.filter.is_some() || in_sample(&t.name)) {
        let tools = tools.clone();
        trials.push(Trial::test(test.name.clone(), move || match test.judge(&tools) {
            Some(result) => list.judge(&test.name, result).map_err(Failed::from),
            None => Ok(()),
        }));
    }
    trials.push(Trial::test("the list of failures names only tests", move || match list.strangers(&names).next() {
        Some(name) => Err(Failed::from(format!("{}: there is no test {name}", gotree::LIST))),
        None => Ok(()),
    }));
    libtest_mimic::run(&args, trials).exit();
}

/// FNV-1a, so that the sample is the same everywhere.
fn in_sample(name: &str) -> bool {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    hash % ONE_OF == 0
}
