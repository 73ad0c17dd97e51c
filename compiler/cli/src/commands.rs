//! The commands.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::Ordering::Relaxed;

use undergo_driver::build::{self, Built, Extent, Options};
use undergo_driver::cache;
use undergo_driver::golist::Tests;
use undergo_driver::goroot;
use undergo_driver::job::{self, Job};
use undergo_driver::load::Request;
use undergo_driver::progress::Progress;
use undergo_driver::several;

use crate::args::{self, Flags};
use crate::interrupt;
use crate::test;

/// What `undergo` alone prints.
pub const USAGE: &str = "\
undergo builds Go programs.

Usage:

	undergo build [-o output] [build flags] [package | .go files]
	undergo run [build flags] package|.go files [arguments...]
	undergo test [-c] [-o output] [build and test flags] [packages] [flags and arguments of the test]
	undergo check [-e] [-json] [-test] [packages]
	undergo clean -cache|-testcache
	undergo env [names]
	undergo version

Build flags: -C dir, -e (all errors), -json (errors as JSON objects, one a line), -tags list,
-trimpath,
-ldflags=text (-s: no symbol table, -X importpath.name=value: values of string variables), --time-phases,
--whole (compile all that the packages declare, to no executable),
--emit=ast|types|ir|ir:opt|clif|asm, --emit-func=text (only functions whose symbol contains the text).
";

/// Runs a command; an error is text for the user.
pub fn run(command: &str, args: &[String]) -> Result<ExitCode, String> {
    match command {
        "build" => build_command(args),
        "run" => run_command(args),
        "test" => test::command(args),
        job::COMMAND => match args {
            [file] => Job::run(Path::new(file)).map(|()| ExitCode::SUCCESS),
            _ => Err(format!("undergo {command}: want one file")),
        },
        "check" => check_command(args),
        "clean" => clean_command(args),
        "env" => env_command(args),
        "version" => {
            println!("undergo version {} (Go {}) linux/amd64", env!("CARGO_PKG_VERSION"), goroot::FETCHED_VERSION);
            Ok(ExitCode::SUCCESS)
        }
        "help" | "-h" | "-help" | "--help" => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprint!("undergo {command}: unknown command\nRun 'undergo help' for usage.\n");
            Ok(ExitCode::from(2))
        }
    }
}

fn usage_error(message: String) -> String {
    format!("{message}\nRun 'undergo help' for usage.")
}

/// The directory that a command works in: that of the process, or the one that `-C` names.
pub fn working_dir(chdir: Option<&str>) -> Result<PathBuf, String> {
    let here = std::env::current_dir().map_err(|e| format!("working directory: {e}"))?;
    match chdir {
        Some(dir) => here.join(dir).canonicalize().map_err(|e| format!("-C {dir}: {e}")),
        None => Ok(here),
    }
}

fn options(flags: &Flags, patterns: Vec<String>) -> Result<Options, String> {
    let patterns = if patterns.is_empty() { vec![".".to_owned()] } else { patterns };
    let mode = build::selection_for_check(flags.stock);
    Ok(Options {
        request: Request {
            dir: working_dir(flags.dir.as_deref())?,
            patterns,
            tags: flags.tags.clone(),
            list_flags: Vec::new(),
            mode,
        },
        graph: None,
        style: flags.style,
        emit: flags.emit,
        emit_filter: flags.emit_filter.clone(),
        link: flags.link.clone(),
        paths: flags.paths,
        extent: flags.extent,
    })
}

/// Shows what was asked for besides the result.
fn show(flags: &Flags, built: &Built) {
    if flags.time_phases {
        let mut total = std::time::Duration::ZERO;
        for (name, time) in &built.phases.0 {
            eprintln!("{name:<10} {:>9.1} ms", time.as_secs_f64() * 1e3);
            total += *time;
        }
        eprintln!("{:<10} {:>9.1} ms", "total", total.as_secs_f64() * 1e3);
        eprintln!("{:<10} {:>9}", "packages", built.n_packages);
        eprintln!("{:<10} {:>9.1} MB", "peak", peak_megabytes());
    }
    let _ = std::io::stdout().write_all(built.text.as_bytes());
}

/// The largest resident set so far.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1e3
}

