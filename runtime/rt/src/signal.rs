//! Signals: faults of Go code become panics, SIGURG preempts, the rest goes to os/signal or has its default effect.
//!
//! Handlers run on the M's signal stack with all signals blocked. They take no locks and trust r15 only where the pc
//! is in Go text. What may be touched from a handler: the interrupted goroutine (its thread is the one that runs the
//! handler), the masks below, notes and futexes.

use crate::g::{G, GStatus};
use crate::m::{self, M};
use crate::module::{self, is_go_text};
use crate::{config, exit, osapi, profile};
use core::fmt::Write;
use core::sync::atomic::{AtomicU64, Ordering::*};
use undergo_abi::g::Raise;
use undergo_abi::module::Import;
use undergo_rtsys::arch::barrier::may_fault;
use undergo_rtsys::arch::memory::is_leaf;
use undergo_rtsys::linux::signal::{self as sys, How, SIG_DFL, SIG_IGN, SigInfo, UContext, reg, sig};
use undergo_rtsys::linux::thread;

/// Signals that os/signal wants, one bit each (bit `n - 1`).
pub static WANTED: AtomicU64 = AtomicU64::new(0);
/// Signals that were ignored when we started, or by signal.Ignore.
pub static IGNORED: AtomicU64 = AtomicU64::new(0);
/// Signals whose handler is ours.
static INSTALLED: AtomicU64 = AtomicU64::new(0);

/// Bit of a signal in the masks.
pub fn bit(s: u32) -> u64 {
    1 << (s - 1)
}

/// Signals that a fault of the running code raises.
const SYNCHRONOUS: u64 = 1 << (sig::SEGV - 1) | 1 << (sig::BUS - 1) | 1 << (sig::FPE - 1);
/// Signals that have no handler until a program asks for them: some cannot have one, those of job control stop the
/// process, and libc uses 32 to 34.
const NOT_AT_START: [u32; 9] = [sig::KILL, sig::STOP, sig::CONT, sig::TSTP, sig::TTIN, sig::TTOU, 32, 33, 34];
/// Of these the disposition "ignore" is respected if it is inherited or the program's own: they get it back when the
/// program no longer wants them.
const LEFT_IGNORED: [u32; 2] = [sig::HUP, sig::INT];

/// Installs handlers. First thread.
pub fn init() {
    for s in (1..=64).filter(|s| !NOT_AT_START.contains(s)) {
        if LEFT_IGNORED.contains(&s) && sys::get_action(s).handler == SIG_IGN {
            IGNORED.fetch_or(bit(s), Relaxed);
            STAYS_IGNORED.fetch_or(bit(s), Relaxed);
        } else {
            install(s);
        }
    }
}

/// Those of [`LEFT_IGNORED`] to which that applies.
static STAYS_IGNORED: AtomicU64 = AtomicU64::new(0);

/// Makes our handler the action of `s`.
pub fn install(s: u32) {
    INSTALLED.fetch_or(bit(s), Relaxed);
    sys::install(s);
}

/// The program no longer wants `s`. Our handler stays, and does what is usual for an unwanted signal, but for signals
/// that were ignored before.
pub fn uninstall(s: u32) {
    if STAYS_IGNORED.load(Relaxed) & bit(s) != 0 {
        INSTALLED.fetch_and(!bit(s), Relaxed);
        sys::set_disposition(s, SIG_IGN);
    }
}

/// The program ignores `s`.
pub fn ignore(s: u32) {
    if LEFT_IGNORED.contains(&s) {
        STAYS_IGNORED.fetch_or(bit(s), Relaxed);
    }
    INSTALLED.fetch_and(!bit(s), Relaxed);
    sys::set_disposition(s, SIG_IGN);
}

/// Blocked signals of our threads: none.
pub fn thread_mask() -> u64 {
    0
}

/// In the child of a vfork: default actions for all our handlers. The memory is the parent's: nothing is written.
pub fn reset_in_child() {
    let installed = INSTALLED.load(Relaxed);
    for s in 1..=64 {
        if installed & bit(s) != 0 {
            sys::set_disposition(s, SIG_DFL);
        }
    }
}

/// Interrupts the thread of `mp`, for preemption between instructions, if that is enabled.
pub fn preempt_thread(mp: *mut M) {
    if config::ASYNC_PREEMPT.load(Relaxed) {
        // SAFETY: Ms are never unmapped.
        thread::tgkill(unsafe { (*mp).tid }, sig::URG);
    }
}

