//! Which pass runs when.
//!
//! Functions go bottom-up over the call graph: a callee is finished, and summarised, before its callers look at it.
//!
//! | step | reason for its place |
//! |---|---|
//! | slots, simplify, clean | lowering puts every variable in memory; nothing else can see through that |
//! | inline | before escape analysis, which sees more in one function than in two |
//! | slots, simplify, clean | arguments become visible in the inlined bodies |
//! | escape | moves objects to slots … |
//! | slots, simplify, clean | … which become values in turn; closures' code pointers become known |
//! | inline, slots, simplify, clean | calls of those closures are direct now |
//! | nil checks | when inlining has brought a method's checks to those of its caller; a smaller function is inlined sooner |
//! | divisible | after all inlining: what it makes is longer |
//! | clean frames | last, and after all inlining: its slots must stay |

use undergo_ir::{Func, Program, verify};

use crate::clean_frames::Collectors;
use crate::escape::{self, Summaries};
use crate::inline::{self, Bodies};
use crate::{callgraph, clean, clean_frames, divisible, main_loops, nil_checks, simplify, slots};

/// A function with more instructions than this is only cleaned: such functions are tables in disguise.
const HUGE: usize = 60_000;

/// Optimises all functions.
pub fn optimise(program: &mut Program) {
    let order = callgraph::bottom_up(&program.funcs);
    let mut bodies = Bodies::new();
    let mut summaries = Summaries::new();
    let mut collectors = Collectors::new();
    for (n, _) in order {
        let f = &mut program.funcs[n];
        function(f, &bodies, &mut summaries);
        clean_frames::note(f, &mut collectors);
        if inline::inlinable(f) {
            bodies.insert(f.sym, f.clone());
        }
    }
    let mains = main_loops::find(&program.funcs);
    for f in &mut program.funcs {
        if divisible::run(f) {
            // The remainders.
            clean::run(f);
            checked(f, "divisibility");
        }
        if clean_frames::run(f, &collectors, &mains) {
            checked(f, "cleaning frames");
        }
    }
}

/// All passes on one function.
pub fn function(f: &mut Func, bodies: &Bodies, summaries: &mut Summaries) {
    checked(f, "lowering");
    clean::drop_unreachable(f);
    if f.insts.len() > HUGE {
        return clean::run(f);
    }
    scalars(f);
    checked(f, "the first round");
    if inline::run(f, bodies) {
        checked(f, "inlining");
        scalars(f);
        checked(f, "the second round");
    }
    if escape::run(f, summaries) {
        checked(f, "escape analysis");
        scalars(f);
        checked(f, "the third round");
        if inline::run(f, bodies) {
            scalars(f);
            checked(f, "inlining of closures");
        }
    }
    if nil_checks::run(f) {
        // The pointer may have been made for its check.
        clean::run(f);
        checked(f, "nil checks");
    }
}

/// Memory to values, and what follows from it.
fn scalars(f: &mut Func) {
    clean::drop_unreachable(f);
    slots::run(f);
    for _ in 0..3 {
        let changed = simplify::run(f);
        clean::run(f);
        if !changed {
            break;
        }
    }
    if slots::run(f) {
        simplify::run(f);
        clean::run(f);
    }
}

fn checked(f: &Func, after: &str) {
    if cfg!(debug_assertions) {
        verify::assert_valid(f, after);
    }
}
