//! Whether files are still as they were.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Modification times and sizes of files and directories; absence counts as a state, too.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stamps {
    before: u64,
    entries: Vec<(PathBuf, Option<(u64, u64)>)>,
}

/// File systems keep coarse times: a file changed this shortly before it was looked at may change again unnoticed.
const GRANULARITY: Duration = Duration::from_millis(20);

impl Stamps {
    /// No files yet. `before` is a time before their contents were used.
    pub fn taken_before(before: SystemTime) -> Stamps {
        Stamps { before: nanos(before), entries: Vec::new() }
    }

    /// Notes the state of a path.
    pub fn add(&mut self, path: &Path) {
        self.entries.push((path.to_owned(), state(path)));
    }

    /// Whether all noted files are older than the time before, so that their states identify their contents.
    pub fn settled(&self) -> bool {
        let limit = self.before.saturating_sub(GRANULARITY.as_nanos() as u64);
        self.entries.iter().all(|(_, s)| s.is_none_or(|(time, _)| time < limit))
    }

    /// Whether every noted path is in its noted state.
    pub fn hold(&self) -> bool {
        self.entries.iter().all(|(path, s)| state(path) == *s)
    }
}

fn state(path: &Path) -> Option<(u64, u64)> {
    let meta = fs::metadata(path).ok()?;
    Some((nanos(meta.modified().ok()?), meta.len()))
}

fn nanos(t: SystemTime) -> u64 {
    t.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64)
}
