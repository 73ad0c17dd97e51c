//! Operands: what is known of an expression while it is being checked, and how messages describe it.

use undergo_source::Pos;
use undergo_syntax::ast::Expr;
use undergo_syntax::print::expr_string;
use undergo_types::constant::Value;
use undergo_types::constant_text::Style;
use undergo_types::predicates::{composite_kind, is_generic, is_untyped};
use undergo_types::universe::basic_name;
use undergo_types::{Basic, BuiltinId, Mode, Ty, TyKind};

use crate::builtins::builtin_name;
use crate::checker::Checker;

/// How an operand may be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "see Mode, which has all but the first")]
pub enum OpMode {
    /// Erroneous; the error has been reported.
    Invalid,
    NoValue,
    Builtin,
    Type,
    Constant,
    Variable,
    MapIndex,
    Value,
    Nil,
    CommaOk,
}

impl OpMode {
    /// As recorded in the side tables.
    pub fn recorded(self) -> Option<Mode> {
        Some(match self {
            OpMode::Invalid => return None,
            OpMode::NoValue => Mode::NoValue,
            OpMode::Builtin => Mode::Builtin,
            OpMode::Type => Mode::Type,
            OpMode::Constant => Mode::Constant,
            OpMode::Variable => Mode::Variable,
            OpMode::MapIndex => Mode::MapIndex,
            OpMode::Value => Mode::Value,
            OpMode::Nil => Mode::Nil,
            OpMode::CommaOk => Mode::CommaOk,
        })
    }

    fn describe(self) -> &'static str {
        match self {
            OpMode::Invalid => "invalid operand",
            OpMode::NoValue => "no value",
            OpMode::Builtin => "built-in",
            OpMode::Type => "type",
            OpMode::Constant => "constant",
            OpMode::Variable => "variable",
            OpMode::MapIndex => "map index expression",
            OpMode::Value => "value",
            OpMode::Nil => "nil",
            OpMode::CommaOk => "comma, ok expression",
        }
    }
}

/// An intermediate result of checking an expression.
#[derive(Clone, Debug)]
pub struct Operand {
    /// How it may be used.
    pub mode: OpMode,
    /// Its type; of a call with other than one result the tuple.
    pub ty: Ty,
    /// Its value, if the mode is [`OpMode::Constant`].
    pub val: Option<Value>,
    /// The expression.
    pub expr: Option<&'static Expr>,
    /// The predeclared function, if the mode is [`OpMode::Builtin`].
    pub builtin: Option<BuiltinId>,
    /// What messages say instead of the expression, for a part of a multi-valued one.
    pub text: Option<String>,
    /// How messages show the value, if not as one of the type.
    pub style: Option<Style>,
}

impl Default for Operand {
    fn default() -> Operand {
        Operand::new()
    }
}

impl Operand {
    /// An invalid operand.
    pub fn new() -> Operand {
        Operand {
            mode: OpMode::Invalid,
            ty: Ty::invalid(),
            val: None,
            expr: None,
            builtin: None,
            text: None,
            style: None,
        }
    }

    /// A value of type `ty` that `expr` gives.
    pub fn value(ty: Ty, expr: &'static Expr) -> Operand {
        Operand { mode: OpMode::Value, ty, expr: Some(expr), ..Operand::new() }
    }

    /// Whether no error has been found in it.
    pub fn is_valid(&self) -> bool {
        self.mode != OpMode::Invalid
    }

    /// Marks it as erroneous.
    pub fn invalidate(&mut self) {
        self.mode = OpMode::Invalid;
    }

    /// Whether it is `nil`.
    pub fn is_nil(&self) -> bool {
        self.mode == OpMode::Nil
    }

    /// Whether it is a constant.
    pub fn is_const(&self) -> bool {
        self.mode == OpMode::Constant
    }

    /// The constant value; unknown if there is none.
    pub fn const_val(&self) -> Value {
        self.val.clone().unwrap_or(Value::Unknown)
    }

    /// Where errors about it go.
    pub fn pos(&self) -> Pos {
        self.expr.map_or(Pos::NONE, Expr::err_pos)
    }

    /// Makes it a value that is not constant.
    pub fn set_value(&mut self, ty: Ty) {
        self.mode = OpMode::Value;
        self.ty = ty;
        self.val = None;
    }

    /// Makes it a constant.
    pub fn set_const(&mut self, ty: Ty, val: Value) {
        self.mode = OpMode::Constant;
        self.ty = ty;
        self.val = Some(val);
    }