/// The handler of all signals.
#[unsafe(no_mangle)]
extern "C" fn undergo_signal(s: u32, info: *const SigInfo, ctx: *mut UContext) {
    // SAFETY: the kernel's own structures, exclusively ours during the handler.
    let (info, ctx) = unsafe { (&*info, &mut *ctx) };
    let sent = info.code <= 0;
    if SYNCHRONOUS & bit(s) != 0 && !sent {
        return fault(s, info, ctx);
    }
    if s == sig::URG {
        preempt(ctx);
    }
    if s == sig::PROF && profile::sample(ctx) {
        return;
    }
    if s == osapi::SIG_ALL_THREADS {
        return osapi::answer_request();
    }
    // Those that faults need keep their handler when the program ignores them.
    if osapi::deliver_if_wanted(s) || sent && IGNORED.load(Relaxed) & bit(s) != 0 {
        return;
    }
    match s {
        sig::QUIT => die(s, info, ctx, "SIGQUIT: quit"),
        sig::SEGV => die(s, info, ctx, "SIGSEGV: segmentation violation"),
        sig::BUS => die(s, info, ctx, "SIGBUS: bus error"),
        sig::FPE => die(s, info, ctx, "SIGFPE: floating-point exception"),
        sig::ILL => die(s, info, ctx, "SIGILL: illegal instruction"),
        sig::TRAP => die(s, info, ctx, "SIGTRAP: trace trap"),
        sig::ABRT => die(s, info, ctx, "SIGABRT: abort"),
        sig::STKFLT => die(s, info, ctx, "SIGSTKFLT: stack fault"),
        sig::SYS => die(s, info, ctx, "SIGSYS: bad system call"),
        sig::HUP | sig::INT | sig::TERM => die_by(s),
        // Caught, with no effect.
        _ => {}
    }
}

/// Death by the default action of `s`.
pub fn die_by(s: u32) -> ! {
    sys::set_disposition(s, SIG_DFL);
    sys::set_mask(How::Unblock, bit(s));
    thread::tgkill(thread::gettid(), s);
    // Process 1 is immune.
    thread::exit(128 + s as i32)
}

/// The goroutine that was interrupted in Go code, if any.
fn interrupted(ctx: &UContext) -> Option<&'static mut G> {
    let gp = m::current().curg;
    // SAFETY: the M's goroutine; its thread is this one, interrupted.
    (!gp.is_null() && ctx.gregs[reg::R15] as usize == gp as usize).then(|| unsafe { &mut *gp })
}

/// A fault: in Go code, or in a leaf that Go code called, it becomes a call of sigpanic at that place.
fn fault(s: u32, info: &SigInfo, ctx: &mut UContext) {
    let pc = ctx.gregs[reg::RIP] as usize;
    let mut sp = ctx.gregs[reg::RSP] as usize;
    let sigpanic = module::import(Import::Sigpanic);
    let Some(gp) = interrupted(ctx) else { die(s, info, ctx, name(s)) };
    if is_go_text(pc) {
        // As if the faulting instruction had called: its own address is the return address.
        sp -= 8;
        // SAFETY: below the stack pointer of a goroutine there is always red zone.
        unsafe { *(sp as *mut usize) = pc };
    } else {
        // A leaf, or a call of a bad address: the return address is on the stack, and the caller is to blame.
        let bad_call = pc < 4096 || (s == sig::SEGV && info.addr == pc);
        // SAFETY: the stack pointer of a goroutine in Go code.
        let ret = unsafe { *(sp as *const usize) };
        if !(is_leaf(pc) || may_fault(pc) || bad_call) || !is_go_text(ret) {
            die(s, info, ctx, name(s));
        }
    }
    if sigpanic == 0 {
        die(s, info, ctx, name(s));
    }
    let code = match s {
        sig::FPE => Raise::Divide,
        _ => Raise::Fault,
    };
    gp.sig = s;
    gp.sig_code = info.code;
    gp.head.raise_code = code as usize;
    gp.head.raise_a = info.addr;
    gp.head.raise_b = pc;
    ctx.gregs[reg::RSP] = sp as u64;
    ctx.gregs[reg::RIP] = sigpanic as u64;
}

fn name(s: u32) -> &'static str {
    match s {
        sig::SEGV => "SIGSEGV: segmentation violation",
        sig::BUS => "SIGBUS: bus error",
        _ => "SIGFPE: floating-point exception",
    }
}

