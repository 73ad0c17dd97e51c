//! Type switches.

use undergo_ir::Block as IrBlock;
use undergo_source::Name;
use undergo_syntax::ast::*;

use crate::func::{FuncLower, Scope, Target};
use crate::val::Val;

impl FuncLower<'_> {
    /// `switch init; v := x.(type) { … }`
    pub fn type_switch(&mut self, n: &'static TypeSwitchStmt, label: Option<Name>) {
        self.init_stmt(&n.init);
        self.at(n.pos);
        let it = self.ty(&n.x);
        let x = self.expr(&n.x);
        let (word, data) = (x.get(0), x.get(1));
        let typ = self.type_word(it, word);
        let end = self.b.block();
        let bodies: Vec<IrBlock> = n.clauses.iter().map(|_| self.b.block()).collect();
        let default = n.clauses.iter().position(|c| c.exprs.is_empty());
        for (c, &body) in n.clauses.iter().zip(&bodies) {
            let v = self.unit.info.implicits.get(&c.id).copied();
            for e in &c.exprs {
                self.at(e.pos());
                let next = self.b.block();
                if self.is_nil(e) {
                    let nil = self.is_zero(typ);
                    self.case_test(nil, body, next, |fl| fl.bind_clause(v, &x));
                } else {
                    let want = self.ty(e);
                    let (tab, ok) = self.is_type_of(typ, want);
                    let single = c.exprs.len() == 1;
                    self.case_test(ok, body, next, |fl| {
                        // With one type the variable has that type, else that of x.
                        let val = match (v, single, want.is_interface()) {
                            (None, ..) => return,
                            (Some(_), true, true) => Val::two(tab, data),
                            (Some(_), true, false) => fl.unbox(want, data),
                            (Some(_), false, _) => x.clone(),
                        };
                        fl.bind_clause(v, &val);
                    });
                }
                self.b.switch_to(next);
            }
        }
        match default {
            Some(i) => {
                let v = self.unit.info.implicits.get(&n.clauses[i].id).copied();
                self.bind_clause(v, &x);
                self.b.jump(bodies[i], &[]);
            }
            None => self.b.jump(end, &[]),
        }
        let scope = Scope { label, stmt: n.id, brk: Some(Target::Block(end)), cont: None };
        self.scoped(scope, |fl| {
            for (c, &body) in n.clauses.iter().zip(&bodies) {
                fl.b.switch_to(body);
                fl.stmts(&c.body);
                fl.go_to(end);
            }
        });
        self.b.switch_to(end);
    }

    fn case_test(&mut self, ok: undergo_ir::Value, body: IrBlock, next: IrBlock, bind: impl FnOnce(&mut Self)) {
        let matched = self.b.block();
        self.b.brif(ok, matched, next);
        self.b.switch_to(matched);
        bind(self);
        self.b.jump(body, &[]);
    }

    fn bind_clause(&mut self, v: Option<undergo_types::Obj>, val: &Val) {
        if let Some(v) = v {
            self.declare_init(v, val);
        }
    }
}
