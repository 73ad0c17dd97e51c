//! Settings from the environment that the scheduler and the exits obey.

use crate::env;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// ms between lines about the scheduler's state (GODEBUG=schedtrace), 0 for none.
pub static SCHED_TRACE_MS: AtomicU32 = AtomicU32::new(0);
/// Whether they tell of every P, M and G (scheddetail).
pub static SCHED_DETAIL: AtomicBool = AtomicBool::new(false);

/// Traceback level: 0 none, 1 as usual, 2 with runtime frames. `ALL` and `CRASH` are bits above.
pub static TRACEBACK: AtomicU32 = AtomicU32::new(1 << LEVEL_SHIFT);
/// The level that the environment set: debug.SetTraceback does not go below.
static TRACEBACK_ENV: AtomicU32 = AtomicU32::new(0);
const LEVEL_SHIFT: u32 = 2;
const CRASH: u32 = 1;
const ALL: u32 = 2;

/// Preempt between any two instructions where stack checks do not come in time.
pub static ASYNC_PREEMPT: AtomicBool = AtomicBool::new(true);

/// Level of detail of tracebacks.
pub fn traceback_level() -> u32 {
    TRACEBACK.load(Relaxed) >> LEVEL_SHIFT
}

/// Whether all goroutines are printed.
pub fn traceback_all() -> bool {
    TRACEBACK.load(Relaxed) & ALL != 0
}

/// Whether to abort, for a core dump, instead of exiting with 2.
pub fn traceback_crash() -> bool {
    TRACEBACK.load(Relaxed) & CRASH != 0
}

/// Sets the level by a value of GOTRACEBACK.
pub fn set_traceback(s: &[u8]) {
    let t = match s {
        b"none" => 0,
        b"single" | b"" => 1 << LEVEL_SHIFT,
        b"all" => 1 << LEVEL_SHIFT | ALL,
        b"system" => 2 << LEVEL_SHIFT | ALL,
        b"crash" | b"wer" => 2 << LEVEL_SHIFT | ALL | CRASH,
        n => match env::parse(n) {
            Some(n) => (n as u32) << LEVEL_SHIFT | ALL,
            None => ALL,
        },
    };
    TRACEBACK.store(t | TRACEBACK_ENV.load(Relaxed), Relaxed);
}

/// Reads the environment. First thread, before any P exists.
pub fn init() {
    set_traceback(env::var("GOTRACEBACK").unwrap_or(b"single"));
    if env::var("GOTRACEBACK").is_some() {
        TRACEBACK_ENV.store(TRACEBACK.load(Relaxed), Relaxed);
    }
    crate::choice::init();
    crate::traceback::labels::init();
    crate::traceback::ancestors::init();
    ASYNC_PREEMPT.store(godebug_number("asyncpreemptoff") == 0, Relaxed);
    SCHED_TRACE_MS.store(godebug_number("schedtrace") as u32, Relaxed);
    SCHED_DETAIL.store(godebug_number("scheddetail") != 0, Relaxed);
    #[cfg(debug_assertions)]
    crate::lock::DAWDLE.store(godebug_number("dawdle") as u32, Relaxed);
}

/// The value of a GODEBUG setting: of the environment, or else the program's default. The last one wins.
pub fn godebug(name: &str) -> Option<&'static [u8]> {
    let find = |all: &'static [u8]| {
        all.split(|c| *c == b',')
            .filter_map(|kv| kv.strip_prefix(name.as_bytes()).and_then(|r| r.strip_prefix(b"=")))
            .next_back()
    };
    let [p, n] = crate::module::module().godebug_default;
    // SAFETY: the linker stores a string of the program, which is never unmapped.
    let default = if n == 0 { &[] } else { unsafe { core::slice::from_raw_parts(p as *const u8, n as usize) } };
    env::var("GODEBUG").and_then(find).or_else(|| find(default))
}

/// The number that a GODEBUG setting has, 0 for anything else.
pub fn godebug_number(name: &str) -> u64 {
    godebug(name).and_then(env::parse).unwrap_or(0)
}
