//! Whether a type implements an interface or satisfies a constraint, with the reason if not.

use undergo_types::identical::identical;
use undergo_types::predicates::{Strictness, incomparable, is_interface_pointer};
use undergo_types::subst::subst;
use undergo_types::typeset::{TypeSet, term_includes, type_set};
use undergo_types::{Ty, TyKind, TypeParam};

use crate::checker::Checker;

/// What the interface is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// An ordinary interface that a value is assigned to.
    Implement,
    /// A constraint that a type argument must satisfy.
    Satisfy,
}

impl Relation {
    fn verb(self) -> &'static str {
        match self {
            Relation::Implement => "implement",
            Relation::Satisfy => "satisfy",
        }
    }
}

impl<'a> Checker<'a> {
    /// Checks type arguments against the constraints of their parameters. The error has the index of the first bad
    /// one, and the reason.
    pub fn verify_instance(&mut self, tparams: &[TypeParam], targs: &[Ty]) -> Result<(), (usize, String)> {
        for (i, (p, &targ)) in tparams.iter().zip(targs).enumerate() {
            let Some(&bound) = p.bound.get() else { continue };
            let bound = match bound.under() {
                TyKind::Interface(_) => bound,
                _ => p.constraint(),
            };
            let bound = subst(bound, tparams, targs);
            self.implements(targ, bound, Relation::Satisfy).map_err(|cause| (i, cause))?;
        }
        Ok(())
    }

    /// Whether `v` implements (or satisfies) interface `t`; else why not.
    pub fn implements(&mut self, v: Ty, t: Ty, relation: Relation) -> Result<(), String> {
        let (vu, tu) = (v.underlying(), t.underlying());
        if vu.is_invalid() || tu.is_invalid() || v.as_pointer().is_some_and(|b| b.underlying().is_invalid()) {
            return Ok(());
        }
        let verb = relation.verb();
        if !matches!(tu.kind(), TyKind::Interface(_)) {
            let detail = match is_interface_pointer(tu) {
                true => self.interface_pointer_text(t),
                false => format!("{} is not an interface", self.type_str(t)),
            };
            return Err(format!("{} does not {verb} {} ({detail})", self.type_str(v), self.type_str(t)));
        }
        let set = type_set(tu);
        if set.is_all() {
            return Ok(());
        }
        let v_set = matches!(vu.kind(), TyKind::Interface(_)).then(|| type_set(vu));
        if v_set.is_some_and(TypeSet::is_empty) {
            return Ok(());
        }
        if set.is_empty() {
            return Err(format!("cannot {verb} {} (empty type set)", self.type_str(t)));
        }
        if let Err(cause) = self.has_all_methods(v, t, true) {
            return Err(format!("{} does not {verb} {} {cause}", self.type_str(v), self.type_str(t)));
        }
        if set.has_terms() {
            match v_set {
                Some(vs) if !vs.subset_of(set) => {
                    return Err(format!("{} does not {verb} {}", self.type_str(v), self.type_str(t)));
                }
                Some(_) => {}
                None if set.includes(v) => {}
                None => {
                    let detail = self.missing_term(v, t, set);
                    return Err(format!("{} does not {verb} {} ({detail})", self.type_str(v), self.type_str(t)));
                }
            }
        }
        self.comparability(v, set, relation)
    }

    fn comparability(&mut self, v: Ty, set: &TypeSet, relation: Relation) -> Result<(), String> {
        if !set.is_comparable() || incomparable(v, Strictness::Strict).is_none() {
            return Ok(());
        }
        let verb = relation.verb();
        if relation == Relation::Satisfy && incomparable(v, Strictness::Dynamic).is_none() {
            if self.allow_version((1, 20)) {
                return Ok(());
            }
            return Err(format!("{} to {verb} comparable requires go1.20 or later", self.type_str(v)));
        }
        Err(format!("{} does not {verb} comparable", self.type_str(v)))
    }

    /// Why a type is not in the set of a constraint's terms.
    fn missing_term(&mut self, v: Ty, t: Ty, set: &TypeSet) -> String {
        let terms = set.terms.clone().unwrap_or_default();
        let tilde_would_do =
            |&&(tilde, of): &&(bool, Ty)| !tilde && identical(of, of.underlying()) && term_includes((true, of), v);
        if let Some(&(_, of)) = terms.iter().find(tilde_would_do) {
            return format!("possibly missing ~ for {} in {}", self.type_str(of), self.type_str(t));
        }
        if mentions(t.underlying(), v) {
            let (v, t) = (self.type_str(v), self.type_str(t));
            return format!("{t} mentions {v}, but {v} is not in the type set of {t}");
        }
        let terms = undergo_types::print::type_string_paths(Ty::new(TyKind::Union(terms)));
        format!("{} missing in {terms}", self.type_str(v))
    }

    pub(crate) fn interface_pointer_text(&mut self, t: Ty) -> String {
        let param = t.as_pointer().is_some_and(Ty::is_type_param);
        let what = if param { "type parameter, not type parameter" } else { "interface, not interface" };
        format!("type {} is pointer to {what}", self.type_str(t))
    }
}

/// Whether an interface has `v` as an element or term, whatever that contributes to its type set.
fn mentions(t: Ty, v: Ty) -> bool {
    match t.kind() {
        TyKind::Interface(i) => i.embeds.iter().any(|&(e, _)| mentions(e, v)),
        TyKind::Union(terms) => terms.iter().any(|&(_, e)| mentions(e, v)),
        _ => identical(t, v),
    }
}
