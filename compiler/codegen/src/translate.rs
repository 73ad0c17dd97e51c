//! A function as CLIF: blocks, slots, entry and landing pad. Instructions are in the modules beside this one.

use std::collections::HashMap;

use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::entity::{EntityRef, SecondaryMap};
use cranelift_codegen::ir::{
    self as clif, AbiParam, AliasRegion, AliasRegionData, BlockArg, ExceptionTableData, ExceptionTableItem, Function,
    InstBuilder, MemFlagsData, Signature, SourceLoc, StackSlotData, StackSlotKind, TrapCode, UserExternalName, types,
};
use cranelift_codegen::isa::CallConv;
use undergo_abi::builtins::Builtin;
use undergo_abi::g::offset;
use undergo_ir::cfg::Cfg;
use undergo_ir::{Block, BlockCall, Func, Inst, InstData, Loc, Slot, Sym, Type, Value};

/// The access behind a nil check.
pub(crate) const TRAP_NIL: TrapCode = TrapCode::unwrap_user(1);
/// A place that control does not reach.
pub(crate) const TRAP_UNREACHABLE: TrapCode = TrapCode::unwrap_user(2);

/// What the numbers in the translated function mean.
pub(crate) struct Translated {
    /// Symbols, by the index of external names.
    pub syms: Vec<Sym>,
    /// Positions, by source location.
    pub locs: Vec<Loc>,
    /// Indices of the positions of the write barriers.
    pub barriers: Vec<u32>,
    /// Whether it calls what may be recursive or deep: if not, and if its frame is small, the stack need not be
    /// checked.
    pub calls: bool,
}

/// State of a translation.
pub(crate) struct Translator<'a> {
    pub f: &'a Func,
    pub cur: FuncCursor<'a>,
    values: SecondaryMap<Value, Option<clif::Value>>,
    blocks: SecondaryMap<Block, Option<clif::Block>>,
    slots: SecondaryMap<Slot, Option<clif::StackSlot>>,
    /// Where [`InstData::KeepAlive`] puts its operand.
    keep: Option<clif::StackSlot>,
    syms: Vec<Sym>,
    sym_index: HashMap<Sym, u32>,
    globals: HashMap<Sym, clif::GlobalValue>,
    signatures: HashMap<(Vec<clif::Type>, Vec<clif::Type>), clif::SigRef>,
    functions: HashMap<(Sym, clif::SigRef), clif::FuncRef>,
    locs: Vec<Loc>,
    /// Index of the position of the current instruction.
    loc: u32,
    /// Source location of what is made: that position, or a piece of a write barrier.
    srcloc: SourceLoc,
    /// The instructions before it in its block.
    pub before: &'a [Inst],
    barriers: Vec<u32>,
    stubs: HashMap<Sym, clif::FuncRef>,
    loc_index: HashMap<Loc, u32>,
    pub calls: bool,
}

/// The machine type of an IR type.
pub(crate) fn ty(t: Type) -> clif::Type {
    match t {
        Type::I8 => types::I8,
        Type::I16 => types::I16,
        Type::I32 => types::I32,
        Type::I64 | Type::Ptr => types::I64,
        Type::F32 => types::F32,
        Type::F64 => types::F64,
    }
}

/// Flags of an access that may fault.
///
/// All memory is one alias region. Accesses without any would mean the same, but Cranelift 0.135 then does not see that
/// a call observes the last store before it (`LastStores::fence` leaves `last_fence` unobserved), and takes that store
/// away if another block overwrites it later.
pub(crate) fn faulting() -> MemFlagsData {
    MemFlagsData::new().with_alias_region(Some(memory()))
}

/// Flags of an access that cannot fault. Not said to be aligned: that would mean 16 bytes for the pieces of a copy.
pub(crate) fn trusted() -> MemFlagsData {
    faulting().with_notrap()
}

/// The alias region of all memory, the first and only one of a function.
fn memory() -> AliasRegion {
    AliasRegion::new(0)
}

