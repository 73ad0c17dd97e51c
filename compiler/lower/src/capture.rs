//! What a function body does with its variables, found in one walk before lowering.
//!
//! Three facts decide where a variable lives: whether a function literal other than its own uses it (*captured*),
//! whether its address is taken (*addressed*), and whether it is written after its declaration (*assigned*). A
//! captured variable that is neither addressed nor assigned is copied into closures; every other captured or addressed
//! variable is an object of its own, which escape analysis may move to the frame later.
//!
//! Bodies of range-over-func loops are function literals here: they become closures. Whether a loop is one depends on
//! the type of its operand, so the walk is done per instance of a generic function.
//!
//! The walk also numbers literals in source order (their names are visible in tracebacks), notes which bodies defer,
//! and to which body each label belongs.

use rustc_hash::FxHashMap;
use undergo_source::{Name, Pos};
use undergo_syntax::ast::*;
use undergo_types::{Basic, FileInfo, Mode, Obj, SelectionKind, Ty, TyKind, VarKind};

/// Larger variables live on the heap, as in gc: frames stay small enough for the limit of stacks.
const MAX_STACK_VAR: u64 = 128 << 10;

/// Facts about one variable.
#[derive(Clone, Copy, Default, Debug)]
pub struct VarFacts {
    /// A literal nested in the declaring body uses it.
    pub captured: bool,
    /// Its address is taken (explicitly, by a method call, or by slicing an array).
    pub addressed: bool,
    /// It is written other than by its declaration.
    pub assigned: bool,
    /// The body that declares it.
    pub owner: BodyId,
}

/// Index of a body in [`Captures::bodies`]; 0 is the declared function's own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct BodyId(pub usize);

/// What kind of body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BodyKind {
    /// A declared function, or a package's initialisation.
    Decl,
    /// A function literal.
    Lit,
    /// The body of a range-over-func loop.
    Range,
}

/// Facts about one function body.
#[derive(Debug)]
pub struct BodyFacts {
    /// What it is.
    pub kind: BodyKind,
    /// The enclosing body (of body 0: itself).
    pub parent: BodyId,
    /// Variables of enclosing bodies used here or in nested literals, by first use.
    pub captures: Vec<Obj>,
    /// Number of this literal among those of its kind in the parent, from 1.
    pub number: u32,
    /// Contains a defer statement (of its own, or in the body of a range-over-func loop).
    pub has_defer: bool,
    /// Of a [`BodyKind::Range`]: the loop's state variable, declared in the parent.
    pub state: Option<Obj>,
    literals: u32,
    ranges: u32,
}

/// Variables without a declaration that bodies of range-over-func loops share with the function around them. They
/// are keyed by the function's (not a loop's) body.
#[derive(Clone, Copy, Debug)]
pub struct SharedVars {
    /// How the loop was left: see `range_func.rs`.
    pub next: Obj,
    /// Token for `defer` inside of loop bodies: an `any`.
    pub token: Obj,
}

/// The result of the walk.
#[derive(Default, Debug)]
pub struct Captures {
    /// Local variables by object.
    pub vars: FxHashMap<Obj, VarFacts>,
    /// Bodies; parents come first.
    pub bodies: Vec<BodyFacts>,
    /// Bodies by literal, or by range statement.
    pub by_node: FxHashMap<NodeId, BodyId>,
    /// Labels and the body that declares them, keyed by (nearest function that is not a loop body, label).
    pub labels: FxHashMap<(BodyId, Name), BodyId>,
    /// Shared variables of functions with range-over-func loops.
    pub shared: FxHashMap<BodyId, SharedVars>,
}

/// Gives the type of an expression in the instance being lowered.
pub type TypeOf<'a> = &'a dyn Fn(NodeId) -> Option<Ty>;

