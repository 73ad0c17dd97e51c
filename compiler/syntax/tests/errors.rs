//! Errors of scanner and parser, and trees of the ambiguous parts of the grammar.

use expect_test::{Expect, expect};
use undergo_source::SourceMap;
use undergo_syntax::{ParseMode, dump, parse_file, report};

fn errors_of(text: &[u8]) -> String {
    let map = SourceMap::new();
    let file = map.add("x.go", text.to_vec()).unwrap();
    let (_, errors) = parse_file(&map, &file, ParseMode::USER);
    let errors = report::printable(errors, &map);
    errors.iter().map(|e| e.render_plain(&map) + "\n").collect()
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&errors_of(text.as_bytes()));
}

/// Checks the tree of `text` without its first two lines, which are the file and the package name.
fn check_tree(text: &str, expected: Expect) {
    let map = SourceMap::new();
    let file = map.add("x.go", format!("package p\n{text}\n").into_bytes()).unwrap();
    let (tree, errors) = parse_file(&map, &file, ParseMode::USER);
    let mut out: String = errors.iter().map(|e| e.render_plain(&map) + "\n").collect();
    out.extend(dump::dump(&tree, &map).lines().skip(2).map(|l| format!("{}\n", l.strip_prefix("  ").unwrap())));
    expected.assert_eq(&out);
}

