//! Reading test files without a scanner.

/// Length of the string at the start of `text`, so that its contents are not taken for comments; else one character.
pub fn quoted_len(text: &str) -> usize {
    let quote = text.chars().next().unwrap();
    let len = quote.len_utf8();
    if !matches!(quote, '"' | '`') {
        return len;
    }
    match text[1..].find([quote, if quote == '"' { '\n' } else { quote }]) {
        Some(i) if text[1 + i..].starts_with(quote) => i + 2,
        _ => len,
    }
}
