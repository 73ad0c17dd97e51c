//! Calls: of functions and methods, generic ones included. Conversions and built-in functions look the same.

use undergo_source::{Name, Pos};
use undergo_syntax::ast::{CallExpr, Expr};
use undergo_syntax::print::expr_string;
use undergo_types::predicates::{is_numeric, is_untyped};
use undergo_types::subst::subst;
use undergo_types::typeset::{all_types, common_underlying, type_set};
use undergo_types::universe::basic_name;
use undergo_types::{Mode, Param, Signature, Ty, TyKind, TypeParam};

use crate::checker::Checker;
use crate::expr::ExprKind;
use crate::infer::{Inference, mentions, rename_tparams};
use crate::instantiate::TypeArgExprs;
use crate::operand::{OpMode, Operand};

/// What a call may be as a statement.
pub type CallKind = ExprKind;

/// Arguments of a call; of a generic function with only some type arguments, those.
pub(crate) struct Args {
    /// The values.
    pub list: Vec<Operand>,
    /// Written type arguments of partially instantiated functions, by index.
    pub targs: Vec<(usize, Vec<Ty>)>,
}

/// The called function.
struct Callee {
    sig: Ty,
    targs: Vec<Ty>,
    xlist: TypeArgExprs,
}

impl<'a> Checker<'a> {
    /// `f(x, …)`. The operand is the result: of several results the tuple.
    pub fn call_expr(&mut self, x: &mut Operand, e: &'static Expr, call: &'static CallExpr) -> CallKind {
        let mut inst = None;
        if let Expr::Index(i) = &call.fun {
            x.expr = Some(&call.fun);
            if self.index_expr(x, &call.fun, i) {
                inst = Some(i);
            }
            x.expr = Some(&call.fun);
            self.record(x);
        } else {
            self.expr_or_type(x, &call.fun, true);
        }
        match x.mode {
            OpMode::Invalid => {
                self.use_exprs(&call.args);
                ExprKind::Statement
            }
            OpMode::Type => {
                self.conversion_call(x, e, call);
                ExprKind::Conversion
            }
            OpMode::Builtin => {
                let Some(id) = x.builtin else { return ExprKind::Statement };
                if !self.builtin(x, e, call, id) {
                    x.invalidate();
                }
                x.expr = Some(e);
                x.builtin = None;
                if x.is_valid() && !x.is_const() {
                    self.env.has_call_or_recv = true;
                }
                crate::builtins::kind(id)
            }
            _ => {
                self.function_call(x, e, call, inst.map_or(&[], |i| &i.indices));
                ExprKind::Statement
            }
        }
    }

    fn conversion_call(&mut self, x: &mut Operand, e: &'static Expr, call: &'static CallExpr) {
        self.non_generic(None, x);
        if !x.is_valid() {
            return;
        }
        let t = x.ty;
        x.invalidate();
        if !self.is_complete(t) {
            return;
        }
        match &call.args[..] {
            [] => {
                let t = self.type_str(t);
                self.error(e.err_pos(), format!("missing argument in conversion to {t}"));
            }
            [arg] => {
                let target = self.func_target(t, "conversion");
                self.expr(target.as_ref(), x, arg);
                if !x.is_valid() {
                    return;
                }
                if t.is_interface() && !type_set(t.underlying()).is_method_set() {
                    let t = self.type_str(t);
                    let what = "(contains specific type constraints or is comparable)";
                    self.error(e.err_pos(), format!("cannot use interface {t} in conversion {what}"));
                    x.invalidate();
                } else if call.ellipsis.is_some() {
                    let t = self.type_str(t);
                    self.error(arg.err_pos(), format!("invalid use of ... in conversion to {t}"));
                    x.invalidate();
                } else {
                    self.conversion(x, t);
                }
            }
            [.., last] => {
                self.use_exprs(&call.args);
                let t = self.type_str(t);
                self.error(last.err_pos(), format!("too many arguments in conversion to {t}"));
            }
        }
    }

