//! Large functions compile in time that grows with their size, not with its square.

use std::fmt::Write;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use undergo_codegen::{Ctx, compile_func};
use undergo_ir::parse;

/// Processor time that this thread has taken.
fn taken() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Processor time that it takes to compile a function, the least of a few.
fn time(ir: &str) -> Duration {
    let f = parse::func(ir).expect("it parses");
    let compile = |_| {
        let start = taken();
        compile_func(&f, &mut Ctx::new()).expect("it compiles");
        taken() - start
    };
    (0..3).map(compile).min().expect("there are some")
}

/// `n` accesses to a slice, each with its check.
fn accesses(n: usize) -> String {
    let mut s = String::from("func \"f\"(v0: ptr, v1: i64) {\n  site \"f\" \"f.go\":1\nb0(v0: ptr, v1: i64):\n");
    for i in 0..n {
        let v = 2 + i * 3;
        let _ = write!(
            s,
            "  v{v}: i64 = iconst {i}\n  bounds_check 0 v{v}, v1 @{}\n  v{}: ptr = ptr_add v0, v{v}\n  v{}: i8 = load v{}\n  store v0, v{}\n",
            i + 1,
            v + 1,
            v + 2,
            v + 1,
            v + 2
        );
    }
    s + "  return\n}\n"
}

/// A chain of `n` calls, as an initialiser of a large table has.
fn calls(n: usize) -> String {
    let mut s = String::from("func \"f\"() {\n  site \"f\" \"f.go\":1\nb0:\n");
    for i in 0..n {
        let v = i * 2;
        let _ = write!(
            s,
            "  v{v}: i64 = iconst {i}\n  v{}: ptr = call \"g\"(v{v}) @{}\n  store v{}, v{v}\n",
            v + 1,
            i + 1,
            v + 1
        );
    }
    s + "  return\n}\n"
}

#[test]
fn no_quadratic_growth() {
    for make in [accesses, calls] {
        let small = time(&make(1_000));
        let large = time(&make(10_000));
        // Ten times the size may take thirty times as long where others use the caches, not a hundred times.
        assert!(large < small * 40, "{small:?} {large:?}");
    }
}
