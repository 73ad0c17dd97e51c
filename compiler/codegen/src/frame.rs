//! The finished function: our prologue in front of Cranelift's code, and everything relocated to its new offsets.
//!
//! ```text
//! slow:  mov r11d, need            ; bytes from rsp at entry to rsp in the body
//!        lea r10, [rip + entry]
//!        jmp runtime.morestack     ; a jump, so that calls and returns stay paired; comes back to entry
//! entry: cmp rsp, [r15 + guard]    ; or, for large frames, rsp - need in r11
//!        jbe slow
//!        ...                       ; a frame that is to be clean is cleared
//! body:  push rbp ...              ; aligned, since the constants behind it are
//! ```
//!
//! The prologue is ours because Cranelift knows the frame's size only at the end, and because its own check can do
//! nothing but trap.

use cranelift_codegen::CompiledCode;
use cranelift_codegen::FinalizedRelocTarget;
use cranelift_codegen::binemit::Reloc as ClifReloc;
use cranelift_codegen::ir::{ExternalName, Function};
use undergo_abi::call::SMALL_FRAME;
use undergo_abi::g::offset::GUARD;
use undergo_abi::pctab::flag;
use undergo_ir::{Func, Sym};

use crate::translate::Translated;
use crate::{Compiled, Reloc, RelocKind, barrier, epilogue, lines};

/// Largest frame: Go's limit is that of the whole stack.
pub(crate) const MAX: u64 = 1 << 30;
/// Alignment of bodies. Loops gain from 32 over 16.
const ALIGN: usize = 32;
/// From this size on, the subtraction from rsp is checked for a borrow.
const HUGE: u64 = 1 << 20;

const GUARD_OFFSET: u8 = GUARD as u8;
const _: () = assert!(GUARD < 128);

/// What is said of a frame of so many bytes.
pub(crate) fn too_large(size: u64) -> String {
    format!("stack frame too large (>1GB): {} MB", size >> 20)
}

/// Puts the pieces together.
pub(crate) fn finish(
    f: &Func,
    clif: &Function,
    body: &CompiledCode,
    translated: &Translated,
) -> Result<Compiled, String> {
    let layout = body.buffer.frame_layout().ok_or("no frame layout")?;
    let frame_size = layout.frame_to_fp_offset;
    // The saved rbp comes on top.
    let need = u64::from(frame_size) + 8;
    if need > MAX {
        return Err(too_large(need));
    }
    let leaf = !translated.calls && need <= SMALL_FRAME as u64;
    let mut p = Prologue::default();
    if !f.flags.nosplit && !leaf {
        p.check(need);
    }
    if f.flags.clears_frame {
        p.clear(need);
    }
    let shift = p.finish();
    let mut relocs = p.relocs;
    for r in body.buffer.relocs() {
        relocs.push(reloc(r, shift as u32, clif, translated)?);
    }
    let mut code = p.code;
    let start = code.len();
    code.extend_from_slice(body.buffer.data());
    let blocks: Vec<u32> = body.bb_starts.iter().map(|b| b + start as u32).collect();
    let shape = epilogue::rewrite(&mut code, &blocks, frame_size);

    let mut unsafe_ranges = vec![(p.entry as u32, shape.framed)];
    unsafe_ranges.extend(shape.epilogues);
    unsafe_ranges
        .extend(barrier::ranges(body, translated).iter().map(|(lo, hi)| (lo + start as u32, hi + start as u32)));
    let unsafe_ranges = merged(unsafe_ranges);
    Ok(Compiled {
        sym: f.sym,
        entry: p.entry as u32,
        align: ALIGN as u32,
        relocs,
        frame_size,
        landing_pad: landing_pad(body, start as u32),
        lines: lines::rows(f, body, translated, p.entry as u32, start as u32),
        sites: f.sites.clone(),
        unsafe_ranges,
        flags: flags(f),
        clif: None,
        blocks,
        code,
    })
}

/// The same ranges, ascending and disjoint.
fn merged(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    ranges.dedup_by(|next, last| {
        let overlaps = next.0 <= last.1;
        if overlaps {
            last.1 = last.1.max(next.1);
        }
        overlaps
    });
    ranges
}

fn flags(f: &Func) -> u32 {
    let mut flags = 0;
    for (on, bit) in [
        (f.flags.wrapper, flag::WRAPPER),
        (f.flags.nosplit, flag::NOSPLIT),
        (f.landing_pad.is_some(), flag::HAS_DEFER),
        (f.flags.no_args, flag::NO_ARGS),
    ] {
        if on {
            flags |= bit;
        }
    }
    flags
}

