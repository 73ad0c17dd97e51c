//! Texts and stacks of a generation, each with a number from 1.

use crate::lock::{Guard, Mutex};
use crate::persist;
use crate::traceback::Walk;
use core::ptr::null_mut;
use undergo_rtcore::lock_rank::Rank;

/// Bytes of a text at most; longer ones are cut.
const MAX_TEXT: usize = 1 << 10;
/// Frames of a stack at most.
pub const MAX_FRAMES: usize = 128;
const BUCKETS: usize = 1 << 12;
const CHUNK: usize = 64 << 10;

/// Texts, by generation modulo 2.
static TEXTS: [Mutex<Table>; 2] = [const { Mutex::new(Rank::Tracer, Table::new()) }; 2];
/// Stacks: the bytes of return addresses, innermost first.
static STACKS: [Mutex<Table>; 2] = [const { Mutex::new(Rank::Tracer, Table::new()) }; 2];

/// Byte strings with numbers.
#[derive(Debug)]
pub struct Table {
    /// Heads of lists of entries with equal low bits of their hashes; null before the first use.
    buckets: *mut [*mut Entry; BUCKETS],
    /// All entries in the order of their numbers.
    first: *mut Entry,
    last: *mut Entry,
    count: u32,
    /// Memory: all chunks, and what is free of the one in use.
    chunks: *mut Chunk,
    chunk: *mut Chunk,
    used: usize,
}

// SAFETY: the pointers lead to memory that only the table uses.
unsafe impl Send for Table {}

#[repr(C)]
#[derive(Debug)]
struct Chunk {
    link: *mut Chunk,
    data: [u8; CHUNK - 8],
}

/// A byte string; its bytes follow.
#[repr(C)]
#[derive(Debug)]
pub struct Entry {
    /// Next in the bucket.
    link: *mut Entry,
    /// Next number.
    later: *mut Entry,
    hash: u64,
    /// Its number.
    pub id: u32,
    len: u32,
}

impl Entry {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `Table::add` has put them behind the entry.
        unsafe { core::slice::from_raw_parts((&raw const *self).add(1).cast(), self.len as usize) }
    }

    /// The entry with the next number.
    pub fn later(&self) -> *mut Entry {
        self.later
    }
}

impl Table {
    const fn new() -> Table {
        let (chunks, chunk) = (null_mut(), null_mut());
        Table { buckets: null_mut(), first: null_mut(), last: null_mut(), count: 0, chunks, chunk, used: 0 }
    }

    /// Without entries; the memory is kept.
    pub fn clear(&mut self) {
        // SAFETY: ours, if there.
        if let Some(buckets) = unsafe { self.buckets.as_mut() } {
            buckets.fill(null_mut());
        }
        (self.first, self.last, self.count) = (null_mut(), null_mut(), 0);
        (self.chunk, self.used) = (self.chunks, 0);
    }

    /// The entry with the least number.
    pub fn first(&self) -> *mut Entry {
        self.first
    }

    /// The number of `bytes`.
    pub fn number(&mut self, bytes: &[u8]) -> u32 {
        let hash = hash(bytes);
        if self.buckets.is_null() {
            self.buckets = persist::alloc(size_of::<[*mut Entry; BUCKETS]>(), 16).cast();
        }
        // SAFETY: made above or before, and ours.
        let bucket = unsafe { &mut (*self.buckets)[hash as usize % BUCKETS] };
        let mut at = *bucket;
        // SAFETY: entries of this table.
        while let Some(e) = unsafe { at.as_ref() } {
            if e.hash == hash && e.bytes() == bytes {
                return e.id;
            }
            at = e.link;
        }
        let head = *bucket;
        let e = self.add(bytes, hash, head);
        // SAFETY: as above; `add` does not touch buckets.
        unsafe { (*self.buckets)[hash as usize % BUCKETS] = e };
        self.count
    }

    fn add(&mut self, bytes: &[u8], hash: u64, link: *mut Entry) -> *mut Entry {
        let size = (size_of::<Entry>() + bytes.len()).next_multiple_of(align_of::<Entry>());
        let e = self.room(size).cast::<Entry>();
        self.count += 1;
        // SAFETY: fresh memory of that size, aligned since all sizes are multiples of the alignment.
        unsafe {
            e.write(Entry { link, later: null_mut(), hash, id: self.count, len: bytes.len() as u32 });
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), e.add(1).cast(), bytes.len());
            match self.last.as_mut() {
                Some(last) => last.later = e,
                None => self.first = e,
            }
        }
        self.last = e;
        e
    }

    /// `size` bytes, less than a chunk.
    fn room(&mut self, size: usize) -> *mut u8 {
        if self.chunk.is_null() || self.used + size > CHUNK - 8 {
            // SAFETY: chunks of this table, in a list; a new one is zeroed, that is, has no next.
            unsafe {
                let next = self.chunk.as_ref().map_or(self.chunks, |c| c.link);
                let next = if next.is_null() { persist::alloc(CHUNK, 4096).cast::<Chunk>() } else { next };
                match self.chunk.as_mut() {
                    Some(c) => c.link = next,
                    None => self.chunks = next,
                }
                self.chunk = next;
            }
            self.used = 0;
        }
        let at = self.used;
        self.used += size;
        // SAFETY: within the chunk.
        unsafe { (&raw mut (*self.chunk).data).cast::<u8>().add(at) }
    }
}

/// FNV-1a, eight bytes at a time.
fn hash(bytes: &[u8]) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325 ^ bytes.len() as u64;
    for piece in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..piece.len()].copy_from_slice(piece);
        h = (h ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        h ^= h >> 29;
    }
    h
}

/// The texts of a generation.
pub fn texts(generation: u64) -> Guard<'static, Table> {
    TEXTS[generation as usize % 2].lock()
}

/// The stacks of a generation.
pub fn stacks(generation: u64) -> Guard<'static, Table> {
    STACKS[generation as usize % 2].lock()
}

/// The number of a text in a generation.
pub fn text_in(generation: u64, text: &[u8]) -> u64 {
    u64::from(texts(generation).number(&text[..text.len().min(MAX_TEXT)]))
}

/// The number of a text in the current generation.
pub fn text(text: &[u8]) -> u64 {
    text_in(super::generation(), text)
}

/// The number of a stack of return addresses in a generation; 0 for an empty one.
pub fn stack_in(generation: u64, returns: &[usize]) -> u64 {
    if returns.is_empty() {
        return 0;
    }
    // SAFETY: any word is eight bytes.
    let bytes = unsafe { core::slice::from_raw_parts(returns.as_ptr().cast::<u8>(), size_of_val(returns)) };
    u64::from(stacks(generation).number(bytes))
}

/// The number of the stack that a walk gives, in the current generation.
pub fn stack(walk: Walk) -> u64 {
    let mut returns = [0; MAX_FRAMES];
    let mut n = 0;
    for (to, p) in returns.iter_mut().zip(walk) {
        *to = p.ret;
        n += 1;
    }
    stack_in(super::generation(), &returns[..n])
}
