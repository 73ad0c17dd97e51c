//! Escape analysis: objects that provably do not outlive the activation that makes them become stack slots.
//!
//! A unification analysis in the style of Steensgaard (1996): values that may point into the same objects share a
//! class; each class has at most one class of contents. Flags travel from a class to its contents. Functions are
//! analysed bottom-up and leave a [`Summary`] of what becomes of their parameters, and of their closure context; the
//! latter is applied where the closure is made, so that calling an unknown closure says nothing about its context.
//!
//! As in Go, an address converted to uintptr is not followed.
//!
//! What this cannot prove is asked of [`flow`], which costs more: an object stays in the frame if either says so, and of
//! each parameter the better fate counts.

mod flow;

use std::collections::HashMap;

use cranelift_entity::SecondaryMap;
use undergo_abi::builtins::{Builtin, ZEROS};
use undergo_ir::{Callee, ConvOp, Func, Inst, InstData, Slot, Sym, Type, Value};

use crate::callgraph::target;
use crate::loops;

/// Largest object that is moved to the stack, in bytes.
const MAX_SIZE: u64 = 16 << 10;
/// Most bytes that are moved to the stack of one activation.
const MAX_FRAME: u64 = 64 << 10;

/// Reachable from the heap, a global, or unknown code.
const ESCAPES: u16 = 1;
/// Reachable from a result.
const IN_RESULT: u16 = 2;
/// Part of what a parameter pointed at.
const OUTER: u16 = 4;
/// Made here.
const MADE: u16 = 8;
/// A pointer is stored in it here …
const WRITTEN: u16 = 16;
/// … or, there or in what it reaches, by a callee.
const MIXED: u16 = 32;
/// The flags that do not keep an object from the frame.
const HARMLESS: u16 = MADE | WRITTEN | MIXED;
/// A result: the bit of the first; those of the next follow.
const FIRST_RESULT: u16 = 256;
/// Any result.
const RETURNED: u16 = FIRST_RESULT * ((1 << RESULTS) - 1);

/// Pointers among results that are told apart; the last stands for all that follow. Errors mostly leave, and what is
/// returned beside them need not.
const RESULTS: usize = 4;

/// What becomes of one parameter. Bit `d` of a mask is about the pointers behind `d` others: 0 is the parameter itself, 1
/// what it points at holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fate {
    /// Kept, and all that is behind them.
    pub escape: u16,
    /// May be results: a mask for each pointer among them ([`RESULTS`]).
    pub returned: [u16; RESULTS],
    /// Pointers may be stored in what it reaches.
    pub mixed: bool,
}

impl Fate {
    const KEPT: Fate = Fate { escape: 1, returned: [0; RESULTS], mixed: true };
    const BORROWED: Fate = Fate { escape: 0, returned: [0; RESULTS], mixed: false };
    const COPIED: Fate = Fate { escape: 2, returned: [0; RESULTS], mixed: true };
    /// Nothing of it is kept, but pointers are stored in it.
    const FILLED: Fate = Fate { escape: 0, returned: [0; RESULTS], mixed: true };

    /// To one who does not see the results.
    fn of_unseen_results(self) -> Fate {
        Fate { escape: self.escape | self.in_results(), returned: [0; RESULTS], ..self }
    }

    /// What may be any result.
    fn in_results(self) -> u16 {
        self.returned.iter().fold(0, |all, mask| all | mask)
    }

    /// How many pointers behind the parameter it speaks of.
    fn depths(self) -> u32 {
        u16::BITS - (self.escape | self.in_results()).leading_zeros()
    }

    /// What may be the `n`th pointer among the results.
    fn in_result(self, n: usize) -> u16 {
        self.returned[n.min(RESULTS - 1)]
    }

    /// With what [`flow`] found out, if that is better: both are right, and only one is whole.
    fn or(self, other: Fate) -> Fate {
        // What it does not tell apart may have been stored in each other.
        let other = Fate { escape: other.escape | u16::from(self.mixed) << flow::LEVELS, ..other };
        // What is kept is kept with all that is behind it.
        let kept = |f: Fate| f.escape.checked_ilog2().map_or(0, |_| u16::MAX << f.escape.trailing_zeros());
        let (mine, others) = (kept(self), kept(other));
        let mut results = self.returned.iter().zip(other.returned);
        let fewer = others & !mine == 0 && results.clone().all(|(my, other)| other & !(my | mine) == 0);
        let better = others != mine || results.any(|(my, other)| my & !other != 0);
        if fewer && better { Fate { mixed: self.mixed, ..other } } else { self }
    }
}

