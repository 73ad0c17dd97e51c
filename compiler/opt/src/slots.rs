//! Stack slots to SSA values: scalar replacement and promotion in one.
//!
//! A slot whose address is used by nothing but loads, stores, block copies and clears at known offsets is cut into
//! pieces, one for each (offset, size) at which it is accessed; if the pieces do not overlap, each becomes an SSA
//! variable. Phi placement by iterated dominance frontiers (Cytron et al., 1991), pruned by liveness.
//!
//! Requires valid IR without unreachable blocks; preserves the control flow graph.

use std::collections::{BTreeMap, HashMap, HashSet};

use cranelift_entity::SecondaryMap;
use undergo_ir::cfg::Cfg;
use undergo_ir::dom::DomTree;
use undergo_ir::{Block, Func, Inst, InstData, Loc, Slot, Type, Value, ValueDef};

use crate::clean::Replacements;

/// Largest block copy or clear that is taken apart.
const MAX_BLOCK: u64 = 128;
/// Slots with more pieces stay in memory.
const MAX_PIECES: usize = 24;

/// Promotes what can be promoted. Gives whether anything changed.
pub fn run(f: &mut Func) -> bool {
    let plan = plan(f);
    if plan.pieces.is_empty() {
        return false;
    }
    split_blocks(f, &plan);
    promote(f, &plan);
    true
}

/// An address within a slot.
#[derive(Clone, Copy)]
struct Place {
    slot: Slot,
    offset: i64,
}

/// A piece of a slot: an SSA variable.
#[derive(Clone, Copy, Debug)]
struct Piece {
    ty: Type,
}

struct Plan {
    /// Values that are addresses within promoted slots.
    places: HashMap<Value, Place>,
    /// For each promoted slot: offset to (variable, size).
    slots: HashMap<Slot, BTreeMap<i64, usize>>,
    pieces: Vec<Piece>,
}

impl Plan {
    fn var(&self, addr: Value, offset: i32) -> Option<usize> {
        let p = self.places.get(&addr)?;
        self.slots.get(&p.slot)?.get(&(p.offset + i64::from(offset))).copied()
    }

    /// Pieces that a block operation at `addr` covers: (offset from `addr`, variable).
    fn covered(&self, addr: Value, size: u64) -> Option<Vec<(i64, usize)>> {
        let p = self.places.get(&addr)?;
        let pieces = self.slots.get(&p.slot)?;
        Some(pieces.range(p.offset..p.offset + size as i64).map(|(o, v)| (o - p.offset, *v)).collect())
    }

    /// Pieces of the slot at `addr` that are pointers.
    fn pointers(&self, addr: Value) -> Vec<usize> {
        let pieces = self.places.get(&addr).and_then(|p| self.slots.get(&p.slot));
        pieces.into_iter().flatten().map(|(_, &var)| var).filter(|&var| self.pieces[var].ty == Type::Ptr).collect()
    }
}

/// What is known of a slot's uses.
#[derive(Clone)]
struct Uses {
    ok: bool,
    /// Scalar accesses: offset to type.
    scalars: BTreeMap<i64, Type>,
    /// Block operations: offset, size, and whether the bytes between scalar pieces matter.
    blocks: Vec<(i64, u64, bool)>,
    size: u64,
}

fn plan(f: &Func) -> Plan {
    let places = addresses(f);
    let mut uses: SecondaryMap<Slot, Option<Box<Uses>>> = SecondaryMap::new();
    for (slot, data) in f.slots.iter() {
        let ok = !data.pinned && data.size <= 4096;
        uses[slot] = Some(Box::new(Uses { ok, scalars: BTreeMap::new(), blocks: Vec::new(), size: data.size }));
    }
    for &b in &f.layout {
        for &i in &f.blocks[b].insts {
            note_uses(f, i, &places, &mut uses);
        }
    }
    let mut plan = Plan { places: HashMap::new(), slots: HashMap::new(), pieces: Vec::new() };
    for (slot, _) in f.slots.iter() {
        let Some(u) = uses[slot].as_mut().filter(|u| u.ok) else { continue };
        if let Some(cut) = cut(u) {
            let first = plan.pieces.len();
            let vars = cut.iter().enumerate().map(|(n, (o, _))| (*o, first + n)).collect();
            plan.pieces.extend(cut.iter().map(|&(_, ty)| Piece { ty }));
            plan.slots.insert(slot, vars);
        }
    }
    plan.places = places.into_iter().filter(|(_, p)| plan.slots.contains_key(&p.slot)).collect();
    drop_mismatched(f, &mut plan);
    plan
}

