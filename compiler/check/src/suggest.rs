//! What a misspelt name may have been meant to be. Only a hint beside an error: gc has no such text.

use undergo_source::Name;
use undergo_types::{Pkg, universe};

use crate::checker::Checker;

/// Hints are only made while there are few errors: more are not read, and looking through all names for each takes time.
const MAX_ERRORS: usize = 20;

impl<'a> Checker<'a> {
    /// A hint for `name`, which nothing visible has.
    pub(crate) fn suggest_visible(&self, name: Name) -> Option<String> {
        if self.diags.len() > MAX_ERRORS {
            return None;
        }
        let mut names: Vec<Name> = universe::names().collect();
        let mut scope = Some(self.env.scope);
        while let Some(s) = scope {
            names.extend(self.scopes.objects(s).iter().map(|o| o.name));
            scope = self.scopes.parent(s);
        }
        did_you_mean(name, names)
    }

    /// A hint for `name`, which package `pkg` does not export.
    pub(crate) fn suggest_exported(&self, pkg: Pkg, name: Name) -> Option<String> {
        if self.diags.len() > MAX_ERRORS {
            return None;
        }
        let scope = pkg.scope.read().expect("no writer panics");
        did_you_mean(name, scope.keys().filter(|n| n.is_exported()).copied())
    }
}

fn did_you_mean(name: Name, names: impl IntoIterator<Item = Name>) -> Option<String> {
    nearest(name.as_str(), names.into_iter().map(Name::as_str)).map(|n| format!("did you mean {n}?"))
}

/// The name that takes the fewest changes: at most one for every three letters. Of several the first by spelling.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().collect();
    let limit = wanted.len() / 3;
    let near = names.filter(|n| !n.is_empty() && *n != "_" && n.len().abs_diff(name.len()) <= 4 * limit.max(1));
    let measured = near.map(|n| (distance(&wanted, &n.chars().collect::<Vec<char>>()), n));
    measured.filter(|(d, _)| (1..=limit).contains(d)).min().map(|(_, n)| n)
}

/// Number of characters to insert, remove, replace or swap with their neighbour (optimal string alignment distance).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names() {
        let of = |name, names: &[&'static str]| nearest(name, names.iter().copied());
        assert_eq!(of("Prinln", &["Print", "Println", "Printf"]), Some("Println"));
        assert_eq!(of("cuont", &["count", "amount"]), Some("count"));
        assert_eq!(of("x", &["y", "z"]), None);
        assert_eq!(of("abc", &["abd", "abb"]), Some("abb"));
        assert_eq!(of("length", &["width", "_"]), None);
    }
}
