//! undergo opt.
