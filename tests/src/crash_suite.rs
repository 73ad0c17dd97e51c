//! The programs that Go's own tests of its runtime crash, in place: what stock and undergo make of each is compared in
//! exit code, standard output and standard error.
//!
//! A program is a package below `runtime/testdata` and one of the names that it registers. Where stock prints its
//! runtime's own stacks, because of a throw or a signal, those are left out on both sides
//! ([`normalise::without_runtime`]). Some of the programs are races: they are tried a few times. Of programs with leaked
//! goroutines it counts which those are ([`leaks`]).
//!
//! The list of known failures is [`LIST`].

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;

use crate::normalise;
use crate::process::{self, Outcome};
use crate::program::first_difference;
use crate::toolchain::{Toolchain, scratch};

/// The list of known failures, a path in the repository.
pub const LIST: &str = "tests/expected-crash-failures.txt";
/// The packages.
const PACKAGES: &[&str] =
    &["testprog", "testprognet", "testexithooks", "testsynctest", LEAKS, "testgoroutineleakprofile/goker"];
/// The package of programs with leaked goroutines, and the beginning of the name of another.
const LEAKS: &str = "testgoroutineleakprofile";
/// Files whose functions are in assembly, which undergo does not have.
const WITH_ASSEMBLY: &[&str] = &["cpuflags_amd64.go", "framepointer.go"];
/// What the tests set for single programs, and programs that are run in more than one way.
const ENVIRONMENTS: &[(&str, &str)] = &[
    ("Abort", "GOTRACEBACK=system"),
    ("DeferLiveness", "GODEBUG=clobberfree=1"),
    ("DetectFinalizerAndCleanupLeaks", "GODEBUG=checkfinalizers=1"),
    ("DoublePanic", "GODEBUG=clobberfree=1"),
    ("FinalizerDeadlock", "GOTRACEBACK=all GO_TEST_FINALIZER_DEADLOCK=panic"),
    ("FinalizerDeadlock", "GO_TEST_FINALIZER_DEADLOCK=stack"),
    ("CleanupDeadlock", "GOTRACEBACK=all GO_TEST_FINALIZER_DEADLOCK=panic"),
    ("CleanupDeadlock", "GO_TEST_FINALIZER_DEADLOCK=stack"),
    ("GCZombie", "GODEBUG=invalidptr=0"),
    ("LockOSThreadAvoidsStatePropagation", "GOMAXPROCS=1"),
    ("LockOSThreadMain", "GOMAXPROCS=1"),
    ("TracebackAncestors", "GODEBUG=tracebackancestors=5"),
];
/// How often a program is tried: those that race do not do the same every time, with stock either.
const TRIES: usize = 24;
/// Programs that a signal stops in a loop: at which of its lines is a race, and stock even names line 1.
const STOPPED_IN_A_LOOP: &[&str] = &["Segv", "TgkillSegv"];
/// What an execution trace begins with.
const TRACE: &[u8] = b"go 1.26 trace\0\0\0";
const BUILD_LIMIT: Duration = Duration::from_secs(600);
const RUN_LIMIT: Duration = Duration::from_secs(60);

/// One run of a program.
#[derive(Clone, Debug)]
pub struct Case {
    /// The package below `runtime/testdata`.
    pub package: &'static str,
    /// What it is told to do, as on its command line.
    pub args: Vec<String>,
    /// Variables, `NAME=VALUE`.
    pub env: Vec<String>,
}

impl Case {
    /// `package/name`, and the variables.
    pub fn name(&self) -> String {
        let words: Vec<&str> = self.args.iter().chain(&self.env).map(String::as_str).collect();
        format!("{}/{}", self.package, words.join(" "))
    }
}

