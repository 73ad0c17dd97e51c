//! Goroutines.
//!
//! A `G` lies at the high end of its first stack segment's memory block (`stack`), so that a parked goroutine costs
//! one block. Blocks of dead goroutines are reused for goroutines only: a `*G` stays a valid `*G` for ever.
//!
//! | field | who | when |
//! |---|---|---|
//! | head | see `abi::g` | |
//! | resume_pc, async_* | the thread that takes it off / puts it on a processor | invariant 4 of rtsys |
//! | status | see [`GStatus`] | |
//! | link | the owner of the queue it is in | |
//! | wait_reason, wait_since | the goroutine before it parks | |
//! | param | the waker, then the goroutine | while parked, then after |
//! | preempt | any thread sets, the goroutine clears | |
//! | wait (runtime B) | chan, select, sema, timer | under their locks |

use crate::m::M;
use crate::p::P;
use core::mem::offset_of;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::*};
use undergo_abi::g::{GHead, GUARD_PREEMPT, PENDING_YIELD};
use undergo_rtsys::layout;

/// A goroutine.
#[repr(C)]
pub struct G {
    /// What compiled code sees.
    pub head: GHead,
    /// Where it continues ([`undergo_rtsys`], invariant 4).
    pub resume_pc: usize,
    /// See `layout::G_ASYNC_PC`.
    pub async_pc: usize,
    /// See `layout::G_ASYNC_SP`.
    pub async_sp: usize,
    /// See `layout::G_ASYNC_CTX`.
    pub async_ctx: *mut layout::Context,
    /// See `layout::G_START_ARG`.
    pub start_arg: usize,
    /// State, with [`GStatus::SCAN`] as a lock on transitions.
    status: AtomicU32,
    /// Somebody wants it to yield.
    pub preempt: AtomicBool,
    /// Why it waits.
    pub wait_reason: WaitReason,
    /// `FLAG_*` bits.
    pub flags: u16,
    /// Next in a queue.
    pub link: *mut G,
    /// Next in the list of all goroutines.
    pub all_link: *mut G,
    /// First segment.
    pub seg0: *mut layout::Segment,
    /// Bytes of all its segments.
    pub stack_size: usize,
    /// While in a system call: stack pointer, segment and pc of the caller, for scans and traces.
    pub syscall_sp: usize,
    /// See `syscall_sp`.
    pub syscall_bp: usize,
    /// See `syscall_sp`.
    pub syscall_seg: *mut layout::Segment,
    /// See `syscall_sp`: what the caller had in callee-saved registers, which nothing on the stack keeps.
    pub syscall_regs: [usize; 4],
    /// Monotonic time at which it began to wait, if known.
    pub wait_since: i64,
    /// Monotonic time at which it became runnable, 0 if its latency is not measured.
    pub runnable_since: i64,
    /// Number of the last collection that has read its stack.
    pub gc_cycle: AtomicU32,
    /// Counts how often it became runnable, and while something is traced how often it began to run: number of its last
    /// event in this generation of the trace.
    pub seq: u32,
    /// Entry pc of its function.
    pub start_pc: usize,
    /// pc of the go statement.
    pub created_by: usize,
    /// Id of the goroutine that created it.
    pub parent_id: u64,
    /// M that it is locked to, or null.
    pub locked_m: *mut M,
    /// Word that a waker passes to the goroutine.
    pub param: usize,
    /// Nesting of LockOSThread by the program.
    pub lock_count: u32,
    /// Nesting of LockOSThread by the runtime.
    pub lock_count_internal: u16,
    /// See `world_op`: why it wants the world to be stopped.
    pub world_why: crate::tracer::Stop,
    /// Its record if it is a coroutine, else null.
    pub coro: *mut crate::sched::coro::Coro,
    /// Operation that it waits to have done while the world is stopped.
    pub world_op: Option<crate::world::Op>,
    /// Operands of what it waits in, which its frames may have forgotten: of `world_op`; of a channel operation, the channel and
    /// where its element is; of package sync, the address of the semaphore or list. See [`crate::waiter::operands`].
    pub operands: [usize; 2],
    /// Signal behind the panic that it is about to raise, 0 for none.
    pub sig: u32,
    /// Code of that signal.
    pub sig_code: i32,
    /// State of blocking operations, all zero when idle.
    pub wait: crate::park::GWait,
}

