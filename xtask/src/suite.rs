//! Suites of others, whole: too long for every change.
//!
//! `cargo xtask suite std [PACKAGE…]` runs the standard library's own tests. Results of stock Go are remembered, so a run
//! that was interrupted can be taken up with the packages that are left. `cargo xtask suite gotree` runs Go's own test
//! tree ([`gotree`]), `cargo xtask suite crash` the programs that die in its runtime's tests
//! ([`undergo_tests::crash_suite`]), and `cargo xtask suite programs` those of `tests/programs`, which are tests as well.
//!
//! In front of the name, `--env GOMAXPROCS=1` sets a variable for the programs of both, and `--own-env
//! GODEBUG=gctorture=2` for those of undergo alone: here, a collection for about every eight objects that are made, and half as
//! many after every second that collections have taken.

mod gotree;

use std::collections::HashMap;
use std::time::Instant;

use undergo_tests::expected::Expected;
use undergo_tests::toolchain::{Need, Toolchain, repository, toolchain};
use undergo_tests::{crash_suite, program, std_suite};

const USAGE: &str = "usage: cargo xtask suite [--env NAME=VALUE] [--own-env NAME=VALUE] std [PACKAGE...]
       | gotree [--failed] [TEXT...] | crash [TEXT...] | programs [TEXT...]";

/// Runs a suite by its name.
pub fn run(args: &[String]) -> Result<(), String> {
    let mut tools = toolchain(Need::Both)?;
    let mut args = args;
    while let [flag, variable, rest @ ..] = args
        && flag.starts_with("--")
    {
        let (name, value) = variable.split_once('=').ok_or(USAGE)?;
        let list = match flag.as_str() {
            "--env" => &mut tools.conditions.both,
            "--own-env" => &mut tools.conditions.own,
            _ => return Err(USAGE.into()),
        };
        list.push((name.to_owned(), value.to_owned()));
        args = rest;
    }
    match args.split_first() {
        Some((suite, names)) if suite == "std" => std_packages(&tools, names),
        Some((suite, rest)) if suite == "gotree" => gotree::run(&tools, rest),
        Some((suite, words)) if suite == "crash" => crash_programs(&tools, words),
        Some((suite, words)) if suite == "programs" => programs(&tools, words),
        _ => Err(USAGE.into()),
    }
}

/// The programs of `tests/programs`.
fn programs(tools: &Toolchain, words: &[String]) -> Result<(), String> {
    let (mut same, mut total, mut wrong) = (0, 0, 0);
    let list = Expected::read(&repository().join("tests/expected-failures.txt"))?;
    for program in program::discover(&repository().join("tests/programs"))? {
        if !words.is_empty() && !words.iter().any(|w| program.name.contains(w.as_str())) {
            continue;
        }
        let result = program.compare(tools);
        total += 1;
        same += usize::from(result.is_ok());
        if let Err(reason) = list.judge(&program.name, result) {
            wrong += 1;
            println!("--- {}\n{}", program.name, reason.trim_end());
        }
    }
    println!("{same} of {total} programs do what they do with stock");
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} results are not as they should be")) }
}

/// Those whose names contain one of the words, or all.
fn crash_programs(tools: &Toolchain, words: &[String]) -> Result<(), String> {
    let list = Expected::read(&repository().join(crash_suite::LIST))?;
    let (mut same, mut total, mut wrong) = (0, 0, 0);
    let mut pairs: HashMap<&str, crash_suite::Pair> = HashMap::new();
    for case in crash_suite::cases(tools)? {
        let name = case.name();
        if !words.is_empty() && !words.iter().any(|w| name.contains(w.as_str())) {
            continue;
        }
        if !pairs.contains_key(case.package) {
            pairs.insert(case.package, crash_suite::build(tools, case.package)?);
        }
        let result = crash_suite::compare(tools, &pairs[case.package], &case);
        total += 1;
        same += usize::from(result.is_ok());
        if let Err(reason) = list.judge(&name, result) {
            wrong += 1;
            println!("--- {name}\n{}", reason.trim_end());
        }
    }
    println!("{same} of {total} programs do what they do with stock");
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} results are not as {} says", crash_suite::LIST)) }
}

fn std_packages(tools: &Toolchain, names: &[String]) -> Result<(), String> {
    let list = std_suite::list()?;
    let packages: Vec<&str> = match names {
        [] => std_suite::PACKAGES.to_vec(),
        names => names.iter().map(String::as_str).collect(),
    };
    let (mut stock, mut ours, mut wrong) = (0, 0, 0);
    for package in packages {
        let start = Instant::now();
        let c = std_suite::compare(tools, &list, package)?;
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
