//! `suite gotree`: Go's own test tree, with two workers. What each test did is kept in cargo's target directory, with
//! the identity of the undergo that did it: a second run goes on where the first ended. `--failed` runs only what has
//! failed in the last run, whichever undergo that was; words choose tests whose names contain one of them.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use undergo_tests::expected::Expected;
use undergo_tests::go_test_tree;
use undergo_tests::gotree::{self, Test};
use undergo_tests::toolchain::{Toolchain, repository};

use crate::files::work_dir;

const WORKERS: usize = 2;

/// What one test did.
#[derive(Clone, PartialEq, Eq)]
enum Verdict {
    Passed,
    /// Stock does not pass it either.
    NotCounted,
    Failed(String),
}

/// What is known from earlier runs: by name, which undergo, and what it did.
struct Memory {
    dir: PathBuf,
    undergo: u64,
}

impl Memory {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name.replace('/', "-"))
    }

    fn get(&self, name: &str) -> Option<(u64, Verdict)> {
        let text = fs::read_to_string(self.path(name)).ok()?;
        let (head, reason) = text.split_once('\n')?;
        let (undergo, verdict) = head.split_once(' ')?;
        let verdict = match verdict {
            "passed" => Verdict::Passed,
            "not-counted" => Verdict::NotCounted,
            _ => Verdict::Failed(reason.to_owned()),
        };
        Some((undergo.parse().ok()?, verdict))
    }

    fn put(&self, name: &str, verdict: &Verdict) -> Result<(), String> {
        let (word, reason) = match verdict {
            Verdict::Passed => ("passed", ""),
            Verdict::NotCounted => ("not-counted", ""),
            Verdict::Failed(reason) => ("failed", reason.as_str()),
        };
        let path = self.path(name);
        fs::write(&path, format!("{} {word}\n{reason}", self.undergo)).map_err(|e| format!("{}: {e}", path.display()))
    }
}

/// Runs the tests that the arguments name.
pub fn run(tools: &Toolchain, args: &[String]) -> Result<(), String> {
    let tree = go_test_tree::find_or_fetch(tools)?;
    let dir = work_dir(&format!("gotree{}", tools.conditions.text()))?;
    let memory = Memory { dir, undergo: identity(tools)? };
    let list = Expected::read(&repository().join(gotree::LIST))?;
    let only_failed = args.iter().any(|a| a == "--failed");
    let words: Vec<&String> = args.iter().filter(|a| !a.starts_with("--")).collect();
    let mut known: HashMap<String, Verdict> = HashMap::new();
    let mut open: Vec<Test> = Vec::new();
    for test in gotree::discover(&tree)? {
        if !words.is_empty() && !words.iter().any(|w| test.name.contains(w.as_str())) {
            continue;
        }
        match memory.get(&test.name) {
            Some((_, Verdict::Failed(_))) if only_failed => open.push(test),
            Some((undergo, verdict)) if undergo == memory.undergo && !only_failed => {
                known.insert(test.name, verdict);
            }
            _ if only_failed => {}
            _ => open.push(test),
        }
    }
    println!("{} tests to run, {} are known", open.len(), known.len());
    let results = run_all(&open, tools, &memory)?;
    known.extend(results);
    report(known, &list)
}

fn run_all(tests: &[Test], tools: &Toolchain, memory: &Memory) -> Result<BTreeMap<String, Verdict>, String> {
    let next = AtomicUsize::new(0);
    let results: Mutex<BTreeMap<String, Verdict>> = Mutex::default();
    let start = Instant::now();
    std::thread::scope(|scope| {
        let worker = || -> Result<(), String> {
            while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let verdict = match test.judge(tools) {
                    None => Verdict::NotCounted,
                    Some(Ok(())) => Verdict::Passed,
                    Some(Err(reason)) => Verdict::Failed(reason),
                };
                memory.put(&test.name, &verdict)?;
                if matches!(verdict, Verdict::Failed(_)) {
                    println!("{:>6.0} s  {} fails", start.elapsed().as_secs_f64(), test.name);
                }
                results.lock().expect("no holder panics").insert(test.name.clone(), verdict);
            }
            Ok(())
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|w| w.join().expect("a worker does not panic"))
    })?;
    Ok(results.into_inner().expect("no holder panics"))
}

/// Says what failed, with reasons and beside the list.
fn report(results: HashMap<String, Verdict>, list: &Expected) -> Result<(), String> {
    let mut sorted: Vec<(String, Verdict)> = results.into_iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let mut wrong = 0;
    let count = |wanted: &Verdict| sorted.iter().filter(|(_, v)| v == wanted).count();
    let (passed, not_counted) = (count(&Verdict::Passed), count(&Verdict::NotCounted));
    let total = sorted.len() - not_counted;
    for (name, verdict) in &sorted {
        let result = match verdict {
            Verdict::NotCounted => continue,
            Verdict::Passed => Ok(()),
            Verdict::Failed(reason) => Err(reason.clone()),
        };
        if let Err(reason) = list.judge(name, result) {
            wrong += 1;
            println!("--- {name}\n{}", reason.trim_end());
        }
    }
    let share = passed as f64 * 100.0 / total.max(1) as f64;
    println!("{passed} of {total} tests that stock passes: {share:.2} %; {not_counted} that stock does not pass");
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} results are not as tests/expected-gotree-failures.txt says")) }
}

/// Of the executable's contents.
fn identity(tools: &Toolchain) -> Result<u64, String> {
    let path: &Path = tools.undergo.as_deref().ok_or("no undergo")?;
    let bytes = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    Ok(hasher.finish())
}
