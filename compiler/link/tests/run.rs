//! Programs written in IR, compiled, linked with the runtime image and run.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use undergo_codegen::{Ctx, compile_func};
use undergo_ir::{Program, parse, verify};
use undergo_link::{LinkError, Options, link, write_executable};

/// What every program needs; `runtime.main` is the test's.
const REST: &str = r#"
func "runtime.raise"(v0: i64, v1: i64, v2: i64) {
  site "runtime.raise" "r.go":1
b0(v0: i64, v1: i64, v2: i64):
  builtin "runtime.printint"(v0)
  v3: i32 = iconst 66
  call "runtime.exit"(v3)
  unreachable
}
func "runtime.sigpanic"() {
  site "runtime.sigpanic" "r.go":2
b0:
  v0: i32 = iconst 67
  call "runtime.exit"(v0)
  unreachable
}
func "runtime.goexit0"() {
  site "runtime.goexit0" "r.go":3
b0:
  call "runtime.goexit1"()
  unreachable
}
func "runtime.stackOverflow"() {
  site "runtime.stackOverflow" "r.go":4
b0:
  v0: i32 = iconst 68
  call "runtime.exit"(v0)
  unreachable
}
func "runtime.panicBounds"() {
  site "runtime.panicBounds" "r.go":5
b0:
  v0: i64 = get_g
  v1: i64 = load v0+120
  builtin "runtime.printint"(v1)
  builtin "runtime.printsp"()
  v2: i64 = load v0+128
  builtin "runtime.printint"(v2)
  builtin "runtime.printnl"()
  v3: i32 = iconst 2
  call "runtime.exit"(v3)
  unreachable
}
"#;

fn build(text: &str) -> Result<Vec<u8>, LinkError> {
    let program: Program = parse::program(text).expect("it parses");
    let mut ctx = Ctx::new();
    let compiled: Vec<_> = program
        .funcs
        .iter()
        .map(|f| {
            verify::verify(f).expect("it is valid");
            compile_func(f, &mut ctx).expect("it compiles")
        })
        .collect();
    link(&program, compiled, &Options::default())
}

fn path(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    dir.join(format!("{name}-{}", std::process::id()))
}

/// Held while an executable is written and started.
static STARTING: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn run(name: &str, text: &str) -> Output {
    let elf = build(text).expect("it links");
    let path = path(name);
    let child = {
        // A process that another thread starts meanwhile would have the file open for writing, which makes it "busy".
        let _alone = STARTING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        write_executable(&path, &elf).expect("the directory is writable");
        let mut command = Command::new(&path);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("it can be executed")
    };
    let output = child.wait_with_output().expect("it ends");
    std::fs::remove_file(&path).expect("it is ours");
    output
}

/// A main function with this body, then exit status 0, and other functions.
fn program(body: &str, others: &str) -> String {
    format!(
        "func \"runtime.main\"() {{\n  site \"runtime.main\" \"m.go\":1\nb0:\n{body}  v9999: i32 = iconst 0\n  call \"runtime.exit\"(v9999)\n  unreachable\n}}\n{others}{REST}"
    )
}

#[track_caller]
fn expect(name: &str, text: &str, status: i32, stderr: &str) {
    let output = run(name, text);
    let got = String::from_utf8_lossy(&output.stderr);
    assert_eq!(got, stderr, "{output:?}");
    assert_eq!(output.status.code(), Some(status), "{output:?}");
}

#[test]
fn hello() {
    let body = r#"
  v0: ptr = sym_addr "text"
  v1: i64 = iconst 6
  builtin "runtime.printstring"(v0, v1)
"#;
    let data = "data \"text\" rodata align 1 size 6 {\n  0: 68656c6c6f0a\n}\n";
    expect("hello", &program(body, data), 0, "hello\n");
}

/// Runs functions of one expression on constants, so that nothing is folded: each gives an I64.
struct Cases {
    main: String,
    funcs: String,
    expected: String,
    next: usize,
}

impl Cases {
    fn new() -> Cases {
        Cases { main: String::new(), funcs: String::new(), expected: String::new(), next: 0 }
    }

