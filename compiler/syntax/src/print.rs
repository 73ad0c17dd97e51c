//! Expressions as text, the way error messages show them: bodies and literal contents are left out.

use crate::ast::*;

/// `x` on one line; function bodies and the elements of composite literals become `…`.
pub fn expr_string(x: &Expr) -> String {
    let mut out = String::new();
    expr(&mut out, x);
    out
}

/// Expressions separated by commas.
pub fn expr_list_string(list: &[Expr]) -> String {
    let mut out = String::new();
    expr_list(&mut out, list);
    out
}

/// A simple statement on one line; empty for others.
pub fn simple_stmt_string(stmt: &Stmt) -> String {
    match stmt {
        Stmt::Expr(s) => expr_string(&s.x),
        Stmt::Send(s) => format!("{} <- {}", expr_string(&s.chan), expr_string(&s.value)),
        Stmt::IncDec(s) => format!("{}{}", expr_string(&s.x), s.op.as_str().repeat(2)),
        Stmt::Assign(s) => {
            let op = match s.op {
                AssignOp::Assign => "=".to_string(),
                AssignOp::Define => ":=".to_string(),
                AssignOp::Op(op) => format!("{}=", op.as_str()),
            };
            format!("{} {op} {}", expr_list_string(&s.lhs), expr_list_string(&s.rhs))
        }
        _ => String::new(),
    }
}

fn expr_list(out: &mut String, list: &[Expr]) {
    for (i, x) in list.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        expr(out, x);
    }
}

fn expr(out: &mut String, x: &Expr) {
    match x {
        Expr::Bad(_) => out.push_str("<bad expr>"),
        Expr::Ident(n) => out.push_str(n.name.as_str()),
        Expr::BasicLit(n) => out.push_str(n.value.as_str()),
        Expr::CompositeLit(n) => {
            if let Some(ty) = &n.ty {
                expr(out, ty);
            }
            out.push_str(if n.elts.is_empty() { "{}" } else { "{…}" });
        }
        Expr::FuncLit(n) => {
            out.push_str("func");
            signature(out, &n.ty);
            out.push_str(if n.body.stmts.is_empty() { " {}" } else { " {…}" });
        }
        Expr::Paren(n) => surrounded(out, "(", &n.x, ")"),
        Expr::Selector(n) => {
            expr(out, &n.x);
            out.push('.');
            out.push_str(n.sel.name.as_str());
        }
        Expr::Index(n) => {
            expr(out, &n.x);
            out.push('[');
            expr_list(out, &n.indices);
            out.push(']');
        }
        Expr::Slice(n) => slice(out, n),
        Expr::TypeAssert(n) => {
            expr(out, &n.x);
            match &n.ty {
                Some(ty) => surrounded(out, ".(", ty, ")"),
                None => out.push_str(".(type)"),
            }
        }
        Expr::Call(n) => {
            expr(out, &n.fun);
            out.push('(');
            expr_list(out, &n.args);
            out.push_str(if n.ellipsis.is_some() { "...)" } else { ")" });
        }
        Expr::Star(n) => surrounded(out, "*", &n.x, ""),
        Expr::Unary(n) => surrounded(out, n.op.as_str(), &n.x, ""),
        Expr::Binary(_) => binary(out, x),
        Expr::KeyValue(n) => {
            expr(out, &n.key);
            surrounded(out, ": ", &n.value, "");
        }
        _ => type_expr(out, x),
    }
}

fn surrounded(out: &mut String, before: &str, x: &Expr, after: &str) {
    out.push_str(before);
    expr(out, x);
    out.push_str(after);
}

/// Left-deep chains may be long, so their operands are collected first.
fn binary(out: &mut String, mut x: &Expr) {
    let mut chain = Vec::new();
    while let Expr::Binary(b) = x {
        chain.push(b);
        x = &b.x;
    }
    expr(out, x);
    for b in chain.iter().rev() {
        out.push(' ');
        out.push_str(b.op.as_str());
        surrounded(out, " ", &b.y, "");
    }
}

fn slice(out: &mut String, n: &SliceExpr) {
    surrounded(out, "", &n.x, "[");
    if let Some(lo) = &n.lo {
        expr(out, lo);
    }
    out.push(':');
    if let Some(hi) = &n.hi {
        expr(out, hi);
    }
    if let Some(max) = &n.max {
        surrounded(out, ":", max, "");
    }
    out.push(']');
}

fn type_expr(out: &mut String, x: &Expr) {
    match x {
        Expr::ArrayType(n) => {
            match &n.len {
                ArrayLen::Slice => out.push_str("[]"),
                ArrayLen::Ellipsis(_) => out.push_str("[...]"),
                ArrayLen::Expr(len) => surrounded(out, "[", len, "]"),
            }
            expr(out, &n.elem);
        }
        Expr::StructType(n) => {
            out.push_str("struct{");
            for (i, f) in n.fields.iter().enumerate() {
                out.push_str(if i > 0 { "; " } else { "" });
                field(out, f);
                if let Some(tag) = &f.tag {
                    out.push(' ');
                    out.push_str(tag.value.as_str());
                }
            }
            out.push('}');
        }
        Expr::FuncType(n) => {
            out.push_str("func");
            signature(out, n);
        }
        Expr::InterfaceType(n) => {
            out.push_str("interface{");
            for (i, elem) in n.elems.iter().enumerate() {
                out.push_str(if i > 0 { "; " } else { "" });
                match elem {
                    InterfaceElem::Method(m) => {
                        out.push_str(m.name.name.as_str());
                        signature(out, &m.ty);
                    }
                    InterfaceElem::Embed(x) => expr(out, x),
                }
            }
            out.push('}');
        }
        Expr::MapType(n) => {
            surrounded(out, "map[", &n.key, "]");
            expr(out, &n.value);
        }
        Expr::ChanType(n) => chan_type(out, n),
        Expr::Ellipsis(n) => surrounded(out, "...", &n.elem, ""),
        _ => {}
    }
}

fn chan_type(out: &mut String, n: &ChanType) {
    out.push_str(match n.dir {
        ChanDir::Both => "chan ",
        ChanDir::Send => "chan<- ",
        ChanDir::Recv => "<-chan ",
    });
    match &n.elem {
        // `chan <-chan T` would read as `chan<- chan T`.
        Expr::ChanType(inner) if n.dir == ChanDir::Both && inner.dir == ChanDir::Recv => {
            surrounded(out, "(", &n.elem, ")");
        }
        elem => expr(out, elem),
    }
}

fn field(out: &mut String, f: &Field) {
    for (i, name) in f.names.iter().enumerate() {
        out.push_str(if i > 0 { ", " } else { "" });
        out.push_str(name.name.as_str());
    }
    out.push_str(if f.names.is_empty() { "" } else { " " });
    expr(out, &f.ty);
}

fn fields(out: &mut String, list: &[Field]) {
    out.push('(');
    for (i, f) in list.iter().enumerate() {
        out.push_str(if i > 0 { ", " } else { "" });
        field(out, f);
    }
    out.push(')');
}

fn signature(out: &mut String, ty: &FuncType) {
    fields(out, &ty.params);
    match &ty.results[..] {
        [] => {}
        [only] if only.names.is_empty() => surrounded(out, " ", &only.ty, ""),
        list => {
            out.push(' ');
            fields(out, list);
        }
    }
}
