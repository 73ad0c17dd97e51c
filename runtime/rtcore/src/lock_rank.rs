//! The order in which the runtime's locks are taken, declared once. A lock may be taken while others are held only if
//! its rank is greater than all of theirs; checked in debug images.

/// Ranks, outermost first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Rank {
    /// Held from `printlock` to `printunlock`, while compiled code prints: its stack may grow meanwhile.
    Print,
    /// Serialises stop-the-world and changes of GOMAXPROCS.
    World,
    Sysmon,
    SignalState,
    /// What dead objects leave behind is being dealt with.
    Settle,
    Finalizers,
    Sweep,
    Netpoll,
    PollDesc,
    Synctest,
    Timers,
    Timer,
    Notify,
    Sema,
    Chan,
    ChanLeaf,
    Itab,
    ReflectOffs,
    AllG,
    /// How goroutines came to be, for traces.
    Births,
    Sched,
    AllP,
    /// Creation of threads, which whoever wakes a goroutine may have to do.
    Fork,
    Spine,
    SpanSet,
    Central,
    GcWork,
    Specials,
    StackPool,
    Heap,
    /// What remains to be written of a generation of a trace.
    TracerRest,
    /// Tables and batches of traces: events are written with any of the above held.
    Tracer,
    /// Chunks of arenas that have been freed: a growing list, looked at where spans are swept.
    Arenas,
    Persistent,
    Leaf,
}

/// Ranks held by one thread, as a set.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Held(pub u64);

impl core::fmt::Debug for Held {
    /// The numbers of the ranks.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries((0..64).filter(|i| self.0 >> i & 1 != 0)).finish()
    }
}

impl Held {
    /// Whether taking a lock of `rank` keeps the order. Equal ranks are allowed only for locks that order themselves
    /// (several channels by address).
    pub fn allows(self, rank: Rank) -> bool {
        let at_or_above = if matches!(rank, Rank::Chan) { !0u64 << (rank as u8 + 1) } else { !0u64 << rank as u8 };
        self.0 & at_or_above == 0
    }

    /// With `rank` added.
    pub fn with(self, rank: Rank) -> Held {
        Held(self.0 | 1 << rank as u8)
    }

    /// With `rank` removed.
    pub fn without(self, rank: Rank) -> Held {
        Held(self.0 & !(1 << rank as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_enforced() {
        let h = Held::default().with(Rank::Chan);
        assert!(h.allows(Rank::Chan), "channels order themselves");
        assert!(h.allows(Rank::Sched));
        assert!(!h.allows(Rank::Timers));
        assert!(!h.with(Rank::Sched).allows(Rank::Sched));
        assert!(h.without(Rank::Chan).allows(Rank::World));
    }
}
