//! Build constraints: `//go:build` expressions.
//!
//! The grammar is `tag`, `!x`, `x && y`, `x || y` and parentheses. Tags consist of letters, digits, `_` and `.`.

use crate::chars::{is_digit, is_letter};

/// A parsed constraint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Constraint {
    /// A tag.
    Tag(String),
    /// `!x`
    Not(Box<Constraint>),
    /// `x && y`
    And(Box<Constraint>, Box<Constraint>),
    /// `x || y`
    Or(Box<Constraint>, Box<Constraint>),
}

/// Why a constraint cannot be parsed: offset in the expression, and what is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConstraintError {
    /// Byte offset.
    pub offset: usize,
    /// Message in Go's words.
    pub msg: String,
}

/// Number of operands allowed in one expression, far above anything sensible; it bounds the recursion too.
const MAX_SIZE: u32 = 1000;

const UNEXPECTED_END: &str = "unexpected end of expression";

/// The expression of a `//go:build` line; none if `line` is not such a line. White space may surround it.
pub fn expression(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("//go:build")?;
    if rest.contains('\n') || !rest.is_empty() && !rest.starts_with([' ', '\t']) {
        return None;
    }
    Some(rest.trim())
}

/// Parses an expression.
pub fn parse(text: &str) -> Result<Constraint, ConstraintError> {
    let mut p = Parser { text, at: 0, start: 0, tok: "", size: 0 };
    p.next()?;
    let x = p.or()?;
    match p.tok {
        "" => Ok(x),
        tok => Err(p.error(format!("unexpected token {tok}"))),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    start: usize,
    tok: &'a str,
    size: u32,
}

impl<'a> Parser<'a> {
    fn error(&self, msg: impl Into<String>) -> ConstraintError {
        ConstraintError { offset: self.start, msg: msg.into() }
    }

    fn next(&mut self) -> Result<(), ConstraintError> {
        let rest = self.text[self.at..].trim_start_matches([' ', '\t']);
        self.start = self.text.len() - rest.len();
        let len = match rest.as_bytes() {
            [] => 0,
            [b'(' | b')' | b'!', ..] => 1,
            [b'&', b'&', ..] | [b'|', b'|', ..] => 2,
            [b @ (b'&' | b'|'), ..] => return Err(self.error(format!("invalid syntax at {}", *b as char))),
            _ => {
                let is_tag = |c: char| is_letter(c) || is_digit(c) || c == '_' || c == '.';
                let len = rest.find(|c| !is_tag(c)).unwrap_or(rest.len());
                if len == 0 {
                    let c = rest.chars().next().expect("not empty");
                    return Err(self.error(format!("invalid syntax at {c}")));
                }
                len
            }
        };
        self.tok = &rest[..len];
        self.at = self.start + len;
        Ok(())
    }

    fn or(&mut self) -> Result<Constraint, ConstraintError> {
        let mut x = self.and()?;
        while self.tok == "||" {
            self.next()?;
            x = Constraint::Or(Box::new(x), Box::new(self.and()?));
        }
        Ok(x)
    }

    fn and(&mut self) -> Result<Constraint, ConstraintError> {
        let mut x = self.not()?;
        while self.tok == "&&" {
            self.next()?;
            x = Constraint::And(Box::new(x), Box::new(self.not()?));
        }
        Ok(x)
    }

    fn not(&mut self) -> Result<Constraint, ConstraintError> {
        self.size += 1;
        if self.size > MAX_SIZE {
            return Err(self.error("build expression too large"));
        }
        if self.tok != "!" {
            return self.atom();
        }
        self.next()?;
        if self.tok == "!" {
            return Err(self.error("double negation not allowed"));
        }
        Ok(Constraint::Not(Box::new(self.atom()?)))
    }

    fn atom(&mut self) -> Result<Constraint, ConstraintError> {
        match self.tok {
            "(" => {
                let open = self.start;
                let unclosed = |offset| ConstraintError { offset, msg: "missing close paren".into() };
                let inner = self.next().and_then(|()| self.or());
                let x = inner.map_err(|e| if e.msg == UNEXPECTED_END { unclosed(e.offset) } else { e })?;
                if self.tok != ")" {
                    return Err(unclosed(open));
                }
                self.next()?;
                Ok(x)
            }
            "" => Err(self.error(UNEXPECTED_END)),
            ")" | "&&" | "||" | "!" => Err(self.error(format!("unexpected token {}", self.tok))),
            tag => {
                self.next()?;
                Ok(Constraint::Tag(tag.to_string()))
            }
        }
    }
}

impl Constraint {
    /// Whether the constraint holds, given which tags do.
    pub fn eval(&self, tag: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Constraint::Tag(t) => tag(t),
            Constraint::Not(x) => !x.eval(tag),
            Constraint::And(x, y) => {
                // Both sides are asked, so that a predicate can collect the tags that matter.
                let (x, y) = (x.eval(tag), y.eval(tag));
                x && y
            }
            Constraint::Or(x, y) => {
                let (x, y) = (x.eval(tag), y.eval(tag));
                x || y
            }
        }
    }

    /// The lowest Go version any build satisfying the constraint has: `(1, 21)` if it implies `go1.21`. None if it
    /// implies nothing.
    pub fn min_go_version(&self) -> Option<(u32, u32)> {
        self.min_minor(Polarity::Positive).map(|minor| (1, minor))
    }

    fn min_minor(&self, polarity: Polarity) -> Option<u32> {
        match (self, polarity) {
            (Constraint::Not(x), _) => x.min_minor(polarity.flip()),
            (Constraint::Tag(t), Polarity::Positive) => match t.strip_prefix("go1") {
                Some("") => Some(0),
                Some(rest) => parse_minor(rest.strip_prefix('.')?),
                None => None,
            },
            // That some version's tag is unset bounds versions from above only.
            (Constraint::Tag(_), Polarity::Negative) => None,
            (Constraint::And(x, y), Polarity::Positive) | (Constraint::Or(x, y), Polarity::Negative) => {
                x.min_minor(polarity).max(y.min_minor(polarity))
            }
            (Constraint::Or(x, y), Polarity::Positive) | (Constraint::And(x, y), Polarity::Negative) => {
                x.min_minor(polarity).min(y.min_minor(polarity))
            }
        }
    }
}

