//! Which types and methods the program needs at run time.
//!
//! A type descriptor lists the type's methods, but a method that nothing can call is left out of the program (its
//! entries say so). A method is *alive* if its type may be the dynamic type of an interface value (it was converted to
//! an interface, or is part of such a type, where reflection finds it), and either a method of that name and signature
//! is called through some interface, or it is exported and the program looks up methods by reflection.
//!
//! A method whose name and signature occur in an interface that is the target of a run-time conversion, in code or by
//! reflection, is *wanted*: it need not have code, but its entry must tell that it exists.
//!
//! Everything here only grows, so the order of discovery does not matter for the result.

use rustc_hash::{FxHashMap, FxHashSet};
use undergo_ir::Sym;
use undergo_source::Name;
use undergo_types::identical::canon;
use undergo_types::lookup::{SetMethod, method_set};
use undergo_types::typeset::type_set;
use undergo_types::{IMethod, Obj, Ty, TyKind};

use crate::names;
use crate::program::Lowerer;
use crate::typedesc;

/// Name, package (of unexported names) and canonical signature.
pub type MethodKey = (Name, Name, Ty);

/// All descriptors asked for.
#[derive(Default)]
pub struct Types {
    index: FxHashMap<Ty, usize>,
    /// In order of discovery.
    pub list: Vec<Entry>,
    /// Static itabs, in order of discovery: symbol, concrete type, interface.
    pub itabs: Vec<(Sym, Ty, Ty)>,
    known_itabs: FxHashMap<(Ty, Ty), Sym>,
    called: FxHashSet<MethodKey>,
    wanted: FxHashSet<MethodKey>,
    by_method: FxHashMap<MethodKey, Vec<(usize, usize)>>,
    reflect_methods: bool,
    /// Entries whose parts have not been asked for yet.
    pending: Vec<usize>,
}

/// How a descriptor is used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Use {
    /// Only the runtime reads it: allocation, comparison of type words.
    Plain,
    /// It may be the dynamic type of an interface value.
    Interface,
}

/// A descriptor.
pub struct Entry {
    /// The canonical type.
    pub ty: Ty,
    /// Its symbol.
    pub sym: Sym,
    /// How it is used.
    pub used: Use,
    /// Whether it is part of a map's group, which nobody compares.
    pub noalg: bool,
    /// Whether the equality function is needed though no interface holds the type: keys of maps.
    pub key: bool,
    /// The method table, sorted.
    pub methods: Vec<Method>,
}

/// A row of a method table.
pub struct Method {
    /// How the method is found.
    pub found: SetMethod,
    /// Canonical signature without receiver.
    pub sig: Ty,
    /// Its entry must be complete but for the code.
    pub wanted: bool,
    /// Code that takes the receiver as an interface's data word, and code that takes it as declared; if alive.
    pub code: Option<(Sym, Sym)>,
}

impl Types {
    /// The entry of a canonical type.
    pub fn entry(&self, ty: Ty) -> Option<&Entry> {
        self.index.get(&ty).map(|&i| &self.list[i])
    }
}

/// Identifies a method across types.
pub fn method_key(name: Name, pkg: Name, sig: Ty) -> MethodKey {
    (name, if name.is_exported() { Name::new("") } else { pkg }, canon(sig))
}

/// Methods of an interface type in the order of its descriptor and of its itabs.
pub fn iface_methods(iface: Ty) -> &'static [IMethod] {
    &type_set(iface.underlying()).methods
}

impl Lowerer {
    /// Symbol of a type's descriptor, for uses that do not make values of the type visible to interfaces.
    pub fn type_sym(&self, ty: Ty) -> Sym {
        self.type_use(ty, Use::Plain)
    }

    /// Symbol of a type's descriptor as the type word of an interface value.
    pub fn iface_type_sym(&self, ty: Ty) -> Sym {
        self.type_use(ty, Use::Interface)
    }

    pub(crate) fn type_use(&self, ty: Ty, used: Use) -> Sym {
        self.request_type(canon(ty), used, false, false)
    }

    /// Asks for a map's key type or for parts of its groups.
    pub(crate) fn type_part(&self, ty: Ty, used: Use, key: bool, noalg: bool) -> Sym {
        self.request_type(canon(ty), used, key, noalg)
    }

    fn request_type(&self, ty: Ty, used: Use, key: bool, noalg: bool) -> Sym {
        let types = &mut *self.types.borrow_mut();
        if let Some(&i) = types.index.get(&ty) {
            let e = &mut types.list[i];
            if used > e.used || key && !e.key {
                e.used = e.used.max(used);
                e.key |= key;
                types.pending.push(i);
            }
            return e.sym;
        }
        let i = types.list.len();
        let sym = Sym::new(&names::type_symbol(ty));
        types.index.insert(ty, i);
        types.list.push(Entry { ty, sym, used, noalg, key, methods: Vec::new() });
        types.pending.push(i);
        sym
    }

    /// Symbol of the itab for values of type `concrete` as interface `iface` (which has methods).
    pub fn itab_sym(&self, concrete: Ty, iface: Ty) -> Sym {
        let (concrete, iface) = (canon(concrete), canon(iface));
        if let Some(&s) = self.types.borrow().known_itabs.get(&(concrete, iface)) {
            return s;
        }
        self.iface_type_sym(concrete);
        self.type_sym(iface);
        let link = undergo_types::print::link_string;
        let sym = Sym::new(&format!("go:itab.{},{}", link(concrete), link(iface)));
        let types = &mut *self.types.borrow_mut();
        types.known_itabs.insert((concrete, iface), sym);
        types.itabs.push((sym, concrete, iface));
        sym
    }

