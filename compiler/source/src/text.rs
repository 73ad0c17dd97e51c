//! Texts that live until the process ends, as numbers of four bytes: trees and tables hold millions of them and read few.
//!
//! Append-only: an entry is set before its number gets out, and never changes. There is no lock.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Texts by number, in parts that double: part `k` begins with number `FIRST << k`, less `FIRST`.
static TEXTS: [OnceLock<Box<[OnceLock<&'static str>]>>; PARTS] = [const { OnceLock::new() }; PARTS];
/// Length of the first part.
const FIRST: u32 = 1 << 12;
/// As many as numbers of 32 bits need.
const PARTS: usize = (u32::BITS - FIRST.ilog2()) as usize;

/// The next number that no text has. The first ones are of the texts that are known beforehand.
static NEXT: AtomicU32 = AtomicU32::new(1 + KNOWN.len() as u32);
const KNOWN: [&str; 2] = ["", "_"];

/// Bytes of a block that texts are copied into.
const BLOCK: usize = 1 << 15;

thread_local! {
    /// What is left of this thread's current block.
    static FREE: Cell<&'static mut [u8]> = const { Cell::new(&mut []) };
}

/// A text that is kept. Equal texts may have different numbers.
#[derive(Clone, Copy)]
pub struct Text(NonZeroU32);

impl Text {
    /// The empty text.
    pub(crate) const EMPTY: Text = Text(NonZeroU32::MIN);
    /// `_`
    pub(crate) const BLANK: Text = Text(NonZeroU32::MIN.saturating_add(1));

    /// Keeps a copy of `s`.
    pub fn new(s: &str) -> Text {
        // Relaxed: all that matters is that no number is given twice. Who hands the text on to a thread orders the rest.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (part, at) = place(number);
        let texts = TEXTS[part].get_or_init(|| (0..FIRST << part).map(|_| OnceLock::new()).collect());
        texts[at].set(keep(s)).expect("a number is given once");
        Text(NonZeroU32::new(number).expect("there is not room for so many texts"))
    }

    /// The text.
    #[inline]
    pub fn as_str(self) -> &'static str {
        let number = self.0.get();
        if let Some(known) = KNOWN.get(number as usize - 1) {
            return known;
        }
        let (part, at) = place(number);
        TEXTS[part].get().and_then(|texts| texts[at].get()).expect("set before the number got out")
    }

    /// Its number.
    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.0.get()
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// The part of [`TEXTS`] that the number lies in, and the place there.
#[inline]
fn place(number: u32) -> (usize, usize) {
    let n = u64::from(number) + u64::from(FIRST);
    let part = (n / u64::from(FIRST)).ilog2();
    (part as usize, (n - (u64::from(FIRST) << part)) as usize)
}

/// A copy of `s`. Short ones share blocks.
fn keep(s: &str) -> &'static str {
    if s.len() > BLOCK / 16 {
        return Box::leak(s.to_owned().into_boxed_str());
    }
    let mut free = FREE.take();
    if s.len() > free.len() {
        free = Box::leak(vec![0; BLOCK].into_boxed_slice());
    }
    let (copy, rest) = free.split_at_mut(s.len());
    FREE.set(rest);
    copy.copy_from_slice(s.as_bytes());
    std::str::from_utf8(copy).expect("a copy of a string")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_one_another() {
        assert_eq!(place(0), (0, 0));
        assert_eq!(place(FIRST - 1), (0, FIRST as usize - 1));
        assert_eq!(place(FIRST), (1, 0));
        assert_eq!(place(3 * FIRST - 1), (1, 2 * FIRST as usize - 1));
        assert_eq!(place(3 * FIRST), (2, 0));
        // The last 4,096 numbers have no place.
        assert_eq!(place(u32::MAX - FIRST).0, PARTS - 1);
    }

    #[test]
    fn texts_are_kept() {
        let long = "x".repeat(BLOCK);
        let texts = ["", "a", "_", "äöü", &long];
        let kept: Vec<Text> = texts.iter().map(|t| Text::new(t)).collect();
        assert!(kept.iter().zip(texts).all(|(k, t)| k.as_str() == t));
        assert_eq!((Text::EMPTY.as_str(), Text::BLANK.as_str()), ("", "_"));
    }
}
