//! Functions in which goroutines spend their lives: what a `go` statement calls, and what that calls outside of loops.
//!
//! A goroutine that serves goes round in such a function's loop, and waits somewhere below it. What it worked on last
//! leaves pointers there ([`crate::clean_frames`]).

use std::collections::{HashMap, HashSet};

use undergo_abi::builtins::Builtin;
use undergo_ir::cfg::Cfg;
use undergo_ir::dom::DomTree;
use undergo_ir::{Callee, Func, Inst, InstData, Sym, Type, Value};

use crate::{escape, loops};

/// How many calls a loop may be away from the start of its goroutine.
const DEPTH: usize = 3;

/// Functions in which goroutines that these functions start may have their main loop.
pub fn find(funcs: &[Func]) -> HashSet<Sym> {
    let by_sym: HashMap<Sym, &Func> = funcs.iter().map(|f| (f.sym, f)).collect();
    let mut found: HashSet<Sym> = HashSet::new();
    let mut last: Vec<Sym> = funcs.iter().flat_map(started).collect();
    for _ in 0..DEPTH {
        let new: Vec<&Func> =
            last.iter().filter(|s| found.insert(**s)).filter_map(|s| by_sym.get(s).copied()).collect();
        last = new.into_iter().flat_map(called_once).collect();
    }
    found.extend(last);
    found
}

fn insts(f: &Func) -> impl Iterator<Item = &InstData> {
    f.layout.iter().flat_map(|&b| &f.blocks[b].insts).map(|&i| &f.insts[i])
}

/// Code of the goroutines that `f` starts.
fn started(f: &Func) -> Vec<Sym> {
    let starts = insts(f).filter_map(|data| match data {
        InstData::Call(c) if matches!(c.callee, Callee::Builtin(Builtin::NewProc)) => c.args.first().copied(),
        _ => None,
    });
    starts.filter_map(|closure| code(f, closure)).collect()
}

/// The code of a func value that is made here.
fn code(f: &Func, closure: Value) -> Option<Sym> {
    if let Some(InstData::SymAddr { sym, .. }) = f.def_inst(closure) {
        // A func value without context is a variable of the program.
        return sym.as_str().strip_suffix("·f").map(Sym::new);
    }
    insts(f).find_map(|data| match *data {
        InstData::Store { addr, offset: 0, val } if addr == closure => escape::code(f, val),
        _ => None,
    })
}

/// Functions that are called outside of loops.
fn called_once(f: &Func) -> Vec<Sym> {
    let looping = loops::blocks(f);
    let outside = f.layout.iter().filter(|&&b| !looping[b]).flat_map(|&b| &f.blocks[b].insts);
    let direct = outside.filter_map(|&i| match &f.insts[i] {
        InstData::Call(c) => match c.callee {
            Callee::Direct(sym) => Some(sym),
            _ => None,
        },
        _ => None,
    });
    direct.collect()
}

/// The first instructions of the outermost loops of `f` that call a Go function each time they come round, and do not
/// count the rounds: those may be short and many.
pub fn rounds(f: &Func, cfg: &Cfg) -> Vec<Inst> {
    let dom = DomTree::new(cfg);
    let mut out = Vec::new();
    for l in loops::outermost(f, cfg, &dom) {
        let mut calling = l.body.iter().filter(|&&b| loops::calls_go(f, b));
        let always = calling.any(|&b| l.latches.iter().all(|&latch| dom.dominates(b, latch)));
        let counted = match f.terminator(l.head).map(|t| &f.insts[t]) {
            Some(InstData::Brif(c, ..)) => match f.def_inst(*c) {
                Some(InstData::Icmp(_, both)) => {
                    both.iter().any(|v| f.ty(*v) != Type::Ptr && f.blocks[l.head].params.contains(v))
                }
                _ => false,
            },
            _ => false,
        };
        if always && !counted {
            out.extend(f.blocks[l.head].insts.first());
        }
    }
    out
}
