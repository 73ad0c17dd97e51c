//! `//go:embed`: files of the build as initial values of package variables.

use undergo_ir::{Data, DataReloc, RelocKind, Section, Sym};
use undergo_source::Diag;
use undergo_syntax::ast::{Decl, VarSpec};
use undergo_types::{Obj, Pkg, TyKind};

use crate::program::{Lowerer, plain_data};

/// Bytes of `embed.file`: name, data, hash.
const FILE: usize = 48;

/// The data of a variable that has directives; none if it has none.
pub fn variable(cx: &Lowerer, pkg: Pkg, v: Obj, sym: Sym) -> Option<Data> {
    let files = cx.opts.embeds.get(pkg.path.as_str())?;
    let spec = spec_of(pkg, v)?;
    let patterns: Vec<&str> = spec.embeds.iter().flat_map(|e| &e.patterns).map(String::as_str).collect();
    let mut chosen: Vec<(&str, Vec<u8>)> = Vec::new();
    for (name, path) in files.iter().filter(|f| patterns.iter().any(|p| selects(p, &f.0))) {
        match std::fs::read(path) {
            Ok(text) => chosen.push((name, text)),
            Err(e) => cx.diag(Diag::error(v.pos, format!("pattern {name}: {e}"))),
        }
    }
    let size = cx.layout(v.type_()).size;
    let mut words = Words { bytes: vec![0; size as usize], relocs: Vec::new() };
    match v.type_().under() {
        TyKind::Struct(_) => {
            words.addr(0, file_list(cx, &chosen, sym));
        }
        TyKind::Slice(_) => {
            let text = chosen.pop().map_or(Vec::new(), |c| c.1);
            words.word(8, text.len());
            words.word(16, text.len());
            if !text.is_empty() {
                let copy = cx.fresh_sym("go:embed");
                cx.add_data(plain_data(copy, Section::NoPtrData, 1, text));
                words.addr(0, copy);
            }
        }
        _ => {
            let text = chosen.pop().map_or(Vec::new(), |c| c.1);
            words.string(cx, 0, &text);
        }
    }
    Some(words.data(sym, Section::Data))
}

/// The data of a string variable with this value.
pub fn string(cx: &Lowerer, sym: Sym, text: &[u8]) -> Data {
    let mut words = Words { bytes: vec![0; 16], relocs: Vec::new() };
    words.string(cx, 0, text);
    words.data(sym, Section::Data)
}

fn spec_of(pkg: Pkg, v: Obj) -> Option<&'static VarSpec> {
    let typed = pkg.data().typed.get()?;
    typed.files.iter().flat_map(|f| &f.decls).find_map(|d| match d {
        Decl::Var(s) if !s.embeds.is_empty() && s.names.iter().any(|n| n.pos == v.pos) => Some(&**s),
        _ => None,
    })
}

/// What `embed.FS` points at: a slice of its files and directories, sorted by directory, then name.
fn file_list(cx: &Lowerer, files: &[(&str, Vec<u8>)], owner: Sym) -> Sym {
    let mut all: Vec<(String, &[u8])> = files.iter().map(|(n, t)| ((*n).to_owned(), &t[..])).collect();
    for (name, _) in files {
        let mut dir = *name;
        while let Some(i) = dir.rfind('/') {
            dir = &dir[..i];
            let entry = format!("{dir}/");
            if !all.iter().any(|a| a.0 == entry) {
                all.push((entry, &[]));
            }
        }
    }
    all.sort_by(|a, b| split(&a.0).cmp(&split(&b.0)));
    let mut table = Words { bytes: vec![0; FILE * all.len()], relocs: Vec::new() };
    for (i, (name, text)) in all.iter().enumerate() {
        table.string(cx, i * FILE, name.as_bytes());
        table.string(cx, i * FILE + 16, text);
    }
    let (n, files) = (all.len(), Sym::new(&format!("{owner}..files")));
    cx.add_data(table.data(files, Section::Rodata));
    let mut header = Words { bytes: vec![0; 24], relocs: Vec::new() };
    header.addr(0, files);
    header.word(8, n);
    header.word(16, n);
    let list = Sym::new(&format!("{owner}..list"));
    cx.add_data(header.data(list, Section::Rodata));
    list
}

