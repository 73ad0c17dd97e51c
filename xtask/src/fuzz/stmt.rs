//! Statements. They change variables, and mix what they see into the program's state by `chk`.

use super::expr::{Callee, Scope, Var};
use super::random::Random;
use super::tree::Node;
use super::types::{INTS, Ty, int_name};

/// The body of a function while it is made.
pub struct Body<'a, 'r> {
    /// Source of choices.
    pub r: &'r mut Random,
    /// What can be named.
    pub scope: Scope<'a>,
    /// Functions with effects, which only statements call.
    pub funcs: &'a [Callee],
    /// Number for the next name or checkpoint.
    pub serial: &'r mut usize,
    /// How deep statements nest.
    pub deepest: usize,
    /// How many loops are around.
    pub loops: usize,
    /// Whether `break` and `continue` are possible here.
    pub in_loop: bool,
    /// Type of the result, inside of the function itself.
    pub result: Option<Ty>,
}

impl Body<'_, '_> {
    fn fresh(&mut self, stem: &str) -> String {
        *self.serial += 1;
        format!("{stem}{}", self.serial)
    }

    fn e(&mut self, ty: &Ty) -> String {
        let depth = 1 + self.r.below(3);
        self.scope.expr(self.r, ty, depth)
    }

    fn any_type(&mut self) -> Ty {
        self.scope.decls.any(self.r, 2)
    }

    /// A list of statements with a scope of its own.
    pub fn block(&mut self, n: usize, depth: usize) -> Vec<Node> {
        let outer = self.scope.vars.len();
        let mut out = Vec::new();
        for _ in 0..n {
            self.statement(depth, &mut out);
        }
        self.scope.vars.truncate(outer);
        out
    }

    /// A nested list of statements.
    fn inner(&mut self, depth: usize) -> Vec<Node> {
        let n = 1 + self.r.below(3);
        self.block(n, depth + 1)
    }

    /// A nested list outside of the loops around, as in a function literal.
    fn inner_func(&mut self, depth: usize) -> Vec<Node> {
        let saved = (self.in_loop, self.result.take());
        self.in_loop = false;
        let body = self.inner(depth);
        (self.in_loop, self.result) = saved;
        body
    }

    fn inner_loop(&mut self, depth: usize, vars: Vec<Var>) -> Vec<Node> {
        let outer = self.scope.vars.len();
        let uses = uses(&vars);
        self.scope.vars.extend(vars);
        let saved = std::mem::replace(&mut self.in_loop, true);
        self.loops += 1;
        let mut body = self.inner(depth);
        body.insert(0, uses);
        if self.loops > 1 {
            body.insert(0, Node::Fixed("tick()".into()));
        }
        self.loops -= 1;
        self.in_loop = saved;
        self.scope.vars.truncate(outer);
        body
    }

    fn statement(&mut self, depth: usize, out: &mut Vec<Node>) {
        let nest = depth < self.deepest && self.loops < 3;
        match self.r.below(if nest { 44 } else { 18 }) {
            0..=4 => self.declare(out),
            5..=8 => self.assign(out),
            9..=10 => self.check(out),
            11 => self.call(out),
            12 => self.swap(out),
            13 => self.map_statement(out),
            14 => self.slice_statement(out),
            15 => self.method_statement(out),
            16 => self.jump(out),
            17 => self.known_capacity(out),
            18..=21 => self.conditional(depth, out),
            22..=26 => self.any_loop(depth, out),
            27..=28 => self.switch(depth, out),
            29 => self.type_switch(depth, out),
            30..=31 => self.literal(depth, out),
            32..=33 => self.deferred(depth, out),
            34 => self.protected(depth, out),
            35 => self.goroutines(out),
            36..=37 => self.range_func(depth, out),
            38 => self.goto_loop(depth, out),
            39 => self.channel(out),
            40..=41 => self.labelled(depth, out),
            42 => self.shadow(depth, out),
            _ => self.panics(out),
        }
    }

    fn add_var(&mut self, name: &str, ty: &Ty) {
        self.scope.vars.push(Var { name: name.into(), ty: ty.clone(), assignable: true });
    }

