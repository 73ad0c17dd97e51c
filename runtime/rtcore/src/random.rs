//! Random number generators: a fast one for scheduling decisions, a strong one for hash seeds and `runtime.rand`.

/// Wyrand: one multiplication per number. Not for anything an adversary may exploit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fast(u64);

impl Fast {
    /// A generator that starts at `seed`.
    pub const fn new(seed: u64) -> Fast {
        Fast(seed)
    }

    /// The next 64 bits.
    #[inline]
    #[allow(clippy::should_implement_trait, reason = "an endless source is no iterator")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0xa076_1d64_78bd_642f);
        let t = u128::from(self.0) * u128::from(self.0 ^ 0xe703_7ed1_a0b4_28db);
        (t as u64) ^ (t >> 64) as u64
    }

    /// A number below `n` (0 if `n` is 0), by multiplication (Lemire), slightly biased for huge `n`.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        (((self.next() >> 32) * u64::from(n)) >> 32) as u32
    }
}

const WORDS: usize = 16;

/// ChaCha with 8 rounds, keyed from the system, rekeyed from its own output after every block, so that past output
/// cannot be recovered from a later state.
#[derive(Clone, Debug)]
pub struct Strong {
    key: [u32; 8],
    counter: u64,
    block: [u32; WORDS],
    used: usize,
}

impl Strong {
    /// A generator that has no seed yet.
    pub const EMPTY: Strong = Strong { key: [0; 8], counter: 0, block: [0; WORDS], used: WORDS };

    /// A generator keyed with `key`.
    pub fn new(key: [u64; 4]) -> Strong {
        let mut s = Strong::EMPTY;
        for (i, k) in key.iter().enumerate() {
            s.key[2 * i] = *k as u32;
            s.key[2 * i + 1] = (*k >> 32) as u32;
        }
        s
    }

    /// The next 64 bits.
    #[allow(clippy::should_implement_trait, reason = "an endless source is no iterator")]
    pub fn next(&mut self) -> u64 {
        if self.used + 2 > WORDS - 8 {
            self.refill();
        }
        let v = u64::from(self.block[self.used]) | u64::from(self.block[self.used + 1]) << 32;
        self.block[self.used] = 0;
        self.block[self.used + 1] = 0;
        self.used += 2;
        v
    }

    /// The first half of a block is output, the second half the next key.
    fn refill(&mut self) {
        self.block = chacha8(&self.key, self.counter);
        self.counter += 1;
        self.key.copy_from_slice(&self.block[WORDS - 8..]);
        self.used = 0;
    }
}

/// One block of ChaCha with 8 rounds and a 64-bit counter.
fn chacha8(key: &[u32; 8], counter: u64) -> [u32; WORDS] {
    let mut init = [0u32; WORDS];
    init[..4].copy_from_slice(&[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]);
    init[4..12].copy_from_slice(key);
    init[12] = counter as u32;
    init[13] = (counter >> 32) as u32;
    let mut x = init;
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        x[a] = x[a].wrapping_add(x[b]);
        x[d] = (x[d] ^ x[a]).rotate_left(16);
        x[c] = x[c].wrapping_add(x[d]);
        x[b] = (x[b] ^ x[c]).rotate_left(12);
        x[a] = x[a].wrapping_add(x[b]);
        x[d] = (x[d] ^ x[a]).rotate_left(8);
        x[c] = x[c].wrapping_add(x[d]);
        x[b] = (x[b] ^ x[c]).rotate_left(7);
    };
    for _ in 0..4 {
        for i in 0..4 {
            quarter(i, i + 4, i + 8, i + 12);
        }
        for i in 0..4 {
            quarter(i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12);
        }
    }
    for (v, i) in x.iter_mut().zip(init) {
        *v = v.wrapping_add(i);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chacha8_matches_the_published_vector() {
        // Strombergson's test vectors, ChaCha8, 256-bit key of zeros, IV 0.
        let b = chacha8(&[0; 8], 0);
        assert_eq!(b[0].to_le_bytes(), [0x3e, 0x00, 0xef, 0x2f]);
        assert_eq!(b[1].to_le_bytes(), [0x89, 0x5f, 0x40, 0xd6]);
    }

    #[test]
    fn below_stays_below_and_strong_does_not_repeat() {
        let mut f = Fast::new(1);
        assert!((0..1000).all(|_| f.below(7) < 7));
        assert_eq!(f.below(0), 0);
        let mut s = Strong::new([1, 2, 3, 4]);
        let mut seen: Vec<u64> = (0..1000).map(|_| s.next()).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 1000);
    }
}
