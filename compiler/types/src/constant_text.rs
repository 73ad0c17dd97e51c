//! Constants and text: literals, and values as messages show them.

use std::borrow::Cow;
use std::fmt::Write;

use dashu::integer::{IBig, UBig};
use undergo_syntax::ast::LitKind;

use crate::constant::{Float, Value, decimal, scaled};

/// The value of a literal that the scanner accepted; unknown if it is out of all bounds.
pub fn parse_literal(kind: LitKind, text: &str) -> Value {
    match kind {
        LitKind::Int => parse_int(&without_separators(text)),
        LitKind::Float => parse_float(&without_separators(text)),
        LitKind::Imag => parse_imag(&without_separators(text)),
        LitKind::Rune => unquote(&text[1..text.len().max(2) - 1])
            .and_then(|mut c| c.next())
            .map_or(Value::Unknown, |c| Value::from(i64::from(c.code()))),
        LitKind::String => match unquote_string(text) {
            Some(bytes) => Value::Str(bytes.into()),
            None => Value::Unknown,
        },
    }
}

fn without_separators(text: &str) -> Cow<'_, str> {
    if text.contains('_') { text.replace('_', "").into() } else { text.into() }
}

/// The bytes of a string literal, quotes included in `text`.
pub fn unquote_string(text: &str) -> Option<Vec<u8>> {
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    if text.starts_with('`') {
        return Some(inner.bytes().filter(|&b| b != b'\r').collect());
    }
    if !inner.contains('\\') {
        return Some(inner.into());
    }
    let mut out = Vec::with_capacity(inner.len());
    for piece in unquote(inner)? {
        match piece {
            Piece::Byte(b) => out.push(b),
            Piece::Char(c) => match char::from_u32(c) {
                Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                None => return None,
            },
        }
    }
    Some(out)
}

/// An element of a quoted literal.
enum Piece {
    /// `\x12` or `\012`
    Byte(u8),
    /// A code point, plain or escaped.
    Char(u32),
}

impl Piece {
    fn code(&self) -> u32 {
        match *self {
            Piece::Byte(b) => u32::from(b),
            Piece::Char(c) => c,
        }
    }
}

fn unquote(inner: &str) -> Option<std::vec::IntoIter<Piece>> {
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c != '\\' {
            out.push(Piece::Char(c as u32));
            continue;
        }
        let e = rest.chars().next()?;
        let (digits, radix, skip) = match e {
            'x' => (2, 16, 1),
            'u' => (4, 16, 1),
            'U' => (8, 16, 1),
            '0'..='7' => (3, 8, 0),
            _ => {
                let simple = match e {
                    'a' => 7,
                    'b' => 8,
                    'f' => 12,
                    'n' => 10,
                    'r' => 13,
                    't' => 9,
                    'v' => 11,
                    '\\' | '\'' | '"' => e as u32,
                    _ => return None,
                };
                out.push(Piece::Char(simple));
                rest = &rest[1..];
                continue;
            }
        };
        let code = u32::from_str_radix(rest.get(skip..skip + digits)?, radix).ok()?;
        out.push(if radix == 8 || digits == 2 { Piece::Byte(u8::try_from(code).ok()?) } else { Piece::Char(code) });
        rest = &rest[skip + digits..];
    }
    Some(out.into_iter())
}

/// Digits behind a radix prefix.
fn split_radix(text: &str) -> (u32, &str) {
    let b = text.as_bytes();
    if b.len() < 2 || b[0] != b'0' {
        return (10, text);
    }
    match b[1] | 0x20 {
        b'x' => (16, &text[2..]),
        b'o' => (8, &text[2..]),
        b'b' => (2, &text[2..]),
        _ => (8, &text[1..]),
    }
}

fn parse_int(text: &str) -> Value {
    // Most numbers are small and decimal.
    if text.len() < 18 && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()) {
        return Value::from(text.bytes().fold(0, |n, b| n * 10 + i64::from(b - b'0')));
    }
    let (radix, digits) = split_radix(text);
    UBig::from_str_radix(digits, radix).map_or(Value::Unknown, |i| Value::int(i.into()))
}

/// Digits with an optional point, as an integer and the number of digits behind the point.
fn mantissa(text: &str, radix: u32) -> Option<(UBig, i64)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction}");
    let m = if digits.is_empty() { UBig::ZERO } else { UBig::from_str_radix(&digits, radix).ok()? };
    Some((m, fraction.len() as i64))
}

/// A decimal exponent, saturated: what does not fit is far out of range anyway.
fn exponent(text: &str) -> i64 {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let e = digits.bytes().fold(0i64, |e, d| (e * 10 + i64::from(d.wrapping_sub(b'0'))).min(1 << 40));
    if negative { -e } else { e }
}

