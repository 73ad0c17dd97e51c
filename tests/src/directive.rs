//! What a test program says about itself: `// key: value` lines at its top, before the package clause.
//!
//! | line | meaning | default |
//! | --- | --- | --- |
//! | `// args: a b c` | arguments, split at blanks | none |
//! | `// env: GOMAXPROCS=4 GOGC=50` | environment, split at blanks | none |
//! | `// experiment: arenas` | GOEXPERIMENT of both builds | none |
//! | `// exit: 2` | exit code both programs must have | 0 |
//! | `// stderr: match` | standard error is equal after [`crate::normalise`] | yes |
//! | `// stderr: head` | only its part before the first goroutine trace is compared | |
//! | `// stderr: ignore` | it is not compared | |
//! | `// runs: 20` | how often undergo's program runs; each run must equal the oracle's | 1 |
//! | `// timeout: 120` | seconds for one run | 60 |
//!
//! Any other line is a comment for people.

use std::process::Command;
use std::time::Duration;

/// The lines of one program.
#[derive(Clone, Debug)]
pub struct Directives {
    /// Arguments.
    pub args: Vec<String>,
    /// Environment.
    pub env: Vec<(String, String)>,
    /// GOEXPERIMENT of the builds.
    pub experiment: String,
    /// Exit code.
    pub exit: i32,
    /// How standard error is compared.
    pub stderr: Stderr,
    /// Number of runs.
    pub runs: u32,
    /// Limit of one run.
    pub timeout: Duration,
}

impl Directives {
    /// Makes a build one with the experiments.
    pub fn set_experiment(&self, build: &mut Command) {
        if !self.experiment.is_empty() {
            build.env("GOEXPERIMENT", &self.experiment);
        }
    }
}

/// How standard error is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "documented in the table above")]
pub enum Stderr {
    Match,
    Head,
    Ignore,
}

/// Reads the lines above the package clause.
pub fn parse(source: &str) -> Result<Directives, String> {
    let mut d = Directives {
        args: Vec::new(),
        env: Vec::new(),
        experiment: String::new(),
        exit: 0,
        stderr: Stderr::Match,
        runs: 1,
        timeout: Duration::from_secs(60),
    };
    for line in source.lines().take_while(|l| !l.starts_with("package ")) {
        let Some((key, value)) = line.strip_prefix("// ").and_then(|l| l.split_once(": ")) else { continue };
        let value = value.trim();
        let number = || value.parse::<u32>().map_err(|e| format!("{line}: {e}"));
        match key {
            "args" => d.args = value.split_whitespace().map(str::to_owned).collect(),
            "env" => d.env = value.split_whitespace().map(pair).collect::<Result<_, _>>()?,
            "experiment" => d.experiment = value.to_owned(),
            "exit" => d.exit = number()? as i32,
            "runs" => d.runs = number()?,
            "timeout" => d.timeout = Duration::from_secs(number()?.into()),
            "stderr" => {
                d.stderr = match value {
                    "match" => Stderr::Match,
                    "head" => Stderr::Head,
                    "ignore" => Stderr::Ignore,
                    _ => return Err(format!("{line}: want match, head or ignore")),
                }
            }
            _ => {}
        }
    }
    Ok(d)
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("env: {text} has no ="))?;
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Stderr, parse};

    #[test]
    fn lines_above_the_package_clause_count() {
        let d =
            parse("// Prose.\n// args: a b\n// env: X=1 Y=\n// exit: 2\n// stderr: head\npackage main\n// runs: 9\n");
        let d = d.expect("well formed");
        assert_eq!((d.args.len(), d.env.len(), d.exit, d.stderr, d.runs), (2, 2, 2, Stderr::Head, 1));
        assert!(parse("// stderr: nearly\npackage main\n").is_err());
    }
}
