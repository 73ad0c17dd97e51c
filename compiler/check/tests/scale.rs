//! Inputs that grow ten times take about ten times as long to parse and check, whatever it is that they have many of.

use std::fmt::Write;
use std::fs;
use std::time::Duration;

use undergo_check::{Options, check_package};
use undergo_source::{Name, SourceMap};
use undergo_syntax::deep::with_deep_stack;
use undergo_syntax::{ParseMode, parse_file};
use undergo_types::{Pkg, universe};

/// Time of this thread on the processor, with a resolution of nanoseconds.
fn on_processor() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

/// Parses and checks a program; its errors, and how long it took.
fn front_end(text: &str) -> (Vec<String>, Duration) {
    with_deep_stack(|| {
        let map = SourceMap::new();
        let file = map.add("a.go", text.as_bytes().to_vec()).expect("small");
        let start = on_processor();
        let (tree, mut diags) = parse_file(&map, &file, ParseMode::USER);
        let pkg = Pkg::new(Name::new("p"), (1, 27), false);
        let import = |path: &str| (path == "unsafe").then(universe::unsafe_package);
        diags.extend(check_package(&map, pkg, vec![Box::leak(Box::new(tree))], &import, &Options::default()));
        (diags.into_iter().map(|d| d.msg).collect(), on_processor() - start)
    })
}

/// `n` times what `item` makes of a number.
fn many(n: usize, item: impl Fn(usize) -> String) -> String {
    (0..n).map(item).collect()
}

/// A program of size `n`.
type Make = fn(usize) -> String;

