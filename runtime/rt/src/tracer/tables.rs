//! Texts and stacks of a generation, each with a number from 1.

use crate::intern::{Table, bytes_of};
use crate::lock::{Guard, Mutex};
use crate::traceback::Walk;
use undergo_rtcore::lock_rank::Rank;

/// Bytes of a text at most; longer ones are cut.
const MAX_TEXT: usize = 1 << 10;
/// Frames of a stack at most.
pub const MAX_FRAMES: usize = 128;

/// Texts, by generation modulo 2.
static TEXTS: [Mutex<Table<()>>; 2] = [const { Mutex::new(Rank::Tracer, Table::new()) }; 2];
/// Stacks: the bytes of return addresses, innermost first.
static STACKS: [Mutex<Table<()>>; 2] = [const { Mutex::new(Rank::Tracer, Table::new()) }; 2];

/// The texts of a generation.
pub fn texts(generation: u64) -> Guard<'static, Table<()>> {
    TEXTS[generation as usize % 2].lock()
}

/// The stacks of a generation.
pub fn stacks(generation: u64) -> Guard<'static, Table<()>> {
    STACKS[generation as usize % 2].lock()
}

/// The number of a text in a generation.
pub fn text_in(generation: u64, text: &[u8]) -> u64 {
    let e = texts(generation).entry(&text[..text.len().min(MAX_TEXT)]);
    // SAFETY: an entry; its number is constant, and it stays until the next generation but one.
    unsafe { u64::from((*e).id) }
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
    let e = stacks(generation).entry(bytes_of(returns));
    // SAFETY: as in `text_in`.
    unsafe { u64::from((*e).id) }
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
