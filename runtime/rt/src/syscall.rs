//! Entering and leaving system calls.
//!
//! Between the two a goroutine runs without a claim to its P: the P has status Syscall, and sysmon or a stop of the
//! world may take it. Coming back, the goroutine tries its old P, then any idle one, and else queues up.

use crate::g::{self, G, GStatus};
use crate::m;
use crate::rt::RT;
use crate::sched::{self, threads};
use crate::tracer;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;
use undergo_rtsys::entry;
use undergo_rtsys::layout::Segment;

/// Records where the goroutine is, for scans and traces while it is in the kernel.
pub fn save_position(gp: &mut G) {
    gp.syscall_sp = gp.head.entry_sp;
    gp.syscall_bp = gp.head.entry_bp;
    gp.syscall_seg = gp.head.seg as *mut Segment;
    // SAFETY: the entry stub has pushed them at entry_sp.
    gp.syscall_regs = unsafe { *(gp.head.entry_sp as *const [usize; 4]) };
}

entry! {
    /// A system call that may block follows.
    "runtime.entersyscall" | "syscall.runtime_entersyscall" => fn enter_syscall() {
        let gp = g::current();
        let mp = m::current();
        save_position(gp);
        // SAFETY: we own our P until the transition below.
        let pp = unsafe { &*mp.p };
        mp.oldp = mp.p;
        if tracer::is_on() {
            tracer::syscall_begin(gp, pp);
        }
        gp.transition(GStatus::Running, GStatus::Syscall);
        if RT.sysmon_waiting.load(Relaxed) {
            sched::sysmon::wake();
        }
        mp.p = null_mut();
        pp.enter_syscall(mp.id);
        if RT.stopping.load(SeqCst) {
            crate::world::offer(pp);
        }
    }

    /// A system call that will block follows.
    "runtime.entersyscallblock" => fn enter_syscall_block() {
        let mp = m::current();
        mp.oldp = mp.p;
        threads::block(g::current());
    }

    /// The system call is over.
    "runtime.exitsyscall" | "syscall.runtime_exitsyscall" => fn exit_syscall() {
        let gp = g::current();
        let mp = m::current();
        let old = mp.oldp;
        mp.oldp = null_mut();
        // SAFETY: Ps are never freed.
        if let Some(pp) = unsafe { old.as_ref() } && pp.leave_syscall(mp.id) {
            pp.syscall_tick.fetch_add(1, Relaxed);
            mp.p = old;
            if tracer::is_on() {
                tracer::syscall_end();
            }
            gp.transition(GStatus::Syscall, GStatus::Running);
            crate::gc::barrier::refresh(gp);
            if gp.preempt.load(Relaxed) || RT.stopping.load(SeqCst) {
                gp.request_preempt();
            }
            return;
        }
        exit_slow(gp)
    }
}

/// The old P is gone: takes an idle one, or queues the goroutine and looks for other work. Its entry is over.
pub fn exit_slow(gp: &mut G) -> ! {
    let mp = m::current();
    gp.resume_pc = undergo_rtsys::arch::entry::undergo_entry_resume as *const () as usize;
    let locked = !gp.locked_m.is_null();
    let pp = {
        let mut s = RT.sched.lock();
        // Under the lock, since we have no P: see `tracer`.
        if tracer::is_on() {
            tracer::syscall_end_blocked();
        }
        sched::detach(mp, gp);
        gp.transition(GStatus::Syscall, GStatus::Runnable);
        let pp = if RT.stopping.load(SeqCst) { null_mut() } else { threads::take_idle_p(&mut s) };
        if pp.is_null() {
            s.queue.push(gp);
            RT.n_global.store(s.queue.len() as u32, Relaxed);
        }
        pp
    };
    if !pp.is_null() {
        threads::acquire_p(pp);
        sched::execute(gp, sched::Slice::Fresh);
    }
    if locked {
        // Only this M may run it: whoever finds it in the queue hands us a P.
        threads::stop_locked();
        sched::execute(gp, sched::Slice::Fresh);
    }
    threads::stop();
    sched::schedule_fresh()
}
