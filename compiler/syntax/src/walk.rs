//! The children of a node, in source order, for tools that visit whole trees.
//!
//! A walk built on this recurses as deep as the tree; see [`crate::deep`].

use crate::ast::*;

/// Any node.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the payloads are documented")]
pub enum Node<'a> {
    File(&'a File),
    Import(&'a ImportSpec),
    Decl(&'a Decl),
    Ident(&'a Ident),
    Lit(&'a BasicLit),
    Field(&'a Field),
    FuncType(&'a FuncType),
    Method(&'a MethodSpec),
    Expr(&'a Expr),
    Stmt(&'a Stmt),
    Block(&'a Block),
    Case(&'a CaseClause),
    Comm(&'a CommClause),
}

/// Calls `visit` for every child of `node`.
pub fn children<'a>(node: Node<'a>, visit: &mut dyn FnMut(Node<'a>)) {
    match node {
        Node::File(f) => {
            visit(Node::Ident(&f.name));
            f.imports.iter().for_each(|i| visit(Node::Import(i)));
            f.decls.iter().for_each(|d| visit(Node::Decl(d)));
        }
        Node::Import(i) => {
            i.name.iter().for_each(|n| visit(Node::Ident(n)));
            i.path_lit.iter().for_each(|l| visit(Node::Lit(l)));
        }
        Node::Decl(d) => decl(d, visit),
        Node::Ident(_) | Node::Lit(_) => {}
        Node::Field(f) => {
            f.names.iter().for_each(|n| visit(Node::Ident(n)));
            visit(Node::Expr(&f.ty));
            f.tag.iter().for_each(|t| visit(Node::Lit(t)));
        }
        Node::FuncType(t) => func_type(t, visit),
        Node::Method(m) => {
            visit(Node::Ident(&m.name));
            visit(Node::FuncType(&m.ty));
        }
        Node::Expr(x) => expr(x, visit),
        Node::Stmt(s) => stmt(s, visit),
        Node::Block(b) => stmts(&b.stmts, visit),
        Node::Case(c) => {
            exprs(&c.exprs, visit);
            stmts(&c.body, visit);
        }
        Node::Comm(c) => {
            c.comm.iter().for_each(|s| visit(Node::Stmt(s)));
            stmts(&c.body, visit);
        }
    }
}

fn exprs<'a>(list: &'a [Expr], visit: &mut dyn FnMut(Node<'a>)) {
    list.iter().for_each(|x| visit(Node::Expr(x)));
}

fn stmts<'a>(list: &'a [Stmt], visit: &mut dyn FnMut(Node<'a>)) {
    list.iter().for_each(|s| visit(Node::Stmt(s)));
}

fn idents<'a>(list: &'a [Ident], visit: &mut dyn FnMut(Node<'a>)) {
    list.iter().for_each(|n| visit(Node::Ident(n)));
}

fn fields<'a>(list: &'a [Field], visit: &mut dyn FnMut(Node<'a>)) {
    list.iter().for_each(|f| visit(Node::Field(f)));
}

fn func_type<'a>(t: &'a FuncType, visit: &mut dyn FnMut(Node<'a>)) {
    fields(&t.params, visit);
    fields(&t.results, visit);
}

fn decl<'a>(d: &'a Decl, visit: &mut dyn FnMut(Node<'a>)) {
    match d {
        Decl::Const(d) => {
            idents(&d.names, visit);
            exprs(d.ty.as_slice(), visit);
            exprs(&d.values, visit);
        }
        Decl::Var(d) => {
            idents(&d.names, visit);
            exprs(d.ty.as_slice(), visit);
            exprs(&d.values, visit);
        }
        Decl::Type(d) => {
            visit(Node::Ident(&d.name));
            fields(&d.type_params, visit);
            visit(Node::Expr(&d.ty));
        }
        Decl::Func(d) => {
            fields(d.recv.as_slice(), visit);
            visit(Node::Ident(&d.name));
            fields(&d.type_params, visit);
            visit(Node::FuncType(&d.ty));
            d.body.iter().for_each(|b| visit(Node::Block(b)));
        }
    }
}

fn expr<'a>(x: &'a Expr, visit: &mut dyn FnMut(Node<'a>)) {
    match x {
        Expr::Bad(_) | Expr::Ident(_) | Expr::BasicLit(_) => {}
        Expr::CompositeLit(n) => {
            exprs(n.ty.as_slice(), visit);
            exprs(&n.elts, visit);
        }
        Expr::FuncLit(n) => {
            visit(Node::FuncType(&n.ty));
            visit(Node::Block(&n.body));
        }
        Expr::Paren(n) => visit(Node::Expr(&n.x)),
        Expr::Selector(n) => {
            visit(Node::Expr(&n.x));
            visit(Node::Ident(&n.sel));
        }
        Expr::Index(n) => {
            visit(Node::Expr(&n.x));
            exprs(&n.indices, visit);
        }
        Expr::Slice(n) => {
            visit(Node::Expr(&n.x));
            [&n.lo, &n.hi, &n.max].into_iter().flatten().for_each(|x| visit(Node::Expr(x)));
        }
        Expr::TypeAssert(n) => {
            visit(Node::Expr(&n.x));
            exprs(n.ty.as_slice(), visit);
        }
        Expr::Call(n) => {
            visit(Node::Expr(&n.fun));
            exprs(&n.args, visit);
        }
        Expr::Star(n) => visit(Node::Expr(&n.x)),
        Expr::Unary(n) => visit(Node::Expr(&n.x)),
        Expr::Binary(n) => {
            visit(Node::Expr(&n.x));
            visit(Node::Expr(&n.y));
        }
        Expr::KeyValue(n) => {
            visit(Node::Expr(&n.key));
            visit(Node::Expr(&n.value));
        }
        _ => type_expr(x, visit),
    }
}

fn type_expr<'a>(x: &'a Expr, visit: &mut dyn FnMut(Node<'a>)) {
    match x {
        Expr::ArrayType(n) => {
            if let ArrayLen::Expr(len) = &n.len {
                visit(Node::Expr(len));
            }
            visit(Node::Expr(&n.elem));
        }
        Expr::StructType(n) => fields(&n.fields, visit),
        Expr::FuncType(n) => func_type(n, visit),
        Expr::InterfaceType(n) => n.elems.iter().for_each(|e| match e {
            InterfaceElem::Method(m) => visit(Node::Method(m)),
            InterfaceElem::Embed(x) => visit(Node::Expr(x)),
        }),
        Expr::MapType(n) => {
            visit(Node::Expr(&n.key));
            visit(Node::Expr(&n.value));
        }
        Expr::ChanType(n) => visit(Node::Expr(&n.elem)),
        Expr::Ellipsis(n) => visit(Node::Expr(&n.elem)),
        _ => {}
    }
}

fn stmt<'a>(s: &'a Stmt, visit: &mut dyn FnMut(Node<'a>)) {
    match s {
        Stmt::Bad(_) | Stmt::Empty(_) => {}
        Stmt::Expr(n) => visit(Node::Expr(&n.x)),
        Stmt::Send(n) => {
            visit(Node::Expr(&n.chan));
            visit(Node::Expr(&n.value));
        }
        Stmt::IncDec(n) => visit(Node::Expr(&n.x)),
        Stmt::Assign(n) => {
            exprs(&n.lhs, visit);
            exprs(&n.rhs, visit);
        }
        Stmt::Go(n) | Stmt::Defer(n) => visit(Node::Expr(&n.call)),
        Stmt::Return(n) => exprs(&n.results, visit),
        Stmt::Branch(n) => idents(n.label.as_slice(), visit),
        Stmt::Block(n) => visit(Node::Block(n)),
        Stmt::Labeled(n) => {
            visit(Node::Ident(&n.label));
            visit(Node::Stmt(&n.stmt));
        }
        Stmt::Decl(n) => n.decls.iter().for_each(|d| visit(Node::Decl(d))),
        _ => control_stmt(s, visit),
    }
}

fn control_stmt<'a>(s: &'a Stmt, visit: &mut dyn FnMut(Node<'a>)) {
    match s {
        Stmt::If(n) => {
            stmts(n.init.as_slice(), visit);
            visit(Node::Expr(&n.cond));
            visit(Node::Block(&n.then));
            stmts(n.els.as_slice(), visit);
        }
        Stmt::Switch(n) => {
            stmts(n.init.as_slice(), visit);
            exprs(n.tag.as_slice(), visit);
            n.clauses.iter().for_each(|c| visit(Node::Case(c)));
        }
        Stmt::TypeSwitch(n) => {
            stmts(n.init.as_slice(), visit);
            idents(n.bind.as_slice(), visit);
            visit(Node::Expr(&n.x));
            n.clauses.iter().for_each(|c| visit(Node::Case(c)));
        }
        Stmt::Select(n) => n.clauses.iter().for_each(|c| visit(Node::Comm(c))),
        Stmt::For(n) => {
            stmts(n.init.as_slice(), visit);
            exprs(n.cond.as_slice(), visit);
            stmts(n.post.as_slice(), visit);
            visit(Node::Block(&n.body));
        }
        Stmt::Range(n) => {
            exprs(n.key.as_slice(), visit);
            exprs(n.value.as_slice(), visit);
            exprs(&n.extra, visit);
            visit(Node::Expr(&n.x));
            visit(Node::Block(&n.body));
        }
        _ => {}
    }
}
