//! Values that are laid out at compile time: initial values of package variables, boxes of constants, and tables that
//! function bodies copy.
//!
//! A value is static if it consists of constants, addresses of package variables and of other static values,
//! functions, and conversions of these that do not change the representation. Calls of functions whose body is just
//! `return x` (such as `errors.New`) are looked through if their arguments are constants.

use std::rc::Rc;

use undergo_ir::{Data, DataReloc, RelocKind, Section, Sym};
use undergo_syntax::ast::*;
use undergo_types::constant::Value as Const;
use undergo_types::identical::identical;
use undergo_types::{Basic, FileInfo, Mode, Obj, ObjKind, Pkg, SelectionKind, Ty, TyKind, VarKind};

use crate::consts;
use crate::init::has_effects;
use crate::program::{GlobalLit, Lowerer, Work};

/// What identifiers mean where an expression stands.
pub struct Scope {
    /// Package of the expression.
    pub pkg: Pkg,
    /// Side tables of its file.
    pub info: &'static FileInfo,
    /// Parameters of a function that is looked through, with their arguments,
    args: Vec<(Obj, &'static Expr)>,
    /// and where the arguments stand.
    outer: Option<Rc<Scope>>,
    depth: u32,
}

/// The constant entries of a map literal as read-only arrays.
pub struct MapTables {
    /// The keys.
    pub keys: Sym,
    /// The elements, in the same order.
    pub elems: Sym,
    /// How many.
    pub count: u64,
    /// The other entries.
    pub rest: Vec<&'static KeyValueExpr>,
}

/// How often the value comes into being.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Times {
    /// Once: what it points at may be static data as well, and written later.
    Once,
    /// Every time the code runs: only what nobody can write may be shared.
    Often,
}

/// The expression has to be evaluated at run time.
#[derive(Debug)]
pub struct Dynamic;

/// Bytes and addresses of a value.
#[derive(Clone, Debug, Default)]
pub struct Image {
    bytes: Vec<u8>,
    relocs: Vec<DataReloc>,
}

impl Image {
    fn zeros(size: u64) -> Image {
        Image { bytes: vec![0; size as usize], relocs: Vec::new() }
    }
    fn put(&mut self, at: u64, bytes: &[u8]) {
        self.bytes[at as usize..at as usize + bytes.len()].copy_from_slice(bytes);
    }
    fn addr(&mut self, at: u64, sym: Sym, addend: u64) {
        self.relocs.push(DataReloc { offset: at as u32, sym, addend: addend as i64, kind: RelocKind::Abs64 });
    }
    /// Copies another image to `at`.
    fn put_image(&mut self, at: u64, other: &Image) {
        self.put(at, &other.bytes);
        self.relocs.extend(other.relocs.iter().map(|r| DataReloc { offset: r.offset + at as u32, ..*r }));
    }
    fn is_zero(&self) -> bool {
        self.relocs.is_empty() && self.bytes.iter().all(|&b| b == 0)
    }
    fn into_data(mut self, sym: Sym, section: Section, align: u64, size: u64) -> Data {
        self.relocs.sort_by_key(|r| r.offset);
        let used = self.bytes.iter().rposition(|&b| b != 0).map_or(0, |i| i + 1);
        let behind = self.relocs.last().map_or(0, |r| r.offset as usize + 8);
        self.bytes.truncate(used.max(behind));
        Data { sym, section, align: align as u32, size, bytes: self.bytes, relocs: self.relocs }
    }
}

/// Static data is not worth its size beyond this.
const MAX_SIZE: u64 = 1 << 26;

impl Scope {
    /// The scope of package-level expressions in a file.
    pub fn new(pkg: Pkg, info: &'static FileInfo) -> Rc<Scope> {
        Rc::new(Scope { pkg, info, args: Vec::new(), outer: None, depth: 0 })
    }

    fn arg(&self, v: Obj) -> Option<(&Rc<Scope>, &'static Expr)> {
        let arg = self.args.iter().find(|a| a.0 == v)?.1;
        Some((self.outer.as_ref()?, arg))
    }

