//! Values of string and rune literals.

/// The bytes a string literal stands for; none if `text` is malformed.
pub fn string_value(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    let (&quote, rest) = bytes.split_first()?;
    let (&last, body) = rest.split_last()?;
    if quote != last {
        return None;
    }
    match quote {
        // Carriage returns are not part of a raw string's value.
        b'`' => (!body.contains(&b'`')).then(|| body.iter().copied().filter(|&b| b != b'\r').collect()),
        b'"' => {
            let mut out = Vec::with_capacity(body.len());
            let mut at = 0;
            while at < body.len() {
                match body[at] {
                    b'\\' => match escape(&body[at + 1..], b'"')? {
                        (Escape::Byte(b), n) => {
                            out.push(b);
                            at += n + 1;
                        }
                        (Escape::Char(c), n) => {
                            out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
                            at += n + 1;
                        }
                    },
                    b'"' | b'\n' => return None,
                    b => {
                        out.push(b);
                        at += 1;
                    }
                }
            }
            Some(out)
        }
        _ => None,
    }
}

/// The code point a rune literal stands for; none if `text` is malformed.
pub fn rune_value(text: &str) -> Option<u32> {
    let body = text.strip_prefix('\'')?.strip_suffix('\'')?;
    if let Some(rest) = body.strip_prefix('\\') {
        let (value, n) = escape(rest.as_bytes(), b'\'')?;
        return (n == rest.len()).then_some(match value {
            Escape::Byte(b) => b as u32,
            Escape::Char(c) => c as u32,
        });
    }
    let mut chars = body.chars();
    let c = chars.next()?;
    (chars.next().is_none() && c != '\'' && c != '\n').then_some(c as u32)
}

enum Escape {
    Byte(u8),
    Char(char),
}

/// The value of the escape whose text behind the backslash starts `s`, and the length of that text.
fn escape(s: &[u8], quote: u8) -> Option<(Escape, usize)> {
    let simple = |b| Some((Escape::Byte(b), 1));
    let number = |from: usize, digits: usize, base: u32| -> Option<u32> {
        let text = std::str::from_utf8(s.get(from..from + digits)?).ok()?;
        text.chars().all(|c| c.is_digit(base)).then(|| u32::from_str_radix(text, base).ok())?
    };
    match *s.first()? {
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(11),
        b'\\' => simple(b'\\'),
        b if b == quote => simple(quote),
        b'0'..=b'7' => Some((Escape::Byte(number(0, 3, 8)?.try_into().ok()?), 3)),
        b'x' => Some((Escape::Byte(number(1, 2, 16)? as u8), 3)),
        b'u' => Some((Escape::Char(char::from_u32(number(1, 4, 16)?)?), 5)),
        b'U' => Some((Escape::Char(char::from_u32(number(1, 8, 16)?)?), 9)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        assert_eq!(string_value(r#""a\x41\101é\u00e9\n\"""#).unwrap(), "aAA\u{e9}\u{e9}\n\"".as_bytes());
        assert_eq!(string_value(r#""\xff""#).unwrap(), [0xff]);
        assert_eq!(string_value("`a\r\n\\b`").unwrap(), b"a\n\\b");
        assert_eq!(string_value(r#""\'""#), None);
        assert_eq!(string_value(r#""\ud800""#), None);
    }

    #[test]
    fn runes() {
        assert_eq!(rune_value("'é'"), Some(0xe9));
        assert_eq!(rune_value(r"'\''"), Some(39));
        assert_eq!(rune_value(r"'\xff'"), Some(255));
        assert_eq!(rune_value(r"'\U0010ffff'"), Some(0x10ffff));
        assert_eq!(rune_value("'ab'"), None);
    }
}