/// Programs without errors, by what they have many of.
const CORRECT: &[(&str, Make)] = &[
    ("concatenated strings", |n| format!("const s = \"\"{}\n", many(n, |_| " + \"ab\"".into()))),
    ("concatenated variables", |n| format!("var x string\nvar s = x{}\n", many(n, |_| " + x".into()))),
    ("elements of a literal", |n| format!("var a = []int{{{}}}\n", many(n, |i| format!("{i}, ")))),
    ("keyed elements", |n| format!("var a = [...]int{{{}}}\n", many(n, |i| format!("{i}: 1, ")))),
    ("keys of a map", |n| format!("var m = map[string]int{{{}}}\n", many(n, |i| format!("\"{i}\": {i}, ")))),
    ("elements of structs", |n| {
        format!("type T struct {{ a, b int }}\nvar a = []T{{{}}}\n", many(n, |i| format!("{{a: {i}}}, ")))
    }),
    ("selectors", |n| format!("type T struct {{ p *T }}\nvar t T\nvar v = t{}\n", many(n, |_| ".p".into()))),
    ("methods", |n| format!("type T int\n{}", many(n, |i| format!("func (T) m{i}() {{}}\n")))),
    ("methods that call one another", |n| {
        format!("type T int\nfunc (T) m0() {{}}\n{}", many(n, |i| format!("func (t T) m{}() {{ t.m{i}() }}\n", i + 1)))
    }),
    ("methods of an interface", |n| {
        let list = many(n, |i| format!("m{i}()\n"));
        let have = many(n, |i| format!("func (T) m{i}() {{}}\n"));
        format!("type I interface {{\n{list}}}\ntype T int\n{have}\nvar _ I = T(0)\n")
    }),
    ("fields", |n| {
        let uses = many(n, |i| format!("t.f{i} = 1\n"));
        format!("type T struct {{\n{}}}\nfunc f(t *T) {{\n{uses}}}\n", many(n, |i| format!("f{i} int\n")))
    }),
    ("embedded structs in one another", |n| {
        let chain = many(n.min(2000), |i| format!("type T{} struct {{ T{i} }}\n", i + 1));
        format!("type T0 struct {{ x int }}\n{chain}\nvar v T{}\nvar _ = v.x\n", n.min(2000))
    }),
    ("constants that refer to the one before", |n| {
        format!("const c0 = 1\n{}", many(n, |i| format!("const c{} = c{i} + 1\n", i + 1)))
    }),
    ("variables that refer to the one behind", |n| {
        format!("{}var v{n} = 1\n", many(n, |i| format!("var v{i} = v{}\n", i + 1)))
    }),
    ("iota", |n| format!("const (\nc = iota\n{})\n", many(n, |i| format!("c{i}\n")))),
    ("types of the one before", |n| {
        format!("type T0 int\n{}", many(n, |i| format!("type T{} struct {{ p *T{i} }}\n", i + 1)))
    }),
    ("aliases of the one before", |n| format!("type A0 = int\n{}", many(n, |i| format!("type A{} = A{i}\n", i + 1)))),
    ("functions that call one another", |n| {
        format!("{}func f{n}() {{}}\n", many(n, |i| format!("func f{i}() {{ f{}() }}\n", i + 1)))
    }),
    ("cases", |n| format!("func f(x int) {{\nswitch x {{\n{}}}\n}}\n", many(n, |i| format!("case {i}:\n")))),
    ("cases of types", |n| {
        let types = many(n, |i| format!("type T{i} int\n"));
        format!("{types}func f(x any) {{\nswitch x.(type) {{\n{}}}\n}}\n", many(n, |i| format!("case T{i}:\n")))
    }),
    ("local variables", |n| {
        format!("func f() (r int) {{\n{}return\n}}\n", many(n, |i| format!("v{i} := {i}\nr += v{i}\n")))
    }),
    ("labels", |n| format!("func f() {{\n{}}}\n", many(n, |i| format!("L{i}: for {{ break L{i} }}\n")))),
    ("jumps", |n| format!("func f() {{\n{}}}\n", many(n, |i| format!("goto L{i}\nL{i}:\n")))),
    ("parameters", |n| format!("func f({} int) {{}}\n", many(n, |i| format!("p{i}, ")).trim_end_matches(", "))),
    ("arguments", |n| format!("func f(...int) {{}}\nfunc g() {{ f({}) }}\n", many(n, |i| format!("{i}, ")))),
    ("instances", |n| {
        let types = many(n, |i| format!("type T{i} struct{{}}\n"));
        format!("type G[T any] struct {{ x T }}\n{types}{}", many(n, |i| format!("var v{i} G[T{i}]\n")))
    }),
    ("inferred calls", |n| {
        format!("func id[T any](x T) T {{ return x }}\nfunc f() {{\n{}}}\n", many(n, |i| format!("id({i})\n")))
    }),
    ("nested calls", |n| format!("func f(x int) int {{ return x }}\nvar v = {}1{}\n", "f(".repeat(n), ")".repeat(n))),
    ("closures in a row", |n| format!("func f() (x int) {{\n{}return\n}}\n", many(n, |_| "func() { x++ }()\n".into()))),
    ("fields of a literal", |n| {
        let (fields, values) = (many(n, |i| format!("f{i} int\n")), many(n, |i| format!("f{i}: {i}, ")));
        format!("type T struct {{\n{fields}}}\nvar v = T{{{values}}}\n")
    }),
    ("embedded fields", |n| {
        let types = many(n, |i| format!("type T{i} struct {{ f{i} int }}\n"));
        let embedded = many(n, |i| format!("T{i}\n"));
        format!("{types}type T struct {{\n{embedded}}}\nvar v T\nvar _ = v.f0 + v.f{}\n", n - 1)
    }),
    ("embedded interfaces", |n| {
        let types = many(n, |i| format!("type I{i} interface {{ m{i}() }}\n"));
        format!("{types}type I interface {{\n{}}}\nvar v I\n", many(n, |i| format!("I{i}\n")))
    }),
    ("assigned at once", |n| {
        let names = many(n, |i| format!("v{i}, "));
        let (names, zeros) = (names.trim_end_matches(", "), "0, ".repeat(n));
        format!("var {names} int\nfunc f() {{ {names} = {} }}\n", zeros.trim_end_matches(", "))
    }),
    ("results", |n| {
        let (types, zeros) = ("int, ".repeat(n), "0, ".repeat(n));
        format!("func f() ({types}) {{ return {} }}\n", zeros.trim_end_matches(", "))
    }),
    ("type parameters", |n| {
        let params = many(n, |i| format!("T{i}, "));
        format!("func f[{}any]({}) {{}}\n", params.replace(", ", " any, ").trim_end_matches("any, "), "")
    }),
    ("constraints", |n| many(n, |i| format!("func f{i}[T interface{{ m{i}() }}](x T) {{ x.m{i}() }}\n"))),
    ("methods of a generic type", |n| {
        let calls = many(n, |i| format!("v.m{i}()\n"));
        let methods = many(n, |i| format!("func (G[T]) m{i}() {{}}\n"));
        format!("type G[T any] struct {{ x T }}\n{methods}func f(v G[int]) {{\n{calls}}}\n")
    }),
    ("variables that shadow", |n| {
        format!(
            "func f(x int) (r int) {{\n{}r = x\n{}return\n}}\n",
            "{ x := x; _ = x\n".repeat(n.min(3000)),
            "}\n".repeat(n.min(3000))
        )
    }),
    ("functions named init", |n| many(n, |_| "func init() {}\n".into())),
    ("blank declarations", |n| many(n, |_| "var _ int\n".into())),
    ("lines of a raw string", |n| format!("const s = `{}`\n", many(n, |_| "a line of text\n".into()))),
    ("directives about lines", |n| format!("{}var x int\n", many(n, |i| format!("//line f{i}.go:{}\n", i + 1)))),
    ("directives", |n| many(n, |i| format!("//go:noinline\nfunc f{i}() {{}}\n"))),
    ("comments", |n| format!("{}var x int\n", many(n, |_| "// What it is for.\n".into()))),
];

