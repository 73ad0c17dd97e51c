//! Errors as values. Phases return them beside their result; only the command line prints.

use crate::pos::{Pos, SourceMap};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// The build fails.
    Error,
    /// An error that only follows from another one; shown when nothing else is.
    Soft,
}

/// One message about the user's program. The text is exactly what `go build` prints after the position; further
/// lines of a message start with a tab.
#[derive(Clone, Debug)]
pub struct Diag {
    /// Where.
    pub pos: Pos,
    /// What, in Go's words.
    pub msg: String,
    /// How bad.
    pub severity: Severity,
    /// What may help, for a person or an editor; `go build` has nothing like it, so it is not part of the text.
    pub hint: Option<String>,
}

impl Diag {
    /// An error at `pos`.
    pub fn error(pos: Pos, msg: impl Into<String>) -> Diag {
        Diag { pos, msg: msg.into(), severity: Severity::Error, hint: None }
    }

    /// `file:line:col: message`, as printed in a pipe.
    pub fn render_plain(&self, map: &SourceMap) -> String {
        match map.position(self.pos) {
            Some(p) => format!("{}:{}: {}", p.file, p.place(), self.msg),
            None => self.msg.clone(),
        }
    }
}
