//! Equality and hash functions of types.
//!
//! Both are called through func values in descriptors: `func(p, q unsafe.Pointer) bool` and `func(p unsafe.Pointer, h
//! uintptr) uintptr`. Basic types have theirs in package runtime; for structs and arrays they are made here. Hashing
//! goes field by field and never merges fields, exactly as the overlay's `runtime.typehash` does, so that both agree.

use undergo_abi::builtins::Builtin;
use undergo_ir::{BinOp, BlockCall, Builder, InstData, IntCond, Sym, Type, Value};
use undergo_types::identical::canon;
use undergo_types::print::link_string;
use undergo_types::{Basic, Field, Ty, TyKind, layout, predicates};

use crate::emit::{self, Visible};
use crate::program::{Lowerer, Work};

/// A function to be made.
#[derive(Clone, Copy, Debug)]
pub enum Alg {
    /// Equality of a type that is not plain memory.
    Equal(Ty),
    /// Equality of so many bytes.
    EqualBytes(u64),
    /// Hash of a type that is not plain memory.
    Hash(Ty),
    /// Hash of so many bytes.
    HashBytes(u64),
}

/// Whether two values are equal exactly if their memory is: no floats, strings, interfaces, padding, blank fields.
pub fn regular_memory(t: Ty) -> bool {
    use Basic::*;
    match t.under() {
        TyKind::Basic(b) => !matches!(b, Float32 | Float64 | Complex64 | Complex128 | String | Invalid),
        TyKind::Pointer(_) | TyKind::Chan(..) => true,
        TyKind::Array(e, n) => regular_memory(*e) || *n == 0 && predicates::comparable(*e),
        TyKind::Struct(fields) => {
            let l = layout::layout(t);
            let mut end = 0;
            let dense = fields.iter().zip(&l.fields).all(|(f, &off)| {
                let ok = off == end && !f.name.is_blank() && regular_memory(f.ty);
                end = off + layout::layout(f.ty).size;
                ok
            });
            dense && end == l.size
        }
        _ => false,
    }
}

/// Whether comparing or hashing values may panic: there is an interface in them.
pub fn may_panic(t: Ty) -> bool {
    match t.under() {
        TyKind::Interface(_) => true,
        TyKind::Array(e, _) => may_panic(*e),
        TyKind::Struct(fields) => fields.iter().any(|f| may_panic(f.ty)),
        _ => false,
    }
}

impl Lowerer {
    /// Symbol of `func(p, q *T) bool`, for a comparable type.
    pub fn eq_sym(&self, ty: Ty) -> Sym {
        let size = layout::layout(ty).size;
        let name = match ty.under() {
            _ if regular_memory(ty) => match size {
                0 | 1 | 2 | 4 | 8 | 16 => return self.runtime_func(&format!("runtime.memequal{}", size * 8)),
                n => return self.alg_sym(&format!("type:.eqbytes.{n}"), Alg::EqualBytes(n)),
            },
            TyKind::Basic(Basic::Float32) => "runtime.f32equal",
            TyKind::Basic(Basic::Float64) => "runtime.f64equal",
            TyKind::Basic(Basic::Complex64) => "runtime.c64equal",
            TyKind::Basic(Basic::Complex128) => "runtime.c128equal",
            TyKind::Basic(_) => "runtime.strequal",
            TyKind::Interface(_) if is_empty_interface(ty) => "runtime.nilinterequal",
            TyKind::Interface(_) => "runtime.interequal",
            _ => {
                let t = canon(ty.underlying());
                return self.alg_sym(&format!("type:.eq.{}", link_string(t)), Alg::Equal(t));
            }
        };
        self.runtime_func(name)
    }

    /// The func value for a descriptor's `Equal`; none if values cannot be compared.
    pub fn eq_funcval(&self, ty: Ty) -> Option<Sym> {
        predicates::comparable(ty).then(|| self.funcval_sym(self.eq_sym(ty)))
    }

    /// Symbol of `func(p *T, h uintptr) uintptr`, for a comparable type.
    pub fn hash_sym(&self, ty: Ty) -> Sym {
        let size = layout::layout(ty).size;
        let name = match ty.under() {
            _ if regular_memory(ty) => match size {
                1 | 2 | 4 | 8 | 16 => return self.runtime_func(&format!("runtime.memhash{}", size * 8)),
                n => return self.alg_sym(&format!("type:.hashbytes.{n}"), Alg::HashBytes(n)),
            },
            TyKind::Basic(Basic::Float32) => "runtime.f32hash",
            TyKind::Basic(Basic::Float64) => "runtime.f64hash",
            TyKind::Basic(Basic::Complex64) => "runtime.c64hash",
            TyKind::Basic(Basic::Complex128) => "runtime.c128hash",
            TyKind::Basic(_) => "runtime.strhash",
            TyKind::Interface(_) if is_empty_interface(ty) => "runtime.nilinterhash",
            TyKind::Interface(_) => "runtime.interhash",
            _ => {
                let t = canon(ty.underlying());
                return self.alg_sym(&format!("type:.hash.{}", link_string(t)), Alg::Hash(t));
            }
        };
        self.runtime_func(name)
    }

