//! Building functions instruction by instruction.

use undergo_abi::builtins::{Builtin, Ty};

use crate::Sym;
use crate::func::{Block, Func, Inst, Loc, Slot, Value};
use crate::inst::*;
use crate::types::Type;

/// Appends instructions to the current block of a function.
#[derive(Debug)]
pub struct Builder {
    /// The function being built.
    pub func: Func,
    /// Position of instructions to come.
    pub loc: Loc,
    cur: Option<Block>,
}

impl Builder {
    /// Starts with an entry block with parameters of these types, which is current.
    pub fn new(mut func: Func, params: &[Type]) -> Builder {
        let entry = func.add_block();
        for &p in params {
            func.add_param(entry, p);
        }
        Builder { func, loc: Loc::default(), cur: Some(entry) }
    }

    /// The block that instructions go to; none behind a terminator.
    pub fn current(&self) -> Option<Block> {
        self.cur
    }
    /// Whether code placed here can run.
    pub fn reachable(&self) -> bool {
        self.cur.is_some()
    }
    /// A new block.
    pub fn block(&mut self) -> Block {
        self.func.add_block()
    }
    /// A new block that is unlikely to run.
    pub fn cold_block(&mut self) -> Block {
        let b = self.func.add_block();
        self.func.blocks[b].cold = true;
        b
    }
    /// Goes on in `b`.
    pub fn switch_to(&mut self, b: Block) {
        self.cur = Some(b);
    }

    /// Appends an instruction. Behind a terminator a fresh unreachable block is started, so that callers need not
    /// care.
    pub fn push(&mut self, data: InstData, results: &[Type]) -> Inst {
        let b = match self.cur {
            Some(b) => b,
            None => {
                let b = self.func.add_block();
                self.cur = Some(b);
                b
            }
        };
        if data.is_terminator() {
            self.cur = None;
        }
        self.func.append(b, data, self.loc, results)
    }

    fn one(&mut self, data: InstData, ty: Type) -> Value {
        let i = self.push(data, &[ty]);
        self.func.result(i)
    }

