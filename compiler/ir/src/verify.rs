//! The invariants, checked.