/// `G::flags`: a goroutine of the runtime, hidden from traces and counts.
pub const FLAG_SYSTEM: u16 = 1;
/// `G::flags`: found to be leaked.
pub const FLAG_LEAKED: u16 = 8;

/// States of a goroutine.
///
/// ```text
///   Idle -> Dead -> Runnable -> Running -> Waiting -> Runnable
///                      ^           |-> Runnable (yield)
///                      |           |-> Syscall -> Running | Runnable
///                      `-- Dead <--'
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum GStatus {
    /// Being made.
    Idle = 0,
    /// In a run queue.
    Runnable = 1,
    /// On an M with a P.
    Running = 2,
    /// On an M, in a system call, without a claim to a P.
    Syscall = 3,
    /// Blocked; somebody holds a pointer to it and will call `ready`.
    Waiting = 4,
    /// Finished, or not yet started; in a free list.
    Dead = 6,
}

impl GStatus {
    /// Added while somebody scans the stack: transitions wait until it is gone.
    pub const SCAN: u32 = 0x1000;

    fn from_bits(b: u32) -> GStatus {
        match b & !GStatus::SCAN {
            0 => GStatus::Idle,
            1 => GStatus::Runnable,
            2 => GStatus::Running,
            3 => GStatus::Syscall,
            4 => GStatus::Waiting,
            _ => GStatus::Dead,
        }
    }
}

const _: () = {
    assert!(offset_of!(G, head) == 0);
    assert!(offset_of!(G, resume_pc) == layout::G_RESUME_PC);
    assert!(offset_of!(G, async_pc) == layout::G_ASYNC_PC);
    assert!(offset_of!(G, async_sp) == layout::G_ASYNC_SP);
    assert!(offset_of!(G, async_ctx) == layout::G_ASYNC_CTX);
    assert!(offset_of!(G, start_arg) == layout::G_START_ARG);
    assert!(size_of::<G>() <= crate::stack::G_MAX);
};

impl G {
    /// State, without the scan bit.
    pub fn status(&self) -> GStatus {
        GStatus::from_bits(self.status.load(Acquire))
    }

    /// Moves from `from` to `to`; waits while the stack is being scanned.
    pub fn transition(&self, from: GStatus, to: GStatus) {
        while self.status.compare_exchange(from as u32, to as u32, AcqRel, Relaxed).is_err() {
            let found = self.status();
            if found != from {
                use core::fmt::Write;
                let id = self.head.id;
                let _ =
                    writeln!(crate::exit::Stderr, "runtime: goroutine {id}: {found:?}, not {from:?}, before {to:?}");
                crate::exit::throw("bad goroutine state transition");
            }
            core::hint::spin_loop();
        }
    }

    /// Locks the state for scanning if it is one in which the goroutine does not run Go code.
    pub fn try_lock_scan(&self) -> Option<GStatus> {
        let s = self.status.load(Acquire);
        if s & GStatus::SCAN != 0 || GStatus::from_bits(s) == GStatus::Running {
            return None;
        }
        self.status.compare_exchange(s, s | GStatus::SCAN, AcqRel, Relaxed).ok().map(GStatus::from_bits)
    }

    /// Undoes [`G::try_lock_scan`].
    pub fn unlock_scan(&self) {
        self.status.fetch_and(!GStatus::SCAN, Release);
    }

    /// Asks it to yield at its next stack check or entry exit. Any thread may call this while the goroutine runs.
    pub fn request_preempt(&self) {
        self.preempt.store(true, Release);
        self.poison();
    }

    /// Makes the next stack check fail and the next entry exit look.
    pub fn poison(&self) {
        pending(&self.head).fetch_or(PENDING_YIELD, Release);
        guard(&self.head).store(GUARD_PREEMPT, Release);
    }

    /// Restores the guard of the current segment; to be called by the goroutine's own M.
    pub fn unpoison(&mut self) {
        // SAFETY: `seg` is the live current segment of a goroutine that has a stack.
        let g = unsafe { (*(self.head.seg as *const layout::Segment)).guard };
        guard(&self.head).store(g, Release);
    }

    /// The M it runs on (null if none).
    pub fn m(&self) -> *mut M {
        self.head.m as *mut M
    }