    fn function_call(&mut self, x: &mut Operand, e: &'static Expr, call: &'static CallExpr, xlist: TypeArgExprs) {
        let Some(sig) = self.called_signature(x) else {
            x.invalidate();
            return;
        };
        let generic = is_generic_sig(sig);
        let Some(callee) = self.explicit_instance(call, sig, xlist) else {
            self.use_exprs(&call.args);
            x.invalidate();
            return;
        };
        let args = self.generic_args(&call.args);
        let result = self.arguments(e, call, callee, args);
        let TyKind::Func(sig) = result.kind() else { return x.invalidate() };
        if generic && sig.tparams.is_empty() {
            self.record_type(&call.fun, Mode::Value, result, None);
        }
        x.builtin = None;
        match &sig.results[..] {
            [] => {
                x.set_value(result); // messages show the function's type
                x.mode = OpMode::NoValue;
            }
            [one] => {
                x.set_value(one.ty);
                if !self.is_complete(one.ty) {
                    x.invalidate();
                }
            }
            several => x.set_value(Ty::tuple(several.iter().map(|r| r.ty).collect())),
        }
        x.expr = Some(e);
        self.env.has_call_or_recv = true;
        // Inference failed; avoid errors about the type parameters in the result.
        if x.mode == OpMode::Value && mentions(&sig.tparams, x.ty) {
            x.invalidate();
        }
    }

    /// The signature of what is called; reports an error if it is no function.
    fn called_signature(&mut self, x: &Operand) -> Option<Ty> {
        let mut bad = None;
        all_types(x.ty, |pair| {
            bad = pair.filter(|(_, u)| !matches!(u.kind(), TyKind::Func(_))).map(|p| p.0);
            bad.is_none()
        });
        let cause = match bad {
            Some(t) if t.is_invalid() => return None,
            Some(t) => format!("{} is not a function", self.type_str(t)),
            None => match common_underlying(x.ty) {
                Ok(u) => return Some(u),
                Err(why) => why.text(|t| self.type_str(t)),
            },
        };
        let op = self.operand_str(x);
        self.error_op(x, format!("invalid operation: cannot call {op}: {cause}"));
        None
    }

    /// Applies written type arguments; what is missing will be inferred.
    fn explicit_instance(&mut self, call: &'static CallExpr, sig: Ty, xlist: TypeArgExprs) -> Option<Callee> {
        if xlist.is_empty() || !is_generic_sig(sig) {
            return Some(Callee { sig, targs: Vec::new(), xlist: &[] });
        }
        let targs = self.type_list(xlist)?;
        let TyKind::Func(s) = sig.kind() else { return None };
        let (got, want) = (targs.len(), s.tparams.len());
        if got > want {
            self.error(xlist[want].err_pos(), format!("got {got} type arguments but want {want}"));
            return None;
        }
        if got < want {
            return Some(Callee { sig, targs, xlist });
        }
        self.verify_version(call.fun.err_pos(), (1, 18), "function instantiation");
        let sig = self.instantiate_signature(call.fun.node_pos(), &call.fun, sig, targs, xlist);
        Some(Callee { sig, targs: Vec::new(), xlist: &[] })
    }

    /// Arguments, which may be generic functions or, if it is a single call, several values.
    pub(crate) fn generic_args(&mut self, list: &'static [Expr]) -> Args {
        let infer = !self.allow_version((1, 21));
        let mut args = Args { list: Vec::with_capacity(list.len()), targs: Vec::new() };
        for (i, e) in list.iter().enumerate() {
            let mut x = Operand::new();
            if let Expr::Index(ix) = e {
                x.expr = Some(e);
                if self.index_expr(&mut x, e, ix) {
                    match self.func_inst(None, e.node_pos(), &mut x, Some((e, ix)), infer) {
                        Some(targs) => args.targs.push((i, targs)),
                        None => self.record(&x),
                    }
                    x.expr = Some(e);
                    args.list.push(x);
                    continue;
                }
                // Not an instantiation: finish as raw_expr does.
                x.expr = Some(e);
                self.record(&x);
                self.exclude_non_values(&mut x);
            } else if list.len() == 1 {
                self.raw_expr(None, &mut x, e, None, true);
                self.exclude_non_values(&mut x);
            } else {
                self.generic_expr(&mut x, e);
            }
            match x.ty.kind() {
                TyKind::Tuple(types) if x.mode == OpMode::Value => {
                    args.list.extend(types.iter().map(|t| Operand::value(*t, e)));
                }
                _ => args.list.push(x),
            }
        }
        args
    }

