//! Expressions: the dispatcher and the ways to ask for one.
//!
//! Every function takes an operand to fill. On an error that has been reported the operand is invalid; nothing more
//! is said about what depends on it. [`Checker::raw_expr`] records what it found out (see [`crate::untyped`] for
//! expressions that have no type yet).

use undergo_source::Pos;
use undergo_syntax::ast::{BasicLit, Expr, LitKind, StarExpr, TypeAssertExpr};
use undergo_syntax::print::expr_string;
use undergo_types::constant_text::parse_literal;
use undergo_types::identical::identical;
use undergo_types::predicates::{is_generic, specifics};
use undergo_types::{Basic, Mode, Ty, TyKind};

use crate::checker::{Checker, Target};
use crate::operand::{OpMode, Operand};

/// What an expression may stand for as a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExprKind {
    /// A conversion.
    Conversion,
    /// An expression without effect.
    Expression,
    /// A call or receive, allowed as a statement. (Also given for erroneous expressions.)
    Statement,
}

/// Longest numeric literal.
const MAX_LITERAL: usize = 10_000;

/// Operand modes that a context refuses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refuse {
    /// A value is needed.
    NonValues,
    /// A value or a type is needed.
    NoValue,
}

impl<'a> Checker<'a> {
    /// Checks `e` and records it. The operand may be anything, also a type or several values. `target` is what a
    /// generic function is assigned to, `hint` the type of a composite literal that has none itself; unless
    /// `allow_generic` is set, a generic function or type is an error.
    pub fn raw_expr(
        &mut self,
        target: Option<&Target>,
        x: &mut Operand,
        e: &'static Expr,
        hint: Option<Ty>,
        allow_generic: bool,
    ) -> ExprKind {
        let kind = self.expr_internal(target, x, e, hint);
        if !allow_generic {
            self.non_generic(target, x);
        }
        self.record(x);
        kind
    }

    /// A single value.
    pub fn expr(&mut self, target: Option<&Target>, x: &mut Operand, e: &'static Expr) {
        self.raw_expr(target, x, e, None, false);
        self.exclude(x, Refuse::NonValues);
        self.single_value(x);
    }

    /// A single value, possibly a generic function.
    pub fn generic_expr(&mut self, x: &mut Operand, e: &'static Expr) {
        self.raw_expr(None, x, e, None, true);
        self.exclude(x, Refuse::NonValues);
        self.single_value(x);
    }

    /// A single value, possibly a generic function; a composite literal without type has type `hint`.
    pub fn expr_with_hint(&mut self, x: &mut Operand, e: &'static Expr, hint: Ty) {
        self.raw_expr(None, x, e, Some(hint), true);
        self.exclude(x, Refuse::NonValues);
        self.single_value(x);
    }

    /// A single value, or a type.
    pub fn expr_or_type(&mut self, x: &mut Operand, e: &'static Expr, allow_generic: bool) {
        self.raw_expr(None, x, e, None, allow_generic);
        self.exclude(x, Refuse::NoValue);
        self.single_value(x);
    }

    /// The values of a call; or, if `allow_comma_ok`, of an expression with a two-valued form (then the result says
    /// so); or a single value.
    pub fn multi_expr(&mut self, e: &'static Expr, allow_comma_ok: bool) -> (Vec<Operand>, bool) {
        let mut x = Operand::new();
        self.raw_expr(None, &mut x, e, None, false);
        self.exclude(&mut x, Refuse::NonValues);
        if x.is_valid()
            && let TyKind::Tuple(list) = x.ty.kind()
        {
            let part = |(i, t): (usize, &Ty)| Operand {
                text: Some(format!("{} function result", ordinal(i + 1))),
                ..Operand::value(*t, e)
            };
            return (list.iter().enumerate().map(part).collect(), false);
        }
        if !allow_comma_ok || !matches!(x.mode, OpMode::MapIndex | OpMode::CommaOk) {
            return (vec![x], false);
        }
        let ok = Operand {
            text: Some("ok value of (comma, ok) expression".into()),
            ..Operand::value(Ty::basic(Basic::UntypedBool), e)
        };
        // The first value's expression must not take the place of the pair: it is recorded with its own type.
        (vec![x, ok], true)
    }