/// A copy between two slots needs the same cuts in both. Where they differ, the target stays in memory, which may
/// spoil nothing else: copies between a slot and memory are cut as the slot is.
fn drop_mismatched(f: &Func, plan: &mut Plan) {
    for &b in &f.layout {
        for &i in &f.blocks[b].insts {
            let InstData::MemCopy { dst, src, size, .. } = f.insts[i] else { continue };
            let widths = |v| {
                let cover = plan.covered(v, size)?;
                Some(cover.into_iter().map(|(o, var)| (o, plan.pieces[var].ty.bytes())).collect::<Vec<_>>())
            };
            if let (Some(d), Some(s)) = (widths(dst), widths(src))
                && d != s
                && let Some(p) = plan.places.get(&dst).copied()
            {
                plan.slots.remove(&p.slot);
                plan.places.retain(|_, q| q.slot != p.slot);
            }
        }
    }
}

/// All values that are a slot's address plus a constant.
fn addresses(f: &Func) -> HashMap<Value, Place> {
    let mut places: HashMap<Value, Place> = HashMap::new();
    // A PtrAdd may precede its base in layout order but never in dominance order; two rounds settle chains.
    let mut again = true;
    while again {
        again = false;
        for &b in &f.layout {
            for &i in &f.blocks[b].insts {
                let place = match f.insts[i] {
                    InstData::SlotAddr { slot, offset } => Some(Place { slot, offset: offset.into() }),
                    InstData::PtrAdd([base, off]) => match (places.get(&base), f.def_inst(off)) {
                        (Some(p), Some(InstData::Iconst { imm, .. })) => {
                            Some(Place { slot: p.slot, offset: p.offset + imm })
                        }
                        _ => None,
                    },
                    _ => None,
                };
                if let Some(p) = place
                    && places.insert(f.result(i), p).is_none()
                {
                    again = true;
                }
            }
        }
    }
    places
}

fn note_uses(f: &Func, i: Inst, places: &HashMap<Value, Place>, uses: &mut SecondaryMap<Slot, Option<Box<Uses>>>) {
    let data = &f.insts[i];
    let mut allowed: [Option<Value>; 2] = [None, None];
    match *data {
        InstData::SlotAddr { .. } => return,
        InstData::PtrAdd([base, _]) => {
            if places.contains_key(&f.result(i)) {
                return;
            }
            refuse(places, uses, base);
            return;
        }
        InstData::Load { ty, addr, offset } => {
            scalar(places, uses, addr, offset, ty);
            return;
        }
        InstData::Store { addr, offset, val } => {
            scalar(places, uses, addr, offset, f.ty(val));
            refuse(places, uses, val);
            return;
        }
        // A slot's address is never nil.
        InstData::NilCheck(v) => allowed[0] = Some(v),
        InstData::KeepAlive(v) => allowed[0] = Some(v),
        InstData::MemZero { dst, size, .. } => {
            block(places, uses, dst, size, false);
            allowed[0] = Some(dst);
        }
        InstData::MemCopy { dst, src, size, .. } => {
            block(places, uses, dst, size, true);
            block(places, uses, src, size, true);
            allowed = [Some(dst), Some(src)];
        }
        _ => {}
    }
    data.each_operand(|v| {
        if !allowed.contains(&Some(v)) {
            refuse(places, uses, v);
        }
    });
}

fn refuse(places: &HashMap<Value, Place>, uses: &mut SecondaryMap<Slot, Option<Box<Uses>>>, v: Value) {
    if let Some(p) = places.get(&v)
        && let Some(u) = &mut uses[p.slot]
    {
        u.ok = false;
    }
}

fn scalar(
    places: &HashMap<Value, Place>,
    uses: &mut SecondaryMap<Slot, Option<Box<Uses>>>,
    addr: Value,
    offset: i32,
    ty: Type,
) {
    let Some(p) = places.get(&addr) else { return };
    let Some(u) = &mut uses[p.slot] else { return };
    let at = p.offset + i64::from(offset);
    if at < 0 || at + i64::from(ty.bytes()) > u.size as i64 {
        u.ok = false;
        return;
    }
    match u.scalars.get(&at) {
        Some(old) if old.bytes() != ty.bytes() => u.ok = false,
        // Pointers win, so that what goes back to the heap is stored as one.
        Some(_) if ty != Type::Ptr => {}
        _ => {
            u.scalars.insert(at, ty);
        }
    }
}

