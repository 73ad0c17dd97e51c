//! The second opinion of escape analysis: what may flow where, by direction.
//!
//! An inclusion analysis in the style of Andersen (1994), within one function: every pointer has a set of objects it may
//! point to, and so have the contents of every object; an assignment makes one set part of another and leaves the other as
//! it is. The unification beside it takes all for one that was ever stored in one object: an array of pointers to what
//! came from the caller and to what was made here loses what was made here. This analysis costs more and is asked for
//! what the other could not prove only; it gives up on functions where it would take long.
//!
//! Objects are those made here, slots, what lies behind each pointer from the caller by depth (*outer* objects, the last
//! of which stands for all behind it), and one for everything else, [`UNKNOWN`]. Two outer objects may be the same, or be
//! what was stored in another: so what is stored in an outer object counts as kept by somebody, and what is kept may hold
//! anything. What an argument reaches stays as it is if the callee stores no pointer there; otherwise it is kept, since
//! summaries do not tell which pointer went where ([`Fate::mixed`]).

use cranelift_entity::SecondaryMap;
use undergo_ir::{Callee, ConvOp, Func, Inst, InstData, Slot, Type, Value};

use super::{Fate, Held, RESULTS, Summaries, builtin_fates, code, extern_fates, is_data_symbol, is_zeros};
use crate::callgraph::target;

/// Outer objects of one pointer; the last is all that is deeper as well.
pub(super) const LEVELS: usize = 4;
/// Functions with more objects than this are left to the other analysis.
const MAX_OBJECTS: usize = 512;

/// The object that stands for all that is not known. It holds itself, and what is stored in it is kept.
const UNKNOWN: usize = 0;

/// What was found out.
pub(super) struct Outcome {
    /// Objects made here that may stay in the frame, with whether one may still be known when the next is made in its
    /// place.
    pub stays: Vec<(Inst, Held)>,
    /// Of parameters in register order, the closure context, and the part of the caller's frame with arguments in memory.
    pub fates: Vec<Fate>,
}

/// Analyses `f`; none if that would take long.
pub(super) fn run(f: &Func, summaries: &Summaries) -> Option<Outcome> {
    let mut flow = Flow::new(f)?;
    for &b in &f.layout {
        for &i in &f.blocks[b].insts {
            flow.inst(f, i, summaries);
        }
    }
    if f.flags.uses_ctx && !flow.ctx_is_read {
        // It is used where nobody sees it.
        flow.put(flow.ctx, flow.kept);
    }
    flow.solve()?;
    Some(flow.outcome(f))
}

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Object {
    Unknown,
    Made(Inst),
    Slot,
    /// Behind so many pointers from the one that came from outside.
    Outer(usize),
}

/// A set of objects. Those of the first numbers are the contents of the object of that number.
type Node = usize;

#[derive(Default)]
struct Constraints {
    /// Sets that this one is part of.
    into: Vec<Node>,
    /// Sets that the contents of this one's objects are part of.
    loads: Vec<Node>,
    /// Sets that are part of the contents of this one's objects.
    stores: Vec<Node>,
}

struct Flow {
    objects: Vec<Object>,
    /// 64-bit words of one set.
    words: usize,
    /// The sets, one after another.
    sets: Vec<u64>,
    /// What of each set has been seen by its constraints.
    seen: Vec<u64>,
    constraints: Vec<Constraints>,
    values: SecondaryMap<Value, u32>,
    slots: SecondaryMap<Slot, u32>,
    made: SecondaryMap<Inst, u32>,
    params: Vec<Option<usize>>,
    ctx: usize,
    ctx_is_read: bool,
    frame: usize,
    /// Objects that somebody else may keep.
    kept: Node,
    /// Objects of the first result; sets of the next follow ([`RESULTS`]).
    returned: Node,
    /// Sets of which each object is known for longer than a round.
    merged: Vec<Node>,
    work: Vec<Node>,
}