    /// `op` has operands v0, v1 and so on, of the types of `args`, which are written as constants. Its result is of
    /// type `ty`.
    fn add(&mut self, op: &str, ty: &str, args: &[(&str, &str)], expected: i64) {
        let n = self.funcs.matches("\nfunc").count();
        let params: Vec<String> = args.iter().enumerate().map(|(n, (ty, _))| format!("v{n}: {ty}")).collect();
        let params = params.join(", ");
        let widen = match ty {
            "i64" => "  return v50\n".to_string(),
            "f64" => "  v51: i64 = bitcast v50\n  return v51\n".to_string(),
            _ => "  v51: i64 = sext v50\n  return v51\n".to_string(),
        };
        self.funcs += &format!(
            "\nfunc \"t{n}\"({params}) -> (i64) {{\n  site \"t{n}\" \"t.go\":1\nb0({params}):\n  v50: {ty} = {op}\n{widen}}}\n"
        );
        let mut operands = Vec::new();
        for (ty, value) in args {
            let (v, op) = (
                self.next,
                match *ty {
                    "f64" => format!("f64const {:#018x}", value.parse::<f64>().expect("a float").to_bits()),
                    _ => format!("iconst {value}"),
                },
            );
            self.main += &format!("  v{v}: {ty} = {op}\n");
            operands.push(format!("v{v}"));
            self.next += 1;
        }
        let v = self.next;
        self.next += 1;
        self.main += &format!(
            "  v{v}: i64 = call \"t{n}\"({})\n  builtin \"runtime.printint\"(v{v})\n  builtin \"runtime.printnl\"()\n",
            operands.join(", ")
        );
        self.expected += &format!("{expected}\n");
    }

    #[track_caller]
    fn check(&self, name: &str) {
        expect(name, &program(&self.main, &self.funcs), 0, &self.expected);
    }
}

#[test]
fn integers() {
    let mut c = Cases::new();
    let i64s = |a: &'static str, b: &'static str| [("i64", a), ("i64", b)];
    c.add("add v0, v1", "i64", &i64s("3", "4"), 7);
    c.add("sub v0, v1", "i64", &i64s("3", "4"), -1);
    c.add("mul v0, v1", "i64", &i64s("3", "-4"), -12);
    for (ty, min) in
        [("i8", i64::from(i8::MIN)), ("i16", i64::from(i16::MIN)), ("i32", i64::from(i32::MIN)), ("i64", i64::MIN)]
    {
        let text = min.to_string();
        c.add("sdiv v0, v1", ty, &[(ty, &text), (ty, "-1")], min);
        c.add("srem v0, v1", ty, &[(ty, &text), (ty, "-1")], 0);
        c.add("sdiv v0, v1", ty, &[(ty, "-7"), (ty, "2")], -3);
        c.add("srem v0, v1", ty, &[(ty, "-7"), (ty, "2")], -1);
        c.add("udiv v0, v1", ty, &[(ty, "-1"), (ty, "-1")], 1);
        c.add("urem v0, v1", ty, &[(ty, "7"), (ty, "4")], 3);
        c.add("clz v0", ty, &[(ty, "1")], bits(ty) - 1);
        c.add("clz v0", ty, &[(ty, "0")], bits(ty));
        c.add("ctz v0", ty, &[(ty, "0")], bits(ty));
        c.add("ctz v0", ty, &[(ty, "8")], 3);
        c.add("popcnt v0", ty, &[(ty, "-1")], bits(ty));
        c.add("bitrev v0", ty, &[(ty, "1")], min);
        c.add("rotl v0, v1", ty, &[(ty, "-2"), (ty, "1")], -3);
        // Counts of the width and beyond, in every type.
        for count in ["i8", "i16", "i32", "i64"] {
            for n in ["100", "-1"] {
                c.add("shl v0, v1", ty, &[(ty, "-3"), (count, n)], 0);
                c.add("shr v0, v1", ty, &[(ty, "-3"), (count, n)], 0);
                c.add("sar v0, v1", ty, &[(ty, "-3"), (count, n)], -1);
                c.add("sar v0, v1", ty, &[(ty, "3"), (count, n)], 0);
            }
            c.add("shl v0, v1", ty, &[(ty, "-3"), (count, "2")], -12);
            c.add("sar v0, v1", ty, &[(ty, "-12"), (count, "2")], -3);
            c.add("shr v0, v1", ty, &[(ty, "12"), (count, "2")], 3);
        }
    }
    c.add("umulhi v0, v1", "i64", &i64s("-1", "-1"), -2);
    c.add("smulhi v0, v1", "i64", &i64s("-1", "2"), -1);
    c.add("bswap v0", "i64", &[("i64", "1")], 1 << 56);
    c.add("bswap v0", "i16", &[("i16", "1")], 256);
    c.check("integers");
}

