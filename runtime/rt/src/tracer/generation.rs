//! From one generation to the next.

use super::buffer::{self, Buffer, Kind, NO_M, write};
use super::tables::{self, MAX_FRAMES};
use super::{GENERATION, ON, Stop, events, reader};
use crate::g::{G, GStatus};
use crate::intern::{Entry, words_of};
use crate::lock::Mutex;
use crate::module::symtab;
use crate::rt::{self, RT};
use crate::traceback::{Physical, Walk, logical};
use crate::witness::WorldStopped;
use crate::{config, env, m, profile, world};
use core::ptr::null_mut;
use core::sync::atomic::Ordering::*;
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;
use undergo_rtsys::linux::clock;

/// Stacks of goroutines that wait are told with their states if there are at most so many goroutines: it takes a
/// microsecond each, and the world is stopped.
const FEW: usize = 4096;
/// Units of time in a second.
const FREQUENCY: u64 = 1_000_000_000;
/// How long a generation lasts, ns.
const PERIOD: u64 = 1_000_000_000;
/// Stacks or texts that are written in one go.
const STEP: usize = 256;
/// Bytes that a stack takes at most, and any other entry.
const MAX_ENTRY: usize = 32 + MAX_FRAMES * 28;

/// What `runtime.traceFlip` is asked to do.
mod flip_kind {
    /// Begin a trace.
    pub const START: usize = 0;
    /// Go on with the next generation. (2 is to end the trace.)
    pub const ADVANCE: usize = 1;
}

/// When a generation began, by both clocks.
#[derive(Clone, Copy)]
struct Begun {
    /// Monotonic time, ns.
    mono: u64,
    /// Seconds since 1970, and ns.
    wall: [u64; 2],
}

/// What remains to be written of a generation that has ended.
struct Rest {
    generation: u64,
    part: Part,
    /// Stack or text to be written next.
    at: *mut Entry<()>,
    /// Of the current generation.
    begun: Begun,
    /// Of the one that has ended.
    ended_begun: Begun,
}

// SAFETY: the entry belongs to a table that nobody changes any more.
unsafe impl Send for Rest {}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Nothing,
    Samples,
    Stacks,
    Texts,
    End,
}

const LONG_AGO: Begun = Begun { mono: 0, wall: [0; 2] };

static REST: Mutex<Rest> = Mutex::new(
    Rank::TracerRest,
    Rest { generation: 0, part: Part::Nothing, at: null_mut(), begun: LONG_AGO, ended_begun: LONG_AGO },
);

/// Ends the current generation, if there is one, and begins the next, if there is to be one.
fn flip(_: &mut G, [kind, _]: [usize; 2], world: &WorldStopped<'static>) -> usize {
    let _nobody_without_a_p = RT.sched.lock();
    let old = GENERATION.load(Relaxed);
    let new = old + 1;
    let goes_on = kind == flip_kind::START || kind == flip_kind::ADVANCE;
    let mut rest = REST.lock();
    if kind == flip_kind::START {
        reader::begin(new);
        profile::forget_traced();
        events::GC_SEQ.store(0, Relaxed);
    } else {
        for mp in rt::all_m() {
            // SAFETY: nobody writes events.
            buffer::take(unsafe { &mut *mp });
        }
        (rest.generation, rest.part, rest.ended_begun) = (old, Part::Samples, rest.begun);
    }
    if goes_on {
        let wall = clock::wall();
        rest.begun = Begun { mono: rt::nanotime() as u64, wall: [wall.sec as u64, wall.nsec as u64] };
        tables::texts(new).clear();
        tables::stacks(new).clear();
        GENERATION.store(new, Relaxed);
    } else {
        reader::end(old);
    }
    drop(rest);
    ON.store(goes_on, Relaxed);
    if goes_on {
        write_states(world);
        if kind == flip_kind::START {
            events::procs_change(rt::n_p());
        }
        if crate::gc::cycle::is_marking() {
            events::gc_active();
        }
        events::heap_goal(crate::gc::pace::goal());
    }
    0
}

