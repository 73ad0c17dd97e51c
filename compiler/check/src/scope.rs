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
    /// Objects in order of insertion.
    objs: Vec<Obj>,
    /// Their names. Most scopes have few, which are looked at one by one.
    names: Vec<Name>,
    /// Where a name is in `names`; none while there are few.
    index: Option<Box<FxHashMap<Name, u32>>>,
    is_func: bool,
    /// The first and the last scope directly inside, and the one opened next after this in the same parent.
    first: Option<ScopeId>,
    last: Option<ScopeId>,
    sibling: Option<ScopeId>,
}

/// With more names than this a scope has an index.
const FEW: usize = 8;

impl Scope {
    fn get(&self, name: Name) -> Option<Obj> {
        let i = match &self.index {
            Some(index) => *index.get(&name)? as usize,
            None => self.names.iter().position(|n| *n == name)?,
        };
        Some(self.objs[i])
    }

    fn insert(&mut self, name: Name, obj: Obj) {
        let i = self.objs.len() as u32;
        self.objs.push(obj);
        self.names.push(name);
        if let Some(index) = &mut self.index {
            index.insert(name, i);
        } else if self.names.len() > FEW {
            self.index = Some(Box::new(self.names.iter().copied().zip(0..).collect()));
        }
    }
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
        let outer = &mut self.scopes[parent.0 as usize];
        let last = outer.last.replace(id);
        match last {
            None => outer.first = Some(id),
            Some(last) => self.scopes[last.0 as usize].sibling = Some(id),
        }
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
        let there = scope.get(name);
        if there.is_none() {
            scope.insert(name, obj);
        }
        there
    }

    /// The object of this name in this very scope.
    pub fn local(&self, s: ScopeId, name: Name) -> Option<Obj> {
        if s == Scopes::UNIVERSE {
            return universe::lookup(name);
        }
        self.scopes[s.0 as usize].get(name)
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
        &self.scopes[s.0 as usize].objs
    }

    /// The first scope directly inside.
    pub fn first_child(&self, s: ScopeId) -> Option<ScopeId> {
        self.scopes[s.0 as usize].first
    }

    /// The next scope in the same parent.
    pub fn next_sibling(&self, s: ScopeId) -> Option<ScopeId> {
        self.scopes[s.0 as usize].sibling
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
