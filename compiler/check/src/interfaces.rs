//! Interface types and constraint unions.

use rustc_hash::FxHashMap;
use undergo_source::{Name, Pos};
use undergo_syntax::ast::{BinaryOp, Expr, InterfaceElem, InterfaceType, UnaryOp};
use undergo_syntax::print::expr_string;
use undergo_types::identical::identical;
use undergo_types::print::type_string_paths;
use undergo_types::typeset::{terms_disjoint, type_set, type_set_of};
use undergo_types::{IMethod, Interface, Mode, Obj, ObjKind, Ty, TyKind, universe};

use crate::checker::Checker;

/// More terms than this make type set operations too slow.
const MAX_TERMS: usize = 100;

impl<'a> Checker<'a> {
    /// The type of an interface type expression.
    pub(crate) fn interface_type(&mut self, e: &'static InterfaceType) -> Ty {
        let (mut methods, mut embeds): (Vec<IMethod>, Vec<(Ty, Pos)>) = Default::default();
        for elem in &e.elems {
            match elem {
                InterfaceElem::Embed(x) => {
                    let t = self.union_expr(x);
                    if !self.new_element(t, x.err_pos()) {
                        embeds.push((t, x.err_pos()));
                    }
                }
                InterfaceElem::Method(m) => {
                    if m.name.name.is_blank() {
                        self.error(m.name.pos, "methods must have a unique non-blank name");
                        continue;
                    }
                    let vars = self.func_type(None, &[], &m.ty);
                    let obj = Obj::new(ObjKind::Func(Box::default()), m.name.name, Some(self.pkg), m.name.pos, false);
                    obj.set_type(vars.ty);
                    self.record_def(&m.name, obj);
                    methods.push(IMethod { name: m.name.name, pkg: self.pkg.path, sig: vars.ty, pos: m.name.pos });
                }
            }
        }
        methods.sort_by_key(|m| (!m.name.is_exported(), m.name));
        let t = Ty::new(TyKind::Interface(Interface { methods, embeds, implicit: false }));
        let env = self.env.clone();
        self.later(move |c| c.with_env(env, |c| c.check_interface(t)));
        t
    }

    /// Reports an element that only a newer language has, and that is left out therefore. (What defined types stand for
    /// may not be known yet: they are looked at later.)
    fn new_element(&mut self, t: Ty, pos: Pos) -> bool {
        if self.allow_version((1, 18)) || t.is_invalid() {
            return false;
        }
        let what = match t.kind() {
            TyKind::Named(_) | TyKind::Interface(_) => return false,
            TyKind::Union(_) => "interface element",
            _ => "non-interface type",
        };
        let text = self.type_str(t);
        !self.verify_version(pos, (1, 18), format!("embedding {what} {text}"))
    }

    /// The interface that a union or `~T` in the place of a constraint stands for.
    pub(crate) fn implicit_interface(&mut self, e: &'static Expr) -> Ty {
        let t = self.union_expr(e);
        if t.is_invalid() {
            return t;
        }
        let t = Ty::new(TyKind::Interface(Interface {
            methods: Vec::new(),
            embeds: vec![(t, e.err_pos())],
            implicit: true,
        }));
        let env = self.env.clone();
        self.later(move |c| c.with_env(env, |c| c.check_interface(t)));
        t
    }

    /// Reports methods that an interface has more than once, and elements that need a newer language.
    fn check_interface(&mut self, t: Ty) {
        let TyKind::Interface(i) = t.kind() else { return };
        // Methods met so far, and where: the declaration of explicit ones, the embedding of others.
        let mut seen: FxHashMap<(Name, Name), (&IMethod, Pos)> = FxHashMap::default();
        // Unexported methods of different packages are different.
        let key = |m: &IMethod| (m.name, if m.name.is_exported() { Name::empty() } else { m.pkg });
        let mut explicit: Vec<&IMethod> = i.methods.iter().collect();
        explicit.sort_by_key(|m| m.pos);
        for m in explicit {
            match seen.get(&key(m)) {
                Some(&(_, pos)) => self.duplicate_method(m, m.pos, pos),
                None => _ = seen.insert(key(m), (m, m.pos)),
            }
        }
        for &(e, pos) in &i.embeds {
            let u = e.underlying();
            match u.kind() {
                TyKind::Interface(_) => {
                    if self.is_imported_constraint(e) {
                        let what = format!("embedding constraint interface {}", self.type_str(e));
                        self.verify_version(pos, (1, 18), what);
                    }
                    for m in &type_set(u).methods {
                        match seen.get(&key(m)) {
                            Some(&(o, other)) => {
                                if !self.allow_version((1, 14)) || !identical(o.sig, m.sig) {
                                    self.duplicate_method(m, pos, other);
                                }
                            }
                            None => _ = seen.insert(key(m), (m, pos)),
                        }
                    }
                }
                TyKind::Union(terms) => {
                    let what = format!("embedding interface element {}", self.type_str(u));
                    if self.verify_version(pos, (1, 18), what) && expanded_terms(terms) > MAX_TERMS {
                        self.error(
                            pos,
                            format!("cannot handle more than {MAX_TERMS} union terms (implementation limitation)"),
                        );
                    }
                }
                _ if u.is_invalid() => {}
                _ => {
                    let what = format!("embedding non-interface type {}", self.type_str(e));
                    self.verify_version(pos, (1, 18), what);
                }
            }
        }
    }

