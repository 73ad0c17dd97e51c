//! Execution traces (`runtime/trace`): what goroutines, Ps and Ms do, as events in Go's format, version 1.26.
//!
//! The format is that of `internal/trace/tracev2`: a header, then batches. An M writes its events into a buffer of its
//! own ([`buffer`]), which becomes a batch when it is full. Texts and stacks are written once and have numbers
//! ([`tables`]). The functions that the rest of the runtime calls where something happens are in [`events`].
//!
//! **Generations.** A trace is cut into generations that can be read one by one: each begins with the state of every P and
//! goroutine and ends with the texts and stacks that its events name. One ends every second, and when a reader comes or
//! goes ([`generation`]). It does so with the world stopped and the scheduler locked, and **nothing about a P or a
//! goroutine changes its state then**: whoever has a P changes states only while the world runs, and whoever has none does
//! so under that lock. So an event and the change that it tells of belong to the same generation if no safe point lies
//! between them, and the states that a generation begins with are those that the events before have led to.
//!
//! **Order.** Batches of different Ms have no order but what clocks say. Events that several Ms can bring about have a
//! number that counts up in each generation: for goroutines [`crate::g::G::seq`], for Ps [`crate::p::P::trace_seq`],
//! and for collections one number for the whole trace.
//!
//! Filled buffers wait for the goroutine that calls `ReadTrace` ([`reader`]). Whoever fills one may hold locks, so it only
//! leaves word; the scheduler wakes the reader.

pub mod buffer;
pub mod events;
pub mod generation;
pub mod reader;
pub mod tables;

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
pub use events::*;

/// Something is being traced. Changes with the world stopped and the scheduler locked.
static ON: AtomicBool = AtomicBool::new(false);
/// The current generation, or the last one; from 1, never reused. Changes as [`ON`] does.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// Whether events are to be written.
#[inline(always)]
pub fn is_on() -> bool {
    ON.load(Relaxed)
}

/// The current generation.
fn generation() -> u64 {
    GENERATION.load(Relaxed)
}