    /// The func value for a map descriptor's `Hasher`.
    pub fn hash_funcval(&self, key: Ty) -> Option<Sym> {
        predicates::comparable(key).then(|| self.funcval_sym(self.hash_sym(key)))
    }

    /// A function of package runtime (or of the runtime image) by name.
    pub fn runtime_func(&self, name: &str) -> Sym {
        let sym = Sym::new(name);
        self.reference(sym);
        sym
    }

    fn alg_sym(&self, name: &str, alg: Alg) -> Sym {
        let sym = Sym::new(name);
        if self.request(sym) {
            self.push(Work::Alg(sym, alg));
        }
        sym
    }
}

/// Whether an interface type has no methods.
pub fn is_empty_interface(ty: Ty) -> bool {
    crate::reach::iface_methods(ty).is_empty()
}

/// Makes a function.
pub fn lower(cx: &Lowerer, sym: Sym, alg: Alg) {
    let hash = matches!(alg, Alg::Hash(_) | Alg::HashBytes(_));
    let second = if hash { Type::I64 } else { Type::Ptr };
    let result = if hash { Type::I64 } else { Type::I8 };
    let b = emit::start(sym, sym.as_str(), &[Type::Ptr, second], vec![result], Visible::No);
    let (p, q) = (b.func.params()[0], b.func.params()[1]);
    let mut m = Maker { cx, b };
    match alg {
        Alg::EqualBytes(n) => {
            let v = m.memory_equal(p, q, 0, n);
            emit::ret(&mut m.b, vec![v]);
        }
        Alg::HashBytes(n) => {
            let v = m.hash_bytes(p, q, n);
            emit::ret(&mut m.b, vec![v]);
        }
        Alg::Equal(t) => m.equal(t, p, q),
        Alg::Hash(t) => {
            let v = m.hash(t, p, q);
            emit::ret(&mut m.b, vec![v]);
        }
    }
    cx.add_func(m.b.func);
}

struct Maker<'a> {
    cx: &'a Lowerer,
    b: Builder,
}

