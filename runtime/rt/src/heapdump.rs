//! `runtime/debug.WriteHeapDump`: all objects and what leads to them, in Go's format.
//!
//! The format is described at <https://go.dev/wiki/heapdump15-through-heapdump17>: a line that names it, then records, each a
//! number that tells its kind and the fields of that kind. Numbers are unsigned varints, texts have their length in front,
//! and a list of fields says where in a piece of memory pointers are. What the collector reads conservatively, data segments
//! and frames, has a field for each word that leads to an object. Itabs are not told of: they hold no pointer into the heap.

use crate::g::{G, GStatus};
use crate::gc::sweep;
use crate::mem::span::{Arena, HEAP, PAGE_TABLE, Span, find_object};
use crate::mem::{pages, pointers, report, special};
use crate::module::{module, symtab};
use crate::reflect::name_at;
use crate::roots::{self, Visitor};
use crate::rt::{self, RT};
use crate::traceback::{Physical, Walk};
use crate::types::Type;
use crate::witness::WorldStopped;
use core::sync::atomic::Ordering::Relaxed;
use undergo_abi::types::tflag;
use undergo_rtcore::size_class::Scan;
use undergo_rtsys::entry;
use undergo_rtsys::linux::file;

/// The line that the file begins with.
const MAGIC: &[u8] = b"go1.7 heap dump\n";
/// Kind of a field that is a pointer; 0 ends a list of fields.
const POINTER: u64 = 1;

/// Kinds of records.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
enum Kind {
    End = 0,
    Object = 1,
    OtherRoot = 2,
    Type = 3,
    Goroutine = 4,
    Frame = 5,
    Parameters = 6,
    Finalizer = 7,
    Thread = 9,
    MemStats = 10,
    QueuedFinalizer = 11,
    Data = 12,
    Bss = 13,
}

/// A file that is being written.
struct Dump {
    fd: usize,
    buffer: [u8; 4096],
    len: usize,
}

