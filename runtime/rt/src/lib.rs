//! undergo rt.
