//! Lexical scopes.
//!
//! Scopes live in an arena of the checker. A name is inserted when its scope begins and statements are checked in
//! order (bodies of function literals before anything else is declared, see [`Checker::process_delayed`]), so a
//! lookup needs no position.

use rustc_hash::FxHashMap;
use undergo_source::Name;
use undergo_syntax::ast::Ident;
use undergo_types::{Obj, universe};

use crate::checker::Checker;

/// Identifies a scope in its checker.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ScopeId(pub u32);

#[derive(Default)]
struct Scope {
    parent: Option<ScopeId>,
    /// Where a lookup goes on: the nearest scope outwards that had a name when this one was opened. Names come when a
    /// scope begins or before anything inside of what follows them, so those passed over are of no concern here; and
    /// blocks nested a hundred thousand deep do not make every lookup that long.
    next: Option<ScopeId>,
    names: FxHashMap<Name, Obj>,
    /// Objects in order of insertion, for the report of unused variables.
    order: Vec<Obj>,
    is_func: bool,
    children: Vec<ScopeId>,
}

/// All scopes of a package. Scope 0 is the universe.
pub struct Scopes {
    scopes: Vec<Scope>,
}

impl Scopes {
    /// The universe scope.
    pub const UNIVERSE: ScopeId = ScopeId(0);

    /// Only the universe.
    pub fn new() -> Scopes {
        Scopes { scopes: vec![Scope::default()] }
    }

    /// A new scope inside `parent`.
    pub fn open(&mut self, parent: ScopeId) -> ScopeId {
        let id = ScopeId(self.scopes.len() as u32);
        self.scopes[parent.0 as usize].children.push(id);
        self.scopes.push(Scope { parent: Some(parent), next: Some(parent), ..Scope::default() });
        id
    }

    /// A new scope inside `parent`, which has all the names that it can see already.
    pub fn open_block(&mut self, parent: ScopeId) -> ScopeId {
        let id = self.open(parent);
        let outer = &self.scopes[parent.0 as usize];
        if outer.names.is_empty() && outer.next.is_some() {
            self.scopes[id.0 as usize].next = outer.next;
        }
        id
    }

    /// Marks the scope of a function's parameters; unused variables are reported per function.
    pub fn set_func(&mut self, s: ScopeId) {
        self.scopes[s.0 as usize].is_func = true;
    }

    /// Whether it is the scope of a function's parameters.
    pub fn is_func(&self, s: ScopeId) -> bool {
        self.scopes[s.0 as usize].is_func
    }

    /// Inserts an object. Gives the object of the same name that is already there, if any, and does nothing then.
    pub fn insert(&mut self, s: ScopeId, name: Name, obj: Obj) -> Option<Obj> {
        let scope = &mut self.scopes[s.0 as usize];
        if let Some(&alt) = scope.names.get(&name) {
            return Some(alt);
        }
        scope.names.insert(name, obj);
        scope.order.push(obj);
        None
    }

    /// The object of this name in this very scope.
    pub fn local(&self, s: ScopeId, name: Name) -> Option<Obj> {
        if s == Scopes::UNIVERSE {
            return universe::lookup(name);
        }
        self.scopes[s.0 as usize].names.get(&name).copied()
    }

    /// The innermost scope from `s` outwards that has the name, and its object.
    pub fn lookup(&self, s: ScopeId, name: Name) -> Option<(ScopeId, Obj)> {
        let mut at = s;
        loop {
            if let Some(o) = self.local(at, name) {
                return Some((at, o));
            }
            at = self.scopes[at.0 as usize].next?;
        }
    }

    /// Objects of a scope in order of insertion.
    pub fn objects(&self, s: ScopeId) -> &[Obj] {
        &self.scopes[s.0 as usize].order
    }

    /// Scopes directly inside.
    pub fn children(&self, s: ScopeId) -> &[ScopeId] {
        &self.scopes[s.0 as usize].children
    }

    /// The scope around it.
    pub fn parent(&self, s: ScopeId) -> Option<ScopeId> {
        self.scopes[s.0 as usize].parent
    }
}

impl Default for Scopes {
    fn default() -> Scopes {
        Scopes::new()
    }
}

impl<'a> Checker<'a> {
    /// Looks a name up from the current scope outwards.
    pub fn lookup(&self, name: Name) -> Option<(ScopeId, Obj)> {
        self.scopes.lookup(self.env.scope, name)
    }

    /// Enters a new scope.
    pub fn open_scope(&mut self) -> ScopeId {
        self.env.scope = self.scopes.open_block(self.env.scope);
        self.env.scope
    }

    /// Leaves the current scope.
    pub fn close_scope(&mut self) {
        if let Some(p) = self.scopes.parent(self.env.scope) {
            self.env.scope = p;
        }
    }

    /// Declares `obj` in the current scope, unless it is blank, and records the definition.
    pub fn declare(&mut self, ident: Option<&Ident>, obj: Obj) {
        self.declare_in(self.env.scope, ident, obj);
    }

    /// Declares `obj` in a scope, unless it is blank, and records the definition.
    pub fn declare_in(&mut self, scope: ScopeId, ident: Option<&Ident>, obj: Obj) {
        if !obj.name.is_blank()
            && let Some(alt) = self.scopes.insert(scope, obj.name, obj)
        {
            self.redeclared(obj.pos, obj.name, alt);
            return;
        }
        if let Some(id) = ident {
            self.record_def(id, obj);
        }
    }
}
