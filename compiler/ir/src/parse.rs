//! Reading the textual form that [`mod@crate::print`] writes, for tests and for replaying dumps.
//!
//! Numbers of values, blocks and slots are kept, so that printing gives the same text again. What the text does not
//! define (values of dead code, say) exists but is never used.

use std::str::FromStr;

use undergo_abi::builtins::Builtin;

use crate::Sym;
use crate::data::{Data, DataReloc, Program};
use crate::func::*;
use crate::inst::*;
use crate::print::{Mnemonic, flag_words};
use crate::types::Type;

/// Reads a whole program.
pub fn program(text: &str) -> Result<Program, String> {
    let mut p = Parser::new(text)?;
    let mut out = Program::default();
    while let Some(word) = p.peek_word() {
        match word {
            "func" => out.funcs.push(p.func()?),
            "data" => out.data.push(p.data()?),
            "alias" => {
                p.next();
                let alias = p.sym()?;
                p.expect("=")?;
                out.aliases.push((alias, p.sym()?));
            }
            "typelink" | "itab" => {
                let list = if word == "itab" { &mut out.itabs } else { &mut out.typelinks };
                p.next();
                list.push(p.sym()?);
            }
            "modinfo" => {
                p.next();
                out.modinfo = p.string()?;
            }
            "godebug" => {
                p.next();
                out.godebug = p.string()?;
            }
            _ => return p.fail("expected func, data, alias, typelink, itab, modinfo or godebug"),
        }
    }
    match p.peek() {
        None => Ok(out),
        Some(_) => p.fail("expected the end"),
    }
}

/// Reads one function.
pub fn func(text: &str) -> Result<Func, String> {
    Parser::new(text)?.func()
}

#[derive(Clone, PartialEq, Debug)]
enum Token<'a> {
    /// Letters, digits, `_` and signs before digits.
    Word(&'a str),
    Str(String),
    Punct(&'a str),
}

struct Parser<'a> {
    /// Tokens with their lines.
    tokens: Vec<(Token<'a>, usize)>,
    at: usize,
}

type Result<T, E = String> = std::result::Result<T, E>;

/// A position, as in ` @12.1`, ends an instruction.
const AT: &str = "@";

fn tokens(text: &str) -> Result<Vec<(Token<'_>, usize)>> {
    let mut out = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(c) = rest.chars().next() {
            let len = match c {
                ';' => break,
                '"' => {
                    let (s, len) = string(rest).ok_or(format!("line {}: bad string", n + 1))?;
                    out.push((Token::Str(s), n + 1));
                    rest = rest[len..].trim_start();
                    continue;
                }
                '+' | '-' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => word_len(&rest[1..]) + 1,
                '-' if rest.starts_with("->") => 2,
                c if c.is_ascii_alphanumeric() || c == '_' => word_len(rest),
                c => c.len_utf8(),
            };
            let (token, after) = rest.split_at(len);
            let is_word = token.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            let token = if is_word { Token::Word(token) } else { Token::Punct(token) };
            out.push((token, n + 1));
            rest = after.trim_start();
        }
    }
    Ok(out)
}

fn word_len(s: &str) -> usize {
    s.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(s.len())
}

