//! Type argument inference (spec: Type inference).
//!
//! The steps, each of which may find arguments for some type parameters: typed function arguments are unified with
//! parameter types; type parameters are unified with the core types of their constraints, and with the methods that
//! those want, until nothing changes; what is left takes the default type of the untyped constants passed for it.
//! Inferred types that mention other type parameters are then simplified.

use undergo_source::Pos;
use undergo_syntax::ast::Expr;
use undergo_types::predicates::{core_type, default_type, is_untyped, max_untyped, specifics};
use undergo_types::subst::subst;
use undergo_types::{Obj, ObjKind, Ty, TyKind, TypeParam};

use crate::checker::Checker;
use crate::operand::Operand;
use crate::unify::{Interfaces, Match, Unifier};

/// What is to be inferred, and from what.
pub struct Inference<'i> {
    /// Where the call or instantiation is.
    pub pos: Pos,
    /// Type parameters.
    pub tparams: &'i [TypeParam],
    /// Type arguments that are known; as many as parameters.
    pub targs: Vec<Option<Ty>>,
    /// Types of the function's parameters.
    pub params: Vec<Ty>,
    /// What is passed for them; as many.
    pub args: &'i [Operand],
    /// Types of generic functions among the arguments, by index, as messages show them.
    pub shown: &'i [(usize, Ty)],
    /// Whether a function is assigned to a variable: the "argument" then is that variable.
    pub reverse: bool,
}

/// Why inference failed.
pub enum InferError {
    /// An error about an argument has been reported.
    Reported,
    /// To be reported.
    Because(Pos, String),
    /// Types of these methods must be known first.
    NotReady(Vec<Obj>),
}

impl<'a> Checker<'a> {
    /// Infers all type arguments. The error, unless it has been reported, is for the caller to report.
    pub fn infer(&mut self, what: Inference<'_>) -> Result<Vec<Ty>, Option<(Pos, String)>> {
        if what.targs.iter().all(Option::is_some) {
            return Ok(what.targs.into_iter().flatten().collect());
        }
        if what.args.iter().any(|a| !a.is_valid()) {
            return Err(None);
        }
        // Known arguments are put in, so that parameters that mention only them follow the rules of assignment.
        let (known_params, known): (Vec<_>, Vec<_>) =
            what.tparams.iter().zip(&what.targs).filter_map(|(p, t)| t.map(|t| (*p, t))).unzip();
        let params: Vec<Ty> = what.params.iter().map(|t| subst(*t, &known_params, &known)).collect();
        let what = Inference { params, ..what };
        loop {
            match self.try_infer(&what) {
                Ok(targs) => return Ok(targs),
                Err(InferError::Reported) => return Err(None),
                Err(InferError::Because(pos, msg)) => return Err(Some((pos, msg))),
                Err(InferError::NotReady(methods)) => {
                    for m in methods {
                        self.method_ready(m);
                        if m.ty.get().is_none() {
                            return Err(None);
                        }
                    }
                }
            }
        }
    }

    fn try_infer(&mut self, what: &Inference<'_>) -> Result<Vec<Ty>, InferError> {
        let interfaces = if self.allow_version((1, 21)) { Interfaces::ByMethods } else { Interfaces::ByIdentity };
        let mut u = Unifier::new(what.tparams, &what.targs, interfaces);
        let untyped = self.infer_from_args(what, &mut u)?;
        self.infer_from_constraints(what, &mut u)?;
        self.infer_from_untyped(what, &mut u, &untyped)?;
        let mut inferred = u.inferred();
        simplify(what, &mut inferred);
        for (p, t) in what.tparams.iter().zip(&inferred) {
            if t.is_none_or(|t| mentions(what.tparams, t)) {
                let at = self.position_text(p.obj.pos);
                let msg = format!("cannot infer {} (declared at {at})", p.obj.name);
                return Err(InferError::Because(what.pos, msg));
            }
        }
        Ok(inferred.into_iter().flatten().collect())
    }

    /// Unifies parameters with typed arguments. Gives the indices of those with untyped ones.
    fn infer_from_args(&mut self, what: &Inference<'_>, u: &mut Unifier) -> Result<Vec<usize>, InferError> {
        let mut untyped = Vec::new();
        for (i, (&par, arg)) in what.params.iter().zip(what.args).enumerate() {
            if !mentions(what.tparams, par) && !mentions(what.tparams, arg.ty) {
                continue;
            }
            if !is_untyped(arg.ty) {
                if !u.unify(par, arg.ty, Match::Assign) {
                    ready(u)?;
                    let shown = what.shown.iter().find(|(j, _)| *j == i).map_or(arg.ty, |(_, t)| *t);
                    return Err(self.mismatch(what, u, par, arg, shown));
                }
            } else if par.is_type_param() && !arg.is_nil() {
                untyped.push(i);
            }
        }
        Ok(untyped)
    }

