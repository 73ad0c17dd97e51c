//! Expressions. They have no effects but panics, and nothing in them depends on the order in which variables are read,
//! which the language leaves open.

use super::random::Random;
use super::types::{Decls, FLOATS, Ty, int_name, int_shape};

/// A variable in scope.
#[derive(Clone, Debug)]
pub struct Var {
    /// Its name, or how it is written.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Whether statements may assign to it.
    pub assignable: bool,
}

/// A function without effects that expressions may call.
#[derive(Clone, Debug)]
pub struct Callee {
    /// Its name.
    pub name: String,
    /// Types of its parameters.
    pub params: Vec<Ty>,
    /// Type of its result.
    pub result: Ty,
}

/// What expressions are made from.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// Types of the program.
    pub decls: &'a Decls,
    /// Variables, innermost last.
    pub vars: Vec<Var>,
    /// Functions without effects.
    pub pure_funcs: Vec<Callee>,
}

/// Length of the prelude's tables of values.
const SOME: usize = 12;

impl Scope<'_> {
    /// A variable of the type.
    pub fn var_of(&self, r: &mut Random, ty: &Ty) -> Option<&Var> {
        let of: Vec<&Var> = self.vars.iter().filter(|v| v.ty == *ty).collect();
        if of.is_empty() { None } else { Some(of[r.below(of.len())]) }
    }

    /// An expression of the type that is no constant.
    pub fn expr(&self, r: &mut Random, ty: &Ty, depth: usize) -> String {
        if let Some(v) = self.var_of(r, ty)
            && (depth == 0 || r.one_in(3))
        {
            return v.name.clone();
        }
        if depth == 0 {
            return self.leaf(r, ty);
        }
        if r.one_in(6)
            && let Some(found) = self.part_of_var(r, ty, depth - 1)
        {
            return found;
        }
        if r.one_in(9)
            && let Some(call) = self.pure_call(r, ty, depth - 1)
        {
            return call;
        }
        match r.below(24) {
            0 => {
                let c = self.expr(r, &Ty::Bool, depth - 1);
                let (a, b) = (self.expr(r, ty, depth - 1), self.expr(r, ty, depth - 1));
                return format!("gpick({c}, {a}, {b})");
            }
            1 => return format!("func() {} {{ return {} }}()", self.decls.name(ty), self.expr(r, ty, depth - 1)),
            2 => return format!("mk({}, {}).First", self.expr(r, ty, depth - 1), self.expr(r, &Ty::Bool, 0)),
            3 => return format!("mk({}, {}).swap().Second", self.expr(r, ty, depth - 1), self.expr(r, &Ty::Str, 0)),
            _ => {}
        }
        match ty {
            Ty::Bool => self.boolean(r, depth - 1),
            Ty::Number(n) if FLOATS.contains(n) => self.float(r, ty, depth - 1),
            Ty::Number(_) | Ty::Named(_) => self.integer(r, ty, depth - 1),
            Ty::Complex => self.complex(r, depth - 1),
            Ty::Str => self.string(r, depth - 1),
            _ => self.composite(r, ty, depth - 1),
        }
    }

    /// A call of a function without effects.
    fn pure_call(&self, r: &mut Random, ty: &Ty, depth: usize) -> Option<String> {
        let of: Vec<&Callee> = self.pure_funcs.iter().filter(|f| f.result == *ty).collect();
        let f = if of.is_empty() { return None } else { of[r.below(of.len())] };
        let args: Vec<String> = f.params.iter().map(|p| self.expr(r, p, depth.min(1))).collect();
        Some(format!("{}({})", f.name, args.join(", ")))
    }

    /// An element or field of a variable that has the type.
    fn part_of_var(&self, r: &mut Random, ty: &Ty, depth: usize) -> Option<String> {
        for _ in 0..4 {
            if self.vars.is_empty() {
                return None;
            }
            let v = &self.vars[r.below(self.vars.len())];
            let found = match &v.ty {
                Ty::Slice(e) if **e == *ty => format!("{}[{}]", v.name, self.index(r, &v.name, depth)),
                Ty::Array(n, e) if **e == *ty => format!("{}[{}]", v.name, self.bounded_index(r, *n, depth)),
                Ty::Map(k, e) if **e == *ty => format!("{}[{}]", v.name, self.expr(r, k, depth.min(1))),
                Ty::Ptr(e) if **e == *ty => format!("(*{})", v.name),
                Ty::Func(e) if **e == *ty => format!("{}({})", v.name, self.expr(r, &Ty::Number("int"), depth.min(1))),
                Ty::Pair(a, _) if **a == *ty => format!("{}.First", v.name),
                Ty::Pair(_, b) if **b == *ty => format!("{}.Second", v.name),
                Ty::Struct(i) => {
                    let fields = &self.decls.structs[*i].fields;
                    let of: Vec<_> = fields.iter().filter(|f| f.1 == *ty).collect();
                    if of.is_empty() {
                        continue;
                    }
                    format!("{}.{}", v.name, of[r.below(of.len())].0)
                }
                Ty::Any if self.decls.comparable(ty) && r.one_in(3) => {
                    format!("{}.({})", v.name, self.decls.name(ty))
                }
                _ => continue,
            };
            return Some(found);
        }
        None
    }

    /// An index into a slice or string: mostly within it, if it is not empty.
    pub fn index(&self, r: &mut Random, of: &str, depth: usize) -> String {
        let i = self.expr(r, &Ty::Number("int"), depth.min(1));
        match r.below(40) {
            0 => i,
            1 => format!("len({of})-1"),
            2 => format!("uint8({i})%uint8(max(1, len({of})))"),
            _ => format!("uint({i})%uint(max(1, len({of})))"),
        }
    }

    /// An index into an array of `n` elements.
    pub fn bounded_index(&self, r: &mut Random, n: usize, depth: usize) -> String {
        match r.below(40) {
            0 => self.expr(r, &Ty::Number("int"), depth.min(1)),
            1..=15 => format!("{}", r.below(n)),
            _ => format!("uint({})%{n}", self.expr(r, &Ty::Number("int"), depth.min(1))),
        }
    }

    /// A literal of a basic type, typed.
    pub fn literal(&self, r: &mut Random, ty: &Ty) -> String {
        match ty {
            Ty::Bool => ["true", "false"][r.below(2)].into(),
            Ty::Str => {
                let texts =
                    ["\"\"", "\"a\"", "\"xyz\"", "\"\\u00e9\\U0001f600\"", "\"\\xff\\xc0q\"", "\"hello, world\""];
                (*r.pick(&texts)).into()
            }
            Ty::Complex => format!("complex({}, {})", self.float_text(r), self.float_text(r)),
            Ty::Number(n) if FLOATS.contains(n) => format!("{n}({})", self.float_text(r)),
            Ty::Number(n) => format!("{n}({})", int_text(r, n)),
            Ty::Named(i) => format!("{}({})", self.decls.named[*i].0, int_text(r, self.decls.named[*i].1)),
            _ => self.leaf(r, ty),
        }
    }

    fn float_text(&self, r: &mut Random) -> String {
        let fixed = ["0", "1", "-1", "0.5", "3.25", "-2.75", "1e10", "1e-10", "16777217", "1e30", "-0.1"];
        (*r.pick(&fixed)).into()
    }

    /// The shortest expression of a type that is no constant.
    fn leaf(&self, r: &mut Random, ty: &Ty) -> String {
        let name = self.decls.name(ty);
        match ty {
            Ty::Bool | Ty::Str | Ty::Complex | Ty::Number(_) | Ty::Named(_) if r.one_in(8) => {
                format!("gpick(fuel >= 0, {}, {})", self.literal(r, ty), self.literal(r, ty))
            }
            // Both compilers are quick with variables, of which the prelude has some of each type.
            Ty::Bool | Ty::Str | Ty::Complex | Ty::Number(_) => format!("some_{name}[{}]", r.below(SOME)),
            Ty::Named(i) => format!("{name}(some_{}[{}])", self.decls.named[*i].1, r.below(SOME)),
            Ty::Slice(e) | Ty::Array(_, e) => {
                let n = if let Ty::Array(n, _) = ty { *n } else { r.below(4) };
                let elems: Vec<String> = (0..n).map(|_| self.leaf_or_var(r, e)).collect();
                format!("{name}{{{}}}", elems.join(", "))
            }
            Ty::Map(k, v) => match r.below(3) {
                0 => format!("{name}{{}}"),
                1 if **k != Ty::Any => format!("{name}{{{}: {}}}", self.literal_key(r, k), self.leaf_or_var(r, v)),
                _ => format!("make({name}, {})", r.below(10)),
            },
            Ty::Ptr(e) if r.one_in(12) => format!("(*{})(nil)", self.decls.name(e)),
            Ty::Ptr(e) => match **e {
                Ty::Struct(_) | Ty::Array(..) => format!("&{}", self.leaf(r, e)),
                _ => format!("new({})", self.leaf_or_var(r, e)),
            },
            Ty::Struct(i) => {
                let s = &self.decls.structs[*i];
                let vals: Vec<String> = s.fields.iter().map(|f| self.leaf_or_var(r, &f.1)).collect();
                format!("{name}{{{}}}", vals.join(", "))
            }
            Ty::Any => {
                let inner = self.decls.basic(r);
                format!("any({})", self.leaf_or_var(r, &inner))
            }
            Ty::Iface => {
                let i = r.below(self.decls.structs.len());
                let value = self.leaf_or_var(r, &Ty::Struct(i));
                format!("{name}({value})")
            }
            Ty::Func(e) => {
                let inner = self.leaf_or_var(r, e);
                format!("func(n int) {} {{ tick(); return {inner} }}", self.decls.name(e))
            }
            Ty::Pair(a, b) => format!("{name}{{{}, {}}}", self.leaf_or_var(r, a), self.leaf_or_var(r, b)),
        }
    }

    fn literal_key(&self, r: &mut Random, k: &Ty) -> String {
        match k {
            Ty::Array(..) => format!("{}{{1, {}}}", self.decls.name(k), r.below(3)),
            _ => self.literal(r, k),
        }
    }

    fn leaf_or_var(&self, r: &mut Random, ty: &Ty) -> String {
        match self.var_of(r, ty) {
            Some(v) if !r.one_in(3) => v.name.clone(),
            _ => self.leaf(r, ty),
        }
    }

    /// An operand: mostly an expression, sometimes a literal.
    fn operand(&self, r: &mut Random, ty: &Ty, depth: usize) -> String {
        if r.one_in(4) { self.literal(r, ty) } else { self.expr(r, ty, depth) }
    }

    fn boolean(&self, r: &mut Random, depth: usize) -> String {
        match r.below(10) {
            0 => format!("!({})", self.expr(r, &Ty::Bool, depth)),
            1..=2 => {
                let op = ["&&", "||"][r.below(2)];
                format!("({} {op} {})", self.expr(r, &Ty::Bool, depth), self.expr(r, &Ty::Bool, depth))
            }
            3 => {
                let ty = self.decls.any(r, 2);
                let ty = if self.decls.comparable(&ty) && !matches!(ty, Ty::Ptr(_)) { ty } else { Ty::Any };
                let op = ["==", "!="][r.below(2)];
                // Composite literals are ambiguous in the head of a statement.
                format!("(({}) {op} ({}))", self.expr(r, &ty, depth), self.expr(r, &ty, depth))
            }
            4 => {
                let basic = self.decls.basic(r);
                format!("is[{}]({})", self.decls.name(&basic), self.expr(r, &Ty::Any, depth))
            }
            _ => {
                let ty = match r.below(5) {
                    0 => Ty::Str,
                    1 => Ty::Number(FLOATS[r.below(2)]),
                    _ => Ty::Number(int_name(r)),
                };
                let op = r.pick(&["==", "!=", "<", "<=", ">", ">="]);
                format!("({} {op} {})", self.expr(r, &ty, depth), self.operand(r, &ty, depth))
            }
        }
    }

    fn integer(&self, r: &mut Random, ty: &Ty, depth: usize) -> String {
        let name = self.decls.name(ty);
        match r.below(20) {
            0..=6 => {
                let op = r.pick(&["+", "-", "*", "&", "|", "^", "&^"]);
                format!("({} {op} {})", self.expr(r, ty, depth), self.operand(r, ty, depth))
            }
            7..=8 => {
                let op = r.pick(&["/", "%"]);
                let divisor = match r.below(20) {
                    0 => self.expr(r, ty, depth),
                    1..=8 => format!("({} | 1)", self.expr(r, ty, depth)),
                    _ => format!("{name}({})", r.pick(&["1", "2", "3", "7", "8", "10", "16", "100", "127"])),
                };
                format!("({} {op} {divisor})", self.expr(r, ty, depth))
            }
            9..=11 => {
                let op = r.pick(&["<<", ">>"]);
                let by = Ty::Number(int_name(r));
                let count = match r.below(20) {
                    0..=5 => format!("{}", r.below(70)),
                    6 => self.expr(r, &by, depth),
                    7..=9 => self.expr(r, &Ty::Number("uint8"), depth),
                    _ => format!("({} & 63)", self.expr(r, &by, depth)),
                };
                format!("({} {op} {count})", self.expr(r, ty, depth))
            }
            12 => format!("(-{})", self.expr(r, ty, depth)),
            13 => format!("(^{})", self.expr(r, ty, depth)),
            14..=15 => {
                let from = if r.one_in(4) { Ty::Number(FLOATS[r.below(2)]) } else { Ty::Number(int_name(r)) };
                format!("{name}({})", self.expr(r, &from, depth))
            }
            16 if name == "int" => {
                let of = match r.below(3) {
                    0 => Ty::Str,
                    1 => Ty::Slice(Box::new(self.decls.basic(r))),
                    _ => Ty::Map(Box::new(self.decls.key(r)), Box::new(self.decls.basic(r))),
                };
                format!("len({})", self.expr(r, &of, depth))
            }
            17 if name == "int" && !self.decls.structs.is_empty() => {
                format!("{}.M({})", self.expr(r, &Ty::Iface, depth), self.expr(r, ty, depth))
            }
            17 if !matches!(ty, Ty::Named(_)) && name != "uintptr" => {
                format!("gsum({}, {}, {})", self.expr(r, ty, depth), self.expr(r, ty, depth), r.below(5))
            }
            18 if name == "uint8" => {
                let s = self.var_of(r, &Ty::Str).map_or("\"go\"".to_owned(), |v| v.name.clone());
                format!("{s}[{}]", self.index(r, &s, depth))
            }
            _ => {
                let f = ["min", "max"][r.below(2)];
                format!("{f}({}, {})", self.expr(r, ty, depth), self.operand(r, ty, depth))
            }
        }
    }

    fn float(&self, r: &mut Random, ty: &Ty, depth: usize) -> String {
        let name = self.decls.name(ty);
        match r.below(10) {
            0..=4 => {
                let op = r.pick(&["+", "-", "*", "/"]);
                format!("({} {op} {})", self.expr(r, ty, depth), self.expr(r, ty, depth))
            }
            5 => format!("(-{})", self.expr(r, ty, depth)),
            6 => format!("real({})", self.expr(r, &Ty::Complex, depth)).replacen("real", real_of(&name), 1),
            7 => {
                let f = ["min", "max"][r.below(2)];
                format!("{f}({}, {})", self.expr(r, ty, depth), self.operand(r, ty, depth))
            }
            _ => {
                let from = if r.one_in(3) { Ty::Number(FLOATS[r.below(2)]) } else { Ty::Number(int_name(r)) };
                format!("{name}({})", self.expr(r, &from, depth))
            }
        }
    }

    fn complex(&self, r: &mut Random, depth: usize) -> String {
        if r.one_in(2) {
            let op = r.pick(&["+", "-", "*"]);
            return format!("({} {op} {})", self.expr(r, &Ty::Complex, depth), self.expr(r, &Ty::Complex, depth));
        }
        let f = Ty::Number("float64");
        format!("complex({}, {})", self.expr(r, &f, depth), self.expr(r, &f, depth))
    }

    fn string(&self, r: &mut Random, depth: usize) -> String {
        match r.below(10) {
            0..=3 => format!("clipS({} + {})", self.expr(r, &Ty::Str, depth), self.operand(r, &Ty::Str, depth)),
            4 => {
                let s = self.var_of(r, &Ty::Str).map_or("\"golang\"".to_owned(), |v| v.name.clone());
                let i = self.index(r, &s, depth);
                if r.one_in(2) { format!("{s}[{i}:]") } else { format!("{s}[:{i}]") }
            }
            5 => format!("string(rune({}))", self.expr(r, &Ty::Number("int32"), depth)),
            6 => format!("string([]byte({}))", self.expr(r, &Ty::Str, depth)),
            7 => format!("string([]rune({}))", self.expr(r, &Ty::Str, depth)),
            8 => format!("strconv.Itoa({})", self.expr(r, &Ty::Number("int"), depth)),
            _ => {
                let ty = self.decls.basic(r);
                format!("fmt.Sprint({})", self.expr(r, &ty, depth))
            }
        }
    }

    fn composite(&self, r: &mut Random, ty: &Ty, depth: usize) -> String {
        let name = self.decls.name(ty);
        match ty {
            Ty::Slice(e) => match r.below(6) {
                0 => format!("append(clip({}), {})", self.expr(r, ty, depth), self.expr(r, e, depth)),
                1 => format!("append(clip({}), {}...)", self.expr(r, ty, depth), self.expr(r, ty, depth)),
                2 => match self.var_of(r, ty) {
                    Some(v) => {
                        let (i, j) = (self.index(r, &v.name, depth), self.index(r, &v.name, depth));
                        match r.below(3) {
                            0 => format!("{}[{i}:]", v.name),
                            1 => format!("{}[:{j}]", v.name),
                            _ => format!("{}[{i}:{j}]", v.name),
                        }
                    }
                    None => self.leaf(r, ty),
                },
                3 => {
                    let from = self.decls.basic(r);
                    let of = Ty::Slice(Box::new(from.clone()));
                    format!(
                        "gmap({}, func(x {}) {} {{ return {} }})",
                        self.expr(r, &of, depth.min(1)),
                        self.decls.name(&from),
                        self.decls.name(e),
                        self.expr(r, e, depth.min(1)),
                    )
                }
                4 => format!("make({name}, {}, {})", r.below(4), 4 + r.below(3)),
                _ => {
                    let elems: Vec<String> = (0..r.below(4)).map(|_| self.expr(r, e, depth.min(1))).collect();
                    format!("{name}{{{}}}", elems.join(", "))
                }
            },
            Ty::Array(n, e) if r.one_in(2) => {
                let elems: Vec<String> = (0..*n).map(|_| self.expr(r, e, depth.min(1))).collect();
                format!("{name}{{{}}}", elems.join(", "))
            }
            Ty::Struct(i) if r.one_in(2) => {
                let fields = &self.decls.structs[*i].fields;
                let vals: Vec<String> = fields.iter().map(|f| self.expr(r, &f.1, depth.min(1))).collect();
                format!("{name}{{{}}}", vals.join(", "))
            }
            Ty::Any => {
                let mut inner = self.decls.any(r, 1);
                if !self.decls.comparable(&inner) || !self.decls.printable(&inner) {
                    inner = self.decls.basic(r);
                }
                format!("any({})", self.expr(r, &inner, depth))
            }
            Ty::Pair(a, b) => {
                format!("{name}{{{}, {}}}", self.expr(r, a, depth.min(1)), self.expr(r, b, depth.min(1)))
            }
            Ty::Func(e) => format!(
                "func(n int) {} {{ tick(); return gpick(n > {}, {}, {}) }}",
                self.decls.name(e),
                r.below(9),
                self.expr(r, e, depth.min(1)),
                self.expr(r, e, depth.min(1))
            ),
            _ => self.leaf(r, ty),
        }
    }
}

/// `real` gives a float64 of a complex128.
fn real_of(name: &str) -> &'static str {
    if name == "float64" { "real" } else { "real32" }
}

fn int_text(r: &mut Random, name: &str) -> String {
    let (bits, signed) = int_shape(name);
    let max = if signed { (1i128 << (bits - 1)) - 1 } else { (1i128 << bits) - 1 };
    let min = if signed { -(1i128 << (bits - 1)) } else { 0 };
    let v = match r.below(8) {
        0 => max,
        1 => min,
        2 => max - 1,
        3 => max / 2 + 1,
        4 => -1,
        _ => r.below(100) as i128,
    };
    format!("{}", v.clamp(min, max))
}