/// Walks a declared function's body.
pub fn analyze_body(
    info: &FileInfo,
    type_of: TypeOf,
    vars: &[Obj],
    results: &[Obj],
    body: &Block,
    shared_loops: bool,
) -> Captures {
    let mut w = Walker::new(info, type_of, shared_loops);
    for &v in vars.iter().chain(results) {
        w.declare(v);
    }
    w.mark_results(results);
    w.block(body);
    w.out
}

/// Walks a literal outside of any function.
pub fn analyze_lit(
    info: &FileInfo,
    type_of: TypeOf,
    vars: &[Obj],
    results: &[Obj],
    body: &Block,
    shared_loops: bool,
) -> Captures {
    let mut c = analyze_body(info, type_of, vars, results, body, shared_loops);
    c.bodies[0].kind = BodyKind::Lit;
    c
}

/// Walks an expression outside of any function: a package variable's initialiser.
pub fn analyze_expr(info: &FileInfo, type_of: TypeOf, e: &Expr) -> Captures {
    let mut w = Walker::new(info, type_of, false);
    w.expr(e);
    w.out
}

impl Captures {
    /// Facts of a variable; the default for one that the walk did not meet.
    pub fn var(&self, v: Obj) -> VarFacts {
        self.vars.get(&v).copied().unwrap_or_default()
    }

    /// Whether a variable needs an object of its own.
    pub fn needs_object(&self, v: Obj, size: u64) -> bool {
        let f = self.var(v);
        f.addressed || (f.captured && (f.assigned || size > 128)) || size > MAX_STACK_VAR
    }

    /// The nearest enclosing body that is not a loop's.
    pub fn function_of(&self, mut b: BodyId) -> BodyId {
        while self.bodies[b.0].kind == BodyKind::Range {
            b = self.bodies[b.0].parent;
        }
        b
    }
}

struct Walker<'a> {
    info: &'a FileInfo,
    type_of: TypeOf<'a>,
    out: Captures,
    cur: BodyId,
    /// Before Go 1.22: iteration variables are shared, so every iteration writes them.
    shared_loops: bool,
    /// Result variables of functions, which a return in a loop body writes.
    results: FxHashMap<BodyId, Vec<Obj>>,
}