impl Dump {
    fn bytes(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let n = bytes.len().min(self.buffer.len() - self.len);
            self.buffer[self.len..self.len + n].copy_from_slice(&bytes[..n]);
            self.len += n;
            bytes = &bytes[n..];
            if self.len == self.buffer.len() {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        file::write_all(self.fd, &self.buffer[..self.len]);
        self.len = 0;
    }

    fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.bytes(&[n as u8 | 0x80]);
            n >>= 7;
        }
        self.bytes(&[n as u8]);
    }

    fn numbers(&mut self, numbers: &[usize]) {
        numbers.iter().for_each(|&n| self.number(n as u64));
    }

    fn kind(&mut self, kind: Kind) {
        self.number(kind as u64);
    }

    fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u64);
        self.bytes(text);
    }

    /// The content of `[lo, hi)`.
    ///
    /// # Safety
    /// It is readable, and nobody writes it.
    unsafe fn memory(&mut self, lo: usize, hi: usize) {
        // SAFETY: caller.
        self.text(unsafe { core::slice::from_raw_parts(lo as *const u8, hi.saturating_sub(lo)) });
    }

    fn pointer(&mut self, offset: usize) {
        self.number(POINTER);
        self.number(offset as u64);
    }

    fn end_of_fields(&mut self) {
        self.number(0);
    }

    /// Fields for the words of `[lo, hi)` that lead to objects.
    ///
    /// # Safety
    /// As for [`Dump::memory`].
    unsafe fn conservative_fields(&mut self, lo: usize, hi: usize) {
        for at in (lo.next_multiple_of(8)..hi & !7).step_by(8) {
            // SAFETY: caller.
            if find_object(unsafe { (at as *const usize).read() }).is_some() {
                self.pointer(at - lo);
            }
        }
        self.end_of_fields();
    }

    fn parameters(&mut self) {
        self.kind(Kind::Parameters);
        self.number(0);
        self.numbers(&[size_of::<usize>(), HEAP.base(), HEAP.base() + HEAP.committed()]);
        self.text(b"amd64");
        self.text(b"");
        self.number(RT.n_cpu.load(Relaxed).into());
    }

    /// What a type descriptor says.
    ///
    /// # Safety
    /// Null, or a type (T1).
    unsafe fn type_of(&mut self, ty: *const Type) {
        // SAFETY: caller.
        let Some(t) = (unsafe { ty.as_ref() }) else { return };
        self.kind(Kind::Type);
        self.numbers(&[ty as usize, t.size]);
        let name = name_at(t.str).text();
        self.text(&name[usize::from(t.tflag & tflag::EXTRA_STAR != 0).min(name.len())..]);
        self.number((t.tflag & tflag::DIRECT_IFACE != 0).into());
    }

    fn objects(&mut self) {
        for page in 0..pages::committed_pages() {
            // SAFETY: M1: the table covers all committed pages; the world is stopped.
            let Some(span) = (unsafe { (*PAGE_TABLE.at::<*mut Span>(page)).as_ref() }) else { continue };
            if span.page() != page {
                continue;
            }
            if span.arena == Arena::Sealed {
                continue;
            }
            for index in (0..span.objects).filter(|&i| span.is_allocated(i)) {
                let at = span.start + index * span.elem;
                self.kind(Kind::Object);
                self.number(at as u64);
                // SAFETY: an object in use (M1, M4).
                unsafe {
                    self.memory(at, at + span.elem);
                    if span.scan == Scan::Yes {
                        pointers::in_object(span, at, |word| self.pointer(word - at));
                    }
                }
                self.end_of_fields();
            }
        }
    }

    fn data(&mut self) {
        for (kind, [lo, hi]) in [(Kind::Data, module().data), (Kind::Bss, module().bss)] {
            let (lo, hi) = (lo as usize, hi as usize);
            self.kind(kind);
            self.number(lo as u64);
            // SAFETY: segments of the program.
            unsafe {
                self.memory(lo, hi);
                self.conservative_fields(lo, hi);
            }
        }
    }

    /// # Safety
    /// The goroutine does not run, or is the current one, inside an entry.
    unsafe fn goroutine(&mut self, gp: &G) {
        let is_current = core::ptr::eq(gp, crate::m::current().curg);
        let status = if is_current { GStatus::Running } else { gp.status() };
        if matches!(status, GStatus::Dead | GStatus::Idle) {
            return;
        }
        self.kind(Kind::Goroutine);
        self.numbers(&[
            gp as *const G as usize,
            gp.head.entry_sp,
            gp.head.id as usize,
            gp.created_by,
            status as usize,
            gp.is_system().into(),
            0,
            gp.wait_since as usize,
        ]);
        self.text(if status == GStatus::Waiting { gp.wait_reason.text().as_bytes() } else { b"" });
        self.numbers(&[gp.head.call_ctx, gp.m() as usize, gp.head.defers, gp.head.panics]);
        // SAFETY: caller.
        let walk = if is_current { Walk::in_entry(gp) } else { unsafe { Walk::stopped(gp) } };
        let mut child = 0;
        for (depth, frame) in walk.filter(|f| f.sp != 0 && f.fp > f.sp).enumerate() {
            // SAFETY: the frame lies on the goroutine's stack, in one segment or at the end of one.
            unsafe { self.frame(depth, child, &frame) };
            child = frame.sp;
        }
    }

    /// # Safety
    /// The frame's memory is readable.
    unsafe fn frame(&mut self, depth: usize, child: usize, frame: &Physical) {
        self.kind(Kind::Frame);
        self.numbers(&[frame.sp, depth, child]);
        // SAFETY: caller.
        unsafe { self.memory(frame.sp, frame.fp) };
        let function = symtab().find(frame.pc);
        let entry = function.as_ref().map_or(0, |f| f.entry().entry as usize);
        self.numbers(&[entry, frame.pc, frame.ret]);
        let outermost = function.and_then(|f| f.frames(frame.pc).last());
        self.text(outermost.map_or("", |f| f.name).as_bytes());
        // SAFETY: caller.
        unsafe { self.conservative_fields(frame.sp, frame.fp) };
    }

    fn threads(&mut self) {
        for mp in rt::all_m() {
            // SAFETY: Ms are never unmapped.
            let (id, tid) = unsafe { ((*mp).id, (*mp).tid) };
            self.kind(Kind::Thread);
            self.numbers(&[mp as usize, id as usize, tid as usize]);
        }
    }

    fn finalizers(&mut self) {
        special::each_finalizer(|f, is_queued| {
            // SAFETY: types of the program (T1), and a func value.
            let code = unsafe {
                self.type_of(f.parameter as *const Type);
                self.type_of(f.pointer as *const Type);
                *(f.func as *const usize)
            };
            self.kind(if is_queued { Kind::QueuedFinalizer } else { Kind::Finalizer });
            self.numbers(&[f.object, f.func, code, f.parameter, f.pointer]);
        });
    }

    fn other_root(&mut self, what: &str, word: usize) {
        if find_object(word).is_some() {
            self.kind(Kind::OtherRoot);
            self.text(what.as_bytes());
            self.number(word as u64);
        }
    }

    fn mem_stats(&mut self) {
        self.kind(Kind::MemStats);
        report::each_for_dump(|n| self.number(n));
    }
}

impl Visitor for Dump {
    fn word(&mut self, value: usize) {
        self.other_root("runtime", value);
    }
}

/// Writes everything to the file `fd`.
fn write(_: &mut G, [fd, _]: [usize; 2], world: &WorldStopped<'static>) -> usize {
    // What has died is not told of.
    sweep::finish();
    let mut dump = Dump { fd, buffer: [0; 4096], len: 0 };
    dump.bytes(MAGIC);
    dump.parameters();
    dump.objects();
    for gp in rt::all_g() {
        // SAFETY: the world is stopped: goroutines do not run, or are inside an entry.
        unsafe { dump.goroutine(&*gp) };
    }
    dump.threads();
    dump.data();
    dump.finalizers();
    roots::enumerate(&mut dump, world);
    special::each_root(|word| dump.other_root("special", word));
    dump.mem_stats();
    dump.kind(Kind::End);
    dump.flush();
    0
}

entry! {
    /// Writes a dump of the heap, with the world stopped.
    "runtime/debug.WriteHeapDump" => fn write_heap_dump(fd: usize) {
        crate::world::run_stopped(write, [fd, 0], crate::tracer::Stop::HeapDump);
    }
}
