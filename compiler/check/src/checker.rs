//! The checker of one package: its state, the environment, delayed actions, and what it records.
//!
//! # Who calls what
//!
//! Everything is a method of [`Checker`] unless said otherwise. Expressions are `&'static Expr`: trees live until the
//! process ends. `pos` is where gc reports (`err_pos()` of a node).
//!
//! Declarations, types and statements:
//! - `error(pos, msg)`, `soft_error(pos, msg)`, `error_parts(vec![(pos, msg), …])`, `allow_version((1, n)) -> bool`,
//!   `verify_version(pos, (1, n), what) -> bool` (reports "what requires go1.n or later")      (errors.rs)
//! - `lookup(name) -> Option<(ScopeId, Obj)>`, `open_scope()`, `close_scope()`, `declare(ident, obj)`     (scope.rs)
//! - `record_type(e, mode, ty, value)`, `record_type_id(id, mode, ty, value)`, `record_def(ident, obj)`,
//!   `record_use(ident, obj)`, `record_selection(id, sel)`, `record_instance(ident_id, targs, ty)`,
//!   `record_implicit(id, obj)`, `record_func_lit(id, params, results)`                         (record.rs)
//! - `typ(e) -> Ty`, `var_type(e) -> Ty` (no constraint interface), `generic_type(e) -> Ty` (a generic type, not
//!   instantiated), `ident(x, e, want_type)` (sets an operand from an identifier), `typ_or_invalid` … (typexpr.rs)
//! - `func_type(recv, tparams, ft) -> FuncVars {ty, params, results, …}` declares the variables in the current scope
//!   (open one first)                                                                       (signature.rs)
//! - `obj_decl(obj)`: makes `obj.ty` known. Call it before reading the type of a package-level object of this
//!   package (`ident` and `collect_methods` do)                                                     (decl.rs)
//! - `func_body(sig, body)`: checks a body in the current environment, whose scope is that of the parameters; call it
//!   inside `later` with the environment of the function                                              (stmt.rs)
//! - `implements(v, t, Relation) -> Result<(), String>` (the cause), `verify_instance(tparams, targs) -> Result<(),
//!   (usize, String)>`                                                                     (implements.rs)
//! - `lookup_member(t, addressable, name) -> Lookup`: makes a method's type known. `has_all_methods(v, t, all) ->
//!   Result<(), String>`, `assertable_to(v, t)`                                               (members.rs)
//! - `record_mono(pos, tparams, targs, positions)`: for every instantiation of a generic function      (mono.rs)
//! - `is_complete(t) -> bool`: before values of a type are used whose declaration may be in progress  (cycles.rs)
//! - `later(move |c| …)`, `process_delayed(top)`, `add_decl_dep(obj)`
//! - `type_str(t) -> String`, `obj_str`: text relative to this package                          (errors.rs)
//! - `undergo_types::typeset`: `type_set(t)`, `type_set_of`; `undergo_types::subst`, `identical`, `lookup`, `print`
//!
//! Expressions:
//! - `raw_expr(target: Option<&Target>, x: &mut Operand, e, hint: Option<Ty>, allow_generic: bool)`
//! - `expr(target: Option<&Target>, x, e)`: a single value; `generic_expr(x, e)`; `expr_with_hint(x, e, hint: Ty)`;
//!   `expr_or_type(x, e, allow_generic: bool)`
//! - `multi_expr(e, allow_comma_ok: bool) -> (Vec<Operand>, bool)`: values of a call, or value and ok
//! - `generic_expr_list(list: &[&'static Expr]) -> Vec<Operand>`; `expr_list`
//! - `use_exprs(&'static [Expr])`, `use_lhs(&'static [Expr])`: check for their side effects on "used", ignore results
//! - `assignment(x, Option<Ty>, context: &str)`: converts x to the type (or its default type); invalid on error
//! - `assignable_to(x, t) -> Result<(), String>`; `convert_untyped(x, t)`; `conversion(x, t)`; `comparison(x, y, op)`;
//!   `match_types(x, y)`; `binary(x, e: Option<&'static Expr>, lhs, rhs, op, op_pos)`
//! - `call_expr(x, call) -> CallKind` (for statements: conversion, expression, statement); `builtin`
//! - `infer(...)`, `instantiate(pos, generic: Ty, targs: Vec<Ty>) -> Ty` (creates; does not verify),
//!   `instantiate_signature(pos, e, targs, sig: Ty, xlist) -> Ty`
//! - `func_inst(target, pos, x, inst: Option<&'static IndexExpr>, infer: bool)`
//! - `index_expr` (also decides between index and instantiation), `selector(x, e, want_type: bool)`
//! - `record_untyped()` at the end of a package, `update_expr_type`
//! - `undergo_types::predicates` (is_boolean, all_integer, comparable_type, has_nil, default_type …),
//!   `undergo_types::constant`
//! - `operand::Operand {mode: OpMode, ty: Ty, val: Option<Value>, expr: Option<&'static Expr>, builtin}`;
//!   `operand_str(x) -> String`

use std::collections::HashSet;

use rustc_hash::{FxHashMap, FxHashSet};
use undergo_source::{Diag, Name, Pos, SourceMap};
use undergo_syntax::ast::{self, Expr, NodeId};
use undergo_types::constant::Value;
use undergo_types::{FileInfo, Mode, Obj, Pkg, Ty};

use crate::Options;
use crate::resolver::DeclInfo;
use crate::scope::{ScopeId, Scopes};

/// A language version, (major, minor).
pub type Version = (u32, u32);

/// The target of an assignment, for inferring the type arguments of a generic function that is its source.
#[derive(Clone, Debug)]
pub struct Target {
    /// A type whose underlying type is a function type.
    pub sig: Ty,
    /// What is assigned to, for messages.
    pub desc: String,
}