/// Writes the states of all Ps and goroutines, whose numbers begin anew.
fn write_states(_: &WorldStopped<'_>) {
    let own = m::current().p;
    for (i, pp) in rt::made_p().enumerate() {
        // SAFETY: Ps are never freed.
        let pp = unsafe { &*pp };
        pp.trace_seq.store(0, Relaxed);
        if i < rt::n_p() {
            write_state_of_p(pp, core::ptr::eq(pp, own));
        }
    }
    let few = crate::sched::create::count() <= FEW;
    for gp in rt::all_g() {
        // SAFETY: the world is stopped, and who has no P changes nothing either.
        let g = unsafe { &mut *gp };
        g.seq = 0;
        let status = match g.status() {
            GStatus::Idle | GStatus::Dead => continue,
            GStatus::Runnable => 1,
            GStatus::Running => 2,
            GStatus::Syscall => 3,
            GStatus::Waiting => 4,
        };
        // SAFETY: Ms are never unmapped.
        let m = unsafe { g.m().as_ref() }.map_or(NO_M, |m| u64::from(m.tid));
        if few && status == 4 {
            // SAFETY: as above.
            let stack = tables::stack(unsafe { Walk::stopped(g) });
            write(Kind::GoStatusStack, &[g.head.id, m, status, stack]);
        } else {
            write(Kind::GoStatus, &[g.head.id, m, status]);
        }
    }
}

/// A P that a trace has not seen yet, idle unless it is our own.
pub fn write_state_of_p(pp: &crate::p::P, own: bool) {
    write(Kind::ProcStatus, &[u64::from(pp.id), if own { 1 } else { 2 }]);
}

impl Rest {
    /// Writes a part; whether there is more.
    fn write(&mut self) -> bool {
        match self.part {
            Part::Nothing => {}
            Part::Samples => {
                self.samples();
                self.part = Part::Stacks;
                self.at = tables::stacks(self.generation).first();
            }
            Part::Stacks => {
                if !self.entries(Kind::Stacks, Kind::Stack) {
                    self.part = Part::Texts;
                    self.at = tables::texts(self.generation).first();
                }
            }
            Part::Texts => {
                if !self.entries(Kind::Strings, Kind::String) {
                    self.part = Part::End;
                }
            }
            Part::End => {
                self.sync();
                reader::give(Buffer::end_of_generation(self.generation));
                self.part = Part::Nothing;
            }
        }
        self.part != Part::Nothing
    }

    fn batch(&self, kind: Kind) -> &'static mut Buffer {
        let b = Buffer::start(self.generation, NO_M, self.ended_begun.mono);
        b.byte(kind as u8);
        b
    }

    /// Writes some entries of a table into a batch; whether there are more.
    fn entries(&mut self, batch: Kind, kind: Kind) -> bool {
        let b = self.batch(batch);
        for _ in 0..STEP {
            // SAFETY: an entry of a table that nobody changes.
            let Some(e) = (unsafe { self.at.as_ref() }) else { break };
            if !b.has_room(MAX_ENTRY) {
                break;
            }
            b.byte(kind as u8);
            b.number(u64::from(e.id));
            if kind == Kind::Stack {
                put_frames(b, self.generation, e.bytes());
            } else {
                b.number(e.bytes().len() as u64);
                b.bytes(e.bytes());
            }
            self.at = e.later();
        }
        b.finish();
        reader::give(b);
        !self.at.is_null()
    }

    /// Writes what a CPU profile has noted.
    fn samples(&self) {
        let mut b = self.batch(Kind::CpuSamples);
        profile::take_traced(|s| {
            if !b.has_room(64) {
                b.finish();
                reader::give(b);
                b = self.batch(Kind::CpuSamples);
            }
            b.byte(Kind::CpuSample as u8);
            let stack = tables::stack_in(self.generation, s.returns);
            [s.time, s.m, s.p, s.goroutine, stack].into_iter().for_each(|n| b.number(n));
        });
        b.finish();
        reader::give(b);
    }

    /// Writes how times are meant.
    fn sync(&self) {
        let Begun { mono, wall: [sec, nsec] } = self.ended_begun;
        let b = self.batch(Kind::Sync);
        b.byte(Kind::Frequency as u8);
        b.number(FREQUENCY);
        b.byte(Kind::ClockSnapshot as u8);
        [0, mono, sec, nsec].into_iter().for_each(|n| b.number(n));
        b.finish();
        reader::give(b);
    }
}

