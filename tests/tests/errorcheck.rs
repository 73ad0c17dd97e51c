//! The programs with mistakes of Go's own test tree, checked in process and compared with what the compiler of the
//! GOROOT says today: same errors at the same places, word for word.
//!
//! The unit is a line of output. Files that differ are listed in `tests/errorcheck-failures.txt`, as `name: reason`;
//! a listed file that agrees fails the test. What Go's compiler prints is remembered in cargo's target directory.
//! `UNDERGO_ERRORCHECK=text` runs the files whose name contains the text and prints every difference.

#[path = "../../compiler/check/tests/common/mod.rs"]
mod common;

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::World;
use undergo_check::Options;
use undergo_source::Name;
use undergo_source::shown::shown;
use undergo_syntax::{Origin, ast};
use undergo_tests::expected::Expected;
use undergo_tests::toolchain::{Need, Toolchain, repository, scratch, toolchain};
use undergo_tests::{go_test_tree, process};
use undergo_types::Pkg;

/// Least share of lines that must agree, in percent.
const LEAST: usize = 97;
const LIMIT: Duration = Duration::from_secs(120);

/// A package to compile: files of a directory of the tree that have one package clause.
#[derive(Debug)]
struct Unit {
    /// Import path relative to the tree, for the packages of a directory.
    path: String,
    files: Vec<String>,
}

/// One test: a file, or a directory of packages.
#[derive(Debug)]
struct Case {
    name: String,
    flags: Vec<String>,
    units: Vec<Unit>,
}

#[test]
fn errorcheck() {
    let tools = toolchain(Need::Both).unwrap_or_else(|e| panic!("{e}"));
    let tree = go_test_tree::find_or_fetch(&tools).unwrap_or_else(|e| panic!("{e}"));
    let filter = std::env::var("UNDERGO_ERRORCHECK").ok();
    let (mut cases, skipped) = discover(&tree);
    cases.retain(|c| filter.as_ref().is_none_or(|f| c.name.contains(f.as_str())));
    let wanted = oracle(&tools, &tree, &cases);
    let got = common::on_large_stack(|| ours(&tree, &cases));
    let list = Expected::read(&repository().join("tests/errorcheck-failures.txt")).unwrap_or_else(|e| panic!("{e}"));
    let (mut same, mut all, mut wrong) = (0, 0, Vec::new());
    for ((case, want), got) in cases.iter().zip(&wanted).zip(&got) {
        let (want, got) = (lines(want), lines(got));
        same += want.intersection(&got).count();
        all += want.union(&got).count();
        let difference: Vec<String> = (want.difference(&got).map(|l| format!("-{l}")))
            .chain(got.difference(&want).map(|l| format!("+{l}")))
            .collect();
        let result = if difference.is_empty() { Ok(()) } else { Err(difference.join("\n")) };
        if filter.is_some()
            && let Err(e) = &result
        {
            println!("=== {}\n{e}", case.name);
        }
        if let Err(e) = list.judge(&case.name, result) {
            wrong.push(format!("{}:\n{e}", case.name));
        }
    }
    println!("{} cases, {same} of {all} lines agree", cases.len());
    skipped.iter().for_each(|(why, n)| println!("{n} cases left out: {why}"));
    if filter.is_none() {
        let names: Vec<String> = cases.iter().map(|c| c.name.clone()).collect();
        wrong.extend(list.strangers(&names).map(|n| format!("listed, but there is no {n}")));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(same * 100 >= all * LEAST, "{same} of {all} lines agree");
    }
}

fn lines(output: &str) -> BTreeSet<&str> {
    output.lines().collect()
}

