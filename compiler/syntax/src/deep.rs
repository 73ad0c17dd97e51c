//! Deeply nested trees.
//!
//! Parsing, walking and even dropping a tree recurse. Real source nests a few dozen levels; the gc compiler, on its
//! gigabyte stack, accepts many thousands. So the parser runs on the caller's stack up to `SHALLOW` levels and, for
//! the rare file that needs more, starts again on a thread with a stack of its own ([`with_deep_stack`]). Whoever
//! walks a file whose [`crate::ast::File::depth`] exceeds [`SHALLOW_TREE`] should do likewise.
//!
//! A growth check in every recursive function would need unsafe code or a dependency, and helps none of the walks that
//! are derived.

/// Nesting of the parser's own recursion that is safe on any thread's stack.
pub(crate) const SHALLOW: u32 = 250;

/// Nesting of a tree that may be walked on any thread's stack.
pub const SHALLOW_TREE: u32 = 1000;

/// Nesting that is safe on a deep stack: 100,000 levels of any construct, some of which count as up to four. Beyond it
/// the parser gives up with an error.
pub(crate) const DEEPEST: u32 = 400_000;

/// Size of a deep stack. Only the pages that are used cost memory.
const STACK: usize = 4 << 30;

/// Runs `f` on a thread with a stack fit for any tree the parser accepts, and returns what it returns.
pub fn with_deep_stack<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, f);
        match thread.expect("address space for one large stack").join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

impl Drop for crate::ast::File {
    fn drop(&mut self) {
        if self.depth > SHALLOW_TREE {
            let decls = std::mem::take(&mut self.decls);
            with_deep_stack(move || drop(decls));
        }
    }
}