impl Flow {
    fn new(f: &Func) -> Option<Flow> {
        let mut objects = vec![Object::Unknown];
        let outer = |objects: &mut Vec<Object>| {
            objects.extend((0..LEVELS).map(Object::Outer));
            objects.len() - LEVELS
        };
        let params = f.params().iter().map(|&p| (f.ty(p) == Type::Ptr).then(|| outer(&mut objects))).collect();
        let (ctx, frame) = (outer(&mut objects), outer(&mut objects));
        let (mut slots, mut made) = (SecondaryMap::new(), SecondaryMap::new());
        for i in f.layout.iter().flat_map(|&b| &f.blocks[b].insts) {
            match f.insts[*i] {
                InstData::New { .. } => {
                    made[*i] = objects.len() as u32;
                    objects.push(Object::Made(*i));
                }
                InstData::SlotAddr { slot, .. } if slots[slot] == 0 => {
                    slots[slot] = objects.len() as u32;
                    objects.push(Object::Slot);
                }
                _ => {}
            }
        }
        if objects.len() > MAX_OBJECTS {
            return None;
        }
        let n = objects.len();
        let mut flow = Flow {
            words: n.div_ceil(64),
            objects,
            sets: Vec::new(),
            seen: Vec::new(),
            constraints: Vec::new(),
            values: SecondaryMap::new(),
            slots,
            made,
            params,
            ctx,
            ctx_is_read: false,
            frame,
            kept: n,
            returned: n + 1,
            merged: Vec::new(),
            work: Vec::new(),
        };
        for _ in 0..n + 1 + RESULTS {
            flow.fresh();
        }
        flow.put(UNKNOWN, UNKNOWN);
        for o in 0..n {
            if let Some(next) = flow.behind(o) {
                flow.put(next, o);
            }
        }
        for (n, &p) in f.params().iter().enumerate() {
            if let Some(o) = flow.params[n] {
                let v = flow.value(p);
                flow.put(o, v);
            }
        }
        Some(flow)
    }

    /// What an outer object holds at first.
    fn behind(&self, o: usize) -> Option<usize> {
        match self.objects[o] {
            Object::Outer(level) if level + 1 < LEVELS => Some(o + 1),
            Object::Outer(_) => Some(o),
            _ => None,
        }
    }

    fn fresh(&mut self) -> Node {
        self.constraints.push(Constraints::default());
        self.sets.resize(self.sets.len() + self.words, 0);
        self.seen.resize(self.sets.len(), 0);
        self.constraints.len() - 1
    }

    fn value(&mut self, v: Value) -> Node {
        if self.values[v] == 0 {
            self.values[v] = self.fresh() as u32;
        }
        self.values[v] as Node
    }

    fn has(&self, n: Node, o: usize) -> bool {
        self.sets[n * self.words + o / 64] >> (o % 64) & 1 != 0
    }

    fn put(&mut self, o: usize, n: Node) {
        if !self.has(n, o) {
            self.sets[n * self.words + o / 64] |= 1 << (o % 64);
            self.work.push(n);
        }
    }

    /// `from` is part of `to`.
    fn include(&mut self, from: Node, to: Node) {
        if from == to || self.constraints[from].into.last() == Some(&to) {
            return;
        }
        self.constraints[from].into.push(to);
        self.copy(from, to);
    }

    fn copy(&mut self, from: Node, to: Node) {
        let mut more = 0;
        for w in 0..self.words {
            let add = self.sets[from * self.words + w] & !self.sets[to * self.words + w];
            self.sets[to * self.words + w] |= add;
            more |= add;
        }
        if more != 0 {
            self.work.push(to);
        }
    }

    /// What the objects of `p` hold.
    fn load(&mut self, p: Node) -> Node {
        let n = self.fresh();
        self.constraints[p].loads.push(n);
        n
    }

    /// The objects of `p` may hold those of `v`.
    fn store(&mut self, v: Node, p: Node) {
        self.constraints[p].stores.push(v);
    }

