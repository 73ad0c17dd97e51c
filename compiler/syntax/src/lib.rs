//! undergo syntax.
