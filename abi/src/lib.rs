//! The contract between the compiler and the runtime: the only crate that both halves share.
//!
//! Reading order: [`call`] (registers and how calls are made), [`g`] (what compiled code may touch of a goroutine),
//! [`builtins`] (every function that compiled code calls without a Go declaration of its own), [`types`] (layout
//! constants of type descriptors), [`module`] (the table through which the linked program and the runtime image find
//! each other), [`pctab`] (program counters to functions, files, lines and inlined calls).
//!
//! Everything here is data and constants: no allocation, no I/O, no unsafe code.
#![no_std]
#![forbid(unsafe_code)]

pub mod builtins;
pub mod call;
pub mod g;
pub mod module;
pub mod pctab;
pub mod types;

/// Version of this contract. The linker refuses a runtime image built with another one.
pub const VERSION: u64 = 1;
