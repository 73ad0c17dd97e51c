//! Compares the side tables with what `go/types` records: types, modes and constant values of all expressions, what
//! identifiers denote, selections and instances.
//!
//! `UNDERGO_ORACLE="pkg pkg"` chooses the packages and prints the differences.

mod common;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use common::World;
use undergo_check::Options;
use undergo_syntax::ast::*;
use undergo_types::constant::Value;
use undergo_types::typeset::type_set;
use undergo_types::universe::basic_name;
use undergo_types::{Basic, ChanDir, FileInfo, Mode, SelectionKind, Ty, TyKind, TypeAndValue};

const PACKAGES: &[&str] =
    &["fmt", "slices", "maps", "iter", "math/big", "reflect", "go/types", "encoding/json", "net/http", "image/jpeg"];

#[test]
fn side_tables_agree_with_go_types() {
    let root = common::goroot();
    if !root.join("bin/go").exists() {
        return;
    }
    let chosen = std::env::var("UNDERGO_ORACLE").ok();
    let packages: Vec<String> = match &chosen {
        Some(list) => list.split_whitespace().map(str::to_string).collect(),
        None => PACKAGES.iter().map(|p| p.to_string()).collect(),
    };
    common::on_large_stack(|| {
        let theirs = oracle(&packages);
        let mut world = World::default();
        world.load(&packages, &Options::default());
        let (mut total, mut bad) = (0, 0);
        for (path, lines) in theirs {
            let pkg = world.pkgs.lock().unwrap()[&path];
            let typed = pkg.typed.get().expect("checked");
            let mut ours: HashMap<String, String> = HashMap::new();
            for (file, info) in typed.files.iter().zip(&typed.infos) {
                let source = world.map.file(file.start).expect("known");
                let name = source.name.rsplit('/').next().unwrap_or_default().to_string();
                let mut d = Dump { name, start: file.start.0, info, out: &mut ours };
                d.file(file);
            }
            for line in lines {
                total += 1;
                let mut parts = line.splitn(3, ' ');
                let key = format!("{} {}", parts.next().unwrap(), parts.next().unwrap());
                let want = parts.next().unwrap_or_default();
                let have = ours.get(&key).map_or("nothing", String::as_str);
                if have.trim_end() != want.trim_end() && !typed_here_only(want, have) {
                    bad += 1;
                    if chosen.is_some() && bad < 2000 {
                        println!("{path} {key}\n    want {want}\n    have {have}");
                    }
                }
            }
        }
        println!("{total} facts, {bad} differ");
        assert!(chosen.is_some() || bad == 0, "{bad} of {total} facts differ");
    });
}

/// Constant shift counts, and constant strings that are indexed or sliced, exist at run time: here they have a type.
/// The array of a `range` that needs its length only is recorded as that length, as gc does.
fn typed_here_only(want: &str, have: &str) -> bool {
    if have.starts_with("const int = ") && want.starts_with("var ") {
        return true;
    }
    // A long prefix of a constant concatenation has no value of its own.
    if have == "const untyped string" && want.starts_with(have) {
        return true;
    }
    match (want.strip_prefix("const untyped "), have.strip_prefix("const ")) {
        (Some(w), Some(h)) => {
            w.split_once(" = ").map(|p| p.1) == h.split_once(" = ").map(|p| p.1)
                && (h.starts_with("uint =") || h.starts_with("string ="))
        }
        _ => false,
    }
}

/// What go/types says, by package.
fn oracle(packages: &[String]) -> BTreeMap<String, Vec<String>> {
    let root = common::goroot();
    let go = |args: &[&str]| {
        let mut c = Command::new(root.join("bin/go"));
        c.args(args).env("CGO_ENABLED", "0").env("GOROOT", &root).env("GOTOOLCHAIN", "local").env("GOFLAGS", "");
        c
    };
    let list =
        go(&["list", "-deps", "-json=ImportPath,Dir,GoFiles,ImportMap"]).args(packages).output().expect("go list");
    let main = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/main.go");
    let mut child = go(&["run", &main.to_string_lossy()])
        .args(packages)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("go run");
    let mut stdin = child.stdin.take().expect("piped");
    let feeder = std::thread::spawn(move || stdin.write_all(&list.stdout));
    let out = child.wait_with_output().expect("go run ends");
    feeder.join().expect("no panic").expect("all read");
    let mut result: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        match line.strip_prefix("package ") {
            Some(p) => current = p.to_string(),
            None => result.entry(current.clone()).or_default().push(line.to_string()),
        }
    }
    result
}