    /// The type of an expression.
    pub fn ty(&self, e: &Expr) -> Ty {
        self.ty_of(e.id())
    }

    /// The type of an expression by its node.
    pub fn ty_of(&self, id: NodeId) -> Ty {
        match self.info.tv(id) {
            Some(tv) => consts::default_type(tv.ty),
            None => Ty::invalid(),
        }
    }

    fn constant(&self, e: &Expr) -> Option<&'static Const> {
        self.info.tv(e.id())?.value
    }

    fn is_type(&self, e: &Expr) -> bool {
        self.info.tv(e.id()).is_some_and(|tv| tv.mode == Mode::Type)
    }

    /// The object that an identifier, possibly qualified by a package, denotes.
    pub fn object(&self, e: &Expr) -> Option<Obj> {
        match e.unparen() {
            Expr::Ident(id) => self.info.obj(id.id),
            Expr::Selector(s) if !self.info.selections.contains_key(&s.id) => self.info.obj(s.sel.id),
            _ => None,
        }
    }

    fn global(&self, e: &Expr) -> Option<Obj> {
        self.object(e).filter(|o| o.var_kind() == Some(VarKind::Package))
    }

    /// A call that can be replaced by the expression that the function returns.
    pub fn look_through(self: &Rc<Scope>, call: &'static CallExpr) -> Option<(Rc<Scope>, &'static Expr, Ty)> {
        let f = self.object(&call.fun).filter(|f| matches!(f.kind, ObjKind::Func(_)))?;
        let decl = f.func()?.decl.get()?;
        let (TyKind::Func(sig), Some(body)) = (f.type_().kind(), &decl.body) else { return None };
        let [Stmt::Return(ret)] = &body.stmts[..] else { return None };
        let ([x], params) = (&ret.results[..], f.func()?.params.get()?) else { return None };
        let plain = decl.recv.is_none() && sig.tparams.is_empty() && !sig.variadic && sig.results.len() == 1;
        let constants = call.args.iter().all(|a| self.constant(a).is_some());
        if !plain
            || !constants
            || params.len() != call.args.len()
            || decl.pragmas.has(Pragmas::NOINLINE)
            || self.depth > 4
        {
            return None;
        }
        let info = f.pkg?.data().typed.get()?.infos.get(*f.func()?.file.get()?)?;
        let args = params.iter().copied().zip(&call.args).collect();
        let outer = Some(self.clone());
        let inner = Rc::new(Scope { pkg: f.pkg?, info, args, outer, depth: self.depth + 1 });
        Some((inner, x, sig.results[0].ty))
    }
}

/// Lays out one value and what it refers to.
pub struct Eval<'a> {
    cx: &'a Lowerer,
    times: Times,
    /// Data that the value refers to; added if all goes well.
    extra: Vec<Data>,
    /// Function literals met.
    literals: Vec<GlobalLit>,
    file: usize,
}

type Result<T = ()> = std::result::Result<T, Dynamic>;

impl Lowerer {
    /// The initial value of a package variable as data; none if code has to compute it.
    pub(crate) fn static_global(&self, v: Obj, sym: Sym, pkg: Pkg, file: usize, rhs: &'static Expr) -> Option<Data> {
        let info = self.info(pkg, file)?;
        let ty = v.type_();
        let mut ev = Eval { cx: self, times: Times::Once, extra: Vec::new(), literals: Vec::new(), file };
        let Ok(img) = ev.image(&Scope::new(pkg, info), rhs, ty) else {
            // The code that computes the value meets the same literals again.
            self.unnumber_global_lits(pkg, ev.literals.len() as u32);
            return None;
        };
        ev.commit();
        let l = self.layout(ty);
        let section = writable(&img, l.has_ptrs());
        Some(img.into_data(sym, section, u64::from(l.align), l.size))
    }

