//! Inlining of small functions at direct calls.
//!
//! The pipeline goes bottom-up, so a callee has had its own calls inlined. A body is taken as it stands after
//! its passes. Not inlined: functions that need a frame of their own (defers, recover, frame pointer, caller's pc),
//! `//go:noinline`, and members of a cycle of calls.
//!
//! Requires valid IR; invalidates everything but validity.

use std::collections::HashMap;

use cranelift_entity::SecondaryMap;
use undergo_ir::{Block, BlockCall, Func, Inst, InstData, Loc, Site, Slot, Sym, Type, Value};

use crate::callgraph::target;

/// Largest body, in instructions that make code.
const MAX_COST: usize = 40;
/// Most calls inlined in a body that is inlined itself. Bodies that cost nothing may hold one another, thousands deep.
const MAX_SITES: usize = 200;
/// A caller is not grown beyond this many instructions.
const MAX_CALLER: usize = 8_000;

/// Bodies that may be inlined, by symbol.
pub type Bodies = HashMap<Sym, Func>;

/// Whether calls of `f` may be replaced by its body.
pub fn inlinable(f: &Func) -> bool {
    let flags = f.flags;
    if flags.noinline || flags.has_recover || flags.wrapper || f.landing_pad.is_some() || f.layout.len() > 24 {
        return false;
    }
    if f.slots.values().any(|s| s.pinned) || f.sites.len() > MAX_SITES {
        return false;
    }
    let mut cost = 0;
    for &b in &f.layout {
        for &i in &f.blocks[b].insts {
            match &f.insts[i] {
                InstData::FramePtr | InstData::CallerPc | InstData::CallerSp => return false,
                InstData::Iconst { .. }
                | InstData::SymAddr { .. }
                | InstData::SlotAddr { .. }
                | InstData::PtrAdd(_) => {}
                InstData::Jump(_) | InstData::Return(_) | InstData::Unreachable | InstData::NilCheck(_) => {}
                InstData::Call(c) => {
                    // A function that calls itself would be inlined for ever.
                    if target(&c.callee) == Some(f.sym) {
                        return false;
                    }
                    cost += if f.blocks[b].cold { 2 } else { 8 };
                }
                _ => cost += 1,
            }
        }
    }
    cost <= MAX_COST
}

/// Inlines all calls in `f` of functions in `bodies`. Gives whether there were any.
pub fn run(f: &mut Func, bodies: &Bodies) -> bool {
    let mut any = false;
    let mut at = 0;
    // Blocks added behind by inlining hold only code of finished bodies and are not looked at again, except for the
    // rest of the block behind the call.
    let mut queue: Vec<Block> = f.layout.clone();
    while at < queue.len() {
        let b = queue[at];
        at += 1;
        let found = f.blocks[b].insts.iter().position(|&i| callee(f, i, bodies).is_some());
        if let Some(n) = found.filter(|_| f.insts.len() < MAX_CALLER) {
            let body = callee(f, f.blocks[b].insts[n], bodies).expect("found above");
            let rest = splice(f, b, n, body);
            queue.push(rest);
            any = true;
        }
    }
    any
}

fn callee<'a>(f: &Func, i: Inst, bodies: &'a Bodies) -> Option<&'a Func> {
    let InstData::Call(call) = &f.insts[i] else { return None };
    let body = bodies.get(&target(&call.callee)?)?;
    let fits = body.sym != f.sym
        && body.params().len() == call.args.len()
        && body.results.len() == f.results_of(i).len()
        && (!body.flags.uses_ctx || call.ctx.is_some())
        && (!body.flags.uses_frame || call.frame.is_some());
    fits.then_some(body)
}