    /// Whether it belongs to the runtime.
    pub fn is_system(&self) -> bool {
        self.flags & FLAG_SYSTEM != 0
    }

    /// Sets the first two result words of the entry that it is parked in.
    pub fn set_results(&mut self, a: usize, b: usize) {
        self.head.ret0 = a;
        self.head.ret1 = b;
    }
}

/// `head.pending` as an atomic.
pub fn pending(h: &GHead) -> &AtomicU32 {
    // SAFETY: an aligned word of a G, which is never unmapped; all concurrent accesses are atomic.
    unsafe { AtomicU32::from_ptr((&raw const h.pending).cast_mut()) }
}

/// `head.guard` as an atomic.
pub fn guard(h: &GHead) -> &core::sync::atomic::AtomicUsize {
    // SAFETY: as in `pending`.
    unsafe { core::sync::atomic::AtomicUsize::from_ptr((&raw const h.guard).cast_mut()) }
}

/// The goroutine that this M runs.
#[inline]
pub fn current() -> &'static mut G {
    // SAFETY: entries run on an M that runs a goroutine, and only that M refers to it meanwhile by reference.
    unsafe { &mut *crate::m::current().curg }
}

/// The P of this M.
#[inline]
pub fn current_p() -> &'static mut P {
    // SAFETY: an M that runs entries owns a P; nothing preempts Rust code.
    unsafe { &mut *crate::m::current().p }
}

/// Source of goroutine ids.
pub static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Why a goroutine waits; the text is part of tracebacks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs, dead_code, reason = "the whole vocabulary of tracebacks, stated once")]
pub enum WaitReason {
    None,
    ChanReceive,
    ChanSend,
    ChanReceiveNil,
    ChanSendNil,
    Select,
    SelectNoCases,
    Sleep,
    IoWait,
    Semacquire,
    MutexLock,
    RwMutexRLock,
    RwMutexLock,
    CondWait,
    WaitGroupWait,
    FinalizerWait,
    CleanupWait,
    GcAssistWait,
    GcWorkerIdle,
    GcSweepWait,
    GcScavengeWait,
    ForceGcIdle,
    Coroutine,
    SynctestRun,
    SynctestWait,
    SynctestChanReceive,
    SynctestChanSend,
    SynctestSelect,
    SynctestWaitGroupWait,
    WaitForGcCycle,
    StoppingTheWorld,
    Preempted,
    DumpingHeap,
    TraceReaderBlocked,
    PanicWait,
    UpdateProcsIdle,
}

impl WaitReason {
    /// Text in tracebacks.
    pub fn text(self) -> &'static str {
        use WaitReason::*;
        match self {
            None => "",
            ChanReceive => "chan receive",
            ChanSend => "chan send",
            ChanReceiveNil => "chan receive (nil chan)",
            ChanSendNil => "chan send (nil chan)",
            Select => "select",
            SelectNoCases => "select (no cases)",
            Sleep => "sleep",
            IoWait => "IO wait",
            Semacquire => "semacquire",
            MutexLock => "sync.Mutex.Lock",
            RwMutexRLock => "sync.RWMutex.RLock",
            RwMutexLock => "sync.RWMutex.Lock",
            CondWait => "sync.Cond.Wait",
            WaitGroupWait => "sync.WaitGroup.Wait",
            FinalizerWait => "finalizer wait",
            CleanupWait => "cleanup wait",
            GcAssistWait => "GC assist wait",
            GcWorkerIdle => "GC worker (idle)",
            GcSweepWait => "GC sweep wait",
            GcScavengeWait => "GC scavenge wait",
            ForceGcIdle => "force gc (idle)",
            Coroutine => "coroutine",
            SynctestRun => "synctest.Run",
            SynctestWait => "synctest.Wait",
            SynctestChanReceive => "chan receive (durable)",
            SynctestChanSend => "chan send (durable)",
            SynctestSelect => "select (durable)",
            SynctestWaitGroupWait => "sync.WaitGroup.Wait (durable)",
            WaitForGcCycle => "wait for GC cycle",
            StoppingTheWorld => "stopping the world",
            Preempted => "preempted",
            DumpingHeap => "dumping heap",
            TraceReaderBlocked => "trace reader (blocked)",
            PanicWait => "panicwait",
            UpdateProcsIdle => "GOMAXPROCS updater (idle)",
        }
    }
}