impl Target {
    /// The target for a variable of type `ty`; none unless that is a function type.
    pub fn new(ty: Ty, desc: impl FnOnce() -> String) -> Option<Target> {
        (!ty.is_type_param() && ty.as_func().is_some()).then(|| Target { sig: ty, desc: desc() })
    }
}

/// What is known of an untyped expression whose final type is still open.
#[derive(Clone, Debug)]
pub struct Untyped {
    /// It is the left operand of a non-constant shift.
    pub is_lhs: bool,
    /// How it may be used.
    pub mode: Mode,
    /// Its untyped type.
    pub ty: Ty,
    /// Its constant value.
    pub val: Option<Value>,
    /// The expression.
    pub expr: &'static Expr,
}

/// Results of the function whose body is being checked.
#[derive(Clone, Debug, Default)]
pub struct BodySig {
    /// The function's type.
    pub ty: Option<Ty>,
    /// Result variables, unnamed ones included.
    pub results: Vec<Obj>,
}

/// Where we are: saved and replaced whenever an object or a body is entered.
#[derive(Clone, Default)]
pub struct Env {
    /// Package-level object whose initialiser or body is checked; dependencies are noted for it.
    pub decl: Option<Obj>,
    /// Index of the file.
    pub file: usize,
    /// Innermost scope.
    pub scope: ScopeId,
    /// Language version of the file.
    pub version: Version,
    /// Value of `iota` in a constant declaration.
    pub iota: Option<Value>,
    /// Where errors in an inherited constant expression go instead.
    pub err_pos: Option<Pos>,
    /// Whether we are in a type parameter list.
    pub in_tparam_list: bool,
    /// Set inside a function body.
    pub sig: Option<std::rc::Rc<BodySig>>,
    /// Type parameters of the enclosing generic functions: implicit parameters of local types.
    pub outer: std::rc::Rc<Vec<undergo_types::TypeParam>>,
    /// Whether the function has labels.
    pub has_label: bool,
    /// Whether a call or receive occurred in the expression (`len` of an array is not constant then).
    pub has_call_or_recv: bool,
}

/// Something to do later.
type Action<'a> = Box<dyn FnOnce(&mut Checker<'a>) + 'a>;

/// The checker of one package.
pub struct Checker<'a> {
    /// Positions, for messages.
    pub map: &'a SourceMap,
    /// Gives an imported package by its path.
    pub import: &'a dyn Fn(&str) -> Option<Pkg>,
    /// Settings.
    pub opts: &'a Options,
    /// The package.
    pub pkg: Pkg,
    /// Its files.
    pub files: Vec<&'static ast::File>,
    /// Language version of each file.
    pub versions: Vec<Version>,
    /// Side tables, one per file.
    pub infos: Vec<FileInfo>,
    /// Errors so far.
    pub diags: Vec<Diag>,
    /// All scopes.
    pub scopes: Scopes,
    /// The package's scope; its parent is the universe.
    pub pkg_scope: ScopeId,
    /// Where we are.
    pub env: Env,
    /// Untyped expressions without final type, by file and node.
    pub untyped: FxHashMap<(usize, NodeId), Untyped>,
    /// Calls of the predeclared `panic`, by file and node: they terminate a function.
    pub panics: FxHashSet<(usize, NodeId)>,
    /// Declarations of package-level objects and methods.
    pub decls: FxHashMap<Obj, DeclInfo>,
    /// Keys of `decls` in source order.
    pub obj_list: Vec<Obj>,
    /// Objects being declared.
    pub obj_path: Vec<Obj>,
    pub(crate) path_index: FxHashMap<Obj, usize>,
    pub(crate) delayed: Vec<Option<(Version, Action<'a>)>>,
    pub(crate) state: crate::decl::DeclState,
    pub(crate) resolved: crate::resolver::Resolved,
    pub(crate) mono: crate::mono::MonoGraph,
    pub(crate) ambiguous: Option<HashSet<Name>>,
    /// Types of finite size, see [`crate::validtype`].
    pub(crate) valid_types: FxHashSet<undergo_types::Named>,
}

impl<'a> Checker<'a> {
    /// Schedules `f`: it runs at the end of the current statement or package-level declaration phase, in the
    /// environment's version at this point. `f` restores what it needs of the environment itself.
    pub fn later(&mut self, f: impl FnOnce(&mut Checker<'a>) + 'a) {
        let version = self.env.version;
        self.delayed.push(Some((version, Box::new(f))));
    }

    /// Runs everything scheduled since `delayed.len()` was `top`, including what that schedules.
    pub fn process_delayed(&mut self, top: usize) {
        let saved = self.env.version;
        let mut i = top;
        while i < self.delayed.len() {
            if let Some((version, f)) = self.delayed[i].take() {
                self.env.version = version;
                f(self);
            }
            i += 1;
        }
        self.delayed.truncate(top);
        self.env.version = saved;
    }

    /// Number of scheduled actions: the `top` to give to [`Checker::process_delayed`].
    pub fn delayed_top(&self) -> usize {
        self.delayed.len()
    }

    /// Notes that the declaration being checked refers to `to`.
    pub fn add_decl_dep(&mut self, to: Obj) {
        let Some(from) = self.env.decl else { return };
        if !self.decls.contains_key(&to) {
            return;
        }
        if let Some(d) = self.decls.get_mut(&from) {
            d.add_dep(to);
        }
    }

    /// Runs `f` in environment `env` and puts the current one back.
    pub fn with_env<R>(&mut self, env: Env, f: impl FnOnce(&mut Self) -> R) -> R {
        let saved = std::mem::replace(&mut self.env, env);
        let r = f(self);
        self.env = saved;
        r
    }
}