/// A frame as the format has it: an address that tells it from all others, numbers of texts, and a line.
type Frame = [u64; 4];

/// Writes the frames of a stack of return addresses.
fn put_frames(b: &mut Buffer, generation: u64, bytes: &[u8]) {
    let mut frames = [[0; 4]; MAX_FRAMES];
    let mut n = 0;
    let mut called = 0;
    for ret in words_of(bytes) {
        let p = Physical { called, ..Physical::call(ret) };
        called = p.pc;
        n += collect(&mut frames[n..], generation, p.pc, logical(p));
    }
    if n == 0 && called != 0 {
        // A wrapper alone stands for what it wraps.
        let (pc, f) = wrapped(called);
        n = collect(&mut frames, generation, pc, f.into_iter());
    }
    b.number(n as u64);
    frames[..n].iter().flatten().for_each(|&x| b.number(x));
}

/// The function that the wrapper at `pc` calls, or whose code is part of it; or the wrapper itself, if it calls none.
fn wrapped(pc: usize) -> (usize, Option<undergo_rtcore::symtab::Frame>) {
    /// `call` to an address relative to the next instruction.
    const CALL: u8 = 0xe8;
    let Some(wrapper) = symtab().find(pc) else { return (pc, None) };
    let (entry, size) = (wrapper.entry().entry as usize, wrapper.entry().size as usize);
    // SAFETY: the code of a function, which is readable.
    let code = unsafe { core::slice::from_raw_parts(entry as *const u8, size) };
    for (i, bytes) in code.windows(5).enumerate() {
        if let Some(f) = wrapper.frames(entry + i).filter(|f| f.inlined).last() {
            return (entry + i, Some(f));
        }
        let distance = i32::from_le_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]);
        let target = (entry + i + 5).wrapping_add_signed(distance as isize);
        // Bytes that only look like a call lead to no beginning of a function.
        if bytes[0] == CALL
            && let Some(f) = symtab().find(target).filter(|f| f.entry().entry as usize == target)
        {
            return (target, f.frames(target).last());
        }
    }
    (pc, wrapper.frames(pc).last())
}

/// The number of frames that found room.
fn collect(
    to: &mut [Frame],
    generation: u64,
    pc: usize,
    frames: impl Iterator<Item = undergo_rtcore::symtab::Frame>,
) -> usize {
    let mut n = 0;
    for ((inlined, f), to) in frames.enumerate().zip(to) {
        let [name, file] = [f.name, f.file].map(|t| tables::text_in(generation, t.as_bytes()));
        // Inlined calls have no address of their own.
        *to = [pc as u64 | (inlined as u64) << 48, name, file, u64::from(f.line)];
        n += 1;
    }
    n
}

/// GOMAXPROCS has become `n`, from `old`, and Ps have been made or used again. The world is stopped.
pub fn procs_changed(old: usize, n: usize) {
    for i in old..n {
        let pp = rt::RT.all_p[i].load(Relaxed);
        // SAFETY: Ps are never freed.
        unsafe {
            (*pp).trace_seq.store(0, Relaxed);
            write_state_of_p(&*pp, false);
        }
    }
    events::procs_change(n);
}

entry! {
    /// Begins a trace (0), goes on with the next generation (1), or ends the trace (2). The caller has the right to.
    "runtime.traceFlip" => fn trace_flip(kind: usize) {
        world::run_stopped(flip, [kind, 0], Stop::Trace);
    }

    /// Writes a part of what remains of the generation that has ended; whether there is more.
    "runtime.traceRest" => fn trace_rest() -> bool {
        REST.lock().write()
    }

    /// How long a generation lasts, ns.
    "runtime.tracePeriod" => fn trace_period() -> u64 {
        config::godebug("traceadvanceperiod").and_then(env::parse).unwrap_or(PERIOD)
    }
}