    /// An integer constant.
    pub fn iconst(&mut self, ty: Type, imm: i64) -> Value {
        self.one(InstData::Iconst { ty, imm }, ty)
    }
    /// The nil pointer.
    pub fn nil(&mut self) -> Value {
        self.iconst(Type::Ptr, 0)
    }
    /// A float constant.
    pub fn f64const(&mut self, v: f64) -> Value {
        self.one(InstData::F64const(v.to_bits()), Type::F64)
    }
    /// A float constant.
    pub fn f32const(&mut self, v: f32) -> Value {
        self.one(InstData::F32const(v.to_bits()), Type::F32)
    }
    /// A symbol's address.
    pub fn sym_addr(&mut self, sym: Sym, offset: i64) -> Value {
        self.one(InstData::SymAddr { sym, offset }, Type::Ptr)
    }
    /// A slot's address.
    pub fn slot_addr(&mut self, slot: Slot, offset: i32) -> Value {
        self.one(InstData::SlotAddr { slot, offset }, Type::Ptr)
    }
    /// See [`BinOp`].
    pub fn binary(&mut self, op: BinOp, a: Value, b: Value) -> Value {
        let ty = self.func.ty(a);
        self.one(InstData::Binary(op, [a, b]), ty)
    }
    /// Pointer plus I64.
    pub fn ptr_add(&mut self, p: Value, off: Value) -> Value {
        self.one(InstData::PtrAdd([p, off]), Type::Ptr)
    }
    /// Pointer plus constant.
    pub fn ptr_add_imm(&mut self, p: Value, off: i64) -> Value {
        if off == 0 {
            return p;
        }
        let off = self.iconst(Type::I64, off);
        self.ptr_add(p, off)
    }
    /// See [`ShiftOp`].
    pub fn shift(&mut self, op: ShiftOp, v: Value, count: Value) -> Value {
        let ty = self.func.ty(v);
        self.one(InstData::Shift(op, [v, count]), ty)
    }
    /// See [`UnOp`].
    pub fn unary(&mut self, op: UnOp, v: Value) -> Value {
        let ty = self.func.ty(v);
        self.one(InstData::Unary(op, v), ty)
    }
    /// See [`ConvOp`]; nothing is emitted if the type stays and no conversion is needed.
    pub fn convert(&mut self, op: ConvOp, to: Type, v: Value) -> Value {
        if self.func.ty(v) == to {
            return v;
        }
        self.one(InstData::Convert(op, to, v), to)
    }
    /// Integer comparison.
    pub fn icmp(&mut self, c: IntCond, a: Value, b: Value) -> Value {
        self.one(InstData::Icmp(c, [a, b]), Type::I8)
    }
    /// Comparison with a constant.
    pub fn icmp_imm(&mut self, c: IntCond, a: Value, imm: i64) -> Value {
        let ty = self.func.ty(a);
        let b = self.iconst(ty, imm);
        self.icmp(c, a, b)
    }
    /// Float comparison.
    pub fn fcmp(&mut self, c: FloatCond, a: Value, b: Value) -> Value {
        self.one(InstData::Fcmp(c, [a, b]), Type::I8)
    }
    /// `cond ? a : b`
    pub fn select(&mut self, cond: Value, a: Value, b: Value) -> Value {
        let ty = self.func.ty(a);
        self.one(InstData::Select([cond, a, b]), ty)
    }
    /// Reads memory.
    pub fn load(&mut self, ty: Type, addr: Value, offset: i32) -> Value {
        self.one(InstData::Load { ty, addr, offset }, ty)
    }
    /// Writes memory.
    pub fn store(&mut self, val: Value, addr: Value, offset: i32) {
        self.push(InstData::Store { addr, offset, val }, &[]);
    }
    /// Copies memory; nothing for size 0.
    pub fn mem_copy(&mut self, dst: Value, src: Value, size: u64, ptrs: bool) {
        if size > 0 {
            self.push(InstData::MemCopy { dst, src, size, ptrs }, &[]);
        }
    }
    /// Clears memory; nothing for size 0.
    pub fn mem_zero(&mut self, dst: Value, size: u64, ptrs: bool) {
        if size > 0 {
            self.push(InstData::MemZero { dst, size, ptrs }, &[]);
        }
    }
    /// A new zeroed object.
    pub fn new_object(&mut self, ty: Sym, size: u64, align: u32, ptrs: bool) -> Value {
        self.one(InstData::New { ty, size, align, ptrs }, Type::Ptr)
    }
    /// A call; gives its results.
    pub fn call(&mut self, call: Call, results: &[Type]) -> Vec<Value> {
        let i = self.push(InstData::Call(Box::new(call)), results);
        self.func.results_of(i).to_vec()
    }
    /// A call of a builtin; gives its results. If it does not return, the block ends.
    pub fn builtin(&mut self, b: Builtin, args: &[Value]) -> Vec<Value> {
        let info = b.info();
        debug_assert_eq!(info.params.len(), args.len(), "{}", info.symbol);
        let results: Vec<Type> = info.results.iter().map(|&t| scalar(t)).collect();
        let call = Call { callee: Callee::Builtin(b), args: args.to_vec(), ctx: None, frame: None };
        let r = self.call(call, &results);
        if !info.returns {
            self.push(InstData::Unreachable, &[]);
        }
        r
    }
    /// An instruction without operands and with one result.
    pub fn nullary(&mut self, data: InstData, ty: Type) -> Value {
        self.one(data, ty)
    }
    /// Goes to `b`.
    pub fn jump(&mut self, block: Block, args: &[Value]) {
        self.push(InstData::Jump(BlockCall { block, args: args.to_vec() }), &[]);
    }
    /// Branches on an I8 to blocks without parameters.
    pub fn brif(&mut self, cond: Value, then: Block, els: Block) {
        let to = |block| BlockCall { block, args: Vec::new() };
        self.push(InstData::Brif(cond, to(then), to(els)), &[]);
    }
}

/// IR type of a builtin's parameter or result.
pub fn scalar(t: Ty) -> Type {
    match t {
        Ty::Ptr => Type::Ptr,
        Ty::Word => Type::I64,
        Ty::I32 => Type::I32,
        Ty::Bool => Type::I8,
        Ty::F64 => Type::F64,
        Ty::F32 => Type::F32,
    }
}
