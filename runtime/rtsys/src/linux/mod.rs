//! Linux system calls, raw, and thin wrappers that give them types. Errors are negative errno values.

pub mod clock;
pub mod epoll;
pub mod file;
pub mod futex;
pub mod mm;
pub mod signal;
pub mod sys;
pub mod thread;
pub mod timer;
