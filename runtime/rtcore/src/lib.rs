//! Algorithms of the runtime that need no machine: they are tested on the host.
//!
//! Reading order: [`random`] (generators), [`lock_rank`], [`atomic`] (atomics, or loom's), [`semaphore`] (units and who
//! waits for them), [`run_queue`] (a P's ring of runnable goroutines),
//! [`symtab`] (program counters to names and lines); [`timer_heap`], [`select_order`], [`method_merge`],
//! [`slice_growth`], [`time_histogram`], [`cgroup`] (where CPU limits stand),
//! [`topology`] (memory nodes and who steals from whom); then the heap: [`size_class`],
//! [`ptr_mask`], [`object_bits`], [`page_map`], [`grey`], [`mark_work`], [`pacing`].
#![cfg_attr(not(any(test, feature = "model")), no_std)]

pub mod atomic;
pub mod cgroup;
pub mod grey;
pub mod lock_rank;
pub mod mark_work;
pub mod method_merge;
pub mod object_bits;
pub mod pacing;
pub mod page_map;
pub mod ptr_mask;
pub mod random;
pub mod run_queue;
pub mod select_order;
pub mod semaphore;
pub mod settings;
pub mod size_class;
pub mod slice_growth;
pub mod symtab;
pub mod time_histogram;
pub mod timer_heap;
pub mod topology;
pub mod utf8;
