//! Where Go's own test tree is: the folder `test` of Go's sources, which a GOROOT lacks but Debian's package
//! `golang-1.19-src` has.
//!
//! Looked for in this order: `UNDERGO_GO_TEST_TREE`, where the package installs it, undergo's cache. If it is in none,
//! the package is fetched once through apt (nothing is installed) and unpacked into the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process;
use crate::toolchain::Toolchain;

const PACKAGE: &str = "golang-1.19-src";
/// Where the tree is inside of the package, and on a machine that has it installed.
const PLACE: &str = "usr/share/go-1.19/test";
const LIMIT: Duration = Duration::from_secs(900);

/// Finds the tree, or fetches it.
pub fn find_or_fetch(tools: &Toolchain) -> Result<PathBuf, String> {
    let is_tree = |dir: &Path| dir.join("fixedbugs").is_dir();
    let named = std::env::var_os("UNDERGO_GO_TEST_TREE").map(PathBuf::from);
    let installed = Path::new("/").join(PLACE);
    if let Some(found) = named.into_iter().chain([installed]).find(|d| is_tree(d)) {
        return Ok(found);
    }
    let out = process::run(tools.undergo()?.args(["env", "UNDERGO_CACHE"]), LIMIT)?;
    let target = Path::new(out.stdout_text().trim()).join(PACKAGE);
    if !is_tree(&target) {
        fetch(&target)?;
    }
    Ok(target)
}

/// Fetches and unpacks beside the target, then renames: what is there is complete.
fn fetch(target: &Path) -> Result<(), String> {
    let parent = target.parent().ok_or("the cache directory has no parent")?;
    fs::create_dir_all(parent).map_err(|e| format!("{}: {e}", parent.display()))?;
    let work = tempfile::tempdir_in(parent).map_err(|e| format!("{}: {e}", parent.display()))?;
    eprintln!("fetching Debian's {PACKAGE}, for Go's test tree");
    let download = || step(Command::new("apt-get").args(["download", "--quiet", PACKAGE]).current_dir(work.path()));
    if download().is_err() {
        // A fresh machine has no package lists.
        step(Command::new("apt-get").args(["update", "--quiet"]))?;
        download()?;
    }
    let entries = fs::read_dir(work.path()).map_err(|e| e.to_string())?.flatten();
    let deb = entries.map(|e| e.path()).find(|p| p.extension().is_some_and(|x| x == "deb"));
    let deb = deb.ok_or_else(|| format!("apt-get downloaded no {PACKAGE}"))?;
    let unpacked = work.path().join("unpacked");
    step(Command::new("dpkg-deb").arg("--extract").arg(&deb).arg(&unpacked))?;
    match fs::rename(unpacked.join(PLACE), target) {
        Ok(()) => Ok(()),
        // Another process was faster; its tree is as good.
        Err(_) if target.join("fixedbugs").is_dir() => Ok(()),
        Err(e) => Err(format!("{}: {e}", target.display())),
    }
}

fn step(command: &mut Command) -> Result<(), String> {
    let out = process::run(command, LIMIT)?;
    if out.success() { Ok(()) } else { Err(format!("{command:?}: {}", out.stderr_text())) }
}
