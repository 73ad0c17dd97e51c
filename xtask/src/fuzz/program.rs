//! Whole programs: declarations, functions, and the function that runs them.

use super::expr::{Callee, Scope, Var};
use super::graph;
use super::random::Random;
use super::stmt::Body;
use super::tree::Node;
use super::types::{Decls, INTS, Struct, Ty};

/// One generated program: declarations with names of its own, so that many fit into one Go package.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its number, which is its seed.
    pub id: u64,
    /// Its declarations.
    pub nodes: Vec<Node>,
}

/// Name of the function that runs program `id`.
pub fn entry(id: u64) -> String {
    format!("p{id}run")
}

/// How much there is in a program.
#[derive(Clone, Copy, Debug)]
struct Size {
    /// One more than the most structs and than the most functions without effects.
    declarations: usize,
    /// The same for functions with effects, beyond one.
    functions: usize,
    /// The same for statements of such a function, beyond two.
    statements: usize,
    /// Least number of statements of the function that runs it, and how many more there may be.
    run: (usize, usize),
    /// How deep statements nest.
    depth: usize,
}

/// What most are: compiling costs by the line, and what differs shows in small programs as well.
const SMALL: Size = Size { declarations: 3, functions: 2, statements: 2, run: (2, 3), depth: 2 };
/// Every sixteenth: more goes on at once, so registers run out and functions are too large to be inlined.
const LARGE: Size = Size { declarations: 4, functions: 4, statements: 6, run: (6, 10), depth: 3 };

/// One in so many is of the other kind, [`graph`].
const GRAPHS: u64 = 3;

/// Makes a program from a seed.
pub fn generate(seed: u64) -> Program {
    if seed % GRAPHS == 1 {
        return Program { id: seed, nodes: graph::nodes(seed) };
    }
    let size = if seed.is_multiple_of(16) { LARGE } else { SMALL };
    let mut maker = Maker { r: Random::new(seed), size, decls: Decls::default(), serial: 0, nodes: Vec::new() };
    maker.decls.prefix = format!("p{seed}");
    maker.types();
    let globals = maker.globals();
    let pure_funcs = maker.pure_functions();
    let funcs = maker.functions(&globals, &pure_funcs);
    maker.run(seed, &globals, &pure_funcs, &funcs);
    Program { id: seed, nodes: maker.nodes }
}

struct Maker {
    r: Random,
    size: Size,
    decls: Decls,
    serial: usize,
    nodes: Vec<Node>,
}

impl Maker {
    fn types(&mut self) {
        for _ in 0..self.r.below(3) {
            let name = format!("{}N{}", self.decls.prefix, self.decls.named.len());
            let under = *self.r.pick(&INTS);
            self.nodes.push(Node::Line(format!("type {name} {under}")));
            self.decls.named.push((name, under));
        }
        for _ in 0..self.r.below(self.size.declarations) {
            self.structure();
        }
        if !self.decls.structs.is_empty() {
            self.nodes.push(Node::Line(format!("type {}I interface{{ M(n int) int }}", self.decls.prefix)));
        }
    }

    fn structure(&mut self) {
        let i = self.decls.structs.len();
        let name = format!("{}S{i}", self.decls.prefix);
        let mut fields = Vec::new();
        let embeds = i > 0 && self.r.one_in(2);
        if embeds {
            let inner = self.r.below(i);
            fields.push((self.decls.structs[inner].name.clone(), Ty::Struct(inner)));
        }
        for k in 0..1 + self.r.below(4) {
            let ty = self.decls.any(&mut self.r, 1);
            // The struct's interface holds only types that are declared before it.
            let ty = if ty == Ty::Iface { Ty::Str } else { ty };
            fields.push((format!("{}{k}", (b'A' + i as u8) as char), ty));
        }
        let mut text = format!("type {name} struct {{\n");
        for (k, (field, ty)) in fields.iter().enumerate() {
            let ty = self.decls.name(ty);
            text += &if k == 0 && embeds { format!("\t{ty}\n") } else { format!("\t{field} {ty}\n") };
        }
        self.nodes.push(Node::Line(text + "}"));
        self.decls.structs.push(Struct { name, fields, embeds });
        self.methods(i);
    }