    /// Read-only data for a composite literal in a function body that is to be copied; none if it is not constant.
    pub fn static_literal(&self, info: &'static FileInfo, n: &'static CompositeLit, ty: Ty) -> Option<Sym> {
        let mut ev = Eval { cx: self, times: Times::Often, extra: Vec::new(), literals: Vec::new(), file: 0 };
        let l = self.layout(ty);
        if l.size > MAX_SIZE {
            return None;
        }
        let scope = Scope::new(self.main, info);
        let mut img = Image::zeros(l.size);
        ev.composite(&scope, n, ty, &mut img, 0).ok()?;
        ev.commit();
        let sym = self.fresh_sym("go:stmp");
        self.add_data(img.into_data(sym, Section::Rodata, u64::from(l.align), l.size));
        Some(sym)
    }

    /// Tables of the constant entries of a map literal; none if there are fewer than `min`.
    pub fn map_tables(
        &self,
        info: &'static FileInfo,
        entries: &[&'static KeyValueExpr],
        key: Ty,
        elem: Ty,
        min: usize,
    ) -> Option<MapTables> {
        let mut ev = Eval { cx: self, times: Times::Often, extra: Vec::new(), literals: Vec::new(), file: 0 };
        let (kl, el) = (self.layout(key), self.layout(elem));
        if kl.size.max(el.size).saturating_mul(entries.len() as u64) > MAX_SIZE {
            return None;
        }
        let scope = Scope::new(self.main, info);
        let mut keys = Image::zeros(kl.size * entries.len() as u64);
        let mut elems = Image::zeros(el.size * entries.len() as u64);
        let (mut count, mut rest) = (0, Vec::new());
        for &kv in entries {
            let known = (ev.extra.len(), ev.literals.len());
            match (ev.image(&scope, &kv.key, key), ev.image(&scope, &kv.value, elem)) {
                (Ok(k), Ok(e)) => {
                    keys.put_image(kl.size * count, &k);
                    elems.put_image(el.size * count, &e);
                    count += 1;
                }
                _ => {
                    ev.extra.truncate(known.0);
                    ev.literals.truncate(known.1);
                    rest.push(kv);
                }
            }
        }
        if count < min as u64 {
            return None;
        }
        ev.commit();
        let table = |image: Image, l: &crate::layout::Layout| {
            let sym = self.fresh_sym("go:stmp");
            self.add_data(image.into_data(sym, Section::Rodata, u64::from(l.align), l.size * count));
            sym
        };
        Some(MapTables { keys: table(keys, &kl), elems: table(elems, &el), count, rest })
    }

    /// Read-only memory that holds a constant of concrete type `ty`: what an interface's data word points at. None
    /// for types that are stored in the word itself.
    pub fn const_data(&self, ty: Ty, c: &Const) -> Option<Sym> {
        let l = self.layout(ty);
        if l.direct_iface() || l.size == 0 {
            return None;
        }
        let mut img = Image::zeros(l.size);
        put_constant(self, ty, c, &mut img, 0);
        if img.relocs.is_empty() {
            return Some(self.shared_rodata(&img.bytes, l.align));
        }
        let sym = Sym::new(&format!("go:box.{}.{}", img.relocs[0].sym, img.bytes.len()));
        if !self.has_data(sym) {
            self.add_data(img.into_data(sym, Section::Rodata, u64::from(l.align), l.size));
        }
        Some(sym)
    }

    /// Read-only bytes, shared by equal contents.
    pub fn shared_rodata(&self, bytes: &[u8], align: u32) -> Sym {
        let mut name = format!("go:const{align}.");
        bytes.iter().for_each(|b| name.push_str(&format!("{b:02x}")));
        let sym = Sym::new(&name);
        if !self.has_data(sym) {
            self.add_data(crate::program::plain_data(sym, Section::Rodata, align, bytes.to_vec()));
        }
        sym
    }
}

/// Section of data that may be written.
fn writable(img: &Image, ptrs: bool) -> Section {
    match (img.is_zero(), ptrs) {
        (true, true) => Section::Bss,
        (true, false) => Section::NoPtrBss,
        (false, true) => Section::Data,
        (false, false) => Section::NoPtrData,
    }
}

impl Eval<'_> {
    fn commit(self) {
        self.extra.into_iter().for_each(|d| self.cx.add_data(d));
        for l in self.literals {
            // Asked for before its func value refers to it.
            if self.cx.request(l.sym) {
                self.cx.push(Work::GlobalLit(l));
            }
            self.cx.funcval_sym(l.sym);
        }
    }

