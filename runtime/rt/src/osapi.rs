//! os/signal, forks, and other small services of the operating system.

use crate::g;
use crate::lock::Mutex;
use crate::park::Pair;
use crate::roots::Visitor;
use crate::sched::threads;
use crate::signal::{IGNORED, WANTED, bit};
use crate::{env, exit, m, module, signal};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;
use undergo_rtsys::linux::signal::{self as sys, How, SIG_IGN, sig};
use undergo_rtsys::linux::{clock, futex, thread};

/// Signals that arrived and that os/signal has not fetched.
static PENDING: AtomicU64 = AtomicU64::new(0);
/// Bumped with every delivery; the receiver sleeps on it.
static DELIVERIES: AtomicU32 = AtomicU32::new(0);
/// Handlers that are about to look whether their signal is wanted, or queue it.
static DELIVERING: AtomicU32 = AtomicU32::new(0);
/// os/signal has passed on all that it fetched, and asks for more.
static RECEIVING: AtomicBool = AtomicBool::new(false);
/// Serialises thread creation against fork and exec.
pub static FORK: Mutex<()> = Mutex::new(Rank::Fork, ());

/// Go pointers held here: none.
pub fn roots(_: &mut dyn Visitor) {}

/// Queues a signal for os/signal, if that wants it: whether it does. In a handler.
pub fn deliver_if_wanted(s: u32) -> bool {
    DELIVERING.fetch_add(1, SeqCst);
    let wanted = WANTED.load(SeqCst) & bit(s) != 0;
    if wanted {
        PENDING.fetch_or(bit(s), SeqCst);
        DELIVERIES.fetch_add(1, SeqCst);
        futex::wake(&DELIVERIES, 1);
    }
    DELIVERING.fetch_sub(1, SeqCst);
    wanted
}

/// Takes the lowest pending signal, also if nobody wants it any more: it was accepted when it came, and os/signal knows
/// who was listening then.
fn take() -> Option<u32> {
    let pending = PENDING.load(SeqCst);
    if pending == 0 {
        return None;
    }
    // Before the bit goes: otherwise both could look as if nothing were on its way.
    RECEIVING.store(false, SeqCst);
    let s = pending.trailing_zeros();
    PENDING.fetch_and(!(1 << s), SeqCst);
    Some(s + 1)
}

/// Real-time signal by which threads are asked to run a system call (the one libc uses for the same purpose).
pub const SIG_ALL_THREADS: u32 = 33;

/// A system call for every thread: number, six arguments. Written under [`FORK`] before the signals are sent.
static REQUEST: [AtomicUsize; 7] = [const { AtomicUsize::new(0) }; 7];
/// Result that every thread must get.
static EXPECTED: AtomicUsize = AtomicUsize::new(0);
/// Threads that have not answered.
static OUTSTANDING: AtomicU32 = AtomicU32::new(0);
/// Some thread got another result.
static DIVERGED: AtomicBool = AtomicBool::new(false);

fn run_request() -> isize {
    let a = |i: usize| REQUEST[i].load(SeqCst);
    // SAFETY: the system call that the program asked for, with its arguments.
    unsafe { undergo_rtsys::linux::sys::syscall6(a(0), a(1), a(2), a(3), a(4), a(5), a(6)) }
}

/// The handler of [`SIG_ALL_THREADS`].
pub fn answer_request() {
    if run_request() as usize != EXPECTED.load(SeqCst) {
        DIVERGED.store(true, SeqCst);
    }
    OUTSTANDING.fetch_sub(1, SeqCst);
    futex::wake(&OUTSTANDING, 1);
}

