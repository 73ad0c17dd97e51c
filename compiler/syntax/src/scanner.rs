//! Text to tokens, with semicolons inserted at line ends.
//!
//! The scanner holds one token at a time, in public fields that the parser reads. Comments are dropped, except those
//! that are directives; they are queued in [`Scanner::directives`] until the parser takes them.
//!
//! Offsets count bytes of the cleaned text (see [`crate::text`]).

use crate::ast::{BinaryOp, LitKind};
use crate::chars::{code_point, is_digit, is_letter};
use crate::names::{NameTable, SHORT};
use crate::token::{Op, Tok};
use memchr::{memchr, memmem};
use undergo_source::{Name, Text};

/// What made a semicolon; errors tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Semi {
    Written,
    Newline,
    Eof,
}

impl Semi {
    /// How error messages call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Semi::Written => "semicolon",
            Semi::Newline => "newline",
            Semi::Eof => "EOF",
        }
    }
}

/// A comment that starts with `//go:`, `//line ` or `/*line `.
pub struct DirectiveComment {
    /// Offset of the comment.
    pub start: u32,
    /// Offset behind it; a line comment's newline is not included.
    pub end: u32,
    /// Whether only white space stands before it on its line.
    pub blank: bool,
}

/// The scanner and its current token.
pub struct Scanner<'a> {
    pub(crate) text: &'a str,
    pub(crate) src: &'a [u8],
    /// Offset of the next byte to look at; behind the current token.
    pub at: usize,
    /// Current token.
    pub tok: Tok,
    /// Its offset.
    pub start: usize,
    /// The spelling of a name.
    pub name: Name,
    /// The operator of an operator token.
    pub op: Op,
    /// The operator's precedence; 0 if it is not binary.
    pub prec: u8,
    /// The kind of a literal.
    pub kind: LitKind,
    /// Whether the literal is malformed (already reported).
    pub bad: bool,
    /// What made a semicolon.
    pub semi: Semi,
    /// Errors: offset and message.
    pub errors: Vec<(u32, String)>,
    /// Directives met since the parser last looked.
    pub directives: Vec<DirectiveComment>,
    names: NameTable,
    /// Whether a line end here becomes a semicolon.
    pub(crate) nlsemi: bool,
}

impl Drop for Scanner<'_> {
    fn drop(&mut self) {
        std::mem::take(&mut self.names).give_back();
    }
}

/// Letters and `_`.
const LETTER: u8 = 1;
/// Decimal digits.
pub(crate) const DIGIT: u8 = 2;
/// Hexadecimal digits.
pub(crate) const HEX: u8 = 4;

/// Class bits of every byte; bytes beyond ASCII have none.
pub(crate) const CLASS: [u8; 256] = {
    let mut t = [0; 256];
    let mut b = 0;
    while b < 128 {
        t[b] = match b as u8 {
            b'a'..=b'f' | b'A'..=b'F' => LETTER | HEX,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => LETTER,
            b'0'..=b'9' => DIGIT | HEX,
            _ => 0,
        };
        b += 1;
    }
    t
};

/// How many of the bytes of `word`, from the lowest on, are ASCII letters, digits or `_`. All are looked at at once; no
/// sum below carries into the next byte.
fn ident_bytes(word: u64) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let ascii = word & !HIGH;
    // The high bit of each byte that is at least `low`.
    let from = |bytes: u64, low: u8| bytes + u64::from(0x80 - low) * ONES;
    let lower = ascii | (0x20 * ONES);
    let letter = from(lower, b'a') & !from(lower, b'z' + 1);
    let digit = from(ascii, b'0') & !from(ascii, b'9' + 1);
    let underscore = !from(ascii ^ (u64::from(b'_') * ONES), 1);
    let others = !(letter | digit | underscore) & HIGH | word & HIGH;
    others.trailing_zeros() as usize / 8
}

