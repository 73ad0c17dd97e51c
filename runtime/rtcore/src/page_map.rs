//! Which pages of the heap are in use: first fit over a bitmap with a summary per chunk.
//!
//! The map covers a range of pages that grows at its end. A set bit of `used` is a page in use. A set bit of
//! `released` is a page that holds no physical memory (never touched, or given back to the kernel) and so reads as
//! zero; it has a meaning only for free pages. A chunk is 512 pages, and its summary says how many pages are free at
//! its start, at its end, and in its longest run, so that a search reads four bytes per chunk and the bitmap only of
//! the chunk that fits.
//!
//! On a machine with several memory nodes each chunk belongs to one of them, and pages are taken from those of a node: a
//! run never crosses to another's.
//!
//! The caller owns the memory (slices over reserved address space) and the lock.

/// Pages per chunk.
pub const CHUNK: usize = 512;
const WORDS: usize = CHUNK / 64;

/// Runs of free pages of one chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    start: u16,
    longest: u16,
    end: u16,
}

/// The bitmaps and summaries of `summaries.len()` chunks.
#[derive(Debug)]
pub struct PageMap<'a> {
    /// One bit per page: in use.
    pub used: &'a mut [u64],
    /// One bit per page: without physical memory.
    pub released: &'a mut [u64],
    /// One per chunk.
    pub summaries: &'a mut [Summary],
    /// The node of each chunk; none if all chunks are of the first one.
    pub owners: &'a [u8],
    /// One per node: none of its chunks below this one has a free page.
    pub hints: &'a mut [usize],
}

/// What [`PageMap::alloc`] found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// First page.
    pub page: usize,
    /// How many of the pages were released, and so take physical memory again.
    pub released: usize,
}

impl PageMap<'_> {
    /// The node of a chunk.
    fn owner(&self, chunk: usize) -> usize {
        self.owners.get(chunk).map_or(0, |&node| node as usize)
    }

    /// Marks all pages of chunks `from..to`, which belong to one node, as free and released.
    pub fn add_chunks(&mut self, from: usize, to: usize) {
        self.used[from * WORDS..to * WORDS].fill(0);
        self.released[from * WORDS..to * WORDS].fill(!0);
        self.summaries[from..to].fill(Summary { start: 512, longest: 512, end: 512 });
        let node = self.owner(from);
        self.hints[node] = self.hints[node].min(from);
    }

    /// Takes the first run of `n` free pages of a node; `n` is positive.
    pub fn alloc(&mut self, n: usize, node: usize) -> Option<Run> {
        let page = self.find(n, node)?;
        set_range(self.used, page, n);
        let released = count_range(self.released, page, n);
        clear_range(self.released, page, n);
        self.refresh(page, n);
        let mut hint = self.hints[node];
        while hint < self.summaries.len() && (self.summaries[hint].longest == 0 || self.owner(hint) != node) {
            hint += 1;
        }
        self.hints[node] = hint;
        Some(Run { page, released })
    }

    /// Gives back `n` pages in use from `page`; they hold physical memory.
    pub fn free(&mut self, page: usize, n: usize) {
        clear_range(self.used, page, n);
        self.refresh(page, n);
        let node = self.owner(page / CHUNK);
        self.hints[node] = self.hints[node].min(page / CHUNK);
    }

    /// The last run of at most `max` free pages with physical memory that starts below `below`, as (page, length).
    /// The caller releases the memory and then calls [`PageMap::mark_released`].
    pub fn find_unreleased(&self, below: usize, max: usize) -> Option<(usize, usize)> {
        let mut word = below.div_ceil(64).min(self.used.len());
        while word > 0 {
            word -= 1;
            let mut idle = !(self.used[word] | self.released[word]);
            if word == below / 64 {
                idle &= (1u64 << (below % 64)) - 1;
            }
            if idle != 0 {
                let last = 63 - idle.leading_zeros() as usize;
                let run = (!(idle << (63 - last))).leading_zeros() as usize;
                let n = run.min(max);
                return Some((word * 64 + last + 1 - n, n));
            }
        }
        None
    }

    /// Notes that `n` free pages from `page` hold no physical memory any more.
    pub fn mark_released(&mut self, page: usize, n: usize) {
        set_range(self.released, page, n);
    }

    /// First fit: the lowest page of a node that starts `n` free ones.
    fn find(&self, n: usize, node: usize) -> Option<usize> {
        // Length of the free run that ends where the current chunk starts.
        let mut open = 0usize;
        for (i, summary) in self.summaries.iter().enumerate().skip(self.hints[node]) {
            if self.owner(i) != node {
                open = 0;
                continue;
            }
            if open + summary.start as usize >= n {
                return Some(i * CHUNK - open);
            }
            if summary.longest as usize >= n {
                return Some(i * CHUNK + first_run(&self.used[i * WORDS..(i + 1) * WORDS], n));
            }
            open = if summary.start as usize == CHUNK { open + CHUNK } else { summary.end as usize };
        }
        None
    }

    /// Recomputes the summaries of the chunks that `n` pages from `page` lie in.
    fn refresh(&mut self, page: usize, n: usize) {
        for chunk in page / CHUNK..=(page + n - 1) / CHUNK {
            self.summaries[chunk] = summarise(&self.used[chunk * WORDS..(chunk + 1) * WORDS]);
        }
    }
}

