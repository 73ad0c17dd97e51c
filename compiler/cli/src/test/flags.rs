//! The command line of `undergo test`: flags for us, flags for the test binary, packages, and what only the test knows.
//!
//! As `go test` reads it: flags may stand before and behind the packages; a flag that is not known, and everything that
//! follows and could belong to it, goes to the test; `-args` gives it all the rest.

use std::time::Duration;

use undergo_driver::build::Paths;
use undergo_driver::ldflags::LinkFlags;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct TestFlags {
    /// `-C`
    pub chdir: Option<String>,
    /// `-tags`
    pub tags: Vec<String>,
    /// Flags that `go list` is to have as well: `-mod`, `-modfile`.
    pub list_flags: Vec<String>,
    /// `-ldflags`
    pub link: LinkFlags,
    /// `-p`: packages tested at once.
    pub jobs: Option<usize>,
    /// `-trimpath`
    pub paths: Paths,
    /// `-c`: only build.
    pub compile_only: bool,
    /// `-o`
    pub output: Option<String>,
    /// `-json`
    pub json: bool,
    /// `-exec`
    pub exec: Vec<String>,
    /// `-x`: commands are shown.
    pub show_commands: bool,
    /// `-v`
    pub verbose: bool,
    /// `-v=test2json`
    pub verbose_marks: bool,
    /// `-list`
    pub list: bool,
    /// `-bench`
    pub bench: bool,
    /// `-failfast`
    pub failfast: bool,
    /// `-timeout`; zero is none.
    pub timeout: Duration,
    /// The flag that asks for a profile, which only one package can have.
    pub profile: Option<&'static str>,
    /// Whether the help of the test binary is asked for.
    pub help: bool,
    /// Whether packages were named.
    pub packages: Vec<String>,
    /// What the test binary gets.
    pub test_args: Vec<String>,
}

impl TestFlags {
    /// Whether the output of a test that passes is shown.
    pub fn show_passes(&self) -> bool {
        self.verbose || self.list || self.help
    }
}

/// What a flag takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// `-flag`, `-flag=true`
    Bool,
    Text,
    Number,
    Time,
    /// `-v`, `-v=test2json`
    Verbosity,
}

/// Flags that the test binary gets as `-test.NAME`.
const FOR_THE_TEST: &[(&str, Takes)] = &[
    ("artifacts", Takes::Bool),
    ("bench", Takes::Text),
    ("benchmem", Takes::Bool),
    ("benchtime", Takes::Text),
    ("blockprofile", Takes::Text),
    ("blockprofilerate", Takes::Text),
    ("count", Takes::Number),
    ("cpu", Takes::Text),
    ("cpuprofile", Takes::Text),
    ("failfast", Takes::Bool),
    ("fullpath", Takes::Bool),
    ("list", Takes::Text),
    ("memprofile", Takes::Text),
    ("memprofilerate", Takes::Text),
    ("mutexprofile", Takes::Text),
    ("mutexprofilefraction", Takes::Text),
    ("outputdir", Takes::Text),
    ("parallel", Takes::Number),
    ("run", Takes::Text),
    ("short", Takes::Bool),
    ("shuffle", Takes::Text),
    ("skip", Takes::Text),
    ("timeout", Takes::Time),
    ("trace", Takes::Text),
    ("v", Takes::Verbosity),
];

/// Flags for us.
const FOR_US: &[(&str, Takes)] = &[
    ("C", Takes::Text),
    ("a", Takes::Bool),
    ("c", Takes::Bool),
    ("exec", Takes::Text),
    ("json", Takes::Bool),
    ("ldflags", Takes::Text),
    ("mod", Takes::Text),
    ("modfile", Takes::Text),
    ("o", Takes::Text),
    ("p", Takes::Number),
    ("tags", Takes::Text),
    ("trimpath", Takes::Bool),
    ("vet", Takes::Text),
    ("x", Takes::Bool),
];

/// Flags of `go test` that ask for what undergo cannot do, and what that is.
const REFUSED: &[(&str, &str)] = &[
    ("race", "the race detector"),
    ("msan", "the memory sanitizer"),
    ("asan", "the address sanitizer"),
    ("cover", "coverage analysis"),
    ("covermode", "coverage analysis"),
    ("coverpkg", "coverage analysis"),
    ("coverprofile", "coverage analysis"),
    ("fuzz", "fuzzing (seeds run as tests)"),
    ("fuzztime", "fuzzing (seeds run as tests)"),
    ("fuzzminimizetime", "fuzzing (seeds run as tests)"),
];

/// Asked for by name of a profile: only for one package.
const PROFILES: &[&str] = &["blockprofile", "cpuprofile", "memprofile", "mutexprofile", "trace"];

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// A flag as written.
struct Written<'a> {
    name: &'a str,
    value: Option<&'a str>,
}

/// What an argument is.
enum Arg<'a> {
    Flag(Written<'a>),
    Terminator,
    Other,
}

