//! Function types: receivers, parameters and results.

use undergo_source::{Name, Pos};
use undergo_syntax::ast::{Expr, Field, FuncType, Ident};
use undergo_syntax::print::expr_string;
use undergo_types::lookup::deref;
use undergo_types::predicates::is_generic;
use undergo_types::subst::{instance_of, subst};
use undergo_types::{Basic, Mode, Named, Obj, Param, Signature, Ty, TyKind, TypeParam, VarKind};

use crate::checker::Checker;
use crate::resolver::{Receiver, unpack_receiver};
use crate::scope::ScopeId;
use crate::typexpr::Generic;

/// A function type with the variables that it declares.
#[derive(Clone, Debug)]
pub struct FuncVars {
    /// The type.
    pub ty: Ty,
    /// The receiver.
    pub recv: Option<Obj>,
    /// Type parameters of the receiver.
    pub recv_tparams: Vec<TypeParam>,
    /// Type parameters of its own.
    pub tparams: Vec<TypeParam>,
    /// Parameters, unnamed ones included.
    pub params: Vec<Obj>,
    /// Results, unnamed ones included.
    pub results: Vec<Obj>,
    /// The scope with all of these: that of the body's outermost statements.
    pub scope: ScopeId,
}

impl<'a> Checker<'a> {
    /// Checks a signature, and declares its variables in a new scope inside the current one.
    pub fn func_type(
        &mut self,
        recv: Option<&'static Field>,
        tparams: &'static [Field],
        ft: &'static FuncType,
    ) -> FuncVars {
        let declaring = self.state.declaring.take();
        let outside = self.env.scope;
        let scope = self.open_scope();
        self.scopes.set_func(scope);
        let (recv_var, recv_tparams) = match recv {
            Some(f) => self.receiver(f),
            None => (None, Vec::new()),
        };
        let own = self.declare_type_params(tparams);
        self.bound_type_params(tparams, &own);
        if let Some(f) = declaring {
            let (params, results) = Default::default();
            let partial = TyKind::Func(Signature { tparams: own.clone(), params, results, variadic: false });
            self.state.partial_funcs.insert(f, Ty::new(partial));
        }
        let (params, variadic) = self.collect_params(VarKind::Param, &ft.params);
        let (results, _) = self.collect_params(VarKind::Result, &ft.results);
        if let (Some(v), Some(f)) = (recv_var, recv)
            && let Some(name) = f.names.first()
        {
            self.declare(Some(name), v);
        }
        self.declare_params(&ft.params, &params);
        self.declare_params(&ft.results, &results);
        self.env.scope = outside;
        let list = |vars: &[Obj]| vars.iter().map(|v| Param { name: v.name, ty: v.type_() }).collect();
        let ty = Ty::new(TyKind::Func(Signature {
            tparams: own.clone(),
            params: list(&params),
            results: list(&results),
            variadic,
        }));
        FuncVars { ty, recv: recv_var, recv_tparams, tparams: own, params, results, scope }
    }

    fn declare_params(&mut self, fields: &'static [Field], vars: &[Obj]) {
        let mut vars = vars.iter();
        for f in fields {
            if f.names.is_empty() {
                vars.next();
            }
            for n in &f.names {
                if let Some(&v) = vars.next() {
                    self.declare(Some(n), v);
                }
            }
        }
    }

    /// Makes the variables of a parameter list, without declaring them.
    fn collect_params(&mut self, kind: VarKind, fields: &'static [Field]) -> (Vec<Obj>, bool) {
        let mut vars = Vec::new();
        let mut variadic = false;
        for (i, f) in fields.iter().enumerate() {
            let ty = match &f.ty {
                Expr::Ellipsis(e) => {
                    let elem = self.var_type(&e.elem);
                    let last = i + 1 == fields.len() && f.names.len() <= 1;
                    if kind == VarKind::Param && last {
                        variadic = true;
                        let ty = Ty::slice(elem);
                        self.record_type_id(e.id, Mode::Type, ty, None);
                        ty
                    } else {
                        self.error(e.pos, "can only use ... with final parameter in list");
                        elem
                    }
                }
                e => self.var_type(e),
            };
            if f.names.is_empty() {
                let v = Obj::var(kind, Name::empty(), Some(self.pkg), f.pos, ty);
                self.record_implicit(f.id, v);
                vars.push(v);
            }
            for n in &f.names {
                vars.push(Obj::var(kind, n.name, Some(self.pkg), n.pos, ty));
            }
        }
        (vars, variadic)
    }

    // -----------------------------------------------------------------------------------------------------------
    // Receivers

    /// Makes the receiver variable, and declares the receiver's type parameters but not the variable.
    fn receiver(&mut self, field: &'static Field) -> (Option<Obj>, Vec<TypeParam>) {
        let r = unpack_receiver(&field.ty);
        let (ty, tparams) = match r.tparams {
            None => (self.plain_receiver(field, &r), Vec::new()),
            Some(names) => self.generic_receiver(field, &r, names),
        };
        let var = match field.names.first() {
            Some(n) => Obj::var(VarKind::Recv, n.name, Some(self.pkg), n.pos, ty),
            None => {
                let v = Obj::var(VarKind::Recv, Name::empty(), Some(self.pkg), field.pos, ty);
                self.record_implicit(field.id, v);
                v
            }
        };
        let (env, pos) = (self.env.clone(), r.base.err_pos());
        self.later(move |c| c.with_env(env, |c| c.valid_receiver(pos, ty)));
        (Some(var), tparams)
    }

