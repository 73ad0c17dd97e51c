//! Positions and the source map.
//!
//! Every file added to a [`SourceMap`] occupies a range of one 32-bit address space, so a position is four bytes and
//! names its file. `//line` directives change what [`SourceMap::position`] reports, never the raw offsets.

use std::sync::{Arc, RwLock};

/// A byte position in some file of the [`SourceMap`]; 0 is "none".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Pos(pub u32);

impl Pos {
    /// No position.
    pub const NONE: Pos = Pos(0);

    /// Whether the position names a place.
    #[inline]
    pub fn is_known(self) -> bool {
        self.0 != 0
    }

    /// The position `n` bytes further on.
    #[inline]
    pub fn offset(self, n: u32) -> Pos {
        Pos(self.0 + n)
    }
}

/// Index of a file in its [`SourceMap`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

/// A `//line` directive: from byte `offset` on, lines are reported as of `file`, starting with `line` (and column
/// `col` if it is not 0) for the byte at `offset`.
#[derive(Clone, Debug)]
pub struct LineDirective {
    /// First byte the directive applies to.
    pub offset: u32,
    /// Reported file name.
    pub file: Arc<str>,
    /// Reported line of `offset`.
    pub line: u32,
    /// Reported column of `offset`; 0: columns are not reported under this directive.
    pub col: u32,
}

/// One source file.
#[derive(Debug)]
pub struct SourceFile {
    /// This file's id.
    pub id: FileId,
    /// Name as the user should see it.
    pub name: Arc<str>,
    /// Position of the first byte; the byte at offset `i` has position `base + i`.
    pub base: Pos,
    /// The text.
    pub text: Arc<[u8]>,
    /// Byte offset of the start of each line; the first is 0.
    pub lines: Vec<u32>,
    /// `//line` directives by ascending offset, added by the scanner.
    pub directives: RwLock<Vec<LineDirective>>,
}

/// gc does not show columns from here on: it has eight bits for them.
pub const NO_COLUMN: u32 = 255;

/// A resolved position, for people. Lines and columns count from 1, columns in bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// File name, `//line` directives applied.
    pub file: Arc<str>,
    /// Line from 1.
    pub line: u32,
    /// Column in bytes from 1; 0 when a `//line` directive hides it.
    pub col: u32,
}

impl Position {
    /// Line and column as errors begin with them, without the file: `12:5`, or `12` if there is no column to show.
    pub fn place(&self) -> String {
        match self.col {
            0 | NO_COLUMN.. => self.line.to_string(),
            col => format!("{}:{col}", self.line),
        }
    }
}

impl SourceFile {
    /// Line (from 0) of a byte offset, ignoring directives.
    pub fn raw_line(&self, offset: u32) -> usize {
        self.lines.partition_point(|&start| start <= offset) - 1
    }

    /// Text of line `line` (from 0) without its end of line.
    pub fn line_text(&self, line: usize) -> &[u8] {
        let start = self.lines[line] as usize;
        let end = self.lines.get(line + 1).map_or(self.text.len(), |&e| e as usize - 1);
        self.text[start..end].strip_suffix(b"\r").unwrap_or(&self.text[start..end])
    }

    /// What a person is told about `offset`.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.raw_line(offset);
        let directives = self.directives.read().expect("no writer panics");
        let i = directives.partition_point(|d| d.offset <= offset);
        if i == 0 {
            let col = offset - self.lines[line] + 1;
            return Position { file: self.name.clone(), line: line as u32 + 1, col };
        }
        let d = &directives[i - 1];
        let from = self.raw_line(d.offset);
        let col = match d.col {
            0 => 0,
            c if from == line => c + (offset - d.offset),
            _ => offset - self.lines[line] + 1,
        };
        Position { file: d.file.clone(), line: d.line + (line - from) as u32, col }
    }
}

/// All files of a compilation. Shared by reference between threads.
#[derive(Default, Debug)]
pub struct SourceMap {
    files: RwLock<Vec<Arc<SourceFile>>>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Adds a file. Fails if all files together exceed 4 GiB.
    pub fn add(&self, name: &str, text: Vec<u8>) -> Result<Arc<SourceFile>, String> {
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', &text).map(|i| i as u32 + 1));
        let mut files = self.files.write().expect("no writer panics");
        let base = files.last().map_or(1, |f| f.base.0 as u64 + f.text.len() as u64 + 1);
        if base + text.len() as u64 >= u32::MAX as u64 {
            return Err(format!("{name}: more than 4 GiB of source"));
        }
        let file = Arc::new(SourceFile {
            id: FileId(files.len() as u32),
            name: name.into(),
            base: Pos(base as u32),
            text: text.into(),
            lines,
            directives: RwLock::default(),
        });
        files.push(file.clone());
        Ok(file)
    }

    /// The file that holds `pos`; none for [`Pos::NONE`] and positions outside every file.
    pub fn file(&self, pos: Pos) -> Option<Arc<SourceFile>> {
        let files = self.files.read().expect("no writer panics");
        let i = files.partition_point(|f| f.base <= pos);
        let file = files.get(i.checked_sub(1)?)?;
        (pos.is_known() && pos.0 - file.base.0 <= file.text.len() as u32).then(|| file.clone())
    }

    /// What a person is told about `pos`.
    pub fn position(&self, pos: Pos) -> Option<Position> {
        let file = self.file(pos)?;
        Some(file.position(pos.0 - file.base.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_directives() {
        let map = SourceMap::new();
        let a = map.add("a.go", b"x\nyy\n".to_vec()).unwrap();
        let b = map.add("b.go", b"one\ntwo\nthree".to_vec()).unwrap();
        let at = |p: Pos| {
            let p = map.position(p).unwrap();
            format!("{}:{}:{}", p.file, p.line, p.col)
        };
        assert_eq!(at(a.base), "a.go:1:1");
        assert_eq!(at(a.base.offset(3)), "a.go:2:2");
        assert_eq!(at(b.base.offset(4)), "b.go:2:1");
        b.directives.write().unwrap().push(LineDirective { offset: 4, file: "t.y".into(), line: 40, col: 0 });
        assert_eq!(at(b.base), "b.go:1:1");
        assert_eq!(at(b.base.offset(8)), "t.y:41:0");
        assert_eq!(b.line_text(1), b"two");
        assert!(map.position(Pos::NONE).is_none());
    }
}
