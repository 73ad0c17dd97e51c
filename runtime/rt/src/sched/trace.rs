//! What `GODEBUG=schedtrace=ms` prints: a line about the scheduler's state, with `scheddetail=1` one for every P, M and G.
//!
//! Most of it changes while it is read: Ps, Ms and Gs are never unmapped, and what is printed is a snapshot of words.

use crate::exit::Buffered;
use crate::g::{G, GStatus};
use crate::m::M;
use crate::rt::{self, RT};
use core::fmt::{Display, Formatter, Result, Write};
use core::ptr::read_volatile;
use core::sync::atomic::Ordering::*;

/// How much is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// One line.
    Line,
    /// Every P, M and G.
    All,
}

/// A number, or `nil`.
struct OrNil<T>(Option<T>);

impl<T: Display> Display for OrNil<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.0 {
            Some(n) => n.fmt(f),
            None => f.write_str("nil"),
        }
    }
}

/// Number of an M that may be null.
fn m_id(mp: *const M) -> OrNil<u32> {
    // SAFETY: Ms are never unmapped; ids are constant.
    OrNil(unsafe { mp.as_ref() }.map(|m| m.id))
}

/// Number of a goroutine that may be null.
fn g_id(gp: *mut G) -> OrNil<u64> {
    // SAFETY: Gs are never unmapped; a stale id is as good as any.
    OrNil(unsafe { gp.as_ref() }.map(|g| g.head.id))
}

/// Writes the state to standard error.
pub fn write(detail: Detail) {
    let mut out = Buffered::new();
    let _ = state(&mut out, detail);
    out.flush();
}

fn state(out: &mut dyn Write, detail: Detail) -> Result {
    let ms = (rt::nanotime() - RT.start_ns.load(Relaxed)) / 1_000_000;
    let (threads, idle, idle_locked, stop_wait, queued) = {
        let s = RT.sched.lock();
        (s.n_m, s.n_idle_m, s.n_idle_locked, s.stop_wait, s.queue.len())
    };
    write!(
        out,
        "SCHED {ms}ms: gomaxprocs={} idleprocs={} threads={threads} spinningthreads={} needspinning={} \
         idlethreads={idle} runqueue={queued}",
        rt::n_p(),
        RT.n_idle_p.load(Relaxed),
        RT.n_spinning.load(Relaxed),
        RT.need_spinning.load(Relaxed) as u32,
    )?;
    if detail == Detail::Line {
        return queues(out);
    }
    writeln!(
        out,
        " gcwaiting={} nmidlelocked={idle_locked} stopwait={stop_wait} sysmonwait={}",
        RT.stopping.load(Relaxed),
        RT.sysmon_waiting.load(Relaxed),
    )?;
    every_p(out)?;
    every_m(out)?;
    every_g(out)
}

fn queues(out: &mut dyn Write) -> Result {
    out.write_str(" [")?;
    for p in rt::all_p() {
        write!(out, " {}", p.queue.len())?;
    }
    out.write_str(" ] schedticks=[ ")?;
    for p in rt::all_p() {
        write!(out, "{} ", p.sched_tick.load(Relaxed))?;
    }
    out.write_str("]\n")
}

fn every_p(out: &mut dyn Write) -> Result {
    for p in rt::all_p() {
        writeln!(
            out,
            "  P{}: status={} schedtick={} syscalltick={} m={} runqsize={} gfreecnt={} timerslen={}",
            p.id,
            p.status() as u32,
            p.sched_tick.load(Relaxed),
            p.syscall_tick.load(Relaxed),
            m_id(p.m.load(Relaxed)),
            p.queue.len(),
            // SAFETY: a word that its owner changes meanwhile.
            unsafe { read_volatile(&raw const p.n_free_g) },
            p.timers.len(),
        )?;
    }
    Ok(())
}

fn every_m(out: &mut dyn Write) -> Result {
    for mp in rt::all_m() {
        // SAFETY: Ms and Ps are never unmapped; words that their owner changes meanwhile.
        unsafe {
            let p = read_volatile(&raw const (*mp).p).as_ref().map(|p| p.id);
            writeln!(
                out,
                "  M{}: p={} curg={} mallocing=0 throwing=0 preemptoff= locks=0 dying={} spinning={} blocked={} lockedg={}",
                (*mp).id,
                OrNil(p),
                g_id(read_volatile(&raw const (*mp).curg)),
                read_volatile(&raw const (*mp).dying) as u32,
                read_volatile(&raw const (*mp).spinning),
                read_volatile(&raw const (*mp).blocked),
                g_id(read_volatile(&raw const (*mp).locked_g)),
            )?;
        }
    }
    Ok(())
}

fn every_g(out: &mut dyn Write) -> Result {
    for gp in rt::all_g() {
        // SAFETY: Gs are never unmapped; words that change meanwhile.
        let g = unsafe { &*gp };
        if g.status() == GStatus::Idle {
            continue;
        }
        let (status, why) = (g.status() as u32, g.wait_reason.text());
        writeln!(out, "  G{}: status={status}({why}) m={} lockedm={}", g.head.id, m_id(g.m()), m_id(g.locked_m))?;
    }
    Ok(())
}
