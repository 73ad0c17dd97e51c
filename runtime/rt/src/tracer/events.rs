//! Where something happens. Each function writes one event; call it only while [`super::is_on`].
//!
//! A function that takes a goroutine or a P is called by whoever has the only claim to it.

use super::buffer::{Kind, write};
use super::tables;
use crate::g::{G, WaitReason};
use crate::m::{self, M};
use crate::p::P;
use crate::traceback::Walk;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use undergo_rtsys::entry;

/// Events of collections so far, in this trace.
pub static GC_SEQ: AtomicU64 = AtomicU64::new(0);

/// Why a goroutine lets others run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Yield {
    /// It asked for it.
    Gosched,
    /// It was asked to.
    Preempted,
    /// The runtime has reasons.
    Other,
}

/// Why the world is stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Stop {
    /// A collection begins.
    SweepTermination,
    /// A collection has marked.
    MarkTermination,
    /// `runtime.Stack`.
    AllStacks,
    /// `runtime.GoroutineProfile`.
    GoroutineProfile,
    /// `debug.WriteHeapDump`.
    HeapDump,
    /// `runtime.ReadMemStats`.
    MemStats,
    /// The number of Ps changes.
    Procs,
    /// A trace begins, ends or goes on to the next generation, which is not told in the trace itself.
    Trace,
    /// Anything else.
    Other,
}

impl Stop {
    /// Text in traces.
    fn text(self) -> &'static str {
        match self {
            Stop::SweepTermination => "GC sweep termination",
            Stop::MarkTermination => "GC mark termination",
            Stop::AllStacks => "all goroutines stack trace",
            Stop::GoroutineProfile => "goroutine profile",
            Stop::HeapDump => "write heap dump",
            Stop::MemStats => "read mem stats",
            Stop::Procs => "GOMAXPROCS",
            Stop::Trace | Stop::Other => "unknown",
        }
    }
}

/// Text in traces for why a goroutine blocks: coarser than that of tracebacks.
fn blocks_for(why: WaitReason) -> &'static str {
    use WaitReason::*;
    match why {
        ChanReceive | SynctestChanReceive => "chan receive",
        ChanSend | SynctestChanSend => "chan send",
        ChanReceiveNil | ChanSendNil | SelectNoCases | PanicWait => "forever",
        Select | SynctestSelect => "select",
        Sleep => "sleep",
        IoWait => "network",
        CondWait => "sync.(*Cond).Wait",
        Semacquire
        | MutexLock
        | RwMutexRLock
        | RwMutexLock
        | WaitGroupWait
        | SynctestWaitGroupWait
        | StoppingTheWorld => "sync",
        GcAssistWait => "GC mark assist wait for work",
        GcSweepWait => "GC background sweeper wait",
        WaitForGcCycle => "wait until GC ends",
        FinalizerWait | CleanupWait | GcWorkerIdle | GcScavengeWait | ForceGcIdle | TraceReaderBlocked
        | UpdateProcsIdle => "system goroutine wait",
        SynctestRun | SynctestWait => "synctest",
        Preempted => "preempted",
        None | Coroutine | DumpingHeap => "unspecified",
    }
}

/// The stack of the goroutine that this M runs, which is in an entry; 0 if it runs none.
fn own_stack() -> u64 {
    // SAFETY: the M's own goroutine.
    unsafe { m::current().curg.as_ref() }.map_or(0, |gp| tables::stack(Walk::in_entry(gp)))
}

/// The next number of a goroutine.
fn next_of(gp: &mut G) -> u64 {
    gp.seq += 1;
    u64::from(gp.seq)
}

/// The next number of a P.
fn next_of_p(pp: &P) -> u64 {
    let n = pp.trace_seq.load(Relaxed) + 1;
    pp.trace_seq.store(n, Relaxed);
    u64::from(n)
}

/// The number of Ps is `n` now, or when the trace begins.
pub fn procs_change(n: usize) {
    write(Kind::ProcsChange, &[n as u64, own_stack()]);
}

/// This M has got a P.
pub fn proc_start(pp: &P) {
    write(Kind::ProcStart, &[u64::from(pp.id), next_of_p(pp)]);
}

/// This M gives its P up.
pub fn proc_stop() {
    write(Kind::ProcStop, &[]);
}

/// The P was taken away from `from`, whose goroutine is in a system call.
pub fn proc_steal(pp: &P, from: *const M) {
    // SAFETY: Ms are never unmapped, and a thread's number is constant.
    let m = unsafe { from.as_ref() }.map_or(0, |m| m.tid);
    write(Kind::ProcSteal, &[u64::from(pp.id), next_of_p(pp), u64::from(m)]);
}

/// A new goroutine.
pub fn go_create(gp: &mut G) {
    create(Kind::GoCreate, gp)
}

/// A new goroutine that waits.
pub fn go_create_blocked(gp: &mut G) {
    create(Kind::GoCreateBlocked, gp)
}

fn create(kind: Kind, gp: &mut G) {
    gp.seq = 0;
    let start = tables::stack_in(super::generation(), &[gp.start_pc + 1]);
    write(kind, &[gp.head.id, start, own_stack()]);
}

