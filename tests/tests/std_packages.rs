//! The standard library's own tests of a few packages, which are quick: the same tests pass as with stock Go.
//! `cargo xtask suite std` runs those of all packages that count.

use libtest_mimic::{Arguments, Failed, Trial};
use undergo_tests::std_suite;
use undergo_tests::toolchain::{Need, toolchain};

fn main() {
    let args = Arguments::from_args();
    let trials = std_suite::QUICK.iter().map(|package| {
        Trial::test(*package, move || {
            let tools = toolchain(Need::Both)?;
            let c = std_suite::compare(&tools, &std_suite::list()?, package)?;
            let wrong: Vec<&str> = c.unexpected.iter().chain(&c.struck).map(String::as_str).collect();
            if wrong.is_empty() { Ok(()) } else { Err(Failed::from(wrong.join("\n"))) }
        })
    });
    libtest_mimic::run(&args, trials.collect()).exit();
}
