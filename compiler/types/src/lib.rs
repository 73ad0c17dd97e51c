//! undergo types.
