//! Benchmarks in pairs: the same program by undergo and by stock Go, one after the other, several times; medians.
//!
//! `cargo xtask bench` measures everything; with names, those rows (`sched` is all kernels of `bench/sched`, with one
//! and with two Ps; `sched/NAME` is one of them; `gc` and `gc/NAME` likewise, with `--rounds=N` pairs). The output is
//! the Markdown of BENCHMARKS.md.

mod figures;
mod frontend;
mod memory;
mod net;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use undergo_tests::toolchain::{Need, Toolchain, repository, toolchain};

use crate::files::{Pair, build_both, success, with_suffix, work_dir};

const LIMIT: Duration = Duration::from_secs(300);
/// Pairs of runs of one program; the first pair warms the machine up and is not counted.
const ROUNDS: usize = 9;
/// Hello is so short that more runs are needed.
const START_ROUNDS: usize = 60;
const BUILD_ROUNDS: usize = 5;

/// One line of the table.
#[derive(Debug)]
struct Row {
    name: String,
    ours: String,
    stock: String,
    ratio: f64,
}

/// Measures what is named, or everything.
pub fn run(names: &[String]) -> Result<(), String> {
    let dir = repository().join("bench/programs");
    let kernels: Vec<PathBuf> = with_suffix(&dir, ".go")?;
    let stem = |p: &Path| p.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if names.iter().any(|n| n == "--list") {
        println!("start\nsize\nbuild\nsched\ngc\nparked\nnet\nfrontend");
        kernels.iter().for_each(|k| println!("{}", stem(k)));
        return Ok(());
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|n| n == name);
    let tools = toolchain(Need::Both)?;
    println!("| what | undergo | stock Go | ratio |\n| --- | ---: | ---: | ---: |");
    if wanted("start") || wanted("size") {
        let hello = build_both(&tools, "hello", &repository().join("tests/acceptance/hello"), "hello.go")?;
        show(&size(&hello)?);
        show(&times("hello: start to end", &hello, START_ROUNDS, &|_| {})?);
    }
    if wanted("build") {
        for row in builds(&tools)? {
            show(&row);
        }
    }
    if names.is_empty() || names.iter().any(|n| n == "sched" || n.starts_with("sched/")) {
        scheduler(&tools, &|kernel| wanted("sched") || wanted(&format!("sched/{kernel}")))?;
    }
    if names.is_empty() || names.iter().any(|n| n == "gc" || n.starts_with("gc/")) {
        let rounds = names.iter().find_map(|n| n.strip_prefix("--rounds=")?.parse().ok());
        memory::run(&tools, rounds, &|kernel| wanted("gc") || wanted(&format!("gc/{kernel}")))?;
    }
    if wanted("frontend") {
        frontend::rows(&tools)?.iter().for_each(show);
    }
    if wanted("parked") {
        figures::parked(&tools)?.iter().for_each(show);
    }
    if wanted("net") {
        net::rows(&tools)?.iter().for_each(show);
    }
    for kernel in &kernels {
        let name = stem(kernel);
        if wanted(&name) {
            let result =
                build_both(&tools, &name, &dir, &format!("{name}.go")).and_then(|p| times(&name, &p, ROUNDS, &|_| {}));
            match result {
                Ok(row) => show(&row),
                Err(why) => println!("| {name} | failed | | |\n<!-- {why} -->"),
            }
        }
    }
    Ok(())
}

fn show(row: &Row) {
    println!("| {} | {} | {} | {:.2} |", row.name, row.ours, row.stock, row.ratio);
}

fn size(pair: &Pair) -> Result<Row, String> {
    let bytes = |p: &Path| fs::metadata(p).map(|m| m.len()).map_err(|e| format!("{}: {e}", p.display()));
    let (ours, stock) = (bytes(&pair.ours)?, bytes(&pair.stock)?);
    let kilobytes = |n: u64| format!("{} kB", n / 1000);
    Ok(Row {
        name: "hello: size".into(),
        ours: kilobytes(ours),
        stock: kilobytes(stock),
        ratio: ours as f64 / stock as f64,
    })
}