    fn declare(&mut self, out: &mut Vec<Node>) {
        let ty = self.any_type();
        self.declare_of(&ty, out);
    }

    fn declare_of(&mut self, ty: &Ty, out: &mut Vec<Node>) -> String {
        let value = self.e(ty);
        let name = self.fresh("v");
        let type_name = self.scope.decls.name(ty);
        out.push(Node::Line(format!("var {name} {type_name} = {value}\n_ = {name}")));
        self.add_var(&name, ty);
        name
    }

    /// Something that can be assigned to, and its type.
    fn place(&mut self) -> Option<(String, Ty)> {
        let of: Vec<Var> = self.scope.vars.iter().filter(|v| v.assignable).cloned().collect();
        if of.is_empty() {
            return None;
        }
        let v = of[self.r.below(of.len())].clone();
        if self.r.one_in(3) {
            return Some((v.name, v.ty));
        }
        Some(match &v.ty {
            Ty::Slice(e) => (format!("{}[{}]", v.name, self.scope.index(self.r, &v.name, 1)), (**e).clone()),
            Ty::Array(n, e) => (format!("{}[{}]", v.name, self.scope.bounded_index(self.r, *n, 1)), (**e).clone()),
            Ty::Map(k, e) => (format!("{}[{}]", v.name, self.scope.expr(self.r, k, 1)), (**e).clone()),
            Ty::Ptr(e) => (format!("(*{})", v.name), (**e).clone()),
            Ty::Pair(a, _) => (format!("{}.First", v.name), (**a).clone()),
            Ty::Struct(i) => {
                let fields = &self.scope.decls.structs[*i].fields;
                let f = self.r.pick(fields).clone();
                (format!("{}.{}", v.name, f.0), f.1)
            }
            _ => (v.name, v.ty),
        })
    }

    fn assign(&mut self, out: &mut Vec<Node>) {
        let Some((place, ty)) = self.place() else { return self.declare(out) };
        let value = self.e(&ty);
        let line = match &ty {
            Ty::Number(_) | Ty::Named(_) if self.r.one_in(5) => format!("{place}{}", ["++", "--"][self.r.below(2)]),
            Ty::Number(n) if INTS.contains(n) && self.r.one_in(2) => {
                format!(
                    "{place} {} {value}",
                    self.r.pick(&["+=", "-=", "*=", "&=", "|=", "^=", "&^=", "<<= 3 &", ">>= 7 &"])
                )
            }
            Ty::Number(_) if self.r.one_in(2) => format!("{place} {} {value}", self.r.pick(&["+=", "-=", "*="])),
            Ty::Str => format!("{place} = clipS({value})"),
            _ => format!("{place} = {value}"),
        };
        out.push(Node::Line(line));
    }

    fn check(&mut self, out: &mut Vec<Node>) {
        *self.serial += 1;
        let at = *self.serial;
        let shown: Vec<String> =
            self.scope.vars.iter().filter(|v| self.scope.decls.printable(&v.ty)).map(|v| v.name.clone()).collect();
        let mut values = Vec::new();
        for _ in 0..1 + self.r.below(3) {
            if !shown.is_empty() && !self.r.one_in(3) {
                values.push(self.r.pick(&shown).clone());
            } else {
                let ty = self.scope.decls.basic(self.r);
                values.push(self.e(&ty));
            }
        }
        out.push(Node::Line(format!("chk({at}, {})", values.join(", "))));
    }

