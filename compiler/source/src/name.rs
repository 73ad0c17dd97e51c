//! Interned strings.
//!
//! The interner is the compiler's one process-wide table besides the types': append-only, never iterated, and so not
//! observable. Strings live until the process ends.
//!
//! A name is a number of four bytes, since trees and tables hold millions of names and read the text of few. Two tables
//! belong together: sharded maps from texts to names, each behind a lock, and [`TEXTS`], from names to texts, without
//! one: an entry is set before the name gets out, and never changes.

use std::fmt;
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock};

use rustc_hash::{FxBuildHasher, FxHashMap};

const SHARDS: usize = 16;
/// Bytes of a block that strings are copied into.
const BLOCK: usize = 1 << 15;

static TABLE: LazyLock<[Mutex<Shard>; SHARDS]> = LazyLock::new(Default::default);

/// Texts by number, in parts that double: part `k` begins with number `FIRST << k`, less `FIRST`.
static TEXTS: [OnceLock<Box<[OnceLock<&'static str>]>>; PARTS] = [const { OnceLock::new() }; PARTS];
/// Length of the first part.
const FIRST: u32 = 1 << 12;
/// As many as numbers of 32 bits need.
const PARTS: usize = (u32::BITS - FIRST.ilog2()) as usize;

/// The next number that no name has.
static NEXT: AtomicU32 = AtomicU32::new(BLANK.0.get() + 1);

const EMPTY: Name = Name(NonZeroU32::MIN);
const BLANK: Name = Name(EMPTY.0.saturating_add(1));

#[derive(Default)]
struct Shard {
    names: FxHashMap<&'static str, Name>,
    /// What is left of the current block.
    free: &'static mut [u8],
}

impl Shard {
    /// A copy of `s` that lives until the process ends. Short ones share blocks.
    fn keep(&mut self, s: &str) -> &'static str {
        if s.len() > BLOCK / 16 {
            return Box::leak(s.to_owned().into_boxed_str());
        }
        if s.len() > self.free.len() {
            self.free = Box::leak(vec![0; BLOCK].into_boxed_slice());
        }
        let (copy, rest) = std::mem::take(&mut self.free).split_at_mut(s.len());
        self.free = rest;
        copy.copy_from_slice(s.as_bytes());
        std::str::from_utf8(copy).expect("a copy of a string")
    }
}

/// The part of [`TEXTS`] that the number lies in, and the place there.
#[inline]
fn place(number: u32) -> (usize, usize) {
    let n = u64::from(number) + u64::from(FIRST);
    let part = (n / u64::from(FIRST)).ilog2();
    (part as usize, (n - (u64::from(FIRST) << part)) as usize)
}

/// An interned string. Copying is free, equality is one of numbers, order is the strings' byte order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name(NonZeroU32);

impl Name {
    /// The name without a character, which stands for the absence of one.
    #[inline]
    pub fn empty() -> Name {
        EMPTY
    }

    /// The blank identifier, `_`.
    #[inline]
    pub fn blank() -> Name {
        BLANK
    }

    /// The name for `s`.
    pub fn new(s: &str) -> Name {
        match s {
            "" => return EMPTY,
            "_" => return BLANK,
            _ => {}
        }
        // The table itself uses the low and the highest bits.
        let shard = (FxBuildHasher.hash_one(s) >> 40) as usize % SHARDS;
        let mut shard = TABLE[shard].lock().expect("the interner never panics while locked");
        if let Some(&found) = shard.names.get(s) {
            return found;
        }
        let kept = shard.keep(s);
        let name = Name::of_next(kept);
        shard.names.insert(kept, name);
        name
    }

    fn of_next(text: &'static str) -> Name {
        // Only distinct numbers are asked for; the lock of the shard orders what is written to the text.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (part, at) = place(number);
        let texts = TEXTS[part].get_or_init(|| (0..FIRST << part).map(|_| OnceLock::new()).collect());
        texts[at].set(text).expect("a number is given once");
        Name(NonZeroU32::new(number).expect("there is not room for so many texts"))
    }

    /// The text.
    #[inline]
    pub fn as_str(self) -> &'static str {
        if self.0 <= BLANK.0 {
            return if self == EMPTY { "" } else { "_" };
        }
        let (part, at) = place(self.0.get());
        TEXTS[part].get().and_then(|texts| texts[at].get()).expect("set before the name got out")
    }

    /// Whether this is the blank identifier `_`.
    #[inline]
    pub fn is_blank(self) -> bool {
        self == BLANK
    }

    /// Whether the name starts with an upper-case letter (Unicode class Lu), Go's rule for export.
    pub fn is_exported(self) -> bool {
        match self.as_str().chars().next() {
            Some(c) if c.is_ascii() => c.is_ascii_uppercase(),
            // Lu, not the wider derived property Uppercase: letters such as Ⅷ are Nl.
            Some(c) => c.is_uppercase() && c.is_alphabetic() && c.to_lowercase().next() != Some(c),
            None => false,
        }
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Name {
    fn cmp(&self, other: &Name) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interning_is_identity() {
        assert_eq!(Name::new("abc"), Name::new(&String::from("abc")));
        assert_ne!(Name::new("abc"), Name::new("abd"));
        assert_eq!((Name::empty(), Name::blank()), (Name::new(""), Name::new("_")));
        assert_eq!((Name::empty().as_str(), Name::blank().as_str()), ("", "_"));
        assert!(Name::new("É").is_exported() && !Name::new("é").is_exported() && !Name::new("_X").is_exported());
    }

    #[test]
    fn places_follow_one_another() {
        assert_eq!(place(0), (0, 0));
        assert_eq!(place(FIRST - 1), (0, FIRST as usize - 1));
        assert_eq!(place(FIRST), (1, 0));
        assert_eq!(place(3 * FIRST - 1), (1, 2 * FIRST as usize - 1));
        assert_eq!(place(3 * FIRST), (2, 0));
        assert_eq!(place(u32::MAX).0, PARTS);
    }

    #[test]
    fn threads_agree() {
        let words: Vec<String> = (0..20_000).map(|n| format!("word{n}")).collect();
        let intern = || words.iter().map(|w| Name::new(w)).collect::<Vec<Name>>();
        let (one, other) = std::thread::scope(|s| {
            let other = s.spawn(intern);
            (intern(), other.join().expect("no panic"))
        });
        assert_eq!(one, other);
        assert!(one.iter().zip(&words).all(|(name, word)| name.as_str() == word));
    }
}
