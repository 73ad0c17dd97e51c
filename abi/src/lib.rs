//! undergo abi.
