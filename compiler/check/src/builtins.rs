//! Calls of built-in functions, those of package unsafe included (the latter in [`crate::unsafe_builtins`]).
//!
//! The called expression is recorded with mode `Builtin` and, unless the call is a constant, the signature of this
//! very call as its type.

use undergo_syntax::ast::{BinaryOp, CallExpr, Expr};
use undergo_syntax::print::expr_string;
use undergo_types::constant::{self, Value};
use undergo_types::identical::identical;
use undergo_types::predicates::{all_ordered, all_string, is_numeric, is_string, is_untyped, specifics, under_is};
use undergo_types::typeset::common_underlying;
use undergo_types::{Basic, BuiltinId, ChanDir, Ty, TyKind, universe};

use crate::call::make_sig;
use crate::checker::Checker;
use crate::expr::ExprKind;
use crate::operand::{OpMode, Operand};

/// What the language says about a built-in function.
struct Spec {
    name: &'static str,
    /// Number of arguments; of a variadic one the least.
    args: usize,
    variadic: bool,
    kind: ExprKind,
}

fn spec(id: BuiltinId) -> Spec {
    use BuiltinId::*;
    use ExprKind::{Expression, Statement};
    let (name, args, variadic, kind) = match id {
        Append => ("append", 1, true, Expression),
        Cap => ("cap", 1, false, Expression),
        Clear => ("clear", 1, false, Statement),
        Close => ("close", 1, false, Statement),
        Complex => ("complex", 2, false, Expression),
        Copy => ("copy", 2, false, Statement),
        Delete => ("delete", 2, false, Statement),
        Imag => ("imag", 1, false, Expression),
        Len => ("len", 1, false, Expression),
        Make => ("make", 1, true, Expression),
        Max => ("max", 1, true, Expression),
        Min => ("min", 1, true, Expression),
        New => ("new", 1, false, Expression),
        Panic => ("panic", 1, false, Statement),
        Print => ("print", 0, true, Statement),
        Println => ("println", 0, true, Statement),
        Real => ("real", 1, false, Expression),
        Recover => ("recover", 0, false, Statement),
        UnsafeAdd => ("Add", 2, false, Expression),
        UnsafeAlignof => ("Alignof", 1, false, Expression),
        UnsafeOffsetof => ("Offsetof", 1, false, Expression),
        UnsafeSizeof => ("Sizeof", 1, false, Expression),
        UnsafeSlice => ("Slice", 2, false, Expression),
        UnsafeSliceData => ("SliceData", 1, false, Expression),
        UnsafeString => ("String", 2, false, Expression),
        UnsafeStringData => ("StringData", 1, false, Expression),
    };
    Spec { name, args, variadic, kind }
}

/// The function's name in messages.
pub fn builtin_name(id: BuiltinId) -> &'static str {
    spec(id).name
}

/// What a call of it may be as a statement.
pub(crate) fn kind(id: BuiltinId) -> ExprKind {
    spec(id).kind
}

/// A call of a built-in function.
pub(crate) struct BuiltinCall {
    /// Which.
    pub id: BuiltinId,
    /// The call as an expression.
    pub e: &'static Expr,
    /// The call.
    pub call: &'static CallExpr,
}

impl<'a> Checker<'a> {
    /// Checks a call of built-in function `id`; false after an error.
    pub fn builtin(&mut self, x: &mut Operand, e: &'static Expr, call: &'static CallExpr, id: BuiltinId) -> bool {
        let spec = spec(id);
        if call.ellipsis.is_some() && id != BuiltinId::Append {
            let msg = format!("invalid operation: invalid use of ... with built-in {}", spec.name);
            self.error(e.err_pos(), msg);
            self.use_exprs(&call.args);
            return false;
        }
        // A call or receive inside the argument of len or cap keeps it from being constant.
        let outer = self.env.has_call_or_recv;
        let measures = matches!(id, BuiltinId::Len | BuiltinId::Cap);
        if measures {
            self.env.has_call_or_recv = false;
        }
        let own_args = matches!(id, BuiltinId::Make | BuiltinId::New | BuiltinId::UnsafeOffsetof);
        let args = if own_args { Vec::new() } else { self.expr_list(&call.args) };
        let ok = args.iter().all(Operand::is_valid) && {
            let n = if own_args { call.args.len() } else { args.len() };
            let what = if n < spec.args {
                "not enough"
            } else if n > spec.args && !spec.variadic {
                "too many"
            } else {
                ""
            };
            if !what.is_empty() {
                let text = expr_string(e);
                let (want, pos) = (spec.args, e.err_pos());
                let msg = format!("invalid operation: {what} arguments for {text} (expected {want}, found {n})");
                self.error(pos, msg);
            }
            what.is_empty() && self.builtin_call(x, BuiltinCall { id, e, call }, args)
        };
        if measures {
            self.env.has_call_or_recv = outer;
        }
        ok
    }

