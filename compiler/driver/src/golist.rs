//! The package graph as `go list` tells it.
//!
//! Modules, workspaces, vendoring, patterns, build tags and embeds are go's business. The standard library's packages
//! are listed once per GOROOT; the user's packages once per change of what the answer depends on ([`crate::stamp`]).

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::goroot::{Goroot, cache_dir};
use crate::stamp::Stamps;

/// Tags that choose portable Go over assembly (contract: NOASM rule).
pub const TAGS: [&str; 2] = ["purego", "math_big_pure_go"];

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
    pub import_map: HashMap<String, String>,
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
        let cache = cache_dir()?.join(format!("list-std-{:016x}.json", hash(&key)));
        if let Some(packages) = read_json::<Vec<Listed>>(&cache) {
            return Ok(by_path(packages));
        }
        let packages = self.run(&["std".to_owned()], Deps::Without)?;
        write_json(&cache, &packages);
        Ok(by_path(packages))
    }

    /// The packages that `patterns` name, dependencies before dependents.
    pub fn packages(&self, patterns: &[String]) -> Result<Vec<Listed>, String> {
        let vars = ["GOFLAGS", "GOWORK", "GOPATH", "GOMODCACHE", "GOPROXY", "GO111MODULE", "GOEXPERIMENT", "HOME"];
        let vars: Vec<_> = vars.iter().map(|v| std::env::var(v).unwrap_or_default()).collect();
        let key = format!(
            "{:?}",
            (&self.goroot.dir, &self.goroot.version, self.dir, self.tags, self.tests, self.flags, patterns, vars)
        );
        let key = format!("{key}{FIELDS}");
        let cache = cache_dir()?.join(format!("list-{:016x}.json", hash(&key)));
        if let Some((stamps, packages)) = read_json::<(Stamps, Vec<Listed>)>(&cache)
            && stamps.hold()
        {
            return Ok(packages);
        }
        let before = std::time::SystemTime::now();
        let packages = self.run(patterns, Deps::With)?;
        let clean = packages.iter().all(|p| p.error.is_none() && p.deps_errors.is_empty());
        if clean && let Some(stamps) = self.stamps(&packages, patterns, before) {
            write_json(&cache, &(stamps, &packages));
        }
        Ok(packages)
    }

    /// What the answer depends on: the directories of all packages outside of GOROOT with their files (imports and
    /// build constraints may change), and module files on the way up.
    fn stamps(&self, packages: &[Listed], patterns: &[String], before: std::time::SystemTime) -> Option<Stamps> {
        let mut stamps = Stamps::taken_before(before);
        let mut dir = Some(self.dir);
        while let Some(d) = dir {
            for file in ["go.mod", "go.sum", "go.work", "go.work.sum", "vendor/modules.txt"] {
                stamps.add(&d.join(file));
            }
            dir = d.parent();
        }
        for p in packages.iter().filter(|p| !p.standard) {
            let dir = Path::new(&p.dir);
            stamps.add(dir);
            for entry in fs::read_dir(dir).ok()?.flatten() {
                stamps.add(&entry.path());
            }
            for file in &p.embed_files {
                stamps.add(&dir.join(file));
            }
            if let Some(m) = &p.module {
                stamps.add(Path::new(&m.go_mod));
            }
        }
        // A pattern such as ./... depends on directories that hold no package yet: not tracked, so not cached.
        let wild = patterns.iter().any(|p| p.contains("..."));
        (!wild && stamps.settled()).then_some(stamps)
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Deps {
    With,
    Without,
}

fn by_path(packages: Vec<Listed>) -> HashMap<String, Listed> {
    packages.into_iter().map(|p| (p.import_path.clone(), p)).collect()
}

/// A stable 64-bit hash (FNV-1a) for names of cache files.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}

fn read_json<T: for<'a> Deserialize<'a>>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Writes a cache file; failing to is no error, the next run asks again.
fn write_json<T: Serialize>(path: &PathBuf, value: &T) {
    let Some(parent) = path.parent() else { return };
    let temp = parent.join(format!("write-{}.tmp", std::process::id()));
    let _ = fs::create_dir_all(parent);
    if let Ok(text) = serde_json::to_vec(value)
        && fs::write(&temp, text).is_ok()
    {
        let _ = fs::rename(&temp, path);
    }
}
