//! Package initialisation.
//!
//! Packages are initialised in the order of Go 1.21: of those whose imports are done, the one with the smallest path
//! comes next; package runtime and what it imports come before all others. Within a package, variables are
//! initialised in the order that the checker found, then its `init` functions run.
//!
//! A variable whose initialiser has no effects costs nothing unless the program refers to it. If it does, the value is
//! static data where possible (`statics.rs`), otherwise code computes it at its place in the order.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use undergo_abi::builtins::Builtin;
use undergo_abi::module::IMPORT_SYMBOLS;
use undergo_ir::{Data, Section, Sym};
use undergo_source::{Diag, Pos};
use undergo_syntax::ast::*;
use undergo_types::package::Initializer;
use undergo_types::predicates::is_generic;
use undergo_types::print::type_string;
use undergo_types::{Basic, BuiltinId, Mode, Obj, ObjKind, Pkg, SelectionKind, TyKind};

use crate::embed;
use crate::emit::{self, Visible};
use crate::iface::SMALL_INTEGERS;
use crate::names;
use crate::program::{Lowerer, Work, plain_data};
use crate::statics::Scope;

/// The function that runs all initialisers; overlay `runtime.main` calls it.
pub const INITS: &str = "go:inits";

/// State of package initialisation.
#[derive(Default)]
pub struct Inits {
    /// Packages in the order of their initialisation.
    order: Vec<Pkg>,
    /// The initialiser of a variable: package, and index in its order.
    by_var: FxHashMap<Obj, (Pkg, usize)>,
    /// Initialisers that run as code.
    scheduled: FxHashSet<(Pkg, usize)>,
}

impl Lowerer {
    /// Asks for everything that runs without being called: the program's start, initialisation, and what compiled
    /// code calls without saying so.
    pub(crate) fn add_roots(&self) {
        // Made at the end, when it is known what it has to call.
        self.request(Sym::new(INITS));
        for name in IMPORT_SYMBOLS.iter().take(5) {
            self.reference(Sym::new(name));
        }
        self.reference(Sym::new("main.main"));
        self.reference(Sym::new(Builtin::PanicBounds.info().symbol));
        let order = init_order(&self.packages);
        for &p in &order {
            for (i, init) in initializers(p).iter().enumerate() {
                self.inits.borrow_mut().by_var.extend(init.lhs.iter().map(|&v| (v, (p, i))));
            }
        }
        for &p in &order {
            self.root_package(p);
        }
        self.inits.borrow_mut().order = order;
        self.opts.whole.iter().for_each(|&p| self.whole_package(p));
    }

    /// Asks for all that a package declares and that is not generic.
    fn whole_package(&self, p: Pkg) {
        let mut objs: Vec<Obj> = p.data().scope.read().expect("no writer panics").values().copied().collect();
        objs.sort_by_key(|o| o.pos);
        for o in objs {
            match &o.data().kind {
                ObjKind::Var(_) => {
                    self.global_sym(o);
                }
                // An interface may be a constraint, which has no descriptor.
                ObjKind::TypeName { alias: false, .. } if !is_generic(o.type_()) && !o.type_().is_interface() => {
                    self.iface_type_sym(o.type_());
                }
                _ => {}
            }
        }
        let funcs = p.data().typed.get().map_or(&[][..], |t| &t.funcs);
        for &f in funcs.iter().filter(|f| is_concrete(**f)) {
            self.func_sym(f, &[]);
        }
    }

    fn root_package(&self, p: Pkg) {
        for (i, init) in initializers(p).iter().enumerate() {
            let Some(info) = self.info(p, init.file) else { continue };
            if init.lhs.len() != 1 || has_effects(&Scope::new(p, info), init.rhs) {
                self.schedule(p, i);
            }
        }
        for f in init_funcs(p) {
            self.func_sym(f, &[]);
        }
    }

    /// The initialiser has to run.
    fn schedule(&self, p: Pkg, i: usize) {
        if self.inits.borrow_mut().scheduled.insert((p, i)) {
            self.push(Work::Init(p, i, initializer_sym(p, i)));
        }
    }

