//! Fields and methods by name.
//!
//! The search goes through embedded fields breadth first, as the spec's selector rules want it. What is found is
//! described by a path of field indices, so callers can emit the implicit steps.

use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};
use undergo_source::Name;

use crate::identical::{bucket, identical, same_id};
use crate::members::named_or_embedded;
use crate::obj::Obj;
use crate::subst::method_type;
use crate::ty::{Field, IMethod, Named, Ty, TyKind};
use crate::typeset::type_set;

/// A field or method.
#[derive(Clone, Copy, Debug)]
pub enum Member {
    /// A struct field.
    Field(&'static Field),
    /// A declared method, and the (instance of the) receiver base type it was found on.
    Method(Obj, Named),
    /// A method of an interface or of a type parameter's constraint.
    Abstract(&'static IMethod),
}

/// A member and the way to it.
#[derive(Clone, Debug)]
pub struct Found {
    /// What was found.
    pub member: Member,
    /// Indices of the fields from the operand: for a field its own is the last, for a method only the embedded fields
    /// on the way.
    pub path: Vec<usize>,
    /// Whether a pointer is followed on the way, that of the operand included.
    pub indirect: bool,
}

/// The result of a search.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// Exactly one member at the shallowest depth.
    Found(Found),
    /// Several at the same depth.
    Ambiguous,
    /// A method that needs an addressable operand or a pointer.
    NeedsPointer(Obj),
    /// Nothing.
    NotFound,
}

/// How names are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameMatch {
    /// As the language wants.
    Exact,
    /// Ignoring case and packages, for suggestions in messages.
    FoldCase,
}

impl Member {
    /// Its name.
    pub fn name(&self) -> Name {
        match self {
            Member::Field(f) => f.name,
            Member::Method(m, _) => m.name,
            Member::Abstract(m) => m.name,
        }
    }

    /// Import path of the package that declares it; empty for predeclared ones.
    pub fn pkg(&self) -> Name {
        match self {
            Member::Field(f) => f.pkg,
            Member::Method(m, _) => m.pkg.map_or(Name::empty(), |p| p.path),
            Member::Abstract(m) => m.pkg,
        }
    }

    /// Its type. Of a method the signature without receiver, type arguments substituted; the method's declaration
    /// must have been checked.
    pub fn ty(&self) -> Ty {
        match self {
            Member::Field(f) => f.ty,
            Member::Method(m, recv) => method_type(*m, *recv),
            Member::Abstract(m) => m.sig,
        }
    }

    /// Whether it is a method.
    pub fn is_method(&self) -> bool {
        !matches!(self, Member::Field(_))
    }
}

impl Lookup {
    /// What was found, if the search was successful.
    pub fn found(self) -> Option<Found> {
        match self {
            Lookup::Found(f) => Some(f),
            _ => None,
        }
    }
}

/// Looks up `name`, as written in package `pkg` (import path), in `t`. `addressable`: the operand is, so methods with
/// pointer receiver are found on it.
pub fn lookup(t: Ty, addressable: bool, name: Name, pkg: Name) -> Lookup {
    lookup_matching(t, addressable, name, pkg, NameMatch::Exact)
}

/// The same with a choice of how names are compared.
pub fn lookup_matching(t: Ty, addressable: bool, name: Name, pkg: Name, how: NameMatch) -> Lookup {
    // A defined pointer type has the fields of its base, but no methods.
    if t.as_named().is_some()
        && let TyKind::Pointer(_) = t.under()
    {
        return match search(t.underlying(), false, name, pkg, how) {
            Lookup::Found(f) if f.member.is_method() => Lookup::NotFound,
            other => other,
        };
    }
    search(t, addressable, name, pkg, how)
}

/// `*T` to (T, true); only for pointer types that are not defined types.
pub fn deref(t: Ty) -> (Ty, bool) {
    match t.kind() {
        TyKind::Pointer(e) => (*e, true),
        _ => (t, false),
    }
}

/// Embedded types at one depth; most searches end at the first, which has one.
type Levels = SmallVec<[Level; 2]>;

/// An embedded type at the depth being searched.
struct Level {
    ty: Ty,
    path: Vec<usize>,
    indirect: bool,
    /// The type occurs more than once at this depth.
    multiple: bool,
}

