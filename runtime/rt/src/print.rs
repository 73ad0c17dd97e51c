//! `print` and `println`.
//!
//! One statement is one call of `printlock`, calls for its parts, and `printunlock`. The text is collected in one buffer
//! and written to standard error when the statement ends. The lock may be taken again by its owner (overlay functions
//! that print in parts). The goroutine is pinned while it holds the lock, because others wait for it with their M.

use crate::g::{self, G};
use crate::lock::RawLock;
use crate::witness::NoPreempt;
use core::cell::UnsafeCell;
use core::fmt::Write;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};
use undergo_rtcore::lock_rank::Rank;
use undergo_rtsys::entry;

/// The text of a statement. `owner` is written by the owner of the lock and compared by everybody with themselves; the
/// rest is used by the owner only.
struct Printer {
    lock: RawLock,
    owner: AtomicPtr<G>,
    inner: UnsafeCell<Inner>,
}

struct Inner {
    depth: u32,
    len: usize,
    text: [u8; 1024],
}

// SAFETY: `inner` is used by the owner of the lock only.
unsafe impl Sync for Printer {}

static PRINTER: Printer = Printer {
    lock: RawLock::new(),
    owner: AtomicPtr::new(null_mut()),
    inner: UnsafeCell::new(Inner { depth: 0, len: 0, text: [0; 1024] }),
};

impl Inner {
    fn flush(&mut self) {
        crate::exit::write_bytes(&self.text[..self.len]);
        self.len = 0;
    }

    fn push(&mut self, mut text: &[u8]) {
        while !text.is_empty() {
            if self.len == self.text.len() {
                self.flush();
            }
            let n = text.len().min(self.text.len() - self.len);
            self.text[self.len..self.len + n].copy_from_slice(&text[..n]);
            self.len += n;
            text = &text[n..];
        }
    }
}

impl Write for Inner {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        self.push(s.as_bytes());
        Ok(())
    }
}

fn lock() -> &'static mut Inner {
    let gp: *mut G = g::current();
    if PRINTER.owner.load(Relaxed) != gp {
        PRINTER.lock.lock(Rank::Print);
        PRINTER.owner.store(gp, Relaxed);
        NoPreempt::pin(g::current()).leak();
    }
    // SAFETY: we own the lock.
    let inner = unsafe { &mut *PRINTER.inner.get() };
    inner.depth += 1;
    inner
}

fn unlock() {
    // SAFETY: callers own the lock.
    unsafe {
        let inner = &mut *PRINTER.inner.get();
        inner.depth -= 1;
        if inner.depth == 0 {
            inner.flush();
            PRINTER.owner.store(null_mut(), Relaxed);
            PRINTER.lock.unlock(Rank::Print);
            drop(NoPreempt::reclaim(g::current()));
        }
    }
}

/// Prints a part.
fn part(text: core::fmt::Arguments<'_>) {
    // A buffer that always takes everything cannot fail.
    let _ = lock().write_fmt(text);
    unlock();
}

entry! {
    /// Starts a statement.
    "runtime.printlock" => fn printlock() {
        lock();
    }

    /// Ends a statement.
    "runtime.printunlock" => fn printunlock() {
        unlock();
    }

    /// A bool.
    "runtime.printbool" => fn printbool(v: u64) {
        part(format_args!("{}", v & 0xff != 0));
    }

    /// A signed integer.
    "runtime.printint" => fn printint(v: i64) {
        part(format_args!("{v}"));
    }

    /// An unsigned integer.
    "runtime.printuint" | "runtime.printuintptr" => fn printuint(v: u64) {
        part(format_args!("{v}"));
    }

    /// A number in hexadecimal.
    "runtime.printhex" => fn printhex(v: u64) {
        part(format_args!("{v:#x}"));
    }

    /// A pointer.
    "runtime.printpointer" => fn printpointer(p: *const u8) {
        part(format_args!("{:#x}", p as usize));
    }

    /// A string.
    "runtime.printstring" => fn printstring(p: *const u8, n: usize) {
        if n != 0 {
            // SAFETY: compiled code passes a string.
            lock().push(unsafe { core::slice::from_raw_parts(p, n) });
            unlock();
        }
    }

    /// The words of an interface.
    "runtime.printeface" | "runtime.printiface" => fn printeface(ty: usize, data: usize) {
        part(format_args!("({ty:#x},{data:#x})"));
    }

    /// The words of a slice.
    "runtime.printslice" => fn printslice(p: usize, len: usize, cap: usize) {
        part(format_args!("[{len}/{cap}]{p:#x}"));
    }

    /// End of line.
    "runtime.printnl" => fn printnl() {
        part(format_args!("\n"));
    }

    /// A space.
    "runtime.printsp" => fn printsp() {
        part(format_args!(" "));
    }
}
