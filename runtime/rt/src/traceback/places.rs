//! Functions by which profiles know what a goroutine does in the runtime, as Go names them.
//!
//! A goroutine that waits or allocates does so on the system stack, where no frame is Go's. Whoever reads a profile looks for
//! `runtime.chanrecv1` or `runtime.mallocgc` all the same, and so do tools. A place stands for such a function, with the
//! position of its declaration in Go's sources; what is at its address is never run.

use super::{Physical, Walk};
use crate::g::{G, GStatus};
use crate::module;
use undergo_rtcore::symtab::Frame;
use undergo_rtsys::arch::morestack;

/// Distance of two places.
const STEP: usize = 16;

/// A function by its name, the file that declares it in Go's directory of package runtime, and the line of its `func` keyword.
const fn declared(name: &'static str, file: &'static str, line: u32) -> Frame {
    Frame { name, file, line, start_line: line, flags: 0, inlined: false }
}

macro_rules! places {
    ($($place:ident $name:literal $file:literal $line:literal;)*) => {
        /// See the module documentation.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(usize)]
        #[allow(missing_docs, reason = "the names are Go's")]
        pub enum Place { $($place),* }
        /// By [`Place`].
        const ROWS: &[Frame] = &[$(declared($name, $file, $line)),*];
    };
}

places! {
    Gopark "runtime.gopark" "proc.go" 457;
    Goparkunlock "runtime.goparkunlock" "proc.go" 479;
    Chanrecv "runtime.chanrecv" "chan.go" 524;
    Chanrecv1 "runtime.chanrecv1" "chan.go" 508;
    Chanrecv2 "runtime.chanrecv2" "chan.go" 513;
    Chansend "runtime.chansend" "chan.go" 176;
    Chansend1 "runtime.chansend1" "chan.go" 160;
    Selectgo "runtime.selectgo" "select.go" 122;
    Block "runtime.block" "select.go" 103;
    Semacquire1 "runtime.semacquire1" "sema.go" 146;
    Netpollblock "runtime.netpollblock" "netpoll.go" 548;
    Mallocgc "runtime.mallocgc" "malloc.go" 1067;
    Newobject "runtime.newobject" "malloc.go" 2140;
    Newarray "runtime.newarray" "malloc.go" 2183;
    Makechan "runtime.makechan" "chan.go" 75;
    Makeslice "runtime.makeslice" "slice.go" 102;
    Growslice "runtime.growslice" "slice.go" 178;
    Concatstrings "runtime.concatstrings" "string.go" 29;
    Slicebytetostring "runtime.slicebytetostring" "string.go" 140;
    Stringtoslicebyte "runtime.stringtoslicebyte" "string.go" 225;
    Stringtoslicerune "runtime.stringtoslicerune" "string.go" 237;
    Slicerunetostring "runtime.slicerunetostring" "string.go" 261;
    Memmove "runtime.memmove" "memmove_amd64.s" 35;
    Memclr "runtime.memclrNoHeapPointers" "memclr_amd64.s" 15;
    Now "time.now" "time_linux_amd64.s" 14;
    RuntimeNow "time.runtimeNow" "time.go" 17;
    Systemstack "runtime.systemstack" "asm_amd64.s" 489;
    SetGCPercent "runtime/debug.setGCPercent" "mgcpacer.go" 1350;
    Newstack "runtime.newstack" "stack.go" 1055;
    Morestack "runtime.morestack" "asm_amd64.s" 597;
}

#[repr(C, align(16))]
struct Marks([[u8; STEP]; ROWS.len()]);

/// Addresses of places: executable, so that tools find them in the program's mapping.
#[unsafe(link_section = ".text.places")]
static MARKS: Marks = Marks([[0xcc; STEP]; ROWS.len()]);

fn marks() -> usize {
    &raw const MARKS as usize
}

impl Place {
    /// A return address that stands for it.
    pub fn ret(self) -> usize {
        marks() + self as usize * STEP + 1
    }
}

