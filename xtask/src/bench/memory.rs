//! The kernels of memory management, `bench/gc`: elapsed time, processor time, the collector's share and the peak of
//! memory of each, pauses pooled over all runs, limits. The kernels measure themselves, and say so on standard error.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use undergo_tests::toolchain::{Toolchain, repository};

use super::{LIMIT, ROUNDS, geometric_mean, middle};
use crate::files::{Pair, build_both, success};

/// How often there was a duration, by the lower bound of its bucket in ns.
type Histogram = BTreeMap<u64, u64>;

/// Pauses of each of the two, at least, of which quantiles are told.
const PAUSES: u64 = 1000;
/// Pairs of runs in which there must be so many.
const PAUSE_ROUNDS: usize = 20;
/// Pairs of runs after which it is enough.
const MOST_ROUNDS: usize = 100;

/// What one run has told: numbers and histograms by name.
#[derive(Default)]
struct Run {
    numbers: BTreeMap<String, f64>,
    histograms: BTreeMap<String, Histogram>,
    output: String,
}

impl Run {
    fn of(exe: &Path, kernel: &str, procs: &str) -> Result<Run, String> {
        let out = success(Command::new(exe).arg(kernel).env("GOMAXPROCS", procs), LIMIT)?;
        let mut run = Run { output: out.stdout_text(), ..Run::default() };
        for line in out.stderr_text().lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                [name, lower, n] => {
                    let (lower, n) = (lower.parse().unwrap_or(0), n.parse().unwrap_or(0));
                    *run.histograms.entry(name.to_owned()).or_default().entry(lower).or_default() += n;
                }
                [name, n] => {
                    run.numbers.insert(name.to_owned(), n.parse().unwrap_or(f64::NAN));
                }
                _ => return Err(format!("{kernel}: unexpected output: {line}")),
            }
        }
        Ok(run)
    }

    fn get(&self, name: &str) -> f64 {
        self.numbers.get(name).copied().unwrap_or(f64::NAN)
    }

    fn processor_ns(&self) -> f64 {
        self.get("user_ns") + self.get("system_ns")
    }

    /// The collector's part of the processor time, as the runtime itself counts it.
    fn share(&self) -> f64 {
        self.get("gc_cpu_ns") / self.processor_ns()
    }
}

/// Runs by turns: ours and stock's of each round.
type Runs = Vec<[Run; 2]>;

/// Measures the kernels that are wanted.
pub(super) fn run(tools: &Toolchain, rounds: Option<usize>, wanted: &dyn Fn(&str) -> bool) -> Result<(), String> {
    let pair = build_both(tools, "gc", &repository().join("bench/gc"), ".")?;
    let list = success(&mut Command::new(&pair.stock), LIMIT)?.stdout_text();
    let kernels: Vec<(&str, &str)> =
        list.lines().filter_map(|line| line.split_once(' ')).filter(|(name, _)| wanted(name)).collect();
    let of_kind = |kind: &str| kernels.iter().filter(move |k| k.1 == kind).map(|k| k.0).collect::<Vec<_>>();
    pauses(&pair, &of_kind("pauses"), rounds)?;
    let rounds = rounds.unwrap_or(ROUNDS);
    work(&pair, &of_kind("work"), rounds)?;
    for kernel in of_kind("limit") {
        let runs = runs(&pair, kernel, "2", rounds)?;
        let peaks = [0, 1].map(|i| of(&runs, i, |r| r.get("peak_kb") / r.get("limit_kb")));
        println!(
            "\n{kernel}: peak {:.2} times the limit, stock's {:.2}; elapsed {:.2}, processor time {:.2} times stock's",
            peaks[0],
            peaks[1],
            ratio(&runs, |r| r.get("elapsed_ns")),
            ratio(&runs, Run::processor_ns)
        );
    }
    for kernel in of_kind("giving") {
        let runs = runs(&pair, kernel, "2", rounds.min(3))?;
        let seconds = [0, 1].map(|i| of(&runs, i, |r| r.get("giving_ns") / 1e9));
        println!(
            "\n{kernel}: half of the memory is back after {:.2} s, with stock after {:.2} s",
            seconds[0], seconds[1]
        );
    }
    Ok(())
}

