//! Code for people: `--emit=clif` and `--emit=asm`.

use std::fmt::Write;

use cranelift_codegen::ir::Function;
use iced_x86::{Decoder, DecoderOptions, FlowControl, Formatter, Instruction, IntelFormatter};

use crate::translate::Translated;
use crate::{Compiled, RelocKind};

/// Cranelift's text, with a table of the symbols behind its numbers.
pub(crate) fn clif(func: &Function, translated: &Translated) -> String {
    let mut s = String::new();
    for (n, sym) in translated.syms.iter().enumerate() {
        let _ = writeln!(s, "; u0:{n} = {sym}");
    }
    let _ = write!(s, "{}", func.display());
    s
}

/// Disassembly with offsets from the entry point, symbols, lines, and data as bytes.
pub fn asm(c: &Compiled) -> String {
    let mut s = format!("{}: frame {}", c.sym, c.frame_size);
    if let Some(pad) = c.landing_pad {
        let _ = write!(s, ", pad {:#x}", pad - c.entry);
    }
    s.push('\n');
    let mut formatter = IntelFormatter::new();
    formatter.options_mut().set_hex_prefix("0x");
    formatter.options_mut().set_hex_suffix("");
    formatter.options_mut().set_space_after_operand_separator(true);
    formatter.options_mut().set_branch_leading_zeros(false);
    formatter.options_mut().set_uppercase_hex(false);
    // Blocks and the slow path are code, what lies between is not.
    let mut starts: Vec<u32> = c.blocks.clone();
    starts.extend(slow_path(c));
    starts.push(c.entry);
    starts.sort_unstable();
    starts.dedup();
    let mut at = starts[0];
    for (n, &start) in starts.iter().enumerate() {
        data(&mut s, c, at, start);
        let end = starts.get(n + 1).map_or(c.code.len() as u32, |&e| e);
        at = block(&mut s, c, &mut formatter, start, end);
    }
    data(&mut s, c, at, c.code.len() as u32);
    s
}

/// Where the slow path starts, if there is one.
fn slow_path(c: &Compiled) -> Option<u32> {
    c.code[..c.entry as usize].iter().position(|&b| b != 0xcc).map(|n| n as u32)
}

fn block(s: &mut String, c: &Compiled, f: &mut IntelFormatter, start: u32, end: u32) -> u32 {
    let bytes = &c.code[start as usize..end as usize];
    // Addresses count from the entry point, as tracebacks do.
    let ip = u64::from(start).wrapping_sub(u64::from(c.entry));
    let mut decoder = Decoder::with_ip(64, bytes, ip, DecoderOptions::NONE);
    let mut inst = Instruction::default();
    while decoder.can_decode() {
        decoder.decode_out(&mut inst);
        let next = start + decoder.position() as u32;
        let here = next - inst.len() as u32;
        let offset = i64::from(here) - i64::from(c.entry);
        let mut text = String::new();
        f.format(&inst, &mut text);
        if let Ok(n) = c.lines.binary_search_by_key(&here, |r| r.offset) {
            let loc = c.lines[n].loc;
            let _ = write!(text, " ;{loc}");
        }
        for r in &c.relocs {
            if (here..next).contains(&r.offset) {
                // Relative fields count from the end of the instruction.
                let bias = match r.kind {
                    RelocKind::Rel32 => i64::from(next - r.offset),
                    _ => 0,
                };
                let _ = write!(text, " ; {}", r.sym);
                if r.addend + bias != 0 {
                    let _ = write!(text, "{:+}", r.addend + bias);
                }
            }
        }
        let _ = writeln!(s, "{}: {text}", label(offset));
        if matches!(
            inst.flow_control(),
            FlowControl::Return
                | FlowControl::UnconditionalBranch
                | FlowControl::IndirectBranch
                | FlowControl::Exception
        ) {
            return next;
        }
    }
    end
}

/// An offset from the entry point; the slow path lies before it.
fn label(offset: i64) -> String {
    let sign = if offset < 0 { "-" } else { "" };
    format!("{:>6}", format!("{sign}{:x}", offset.unsigned_abs()))
}

fn data(s: &mut String, c: &Compiled, start: u32, end: u32) {
    for at in (start..end).step_by(16) {
        let row = &c.code[at as usize..(at + 16).min(end) as usize];
        let offset = label(i64::from(at) - i64::from(c.entry));
        let _ = write!(s, "{offset}: .bytes");
        for b in row {
            let _ = write!(s, " {b:02x}");
        }
        s.push('\n');
    }
}
