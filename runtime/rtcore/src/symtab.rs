//! Program counters to functions, files, lines and inlined calls: a reader of the tables of `abi::pctab`.
//!
//! The tables contain absolute 32-bit addresses. How an address becomes bytes is the business of [`Mem`], so that the
//! reader runs on the host over tables made by hand.

use undergo_abi::pctab::{FuncEntry, InlineEntry, Row, Rows};

/// Access to the linked program.
pub trait Mem: Copy {
    /// `len` bytes at `addr`.
    fn bytes(&self, addr: u64, len: usize) -> &'static [u8];
}

/// The tables of a program.
#[derive(Clone, Copy, Debug)]
pub struct Symtab<M> {
    mem: M,
    funcs: u64,
    n_funcs: usize,
    files: u64,
    n_files: usize,
}

/// A function of the program.
#[derive(Clone, Copy, Debug)]
pub struct Func<M> {
    tab: Symtab<M>,
    entry: FuncEntry,
}

/// A logical call: a function, or one inlined into it, at a position.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Name of the function.
    pub name: &'static str,
    /// Source file.
    pub file: &'static str,
    /// Line in it.
    pub line: u32,
    /// Line of the `func` keyword.
    pub start_line: u32,
    /// Flags of the function (`abi::pctab::flag`).
    pub flags: u32,
    /// Whether it was inlined into the next frame.
    pub inlined: bool,
}

impl<M: Mem> Symtab<M> {
    /// Tables at these addresses with these numbers of entries.
    pub fn new(mem: M, funcs: u64, n_funcs: usize, files: u64, n_files: usize) -> Symtab<M> {
        Symtab { mem, funcs, n_funcs, files, n_files }
    }

    fn func_at(&self, i: usize) -> FuncEntry {
        let b = self.mem.bytes(self.funcs + (i * size_of::<FuncEntry>()) as u64, size_of::<FuncEntry>());
        let w = |k: usize| u32::from_le_bytes([b[4 * k], b[4 * k + 1], b[4 * k + 2], b[4 * k + 3]]);
        FuncEntry {
            entry: w(0),
            size: w(1),
            name: w(2),
            name_len: w(3),
            file: w(4),
            start_line: w(5),
            frame_size: w(6),
            flags: w(7),
            landing_pad: w(8),
            lines: w(9),
            lines_len: w(10),
            inlines: w(11),
            n_inlines: w(12),
            unsafe_ranges: w(13),
            n_unsafe_ranges: w(14),
            reserved: w(15),
        }
    }

    fn entry_pc(&self, i: usize) -> u32 {
        let b = self.mem.bytes(self.funcs + (i * size_of::<FuncEntry>()) as u64, 4);
        u32::from_le_bytes([b[0], b[1], b[2], b[3]])
    }

    /// The function that contains `pc`.
    pub fn find(&self, pc: usize) -> Option<Func<M>> {
        self.find_padded(pc).filter(|f| pc - (f.entry.entry as usize) < f.entry.size as usize)
    }

    /// The function that contains `pc`, or is followed by it: what fills the space in front of the next function is taken for
    /// a part of it, but has no position.
    pub fn find_padded(&self, pc: usize) -> Option<Func<M>> {
        let pc = u32::try_from(pc).ok()?;
        let (mut lo, mut hi) = (0, self.n_funcs);
        while lo < hi {
            let mid = (lo + hi) / 2;
            if self.entry_pc(mid) <= pc {
                lo = mid + 1;
            } else {
                hi = mid;
            }
        }
        Some(Func { tab: *self, entry: self.func_at(lo.checked_sub(1)?) })
    }

    fn text(&self, addr: u32, len: u32) -> &'static str {
        core::str::from_utf8(self.mem.bytes(u64::from(addr), len as usize)).unwrap_or("?")
    }

    /// Path of file `i`.
    fn file(&self, i: u32) -> &'static str {
        if i as usize >= self.n_files {
            return "?";
        }
        let b = self.mem.bytes(self.files + u64::from(i) * 8, 8);
        let w = |k: usize| u32::from_le_bytes([b[k], b[k + 1], b[k + 2], b[k + 3]]);
        self.text(w(0), w(4))
    }
}

impl<M: Mem> Func<M> {
    /// The table entry.
    pub fn entry(&self) -> &FuncEntry {
        &self.entry
    }

