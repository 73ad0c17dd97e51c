//! A test's output as a stream of JSON events: `-json`, in the format that `go doc test2json` describes.
//!
//! With `-test.v=test2json` package testing marks what it prints: a line of its own (`=== RUN`, `--- PASS`) starts with
//! ^V, the text of an error lies between ^O and ^N, and ^[ stands before any of these that a test prints itself. Two
//! stages take that apart: the first finds lines and recognises testing's own, the second cuts what remains into output
//! events of a bounded size.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

const FRAME: u8 = 0x16;
const ERROR_START: u8 = 0x0f;
const ERROR_END: u8 = 0x0e;
const ESCAPE: u8 = 0x1b;

/// Longest line in which a word of testing is looked for, bytes.
const LINE_LIMIT: usize = 4096;
/// Longest text of one output event, bytes.
const EVENT_LIMIT: usize = 1024;

/// Turns the output of one package's test into events.
#[derive(Debug)]
pub struct Converter {
    package: String,
    start: Instant,
    lines: Cutter,
    text: Cutter,
    /// What the event stream says so far of the package as a whole: `pass`, `fail`, `skip`, or nothing.
    result: &'static str,
    /// Test that output belongs to now.
    test: String,
    /// Results that were announced, but whose output may still come: one a level of subtests.
    pending: Vec<Event>,
    /// Whether testing marks its lines: known once it has.
    marked: bool,
    /// Where the text stage is.
    within: Within,
    /// Whether the text stage has just removed an escape.
    escaped: bool,
    /// Package whose build failed.
    failed_build: String,
    /// Finished events, one a line.
    out: Vec<u8>,
}

/// What the text that is passed on is part of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Within {
    Plain,
    /// A line of testing's own.
    Frame,
    /// An error whose end has not come yet.
    Error,
}

#[derive(Clone, Debug, Default)]
struct Event {
    action: String,
    test: String,
    elapsed: Option<f64>,
    output: Option<Vec<u8>>,
    output_type: &'static str,
    failed_build: String,
    key: String,
    value: String,
    path: String,
}

impl Converter {
    /// Starts the stream of a package.
    pub fn new(package: &str) -> Converter {
        let mut c = Converter {
            package: package.to_owned(),
            start: Instant::now(),
            lines: Cutter::new(LINE_LIMIT),
            text: Cutter::new(EVENT_LIMIT),
            result: "",
            test: String::new(),
            pending: Vec::new(),
            marked: false,
            within: Within::Plain,
            escaped: false,
            failed_build: String::new(),
            out: Vec::new(),
        };
        c.emit(Event { action: "start".into(), ..Event::default() });
        c
    }

    /// Takes the events that are finished.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Adds output of the test.
    pub fn write(&mut self, bytes: &[u8]) {
        for piece in self.lines.push(bytes) {
            self.input(piece);
        }
    }

    /// Names the package whose build failed, so that there was no test.
    pub fn build_failed(&mut self, package: &str) {
        self.failed_build = package.to_owned();
    }

    /// Ends the stream: the process has ended, well or not.
    pub fn finish(&mut self, success: bool) {
        if let Some(rest) = self.lines.rest() {
            self.input(rest);
        }
        self.flush_text();
        self.result = match (success, self.result) {
            (true, "skip") => "skip",
            (true, _) => "pass",
            (false, _) => "fail",
        };
        let elapsed = (self.start.elapsed().as_secs_f64() * 1e3).round() / 1e3;
        let failed_build = if success { String::new() } else { std::mem::take(&mut self.failed_build) };
        let action = self.result.to_owned();
        self.emit(Event { action, elapsed: Some(elapsed), failed_build, ..Event::default() });
    }

    fn input(&mut self, piece: Piece) {
        match piece {
            Piece::Part(bytes) => self.pass_on(&bytes, Within::Plain),
            Piece::Line(bytes) => self.line(&bytes),
        }
    }

    /// A whole line, or the part of one before a mark.
    fn line(&mut self, line: &[u8]) {
        let mark = line.first() == Some(&FRAME);
        if line.is_empty() || (self.marked && !mark) {
            return self.pass_on(line, Within::Plain);
        }
        let line = if mark {
            self.flush_text();
            &line[1..]
        } else {
            line
        };
        match Word::of(line) {
            Word::Total(result) => {
                self.settle(0);
                self.marked = mark;
                self.pass_on(line, Within::Frame);
                self.result = result;
            }
            Word::Update { action, name } => self.update(line, mark, &action, &name),
            Word::Report { depth, .. } if depth > self.pending.len() => self.pass_on(line, Within::Plain),
            Word::Report { depth, event } => {
                self.marked = mark;
                self.settle(depth);
                self.test = event.test.clone();
                self.pending.push(event);
                self.pass_on(line, Within::Frame);
            }
            Word::NoTests if self.pending.is_empty() => {
                self.result = "skip";
                self.pass_on(line, Within::Plain);
            }
            Word::NoTests => self.pass_on(line, Within::Plain),
            Word::None { depth } => {
                // The indentation tells whose output this is, if it is not deeper than results are.
                if let Some(of) = depth.checked_sub(1).and_then(|d| self.pending.get(d)) {
                    self.test = of.test.clone();
                }
                self.pass_on(line, Within::Plain);
            }
        }
    }