    fn image(&mut self, sc: &Rc<Scope>, e: &'static Expr, ty: Ty) -> Result<Image> {
        let size = self.cx.layout(ty).size;
        if size > MAX_SIZE {
            return Err(Dynamic);
        }
        let mut img = Image::zeros(size);
        self.value(sc, e, ty, &mut img, 0)?;
        Ok(img)
    }

    /// Adds memory that holds `img`; gives its symbol.
    fn memory(&mut self, img: Image, ty: Ty, read_only: bool) -> Sym {
        let l = self.cx.layout(ty);
        if l.size == 0 {
            return Sym::new("runtime.zerobase");
        }
        let sym = self.cx.fresh_sym("go:stmp");
        let section = if read_only { Section::Rodata } else { writable(&img, l.has_ptrs()) };
        self.extra.push(img.into_data(sym, section, u64::from(l.align), l.size));
        sym
    }

    /// Writes the value of `e`, converted to `target`.
    fn value(&mut self, sc: &Rc<Scope>, e: &'static Expr, target: Ty, img: &mut Image, at: u64) -> Result {
        let e = e.unparen();
        if let Some(tv) = sc.info.tv(e.id())
            && tv.mode == Mode::Nil
        {
            return Ok(());
        }
        let from = sc.ty(e);
        if target.is_interface() {
            if let Some(c) = sc.constant(e) {
                let concrete = if from.is_interface() { type_of_constant(c) } else { from };
                return self.boxed_constant(concrete, c, target, img, at);
            }
            if !from.is_interface() {
                return self.boxed(sc, e, from, target, img, at);
            }
            if !identical(from.underlying(), target.underlying()) {
                return Err(Dynamic);
            }
        }
        if let Some(c) = sc.constant(e) {
            put_constant(self.cx, if target.as_basic().is_some() { target } else { from }, c, img, at);
            return Ok(());
        }
        match e {
            Expr::Ident(_) | Expr::Selector(_) => self.named(sc, e, target, img, at),
            Expr::FuncLit(n) => self.literal(sc, n, img, at),
            Expr::CompositeLit(n) => self.any_composite(sc, n, from, img, at),
            Expr::Unary(u) if u.op == UnaryOp::Addr => self.address_of(sc, &u.x, img, at),
            Expr::Call(c) => self.call(sc, c, target, img, at),
            _ => Err(Dynamic),
        }
    }

    fn boxed_constant(&mut self, from: Ty, c: &Const, target: Ty, img: &mut Image, at: u64) -> Result {
        self.type_word(from, target, img, at);
        if let Some(sym) = self.cx.const_data(from, c) {
            img.addr(at + 8, sym, 0);
        } else if self.cx.layout(from).direct_iface() {
            put_constant(self.cx, from, c, img, at + 8);
        }
        Ok(())
    }

    fn type_word(&mut self, from: Ty, target: Ty, img: &mut Image, at: u64) {
        let empty = crate::alg::is_empty_interface(target);
        let word = if empty { self.cx.iface_type_sym(from) } else { self.cx.itab_sym(from, target) };
        img.addr(at, word, 0);
    }

    fn boxed(&mut self, sc: &Rc<Scope>, e: &'static Expr, from: Ty, target: Ty, img: &mut Image, at: u64) -> Result {
        if from.is_invalid() || matches!(from.kind(), TyKind::Tuple(_)) {
            return Err(Dynamic);
        }
        if self.cx.layout(from).direct_iface() {
            self.value(sc, e, from, img, at + 8)?;
        } else {
            // Nobody can write what an interface holds.
            let inner = self.image(sc, e, from)?;
            let sym = self.memory(inner, from, true);
            img.addr(at + 8, sym, 0);
        }
        self.type_word(from, target, img, at);
        Ok(())
    }

