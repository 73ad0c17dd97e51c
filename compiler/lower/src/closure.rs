//! Function literals and closures.
//!
//! A closure is an object: the code's address, then the captured variables, by value or (as pointers to their objects)
//! by reference. A literal that captures nothing is a static func value.

use undergo_ir::{InstData, Sym, Type, Value};
use undergo_source::Pos;
use undergo_syntax::ast::*;
use undergo_types::layout::{each_pointer, round_up};
use undergo_types::{Basic, Obj, Ty, TyKind};

use crate::capture::{BodyId, BodyKind};
use crate::func::{FuncLower, Names, Start, Var};
use crate::val::{Addr, Val};

/// Layout of a closure object.
pub struct ClosureShape {
    /// Offsets of the captured values.
    pub offsets: Vec<u64>,
    /// A type with the same size and pointers.
    pub ty: Ty,
}

impl ClosureShape {
    /// For captured values of these types.
    pub fn of(types: &[Ty]) -> ClosureShape {
        let (mut end, mut offsets, mut words) = (8, Vec::new(), vec![false]);
        for &t in types {
            let l = undergo_types::layout::layout(t);
            let at = round_up(end, l.align.max(1));
            end = at + l.size;
            offsets.push(at);
            words.resize(round_up(end, 8) as usize / 8, false);
            each_pointer(t, at, &mut |off| words[off as usize / 8] = true);
        }
        // One descriptor serves all closures of the same shape.
        let word = |(i, &ptr): (usize, &bool)| undergo_types::Field {
            name: Sym::new(&format!("F{i}")),
            pkg: Sym::new(""),
            ty: Ty::basic(if ptr { Basic::UnsafePointer } else { Basic::Uintptr }),
            embedded: false,
            tag: Sym::new(""),
        };
        ClosureShape { offsets, ty: Ty::new(TyKind::Struct(words.iter().enumerate().map(word).collect())) }
    }
}

/// A literal as callers see it.
pub struct Lit {
    /// Its code.
    pub code: Sym,
    /// The closure object, if it captures anything.
    pub object: Option<Value>,
}

/// How a variable is captured.
#[derive(Clone, Copy)]
struct Captured {
    var: Obj,
    by_reference: bool,
    /// Type of what the closure holds.
    ty: Ty,
}

