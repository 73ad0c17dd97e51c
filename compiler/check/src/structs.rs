//! Struct types.

use rustc_hash::FxHashMap;
use undergo_source::{Name, Pos};
use undergo_syntax::ast::{Expr, Ident, StructType};
use undergo_syntax::print::expr_string;
use undergo_types::lookup::deref;
use undergo_types::{Basic, Field, Ty, TyKind};

use crate::checker::Checker;

impl<'a> Checker<'a> {
    /// The type of a struct type expression.
    pub(crate) fn struct_type(&mut self, e: &'static StructType) -> Ty {
        let mut fields: Vec<Field> = Vec::new();
        let mut seen: FxHashMap<Name, Pos> = FxHashMap::default();
        for f in &e.fields {
            let mut ty = self.var_type(&f.ty);
            let tag = Name::new(&self.tag(f.tag.as_ref()));
            let mut embedded = false;
            let mut invented = None;
            let names = match embedded_name(&f.ty) {
                _ if !f.names.is_empty() => &f.names[..],
                Some(n) => {
                    embedded = true;
                    self.later_embedded(ty, f.ty.err_pos());
                    std::slice::from_ref(n)
                }
                None => {
                    let text = expr_string(&f.ty);
                    self.error(f.ty.err_pos(), format!("invalid embedded field type {text}"));
                    ty = Ty::invalid();
                    embedded = true;
                    let name = Ident { id: f.id, pos: f.pos, name: Name::blank() };
                    std::slice::from_ref(&*invented.insert(name))
                }
            };
            for n in names {
                if !n.name.is_blank() {
                    if let Some(&other) = seen.get(&n.name) {
                        self.error_parts(vec![
                            (n.pos, format!("{} redeclared", n.name)),
                            (other, format!("other declaration of {}", n.name)),
                        ]);
                        continue;
                    }
                    seen.insert(n.name, n.pos);
                }
                fields.push(Field { name: n.name, pkg: self.pkg.path, ty, embedded, tag });
            }
        }
        Ty::new(TyKind::Struct(fields))
    }

    /// What may be embedded is known only when all types are complete.
    fn later_embedded(&mut self, ty: Ty, pos: Pos) {
        let env = self.env.clone();
        self.later(move |c| {
            let (t, is_ptr) = deref(ty);
            let msg = match t.under() {
                _ if t.is_type_param() => "embedded field type cannot be a (pointer to a) type parameter",
                TyKind::Basic(Basic::UnsafePointer) => "embedded field type cannot be unsafe.Pointer",
                TyKind::Pointer(_) => "embedded field type cannot be a pointer",
                TyKind::Interface(_) if is_ptr => "embedded field type cannot be a pointer to an interface",
                _ => return,
            };
            c.with_env(env, |c| c.error(pos, msg));
        });
    }
}

/// The identifier that names an embedded field: `T`, `*T`, `p.T`, `T[A]`.
pub(crate) fn embedded_name(e: &Expr) -> Option<&Ident> {
    match e {
        Expr::Ident(n) => Some(n),
        Expr::Star(s) => match &s.x {
            Expr::Star(_) => None,
            x => embedded_name(x),
        },
        Expr::Selector(s) => Some(&s.sel),
        Expr::Index(i) => embedded_name(&i.x),
        Expr::Paren(p) => embedded_name(&p.x),
        _ => None,
    }
}
