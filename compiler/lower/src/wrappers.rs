//! Methods and closures that the program needs but nobody wrote.
//!
//! - A method reached through embedded fields, or a value method through a pointer, becomes a function that finds the
//!   receiver and calls the declared method.
//! - An interface's method as a function value (`I.M`).
//! - A bound method (`x.M` as a value): a closure with a copy of the receiver behind the code word; its code is
//!   named `T.M-fm`.
//!
//! Interfaces call methods with the data word as receiver. For pointers and other types that are stored directly, that
//! is the receiver as declared; for all others it is a pointer, so the method of the pointer type serves.
//!
//! Wrappers are hidden in tracebacks and do not count for `recover`.

use undergo_abi::builtins::Builtin;
use undergo_abi::types::itab;
use undergo_ir::{Builder, Callee, InstData, IntCond, Sym, Type, Value};
use undergo_source::Name;
use undergo_types::identical::canon;
use undergo_types::lookup::{self, Found, Member, SetMethod, has_pointer_receiver};
use undergo_types::print::link_list;
use undergo_types::subst::subst;
use undergo_types::{Basic, Obj, Signature, Ty, TyKind, layout};

use crate::abi::Abi;
use crate::emit::{self, Moved, Target, Visible};
use crate::names;
use crate::program::{Lowerer, Work};

/// A function to be made: `method` of `recv`, found as `found`.
#[derive(Clone, Debug)]
pub struct Wrapper {
    /// Type of the receiver, or of what the closure holds.
    pub recv: Ty,
    /// The method and the way to it.
    pub found: Found,
    /// Type arguments of a generic method.
    pub own: Vec<Ty>,
    /// Where the receiver comes from.
    pub form: Form,
}

/// Where a wrapper's receiver comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// It is the first parameter.
    Param,
    /// It is in the closure.
    Bound,
}

impl Lowerer {
    /// Code of a row of a type's method table: for interfaces, and with the receiver as declared.
    pub(crate) fn method_code(&self, ty: Ty, m: &SetMethod) -> (Sym, Sym) {
        let declared = self.method_fn(ty, &m.found, &[]);
        let direct = layout::layout(ty).direct_iface();
        let word = if direct { declared } else { self.method_fn(Ty::pointer(ty), &m.found, &[]) };
        (word, declared)
    }

    /// Symbol of the method expression `recv.name`: a function whose first parameter is a `recv`. `own` are type
    /// arguments of the method itself.
    pub fn method_expr_sym(&self, recv: Ty, name: Name, pkg: Name, own: &[Ty]) -> Sym {
        let recv = canon(recv);
        let found = lookup::lookup(recv, false, name, pkg).found().filter(|f| f.member.is_method());
        match found {
            Some(found) => self.method_fn(recv, &found, own),
            None => panic!("lower: no method {name} of {recv:?}"),
        }
    }

    /// Symbol of the code of a bound method, where the closure holds a receiver of the declared type `recv` behind
    /// the code word (see [`bound_offset`]).
    pub fn bound_method_sym(&self, method: Obj, recv: Ty, own: &[Ty]) -> Sym {
        let recv = canon(recv);
        let base = recv.as_named().or_else(|| recv.as_pointer().and_then(Ty::as_named));
        let Some(named) = base else { panic!("lower: method {method:?} of {recv:?}") };
        let indirect = recv.as_named().is_none();
        self.bound(Wrapper {
            recv,
            found: Found { member: Member::Method(method, named), path: Vec::new(), indirect },
            own: own.iter().map(|&t| canon(t)).collect(),
            form: Form::Bound,
        })
    }

    /// Symbol of the code of a bound method of an interface value, which the closure holds behind the code word.
    pub fn bound_iface_method_sym(&self, iface: Ty, index: usize) -> Sym {
        let recv = canon(iface);
        let member = Member::Abstract(&crate::reach::iface_methods(recv)[index]);
        self.bound(Wrapper {
            recv,
            found: Found { member, path: Vec::new(), indirect: false },
            own: Vec::new(),
            form: Form::Bound,
        })
    }

    fn bound(&self, w: Wrapper) -> Sym {
        let sym = Sym::new(&format!("{}-fm", method_symbol(w.recv, &w.found, &w.own)));
        self.wrapper(sym, w);
        sym
    }

