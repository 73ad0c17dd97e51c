//! Lowering of one function body: the state shared by all other files here.
//!
//! # What is where
//!
//! Values: `val.rs` (scalars or memory), `consts.rs`, `order.rs` (evaluation order), `expr.rs` and its parts
//! (`arith.rs`, `compare.rs`, `convert.rs`, `iface.rs`, `index.rs`, `select_expr.rs`, `literal.rs`, `closure.rs`,
//! `maps.rs`), calls: `call.rs`, `callee.rs`, `builtin.rs`, `print.rs`, `unsafe_ops.rs`. Places: `place.rs`,
//! `assign.rs`, `parallel.rs`. Statements: `stmt.rs`, `switch.rs`, `type_switch.rs`, `select.rs`, `range.rs`,
//! `range_func.rs`, `defer.rs`.
//!
//! # Variables
//!
//! A variable lives in a stack slot, or, where a closure or pointer may share it (`capture.rs`), in an object of its
//! own whose address is in a slot. Later passes promote slots to values and objects to slots.
//!
//! # Instances
//!
//! A function is lowered once per list of type arguments. Side tables hold types in terms of type parameters;
//! [`FuncLower::ty`] substitutes, so everything behind it sees concrete types only.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use undergo_ir::{Block, Builder, ConvOp, Func, InstData, Site, Slot, Sym, Type, Value};
use undergo_source::pos::SourceFile;
use undergo_source::{Diag, Name, Pos};
use undergo_syntax::ast::{self, Expr, NodeId};
use undergo_types::{FileInfo, Mode, Obj, Pkg, Ty, TyKind, TypeAndValue, TypeParam};

use crate::abi::{Abi, Where};
use crate::capture::{BodyId, BodyKind, Captures};
use crate::order::Effect;
use crate::program::Lowerer;
use crate::val::{Addr, Val};

pub use crate::body::{lower_func, lower_global_lit, lower_initializer};

/// What a declared function and the literals in it share.
pub struct Unit {
    /// Its package.
    pub pkg: Pkg,
    /// Side tables of its file.
    pub info: &'static FileInfo,
    /// The source file.
    pub src: Arc<SourceFile>,
    /// Type parameters in scope,
    pub tparams: Vec<TypeParam>,
    /// and the types that stand for them.
    pub targs: Vec<Ty>,
    /// What the bodies do with variables.
    pub captures: Captures,
    /// Whether loop variables are per iteration (file language version 1.22 and later).
    pub per_iteration: bool,
    /// Package prefix of names, in a package's initialisation: literals are numbered across the package there.
    pub init_of: Option<String>,
}

/// Names of a function, from which those of its literals are made.
#[derive(Clone, Debug)]
pub struct Names {
    /// Link symbol.
    pub sym: String,
    /// Name as `runtime.Func.Name` reports it.
    pub display: String,
}

impl Names {
    /// The names with `suffix` appended.
    pub fn with(&self, suffix: &str) -> Names {
        Names { sym: format!("{}{suffix}", self.sym), display: format!("{}{suffix}", self.display) }
    }
}

/// Where a variable lives.
#[derive(Clone, Copy, Debug)]
pub enum Var {
    /// In the slot.
    Slot(Slot),
    /// In an object whose address is in the slot.
    Object(Slot),
    /// In a closure: never written.
    At(Addr),
}

/// Where `break`, `continue` and jumps out of loop bodies go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A block of this function.
    Block(Block),
    /// Ends the range-over-func loop whose body this function is.
    EndLoop,
    /// Ends this iteration of it.
    NextIteration,
}

/// A statement that `break` or `continue` may name.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Its label.
    pub label: Option<Name>,
    /// Identity across the closures of range-over-func loops: the statement.
    pub stmt: NodeId,
    /// Target of `break`.
    pub brk: Option<Target>,
    /// Target of `continue`.
    pub cont: Option<Target>,
}

/// A jump that leaves the body of a range-over-func loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// `return`
    Return,
    /// `break` of the statement.
    Break(NodeId),
    /// `continue` of the statement.
    Continue(NodeId),
    /// `goto` the label.
    Goto(Name),
}

