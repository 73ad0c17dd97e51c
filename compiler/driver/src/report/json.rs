//! Errors for editors: one JSON object a line.
//!
//! | member | meaning |
//! | --- | --- |
//! | `package` | import path; missing for errors of the package graph |
//! | `file` | absolute path, or as a `//line` directive says; missing if there is no position |
//! | `line`, `col` | from 1, columns in bytes; `col` is missing if a `//line` directive hides it |
//! | `end` | `line` and `col` behind the word at the position; missing under `//line` directives |
//! | `severity` | `error` |
//! | `message` | Go's text; may have several lines |
//! | `hint` | what may help; often missing |

use serde::Serialize;
use undergo_source::SourceMap;

use super::{Placed, token_len};
use crate::golist::ListError;

#[derive(Serialize, Default)]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    col: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<End>,
    severity: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

#[derive(Serialize)]
struct End {
    line: u32,
    col: u32,
}

/// An error of a package.
pub(super) fn object(map: &SourceMap, package: &str, e: &Placed<'_>) -> String {
    let at = e.at.as_ref();
    line(&Object {
        package: Some(package),
        file: at.map(|p| &*p.file),
        line: at.map(|p| p.line),
        col: at.map(|p| p.col).filter(|&col| col > 0),
        end: end(map, e),
        severity: "error",
        message: &e.diag.msg,
        hint: e.diag.hint.as_deref(),
    })
}

fn end(map: &SourceMap, e: &Placed<'_>) -> Option<End> {
    let (at, file) = (e.at.as_ref()?, map.file(e.diag.pos)?);
    if at.file != file.name || at.col == 0 {
        return None;
    }
    let offset = e.diag.pos.0 - file.base.0;
    let line = file.raw_line(offset);
    let bytes = file.line_text(line);
    let rest = bytes.get((offset - file.lines[line]) as usize..).unwrap_or_default();
    let text = std::str::from_utf8(rest).unwrap_or_default();
    Some(End { line: at.line, col: at.col + token_len(text) as u32 })
}

/// An error of the package graph. Its position is text of go's: `file:line:col`.
pub(super) fn graph_object(e: &ListError) -> String {
    let mut parts = e.pos.splitn(3, ':');
    let file = parts.next().filter(|f| !f.is_empty());
    let mut number = || parts.next().and_then(|n| n.parse().ok());
    let (line_number, col) = (number(), number());
    line(&Object { file, line: line_number, col, severity: "error", message: &e.err, ..Object::default() })
}

fn line(object: &Object<'_>) -> String {
    serde_json::to_string(object).map_or_else(|_| String::new(), |text| text + "\n")
}
