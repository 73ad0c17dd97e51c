//! Type descriptors: `abi.Type` and what follows it, byte for byte (contract: `abi_types.md`).
//!
//! Parts are asked for when a descriptor is discovered ([`request_parts`]); the bytes are written once everything is
//! known ([`Lowerer::type_tables`]), since method tables and `PtrToThis` depend on what else the program needs.

use undergo_abi::types::{MAX_PTR_MASK_WORDS, itab, kind, tflag, ty as at};
use undergo_ir::{Data, DataReloc, RelocKind, Section, Sym};
use undergo_source::Name;
use undergo_types::identical::canon;
use undergo_types::print::{link_string, reflect_string};
use undergo_types::{Basic, ChanDir, Field, IMethod, Signature, Ty, TyKind, layout};

use crate::names;
use crate::program::Lowerer;
use crate::reach::{Entry, Use, iface_methods};

/// Bytes of `abi.UncommonType` and of `abi.Method`.
const UNCOMMON: usize = 16;
const METHOD: usize = 16;
/// Text offset of a method without code.
const NO_CODE: u32 = u32::MAX;

/// Keys and elements larger than this are kept outside of a map's groups.
const MAX_INLINE: u64 = 128;

/// Asks for the descriptors and functions that a type's descriptor refers to.
pub fn request_parts(cx: &Lowerer, ty: Ty, used: Use, noalg: bool, key: bool) {
    let part = |t: Ty| {
        cx.type_use(t, used);
    };
    match ty.under() {
        TyKind::Basic(_) => {}
        TyKind::Pointer(e) | TyKind::Slice(e) | TyKind::Chan(_, e) => part(*e),
        TyKind::Array(e, _) if noalg => {
            cx.type_part(*e, used, false, true);
        }
        TyKind::Array(e, _) => {
            part(*e);
            part(Ty::slice(*e));
        }
        TyKind::Struct(fields) if noalg => {
            for f in fields {
                let inner = is_group_part(f.ty);
                cx.type_part(f.ty, used, false, inner);
            }
        }
        TyKind::Struct(fields) => fields.iter().for_each(|f| part(f.ty)),
        TyKind::Func(s) => s.params.iter().chain(&s.results).for_each(|p| part(p.ty)),
        TyKind::Interface(_) => iface_methods(ty).iter().for_each(|m| part(m.sig)),
        TyKind::Map(k, e) => {
            cx.type_part(*k, used, true, false);
            part(*e);
            cx.type_part(group_type(*k, *e), Use::Plain, false, true);
            cx.hash_funcval(*k);
        }
        _ => {}
    }
    if noalg {
        return;
    }
    if used == Use::Interface || key {
        cx.eq_funcval(ty);
    }
    // Reflection makes pointers to values of defined types; their methods must be those of the program.
    if used == Use::Interface && crate::reach::may_have_methods(ty) && ty.as_pointer().is_none() && !ty.is_interface() {
        part(Ty::pointer(ty));
    }
}

// ---- maps

/// A package that no program has: marks the types that make up a map's groups.
const GROUP_PKG: &str = "go:map";

fn group_struct(fields: &[(&str, Ty)]) -> Ty {
    let field = |&(name, ty): &(&str, Ty)| Field {
        name: Name::new(name),
        pkg: Name::new(GROUP_PKG),
        ty,
        embedded: false,
        tag: Name::new(""),
    };
    Ty::new(TyKind::Struct(fields.iter().map(field).collect()))
}

fn is_group_part(t: Ty) -> bool {
    match t.kind() {
        TyKind::Struct(f) => f.first().is_some_and(|f| f.pkg.as_str() == GROUP_PKG),
        TyKind::Array(e, _) => is_group_part(*e),
        _ => false,
    }
}

/// What a map with these types allocates: a control word and eight slots.
pub fn group_type(key: Ty, elem: Ty) -> Ty {
    let boxed = |t: Ty| if layout::layout(t).size > MAX_INLINE { Ty::pointer(t) } else { t };
    let slot = group_struct(&[("key", boxed(key)), ("elem", boxed(elem))]);
    canon(group_struct(&[("ctrl", Ty::basic(Basic::Uint64)), ("slots", Ty::array(slot, 8))]))
}

/// Whether overwriting an equal key must store it again, and whether hashing may panic.
fn key_flags(key: Ty) -> (bool, bool) {
    match key.under() {
        TyKind::Basic(Basic::Float32 | Basic::Float64 | Basic::Complex64 | Basic::Complex128 | Basic::String) => {
            (true, false)
        }
        TyKind::Interface(_) => (true, true),
        TyKind::Array(e, _) => key_flags(*e),
        TyKind::Struct(fields) => {
            fields.iter().map(|f| key_flags(f.ty)).fold((false, false), |a, b| (a.0 || b.0, a.1 || b.1))
        }
        _ => (false, false),
    }
}

