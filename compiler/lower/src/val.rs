//! Values of Go types during lowering, and moving them between scalars and memory.
//!
//! A type that flattens into at most four scalars is carried as scalars; anything larger stays in memory and is
//! carried by address. Such an address is *borrowed*: it may be that of a variable, so the value must be consumed or
//! copied ([`FuncLower::own`]) before anything runs that could write to it. Operands are evaluated in two phases
//! (`order.rs`) precisely so that nothing with side effects runs between the evaluation of operands and their use.

use smallvec::{SmallVec, smallvec};
use undergo_ir::{InstData, Type, Value};
use undergo_types::Ty;

use crate::func::FuncLower;

/// A value of some Go type, which the holder knows.
#[derive(Clone, Debug)]
pub enum Val {
    /// Leaf scalars in memory order; none for types of size zero.
    Scalars(SmallVec<[Value; 4]>),
    /// The address of the value; borrowed, see the module documentation.
    Mem(Value),
}

/// An address: base plus constant offset, folded into loads and stores.
#[derive(Clone, Copy, Debug)]
pub struct Addr {
    /// Base pointer.
    pub base: Value,
    /// Added to it.
    pub off: i64,
}

impl Addr {
    /// The address in `base`.
    pub fn new(base: Value) -> Addr {
        Addr { base, off: 0 }
    }
    /// `n` bytes further on.
    pub fn plus(self, n: u64) -> Addr {
        Addr { base: self.base, off: self.off + n as i64 }
    }
}

impl Val {
    /// A one-scalar value.
    pub fn one(v: Value) -> Val {
        Val::Scalars(smallvec![v])
    }
    /// A two-scalar value: string, interface, complex.
    pub fn two(a: Value, b: Value) -> Val {
        Val::Scalars(smallvec![a, b])
    }
    /// A three-scalar value: slice.
    pub fn three(a: Value, b: Value, c: Value) -> Val {
        Val::Scalars(smallvec![a, b, c])
    }
    /// The value of a type of size zero.
    pub fn empty() -> Val {
        Val::Scalars(SmallVec::new())
    }
    /// The `i`th scalar. Types decide how many there are, so a wrong index is a bug here.
    pub fn get(&self, i: usize) -> Value {
        match self {
            Val::Scalars(s) => s[i],
            Val::Mem(_) => panic!("lower: scalar {i} of a value in memory"),
        }
    }
}

