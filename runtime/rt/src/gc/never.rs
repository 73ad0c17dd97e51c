//! `GODEBUG=checkfinalizers=1`: finalizers and cleanups that will never run, since what they need leads to the object
//! that they wait for, or since the object shares a block with others.
//!
//! When marking has ended, the heap is traced from each of them alone. If the object is reached, or lies in a block of tiny
//! objects, the program ends and says where it was registered. Registration notes what the report needs ([`note`]).

use super::check::Tracer;
use crate::config::godebug;
use crate::exit;
use crate::g;
use crate::lock::Mutex;
use crate::mem::special::{self, After};
use crate::mem::vec::OffVec;
use crate::module::symtab;
use crate::reflect::name_at;
use crate::traceback::Walk;
use crate::types::Type;
use crate::witness::WorldStopped;
use core::fmt::Write;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use undergo_abi::types::tflag;
use undergo_rtcore::lock_rank::Rank;
use undergo_rtcore::symtab::Frame;

static ON: AtomicBool = AtomicBool::new(false);
/// Reports shown at most.
const MOST: usize = 50;
/// Bytes of code after a call that are moves between registers: they belong to no line.
const MOVES: usize = 16;
/// Bytes of a block that tiny objects share.
const TINY: usize = 16;

/// What is known of a finalizer or cleanup.
#[derive(Clone, Copy)]
struct Note {
    /// The object.
    address: usize,
    /// Number of the cleanup, 0 for the finalizer.
    id: u64,
    /// Code that will be called.
    code: usize,
    /// Type of the object.
    ty: *const Type,
    /// Where `SetFinalizer` or `AddCleanup` returns to.
    created: usize,
}

// SAFETY: types are never written to.
unsafe impl Send for Note {}

static NOTES: Mutex<OffVec<Note>> = Mutex::new(Rank::Births, OffVec::new());

/// Reads the setting.
pub fn init() {
    ON.store(godebug("checkfinalizers").is_some_and(|v| v != b"0"), Relaxed);
}

/// A finalizer (number 0) or cleanup is registered, in an entry: `func` is what the program passed.
///
/// # Safety
/// `func` is a func value, `ty` a type.
pub unsafe fn note(address: usize, id: u64, func: usize, ty: *const Type) {
    if !ON.load(Relaxed) {
        return;
    }
    let of_the_runtime = |ret: usize| {
        let outermost = symtab().find(ret - 1).map_or("", |f| f.name());
        outermost.starts_with("runtime.SetFinalizer") || outermost.starts_with("runtime.AddCleanup")
    };
    let created = Walk::in_entry(g::current()).map(|p| p.ret).find(|&ret| !of_the_runtime(ret)).unwrap_or(0);
    // SAFETY: caller.
    let code = unsafe { *(func as *const usize) };
    NOTES.lock().push(Note { address, id, code, ty, created });
}

/// One that will not run.
#[derive(Clone, Copy)]
struct Report {
    after: After,
    /// Its record.
    special: usize,
    is_reached: bool,
    is_tiny: bool,
    note: Note,
}

/// Ends the program if there are any.
pub fn check(_: &WorldStopped<'_>) {
    if !ON.load(Relaxed) {
        return;
    }
    // SAFETY: the world is stopped.
    let notes = unsafe { NOTES.get_unlocked() };
    let mut reports: OffVec<Report> = OffVec::new();
    special::each_after(|special, after| {
        let Some(note) = notes.iter().rev().find(|n| n.address == after.object && n.id == after.id) else { return };
        let Some(mut tracer) = Tracer::new() else { return };
        special::each_root_of(&after, |word| tracer.follow(word));
        let is_reached = tracer.has_seen(after.object);
        // SAFETY: a type, which the program's tables hold.
        let is_tiny = unsafe { (*note.ty).size < TINY && (*note.ty).ptr_bytes == 0 };
        if is_reached || is_tiny {
            reports.push(Report { after, special, is_reached, is_tiny, note: *note });
        }
    });
    if !reports.is_empty() {
        reports.sort_unstable_by_key(|r| (r.after.object, r.after.id));
        tell(&reports);
    }
}

fn tell(reports: &[Report]) -> ! {
    let mut out = exit::Buffered::new();
    let _ = out.write_str("WARNING: LIKELY CLEANUP/FINALIZER ISSUES\n\n");
    let mut last = 0;
    for r in &reports[..reports.len().min(MOST)] {
        let kind = if r.after.id == 0 { "finalizer" } else { "cleanup" };
        let called = if r.after.id == 0 { kind } else { "cleanup or cleanup argument" };
        if r.after.object != last {
            if last != 0 {
                let _ = out.write_str("\n");
            }
            let name = core::str::from_utf8(name(r.note.ty)).unwrap_or("?");
            let _ = writeln!(out, "Value of type {name} at {:#x}", r.after.object);
            if r.is_reached {
                let _ = writeln!(out, "  is reachable from {called}");
            }
            if r.is_tiny {
                let _ = out.write_str("  is in a tiny block with other (possibly long-lived) values\n");
            }
            if r.is_reached && r.is_tiny {
                let _ = writeln!(out, "  may be in the same tiny block as {called}");
            }
            last = r.after.object;
        }
        let _ = writeln!(out, "\nHas {kind} at {:#x}", r.special);
        place(&mut out, r.note.code, 0);
        let _ = out.write_str("created at: \n");
        place(&mut out, r.note.created, MOVES);
    }
    let _ = out.write_str("\n");
    if reports.len() > MOST {
        let _ = out.write_str("... too many potential issues ...\n");
    }
    out.flush();
    exit::throw_of_collector("detected possible issues with cleanups and/or finalizers")
}

/// The name of a type.
fn name(ty: *const Type) -> &'static [u8] {
    // SAFETY: a type of the program.
    let ty = unsafe { &*ty };
    let text = name_at(ty.str).text();
    if ty.tflag & tflag::EXTRA_STAR != 0 { text.get(1..).unwrap_or_default() } else { text }
}

/// The function that holds `pc`, and the line there. `moves`: the line that comes next if it begins within so many bytes:
/// of a return address Go shows the line of what follows.
fn place(out: &mut dyn Write, pc: usize, moves: usize) {
    let Some(f) = symtab().find(pc) else {
        let _ = writeln!(out, "  <bad pc {pc:#x}>");
        return;
    };
    let line_at = |pc: usize| f.frames(pc).next();
    let Some(here) = line_at(if moves > 0 { pc - 1 } else { pc }) else { return };
    let next = (pc..pc + moves).filter_map(line_at).find(|next| next.line != here.line);
    let Frame { file, line, .. } = next.unwrap_or(here);
    let _ = writeln!(out, "  {}()\n      {file}:{line} +{:#x}", f.name(), pc - f.entry().entry as usize);
}