    fn mismatch(&mut self, what: &Inference<'_>, u: &Unifier, par: Ty, arg: &Operand, shown: Ty) -> InferError {
        let (t, p, text) = (self.type_str(shown), self.type_str(par), arg.expr_text());
        let inferred = u.inferred();
        let pos = if what.reverse { arg.expr.map_or(what.pos, Expr::node_pos) } else { arg.pos() };
        if inferred.iter().all(Option::is_none) {
            let names = names_text(what.tparams);
            return InferError::Because(pos, format!("type {t} of {text} does not match {p} (cannot infer {names})"));
        }
        let (params, types) = known(what.tparams, &inferred);
        let known = subst(par, &params, &types);
        let msg = if known == par {
            format!("type {t} of {text} does not match {p}")
        } else {
            let known = self.type_str(known);
            match what.reverse {
                true => format!("inferred type {known} for {p} does not match type {t} of {text}"),
                false => format!("type {t} of {text} does not match inferred type {known} for {p}"),
            }
        };
        InferError::Because(pos, msg)
    }

    /// Unifies type parameters with core types and methods of their constraints as long as that finds something.
    fn infer_from_constraints(&mut self, what: &Inference<'_>, u: &mut Unifier) -> Result<(), InferError> {
        loop {
            let before = u.unknowns();
            for (i, p) in what.tparams.iter().enumerate() {
                let known = u.at(i);
                if let Some(core) = core_term(*p) {
                    match known {
                        Some(t) if !u.unify(t, core.ty, Match::Inexact) => {
                            ready(u)?;
                            return Err(self.unsatisfied(what.pos, *p, t, ""));
                        }
                        None if core.single && !core.tilde => u.set(i, core.ty),
                        _ => {}
                    }
                }
                let Some(t) = known.filter(|t| !mentions(what.tparams, *t)) else { continue };
                let constraint = p.constraint();
                let all = self.has_all_methods_by(t, constraint, true, &mut |a, b| u.unify(a, b, Match::Exact));
                if let Err(cause) = all {
                    ready(u)?;
                    return Err(self.unsatisfied(what.pos, *p, t, &format!(" {cause}")));
                }
            }
            if u.unknowns() == before {
                return Ok(());
            }
        }
    }

    fn unsatisfied(&mut self, pos: Pos, p: TypeParam, t: Ty, cause: &str) -> InferError {
        let bound = p.bound.get().copied().unwrap_or_else(|| p.constraint());
        let (t, bound) = (self.type_str(t), self.type_str(bound));
        InferError::Because(pos, format!("{} (type {t}) does not satisfy {bound}{cause}", p.obj.name))
    }

    /// Parameters that are still open get the default type of the largest untyped constant passed for them.
    fn infer_from_untyped(
        &mut self,
        what: &Inference<'_>,
        u: &mut Unifier,
        untyped: &[usize],
    ) -> Result<(), InferError> {
        let mut largest: Vec<(usize, Ty)> = Vec::new();
        for &i in untyped {
            let TyKind::TypeParam(p) = what.params[i].kind() else { continue };
            let Some(k) = what.tparams.iter().position(|q| q == p) else { continue };
            if u.at(k).is_some() {
                continue;
            }
            let arg = &what.args[i];
            let Some(entry) = largest.iter_mut().find(|(j, _)| *j == k) else {
                largest.push((k, arg.ty));
                continue;
            };
            match max_untyped(entry.1, arg.ty) {
                Some(m) => entry.1 = m,
                None => {
                    let (a, b) = (self.type_str(entry.1), self.type_str(arg.ty));
                    let msg = format!("mismatched types {a} and {b} (cannot infer {})", p.obj.name);
                    return Err(InferError::Because(arg.pos(), msg));
                }
            }
        }
        for (k, t) in largest {
            u.set(k, default_type(t));
        }
        Ok(())
    }
}

/// Stops if the result so far means nothing because methods were not declared yet.
fn ready(u: &mut Unifier) -> Result<(), InferError> {
    if u.unready.is_empty() { Ok(()) } else { Err(InferError::NotReady(std::mem::take(&mut u.unready))) }
}

/// The single type behind a constraint.
struct CoreTerm {
    ty: Ty,
    tilde: bool,
    /// It is the only term, not what several have in common.
    single: bool,
}

