//! One package: its test is built, run, and its output brought into form.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use undergo_driver::job::{self, Job};
use undergo_driver::test_plan::{Kind, Subject};

use super::events::{self, Converter};
use super::results::{Entry, Results};
use super::signals;
use super::{Ended, Session};

/// What became of a build.
#[derive(Debug)]
pub enum Built {
    /// The executable, or, if the package was only checked, nothing.
    Yes(Option<PathBuf>),
    /// The errors, and the package they are in.
    No { package: String, errors: String },
}

/// Builds the test of a package, in `work`.
pub fn build(session: &Session, subject: &Subject, work: &Path) -> Result<Built, String> {
    let output = (subject.kind == Kind::Program).then(|| work.join(binary_name(subject)));
    let build = Job {
        dir: session.dir.clone(),
        tags: session.flags.tags.clone(),
        link: session.link.clone(),
        paths: session.flags.paths,
        graph: subject.graph.clone(),
        output: output.clone(),
    };
    if let Some(kept) = build.find(&session.goroot) {
        if let (Some(image), Some(output)) = (kept.image, &output) {
            // What is kept is a file like any other: only its copy can be executed.
            let bytes = fs::read(&image).map_err(|e| format!("{}: {e}", image.display()))?;
            let written = undergo_driver::write_executable(output, &bytes);
            written.map_err(|e| format!("{}: {e}", output.display()))?;
        }
        return Ok(Built::Yes(output));
    }
    let file = work.join("build.json");
    build.write(&file)?;
    let exe = std::env::current_exe().map_err(|e| format!("the path of undergo: {e}"))?;
    let mut command = Command::new(exe);
    command.arg(job::COMMAND).arg(&file).current_dir(&session.dir).stdin(Stdio::null());
    let out = command.output().map_err(|e| format!("undergo: {e}"))?;
    let errors = String::from_utf8_lossy(&out.stderr).into_owned();
    if out.status.success() {
        return Ok(Built::Yes(output));
    }
    let of = errors.lines().next().and_then(|l| l.strip_prefix("# ")).map(str::to_owned);
    let errors = if errors.is_empty() { format!("undergo: {}\n", end_text(out.status)) } else { errors };
    Ok(Built::No { package: of.unwrap_or_else(|| subject.graph.roots.join(" ")), errors })
}

/// `strings.test`, as go names it: the last element of the path that is not a major version.
pub fn binary_name(subject: &Subject) -> String {
    let path = &subject.listed.import_path;
    let name = if path == "command-line-arguments" {
        subject.listed.name.clone()
    } else {
        crate::commands::default_name(path)
    };
    format!("{name}.test")
}

/// Where the output of a test goes.
pub struct Sink {
    converter: Option<Converter>,
    /// Whether output is shown as it comes.
    live: bool,
    /// All output, for the cache and for its last lines.
    pub all: Vec<u8>,
}

impl Sink {
    /// The sink of one package; with `-json` its first event is shown at once.
    pub fn new(session: &Session, subject: &Subject) -> Sink {
        let converter = session.flags.json.then(|| Converter::new(&subject.listed.import_path));
        let mut sink = Sink { converter, live: session.is_live(), all: Vec::new() };
        sink.write(b"");
        sink
    }

    fn write(&mut self, bytes: &[u8]) {
        self.all.extend_from_slice(bytes);
        match &mut self.converter {
            Some(c) => {
                c.write(bytes);
                show(&c.take());
            }
            None if self.live => show(bytes),
            None => {}
        }
    }

    fn line(&mut self, text: &str) {
        self.write(text.as_bytes());
    }

    /// The end. What is left to be shown in the order of the packages.
    fn finish(mut self, ended: Ended) -> Shown {
        if let Some(c) = &mut self.converter {
            c.finish(ended == Ended::Well);
            show(&c.take());
        }
        let rest = if self.live || self.converter.is_some() { Vec::new() } else { self.all };
        Shown { text: rest, ended }
    }
}

/// A package's result.
#[derive(Debug)]
pub struct Shown {
    /// What is to be shown when its turn comes.
    pub text: Vec<u8>,
    /// Whether it passed.
    pub ended: Ended,
}

