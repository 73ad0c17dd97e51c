//! Go's own commands, built by undergo from GOROOT and run on real input beside the stock ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use undergo_tests::process::{self, Outcome};
use undergo_tests::program::first_difference;
use undergo_tests::toolchain::Toolchain;

use crate::files::{Pair, build_both, success, with_suffix, work_dir};

const LIMIT: Duration = Duration::from_secs(600);
/// Files given to one process.
const BATCH: usize = 200;

fn same(what: &str, stock: &Outcome, ours: &Outcome) -> Result<(), String> {
    if stock.end != ours.end {
        return Err(format!("{what}: ended with {:?}, not {:?}\n{}", ours.end, stock.end, ours.stderr_text()));
    }
    if stock.stdout != ours.stdout {
        let text: String = ours.stderr_text().chars().take(1500).collect();
        return Err(format!("{what}: {}\n{text}", first_difference(&stock.stdout_text(), &ours.stdout_text())));
    }
    if stock.stderr != ours.stderr {
        return Err(format!("{what}: stderr: {}", first_difference(&stock.stderr_text(), &ours.stderr_text())));
    }
    Ok(())
}

/// Runs both with the same arguments and compares.
fn compare(pair: &Pair, tools: &Toolchain, args: &[&Path], env: &[(&str, &str)]) -> Result<usize, String> {
    let run = |exe: &Path| {
        let mut command = Command::new(exe);
        command.args(args).env("GOROOT", &tools.goroot).env("GOTOOLCHAIN", "local").envs(env.iter().copied());
        process::run(command.current_dir(tools.goroot.join("src")), LIMIT)
    };
    let stock = run(&pair.stock)?;
    let ours = run(&pair.ours)?;
    let last = args.last().map_or(String::new(), |a| a.display().to_string());
    same(&format!("… {last}"), &stock, &ours)?;
    Ok(stock.stdout.len())
}

/// gofmt, byte for byte, over the whole tree; and that the binary has no interpreter.
pub fn gofmt(tools: &Toolchain) -> Result<String, String> {
    let src = tools.goroot.join("src");
    let pair = build_both(tools, "gofmt", &src, "cmd/gofmt")?;
    is_static(&pair.ours)?;
    let files = with_suffix(&src, ".go")?;
    let mut bytes = 0;
    for procs in ["1", "4"] {
        for batch in files.chunks(BATCH) {
            let args: Vec<&Path> = batch.iter().map(PathBuf::as_path).collect();
            bytes += compare(&pair, tools, &args, &[("GOMAXPROCS", procs)])?;
        }
        let list = ["-l", "-s", "cmd", "go", "net"].map(Path::new);
        compare(&pair, tools, &list, &[("GOMAXPROCS", procs)])?;
    }
    Ok(format!("{} files, {bytes} bytes, GOMAXPROCS 1 and 4", files.len()))
}

/// An ELF executable for no interpreter: there is no PT_INTERP (3) and no PT_DYNAMIC (2) program header.
pub fn is_static(exe: &Path) -> Result<(), String> {
    let bytes = fs::read(exe).map_err(|e| format!("{}: {e}", exe.display()))?;
    let word = |at: usize, n: usize| bytes[at..at + n].iter().rev().fold(0usize, |w, b| w << 8 | usize::from(*b));
    if bytes.len() < 64 || !bytes.starts_with(b"\x7fELF") {
        return Err(format!("{}: not an ELF file", exe.display()));
    }
    let (table, size, count) = (word(0x20, 8), word(0x36, 2), word(0x38, 2));
    let dynamic = (0..count).any(|i| matches!(word(table + i * size, 4), 2 | 3));
    if dynamic { Err(format!("{}: not static", exe.display())) } else { Ok(()) }
}