    /// `=== ACTION name`.
    fn update(&mut self, line: &[u8], mark: bool, action: &str, rest: &str) {
        let mut event = Event { action: action.to_owned(), ..Event::default() };
        let (first, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let name = match action {
            "artifacts" => {
                event.path = more.to_owned();
                first
            }
            "attr" => {
                let (key, value) = more.split_once(' ').unwrap_or((more, ""));
                (event.key, event.value) = (key.to_owned(), value.to_owned());
                first
            }
            _ => rest,
        };
        self.marked = mark;
        self.settle(0);
        self.test = name.to_owned();
        match action {
            // Only says whose output follows.
            "name" => {}
            // A test that pauses has not printed this line after it paused.
            "pause" => {
                self.pass_on(line, Within::Frame);
                self.emit(event);
            }
            _ => {
                self.emit(event);
                self.pass_on(line, Within::Frame);
            }
        }
    }

    /// Sends the results of this level of subtests and of deeper ones.
    fn settle(&mut self, depth: usize) {
        self.test.clear();
        while self.pending.len() > depth {
            let event = self.pending.pop().expect("there are more than depth");
            self.emit(event);
        }
    }

    fn pass_on(&mut self, bytes: &[u8], within: Within) {
        for piece in self.text.push(bytes) {
            self.output(piece.bytes(), within);
        }
    }

    fn flush_text(&mut self) {
        if let Some(rest) = self.text.rest() {
            self.output(rest.bytes(), Within::Plain);
        }
    }

    /// Output events of a piece of text: escapes go, and where an error starts or ends, so does an event.
    fn output(&mut self, bytes: Vec<u8>, within: Within) {
        let frame = within == Within::Frame;
        let mut kind = match (frame, self.within) {
            (true, _) => "frame",
            (false, Within::Error) => "error-continue",
            (false, _) => "",
        };
        let mut text = Vec::with_capacity(bytes.len());
        let mut i = 0;
        while i < bytes.len() {
            let b = bytes[i];
            i += 1;
            match b {
                _ if std::mem::take(&mut self.escaped) => text.push(b),
                ESCAPE => self.escaped = true,
                ERROR_START => {
                    self.output_event(std::mem::take(&mut text), kind);
                    self.within = Within::Error;
                    kind = "error";
                }
                ERROR_END => {
                    if bytes.get(i) == Some(&b'\n') {
                        text.push(b'\n');
                        i += 1;
                    }
                    self.emit(Event {
                        action: "output".into(),
                        output: Some(std::mem::take(&mut text)),
                        output_type: kind,
                        ..Event::default()
                    });
                    self.within = Within::Plain;
                    kind = "";
                }
                _ => text.push(b),
            }
        }
        self.output_event(text, kind);
    }

    fn output_event(&mut self, text: Vec<u8>, output_type: &'static str) {
        if !text.is_empty() {
            self.emit(Event { action: "output".into(), output: Some(text), output_type, ..Event::default() });
        }
    }

    fn emit(&mut self, event: Event) {
        let test = if event.test.is_empty() { &self.test } else { &event.test };
        let mut object = Object::new();
        object.text("Time", &now());
        object.text("Action", &event.action);
        object.non_empty("Package", &self.package);
        object.non_empty("Test", test);
        if let Some(seconds) = event.elapsed {
            object.raw("Elapsed", &seconds.to_string());
        }
        if let Some(text) = &event.output {
            object.text("Output", &String::from_utf8_lossy(text));
        }
        object.non_empty("OutputType", event.output_type);
        object.non_empty("FailedBuild", &event.failed_build);
        object.non_empty("Key", &event.key);
        object.non_empty("Value", &event.value);
        object.non_empty("Path", &event.path);
        self.out.extend(object.finish());
    }
}

/// The events of a build that printed something: one a line, and one for its failure.
pub fn build_events(package: &str, output: &str, failed: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for line in output.split_inclusive('\n') {
        let mut object = Object::new();
        object.text("ImportPath", package);
        object.text("Action", "build-output");
        object.text("Output", line);
        out.extend(object.finish());
    }
    if failed {
        let mut object = Object::new();
        object.text("ImportPath", package);
        object.text("Action", "build-fail");
        out.extend(object.finish());
    }
    out
}

/// What a line of output is.
enum Word {
    /// The last line of a test: its result.
    Total(&'static str),
    /// A package without tests.
    NoTests,
    Update {
        action: String,
        name: String,
    },
    Report {
        depth: usize,
        event: Event,
    },
    /// Indented so many levels.
    None {
        depth: usize,
    },
}

impl Word {
    fn of(line: &[u8]) -> Word {
        const INDENT: &str = "    ";
        let text = String::from_utf8_lossy(line);
        let trimmed = text.strip_suffix('\n').map_or(&*text, |t| t.strip_suffix('\r').unwrap_or(t));
        if trimmed == "PASS" {
            return Word::Total("pass");
        }
        if trimmed == "FAIL" || trimmed.starts_with("FAIL\t") {
            return Word::Total("fail");
        }
        if trimmed.starts_with("?   \t") && trimmed.ends_with("\t[no test files]") {
            return Word::NoTests;
        }
        const UPDATES: [&str; 9] = ["RUN", "PAUSE", "CONT", "NAME", "PASS", "FAIL", "SKIP", "ATTR", "ARTIFACTS"];
        if let Some(rest) = trimmed.strip_prefix("=== ") {
            // The word stands in a column of six; a name that is empty may have lost its blanks.
            let found =
                UPDATES.iter().find(|u| rest.starts_with(&format!("{u:<5} ")) || (**u, rest) == ("NAME", "NAME"));
            if let Some(action) = found {
                let name = rest[action.len()..].trim().to_owned();
                return Word::Update { action: action.to_lowercase(), name };
            }
        }
        let mut rest = trimmed;
        let mut depth = 0;
        while let Some(inner) = rest.strip_prefix(INDENT) {
            rest = inner;
            depth += 1;
        }
        for action in ["PASS", "FAIL", "SKIP", "BENCH"] {
            if let Some(name) = rest.strip_prefix(&format!("--- {action}: ")) {
                let (name, elapsed) = with_time(name.trim());
                let event = Event { action: action.to_lowercase(), test: name.into(), elapsed, ..Event::default() };
                return Word::Report { depth, event };
            }
        }
        Word::None { depth }
    }
}

/// `name (0.01s)`: the name and the seconds.
fn with_time(text: &str) -> (&str, Option<f64>) {
    match text.split_once(" (") {
        Some((name, time)) => (name, time.strip_suffix("s)").and_then(|t| t.parse().ok())),
        None => (text, None),
    }
}

/// A line, or a part of one.
#[derive(Debug)]
enum Piece {
    Line(Vec<u8>),
    Part(Vec<u8>),
}

impl Piece {
    fn bytes(self) -> Vec<u8> {
        match self {
            Piece::Line(b) | Piece::Part(b) => b,
        }
    }
}

/// Cuts a stream into lines. A line ends behind a newline or before a mark; one that is longer than the limit comes in
/// parts, cut between characters. The name of a benchmark comes at once, long before the numbers behind it.
#[derive(Debug)]
struct Cutter {
    limit: usize,
    held: Vec<u8>,
    /// Whether parts of the current line have been passed on already.
    in_line: bool,
    /// Whether the last byte looked at was an escape.
    escaped: bool,
    /// How much of what is held has been looked at.
    seen: usize,
}

impl Cutter {
    fn new(limit: usize) -> Cutter {
        Cutter { limit, held: Vec::new(), in_line: false, escaped: false, seen: 0 }
    }

