//! From checked syntax trees to a program of the intermediate representation.
//!
//! In: all packages, checked, dependencies first. Out: an [`undergo_ir::Program`] with every function and every piece
//! of data that can be reached from the program's start, and nothing else.
//!
//! Reading order: [`program`] (the worklist), [`layout`] and [`abi`] (values as scalars, calls), [`names`] and
//! [`linkname`] (symbols), [`reach`] (which methods are alive), [`typedesc`] (type descriptors and itabs), [`alg`]
//! (equality and hash functions), [`emit`] and [`wrappers`] (methods made by the compiler), [`intrinsics`],
//! [`statics`] and [`init`] (package variables and initialisation), [`embed`]; then function bodies, see [`func`].
//!
//! Invariants:
//! - A generic function is lowered once per list of canonical type arguments; nothing behind this crate knows type
//!   parameters.
//! - The same input gives the same output, byte for byte: queues are first in, first out, and no table is iterated
//!   in hash order.
#![forbid(unsafe_code)]

pub mod abi;
pub mod alg;
pub mod embed;
pub mod emit;
pub mod init;
pub mod intrinsics;
pub mod layout;
pub mod linkname;
pub mod names;
pub mod program;
pub mod reach;
pub mod statics;
pub mod typedesc;
pub mod wrappers;

// Function bodies.
pub mod append;
pub mod arith;
pub mod assign;
pub mod body;
pub mod builtin;
pub mod call;
pub mod callee;
pub mod capture;
pub mod chan;
pub mod closure;
pub mod compare;
pub mod consts;
pub mod convert;
pub mod defer;
pub mod expr;
pub mod func;
pub mod iface;
pub mod index;
pub mod literal;
pub mod map_literal;
pub mod maps;
pub mod order;
pub mod parallel;
pub mod place;
pub mod print;
pub mod range;
pub mod range_func;
pub mod select;
pub mod stmt;
pub mod switch;
pub mod type_switch;
pub mod unsafe_ops;
pub mod val;

use std::sync::Arc;

use undergo_ir::Program;
use undergo_source::{Diag, SourceMap};
use undergo_types::Pkg;

pub use program::{Lowerer, Options};

/// Lowers a program. `packages` are all packages of it, dependencies first.
pub fn lower_program(main: Pkg, packages: &[Pkg], map: &Arc<SourceMap>, opts: &Options) -> Result<Program, Vec<Diag>> {
    let cx = Lowerer::new(main, packages, map, opts);
    cx.run();
    cx.into_program()
}
