//! The recipe in the first comment of a file of Go's test tree, and its build constraint.

use std::time::Duration;

/// What is to be done with a test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Build the file and run it.
    Run,
    /// Build the file and run it; run what it prints, which is a program.
    RunOutput,
    /// Compile the packages of the directory, run the last.
    RunDir,
    /// Run the directory as a module.
    RunInDir,
    /// Compile the file.
    Compile,
    /// Compile the packages of the directory.
    CompileDir,
    /// Build the file.
    Build,
    /// Build the directory as one program.
    BuildDir,
    /// Build the directory as one program and run it.
    BuildRunDir,
}

/// The recipe of a test.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// What to do.
    pub kind: Kind,
    /// Further sources, and arguments of the program.
    pub args: Vec<String>,
    /// Every file of the directory is a package of its own (`-s`).
    pub separate: bool,
    /// GOEXPERIMENT, which only stock knows.
    pub experiment: Option<String>,
    /// Limit of one run that the test asks for.
    pub limit: Option<Duration>,
}

/// Reads the recipe of a source, if it is one of our kinds and its constraint holds on linux/amd64.
pub fn parse(source: &str) -> Option<Recipe> {
    let (mut head, _) = source.split_once("\n\n")?;
    if let Some((first, rest)) = head.split_once('\n')
        && first.contains("+build")
    {
        head = rest;
    }
    let mut words = words(head.strip_prefix("//")?).into_iter();
    let kind = match words.next()?.as_str() {
        "run" | "buildrun" => Kind::Run,
        "runoutput" => Kind::RunOutput,
        "rundir" => Kind::RunDir,
        "runindir" => Kind::RunInDir,
        "compile" => Kind::Compile,
        "compiledir" => Kind::CompileDir,
        "build" => Kind::Build,
        "builddir" => Kind::BuildDir,
        "buildrundir" => Kind::BuildRunDir,
        _ => return None,
    };
    let mut recipe = Recipe { kind, args: Vec::new(), separate: false, experiment: None, limit: None };
    while let Some(word) = words.next() {
        match word.as_str() {
            _ if !recipe.args.is_empty() => recipe.args.push(word),
            "-s" => recipe.separate = true,
            "-t" => recipe.limit = words.next().and_then(|n| n.parse().ok()).map(Duration::from_secs),
            "-goexperiment" => recipe.experiment = words.next(),
            // These take a value; how the compiler is to work is no part of what the program does.
            "-gcflags" | "-ldflags" => drop(words.next()),
            w if w.starts_with('-') => {}
            _ => recipe.args.push(word),
        }
    }
    let constrained = source.split("\npackage").next().unwrap_or(source);
    holds(constrained).then_some(recipe)
}

/// Blank-separated words of a recipe, with quotes taken off.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(|w| w.replace('"', "")).collect()
}

/// Whether all constraints of a file's head hold.
fn holds(head: &str) -> bool {
    head.lines().all(|line| {
        if let Some(e) = line.strip_prefix("//go:build ") {
            return Expr { text: e.as_bytes(), at: 0 }.either();
        }
        let Some(list) = line.strip_prefix("//").map(str::trim).and_then(|l| l.strip_prefix("+build ")) else {
            return true;
        };
        // Alternatives are separated by blanks, what must hold together by commas.
        list.split_whitespace().any(|all| {
            all.split(',').all(|t| match t.strip_prefix('!') {
                Some(t) => !tag(t),
                None => tag(t),
            })
        })
    })
}

fn tag(name: &str) -> bool {
    matches!(name, "linux" | "amd64" | "gc" | "test_run")
}

/// A `//go:build` expression being evaluated.
struct Expr<'a> {
    text: &'a [u8],
    at: usize,
}

impl Expr<'_> {
    fn eat(&mut self, token: &str) -> bool {
        while self.text.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        let found = self.text[self.at..].starts_with(token.as_bytes());
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn either(&mut self) -> bool {
        let mut value = self.both();
        while self.eat("||") {
            value |= self.both();
        }
        value
    }

    fn both(&mut self) -> bool {
        let mut value = self.term();
        while self.eat("&&") {
            value &= self.term();
        }
        value
    }

    fn term(&mut self) -> bool {
        if self.eat("!") {
            return !self.term();
        }
        if self.eat("(") {
            let value = self.either();
            self.eat(")");
            return value;
        }
        let rest = &self.text[self.at..];
        let end = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || b"._".contains(b))).unwrap_or(rest.len());
        self.at += end;
        tag(&String::from_utf8_lossy(&rest[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, holds, parse};

    #[test]
    fn recipes() {
        let r = parse("// run -t 5 -gcflags=-l a b\n\n// Text\n\npackage main\n").expect("a recipe");
        assert_eq!((r.kind, r.args.len(), r.limit.map(|l| l.as_secs())), (Kind::Run, 2, Some(5)));
        assert!(parse("// errorcheck\n\npackage p\n").is_none());
        assert!(parse("// +build windows\n// run\n\npackage main\n").is_none());
    }

    #[test]
    fn constraints() {
        assert!(holds("//go:build !windows && (linux || cgo)\n"));
        assert!(!holds("//go:build !gc || cgo\n"));
        assert!(holds("// +build !windows,!plan9 cgo\n") && !holds("// +build cgo 386\n"));
    }
}
