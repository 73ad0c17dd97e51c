//! From a command line's packages to a finished executable: the only crate that knows all phases.
//!
//! Reading order: [`goroot`] (where the standard library comes from), [`golist`] (the package graph, as `go list`
//! tells it), [`select`] (which files of a package are compiled), [`overlay`] (Go sources that are ours), [`load`]
//! (all of that together: parsed packages in dependency order), [`test_plan`] (which programs tests are), [`ldflags`] (what
//! is asked of the linker), [`build`] (check, lower, optimise, generate code, link), [`manifest`] (builds that need not be done at all), [`code_cache`] (code
//! that need not be generated), [`stamp`] and [`cache`] (their files), [`job`] (a build in a process of its own), [`several`]
//! (builds of several packages),
//! [`report`] (errors as text), [`progress`].
//!
//! Invariants:
//! - Nothing here prints to standard output or exits; [`report`] makes text, the command line prints it.
//! - A failed build writes nothing.
#![forbid(unsafe_code)]

pub mod build;
pub mod cache;
pub mod code_cache;
pub mod golist;
pub mod goroot;
pub mod job;
pub mod ldflags;
pub mod load;
pub mod manifest;
pub mod overlay;
pub mod progress;
pub mod report;
pub mod select;
pub mod several;
pub mod stamp;
pub mod test_plan;

pub use undergo_link::write_executable;

/// Every program that contains the compiler gets the allocator that suits it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
