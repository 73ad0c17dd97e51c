//! undergo check.
