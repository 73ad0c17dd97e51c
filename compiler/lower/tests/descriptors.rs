//! Type descriptors against what the gc compiler's programs print about theirs.

use std::collections::HashMap;
use std::sync::Arc;

use undergo_ir::{Data, Program};
use undergo_lower::{Options, lower_program};
use undergo_source::{Name, SourceMap};
use undergo_syntax::{Origin, ParseMode, Scope, parse_file};
use undergo_types::Pkg;

/// Lowers a program of one file without imports.
fn lower(src: &str) -> Program {
    let map = Arc::new(SourceMap::new());
    let file = map.add("main.go", src.as_bytes().to_vec()).expect("small");
    let (tree, errors) = parse_file(&map, &file, ParseMode { scope: Scope::Full, origin: Origin::User });
    assert!(errors.is_empty(), "{errors:?}");
    let pkg = Pkg::new(Name::new("main"), (1, 27), false);
    let import = |p: &str| (p == "unsafe").then(undergo_types::universe::unsafe_package);
    let errors = undergo_check::check_package(&map, pkg, vec![Box::leak(Box::new(tree))], &import, &Default::default());
    assert!(errors.is_empty(), "{errors:?}");
    lower_program(pkg, &[pkg], &map, &Options::default()).expect("no errors")
}

const SOURCE: &str = r#"
package main

import "unsafe"

type T struct {
	A int8
	B *int
	c string
	D [2]any `json:"d"`
}

func (T) M(int) string { return "" }
func (*T) N()          {}
func (T) n()           {}

type E struct {
	_ struct{}
	P *int
}
type M map[string]T
type F func(int, ...string) (bool, error)
type I interface {
	M(int) string
	n()
}
type W struct {
	T
	*E
	z int
}
type G[K comparable, V any] struct {
	k K
	v []V
	_ struct{}
}
type C [3]complex64
type Big [200]*int

func use(...any) {}

func main() {
	type local struct{ x float32 }
	use(T{}, &T{}, E{}, M{}, F(nil), (*I)(nil), W{}, &W{}, G[string, local]{}, C{}, Big{}, map[[2]float64]struct{}{}, map[[200]byte]int{},
		make(chan<- (<-chan int)), []struct{ a, b int32 }{}, struct {
			X int `t:"q\"x"`
			error
		}{}, func(...any) {}, [0]func(){}, unsafe.Pointer(nil), uint16(1), make(chan (<-chan int)), (*interface{ X(F) })(nil))
	var i I = T{}
	i.n()
}
"#;

/// Type, size, pointer bytes, flags without ExtraStar, alignment, kind, mask, whether it has `Equal`: printed by Go
/// 1.27.3 for the program above.
const FACTS: &str = r#"
main.T|64 64 5 8 25 a6 eq=true
*main.T|8 8 41 8 22 01 eq=true
main.E|8 8 37 8 25 01 eq=true
main.M|8 8 37 8 21 01 eq=false
main.F|8 8 37 8 19 01 eq=false
main.I|16 16 5 8 20 02 eq=true
main.W|80 72 5 8 25 a601 eq=true
*main.W|8 8 41 8 22 01 eq=true
main.G[string,main.local·1]|48 24 5 8 25 05 eq=false
main.C|24 0 5 4 17  eq=true
main.Big|1600 1600 29 8 17  eq=true
map[[2]float64]struct {}|8 8 32 8 21 01 eq=false
map[[200]uint8]int|8 8 32 8 21 01 eq=false
chan<- <-chan int|8 8 40 8 18 01 eq=true
[]struct { a int32; b int32 }|24 8 0 8 23 01 eq=false
struct { X int "t:\"q\\\"x\""; error }|24 24 1 8 25 04 eq=true
func(...interface {})|8 8 32 8 19 01 eq=false
[0]func()|0 0 0 8 17  eq=false
unsafe.Pointer|8 8 45 8 26 01 eq=true
uint16|2 0 13 2 9  eq=true
chan (<-chan int)|8 8 40 8 18 01 eq=true
interface { X(main.F) }|16 16 0 8 20 02 eq=true
"#;

/// Group size, offset of keys, stride of keys, offset of elements, stride of elements, offset of an element in its
/// slot, flags.
const MAPS: &[(&str, [u64; 7])] = &[
    ("main.M", [648, 8, 80, 24, 80, 16, 1]),
    ("map[[2]float64]struct {}", [200, 8, 24, 24, 24, 16, 1]),
    ("map[[200]uint8]int", [136, 8, 16, 16, 16, 8, 4]),
];

struct Image {
    data: HashMap<String, Data>,
}

