//! More room for the heap of programs that spend much of their time on collections.
//!
//! GOGC says by how much the heap grows between two collections. Go counts as alive what has been allocated while objects were
//! marked, which is much where marking takes long, so heaps that are collected often grow by more than that. Ours are marked
//! sooner, and less is allocated meanwhile: to count only that would make collections more frequent than Go's just where they
//! are expensive. So a part of what is alive is counted twice, all of it or some, by the part of the processor time that
//! marking takes.

/// Parts of the processor time, in 256ths, up to which nothing is added, and from which on everything is: a fifth, and a little
/// more than a quarter.
const SHARES: [u64; 2] = [52, 72];
/// The same with one P, where Go marks with a quarter of a processor and has no idle ones that help: a sixth and
/// a little less than a quarter.
const SHARES_OF_ONE: [u64; 2] = [44, 60];
/// Largest part of what is alive that is added, and of the roots.
const LIVE_PART: u64 = 3;
/// The same with one P.
const LIVE_PART_OF_ONE: u64 = 2;
/// See [`LIVE_PART`].
const ROOTS_PART: u64 = 16;
/// Most that is added to the smallest heap that is collected, bytes.
const SPARE: u64 = 10 << 17;
/// The same with one P.
const SPARE_OF_ONE: u64 = 13 << 17;

/// What a program has done since the last collection.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Bytes allocated.
    pub allocated: u64,
    /// Processor time of marking, ns.
    pub marking: u64,
    /// Processor time of all, ns.
    pub total: u64,
    /// Whether it has one P.
    pub is_one: bool,
}

impl Work {
    /// Which part of `bytes` is added, but no more than has been allocated.
    fn part_of(&self, bytes: u64) -> u64 {
        let share = (u128::from(self.marking) * 256 / u128::from(self.total.max(1))) as u64;
        let [none, all] = if self.is_one { SHARES_OF_ONE } else { SHARES };
        let grade = share.clamp(none, all) - none;
        let part = u128::from(bytes) * u128::from(grade) / u128::from(all - none);
        part.min(u128::from(self.allocated)) as u64
    }

    /// Bytes that count as alive beside the `live` bytes that have been marked from `roots` bytes.
    pub fn allowance(&self, live: u64, roots: u64) -> u64 {
        let part = if self.is_one { LIVE_PART_OF_ONE } else { LIVE_PART };
        self.part_of(live / part + roots / ROOTS_PART)
    }

    /// Bytes that are added to the smallest heap that is collected.
    pub fn spare(&self) -> u64 {
        self.part_of(if self.is_one { SPARE_OF_ONE } else { SPARE })
    }
}

#[cfg(test)]
mod tests {
    use super::{LIVE_PART_OF_ONE, SPARE_OF_ONE, Work};

    const MIB: u64 = 1 << 20;

    #[test]
    fn room_grows_with_the_share_of_marking() {
        let work = |marking, is_one| Work { allocated: 100 * MIB, marking, total: 1024, is_one };
        let allowance = |marking| work(marking, false).allowance(99 * MIB, 16 * MIB);
        assert_eq!([0, 208, 248, 288, 1024].map(allowance), [0, 0, 17 * MIB, 34 * MIB, 34 * MIB]);
        let spare = |marking| work(marking, true).spare();
        assert_eq!([176, 208, 240].map(spare), [0, SPARE_OF_ONE / 2, SPARE_OF_ONE]);
    }

    #[test]
    fn it_is_never_more_than_has_been_allocated() {
        let work = Work { allocated: MIB, marking: 1, total: 1, is_one: false };
        assert_eq!(work.allowance(100 * MIB, 0), MIB);
        let work = Work { allocated: u64::MAX, marking: u64::MAX, total: 0, is_one: true };
        assert_eq!(work.allowance(u64::MAX, 0), u64::MAX / LIVE_PART_OF_ONE);
    }
}
