//! Selectors: qualified identifiers, fields, methods and method expressions.

use undergo_source::Name;
use undergo_syntax::ast::{Expr, Ident, SelectorExpr};
use undergo_syntax::print::expr_string;
use undergo_types::lookup::{Found, Lookup, Member, NameMatch};
use undergo_types::predicates::is_interface_pointer;
use undergo_types::{Obj, ObjKind, Param, Pkg, Selection, SelectionKind, Signature, Ty, TyKind};

use crate::checker::Checker;
use crate::operand::{OpMode, Operand};

/// How a name that was not found differs from one that is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Near {
    /// Nothing similar.
    Missing,
    /// Another spelling.
    Misspelled,
    /// The same but for the case of the first letter, which keeps it in its package.
    Unexported,
    /// The very name, in another package.
    Inaccessible,
}

impl<'a> Checker<'a> {
    /// `x.f`; with `want_type` it must be a qualified type.
    pub fn selector(&mut self, x: &mut Operand, e: &'static Expr, s: &'static SelectorExpr, want_type: bool) {
        x.expr = Some(e);
        if let Expr::Ident(id) = &s.x
            && let Some((_, obj)) = self.lookup(id.name)
            && let ObjKind::PkgName(pkg) = obj.kind
        {
            self.record_use(id, obj);
            obj.mark_used();
            self.qualified_ident(x, e, s, pkg);
            x.expr = Some(e);
            return;
        }
        self.member_selector(x, e, s, want_type);
        if !x.is_valid() {
            x.ty = Ty::invalid();
        }
        x.expr = Some(e);
    }

    fn qualified_ident(&mut self, x: &mut Operand, e: &'static Expr, s: &'static SelectorExpr, pkg: Pkg) {
        *x = Operand::new();
        let Some(obj) = pkg.lookup(s.sel.name) else {
            self.undefined_in_package(e, &s.sel, pkg);
            return;
        };
        if !s.sel.name.is_exported() {
            if !crate::exported::in_export_data(pkg, s.sel.name) {
                return self.undefined_in_package(e, &s.sel, pkg);
            }
            let name = pkg.name.get().copied().unwrap_or(pkg.path);
            self.error(s.sel.pos, format!("name {} not exported by package {name}", s.sel.name));
        }
        self.record_use(&s.sel, obj);
        x.ty = obj.type_();
        x.mode = match &obj.kind {
            ObjKind::Const(value) => {
                x.val = value.get().cloned();
                if x.ty.is_invalid() || x.val.is_none() { OpMode::Invalid } else { OpMode::Constant }
            }
            ObjKind::TypeName { .. } if x.ty.is_invalid() => OpMode::Invalid,
            ObjKind::TypeName { .. } => OpMode::Type,
            ObjKind::Var(_) => OpMode::Variable,
            ObjKind::Func(_) => OpMode::Value,
            ObjKind::Builtin(id) => {
                x.builtin = Some(*id);
                OpMode::Builtin
            }
            _ => OpMode::Invalid,
        };
    }

    fn undefined_in_package(&mut self, e: &'static Expr, sel: &Ident, pkg: Pkg) {
        if self.resolved.fake.contains(&pkg) || sel.name.is_blank() {
            return;
        }
        let mut similar: Vec<Name> = {
            let scope = pkg.scope.read().expect("no writer panics");
            let lower = sel.name.as_str().to_lowercase();
            scope.keys().filter(|n| n.is_exported() && n.as_str().to_lowercase() == lower).copied().collect()
        };
        similar.sort();
        let other = similar.first().map_or_else(String::new, |n| format!(" (but have {n})"));
        let hint = if similar.is_empty() { self.suggest_exported(pkg, sel.name) } else { None };
        self.error_with_hint(sel.pos, format!("undefined: {}{other}", expr_string(e)), hint);
    }

    fn member_selector(&mut self, x: &mut Operand, e: &'static Expr, s: &'static SelectorExpr, want_type: bool) {
        self.expr_or_type(x, &s.x, false);
        if x.mode == OpMode::Builtin {
            let op = self.operand_str(x);
            self.error(e.node_pos(), format!("invalid use of {op} in selector expression"));
            x.invalidate();
        }
        if !x.is_valid() {
            return;
        }
        if !self.is_complete(x.ty) {
            return x.invalidate();
        }
        if want_type {
            self.error(s.sel.pos, format!("{} is not a type", expr_string(e)));
            x.invalidate();
            return;
        }
        if let Some(base) = x.ty.as_pointer()
            && !self.is_complete(base)
        {
            return x.invalidate();
        }
        let addressable = x.mode == OpMode::Variable;
        let found = match self.lookup_member(x.ty, addressable, s.sel.name) {
            Lookup::Found(f) => f,
            other => {
                self.selector_error(x, s.sel.name, s.sel.pos, other);
                x.invalidate();
                return;
            }
        };
        match found.member {
            Member::Field(f) => {
                if x.mode == OpMode::Type {
                    let t = self.type_str(x.ty);
                    let msg = format!("operand for field selector {} must be value of type {t}", s.sel.name);
                    self.error(s.x.err_pos(), msg);
                    x.invalidate();
                    return;
                }
                self.note_selection(s, SelectionKind::Field, x.ty, &found, f.ty);
                let mode = if addressable || found.indirect { OpMode::Variable } else { OpMode::Value };
                x.set_value(f.ty);
                x.mode = mode;
            }
            Member::Method(m, _) => {
                self.obj_decl(m);
                self.add_decl_dep(m);
                self.select_method(x, s, &found);
            }
            Member::Abstract(_) => self.select_method(x, s, &found),
        }
    }

