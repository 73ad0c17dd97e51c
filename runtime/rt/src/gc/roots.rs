//! Where marking starts: data segments, goroutines, and what Rust holds.

use super::mark::Marker;
use crate::module::module;
use crate::roots::{self, Visitor};
use crate::witness::WorldStopped;
use crate::{rt, stack};

impl Visitor for Marker {
    fn word(&mut self, value: usize) {
        Marker::word(self, value);
    }
}

/// Bytes of roots that were read.
#[derive(Clone, Copy, Default, Debug)]
pub struct Sizes {
    /// Data segments.
    pub globals: usize,
    /// Stacks.
    pub stacks: usize,
}

/// Marks everything that the program reaches directly.
pub fn mark_all(marker: &mut Marker, world: &WorldStopped<'_>) -> Sizes {
    let mut sizes = Sizes::default();
    for [lo, hi] in [module().data, module().bss] {
        sizes.globals += (hi - lo) as usize;
        // SAFETY: segments of the program, mapped for the whole run; the world is stopped (M3).
        unsafe { marker.range(lo as usize, hi as usize) };
    }
    roots::enumerate(marker, world);
    crate::mem::special::mark_roots(marker, world);
    for gp in rt::all_g() {
        // SAFETY: the world is stopped: goroutines do not run, and their segment lists are stable. The goroutine that
        // drives the collection is inside an entry. Segments above a stack pointer are empty.
        unsafe {
            stack::scan_ranges(gp, &mut |lo, hi| {
                sizes.stacks += hi.saturating_sub(lo);
                marker.range(lo, hi);
            });
        }
    }
    sizes
}
