//! Types as text: for messages, for type descriptors (what reflection shows), and for linker symbols.

use std::collections::HashSet;
use std::fmt::Write;

use undergo_source::Name;

use crate::obj::Obj;
use crate::package::Pkg;
use crate::ty::{ChanDir, Interface, Named, Param, Signature, Ty, TyKind, TypeParam};
use crate::typeset::type_set;
use crate::universe;

/// How messages name packages.
#[derive(Clone, Copy, Default)]
pub struct Qualifier<'a> {
    /// The package whose names stand alone.
    pub pkg: Option<Pkg>,
    /// Package names that several packages share: these packages are shown by path.
    pub ambiguous: Option<&'a HashSet<Name>>,
    /// Positions: a type parameter named like something predeclared is shown with its declaration.
    pub map: Option<&'a undergo_source::SourceMap>,
}

impl Qualifier<'_> {
    /// What stands in front of a name of package `p`.
    pub fn prefix(&self, p: Pkg) -> String {
        if self.pkg == Some(p) {
            return String::new();
        }
        let name = p.name.get().copied().unwrap_or(p.path);
        match self.ambiguous {
            Some(set) if set.contains(&name) => format!("{:?}.", p.path.as_str()),
            _ => format!("{name}."),
        }
    }
}

/// The type as messages show it, all names qualified by package name.
pub fn type_string(t: Ty) -> String {
    type_string_in(t, &Qualifier::default())
}

/// The type as messages show it.
pub fn type_string_in(t: Ty, q: &Qualifier<'_>) -> String {
    Printer::new(Style::Message(*q)).finish(|p| p.ty(t))
}

/// The same with packages by path, for the terms of unions.
pub fn type_string_paths(t: Ty) -> String {
    Printer::new(Style::Paths).finish(|p| p.ty(t))
}

/// Types in parentheses, as messages show them; the last as `...E` if `variadic`.
pub fn tuple_string_in(list: &[Ty], variadic: bool, q: &Qualifier<'_>) -> String {
    let params: Vec<Param> = list.iter().map(|&ty| Param { name: Name::empty(), ty }).collect();
    Printer::new(Style::Message(*q)).finish(|p| p.params(&params, variadic))
}

/// A signature without `func`, parameter names left out: for method comparisons in messages.
pub fn signature_string_in(s: &Signature, q: &Qualifier<'_>) -> String {
    let mut printer = Printer::new(Style::Message(*q));
    printer.no_names = true;
    printer.finish(|p| p.signature(s))
}

/// The same with full package paths, for messages that would otherwise say the same thing twice.
pub fn signature_string_paths(s: &Signature) -> String {
    let mut printer = Printer::new(Style::Paths);
    printer.no_names = true;
    printer.finish(|p| p.signature(s))
}

/// A type parameter list in brackets with constraints, as messages show it.
pub fn tparams_string_in(list: &[TypeParam], q: &Qualifier<'_>) -> String {
    Printer::new(Style::Message(*q)).finish(|p| p.tparams(list))
}

/// The type as `reflect.Type.String` shows it.
pub fn reflect_string(t: Ty) -> String {
    Printer::new(Style::Reflect).finish(|p| p.ty(t))
}

/// The type as part of a linker symbol: packages by full path, local types numbered. Equal for identical canonical
/// types only.
pub fn link_string(t: Ty) -> String {
    Printer::new(Style::Link).finish(|p| p.ty(t))
}

/// A list of type arguments as part of a linker symbol, without brackets.
pub fn link_list(targs: &[Ty]) -> String {
    targs.iter().map(|&t| link_string(t)).collect::<Vec<_>>().join(",")
}

#[derive(Clone, Copy)]
enum Style<'a> {
    Message(Qualifier<'a>),
    /// Like messages, packages by path.
    Paths,
    Reflect,
    Link,
}

struct Printer<'a> {
    out: String,
    style: Style<'a>,
    no_names: bool,
    depth: u32,
}

/// Types deeper than this are cut off in messages.
const MAX_DEPTH: u32 = 5000;

