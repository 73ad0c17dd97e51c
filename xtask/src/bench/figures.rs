//! Programs that measure themselves: each run prints its figures on one line, and the medians make rows.

use std::process::Command;

use undergo_tests::toolchain::{Toolchain, repository};

use super::{LIMIT, ROUNDS, Row, middle};
use crate::files::{build_both, success};

/// What one number of a line means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    pub name: &'static str,
    /// How many of the program's units make one of ours.
    pub scale: f64,
    pub unit: &'static str,
}

const PARKED: [Figure; 3] = [
    Figure { name: "create", scale: 1e6, unit: " ms" },
    Figure { name: "wake all", scale: 1e6, unit: " ms" },
    Figure { name: "resident memory of each", scale: 1.0, unit: " B" },
];

/// The figures of runs by both.
#[derive(Default, Debug)]
pub(super) struct Seen {
    ours: Vec<Vec<f64>>,
    stock: Vec<Vec<f64>>,
}

impl Seen {
    /// Adds the line of each for one pair of runs.
    pub fn add(&mut self, ours: &str, stock: &str) {
        let numbers = |line: &str| line.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        self.ours.push(numbers(ours));
        self.stock.push(numbers(stock));
    }

    /// A row of medians for each figure.
    pub fn rows(&self, prefix: &str, figures: &[Figure]) -> Result<Vec<Row>, String> {
        if self.ours.iter().chain(&self.stock).any(|line| line.len() != figures.len()) {
            return Err(format!("{prefix} does not print {} figures", figures.len()));
        }
        let median = |seen: &[Vec<f64>], i: usize| middle(seen.iter().map(|line| line[i]).collect());
        let row = |(i, f): (usize, &Figure)| {
            let (ours, stock) = (median(&self.ours, i), median(&self.stock, i));
            let text = |n: f64| format!("{:.0}{}", n / f.scale, f.unit);
            Row { name: format!("{prefix}: {}", f.name), ours: text(ours), stock: text(stock), ratio: ours / stock }
        };
        Ok(figures.iter().enumerate().map(row).collect())
    }
}

/// A million goroutines at once.
pub(super) fn parked(tools: &Toolchain) -> Result<Vec<Row>, String> {
    let pair = build_both(tools, "parked", &repository().join("bench/parked"), "parked.go")?;
    let mut seen = Seen::default();
    for round in 0..=ROUNDS {
        let ours = success(&mut Command::new(&pair.ours), LIMIT)?.stdout_text();
        let stock = success(&mut Command::new(&pair.stock), LIMIT)?.stdout_text();
        if round > 0 {
            seen.add(&ours, &stock);
        }
    }
    seen.rows("a million parked goroutines", &PARKED)
}
