//! `undergo build` and `undergo test` beside go's: the same command lines in copies of one module (`tests/commands`)
//! print the same, exit with the same code and leave files of the same names, which do the same when they run.
//!
//! Times, addresses and the module's place are made equal; so are the sizes of benchmarks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use regex::Regex;
use undergo_tests::normalise;
use undergo_tests::process;
use undergo_tests::program::first_difference;
use undergo_tests::toolchain::{Need, Toolchain, repository, scratch, toolchain};

/// Command lines, split at blanks; a word in quotes stays whole. What a build writes it is to write below `out`.
const CASES: &[&str] = &[
    "build -o out/x ./app",
    "build -o out/ ./app ./tool",
    "build -o out/new/ ./...",
    "build -o out/ ./lib",
    "build -o out/x ./app ./tool",
    "build -o /dev/null ./app",
    "build ./lib",
    "build ./lib ./app",
    "build -o out/x -trimpath ./app",
    "build -o out/x -trimpath -ldflags=-s -tags=a,b ./app",
    "build -o out/x -ldflags '-s -w -X main.a=1 -X main.b=2 -X=main.c=3 -X main.unknown=4 -X example.com/commands/lib.Unset=5=6' ./app",
    "build -o out/x -ldflags '-X \"main.a=two words\" -X main.a=last -X example.com/commands/lib.Set=' ./app",
    "build -o out/x -ldflags '-X main.n=1' ./app",
    "test ./pass",
    "test -v ./pass",
    "test -v -short -run Short|Word ./pass -word given",
    "test -v -run Word ./pass -args -word=x a b",
    "test -v -skip Sub|Fuzz -count 2 ./pass",
    "test -v -run Procs -cpu 1,2 ./pass",
    "test -list . ./pass ./fail ./empty",
    "test -json ./pass",
    "test -json -run Bad|Next ./fail",
    "test -shuffle 5 -v -run Double|S ./pass",
    "test -c -o out/ ./pass ./slow ./empty",
    "test -c -o out/t ./slow",
    "test -run Double -o out/t ./pass",
    "test ./fail",
    "test -v ./fail",
    "test -failfast ./fail",
    "test -run Example ./fail",
    "test -run Nothing ./...",
    "test -v -run One ./order/a ./order/b",
    "test -run One ./order/b ./order/a ./empty",
    "test -bench . -benchmem -benchtime 10x ./bench",
    "test -run - -bench Loop|Sub -benchtime 5x -cpu 1,2 -count 2 ./bench",
    "test -timeout 1s ./slow",
    "test -v -timeout 1s -run Slow ./slow",
    "test -timeout 1x ./slow",
    "test -count x ./pass",
    "test -unknown -c ./pass",
    "test ./nowhere",
    "test -trimpath -run Next ./fail",
];

const LIMIT: Duration = Duration::from_secs(300);

fn main() {
    let args = Arguments::from_args();
    // go's own cases would wait for one another's compilers: one at a time is as fast.
    static ONE: Mutex<()> = Mutex::new(());
    let trials = CASES.iter().map(|case| {
        Trial::test(*case, move || {
            let _one = ONE.lock().map_err(|e| e.to_string())?;
            compare(case).map_err(Failed::from)
        })
    });
    libtest_mimic::run(&args, trials.collect()).exit();
}

fn compare(case: &str) -> Result<(), String> {
    let tools = toolchain(Need::Both)?;
    let want = run(&tools, "go", tools.go(), case)?;
    let got = run(&tools, "undergo", tools.undergo()?, case)?;
    if want == got {
        Ok(())
    } else {
        Err(format!("{}\n--- go\n{want}\n--- undergo\n{got}", first_difference(&want, &got)))
    }
}

/// All that can be seen of a run.
fn run(tools: &Toolchain, who: &str, mut command: Command, case: &str) -> Result<String, String> {
    let dir = scratch().join("commands").join(who);
    let _ = fs::remove_dir_all(&dir);
    copy(&repository().join("tests/commands"), &dir)?;
    let args = words(case);
    if args[0] == "test" && who == "go" {
        // go remembers results without regard for the number of processors, which the tests print.
        command.args(["test", "-vet=off", "-count=1"]).args(&args[1..]);
    } else {
        command.args(&args);
    }
    let out = process::run(command.current_dir(&dir), LIMIT)?;
    let mut seen =
        format!("{:?}\n{}\n---\n{}", out.end, traces(&out.stdout_text()), normalise::stderr(&out.stderr_text()));
    let mut files = Vec::new();
    all_files(&dir.join("out"), &mut files)?;
    for file in files {
        let name = file.strip_prefix(&dir).unwrap_or(&file).display().to_string();
        let mut program = Command::new(&file);
        if name.ends_with(".test") || name.ends_with("/t") {
            program.arg("-test.list=.");
        }
        let ran = process::run(program.current_dir(&dir), LIMIT)?;
        seen.push_str(&format!("{name}: {:?}\n{}\n", ran.end, ran.stdout_text()));
    }
    Ok(comparable(&seen, tools, &dir, who))
}

/// The goroutine dump of a test that took too long is made comparable; other output stays.
fn traces(stdout: &str) -> String {
    match stdout.find("\ngoroutine ") {
        Some(at) => stdout[..at].to_owned() + &normalise::stderr(&stdout[at..]),
        None => stdout.to_owned(),
    }
}

fn comparable(text: &str, tools: &Toolchain, dir: &Path, who: &str) -> String {
    macro_rules! patterns {
        ($($from:literal => $to:literal),* $(,)?) => { [$((Regex::new($from).expect("a valid pattern"), $to)),*] };
    }
    static PATTERNS: LazyLock<[(Regex, &str); 10]> = LazyLock::new(|| {
        patterns![
            r#""Time":"[^"]*""# => "TIME",
            r#""Elapsed":[0-9.e-]+"# => "ELAPSED",
            r"\(cached\)" => "SECONDS",
            r"\d+\.\d+s" => "SECONDS",
            r"\t *[0-9.]+ ns/op" => " N ns/op",
            r"\t *[0-9.]+ MB/s" => " N MB/s",
            r"\t *\d+ B/op" => " N B/op",
            r"cpu: .*" => "CPU",
            r"0x[0-9a-f]+" => "ADDR",
            r"goroutine \d+" => "goroutine N",
        ]
    });
    let mut text = text.replace(&dir.display().to_string(), "DIR");
    text = text.replace(&tools.goroot.display().to_string(), "GOROOT");
    for (pattern, to) in PATTERNS.iter() {
        text = pattern.replace_all(&text, *to).into_owned();
    }
    if who == "undergo" {
        text = text
            .replace("undergo build", "go build")
            .replace("undergo test", "go test")
            .replace("undergo help", "go help");
    }
    text
}

fn words(case: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = case.trim();
    while !rest.is_empty() {
        let (word, behind) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'').expect("a closing quote"),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        out.push(word.to_owned());
        rest = behind.trim_start();
    }
    out
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let io = |e: std::io::Error| format!("{}: {e}", from.display());
    fs::create_dir_all(to).map_err(io)?;
    for entry in fs::read_dir(from).map_err(io)? {
        let (entry, target) = (entry.map_err(io)?, to);
        let target = target.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).map_err(io)?;
        }
    }
    Ok(())
}

fn all_files(dir: &Path, into: &mut Vec<PathBuf>) -> Result<(), String> {
    let Ok(entries) = fs::read_dir(dir) else { return Ok(()) };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { all_files(&path, into)? } else { into.push(path) }
    }
    Ok(())
}
