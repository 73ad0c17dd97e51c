//! From [`undergo_ir`] to x86-64 machine code, one function at a time.
//!
//! Reading order: [`ctx`] (settings), [`translate`] (a function's blocks, entry and landing pad), then its
//! instructions by kind: [`arith`], [`memory`] and [`barrier`], [`call`], [`switch`]; and what happens to the finished code:
//! [`frame`] (our prologue before the body), [`epilogue`] (a redundant instruction removed), [`lines`] (positions and
//! unsafe ranges), [`text`] (disassembly for people), [`bytes`] (the form for caches). [`guard`] is for bugs of
//! Cranelift, `vast` for functions too large for it.
//!
//! Data in: a valid [`Func`], nothing else. Data out: [`Compiled`], code with symbolic relocations, independent of
//! where it will lie and of every other function, so that functions can be compiled in parallel and cached.
//!
//! Invariants:
//! - No Go call has arguments on the machine stack ([`undergo_abi::call`]).
//! - r15 is the current goroutine everywhere.
//! - Whatever the landing pad needs is in pinned slots. The call whose exceptional edge leads to it comes before
//!   everything else, so that no value can be live across that edge.
#![forbid(unsafe_code)]

mod arith;
mod barrier;
pub mod bytes;
mod call;
pub mod ctx;
mod epilogue;
mod frame;
mod guard;
mod lines;
mod memory;
mod switch;
pub mod text;
mod translate;
mod vast;

use std::fmt;

use undergo_ir::{Func, Loc, Site, Sym};

pub use ctx::Ctx;

/// A function's machine code.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Link symbol.
    pub sym: Sym,
    /// Code and the constants behind it. The code before [`Compiled::entry`] is the slow path of the stack check.
    pub code: Vec<u8>,
    /// Offset of the entry point, which is the symbol's address.
    pub entry: u32,
    /// Required alignment of the start of `code`.
    pub align: u32,
    /// Addresses to be filled in.
    pub relocs: Vec<Reloc>,
    /// Distance in bytes from rsp in the body to rbp.
    pub frame_size: u32,
    /// Offset in `code` where a recovered panic resumes.
    pub landing_pad: Option<u32>,
    /// Positions, ascending; a row holds up to the next one.
    pub lines: Vec<LineRow>,
    /// The function itself and the calls inlined in it: what [`Loc::site`] indexes.
    pub sites: Vec<Site>,
    /// Where a goroutine must not be preempted: offsets in `code`, `[start, end)`, ascending.
    pub unsafe_ranges: Vec<(u32, u32)>,
    /// [`undergo_abi::pctab::flag`] bits.
    pub flags: u32,
    /// Cranelift's text of the function, if [`Ctx::keep_clif`] asks for it.
    pub clif: Option<String>,
    /// Where basic blocks start, as offsets in `code`; data lies between blocks and at the end.
    pub blocks: Vec<u32>,
}

/// The position of the code from an offset on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineRow {
    /// Offset in the code.
    pub offset: u32,
    /// Its position; the line is never 0.
    pub loc: Loc,
}

/// An address to be filled in: `sym + addend`, or its distance from the field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reloc {
    /// Where in the code.
    pub offset: u32,
    /// Width and meaning.
    pub kind: RelocKind,
    /// Whose address.
    pub sym: Sym,
    /// Added to it.
    pub addend: i64,
}

/// How an address is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RelocKind {
    /// 8 bytes, absolute.
    Abs64,
    /// 4 bytes, absolute.
    Abs32,
    /// 4 bytes, relative to the field itself.
    Rel32,
}

/// Why a function cannot be compiled: a limit, of ours or of Cranelift, or a bug.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// The function.
    pub sym: Sym,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.sym, self.text)
    }
}
impl std::error::Error for Error {}

/// Compiles `f`, which must be valid (see [`undergo_ir::verify`]).
///
/// Where Cranelift's optimizer panics, the function is compiled once more without it, and [`Ctx::retried`] tells.
pub fn compile_func(f: &Func, ctx: &mut Ctx) -> Result<Compiled, Error> {
    let error = |text: String| Error { sym: f.sym, text };
    let size: u64 = f.slots.values().map(|s| s.size).sum();
    if size > frame::MAX {
        return Err(error(frame::too_large(size)));
    }
    let result = guard::run(|| attempt(f, ctx, Effort::Full)).or_else(|panic| {
        // What the panic left half done.
        ctx.reset();
        ctx.retried.push((f.sym, panic));
        guard::run(|| attempt(f, ctx, Effort::Plain))
    });
    let result = result.unwrap_or_else(|panic| {
        ctx.reset();
        Err(format!("internal error in code generation: {panic}"))
    });
    result.map_err(error)
}

/// How much Cranelift is asked for.
#[derive(Clone, Copy)]
enum Effort {
    /// Its optimizer, unless the function is too large for it.
    Full,
    /// No optimizer.
    Plain,
}

fn attempt(f: &Func, ctx: &mut Ctx, effort: Effort) -> Result<Compiled, String> {
    ctx.clif.clear();
    let translated = translate::translate(f, &mut ctx.clif.func);
    let isa = match effort {
        Effort::Full if vast::is_vast(&ctx.clif.func) => ctx.vast_isa(),
        Effort::Full => ctx.isa.clone(),
        Effort::Plain => ctx.plain_isa(),
    };
    let clif = ctx.keep_clif.then(|| text::clif(&ctx.clif.func, &translated));
    if let Err(e) = ctx.clif.compile(&*isa, &mut ctx.control) {
        return Err(cranelift_codegen::print_errors::pretty_error(e.func, e.inner));
    }
    let body = ctx.clif.compiled_code().expect("compilation succeeded");
    let mut compiled = frame::finish(f, &ctx.clif.func, body, &translated)?;
    compiled.clif = clif;
    Ok(compiled)
}

/// Cranelift's text of a function, for `--emit=clif`.
pub fn clif_text(f: &Func) -> Result<String, Error> {
    let mut ctx = Ctx::new();
    ctx.keep_clif = true;
    Ok(compile_func(f, &mut ctx)?.clif.unwrap_or_default())
}

/// The disassembled machine code of a function, for `--emit=asm`.
pub fn asm_text(f: &Func) -> Result<String, Error> {
    Ok(text::asm(&compile_func(f, &mut Ctx::new())?))
}