impl Maker<'_> {
    // ---- equality

    fn equal(&mut self, t: Ty, p: Value, q: Value) {
        let differ = self.b.block();
        match t.under() {
            TyKind::Struct(fields) => self.equal_struct(t, fields, p, q, differ),
            TyKind::Array(e, n) => self.equal_array(*e, *n, p, q, differ),
            _ => {}
        }
        let yes = self.b.iconst(Type::I8, 1);
        emit::ret(&mut self.b, vec![yes]);
        self.b.switch_to(differ);
        let no = self.b.iconst(Type::I8, 0);
        emit::ret(&mut self.b, vec![no]);
    }

    /// Goes on only if `cond` holds.
    fn require(&mut self, cond: Value, differ: undergo_ir::Block) {
        let next = self.b.block();
        self.b.brif(cond, next, differ);
        self.b.switch_to(next);
    }

    /// Fields in groups that end with one whose comparison may panic: all before it are compared first. Within a group
    /// come the lengths of strings, then plain memory, runs of fields at once, then the rest: what cannot be equal is
    /// not read.
    fn equal_struct(&mut self, t: Ty, fields: &[Field], p: Value, q: Value, differ: undergo_ir::Block) {
        let offsets = &layout::layout(t).fields;
        let mut start = 0;
        while start < fields.len() {
            let rest = &fields[start..];
            let n = rest.iter().position(|f| may_panic(f.ty)).map_or(rest.len(), |i| i + 1);
            let group: Vec<(Ty, u64)> = rest[..n]
                .iter()
                .zip(&offsets[start..])
                .filter(|(f, _)| !f.name.is_blank())
                .map(|(f, &off)| (f.ty, off))
                .collect();
            self.equal_group(&group, p, q, differ);
            start += n;
        }
    }

    fn equal_group(&mut self, group: &[(Ty, u64)], p: Value, q: Value, differ: undergo_ir::Block) {
        for &(ty, off) in group {
            if matches!(ty.under(), TyKind::Basic(Basic::String)) {
                let at = (off + layout::WORD) as i32;
                let (x, y) = (self.b.load(Type::I64, p, at), self.b.load(Type::I64, q, at));
                let same = self.b.icmp(IntCond::Eq, x, y);
                self.require(same, differ);
            }
        }
        let mut regular = group.iter().filter(|(ty, _)| regular_memory(*ty)).peekable();
        while let Some(&(ty, off)) = regular.next() {
            let mut end = off + layout::layout(ty).size;
            while let Some(&&(next, at)) = regular.peek()
                && at == end
            {
                end += layout::layout(next).size;
                regular.next();
            }
            if end > off {
                let same = self.memory_equal(p, q, off, end - off);
                self.require(same, differ);
            }
        }
        for &(ty, off) in group.iter().filter(|(ty, _)| !regular_memory(*ty)) {
            let same = self.equal_part(ty, p, q, off);
            self.require(same, differ);
        }
    }

    fn equal_array(&mut self, elem: Ty, n: u64, p: Value, q: Value, differ: undergo_ir::Block) {
        let size = layout::layout(elem).size;
        let (head, body, done) = (self.b.block(), self.b.block(), self.b.block());
        let i = self.b.func.add_param(head, Type::I64);
        let zero = self.b.iconst(Type::I64, 0);
        self.b.jump(head, &[zero]);
        self.b.switch_to(head);
        let more = self.b.icmp_imm(IntCond::Ult, i, n as i64);
        self.b.brif(more, body, done);
        self.b.switch_to(body);
        let size = self.b.iconst(Type::I64, size as i64);
        let off = self.b.binary(BinOp::Mul, i, size);
        let (x, y) = (self.b.ptr_add(p, off), self.b.ptr_add(q, off));
        let same = self.equal_part(elem, x, y, 0);
        self.require(same, differ);
        let one = self.b.iconst(Type::I64, 1);
        let next = self.b.binary(BinOp::Add, i, one);
        self.b.push(InstData::Jump(BlockCall { block: head, args: vec![next] }), &[]);
        self.b.switch_to(done);
    }

    /// Whether the parts of type `t` at `off` are equal; `t` is not plain memory, or small.
    fn equal_part(&mut self, t: Ty, p: Value, q: Value, off: u64) -> Value {
        if regular_memory(t) {
            return self.memory_equal(p, q, off, layout::layout(t).size);
        }
        let eq = self.cx.eq_sym(t);
        let (x, y) = (self.b.ptr_add_imm(p, off as i64), self.b.ptr_add_imm(q, off as i64));
        emit::call(&mut self.b, eq, &[x, y], &[Type::I8])[0]
    }

    fn memory_equal(&mut self, p: Value, q: Value, off: u64, size: u64) -> Value {
        // Loads must be naturally aligned, which is known of whole fields only, so larger runs are left to memequal.
        if let Some(t) = Type::int(size).filter(|t| off.is_multiple_of(u64::from(t.bytes())) && size == 1) {
            let (x, y) = (self.b.load(t, p, off as i32), self.b.load(t, q, off as i32));
            return self.b.icmp(IntCond::Eq, x, y);
        }
        let (x, y) = (self.b.ptr_add_imm(p, off as i64), self.b.ptr_add_imm(q, off as i64));
        let n = self.b.iconst(Type::I64, size as i64);
        self.b.builtin(Builtin::MemEqual, &[x, y, n])[0]
    }

    // ---- hashing

    fn hash(&mut self, t: Ty, p: Value, mut h: Value) -> Value {
        match t.under() {
            TyKind::Struct(fields) => {
                for (f, &off) in fields.iter().zip(&layout::layout(t).fields) {
                    if !f.name.is_blank() {
                        let at = self.b.ptr_add_imm(p, off as i64);
                        h = self.hash_part(f.ty, at, h);
                    }
                }
                h
            }
            TyKind::Array(e, n) => self.hash_array(*e, *n, p, h),
            _ => h,
        }
    }

    fn hash_part(&mut self, t: Ty, at: Value, h: Value) -> Value {
        let f = self.cx.hash_sym(t);
        emit::call(&mut self.b, f, &[at, h], &[Type::I64])[0]
    }

    fn hash_array(&mut self, elem: Ty, n: u64, p: Value, h: Value) -> Value {
        let size = layout::layout(elem).size;
        let (head, body, done) = (self.b.block(), self.b.block(), self.b.block());
        let i = self.b.func.add_param(head, Type::I64);
        let acc = self.b.func.add_param(head, Type::I64);
        let zero = self.b.iconst(Type::I64, 0);
        self.b.jump(head, &[zero, h]);
        self.b.switch_to(head);
        let more = self.b.icmp_imm(IntCond::Ult, i, n as i64);
        self.b.brif(more, body, done);
        self.b.switch_to(body);
        let size = self.b.iconst(Type::I64, size as i64);
        let off = self.b.binary(BinOp::Mul, i, size);
        let at = self.b.ptr_add(p, off);
        let acc2 = self.hash_part(elem, at, acc);
        let one = self.b.iconst(Type::I64, 1);
        let next = self.b.binary(BinOp::Add, i, one);
        self.b.jump(head, &[next, acc2]);
        self.b.switch_to(done);
        acc
    }

    fn hash_bytes(&mut self, p: Value, h: Value, n: u64) -> Value {
        let n = self.b.iconst(Type::I64, n as i64);
        let f = self.cx.runtime_func("runtime.memhash");
        emit::call(&mut self.b, f, &[p, h, n], &[Type::I64])[0]
    }
}