    /// Functions, methods as functions, and parameters of a function that is looked through.
    fn named(&mut self, sc: &Rc<Scope>, e: &'static Expr, target: Ty, img: &mut Image, at: u64) -> Result {
        if let Expr::Selector(s) = e
            && let Some(sel) = sc.info.selections.get(&s.id)
        {
            if sel.kind != SelectionKind::MethodExpr
                || sel.recv.is_interface()
                || sc.info.instances.contains_key(&s.sel.id)
            {
                return Err(Dynamic);
            }
            let code = self.cx.method_expr_sym(sel.recv, sel.name, sel.pkg, &[]);
            img.addr(at, self.cx.funcval_sym(code), 0);
            return Ok(());
        }
        let Some(obj) = sc.object(e) else { return Err(Dynamic) };
        if let Some((outer, arg)) = sc.arg(obj) {
            let outer = outer.clone();
            return self.value(&outer, arg, target, img, at);
        }
        if !matches!(obj.kind, ObjKind::Func(_)) {
            return Err(Dynamic);
        }
        let id = match e {
            Expr::Ident(id) => id.id,
            Expr::Selector(s) => s.sel.id,
            _ => return Err(Dynamic),
        };
        let targs = sc.info.instances.get(&id).map_or(&[][..], |i| &i.targs[..]);
        if targs.iter().any(|t| t.has_params()) {
            return Err(Dynamic);
        }
        let code = self.cx.func_sym(obj, targs);
        img.addr(at, self.cx.funcval_sym(code), 0);
        Ok(())
    }

    fn literal(&mut self, sc: &Rc<Scope>, n: &'static FuncLit, img: &mut Image, at: u64) -> Result {
        if self.times == Times::Often || sc.outer.is_some() {
            return Err(Dynamic);
        }
        let number = self.cx.next_global_lit(sc.pkg);
        let sym = Sym::new(&format!("{}.glob..func{number}", crate::names::package_prefix(sc.pkg)));
        self.literals.push(GlobalLit { pkg: sc.pkg, file: self.file, lit: n, sym });
        // The object itself is added when the whole value turns out to be static.
        img.addr(at, crate::program::funcval_name(sym), 0);
        Ok(())
    }

    fn call(&mut self, sc: &Rc<Scope>, c: &'static CallExpr, target: Ty, img: &mut Image, at: u64) -> Result {
        if sc.is_type(&c.fun) {
            let [x] = &c.args[..] else { return Err(Dynamic) };
            return self.conversion(sc, x, sc.ty(&c.fun), img, at);
        }
        let Some((inner, x, result)) = sc.look_through(c) else { return Err(Dynamic) };
        if !identical(result.underlying(), target.underlying()) {
            return Err(Dynamic);
        }
        self.value(&inner, x, result, img, at)
    }

    /// `T(x)`, not constant.
    fn conversion(&mut self, sc: &Rc<Scope>, x: &'static Expr, to: Ty, img: &mut Image, at: u64) -> Result {
        let from = sc.ty(x);
        if let (Some(Const::Str(s)), TyKind::Slice(e)) = (sc.constant(x), to.under()) {
            if e.as_basic() == Some(Basic::Uint8) && self.times == Times::Once {
                return self.bytes(s, img, at);
            }
            return Err(Dynamic);
        }
        let word = |t: Ty| matches!(t.under(), TyKind::Pointer(_) | TyKind::Basic(Basic::UnsafePointer));
        let nil = sc.info.tv(x.unparen().id()).is_some_and(|tv| tv.mode == Mode::Nil);
        if nil || identical(from.underlying(), to.underlying()) || word(from) && word(to) || to.is_interface() {
            return self.value(sc, x, if to.is_interface() { to } else { from }, img, at);
        }
        Err(Dynamic)
    }

    fn bytes(&mut self, s: &[u8], img: &mut Image, at: u64) -> Result {
        let elem = Ty::array(Ty::basic(Basic::Uint8), s.len() as u64);
        let copy = Image { bytes: s.to_vec(), relocs: Vec::new() };
        let sym = self.memory(copy, elem, false);
        self.slice(sym, s.len() as u64, img, at);
        Ok(())
    }

