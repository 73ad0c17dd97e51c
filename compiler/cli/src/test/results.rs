//! Results that are known: a test whose executable, flags, environment and files are those of an earlier run that passed
//! need not run again.
//!
//! Package testing logs which variables and files a test looks at. So a result is found in two steps: executable and
//! flags lead to the log of the last such run, and the state of what the log names leads to the output. As with go, only
//! flags that cannot make a difference otherwise are allowed, only tests of named packages count, files outside of the
//! package's module do not, and a file that has just been changed keeps a result from being stored.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use undergo_driver::cache::{self, Key, Keyer};
use undergo_driver::test_plan::Subject;

use super::Session;

/// Flags whose values are part of the key. Any other flag means that a test runs.
const CACHEABLE: &[&str] =
    &["benchtime", "cpu", "list", "parallel", "run", "short", "skip", "timeout", "failfast", "v", "fullpath"];

/// All results together, bytes.
const LIMIT: u64 = 64 << 20;

const LOG_START: &[u8] = b"# test log\n";

/// A file that changed less than this long ago may change again without a trace in its times.
const TOO_NEW: Duration = Duration::from_secs(2);

/// Where results of one test are.
#[derive(Debug)]
pub struct Results {
    dir: PathBuf,
    /// Of executable and flags.
    key: Key,
    /// The package's directory.
    package: PathBuf,
    /// Files outside of it do not count.
    root: PathBuf,
}

/// What a run leaves.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Where the log is.
    pub log: &'a Path,
    /// What was shown.
    pub output: &'a [u8],
}

impl Results {
    /// The results of a test with these flags, if it may have any.
    pub fn of(session: &Session, subject: &Subject, exe: &Path) -> Result<Option<Results>, String> {
        let p = &subject.listed;
        let root = match (&p.module, p.root.as_str()) {
            (_, root) if !root.is_empty() => PathBuf::from(root),
            (Some(m), _) if !m.dir.is_empty() => PathBuf::from(&m.dir),
            _ => return Ok(None),
        };
        if session.local() {
            return Ok(None);
        }
        let flag = |arg: &String| {
            let (name, _) = arg.strip_prefix("-test.")?.split_once('=')?;
            (CACHEABLE.contains(&name) || name == "outputdir").then_some(name != "outputdir")
        };
        let mut keyer = Keyer::new("test result");
        let image = fs::read(exe).map_err(|e| format!("{}: {e}", exe.display()))?;
        keyer.add(&image);
        for arg in &session.flags.test_args {
            match flag(arg) {
                Some(true) => keyer.add(arg.as_bytes()),
                Some(false) => {}
                None => return Ok(None),
            }
        }
        session.flags.exec.iter().for_each(|word| keyer.add(word.as_bytes()));
        let dir = cache::dir("test")?;
        Ok(Some(Results { dir, key: keyer.finish(), package: PathBuf::from(&p.dir), root }))
    }

    /// The output of an earlier run, with `(cached)` for its time.
    pub fn find(&self) -> Option<Vec<u8>> {
        let log = fs::read(self.log_path()).ok()?;
        let output = fs::read(self.output_path(&log)?).ok()?;
        cache::touch(&self.log_path());
        let last = output.strip_suffix(b"\n")?.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let line = output[last..].strip_prefix(b"ok  \t")?;
        let name = line.iter().position(|b| *b == b'\t')? + 1;
        let time = line[name..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.' || **b == b's').count();
        let mut shown = output[..last + 5 + name].to_vec();
        shown.extend_from_slice(b"(cached)");
        shown.extend_from_slice(&line[name + time..]);
        Some(shown)
    }

    /// Keeps the result of a run. If that cannot be, the test runs again next time.
    pub fn keep(&self, entry: &Entry<'_>) {
        let Ok(log) = fs::read(entry.log) else { return };
        if !log.starts_with(LOG_START) || !log.ends_with(b"\n") {
            return;
        }
        if let Some(path) = self.output_path(&log) {
            cache::write(&path, entry.output);
            cache::write(&self.log_path(), &log);
            cache::trim(&self.log_path(), LIMIT);
        }
    }

    fn log_path(&self) -> PathBuf {
        self.dir.join(format!("{}.log", self.key))
    }

    /// Where the output of a run that found everything in today's state is.
    fn output_path(&self, log: &[u8]) -> Option<PathBuf> {
        let mut keyer = Keyer::new("test inputs");
        keyer.add(self.key.to_string().as_bytes());
        self.inputs(log, &mut keyer)?;
        Some(self.dir.join(format!("{}.out", keyer.finish())))
    }

    /// Adds the state of everything that a log names; nothing if a file is too new or the log is broken.
    fn inputs(&self, log: &[u8], keyer: &mut Keyer) -> Option<()> {
        let text = std::str::from_utf8(log.strip_prefix(LOG_START)?).ok()?;
        add_variable(keyer, "GODEBUG");
        let mut dir = self.package.clone();
        for line in text.lines().filter(|l| !l.is_empty()) {
            let (action, name) = line.split_once(' ')?;
            let path = dir.join(name);
            match action {
                "getenv" => add_variable(keyer, name),
                "chdir" => {
                    keyer.add(line.as_bytes());
                    add_state(keyer, &path);
                    dir = path;
                }
                "stat" | "open" if !inside(&path, &self.root) => {}
                "stat" => {
                    keyer.add(line.as_bytes());
                    add_state(keyer, &path);
                }
                "open" => {
                    keyer.add(line.as_bytes());
                    add_contents(keyer, &path)?;
                }
                _ => return None,
            }
        }
        Some(())
    }
}

/// Whether a path, as spelt, lies below a directory.
fn inside(path: &Path, root: &Path) -> bool {
    use std::path::Component;
    let mut parts: Vec<Component<'_>> = Vec::new();
    for c in path.components() {
        match c {
            Component::ParentDir => drop(parts.pop()),
            Component::CurDir => {}
            c => parts.push(c),
        }
    }
    parts.iter().collect::<PathBuf>().starts_with(root)
}

fn add_variable(keyer: &mut Keyer, name: &str) {
    let value = std::env::var_os(name);
    keyer.add(format!("env {name} {value:?}").as_bytes());
}

/// What stat and lstat say.
fn add_state(keyer: &mut Keyer, path: &Path) {
    keyer.add(state(fs::metadata(path)).as_bytes());
    keyer.add(state(fs::symlink_metadata(path)).as_bytes());
}

fn state(meta: std::io::Result<fs::Metadata>) -> String {
    use std::os::unix::fs::MetadataExt;
    match meta {
        Ok(m) => format!("{} {:o} {}.{} {}", m.len(), m.mode(), m.mtime(), m.mtime_nsec(), m.is_dir()),
        Err(e) => format!("{:?}", e.kind()),
    }
}

/// What reading a file or directory can depend on.
fn add_contents(keyer: &mut Keyer, path: &Path) -> Option<()> {
    keyer.add(state(fs::metadata(path)).as_bytes());
    let Ok(meta) = fs::metadata(path) else { return Some(()) };
    if meta.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path).into_iter().flatten().flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for e in entries {
            keyer.add(e.file_name().as_encoded_bytes());
            keyer.add(state(e.metadata()).as_bytes());
        }
    } else if meta.is_file() {
        let age = SystemTime::now().duration_since(meta.modified().ok()?).ok()?;
        if age < TOO_NEW {
            return None;
        }
    }
    Some(())
}
