//! Write barriers: what precedes a store of pointers to memory that the collector reads.
//!
//! While objects are marked, the pointer that is about to be overwritten and the new one are noted (a hybrid of Yuasa's and
//! Dijkstra's barriers), so that no stack needs to be read twice. Stores to the frame, to the memory
//! frame of a call and to the goroutine's own record have none: they are read when their goroutine stands still.
//!
//! ```text
//!   hot:   flag = g.barrier         cold:  call runtime.writeBarrier(slot, new)
//!          brif flag, cold, next           jump next
//!   next:  store
//! ```
//! Between the test and the store the goroutine must not be stopped, or a collection could begin in between. The pieces
//! carry source locations of their own kind, and their hull becomes an unsafe range ([`ranges`]): the optimizer keeps
//! the order of what has effects, so that nothing but calculations can come in between. These have plain
//! locations, since they may also go elsewhere. The cold piece is unsafe from
//! the call to the jump back.

use cranelift_codegen::CompiledCode;
use cranelift_codegen::ir::{self as clif, AbiParam, InstBuilder, Signature, SourceLoc, types};
use cranelift_codegen::isa::CallConv;
use undergo_abi::g::offset;
use undergo_ir::{ConvOp, InstData, Sym, Type, Value};

use crate::translate::{Translated, Translator, trusted};

/// Marks source locations of barriers: the number of the barrier times two, plus one for the cold piece.
const BARRIER: u32 = 1 << 31;
/// How far back a store looks for the allocation of its object.
const NEAR: usize = 24;

/// The index of the position of the code with a location, and whether it belongs to a barrier.
pub(crate) fn position(loc: u32, translated: &Translated) -> Option<u32> {
    match loc & BARRIER {
        0 => Some(loc),
        _ => translated.barriers.get((loc & !BARRIER) as usize / 2).copied(),
    }
}