fn parse_float(text: &str) -> Value {
    let hex = text.len() > 1 && text.as_bytes()[1] | 0x20 == b'x';
    let (body, marks) = if hex { (&text[2..], ['p', 'P']) } else { (text, ['e', 'E']) };
    let (digits, exp) = body.split_once(marks).map_or((body, 0), |(d, e)| (d, exponent(e)));
    match mantissa(digits, if hex { 16 } else { 10 }) {
        Some((m, places)) if hex => scaled(m.into(), exp - 4 * places),
        Some((m, places)) => decimal(m, exp - places),
        None => Value::Unknown,
    }
}

fn parse_imag(text: &str) -> Value {
    let body = text.strip_suffix('i').unwrap_or(text);
    let prefix = body.as_bytes().get(1).map_or(0, |b| b | 0x20);
    let radix_prefix = body.starts_with('0') && matches!(prefix, b'x' | b'o' | b'b');
    let im = if radix_prefix && !body.contains(['.', 'p', 'P']) {
        parse_int(body)
    } else {
        parse_float(body) // a leading 0 does not make it octal
    };
    Value::complex(Value::from(0), im)
}

// ---------------------------------------------------------------------------------------------------------------
// Formatting

/// How a number's type wants it shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// All digits of integers.
    Integer,
    /// Integers as floats are shown: `1e+06`.
    Float,
    /// With an imaginary part.
    Complex,
}

impl Value {
    /// The value as messages show it.
    pub fn text(&self, style: Style) -> String {
        match (self, style) {
            (Value::Unknown, _) => "unknown".into(),
            (Value::Bool(b), _) => b.to_string(),
            (Value::Str(s), _) => shorten(quote(s)),
            (Value::Complex(c), _) => format!("({} + {}i)", c.0.text(Style::Float), c.1.text(Style::Float)),
            (_, Style::Complex) => format!("({} + 0i)", self.text(Style::Float)),
            (Value::Int(i), Style::Integer) => i.to_string(),
            (Value::Int(_) | Value::Float(_), _) => float_text(self),
        }
    }
}

fn shorten(s: String) -> String {
    const MAX: usize = 72;
    match s.char_indices().nth(MAX) {
        None => s,
        Some(_) => {
            let cut = s.char_indices().nth(MAX - 3).map_or(s.len(), |(i, _)| i);
            format!("{}...", &s[..cut])
        }
    }
}

/// A Go string literal for `s`.
pub fn quote(s: &[u8]) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for chunk in s.utf8_chunks() {
        for c in chunk.valid().chars() {
            quote_char(&mut out, c);
        }
        for b in chunk.invalid() {
            let _ = write!(out, "\\x{b:02x}");
        }
    }
    out.push('"');
    out
}

fn quote_char(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        ' '..='~' => out.push(c),
        _ if (c as u32) < 0x80 => {
            let _ = write!(out, "\\x{:02x}", c as u32);
        }
        _ if c.is_alphanumeric() || (!c.is_whitespace() && !c.is_control() && c.escape_debug().count() == 1) => {
            out.push(c);
        }
        _ if (c as u32) < 0x10000 => {
            let _ = write!(out, "\\u{:04x}", c as u32);
        }
        _ => {
            let _ = write!(out, "\\U{:08x}", c as u32);
        }
    }
}

fn float_text(v: &Value) -> String {
    let f = v.as_f64();
    if f.is_finite() && (f == 0.0) == v.is_zero() {
        let short = format_g(f, Some(6));
        if v.as_int().is_none() && !short.contains('.') {
            return format_g(f, None);
        }
        return short;
    }
    // Outside of float64's range: mantissa in [0.5, 1) and binary exponent, made decimal approximately.
    let (mantissa, exp) = split(v);
    let d = exp as f64 * std::f64::consts::LOG10_2;
    let mut e = d as i64;
    let mut m = mantissa * 10f64.powf(d - e as f64);
    if m.abs() < 1.0 - 0.5e-6 {
        m *= 10.0;
        e -= 1;
    } else if m.abs() >= 10.0 {
        m /= 10.0;
        e += 1;
    }
    format!("{}e{e:+}", format_g(m, Some(6)))
}

fn split(v: &Value) -> (f64, i64) {
    use dashu::base::BitTest;
    let (num, den, scale) = match v {
        Value::Int(i) => (i.clone(), UBig::ONE, 0),
        Value::Float(Float::Rat(r)) => (r.numerator().clone(), r.denominator().clone(), 0),
        Value::Float(Float::Big(f)) => (f.repr().significand().clone(), UBig::ONE, f.repr().exponent() as i64),
        _ => (IBig::ZERO, UBig::ONE, 0),
    };
    let exp = num.bit_len() as i64 - den.bit_len() as i64;
    let r = scaled(num, -exp);
    let m = crate::constant::binary(
        &r,
        undergo_syntax::ast::BinaryOp::Div,
        &Value::int(den.into()),
        crate::constant::Division::Exact,
    );
    let f = m.as_f64();
    if f.abs() >= 1.0 { (f / 2.0, exp + scale + 1) } else { (f, exp + scale) }
}