/// The place that an address stands for, and its own.
pub fn at(pc: usize) -> Option<(&'static Frame, usize)> {
    let i = pc.checked_sub(marks())? / STEP;
    Some((ROWS.get(i)?, marks() + i * STEP))
}

/// Something that compiled code calls, and the functions of Go that do it, innermost first.
struct Entry {
    at: *const u8,
    places: &'static [Place],
}

// SAFETY: only the address counts.
unsafe impl Sync for Entry {}

macro_rules! entries {
    ($($symbol:literal [$($place:ident)*];)*) => {
        static ENTRIES: &[Entry] = &[$(Entry {
            at: {
                unsafe extern "C" {
                    #[link_name = $symbol]
                    static CODE: u8;
                }
                &raw const CODE
            },
            places: &[$(Place::$place),*],
        }),*];
    };
}

entries! {
    "runtime.chanrecv1" [Chanrecv Chanrecv1];
    "runtime.chanrecv2" [Chanrecv Chanrecv2];
    "runtime.chansend1" [Chansend Chansend1];
    "runtime.selectgo" [Selectgo];
    "runtime.block" [Block];
    "runtime.semacquire" [Goparkunlock Semacquire1];
    "runtime.semacquireMutex" [Goparkunlock Semacquire1];
    "runtime.semacquireRWMutex" [Goparkunlock Semacquire1];
    "runtime.semacquireRWMutexR" [Goparkunlock Semacquire1];
    "runtime.semacquireWaitGroup" [Goparkunlock Semacquire1];
    "runtime.notifyListWait" [Goparkunlock];
    "runtime.pollWait" [Netpollblock];
    "runtime.mallocgc" [Mallocgc];
    "runtime.newobject" [Mallocgc Newobject];
    "runtime.newarray" [Mallocgc Newarray];
    "runtime.makechan" [Mallocgc Makechan];
    "runtime.makeslice" [Mallocgc Makeslice];
    "runtime.growslice" [Mallocgc Growslice];
    "runtime.concatstrings" [Mallocgc Concatstrings];
    "runtime.slicebytetostring" [Mallocgc Slicebytetostring];
    "runtime.stringtoslicebyte" [Mallocgc Stringtoslicebyte];
    "runtime.stringtoslicerune" [Mallocgc Stringtoslicerune];
    "runtime.slicerunetostring" [Mallocgc Slicerunetostring];
    "runtime.memmove" [Memmove];
    "runtime.memclrNoHeapPointers" [Memclr];
    "time.now" [Now];
    "time.runtimeNow" [Now RuntimeNow];
    "runtime/debug.setGCPercent" [Systemstack SetGCPercent];
}

/// What a frame of Go code has called, innermost first, if that is known by the call instruction.
pub fn called_by(p: Physical) -> &'static [Place] {
    let at = p.ret.wrapping_sub(CALL);
    if p.exact || !module::is_go_text(at) {
        return &[];
    }
    // SAFETY: code of the program, five bytes of it.
    let code: [u8; CALL] = unsafe { *(at as *const [u8; CALL]) };
    let [0xe8, distance @ ..] = code else { return &[] };
    let target = p.ret.wrapping_add_signed(i32::from_le_bytes(distance) as isize);
    ENTRIES.iter().find(|e| e.at as usize == target).map_or(&[], |e| e.places)
}

/// Bytes of a call with a distance.
const CALL: usize = 5;

/// What the goroutine, which is in an entry, does there.
pub fn in_entry(gp: &G, walk: &Walk) -> &'static [Place] {
    if gp.head.entry_bp.wrapping_sub(gp.head.entry_sp) == morestack::SAVE {
        return &[Place::Newstack, Place::Morestack];
    }
    walk.clone().next().map_or(&[], called_by)
}

/// The same for a goroutine that does not run: what it waits in.
pub fn waiting(gp: &G, walk: &Walk) -> impl Iterator<Item = Place> + use<> {
    let waits = gp.status() == GStatus::Waiting && gp.async_ctx.is_null();
    let places = if waits { in_entry(gp, walk) } else { &[] };
    waits.then_some(Place::Gopark).into_iter().chain(places.iter().copied())
}