#[test]
fn numbers() {
    let text =
        "package p\nvar _ = []any{0x, 0b12, 08, 1_, 1__2, 0x_1, 0_9.5, 1e, 0x1.0, 0b1.0, 1p3, 0x1e+2, 09i, 0o}\n";
    check(
        text,
        expect![[r#"
        x.go:2:17: hexadecimal literal has no digits
        x.go:2:22: invalid digit '2' in binary literal
        x.go:2:26: invalid digit '8' in octal literal
        x.go:2:30: '_' must separate successive digits
        x.go:2:54: exponent has no digits
        x.go:2:61: hexadecimal mantissa requires a 'p' exponent
        x.go:2:66: invalid radix point in binary literal
        x.go:2:71: 'p' exponent requires hexadecimal mantissa
        x.go:2:90: octal literal has no digits
    "#]],
    );
}

#[test]
fn strings_and_runes() {
    let text = concat!(
        "package p\nvar _ = \"\\z\"\nvar _ = '\\400'\nvar _ = '\\ud800'\nvar _ = ''\nvar _ = 'ab'\nvar _ = \"\\xag\"\n",
        "var _ = \"a\n\"\nvar _ = 'a\nvar _ = `x"
    );
    check(
        text,
        expect![[r#"
        x.go:2:11: unknown escape
        x.go:3:14: octal escape value 256 > 255
        x.go:4:16: escape is invalid Unicode code point U+D800
        x.go:5:10: empty rune literal or unescaped '
        x.go:6:9: more than one character in rune literal
        x.go:7:13: invalid character 'g' in hexadecimal escape
        x.go:8:11: newline in string
        x.go:9:1: syntax error: non-declaration statement outside function body
        x.go:9:2: newline in string
        x.go:10:11: newline in rune literal
        x.go:11:9: string not terminated
    "#]],
    );
}

#[test]
fn odd_characters() {
    expect![[r#"
        x.go:2:6: invalid NUL character
        x.go:3:10: invalid UTF-8 encoding
        x.go:4:6: invalid BOM in the middle of the file
        x.go:4:14: invalid character U+0023 '#'
        x.go:4:16: syntax error: unexpected literal 2 after top level declaration
    "#]]
    .assert_eq(&errors_of(b"\xef\xbb\xbfpackage p\nvar a\x00 = 1\nvar b = \"\xff\"\nvar c\xef\xbb\xbf = 1 # 2\n"));
    // Part of the name, and a keyword no more.
    expect![[r#"
        x.go:2:6: invalid UTF-8 encoding
        x.go:3:1: syntax error: non-declaration statement outside function body
        x.go:3:5: invalid NUL character
    "#]]
    .assert_eq(&errors_of(b"package p\nvar a\xff = 1\nfunc\x00 f() {}\n"));
    check(
        "package p\nvar a\u{2190} = 1\nvar \u{663}a = 1\n",
        expect![[r#"
        x.go:2:6: invalid character U+2190 '←' in identifier
        x.go:3:5: identifier cannot begin with digit U+0663 '٣'
    "#]],
    );
}

#[test]
fn semicolons() {
    check(
        "package p\nfunc f() {\n\tx := 1 /* a\n*/ y := 2\n\treturn\n}\nfunc g()\n{\n}\n",
        expect![[r#"
        x.go:8:1: syntax error: unexpected semicolon or newline before {
    "#]],
    );
    check(
        "package p\nfunc f() { if x == 1\n{ } }\n",
        expect![[r#"
        x.go:2:21: syntax error: unexpected newline, expected { after if clause
    "#]],
    );
}

#[test]
fn statements() {
    let text = "package p
func f() {
	if x = 1 { }
	for i := 0; i < 10 { }
	for ; ; i := 1 { }
	a, b
	if { }
	switch var x = 1; x { }
	defer (f())
	else { }
}
";
    check(
        text,
        expect![[r#"
        x.go:3:7: syntax error: cannot use assignment x = 1 as value
        x.go:4:21: syntax error: unexpected {, expected semicolon or newline
        x.go:5:12: syntax error: cannot declare in post statement of for loop
        x.go:6:6: syntax error: unexpected newline, expected := or = or comma
        x.go:7:5: syntax error: missing condition in if statement
        x.go:8:13: syntax error: var declaration not allowed in switch initializer
        x.go:9:8: expression in defer must not be parenthesized
        x.go:10:2: syntax error: unexpected keyword else, expected }
    "#]],
    );
}

#[test]
fn declarations() {
    check(
        "package p\nvar x := 1\nimport \"a\"\nfunc (a, b T) m() {}\nfunc () m() {}\nx = 1\n",
        expect![[r#"
        x.go:2:7: syntax error: unexpected :=, expected =
        x.go:3:1: syntax error: imports must appear before other declarations
        x.go:4:15: method has multiple receivers
        x.go:5:9: method has no receiver
        x.go:6:1: syntax error: non-declaration statement outside function body
    "#]],
    );
    check(
        "package p\nfunc f(a, b int, string)\nfunc g(a ...int, b int)\nfunc h() (x ...int)\n",
        expect![[r#"
        x.go:2:24: syntax error: missing parameter type
        x.go:3:10: can only use ... with final parameter
        x.go:4:13: invalid use of ...
    "#]],
    );
    check(
        "package p\ntype T[P any, Q] struct{}\ntype U[P *T,] int\ntype I interface { m[T any]() }\n",
        expect![[r#"
        x.go:2:16: syntax error: missing type constraint
        x.go:4:21: interface method must have no type parameters
    "#]],
    );
    check(
        "import \"x\"\n",
        expect![[r#"
        x.go:1:1: syntax error: package statement must be first
    "#]],
    );
}

#[test]
fn labels() {
    let text = "package p
func f() {
L:
	for { break M; continue L }
	goto N
	x := 1
N:
	goto Q
	{ Q: }
	break
	switch { case true: fallthrough; default: fallthrough }
U:
}
";
    check(
        text,
        expect![[r#"
        x.go:4:14: break label not defined: M
        x.go:5:7: goto N jumps over declaration of x at x.go:6:4
        x.go:8:7: goto Q jumps into block starting at x.go:9:2
        x.go:10:2: break is not in a loop, switch, or select
        x.go:11:44: cannot fallthrough final case in switch
        x.go:12:1: label U defined and not used
    "#]],
    );
}

#[test]
fn line_directives() {
    check(
        "package p\n//line foo.y:10\nvar x int = = 1\n/*line :7:3*/var y ] 2\n//line a:0\n",
        expect![[r#"
        foo.y:10: syntax error: unexpected =, expected expression
        foo.y:7:9: syntax error: unexpected ] after top level declaration
        foo.y:8:10: invalid line number: 0
    "#]],
    );
}

#[test]
fn directives() {
    let text = "package p

import _ \"embed\"

//go:embed a.txt \"b c\"
var x string

//go:noinline
//go:nosplit
func f() {}

//go:noinline
var y int

func g() {
	//go:nosplit
	x = 1 //go:noinline
}

//go:systemstack
func h() {}
";
    check(
        text,
        expect![[r#"
        x.go:16:4: misplaced compiler directive
        x.go:17:10: misplaced compiler directive
        x.go:20:3: //go:systemstack only allowed in runtime
    "#]],
    );
    check_tree(
        "//go:embed a \"b c\"\nvar x string\n//go:nosplit\nfunc f()",
        expect![[r#"
        Var embed=a b c @3:5
          x @3:5
          string @3:7
        Func pragmas=0x12 @5:6
          f @5:6
          Signature @5:7
    "#]],
    );
}

#[test]
fn type_parameters_or_length() {
    let text = "type A[P *T,] int\ntype B[P *T] int\ntype C[P *int] int\ntype D[P ~int|T] int\ntype E[n] int\ntype F[P (int)] int";
    check_tree(
        text,
        expect![[r#"
        Type @2:6
          A @2:6
          Field @2:8
            P @2:8
            Star @2:10
              T @2:11
          int @2:15
        Type @3:6
          B @3:6
          ArrayType @3:7
            Binary * @3:10
              P @3:8
              T @3:11
            int @3:14
        Type @4:6
          C @4:6
          ArrayType @4:7
            Binary * @4:10
              P @4:8
              int @4:11
            int @4:16
        Type @5:6
          D @5:6
          Field @5:8
            P @5:8
            Binary | @5:14
              Unary ~ @5:10
                int @5:11
              T @5:15
          int @5:18
        Type @6:6
          E @6:6
          ArrayType @6:7
            n @6:8
            int @6:11
        Type @7:6
          F @7:6
          ArrayType @7:7
            Call @7:10
              P @7:8
              int @7:11
            int @7:17
    "#]],
    );
}

#[test]
fn control_clause_ambiguity() {
    check_tree(
        "func f() { if x == (T{}) {}; for range T {}; switch v := x.(type) { case a: } }",
        expect![[r#"
        Func @2:6
          f @2:6
          Signature @2:7
          Block @2:10
            If @2:12
              Binary == @2:17
                x @2:15
                Paren @2:20
                  CompositeLit @2:22
                    T @2:21
              Block @2:26
            Range @2:30
              T @2:40
              Block @2:42
            TypeSwitch @2:46
              v @2:53
              x @2:58
              Case @2:69
                a @2:74
    "#]],
    );
}

#[test]
fn channels() {
    check_tree(
        "var a <-chan int = <-chan int(x)\nvar b = (<-chan chan<- int)(nil)",
        expect![[r#"
        Var @2:5
          a @2:5
          ChanType recv @2:7
            int @2:14
          Unary <- @2:20
            Call @2:30
              ChanType @2:22
                int @2:27
              x @2:31
        Var @3:5
          b @3:5
          Call @3:28
            Paren @3:9
              ChanType recv @3:12
                ChanType send @3:17
                  int @3:24
            nil @3:29
    "#]],
    );
}

#[test]
fn deep_nesting() {
    let around = |before: &str, open: &str, middle: &str, close: &str| {
        errors_of(format!("package p\n{before}{}{middle}{}\n", open.repeat(100_000), close.repeat(100_000)).as_bytes())
    };
    assert_eq!(around("var x = ", "(", "1", ")"), "");
    assert_eq!(around("func f() ", "{", "", "}"), "");
    assert_eq!(around("var x = 1", "+1", "", ""), "");
    assert_eq!(around("var x ", "[]", "int", ""), "");
    let error = errors_of(format!("package p\nvar x = {}\n", "(".repeat(500_000)).as_bytes());
    assert_eq!(error, "x.go:2: nested too deeply (more than 400000 levels)\n");
    let error = errors_of(format!("package p\nvar x = {}\n", "func() {".repeat(6_000)).as_bytes());
    assert_eq!(error, "x.go:2: nested too deeply (more than 5000 function literals)\n");
}