/// What a caller needs to know of a function.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Parameters in register order.
    pub params: Vec<Fate>,
    /// The closure context.
    pub ctx: Fate,
    /// The part of the caller's frame where arguments and results that get no register lie; none of them is told from
    /// another.
    pub frame: Fate,
}

impl Summary {
    fn fates(&mut self) -> impl Iterator<Item = &mut Fate> {
        self.params.iter_mut().chain([&mut self.ctx, &mut self.frame])
    }

    /// Whether anything is kept or returned.
    fn may_be_better(&mut self) -> bool {
        self.fates().any(|fate| fate.escape != 0)
    }

    /// With fates of parameters, context and frame in this order.
    fn improve(&mut self, fates: &[Fate]) {
        for (mine, other) in self.fates().zip(fates) {
            *mine = mine.or(*other);
        }
    }
}

/// Summaries of the functions done so far.
pub type Summaries = HashMap<Sym, Summary>;

/// Moves objects of `f` to its frame and summarises it. Gives whether any moved.
pub fn run(f: &mut Func, summaries: &mut Summaries) -> bool {
    let mut a = Analysis::new(f);
    for &b in &f.layout {
        for &i in &f.blocks[b].insts {
            a.inst(f, i, summaries);
        }
    }
    a.settle();
    let (mut stays, mut summary) = (a.stays(f), a.summary(f));
    let leaves = |i: Inst| !stays.iter().any(|s| s.0 == i);
    let wanted = made(f).any(leaves) || summary.may_be_better() && has_objects(f);
    if wanted && let Some(second) = flow::run(f, summaries) {
        stays.extend(second.stays);
        summary.improve(&second.fates);
    }
    summaries.insert(f.sym, summary);
    let movable = movable(f, &stays);
    for &i in &movable {
        to_slot(f, i);
    }
    !movable.is_empty()
}

/// Replaces `New` by a cleared slot.
fn to_slot(f: &mut Func, i: Inst) {
    let InstData::New { size, align, ptrs, .. } = f.insts[i] else { return };
    let slot = f.add_slot(size.max(1), align, Sym::new(""));
    f.insts[i] = InstData::SlotAddr { slot, offset: 0 };
    if size == 0 {
        return;
    }
    let dst = f.result(i);
    let zero = f.make_inst(InstData::MemZero { dst, size, ptrs }, f.locs[i], &[]);
    let b = f.layout.iter().copied().find(|&b| f.blocks[b].insts.contains(&i)).expect("found by the analysis");
    let at = f.blocks[b].insts.iter().position(|&x| x == i).expect("it is in this block");
    f.blocks[b].insts.insert(at + 1, zero);
}

/// Objects made here that are not too large.
fn made(f: &Func) -> impl Iterator<Item = Inst> {
    let all = f.layout.iter().flat_map(|&b| &f.blocks[b].insts);
    all.copied().filter(|&i| matches!(f.insts[i], InstData::New { size, .. } if size <= MAX_SIZE))
}

/// Whether anything can be stored in an object of the activation: where nothing can, direction tells little.
fn has_objects(f: &Func) -> bool {
    let mut all = f.layout.iter().flat_map(|&b| &f.blocks[b].insts);
    all.any(|&i| matches!(f.insts[i], InstData::New { .. } | InstData::SlotAddr { .. }))
}

/// Those of the objects that stay for which there is a place in the frame.
fn movable(f: &Func, stays: &[(Inst, Held)]) -> Vec<Inst> {
    if stays.is_empty() {
        return Vec::new();
    }
    let looping = loops::blocks(f);
    let mut room = MAX_FRAME;
    let mut out = Vec::new();
    for &b in &f.layout {
        for &i in &f.blocks[b].insts {
            let InstData::New { size, .. } = f.insts[i] else { continue };
            // In a loop the next object would take the place of this one while something may still know it.
            let fits = |s: &(Inst, Held)| s.0 == i && !(looping[b] && s.1 == Held::Longer);
            if size <= MAX_SIZE && size <= room && stays.iter().any(fits) {
                room -= size;
                out.push(i);
            }
        }
    }
    out
}

/// Whether an object may be known from one round of a loop to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Held {
    /// By a block's parameter, or in another object.
    Longer,
    /// By values of one round only.
    OneRound,
}