/// The cases, and how many are left out for which reason.
fn discover(tree: &Path) -> (Vec<Case>, BTreeMap<&'static str, usize>) {
    let (mut cases, mut skipped) = (Vec::new(), BTreeMap::new());
    let mut dirs = vec![PathBuf::new()];
    while let Some(dir) = dirs.pop() {
        for path in entries(&tree.join(&dir)) {
            let name = path.strip_prefix(tree).expect("found below it").to_string_lossy().into_owned();
            if path.is_dir() && !name.ends_with(".dir") {
                dirs.push(name.into());
                continue;
            }
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
            let Some(words) = text.lines().find_map(|l| l.strip_prefix("// errorcheck")) else { continue };
            let mut words = words.split_whitespace().map(str::to_owned);
            let whole = text.lines().find(|l| l.starts_with("// errorcheck")).unwrap_or_default();
            let flags: Vec<String> = words.by_ref().collect();
            let flags = match (whole.split_whitespace().nth(1), left_out(&flags)) {
                (_, Some(why)) => Err(why),
                (Some("errorcheck" | "errorcheckdir"), None) => Ok(flags),
                (Some("errorcheckandrundir"), None) => Ok(flags),
                _ => Err("a program writes the source, or the directive is prose"),
            };
            let dir = path.with_extension("dir");
            match flags {
                Err(why) => *skipped.entry(why).or_default() += 1,
                Ok(flags) => {
                    let units = if whole.contains("dir") && dir.is_dir() {
                        units_of(tree, &dir)
                    } else {
                        vec![Unit { path: "p".into(), files: vec![name.clone()] }]
                    };
                    cases.push(Case { name, flags: known_flags(&flags), units });
                }
            }
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    (cases, skipped)
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut list: Vec<PathBuf> = fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()).collect();
    list.retain(|p| p.is_dir() || p.extension().is_some_and(|e| e == "go"));
    list.sort();
    list
}

/// Why a test with these flags is none of the front end.
fn left_out(flags: &[String]) -> Option<&'static str> {
    let about = |f: &str| match f.split('=').next().unwrap_or(f) {
        "-m" | "-live" | "-l" | "-N" | "-wb" | "-smallframes" => Some("output of the optimizer is asked for"),
        "-d" if f != "-d=panic" => Some("output of the optimizer is asked for"),
        "-race" => Some("the race detector's instrumentation is asked for"),
        "-s" | "-p" | "-std" | "-+" => Some("flags of the runtime's own packages"),
        _ => None,
    };
    flags.iter().find_map(|f| about(f))
}

/// Flags that are passed on; `-0`, `-1` and `-t` are the original harness's own.
fn known_flags(flags: &[String]) -> Vec<String> {
    flags.iter().filter(|f| f.starts_with("-lang=") || *f == "-complete" || *f == "-e=0").cloned().collect()
}

/// Files of a directory by package, in the order in which they are compiled: by name of the first file.
fn units_of(tree: &Path, dir: &Path) -> Vec<Unit> {
    let mut units: Vec<(String, Unit)> = Vec::new();
    for path in entries(dir) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
        let package = text.lines().find_map(|l| l.strip_prefix("package ")).unwrap_or_default();
        let package = package.split([' ', ';', '/']).next().unwrap_or_default().to_owned();
        let relative = |p: &Path| p.strip_prefix(tree).expect("below the tree").to_string_lossy().into_owned();
        let file = relative(&path);
        match units.iter_mut().find(|(p, _)| *p == package) {
            Some((_, unit)) => unit.files.push(file),
            None => units.push((package, Unit { path: relative(&path.with_extension("")), files: vec![file] })),
        }
    }
    units.into_iter().map(|(_, u)| u).collect()
}

// ---------------------------------------------------------------------------------------------------------------
// Go's compiler

/// What it prints for each case; remembered.
fn oracle(tools: &Toolchain, tree: &Path, cases: &[Case]) -> Vec<String> {
    let dir = scratch().join("errorcheck");
    fs::create_dir_all(&dir).expect("the target directory is writable");
    let version = fs::read_to_string(tools.goroot.join("VERSION")).unwrap_or_default();
    let kept: Vec<PathBuf> = cases.iter().map(|c| dir.join(key(&version, tree, c))).collect();
    let missing: Vec<usize> = (0..cases.len()).filter(|&i| !kept[i].exists()).collect();
    if !missing.is_empty() {
        let imports = import_configuration(tools, tree, cases, &dir);
        let next = AtomicUsize::new(0);
        let failed = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().map_or(1, |n| n.get()) {
                scope.spawn(|| {
                    while let Some(&i) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                        match compile(tools, tree, &cases[i], &imports) {
                            Ok(text) => fs::write(&kept[i], text).expect("the target directory is writable"),
                            Err(e) => failed.lock().expect("no holder panics").push(e),
                        }
                    }
                });
            }
        });
        let failed = failed.into_inner().expect("no holder panics");
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }
    kept.iter().map(|p| fs::read_to_string(p).expect("written above")).collect()
}

