//! The middle end: passes over the IR.
//!
//! In: a lowered [`undergo_ir::Program`]. Out: the same program, faster. Reading order: [`pipeline`] (which pass runs when, and
//! why in that order), [`clean`] (dead blocks and instructions), [`guards`] (panics of dead loads), [`simplify`] (folding), [`slots`] (stack slots to
//! values), [`nil_checks`] (checks of what was checked before), [`callgraph`], [`inline`], [`loops`], [`escape`] (heap
//! objects to stack slots), [`divisible`] (remainders compared with 0),
//! [`clean_frames`] (no leftovers in the frames of functions that watch objects die or wait for work) by way of
//! [`dead_slots`] and [`main_loops`].
//!
//! Invariants: the IR is valid before and after every pass ([`undergo_ir::verify`], checked in debug builds). Passes
//! never look outside of the function they change, except for the summaries of functions already done.
#![forbid(unsafe_code)]

pub mod callgraph;
pub mod clean;
pub mod clean_frames;
mod dead_slots;
pub mod divisible;
pub mod escape;
pub mod guards;
pub mod inline;
pub mod loops;
pub mod main_loops;
pub mod nil_checks;
pub mod pipeline;
pub mod simplify;
pub mod slots;

pub use pipeline::optimise;
