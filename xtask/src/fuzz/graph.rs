//! Programs of another kind: functions that make, keep, move and return objects that point at one another. What they
//! test is who outlives whom: escape analysis, captured variables, and memory that is used again too soon.
//!
//! All objects are of one struct type, and the pointers `A` and `B` of each lead to another, so paths of any length
//! can be followed. After each call the stack below is overwritten, and what can be reached is summed up.

use super::header;
use super::island;
use super::program::entry;
use super::random::Random;
use super::tree::Node;

/// Makes the declarations of program `seed`.
pub fn nodes(seed: u64) -> Vec<Node> {
    let mut m = Maker {
        r: Random::new(seed),
        p: format!("p{seed}"),
        funcs: Vec::new(),
        islands: Vec::new(),
        serial: 0,
        nodes: Vec::new(),
    };
    m.types();
    for _ in 0..2 + m.r.below(5) {
        m.function();
    }
    m.islands = island::functions(&mut m.r, &m.p, &mut m.nodes);
    let users = header::functions(&mut m.r, &m.p, &mut m.nodes);
    m.funcs.extend(users.into_iter().map(|name| Func { name, params: 1, results: 1 }));
    m.run(seed);
    m.nodes
}

/// A function made before; it takes a number, too.
#[derive(Clone)]
struct Func {
    name: String,
    params: usize,
    results: usize,
}

struct Maker {
    r: Random,
    /// Prefix of all names of the program.
    p: String,
    funcs: Vec<Func>,
    /// Functions of [`island`].
    islands: Vec<String>,
    serial: usize,
    nodes: Vec<Node>,
}

impl Maker {
    fn types(&mut self) {
        let t = format!("{}T", self.p);
        self.nodes.push(Node::Line(format!(
            "type {t} struct {{\n\tA, B *{t}\n\tN int\n\tS []*{t}\n\tF func() *{t}\n\tI any\n\tV [2]struct{{ P *{t} }}\n}}"
        )));
        self.nodes.push(Node::Line(format!("var {0}g, {0}h *{t}", self.p)));
        let sum = format!(
            "func (t *{t}) sum(depth int) uint64 {{\n\tif t == nil || depth == 0 {{\n\t\treturn 7\n\t}}\n\
             \ts := uint64(t.N)*31 + t.A.sum(depth-1)*17 + t.B.sum(depth-1)*13 + t.V[0].P.sum(depth-1) - t.V[1].P.sum(depth-1)\n\
             \tfor _, x := range t.S {{\n\t\ts = s*5 + x.sum(depth-1)\n\t}}\n\
             \tif t.F != nil {{\n\t\ts += t.F().sum(depth-1) * 3\n\t}}\n\
             \tif x, ok := t.I.(*{t}); ok {{\n\t\ts ^= x.sum(depth-1) * 11\n\t}}\n\treturn s\n}}"
        );
        self.nodes.push(Node::Line(sum));
        self.nodes.push(Node::Line(format!("func (t *{t}) set(x *{t}) *{t} {{ t.A = x; return t.B }}")));
        self.nodes.push(Node::Line(format!("func (t {t}) get() *{t} {{ return t.A }}")));
        self.nodes.push(Node::Line(format!("type {}I interface{{ set(x *{t}) *{t} }}", self.p)));
    }

    fn fresh(&mut self) -> String {
        self.serial += 1;
        format!("v{}", self.serial)
    }

    /// A way to an object.
    fn path(&mut self, vars: &[String]) -> String {
        let mut path = self.r.pick(vars).clone();
        for _ in 0..[0, 0, 0, 1, 1, 2, 3][self.r.below(7)] {
            path += [".A", ".B"][self.r.below(2)];
        }
        path
    }

    /// What a pointer can be stored in.
    fn place(&mut self, vars: &[String]) -> String {
        let globals = [format!("{}g", self.p), format!("{}h", self.p)];
        match self.r.below(8) {
            0 => self.r.pick(&globals).clone(),
            1 => self.r.pick(vars).clone(),
            2 => format!("{}.V[{}].P", self.path(vars), self.r.below(2)),
            _ => format!("{}.{}", self.path(vars), ["A", "B"][self.r.below(2)]),
        }
    }

