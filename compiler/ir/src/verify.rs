//! The invariants, checked.
//!
//! Run after lowering and after every pass in debug builds. A complaint is a bug of the compiler, never of the user's
//! program, so it is text for a developer: block and instruction with what is wrong.

use cranelift_entity::SecondaryMap;
use undergo_abi::call::{FLOAT_ARG_REGS, INT_ARG_REGS};

use crate::builder::scalar;
use crate::cfg::Cfg;
use crate::dom::DomTree;
use crate::func::{Block, Func, Inst, Value, ValueDef};
use crate::inst::*;
use crate::print::inst_text;
use crate::types::Type;

/// Gives all violations found, at most a few dozen.
pub fn verify(f: &Func) -> Result<(), Vec<String>> {
    let mut v = Verifier { f, errors: Vec::new() };
    v.structure();
    // Types and dominance can only be asked of a function whose blocks and values exist.
    if v.errors.is_empty() {
        v.instructions();
        v.dominance();
    }
    if v.errors.is_empty() {
        Ok(())
    } else {
        v.errors.truncate(40);
        Err(v.errors)
    }
}

/// Panics with the whole function if it is not valid. `after` names the pass.
pub fn assert_valid(f: &Func, after: &str) {
    if let Err(errors) = verify(f) {
        let errors = errors.join("\n  ");
        panic!("bad IR after {after} in {}:\n  {errors}\n{f}", f.sym);
    }
}

struct Verifier<'a> {
    f: &'a Func,
    errors: Vec<String>,
}

impl Verifier<'_> {
    fn error(&mut self, text: String) {
        self.errors.push(text);
    }

    fn at(&mut self, b: Block, i: Inst, text: &str) {
        let line = inst_text(self.f, i);
        self.errors.push(format!("{b}: {line}: {text}"));
    }

    /// Blocks, terminators, and references to things that exist.
    fn structure(&mut self) {
        let f = self.f;
        if f.layout.is_empty() {
            return self.error("no entry block".into());
        }
        let mut listed: SecondaryMap<Block, bool> = SecondaryMap::new();
        for &b in &f.layout {
            if !f.blocks.is_valid(b) || listed[b] {
                return self.error(format!("{b} is listed twice or does not exist"));
            }
            listed[b] = true;
        }
        for &b in &f.layout {
            let insts = &f.blocks[b].insts;
            if f.terminator(b).is_none() {
                self.error(format!("{b} has no terminator"));
            }
            for (n, &i) in insts.iter().enumerate() {
                let data = &f.insts[i];
                if data.is_terminator() && n + 1 != insts.len() {
                    self.at(b, i, "terminator within a block");
                }
                for t in data.targets() {
                    if !f.blocks.is_valid(t.block) || !listed[t.block] {
                        self.error(format!("{b} goes to {}, which is not listed", t.block));
                    }
                    if t.block == f.entry() {
                        self.error(format!("{b} goes to the entry block"));
                    }
                }
                data.each_operand(|v| {
                    if !f.values.is_valid(v) {
                        self.errors.push(format!("{b}: {i} uses unknown {v}"));
                    }
                });
                for (n, &r) in f.results_of(i).iter().enumerate() {
                    if f.def(r) != ValueDef::Result(i, n as u32) {
                        self.error(format!("{b}: {r} does not name its definition"));
                    }
                }
                if f.locs[i].site as usize >= f.sites.len() {
                    self.error(format!("{b}: {i} has an unknown site"));
                }
                if let InstData::SlotAddr { slot, .. } = data
                    && !f.slots.is_valid(*slot)
                {
                    self.error(format!("{b}: {i} uses unknown {slot}"));
                }
            }
            for (n, &p) in f.blocks[b].params.iter().enumerate() {
                if f.def(p) != ValueDef::Param(b, n as u32) {
                    self.error(format!("{b}: parameter {p} does not name its definition"));
                }
            }
        }
        self.frame(&listed);
    }

    /// Slots, sites, landing pad and signature.
    fn frame(&mut self, listed: &SecondaryMap<Block, bool>) {
        let f = self.f;
        for (s, d) in f.slots.iter() {
            if !d.align.is_power_of_two() || d.align > 16 {
                self.error(format!("{s} has alignment {}", d.align));
            }
        }
        for (n, s) in f.sites.iter().enumerate() {
            if n > 0 && s.parent as usize >= n {
                self.error(format!("site {n} comes before its parent {}", s.parent));
            }
        }
        if let Some(pad) = f.landing_pad
            && (!listed[pad] || pad == f.entry() || !f.blocks[pad].params.is_empty())
        {
            self.error(format!("landing pad {pad} is the entry or has parameters"));
        }
        let params: Vec<Type> = f.params().iter().map(|&p| f.ty(p)).collect();
        for (what, types) in [("parameters", &params), ("results", &f.results)] {
            if !fits_registers(types) {
                self.error(format!("{what} do not fit in registers"));
            }
        }
    }

    fn instructions(&mut self) {
        let f = self.f;
        for &b in &f.layout {
            for &i in &f.blocks[b].insts {
                let results: Vec<Type> = f.results_of(i).iter().map(|&v| f.ty(v)).collect();
                if let Err(text) = check_inst(f, &f.insts[i], &results) {
                    self.at(b, i, &text);
                }
                let entry_only = matches!(f.insts[i], InstData::ClosureCtx | InstData::FrameParam);
                if entry_only && b != f.entry() {
                    self.at(b, i, "only in the entry block");
                }
                for t in f.insts[i].targets() {
                    let have: Vec<Type> = t.args.iter().map(|&v| f.ty(v)).collect();
                    let want = &f.blocks[t.block].params;
                    let want: Vec<Type> = want.iter().map(|&v| f.ty(v)).collect();
                    if have != want {
                        let text = format!("{} takes {}", t.block, names(&want));
                        self.at(b, i, &text);
                    }
                }
            }
        }
    }

    /// Every use is dominated by its definition.
    fn dominance(&mut self) {
        let f = self.f;
        let cfg = Cfg::new(f);
        let dom = DomTree::new(&cfg);
        // Where instructions are: block, and position in it from 1.
        let mut place: SecondaryMap<Inst, (u32, u32)> = SecondaryMap::new();
        for &b in &f.layout {
            for (n, &i) in f.blocks[b].insts.iter().enumerate() {
                place[i] = (b.as_u32(), n as u32 + 1);
            }
        }
        for &b in &cfg.rpo {
            for &i in &f.blocks[b].insts {
                let mut bad = None;
                f.insts[i].each_operand(|v| {
                    let ok = match f.def(v) {
                        ValueDef::Result(d, _) => {
                            let (db, n) = place[d];
                            let db = Block::from_u32(db);
                            n != 0 && if db == b { n < place[i].1 } else { dom.dominates(db, b) }
                        }
                        ValueDef::Param(db, _) => dom.dominates(db, b),
                        ValueDef::None => false,
                    };
                    if !ok {
                        bad = Some(v);
                    }
                });
                if let Some(v) = bad {
                    self.at(b, i, &format!("{v} is not defined on every way here"));
                }
            }
        }
    }
}

