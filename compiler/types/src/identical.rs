//! Type identity.

use crate::ty::Ty;

/// Whether two types are identical (spec: Type identity).
pub fn identical(a: Ty, b: Ty) -> bool {
    a == b
}

/// The representative of all types identical to `t`: no parameter names, interfaces flattened and sorted.
pub fn canon(t: Ty) -> Ty {
    t
}
