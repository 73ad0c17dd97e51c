//! Files in undergo's cache: keys, atomic writes, and a bound on their size.
//!
//! Everything here can be made again. Several processes may read and write at the same time: a file appears by a rename,
//! and whoever finds it missing or broken makes it anew.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use crate::goroot::cache_dir;

/// Identifies contents: 256 bits that do not collide.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 32]);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Makes a key of a list of texts.
#[derive(Clone, Debug)]
pub struct Keyer(blake3::Hasher);

impl Keyer {
    /// A keyer for one purpose: keys of different purposes differ.
    pub fn new(purpose: &str) -> Keyer {
        let mut keyer = Keyer(blake3::Hasher::new());
        keyer.add(purpose.as_bytes());
        keyer
    }

    /// Adds a text; where one ends and the next begins makes a difference.
    pub fn add(&mut self, text: &[u8]) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text);
    }

    /// The key.
    pub fn finish(&self) -> Key {
        Key(*self.0.finalize().as_bytes())
    }
}

/// A directory of the cache, made if it is missing.
pub fn dir(name: &str) -> Result<PathBuf, String> {
    let dir = cache_dir()?.join(name);
    fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    Ok(dir)
}

/// Writes a file, all of it or nothing. Failing to is no error: what is cached can be made again.
pub fn write(path: &Path, bytes: &[u8]) {
    static N: AtomicUsize = AtomicUsize::new(0);
    let n = N.fetch_add(1, Ordering::Relaxed);
    let temp = path.with_extension(format!("{}-{n}.tmp", std::process::id()));
    if fs::write(&temp, bytes).and_then(|()| fs::rename(&temp, path)).is_err() {
        let _ = fs::remove_file(&temp);
    }
}

/// Removes what was not used for the longest time from the directory that a new file is in, if all is more than `limit`
/// bytes. The new file stays.
pub fn trim(new: &Path, limit: u64) {
    let Some(entries) = new.parent().and_then(|dir| fs::read_dir(dir).ok()) else { return };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .flatten()
        .filter_map(|e| {
            let meta = e.metadata().ok()?;
            Some((meta.modified().ok()?, meta.len(), e.path()))
        })
        .collect();
    let mut total: u64 = files.iter().map(|f| f.1).sum();
    if total <= limit {
        return;
    }
    files.sort();
    // More than needed goes, so that it is not needed the next time.
    for (_, len, path) in files.iter().filter(|f| f.2 != new) {
        if total <= limit / 4 * 3 {
            return;
        }
        let _ = fs::remove_file(path);
        total -= len;
    }
}

/// Removes everything that is cached, but no Go tree.
pub fn clear() -> Result<(), String> {
    let cache = cache_dir()?;
    ["builds", "code", "images", "lists", "test"].iter().try_for_each(|name| remove(&cache.join(name)))
}

/// Removes the results of tests.
pub fn clear_tests() -> Result<(), String> {
    remove(&cache_dir()?.join("test"))
}

fn remove(path: &Path) -> Result<(), String> {
    let result = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match result {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {e}", path.display())),
        _ => Ok(()),
    }
}

/// Marks a file as used, so that trimming keeps it. At most once an hour is enough.
pub fn touch(path: &Path) {
    let now = SystemTime::now();
    let recent = |m: &fs::Metadata| {
        m.modified().is_ok_and(|t| now.duration_since(t).is_ok_and(|age| age < Duration::from_secs(3600)))
    };
    if fs::metadata(path).is_ok_and(|m| !recent(&m))
        && let Ok(file) = fs::File::options().append(true).open(path)
    {
        let _ = file.set_modified(now);
    }
}
