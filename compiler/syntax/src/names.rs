//! Spellings that a thread has seen.
//!
//! The process-wide interner takes a lock per lookup and is too large for the caches; most identifiers repeat, so a
//! thread asks it only once per spelling: its scanners hand on one table. Keywords live in the same table: one lookup
//! tells them from names.

use std::cell::Cell;

use crate::token::{KEYWORDS, Tok};
use std::sync::LazyLock;
use undergo_source::Name;

#[derive(Clone, Copy)]
struct Entry {
    key: u64,
    name: Name,
    tok: Tok,
    spelling: Spelling,
}

/// What the key of a spelling is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// Its bytes.
    Short,
    /// A hash of them.
    Long,
}

const _: () = assert!(size_of::<Option<Entry>>() == 16);

impl Entry {
    fn new(text: &str, tok: Tok) -> Entry {
        let spelling = if text.len() <= SHORT { Spelling::Short } else { Spelling::Long };
        Entry { key: key(text.as_bytes()), name: Name::new(text), tok, spelling }
    }
}

static KEYWORDS_ONLY: LazyLock<NameTable> = LazyLock::new(NameTable::of_keywords);

thread_local! {
    /// The table of this thread's next scanner. Empty while one is at work.
    static OF_THREAD: Cell<NameTable> = const { Cell::new(NameTable { slots: Vec::new(), used: 0 }) };
}

/// A thread forgets its table when it has grown to so many spellings: generated files may have no end of them.
const MOST: usize = 1 << 17;

/// Maps spellings to names and keyword tokens. Open addressing with linear probing, at most half full.
#[derive(Clone, Default)]
pub struct NameTable {
    slots: Vec<Option<Entry>>,
    used: usize,
}

/// Spellings of so many bytes are their own key.
pub const SHORT: usize = 8;

/// Of a spelling of up to [`SHORT`] bytes these bytes, the first lowest (spellings hold no NUL); of a longer one a hash.
fn key(text: &[u8]) -> u64 {
    let word = |at: usize| u64::from_le_bytes(text[at..at + 8].try_into().expect("eight bytes"));
    let half = |at: usize| u64::from(u32::from_le_bytes(text[at..at + 4].try_into().expect("four bytes")));
    match text.len() {
        n @ ..4 => (0..n).fold(0, |key, at| key | u64::from(text[at]) << (8 * at)),
        n @ 4..=SHORT => half(0) | half(n - 4) << (8 * (n - 4)),
        n => {
            let whole = (0..n - 8).step_by(8).fold(0, |h: u64, at| mix(h ^ word(at)));
            mix(whole ^ word(n - 8))
        }
    }
}

/// A multiplicative hash; spellings are short and the table is private, so it needs no protection from attacks.
fn mix(word: u64) -> u64 {
    word.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
}

/// Where to look for a spelling first, before the table's mask.
fn slot(key: u64) -> usize {
    (mix(key ^ (key >> 32)) >> 7) as usize
}

impl NameTable {
    /// The table of this thread; it knows at least the keywords.
    pub fn of_thread() -> NameTable {
        let table = OF_THREAD.take();
        if table.slots.is_empty() { KEYWORDS_ONLY.clone() } else { table }
    }

    /// Keeps the table for the thread's next scanner.
    pub fn give_back(self) {
        if self.used < MOST {
            OF_THREAD.set(self);
        }
    }

    fn of_keywords() -> NameTable {
        let mut table = NameTable { slots: vec![None; 512], used: 0 };
        for (text, tok) in KEYWORDS {
            table.insert(Entry::new(text, tok));
        }
        table
    }

    /// The name for `text`, and [`Tok::Name`] or the keyword it is.
    pub fn get(&mut self, text: &str) -> (Name, Tok) {
        let key = key(text.as_bytes());
        let found = match text.len() <= SHORT {
            true => self.get_word(key),
            false => self.find(key, |e| e.spelling == Spelling::Long && e.name.as_str() == text),
        };
        if let Some(found) = found {
            return found;
        }
        let entry = Entry::new(text, Tok::Name);
        self.insert(entry);
        (entry.name, entry.tok)
    }

    /// The same for a spelling of at most eight bytes, the first the lowest of `word`, if it is known.
    #[inline]
    pub fn get_word(&self, word: u64) -> Option<(Name, Tok)> {
        self.find(word, |e| e.spelling == Spelling::Short)
    }

    #[inline]
    fn find(&self, key: u64, same: impl Fn(&Entry) -> bool) -> Option<(Name, Tok)> {
        let mask = self.slots.len() - 1;
        let mut i = slot(key) & mask;
        while let Some(e) = &self.slots[i] {
            if e.key == key && same(e) {
                return Some((e.name, e.tok));
            }
            i = (i + 1) & mask;
        }
        None
    }

    fn insert(&mut self, entry: Entry) {
        if self.used * 2 >= self.slots.len() {
            let bigger = vec![None; self.slots.len() * 4];
            for e in std::mem::replace(&mut self.slots, bigger).into_iter().flatten() {
                self.place(e);
            }
        }
        self.place(entry);
        self.used += 1;
    }

    fn place(&mut self, entry: Entry) {
        let mask = self.slots.len() - 1;
        let mut i = slot(entry.key) & mask;
        while self.slots[i].is_some() {
            i = (i + 1) & mask;
        }
        self.slots[i] = Some(entry);
    }
}
