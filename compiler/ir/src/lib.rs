//! The intermediate representation: typed SSA over machine scalars, as data.
//!
//! Reading order: [`types`] (scalars), [`func`] (functions, blocks, values), [`inst`] (instructions), [`data`] (static
//! data and whole programs), [`builder`], [`mod@print`], [`parse`], [`verify`], [`cfg`](mod@cfg) and [`dom`].
//!
//! Invariants (checked by [`verify`]):
//! - Every value is a scalar. Aggregates live in memory: stack slots, heap, globals; or are taken apart into scalars.
//! - Blocks take parameters instead of phis. The entry block's parameters are the function's register arguments in
//!   the order in which they take registers ([`undergo_abi::call`]): integers and floats in source order.
//! - Layouts of Go types are baked in: an instruction knows sizes and offsets, and type descriptors by symbol. So a
//!   function needs nothing but its own text, and symbols, to be optimised and compiled. (Types themselves would have
//!   to be in the cache key anyway, since their layout is in the machine code.)
//! - No paths of this machine: files are named by symbols as the user's program prints them.
#![forbid(unsafe_code)]

pub mod builder;
pub mod cfg;
pub mod data;
pub mod dom;
pub mod func;
pub mod inst;
pub mod parse;
pub mod print;
pub mod types;
pub mod verify;

pub use builder::Builder;
pub use data::{Data, DataReloc, Program, RelocKind, Section};
pub use func::{Block, Func, FuncFlags, Inst, Loc, Site, Slot, SlotData, Value, ValueDef};
pub use inst::{AtomicOp, BinOp, BlockCall, Callee, ConvOp, FloatCond, InstData, IntCond, ShiftOp, UnOp};
pub use types::Type;
/// A link symbol.
pub use undergo_source::Name as Sym;
