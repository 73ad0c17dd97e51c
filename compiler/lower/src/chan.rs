//! Sending and receiving.

use undergo_abi::builtins::Builtin;
use undergo_ir::Value;
use undergo_syntax::ast::*;
use undergo_types::{Ty, TyKind};

use crate::func::FuncLower;
use crate::val::{Addr, Val};

impl FuncLower<'_> {
    /// The element type of a channel expression.
    pub fn chan_elem(&self, c: &Expr) -> Ty {
        match self.ty(c).under() {
            TyKind::Chan(_, elem) => *elem,
            _ => Ty::invalid(),
        }
    }

    /// `ch <- v`
    pub fn send(&mut self, n: &'static SendStmt) {
        let elem = self.chan_elem(&n.chan);
        self.order_all(&[&n.chan, &n.value]);
        // As in gc: what has no address yet gets one before the channel is looked at.
        let (c, v) = if self.is_addressable(&n.value) {
            let c = self.expr1(&n.chan);
            (c, self.expr_as(&n.value, elem))
        } else {
            let v = self.expr_as(&n.value, elem);
            (self.expr1(&n.chan), v)
        };
        self.at(n.arrow);
        if let Val::Mem(at) = v {
            self.b.builtin(Builtin::ChanSend1, &[c, at]);
            return;
        }
        let at = self.temp(elem);
        self.store(elem, &v, at);
        self.b.builtin(Builtin::ChanSend1, &[c, at.base]);
        self.clear_landing(elem, at);
    }

    /// `<-ch`
    pub fn receive(&mut self, n: &'static UnaryExpr) -> Val {
        let elem = self.chan_elem(&n.x);
        let c = self.expr1(&n.x);
        self.at(n.pos);
        let at = self.landing(elem);
        self.b.builtin(Builtin::ChanRecv1, &[c, at.base]);
        self.landed(elem, at)
    }

    /// `v, ok := <-ch`
    pub fn receive_ok(&mut self, n: &'static UnaryExpr) -> (Val, Value) {
        let elem = self.chan_elem(&n.x);
        let c = self.expr1(&n.x);
        self.at(n.pos);
        let at = self.landing(elem);
        let ok = self.b.builtin(Builtin::ChanRecv2, &[c, at.base])[0];
        (self.landed(elem, at), ok)
    }

    /// What was received in a landing, which keeps nothing of it if the value is not looked at in memory.
    pub(crate) fn landed(&mut self, elem: Ty, at: Addr) -> Val {
        let v = self.load(elem, at);
        if !self.in_place(elem) {
            self.clear_landing(elem, at);
        }
        v
    }

    /// A new temporary for a value to be received, cleared: what was received there before must not live for as long as
    /// the goroutine waits for the next.
    pub(crate) fn landing(&mut self, elem: Ty) -> Addr {
        let at = self.temp(elem);
        self.clear_landing(elem, at);
        at
    }

    /// Clears such a temporary, as far as it may hold pointers: before it is used again, or when its value was sent.
    pub(crate) fn clear_landing(&mut self, elem: Ty, at: Addr) {
        let l = self.layout(elem);
        let (ptrs, size) = (l.has_ptrs(), l.ptr_bytes);
        if ptrs {
            self.b.mem_zero(at.base, size, true);
        }
    }
}