/// Start of the first run of `n` zero bits, which exists.
fn first_run(words: &[u64], n: usize) -> usize {
    let mut start = 0;
    loop {
        let zero = next_bit(words, start, 0);
        let one = next_bit(words, zero, !0);
        if one - zero >= n {
            return zero;
        }
        debug_assert!(one < words.len() * 64);
        start = one;
    }
}

/// First bit from `from` on that is zero (`invert` = 0) or one (`invert` = all ones); the number of bits if none.
fn next_bit(words: &[u64], from: usize, invert: u64) -> usize {
    let mut at = from;
    while at < words.len() * 64 {
        let zeros = !(words[at / 64] ^ invert) >> (at % 64);
        if zeros != 0 {
            return at + zeros.trailing_zeros() as usize;
        }
        at = (at / 64 + 1) * 64;
    }
    words.len() * 64
}

fn summarise(words: &[u64]) -> Summary {
    let (mut start, mut longest) = (None, 0);
    // Free pages before the current word that nothing in use separates from it.
    let mut open = 0;
    for &word in words {
        if word == 0 {
            open += 64;
            continue;
        }
        let [low, high] = [word.trailing_zeros(), word.leading_zeros()];
        let before = open + low;
        start.get_or_insert(before);
        longest = longest.max(before);
        if 62 > longest {
            // What lies between the first page in use and the last one.
            let inner = !word & (!0 << low) & (!0 >> high);
            longest += runs_beyond(inner, longest);
        }
        open = high;
    }
    let [start, longest, end] = [start.unwrap_or(open), longest.max(open), open].map(|pages| pages as u16);
    Summary { start, longest, end }
}

/// By how much the longest run of ones in a word is longer than `least`, which is less than 64.
fn runs_beyond(word: u64, least: u32) -> u32 {
    // A bit stays if as many ones begin there as `len` says.
    let (mut ones, mut len) = (word, 1);
    while len <= least && ones != 0 {
        let step = len.min(least + 1 - len);
        ones &= ones >> step;
        len += step;
    }
    let mut more = 0;
    while ones != 0 {
        ones &= ones >> 1;
        more += 1;
    }
    more
}

/// Calls `f(word, mask)` for each word that the bits `from..from + n` lie in.
fn for_range(from: usize, n: usize, mut f: impl FnMut(usize, u64)) {
    let mut at = from;
    let end = from + n;
    while at < end {
        let low = at % 64;
        let len = (64 - low).min(end - at);
        let mask = if len == 64 { !0 } else { ((1u64 << len) - 1) << low };
        f(at / 64, mask);
        at += len;
    }
}

fn set_range(words: &mut [u64], from: usize, n: usize) {
    for_range(from, n, |w, mask| words[w] |= mask);
}

fn clear_range(words: &mut [u64], from: usize, n: usize) {
    for_range(from, n, |w, mask| words[w] &= !mask);
}

