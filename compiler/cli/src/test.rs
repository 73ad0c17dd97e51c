//! `undergo test`: as `go test`, by what it prints, its exit codes, and what it remembers.
//!
//! Reading order: [`flags`] (the command line), then here: the packages' way through [`run`] (a build, a run, the lines
//! that say what came of it); [`results`] (runs that need not be repeated), [`events`] (`-json`), [`signals`].
//!
//! Packages are tested at the same time, as many as `-p` allows, and shown in their order. With `-bench` they run one
//! after the other, when all are built. There is no vet.

mod events;
mod flags;
mod results;
mod run;
mod signals;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use undergo_driver::goroot::{self, Goroot};
use undergo_driver::ldflags::LinkFlags;
use undergo_driver::load::{Request, Selection, threads};
use undergo_driver::progress::Progress;
use undergo_driver::report;
use undergo_driver::test_plan::{self, Kind, Subject};

use crate::interrupt;
use flags::TestFlags;
use run::{Built, Shown, Sink};

/// How a package's test ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Ended {
    Well,
    Badly,
}

/// What is the same for all packages.
#[derive(Debug)]
pub struct Session {
    /// The command line.
    pub flags: TestFlags,
    /// Working directory.
    pub dir: PathBuf,
    /// The Go tree.
    pub goroot: Goroot,
    /// What is asked of the linker.
    pub link: LinkFlags,
    /// Number of packages.
    n_packages: usize,
    /// Packages tested at once.
    jobs: usize,
}

impl Session {
    /// Whether the package is that of the working directory, because none was named. Then output is shown as it comes,
    /// and nothing is remembered.
    pub fn local(&self) -> bool {
        self.flags.packages.is_empty()
    }

    /// Whether output is shown as it comes.
    pub fn is_live(&self) -> bool {
        let alone = self.n_packages == 1 || self.jobs == 1;
        self.local() || self.flags.bench || (self.flags.show_passes() && alone)
    }

    /// Whether `-o` names a directory.
    pub fn output_is_dir(&self) -> bool {
        self.flags.output.as_ref().is_some_and(|o| o.ends_with('/') || self.dir.join(o).is_dir())
    }

    /// Whether go passes output on without looking at it, and so does not know whether there was any.
    pub fn is_unseen(&self) -> bool {
        self.local() || self.flags.bench
    }

    fn keeps_binary(&self) -> bool {
        self.flags.compile_only || self.flags.output.is_some() || self.flags.profile.is_some_and(|p| p != "trace")
    }
}

