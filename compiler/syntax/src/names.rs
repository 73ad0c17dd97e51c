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
    hash: u32,
    tok: Tok,
    name: Name,
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
