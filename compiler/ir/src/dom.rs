//! Dominators, by the iterative algorithm of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001).

use cranelift_entity::SecondaryMap;
use cranelift_entity::packed_option::PackedOption;

use crate::cfg::Cfg;
use crate::func::Block;

/// The dominator forest of the reachable blocks: more than one tree only in functions with a landing pad.
#[derive(Clone, Debug)]
pub struct DomTree {
    /// Immediate dominator; none for roots and for unreachable blocks.
    pub idom: SecondaryMap<Block, PackedOption<Block>>,
    /// Children in the tree, in reverse postorder.
    pub children: SecondaryMap<Block, Vec<Block>>,
    /// The entry, the landing pad, and blocks that both reach.
    pub roots: Vec<Block>,
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
            roots: Vec::new(),
            span: SecondaryMap::new(),
        };
        for (n, &b) in cfg.rpo.iter().enumerate() {
            match up[n + 1] {
                0 => tree.roots.push(b),
                parent => {
                    let parent = cfg.rpo[parent - 1];
                    tree.idom[b] = parent.into();
                    tree.children[parent].push(b);
                }
            }
        }
        tree.number();
        tree
    }

    fn number(&mut self) {
        let mut next = 0;
        for root in self.roots.clone() {
            next += 1;
            self.span[root].0 = next;
            let mut stack = vec![(root, 0)];
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
    }

    /// Whether every way to `b` leads through `a`. A block dominates itself; for unreachable blocks it is false.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let (a, b) = (self.span[a], self.span[b]);
        a.0 != 0 && a.0 <= b.0 && b.0 <= a.1
    }
}

/// Immediate dominators as positions in reverse postorder plus 1. Position 0 is a virtual root, the predecessor of
/// [`Cfg::roots`].
fn immediate(cfg: &Cfg) -> Vec<usize> {
    const UNKNOWN: usize = usize::MAX;
    let mut up = vec![UNKNOWN; cfg.rpo.len() + 1];
    up[0] = 0;
    let mut changed = true;
    while changed {
        changed = false;
        for (n, &b) in cfg.rpo.iter().enumerate() {
            let mut best = if cfg.roots.contains(&b) { 0 } else { UNKNOWN };
            for &p in &cfg.preds[b] {
                let p = cfg.order(p) + 1;
                if up[p] == UNKNOWN {
                    continue;
                }
                best = if best == UNKNOWN { p } else { meet(&up, p, best) };
            }
            if up[n + 1] != best {
                up[n + 1] = best;
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
