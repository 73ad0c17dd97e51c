//! Machine code of functions that were compiled before.
//!
//! A function's code depends on its text as IR and on the back end's version, nothing else; so all programs, and all
//! test binaries above all, share the code of what they have in common.
//!
//! Two files make a *generation*: `dat` with the code of functions, one behind the other, and `idx` with a record for
//! each. Both only grow. When the young generation has reached its limit it becomes the old one, whose predecessor goes;
//! what is found in the old one is written to the young one again, so that what is in use stays. So there are never more
//! than two times [`LIMIT`] bytes, and what is open stays readable whatever other processes do.
//!
//! Invariants:
//! - Files are written and renamed only under the lock file's exclusive lock, and opened under its shared one.
//! - A record carries a hash of key and code. What does not match (a process was killed, a disk was full) counts as
//!   missing.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use undergo_codegen::Compiled;
use undergo_codegen::bytes::VERSION;
use undergo_ir::Func;

use crate::cache::{self, Key, Keyer};

/// Size at which a generation is full, bytes.
const LIMIT: u64 = 192 << 20;
/// Bytes of a record: the key's first half, offset and length of the code, the hash.
const RECORD: usize = 16 + 8 + 8 + 8;

/// The cache as it was when it was opened.
#[derive(Debug, Default)]
pub struct CodeCache {
    dir: PathBuf,
    /// Young, old.
    generations: Vec<Generation>,
}

#[derive(Debug)]
struct Generation {
    data: File,
    records: HashMap<[u8; 16], Record, rustc_hash::FxBuildHasher>,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    offset: u64,
    len: u64,
    check: u64,
}

/// What a build wants to have kept: keys with code as bytes.
#[derive(Debug, Default)]
pub struct Additions(pub Vec<(Key, Vec<u8>)>);

/// A function that was found.
#[derive(Debug)]
pub struct Found {
    /// Its code.
    pub code: Compiled,
    /// Its bytes, if it has to be written again because it is old.
    pub old: Option<Vec<u8>>,
}

/// Identifies a function's code before it is made.
pub fn key(f: &Func) -> Key {
    let mut keyer = Keyer::new("function");
    keyer.add(VERSION.as_bytes());
    keyer.add(undergo_ir::print::func_to_string(f).as_bytes());
    keyer.finish()
}

impl CodeCache {
    /// Opens the cache. Without one, nothing is found.
    pub fn open() -> CodeCache {
        let Ok(dir) = cache::dir("code") else { return CodeCache::default() };
        let lock = lock_file(&dir).filter(|l| l.lock_shared().is_ok());
        let generations = match lock {
            Some(_held) => ["young", "old"].iter().map_while(|name| Generation::open(&dir, name)).collect(),
            None => Vec::new(),
        };
        CodeCache { dir, generations }
    }

    /// The code of the function with this key.
    pub fn get(&self, key: &Key) -> Option<Found> {
        let (age, bytes) = self.generations.iter().enumerate().find_map(|(i, g)| Some((i, g.get(key)?)))?;
        let code = Compiled::from_bytes(&bytes)?;
        Some(Found { code, old: (age > 0).then_some(bytes) })
    }

    /// Keeps code for later builds. Failing to is no error.
    pub fn add(&self, additions: &Additions) {
        if !additions.0.is_empty() {
            // What has not been written is compiled again.
            let _ = append(&self.dir, &additions.0);
        }
    }
}

impl Generation {
    fn open(dir: &Path, name: &str) -> Option<Generation> {
        let data = File::open(dir.join(format!("{name}.dat"))).ok()?;
        let mut index = Vec::new();
        File::open(dir.join(format!("{name}.idx"))).ok()?.read_to_end(&mut index).ok()?;
        let mut records = HashMap::default();
        records.reserve(index.len() / RECORD);
        for r in index.chunks_exact(RECORD) {
            let (key, rest) = r.split_first_chunk::<16>()?;
            let word = |i: usize| u64::from_le_bytes(rest[i * 8..i * 8 + 8].try_into().expect("eight bytes"));
            records.insert(*key, Record { offset: word(0), len: word(1), check: word(2) });
        }
        Some(Generation { data, records })
    }

    fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let r = self.records.get(&short(key))?;
        if r.len > LIMIT {
            return None;
        }
        let mut bytes = vec![0; r.len as usize];
        self.data.read_exact_at(&mut bytes, r.offset).ok()?;
        (check(key, &bytes) == r.check).then_some(bytes)
    }
}

fn short(key: &Key) -> [u8; 16] {
    *key.0.first_chunk().expect("a key has 32 bytes")
}

fn check(key: &Key, bytes: &[u8]) -> u64 {
    let mut keyer = Keyer::new("code");
    keyer.add(&key.0);
    keyer.add(bytes);
    u64::from_le_bytes(*keyer.finish().0.first_chunk().expect("a key has 32 bytes"))
}

fn lock_file(dir: &Path) -> Option<File> {
    OpenOptions::new().create(true).append(true).open(dir.join("lock")).ok()
}

fn append(dir: &Path, additions: &[(Key, Vec<u8>)]) -> std::io::Result<()> {
    let lock = OpenOptions::new().create(true).append(true).open(dir.join("lock"))?;
    lock.lock()?;
    let path = |name: &str| dir.join(name);
    let open = |name: &str| OpenOptions::new().create(true).append(true).open(path(name));
    let mut data = open("young.dat")?;
    if data.metadata()?.len() >= LIMIT {
        fs::rename(path("young.dat"), path("old.dat"))?;
        fs::rename(path("young.idx"), path("old.idx"))?;
        data = open("young.dat")?;
    }
    let mut index = open("young.idx")?;
    // A record that somebody could not finish.
    let whole = index.metadata()?.len() / RECORD as u64 * RECORD as u64;
    index.set_len(whole)?;
    let mut offset = data.metadata()?.len();
    let mut code = Vec::new();
    let mut records = Vec::with_capacity(additions.len() * RECORD);
    for (key, bytes) in additions {
        records.extend_from_slice(&short(key));
        for word in [offset, bytes.len() as u64, check(key, bytes)] {
            records.extend_from_slice(&word.to_le_bytes());
        }
        code.extend_from_slice(bytes);
        offset += bytes.len() as u64;
    }
    data.write_all(&code)?;
    index.write_all(&records)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(dir: &Path) -> CodeCache {
        let generations = ["young", "old"].iter().map_while(|n| Generation::open(dir, n)).collect();
        CodeCache { dir: dir.to_owned(), generations }
    }

    #[test]
    fn what_is_broken_is_missing() {
        let dir = std::env::temp_dir().join(format!("undergo-code-cache-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a directory for the test");
        let keys: Vec<Key> = (0..3u8).map(|i| Key([i; 32])).collect();
        let bytes = |i: u8| vec![i; 100];
        append(&dir, &[(keys[0], bytes(0)), (keys[1], bytes(1))]).expect("writable");
        append(&dir, &[(keys[2], bytes(2))]).expect("writable");
        let get = |key: &Key| opened(&dir).generations[0].get(key);
        assert_eq!((get(&keys[0]), get(&keys[2])), (Some(bytes(0)), Some(bytes(2))));
        assert!(get(&Key([9; 32])).is_none());
        // A changed byte, a record cut short.
        let data = OpenOptions::new().write(true).open(dir.join("young.dat")).expect("it exists");
        data.write_all_at(&[7], 150).expect("writable");
        let index = OpenOptions::new().write(true).open(dir.join("young.idx")).expect("it exists");
        index.set_len(3 * RECORD as u64 - 5).expect("writable");
        assert_eq!((get(&keys[0]), get(&keys[1]), get(&keys[2])), (Some(bytes(0)), None, None));
        append(&dir, &[(keys[2], bytes(2))]).expect("writable");
        assert_eq!(get(&keys[2]), Some(bytes(2)));
        fs::remove_dir_all(&dir).expect("it exists");
    }
}
