//! Expression switches.
//!
//! Cases are tried in order. Two shapes are common enough for something better: many integer constants become one
//! jump by value, and many string constants a jump by length before anything is compared.

use undergo_ir::{Block as IrBlock, BlockCall, InstData};
use undergo_source::Name;
use undergo_syntax::ast::*;
use undergo_types::constant::Value as Const;
use undergo_types::{Basic, Ty};

use crate::consts::{Class, int_bits};
use crate::func::{FuncLower, Scope, Target};
use crate::val::Val;

/// With fewer constants, comparisons in order are as good.
const MIN_TABLE: usize = 5;

impl FuncLower<'_> {
    /// `switch init; tag { … }`
    pub fn switch(&mut self, n: &'static SwitchStmt, label: Option<Name>) {
        self.init_stmt(&n.init);
        self.at(n.pos);
        let tag = n.tag.as_ref().map(|e| {
            let ty = self.ty(e);
            let v = self.expr(e);
            (self.own(ty, v), ty)
        });
        let end = self.b.block();
        let bodies: Vec<IrBlock> = n.clauses.iter().map(|_| self.b.block()).collect();
        let default = n.clauses.iter().position(|c| c.exprs.is_empty()).map_or(end, |i| bodies[i]);
        match &tag {
            Some((v, ty)) if self.is_table(n, *ty) => self.dispatch(n, v, *ty, &bodies, default),
            tag => self.try_cases(n, tag.as_ref(), &bodies, default),
        }
        let scope = Scope { label, stmt: n.id, brk: Some(Target::Block(end)), cont: None };
        self.scoped(scope, |fl| fl.clause_bodies(&n.clauses, &bodies, end));
        self.b.switch_to(end);
    }

    fn try_cases(&mut self, n: &'static SwitchStmt, tag: Option<&(Val, Ty)>, bodies: &[IrBlock], default: IrBlock) {
        for (c, &body) in n.clauses.iter().zip(bodies) {
            for e in &c.exprs {
                self.saved.clear();
                self.at(e.pos());
                let next = self.b.block();
                match tag {
                    None => match self.const_cond(e) {
                        Some(true) => self.b.jump(body, &[]),
                        Some(false) => self.b.jump(next, &[]),
                        None if self.ty(e).is_interface() => {
                            let (it, x) = (self.ty(e), self.expr(e));
                            let yes = Val::one(self.b.iconst(undergo_ir::Type::I8, 1));
                            let eq = self.equal_mixed(it, &x, Ty::basic(Basic::Bool), &yes);
                            self.b.brif(eq, body, next);
                        }
                        None => self.cond(e, body, next),
                    },
                    Some((v, ty)) => {
                        let eq = self.case_equal(v, *ty, e);
                        self.b.brif(eq, body, next);
                    }
                }
                self.b.switch_to(next);
            }
        }
        self.go_to(default);
    }

    /// `tag == e`
    fn case_equal(&mut self, v: &Val, ty: Ty, e: &'static Expr) -> undergo_ir::Value {
        if self.is_nil(e) {
            return self.is_nil_value(v);
        }
        let et = self.ty(e);
        match (ty.is_interface(), et.is_interface()) {
            (true, false) => {
                let x = self.expr(e);
                self.equal_mixed(ty, v, et, &x)
            }
            (false, true) => {
                let x = self.expr(e);
                self.equal_mixed(et, &x, ty, v)
            }
            (true, true) => {
                let x = self.expr(e);
                self.equal_interfaces(ty, v, et, &x)
            }
            (false, false) => {
                let x = match self.tv(e).and_then(|tv| tv.value) {
                    Some(c) => self.constant(ty, c),
                    None => self.string_operand(e),
                };
                self.equal(ty, v, &x)
            }
        }
    }

    fn clause_bodies(&mut self, clauses: &'static [CaseClause], bodies: &[IrBlock], end: IrBlock) {
        for (i, c) in clauses.iter().enumerate() {
            self.b.switch_to(bodies[i]);
            self.stmts(&c.body);
            let falls = matches!(c.body.last(), Some(Stmt::Branch(b)) if b.tok == BranchTok::Fallthrough);
            let next = if falls { bodies.get(i + 1).copied().unwrap_or(end) } else { end };
            self.go_to(next);
        }
    }

    // ---- tables

    /// Whether all cases are constants of a kind that can be looked up, and there are enough of them.
    fn is_table(&self, n: &SwitchStmt, ty: Ty) -> bool {
        let under = ty;
        if !under.is_integer() && !under.is_string() {
            return false;
        }
        let mut count = 0;
        for e in n.clauses.iter().flat_map(|c| &c.exprs) {
            count += 1;
            if self.tv(e).is_none_or(|tv| tv.value.is_none()) || self.ty(e).is_interface() {
                return false;
            }
        }
        count >= MIN_TABLE
    }

    fn dispatch(&mut self, n: &'static SwitchStmt, v: &Val, ty: Ty, bodies: &[IrBlock], default: IrBlock) {
        if ty.as_basic() == Some(Basic::String) {
            return self.dispatch_strings(n, v, bodies, default);
        }
        let t = self.scalar_type(ty);
        let mut cases: Vec<(i64, IrBlock)> = Vec::new();
        for (c, &body) in n.clauses.iter().zip(bodies) {
            for e in &c.exprs {
                let Some(value) = self.tv(e).and_then(|tv| tv.value) else { continue };
                let bits = match t.bits() {
                    8 => i64::from(int_bits(value) as i8),
                    16 => i64::from(int_bits(value) as i16),
                    32 => i64::from(int_bits(value) as i32),
                    _ => int_bits(value),
                };
                if cases.iter().all(|c| c.0 != bits) {
                    cases.push((bits, body));
                }
            }
        }
        self.jump_by_value(v.get(0), cases, default);
    }

    fn jump_by_value(&mut self, v: undergo_ir::Value, cases: Vec<(i64, IrBlock)>, default: IrBlock) {
        let to = |block| BlockCall { block, args: Vec::new() };
        let cases = cases.into_iter().map(|(n, b)| (n, to(b))).collect();
        self.b.push(InstData::Switch(v, cases, to(default)), &[]);
    }

    fn dispatch_strings(&mut self, n: &'static SwitchStmt, v: &Val, bodies: &[IrBlock], default: IrBlock) {
        let mut by_len: Vec<(i64, Vec<(&[u8], IrBlock)>)> = Vec::new();
        for (c, &body) in n.clauses.iter().zip(bodies) {
            for e in &c.exprs {
                let Some(Const::Str(s)) = self.tv(e).and_then(|tv| tv.value) else { continue };
                let len = s.len() as i64;
                match by_len.iter_mut().find(|g| g.0 == len) {
                    Some(g) => g.1.push((s, body)),
                    None => by_len.push((len, vec![(s, body)])),
                }
            }
        }
        let groups: Vec<(i64, IrBlock)> = by_len.iter().map(|g| (g.0, self.b.block())).collect();
        self.jump_by_value(v.get(1), groups.clone(), default);
        for ((len, strings), (_, block)) in by_len.into_iter().zip(groups) {
            self.b.switch_to(block);
            for (s, body) in strings {
                if len == 0 {
                    self.b.jump(body, &[]);
                    break;
                }
                let next = self.b.block();
                let c = self.string_const(s);
                let size = self.word(len);
                let eq = self.b.builtin(undergo_abi::builtins::Builtin::MemEqual, &[v.get(0), c.get(0), size])[0];
                self.b.brif(eq, body, next);
                self.b.switch_to(next);
            }
            self.go_to(default);
        }
    }
}
