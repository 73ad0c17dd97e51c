//! Tracebacks as text, in Go's format.

use super::{Physical, Walk, ancestors, labels, logical};
use crate::g::{G, GStatus, WaitReason};
use crate::{config, m, rt};
use core::fmt::{self, Write};
use undergo_rtcore::symtab::Frame;

/// Frames shown at each end of a long stack.
const ENDS: usize = 50;

/// Where the trace of the current goroutine begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// With the function that called the entry.
    Here,
    /// After `runtime.Stack`.
    AfterStack,
    /// After the innermost `runtime.gopanic`.
    AfterPanic,
}

/// Text into a fixed buffer; what does not fit is dropped.
#[derive(Debug)]
pub struct Buffer<'a> {
    b: &'a mut [u8],
    n: usize,
}

impl<'a> Buffer<'a> {
    /// Empty.
    pub fn new(b: &'a mut [u8]) -> Buffer<'a> {
        Buffer { b, n: 0 }
    }

    /// Bytes written.
    pub fn len(&self) -> usize {
        self.n
    }
}

impl Write for Buffer<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let k = s.len().min(self.b.len() - self.n);
        self.b[self.n..self.n + k].copy_from_slice(&s.as_bytes()[..k]);
        self.n += k;
        Ok(())
    }
}

/// Header and frames of the goroutine of this M.
pub fn current(out: &mut dyn Write, start: Start) {
    current_as(out, start, "running");
}

/// The same in another state.
pub fn current_as(out: &mut dyn Write, start: Start, state: &str) {
    // SAFETY: the M runs a goroutine.
    let gp = unsafe { &*m::current().curg };
    header(out, gp, state);
    let skip = match start {
        Start::Here => 0,
        // runtime.Stack may have been inlined away, then the first frame is the user's.
        Start::AfterStack => {
            calls(Walk::current()).take_while(|(_, f)| matches!(f.name, "runtime.Stack" | "runtime.stackTrace")).count()
        }
        Start::AfterPanic => calls(Walk::current()).position(|(_, f)| f.name == "runtime.gopanic").map_or(0, |i| i + 1),
    };
    frames(out, Walk::current(), skip);
    created_by(out, gp);
}

/// Header and frames of a goroutine that does not run.
pub fn stopped(out: &mut dyn Write, gp: &G) {
    header(out, gp, status_text(gp));
    // SAFETY: the caller keeps it from running.
    let walk = unsafe { Walk::stopped(gp) };
    frames(out, walk, 0);
    created_by(out, gp);
}

/// Frames from a machine context of the current goroutine.
pub fn context(out: &mut dyn Write, gp: &G, registers: [usize; 3]) {
    header(out, gp, "running");
    frames(out, Walk::from_context(gp, registers), 0);
    created_by(out, gp);
}

/// All goroutines that are wanted, but `me`, each after a blank line.
pub fn others(out: &mut dyn Write, me: *const G, wanted: &dyn Fn(&G) -> bool) {
    for gp in rt::all_g() {
        // SAFETY: Gs are never unmapped. The world is stopped, or the process is dying and a torn trace is the best
        // there is.
        let g = unsafe { &*gp };
        if core::ptr::eq(gp, me) || matches!(g.status(), GStatus::Dead | GStatus::Idle) {
            continue;
        }
        if !wanted(g) || g.is_system() && config::traceback_level() < 2 {
            continue;
        }
        let _ = out.write_str("\n");
        if g.status() == GStatus::Running {
            header(out, g, "running");
            let _ = out.write_str("\tgoroutine running on other thread; stack unavailable\n");
            created_by(out, g);
        } else {
            stopped(out, g);
        }
    }
}

/// The logical calls of a walk, each with the address that is shown for its physical frame.
fn calls(walk: Walk) -> impl Iterator<Item = (usize, Frame)> + Clone {
    walk.flat_map(|p| logical(p).map(move |f| (p.shown(), f)))
}

fn status_text(gp: &G) -> &'static str {
    match gp.status() {
        GStatus::Runnable => "runnable",
        GStatus::Running => "running",
        GStatus::Syscall => "syscall",
        GStatus::Waiting if gp.wait_reason == WaitReason::None => "waiting",
        GStatus::Waiting => gp.wait_reason.text(),
        GStatus::Idle => "idle",
        GStatus::Dead => "dead",
    }
}

fn header(out: &mut dyn Write, gp: &G, status: &str) {
    let _ = write!(out, "goroutine {}", gp.head.id);
    if config::traceback_level() >= 2 {
        let _ = write!(out, " gp={:#x}", gp as *const G as usize);
        // SAFETY: Ms are never unmapped.
        match unsafe { gp.m().as_ref() } {
            Some(mp) => {
                let _ = write!(out, " m={} mp={:#x}", mp.id, mp.this as usize);
            }
            None => {
                let _ = out.write_str(" m=nil");
            }
        }
    }
    let bubble = crate::bubble::of(gp);
    let _ = write!(out, " [{status}");
    if gp.flags & crate::g::FLAG_LEAKED != 0 {
        let _ = out.write_str(" (leaked)");
    }
    let durable = gp.status() == GStatus::Waiting && crate::bubble::is_durable(gp.wait_reason);
    if bubble.is_some() && durable && !status.ends_with("(durable)") {
        let _ = out.write_str(" (durable)");
    }
    if matches!(gp.status(), GStatus::Waiting | GStatus::Syscall) && gp.wait_since != 0 {
        let minutes = (rt::nanotime() - gp.wait_since) / 60_000_000_000;
        if minutes >= 1 {
            let _ = write!(out, ", {minutes} minutes");
        }
    }
    if !gp.locked_m.is_null() {
        let _ = out.write_str(", locked to thread");
    }
    if let Some(b) = bubble {
        let _ = write!(out, ", synctest bubble {}", b.id());
    }
    let _ = out.write_str("]");
    labels::print(out, gp);
    let _ = out.write_str(":\n");
}

