//! Frames without leftovers, for functions whose purpose is to see objects die, and for those that wait for work.
//!
//! Stacks are read conservatively, so a pointer that a register or a spill slot of a frame still happens to hold keeps its
//! object alive after its last use. That is mostly harmless. It is not in functions that collect and then look whether an
//! object has gone, those that call [`WATCHERS`] or get to [`COLLECT`] by way of others; nor in those that receive in a loop:
//! a worker may wait for long, and must not keep what it worked on meanwhile. In these every pointer that lives across a
//! call gets a slot of its own, is read from it after each call, and the slot is cleared where the pointer dies. The frame
//! is cleared before anything is in it, and before calls that collect, registers and what lies below are
//! ([`Builtin::Forget`]), and variables in memory that are dead ([`crate::dead_slots`]). The same is done each time a loop
//! that waits comes round, if it calls, or the main loop of a goroutine ([`crate::main_loops`]): what works on a message
//! leaves pointers below, where the frames of what waits for the next one will lie, and nobody writes all of a frame.
//!
//! Requires valid IR; preserves the control flow graph. Runs last, since the slots must not become values again.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::dead_slots::DeadSlots;
use crate::{loops, main_loops};
use cranelift_entity::SecondaryMap;
use undergo_abi::builtins::Builtin;
use undergo_ir::cfg::{Cfg, successors};
use undergo_ir::dom::DomTree;
use undergo_ir::inst::Call;
use undergo_ir::{Block, Callee, Func, Inst, InstData, Loc, Slot, Sym, Type, Value};

/// Functions whose callers want to know when objects die, or which goroutines wait for what nobody has any more.
const WATCHERS: [&str; 6] = [
    "runtime.SetFinalizer",
    "runtime.AddCleanup",
    "runtime.addcleanup",
    "weak.Make",
    "weak.runtime_registerWeakPointer",
    "runtime/pprof.Lookup",
];

/// The functions that collect, of which the first calls the second.
const COLLECT: [&str; 2] = ["runtime.GC", "runtime.collect"];

/// Functions that call one of [`COLLECT`], or others of these.
pub type Collectors = HashSet<Sym>;

/// Whether a function collects.
fn collects(sym: Sym, collectors: &Collectors) -> bool {
    COLLECT.contains(&sym.as_str()) || collectors.contains(&sym)
}

/// Instructions of a long function.
const LONG: usize = 20_000;

type Set = BTreeSet<Value>;

/// Adds `f` to the functions that collect if it does so whenever it returns: one that may collect is called for something
/// else. What it calls has been asked before, unless it is recursive.
pub fn note(f: &Func, collectors: &mut Collectors) {
    let collects_in = |b: Block| f.blocks[b].insts.iter().any(|&i| is_collection(&f.insts[i], collectors));
    if f.layout.iter().any(|&b| collects_in(b) && is_unavoidable(f, b)) {
        collectors.insert(f.sym);
    }
}

/// Whether no way leads from the entry to a return but through `b`.
fn is_unavoidable(f: &Func, b: Block) -> bool {
    let mut seen = HashSet::from([b]);
    let mut work = vec![f.entry()];
    while let Some(block) = work.pop() {
        if !seen.insert(block) {
            continue;
        }
        if f.terminator(block).is_some_and(|t| matches!(f.insts[t], InstData::Return(_))) {
            return false;
        }
        work.extend(successors(f, block));
    }
    true
}

/// Gives whether anything changed.
pub fn run(f: &mut Func, collectors: &Collectors, mains: &HashSet<Sym>) -> bool {
    let watches = calls_any(f, |sym| collects(sym, collectors)) || watches(f);
    let waits = waits_again(f);
    let is_main = mains.contains(&f.sym) && f.insts.len() <= LONG;
    if !watches && !waits && !is_main {
        return false;
    }
    let cfg = Cfg::new(f);
    let mut rounds: HashSet<Inst> = HashSet::new();
    if waits {
        rounds.extend(calling_rounds(f, &cfg));
    }
    if is_main {
        rounds.extend(main_loops::rounds(f, &cfg));
    }
    if !watches && !waits && rounds.is_empty() {
        return false;
    }
    let live = liveness(f, &cfg);
    f.flags.clears_frame = true;
    let forgets = |f: &Func, i: Inst| is_collection(&f.insts[i], collectors) || rounds.contains(&i);
    let dead = DeadSlots::of(f, &cfg);
    let slots = slots(f, &cfg, &live, &forgets);
    for &b in &cfg.rpo {
        let before = forgotten(f, b, &dead, &forgets);
        rewrite(f, b, &cfg, &live, &slots, &before);
    }
    true
}

/// Whether `f` calls one of [`WATCHERS`], or had one inlined.
fn watches(f: &Func) -> bool {
    calls_any(f, |sym| sym.as_str().split('[').next().is_some_and(|s| WATCHERS.contains(&s)))
}