    fn builtin_call(&mut self, x: &mut Operand, b: BuiltinCall, args: Vec<Operand>) -> bool {
        use BuiltinId::*;
        if let Some(first) = args.first() {
            *x = first.clone();
        }
        match b.id {
            Append => self.append(x, &b, args),
            Cap | Len => self.len_or_cap(x, &b),
            Clear => self.clear(x, &b),
            Close => self.close(x, &b),
            Complex => self.complex(x, &b, args),
            Copy => self.copy(x, &b, args),
            Delete => self.delete(x, &b, args),
            Imag | Real => self.part(x, &b),
            Make => self.make(x, &b),
            Max | Min => self.min_max(x, &b, args),
            New => self.new_value(x, &b),
            Panic => self.panic(x, &b),
            Print | Println => self.print(x, &b, args),
            Recover => self.builtin_value(x, &b, &[], universe::empty_interface()),
            _ => self.unsafe_builtin(x, &b, args),
        }
    }

    /// The result of a built-in function that is not constant.
    pub(crate) fn builtin_value(&mut self, x: &mut Operand, b: &BuiltinCall, params: &[Ty], result: Ty) -> bool {
        self.record_builtin(&b.call.fun, make_sig(params, Some(result), false));
        x.set_value(result);
        true
    }

    fn builtin_no_value(&mut self, x: &mut Operand, b: &BuiltinCall, params: &[Ty]) -> bool {
        self.record_builtin(&b.call.fun, make_sig(params, None, false));
        x.set_value(Ty::tuple(Vec::new()));
        x.mode = OpMode::NoValue;
        true
    }

    /// The element type of slice `x`, or what is wrong.
    fn slice_elem(&mut self, x: &Operand) -> Result<Ty, String> {
        let mut elem = None;
        for s in specifics(x.ty).unwrap_or_default() {
            let TyKind::Slice(e) = s.under.kind() else {
                elem = None;
                break;
            };
            if let Some(first) = elem
                && !identical(first, *e)
            {
                let (a, b, op) = (self.type_str(first), self.type_str(*e), self.operand_str(x));
                return Err(format!("mismatched slice element types {a} and {b} in {op}"));
            }
            elem = Some(*e);
        }
        elem.ok_or_else(|| {
            let have = if x.is_nil() { "untyped nil".to_string() } else { self.operand_str(x) };
            format!("argument must be a slice; have {have}")
        })
    }

    /// Whether values of type `t` are strings or byte slices; and whether strings are among them.
    fn bytes_or_strings(&self, t: Ty) -> Option<bool> {
        let byte = universe::byte();
        let mut has_string = false;
        for s in specifics(t)? {
            match s.under.kind() {
                TyKind::Slice(e) if identical(*e, byte) => {}
                _ if is_string(s.under) => has_string = true,
                _ => return None,
            }
        }
        Some(has_string)
    }

    fn append(&mut self, x: &mut Operand, b: &BuiltinCall, mut args: Vec<Operand>) -> bool {
        let elem = match self.slice_elem(x) {
            Ok(e) => e,
            Err(cause) => {
                self.error_op(x, format!("invalid append: {cause}"));
                return false;
            }
        };
        let s = x.ty;
        let bytes = Ty::slice(universe::byte());
        if b.call.ellipsis.is_some()
            && args.len() == 2
            && self.assignable_to(x, bytes).is_ok()
            && self.bytes_or_strings(args[1].ty) == Some(true)
        {
            // append([]byte, string...)
            if is_untyped(args[1].ty) {
                self.convert_untyped(&mut args[1], Ty::basic(Basic::String));
            }
            self.record_builtin(&b.call.fun, make_sig(&[s, args[1].ty], Some(s), true));
            x.set_value(s);
            return true;
        }
        let sig = make_sig(&[s, Ty::slice(elem)], Some(s), true);
        self.variadic_arguments(b.e, b.call, sig, args);
        self.record_builtin(&b.call.fun, sig);
        x.set_value(s);
        true
    }