/// The goroutine begins to run on this M.
pub fn go_start(gp: &mut G) {
    write(Kind::GoStart, &[gp.head.id, next_of(gp)]);
}

/// The goroutine of this M ends.
pub fn go_destroy() {
    write(Kind::GoDestroy, &[]);
}

/// The goroutine of this M stays runnable but runs no more.
pub fn go_stop(gp: &G, why: Yield) {
    let why = match why {
        Yield::Gosched => "runtime.Gosched",
        Yield::Preempted => "preempted",
        Yield::Other => "unspecified",
    };
    // SAFETY: the goroutine is this M's and does not run.
    let stack = tables::stack(unsafe { Walk::stopped(gp) });
    write(Kind::GoStop, &[tables::text(why.as_bytes()), stack]);
}

/// The goroutine of this M is about to wait.
pub fn go_block(gp: &G, why: WaitReason) {
    let stack = tables::stack(Walk::in_entry(gp));
    write(Kind::GoBlock, &[tables::text(blocks_for(why).as_bytes()), stack]);
}

/// A goroutine that waited becomes runnable.
pub fn go_unblock(gp: &mut G) {
    write(Kind::GoUnblock, &[gp.head.id, next_of(gp), own_stack()]);
}

/// The coroutine of this M lets `next`, which waits, run in its place.
pub fn go_switch(next: &mut G) {
    write(Kind::GoSwitch, &[next.head.id, next_of(next)]);
}

/// The coroutine of this M ends, and `next`, which waits, runs in its place.
pub fn go_switch_destroy(next: &mut G) {
    write(Kind::GoSwitchDestroy, &[next.head.id, next_of(next)]);
}

/// The goroutine of this M, which has the P, enters a system call.
pub fn syscall_begin(gp: &G, pp: &P) {
    write(Kind::GoSyscallBegin, &[next_of_p(pp), tables::stack(Walk::in_entry(gp))]);
}

/// The goroutine of this M is back, and has its P.
pub fn syscall_end() {
    write(Kind::GoSyscallEnd, &[]);
}

/// The goroutine of this M is back, but its P is gone.
pub fn syscall_end_blocked() {
    write(Kind::GoSyscallEndBlocked, &[]);
}

/// The world is going to be stopped.
pub fn stw_begin(why: Stop) {
    write(Kind::StwBegin, &[tables::text(why.text().as_bytes()), own_stack()]);
}

/// The world goes on.
pub fn stw_end() {
    write(Kind::StwEnd, &[]);
}

fn next_of_gc() -> u64 {
    GC_SEQ.fetch_add(1, Relaxed) + 1
}

/// Objects are being marked as a generation begins.
pub fn gc_active() {
    write(Kind::GcActive, &[next_of_gc()]);
}

/// A collection begins to mark.
pub fn gc_begin() {
    write(Kind::GcBegin, &[next_of_gc(), own_stack()]);
}

/// A collection has marked.
pub fn gc_end() {
    write(Kind::GcEnd, &[next_of_gc()]);
}

/// The goroutine of this M begins to mark.
pub fn assist_begin() {
    write(Kind::GcMarkAssistBegin, &[own_stack()]);
}

/// The goroutine of this M has marked enough.
pub fn assist_end() {
    write(Kind::GcMarkAssistEnd, &[]);
}

/// Bytes that objects take.
pub fn heap_alloc(bytes: u64) {
    write(Kind::HeapAlloc, &[bytes]);
}

/// Size of the heap at which a collection should end.
pub fn heap_goal(bytes: u64) {
    write(Kind::HeapGoal, &[bytes]);
}

/// A string of the program.
fn text_of(p: *const u8, n: usize) -> u64 {
    // SAFETY: Go passes the parts of a string.
    tables::text(if n == 0 { &[] } else { unsafe { core::slice::from_raw_parts(p, n) } })
}

entry! {
    /// A task of the program begins.
    "runtime/trace.userTaskCreate" => fn user_task_create(id: u64, parent: u64, p: *const u8, n: usize) {
        if super::is_on() {
            write(Kind::UserTaskBegin, &[id, parent, text_of(p, n), own_stack()]);
        }
    }

    /// A task of the program ends.
    "runtime/trace.userTaskEnd" => fn user_task_end(id: u64) {
        if super::is_on() {
            write(Kind::UserTaskEnd, &[id, own_stack()]);
        }
    }

    /// A region of a task begins (mode 0) or ends.
    "runtime/trace.userRegion" => fn user_region(id: u64, mode: u64, p: *const u8, n: usize) {
        if super::is_on() {
            let kind = if mode == 0 { Kind::UserRegionBegin } else { Kind::UserRegionEnd };
            write(kind, &[id, text_of(p, n), own_stack()]);
        }
    }

    /// A message of the program.
    "runtime/trace.userLog" =>
    fn user_log(id: u64, category: *const u8, n_category: usize, message: *const u8, n_message: usize) {
        if super::is_on() {
            let (category, message) = (text_of(category, n_category), text_of(message, n_message));
            write(Kind::UserLog, &[id, category, message, own_stack()]);
        }
    }
}