/// All cases, in the order of the sources.
pub fn cases(tools: &Toolchain) -> Result<Vec<Case>, String> {
    static REGISTERED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?m)^\s*register(?:Init)?\("([^"]+)""#).expect("valid"));
    static MODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"(?m)^\s*case "(\w+)":"#).expect("valid"));
    let mut cases = Vec::new();
    for &package in PACKAGES {
        let mut found: Vec<Vec<String>> = Vec::new();
        for file in sources(tools, package)? {
            let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            match package {
                "testexithooks" => found.extend(MODE.captures_iter(&text).map(|m| vec!["-mode".into(), m[1].into()])),
                "testsynctest" => found.push(Vec::new()),
                _ => found.extend(REGISTERED.captures_iter(&text).map(|m| vec![m[1].to_owned()])),
            }
        }
        found.dedup();
        for args in found {
            let name = args.first().map_or("", String::as_str);
            let mut envs: Vec<&str> = ENVIRONMENTS.iter().filter(|(n, _)| *n == name).map(|(_, e)| *e).collect();
            if envs.is_empty() {
                envs.push("");
            }
            if package.starts_with(LEAKS) {
                // As the tests have them, so that goroutines get where they are to wait.
                envs = vec![if package == LEAKS {
                    "GODEBUG=asyncpreemptoff=1 GOMAXPROCS=1"
                } else {
                    "GODEBUG=asyncpreemptoff=1"
                }];
            }
            cases.extend(envs.into_iter().map(|env| Case {
                package,
                args: args.clone(),
                env: env.split_whitespace().map(str::to_owned).collect(),
            }));
        }
    }
    Ok(cases)
}

/// The files of a package that both build.
fn sources(tools: &Toolchain, package: &str) -> Result<Vec<PathBuf>, String> {
    let dir = directory(tools, package);
    let mut list = tools.go();
    list.args(["list", "-f", "{{range .GoFiles}}{{.}} {{end}}", "."]).current_dir(&dir);
    let out = process::run(&mut list, BUILD_LIMIT)?;
    if !out.success() {
        return Err(out.stderr_text());
    }
    let text = out.stdout_text();
    let names = text.split_whitespace().filter(|n| !WITH_ASSEMBLY.contains(n));
    Ok(names.map(|n| dir.join(n)).collect())
}

fn directory(tools: &Toolchain, package: &str) -> PathBuf {
    tools.goroot.join("src/runtime/testdata").join(package)
}

/// The executables of a package by both.
#[derive(Debug)]
pub struct Pair {
    stock: PathBuf,
    undergo: PathBuf,
}

/// Builds a package with both. The executables have one name, since programs may print it.
pub fn build(tools: &Toolchain, package: &str) -> Result<Pair, String> {
    let files = sources(tools, package)?;
    let make = |who: &str, mut command: Command| -> Result<PathBuf, String> {
        let exe = scratch().join("crash").join(who).join(package.replace('/', "-"));
        command.args(["build", "-o"]).arg(&exe).args(&files).current_dir(directory(tools, package));
        let out = process::run(&mut command, BUILD_LIMIT)?;
        if out.success() { Ok(exe) } else { Err(format!("{who}: {}", out.stderr_text())) }
    };
    Ok(Pair { stock: make("stock", tools.go())?, undergo: make("undergo", tools.undergo()?)? })
}

/// Whether a program does the same built by both.
pub fn compare(tools: &Toolchain, pair: &Pair, case: &Case) -> Result<(), String> {
    let mut wants: Vec<Outcome> = Vec::new();
    let mut gots: Vec<Outcome> = Vec::new();
    let mut first = Ok(());
    for _ in 0..TRIES {
        wants.push(run(tools, &pair.stock, case, &|c| tools.conditions.set_stock(c))?);
        gots.push(run(tools, &pair.undergo, case, &|c| tools.conditions.set(c))?);
        if wants.iter().any(|w| gots.iter().any(|g| difference(case, w, g).is_ok())) {
            return Ok(());
        }
        if wants.len() == 1 {
            first = difference(case, &wants[0], &gots[0]);
        }
    }
    if case.package.starts_with(LEAKS) && may_leak(tools, case)? {
        // How many goroutines get so far is a race. None may be found that is none.
        let found = |runs: &[Outcome]| runs.iter().map(Outcome::stdout_text).collect::<String>();
        let (want, got) = (found(&wants), found(&gots));
        let ends_alike = gots.iter().all(|got| got.end == wants[0].end);
        if ends_alike && got.lines().all(|leak| want.lines().any(|l| l == leak)) {
            return Ok(());
        }
    }
    first
}

/// Whether the test allows a program to leak nothing.
fn may_leak(tools: &Toolchain, case: &Case) -> Result<bool, String> {
    let file = tools.goroot.join("src/runtime/goroutineleakprofile_test.go");
    let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(text.contains(&format!("makeFlakyTest(\"{}\"", case.args[0])))
}

