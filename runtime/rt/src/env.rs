//! What the kernel passes to a process: arguments, environment, auxiliary vector; and what is found through them.

use core::ffi::CStr;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use undergo_rtsys::arch::cpu;
use undergo_rtsys::linux::file;

/// Address of argc on the initial stack; argv, envp and auxv follow. Constant after start.
static STACK: AtomicUsize = AtomicUsize::new(0);
static AUXV: AtomicUsize = AtomicUsize::new(0);

const AT_SYSINFO_EHDR: usize = 33;
const AT_RANDOM: usize = 25;

/// Records the initial stack pointer.
pub fn init(sp: usize) {
    STACK.store(sp, Relaxed);
    let mut p = envp();
    // SAFETY: the kernel ends the environment with a null pointer and puts the auxiliary vector behind it.
    unsafe {
        while !(*p).is_null() {
            p = p.add(1);
        }
        AUXV.store(p.add(1) as usize, Relaxed);
    }
}

/// Number of arguments.
pub fn argc() -> usize {
    // SAFETY: the initial stack is never unmapped.
    unsafe { *(STACK.load(Relaxed) as *const usize) }
}

/// Argument vector.
pub fn argv() -> *const *const u8 {
    (STACK.load(Relaxed) + 8) as *const *const u8
}

/// Environment vector.
fn envp() -> *const *const u8 {
    // SAFETY: argv has argc entries and a null.
    unsafe { argv().add(argc() + 1) }
}

/// The value of an environment variable.
pub fn var(name: &str) -> Option<&'static [u8]> {
    let mut p = envp();
    // SAFETY: a null-terminated vector of C strings that live as long as the process.
    unsafe {
        while !(*p).is_null() {
            let s = CStr::from_ptr((*p).cast()).to_bytes();
            if s.len() > name.len() && s.starts_with(name.as_bytes()) && s[name.len()] == b'=' {
                return Some(&s[name.len() + 1..]);
            }
            p = p.add(1);
        }
    }
    None
}

/// A decimal number.
pub fn parse(s: &[u8]) -> Option<u64> {
    if s.is_empty() {
        return None;
    }
    s.iter().try_fold(0u64, |n, c| {
        c.is_ascii_digit().then_some(())?;
        n.checked_mul(10)?.checked_add(u64::from(c - b'0'))
    })
}

/// A value of the auxiliary vector.
fn auxv(tag: usize) -> Option<usize> {
    let mut p = AUXV.load(Relaxed) as *const [usize; 2];
    // SAFETY: pairs that end with tag 0.
    unsafe {
        while (*p)[0] != 0 {
            if (*p)[0] == tag {
                return Some((*p)[1]);
            }
            p = p.add(1);
        }
    }
    None
}

/// The auxiliary vector: address and number of words, without the end mark.
pub fn auxv_words() -> (usize, usize) {
    let start = AUXV.load(Relaxed);
    let mut p = start as *const [usize; 2];
    let mut n = 0;
    // SAFETY: as in `auxv`.
    unsafe {
        while (*p)[0] != 0 {
            n += 2;
            p = p.add(1);
        }
    }
    (start, n)
}

/// Random bits before there are generators, and to seed them: the kernel's, mixed so that no two calls agree.
pub fn bootstrap_rand() -> u64 {
    let mut b = [0u8; 8];
    if file::getrandom(&mut b) == 8 {
        return u64::from_ne_bytes(b);
    }
    static N: AtomicUsize = AtomicUsize::new(0);
    let n = N.fetch_add(1, Relaxed) as u64;
    // SAFETY: AT_RANDOM points at 16 bytes.
    let seed = auxv(AT_RANDOM).map_or(0, |p| unsafe { (p as *const u64).read_unaligned() });
    undergo_rtcore::random::Fast::new(seed ^ cpu::ticks().rotate_left(32) ^ n).next()
}

/// Address of a function of the vDSO, 0 if there is none.
pub fn vdso(name: &str) -> usize {
    let Some(base) = auxv(AT_SYSINFO_EHDR) else { return 0 };
    // SAFETY: the kernel maps a valid ELF image there.
    unsafe { find_dynamic_symbol(base, name) }
}

/// Looks a symbol up in a loaded ELF image by walking its symbol table (sized by the hash table).
///
/// # Safety
/// `base` is the address of a well-formed mapped image.
unsafe fn find_dynamic_symbol(base: usize, name: &str) -> usize {
    // SAFETY: all offsets below come from the image's own headers.
    unsafe {
        let word = |a: usize| *(a as *const u64) as usize;
        let half = |a: usize| *(a as *const u16) as usize;
        let ph = base + word(base + 32);
        let (mut dynamic, mut bias) = (0, base);
        for i in 0..half(base + 56) {
            let p = ph + i * half(base + 54);
            match *(p as *const u32) {
                1 => bias = base.wrapping_add(word(p + 8)).wrapping_sub(word(p + 16)),
                2 => dynamic = base + word(p + 8),
                _ => {}
            }
        }
        let (mut strtab, mut symtab, mut hash, mut gnu) = (0, 0, 0, 0);
        let mut d = dynamic;
        while d != 0 && word(d) != 0 {
            let v = word(d + 8).wrapping_add(bias);
            match word(d) {
                4 => hash = v,
                5 => strtab = v,
                6 => symtab = v,
                0x6fff_fef5 => gnu = v,
                _ => {}
            }
            d += 16;
        }
        if strtab == 0 || symtab == 0 {
            return 0;
        }
        let n = match (hash, gnu) {
            (0, 0) => return 0,
            (0, g) => gnu_symbol_count(g),
            (h, _) => *((h + 4) as *const u32) as usize,
        };
        for i in 0..n {
            let s = symtab + i * 24;
            let text = CStr::from_ptr((strtab + *(s as *const u32) as usize) as *const _).to_bytes();
            if text == name.as_bytes() && half(s + 6) != 0 {
                return bias.wrapping_add(word(s + 8));
            }
        }
        0
    }
}

/// Number of symbols that a GNU hash table covers.
///
/// # Safety
/// `g` is the address of such a table.
unsafe fn gnu_symbol_count(g: usize) -> usize {
    // SAFETY: the layout is fixed: nbuckets, first symbol, bloom words, shift, bloom, buckets, chains.
    unsafe {
        let w = |a: usize| *(a as *const u32) as usize;
        let (buckets, first, bloom) = (w(g), w(g + 4), w(g + 8));
        let table = g + 16 + bloom * 8;
        let mut last = 0;
        for i in 0..buckets {
            last = last.max(w(table + i * 4));
        }
        if last < first {
            return first;
        }
        while w(table + buckets * 4 + (last - first) * 4) & 1 == 0 {
            last += 1;
        }
        last + 1
    }
}
