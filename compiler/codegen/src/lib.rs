//! undergo codegen.
