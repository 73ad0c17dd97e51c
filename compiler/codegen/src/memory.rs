//! Loads, stores, copies, allocation and atomics; see [`crate::barrier`] for what precedes stores of pointers.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, AtomicRmwOp, InstBuilder, MemFlagsData, types};
use undergo_abi::builtins::Builtin;
use undergo_ir::{AtomicOp, InstData, Type, Value};

use crate::translate::{TRAP_NIL, Translator, faulting, trusted, ty};

/// Chunks that a copy or a clearing is unrolled to at most; beyond, a call is smaller and faster.
const MAX_CHUNKS: usize = 8;

/// A piece of an unrolled copy: where, and as what.
type Chunk = (i32, clif::Type);

impl Translator<'_> {
    /// Translates an instruction on memory.
    pub fn memory(&mut self, data: &InstData) -> Option<clif::Value> {
        use InstData::*;
        match *data {
            Load { ty: t, addr, offset } => {
                let flags = self.flags(addr);
                let addr = self.get(addr);
                Some(self.cur.ins().load(ty(t), flags, addr, offset))
            }
            Store { addr, offset, val } => {
                let barrier = self.f.ty(val) == Type::Ptr && self.needs_barrier(addr, offset, val);
                if barrier {
                    self.barrier(|t| t.note_pointers(addr, offset, val));
                }
                self.store(val, addr, offset);
                None
            }
            MemCopy { dst, src, size, ptrs } => {
                if ptrs && !self.is_in_frame(dst) {
                    self.barrier(|t| t.note_block(dst, Some(src), size));
                }
                self.mem_copy(dst, src, size, ptrs);
                None
            }
            MemZero { dst, size, ptrs } => {
                if ptrs && !self.is_in_frame(dst) {
                    self.barrier(|t| t.note_block(dst, None, size));
                }
                self.mem_zero(dst, size);
                None
            }
            NilCheck(v) => {
                let v = self.get(v);
                // A trap code keeps the load although nobody wants its result.
                let flags = faulting().with_trap_code(Some(TRAP_NIL));
                self.cur.ins().load(types::I8, flags, v, 0);
                None
            }
            New { ty, .. } => {
                let descriptor = self.symbol_address(ty, 0);
                self.builtin(Builtin::NewObject, &[descriptor])
            }
            AtomicLoad { ty: t, addr } => {
                let addr = self.get(addr);
                Some(self.cur.ins().atomic_load(ty(t), faulting(), addr))
            }
            AtomicStore { addr, val } => {
                self.atomic_barrier(addr, val);
                // An exchange is cheaper than a store and a fence.
                self.rmw(AtomicRmwOp::Xchg, addr, val);
                None
            }
            AtomicRmw { op, addr, val } => {
                let op = match op {
                    AtomicOp::Add => AtomicRmwOp::Add,
                    AtomicOp::And => AtomicRmwOp::And,
                    AtomicOp::Or => AtomicRmwOp::Or,
                    AtomicOp::Xchg => AtomicRmwOp::Xchg,
                };
                self.atomic_barrier(addr, val);
                Some(self.rmw(op, addr, val))
            }
            AtomicCas { addr, old, new } => {
                self.atomic_barrier(addr, new);
                let (addr, old, new) = (self.get(addr), self.get(old), self.get(new));
                let seen = self.cur.ins().atomic_cas(faulting(), addr, old, new);
                Some(self.plainly(|t| t.cur.ins().icmp(IntCC::Equal, seen, old)))
            }
            ref other => unreachable!("{other} is not on memory"),
        }
    }

    fn rmw(&mut self, op: AtomicRmwOp, addr: Value, val: Value) -> clif::Value {
        let t = ty(self.f.ty(val));
        let (addr, val) = (self.get(addr), self.get(val));
        self.cur.ins().atomic_rmw(t, faulting(), op, addr, val)
    }

    /// Accesses may fault and become panics, and so keep their order, unless they are to a slot or a symbol.
    fn flags(&self, addr: Value) -> MemFlagsData {
        if self.is_own(addr) { trusted() } else { faulting() }
    }

    fn is_own(&self, mut addr: Value) -> bool {
        loop {
            match self.f.def_inst(addr) {
                Some(InstData::SlotAddr { .. } | InstData::SymAddr { .. }) => return true,
                Some(InstData::PtrAdd([p, off])) if self.constant(*off).is_some() => addr = *p,
                _ => return false,
            }
        }
    }

    fn store(&mut self, val: Value, addr: Value, offset: i32) {
        let flags = self.flags(addr);
        let (val, addr) = (self.get(val), self.get(addr));
        self.cur.ins().store(flags, val, addr, offset);
    }

    /// Everything is loaded before anything is stored, since the ranges may overlap.
    fn mem_copy(&mut self, dst: Value, src: Value, size: u64, ptrs: bool) {
        let (to, from) = (self.flags(dst), self.flags(src));
        let (dst, src) = (self.get(dst), self.get(src));
        match copy_chunks(size, ptrs) {
            Some(chunks) => {
                let mut loaded = Vec::with_capacity(chunks.len());
                for &(at, t) in &chunks {
                    loaded.push(self.cur.ins().load(t, from, src, at));
                }
                for (&(at, _), v) in chunks.iter().zip(loaded) {
                    self.cur.ins().store(to, v, dst, at);
                }
            }
            None => {
                let size = self.iconst(types::I64, size as i64);
                self.builtin(Builtin::MemMove, &[dst, src, size]);
            }
        }
    }

    fn mem_zero(&mut self, dst: Value, size: u64) {
        let flags = self.flags(dst);
        let dst = self.get(dst);
        // Sixteen bytes at once even over pointers: each of the two aligned words is written whole.
        let Some(chunks) = chunks(size, types::I8X16) else {
            let size = self.iconst(types::I64, size as i64);
            self.builtin(Builtin::MemClr, &[dst, size]);
            return;
        };
        for (at, t) in chunks {
            let zero = if t == types::I8X16 {
                let zeros = clif::ConstantData::from(&[0; 16][..]);
                let zeros = self.cur.func.dfg.constants.insert(zeros);
                self.plainly(|t2| t2.cur.ins().vconst(t, zeros))
            } else {
                self.iconst(t, 0)
            };
            self.cur.ins().store(flags, zero, dst, at);
        }
    }
}