/// Whether a subexpression is under an even or an odd number of negations.
#[derive(Clone, Copy)]
enum Polarity {
    Positive,
    Negative,
}

impl Polarity {
    fn flip(self) -> Polarity {
        match self {
            Polarity::Positive => Polarity::Negative,
            Polarity::Negative => Polarity::Positive,
        }
    }
}

fn parse_minor(digits: &str) -> Option<u32> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evaluation() {
        let linux = |t: &str| matches!(t, "linux" | "amd64" | "go1.27");
        let holds = |s: &str| parse(s).unwrap().eval(&linux);
        assert!(holds("linux && !windows"));
        assert!(holds("(darwin || linux) && amd64"));
        assert!(!holds("!linux || windows && amd64"));
    }

    #[test]
    fn versions() {
        let version = |s: &str| parse(s).unwrap().min_go_version();
        assert_eq!(version("go1.21 && linux"), Some((1, 21)));
        assert_eq!(version("go1.21 && go1.22"), Some((1, 22)));
        assert_eq!(version("go1.21 || go1.18"), Some((1, 18)));
        assert_eq!(version("go1.21 || linux"), None);
        assert_eq!(version("!go1.21"), None);
        assert_eq!(version("!(!go1.21 || windows)"), Some((1, 21)));
        assert_eq!(version("go1"), Some((1, 0)));
    }

    #[test]
    fn errors() {
        let error = |s: &str| parse(s).unwrap_err();
        assert_eq!(error("a &&"), ConstraintError { offset: 4, msg: "unexpected end of expression".into() });
        assert_eq!(error("a b"), ConstraintError { offset: 2, msg: "unexpected token b".into() });
        assert_eq!(error("!!a").msg, "double negation not allowed");
        assert_eq!(error("(a").msg, "missing close paren");
        assert_eq!(error("a & b").msg, "invalid syntax at &");
    }

    #[test]
    fn lines() {
        assert_eq!(expression("//go:build linux && amd64 "), Some("linux && amd64"));
        assert_eq!(expression("//go:buildx"), None);
        assert_eq!(expression("// go:build a"), None);
    }
}
