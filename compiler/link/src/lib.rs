//! undergo link.