/// State of lowering one body.
pub struct FuncLower<'a> {
    /// The program.
    pub cx: &'a Lowerer,
    /// The function being built.
    pub b: Builder,
    /// What it shares with its literals.
    pub unit: Rc<Unit>,
    /// Which body of the unit.
    pub body: BodyId,
    /// Names.
    pub names: Names,
    /// Variables declared so far.
    pub vars: FxHashMap<Obj, Var>,
    /// Result variables; none for functions without Go declaration.
    pub results: Vec<Obj>,
    /// Types of results.
    pub result_tys: Vec<Ty>,
    /// How arguments and results travel.
    pub abi: Abi,
    /// Address of the caller's memory frame, in a slot.
    pub frame: Option<Slot>,
    /// Results live in their variables (named, or read by the landing pad or by loop bodies).
    pub results_in_vars: bool,
    /// Open statements, outermost first.
    pub scopes: Vec<Scope>,
    /// Of a loop body: the scopes around the loop, in enclosing functions.
    pub outer_scopes: Vec<Scope>,
    /// Label of the statement that comes next.
    pub pending_label: Option<Name>,
    /// Blocks of labels.
    pub labels: FxHashMap<Name, Block>,
    /// Nesting depth of loops; deferred calls inside of loops need records of their own.
    pub loop_depth: u32,
    /// Values of operands evaluated ahead (`order.rs`).
    pub saved: FxHashMap<NodeId, Val>,
    /// What [`Self::has_effect`] found while `saved` was empty.
    pub effects: std::cell::RefCell<FxHashMap<(NodeId, Effect), bool>>,
    /// Numbers given to jumps out of range-over-func loops.
    pub exits: Rc<RefCell<Vec<Exit>>>,
    /// Exits used by this loop body or loops in it.
    pub used_exits: Vec<Exit>,
    /// Wrappers made for `go` and `defer` so far.
    pub n_wrappers: u32,
    /// Conversions of pointers to integers that the conversion back, around them, has to know, with the pointers as far
    /// as they are evaluated.
    pub noted: Vec<(NodeId, Option<Value>)>,
    /// The line that was found last and the offsets it covers.
    line_cache: (u32, u32, u32),
}

/// What a body needs to be started.
pub struct Start {
    /// Which body of the unit.
    pub body: BodyId,
    /// Its names.
    pub names: Names,
    /// Parameter types, receiver first.
    pub params: Vec<Ty>,
    /// Result types.
    pub results: Vec<Ty>,
    /// Where the function is.
    pub pos: Pos,
}