    /// A function that takes a `recv` and calls the method.
    fn method_fn(&self, recv: Ty, found: &Found, own: &[Ty]) -> Sym {
        if let Member::Method(m, named) = found.member
            && found.path.is_empty()
            && has_pointer_receiver(m) == recv.as_named().is_none()
        {
            return self.method_sym(m, named, own);
        }
        let sym = Sym::new(&method_symbol(recv, found, own));
        self.wrapper(sym, Wrapper { recv, found: found.clone(), own: own.to_vec(), form: Form::Param });
        sym
    }

    fn wrapper(&self, sym: Sym, w: Wrapper) {
        if self.request(sym) {
            self.push(Work::Wrapper(sym, w));
        }
    }
}

/// Where a closure of a bound method holds the receiver.
pub fn bound_offset(recv: Ty) -> u64 {
    layout::round_up(layout::WORD, layout::layout(recv).align)
}

fn method_symbol(recv: Ty, found: &Found, own: &[Ty]) -> String {
    let (name, pkg) = (found.member.name(), found.member.pkg());
    // A struct may promote unexported methods of the same name from several packages.
    let name = if name.is_exported() { name.as_str().into() } else { format!("{pkg}.{name}") };
    let targs = if own.is_empty() { String::new() } else { format!("[{}]", link_list(own)) };
    format!("{}{targs}", names::method_of(recv, &name))
}

/// Makes a function.
pub fn lower(cx: &Lowerer, sym: Sym, w: &Wrapper) {
    let ty = signature(w);
    let Some(sig) = ty.as_func() else { return };
    let bound = w.form == Form::Bound;
    let from = Abi::of(cx, sig, (!bound).then_some(w.recv));
    let mut display = names::method_display(w.recv, w.found.member.name().as_str());
    if bound {
        display.push_str("-fm");
    }
    let mut b = emit::start(sym, &display, &from.param_types(), from.result_types(), Visible::No);
    let mut args = emit::params(&mut b, &from);
    let recv = if bound {
        b.func.flags.uses_ctx = true;
        let ctx = b.nullary(InstData::ClosureCtx, Type::Ptr);
        let at = b.ptr_add_imm(ctx, bound_offset(w.recv) as i64);
        emit::read(cx, &mut b, w.recv, at)
    } else {
        args.remove(0)
    };
    let mut m = Maker { cx, b, w };
    let callee = m.callee(recv);
    let types: Vec<Ty> = std::iter::once(callee.recv).chain(sig.params.iter().map(|p| p.ty)).collect();
    args.insert(0, callee.value);
    let to = Abi::of(cx, sig, Some(callee.recv));
    let results: Vec<Ty> = sig.results.iter().map(|r| r.ty).collect();
    let target = Target { callee: callee.code, ctx: None };
    emit::forward(cx, &mut m.b, &from, &to, target, &types, &results, &args);
    cx.add_func(m.b.func);
}

/// The method's type, without receiver, with its own type arguments.
fn signature(w: &Wrapper) -> Ty {
    let ty = w.found.member.ty();
    match ty.kind() {
        TyKind::Func(s) if !s.tparams.is_empty() => {
            let plain = Signature { tparams: Vec::new(), ..s.clone() };
            canon(subst(Ty::new(TyKind::Func(plain)), &s.tparams, &w.own))
        }
        _ => canon(ty),
    }
}

/// The function that a wrapper ends up calling.
struct Resolved {
    code: Callee,
    recv: Ty,
    value: Moved,
}

/// Where the operand of the next step is.
#[derive(Clone)]
enum Place {
    Value(Moved),
    /// In memory at this address, which is not nil.
    At(Value),
}

struct Maker<'a> {
    cx: &'a Lowerer,
    b: Builder,
    w: &'a Wrapper,
}

