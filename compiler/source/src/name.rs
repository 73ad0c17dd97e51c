//! Interned strings.
//!
//! The interner is the compiler's one process-wide table besides the types': append-only, never iterated, and so not
//! observable. Strings live until the process ends.

use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{LazyLock, Mutex};

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::text::Text;

const SHARDS: usize = 16;

static TABLE: LazyLock<[Mutex<FxHashMap<&'static str, Name>>; SHARDS]> = LazyLock::new(Default::default);

/// An interned string. Copying is free, equality is one of numbers, order is the strings' byte order.
#[derive(Clone, Copy)]
pub struct Name(Text);

impl Name {
    /// The name without a character, which stands for the absence of one.
    #[inline]
    pub fn empty() -> Name {
        Name(Text::EMPTY)
    }

    /// The blank identifier, `_`.
    #[inline]
    pub fn blank() -> Name {
        Name(Text::BLANK)
    }

    /// The name for `s`.
    pub fn new(s: &str) -> Name {
        match s {
            "" => return Name::empty(),
            "_" => return Name::blank(),
            _ => {}
        }
        // The table itself uses the low and the highest bits.
        let shard = (FxBuildHasher.hash_one(s) >> 40) as usize % SHARDS;
        let mut shard = TABLE[shard].lock().expect("the interner never panics while locked");
        if let Some(&found) = shard.get(s) {
            return found;
        }
        let text = Text::new(s);
        shard.insert(text.as_str(), Name(text));
        Name(text)
    }

    /// The text.
    #[inline]
    pub fn as_str(self) -> &'static str {
        self.0.as_str()
    }

    /// The text, where a name is not needed.
    #[inline]
    pub fn text(self) -> Text {
        self.0
    }

    /// Whether this is the blank identifier `_`.
    #[inline]
    pub fn is_blank(self) -> bool {
        self == Name::blank()
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

impl PartialEq for Name {
    #[inline]
    fn eq(&self, other: &Name) -> bool {
        self.0.number() == other.0.number()
    }
}
impl Eq for Name {}
impl Hash for Name {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.number().hash(state);
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
        assert!(Name::new("É").is_exported() && !Name::new("é").is_exported() && !Name::new("_X").is_exported());
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