fn bits(ty: &str) -> i64 {
    ty[1..].parse().expect("a width")
}

#[test]
fn floats() {
    let mut c = Cases::new();
    // What Go 1.27.3 prints for these conversions on amd64.
    let lowest = i64::MIN;
    for (x, s64, s32, u64) in [
        ("1.5", 1, 1, 1),
        ("-1.5", -1, -1, -1),
        ("1e19", lowest, i32::MIN, 10_000_000_000_000_000_000_u64 as i64),
        ("-1e19", lowest, i32::MIN, lowest),
        ("3e9", 3_000_000_000, i32::MIN, 3_000_000_000),
        ("2147483647.5", 2_147_483_647, i32::MAX, 2_147_483_647),
        ("-2147483648.5", -2_147_483_648, i32::MIN, -2_147_483_648),
        ("1e30", lowest, i32::MIN, lowest),
        ("NaN", lowest, i32::MIN, lowest),
        ("-NaN", lowest, i32::MIN, lowest),
        ("inf", lowest, i32::MIN, lowest),
        ("-inf", lowest, i32::MIN, lowest),
    ] {
        c.add("ftos v0", "i64", &[("f64", x)], s64);
        c.add("ftos v0", "i32", &[("f64", x)], s32.into());
        c.add("ftou v0", "i64", &[("f64", x)], u64);
    }
    let float = |v: f64| v.to_bits() as i64;
    let f64s = |a: &'static str, b: &'static str| [("f64", a), ("f64", b)];
    c.add("fmin v0, v1", "f64", &f64s("0", "-0"), float(-0.0));
    c.add("fmax v0, v1", "f64", &f64s("-0", "0"), float(0.0));
    c.add("floor v0", "f64", &[("f64", "-1.5")], float(-2.0));
    c.add("ceil v0", "f64", &[("f64", "-1.5")], float(-1.0));
    c.add("ftrunc v0", "f64", &[("f64", "-1.5")], float(-1.0));
    c.add("nearest v0", "f64", &[("f64", "2.5")], float(2.0));
    c.add("sqrt v0", "f64", &[("f64", "9")], float(3.0));
    c.add("fneg v0", "f64", &[("f64", "0")], float(-0.0));
    c.add("fabs v0", "f64", &[("f64", "-2")], float(2.0));
    c.add("utof v0", "f64", &[("i64", "-1")], float(u64::MAX as f64));
    c.add("utof v0", "f64", &[("i32", "-1")], float(f64::from(u32::MAX)));
    c.add("stof v0", "f64", &[("i64", "-1")], float(-1.0));
    c.add("fcmp ne v0, v1", "i8", &f64s("NaN", "NaN"), 1);
    c.add("fcmp eq v0, v1", "i8", &f64s("NaN", "NaN"), 0);
    c.add("fcmp le v0, v1", "i8", &f64s("NaN", "0"), 0);
    c.add("fcmp gt v0, v1", "i8", &f64s("1", "0"), 1);
    c.check("floats");
}

