//! Runes to UTF-8 and back, as Go does it: what is not valid is U+FFFD, one byte at a time.

/// The replacement character.
pub const ERROR: i32 = 0xfffd;

/// The encoding of a rune, and its length. Surrogates and numbers beyond Unicode become [`ERROR`].
pub fn encode(rune: i32) -> ([u8; 4], usize) {
    let c = u32::try_from(rune).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
    let mut buf = [0; 4];
    let n = c.encode_utf8(&mut buf).len();
    (buf, n)
}

/// The first rune of `text`, which is not empty, and how many bytes it takes.
pub fn decode(text: &[u8]) -> (i32, usize) {
    let b0 = text[0];
    if b0 < 0x80 {
        return (b0 as i32, 1);
    }
    let len = match b0 {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return (ERROR, 1),
    };
    match text.get(..len).map(core::str::from_utf8) {
        Some(Ok(s)) => (s.chars().next().map_or(ERROR, |c| c as i32), len),
        _ => (ERROR, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rune_survives() {
        for c in (0..=0x10ffff).filter_map(char::from_u32) {
            let (buf, n) = encode(c as i32);
            assert_eq!(decode(&buf[..n]), (c as i32, n));
        }
    }

    #[test]
    fn what_is_invalid_is_replaced() {
        for bad in [-1, 0xd800, 0xdfff, 0x110000, i32::MAX] {
            assert_eq!(encode(bad), ([0xef, 0xbf, 0xbd, 0], 3));
        }
        let cases: [&[u8]; 8] = [
            b"\x80",
            b"\xc0\x80",
            b"\xc2",
            b"\xe0\x80\x80",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\xff",
            b"\xe2\x82",
        ];
        for bad in cases {
            assert_eq!(decode(bad), (ERROR, 1), "{bad:x?}");
        }
    }
}