// ---- writing

/// A descriptor under construction.
#[derive(Default)]
struct Buf {
    bytes: Vec<u8>,
    relocs: Vec<DataReloc>,
}

impl Buf {
    fn zeros(n: usize) -> Buf {
        Buf { bytes: vec![0; n], relocs: Vec::new() }
    }
    fn put(&mut self, offset: usize, bytes: &[u8]) {
        self.bytes[offset..offset + bytes.len()].copy_from_slice(bytes);
    }
    fn word(&mut self, offset: usize, v: u64) {
        self.put(offset, &v.to_le_bytes());
    }
    fn half(&mut self, offset: usize, v: u32) {
        self.put(offset, &v.to_le_bytes());
    }
    fn addr(&mut self, offset: usize, sym: Sym, addend: u64) {
        self.relocs.push(DataReloc { offset: offset as u32, sym, addend: addend as i64, kind: RelocKind::Abs64 });
    }
    fn addr32(&mut self, offset: usize, sym: Sym) {
        self.relocs.push(DataReloc { offset: offset as u32, sym, addend: 0, kind: RelocKind::Abs32 });
    }
    fn len(&self) -> usize {
        self.bytes.len()
    }
    fn grow(&mut self, n: usize) {
        self.bytes.resize(self.bytes.len() + n, 0);
    }
    fn into_data(mut self, sym: Sym, section: Section) -> Data {
        self.relocs.sort_by_key(|r| r.offset);
        Data { sym, section, align: 8, size: self.bytes.len() as u64, bytes: self.bytes, relocs: self.relocs }
    }
}

impl Lowerer {
    /// Writes all descriptors and itabs. Gives the descriptors of unnamed types, sorted by their strings, and the
    /// itabs.
    pub(crate) fn type_tables(&self) -> (Vec<Sym>, Vec<Sym>) {
        let types = self.types.take();
        let mut links: Vec<(String, Sym)> = Vec::new();
        for e in &types.list {
            self.add_data(descriptor(self, e, &|t| types.entry(t)).into_data(e.sym, Section::Rodata));
            if is_typelink(e) {
                links.push((reflect_string(e.ty), e.sym));
            }
        }
        for &(sym, concrete, iface) in &types.itabs {
            if let (Some(c), Some(i)) = (types.entry(concrete), types.entry(iface)) {
                self.add_data(itab_data(sym, c, i));
            }
        }
        links.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()).then(a.1.cmp(&b.1)));
        (links.into_iter().map(|l| l.1).collect(), types.itabs.iter().map(|i| i.0).collect())
    }

    /// Symbol of an encoded name.
    fn name_sym(&self, n: &EncodedName) -> Sym {
        let mut bytes = vec![u8::from(n.exported) | u8::from(!n.tag.is_empty()) << 1 | u8::from(n.embedded) << 3];
        push_counted(&mut bytes, n.text);
        if !n.tag.is_empty() {
            push_counted(&mut bytes, n.tag);
        }
        let Some(pkg) = n.pkg else { return self.string_sym(&bytes) };
        bytes[0] |= 4;
        let sym = Sym::new(&format!("go:name.{pkg}.{}", n.text));
        let mut buf = Buf { bytes, relocs: Vec::new() };
        let end = buf.len();
        buf.grow(4);
        buf.addr32(end, self.name_sym(&EncodedName::plain(pkg)));
        let data = buf.into_data(sym, Section::Rodata);
        self.add_data(Data { align: 1, ..data });
        sym
    }
}

/// `abi.Name`.
#[derive(Clone, Copy, Default)]
struct EncodedName<'a> {
    text: &'a str,
    tag: &'a str,
    exported: bool,
    embedded: bool,
    /// Package path, of an unexported method whose package is not that of the type.
    pkg: Option<&'a str>,
}

impl<'a> EncodedName<'a> {
    fn plain(text: &'a str) -> EncodedName<'a> {
        EncodedName { text, ..EncodedName::default() }
    }
    fn method(name: Name, pkg: Name, home: Option<&str>) -> EncodedName<'a> {
        let foreign = !name.is_exported() && home != Some(pkg.as_str());
        EncodedName {
            text: name.as_str(),
            exported: name.is_exported(),
            pkg: foreign.then_some(pkg.as_str()),
            ..EncodedName::default()
        }
    }
}

fn push_counted(out: &mut Vec<u8>, s: &str) {
    let mut n = s.len();
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
    out.extend(s.as_bytes());
}