/// Replaces the call at index `n` of block `b`; gives the block with what came behind it.
fn splice(f: &mut Func, b: Block, n: usize, body: &Func) -> Block {
    let call_inst = f.blocks[b].insts[n];
    let InstData::Call(call) = f.insts[call_inst].clone() else { unreachable!("position found a call") };
    let loc = f.locs[call_inst];
    let cold = f.blocks[b].cold;
    let rest = f.add_block();
    f.blocks[rest].cold = cold;
    let tail = f.blocks[b].insts.split_off(n + 1);
    f.blocks[rest].insts = tail;
    f.blocks[b].insts.pop();
    // Results of the call become parameters of the rest.
    let results: Vec<Value> = f.results_of(call_inst).to_vec();
    for (k, &v) in results.iter().enumerate() {
        f.values[v].0 = undergo_ir::ValueDef::Param(rest, k as u32);
        f.blocks[rest].params.push(v);
    }
    let mut copy = Copy {
        body,
        values: SecondaryMap::new(),
        blocks: SecondaryMap::new(),
        slots: SecondaryMap::new(),
        sites: Vec::new(),
    };
    copy.sites(f, loc);
    for (slot, data) in body.slots.iter() {
        copy.slots[slot] = Some(f.slots.push(data.clone()));
    }
    for &bb in &body.layout {
        let nb = f.add_block();
        f.blocks[nb].cold = cold || body.blocks[bb].cold;
        copy.blocks[bb] = Some(nb);
        for &p in &body.blocks[bb].params {
            copy.values[p] = Some(f.add_param(nb, body.ty(p)));
        }
    }
    for &bb in &body.layout {
        copy.block(f, bb, &call, loc, rest);
    }
    let entry = copy.blocks[body.entry()].expect("every block was copied");
    f.append(b, InstData::Jump(BlockCall { block: entry, args: call.args.clone() }), loc, &[]);
    rest
}

struct Copy<'a> {
    body: &'a Func,
    values: SecondaryMap<Value, Option<Value>>,
    blocks: SecondaryMap<Block, Option<Block>>,
    slots: SecondaryMap<Slot, Option<Slot>>,
    /// Site of the body to site of the caller.
    sites: Vec<u32>,
}

impl Copy<'_> {
    fn sites(&mut self, f: &mut Func, call: Loc) {
        for (n, s) in self.body.sites.iter().enumerate() {
            let (parent, call_line) =
                if n == 0 { (call.site, call.line) } else { (self.sites[s.parent as usize], s.call_line) };
            self.sites.push(f.sites.len() as u32);
            f.sites.push(Site { parent, call_line, ..s.clone() });
        }
    }

    fn value(&mut self, f: &mut Func, v: Value) -> Value {
        // Values are met before their definition where blocks are not in dominance order.
        if let Some(new) = self.values[v] {
            return new;
        }
        let new = f.values.push((undergo_ir::ValueDef::None, self.body.ty(v)));
        self.values[v] = Some(new);
        new
    }

    fn block(&mut self, f: &mut Func, bb: Block, call: &undergo_ir::inst::Call, call_loc: Loc, rest: Block) {
        let nb = self.blocks[bb].expect("every block was copied");
        for &i in &self.body.blocks[bb].insts {
            let old = self.body.locs[i];
            let loc = if old.line == 0 && old.site == 0 {
                call_loc
            } else {
                Loc { line: old.line, site: self.sites[old.site as usize] }
            };
            let mut data = self.body.insts[i].clone();
            match &mut data {
                InstData::Return(vals) => {
                    let args = vals.iter().map(|&v| self.value(f, v)).collect();
                    f.append(nb, InstData::Jump(BlockCall { block: rest, args }), loc, &[]);
                    continue;
                }
                InstData::ClosureCtx | InstData::FrameParam => {
                    let given = if matches!(data, InstData::ClosureCtx) { call.ctx } else { call.frame };
                    let given = given.expect("checked by callee()");
                    let old = self.body.result(i);
                    self.alias(f, nb, loc, old, given);
                    continue;
                }
                InstData::SlotAddr { slot, .. } => *slot = self.slots[*slot].expect("every slot was copied"),
                _ => {}
            }
            data.map_operands(|v| self.value(f, v));
            for t in data.targets_mut() {
                t.block = self.blocks[t.block].expect("every block was copied");
            }
            let new = f.insts.push(data);
            f.locs[new] = loc;
            let results: Vec<Value> = self.body.results_of(i).iter().map(|&v| self.value(f, v)).collect();
            for (k, &v) in results.iter().enumerate() {
                f.values[v].0 = undergo_ir::ValueDef::Result(new, k as u32);
            }
            f.inst_results[new] = results.into_iter().collect();
            f.blocks[nb].insts.push(new);
        }
    }

    /// Makes a value of the body stand for a value of the caller.
    fn alias(&mut self, f: &mut Func, nb: Block, loc: Loc, old: Value, given: Value) {
        let Some(already) = self.values[old] else {
            self.values[old] = Some(given);
            return;
        };
        // It was met before: define it by a copy.
        let zero = f.append(nb, InstData::Iconst { ty: Type::I64, imm: 0 }, loc, &[Type::I64]);
        let zero = f.result(zero);
        let new = f.insts.push(InstData::PtrAdd([given, zero]));
        f.locs[new] = loc;
        f.values[already].0 = undergo_ir::ValueDef::Result(new, 0);
        f.inst_results[new] = [already].into_iter().collect();
        f.blocks[nb].insts.push(new);
    }
}
