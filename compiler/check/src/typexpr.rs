//! Types from expressions, and identifiers.

use undergo_source::Name;
use undergo_syntax::ast::{self, ArrayLen, BasicLit, Expr, Ident, IndexExpr, NodeId, UnaryOp};
use undergo_syntax::print::{expr_list_string, expr_string};
use undergo_types::constant_text::unquote_string;
use undergo_types::predicates::{comparable, is_generic, is_integer, is_untyped};
use undergo_types::subst::{instance_of, subst};
use undergo_types::typeset::type_set_of;
use undergo_types::{Basic, ChanDir, Mode, Named, Obj, ObjKind, Signature, Ty, TyKind, TypeParam, universe};

use crate::checker::Checker;
use crate::operand::{OpMode, Operand};

/// A generic type that has not been instantiated.
#[derive(Clone, Copy, Debug)]
pub enum Generic {
    /// A defined type.
    Named(Named),
    /// An alias with type parameters.
    Alias(Obj),
}

impl Generic {
    /// Its declared type parameters.
    pub fn tparams(self) -> Vec<TypeParam> {
        match self {
            Generic::Named(n) => n.tparams.get().cloned().unwrap_or_default(),
            Generic::Alias(o) => alias_tparams(o).unwrap_or_default(),
        }
    }

    /// The object that declares it.
    pub fn obj(self) -> Obj {
        match self {
            Generic::Named(n) => n.obj,
            Generic::Alias(o) => o,
        }
    }
}

/// Type parameters of a generic alias.
pub fn alias_tparams(o: Obj) -> Option<Vec<TypeParam>> {
    match &o.kind {
        ObjKind::TypeName { alias: true, alias_tparams } => alias_tparams.get().filter(|p| !p.is_empty()).cloned(),
        _ => None,
    }
}

/// The identifier of the generic type or function that an expression names: `T`, `p.T`.
pub fn instantiated_ident(e: &Expr) -> Option<NodeId> {
    match e {
        Expr::Ident(n) => Some(n.id),
        Expr::Selector(s) => Some(s.sel.id),
        Expr::Index(i) => instantiated_ident(&i.x),
        Expr::Paren(p) => instantiated_ident(&p.x),
        _ => None,
    }
}

impl<'a> Checker<'a> {
    /// Sets an operand to what an identifier denotes. `want_type`: only a type will do.
    pub fn ident(&mut self, x: &mut Operand, e: &'static Expr, id: &'static Ident, want_type: bool) {
        *x = Operand { expr: Some(e), ..Operand::new() };
        let Some((scope, obj)) = self.lookup(id.name) else {
            if id.name.is_blank() {
                self.error(id.pos, "cannot use _ as value or type");
            } else if undergo_syntax::is_identifier(id.name.as_str()) {
                let hint = self.suggest_visible(id.name);
                self.error_with_hint(id.pos, format!("undefined: {}", id.name), hint);
            }
            return;
        };
        if obj.pkg.is_none()
            && matches!(id.name.as_str(), "any" | "comparable")
            && !self.verify_version(id.pos, (1, 18), format!("predeclared {}", id.name))
        {
            return;
        }
        self.record_use(id, obj);
        let is_type = matches!(obj.kind, ObjKind::TypeName { .. });
        if want_type && !is_type {
            if matches!(obj.kind, ObjKind::Var(_)) && obj.pkg == Some(self.pkg) {
                obj.mark_used();
            }
            let kind = self.object_kind(obj);
            return self.error(id.pos, format!("{} ({kind}) is not a type", obj.name));
        }
        if obj.ty.get().is_none() || is_type && want_type && obj.pkg == Some(self.pkg) {
            self.obj_decl(obj);
        }
        if let Some(import) = self.resolved.dot_imports.get(&(scope, obj.name)) {
            import.mark_used();
        }
        self.set_operand(x, id, obj);
    }

