//! Instantiation of generic functions: `f[T]`, and `f` where a function type is expected.

use undergo_source::Pos;
use undergo_syntax::ast::{Expr, IndexExpr};
use undergo_types::subst::subst;
use undergo_types::{Param, Signature, Ty, TyKind};

use crate::checker::{Checker, Target};
use crate::infer::{Inference, rename_tparams};
use crate::operand::{OpMode, Operand};
use crate::typexpr::instantiated_ident;

/// Written type arguments.
pub(crate) type TypeArgExprs = &'static [Expr];

impl<'a> Checker<'a> {
    /// Instantiates generic function `x`: with the type arguments of `inst`, and with those that follow from
    /// `target`. If some remain and `infer` is not set, gives those that are written, and leaves `x` alone.
    pub fn func_inst(
        &mut self,
        target: Option<&Target>,
        pos: Pos,
        x: &mut Operand,
        inst: Option<(&'static Expr, &'static IndexExpr)>,
        infer: bool,
    ) -> Option<Vec<Ty>> {
        let pos_of_error = inst.map_or(pos, |(_, i)| i.lbrack);
        let old_version = !self.verify_version(pos_of_error, (1, 18), "function instantiation");
        let mut xlist: TypeArgExprs = &[];
        let mut targs = Vec::new();
        if let Some((e, i)) = inst {
            x.expr = Some(e);
            xlist = &i.indices;
            targs = match self.type_list(xlist) {
                Some(list) => list,
                None => {
                    x.invalidate();
                    return None;
                }
            };
        }
        let generic = x.ty;
        let TyKind::Func(sig) = generic.kind() else {
            x.invalidate();
            return None;
        };
        let (got, want) = (targs.len(), sig.tparams.len());
        if got > want {
            let at = xlist[got - 1].err_pos();
            self.error(at, format!("got {got} type arguments but want {want}"));
            x.invalidate();
            return None;
        }
        if got < want {
            if !infer {
                return Some(targs);
            }
            if target.is_some() && !old_version && !self.allow_version((1, 21)) {
                let how = if inst.is_some() { "partially" } else { "implicitly" };
                self.version_error(pos_of_error, (1, 21), format!("{how} instantiated function in assignment"));
            }
            targs = self.infer_from_target(target, pos, x, sig, targs)?;
        }
        let e = x.expr?;
        x.set_value(self.instantiate_signature(e.node_pos(), e, generic, targs, xlist));
        None
    }

    fn infer_from_target(
        &mut self,
        target: Option<&Target>,
        pos: Pos,
        x: &mut Operand,
        sig: &Signature,
        targs: Vec<Ty>,
    ) -> Option<Vec<Ty>> {
        let plain = Ty::new(TyKind::Func(Signature { tparams: Vec::new(), ..sig.clone() }));
        let (tparams, params) = rename_tparams(&sig.tparams, &[plain]);
        let mut known: Vec<Option<Ty>> = targs.into_iter().map(Some).collect();
        known.resize(tparams.len(), None);
        let arg = target.map(|t| Operand {
            mode: OpMode::Value,
            ty: t.sig,
            expr: x.expr,
            text: Some(t.desc.clone()),
            ..Operand::new()
        });
        let args: Vec<Operand> = arg.into_iter().collect();
        let params = if args.is_empty() { Vec::new() } else { params };
        let what = Inference { pos, tparams: &tparams, targs: known, params, args: &args, shown: &[], reverse: true };
        match self.infer(what) {
            Ok(targs) => Some(targs),
            Err(report) => {
                if let Some((pos, msg)) = report {
                    self.error(pos, msg);
                }
                x.invalidate();
                None
            }
        }
    }

    /// Types from a list of type arguments; none after an error.
    pub(crate) fn type_list(&mut self, list: TypeArgExprs) -> Option<Vec<Ty>> {
        let types: Vec<Ty> = list.iter().map(|e| self.var_type(e)).collect();
        if types.iter().any(|t| t.is_invalid()) { None } else { Some(types) }
    }

    /// The type of generic function `e` of type `generic` with type arguments `targs`; recorded. Whether the arguments
    /// satisfy their constraints is checked later.
    pub fn instantiate_signature(
        &mut self,
        pos: Pos,
        e: &'static Expr,
        generic: Ty,
        targs: Vec<Ty>,
        xlist: TypeArgExprs,
    ) -> Ty {
        let TyKind::Func(sig) = generic.kind() else { return generic };
        let ty = instance_type(sig, &targs);
        if let Some(id) = instantiated_ident(e) {
            self.record_instance(id, targs.clone(), ty);
        }
        let env = self.env.clone();
        self.later(move |c| {
            c.with_env(env, |c| match c.verify_instance(&sig.tparams, &targs) {
                Err((i, cause)) => {
                    let pos = xlist.get(i).map_or(pos, Expr::err_pos);
                    c.soft_error(pos, cause);
                }
                Ok(()) => {
                    let positions: Vec<Pos> = xlist.iter().map(Expr::err_pos).collect();
                    c.record_mono(pos, &sig.tparams, &targs, &positions);
                }
            });
        });
        ty
    }
}

/// The signature with type arguments for its type parameters.
pub(crate) fn instance_type(sig: &Signature, targs: &[Ty]) -> Ty {
    let list = |params: &[Param]| {
        let put = |p: &Param| Param { name: p.name, ty: subst(p.ty, &sig.tparams, targs) };
        params.iter().map(put).collect()
    };
    Ty::new(TyKind::Func(Signature {
        tparams: Vec::new(),
        params: list(&sig.params),
        results: list(&sig.results),
        variadic: sig.variadic,
    }))
}