    fn literal(&mut self, vars: &[String]) -> String {
        let (a, b, n) = (self.path(vars), self.path(vars), self.r.below(1000));
        let t = format!("{}T", self.p);
        let more = match self.r.below(8) {
            0 => format!(", S: []*{t}{{{}, {}}}", self.path(vars), self.path(vars)),
            1 => format!(", I: {}", self.path(vars)),
            2 => format!(", I: {t}{{A: {}}}", self.path(vars)),
            3 => format!(", F: func() *{t} {{ return {} }}", self.path(vars)),
            _ => String::new(),
        };
        format!("{t}{{A: {a}, B: {b}, N: {n}{more}}}")
    }

    fn call(&mut self, f: &Func, vars: &[String]) -> String {
        let mut args: Vec<String> = (0..f.params).map(|_| self.path(vars)).collect();
        args.push("n".into());
        format!("{}({})", f.name, args.join(", "))
    }

    fn statement(&mut self, vars: &mut Vec<String>, depth: usize, out: &mut Vec<Node>) {
        let t = format!("{}T", self.p);
        let v = self.fresh();
        // What defines `v`, if anything does.
        let text = match self.r.below(if depth < 2 { 24 } else { 16 }) {
            0..=2 => format!("{v} := &{}", self.literal(vars)),
            3 => format!("var x{v} {t} = {}\n{v} := &x{v}", self.literal(vars)),
            4 => format!("{v} := {}", self.path(vars)),
            5..=7 => {
                let (place, path) = (self.place(vars), self.path(vars));
                return out.push(Node::Line(format!("{place} = {path}")));
            }
            8..=10 if !self.funcs.is_empty() => {
                let f = self.r.pick(&self.funcs.clone()).clone();
                let call = self.call(&f, vars);
                match f.results {
                    0 => return out.push(Node::Line(call)),
                    1 => format!("{v} := {call}"),
                    n => {
                        let mut names = vec!["_"; n];
                        names[self.r.below(n)] = &v;
                        format!("{} := {call}", names.join(", "))
                    }
                }
            }
            8..=10 => format!("{v} := {}.set({})", self.path(vars), self.path(vars)),
            11 => format!("{v} := []*{t}{{{}, {}, {}}}[n&1]", self.path(vars), self.path(vars), self.path(vars)),
            12 => format!("{v} := {t}.get({})", self.literal(vars)),
            13 => {
                let (x, arg) = (self.path(vars), self.path(vars));
                format!("{v} := {}I({x}).set({arg})", self.p)
            }
            14 => {
                let (to, from) = (self.path(vars), self.path(vars));
                return out.push(Node::Line(format!("*{to} = *{from}")));
            }
            15 => format!("{v} := map[int]*{t}{{1: {}, 2: {}}}[1+n&1]", self.path(vars), self.path(vars)),
            16..=17 => return self.nested(vars, depth, out),
            18..=19 => {
                let inner = self.closure_body(vars, depth);
                out.push(Node::block(format!("f{v} := func() *{t}"), inner));
                if self.r.one_in(2) { format!("{v} := f{v}()") } else { format!("{v} := through(f{v})") }
            }
            20 => {
                let mut inner = self.block(&mut vars.clone(), depth + 1);
                inner.insert(0, Node::Fixed("tick()".into()));
                let deferred = vec![("defer func() {".to_owned(), inner), ("}()".to_owned(), Vec::new())];
                return out.push(Node::Block(deferred));
            }
            21 => format!("c{v} := make(chan *{t}, 1)\nc{v} <- {}\n{v} := <-c{v}", self.path(vars)),
            22 => format!("s{v} := append({}.S, {})\n{v} := s{v}[0]", self.path(vars), self.path(vars)),
            _ => format!("{v} := ({}).V[n&1].P\nif {v} == nil {{\n\t{v} = {}\n}}", self.path(vars), self.path(vars)),
        };
        out.push(Node::Line(format!("{text}\n_ = {v}")));
        vars.push(v);
    }

