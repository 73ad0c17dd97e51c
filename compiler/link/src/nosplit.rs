//! Proof that functions without a stack check stay within the red zone.
//!
//! A function whose prologue looks at the guard may use [`SMALL_FRAME`] bytes below it without asking. What it calls
//! and has no check of its own (`//go:nosplit`, small leaves) goes on from there, and so do assembly stubs. All of that
//! must end within [`RED_ZONE`] bytes below the guard, or it would write over whatever lies beneath the segment.
//!
//! The walk follows direct calls. What is called through a pointer counts as a function with a check: an unchecked
//! function is entered that way too, but then its own chain is measured from the guard like that of every other.

use std::collections::HashMap;

use undergo_abi::call::{RED_ZONE, SMALL_FRAME, STUB_BYTES};
use undergo_codegen::Compiled;
use undergo_ir::Sym;

use crate::LinkError;
use crate::units::Units;

/// Return address and saved rbp.
const LINKAGE: u64 = 16;

/// What lies below the return address when a function is as deep as it gets.
#[derive(Clone, Copy)]
struct Depth {
    bytes: u64,
    /// The callee that gets there.
    next: Option<Sym>,
}

enum State {
    Open,
    Done(Depth),
}

struct Walk<'a> {
    funcs: HashMap<Sym, &'a Compiled>,
    states: HashMap<Sym, State>,
}

/// Fails with the first chain, by symbol, that is too deep or has no end.
pub(crate) fn check(units: &Units<'_>) -> Result<(), LinkError> {
    let mut walk = Walk { funcs: units.funcs.iter().map(|f| (f.sym, *f)).collect(), states: HashMap::new() };
    for f in &units.funcs {
        let below_guard = match checks_stack(f) {
            true if own_bytes(f) <= SMALL_FRAME as u64 => own_bytes(f),
            true => 0,
            false => own_bytes(f),
        };
        let deepest = walk.deepest_callee(f)?;
        if below_guard + deepest.bytes > RED_ZONE as u64 {
            return Err(LinkError::NoSplit { chain: walk.chain(f.sym, deepest), limit: RED_ZONE as u64 });
        }
    }
    Ok(())
}

/// Bytes from rsp at entry to rsp in the body.
fn own_bytes(f: &Compiled) -> u64 {
    u64::from(f.frame_size) + LINKAGE / 2
}

/// Whether the prologue compares rsp with the guard: its slow path goes to morestack.
fn checks_stack(f: &Compiled) -> bool {
    let slow_path = Sym::new("runtime.morestack");
    f.relocs.iter().any(|r| r.offset < f.entry && r.sym == slow_path)
}

impl Walk<'_> {
    /// The most that a call out of the body of `f` needs, its return address included.
    fn deepest_callee(&mut self, f: &Compiled) -> Result<Depth, LinkError> {
        let mut deepest = Depth { bytes: 0, next: None };
        for r in f.relocs.iter().filter(|r| r.offset >= f.entry && r.kind == undergo_codegen::RelocKind::Rel32) {
            let bytes = LINKAGE / 2 + self.depth(r.sym, f.sym)?;
            if bytes > deepest.bytes {
                deepest = Depth { bytes, next: Some(r.sym) };
            }
        }
        Ok(deepest)
    }

    /// What `sym` needs below its return address. A symbol that is no function of ours is a stub of the image (or data
    /// that code refers to, for which a stub's bytes do no harm).
    fn depth(&mut self, sym: Sym, caller: Sym) -> Result<u64, LinkError> {
        let Some(&f) = self.funcs.get(&sym) else { return Ok(STUB_BYTES as u64) };
        if checks_stack(f) {
            return Ok(STUB_BYTES as u64);
        }
        match self.states.get(&sym) {
            Some(State::Done(depth)) => return Ok(own_bytes(f) + depth.bytes),
            Some(State::Open) => return Err(LinkError::NoSplitLoop { from: caller, to: sym }),
            None => {}
        }
        self.states.insert(sym, State::Open);
        let deepest = self.deepest_callee(f)?;
        self.states.insert(sym, State::Done(deepest));
        Ok(own_bytes(f) + deepest.bytes)
    }

    /// The functions on the way to the deepest point, each with its own bytes.
    fn chain(&self, from: Sym, first: Depth) -> Vec<(Sym, u64)> {
        let bytes = |s: Sym| self.funcs.get(&s).map_or(STUB_BYTES as u64, |f| own_bytes(f));
        let mut chain = vec![(from, bytes(from))];
        let mut next = first.next;
        while let Some(sym) = next {
            chain.push((sym, bytes(sym)));
            next = match self.states.get(&sym) {
                Some(State::Done(depth)) => depth.next,
                _ => None,
            };
        }
        chain
    }
}