impl Translator<'_> {
    /// Whether the current instruction, a store of a pointer, needs a barrier.
    pub fn needs_barrier(&self, addr: Value, offset: i32, val: Value) -> bool {
        !(self.is_in_frame(addr) || self.is_no_object(val) && self.is_first_store(addr, offset))
    }

    /// Whether memory belongs to the frame, or to the memory frame of a call, which lies in one.
    pub fn is_in_frame(&self, mut addr: Value) -> bool {
        loop {
            match self.f.def_inst(addr) {
                Some(InstData::SlotAddr { .. } | InstData::FrameParam | InstData::GetG) => return true,
                // A sum stays in its object.
                Some(InstData::PtrAdd([p, _])) | Some(InstData::Convert(ConvOp::Bitcast, _, p)) => addr = *p,
                _ => return false,
            }
        }
    }

    /// Whether a pointer is known not to lead to the heap.
    fn is_no_object(&self, v: Value) -> bool {
        matches!(self.f.def_inst(v), Some(InstData::SymAddr { .. } | InstData::Iconst { .. }))
    }

    /// Whether the word is one of an object that has just been made, and holds nil for that reason.
    fn is_first_store(&self, addr: Value, offset: i32) -> bool {
        let f = self.f;
        let Some((base, at)) = self.constant_place(addr, offset) else { return false };
        for &j in self.before.iter().rev().take(NEAR) {
            match &f.insts[j] {
                InstData::New { .. } if f.result(j) == base => return true,
                InstData::Store { addr, offset, .. } => match self.constant_place(*addr, *offset) {
                    Some((b, o)) if b != base || o != at => {}
                    _ => return false,
                },
                data if data.is_pure() => {}
                InstData::Load { .. } | InstData::NilCheck(_) | InstData::BoundsCheck { .. } => {}
                _ => return false,
            }
        }
        false
    }

    /// A value that is no sum, and a constant to be added.
    fn constant_place(&self, mut addr: Value, offset: i32) -> Option<(Value, i64)> {
        let mut at = i64::from(offset);
        while let Some(InstData::PtrAdd([p, off])) = self.f.def_inst(addr) {
            at += self.constant(*off)?;
            addr = *p;
        }
        Some((addr, at))
    }

    /// A barrier; what `note` makes is called while objects are marked. The store that follows, up to the next
    /// instruction, belongs to it.
    pub fn barrier(&mut self, note: impl FnOnce(&mut Self)) {
        let n = self.new_barrier();
        let (hot, cold_loc) = (SourceLoc::new(BARRIER | n << 1), SourceLoc::new(BARRIER | n << 1 | 1));
        let g = self.cur.ins().get_pinned_reg(types::I64);
        self.set_srcloc(hot);
        let flag = self.cur.ins().load(types::I32, trusted(), g, offset::BARRIER as i32);
        let next = self.continuation();
        let cold = self.cold_block();
        self.cur.ins().brif(flag, cold, &[], next, &[]);
        self.enter(cold);
        self.set_srcloc(cold_loc);
        note(self);
        self.cur.ins().jump(next, &[]);
        self.enter(next);
        self.set_srcloc(hot);
    }

    /// The barrier of an atomic operation that stores `val`, if that is a pointer.
    pub fn atomic_barrier(&mut self, addr: Value, val: Value) {
        if self.f.ty(val) == Type::Ptr && !self.is_in_frame(addr) {
            self.barrier(|t| t.note_pointers(addr, 0, val));
        }
    }

    /// Notes the pointer in a word and the one that replaces it.
    pub fn note_pointers(&mut self, addr: Value, offset: i32, val: Value) {
        let (addr, val) = (self.get(addr), self.get(val));
        let slot = self.add_const(addr, offset.into());
        self.stub("runtime.writeBarrier", &[slot, val]);
    }

    /// Notes all pointers in a block and those that replace them.
    pub fn note_block(&mut self, dst: Value, src: Option<Value>, size: u64) {
        let dst = self.get(dst);
        let src = match src {
            Some(src) => self.get(src),
            None => self.iconst(types::I64, 0),
        };
        let size = self.iconst(types::I64, (size & !7) as i64);
        self.stub("runtime.bulkBarrier", &[dst, src, size]);
    }

    /// Calls a stub that preserves all registers.
    fn stub(&mut self, name: &'static str, args: &[clif::Value]) {
        let mut signature = Signature::new(CallConv::PreserveAll);
        signature.params.extend(args.iter().map(|_| AbiParam::new(types::I64)));
        let callee = self.stub_ref(Sym::new(name), signature);
        self.cur.ins().call(callee, args);
    }
}

/// Unsafe ranges of the barriers, as offsets in the body. Should the pieces of one lie so far apart that there are calls
/// between them, then the function is unsafe altogether: it can be stopped where it calls, but not in a loop.
pub(crate) fn ranges(body: &CompiledCode, translated: &Translated) -> Vec<(u32, u32)> {
    let mut pieces = vec![Vec::new(); translated.barriers.len() * 2];
    for range in body.buffer.get_srclocs_sorted() {
        let loc = range.loc.bits();
        if loc & BARRIER != 0 && !range.loc.is_default() {
            pieces[(loc & !BARRIER) as usize].push((range.start, range.end));
        }
    }
    let mut returns: Vec<u32> = body.buffer.call_sites().map(|site| site.ret_addr).collect();
    returns.sort_unstable();
    for own in pieces.chunks_exact(2) {
        let Some((start, end)) = hull(&own[0]) else { continue };
        // Calls of barriers and of memmove have their locations, the latter with what follows it up to the next
        // location. In cold code the call of the barrier lies between.
        let is_own = |r: u32| own.iter().flatten().any(|&(lo, hi)| lo < r && r <= hi);
        let inside = returns.partition_point(|&r| r <= start);
        if returns[inside..].iter().take_while(|&&r| r < end).any(|&r| !is_own(r)) {
            return vec![(0, body.buffer.total_size())];
        }
    }
    pieces.iter().filter_map(|p| hull(p)).collect()
}

fn hull(pieces: &[(u32, u32)]) -> Option<(u32, u32)> {
    Some((pieces.first()?.0, pieces.last()?.1))
}
