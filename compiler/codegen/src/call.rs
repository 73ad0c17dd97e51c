//! Calls, and checks that end in one.

use cranelift_codegen::ir::{self as clif, InstBuilder, Signature, types};
use cranelift_codegen::isa::CallConv;
use undergo_abi::builtins::{Builtin, Provider};
use undergo_abi::g::{BoundsCode, UNSIGNED, offset};
use undergo_ir::inst::Call;
use undergo_ir::{Callee, Inst, Sym, Value};

use crate::translate::{TRAP_UNREACHABLE, Translator, trusted, ty};

impl Translator<'_> {
    /// A call with its results.
    pub fn call(&mut self, i: Inst, c: &Call) {
        let f = self.f;
        let args: Vec<clif::Value> = c.args.iter().map(|&v| self.get(v)).collect();
        let params: Vec<clif::Type> = c.args.iter().map(|&v| ty(f.ty(v))).collect();
        let results: Vec<clif::Type> = f.results_of(i).iter().map(|&v| ty(f.ty(v))).collect();
        // The two slots are read by the callee's first instructions, so nothing may come between.
        for (v, field) in [(c.ctx, offset::CALL_CTX), (c.frame, offset::CALL_FRAME)] {
            if let Some(v) = v {
                let v = self.get(v);
                self.store_g(field, v);
            }
        }
        let inst = match c.callee {
            Callee::Direct(sym) => {
                self.calls = true;
                let callee = self.function_ref(sym, &params, &results);
                self.cur.ins().call(callee, &args)
            }
            // Winch's convention is the one without registers that are preserved.
            Callee::Builtin(b @ Builtin::Forget) => {
                let callee = self.stub_ref(Sym::new(b.info().symbol), Signature::new(CallConv::Winch));
                self.cur.ins().call(callee, &[])
            }
            Callee::Builtin(b) => {
                self.note_builtin(b);
                let callee = self.function_ref(Sym::new(b.info().symbol), &params, &results);
                self.cur.ins().call(callee, &args)
            }
            Callee::Indirect(v) => {
                self.calls = true;
                let callee = self.get(v);
                let sig = self.signature(&params, &results);
                self.cur.ins().call_indirect(sig, callee, &args)
            }
        };
        for (n, &v) in f.results_of(i).iter().enumerate() {
            let r = self.cur.func.dfg.inst_results(inst)[n];
            self.set(v, r);
        }
    }

    /// A function that calls nothing but assembly leaves, and what checks the stack itself and does not return, needs
    /// no check of its own: no chain of such functions is longer than one.
    fn note_builtin(&mut self, b: Builtin) {
        let info = b.info();
        let harmless = info.provider == Provider::Asm || !info.returns;
        self.calls |= !harmless;
    }

    /// A call of a builtin that the IR does not spell out.
    pub fn builtin(&mut self, b: Builtin, args: &[clif::Value]) -> Option<clif::Value> {
        self.note_builtin(b);
        let info = b.info();
        let machine = |t| ty(undergo_ir::builder::scalar(t));
        let params: Vec<clif::Type> = info.params.iter().map(|&t| machine(t)).collect();
        let results: Vec<clif::Type> = info.results.iter().map(|&t| machine(t)).collect();
        let callee = self.function_ref(Sym::new(info.symbol), &params, &results);
        let inst = self.cur.ins().call(callee, args);
        self.cur.func.dfg.inst_results(inst).first().copied()
    }

    fn store_g(&mut self, field: usize, v: clif::Value) {
        let g = self.cur.ins().get_pinned_reg(types::I64);
        self.cur.ins().store(trusted(), v, g, field as i32);
    }

    /// Operands go to `g` and not to argument registers: fixed registers in the cold block would cost moves in the
    /// hot one.
    pub fn bounds_check(&mut self, code: u8, i: Value, n: Value) {
        let code = usize::from(code);
        let cond = if code & !UNSIGNED == BoundsCode::Index as usize {
            clif::condcodes::IntCC::UnsignedLessThan
        } else {
            clif::condcodes::IntCC::UnsignedLessThanOrEqual
        };
        let (i, n) = (self.get(i), self.get(n));
        // The check of a conversion is whether the array's length exceeds the slice's; the report has the slice first.
        let report = if code == BoundsCode::Convert as usize { (n, i) } else { (i, n) };
        let good = self.cur.ins().icmp(cond, i, n);
        let next = self.continuation();
        let fail = self.cold_block();
        self.cur.ins().brif(good, next, &[], fail, &[]);
        self.enter(fail);
        self.store_g(offset::BOUNDS_I, report.0);
        self.store_g(offset::BOUNDS_N, report.1);
        let code = self.iconst(types::I64, code as i64);
        self.store_g(offset::BOUNDS_CODE, code);
        self.builtin(Builtin::PanicBounds, &[]);
        self.cur.ins().trap(TRAP_UNREACHABLE);
        self.enter(next);
    }
}
