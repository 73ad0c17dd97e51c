//! A program in Rust instead of Go, to exercise the entries of the image before there is a compiler, and without one.
//!
//! Build with `--features selftest` and run the binary: it prints a line per test and exits with 0.
//!
//! The "goroutines" are Rust functions on large stack segments, which they ask `runtime.morestack` for as compiled code
//! does. Rust may use r15 as it likes, so entries are called through [`call`], which loads the current goroutine from
//! the M. Their frames are scanned conservatively like those of Go.

mod memory;
mod sync;

use crate::module;
use core::arch::global_asm;
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use undergo_abi::module::Import;
use undergo_rtsys::layout::{CALL_CTX, GUARD, M_CURG};

global_asm!(
    // First code of a goroutine: func value { code, function, argument }.
    "selftest_go:",
    "lea r10, [rip + selftest_go]",
    "mov r11d, 120000",
    "mov rax, rsp",
    "sub rax, r11",
    "cmp rax, [r15 + {guard}]",
    "ja 1f",
    "jmp \"runtime.morestack\"",
    "1:",
    "push rbp",
    "mov rbp, rsp",
    "push rbx",
    "push r12",
    "mov rax, [r15 + {ctx}]",
    "mov rdi, [rax + 16]",
    "call [rax + 8]",
    "mov r15, fs:[{curg}]",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "ret",
    "selftest_goexit:",
    "call \"runtime.goexit1\"",
    "ud2",
    // runtime.raise: remembers the code; the entry returns to its caller.
    "selftest_raise:",
    "mov [rip + selftest_raised], rdi",
    "ret",
    // (words: six arguments and the entry, results)
    "selftest_call:",
    "push rbp",
    "mov rbp, rsp",
    "push rbx",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "push r15",
    "mov rbx, rdi",
    "mov r12, rsi",
    "mov r15, fs:[{curg}]",
    "mov rdi, [rbx]",
    "mov rsi, [rbx + 8]",
    "mov rdx, [rbx + 16]",
    "mov rcx, [rbx + 24]",
    "mov r8, [rbx + 32]",
    "mov r9, [rbx + 40]",
    "call [rbx + 48]",
    "mov [r12], rax",
    "mov [r12 + 8], rcx",
    "mov [r12 + 16], rdx",
    "pop r15",
    "pop r15",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "ret",
    guard = const GUARD,
    ctx = const CALL_CTX,
    curg = const M_CURG,
);

unsafe extern "C" {
    fn selftest_go();
    fn selftest_goexit();
    fn selftest_raise();
    fn selftest_call(words: *const [usize; 7], results: *mut [usize; 3]);
}

/// Code of the last raise, 0 if none.
#[unsafe(no_mangle)]
static selftest_raised: AtomicUsize = AtomicUsize::new(0);

/// Takes the code of the last raise.
fn raised() -> usize {
    selftest_raised.swap(0, SeqCst)
}

/// Calls an entry.
#[inline(never)]
fn call(entry: unsafe extern "C" fn(), args: &[usize]) -> [usize; 3] {
    let mut words = [0; 7];
    words[..args.len()].copy_from_slice(args);
    words[6] = entry as *const () as usize;
    let mut results = [0; 3];
    // SAFETY: we are on a goroutine stack with room; the entry gets the arguments it wants.
    unsafe { selftest_call(&words, &mut results) };
    results
}

/// Declares entries of the image by link name and calls them.
macro_rules! entry_call {
    ($sym:literal $(, $arg:expr)*) => {{
        unsafe extern "C" {
            #[link_name = $sym]
            fn the_entry();
        }
        $crate::selftest::call(the_entry, &[$($arg as usize),*])
    }};
}
use entry_call;

/// Lets the image believe that this is the linked program.
pub fn install() {
    let m = (&raw const *module::module()).cast_mut();
    // SAFETY: the module is in writable data and nobody has read it yet.
    unsafe {
        (*m).version = undergo_abi::VERSION;
        (*m).imports[Import::Main as usize] = MAIN_THUNK as *const () as u64;
        (*m).imports[Import::Raise as usize] = selftest_raise as *const () as u64;
        (*m).imports[Import::Goexit as usize] = selftest_goexit as *const () as u64;
    }
}

global_asm!(
    "selftest_main:",
    "lea rax, [rip + selftest_main_value]",
    "mov [r15 + {ctx}], rax",
    "jmp selftest_go",
    ctx = const CALL_CTX,
);
unsafe extern "C" {
    #[link_name = "selftest_main"]
    fn main_thunk();
}
use main_thunk as MAIN_THUNK;

/// A func value.
#[repr(C)]
struct FuncValue(unsafe extern "C" fn(), extern "C" fn(usize), usize);

#[unsafe(no_mangle)]
static selftest_main_value: FuncValue = FuncValue(selftest_go, main, 0);

/// Starts a goroutine.
fn go(f: extern "C" fn(usize), arg: usize) {
    let value = entry_call!("runtime.mallocgc", 24, memory::FUNC.ty(), 1)[0] as *mut FuncValue;
    // SAFETY: a fresh object of that size.
    unsafe { value.write(FuncValue(selftest_go, f, arg)) };
    entry_call!("runtime.newproc", value);
}

/// The collector's driver, as the overlay has it.
extern "C" fn driver(_: usize) {
    loop {
        let kind = entry_call!("runtime.gcWait")[0];
        collect(kind);
    }
}

/// A collection.
fn collect(kind: usize) {
    entry_call!("runtime.worldAcquire");
    entry_call!("runtime.stopTheWorld", 0);
    entry_call!("runtime.gcMarkSweep", kind);
    entry_call!("runtime.startTheWorld", 0);
    entry_call!("runtime.worldRelease");
}

fn say(text: &str) {
    entry_call!("runtime.printlock");
    entry_call!("runtime.printstring", text.as_ptr(), text.len());
    entry_call!("runtime.printunlock");
}

fn say_number(text: &str, n: usize) {
    entry_call!("runtime.printlock");
    say(text);
    entry_call!("runtime.printint", n);
    entry_call!("runtime.printnl");
    entry_call!("runtime.printunlock");
}

extern "C" fn main(_: usize) {
    entry_call!("runtime.mainStarted");
    entry_call!("runtime.initsDone");
    go(driver, 0);
    memory::run();
    sync::run();
    say("all passed\n");
    entry_call!("runtime.exit", 0);
}