type Class = usize;

#[derive(Clone, Copy)]
struct Node {
    parent: Class,
    contents: Option<Class>,
    flags: u16,
    /// Some value of the class is a block parameter.
    merged: bool,
    /// Some class has it as contents.
    stored: bool,
}

struct Analysis {
    nodes: Vec<Node>,
    values: SecondaryMap<Value, Option<u32>>,
    slots: SecondaryMap<Slot, Option<u32>>,
    params: Vec<Option<Class>>,
    ctx: Option<Class>,
    frame: Option<Class>,
    unknown: Class,
}

impl Analysis {
    fn new(f: &Func) -> Analysis {
        let mut a = Analysis {
            nodes: Vec::new(),
            values: SecondaryMap::new(),
            slots: SecondaryMap::new(),
            params: Vec::new(),
            ctx: None,
            frame: None,
            unknown: 0,
        };
        a.unknown = a.fresh(ESCAPES);
        for &p in f.params() {
            let class = (f.ty(p) == Type::Ptr).then(|| a.outer_value(p));
            a.params.push(class);
        }
        a
    }

    fn fresh(&mut self, flags: u16) -> Class {
        self.nodes.push(Node { parent: self.nodes.len(), contents: None, flags, merged: false, stored: false });
        self.nodes.len() - 1
    }

    /// A pointer that came from the caller.
    fn outer_value(&mut self, v: Value) -> Class {
        let c = self.value(v);
        let contents = self.contents(c);
        self.nodes[contents].flags |= OUTER;
        c
    }

    fn find(&mut self, mut c: Class) -> Class {
        while self.nodes[c].parent != c {
            let up = self.nodes[c].parent;
            self.nodes[c].parent = self.nodes[up].parent;
            c = up;
        }
        c
    }

    fn value(&mut self, v: Value) -> Class {
        match self.values[v] {
            Some(c) => self.find(c as usize),
            None => {
                let c = self.fresh(0);
                self.values[v] = Some(c as u32);
                c
            }
        }
    }

    fn slot(&mut self, s: Slot) -> Class {
        match self.slots[s] {
            Some(c) => self.find(c as usize),
            None => {
                let c = self.fresh(0);
                self.slots[s] = Some(c as u32);
                c
            }
        }
    }

    fn contents(&mut self, c: Class) -> Class {
        let c = self.find(c);
        match self.nodes[c].contents {
            Some(k) => self.find(k),
            None => {
                let k = self.fresh(0);
                self.nodes[k].stored = true;
                self.nodes[c].contents = Some(k);
                k
            }
        }
    }

    /// Iterative: chains of contents can be as long as a linked list's code.
    fn unify(&mut self, a: Class, b: Class) {
        let mut work = vec![(a, b)];
        while let Some((a, b)) = work.pop() {
            let (a, b) = (self.find(a), self.find(b));
            if a == b {
                continue;
            }
            let gone = self.nodes[b];
            self.nodes[b].parent = a;
            let n = &mut self.nodes[a];
            n.flags |= gone.flags;
            n.merged |= gone.merged;
            n.stored |= gone.stored;
            match (n.contents, gone.contents) {
                (Some(x), Some(y)) => work.push((x, y)),
                (None, y) => n.contents = y,
                _ => {}
            }
        }
    }

    fn flag(&mut self, c: Class, flags: u16) {
        let c = self.find(c);
        self.nodes[c].flags |= flags;
    }

    fn apply(&mut self, arg: Class, fate: Fate, results: &[Class]) {
        if fate.mixed {
            self.flag(arg, MIXED);
        }
        let mut at = arg;
        for depth in 0..fate.depths() {
            if depth > 0 {
                at = self.contents(at);
            }
            if fate.escape >> depth & 1 != 0 {
                self.flag(at, ESCAPES);
            }
            for (n, &r) in results.iter().enumerate() {
                if fate.in_result(n) >> depth & 1 != 0 {
                    self.unify(at, r);
                }
            }
        }
    }

