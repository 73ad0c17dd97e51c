//! The standard library's own tests, run in place by `undergo test` and by `go test`.
//!
//! A test that passes with stock Go must pass with undergo, unless `tests/expected-std-failures.txt` names it, or its
//! package, with the cause. What stock does is kept in cargo's target directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::expected::Expected;
use crate::process::{self, End};
use crate::public_tests;
use crate::toolchain::{Conditions, Toolchain, repository, scratch};

/// The packages whose tests count.
pub const PACKAGES: &[&str] = &[
    "errors",
    "strings",
    "bytes",
    "strconv",
    "unicode",
    "unicode/utf16",
    "unicode/utf8",
    "sort",
    "slices",
    "maps",
    "cmp",
    "iter",
    "container/heap",
    "container/list",
    "container/ring",
    "bufio",
    "io",
    "io/fs",
    "fmt",
    "math",
    "math/bits",
    "math/cmplx",
    "math/big",
    "math/rand",
    "math/rand/v2",
    "hash/adler32",
    "hash/crc32",
    "hash/crc64",
    "hash/fnv",
    "hash/maphash",
    "encoding/binary",
    "encoding/hex",
    "encoding/base64",
    "encoding/csv",
    "encoding/json",
    "encoding/gob",
    "encoding/xml",
    "text/scanner",
    "text/tabwriter",
    "text/template",
    "text/template/parse",
    "regexp",
    "regexp/syntax",
    "path",
    "path/filepath",
    "reflect",
    "internal/reflectlite",
    "unique",
    "weak",
    "sync",
    "sync/atomic",
    "context",
    "time",
    "log",
    "log/slog",
    "go/scanner",
    "go/parser",
    "go/printer",
    "go/types",
    "html",
    "html/template",
    "image",
    "image/color",
    "image/draw",
    "image/gif",
    "image/jpeg",
    "image/png",
    "compress/bzip2",
    "compress/flate",
    "compress/gzip",
    "compress/lzw",
    "compress/zlib",
    "archive/tar",
    "archive/zip",
    "index/suffixarray",
    "testing",
    "testing/fstest",
    "testing/iotest",
    "testing/quick",
    "testing/synctest",
    "internal/poll",
    "os",
    "os/exec",
    "os/signal",
    "runtime/debug",
    "runtime/metrics",
    "runtime/pprof",
    "runtime/trace",
    "arena",
    "net",
    "net/http",
    "net/http/httptest",
    "net/netip",
    "net/rpc",
    "net/textproto",
    "net/url",
    // As far as they are about what is public.
    "runtime",
];

/// Those of [`PACKAGES`] whose tests are quick to build and to run: for every change.
pub const QUICK: &[&str] = &["errors", "cmp", "maps", "container/list", "unicode/utf8", "testing/iotest", "arena"];

/// The GOEXPERIMENT without which a package has no tests.
fn experiment(package: &str) -> Option<&'static str> {
    (package == "arena").then_some("arenas")
}

/// Limit of one package, build and run.
const LIMIT: Duration = Duration::from_secs(1500);
/// How the cause begins of a test that ends the process: it is not run.
const DEADLY: &str = "ends the process";
/// How the cause begins of a test that passes in most runs.
const AT_TIMES: &str = "at times";
/// How much of a failure is shown.
const SHOWN: usize = 1500;

/// What tests of a package did: by name, `pass`, `fail` or `skip`. The package itself has no name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results(pub BTreeMap<String, String>);

impl Results {
    fn passed(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(name, result)| !name.is_empty() && *result == "pass").map(|(name, _)| name.as_str())
    }
}

/// The comparison of one package.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Tests that pass with stock.
    pub stock: usize,
    /// Those that pass with undergo as well.
    pub ours: usize,
    /// Those that do not, although no list has them: top-level tests with what was printed.
    pub unexpected: Vec<String>,
    /// Listed tests that pass.
    pub struck: Vec<String>,
}

/// The list of known failures.
pub fn list() -> Result<Expected, String> {
    Expected::read(&repository().join("tests/expected-std-failures.txt"))
}

