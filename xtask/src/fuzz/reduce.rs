//! Makes a program that differs small: takes statements and declarations away, and blocks from around statements, as
//! long as stock Go still accepts the program and undergo's still differs.

use std::path::Path;

use undergo_tests::toolchain::Toolchain;

use super::program::Program;
use super::tree::{Edit, edited, size};
use super::{Difference, compare};

/// The smallest program that was found to differ as the given one does.
pub fn reduce(tools: &Toolchain, dir: &Path, mut program: Program) -> Result<Program, String> {
    let mut attempts = 0;
    loop {
        let before = size(&program.nodes);
        for edit in [Edit::Remove, Edit::Unwrap] {
            let mut width = if edit == Edit::Remove { before.div_ceil(2) } else { 1 };
            while width > 0 {
                pass(tools, dir, &mut program, edit, width, &mut attempts);
                width /= 2;
            }
        }
        println!("seed {}: {} of {before} nodes are left after {attempts} attempts", program.id, size(&program.nodes));
        if size(&program.nodes) == before {
            return Ok(program);
        }
    }
}

/// Tries an edit of every `width` neighbours, from the end, since what is declared there is used by nothing.
fn pass(tools: &Toolchain, dir: &Path, program: &mut Program, edit: Edit, width: usize, attempts: &mut usize) {
    let mut to = size(&program.nodes);
    while to > 0 {
        let from = to.saturating_sub(width);
        if let Some(nodes) = edited(&program.nodes, from, to, edit) {
            let candidate = Program { id: program.id, nodes };
            *attempts += 1;
            if matches!(
                compare(tools, dir, std::slice::from_ref(&candidate)),
                Some(Difference::Programs(_) | Difference::All(_))
            ) {
                *program = candidate;
            }
        }
        to = from.min(size(&program.nodes));
    }
}