/// C's `%.*g` without trailing zeros; without a precision the shortest digits that read back the same.
pub fn format_g(f: f64, precision: Option<usize>) -> String {
    let sci = match precision {
        Some(p) => format!("{f:.*e}", p - 1),
        None => format!("{f:e}"),
    };
    let (digits, exp) = sci.split_once('e').unwrap_or((&sci, "0"));
    let exp: i32 = exp.parse().unwrap_or(0);
    let trim = |s: &str| {
        if s.contains('.') { s.trim_end_matches('0').trim_end_matches('.').to_string() } else { s.to_string() }
    };
    if !(-4..6).contains(&exp) {
        let sign = if exp < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trim(digits), exp.abs());
    }
    match precision {
        Some(p) => trim(&format!("{f:.*}", (p as i32 - 1 - exp).max(0) as usize)),
        None => format!("{f}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constant::{Division, binary, shift};
    use crate::ty::Basic;
    use undergo_syntax::ast::BinaryOp;

    fn float(s: &str) -> Value {
        parse_literal(LitKind::Float, s)
    }

    #[test]
    fn literals() {
        let int = |s| parse_literal(LitKind::Int, s).text(Style::Integer);
        assert_eq!(int("0x_ff"), "255");
        assert_eq!(int("0b101") + &int("0o17") + &int("017") + &int("1_000"), "515151000");
        assert_eq!(float("1.5").text(Style::Float), "1.5");
        assert_eq!(float("1e100").text(Style::Float), "1e+100");
        assert_eq!(float("0x1p-2").text(Style::Float), "0.25");
        assert_eq!(float("1e1000").text(Style::Float), "1e+1000");
        assert_eq!(float("1e-2000").text(Style::Float), "1e-2000");
        assert_eq!(float("1e100000").text(Style::Float), "1e+100000");
        assert!(float("1e1000000000").is_unknown());
        assert!(float("1e-10000000000").is_zero());
        assert_eq!(parse_literal(LitKind::Imag, "0123i").text(Style::Complex), "(0 + 123i)");
        assert_eq!(parse_literal(LitKind::Rune, r"'\''").as_i64(), Some(39));
        assert_eq!(parse_literal(LitKind::Rune, "'世'").as_i64(), Some(0x4e16));
        assert_eq!(unquote_string(r#""a\x80\u00e9\n""#).unwrap(), b"a\x80\xc3\xa9\n");
        assert_eq!(quote(b"a\x80\xc3\xa9\n"), "\"a\\x80é\\n\"");
    }

    #[test]
    fn rounding() {
        for s in
            ["0.1", "1e23", "5e-324", "2.2250738585072014e-308", "1.7976931348623157e308", "123456789.123", "1e-400"]
        {
            assert_eq!(float(s).as_f64(), s.parse::<f64>().unwrap(), "{s}");
            assert_eq!(float(s).as_f32(), s.parse::<f32>().unwrap(), "{s}");
        }
        assert!(float("1e39").represent(Basic::Float32).is_none());
        assert!(float("1e309").represent(Basic::Float64).is_none());
        assert_eq!(float("0.1").represent(Basic::Float64).unwrap().as_f64(), 0.1);
        assert!(float("1.8e308").as_f64().is_infinite());
        assert_eq!(float("1e-50").represent(Basic::Float32).unwrap(), Value::from(0));
    }

    #[test]
    fn arithmetic() {
        let v = |i: i64| Value::from(i);
        let b = |x: i64, op, y: i64| binary(&v(x), op, &v(y), Division::Integer).as_i64().unwrap();
        assert_eq!((b(-7, BinaryOp::Div, 2), b(-7, BinaryOp::Rem, 2)), (-3, -1));
        assert_eq!((b(-8, BinaryOp::And, 12), b(6, BinaryOp::AndNot, -5)), (8, 4));
        assert_eq!(shift(&v(-5), BinaryOp::Shr, 1).as_i64(), Some(-3));
        assert_eq!(shift(&v(-4), BinaryOp::Shr, 1).as_i64(), Some(-2));
        let third = binary(&v(1), BinaryOp::Div, &v(3), Division::Exact);
        assert_eq!(binary(&third, BinaryOp::Mul, &v(3), Division::Exact), v(1));
        let i = parse_literal(LitKind::Imag, "1i");
        assert_eq!(binary(&i, BinaryOp::Mul, &i, Division::Exact), v(-1));
        assert_eq!(binary(&v(1), BinaryOp::Div, &i, Division::Exact).text(Style::Complex), "(0 + -1i)");
        let small = parse_literal(LitKind::Float, "1e-100000");
        let large = parse_literal(LitKind::Float, "1e100000");
        assert_eq!(binary(&small, BinaryOp::Mul, &large, Division::Exact).as_f64(), 1.0);
        for (x, bits) in [(127, true), (128, false), (-128, true), (-129, false)] {
            assert_eq!(v(x).represent(Basic::Int8).is_some(), bits, "{x}");
        }
        assert!(v(-1).represent(Basic::Uint).is_none() && v(0).represent(Basic::Uint8).is_some());
    }
}
