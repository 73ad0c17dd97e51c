//! Settings from the environment that the scheduler and the exits obey.

use crate::env;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use undergo_rtsys::linux::thread;

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
    if let Some(n) = env::var("UNDERGO_SEED").and_then(env::parse) {
        crate::choice::seed(n);
    }
    if let Some(v) = godebug("asyncpreemptoff") {
        ASYNC_PREEMPT.store(v == b"0", Relaxed);
    }
}

/// The value of a GODEBUG setting in the environment; the last one wins.
pub fn godebug(name: &str) -> Option<&'static [u8]> {
    let all = env::var("GODEBUG")?;
    all.split(|c| *c == b',')
        .filter_map(|kv| kv.strip_prefix(name.as_bytes()).and_then(|r| r.strip_prefix(b"=")))
        .next_back()
}

/// Default of GOMAXPROCS.
pub fn default_procs() -> usize {
    let n = thread::cpu_count();
    if godebug("containermaxprocs") == Some(b"0") {
        return n;
    }
    env::cgroup_cpus().map_or(n, |c| n.min(c))
}

/// GOMAXPROCS at start.
pub fn initial_procs() -> usize {
    match env::var("GOMAXPROCS").and_then(env::parse) {
        Some(n) if n > 0 => (n as usize).min(crate::rt::MAX_P),
        _ => default_procs().min(crate::rt::MAX_P),
    }
}