    fn len_or_cap(&mut self, x: &mut Operand, b: &BuiltinCall) -> bool {
        let is_len = b.id == BuiltinId::Len;
        let measurable = |u: Ty| match array_behind(u).kind() {
            TyKind::Basic(s) => s.is_string() && is_len,
            TyKind::Array(..) | TyKind::Slice(_) | TyKind::Chan(..) => true,
            TyKind::Map(..) => is_len,
            _ => false,
        };
        if !under_is(x.ty, measurable) {
            if !x.ty.underlying().is_invalid() {
                let op = self.operand_str(x);
                self.error_op(x, format!("invalid argument: {op} for built-in {}", builtin_name(b.id)));
            }
            return false;
        }
        let constant = match (array_behind(x.ty.underlying()).kind(), &x.val) {
            (TyKind::Basic(_), Some(v)) if x.is_const() => Some(v.as_str().map_or(0, |s| s.len() as u64)),
            (TyKind::Array(_, n), _) if !self.env.has_call_or_recv && !x.ty.is_type_param() => Some(*n),
            _ => None,
        };
        let int = Ty::basic(Basic::Int);
        match constant {
            Some(n) => x.set_const(int, Value::int(n.into())),
            None => {
                self.builtin_value(x, b, &[x.ty], int);
            }
        }
        true
    }

    fn clear(&mut self, x: &mut Operand, b: &BuiltinCall) -> bool {
        self.verify_version(b.call.fun.err_pos(), (1, 21), "clear");
        if !under_is(x.ty, |u| matches!(u.kind(), TyKind::Map(..) | TyKind::Slice(_))) {
            let op = self.operand_str(x);
            let must = "argument must be (or constrained by) map or slice";
            self.error_op(x, format!("invalid argument: cannot clear {op}: {must}"));
            return false;
        }
        self.builtin_no_value(x, b, &[x.ty])
    }

    fn close(&mut self, x: &mut Operand, b: &BuiltinCall) -> bool {
        let mut what = "non-channel";
        let ok = under_is(x.ty, |u| match u.kind() {
            TyKind::Chan(ChanDir::Recv, _) => {
                what = "receive-only channel";
                false
            }
            TyKind::Chan(..) => true,
            _ => false,
        });
        if !ok {
            let op = self.operand_str(x);
            self.error_op(x, format!("invalid operation: cannot close {what} {op}"));
            return false;
        }
        self.builtin_no_value(x, b, &[x.ty])
    }

    fn complex(&mut self, x: &mut Operand, b: &BuiltinCall, mut args: Vec<Operand>) -> bool {
        let mut y = args.swap_remove(1);
        match (is_untyped(x.ty), is_untyped(y.ty)) {
            (false, false) => {}
            (true, false) => self.convert_untyped(x, y.ty),
            (false, true) => self.convert_untyped(&mut y, x.ty),
            (true, true) if x.is_const() && y.is_const() => {
                for o in [&mut *x, &mut y] {
                    if is_numeric(o.ty) && o.const_val().imag().is_zero() {
                        o.ty = Ty::basic(Basic::UntypedFloat);
                    }
                }
            }
            (true, true) => {
                self.convert_untyped(x, Ty::basic(Basic::Float64));
                self.convert_untyped(&mut y, Ty::basic(Basic::Float64));
            }
        }
        if !x.is_valid() || !y.is_valid() {
            return false;
        }
        if !identical(x.ty, y.ty) {
            let (tx, ty) = (self.type_str(x.ty), self.type_str(y.ty));
            let msg = format!("invalid operation: {} (mismatched types {tx} and {ty})", expr_string(b.e));
            self.error_op(x, msg);
            return false;
        }
        let of = |t: Basic| match t {
            Basic::Float32 => Some(Basic::Complex64),
            Basic::Float64 => Some(Basic::Complex128),
            Basic::UntypedFloat => Some(Basic::UntypedComplex),
            _ => None,
        };
        let Some(result) = self.mapped_type(x, b, of) else {
            let t = self.type_str(x.ty);
            self.error_op(x, format!("invalid argument: arguments have type {t}, expected floating-point"));
            return false;
        };
        if x.is_const() && y.is_const() {
            x.set_const(result, Value::complex(x.const_val(), y.const_val()));
            return true;
        }
        for o in [&*x, &y] {
            if let Some(e) = o.expr {
                self.update_expr_type(e, o.ty, true);
            }
        }
        self.builtin_value(x, b, &[x.ty, x.ty], result)
    }

