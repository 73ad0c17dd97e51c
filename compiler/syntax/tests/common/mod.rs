//! What the integration tests share.

use std::path::{Path, PathBuf};

/// The Go tree to test against: `UNDERGO_GOROOT`, `GOROOT`, or the pinned release in the user's cache. Says so if there
/// is none.
pub fn goroot() -> Option<PathBuf> {
    let cached = std::env::var_os("HOME").map(|h| Path::new(&h).join(".cache/undergo/go1.27.3"));
    let named = ["UNDERGO_GOROOT", "GOROOT"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let found = named.chain(cached).find(|p| p.join("src/fmt/print.go").is_file());
    if found.is_none() {
        eprintln!("skipped: no Go tree in UNDERGO_GOROOT, GOROOT or ~/.cache/undergo/go1.27.3");
    }
    found
}

/// All files below `dir` that end in one of `suffixes`, sorted; directories named in `skip` are left out.
pub fn files(dir: &Path, suffixes: &[&str], skip: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_path_buf()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !skip.contains(&name.as_str()) {
                    dirs.push(path);
                }
            } else if suffixes.iter().any(|s| name.ends_with(s)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