    fn call(&mut self, out: &mut Vec<Node>) {
        if self.funcs.is_empty() {
            return self.assign(out);
        }
        let f = self.r.pick(self.funcs).clone();
        let args: Vec<String> = f.params.iter().map(|p| self.scope.expr(self.r, p, 1)).collect();
        let call = format!("{}({})", f.name, args.join(", "));
        match self.r.below(5) {
            0 => out.push(Node::Line(call)),
            1 if self.scope.decls.printable(&f.result) => {
                *self.serial += 1;
                // Both calls have effects; the language says that the left one comes first.
                out.push(Node::Line(format!("chk({}, {call}, {call})", self.serial)));
            }
            2 if matches!(f.result, Ty::Number(_) | Ty::Str) => {
                let name = self.fresh("v");
                out.push(Node::Line(format!("{name} := {call} + {call}\n_ = {name}")));
                if f.result == Ty::Str {
                    out.push(Node::Line(format!("{name} = clipS({name})")));
                }
                self.add_var(&name, &f.result);
            }
            _ => {
                let name = self.fresh("v");
                out.push(Node::Line(format!("{name} := {call}\n_ = {name}")));
                self.add_var(&name, &f.result);
            }
        }
    }

    fn swap(&mut self, out: &mut Vec<Node>) {
        let (Some((a, ty)), Some((b, other))) = (self.place(), self.place()) else { return };
        if ty == other {
            out.push(Node::Line(format!("{a}, {b} = {b}, {a}")));
        } else {
            let (x, y) = (self.e(&ty), self.e(&other));
            let x = if ty == Ty::Str { format!("clipS({x})") } else { x };
            let y = if other == Ty::Str { format!("clipS({y})") } else { y };
            out.push(Node::Line(format!("{a}, {b} = {x}, {y}")));
        }
    }

    fn map_statement(&mut self, out: &mut Vec<Node>) {
        let of: Vec<Var> = self.scope.vars.iter().filter(|v| matches!(v.ty, Ty::Map(..))).cloned().collect();
        if of.is_empty() {
            let ty = Ty::Map(Box::new(self.scope.decls.key(self.r)), Box::new(self.scope.decls.basic(self.r)));
            self.declare_of(&ty, out);
            return;
        }
        let v = self.r.pick(&of).clone();
        let Ty::Map(k, e) = &v.ty else { return };
        let key = self.e(k);
        let name = self.fresh("v");
        match self.r.below(6) {
            0 => out.push(Node::Line(format!("delete({}, {key})", v.name))),
            1 if self.r.one_in(3) => out.push(Node::Line(format!("clear({})", v.name))),
            2 => {
                out.push(Node::Line(format!("{name}, ok{name} := {}[{key}]\n_, _ = {name}, ok{name}", v.name)));
                self.add_var(&name, e);
                self.add_var(&format!("ok{name}"), &Ty::Bool);
            }
            3 => {
                let text = format!(
                    "for {name} := range {} {{\n\tif {name} == {key} {{\n\t\tdelete({}, {name})\n\t}}\n}}",
                    v.name, v.name
                );
                out.push(Node::Line(text));
            }
            _ => {
                let value = self.e(e);
                let value = if **e == Ty::Str { format!("clipS({value})") } else { value };
                out.push(Node::Line(format!("{}[{key}] = {value}", v.name)));
            }
        }
    }

    fn slice_statement(&mut self, out: &mut Vec<Node>) {
        let of: Vec<Var> = self.scope.vars.iter().filter(|v| matches!(v.ty, Ty::Slice(_))).cloned().collect();
        if of.is_empty() {
            let ty = Ty::Slice(Box::new(self.scope.decls.basic(self.r)));
            self.declare_of(&ty, out);
            return;
        }
        let v = self.r.pick(&of).clone();
        let Ty::Slice(e) = &v.ty else { return };
        let (name, i) = (v.name.clone(), self.scope.index(self.r, &v.name, 1));
        let line = match self.r.below(8) {
            0 => format!("copy({name}, {})", self.e(&v.ty)),
            1 => format!("copy({name}[min(1, len({name})):], {name})"),
            2 => format!("copy({name}, {name}[{i}:])"),
            3 => format!("clear({name}[:{i}])"),
            4 => format!("{name} = {name}[:len({name}):len({name})]"),
            5 => format!("{name} = append({name}[:{i}:{i}], {name}[{i}:]...)"),
            6 => {
                let a = self.fresh("v");
                let n = self.r.below(3);
                let array = Ty::Array(n, e.clone());
                out.push(Node::Line(format!("{a} := {}({name})\n_ = {a}", self.scope.decls.name(&array))));
                if n > 0 {
                    self.add_var(&a, &array);
                }
                return;
            }
            _ => format!("{name} = append(clip({name}), {}, {})", self.e(e), self.e(e)),
        };
        out.push(Node::Line(line));
    }

