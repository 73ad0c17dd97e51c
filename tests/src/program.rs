//! One Go program: built by undergo and by Go, run, compared.
//!
//! A program is a file `programs/<area>/<name>.go` or a directory `programs/<area>/<name>/` with a `go.mod`. What the
//! oracle did is kept in cargo's target directory, keyed by the sources and Go's version.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::directive::{self, Directives, Stderr};
use crate::normalise;
use crate::process::{self, End, Outcome};
use crate::toolchain::{Toolchain, scratch};

/// Limit of one build, far above what any takes.
const BUILD_LIMIT: Duration = Duration::from_secs(600);
/// How much of a difference a report shows.
const SHOWN: usize = 4000;

/// A program of the suite.
#[derive(Clone, Debug)]
pub struct Program {
    /// `area/name`.
    pub name: String,
    /// Where its build runs.
    dir: PathBuf,
    /// What is built there: `name.go` or `.`.
    target: String,
    /// All its sources, the one with the directives first.
    sources: Vec<PathBuf>,
}

/// All programs below `root`, sorted.
pub fn discover(root: &Path) -> Result<Vec<Program>, String> {
    let mut found = Vec::new();
    for area in entries(root)?.into_iter().filter(|p| p.is_dir()) {
        for path in entries(&area)? {
            let name = format!("{}/{}", file_name(&area), file_name(&path).trim_end_matches(".go"));
            if path.is_dir() {
                found.push(Program { name, dir: path.clone(), target: ".".into(), sources: sources_below(&path)? });
            } else if path.extension().is_some_and(|e| e == "go") {
                found.push(Program { name, dir: area.clone(), target: file_name(&path), sources: vec![path] });
            }
        }
    }
    Ok(found)
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let read = fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut paths: Vec<PathBuf> = read.flatten().map(|e| e.path()).collect();
    paths.sort();
    Ok(paths)
}