    /// `M`, which only reads, and `P`, which writes; an embedded struct's may be promoted instead.
    fn methods(&mut self, i: usize) {
        let Struct { name, fields, embeds } = self.decls.structs[i].clone();
        let var = |name: String, ty: &Ty, assignable| Var { name, ty: ty.clone(), assignable };
        if embeds && self.r.one_in(2) {
            return;
        }
        let mut vars: Vec<Var> = fields.iter().map(|f| var(format!("s.{}", f.0), &f.1, false)).collect();
        vars.retain(|v| !matches!(v.ty, Ty::Func(_)));
        vars.push(var("n".into(), &Ty::Number("int"), false));
        // Without the struct itself there is no recursion through the interface.
        let plain = Decls { structs: Vec::new(), ..self.decls.clone() };
        vars.retain(|v| self.decls.is_plain(&v.ty) && !matches!(v.ty, Ty::Struct(_) | Ty::Array(..) | Ty::Pair(..)));
        let scope = Scope { decls: &plain, vars, pure_funcs: Vec::new() };
        let value = scope.expr(&mut self.r, &Ty::Number("int"), 3);
        self.nodes
            .push(Node::block(format!("func (s {name}) M(n int) int"), vec![Node::Fixed(format!("return {value}"))]));
        let mut body = Vec::new();
        for (field, ty) in fields.iter().filter(|f| matches!(f.1, Ty::Number(_) | Ty::Bool | Ty::Complex)) {
            let value = scope.expr(&mut self.r, ty, 2);
            body.push(Node::Line(format!("s.{field} = {value}")));
        }
        self.nodes.push(Node::block(format!("func (s *{name}) P(n int)"), body));
    }

    fn globals(&mut self) -> Vec<Var> {
        let mut vars = Vec::new();
        for k in 0..self.r.below(4) {
            let ty = self.decls.any(&mut self.r, 2);
            let name = format!("{}g{k}", self.decls.prefix);
            let scope = Scope { decls: &self.decls, vars: vars.clone(), pure_funcs: Vec::new() };
            let value = scope.expr(&mut self.r, &ty, 0);
            self.nodes.push(Node::Line(format!("var {name} {} = {value}", self.decls.name(&ty))));
            vars.push(Var { name, ty, assignable: true });
        }
        vars
    }

    /// Functions that change nothing but what is theirs.
    fn pure_functions(&mut self) -> Vec<Callee> {
        let mut made: Vec<Callee> = Vec::new();
        for k in 0..self.r.below(self.size.declarations) {
            let params: Vec<Ty> = (0..self.r.below(5)).map(|_| self.decls.plain(&mut self.r)).collect();
            let result = self.decls.plain(&mut self.r);
            let name = format!("{}h{k}", self.decls.prefix);
            let callee = Callee { name, params, result };
            // A pure function has no checkpoints: they are effects.
            let vars = param_vars(&callee.params);
            let scope = Scope { decls: &self.decls, vars, pure_funcs: made.clone() };
            let mut body = vec![Node::Fixed("tick()".into())];
            let start = scope.expr(&mut self.r, &callee.result, 2);
            body.push(Node::Fixed(format!("t := {start}")));
            let mut scope = scope;
            scope.vars.push(Var { name: "t".into(), ty: callee.result.clone(), assignable: true });
            for _ in 0..self.r.below(4) {
                let (c, e) = (scope.expr(&mut self.r, &Ty::Bool, 2), scope.expr(&mut self.r, &callee.result, 2));
                let n = 1 + self.r.below(4);
                let clipped = if callee.result == Ty::Str { format!("clipS({e})") } else { e };
                let head = if self.r.one_in(3) { format!("for range {n}") } else { format!("if {c}") };
                body.push(Node::block(head, vec![Node::Line(format!("t = {clipped}"))]));
            }
            body.push(Node::Fixed("return t".into()));
            self.function(&callee, body);
            made.push(callee);
        }
        made
    }

