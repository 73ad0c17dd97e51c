//! Harnesses for Go programs: what undergo makes of them is compared with what Go itself makes of them.
//!
//! Reading order: [`toolchain`] (which undergo, which Go), [`process`] (running with a limit), [`directive`] (what a
//! program says about itself in its first comment), [`normalise`] (standard error without what may differ),
//! [`program`] (building, running and comparing one program), [`annotated`] (`// ERROR` comments),
//! [`expected`] (the list of known failures, which may only shrink), [`go_test_tree`] (where Go's own test tree is),
//! [`gotree`] (running it), [`std_suite`] (the standard library's own tests; [`public_tests`]: those of package runtime), [`crash_suite`] (programs that die).
//!
//! Invariants:
//! - The oracle is the Go of the same GOROOT that undergo compiles: there are no recorded outputs.
//! - Nothing is written outside of cargo's target directory and undergo's cache.
#![forbid(unsafe_code)]

pub mod annotated;
pub mod crash_suite;
pub mod directive;
pub mod expected;
pub mod go_test_tree;
pub mod gotree;
pub mod normalise;
pub mod process;
pub mod program;
pub mod public_tests;
pub mod std_suite;
pub mod toolchain;