fn count_range(words: &[u64], from: usize, n: usize) -> usize {
    let mut sum = 0;
    for_range(from, n, |w, mask| sum += (words[w] & mask).count_ones() as usize);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Memory {
        used: Vec<u64>,
        released: Vec<u64>,
        summaries: Vec<Summary>,
        owners: Vec<u8>,
        hints: Vec<usize>,
    }

    impl Memory {
        fn new(chunks: usize) -> Memory {
            Memory::of_nodes(chunks, &[])
        }
        fn of_nodes(chunks: usize, owners: &[u8]) -> Memory {
            let mut m = Memory {
                used: vec![!0; chunks * WORDS],
                released: vec![0; chunks * WORDS],
                summaries: vec![Summary::default(); chunks],
                owners: owners.to_vec(),
                hints: vec![chunks; owners.iter().max().map_or(1, |&node| node as usize + 1)],
            };
            for chunk in 0..chunks {
                m.map().add_chunks(chunk, chunk + 1);
            }
            m
        }
        fn map(&mut self) -> PageMap<'_> {
            PageMap {
                used: &mut self.used,
                released: &mut self.released,
                summaries: &mut self.summaries,
                owners: &self.owners,
                hints: &mut self.hints,
            }
        }
    }

    #[test]
    fn runs_cross_chunks() {
        let mut m = Memory::new(3);
        let mut map = m.map();
        assert_eq!(map.alloc(500, 0), Some(Run { page: 0, released: 500 }));
        assert_eq!(map.alloc(600, 0), Some(Run { page: 500, released: 600 }));
        assert_eq!(map.alloc(500, 0), None);
        map.free(500, 600);
        assert_eq!(map.alloc(1036, 0), Some(Run { page: 500, released: 436 }));
        assert_eq!(map.alloc(1, 0), None);
    }

    #[test]
    fn unreleased_runs_are_found_from_the_top() {
        let mut m = Memory::new(2);
        let mut map = m.map();
        assert_eq!(map.find_unreleased(1024, 64), None);
        map.alloc(700, 0);
        map.free(100, 200);
        assert_eq!(map.find_unreleased(1024, 64), Some((256, 44)));
        map.mark_released(256, 44);
        assert_eq!(map.find_unreleased(256, 16), Some((240, 16)));
        assert_eq!(map.find_unreleased(101, 16), Some((100, 1)));
        assert_eq!(map.find_unreleased(100, 16), None);
    }

    #[test]
    fn summaries_are_those_of_a_walk_over_all_runs() {
        let walk = |words: &[u64]| {
            let free: Vec<bool> = (0..CHUNK).map(|page| words[page / 64] >> (page % 64) & 1 == 0).collect();
            let runs = free.split(|&is_free| !is_free).map(|run| run.len() as u16);
            let end = free.iter().rev().take_while(|&&is_free| is_free).count() as u16;
            let start = free.iter().take_while(|&&is_free| is_free).count() as u16;
            Summary { start, longest: runs.max().unwrap_or(0), end }
        };
        let mut state = 1u64;
        let mut random = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            state ^ state >> 29
        };
        for round in 0..50_000 {
            // Dense, sparse, and with long runs.
            let words: [u64; WORDS] = core::array::from_fn(|_| match round % 4 {
                0 => random() & random() & random(),
                1 => random() | random() | random(),
                2 => [0, !0, 1, 1 << 63, random()][random() as usize % 5],
                _ => (!0u64).checked_shl((random() % 70) as u32).unwrap_or(0) & !0 >> (random() % 64),
            });
            assert_eq!(summarise(&words), walk(&words), "{words:x?}");
        }
        assert_eq!(summarise(&[0; WORDS]), Summary { start: 512, longest: 512, end: 512 });
        assert_eq!(summarise(&[!0; WORDS]), Summary::default());
    }

    /// Against a plain list of booleans, with a small deterministic generator; on one node, and on three.
    #[test]
    fn agrees_with_a_naive_allocator() {
        for owners in [&[][..], &[0, 0, 2, 1, 1, 2, 0]] {
            let chunks = owners.len().max(4);
            let mut m = Memory::of_nodes(chunks, owners);
            let owner = |page: usize| owners.get(page / CHUNK).map_or(0, |&node| node as usize);
            let mut naive = vec![false; chunks * CHUNK];
            let mut live: Vec<(usize, usize)> = Vec::new();
            let mut state = 1u64;
            let mut random = move || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 33) as usize
            };
            for _ in 0..20_000 {
                if random() % 3 != 0 {
                    let n = if random() % 16 == 0 { 1 + random() % 700 } else { 1 + random() % 20 };
                    let node = random() % m.hints.len();
                    let fits = |first: usize| (first..first + n).all(|page| !naive[page] && owner(page) == node);
                    let expected = (0..=naive.len() - n).find(|&first| fits(first));
                    let found = m.map().alloc(n, node).map(|r| r.page);
                    assert_eq!(found, expected);
                    if let Some(p) = found {
                        naive[p..p + n].fill(true);
                        live.push((p, n));
                    }
                } else if !live.is_empty() {
                    let (p, n) = live.swap_remove(random() % live.len());
                    m.map().free(p, n);
                    naive[p..p + n].fill(false);
                }
            }
        }
    }
}