    fn method_statement(&mut self, out: &mut Vec<Node>) {
        let is_struct = |v: &&Var| matches!(v.ty, Ty::Struct(_)) && v.assignable;
        let of: Vec<Var> = self.scope.vars.iter().filter(is_struct).cloned().collect();
        if of.is_empty() {
            if !self.scope.decls.structs.is_empty() {
                let i = self.r.below(self.scope.decls.structs.len());
                self.declare_of(&Ty::Struct(i), out);
            }
            return;
        }
        let v = self.r.pick(&of).clone();
        let arg = self.e(&Ty::Number("int"));
        let name = self.fresh("v");
        match self.r.below(4) {
            0 => out.push(Node::Line(format!("{}.P({arg})", v.name))),
            1 => out.push(Node::Line(format!("{name} := {}.P\n{name}({arg})", v.name))),
            2 => {
                out.push(Node::Line(format!("{name} := {}.M\n_ = {name}", v.name)));
                self.scope.vars.push(Var { name, ty: Ty::Func(Box::new(Ty::Number("int"))), assignable: false });
            }
            _ => {
                let ty = self.scope.decls.name(&v.ty);
                out.push(Node::Line(format!("(*{ty}).P(&{}, {arg})", v.name)));
            }
        }
    }

    fn jump(&mut self, out: &mut Vec<Node>) {
        let c = self.e(&Ty::Bool);
        if self.in_loop {
            out.push(Node::Line(format!("if {c} {{\n\t{}\n}}", self.r.pick(&["break", "continue"]))));
        } else if let Some(ty) = self.result.clone() {
            let value = self.e(&ty);
            out.push(Node::Line(format!("if {c} {{\n\treturn {value}\n}}")));
        }
    }

    /// Slices that share an array, with a capacity that the program says.
    fn known_capacity(&mut self, out: &mut Vec<Node>) {
        let elem = self.scope.decls.basic(self.r);
        let ty = Ty::Slice(Box::new(elem.clone()));
        let (a, b) = (self.fresh("v"), self.fresh("v"));
        let name = self.scope.decls.name(&ty);
        let (x, y) = (self.e(&elem), self.e(&elem));
        let n = self.r.below(4);
        out.push(Node::Line(format!(
            "{a} := make({name}, {n}, 8)\n{b} := append({a}, {x})\n{a} = append({a}, {y}, {x})\n_, _ = {a}, {b}"
        )));
        self.add_var(&a, &ty);
        self.add_var(&b, &ty);
    }

    fn conditional(&mut self, depth: usize, out: &mut Vec<Node>) {
        let c = self.e(&Ty::Bool);
        let mut parts = vec![(format!("if {c} {{"), self.inner(depth))];
        if self.r.one_in(3) {
            let c = self.e(&Ty::Bool);
            parts.push((format!("}} else if {c} {{"), self.inner(depth)));
        }
        if self.r.one_in(2) {
            parts.push(("} else {".into(), self.inner(depth)));
        }
        parts.push(("}".into(), Vec::new()));
        out.push(Node::Block(parts));
    }

    fn any_loop(&mut self, depth: usize, out: &mut Vec<Node>) {
        let (head, vars) = self.loop_head();
        let body = self.inner_loop(depth, vars);
        out.push(Node::block(head, body));
    }

