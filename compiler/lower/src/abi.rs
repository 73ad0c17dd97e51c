//! Which parameters and results travel in registers: Go's assignment algorithm (see [`undergo_abi::call`]). Reflection
//! runs the same algorithm at run time, so it must be followed to the letter.

use undergo_abi::call::{FLOAT_ARG_REGS, INT_ARG_REGS};
use undergo_ir::Type;
use undergo_types::layout::round_up;
use undergo_types::{Signature, Ty};

use crate::layout::{Layout, Scalars};
use crate::program::Lowerer;

/// Where a parameter or result is.
#[derive(Clone, Debug)]
pub enum Where {
    /// In the next registers, one per scalar; the offsets are those within the value.
    Regs(Scalars),
    /// At this offset in the memory frame.
    Frame(u64),
}

/// The assignment for one signature.
#[derive(Clone, Debug, Default)]
pub struct Abi {
    /// Receiver and parameters.
    pub params: Vec<Where>,
    /// Results.
    pub results: Vec<Where>,
    /// Where results begin in the frame.
    pub ret_offset: u64,
    /// Size of the memory frame; 0: there is none.
    pub frame_size: u64,
}

impl Abi {
    /// Assigns places. `params` includes the receiver.
    pub fn assign(cx: &Lowerer, params: &[Ty], results: &[Ty]) -> Abi {
        let (params, end) = sequence(cx, params, 0);
        let ret_offset = round_up(end, 8);
        let (results, end) = sequence(cx, results, ret_offset);
        Abi { params, results, ret_offset, frame_size: round_up(end, 8) }
    }

    /// Assigns places for a signature and a receiver.
    pub fn of(cx: &Lowerer, sig: &Signature, recv: Option<Ty>) -> Abi {
        let params: Vec<Ty> = recv.into_iter().chain(sig.params.iter().map(|p| p.ty)).collect();
        let results: Vec<Ty> = sig.results.iter().map(|p| p.ty).collect();
        Abi::assign(cx, &params, &results)
    }

    /// Types of the register arguments.
    pub fn param_types(&self) -> Vec<Type> {
        registers(&self.params)
    }

    /// Types of the register results.
    pub fn result_types(&self) -> Vec<Type> {
        registers(&self.results)
    }
}

fn registers(places: &[Where]) -> Vec<Type> {
    let parts = places.iter().filter_map(|w| match w {
        Where::Regs(parts) => Some(parts.iter().map(|p| p.0)),
        Where::Frame(_) => None,
    });
    parts.flatten().collect()
}

/// Places of values in order, and the end of the frame's part that starts at `start`.
fn sequence(cx: &Lowerer, types: &[Ty], start: u64) -> (Vec<Where>, u64) {
    let (mut ints, mut floats, mut end) = (INT_ARG_REGS, FLOAT_ARG_REGS, start);
    let mut place = |ty: &Ty| {
        let l = cx.layout(*ty);
        if l.size == 0 {
            // It takes no space but aligns what follows.
            end = round_up(end, u64::from(l.align));
            return Where::Regs(Scalars::from([]));
        }
        if let Some(parts) = fits(&l, ints, floats) {
            let n = parts.iter().filter(|p| p.0.is_float()).count();
            (ints, floats) = (ints - (parts.len() - n), floats - n);
            return Where::Regs(parts);
        }
        let at = round_up(end, u64::from(l.align));
        end = at + l.size;
        Where::Frame(at)
    };
    let places = types.iter().map(&mut place).collect();
    (places, end)
}

fn fits(l: &Layout, ints: usize, floats: usize) -> Option<Scalars> {
    let parts = l.scalars.as_ref()?;
    let n = parts.iter().filter(|p| p.0.is_float()).count();
    (n <= floats && parts.len() - n <= ints).then(|| parts.clone())
}