/// Runs the command.
pub fn command(args: &[String]) -> Result<ExitCode, String> {
    let goflags = std::env::var("GOFLAGS").unwrap_or_default();
    let flags = match flags::parse(args, &goflags) {
        Ok(flags) => flags,
        Err(message) => {
            eprintln!(
                "{message}\nusage: undergo test [build/test flags] [packages] [build/test flags & test binary flags]"
            );
            eprintln!("Run 'undergo help test' and 'undergo help testflag' for details.");
            return Ok(ExitCode::from(2));
        }
    };
    let dir = crate::commands::working_dir(flags.chdir.as_deref())?;
    let progress = Progress::for_stderr();
    let goroot = goroot::find_or_fetch(&progress)?;
    progress.done();
    let patterns = if flags.packages.is_empty() { vec![".".to_owned()] } else { flags.packages.clone() };
    let request = Request {
        dir: dir.clone(),
        patterns,
        tags: flags.tags.clone(),
        list_flags: flags.list_flags.clone(),
        mode: Selection::Undergo,
    };
    let subjects = test_plan::plan(&goroot, &request)?;
    let jobs = if flags.jobs.is_some() { flags.jobs.unwrap_or(1) } else { threads() };
    let mut link = flags.link.clone();
    link.set("testing", "testBinary", "1");
    let session = Session { dir, goroot, link, n_packages: subjects.len(), jobs, flags };
    refuse(&session, &subjects)?;
    let ended = test_all(&session, &subjects)?;
    if ended == Ended::Badly && !session.flags.json && !session.local() {
        println!("FAIL");
    }
    Ok(if ended == Ended::Well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What cannot be asked of several packages.
fn refuse(session: &Session, subjects: &[Subject]) -> Result<(), String> {
    if subjects.is_empty() {
        return Err("no packages to test".into());
    }
    if subjects.len() == 1 {
        return Ok(());
    }
    if let Some(profile) = session.flags.profile {
        return Err(format!("cannot use -{profile} flag with multiple packages"));
    }
    let output = session.flags.output.as_deref();
    if output.is_some_and(|o| o != "/dev/null") && !session.output_is_dir() {
        return Err("with multiple packages, -o must refer to a directory or /dev/null".into());
    }
    if (session.flags.compile_only || output.is_some()) && output != Some("/dev/null") {
        let mut named: Vec<(String, &str)> =
            subjects.iter().map(|s| (run::binary_name(s), s.listed.import_path.as_str())).collect();
        named.sort();
        if let Some([(name, _), _]) = named.array_windows().find(|[a, b]| a.0 == b.0) {
            let paths: String = named.iter().filter(|n| n.0 == *name).map(|n| format!("{}\n", n.1)).collect();
            return Err(format!("cannot write test binary {name} for multiple packages:\n{paths}"));
        }
    }
    Ok(())
}

/// What the workers share.
struct Work<'a> {
    session: &'a Session,
    subjects: &'a [Subject],
    /// Directory for executables, one below it a package.
    dir: &'a Path,
    next: AtomicUsize,
    /// Set by a failure with `-failfast`: tests that have not started do not.
    stop: AtomicBool,
    /// Set by Ctrl-C: what has not started does not.
    interrupted: Arc<AtomicBool>,
    /// How many packages have started to show themselves: events say so in the packages' order.
    started: Mutex<usize>,
    start: Condvar,
    /// Results in the order of the packages, as far as they are there.
    done: Mutex<Vec<Option<Result<Shown, String>>>>,
    news: Condvar,
}

/// Tests all packages; shows each when its turn comes.
fn test_all(session: &Session, subjects: &[Subject]) -> Result<Ended, String> {
    let temp = tempfile::Builder::new().prefix("undergo-test").tempdir();
    let temp = temp.map_err(|e| format!("temporary directory: {e}"))?;
    let work = Work {
        session,
        subjects,
        dir: temp.path(),
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        interrupted: interrupt::catch()?,
        started: Mutex::new(0),
        start: Condvar::new(),
        done: Mutex::new(subjects.iter().map(|_| None).collect()),
        news: Condvar::new(),
    };
    let built: Vec<Mutex<Option<Result<Built, String>>>> = subjects.iter().map(|_| Mutex::new(None)).collect();
    let (builds, runs) = if session.flags.bench { (session.jobs, 1) } else { (0, session.jobs) };
    std::thread::scope(|scope| {
        for _ in 0..builds.min(subjects.len()) {
            scope.spawn(|| {
                work.each(|i| {
                    if !work.is_interrupted() {
                        *built[i].lock().expect("no holder panics") = Some(work.build(i));
                    }
                });
            });
        }
    });
    work.next.store(0, Ordering::Relaxed);
    std::thread::scope(|scope| {
        for _ in 0..runs.min(subjects.len()) {
            scope.spawn(|| {
                work.each(|i| {
                    let before = built[i].lock().expect("no holder panics").take();
                    let result = work.test(i, before);
                    work.done.lock().expect("no holder panics")[i] = Some(result);
                    work.news.notify_all();
                });
            });
        }
        show_in_order(&work)
    })
}

fn show_in_order(work: &Work<'_>) -> Result<Ended, String> {
    let mut all = Ended::Well;
    let mut failed = None;
    for i in 0..work.subjects.len() {
        let mut done = work.done.lock().expect("no holder panics");
        let result = loop {
            match done[i].take() {
                Some(r) => break r,
                None => done = work.news.wait(done).expect("no holder panics"),
            }
        };
        drop(done);
        match result {
            Ok(shown) => {
                use std::io::Write;
                let _ = std::io::stdout().write_all(&shown.text);
                if shown.ended == Ended::Badly {
                    all = Ended::Badly;
                }
            }
            Err(e) => failed = failed.or(Some(e)),
        }
    }
    failed.map_or(Ok(all), Err)
}

impl Work<'_> {
    /// Does something for each package that no other worker has taken.
    fn each(&self, mut f: impl FnMut(usize)) {
        loop {
            let i = self.next.fetch_add(1, Ordering::Relaxed);
            if i >= self.subjects.len() {
                return;
            }
            f(i);
        }
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    fn dir_of(&self, i: usize) -> Result<PathBuf, String> {
        let dir = self.dir.join(format!("b{:03}", i + 1));
        std::fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
        Ok(dir)
    }

    fn build(&self, i: usize) -> Result<Built, String> {
        let subject = &self.subjects[i];
        if !subject.errors.is_empty() {
            return Ok(Built::Yes(None));
        }
        let built = run::build(self.session, subject, &self.dir_of(i)?)?;
        if let Built::No { package, errors } = &built {
            run::tell_build_errors(self.session, package, errors);
        }
        Ok(built)
    }

    /// Waits for those before this one to start, and makes its output's sink.
    fn sink(&self, i: usize) -> Option<Sink> {
        let mut started = self.started.lock().expect("no holder panics");
        while *started < i {
            started = self.start.wait(started).expect("no holder panics");
        }
        let go_on = !self.stop.load(Ordering::Relaxed) && !self.is_interrupted();
        let sink = go_on.then(|| Sink::new(self.session, &self.subjects[i]));
        *started = i + 1;
        self.start.notify_all();
        sink
    }

    fn test(&self, i: usize, before: Option<Result<Built, String>>) -> Result<Shown, String> {
        let result = if self.is_interrupted() {
            Ok(Shown { text: Vec::new(), ended: Ended::Badly })
        } else {
            self.test_one(i, before)
        };
        // Whatever happened, those behind must not wait.
        let mut started = self.started.lock().expect("no holder panics");
        *started = (*started).max(i + 1);
        self.start.notify_all();
        drop(started);
        if self.session.flags.failfast && result.as_ref().is_ok_and(|s| s.ended == Ended::Badly) {
            self.stop.store(true, Ordering::Relaxed);
        }
        result
    }

    fn test_one(&self, i: usize, before: Option<Result<Built, String>>) -> Result<Shown, String> {
        let (session, subject) = (self.session, &self.subjects[i]);
        let nothing = || Shown { text: Vec::new(), ended: Ended::Well };
        if !subject.errors.is_empty() {
            let errors: Vec<_> = subject.errors.iter().map(|e| e.1.clone()).collect();
            let text =
                format!("# {}\n{}", subject.listed.import_path, report::graph_errors(&errors, report::Format::Plain));
            return Ok(run::setup_failed(session, subject, &text, &subject.errors[0].0));
        }
        let built = match before {
            Some(b) => b?,
            None => self.build(i)?,
        };
        if session.flags.compile_only && subject.kind == Kind::Program {
            return Ok(match built {
                Built::Yes(Some(exe)) => {
                    run::install(session, subject, &exe)?;
                    nothing()
                }
                _ => Shown { text: Vec::new(), ended: Ended::Badly },
            });
        }
        let Some(sink) = self.sink(i) else { return Ok(nothing()) };
        match built {
            Built::No { package, .. } => Ok(run::build_failed(subject, &package, sink)),
            Built::Yes(None) => Ok(run::no_tests(subject, sink)),
            Built::Yes(Some(exe)) => {
                if session.keeps_binary() {
                    run::install(session, subject, &exe)?;
                }
                let shown = run::run(session, subject, &exe, &self.dir_of(i)?, sink);
                // Executables are large, and there may be many.
                let _ = std::fs::remove_dir_all(self.dir_of(i)?);
                shown
            }
        }
    }
}
