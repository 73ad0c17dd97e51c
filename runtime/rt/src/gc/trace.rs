//! `GODEBUG=gctrace=1`: a line per collection, in Go's format.
//!
//! ```text
//!   gc 4 @0.102s 3%: 0.02+1.1+0.03 ms clock, 0.05+0.2/1.0/0+0.06 ms cpu, 4->5->2 MB, 5 MB goal, 0 MB stacks, 0 MB globals, 2 P
//! ```

use super::control;
use crate::config;
use crate::exit::Stderr;
use crate::rt::{self, RT};
use core::fmt::Write;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

static ON: AtomicBool = AtomicBool::new(false);

/// What there is to tell of a collection. Times in ns, sizes in bytes.
#[derive(Clone, Copy, Default, Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// When it began.
    pub begin: i64,
    /// First pause, time between the pauses, last pause.
    pub clock: [i64; 3],
    /// Time of assists, helpers, and idle Ps.
    pub cpu: [u64; 3],
    /// Heap when it began, when marking ended, and what is alive.
    pub heap: [u64; 3],
    /// Goal of the heap when it began.
    pub goal: u64,
    /// Stacks and data segments that were read.
    pub roots: [usize; 2],
    /// Time of all collections so far, on all processors.
    pub total_ns: u64,
    /// The program asked for it.
    pub kind: usize,
}

/// Reads the settings of the environment.
pub fn init() {
    ON.store(config::godebug("gctrace").is_some_and(|v| v != b"0"), Relaxed);
}

/// A duration in ms, with as many digits as Go prints.
struct Ms(u64);

impl core::fmt::Display for Ms {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let us = self.0 / 1000;
        if us >= 10_000 {
            return write!(f, "{}", us / 1000);
        }
        if us == 0 {
            return f.write_str("0");
        }
        // Two digits that count.
        let mut digits = 0;
        let mut unit = 1;
        while us / unit >= 100 {
            unit *= 10;
            digits += 1;
        }
        let rounded = us / unit * unit;
        let decimals = 3 - digits;
        write!(f, "{}", rounded / 1000)?;
        match decimals {
            1 => write!(f, ".{}", rounded % 1000 / 100),
            2 => write!(f, ".{:02}", rounded % 1000 / 10),
            3 => write!(f, ".{:03}", rounded % 1000),
            _ => Ok(()),
        }
    }
}

/// Prints the line.
pub fn print(line: &Line) {
    if !ON.load(Relaxed) {
        return;
    }
    let procs = rt::n_p() as u64;
    let since = (line.begin - RT.start_ns.load(Relaxed)).max(1) as u64;
    let elapsed = (rt::nanotime() - RT.start_ns.load(Relaxed)).max(1) as u64;
    let percent = line.total_ns * 100 / (elapsed * procs);
    let [first, mark, last] = line.clock.map(|ns| ns.max(0) as u64);
    let [before, end, live] = line.heap.map(|b| b >> 20);
    let [stacks, globals] = line.roots.map(|b| b >> 20);
    let leaks = if line.kind == control::LEAKS { " (checking for goroutine leaks)" } else { "" };
    let forced = if matches!(line.kind, control::FORCED | control::LEAKS) { " (forced)" } else { "" };
    let _ = writeln!(
        Stderr,
        "gc {} @{}.{:03}s {percent}%{leaks}: {}+{}+{} ms clock, {}+{}/{}/{}+{} ms cpu, {before}->{end}->{live} MB, {} MB goal, \
         {stacks} MB stacks, {globals} MB globals, {procs} P{forced}",
        line.number,
        since / 1_000_000_000,
        since / 1_000_000 % 1000,
        Ms(first),
        Ms(mark),
        Ms(last),
        Ms(first * procs),
        Ms(line.cpu[0]),
        Ms(line.cpu[1]),
        Ms(line.cpu[2]),
        Ms(last * procs),
        line.goal >> 20,
    );
}
