//! Input that is wrong, enormous or hostile: an error as stock gives it and exit code 1, or a build; never a panic of
//! the compiler, a hang, or half an executable.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use undergo_tests::process::{self, End, Outcome};
use undergo_tests::toolchain::Toolchain;

use crate::files::{success, work_dir};

const LIMIT: Duration = Duration::from_secs(300);
const DEPTH: usize = 100_000;

/// A fresh directory with the given files.
fn case(name: &str, files: &[(&str, &[u8])]) -> Result<PathBuf, String> {
    let dir = work_dir("bad")?.join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    for (file, text) in files {
        let path = dir.join(file);
        let io = |e: std::io::Error| format!("{}: {e}", path.display());
        fs::create_dir_all(path.parent().unwrap_or(&dir)).map_err(io)?;
        fs::write(&path, text).map_err(io)?;
    }
    Ok(dir)
}

/// Runs undergo in `dir`; the result is well-behaved: an exit by code, no panic message.
fn undergo(tools: &Toolchain, dir: &Path, args: &[&str]) -> Result<Outcome, String> {
    let out = process::run(tools.undergo()?.args(args).current_dir(dir), LIMIT)?;
    let text = out.stderr_text();
    if !matches!(out.end, End::Code(0..=2)) || text.contains("panicked at") {
        let head: String = text.chars().take(1500).collect();
        return Err(format!("undergo {}: {:?}\n{head}", args.join(" "), out.end));
    }
    Ok(out)
}

/// The build fails with code 1, with stock's text, and leaves no executable behind.
fn refused(tools: &Toolchain, name: &str, files: &[(&str, &[u8])], target: &str) -> Result<(), String> {
    let dir = case(name, files)?;
    let stock = process::run(tools.go().args(["build", "-o", "out.stock", target]).current_dir(&dir), LIMIT)?;
    let ours = undergo(tools, &dir, &["build", "-o", "out.undergo", target])?;
    if ours.end != End::Code(1) {
        return Err(format!("{name}: ended with {:?}", ours.end));
    }
    if dir.join("out.undergo").exists() {
        return Err(format!("{name}: something was written"));
    }
    let (want, got) = (stock.stderr_text(), ours.stderr_text());
    if want != got {
        return Err(format!("{name}: stock says\n{want}undergo says\n{got}"));
    }
    Ok(())
}

/// Everything that must be refused.
pub fn all(tools: &Toolchain) -> Result<String, String> {
    let go_mod: (&str, &[u8]) = ("go.mod", b"module example.com/bad\n\ngo 1.27\n");
    let main: &[u8] = b"package main\n\nfunc main() {}\n";
    let mut problems = Vec::new();
    let mut n = 0;
    let mut check = |result: Result<(), String>| {
        n += 1;
        problems.extend(result.err());
    };
    check(refused(tools, "no-main", &[go_mod, ("a.go", b"package main\n\nfunc other() {}\n")], "."));
    check(refused(tools, "no-files", &[go_mod], "."));
    check(refused(
        tools,
        "missing-package",
        &[go_mod, ("a.go", b"package main\n\nimport _ \"example.com/bad/none\"\n\nfunc main() {}\n")],
        ".",
    ));
    check(refused(tools, "empty-file", &[("a.go", b"")], "a.go"));
    check(refused(tools, "nul-bytes", &[("a.go", b"package main\n\0\0func main() {}\n")], "a.go"));
    check(refused(
        tools,
        "invalid-utf8",
        &[("a.go", b"package main\n\nfunc main() { _ = \"\xff\xfe\"; x\xff() }\n")],
        "a.go",
    ));
    check(refused(tools, "late-bom", &[("a.go", b"package main\n\xef\xbb\xbffunc main() {}\n")], "a.go"));
    check(refused(tools, "missing-file", &[], "none.go"));
    let cycle: [(&str, &[u8]); 4] = [
        go_mod,
        ("a.go", b"package main\n\nimport _ \"example.com/bad/x\"\n\nfunc main() {}\n"),
        ("x/x.go", b"package x\n\nimport _ \"example.com/bad/y\"\n"),
        ("y/y.go", b"package y\n\nimport _ \"example.com/bad/x\"\n"),
    ];
    check(refused(tools, "import-cycle", &cycle, "."));
    check(unwritable(tools, main));
    for seed in 0..40 {
        n += 1;
        problems.extend(random_bytes(tools, seed).err());
    }
    if problems.is_empty() { Ok(format!("{n} cases")) } else { Err(problems.join("\n")) }
}

