//! Package runtime's own tests, as far as they apply: those that use what is public.
//!
//! Most of these tests look into the runtime, and ours is another. The rest stands in the same files, and some of it in
//! the same functions' neighbourhood, so `tests/tools/publictests` blanks out the declarations that do not type-check
//! against the public package. The result takes the place of the tests in a copy of the GOROOT, made of links.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process;
use crate::toolchain::{Toolchain, repository, scratch};

const LIMIT: Duration = Duration::from_secs(600);
const TOOL: &str = "tests/tools/publictests/publictests.go";

/// Both tools with the copy for their GOROOT.
pub fn toolchain(tools: &Toolchain) -> Result<Toolchain, String> {
    let tool = repository().join(TOOL);
    let text = fs::read(&tool).map_err(|e| format!("{}: {e}", tool.display()))?;
    let version = fs::read_to_string(tools.goroot.join("VERSION")).unwrap_or_default();
    let made_of = format!("{version}{}", String::from_utf8_lossy(&text));
    let copy = scratch().join("std/goroot-of-public-tests");
    let mark = copy.join("made-of");
    if fs::read_to_string(&mark).is_ok_and(|m| m == made_of) {
        return Ok(Toolchain { goroot: copy, ..tools.clone() });
    }
    let failed = |path: &Path, e: std::io::Error| format!("{}: {e}", path.display());
    if copy.exists() {
        fs::remove_dir_all(&copy).map_err(|e| failed(&copy, e))?;
    }
    link_tree(&tools.goroot, &copy).map_err(|e| failed(&copy, e))?;
    let stripped = scratch().join("std/public-tests");
    let mut go = tools.go();
    go.arg("run").arg(&tool).arg(tools.goroot.join("src/runtime")).arg(&stripped);
    let out = process::run(&mut go, LIMIT)?;
    if !out.success() {
        return Err(format!("{TOOL}: {}", out.stderr_text()));
    }
    let package = copy.join("src/runtime");
    for test in files(&package).map_err(|e| failed(&package, e))? {
        if test.to_string_lossy().ends_with("_test.go") {
            fs::remove_file(&test).map_err(|e| failed(&test, e))?;
        }
    }
    for test in files(&stripped).map_err(|e| failed(&stripped, e))? {
        let to = package.join(test.file_name().unwrap_or_default());
        fs::copy(&test, &to).map_err(|e| failed(&to, e))?;
    }
    fs::write(&mark, made_of).map_err(|e| failed(&mark, e))?;
    Ok(Toolchain { goroot: copy, ..tools.clone() })
}

fn files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    fs::read_dir(dir)?.map(|entry| entry.map(|e| e.path())).collect()
}

/// A copy of a tree whose files are links to the same contents, or copies where links cannot be made.
fn link_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            link_tree(&entry.path(), &target)?;
        } else if fs::hard_link(entry.path(), &target).is_err() {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
