//! Prints the side tables of packages, a line per fact, for comparison with go/types:
//! `cargo run --example dump_types -- strings fmt`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::io::Write;

use undergo_check::Options;
use undergo_syntax::ast::{Expr, Ident};
use undergo_syntax::walk::{Node, children};
use undergo_types::print::type_string_paths;
use undergo_types::{FileInfo, Mode, ObjKind, Pkg, SelectionKind, Ty};

struct Dump<'a> {
    world: &'a common::World,
    info: &'a FileInfo,
    pkg: Pkg,
    out: std::io::BufWriter<std::io::StdoutLock<'a>>,
}

fn main() {
    let patterns: Vec<String> = std::env::args().skip(1).collect();
    common::on_large_stack(|| {
        let mut world = common::World::default();
        world.load(&patterns, &Options::default());
        for path in &patterns {
            let pkg = world.pkgs.lock().expect("not poisoned").get(path).copied();
            let Some(pkg) = pkg else { continue };
            let Some(typed) = pkg.typed.get() else { continue };
            for (file, info) in typed.files.iter().zip(&typed.infos) {
                let out = std::io::BufWriter::new(std::io::stdout().lock());
                Dump { world: &world, info, pkg, out }.node(Node::File(file));
            }
        }
    });
}

impl Dump<'_> {
    fn at(&self, pos: undergo_source::Pos) -> String {
        let f = self.world.map.file(pos).expect("a known position");
        format!("{}:{}", f.name, pos.0 - f.base.0)
    }

    fn span(&self, e: &Expr) -> String {
        let f = self.world.map.file(e.pos()).expect("a known position");
        format!("{}:{}:{}", f.name, e.pos().0 - f.base.0, e.end().0 - f.base.0)
    }

    fn node(&mut self, n: Node<'_>) {
        match n {
            Node::Expr(e) => self.expr(e),
            Node::Ident(id) => self.ident(id),
            _ => {}
        }
        let mut kids = Vec::new();
        children(n, &mut |c| kids.push(c));
        for c in kids {
            self.node(c);
        }
    }

    fn ident(&mut self, id: &Ident) {
        let here = format!("{}:{}", self.at(id.pos), self.at(id.end()).rsplit(':').next().unwrap_or(""));
        if let Some(o) = self.info.obj(id.id) {
            let kind = if self.info.is_def[id.id.index()] { "def" } else { "use" };
            let local = o.pkg == Some(self.pkg) && o.pos.is_known() && !matches!(o.kind, ObjKind::PkgName(_));
            let at = if local { self.at(o.pos) } else { String::new() };
            let _ = writeln!(self.out, "{here}\t{kind}\t{} {at}", o.name);
        }
        if let Some(i) = self.info.instances.get(&id.id) {
            let list: Vec<String> = i.targs.iter().map(|t| type_string_paths(*t)).collect();
            let _ = writeln!(self.out, "{here}\tinst\t[{}] {}", list.join(", "), type_string_paths(i.ty));
        }
    }

    fn expr(&mut self, e: &Expr) {
        if let Expr::Ident(id) = e {
            self.ident(id);
        }
        let here = self.span(e);
        if let Some(tv) = self.info.tv(e.id()) {
            let (mode, ty) = match tv.mode {
                Mode::Type => ("T", type_string_paths(tv.ty)),
                Mode::Builtin => ("B", String::new()),
                Mode::NoValue => ("N", String::from("()")),
                Mode::Constant => ("C", type_string_paths(tv.ty)),
                Mode::Nil => ("0", text(tv.ty)),
                Mode::Variable => ("A", text(tv.ty)),
                _ => ("V", text(tv.ty)),
            };
            let value = tv.value.map_or(String::new(), |v| v.text(undergo_types::constant_text::Style::Integer));
            let _ = writeln!(self.out, "{here}\ttype\t{mode} {ty} {value}");
        }
        if let Expr::Selector(s) = e
            && let Some(sel) = self.info.selections.get(&s.id)
        {
            let kind = match sel.kind {
                SelectionKind::Field => 0,
                SelectionKind::MethodVal => 1,
                SelectionKind::MethodExpr => 2,
            };
            let path: Vec<String> = sel.path.iter().map(usize::to_string).collect();
            let _ = writeln!(
                self.out,
                "{here}\tsel\t{kind} [{}] {} {}",
                path.join(" "),
                sel.indirect,
                type_string_paths(sel.ty)
            );
        }
    }
}

fn text(t: Ty) -> String {
    type_string_paths(t)
}