impl Maker<'_> {
    fn callee(&mut self, recv: Moved) -> Resolved {
        let found = self.w.found.clone();
        let (mut ty, mut place) = (self.w.recv, Place::Value(recv));
        if found.path.is_empty() {
            self.check_receiver(ty, &place, &found);
        }
        for &i in &found.path {
            if let Some(elem) = ty.as_pointer() {
                place = Place::At(self.pointer(ty, place));
                ty = elem;
            }
            (ty, place) = self.field(ty, place, i);
        }
        match found.member {
            Member::Method(m, named) => {
                let code = Callee::Direct(self.cx.method_sym(m, named, &self.w.own));
                let base = Ty::named(named);
                if has_pointer_receiver(m) {
                    let p = match (ty.as_pointer(), &place) {
                        (None, Place::At(a)) => *a,
                        _ => self.word(ty, &place),
                    };
                    return Resolved { code, recv: Ty::pointer(base), value: Moved::Scalars(vec![p]) };
                }
                if ty.as_pointer().is_some() && ty.as_named().is_none() {
                    place = Place::At(self.pointer(ty, place));
                }
                Resolved { code, recv: base, value: self.value(base, place) }
            }
            Member::Abstract(m) => {
                let (name, pkg) = (m.name, m.pkg);
                let slot = self.cx.iface_slot(ty, name, pkg);
                let offset = itab::FUN + 8 * slot;
                self.cx.note_iface_call(ty, slot);
                let (tab, data) = match self.value(ty, place) {
                    Moved::Scalars(v) => (v[0], v[1]),
                    Moved::Mem(a) => (self.b.load(Type::Ptr, a, 0), self.b.load(Type::Ptr, a, 8)),
                };
                if offset >= 4096 {
                    self.b.push(InstData::NilCheck(tab), &[]);
                }
                let code = self.b.load(Type::Ptr, tab, offset as i32);
                let word = Ty::basic(Basic::UnsafePointer);
                Resolved { code: Callee::Indirect(code), recv: word, value: Moved::Scalars(vec![data]) }
            }
            Member::Field(_) => panic!("lower: wrapper of a field"),
        }
    }

    /// A value method called through a nil pointer to its own type has a message that says so.
    fn check_receiver(&mut self, ty: Ty, place: &Place, found: &Found) {
        let (Some(elem), Member::Method(m, named)) = (ty.as_pointer(), found.member) else { return };
        if has_pointer_receiver(m) || ty.as_named().is_some() || elem != Ty::named(named) {
            return;
        }
        let p = self.word(ty, place);
        let (nil, next) = (self.b.cold_block(), self.b.block());
        let is_nil = self.b.icmp_imm(IntCond::Eq, p, 0);
        self.b.brif(is_nil, nil, next);
        self.b.switch_to(nil);
        let pkg = named.obj.pkg.map_or(String::new(), names::package_prefix);
        let mut args = Vec::new();
        for s in [pkg.as_str(), named.obj.name.as_str(), m.name.as_str()] {
            let p = if s.is_empty() { self.b.nil() } else { self.b.sym_addr(self.cx.string_sym(s.as_bytes()), 0) };
            args.push(p);
            args.push(self.b.iconst(Type::I64, s.len() as i64));
        }
        self.b.builtin(Builtin::PanicWrap, &args);
        self.b.switch_to(next);
    }

    /// The only scalar of a pointer value.
    fn word(&mut self, ty: Ty, place: &Place) -> Value {
        match self.value(ty, place.clone()) {
            Moved::Scalars(v) => v[0],
            Moved::Mem(a) => self.b.load(Type::Ptr, a, 0),
        }
    }

    /// The same, checked: it is about to be followed.
    fn pointer(&mut self, ty: Ty, place: Place) -> Value {
        let p = self.word(ty, &place);
        self.b.push(InstData::NilCheck(p), &[]);
        p
    }

    fn value(&mut self, ty: Ty, place: Place) -> Moved {
        match place {
            Place::Value(v) => v,
            Place::At(a) => emit::read(self.cx, &mut self.b, ty, a),
        }
    }

    /// Field `i` of a struct.
    fn field(&mut self, ty: Ty, place: Place, i: usize) -> (Ty, Place) {
        let TyKind::Struct(fields) = ty.under() else { panic!("lower: path through {ty:?}") };
        let l = self.cx.layout(ty);
        let (field, off) = (fields[i].ty, l.fields[i]);
        let place = match place {
            Place::At(a) | Place::Value(Moved::Mem(a)) => Place::At(self.b.ptr_add_imm(a, off as i64)),
            Place::Value(Moved::Scalars(vals)) => {
                let end = off + self.cx.layout(field).size;
                let parts = l.scalars.iter().flat_map(|p| p.iter());
                let within = parts.zip(vals).filter(|((_, at), _)| (off..end).contains(at));
                Place::Value(Moved::Scalars(within.map(|(_, v)| v).collect()))
            }
        };
        (field, place)
    }
}