fn is_typelink(e: &Entry) -> bool {
    let kinds = matches!(
        e.ty.kind(),
        TyKind::Pointer(_)
            | TyKind::Array(..)
            | TyKind::Chan(..)
            | TyKind::Func(_)
            | TyKind::Map(..)
            | TyKind::Slice(_)
            | TyKind::Struct(_)
    );
    kinds && !e.noalg
}

type Lookup<'a> = &'a dyn Fn(Ty) -> Option<&'a Entry>;

fn descriptor(cx: &Lowerer, e: &Entry, lookup: Lookup<'_>) -> Buf {
    let ty = e.ty;
    let named = matches!(ty.kind(), TyKind::Named(_) | TyKind::Basic(_));
    let uncommon = named || !e.methods.is_empty();
    let tail = tail_size(ty);
    let mut b = Buf::zeros(at::SIZEOF + tail + if uncommon { UNCOMMON } else { 0 });
    header(cx, e, &mut b, named, uncommon, lookup);
    let sym_of = |t: Ty| cx.type_use(t, Use::Plain);
    kind_tail(cx, e, &mut b, &sym_of);
    if uncommon {
        methods(cx, e, &mut b, at::SIZEOF + tail, &sym_of);
    }
    b
}

fn header(cx: &Lowerer, e: &Entry, b: &mut Buf, named: bool, uncommon: bool, lookup: Lookup<'_>) {
    let l = layout::layout(e.ty);
    let mut flags = 0;
    let mut flag = |on: bool, bit: u8| flags |= if on { bit } else { 0 };
    flag(uncommon, tflag::UNCOMMON);
    flag(named, tflag::NAMED);
    flag(crate::alg::regular_memory(e.ty), tflag::REGULAR_MEMORY);
    flag(l.direct_iface(), tflag::DIRECT_IFACE);
    let words = l.ptr_bytes / layout::WORD;
    flag(words > MAX_PTR_MASK_WORDS, tflag::GC_MASK_ON_DEMAND);
    b.word(at::SIZE, l.size);
    b.word(at::PTR_BYTES, l.ptr_bytes);
    b.half(at::HASH, type_hash(e.ty));
    b.put(at::TFLAG, &[flags, l.align as u8, l.align as u8, kind_of(e.ty)]);
    if (e.used == Use::Interface || e.key)
        && !e.noalg
        && let Some(eq) = cx.eq_funcval(e.ty)
    {
        b.addr(at::EQUAL, eq, 0);
    }
    if words > MAX_PTR_MASK_WORDS {
        let sym = Sym::new(&format!("type:.gcmask.{}", link_string(e.ty)));
        cx.add_data(Data { sym, section: Section::NoPtrBss, align: 8, size: 8, bytes: Vec::new(), relocs: Vec::new() });
        b.addr(at::GC_DATA, sym, 0);
    } else if words > 0 {
        b.addr(at::GC_DATA, cx.string_sym(&layout::pointer_mask(e.ty)), 0);
    }
    b.addr32(
        at::STR,
        cx.name_sym(&EncodedName { exported: is_exported(e.ty), ..EncodedName::plain(&reflect_string(e.ty)) }),
    );
    if let Some(p) = lookup(canon(Ty::pointer(e.ty))) {
        b.addr32(at::PTR_TO_THIS, p.sym);
    }
}

/// Whether the type has an exported name; of a pointer that has none counts the one of what it points at.
fn is_exported(t: Ty) -> bool {
    let named = match t.kind() {
        TyKind::Pointer(e) => *e,
        _ => t,
    };
    named.as_named().is_some_and(|n| n.obj.name.is_exported())
}

