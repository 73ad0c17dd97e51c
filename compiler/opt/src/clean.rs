//! Dead code: unreachable blocks, unused pure instructions, and blocks that are only a detour. Of an unused load stays
//! what panics ([`crate::guards`]).
//!
//! Requires nothing; preserves validity; invalidates the control flow graph.

use cranelift_entity::SecondaryMap;
use undergo_ir::cfg::Cfg;
use undergo_ir::{Block, Func, Inst, InstData, Value, ValueDef};

/// Removes what has no effect.
pub fn run(f: &mut Func) {
    drop_unreachable(f);
    merge_blocks(f);
    drop_unused(f);
}

/// Unreachable blocks leave the layout.
pub fn drop_unreachable(f: &mut Func) {
    let cfg = Cfg::new(f);
    f.layout.retain(|&b| cfg.reachable(b));
}

/// Removes instructions whose results nobody uses, following what becomes unused by that, and block parameters that
/// nobody uses.
pub fn drop_unused(f: &mut Func) {
    let mut live: SecondaryMap<Value, bool> = SecondaryMap::new();
    let mut work: Vec<Value> = Vec::new();
    for &b in &f.layout {
        for &i in &f.blocks[b].insts {
            let data = &f.insts[i];
            if data.is_removable() {
                continue;
            }
            own_operands(data, |v| work.push(v));
        }
    }
    let preds = predecessors(f);
    spread(f, &preds, work, &mut live);
    let checks = crate::guards::unused_loads(f, &live);
    spread(f, &preds, checks.iter().map(|c| c.1).collect(), &mut live);
    for (i, addr) in checks {
        // The address of another check may have been this load.
        if !live[f.result(i)] {
            crate::guards::become_check(f, i, addr);
        }
    }
    remove_dead(f, &live);
}

/// Marks values and all that they are made from.
fn spread(
    f: &Func,
    preds: &SecondaryMap<Block, Vec<Inst>>,
    mut work: Vec<Value>,
    live: &mut SecondaryMap<Value, bool>,
) {
    while let Some(v) = work.pop() {
        if std::mem::replace(&mut live[v], true) {
            continue;
        }
        match f.def(v) {
            ValueDef::Result(i, _) => own_operands(&f.insts[i], |v| work.push(v)),
            ValueDef::Param(b, n) => {
                for &t in &preds[b] {
                    for call in f.insts[t].targets().into_iter().filter(|c| c.block == b) {
                        work.push(call.args[n as usize]);
                    }
                }
            }
            ValueDef::None => {}
        }
    }
}

/// Operands of the instruction itself, without arguments for block parameters.
fn own_operands(data: &InstData, mut f: impl FnMut(Value)) {
    match data {
        InstData::Jump(_) => {}
        InstData::Brif(v, ..) | InstData::Switch(v, ..) => f(*v),
        _ => data.each_operand(f),
    }
}

/// Terminators that lead to each block.
fn predecessors(f: &Func) -> SecondaryMap<Block, Vec<Inst>> {
    let mut preds: SecondaryMap<Block, Vec<Inst>> = SecondaryMap::new();
    for &b in &f.layout {
        let Some(t) = f.terminator(b) else { continue };
        for call in f.insts[t].targets() {
            if preds[call.block].last() != Some(&t) {
                preds[call.block].push(t);
            }
        }
    }
    preds
}

fn remove_dead(f: &mut Func, live: &SecondaryMap<Value, bool>) {
    let entry = f.entry();
    for b in f.layout.clone() {
        let mut insts = std::mem::take(&mut f.blocks[b].insts);
        insts.retain(|&i| {
            let used = f.results_of(i).iter().any(|&v| live[v]);
            used || !f.insts[i].is_removable()
        });
        f.blocks[b].insts = insts;
        if let Some(t) = f.terminator(b) {
            let blocks = &f.blocks;
            for call in f.insts[t].targets_mut() {
                if call.block != entry {
                    let params = &blocks[call.block].params;
                    let mut keep = params.iter().map(|&p| live[p]);
                    call.args.retain(|_| keep.next().unwrap_or(true));
                }
            }
        }
    }
    for b in f.layout.clone() {
        if b == entry || f.blocks[b].params.iter().all(|&p| live[p]) {
            continue;
        }
        let mut params = std::mem::take(&mut f.blocks[b].params);
        params.retain(|&p| live[p]);
        for (n, &p) in params.iter().enumerate() {
            f.values[p].0 = ValueDef::Param(b, n as u32);
        }
        f.blocks[b].params = params;
    }
}

/// Joins a block to its only predecessor if that goes nowhere else. The joined block's parameters become its
/// arguments.
fn merge_blocks(f: &mut Func) {
    let mut n_preds: SecondaryMap<Block, u32> = SecondaryMap::new();
    for &b in &f.layout {
        if let Some(t) = f.terminator(b) {
            f.insts[t].targets().iter().for_each(|c| n_preds[c.block] += 1);
        }
    }
    let mut replaced = Replacements::default();
    let mut gone: SecondaryMap<Block, bool> = SecondaryMap::new();
    for b in f.layout.clone() {
        if gone[b] {
            continue;
        }
        while let Some(t) = f.terminator(b) {
            let InstData::Jump(call) = &f.insts[t] else { break };
            let next = call.block;
            let single = n_preds[next] == 1 && next != b && next != f.entry() && f.landing_pad != Some(next);
            if !single || f.blocks[b].cold != f.blocks[next].cold {
                break;
            }
            let args = call.args.clone();
            let params = std::mem::take(&mut f.blocks[next].params);
            for (p, a) in params.into_iter().zip(args) {
                replaced.set(p, a);
                f.values[p].0 = ValueDef::None;
            }
            f.blocks[b].insts.pop();
            let moved = std::mem::take(&mut f.blocks[next].insts);
            f.blocks[b].insts.extend(moved);
            gone[next] = true;
        }
    }
    f.layout.retain(|&b| !gone[b]);
    replaced.apply(f);
}

/// Values to be replaced by others everywhere.
#[derive(Default)]
pub struct Replacements {
    map: SecondaryMap<Value, Option<Value>>,
    any: bool,
}

impl Replacements {
    /// `from` becomes `to`.
    pub fn set(&mut self, from: Value, to: Value) {
        self.map[from] = Some(to);
        self.any = true;
    }

    /// What stands for `v` now.
    pub fn get(&self, mut v: Value) -> Value {
        while let Some(to) = self.map[v] {
            v = to;
        }
        v
    }

    /// Rewrites all operands.
    pub fn apply(&self, f: &mut Func) {
        if !self.any {
            return;
        }
        for b in 0..f.layout.len() {
            let b = f.layout[b];
            for n in 0..f.blocks[b].insts.len() {
                let i = f.blocks[b].insts[n];
                f.insts[i].map_operands(|v| self.get(v));
            }
        }
    }
}
