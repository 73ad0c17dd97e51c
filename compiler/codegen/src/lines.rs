//! Positions of the finished code.

use cranelift_codegen::CompiledCode;
use undergo_ir::{Func, Loc};

use crate::translate::Translated;
use crate::{LineRow, barrier};

/// Rows for the code from `entry` on; Cranelift's offsets are relative to `start`. Code that Cranelift made without a
/// position takes that of the code before it, and so does compiler-made code (line 0).
pub(crate) fn rows(f: &Func, body: &CompiledCode, translated: &Translated, entry: u32, start: u32) -> Vec<LineRow> {
    let mut last = Loc { line: f.sites[0].start_line.max(1), site: 0 };
    let mut rows = vec![LineRow { offset: entry, loc: last }];
    for range in body.buffer.get_srclocs_sorted() {
        let position = barrier::position(range.loc.bits(), translated);
        let Some(&loc) = position.and_then(|n| translated.locs.get(n as usize)) else {
            continue;
        };
        if loc.line == 0 || loc == last {
            continue;
        }
        last = loc;
        let offset = range.start + start;
        match rows.last_mut() {
            Some(row) if row.offset == offset => row.loc = loc,
            _ => rows.push(LineRow { offset, loc }),
        }
    }
    rows
}
