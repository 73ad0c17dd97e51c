//! Index and slice expressions. (What looks like an index may instantiate a generic function or type.)

use undergo_syntax::ast::{Expr, IndexExpr, SliceExpr};
use undergo_types::identical::identical;
use undergo_types::predicates::{all_integer, is_string, is_untyped, specifics};
use undergo_types::{Basic, Ty, TyKind, universe};

use crate::checker::Checker;
use crate::operand::{OpMode, Operand, const_text};

/// How values of a type are indexed.
struct Indexed {
    /// The key type of a map.
    key: Option<Ty>,
    /// The element type.
    elem: Ty,
    /// The length, of an array.
    len: Option<u64>,
    /// Mode of the result.
    mode: OpMode,
}

/// Whether an index may be negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sign {
    /// It may not.
    NonNegative,
    /// It may.
    Any,
}

impl<'a> Checker<'a> {
    /// `x[i]`. True if it is an instantiation of the generic function that the operand now is.
    pub fn index_expr(&mut self, x: &mut Operand, e: &'static Expr, i: &'static IndexExpr) -> bool {
        self.expr_or_type(x, &i.x, true);
        match x.mode {
            OpMode::Invalid => {
                self.use_exprs(&i.indices);
                return false;
            }
            OpMode::Type => {
                x.invalidate();
                x.ty = self.var_type(e);
                if !x.ty.is_invalid() {
                    x.mode = OpMode::Type;
                }
                x.expr = Some(e);
                return false;
            }
            OpMode::Value if x.ty.as_func().is_some_and(|s| !s.tparams.is_empty()) => return true,
            _ => {}
        }
        self.non_generic(None, x);
        if !x.is_valid() {
            return false;
        }
        let behind = match x.ty.under() {
            TyKind::Pointer(t) | TyKind::Map(_, t) => *t,
            _ => x.ty,
        };
        if !self.is_complete(x.ty) || !self.is_complete(behind) {
            x.invalidate();
            return false;
        }
        if x.ty.underlying().is_invalid() && x.mode != OpMode::Builtin {
            self.use_exprs(&i.indices);
            x.invalidate();
            return false;
        }
        let Some(how) = indexed(x) else {
            let op = self.operand_str(x);
            self.error(i.lbrack, format!("cannot index {op}"));
            self.use_exprs(&i.indices);
            x.invalidate();
            return false;
        };
        let index = self.single_index(i);
        if is_untyped(x.ty)
            && let Some(operand) = x.expr
        {
            self.update_expr_type(operand, Ty::basic(Basic::String), true);
        }
        let const_len = x.val.as_ref().and_then(|v| v.as_str()).map(|s| s.len() as u64).filter(|_| x.is_const());
        x.set_value(how.elem);
        x.mode = how.mode;
        match how.key {
            Some(key) => {
                let mut k = Operand::new();
                self.generic_expr(&mut k, index);
                self.assignment(&mut k, Some(key), "map index");
                x.expr = Some(e);
            }
            None => {
                self.index(index, how.len.or(const_len));
            }
        }
        false
    }

