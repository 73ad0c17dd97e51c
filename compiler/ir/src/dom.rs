//! Dominators, by the iterative algorithm of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001).

use cranelift_entity::SecondaryMap;
use cranelift_entity::packed_option::PackedOption;

use crate::cfg::Cfg;
use crate::func::Block;

/// The dominator tree of the reachable blocks.
#[derive(Clone, Debug)]
pub struct DomTree {
    /// Immediate dominator; none for the entry and for unreachable blocks.
    pub idom: SecondaryMap<Block, PackedOption<Block>>,
    /// Children in the tree, in reverse postorder.
    pub children: SecondaryMap<Block, Vec<Block>>,
    /// First and last number of the block's subtree in a walk of the tree, so that a question of dominance is two
    /// comparisons.
    span: SecondaryMap<Block, (u32, u32)>,
}

impl DomTree {
    /// Requires an up-to-date `cfg`.
    pub fn new(cfg: &Cfg) -> DomTree {
        let up = immediate(cfg);
        let mut tree = DomTree {
            idom: SecondaryMap::new(),
            children: SecondaryMap::new(),
            span: SecondaryMap::new(),
        };
        for (n, &b) in cfg.rpo.iter().enumerate().skip(1) {
            let parent = cfg.rpo[up[n]];
            tree.idom[b] = parent.into();
            tree.children[parent].push(b);
        }
        tree.number(cfg.rpo[0]);
        tree
    }

    fn number(&mut self, entry: Block) {
        let mut next = 1;
        let mut stack = vec![(entry, 0)];
        self.span[entry].0 = next;
        while let Some((b, child)) = stack.last_mut() {
            match self.children[*b].get(*child) {
                Some(&c) => {
                    *child += 1;
                    next += 1;
                    self.span[c].0 = next;
                    stack.push((c, 0));
                }
                None => {
                    self.span[*b].1 = next;
                    stack.pop();
                }
            }
        }
    }

    /// Whether every way to `b` leads through `a`. A block dominates itself; for unreachable blocks it is false.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let (a, b) = (self.span[a], self.span[b]);
        a.0 != 0 && a.0 <= b.0 && b.0 <= a.1
    }
}

/// Immediate dominators as positions in reverse postorder.
fn immediate(cfg: &Cfg) -> Vec<usize> {
    const UNKNOWN: usize = usize::MAX;
    let mut up = vec![UNKNOWN; cfg.rpo.len()];
    up[0] = 0;
    let mut changed = true;
    while changed {
        changed = false;
        for (n, &b) in cfg.rpo.iter().enumerate().skip(1) {
            let mut best = UNKNOWN;
            for &p in &cfg.preds[b] {
                let p = cfg.order(p);
                if up[p] == UNKNOWN {
                    continue;
                }
                best = if best == UNKNOWN {
                    p
                } else {
                    meet(&up, p, best)
                };
            }
            if up[n] != best {
                up[n] = best;
                changed = true;
            }
        }
    }
    up
}

/// The nearest common dominator.
fn meet(up: &[usize], mut a: usize, mut b: usize) -> usize {
    while a != b {
        while a > b {
            a = up[a];
        }
        while b > a {
            b = up[b];
        }
    }
    a
}
