//! Which Go version and which modules a program is built from: for `go version -m` and `runtime/debug`.
//!
//! The section `.go.buildinfo` starts with a magic text, the pointer size (unused, 0) and flags (2: strings follow
//! inline), padded to 32 bytes; then come version and module text, each with its length before it.

use undergo_ir::Program;

const MAGIC: &[u8] = b"\xff Go buildinf:";
const HEADER: usize = 32;
const INLINE_STRINGS: u8 = 2;
/// What surrounds the module text wherever it is stored; its readers cut it off.
const START: [u8; 16] = 0x3077_af0c_9274_0802_41e1_c107_e6d6_18e6_u128.to_be_bytes();
const END: [u8; 16] = 0xf932_4331_8618_2072_0082_4210_4116_d8f2_u128.to_be_bytes();

/// The two forms of the same information.
pub(crate) struct BuildInfo {
    /// Module text as `runtime/debug.modinfo` reports it: framed, or empty.
    pub modinfo: Vec<u8>,
    /// Contents of `.go.buildinfo`.
    pub section: Vec<u8>,
}

impl BuildInfo {
    pub fn new(program: &Program, go_version: &str) -> BuildInfo {
        let mut modinfo = Vec::new();
        if !program.modinfo.is_empty() {
            modinfo.extend(START);
            modinfo.extend(program.modinfo.as_bytes());
            modinfo.extend(END);
        }
        let mut section = MAGIC.to_vec();
        section.extend([0, INLINE_STRINGS]);
        section.resize(HEADER, 0);
        put_string(&mut section, go_version.as_bytes());
        put_string(&mut section, &modinfo);
        BuildInfo { modinfo, section }
    }
}

fn put_string(out: &mut Vec<u8>, s: &[u8]) {
    let mut len = s.len();
    while len >= 0x80 {
        out.push(len as u8 | 0x80);
        len >>= 7;
    }
    out.push(len as u8);
    out.extend(s);
}