fn fits_registers(types: &[Type]) -> bool {
    let floats = types.iter().filter(|t| t.is_float()).count();
    floats <= FLOAT_ARG_REGS && types.len() - floats <= INT_ARG_REGS
}

fn names(types: &[Type]) -> String {
    let names: Vec<_> = types.iter().map(|t| t.as_str()).collect();
    format!("({})", names.join(", "))
}

fn require(ok: bool, text: &str) -> Result<(), String> {
    if ok { Ok(()) } else { Err(text.to_owned()) }
}

fn results_are(results: &[Type], want: &[Type]) -> Result<(), String> {
    require(results == want, &format!("gives {}", names(want)))
}

/// Operand and result types of one instruction.
fn check_inst(f: &Func, data: &InstData, results: &[Type]) -> Result<(), String> {
    use InstData::*;
    let ty = |v: &Value| f.ty(*v);
    // Raw addresses (of g, of frames) come as I64.
    let address = |v: &Value| require(matches!(ty(v), Type::Ptr | Type::I64), "the address is not ptr or i64");
    match data {
        Iconst { ty, imm } => {
            require(!ty.is_float(), "an integer constant")?;
            require(*ty != Type::Ptr || *imm == 0, "the only pointer constant is 0")?;
            results_are(results, &[*ty])
        }
        F32const(_) => results_are(results, &[Type::F32]),
        F64const(_) => results_are(results, &[Type::F64]),
        SymAddr { .. } | SlotAddr { .. } | ClosureCtx | FrameParam | New { .. } => results_are(results, &[Type::Ptr]),
        FramePtr | CallerPc | CallerSp | GetG => results_are(results, &[Type::I64]),
        Binary(op, [a, b]) => {
            require(ty(a) == ty(b), "operands differ in type")?;
            let float = matches!(op, BinOp::FAdd | BinOp::FSub | BinOp::FMul | BinOp::FDiv | BinOp::FMin | BinOp::FMax);
            let ok = if float { ty(a).is_float() } else { ty(a).is_int() };
            require(ok, "wrong operand type")?;
            let high = matches!(op, BinOp::UMulHi | BinOp::SMulHi);
            require(!high || ty(a) == Type::I64, "only for i64")?;
            results_are(results, &[ty(a)])
        }
        PtrAdd([p, off]) => {
            require(ty(p) == Type::Ptr && ty(off) == Type::I64, "takes ptr and i64")?;
            results_are(results, &[Type::Ptr])
        }
        Shift(_, [v, count]) => {
            require(ty(v).is_int() && ty(count).is_int(), "takes integers")?;
            results_are(results, &[ty(v)])
        }
        Unary(op, v) => {
            let int =
                matches!(op, UnOp::Neg | UnOp::Not | UnOp::Clz | UnOp::Ctz | UnOp::Popcnt | UnOp::Bswap | UnOp::Bitrev);
            let ok = if int { ty(v).is_int() } else { ty(v).is_float() };
            require(ok, "wrong operand type")?;
            require(*op != UnOp::Bswap || ty(v) != Type::I8, "a byte has no byte order")?;
            results_are(results, &[ty(v)])
        }
        Convert(op, to, v) => {
            require(convertible(*op, ty(v), *to), "no such conversion between these types")?;
            results_are(results, &[*to])
        }
        Icmp(_, [a, b]) => {
            require(ty(a) == ty(b) && !ty(a).is_float(), "takes two integers or pointers")?;
            results_are(results, &[Type::I8])
        }
        Fcmp(_, [a, b]) => {
            require(ty(a) == ty(b) && ty(a).is_float(), "takes two floats")?;
            results_are(results, &[Type::I8])
        }
        Select([c, a, b]) => {
            require(ty(c) == Type::I8 && ty(a) == ty(b), "takes i8 and two of a type")?;
            results_are(results, &[ty(a)])
        }
        Load { ty, addr, .. } | AtomicLoad { ty, addr } => {
            address(addr)?;
            results_are(results, &[*ty])
        }
        Store { addr, .. } | AtomicStore { addr, .. } => {
            address(addr)?;
            results_are(results, &[])
        }
        MemCopy { dst, src, size, .. } => {
            address(dst)?;
            address(src)?;
            require(*size > 0, "of nothing")?;
            results_are(results, &[])
        }
        MemZero { dst, size, .. } => {
            address(dst)?;
            require(*size > 0, "of nothing")?;
            results_are(results, &[])
        }
        NilCheck(v) => {
            address(v)?;
            results_are(results, &[])
        }
        BoundsCheck { i, n, .. } => {
            require(ty(i) == Type::I64 && ty(n) == Type::I64, "takes i64")?;
            results_are(results, &[])
        }
        Call(c) => check_call(f, c, results),
        KeepAlive(_) | Jump(_) | Unreachable => results_are(results, &[]),
        AtomicRmw { addr, val, .. } => {
            address(addr)?;
            require(!ty(val).is_float(), "takes integers")?;
            results_are(results, &[ty(val)])
        }
        AtomicCas { addr, old, new } => {
            address(addr)?;
            require(ty(old) == ty(new) && !ty(old).is_float(), "takes two of a type")?;
            results_are(results, &[Type::I8])
        }
        Brif(v, ..) => {
            require(ty(v) == Type::I8, "takes i8")?;
            results_are(results, &[])
        }
        Switch(v, cases, _) => {
            require(ty(v).is_int(), "takes an integer")?;
            let mut values: Vec<i64> = cases.iter().map(|c| c.0).collect();
            values.sort_unstable();
            require(values.windows(2).all(|w| w[0] != w[1]), "a case is listed twice")?;
            results_are(results, &[])
        }
        Return(vs) => {
            let have: Vec<Type> = vs.iter().map(ty).collect();
            require(have == f.results, &format!("the function returns {}", names(&f.results)))?;
            results_are(results, &[])
        }
    }
}

