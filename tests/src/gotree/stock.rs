//! What stock Go makes of a test. Verdicts are kept in undergo's cache, by the test's sources and Go's version.
//!
//! Single files go straight to Go's compiler and linker with the export data of all of std, as in the tree's own
//! harness; that spares most of the time of `go build`.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::{Compiler, Test, build, sources};
use crate::process;
use crate::toolchain::{Toolchain, scratch};

/// Compiling all of std, once per machine.
const STD_LIMIT: Duration = Duration::from_secs(1800);

/// Whether stock passes the test.
pub fn passes(test: &Test, tools: &Toolchain) -> Result<bool, String> {
    let kept = cache_dir(tools)?.join(format!("{}-{:016x}", test.name.replace('/', "-"), key(test, tools)?));
    if let Ok(text) = fs::read_to_string(&kept) {
        return Ok(text == "pass");
    }
    let verdict = match test.attempt(&Stock(tools, Where::Here), tools, "stock") {
        Ok(()) => "pass".to_owned(),
        Err(reason) => reason,
    };
    fs::create_dir_all(cache_dir(tools)?).map_err(|e| e.to_string())?;
    // Renamed into place: what is there is whole, also when two runs decide at once.
    let fresh = kept.with_extension(format!("{}", std::process::id()));
    fs::write(&fresh, &verdict).and_then(|()| fs::rename(&fresh, &kept)).map_err(|e| e.to_string())?;
    Ok(verdict == "pass")
}

/// Whether stock passes the test under the conditions that are asked for.
pub fn passes_there(test: &Test, tools: &Toolchain) -> bool {
    test.attempt(&Stock(tools, Where::There), tools, "stock").is_ok()
}

fn cache_dir(tools: &Toolchain) -> Result<PathBuf, String> {
    static DIR: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let ask = || -> Result<PathBuf, String> {
        let out = process::run(tools.undergo()?.args(["env", "UNDERGO_CACHE"]), Duration::from_secs(60))?;
        Ok(Path::new(out.stdout_text().trim()).join("gotree-stock"))
    };
    DIR.get_or_init(ask).clone()
}

fn key(test: &Test, tools: &Toolchain) -> Result<u64, String> {
    let mut hasher = DefaultHasher::new();
    fs::read(tools.goroot.join("VERSION")).unwrap_or_default().hash(&mut hasher);
    let mut waiting = vec![test.file(), test.tree.join(format!("{}.out", test.name)), sources::case_dir(test)];
    waiting.extend(test.recipe.args.iter().filter(|a| a.ends_with(".go")).map(|a| test.tree.join(a)));
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(sources::entries(&path)?);
        } else if let Ok(bytes) = fs::read(&path) {
            path.file_name().hash(&mut hasher);
            bytes.hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

/// Stock Go as a compiler of tests.
struct Stock<'a>(&'a Toolchain, Where);

/// Under which conditions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// The usual ones.
    Here,
    /// [`Toolchain::conditions`].
    There,
}

impl Stock<'_> {
    /// The file that tells compiler and linker where std's export data is.
    fn import_config(&self) -> Result<PathBuf, String> {
        static FILE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let make = || -> Result<PathBuf, String> {
            let format = "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}";
            let out = process::run(self.0.go().args(["list", "-export", "-f", format, "std"]), STD_LIMIT)?;
            if !out.success() {
                return Err(out.stderr_text());
            }
            let dir = scratch().join("gotree");
            fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
            let path = dir.join(format!("importcfg-{}", std::process::id()));
            fs::write(&path, out.stdout).map_err(|e| e.to_string())?;
            Ok(path)
        };
        FILE.get_or_init(make).clone()
    }

    fn object(&self, package: &str, files: &[PathBuf], object: &Path) -> Result<(), String> {
        let mut compile = self.0.go();
        compile.args(["tool", "compile", "-e", "-p", package, "-importcfg"]).arg(self.import_config()?);
        build(compile.arg("-o").arg(object).args(files))
    }
}

impl Compiler for Stock<'_> {
    fn compile(&self, file: &Path) -> Result<(), String> {
        let object = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
        self.object("p", &[file.to_owned()], object.path())
    }

    fn program(&self, files: &[PathBuf], exe: &Path) -> Result<(), String> {
        let object = exe.with_extension("o");
        self.object("main", files, &object)?;
        let mut link = self.0.go();
        link.args(["tool", "link", "-s", "-w", "-importcfg"]).arg(self.import_config()?);
        build(link.arg("-o").arg(exe).arg(&object))
    }

    fn compile_module(&self, dir: &Path) -> Result<(), String> {
        build(self.0.go().args(["build", "./..."]).current_dir(dir))
    }

    fn module_program(&self, dir: &Path, main: &str, exe: &Path) -> Result<(), String> {
        build(self.0.go().args(["build", "-o"]).arg(exe).arg(main).current_dir(dir))
    }

    fn conditions(&self, command: &mut Command) {
        if self.1 == Where::There {
            self.0.conditions.set_stock(command);
        }
    }
}
