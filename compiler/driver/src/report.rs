//! Errors as text.
//!
//! [`Format::Plain`] is what `go build` prints: a `# package` header, then `./file.go:line:col: message`. At a terminal
//! each error is followed by the line it is about ([`excerpt`]); for editors there is JSON ([`json`]).

mod excerpt;
mod json;

use std::path::{Path, PathBuf};

use undergo_source::shown::shown;
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

/// The errors of one package, in the order in which they were found: those that gc shows, as it sorts them.
pub fn package_errors(map: &SourceMap, cwd: &Path, package: &str, diags: &[Diag], style: Style) -> String {
    let shown = shown(diags.to_vec(), map, (style.amount == Amount::Limited).then_some(LIMIT));
    let errors = shown.diags.iter().map(|diag| Placed { diag, at: map.position(diag.pos) });
    if style.format == Format::Json {
        return errors.map(|e| json::object(map, package, &e)).collect();
    }
    // Positions of the package inside of messages are shortened like those in front.
    let first = diags.iter().find_map(|d| map.file(d.pos));
    let dir = first.as_ref().and_then(|f| Path::new(&*f.name).parent()).filter(|d| d.is_absolute());
    let dir = dir.map(|d| (format!("{}/", d.display()), format!("{}/", short_dir(cwd, d))));
    let mut out = format!("# {package}\n");
    for e in errors {
        let mut line = format!("{}{}\n", prefix(cwd, dir.as_ref(), e.at.as_ref()), e.diag.msg);
        if let Some((full, short)) = &dir {
            line = line.replace(full, short);
        }
        match style.format {
            Format::Terminal(color) => out.push_str(&excerpt::with_source(map, &e, &line, color)),
            _ => out.push_str(&line),
        }
    }
    if let Some(pos) = shown.gave_up {
        out.push_str(&format!("{}too many errors\n", prefix(cwd, dir.as_ref(), map.position(pos).as_ref())));
    }
    out
}

/// The position in front of a message. `dir` is the package's directory, in full and as shown: a `//line` directive may
/// name a file anywhere below.
fn prefix(cwd: &Path, dir: Option<&(String, String)>, at: Option<&Position>) -> String {
    let Some(at) = at else { return String::new() };
    let below = dir.and_then(|(full, short)| at.file.strip_prefix(full.as_str()).map(|rest| format!("{short}{rest}")));
    format!("{}:{}: ", below.unwrap_or_else(|| short(cwd, &at.file)), at.place())
}

/// Errors of the package graph. For some the chain of imports is always shown.
pub fn graph_errors(errors: &[ListError], format: Format) -> String {
    if format == Format::Json {
        return errors.iter().map(json::graph_object).collect();
    }
    let mut out = String::new();
    for e in errors {
        let chain = e.import_stack.join("\n\timports ");
        let forbidden = ["use of internal package", "use of vendored package"].iter().any(|f| e.err.starts_with(f));
        match e.pos.as_str() {
            "" if e.is_import_cycle() => out.push_str(&format!("package {chain}: {}\n", e.err)),
            "" => out.push_str(&format!("{}\n", e.err)),
            pos if forbidden && !chain.is_empty() => out.push_str(&format!("package {chain}\n\t{pos}: {}\n", e.err)),
            pos => out.push_str(&format!("{pos}: {}\n", e.err)),
        }
    }
    out
}

/// An error of code generation, where the function starts.
pub fn function_error(f: &undergo_ir::Func, text: &str) -> String {
    let cwd = std::env::current_dir().unwrap_or_default();
    match f.sites.first() {
        Some(site) => format!("{}:{}: {text}\n", short(&cwd, site.file.as_str()), site.start_line),
        None => format!("{}: {text}\n", f.sym),
    }
}

/// The directory as `go build` shows it: relative to the working directory if that is shorter.
fn short_dir(cwd: &Path, dir: &Path) -> String {
    let shared = cwd.components().zip(dir.components()).take_while(|(a, b)| a == b).count();
    let up = cwd.components().skip(shared).map(|_| Path::new(".."));
    let rel: PathBuf = up.chain(dir.components().skip(shared).map(|c| Path::new(c.as_os_str()))).collect();
    let rel = if rel.as_os_str().is_empty() { ".".to_owned() } else { rel.display().to_string() };
    let full = dir.display().to_string();
    if rel.len() < full.len() { rel } else { full }
}

/// The file name in its directory as `go build` shows it.
fn short(cwd: &Path, file: &str) -> String {
    match Path::new(file).parent().zip(Path::new(file).file_name()) {
        Some((dir, name)) if dir.is_absolute() => format!("{}/{}", short_dir(cwd, dir), name.display()),
        _ => file.to_owned(),
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