fn core_term(p: TypeParam) -> Option<CoreTerm> {
    let list = specifics(Ty::type_param(p))?;
    if let [one] = &list[..] {
        return Some(CoreTerm { ty: one.ty, tilde: one.tilde, single: true });
    }
    let ty = core_type(Ty::type_param(p))?;
    Some(CoreTerm { ty, tilde: list.iter().any(|s| s.tilde), single: false })
}

fn known(tparams: &[TypeParam], inferred: &[Option<Ty>]) -> (Vec<TypeParam>, Vec<Ty>) {
    tparams.iter().zip(inferred).filter_map(|(p, t)| t.map(|t| (*p, t))).unzip()
}

/// Replaces type parameters in inferred types by what was inferred for them.
fn simplify(what: &Inference<'_>, inferred: &mut [Option<Ty>]) {
    let mut active = Vec::new();
    for i in 0..inferred.len() {
        cut_cycles(what.tparams, inferred, i, &mut active);
    }
    // Without cycles each round resolves one more level.
    for _ in 0..=inferred.len() {
        let (params, types) = known(what.tparams, inferred);
        let mut changed = false;
        for (t, given) in inferred.iter_mut().zip(&what.targs) {
            let Some(old) = *t else { continue };
            let new = if given.is_some() { old } else { subst(old, &params, &types) };
            changed |= new != old;
            *t = Some(new);
        }
        if !changed {
            return;
        }
    }
}

/// Forgets types that would have to contain themselves.
fn cut_cycles(tparams: &[TypeParam], inferred: &mut [Option<Ty>], i: usize, active: &mut Vec<usize>) {
    if active.contains(&i) {
        inferred[i] = None;
        return;
    }
    let Some(t) = inferred[i] else { return };
    active.push(i);
    for j in 0..tparams.len() {
        if mentions(&tparams[j..=j], t) {
            cut_cycles(tparams, inferred, j, active);
        }
    }
    active.pop();
}

/// Whether one of `tparams` occurs in `t`.
pub(crate) fn mentions(tparams: &[TypeParam], t: Ty) -> bool {
    if !t.has_params() || tparams.is_empty() {
        return false;
    }
    let m = |t: &Ty| mentions(tparams, *t);
    match t.kind() {
        TyKind::Basic(_) => false,
        TyKind::TypeParam(p) => tparams.contains(p),
        TyKind::Named(n) => n.targs.iter().any(m),
        TyKind::Pointer(e) | TyKind::Slice(e) | TyKind::Array(e, _) | TyKind::Chan(_, e) => m(e),
        TyKind::Map(k, v) => m(k) || m(v),
        TyKind::Struct(fields) => fields.iter().any(|f| m(&f.ty)),
        TyKind::Func(s) => s.params.iter().chain(&s.results).any(|p| m(&p.ty)),
        TyKind::Interface(i) => i.methods.iter().any(|f| m(&f.sig)) || i.embeds.iter().any(|(e, _)| m(e)),
        TyKind::Tuple(list) => list.iter().any(m),
        TyKind::Union(terms) => terms.iter().any(|(_, e)| m(e)),
    }
}

/// Fresh copies of type parameters, and `types` in terms of them: a function may be called within its own body, with
/// types that mention its own parameters.
pub(crate) fn rename_tparams(tparams: &[TypeParam], types: &[Ty]) -> (Vec<TypeParam>, Vec<Ty>) {
    let fresh: Vec<TypeParam> = tparams
        .iter()
        .map(|p| {
            let kind = ObjKind::TypeName { alias: false, alias_tparams: Default::default() };
            let obj = Obj::new(kind, p.obj.name, p.obj.pkg, p.obj.pos, false);
            let q = TypeParam::new(obj, p.index);
            obj.set_type(Ty::type_param(q));
            q
        })
        .collect();
    let args: Vec<Ty> = fresh.iter().map(|p| Ty::type_param(*p)).collect();
    for (p, q) in tparams.iter().zip(&fresh) {
        if let Some(&b) = p.bound.get() {
            let _ = q.bound.set(subst(b, tparams, &args));
        }
    }
    let types = types.iter().map(|t| subst(*t, tparams, &args)).collect();
    (fresh, types)
}

/// `P`, `P and Q`, `P, Q, and R`
fn names_text(tparams: &[TypeParam]) -> String {
    let names: Vec<&str> = tparams.iter().map(|p| p.obj.name.as_str()).collect();
    match &names[..] {
        [] => String::new(),
        [a] => a.to_string(),
        [a, b] => format!("{a} and {b}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
    }
}