impl<'a> FuncLower<'a> {
    /// Starts a function. Its register arguments are the entry block's parameters.
    pub fn new(cx: &'a Lowerer, unit: Rc<Unit>, start: Start) -> FuncLower<'a> {
        let abi = Abi::assign(cx, &start.params, &start.results);
        let no_args = start.params.is_empty();
        let mut fl = FuncLower {
            cx,
            b: Builder::new(
                Func::new(
                    Sym::new(&start.names.sym),
                    Site {
                        name: Sym::new(&start.names.display),
                        file: Sym::new(""),
                        start_line: 0,
                        parent: 0,
                        call_line: 0,
                        wrapper: false,
                    },
                    abi.result_types(),
                ),
                &abi.param_types(),
            ),
            unit,
            body: start.body,
            names: start.names,
            vars: FxHashMap::default(),
            results: Vec::new(),
            result_tys: start.results,
            abi,
            frame: None,
            results_in_vars: false,
            scopes: Vec::new(),
            outer_scopes: Vec::new(),
            pending_label: None,
            labels: FxHashMap::default(),
            loop_depth: 0,
            saved: FxHashMap::default(),
            effects: Default::default(),
            exits: Rc::default(),
            used_exits: Vec::new(),
            n_wrappers: 0,
            noted: Vec::new(),
            line_cache: (0, 0, 0),
        };
        let start_line = fl.line(start.pos);
        let src = fl.unit.src.clone();
        let file = src.position(start.pos.0.saturating_sub(src.base.0).min(src.text.len() as u32)).file;
        fl.b.func.sites[0].file = cx.shown_path(&file);
        fl.b.func.sites[0].start_line = start_line;
        fl.at(start.pos);
        fl.b.func.flags.no_args = no_args;
        if fl.abi.frame_size > 0 {
            fl.b.func.flags.uses_frame = true;
            let p = fl.b.nullary(InstData::FrameParam, Type::Ptr);
            let slot = fl.b.func.add_slot(8, 8, Name::new(".frame"));
            let at = fl.b.slot_addr(slot, 0);
            fl.b.store(p, at, 0);
            fl.frame = Some(slot);
        }
        fl
    }

    /// The finished function goes to the program.
    pub fn finish(self) {
        self.cx.add_func(self.b.func);
    }

    // ---- positions and messages

    /// Line of a position; 0 for none.
    pub fn line(&mut self, pos: Pos) -> u32 {
        let src = &self.unit.src;
        let Some(off) = pos.0.checked_sub(src.base.0) else { return 0 };
        if !pos.is_known() || off as usize > src.text.len() {
            return 0;
        }
        let (from, to, line) = self.line_cache;
        if (from..to).contains(&off) {
            return line;
        }
        let line = src.position(off).line;
        let raw = src.raw_line(off);
        let (mut from, mut to) = (src.lines[raw], src.lines.get(raw + 1).copied().unwrap_or(u32::MAX));
        // A directive may stand within a line.
        for d in src.directives.read().expect("no writer panics").iter() {
            if d.offset <= off {
                from = from.max(d.offset);
            } else {
                to = to.min(d.offset);
            }
        }
        self.line_cache = (from, to, line);
        line
    }

    /// Instructions to come are at `pos`.
    pub fn at(&mut self, pos: Pos) {
        let line = self.line(pos);
        if line != 0 {
            self.b.loc.line = line;
        }
    }

    /// Reports something that cannot be compiled; gives a stand-in of type `ty`.
    pub fn refuse(&mut self, pos: Pos, ty: Ty, msg: impl Into<String>) -> Val {
        self.cx.diag(Diag::error(pos, msg));
        if ty.is_invalid() || matches!(ty.kind(), TyKind::Tuple(_)) { Val::empty() } else { self.zero(ty) }
    }

    // ---- types

    /// A type of the side tables as it is in this instance.
    pub fn subst(&self, ty: Ty) -> Ty {
        subst(&self.unit, ty)
    }

    /// What the checker found out about an expression.
    pub fn tv(&self, e: &Expr) -> Option<TypeAndValue<'static>> {
        self.unit.info.tv(e.id())
    }

    /// The type of an expression in this instance.
    pub fn ty(&self, e: &Expr) -> Ty {
        match self.tv(e) {
            Some(tv) => crate::consts::default_type(self.subst(tv.ty)),
            // Identifiers being declared are not in the table.
            None => match e {
                Expr::Ident(id) => self.unit.info.obj(id.id).map_or(Ty::invalid(), |o| self.subst(o.type_())),
                _ => Ty::invalid(),
            },
        }
    }

    /// Whether the expression denotes a type.
    pub fn is_type(&self, e: &Expr) -> bool {
        self.tv(e).is_some_and(|tv| tv.mode == Mode::Type)
    }

    /// The only scalar of a one-scalar type.
    pub fn scalar_type(&self, ty: Ty) -> Type {
        match self.scalars(ty).as_deref() {
            Some([(t, _)]) => *t,
            _ => Type::I64,
        }
    }

    // ---- variables

    /// Creates a variable's storage. An object is zeroed, a slot is not.
    pub fn declare(&mut self, v: Obj) -> Addr {
        let ty = self.subst(v.type_());
        if self.unit.captures.needs_object(v, self.layout(ty).size) {
            let p = self.new_object(ty);
            let slot = match self.vars.get(&v) {
                Some(&Var::Object(s)) => s,
                _ => self.b.func.add_slot(8, 8, Name::new(&format!("&{}", v.name))),
            };
            let at = self.b.slot_addr(slot, 0);
            self.b.store(p, at, 0);
            self.vars.insert(v, Var::Object(slot));
            return Addr::new(p);
        }
        let slot = match self.vars.get(&v) {
            Some(&Var::Slot(s)) => s,
            _ => {
                let l = self.layout(ty);
                let (size, align) = (l.size.max(1), l.align.max(1));
                self.b.func.add_slot(size, align, v.name)
            }
        };
        self.vars.insert(v, Var::Slot(slot));
        Addr::new(self.b.slot_addr(slot, 0))
    }

