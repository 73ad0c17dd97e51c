//! The one representation of Go types, objects and checked packages.
//!
//! Reading order: [`ty`] (types), [`spelling`] (how the source spells them), [`obj`] (objects: variables, functions, types …), [`package`] (packages and the
//! side tables of the checker), [`universe`] (predeclared things), [`constant`] (exact constant values), [`identical`],
//! [`typeset`], [`subst`], [`lookup`] (fields and methods; [`members`] of one type), [`layout`] (sizes and pointer masks), [`print`].
//!
//! Invariants:
//! - Types are hash-consed: building the same structure twice gives the same [`Ty`]. Interface types and signatures
//!   that differ in parameter names, method order or embedding may be *identical* in the spec's sense and still be
//!   different [`Ty`]s, so type identity is [`identical::identical`], never `==`. `==` is a fast path only. After
//!   [`identical::canon`] `==` is identity.
//! - Only [`ty::Named`] and [`ty::TypeParam`] are nominal; every cycle in the graph of types passes through one of them.
//! - Types, objects and syntax trees live until the process ends; whatever is set later than creation is a
//!   `OnceLock`, set by the checker of the package that declares it.
#![forbid(unsafe_code)]

pub mod constant;
pub mod constant_round;
pub mod constant_text;
pub mod identical;
pub mod layout;
pub mod lookup;
pub mod members;
pub mod obj;
pub mod package;
pub mod predicates;
pub mod print;
pub mod spelling;
pub mod subst;
pub mod ty;
pub mod typeset;
pub mod universe;

pub use obj::{BuiltinId, Obj, ObjKind, VarKind};
pub use package::{FileInfo, Instance, Mode, Package, Pkg, Selection, SelectionKind, TypeAndValue};
pub use ty::{Basic, ChanDir, Field, IMethod, Interface, Named, Param, Signature, Ty, TyKind, TypeParam};
