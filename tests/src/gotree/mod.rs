//! Go's own test tree, run in place: what stock Go passes today, undergo has to pass.
//!
//! Reading order: [`recipe`] (what the first comment of a file asks for), [`sources`] (directories as modules),
//! [`stock`] (what Go makes of a test, remembered in undergo's cache), and here [`Test::judge`].
//!
//! A test passes if everything builds, the program exits with 0, and its output is what the file beside it with the
//! ending `.out` says, or nothing. How lines of the two output streams interleave is not compared.

pub mod recipe;
pub mod sources;
pub mod stock;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process::{self, Outcome};
use crate::program::first_difference;
use crate::toolchain::{Toolchain, scratch};
use recipe::{Kind, Recipe};

/// Limit of one build, and of one run if the test does not ask for more.
pub const LIMIT: Duration = Duration::from_secs(120);
/// The list of known failures, a path in the repository.
pub const LIST: &str = "tests/expected-gotree-failures.txt";
/// How much of an output a report shows.
const SHOWN: usize = 3000;

/// One test.
#[derive(Clone, Debug)]
pub struct Test {
    /// Path of the file in the tree, without `.go`.
    pub name: String,
    /// The root of the tree, where its programs run.
    pub tree: PathBuf,
    /// What to do.
    pub recipe: Recipe,
}

/// What compiles a test.
pub trait Compiler {
    /// Compiles, without making a program, a file of the tree.
    fn compile(&self, file: &Path) -> Result<(), String>;
    /// Builds a program from files of the tree.
    fn program(&self, files: &[PathBuf], exe: &Path) -> Result<(), String>;
    /// Compiles all packages of a module.
    fn compile_module(&self, dir: &Path) -> Result<(), String>;
    /// Builds the program in the package `main` of a module, a directory relative to it.
    fn module_program(&self, dir: &Path, main: &str, exe: &Path) -> Result<(), String>;
    /// Sets the variables that its programs are to run with.
    fn conditions(&self, command: &mut Command);
}

