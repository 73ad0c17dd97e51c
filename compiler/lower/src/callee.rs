//! What a call calls, and methods as values.

use undergo_ir::{InstData, Sym, Value};
use undergo_source::Name;
use undergo_syntax::ast::*;
use undergo_types::lookup::{Member, lookup};
use undergo_types::{Obj, Selection, SelectionKind, Ty, TyKind};

use crate::call::Target;
use crate::func::FuncLower;
use crate::place::Located;
use crate::val::{Addr, Val};

/// Callee and receiver of a call.
pub struct CalleeParts {
    /// What is called.
    pub target: Target,
    /// The receiver and its type, as the code wants it.
    pub recv: Option<(Val, Ty)>,
    /// Pointers converted to uintptr in the argument list stay alive during the call.
    pub keep_alive: bool,
}

/// A method found for an operand.
enum Method {
    /// Declared: the object, and the receiver as declared.
    Declared(Obj, Val, Ty),
    /// Of an interface value: its two words, interface type and index of the method.
    Abstract(Val, Ty, usize),
}

impl FuncLower<'_> {
    /// The operand of a callee expression that is evaluated with the arguments.
    pub fn callee_operand(&self, fun: &'static Expr) -> &'static Expr {
        match fun.unparen() {
            Expr::Selector(s) => match self.unit.info.selections.get(&s.id) {
                Some(sel) if sel.kind == SelectionKind::MethodVal => &s.x,
                _ => fun,
            },
            Expr::Index(x) if matches!(self.ty(&x.x).under(), TyKind::Func(_)) => self.callee_operand(&x.x),
            _ => fun,
        }
    }

    /// Evaluates the callee.
    pub fn callee(&mut self, fun: &'static Expr) -> CalleeParts {
        if let Some((f, id)) = self.static_callee(fun) {
            let targs = self.instance_targs(&id);
            let keep_alive =
                f.func().and_then(|i| i.decl.get()).is_some_and(|d| d.pragmas.has(Pragmas::UINTPTR_KEEPALIVE));
            let sym = self.cx.index.func_symbol(f, &targs);
            let target = match crate::intrinsics::find(sym) {
                Some(_) => Target::Intrinsic(sym),
                None => Target::Direct(self.cx.func_sym(f, &targs), None),
            };
            return CalleeParts { target, recv: None, keep_alive };
        }
        let mut e = fun.unparen();
        if let Expr::Index(x) = e {
            // A generic method with explicit type arguments.
            if matches!(self.ty(&x.x).under(), TyKind::Func(_)) {
                e = x.x.unparen();
            }
        }
        match e {
            Expr::FuncLit(n) => {
                let lit = self.literal(n);
                CalleeParts { target: Target::Direct(lit.code, lit.object), recv: None, keep_alive: false }
            }
            Expr::Selector(s) => match self.unit.info.selections.get(&s.id) {
                Some(sel) if sel.kind == SelectionKind::MethodVal => self.method_callee(s, sel),
                Some(sel) if sel.kind == SelectionKind::MethodExpr => {
                    let code = self.method_expr_code(s, sel);
                    CalleeParts { target: Target::Direct(code, None), recv: None, keep_alive: false }
                }
                _ => self.func_callee(fun),
            },
            _ => self.func_callee(fun),
        }
    }

    fn func_callee(&mut self, fun: &'static Expr) -> CalleeParts {
        let fv = self.expr1(fun);
        CalleeParts { target: Target::Func(fv), recv: None, keep_alive: false }
    }

    fn method_callee(&mut self, s: &'static SelectorExpr, sel: &'static Selection) -> CalleeParts {
        match self.method_of(s, sel) {
            Some(Method::Declared(m, recv, ty)) => {
                let sym = self.method_code(m, ty, &s.sel);
                let keep_alive =
                    m.func().and_then(|i| i.decl.get()).is_some_and(|d| d.pragmas.has(Pragmas::UINTPTR_KEEPALIVE));
                CalleeParts { target: Target::Direct(sym, None), recv: Some((recv, ty)), keep_alive }
            }
            Some(Method::Abstract(v, iface, index)) => {
                self.cx.note_iface_call(iface, index);
                let off = undergo_abi::types::itab::FUN as u64 + 8 * index as u64;
                let pointer = Ty::basic(undergo_types::Basic::UnsafePointer);
                CalleeParts {
                    target: Target::Method(v.get(0), off),
                    recv: Some((Val::one(v.get(1)), pointer)),
                    keep_alive: false,
                }
            }
            None => {
                let ty = Ty::invalid();
                self.refuse(s.sel.pos, ty, format!("internal: no method {}", s.sel.name));
                CalleeParts {
                    target: Target::Direct(Sym::new("runtime.badmethod"), None),
                    recv: None,
                    keep_alive: false,
                }
            }
        }
    }

    /// Code of a declared method for a receiver of (declared) type `recv`.
    fn method_code(&mut self, m: Obj, recv: Ty, id: &Ident) -> Sym {
        let own = self.instance_targs(id);
        let base = recv.as_named().or_else(|| recv.as_pointer().and_then(Ty::as_named));
        match base {
            Some(named) => self.cx.method_sym(m, named, &own),
            None => self.cx.func_sym(m, &own),
        }
    }

    /// Evaluates the operand of `x.m` up to the value that has the method, in the form that the method wants.
    fn method_of(&mut self, s: &'static SelectorExpr, sel: &'static Selection) -> Option<Method> {
        let xt = self.ty(&s.x);
        // Behind a type parameter there is another type in every instance.
        let (path, method) = match sel.method {
            Some(m) => (sel.path.clone(), Some(m)),
            None => {
                let found = lookup(xt, true, sel.name, sel.pkg).found()?;
                let method = match found.member {
                    Member::Method(m, _) => Some(m),
                    _ => None,
                };
                (found.path, method)
            }
        };
        let by_pointer = method.map(|m| m.func().and_then(|f| f.recv.get()).is_some_and(|r| r.1));
        // The address of the operand is needed for a pointer receiver, its value otherwise.
        let (operand, ty) = if xt.as_pointer().is_none() && self.is_addressable(&s.x) {
            let at = self.addr(&s.x);
            self.at(s.dot);
            let (at, ty) = self.walk_fields(at, xt, &path);
            (Operand::Place(at), ty)
        } else {
            let v = self.expr(&s.x);
            self.at(s.dot);
            match (xt.as_pointer(), path.is_empty()) {
                (Some(elem), false) => {
                    let at = Located { addr: Addr::new(v.get(0)), nilable: true };
                    let (at, ty) = self.walk_fields(at, elem, &path);
                    (Operand::Place(at), ty)
                }
                _ => self.walk_operand(v, xt, &path),
            }
        };
        let Some(by_pointer) = by_pointer else {
            let v = self.operand_value(operand, ty);
            let index = self.method_index(ty, sel.name, sel.pkg)?;
            return Some(Method::Abstract(v, ty, index));
        };
        let m = method?;
        Some(match (ty.as_pointer().filter(|_| !is_named_pointer(ty)), by_pointer) {
            (Some(_), true) => Method::Declared(m, self.operand_value(operand, ty), ty),
            (Some(elem), false) => {
                let p = self.operand_value(operand, ty).get(0);
                let v = self.load_through(p, 0, elem);
                Method::Declared(m, v, elem)
            }
            (None, true) => {
                let p = self.operand_address(operand, ty);
                Method::Declared(m, Val::one(p), Ty::pointer(ty))
            }
            (None, false) => Method::Declared(m, self.operand_value(operand, ty), ty),
        })
    }

    fn walk_operand(&mut self, v: Val, ty: Ty, path: &[usize]) -> (Operand, Ty) {
        if path.is_empty() {
            return (Operand::Value(v), ty);
        }
        // A value's embedded pointer leads to memory, whose address a method may want.
        let mut v = v;
        let mut ty = ty;
        for (i, &f) in path.iter().enumerate() {
            if let Some(elem) = ty.as_pointer() {
                let at = Located { addr: Addr::new(v.get(0)), nilable: true };
                let (at, ty) = self.walk_fields(at, elem, &path[i..]);
                return (Operand::Place(at), ty);
            }
            (v, ty) = self.walk_value(v, ty, &[f]);
        }
        (Operand::Value(v), ty)
    }

    fn operand_value(&mut self, o: Operand, ty: Ty) -> Val {
        match o {
            Operand::Place(at) => self.load_at(at, ty),
            Operand::Value(v) => v,
        }
    }

    fn operand_address(&mut self, o: Operand, ty: Ty) -> Value {
        match o {
            Operand::Place(at) => {
                if at.nilable {
                    self.b.push(InstData::NilCheck(at.addr.base), &[]);
                }
                self.address(at.addr)
            }
            // Not addressable: only in instances where the operand is a value after all.
            Operand::Value(v) => {
                let p = self.new_object(ty);
                self.store(ty, &v, Addr::new(p));
                p
            }
        }
    }

    /// Position of a method in its interface's method table.
    pub fn method_index(&self, iface: Ty, name: Name, pkg: Name) -> Option<usize> {
        let set = undergo_types::typeset::type_set(iface.underlying());
        set.methods.iter().position(|m| undergo_types::identical::same_id(m.name, m.pkg, name, pkg))
    }

    // ---- methods as values

    /// `x.m` without a call: a closure that holds the receiver.
    pub fn method_value(&mut self, s: &'static SelectorExpr, sel: &'static Selection) -> Val {
        match self.method_of(s, sel) {
            Some(Method::Declared(m, recv, ty)) => {
                let own = self.instance_targs(&s.sel);
                let code = self.cx.bound_method_sym(m, ty, &own);
                Val::one(self.make_closure(code, &[(ty, recv)]))
            }
            Some(Method::Abstract(v, iface, index)) => {
                self.cx.note_iface_call(iface, index);
                // A nil interface panics here, not at the call.
                self.b.push(InstData::NilCheck(v.get(0)), &[]);
                let code = self.cx.bound_iface_method_sym(iface, index);
                Val::one(self.make_closure(code, &[(iface, v)]))
            }
            None => {
                let ty = self.subst(sel.ty);
                self.refuse(s.sel.pos, ty, format!("internal: no method {}", s.sel.name))
            }
        }
    }

    /// `T.m`
    pub fn method_expr(&mut self, s: &'static SelectorExpr, sel: &'static Selection) -> Val {
        let code = self.method_expr_code(s, sel);
        let fv = self.cx.funcval_sym(code);
        Val::one(self.b.sym_addr(fv, 0))
    }

    fn method_expr_code(&mut self, s: &'static SelectorExpr, sel: &'static Selection) -> Sym {
        let recv = self.subst(sel.recv);
        let own = self.instance_targs(&s.sel);
        if recv.is_interface()
            && let Some(index) = self.method_index(recv, sel.name, sel.pkg)
        {
            self.cx.note_iface_call(recv, index);
        }
        self.cx.method_expr_sym(recv, sel.name, sel.pkg, &own)
    }
}

/// An operand on its way to a method.
enum Operand {
    Place(Located),
    Value(Val),
}

/// A defined type whose underlying type is a pointer has no methods of its own and is never a receiver.
fn is_named_pointer(ty: Ty) -> bool {
    ty.as_named().is_some()
}
