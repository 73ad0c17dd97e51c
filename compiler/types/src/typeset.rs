//! Type sets of interfaces.

use crate::ty::{IMethod, Ty};

/// What an interface means: its methods, and the types that may implement it.
#[derive(Clone, Debug)]
pub struct TypeSet {
    /// All methods, embedded ones included, sorted as itabs are: exported names first in byte order, then unexported
    /// by name and package path. (Contract: `abi_types.md`.)
    pub methods: Vec<IMethod>,
    /// The union of terms (tilde, type) that restricts the set; none if every type is in it.
    pub terms: Option<Vec<(bool, Ty)>>,
    /// Whether only comparable types are in it.
    pub comparable: bool,
}
