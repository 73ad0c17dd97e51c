//! Arguments of directives: `//go:embed` patterns, and fields with quoted parts.

use crate::literal::string_value;

/// Splits the arguments of `//go:embed` into patterns, which may be quoted. If an argument is malformed there are no
/// patterns, but a message.
pub fn parse(args: &str) -> (Vec<String>, Option<String>) {
    let mut patterns = Vec::new();
    let mut rest = args.trim();
    while let Some(first) = rest.chars().next() {
        let bad = |what: &str| (Vec::new(), Some(format!("invalid quoted string in //go:embed: {what}")));
        let len = match first {
            '`' => match rest[1..].find('`') {
                Some(i) => i + 2,
                None => return bad(rest),
            },
            '"' => match closing_quote(rest) {
                Some(i) => i + 1,
                None => return bad(rest),
            },
            _ => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let (arg, tail) = rest.split_at(len);
        if !matches!(first, '`' | '"') {
            patterns.push(arg.to_string());
        } else {
            match string_value(arg).and_then(|v| String::from_utf8(v).ok()) {
                Some(value) => patterns.push(value),
                None => return bad(arg),
            }
        }
        if tail.chars().next().is_some_and(|c| !c.is_whitespace()) {
            return bad(tail);
        }
        rest = tail.trim();
    }
    (patterns, None)
}

/// Index of the quote that closes the string at the start of `text`.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (i, b) in text.bytes().enumerate().skip(1) {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(i),
            _ => {}
        }
    }
    None
}

/// Fields separated by white space; a part in double quotes is a field of its own, quotes included. A quote that is
/// never closed ends the list.
pub fn quoted_fields(text: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        if rest.is_empty() {
            return fields;
        }
        let len = match rest.strip_prefix('"') {
            Some(body) => match body.find('"') {
                Some(i) => i + 2,
                None => return fields,
            },
            None => rest.find([' ', '\t', '\n', '\r', '"']).unwrap_or(rest.len()),
        };
        let (field, tail) = rest.split_at(len);
        fields.push(field);
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let list = |s: &str| parse(s).0;
        assert_eq!(list(" a/* b.txt"), ["a/*", "b.txt"]);
        assert_eq!(list(r#" "a b" `c d` e"#), ["a b", "c d", "e"]);
        assert_eq!(parse("\"a").1.unwrap(), "invalid quoted string in //go:embed: \"a");
    }

    #[test]
    fn fields() {
        assert_eq!(quoted_fields(r#"go:x a "b c"d"#), ["go:x", "a", "\"b c\"", "d"]);
    }
}