fn landing_pad(body: &CompiledCode, start: u32) -> Option<u32> {
    use cranelift_codegen::FinalizedMachExceptionHandler::Default as CatchAll;
    body.buffer.call_sites().flat_map(|site| site.exception_handlers).find_map(|h| match h {
        CatchAll(at) => Some(at + start),
        _ => None,
    })
}

fn reloc(
    r: &cranelift_codegen::FinalizedMachReloc,
    shift: u32,
    clif: &Function,
    translated: &Translated,
) -> Result<Reloc, String> {
    let FinalizedRelocTarget::ExternalName(ExternalName::User(name)) = &r.target else {
        return Err(format!("a relocation to {:?}", r.target));
    };
    let name = &clif.params.user_named_funcs()[*name];
    let kind = match r.kind {
        ClifReloc::Abs8 => RelocKind::Abs64,
        ClifReloc::Abs4 => RelocKind::Abs32,
        ClifReloc::X86PCRel4 | ClifReloc::X86CallPCRel4 => RelocKind::Rel32,
        other => return Err(format!("a relocation of kind {other}")),
    };
    Ok(Reloc { offset: r.offset + shift, kind, sym: translated.syms[name.index as usize], addend: r.addend })
}

/// Bytes before the body.
#[derive(Default)]
struct Prologue {
    code: Vec<u8>,
    entry: usize,
    relocs: Vec<Reloc>,
}

impl Prologue {
    fn check(&mut self, need: u64) {
        let imm = (need as u32).to_le_bytes();
        // mov r11d, imm32
        self.code.extend([0x41, 0xbb]);
        self.code.extend(imm);
        // lea r10, [rip + 5], which is behind the jump
        self.code.extend([0x4c, 0x8d, 0x15, 5, 0, 0, 0]);
        // jmp rel32
        self.code.push(0xe9);
        self.relocs.push(Reloc {
            offset: self.code.len() as u32,
            kind: RelocKind::Rel32,
            sym: Sym::new("runtime.morestack"),
            addend: -4,
        });
        self.code.extend([0; 4]);
        self.entry = self.code.len();
        if need <= SMALL_FRAME as u64 {
            // cmp rsp, [r15 + guard]
            self.code.extend([0x49, 0x3b, 0x67, GUARD_OFFSET]);
        } else if need < HUGE {
            // lea r11, [rsp - need]
            self.code.extend([0x4c, 0x8d, 0x9c, 0x24]);
            self.code.extend((need as i32).wrapping_neg().to_le_bytes());
            // cmp r11, [r15 + guard]
            self.code.extend([0x4d, 0x3b, 0x5f, GUARD_OFFSET]);
        } else {
            // mov r11, rsp; sub r11, imm32
            self.code.extend([0x49, 0x89, 0xe3, 0x49, 0x81, 0xeb]);
            self.code.extend(imm);
            self.jump_back(0x72);
            // cmp r11, [r15 + guard]
            self.code.extend([0x4d, 0x3b, 0x5f, GUARD_OFFSET]);
        }
        self.jump_back(0x76);
    }

    /// Clears the frame, which is to be below rsp.
    fn clear(&mut self, need: u64) {
        // lea r11, [rsp - need]
        self.code.extend([0x4c, 0x8d, 0x9c, 0x24]);
        self.code.extend((need as i32).wrapping_neg().to_le_bytes());
        // 1: mov qword ptr [r11], 0; add r11, 8; cmp r11, rsp; jb 1b
        self.code.extend([0x49, 0xc7, 0x03, 0, 0, 0, 0, 0x49, 0x83, 0xc3, 8, 0x49, 0x39, 0xe3, 0x72, 0xf0]);
    }

    /// A conditional jump to the slow path, which is at offset 0 until padding goes before it.
    fn jump_back(&mut self, opcode: u8) {
        let end = self.code.len() + 2;
        self.code.push(opcode);
        self.code.push((-(end as i64)) as i8 as u8);
    }

    /// Pads in front, so that the body is aligned. Gives the body's offset.
    fn finish(&mut self) -> usize {
        let pad = self.code.len().next_multiple_of(ALIGN) - self.code.len();
        // int3: nobody comes here.
        self.code.splice(0..0, std::iter::repeat_n(0xcc, pad));
        self.entry += pad;
        for r in &mut self.relocs {
            r.offset += pad as u32;
        }
        self.code.len()
    }
}
