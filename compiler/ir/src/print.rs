//! The textual form: what `--emit=ir` shows and what [`parse`](mod@crate::parse) reads back, number by number.
//!
//! ```text
//! func "main.f"(v0: i64, v1: ptr) -> (i64) nosplit {
//!   site "main.f" "/x/f.go":3
//!   site "main.g" "/x/g.go":9 in 0 at 5 wrapper
//!   s0: size 16 align 8 pinned "x"
//!   pad b2
//! b0(v0: i64, v1: ptr):
//!   v2: i64 = load v1+8 @4
//!   v3: i64 = add v0, v2 @9.1
//!   return v3
//! }
//! ```
//!
//! `@line` or `@line.site` is the position, left out for line 0 of site 0. `;` starts a comment. Symbols are quoted as
//! Rust quotes strings. Types of constants, loads and conversions are those of their results.

use std::fmt::{self, Display, Formatter, Write};

use crate::Sym;
use crate::data::{Data, Program, RelocKind, Section};
use crate::func::{Block, Func, Inst, Loc, Site, Value};
use crate::inst::*;

/// An operation without data of its own, with its spelling.
pub(crate) trait Mnemonic: Copy + PartialEq + 'static {
    /// Every operation of the kind.
    const TABLE: &'static [(Self, &'static str)];
    /// Its spelling.
    fn as_str(self) -> &'static str {
        let row = Self::TABLE.iter().find(|row| row.0 == self);
        row.expect("the table lists every operation").1
    }
    /// The operation spelt like this.
    fn from_str(s: &str) -> Option<Self> {
        Self::TABLE.iter().find(|row| row.1 == s).map(|&(op, _)| op)
    }
}

macro_rules! mnemonics {
    ($($ty:ident { $($v:ident $s:literal),* $(,)? })*) => {
        $(impl Mnemonic for $ty {
            const TABLE: &'static [($ty, &'static str)] = &[$(($ty::$v, $s)),*];
        })*
    };
}
mnemonics! {
    BinOp {
        Add "add", Sub "sub", Mul "mul", SDiv "sdiv", UDiv "udiv", SRem "srem", URem "urem", And "and", Or "or",
        Xor "xor", UMulHi "umulhi", SMulHi "smulhi", Rotl "rotl", FAdd "fadd", FSub "fsub", FMul "fmul", FDiv "fdiv",
        FMin "fmin", FMax "fmax",
    }
    ShiftOp { Shl "shl", Shr "shr", Sar "sar" }
    UnOp {
        Neg "neg", Not "not", Clz "clz", Ctz "ctz", Popcnt "popcnt", Bswap "bswap", Bitrev "bitrev", FNeg "fneg",
        FAbs "fabs", Sqrt "sqrt", Ceil "ceil", Floor "floor", Trunc "ftrunc", Nearest "nearest",
    }
    ConvOp {
        Zext "zext", Sext "sext", Trunc "trunc", SToF "stof", UToF "utof", FToS "ftos", FToU "ftou",
        FPromote "fpromote", FDemote "fdemote", Bitcast "bitcast",
    }
    IntCond {
        Eq "eq", Ne "ne", Slt "slt", Sle "sle", Sgt "sgt", Sge "sge", Ult "ult", Ule "ule", Ugt "ugt", Uge "uge",
    }
    FloatCond { Eq "eq", Ne "ne", Lt "lt", Le "le", Gt "gt", Ge "ge" }
    AtomicOp { Add "atomic_add", And "atomic_and", Or "atomic_or", Xchg "atomic_xchg" }
    Section { Rodata "rodata", Data "data", NoPtrData "noptrdata", Bss "bss", NoPtrBss "noptrbss" }
    RelocKind { Abs64 "abs64", Abs32 "abs32" }
}

/// A constant added to an address: nothing for 0, else with its sign.
struct Plus(i64);
impl Display for Plus {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            n => write!(f, "{n:+}"),
        }
    }
}

/// Operands separated by commas.
struct List<'a>(&'a [Value]);
impl Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (n, v) in self.0.iter().enumerate() {
            write!(f, "{}{v}", if n > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

struct Quoted(Sym);
impl Display for Quoted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.as_str())
    }
}

impl Display for BlockCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.block)?;
        if !self.args.is_empty() {
            write!(f, "({})", List(&self.args))?;
        }
        Ok(())
    }
}

impl Display for Loc {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self.line, self.site) {
            (0, 0) => Ok(()),
            (line, 0) => write!(f, " @{line}"),
            (line, site) => write!(f, " @{line}.{site}"),
        }
    }
}

