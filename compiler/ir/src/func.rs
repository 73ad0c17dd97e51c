//! Functions: blocks, instructions and values in typed index maps.

use cranelift_entity::{PrimaryMap, SecondaryMap, entity_impl};
use smallvec::SmallVec;

use crate::Sym;
use crate::inst::InstData;
use crate::types::Type;

/// A basic block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block(u32);
entity_impl!(Block, "b");
/// An instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Inst(u32);
entity_impl!(Inst, "inst");
/// An SSA value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(u32);
entity_impl!(Value, "v");
/// A stack slot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u32);
entity_impl!(Slot, "s");

/// Source position of an instruction: a line within the file of a [`Site`]. Line 0: compiler-made code without a
/// position of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Loc {
    /// Line from 1; 0: none.
    pub line: u32,
    /// Index into [`Func::sites`]; 0: the function itself.
    pub site: u32,
}

/// A function whose body is part of this one: index 0 is the function itself, the others are inlined calls.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// Name as `runtime.Func.Name` reports it.
    pub name: Sym,
    /// File as tracebacks print it.
    pub file: Sym,
    /// Line of the `func` keyword.
    pub start_line: u32,
    /// Site that contains the call (for index 0: 0).
    pub parent: u32,
    /// Line of the call in the parent's file.
    pub call_line: u32,
    /// Whether the function is a wrapper, hidden in tracebacks.
    pub wrapper: bool,
}

/// Memory in the frame. Uninitialised at entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlotData {
    /// Bytes.
    pub size: u64,
    /// Alignment, a power of two up to 16.
    pub align: u32,
    /// Read by the landing pad or known to the runtime: its stores must all happen, it is never promoted.
    pub pinned: bool,
    /// Source name, for dumps; empty for temporaries.
    pub name: Sym,
}

/// What defines a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueDef {
    /// Result `n` of an instruction.
    Result(Inst, u32),
    /// Parameter `n` of a block.
    Param(Block, u32),
    /// Nothing any more: the value has been replaced.
    None,
}

/// Properties of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, printed as a list of words")]
pub struct FuncFlags {
    /// No stack check (`//go:nosplit`).
    pub nosplit: bool,
    /// Never inlined.
    pub noinline: bool,
    /// Compiler-made wrapper: hidden in tracebacks, transparent for recover.
    pub wrapper: bool,
    /// Calls `recover`: must keep a frame of its own.
    pub has_recover: bool,
    /// Loads `g.call_ctx` at entry ([`InstData::ClosureCtx`]).
    pub uses_ctx: bool,
    /// Loads `g.call_frame` at entry ([`InstData::FrameParam`]).
    pub uses_frame: bool,
    /// Declared without parameters: tracebacks say so.
    pub no_args: bool,
    /// Its frame is zero before anything is in it: the collector shall find no leftovers there.
    pub clears_frame: bool,
}

/// Contents of a block.
#[derive(Clone, Debug, Default)]
pub struct BlockData {
    /// Parameters.
    pub params: Vec<Value>,
    /// Instructions; the last one is the only terminator.
    pub insts: Vec<Inst>,
    /// Unlikely to run: laid out last.
    pub cold: bool,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Func {
    /// Link symbol.
    pub sym: Sym,
    /// Types of results, in register order.
    pub results: Vec<Type>,
    /// Properties.
    pub flags: FuncFlags,
    /// Blocks by index.
    pub blocks: PrimaryMap<Block, BlockData>,
    /// Blocks that belong to the function, entry first. A block that is not listed is dead.
    pub layout: Vec<Block>,
    /// Instructions by index.
    pub insts: PrimaryMap<Inst, InstData>,
    /// Positions of instructions.
    pub locs: SecondaryMap<Inst, Loc>,
    /// Results of instructions.
    pub inst_results: SecondaryMap<Inst, SmallVec<[Value; 2]>>,
    /// Definition and type of values.
    pub values: PrimaryMap<Value, (ValueDef, Type)>,
    /// Stack slots.
    pub slots: PrimaryMap<Slot, SlotData>,
    /// The function itself and inlined calls.
    pub sites: Vec<Site>,
    /// Where a recovered panic resumes: a block without parameters that reads only pinned slots, runs the remaining
    /// defers and returns. Present exactly if the function has defers.
    pub landing_pad: Option<Block>,
}

impl Func {
    /// An empty function.
    pub fn new(sym: Sym, site: Site, results: Vec<Type>) -> Func {
        Func {
            sym,
            results,
            flags: FuncFlags::default(),
            blocks: PrimaryMap::new(),
            layout: Vec::new(),
            insts: PrimaryMap::new(),
            locs: SecondaryMap::new(),
            inst_results: SecondaryMap::new(),
            values: PrimaryMap::new(),
            slots: PrimaryMap::new(),
            sites: vec![site],
            landing_pad: None,
        }
    }

    /// The entry block.
    pub fn entry(&self) -> Block {
        self.layout[0]
    }

    /// The function's register arguments.
    pub fn params(&self) -> &[Value] {
        &self.blocks[self.entry()].params
    }

    /// Type of a value.
    pub fn ty(&self, v: Value) -> Type {
        self.values[v].1
    }

    /// What defines a value.
    pub fn def(&self, v: Value) -> ValueDef {
        self.values[v].0
    }

    /// The instruction that defines a value, unless it is a parameter.
    pub fn def_inst(&self, v: Value) -> Option<&InstData> {
        match self.def(v) {
            ValueDef::Result(i, _) => Some(&self.insts[i]),
            _ => None,
        }
    }

    /// Adds a block to the end of the layout.
    pub fn add_block(&mut self) -> Block {
        let b = self.blocks.push(BlockData::default());
        self.layout.push(b);
        b
    }

    /// Adds a parameter to a block.
    pub fn add_param(&mut self, b: Block, ty: Type) -> Value {
        let n = self.blocks[b].params.len() as u32;
        let v = self.values.push((ValueDef::Param(b, n), ty));
        self.blocks[b].params.push(v);
        v
    }

    /// Makes an instruction with result values, without inserting it in a block.
    pub fn make_inst(&mut self, data: InstData, loc: Loc, result_types: &[Type]) -> Inst {
        let i = self.insts.push(data);
        self.locs[i] = loc;
        let results = result_types.iter().enumerate();
        let results = results.map(|(n, &t)| self.values.push((ValueDef::Result(i, n as u32), t))).collect();
        self.inst_results[i] = results;
        i
    }

    /// Appends an instruction to a block.
    pub fn append(&mut self, b: Block, data: InstData, loc: Loc, result_types: &[Type]) -> Inst {
        let i = self.make_inst(data, loc, result_types);
        self.blocks[b].insts.push(i);
        i
    }

    /// Adds a stack slot.
    pub fn add_slot(&mut self, size: u64, align: u32, name: Sym) -> Slot {
        self.slots.push(SlotData { size, align, pinned: false, name })
    }

    /// First result of an instruction.
    pub fn result(&self, i: Inst) -> Value {
        self.inst_results[i][0]
    }

    /// All results of an instruction.
    pub fn results_of(&self, i: Inst) -> &[Value] {
        &self.inst_results[i]
    }

    /// The terminator of a finished block.
    pub fn terminator(&self, b: Block) -> Option<Inst> {
        self.blocks[b].insts.last().copied().filter(|&i| self.insts[i].is_terminator())
    }
}
