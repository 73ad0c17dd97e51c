//! Which slots are dead where: nothing reads them any more, directly or through an address that somebody else has.
//!
//! Only slots whose addresses stay where they can be seen are told of: those that instructions of the function access, and
//! memory frames of calls. A pointer in a dead slot is a leftover that the collector would find ([`crate::clean_frames`]).

use std::collections::{BTreeSet, HashMap, HashSet};

use cranelift_entity::SecondaryMap;
use undergo_abi::builtins::Builtin;
use undergo_ir::cfg::{Cfg, successors};
use undergo_ir::{Block, Callee, Func, Inst, InstData, Slot, Value};

/// Slots larger than this, in bytes, are not worth clearing.
const LARGE: u64 = 4096;

/// Builtins that keep none of the addresses that they are given.
const FORGETFUL: [Builtin; 7] = [
    Builtin::MemMove,
    Builtin::MemClr,
    Builtin::MemEqual,
    Builtin::MapIterStart,
    Builtin::MapIterNext,
    Builtin::ChanRecv1,
    Builtin::ChanRecv2,
];

/// What is known of the slots of a function.
pub(crate) struct DeadSlots {
    /// Slots whose uses are known, and that are worth clearing.
    known: BTreeSet<Slot>,
    /// Addresses within them.
    addresses: HashMap<Value, Slot>,
    /// Slots that are used later, at the end of each block.
    at_end: SecondaryMap<Block, HashSet<Slot>>,
}

impl DeadSlots {
    /// Looks at all uses of all slots.
    pub(crate) fn of(f: &Func, cfg: &Cfg) -> DeadSlots {
        let addresses = addresses(f, cfg);
        let mut known: BTreeSet<Slot> = addresses.values().copied().filter(|&s| f.slots[s].size <= LARGE).collect();
        for &b in &cfg.rpo {
            for &i in &f.blocks[b].insts {
                for slot in leaks(f, i, &addresses) {
                    known.remove(&slot);
                }
            }
        }
        let mut dead = DeadSlots { known, addresses, at_end: SecondaryMap::new() };
        dead.flow(f, cfg);
        dead
    }

    /// Slots that an instruction accesses.
    fn used(&self, f: &Func, i: Inst) -> Vec<Slot> {
        let mut used = Vec::new();
        f.insts[i].each_operand(|v| used.extend(self.addresses.get(&v)));
        used
    }

    /// From what is used after an instruction to what is used from it on.
    fn step_back(&self, f: &Func, i: Inst, live: &mut HashSet<Slot>) {
        if let Some(slot) = self.overwritten(f, i) {
            live.remove(&slot);
        } else {
            live.extend(self.used(f, i));
        }
    }

    /// The slot that an instruction clears from end to end.
    fn overwritten(&self, f: &Func, i: Inst) -> Option<Slot> {
        let InstData::MemZero { dst, size, .. } = f.insts[i] else { return None };
        match f.def_inst(dst) {
            Some(&InstData::SlotAddr { slot, offset: 0 }) if f.slots[slot].size == size => Some(slot),
            _ => None,
        }
    }

    fn flow(&mut self, f: &Func, cfg: &Cfg) {
        let mut at_start: SecondaryMap<Block, HashSet<Slot>> = SecondaryMap::new();
        let mut again = true;
        while again {
            again = false;
            for &b in cfg.rpo.iter().rev() {
                let mut set = HashSet::new();
                // A call that panics may go on at the landing pad.
                for s in successors(f, b).into_iter().chain(f.landing_pad) {
                    set.extend(&at_start[s]);
                }
                self.at_end[b] = set.clone();
                f.blocks[b].insts.iter().rev().for_each(|&i| self.step_back(f, i, &mut set));
                if set.len() != at_start[b].len() {
                    at_start[b] = set;
                    again = true;
                }
            }
        }
    }

    /// Slots that are dead before instruction `n` of `insts`, those of block `b`.
    pub(crate) fn before(&self, f: &Func, b: Block, insts: &[Inst], n: usize) -> Vec<Slot> {
        let mut live = self.at_end[b].clone();
        insts[n..].iter().rev().for_each(|&i| self.step_back(f, i, &mut live));
        self.known.iter().copied().filter(|s| !live.contains(s)).collect()
    }
}

/// Addresses within slots, as far as they are computed from the slot's in plain sight.
fn addresses(f: &Func, cfg: &Cfg) -> HashMap<Value, Slot> {
    let mut addresses = HashMap::new();
    for &b in &cfg.rpo {
        for &i in &f.blocks[b].insts {
            let slot = match f.insts[i] {
                InstData::SlotAddr { slot, .. } => Some(slot),
                InstData::PtrAdd([base, _]) => addresses.get(&base).copied(),
                _ => None,
            };
            if let Some(slot) = slot {
                addresses.insert(f.result(i), slot);
            }
        }
    }
    addresses
}

/// Slots whose addresses go elsewhere by an instruction.
fn leaks(f: &Func, i: Inst, addresses: &HashMap<Value, Slot>) -> Vec<Slot> {
    // Operands that are accessed, or computed with, and not passed on.
    let mut harmless = Vec::new();
    match &f.insts[i] {
        InstData::Load { addr, .. } | InstData::Store { addr, .. } | InstData::AtomicLoad { addr, .. } => {
            harmless.push(*addr);
        }
        InstData::MemCopy { dst, src, .. } => harmless.extend([*dst, *src]),
        InstData::MemZero { dst, .. } => harmless.push(*dst),
        InstData::NilCheck(v) | InstData::KeepAlive(v) => harmless.push(*v),
        InstData::PtrAdd([base, _]) => harmless.push(*base),
        InstData::Icmp(_, both) => harmless.extend(both),
        InstData::Call(c) => {
            // A closure's code reads its context, and has no other name for it.
            harmless.extend(c.frame.into_iter().chain(c.ctx));
            if matches!(c.callee, Callee::Builtin(b) if FORGETFUL.contains(&b)) {
                harmless.extend(&c.args);
            }
        }
        _ => {}
    }
    let stored = match &f.insts[i] {
        InstData::Store { val, .. } => Some(*val),
        _ => None,
    };
    let mut leaked = Vec::new();
    f.insts[i].each_operand(|v| {
        if !harmless.contains(&v) || stored == Some(v) {
            leaked.extend(addresses.get(&v));
        }
    });
    leaked
}