    fn inst(&mut self, f: &Func, i: Inst, summaries: &Summaries) {
        let is_ptr = |v: Value| f.ty(v) == Type::Ptr;
        match &f.insts[i] {
            InstData::SymAddr { sym, .. } if is_zeros(*sym) => {}
            InstData::Iconst { imm: 0, .. } => {}
            InstData::SlotAddr { slot, .. } => {
                let (o, v) = (self.slots[*slot] as usize, self.value(f.result(i)));
                self.put(o, v);
            }
            InstData::New { .. } => {
                let (o, v) = (self.made[i] as usize, self.value(f.result(i)));
                self.put(o, v);
            }
            InstData::ClosureCtx => {
                let v = self.value(f.result(i));
                self.put(self.ctx, v);
                self.ctx_is_read = true;
            }
            InstData::FrameParam => {
                let v = self.value(f.result(i));
                self.put(self.frame, v);
            }
            InstData::PtrAdd([p, _]) => {
                let (p, v) = (self.value(*p), self.value(f.result(i)));
                self.include(p, v);
            }
            InstData::Select([_, a, b]) if is_ptr(*a) => {
                let (a, b, v) = (self.value(*a), self.value(*b), self.value(f.result(i)));
                self.include(a, v);
                self.include(b, v);
                self.merged.push(v);
            }
            InstData::Load { ty: Type::Ptr, addr, .. } | InstData::AtomicLoad { ty: Type::Ptr, addr } => {
                let (p, v) = (self.value(*addr), self.value(f.result(i)));
                self.constraints[p].loads.push(v);
            }
            InstData::Store { addr, val, .. } | InstData::AtomicStore { addr, val } => {
                self.store_value(f, *addr, *val, summaries);
            }
            InstData::AtomicRmw { addr, val, .. } if is_ptr(*val) => {
                let (p, new, v) = (self.value(*addr), self.value(*val), self.value(f.result(i)));
                self.constraints[p].loads.push(v);
                self.store(new, p);
            }
            InstData::AtomicCas { addr, new, .. } if is_ptr(*new) => {
                let (p, new) = (self.value(*addr), self.value(*new));
                self.store(new, p);
            }
            InstData::MemCopy { dst, src, ptrs: true, .. } => {
                let (dst, src) = (self.value(*dst), self.value(*src));
                let all = self.load(src);
                self.store(all, dst);
            }
            // Somebody may reach the object by its number, and put something in.
            InstData::Convert(ConvOp::Bitcast, _, v) if is_ptr(*v) => {
                let p = self.value(*v);
                self.store(UNKNOWN, p);
            }
            InstData::Call(_) => self.call(f, i, summaries),
            InstData::Return(vals) => {
                for (n, &v) in vals.iter().filter(|&&v| is_ptr(v)).enumerate() {
                    let v = self.value(v);
                    self.include(v, self.returned + n.min(RESULTS - 1));
                }
            }
            data => {
                for t in data.targets() {
                    for (&arg, &param) in t.args.iter().zip(&f.blocks[t.block].params) {
                        if is_ptr(arg) {
                            let (a, p) = (self.value(arg), self.value(param));
                            self.include(a, p);
                            self.merged.push(p);
                        }
                    }
                }
                for &r in f.results_of(i).iter().filter(|&&r| is_ptr(r)) {
                    let v = self.value(r);
                    self.put(UNKNOWN, v);
                }
            }
        }
    }

    fn store_value(&mut self, f: &Func, addr: Value, val: Value, summaries: &Summaries) {
        if let Some(sym) = code(f, val) {
            let p = self.value(addr);
            match summaries.get(&sym) {
                Some(s) => self.apply(p, s.ctx.of_unseen_results(), &[]),
                None if is_data_symbol(sym) => {}
                None => self.apply(p, Fate::KEPT, &[]),
            }
        } else if f.ty(val) == Type::Ptr {
            let (p, v) = (self.value(addr), self.value(val));
            self.store(v, p);
        }
    }

    fn call(&mut self, f: &Func, i: Inst, summaries: &Summaries) {
        let InstData::Call(call) = &f.insts[i] else { return };
        let results: Vec<Node> =
            f.results_of(i).iter().filter(|&&r| f.ty(r) == Type::Ptr).map(|&r| self.value(r)).collect();
        for &r in &results {
            self.put(UNKNOWN, r);
        }
        let summary = target(&call.callee).and_then(|s| summaries.get(&s));
        let builtin = match call.callee {
            Callee::Builtin(b) => builtin_fates(b),
            Callee::Direct(sym) => extern_fates(sym.as_str()),
            Callee::Indirect(_) => None,
        };
        let fates = builtin.as_ref().or(summary.map(|s| &s.params));
        for (n, &arg) in call.args.iter().enumerate().filter(|(_, arg)| f.ty(**arg) == Type::Ptr) {
            let fate = fates.and_then(|list| list.get(n)).copied().unwrap_or(Fate::KEPT);
            let p = self.value(arg);
            self.apply(p, fate, &results);
        }
        if let Some(frame) = call.frame {
            let p = self.value(frame);
            self.apply(p, summary.map_or(Fate::COPIED, |s| s.frame), &results);
        }
        if let (Some(ctx), Callee::Direct(_)) = (call.ctx, call.callee) {
            let p = self.value(ctx);
            self.apply(p, summary.map_or(Fate::KEPT, |s| s.ctx), &results);
        }
    }

    fn apply(&mut self, arg: Node, fate: Fate, results: &[Node]) {
        if fate.mixed {
            let held = self.load(arg);
            self.include(held, self.kept);
            self.store(UNKNOWN, arg);
        }
        let mut at = arg;
        for depth in 0..fate.depths() {
            if depth > 0 {
                at = self.load(at);
            }
            if fate.escape >> depth & 1 != 0 {
                self.include(at, self.kept);
            }
            for (n, &r) in results.iter().enumerate() {
                if fate.in_result(n) >> depth & 1 != 0 {
                    self.include(at, r);
                }
            }
        }
    }

