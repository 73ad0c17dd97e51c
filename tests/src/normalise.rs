//! Standard error of a Go program without what may differ from one correct implementation to another: addresses,
//! goroutine ids, argument words, offsets within functions, directories, and lines of the runtime's own files.
//!
//! Everything else is part of what a user sees and stays: messages, states of goroutines, function names, files and
//! lines, the order of frames.

use std::sync::LazyLock;

use regex::Regex;

macro_rules! pattern {
    ($name:ident, $text:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).expect("a valid pattern"));
    };
}

pattern!(GOROUTINE, r"goroutine \d+");
pattern!(WAITED, r", \d+ minutes");
pattern!(GDATA, r"(goroutine \d+) gp=0x[0-9a-f]+ m=\S+( mp=0x[0-9a-f]+)?");
pattern!(FRAME_ARGS, r"^([^\s(][^\s]*?)\((\.\.\.|[^()]*|\{.*\}.*)\)$");
pattern!(POSITION, r"^\t(\S+?)([^/\s]+\.go):(\d+)( \+0x[0-9a-f]+)?$");
pattern!(ADDRESS, r"0x[0-9a-f]{5,}");
pattern!(SIGNAL_PC, r"pc=0x[0-9a-f]+");

/// The comparable form of a whole standard error.
pub fn stderr(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(&one_line(line));
        out.push('\n');
    }
    out
}

/// The part before the first goroutine trace, comparable.
pub fn head(text: &str) -> String {
    let trace =
        |l: &str| l == "runtime stack:" || GOROUTINE.find(l).is_some_and(|m| m.start() == 0) && l.ends_with(':');
    let end = text.lines().position(trace);
    text.lines().take(end.unwrap_or(usize::MAX)).map(|l| one_line(l) + "\n").collect()
}

fn one_line(line: &str) -> String {
    if let Some(m) = POSITION.captures(line) {
        let in_runtime = m[1].ends_with("/src/runtime/") || m[1].contains("/internal/runtime/");
        return if in_runtime { "\t<runtime>".into() } else { format!("\t{}:{}", &m[2], &m[3]) };
    }
    let line = GDATA.replace(line, "$1");
    let line = WAITED.replace(&line, "");
    let line = GOROUTINE.replace_all(&line, "goroutine N");
    let line = SIGNAL_PC.replace(&line, "pc=PC");
    let line = ADDRESS.replace_all(&line, "ADDR").into_owned();
    match FRAME_ARGS.captures(&line) {
        Some(m) if m[1].contains('.') || &m[1] == "panic" => format!("{}(...)", &m[1]),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::{head, stderr};

    const PANIC: &str = "panic: boom\n\ngoroutine 18 [running]:\nmain.(*T).f(0xc000012345, {0x1, 0x2})\n\t/x/y/a.go:5 +0x1d\n\
                         panic({0x45, 0x2})\n\t/g/src/runtime/panic.go:860 +0x12\ncreated by main.main in goroutine 1\n\t/x/y/a.go:9 +0x4\n";

    #[test]
    fn what_may_differ_goes() {
        let want = "panic: boom\n\ngoroutine N [running]:\nmain.(*T).f(...)\n\ta.go:5\npanic(...)\n\t<runtime>\n\
                    created by main.main in goroutine N\n\ta.go:9\n";
        assert_eq!(stderr(PANIC), want);
        assert_eq!(head(PANIC), "panic: boom\n\n");
    }

    #[test]
    fn messages_stay() {
        let text = "panic: runtime error: index out of range [5] with length 3\n";
        assert_eq!(stderr(text), text);
        let signal = "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48d]\n";
        assert_eq!(stderr(signal), "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=PC]\n");
    }
}
