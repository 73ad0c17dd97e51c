//! Functions that make objects which know only one another, and give them to small functions: whatever leads away from
//! such an island is in plain sight, so a compiler that misses it leaves objects in a frame that ends.
//!
//! Objects have levels: `A` and `B` of one of level `l` lead to objects of level `l - 1` at least, those of level 0
//! nowhere. So every path that is no longer than the level leads to an object.

use super::random::Random;
use super::tree::Node;

/// Objects of an island start at this level.
const TOP: usize = 4;

/// A small function: of which level an argument must be, and what comes back.
#[derive(Clone)]
struct Small {
    name: String,
    params: usize,
    /// The least level of each argument.
    need: usize,
    /// By how much the result's level is less than the least of the arguments'.
    lost: usize,
}

/// Adds the small functions and those that use them to `nodes`; gives the names of the latter.
pub fn functions(r: &mut Random, prefix: &str, nodes: &mut Vec<Node>) -> Vec<String> {
    nodes.push(Node::Line(format!("var {prefix}keep []*{prefix}T")));
    let mut m = Maker { r, t: format!("{prefix}T"), p: prefix, smalls: Vec::new(), nodes };
    for _ in 0..2 + m.r.below(4) {
        m.small();
    }
    (0..1 + m.r.below(3)).map(|k| m.island(k)).collect()
}

struct Maker<'a> {
    r: &'a mut Random,
    t: String,
    p: &'a str,
    smalls: Vec<Small>,
    nodes: &'a mut Vec<Node>,
}

impl Maker<'_> {
    /// A path of `k` steps from one of `n` parameters.
    fn path(&mut self, n: usize, k: usize) -> String {
        let steps: String = (0..k).map(|_| [".A", ".B"][self.r.below(2)]).collect();
        format!("a{}{steps}", self.r.below(n))
    }

    fn small(&mut self) {
        let params = if self.r.one_in(4) { 7 + self.r.below(3) } else { 1 + self.r.below(3) };
        let k = self.r.below(3);
        let (t, p) = (self.t.clone(), self.p);
        let (x, y) = (self.path(params, k), self.path(params, k));
        let (mut need, mut lost) = (k, k);
        let body = match self.r.below(11) {
            0..=1 => format!("return {x}"),
            2 => format!("{p}keep = append({p}keep, {x})\nreturn {y}"),
            3 => {
                lost = k.saturating_sub(1);
                // Of level 0 come objects of level 1, whose pointers lead to it; never more than the arguments'.
                format!("return &{t}{{A: {x}, B: {y}, N: {}}}", self.r.below(99))
            }
            4 => {
                need = k + 1;
                // An object of the same level, whose pointers may lead further than before.
                format!("{x}.A = {y}\nreturn {x}")
            }
            5 => format!("return through(func() *{t} {{ return {x} }})"),
            6 => format!("v := a0\nthrough(func() *{t} {{ v = {x}; return {y} }})\nreturn v"),
            7 => format!("s := []*{t}{{{x}, {y}}}\nreturn s[n&1]"),
            8 => format!("v := {t}{{V: [2]struct{{ P *{t} }}{{{{{x}}}, {{{y}}}}}}}\nw := v\nreturn w.V[n&1].P"),
            9 => format!("var v any = {x}\nif n > 1 {{\n\tv = {y}\n}}\nreturn v.(*{t})"),
            _ if self.smalls.is_empty() => format!("defer func() {{ {p}keep = append({p}keep, {x}) }}()\nreturn {y}"),
            _ => {
                let f = self.r.pick(&self.smalls).clone();
                (need, lost) = (k + f.need, k + f.lost);
                let args: Vec<String> = (0..f.params).map(|_| self.path(params, k)).collect();
                format!("return {}({}, n)", f.name, args.join(", "))
            }
        };
        if need >= TOP {
            return;
        }
        let name = format!("{p}s{}", self.smalls.len());
        let list: Vec<String> = (0..params).map(|i| format!("a{i}")).collect();
        let inline = if self.r.one_in(4) { "" } else { "//go:noinline\n" };
        let head = format!("{inline}func {name}({} *{t}, n int) *{t}", list.join(", "));
        self.nodes.push(Node::block(head, vec![Node::Fixed(body)]));
        self.smalls.push(Small { name, params, need, lost });
    }

    fn island(&mut self, k: usize) -> String {
        let (t, p) = (self.t.clone(), self.p);
        let mut body = Vec::new();
        // Two objects of each level, and their levels.
        let mut known: Vec<(String, usize)> = Vec::new();
        for level in 0..=TOP {
            for side in 0..2 {
                let below = |m: &mut Self| match level {
                    0 => String::new(),
                    _ => format!("x{}{}", level - 1, m.r.below(2)),
                };
                let (a, b) = (below(self), below(self));
                let links = if level == 0 { String::new() } else { format!("A: {a}, B: {b}, ") };
                let value = format!("{t}{{{links}N: {}}}", self.r.below(100));
                let name = format!("x{level}{side}");
                let text = if self.r.one_in(2) {
                    format!("{name} := &{value}\n_ = {name}")
                } else {
                    format!("o{name} := {value}\n{name} := &o{name}\n_ = {name}")
                };
                body.push(Node::Fixed(text));
                known.push((name, level));
            }
        }
        for step in 0..1 + self.r.below(4) {
            if self.smalls.is_empty() {
                break;
            }
            let f = self.r.pick(&self.smalls).clone();
            let fit: Vec<(String, usize)> = known.iter().filter(|x| x.1 >= f.need).cloned().collect();
            let args: Vec<(String, usize)> = (0..f.params).map(|_| self.r.pick(&fit).clone()).collect();
            let level = args.iter().map(|a| a.1).min().unwrap_or(0).saturating_sub(f.lost);
            let args: Vec<&str> = args.iter().map(|a| a.0.as_str()).collect();
            let name = format!("y{step}");
            body.push(Node::Fixed(format!("{name} := {}({}, n)\n_ = {name}", f.name, args.join(", "))));
            known.push((name, level));
        }
        let last = known.last().expect("there are objects").clone();
        let result = if last.1 > 0 && self.r.one_in(3) { format!("{}.A", last.0) } else { last.0 };
        body.push(Node::Fixed(format!("return {result}")));
        let name = format!("{p}i{k}");
        self.nodes.push(Node::block(format!("//go:noinline\nfunc {name}(n int) *{t}"), body));
        name
    }
}
