//! Go programs with mistakes. `// ERROR "regexp"` at the end of a line says which error belongs there; several quoted
//! patterns mean several errors on that line; `// WANT "regexp"` anywhere says what the whole output must contain
//! (for errors without a position). `// command: build` in the first lines: the program is built, not only checked.
//!
//! A case is a file `errors/<name>.go` or a directory `errors/<name>/` with a `go.mod`. Both the oracle and undergo
//! must satisfy the comments; besides, undergo's output must be the oracle's, line by line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;

use crate::process;
use crate::program::first_difference;
use crate::toolchain::{Toolchain, scratch};

const LIMIT: Duration = Duration::from_secs(120);

static ERROR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"// ERROR ((?:\s*(?:"(?:[^"\\]|\\.)*"|`[^`]*`))+)"#).expect("valid"));
static WANT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"// WANT ((?:\s*(?:"(?:[^"\\]|\\.)*"|`[^`]*`))+)"#).expect("valid"));
static QUOTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""((?:[^"\\]|\\.)*)"|`([^`]*)`"#).expect("valid"));
static POSITIONED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(\S+\.go):(\d+)(?::\d+)?: (.*)$").expect("valid"));

/// One program with mistakes.
#[derive(Clone, Debug)]
pub struct Case {
    /// File or directory name.
    pub name: String,
    dir: PathBuf,
    target: String,
    sources: Vec<PathBuf>,
}

/// What the comments of a case ask for.
#[derive(Debug, Default)]
struct Wanted {
    /// File name, line, pattern.
    at: Vec<(String, usize, Regex)>,
    anywhere: Vec<Regex>,
    builds: bool,
}

/// All cases in `root`, sorted.
pub fn discover(root: &Path) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    let read = fs::read_dir(root).map_err(|e| format!("{}: {e}", root.display()))?;
    for path in read.flatten().map(|e| e.path()) {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = file.trim_end_matches(".go").to_owned();
        if path.is_dir() {
            let mut sources = Vec::new();
            go_files(&path, &mut sources)?;
            cases.push(Case { name, dir: path, target: ".".into(), sources });
        } else if path.extension().is_some_and(|e| e == "go") {
            cases.push(Case { name, dir: root.to_owned(), target: file, sources: vec![path] });
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

fn go_files(dir: &Path, out: &mut Vec<PathBuf>) -> Result<(), String> {
    for path in fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?.flatten().map(|e| e.path()) {
        if path.is_dir() {
            go_files(&path, out)?;
        } else if path.extension().is_some_and(|e| e == "go") {
            out.push(path);
        }
    }
    Ok(())
}

impl Case {
    /// Whether Go's output satisfies the comments.
    pub fn try_oracle(&self, tools: &Toolchain) -> Result<(), String> {
        let wanted = self.wanted()?;
        self.satisfies("go build", &wanted, &self.oracle(tools)?)
    }

    /// Whether undergo's output satisfies the comments and is Go's.
    pub fn compare(&self, tools: &Toolchain) -> Result<(), String> {
        let wanted = self.wanted()?;
        let want = self.oracle(tools)?;
        self.satisfies("go build", &wanted, &want)?;
        let mut undergo = tools.undergo()?;
        match wanted.builds {
            true => undergo.args(["build", "-e", "-o"]).arg(self.exe()?),
            false => undergo.args(["check", "-e"]),
        };
        let got = self.output(undergo.arg(&self.target))?;
        self.satisfies("undergo", &wanted, &got)?;
        if got == want { Ok(()) } else { Err(format!("not as Go says it: {}", first_difference(&want, &got))) }
    }

    fn oracle(&self, tools: &Toolchain) -> Result<String, String> {
        let mut go = tools.go();
        go.args(["build", "-gcflags=-e", "-o"]).arg(self.exe()?).arg(&self.target);
        self.output(&mut go)
    }

    fn exe(&self) -> Result<PathBuf, String> {
        let dir = scratch().join("errors");
        fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
        Ok(dir.join(&self.name))
    }

    /// What a failing command prints; succeeding is an error.
    fn output(&self, command: &mut Command) -> Result<String, String> {
        let out = process::run(command.current_dir(&self.dir), LIMIT)?;
        match out.end {
            process::End::Code(1) => Ok(out.stderr_text()),
            end => {
                Err(format!("{:?} ends with {end:?}, not with code 1:\n{}", command.get_program(), out.stderr_text()))
            }
        }
    }

    fn wanted(&self) -> Result<Wanted, String> {
        let mut wanted = Wanted::default();
        for path in &self.sources {
            let text = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
            let file = path.strip_prefix(&self.dir).unwrap_or(path).display().to_string();
            for (i, line) in String::from_utf8_lossy(&text).lines().enumerate() {
                wanted.builds |= line == "// command: build";
                for pattern in patterns(&ERROR, line)? {
                    wanted.at.push((file.clone(), i + 1, pattern));
                }
                wanted.anywhere.extend(patterns(&WANT, line)?);
            }
        }
        if wanted.at.is_empty() && wanted.anywhere.is_empty() {
            return Err("no ERROR or WANT comment".into());
        }
        Ok(wanted)
    }

    fn satisfies(&self, who: &str, wanted: &Wanted, output: &str) -> Result<(), String> {
        let mut left: Vec<(String, usize, String)> = Vec::new();
        for line in output.lines() {
            if let Some(m) = POSITIONED.captures(line) {
                let file = m[1].trim_start_matches("./").to_owned();
                left.push((file, m[2].parse().unwrap_or(0), m[3].to_owned()));
            }
        }
        for (file, line, pattern) in &wanted.at {
            let hit = left.iter().position(|(f, l, text)| f == file && l == line && pattern.is_match(text));
            match hit {
                Some(i) => drop(left.remove(i)),
                None => {
                    return Err(format!("{who}: no error at {file}:{line} matches {pattern}; the output is\n{output}"));
                }
            }
        }
        for pattern in &wanted.anywhere {
            if !pattern.is_match(output) {
                return Err(format!("{who}: nothing matches {pattern} in\n{output}"));
            }
        }
        if wanted.anywhere.is_empty()
            && let Some((file, line, text)) = left.first()
        {
            return Err(format!("{who}: an error that no comment asks for: {file}:{line}: {text}"));
        }
        Ok(())
    }
}

fn patterns(kind: &Regex, line: &str) -> Result<Vec<Regex>, String> {
    let Some(list) = kind.captures(line) else { return Ok(Vec::new()) };
    let texts = QUOTED.captures_iter(list.get(1).map_or("", |m| m.as_str()));
    let text_of = |c: regex::Captures<'_>| c.get(1).or(c.get(2)).map_or(String::new(), |m| m.as_str().to_owned());
    texts.map(text_of).map(|t| Regex::new(&t).map_err(|e| format!("{line}: {e}"))).collect()
}
