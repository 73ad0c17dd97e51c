//! Loads whose value nobody uses, and checks: what must stay of them, since a nil address panics.
//!
//! Of accesses to the same address in one block, without effects in between that a panic would have to come before, one
//! is enough.

use std::collections::HashSet;

use cranelift_entity::SecondaryMap;
use undergo_ir::{Block, Func, Inst, InstData, Loc, Value, ValueDef};

use crate::simplify::never_nil;

/// Addresses from here on are checked by an instruction of their own.
pub(crate) const FIRST_PAGE: i32 = 4096;

/// Unused loads that have to become checks, with their addresses.
pub fn unused_loads(f: &Func, live: &SecondaryMap<Value, bool>) -> Vec<(Inst, Value)> {
    let mut out = Vec::new();
    for &b in &f.layout {
        let is_dead = |i: Inst| matches!(f.insts[i], InstData::Load { .. }) && !live[f.result(i)];
        if f.blocks[b].insts.iter().any(|&i| is_dead(i)) {
            in_block(f, b, &is_dead, &mut out);
        }
    }
    out
}

fn in_block(f: &Func, b: Block, is_dead: &dyn Fn(Inst) -> bool, out: &mut Vec<(Inst, Value)>) {
    let insts = &f.blocks[b].insts;
    // Backwards: which accesses come before any effect.
    let mut upcoming: HashSet<(Value, Loc)> = HashSet::default();
    let mut followed: HashSet<Inst> = HashSet::default();
    for &i in insts.iter().rev() {
        match &f.insts[i] {
            InstData::Load { addr, .. } if is_dead(i) => {
                if upcoming.contains(&(*addr, f.locs[i])) {
                    followed.insert(i);
                }
            }
            data => {
                if !data.is_removable() && !matches!(data, InstData::NilCheck(_)) {
                    upcoming.clear();
                }
                upcoming.extend(checks(data).map(|v| (v, f.locs[i])));
            }
        }
    }
    let mut seen: HashSet<Value> = HashSet::default();
    for &i in insts {
        match &f.insts[i] {
            InstData::Load { addr, offset, .. } if is_dead(i) => {
                let needed = !followed.contains(&i) && *offset < FIRST_PAGE && may_be_nil(f, *addr);
                if needed && seen.insert(*addr) {
                    out.push((i, *addr));
                }
            }
            data => seen.extend(checks(data)),
        }
    }
}

/// The address that an instruction faults at if it is nil.
fn checks(data: &InstData) -> Option<Value> {
    match data {
        InstData::Load { addr, offset, .. } | InstData::Store { addr, offset, .. } if *offset < FIRST_PAGE => {
            Some(*addr)
        }
        InstData::NilCheck(v) => Some(*v),
        _ => None,
    }
}

/// Whether the program may have given this address. Addresses of elements have been checked with their index, and
/// those made from integers are ours.
fn may_be_nil(f: &Func, v: Value) -> bool {
    match f.def_inst(v) {
        Some(InstData::PtrAdd(_) | InstData::Convert(..) | InstData::ClosureCtx | InstData::FrameParam) => false,
        _ => !never_nil(f, v),
    }
}

/// Makes a load a check.
pub fn become_check(f: &mut Func, i: Inst, addr: Value) {
    let result = f.result(i);
    f.values[result].0 = ValueDef::None;
    f.insts[i] = InstData::NilCheck(addr);
    f.inst_results[i].clear();
}
