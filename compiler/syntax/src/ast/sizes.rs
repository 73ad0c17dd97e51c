//! The sizes of the commonest nodes: trees of a whole program are large, so growth should be a decision.

use super::*;

const _: () = {
    assert!(size_of::<Ident>() == 12);
    assert!(size_of::<Expr>() == 16);
    assert!(size_of::<Stmt>() == 16);
    assert!(size_of::<Decl>() == 16);
};