/// Programs of many errors.
const WRONG: &[(&str, Make)] = &[
    ("undefined names", |n| format!("func f() {{\n{}}}\n", many(n, |i| format!("x{i}()\n")))),
    ("unused variables", |n| format!("func f() {{\n{}}}\n", many(n, |i| format!("x{i} := 1\n")))),
    ("duplicate declarations", |n| many(n, |_| "var x int\n".into())),
    ("duplicate cases", |n| format!("func f(x int) {{\nswitch x {{\n{}}}\n}}\n", many(n, |_| "case 1:\n".into()))),
    ("duplicate methods", |n| format!("type T int\n{}", many(n, |_| "func (T) m() {}\n".into()))),
    ("mismatched types", |n| format!("func f() {{\n{}}}\n", many(n, |_| "_ = 1 + \"a\"\n".into()))),
    ("syntax errors", |n| many(n, |_| "var = 1\n".into())),
    ("a cycle of types", |n| {
        format!("{}type T{n} struct {{ x T0 }}\n", many(n, |i| format!("type T{i} struct {{ x T{} }}\n", i + 1)))
    }),
    ("a cycle of constants", |n| format!("{}const c{n} = c0\n", many(n, |i| format!("const c{i} = c{}\n", i + 1)))),
];

fn grows(name: &str, make: Make, correct: bool) -> Result<(), String> {
    let run = |n: usize| {
        let mut text = String::from("package p\n\n");
        let _ = write!(text, "{}", make(n));
        let (errors, time) = front_end(&text);
        match errors.first() {
            Some(e) if correct => Err(format!("{name}: {e}")),
            None if !correct => Err(format!("{name}: no error")),
            _ => Ok(time),
        }
    };
    // The square would be a hundred times as long. A busy machine may triple one run, but not every one.
    let mut seen = String::new();
    for _ in 0..3 {
        let (small, large) = (run(1_000)?.max(Duration::from_millis(3)), run(10_000)?);
        if large < small * 40 {
            return Ok(());
        }
        let _ = write!(seen, " {small:?} and {large:?}");
    }
    Err(format!("{name}: a thousand and ten thousand take{seen}"))
}

#[test]
fn no_quadratic_growth() {
    let programs = CORRECT.iter().map(|p| (p, true)).chain(WRONG.iter().map(|p| (p, false)));
    let problems: Vec<String> =
        programs.filter_map(|(&(name, make), correct)| grows(name, make, correct).err()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Found by fuzzing: constants each of which is the one before twice. Each is made once, however often it is used.
#[test]
fn strings_that_double() {
    let chain = many(22, |i| format!("const s{} = s{i} + s{i}\n", i + 1));
    let uses = many(1_000, |i| format!("const n{i} = len(s22)\n"));
    let (errors, time) = front_end(&format!("package p\n\nconst s0 = \"abc\"\n{chain}{uses}"));
    assert_eq!(errors, Vec::<String>::new());
    assert!(time < Duration::from_secs(2), "{time:?}");
}