fn classify(arg: &str) -> Arg<'_> {
    if arg == "--" {
        return Arg::Terminator;
    }
    let Some(body) = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-')).filter(|b| !b.is_empty()) else {
        return Arg::Other;
    };
    match body.split_once('=') {
        Some((name, value)) => Arg::Flag(Written { name, value: Some(value) }),
        None => Arg::Flag(Written { name: body, value: None }),
    }
}

/// What a flag named so takes, and its name without `test.`.
fn lookup(name: &str) -> Option<(&'static str, Takes)> {
    let short = name.strip_prefix("test.");
    let find = |table: &'static [(&'static str, Takes)], name: &str| table.iter().find(|f| f.0 == name).copied();
    match short {
        Some(short) => find(FOR_THE_TEST, short),
        None => find(FOR_THE_TEST, name).or_else(|| find(FOR_US, name)),
    }
}

/// Reads the arguments. `goflags` is the value of `GOFLAGS`: flags that count before those of the command line.
pub fn parse(args: &[String], goflags: &str) -> Result<TestFlags, String> {
    let mut flags = TestFlags { timeout: DEFAULT_TIMEOUT, ..TestFlags::default() };
    let mut timeout_given = false;
    let mut outputdir_given = false;
    for arg in goflags.split_whitespace() {
        if let Arg::Flag(f) = classify(arg)
            && lookup(f.name).is_some()
        {
            set(&mut flags, &f, None)?;
            timeout_given |= f.name == "timeout";
        }
    }
    let mut in_list = false;
    let mut list_ended = false;
    let mut may_be_value = false;
    let mut unknown = None;
    let mut i = 0;
    while i < args.len() {
        let arg = &args[i];
        i += 1;
        let was_maybe_value = std::mem::take(&mut may_be_value);
        match classify(arg) {
            Arg::Terminator => {
                flags.test_args.extend_from_slice(&args[i - 1..]);
                break;
            }
            Arg::Other if !list_ended => {
                in_list = true;
                flags.packages.push(arg.clone());
            }
            Arg::Other if was_maybe_value => flags.test_args.push(arg.clone()),
            Arg::Other => {
                flags.test_args.extend_from_slice(&args[i - 1..]);
                break;
            }
            Arg::Flag(f) => {
                list_ended |= std::mem::take(&mut in_list);
                if let Some((_, what)) = REFUSED.iter().find(|r| r.0 == f.name.strip_prefix("test.").unwrap_or(f.name))
                {
                    if f.value == Some("false") {
                        continue;
                    }
                    return Err(format!("-{} is not supported: undergo does not have {what}", f.name));
                }
                if lookup(f.name).is_none() {
                    list_ended = true;
                    if f.name == "args" && f.value.is_none() {
                        flags.test_args.extend_from_slice(&args[i..]);
                        break;
                    }
                    may_be_value = f.value.is_none();
                    unknown.get_or_insert(arg.clone());
                    flags.test_args.push(arg.clone());
                    continue;
                }
                let used = set(&mut flags, &f, args.get(i).map(String::as_str))?;
                i += used;
                timeout_given |= f.name.ends_with("timeout");
                outputdir_given |= f.name.ends_with("outputdir");
            }
        }
    }
    if let (Some(flag), true) = (unknown, flags.compile_only) {
        return Err(format!("go: unknown flag {flag} cannot be used with -c"));
    }
    let help =
        flags.test_args.iter().take_while(|a| *a != "--").any(|a| ["-h", "-help", "--help"].contains(&a.as_str()));
    flags.help = help;
    let mut first = Vec::new();
    if flags.json {
        first.push("-test.v=test2json".to_owned());
    }
    if !timeout_given {
        first.push("-test.timeout=10m0s".to_owned());
    }
    if flags.profile.is_some() && !outputdir_given {
        let here = std::env::current_dir().map_err(|e| format!("working directory: {e}"))?;
        first.push(format!("-test.outputdir={}", here.display()));
    }
    flags.test_args.splice(0..0, first);
    Ok(flags)
}

/// Sets a known flag; how many further arguments it used.
fn set(flags: &mut TestFlags, written: &Written<'_>, next: Option<&str>) -> Result<usize, String> {
    let (name, takes) = lookup(written.name).expect("the caller has looked");
    let bool_like = matches!(takes, Takes::Bool | Takes::Verbosity);
    let (value, used) = match (written.value, bool_like) {
        (Some(v), _) => (v, 0),
        (None, true) => ("true", 0),
        (None, false) => (next.ok_or_else(|| format!("flag needs an argument: -{}", written.name))?, 1),
    };
    let on = check(written.name, takes, value)?;
    if FOR_THE_TEST.iter().any(|f| f.0 == name) {
        flags.test_args.push(format!("-test.{name}={}", passed(name, takes, on, value)?));
    }
    match name {
        "C" => flags.chdir = Some(value.into()),
        "tags" => flags.tags = value.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect(),
        "mod" | "modfile" => flags.list_flags.push(format!("-{name}={value}")),
        "ldflags" => flags.link = LinkFlags::parse(value)?,
        "p" => flags.jobs = value.parse().ok().filter(|n| *n > 0),
        "trimpath" => flags.paths = if on { Paths::Trimmed } else { Paths::Absolute },
        "c" => flags.compile_only = on,
        "o" => flags.output = Some(value.into()),
        "json" => flags.json = on,
        "exec" => flags.exec = value.split_whitespace().map(str::to_owned).collect(),
        "x" => flags.show_commands = on,
        "v" => (flags.verbose, flags.verbose_marks) = (on, value == "test2json"),
        "list" => flags.list = !value.is_empty(),
        "bench" => flags.bench = !value.is_empty(),
        "failfast" => flags.failfast = on,
        "timeout" => flags.timeout = duration(value).unwrap_or_default(),
        _ => {}
    }
    if let Some(profile) = PROFILES.iter().find(|p| **p == name)
        && !value.is_empty()
    {
        flags.profile = Some(profile);
    }
    Ok(used)
}