impl<'a> Walker<'a> {
    fn new(info: &'a FileInfo, type_of: TypeOf<'a>, shared_loops: bool) -> Walker<'a> {
        let mut w = Walker {
            info,
            type_of,
            out: Captures::default(),
            cur: BodyId(0),
            shared_loops,
            results: FxHashMap::default(),
        };
        w.out.bodies.push(BodyFacts {
            kind: BodyKind::Decl,
            parent: BodyId(0),
            captures: Vec::new(),
            number: 0,
            has_defer: false,
            state: None,
            literals: 0,
            ranges: 0,
        });
        w
    }

    fn declare(&mut self, v: Obj) {
        let owner = self.cur;
        self.out.vars.entry(v).or_insert(VarFacts { owner, ..VarFacts::default() });
    }

    /// Return statements write results, so a result is never captured by value.
    fn mark_results(&mut self, results: &[Obj]) {
        for r in results {
            self.out.vars.entry(*r).or_default().assigned = true;
        }
        self.results.insert(self.cur, results.to_vec());
    }

    fn use_var(&mut self, v: Obj) {
        let Some(f) = self.out.vars.get_mut(&v) else { return };
        let owner = f.owner;
        if owner == self.cur {
            return;
        }
        f.captured = true;
        let mut b = self.cur;
        while b != owner {
            let facts = &mut self.out.bodies[b.0];
            if !facts.captures.contains(&v) {
                facts.captures.push(v);
            }
            if b == facts.parent {
                break;
            }
            b = facts.parent;
        }
    }

    fn nested(&mut self, node: NodeId, kind: BodyKind, f: impl FnOnce(&mut Self)) {
        let parent = &mut self.out.bodies[self.cur.0];
        let counter = if kind == BodyKind::Range { &mut parent.ranges } else { &mut parent.literals };
        *counter += 1;
        let number = *counter;
        let id = BodyId(self.out.bodies.len());
        self.out.bodies.push(BodyFacts {
            kind,
            parent: self.cur,
            captures: Vec::new(),
            number,
            has_defer: false,
            state: None,
            literals: 0,
            ranges: 0,
        });
        self.out.by_node.insert(node, id);
        let saved = std::mem::replace(&mut self.cur, id);
        f(self);
        self.cur = saved;
    }

    fn synthetic(&mut self, name: &str, ty: Ty, owner: BodyId) -> Obj {
        let v = Obj::var(VarKind::Local, Name::new(name), None, Pos::NONE, ty);
        self.out.vars.insert(v, VarFacts { owner, ..VarFacts::default() });
        v
    }

    fn shared(&mut self, function: BodyId) -> SharedVars {
        if let Some(&s) = self.out.shared.get(&function) {
            return s;
        }
        let any = Ty::new(TyKind::Interface(undergo_types::Interface {
            methods: Vec::new(),
            embeds: Vec::new(),
            implicit: false,
        }));
        let next = self.synthetic("#next", Ty::basic(Basic::Int), function);
        let token = self.synthetic("#token", any, function);
        self.out.vars.entry(next).or_default().assigned = true;
        let s = SharedVars { next, token };
        self.out.shared.insert(function, s);
        s
    }

    fn is_func(&self, e: &Expr) -> bool {
        (self.type_of)(e.id()).is_some_and(|t| matches!(t.under(), TyKind::Func(_)))
    }
    fn is_array(&self, e: &Expr) -> bool {
        (self.type_of)(e.id()).is_some_and(|t| matches!(t.under(), TyKind::Array(..)))
    }

    // ---- statements

    fn block(&mut self, b: &Block) {
        self.stmts(&b.stmts);
    }
    fn stmts(&mut self, list: &[Stmt]) {
        for s in list {
            self.stmt(s);
        }
    }
    fn opt_stmt(&mut self, s: &Option<Stmt>) {
        if let Some(s) = s {
            self.stmt(s);
        }
    }
    fn opt_expr(&mut self, e: &Option<Expr>) {
        if let Some(e) = e {
            self.expr(e);
        }
    }

    fn stmt(&mut self, s: &Stmt) {
        match s {
            Stmt::Bad(_) | Stmt::Empty(_) => {}
            Stmt::Expr(s) => self.expr(&s.x),
            Stmt::Send(s) => {
                self.expr(&s.chan);
                self.expr(&s.value);
            }
            Stmt::IncDec(s) => self.assign_to(&s.x),
            Stmt::Assign(s) => {
                for e in &s.lhs {
                    if s.op == AssignOp::Define { self.define(e) } else { self.assign_to(e) }
                }
                s.rhs.iter().for_each(|e| self.expr(e));
            }
            Stmt::Go(s) => self.expr(&s.call),
            Stmt::Defer(s) => {
                self.note_defer();
                self.expr(&s.call);
            }
            Stmt::Return(s) => {
                s.results.iter().for_each(|e| self.expr(e));
                self.return_from_loop();
            }
            Stmt::Branch(s) => {
                let in_loop_body = self.out.bodies[self.cur.0].kind == BodyKind::Range;
                if in_loop_body && s.label.is_some() {
                    let f = self.out.function_of(self.cur);
                    let next = self.shared(f).next;
                    self.use_var(next);
                }
            }
            Stmt::Block(b) => self.block(b),
            Stmt::If(s) => {
                self.opt_stmt(&s.init);
                self.expr(&s.cond);
                self.block(&s.then);
                self.opt_stmt(&s.els);
            }
            Stmt::Switch(s) => {
                self.opt_stmt(&s.init);
                self.opt_expr(&s.tag);
                self.clauses(&s.clauses);
            }
            Stmt::TypeSwitch(s) => {
                self.opt_stmt(&s.init);
                self.expr(&s.x);
                self.clauses(&s.clauses);
            }
            Stmt::Select(s) => {
                for c in &s.clauses {
                    self.opt_stmt(&c.comm);
                    self.stmts(&c.body);
                }
            }
            Stmt::For(s) => {
                self.opt_stmt(&s.init);
                self.opt_expr(&s.cond);
                self.opt_stmt(&s.post);
                self.block(&s.body);
            }
            Stmt::Range(s) => self.range(s),
            Stmt::Labeled(s) => {
                let f = self.out.function_of(self.cur);
                self.out.labels.insert((f, s.label.name), self.cur);
                self.stmt(&s.stmt);
            }
            Stmt::Decl(s) => {
                for d in &s.decls {
                    let Decl::Var(v) = d else { continue };
                    for n in &v.names {
                        if let Some(o) = self.info.obj(n.id) {
                            self.declare(o);
                        }
                    }
                    v.values.iter().for_each(|e| self.expr(e));
                }
            }
        }
    }

    fn clauses(&mut self, clauses: &[CaseClause]) {
        for c in clauses {
            if let Some(&v) = self.info.implicits.get(&c.id) {
                self.declare(v);
            }
            c.exprs.iter().for_each(|e| self.expr(e));
            self.stmts(&c.body);
        }
    }

    fn note_defer(&mut self) {
        let mut b = self.cur;
        self.out.bodies[b.0].has_defer = true;
        while self.out.bodies[b.0].kind == BodyKind::Range {
            b = self.out.bodies[b.0].parent;
            self.out.bodies[b.0].has_defer = true;
        }
        if b != self.cur {
            let token = self.shared(b).token;
            self.use_var(token);
        }
    }

    fn return_from_loop(&mut self) {
        if self.out.bodies[self.cur.0].kind != BodyKind::Range {
            return;
        }
        let f = self.out.function_of(self.cur);
        let next = self.shared(f).next;
        self.use_var(next);
        for r in self.results.get(&f).cloned().unwrap_or_default() {
            self.use_var(r);
        }
    }

    fn range(&mut self, s: &RangeStmt) {
        self.expr(&s.x);
        if !self.is_func(&s.x) {
            for e in s.key.iter().chain(&s.value) {
                if s.define {
                    self.define(e);
                    if self.shared_loops {
                        self.assign_to(e);
                    }
                } else {
                    self.assign_to(e);
                }
            }
            self.block(&s.body);
            return;
        }
        let f = self.out.function_of(self.cur);
        self.shared(f);
        let state = self.synthetic("#state", Ty::basic(Basic::Int), self.cur);
        self.out.vars.entry(state).or_default().assigned = true;
        self.nested(s.id, BodyKind::Range, |w| {
            w.use_var(state);
            // A jump out of an inner loop passes through the outer loops' bodies.
            let next = w.out.shared[&f].next;
            w.use_var(next);
            let id = w.cur;
            w.out.bodies[id.0].state = Some(state);
            for e in s.key.iter().chain(&s.value) {
                if s.define { w.define(e) } else { w.assign_to(e) }
            }
            w.block(&s.body);
        });
    }

    // ---- expressions

    /// A left-hand side of `:=`: a declaration, or a write to an existing variable.
    fn define(&mut self, e: &Expr) {
        if let Expr::Ident(id) = e
            && self.info.is_def.get(id.id.index()) == Some(&true)
        {
            if let Some(o) = self.info.obj(id.id) {
                self.declare(o);
            }
            return;
        }
        self.assign_to(e);
    }

    fn assign_to(&mut self, e: &Expr) {
        if let Some(v) = self.root(e) {
            self.out.vars.entry(v).or_default().assigned = true;
        }
        self.expr(e);
    }

    fn take_address(&mut self, e: &Expr) {
        if let Some(v) = self.root(e) {
            self.out.vars.entry(v).or_default().addressed = true;
        }
    }

    /// The local variable that the place `e` is part of.
    fn root(&self, e: &Expr) -> Option<Obj> {
        match e.unparen() {
            Expr::Ident(id) => {
                let o = self.info.obj(id.id)?;
                self.out.vars.contains_key(&o).then_some(o)
            }
            Expr::Selector(s) => {
                let sel = self.info.selections.get(&s.id)?;
                (sel.kind == SelectionKind::Field && !sel.indirect).then(|| self.root(&s.x))?
            }
            Expr::Index(x) if self.is_array(&x.x) => self.root(&x.x),
            _ => None,
        }
    }

    fn expr(&mut self, e: &Expr) {
        if let Some(tv) = self.info.tv(e.id())
            && (tv.mode == Mode::Type || tv.value.is_some())
        {
            return;
        }
        match e {
            Expr::Ident(id) => {
                if let Some(o) = self.info.obj(id.id) {
                    self.use_var(o);
                }
            }
            Expr::CompositeLit(n) => {
                let is_struct =
                    (self.type_of)(n.id).is_some_and(|t| matches!(composite_type(t).under(), TyKind::Struct(_)));
                for x in &n.elts {
                    match x {
                        Expr::KeyValue(kv) => {
                            if !is_struct {
                                self.expr(&kv.key);
                            }
                            self.expr(&kv.value);
                        }
                        x => self.expr(x),
                    }
                }
            }
            Expr::FuncLit(n) => self.func_lit(n),
            Expr::Paren(n) => self.expr(&n.x),
            Expr::Selector(n) => self.selector(n),
            Expr::Index(n) => {
                self.expr(&n.x);
                n.indices.iter().for_each(|x| self.expr(x));
            }
            Expr::Slice(n) => {
                if self.is_array(&n.x) {
                    self.take_address(&n.x);
                }
                self.expr(&n.x);
                n.lo.iter().chain(&n.hi).chain(&n.max).for_each(|x| self.expr(x));
            }
            Expr::TypeAssert(n) => self.expr(&n.x),
            Expr::Call(n) => self.call(n),
            Expr::Star(n) => self.expr(&n.x),
            Expr::Unary(n) => {
                if n.op == UnaryOp::Addr {
                    self.take_address(&n.x);
                }
                self.expr(&n.x);
            }
            Expr::Binary(n) => {
                // Chains of `+` lean to the left and may be very long.
                let mut rights = vec![&n.y];
                let mut x = &n.x;
                while let Expr::Binary(b) = x {
                    if self.info.tv(b.id).is_some_and(|tv| tv.value.is_some()) {
                        break;
                    }
                    rights.push(&b.y);
                    x = &b.x;
                }
                self.expr(x);
                for y in rights.into_iter().rev() {
                    self.expr(y);
                }
            }
            Expr::KeyValue(n) => {
                self.expr(&n.key);
                self.expr(&n.value);
            }
            _ => {}
        }
    }

    fn call(&mut self, n: &CallExpr) {
        self.expr(&n.fun);
        n.args.iter().for_each(|x| self.expr(x));
    }

    fn selector(&mut self, n: &SelectorExpr) {
        let Some(sel) = self.info.selections.get(&n.id) else { return };
        if sel.kind == SelectionKind::MethodExpr {
            return;
        }
        if sel.kind == SelectionKind::MethodVal && !sel.indirect {
            let by_pointer = sel.method.and_then(|m| m.func()?.recv.get().map(|r| r.1));
            if by_pointer == Some(true) {
                self.take_address(&n.x);
            }
        }
        self.expr(&n.x);
    }

    fn func_lit(&mut self, n: &FuncLit) {
        self.nested(n.id, BodyKind::Lit, |w| {
            if let Some(vars) = w.info.func_lits.get(&n.id) {
                for &v in vars.params.iter().chain(&vars.results) {
                    w.declare(v);
                }
                w.mark_results(&vars.results);
            }
            w.block(&n.body);
        });
    }
}

/// The type whose elements a composite literal of type `t` lists: in `[]*T{{…}}` the inner literal's type is `*T`.
pub fn composite_type(t: Ty) -> Ty {
    t.as_pointer().unwrap_or(t)
}
