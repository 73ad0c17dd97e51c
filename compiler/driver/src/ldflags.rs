//! `-ldflags`: which of the flags of Go's linker mean something here.
//!
//! A flag without effect is accepted only if nothing could be noticed of it; every other one is an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::build::Symbols;

/// What a command line asks of the linker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkFlags {
    /// The argument as written, for the information about the build that the program has.
    pub text: String,
    /// `-s`
    pub symbols: Symbols,
    /// `-X`: values of string variables, in the order of the flags.
    pub values: Vec<Value>,
}

/// `-X importpath.name=value`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// Import path, `main` for the program.
    pub package: String,
    /// Name of the variable.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl LinkFlags {
    /// Gives a variable a value.
    pub fn set(&mut self, package: &str, name: &str, value: &str) {
        self.values.push(Value { package: package.into(), name: name.into(), value: value.into() });
    }

    /// Values by variable: of several the last one counts.
    pub fn strings(&self) -> BTreeMap<(String, String), String> {
        self.values.iter().map(|v| ((v.package.clone(), v.name.clone()), v.value.clone())).collect()
    }

    /// Reads the argument of `-ldflags`. An error is text for the user.
    pub fn parse(text: &str) -> Result<LinkFlags, String> {
        let invalid = |why: &str| format!("invalid value {text:?} for flag -ldflags: {why}");
        let mut flags = LinkFlags { text: text.to_owned(), ..LinkFlags::default() };
        let text = text.trim_start();
        // A pattern may stand in front, of packages whose flags these are: only programs are linked.
        let list = match text.split_once('=') {
            Some((pattern, list)) if !text.starts_with('-') => match pattern {
                "all" => list,
                "" => return Err(invalid("missing <pattern> in <pattern>=<value>")),
                _ => return Err(invalid(&format!("undergo does not choose flags by package ({pattern}=)"))),
            },
            None if !text.is_empty() && !text.starts_with('-') => {
                return Err(invalid("parameter may not start with something other than - or <pattern>="));
            }
            _ => text,
        };
        let words = words(list).map_err(|quote| invalid(&format!("unterminated {quote} string")))?;
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let body = word.strip_prefix("--").or_else(|| word.strip_prefix('-'));
            let Some(body) = body.filter(|b| !b.is_empty()) else {
                return Err(format!("-ldflags: {word:?} is no flag"));
            };
            let (name, inline) = match body.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (body, None),
            };
            flags.flag(name, inline, || words.next())?;
        }
        Ok(flags)
    }

    fn flag(
        &mut self,
        name: &str,
        inline: Option<String>,
        mut next: impl FnMut() -> Option<String>,
    ) -> Result<(), String> {
        let on = !matches!(inline.as_deref(), Some("0" | "f" | "F" | "false" | "FALSE" | "False"));
        let mut value =
            || inline.clone().or_else(&mut next).ok_or_else(|| format!("-ldflags: flag needs an argument: -{name}"));
        match name {
            "s" => self.symbols = if on { Symbols::Strip } else { Symbols::Keep },
            // There is no debugging information to leave out or to compress, and no C to pass flags to.
            "w" | "compressdwarf" => {}
            "extldflags" | "extld" => {
                value()?;
            }
            "X" => self.values.push(definition(&value()?)?),
            "buildid" | "linkmode" => {
                let value = value()?;
                if !matches!((name, value.as_str()), ("buildid", "") | ("linkmode", "internal" | "auto")) {
                    return Err(format!("-ldflags: -{name}={value} is not supported"));
                }
            }
            _ => return Err(format!("-ldflags: flag provided but not defined: -{name}")),
        }
        Ok(())
    }
}

/// Takes `importpath.name=value` apart.
fn definition(text: &str) -> Result<Value, String> {
    let parts = text.split_once('=').and_then(|(variable, value)| Some((variable.rsplit_once('.')?, value)));
    let Some(((package, name), value)) = parts else {
        return Err("-X flag requires argument of the form importpath.name=value".into());
    };
    Ok(Value { package: package.into(), name: name.into(), value: value.into() })
}

/// Words between blanks; one that begins with a quote ends at the next such quote. The error is the quote that none
/// follows.
fn words(text: &str) -> Result<Vec<String>, char> {
    let mut out = Vec::new();
    let mut rest = text.trim_start_matches(BLANKS);
    while let Some(first) = rest.chars().next() {
        let (word, behind) = match first {
            '\'' | '"' => rest[1..].split_once(first).ok_or(first)?,
            _ => rest.split_at(rest.find(BLANKS).unwrap_or(rest.len())),
        };
        out.push(word.to_owned());
        rest = behind.trim_start_matches(BLANKS);
    }
    Ok(out)
}

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let f = LinkFlags::parse("-s -X main.a=1 -X=main.b= \"-X\" 'a.b/c.d=e f=g' -w").expect("valid");
        assert_eq!(f.symbols, Symbols::Strip);
        let all: Vec<_> = f.values.iter().map(|v| format!("{}|{}|{}", v.package, v.name, v.value)).collect();
        assert_eq!(all, ["main|a|1", "main|b|", "a.b/c|d|e f=g"]);
    }

    #[test]
    fn refused() {
        for bad in ["-X main", "-X 'main.a=b", "-foo", "-linkmode=external", "x", "./...=-s", "-buildid=x"] {
            assert!(LinkFlags::parse(bad).is_err(), "{bad}");
        }
        assert!(LinkFlags::parse("all=-s -buildid=").is_ok());
    }
}