    /// Functions with effects; each calls only those before it, and itself.
    fn functions(&mut self, globals: &[Var], pure_funcs: &[Callee]) -> Vec<Callee> {
        let mut made: Vec<Callee> = Vec::new();
        let decls = self.decls.clone();
        for k in 0..1 + self.r.below(self.size.functions) {
            let mut params: Vec<Ty> = (0..self.r.below(8)).map(|_| self.decls.any(&mut self.r, 2)).collect();
            let recursive = self.r.one_in(4);
            if recursive {
                params.insert(0, Ty::Number("int8"));
            }
            let result = self.decls.any(&mut self.r, 2);
            let callee = Callee { name: format!("{}f{k}", self.decls.prefix), params, result };
            let mut body = vec![Node::Fixed("tick()".into())];
            let vars: Vec<Var> = globals.iter().cloned().chain(param_vars(&callee.params)).collect();
            let scope = Scope { decls: &decls, vars, pure_funcs: pure_funcs.to_vec() };
            if recursive {
                let last = scope.expr(&mut self.r, &callee.result, 1);
                body.push(Node::Fixed(format!("if a0 <= 0 || a0 > 4 {{\n\treturn {last}\n}}")));
            }
            let named = self.r.one_in(3);
            let n = 2 + self.r.below(self.size.statements);
            let (r, serial, result) = (&mut self.r, &mut self.serial, Some(callee.result.clone()));
            let deepest = self.size.depth;
            let mut b = Body { r, scope, funcs: &made, serial, deepest, loops: 0, in_loop: false, result };
            let mut list = b.block(n, 0);
            let last = b.scope.expr(b.r, &callee.result, 2);
            if recursive {
                let args: Vec<String> = (1..callee.params.len()).map(|i| format!(", a{i}")).collect();
                list.push(Node::Line(format!("_ = {}(a0-1{})", callee.name, args.concat())));
            }
            body.extend(list);
            body.push(Node::Fixed(format!("return {last}")));
            if named {
                self.named_result(&callee, body);
            } else {
                self.function(&callee, body);
            }
            made.push(callee);
        }
        made
    }

    fn function(&mut self, f: &Callee, body: Vec<Node>) {
        let result = self.decls.name(&f.result);
        let head = format!("func {}({}) {result}", f.name, self.params(f));
        self.nodes.push(Node::block(head, body));
    }

    /// A deferred function sees and sets the named result.
    fn named_result(&mut self, f: &Callee, mut body: Vec<Node>) {
        let result = self.decls.name(&f.result);
        let scope = Scope { decls: &self.decls, vars: param_vars(&f.params), pure_funcs: Vec::new() };
        let value = scope.expr(&mut self.r, &f.result, 1);
        let mut inner = vec![Node::Line(format!("res = {value}"))];
        if self.r.one_in(2) {
            inner.push(Node::Line("chk(1, fmt.Sprint(recover()))".into()));
        }
        let deferred = vec![("defer func() {".to_owned(), inner), ("}()".to_owned(), Vec::new())];
        body.insert(1, Node::Block(deferred));
        let head = format!("func {}({}) (res {result})", f.name, self.params(f));
        self.nodes.push(Node::block(head, body));
    }

    fn params(&self, f: &Callee) -> String {
        let params: Vec<String> =
            f.params.iter().enumerate().map(|(i, ty)| format!("a{i} {}", self.decls.name(ty))).collect();
        params.join(", ")
    }

    fn run(&mut self, seed: u64, globals: &[Var], pure_funcs: &[Callee], funcs: &[Callee]) {
        let decls = self.decls.clone();
        let scope = Scope { decls: &decls, vars: globals.to_vec(), pure_funcs: pure_funcs.to_vec() };
        let shown: Vec<&Var> = globals.iter().filter(|g| self.decls.printable(&g.ty)).collect();
        let last: Vec<Node> = shown.iter().map(|g| Node::Line(format!("chk(2, {})", g.name))).collect();
        let n = self.size.run.0 + self.r.below(self.size.run.1);
        let (r, serial, deepest) = (&mut self.r, &mut self.serial, self.size.depth);
        let mut b = Body { r, scope, funcs, serial, deepest, loops: 0, in_loop: false, result: None };
        let mut list = Vec::new();
        for f in funcs {
            let args: Vec<String> = f.params.iter().map(|p| b.scope.expr(b.r, p, 1)).collect();
            let call = format!("{}({})", f.name, args.join(", "));
            let shown = if decls.printable(&f.result) { call } else { format!("fmt.Sprintf(\"%T\", {call})") };
            list.push(Node::Line(format!("chk(3, {shown})")));
        }
        list.extend(b.block(n, 0));
        list.extend(last);
        self.nodes.push(Node::block(format!("func {}()", entry(seed)), list));
    }
}

fn param_vars(params: &[Ty]) -> Vec<Var> {
    let var = |(i, ty): (usize, &Ty)| Var { name: format!("a{i}"), ty: ty.clone(), assignable: true };
    params.iter().enumerate().map(var).collect()
}