/// Directory (`.` at the top) and last element.
fn split(name: &str) -> (&str, &str) {
    let name = name.strip_suffix('/').unwrap_or(name);
    name.rsplit_once('/').unwrap_or((".", name))
}

/// Whether a pattern selects a file: it matches its name, or that of a directory around it, in which hidden files are
/// left out unless the pattern starts with `all:`.
fn selects(pattern: &str, name: &str) -> bool {
    let (pattern, hidden) = match pattern.strip_prefix("all:") {
        Some(p) => (p, true),
        None => (pattern, false),
    };
    if pattern == "." || matches(pattern.as_bytes(), name.as_bytes()) {
        return true;
    }
    name.match_indices('/').any(|(i, _)| {
        let visible = || !name[i + 1..].split('/').any(|e| e.starts_with(['.', '_']));
        matches(pattern.as_bytes(), &name.as_bytes()[..i]) && (hidden || visible())
    })
}

/// `path.Match`, for patterns known to be well formed.
fn matches(p: &[u8], s: &[u8]) -> bool {
    match p.first() {
        None => s.is_empty(),
        Some(b'*') => {
            let end = s.iter().position(|&c| c == b'/').unwrap_or(s.len());
            (0..=end).any(|i| matches(&p[1..], &s[i..]))
        }
        Some(b'?') => s.first().is_some_and(|&c| c != b'/') && matches(&p[1..], &s[1..]),
        Some(b'[') => match (class(&p[1..], s.first().copied()), s.first()) {
            (Some((true, rest)), Some(_)) => matches(rest, &s[1..]),
            _ => false,
        },
        Some(b'\\') if p.len() > 1 => s.first() == Some(&p[1]) && matches(&p[2..], &s[1..]),
        Some(c) => s.first() == Some(c) && matches(&p[1..], &s[1..]),
    }
}

/// Whether a character class (behind its bracket) contains `c`, and what follows the class.
fn class(p: &[u8], c: Option<u8>) -> Option<(bool, &[u8])> {
    let (negated, mut p) = match p.first()? {
        b'^' => (true, &p[1..]),
        _ => (false, p),
    };
    let c = c?;
    let mut found = false;
    let mut first = true;
    loop {
        let (lo, rest) = class_char(p)?;
        if lo == b']' && !first && p[0] == b']' {
            return Some((found != negated && c != b'/', rest));
        }
        first = false;
        let (hi, rest) = match rest {
            [b'-', after @ ..] => class_char(after)?,
            _ => (lo, rest),
        };
        found |= (lo..=hi).contains(&c);
        p = rest;
    }
}

fn class_char(p: &[u8]) -> Option<(u8, &[u8])> {
    match p {
        [b'\\', c, rest @ ..] | [c, rest @ ..] => Some((*c, rest)),
        [] => None,
    }
}

struct Words {
    bytes: Vec<u8>,
    relocs: Vec<DataReloc>,
}

impl Words {
    fn word(&mut self, at: usize, n: usize) {
        self.bytes[at..at + 8].copy_from_slice(&(n as u64).to_le_bytes());
    }
    fn addr(&mut self, at: usize, sym: Sym) {
        self.relocs.push(DataReloc { offset: at as u32, sym, addend: 0, kind: RelocKind::Abs64 });
    }
    fn string(&mut self, cx: &Lowerer, at: usize, text: &[u8]) {
        if !text.is_empty() {
            self.addr(at, cx.string_sym(text));
            self.word(at + 8, text.len());
        }
    }
    fn data(mut self, sym: Sym, section: Section) -> Data {
        self.relocs.sort_by_key(|r| r.offset);
        Data { sym, section, align: 8, size: self.bytes.len() as u64, bytes: self.bytes, relocs: self.relocs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(selects("*.txt", "a.txt") && !selects("*.txt", "d/a.txt"));
        assert!(selects("static", "static/css/x.css") && !selects("static", "static/.hidden/x"));
        assert!(selects("all:static", "static/.hidden/x"));
        assert!(selects("d/[a-c]?.go", "d/bx.go") && !selects("d/[^a-c]?.go", "d/bx.go"));
        assert!(selects("img/*", "img/sub/x.png"));
    }
}
