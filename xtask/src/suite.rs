//! Suites of others, whole: too long for every change.
//!
//! `cargo xtask suite std [PACKAGE…]` runs the standard library's own tests. Results of stock Go are remembered, so a run
//! that was interrupted can be taken up with the packages that are left. `cargo xtask suite gotree` runs Go's own test
//! tree ([`gotree`]).

mod gotree;

use std::time::Instant;

use undergo_tests::std_suite;
use undergo_tests::toolchain::{Need, toolchain};

/// Runs a suite by its name.
pub fn run(args: &[String]) -> Result<(), String> {
    match args.split_first() {
        Some((suite, names)) if suite == "std" => std_packages(names),
        Some((suite, rest)) if suite == "gotree" => gotree::run(rest),
        _ => Err("usage: cargo xtask suite std [PACKAGE...] | gotree [--failed] [TEXT...]".into()),
    }
}

fn std_packages(names: &[String]) -> Result<(), String> {
    let tools = toolchain(Need::Both)?;
    let list = std_suite::list()?;
    let packages: Vec<&str> = match names {
        [] => std_suite::PACKAGES.to_vec(),
        names => names.iter().map(String::as_str).collect(),
    };
    let (mut stock, mut ours, mut wrong) = (0, 0, 0);
    for package in packages {
        let start = Instant::now();
        let c = std_suite::compare(&tools, &list, package)?;
        let seconds = start.elapsed().as_secs_f64();
        println!("{package:<22} {:>6} of {:>6} pass  {seconds:7.1} s", c.ours, c.stock);
        c.unexpected.iter().chain(&c.struck).for_each(|line| println!("    {line}"));
        stock += c.stock;
        ours += c.ours;
        wrong += c.unexpected.len() + c.struck.len();
    }
    println!("{ours} of {stock} tests that pass with stock Go pass");
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} tests are not as tests/expected-std-failures.txt says")) }
}