/// Whether `f` calls a function that is `wanted`, or had one inlined.
fn calls_any(f: &Func, wanted: impl Fn(Sym) -> bool) -> bool {
    let calls = |i: &Inst| match &f.insts[*i] {
        InstData::Call(c) => matches!(c.callee, Callee::Direct(sym) if wanted(sym)),
        _ => false,
    };
    f.sites.iter().skip(1).any(|site| wanted(site.name))
        || f.layout.iter().any(|&b| f.blocks[b].insts.iter().any(calls))
}

/// Whether `f` receives in a loop, alone or by a select. Of what is so long that liveness takes its time, no.
fn waits_again(f: &Func) -> bool {
    if f.insts.len() > LONG {
        return false;
    }
    let receives = |i: &Inst| match &f.insts[*i] {
        InstData::Call(c) => {
            matches!(c.callee, Callee::Builtin(Builtin::SelectGo | Builtin::ChanRecv1 | Builtin::ChanRecv2))
        }
        _ => false,
    };
    let receiving: Vec<Block> = f.layout.iter().copied().filter(|&b| f.blocks[b].insts.iter().any(receives)).collect();
    if receiving.is_empty() {
        return false;
    }
    let looping = loops::blocks(f);
    receiving.into_iter().any(|b| looping[b])
}

/// The first instructions of the outermost loops that call Go functions.
fn calling_rounds(f: &Func, cfg: &Cfg) -> HashSet<Inst> {
    let outer = loops::outermost(f, cfg, &DomTree::new(cfg)).into_iter();
    let calling = outer.filter(|l| l.body.iter().any(|&b| loops::calls_go(f, b)));
    calling.filter_map(|l| f.blocks[l.head].insts.first().copied()).collect()
}

/// Whether a value may be the address of an object.
fn holds_object(f: &Func, v: Value) -> bool {
    let constant =
        matches!(f.def_inst(v), Some(InstData::SlotAddr { .. } | InstData::SymAddr { .. } | InstData::Iconst { .. }));
    f.ty(v) == Type::Ptr && !constant
}

/// Whether other code runs during the instruction.
fn is_call(data: &InstData) -> bool {
    matches!(data, InstData::Call(_) | InstData::New { .. })
}

/// Whether an instruction calls what collects.
fn is_collection(data: &InstData, collectors: &Collectors) -> bool {
    matches!(data, InstData::Call(c) if matches!(c.callee, Callee::Direct(sym) if collects(sym, collectors)))
}

/// Before which instructions of a block registers are cleared, and which slots are.
fn forgotten(f: &Func, b: Block, dead: &DeadSlots, forgets: &dyn Fn(&Func, Inst) -> bool) -> HashMap<Inst, Vec<Slot>> {
    let insts = &f.blocks[b].insts;
    let calls = insts.iter().enumerate().filter(|(_, i)| forgets(f, **i));
    calls.map(|(n, &i)| (i, dead.before(f, b, insts, n))).collect()
}

/// Pointers that are used later, at both ends of each block.
struct Live {
    at_start: SecondaryMap<Block, Set>,
    at_end: SecondaryMap<Block, Set>,
}

fn liveness(f: &Func, cfg: &Cfg) -> Live {
    let mut live = Live { at_start: SecondaryMap::new(), at_end: SecondaryMap::new() };
    let mut again = true;
    while again {
        again = false;
        for &b in cfg.rpo.iter().rev() {
            let mut set = Set::new();
            for s in successors(f, b) {
                set.extend(&live.at_start[s]);
            }
            live.at_end[b] = set.clone();
            for &i in f.blocks[b].insts.iter().rev() {
                step_back(f, i, &mut set);
            }
            f.blocks[b].params.iter().for_each(|p| {
                set.remove(p);
            });
            if set != live.at_start[b] {
                live.at_start[b] = set;
                again = true;
            }
        }
    }
    live
}

/// From what is live after an instruction to what is live before it.
fn step_back(f: &Func, i: Inst, set: &mut Set) {
    for v in f.results_of(i) {
        set.remove(v);
    }
    f.insts[i].each_operand(|v| {
        if holds_object(f, v) {
            set.insert(v);
        }
    });
}

/// A slot for each pointer that lives across a call, or is there when registers are cleared.
fn slots(f: &mut Func, cfg: &Cfg, live: &Live, forgets: &dyn Fn(&Func, Inst) -> bool) -> HashMap<Value, Slot> {
    let mut crossing = Set::new();
    for &b in &cfg.rpo {
        let mut set = live.at_end[b].clone();
        for &i in f.blocks[b].insts.iter().rev() {
            if is_call(&f.insts[i]) {
                let results = f.results_of(i);
                crossing.extend(set.iter().filter(|v| !results.contains(v)));
            }
            step_back(f, i, &mut set);
            if forgets(f, i) {
                crossing.extend(&set);
            }
        }
    }
    crossing
        .into_iter()
        .map(|v| {
            let slot = f.add_slot(8, 8, Sym::new(""));
            f.slots[slot].pinned = true;
            (v, slot)
        })
        .collect()
}