    /// Link name.
    pub fn name(&self) -> &'static str {
        self.tab.text(self.entry.name, self.entry.name_len)
    }

    /// Whether a goroutine must not be preempted at `pc`.
    pub fn is_unsafe(&self, pc: usize) -> bool {
        let off = pc as u32 - self.entry.entry;
        (0..self.entry.n_unsafe_ranges).any(|i| {
            let b = self.tab.mem.bytes(u64::from(self.entry.unsafe_ranges) + u64::from(i) * 8, 8);
            let w = |k: usize| u32::from_le_bytes([b[k], b[k + 1], b[k + 2], b[k + 3]]);
            (w(0)..w(4)).contains(&off)
        })
    }

    /// The position of `pc`, an address in an instruction. Line 0 marks code that the compiler made up: it keeps the
    /// position before it.
    fn position(&self, pc: usize) -> Row {
        let target = pc as u32 - self.entry.entry;
        let table = self.tab.mem.bytes(u64::from(self.entry.lines), self.entry.lines_len as usize);
        let first = Row::first(&self.entry);
        Rows::new(table, first).take_while(|r| r.offset <= target).filter(|r| r.line != 0).last().unwrap_or(first)
    }

    fn inline(&self, i: u32) -> Option<InlineEntry> {
        if i >= self.entry.n_inlines {
            return None;
        }
        let n = size_of::<InlineEntry>();
        let b = self.tab.mem.bytes(u64::from(self.entry.inlines) + u64::from(i) * n as u64, n);
        let w = |k: usize| u32::from_le_bytes([b[4 * k], b[4 * k + 1], b[4 * k + 2], b[4 * k + 3]]);
        Some(InlineEntry {
            name: w(0),
            name_len: w(1),
            parent: w(2),
            call_file: w(3),
            call_line: w(4),
            start_line: w(5),
            flags: w(6),
        })
    }

    /// The logical calls at `pc` (an address in an instruction, not a return address), innermost first.
    pub fn frames(&self, pc: usize) -> impl Iterator<Item = Frame> + Clone + use<M> {
        let this = *self;
        let mut at = Some(self.position(pc));
        core::iter::from_fn(move || {
            let p = at?;
            let file = this.tab.file(p.file);
            let inlined = p.inline.checked_sub(1).and_then(|i| this.inline(i));
            Some(match inlined {
                Some(e) => {
                    // Parents precede children: a damaged table cannot make us loop.
                    at = (e.parent < p.inline).then_some(Row {
                        line: e.call_line,
                        file: e.call_file,
                        inline: e.parent,
                        ..p
                    });
                    let name = this.tab.text(e.name, e.name_len);
                    Frame { name, file, line: p.line, start_line: e.start_line, flags: e.flags, inlined: true }
                }
                None => {
                    at = None;
                    let (name, start_line, flags) = (this.name(), this.entry.start_line, this.entry.flags);
                    Frame { name, file, line: p.line, start_line, flags, inlined: false }
                }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program image at address 0.
    #[derive(Clone, Copy)]
    struct Image(&'static [u8]);
    impl Mem for Image {
        fn bytes(&self, addr: u64, len: usize) -> &'static [u8] {
            &self.0[addr as usize..addr as usize + len]
        }
    }

    fn put(b: &mut Vec<u8>, words: &[u32]) -> u32 {
        let at = b.len() as u32;
        words.iter().for_each(|w| b.extend(w.to_le_bytes()));
        at
    }
    fn text(b: &mut Vec<u8>, s: &str) -> (u32, u32) {
        let at = b.len() as u32;
        b.extend(s.bytes());
        (at, s.len() as u32)
    }

    fn table() -> Symtab<Image> {
        let mut b = vec![0; 16];
        let (fa, fal) = text(&mut b, "a.go");
        let (fb, fbl) = text(&mut b, "b.go");
        let (n1, n1l) = text(&mut b, "main.f");
        let (n2, n2l) = text(&mut b, "main.g");
        let (ni, nil) = text(&mut b, "main.inl");
        let files = put(&mut b, &[fa, fal, fb, fbl]);
        // f: line 10; from +4 line 12; from +8 inlined main.inl (b.go:3); from +16 made-up code; from +20 back, line 13.
        let rows: &[u8] = &[4, 2 << 1 << 2, 4, (17 << 2) | 3, 1, 1, 8, (5 << 2), 4, (26 << 2) | 3, 0, 0];
        let lines = b.len() as u32;
        b.extend(rows);
        let inl = put(&mut b, &[ni, nil, 0, 0, 12, 2, 0]);
        let ranges = put(&mut b, &[4, 8]);
        let mut e = [0u32; 32];
        e[..16].copy_from_slice(&[
            0x1000,
            0x20,
            n1,
            n1l,
            0,
            10,
            64,
            4,
            24,
            lines,
            rows.len() as u32,
            inl,
            1,
            ranges,
            1,
            0,
        ]);
        e[16..24].copy_from_slice(&[0x1040, 0x10, n2, n2l, 1, 30, 0, 0]);
        let funcs = put(&mut b, &e);
        Symtab::new(Image(b.leak()), u64::from(funcs), 2, u64::from(files), 2)
    }

    fn at(pc: usize) -> Vec<String> {
        let f = table().find(pc).unwrap();
        f.frames(pc).map(|f| format!("{} {}:{}", f.name, f.file, f.line)).collect()
    }

    #[test]
    fn functions_are_found_by_range() {
        let t = table();
        assert!(t.find(0xfff).is_none());
        assert_eq!(t.find(0x101f).unwrap().name(), "main.f");
        assert!(t.find(0x1020).is_none());
        assert_eq!(t.find_padded(0x1020).unwrap().name(), "main.f");
        assert!(t.find_padded(0xfff).is_none());
        assert_eq!(t.find(0x1040).unwrap().name(), "main.g");
        assert!(t.find(0x1050).is_none());
        let f = t.find(0x1000).unwrap();
        assert!(!f.is_unsafe(0x1003) && f.is_unsafe(0x1004) && !f.is_unsafe(0x1008));
    }

    #[test]
    fn lines_and_inlined_calls() {
        assert_eq!(at(0x1000), ["main.f a.go:10"]);
        assert_eq!(at(0x1004), ["main.f a.go:12"]);
        assert_eq!(at(0x1008), ["main.inl b.go:3", "main.f a.go:12"]);
        assert_eq!(at(0x1010), ["main.inl b.go:3", "main.f a.go:12"], "made-up code keeps its position");
        assert_eq!(at(0x1014), ["main.f a.go:13"]);
        assert_eq!(at(0x1045), ["main.g b.go:30"]);
    }
}
