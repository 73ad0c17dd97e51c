//! Types of generated programs, and the declarations that belong to one of them.

use super::random::Random;

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ty {
    /// `bool`
    Bool,
    /// An integer or float type by its name.
    Number(&'static str),
    /// `complex128`
    Complex,
    /// `string`
    Str,
    /// `[]T`
    Slice(Box<Ty>),
    /// `[n]T`
    Array(usize, Box<Ty>),
    /// `map[K]V`
    Map(Box<Ty>, Box<Ty>),
    /// `*T`
    Ptr(Box<Ty>),
    /// A struct of the program, by its index.
    Struct(usize),
    /// A defined integer type of the program, by its index.
    Named(usize),
    /// `any`, holding values that can be compared.
    Any,
    /// The interface of the program, which all its structs implement.
    Iface,
    /// `func(int) T`
    Func(Box<Ty>),
    /// `pair[A, B]`
    Pair(Box<Ty>, Box<Ty>),
}

/// All integer types.
pub const INTS: [&str; 11] =
    ["int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr"];
/// Both float types.
pub const FLOATS: [&str; 2] = ["float64", "float32"];

/// One of the integer types.
pub fn int_name(r: &mut Random) -> &'static str {
    INTS[r.below(INTS.len())]
}

/// Bits of an integer type, and whether it is signed.
pub fn int_shape(name: &str) -> (u32, bool) {
    let bits = name.trim_start_matches("uint").trim_start_matches("int").parse().unwrap_or(64);
    (bits, name.starts_with("int"))
}

/// A struct: its fields, and whether the first one is embedded.
#[derive(Clone, Debug)]
pub struct Struct {
    /// Type name.
    pub name: String,
    /// Names and types.
    pub fields: Vec<(String, Ty)>,
    /// The first field is embedded.
    pub embeds: bool,
}

/// Types that a program declares.
#[derive(Clone, Default, Debug)]
pub struct Decls {
    /// Prefix of all names of the program.
    pub prefix: String,
    /// Structs; a struct has only fields of structs before it.
    pub structs: Vec<Struct>,
    /// Names and underlying types of defined integers.
    pub named: Vec<(String, &'static str)>,
}

impl Decls {
    /// The type as Go text.
    pub fn name(&self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => "bool".into(),
            Ty::Number(n) => (*n).into(),
            Ty::Complex => "complex128".into(),
            Ty::Str => "string".into(),
            Ty::Slice(e) => format!("[]{}", self.name(e)),
            Ty::Array(n, e) => format!("[{n}]{}", self.name(e)),
            Ty::Map(k, v) => format!("map[{}]{}", self.name(k), self.name(v)),
            Ty::Ptr(e) => format!("*{}", self.name(e)),
            Ty::Struct(i) => self.structs[*i].name.clone(),
            Ty::Named(i) => self.named[*i].0.clone(),
            Ty::Any => "any".into(),
            Ty::Iface => format!("{}I", self.prefix),
            Ty::Func(r) => format!("func(int) {}", self.name(r)),
            Ty::Pair(a, b) => format!("pair[{}, {}]", self.name(a), self.name(b)),
        }
    }

    /// Whether values can be compared with `==` without a panic.
    pub fn comparable(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Slice(_) | Ty::Map(..) | Ty::Func(_) => false,
            Ty::Array(_, e) => self.comparable(e),
            Ty::Struct(i) => self.structs[*i].fields.iter().all(|f| self.comparable(&f.1)),
            Ty::Pair(a, b) => self.comparable(a) && self.comparable(b),
            // Dynamic types may be structs with slices.
            Ty::Iface => false,
            _ => true,
        }
    }

    /// Whether `fmt.Sprint` shows the value and no address.
    pub fn printable(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Ptr(_) | Ty::Func(_) => false,
            Ty::Slice(e) | Ty::Array(_, e) => self.printable(e),
            Ty::Map(k, v) => self.printable(k) && self.printable(v),
            Ty::Struct(i) => self.structs[*i].fields.iter().all(|f| self.printable(&f.1)),
            Ty::Pair(a, b) => self.printable(a) && self.printable(b),
            Ty::Iface => (0..self.structs.len()).all(|i| self.printable(&Ty::Struct(i))),
            _ => true,
        }
    }

    /// A basic type.
    pub fn basic(&self, r: &mut Random) -> Ty {
        match r.below(12) {
            0 => Ty::Bool,
            1..=2 => Ty::Str,
            3 => Ty::Number(FLOATS[r.below(2)]),
            4 if r.one_in(2) => Ty::Complex,
            5 if !self.named.is_empty() => Ty::Named(r.below(self.named.len())),
            _ => Ty::Number(int_name(r)),
        }
    }

    /// A type that can be a key of a map: few values, so that keys meet.
    pub fn key(&self, r: &mut Random) -> Ty {
        // No floats, of which several may print as NaN, and no interfaces, which fmt sorts by the addresses of types.
        match r.below(5) {
            0 => Ty::Str,
            1 => Ty::Bool,
            2 => Ty::Array(2, Box::new(Ty::Number("uint8"))),
            _ => Ty::Number(int_name(r)),
        }
    }

    /// Whether copies of a value share nothing.
    pub fn is_plain(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Bool | Ty::Number(_) | Ty::Named(_) | Ty::Complex | Ty::Str => true,
            Ty::Array(_, e) => self.is_plain(e),
            Ty::Struct(i) => self.structs[*i].fields.iter().all(|f| self.is_plain(&f.1)),
            Ty::Pair(a, b) => self.is_plain(a) && self.is_plain(b),
            _ => false,
        }
    }

    /// A type whose copies share nothing.
    pub fn plain(&self, r: &mut Random) -> Ty {
        let ty = self.any(r, 1);
        if self.is_plain(&ty) { ty } else { self.basic(r) }
    }

    /// Any type of at most this depth.
    pub fn any(&self, r: &mut Random, depth: usize) -> Ty {
        if depth == 0 || r.one_in(3) {
            return self.basic(r);
        }
        let inner = |r: &mut Random| Box::new(self.any(r, depth - 1));
        match r.below(14) {
            0..=3 => Ty::Slice(inner(r)),
            4..=5 => Ty::Array(1 + r.below(5), inner(r)),
            6..=7 => Ty::Map(Box::new(self.key(r)), inner(r)),
            8 => Ty::Ptr(inner(r)),
            9 => Ty::Any,
            10 => Ty::Func(inner(r)),
            11 => Ty::Pair(inner(r), Box::new(self.basic(r))),
            12 if !self.structs.is_empty() => Ty::Iface,
            _ if !self.structs.is_empty() => Ty::Struct(r.below(self.structs.len())),
            _ => self.basic(r),
        }
    }
}
