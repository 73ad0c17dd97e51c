//! Interned strings.
//!
//! The interner is the compiler's one process-wide table besides the types': append-only, never iterated, and so not
//! observable. Strings live until the process ends.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{LazyLock, Mutex};

const SHARDS: usize = 16;

static TABLE: LazyLock<[Mutex<HashSet<&'static str>>; SHARDS]> = LazyLock::new(Default::default);
static HASHER: LazyLock<std::hash::RandomState> = LazyLock::new(Default::default);

/// An interned string. Copying is free, equality is a pointer comparison, order is the strings' byte order.
#[derive(Clone, Copy)]
pub struct Name(&'static str);

impl Name {
    /// The name for `s`.
    pub fn new(s: &str) -> Name {
        let shard = HASHER.hash_one(s) as usize % SHARDS;
        let mut set = TABLE[shard].lock().expect("the interner never panics while locked");
        if let Some(&found) = set.get(s) {
            return Name(found);
        }
        let leaked: &'static str = Box::leak(s.to_owned().into_boxed_str());
        set.insert(leaked);
        Name(leaked)
    }

    /// The text.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether this is the blank identifier `_`.
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
    fn eq(&self, other: &Name) -> bool {
        std::ptr::eq(self.0.as_ptr(), other.0.as_ptr()) && self.0.len() == other.0.len()
    }
}
impl Eq for Name {}
impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0.as_ptr() as usize, self.0.len()).hash(state);
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
        assert_eq!(Name::new(""), Name::new(""));
        assert!(Name::new("É").is_exported() && !Name::new("é").is_exported() && !Name::new("_X").is_exported());
    }
}
