//! The exits: `throw` (the runtime is broken), `fatal` (the program did something that cannot be recovered), and the
//! end of a panic that nobody recovers.
//!
//! The first thread that dies prints; others that want to die wait for it. A second fault on the dying thread ends the
//! process at once.

use crate::g::{self, G, WaitReason};
use crate::park::Never;
use crate::rt::RT;
use crate::traceback::print::{self, Start};
use crate::{config, m};
use core::fmt::Write;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering::*};
use undergo_rtsys::entry;
use undergo_rtsys::linux::{file, futex, signal, thread};

/// Id of the thread that is dying, 0 for none.
pub static DYING: AtomicU32 = AtomicU32::new(0);

/// File that last words are written to as well (`debug.SetCrashOutput`), [`NO_FILE`] if there is none.
static CRASH_FILE: AtomicUsize = AtomicUsize::new(NO_FILE);
/// No file.
const NO_FILE: usize = usize::MAX;

/// Writes a message to standard error.
pub fn write(s: &str) {
    write_bytes(s.as_bytes());
}

/// Writes to standard error, and to the file for last words if these are some.
pub fn write_bytes(bytes: &[u8]) {
    file::write_all(2, bytes);
    let crash = CRASH_FILE.load(Relaxed);
    if crash != NO_FILE && DYING.load(Relaxed) != 0 {
        file::write_all(crash, bytes);
    }
}

/// Unbuffered standard error as a `fmt::Write`.
#[derive(Debug)]
pub struct Stderr;

impl core::fmt::Write for Stderr {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        write(s);
        Ok(())
    }
}

/// Standard error in larger pieces.
pub struct Buffered {
    b: [u8; 4096],
    n: usize,
}

impl Buffered {
    /// Empty.
    pub fn new() -> Buffered {
        Buffered { b: [0; 4096], n: 0 }
    }

    /// Writes what has been gathered.
    pub fn flush(&mut self) {
        write(core::str::from_utf8(&self.b[..self.n]).unwrap_or("?"));
        self.n = 0;
    }
}

impl Write for Buffered {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        if self.n + s.len() > self.b.len() {
            self.flush();
        }
        if s.len() > self.b.len() {
            write(s);
            return Ok(());
        }
        self.b[self.n..self.n + s.len()].copy_from_slice(s.as_bytes());
        self.n += s.len();
        Ok(())
    }
}

/// Becomes the thread that prints the last words. Others stop here for ever.
fn begin() {
    let mp = m::current();
    if mp.dying {
        write("fatal error: panic during the printing of a fatal error\n");
        thread::exit(4);
    }
    mp.dying = true;
    if DYING.compare_exchange(0, mp.tid.max(1), SeqCst, SeqCst).is_err() {
        loop {
            futex::wait(&DYING, DYING.load(Relaxed), -1);
        }
    }
    crate::sched::deadlock::DISABLED.store(true, Relaxed);
}

/// Asks the other goroutines to stop, for a while: their traces should stand still.
fn freeze() {
    RT.stopping.store(true, SeqCst);
    for _ in 0..5 {
        crate::sched::preempt_all(crate::sched::Ask::Firmly);
        undergo_rtsys::linux::clock::usleep(200);
    }
}

/// The end: exit code 2, or SIGABRT.
fn end() -> ! {
    if config::traceback_crash() {
        signal::set_disposition(signal::sig::ABRT, signal::SIG_DFL);
        signal::set_mask(signal::How::Unblock, 1 << (signal::sig::ABRT - 1));
        thread::tgkill(thread::gettid(), signal::sig::ABRT);
    }
    thread::exit(2)
}

/// What is printed after the message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Traces {
    /// The current goroutine, others only if GOTRACEBACK says so.
    Current(Start),
    /// All.
    All,
    /// All, the current one as one that waits for a collection.
    OfCollector,
}

/// Goroutine traces as GOTRACEBACK wants them.
fn traces(which: Traces) {
    if config::traceback_level() == 0 {
        return;
    }
    let mut out = Buffered::new();
    let gp = m::current().curg;
    let start = match which {
        Traces::Current(s) => s,
        Traces::All | Traces::OfCollector => Start::Here,
    };
    let state = if which == Traces::OfCollector { WaitReason::WaitForGcCycle.text() } else { "running" };
    if !gp.is_null() {
        let _ = out.write_str("\n");
        print::current_as(&mut out, start, state);
    }
    let bubble = crate::bubble::DYING.load(Relaxed);
    let all = matches!(which, Traces::All | Traces::OfCollector) || config::traceback_all();
    if all || !bubble.is_null() {
        out.flush();
        freeze();
        print::others(&mut out, gp, &|g| all || g.head.bubble == bubble as usize);
    }
    out.flush();
}

/// The signal behind the fault that the current goroutine dies of, if there is one.
fn signal_line() {
    // SAFETY: the goroutine of this M.
    let Some(gp) = (unsafe { m::current().curg.as_ref() }) else { return };
    let what = match gp.sig {
        0 => return,
        signal::sig::BUS => "SIGBUS: bus error",
        _ => "SIGSEGV: segmentation violation",
    };
    let (code, addr, pc) = (gp.sig_code, gp.head.raise_a, gp.head.raise_b);
    let _ = writeln!(Stderr, "[signal {what} code={code:#x} addr={addr:#x} pc={pc:#x}]");
}

