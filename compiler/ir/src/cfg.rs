//! Predecessors and orders of blocks.

use cranelift_entity::SecondaryMap;

use crate::func::{Block, Func};

/// The control flow graph of a function, as of when it was computed: valid until an edge changes.
///
/// The landing pad counts as a successor of the entry block, because that is how it is compiled, and because what
/// dominates the entry is all it may rely on.
#[derive(Clone, Debug)]
pub struct Cfg {
    /// Predecessors of reachable blocks, one per edge, so a block may be listed twice.
    pub preds: SecondaryMap<Block, Vec<Block>>,
    /// Reachable blocks in reverse postorder, entry first.
    pub rpo: Vec<Block>,
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
        Cfg { preds, rpo, number }
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
    let mut to: Vec<Block> = match f.terminator(b) {
        Some(t) => f.insts[t].targets().iter().map(|t| t.block).collect(),
        None => Vec::new(),
    };
    if b == f.entry() {
        to.extend(f.landing_pad);
    }
    to
}

/// Postorder by an explicit stack, since functions can be longer than our own stack is deep.
fn postorder(f: &Func) -> Vec<Block> {
    let mut order = Vec::with_capacity(f.layout.len());
    let mut seen: SecondaryMap<Block, bool> = SecondaryMap::new();
    let entry = f.entry();
    seen[entry] = true;
    let mut stack = vec![(entry, successors(f, entry))];
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
    order
}
