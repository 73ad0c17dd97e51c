//! `//line file:line[:col]` and `/*line file:line[:col]*/`.

use undergo_source::pos::LineDirective;

/// Largest line or column a directive may name.
const MAX: u64 = (1 << 30) - 1;

/// What a directive asks for.
#[derive(PartialEq, Eq, Debug)]
pub struct LineTarget {
    /// File name as written; none: keep the current one.
    pub file: Option<String>,
    /// Line.
    pub line: u32,
    /// Column; 0 if the directive has none.
    pub col: u32,
}

/// Parses the text behind `line `. `Ok(None)` means that the comment is no line directive after all; an error is an
/// offset in the text and a message.
pub fn parse(text: &str) -> Result<Option<LineTarget>, (usize, String)> {
    let Some((head, at, number)) = split_number(text) else { return Ok(None) };
    let bad_line = |at: usize| (at, format!("invalid line number: {}", &text[at..]));
    let Some(last) = number else { return Err(bad_line(at)) };
    let (file, line_at, line, col) = match split_number(head) {
        Some((file, line_at, Some(line))) => {
            if last == 0 || last > MAX {
                return Err((at, format!("invalid column number: {}", &text[at..])));
            }
            (file, line_at, line, last as u32)
        }
        _ => (head, at, last, 0),
    };
    if line == 0 || line > MAX {
        // The text shown ends before a column.
        let shown = if col > 0 { &text[line_at..at - 1] } else { &text[line_at..] };
        return Err((line_at, format!("invalid line number: {shown}")));
    }
    let file = (!file.is_empty() || col == 0).then(|| file.to_string());
    Ok(Some(LineTarget { file, line: line as u32, col }))
}

/// Splits `head:number` at the last colon: the head, where the number stands, and the number if it is one.
fn split_number(text: &str) -> Option<(&str, usize, Option<u64>)> {
    let colon = text.rfind(':')?;
    let digits = &text[colon + 1..];
    let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    Some((&text[..colon], colon + 1, number))
}

impl LineTarget {
    /// The entry for the source map. `source` is the name of the file that holds the directive; relative names are
    /// relative to its directory. `current` is the name in force before.
    pub fn directive(&self, offset: u32, source: &str, current: &str) -> LineDirective {
        let file = match &self.file {
            None => current.to_string(),
            Some(name) if name.is_empty() => String::new(),
            Some(name) => match source.rsplit_once('/') {
                Some((dir, _)) if !name.starts_with('/') => clean(&format!("{dir}/{name}")),
                _ => clean(name),
            },
        };
        LineDirective { offset, file: file.into(), line: self.line, col: self.col }
    }
}

/// The shortest equivalent of a slash-separated path.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(file: Option<&str>, line: u32, col: u32) -> Result<Option<LineTarget>, (usize, String)> {
        Ok(Some(LineTarget { file: file.map(String::from), line, col }))
    }

    #[test]
    fn forms() {
        assert_eq!(parse("foo"), Ok(None));
        assert_eq!(parse("foo.y:12"), target(Some("foo.y"), 12, 0));
        assert_eq!(parse("c:/foo.y:12:3"), target(Some("c:/foo.y"), 12, 3));
        assert_eq!(parse(":12:3"), target(None, 12, 3));
        assert_eq!(parse(":12"), target(Some(""), 12, 0));
        assert_eq!(parse("foo:x"), Err((4, "invalid line number: x".into())));
        assert_eq!(parse("foo:0"), Err((4, "invalid line number: 0".into())));
        assert_eq!(parse("foo:1:0"), Err((6, "invalid column number: 0".into())));
        assert_eq!(parse("foo:0:1"), Err((4, "invalid line number: 0".into())));
    }

    #[test]
    fn names_are_relative_to_the_source() {
        let t = LineTarget { file: Some("../y/./a.y".into()), line: 3, col: 0 };
        assert_eq!(&*t.directive(0, "/x/z/a.go", "").file, "/x/y/a.y");
        assert_eq!(&*t.directive(0, "a.go", "").file, "../y/a.y");
    }
}