    fn plain_receiver(&mut self, field: &'static Field, r: &Receiver) -> Ty {
        let ty = self.var_type(&field.ty);
        // An alias may stand for an instance of a generic type or alias, which cannot have methods of its own.
        if let Some(alias) = generic_alias_in(ty) {
            let text = self.type_str(alias);
            self.error(r.base.err_pos(), format!("cannot define new methods on instantiated type {text}"));
            return Ty::invalid();
        }
        if let Some(n) = crate::decl::base_named(ty)
            && !n.explicit_targs().is_empty()
            && n.origin.is_some()
        {
            let text = self.type_str(Ty::named(n));
            self.error(r.base.err_pos(), format!("cannot define new methods on instantiated type {text}"));
            return Ty::invalid();
        }
        ty
    }

    fn generic_receiver(&mut self, field: &'static Field, r: &Receiver, list: &'static [Expr]) -> (Ty, Vec<TypeParam>) {
        let mut base: Option<Named> = None;
        match self.generic_type(r.base) {
            Ok(Generic::Named(n)) => base = Some(n),
            Ok(Generic::Alias(o)) => {
                let text = self.generic_alias_str(o);
                self.error(r.base.err_pos(), format!("cannot define new methods on generic alias type {text}"));
            }
            Err(Some(cause)) => self.error(r.base.err_pos(), cause),
            Err(None) => {}
        }
        let mut tparams = Vec::with_capacity(list.len());
        for (i, e) in list.iter().enumerate() {
            let ident = match e {
                Expr::Ident(n) => *n,
                e => {
                    if !matches!(e, Expr::Bad(_)) {
                        let text = expr_string(e);
                        self.error(e.err_pos(), format!("receiver type parameter {text} must be an identifier"));
                    }
                    Ident { id: e.id(), pos: e.err_pos(), name: Name::blank() }
                }
            };
            let p = self.declare_type_param(&ident, i);
            self.record_use(&ident, p.obj);
            self.record_type(e, Mode::Type, Ty::type_param(p), None);
            tparams.push(p);
        }
        let Some(base) = base else { return (Ty::invalid(), tparams) };
        let ty = self.instantiate_receiver(r, base, &tparams);
        self.record_receiver_types(&field.ty, ty);
        (ty, tparams)
    }

    /// The receiver's type: the generic type, instantiated with the receiver's own names for its type parameters.
    fn instantiate_receiver(&mut self, r: &Receiver, base: Named, tparams: &[TypeParam]) -> Ty {
        let base_tparams = base.tparams.get().cloned().unwrap_or_default();
        let targs: Vec<Ty> = tparams.iter().map(|&p| Ty::type_param(p)).collect();
        if base_tparams.len() != tparams.len() {
            let n = tparams.len();
            let s = if n == 1 { "" } else { "s" };
            let want = base_tparams.len();
            self.error(
                r.base.err_pos(),
                format!("receiver declares {n} type parameter{s}, but receiver base type declares {want}"),
            );
            return Ty::invalid();
        }
        for (own, of_base) in tparams.iter().zip(&base_tparams) {
            self.mono.same(*own, *of_base);
            if let Some(&b) = of_base.bound.get() {
                let _ = own.bound.set(subst(b, &base_tparams, &targs));
            }
        }
        self.verify_version(r.base.err_pos(), (1, 18), "type instantiation");
        let inst = Ty::named(instance_of(base, targs.clone()));
        if let Some(id) = crate::typexpr::instantiated_ident(r.base) {
            self.record_instance(id, targs, inst);
        }
        if r.ptr { Ty::pointer(inst) } else { inst }
    }

    /// Records the types of the nodes that make up a generic receiver's type.
    fn record_receiver_types(&mut self, e: &'static Expr, ty: Ty) {
        let (mut e, mut ty) = (e, ty);
        loop {
            self.record_type(e, Mode::Type, ty, None);
            match e {
                Expr::Paren(p) => e = &p.x,
                Expr::Star(s) => {
                    e = &s.x;
                    ty = deref(ty).0;
                }
                _ => return,
            }
        }
    }

    fn valid_receiver(&mut self, pos: Pos, recv: Ty) {
        let (base, _) = deref(recv);
        match base.kind() {
            _ if base.is_invalid() => {}
            TyKind::Named(n) => {
                let text = self.type_str(base);
                if n.obj.pkg != Some(self.pkg) {
                    return self.error(pos, format!("cannot define new methods on non-local type {text}"));
                }
                let cause = match base.under() {
                    TyKind::Basic(Basic::UnsafePointer) => "unsafe.Pointer",
                    TyKind::Pointer(_) | TyKind::Interface(_) => "pointer or interface type",
                    _ => return,
                };
                self.error(pos, format!("invalid receiver type {text} ({cause})"));
            }
            TyKind::Basic(_) => {
                let text = self.type_str(base);
                self.error(pos, format!("cannot define new methods on non-local type {text}"));
            }
            _ => {
                let text = self.type_str(recv);
                self.error(pos, format!("invalid receiver type {text}"));
            }
        }
    }

    /// Whether a type expression's type is a generic one that has not been instantiated.
    pub(crate) fn is_generic_type(&self, e: &Expr, t: Ty) -> bool {
        self.generic_alias(e).is_some() || t.as_named().is_some() && is_generic(t)
    }
}

/// The instance of a generic alias by whose name a receiver type is called, if it is.
fn generic_alias_in(t: Ty) -> Option<Ty> {
    let own = |t: Ty| t.as_alias().is_some_and(|(_, targs)| !targs.is_empty()).then_some(t);
    own(t).or_else(|| match t.kind() {
        TyKind::Pointer(base) => generic_alias_in(*base),
        _ => None,
    })
}