/// Whether a value fits its flag; for a boolean, what it is.
fn check(name: &str, takes: Takes, value: &str) -> Result<bool, String> {
    let bad = |kind: &str| Err(format!("invalid {kind}value {value:?} for flag -{name}: parse error"));
    match takes {
        Takes::Text => Ok(true),
        Takes::Number if value.parse::<i64>().is_err() => bad(""),
        Takes::Time if duration(value).is_none() => bad(""),
        Takes::Number | Takes::Time => Ok(true),
        Takes::Verbosity if value == "test2json" => Ok(true),
        Takes::Bool | Takes::Verbosity => match value {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
            _ if takes == Takes::Verbosity => {
                Err(format!("invalid boolean value {value:?} for -{name}: invalid flag -test.v={value}"))
            }
            _ => Err(format!("invalid boolean value {value:?} for -{name}: parse error")),
        },
    }
}

/// The value as the test binary gets it.
fn passed(name: &str, takes: Takes, on: bool, value: &str) -> Result<String, String> {
    if name == "outputdir" {
        let here = std::env::current_dir().map_err(|e| format!("working directory: {e}"))?;
        return Ok(here.join(value).display().to_string());
    }
    Ok(match takes {
        Takes::Verbosity if value == "test2json" => value.to_owned(),
        Takes::Bool | Takes::Verbosity => on.to_string(),
        Takes::Time => duration(value).map_or_else(String::new, duration_text),
        _ => value.to_owned(),
    })
}

/// A duration as Go writes it: `300ms`, `1h15m30.5s`. Negative ones count as zero.
pub fn duration(text: &str) -> Option<Duration> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut nanos = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        const UNITS: [(&str, f64); 8] =
            [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];
        let (unit, scale) = UNITS.iter().find(|u| rest.starts_with(u.0))?;
        rest = &rest[unit.len()..];
        nanos += number * scale;
    }
    Some(if negative { Duration::ZERO } else { Duration::from_nanos(nanos as u64) })
}

/// A duration as Go prints it: `1m0s`, `1.5s`, `300ms`.
pub fn duration_text(d: Duration) -> String {
    let nanos = d.as_nanos();
    let fraction = |n: u128, per: u128| {
        let digits = per.ilog10() as usize;
        let text = format!("{}.{:0digits$}", n / per, n % per);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    if nanos == 0 {
        return "0s".into();
    }
    for (limit, per, unit) in [(1_000, 1, "ns"), (1_000_000, 1_000, "µs"), (1_000_000_000, 1_000_000, "ms")] {
        if nanos < limit {
            return if per == 1 { format!("{nanos}ns") } else { format!("{}{unit}", fraction(nanos, per)) };
        }
    }
    let (minutes, rest) = (nanos / 60_000_000_000, nanos % 60_000_000_000);
    let seconds = fraction(rest, 1_000_000_000);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{seconds}s"),
        (0, m) => format!("{m}m{seconds}s"),
        (h, m) => format!("{h}h{m}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> TestFlags {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&args, "").expect("a valid command line")
    }

    #[test]
    fn flags_before_and_behind() {
        let f = read("-v ./a ./b -run X -count=2 -short");
        assert_eq!(f.packages, ["./a", "./b"]);
        let want = ["-test.timeout=10m0s", "-test.v=true", "-test.run=X", "-test.count=2", "-test.short=true"];
        assert_eq!(f.test_args, want);
        assert!(f.show_passes());
    }

    #[test]
    fn unknown_flags_go_to_the_test() {
        let f = read("./a -update yes ./b");
        assert_eq!((f.packages.len(), &f.test_args[1..]), (1, &["-update".into(), "yes".into(), "./b".into()][..]));
        let f = read("./a -args -v x");
        assert_eq!(&f.test_args[1..], ["-v", "x"]);
        assert!(!f.verbose);
    }

    #[test]
    fn refused() {
        assert!(parse(&["-race".into()], "").is_err());
        assert!(parse(&["-race=false".into()], "").is_ok());
        assert!(parse(&["-count".into(), "x".into()], "").is_err());
    }

    #[test]
    fn durations() {
        for (text, want) in [("30s", "30s"), ("90s", "1m30s"), ("1h", "1h0m0s"), ("1500ms", "1.5s"), ("2us", "2µs")] {
            assert_eq!(duration(text).map(duration_text).as_deref(), Some(want));
        }
        assert_eq!(duration("5"), None);
    }
}
