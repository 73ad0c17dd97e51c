//! Reporting errors, and text for messages.

use std::collections::HashSet;

use undergo_source::{Diag, Name, Pos, Severity};
use undergo_types::print::Qualifier;
use undergo_types::{Obj, ObjKind, Pkg, Ty};

use crate::checker::{Checker, Version};

impl<'a> Checker<'a> {
    /// Reports an error.
    pub fn error(&mut self, pos: Pos, msg: impl Into<String>) {
        self.report(pos, msg.into(), Severity::Error);
    }

    /// Reports an error; `hint` may help with it.
    pub fn error_with_hint(&mut self, pos: Pos, msg: String, hint: Option<String>) {
        let before = self.diags.len();
        self.error(pos, msg);
        if let Some(d) = self.diags.get_mut(before) {
            d.hint = hint;
        }
    }

    /// Reports an error that does not keep anything else from being checked. gc shows it like any other.
    pub fn soft_error(&mut self, pos: Pos, msg: impl Into<String>) {
        self.report(pos, msg.into(), Severity::Error);
    }

    /// Reports an error of several lines; the first part's position is that of the error, known positions of the
    /// others are shown in front of them.
    pub fn error_parts(&mut self, parts: Vec<(Pos, String)>) {
        let Some((pos, first)) = parts.first() else { return };
        if self.is_follow_on(first) {
            return;
        }
        let mut msg = first.clone();
        for (p, m) in &parts[1..] {
            msg.push_str("\n\t");
            if p.is_known() {
                msg.push_str(&self.position_text(*p));
                msg.push_str(": ");
            }
            msg.push_str(m);
        }
        self.push(*pos, msg, Severity::Error);
    }

    /// A position as messages mention it.
    pub fn position_text(&self, pos: Pos) -> String {
        if let Some(text) = self.goroot_position(pos) {
            return text;
        }
        match self.map.position(pos) {
            Some(p) if p.col > 0 => format!("{}:{}:{}", p.file, p.line, p.col),
            Some(p) => format!("{}:{}", p.file, p.line),
            None => String::from("<unknown position>"),
        }
    }

    /// Positions in other packages come from export data, where the standard library's files are below `$GOROOT`.
    fn goroot_position(&self, pos: Pos) -> Option<String> {
        let source = self.map.file(pos)?;
        if self.files.iter().any(|f| self.map.file(f.package_pos).is_some_and(|s| s.id == source.id)) {
            return None;
        }
        let (dir, base) = source.name.rsplit_once('/')?;
        let of_dir = |p: &&Pkg| p.std && dir.ends_with(&format!("/src/{}", p.path));
        let pkg = self.resolved.imports.iter().find(of_dir)?;
        let p = self.map.position(pos)?;
        Some(format!("$GOROOT/src/{}/{base}:{}:{}", pkg.path, p.line, p.col))
    }

    /// `x redeclared in this block`, with the other declaration.
    pub fn redeclared(&mut self, pos: Pos, name: Name, alt: Obj) {
        let mut parts = vec![(pos, format!("{name} redeclared in this block"))];
        if alt.pos.is_known() {
            parts.push((alt.pos, format!("other declaration of {}", alt.name)));
        }
        self.error_parts(parts);
    }

    fn report(&mut self, pos: Pos, msg: String, severity: Severity) {
        if !self.is_follow_on(&msg) {
            self.push(pos, msg, severity);
        }
    }

    /// Messages that mention an invalid operand or type in the middle only follow from another error.
    fn is_follow_on(&self, msg: &str) -> bool {
        let inside = |what| msg.find(what).is_some_and(|i| i > 0);
        !self.diags.is_empty() && (inside("invalid operand") || inside("invalid type"))
    }

    fn push(&mut self, pos: Pos, mut msg: String, severity: Severity) {
        if wants_version(&msg) {
            msg.push_str(&self.version_origin());
        }
        let pos = self.env.err_pos.unwrap_or(pos);
        self.diags.push(Diag { pos, msg, severity, hint: None });
    }