struct Dump<'d> {
    name: String,
    start: u32,
    info: &'d FileInfo,
    out: &'d mut HashMap<String, String>,
}

impl Dump<'_> {
    fn key(&self, kind: char, from: u32, to: u32) -> String {
        format!("{kind} {}:{}-{}", self.name, from - self.start, to - self.start)
    }

    fn file(&mut self, f: &File) {
        for d in &f.decls {
            self.decl(d);
        }
    }

    fn decl(&mut self, d: &Decl) {
        match d {
            Decl::Const(c) => {
                self.exprs(c.ty.iter().chain(&c.values));
            }
            Decl::Var(v) => self.exprs(v.ty.iter().chain(&v.values)),
            Decl::Type(t) => {
                self.fields(&t.type_params);
                self.expr(&t.ty);
            }
            Decl::Func(f) => {
                self.fields(f.recv.as_slice());
                self.fields(&f.type_params);
                self.func_type(&f.ty);
                if let Some(b) = &f.body {
                    self.block(b);
                }
            }
        }
    }

    fn fields(&mut self, list: &[Field]) {
        for f in list {
            self.expr(&f.ty);
        }
    }

    fn func_type(&mut self, f: &FuncType) {
        self.fields(&f.params);
        self.fields(&f.results);
    }

    fn block(&mut self, b: &Block) {
        self.stmts(&b.stmts);
    }

    fn stmts(&mut self, list: &[Stmt]) {
        for s in list {
            self.stmt(s);
        }
    }

    fn stmt(&mut self, s: &Stmt) {
        match s {
            Stmt::Bad(_) | Stmt::Empty(_) | Stmt::Branch(_) => {}
            Stmt::Expr(s) => self.expr(&s.x),
            Stmt::Send(s) => self.exprs([&s.chan, &s.value]),
            Stmt::IncDec(s) => self.expr(&s.x),
            Stmt::Assign(s) => self.exprs(s.lhs.iter().chain(&s.rhs)),
            Stmt::Go(s) | Stmt::Defer(s) => self.expr(&s.call),
            Stmt::Return(s) => self.exprs(&s.results),
            Stmt::Block(b) => self.block(b),
            Stmt::If(s) => {
                self.stmts(s.init.as_slice());
                self.expr(&s.cond);
                self.block(&s.then);
                self.stmts(s.els.as_slice());
            }
            Stmt::Switch(s) => {
                self.stmts(s.init.as_slice());
                self.exprs(&s.tag);
                self.clauses(&s.clauses);
            }
            Stmt::TypeSwitch(s) => {
                self.stmts(s.init.as_slice());
                self.expr(&s.x);
                self.clauses(&s.clauses);
            }
            Stmt::Select(s) => {
                for c in &s.clauses {
                    self.stmts(c.comm.as_slice());
                    self.stmts(&c.body);
                }
            }
            Stmt::For(s) => {
                self.stmts(s.init.as_slice());
                self.exprs(&s.cond);
                self.stmts(s.post.as_slice());
                self.block(&s.body);
            }
            Stmt::Range(s) => {
                self.exprs(s.key.iter().chain(&s.value));
                self.expr(&s.x);
                self.block(&s.body);
            }
            Stmt::Labeled(s) => self.stmt(&s.stmt),
            Stmt::Decl(s) => s.decls.iter().for_each(|d| self.decl(d)),
        }
    }

    fn clauses(&mut self, list: &[CaseClause]) {
        for c in list {
            self.exprs(&c.exprs);
            self.stmts(&c.body);
        }
    }

    fn exprs<'e>(&mut self, list: impl IntoIterator<Item = &'e Expr>) {
        for e in list {
            self.expr(e);
        }
    }

    fn ident(&mut self, id: &Ident) {
        let (from, to) = (id.pos.0, id.end().0);
        if let Some(o) = self.info.objs.get(id.id.index()).copied().flatten()
            && !self.info.is_def[id.id.index()]
        {
            let text = format!("{}.{}", o.pkg.map_or("", |p| p.path.as_str()), o.name);
            self.out.insert(self.key('U', from, to), text);
        }
        if let Some(i) = self.info.instances.get(&id.id) {
            let args: Vec<String> = i.targs.iter().map(|t| typ(*t)).collect();
            let t = if matches!(i.ty.kind(), TyKind::Func(_)) { typ(i.ty) } else { String::new() };
            self.out.insert(self.key('I', from, to), format!("[{}] {t}", args.join(",")));
        }
    }

    fn expr(&mut self, e: &Expr) {
        let (from, to) = (e.pos().0, e.end().0);
        if !matches!(e, Expr::Paren(_))
            && let Some(tv) = self.info.tv(e.id())
        {
            let text = match tv.mode {
                Mode::Nil => "nil".to_string(),
                _ => format!("{} {}{}", mode(tv), typ(tv.ty), value(tv)),
            };
            self.out.insert(self.key('T', from, to), text);
        }
        match e {
            Expr::Bad(_) | Expr::BasicLit(_) => {}
            Expr::Ident(id) => self.ident(id),
            Expr::CompositeLit(c) => {
                self.exprs(&c.ty);
                self.exprs(&c.elts);
            }
            Expr::FuncLit(f) => {
                if let Some(tv) = self.info.tv(f.ty.id) {
                    let text = format!("{} {}", mode(tv), typ(tv.ty));
                    self.out.insert(self.key('T', f.pos.0, f.ty.end.0), text);
                }
                self.func_type(&f.ty);
                self.block(&f.body);
            }
            Expr::Paren(p) => self.expr(&p.x),
            Expr::Selector(s) => {
                self.expr(&s.x);
                self.ident(&s.sel);
                if let Some(sel) = self.info.selections.get(&s.id) {
                    let kind = match sel.kind {
                        SelectionKind::Field => "field",
                        SelectionKind::MethodVal => "method",
                        SelectionKind::MethodExpr => "expr",
                    };
                    let path: Vec<String> = sel.path.iter().map(usize::to_string).collect();
                    let text = format!("{kind} [{}] {} {}", path.join(" "), sel.indirect, typ(sel.ty));
                    self.out.insert(self.key('S', from, to), text);
                }
            }
            Expr::Index(i) => {
                self.expr(&i.x);
                self.exprs(&i.indices);
            }
            Expr::Slice(s) => {
                self.expr(&s.x);
                self.exprs(s.lo.iter().chain(&s.hi).chain(&s.max));
            }
            Expr::TypeAssert(t) => {
                self.expr(&t.x);
                self.exprs(&t.ty);
            }
            Expr::Call(c) => {
                self.expr(&c.fun);
                self.exprs(&c.args);
            }
            Expr::Star(s) => self.expr(&s.x),
            Expr::Unary(u) => self.expr(&u.x),
            Expr::Binary(b) => self.exprs([&b.x, &b.y]),
            Expr::KeyValue(k) => self.exprs([&k.key, &k.value]),
            Expr::ArrayType(a) => {
                if let ArrayLen::Expr(n) = &a.len {
                    self.expr(n);
                }
                self.expr(&a.elem);
            }
            Expr::StructType(s) => self.fields(&s.fields),
            Expr::FuncType(f) => self.func_type(f),
            Expr::InterfaceType(i) => {
                for e in &i.elems {
                    match e {
                        InterfaceElem::Method(m) => self.func_type(&m.ty),
                        InterfaceElem::Embed(e) => self.expr(e),
                    }
                }
            }
            Expr::MapType(m) => self.exprs([&m.key, &m.value]),
            Expr::ChanType(c) => self.expr(&c.elem),
            Expr::Ellipsis(d) => self.expr(&d.elem),
        }
    }
}

