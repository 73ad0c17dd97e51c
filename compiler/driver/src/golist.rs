//! The package graph as `go list` tells it.
//!
//! Modules, workspaces, vendoring, patterns, build tags and embeds are go's business. The standard library's packages
//! are listed once per GOROOT; the user's packages once per change of what the answer depends on ([`crate::stamp`]).

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::cache::{self, Keyer};
use crate::goroot::Goroot;
use crate::stamp::{Stamps, sources};

/// All answers together, bytes.
const LISTS_LIMIT: u64 = 256 << 20;

/// Tags that choose portable Go over assembly (contract: NOASM rule).
pub const TAGS: [&str; 2] = ["purego", "math_big_pure_go"];

/// Variables of the environment that go's answer depends on.
pub const VARIABLES: [&str; 13] = [
    "GOFLAGS",
    "GOWORK",
    "GOPATH",
    "GOMODCACHE",
    "GOPROXY",
    "GO111MODULE",
    "GOEXPERIMENT",
    "GOENV",
    "GOPRIVATE",
    "GONOSUMDB",
    "GODEBUG",
    "XDG_CONFIG_HOME",
    "HOME",
];

const FIELDS: &str = "ImportPath,Name,Dir,Root,ForTest,GoFiles,CgoFiles,SFiles,TestGoFiles,XTestGoFiles,Imports,\
                      ImportMap,Standard,DepOnly,Module,Error,DepsErrors,EmbedFiles,\
                      EmbedPatterns,TestEmbedFiles,XTestEmbedFiles,DefaultGODEBUG,Match";

/// One package. Fields are go's.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[allow(missing_docs, reason = "documented by `go help list`")]
pub struct Listed {
    pub import_path: String,
    pub name: String,
    pub dir: String,
    pub root: String,
    pub for_test: String,
    pub go_files: Vec<String>,
    pub cgo_files: Vec<String>,
    pub s_files: Vec<String>,
    pub test_go_files: Vec<String>,
    #[serde(rename = "XTestGoFiles")]
    pub x_test_go_files: Vec<String>,
    pub imports: Vec<String>,
    pub import_map: BTreeMap<String, String>,
    pub standard: bool,
    pub dep_only: bool,
    pub module: Option<Module>,
    pub error: Option<ListError>,
    pub deps_errors: Vec<ListError>,
    pub embed_files: Vec<String>,
    pub embed_patterns: Vec<String>,
    pub test_embed_files: Vec<String>,
    #[serde(rename = "XTestEmbedFiles")]
    pub x_test_embed_files: Vec<String>,
    #[serde(rename = "DefaultGODEBUG")]
    pub default_godebug: String,
    #[serde(rename = "Match")]
    pub matched: Vec<String>,
}

impl Listed {
    /// The path without the test binary that the package is compiled for: of `p [q.test]`, it is `p`.
    pub fn path(&self) -> &str {
        self.import_path.split_once(" [").map_or(&self.import_path, |(path, _)| path)
    }

    /// What packages compiled for the same test binary have behind their paths: ` [q.test]`; else nothing.
    pub fn variant(&self) -> &str {
        &self.import_path[self.path().len()..]
    }
}

/// The module a package belongs to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[allow(missing_docs, reason = "documented by `go help list`")]
pub struct Module {
    pub path: String,
    pub version: String,
    pub main: bool,
    pub dir: String,
    pub go_mod: String,
    pub go_version: String,
}

/// An error in the graph.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[allow(missing_docs, reason = "documented by `go help list`")]
pub struct ListError {
    pub import_stack: Vec<String>,
    pub pos: String,
    pub err: String,
}

impl ListError {
    /// Whether packages import each other.
    pub fn is_import_cycle(&self) -> bool {
        self.import_stack.len() > 1 && self.err.contains("import cycle not allowed")
    }
}

/// How to run `go list`.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// Go tree.
    pub goroot: &'a Goroot,
    /// Working directory.
    pub dir: &'a Path,
    /// Further build tags.
    pub tags: &'a [String],
    /// Further flags of `go list`, such as `-mod=mod`.
    pub flags: &'a [String],
    /// Whether test binaries are part of the graph.
    pub tests: Tests,
}

/// Whether a graph has test binaries: for each package `p` with tests the program `p.test`, and what is compiled for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum Tests {
    Without,
    With,
}