    /// Defines a package variable.
    pub(crate) fn lower_global(&self, v: Obj) {
        if self.index.is_runtime_variable(v) {
            return;
        }
        let (sym, Some(pkg)) = (self.index.var_symbol(v), v.pkg) else { return };
        if sym.as_str() == SMALL_INTEGERS {
            let bytes = (0..256u64).flat_map(u64::to_le_bytes).collect();
            return self.add_data(plain_data(sym, Section::Rodata, 8, bytes));
        }
        if let Some(data) = embed::variable(self, pkg, v, sym) {
            return self.add_data(data);
        }
        let name = (pkg.path.to_string(), v.name.to_string());
        if let Some(value) = self.opts.strings.get(&name) {
            return self.given_string(v, sym, value);
        }
        let found = self.inits.borrow().by_var.get(&v).copied();
        if let Some((p, i)) = found
            && !self.inits.borrow().scheduled.contains(&(p, i))
        {
            let init = &initializers(p)[i];
            if let Some(data) = self.static_global(v, sym, p, init.file, init.rhs) {
                return self.add_data(data);
            }
            self.schedule(p, i);
        }
        let l = self.layout(v.type_());
        let section = if l.has_ptrs() { Section::Bss } else { Section::NoPtrBss };
        self.add_data(Data { sym, section, align: l.align, size: l.size, bytes: Vec::new(), relocs: Vec::new() });
    }

    /// Defines a string variable whose value the build gives. An initialiser that runs as code still runs.
    fn given_string(&self, v: Obj, sym: Sym, value: &str) {
        if !matches!(v.type_().kind(), TyKind::Basic(Basic::String)) {
            let ty = type_string(v.type_());
            let why = format!("{sym}: cannot set with -X: not a var of type string (type:{ty})");
            return self.diag(Diag::error(Pos::NONE, why));
        }
        self.add_data(embed::string(self, sym, value.as_bytes()));
    }

    /// Makes the function that initialises all packages.
    pub(crate) fn make_inits(&self) {
        let mut b = emit::start(Sym::new(INITS), INITS, &[], Vec::new(), Visible::No);
        let inits = self.inits.borrow();
        for &p in &inits.order {
            for i in 0..initializers(p).len() {
                if inits.scheduled.contains(&(p, i)) {
                    emit::call(&mut b, initializer_sym(p, i), &[], &[]);
                }
            }
            for f in init_funcs(p) {
                emit::call(&mut b, self.index.func_symbol(f, &[]), &[], &[]);
            }
        }
        emit::ret(&mut b, Vec::new());
        self.add_func(b.func);
    }
}

/// An initialiser by its number.
pub fn initializer(p: Pkg, i: usize) -> &'static Initializer {
    &initializers(p)[i]
}

fn initializers(p: Pkg) -> &'static [Initializer] {
    p.data().typed.get().map_or(&[], |t| &t.init_order)
}

fn init_funcs(p: Pkg) -> impl Iterator<Item = Obj> {
    let funcs = p.data().typed.get().map_or(&[][..], |t| &t.funcs);
    funcs.iter().copied().filter(|f| f.name.as_str() == "init" && f.func().is_some_and(|i| i.recv.get().is_none()))
}

/// Whether a function or method has no type parameters, its receiver's included.
fn is_concrete(f: Obj) -> bool {
    let of_generic = f.func().and_then(|i| i.recv_tparams.get()).is_some_and(|p| !p.is_empty());
    !of_generic && !is_generic(f.type_())
}

/// Symbol of the code of an initialiser. All of a package are called `pkg.init` in tracebacks.
fn initializer_sym(p: Pkg, i: usize) -> Sym {
    Sym::new(&format!("{}.init.var{i}", names::package_prefix(p)))
}

/// Packages in the order in which they are initialised.
fn init_order(packages: &[Pkg]) -> Vec<Pkg> {
    let runtime = packages.iter().copied().find(|p| p.path.as_str() == "runtime");
    let mut first: FxHashSet<Pkg> = FxHashSet::default();
    let mut work: Vec<Pkg> = runtime.into_iter().collect();
    while let Some(p) = work.pop() {
        if first.insert(p) {
            work.extend(imports(p));
        }
    }
    let (early, late): (Vec<Pkg>, Vec<Pkg>) = packages.iter().partition(|p| first.contains(p));
    let mut order = in_path_order(&early, &FxHashSet::default());
    order.extend(in_path_order(&late, &early.into_iter().collect()));
    order
}

fn imports(p: Pkg) -> &'static [Pkg] {
    p.data().typed.get().map_or(&[], |t| &t.imports)
}