    /// A new zeroed object of type `ty`.
    pub fn new_object(&mut self, ty: Ty) -> Value {
        let l = self.layout(ty);
        let (size, align, ptrs) = (l.size, l.align, l.has_ptrs());
        if size == 0 {
            return self.b.sym_addr(Sym::new("runtime.zerobase"), 0);
        }
        let sym = self.cx.type_sym(ty);
        self.b.new_object(sym, size, align, ptrs)
    }

    /// Where a variable is.
    pub fn var_addr(&mut self, v: Obj) -> Addr {
        match self.vars.get(&v) {
            Some(&Var::Slot(s)) => Addr::new(self.b.slot_addr(s, 0)),
            Some(&Var::Object(s)) => {
                let at = self.b.slot_addr(s, 0);
                Addr::new(self.b.load(Type::Ptr, at, 0))
            }
            Some(&Var::At(a)) => a,
            None if v.package_level => {
                let sym = self.cx.global_sym(v);
                Addr::new(self.b.sym_addr(sym, 0))
            }
            // A use that no declaration dominates, in code that cannot run.
            None => self.declare(v),
        }
    }

    /// Declares a variable with a value.
    pub fn declare_init(&mut self, v: Obj, val: &Val) {
        let ty = self.subst(v.type_());
        let at = self.declare(v);
        self.store(ty, val, at);
    }

    // ---- entry and exit

    /// Gives parameters their storage: `vars` are the receiver and the parameters. Unnamed ones need none.
    pub fn bind_params(&mut self, vars: &[Obj]) {
        let regs: Vec<Value> = self.b.func.params().to_vec();
        let mut next = 0;
        for (i, &v) in vars.iter().enumerate() {
            let ty = self.subst(v.type_());
            let place = self.abi.params[i].clone();
            let unused = v.name.is_blank() || v.name.as_str().is_empty();
            match place {
                Where::Regs(parts) => {
                    let vals = &regs[next..next + parts.len()];
                    next += parts.len();
                    if unused {
                        continue;
                    }
                    let at = self.declare(v);
                    for (&(_, off), &r) in parts.iter().zip(vals) {
                        self.store_scalar(r, at.plus(off));
                    }
                }
                Where::Frame(off) => {
                    if unused {
                        continue;
                    }
                    let from = self.frame_addr().plus(off);
                    let val = self.load(ty, from);
                    self.declare_init(v, &val);
                }
            }
        }
    }

    /// The memory frame that the caller passed.
    pub fn frame_addr(&mut self) -> Addr {
        match self.frame {
            Some(s) => {
                let at = self.b.slot_addr(s, 0);
                Addr::new(self.b.load(Type::Ptr, at, 0))
            }
            None => Addr::new(self.b.nil()),
        }
    }

    /// Creates the result variables, zeroed.
    pub fn bind_results(&mut self, vars: &[Obj]) {
        self.results = vars.to_vec();
        let named = vars.iter().any(|v| !v.name.as_str().is_empty());
        let captured = vars.iter().any(|&v| self.unit.captures.var(v).captured);
        self.results_in_vars = named || captured || self.has_defer();
        if !self.results_in_vars {
            return;
        }
        for &v in vars {
            let ty = self.subst(v.type_());
            let at = self.declare(v);
            if let Some(&Var::Slot(_)) = self.vars.get(&v) {
                self.store_zero(ty, at);
            }
        }
        if self.has_defer() {
            let slots = vars.iter().filter_map(|v| match self.vars.get(v) {
                Some(&Var::Slot(s) | &Var::Object(s)) => Some(s),
                _ => None,
            });
            let slots: Vec<Slot> = slots.chain(self.frame).collect();
            for s in slots {
                self.b.func.slots[s].pinned = true;
            }
        }
    }