    fn slice(&self, sym: Sym, n: u64, img: &mut Image, at: u64) {
        img.addr(at, sym, 0);
        img.put(at + 8, &n.to_le_bytes());
        img.put(at + 16, &n.to_le_bytes());
    }

    fn address_of(&mut self, sc: &Rc<Scope>, x: &'static Expr, img: &mut Image, at: u64) -> Result {
        if let Expr::CompositeLit(n) = x.unparen() {
            return self.pointer_to(sc, n, sc.ty(x.unparen()), img, at);
        }
        let (v, off) = place(sc, x).ok_or(Dynamic)?;
        let sym = self.cx.global_sym(v);
        img.addr(at, sym, off);
        Ok(())
    }

    fn pointer_to(&mut self, sc: &Rc<Scope>, n: &'static CompositeLit, ty: Ty, img: &mut Image, at: u64) -> Result {
        if self.times == Times::Often {
            return Err(Dynamic);
        }
        let size = self.cx.layout(ty).size;
        if size > MAX_SIZE {
            return Err(Dynamic);
        }
        let mut inner = Image::zeros(size);
        self.composite(sc, n, ty, &mut inner, 0)?;
        let sym = self.memory(inner, ty, false);
        img.addr(at, sym, 0);
        Ok(())
    }

    /// A literal whose type may be a pointer, where `&T` has been left out.
    fn any_composite(&mut self, sc: &Rc<Scope>, n: &'static CompositeLit, ty: Ty, img: &mut Image, at: u64) -> Result {
        match ty.under() {
            TyKind::Pointer(e) => self.pointer_to(sc, n, *e, img, at),
            _ => self.composite(sc, n, ty, img, at),
        }
    }

    fn composite(&mut self, sc: &Rc<Scope>, n: &'static CompositeLit, ty: Ty, img: &mut Image, at: u64) -> Result {
        match ty.under() {
            TyKind::Struct(_) => {
                for (i, e) in n.elts.iter().enumerate() {
                    let (path, value) = match e {
                        Expr::KeyValue(kv) => (field_path(sc, ty, &kv.key).ok_or(Dynamic)?, &kv.value),
                        e => (vec![i], e),
                    };
                    let (field, off) = walk(ty, &path).ok_or(Dynamic)?;
                    if let (TyKind::Struct(fields), [i]) = (ty.under(), path.as_slice())
                        && fields[*i].name.is_blank()
                    {
                        // A blank field stays zero. What its value does is for code to do.
                        if has_effects(sc, value) {
                            return Err(Dynamic);
                        }
                        continue;
                    }
                    self.value(sc, value, field, img, at + off)?;
                }
                Ok(())
            }
            TyKind::Array(elem, _) => self.elements(sc, n, *elem, img, at),
            TyKind::Slice(elem) => {
                if self.times == Times::Often {
                    return Err(Dynamic);
                }
                let len = length(sc, n).ok_or(Dynamic)?;
                let array = Ty::array(*elem, len);
                if self.cx.layout(array).size > MAX_SIZE {
                    return Err(Dynamic);
                }
                let mut inner = Image::zeros(self.cx.layout(array).size);
                self.elements(sc, n, *elem, &mut inner, 0)?;
                let sym = self.memory(inner, array, false);
                self.slice(sym, len, img, at);
                Ok(())
            }
            _ => Err(Dynamic),
        }
    }

    fn elements(&mut self, sc: &Rc<Scope>, n: &'static CompositeLit, elem: Ty, img: &mut Image, at: u64) -> Result {
        let size = self.cx.layout(elem).size;
        let mut next = 0;
        for e in &n.elts {
            let value = match e {
                Expr::KeyValue(kv) => {
                    next = sc.constant(&kv.key).and_then(Const::as_u64).ok_or(Dynamic)?;
                    &kv.value
                }
                e => e,
            };
            self.value(sc, value, elem, img, at + next * size)?;
            next += 1;
        }
        Ok(())
    }
}