    /// Records the pair type of a two-valued form whose values got these types.
    pub fn record_comma_ok(&mut self, e: &'static Expr, value: Ty, ok: Ty) {
        let pair = Ty::tuple(vec![value, ok]);
        let mut at = e;
        loop {
            self.info().replace_type(at.id(), pair);
            match at {
                Expr::Paren(p) => at = &p.x,
                _ => return,
            }
        }
    }

    /// A list of values. A single call may give several.
    pub fn expr_list(&mut self, list: &'static [Expr]) -> Vec<Operand> {
        if let [e] = list {
            return self.multi_expr(e, false).0;
        }
        list.iter()
            .map(|e| {
                let mut x = Operand::new();
                self.expr(None, &mut x, e);
                x
            })
            .collect()
    }

    /// Checks expressions whose results do not matter. False if one of them is erroneous.
    pub fn use_exprs(&mut self, list: impl IntoIterator<Item = &'static Expr>) -> bool {
        let mut ok = true;
        for e in list {
            ok &= self.use_expr(e, false);
        }
        ok
    }

    /// The same for operands on the left of an assignment: variables there are not used by it.
    pub fn use_lhs(&mut self, list: impl IntoIterator<Item = &'static Expr>) -> bool {
        let mut ok = true;
        for e in list {
            ok &= self.use_expr(e, true);
        }
        ok
    }

    fn use_expr(&mut self, e: &'static Expr, is_lhs: bool) -> bool {
        let mut x = Operand::new();
        let Expr::Ident(n) = e.unparen() else {
            self.raw_expr(None, &mut x, e, None, true);
            return x.is_valid();
        };
        if n.name.is_blank() {
            return true;
        }
        let var = if is_lhs { self.lookup(n.name).map(|(_, o)| o).filter(|o| o.var_kind().is_some()) } else { None };
        let was_used = var.is_none_or(|v| v.is_used());
        self.expr_or_type(&mut x, e.unparen(), true);
        if let Some(v) = var
            && !was_used
        {
            v.used.store(false, std::sync::atomic::Ordering::Relaxed);
        }
        x.is_valid()
    }

    /// Refuses generic functions and types without type arguments, except that a function's may follow from `target`.
    pub(crate) fn non_generic(&mut self, target: Option<&Target>, x: &mut Operand) {
        if !x.is_valid() || x.mode == OpMode::NoValue {
            return;
        }
        let alias = x.mode == OpMode::Type && x.expr.is_some_and(|e| self.generic_alias(e).is_some());
        if !alias && !is_generic(x.ty) {
            return;
        }
        let what = match x.ty.kind() {
            TyKind::Func(_) if x.mode != OpMode::Type => {
                if let Some(t) = target {
                    let pos = x.expr.map_or(Pos::NONE, Expr::node_pos);
                    self.func_inst(Some(t), pos, x, None, true);
                    return;
                }
                "function"
            }
            _ => "type",
        };
        let text = x.expr_text();
        self.error_op(x, format!("cannot use generic {what} {text} without instantiation"));
        x.invalidate();
        x.ty = Ty::invalid();
    }

    fn exclude(&mut self, x: &mut Operand, refuse: Refuse) {
        let values_only = refuse == Refuse::NonValues;
        let what = match x.mode {
            OpMode::NoValue if values_only => "used as value",
            OpMode::NoValue => "used as value or type",
            OpMode::Builtin if values_only => "must be called",
            OpMode::Type if values_only => "is not an expression",
            _ => return,
        };
        let op = self.operand_str(x);
        self.error_op(x, format!("{op} {what}"));
        x.invalidate();
    }

    /// Refuses what is no value.
    pub(crate) fn exclude_non_values(&mut self, x: &mut Operand) {
        self.exclude(x, Refuse::NonValues);
    }