    /// The source text, or what stands for it.
    pub fn expr_text(&self) -> String {
        match (&self.text, self.expr) {
            (Some(t), _) => t.clone(),
            (None, Some(e)) => expr_string(e),
            (None, None) => String::new(),
        }
    }
}

/// A constant as messages show it, in the style of its type.
pub fn const_text(v: &Value, ty: Ty) -> String {
    v.text(ty.as_basic().map_or(Style::Integer, Basic::style))
}

fn value_text(x: &Operand) -> String {
    match x.style {
        Some(style) => x.const_val().text(style),
        None => const_text(&x.const_val(), x.ty),
    }
}

impl<'a> Checker<'a> {
    /// Reports an error about an operand.
    pub fn error_op(&mut self, x: &Operand, msg: impl Into<String>) {
        self.error(x.pos(), msg);
    }

    /// The operand as messages describe it: `x (variable of type int)`.
    pub fn operand_str(&mut self, x: &Operand) -> String {
        if x.mode == OpMode::Nil {
            return match x.ty.kind() {
                TyKind::Basic(Basic::Invalid) => "nil (with invalid type)".into(),
                TyKind::Basic(Basic::UntypedNil) => "nil".into(),
                _ => format!("nil (of type {})", self.type_str(x.ty)),
            };
        }
        let mut expr = x.expr_text();
        if expr.is_empty() {
            expr = match (x.mode, x.builtin) {
                (OpMode::Builtin, Some(id)) => builtin_name(id).to_string(),
                (OpMode::Type, _) => self.type_str(x.ty),
                (OpMode::Constant, _) => value_text(x),
                _ => String::new(),
            };
        }
        let description = self.describe(x, &expr);
        if expr.is_empty() { description } else { format!("{expr} ({description})") }
    }

    /// The type of an operand; that of several results with the names they have.
    fn operand_type_str(&mut self, x: &Operand) -> String {
        let named = match (x.ty.kind(), x.expr.map(Expr::unparen)) {
            (TyKind::Tuple(_), Some(Expr::Call(c))) => self.info().tv(c.fun.id()).and_then(|tv| tv.ty.as_func()),
            _ => None,
        };
        let Some(sig) = named.filter(|s| !s.results.is_empty()) else { return self.type_str(x.ty) };
        let show = |p: &undergo_types::Param| {
            let t = self.type_str(p.ty);
            if p.name.as_str().is_empty() { t } else { format!("{} {t}", p.name) }
        };
        let parts: Vec<String> = sig.results.iter().map(show).collect();
        format!("({})", parts.join(", "))
    }

    fn describe(&mut self, x: &Operand, expr: &str) -> String {
        let mut out = String::new();
        let typeless = matches!(x.mode, OpMode::Invalid | OpMode::NoValue | OpMode::Builtin | OpMode::Type);
        let untyped = !typeless && is_untyped(x.ty);
        if untyped && let TyKind::Basic(b) = x.ty.kind() {
            out.push_str(basic_name(*b));
            out.push(' ');
        }
        out.push_str(x.mode.describe());
        if x.mode == OpMode::Constant {
            let v = value_text(x);
            if v != expr {
                out.push(' ');
                out.push_str(&v);
            }
        }
        if typeless || untyped {
            return out;
        }
        if x.ty.is_invalid() {
            out.push_str(" with invalid type");
            return out;
        }
        out.push_str(" of ");
        if is_generic(x.ty) {
            out.push_str("generic ");
        }
        let alias = x.ty.without_alias().as_alias().is_none() && x.ty.as_alias().is_some();
        if alias && !x.ty.is_type_param() || x.ty.as_named().is_some() {
            let basic = |b| if b == Basic::UnsafePointer { "Pointer" } else { basic_name(b) };
            let kind = composite_kind(x.ty).or_else(|| x.ty.as_basic().map(basic));
            out.push_str(kind.unwrap_or(""));
            out.push(' ');
        }
        out.push_str("type ");
        out.push_str(&self.operand_type_str(x));
        if let TyKind::TypeParam(p) = x.ty.kind()
            && let Some(&bound) = p.bound.get()
        {
            out.push_str(" constrained by ");
            out.push_str(&self.type_str(bound));
            if undergo_types::typeset::type_set(x.ty.underlying()).is_empty() {
                out.push_str(" with empty type set");
            }
        }
        out
    }
}
