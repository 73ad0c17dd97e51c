//! Tables of byte strings, for texts and stacks: each is kept once, has a number from 1, and something that belongs to it.
//! The memory is off the heap.

use crate::persist;
use core::ptr::null_mut;

const BUCKETS: usize = 1 << 12;
const CHUNK: usize = 64 << 10;

/// Byte strings with numbers.
#[derive(Debug)]
pub struct Table<V> {
    /// Heads of lists of entries with equal low bits of their hashes; null before the first use.
    buckets: *mut [*mut Entry<V>; BUCKETS],
    /// All entries in the order of their numbers.
    first: *mut Entry<V>,
    last: *mut Entry<V>,
    count: u32,
    /// Memory: all chunks, and what is free of the one in use.
    chunks: *mut Chunk,
    chunk: *mut Chunk,
    used: usize,
}

// SAFETY: the pointers lead to memory that only the table uses.
unsafe impl<V: Send> Send for Table<V> {}

#[repr(C)]
#[derive(Debug)]
struct Chunk {
    link: *mut Chunk,
    data: [u8; CHUNK - 8],
}

/// A byte string; its bytes follow.
#[repr(C)]
#[derive(Debug)]
pub struct Entry<V> {
    /// Next in the bucket.
    link: *mut Entry<V>,
    /// Next number.
    later: *mut Entry<V>,
    hash: u64,
    /// What belongs to it.
    pub value: V,
    /// Its number.
    pub id: u32,
    len: u32,
}

impl<V> Entry<V> {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `Table::add` has put them behind the entry.
        unsafe { core::slice::from_raw_parts((&raw const *self).add(1).cast(), self.len as usize) }
    }

    /// The entry with the next number.
    pub fn later(&self) -> *mut Entry<V> {
        self.later
    }
}

impl<V: Default> Table<V> {
    /// Without entries.
    pub const fn new() -> Table<V> {
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
    pub fn first(&self) -> *mut Entry<V> {
        self.first
    }

    /// Bytes of its memory.
    pub fn size(&self) -> usize {
        let buckets = if self.buckets.is_null() { 0 } else { size_of::<[*mut Entry<V>; BUCKETS]>() };
        let mut chunks = 0;
        // SAFETY: chunks of this table.
        let mut at = unsafe { self.chunks.as_ref() };
        while let Some(chunk) = at {
            chunks += size_of::<Chunk>();
            // SAFETY: as above.
            at = unsafe { chunk.link.as_ref() };
        }
        buckets + chunks
    }

    /// The entry of `bytes`.
    pub fn entry(&mut self, bytes: &[u8]) -> *mut Entry<V> {
        let hash = hash(bytes);
        if self.buckets.is_null() {
            self.buckets = persist::alloc(size_of::<[*mut Entry<V>; BUCKETS]>(), 16).cast();
        }
        // SAFETY: made above or before, and ours.
        let bucket = unsafe { &mut (*self.buckets)[hash as usize % BUCKETS] };
        let mut at = *bucket;
        // SAFETY: entries of this table.
        while let Some(e) = unsafe { at.as_ref() } {
            if e.hash == hash && e.bytes() == bytes {
                return at;
            }
            at = e.link;
        }
        let head = *bucket;
        let e = self.add(bytes, hash, head);
        // SAFETY: as above; `add` does not touch buckets.
        unsafe { (*self.buckets)[hash as usize % BUCKETS] = e };
        e
    }

    fn add(&mut self, bytes: &[u8], hash: u64, link: *mut Entry<V>) -> *mut Entry<V> {
        let size = (size_of::<Entry<V>>() + bytes.len()).next_multiple_of(align_of::<Entry<V>>());
        let e = self.room(size).cast::<Entry<V>>();
        self.count += 1;
        // SAFETY: fresh memory of that size, aligned since all sizes are multiples of the alignment.
        unsafe {
            e.write(Entry {
                link,
                later: null_mut(),
                hash,
                value: V::default(),
                id: self.count,
                len: bytes.len() as u32,
            });
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

/// The bytes of words.
pub fn bytes_of(words: &[usize]) -> &[u8] {
    // SAFETY: any word is eight bytes.
    unsafe { core::slice::from_raw_parts(words.as_ptr().cast::<u8>(), size_of_val(words)) }
}

/// The words of [`bytes_of`].
pub fn words_of(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.as_chunks().0.iter().map(|&word| usize::from_le_bytes(word))
}