    fn set_operand(&mut self, x: &mut Operand, id: &Ident, obj: Obj) {
        let ty = if self.state.invalid.contains(&obj) { Ty::invalid() } else { obj.type_() };
        match &obj.kind {
            ObjKind::PkgName(_) => {
                return self.error(id.pos, format!("use of package {} not in selector", obj.name));
            }
            ObjKind::Const(v) => {
                self.add_decl_dep(obj);
                if ty.is_invalid() {
                    return;
                }
                let val = match obj == universe::iota() {
                    true => match self.env.iota.clone() {
                        Some(v) => v,
                        None => return self.error(id.pos, "cannot use iota outside constant declaration"),
                    },
                    false => v.get().cloned().unwrap_or(undergo_types::constant::Value::Unknown),
                };
                x.val = Some(val);
                x.mode = OpMode::Constant;
            }
            ObjKind::TypeName { .. } => x.mode = OpMode::Type,
            ObjKind::Var(_) => {
                if obj.pkg == Some(self.pkg) {
                    obj.mark_used();
                }
                self.add_decl_dep(obj);
                if ty.is_invalid() {
                    return;
                }
                x.mode = OpMode::Variable;
            }
            ObjKind::Func(_) => {
                self.add_decl_dep(obj);
                x.mode = OpMode::Value;
                if obj.ty.get().is_none() {
                    // It refers to itself in its own signature.
                    x.ty = self.state.partial_funcs.get(&obj).copied().unwrap_or_else(empty_func);
                    return;
                }
            }
            ObjKind::Builtin(b) => {
                x.builtin = Some(*b);
                x.mode = OpMode::Builtin;
            }
            ObjKind::Nil => x.mode = OpMode::Nil,
            ObjKind::Label => return,
        }
        x.ty = ty;
    }

