//! `//go:…` directives: flags in front of declarations, link names, embedding, debug settings.
//!
//! Directives collect until a declaration takes them. Those that nothing takes, or that the taker has no use for, are
//! errors. The gc compiler finds the first kind while parsing and the second only after type checking; the second
//! kind goes to `File::late_errors`, so that users see messages in the same order.

use crate::Origin;
use crate::ast::*;
use crate::constraint;
use crate::embed_patterns;
use crate::line_directive;
use crate::parser::Parser;
use crate::scanner::DirectiveComment;
use undergo_source::{Diag, Name, Pos};

/// Flags a function may have.
const FUNC_FLAGS: u32 = !Pragmas::GO_BUILD.0;

/// Flags of the runtime's own sources.
const RUNTIME_FLAGS: u32 =
    Pragmas::SYSTEMSTACK.0 | Pragmas::NOWRITEBARRIER.0 | Pragmas::NOWRITEBARRIERREC.0 | Pragmas::YESWRITEBARRIERREC.0;

/// Directives without a flag that standard packages may use.
const STD_VERBS: [&str; 9] = [
    "go:cgo_export_static",
    "go:cgo_export_dynamic",
    "go:cgo_import_static",
    "go:cgo_import_dynamic",
    "go:cgo_ldflag",
    "go:cgo_dynamic_linker",
    "go:embed",
    "go:fix",
    "go:generate",
];

fn flag_of(verb: &str) -> Pragmas {
    match verb {
        "go:build" => Pragmas::GO_BUILD,
        "go:noinline" => Pragmas::NOINLINE,
        "go:nosplit" => Pragmas::NOSPLIT.union(Pragmas::NOCHECKPTR),
        "go:noescape" => Pragmas::NOESCAPE,
        "go:norace" => Pragmas::NORACE,
        "go:nocheckptr" => Pragmas::NOCHECKPTR,
        "go:uintptrkeepalive" => Pragmas::UINTPTR_KEEPALIVE,
        "go:uintptrescapes" => Pragmas::UINTPTR_ESCAPES.union(Pragmas::UINTPTR_KEEPALIVE),
        "go:systemstack" => Pragmas::SYSTEMSTACK,
        "go:nowritebarrier" => Pragmas::NOWRITEBARRIER,
        "go:nowritebarrierrec" => Pragmas::NOWRITEBARRIERREC.union(Pragmas::NOWRITEBARRIER),
        "go:yeswritebarrierrec" => Pragmas::YESWRITEBARRIERREC,
        "go:cgo_unsafe_args" => Pragmas::CGO_UNSAFE_ARGS.union(Pragmas::NOCHECKPTR),
        "go:registerparams" => Pragmas::REGISTER_PARAMS,
        _ => Pragmas(0),
    }
}

/// What a declaration takes.
#[derive(Default)]
pub(crate) struct Taken {
    pub flags: Pragmas,
    pub embeds: Vec<Embed>,
    /// Each flag with its place.
    places: Vec<(Pragmas, Pos)>,
}

/// Directives met so far.
pub(crate) struct Directives {
    origin: Origin,
    /// Still in front of the package clause.
    pub top_of_file: bool,
    pending: Taken,
    go_version: Option<(u32, u32)>,
    build_constraint: Option<String>,
    linknames: Vec<Linkname>,
    debug_lines: Vec<DebugLine>,
    cgo: Vec<CgoDirective>,
    imports_unsafe: bool,
    imports_embed: bool,
    late: Vec<Diag>,
}

impl Directives {
    pub fn new(origin: Origin) -> Directives {
        Directives {
            origin,
            top_of_file: true,
            pending: Taken::default(),
            go_version: None,
            build_constraint: None,
            linknames: Vec::new(),
            debug_lines: Vec::new(),
            cgo: Vec::new(),
            imports_unsafe: false,
            imports_embed: false,
            late: Vec::new(),
        }
    }

    fn is_pending(&self) -> bool {
        !self.pending.places.is_empty() || !self.pending.embeds.is_empty()
    }

