//! Character classes, and how error messages show characters.

use crate::unicode_tables::{DIGITS, LETTERS, PRINTABLE};

fn in_ranges(c: char, ranges: &[(u32, u32)]) -> bool {
    let c = c as u32;
    let i = ranges.partition_point(|r| r.1 < c);
    ranges.get(i).is_some_and(|r| r.0 <= c)
}

/// Whether an identifier may start with `c`.
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() || c == '_' } else { in_ranges(c, &LETTERS) }
}

/// Whether `c` is a decimal digit of any script.
pub fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { in_ranges(c, &DIGITS) }
}

/// Whether `name` has only characters an identifier may have.
pub fn is_identifier(name: &str) -> bool {
    name.char_indices().all(|(i, c)| is_letter(c) || i > 0 && is_digit(c))
}

fn is_print(c: char) -> bool {
    if c.is_ascii() { (' '..='~').contains(&c) } else { in_ranges(c, &PRINTABLE) }
}

/// `c` as Go's verb `%q` prints it.
pub fn quoted(c: char) -> String {
    match c {
        '\'' | '\\' => format!("'\\{c}'"),
        '\n' => "'\\n'".into(),
        '\t' => "'\\t'".into(),
        '\r' => "'\\r'".into(),
        '\x07' => "'\\a'".into(),
        '\x08' => "'\\b'".into(),
        '\x0c' => "'\\f'".into(),
        '\x0b' => "'\\v'".into(),
        c if is_print(c) => format!("'{c}'"),
        c if (c as u32) < 0x80 => format!("'\\x{:02x}'", c as u32),
        c if (c as u32) < 0x10000 => format!("'\\u{:04x}'", c as u32),
        c => format!("'\\U{:08x}'", c as u32),
    }
}

/// A code point as Go's verb `%#U` prints it; surrogates and numbers beyond Unicode are possible.
pub fn code_point(c: u32) -> String {
    match char::from_u32(c) {
        Some(ch) if is_print(ch) => format!("U+{c:04X} '{ch}'"),
        _ => format!("U+{c:04X}"),
    }
}