fn mode(tv: TypeAndValue) -> &'static str {
    match tv.mode {
        Mode::NoValue => "void",
        Mode::Builtin => "builtin",
        Mode::Type => "type",
        Mode::Constant => "const",
        Mode::Nil => "nil",
        Mode::Variable => "var",
        Mode::MapIndex => "mapindex",
        Mode::Value => "value",
        Mode::CommaOk => "commaok",
    }
}

fn value(tv: TypeAndValue) -> String {
    let Some(v) = &tv.value else { return String::new() };
    match v {
        Value::Unknown => " = unknown".into(),
        Value::Bool(b) => format!(" = {b}"),
        Value::Str(s) => s.iter().fold(String::from(" = "), |mut out, b| {
            let _ = write!(out, "{b:02x}");
            out
        }),
        Value::Complex(c) => format!(" = ({},{})", number(&c.0), number(&c.1)),
        _ if matches!(tv.ty.as_basic(), Some(Basic::Complex64 | Basic::Complex128 | Basic::UntypedComplex)) => {
            format!(" = ({},0)", number(v))
        }
        _ => format!(" = {}", number(v)),
    }
}

fn number(v: &Value) -> String {
    match v.as_int() {
        Some(i) if v.bit_len() < 2000 => i.to_string(),
        _ => format!("{:016x}", v.as_f64().to_bits()),
    }
}

