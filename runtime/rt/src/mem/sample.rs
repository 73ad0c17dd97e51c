//! Which allocations a heap profile counts: on average one in `runtime.MemProfileRate` bytes.
//!
//! The distances between samples are random and exponentially distributed, so that each byte has the same chance. As such
//! distances have no memory, each bin may count for itself. The stubs that take slots do not look: if the next sample lies in
//! the window of a bin, the free slots from there on are *held back*, the bin runs dry before it, and the slow path
//! takes the slot, and gives the others back.
//!
//! A new rate is noticed when a window ends. Nothing is sampled in programs that cannot ask for the profile.

use super::bin::{Bin, Slot, beyond_lowest};
use super::cache::Cache;
use super::span::{N_SPAN_CLASSES, Span};
use super::special;
use crate::{m, module, profiles};
use core::sync::atomic::{AtomicI64, AtomicU8, Ordering::Relaxed};
use undergo_abi::module::Import;

/// State of a P. All zero: nothing drawn yet.
#[derive(Debug)]
pub struct Sampler {
    /// Free slots behind the one to be sampled, and that one, by span class.
    held: [u64; N_SPAN_CLASSES],
    /// Bytes until the next sample, by span class; 0 if they are to be drawn.
    left: [u64; N_SPAN_CLASSES],
    /// The same for large objects.
    left_large: u64,
    /// The rate that distances were drawn with.
    rate: u64,
}

/// Whether the program can ask: 0 if that has not been looked up.
static CAN_ASK: AtomicU8 = AtomicU8::new(0);

/// Mean distance of samples in bytes, 0 for none.
fn rate() -> u64 {
    let can_ask = match CAN_ASK.load(Relaxed) {
        0 => {
            let can = module::import(Import::MemProfile) != 0 && module::import(Import::MemProfileRate) != 0;
            CAN_ASK.store(1 + u8::from(can), Relaxed);
            can
        }
        n => n == 2,
    };
    if !can_ask {
        return 0;
    }
    // SAFETY: the linker stores the address of a Go variable of type int, which is never unmapped.
    let rate = unsafe { AtomicI64::from_ptr(module::import(Import::MemProfileRate) as *mut i64) };
    rate.load(Relaxed).max(0) as u64
}

/// Bytes until a sample: exponentially distributed with the mean `rate`, at least 1.
fn draw(rate: u64) -> u64 {
    if rate == 1 {
        return 1;
    }
    // -ln of a number in (0, 1]: whole powers of two by counting, the rest by a line between them.
    let random = m::current().fast.next() | 1;
    let zeros = u64::from(random.leading_zeros());
    // In [0, 1) with 52 bits: how far it is below the power of two.
    let mantissa = (random << zeros << 1) >> 12;
    let log2 = ((zeros + 1) << 52) - log2_of_1_plus(mantissa);
    // ln 2 with 32 bits.
    let ln = (u128::from(log2) * 2_977_044_472) >> 32;
    ((ln * u128::from(rate)) >> 52) as u64 + 1
}

/// log2(1 + x) with 52 bits behind the point, to about one part in a thousand: x and a parabola.
fn log2_of_1_plus(x: u64) -> u64 {
    const FACTOR: u128 = 1_487_000_000; // 0.3462 with 32 bits
    let bow = (u128::from(x) * u128::from((1 << 52) - x)) >> 52;
    x + ((bow * FACTOR) >> 32) as u64
}

impl Sampler {
    /// The rate. If it has changed, all distances are drawn anew.
    fn rate(&mut self) -> u64 {
        let rate = rate();
        if rate != self.rate {
            self.rate = rate;
            self.left.fill(0);
            self.left_large = 0;
        }
        rate
    }
}

impl Cache {
    /// The slots of the window that bin `class` has just begun: the samples among them are held back.
    pub fn choose_sample(&mut self, class: usize) {
        let rate = self.sampler.rate();
        if rate == 0 {
            return;
        }
        let (bin, s) = (&mut self.bins[class], &mut self.sampler);
        if s.left[class] == 0 {
            s.left[class] = draw(rate);
        }
        let elem = bin.elem() as u64;
        let bytes = u64::from(bin.free_slots()) * elem;
        if s.left[class] > bytes {
            s.left[class] -= bytes;
            return;
        }
        // The object in which the distance ends.
        let before = (s.left[class] - 1) / elem;
        s.left[class] = 0;
        s.held[class] = bin.hold_back(before as u32);
    }

    /// Takes the slot that was held back in bin `class`, if there is one, and counts it.
    pub fn take_sample(&mut self, class: usize) -> Option<Slot> {
        let held = core::mem::take(&mut self.sampler.held[class]);
        if held == 0 {
            return None;
        }
        let bin = &mut self.bins[class];
        bin.give_back(held);
        // SAFETY: M2: the bin is ours.
        let slot = unsafe { bin.take() }?;
        note(slot.span.as_ptr(), slot.at as usize, bin.elem());
        self.choose_sample(class);
        Some(slot)
    }

    /// Gives back what is held back. Slots that have not been taken do not count: distances are as if the windows began where
    /// they are now.
    pub fn forget_samples(&mut self) {
        for class in self.open_bins() {
            let (bin, s) = (&mut self.bins[class], &mut self.sampler);
            let (held, left) = (&mut s.held[class], &mut s.left[class]);
            let (elem, unused) = (bin.elem() as u64, u64::from(bin.free_slots()));
            if *held != 0 {
                *left = (unused + 1) * elem;
            } else if *left != 0 {
                *left += unused * elem;
            }
            bin.give_back(core::mem::take(held));
        }
    }

    /// Chooses samples among the slots that are left in windows.
    pub fn choose_samples(&mut self) {
        for class in self.open_bins() {
            if self.bins[class].free_slots() != 0 {
                self.choose_sample(class);
            }
        }
    }

    /// A large object has been made: counts it if it is its turn.
    pub fn sample_large(&mut self, span: *mut Span, at: usize, bytes: usize) {
        let rate = self.sampler.rate();
        if rate == 0 {
            return;
        }
        let left = &mut self.sampler.left_large;
        if *left == 0 {
            *left = draw(rate);
        }
        if *left > bytes as u64 {
            *left -= bytes as u64;
            return;
        }
        *left = 0;
        note(span, at, bytes);
    }
}

fn note(span: *mut Span, at: usize, bytes: usize) {
    if let Some(counts) = profiles::allocated(bytes) {
        special::add_sample(span, at, counts);
    }
}

impl Bin {
    /// Keeps the first `n` free slots, and gives the others.
    fn hold_back(&mut self, n: u32) -> u64 {
        let rest = beyond_lowest(self.free(), n);
        self.set_free(self.free() & !rest);
        rest
    }

    /// Undoes [`Bin::hold_back`].
    fn give_back(&mut self, held: u64) {
        self.set_free(self.free() | held);
    }

    fn free_slots(&self) -> u32 {
        self.free().count_ones()
    }
}