fn convertible(op: ConvOp, from: Type, to: Type) -> bool {
    let wide = |t: Type| matches!(t, Type::I32 | Type::I64);
    match op {
        ConvOp::Zext | ConvOp::Sext => from.is_int() && to.is_int() && from.bytes() < to.bytes(),
        ConvOp::Trunc => from.is_int() && to.is_int() && from.bytes() > to.bytes(),
        ConvOp::SToF | ConvOp::UToF => wide(from) && to.is_float(),
        ConvOp::FToS => from.is_float() && wide(to),
        ConvOp::FToU => from.is_float() && to == Type::I64,
        ConvOp::FPromote => from == Type::F32 && to == Type::F64,
        ConvOp::FDemote => from == Type::F64 && to == Type::F32,
        ConvOp::Bitcast => from.bytes() == to.bytes(),
    }
}

fn check_call(f: &Func, c: &crate::inst::Call, results: &[Type]) -> Result<(), String> {
    let args: Vec<Type> = c.args.iter().map(|&v| f.ty(v)).collect();
    require(fits_registers(&args) && fits_registers(results), "does not fit in registers")?;
    let word = |v: Option<Value>| v.is_none_or(|v| matches!(f.ty(v), Type::Ptr | Type::I64));
    require(word(c.ctx) && word(c.frame), "context and frame are pointers")?;
    match c.callee {
        Callee::Builtin(b) => {
            let info = b.info();
            let want: Vec<Type> = info.params.iter().map(|&t| scalar(t)).collect();
            require(args == want, &format!("takes {}", names(&want)))?;
            let want: Vec<Type> = info.results.iter().map(|&t| scalar(t)).collect();
            results_are(results, &want)
        }
        Callee::Indirect(v) => require(matches!(f.ty(v), Type::Ptr | Type::I64), "the callee is no address"),
        Callee::Direct(_) => Ok(()),
    }
}