fn work(pair: &Pair, kernels: &[&str], rounds: usize) -> Result<(), String> {
    if kernels.is_empty() {
        return Ok(());
    }
    println!(
        "| kernel | Ps | ms: undergo / stock | elapsed | at most | CPU | GC share: undergo / stock | peak memory |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut all: [Vec<f64>; 3] = Default::default();
    for kernel in kernels {
        for procs in ["1", "2"] {
            let runs = runs(pair, kernel, procs, rounds)?;
            let ms = [0, 1].map(|i| of(&runs, i, |r| r.get("elapsed_ns") / 1e6));
            let shares = [0, 1].map(|i| of(&runs, i, Run::share) * 100.0);
            let ratios = [
                ratio(&runs, |r| r.get("elapsed_ns")),
                ratio(&runs, Run::processor_ns),
                ratio(&runs, |r| r.get("peak_kb")),
            ];
            all.iter_mut().zip(ratios).for_each(|(all, r)| all.push(r));
            let [elapsed, processor, peak] = ratios;
            let bound = upper_bound(runs.iter().map(|[o, s]| o.get("elapsed_ns") / s.get("elapsed_ns")).collect());
            println!(
                "| {kernel} | {procs} | {:.0} / {:.0} | {elapsed:.2} | {bound:.2} | {processor:.2} | {:.0} % / {:.0} % | {peak:.2} |",
                ms[0], ms[1], shares[0], shares[1]
            );
        }
    }
    let [elapsed, processor, peak] = all.map(|r| geometric_mean(&r));
    println!("| geometric mean | | | {elapsed:.2} | | {processor:.2} | | {peak:.2} |");
    Ok(())
}

/// Pauses of all runs together, as the runtime counts them; the part of each in which threads were still running; and how
/// late a ticker of the program was. There are as many pairs of runs as it takes.
fn pauses(pair: &Pair, kernels: &[&str], rounds: Option<usize>) -> Result<(), String> {
    if kernels.is_empty() {
        return Ok(());
    }
    println!(
        "\n| kernel | | runs | pauses | median | p99 | longest | stopping p99 | ticker late: median | p99 | most | CPU s |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for kernel in kernels {
        let mut all = runs(pair, kernel, "2", rounds.unwrap_or(PAUSE_ROUNDS))?;
        while rounds.is_none() && all.len() < MOST_ROUNDS && (0..2).any(|i| pooled(&all, i, "pause").1 < PAUSES) {
            all.push(both(pair, kernel, "2")?);
        }
        for (i, who) in ["undergo", "stock"].iter().enumerate() {
            let us = |name: &str, q: f64| format!("{:.0} us", quantile(&pooled(&all, i, name).0, q) as f64 / 1e3);
            println!(
                "| {kernel} | {who} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {:.1} |",
                all.len(),
                pooled(&all, i, "pause").1,
                us("pause", 0.5),
                us("pause", 0.99),
                us("pause", 1.0),
                us("stopping", 0.99),
                us("late", 0.5),
                us("late", 0.99),
                us("late", 1.0),
                of(&all, i, Run::processor_ns) / 1e9,
            );
        }
    }
    Ok(())
}

/// A histogram of one of the two over all runs, and the number of what it counts.
fn pooled(runs: &Runs, which: usize, name: &str) -> (Histogram, u64) {
    let mut pooled = Histogram::new();
    for (at, n) in runs.iter().filter_map(|both| both[which].histograms.get(name)).flatten() {
        *pooled.entry(*at).or_default() += n;
    }
    let n = pooled.values().sum();
    (pooled, n)
}

/// The first pair warms the machine up and is not counted.
fn runs(pair: &Pair, kernel: &str, procs: &str, rounds: usize) -> Result<Runs, String> {
    let mut runs = Vec::new();
    for round in 0..=rounds {
        let both = both(pair, kernel, procs)?;
        if round > 0 {
            runs.push(both);
        }
    }
    Ok(runs)
}

/// A run of ours and one of stock's.
fn both(pair: &Pair, kernel: &str, procs: &str) -> Result<[Run; 2], String> {
    let both = [Run::of(&pair.ours, kernel, procs)?, Run::of(&pair.stock, kernel, procs)?];
    if both[0].output != both[1].output {
        return Err(format!("{kernel}: the two print different things"));
    }
    Ok(both)
}

/// The median of a number of one of the two.
fn of(runs: &Runs, which: usize, f: impl Fn(&Run) -> f64) -> f64 {
    middle(runs.iter().map(|both| f(&both[which])).collect())
}

/// The median of the ratios of pairs.
fn ratio(runs: &Runs, f: impl Fn(&Run) -> f64) -> f64 {
    middle(runs.iter().map(|[ours, stock]| f(ours) / f(stock)).collect())
}

/// What the median of the distribution that `values` are from does not exceed, with 95 % confidence: the value of the lowest
/// rank k such that at most k - 1 of n values lie below the median with that probability, which is binomial. With four
/// values or fewer there is none, and this is the largest.
fn upper_bound(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as i32;
    let (mut ways, mut sum) = (1.0, 0.0);
    for below in 0..n {
        sum += ways / 2f64.powi(n);
        if sum >= 0.95 {
            return values[below as usize];
        }
        ways *= f64::from(n - below) / f64::from(below + 1);
    }
    values.last().copied().unwrap_or(f64::NAN)
}

/// The bucket below which the part `q` of all values lies.
fn quantile(counts: &Histogram, q: f64) -> u64 {
    let wanted = (counts.values().sum::<u64>() as f64 * q).ceil() as u64;
    let mut seen = 0;
    for (at, n) in counts {
        seen += n;
        if seen >= wanted {
            return *at;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::upper_bound;

    #[test]
    fn bounds_of_the_median_are_order_statistics() {
        let ranks = |n: usize| upper_bound((1..=n).rev().map(|i| i as f64).collect());
        assert_eq!([4, 5, 9, 15, 21].map(ranks), [4.0, 5.0, 8.0, 12.0, 15.0]);
    }
}
