//! Predecessors and orders of blocks.

use cranelift_entity::SecondaryMap;

use crate::func::{Block, Func};

/// The control flow graph of a function, as of when it was computed: valid until an edge changes.
///
/// The landing pad is a second way into the function: nothing dominates it, because it may rely on no value of the rest
/// (the runtime comes there from any instruction).
#[derive(Clone, Debug)]
pub struct Cfg {
    /// Predecessors of reachable blocks, one per edge, so a block may be listed twice.
    pub preds: SecondaryMap<Block, Vec<Block>>,
    /// Reachable blocks in reverse postorder: entry first, the landing pad before what only it reaches.
    pub rpo: Vec<Block>,
    /// Where control enters: the entry, and the landing pad.
    pub roots: Vec<Block>,
    /// Position in `rpo` plus 1; 0 for unreachable blocks.
    number: SecondaryMap<Block, u32>,
}

impl Cfg {
    /// Requires that every block ends in a terminator.
    pub fn new(f: &Func) -> Cfg {
        let mut rpo = postorder(f);
        rpo.reverse();
        let mut number = SecondaryMap::new();
        let mut preds: SecondaryMap<Block, Vec<Block>> = SecondaryMap::new();
        for (n, &b) in rpo.iter().enumerate() {
            number[b] = n as u32 + 1;
            for s in successors(f, b) {
                preds[s].push(b);
            }
        }
        let roots = [f.entry()].into_iter().chain(f.landing_pad).collect();
        Cfg { preds, rpo, roots, number }
    }

    /// Whether control can come to `b`.
    pub fn reachable(&self, b: Block) -> bool {
        self.number[b] != 0
    }

    /// Position of a reachable block in [`Cfg::rpo`].
    pub fn order(&self, b: Block) -> usize {
        debug_assert!(self.reachable(b));
        self.number[b] as usize - 1
    }
}

/// Blocks that control can go to from `b`, one per edge.
pub fn successors(f: &Func, b: Block) -> Vec<Block> {
    match f.terminator(b) {
        Some(t) => f.insts[t].targets().iter().map(|t| t.block).collect(),
        None => Vec::new(),
    }
}

/// Postorder by an explicit stack, since functions can be longer than our own stack is deep.
fn postorder(f: &Func) -> Vec<Block> {
    let mut order = Vec::with_capacity(f.layout.len());
    let mut seen: SecondaryMap<Block, bool> = SecondaryMap::new();
    // The entry comes last here, and so first in the reverse.
    for root in f.landing_pad.into_iter().chain([f.entry()]) {
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        let mut stack = vec![(root, successors(f, root))];
        while let Some((b, rest)) = stack.last_mut() {
            match rest.pop() {
                Some(s) if !seen[s] => {
                    seen[s] = true;
                    stack.push((s, successors(f, s)));
                }
                Some(_) => {}
                None => {
                    order.push(*b);
                    stack.pop();
                }
            }
        }
    }
    order
}
