//! Clocks through the vDSO, or system calls where there is none.

use super::futex::Timespec;
use super::sys::{nr, syscall3};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const REALTIME: usize = 0;
const MONOTONIC: usize = 1;
const PROCESS_CPU: usize = 2;
const THREAD_CPU: usize = 3;

/// Address of the vDSO's clock_gettime, 0 without one. Written once at start, before any other thread.
static CLOCK_GETTIME: AtomicUsize = AtomicUsize::new(0);

/// Tells the module where the vDSO's `clock_gettime` is.
///
/// # Safety
/// `f` is 0 or a function `int clock_gettime(clockid_t, struct timespec *)` in the C calling convention.
pub unsafe fn set_vdso_clock_gettime(f: usize) {
    CLOCK_GETTIME.store(f, Relaxed);
}

fn read(clock: usize) -> Timespec {
    let mut ts = Timespec::default();
    let f = CLOCK_GETTIME.load(Relaxed);
    if f != 0 {
        // SAFETY: `set_vdso_clock_gettime` vouches for the type.
        let f: extern "C" fn(usize, *mut Timespec) -> i32 = unsafe { core::mem::transmute(f) };
        if f(clock, &mut ts) == 0 {
            return ts;
        }
    }
    // SAFETY: ts outlives the call.
    unsafe { syscall3(nr::CLOCK_GETTIME, clock, &raw mut ts as usize, 0) };
    ts
}

/// Monotonic nanoseconds.
pub fn monotonic_ns() -> i64 {
    let t = read(MONOTONIC);
    t.sec * 1_000_000_000 + t.nsec
}

/// Nanoseconds of CPU time that the process has used.
pub fn process_cpu_ns() -> i64 {
    let t = read(PROCESS_CPU);
    t.sec * 1_000_000_000 + t.nsec
}

/// Nanoseconds of CPU time that the calling thread has used.
pub fn thread_cpu_ns() -> i64 {
    let t = read(THREAD_CPU);
    t.sec * 1_000_000_000 + t.nsec
}

/// Wall clock: seconds since 1970 and nanoseconds.
pub fn wall() -> Timespec {
    read(REALTIME)
}

/// Sleeps for `us` microseconds (possibly less, if a signal arrives).
pub fn usleep(us: u64) {
    let ts = Timespec { sec: (us / 1_000_000) as i64, nsec: (us % 1_000_000 * 1000) as i64 };
    // SAFETY: ts outlives the call.
    unsafe { syscall3(nr::NANOSLEEP, &raw const ts as usize, 0, 0) };
}