    /// The same as the private checks of [`Checker::expr`], for `new`, whose operand may be a type or a value.
    pub(crate) fn exclude_builtin_and_no_value(&mut self, x: &mut Operand) {
        match x.mode {
            OpMode::Builtin => self.exclude(x, Refuse::NonValues),
            _ => self.exclude(x, Refuse::NoValue),
        }
    }

    /// Refuses several values.
    pub(crate) fn single_value(&mut self, x: &mut Operand) {
        if x.mode == OpMode::Value && matches!(x.ty.kind(), TyKind::Tuple(_)) {
            let op = self.operand_str(x);
            self.error_op(x, format!("multiple-value {op} in single-value context"));
            x.invalidate();
        }
    }

    fn expr_internal(
        &mut self,
        target: Option<&Target>,
        x: &mut Operand,
        e: &'static Expr,
        hint: Option<Ty>,
    ) -> ExprKind {
        *x = Operand::new();
        x.expr = Some(e);
        let mut kind = ExprKind::Expression;
        match e {
            Expr::Bad(_) => {}
            Expr::Ident(n) => self.ident(x, e, n, false),
            Expr::Ellipsis(_) => self.error(e.err_pos(), "invalid syntax tree: invalid use of ..."),
            Expr::BasicLit(lit) => self.basic_lit(x, e, lit),
            Expr::FuncLit(f) => self.func_lit(x, e, f),
            Expr::CompositeLit(c) => self.composite_lit(x, e, c, hint),
            Expr::Paren(p) => {
                kind = self.raw_expr(None, x, &p.x, None, false);
                x.expr = Some(e);
                return kind;
            }
            Expr::Selector(s) => self.selector(x, e, s, false),
            Expr::Index(i) => {
                if self.index_expr(x, e, i) {
                    self.func_inst(target, i.lbrack, x, Some((e, i)), true);
                }
            }
            Expr::Slice(s) => self.slice_expr(x, e, s),
            Expr::TypeAssert(t) => self.type_assert(x, e, t),
            Expr::Call(c) => {
                let kind = self.call_expr(x, e, c);
                x.expr = Some(e);
                return kind;
            }
            Expr::Star(s) => self.star(x, s),
            Expr::Unary(u) => {
                self.unary(x, e, u);
                if x.is_valid() && u.op == undergo_syntax::ast::UnaryOp::Recv {
                    kind = ExprKind::Statement;
                }
            }
            Expr::Binary(b) => self.binary_expr(x, e, b),
            Expr::KeyValue(_) => self.error(e.err_pos(), "invalid syntax tree: no key:value expected"),
            Expr::ArrayType(_)
            | Expr::StructType(_)
            | Expr::FuncType(_)
            | Expr::InterfaceType(_)
            | Expr::MapType(_)
            | Expr::ChanType(_) => {
                x.mode = OpMode::Type;
                x.ty = self.typ(e);
            }
        }
        x.expr = Some(e);
        if x.is_valid() { kind } else { ExprKind::Statement }
    }

    fn basic_lit(&mut self, x: &mut Operand, e: &'static Expr, lit: &'static BasicLit) {
        if lit.bad {
            return;
        }
        let text = lit.value.as_str();
        let basic = match lit.kind {
            LitKind::Int => Basic::UntypedInt,
            LitKind::Float => Basic::UntypedFloat,
            LitKind::Imag => Basic::UntypedComplex,
            LitKind::Rune => Basic::UntypedRune,
            LitKind::String => Basic::UntypedString,
        };
        if matches!(lit.kind, LitKind::Int | LitKind::Float | LitKind::Imag) {
            self.literal_version(lit);
            if text.len() > MAX_LITERAL {
                let n = text.len();
                self.error(lit.pos, format!("excessively long constant: {}... ({n} chars)", &text[..10]));
                return;
            }
        }
        let val = parse_literal(lit.kind, text);
        if val.is_unknown() {
            self.error(lit.pos, format!("malformed constant: {text}"));
            return;
        }
        x.set_const(Ty::basic(basic), val);
        x.expr = Some(e);
        self.overflow(x, lit.pos);
    }