fn block(
    places: &HashMap<Value, Place>,
    uses: &mut SecondaryMap<Slot, Option<Box<Uses>>>,
    addr: Value,
    size: u64,
    copied: bool,
) {
    let Some(p) = places.get(&addr) else { return };
    let Some(u) = &mut uses[p.slot] else { return };
    if size > MAX_BLOCK && copied || p.offset < 0 || p.offset + size as i64 > u.size as i64 {
        u.ok = false;
        return;
    }
    u.blocks.push((p.offset, size, copied));
}

/// The pieces of a slot as (offset, type), or none if accesses overlap.
fn cut(u: &Uses) -> Option<Vec<(i64, Type)>> {
    let mut pieces = u.scalars.clone();
    let disjoint = |pieces: &BTreeMap<i64, Type>| {
        let ends = pieces.iter().map(|(o, t)| o + i64::from(t.bytes()));
        ends.zip(pieces.keys().skip(1)).all(|(end, next)| end <= *next)
    };
    if !disjoint(&pieces) {
        return None;
    }
    // Bytes of a copied range that no scalar access touches become pieces of their own.
    for &(start, size, copied) in &u.blocks {
        let end = start + size as i64;
        let straddles = pieces.iter().any(|(&o, t)| {
            let (s, e) = (o, o + i64::from(t.bytes()));
            s < end && e > start && (s < start || e > end)
        });
        if straddles {
            return None;
        }
        if copied {
            fill(&mut pieces, start, end)?;
        }
    }
    (pieces.len() <= MAX_PIECES && disjoint(&pieces)).then(|| pieces.into_iter().collect())
}

fn fill(pieces: &mut BTreeMap<i64, Type>, start: i64, end: i64) -> Option<()> {
    let mut at = start;
    while at < end {
        if let Some(t) = pieces.get(&at) {
            at += i64::from(t.bytes());
            continue;
        }
        let next = pieces.range(at..end).next().map_or(end, |(o, _)| *o);
        let room = next - at;
        let ty = [Type::I64, Type::I32, Type::I16, Type::I8]
            .into_iter()
            .find(|t| i64::from(t.bytes()) <= room && at % i64::from(t.bytes()) == 0)?;
        pieces.insert(at, ty);
        at += i64::from(ty.bytes());
        if pieces.len() > MAX_PIECES {
            return None;
        }
    }
    Some(())
}

/// Rewrites block operations on promoted slots as loads and stores of pieces.
fn split_blocks(f: &mut Func, plan: &Plan) {
    for b in f.layout.clone() {
        let insts = std::mem::take(&mut f.blocks[b].insts);
        for i in insts {
            let loc = f.locs[i];
            match f.insts[i].clone() {
                InstData::MemZero { dst, size, .. } if plan.places.contains_key(&dst) => {
                    for (offset, var) in plan.covered(dst, size).unwrap_or_default() {
                        let zero = zero(f, b, loc, plan.pieces[var].ty);
                        f.append(b, InstData::Store { addr: dst, offset: offset as i32, val: zero }, loc, &[]);
                    }
                }
                InstData::MemCopy { dst, src, size, ptrs }
                    if plan.places.contains_key(&dst) || plan.places.contains_key(&src) =>
                {
                    let parts = copy_parts(plan, dst, src, size, ptrs);
                    let loaded: Vec<Value> = parts
                        .iter()
                        .map(|&(offset, ty)| {
                            let load = f.append(b, InstData::Load { ty, addr: src, offset: offset as i32 }, loc, &[ty]);
                            f.result(load)
                        })
                        .collect();
                    for (&(offset, _), val) in parts.iter().zip(loaded) {
                        f.append(b, InstData::Store { addr: dst, offset: offset as i32, val }, loc, &[]);
                    }
                }
                _ => f.blocks[b].insts.push(i),
            }
        }
    }
}

/// How a copy is cut: by the pieces of the promoted side, or of both if both are.
fn copy_parts(plan: &Plan, dst: Value, src: Value, size: u64, ptrs: bool) -> Vec<(i64, Type)> {
    let side =
        |v| plan.covered(v, size).map(|c| c.into_iter().map(|(o, var)| (o, plan.pieces[var].ty)).collect::<Vec<_>>());
    let mut parts = match (side(dst), side(src)) {
        (Some(d), None) => d,
        (_, Some(s)) => s,
        (None, None) => Vec::new(),
    };
    if ptrs {
        for p in parts.iter_mut().filter(|p| p.1 == Type::I64) {
            p.1 = Type::Ptr;
        }
    }
    parts
}