impl FuncLower<'_> {
    /// A function literal as a value.
    pub fn func_lit(&mut self, n: &'static FuncLit) -> Val {
        let lit = self.literal(n);
        Val::one(self.lit_value(&lit))
    }

    /// The func value of a literal.
    pub fn lit_value(&mut self, lit: &Lit) -> Value {
        match lit.object {
            Some(p) => p,
            None => {
                let fv = self.cx.funcval_sym(lit.code);
                self.b.sym_addr(fv, 0)
            }
        }
    }

    /// Lowers a literal and makes its closure.
    pub fn literal(&mut self, n: &'static FuncLit) -> Lit {
        let id = self.unit.captures.by_node[&n.id];
        let info = self.unit.info;
        let Some(vars) = info.func_lits.get(&n.id) else {
            self.refuse(n.pos, Ty::invalid(), "internal: function literal without variables");
            return Lit { code: Sym::new("runtime.badlit"), object: None };
        };
        let names = self.literal_names(id);
        let types = |fl: &Self, vs: &[Obj]| vs.iter().map(|v| fl.subst(v.type_())).collect::<Vec<Ty>>();
        let (params, results) = (types(self, &vars.params), types(self, &vars.results));
        let captured = self.captured(id);
        let code = Sym::new(&names.sym);
        let mut child =
            FuncLower::new(self.cx, self.unit.clone(), Start { body: id, names, params, results, pos: n.pos });
        child.bind_captured(&captured);
        child.bind_params(&vars.params);
        child.bind_results(&vars.results);
        child.run_body(&n.body);
        child.finish();
        self.at(n.pos);
        Lit { code, object: self.closure_object(code, &captured) }
    }

    fn literal_names(&mut self, id: BodyId) -> Names {
        let facts = &self.unit.captures.bodies[id.0];
        let here = self.unit.captures.bodies[self.body.0].kind;
        if let (Some(glob), BodyKind::Decl) = (&self.unit.init_of, here) {
            let n = self.cx.next_global_lit(self.unit.pkg);
            let name = format!("{glob}.glob..func{n}");
            return Names { sym: name.clone(), display: name };
        }
        match here {
            BodyKind::Decl => self.names.with(&format!(".func{}", facts.number)),
            _ => self.names.with(&format!(".{}", facts.number)),
        }
    }

    /// What the body `id` captures, which is nested directly in this one.
    fn captured(&self, id: BodyId) -> Vec<Captured> {
        let of = |&var: &Obj| {
            let ty = self.subst(var.type_());
            let by_reference = self.unit.captures.needs_object(var, undergo_types::layout::layout(ty).size);
            Captured { var, by_reference, ty: if by_reference { Ty::pointer(ty) } else { ty } }
        };
        self.unit.captures.bodies[id.0].captures.iter().map(of).collect()
    }

    fn closure_object(&mut self, code: Sym, captured: &[Captured]) -> Option<Value> {
        if captured.is_empty() {
            return None;
        }
        let parts: Vec<(Ty, Val)> = captured
            .iter()
            .map(|c| {
                let val = match (c.by_reference, self.vars.get(&c.var)) {
                    (true, Some(&Var::Object(s))) => {
                        let at = self.b.slot_addr(s, 0);
                        Val::one(self.b.load(Type::Ptr, at, 0))
                    }
                    (true, _) => {
                        let at = self.var_addr(c.var);
                        Val::one(self.address(at))
                    }
                    (false, _) => {
                        let at = self.var_addr(c.var);
                        self.load(c.ty, at)
                    }
                };
                (c.ty, val)
            })
            .collect();
        Some(self.make_closure(code, &parts))
    }

    /// A new closure object.
    pub fn make_closure(&mut self, code: Sym, parts: &[(Ty, Val)]) -> Value {
        let types: Vec<Ty> = parts.iter().map(|p| p.0).collect();
        let shape = ClosureShape::of(&types);
        let p = self.new_object(shape.ty);
        let entry = self.b.sym_addr(code, 0);
        let entry = self.to_word(entry);
        self.b.store(entry, p, 0);
        for ((ty, v), &off) in parts.iter().zip(&shape.offsets) {
            self.store(*ty, v, Addr::new(p).plus(off));
        }
        p
    }

    /// In the closure: the captured variables get their places.
    fn bind_captured(&mut self, captured: &[Captured]) {
        if captured.is_empty() {
            return;
        }
        let ctx = self.context();
        let types: Vec<Ty> = captured.iter().map(|c| c.ty).collect();
        let shape = ClosureShape::of(&types);
        for (c, &off) in captured.iter().zip(&shape.offsets) {
            let at = Addr::new(ctx).plus(off);
            if !c.by_reference && self.in_place(c.ty) {
                self.vars.insert(c.var, Var::At(at));
                continue;
            }
            let l = self.layout(c.ty);
            let slot = self.b.func.add_slot(l.size.max(1), l.align.max(1), c.var.name);
            let v = self.load(c.ty, at);
            let to = Addr::new(self.b.slot_addr(slot, 0));
            self.store(c.ty, &v, to);
            self.vars.insert(c.var, if c.by_reference { Var::Object(slot) } else { Var::Slot(slot) });
        }
    }

    /// The closure object of the running function. Entry block only.
    pub fn context(&mut self) -> Value {
        self.b.func.flags.uses_ctx = true;
        self.b.nullary(InstData::ClosureCtx, Type::Ptr)
    }

    /// Starts the closure for the body of a range-over-func loop.
    pub fn start_loop_body(&mut self, id: BodyId, params: Vec<Ty>, pos: Pos) -> FuncLower<'_> {
        let number = self.unit.captures.bodies[id.0].number;
        let names = self.names.with(&format!("-range{number}"));
        let captured = self.captured(id);
        let results = vec![Ty::basic(Basic::Bool)];
        let mut child = FuncLower::new(self.cx, self.unit.clone(), Start { body: id, names, params, results, pos });
        child.bind_captured(&captured);
        child
    }

    /// The func value of a lowered loop body.
    pub fn loop_body_value(&mut self, id: BodyId, code: Sym) -> Value {
        let captured = self.captured(id);
        let object = self.closure_object(code, &captured);
        self.lit_value(&Lit { code, object })
    }

    /// A function without parameters that makes a call whose operands it holds: for `go` and `defer`.
    pub fn wrapper(&mut self, suffix: &str, parts: &[(Ty, Val)], body: impl FnOnce(&mut FuncLower, Vec<Val>)) -> Value {
        self.n_wrappers += 1;
        let names = self.names.with(&format!(".{suffix}{}", self.n_wrappers));
        let code = Sym::new(&names.sym);
        let line = self.b.loc.line;
        let start = Start { body: self.body, names, params: Vec::new(), results: Vec::new(), pos: Pos::NONE };
        let mut child = FuncLower::new(self.cx, self.unit.clone(), start);
        child.b.func.flags.wrapper = true;
        child.b.func.sites[0] = self.b.func.sites[0].clone();
        child.b.func.sites[0].name = Sym::new(&child.names.display);
        child.b.func.sites[0].start_line = line;
        child.b.func.sites[0].wrapper = true;
        child.b.loc.line = line;
        let mut vals = Vec::new();
        if !parts.is_empty() {
            let ctx = child.context();
            let types: Vec<Ty> = parts.iter().map(|p| p.0).collect();
            let shape = ClosureShape::of(&types);
            for (&ty, &off) in types.iter().zip(&shape.offsets) {
                vals.push(child.load(ty, Addr::new(ctx).plus(off)));
            }
        }
        body(&mut child, vals);
        if child.b.reachable() {
            child.b.push(InstData::Return(Vec::new()), &[]);
        }
        child.finish();
        if parts.is_empty() {
            return self.lit_value(&Lit { code, object: None });
        }
        self.make_closure(code, parts)
    }
}
