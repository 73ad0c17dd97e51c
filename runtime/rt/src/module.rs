//! The linked program as the linker describes it.

use undergo_abi::module::{Import, Module};
use undergo_rtcore::symtab::{Mem, Symtab};

/// Filled in by the linker in the image's bytes, so the compiler must not believe the zeroes: reads are volatile.
#[unsafe(no_mangle)]
#[used]
#[unsafe(link_section = ".data.undergo_module")]
static mut undergo_module: Module = Module {
    version: 0,
    text: [0; 2],
    rodata: [0; 2],
    data: [0; 2],
    noptrdata: [0; 2],
    bss: [0; 2],
    noptrbss: [0; 2],
    funcs: [0; 2],
    files: [0; 2],
    typelinks: [0; 2],
    itabs: [0; 2],
    imports: [0; undergo_abi::module::N_IMPORTS],
    modinfo: [0; 2],
    godebug_default: [0; 2],
};

/// The linked program.
pub fn module() -> &'static Module {
    // SAFETY: constant after linking; black_box keeps the initialiser from being folded into readers.
    unsafe { &*core::hint::black_box(&raw const undergo_module) }
}

/// Address of an import, 0 if the program lacks it.
pub fn import(i: Import) -> usize {
    module().imports[i as usize] as usize
}

/// Whether `pc` is in compiled Go code.
pub fn is_go_text(pc: usize) -> bool {
    let t = &module().text;
    (t[0] as usize..t[1] as usize).contains(&pc)
}

/// The linked program's memory.
#[derive(Clone, Copy, Debug)]
pub struct Linked;

impl Mem for Linked {
    fn bytes(&self, addr: u64, len: usize) -> &'static [u8] {
        // SAFETY: the tables hold addresses of constant data that is mapped for the whole run.
        unsafe { bytes(addr, len as u64) }
    }
}

/// Functions, files and lines of the program.
pub fn symtab() -> Symtab<Linked> {
    let m = module();
    Symtab::new(Linked, m.funcs[0], m.funcs[1] as usize, m.files[0], m.files[1] as usize)
}

/// Bytes of the program at a link-time address.
///
/// # Safety
/// The linker wrote `len` bytes there.
pub unsafe fn bytes(addr: u64, len: u64) -> &'static [u8] {
    if len == 0 {
        return &[];
    }
    // SAFETY: caller.
    unsafe { core::slice::from_raw_parts(addr as *const u8, len as usize) }
}