fn zero(f: &mut Func, b: Block, loc: Loc, ty: Type) -> Value {
    let data = match ty {
        Type::F32 => InstData::F32const(0),
        Type::F64 => InstData::F64const(0),
        ty => InstData::Iconst { ty, imm: 0 },
    };
    let i = f.append(b, data, loc, &[ty]);
    f.result(i)
}

struct Renamer<'a> {
    plan: &'a Plan,
    /// Current value of each variable.
    current: Vec<Option<Value>>,
    /// Variables that a block's added parameters stand for, in order.
    phis: &'a SecondaryMap<Block, Vec<usize>>,
    replaced: Replacements,
}

fn promote(f: &mut Func, plan: &Plan) {
    let cfg = Cfg::new(f);
    let dom = DomTree::new(&cfg);
    let phis = place_phis(f, plan, &cfg, &dom);
    let mut first_param: SecondaryMap<Block, usize> = SecondaryMap::new();
    for &b in &cfg.rpo {
        first_param[b] = f.blocks[b].params.len();
        for &var in &phis[b] {
            f.add_param(b, plan.pieces[var].ty);
        }
    }
    let mut r =
        Renamer { plan, current: vec![None; plan.pieces.len()], phis: &phis, replaced: Replacements::default() };
    // Preorder walk of the dominator forest; `undo` restores what a subtree changed.
    enum Step {
        Enter(Block),
        Undo(Vec<(usize, Option<Value>)>),
    }
    let mut work: Vec<Step> = dom.roots.iter().rev().map(|&b| Step::Enter(b)).collect();
    while let Some(step) = work.pop() {
        match step {
            Step::Undo(changes) => changes.into_iter().rev().for_each(|(var, old)| r.current[var] = old),
            Step::Enter(b) => {
                let changes = r.block(f, b, first_param[b]);
                work.push(Step::Undo(changes));
                work.extend(dom.children[b].iter().rev().map(|&c| Step::Enter(c)));
            }
        }
    }
    r.replaced.apply(f);
}

impl Renamer<'_> {
    fn set(&mut self, var: usize, v: Value, changes: &mut Vec<(usize, Option<Value>)>) {
        changes.push((var, self.current[var]));
        self.current[var] = Some(v);
    }

    fn block(&mut self, f: &mut Func, b: Block, first_param: usize) -> Vec<(usize, Option<Value>)> {
        let mut changes = Vec::new();
        for (n, &var) in self.phis[b].iter().enumerate() {
            self.set(var, f.blocks[b].params[first_param + n], &mut changes);
        }
        let insts = std::mem::take(&mut f.blocks[b].insts);
        for i in insts {
            let loc = f.locs[i];
            match f.insts[i] {
                InstData::Load { ty, addr, offset } if self.plan.places.contains_key(&addr) => {
                    let Some(var) = self.plan.var(addr, offset) else { continue };
                    let v = self.value(f, b, loc, var, &mut changes);
                    let v = cast(f, b, loc, v, ty);
                    let old = f.result(i);
                    self.replaced.set(old, v);
                    f.values[old].0 = ValueDef::None;
                }
                InstData::Store { addr, offset, val } if self.plan.places.contains_key(&addr) => {
                    let Some(var) = self.plan.var(addr, offset) else { continue };
                    let val = self.replaced.get(val);
                    let v = cast(f, b, loc, val, self.plan.pieces[var].ty);
                    self.set(var, v, &mut changes);
                }
                InstData::NilCheck(v) if self.plan.places.contains_key(&v) => {}
                // What the variable points at is kept.
                InstData::KeepAlive(v) if self.plan.places.contains_key(&v) => {
                    for var in self.plan.pointers(v) {
                        let v = self.value(f, b, loc, var, &mut changes);
                        f.append(b, InstData::KeepAlive(v), loc, &[]);
                    }
                }
                ref data if data.is_terminator() => {
                    f.blocks[b].insts.push(i);
                    self.pass_on(f, b, i, &mut changes);
                }
                _ => f.blocks[b].insts.push(i),
            }
        }
        changes
    }

    /// The variable's value here; zero where it has not been stored to.
    fn value(
        &mut self,
        f: &mut Func,
        b: Block,
        loc: Loc,
        var: usize,
        changes: &mut Vec<(usize, Option<Value>)>,
    ) -> Value {
        if let Some(v) = self.current[var] {
            return self.replaced.get(v);
        }
        let v = zero(f, b, loc, self.plan.pieces[var].ty);
        self.set(var, v, changes);
        v
    }

    /// Adds arguments for the parameters of successors.
    fn pass_on(&mut self, f: &mut Func, b: Block, t: Inst, changes: &mut Vec<(usize, Option<Value>)>) {
        let targets: Vec<Block> = f.insts[t].targets().iter().map(|c| c.block).collect();
        for (n, target) in targets.into_iter().enumerate() {
            for k in 0..self.phis[target].len() {
                let var = self.phis[target][k];
                // Constants made here must precede the terminator.
                f.blocks[b].insts.pop();
                let v = self.value(f, b, f.locs[t], var, changes);
                f.blocks[b].insts.push(t);
                f.insts[t].targets_mut()[n].args.push(v);
            }
        }
    }
}