    /// `real` and `imag`
    fn part(&mut self, x: &mut Operand, b: &BuiltinCall) -> bool {
        if is_untyped(x.ty) {
            if x.is_const() {
                if is_numeric(x.ty) {
                    x.ty = Ty::basic(Basic::UntypedComplex);
                }
            } else {
                self.convert_untyped(x, Ty::basic(Basic::Complex128));
                if !x.is_valid() {
                    return false;
                }
            }
        }
        let of = |t: Basic| match t {
            Basic::Complex64 => Some(Basic::Float32),
            Basic::Complex128 => Some(Basic::Float64),
            Basic::UntypedComplex => Some(Basic::UntypedFloat),
            _ => None,
        };
        let Some(result) = self.mapped_type(x, b, of) else {
            let t = self.type_str(x.ty);
            self.error_op(x, format!("invalid argument: argument has type {t}, expected complex type"));
            return false;
        };
        if !x.is_const() {
            return self.builtin_value(x, b, &[x.ty], result);
        }
        let v = x.const_val();
        x.set_const(result, if b.id == BuiltinId::Real { v.real() } else { v.imag() });
        true
    }

    /// The basic type that `of` gives for that of `x`. For a type parameter the language has no answer.
    fn mapped_type(&mut self, x: &Operand, b: &BuiltinCall, of: impl Fn(Basic) -> Option<Basic>) -> Option<Ty> {
        if !x.ty.is_type_param() {
            return of(x.ty.as_basic()?).map(Ty::basic);
        }
        let list = specifics(x.ty)?;
        let results: Option<Vec<Basic>> = list.iter().map(|s| of(s.under.as_basic()?)).collect();
        let first = *results?.first()?;
        let (op, name) = (self.operand_str(x), builtin_name(b.id));
        let msg = format!("{op} not supported as argument to built-in {name} for go1.18 (see go.dev/issue/50937)");
        self.soft_error(x.pos(), msg);
        Some(Ty::basic(first))
    }

    fn copy(&mut self, x: &mut Operand, b: &BuiltinCall, mut args: Vec<Operand>) -> bool {
        let dst = match self.slice_elem(x) {
            Ok(e) => e,
            Err(cause) => {
                self.error_op(x, format!("invalid copy: {cause}"));
                return false;
            }
        };
        let bytes = Ty::slice(universe::byte());
        let y = &mut args[1];
        let special = self.assignable_to(x, bytes).is_ok() && self.bytes_or_strings(y.ty).is_some();
        if !special {
            let src = match self.slice_elem(y) {
                Ok(e) => e,
                Err(_) if all_string(y.ty) => universe::byte(),
                Err(cause) => {
                    self.error_op(y, format!("invalid copy: {cause}"));
                    return false;
                }
            };
            if !identical(dst, src) {
                let (xs, ys) = (self.operand_str(x), self.operand_str(y));
                let (d, s) = (self.type_str(dst), self.type_str(src));
                let what = format!("arguments {xs} and {ys} have different element types {d} and {s}");
                self.error_op(x, format!("invalid copy: {what}"));
                return false;
            }
        }
        if is_untyped(y.ty) {
            self.convert_untyped(y, Ty::basic(Basic::String));
        }
        let params = [x.ty, y.ty];
        self.builtin_value(x, b, &params, Ty::basic(Basic::Int))
    }

    fn delete(&mut self, x: &mut Operand, b: &BuiltinCall, mut args: Vec<Operand>) -> bool {
        let map = x.ty;
        let mut key: Option<Ty> = None;
        for s in specifics(map).unwrap_or_default() {
            let TyKind::Map(k, _) = s.under.kind() else {
                key = None;
                break;
            };
            if key.is_some_and(|key| !identical(key, *k)) {
                let op = self.operand_str(x);
                self.error_op(x, format!("invalid argument: maps of {op} must have identical key types"));
                return false;
            }
            key = Some(*k);
        }
        let Some(key) = key else {
            let op = self.operand_str(x);
            self.error_op(x, format!("invalid argument: {op} is not a map"));
            return false;
        };
        *x = args.swap_remove(1);
        self.assignment(x, Some(key), "argument to delete");
        x.is_valid() && self.builtin_no_value(x, b, &[map, key])
    }