impl Query<'_> {
    /// All packages of the standard library by import path, vendored ones included. Cached for good: a GOROOT of a
    /// given version and place does not change.
    pub fn standard(&self) -> Result<HashMap<String, Listed>, String> {
        let key = format!("{:?}", (&self.goroot.dir, &self.goroot.version, self.tags, FIELDS));
        let cache = list_file("list of std", &key)?;
        if let Some(packages) = read_json::<Vec<Listed>>(&cache) {
            return Ok(by_path(packages));
        }
        let packages = self.run(&["std".to_owned()], Deps::Without)?;
        write_json(&cache, &packages);
        Ok(by_path(packages))
    }

    /// The packages that `patterns` name, dependencies before dependents.
    ///
    /// With them comes what the answer depends on, unless that is not known.
    pub fn packages(&self, patterns: &[String]) -> Result<(Vec<Listed>, Option<Stamps>), String> {
        let vars: Vec<_> = VARIABLES.iter().map(std::env::var_os).collect();
        let key = format!(
            "{:?}",
            (&self.goroot.dir, &self.goroot.version, self.dir, self.tags, self.tests, self.flags, patterns, vars)
        );
        let key = format!("{key}{FIELDS}");
        let cache = list_file("list", &key)?;
        if let Some((stamps, packages)) = read_json::<(Stamps, Vec<Listed>)>(&cache)
            && stamps.hold()
        {
            return Ok((packages, Some(stamps)));
        }
        let before = std::time::SystemTime::now();
        let packages = self.run(patterns, Deps::With)?;
        let clean = packages.iter().all(|p| p.error.is_none() && p.deps_errors.is_empty());
        let stamps = if clean { self.stamps(&packages, patterns, before) } else { None };
        if let Some(stamps) = stamps.as_ref().filter(|s| s.settled()) {
            write_json(&cache, &(stamps, &packages));
        }
        Ok((packages, stamps))
    }

    /// What the answer depends on: the directories of all packages outside of GOROOT with their files (imports and
    /// build constraints may change), and module files on the way up.
    fn stamps(&self, packages: &[Listed], patterns: &[String], before: std::time::SystemTime) -> Option<Stamps> {
        let mut stamps = Stamps::taken_before(before);
        for pattern in patterns.iter().filter(|p| p.contains("...")) {
            add_walk(&mut stamps, self.dir, pattern)?;
        }
        stamps.add(&go_env_file());
        let mut dir = Some(self.dir);
        while let Some(d) = dir {
            for file in ["go.mod", "go.sum", "go.work", "go.work.sum", "vendor/modules.txt"] {
                stamps.add(&d.join(file));
            }
            dir = d.parent();
        }
        for p in packages.iter().filter(|p| !p.standard) {
            let dir = Path::new(&p.dir);
            stamps.add_package(dir, &p.embed_patterns);
            add_files(&mut stamps, dir);
            for file in &p.embed_files {
                stamps.add(&dir.join(file));
            }
            if let Some(m) = &p.module {
                stamps.add(Path::new(&m.go_mod));
            }
        }
        // The main function of a test lies in go's cache, which go may clean.
        for p in packages.iter().filter(|p| p.import_path.ends_with(".test")) {
            p.go_files.iter().filter(|f| Path::new(f).is_absolute()).for_each(|f| stamps.add(Path::new(f)));
        }
        Some(stamps)
    }

    fn run(&self, patterns: &[String], deps: Deps) -> Result<Vec<Listed>, String> {
        let tags: Vec<&str> = TAGS.iter().copied().chain(self.tags.iter().map(String::as_str)).collect();
        let mut command = Command::new(self.goroot.go());
        command.args(["list", "-e", &format!("-json={FIELDS}"), "-tags", &tags.join(",")]);
        if deps == Deps::With {
            command.arg("-deps");
            if self.tests == Tests::With {
                command.arg("-test");
            }
        }
        command.args(self.flags);
        command.arg("--").args(patterns).current_dir(self.dir);
        command.env("GOROOT", &self.goroot.dir).env("CGO_ENABLED", "0").env("GOOS", "linux").env("GOARCH", "amd64");
        command.env("GOTOOLCHAIN", "local");
        let out = command.output().map_err(|e| format!("{}: {e}", self.goroot.go().display()))?;
        if !out.status.success() {
            return Err(String::from_utf8_lossy(&out.stderr).trim_end().to_owned());
        }
        let stream = serde_json::Deserializer::from_slice(&out.stdout).into_iter::<Listed>();
        stream.collect::<Result<_, _>>().map_err(|e| format!("the answer of go list: {e}"))
    }
}

/// Notes every directory that a pattern such as `./...` looks into, and the files in it. Patterns of import paths may
/// mean anything: nothing can be noted for them.
fn add_walk(stamps: &mut Stamps, dir: &Path, pattern: &str) -> Option<()> {
    let start = pattern.split("...").next().filter(|s| s.starts_with('.') || s.starts_with('/'))?;
    let mut work = vec![dir.join(start.rsplit_once('/').map_or(start, |(up, _)| up))];
    while let Some(dir) = work.pop() {
        stamps.add_listing(&dir);
        add_files(stamps, &dir);
        for entry in fs::read_dir(&dir).ok()?.flatten() {
            let name = entry.file_name();
            let hidden = name.as_encoded_bytes().starts_with(b"_") || name.as_encoded_bytes().starts_with(b".");
            if !hidden && name != "testdata" && entry.file_type().ok()?.is_dir() {
                work.push(entry.path());
            }
        }
    }
    Some(())
}

/// Notes the sources in a directory: imports and build constraints may change.
fn add_files(stamps: &mut Stamps, dir: &Path) {
    let files = sources(dir).into_iter().map(|name| dir.join(name)).filter(|p| !p.is_dir());
    files.for_each(|p| stamps.add(&p));
}

/// Where `go env -w` writes.
fn go_env_file() -> PathBuf {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let config = || var("XDG_CONFIG_HOME").or_else(|| Some(var("HOME")?.join(".config")));
    var("GOENV").or_else(|| Some(config()?.join("go/env"))).unwrap_or_default()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Deps {
    With,
    Without,
}

fn by_path(packages: Vec<Listed>) -> HashMap<String, Listed> {
    packages.into_iter().map(|p| (p.import_path.clone(), p)).collect()
}

/// Where an answer is kept.
fn list_file(purpose: &str, key: &str) -> Result<PathBuf, String> {
    let mut keyer = Keyer::new(purpose);
    keyer.add(key.as_bytes());
    Ok(cache::dir("lists")?.join(format!("{}.json", keyer.finish())))
}

fn read_json<T: for<'a> Deserialize<'a>>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Writes a cache file; failing to is no error, the next run asks again.
fn write_json<T: Serialize>(path: &Path, value: &T) {
    if let Ok(text) = serde_json::to_vec(value) {
        cache::write(path, &text);
        cache::trim(path, LISTS_LIMIT);
    }
}
