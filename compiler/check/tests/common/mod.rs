//! Loading packages for the tests: `go list` says what there is, and everything is checked in dependency order.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use undergo_check::{Options, check_package};
use undergo_source::{Diag, Name, SourceMap};
use undergo_syntax::ast::File;
use undergo_syntax::{Origin, ParseMode, Scope, parse_file};
use undergo_types::Pkg;

/// Where the Go distribution is that the tests compare with.
pub fn goroot() -> PathBuf {
    match std::env::var_os("UNDERGO_GOROOT") {
        Some(dir) => dir.into(),
        None => PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/undergo/go1.27.3"),
    }
}

/// Everything that has been loaded.
#[derive(Default)]
pub struct World {
    /// Positions of all files.
    pub map: SourceMap,
    /// Packages by import path.
    pub pkgs: Mutex<HashMap<String, Pkg>>,
    /// Time spent parsing.
    pub parsing: Duration,
    /// Time spent checking.
    pub checking: Duration,
    /// Lines of source.
    pub lines: usize,
}

/// What became of a package.
#[allow(dead_code, reason = "not every user looks at all of it")]
pub struct Checked {
    /// Its path.
    pub path: String,
    /// Its errors, those of the parser first.
    pub errors: Vec<Diag>,
}

impl World {
    /// Reads and parses a file.
    pub fn parse(&mut self, name: &str, text: Vec<u8>, origin: Origin) -> (&'static File, Vec<Diag>) {
        let start = Instant::now();
        let file = self.map.add(name, text).expect("less than 4 GiB");
        let (tree, errors) = parse_file(&self.map, &file, ParseMode { scope: Scope::Full, origin });
        self.lines += file.lines.len();
        self.parsing += start.elapsed();
        (Box::leak(Box::new(tree)), errors)
    }

    /// Checks a package and remembers it.
    pub fn check(
        &mut self,
        pkg: Pkg,
        files: Vec<&'static File>,
        imports: &HashMap<String, String>,
        opts: &Options,
    ) -> Vec<Diag> {
        let start = Instant::now();
        let pkgs = &self.pkgs;
        let find = |path: &str| {
            let path = imports.get(path).map_or(path, String::as_str);
            pkgs.lock().expect("not poisoned").get(path).copied()
        };
        let errors = check_package(&self.map, pkg, files, &find, opts);
        self.checking += start.elapsed();
        self.pkgs.lock().expect("not poisoned").insert(pkg.path.to_string(), pkg);
        errors
    }

    /// Loads packages and what they depend on.
    pub fn load(&mut self, patterns: &[String], opts: &Options) -> Vec<Checked> {
        let root = goroot();
        let out = Command::new(root.join("bin/go"))
            .args(["list", "-deps", "-e", "-json=ImportPath,Dir,GoFiles,ImportMap,Standard,Module"])
            .args(patterns)
            .env("CGO_ENABLED", "0")
            .env("GOROOT", &root)
            .env("GOTOOLCHAIN", "local")
            .output()
            .expect("go list runs");
        let mut result = Vec::new();
        for p in serde_json::Deserializer::from_slice(&out.stdout).into_iter::<serde_json::Value>() {
            let p = p.expect("go list writes JSON");
            let path = p["ImportPath"].as_str().unwrap_or_default().to_string();
            if path == "unsafe" || self.pkgs.lock().expect("not poisoned").contains_key(&path) {
                continue;
            }
            let std = p["Standard"].as_bool().unwrap_or(false);
            let origin = if std { Origin::Runtime } else { Origin::User };
            let version = p["Module"]["GoVersion"].as_str().and_then(version).unwrap_or((1, 27));
            let pkg = Pkg::new(Name::new(&path), version, std);
            let dir = PathBuf::from(p["Dir"].as_str().unwrap_or_default());
            let mut errors = Vec::new();
            let mut files = Vec::new();
            for name in p["GoFiles"].as_array().into_iter().flatten().filter_map(|n| n.as_str()) {
                let text = std::fs::read(dir.join(name)).expect("listed files exist");
                let shown = dir.join(name);
                let (file, errs) = self.parse(&shown.to_string_lossy(), text, origin);
                errors.extend(errs);
                files.push(file);
            }
            let imports = p["ImportMap"].as_object().into_iter().flatten();
            let imports = imports.map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_string())).collect();
            errors.extend(self.check(pkg, files, &imports, opts));
            result.push(Checked { path, errors });
        }
        result
    }
}

/// `1.21.3` as (1, 21).
fn version(s: &str) -> Option<(u32, u32)> {
    let mut parts = s.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Runs `f` on a thread with a stack that recursion does not exhaust.
pub fn on_large_stack<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|s| {
        let builder = std::thread::Builder::new().stack_size(4 << 30);
        builder.spawn_scoped(s, f).expect("threads can be started").join().expect("no panic")
    })
}
