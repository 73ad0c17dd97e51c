//! Panics of Cranelift as errors: a program that meets a bug in it must not end the compiler.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs `work`; a panic in it is not printed but becomes the error, with its position. What `work` changed before may
/// be inconsistent then.
pub(crate) fn run<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    install();
    let outer = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|_| MESSAGE.take())
}

/// Makes the process's hook keep silent about guarded panics. All others go to the hook that was there before.
fn install() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                return before(info);
            }
            let text = info.payload_as_str().unwrap_or("a panic");
            let at = info.location().map_or(String::new(), |l| format!(" ({}:{})", l.file(), l.line()));
            MESSAGE.set(format!("{text}{at}"));
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn message_and_place() {
        assert_eq!(run(|| 1), Ok(1));
        let e = run(|| -> i32 { panic!("no {}", "luck") }).expect_err("it panics");
        assert!(e.starts_with("no luck (") && e.contains("guard.rs:"), "{e}");
    }

    #[test]
    fn nested() {
        let e = run(|| {
            assert!(run(|| panic!("inner")).is_err());
            panic!("outer");
        });
        assert!(e.expect_err("it panics").starts_with("outer"));
    }
}