    fn inst(&mut self, f: &Func, i: Inst, summaries: &Summaries) {
        let is_ptr = |v: Value| f.ty(v) == Type::Ptr;
        match &f.insts[i] {
            // Zeros hold no pointer, and are only read.
            InstData::SymAddr { sym, .. } if is_zeros(*sym) => {}
            InstData::SymAddr { .. } => {
                let (c, unknown) = (self.value(f.result(i)), self.unknown);
                self.unify(unknown, c);
            }
            InstData::SlotAddr { slot, .. } => {
                let (c, s) = (self.value(f.result(i)), self.slot(*slot));
                self.unify(s, c);
            }
            InstData::PtrAdd([p, _]) => {
                let (c, p) = (self.value(f.result(i)), self.value(*p));
                self.unify(p, c);
            }
            InstData::Select([_, a, b]) if is_ptr(*a) => {
                let (c, x, y) = (self.value(f.result(i)), self.value(*a), self.value(*b));
                self.nodes[c].merged = true;
                self.unify(x, c);
                self.unify(y, c);
            }
            // An address made of a number is one that Go's rules say nothing about.
            InstData::Convert(ConvOp::Bitcast, Type::Ptr, _) => {
                let (c, unknown) = (self.value(f.result(i)), self.unknown);
                self.unify(unknown, c);
            }
            InstData::Load { ty: Type::Ptr, addr, .. } | InstData::AtomicLoad { ty: Type::Ptr, addr } => {
                let (c, p) = (self.value(f.result(i)), self.value(*addr));
                let k = self.contents(p);
                self.unify(k, c);
            }
            InstData::Store { addr, val, .. } | InstData::AtomicStore { addr, val }
                if is_ptr(*val) || code(f, *val).is_some() =>
            {
                self.store(f, *addr, *val, summaries);
            }
            InstData::AtomicRmw { addr, val, .. } if is_ptr(*val) => {
                let (c, p, v) = (self.value(f.result(i)), self.value(*addr), self.value(*val));
                self.flag(p, WRITTEN);
                let k = self.contents(p);
                self.unify(k, v);
                self.unify(k, c);
            }
            InstData::AtomicCas { addr, new, old } if is_ptr(*new) => {
                let (p, v, o) = (self.value(*addr), self.value(*new), self.value(*old));
                self.flag(p, WRITTEN);
                let k = self.contents(p);
                self.unify(k, v);
                self.unify(k, o);
            }
            InstData::MemCopy { dst, src, ptrs: true, .. } => {
                let (d, s) = (self.value(*dst), self.value(*src));
                self.flag(d, WRITTEN);
                let (d, s) = (self.contents(d), self.contents(s));
                self.unify(d, s);
            }
            InstData::New { .. } => {
                let c = self.value(f.result(i));
                self.flag(c, MADE);
            }
            InstData::ClosureCtx => {
                let c = self.outer_value(f.result(i));
                self.ctx = Some(c);
            }
            InstData::FrameParam => {
                let c = self.outer_value(f.result(i));
                match self.frame {
                    Some(same) => self.unify(same, c),
                    None => self.frame = Some(c),
                }
            }
            InstData::Call(_) => self.call(f, i, summaries),
            InstData::Return(vals) => {
                for (n, &v) in vals.iter().filter(|&&v| is_ptr(v)).enumerate() {
                    let c = self.value(v);
                    self.flag(c, FIRST_RESULT << n.min(RESULTS - 1));
                }
            }
            data => {
                for t in data.targets() {
                    for (&arg, &param) in t.args.iter().zip(&f.blocks[t.block].params) {
                        if is_ptr(arg) {
                            let (a, p) = (self.value(arg), self.value(param));
                            self.unify(a, p);
                            let a = self.find(a);
                            self.nodes[a].merged = true;
                        }
                    }
                }
            }
        }
    }

    fn store(&mut self, f: &Func, addr: Value, val: Value, summaries: &Summaries) {
        let p = self.value(addr);
        if let Some(sym) = code(f, val) {
            // Code or static data: nothing to follow but what the code does with the object as its context.
            if let Some(s) = summaries.get(&sym) {
                let kept = s.ctx.of_unseen_results();
                self.apply(p, kept, &[]);
            } else if !is_data_symbol(sym) {
                self.apply(p, Fate::KEPT, &[]);
            }
            return;
        }
        self.flag(p, WRITTEN);
        let v = self.value(val);
        let k = self.contents(p);
        self.unify(k, v);
    }

