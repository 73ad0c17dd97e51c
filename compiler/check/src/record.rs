//! Filling the side tables.

use undergo_syntax::ast::{Expr, Ident, NodeId};
use undergo_types::constant::Value;
use undergo_types::package::LitVars;
use undergo_types::{FileInfo, Instance, Mode, Obj, Selection, Ty};

use crate::checker::Checker;

impl<'a> Checker<'a> {
    /// The side table of the current file.
    pub fn info(&mut self) -> &mut FileInfo {
        &mut self.infos[self.env.file]
    }

    /// Records the final type of an expression. (Untyped ones are remembered until their type is known: that is the
    /// business of the expression checker.)
    pub fn record_type(&mut self, e: &'static Expr, mode: Mode, ty: Ty, value: Option<Value>) {
        self.record_type_id(e.id(), mode, ty, value);
    }

    /// The same for a node that is not wrapped in an [`Expr`].
    pub fn record_type_id(&mut self, id: NodeId, mode: Mode, ty: Ty, value: Option<Value>) {
        self.info().set_tv(id, mode, ty, value);
    }

    /// Records that the identifier declares `obj`. Blank ones declare nothing.
    pub fn record_def(&mut self, ident: &Ident, obj: Obj) {
        if ident.name.is_blank() {
            return;
        }
        let info = self.info();
        if let Some(slot) = info.objs.get_mut(ident.id.index()) {
            *slot = Some(obj);
            info.is_def[ident.id.index()] = true;
        }
    }

    /// Records that the identifier refers to `obj`.
    pub fn record_use(&mut self, ident: &Ident, obj: Obj) {
        let info = self.info();
        if let Some(slot) = info.objs.get_mut(ident.id.index()) {
            *slot = Some(obj);
            info.is_def[ident.id.index()] = false;
        }
    }

    /// Records the meaning of selector expression `id`; its selected identifier refers to the method, if there is one.
    pub fn record_selection(&mut self, id: NodeId, sel: &Ident, selection: Selection) {
        if let Some(m) = selection.method {
            self.record_use(sel, m);
        }
        self.info().selections.insert(id, selection);
    }

    /// Records the instantiation of what identifier `id` denotes.
    pub fn record_instance(&mut self, id: NodeId, targs: Vec<Ty>, ty: Ty) {
        self.info().instances.insert(id, Instance { targs, ty });
    }

    /// Records an object that has no identifier.
    pub fn record_implicit(&mut self, id: NodeId, obj: Obj) {
        self.info().implicits.insert(id, obj);
    }

    /// Records the variables of a function literal.
    pub fn record_func_lit(&mut self, id: NodeId, params: Vec<Obj>, results: Vec<Obj>) {
        self.info().func_lits.insert(id, LitVars { params, results });
    }
}