fn show(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    // Whoever reads may have gone: the tests run on, as with go.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// A package that cannot be built: of errors in its graph.
pub fn setup_failed(session: &Session, subject: &Subject, errors: &str, package: &str) -> Shown {
    tell_build_errors(session, package, errors);
    let mut sink = Sink::new(session, subject);
    if let Some(c) = &mut sink.converter {
        c.build_failed(package);
    }
    sink.line(&format!("FAIL\t{} [setup failed]\n", subject.listed.import_path));
    sink.finish(Ended::Badly)
}

/// A package whose build has errors. They are shown when they are known.
pub fn build_failed(subject: &Subject, package: &str, mut sink: Sink) -> Shown {
    if let Some(c) = &mut sink.converter {
        c.build_failed(package);
    }
    sink.line(&format!("FAIL\t{} [build failed]\n", subject.listed.import_path));
    sink.finish(Ended::Badly)
}

/// Shows what a build printed.
pub fn tell_build_errors(session: &Session, package: &str, errors: &str) {
    if session.flags.json {
        show(&events::build_events(package, errors, true));
    } else {
        let _ = std::io::stderr().write_all(errors.as_bytes());
    }
}

/// A package without test files.
pub fn no_tests(subject: &Subject, mut sink: Sink) -> Shown {
    sink.line(&format!("?   \t{}\t[no test files]\n", subject.listed.import_path));
    sink.finish(Ended::Well)
}

/// Runs the test, or finds that its result is known.
pub fn run(session: &Session, subject: &Subject, exe: &Path, work: &Path, mut sink: Sink) -> Result<Shown, String> {
    let results = Results::of(session, subject, exe)?;
    if let Some(known) = results.as_ref().and_then(Results::find) {
        sink.write(&known);
        return Ok(sink.finish(Ended::Well));
    }
    let log = work.join("testlog.txt");
    let mut command = command(session, subject, exe, results.as_ref().map(|_| log.as_path()));
    if session.flags.show_commands {
        let args: Vec<_> = command.get_args().map(|a| a.to_string_lossy()).collect();
        eprintln!("{} {}", command.get_program().to_string_lossy(), args.join(" "));
    }
    let start = Instant::now();
    let process = match start_process(&mut command) {
        Ok(p) => p,
        Err(e) => {
            sink.line(&format!("fork/exec {}: {e}\n", exe.display()));
            sink.line(&format!("FAIL\t{}\t0.000s\n", subject.listed.import_path));
            return Ok(sink.finish(Ended::Badly));
        }
    };
    let end = supervise(session, process, start, &mut sink)?;
    let seconds = format!("{:.3}s", start.elapsed().as_secs_f64());
    if end.killed.is_none() && end.status.success() && !end.incomplete {
        passed(session, subject, &seconds, &mut sink);
        if let Some(results) = results {
            results.keep(&Entry { log: &log, output: &sink.all });
        }
        return Ok(sink.finish(Ended::Well));
    }
    failed(session, subject, &end, &seconds, &mut sink);
    Ok(sink.finish(Ended::Badly))
}

fn command(session: &Session, subject: &Subject, exe: &Path, log: Option<&Path>) -> Command {
    let mut words = session.flags.exec.iter();
    let mut command = match words.next() {
        Some(first) => {
            let mut c = Command::new(first);
            c.args(words).arg(exe);
            c
        }
        None => Command::new(exe),
    };
    if let Some(log) = log {
        command.arg(format!("-test.testlogfile={}", log.display()));
    }
    command.arg("-test.paniconexit0").args(&session.flags.test_args);
    let dir = Path::new(&subject.listed.dir);
    command.current_dir(dir).env("PWD", dir).stdin(Stdio::null());
    // Tests that run `go` are to find the one of the same tree.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::iter::once(session.goroot.dir.join("bin")).chain(std::env::split_paths(&path));
    if let Ok(joined) = std::env::join_paths(dirs) {
        command.env("PATH", joined);
    }
    command
}

struct Process {
    child: Child,
    output: mpsc::Receiver<Vec<u8>>,
}

/// Starts a command whose standard output and error are one pipe.
fn start_process(command: &mut Command) -> std::io::Result<Process> {
    let (mut reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut tries = 0;
    let child = loop {
        match command.spawn() {
            // Another thread has just started a process that still holds the file open for writing.
            Err(e) if e.kind() == std::io::ErrorKind::ExecutableFileBusy && tries < 100 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(5));
            }
            other => break other?,
        }
    };
    // The command holds our ends of the pipe, which would keep it open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (sender, output) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(n) = reader.read(&mut buffer) {
            if n == 0 || sender.send(buffer[..n].to_vec()).is_err() {
                break;
            }
        }
    });
    Ok(Process { child, output })
}

/// How a test process ended.
struct End {
    status: ExitStatus,
    /// The limit after which it was told to quit, if it was.
    killed: Option<Duration>,
    /// Whether others held its output open for longer than [`Patience::after_exit`].
    incomplete: bool,
    patience: Patience,
}

/// How long a test is waited for.
#[derive(Clone, Copy)]
struct Patience {
    /// Until it is told to quit; the test itself ends at its own limit, long before.
    limit: Option<Duration>,
    /// Once it has ended, or was told to quit, until it is given up.
    after_exit: Option<Duration>,
}