    fn loop_head(&mut self) -> (String, Vec<Var>) {
        let i = self.fresh("i");
        let var = |name: &str, ty: Ty, assignable| Var { name: name.into(), ty, assignable };
        let n = 1 + self.r.below(6);
        match self.r.below(7) {
            0 | 1 => {
                let ty = Ty::Number(int_name(self.r));
                let name = self.scope.decls.name(&ty);
                let head = match self.r.below(3) {
                    0 => format!("for {i} := {name}(0); {i} < {n}; {i}++"),
                    1 => format!("for {i} := {name}({n}); {i} > 0; {i}--"),
                    _ => format!("for {i} := {name}({n}); {i} < 100; {i} += 31"),
                };
                (head, vec![var(&i, ty, false)])
            }
            2 => (format!("for {i} := range {n}"), vec![var(&i, Ty::Number("int"), true)]),
            3 => {
                let elem = self.scope.decls.basic(self.r);
                let e = self.e(&Ty::Slice(Box::new(elem.clone())));
                let x = self.fresh("x");
                let vars = vec![var(&i, Ty::Number("int"), true), var(&x, elem, true)];
                (format!("for {i}, {x} := range clip({e})"), vars)
            }
            4 => {
                let s = self.e(&Ty::Str);
                let x = self.fresh("x");
                let vars = vec![var(&i, Ty::Number("int"), true), var(&x, Ty::Number("int32"), true)];
                (format!("for {i}, {x} := range clipS({s})"), vars)
            }
            5 => {
                let (k, v) = (self.scope.decls.key(self.r), self.scope.decls.basic(self.r));
                let m = self.e(&Ty::Map(Box::new(k.clone()), Box::new(v)));
                (format!("for _, {i} := range sortedKeys({m})"), vec![var(&i, k, true)])
            }
            _ => {
                let elem = self.scope.decls.basic(self.r);
                let ty = Ty::Array(n, Box::new(elem.clone()));
                let x = self.fresh("x");
                let a = match self.scope.var_of(self.r, &ty) {
                    Some(v) => v.name.clone(),
                    None => format!("{}{{{}}}", self.scope.decls.name(&ty), self.e(&elem)),
                };
                (format!("for {i}, {x} := range {a}"), vec![var(&i, Ty::Number("int"), true), var(&x, elem, true)])
            }
        }
    }

    fn switch(&mut self, depth: usize, out: &mut Vec<Node>) {
        let saved = std::mem::replace(&mut self.in_loop, false);
        let mut parts = Vec::new();
        let form = self.r.below(3);
        let head = match form {
            0 => "switch {".to_owned(),
            1 => format!("switch {} {{", self.e(&Ty::Str)),
            _ => format!("switch {} {{", self.e(&Ty::Number("int"))),
        };
        parts.push((head, Vec::new()));
        let n = 1 + self.r.below(7);
        for k in 0..n {
            let label = match form {
                0 => self.e(&Ty::Bool),
                1 => format!("{:?}, {:?}", "abcdefghij"[..k].to_owned(), format!("x{k}")),
                _ => format!("{k}, {}", 10 + k * k),
            };
            let body = self.inner(depth);
            parts.push((format!("case {label}:"), body));
            if self.r.one_in(5) && k + 1 < n {
                let last = parts.last_mut().expect("just pushed");
                last.1.push(Node::Fixed("fallthrough".into()));
            }
        }
        if self.r.one_in(2) {
            parts.push(("default:".into(), self.inner(depth)));
        }
        parts.push(("}".into(), Vec::new()));
        out.push(Node::Block(parts));
        self.in_loop = saved;
    }

    fn type_switch(&mut self, depth: usize, out: &mut Vec<Node>) {
        let saved = std::mem::replace(&mut self.in_loop, false);
        let x = self.fresh("x");
        let mut parts = vec![(format!("switch {x} := {}.(type) {{", self.e(&Ty::Any)), Vec::new())];
        let mut seen: Vec<Ty> = Vec::new();
        for _ in 0..3 {
            let ty = self.scope.decls.basic(self.r);
            if seen.contains(&ty) {
                continue;
            }
            seen.push(ty.clone());
            let outer = self.scope.vars.len();
            self.add_var(&x, &ty);
            let body = self.inner(depth);
            self.scope.vars.truncate(outer);
            parts.push((format!("case {}:", self.scope.decls.name(&ty)), body));
        }
        *self.serial += 1;
        parts.push(("default:".into(), vec![Node::Fixed(format!("chk({}, {x})", self.serial))]));
        parts.push(("}".into(), Vec::new()));
        out.push(Node::Block(parts));
        self.in_loop = saved;
    }

