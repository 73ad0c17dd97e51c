//! Errors as the lines that `go build` prints: a `# package` header, then `./file.go:line:col: message`.

use std::path::Path;

use undergo_source::{Diag, SourceMap};

use crate::golist::ListError;

/// Most errors shown for a package unless all are asked for.
pub const LIMIT: usize = 10;

/// How much is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Amount {
    /// [`LIMIT`] errors a package.
    Limited,
    /// All (`-e`).
    All,
}

/// The errors of one package, sorted by position, one a line. Of several on the same line with the same text only
/// the first is kept.
pub fn package_errors(map: &SourceMap, cwd: &Path, package: &str, diags: &[Diag], amount: Amount) -> String {
    let mut placed: Vec<_> = diags.iter().map(|d| (map.position(d.pos), d)).collect();
    placed.sort_by_key(|(p, d)| (p.clone(), d.pos));
    placed.dedup_by(|(b, d), (a, c)| {
        a.as_ref().map(|a| (&a.file, a.line)) == b.as_ref().map(|b| (&b.file, b.line)) && c.msg == d.msg
    });
    let mut out = format!("# {package}\n");
    for (i, (position, d)) in placed.iter().enumerate() {
        if i == LIMIT && amount == Amount::Limited {
            let (place, _) = &placed[i - 1];
            if let Some(p) = place {
                out.push_str(&format!("{}:{}:{}: ", short(cwd, &p.file), p.line, p.col));
            }
            out.push_str("too many errors\n");
            break;
        }
        match position {
            Some(p) if p.col > 0 => out.push_str(&format!("{}:{}:{}: {}\n", short(cwd, &p.file), p.line, p.col, d.msg)),
            Some(p) => out.push_str(&format!("{}:{}: {}\n", short(cwd, &p.file), p.line, d.msg)),
            None => out.push_str(&format!("{}\n", d.msg)),
        }
    }
    // Positions inside of messages are shortened like those in front.
    out.replace(&format!("{}/", cwd.display()), "./")
}

/// Errors of the package graph.
pub fn graph_errors(errors: &[ListError]) -> String {
    let mut out = String::new();
    for e in errors {
        if e.pos.is_empty() {
            if e.import_stack.len() > 1 && e.err.contains("import cycle not allowed") {
                out.push_str(&format!("package {}\n", e.import_stack.join("\n\timports ")));
                out.push_str(&format!("\t{}\n", e.err));
                continue;
            }
            out.push_str(&format!("{}\n", e.err));
        } else {
            out.push_str(&format!("{}: {}\n", e.pos, e.err));
        }
    }
    out
}

/// The file name relative to the working directory, as `go build` shortens it.
fn short(cwd: &Path, file: &str) -> String {
    match Path::new(file).strip_prefix(cwd) {
        Ok(rel) => format!("./{}", rel.display()),
        Err(_) => match cwd.parent().and_then(|up| Path::new(file).strip_prefix(up).ok()) {
            Some(rel) if cwd.components().count() > 2 => format!("../{}", rel.display()),
            _ => file.to_owned(),
        },
    }
}