    fn call(&mut self, f: &Func, i: Inst, summaries: &Summaries) {
        let InstData::Call(call) = &f.insts[i] else { return };
        let results: Vec<Class> =
            f.results_of(i).iter().filter(|&&r| f.ty(r) == Type::Ptr).map(|&r| self.value(r)).collect();
        let summary = target(&call.callee).and_then(|s| summaries.get(&s));
        let builtin = match call.callee {
            Callee::Builtin(b) => builtin_fates(b),
            Callee::Direct(sym) => extern_fates(sym.as_str()),
            Callee::Indirect(_) => None,
        };
        let known = builtin.is_some() || summary.is_some();
        for (n, &arg) in call.args.iter().enumerate() {
            if f.ty(arg) != Type::Ptr {
                continue;
            }
            let fate = match (&builtin, summary) {
                (Some(b), _) => b.get(n).copied().unwrap_or(Fate::KEPT),
                (None, Some(s)) => s.params.get(n).copied().unwrap_or(Fate::KEPT),
                (None, None) => Fate::KEPT,
            };
            let c = self.value(arg);
            self.apply(c, fate, &results);
        }
        if let Some(frame) = call.frame {
            let c = self.value(frame);
            self.apply(c, summary.map_or(Fate::COPIED, |s| s.frame), &results);
            // As with the other results, below; some of the frame's contents may be such.
            let k = self.contents(c);
            let k = self.contents(k);
            self.flag(k, ESCAPES);
        }
        if let (Some(ctx), Callee::Direct(_)) = (call.ctx, call.callee) {
            let c = self.value(ctx);
            self.apply(c, summary.map_or(Fate::KEPT, |s| s.ctx), &results);
        }
        // Memory that the callee made itself is none of ours, but may hold what escaped.
        for r in results {
            let unknown = self.unknown;
            if !known {
                self.unify(unknown, r);
            } else {
                let k = self.contents(r);
                self.flag(k, ESCAPES);
            }
        }
    }

    /// Flags travel to contents until nothing changes.
    fn settle(&mut self) {
        let mut work: Vec<Class> = (0..self.nodes.len()).collect();
        while let Some(c) = work.pop() {
            let c = self.find(c);
            let flags = self.nodes[c].flags;
            let Some(k) = self.nodes[c].contents else { continue };
            let k = self.find(k);
            let mut down = flags & (ESCAPES | IN_RESULT | OUTER | MIXED);
            if flags & (RETURNED | IN_RESULT) != 0 {
                down |= IN_RESULT;
                if flags & MADE != 0 {
                    // The caller does not see what an object holds that it gets.
                    down |= ESCAPES;
                }
            }
            if self.nodes[k].flags | down != self.nodes[k].flags {
                self.nodes[k].flags |= down;
                work.push(k);
            }
        }
    }

    /// Objects that nobody knows when the activation ends.
    fn stays(&mut self, f: &Func) -> Vec<(Inst, Held)> {
        let mut out = Vec::new();
        for i in made(f) {
            let c = self.value(f.result(i));
            let n = self.nodes[c];
            if n.flags & !HARMLESS == 0 {
                out.push((i, if n.merged || n.stored { Held::Longer } else { Held::OneRound }));
            }
        }
        out
    }

    fn fate(&mut self, c: Class) -> Fate {
        let mut fate = Fate::BORROWED;
        for (depth, k) in self.chain(c).into_iter().enumerate() {
            let flags = self.nodes[k].flags;
            fate.mixed |= flags & (WRITTEN | MIXED) != 0;
            if depth as u32 >= u16::BITS {
                // So deep that the mask does not reach it.
                fate.escape |= u16::from(flags & (ESCAPES | RETURNED) != 0) << 1;
                continue;
            }
            fate.escape |= u16::from(flags & ESCAPES != 0) << depth;
            for (n, mask) in fate.returned.iter_mut().enumerate() {
                *mask |= u16::from(flags & FIRST_RESULT << n != 0) << depth;
            }
        }
        fate
    }