fn build_command(args: &[String]) -> Result<ExitCode, String> {
    let flags = args::parse(args).map_err(usage_error)?;
    let options = options(&flags, flags.rest.clone())?;
    let progress = Progress::for_stderr();
    let output = flags.output.as_deref().map(|o| Output::of(o, &options.request));
    let may_be_several = options.request.patterns.iter().any(|p| !p.ends_with(".go"));
    if flags.extent == Extent::Program && flags.emit.is_none() && may_be_several && !build::is_kept(&options) {
        let several = several::plan(&options, &progress)?;
        if several.count() != 1 || !several.has_program() {
            return build_several(&several, &options, output.as_ref(), &progress);
        }
    }
    let built = build::build(&options, &progress)?;
    progress.done();
    show(&flags, &built);
    if output == Some(Output::Nowhere) {
        return Ok(ExitCode::SUCCESS);
    }
    if flags.emit.is_none() && flags.extent == Extent::Program {
        let output = output_path(&flags, &options.request, &built.main);
        write(&output, &built.image)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Where executables go.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Output {
    File(PathBuf),
    Directory(PathBuf),
    Nowhere,
}

impl Output {
    /// What `-o` means.
    fn of(text: &str, request: &Request) -> Output {
        let path = request.dir.join(text);
        match text {
            "/dev/null" => Output::Nowhere,
            _ if text.ends_with('/') || path.is_dir() => Output::Directory(path),
            _ => Output::File(path),
        }
    }
}

/// As go does: programs are written only if a directory for them is named, everything else is checked.
fn build_several(
    several: &several::Several,
    options: &Options,
    output: Option<&Output>,
    progress: &Progress,
) -> Result<ExitCode, String> {
    match output {
        Some(Output::Directory(_)) if !several.has_program() => return Err("go: no main packages to build\n".into()),
        Some(Output::File(path)) if several.count() > 1 => {
            let name = path.strip_prefix(&options.request.dir).unwrap_or(path);
            return Err(format!("go: cannot write multiple packages to non-directory {}\n", name.display()));
        }
        _ => {}
    }
    // First what is wrong with the package itself.
    several.check(options, progress)?;
    if matches!(output, Some(Output::File(_))) {
        return Err("-o names a file, but the package is not a main package\n".into());
    }
    progress.done();
    if let Some(Output::Directory(dir)) = output {
        let work = tempfile::Builder::new().prefix("undergo-build").tempdir();
        let work = work.map_err(|e| format!("temporary directory: {e}"))?;
        several.build_into(options, dir, work.path(), default_name)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, image: &[u8]) -> Result<(), String> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(|e| format!("mkdir {}: {e}\n", dir.display()))?;
    }
    undergo_driver::write_executable(path, image).map_err(|e| format!("open {}: {e}\n", path.display()))
}

/// As go names it: the last element of the import path, or the first file's name.
fn output_path(flags: &Flags, request: &Request, main: &str) -> PathBuf {
    let default = match request.patterns.first() {
        Some(p) if p.ends_with(".go") => Path::new(p).file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        _ => default_name(main),
    };
    match &flags.output {
        Some(o) => {
            let path = request.dir.join(o);
            if path.is_dir() || o.ends_with('/') { path.join(default) } else { path }
        }
        None => request.dir.join(default),
    }
}

/// The last element that is not a major version.
pub fn default_name(path: &str) -> String {
    let mut parts = path.rsplit('/');
    let last = parts.next().unwrap_or(path);
    let version = last.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if version { parts.next().unwrap_or(last).to_owned() } else { last.to_owned() }
}

fn run_command(args: &[String]) -> Result<ExitCode, String> {
    let flags = args::parse(args).map_err(usage_error)?;
    let files = flags.rest.iter().take_while(|a| a.ends_with(".go")).count();
    let n = if files > 0 { files } else { flags.rest.len().min(1) };
    if n == 0 {
        return Err("undergo run: no go files listed\n".into());
    }
    let (patterns, program_args) = flags.rest.split_at(n);
    let options = options(&flags, patterns.to_vec())?;
    let progress = Progress::for_stderr();
    let built = build::build(&options, &progress)?;
    progress.done();
    show(&flags, &built);
    if flags.emit.is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    let dir =
        tempfile::Builder::new().prefix("undergo-run").tempdir().map_err(|e| format!("temporary directory: {e}"))?;
    let name = output_path(&Flags { output: None, ..flags.clone() }, &options.request, &built.main);
    let path = dir.path().join(name.file_name().unwrap_or_default());
    write(&path, &built.image)?;
    let mut child = Command::new(&path);
    child.args(program_args).arg0(&path);
    let interrupted = interrupt::catch()?;
    let status = child.status().map_err(|e| format!("{}: {e}", path.display()))?;
    drop(dir);
    match status.code() {
        Some(0) if interrupted.load(Relaxed) => Ok(ExitCode::FAILURE),
        Some(0) => Ok(ExitCode::SUCCESS),
        Some(code) => {
            eprintln!("exit status {code}");
            Ok(ExitCode::FAILURE)
        }
        None => {
            eprintln!("{status}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn check_command(args: &[String]) -> Result<ExitCode, String> {
    let flags = args::parse(args).map_err(usage_error)?;
    let options = options(&flags, flags.rest.clone())?;
    let progress = Progress::for_stderr();
    let built = match flags.tests {
        Tests::Without => build::check(&options, &progress)?,
        Tests::With => build::check_with_tests(&options, &progress)?,
    };
    progress.done();
    show(&flags, &built);
    Ok(ExitCode::SUCCESS)
}

fn clean_command(args: &[String]) -> Result<ExitCode, String> {
    if args.is_empty() {
        return Err(usage_error("undergo clean: say what: -cache or -testcache".into()));
    }
    for arg in args {
        match arg.as_str() {
            "-cache" | "--cache" => cache::clear()?,
            "-testcache" | "--testcache" => cache::clear_tests()?,
            _ => return Err(usage_error(format!("flag provided but not defined: {arg}"))),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn env_command(args: &[String]) -> Result<ExitCode, String> {
    let root = goroot::find().map_or(String::new(), |g| g.dir.display().to_string());
    let cache = goroot::cache_dir()?.display().to_string();
    let vars =
        [("GOARCH", "amd64".to_owned()), ("GOOS", "linux".to_owned()), ("GOROOT", root), ("UNDERGO_CACHE", cache)];
    if args.is_empty() {
        vars.iter().for_each(|(k, v)| println!("{k}='{v}'"));
    }
    for name in args {
        println!("{}", vars.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v));
    }
    Ok(ExitCode::SUCCESS)
}