/// Runs a system call on this thread and, if it succeeds, on all others. Thread creation is locked out meanwhile.
fn on_all_threads(args: [usize; 7]) -> isize {
    let _fork = FORK.lock();
    for (slot, v) in REQUEST.iter().zip(args) {
        slot.store(v, SeqCst);
    }
    let r = run_request();
    if r < 0 {
        return r;
    }
    EXPECTED.store(r as usize, SeqCst);
    signal::install(SIG_ALL_THREADS);
    let me = m::current().tid;
    for mp in crate::rt::all_m() {
        // SAFETY: Ms are never unmapped; the tid is set and cleared under FORK.
        let tid = unsafe { (*mp).tid };
        if tid != 0 && tid != me {
            OUTSTANDING.fetch_add(1, SeqCst);
            thread::tgkill(tid, SIG_ALL_THREADS);
        }
    }
    loop {
        let n = OUTSTANDING.load(SeqCst);
        if n == 0 {
            break;
        }
        futex::wait(&OUTSTANDING, n, -1);
    }
    if DIVERGED.load(SeqCst) {
        exit::throw("AllThreadsSyscall results differ between threads; runtime corrupted");
    }
    r
}

entry! {
    /// Start delivering a signal.
    "os/signal.signal_enable" => fn signal_enable(s: u64) {
        let s = s as u32;
        if (1..=64).contains(&s) {
            IGNORED.fetch_and(!bit(s), SeqCst);
            WANTED.fetch_or(bit(s), SeqCst);
            if !matches!(s, sig::KILL | sig::STOP | 32..=34) {
                signal::install(s);
            }
        }
    }

    /// Stop delivering it.
    "os/signal.signal_disable" => fn signal_disable(s: u64) {
        let s = s as u32;
        if (1..=64).contains(&s) {
            WANTED.fetch_and(!bit(s), SeqCst);
            signal::uninstall(s);
        }
    }

    /// Ignore it.
    "os/signal.signal_ignore" => fn signal_ignore(s: u64) {
        let s = s as u32;
        if (1..=64).contains(&s) {
            WANTED.fetch_and(!bit(s), SeqCst);
            IGNORED.fetch_or(bit(s), SeqCst);
            // The runtime needs its handlers for faults and preemption.
            if !matches!(s, sig::SEGV | sig::BUS | sig::FPE | sig::ILL | sig::TRAP | sig::STKFLT | sig::SYS | sig::PROF) {
                signal::ignore(s);
            }
        }
    }

    /// Whether it is ignored.
    "os/signal.signal_ignored" => fn signal_ignored(s: u64) -> bool {
        let s = s as u32;
        (1..=64).contains(&s) && IGNORED.load(SeqCst) & bit(s) != 0
    }

    /// The next signal; blocks this thread without a P while there is none.
    "os/signal.signal_recv" => fn signal_recv() -> usize {
        let gp = g::current();
        RECEIVING.store(true, SeqCst);
        if let Some(s) = take() {
            return s as usize;
        }
        threads::block(gp);
        let s = loop {
            let seen = DELIVERIES.load(SeqCst);
            if let Some(s) = take() {
                break s;
            }
            futex::wait(&DELIVERIES, seen, -1);
        };
        gp.set_results(s as usize, 0);
        threads::unblock(gp)
    }

    /// Whether every signal that was accepted has been passed on by os/signal. The order of the questions is that in
    /// which a signal travels.
    "runtime.signalsPassedOn" => fn signals_passed_on() -> bool {
        DELIVERING.load(SeqCst) == 0 && PENDING.load(SeqCst) == 0 && RECEIVING.load(SeqCst)
    }

    /// Death by SIGPIPE, after EPIPE on standard output or error.
    "runtime.dieBySigpipe" => fn die_by_sigpipe() {
        if IGNORED.load(SeqCst) & bit(sig::PIPE) != 0 || WANTED.load(SeqCst) & bit(sig::PIPE) != 0 {
            return;
        }
        signal::die_by(sig::PIPE)
    }

    /// Ignore SIGSYS while pidfd support is probed, and undo that.
    "os.ignoreSIGSYS" => fn ignore_sigsys() {
        sys::set_disposition(sig::SYS, SIG_IGN);
    }
    "os.restoreSIGSYS" => fn restore_sigsys() {
        sys::install(sig::SYS);
    }

    /// Before vfork: no signal may reach a handler in the child.
    "syscall.runtime_BeforeFork" => fn before_fork() {
        let mp = m::current();
        g::current().head.pins += 1;
        mp.saved_mask = sys::set_mask(How::Set, !0);
    }
    "syscall.runtime_AfterFork" => fn after_fork() {
        sys::set_mask(How::Set, m::current().saved_mask);
        g::current().head.pins -= 1;
    }
    "syscall.runtime_AfterForkInChild" => fn after_fork_in_child() {
        signal::reset_in_child();
        sys::set_mask(How::Set, m::current().saved_mask);
    }
    /// Before exec: nothing to do, since exec ends all other threads; kept as the place for a lock on thread creation.
    "syscall.runtime_BeforeExec" => fn before_exec() {}
    "syscall.runtime_AfterExec" => fn after_exec() {}

    /// Runs a raw system call on every thread. Returns (r1, r2, errno).
    "syscall.runtime_doAllThreadsSyscall" => fn do_all_threads_syscall(n: usize, a: usize, b: usize, c: usize, d: usize, e: usize) -> Pair {
        let gp = g::current();
        // SAFETY: the seventh word lies in the caller's memory frame.
        let f = unsafe { *(gp.head.call_frame as *const usize) };
        let r = on_all_threads([n, a, b, c, d, e, f]);
        gp.head.ret2 = if r < 0 { (-r) as usize } else { 0 };
        Pair(if r < 0 { u64::MAX } else { r as u64 }, 0)
    }

    /// fcntl(fd, cmd, arg) -> (value, errno)
    "runtime.fcntl" => fn fcntl(fd: u64, cmd: u64, arg: u64) -> Pair {
        let (fd, cmd, arg) = (fd as i32 as usize, cmd as i32 as usize, arg as i32 as usize);
        // SAFETY: the commands that std uses with an int argument touch no memory.
        let r = unsafe { undergo_rtsys::linux::sys::syscall3(undergo_rtsys::linux::sys::nr::FCNTL, fd, cmd, arg) };
        if r < 0 { Pair(u64::MAX, (-r) as u64) } else { Pair(r as u64, 0) }
    }

    /// vgetrandom(p, len, cap, flags) -> (n, supported): not supported, std makes the system call.
    "runtime.vgetrandom" => fn vgetrandom(_p: *mut u8, _n: usize, _cap: usize, _flags: u64) -> Pair {
        Pair(u64::MAX, 0)
    }

    /// write(fd, p, n) without scheduling.
    "runtime.write" => fn write(fd: usize, p: *const u8, n: u64) -> isize {
        // SAFETY: the caller's bytes.
        undergo_rtsys::linux::file::write(fd, unsafe { core::slice::from_raw_parts(p, n as i32 as usize) })
    }

    /// Arguments: (argc, argv), the environment behind.
    "runtime.procargs" => fn procargs() -> Pair {
        Pair(env::argc() as u64, env::argv() as u64)
    }

    /// Auxiliary vector: (address, number of words).
    "runtime.auxv" => fn auxv() -> Pair {
        let (p, n) = env::auxv_words();
        Pair(p as u64, n as u64)
    }

    /// Default GODEBUG settings of the program: a string.
    "runtime.godebugDefault" => fn godebug_default() -> Pair {
        let [p, n] = module::module().godebug_default;
        Pair(p, n)
    }

    /// Build information: a string.
    "runtime.modinfoText" => fn modinfo_text() -> Pair {
        let [p, n] = module::module().modinfo;
        Pair(p, n)
    }

    /// Sleeps this thread.
    "runtime.usleep" => fn usleep(us: u64) {
        clock::usleep(us & 0xffff_ffff);
    }
}
