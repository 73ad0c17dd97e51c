//! Which files of a package are compiled: the NOASM rule of the contract.
//!
//! `go list` selects files for linux/amd64. If that selection has assembly, the package is selected again for an
//! architecture that matches nothing, which is how the standard library is told to use its Go fallbacks. Six packages
//! have no such fallback and stay as they are (their missing bodies are in the runtime); `internal/runtime/maps` is
//! selected as riscv64, an architecture for which it has no assembly at all.

use std::fs;
use std::path::Path;

use undergo_syntax::constraint;

use crate::golist::{Listed, TAGS};

/// Architectures that file names and tags may name.
const ARCHES: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];
/// Systems that file names may name.
const SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

/// How a package with assembly is selected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Arch {
    /// As listed.
    Amd64,
    /// Another architecture, or none that exists.
    Other(&'static str),
}

fn arch_of(path: &str) -> Arch {
    match undergo_lower::names::unvendored(path) {
        "internal/cpu" | "internal/runtime/atomic" | "internal/runtime/syscall/linux" | "syscall" => Arch::Amd64,
        "golang.org/x/sys/cpu" | "golang.org/x/sys/unix" => Arch::Amd64,
        "internal/runtime/maps" => Arch::Other("riscv64"),
        _ => Arch::Other("none"),
    }
}

/// The names of the package's Go files, sorted.
pub fn go_files(p: &Listed, tags: &[String]) -> Result<Vec<String>, String> {
    let maps = p.path() == "internal/runtime/maps";
    let (true, Arch::Other(arch)) = (!p.s_files.is_empty() || maps, arch_of(p.path())) else {
        return Ok(p.go_files.clone());
    };
    let entries = fs::read_dir(&p.dir).map_err(|e| format!("{}: {e}", p.dir))?;
    let mut names: Vec<String> = entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort();
    // Test files stay as listed: the test's main function names what is in them.
    let mut files: Vec<String> = p.go_files.iter().filter(|f| f.ends_with("_test.go")).cloned().collect();
    for name in names {
        let candidate = name.ends_with(".go") && !name.ends_with("_test.go") && !name.starts_with(['_', '.']);
        if candidate && name_matches(&name, arch) && header_matches(&Path::new(&p.dir).join(&name), arch, tags)? {
            files.push(name);
        }
    }
    Ok(files)
}

/// Whether a file's name lets it in: `x_linux.go`, `x_riscv64.go`, `x_linux_riscv64.go`.
fn name_matches(name: &str, arch: &str) -> bool {
    let stem = name.strip_suffix(".go").unwrap_or(name);
    // A name that is nothing but a system or architecture has no suffix: the part before the first `_` is ignored.
    let Some((_, rest)) = stem.split_once('_') else { return true };
    let parts: Vec<&str> = rest.split('_').collect();
    let last = parts[parts.len() - 1];
    if ARCHES.contains(&last) {
        let system = parts.len().checked_sub(2).map(|i| parts[i]).filter(|s| SYSTEMS.contains(s));
        return last == arch && system.is_none_or(|s| s == "linux");
    }
    !SYSTEMS.contains(&last) || last == "linux"
}

fn header_matches(path: &Path, arch: &str, tags: &[String]) -> Result<bool, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("package ") {
            break;
        }
        if let Some(expr) = constraint::expression(line) {
            let parsed = constraint::parse(expr).map_err(|e| format!("{}: {e:?}", path.display()))?;
            return Ok(parsed.eval(&|tag| tag_holds(tag, arch, tags)));
        }
    }
    Ok(true)
}

fn tag_holds(tag: &str, arch: &str, tags: &[String]) -> bool {
    match tag {
        "linux" | "unix" | "gc" => true,
        _ if let Some(name) = tag.strip_prefix("goexperiment.") => {
            is_on(name, &std::env::var("GOEXPERIMENT").unwrap_or_default())
        }
        _ if TAGS.contains(&tag) || tags.iter().any(|t| t == tag) => true,
        _ if tag == arch => true,
        _ => tag.strip_prefix("go1.").and_then(|n| n.parse::<u32>().ok()).is_some_and(|n| n <= 27),
    }
}

/// Whether an experiment is made, by what GOEXPERIMENT says. Of those that are made by default, only one decides about
/// files of packages with assembly.
fn is_on(experiment: &str, setting: &str) -> bool {
    setting.split(',').fold(experiment == "jsonv2", |on, word| match word {
        "none" => false,
        _ if word == experiment => true,
        _ if word.strip_prefix("no") == Some(experiment) => false,
        _ => on,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn experiments() {
        assert!(is_on("jsonv2", "") && !is_on("arenas", ""));
        assert!(is_on("arenas", "arenas") && is_on("jsonv2", "arenas") && is_on("arenas", "none,arenas"));
        assert!(!is_on("jsonv2", "nojsonv2") && !is_on("jsonv2", "arenas,none"));
    }

    #[test]
    fn suffixes() {
        assert!(name_matches("a.go", "none") && name_matches("linux.go", "none") && name_matches("a_linux.go", "none"));
        assert!(!name_matches("a_amd64.go", "none") && !name_matches("a_windows.go", "none"));
        assert!(name_matches("a_riscv64.go", "riscv64") && !name_matches("a_windows_riscv64.go", "riscv64"));
        assert!(name_matches("a_noasm.go", "none"));
    }
}