    /// Whether the current file's language version is at least `v`.
    pub fn allow_version(&self, v: Version) -> bool {
        self.env.version >= v
    }

    /// Reports `what requires go1.n or later` if the current file's language version is lower.
    pub fn verify_version(&mut self, pos: Pos, v: Version, what: impl std::fmt::Display) -> bool {
        let ok = self.allow_version(v);
        if !ok {
            self.version_error(pos, v, what);
        }
        ok
    }

    /// Reports `what requires go1.n or later`.
    pub fn version_error(&mut self, pos: Pos, v: Version, what: impl std::fmt::Display) {
        self.error(pos, format!("{what} requires go{}.{} or later", v.0, v.1));
    }

    /// Where the language version comes from, for messages that want a newer one.
    fn version_origin(&self) -> String {
        let file = self.files.get(self.env.file).copied();
        match file.and_then(|f| f.go_version) {
            Some(v) if v >= (1, 21) => format!(" (file declares //go:build go{}.{})", v.0, v.1),
            _ => {
                let (a, b) = self.pkg.go_version;
                format!(" (-lang was set to go{a}.{b}; check go.mod)")
            }
        }
    }

    /// How messages of this package qualify names.
    pub fn qualifier(&self) -> Qualifier<'_> {
        Qualifier { pkg: Some(self.pkg), ambiguous: self.ambiguous.as_ref(), map: Some(self.map) }
    }

    /// A type as messages show it.
    pub fn type_str(&mut self, t: Ty) -> String {
        self.note_ambiguous_names();
        undergo_types::print::type_string_in(t, &self.qualifier())
    }

    /// A list of types as messages show it: `(int, string)`.
    pub fn types_str(&mut self, list: &[Ty], variadic: bool) -> String {
        self.note_ambiguous_names();
        undergo_types::print::tuple_string_in(list, variadic, &self.qualifier())
    }

    /// An object's name with its package, unless that is this one.
    pub fn qualified_name(&mut self, o: Obj) -> String {
        self.note_ambiguous_names();
        match o.pkg {
            Some(p) => format!("{}{}", self.qualifier().prefix(p), o.name),
            None => o.name.to_string(),
        }
    }

    /// Finds package names that stand for more than one import path among all packages this one depends on: those
    /// are shown as quoted paths.
    fn note_ambiguous_names(&mut self) {
        if self.ambiguous.is_some() {
            return;
        }
        let mut paths: std::collections::HashMap<Name, Pkg> = Default::default();
        let mut ambiguous = HashSet::new();
        let mut seen = HashSet::new();
        let mut work: Vec<Pkg> = self.resolved.imports.clone();
        work.push(self.pkg);
        while let Some(p) = work.pop() {
            if !seen.insert(p) {
                continue;
            }
            if let Some(&name) = p.name.get()
                && *paths.entry(name).or_insert(p) != p
            {
                ambiguous.insert(name);
            }
            work.extend(p.typed.get().into_iter().flat_map(|t| t.imports.iter().copied()));
        }
        self.ambiguous = Some(ambiguous);
    }

    /// Text such as `variable` or `type` for a kind of object.
    pub fn obj_kind_text(o: Obj) -> &'static str {
        match &o.kind {
            ObjKind::PkgName(_) => "package",
            ObjKind::Const(_) => "const",
            ObjKind::TypeName { .. } => "type",
            ObjKind::Var(_) => "var",
            ObjKind::Func(_) => "func",
            ObjKind::Label => "label",
            ObjKind::Builtin(_) => "builtin",
            ObjKind::Nil => "nil",
        }
    }
}

/// Whether a message says `requires go1.n or later`.
fn wants_version(msg: &str) -> bool {
    msg.match_indices("requires go").any(|(i, m)| {
        let rest = msg[i + m.len()..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        rest.starts_with(" or later")
    })
}
