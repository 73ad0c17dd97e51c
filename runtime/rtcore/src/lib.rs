//! undergo rtcore.
