//! Walking goroutine stacks and printing them in Go's format.
//!
//! All frames, of Go code, stubs and `morestack` alike, are linked by rbp: `[fp]` is the caller's frame pointer,
//! `[fp + 8]` the return address. Where a function runs first on a segment the return address is `undergo_lessstack`,
//! and the real one lies at the segment's `saved_sp`. The chain ends with a zero frame pointer.
//!
//! Files: this one (the walk, entries), [`print`] (text), [`labels`] and [`ancestors`] (parts of it), [`profile`] (the stacks of all),
//! [`places`] (functions that profiles want to see).

pub mod ancestors;
pub mod labels;
pub mod places;
pub mod print;
pub mod profile;

use crate::g::{self, G, GStatus};
use crate::module::{self, Linked, symtab};
use crate::stack::segment_of;
use crate::tracer::Stop;
use undergo_abi::pctab::flag;
use undergo_rtcore::symtab::{Frame, Func};
use undergo_rtsys::arch::morestack::undergo_lessstack;
use undergo_rtsys::arch::switch::undergo_goroutine_return;
use undergo_rtsys::entry;
use undergo_rtsys::layout::Segment;

/// A physical frame.
#[derive(Clone, Copy, Debug)]
pub struct Physical {
    /// An address inside the call instruction (or the faulting instruction).
    pub pc: usize,
    /// The return address, as `runtime.Callers` gives it out: always `pc + 1`.
    pub ret: usize,
    /// `pc` is an instruction that did not call: it faulted, was interrupted, or has not run.
    pub exact: bool,
    /// Where the frame ends: behind its return address. 0 if that is not known.
    pub fp: usize,
    /// Where it starts: what its calls leave on the stack lies below. 0 if that is not known.
    pub sp: usize,
    /// The `pc` of the frame that this one called, 0 if it is the innermost.
    pub called: usize,
}

impl Physical {
    /// A call that returns to `ret`.
    pub fn call(ret: usize) -> Physical {
        Physical { pc: ret - 1, ret, exact: false, fp: 0, sp: 0, called: 0 }
    }

    fn exact(pc: usize) -> Physical {
        Physical { pc, ret: pc + 1, exact: true, fp: 0, sp: 0, called: 0 }
    }

    /// The same, from `sp` to what is above the frame pointer `fp`.
    fn between(self, sp: usize, fp: usize) -> Physical {
        Physical { sp, fp: if fp == 0 { 0 } else { fp + 16 }, ..self }
    }

    /// The address that traces print relative to the function's entry.
    pub fn shown(&self) -> usize {
        if self.exact { self.pc } else { self.ret }
    }
}

/// Iterator over the physical frames of a goroutine in compiled code, innermost first.
#[derive(Clone, Debug)]
pub struct Walk {
    fp: usize,
    seg: *const Segment,
    /// Frame to yield before following `fp`.
    first: Option<Physical>,
    /// The frame just yielded was `runtime.sigpanic`: what it returns to is the faulting instruction itself.
    after_fault: bool,
    /// See [`Physical::called`].
    called: usize,
    /// Code of `runtime.sigpanic`.
    sigpanic: (usize, usize),
}

impl Walk {
    fn new(fp: usize, seg: *const Segment, first: Option<Physical>) -> Walk {
        let sigpanic = module::import(undergo_abi::module::Import::Sigpanic);
        let sigpanic = (sigpanic, symtab().find(sigpanic).map_or(0, |f| f.entry().size as usize));
        Walk { fp, seg, first, after_fault: false, called: 0, sigpanic }
    }

    /// The goroutine of this M, from the caller of the entry that it is in.
    pub fn current() -> Walk {
        Walk::in_entry(g::current())
    }

    /// From a machine context in compiled code.
    pub fn from_context(gp: &G, [pc, sp, fp]: [usize; 3]) -> Walk {
        Walk::new(fp, gp.head.seg as *const Segment, Some(Physical::exact(pc).between(sp, fp)))
    }

    /// From the return address of a leaf, whose caller has the frame pointer `fp`.
    pub fn from_call(gp: &G, ret: usize, fp: usize) -> Walk {
        Walk::new(fp, gp.head.seg as *const Segment, Some(Physical::call(ret)))
    }