    fn summary(&mut self, f: &Func) -> Summary {
        let classes: Vec<Option<Class>> = self.params.iter().copied().chain([self.ctx, self.frame]).collect();
        let classes: Vec<Option<Class>> = classes.into_iter().map(|c| c.map(|c| self.find(c))).collect();
        let mut fates: Vec<Fate> = classes.iter().map(|c| c.map_or(Fate::BORROWED, |c| self.fate(c))).collect();
        // What one parameter's object holds, another's may hold now: to the caller that is an escape.
        let chains: Vec<Vec<Class>> = classes.iter().map(|c| c.map_or(Vec::new(), |c| self.chain(c))).collect();
        for n in 0..classes.len() {
            let Some(c) = classes[n] else { continue };
            // Levels of one object's contents have become one: something in it was stored in something else in it.
            let own = &chains[n];
            if own[..own.len() - 1].contains(&own[own.len() - 1]) {
                fates[n].escape |= 2;
            }
            for (m, chain) in chains.iter().enumerate() {
                if chain[..].iter().skip(1).any(|&k| k == c) {
                    fates[n].escape |= 1;
                }
                if m != n && chain.iter().skip(1).any(|k| chains[n].contains(k)) {
                    fates[n].escape |= 2;
                    fates[m].escape |= 2;
                }
            }
        }
        let frame = fates.pop().unwrap_or(Fate::KEPT);
        let ctx = fates.pop().unwrap_or(Fate::KEPT);
        let ctx = if f.flags.uses_ctx && self.ctx.is_none() { Fate::KEPT } else { ctx };
        Summary { params: fates, ctx, frame }
    }

    /// A class, its contents, their contents …
    fn chain(&mut self, c: Class) -> Vec<Class> {
        let mut out = vec![self.find(c)];
        let mut at = out[0];
        while let Some(k) = self.nodes[at].contents {
            at = self.find(k);
            if out.contains(&at) {
                // A cycle: the class is among its own contents.
                out.push(at);
                break;
            }
            out.push(at);
        }
        out
    }
}

/// The symbol whose address a value is, as a pointer or as the word of a closure's code.
pub(crate) fn code(f: &Func, val: Value) -> Option<Sym> {
    match f.def_inst(val)? {
        InstData::SymAddr { sym, offset: 0 } => Some(*sym),
        InstData::Convert(ConvOp::Bitcast, _, v) => match f.def_inst(*v)? {
            InstData::SymAddr { sym, offset: 0 } => Some(*sym),
            _ => None,
        },
        _ => None,
    }
}

fn is_zeros(sym: Sym) -> bool {
    sym.as_str() == ZEROS
}

fn is_data_symbol(sym: Sym) -> bool {
    let s = sym.as_str();
    s.starts_with("type:") || s.starts_with("go:")
}

/// What builtins that are not Go functions do with their arguments; none: look at the summary.
fn builtin_fates(b: Builtin) -> Option<Vec<Fate>> {
    use Builtin::*;
    let (n, c, k) = (Fate::BORROWED, Fate::COPIED, Fate::KEPT);
    Some(match b {
        NewObject | NewArray | MakeSlice | MakeChan | CloseChan | ChanLen | ChanCap => vec![n; 3],
        MallocGC => vec![n; 3],
        GrowSlice => vec![c, n, n, n, n],
        MemMove => vec![c, c, n],
        MemClr | MemEqual => vec![n; 3],
        ChanSend1 | ChanRecv1 | ChanRecv2 | SelectNbSend | SelectNbRecv => vec![c, c],
        SelectGo => vec![c, n],
        PrintString | PrintPointer | PrintEface | PrintIface | PrintSlice => vec![n; 3],
        ConcatStrings => vec![c, n],
        SliceByteToString | StringToSliceByte | StringToSliceRune | SliceRuneToString => vec![n; 2],
        GetItab => vec![n; 2],
        // The record and the closure live in the frame whose defers these are.
        DeferProcStack => vec![n, n, n],
        NewProc | GoPanic => vec![k; 2],
        MapIterNext => vec![Fate::FILLED],
        _ => return None,
    })
}

/// The same for entries of the runtime that std calls by link name.
fn extern_fates(symbol: &str) -> Option<Vec<Fate>> {
    let (n, c) = (Fate::BORROWED, Fate::COPIED);
    Some(match symbol {
        "runtime.typedmemmove" | "internal/runtime/maps.typedmemmove" | "reflect.typedmemmove" => vec![n, c, c],
        "internal/runtime/maps.typedmemclr" | "reflect.typedmemclr" | "runtime.memequal" => vec![n; 3],
        "runtime.semacquire" | "runtime.semacquireWaitGroup" | "runtime.semacquireMutex" => vec![n; 2],
        "runtime.semacquireRWMutexR" | "runtime.semacquireRWMutex" => vec![n; 2],
        "sync.runtime_Semrelease" | "internal/sync.runtime_Semrelease" | "internal/poll.runtime_Semrelease" => {
            vec![n; 3]
        }
        _ => return None,
    })
}
