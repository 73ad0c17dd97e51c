//! The type checker: syntax trees of a package to objects, types and side tables.
//!
//! In: the parsed files of one package, and its imports already checked. Out: [`Pkg::typed`] and the errors that
//! `go build` would print. Checking never fails; what is wrong has the invalid type.
//!
//! Reading order: [`checker`] (state, and who calls what), [`scope`], [`resolver`] (collecting objects), [`decl`],
//! [`typexpr`] and its parts ([`signature`], [`structs`], [`interfaces`]), [`stmt`] and its parts, [`expr`] and its
//! parts, [`infer`] and [`unify`], [`implements`], [`initorder`], [`validtype`], `late`, `sizes`, `exported`.
//!
//! Invariants:
//! - One [`checker::Checker`] per package, on one thread; other packages may be checked at the same time.
//! - An object's type is set at most once, by the checker of its package.
#![forbid(unsafe_code)]
#![allow(
    clippy::mutable_key_type,
    reason = "types and objects are compared by identity; what is mutable in them is not"
)]

pub mod checker;
pub mod errors;
pub mod record;
pub mod scope;
mod suggest;

// Declarations, types and statements.
pub mod assignments;
pub mod cycles;
pub mod decl;
mod exported;
pub mod implements;
pub mod initorder;
pub mod interfaces;
pub mod labels;
mod late;
pub mod members;
pub mod mono;
mod package;
pub mod range;
pub mod resolver;
pub mod returns;
pub mod signature;
mod sizes;
pub mod stmt;
pub mod structs;
pub mod switches;
pub mod typexpr;
pub mod validtype;

// Expressions.
pub mod assignable;
pub mod binary;
pub mod builtins;
pub mod call;
pub mod conversions;
pub mod expr;
pub mod index;
pub mod infer;
pub mod instantiate;
pub mod literals;
pub mod operand;
pub mod selector;
pub mod unify;
mod unsafe_builtins;
pub mod untyped;

use undergo_source::{Diag, SourceMap};
use undergo_syntax::ast;
use undergo_types::Pkg;

/// Settings of a check.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Function bodies are not checked (for packages of which only the declarations matter).
    pub ignore_bodies: bool,
    /// The parser found errors that are not of syntax: what gc only looks at when there are none is left out.
    pub parse_errors: bool,
    /// `import "C"` is accepted and anything selected from it has the invalid type (conformance tests only).
    pub fake_import_c: bool,
    /// Functions may have no body here: what the package is linked with has it (`go tool compile` without
    /// `-complete`).
    pub bodies_elsewhere: bool,
}

/// Checks a package: fills `pkg.name`, `pkg.scope` and `pkg.typed`. The errors come in the order in which they are
/// found; [`undergo_source::shown`] says which of them are shown, and where. `import` gives a package by the path in the
/// source, checked already; none if there is no such package.
pub fn check_package(
    map: &SourceMap,
    pkg: Pkg,
    files: Vec<&'static ast::File>,
    import: &dyn Fn(&str) -> Option<Pkg>,
    opts: &Options,
) -> Vec<Diag> {
    package::check(map, pkg, files, import, opts)
}
