//! Checks of pointers that are known not to be nil on every way to the check.
//!
//! A pointer is known by a check of it, a store through it, or a branch on its comparison with nil; and what lies behind
//! a known pointer at a constant distance is in the same object and no more nil than that. Loads are not relied upon:
//! one that nobody uses may go.
//!
//! Requires and preserves valid IR without unreachable blocks.

use std::collections::HashSet;

use undergo_ir::cfg::Cfg;
use undergo_ir::dom::DomTree;
use undergo_ir::{Block, Func, Inst, InstData, IntCond, Type, Value};

use crate::guards::FIRST_PAGE;

/// Removes such checks. Gives whether there were any.
pub fn run(f: &mut Func) -> bool {
    let is_check = |i: &Inst| matches!(f.insts[*i], InstData::NilCheck(_));
    if !f.layout.iter().flat_map(|&b| &f.blocks[b].insts).any(is_check) {
        return false;
    }
    let cfg = Cfg::new(f);
    let dom = DomTree::new(&cfg);
    let mut known = HashSet::new();
    let mut any = false;
    // Preorder walk of the dominator forest; what a subtree learns is forgotten behind it.
    enum Step {
        Enter(Block),
        Forget(Vec<Value>),
    }
    let mut work: Vec<Step> = dom.roots.iter().rev().map(|&b| Step::Enter(b)).collect();
    while let Some(step) = work.pop() {
        match step {
            Step::Forget(learnt) => {
                for v in &learnt {
                    known.remove(v);
                }
            }
            Step::Enter(b) => {
                let mut learnt: Vec<Value> =
                    not_nil_by_branch(f, &cfg, b).into_iter().filter(|&v| known.insert(v)).collect();
                any |= block(f, b, &mut known, &mut learnt);
                work.push(Step::Forget(learnt));
                work.extend(dom.children[b].iter().rev().map(|&c| Step::Enter(c)));
            }
        }
    }
    any
}

fn block(f: &mut Func, b: Block, known: &mut HashSet<Value>, learnt: &mut Vec<Value>) -> bool {
    let insts = std::mem::take(&mut f.blocks[b].insts);
    let before = insts.len();
    let mut kept = Vec::with_capacity(before);
    for i in insts {
        let passed = match f.insts[i] {
            InstData::NilCheck(p) if is_known(f, known, p) => continue,
            InstData::NilCheck(p) => Some((p, 0)),
            InstData::Store { addr, offset, .. } => Some((addr, offset)),
            _ => None,
        };
        kept.push(i);
        if let Some((p, offset)) = passed
            && let Some(object) = faulting_base(f, p, offset.into())
            && known.insert(object)
        {
            learnt.push(object);
        }
    }
    let any = kept.len() != before;
    f.blocks[b].insts = kept;
    any
}

/// The pointer that is not nil if an access to `p + offset` does not fault.
fn faulting_base(f: &Func, mut p: Value, mut offset: i64) -> Option<Value> {
    loop {
        if !(0..i64::from(FIRST_PAGE)).contains(&offset) {
            return None;
        }
        match behind(f, p).and_then(|(base, by)| Some((base, offset.checked_add(by)?))) {
            Some((base, sum)) if (0..i64::from(FIRST_PAGE)).contains(&sum) => (p, offset) = (base, sum),
            _ => return Some(p),
        }
    }
}

fn is_known(f: &Func, known: &HashSet<Value>, mut p: Value) -> bool {
    loop {
        if known.contains(&p) {
            return true;
        }
        match behind(f, p) {
            Some((base, by)) if by >= 0 => p = base,
            _ => return false,
        }
    }
}

/// The pointer that `p` lies at a constant distance of, and the distance.
fn behind(f: &Func, p: Value) -> Option<(Value, i64)> {
    let Some(InstData::PtrAdd([base, by])) = f.def_inst(p) else { return None };
    match f.def_inst(*by) {
        Some(InstData::Iconst { imm, .. }) => Some((*base, *imm)),
        _ => None,
    }
}

/// The pointer whose comparison with nil led to `b`, if it is not nil here.
fn not_nil_by_branch(f: &Func, cfg: &Cfg, b: Block) -> Option<Value> {
    let [from] = cfg.preds[b][..] else { return None };
    let InstData::Brif(c, yes, no) = &f.insts[f.terminator(from)?] else { return None };
    let Some(InstData::Icmp(cond, [p, nil])) = f.def_inst(*c) else { return None };
    let differs = match cond {
        IntCond::Ne => yes.block == b,
        IntCond::Eq => no.block == b,
        _ => return None,
    };
    let is_nil = matches!(f.def_inst(*nil), Some(InstData::Iconst { imm: 0, .. }));
    (differs && is_nil && f.ty(*p) == Type::Ptr).then_some(*p)
}