fn run(tools: &Toolchain, exe: &Path, case: &Case, set: &dyn Fn(&mut Command)) -> Result<Outcome, String> {
    let mut command = Command::new(exe);
    command.args(&case.args).current_dir(exe.parent().unwrap_or(Path::new(".")));
    for var in ["GODEBUG", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GOTRACEBACK"] {
        command.env_remove(var);
    }
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", tools.goroot.join("bin").display()));
    // As the tests do with -short.
    command.env("RUNTIME_TEST_SHORT", "1");
    set(&mut command);
    command.envs(case.env.iter().filter_map(|e| e.split_once('=')));
    let mut outcome = process::run(&mut command, RUN_LIMIT)?;
    if outcome.stdout.starts_with(TRACE) {
        outcome.stdout = what_a_trace_tells(tools, exe, &outcome.stdout)?.into_bytes();
    }
    if case.package.starts_with(LEAKS) {
        outcome.stdout = leaks(&outcome.stdout_text()).into_bytes();
    }
    Ok(outcome)
}

/// What leaked goroutines began with and what they wait for, of a profile of stacks: each pair once, in alphabetical order.
fn leaks(profile: &str) -> String {
    static LEAKED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^goroutine \d+ \[(.*?) \(leaked\)").expect("valid"));
    let leak = |stack: &str| {
        let reason = LEAKED.captures(stack.trim_start())?[1].to_owned();
        let lines: Vec<&str> = stack.lines().collect();
        let created = lines.iter().position(|line| line.starts_with("created by"))?;
        let (function, _) = lines.get(created.checked_sub(2)?)?.rsplit_once('(')?;
        Some(format!("{function} [{reason}]\n"))
    };
    let found: BTreeSet<String> = profile.split("\n\n").filter_map(leak).collect();
    found.into_iter().collect()
}

/// An execution trace is never the same twice: its messages in their order, and which functions goroutines were started
/// with, provided that stock's reader takes it for correct.
fn what_a_trace_tells(tools: &Toolchain, exe: &Path, trace: &[u8]) -> Result<String, String> {
    let file = exe.with_extension("trace");
    fs::write(&file, trace).map_err(|e| format!("{}: {e}", file.display()))?;
    let out = process::run(tools.go().args(["tool", "trace", "-d=parsed"]).arg(&file), BUILD_LIMIT)?;
    if !out.success() {
        return Ok(format!("a trace that is wrong: {}", out.stderr_text()));
    }
    let text = out.stdout_text();
    let messages = text.lines().filter_map(|line| line.split_once("Category=")).map(|(_, message)| message);
    let lines: Vec<&str> = text.lines().collect();
    let made = |l: &&[&str]| l[0].contains("NotExist->") && l[1] == "TransitionStack=";
    let started = lines.windows(3).filter(made).filter_map(|l| l[2].split_once(" @"));
    let mut started: Vec<&str> = started.map(|(f, _)| f.trim()).filter(|f| f.starts_with("main.")).collect();
    started.sort_unstable();
    Ok(messages.chain(started).map(|line| format!("{line}\n")).collect())
}

fn difference(case: &Case, want: &Outcome, got: &Outcome) -> Result<(), String> {
    if want.end != got.end {
        let shown: String = got.stderr_text().chars().take(1000).collect();
        return Err(format!("ended with {:?}, not {:?}; standard error:\n{shown}", got.end, want.end));
    }
    let text = want.stderr_text();
    let of_the_runtime = ["\nruntime stack:", "\nruntime.throw(", "\nPC="].iter().any(|mark| text.contains(mark));
    let form = |text: &str| {
        let text = if of_the_runtime { normalise::without_runtime(text) } else { normalise::stderr(text) };
        let in_a_loop = case.args.first().is_some_and(|name| STOPPED_IN_A_LOOP.contains(&name.as_str()));
        if in_a_loop { without_lines_of_literals(&text) } else { text }
    };
    for (what, want, got) in [
        ("standard output", normalise::stderr(&want.stdout_text()), normalise::stderr(&got.stdout_text())),
        ("standard error", form(&text), form(&got.stderr_text())),
    ] {
        if want != got {
            return Err(format!("{what}: {}", first_difference(&want, &got)));
        }
    }
    Ok(())
}

fn without_lines_of_literals(text: &str) -> String {
    static LITERAL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)(\.func\d+\(\.\.\.\)\n\t\S+\.go):\d+$").expect("valid"));
    LITERAL.replace_all(text, "$1:LINE").into_owned()
}