fn key(version: &str, tree: &Path, case: &Case) -> String {
    let mut hasher = DefaultHasher::new();
    (version, &case.name, &case.flags).hash(&mut hasher);
    for file in case.units.iter().flat_map(|u| &u.files) {
        fs::read(tree.join(file)).unwrap_or_default().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// Writes where export data of the imported standard packages is, compiling them if need be.
fn import_configuration(tools: &Toolchain, tree: &Path, cases: &[Case], dir: &Path) -> String {
    let wanted = imports_of(tree, cases);
    let format = "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}";
    let mut list = tools.go();
    list.args(["list", "-deps", "-export", "-f", format, "--"]).args(wanted).current_dir(dir);
    let out = process::run(&mut list, Duration::from_secs(900)).unwrap_or_else(|e| panic!("{e}"));
    assert!(out.success(), "go list: {}", out.stderr_text());
    out.stdout_text()
}

/// The standard packages that occur in import declarations.
fn imports_of(tree: &Path, cases: &[Case]) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for file in cases.iter().flat_map(|c| &c.units).flat_map(|u| &u.files) {
        let text = String::from_utf8_lossy(&fs::read(tree.join(file)).unwrap_or_default()).into_owned();
        found.extend(text.split('"').skip(1).step_by(2).filter(|s| !s.is_empty()).map(str::to_owned));
    }
    let src = common::goroot().join("src");
    let path = |s: &String| s.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '/');
    found
        .into_iter()
        .filter(|s| path(s) && !s.starts_with('/') && !entries(&src.join(s)).iter().all(|p| p.is_dir()))
        .collect()
}

fn compile(tools: &Toolchain, tree: &Path, case: &Case, imports: &str) -> Result<String, String> {
    let work = tempfile::tempdir_in(scratch()).map_err(|e| e.to_string())?;
    let (mut imports, mut text) = (imports.to_owned(), String::new());
    for (i, unit) in case.units.iter().enumerate() {
        let (object, config) = (work.path().join(format!("{i}.a")), work.path().join(format!("{i}.cfg")));
        fs::write(&config, &imports).map_err(|e| e.to_string())?;
        let mut command = tools.go();
        command.args(["tool", "compile", "-e", "-D", &directory(unit), "-importcfg"]).arg(&config);
        command.arg("-o").arg(&object).arg("-p").arg(&unit.path).args(&case.flags).args(&unit.files);
        let out = process::run(command.current_dir(tree), LIMIT)?;
        text.push_str(&out.stdout_text());
        text.push_str(&out.stderr_text());
        if object.exists() {
            imports.push_str(&format!("packagefile {}={}\n", unit.path, object.display()));
        }
    }
    // The back end names files in full.
    let text = text.replace(&format!("{}/", tree.display()), "");
    Ok(text.lines().filter(|l| !l.starts_with("exit status ")).map(|l| format!("{l}\n")).collect())
}

/// The directory of a unit's files, in the tree: what `./a` in an import is relative to.
fn directory(unit: &Unit) -> String {
    let dir = Path::new(&unit.files[0]).parent().unwrap_or(Path::new(""));
    dir.to_string_lossy().into_owned()
}

// ---------------------------------------------------------------------------------------------------------------
// undergo

fn ours(tree: &Path, cases: &[Case]) -> Vec<String> {
    let mut world = World::default();
    world.load(&imports_of(tree, cases), &Options { ignore_bodies: true, ..Options::default() });
    cases.iter().map(|c| c.units.iter().map(|u| check(&mut world, tree, c, u)).collect()).collect()
}

fn check(world: &mut World, tree: &Path, case: &Case, unit: &Unit) -> String {
    let (mut trees, mut errors): (Vec<&'static ast::File>, _) = (Vec::new(), Vec::new());
    for file in &unit.files {
        let text = fs::read(tree.join(file)).expect("readable");
        let (tree, errs) = world.parse(file, text, Origin::User);
        trees.push(tree);
        errors.extend(errs);
    }
    if !errors.iter().any(|e| e.msg.starts_with("syntax error")) {
        let version = case.flags.iter().find_map(|f| f.strip_prefix("-lang=go1.")).and_then(|v| v.parse().ok());
        let pkg = Pkg::new(Name::new(&unit.path), (1, version.unwrap_or(27)), false);
        let local = trees.iter().flat_map(|t| &t.imports).filter_map(|i| i.path).map(Name::as_str);
        let meant = |p: &str| (p.to_owned(), format!("{}/{}", directory(unit), p.trim_start_matches("./")));
        let imports: HashMap<String, String> = local.filter(|p| p.starts_with("./")).map(meant).collect();
        let opts = Options { parse_errors: !errors.is_empty(), ..Options::default() };
        errors.extend(world.check(pkg, trees.clone(), &imports, &opts));
        // Unless told that there is nothing but Go, the compiler takes functions without a body for assembly.
        if !case.flags.iter().any(|f| f == "-complete") {
            errors.retain(|e| e.msg != "missing function body");
        }
    }
    let limit = case.flags.iter().any(|f| f == "-e=0").then_some(10);
    let shown = shown(errors, &world.map, limit);
    let mut text: String = shown.diags.iter().map(|d| d.render_plain(&world.map) + "\n").collect();
    if let Some(p) = shown.gave_up.and_then(|p| world.map.position(p)) {
        text.push_str(&format!("{}:{}: too many errors\n", p.file, p.place()));
    }
    text
}