/// Repeatedly the package with the smallest path whose imports are done.
fn in_path_order(packages: &[Pkg], done: &FxHashSet<Pkg>) -> Vec<Pkg> {
    let members: FxHashSet<Pkg> = packages.iter().copied().collect();
    let mut waiting: FxHashMap<Pkg, usize> = FxHashMap::default();
    let mut importers: FxHashMap<Pkg, Vec<Pkg>> = FxHashMap::default();
    let mut ready: BTreeSet<(&str, usize)> = BTreeSet::new();
    for (i, &p) in packages.iter().enumerate() {
        let open: Vec<Pkg> = imports(p).iter().copied().filter(|d| members.contains(d) && !done.contains(d)).collect();
        open.iter().for_each(|&d| importers.entry(d).or_default().push(p));
        if open.is_empty() {
            ready.insert((p.data().path.as_str(), i));
        }
        waiting.insert(p, open.len());
    }
    let index: FxHashMap<Pkg, usize> = packages.iter().enumerate().map(|(i, &p)| (p, i)).collect();
    let mut order = Vec::with_capacity(packages.len());
    while let Some((_, i)) = ready.pop_first() {
        let p = packages[i];
        order.push(p);
        for q in importers.remove(&p).unwrap_or_default() {
            if let Some(n) = waiting.get_mut(&q) {
                *n -= 1;
                if *n == 0 {
                    ready.insert((q.data().path.as_str(), index[&q]));
                }
            }
        }
    }
    order
}

// ---- effects

/// Whether evaluating a package variable's initialiser may do anything that can be observed, a panic included.
pub(crate) fn has_effects(sc: &Rc<Scope>, e: &'static Expr) -> bool {
    if let Some(tv) = sc.info.tv(e.id())
        && (tv.value.is_some() || matches!(tv.mode, Mode::Type | Mode::Nil))
    {
        return false;
    }
    match e {
        Expr::Ident(_) | Expr::FuncLit(_) => false,
        Expr::Paren(p) => has_effects(sc, &p.x),
        Expr::Selector(s) => match sc.info.selections.get(&s.id) {
            None => false,
            Some(sel) if sel.kind == SelectionKind::MethodExpr => false,
            Some(sel) if sel.kind == SelectionKind::Field && !sel.indirect => has_effects(sc, &s.x),
            Some(_) => true,
        },
        Expr::CompositeLit(n) => literal_has_effects(sc, n),
        Expr::Unary(u) if u.op == UnaryOp::Recv => true,
        Expr::Unary(u) if u.op == UnaryOp::Addr => match u.x.unparen() {
            Expr::CompositeLit(n) => literal_has_effects(sc, n),
            x => has_effects(sc, x),
        },
        Expr::Unary(u) => has_effects(sc, &u.x),
        Expr::Binary(b) => {
            let constant = sc.info.tv(b.y.id()).is_some_and(|tv| tv.value.is_some());
            let may_panic = match b.op {
                BinaryOp::Div | BinaryOp::Rem | BinaryOp::Shl | BinaryOp::Shr => !constant,
                BinaryOp::Eq | BinaryOp::Ne => sc.ty(&b.x).as_basic().is_none() || sc.ty(&b.y).as_basic().is_none(),
                _ => false,
            };
            may_panic || has_effects(sc, &b.x) || has_effects(sc, &b.y)
        }
        Expr::Call(c) => call_has_effects(sc, c),
        _ => true,
    }
}

fn literal_has_effects(sc: &Rc<Scope>, n: &'static CompositeLit) -> bool {
    let ty = sc.ty_of(n.id);
    let ty = ty.as_pointer().unwrap_or(ty);
    if let TyKind::Map(k, _) = ty.under() {
        // Hashing an interface may panic.
        if crate::alg::may_panic(*k) {
            return true;
        }
    }
    let is_struct = matches!(ty.under(), TyKind::Struct(_));
    n.elts.iter().any(|e| match e {
        Expr::KeyValue(kv) => (!is_struct && has_effects(sc, &kv.key)) || has_effects(sc, &kv.value),
        e => has_effects(sc, e),
    })
}

fn call_has_effects(sc: &Rc<Scope>, c: &'static CallExpr) -> bool {
    let args = || c.args.iter().any(|a| has_effects(sc, a));
    if sc.info.tv(c.fun.id()).is_some_and(|tv| tv.mode == Mode::Type) {
        let to = sc.ty(&c.fun);
        let to_array = matches!(to.under(), TyKind::Array(..))
            || to.as_pointer().is_some_and(|e| matches!(e.under(), TyKind::Array(..)));
        let from_slice = c.args.first().is_some_and(|a| matches!(sc.ty(a).under(), TyKind::Slice(_)));
        return to_array && from_slice || args();
    }
    if let Some(ObjKind::Builtin(id)) = sc.object(&c.fun).map(|o| &o.data().kind) {
        let constants = || c.args[1..].iter().all(|a| sc.info.tv(a.id()).is_some_and(|tv| tv.value.is_some()));
        return match id {
            BuiltinId::New
            | BuiltinId::Complex
            | BuiltinId::Real
            | BuiltinId::Imag
            | BuiltinId::Min
            | BuiltinId::Max => args(),
            BuiltinId::Make => !constants(),
            _ => true,
        };
    }
    match sc.look_through(c) {
        Some((inner, x, _)) => has_effects(&inner, x),
        None => true,
    }
}
