//! Values of GOGC and GOMEMLIMIT.

/// GOGC: a percentage, or -1 for `off`. What is not a number counts as 100.
pub fn parse_gogc(text: &[u8]) -> i32 {
    if text == b"off" {
        return -1;
    }
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    match decimal(digits).and_then(|n| i32::try_from(n).ok()) {
        Some(n) => {
            if negative {
                -1
            } else {
                n
            }
        }
        None => 100,
    }
}

/// GOMEMLIMIT: bytes with an optional unit B, KiB, MiB, GiB or TiB, or `off` for none.
pub fn parse_mem_limit(text: &[u8]) -> Option<i64> {
    if text == b"off" {
        return Some(i64::MAX);
    }
    let number_end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(number_end);
    let shift = match unit {
        b"" | b"B" => 0,
        b"KiB" => 10,
        b"MiB" => 20,
        b"GiB" => 30,
        b"TiB" => 40,
        _ => return None,
    };
    decimal(number)?.checked_mul(1 << shift)
}

fn decimal(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0i64, |n, b| {
        let digit = b.is_ascii_digit().then(|| (b - b'0') as i64)?;
        n.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings() {
        assert_eq!(parse_gogc(b"off"), -1);
        assert_eq!(parse_gogc(b"50"), 50);
        assert_eq!(parse_gogc(b"-5"), -1);
        assert_eq!(parse_gogc(b"x"), 100);
        assert_eq!(parse_gogc(b""), 100);
        assert_eq!(parse_mem_limit(b"off"), Some(i64::MAX));
        assert_eq!(parse_mem_limit(b"100"), Some(100));
        assert_eq!(parse_mem_limit(b"3MiB"), Some(3 << 20));
        assert_eq!(parse_mem_limit(b"2TiB"), Some(2 << 40));
        assert_eq!(parse_mem_limit(b"9999999999TiB"), None);
        assert_eq!(parse_mem_limit(b"1MB"), None);
        assert_eq!(parse_mem_limit(b"KiB"), None);
        assert_eq!(parse_mem_limit(b"-1"), None);
    }
}