/// All files of a module, `main.go` first since it carries the directives.
fn sources_below(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let mut all = Vec::new();
    for path in entries(dir)? {
        if path.is_dir() { all.extend(sources_below(&path)?) } else { all.push(path) }
    }
    all.sort_by_key(|p| *p != dir.join("main.go"));
    Ok(all)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Program {
    /// Whether undergo's program does what Go's does, as often as asked for.
    pub fn compare(&self, tools: &Toolchain) -> Result<(), String> {
        let directives = self.directives()?;
        let want = self.oracle(tools, &directives)?;
        let exe = self.exe("undergo")?;
        let mut build = tools.undergo()?;
        directives.set_experiment(&mut build);
        build.args(["build", "-o"]).arg(&exe).arg(&self.target).current_dir(&self.dir);
        let built = process::run(&mut build, BUILD_LIMIT)?;
        if !built.success() {
            return Err(format!("undergo build: {:?}\n{}", built.end, cut(&built.stderr_text())));
        }
        let conditions = &tools.conditions;
        for i in 1..=directives.runs {
            let got = self.run(&exe, &directives, &|c| conditions.set(c))?;
            if let Err(d) = differences(&want, &got, &directives)
                && self.differs_from_stock_there(tools, &got, &directives)
            {
                return Err(format!("run {i} of {}: {d}", directives.runs));
            }
        }
        let _ = fs::remove_file(exe);
        Ok(())
    }

    /// Whether stock under the same conditions does something else as well.
    fn differs_from_stock_there(&self, tools: &Toolchain, got: &Outcome, directives: &Directives) -> bool {
        if tools.conditions.both.is_empty() {
            return true;
        }
        let run = || -> Result<Outcome, String> {
            let exe = self.build_oracle(tools, directives)?;
            let outcome = self.run(&exe, directives, &|c| tools.conditions.set_stock(c))?;
            let _ = fs::remove_file(exe);
            Ok(outcome)
        };
        run().is_ok_and(|want| differences(&want, got, directives).is_err())
    }

    /// Whether the program is fit for the suite: builds with Go, exits as it says, prints the same twice.
    pub fn try_oracle(&self, tools: &Toolchain) -> Result<(), String> {
        let directives = self.directives()?;
        let exe = self.build_oracle(tools, &directives)?;
        let first = self.run(&exe, &directives, &|_| {})?;
        let second = self.run(&exe, &directives, &|_| {})?;
        expect_exit(&first, &directives)?;
        differences(&first, &second, &directives).map_err(|d| format!("not deterministic: {d}"))
    }

    fn directives(&self) -> Result<Directives, String> {
        let main = &self.sources[0];
        let text = fs::read_to_string(main).map_err(|e| format!("{}: {e}", main.display()))?;
        directive::parse(&text)
    }

    /// What Go's program does; remembered.
    fn oracle(&self, tools: &Toolchain, directives: &Directives) -> Result<Outcome, String> {
        let key = self.key(tools)?;
        let kept = scratch().join("oracle").join(format!("{}-{key:016x}", self.name.replace('/', "-")));
        if let (Ok(stdout), Ok(stderr)) = (fs::read(kept.join("stdout")), fs::read(kept.join("stderr"))) {
            return Ok(Outcome { end: End::Code(directives.exit), stdout, stderr });
        }
        let exe = self.build_oracle(tools, directives)?;
        let outcome = self.run(&exe, directives, &|_| {})?;
        expect_exit(&outcome, directives)?;
        let _ = fs::remove_file(exe);
        let io = |e: std::io::Error| format!("{}: {e}", kept.display());
        fs::create_dir_all(&kept).map_err(io)?;
        fs::write(kept.join("stdout"), &outcome.stdout).map_err(io)?;
        fs::write(kept.join("stderr"), &outcome.stderr).map_err(io)?;
        Ok(outcome)
    }

    fn key(&self, tools: &Toolchain) -> Result<u64, String> {
        let mut hasher = DefaultHasher::new();
        fs::read_to_string(tools.goroot.join("VERSION")).unwrap_or_default().hash(&mut hasher);
        for path in &self.sources {
            path.hash(&mut hasher);
            fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?.hash(&mut hasher);
        }
        Ok(hasher.finish())
    }

    fn build_oracle(&self, tools: &Toolchain, directives: &Directives) -> Result<PathBuf, String> {
        let exe = self.exe("stock")?;
        let mut build = tools.go();
        directives.set_experiment(&mut build);
        build.args(["build", "-o"]).arg(&exe).arg(&self.target).current_dir(&self.dir);
        let built = process::run(&mut build, BUILD_LIMIT)?;
        if built.success() { Ok(exe) } else { Err(format!("go build: {}", cut(&built.stderr_text()))) }
    }

    /// Both executables have the same name, since programs may print it.
    fn exe(&self, compiler: &str) -> Result<PathBuf, String> {
        let dir = scratch().join(compiler).join(&self.name);
        fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
        Ok(dir.join("prog"))
    }

    fn run(&self, exe: &Path, directives: &Directives, set: &dyn Fn(&mut Command)) -> Result<Outcome, String> {
        let mut command = Command::new(exe);
        command.args(&directives.args).current_dir(&self.dir);
        for var in ["GODEBUG", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GOTRACEBACK"] {
            command.env_remove(var);
        }
        set(&mut command);
        command.envs(directives.env.iter().map(|(k, v)| (k, v)));
        process::run(&mut command, directives.timeout)
    }
}

fn expect_exit(outcome: &Outcome, directives: &Directives) -> Result<(), String> {
    if outcome.end == End::Code(directives.exit) {
        return Ok(());
    }
    let text = cut(&outcome.stderr_text());
    Err(format!("the oracle ends with {:?}, not with the stated code {}\n{text}", outcome.end, directives.exit))
}

/// Says what differs between what should be and what is.
pub fn differences(want: &Outcome, got: &Outcome, directives: &Directives) -> Result<(), String> {
    let form: fn(&str) -> String = match directives.stderr {
        Stderr::Match => normalise::stderr,
        Stderr::Head => normalise::head,
        Stderr::Ignore => |_| String::new(),
    };
    let (want_err, got_err) = (form(&want.stderr_text()), form(&got.stderr_text()));
    if want.end != got.end {
        let text = cut(&got.stderr_text());
        return Err(format!("ended with {:?}, not {:?}; standard error:\n{text}", got.end, want.end));
    }
    let [want_out, got_out] = [want, got].map(|outcome| normalise::stdout(&outcome.stdout_text()));
    let is_text = [want, got].iter().all(|outcome| str::from_utf8(&outcome.stdout).is_ok());
    let differs = if is_text { want_out != got_out } else { want.stdout != got.stdout };
    if differs {
        return Err(format!("standard output: {}", first_difference(&want_out, &got_out)));
    }
    if want_err != got_err {
        return Err(format!("standard error: {}", first_difference(&want_err, &got_err)));
    }
    Ok(())
}

/// The first line that differs, with what is around it.
pub fn first_difference(want: &str, got: &str) -> String {
    let (mut w, mut g) = (want.split('\n'), got.split('\n'));
    let mut line = 1;
    loop {
        match (w.next(), g.next()) {
            (Some(a), Some(b)) if a == b => line += 1,
            (None, None) => return "no difference".into(),
            (a, b) => {
                let show = |x: Option<&str>| x.map_or("the end".to_owned(), |t| format!("{:?}", cut(t)));
                return format!("line {line}: want {}, got {}", show(a), show(b));
            }
        }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}
