//! The few file operations the runtime itself needs.

use super::sys::{nr, syscall3, syscall4};

/// write(2), once.
pub fn write(fd: usize, buf: &[u8]) -> isize {
    // SAFETY: buf is valid for its length.
    unsafe { syscall3(nr::WRITE, fd, buf.as_ptr() as usize, buf.len()) }
}

/// Writes all of `buf`, giving up at an error other than EINTR.
pub fn write_all(fd: usize, mut buf: &[u8]) {
    while !buf.is_empty() {
        match write(fd, buf) {
            n if n > 0 => buf = &buf[n as usize..],
            -4 => {}
            _ => return,
        }
    }
}

/// read(2), once.
pub fn read(fd: usize, buf: &mut [u8]) -> isize {
    // SAFETY: buf is valid and exclusive for its length.
    unsafe { syscall3(nr::READ, fd, buf.as_mut_ptr() as usize, buf.len()) }
}

/// Flag of [`open`]: programs that are executed do not inherit the descriptor.
pub const CLOEXEC: usize = 0x8_0000;

/// read(2) at an offset, once.
pub fn read_at(fd: usize, buf: &mut [u8], offset: usize) -> isize {
    // SAFETY: buf is valid and exclusive for its length.
    unsafe { syscall4(nr::PREAD64, fd, buf.as_mut_ptr() as usize, buf.len(), offset) }
}

/// Opens a NUL-terminated path.
pub fn open(path: &core::ffi::CStr, flags: usize) -> isize {
    // SAFETY: a C string.
    unsafe { syscall3(nr::OPEN, path.as_ptr() as usize, flags, 0) }
}

/// close(2).
pub fn close(fd: usize) {
    // SAFETY: closing touches no memory.
    unsafe { syscall3(nr::CLOSE, fd, 0, 0) };
}

/// Random bytes from the kernel; returns how many.
pub fn getrandom(buf: &mut [u8]) -> isize {
    // SAFETY: buf is valid and exclusive for its length. GRND_NONBLOCK would only matter at early boot.
    unsafe { syscall3(nr::GETRANDOM, buf.as_mut_ptr() as usize, buf.len(), 0) }
}