/// cmd/asm on the runtime's amd64 files: the object files are equal.
pub fn asm(tools: &Toolchain) -> Result<String, String> {
    let src = tools.goroot.join("src");
    let pair = build_both(tools, "asm", &src, "cmd/asm")?;
    let work = work_dir("asm")?;
    let header = work.join("go_asm.h");
    make_header(tools, &work, &header)?;
    let files = with_suffix(&src.join("runtime"), "_amd64.s")?;
    let mut n = 0;
    for file in &files {
        let object = |exe: &Path, name: &str| -> Result<(Outcome, Vec<u8>), String> {
            let out = work.join(name);
            let mut command = Command::new(exe);
            command.args(["-p", "runtime", "-D", "GOOS_linux", "-D", "GOARCH_amd64", "-I"]).arg(&work);
            command.arg("-I").arg(tools.goroot.join("pkg/include")).arg("-o").arg(&out).arg(file);
            command.env("GOROOT", &tools.goroot).env("GOARCH", "amd64").env("GOOS", "linux");
            let _ = fs::remove_file(&out);
            let outcome = process::run(command.current_dir(src.join("runtime")), LIMIT)?;
            Ok((outcome, fs::read(&out).unwrap_or_default()))
        };
        let (stock, want) = object(&pair.stock, "stock.o")?;
        let (ours, got) = object(&pair.ours, "stock.o")?;
        same(&file.display().to_string(), &stock, &ours)?;
        if want != got {
            return Err(format!("{}: object files differ ({} and {} bytes)", file.display(), want.len(), got.len()));
        }
        n += usize::from(stock.success());
    }
    if n == 0 {
        return Err("no file could be assembled, by stock either".into());
    }
    Ok(format!("{} files, {n} assembled", files.len()))
}

/// The header of package runtime's constants, as the stock compiler writes it: it needs the list of assembly functions,
/// which the stock assembler makes from sources that include a header that is still empty.
fn make_header(tools: &Toolchain, work: &Path, header: &Path) -> Result<(), String> {
    let list = |what: &str| {
        let format = format!("{{{{range .{what}}}}}{{{{.}}}} {{{{end}}}}");
        success(tools.go().args(["list", "-f", &format, "runtime"]), LIMIT).map(|o| o.stdout_text())
    };
    let runtime = tools.goroot.join("src/runtime");
    let (config, abis) = (work.join("importcfg"), work.join("symabis"));
    let write = |path: &Path, text: &[u8]| fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()));
    let format = "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}";
    write(&config, &success(tools.go().args(["list", "-export", "-deps", "-f", format, "runtime"]), LIMIT)?.stdout)?;
    write(header, b"")?;
    let mut asm = tools.go();
    asm.args(["tool", "asm", "-p", "runtime", "-D", "GOOS_linux", "-D", "GOARCH_amd64", "-gensymabis", "-I"]).arg(work);
    asm.arg("-I").arg(tools.goroot.join("pkg/include")).arg("-o").arg(&abis);
    success(asm.args(list("SFiles")?.split_whitespace()).current_dir(&runtime), LIMIT)?;
    let mut compile = tools.go();
    compile.args(["tool", "compile", "-p", "runtime", "-std", "-+", "-importcfg"]).arg(&config);
    compile.arg("-asmhdr").arg(header).arg("-symabis").arg(&abis).arg("-o").arg(work.join("runtime.a"));
    success(compile.args(list("GoFiles")?.split_whitespace()).current_dir(&runtime), LIMIT).map(drop)
}

/// cmd/nm on the commands of the distribution.
pub fn nm(tools: &Toolchain) -> Result<String, String> {
    let pair = build_both(tools, "nm", &tools.goroot.join("src"), "cmd/nm")?;
    let mut n = 0;
    for exe in ["bin/go", "bin/gofmt", "pkg/tool/linux_amd64/compile", "pkg/tool/linux_amd64/link"] {
        let path = tools.goroot.join(exe);
        if path.exists() {
            for flags in [&[][..], &["-n", "-size", "-type"], &["-sort", "size"]] {
                let args: Vec<&Path> = flags.iter().map(Path::new).chain([path.as_path()]).collect();
                n += compare(&pair, tools, &args, &[])?;
            }
        }
    }
    compare(&pair, tools, &[&pair.stock], &[])?;
    Ok(format!("{n} bytes"))
}

/// `go doc` (which Go 1.27 has in cmd/go, there is no cmd/doc) on std packages, symbols and sources.
pub fn doc(tools: &Toolchain) -> Result<String, String> {
    let pair = build_both(tools, "go", &tools.goroot.join("src"), "cmd/go")?;
    let packages = ["fmt", "net/http", "sort", "strings", "time", "encoding/json", "sync", "reflect", "os", "context"];
    let env = [("PAGER", "cat"), ("GOENV", "off"), ("GOFLAGS", "")];
    let mut n = 0;
    for package in packages {
        for flags in [&[][..], &["-all"], &["-short"], &["-u", "-src"]] {
            let args: Vec<&Path> = ["doc"].iter().chain(flags).chain([&package]).map(Path::new).collect();
            n += compare(&pair, tools, &args, &env)?;
        }
    }
    for symbol in ["fmt.Println", "http.Server.Serve", "strings.Builder"] {
        n += compare(&pair, tools, &[Path::new("doc"), Path::new(symbol)], &env)?;
    }
    Ok(format!("{} packages, {n} bytes", packages.len()))
}
