//! The front end beside go/parser and go/types, compiled by stock Go: the closure of net/http on one thread, the same
//! files, all bodies. Processor time, since that is what a busy machine disturbs least.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use undergo_tests::toolchain::{Toolchain, repository};

use super::{LIMIT, Row, median, row};
use crate::files::{success, work_dir};

const ROUNDS: usize = 15;

#[derive(Default)]
struct Seen {
    parse: Vec<Duration>,
    both: Vec<Duration>,
    peak_kb: u64,
    lines: u64,
}

impl Seen {
    /// Reads one program's output.
    fn add(&mut self, text: &str) {
        let mut parse = Duration::ZERO;
        for line in text.lines() {
            let mut words = line.split(' ');
            let (name, n) = (words.next().unwrap_or_default(), words.next().and_then(|n| n.parse().ok()).unwrap_or(0));
            match name {
                "lines" => self.lines = n,
                "parse" => parse = Duration::from_nanos(n),
                "check" => {
                    self.parse.push(parse);
                    self.both.push(parse + Duration::from_nanos(n));
                }
                "peak" => self.peak_kb = self.peak_kb.max(n),
                _ => {}
            }
        }
    }
}

/// Parsing, parsing and checking, and the peak of memory.
pub(super) fn rows(tools: &Toolchain) -> Result<Vec<Row>, String> {
    let work = work_dir("bench-frontend")?;
    let (list, stock_exe) = (work.join("files"), work.join("frontend.stock"));
    let mut build = tools.go();
    build.args(["build", "-o"]).arg(&stock_exe).arg("frontend.go").current_dir(repository().join("bench/frontend"));
    success(&mut build, LIMIT)?;
    let example = build_example()?;
    let (mut ours, mut stock) = (Seen::default(), Seen::default());
    for _ in 0..ROUNDS {
        let mut command = Command::new(&example);
        command.arg(&list).arg("net/http").env("UNDERGO_GOROOT", &tools.goroot);
        ours.add(&success(&mut command, LIMIT)?.stdout_text());
        stock.add(&success(Command::new(&stock_exe).arg(&list).env("GOMAXPROCS", "1"), LIMIT)?.stdout_text());
    }
    let rate = ours.lines as f64 / median(ours.parse.clone()).as_secs_f64() / 1e6;
    let lines = ours.lines;
    let megabytes = |kb: u64| format!("{} MB", kb / 1000);
    Ok(vec![
        row(&format!("net/http closure: parse ({lines} lines, {rate:.2} million/s)"), ours.parse, stock.parse),
        row("net/http closure: parse and check", ours.both, stock.both),
        Row {
            name: "net/http closure: peak memory".into(),
            ours: megabytes(ours.peak_kb),
            stock: megabytes(stock.peak_kb),
            ratio: ours.peak_kb as f64 / stock.peak_kb as f64,
        },
    ])
}

fn build_example() -> Result<std::path::PathBuf, String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--release", "--package", "undergo-driver", "--example", "frontend"]);
    success(cargo.current_dir(repository()), Duration::from_secs(1800))?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), |d| Path::new(&d).into());
    Ok(target.join("release/examples/frontend"))
}
