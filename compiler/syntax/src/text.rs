//! Source bytes made into valid text.
//!
//! Go source is UTF-8 without NULs and without byte order marks except at the very start. Offending bytes are
//! reported and then ignored, so the scanner works on a copy without them; [`CleanText::raw_offset`] leads back.
//! The usual file has none of them and is borrowed as it is.

use std::borrow::Cow;

const BOM: &[u8] = "\u{feff}".as_bytes();

/// A character that was removed.
struct Removed {
    /// Where it would stand in the text.
    offset: u32,
    /// Number of bytes removed up to here, with this one.
    bytes: u32,
    /// What it was; U+FFFD stands for a byte that is no UTF-8.
    char: char,
}

/// Valid text and the way back to the bytes it came from.
pub struct CleanText<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    removed: Vec<Removed>,
    /// Errors: raw offset and message.
    pub errors: Vec<(u32, &'static str)>,
}

impl<'a> CleanText<'a> {
    /// Cleans `bytes`.
    pub fn new(bytes: &'a [u8]) -> CleanText<'a> {
        // Looking for single bytes is fast; hardly any file has one of these.
        let suspicious = memchr::memchr2(0, BOM[0], bytes).is_some();
        match std::str::from_utf8(bytes) {
            Ok(text) if !suspicious || !text.contains(['\0', '\u{feff}']) => {
                CleanText { text: Cow::Borrowed(text), removed: Vec::new(), errors: Vec::new() }
            }
            _ => CleanText::filter(bytes),
        }
    }

    fn filter(bytes: &[u8]) -> CleanText<'static> {
        let mut clean = CleanText { text: Cow::Borrowed(""), removed: Vec::new(), errors: Vec::new() };
        let mut out = String::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let valid = match std::str::from_utf8(&bytes[at..]) {
                Ok(s) => s,
                Err(e) => std::str::from_utf8(&bytes[at..at + e.valid_up_to()]).expect("checked"),
            };
            for c in valid.chars() {
                match c {
                    '\0' => clean.refuse(out.len(), c, at, "invalid NUL character"),
                    '\u{feff}' if at == 0 => clean.skip(out.len(), c, BOM.len()),
                    '\u{feff}' => clean.refuse(out.len(), c, at, "invalid BOM in the middle of the file"),
                    _ => out.push(c),
                }
                at += c.len_utf8();
            }
            if at < bytes.len() {
                clean.errors.push((at as u32, "invalid UTF-8 encoding"));
                clean.skip(out.len(), char::REPLACEMENT_CHARACTER, 1);
                at += 1;
            }
        }
        clean.text = Cow::Owned(out);
        clean
    }

    fn refuse(&mut self, offset: usize, c: char, raw: usize, msg: &'static str) {
        self.errors.push((raw as u32, msg));
        self.skip(offset, c, c.len_utf8());
    }

    fn skip(&mut self, offset: usize, char: char, bytes: usize) {
        let before = self.removed.last().map_or(0, |r| r.bytes);
        self.removed.push(Removed { offset: offset as u32, bytes: before + bytes as u32, char });
    }

    /// The text from `start` to `end` with what was removed inside of it and right behind it, if anything was: to
    /// gc, these characters belong to the token.
    pub fn as_written(&self, start: usize, end: usize) -> Option<String> {
        let first = self.removed.partition_point(|r| r.offset as usize <= start);
        let inside = self.removed[first..].iter().take_while(|r| r.offset as usize <= end);
        let mut written = String::new();
        let mut at = start;
        for r in inside {
            written.push_str(&self.text[at..r.offset as usize]);
            written.push(r.char);
            at = r.offset as usize;
        }
        (!written.is_empty()).then(|| written + &self.text[at..end])
    }

    /// Offset in the file of the character at `offset` in the text.
    pub fn raw_offset(&self, offset: u32) -> u32 {
        if self.removed.is_empty() {
            return offset;
        }
        let i = self.removed.partition_point(|r| r.offset <= offset);
        offset + i.checked_sub(1).map_or(0, |i| self.removed[i].bytes)
    }
}
