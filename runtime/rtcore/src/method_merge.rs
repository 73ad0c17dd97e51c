//! Which methods of a type implement an interface: both lists are sorted in the same order, so one pass suffices.

/// How the merge looks at the two lists.
pub trait Methods {
    /// Number of methods of the interface.
    fn wanted(&self) -> usize;
    /// Number of methods of the type.
    fn offered(&self) -> usize;
    /// Whether method `offered` of the type is method `wanted` of the interface: same name, same signature and, if it
    /// is not exported, same package.
    fn matches(&self, wanted: usize, offered: usize) -> bool;
}

/// Calls `found(wanted, offered)` for each method of the interface in order. `Err`: the first one that the type lacks.
pub fn merge(methods: &impl Methods, mut found: impl FnMut(usize, usize)) -> Result<(), usize> {
    let mut offered = 0;
    for wanted in 0..methods.wanted() {
        while offered < methods.offered() && !methods.matches(wanted, offered) {
            offered += 1;
        }
        if offered == methods.offered() {
            return Err(wanted);
        }
        found(wanted, offered);
        offered += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Names<'a>(&'a [&'a str], &'a [&'a str]);
    impl Methods for Names<'_> {
        fn wanted(&self) -> usize {
            self.0.len()
        }
        fn offered(&self) -> usize {
            self.1.len()
        }
        fn matches(&self, wanted: usize, offered: usize) -> bool {
            self.0[wanted] == self.1[offered]
        }
    }

    fn check(interface: &[&str], of_type: &[&str], expected: Result<&[usize], usize>) {
        let mut table = Vec::new();
        let result = merge(&Names(interface, of_type), |w, o| {
            assert_eq!(w, table.len());
            table.push(o);
        });
        assert_eq!(result.map(|()| table.as_slice()), expected);
    }

    #[test]
    fn merging() {
        check(&["A", "C"], &["A", "B", "C", "D"], Ok(&[0, 2]));
        check(&["D"], &["A", "B", "C", "D"], Ok(&[3]));
        check(&[], &[], Ok(&[]));
        check(&["A", "B"], &["A", "C"], Err(1));
        check(&["A"], &[], Err(0));
    }
}
