//! undergo lower.