/// The operation and its operands, without results and position.
impl Display for InstData {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        use InstData::*;
        match self {
            Iconst { imm, .. } => write!(f, "iconst {imm}"),
            F32const(bits) => write!(f, "f32const {bits:#010x}"),
            F64const(bits) => write!(f, "f64const {bits:#018x}"),
            SymAddr { sym, offset } => write!(f, "sym_addr {}{}", Quoted(*sym), Plus(*offset)),
            SlotAddr { slot, offset } => write!(f, "slot_addr {slot}{}", Plus((*offset).into())),
            Binary(op, vs) => write!(f, "{} {}", op.as_str(), List(vs)),
            PtrAdd(vs) => write!(f, "ptr_add {}", List(vs)),
            Shift(op, vs) => write!(f, "{} {}", op.as_str(), List(vs)),
            Unary(op, v) => write!(f, "{} {v}", op.as_str()),
            Convert(op, _, v) => write!(f, "{} {v}", op.as_str()),
            Icmp(c, vs) => write!(f, "icmp {} {}", c.as_str(), List(vs)),
            Fcmp(c, vs) => write!(f, "fcmp {} {}", c.as_str(), List(vs)),
            Select(vs) => write!(f, "select {}", List(vs)),
            Load { addr, offset, .. } => write!(f, "load {addr}{}", Plus((*offset).into())),
            Store { addr, offset, val } => {
                write!(f, "store {addr}{}, {val}", Plus((*offset).into()))
            }
            MemCopy { dst, src, size, ptrs } => write!(f, "mem_copy {dst}, {src}, {size}{}", word(*ptrs, "ptrs")),
            MemZero { dst, size, ptrs } => {
                write!(f, "mem_zero {dst}, {size}{}", word(*ptrs, "ptrs"))
            }
            NilCheck(v) => write!(f, "nil_check {v}"),
            BoundsCheck { code, i, n } => write!(f, "bounds_check {code} {i}, {n}"),
            New { ty, size, align, ptrs } => {
                let ptrs = word(*ptrs, "ptrs");
                write!(f, "new {} size {size} align {align}{ptrs}", Quoted(*ty))
            }
            Call(c) => call(f, c),
            KeepAlive(v) => write!(f, "keep_alive {v}"),
            ClosureCtx => f.write_str("closure_ctx"),
            FrameParam => f.write_str("frame_param"),
            FramePtr => f.write_str("frame_ptr"),
            CallerPc => f.write_str("caller_pc"),
            CallerSp => f.write_str("caller_sp"),
            GetG => f.write_str("get_g"),
            AtomicLoad { addr, .. } => write!(f, "atomic_load {addr}"),
            AtomicStore { addr, val } => write!(f, "atomic_store {addr}, {val}"),
            AtomicRmw { op, addr, val } => write!(f, "{} {addr}, {val}", op.as_str()),
            AtomicCas { addr, old, new } => write!(f, "atomic_cas {addr}, {old}, {new}"),
            Jump(t) => write!(f, "jump {t}"),
            Brif(v, a, b) => write!(f, "brif {v}, {a}, {b}"),
            Switch(v, cases, default) => {
                write!(f, "switch {v}, [")?;
                for (n, (imm, t)) in cases.iter().enumerate() {
                    write!(f, "{}{imm}: {t}", if n > 0 { ", " } else { "" })?;
                }
                write!(f, "], {default}")
            }
            Return(vs) if vs.is_empty() => f.write_str("return"),
            Return(vs) => write!(f, "return {}", List(vs)),
            Unreachable => f.write_str("unreachable"),
        }
    }
}

fn word(on: bool, text: &str) -> String {
    if on { format!(" {text}") } else { String::new() }
}

fn call(f: &mut Formatter<'_>, c: &Call) -> fmt::Result {
    match c.callee {
        Callee::Direct(s) => write!(f, "call {}", Quoted(s))?,
        Callee::Builtin(b) => write!(f, "builtin {:?}", b.info().symbol)?,
        Callee::Indirect(v) => write!(f, "call_indirect {v}")?,
    }
    write!(f, "({})", List(&c.args))?;
    if let Some(v) = c.ctx {
        write!(f, " ctx {v}")?;
    }
    if let Some(v) = c.frame {
        write!(f, " frame {v}")?;
    }
    Ok(())
}

/// One instruction as a line of text, without indentation and line end.
pub fn inst_text(func: &Func, i: Inst) -> String {
    let mut s = String::new();
    for (n, &v) in func.results_of(i).iter().enumerate() {
        let comma = if n > 0 { ", " } else { "" };
        let _ = write!(s, "{comma}{v}: {}", func.ty(v).as_str());
    }
    if !s.is_empty() {
        s.push_str(" = ");
    }
    let _ = write!(s, "{}{}", func.insts[i], func.locs[i]);
    match func.insts[i] {
        InstData::F32const(bits) => {
            let _ = write!(s, " ; {:?}", f32::from_bits(bits));
        }
        InstData::F64const(bits) => {
            let _ = write!(s, " ; {:?}", f64::from_bits(bits));
        }
        _ => {}
    }
    s
}

