//! Loops: which blocks are in one, and the natural loops of the reducible part.

use std::collections::{HashMap, HashSet};

use cranelift_entity::SecondaryMap;
use undergo_ir::cfg::{Cfg, successors};
use undergo_ir::dom::DomTree;
use undergo_ir::{Block, Callee, Func, InstData};

/// A natural loop, or several with one head.
#[derive(Debug)]
pub struct Loop {
    /// Where every round begins.
    pub head: Block,
    /// Its blocks, the head included.
    pub body: HashSet<Block>,
    /// The blocks from which control comes back to the head.
    pub latches: Vec<Block>,
}

/// Whether a block calls a Go function.
pub fn calls_go(f: &Func, b: Block) -> bool {
    f.blocks[b].insts.iter().any(|&i| match &f.insts[i] {
        InstData::Call(c) => !matches!(c.callee, Callee::Builtin(_)),
        _ => false,
    })
}

/// The loops that are in no other.
pub fn outermost(f: &Func, cfg: &Cfg, dom: &DomTree) -> Vec<Loop> {
    let mut loops: HashMap<Block, Loop> = HashMap::new();
    for &b in &cfg.rpo {
        for head in successors(f, b).into_iter().filter(|&s| dom.dominates(s, b)) {
            let new = || Loop { head, body: HashSet::from([head]), latches: Vec::new() };
            let found = loops.entry(head).or_insert_with(new);
            found.latches.push(b);
            let mut work = vec![b];
            while let Some(b) = work.pop() {
                if found.body.insert(b) {
                    work.extend(&cfg.preds[b]);
                }
            }
        }
    }
    let heads: Vec<Block> = loops.keys().copied().collect();
    let inner = |head: Block| heads.iter().any(|&other| other != head && loops[&other].body.contains(&head));
    let outer: Vec<Block> = cfg.rpo.iter().copied().filter(|b| loops.contains_key(b) && !inner(*b)).collect();
    outer.iter().filter_map(|b| loops.remove(b)).collect()
}

/// Blocks that control can come back to.
pub fn blocks(f: &Func) -> SecondaryMap<Block, bool> {
    let cfg = Cfg::new(f);
    let mut looping: SecondaryMap<Block, bool> = SecondaryMap::new();
    // Tarjan's components on the blocks, by an explicit stack: a block is in a loop if its component has more than
    // one block or an edge to itself.
    let n = cfg.rpo.len();
    let mut index: SecondaryMap<Block, u32> = SecondaryMap::new();
    let mut low: SecondaryMap<Block, u32> = SecondaryMap::new();
    let mut on_stack: SecondaryMap<Block, bool> = SecondaryMap::new();
    let mut stack: Vec<Block> = Vec::with_capacity(n);
    let mut next = 1;
    for &root in &cfg.rpo {
        if index[root] != 0 {
            continue;
        }
        let mut work = vec![(root, successors(f, root), 0)];
        index[root] = next;
        low[root] = next;
        next += 1;
        stack.push(root);
        on_stack[root] = true;
        while let Some((b, succs, at)) = work.last_mut() {
            let b = *b;
            if let Some(&s) = succs.get(*at) {
                *at += 1;
                if s == b {
                    looping[b] = true;
                }
                if index[s] == 0 {
                    index[s] = next;
                    low[s] = next;
                    next += 1;
                    stack.push(s);
                    on_stack[s] = true;
                    work.push((s, successors(f, s), 0));
                } else if on_stack[s] {
                    low[b] = low[b].min(index[s]);
                }
                continue;
            }
            work.pop();
            if let Some((parent, ..)) = work.last() {
                low[*parent] = low[*parent].min(low[b]);
            }
            if low[b] == index[b] {
                let from = stack.iter().rposition(|&x| x == b).expect("it was pushed");
                let members = stack.split_off(from);
                let several = members.len() > 1;
                for m in members {
                    on_stack[m] = false;
                    looping[m] |= several;
                }
            }
        }
    }
    looping
}