    /// The goroutine of this M, which is in an entry.
    pub fn in_entry(gp: &G) -> Walk {
        Walk::new(gp.head.entry_bp, gp.head.seg as *const Segment, None)
    }

    /// A goroutine that does not run.
    ///
    /// # Safety
    /// It stays so, and nobody else changes its stack, while the walk is used.
    pub unsafe fn stopped(gp: &G) -> Walk {
        if gp.status() == GStatus::Syscall {
            return Walk::new(gp.syscall_bp, gp.syscall_seg, None);
        }
        let seg = gp.head.seg as *const Segment;
        if !gp.async_ctx.is_null() {
            return Walk::new(gp.head.entry_bp, seg, Some(Physical::exact(gp.async_pc)));
        }
        if gp.head.entry_bp == 0 {
            // Not started yet. What a coroutine starts in is the runtime's.
            let start = gp.coro.is_null().then(|| Physical::exact(gp.start_pc));
            return Walk::new(0, seg, start);
        }
        Walk::new(gp.head.entry_bp, seg, None)
    }

    /// Follows one link: the return address of the frame at `fp`, and where the frame that it leads to starts.
    fn step(&mut self) -> Option<(usize, usize)> {
        if self.fp == 0 || self.fp & 7 != 0 {
            return None;
        }
        self.seg = segment_of(self.seg, self.fp);
        if self.seg.is_null() {
            return None;
        }
        // SAFETY: fp is an aligned address in a live segment of the goroutine, which does not run.
        unsafe {
            let mut at = self.fp + 8;
            if *(at as *const usize) == undergo_lessstack as *const () as usize {
                at = (*self.seg).saved_sp;
            }
            let ret = *(at as *const usize);
            self.fp = *(self.fp as *const usize);
            (ret != undergo_goroutine_return as *const () as usize).then_some((ret, at + 8))
        }
    }
}

impl Iterator for Walk {
    type Item = Physical;

    fn next(&mut self) -> Option<Physical> {
        loop {
            let frame = match self.first.take() {
                Some(f) => f,
                None => {
                    let (ret, sp) = self.step()?;
                    let frame = if self.after_fault { Physical::exact(ret) } else { Physical::call(ret) };
                    frame.between(sp, self.fp)
                }
            };
            self.after_fault = false;
            if !module::is_go_text(frame.pc) {
                // A stub of the runtime image: reflectcall and the like.
                continue;
            }
            self.after_fault = frame.pc.wrapping_sub(self.sigpanic.0) < self.sigpanic.1;
            let called = core::mem::replace(&mut self.called, frame.pc);
            return Some(Physical { called, ..frame });
        }
    }
}

/// A pc of the function whose frame pointer is `fp`, found by walking from the frame pointer `from`.
///
/// # Safety
/// `from` is a frame pointer of the current goroutine and `seg` its current segment.
pub unsafe fn pc_of_frame(seg: *const Segment, from: usize, fp: usize) -> usize {
    let mut w = Walk::new(from, seg, None);
    while let Some(p) = w.next() {
        // The walk goes on with the frame that the pc belongs to.
        if w.fp == fp {
            return p.pc;
        }
    }
    crate::exit::throw("recovery: frame not found")
}

/// The logical calls of a physical frame, innermost first. Wrappers are left out unless they panic themselves.
pub fn logical(p: Physical) -> impl Iterator<Item = Frame> + Clone {
    let frames = symtab().find(p.pc).into_iter().flat_map(move |f| f.frames(p.pc));
    let callees = core::iter::once(None).chain(frames.clone().map(|f| Some(f.name)));
    let shown = move |(f, callee): &(Frame, Option<&str>)| {
        f.flags & flag::WRAPPER == 0 || callee.or_else(|| outermost(p.called)).is_some_and(raises)
    };
    frames.zip(callees).filter(shown).map(|(f, _)| f)
}

/// Name of the function that holds `pc`, not of one that is inlined.
fn outermost(pc: usize) -> Option<&'static str> {
    symtab().find(pc).and_then(|f| f.frames(pc).last()).map(|f| f.name)
}

/// Whether whoever calls the function panics.
fn raises(name: &str) -> bool {
    matches!(name, "runtime.gopanic" | "runtime.sigpanic" | "runtime.panicwrap")
}

