//! Instantiation cycles that never end, such as `func f[T any]() { f[*T]() }`.
//!
//! Every instantiation gives edges from the type parameters that occur in a type argument to the parameter that the
//! argument is for; an edge weighs 1 if the argument is more than the bare type parameter. A cycle of positive weight
//! needs infinitely many instances. Only type parameters of this package matter: packages do not import each other in
//! cycles.

use rustc_hash::{FxHashMap, FxHashSet};
use undergo_source::Pos;
use undergo_types::typeset::type_set;
use undergo_types::{Named, Obj, Ty, TyKind, TypeParam};

use crate::checker::Checker;

#[derive(Default)]
pub(crate) struct MonoGraph {
    vertices: Vec<Obj>,
    edges: Vec<Edge>,
    index: FxHashMap<Obj, usize>,
    /// Receiver type parameters of methods to those of the type.
    canonical: FxHashMap<TypeParam, TypeParam>,
    /// Types without any vertex in them.
    inert: FxHashSet<Ty>,
}

struct Edge {
    to: usize,
    from: usize,
    weight: usize,
    pos: Pos,
    ty: Ty,
}

impl MonoGraph {
    /// Notes that a method's receiver calls a type's parameter by another name.
    pub(crate) fn same(&mut self, of_method: TypeParam, of_type: TypeParam) {
        self.canonical.insert(of_method, of_type);
    }

    fn vertex(&mut self, obj: Obj) -> usize {
        *self.index.entry(obj).or_insert_with(|| {
            self.vertices.push(obj);
            self.vertices.len() - 1
        })
    }

    fn param(&mut self, p: TypeParam) -> usize {
        let p = self.canonical.get(&p).copied().unwrap_or(p);
        self.vertex(p.obj)
    }

    /// A local type has the type parameters around it as implicit parameters.
    fn local_type(&mut self, n: Named) -> Option<usize> {
        let n = n.generic();
        if n.outer.is_empty() {
            return None;
        }
        if let Some(&v) = self.index.get(&n.obj) {
            return Some(v);
        }
        let to = self.vertex(n.obj);
        for &p in &n.outer {
            let from = self.param(p);
            self.edges.push(Edge { to, from, weight: 1, pos: n.obj.pos, ty: Ty::type_param(p) });
        }
        Some(to)
    }

    /// Adds the edges from what occurs in `t`. Types without any are remembered: one instance may hold another, and that
    /// a third, thousands deep.
    fn flow(&mut self, to: usize, pos: Pos, t: Ty, whole: Ty) {
        if self.inert.contains(&t) {
            return;
        }
        let before = self.edges.len();
        self.flow_parts(to, pos, t, whole);
        if self.edges.len() == before && !matches!(t.kind(), TyKind::Basic(_)) {
            self.inert.insert(t);
        }
    }

    fn flow_parts(&mut self, to: usize, pos: Pos, t: Ty, whole: Ty) {
        match t.kind() {
            TyKind::Basic(_) => {}
            TyKind::TypeParam(p) => {
                let from = self.param(*p);
                self.edges.push(Edge { to, from, weight: usize::from(t != whole), pos, ty: whole });
            }
            TyKind::Named(n) => {
                if let Some(from) = self.local_type(*n) {
                    self.edges.push(Edge { to, from, weight: usize::from(t != whole), pos, ty: whole });
                }
                n.explicit_targs().iter().for_each(|&t| self.flow(to, pos, t, whole));
            }
            TyKind::Pointer(e) | TyKind::Slice(e) | TyKind::Array(e, _) | TyKind::Chan(_, e) => {
                self.flow(to, pos, *e, whole);
            }
            TyKind::Map(k, v) => {
                self.flow(to, pos, *k, whole);
                self.flow(to, pos, *v, whole);
            }
            TyKind::Struct(fields) => fields.iter().for_each(|f| self.flow(to, pos, f.ty, whole)),
            TyKind::Func(s) => s.params.iter().chain(&s.results).for_each(|p| self.flow(to, pos, p.ty, whole)),
            TyKind::Interface(_) => type_set(t).methods.iter().for_each(|m| self.flow(to, pos, m.sig, whole)),
            TyKind::Tuple(ts) => ts.iter().for_each(|&t| self.flow(to, pos, t, whole)),
            TyKind::Union(ts) => ts.iter().for_each(|&(_, t)| self.flow(to, pos, t, whole)),
        }
    }

    /// The edges of a cycle of positive weight, if there is one: longest paths by repeated relaxation stop growing
    /// unless there is such a cycle.
    fn endless_cycle(&self) -> Option<Vec<usize>> {
        let n = self.vertices.len();
        let mut weight = vec![0usize; n];
        let mut length = vec![0usize; n];
        let mut last_edge = vec![0usize; n];
        let mut changed = true;
        while changed {
            changed = false;
            for (i, e) in self.edges.iter().enumerate() {
                if weight[e.from] + e.weight <= weight[e.to] {
                    continue;
                }
                last_edge[e.to] = i;
                length[e.to] = length[e.from] + 1;
                if length[e.to] >= n {
                    return Some(self.walk_back(e.to, &last_edge));
                }
                weight[e.to] = weight[e.from] + e.weight;
                changed = true;
            }
        }
        None
    }

    fn walk_back(&self, end: usize, last_edge: &[usize]) -> Vec<usize> {
        let mut stack = Vec::new();
        let mut v = end;
        while !stack.contains(&v) {
            stack.push(v);
            v = self.edges[last_edge[v]].from;
        }
        let start = stack.iter().position(|&s| s == v).unwrap_or(0);
        stack[start..].iter().map(|&v| last_edge[v]).collect()
    }
}

impl<'a> Checker<'a> {
    /// Notes an instantiation. `positions`: of the written type arguments.
    pub fn record_mono(&mut self, pos: Pos, tparams: &[TypeParam], targs: &[Ty], positions: &[Pos]) {
        for (i, (p, &t)) in tparams.iter().zip(targs).enumerate() {
            if p.obj.pkg == Some(self.pkg) {
                let to = self.mono.param(*p);
                self.mono.flow(to, positions.get(i).copied().unwrap_or(pos), t, t);
            }
        }
    }

    /// Reports an instantiation cycle that never ends.
    pub(crate) fn monomorphic(&mut self) {
        let Some(cycle) = self.mono.endless_cycle() else { return };
        let Some(&first) = cycle.first() else { return };
        let mut parts = vec![(self.mono.vertices[self.mono.edges[first].to].pos, String::from("instantiation cycle:"))];
        for e in cycle {
            let e = &self.mono.edges[e];
            let (obj, pos, ty) = (self.mono.vertices[e.to], e.pos, e.ty);
            let how = if obj.type_().is_type_param() { "instantiated as" } else { "implicitly parameterized by" };
            let text = self.type_str(ty);
            parts.push((pos, format!("{} {how} {text}", obj.name)));
        }
        self.error_parts(parts);
    }
}
