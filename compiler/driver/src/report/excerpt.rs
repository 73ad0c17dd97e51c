//! The source line below an error, for people at a terminal.

use undergo_source::SourceMap;

use super::{Color, Placed, token_len};

/// Most characters of a source line; of longer ones the part around the error is shown.
const WIDTH: usize = 120;
/// Columns of a tab.
const TAB: usize = 4;

/// `line`, which is the error as plain text, with the source below it and the hint.
pub(super) fn with_source(map: &SourceMap, e: &Placed<'_>, line: &str, color: Color) -> String {
    let paint = |code: &str, text: &str| match color {
        Color::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        Color::Off => text.to_owned(),
    };
    let mut out = paint("1", line.trim_end_matches('\n'));
    out.push('\n');
    let mut indent = 2;
    if let Some(Excerpt { number, source, caret, width }) = excerpt(map, e) {
        let gutter = number.to_string();
        indent = gutter.len() + 2;
        out.push_str(&format!("{} {source}\n", paint("34", &format!(" {gutter} |"))));
        let (bar, marks) = (paint("34", &format!("{:indent$}|", "")), paint("31;1", &"^".repeat(width)));
        out.push_str(&format!("{bar} {:caret$}{marks}\n", ""));
    }
    if let Some(hint) = &e.diag.hint {
        out.push_str(&format!("{:indent$}{} {hint}\n", " ", paint("34", "="), indent = indent));
    }
    out
}

struct Excerpt {
    /// Line from 1.
    number: usize,
    /// Its text, tabs replaced.
    source: String,
    /// Column of the mark from 0, in characters of `source`, and its length.
    caret: usize,
    width: usize,
}

/// None where a `//line` directive says that the source is another file.
fn excerpt(map: &SourceMap, e: &Placed<'_>) -> Option<Excerpt> {
    let file = map.file(e.diag.pos)?;
    if e.at.as_ref()?.file != file.name {
        return None;
    }
    let offset = e.diag.pos.0 - file.base.0;
    let line = file.raw_line(offset);
    let bytes = file.line_text(line);
    let column = ((offset - file.lines[line]) as usize).min(bytes.len());
    let before = shown(&String::from_utf8_lossy(&bytes[..column]));
    let rest = String::from_utf8_lossy(&bytes[column..]);
    let width = rest[..token_len(&rest)].chars().count().clamp(1, WIDTH / 2);
    let skip = before.chars().count().saturating_sub(WIDTH / 2);
    let source: String = before.chars().chain(shown(&rest).chars()).skip(skip).take(WIDTH).collect();
    Some(Excerpt {
        number: line + 1,
        source: source.trim_end().to_owned(),
        caret: before.chars().count() - skip,
        width,
    })
}

/// Without tabs, and without characters that would do something to a terminal.
fn shown(text: &str) -> String {
    let visible = text.replace('\t', &" ".repeat(TAB));
    visible.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