    fn literal(&mut self, depth: usize, out: &mut Vec<Node>) {
        let ty = self.any_type();
        let (name, param) = (self.fresh("f"), self.fresh("y"));
        let arg = self.scope.decls.basic(self.r);
        let outer = self.scope.vars.len();
        self.add_var(&param, &arg);
        let saved = (std::mem::replace(&mut self.in_loop, false), self.result.replace(ty.clone()));
        let mut body = self.inner(depth);
        let last = self.e(&ty);
        body.push(Node::Fixed(format!("return {last}")));
        (self.in_loop, self.result) = saved;
        self.scope.vars.truncate(outer);
        let head = format!("{name} := func({param} {}) {}", self.scope.decls.name(&arg), self.scope.decls.name(&ty));
        out.push(Node::block(head, body));
        out.push(Node::Fixed(format!("_ = {name}")));
        for _ in 0..1 + self.r.below(2) {
            let v = self.fresh("v");
            let value = self.e(&arg);
            out.push(Node::Line(format!("{v} := {name}({value})\n_ = {v}")));
            self.add_var(&v, &ty);
        }
    }

    fn deferred(&mut self, depth: usize, out: &mut Vec<Node>) {
        let mut body = self.inner_func(depth);
        match self.r.below(4) {
            0 => body.insert(0, Node::Line("if r := recover(); r != nil {\n\tchk(0, fmt.Sprint(r))\n}".into())),
            1 => body.push(Node::Line("chk(0, fmt.Sprint(recover()))".into())),
            2 if self.r.one_in(2) => body.push(Node::Line("panic(\"deferred\")".into())),
            _ => {}
        }
        let ty = self.scope.decls.basic(self.r);
        let arg = self.e(&ty);
        let name = self.scope.decls.name(&ty);
        *self.serial += 1;
        body.insert(0, Node::Fixed(format!("chk({}, a)", self.serial)));
        out.push(Node::Block(vec![(format!("defer func(a {name}) {{"), body), (format!("}}({arg})"), Vec::new())]));
    }

    fn protected(&mut self, depth: usize, out: &mut Vec<Node>) {
        let body = self.inner_func(depth);
        *self.serial += 1;
        let head = format!("chk({}, protect(func() {{", self.serial);
        out.push(Node::Block(vec![(head, body), ("}))".into(), Vec::new())]));
    }

    /// Goroutines that compute with values of their own.
    fn goroutines(&mut self, out: &mut Vec<Node>) {
        let ty = self.scope.decls.plain(self.r);
        let (a, b) = (self.scope.decls.plain(self.r), self.scope.decls.plain(self.r));
        let param = |name: &str, ty: &Ty| Var { name: name.into(), ty: ty.clone(), assignable: false };
        let vars = vec![param("i", &Ty::Number("int")), param("a", &a), param("b", &b)];
        let inside = Scope { decls: self.scope.decls, vars, pure_funcs: Vec::new() };
        let value = inside.expr(self.r, &ty, 3);
        let (x, y) = (self.e(&a), self.e(&b));
        let name = |ty: &Ty| self.scope.decls.name(ty);
        *self.serial += 1;
        let (at, n) = (*self.serial, 1 + self.r.below(5));
        out.push(Node::Line(format!(
            "{{\n\tvar wg sync.WaitGroup\n\tout, errs := make([]{}, {n}), make([]any, {n})\n\tfor i := range {n} {{\n\
             \t\twg.Add(1)\n\t\tgo func(a {}, b {}) {{\n\t\t\tdefer wg.Done()\n\t\t\terrs[i] = protect(func() {{ out[i] = {value} }})\n\
             \t\t}}({x}, {y})\n\t}}\n\twg.Wait()\n\tchk({at}, out, errs)\n}}",
            name(&ty),
            name(&a),
            name(&b)
        )));
    }

