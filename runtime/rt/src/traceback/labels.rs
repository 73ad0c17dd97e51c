//! The labels of runtime/pprof in the header of a goroutine, ` {key: value, key: value}`.

use crate::config;
use crate::g::G;
use core::fmt::Write;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Whether they are shown: GODEBUG=tracebacklabels, which a program may change while it runs. It is on by default.
pub static SHOWN: AtomicBool = AtomicBool::new(true);

/// Reads the setting. First thread.
pub fn init() {
    SHOWN.store(matches!(config::godebug("tracebacklabels"), None | Some(b"1")), Relaxed);
}

/// A string as Go lays it out.
#[repr(C)]
struct GoString {
    p: *const u8,
    n: usize,
}

/// What `G::head.labels` points to: package internal/runtime/pprof/label's Set, a slice of pairs, never written to.
#[repr(C)]
struct Set {
    list: *const [GoString; 2],
    n: usize,
}

/// Prints those of a goroutine, if it has any.
pub fn print(out: &mut dyn Write, gp: &G) {
    let set = gp.head.labels as *const Set;
    if set.is_null() || !SHOWN.load(Relaxed) {
        return;
    }
    // SAFETY: runtime/pprof's object, which the goroutine keeps alive; see `Set`.
    let Set { list, n } = unsafe { set.read() };
    for i in 0..n {
        let _ = out.write_str(if i == 0 { " {" } else { ", " });
        // SAFETY: as above; i is below the length.
        let [key, value] = unsafe { &*list.add(i) };
        text(out, key);
        let _ = out.write_str(": ");
        text(out, value);
    }
    if n > 0 {
        let _ = out.write_str("}");
    }
}

/// A key or value, quoted unless it is made of what needs no quotes.
fn text(out: &mut dyn Write, s: &GoString) {
    // SAFETY: a Go string, of which the labels keep the bytes alive.
    let bytes = unsafe { if s.n == 0 { &[] } else { core::slice::from_raw_parts(s.p, s.n) } };
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'_');
    match core::str::from_utf8(bytes) {
        Ok(plain) if bytes.iter().all(is_plain) => drop(out.write_str(plain)),
        _ => quoted(out, bytes),
    }
}

fn quoted(out: &mut dyn Write, bytes: &[u8]) {
    let _ = out.write_str("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let _ = match c {
                '\n' => out.write_str("\\n"),
                '\r' => out.write_str("\\r"),
                '\t' => out.write_str("\\t"),
                '\\' | '"' => write!(out, "\\{c}"),
                ' '..='~' => out.write_char(c),
                '\0'..='\x1f' => write!(out, "\\x{:02x}", c as u32),
                '\x7f'..='\u{ffff}' => write!(out, "\\u{:04x}", c as u32),
                c => write!(out, "\\U{:08x}", c as u32),
            };
        }
        for b in chunk.invalid() {
            let _ = write!(out, "\\x{b:02x}");
        }
    }
    let _ = out.write_str("\"");
}