fn search(t: Ty, addressable: bool, name: Name, pkg: Name, how: NameMatch) -> Lookup {
    if name.is_blank() {
        return Lookup::NotFound;
    }
    let matches = |n: Name, p: Name| match how {
        NameMatch::Exact => same_id(n, p, name, pkg),
        NameMatch::FoldCase => {
            n.as_str().eq_ignore_ascii_case(name.as_str()) || n.as_str().to_lowercase() == name.as_str().to_lowercase()
        }
    };
    let (base, is_ptr) = deref(t);
    // A pointer to an interface or type parameter has no members.
    if is_ptr && matches!(base.under(), TyKind::Interface(_)) {
        return Lookup::NotFound;
    }
    let mut current: Levels = smallvec![Level { ty: base, path: Vec::new(), indirect: is_ptr, multiple: false }];
    let mut seen = Visited::default();
    while !current.is_empty() {
        let mut next = Levels::new();
        let mut found: Option<Found> = None;
        for level in &current {
            if let Some(named) = level.ty.as_named() {
                if !seen.insert(named) {
                    continue;
                }
                if let Some(m) = declared_method(named, name, pkg, how, &matches) {
                    if found.is_some() || level.multiple {
                        return Lookup::Ambiguous;
                    }
                    let (path, indirect) = (level.path.clone(), level.indirect);
                    found = Some(Found { member: Member::Method(m, named), path, indirect });
                    continue;
                }
            }
            match level.ty.under() {
                TyKind::Struct(fields) => {
                    let mut ambiguous = false;
                    let mut look = |i: usize, f: &'static Field| {
                        let path = || [&level.path[..], &[i]].concat();
                        if matches(f.name, f.pkg) {
                            ambiguous |= found.is_some() || level.multiple;
                            found = Some(Found { member: Member::Field(f), path: path(), indirect: level.indirect });
                        } else if f.embedded && found.is_none() {
                            let (ty, ptr) = deref(f.ty);
                            next.push(Level {
                                ty,
                                path: path(),
                                indirect: level.indirect || ptr,
                                multiple: level.multiple,
                            });
                        }
                    };
                    match how {
                        NameMatch::Exact => named_or_embedded(level.ty.underlying(), fields, name, look),
                        NameMatch::FoldCase => fields.iter().enumerate().for_each(|(i, f)| look(i, f)),
                    }
                    if ambiguous {
                        return Lookup::Ambiguous;
                    }
                }
                TyKind::Interface(_) => {
                    let set = type_set(level.ty.underlying());
                    let method = match how {
                        NameMatch::Exact => set.method(name, pkg),
                        NameMatch::FoldCase => set.methods.iter().find(|m| matches(m.name, m.pkg)),
                    };
                    if let Some(m) = method {
                        if found.is_some() || level.multiple {
                            return Lookup::Ambiguous;
                        }
                        let (path, indirect) = (level.path.clone(), level.indirect);
                        found = Some(Found { member: Member::Abstract(m), path, indirect });
                    }
                }
                _ => {}
            }
        }
        if let Some(f) = found {
            if let Member::Method(m, _) = f.member
                && has_pointer_receiver(m)
                && !f.indirect
                && !addressable
            {
                return Lookup::NeedsPointer(m);
            }
            return Lookup::Found(f);
        }
        current = merge_multiples(next);
    }
    Lookup::NotFound
}

fn declared_method(
    named: Named,
    name: Name,
    pkg: Name,
    how: NameMatch,
    matches: &dyn Fn(Name, Name) -> bool,
) -> Option<Obj> {
    let methods = named.generic().data().methods.read().expect("no writer panics");
    match how {
        NameMatch::Exact => methods.find(name, pkg),
        NameMatch::FoldCase => {
            methods.iter().find(|m| matches(m.name, m.pkg.map_or(Name::empty(), |p| p.path))).copied()
        }
    }
}

/// Whether the method's receiver is a pointer.
pub fn has_pointer_receiver(m: Obj) -> bool {
    m.func().and_then(|f| f.recv.get()).is_some_and(|(_, ptr)| *ptr)
}

fn merge_multiples(list: Levels) -> Levels {
    if list.len() < 2 {
        return list;
    }
    let mut out = Levels::new();
    let mut alike: FxHashMap<u64, SmallVec<[u32; 1]>> = FxHashMap::default();
    for level in list {
        let same = alike.entry(bucket(level.ty)).or_default();
        match same.iter().find(|&&i| identical(out[i as usize].ty, level.ty)) {
            Some(&i) => out[i as usize].multiple = true,
            None => {
                same.push(out.len() as u32);
                out.push(level);
            }
        }
    }
    out
}

/// Types that a search has been through. Most go through few.
#[derive(Default)]
struct Visited {
    list: SmallVec<[Named; 4]>,
    /// The list, by what identical types share, once it is long.
    alike: FxHashMap<u64, SmallVec<[Named; 1]>>,
}

impl Visited {
    const FEW: usize = 8;

    /// Adds a type, unless it is there.
    fn insert(&mut self, n: Named) -> bool {
        let same = |o: &Named| *o == n || identical(Ty::named(*o), Ty::named(n));
        if self.list.len() < Self::FEW {
            let new = !self.list.iter().any(same);
            if new {
                self.list.push(n);
            }
            return new;
        }
        let of = |n: Named| bucket(Ty::named(n));
        if self.alike.is_empty() {
            self.list.iter().for_each(|&o| self.alike.entry(of(o)).or_default().push(o));
        }
        let alike = self.alike.entry(of(n)).or_default();
        let new = !alike.iter().any(same);
        if new {
            alike.push(n);
        }
        new
    }
}