    fn duplicate_method(&mut self, m: &IMethod, pos: Pos, other: Pos) {
        self.error_parts(vec![
            (pos, format!("duplicate method {}", m.name)),
            (other, format!("other declaration of method {}", m.name)),
        ]);
    }

    /// An embedded element: a type, or terms joined by `|`.
    fn union_expr(&mut self, e: &'static Expr) -> Ty {
        let mut operators: Vec<&'static Expr> = Vec::new();
        let mut parts: Vec<&'static Expr> = Vec::new();
        let mut at = e;
        while let Expr::Binary(b) = at
            && b.op == BinaryOp::Or
        {
            operators.push(at);
            parts.push(&b.y);
            at = &b.x;
        }
        parts.push(at);
        parts.reverse();
        operators.reverse();
        let mut terms: Vec<(bool, Ty)> = Vec::new();
        let mut too_many = false;
        for (i, x) in parts.iter().enumerate() {
            let (tilde, ty) = self.term(x);
            if parts.len() == 1 && !tilde {
                return ty;
            }
            if terms.len() >= MAX_TERMS {
                if !too_many {
                    self.error(
                        x.err_pos(),
                        format!("cannot handle more than {MAX_TERMS} union terms (implementation limitation)"),
                    );
                }
                too_many = true;
                continue;
            }
            terms.push((tilde, ty));
            if i > 0 {
                let so_far = Ty::new(TyKind::Union(terms.clone()));
                self.record_type(operators[i - 1], Mode::Type, so_far, None);
            }
        }
        if too_many {
            return Ty::invalid();
        }
        let union = Ty::new(TyKind::Union(terms.clone()));
        let env = self.env.clone();
        self.later(move |c| c.with_env(env, |c| c.valid_terms(&terms, &parts)));
        union
    }

    fn term(&mut self, e: &'static Expr) -> (bool, Ty) {
        let (tilde, x) = match e {
            Expr::Unary(u) if u.op == UnaryOp::Tilde => (true, &u.x),
            _ => (false, e),
        };
        let mut ty = self.typ(x);
        if ty.is_type_param() {
            if tilde {
                let text = expr_string(e);
                self.error(x.err_pos(), format!("type in term {text} cannot be a type parameter"));
            } else {
                self.error(x.err_pos(), "term cannot be a type parameter");
            }
            ty = Ty::invalid();
        }
        if tilde {
            self.record_type(e, Mode::Type, Ty::new(TyKind::Union(vec![(true, ty)])), None);
        }
        (tilde, ty)
    }

    fn valid_terms(&mut self, terms: &[(bool, Ty)], exprs: &[&'static Expr]) {
        for (i, &(tilde, t)) in terms.iter().enumerate() {
            if t.is_invalid() {
                continue;
            }
            let pos = exprs[i].err_pos();
            let u = t.underlying();
            let set = type_set_of(t);
            if tilde {
                if set.is_some() {
                    let text = self.type_str(t);
                    self.error(pos, format!("invalid use of ~ ({text} is an interface)"));
                    continue;
                }
                if !identical(u, t) {
                    let (text, under) = (self.type_str(t), self.type_str(u));
                    self.error(pos, format!("invalid use of ~ (underlying type of {text} is {under})"));
                    continue;
                }
            }
            if let Some(set) = set {
                let text = type_string_paths(t);
                if !set.methods.is_empty() {
                    self.error(pos, format!("cannot use {text} in union ({text} contains methods)"));
                } else if t == universe::comparable() {
                    self.error(pos, "cannot use comparable in union");
                } else if set.comparable {
                    self.error(pos, format!("cannot use {text} in union ({text} embeds comparable)"));
                }
                continue;
            }
            let overlaps = |&&(tl, o): &&(bool, Ty)| {
                type_set_of(o).is_none() && !o.is_invalid() && !terms_disjoint((tl, o), (tilde, t))
            };
            if let Some(&other) = terms[..i].iter().find(overlaps) {
                let (a, b) = (term_str((tilde, t)), term_str(other));
                self.soft_error(pos, format!("overlapping terms {a} and {b}"));
            }
        }
    }
}

/// A term as gc shows it: packages by path, even the one at hand.
fn term_str((tilde, t): (bool, Ty)) -> String {
    format!("{}{}", if tilde { "~" } else { "" }, type_string_paths(t))
}

/// Number of terms once interfaces in a union are replaced by their own terms.
fn expanded_terms(terms: &[(bool, Ty)]) -> usize {
    let count = |&(_, t): &(bool, Ty)| type_set_of(t).and_then(|s| s.terms.as_ref()).map_or(1, Vec::len);
    terms.iter().map(count).sum()
}
