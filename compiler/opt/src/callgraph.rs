//! Who calls whom, and an order in which callees come before callers.

use std::collections::HashMap;

use undergo_ir::{Callee, Func, InstData, Sym};

/// Indices of functions such that, cycles aside, callees precede callers (Tarjan's strongly connected components).
/// With each function the number of its component: equal numbers call each other.
pub fn bottom_up(funcs: &[Func]) -> Vec<(usize, u32)> {
    let index: HashMap<Sym, usize> = funcs.iter().enumerate().map(|(i, f)| (f.sym, i)).collect();
    let edges: Vec<Vec<usize>> = funcs.iter().map(|f| callees(f, &index)).collect();
    Tarjan::new(&edges).run()
}

fn callees(f: &Func, index: &HashMap<Sym, usize>) -> Vec<usize> {
    let mut out = Vec::new();
    for &b in &f.layout {
        for &i in &f.blocks[b].insts {
            let sym = match &f.insts[i] {
                InstData::Call(call) => target(&call.callee),
                // The body of a closure that is made here: its summary says what becomes of captured variables.
                InstData::SymAddr { sym, .. } => Some(*sym),
                _ => None,
            };
            out.extend(sym.and_then(|s| index.get(&s)));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The symbol that is called, if it is known.
pub fn target(callee: &Callee) -> Option<Sym> {
    match callee {
        Callee::Direct(sym) => Some(*sym),
        Callee::Builtin(b) => Some(Sym::new(b.info().symbol)),
        Callee::Indirect(_) => None,
    }
}

struct Tarjan<'a> {
    edges: &'a [Vec<usize>],
    number: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: u32,
    out: Vec<(usize, u32)>,
    component: u32,
}

impl<'a> Tarjan<'a> {
    fn new(edges: &'a [Vec<usize>]) -> Tarjan<'a> {
        Tarjan {
            edges,
            number: vec![0; edges.len()],
            low: vec![0; edges.len()],
            on_stack: vec![false; edges.len()],
            stack: Vec::new(),
            next: 1,
            out: Vec::new(),
            component: 0,
        }
    }

    /// With an explicit stack: call chains are longer than ours.
    fn run(mut self) -> Vec<(usize, u32)> {
        for root in 0..self.edges.len() {
            if self.number[root] != 0 {
                continue;
            }
            let mut work = vec![(root, 0)];
            while let Some((v, edge)) = work.pop() {
                if edge == 0 {
                    self.number[v] = self.next;
                    self.low[v] = self.next;
                    self.next += 1;
                    self.stack.push(v);
                    self.on_stack[v] = true;
                } else {
                    let w = self.edges[v][edge - 1];
                    self.low[v] = self.low[v].min(self.low[w]);
                }
                let mut e = edge;
                let mut descended = false;
                while e < self.edges[v].len() {
                    let w = self.edges[v][e];
                    e += 1;
                    if self.number[w] == 0 {
                        work.push((v, e));
                        work.push((w, 0));
                        descended = true;
                        break;
                    }
                    if self.on_stack[w] {
                        self.low[v] = self.low[v].min(self.number[w]);
                    }
                }
                if !descended && self.low[v] == self.number[v] {
                    self.close(v);
                }
            }
        }
        self.out
    }

    fn close(&mut self, v: usize) {
        while let Some(w) = self.stack.pop() {
            self.on_stack[w] = false;
            self.out.push((w, self.component));
            if w == v {
                break;
            }
        }
        self.component += 1;
    }
}