impl<'a> Scanner<'a> {
    /// A scanner before the first token of `text`, which holds no NUL.
    pub fn new(text: &'a str) -> Scanner<'a> {
        Scanner {
            text,
            src: text.as_bytes(),
            at: 0,
            tok: Tok::Eof,
            start: 0,
            name: Name::blank(),
            op: Op::Not,
            prec: 0,
            kind: LitKind::Int,
            bad: false,
            semi: Semi::Eof,
            errors: Vec::new(),
            directives: Vec::new(),
            names: NameTable::of_thread(),
            nlsemi: false,
        }
    }

    /// The byte at `at`; 0 at the end of the text.
    pub(crate) fn ch(&self) -> u8 {
        self.src.get(self.at).copied().unwrap_or(0)
    }

    pub(crate) fn peek(&self, n: usize) -> u8 {
        self.src.get(self.at + n).copied().unwrap_or(0)
    }

    /// The character at `at`, if the text has not ended.
    pub(crate) fn current_char(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Reports an error at the current byte.
    pub(crate) fn error(&mut self, msg: impl Into<String>) {
        self.error_at(self.at, msg);
    }

    pub(crate) fn error_at(&mut self, offset: usize, msg: impl Into<String>) {
        self.errors.push((offset as u32, msg.into()));
    }

    /// The text of the current token.
    pub fn lexeme(&self) -> &'a str {
        &self.text[self.start..self.at]
    }

    /// The text of the current token, which is a literal. Short ones repeat; long ones mostly do not, and would only
    /// crowd the table of names.
    pub fn literal_text(&mut self) -> Text {
        match self.lexeme() {
            short if short.len() <= SHORT => self.names.get(short).0.text(),
            long => Text::new(long),
        }
    }

    /// Moves to the next token.
    pub fn next(&mut self) {
        let nlsemi = std::mem::replace(&mut self.nlsemi, false);
        // Bits of the bytes that are skipped.
        let white = 1u64 << b' ' | 1 << b'\t' | 1 << b'\r' | u64::from(!nlsemi) << b'\n';
        loop {
            let mut at = self.at;
            let b = loop {
                let b = self.src.get(at).copied().unwrap_or(0);
                if b > b' ' || white >> b & 1 == 0 {
                    break b;
                }
                at += 1;
            };
            (self.start, self.at) = (at, at);
            if CLASS[b as usize] & LETTER != 0 || b >= 0x80 && self.ident_char(true) {
                return self.ident();
            }
            if b == b'/' && matches!(self.peek(1), b'/' | b'*') {
                if !self.comment() || !nlsemi {
                    continue;
                }
                self.tok = Tok::Semi;
                self.semi = Semi::Newline;
                return;
            }
            if self.punctuation(b, nlsemi) {
                return;
            }
            self.invalid();
        }
    }

    /// Skips a character that starts no token, with an error.
    #[cold]
    fn invalid(&mut self) {
        let c = self.current_char().map_or(0, |c| c as u32);
        self.error(format!("invalid character {}", code_point(c)));
        self.at += 1;
    }

    /// Scans the token that starts with `b`, which is neither a letter nor the start of a comment. False if no token
    /// starts like that.
    fn punctuation(&mut self, b: u8, nlsemi: bool) -> bool {
        let tok = match b {
            0 if nlsemi => {
                self.semi = Semi::Eof;
                self.tok = Tok::Semi;
                return true;
            }
            0 => {
                self.tok = Tok::Eof;
                return true;
            }
            b'\n' => {
                self.semi = Semi::Newline;
                Tok::Semi
            }
            b'0'..=b'9' => return self.number(),
            b'.' if self.peek(1).is_ascii_digit() => return self.number(),
            b'"' => return self.string(),
            b'`' => return self.raw_string(),
            b'\'' => return self.rune(),
            b'(' => Tok::Lparen,
            b'[' => Tok::Lbrack,
            b'{' => Tok::Lbrace,
            b',' => Tok::Comma,
            b';' => {
                self.semi = Semi::Written;
                Tok::Semi
            }
            b')' => Tok::Rparen,
            b']' => Tok::Rbrack,
            b'}' => Tok::Rbrace,
            b':' if self.peek(1) == b'=' => return self.simple(Tok::Define, 2),
            b':' => Tok::Colon,
            b'.' if self.peek(1) == b'.' && self.peek(2) == b'.' => return self.simple(Tok::DotDotDot, 3),
            b'.' => Tok::Dot,
            _ => return self.operator(b),
        };
        self.nlsemi = matches!(tok, Tok::Rparen | Tok::Rbrack | Tok::Rbrace);
        self.simple(tok, 1)
    }

    fn simple(&mut self, tok: Tok, len: usize) -> bool {
        self.tok = tok;
        self.at += len;
        true
    }

    fn operator(&mut self, b: u8) -> bool {
        use BinaryOp::*;
        let second = self.peek(1);
        // The longest operator that starts here, not counting a `=` for assignment.
        let (op, len) = match (b, second) {
            (b'+', _) => (Add, 1),
            (b'-', _) => (Sub, 1),
            (b'*', _) => (Mul, 1),
            (b'/', _) => (Div, 1),
            (b'%', _) => (Rem, 1),
            (b'^', _) => (Xor, 1),
            (b'&', b'&') => return self.plain_operator(Op::Binary(LogAnd), 2),
            (b'&', b'^') => (AndNot, 2),
            (b'&', _) => (And, 1),
            (b'|', b'|') => return self.plain_operator(Op::Binary(LogOr), 2),
            (b'|', _) => (Or, 1),
            (b'<', b'-') => return self.simple(Tok::Arrow, 2),
            (b'<', b'=') => return self.plain_operator(Op::Binary(Le), 2),
            (b'<', b'<') => (Shl, 2),
            (b'<', _) => return self.plain_operator(Op::Binary(Lt), 1),
            (b'>', b'=') => return self.plain_operator(Op::Binary(Ge), 2),
            (b'>', b'>') => (Shr, 2),
            (b'>', _) => return self.plain_operator(Op::Binary(Gt), 1),
            (b'=', b'=') => return self.plain_operator(Op::Binary(Eq), 2),
            (b'=', _) => return self.simple(Tok::Assign, 1),
            (b'!', b'=') => return self.plain_operator(Op::Binary(Ne), 2),
            (b'!', _) => return self.plain_operator(Op::Not, 1),
            (b'~', _) => return self.plain_operator(Op::Tilde, 1),
            _ => return false,
        };
        self.plain_operator(Op::Binary(op), len);
        if self.ch() == b'=' {
            return self.simple(Tok::AssignOp, 1);
        }
        if matches!(b, b'+' | b'-') && second == b {
            self.nlsemi = true;
            return self.simple(Tok::IncOp, 1);
        }
        if op == Mul {
            self.tok = Tok::Star;
        }
        true
    }

    fn plain_operator(&mut self, op: Op, len: usize) -> bool {
        self.op = op;
        self.prec = op.precedence();
        self.simple(Tok::Operator, len)
    }

    fn ident(&mut self) {
        let (name, tok) = self.short_ident().unwrap_or_else(|| self.long_ident());
        self.name = name;
        self.tok = tok;
        self.nlsemi = matches!(tok, Tok::Name | Tok::Break | Tok::Continue | Tok::Fallthrough | Tok::Return);
    }

    /// An ASCII identifier of less than eight bytes that has been met before: the usual one. Else nothing is consumed.
    fn short_ident(&mut self) -> Option<(Name, Tok)> {
        let (bytes, _) = self.src[self.at..].split_first_chunk()?;
        let word = u64::from_le_bytes(*bytes);
        let len = ident_bytes(word);
        if len == 8 || bytes[len] >= 0x80 {
            return None;
        }
        let found = self.names.get_word(word & !(!0 << (8 * len)))?;
        self.at += len;
        Some(found)
    }

    #[inline(never)]
    fn long_ident(&mut self) -> (Name, Tok) {
        let rest = &self.src[self.at..];
        self.at += rest.iter().position(|b| CLASS[*b as usize] == 0).unwrap_or(rest.len());
        if self.ch() >= 0x80 {
            while self.ident_char(false) {
                self.at += self.current_char().map_or(1, char::len_utf8);
            }
        }
        self.names.get(self.lexeme())
    }

    /// Whether the current character continues an identifier (or starts one, if `first`). Characters beyond ASCII
    /// always do, so that one odd character gives one error.
    fn ident_char(&mut self, first: bool) -> bool {
        match self.current_char() {
            None => return false,
            Some(c) if is_letter(c) => {}
            Some(c) if is_digit(c) => {
                if first {
                    self.error(format!("identifier cannot begin with digit {}", code_point(c as u32)));
                }
            }
            Some(c) if !c.is_ascii() => {
                self.error(format!("invalid character {} in identifier", code_point(c as u32)));
            }
            Some(_) => return false,
        }
        true
    }

    /// Skips a comment; queues it if it is a directive. Reports whether it was a general comment that spans lines.
    #[inline(never)]
    fn comment(&mut self) -> bool {
        let rest = &self.src[self.at..];
        if rest[1] == b'/' {
            let len = memchr(b'\n', rest).unwrap_or(rest.len());
            if rest.starts_with(b"//go:") || rest.starts_with(b"//line ") {
                self.queue_directive(len);
            }
            self.at += len;
            return false;
        }
        let Some(len) = memmem::find(&rest[2..], b"*/").map(|i| i + 4) else {
            self.error("comment not terminated");
            self.at = self.src.len();
            return rest.contains(&b'\n');
        };
        if rest.starts_with(b"/*line ") {
            self.queue_directive(len);
        }
        self.at += len;
        rest[..len].contains(&b'\n')
    }

    fn queue_directive(&mut self, len: usize) {
        let before = self.src[..self.at].iter().rev().find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
        let blank = matches!(before, None | Some(b'\n'));
        self.directives.push(DirectiveComment { start: self.at as u32, end: (self.at + len) as u32, blank });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_told_at_every_place() {
        for b in 0..=u8::MAX {
            for at in 0..8 {
                let mut bytes = *b"aZ09_zA8";
                bytes[at] = b;
                let expected = if CLASS[b as usize] != 0 { 8 } else { at };
                assert_eq!(ident_bytes(u64::from_le_bytes(bytes)), expected, "{b:#x} at {at}");
            }
        }
    }
}