/// A signal that ends the process with a dump.
fn die(s: u32, info: &SigInfo, ctx: &mut UContext, what: &str) -> ! {
    let pc = ctx.gregs[reg::RIP] as usize;
    let gp = m::current().curg;
    // In a leaf that Go code called: its frame is the caller's.
    // SAFETY: rsp was in use.
    let ret = unsafe { *(ctx.gregs[reg::RSP] as *const usize) };
    let at = if !is_go_text(pc) && interrupted(ctx).is_some() && is_go_text(ret) { ret - 1 } else { pc };
    let message = |out: &mut dyn Write| {
        if SYNCHRONOUS & bit(s) == 0 || info.code <= 0 {
            let _ = writeln!(out, "{what}");
        } else {
            let _ = writeln!(out, "fatal error: unexpected signal during runtime execution");
            let _ = writeln!(out, "[signal {what} code={:#x} addr={:#x} pc={pc:#x}]", info.code, info.addr);
        }
        let _ = write!(out, "PC={pc:#x} m={} sigcode={}", m::current().id, i64::from(info.code) as u64);
        if s == sig::SEGV || s == sig::BUS {
            let _ = write!(out, " addr={:#x}", info.addr);
        }
        let _ = writeln!(out);
    };
    let registers = |out: &mut dyn Write| registers(out, ctx);
    let [sp, fp] = [reg::RSP, reg::RBP].map(|r| ctx.gregs[r] as usize);
    exit::die_of_signal(gp, [at, sp, fp], [&message, &registers])
}

fn registers(out: &mut dyn Write, ctx: &UContext) {
    const NAMES: [(&str, usize); 18] = [
        ("rax", reg::RAX),
        ("rbx", reg::RBX),
        ("rcx", reg::RCX),
        ("rdx", reg::RDX),
        ("rdi", reg::RDI),
        ("rsi", reg::RSI),
        ("rbp", reg::RBP),
        ("rsp", reg::RSP),
        ("r8", reg::R8),
        ("r9", reg::R9),
        ("r10", reg::R10),
        ("r11", reg::R11),
        ("r12", reg::R12),
        ("r13", reg::R13),
        ("r14", reg::R14),
        ("r15", reg::R15),
        ("rip", reg::RIP),
        ("rflags", reg::EFL),
    ];
    for (n, r) in NAMES {
        let _ = writeln!(out, "{n:<7}{:#x}", ctx.gregs[r]);
    }
    // One word holds these, 16 bits each.
    for (n, shift) in [("cs", 0), ("fs", 32), ("gs", 16)] {
        let _ = writeln!(out, "{n:<7}{:#x}", ctx.gregs[reg::CSGSFS] >> shift & 0xffff);
    }
}

/// SIGURG: takes the goroutine off the processor between two instructions, if it was asked to yield and may.
fn preempt(ctx: &mut UContext) {
    let mp = m::current();
    let pc = ctx.gregs[reg::RIP] as usize;
    if !is_go_text(pc) || mp.spare_ctx.is_null() {
        return;
    }
    let Some(gp) = interrupted(ctx) else { return };
    let wanted = gp.preempt.load(Acquire) && gp.head.pins == 0 && gp.status() == GStatus::Running;
    if !wanted || module::symtab().find(pc).is_none_or(|f| f.is_unsafe(pc)) {
        return;
    }
    let r = &ctx.gregs;
    let save = core::mem::replace(&mut mp.spare_ctx, core::ptr::null_mut());
    // SAFETY: the M's spare context is ours; the kernel's fpstate starts with an fxsave area.
    unsafe {
        (*save).gpr = [
            r[reg::RAX],
            r[reg::RCX],
            r[reg::RDX],
            r[reg::RBX],
            0,
            r[reg::RBP],
            r[reg::RSI],
            r[reg::RDI],
            r[reg::R8],
            r[reg::R9],
            r[reg::R10],
            r[reg::R11],
            r[reg::R12],
            r[reg::R13],
            r[reg::R14],
            0,
        ];
        (*save).flags = r[reg::EFL];
        core::ptr::copy_nonoverlapping(ctx.fpstate, (&raw mut (*save).fx).cast(), 512);
    }
    gp.async_ctx = save;
    gp.async_pc = pc;
    gp.async_sp = r[reg::RSP] as usize;
    gp.head.entry_sp = gp.async_sp;
    gp.head.entry_bp = r[reg::RBP] as usize;
    // The handler returns to the system stack, where the goroutine is queued.
    ctx.gregs[reg::RDI] = gp as *mut G as u64;
    ctx.gregs[reg::RIP] = async_yield as *const () as u64;
    // As after a call: 8 below a multiple of 16.
    ctx.gregs[reg::RSP] = mp.g0_sp as u64 - 8;
}

/// Continues what [`preempt`] began, on the system stack.
extern "C" fn async_yield(gp: *mut G) -> ! {
    let mp = m::current();
    if mp.spare_ctx.is_null() {
        mp.spare_ctx = crate::sched::threads::new_context();
    }
    // SAFETY: the goroutine of this M, whose context is saved.
    let g = unsafe { &mut *gp };
    crate::sched::preempted(g, undergo_rtsys::arch::switch::undergo_async_resume as *const () as usize)
}
