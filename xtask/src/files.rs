//! Files of a tree, and builds of one program by both compilers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use undergo_tests::process::{self, Outcome};
use undergo_tests::toolchain::{Toolchain, scratch};

/// Limit of one build.
pub const BUILD_LIMIT: Duration = Duration::from_secs(1200);

/// All files below `dir` whose name ends with `suffix`, sorted.
pub fn with_suffix(dir: &Path, suffix: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    collect(dir, suffix, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(dir: &Path, suffix: &str, out: &mut Vec<PathBuf>) -> Result<(), String> {
    for entry in fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, suffix, out)?;
        } else if path.to_string_lossy().ends_with(suffix) {
            out.push(path);
        }
    }
    Ok(())
}

/// One program built by both.
#[derive(Debug)]
pub struct Pair {
    /// By undergo.
    pub ours: PathBuf,
    /// By Go.
    pub stock: PathBuf,
}

/// A directory for the files of one run.
pub fn work_dir(name: &str) -> Result<PathBuf, String> {
    let dir = scratch().join("xtask").join(name);
    fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    Ok(dir)
}

/// Builds `target` (a package or a file in `dir`) with both compilers.
pub fn build_both(tools: &Toolchain, name: &str, dir: &Path, target: &str) -> Result<Pair, String> {
    let work = work_dir("bin")?;
    let pair = Pair { ours: work.join(format!("{name}.undergo")), stock: work.join(format!("{name}.stock")) };
    let mut stock = tools.go();
    stock.args(["build", "-o"]).arg(&pair.stock).arg(target).current_dir(dir);
    success(&mut stock, BUILD_LIMIT)?;
    let mut ours = tools.undergo()?;
    ours.args(["build", "-o"]).arg(&pair.ours).arg(target).current_dir(dir);
    success(&mut ours, BUILD_LIMIT)?;
    Ok(pair)
}

/// Runs a command that must succeed.
pub fn success(command: &mut Command, limit: Duration) -> Result<Outcome, String> {
    let out = process::run(command, limit)?;
    if out.success() {
        return Ok(out);
    }
    let text: String = out.stderr_text().chars().take(3000).collect();
    Err(format!("{command:?}: {:?}\n{text}", out.end))
}