/// The output is a directory, lies in a missing one or below a file, or in a file system that takes none.
fn unwritable(tools: &Toolchain, main: &[u8]) -> Result<(), String> {
    let dir = case("unwritable", &[("a.go", main), ("there/keep/file", b"")])?;
    for output in ["missing/dir/", "missing/dir/x", "a.go/x", "/proc/undergo"] {
        let out = undergo(tools, &dir, &["build", "-o", output, "a.go"])?;
        let said = out.stderr_text();
        if out.end != End::Code(1) && !output.ends_with('/') && !output.starts_with("missing") {
            return Err(format!("-o {output}: ended with {:?}", out.end));
        }
        if out.end == End::Code(1) && said.trim().is_empty() {
            return Err(format!("-o {output}: no error text"));
        }
    }
    let kept = fs::read(dir.join("a.go")).map_err(|e| format!("a.go: {e}"))?;
    if kept == main { Ok(()) } else { Err("the source was overwritten".into()) }
}

/// Bytes without meaning, and a valid program with bytes changed.
fn random_bytes(tools: &Toolchain, seed: u64) -> Result<(), String> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let sample = tools.goroot.join("src/sort/sort.go");
    let mut text = fs::read(&sample).map_err(|e| format!("{}: {e}", sample.display()))?;
    if seed.is_multiple_of(2) {
        text = (0..2000).map(|_| next() as u8).collect();
    } else {
        for _ in 0..=seed {
            let at = next() as usize % text.len();
            text[at] = next() as u8;
        }
    }
    let name = format!("random-{seed}");
    let dir = case(&name, &[("a.go", &text)])?;
    let out = undergo(tools, &dir, &["check", "a.go"]).map_err(|e| format!("{name}: {e}"))?;
    let stock = process::run(tools.go().args(["build", "-o", "out.stock", "a.go"]).current_dir(&dir), LIMIT)?;
    match (stock.success(), out.success()) {
        (a, b) if a == b => Ok(()),
        (a, _) => Err(format!("{name}: stock {}, undergo does not agree", if a { "accepts" } else { "refuses" })),
    }
}

/// How long stock may take for one deep program: some take it hours, and what it would say does not matter then.
const STOCK_LIMIT: Duration = Duration::from_secs(60);

