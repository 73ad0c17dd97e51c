//! Functions too large for passes whose time grows faster than their input. No person writes such; generators do, and
//! so do enemies.

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{Block, Function};

/// Functions of at most this many instructions get the backtracking register allocator, and the optimizer.
const MAX_INSTS: usize = 50_000;
/// The single-pass allocator looks at all predecessors of a block for each of them: with more than these the backtracking
/// one is the faster of the two.
const MAX_PREDECESSORS: u32 = 2_000;

/// Whether `func` is to be compiled in one pass.
pub(crate) fn is_vast(func: &Function) -> bool {
    func.dfg.num_insts() > MAX_INSTS && most_predecessors(func) <= MAX_PREDECESSORS
}

fn most_predecessors(func: &Function) -> u32 {
    let mut counts: SecondaryMap<Block, u32> = SecondaryMap::new();
    let mut most = 0;
    for block in func.layout.blocks() {
        let Some(last) = func.layout.last_inst(block) else { continue };
        for call in func.dfg.insts[last].branch_destination(&func.dfg.jump_tables, &func.dfg.exception_tables) {
            let count = &mut counts[call.block(&func.dfg.value_lists)];
            *count += 1;
            most = most.max(*count);
        }
    }
    most
}
