//! The one place through which the collector learns of Go pointers outside the heap.

use crate::witness::WorldStopped;

/// Receives roots. Values and words are conservative: they may or may not be pointers.
pub trait Visitor {
    /// One possible pointer.
    fn word(&mut self, value: usize);
}

/// Every enumerator: a module that holds Go pointers in Rust structures adds its function here. Data segments of the
/// program and stacks are the collector's own business ([`crate::module`], [`crate::stack::scan_ranges`]).
pub const ENUMERATORS: &[fn(&mut dyn Visitor)] =
    &[crate::osapi::roots, crate::reflect::roots, crate::mem::special::roots, crate::profile::roots];

/// Runs all enumerators but for timers, which may be many: the collector marks them while the world runs
/// ([`crate::timer::mark_roots`]).
pub fn enumerate_few(v: &mut dyn Visitor, _: &WorldStopped<'_>) {
    for f in ENUMERATORS {
        f(v);
    }
}

/// Runs all enumerators.
pub fn enumerate(v: &mut dyn Visitor, world: &WorldStopped<'_>) {
    enumerate_few(v, world);
    crate::timer::roots(v);
}
