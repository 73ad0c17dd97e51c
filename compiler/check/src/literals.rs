//! Composite literals and function literals.
//!
//! Of a struct literal with keys, every key has a recorded [`Selection`] (keyed by its identifier): the path from the
//! literal's struct to the field, which may be a promoted one. A literal whose type `&T` is implied by the enclosing
//! literal is recorded with the pointer type.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use undergo_source::Name;
use undergo_syntax::ast::{ArrayLen, CompositeLit, Expr, FuncLit, Ident, KeyValueExpr};
use undergo_syntax::print::expr_string;
use undergo_types::constant::Value;
use undergo_types::identical::identical;
use undergo_types::lookup::{Found, Lookup, Member, NameMatch};
use undergo_types::predicates::core_type;
use undergo_types::{Field, Mode, Selection, SelectionKind, Ty, TyKind};

use crate::checker::{BodySig, Checker, Env};
use crate::members::field_path;
use crate::operand::{Operand, const_text};

/// A constant map key, equal for keys that are equal at run time (types aside).
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Bool(bool),
    Str(Arc<[u8]>),
    Int(i64),
    Uint(u64),
    /// Bits of a float64.
    Float(u64),
    /// Bits of the parts.
    Complex(u64, u64),
    Other(String),
}

impl Key {
    fn new(v: &Value) -> Key {
        match v {
            Value::Bool(b) => Key::Bool(*b),
            Value::Str(s) => Key::Str(s.clone()),
            Value::Complex(c) => Key::Complex(c.0.as_f64().to_bits(), c.1.as_f64().to_bits()),
            Value::Float(_) => Key::Float(v.as_f64().to_bits()),
            Value::Int(i) => match (v.as_i64(), v.as_u64()) {
                (Some(i), _) => Key::Int(i),
                (None, Some(u)) => Key::Uint(u),
                _ => Key::Other(i.to_string()),
            },
            Value::Unknown => Key::Other(String::new()),
        }
    }
}

/// Fields that a struct literal has given a value, by their paths.
#[derive(Default)]
struct GivenFields {
    given: HashMap<Vec<usize>, Name>,
    /// Embedded fields on the way to them, each with one of the fields inside.
    enclosing: HashMap<Vec<usize>, Name>,
}

impl GivenFields {
    /// Notes a field; gives what is wrong with that.
    fn insert(&mut self, path: &[usize], name: Name) -> Option<String> {
        for n in 1..=path.len() {
            let Some(alt) = self.given.get(&path[..n]) else { continue };
            return Some(if n == path.len() {
                format!("duplicate field name {name} in struct literal")
            } else {
                format!("cannot specify promoted field {name} and enclosing embedded field {alt}")
            });
        }
        if let Some(alt) = self.enclosing.get(path) {
            return Some(format!("cannot specify embedded field {name} and enclosed promoted field {alt}"));
        }
        for n in 1..path.len() {
            self.enclosing.entry(path[..n].to_vec()).or_insert(name);
        }
        self.given.insert(path.to_vec(), name);
        None
    }
}

impl<'a> Checker<'a> {
    /// `func(…) { … }`; the body is checked later.
    pub(crate) fn func_lit(&mut self, x: &mut Operand, e: &'static Expr, f: &'static FuncLit) {
        let vars = self.func_type(None, &[], &f.ty);
        self.record_type_id(f.ty.id, Mode::Type, vars.ty, None);
        self.record_func_lit(f.id, vars.params.clone(), vars.results.clone());
        let env = Env { scope: vars.scope, ..self.env.clone() };
        let sig = BodySig { ty: Some(vars.ty), results: vars.results };
        self.later(move |c| c.with_env(env, |c| c.func_body(sig, &f.body)));
        x.set_value(vars.ty);
        x.expr = Some(e);
    }