/// An invariant of the runtime does not hold: prints `fatal error: text`, all goroutines, and exits with 2.
#[cold]
#[inline(never)]
pub fn throw(text: &str) -> ! {
    throw_with(text, Traces::All)
}

/// The same found by the collector, which the current goroutine waits for.
pub fn throw_of_collector(text: &str) -> ! {
    throw_with(text, Traces::OfCollector)
}

fn throw_with(text: &str, which: Traces) -> ! {
    begin();
    // No line of the text can pass for one of a trace.
    write("fatal error: ");
    for (i, line) in text.split('\n').enumerate() {
        write(if i > 0 { "\n\t" } else { "" });
        write(line);
    }
    write("\n");
    signal_line();
    traces(which);
    end()
}

/// A fatal error found on the system stack: all goroutines are printed.
#[cold]
#[inline(never)]
pub fn fatal_system(text: &str) -> ! {
    throw(text)
}

/// Too many threads.
pub fn thread_exhaustion(max: i32) -> ! {
    let _ = writeln!(Stderr, "runtime: program exceeds {max}-thread limit");
    throw("thread exhaustion")
}

/// A piece of a dying process's last words.
pub type Say<'a> = &'a dyn Fn(&mut dyn Write);

/// A signal that is a bug, or SIGQUIT: its message, all goroutines, and what the registers held, of which three are
/// given.
pub fn die_of_signal(gp: *mut G, [pc, sp, fp]: [usize; 3], [message, registers]: [Say<'_>; 2]) -> ! {
    begin();
    let mut out = Buffered::new();
    message(&mut out);
    if config::traceback_level() > 0 {
        // SAFETY: the goroutine of this M, interrupted.
        if let Some(g) = unsafe { gp.as_ref() } {
            let _ = out.write_str("\n");
            if crate::module::is_go_text(pc) {
                print::context(&mut out, g, [pc, sp, fp]);
            } else {
                print::current(&mut out, Start::Here);
            }
        }
        out.flush();
        freeze();
        print::others(&mut out, gp, &|_| true);
        let _ = out.write_str("\n");
        registers(&mut out);
    }
    out.flush();
    end()
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let _ = writeln!(Stderr, "runtime: {info}");
    throw("bug in the runtime")
}

/// `core` was built for unwinding and names this; with panic=abort nothing calls it.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// A string of the program.
///
/// # Safety
/// `p` and `n` are a Go string that stays alive.
unsafe fn text(p: *const u8, n: usize) -> &'static str {
    // SAFETY: caller; output is byte for byte, so invalid UTF-8 is no problem of ours.
    unsafe { core::str::from_utf8_unchecked(if n == 0 { &[] } else { core::slice::from_raw_parts(p, n) }) }
}

entry! {
    /// A goroutine begins to die of a panic: the first one prints, others wait for ever.
    "runtime.startDying" => fn start_dying() {
        begin();
    }

    /// The message of a panic is printed: traces and the end.
    "runtime.dieAfterPanic" => fn die_after_panic() -> Never {
        traces(Traces::Current(Start::AfterPanic));
        end()
    }

    /// Whether some goroutine is printing its last words.
    "runtime.panicking" => fn panicking() -> bool {
        DYING.load(Relaxed) != 0
    }

    /// debug.SetCrashOutput: the file that last words go to as well, or ^0; gives the one before.
    "runtime.setCrashFD" => fn set_crash_fd(fd: usize) -> usize {
        CRASH_FILE.swap(fd, Relaxed)
    }

    /// throw of overlay code.
    "runtime.fatalthrow" => fn fatalthrow(p: *const u8, n: usize) -> Never {
        // SAFETY: a Go string.
        throw(unsafe { text(p, n) })
    }

    /// The message of fatal is printed: traces and the end.
    "runtime.dieAfterFatal" => fn die_after_fatal() -> Never {
        traces(Traces::Current(Start::Here));
        end()
    }

    /// A fatal error with the traces of all goroutines.
    "runtime.throwOnStack" => fn throw_on_stack(p: *const u8, n: usize) -> Never {
        // SAFETY: a Go string.
        throw(unsafe { text(p, n) })
    }

    /// Ends the process.
    "runtime.exit" => fn exit(code: u64) -> Never {
        crate::choice::report();
        thread::exit(code as i32)
    }

    /// Signal behind the panic that the current goroutine is about to raise, once; 0 for none.
    "runtime.signalOfPanic" => fn signal_of_panic(code: *mut usize, addr: *mut usize, pc: *mut usize) -> usize {
        let gp = g::current();
        let sig = core::mem::replace(&mut gp.sig, 0);
        if sig != 0 {
            // SAFETY: three words of the caller.
            unsafe {
                *code = gp.sig_code as usize;
                *addr = gp.head.raise_a;
                *pc = gp.head.raise_b;
            }
        }
        sig as usize
    }
}