    fn closure_body(&mut self, vars: &[String], depth: usize) -> Vec<Node> {
        let mut vars = vars.to_vec();
        let mut inner = self.block_kept(&mut vars, depth + 1);
        inner.push(Node::Fixed(format!("return {}", self.path(&vars))));
        inner
    }

    fn nested(&mut self, vars: &[String], depth: usize, out: &mut Vec<Node>) {
        let (to, from) = (self.path(vars), self.path(vars));
        let mut inner = self.block(&mut vars.to_vec(), depth + 1);
        let head = match self.r.below(3) {
            0 => format!("if {to} == {from}"),
            1 => "if n > 2".to_owned(),
            _ => {
                inner.insert(0, Node::Fixed("tick()".into()));
                format!("for range {}", 2 + self.r.below(3))
            }
        };
        out.push(Node::block(head, inner));
    }

    /// Statements in a scope of their own; of what they define something goes to a variable from outside.
    fn block(&mut self, vars: &mut Vec<String>, depth: usize) -> Vec<Node> {
        let outer = vars.len();
        let mut out = self.block_kept(vars, depth);
        if vars.len() > outer {
            let place = self.place(&vars[..outer]);
            out.push(Node::Line(format!("{place} = {}", self.path(&vars[outer..]))));
        }
        out
    }

    fn block_kept(&mut self, vars: &mut Vec<String>, depth: usize) -> Vec<Node> {
        let mut out = Vec::new();
        for _ in 0..1 + self.r.below(4) {
            self.statement(vars, depth, &mut out);
        }
        out
    }

    fn function(&mut self) {
        // Sometimes more than there are registers for.
        let params = if self.r.one_in(5) { 5 + self.r.below(5) } else { 1 + self.r.below(3) };
        let results = if self.r.one_in(4) { self.r.below(9) } else { self.r.below(3) };
        let f = Func { name: format!("{}f{}", self.p, self.funcs.len()), params, results };
        let mut vars: Vec<String> = (0..params).map(|i| format!("a{i}")).collect();
        let mut body = vec![Node::Fixed("tick()".into())];
        for _ in 0..1 + self.r.below(2) {
            body.extend(self.block_kept(&mut vars, 0));
        }
        let results: Vec<String> = (0..f.results).map(|_| self.path(&vars)).collect();
        body.push(Node::Fixed(format!("return {}", results.join(", ")).trim_end().to_owned()));
        let types = vec![format!("*{}T", self.p); f.results].join(", ");
        let inline = if self.r.one_in(3) { "" } else { "//go:noinline\n" };
        let params: Vec<String> = (0..params).map(|i| format!("a{i}")).collect();
        let head = format!("{inline}func {}({} *{}T, n int) ({types})", f.name, params.join(", "), self.p);
        self.nodes.push(Node::block(head, body));
        self.funcs.push(f);
    }

    fn run(&mut self, seed: u64) {
        let p = &self.p;
        let start = format!(
            "{p}g, {p}h = &{p}T{{N: 1}}, &{p}T{{N: 2}}\n{p}g.A, {p}g.B, {p}h.A, {p}h.B = {p}g, {p}h, {p}g, {p}g\nn := 3"
        );
        let mut list = vec![Node::Fixed(start)];
        let mut vars = vec![format!("{p}g"), format!("{p}h")];
        for (k, f) in self.islands.clone().iter().enumerate() {
            let kept = format!("for _, x := range {p}keep {{\n\tchk({k}, x.sum(5))\n}}");
            list.push(Node::Line(format!("x{k} := {f}(n)\nn += clobber(n) & 1\nchk({k}, x{k}.sum(5))\n{kept}")));
        }
        for k in 0..6 + self.r.below(8) {
            self.statement(&mut vars, 1, &mut list);
            let shown = vars.last().expect("there are globals").clone();
            let check = format!("n += clobber(n) & 1\nchk({k}, {shown}.sum(4), {0}g.sum(4), {0}h.sum(3))", self.p);
            list.push(Node::Line(check));
        }
        list.push(Node::Line(format!("for _, x := range {p}keep {{\n\tchk(99, x.sum(4))\n}}", p = self.p)));
        self.nodes.push(Node::block(format!("func {}()", entry(seed)), list));
    }
}
