//! Rules of the house that a machine can check; STYLE.md says why each is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use undergo_tests::toolchain::repository;

/// Longest Rust file, in lines (STYLE.md, `one-concept-files`).
const MAX_LINES: usize = 1000;
/// Workspaces of the repository: the host's, and the freestanding runtime's.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "runtime/rt/Cargo.toml"];

/// For each crate, the crates of ours that it may depend on. Nothing may point upwards or sideways except as said here.
const MAY_DEPEND: [(&str, &[&str]); 17] = [
    ("undergo-abi", &[]),
    ("undergo-source", &[]),
    ("undergo-syntax", &["source"]),
    ("undergo-types", &["source", "syntax"]),
    ("undergo-check", &["source", "syntax", "types"]),
    ("undergo-ir", &["abi", "source"]),
    ("undergo-lower", &["abi", "source", "syntax", "types", "check", "ir"]),
    ("undergo-opt", &["abi", "ir"]),
    ("undergo-codegen", &["abi", "ir"]),
    ("undergo-link", &["abi", "ir", "codegen"]),
    ("undergo-driver", &["abi", "source", "syntax", "types", "check", "ir", "lower", "opt", "codegen", "link"]),
    ("undergo", &["source", "driver"]),
    ("undergo-rtcore", &["abi"]),
    ("undergo-rtsys", &["abi"]),
    ("undergo-rt", &["abi", "rtcore", "rtsys"]),
    ("undergo-tests", &[]),
    ("xtask", &["tests"]),
];

/// Crates in which unsafe code is allowed, because it is what they are for.
const UNSAFE_CRATES: [&str; 2] = ["runtime/rt", "runtime/rtsys"];

/// Crates whose `lib.rs` or `main.rs` must forbid unsafe code.
const SAFE_ROOTS: [&str; 12] = [
    "abi/src/lib.rs",
    "compiler/source/src/lib.rs",
    "compiler/syntax/src/lib.rs",
    "compiler/types/src/lib.rs",
    "compiler/check/src/lib.rs",
    "compiler/ir/src/lib.rs",
    "compiler/lower/src/lib.rs",
    "compiler/opt/src/lib.rs",
    "compiler/codegen/src/lib.rs",
    "compiler/link/src/lib.rs",
    "compiler/driver/src/lib.rs",
    "compiler/cli/src/main.rs",
];

const DOCS: [&str; 5] = ["README.md", "ARCHITECTURE.md", "STYLE.md", "BENCHMARKS.md", "runtime/rt/ENTRIES.md"];

/// All files of the tree, as paths relative to its root. (Not asked of git, which need not be there.)
fn files() -> Vec<String> {
    let mut found = Vec::new();
    walk(repository(), &mut found);
    found.sort();
    found
}

fn walk(dir: &Path, out: &mut Vec<String>) {
    for path in fs::read_dir(dir).expect("readable").flatten().map(|e| e.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && name != ".git" {
            walk(&path, out);
        } else if path.is_file() && !name.ends_with(".tmp") {
            out.push(path.strip_prefix(repository()).expect("found below the root").display().to_string());
        }
    }
}

fn text_of(name: &str) -> Option<String> {
    fs::read(repository().join(name)).ok().and_then(|b| String::from_utf8(b).ok())
}

fn rust_files() -> impl Iterator<Item = (String, String)> {
    files().into_iter().filter(|n| n.ends_with(".rs")).filter_map(|n| text_of(&n).map(|t| (n, t)))
}

fn fail_if_any(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn crates_depend_downwards_only() {
    let allowed: BTreeMap<&str, BTreeSet<String>> =
        MAY_DEPEND.iter().map(|(name, deps)| (*name, deps.iter().map(|d| format!("undergo-{d}")).collect())).collect();
    let mut wrong = Vec::new();
    for manifest in MANIFESTS {
        for (name, deps) in metadata(manifest) {
            let Some(may) = allowed.get(name.as_str()) else {
                wrong.push(format!("{name} is not in the table: where does it belong?"));
                continue;
            };
            wrong.extend(deps.iter().filter(|d| !may.contains(*d)).map(|d| format!("{name} depends on {d}")));
        }
    }
    fail_if_any("dependencies that ARCHITECTURE.md does not allow", &wrong);
}

/// Packages of a workspace and what of ours they depend on (not for their tests).
fn metadata(manifest: &str) -> Vec<(String, Vec<String>)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path"]).arg(manifest);
    let out = command.current_dir(repository()).output().expect("cargo runs");
    assert!(out.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&out.stderr));
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).expect("cargo metadata is JSON");
    let text = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let packages = json["packages"].as_array().expect("a list of packages");
    let deps_of = |p: &serde_json::Value| {
        let all = p["dependencies"].as_array().expect("a list of dependencies").iter();
        let ours = all.filter(|d| d["kind"].is_null() && d["path"].is_string());
        ours.map(|d| text(&d["name"])).collect()
    };
    packages.iter().map(|p| (text(&p["name"]), deps_of(p))).collect()
}

#[test]
fn files_are_short() {
    let generated = |n: &str| n.contains("/generated/") || n.ends_with("unicode_tables.rs");
    let long = rust_files().filter(|(n, _)| !generated(n)).filter(|(_, t)| t.lines().count() > MAX_LINES);
    let long: Vec<String> = long.map(|(n, t)| format!("{n}: {} lines", t.lines().count())).collect();
    fail_if_any("files that hold more than one concept", &long);
}