/// Why a type does not have a method that an interface wants.
#[derive(Clone, Debug)]
pub struct Missing {
    /// The method of the interface.
    pub want: &'static IMethod,
    /// What is there instead.
    pub why: MissingWhy,
}

/// Kinds of missing methods.
#[derive(Clone, Debug)]
pub enum MissingWhy {
    /// Nothing of that name.
    NotFound,
    /// A method whose name differs in case.
    WrongName(Member),
    /// An unexported method of another package.
    Unexported,
    /// A method of another type.
    WrongType(Member),
    /// Several embedded methods.
    Ambiguous,
    /// The method is declared with a pointer receiver.
    PointerReceiver,
    /// A field.
    Field,
}

/// The first method of interface type `t` that `v` lacks. If `v` is an interface itself and `all` is not set, only
/// methods that both have are compared. `ready` is called with each declared method before its type is read.
pub fn missing_method(
    v: Ty,
    t: Ty,
    all: bool,
    ready: &mut dyn FnMut(Obj),
    same: &mut dyn FnMut(Ty, Ty) -> bool,
) -> Option<Missing> {
    let TyKind::Interface(_) = t.under() else { return None };
    let wanted = &type_set(t.underlying()).methods;
    let v_is_interface = matches!(v.under(), TyKind::Interface(_));
    for want in wanted {
        let missing = |why| Some(Missing { want, why });
        if v_is_interface {
            match type_set(v.underlying()).method(want.name, want.pkg) {
                None if all => return missing(MissingWhy::NotFound),
                None => {}
                Some(m) if same(m.sig, want.sig) => {}
                Some(m) => return missing(MissingWhy::WrongType(Member::Abstract(m))),
            }
            continue;
        }
        match search(v, false, want.name, want.pkg, NameMatch::Exact) {
            Lookup::Found(Found { member: Member::Field(_), .. }) => return missing(MissingWhy::Field),
            Lookup::Found(f) => {
                if let Member::Method(m, _) = f.member {
                    ready(m);
                }
                if !same(f.member.ty(), want.sig) {
                    return missing(MissingWhy::WrongType(f.member));
                }
            }
            Lookup::Ambiguous => return missing(MissingWhy::Ambiguous),
            Lookup::NeedsPointer(_) => return missing(MissingWhy::PointerReceiver),
            Lookup::NotFound => {
                let similar = search(v, false, want.name, want.pkg, NameMatch::FoldCase).found();
                return match similar.map(|f| f.member).filter(Member::is_method) {
                    Some(m) if m.name() == want.name => missing(MissingWhy::Unexported),
                    Some(m) => {
                        if let Member::Method(m, _) = m {
                            ready(m);
                        }
                        missing(MissingWhy::WrongName(m))
                    }
                    None => missing(MissingWhy::NotFound),
                };
            }
        }
    }
    None
}

/// A method of a type's method set.
#[derive(Clone, Debug)]
pub struct SetMethod {
    /// Its name.
    pub name: Name,
    /// Package path of the declaration (matters for unexported names).
    pub pkg: Name,
    /// What it is and how to get to it.
    pub found: Found,
}

/// The method set of `t` (spec: Method sets), sorted as type descriptors want it: exported names first, then by
/// name and package path. Methods with type parameters of their own are left out: they are not visible at run time.
pub fn method_set(t: Ty) -> Vec<SetMethod> {
    let mut names: Vec<(Name, Name)> = Vec::new();
    let (base, _) = deref(t);
    let mut seen: Vec<Ty> = Vec::new();
    let mut work = vec![base];
    while let Some(t) = work.pop() {
        if seen.contains(&t) {
            continue;
        }
        seen.push(t);
        if let Some(n) = t.as_named() {
            let methods = n.generic().data().methods.read().expect("no writer panics");
            names.extend(methods.iter().map(|m| (m.name, m.pkg.map_or(Name::empty(), |p| p.path))));
        }
        match t.under() {
            TyKind::Struct(fields) => work.extend(fields.iter().filter(|f| f.embedded).map(|f| deref(f.ty).0)),
            TyKind::Interface(_) => {
                names.extend(type_set(t.underlying()).methods.iter().map(|m| (m.name, m.pkg)));
            }
            _ => {}
        }
    }
    names.sort_by_key(|&(name, pkg)| (!name.is_exported(), name, pkg));
    names.dedup_by(|a, b| same_id(a.0, a.1, b.0, b.1));
    let generic = |m: &Member| matches!(m.ty().kind(), TyKind::Func(s) if !s.tparams.is_empty());
    let find = |(name, pkg)| {
        let found = lookup(t, false, name, pkg).found().filter(|f| f.member.is_method() && !generic(&f.member))?;
        Some(SetMethod { name, pkg, found })
    };
    names.into_iter().filter_map(find).collect()
}