/// One block while it is written anew.
struct Writer<'a> {
    f: &'a mut Func,
    slots: &'a HashMap<Value, Slot>,
    out: Vec<Inst>,
    /// Values that hold what slots hold, until the next call.
    current: HashMap<Value, Value>,
}

fn rewrite(
    f: &mut Func,
    b: Block,
    cfg: &Cfg,
    live: &Live,
    slots: &HashMap<Value, Slot>,
    forgotten: &HashMap<Inst, Vec<Slot>>,
) {
    let insts = std::mem::take(&mut f.blocks[b].insts);
    // What is live after each instruction.
    let mut after = vec![Set::new(); insts.len()];
    let mut set = live.at_end[b].clone();
    for (n, &i) in insts.iter().enumerate().rev() {
        after[n] = set.clone();
        step_back(f, i, &mut set);
    }
    let params = f.blocks[b].params.clone();
    let loc = insts.first().map_or(Loc::default(), |&i| f.locs[i]);
    let mut w = Writer { f, slots, out: Vec::new(), current: HashMap::new() };
    // At the entry all slots are clear, as the whole frame is. Elsewhere those of pointers that die on the way here are not.
    if b != w.f.entry() {
        let mut dying: Set = match cfg.roots.contains(&b) {
            true => slots.keys().copied().collect(),
            false => cfg.preds[b].iter().flat_map(|&p| &live.at_end[p]).copied().collect(),
        };
        dying.retain(|v| !live.at_start[b].contains(v));
        w.clear(dying, loc);
    }
    for v in params {
        w.defined(v, loc);
    }
    for (n, &i) in insts.iter().enumerate() {
        if let Some(dead) = forgotten.get(&i) {
            w.forget(dead, w.f.locs[i]);
        }
        w.inst(i, &after[n]);
    }
    let out = w.out;
    f.blocks[b].insts = out;
}

impl Writer<'_> {
    fn emit(&mut self, data: InstData, loc: Loc, results: &[Type]) -> Inst {
        let i = self.f.make_inst(data, loc, results);
        self.out.push(i);
        i
    }

    fn address(&mut self, slot: Slot, loc: Loc) -> Value {
        let i = self.emit(InstData::SlotAddr { slot, offset: 0 }, loc, &[Type::Ptr]);
        self.f.result(i)
    }

    /// Clears the slots of those values that have one.
    fn clear(&mut self, values: Set, loc: Loc) {
        let slots: Vec<Slot> = values.iter().filter_map(|v| self.slots.get(v)).copied().collect();
        for slot in slots {
            let addr = self.address(slot, loc);
            let zero = self.emit(InstData::Iconst { ty: Type::Ptr, imm: 0 }, loc, &[Type::Ptr]);
            let val = self.f.result(zero);
            self.emit(InstData::Store { addr, offset: 0, val }, loc, &[]);
        }
    }

    /// Clears slots, registers and the stack below.
    fn forget(&mut self, dead: &[Slot], loc: Loc) {
        for &slot in dead {
            let (dst, size) = (self.address(slot, loc), self.f.slots[slot].size);
            self.emit(InstData::MemZero { dst, size, ptrs: false }, loc, &[]);
        }
        let call = Call { callee: Callee::Builtin(Builtin::Forget), args: Vec::new(), ctx: None, frame: None };
        self.emit(InstData::Call(Box::new(call)), loc, &[]);
        self.current.clear();
    }

    /// A value has just been defined.
    fn defined(&mut self, v: Value, loc: Loc) {
        if let Some(&slot) = self.slots.get(&v) {
            let addr = self.address(slot, loc);
            self.emit(InstData::Store { addr, offset: 0, val: v }, loc, &[]);
            self.current.insert(v, v);
        }
    }

    fn inst(&mut self, i: Inst, after: &Set) {
        let loc = self.f.locs[i];
        let mut used = Set::new();
        self.f.insts[i].each_operand(|v| {
            used.insert(v);
        });
        for &v in &used {
            if let Some(&slot) = self.slots.get(&v)
                && !self.current.contains_key(&v)
            {
                let addr = self.address(slot, loc);
                let load = self.emit(InstData::Load { ty: Type::Ptr, addr, offset: 0 }, loc, &[Type::Ptr]);
                self.current.insert(v, self.f.result(load));
            }
        }
        let current = &self.current;
        self.f.insts[i].map_operands(|v| current.get(&v).copied().unwrap_or(v));
        used.retain(|v| !after.contains(v));
        let ends = is_call(&self.f.insts[i]) || self.f.insts[i].is_terminator();
        if ends {
            self.clear(std::mem::take(&mut used), loc);
            self.current.clear();
        }
        self.out.push(i);
        if !ends {
            self.clear(used, loc);
        }
        for v in self.f.results_of(i).to_vec() {
            self.defined(v, loc);
        }
    }
}
