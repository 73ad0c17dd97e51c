//! A walk over the finished code, block by block.
//!
//! Cranelift ends functions by `add rsp, N; mov rsp, rbp; pop rbp; ret`. The second instruction changes nothing, but
//! makes every return wait for the rbp that was popped by the one before; without it call-heavy code runs up to 1.6
//! times as fast. It becomes a nop of the same length. Instructions are found by decoding from the starts of basic
//! blocks, never by their bytes, since jump tables and constants lie among them.

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind, Register};

/// What the walk finds out for the tables.
pub(crate) struct Shape {
    /// Offset behind `mov rbp, rsp`: from here on the frame can be walked.
    pub framed: u32,
    /// From `pop rbp` to behind the return: here it cannot.
    pub epilogues: Vec<(u32, u32)>,
}

/// Changes `code`. `blocks` are the starts of basic blocks, the first one that of the body.
pub(crate) fn rewrite(code: &mut [u8], blocks: &[u32], frame_size: u32) -> Shape {
    let mut starts = blocks.to_vec();
    starts.sort_unstable();
    starts.dedup();
    let mut shape = Shape { framed: starts.first().copied().unwrap_or(0), epilogues: Vec::new() };
    let mut nops = Vec::new();
    for (n, &start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).map_or(code.len(), |&e| e as usize);
        walk_block(code, start, end, frame_size, n == 0, &mut shape, &mut nops);
    }
    for at in nops {
        // nop dword [rax]
        code[at..at + 3].copy_from_slice(&[0x0f, 0x1f, 0x00]);
    }
    shape
}

fn walk_block(
    code: &[u8],
    start: u32,
    end: usize,
    frame_size: u32,
    first: bool,
    shape: &mut Shape,
    nops: &mut Vec<usize>,
) {
    let bytes = &code[start as usize..end];
    let mut decoder = Decoder::with_ip(64, bytes, u64::from(start), DecoderOptions::NONE);
    let mut inst = Instruction::default();
    // Whether rsp equals rbp before the current instruction, as far as needed here.
    let mut restored = frame_size == 0;
    let mut pop = None;
    let mut framed = !first;
    while decoder.can_decode() {
        decoder.decode_out(&mut inst);
        let at = inst.ip() as u32;
        if !framed && is_move(&inst, Register::RBP, Register::RSP) {
            shape.framed = inst.next_ip() as u32;
            framed = true;
        }
        if is_move(&inst, Register::RSP, Register::RBP) && restored && inst.len() == 3 {
            nops.push(at as usize);
        }
        if inst.mnemonic() == Mnemonic::Pop && inst.op0_register() == Register::RBP {
            pop = Some(at);
        }
        if frame_size != 0 {
            restored = adds_to_rsp(&inst, frame_size);
        }
        match inst.flow_control() {
            FlowControl::Return => {
                shape.epilogues.push((pop.unwrap_or(at), inst.next_ip() as u32));
                return;
            }
            // What follows may be a jump table.
            FlowControl::UnconditionalBranch | FlowControl::IndirectBranch | FlowControl::Exception => return,
            _ => {}
        }
    }
}

fn is_move(inst: &Instruction, to: Register, from: Register) -> bool {
    inst.mnemonic() == Mnemonic::Mov
        && inst.op0_kind() == OpKind::Register
        && inst.op0_register() == to
        && inst.op1_kind() == OpKind::Register
        && inst.op1_register() == from
}

fn adds_to_rsp(inst: &Instruction, n: u32) -> bool {
    inst.mnemonic() == Mnemonic::Add
        && inst.op0_kind() == OpKind::Register
        && inst.op0_register() == Register::RSP
        && inst.op1_kind() != OpKind::Register
        && inst.op1_kind() != OpKind::Memory
        && inst.immediate(1) == u64::from(n)
}