    /// What kind of object it is, as messages say it.
    pub fn object_kind(&self, o: Obj) -> &'static str {
        use undergo_types::VarKind;
        match &o.kind {
            ObjKind::PkgName(_) => "package name",
            ObjKind::Const(_) => "constant",
            ObjKind::TypeName { alias: true, .. } => "type alias",
            ObjKind::TypeName { .. } if o.type_().is_type_param() => "type parameter",
            ObjKind::TypeName { .. } => "defined type",
            ObjKind::Var(VarKind::Package) => "package-level variable",
            ObjKind::Var(VarKind::Local) => "local variable",
            ObjKind::Var(VarKind::Recv) => "receiver",
            ObjKind::Var(VarKind::Param) => "parameter",
            ObjKind::Var(VarKind::Result) => "result variable",
            ObjKind::Func(f) if f.decl.get().is_some_and(|d| d.recv.is_some()) => "method",
            ObjKind::Func(_) => "function",
            ObjKind::Label => "label",
            ObjKind::Builtin(_) => "built-in function",
            ObjKind::Nil => "untyped nil",
        }
    }

    /// The type that an expression denotes; invalid after an error.
    pub fn typ(&mut self, e: &'static Expr) -> Ty {
        let mut t = self.type_expr(e);
        if self.is_generic_type(e, t) {
            let text = match self.generic_alias(e) {
                Some(o) => self.generic_alias_str(o),
                None => self.type_str(t),
            };
            self.error(e.err_pos(), format!("cannot use generic type {text} without instantiation"));
            t = Ty::invalid();
        }
        self.record_type(e, Mode::Type, t, None);
        t
    }

    /// The same for the type of a variable: constraint interfaces are refused.
    pub fn var_type(&mut self, e: &'static Expr) -> Ty {
        let t = self.typ(e);
        self.valid_var_type(e, t);
        t
    }

    /// Whether a type is a constraint interface is known only when all types are complete.
    pub fn valid_var_type(&mut self, e: &'static Expr, t: Ty) {
        // The common types that cannot be interfaces need no look later.
        let settled = match t.kind() {
            TyKind::Named(n) => n.generic().underlying.get().is_some_and(|u| !is_interface(*u)),
            TyKind::Interface(i) => i.embeds.is_empty(),
            _ => true,
        };
        if settled {
            return;
        }
        let (env, pos) = (self.env.clone(), e.err_pos());
        self.later(move |c| {
            c.with_env(env, |c| {
                let Some(set) = type_set_of(t).filter(|s| !s.is_method_set()) else { return };
                let why = if set.comparable { "is (or embeds) comparable" } else { "contains type constraints" };
                let text = c.type_str(t);
                let msg = format!("cannot use type {text} outside a type constraint: interface {why}");
                c.soft_error(pos, msg);
            });
        });
    }

    /// The generic type that an expression names. An error without text has been reported; with text it is the cause:
    /// the type is not generic.
    pub fn generic_type(&mut self, e: &'static Expr) -> Result<Generic, Option<String>> {
        let t = self.type_expr(e);
        let alias = self.generic_alias(e);
        let result = match (alias, t.as_named()) {
            _ if t.is_invalid() => Err(None),
            (Some(o), _) => Ok(Generic::Alias(o)),
            (None, Some(n)) if is_generic(t) => Ok(Generic::Named(n)),
            _ => Err(Some(format!("{} is not a generic type", self.type_str(t)))),
        };
        let recorded = if result.is_ok() { t } else { Ty::invalid() };
        self.record_type(e, Mode::Type, recorded, None);
        result
    }

    /// The generic alias that a type expression names.
    pub(crate) fn generic_alias(&self, e: &Expr) -> Option<Obj> {
        let id = match e {
            Expr::Ident(n) => n.id,
            Expr::Selector(s) => s.sel.id,
            _ => return None,
        };
        self.infos[self.env.file].obj(id).filter(|o| alias_tparams(*o).is_some())
    }

    /// A generic alias with its type parameters, for messages.
    pub(crate) fn generic_alias_str(&mut self, o: Obj) -> String {
        let name = self.qualified_name(o);
        let list = alias_tparams(o).unwrap_or_default();
        format!("{name}{}", undergo_types::print::tparams_string_in(&list, &self.qualifier()))
    }

    fn type_expr(&mut self, e: &'static Expr) -> Ty {
        match e {
            Expr::Bad(_) => Ty::invalid(),
            Expr::Ident(id) => {
                let mut x = Operand::new();
                self.ident(&mut x, e, id, true);
                self.operand_type(&x)
            }
            Expr::Selector(s) => {
                let mut x = Operand::new();
                self.selector(&mut x, e, s, true);
                self.operand_type(&x)
            }
            Expr::Index(i) => {
                self.verify_version(e.err_pos(), (1, 18), "type instantiation");
                self.instantiated_type(i)
            }
            Expr::Paren(p) => self.typ(&p.x),
            Expr::ArrayType(a) => self.array_type(a),
            Expr::Ellipsis(d) => {
                self.error(d.pos, "invalid syntax tree: invalid use of ...");
                self.typ(&d.elem);
                Ty::invalid()
            }
            Expr::StructType(s) => self.struct_type(s),
            Expr::Star(s) => {
                let base = self.var_type(&s.x);
                if base.is_invalid() { base } else { Ty::pointer(base) }
            }
            Expr::FuncType(f) => self.func_type(None, &[], f).ty,
            Expr::InterfaceType(i) => self.interface_type(i),
            Expr::MapType(m) => self.map_type(m),
            Expr::ChanType(c) => {
                let elem = self.var_type(&c.elem);
                let dir = match c.dir {
                    ast::ChanDir::Both => ChanDir::Both,
                    ast::ChanDir::Send => ChanDir::Send,
                    ast::ChanDir::Recv => ChanDir::Recv,
                };
                Ty::chan(dir, elem)
            }
            Expr::Unary(u) if u.op == UnaryOp::Tilde => {
                self.error(e.err_pos(), format!("{} is not a type", expr_string(e)));
                self.typ(&u.x);
                Ty::invalid()
            }
            _ => {
                self.error(e.err_pos(), format!("{} is not a type", expr_string(e)));
                self.use_exprs(std::slice::from_ref(e));
                Ty::invalid()
            }
        }
    }

    fn operand_type(&mut self, x: &Operand) -> Ty {
        let what = match x.mode {
            OpMode::Type => return x.ty,
            OpMode::Invalid => return Ty::invalid(),
            OpMode::NoValue => "used as type",
            _ => "is not a type",
        };
        let text = self.operand_str(x);
        self.error_op(x, format!("{text} {what}"));
        Ty::invalid()
    }

    fn array_type(&mut self, a: &'static ast::ArrayType) -> Ty {
        let len = match &a.len {
            ArrayLen::Slice => {
                let elem = self.var_type(&a.elem);
                return Ty::slice(elem);
            }
            ArrayLen::Ellipsis(_) => {
                self.error(a.pos, "invalid use of [...] array (outside a composite literal)");
                None
            }
            ArrayLen::Expr(e) => self.array_length(e),
        };
        let elem = self.var_type(&a.elem);
        len.map_or(Ty::invalid(), |n| Ty::array(elem, n))
    }

    /// The value of an array length expression; none after an error.
    pub fn array_length(&mut self, e: &'static Expr) -> Option<u64> {
        // A lone name may be meant as a type parameter whose constraint is missing.
        if let Expr::Ident(id) = e {
            match self.lookup(id.name).map(|(_, o)| o) {
                None => {
                    let msg = format!("undefined array length {} or missing type constraint", id.name);
                    self.error(id.pos, msg);
                    return None;
                }
                Some(o) if !matches!(o.kind, ObjKind::Const(_)) => {
                    self.error(id.pos, format!("invalid array length {}", id.name));
                    return None;
                }
                Some(_) => {}
            }
        }
        let mut x = Operand::new();
        self.expr(None, &mut x, e);
        if x.mode != OpMode::Constant {
            if x.is_valid() {
                let text = self.operand_str(&x);
                self.error_op(&x, format!("array length {text} must be constant"));
            }
            return None;
        }
        let integer = is_integer(x.ty);
        let value = x.val.as_ref().and_then(|v| v.represent(Basic::Int)).and_then(|v| v.as_i64());
        if let Some(n) = value
            && n >= 0
            && (integer || is_untyped(x.ty))
        {
            return Some(n as u64);
        }
        let text = self.operand_str(&x);
        if integer {
            self.error_op(&x, format!("invalid array length {text}"));
        } else {
            self.error_op(&x, format!("array length {text} must be integer"));
        }
        None
    }

    fn map_type(&mut self, m: &'static ast::MapType) -> Ty {
        let key = self.var_type(&m.key);
        let elem = self.var_type(&m.value);
        if !matches!(key.kind(), TyKind::Basic(_) | TyKind::Pointer(_) | TyKind::Chan(..)) {
            let (env, pos) = (self.env.clone(), m.key.err_pos());
            self.later(move |c| {
                c.with_env(env, |c| {
                    if !key.underlying().is_invalid() && !comparable(key) {
                        let why = if key.is_type_param() { " (missing comparable constraint)" } else { "" };
                        let text = c.type_str(key);
                        c.error(pos, format!("invalid map key type {text}{why}"));
                    }
                });
            });
        }
        Ty::map(key, elem)
    }

    /// `T[A, B]` as a type.
    pub fn instantiated_type(&mut self, e: &'static IndexExpr) -> Ty {
        let generic = match self.generic_type(&e.x) {
            Ok(g) => g,
            Err(cause) => {
                if let Some(cause) = cause {
                    let text = format!("{}[{}]", expr_string(&e.x), expr_list_string(&e.indices));
                    self.error(e.x.err_pos(), format!("invalid operation: {text} ({cause})"));
                }
                return Ty::invalid();
            }
        };
        let targs: Vec<Ty> = e.indices.iter().map(|x| self.var_type(x)).collect();
        if targs.iter().any(|t| t.is_invalid()) {
            return Ty::invalid();
        }
        let tparams = generic.tparams();
        let counted = self.type_arg_count(e, generic.obj(), tparams.len(), targs.len());
        let inst = match generic {
            Generic::Alias(_) if !counted => return Ty::invalid(),
            Generic::Named(n) => {
                let inst = instance_of(n, targs.clone());
                self.state.instance_pos.entry(inst).or_insert(e.x.node_pos());
                Ty::instance(inst, targs.clone())
            }
            Generic::Alias(o) => Ty::alias(o, targs.clone(), subst(o.type_().without_alias(), &tparams, &targs)),
        };
        if let Some(id) = instantiated_ident(&e.x) {
            self.record_instance(id, targs.clone(), inst);
        }
        // Constraints may not be known yet: they are checked later.
        if counted {
            let env = self.env.clone();
            self.later(move |c| c.with_env(env, |c| c.later_instance(e, generic, &targs)));
        }
        inst
    }

    fn type_arg_count(&mut self, e: &'static IndexExpr, o: Obj, want: usize, have: usize) -> bool {
        let what = match have.cmp(&want) {
            std::cmp::Ordering::Less => "not enough",
            std::cmp::Ordering::Greater => "too many",
            std::cmp::Ordering::Equal => return true,
        };
        let msg = format!("{what} type arguments for type {}: have {have}, want {want}", o.name);
        self.error(e.x.err_pos(), msg);
        false
    }

    fn later_instance(&mut self, e: &'static IndexExpr, generic: Generic, targs: &[Ty]) {
        let tparams = generic.tparams();
        match self.verify_instance(&tparams, targs) {
            Err((i, cause)) => {
                let pos = e.indices.get(i).map_or(e.x.err_pos(), Expr::err_pos);
                self.soft_error(pos, cause);
            }
            Ok(()) => {
                let positions: Vec<_> = e.indices.iter().map(Expr::err_pos).collect();
                self.record_mono(e.x.err_pos(), &tparams, targs, &positions);
            }
        }
    }

    /// The unquoted struct tag; empty for none.
    pub(crate) fn tag(&mut self, lit: Option<&BasicLit>) -> String {
        let Some(lit) = lit.filter(|l| !l.bad) else { return String::new() };
        unquote_string(lit.value.as_str()).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
    }

    /// Whether `e` is the predeclared `nil`, possibly in parentheses.
    pub fn is_nil_expr(&self, e: &Expr) -> bool {
        let Expr::Ident(id) = e.unparen() else { return false };
        self.lookup(id.name).is_some_and(|(_, o)| matches!(o.kind, ObjKind::Nil))
    }

    /// The import path under which this package's unexported names live.
    pub fn pkg_path(&self) -> Name {
        self.pkg.path
    }
}

fn empty_func() -> Ty {
    let (params, results) = Default::default();
    Ty::new(TyKind::Func(Signature { tparams: Vec::new(), params, results, variadic: false }))
}

fn is_interface(t: Ty) -> bool {
    matches!(t.kind(), TyKind::Interface(_))
}
