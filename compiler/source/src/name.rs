//! Interned strings.
//!
//! The interner is the compiler's one process-wide table besides the types': append-only, never iterated, and so not
//! observable. Strings live until the process ends.

use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{LazyLock, Mutex};

use rustc_hash::{FxBuildHasher, FxHashSet};

const SHARDS: usize = 16;
/// Bytes of a block that strings are copied into.
const BLOCK: usize = 1 << 15;

static TABLE: LazyLock<[Mutex<Shard>; SHARDS]> = LazyLock::new(Default::default);

#[derive(Default)]
struct Shard {
    names: FxHashSet<&'static str>,
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

/// An interned string. Copying is free, equality is a pointer comparison, order is the strings' byte order.
#[derive(Clone, Copy)]
pub struct Name(&'static str);

/// The text of [`Name::empty`]; a static, so that it has one address.
static EMPTY: &str = "";

impl Name {
    /// The name without a character, which stands for the absence of one.
    #[inline]
    pub fn empty() -> Name {
        Name(EMPTY)
    }

    /// The name for `s`.
    pub fn new(s: &str) -> Name {
        if s.is_empty() {
            return Name::empty();
        }
        // The table itself uses the low and the highest bits.
        let shard = (FxBuildHasher.hash_one(s) >> 40) as usize % SHARDS;
        let mut shard = TABLE[shard].lock().expect("the interner never panics while locked");
        if let Some(&found) = shard.names.get(s) {
            return Name(found);
        }
        let kept = shard.keep(s);
        shard.names.insert(kept);
        Name(kept)
    }

    /// The text.
    #[inline]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether this is the blank identifier `_`.
    #[inline]
    pub fn is_blank(self) -> bool {
        self.0 == "_"
    }

    /// Whether the name starts with an upper-case letter (Unicode class Lu), Go's rule for export.
    pub fn is_exported(self) -> bool {
        match self.0.chars().next() {
            Some(c) if c.is_ascii() => c.is_ascii_uppercase(),
            // Lu, not the wider derived property Uppercase: letters such as Ⅷ are Nl.
            Some(c) => c.is_uppercase() && c.is_alphabetic() && c.to_lowercase().next() != Some(c),
            None => false,
        }
    }
}

impl PartialEq for Name {
    #[inline]
    fn eq(&self, other: &Name) -> bool {
        std::ptr::eq(self.0.as_ptr(), other.0.as_ptr()) && self.0.len() == other.0.len()
    }
}
impl Eq for Name {}
impl Hash for Name {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Distinct names may only share their address if one of them is empty.
        (self.0.as_ptr() as usize).hash(state);
    }
}
impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Name {
    fn cmp(&self, other: &Name) -> std::cmp::Ordering {
        self.0.cmp(other.0)
    }
}
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interning_is_identity() {
        assert_eq!(Name::new("abc"), Name::new(&String::from("abc")));
        assert_ne!(Name::new("abc"), Name::new("abd"));
        assert_eq!(Name::empty(), Name::empty());
        assert!(Name::new("É").is_exported() && !Name::new("é").is_exported() && !Name::new("_X").is_exported());
    }
}