    /// Sets grow until nothing changes.
    fn solve(&mut self) -> Option<()> {
        let mut budget = 1000 + 32 * self.constraints.len();
        self.work = (0..self.constraints.len()).collect();
        while let Some(n) = self.work.pop() {
            let all = n * self.words..(n + 1) * self.words;
            if self.sets[all.clone()] == self.seen[all] {
                continue;
            }
            budget = budget.checked_sub(1 + self.constraints[n].into.len())?;
            let each = 1 + self.constraints[n].loads.len() + self.constraints[n].stores.len();
            for w in 0..self.words {
                let at = n * self.words + w;
                let mut new = self.sets[at] & !self.seen[at];
                self.seen[at] |= new;
                budget = budget.checked_sub(each * new.count_ones() as usize)?;
                while new != 0 {
                    self.object(n, w * 64 + new.trailing_zeros() as usize);
                    new &= new - 1;
                }
            }
            for k in 0..self.constraints[n].into.len() {
                self.copy(n, self.constraints[n].into[k]);
            }
        }
        Some(())
    }

    /// The constraints of `n` on one of its objects. The contents of an object are the node of its number.
    fn object(&mut self, n: Node, o: usize) {
        let outer = self.behind(o).is_some();
        for k in 0..self.constraints[n].loads.len() {
            self.include(o, self.constraints[n].loads[k]);
        }
        for k in 0..self.constraints[n].stores.len() {
            let v = self.constraints[n].stores[k];
            self.include(v, o);
            if outer || o == UNKNOWN {
                self.include(v, self.kept);
            }
        }
        if n == self.kept {
            self.include(o, self.kept);
            if !outer {
                self.put(UNKNOWN, o);
            }
        }
        // The caller does not see what an object holds that it gets.
        if self.results().contains(&n) && matches!(self.objects[o], Object::Made(_) | Object::Slot) {
            self.include(o, self.kept);
        }
    }

    /// Sets of results.
    fn results(&self) -> std::ops::Range<Node> {
        self.returned..self.returned + RESULTS
    }

    /// Whether an object may be dead long before the frame ends and then keep what it points to: its address is one of
    /// several that lead to objects of others, too. The collector finds such an object dead in time.
    fn keeps_others(&self, f: &Func, i: Inst, o: usize) -> bool {
        let is_others = |k: usize| matches!(self.objects[k], Object::Unknown | Object::Outer(_));
        let with_others = |n: Node| (0..self.objects.len()).any(|k| is_others(k) && self.has(n, k));
        matches!(f.insts[i], InstData::New { ptrs: true, .. })
            && self.merged.iter().any(|&n| self.has(n, o) && with_others(n))
    }

    fn outcome(&self, f: &Func) -> Outcome {
        let held = |o: usize| {
            let known = |&n: &Node| self.has(n, o);
            let longer = self.merged.iter().any(known) || (0..self.objects.len()).any(|n| known(&n));
            if longer { Held::Longer } else { Held::OneRound }
        };
        let stays = |(o, what): (usize, &Object)| match what {
            Object::Made(i) => {
                let leaves = self.has(self.kept, o) || self.results().any(|r| self.has(r, o));
                (!leaves && !self.keeps_others(f, *i, o)).then(|| (*i, held(o)))
            }
            _ => None,
        };
        let pointers = self.params.iter().copied().chain([Some(self.ctx), Some(self.frame)]);
        Outcome {
            stays: self.objects.iter().enumerate().filter_map(stays).collect(),
            fates: pointers.map(|p| p.map_or(Fate::BORROWED, |o| self.fate(o))).collect(),
        }
    }

    /// What becomes of a pointer from outside, by what became of the objects behind it.
    fn fate(&self, first: usize) -> Fate {
        let mut fate = Fate::BORROWED;
        for (level, o) in (first..first + LEVELS).enumerate() {
            let foreign = |k: usize| Some(k) != self.behind(o) && self.has(o, k);
            fate.escape |= u16::from(self.has(self.kept, o)) << level;
            fate.escape |= u16::from((0..self.objects.len()).any(foreign)) << (level + 1);
            for (n, r) in self.results().enumerate() {
                fate.returned[n] |= u16::from(self.has(r, o)) << level;
            }
        }
        // Which of the deeper ones it is, is not known.
        fate.escape |= fate.in_results() & 1 << (LEVELS - 1);
        fate
    }
}