    /// `T{…}`, or `{…}` where `hint` is the type that the context implies.
    pub(crate) fn composite_lit(
        &mut self,
        x: &mut Operand,
        e: &'static Expr,
        c: &'static CompositeLit,
        hint: Option<Ty>,
    ) {
        let (ty, base) = match (&c.ty, hint) {
            (Some(Expr::ArrayType(a)), _) if matches!(a.len, ArrayLen::Ellipsis(_)) => {
                let elem = self.var_type(&a.elem);
                let n = self.indexed_elts(&c.elts, elem, None);
                let ty = Ty::array(elem, n);
                self.record_type_id(a.id, Mode::Type, ty, None);
                x.set_value(ty);
                x.expr = Some(e);
                return;
            }
            (Some(t), _) => {
                let ty = self.typ(t);
                (ty, ty)
            }
            (None, Some(hint)) => {
                // The elements of []*T may be {…} as well as those of []T.
                let pointee = core_type(hint).and_then(|u| match u.kind() {
                    TyKind::Pointer(b) => Some(*b),
                    _ => None,
                });
                (hint, pointee.unwrap_or(hint))
            }
            (None, None) => {
                self.error(e.err_pos(), "missing type in composite literal");
                (Ty::invalid(), Ty::invalid())
            }
        };
        if !self.is_complete(base) {
            return x.invalidate();
        }
        match core_type(base).map(Ty::kind) {
            Some(TyKind::Struct(fields)) => self.struct_elts(c, base, fields),
            Some(TyKind::Array(elem, n)) => {
                self.indexed_elts(&c.elts, *elem, Some(*n));
            }
            Some(TyKind::Slice(elem)) => {
                self.indexed_elts(&c.elts, *elem, None);
            }
            Some(TyKind::Map(k, v)) => self.map_elts(c, *k, *v),
            under => {
                self.use_elts(c);
                if !base.underlying().is_invalid() {
                    let element = if c.ty.is_none() { " element" } else { "" };
                    let cause = if under.is_none() { " (no common underlying type)" } else { "" };
                    let t = self.type_str(ty);
                    self.error(e.err_pos(), format!("invalid composite literal{element} type {t}{cause}"));
                    x.invalidate();
                    return;
                }
            }
        }
        x.set_value(ty);
        x.expr = Some(e);
    }

    fn use_elts(&mut self, c: &'static CompositeLit) {
        for elt in &c.elts {
            match elt {
                Expr::KeyValue(kv) => self.use_exprs([&kv.value]),
                _ => self.use_exprs([elt]),
            };
        }
    }

    fn struct_elts(&mut self, c: &'static CompositeLit, base: Ty, fields: &'static [Field]) {
        let keyed = matches!(c.elts.first(), Some(Expr::KeyValue(_)));
        let mut given = GivenFields::default();
        for (i, elt) in c.elts.iter().enumerate() {
            match elt {
                Expr::KeyValue(kv) if keyed => self.keyed_field(elt, kv, base, &mut given),
                _ if keyed || matches!(elt, Expr::KeyValue(_)) => {
                    let msg = "mixture of field:value and value elements in struct literal";
                    self.error(elt.err_pos(), msg);
                }
                _ => {
                    if !self.positional_field(elt, base, fields.get(i)) {
                        break;
                    }
                }
            }
        }
        if keyed || c.elts.is_empty() || c.elts.len() >= fields.len() {
            return;
        }
        let hidden = fields.iter().any(|f| !self.is_accessible(f));
        let hint = if hidden { " (type has unexported fields - use key:value pairs)" } else { "" };
        let t = self.type_str(base);
        self.error(c.rbrace, format!("too few values in struct literal of type {t}{hint}"));
    }

    fn is_accessible(&self, f: &Field) -> bool {
        f.name.is_exported() || f.pkg == self.pkg.path
    }

    /// An element without key. False if there is no field for it.
    fn positional_field(&mut self, elt: &'static Expr, base: Ty, field: Option<&'static Field>) -> bool {
        let mut x = Operand::new();
        let t = |c: &mut Self| c.type_str(base);
        match field {
            Some(f) => {
                self.generic_expr_hinted(&mut x, elt);
                if !self.is_accessible(f) {
                    let t = t(self);
                    let msg =
                        format!("implicit assignment to unexported field {} in struct literal of type {t}", f.name);
                    self.error_op(&x, msg);
                } else {
                    self.assignment(&mut x, Some(f.ty), "struct literal");
                }
                true
            }
            None => {
                self.generic_expr_hinted(&mut x, elt);
                let t = t(self);
                self.error_op(&x, format!("too many values in struct literal of type {t}"));
                false
            }
        }
    }

    fn generic_expr_hinted(&mut self, x: &mut Operand, e: &'static Expr) {
        self.generic_expr(x, e);
        x.expr = x.expr.or(Some(e));
    }

    fn keyed_field(&mut self, elt: &'static Expr, kv: &'static KeyValueExpr, base: Ty, given: &mut GivenFields) {
        let mut x = Operand::new();
        self.generic_expr(&mut x, &kv.value);
        let Expr::Ident(key) = &kv.key else {
            let text = expr_string(&kv.key);
            self.error(elt.err_pos(), format!("invalid field name {text} in struct literal"));
            return;
        };
        let Some((found, field)) = self.literal_field(key, base) else { return };
        self.assignment(&mut x, Some(field.ty), "struct literal");
        if let Some(msg) = given.insert(&found.path, field.name) {
            self.error(elt.err_pos(), msg);
        }
    }

