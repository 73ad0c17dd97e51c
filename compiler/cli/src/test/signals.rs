//! Signals: how to tell a test to quit, and what they are called.

use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};

/// Asks a process for a trace of its goroutines and its end.
pub fn quit(child: &Child) {
    // It may have ended just now.
    let _ = kill_process(Pid::from_child(child), Signal::QUIT);
}

/// What Go calls a signal.
pub fn name(signal: i32) -> String {
    const NAMES: [&str; 31] = [
        "hangup",
        "interrupt",
        "quit",
        "illegal instruction",
        "trace/breakpoint trap",
        "aborted",
        "bus error",
        "floating point exception",
        "killed",
        "user defined signal 1",
        "segmentation fault",
        "user defined signal 2",
        "broken pipe",
        "alarm clock",
        "terminated",
        "stack fault",
        "child exited",
        "continued",
        "stopped (signal)",
        "stopped",
        "stopped (tty input)",
        "stopped (tty output)",
        "urgent I/O condition",
        "CPU time limit exceeded",
        "file size limit exceeded",
        "virtual timer expired",
        "profiling timer expired",
        "window changed",
        "I/O possible",
        "power failure",
        "bad system call",
    ];
    let known = usize::try_from(signal - 1).ok().and_then(|i| NAMES.get(i));
    known.map_or_else(|| format!("signal {signal}"), |n| n.to_string())
}