    fn single_index(&mut self, i: &'static IndexExpr) -> &'static Expr {
        if let Some(second) = i.indices.get(1) {
            self.error(second.err_pos(), "invalid operation: more than one index");
        }
        &i.indices[0]
    }

    /// Checks an index below `max`. Gives its type (invalid after an error) and constant value.
    pub fn index(&mut self, e: &'static Expr, max: Option<u64>) -> (Ty, Option<u64>) {
        let mut x = Operand::new();
        self.expr(None, &mut x, e);
        if !self.is_valid_index(&mut x, "index", Sign::NonNegative) {
            return (Ty::invalid(), None);
        }
        if !x.is_const() {
            return (x.ty, None);
        }
        let Some(v) = x.const_val().as_u64() else { return (Ty::invalid(), None) };
        if let Some(max) = max.filter(|&m| v >= m) {
            let text = const_text(&x.const_val(), x.ty);
            self.error_op(&x, format!("invalid argument: index {text} out of bounds [0:{max}]"));
            return (Ty::invalid(), None);
        }
        (x.ty, Some(v))
    }

    /// Whether `x` can be an index, length or size; converts it to int if it is untyped.
    pub(crate) fn is_valid_index(&mut self, x: &mut Operand, what: &str, sign: Sign) -> bool {
        if !x.is_valid() {
            return false;
        }
        self.convert_untyped(x, Ty::basic(Basic::Int));
        if !x.is_valid() {
            return false;
        }
        let problem = if !all_integer(x.ty) {
            "must be integer"
        } else if x.is_const() && sign == Sign::NonNegative && x.const_val().is_negative() {
            "must not be negative"
        } else if x.is_const() && x.const_val().represent(Basic::Int).is_none() {
            "overflows int"
        } else {
            return true;
        };
        let op = self.operand_str(x);
        self.error_op(x, format!("invalid argument: {what} {op} {problem}"));
        false
    }

    /// `x[lo:hi:max]`
    pub(crate) fn slice_expr(&mut self, x: &mut Operand, _e: &'static Expr, s: &'static SliceExpr) {
        self.expr(None, x, &s.x);
        if !x.is_valid() {
            self.use_exprs([&s.lo, &s.hi, &s.max].into_iter().flatten());
            return;
        }
        if let Some(base) = x.ty.as_pointer()
            && !self.is_complete(base)
        {
            return x.invalidate();
        }
        let Some(len) = self.slice_operand(x, s) else {
            x.invalidate();
            return;
        };
        x.mode = OpMode::Value;
        x.val = None;
        if s.three && (s.hi.is_none() || s.max.is_none()) {
            x.invalidate(); // reported by the parser
            return;
        }
        // Constant indices; the default ones count too.
        let mut known: [Option<u64>; 3] = [None; 3];
        let exprs = [s.lo.as_ref(), s.hi.as_ref(), s.max.as_ref()];
        for (i, e) in exprs.into_iter().enumerate() {
            known[i] = match e {
                Some(e) => self.index(e, len.map(|n| n.saturating_add(1))).1,
                None if i == 0 => Some(0),
                None => len,
            };
        }
        for i in 0..2 {
            let Some(lo) = known[i].filter(|&v| v > 0) else { continue };
            if let Some(j) = (i + 1..3).find(|&j| known[j].is_some_and(|hi| hi < lo)) {
                let (hi, at) = (known[j].unwrap_or(0), exprs[j].or(exprs[i]));
                let pos = at.map_or(s.lbrack, Expr::err_pos);
                self.error(pos, format!("invalid slice indices: {hi} < {lo}"));
                return;
            }
        }
    }

    /// Gives `x` the type of a slice of it; the result is its length if that is known. None after an error.
    fn slice_operand(&mut self, x: &mut Operand, s: &'static SliceExpr) -> Option<Option<u64>> {
        let under = self.sliced_type(x)?;
        match under.kind() {
            TyKind::Basic(b) if b.is_string() => {
                if s.three {
                    let at = s.max.as_ref().map_or(s.lbrack, Expr::err_pos);
                    self.error(at, "invalid operation: 3-index slice of string");
                    return None;
                }
                let len = x.val.as_ref().and_then(|v| v.as_str()).map(|s| s.len() as u64);
                if is_untyped(x.ty) {
                    if let Some(e) = x.expr {
                        self.update_expr_type(e, Ty::basic(Basic::String), true);
                    }
                    x.ty = Ty::basic(Basic::String);
                }
                Some(len.filter(|_| x.is_const()))
            }
            TyKind::Array(elem, len) => {
                if x.mode != OpMode::Variable {
                    let op = self.operand_str(x);
                    self.error_op(x, format!("cannot slice unaddressable value {op}"));
                    return None;
                }
                x.ty = Ty::slice(*elem);
                Some(Some(*len))
            }
            TyKind::Slice(_) => Some(None),
            TyKind::Pointer(base) => match base.under() {
                TyKind::Array(elem, len) => {
                    x.ty = Ty::slice(*elem);
                    Some(Some(*len))
                }
                _ => self.cannot_slice(x),
            },
            _ => self.cannot_slice(x),
        }
    }

    fn cannot_slice<T>(&mut self, x: &Operand) -> Option<T> {
        if !x.ty.underlying().is_invalid() {
            let op = self.operand_str(x);
            self.error_op(x, format!("cannot slice {op}"));
        }
        None
    }

    /// The underlying type that matters for slicing `x`; a mix of byte slices and strings counts as string.
    fn sliced_type(&mut self, x: &Operand) -> Option<Ty> {
        let Some(list) = specifics(x.ty) else {
            let (op, t) = (self.operand_str(x), self.type_str(x.ty));
            self.error_op(x, format!("cannot slice {op}: no specific type in {t}"));
            return None;
        };
        let bytes = Ty::slice(universe::byte());
        let mut common: Option<(Ty, Ty)> = None;
        let mut has_string = false;
        for s in list {
            let is_str = is_string(s.under);
            has_string |= is_str;
            let u = if is_str { bytes } else { s.under };
            match common {
                None => common = Some((s.ty, u)),
                Some((first, c)) if !identical(c, u) => {
                    let (op, a, b) = (self.operand_str(x), self.type_str(first), self.type_str(s.ty));
                    let msg = format!("cannot slice {op}: {a} and {b} have different underlying types");
                    self.error_op(x, msg);
                    return None;
                }
                Some(_) => {}
            }
        }
        if has_string {
            return Some(if x.ty.is_type_param() { Ty::basic(Basic::String) } else { x.ty.underlying() });
        }
        common.map(|c| c.1)
    }
}

/// How `x` is indexed; none if it cannot be.
fn indexed(x: &Operand) -> Option<Indexed> {
    if !x.ty.is_type_param() {
        return index_one(x.ty.underlying(), x.mode);
    }
    let mut all: Option<Indexed> = None;
    for s in specifics(x.ty)? {
        let one = index_one(s.under, x.mode)?;
        let Some(sum) = &mut all else {
            all = Some(one);
            continue;
        };
        let same_key = match (sum.key, one.key) {
            (None, None) => true,
            (Some(a), Some(b)) => identical(a, b),
            _ => false,
        };
        if !same_key || !identical(sum.elem, one.elem) {
            return None;
        }
        sum.len = match (sum.len, one.len) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if one.mode == OpMode::Value {
            sum.mode = OpMode::Value;
        }
    }
    all
}

fn index_one(u: Ty, mode: OpMode) -> Option<Indexed> {
    let plain = |elem, len, mode| Some(Indexed { key: None, elem, len, mode });
    match u.kind() {
        TyKind::Basic(b) if b.is_string() => plain(universe::byte(), None, OpMode::Value),
        TyKind::Array(e, n) => plain(*e, Some(*n), if mode == OpMode::Variable { mode } else { OpMode::Value }),
        TyKind::Pointer(p) => match p.under() {
            TyKind::Array(e, n) => plain(*e, Some(*n), OpMode::Variable),
            _ => None,
        },
        TyKind::Slice(e) => plain(*e, None, OpMode::Variable),
        TyKind::Map(k, e) => Some(Indexed { key: Some(*k), elem: *e, len: None, mode: OpMode::MapIndex }),
        _ => None,
    }
}