    fn push(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut out = Vec::new();
        for &b in bytes {
            let escaped = b != b'\n' && std::mem::take(&mut self.escaped);
            if !escaped && b == ESCAPE {
                self.escaped = true;
            }
            if !escaped && b == FRAME && !self.held.is_empty() {
                self.cut(&mut out);
            }
            self.held.push(b);
            self.seen = self.held.len();
            match b {
                b'\n' => self.cut(&mut out),
                b'\t' if !self.in_line && is_benchmark(&self.held) => self.part(self.held.len(), &mut out),
                _ if self.held.len() == self.limit => self.part(whole_characters(&self.held), &mut out),
                _ => {}
            }
        }
        out
    }

    fn cut(&mut self, out: &mut Vec<Piece>) {
        let line = std::mem::take(&mut self.held);
        out.push(if std::mem::take(&mut self.in_line) { Piece::Part(line) } else { Piece::Line(line) });
    }

    fn part(&mut self, n: usize, out: &mut Vec<Piece>) {
        let rest = self.held.split_off(n);
        out.push(Piece::Part(std::mem::replace(&mut self.held, rest)));
        self.in_line = true;
    }

    /// What is left at the end: not a whole line.
    fn rest(&mut self) -> Option<Piece> {
        (!self.held.is_empty()).then(|| Piece::Part(std::mem::take(&mut self.held)))
    }
}

/// Whether a text that ends in a tab starts with a benchmark's name.
fn is_benchmark(text: &[u8]) -> bool {
    let name = text.strip_suffix(b"\t").unwrap_or(text).trim_ascii_end();
    match name.strip_prefix(b"Benchmark") {
        Some(rest) => !String::from_utf8_lossy(rest).starts_with(char::is_lowercase) && !name.contains(&b'\t'),
        None => false,
    }
}

/// The length of `text` without a character at the end that is not complete.
fn whole_characters(text: &[u8]) -> usize {
    match std::str::from_utf8(&text[text.len().saturating_sub(3)..]) {
        Ok(_) => text.len(),
        Err(_) => (text.len().saturating_sub(3)..text.len())
            .rev()
            .find(|&i| text[i] >= 0xc0)
            .filter(|&i| {
                let want = match text[i] {
                    0xc0..0xe0 => 2,
                    0xe0..0xf0 => 3,
                    0xf0..0xf8 => 4,
                    _ => 1,
                };
                i + want > text.len()
            })
            .unwrap_or(text.len()),
    }
}

/// A JSON object on a line, spelt as Go's encoder spells it.
struct Object(String);

impl Object {
    fn new() -> Object {
        Object(String::from("{"))
    }

