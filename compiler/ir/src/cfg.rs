//! Predecessors and orders of blocks.