    /// Index of an interface's method in its itabs.
    pub fn iface_slot(&self, iface: Ty, name: Name, pkg: Name) -> usize {
        let same = |m: &IMethod| undergo_types::identical::same_id(m.name, m.pkg, name, pkg);
        iface_methods(iface).iter().position(same).unwrap_or(0)
    }

    /// The program calls the method at this index of an interface (or makes a method value of it).
    pub fn note_iface_call(&self, iface: Ty, index: usize) {
        let Some(m) = iface_methods(iface).get(index) else { return };
        if is_reflect_lookup(m) {
            self.note_reflect_method_use();
        }
        let key = method_key(m.name, m.pkg, m.sig);
        if self.types.borrow_mut().called.insert(key) {
            self.revive(key);
        }
    }

    /// Values are converted to this interface type at run time.
    pub fn note_assert_to(&self, iface: Ty) {
        if !iface.is_interface() {
            return;
        }
        for m in iface_methods(iface) {
            let key = method_key(m.name, m.pkg, m.sig);
            if self.types.borrow_mut().wanted.insert(key) {
                self.revive(key);
            }
        }
    }

    /// The program looks up methods by reflection.
    pub fn note_reflect_method_use(&self) {
        let types = &mut *self.types.borrow_mut();
        if !types.reflect_methods {
            types.reflect_methods = true;
            types.pending.extend(0..types.list.len());
        }
    }

    /// A function has been asked for: some look up methods.
    pub(crate) fn note_reflect_func(&self, f: Obj) {
        let lookup = matches!(f.name.as_str(), "Method" | "MethodByName");
        if lookup && f.pkg.is_some_and(|p| p.path.as_str() == "reflect") && receiver_is_value(f) {
            self.note_reflect_method_use();
        }
    }

    fn revive(&self, key: MethodKey) {
        let types = &mut *self.types.borrow_mut();
        let with = types.by_method.get(&key).into_iter().flatten();
        types.pending.extend(with.map(|&(entry, _)| entry));
    }

    /// Asks for the parts of types found since the last time, and for the code of methods that have come alive. False
    /// if there was nothing to do.
    pub(crate) fn finish_types(&self) -> bool {
        let mut did = false;
        loop {
            let Some(i) = self.types.borrow_mut().pending.pop() else { return did };
            did = true;
            self.complete(i);
        }
    }

    fn complete(&self, i: usize) {
        let (ty, used, noalg, key, fresh) = {
            let types = self.types.borrow();
            let e = &types.list[i];
            (e.ty, e.used, e.noalg, e.key, e.methods.is_empty())
        };
        if fresh {
            self.list_methods(i, ty);
        }
        typedesc::request_parts(self, ty, used, noalg, key);
        if used == Use::Interface {
            // Reflection converts to interface types, too.
            self.note_assert_to(ty);
            self.enliven(i, ty);
        }
    }

    fn list_methods(&self, i: usize, ty: Ty) {
        if ty.is_interface() || !may_have_methods(ty) {
            return;
        }
        let rows = method_set(ty).into_iter().map(|found| {
            let sig = canon(found.found.member.ty());
            Method { found, sig, wanted: false, code: None }
        });
        let rows: Vec<Method> = rows.filter(|m| !m.found.name.is_blank()).collect();
        let types = &mut *self.types.borrow_mut();
        for (k, m) in rows.iter().enumerate() {
            let key = method_key(m.found.name, m.found.pkg, m.sig);
            types.by_method.entry(key).or_default().push((i, k));
        }
        types.list[i].methods = rows;
    }

    /// Looks at the methods of a type that interfaces hold.
    fn enliven(&self, i: usize, ty: Ty) {
        let n = self.types.borrow().list[i].methods.len();
        for k in 0..n {
            let (found, sig, wanted, live) = {
                let types = self.types.borrow();
                let m = &types.list[i].methods[k];
                let key = method_key(m.found.name, m.found.pkg, m.sig);
                let by_reflection = types.reflect_methods && m.found.name.is_exported();
                let live = by_reflection || types.called.contains(&key);
                let wanted = live || types.wanted.contains(&key);
                if (!wanted || m.wanted) && (!live || m.code.is_some()) {
                    continue;
                }
                (m.found.clone(), m.sig, wanted, live)
            };
            if wanted {
                self.type_use(sig, Use::Interface);
            }
            let code = live.then(|| self.method_code(ty, &found));
            let m = &mut self.types.borrow_mut().list[i].methods[k];
            m.wanted = wanted;
            m.code = m.code.or(code);
        }
    }
}

/// Defined types, pointers to them, and structs that embed something.
pub fn may_have_methods(ty: Ty) -> bool {
    match ty.kind() {
        TyKind::Named(_) => true,
        TyKind::Pointer(e) => !matches!(e.kind(), TyKind::Pointer(_)) && may_have_methods(*e) && !e.is_interface(),
        TyKind::Struct(fields) => fields.iter().any(|f| f.embedded),
        _ => false,
    }
}

/// `Method(int) reflect.Method` or `MethodByName(string) (reflect.Method, bool)` of an interface such as
/// `reflect.Type`.
fn is_reflect_lookup(m: &IMethod) -> bool {
    if !matches!(m.name.as_str(), "Method" | "MethodByName") {
        return false;
    }
    let Some(first) = m.sig.as_func().and_then(|s| s.results.first()) else { return false };
    let Some(n) = first.ty.as_named() else { return false };
    n.obj.name.as_str() == "Method"
        && n.obj.pkg.is_some_and(|p| matches!(p.path.as_str(), "reflect" | "internal/reflectlite"))
}

fn receiver_is_value(f: Obj) -> bool {
    f.func().and_then(|f| f.recv.get()).is_some_and(|(n, pointer)| n.obj.name.as_str() == "Value" && !pointer)
}