fn cast(f: &mut Func, b: Block, loc: Loc, v: Value, to: Type) -> Value {
    if f.ty(v) == to {
        return v;
    }
    let i = f.append(b, InstData::Convert(undergo_ir::ConvOp::Bitcast, to, v), loc, &[to]);
    f.result(i)
}

/// Where each variable needs a block parameter.
fn place_phis(f: &Func, plan: &Plan, cfg: &Cfg, dom: &DomTree) -> SecondaryMap<Block, Vec<usize>> {
    let n = plan.pieces.len();
    let mut defs: Vec<Vec<Block>> = vec![Vec::new(); n];
    let mut upward: Vec<Vec<Block>> = vec![Vec::new(); n];
    for &b in &cfg.rpo {
        for &i in &f.blocks[b].insts {
            match f.insts[i] {
                InstData::Load { addr, offset, .. } => {
                    if let Some(var) = plan.var(addr, offset)
                        && defs[var].last() != Some(&b)
                        && upward[var].last() != Some(&b)
                    {
                        upward[var].push(b);
                    }
                }
                InstData::KeepAlive(v) => {
                    for var in plan.pointers(v) {
                        if defs[var].last() != Some(&b) && upward[var].last() != Some(&b) {
                            upward[var].push(b);
                        }
                    }
                }
                InstData::Store { addr, offset, .. } => {
                    if let Some(var) = plan.var(addr, offset)
                        && defs[var].last() != Some(&b)
                    {
                        defs[var].push(b);
                    }
                }
                _ => {}
            }
        }
    }
    let frontiers = frontiers(cfg, dom);
    let mut phis: SecondaryMap<Block, Vec<usize>> = SecondaryMap::new();
    let mut mark: SecondaryMap<Block, u32> = SecondaryMap::new();
    let mut stamp = 0;
    for var in 0..n {
        if upward[var].is_empty() {
            continue;
        }
        // Blocks where the variable is live at entry.
        stamp += 1;
        let placed = stamp;
        let mut live_in: HashSet<Block> = HashSet::new();
        let is_def: HashSet<Block> = defs[var].iter().copied().collect();
        let mut work = upward[var].clone();
        while let Some(b) = work.pop() {
            if !live_in.insert(b) {
                continue;
            }
            work.extend(cfg.preds[b].iter().copied().filter(|p| !is_def.contains(p) && !live_in.contains(p)));
        }
        let mut work = defs[var].clone();
        // Entries define the variable, too: as zero.
        work.extend(dom.roots.iter().copied());
        while let Some(b) = work.pop() {
            for &d in &frontiers[b] {
                if live_in.contains(&d) && mark[d] != placed {
                    mark[d] = placed;
                    phis[d].push(var);
                    work.push(d);
                }
            }
        }
    }
    phis
}

/// Dominance frontiers of reachable blocks (Cooper, Harvey, Kennedy 2001).
fn frontiers(cfg: &Cfg, dom: &DomTree) -> SecondaryMap<Block, Vec<Block>> {
    let mut frontiers: SecondaryMap<Block, Vec<Block>> = SecondaryMap::new();
    for &b in &cfg.rpo {
        if cfg.preds[b].len() < 2 && dom.idom[b].expand().is_some() {
            continue;
        }
        for &p in &cfg.preds[b] {
            let mut at = Some(p);
            while let Some(x) = at.filter(|&x| Some(x) != dom.idom[b].expand()) {
                if frontiers[x].last() != Some(&b) {
                    frontiers[x].push(b);
                }
                at = dom.idom[x].expand();
            }
        }
    }
    frontiers
}