/// How to copy `size` bytes; none if it takes too many pieces. Words that may hold pointers are moved one by one.
fn copy_chunks(size: u64, ptrs: bool) -> Option<Vec<Chunk>> {
    chunks(size, if ptrs { types::I64 } else { types::I8X16 })
}

/// Pieces of at most `widest`. The last one overlaps the one before where that saves pieces.
fn chunks(size: u64, widest: clif::Type) -> Option<Vec<Chunk>> {
    const NARROWER: [clif::Type; 5] = [types::I8X16, types::I64, types::I32, types::I16, types::I8];
    let wide = u64::from(widest.bytes());
    if size > wide * MAX_CHUNKS as u64 {
        return None;
    }
    let size = size as i32;
    let wide = wide as i32;
    let mut out: Vec<Chunk> = (0..size / wide).map(|n| (n * wide, widest)).collect();
    let mut at = size / wide * wide;
    while at < size {
        let rest = size - at;
        // The narrowest type that covers the rest in one piece, moved back over what is done already.
        let covering = NARROWER
            .into_iter()
            .rev()
            .find(|t| t.bytes() as i32 >= rest && t.bytes() as i32 <= size && t.bytes() <= widest.bytes());
        let t = covering.unwrap_or_else(|| {
            let fits = |t: &clif::Type| t.bytes() as i32 <= rest;
            NARROWER.into_iter().find(fits).unwrap_or(types::I8)
        });
        let start = at.min(size - t.bytes() as i32);
        out.push((start, t));
        at = start + t.bytes() as i32;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_byte_and_no_more() {
        for widest in [types::I64, types::I8X16] {
            for size in 1..=u64::from(widest.bytes()) * 8 {
                let mut covered = vec![false; size as usize];
                for (at, t) in chunks(size, widest).expect("within the limit") {
                    covered[at as usize..][..t.bytes() as usize].fill(true);
                }
                assert!(covered.into_iter().all(|c| c), "{size}");
            }
        }
        assert!(chunks(129, types::I8X16).is_none());
    }

    #[test]
    fn words_with_pointers_stay_whole() {
        for size in (8..=64).step_by(8) {
            let chunks = copy_chunks(size, true).expect("within the limit");
            assert!(chunks.iter().all(|&(at, t)| at % 8 == 0 && t == types::I64));
        }
    }
}
