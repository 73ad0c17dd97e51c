//! Functions with structs of several pointers in their frames: some lead to objects of the function, some to what came
//! from its caller, some into other such structs. The structs are copied whole and in parts, and given to small functions
//! that move pointers within them, out of them and into them. A compiler that tells apart what lies in one struct has to
//! see every one of these ways.
//!
//! `A` and `B` of every object, and every pointer of a struct, lead somewhere.

use super::random::Random;
use super::tree::Node;

/// Adds types, small functions and those that use them to `nodes`; gives the names of the latter, which take a pointer and
/// a number, and return a pointer.
pub fn functions(r: &mut Random, prefix: &str, nodes: &mut Vec<Node>) -> Vec<String> {
    let (t, p) = (format!("{prefix}T"), prefix);
    nodes.push(Node::Line(format!("type {p}M struct{{ X, Y *{t} }}")));
    nodes.push(Node::Line(format!(
        "type {p}H struct {{\n\tP, Q *{t}\n\tM {p}M\n\tV [2]*{t}\n\tW *{p}M\n\tZ **{t}\n\tF func() *{t}\n}}"
    )));
    let mut m = Maker { r, t, p, smalls: Vec::new() };
    for k in 0..3 + m.r.below(4) {
        let node = m.small(k);
        nodes.push(node);
    }
    let n = 1 + m.r.below(3);
    for k in 0..n {
        let node = m.user(k);
        nodes.push(node);
        // What the argument leads to must not be in a frame that has ended.
        let body =
            format!("r := {p}u{k}(a, n)\nn += clobber(n) & 1\nchk({k}, a.sum(3), a.A.sum(3), a.B.sum(3))\nreturn r");
        let head = format!("func {p}w{k}(a *{0}, n int) *{0}", m.t);
        nodes.push(Node::block(head, vec![Node::Fixed(body)]));
    }
    (0..n).map(|k| format!("{p}w{k}")).collect()
}

/// A small function: what it takes beside structs.
#[derive(Clone)]
struct Small {
    name: String,
    structs: usize,
    /// The field of the first struct that it hangs something new at.
    fresh: Option<&'static str>,
}

struct Maker<'a> {
    r: &'a mut Random,
    t: String,
    p: &'a str,
    smalls: Vec<Small>,
}