impl Image {
    fn word(&self, d: &Data, at: usize) -> u64 {
        let mut b = [0; 8];
        b.copy_from_slice(&d.bytes[at..at + 8]);
        u64::from_le_bytes(b)
    }
    fn half(&self, d: &Data, at: usize) -> u32 {
        u32::from_le_bytes([d.bytes[at], d.bytes[at + 1], d.bytes[at + 2], d.bytes[at + 3]])
    }
    fn target(&self, d: &Data, at: usize) -> Option<&Data> {
        let r = d.relocs.iter().find(|r| r.offset as usize == at)?;
        self.data.get(r.sym.as_str())
    }
    fn name(&self, d: &Data, at: usize) -> String {
        let Some(n) = self.target(d, at) else { return String::new() };
        let (mut len, mut shift, mut i) = (0, 0, 1);
        loop {
            let b = n.bytes[i];
            len |= usize::from(b & 0x7f) << shift;
            i += 1;
            shift += 7;
            if b < 0x80 {
                break;
            }
        }
        String::from_utf8_lossy(&n.bytes[i..i + len]).into_owned()
    }
    fn types(&self) -> impl Iterator<Item = &Data> {
        self.data.values().filter(|d| d.sym.as_str().starts_with("type:") && !d.sym.as_str().starts_with("type:."))
    }
    fn find(&self, string: &str) -> &Data {
        self.types().find(|d| self.name(d, 40) == string).unwrap_or_else(|| panic!("no descriptor of {string}"))
    }
    fn facts(&self, d: &Data) -> String {
        let b = |i: usize| d.bytes[i];
        let (ptr, flags) = (self.word(d, 8), b(20));
        let mask = match self.target(d, 32) {
            Some(m) if flags & 16 == 0 => {
                m.bytes[..ptr.div_ceil(64) as usize].iter().map(|b| format!("{b:02x}")).collect()
            }
            _ => String::new(),
        };
        let equal = d.relocs.iter().any(|r| r.offset == 24);
        format!("{}|{} {ptr} {} {} {} {mask} eq={equal}", self.name(d, 40), self.word(d, 0), flags & !2, b(21), b(23))
    }
}

fn image(p: &Program) -> Image {
    Image { data: p.data.iter().map(|d| (d.sym.to_string(), d.clone())).collect() }
}

#[test]
fn descriptors_are_those_of_gc() {
    let p = lower(SOURCE);
    let img = image(&p);
    for want in FACTS.trim().lines() {
        let (string, _) = want.split_once('|').expect("well formed");
        assert_eq!(img.facts(img.find(string)), want);
    }
    for (string, want) in MAPS {
        let d = img.find(string);
        let mut got: Vec<u64> = (0..6).map(|i| img.word(d, 80 + 8 * i)).collect();
        got.push(u64::from(img.half(d, 128)));
        assert_eq!(&got[..], want, "{string}");
    }
}

#[test]
fn method_tables() {
    let p = lower(SOURCE);
    let img = image(&p);
    let table = |string: &str| -> Vec<(String, bool)> {
        let d = img.find(string);
        let uncommon = match d.bytes[23] {
            22 => 56,
            _ => 80,
        };
        let n = usize::from(d.bytes[uncommon + 4]);
        let at = uncommon + img.half(d, uncommon + 8) as usize;
        let row = |i: usize| (img.name(d, at + 16 * i), d.relocs.iter().any(|r| r.offset as usize == at + 16 * i + 8));
        (0..n).map(row).collect()
    };
    let rows = |list: &[(&str, bool)]| list.iter().map(|r| (r.0.to_owned(), r.1)).collect::<Vec<_>>();
    // Only n is called through an interface.
    assert_eq!(table("main.T"), rows(&[("M", false), ("n", true)]));
    assert_eq!(table("*main.T"), rows(&[("M", false), ("N", false), ("n", true)]));
    assert_eq!(table("main.W"), rows(&[("M", false), ("n", true)]));
    assert_eq!(table("*main.W"), rows(&[("M", false), ("N", false), ("n", true)]));
    let itab = &img.data["go:itab.main.T,main.I"];
    assert_eq!(itab.bytes.len(), 40);
    assert_eq!(img.word(itab, 24), u64::MAX);
    assert!(itab.relocs.iter().any(|r| r.offset == 32 && r.sym.as_str() == "(*main.T).main.n"));
}

#[test]
fn all_functions_verify() {
    let p = lower(SOURCE);
    for f in &p.funcs {
        if let Err(e) = undergo_ir::verify::verify(f) {
            panic!("{}: {e:?}\n{}", f.sym, undergo_ir::print::func_to_string(f));
        }
    }
    let strings: Vec<&str> = p.typelinks.iter().map(|s| s.as_str()).collect();
    assert!(strings.contains(&"type:*main.T") && !strings.iter().any(|s| s.contains("go:map")));
}