/// All tests of the kinds that are run here, sorted by name.
pub fn discover(tree: &Path) -> Result<Vec<Test>, String> {
    let mut found = Vec::new();
    let mut dirs = vec![tree.to_owned()];
    while let Some(dir) = dirs.pop() {
        for path in sources::entries(&dir)? {
            let is_case = path.extension().is_some_and(|e| e == "dir");
            if path.is_dir() && !is_case {
                dirs.push(path);
            } else if path.extension().is_some_and(|e| e == "go") {
                let text = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                let Some(recipe) = recipe::parse(&String::from_utf8_lossy(&text)) else { continue };
                let name = path.strip_prefix(tree).unwrap_or(&path).with_extension("").display().to_string();
                found.push(Test { name, tree: tree.to_owned(), recipe });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

impl Test {
    /// Whether undergo passes the test; `None` if stock Go does not.
    pub fn judge(&self, tools: &Toolchain) -> Option<Result<(), String>> {
        match stock::passes(self, tools) {
            Ok(true) => match self.attempt(&Undergo(tools), tools, "undergo") {
                Err(_) if !tools.conditions.both.is_empty() && !stock::passes_there(self, tools) => None,
                result => Some(result),
            },
            Ok(false) => None,
            Err(e) => Some(Err(format!("stock Go: {e}"))),
        }
    }

    /// Its file.
    pub fn file(&self) -> PathBuf {
        self.tree.join(format!("{}.go", self.name))
    }

    /// Does with a compiler what the recipe says.
    pub fn attempt(&self, compiler: &dyn Compiler, tools: &Toolchain, who: &str) -> Result<(), String> {
        let work = scratch().join("gotree").join(who).join(self.name.replace('/', "-"));
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(&work).map_err(|e| format!("{}: {e}", work.display()))?;
        let result = self.attempt_in(&work, compiler, tools);
        let _ = fs::remove_dir_all(&work);
        result
    }

    fn attempt_in(&self, work: &Path, compiler: &dyn Compiler, tools: &Toolchain) -> Result<(), String> {
        let exe = work.join("test.exe");
        match self.recipe.kind {
            Kind::Compile => compiler.compile(&self.file()),
            Kind::Build => compiler.program(&[self.file()], &exe),
            Kind::Run => {
                let args = self.program_of_files(compiler, &exe)?;
                self.expect(&self.run(compiler, &exe, args, tools)?)
            }
            Kind::RunOutput => {
                let args = self.program_of_files(compiler, &exe)?;
                let printed = self.run(compiler, &exe, args, tools)?;
                if !printed.success() {
                    return Err(format!("the generator ended with {:?}: {}", printed.end, cut(&printed.stderr_text())));
                }
                let made = work.join("tmp__.go");
                fs::write(&made, &printed.stdout).map_err(|e| format!("{}: {e}", made.display()))?;
                compiler.program(&[made], &exe)?;
                self.expect(&self.run(compiler, &exe, &[], tools)?)
            }
            Kind::CompileDir => {
                sources::packages(self, work)?;
                compiler.compile_module(work)
            }
            Kind::RunDir => {
                let main = sources::packages(self, work)?;
                compiler.module_program(work, &main, &exe)?;
                self.expect(&self.run(compiler, &exe, &self.recipe.args, tools)?)
            }
            Kind::RunInDir | Kind::BuildDir | Kind::BuildRunDir => {
                sources::module(self, work)?;
                compiler.module_program(work, ".", &exe)?;
                if self.recipe.kind == Kind::BuildDir {
                    return Ok(());
                }
                self.expect(&self.run(compiler, &exe, &self.recipe.args, tools)?)
            }
        }
    }

    /// Builds the file together with the sources that the recipe names; the rest are arguments.
    fn program_of_files(&self, compiler: &dyn Compiler, exe: &Path) -> Result<&[String], String> {
        let n = self.recipe.args.iter().take_while(|a| a.ends_with(".go")).count();
        let (more, args) = self.recipe.args.split_at(n);
        let files: Vec<PathBuf> = [self.file()].into_iter().chain(more.iter().map(|f| self.tree.join(f))).collect();
        compiler.program(&files, exe)?;
        Ok(args)
    }

    fn run(&self, compiler: &dyn Compiler, exe: &Path, args: &[String], tools: &Toolchain) -> Result<Outcome, String> {
        let mut command = Command::new(exe);
        command.args(args).current_dir(&self.tree).env("PWD", &self.tree);
        for var in ["GOGC", "GOMEMLIMIT", "GOTRACEBACK"] {
            command.env_remove(var);
        }
        // Some run `go` themselves.
        compiler.conditions(&mut command);
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", tools.goroot.join("bin").display()));
        command.env("GOROOT", &tools.goroot).env("GOTOOLCHAIN", "local").env("GOENV", "off").env("GOFLAGS", "");
        process::run(&mut command, self.recipe.limit.unwrap_or(LIMIT).max(LIMIT))
    }

    /// Whether a run did what the test wants.
    fn expect(&self, got: &Outcome) -> Result<(), String> {
        if !got.success() {
            let text = cut(&(got.stderr_text() + &got.stdout_text()));
            return Err(format!("ended with {:?}\n{text}", got.end));
        }
        let want = fs::read(self.tree.join(format!("{}.out", self.name))).unwrap_or_default();
        let want = sorted_lines(&String::from_utf8_lossy(&want));
        let got = sorted_lines(&(got.stdout_text() + &got.stderr_text()));
        if want == got { Ok(()) } else { Err(format!("output, lines sorted: {}", first_difference(&want, &got))) }
    }
}

fn sorted_lines(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn cut(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// A compiler's command, which must succeed.
fn build(command: &mut Command) -> Result<(), String> {
    let out = process::run(command, LIMIT)?;
    if out.success() {
        return Ok(());
    }
    let name = command.get_program().to_string_lossy().into_owned();
    Err(format!("{name}: {:?}\n{}", out.end, cut(&(out.stderr_text() + &out.stdout_text()))))
}

/// undergo as a compiler of tests.
struct Undergo<'a>(&'a Toolchain);

impl Compiler for Undergo<'_> {
    fn compile(&self, file: &Path) -> Result<(), String> {
        build(self.0.undergo()?.args(["build", "--whole"]).arg(file))
    }

    fn program(&self, files: &[PathBuf], exe: &Path) -> Result<(), String> {
        build(self.0.undergo()?.args(["build", "-o"]).arg(exe).args(files))
    }

    fn compile_module(&self, dir: &Path) -> Result<(), String> {
        build(self.0.undergo()?.args(["build", "--whole", "./..."]).current_dir(dir))
    }

    fn module_program(&self, dir: &Path, main: &str, exe: &Path) -> Result<(), String> {
        build(self.0.undergo()?.args(["build", "-o"]).arg(exe).arg(main).current_dir(dir))
    }

    fn conditions(&self, command: &mut Command) {
        self.0.conditions.set(command);
    }
}