/// The kernels of the scheduler that are wanted, with one P and with two, and the geometric mean of their ratios.
fn scheduler(tools: &Toolchain, wanted: &dyn Fn(&str) -> bool) -> Result<(), String> {
    let pair = build_both(tools, "sched", &repository().join("bench/sched"), "sched.go")?;
    let list = success(&mut Command::new(&pair.stock), LIMIT)?.stdout_text();
    let mut ratios = Vec::new();
    for kernel in list.lines().filter(|k| wanted(k)) {
        for procs in ["1", "2"] {
            let name = format!("sched/{kernel}, GOMAXPROCS={procs}");
            let result = times(&name, &pair, ROUNDS, &|command| {
                command.arg(kernel).env("GOMAXPROCS", procs);
            });
            match result {
                Ok(row) => {
                    show(&row);
                    ratios.push(row.ratio);
                }
                Err(why) => println!("| {name} | failed | | |\n<!-- {why} -->"),
            }
        }
    }
    if !ratios.is_empty() {
        let mean = geometric_mean(&ratios);
        println!("| sched: geometric mean of {} | | | {mean:.2} |", ratios.len());
    }
    Ok(())
}

/// Runs both by turns, so that what the machine does besides hits both.
fn times(name: &str, pair: &Pair, rounds: usize, configure: &dyn Fn(&mut Command)) -> Result<Row, String> {
    let (mut ours, mut stock) = (Vec::new(), Vec::new());
    let mut outputs = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        for (exe, times, output) in [(&pair.ours, &mut ours, &mut outputs.0), (&pair.stock, &mut stock, &mut outputs.1)]
        {
            let mut command = Command::new(exe);
            configure(&mut command);
            let start = Instant::now();
            let out = success(&mut command, LIMIT)?;
            if round > 0 {
                times.push(start.elapsed());
            }
            *output = out.stdout;
        }
    }
    if outputs.0 != outputs.1 {
        return Err("the two print different things".into());
    }
    Ok(row(name, ours, stock))
}

fn row(name: &str, ours: Vec<Duration>, stock: Vec<Duration>) -> Row {
    let (ours, stock) = (median(ours), median(stock));
    let text = |d: Duration| format!("{:.1} ms", d.as_secs_f64() * 1e3);
    let ratio = ours.as_secs_f64() / stock.as_secs_f64();
    Row { name: name.to_owned(), ours: text(ours), stock: text(stock), ratio }
}

/// The median of numbers, of which there are some.
fn middle(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn geometric_mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|r| r.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Build times of hello and of gofmt: cold (no cache at all) and warm (nothing has changed).
fn builds(tools: &Toolchain) -> Result<Vec<Row>, String> {
    let work = work_dir("bench-build")?;
    let src = tools.goroot.join("src");
    let hello = repository().join("tests/acceptance/hello");
    let targets: [(&str, &Path, &str); 2] = [("hello", &hello, "hello.go"), ("cmd/gofmt", &src, "cmd/gofmt")];
    let mut rows = Vec::new();
    for (name, dir, target) in targets {
        let timed = |mut command: Command, cache: &Path, output: &str| -> Result<Duration, String> {
            command.args(["build", "-o"]).arg(work.join(output)).arg(target).current_dir(dir);
            command.env("GOCACHE", cache.join("go")).env("UNDERGO_CACHE", cache.join("undergo"));
            let start = Instant::now();
            success(&mut command, LIMIT)?;
            Ok(start.elapsed())
        };
        for (kind, rounds) in [("cold", 1), ("warm", BUILD_ROUNDS)] {
            let (mut ours, mut stock) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                let cache = work.join(format!("cache-{}", name.replace('/', "-")));
                if kind == "cold" {
                    let _ = fs::remove_dir_all(&cache);
                }
                ours.push(timed(tools.undergo()?, &cache, "out.undergo")?);
                stock.push(timed(tools.go(), &cache, "out.stock")?);
            }
            rows.push(row(&format!("{name}: {kind} build"), ours, stock));
        }
    }
    // Whatever was written is large and of no further use.
    let _ = fs::remove_dir_all(&work);
    Ok(rows)
}
