//! Readiness of file descriptors.

use super::sys::{nr, syscall3, syscall4, syscall6};

/// Readiness bits.
#[allow(missing_docs)]
pub mod event {
    pub const IN: u32 = 1;
    pub const OUT: u32 = 4;
    pub const ERR: u32 = 8;
    pub const HUP: u32 = 0x10;
    pub const RDHUP: u32 = 0x2000;
    pub const ET: u32 = 1 << 31;
}

const CTL_ADD: usize = 1;
const CTL_DEL: usize = 2;
const CLOEXEC: usize = 0x8_0000;
const NONBLOCK: usize = 0x800;

/// What the kernel reports: readiness bits, and the value given to [`add`].
#[repr(C, packed)]
#[derive(Clone, Copy, Default, Debug)]
pub struct Event {
    /// [`event`] bits.
    pub bits: u32,
    /// The value given to [`add`].
    pub data: u64,
}

/// An epoll instance; negative errno on failure.
pub fn create() -> isize {
    // SAFETY: no memory involved.
    unsafe { syscall3(nr::EPOLL_CREATE1, CLOEXEC, 0, 0) }
}

/// A non-blocking event counter; negative errno on failure.
pub fn eventfd() -> isize {
    // SAFETY: no memory involved.
    unsafe { syscall3(nr::EVENTFD2, 0, CLOEXEC | NONBLOCK, 0) }
}

/// Watches `fd` for `bits`; negative errno on failure.
pub fn add(epfd: i32, fd: i32, bits: u32, data: u64) -> isize {
    let event = Event { bits, data };
    // SAFETY: the event outlives the call.
    unsafe { syscall4(nr::EPOLL_CTL, epfd as usize, CTL_ADD, fd as usize, &raw const event as usize) }
}

/// Stops watching `fd`; negative errno on failure.
pub fn remove(epfd: i32, fd: i32) -> isize {
    let event = Event::default();
    // SAFETY: the event outlives the call.
    unsafe { syscall4(nr::EPOLL_CTL, epfd as usize, CTL_DEL, fd as usize, &raw const event as usize) }
}

/// Waits at most `ms` milliseconds (-1: for ever); the number of events, or a negative errno.
pub fn wait(epfd: i32, events: &mut [Event], ms: i32) -> isize {
    // SAFETY: the kernel writes at most as many events as the slice has; no signal mask.
    unsafe {
        syscall6(nr::EPOLL_PWAIT, epfd as usize, events.as_mut_ptr() as usize, events.len(), ms as isize as usize, 0, 8)
    }
}

/// Adds one to an event counter.
pub fn signal(eventfd: i32) {
    let one = 1u64;
    // SAFETY: eight bytes that outlive the call.
    unsafe { syscall3(nr::WRITE, eventfd as usize, &raw const one as usize, 8) };
}

/// Sets an event counter to zero.
pub fn drain(eventfd: i32) {
    let mut n = 0u64;
    // SAFETY: eight bytes that outlive the call.
    unsafe { syscall3(nr::READ, eventfd as usize, &raw mut n as usize, 8) };
}
