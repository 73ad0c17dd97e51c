//! Source bytes made into valid text.
//!
//! Go source is UTF-8 without NULs and without byte order marks except at the very start. Offending bytes are
//! reported and then ignored, so the scanner works on a copy without them; [`CleanText::raw_offset`] leads back.
//! The usual file has none of them and is borrowed as it is.

use std::borrow::Cow;

const BOM: &[u8] = "\u{feff}".as_bytes();

/// Valid text and the way back to the bytes it came from.
pub struct CleanText<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// `(offset in text, number of bytes removed up to and at this offset)`, ascending.
    removed: Vec<(u32, u32)>,
    /// Errors: raw offset and message.
    pub errors: Vec<(u32, &'static str)>,
}

impl<'a> CleanText<'a> {
    /// Cleans `bytes`.
    pub fn new(bytes: &'a [u8]) -> CleanText<'a> {
        // Looking for single bytes is fast; hardly any file has one of these.
        let suspicious = bytes.contains(&0) || bytes.contains(&BOM[0]);
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
                    '\0' => clean.drop_bytes(out.len(), 1, at, "invalid NUL character"),
                    '\u{feff}' if at == 0 => clean.skip_bytes(out.len(), BOM.len()),
                    '\u{feff}' => clean.drop_bytes(out.len(), BOM.len(), at, "invalid BOM in the middle of the file"),
                    _ => out.push(c),
                }
                at += c.len_utf8();
            }
            if at < bytes.len() {
                clean.drop_bytes(out.len(), 1, at, "invalid UTF-8 encoding");
                at += 1;
            }
        }
        clean.text = Cow::Owned(out);
        clean
    }

    fn drop_bytes(&mut self, offset: usize, n: usize, raw: usize, msg: &'static str) {
        self.errors.push((raw as u32, msg));
        self.skip_bytes(offset, n);
    }

    fn skip_bytes(&mut self, offset: usize, n: usize) {
        let before = self.removed.last().map_or(0, |r| r.1);
        self.removed.push((offset as u32, before + n as u32));
    }

    /// Offset in the file of the character at `offset` in the text.
    pub fn raw_offset(&self, offset: u32) -> u32 {
        if self.removed.is_empty() {
            return offset;
        }
        let i = self.removed.partition_point(|r| r.0 <= offset);
        offset + i.checked_sub(1).map_or(0, |i| self.removed[i].1)
    }
}
