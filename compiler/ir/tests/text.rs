//! The textual form round-trips, and the verifier finds what is wrong.

use undergo_ir::{parse, verify};

/// One of everything.
const ALL: &str = r#"alias "x.alias" = "main.f"
typelink "type:*int"
itab "go:itab.T,I"
modinfo "path\tx\n"
godebug "a=b"
data "main.x" data align 8 size 24 {
  0: 48656c6c6f00 ; Hello.
  8: abs64 "main.y"+16
  16: abs32 "main.z"
}
data "main.y" noptrbss align 16 size 64 {
}
func "main.f"(v0: i64, v1: ptr, v2: f64) -> (i64, f64) nosplit wrapper uses_ctx uses_frame {
  site "main.f" "/x/f.go":3
  site "main.g" "/x/g \"q\".go":9 in 0 at 5
  site "main.h" "/x/g.go":19 in 1 at 6 wrapper
  s0: size 16 align 8 pinned "x"
  s1: size 3 align 1
  pad b4
b0(v0: i64, v1: ptr, v2: f64):
  v3: ptr = closure_ctx
  v4: ptr = frame_param
  v5: i64 = iconst -7 @4
  v6: f64 = f64const 0x3ff0000000000000 @5.1 ; 1.0
  v7: f32 = f32const 0x40000000 @0.2 ; 2.0
  v8: ptr = sym_addr "main.x"-8
  v9: ptr = slot_addr s0+8
  v10: i64 = add v0, v5
  v11: ptr = ptr_add v1, v10
  v12: i64 = shl v10, v5
  v13: i64 = bswap v12
  v14: f64 = ceil v2
  v15: f64 = ftrunc v14
  v16: i32 = trunc v0
  v17: i8 = icmp ult v0, v5
  v18: i8 = fcmp ne v2, v6
  v19: i64 = select v17, v0, v5
  v20: i64 = load v11+16
  store v11-4, v20
  mem_copy v11, v9, 16 ptrs
  mem_zero v9, 16
  nil_check v1
  bounds_check 1 v0, v20
  v21: ptr = new "type:T" size 24 align 8 ptrs
  v22: i64, v23: f64 = call "main.g"(v0, v2) ctx v3 frame v4
  v24: ptr = builtin "runtime.newobject"(v8)
  call_indirect v24()
  keep_alive v24
  v25: i64 = frame_ptr
  v26: i64 = caller_pc
  v27: i64 = caller_sp
  v28: i64 = get_g
  v29: i64 = atomic_load v9
  atomic_store v9, v29
  v30: i64 = atomic_xchg v9, v29
  v31: i8 = atomic_cas v9, v29, v30
  brif v31, b1(v0), b2
b1(v32: i64):
  switch v32, [1: b2, -5: b3(v2)], b1(v20)
b2 cold:
  jump b3(v6)
b3(v33: f64):
  return v20, v33
b4 cold:
  unreachable
}
func "main.empty"() {
  site "main.empty" "/x/f.go":30
b0:
  return
}
"#;

#[test]
fn text_round_trips() {
    let program = parse::program(ALL).expect("it parses");
    assert_eq!(program.to_string(), ALL);
    for f in &program.funcs {
        verify::verify(f).expect("it is valid");
    }
}

fn errors(body: &str) -> Vec<String> {
    let text = format!("func \"f\"(v0: i64, v1: ptr) -> (i64) {{\n  site \"f\" \"f.go\":1\n{body}}}\n");
    let f = parse::func(&text).expect("it parses");
    verify::verify(&f).err().unwrap_or_default()
}

#[test]
fn types_are_checked() {
    let body = "b0(v0: i64, v1: ptr):\n  v2: i64 = add v0, v1\n  return v2\n";
    assert_eq!(errors(body), ["b0: v2: i64 = add v0, v1: operands differ in type"]);
    let body = "b0(v0: i64, v1: ptr):\n  return v1\n";
    assert_eq!(errors(body), ["b0: return v1: the function returns (i64)"]);
}

#[test]
fn dominance_is_checked() {
    let body = "b0(v0: i64, v1: ptr):
  v2: i8 = trunc v0
  brif v2, b1, b2
b1:
  v3: i64 = iconst 1
  jump b2
b2:
  return v3
";
    assert_eq!(errors(body), ["b2: return v3: v3 is not defined on every way here"]);
}

#[test]
fn the_landing_pad_uses_nothing_of_the_body() {
    let body = "  pad b2
b0(v0: i64, v1: ptr):
  v2: i64 = iconst 1
  jump b1
b1:
  return v2
b2:
  return v2
";
    assert_eq!(errors(body), ["b2: return v2: v2 is not defined on every way here"]);
}

#[test]
fn structure_is_checked() {
    assert_eq!(errors("b0(v0: i64, v1: ptr):\n  nil_check v1\n"), ["b0 has no terminator"]);
    assert_eq!(errors("b0(v0: i64, v1: ptr):\n  jump b0(v0, v1)\n"), ["b0 goes to the entry block"]);
}

#[test]
fn parse_errors_name_the_line() {
    let e = parse::func("func \"f\"() {\n  site \"f\" \"f.go\":1\nb0:\n  frobnicate\n}").unwrap_err();
    assert!(e.starts_with("line 5: unknown instruction frobnicate"), "{e}");
}