impl Maker<'_> {
    /// A field with a pointer to an object.
    fn field(&mut self, structs: &[String]) -> String {
        let field = [".P", ".Q", ".M.X", ".M.Y", ".V[0]", ".V[1]", ".V[n&1]", ".W.X", ".W.Y"][self.r.below(9)];
        match self.r.below(10) {
            0 => format!("(*{}.Z)", self.r.pick(structs)),
            _ => format!("{}{field}", self.r.pick(structs)),
        }
    }

    /// A way to an object.
    fn path(&mut self, structs: &[String], objects: &[String]) -> String {
        let mut path = if self.r.one_in(2) { self.field(structs) } else { self.r.pick(objects).clone() };
        for _ in 0..[0, 0, 0, 1, 1, 2][self.r.below(6)] {
            path += [".A", ".B"][self.r.below(2)];
        }
        path
    }

    /// A statement that moves pointers.
    fn move_some(&mut self, structs: &[String], objects: &[String]) -> String {
        let (h, k) = (self.r.pick(structs).clone(), self.r.pick(structs).clone());
        let (x, y) = (self.path(structs, objects), self.path(structs, objects));
        let (t, p) = (self.t.clone(), self.p);
        match self.r.below(22) {
            0..=4 => format!("{} = {x}", self.field(structs)),
            5 => format!("{x}.A = {y}"),
            18..=19 => {
                // Something new, two pointers behind one of a struct.
                let (f, side) = (self.field(structs), ["A", "B"][self.r.below(2)]);
                format!("{f}.{side}.{side} = &{t}{{A: {x}, B: {y}, N: {}}}", self.r.below(90))
            }
            20 => format!("{} = &{t}{{A: {x}, B: {y}, N: {}}}", self.field(structs), self.r.below(90)),
            6 => {
                let (f, g) = (self.field(structs), self.field(structs));
                format!("{f}, {g} = {g}, {f}")
            }
            7 => format!("{h}.M = *{k}.W"),
            8 => format!("*{h}.W = {k}.M"),
            9 => format!("{h}.V = {k}.V"),
            10 => format!("{h}.M, {k}.M = {k}.M, {p}M{{{x}, {y}}}"),
            11 => format!("{{\n\tz := {h}\n\tz.P = {x}\n\t{} = z.Q\n}}", self.field(structs)),
            12 => format!("{} = &{t}{{A: {x}, B: {y}, N: {}}}", self.field(structs), self.r.below(90)),
            13 => format!("{p}keep = append({p}keep, {x})"),
            14 => format!("*{h}.Z = {x}"),
            15 => format!("{{\n\tw := &{h}.M\n\tif n > 2 {{\n\t\tw = {k}.W\n\t}}\n\tw.X = {x}\n}}"),
            16 => format!("for i := range {h}.V {{\n\t{h}.V[i] = {x}\n}}"),
            _ => format!("copy({h}.V[:], []*{t}{{{x}, {y}}})"),
        }
    }

    fn small(&mut self, k: usize) -> Node {
        let structs = 1 + self.r.below(2);
        let params: Vec<String> = (0..structs).map(|i| format!("h{i}")).collect();
        let objects = ["x".to_owned(), "y".to_owned()];
        let mut body: Vec<Node> = Vec::new();
        let fresh = self.r.one_in(2).then(|| *self.r.pick(&[".P", ".Q", ".M.X", ".V[0]", ".W.Y"]));
        if let Some(field) = fresh {
            let (x, y) = (self.path(&params, &objects), self.path(&params, &objects));
            body.push(Node::Line(format!("h0{field} = &{}{{A: {x}, B: {y}, N: {}}}", self.t, self.r.below(90))));
        }
        for _ in 0..self.r.below(3) {
            let h = self.r.pick(&params).clone();
            let g = self.r.pick(&params).clone();
            let text = match self.r.below(8) {
                // Addresses within a struct stay in structs of the same frame.
                0 if structs == 2 => format!("*{h} = *{g}"),
                1 => format!("{h}.W = &{g}.M"),
                2 => format!("{h}.Z = &{g}.Q"),
                3 => {
                    let x = self.path(&params, &objects);
                    format!("{h}.F = func() *{} {{ return {x} }}", self.t)
                }
                _ => self.move_some(&params, &objects),
            };
            body.push(Node::Line(text));
        }
        body.push(Node::Fixed(format!("return {}", self.path(&params, &objects))));
        let name = format!("{}m{k}", self.p);
        let inline = if self.r.one_in(4) { "" } else { "//go:noinline\n" };
        let head =
            format!("{inline}func {name}({} *{}H, x, y *{}, n int) *{}", params.join(", "), self.p, self.t, self.t);
        self.smalls.push(Small { name, structs, fresh });
        Node::block(head, body)
    }

    /// A function that has structs in its frame.
    fn user(&mut self, k: usize) -> Node {
        let (t, p) = (self.t.clone(), self.p);
        let mut body = vec![Node::Fixed("tick()".into())];
        let mut objects = vec!["a".to_owned(), "a.A".to_owned()];
        // Sometimes what came from the caller is given to small functions only.
        let apart = self.r.one_in(2);
        // And sometimes nothing else looks at what the function made.
        let quiet = apart && self.r.one_in(2);
        if apart {
            body.push(Node::Fixed(format!("o := &{t}{{N: 1}}\no.A, o.B = o, o")));
            objects = vec!["o".to_owned()];
        }
        for i in 0..2 + self.r.below(4) {
            let (x, y) = (self.r.pick(&objects).clone(), self.r.pick(&objects).clone());
            let value = format!("{t}{{A: {x}, B: {y}, N: {}}}", self.r.below(90));
            body.push(Node::Fixed(match self.r.below(2) {
                0 => format!("o{i} := &{value}\n_ = o{i}"),
                _ => format!("v{i} := {value}\no{i} := &v{i}\n_ = o{i}"),
            }));
            objects.push(format!("o{i}"));
        }
        let mut structs = Vec::new();
        for i in 0..1 + self.r.below(3) {
            let o = |m: &mut Self| m.r.pick(&objects).clone();
            let links: Vec<String> = (0..9).map(|_| o(self)).collect();
            let [a, b, c, d, e, f, g, h, z] = links.as_slice() else { unreachable!("nine were made") };
            let kind = if self.r.one_in(3) { "&" } else { "" };
            body.push(Node::Fixed(format!(
                "w{i}, z{i} := {p}M{{{a}, {b}}}, {z}\n\
                 h{i} := {kind}{p}H{{{c}, {d}, {p}M{{{e}, {f}}}, [2]*{t}{{{g}, {h}}}, &w{i}, &z{i}, nil}}\n_ = h{i}"
            )));
            structs.push((format!("h{i}"), if kind.is_empty() { "&" } else { "" }));
        }
        let names: Vec<String> = structs.iter().map(|s| s.0.clone()).collect();
        for step in 0..3 + self.r.below(6) {
            if !quiet && self.r.one_in(3) {
                let text = self.move_some(&names, &objects);
                body.push(Node::Line(text));
                continue;
            }
            let small = self.r.pick(&self.smalls.clone()).clone();
            let mut args: Vec<String> = Vec::new();
            for _ in 0..small.structs {
                let (name, address) = self.r.pick(&structs);
                args.push(format!("{address}{name}"));
            }
            let first = args[0].trim_start_matches('&').to_owned();
            for _ in 0..2 {
                let given = apart && self.r.one_in(2);
                args.push(if given { "a".into() } else { self.path(&names, &objects) });
            }
            let call = format!("{}({}, n)", small.name, args.join(", "));
            let h = self.r.pick(&names).clone();
            let text = match self.r.below(4) {
                0 => format!("for range 2 {{\n\t{} = {call}\n}}", self.field(&names)),
                1 => format!("if {h}.F != nil {{\n\t{} = {h}.F()\n}}\n{call}", self.field(&names)),
                _ => {
                    let r = format!("r{step}");
                    body.push(Node::Fixed(format!("{r} := {}\n_ = {r}", objects[0])));
                    objects.push(r.clone());
                    format!("{r} = {call}")
                }
            };
            body.push(Node::Line(text));
            if let Some(field) = small.fresh.filter(|_| self.r.one_in(2)) {
                let (x, y) = (self.r.pick(&objects).clone(), self.r.pick(&objects).clone());
                let (k, l) = (["A", "B"][self.r.below(2)], ["A", "B"][self.r.below(2)]);
                let n = self.r.below(90);
                body.push(Node::Line(format!("{first}{field}.{k}.{l} = &{t}{{A: {x}, B: {y}, N: {n}}}")));
            }
            if !quiet && self.r.one_in(2) {
                let shown = self.path(&names, &objects);
                body.push(Node::Line(format!("n += clobber(n) & 1\nchk({step}, {shown}.sum(3))")));
            }
        }
        let result = if quiet { "a".into() } else { self.path(&names, &objects) };
        body.push(Node::Fixed(format!("return {result}")));
        Node::block(format!("//go:noinline\nfunc {p}u{k}(a *{t}, n int) *{t}"), body)
    }
}