/// `overlay/runtime/symtab.go`: rawFrame.
#[repr(C)]
struct RawFrame {
    name: *const u8,
    name_len: usize,
    file: *const u8,
    file_len: usize,
    line: usize,
    start_line: usize,
    entry: usize,
    flags: usize,
}

impl RawFrame {
    /// A frame of the function that begins at `entry`.
    fn new(frame: &Frame, entry: usize, flags: usize) -> RawFrame {
        RawFrame {
            name: frame.name.as_ptr(),
            name_len: frame.name.len(),
            file: frame.file.as_ptr(),
            file_len: frame.file.len(),
            line: frame.line as usize,
            start_line: frame.start_line as usize,
            entry,
            flags,
        }
    }
}

/// `overlay/runtime/symtab.go`: flagPlace.
const FLAG_PLACE: usize = 1 << 32;

/// The n-th function at `pc`, inlined calls first. What fills the space behind a function is where it begins.
fn frame_at(pc: usize, n: usize) -> Option<(Func<Linked>, Frame)> {
    if let Some(f) = symtab().find(pc) {
        return Some((f, f.frames(pc).nth(n)?));
    }
    let f = symtab().find_padded(pc).filter(|_| n == 0 && module::is_go_text(pc))?;
    Some((f, f.frames(f.entry().entry as usize).last()?))
}

entry! {
    /// Describes the n-th function at `pc` (not a return address), inlined calls first. The file of a place lies in the directory
    /// of package runtime.
    "runtime.funcframe" => fn funcframe(pc: usize, n: usize, out: *mut RawFrame) -> bool {
        if let Some((frame, entry)) = places::at(pc) {
            if n == 0 {
                // SAFETY: as below.
                unsafe { out.write(RawFrame::new(frame, entry, FLAG_PLACE)) };
            }
            return n == 0;
        }
        let Some((f, frame)) = frame_at(pc, n) else { return false };
        // SAFETY: the overlay passes a rawFrame of its own.
        unsafe { out.write(RawFrame::new(&frame, f.entry().entry as usize, frame.flags as usize)) };
        true
    }

    /// Return addresses of the calling goroutine: the caller of the caller of `callers` first, after `skip` more.
    "runtime.callers" => fn callers(skip: usize, buf: *mut usize, n: usize) -> usize {
        // The walk begins in the function that called the entry, which is number 0.
        let mut k = 0;
        for p in Walk::current().skip(skip).take(n) {
            // SAFETY: the buffer has room for n words.
            unsafe { *buf.add(k) = p.ret };
            k += 1;
        }
        k
    }

    /// Flags of the innermost function that called the one whose frame pointer is `fp`.
    "runtime.callerflags" => fn callerflags(fp: usize) -> usize {
        let seg = g::current().head.seg as *const Segment;
        let Some((ret, _)) = Walk::new(fp, seg, None).step() else { return 0 };
        // The stubs of reflection are no functions of Go, and wrappers like what they stand between.
        let stub = undergo_abi::pctab::flag::WRAPPER as usize;
        symtab().find(ret - 1).and_then(|f| f.frames(ret - 1).next()).map_or(stub, |f| f.flags as usize)
    }

    /// Trace of the calling goroutine, or of all, into a buffer; returns the number of bytes.
    "runtime.stackTrace" => fn stack_trace(buf: *mut u8, n: usize, all: usize) -> usize {
        if all & 0xff != 0 {
            crate::world::run_stopped(trace_all, [buf as usize, n], Stop::AllStacks);
            return g::current().head.ret0;
        }
        // SAFETY: the buffer has n bytes.
        let mut out = print::Buffer::new(unsafe { core::slice::from_raw_parts_mut(buf, n) });
        print::current(&mut out, print::Start::AfterStack);
        out.len()
    }
}

/// `runtime.Stack(buf, true)`: with the world stopped.
fn trace_all(gp: &mut G, [buf, n]: [usize; 2], _: &crate::witness::WorldStopped<'static>) -> usize {
    // SAFETY: the buffer of the asking goroutine, which waits for us.
    let mut out = print::Buffer::new(unsafe { core::slice::from_raw_parts_mut(buf as *mut u8, n) });
    if core::ptr::eq(gp, crate::m::current().curg) {
        print::current(&mut out, print::Start::AfterStack);
    } else {
        print::stopped(&mut out, gp);
    }
    print::others(&mut out, gp, &|_| true);
    gp.head.ret0 = out.len();
    0
}
