//! Directories of the test tree as modules: copies in cargo's target directory that `go build` and undergo can read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::Test;

static PACKAGE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^package (\w+)").expect("valid"));
/// An import of a sibling, alone or in a list.
static RELATIVE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?m)^(\s*(?:import\s+\(?\s*)?(?:[\w.]+\s+)?)"\.\.?/([^"\s]+)""#).expect("valid"));
/// The prefix of the paths that the tree's own harness gives to packages of a directory.
const PREFIX: &str = "test";

/// What is in a directory, sorted.
pub fn entries(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let read = fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut paths: Vec<PathBuf> = read.flatten().map(|e| e.path()).collect();
    paths.sort();
    Ok(paths)
}

/// Lays out the files of the test's directory as packages of a module, one for each package name in the order of their
/// files. Returns the directory of the last, which is the program if there is one.
pub fn packages(test: &Test, work: &Path) -> Result<String, String> {
    let mut of_name: BTreeMap<String, String> = BTreeMap::new();
    let mut last = String::new();
    for file in entries(&case_dir(test))?.into_iter().filter(|p| p.extension().is_some_and(|e| e == "go")) {
        let text = read(&file)?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = PACKAGE.captures(&text).map(|c| c[1].to_owned()).ok_or("a file without a package clause")?;
        let dir = match of_name.get(&name) {
            Some(dir) if !test.recipe.separate => dir.clone(),
            _ => {
                last.clone_from(&stem);
                of_name.insert(name, stem.clone());
                stem.clone()
            }
        };
        let text = RELATIVE.replace_all(&text, format!("$1\"{PREFIX}/$2\""));
        let dir = work.join(dir);
        fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
        write(&dir.join(format!("{stem}.go")), text.as_bytes())?;
    }
    write(&work.join("go.mod"), format!("module {PREFIX}\n\ngo 1.27\n").as_bytes())?;
    Ok(format!("./{last}"))
}

/// Copies the test's directory as a module named like it.
pub fn module(test: &Test, work: &Path) -> Result<(), String> {
    let dir = case_dir(test);
    copy(&dir, work)?;
    let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    write(&work.join("go.mod"), format!("module {name}\n\ngo 1.14\n").as_bytes())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|e| format!("{}: {e}", to.display()))?;
    for path in entries(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    Ok(())
}

/// The directory that belongs to the test's file.
pub fn case_dir(test: &Test) -> PathBuf {
    test.tree.join(format!("{}.dir", test.name))
}

fn read(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|e| format!("{}: {e}", path.display()))
}