/// Whether a function is shown. Functions of package runtime are not, but for those that users call, the panic, and the
/// goroutines that call finalizers and cleanups.
fn is_shown(f: &Frame) -> bool {
    if config::traceback_level() >= 2 {
        return true;
    }
    match f.name.strip_prefix("runtime.") {
        None => f.name.contains('.'),
        // The latter two say what such a goroutine is.
        Some("gopanic" | "runFinalizers" | "runCleanups") => true,
        Some(rest) => rest.trim_start_matches("(*").starts_with(|c: char| c.is_ascii_uppercase()),
    }
}

/// How many calls of a physical frame are shown, remembered by pc: deep stacks are recursions.
struct ShownCounts([(usize, usize); 64]);

impl ShownCounts {
    fn get(&mut self, p: Physical) -> usize {
        let slot = &mut self.0[p.pc % 64];
        if slot.0 != p.pc {
            *slot = (p.pc, logical(p).filter(is_shown).count());
        }
        slot.1
    }
}

/// The shown calls of a walk after the first `skip`, the middle of a long stack elided.
fn frames(out: &mut dyn Write, walk: Walk, mut skip: usize) {
    let mut counts = ShownCounts([(0, 0); 64]);
    let skipped = calls(walk.clone()).take(skip).filter(|(_, f)| is_shown(f)).count();
    let total = walk.clone().map(|p| counts.get(p)).sum::<usize>() - skipped;
    let elided = if total > 2 * ENDS { ENDS..total - ENDS } else { 0..0 };
    let mut i = 0;
    for p in walk {
        if skip == 0 && elided.contains(&i) && i != elided.start && i + counts.get(p) <= elided.end {
            i += counts.get(p);
            continue;
        }
        for f in logical(p) {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            if !is_shown(&f) {
                continue;
            }
            if !elided.contains(&i) {
                frame(out, p, &f);
            } else if i == elided.start {
                let _ = writeln!(out, "...{} frames elided...", elided.len());
            }
            i += 1;
        }
    }
}

fn frame(out: &mut dyn Write, p: Physical, f: &Frame) {
    name(out, f.name);
    // Of an inlined call Go does not look; values of arguments are not kept anywhere.
    let none = !f.inlined && f.flags & undergo_abi::pctab::flag::NO_ARGS != 0;
    let _ = writeln!(out, "{}", if none { "()" } else { "(...)" });
    position(out, p.shown(), f);
    if !f.inlined && config::traceback_level() >= 2 && p.fp != 0 && p.sp != 0 {
        let _ = write!(out, " fp={:#x} sp={:#x} pc={:#x}", p.fp, p.sp, p.shown());
    }
    let _ = out.write_str("\n");
}

/// File, line and distance from the function's entry.
fn position(out: &mut dyn Write, pc: usize, f: &Frame) {
    let _ = write!(out, "\t{}:{}", f.file, f.line);
    if !f.inlined
        // A return address may lie just behind the function.
        && let Some(func) = crate::module::symtab().find(pc).or_else(|| crate::module::symtab().find(pc - 1))
        && pc > func.entry().entry as usize
    {
        let _ = write!(out, " +{:#x}", pc - func.entry().entry as usize);
    }
}

/// A function name: type arguments are elided, and the panic is called by its language name.
fn name(out: &mut dyn Write, s: &str) {
    if s == "runtime.gopanic" {
        let _ = out.write_str("panic");
        return;
    }
    let (mut depth, mut start) = (0, 0);
    for (i, c) in s.char_indices() {
        match c {
            '[' => {
                if depth == 0 {
                    let _ = write!(out, "{}[...", &s[start..i]);
                }
                depth += 1;
            }
            ']' => {
                depth -= 1;
                start = i;
            }
            _ => {}
        }
    }
    let _ = out.write_str(&s[start..]);
}

fn created_by(out: &mut dyn Write, gp: &G) {
    created_at(out, gp.created_by, gp.parent_id);
    ancestors::print(out, gp);
}

/// Which go statement made a goroutine, and of which other, if that is not 0.
pub fn created_at(out: &mut dyn Write, created_by: usize, parent_id: u64) {
    if created_by == 0 {
        return;
    }
    let pc = created_by - 1;
    let Some(func) = crate::module::symtab().find(pc) else { return };
    let Some(f) = func.frames(pc).next() else { return };
    if !is_shown(&f) {
        return;
    }
    let _ = out.write_str("created by ");
    name(out, f.name);
    if parent_id != 0 {
        let _ = write!(out, " in goroutine {parent_id}");
    }
    let _ = out.write_str("\n");
    position(out, created_by, &Frame { inlined: false, ..f });
    let _ = out.write_str("\n");
}

/// The function that a return address lies in, and, as Go does here, the line of what it returns to.
pub fn returns_to(out: &mut dyn Write, ret: usize) {
    let find = |pc| crate::module::symtab().find(pc).and_then(|func| func.frames(pc).next());
    let Some(f) = find(ret).or_else(|| find(ret - 1)) else { return };
    if !is_shown(&f) || f.flags & undergo_abi::pctab::flag::WRAPPER != 0 {
        return;
    }
    name(out, f.name);
    let _ = out.write_str("(...)\n");
    position(out, ret, &Frame { inlined: false, ..f });
    let _ = out.write_str("\n");
}
