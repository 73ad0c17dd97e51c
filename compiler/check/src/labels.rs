//! Labels: which statement a label declares and which jumps refer to it.
//!
//! Misuse of labels is found by the parser, as in gc; here the objects are recorded.

use rustc_hash::FxHashMap;
use undergo_source::Name;
use undergo_syntax::ast::{Block, Ident, Stmt};
use undergo_types::{Obj, ObjKind};

use crate::checker::Checker;

#[derive(Default)]
struct Labels {
    declared: Vec<&'static Ident>,
    used: Vec<&'static Ident>,
}

impl<'a> Checker<'a> {
    /// Records the labels of a function body, function literals excepted.
    pub(crate) fn labels(&mut self, body: &'static Block) {
        let mut found = Labels::default();
        found.list(&body.stmts);
        let mut objs: FxHashMap<Name, Obj> = FxHashMap::default();
        for id in found.declared {
            let obj = Obj::new(ObjKind::Label, id.name, Some(self.pkg), id.pos, false);
            objs.entry(id.name).or_insert(obj);
            self.record_def(id, obj);
        }
        for id in found.used {
            if let Some(&o) = objs.get(&id.name) {
                o.mark_used();
                self.record_use(id, o);
            }
        }
    }
}

impl Labels {
    fn list(&mut self, list: &'static [Stmt]) {
        list.iter().for_each(|s| self.stmt(s));
    }

    fn stmt(&mut self, s: &'static Stmt) {
        match s {
            Stmt::Labeled(l) => {
                self.declared.push(&l.label);
                self.stmt(&l.stmt);
            }
            Stmt::Branch(b) => self.used.extend(&b.label),
            Stmt::Block(b) => self.list(&b.stmts),
            Stmt::If(s) => {
                self.list(&s.then.stmts);
                if let Some(e) = &s.els {
                    self.stmt(e);
                }
            }
            Stmt::Switch(s) => s.clauses.iter().for_each(|c| self.list(&c.body)),
            Stmt::TypeSwitch(s) => s.clauses.iter().for_each(|c| self.list(&c.body)),
            Stmt::Select(s) => s.clauses.iter().for_each(|c| self.list(&c.body)),
            Stmt::For(s) => self.list(&s.body.stmts),
            Stmt::Range(s) => self.list(&s.body.stmts),
            _ => {}
        }
    }
}
