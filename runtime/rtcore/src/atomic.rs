//! The atomics that the algorithms of this crate use: the machine's, or loom's when interleavings are explored
//! (`tests/model.rs`).

#[cfg(not(feature = "model"))]
pub use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering, fence};
#[cfg(feature = "model")]
pub use loom::sync::atomic::{AtomicU32, AtomicUsize, Ordering, fence};

/// Stands between two sequentially consistent accesses whose order matters. They need nothing more; loom takes them for
/// acquire and release only, and needs a fence.
#[inline(always)]
pub fn in_order() {
    #[cfg(feature = "model")]
    fence(Ordering::SeqCst);
}