#[test]
fn unsafe_code_stays_in_the_runtime() {
    let open_root = |n: &&&str| !text_of(n).is_some_and(|t| t.contains("#![forbid(unsafe_code)]"));
    let open: Vec<String> = SAFE_ROOTS.iter().filter(open_root).map(|n| n.to_string()).collect();
    fail_if_any("crate roots without #![forbid(unsafe_code)]", &open);
    let outside = rust_files().filter(|(n, _)| !UNSAFE_CRATES.iter().any(|c| n.starts_with(c)));
    let outside = outside.filter(|(_, t)| t.lines().any(|l| l.trim_start().starts_with("unsafe {")));
    // rtcore's algorithms and the linker's own tests may hold a block; each is argued and checked by clippy.
    let outside = outside.filter(|(n, _)| !n.starts_with("runtime/rtcore/") && !n.contains("/tests/"));
    fail_if_any("unsafe blocks outside of the runtime", &outside.map(|(n, _)| n).collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_for_later() {
    // Spelled in two parts, so that this file passes its own test.
    let banned: Vec<String> =
        [("TO", "DO"), ("FIX", "ME"), ("todo", "!("), ("unimplemented", "!("), ("dbg", "!("), ("#[ig", "nore")]
            .iter()
            .map(|(a, b)| format!("{a}{b}"))
            .collect();
    let mut found = Vec::new();
    for (name, text) in rust_files() {
        for (i, line) in text.lines().enumerate() {
            // `context.TODO` is a function of Go's library.
            let hit = banned.iter().find(|b| line.contains(b.as_str()) && !line.contains("context.TO"));
            found.extend(hit.map(|b| format!("{name}:{}: {b}", i + 1)));
        }
    }
    fail_if_any("unfinished work in the tree", &found);
}

#[test]
fn crate_roots_open_with_a_map() {
    let root = |n: &str| n.ends_with("src/lib.rs") || n.ends_with("src/main.rs");
    let bare = rust_files().filter(|(n, t)| root(n) && !t.starts_with("//!")).map(|(n, _)| n);
    fail_if_any("crate roots without a module comment", &bare.collect::<Vec<_>>());
}

#[test]
fn docs_name_only_paths_that_exist() {
    let mut wrong = Vec::new();
    for doc in DOCS {
        let text = text_of(doc).unwrap_or_else(|| panic!("{doc} is missing"));
        for path in paths_in(&text) {
            if !repository().join(&path).exists() {
                wrong.push(format!("{doc}: {}", path.display()));
            }
        }
    }
    fail_if_any("paths that do not exist", &wrong);
}

/// What looks like a path of ours between backquotes, or is the target of a link.
fn paths_in(text: &str) -> Vec<PathBuf> {
    let tops = ["abi", "bench", "compiler", "examples", "overlay", "runtime", "tests", "xtask", ".ci", ".cargo"];
    let quoted = text.split('`').skip(1).step_by(2);
    let linked = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let candidates = quoted.chain(linked).map(|p| p.trim_end_matches('/'));
    let ours = |p: &&str| {
        let first = p.split('/').next().unwrap_or_default();
        let plain = p.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        plain && p.contains('/') && tops.contains(&first) || p.ends_with(".md") && !p.contains([' ', '*', ':'])
    };
    candidates.filter(ours).filter(|p| !is_go_package(p)).map(PathBuf::from).collect()
}

/// Packages of Go's that begin like a directory of ours.
fn is_go_package(path: &str) -> bool {
    ["runtime/debug", "runtime/pprof", "runtime/metrics", "runtime/trace", "runtime/internal", "runtime/coverage"]
        .iter()
        .any(|p| path.strip_prefix(p).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.'])))
}

#[test]
fn nothing_names_this_machine_or_a_registry() {
    let machine = [("/ro", "ot/"), ("/ho", "me/"), ("/wo", "rk/")].map(|(a, b)| format!("{a}{b}"));
    let hosts =
        [("crates", ".io"), ("pypi", ".org"), ("python", "hosted.org"), ("proxy.golang", ".org"), ("npmjs", ".org")]
            .map(|(a, b)| format!("{a}{b}"));
    let mut found = Vec::new();
    for name in files().iter().filter(|n| !n.ends_with("Cargo.lock")) {
        let Some(text) = text_of(name) else { continue };
        for (i, line) in text.lines().enumerate() {
            let hit = machine.iter().chain(&hosts).find(|b| line.contains(b.as_str()));
            found.extend(hit.map(|b| format!("{name}:{}: {b}", i + 1)));
        }
    }
    fail_if_any("absolute paths of a machine, or hosts", &found);
}

#[test]
fn lint_exceptions_have_reasons() {
    let mut bare = Vec::new();
    for (name, text) in rust_files() {
        let mut rest = text.as_str();
        let open = concat!("allow", "(clippy::");
        while let Some(at) = rest.find(open) {
            let inside = &rest[at..rest[at..].find(")]").map_or(rest.len(), |e| at + e)];
            if !inside.contains("reason") {
                bare.push(format!("{name}: {}", inside.lines().next().unwrap_or_default()));
            }
            rest = &rest[at + open.len()..];
        }
    }
    fail_if_any("lint exceptions without a reason", &bare);
}

#[test]
fn every_go_test_program_is_formatted_as_text() {
    let bad = files().into_iter().filter(|n| n.ends_with(".go") && Path::new(n).starts_with("tests/programs"));
    let bad = bad.filter(|n| text_of(n).is_some_and(|t| t.lines().any(|l| l.ends_with([' ', '\t']))));
    fail_if_any("white space at line ends", &bad.collect::<Vec<_>>());
}