/// A function as text.
pub fn func_to_string(func: &Func) -> String {
    func.to_string()
}

fn params(func: &Func, b: Block) -> String {
    let mut s = String::new();
    for (n, &v) in func.blocks[b].params.iter().enumerate() {
        let comma = if n > 0 { ", " } else { "" };
        let _ = write!(s, "{comma}{v}: {}", func.ty(v).as_str());
    }
    s
}

fn site(f: &mut Formatter<'_>, n: usize, s: &Site) -> fmt::Result {
    let (name, file) = (Quoted(s.name), Quoted(s.file));
    write!(f, "  site {name} {file}:{}", s.start_line)?;
    if n > 0 {
        write!(f, " in {} at {}", s.parent, s.call_line)?;
    }
    writeln!(f, "{}", word(s.wrapper, "wrapper"))
}

impl Display for Func {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "func {}(", Quoted(self.sym))?;
        if let Some(&entry) = self.layout.first() {
            write!(f, "{}", params(self, entry))?;
        }
        f.write_char(')')?;
        if !self.results.is_empty() {
            let results: Vec<_> = self.results.iter().map(|t| t.as_str()).collect();
            write!(f, " -> ({})", results.join(", "))?;
        }
        for (on, text) in flag_words(&self.flags) {
            f.write_str(&word(on, text))?;
        }
        writeln!(f, " {{")?;
        for (n, s) in self.sites.iter().enumerate() {
            site(f, n, s)?;
        }
        for (slot, d) in self.slots.iter() {
            write!(f, "  {slot}: size {} align {}", d.size, d.align)?;
            f.write_str(&word(d.pinned, "pinned"))?;
            match d.name.as_str() {
                "" => writeln!(f)?,
                name => writeln!(f, " {name:?}")?,
            }
        }
        if let Some(pad) = self.landing_pad {
            writeln!(f, "  pad {pad}")?;
        }
        for &b in &self.layout {
            write!(f, "{b}")?;
            if !self.blocks[b].params.is_empty() {
                write!(f, "({})", params(self, b))?;
            }
            writeln!(f, "{}:", word(self.blocks[b].cold, "cold"))?;
            for &i in &self.blocks[b].insts {
                writeln!(f, "  {}", inst_text(self, i))?;
            }
        }
        writeln!(f, "}}")
    }
}

/// The flags of a function with their spelling.
pub(crate) fn flag_words(flags: &crate::FuncFlags) -> [(bool, &'static str); 8] {
    [
        (flags.nosplit, "nosplit"),
        (flags.noinline, "noinline"),
        (flags.wrapper, "wrapper"),
        (flags.has_recover, "has_recover"),
        (flags.uses_ctx, "uses_ctx"),
        (flags.uses_frame, "uses_frame"),
        (flags.no_args, "no_args"),
        (flags.clears_frame, "clears_frame"),
    ]
}

impl Display for Data {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (sym, section) = (Quoted(self.sym), self.section.as_str());
        write!(f, "data {sym} {section} align {} size {} {{", self.align, self.size)?;
        for (n, row) in self.bytes.chunks(32).enumerate() {
            write!(f, "\n  {}: ", n * 32)?;
            for b in row {
                write!(f, "{b:02x}")?;
            }
            let text: String = row.iter().map(|&b| if b.is_ascii_graphic() { b as char } else { '.' }).collect();
            write!(f, " ; {text}")?;
        }
        for r in &self.relocs {
            let (kind, sym) = (r.kind.as_str(), Quoted(r.sym));
            write!(f, "\n  {}: {kind} {sym}{}", r.offset, Plus(r.addend))?;
        }
        writeln!(f, "\n}}")
    }
}

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (alias, sym) in &self.aliases {
            writeln!(f, "alias {} = {}", Quoted(*alias), Quoted(*sym))?;
        }
        for sym in &self.typelinks {
            writeln!(f, "typelink {}", Quoted(*sym))?;
        }
        for sym in &self.itabs {
            writeln!(f, "itab {}", Quoted(*sym))?;
        }
        for (word, text) in [("modinfo", &self.modinfo), ("godebug", &self.godebug)] {
            if !text.is_empty() {
                writeln!(f, "{word} {text:?}")?;
            }
        }
        for d in &self.data {
            write!(f, "{d}")?;
        }
        for func in &self.funcs {
            write!(f, "{func}")?;
        }
        Ok(())
    }
}