/// Number of elements of a slice literal.
fn length(sc: &Scope, n: &CompositeLit) -> Option<u64> {
    let (mut next, mut len) = (0, 0);
    for e in &n.elts {
        if let Expr::KeyValue(kv) = e {
            next = sc.constant(&kv.key)?.as_u64()?;
        }
        next += 1;
        len = len.max(next);
    }
    Some(len)
}

/// The way to the field that a key of a struct literal names.
fn field_path(sc: &Scope, ty: Ty, key: &Expr) -> Option<Vec<usize>> {
    let Expr::Ident(id) = key.unparen() else { return None };
    // All unexported fields of a struct belong to one package, so the name says enough.
    if let TyKind::Struct(fields) = ty.under()
        && let Some(i) = fields.iter().position(|f| f.name == id.name)
    {
        return Some(vec![i]);
    }
    Some(undergo_types::lookup::lookup(ty, true, id.name, sc.pkg.path).found()?.path)
}

/// Type and offset of a field; none if a pointer is on the way.
fn walk(mut ty: Ty, path: &[usize]) -> Option<(Ty, u64)> {
    let mut off = 0;
    for &i in path {
        let TyKind::Struct(fields) = ty.under() else { return None };
        off += undergo_types::layout::layout(ty).fields.get(i)?;
        ty = fields.get(i)?.ty;
    }
    Some((ty, off))
}

/// The package variable, and the offset in it, that an addressable expression denotes.
fn place(sc: &Scope, e: &Expr) -> Option<(Obj, u64)> {
    let e = e.unparen();
    if let Some(v) = sc.global(e) {
        return Some((v, 0));
    }
    match e {
        Expr::Selector(s) => {
            let sel = sc.info.selections.get(&s.id).filter(|s| s.kind == SelectionKind::Field && !s.indirect)?;
            let (v, base) = place(sc, &s.x)?;
            let (_, off) = walk(sc.ty(&s.x), &sel.path)?;
            Some((v, base + off))
        }
        Expr::Index(x) => {
            let TyKind::Array(elem, _) = sc.ty(&x.x).under() else { return None };
            let i = sc.constant(x.indices.first()?)?.as_u64()?;
            let (v, base) = place(sc, &x.x)?;
            Some((v, base + i * undergo_types::layout::layout(*elem).size))
        }
        _ => None,
    }
}

fn type_of_constant(c: &Const) -> Ty {
    Ty::basic(match c {
        Const::Bool(_) => Basic::Bool,
        Const::Str(_) => Basic::String,
        Const::Float(_) => Basic::Float64,
        Const::Complex(_) => Basic::Complex128,
        _ => Basic::Int,
    })
}

/// Writes a constant of basic type.
fn put_constant(cx: &Lowerer, ty: Ty, c: &Const, img: &mut Image, at: u64) {
    match (ty.as_basic(), c) {
        (Some(Basic::String), Const::Str(s)) if !s.is_empty() => {
            img.addr(at, cx.string_sym(s), 0);
            img.put(at + 8, &(s.len() as u64).to_le_bytes());
        }
        (Some(Basic::String) | None, _) => {}
        (Some(Basic::Float64), _) => img.put(at, &consts::to_f64(c).to_le_bytes()),
        (Some(Basic::Float32), _) => img.put(at, &consts::to_f32(c).to_le_bytes()),
        (Some(Basic::Complex128), _) => {
            let (re, im) = consts::parts(c);
            img.put(at, &consts::to_f64(&re).to_le_bytes());
            img.put(at + 8, &consts::to_f64(&im).to_le_bytes());
        }
        (Some(Basic::Complex64), _) => {
            let (re, im) = consts::parts(c);
            img.put(at, &consts::to_f32(&re).to_le_bytes());
            img.put(at + 4, &consts::to_f32(&im).to_le_bytes());
        }
        (Some(_), _) => {
            let size = cx.layout(ty).size as usize;
            img.put(at, &consts::int_bits(c).to_le_bytes()[..size]);
        }
    }
}
