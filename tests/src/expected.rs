//! The list of tests that are known to fail, with reasons. It may only shrink: a listed test that passes fails.
//!
//! Format: one `name: reason` per line; `#` starts a comment.

use std::collections::BTreeMap;
use std::path::Path;

/// The list.
#[derive(Debug)]
pub struct Expected(BTreeMap<String, String>);

impl Expected {
    /// Reads a list; a missing file is an empty list.
    pub fn read(path: &Path) -> Result<Expected, String> {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut list = BTreeMap::new();
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let (name, reason) =
                line.split_once(": ").ok_or_else(|| format!("{}: {line}: no reason", path.display()))?;
            list.insert(name.to_owned(), reason.to_owned());
        }
        Ok(Expected(list))
    }

    /// What a test's result means, given the list.
    pub fn judge(&self, name: &str, result: Result<(), String>) -> Result<(), String> {
        match (self.0.get(name), result) {
            (Some(reason), Ok(())) => {
                Err(format!("passes, although listed as failing ({reason}): strike it off the list"))
            }
            (Some(_), Err(_)) => Ok(()),
            (None, result) => result,
        }
    }

    /// Why a test is known to fail, if it is.
    pub fn reason(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All listed names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Listed names that no test has.
    pub fn strangers<'a>(&'a self, names: &'a [String]) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str).filter(|k| !names.iter().any(|n| n == k))
    }
}

#[cfg(test)]
mod tests {
    use super::Expected;

    #[test]
    fn a_listed_test_must_fail() {
        let list = Expected([("a".to_owned(), "why".to_owned())].into());
        assert!(list.judge("a", Ok(())).is_err());
        assert!(list.judge("a", Err("x".into())).is_ok());
        assert!(list.judge("b", Err("x".into())).is_err());
        assert_eq!(list.strangers(&["b".into()]).collect::<Vec<_>>(), ["a"]);
    }
}
