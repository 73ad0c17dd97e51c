//! Expressions.

use undergo_abi::g::BoundsCode;
use undergo_ir::{ConvOp, InstData, IntCond, Type, Value};
use undergo_syntax::ast::*;
use undergo_types::identical::canon;
use undergo_types::{Mode, Obj, ObjKind, SelectionKind, Ty, TyKind};

use crate::consts::Class;
use crate::func::FuncLower;
use crate::val::{Addr, Val};

impl FuncLower<'_> {
    /// The value of an expression; borrowed if it is large (see `val.rs`).
    pub fn expr(&mut self, e: &'static Expr) -> Val {
        if let Some(v) = self.take_saved(e) {
            return v;
        }
        let ty = self.ty(e);
        if let Some(tv) = self.tv(e) {
            if let Some(c) = &tv.value {
                return self.constant(ty, c);
            }
            if tv.mode == Mode::Nil {
                return self.nil_of(ty);
            }
        }
        match e {
            Expr::Paren(n) => self.expr(&n.x),
            Expr::Ident(id) => self.ident(id, ty),
            Expr::FuncLit(n) => self.func_lit(n),
            Expr::CompositeLit(n) => self.composite(n, ty),
            Expr::Selector(n) => self.selector(n, ty),
            Expr::Index(n) => self.index_expr(n, ty),
            Expr::Slice(n) => self.slice_expr(n),
            Expr::TypeAssert(n) => {
                let want = self.one_of(ty);
                self.type_assert(n, want)
            }
            Expr::Call(n) => self.call_single(n, ty),
            Expr::Star(n) => {
                let p = self.expr1(&n.x);
                self.at(n.pos);
                self.load_through(p, 0, ty)
            }
            Expr::Unary(n) => self.unary(n, ty),
            Expr::Binary(n) => self.binary_expr(n, ty),
            Expr::BasicLit(n) => self.refuse(n.pos, ty, "internal: literal without value"),
            e => {
                let pos = e.pos();
                self.refuse(pos, ty, "internal: expression that is none")
            }
        }
    }

    /// A value of a type that is one scalar.
    pub fn expr1(&mut self, e: &'static Expr) -> Value {
        match self.expr(e) {
            Val::Scalars(s) if s.len() == 1 => s[0],
            _ => {
                let (pos, ty) = (e.pos(), self.ty(e));
                self.refuse(pos, Ty::basic(undergo_types::Basic::Int), format!("internal: {ty:?} is not one scalar"));
                self.word(0)
            }
        }
    }

    /// The value of an expression converted, as an assignment does, to type `to`.
    pub fn expr_as(&mut self, e: &'static Expr, to: Ty) -> Val {
        let from = self.ty(e);
        if to.is_interface() && !from.is_interface() && !self.is_nil(e) {
            return self.box_expr(e, from, to);
        }
        if self.is_nil(e) {
            return self.nil_of(to);
        }
        let v = self.expr(e);
        self.assign_conv(v, from, to)
    }

    /// Whether the expression is `nil`.
    pub fn is_nil(&self, e: &Expr) -> bool {
        self.tv(e).is_some_and(|tv| tv.mode == Mode::Nil)
            || matches!(e.unparen(), Expr::Ident(id) if matches!(self.unit.info.obj(id.id).map(|o| &o.data().kind), Some(ObjKind::Nil)))
    }

    fn nil_of(&mut self, ty: Ty) -> Val {
        match ty.kind() {
            TyKind::Basic(undergo_types::Basic::UntypedNil | undergo_types::Basic::Invalid) => Val::one(self.b.nil()),
            _ => self.zero(ty),
        }
    }

    /// Evaluates `e`, converted to `to`, into memory that nothing else refers to.
    pub fn expr_into(&mut self, e: &'static Expr, to: Ty, dst: Addr) {
        if self.saved.is_empty() || !self.saved.contains_key(&e.id()) {
            match e {
                Expr::Paren(n) => return self.expr_into(&n.x, to, dst),
                Expr::CompositeLit(n) if !to.is_interface() && self.in_place(to) => {
                    return self.literal_into(n, to, dst, crate::literal::Fresh::Garbage);
                }
                _ => {}
            }
        }
        let v = self.expr_as(e, to);
        self.store(to, &v, dst);
    }

    /// Evaluates for effects only. Loads that could fault still happen.
    pub fn effect(&mut self, e: &'static Expr) {
        if self.take_saved(e).is_some() || self.take_saved(e.unparen()).is_some() {
            return;
        }
        match e.unparen() {
            Expr::Call(n) => {
                self.call_multi(n);
            }
            Expr::Star(n) => {
                let p = self.expr1(&n.x);
                self.at(n.pos);
                self.b.push(InstData::NilCheck(p), &[]);
            }
            Expr::Selector(_) if self.is_addressable(e) => {
                let a = self.addr(e);
                if a.nilable {
                    self.b.push(InstData::NilCheck(a.addr.base), &[]);
                }
            }
            _ => {
                self.expr(e);
            }
        }
    }

    /// Both values of an expression in a two-value form: (value, type of it, ok).
    pub fn comma_ok(&mut self, e: &'static Expr) -> (Val, Ty, Value) {
        let tuple = self.tv(e).map_or(Ty::invalid(), |tv| self.subst(tv.ty));
        let ty = self.one_of(tuple);
        match e.unparen() {
            Expr::Index(n) => {
                let (v, ok) = self.map_lookup_ok(n);
                (v, self.map_elem(&n.x).unwrap_or(ty), ok)
            }
            Expr::TypeAssert(n) => {
                let (v, ok) = self.type_assert_ok(n, ty);
                (v, ty, ok)
            }
            Expr::Unary(n) if n.op == UnaryOp::Recv => {
                let (v, ok) = self.receive_ok(n);
                (v, ty, ok)
            }
            other => {
                let pos = other.pos();
                let v = self.refuse(pos, ty, "internal: no two-value form");
                (v, ty, self.bool_const(false))
            }
        }
    }

    /// The first type of a tuple; other types are themselves.
    pub fn one_of(&self, ty: Ty) -> Ty {
        match ty.kind() {
            TyKind::Tuple(ts) if !ts.is_empty() => self.subst(ts[0]),
            _ => ty,
        }
    }

    /// Branches on a boolean expression.
    pub fn cond(&mut self, e: &'static Expr, then: undergo_ir::Block, els: undergo_ir::Block) {
        match e.unparen() {
            Expr::Binary(n)
                if matches!(n.op, BinaryOp::LogAnd | BinaryOp::LogOr)
                    && self.tv(e).is_none_or(|tv| tv.value.is_none()) =>
            {
                if self.saved.contains_key(&e.unparen().id()) {
                    let v = self.expr1(e);
                    self.b.brif(v, then, els);
                    return;
                }
                let mid = self.b.block();
                if n.op == BinaryOp::LogAnd {
                    self.cond(&n.x, mid, els);
                } else {
                    self.cond(&n.x, then, mid);
                }
                self.b.switch_to(mid);
                self.cond(&n.y, then, els);
            }
            Expr::Unary(n) if n.op == UnaryOp::Not && self.tv(e).is_none_or(|tv| tv.value.is_none()) => {
                self.cond(&n.x, els, then);
            }
            _ => {
                let v = self.expr1(e);
                self.b.brif(v, then, els);
            }
        }
    }

    fn ident(&mut self, id: &'static Ident, ty: Ty) -> Val {
        let Some(o) = self.unit.info.obj(id.id) else {
            return self.refuse(id.pos, ty, format!("internal: {} denotes nothing", id.name));
        };
        self.object_value(o, id, ty)
    }

    /// The value of what an identifier denotes.
    fn object_value(&mut self, o: Obj, id: &'static Ident, ty: Ty) -> Val {
        match &o.kind {
            ObjKind::Var(_) => {
                self.at(id.pos);
                let at = self.var_addr(o);
                // The variable's own type: uses of a `x, ok` identifier may be recorded differently.
                let ty = self.subst(o.type_());
                self.load(ty, at)
            }
            ObjKind::Func(_) => {
                let targs = self.instance_targs(id);
                self.func_value(o, &targs)
            }
            ObjKind::Nil => self.nil_of(ty),
            ObjKind::Const(c) => match c.get() {
                Some(c) => self.constant(ty, c),
                None => self.refuse(id.pos, ty, format!("internal: constant {} without value", id.name)),
            },
            _ => self.refuse(id.pos, ty, format!("internal: {} is not a value", id.name)),
        }
    }

    /// Type arguments that the checker found for a generic function that `id` denotes.
    pub fn instance_targs(&self, id: &Ident) -> Vec<Ty> {
        match self.unit.info.instances.get(&id.id) {
            Some(inst) => inst.targs.iter().map(|&t| canon(self.subst(t))).collect(),
            None => Vec::new(),
        }
    }

    /// A declared function as a value.
    pub fn func_value(&mut self, f: Obj, targs: &[Ty]) -> Val {
        let code = self.cx.func_sym(f, targs);
        let fv = self.cx.funcval_sym(code);
        Val::one(self.b.sym_addr(fv, 0))
    }

    fn selector(&mut self, n: &'static SelectorExpr, ty: Ty) -> Val {
        let Some(sel) = self.unit.info.selections.get(&n.id) else {
            return match self.unit.info.obj(n.sel.id) {
                Some(o) => self.object_value(o, &n.sel, ty),
                None => self.refuse(n.sel.pos, ty, format!("internal: {} denotes nothing", n.sel.name)),
            };
        };
        match sel.kind {
            SelectionKind::Field => {
                self.at(n.dot);
                self.field_value(n, sel)
            }
            SelectionKind::MethodVal => self.method_value(n, sel),
            SelectionKind::MethodExpr => self.method_expr(n, sel),
        }
    }

    fn field_value(&mut self, n: &'static SelectorExpr, sel: &'static undergo_types::Selection) -> Val {
        let xt = self.ty(&n.x);
        if xt.as_pointer().is_some() || self.is_addressable(&n.x) {
            let (a, ty) = self.field_place(n, sel);
            return self.load_at(a, ty);
        }
        // A field of a value: of a call's result, say.
        let v = self.expr(&n.x);
        self.walk_value(v, xt, &sel.path).0
    }

    /// The field at `path` of a value.
    pub fn walk_value(&mut self, mut v: Val, mut ty: Ty, path: &[usize]) -> (Val, Ty) {
        for (i, &f) in path.iter().enumerate() {
            if let Some(elem) = ty.as_pointer() {
                let p = v.get(0);
                let (a, ty) =
                    self.walk_fields(crate::place::Located { addr: Addr::new(p), nilable: true }, elem, &path[i..]);
                return (self.load_at(a, ty), ty);
            }
            let TyKind::Struct(fields) = ty.under() else { break };
            let fty = fields[f].ty;
            let first = fields[..f].iter().map(|x| self.scalars(x.ty).map_or(0, |s| s.len())).sum();
            let off = self.layout(ty).fields[f];
            v = self.part(&v, fty, first, off);
            ty = fty;
        }
        (v, ty)
    }

    fn unary(&mut self, n: &'static UnaryExpr, ty: Ty) -> Val {
        match n.op {
            UnaryOp::Plus => self.expr(&n.x),
            UnaryOp::Not => {
                let v = self.expr1(&n.x);
                let one = self.b.iconst(Type::I8, 1);
                Val::one(self.b.binary(undergo_ir::BinOp::Xor, v, one))
            }
            UnaryOp::Neg => {
                let v = self.expr(&n.x);
                self.negate(ty, v)
            }
            UnaryOp::BitNot => {
                let v = self.expr1(&n.x);
                Val::one(self.b.unary(undergo_ir::UnOp::Not, v))
            }
            UnaryOp::Addr => self.address_of(n),
            UnaryOp::Recv => self.receive(n),
            UnaryOp::Tilde => self.refuse(n.pos, ty, "internal: ~ in a value"),
        }
    }

    fn address_of(&mut self, n: &'static UnaryExpr) -> Val {
        if let Expr::CompositeLit(lit) = n.x.unparen() {
            let elem = self.ty(&n.x);
            return self.new_literal(lit, elem);
        }
        let a = self.addr(&n.x);
        self.at(n.pos);
        if a.nilable {
            self.b.push(InstData::NilCheck(a.addr.base), &[]);
        }
        Val::one(self.address(a.addr))
    }

    // ---- logical operators

    /// `x && y`, `x || y` as a value.
    pub fn logical(&mut self, n: &'static BinaryExpr) -> Val {
        let (yes, no, join) = (self.b.block(), self.b.block(), self.b.block());
        let r = self.b.func.add_param(join, Type::I8);
        let mid = self.b.block();
        if n.op == BinaryOp::LogAnd {
            self.cond(&n.x, mid, no);
        } else {
            self.cond(&n.x, yes, mid);
        }
        self.b.switch_to(mid);
        let v = self.expr1(&n.y);
        self.b.jump(join, &[v]);
        for (block, value) in [(yes, true), (no, false)] {
            let used = (n.op == BinaryOp::LogOr) == value;
            self.b.switch_to(block);
            if used {
                let c = self.bool_const(value);
                self.b.jump(join, &[c]);
            } else {
                self.b.push(InstData::Unreachable, &[]);
            }
        }
        self.b.switch_to(join);
        Val::one(r)
    }

    // ---- checks

    /// An index as 64 bits, and whether its type is unsigned.
    pub fn index_value(&mut self, e: &'static Expr) -> (Value, bool) {
        let ty = self.ty(e);
        let unsigned = ty.is_unsigned();
        let v = self.expr1(e);
        (self.extend(v, unsigned), unsigned)
    }

    /// An integer widened to 64 bits.
    pub fn extend(&mut self, v: Value, unsigned: bool) -> Value {
        let op = if unsigned { ConvOp::Zext } else { ConvOp::Sext };
        match self.b.func.ty(v) {
            Type::Ptr => self.to_word(v),
            _ => self.b.convert(op, Type::I64, v),
        }
    }

    /// A bounds check, unless both operands are constants that pass it.
    pub fn check_bounds(&mut self, code: BoundsCode, i: Value, n: Value, unsigned: bool) {
        if let (Some(a), Some(b)) = (self.const_of(i), self.const_of(n)) {
            let (a, b) = (a as u64, b as u64);
            if a < b || (a == b && code != BoundsCode::Index) {
                return;
            }
        }
        if code != BoundsCode::Index && self.const_of(i) == Some(0) {
            return;
        }
        let code = code as u8 + if unsigned { undergo_abi::g::UNSIGNED as u8 } else { 0 };
        self.b.push(InstData::BoundsCheck { code, i, n }, &[]);
    }

    /// The integer that a value is known to be.
    pub fn const_of(&self, v: Value) -> Option<i64> {
        match self.b.func.def_inst(v) {
            Some(InstData::Iconst { imm, .. }) => Some(*imm),
            _ => None,
        }
    }

    /// Jumps to a cold block that calls `panic` if `bad`, then goes on.
    pub fn panic_if(&mut self, bad: Value, panic: undergo_abi::builtins::Builtin, args: &[Value]) {
        let (cold, go_on) = (self.b.cold_block(), self.b.block());
        self.b.brif(bad, cold, go_on);
        self.b.switch_to(cold);
        self.b.builtin(panic, args);
        self.b.switch_to(go_on);
    }

    /// Reads a value of type `ty` at a pointer that may be nil, plus an offset.
    pub fn load_through(&mut self, p: Value, off: u64, ty: Ty) -> Val {
        self.load_at(crate::place::Located { addr: Addr::new(p).plus(off), nilable: true }, ty)
    }

    /// Whether a pointer is nil.
    pub fn is_zero(&mut self, v: Value) -> Value {
        self.b.icmp_imm(IntCond::Eq, v, 0)
    }
}
