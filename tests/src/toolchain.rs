//! Which undergo and which Go the tests use.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::process;

/// The compilers under comparison.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The `undergo` executable, unless only the oracle is wanted.
    pub undergo: Option<PathBuf>,
    /// The Go tree that both use.
    pub goroot: PathBuf,
    /// Under which conditions programs run.
    pub conditions: Conditions,
}

/// Variables of the programs under test, besides those that tests themselves ask for. What stock does under the usual
/// conditions counts; only where undergo does not do the same, stock is run under these, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// For both: `GOMAXPROCS`.
    pub both: Vec<(String, String)>,
    /// For undergo's programs alone, whose runtime may know more: `GODEBUG=gctorture=n`.
    pub own: Vec<(String, String)>,
}

impl Conditions {
    /// Sets them for a program of undergo.
    pub fn set(&self, command: &mut Command) {
        command.envs(self.both.iter().chain(&self.own).map(|(k, v)| (k, v)));
    }

    /// Sets them for a program of stock.
    pub fn set_stock(&self, command: &mut Command) {
        command.envs(self.both.iter().map(|(k, v)| (k, v)));
    }

    /// All of them in words, for names of files.
    pub fn text(&self) -> String {
        let words = self.both.iter().chain(&self.own).map(|(k, v)| format!("-{k}={v}"));
        words.collect::<String>().replace('/', "_")
    }
}

/// What is needed of a toolchain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// undergo and Go.
    Both,
    /// Go alone: to try new test programs without building undergo (`UNDERGO_TESTS=oracle`).
    Oracle,
}

impl Need {
    /// As the environment says.
    pub fn from_env() -> Need {
        if std::env::var("UNDERGO_TESTS").is_ok_and(|v| v == "oracle") { Need::Oracle } else { Need::Both }
    }
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository")
}

/// Where tests may write: below cargo's target directory.
pub fn scratch() -> PathBuf {
    target_dir().join("undergo-tests")
}

fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => repository().join(dir),
        None => repository().join("target"),
    }
}

/// Builds undergo once per process and finds its GOROOT, fetching one if there is none. `UNDERGO` names an
/// executable to use instead.
pub fn toolchain(need: Need) -> Result<Toolchain, String> {
    static FOUND: OnceLock<Result<Toolchain, String>> = OnceLock::new();
    FOUND.get_or_init(|| find(need)).clone()
}

fn find(need: Need) -> Result<Toolchain, String> {
    if need == Need::Oracle
        && let Some(goroot) = std::env::var_os("UNDERGO_GOROOT")
    {
        return Ok(Toolchain { undergo: None, goroot: goroot.into(), conditions: Conditions::default() });
    }
    let undergo = match std::env::var_os("UNDERGO") {
        Some(path) => PathBuf::from(path),
        None => build_undergo()?,
    };
    let goroot = goroot_of(&undergo)?;
    let conditions = Conditions::default();
    Ok(Toolchain { undergo: (need == Need::Both).then_some(undergo), goroot, conditions })
}

fn build_undergo() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--quiet", "--package", "undergo"]).current_dir(repository());
    let out = process::run(&mut command, Duration::from_secs(3600))?;
    if out.success() { Ok(target_dir().join("release/undergo")) } else { Err(out.stderr_text()) }
}

/// Asks undergo for its GOROOT; checking any package makes it fetch one if there is none.
fn goroot_of(undergo: &Path) -> Result<PathBuf, String> {
    let ask = || -> Result<Option<PathBuf>, String> {
        let out = process::run(Command::new(undergo).args(["env", "GOROOT"]), Duration::from_secs(60))?;
        let text = out.stdout_text().trim().to_owned();
        Ok((out.success() && !text.is_empty()).then(|| text.into()))
    };
    if let Some(found) = ask()? {
        return Ok(found);
    }
    let out = process::run(Command::new(undergo).args(["check", "unsafe"]), Duration::from_secs(1800))?;
    ask()?.ok_or_else(|| format!("undergo finds no GOROOT: {}", out.stderr_text()))
}

impl Toolchain {
    /// Go's own `go`, hermetic: no user configuration, no other toolchain, no cgo.
    pub fn go(&self) -> Command {
        let mut command = Command::new(self.goroot.join("bin/go"));
        self.hermetic(&mut command);
        command
    }

    /// `undergo`, as hermetic.
    pub fn undergo(&self) -> Result<Command, String> {
        let path = self.undergo.as_ref().ok_or("this run has no undergo (UNDERGO_TESTS=oracle)")?;
        let mut command = Command::new(path);
        self.hermetic(&mut command);
        command.env("UNDERGO_GOROOT", &self.goroot);
        Ok(command)
    }

    fn hermetic(&self, command: &mut Command) {
        command.env("GOROOT", &self.goroot).env("GOTOOLCHAIN", "local").env("GOENV", "off").env("CGO_ENABLED", "0");
        command.env("GOFLAGS", "").env("GOWORK", "off").env("GOPROXY", "off").env("GO111MODULE", "");
        command.env("GOOS", "linux").env("GOARCH", "amd64");
        for var in ["GODEBUG", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GOTRACEBACK", "GOAMD64", "GOEXPERIMENT"] {
            command.env_remove(var);
        }
    }
}
