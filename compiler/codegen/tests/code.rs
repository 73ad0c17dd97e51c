//! Machine code of small functions.

use expect_test::{Expect, expect};
use undergo_codegen::{Compiled, Ctx, compile_func, text};
use undergo_ir::{parse, verify};

fn compile(ir: &str) -> Compiled {
    let f = parse::func(ir).expect("it parses");
    verify::verify(&f).expect("it is valid");
    let mut ctx = Ctx::new();
    let compiled = compile_func(&f, &mut ctx).expect("it compiles");
    assert_eq!(ctx.retried, []);
    compiled
}

fn check(ir: &str, expected: Expect) {
    expected.assert_eq(&text::asm(&compile(ir)));
}

#[test]
fn leaf() {
    check(
        r#"func "add"(v0: i64, v1: i64) -> (i64) {
  site "add" "f.go":1
b0(v0: i64, v1: i64):
  v2: i64 = add v0, v1 @2
  return v2 @3
}"#,
        expect![[r#"
            add: frame 0
                 0: push rbp ; @1
                 1: mov rbp, rsp
                 4: lea rax, [rdi+rsi] ; @2
                 8: nop [rax] ; @3
                 b: pop rbp
                 c: ret
        "#]],
    );
}

#[test]
fn index_and_call() {
    check(
        r#"func "f"(v0: ptr, v1: i64, v2: i64) -> (i64) {
  site "f" "f.go":1
b0(v0: ptr, v1: i64, v2: i64):
  bounds_check 0 v2, v1 @2
  v3: i64 = iconst 3
  v4: i64 = shl v2, v3
  v5: ptr = ptr_add v0, v4
  v6: i64 = load v5 @2
  v7: i64 = call "g"(v6) ctx v0 @3
  v8: i64 = add v7, v2
  return v8
}"#,
        expect![[r#"
            f: frame 16
               -12: mov r11d, 0x18
                -c: lea r10, [0]
                -5: jmp 0 ; runtime.morestack
                 0: cmp rsp, [r15] ; @1
                 4: jbe short 0xffffffffffffffee
                 6: push rbp
                 7: mov rbp, rsp
                 a: sub rsp, 0x10
                 e: mov [rsp], r12
                12: mov rcx, rdi
                15: cmp rdx, rsi ; @2
                18: jae 0x47
                1e: mov rax, rcx
                21: mov rdi, [rax+rdx*8]
                25: mov r12, rdx
                28: mov rax, r15 ; @3
                2b: mov [rax+8], rcx
                2f: call 0x34 ; g
                34: mov rdx, r12
                37: add rax, rdx
                3a: mov r12, [rsp]
                3e: add rsp, 0x10
                42: nop [rax]
                45: pop rbp
                46: ret
                47: mov rax, r15 ; @2
                4a: mov [rax+0x78], rdx
                4e: mov rax, r15
                51: mov [rax+0x80], rsi
                58: mov rax, r15
                5b: mov qword ptr [rax+0x88], 0
                66: call 0x6b ; runtime.panicBounds
                6b: ud2
        "#]],
    );
}

#[test]
fn landing_pad() {
    check(
        r#"func "f"(v0: ptr) -> (i64) uses_ctx {
  site "f" "f.go":1
  s0: size 8 align 8 pinned "r"
  pad b1
b0(v0: ptr):
  v1: ptr = closure_ctx
  v2: ptr = slot_addr s0
  v3: i64 = load v0
  store v2, v3
  call "g"() ctx v1
  v6: i64 = load v2
  return v6
b1:
  v4: ptr = slot_addr s0
  v5: i64 = load v4
  return v5
}"#,
        expect![[r#"
            f: frame 64, pad 0x76
               -12: mov r11d, 0x48
                -c: lea r10, [0]
                -5: jmp 0 ; runtime.morestack
                 0: cmp rsp, [r15] ; @1
                 4: jbe short 0xffffffffffffffee
                 6: push rbp
                 7: mov rbp, rsp
                 a: sub rsp, 0x40
                 e: mov [rsp+0x20], rbx
                13: mov [rsp+0x28], r12
                18: mov [rsp+0x30], r13
                1d: mov [rsp+0x38], r14
                22: mov [rsp+8], rdi
                27: mov r9, r15
                2a: mov r9, [r9+8]
                2e: mov [rsp+0x10], r9
                33: call 0x38 ; runtime.deferenter
                38: mov rdi, [rsp+8]
                3d: mov r10, [rdi]
                40: mov [rsp], r10
                44: mov r11, r15
                47: mov r9, [rsp+0x10]
                4c: mov [r11+8], r9
                50: call 0x55 ; g
                55: mov rax, [rsp]
                59: mov rbx, [rsp+0x20]
                5e: mov r12, [rsp+0x28]
                63: mov r13, [rsp+0x30]
                68: mov r14, [rsp+0x38]
                6d: add rsp, 0x40
                71: nop [rax]
                74: pop rbp
                75: ret
                76: mov rax, [rsp]
                7a: mov rbx, [rsp+0x20]
                7f: mov r12, [rsp+0x28]
                84: mov r13, [rsp+0x30]
                89: mov r14, [rsp+0x38]
                8e: add rsp, 0x40
                92: nop [rax]
                95: pop rbp
                96: ret
                97: jmp 0x76
        "#]],
    );
}

#[test]
fn large_frames() {
    for (size, bytes) in [(4096, 12), (8 << 20, 0)] {
        let c = compile(&format!(
            r#"func "f"() {{
  site "f" "f.go":1
  s0: size {size} align 8
b0:
  v0: ptr = slot_addr s0
  call "g"(v0)
  return
}}"#
        ));
        assert!(u64::from(c.frame_size) >= size && bytes < 20);
        assert!(text::asm(&c).contains("cmp r11, [r15]"), "{}", text::asm(&c));
    }
}

/// Holes of a jump table go where the default goes, with the same arguments. The optimizer finds another form for the
/// argument, and must not meet its own rewriting in the next entry.
#[test]
fn jump_table_with_holes() {
    compile(
        r#"func "f"(v0: i8, v1: i64) -> (i32) {
  site "f" "f.go":1
b0(v0: i8, v1: i64):
  v2: i64 = iconst 8
  v3: i64 = mul v1, v2
  v4: i32 = trunc v3
  switch v0, [1: b1, 2: b1, 4: b1, 5: b1, 7: b1], b2(v4)
b1:
  v5: i32 = iconst 1
  v6: i32 = sub v4, v5
  jump b2(v6)
b2(v7: i32):
  return v7
}"#,
    );
}

/// Cranelift may take a store away that another block overwrites, but no call must miss it.
#[test]
fn a_call_sees_what_is_overwritten_later() {
    let asm = text::asm(&compile(
        r#"func "f"(v0: ptr, v1: i64) {
  site "f" "f.go":1
b0(v0: ptr, v1: i64):
  jump b1
b1:
  store v0, v1 @2
  v2: i8 = load v0+8 @2
  brif v2, b2, b3
b2:
  call "g"() @3
  jump b1
b3:
  v3: i64 = iconst 5
  store v0, v3 @4
  return
}"#,
    ));
    let stored: Vec<&str> = asm.lines().filter(|l| l.ends_with("; @2") && l.contains("mov [")).collect();
    assert_eq!(stored.len(), 1, "{asm}");
}

/// A frame beyond Go's limit of all stacks is an error, before Cranelift is asked.
#[test]
fn frames_have_a_limit() {
    let f = parse::func(
        r#"func "f"() {
  site "f" "f.go":1
  s0: size 2147483648 align 8
b0():
  return
}"#,
    );
    let error = compile_func(&f.expect("it parses"), &mut Ctx::new()).expect_err("it is too large");
    assert_eq!(error.to_string(), "f: stack frame too large (>1GB): 2048 MB");
}