    /// Checks arguments against parameters and infers type arguments. Gives the instantiated signature; after an
    /// error possibly the generic one.
    fn arguments(&mut self, e: &'static Expr, call: &'static CallExpr, callee: Callee, args: Args) -> Ty {
        let Callee { sig: sig_ty, targs, xlist } = callee;
        let TyKind::Func(sig) = sig_ty.kind() else { return sig_ty };
        let Some(params) = self.match_arity(e, call, sig, &args.list) else {
            // Type arguments cannot be inferred, but what is written is used.
            return sig_ty;
        };
        let n = sig.tparams.len();
        if n > 0 && !self.allow_version((1, 18)) {
            let (pos, what) = match &call.fun {
                Expr::Index(_) => (call.fun.err_pos(), "function instantiation"),
                _ => (e.err_pos(), "implicit function instantiation"),
            };
            self.version_error(pos, (1, 18), what);
        }
        let mut list = args.list;
        let (result, params) = match self.infer_call(call, sig_ty, sig, targs, xlist, &mut list, args.targs, params) {
            Some(done) => done,
            None => return sig_ty,
        };
        if !list.is_empty() {
            let mut context = None;
            for (x, p) in list.iter_mut().zip(&params) {
                // The text is needed for errors only, and may be long.
                if is_plainly_assignable(x, *p) {
                    continue;
                }
                let context = context.get_or_insert_with(|| format!("argument to {}", expr_string(&call.fun)));
                self.assignment(x, Some(*p), context);
            }
        }
        result
    }

    /// The types of the parameters, one for each argument; none after an error.
    fn match_arity(
        &mut self,
        e: &'static Expr,
        call: &'static CallExpr,
        sig: &Signature,
        args: &[Operand],
    ) -> Option<Vec<Ty>> {
        let mut params: Vec<Ty> = sig.params.iter().map(|p| p.ty).collect();
        let (n, spread) = (args.len(), call.ellipsis.is_some());
        let mut want = params.len();
        if spread && !sig.variadic {
            let f = expr_string(&call.fun);
            self.error(e.err_pos(), format!("cannot use ... in call to non-variadic {f}"));
            return None;
        }
        if spread && call.args.len() == 1 && n > 1 {
            let f = expr_string(&call.args[0]);
            self.error(e.err_pos(), format!("cannot use ... with {n}-valued {f}"));
            return None;
        }
        if sig.variadic && !spread {
            if n + 1 >= want {
                let last = params.pop().unwrap_or_else(Ty::invalid);
                let elem = match last.kind() {
                    TyKind::Slice(e) => *e,
                    _ => last,
                };
                params.resize(n, elem);
                want = n;
            } else {
                want -= 1;
            }
        }
        if n == want {
            return Some(params);
        }
        let (pos, what) = if n > want {
            (args[want].pos(), "too many")
        } else {
            (args.last().map_or(e.err_pos(), Operand::pos), "not enough")
        };
        let have: Vec<Ty> = args.iter().map(|a| a.ty).collect();
        let want: Vec<Ty> = sig.params.iter().map(|p| p.ty).collect();
        let have = self.types_summary(&have, false, spread);
        let want = self.types_summary(&want, sig.variadic, false);
        let f = expr_string(&call.fun);
        self.error_parts(vec![
            (pos, format!("{what} arguments in call to {f}")),
            (Pos::NONE, format!("have {have}")),
            (Pos::NONE, format!("want {want}")),
        ]);
        None
    }

