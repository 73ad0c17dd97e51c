//! Processors: the right to run Go code, with the caches that go with it.
//!
//! Allocated zeroed and never freed: all-zero must be a valid initial state of every field.

use crate::g::G;
use crate::m::M;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering::*};
use undergo_rtcore::run_queue::RunQueue;

/// See the module documentation.
#[repr(C)]
pub struct P {
    /// Index, from 0.
    pub id: u32,
    /// [`PStatus`].
    status: AtomicU32,
    /// Where the next pointers of [`crate::gc::barrier`]'s buffer go; read and written by its stub.
    pub barrier_next: *mut usize,
    /// End of that buffer.
    pub barrier_end: *mut usize,
    /// Allocation caches, of which the stubs of `undergo_rtsys::arch::alloc` take.
    pub mem: crate::mem::PCache,
    /// Its M, or null.
    pub m: AtomicPtr<M>,
    /// Next idle P.
    pub link: *mut P,
    /// When it became idle, monotonic ns.
    pub idle_since: i64,
    /// Runs next, before the queue; inherits the time slice.
    pub runnext: AtomicPtr<G>,
    /// Runnable goroutines.
    pub queue: RunQueue,
    /// Counts dispatches.
    pub sched_tick: AtomicU32,
    /// Number of its last event in this generation of a trace. By its owner.
    pub trace_seq: AtomicU32,
    /// Counts system calls.
    pub syscall_tick: AtomicU32,
    /// Written by sysmon: last ticks seen and when.
    pub seen_sched_tick: u32,
    /// See `seen_sched_tick`.
    pub seen_syscall_tick: u32,
    /// See `seen_sched_tick`.
    pub seen_sched_when: i64,
    /// See `seen_sched_tick`.
    pub seen_syscall_when: i64,
    /// Dead goroutines for reuse.
    pub free_g: *mut G,
    /// Length of `free_g`.
    pub n_free_g: u32,
    /// Somebody wants this P's goroutine to yield.
    pub preempt: AtomicU32,
    /// Goroutines created here.
    pub created: AtomicU64,
    /// Goroutines that ended here.
    pub exited: AtomicU64,
    /// Ids for new goroutines, `[next_id, id_end)`.
    pub next_id: u64,
    /// See `next_id`.
    pub id_end: u64,
    /// Timers (runtime B).
    pub timers: crate::timer::PTimers,
    /// Collector state (runtime B).
    pub gc: crate::gc::PGc,
    /// Waiter cache and the like (runtime B).
    pub sync: crate::park::PSync,
}

/// States of a P.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum PStatus {
    /// In the idle list.
    Idle = 0,
    /// Owned by an M.
    Running = 1,
    /// Its M is in a system call and may lose it.
    Syscall = 2,
    /// Held by whoever stopped the world.
    Stopped = 3,
    /// Above GOMAXPROCS.
    Dead = 4,
}

/// The status word: [`PStatus`] in the low byte; in Syscall the number of the M above it, so that an M that comes back
/// cannot mistake the system call of a later owner for its own.
impl P {
    /// State.
    pub fn status(&self) -> PStatus {
        match self.status.load(Acquire) & 0xff {
            0 => PStatus::Idle,
            1 => PStatus::Running,
            2 => PStatus::Syscall,
            3 => PStatus::Stopped,
            _ => PStatus::Dead,
        }
    }

    /// Sets the state; by its owner.
    pub fn set_status(&self, s: PStatus) {
        self.status.store(s as u32, SeqCst);
    }

    /// Its M, number `m`, enters a system call.
    pub fn enter_syscall(&self, m: u32) {
        self.status.store(PStatus::Syscall as u32 | m << 8, SeqCst);
    }

    /// M number `m` comes back from the system call: whether the P is still its own.
    pub fn leave_syscall(&self, m: u32) -> bool {
        let from = PStatus::Syscall as u32 | m << 8;
        self.status.compare_exchange(from, PStatus::Running as u32, SeqCst, Relaxed).is_ok()
    }

    /// Changes the state from `from` to `to`, if it still is `from`.
    pub fn try_transition(&self, from: PStatus, to: PStatus) -> bool {
        let s = self.status.load(Acquire);
        s & 0xff == from as u32 && self.status.compare_exchange(s, to as u32, SeqCst, Relaxed).is_ok()
    }
}