#[test]
fn switches() {
    let cases: Vec<i64> = vec![-5, 1, 2, 3, 4, 6, 7, 100, 1000, 1001, 1002, 1003, 1005, 1 << 40];
    for ty in ["i8", "i64"] {
        let fits = |n: &&i64| ty == "i64" || i8::try_from(**n).is_ok();
        let cases: Vec<i64> = cases.iter().filter(fits).copied().collect();
        let arms: Vec<String> = cases.iter().map(|n| format!("{n}: b1(v{})", 100)).collect();
        let arms: Vec<String> =
            arms.iter().enumerate().map(|(n, a)| a.replace("v100", &format!("v{}", 100 + n))).collect();
        let consts: String = (0..cases.len()).map(|n| format!("  v{}: i64 = iconst {}\n", 100 + n, n * 11)).collect();
        let f = format!(
            "func \"s\"(v0: {ty}) -> (i64) {{\n  site \"s\" \"s.go\":1\nb0(v0: {ty}):\n{consts}  v90: i64 = iconst -1\n  switch v0, [{}], b1(v90)\nb1(v1: i64):\n  return v1\n}}\n",
            arms.join(", ")
        );
        let (mut body, mut expected, mut v) = (String::new(), String::new(), 0);
        let mut call = |n: i64, want: i64| {
            body += &format!(
                "  v{v}: {ty} = iconst {n}\n  v{}: i64 = call \"s\"(v{v})\n  builtin \"runtime.printint\"(v{})\n  builtin \"runtime.printnl\"()\n",
                v + 1,
                v + 1
            );
            expected += &format!("{want}\n");
            v += 2;
        };
        for (n, &value) in cases.iter().enumerate() {
            call(value, n as i64 * 11);
        }
        for other in [0, 5, 8, 99, -6, 127] {
            call(other, -1);
        }
        expect(&format!("switch-{ty}"), &program(&body, &f), 0, &expected);
    }
}

#[test]
fn memory() {
    let mut body = String::new();
    let mut expected = String::new();
    let mut v = 0;
    let mut slots = String::new();
    // Overlapping copies and clearings of many sizes within a slot, summed up.
    for size in [1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 40, 100, 128, 129, 300] {
        let mut model: Vec<u8> = (0..512).map(|n| (n % 251) as u8).collect();
        model.copy_within(0..size, 5);
        model[400..400 + size.min(100)].fill(0);
        let sum: u64 = model
            .chunks(8)
            .map(|c| u64::from_le_bytes(c.try_into().expect("eight")))
            .fold(0, |a, b| a.rotate_left(1) ^ b);
        body += &format!(
            "  v{a}: ptr = sym_addr \"buf\"
  v{b}: ptr = sym_addr \"source\"
  mem_copy v{a}, v{b}, 512
  v{c}: ptr = sym_addr \"buf\"+5
  mem_copy v{c}, v{a}, {size}
  v{d}: ptr = sym_addr \"buf\"+400
  mem_zero v{d}, {zero}
  v{e}: i64 = call \"sum\"(v{a})
  builtin \"runtime.printint\"(v{e})
  builtin \"runtime.printnl\"()\n",
            a = v,
            b = v + 1,
            c = v + 2,
            d = v + 3,
            e = v + 4,
            zero = size.min(100),
        );
        v += 5;
        expected += &format!("{}\n", sum as i64);
    }
    let bytes: String = (0..512).map(|n| format!("{:02x}", n % 251)).collect();
    slots += &format!(
        "data \"source\" rodata align 8 size 512 {{\n  0: {bytes}\n}}\ndata \"buf\" noptrbss align 8 size 512 {{\n}}\n"
    );
    slots += "func \"sum\"(v0: ptr) -> (i64) {
  site \"sum\" \"s.go\":1
b0(v0: ptr):
  v1: i64 = iconst 0
  jump b1(v1, v1)
b1(v2: i64, v3: i64):
  v4: ptr = ptr_add v0, v2
  v5: i64 = load v4
  v6: i64 = iconst 1
  v7: i64 = rotl v3, v6
  v8: i64 = xor v7, v5
  v9: i64 = iconst 8
  v10: i64 = add v2, v9
  v11: i64 = iconst 512
  v12: i8 = icmp ult v10, v11
  brif v12, b1(v10, v8), b2
b2:
  return v8
}\n";
    expect("memory", &program(&body, &slots), 0, &expected);
}

#[test]
fn failing_bounds_checks_report_both_operands() {
    let body = "  v0: i64 = iconst 7\n  v1: i64 = iconst 5\n  call \"f\"(v0, v1)\n";
    let f = "func \"f\"(v0: i64, v1: i64) {
  site \"f\" \"f.go\":1
b0(v0: i64, v1: i64):
  bounds_check 0 v0, v1
  return
}\n";
    expect("bounds", &program(body, f), 2, "7 5\n");
}