fn typ(t: Ty) -> String {
    let mut b = String::new();
    put(&mut b, t, 0);
    b
}

fn list(b: &mut String, types: impl IntoIterator<Item = Ty>, depth: u32) {
    for (i, t) in types.into_iter().enumerate() {
        if i > 0 {
            b.push(',');
        }
        put(b, t, depth + 1);
    }
}

fn put(b: &mut String, t: Ty, depth: u32) {
    match t.kind() {
        TyKind::Basic(k) => b.push_str(match k {
            Basic::Uint8 => "uint8",
            Basic::Int32 => "int32",
            _ => basic_name(*k),
        }),
        TyKind::Named(n) => {
            if let Some(p) = n.obj.pkg {
                let _ = write!(b, "{}.", p.path);
            }
            b.push_str(n.obj.name.as_str());
            if !n.explicit_targs().is_empty() {
                b.push('[');
                list(b, n.explicit_targs().iter().copied(), depth);
                b.push(']');
            }
        }
        TyKind::TypeParam(p) => {
            let _ = write!(b, "${}", p.obj.name);
        }
        TyKind::Pointer(e) => {
            b.push('*');
            put(b, *e, depth + 1);
        }
        TyKind::Slice(e) => {
            b.push_str("[]");
            put(b, *e, depth + 1);
        }
        TyKind::Array(e, n) => {
            let _ = write!(b, "[{n}]");
            put(b, *e, depth + 1);
        }
        TyKind::Map(k, v) => {
            b.push_str("map[");
            put(b, *k, depth + 1);
            b.push(']');
            put(b, *v, depth + 1);
        }
        TyKind::Chan(d, e) => {
            b.push_str(match d {
                ChanDir::Both => "chan ",
                ChanDir::Send => "chan<- ",
                ChanDir::Recv => "<-chan ",
            });
            put(b, *e, depth + 1);
        }
        TyKind::Struct(fields) => {
            b.push_str("struct{");
            for f in fields {
                let tag = undergo_types::constant_text::quote(f.tag.as_str().as_bytes());
                let _ = write!(b, "{} {} {tag} ", f.name, f.embedded);
                put(b, f.ty, depth + 1);
                b.push(';');
            }
            b.push('}');
        }
        TyKind::Func(s) => {
            b.push_str("func");
            if !s.tparams.is_empty() {
                let _ = write!(b, "[{}]", s.tparams.len());
            }
            b.push('(');
            list(b, s.params.iter().map(|p| p.ty), depth);
            if s.variadic {
                b.push_str("...");
            }
            b.push_str(")(");
            list(b, s.results.iter().map(|p| p.ty), depth);
            b.push(')');
        }
        TyKind::Tuple(ts) => {
            b.push('(');
            list(b, ts.iter().copied(), depth);
            b.push(')');
        }
        TyKind::Interface(_) => {
            b.push_str("interface{");
            if depth < 6 {
                let mut methods = type_set(t).methods.clone();
                methods.sort_by_key(|x| x.name);
                for m in methods {
                    b.push_str(m.name.as_str());
                    put(b, m.sig, depth + 1);
                    b.push(';');
                }
            }
            b.push('}');
        }
        TyKind::Union(terms) => {
            for (i, (tilde, t)) in terms.iter().enumerate() {
                if i > 0 {
                    b.push('|');
                }
                if *tilde {
                    b.push('~');
                }
                put(b, *t, depth + 1);
            }
        }
    }
}
