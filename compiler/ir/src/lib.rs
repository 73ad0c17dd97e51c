//! undergo ir.
