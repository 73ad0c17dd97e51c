//! Fields, methods and missing methods, for the checker: declarations of methods are checked before they are used.

use undergo_source::Name;
use undergo_types::identical::identical;
use undergo_types::lookup::{
    self, Found, Lookup, Member, Missing, MissingWhy, NameMatch, deref, lookup_matching, missing_method,
};
use undergo_types::predicates::is_interface_pointer;
use undergo_types::print::{signature_string_in, signature_string_paths};
use undergo_types::{Obj, Ty, TyKind};

use crate::checker::Checker;

impl<'a> Checker<'a> {
    /// Looks up a field or method as seen from this package; the type of what is found is known afterwards.
    pub fn lookup_member(&mut self, t: Ty, addressable: bool, name: Name) -> Lookup {
        self.lookup_member_matching(t, addressable, name, NameMatch::Exact)
    }

    /// The same with a choice of how names are compared.
    pub fn lookup_member_matching(&mut self, t: Ty, addressable: bool, name: Name, how: NameMatch) -> Lookup {
        let found = lookup_matching(t, addressable, name, self.pkg.path, how);
        if let Lookup::Found(Found { member: Member::Method(m, _), .. }) = &found {
            self.method_ready(*m);
        }
        found
    }

    /// Makes sure that a method's type is known.
    pub fn method_ready(&mut self, m: Obj) {
        if m.ty.get().is_none() && m.pkg == Some(self.pkg) {
            self.obj_decl(m);
        }
    }

    /// Checks that `v` has all methods of interface `t`; see [`lookup::missing_method`] for `all`. The error is the
    /// reason, in parentheses.
    pub fn has_all_methods(&mut self, v: Ty, t: Ty, all: bool) -> Result<(), String> {
        self.has_all_methods_by(v, t, all, &mut identical)
    }

    /// The same with another notion of equal method types.
    pub fn has_all_methods_by(
        &mut self,
        v: Ty,
        t: Ty,
        all: bool,
        same: &mut dyn FnMut(Ty, Ty) -> bool,
    ) -> Result<(), String> {
        if v.is_invalid() {
            return Ok(());
        }
        match missing_method(v, t, all, &mut |m| self.method_ready(m), same) {
            None => Ok(()),
            Some(_) if has_invalid_embedded(v, &mut Vec::new()) => Ok(()),
            Some(m) => Err(self.missing_text(v, t, &m)),
        }
    }

    fn missing_text(&mut self, v: Ty, t: Ty, m: &Missing) -> String {
        let name = m.want.name;
        match &m.why {
            MissingWhy::NotFound if is_interface_pointer(v) => format!("({})", self.interface_pointer_text(v)),
            MissingWhy::NotFound if is_interface_pointer(t) => format!("({})", self.interface_pointer_text(t)),
            MissingWhy::NotFound => format!("(missing method {name})"),
            MissingWhy::WrongName(have) => {
                let (have, want) = self.method_strings(have, m);
                format!("(missing method {name})\n\t\thave {have}\n\t\twant {want}")
            }
            MissingWhy::Unexported => format!("(unexported method {name})"),
            MissingWhy::WrongType(have) => {
                let (mut h, mut w) = self.method_strings(have, m);
                if h == w {
                    h = format!("{}{}", have.name(), signature_text(have.ty()));
                    w = format!("{name}{}", signature_text(m.want.sig));
                }
                match h == w {
                    true => format!("(wrong type for method {name})"),
                    false => format!("(wrong type for method {name})\n\t\thave {h}\n\t\twant {w}"),
                }
            }
            MissingWhy::Ambiguous => format!("(ambiguous selector {}.{name})", self.type_str(v)),
            MissingWhy::PointerReceiver => format!("(method {name} has pointer receiver)"),
            MissingWhy::Field => format!("({}.{name} is a field, not a method)", self.type_str(v)),
        }
    }

    fn method_strings(&mut self, have: &Member, m: &Missing) -> (String, String) {
        self.type_str(have.ty());
        let text = |name: Name, t: Ty| match t.kind() {
            TyKind::Func(s) => format!("{name}{}", signature_string_in(s, &self.qualifier())),
            _ => name.to_string(),
        };
        (text(have.name(), have.ty()), text(m.want.name, m.want.sig))
    }

    /// Whether a value of interface type `v` may hold a `t`, so that `x.(T)` is allowed; else why not.
    pub fn assertable_to(&mut self, v: Ty, t: Ty) -> Result<(), String> {
        if t.is_interface() {
            return Ok(());
        }
        self.has_all_methods(t, v, false)
    }
}

fn signature_text(t: Ty) -> String {
    match t.kind() {
        TyKind::Func(s) => signature_string_paths(s),
        _ => String::new(),
    }
}

/// Whether a struct embeds something erroneous, which might have any method.
fn has_invalid_embedded(t: Ty, seen: &mut Vec<Ty>) -> bool {
    let base = match t.as_pointer() {
        Some(b) if matches!(b.under(), TyKind::Struct(_)) => b,
        _ => t,
    };
    let TyKind::Struct(fields) = base.under() else { return false };
    if seen.contains(&base) {
        return false;
    }
    seen.push(base);
    fields.iter().any(|f| f.embedded && (f.ty.is_invalid() || has_invalid_embedded(f.ty, seen)))
}

/// Names of the fields on a path, joined by dots.
pub fn field_path(t: Ty, path: &[usize]) -> String {
    let mut names = Vec::new();
    let mut at = t;
    for &i in path {
        let base = at.as_pointer().unwrap_or(deref(at).0);
        let TyKind::Struct(fields) = base.under() else { break };
        let Some(f) = fields.get(i) else { break };
        names.push(f.name.as_str());
        at = f.ty;
    }
    names.join(".")
}

/// What is selected, if anything, by the exact rules; for callers that do not report errors.
pub fn find(t: Ty, addressable: bool, name: Name, pkg: Name) -> Option<Found> {
    lookup::lookup(t, addressable, name, pkg).found()
}