    /// Whether the function itself (not merely a loop body in it) keeps defers.
    pub fn has_defer(&self) -> bool {
        let f = self.unit.captures.bodies.get(self.body.0);
        f.is_some_and(|f| f.has_defer && f.kind != BodyKind::Range) && !self.b.func.flags.wrapper
    }

    /// Leaves the function with the values of the result variables.
    pub fn return_from_vars(&mut self) {
        if self.has_defer() {
            let fp = self.b.nullary(InstData::FramePtr, Type::I64);
            self.b.builtin(undergo_abi::builtins::Builtin::DeferReturn, &[fp]);
        }
        let mut vals = Vec::new();
        for v in self.results.clone() {
            let ty = self.subst(v.type_());
            let at = self.var_addr(v);
            vals.push(self.load(ty, at));
        }
        self.return_values(&vals);
    }

    /// Leaves the function with these values.
    pub fn return_values(&mut self, vals: &[Val]) {
        let mut regs = Vec::new();
        for (i, v) in vals.iter().enumerate() {
            match self.abi.results[i].clone() {
                Where::Regs(parts) => self.to_regs(v, &parts, &mut regs),
                Where::Frame(off) => {
                    let ty = self.result_tys[i];
                    let at = self.frame_addr().plus(off);
                    self.store(ty, v, at);
                }
            }
        }
        self.b.push(InstData::Return(regs), &[]);
    }

    /// Appends the leaf scalars of a value.
    pub fn to_regs(&mut self, v: &Val, parts: &[(Type, u64)], regs: &mut Vec<Value>) {
        match v {
            Val::Scalars(s) => regs.extend(s.iter().copied()),
            Val::Mem(a) => {
                for &(t, off) in parts {
                    regs.push(self.load_scalar(t, Addr::new(*a).plus(off)));
                }
            }
        }
    }

    /// Lowers the statements of a body whose parameters and results are bound, and the function's end.
    pub fn run_body(&mut self, body: &'static ast::Block) {
        let pad = self.has_defer().then(|| self.b.cold_block());
        self.b.func.landing_pad = pad;
        if let Some(shared) = self.unit.captures.shared.get(&self.body).copied() {
            self.declare_shared(shared);
        }
        self.stmts(&body.stmts);
        self.at(body.rbrace);
        if self.b.reachable() {
            if self.result_tys.is_empty() {
                self.return_from_vars();
            } else {
                self.b.push(InstData::Unreachable, &[]);
            }
        }
        if let Some(pad) = pad {
            self.b.switch_to(pad);
            self.return_from_vars();
        }
        self.end_labels();
    }

    /// Variables that range-over-func loops share with the function.
    fn declare_shared(&mut self, shared: crate::capture::SharedVars) {
        let zero = self.word(0);
        self.declare_init(shared.next, &Val::one(zero));
        if self.unit.captures.var(shared.token).captured {
            let nil = self.zero(shared.token.type_());
            self.declare_init(shared.token, &nil);
        }
    }

    /// A label without a statement reached (its block was only jumped to from dead code) still ends properly.
    pub fn end_labels(&mut self) {
        for b in self.labels.values().copied().collect::<Vec<_>>() {
            if self.b.func.blocks[b].insts.is_empty() {
                self.b.switch_to(b);
                self.b.push(InstData::Unreachable, &[]);
            }
        }
    }

    /// A boolean constant.
    pub fn bool_const(&mut self, v: bool) -> Value {
        self.b.iconst(Type::I8, i64::from(v))
    }

    /// The same bits as a pointer.
    pub fn to_ptr(&mut self, v: Value) -> Value {
        self.b.convert(ConvOp::Bitcast, Type::Ptr, v)
    }

    /// The same bits as a 64-bit integer.
    pub fn to_word(&mut self, v: Value) -> Value {
        self.b.convert(ConvOp::Bitcast, Type::I64, v)
    }
}

/// A type of the side tables as it is in an instance.
pub fn subst(unit: &Unit, ty: Ty) -> Ty {
    if unit.targs.is_empty() || !ty.has_params() {
        return ty;
    }
    undergo_types::subst::subst(ty, &unit.tparams, &unit.targs)
}