impl FuncLower<'_> {
    /// Reads a value; borrowed if it is large.
    pub fn load(&mut self, ty: Ty, at: Addr) -> Val {
        match self.scalars(ty) {
            Some(parts) => Val::Scalars(parts.iter().map(|&(t, off)| self.load_scalar(t, at.plus(off))).collect()),
            None => Val::Mem(self.address(at)),
        }
    }

    /// Reads one scalar.
    pub fn load_scalar(&mut self, t: Type, at: Addr) -> Value {
        let (base, off) = self.near(at);
        self.b.load(t, base, off)
    }

    /// Writes one scalar.
    pub fn store_scalar(&mut self, v: Value, at: Addr) {
        let (base, off) = self.near(at);
        self.b.store(v, base, off);
    }

    /// The address as one value.
    pub fn address(&mut self, at: Addr) -> Value {
        self.b.ptr_add_imm(at.base, at.off)
    }

    fn near(&mut self, at: Addr) -> (Value, i32) {
        match i32::try_from(at.off) {
            Ok(off) if off >= 0 => (at.base, off),
            _ => (self.address(at), 0),
        }
    }

    /// Writes a value. Source and destination may overlap.
    pub fn store(&mut self, ty: Ty, v: &Val, at: Addr) {
        match v {
            Val::Scalars(vs) => {
                let Some(parts) = self.scalars(ty) else { panic!("lower: scalars for {ty:?}, which lives in memory") };
                for (&(_, off), &v) in parts.iter().zip(vs) {
                    self.store_scalar(v, at.plus(off));
                }
            }
            Val::Mem(src) => {
                let l = self.layout(ty);
                let (size, ptrs) = (l.size, l.has_ptrs());
                let dst = self.address(at);
                if dst != *src {
                    self.b.mem_copy(dst, *src, size, ptrs);
                }
            }
        }
    }

    /// Clears memory of type `ty`.
    pub fn store_zero(&mut self, ty: Ty, at: Addr) {
        match self.scalars(ty) {
            Some(_) => {
                let z = self.zero(ty);
                self.store(ty, &z, at);
            }
            None => {
                let l = self.layout(ty);
                let (size, ptrs) = (l.size, l.has_ptrs());
                let dst = self.address(at);
                self.b.mem_zero(dst, size, ptrs);
            }
        }
    }

    /// The zero value.
    pub fn zero(&mut self, ty: Ty) -> Val {
        match self.scalars(ty) {
            Some(parts) => Val::Scalars(parts.iter().map(|&(t, _)| self.zero_scalar(t)).collect()),
            None => {
                let at = self.temp(ty);
                self.store_zero(ty, at);
                Val::Mem(self.address(at))
            }
        }
    }

    /// Zero of a scalar type.
    pub fn zero_scalar(&mut self, t: Type) -> Value {
        match t {
            Type::F32 => self.b.f32const(0.0),
            Type::F64 => self.b.f64const(0.0),
            t => self.b.iconst(t, 0),
        }
    }

    /// A value that later writes cannot change.
    pub fn own(&mut self, ty: Ty, v: Val) -> Val {
        match v {
            Val::Mem(_) => {
                let at = self.temp(ty);
                self.store(ty, &v, at);
                Val::Mem(self.address(at))
            }
            v => v,
        }
    }

    /// Memory that holds the value: its own, or a temporary.
    pub fn spill(&mut self, ty: Ty, v: &Val) -> Value {
        match v {
            Val::Mem(a) => *a,
            v => {
                let at = self.temp(ty);
                self.store(ty, v, at);
                self.address(at)
            }
        }
    }

    /// A new uninitialised temporary.
    pub fn temp(&mut self, ty: Ty) -> Addr {
        let l = self.layout(ty);
        let (size, align) = (l.size, l.align);
        self.temp_bytes(size, align)
    }

    /// A new uninitialised temporary of this size.
    pub fn temp_bytes(&mut self, size: u64, align: u32) -> Addr {
        let slot = self.b.func.add_slot(size.max(1), align.max(1), undergo_source::Name::new(""));
        Addr::new(self.b.slot_addr(slot, 0))
    }

    /// The part of a value that is its field or element at these leaf scalars (`first`, `n`), or at this offset.
    pub fn part(&mut self, v: &Val, part: Ty, first: usize, offset: u64) -> Val {
        match v {
            Val::Scalars(s) => {
                let n = self.scalars(part).map_or(0, |p| p.len());
                Val::Scalars(s[first..first + n].iter().copied().collect())
            }
            Val::Mem(a) => self.load(part, Addr::new(*a).plus(offset)),
        }
    }

    /// An integer constant of 64 bits.
    pub fn word(&mut self, n: i64) -> Value {
        self.b.iconst(Type::I64, n)
    }

    /// Two blocks join with one I8: `f` computes it in the `then` case of `cond`, otherwise it is `other`.
    pub fn and_then(&mut self, cond: Value, other: i64, f: impl FnOnce(&mut Self) -> Value) -> Value {
        let (then, join) = (self.b.block(), self.b.block());
        let result = self.b.func.add_param(join, Type::I8);
        let alt = self.b.iconst(Type::I8, other);
        self.b.push(
            InstData::Brif(
                cond,
                undergo_ir::BlockCall { block: then, args: Vec::new() },
                undergo_ir::BlockCall { block: join, args: vec![alt] },
            ),
            &[],
        );
        self.b.switch_to(then);
        let v = f(self);
        self.b.jump(join, &[v]);
        self.b.switch_to(join);
        result
    }
}
