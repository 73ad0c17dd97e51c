//! Trees as text, for `--emit=ast` and for tests: one node per line, children indented, `kind detail @line:col`.

use crate::ast::*;
use crate::deep::{SHALLOW_TREE, with_deep_stack};
use crate::walk::{Node, children};
use std::fmt::Write;
use undergo_source::{Pos, SourceMap};

/// The tree of a file.
pub fn dump(file: &File, map: &SourceMap) -> String {
    let mut out = String::new();
    match file.depth > SHALLOW_TREE {
        true => with_deep_stack(|| node(&mut out, map, Node::File(file), 0)),
        false => node(&mut out, map, Node::File(file), 0),
    }
    out
}

fn node(out: &mut String, map: &SourceMap, n: Node<'_>, depth: usize) {
    let (label, pos) = describe(n);
    let position = map.position(pos).map_or(String::from("-"), |p| format!("{}:{}", p.line, p.col));
    writeln!(out, "{:1$}{label} @{position}", "", depth * 2).expect("strings accept everything");
    children(n, &mut |child| node(out, map, child, depth + 1));
}

fn describe(n: Node<'_>) -> (String, Pos) {
    match n {
        Node::File(f) => {
            let version = f.go_version.map_or(String::new(), |(major, minor)| format!(" go{major}.{minor}"));
            (format!("File{version}"), f.package_pos)
        }
        Node::Import(i) => ("Import".into(), i.pos),
        Node::Decl(d) => (describe_decl(d), d.pos()),
        Node::Ident(i) => (i.name.to_string(), i.pos),
        Node::Lit(l) => (l.value.as_str().to_owned(), l.pos),
        Node::Field(f) => ("Field".into(), f.pos),
        Node::FuncType(t) => ("Signature".into(), t.pos),
        Node::Method(m) => ("Method".into(), m.name.pos),
        Node::Expr(x) => (describe_expr(x), x.node_pos()),
        Node::Stmt(s) => (describe_stmt(s), s.node_pos()),
        Node::Block(b) => ("Block".into(), b.lbrace),
        Node::Case(c) => (if c.exprs.is_empty() { "Default" } else { "Case" }.into(), c.pos),
        Node::Comm(c) => (if c.comm.is_none() { "Default" } else { "Comm" }.into(), c.pos),
    }
}

fn describe_decl(d: &Decl) -> String {
    match d {
        Decl::Const(d) => format!("Const iota={}", d.iota),
        Decl::Type(d) => if d.alias { "Type alias" } else { "Type" }.into(),
        Decl::Var(d) => match d.embeds.iter().map(|e| e.patterns.join(" ")).collect::<Vec<_>>() {
            list if list.is_empty() => "Var".into(),
            list => format!("Var embed={}", list.join(" ")),
        },
        Decl::Func(d) => match d.pragmas.0 {
            0 => "Func".into(),
            flags => format!("Func pragmas={flags:#x}"),
        },
    }
}

#[rustfmt::skip]
fn describe_expr(x: &Expr) -> String {
    match x {
        Expr::Bad(_) => "Bad",
        Expr::Ident(n) => n.name.as_str(),
        Expr::BasicLit(n) => n.value.as_str(),
        Expr::CompositeLit(_) => "CompositeLit",
        Expr::FuncLit(_) => "FuncLit",
        Expr::Paren(_) => "Paren",
        Expr::Selector(_) => "Selector",
        Expr::Index(_) => "Index",
        Expr::Slice(n) => if n.three { "Slice3" } else { "Slice" },
        Expr::TypeAssert(n) => if n.ty.is_some() { "TypeAssert" } else { "TypeAssert (type)" },
        Expr::Call(n) => if n.ellipsis.is_some() { "Call ..." } else { "Call" },
        Expr::Star(_) => "Star",
        Expr::Unary(n) => return format!("Unary {}", n.op.as_str()),
        Expr::Binary(n) => return format!("Binary {}", n.op.as_str()),
        Expr::KeyValue(_) => "KeyValue",
        Expr::ArrayType(n) => match n.len {
            ArrayLen::Slice => "SliceType",
            ArrayLen::Ellipsis(_) => "ArrayType ...",
            ArrayLen::Expr(_) => "ArrayType",
        },
        Expr::StructType(_) => "StructType",
        Expr::FuncType(_) => "FuncType",
        Expr::InterfaceType(_) => "InterfaceType",
        Expr::MapType(_) => "MapType",
        Expr::ChanType(n) => match n.dir {
            ChanDir::Both => "ChanType",
            ChanDir::Send => "ChanType send",
            ChanDir::Recv => "ChanType recv",
        },
        Expr::Ellipsis(_) => "Ellipsis",
    }
    .into()
}

#[rustfmt::skip]
fn describe_stmt(s: &Stmt) -> String {
    match s {
        Stmt::Bad(_) => "BadStmt",
        Stmt::Empty(_) => "Empty",
        Stmt::Expr(_) => "ExprStmt",
        Stmt::Send(_) => "Send",
        Stmt::IncDec(n) => return format!("IncDec {}", n.op.as_str().repeat(2)),
        Stmt::Assign(n) => match n.op {
            AssignOp::Assign => "Assign",
            AssignOp::Define => "Define",
            AssignOp::Op(op) => return format!("Assign {}=", op.as_str()),
        },
        Stmt::Go(_) => "Go",
        Stmt::Defer(_) => "Defer",
        Stmt::Return(_) => "Return",
        Stmt::Branch(n) => n.tok.as_str(),
        Stmt::Block(_) => "BlockStmt",
        Stmt::If(_) => "If",
        Stmt::Switch(_) => "Switch",
        Stmt::TypeSwitch(_) => "TypeSwitch",
        Stmt::Select(_) => "Select",
        Stmt::For(_) => "For",
        Stmt::Range(n) => if n.define { "Range define" } else { "Range" },
        Stmt::Labeled(_) => "Labeled",
        Stmt::Decl(_) => "DeclStmt",
    }
    .into()
}