impl Patience {
    fn new(session: &Session) -> Patience {
        let timeout = session.flags.timeout;
        if timeout.is_zero() || session.flags.bench {
            return Patience { limit: None, after_exit: None };
        }
        let after_exit = (timeout / 10).max(Duration::from_secs(5));
        Patience { limit: Some(timeout + after_exit.max(Duration::from_secs(60))), after_exit: Some(after_exit) }
    }
}

/// Passes output on until the process has ended and its output with it.
fn supervise(session: &Session, mut process: Process, start: Instant, sink: &mut Sink) -> Result<End, String> {
    const STEP: Duration = Duration::from_millis(50);
    let patience = Patience::new(session);
    let mut killed = None;
    let mut give_up: Option<Instant> = None;
    let mut status = None;
    let mut incomplete = false;
    let wait = |e: std::io::Error| format!("waiting for a test: {e}");
    loop {
        match process.output.recv_timeout(STEP) {
            Ok(bytes) => sink.write(&bytes),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if status.is_none() {
            status = process.child.try_wait().map_err(wait)?;
            if status.is_some() {
                give_up = patience.after_exit.map(|d| Instant::now() + d);
            }
        }
        if let (None, None, Some(limit)) = (status, killed, patience.limit)
            && start.elapsed() > limit
        {
            signals::quit(&process.child);
            killed = Some(limit);
            give_up = patience.after_exit.map(|d| Instant::now() + d);
        }
        if give_up.is_some_and(|t| Instant::now() > t) {
            incomplete = status.is_some() && killed.is_none();
            // It may have ended just now.
            let _ = process.child.kill();
            break;
        }
    }
    let status = match status {
        Some(s) => s,
        None => process.child.wait().map_err(wait)?,
    };
    Ok(End { status, killed, incomplete, patience })
}

fn passed(session: &Session, subject: &Subject, seconds: &str, sink: &mut Sink) {
    const NO_TESTS: &[u8] = b"testing: warning: no tests to run\n";
    let note = if has_line(&sink.all, NO_TESTS) { " [no tests to run]" } else { "" };
    let open_line = !sink.all.is_empty() && !sink.all.ends_with(b"\n");
    if !session.flags.show_passes() && !session.flags.json && !sink.live {
        sink.all.clear();
    }
    if open_line {
        sink.line("\n");
    }
    sink.line(&format!("ok  \t{}\t{seconds}{note}\n", subject.listed.import_path));
}

fn has_line(text: &[u8], line: &[u8]) -> bool {
    text.split_inclusive(|b| *b == b'\n').any(|l| l == line)
}

fn failed(session: &Session, subject: &Subject, end: &End, seconds: &str, sink: &mut Sink) {
    use super::flags::duration_text;
    if let Some(limit) = end.killed {
        sink.line(&format!("*** Test killed with quit: ran too long ({}).\n", duration_text(limit)));
    } else if end.incomplete {
        let delay = end.patience.after_exit.unwrap_or_default();
        sink.line(&format!("*** Test I/O incomplete {} after exiting.\n", duration_text(delay)));
    }
    if end.incomplete && end.status.success() {
        sink.line("exec: WaitDelay expired before I/O complete\n");
    } else if end.status.code().is_none() || sink.all.is_empty() || session.is_unseen() {
        sink.line(&format!("{}\n", end_text(end.status)));
    } else if !sink.all.ends_with(b"\n") {
        sink.line("\n");
    }
    // What reads events learns of the failure by this line, whether the test printed one or not.
    let mark = if session.flags.json || session.flags.verbose_marks { "\x16" } else { "" };
    sink.line(&format!("{mark}FAIL\t{}\t{seconds}\n", subject.listed.import_path));
}

/// How a process ended, as Go says it.
fn end_text(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => {
            let core = if status.core_dumped() { " (core dumped)" } else { "" };
            format!("signal: {}{core}", signals::name(signal))
        }
        (None, None) => status.to_string(),
    }
}

/// Puts the executable where `-c` or `-o` wants it.
pub fn install(session: &Session, subject: &Subject, exe: &Path) -> Result<(), String> {
    let name = binary_name(subject);
    let target = match &session.flags.output {
        None => session.dir.join(&name),
        Some(o) if o == "/dev/null" => return Ok(()),
        Some(o) if session.output_is_dir() => session.dir.join(o).join(&name),
        Some(o) => session.dir.join(o),
    };
    let io = |e: std::io::Error| format!("open {}: {e}\n", target.display());
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(io)?;
    }
    let image = fs::read(exe).map_err(|e| format!("{}: {e}\n", exe.display()))?;
    undergo_driver::write_executable(&target, &image).map_err(io)
}
