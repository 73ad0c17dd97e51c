//! The order in which the runtime's locks are taken, declared once. A lock may be taken while others are held only if
//! its rank is greater than all of theirs; checked in debug images.

/// Ranks, outermost first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Rank {
    /// Serialises stop-the-world and changes of GOMAXPROCS.
    World,
    Sysmon,
    Fork,
    SignalState,
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
    Sched,
    AllP,
    Spine,
    SpanSet,
    Central,
    GcWork,
    Specials,
    StackPool,
    Heap,
    Persistent,
    Print,
    Leaf,
}

/// Ranks held by one thread, as a set.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Held(pub u64);

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
