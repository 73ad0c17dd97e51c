//! Algorithms of the runtime that need no machine: they are tested on the host.
//!
//! Reading order: [`lock_rank`], [`run_queue`] (a P's ring of runnable
//! goroutines), [`random`] (generators), [`symtab`] (program counters to names and lines). Allocator: [`size_class`],
//! [`slice_growth`], [`page_map`], [`object_bits`], [`ptr_mask`]. Then [`timer_heap`], [`method_merge`] (interface
//! tables) and [`select_order`].
#![cfg_attr(not(test), no_std)]

pub mod lock_rank;
pub mod method_merge;
pub mod object_bits;
pub mod page_map;
pub mod ptr_mask;
pub mod random;
pub mod run_queue;
pub mod select_order;
pub mod size_class;
pub mod slice_growth;
pub mod symtab;
pub mod timer_heap;