/// Fills the empty function `out` with the translation of `f`.
pub(crate) fn translate(f: &Func, out: &mut Function) -> Translated {
    let params: Vec<clif::Type> = f.params().iter().map(|&v| ty(f.ty(v))).collect();
    let results: Vec<clif::Type> = f.results.iter().map(|&t| ty(t)).collect();
    out.signature = signature(&params, &results);
    let region = out.dfg.alias_regions.insert(AliasRegionData { user_id: 0, description: "memory".into() });
    debug_assert!(region == memory());
    let mut t = Translator {
        f,
        cur: FuncCursor::new(out),
        values: SecondaryMap::new(),
        blocks: SecondaryMap::new(),
        slots: SecondaryMap::new(),
        keep: None,
        syms: Vec::new(),
        sym_index: HashMap::new(),
        globals: HashMap::new(),
        signatures: HashMap::new(),
        functions: HashMap::new(),
        locs: Vec::new(),
        loc: 0,
        srcloc: SourceLoc::default(),
        before: &[],
        barriers: Vec::new(),
        stubs: HashMap::new(),
        loc_index: HashMap::new(),
        calls: false,
    };
    t.function();
    Translated { syms: t.syms, locs: t.locs, barriers: t.barriers, calls: t.calls }
}

fn signature(params: &[clif::Type], results: &[clif::Type]) -> Signature {
    let mut s = Signature::new(CallConv::Tail);
    s.params.extend(params.iter().map(|&t| AbiParam::new(t)));
    s.returns.extend(results.iter().map(|&t| AbiParam::new(t)));
    s
}