/// Runs a package's tests by both.
pub fn compare(tools: &Toolchain, list: &Expected, package: &str) -> Result<Comparison, String> {
    let mut tools = if package == "runtime" { public_tests::toolchain(tools)? } else { tools.clone() };
    let mut usual = Conditions::default();
    if let Some(experiment) = experiment(package) {
        let variable = ("GOEXPERIMENT".to_owned(), experiment.to_owned());
        usual.both.push(variable.clone());
        tools.conditions.both.push(variable);
    }
    let tools = &tools;
    let mut undergo = tools.undergo()?;
    undergo.arg("test");
    tools.conditions.set(&mut undergo);
    // The others would not run.
    let deadly: Vec<&str> = list
        .names()
        .filter(|name| list.reason(name).is_some_and(|why| why.starts_with(DEADLY)))
        .filter_map(|name| name.strip_prefix(package)?.strip_prefix('/'))
        .collect();
    if !deadly.is_empty() {
        undergo.arg(format!("-skip=^({})$", deadly.join("|")));
    }
    let (ours, output) = run_command(tools, undergo, package)?;
    let mut stock = stock(tools, package, &usual)?;
    let differs = |stock: &Results| stock.passed().any(|name| ours.0.get(name).is_none_or(|r| r != "pass"));
    if tools.conditions.both != usual.both && differs(&stock) {
        stock = self::stock(tools, package, &tools.conditions)?;
    }
    let mut c = Comparison { stock: stock.passed().count(), ..Comparison::default() };
    let passes = |name: &str| ours.0.get(name).is_some_and(|r| r == "pass");
    let mut failed: Vec<&str> = Vec::new();
    for name in stock.passed() {
        if passes(name) {
            c.ours += 1;
        } else {
            failed.push(top(name));
        }
    }
    failed.dedup();
    let whole = list.reason(package).is_some();
    for name in &failed {
        if !whole && list.reason(&format!("{package}/{name}")).is_none() {
            c.unexpected.push(format!("{package}/{name}: {}", first_lines(&output, name)));
        }
    }
    let listed = list.names().filter_map(|n| n.strip_prefix(package)?.strip_prefix('/'));
    for name in listed.filter(|n| !n.contains('/')) {
        let at_times = list.reason(&format!("{package}/{name}")).is_some_and(|why| why.starts_with(AT_TIMES));
        if stock.0.contains_key(name) && !failed.contains(&name) && !at_times {
            c.struck.push(format!("{package}/{name} passes, although listed as failing: strike it off the list"));
        }
    }
    if whole && failed.is_empty() {
        c.struck.push(format!("{package} passes, although listed as failing: strike it off the list"));
    }
    Ok(c)
}

fn top(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

/// What the tests do with stock under some conditions; remembered.
fn stock(tools: &Toolchain, package: &str, conditions: &Conditions) -> Result<Results, String> {
    let version = fs::read_to_string(tools.goroot.join("VERSION")).unwrap_or_default();
    let version = version.lines().next().unwrap_or_default().to_owned();
    let conditions = Conditions { own: Vec::new(), ..conditions.clone() };
    let path = kept(&format!("stock-{version}{}", conditions.text()), package)?;
    if let Some(known) = fs::read(&path).ok().and_then(|t| serde_json::from_slice(&t).ok()) {
        return Ok(known);
    }
    let mut go = tools.go();
    go.arg("test").arg("-vet=off");
    conditions.set_stock(&mut go);
    let (results, _) = run_command(tools, go, package)?;
    let text = serde_json::to_vec(&results).map_err(|e| e.to_string())?;
    fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(results)
}

fn kept(what: &str, package: &str) -> Result<PathBuf, String> {
    let dir = scratch().join("std").join(what);
    fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    Ok(dir.join(format!("{}.json", package.replace('/', "-"))))
}

/// Runs a test command with `-json`: results, and what each top-level test printed.
fn run_command(
    tools: &Toolchain,
    mut command: Command,
    package: &str,
) -> Result<(Results, BTreeMap<String, String>), String> {
    command.args(["-short", "-json", "-count=1", "-timeout=20m", package]).current_dir(tools.goroot.join("src"));
    let out = process::run(&mut command, LIMIT)?;
    let mut results = Results::default();
    let mut output: BTreeMap<String, String> = BTreeMap::new();
    for line in out.stdout_text().lines() {
        let Ok(mut event) = serde_json::from_str::<Event>(line) else { continue };
        event.test = without_addresses(&event.test);
        if matches!(event.action.as_str(), "pass" | "fail" | "skip") {
            let known = results.0.entry(event.test).or_insert_with(|| event.action.clone());
            // Of subtests whose names differ only in addresses one that fails counts.
            if event.action == "fail" {
                *known = event.action;
            }
        } else if event.action == "output" || event.action == "build-output" {
            let of = output.entry(top(&event.test).to_owned()).or_default();
            if event.output_type != "frame" && of.len() < 100_000 {
                of.push_str(&event.output);
            }
        }
    }
    if !results.0.contains_key("") {
        let how = if out.end == End::TimedOut { "takes too long".to_owned() } else { out.stderr_text() };
        output.entry(String::new()).or_default().push_str(&how);
    }
    Ok((results, output))
}

/// Names of subtests that print values may have addresses in them, which no two programs share.
fn without_addresses(name: &str) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new("0x[0-9a-f]{6,}").expect("it is one"));
    ADDRESS.replace_all(name, "0x…").into_owned()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Event {
    action: String,
    test: String,
    output: String,
    output_type: String,
}

/// What a test printed, or, if that is nothing, what the package did.
fn first_lines(output: &BTreeMap<String, String>, name: &str) -> String {
    let own = output.get(name).filter(|t| !t.trim().is_empty()).or_else(|| output.get(""));
    own.map_or("no output", String::as_str).trim().chars().take(SHOWN).collect()
}