    /// Infers missing type arguments of the called function and of generic functions among the arguments. Gives the
    /// signature and the types of the parameters; none after an error.
    #[allow(clippy::too_many_arguments, reason = "the parts of one call, taken apart by the only caller")]
    fn infer_call(
        &mut self,
        call: &'static CallExpr,
        sig_ty: Ty,
        sig: &'static Signature,
        targs: Vec<Ty>,
        xlist: TypeArgExprs,
        args: &mut [Operand],
        arg_targs: Vec<(usize, Vec<Ty>)>,
        mut params: Vec<Ty>,
    ) -> Option<(Ty, Vec<Ty>)> {
        let n = sig.tparams.len();
        let generic_args: Vec<usize> = (0..args.len()).filter(|&i| is_generic_operand(&args[i])).collect();
        if n == 0 && generic_args.is_empty() {
            return Some((sig_ty, params));
        }
        let pos = call.lparen;
        let mut tparams: Vec<TypeParam> = Vec::new();
        if n > 0 {
            // The function's own parameters may occur in the arguments if it calls itself.
            let recursive = args.iter().any(|a| a.ty.has_params()) || targs.iter().any(|t| t.has_params());
            if recursive {
                (tparams, params) = rename_tparams(&sig.tparams, &params);
            } else {
                tparams = sig.tparams.clone();
            }
        }
        let mut known: Vec<Option<Ty>> = targs.into_iter().map(Some).collect();
        known.resize(n, None);
        // Generic functions take part with type parameters of their own.
        let mut originals = Vec::new();
        for &i in &generic_args {
            let TyKind::Func(f) = args[i].ty.kind() else { continue };
            let plain = Ty::new(TyKind::Func(Signature { tparams: Vec::new(), ..f.clone() }));
            let (fresh, types) = rename_tparams(&f.tparams, &[plain]);
            let written = arg_targs.iter().find(|(j, _)| *j == i).map_or(&[][..], |(_, t)| t);
            known.extend(written.iter().copied().map(Some));
            tparams.extend(fresh);
            known.resize(tparams.len(), None);
            originals.push((i, args[i].ty));
            args[i].ty = types[0];
        }
        if let Some(&i) = generic_args.first() {
            let what = "implicitly instantiated function as argument";
            self.verify_version(args[i].pos(), (1, 21), what);
        }
        let (shown, params_copy) = (&originals[..], params.clone());
        let what = Inference { pos, tparams: &tparams, targs: known, params: params_copy, args, shown, reverse: false };
        let targs = match self.infer(what) {
            Ok(targs) => targs,
            Err(report) => {
                if let Some((pos, msg)) = report {
                    let f = expr_string(&call.fun);
                    self.error(pos, format!("in call to {f}, {msg}"));
                }
                return None;
            }
        };
        let mut result = sig_ty;
        if n > 0 {
            result = self.instantiate_signature(pos, &call.fun, sig_ty, targs[..n].to_vec(), xlist);
            params = params.iter().map(|t| subst(*t, &tparams[..n], &targs[..n])).collect();
        }
        let mut at = n;
        for (i, original) in originals {
            let count = original.as_func().map_or(0, |f| f.tparams.len());
            let own = targs[at..at + count].to_vec();
            at += count;
            let Some(e) = args[i].expr else { continue };
            args[i].ty = self.instantiate_signature(pos, e, original, own, &[]);
            self.record(&args[i]);
        }
        Some((result, params))
    }

    /// Types in a message about the number of values: `(int, number, ...string)`.
    pub fn types_summary(&mut self, list: &[Ty], variadic: bool, spread: bool) -> String {
        let mut parts = Vec::with_capacity(list.len());
        for (i, &t) in list.iter().enumerate() {
            let last = i + 1 == list.len();
            let mut s = match t.kind() {
                _ if t.is_invalid() => "unknown type".to_string(),
                _ if is_untyped(t) && is_numeric(t) => "number".to_string(),
                TyKind::Basic(b) if is_untyped(t) => basic_name(*b).trim_start_matches("untyped ").to_string(),
                TyKind::Slice(elem) if variadic && last => self.type_str(*elem),
                _ => self.type_str(t),
            };
            if last && variadic {
                s.insert_str(0, "...");
            }
            if last && spread {
                s.push_str("...");
            }
            parts.push(s);
        }
        format!("({})", parts.join(", "))
    }

    /// Checks arguments of a built-in function as those of a function with these parameter types.
    pub(crate) fn variadic_arguments(
        &mut self,
        e: &'static Expr,
        call: &'static CallExpr,
        sig: Ty,
        args: Vec<Operand>,
    ) {
        let callee = Callee { sig, targs: Vec::new(), xlist: &[] };
        self.arguments(e, call, callee, Args { list: args, targs: Vec::new() });
    }
}

fn is_generic_sig(t: Ty) -> bool {
    matches!(t.kind(), TyKind::Func(s) if !s.tparams.is_empty())
}

fn is_generic_operand(x: &Operand) -> bool {
    x.is_valid() && is_generic_sig(x.ty)
}

/// Whether assignment has nothing to do.
fn is_plainly_assignable(x: &Operand, t: Ty) -> bool {
    matches!(x.mode, OpMode::Value | OpMode::Variable | OpMode::MapIndex | OpMode::CommaOk) && x.ty == t
}

/// A function type without names, for recording uses of built-in functions.
pub(crate) fn make_sig(params: &[Ty], result: Option<Ty>, variadic: bool) -> Ty {
    let none = Name::empty();
    let list = |types: &[Ty]| {
        let put = |t: &Ty| Param { name: none, ty: undergo_types::predicates::default_type(*t) };
        types.iter().map(put).collect()
    };
    let result: Vec<Ty> = result.into_iter().collect();
    Ty::new(TyKind::Func(Signature { tparams: Vec::new(), params: list(params), results: list(&result), variadic }))
}