/// Deep nesting of every recursive construct: as stock, or an error that states a limit not below stock's.
pub fn deep_expressions(tools: &Toolchain) -> Result<String, String> {
    let nest = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(DEPTH), close.repeat(DEPTH));
    let in_main = |body: String| format!("package main\n\nvar x, y int\n\nfunc main() {{\n{body}\n}}\n");
    let program = |decls: &str, body: String| format!("package main\n\n{decls}\n\nfunc main() {{\n\t{body}\n}}\n");
    let sources = [
        ("parentheses", in_main(format!("\tx = {}", nest("(", "y", ")")))),
        ("unary", in_main(format!("\tx = {}", nest("- ", "y", "")))),
        ("sum", in_main(format!("\tx = y{}", " + y".repeat(DEPTH)))),
        ("right-sum", in_main(format!("\tx = {}", nest("y + (", "y", ")")))),
        ("blocks", in_main(nest("{", "x = 1", "}"))),
        ("ifs", in_main(nest("if x == 1 {", "x = 1", "}"))),
        ("else-ifs", in_main(format!("if x == 0 {{}}{}", " else if x == y {}".repeat(DEPTH)))),
        ("closures", in_main(nest("func() {", "x = 1", "}()"))),
        ("pointers", in_main(format!("\tvar p {}int; _ = p", "*".repeat(DEPTH)))),
        ("strings", in_main(format!("\tvar s = \"\"{}; _ = s", " + \"a\"".repeat(DEPTH)))),
        ("calls", program("func f(x int) int { return x }", format!("_ = {}", nest("f(", "1", ")")))),
        ("literals", program("type T struct{ p *T; n int }", format!("v := {}; _ = v", nest("&T{", "nil, 1", ", 1}")))),
        ("interfaces", in_main(format!("\tvar v any = {}; _ = v", nest("[]any{", "1", "}")))),
        (
            "selectors",
            program(
                "type T struct{ p *T; n int }",
                format!("v := &T{{}}; v.p = v; println(v{}.n)", ".p".repeat(DEPTH)),
            ),
        ),
        (
            "methods",
            program("type T int\n\nfunc (t T) m() T { return t }", format!("var v T; _ = v{}", ".m()".repeat(DEPTH))),
        ),
        ("indices", program("var a = []int{0}", format!("println({})", nest("a[", "0", "]")))),
        ("generics", program("type G[T any] struct{ x T }", format!("var v {}; _ = v", nest("G[", "int", "]")))),
        ("switches", in_main(nest("switch x { case 1: ", "x = 1", "}"))),
        ("fors", in_main(nest("for {", "x = 1", "}"))),
        ("ands", program("var b bool", format!("println({})", nest("b && (", "b", ")")))),
        ("structs", in_main(format!("var v {}; _ = v", nest("struct{ f ", "int", "}")))),
        ("functions", in_main(format!("var v {}; _ = v", nest("func(", "int", ")")))),
        ("constants", program(&format!("const c = 1{}", " + 1".repeat(DEPTH)), "println(c)".into())),
    ];
    let mut seen = String::new();
    let mut problems = Vec::new();
    for (name, source) in sources {
        let dir = case(name, &[("a.go", source.as_bytes())])?;
        let stock = process::run(tools.go().args(["build", "-o", "out.stock", "a.go"]).current_dir(&dir), STOCK_LIMIT)?;
        let word = |o: &Outcome| match o.end {
            End::Code(0) => "built",
            End::TimedOut => "gives up",
            _ => "refused",
        };
        match undergo(tools, &dir, &["build", "-o", "out.undergo", "a.go"]) {
            Err(why) => problems.push(format!("{name}: {why}")),
            Ok(ours) => {
                let _ = write!(seen, "{name} {} (stock {}), ", word(&ours), word(&stock));
                if stock.success() && !ours.success() {
                    let head: String = ours.stderr_text().chars().take(600).collect();
                    problems.push(format!("{name}: stock builds it\n{head}"));
                }
            }
        }
    }
    if problems.is_empty() { Ok(seen) } else { Err(format!("{seen}\n{}", problems.join("\n"))) }
}

/// Ten megabytes of functions and data.
pub fn ten_megabytes(tools: &Toolchain) -> Result<String, String> {
    // Never seen before by any cache, while the standard library is.
    let mut text = format!("// {:?}\npackage main\n\nimport \"fmt\"\n\n", std::time::SystemTime::now());
    let mut n = 0;
    while text.len() < 10 << 20 {
        let _ = write!(
            text,
            "func f{n}(a []int, s string) (int, string) {{\n\tfor i, x := range a {{\n\t\tif x > {n} {{\n\t\t\ta[i] = x - len(s)\n\t\t}} else \
             {{\n\t\t\ts += \"{n}\"\n\t\t}}\n\t}}\n\treturn a[len(a)-1], s\n}}\n\nvar t{n} = []string{{\"a{n}\", \"b{n}\"}}\n\n"
        );
        n += 1;
    }
    text.push_str("var all = []func([]int, string) (int, string){\n");
    (0..n).for_each(|i| writeln!(text, "\tf{i},").expect("writing to memory"));
    text.push_str(
        "}\n\nfunc main() {\n\tn, s := 0, \"\"\n\tfor _, f := range all {\n\t\tm, t := f([]int{1, 2, 30000}, \"x\")\n",
    );
    text.push_str("\t\tn += m\n\t\ts = t\n\t}\n\tfmt.Println(n, s)\n}\n");
    let dir = case("ten-megabytes", &[("a.go", text.as_bytes())])?;
    let timed = |command: &mut Command| -> Result<Duration, String> {
        let start = Instant::now();
        success(command.current_dir(&dir), Duration::from_secs(1800))?;
        Ok(start.elapsed())
    };
    let stock = timed(tools.go().args(["build", "-o", "out.stock", "a.go"]))?;
    let ours = timed(tools.undergo()?.args(["build", "-o", "out.undergo", "a.go"]))?;
    let run = |exe: &str| success(&mut Command::new(dir.join(exe)), LIMIT).map(|o| o.stdout);
    if run("out.stock")? != run("out.undergo")? {
        return Err("the programs print different things".into());
    }
    let seen = format!("{} bytes: {:.1} s, stock {:.1} s", text.len(), ours.as_secs_f64(), stock.as_secs_f64());
    if ours <= stock * 2 { Ok(seen) } else { Err(seen) }
}
