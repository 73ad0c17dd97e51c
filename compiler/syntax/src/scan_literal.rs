//! Scanning of numbers, strings and runes: finds where a literal ends and what is wrong with it.

use crate::ast::LitKind;
use crate::chars::{code_point, quoted};
use crate::scanner::{CLASS, DIGIT, HEX, Scanner};
use crate::token::Tok;

/// What a run of digits contained.
#[derive(Default)]
struct Digits {
    any: bool,
    separator: bool,
    /// Offset of the first digit too large for the base.
    too_large: Option<usize>,
}

fn base_name(base: u32) -> &'static str {
    match base {
        2 => "binary",
        8 => "octal",
        10 => "decimal",
        _ => "hexadecimal",
    }
}

impl Scanner<'_> {
    fn literal(&mut self, kind: LitKind, ok: bool) -> bool {
        self.tok = Tok::Literal;
        self.kind = kind;
        self.bad = !ok;
        self.nlsemi = true;
        true
    }

    /// Consumes digits and `_`. Bases up to ten take every decimal digit, so that `0b12` is one literal.
    fn digits(&mut self, base: u32, seen: &mut Digits) {
        let class = if base == 16 { HEX } else { DIGIT };
        loop {
            let rest = &self.src[self.at..];
            let len = rest.iter().position(|&b| CLASS[b as usize] & class == 0).unwrap_or(rest.len());
            seen.any |= len > 0;
            if base < 10 && seen.too_large.is_none() {
                let large = rest[..len].iter().position(|&b| u32::from(b - b'0') >= base);
                seen.too_large = large.map(|i| self.at + i);
            }
            self.at += len;
            if self.ch() != b'_' {
                return;
            }
            seen.separator = true;
            self.at += 1;
        }
    }

    /// Scans a number at a digit, or at a `.` before a digit. The usual one is decimal and whole.
    pub(crate) fn number(&mut self) -> bool {
        if self.src[self.at] != b'0' || !self.peek(1).is_ascii_alphanumeric() {
            let rest = &self.src[self.at..];
            let len = rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
            if !rest.get(len).is_some_and(|b| matches!(b, b'.' | b'_' | b'e' | b'E' | b'p' | b'P' | b'i')) {
                self.at += len;
                return self.literal(LitKind::Int, true);
            }
        }
        self.any_number()
    }

    #[inline(never)]
    fn any_number(&mut self) -> bool {
        let errors = self.errors.len();
        let ok = |s: &Self| s.errors.len() == errors;
        let mut seen = Digits::default();
        let (base, prefix) = match (self.ch(), self.peek(1) | 0x20) {
            (b'0', b'x') => (16, b'x'),
            (b'0', b'o') => (8, b'o'),
            (b'0', b'b') => (2, b'b'),
            (b'0', _) => (8, b'0'),
            _ => (10, 0),
        };
        if matches!(prefix, b'x' | b'o' | b'b') {
            self.at += 2;
        }
        self.digits(base, &mut seen);
        let mut kind = LitKind::Int;
        if self.ch() == b'.' {
            if matches!(prefix, b'o' | b'b') {
                self.error(format!("invalid radix point in {} literal", base_name(base)));
            }
            kind = LitKind::Float;
            self.at += 1;
            self.digits(base, &mut seen);
        }
        if !seen.any && ok(self) {
            self.error(format!("{} literal has no digits", base_name(base)));
        }
        self.exponent(prefix, &mut kind, &mut seen, errors);
        if self.ch() == b'i' {
            kind = LitKind::Imag;
            self.at += 1;
        }
        if let Some(offset) = seen.too_large
            && kind == LitKind::Int
            && ok(self)
        {
            let digit = self.src[offset] as char;
            self.error_at(offset, format!("invalid digit {} in {} literal", quoted(digit), base_name(base)));
        }
        if seen.separator
            && ok(self)
            && let Some(i) = misplaced_separator(self.lexeme().as_bytes())
        {
            self.error_at(self.start + i, "'_' must separate successive digits");
        }
        let fine = ok(self);
        self.literal(kind, fine)
    }

    /// Scans an exponent if there is one; `errors` is the number of errors before the literal.
    fn exponent(&mut self, prefix: u8, kind: &mut LitKind, seen: &mut Digits, errors: usize) {
        let e = self.ch();
        let lower = e | 0x20;
        if !matches!(lower, b'e' | b'p') {
            if prefix == b'x' && *kind == LitKind::Float && self.errors.len() == errors {
                self.error("hexadecimal mantissa requires a 'p' exponent");
            }
            return;
        }
        if self.errors.len() == errors {
            let needs = match lower {
                b'e' if !matches!(prefix, 0 | b'0') => Some("decimal"),
                b'p' if prefix != b'x' => Some("hexadecimal"),
                _ => None,
            };
            if let Some(needs) = needs {
                self.error(format!("{} exponent requires {needs} mantissa", quoted(e as char)));
            }
        }
        self.at += 1;
        *kind = LitKind::Float;
        if matches!(self.ch(), b'+' | b'-') {
            self.at += 1;
        }
        let mut digits = Digits::default();
        self.digits(10, &mut digits);
        seen.separator |= digits.separator;
        if !digits.any && self.errors.len() == errors {
            self.error("exponent has no digits");
        }
    }

    /// Scans an interpreted string.
    #[inline(never)]
    pub(crate) fn string(&mut self) -> bool {
        let mut ok = true;
        self.at += 1;
        loop {
            match self.ch() {
                b'"' => {
                    self.at += 1;
                    break;
                }
                b'\\' => {
                    self.at += 1;
                    ok &= self.escape(b'"');
                }
                b'\n' => {
                    self.error("newline in string");
                    ok = false;
                    break;
                }
                0 => {
                    self.error_at(self.start, "string not terminated");
                    ok = false;
                    break;
                }
                _ => self.at += 1,
            }
        }
        self.literal(LitKind::String, ok)
    }

    /// Scans a raw string.
    #[inline(never)]
    pub(crate) fn raw_string(&mut self) -> bool {
        let rest = &self.src[self.at + 1..];
        let len = rest.iter().position(|&b| b == b'`');
        if len.is_none() {
            self.error_at(self.start, "string not terminated");
        }
        self.at += 1 + len.map_or(rest.len(), |n| n + 1);
        self.literal(LitKind::String, len.is_some())
    }

    /// Scans a rune literal.
    #[inline(never)]
    pub(crate) fn rune(&mut self) -> bool {
        let mut ok = true;
        let mut n = 0;
        self.at += 1;
        loop {
            match self.ch() {
                b'\'' => {
                    if ok && n == 0 {
                        self.error("empty rune literal or unescaped '");
                        ok = false;
                    } else if ok && n > 1 {
                        self.error_at(self.start, "more than one character in rune literal");
                        ok = false;
                    }
                    self.at += 1;
                    break;
                }
                b'\\' => {
                    self.at += 1;
                    ok &= self.escape(b'\'');
                }
                b'\n' => {
                    if ok {
                        self.error("newline in rune literal");
                    }
                    ok = false;
                    break;
                }
                0 => {
                    if ok {
                        self.error_at(self.start, "rune literal not terminated");
                    }
                    ok = false;
                    break;
                }
                _ => self.at += self.current_char().map_or(1, char::len_utf8),
            }
            n += 1;
        }
        self.literal(LitKind::Rune, ok)
    }

    /// Scans what follows a backslash; false if it is malformed. The end of the text is left to the caller.
    fn escape(&mut self, quote: u8) -> bool {
        let (digits, base, max) = match self.ch() {
            b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' => {
                self.at += 1;
                return true;
            }
            b if b == quote => {
                self.at += 1;
                return true;
            }
            b'0'..=b'7' => (3, 8, 255),
            b'x' => (2, 16, 255),
            b'u' => (4, 16, char::MAX as u32),
            b'U' => (8, 16, char::MAX as u32),
            0 => return true,
            _ => {
                self.error("unknown escape");
                return false;
            }
        };
        if base == 16 {
            self.at += 1;
        }
        let mut value: u32 = 0;
        for _ in 0..digits {
            let Some(c) = self.current_char() else { return true };
            let Some(d) = c.to_digit(base) else {
                self.error(format!("invalid character {} in {} escape", quoted(c), base_name(base)));
                return false;
            };
            value = value.wrapping_mul(base).wrapping_add(d);
            self.at += 1;
        }
        if value > max && base == 8 {
            self.error(format!("octal escape value {value} > 255"));
            return false;
        }
        if value > max || (0xD800..0xE000).contains(&value) {
            self.error(format!("escape is invalid Unicode code point {}", code_point(value)));
            return false;
        }
        true
    }
}

/// Index of the first `_` in a number that does not stand between digits (or a base prefix and a digit).
fn misplaced_separator(text: &[u8]) -> Option<usize> {
    let hex = text.len() > 1 && text[1] | 0x20 == b'x';
    let prefixed = text.len() > 1 && text[0] == b'0' && matches!(text[1] | 0x20, b'x' | b'o' | b'b');
    let is_digit = |i: usize| match text.get(i) {
        Some(&b) => b.is_ascii_digit() || hex && b.is_ascii_hexdigit(),
        None => false,
    };
    let first = if prefixed { 2 } else { 0 };
    (first..text.len()).find(|&i| {
        let after_digit = i > 0 && (i == 2 && prefixed || is_digit(i - 1) && i > first);
        let before_digit = is_digit(i + 1) || text.get(i + 1) == Some(&b'_');
        text[i] == b'_' && !(after_digit && before_digit)
    })
}
