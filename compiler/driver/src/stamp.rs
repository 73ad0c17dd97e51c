//! Whether files are still as they were.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsString;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Modification time in nanoseconds since 1970 and size in bytes; nothing for what does not exist.
type State = Option<(u64, u64)>;

/// Modification times and sizes of files and directories; absence counts as a state, too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stamps {
    before: u64,
    entries: Vec<(PathBuf, State)>,
    /// Directories with a hash of what [`sources`] lists.
    listings: Vec<(PathBuf, u64)>,
}

/// File systems keep coarse times: a file changed this shortly before it was looked at may change again unnoticed.
const GRANULARITY: Duration = Duration::from_millis(20);

impl Stamps {
    /// No files yet. `before` is a time before their contents were used.
    pub fn taken_before(before: SystemTime) -> Stamps {
        Stamps { before: nanos(before), entries: Vec::new(), listings: Vec::new() }
    }

    /// Notes the state of a path.
    pub fn add(&mut self, path: &Path) {
        self.entries.push((path.to_owned(), state(path)));
    }

    /// Notes which sources and directories are in a directory. Other files may come and go: an executable that a build
    /// leaves beside its sources changes nothing.
    pub fn add_listing(&mut self, dir: &Path) {
        self.listings.push((dir.to_owned(), listing(dir)));
    }

    /// Notes a package's directory: its listing and, if files are embedded by patterns, any change of names in it.
    pub fn add_package(&mut self, dir: &Path, embed_patterns: &[String]) {
        self.add_listing(dir);
        if !embed_patterns.is_empty() {
            self.add(dir);
        }
    }

    /// Notes what others have noted.
    pub fn extend(&mut self, others: &Stamps) {
        self.entries.extend_from_slice(&others.entries);
        self.listings.extend_from_slice(&others.listings);
    }

    /// Whether all noted files are older than the time before, so that their states identify their contents.
    pub fn settled(&self) -> bool {
        let limit = self.before.saturating_sub(GRANULARITY.as_nanos() as u64);
        self.entries.iter().all(|(_, s)| s.is_none_or(|(time, _)| time < limit))
    }

    /// Whether every noted path is in its noted state.
    pub fn hold(&self) -> bool {
        self.entries.iter().all(|(path, s)| state(path) == *s)
            && self.listings.iter().all(|(dir, hash)| listing(dir) == *hash)
    }
}

/// Names in a directory that mean something to go, sorted: of sources, module files and directories.
pub fn sources(dir: &Path) -> Vec<OsString> {
    const SOURCES: [&str; 12] = ["go", "s", "S", "c", "h", "cc", "cpp", "cxx", "m", "syso", "mod", "work"];
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let counts = |e: &fs::DirEntry| {
        let is_source = Path::new(&e.file_name()).extension().is_some_and(|x| SOURCES.iter().any(|s| x == *s));
        is_source || e.file_type().is_ok_and(|t| t.is_dir())
    };
    let mut names: Vec<OsString> = entries.flatten().filter(counts).map(|e| e.file_name()).collect();
    names.sort();
    names
}

fn listing(dir: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    (dir.is_dir(), sources(dir)).hash(&mut hasher);
    hasher.finish()
}

fn state(path: &Path) -> State {
    let meta = fs::metadata(path).ok()?;
    Some((nanos(meta.modified().ok()?), meta.len()))
}

fn nanos(t: SystemTime) -> u64 {
    t.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64)
}