/// FNV-1a of the type's symbol.
pub fn type_hash(t: Ty) -> u32 {
    link_string(t).bytes().fold(0x811c_9dc5, |h: u32, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

fn kind_of(t: Ty) -> u8 {
    match t.under() {
        TyKind::Basic(b) => basic_kind(*b),
        TyKind::Array(..) => kind::ARRAY,
        TyKind::Chan(..) => kind::CHAN,
        TyKind::Func(_) => kind::FUNC,
        TyKind::Interface(_) => kind::INTERFACE,
        TyKind::Map(..) => kind::MAP,
        TyKind::Pointer(_) => kind::POINTER,
        TyKind::Slice(_) => kind::SLICE,
        _ => kind::STRUCT,
    }
}

fn basic_kind(b: Basic) -> u8 {
    use Basic::*;
    match b {
        Bool | UntypedBool | Invalid => kind::BOOL,
        Int | UntypedInt => kind::INT,
        Int8 => kind::INT8,
        Int16 => kind::INT16,
        Int32 | UntypedRune => kind::INT32,
        Int64 => kind::INT64,
        Uint => kind::UINT,
        Uint8 => kind::UINT8,
        Uint16 => kind::UINT16,
        Uint32 => kind::UINT32,
        Uint64 => kind::UINT64,
        Uintptr => kind::UINTPTR,
        Float32 => kind::FLOAT32,
        Float64 | UntypedFloat => kind::FLOAT64,
        Complex64 => kind::COMPLEX64,
        Complex128 | UntypedComplex => kind::COMPLEX128,
        String | UntypedString => kind::STRING,
        UnsafePointer | UntypedNil => kind::UNSAFE_POINTER,
    }
}

/// Bytes of the part that depends on the kind, between `abi.Type` and the uncommon type.
fn tail_size(t: Ty) -> usize {
    match t.under() {
        TyKind::Array(..) => 24,
        TyKind::Chan(..) => 16,
        TyKind::Func(_) | TyKind::Pointer(_) | TyKind::Slice(_) => 8,
        TyKind::Interface(_) | TyKind::Struct(_) => 32,
        TyKind::Map(..) => 88,
        _ => 0,
    }
}

fn kind_tail(cx: &Lowerer, e: &Entry, b: &mut Buf, sym_of: &dyn Fn(Ty) -> Sym) {
    const TAIL: usize = at::SIZEOF;
    match e.ty.under() {
        TyKind::Pointer(t) | TyKind::Slice(t) => b.addr(TAIL, sym_of(*t), 0),
        TyKind::Array(t, n) => {
            b.addr(TAIL, sym_of(*t), 0);
            if !e.noalg {
                b.addr(TAIL + 8, sym_of(Ty::slice(*t)), 0);
            }
            b.word(TAIL + 16, *n);
        }
        TyKind::Chan(dir, t) => {
            b.addr(TAIL, sym_of(*t), 0);
            let dir = match dir {
                ChanDir::Recv => 1,
                ChanDir::Send => 2,
                ChanDir::Both => 3,
            };
            b.word(TAIL + 8, dir);
        }
        TyKind::Func(s) => func_tail(s, b, sym_of),
        TyKind::Interface(_) => interface_tail(cx, e, b, sym_of),
        TyKind::Struct(fields) => struct_tail(cx, e, fields, b, sym_of),
        TyKind::Map(k, v) => map_tail(cx, *k, *v, b, sym_of),
        _ => {}
    }
}

fn func_tail(s: &Signature, b: &mut Buf, sym_of: &dyn Fn(Ty) -> Sym) {
    b.put(at::SIZEOF, &(s.params.len() as u16).to_le_bytes());
    let outs = s.results.len() as u16 | if s.variadic { 1 << 15 } else { 0 };
    b.put(at::SIZEOF + 2, &outs.to_le_bytes());
    for p in s.params.iter().chain(&s.results) {
        let end = b.len();
        b.grow(8);
        b.addr(end, sym_of(p.ty), 0);
    }
}

fn interface_tail(cx: &Lowerer, e: &Entry, b: &mut Buf, sym_of: &dyn Fn(Ty) -> Sym) {
    let home = names::type_package(e.ty);
    if let Some(path) = home {
        b.addr(at::SIZEOF, cx.name_sym(&EncodedName::plain(path)), 0);
    }
    let methods: &[IMethod] = iface_methods(e.ty);
    slice_of_self(b, at::SIZEOF + 8, e.sym, methods.len());
    for m in methods {
        let end = b.len();
        b.grow(8);
        b.addr32(end, cx.name_sym(&EncodedName::method(m.name, m.pkg, home)));
        b.addr32(end + 4, sym_of(m.sig));
    }
}

/// A slice header at `offset` of the data that is about to be appended.
fn slice_of_self(b: &mut Buf, offset: usize, sym: Sym, n: usize) {
    b.addr(offset, sym, b.len() as u64);
    b.word(offset + 8, n as u64);
    b.word(offset + 16, n as u64);
}

fn struct_tail(cx: &Lowerer, e: &Entry, fields: &[Field], b: &mut Buf, sym_of: &dyn Fn(Ty) -> Sym) {
    let home = fields.iter().find(|f| !f.name.is_exported()).map(|f| f.pkg);
    if let Some(p) = home {
        b.addr(at::SIZEOF, cx.name_sym(&EncodedName::plain(p.as_str())), 0);
    }
    slice_of_self(b, at::SIZEOF + 8, e.sym, fields.len());
    for (f, &offset) in fields.iter().zip(&layout::layout(e.ty).fields) {
        let end = b.len();
        b.grow(24);
        let name = EncodedName {
            text: f.name.as_str(),
            tag: f.tag.as_str(),
            exported: f.name.is_exported(),
            embedded: f.embedded,
            pkg: None,
        };
        b.addr(end, cx.name_sym(&name), 0);
        b.addr(end + 8, sym_of(f.ty), 0);
        b.word(end + 16, offset);
    }
}

fn map_tail(cx: &Lowerer, key: Ty, elem: Ty, b: &mut Buf, sym_of: &dyn Fn(Ty) -> Sym) {
    const TAIL: usize = at::SIZEOF;
    let group = group_type(key, elem);
    b.addr(TAIL, sym_of(key), 0);
    b.addr(TAIL + 8, sym_of(elem), 0);
    b.addr(TAIL + 16, sym_of(group), 0);
    if let Some(h) = cx.hash_funcval(key) {
        b.addr(TAIL + 24, h, 0);
    }
    let (slot, group) = (slot_layout(group), layout::layout(group));
    let (keys, elem_offset) = (group.fields[1], slot.fields[1]);
    for (i, v) in [group.size, keys, slot.size, keys + elem_offset, slot.size, elem_offset].into_iter().enumerate() {
        b.word(TAIL + 32 + 8 * i, v);
    }
    let (update, panics) = key_flags(key);
    let large = |t: Ty| layout::layout(t).size > MAX_INLINE;
    let flags = u32::from(update) | u32::from(panics) << 1 | u32::from(large(key)) << 2 | u32::from(large(elem)) << 3;
    b.half(TAIL + 80, flags);
}

fn slot_layout(group: Ty) -> &'static layout::Layout {
    match group.kind() {
        TyKind::Struct(f) => match f[1].ty.kind() {
            TyKind::Array(slot, _) => layout::layout(*slot),
            _ => layout::layout(group),
        },
        _ => layout::layout(group),
    }
}

/// The uncommon type at `offset`, and the method table at the end.
fn methods(cx: &Lowerer, e: &Entry, b: &mut Buf, offset: usize, sym_of: &dyn Fn(Ty) -> Sym) {
    let home = names::type_package(e.ty);
    let home =
        home.or((e.ty.as_basic() == Some(Basic::UnsafePointer)).then_some("unsafe")).or_else(|| match e.ty.kind() {
            TyKind::Pointer(t) | TyKind::Slice(t) | TyKind::Array(t, _) | TyKind::Chan(_, t) => names::type_package(*t),
            _ => None,
        });
    if let Some(path) = home {
        b.addr32(offset, cx.name_sym(&EncodedName::plain(path)));
    }
    let exported = e.methods.iter().filter(|m| m.found.name.is_exported()).count();
    b.put(offset + 4, &(e.methods.len() as u16).to_le_bytes());
    b.put(offset + 6, &(exported as u16).to_le_bytes());
    b.half(offset + 8, (b.len() - offset) as u32);
    for m in &e.methods {
        let end = b.len();
        b.grow(METHOD);
        b.addr32(end, cx.name_sym(&EncodedName::method(m.found.name, m.found.pkg, home)));
        if m.wanted {
            b.addr32(end + 4, sym_of(m.sig));
        } else {
            b.half(end + 4, NO_CODE);
        }
        match m.code {
            Some((ifn, tfn)) => {
                b.addr32(end + 8, ifn);
                b.addr32(end + 12, tfn);
            }
            None => {
                b.half(end + 8, NO_CODE);
                b.half(end + 12, NO_CODE);
            }
        }
    }
}

/// An itab. Methods that nothing calls have an address that nothing is at, rather than zero, which would mean that
/// the type does not implement the interface.
fn itab_data(sym: Sym, concrete: &Entry, iface: &Entry) -> Data {
    let methods = iface_methods(iface.ty);
    let mut b = Buf::zeros(itab::FUN + 8 * methods.len().max(1));
    b.addr(itab::INTER, iface.sym, 0);
    b.addr(itab::TYPE, concrete.sym, 0);
    b.half(itab::HASH, type_hash(concrete.ty));
    for (i, m) in methods.iter().enumerate() {
        let same =
            |c: &&crate::reach::Method| undergo_types::identical::same_id(c.found.name, c.found.pkg, m.name, m.pkg);
        let code = concrete.methods.iter().find(same).and_then(|c| c.code);
        match code {
            Some((ifn, _)) => b.addr(itab::FUN + 8 * i, ifn, 0),
            None => b.word(itab::FUN + 8 * i, u64::MAX),
        }
    }
    b.into_data(sym, Section::Rodata)
}