    /// A method value or method expression.
    fn select_method(&mut self, x: &mut Operand, s: &'static SelectorExpr, found: &Found) {
        let sig = found.member.ty();
        let TyKind::Func(f) = sig.kind() else {
            // The declaration is erroneous, or its own signature refers to the method.
            x.invalidate();
            return;
        };
        let (kind, ty) = if x.mode == OpMode::Type {
            (SelectionKind::MethodExpr, method_expr_type(found, f, x.ty))
        } else {
            (SelectionKind::MethodVal, sig)
        };
        self.note_selection(s, kind, x.ty, found, ty);
        x.set_value(ty);
    }

    /// Records what a selector selects.
    pub(crate) fn note_selection(
        &mut self,
        s: &'static SelectorExpr,
        kind: SelectionKind,
        recv: Ty,
        found: &Found,
        ty: Ty,
    ) {
        let method = match found.member {
            Member::Method(m, _) => Some(m),
            _ => None,
        };
        let (name, pkg) = (s.sel.name, found.member.pkg());
        let (path, indirect) = (found.path.clone(), found.indirect);
        self.record_selection(s.id, &s.sel, Selection { kind, recv, path, indirect, method, name, pkg, ty });
    }

    fn selector_error(&mut self, x: &Operand, sel: Name, pos: undergo_source::Pos, result: Lookup) {
        if x.ty.underlying().is_invalid() {
            return;
        }
        let text = x.expr_text();
        let msg = match result {
            Lookup::Ambiguous => format!("ambiguous selector {text}.{sel}"),
            Lookup::NeedsPointer(_) => {
                let t = self.type_str(x.ty);
                if x.mode == OpMode::Type {
                    format!("invalid method expression {t}.{sel} (needs pointer receiver (*{t}).{sel})")
                } else {
                    format!("cannot call pointer method {sel} on {t}")
                }
            }
            _ => {
                let why = if is_interface_pointer(x.ty) {
                    self.interface_pointer_text(x.ty)
                } else {
                    let addressable = x.mode == OpMode::Variable;
                    let alt = self
                        .lookup_member_matching(x.ty, addressable, sel, NameMatch::FoldCase)
                        .found()
                        .map(|f| f.member);
                    self.lookup_error(x.ty, sel, alt)
                };
                format!("{text}.{sel} undefined ({why})")
            }
        };
        self.error(pos, msg);
    }

    fn nearness(&self, sel: Name, alt: Option<&Member>) -> Near {
        let Some(alt) = alt else { return Near::Missing };
        let tail = |n: Name| n.as_str().char_indices().nth(1).map_or("", |(i, _)| &n.as_str()[i..]);
        let (name, same_tail) = (alt.name(), tail(sel) == tail(alt.name()));
        if alt.pkg() == self.pkg.path {
            return Near::Misspelled;
        }
        match (sel.is_exported(), name.is_exported()) {
            (true, true) => Near::Misspelled,
            (true, false) if same_tail => Near::Unexported,
            (false, true) if same_tail => Near::Misspelled,
            (false, false) if sel == name => Near::Inaccessible,
            _ => Near::Missing,
        }
    }

    /// What to say of a missing field or method; `alt` is a similar one.
    fn lookup_error(&mut self, t: Ty, sel: Name, alt: Option<Member>) -> String {
        let near = self.nearness(sel, alt.as_ref());
        let t = self.type_str(t);
        let what = match alt {
            Some(Member::Field(_)) => "field",
            _ => "method",
        };
        let name = alt.map_or(sel, |a| a.name());
        match near {
            Near::Missing => format!("type {t} has no field or method {sel}"),
            Near::Misspelled => format!("type {t} has no field or method {sel}, but does have {what} {name}"),
            Near::Unexported => {
                format!("type {t} has no field or method {sel}, but does have unexported {what} {name}")
            }
            Near::Inaccessible => format!("cannot refer to unexported {what} {name}"),
        }
    }

    /// What to say of a missing field in a struct literal.
    pub(crate) fn literal_field_error(&mut self, t: Ty, sel: Name, alt: Option<Member>) -> String {
        let near = self.nearness(sel, alt.as_ref());
        let t = self.type_str(t);
        let name = alt.map_or(sel, |a| a.name());
        match near {
            Near::Missing => format!("unknown field {sel} in struct literal of type {t}"),
            Near::Misspelled => format!("unknown field {sel} in struct literal of type {t}, but does have {name}"),
            Near::Unexported => {
                format!("unknown field {sel} in struct literal of type {t}, but does have unexported {name}")
            }
            Near::Inaccessible => format!("cannot refer to unexported field {name} in struct literal of type {t}"),
        }
    }
}

/// The type of `T.m`: the receiver is the first parameter.
fn method_expr_type(found: &Found, f: &Signature, recv: Ty) -> Ty {
    let recv_name = match found.member {
        Member::Method(m, _) => m.func().and_then(|i| i.recv_var.get()).map(|v: &Obj| v.name),
        _ => None,
    };
    let blank = Name::empty();
    let name = match f.params.first() {
        Some(p) if p.name != blank => recv_name.filter(|n| *n != blank).unwrap_or(Name::blank()),
        _ => blank,
    };
    let mut params = vec![Param { name, ty: recv }];
    params.extend(f.params.iter().cloned());
    Ty::new(TyKind::Func(Signature { params, ..f.clone() }))
}
