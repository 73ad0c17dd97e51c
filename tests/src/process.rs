//! Running a command with a time limit, everything captured.

use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// Not within the limit: killed by us.
    TimedOut,
}

impl Outcome {
    /// Whether it exited with 0.
    pub fn success(&self) -> bool {
        self.end == End::Code(0)
    }

    /// Standard error as text.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Standard output as text.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// Runs a command without standard input, in a process group of its own; kills the whole group after `limit`.
pub fn run(command: &mut Command, limit: Duration) -> Result<Outcome, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().map_err(|e| format!("{name}: {e}"))?;
    let stdout = drain(child.stdout.take().expect("piped above"));
    let stderr = drain(child.stderr.take().expect("piped above"));
    let end = match wait(&mut child, limit).map_err(|e| format!("{name}: {e}"))? {
        Some(status) => end_of(status),
        None => End::TimedOut,
    };
    let finish = |t: thread::JoinHandle<Vec<u8>>| t.join().expect("reading does not panic");
    Ok(Outcome { end, stdout: finish(stdout), stderr: finish(stderr) })
}

fn drain(mut from: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A broken pipe leaves what was read so far, which is what the comparison should see.
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

/// The status, or nothing if the limit passed first: then the group was killed. A thread of its own watches the limit,
/// so that the end is seen when it comes: benchmarks take the time of this.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let id = child.id();
    let (alive, ends) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        let late = ends.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
        if late {
            kill_group(id);
        }
        late
    });
    let status = child.wait()?;
    drop(alive);
    let killed = watch.join().expect("waiting does not panic");
    Ok((!killed).then_some(status))
}

fn end_of(status: ExitStatus) -> End {
    match status.code() {
        Some(code) => End::Code(code),
        None => End::Signal(status.signal().unwrap_or(0)),
    }
}

/// Kills the group through the shell's builtin: this crate has no unsafe code and needs no crate for one call.
fn kill_group(id: u32) {
    let _ = Command::new("sh").args(["-c", &format!("kill -9 -{id}")]).stderr(Stdio::null()).status();
}
