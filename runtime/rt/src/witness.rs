//! Proofs of context as zero-sized values: a function that takes one cannot be called where it does not hold.

use core::marker::PhantomData;

/// The current goroutine keeps its P: it is not preempted while this value lives.
#[derive(Debug)]
pub struct NoPreempt(*mut crate::g::G);

impl NoPreempt {
    /// Pins the goroutine of this M. On the system stack nothing preempts us, so this matters only if the pin
    /// outlives the entry (see [`NoPreempt::leak`]).
    pub fn pin(gp: &mut crate::g::G) -> NoPreempt {
        gp.head.pins += 1;
        NoPreempt(gp)
    }

    /// Keeps the pin beyond the entry; undone by [`NoPreempt::reclaim`].
    pub fn leak(self) {
        core::mem::forget(self);
    }

    /// Takes back a pin that was leaked.
    pub fn reclaim(gp: &mut crate::g::G) -> NoPreempt {
        NoPreempt(gp)
    }
}

impl Drop for NoPreempt {
    fn drop(&mut self) {
        // SAFETY: made from the current goroutine, which stays current while the pin is held.
        let g = unsafe { &mut *self.0 };
        g.head.pins -= 1;
        if g.head.pins == 0 && g.preempt.load(core::sync::atomic::Ordering::Relaxed) {
            g.poison();
        }
    }
}

/// No other goroutine runs, and none will until the world is started again.
#[derive(Debug)]
pub struct WorldStopped<'a>(PhantomData<&'a mut ()>);

impl WorldStopped<'_> {
    /// # Safety
    /// Only [`crate::world`] and code that runs between its stop and start.
    pub unsafe fn assume() -> WorldStopped<'static> {
        WorldStopped(PhantomData)
    }
}