impl Translator<'_> {
    fn function(&mut self) {
        let cfg = Cfg::new(self.f);
        let f = self.f;
        for &b in &cfg.rpo {
            let block = self.cur.func.dfg.make_block();
            for &p in &f.blocks[b].params {
                let v = self.cur.func.dfg.append_block_param(block, ty(f.ty(p)));
                self.values[p] = Some(v);
            }
            self.blocks[b] = Some(block);
        }
        // Reverse postorder: a definition is translated before its uses.
        for &b in &cfg.rpo {
            let block = self.target(b);
            self.cur.insert_block(block);
            // Cranelift lays blocks that end in a trap out last as well; what they are cut into shall stay together.
            let ends_badly = f.terminator(b).is_some_and(|t| f.insts[t] == InstData::Unreachable);
            if b != f.entry() && (f.blocks[b].cold || ends_badly) {
                self.cur.func.layout.set_cold(block);
            }
            let mut pad = None;
            if b == f.entry() {
                self.entry();
                pad = f.landing_pad;
            }
            for (n, &i) in f.blocks[b].insts.iter().enumerate() {
                if !self.only_fills_frame(i)
                    && let Some(pad) = pad.take()
                {
                    self.enter_defers(pad);
                }
                self.before = &f.blocks[b].insts[..n];
                self.set_loc(self.loc_of(i));
                self.inst(i);
            }
        }
    }

    /// Whether an instruction at the entry belongs in front of the call that registers the function's defers: parameters
    /// that go to slots at once need not live across it.
    fn only_fills_frame(&self, i: Inst) -> bool {
        let is_slot = |v: Value| matches!(self.f.def_inst(v), Some(InstData::SlotAddr { .. }));
        match self.f.insts[i] {
            InstData::SlotAddr { .. } | InstData::Iconst { .. } | InstData::ClosureCtx | InstData::FrameParam => true,
            InstData::Store { addr, .. } => is_slot(addr),
            _ => false,
        }
    }

    /// Where an instruction is. Cranelift merges a load into the arithmetic behind it, and what faults then is at the
    /// position of that, which may be another line: so the arithmetic is where the load is.
    fn loc_of(&self, i: Inst) -> Loc {
        /// How many instructions a load and its use may lie apart. More would only be missed, not wrong.
        const WINDOW: usize = 4;
        use InstData::{Binary, Convert, Fcmp, Icmp};
        let operands: &[Value] = match &self.f.insts[i] {
            Binary(_, vs) | Icmp(_, vs) | Fcmp(_, vs) => vs,
            Convert(_, _, v) => std::slice::from_ref(v),
            _ => &[],
        };
        let is_loaded =
            |l: &&Inst| matches!(self.f.insts[**l], InstData::Load { .. }) && operands.contains(&self.f.result(**l));
        match self.before.iter().rev().take(WINDOW).find(is_loaded) {
            Some(&load) if !operands.is_empty() => self.f.locs[load],
            _ => self.f.locs[i],
        }
    }

    /// What comes before the first instruction: the values in `g`, which the next call would overwrite.
    fn entry(&mut self) {
        let f = self.f;
        let site = &f.sites[0];
        self.set_loc(Loc { line: site.start_line, site: 0 });
        for &i in &f.blocks[f.entry()].insts {
            let field = match f.insts[i] {
                InstData::ClosureCtx => offset::CALL_CTX,
                InstData::FrameParam => offset::CALL_FRAME,
                _ => continue,
            };
            let g = self.cur.ins().get_pinned_reg(types::I64);
            let v = self.cur.ins().load(types::I64, trusted(), g, field as i32);
            self.set(f.result(i), v);
        }
    }

    /// The call whose exceptional edge leads to the landing pad.
    fn enter_defers(&mut self, pad: Block) {
        self.set_loc(Loc { line: self.f.sites[0].start_line, site: 0 });
        let callee = self.function_ref(Sym::new(Builtin::DeferEnter.info().symbol), &[], &[]);
        let sig = self.cur.func.dfg.ext_funcs[callee].signature;
        let body = self.continuation();
        let handler = self.cur.func.dfg.make_block();
        self.cur.func.layout.set_cold(handler);
        let pool = &mut self.cur.func.dfg.value_lists;
        let normal = clif::BlockCall::new(body, [], pool);
        let caught = clif::BlockCall::new(handler, [], pool);
        let table = ExceptionTableData::new(sig, normal, [ExceptionTableItem::Default(caught)]);
        let table = self.cur.func.dfg.exception_tables.push(table);
        self.cur.ins().try_call(callee, &[], table);
        self.cur.insert_block(handler);
        let pad = self.target(pad);
        self.cur.ins().jump(pad, &[]);
        self.cur.insert_block(body);
    }

    /// Starts a block that was just made, in the middle of an IR block.
    pub fn enter(&mut self, block: clif::Block) {
        self.cur.insert_block(block);
    }

    /// A new block that is laid out last.
    pub fn cold_block(&mut self) -> clif::Block {
        let b = self.cur.func.dfg.make_block();
        // The layout keeps the mark for blocks that are inserted later.
        self.cur.func.layout.set_cold(b);
        b
    }

    /// A new block in which the current one goes on: laid out last if that is.
    pub fn continuation(&mut self) -> clif::Block {
        match self.cur.current_block().is_some_and(|b| self.cur.func.layout.is_cold(b)) {
            true => self.cold_block(),
            false => self.cur.func.dfg.make_block(),
        }
    }

    /// The translation of a reachable block.
    pub fn target(&self, b: Block) -> clif::Block {
        self.blocks[b].expect("targets of reachable blocks are reachable")
    }

    /// A jump target with its arguments.
    pub fn block_call(&mut self, t: &BlockCall) -> clif::BlockCall {
        let args: Vec<BlockArg> = self.block_args(t);
        let block = self.target(t.block);
        clif::BlockCall::new(block, args, &mut self.cur.func.dfg.value_lists)
    }

    /// Arguments of a jump.
    pub fn block_args(&self, t: &BlockCall) -> Vec<BlockArg> {
        t.args.iter().map(|&v| BlockArg::Value(self.get(v))).collect()
    }

    /// The translation of a value.
    pub fn get(&self, v: Value) -> clif::Value {
        self.values[v].expect("a definition dominates its uses")
    }

    /// Records the translation of a value.
    pub fn set(&mut self, v: Value, to: clif::Value) {
        self.values[v] = Some(to);
    }

    /// The constant a value stands for.
    pub fn constant(&self, v: Value) -> Option<i64> {
        match self.f.def_inst(v) {
            Some(InstData::Iconst { imm, .. }) => Some(*imm),
            _ => None,
        }
    }

    /// An integer constant; only the bits of the type count.
    pub fn iconst(&mut self, t: clif::Type, imm: i64) -> clif::Value {
        let imm = match t.bits() {
            64 => imm,
            bits => imm & ((1 << bits) - 1),
        };
        self.plainly(|t2| t2.cur.ins().iconst(t, imm))
    }

    /// Makes a calculation at the plain position of the current instruction, also within a write barrier: the optimizer
    /// may move it anywhere, and a piece of a barrier must stay where it is.
    pub fn plainly<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.cur.set_srcloc(SourceLoc::new(self.loc));
        let made = make(self);
        self.cur.set_srcloc(self.srcloc);
        made
    }

    /// The stack slot of an IR slot.
    pub fn slot(&mut self, s: Slot) -> clif::StackSlot {
        if let Some(slot) = self.slots[s] {
            return slot;
        }
        let d = &self.f.slots[s];
        // At least a word each, so that every slot has an address of its own.
        let slot = self.make_slot(d.size.max(8) as u32, d.align);
        self.slots[s] = Some(slot);
        slot
    }

    fn make_slot(&mut self, size: u32, align: u32) -> clif::StackSlot {
        let shift = align.max(8).trailing_zeros() as u8;
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size, shift);
        self.cur.func.create_sized_stack_slot(data)
    }

    /// Uses a value in a way that the optimizer cannot see through.
    pub fn keep_alive(&mut self, v: clif::Value) {
        let slot = match self.keep {
            Some(slot) => slot,
            None => {
                let slot = self.make_slot(8, 8);
                self.keep = Some(slot);
                slot
            }
        };
        let addr = self.cur.ins().stack_addr(types::I64, slot, 0);
        self.cur.ins().store(trusted(), v, addr, 0);
        // The store is for the collector, which no instruction shows: without this it would be a dead one.
        self.cur.ins().sequence_point();
        // Stacks are read conservatively: what was kept alive up to here would be for as long as the frame exists.
        let zero = self.iconst(types::I64, 0);
        self.cur.ins().store(trusted(), zero, addr, 0);
    }

    fn sym(&mut self, sym: Sym) -> clif::UserExternalNameRef {
        let next = self.syms.len() as u32;
        let index = *self.sym_index.entry(sym).or_insert(next);
        if index == next {
            self.syms.push(sym);
        }
        self.cur.func.declare_imported_user_function(UserExternalName::new(0, index))
    }

    /// The address of a symbol.
    pub fn symbol_address(&mut self, sym: Sym, offset: i64) -> clif::Value {
        let global = match self.globals.get(&sym) {
            Some(&g) => g,
            None => {
                let name = clif::ExternalName::user(self.sym(sym));
                let data = clif::GlobalValueData::Symbol { name, offset: 0.into(), colocated: true, tls: false };
                let g = self.cur.func.create_global_value(data);
                self.globals.insert(sym, g);
                g
            }
        };
        let base = self.cur.ins().symbol_value(types::I64, global);
        self.add_const(base, offset)
    }

    /// Address arithmetic.
    pub fn add_const(&mut self, base: clif::Value, offset: i64) -> clif::Value {
        if offset == 0 {
            return base;
        }
        let offset = self.iconst(types::I64, offset);
        self.plainly(|t| t.cur.ins().iadd(base, offset))
    }

    /// A signature by its machine types.
    pub fn signature(&mut self, params: &[clif::Type], results: &[clif::Type]) -> clif::SigRef {
        let key = (params.to_vec(), results.to_vec());
        if let Some(&s) = self.signatures.get(&key) {
            return s;
        }
        let s = self.cur.func.import_signature(signature(params, results));
        self.signatures.insert(key, s);
        s
    }

    /// A function to call directly.
    pub fn function_ref(&mut self, sym: Sym, params: &[clif::Type], results: &[clif::Type]) -> clif::FuncRef {
        let signature = self.signature(params, results);
        if let Some(&f) = self.functions.get(&(sym, signature)) {
            return f;
        }
        let name = clif::ExternalName::user(self.sym(sym));
        let f = self.cur.func.import_function(clif::ExtFuncData { name, signature, colocated: true, patchable: false });
        self.functions.insert((sym, signature), f);
        f
    }

    /// A stub with a signature of its own.
    pub fn stub_ref(&mut self, sym: Sym, signature: Signature) -> clif::FuncRef {
        if let Some(&f) = self.stubs.get(&sym) {
            return f;
        }
        let signature = self.cur.func.import_signature(signature);
        let name = clif::ExternalName::user(self.sym(sym));
        let f = self.cur.func.import_function(clif::ExtFuncData { name, signature, colocated: true, patchable: false });
        self.stubs.insert(sym, f);
        f
    }

    /// The number of a new write barrier, at the current position.
    pub fn new_barrier(&mut self) -> u32 {
        self.barriers.push(self.loc);
        self.barriers.len() as u32 - 1
    }

    /// The source location of what is made next.
    pub fn set_srcloc(&mut self, loc: SourceLoc) {
        self.srcloc = loc;
        self.cur.set_srcloc(loc);
    }

    fn set_loc(&mut self, loc: Loc) {
        let next = self.locs.len() as u32;
        let index = *self.loc_index.entry(loc).or_insert(next);
        if index == next {
            self.locs.push(loc);
        }
        self.loc = index;
        self.set_srcloc(SourceLoc::new(index));
    }
}