    /// Literal forms that old language versions do not have.
    fn literal_version(&mut self, lit: &BasicLit) {
        let text = lit.value.as_str();
        if text.len() <= 2 || self.allow_version((1, 13)) {
            return;
        }
        let prefix = if text.starts_with('0') { text.as_bytes()[1] | 0x20 } else { 0 };
        let what = if text.contains('_') {
            "underscore in numeric literal"
        } else if prefix == b'b' {
            "binary literal"
        } else if prefix == b'o' {
            "0o/0O-style octal literal"
        } else if prefix == b'x' && lit.kind != LitKind::Int {
            "hexadecimal floating-point literal"
        } else {
            return;
        };
        self.version_error(lit.pos, (1, 13), what);
    }

    /// `*x`: a pointer type or what a pointer points at.
    fn star(&mut self, x: &mut Operand, s: &'static StarExpr) {
        self.expr_or_type(x, &s.x, false);
        match x.mode {
            OpMode::Invalid => return,
            OpMode::Type => {
                self.valid_var_type(&s.x, x.ty);
                x.ty = Ty::pointer(x.ty);
                return;
            }
            _ => {}
        }
        let mut base: Option<Ty> = None;
        for s in specifics(x.ty).unwrap_or_default() {
            let TyKind::Pointer(b) = s.under.kind() else {
                base = None;
                break;
            };
            if base.is_some_and(|base| !identical(*b, base)) {
                let op = self.operand_str(x);
                self.error_op(x, format!("invalid operation: pointers of {op} must have identical base types"));
                x.invalidate();
                return;
            }
            base = Some(*b);
        }
        match base {
            Some(b) => {
                x.mode = OpMode::Variable;
                x.ty = b;
                if !self.is_complete(b) {
                    x.invalidate();
                }
            }
            None => {
                let op = self.operand_str(x);
                self.error_op(x, format!("invalid operation: cannot indirect {op}"));
                x.invalidate();
            }
        }
    }

    fn type_assert(&mut self, x: &mut Operand, e: &'static Expr, a: &'static TypeAssertExpr) {
        self.expr(None, x, &a.x);
        let Some(ty) = &a.ty else {
            self.error(e.err_pos(), "invalid syntax tree: use of .(type) outside type switch");
            x.invalidate();
            return;
        };
        if !x.is_valid() {
            return;
        }
        let problem = if x.ty.is_type_param() {
            let op = self.operand_str(x);
            Some(format!("cannot use type assertion on type parameter value {op}"))
        } else if !matches!(x.ty.under(), TyKind::Interface(_)) {
            let op = self.operand_str(x);
            Some(format!("{op} is not an interface"))
        } else {
            None
        };
        if let Some(msg) = problem {
            self.error_op(x, format!("invalid operation: {msg}"));
            x.invalidate();
            return;
        }
        let t = self.var_type(ty);
        if t.is_invalid() || !self.is_complete(t) {
            x.invalidate();
            return;
        }
        if let Err(cause) = self.assertable_to(x.ty, t) {
            let (text, t, v) = (expr_string(e), self.type_str(t), self.type_str(x.ty));
            let msg = format!("impossible type assertion: {text}\n\t{t} does not implement {v} {cause}");
            self.error(e.err_pos(), msg);
        }
        x.set_value(t);
        x.mode = OpMode::CommaOk;
    }

    /// Records an expression as the use of a built-in function; its type is the signature of this very call.
    pub(crate) fn record_builtin(&mut self, f: &'static Expr, sig: Ty) {
        let mut at = f;
        loop {
            self.record_type(at, Mode::Builtin, sig, None);
            match at {
                Expr::Paren(p) => at = &p.x,
                _ => return,
            }
        }
    }
}

fn ordinal(n: usize) -> String {
    let suffix = match n {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}