    /// Takes what is pending; flags outside `allowed` are misplaced.
    fn take(&mut self, allowed: u32) -> Taken {
        if !self.is_pending() {
            return Taken::default();
        }
        let mut taken = std::mem::take(&mut self.pending);
        for (flags, pos) in &taken.places {
            if flags.0 & !allowed != 0 {
                self.late.push(Diag::error(*pos, "misplaced compiler directive"));
            }
        }
        taken.flags.0 &= allowed;
        taken
    }

    fn take_without_embeds(&mut self, allowed: u32) -> Pragmas {
        let taken = self.take(allowed);
        for embed in &taken.embeds {
            self.late.push(Diag::error(embed.pos, "misplaced go:embed directive"));
        }
        taken.flags
    }

    pub fn take_for_file(&mut self) {
        self.take_without_embeds(Pragmas::GO_BUILD.0);
    }

    /// For imports, constants and types, which have no flags.
    pub fn take_for_flagless(&mut self) -> Pragmas {
        self.take_without_embeds(0)
    }

    pub fn take_for_func(&mut self) -> Pragmas {
        self.take_without_embeds(FUNC_FLAGS)
    }

    pub fn take_for_var(&mut self) -> Taken {
        self.take(0)
    }

    pub fn saw_import(&mut self, path: Option<Name>) {
        match path.map(Name::as_str) {
            Some("unsafe") => self.imports_unsafe = true,
            Some("embed") => self.imports_embed = true,
            _ => {}
        }
    }

    /// Checks that `//go:embed` may stand in front of `spec`.
    pub fn check_embed(&mut self, spec: &VarSpec, place: VarPlace) {
        let Some(first) = spec.embeds.first() else { return };
        let msg = if !self.imports_embed {
            "go:embed requires import \"embed\" (or import _ \"embed\", if package is not used)"
        } else if spec.names.len() > 1 {
            "go:embed cannot apply to multiple vars"
        } else if !spec.values.is_empty() {
            "go:embed cannot apply to var with initializer"
        } else if place == VarPlace::Local {
            "go:embed cannot apply to var inside func"
        } else {
            return;
        };
        self.late.push(Diag::error(first.pos, msg));
    }

    /// Checks that the flags of `decl` fit together and fit its body.
    pub fn check_func(&mut self, decl: &FuncDecl) {
        let flags = decl.pragmas;
        let body = decl.body.is_some();
        let mut late = |msg| self.late.push(Diag::error(decl.decl_pos, msg));
        if flags.has(Pragmas::SYSTEMSTACK.union(Pragmas::NOSPLIT)) {
            late("go:nosplit and go:systemstack cannot be combined");
        }
        if body && flags.has(Pragmas::NOESCAPE) {
            late("can only use //go:noescape with external func implementations");
        }
        let keepalive = flags.has(Pragmas::UINTPTR_KEEPALIVE) && !flags.has(Pragmas::UINTPTR_ESCAPES);
        if body && keepalive && !flags.has(Pragmas::NOSPLIT) {
            late("go:uintptrkeepalive requires go:nosplit");
        }
    }

    /// Moves everything that belongs to the file into it.
    pub fn finish(&mut self, file: &mut File) {
        if !self.imports_unsafe {
            for l in &self.linknames {
                let std = if l.std { "std" } else { "" };
                let msg = format!("//go:linkname{std} only allowed in Go files that import \"unsafe\"");
                self.late.push(Diag::error(l.pos, msg));
            }
        }
        file.go_version = self.go_version;
        file.build_constraint = self.build_constraint.take();
        file.linknames = std::mem::take(&mut self.linknames);
        file.debug_lines = std::mem::take(&mut self.debug_lines);
        file.cgo_directives = std::mem::take(&mut self.cgo);
        file.late_errors = std::mem::take(&mut self.late);
    }
}

/// Where a variable is declared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum VarPlace {
    Package,
    Local,
}

