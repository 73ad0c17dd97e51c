//! Errors as text.
//!
//! [`Format::Plain`] is what `go build` prints: a `# package` header, then `./file.go:line:col: message`. At a terminal
//! each error is followed by the line it is about ([`excerpt`]); for editors there is JSON ([`json`]).

mod excerpt;
mod json;

use std::path::Path;

use undergo_source::{Diag, Position, SourceMap};

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

/// In which form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Lines as `go build` prints them.
    Plain,
    /// With the source below each error, and hints.
    Terminal(Color),
    /// One object a line, see [`json`].
    Json,
}

/// Whether the terminal is told to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Color {
    On,
    Off,
}

/// What errors look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// How many.
    pub amount: Amount,
    /// In which form.
    pub format: Format,
}

impl Style {
    /// As `go build` prints them.
    pub const PLAIN: Style = Style { amount: Amount::Limited, format: Format::Plain };
}

/// An error and its position, with `//line` directives applied.
struct Placed<'a> {
    diag: &'a Diag,
    at: Option<Position>,
}

/// The errors of one package, sorted by position. Of several on the same line with the same text only the first is kept.
pub fn package_errors(map: &SourceMap, cwd: &Path, package: &str, diags: &[Diag], style: Style) -> String {
    let errors = sorted(map, diags);
    let shown = if style.amount == Amount::Limited { errors.len().min(LIMIT) } else { errors.len() };
    if style.format == Format::Json {
        return errors[..shown].iter().map(|e| json::object(map, package, e)).collect();
    }
    let mut out = format!("# {package}\n");
    for e in &errors[..shown] {
        let line = format!("{}{}\n", prefix(cwd, e), e.diag.msg);
        // Positions inside of messages are shortened like those in front.
        let line = line.replace(&format!("{}/", cwd.display()), "./");
        match style.format {
            Format::Terminal(color) => out.push_str(&excerpt::with_source(map, e, &line, color)),
            _ => out.push_str(&line),
        }
    }
    if shown < errors.len() {
        let place = if errors[shown - 1].at.is_some() { prefix(cwd, &errors[shown - 1]) } else { String::new() };
        out.push_str(&format!("{place}too many errors\n"));
    }
    out
}

fn sorted<'a>(map: &SourceMap, diags: &'a [Diag]) -> Vec<Placed<'a>> {
    let mut placed: Vec<_> = diags.iter().map(|diag| Placed { diag, at: map.position(diag.pos) }).collect();
    placed.sort_by(|a, b| (&a.at, a.diag.pos).cmp(&(&b.at, b.diag.pos)));
    placed.dedup_by(|b, a| {
        let line = |e: &Placed<'_>| e.at.as_ref().map(|p| (p.file.clone(), p.line));
        line(a) == line(b) && a.diag.msg == b.diag.msg
    });
    placed
}

fn prefix(cwd: &Path, e: &Placed<'_>) -> String {
    match &e.at {
        Some(p) if p.col > 0 => format!("{}:{}:{}: ", short(cwd, &p.file), p.line, p.col),
        Some(p) => format!("{}:{}: ", short(cwd, &p.file), p.line),
        None => String::new(),
    }
}

/// Errors of the package graph.
pub fn graph_errors(errors: &[ListError], format: Format) -> String {
    if format == Format::Json {
        return errors.iter().map(json::graph_object).collect();
    }
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

/// Length in bytes of what stands at the start of `text`, the rest of a line: a word, a string, or one character.
fn token_len(text: &str) -> usize {
    let Some(first) = text.chars().next() else { return 0 };
    let word = |c: char| c.is_alphanumeric() || c == '_';
    match first {
        c if word(c) => text.find(|c| !word(c)).unwrap_or(text.len()),
        '"' | '`' | '\'' => text[1..].find(first).map_or(text.len(), |i| i + 2),
        c => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use undergo_source::Pos;

    const TEXT: &str = "package p\n\nfunc f() {\n\tcall(\"äö\", cuont)\n}\n";

    fn render(format: Format) -> String {
        let map = SourceMap::new();
        let file = map.add("/m/x/a.go", TEXT.as_bytes().to_vec()).expect("a small file");
        let at = |what: &str| Pos(file.base.0 + TEXT.find(what).expect("it is there") as u32);
        let mut undefined = Diag::error(at("cuont"), "undefined: cuont");
        undefined.hint = Some("did you mean count?".into());
        let diags = [undefined, Diag::error(at("call"), "undefined: call"), Diag::error(at("call"), "undefined: call")];
        package_errors(&map, Path::new("/m/x"), "p", &diags, Style { amount: Amount::All, format })
    }

    #[test]
    fn plain() {
        assert_eq!(render(Format::Plain), "# p\n./a.go:4:2: undefined: call\n./a.go:4:15: undefined: cuont\n");
    }

    #[test]
    fn terminal() {
        let want = "\
# p
./a.go:4:2: undefined: call
 4 |     call(\"äö\", cuont)
   |     ^^^^
./a.go:4:15: undefined: cuont
 4 |     call(\"äö\", cuont)
   |                ^^^^^
   = did you mean count?
";
        assert_eq!(render(Format::Terminal(Color::Off)), want);
        let colored = render(Format::Terminal(Color::On));
        assert!(colored.contains("\u{1b}[1m./a.go:4:2: \u{1b}[0m") || colored.contains('\u{1b}'), "{colored}");
    }

    #[test]
    fn json() {
        let text = render(Format::Json);
        let lines: Vec<&str> = text.lines().collect();
        let want = concat!(
            r#"{"package":"p","file":"/m/x/a.go","line":4,"col":15,"end":{"line":4,"col":20},"#,
            r#""severity":"error","message":"undefined: cuont","hint":"did you mean count?"}"#
        );
        assert_eq!((lines.len(), lines[1]), (2, want));
    }

    #[test]
    fn ten_errors() {
        let map = SourceMap::new();
        let file = map.add("/m/x/a.go", vec![b'\n'; 30]).expect("a small file");
        let diags: Vec<Diag> = (0..12).map(|i| Diag::error(file.base.offset(i), "wrong")).collect();
        let text = package_errors(&map, Path::new("/m/x"), "p", &diags, Style::PLAIN);
        assert!(text.ends_with("./a.go:10:1: wrong\n./a.go:10:1: too many errors\n"), "{text}");
    }

    #[test]
    fn long_lines() {
        let map = SourceMap::new();
        let text = format!("{}wrong{}", "x".repeat(500), "y".repeat(500));
        let file = map.add("/m/x/a.go", text.into_bytes()).expect("a small file");
        let diags = [Diag::error(file.base.offset(500), "wrong")];
        let style = Style { amount: Amount::All, format: Format::Terminal(Color::Off) };
        let text = package_errors(&map, Path::new("/m/x"), "p", &diags, style);
        assert!(text.lines().all(|l| l.chars().count() < 160) && text.contains("wrongy"), "{text}");
    }
}
