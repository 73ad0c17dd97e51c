//! Timers that interrupt a thread by its own processor time.

use super::futex::Timespec;
use super::signal::sig;
use super::sys::{nr, syscall3, syscall4};

/// The kernel's sigevent, 64 bytes.
#[repr(C)]
struct SigEvent {
    value: u64,
    signo: i32,
    notify: i32,
    tid: u32,
    rest: [u32; 11],
}

/// The kernel's itimerspec.
#[repr(C)]
struct Times {
    interval: Timespec,
    first: Timespec,
}

const SIGEV_THREAD_ID: i32 = 4;
/// Low bits of a clock's number: the processor time of one thread, whose id's complement is above.
const CLOCK_OF_THREAD: u32 = 6;

fn timespec(ns: u64) -> Timespec {
    Timespec { sec: (ns / 1_000_000_000) as i64, nsec: (ns % 1_000_000_000) as i64 }
}

/// Sends SIGPROF to the thread `tid` of this process each time it has used `period_ns` of a processor, first after
/// `first_ns`. Gives the timer's number, nothing if the kernel has none for us.
pub fn start(tid: u32, first_ns: u64, period_ns: u64) -> Option<u32> {
    let clock = !tid << 3 | CLOCK_OF_THREAD;
    let event = SigEvent { value: 0, signo: sig::PROF as i32, notify: SIGEV_THREAD_ID, tid, rest: [0; 11] };
    let mut id = 0i32;
    // SAFETY: event and id outlive the call.
    let r = unsafe {
        syscall3(nr::TIMER_CREATE, clock as i32 as isize as usize, &raw const event as usize, &raw mut id as usize)
    };
    if r < 0 {
        return None;
    }
    let times = Times { interval: timespec(period_ns), first: timespec(first_ns) };
    // SAFETY: the times outlive the call.
    unsafe { syscall4(nr::TIMER_SETTIME, id as usize, 0, &raw const times as usize, 0) };
    Some(id as u32)
}

/// Ends the timer of that number.
pub fn stop(id: u32) {
    // SAFETY: no memory involved.
    unsafe { syscall3(nr::TIMER_DELETE, id as usize, 0, 0) };
}