#[test]
fn deep_recursion_grows_the_stack() {
    let body = "  v0: i64 = iconst 1000000
  v1: i64 = call \"f\"(v0)
  builtin \"runtime.printint\"(v1)
  builtin \"runtime.printnl\"()\n";
    let f = "func \"f\"(v0: i64) -> (i64) {
  site \"f\" \"f.go\":1
b0(v0: i64):
  v1: i64 = iconst 0
  v2: i8 = icmp eq v0, v1
  brif v2, b1, b2
b1:
  return v1
b2:
  v3: i64 = iconst 1
  v4: i64 = sub v0, v3
  v5: i64 = call \"f\"(v4)
  v6: i64 = add v5, v0
  return v6
}\n";
    expect("recursion", &program(body, f), 0, "500000500000\n");
}

#[test]
fn contexts_and_frames_arrive() {
    let body = "  v0: ptr = sym_addr \"closure\"
  v1: ptr = load v0
  v2: ptr = sym_addr \"frame\"
  v3: i64 = call_indirect v1() ctx v0 frame v2
  builtin \"runtime.printint\"(v3)\n";
    let f = "data \"closure\" rodata align 8 size 16 {
  0: 00000000000000002a00000000000000
  0: abs64 \"f\"
}
data \"frame\" data align 8 size 8 {
  0: e803000000000000
}
func \"f\"() -> (i64) uses_ctx uses_frame {
  site \"f\" \"f.go\":1
b0:
  v0: ptr = closure_ctx
  v1: ptr = frame_param
  builtin \"runtime.printnl\"()
  v2: i64 = load v0+8
  v3: i64 = load v1
  v4: i64 = add v2, v3
  return v4
}\n";
    expect("closure", &program(body, f), 0, "\n1042");
}

#[test]
fn undefined_symbols_are_listed() {
    let body = "  call \"main.b\"()\n  call \"main.a\"()\n";
    let Err(e) = build(&program(body, "")) else {
        panic!("it links");
    };
    assert_eq!(
        e.to_string(),
        "runtime.main: relocation target main.a not defined\nruntime.main: relocation target main.b not defined"
    );
}

#[test]
fn aliases_and_overriding() {
    // The program's own definition wins over the runtime's export, and aliases lead to either.
    let body = "  call \"other.name\"()\n  builtin \"runtime.printnl\"()\n  call \"their.nl\"()\n";
    let f = "alias \"other.name\" = \"f\"
alias \"their.nl\" = \"runtime.printsp\"
func \"f\"() {
  site \"f\" \"f.go\":1
b0:
  v0: i64 = iconst 1
  builtin \"runtime.printint\"(v0)
  return
}
func \"runtime.printnl\"() {
  site \"runtime.printnl\" \"f.go\":9
b0:
  v0: i64 = iconst 2
  builtin \"runtime.printint\"(v0)
  return
}\n";
    expect("aliases", &program(body, f), 0, "12 ");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let text = program("", "");
    assert_eq!(build(&text), build(&text));
}

/// A function without a stack check, with a frame of this many bytes, that calls another.
fn unchecked(name: &str, bytes: usize, callee: &str) -> String {
    format!(
        "func \"{name}\"() nosplit {{\n  site \"{name}\" \"n.go\":1\n  s0: size {bytes} align 8 pinned \"x\"\nb0:\n  v0: ptr = slot_addr s0\n  store v0, v0\n  call \"{callee}\"()\n  return\n}}\n"
    )
}

#[test]
fn unchecked_functions_fit_the_red_zone() {
    let chain = unchecked("main.a", 160, "main.b") + &unchecked("main.b", 160, "runtime.printnl");
    expect("nosplit", &program("  call \"main.a\"()\n", &chain), 0, "\n");
    let chain = unchecked("main.a", 400, "main.b") + &unchecked("main.b", 400, "runtime.printnl");
    let Err(e) = build(&program("  call \"main.a\"()\n", &chain)) else {
        panic!("it links");
    };
    let expected = "main.a: nosplit stack over 928 byte limit\n\tmain.a takes 408 bytes\n\tmain.b takes 408 bytes\n\t\
                    runtime.printnl takes 232 bytes";
    assert_eq!(e.to_string(), expected);
}

#[test]
fn unchecked_functions_do_not_recurse() {
    let chain = unchecked("main.a", 8, "main.b") + &unchecked("main.b", 8, "main.a");
    let Err(e) = build(&program("  call \"main.a\"()\n", &chain)) else {
        panic!("it links");
    };
    assert!(e.to_string().contains("nosplit stack overflow: infinite recursion"), "{e}");
}