    fn range_func(&mut self, depth: usize, out: &mut Vec<Node>) {
        let i = self.fresh("i");
        let (head, vars) = if self.r.one_in(2) {
            let n = self.r.below(6);
            let v = Var { name: i.clone(), ty: Ty::Number("int"), assignable: true };
            (format!("for {i} := range count({n})"), vec![v])
        } else {
            let elem = self.scope.decls.basic(self.r);
            let e = self.e(&Ty::Slice(Box::new(elem.clone())));
            let x = self.fresh("x");
            let var = |name: &str, ty: Ty| Var { name: name.into(), ty, assignable: true };
            (format!("for {i}, {x} := range each(clip({e}))"), vec![var(&i, Ty::Number("int")), var(&x, elem)])
        };
        let body = self.inner_loop(depth, vars);
        out.push(Node::block(head, body));
    }

    fn goto_loop(&mut self, depth: usize, out: &mut Vec<Node>) {
        let (k, label) = (self.fresh("k"), self.fresh("L"));
        let saved = std::mem::replace(&mut self.in_loop, false);
        self.loops += 1;
        let body = self.inner(depth);
        self.loops -= 1;
        self.in_loop = saved;
        let n = 1 + self.r.below(4);
        out.push(Node::Block(vec![
            (format!("{{\n{k} := 0\n{label}:\ntick()\n{{"), body),
            (format!("}}\n{k}++\nif {k} < {n} {{\n\tgoto {label}\n}}\n}}"), Vec::new()),
        ]));
    }

    fn channel(&mut self, out: &mut Vec<Node>) {
        let ty = self.any_type();
        let (c, x) = (self.fresh("c"), self.fresh("x"));
        let value = self.e(&ty);
        let n = 1 + self.r.below(4);
        *self.serial += 1;
        let name = self.scope.decls.name(&ty);
        let shown = if self.scope.decls.printable(&ty) { format!(", {x}") } else { String::new() };
        out.push(Node::Line(format!(
            "{c} := make(chan {name}, {n})\nfor i := range {} {{\n\tselect {{\n\tcase {c} <- {value}:\n\tdefault:\n\t\tchk({at}, i)\n\t}}\n}}\n\
             close({c})\nfor {x} := range {c} {{\n\t_ = {x}\n\tchk({at}{shown})\n}}\n{x}, ok{x} := <-{c}\n_ = {x}\nchk({at}, ok{x})",
            self.r.below(6),
            at = *self.serial,
        )));
        self.add_var(&x, &ty);
    }

    fn labelled(&mut self, depth: usize, out: &mut Vec<Node>) {
        let label = self.fresh("L");
        let (head, vars) = self.loop_head();
        let outer = self.scope.vars.len();
        let uses = uses(&vars);
        self.scope.vars.extend(vars);
        self.loops += 1;
        let (inner_head, inner_vars) = self.loop_head();
        let c = self.e(&Ty::Bool);
        let how = self.r.pick(&["break", "continue"]).to_string();
        let mut body = self.inner_loop(depth + 1, inner_vars);
        body.push(Node::Fixed(format!("if {c} {{\n\t{how} {label}\n}}")));
        let mut list = vec![uses, Node::block(inner_head, body)];
        let saved = std::mem::replace(&mut self.in_loop, true);
        list.extend(self.inner(depth));
        self.in_loop = saved;
        self.loops -= 1;
        self.scope.vars.truncate(outer);
        out.push(Node::block(format!("{label}:\nfor{}", &head[3..]), list));
    }

    fn shadow(&mut self, depth: usize, out: &mut Vec<Node>) {
        let body = self.inner(depth);
        out.push(Node::block("", body));
    }

    fn panics(&mut self, out: &mut Vec<Node>) {
        let c = self.e(&Ty::Bool);
        let value = match self.r.below(3) {
            0 => self.e(&Ty::Str),
            1 => self.e(&Ty::Number("int")),
            _ => format!("fmt.Errorf(\"error %v\", {})", self.e(&Ty::Number("int"))),
        };
        out.push(Node::Line(format!("if {c} {{\n\tpanic({value})\n}}")));
    }
}

/// Go rejects variables that nothing uses.
fn uses(vars: &[Var]) -> Node {
    Node::Fixed(vars.iter().map(|v| format!("_ = {}\n", v.name)).collect())
}
