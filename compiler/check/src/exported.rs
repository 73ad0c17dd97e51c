//! Which unexported objects of another package gc knows of, for the wording of errors: it says that such a name is not
//! exported if the object occurs in the package's export data, and that the name is undefined if not.
//!
//! Export data has what exported declarations refer to: types and their methods, and what bodies use that can be
//! inlined or are generic. Whether a body can be inlined is estimated, by gc's budget and roughly its costs.

use std::collections::HashSet;

use undergo_source::Name;
use undergo_syntax::ast::{Expr, FuncDecl, Pragmas, Stmt};
use undergo_syntax::walk::{Node, children};
use undergo_types::{Named, Obj, ObjKind, Pkg, Ty, TyKind};

/// What a body may cost.
const BUDGET: u32 = 80;
/// What a call costs that is not inlined itself, besides its parts.
const CALL: u32 = 57;
/// Callees are looked into this deep.
const DEEPEST: u32 = 4;

/// Whether the object of this name is in the export data of `pkg`.
pub(crate) fn in_export_data(pkg: Pkg, name: Name) -> bool {
    let Some(wanted) = pkg.lookup(name) else { return false };
    let mut reached = Reached { pkg, seen: HashSet::new(), types: HashSet::new(), work: Vec::new() };
    let exported: Vec<Obj> = {
        let scope = pkg.scope.read().expect("no writer panics");
        scope.values().filter(|o| o.name.is_exported()).copied().collect()
    };
    exported.into_iter().for_each(|o| reached.add(o));
    while let Some(o) = reached.work.pop() {
        reached.object(o);
    }
    reached.seen.contains(&wanted)
}

struct Reached {
    pkg: Pkg,
    seen: HashSet<Obj>,
    types: HashSet<Ty>,
    work: Vec<Obj>,
}

impl Reached {
    fn add(&mut self, o: Obj) {
        // Constants are folded where they are used.
        let constant = matches!(o.kind, ObjKind::Const(_));
        if !constant && o.pkg == Some(self.pkg) && self.seen.insert(o) {
            self.work.push(o);
        }
    }

    fn object(&mut self, o: Obj) {
        self.ty(o.type_());
        if let ObjKind::TypeName { .. } = o.kind
            && let Some(n) = o.type_().as_named().filter(|n| n.obj == o)
        {
            self.named(n);
        }
        if let Some(decl) = o.func().and_then(|f| f.decl.get()) {
            let generic = !decl.type_params.is_empty()
                || o.func().is_some_and(|f| f.recv_tparams.get().is_some_and(|p| !p.is_empty()));
            if generic || cost(self.pkg, decl, DEEPEST).is_some_and(|c| c <= BUDGET) {
                self.body(decl);
            }
        }
    }

    fn named(&mut self, n: Named) {
        if let Some(&u) = n.underlying.get() {
            self.ty(u);
        }
        let methods = n.methods.read().expect("no writer panics").to_vec();
        methods.into_iter().for_each(|m| self.add(m));
    }

    fn ty(&mut self, t: Ty) {
        if !self.types.insert(t) {
            return;
        }
        match t.kind() {
            TyKind::Basic(_) => {}
            TyKind::Named(n) => {
                self.add(n.obj);
                n.targs.iter().for_each(|&t| self.ty(t));
            }
            TyKind::Pointer(t) | TyKind::Slice(t) | TyKind::Array(t, _) | TyKind::Chan(_, t) => self.ty(*t),
            TyKind::Map(k, v) => {
                self.ty(*k);
                self.ty(*v);
            }
            TyKind::Struct(fields) => fields.iter().for_each(|f| self.ty(f.ty)),
            TyKind::Func(s) => s.params.iter().chain(&s.results).for_each(|p| self.ty(p.ty)),
            TyKind::Interface(i) => {
                i.methods.iter().for_each(|m| self.ty(m.sig));
                i.embeds.iter().for_each(|e| self.ty(e.0));
            }
            TyKind::Tuple(list) => list.iter().for_each(|&t| self.ty(t)),
            TyKind::TypeParam(p) => p.bound.get().into_iter().for_each(|&b| self.ty(b)),
            TyKind::Union(terms) => terms.iter().for_each(|t| self.ty(t.1)),
        }
    }

    fn body(&mut self, decl: &FuncDecl) {
        let Some(body) = &decl.body else { return };
        let mut names = HashSet::new();
        names_in(Node::Block(body), &mut names);
        for name in names {
            if let Some(o) = self.pkg.lookup(name) {
                self.add(o);
            }
        }
    }
}

/// Names that a tree uses, selected ones left out.
fn names_in(node: Node<'_>, out: &mut HashSet<Name>) {
    match node {
        Node::Ident(id) | Node::Expr(Expr::Ident(id)) => drop(out.insert(id.name)),
        Node::Expr(Expr::Selector(s)) => names_in(Node::Expr(&s.x), out),
        _ => children(node, &mut |n| names_in(n, out)),
    }
}

/// What inlining a function costs; none if that is impossible.
fn cost(pkg: Pkg, decl: &FuncDecl, depth: u32) -> Option<u32> {
    let body = decl.body.as_ref()?;
    if decl.pragmas.has(Pragmas::NOINLINE) {
        return None;
    }
    let mut total = Some(0);
    add_cost(pkg, Node::Block(body), depth, &mut total);
    total
}

fn add_cost(pkg: Pkg, node: Node<'_>, depth: u32, total: &mut Option<u32>) {
    let Some(so_far) = *total else { return };
    if so_far > BUDGET {
        *total = None;
        return;
    }
    match node {
        Node::Stmt(Stmt::Go(_) | Stmt::Defer(_) | Stmt::Select(_)) => *total = None,
        Node::Expr(Expr::Call(c)) => {
            *total = match callee(pkg, &c.fun) {
                Callee::Cheap => Some(so_far + 1),
                Callee::Recover => None,
                Callee::Func(f) => {
                    let inlined = if depth == 0 { None } else { cost(pkg, f, depth - 1) };
                    Some(so_far + inlined.unwrap_or(CALL))
                }
                Callee::Other => Some(so_far + CALL),
            };
            children(node, &mut |n| add_cost(pkg, n, depth, total));
        }
        _ => {
            let counts = matches!(node, Node::Expr(e) if !matches!(e, Expr::Paren(_))) || matches!(node, Node::Stmt(_));
            *total = Some(so_far + u32::from(counts));
            children(node, &mut |n| add_cost(pkg, n, depth, total));
        }
    }
}

enum Callee {
    /// A predeclared function or a conversion.
    Cheap,
    Recover,
    Func(&'static FuncDecl),
    Other,
}

fn callee(pkg: Pkg, fun: &Expr) -> Callee {
    let Expr::Ident(id) = fun.unparen() else { return Callee::Other };
    let Some(o) = pkg.lookup(id.name).or_else(|| undergo_types::universe::lookup(id.name)) else {
        return Callee::Other;
    };
    match &o.kind {
        ObjKind::Builtin(undergo_types::BuiltinId::Recover) => Callee::Recover,
        ObjKind::Builtin(_) | ObjKind::TypeName { .. } => Callee::Cheap,
        ObjKind::Func(f) => f.decl.get().map_or(Callee::Other, |d| Callee::Func(d)),
        _ => Callee::Other,
    }
}