    fn make(&mut self, x: &mut Operand, b: &BuiltinCall) -> bool {
        let arg = &b.call.args[0];
        let t = self.var_type(arg);
        if t.is_invalid() {
            return false;
        }
        let fail = |c: &mut Self, cause: String| {
            let text = expr_string(arg);
            c.error(arg.err_pos(), format!("invalid argument: cannot make {text}: {cause}"));
            false
        };
        let makeable = |u: Ty| matches!(u.kind(), TyKind::Slice(_) | TyKind::Map(..) | TyKind::Chan(..));
        if specifics(t).is_some() && !under_is(t, makeable) {
            return fail(self, "type must be slice, map, or channel".into());
        }
        let u = match common_underlying(t) {
            Ok(u) => u,
            Err(why) => {
                let cause = why.text(|t| self.type_str(t));
                return fail(self, cause);
            }
        };
        let min = if matches!(u.kind(), TyKind::Slice(_)) { 2 } else { 1 };
        let n = b.call.args.len();
        if n < min || n > min + 1 {
            let text = expr_string(b.e);
            let msg = format!("invalid operation: {text} expects {min} or {} arguments; found {n}", min + 1);
            self.error(b.e.err_pos(), msg);
            return false;
        }
        let mut params = vec![t];
        let mut sizes = Vec::new();
        for arg in &b.call.args[1..] {
            let (ty, size) = self.index(arg, None);
            params.push(ty);
            sizes.extend(size);
        }
        if let [len, cap] = sizes[..]
            && len > cap
        {
            self.error(b.call.args[1].err_pos(), "invalid argument: length and capacity swapped");
        }
        self.builtin_value(x, b, &params, t)
    }

    fn min_max(&mut self, x: &mut Operand, b: &BuiltinCall, mut args: Vec<Operand>) -> bool {
        let name = builtin_name(b.id);
        self.verify_version(b.call.fun.err_pos(), (1, 21), format!("built-in {name}"));
        let op = if b.id == BuiltinId::Max { BinaryOp::Gt } else { BinaryOp::Lt };
        for (i, a) in args.iter_mut().enumerate() {
            if !all_ordered(a.ty) {
                let text = self.operand_str(a);
                self.error_op(a, format!("invalid argument: {text} cannot be ordered"));
                return false;
            }
            if i == 0 {
                continue;
            }
            self.match_types(x, a);
            if !x.is_valid() {
                return false;
            }
            if !identical(x.ty, a.ty) {
                let (tx, ta, text) = (self.type_str(x.ty), self.type_str(a.ty), a.expr_text());
                let what = format!("mismatched types {tx} (previous argument) and {ta} (type of {text})");
                self.error_op(a, format!("invalid argument: {what}"));
                return false;
            }
            if !x.is_const() || !a.is_const() {
                x.mode = OpMode::Value;
                x.val = None;
            } else if constant::compare(&a.const_val(), op, &x.const_val()) {
                *x = a.clone();
            }
        }
        if !x.is_const() {
            x.mode = OpMode::Value;
            // An untyped result that is not constant (a shift) gets its default type.
            let context = format!("argument to built-in {name}");
            self.assignment(x, Some(universe::empty_interface()), &context);
            if !x.is_valid() {
                return false;
            }
        }
        for a in &args {
            if let Some(e) = a.expr {
                self.update_expr_type(e, x.ty, true);
            }
        }
        if x.is_const() {
            return true;
        }
        let params = vec![x.ty; args.len()];
        self.builtin_value(x, b, &params, x.ty)
    }

    fn new_value(&mut self, x: &mut Operand, b: &BuiltinCall) -> bool {
        let arg = &b.call.args[0];
        self.raw_expr(None, x, arg, None, false);
        self.exclude_builtin_and_no_value(x);
        self.single_value(x);
        match x.mode {
            OpMode::Invalid => return false,
            OpMode::Type => self.valid_var_type(arg, x.ty),
            _ => {
                if is_untyped(x.ty) {
                    self.assignment(x, None, "argument to new");
                    if !x.is_valid() {
                        return false;
                    }
                }
                if !self.allow_version((1, 26)) {
                    let what = format!("new({})", expr_string(arg));
                    self.version_error(b.call.fun.err_pos(), (1, 26), what);
                }
            }
        }
        self.builtin_value(x, b, &[x.ty], Ty::pointer(x.ty))
    }

    fn panic(&mut self, x: &mut Operand, b: &BuiltinCall) -> bool {
        self.panics.insert((self.env.file, b.call.id));
        self.assignment(x, Some(universe::empty_interface()), "argument to panic");
        x.is_valid() && self.builtin_no_value(x, b, &[universe::empty_interface()])
    }

    fn print(&mut self, x: &mut Operand, b: &BuiltinCall, mut args: Vec<Operand>) -> bool {
        let context = format!("argument to built-in {}", builtin_name(b.id));
        let mut params = Vec::with_capacity(args.len());
        for a in &mut args {
            self.assignment(a, None, &context);
            if !a.is_valid() {
                return false;
            }
            params.push(a.ty);
        }
        self.builtin_no_value(x, b, &params)
    }
}

/// The array that a pointer to one points at; other types are returned as they are.
fn array_behind(t: Ty) -> Ty {
    match t.kind() {
        TyKind::Pointer(e) if matches!(e.under(), TyKind::Array(..)) => e.underlying(),
        _ => t,
    }
}