    /// The field that `key` names in a literal of struct type `base`; recorded.
    fn literal_field(&mut self, key: &'static Ident, base: Ty) -> Option<(Found, &'static Field)> {
        let under = core_type(base)?;
        let found = match self.lookup_member(under, false, key.name) {
            Lookup::Found(f) => f,
            _ => {
                let alt =
                    self.lookup_member_matching(under, false, key.name, NameMatch::FoldCase).found().map(|f| f.member);
                let msg = self.literal_field_error(base, key.name, alt);
                self.error(key.pos, msg);
                return None;
            }
        };
        let Member::Field(field) = found.member else {
            self.error(key.pos, format!("{} is not a field", key.name));
            return None;
        };
        if found.path.len() > 1 && !self.allow_version((1, 27)) {
            let (path, t) = (field_path(under, &found.path), self.type_str(base));
            let what = format!("use of promoted field {path} in struct literal of type {t}");
            self.version_error(key.pos, (1, 27), what);
            return None;
        }
        if found.indirect {
            self.error(key.pos, format!("invalid implicit pointer indirection to reach {}", key.name));
            return None;
        }
        let (path, pkg) = (found.path.clone(), field.pkg);
        let (kind, ty, name) = (SelectionKind::Field, field.ty, key.name);
        let selection = Selection { kind, recv: base, path, indirect: false, method: None, name, pkg, ty };
        self.info().selections.insert(key.id, selection);
        Some((found, field))
    }

    fn map_elts(&mut self, c: &'static CompositeLit, key: Ty, value: Ty) {
        let key_is_interface = key.is_interface();
        let mut seen: HashMap<Key, Vec<Ty>> = HashMap::with_capacity(c.elts.len());
        for elt in &c.elts {
            let Expr::KeyValue(kv) = elt else {
                self.error(elt.err_pos(), "missing key in map literal");
                continue;
            };
            let mut x = Operand::new();
            self.expr_with_hint(&mut x, &kv.key, key);
            self.assignment(&mut x, Some(key), "map literal");
            if !x.is_valid() {
                continue;
            }
            if x.is_const() {
                let val = x.const_val();
                let types = seen.entry(Key::new(&val)).or_default();
                let duplicate = types.iter().any(|t| !key_is_interface || identical(*t, x.ty));
                types.push(x.ty);
                if duplicate {
                    let text = const_text(&val, x.ty);
                    self.error_op(&x, format!("duplicate key {text} in map literal"));
                    continue;
                }
            }
            self.expr_with_hint(&mut x, &kv.value, value);
            self.assignment(&mut x, Some(value), "map literal");
        }
    }

    /// Elements of an array or slice literal. Gives one more than the largest index.
    fn indexed_elts(&mut self, elts: &'static [Expr], elem: Ty, len: Option<u64>) -> u64 {
        let has_keys = elts.iter().any(|e| matches!(e, Expr::KeyValue(_)));
        let mut seen: HashSet<u64> = HashSet::new();
        let (mut index, mut max) = (0u64, 0u64);
        for elt in elts {
            let mut valid = false;
            let value = match elt {
                Expr::KeyValue(kv) => {
                    match self.index(&kv.key, len) {
                        (t, _) if t.is_invalid() => {}
                        (_, Some(i)) => {
                            index = i;
                            valid = true;
                        }
                        (_, None) => {
                            let text = expr_string(&kv.key);
                            self.error(elt.err_pos(), format!("index {text} must be integer constant"));
                        }
                    }
                    &kv.value
                }
                _ => {
                    match len.filter(|&n| index >= n) {
                        Some(n) => {
                            let msg = format!("index {index} is out of bounds (>= {n})");
                            self.error(elt.err_pos(), msg);
                        }
                        None => valid = true,
                    }
                    elt
                }
            };
            if valid && has_keys && !seen.insert(index) {
                self.error(elt.err_pos(), format!("duplicate index {index} in array or slice literal"));
            }
            index += 1;
            max = max.max(index);
            let mut x = Operand::new();
            self.expr_with_hint(&mut x, value, elem);
            self.assignment(&mut x, Some(elem), "array or slice literal");
        }
        max
    }
}