impl<'a> Printer<'a> {
    fn new(style: Style<'a>) -> Printer<'a> {
        Printer { out: String::new(), style, no_names: false, depth: 0 }
    }

    fn finish(mut self, f: impl FnOnce(&mut Printer<'a>)) -> String {
        f(&mut self);
        self.out
    }

    fn message(&self) -> bool {
        matches!(self.style, Style::Message(_) | Style::Paths)
    }

    fn put(&mut self, s: &str) {
        self.out.push_str(s);
    }

    fn ty(&mut self, t: Ty) {
        self.depth += 1;
        if self.depth > MAX_DEPTH && self.message() {
            self.put("…");
        } else {
            self.ty_inner(t);
        }
        self.depth -= 1;
    }

    fn ty_inner(&mut self, t: Ty) {
        if self.message()
            && let Some((alias, targs)) = t.as_alias()
        {
            self.object(alias);
            if !targs.is_empty() {
                self.targs(targs, ", ");
            }
            return;
        }
        match t.kind() {
            TyKind::Basic(b) => self.put(universe::basic_name(*b)),
            TyKind::Named(n) => self.named(*n, t.spelled_targs().unwrap_or(n.explicit_targs())),
            TyKind::Pointer(e) => {
                self.put("*");
                self.ty(*e);
            }
            TyKind::Slice(e) => {
                self.put("[]");
                self.ty(*e);
            }
            TyKind::Array(e, n) => {
                let _ = write!(self.out, "[{n}]");
                self.ty(*e);
            }
            TyKind::Map(k, v) => {
                self.put("map[");
                self.ty(*k);
                self.put("]");
                self.ty(*v);
            }
            TyKind::Chan(dir, e) => self.chan(*dir, *e),
            TyKind::Struct(fields) => self.fields(fields),
            TyKind::Func(s) => {
                self.put("func");
                self.signature(s);
            }
            TyKind::Interface(i) => self.interface(t, i),
            TyKind::Tuple(ts) => {
                let params: Vec<Param> = ts.iter().map(|&ty| Param { name: Name::empty(), ty }).collect();
                self.params(&params, false);
            }
            TyKind::TypeParam(p) => self.type_param(*p),
            TyKind::Union(terms) => {
                for (i, &(tilde, t)) in terms.iter().enumerate() {
                    if i > 0 {
                        self.put(" | ");
                    }
                    if tilde {
                        self.put("~");
                    }
                    self.ty(t);
                }
            }
        }
    }

    fn type_param(&mut self, p: TypeParam) {
        let name = p.obj.name;
        self.put(name.as_str());
        if let Style::Message(Qualifier { map: Some(map), .. }) = self.style
            && universe::lookup(name).is_some()
            && let Some(at) = map.position(p.obj.pos)
        {
            let _ = write!(self.out, " /* with {name} declared at {}:{}:{} */", at.file, at.line, at.col);
        }
    }

    fn chan(&mut self, dir: ChanDir, e: Ty) {
        let prefix = match dir {
            ChanDir::Both => "chan ",
            ChanDir::Send => "chan<- ",
            ChanDir::Recv => "<-chan ",
        };
        self.put(prefix);
        let parens = dir == ChanDir::Both && matches!(e.kind(), TyKind::Chan(ChanDir::Recv, _));
        if parens {
            self.put("(");
        }
        self.ty(e);
        if parens {
            self.put(")");
        }
    }

    fn fields(&mut self, fields: &[crate::ty::Field]) {
        let spaced = matches!(self.style, Style::Reflect | Style::Link);
        self.put(if spaced { "struct {" } else { "struct{" });
        for (i, f) in fields.iter().enumerate() {
            self.put(if i > 0 { ";" } else { "" });
            self.put(if spaced || i > 0 { " " } else { "" });
            if !f.embedded {
                if matches!(self.style, Style::Link) && !f.name.is_exported() {
                    self.put(f.pkg.as_str());
                    self.put(".");
                }
                self.put(f.name.as_str());
                self.put(" ");
            } else if matches!(self.style, Style::Link) {
                // Embedding an alias: the field's name is not that of its type.
                self.put("embed ");
                if !f.name.is_exported() {
                    self.put(f.pkg.as_str());
                    self.put(".");
                }
                self.put(f.name.as_str());
                self.put(" ");
            }
            self.ty(f.ty);
            if !f.tag.as_str().is_empty() {
                let _ = write!(self.out, " {}", quote(f.tag.as_str()));
            }
        }
        self.put(if spaced && !fields.is_empty() { " }" } else { "}" });
    }

    fn interface(&mut self, t: Ty, i: &Interface) {
        if self.message() {
            if t == universe::comparable().underlying() {
                return self.put("interface{comparable}");
            }
            if i.implicit && i.methods.is_empty() && i.embeds.len() == 1 {
                return self.ty(i.embeds[0].0);
            }
            self.put("interface{");
            for (k, m) in i.methods.iter().enumerate() {
                self.put(if k > 0 { "; " } else { "" });
                self.put(m.name.as_str());
                self.sig(m.sig);
            }
            for (k, &(e, _)) in i.embeds.iter().enumerate() {
                self.put(if k + i.methods.len() > 0 { "; " } else { "" });
                self.ty(e);
            }
            return self.put("}");
        }
        let set = type_set(t);
        self.put("interface {");
        for (k, m) in set.methods.iter().enumerate() {
            self.put(if k > 0 { "; " } else { " " });
            if matches!(self.style, Style::Link) && !m.name.is_exported() {
                self.put(m.pkg.as_str());
                self.put(".");
            } else if !m.name.is_exported() {
                // Reflection shows the package's name in front of unexported methods.
                let path = m.pkg.as_str();
                self.put(path.rsplit('/').next().unwrap_or(path));
                self.put(".");
            }
            self.put(m.name.as_str());
            self.sig(m.sig);
        }
        if let Some(terms) = &set.terms {
            self.put(if set.methods.is_empty() { " " } else { "; " });
            self.ty_inner(Ty::new(TyKind::Union(terms.clone())));
            self.put(" ");
        } else if set.comparable {
            self.put(if set.methods.is_empty() { " comparable " } else { "; comparable " });
        } else if !set.methods.is_empty() {
            self.put(" ");
        }
        self.put("}");
    }

    fn sig(&mut self, t: Ty) {
        if let TyKind::Func(s) = t.kind() {
            self.signature(s);
        }
    }

    fn signature(&mut self, s: &Signature) {
        if !s.tparams.is_empty() {
            self.tparams(&s.tparams);
        }
        self.params(&s.params, s.variadic);
        match &s.results[..] {
            [] => {}
            [r] if r.name.as_str().is_empty() || !self.message() || self.no_names => {
                self.put(" ");
                self.ty(r.ty);
            }
            results => {
                self.put(" ");
                self.params(results, false);
            }
        }
    }

    fn params(&mut self, list: &[Param], variadic: bool) {
        self.put("(");
        for (i, p) in list.iter().enumerate() {
            if i > 0 {
                self.put(if matches!(self.style, Style::Link) { "," } else { ", " });
            }
            if self.message() && !self.no_names && !p.name.as_str().is_empty() {
                self.put(p.name.as_str());
                self.put(" ");
            }
            match p.ty.kind() {
                TyKind::Slice(e) if variadic && i + 1 == list.len() => {
                    self.put("...");
                    self.ty(*e);
                }
                _ if variadic && i + 1 == list.len() => {
                    // append(bytes, s...) with a string or type parameter.
                    self.ty(p.ty);
                    self.put("...");
                }
                _ => self.ty(p.ty),
            }
        }
        self.put(")");
    }

    fn tparams(&mut self, list: &[TypeParam]) {
        self.put("[");
        let mut prev: Option<Ty> = None;
        for (i, p) in list.iter().enumerate() {
            let bound = p.bound.get().copied();
            if i > 0 {
                if bound != prev {
                    self.put(" ");
                    self.bound(prev);
                }
                self.put(", ");
            }
            prev = bound;
            self.type_param(*p);
        }
        if !list.is_empty() {
            self.put(" ");
            self.bound(prev);
        }
        self.put("]");
    }

    fn bound(&mut self, b: Option<Ty>) {
        self.ty(b.unwrap_or_else(Ty::invalid));
    }

    fn object(&mut self, o: Obj) {
        if let Some(pkg) = o.pkg {
            match self.style {
                Style::Message(q) => self.put(&q.prefix(pkg)),
                Style::Reflect => {
                    let name = pkg.name.get().copied().unwrap_or(pkg.path);
                    self.put(name.as_str());
                    self.put(".");
                }
                Style::Link | Style::Paths => {
                    self.put(pkg.path.as_str());
                    self.put(".");
                }
            }
        }
        self.put(o.name.as_str());
    }

    /// `explicit` are the type arguments as messages spell them.
    fn named(&mut self, n: Named, explicit: &[Ty]) {
        self.object(n.obj);
        let generic = n.generic();
        if self.message() {
            // Arguments for the enclosing function's parameters are not written in the source.
            if n.origin.is_some() {
                if !explicit.is_empty() {
                    self.targs(explicit, ", ");
                }
            } else if let Some(p) = n.tparams.get().filter(|p| !p.is_empty()) {
                self.tparams(p);
            }
        } else if n.origin.is_some() {
            // Inside of brackets reflection shows full package paths, as symbols do.
            let outer = generic.outer.len().min(n.targs.len());
            let saved = self.style;
            self.style = Style::Link;
            self.put("[");
            self.list(&n.targs[..outer], ",");
            if outer > 0 && outer < n.targs.len() {
                self.put(";");
            }
            self.list(&n.targs[outer..], ",");
            self.put("]");
            self.style = saved;
        }
        // Behind the arguments, where gc's symbols have it.
        if matches!(self.style, Style::Link)
            && let Some(k) = generic.local_index.get()
        {
            let _ = write!(self.out, "·{k}");
        }
    }

    fn targs(&mut self, list: &[Ty], sep: &str) {
        self.put("[");
        self.list(list, sep);
        self.put("]");
    }

    fn list(&mut self, list: &[Ty], sep: &str) {
        for (i, &t) in list.iter().enumerate() {
            self.put(if i > 0 { sep } else { "" });
            self.ty(t);
        }
    }
}

/// A string in double quotes, as Go's `strconv.Quote` writes it.
pub fn quote(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