/// A directive's text behind the slashes, and where that starts.
struct Text<'a> {
    text: &'a str,
    pos: Pos,
}

impl Parser<'_> {
    /// Reports directives that nothing took.
    pub(crate) fn clear_directives(&mut self) {
        if !self.directives.is_pending() {
            return;
        }
        let pending = std::mem::take(&mut self.directives.pending);
        for (flags, pos) in pending.places {
            if flags.0 != 0 {
                self.side_errors.push(Diag::error(pos, "misplaced compiler directive"));
            }
        }
        for embed in pending.embeds {
            self.side_errors.push(Diag::error(embed.pos, "misplaced go:embed directive"));
        }
    }

    /// Handles a comment the scanner has queued.
    pub(crate) fn directive_comment(&mut self, comment: &DirectiveComment) {
        let whole = self.source_text(comment.start, comment.end);
        let text = match whole.strip_prefix("//") {
            Some(text) => text.strip_suffix('\r').unwrap_or(text),
            None => &whole[2..whole.len() - 2],
        };
        let pos = self.pos_at(comment.start as usize + 2);
        if let Some(target) = text.strip_prefix("line ") {
            let general = whole.starts_with("/*");
            if general || self.starts_line(comment.start) {
                self.line_directive(target, comment);
            }
            return;
        }
        if self.directives.top_of_file {
            self.file_directive(text, Pos(pos.0 - 2));
        }
        if !comment.blank {
            self.side_errors.push(Diag::error(pos, "misplaced compiler directive"));
            return;
        }
        self.go_directive(Text { text, pos });
    }

    /// Directives that concern the whole file.
    fn file_directive(&mut self, text: &str, pos: Pos) {
        let line = format!("//{text}");
        if let Some(expr) = constraint::expression(&line)
            && let Ok(parsed) = constraint::parse(expr)
        {
            self.directives.go_version = parsed.min_go_version();
            self.directives.build_constraint = Some(expr.to_string());
        }
        if let Some(rest) = text.strip_prefix("go:debug ") {
            self.directives.debug_lines.push(DebugLine { pos, text: rest.trim().to_string() });
        }
    }

    fn line_directive(&mut self, text: &str, comment: &DirectiveComment) {
        let source = self.source.clone();
        let parsed = if text.contains('\n') { Ok(None) } else { line_directive::parse(text) };
        match parsed {
            Ok(None) => {}
            Err((at, msg)) => {
                let pos = self.pos_at(comment.start as usize + 2 + "line ".len() + at);
                self.errors.push(Diag::error(pos, msg));
            }
            Ok(Some(target)) => {
                let general = self.source_text(comment.start, comment.end).starts_with("/*");
                // A line comment's directive applies from the next line on.
                let offset = comment.end + if general { 0 } else { 1 };
                let offset = self.pos_at(offset as usize).0 - source.base.0;
                let mut list = source.directives.write().expect("no writer panics");
                let current = list.last().map_or(source.name.clone(), |d| d.file.clone());
                list.push(target.directive(offset, &source.name, &current));
            }
        }
    }

    fn go_directive(&mut self, d: Text<'_>) {
        let verb = d.text.split(' ').next().unwrap_or("");
        match verb {
            "go:linkname" | "go:linknamestd" if verb.len() < d.text.len() => self.linkname(d),
            "go:embed" => self.embed(d, verb.len()),
            "go:wasmimport" if verb.len() < d.text.len() => {
                self.wasm(d, 3, "usage: //go:wasmimport importmodule importname");
            }
            "go:wasmexport" if verb.len() < d.text.len() => self.wasm(d, 2, "usage: //go:wasmexport exportname"),
            _ => {
                if verb.starts_with("go:cgo_") {
                    self.cgo_directive(&d);
                }
                self.flag(verb, d.pos);
            }
        }
    }

    fn flag(&mut self, verb: &str, pos: Pos) {
        let origin = self.directives.origin;
        let flags = flag_of(verb);
        let mut error = |msg: String| self.side_errors.push(Diag::error(pos, msg));
        if origin != Origin::Runtime && flags.0 & RUNTIME_FLAGS != 0 {
            error(format!("//{verb} only allowed in runtime"));
        }
        if origin == Origin::User && flags == Pragmas::UINTPTR_KEEPALIVE {
            error(format!("//{verb} is only allowed in the standard library"));
        }
        if origin != Origin::User && flags.0 == 0 && !STD_VERBS.contains(&verb) {
            error(format!("//{verb} is not allowed in the standard library"));
        }
        if flags.0 != 0 {
            self.directives.pending.flags = self.directives.pending.flags.union(flags);
            self.directives.pending.places.push((flags, pos));
        }
    }

    fn linkname(&mut self, d: Text<'_>) {
        let fields: Vec<&str> = d.text.split_whitespace().collect();
        let std = fields[0] == "go:linknamestd";
        match fields[1..] {
            [local] => {
                self.directives.linknames.push(Linkname { pos: d.pos, std, local: Name::new(local), target: None });
            }
            [local, target] => {
                let (local, target) = (Name::new(local), Some(Name::new(target)));
                self.directives.linknames.push(Linkname { pos: d.pos, std, local, target });
            }
            _ => {
                let msg = format!("usage: //{} localname [linkname]", fields[0]);
                self.side_errors.push(Diag::error(d.pos, msg));
            }
        }
    }

    /// Directives for another target: only their form is checked.
    fn wasm(&mut self, d: Text<'_>, fields: usize, usage: &str) {
        if d.text.split_whitespace().count() != fields {
            self.side_errors.push(Diag::error(d.pos, usage));
        }
    }

    fn embed(&mut self, d: Text<'_>, verb: usize) {
        let (patterns, error) = embed_patterns::parse(&d.text[verb..]);
        if let Some(msg) = error {
            self.side_errors.push(Diag::error(d.pos, msg));
        }
        if patterns.is_empty() {
            self.side_errors.push(Diag::error(d.pos, "usage: //go:embed pattern..."));
            return;
        }
        self.directives.pending.embeds.push(Embed { pos: d.pos, patterns });
    }

    fn cgo_directive(&mut self, d: &Text<'_>) {
        let fields = embed_patterns::quoted_fields(d.text);
        let generated = self.source.name.rsplit('/').next().is_some_and(|n| n.starts_with("_cgo_"));
        let import = fields[0] == "go:cgo_import_dynamic";
        if !import && !generated && self.directives.origin == Origin::User {
            let msg = format!("//{} only allowed in cgo-generated code", d.text);
            self.side_errors.push(Diag::error(d.pos, msg));
        }
        if let Some(usage) = wrong_cgo_usage(&fields) {
            return self.side_errors.push(Diag::error(d.pos, usage));
        }
        let fields = fields.iter().map(|f| f.trim_start_matches("go:").trim_matches('"').to_string()).collect();
        self.directives.cgo.push(CgoDirective { pos: d.pos, fields });
    }
}

/// What a cgo directive should look like, if it does not.
fn wrong_cgo_usage(fields: &[&str]) -> Option<String> {
    let quoted: Vec<bool> = fields[1..].iter().map(|f| f.starts_with('"')).collect();
    let (arguments, good) = match (fields[0], &quoted[..]) {
        ("go:cgo_export_static" | "go:cgo_export_dynamic", args) => {
            ("local [remote]", matches!(args, [false] | [false, false]))
        }
        ("go:cgo_import_dynamic", args) => {
            ("local [remote [\"library\"]]", matches!(args, [false] | [false, false] | [false, false, true]))
        }
        ("go:cgo_import_static", args) => ("local", args == [false]),
        ("go:cgo_dynamic_linker", args) => ("\"path\"", args == [true]),
        ("go:cgo_ldflag", args) => ("\"arg\"", args == [true]),
        _ => return None,
    };
    (!good).then(|| format!("usage: //{} {arguments}", fields[0]))
}
