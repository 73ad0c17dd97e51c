//! Spellings seen in one file.
//!
//! The process-wide interner takes a lock per lookup; most identifiers of a file repeat, so each scanner asks it only
//! once per spelling. Keywords live in the same table: one lookup tells them from names.

use crate::token::{KEYWORDS, Tok};
use std::sync::LazyLock;
use undergo_source::Name;

#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
    tok: Tok,
    name: Name,
}

static KEYWORDS_ONLY: LazyLock<NameTable> = LazyLock::new(NameTable::of_keywords);

/// Maps spellings to names and keyword tokens. Open addressing with linear probing, at most half full.
#[derive(Clone)]
pub struct NameTable {
    slots: Vec<Option<Entry>>,
    used: usize,
}

/// A multiplicative hash; spellings are short and the table is private, so it needs no protection from attacks.
fn hash(text: &[u8]) -> u32 {
    let mut h: u64 = text.len() as u64;
    let mut chunks = text.chunks_exact(8);
    for c in &mut chunks {
        let word = u64::from_le_bytes(c.try_into().expect("chunks of eight"));
        h = (h ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    }
    let mut tail = 0u64;
    for &b in chunks.remainder() {
        tail = tail << 8 | b as u64;
    }
    h = (h ^ tail).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (h >> 32) as u32
}

impl NameTable {
    /// A table that knows the keywords.
    pub fn new() -> NameTable {
        KEYWORDS_ONLY.clone()
    }

    fn of_keywords() -> NameTable {
        let mut table = NameTable { slots: vec![None; 512], used: 0 };
        for (text, tok) in KEYWORDS {
            table.insert(Entry { hash: hash(text.as_bytes()), tok, name: Name::new(text) });
        }
        table
    }

    /// The name for `text`, and [`Tok::Name`] or the keyword it is.
    pub fn get(&mut self, text: &str) -> (Name, Tok) {
        let hash = hash(text.as_bytes());
        let mask = self.slots.len() - 1;
        let mut i = hash as usize & mask;
        while let Some(e) = &self.slots[i] {
            if e.hash == hash && e.name.as_str() == text {
                return (e.name, e.tok);
            }
            i = (i + 1) & mask;
        }
        let entry = Entry { hash, tok: Tok::Name, name: Name::new(text) };
        self.insert(entry);
        (entry.name, entry.tok)
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
        let mut i = entry.hash as usize & mask;
        while self.slots[i].is_some() {
            i = (i + 1) & mask;
        }
        self.slots[i] = Some(entry);
    }
}