/// A quoted string at the start of `s`, and its length there.
fn string(s: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = s.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, at + 1)),
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                '0' => out.push('\0'),
                'u' => {
                    let hex: String = chars.by_ref().map(|c| c.1).skip(1).take_while(|&c| c != '}').collect();
                    out.push(char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?);
                }
                c => out.push(c),
            },
            c => out.push(c),
        }
    }
    None
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Parser<'a>> {
        Ok(Parser { tokens: tokens(text)?, at: 0 })
    }

    fn fail<T>(&self, text: &str) -> Result<T> {
        let line = self.tokens.get(self.at).or(self.tokens.last());
        let line = line.map_or(0, |t| t.1);
        match self.peek() {
            Some(t) => Err(format!("line {line}: {text}, found {t:?}")),
            None => Err(format!("line {line}: {text}, found the end")),
        }
    }

    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at).map(|t| &t.0)
    }
    fn peek_word(&self) -> Option<&'a str> {
        match self.peek() {
            Some(Token::Word(w)) => Some(w),
            _ => None,
        }
    }
    fn is(&self, text: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(t) | Token::Punct(t)) if *t == text)
    }
    fn next(&mut self) {
        self.at += 1;
    }
    fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }
    fn expect(&mut self, text: &str) -> Result<()> {
        if self.eat(text) { Ok(()) } else { self.fail(&format!("expected {text}")) }
    }
    fn word(&mut self) -> Result<&'a str> {
        match self.peek_word() {
            Some(w) => {
                self.next();
                Ok(w)
            }
            None => self.fail("expected a word"),
        }
    }
    fn string(&mut self) -> Result<String> {
        match self.peek() {
            Some(Token::Str(s)) => {
                let s = s.clone();
                self.next();
                Ok(s)
            }
            _ => self.fail("expected a string"),
        }
    }
    fn sym(&mut self) -> Result<Sym> {
        Ok(Sym::new(&self.string()?))
    }

    fn number<T: FromStr>(&mut self) -> Result<T> {
        let parsed = self.peek_word().and_then(|w| w.trim_start_matches('+').parse().ok());
        match parsed {
            Some(n) => {
                self.next();
                Ok(n)
            }
            None => self.fail("expected a number"),
        }
    }
    fn hex(&mut self) -> Result<u64> {
        let parsed = self.peek_word().and_then(|w| w.strip_prefix("0x"));
        match parsed.and_then(|w| u64::from_str_radix(w, 16).ok()) {
            Some(n) => {
                self.next();
                Ok(n)
            }
            None => self.fail("expected a hexadecimal number"),
        }
    }
    /// A number behind a letter, as in `v12`.
    fn entity(&mut self, letter: &str) -> Result<u32> {
        let parsed = self.peek_word().and_then(|w| w.strip_prefix(letter));
        match parsed.and_then(|w| w.parse().ok()) {
            Some(n) => {
                self.next();
                Ok(n)
            }
            None => self.fail(&format!("expected {letter} and a number")),
        }
    }
    /// A signed constant after an address, if any.
    fn plus<T: FromStr + Default>(&mut self) -> Result<T> {
        match self.peek_word() {
            Some(w) if w.starts_with(['+', '-']) => self.number(),
            _ => Ok(T::default()),
        }
    }
    fn ty(&mut self) -> Result<Type> {
        const ALL: [Type; 7] = [Type::I8, Type::I16, Type::I32, Type::I64, Type::F32, Type::F64, Type::Ptr];
        let found = self.peek_word().and_then(|w| ALL.into_iter().find(|t| t.as_str() == w));
        match found {
            Some(t) => {
                self.next();
                Ok(t)
            }
            None => self.fail("expected a type"),
        }
    }
    /// One of a table of operations, if it is next.
    fn op<T: Mnemonic>(&mut self) -> Option<T> {
        let op = self.peek_word().and_then(T::from_str)?;
        self.next();
        Some(op)
    }
    fn must<T: Mnemonic>(&mut self) -> Result<T> {
        match self.op() {
            Some(op) => Ok(op),
            None => self.fail("unknown word"),
        }
    }

    /// Things separated by commas up to `end`, which is eaten.
    fn list<T>(&mut self, end: &str, mut one: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut out = Vec::new();
        while !self.eat(end) {
            if !out.is_empty() {
                self.expect(",")?;
            }
            out.push(one(self)?);
        }
        Ok(out)
    }

    fn data(&mut self) -> Result<Data> {
        self.expect("data")?;
        let sym = self.sym()?;
        let section = self.must()?;
        self.expect("align")?;
        let align = self.number()?;
        self.expect("size")?;
        let size = self.number()?;
        let mut d = Data { sym, section, align, size, bytes: Vec::new(), relocs: Vec::new() };
        self.expect("{")?;
        while !self.eat("}") {
            let offset: u32 = self.number()?;
            self.expect(":")?;
            if let Some(kind) = self.op() {
                let sym = self.sym()?;
                let addend = self.plus()?;
                d.relocs.push(DataReloc { offset, sym, addend, kind });
                continue;
            }
            let digits = self.word()?;
            for pair in digits.as_bytes().chunks(2) {
                let pair = std::str::from_utf8(pair).unwrap_or_default();
                match u8::from_str_radix(pair, 16) {
                    Ok(b) => d.bytes.push(b),
                    Err(_) => return self.fail("bad bytes before this"),
                }
            }
        }
        Ok(d)
    }

    fn func(&mut self) -> Result<Func> {
        self.expect("func")?;
        let sym = self.sym()?;
        self.expect("(")?;
        let params = self.list(")", Self::typed_value)?;
        let results = if self.eat("->") {
            self.expect("(")?;
            self.list(")", Self::ty)?
        } else {
            Vec::new()
        };
        let mut flags = FuncFlags::default();
        while !self.eat("{") {
            self.flag(&mut flags)?;
        }
        let mut sites = Vec::new();
        while self.eat("site") {
            sites.push(self.site()?);
        }
        let Some(first) = sites.first().cloned() else {
            return self.fail("expected a site");
        };
        let mut f = Func::new(sym, first, results);
        f.sites = sites;
        f.flags = flags;
        while self.peek_word().is_some_and(|w| w.starts_with('s')) {
            self.entity("s")?;
            self.expect(":")?;
            self.expect("size")?;
            let size = self.number()?;
            self.expect("align")?;
            let align = self.number()?;
            let pinned = self.eat("pinned");
            let name = match self.peek() {
                Some(Token::Str(_)) => self.sym()?,
                _ => Sym::new(""),
            };
            let slot = f.add_slot(size, align, name);
            f.slots[slot].pinned = pinned;
        }
        let pad = if self.eat("pad") { Some(self.entity("b")?) } else { None };
        self.body(f, pad, &params)
    }

    fn flag(&mut self, flags: &mut FuncFlags) -> Result<()> {
        let word = self.word()?;
        let field = match word {
            "nosplit" => &mut flags.nosplit,
            "noinline" => &mut flags.noinline,
            "wrapper" => &mut flags.wrapper,
            "has_recover" => &mut flags.has_recover,
            "uses_ctx" => &mut flags.uses_ctx,
            "uses_frame" => &mut flags.uses_frame,
            "no_args" => &mut flags.no_args,
            "clears_frame" => &mut flags.clears_frame,
            _ => return self.fail(&format!("unknown flag {word} before this")),
        };
        *field = true;
        debug_assert!(flag_words(flags).contains(&(true, word)));
        Ok(())
    }

    fn site(&mut self) -> Result<Site> {
        let name = self.sym()?;
        let file = self.sym()?;
        self.expect(":")?;
        let start_line = self.number()?;
        let (mut parent, mut call_line) = (0, 0);
        if self.eat("in") {
            parent = self.number()?;
            self.expect("at")?;
            call_line = self.number()?;
        }
        Ok(Site { name, file, start_line, parent, call_line, wrapper: self.eat("wrapper") })
    }

    fn typed_value(&mut self) -> Result<(u32, Type)> {
        let v = self.entity("v")?;
        self.expect(":")?;
        Ok((v, self.ty()?))
    }

    fn value(&mut self) -> Result<Value> {
        Ok(Value::from_u32(self.entity("v")?))
    }

    fn values<const N: usize>(&mut self) -> Result<[Value; N]> {
        let mut out = [Value::from_u32(0); N];
        for (n, v) in out.iter_mut().enumerate() {
            if n > 0 {
                self.expect(",")?;
            }
            *v = self.value()?;
        }
        Ok(out)
    }

    fn body(&mut self, mut f: Func, pad: Option<u32>, params: &[(u32, Type)]) -> Result<Func> {
        f.landing_pad = pad.map(Block::from_u32);
        while !self.eat("}") {
            let b = Block::from_u32(self.entity("b")?);
            while !f.blocks.is_valid(b) {
                f.blocks.push(BlockData::default());
            }
            f.layout.push(b);
            let own = if self.eat("(") { self.list(")", Self::typed_value)? } else { Vec::new() };
            if f.layout.len() == 1 && own != params {
                return self.fail("the entry block's parameters are not the function's");
            }
            for (n, (v, ty)) in own.into_iter().enumerate() {
                let v = define(&mut f, v, ValueDef::Param(b, n as u32), ty);
                f.blocks[b].params.push(v);
            }
            f.blocks[b].cold = self.eat("cold");
            self.expect(":")?;
            while !self.is("}") && !self.starts_block() {
                self.inst(&mut f, b)?;
            }
        }
        Ok(f)
    }

    /// Whether a block's heading is next: no instruction starts like one.
    fn starts_block(&self) -> bool {
        let word = self.peek_word().and_then(|w| w.strip_prefix('b'));
        word.is_some_and(|w| !w.is_empty() && w.bytes().all(|c| c.is_ascii_digit()))
    }

    fn inst(&mut self, f: &mut Func, b: Block) -> Result<()> {
        let mut results = Vec::new();
        let is_value = |w: &str| w[1..].starts_with(|c: char| c.is_ascii_digit());
        if self.peek_word().is_some_and(|w| w.starts_with('v') && is_value(w)) {
            results = self.list("=", Self::typed_value)?;
        }
        let data = self.inst_data(results.first().map(|r| r.1))?;
        let mut loc = Loc::default();
        if self.eat(AT) {
            loc.line = self.number()?;
            if self.eat(".") {
                loc.site = self.number()?;
            }
        }
        let i = f.append(b, data, loc, &[]);
        for (n, (v, ty)) in results.into_iter().enumerate() {
            let v = define(f, v, ValueDef::Result(i, n as u32), ty);
            f.inst_results[i].push(v);
        }
        Ok(())
    }

    fn inst_data(&mut self, ty: Option<Type>) -> Result<InstData> {
        if let Some(data) = self.operator(ty)? {
            return Ok(data);
        }
        let result = |p: &Self| match ty {
            Some(t) => Ok(t),
            None => p.fail("expected a result before this"),
        };
        Ok(match self.word()? {
            "iconst" => InstData::Iconst { ty: result(self)?, imm: self.number()? },
            "f32const" => InstData::F32const(self.hex()? as u32),
            "f64const" => InstData::F64const(self.hex()?),
            "sym_addr" => InstData::SymAddr { sym: self.sym()?, offset: self.plus()? },
            "slot_addr" => InstData::SlotAddr { slot: Slot::from_u32(self.entity("s")?), offset: self.plus()? },
            "ptr_add" => InstData::PtrAdd(self.values()?),
            "icmp" => InstData::Icmp(self.must()?, self.values()?),
            "fcmp" => InstData::Fcmp(self.must()?, self.values()?),
            "select" => InstData::Select(self.values()?),
            "load" => InstData::Load { ty: result(self)?, addr: self.value()?, offset: self.plus()? },
            "store" => {
                let addr = self.value()?;
                let offset = self.plus()?;
                self.expect(",")?;
                let val = self.value()?;
                InstData::Store { addr, offset, val }
            }
            "mem_copy" => {
                let [dst, src] = self.values()?;
                self.expect(",")?;
                InstData::MemCopy { dst, src, size: self.number()?, ptrs: self.eat("ptrs") }
            }
            "mem_zero" => {
                let dst = self.value()?;
                self.expect(",")?;
                InstData::MemZero { dst, size: self.number()?, ptrs: self.eat("ptrs") }
            }
            "nil_check" => InstData::NilCheck(self.value()?),
            "bounds_check" => {
                let code = self.number()?;
                let [i, n] = self.values()?;
                InstData::BoundsCheck { code, i, n }
            }
            "new" => {
                let ty = self.sym()?;
                self.expect("size")?;
                let size = self.number()?;
                self.expect("align")?;
                let align = self.number()?;
                let ptrs = self.eat("ptrs");
                InstData::New { ty, size, align, ptrs }
            }
            "call" => {
                let callee = Callee::Direct(self.sym()?);
                self.call(callee)?
            }
            "builtin" => match Builtin::by_symbol(&self.string()?) {
                Some(b) => self.call(Callee::Builtin(b))?,
                None => return self.fail("unknown builtin before this"),
            },
            "call_indirect" => {
                let callee = Callee::Indirect(self.value()?);
                self.call(callee)?
            }
            "keep_alive" => InstData::KeepAlive(self.value()?),
            "closure_ctx" => InstData::ClosureCtx,
            "frame_param" => InstData::FrameParam,
            "frame_ptr" => InstData::FramePtr,
            "caller_pc" => InstData::CallerPc,
            "caller_sp" => InstData::CallerSp,
            "get_g" => InstData::GetG,
            "atomic_load" => InstData::AtomicLoad { ty: result(self)?, addr: self.value()? },
            "atomic_store" => {
                let [addr, val] = self.values()?;
                InstData::AtomicStore { addr, val }
            }
            "atomic_cas" => {
                let [addr, old, new] = self.values()?;
                InstData::AtomicCas { addr, old, new }
            }
            "jump" => InstData::Jump(self.target()?),
            "brif" => {
                let v = self.value()?;
                self.expect(",")?;
                let then = self.target()?;
                self.expect(",")?;
                InstData::Brif(v, then, self.target()?)
            }
            "switch" => {
                let v = self.value()?;
                self.expect(",")?;
                self.expect("[")?;
                let cases = self.list("]", |p| {
                    let imm = p.number()?;
                    p.expect(":")?;
                    Ok((imm, p.target()?))
                })?;
                self.expect(",")?;
                InstData::Switch(v, cases, self.target()?)
            }
            "return" => {
                let mut vs = Vec::new();
                // Without values, the next thing is a position, a block or the end.
                if self.entity_is_next("v") {
                    vs.push(self.value()?);
                    while self.eat(",") {
                        vs.push(self.value()?);
                    }
                }
                InstData::Return(vs)
            }
            "unreachable" => InstData::Unreachable,
            other => return self.fail(&format!("unknown instruction {other} before this")),
        })
    }

    fn entity_is_next(&self, letter: &str) -> bool {
        let word = self.peek_word().and_then(|w| w.strip_prefix(letter));
        word.is_some_and(|w| w.parse::<u32>().is_ok())
    }

    /// Operations that are spelt by themselves.
    fn operator(&mut self, ty: Option<Type>) -> Result<Option<InstData>> {
        Ok(Some(if let Some(op) = self.op::<BinOp>() {
            InstData::Binary(op, self.values()?)
        } else if let Some(op) = self.op::<ShiftOp>() {
            InstData::Shift(op, self.values()?)
        } else if let Some(op) = self.op::<UnOp>() {
            InstData::Unary(op, self.value()?)
        } else if let Some(op) = self.op::<AtomicOp>() {
            let [addr, val] = self.values()?;
            InstData::AtomicRmw { op, addr, val }
        } else if let Some(op) = self.op::<ConvOp>() {
            match ty {
                Some(to) => InstData::Convert(op, to, self.value()?),
                None => return self.fail("expected a result before this"),
            }
        } else {
            return Ok(None);
        }))
    }

    fn call(&mut self, callee: Callee) -> Result<InstData> {
        self.expect("(")?;
        let args = self.list(")", Self::value)?;
        let ctx = if self.eat("ctx") { Some(self.value()?) } else { None };
        let frame = if self.eat("frame") { Some(self.value()?) } else { None };
        Ok(InstData::Call(Box::new(Call { callee, args, ctx, frame })))
    }

    fn target(&mut self) -> Result<BlockCall> {
        let block = Block::from_u32(self.entity("b")?);
        let args = if self.eat("(") { self.list(")", Self::value)? } else { Vec::new() };
        Ok(BlockCall { block, args })
    }
}

fn define(f: &mut Func, number: u32, def: ValueDef, ty: Type) -> Value {
    let v = Value::from_u32(number);
    while !f.values.is_valid(v) {
        f.values.push((ValueDef::None, Type::I64));
    }
    f.values[v] = (def, ty);
    v
}