    fn raw(&mut self, key: &str, value: &str) {
        let comma = if self.0.len() > 1 { "," } else { "" };
        self.0.push_str(&format!("{comma}\"{key}\":{value}"));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.raw(key, &quoted(value));
    }

    fn non_empty(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.text(key, value);
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.0.push_str("}\n");
        self.0.into_bytes()
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\u{fffd}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The time in UTC, RFC 3339 with nanoseconds.
fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, seconds) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = date_of(days);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let nanos = format!(".{:09}", since.subsec_nanos());
    let nanos = nanos.trim_end_matches('0').trim_end_matches('.');
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{nanos}Z")
}

/// Year, month and day of the `days`th day since the first of January 1970, in the Gregorian calendar.
fn date_of(days: u64) -> (u64, u64, u64) {
    let leap = |y: u64| (y.is_multiple_of(4) && !y.is_multiple_of(100)) || y.is_multiple_of(400);
    let (mut year, mut left) = (1970, days);
    loop {
        let length = 365 + u64::from(leap(year));
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events without times.
    fn events(chunks: &[&str]) -> String {
        let mut c = Converter::new("p");
        chunks.iter().for_each(|t| c.write(t.as_bytes()));
        c.finish(true);
        let text = String::from_utf8(c.take()).expect("JSON is UTF-8");
        let plain = text.lines().map(|l| match l.split_once(",\"Action\"") {
            Some((_, rest)) => format!("{{\"Action\"{rest}\n"),
            None => format!("{l}\n"),
        });
        plain.collect()
    }

    #[test]
    fn a_test_with_an_error() {
        let text = "\x16=== RUN   TestA\n\x0f    a_test.go:1: x\x1b\x16y\x0e\n\x16--- FAIL: TestA (0.02s)\n\x16FAIL\n";
        let got = events(&[text]);
        assert!(got.contains(r#"{"Action":"run","Package":"p","Test":"TestA"}"#), "{got}");
        assert!(got.contains(r#""Output":"=== RUN   TestA\n","OutputType":"frame"}"#), "{got}");
        assert!(got.contains(r#""Output":"    a_test.go:1: x\u0016y\n","OutputType":"error"}"#), "{got}");
        assert!(got.contains(r#"{"Action":"fail","Package":"p","Test":"TestA","Elapsed":0.02}"#), "{got}");
    }

    #[test]
    fn chunks_do_not_matter() {
        let text = "\x16=== RUN   TestÄ\nplain é\n\x16--- PASS: TestÄ (0.00s)\n\x16PASS\nok  \tp\t0.1s\n";
        let whole = events(&[text]);
        let mut c = Converter::new("p");
        text.bytes().for_each(|b| c.write(&[b]));
        c.finish(true);
        assert_eq!(whole.lines().count(), String::from_utf8(c.take()).expect("UTF-8").lines().count());
    }

    #[test]
    fn dates() {
        assert_eq!(date_of(0), (1970, 1, 1));
        assert_eq!(date_of(11_016), (2000, 2, 29));
        assert_eq!(date_of(20_783), (2026, 11, 26));
    }

    #[test]
    fn characters_are_not_cut() {
        assert_eq!(whole_characters("abcé".as_bytes()), 5);
        assert_eq!(whole_characters(&"abcé".as_bytes()[..4]), 3);
        assert_eq!(whole_characters(b"abc\xff"), 4);
    }
}
