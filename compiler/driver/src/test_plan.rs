//! What `undergo test` builds: for each package a program that go has written the main function of.
//!
//! `go list -test` lists, besides a package `p`, the program `p.test`, the package with its test files `p [p.test]`, the
//! package of its external tests `p_test [p.test]`, and every dependency in between once more, as `q [p.test]`.

use std::collections::{HashMap, HashSet};

use crate::golist::{ListError, Listed, Tests};
use crate::goroot::Goroot;
use crate::load::{self, Graph, Request};

/// One package to test.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The package itself.
    pub listed: Listed,
    /// What its build needs: the test program with all its dependencies, or, without test files, the package with its.
    pub graph: Graph,
    /// Whether there are test files.
    pub kind: Kind,
    /// Why there can be no build; of which package, in front.
    pub errors: Vec<(String, ListError)>,
}

/// Whether a package has test files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It has: the graph's root is a program.
    Program,
    /// It has none, and is only checked.
    NoTests,
}

/// The packages that a request means, in the order in which go tests them: that of the patterns, and those of one
/// pattern in the order in which directories are walked.
pub fn plan(goroot: &Goroot, request: &Request) -> Result<Vec<Subject>, String> {
    let all = load::graph(goroot, request, Tests::With)?.packages;
    let by_path: HashMap<&str, &Listed> = all.iter().map(|p| (p.import_path.as_str(), p)).collect();
    let is_subject = |p: &&Listed| !p.dep_only && p.for_test.is_empty() && !is_program_of_test(p, &by_path);
    let mut subjects: Vec<&Listed> = all.iter().filter(is_subject).collect();
    let pattern = |p: &Listed| request.patterns.iter().position(|a| p.matched.contains(a)).unwrap_or(usize::MAX);
    let walk = |p: &Listed| p.import_path.split('/').map(str::to_owned).collect::<Vec<_>>();
    subjects.sort_by_key(|p| (pattern(p), walk(p)));
    Ok(subjects.into_iter().map(|p| subject(p, &by_path, &all)).collect())
}

fn is_program_of_test(p: &Listed, by_path: &HashMap<&str, &Listed>) -> bool {
    p.name == "main" && p.import_path.strip_suffix(".test").is_some_and(|tested| by_path.contains_key(tested))
}

fn subject(p: &Listed, by_path: &HashMap<&str, &Listed>, all: &[Listed]) -> Subject {
    let program = format!("{}.test", p.import_path);
    let has_tests = !p.test_go_files.is_empty() || !p.x_test_go_files.is_empty();
    let (kind, root) = match by_path.contains_key(program.as_str()) {
        true if has_tests => (Kind::Program, program),
        _ => (Kind::NoTests, p.import_path.clone()),
    };
    let mut reached: HashSet<&str> = HashSet::new();
    let mut work = vec![root.as_str()];
    while let Some(path) = work.pop() {
        if let Some(found) = by_path.get(path)
            && reached.insert(path)
        {
            work.extend(found.imports.iter().map(String::as_str));
        }
    }
    let packages: Vec<Listed> =
        all.iter().filter(|q| reached.contains(q.import_path.as_str())).map(|q| with_embeds(q, by_path)).collect();
    let mut errors: Vec<(String, ListError)> = Vec::new();
    for q in &packages {
        errors.extend(q.error.iter().map(|e| (q.import_path.clone(), e.clone())));
    }
    // The program is missing if its packages could not be loaded.
    if kind == Kind::NoTests && has_tests && errors.is_empty() {
        let variants = all.iter().filter(|q| q.for_test == p.import_path);
        errors.extend(variants.flat_map(|q| q.error.iter().map(|e| (q.import_path.clone(), e.clone()))));
        errors.extend(p.deps_errors.iter().map(|e| (p.import_path.clone(), e.clone())));
    }
    Subject { listed: p.clone(), graph: Graph { packages, roots: vec![root], stamps: None }, kind, errors }
}

/// go lists the files that tests embed only with the package itself.
fn with_embeds(q: &Listed, by_path: &HashMap<&str, &Listed>) -> Listed {
    let mut q = q.clone();
    if let Some(tested) = by_path.get(q.for_test.as_str()) {
        if q.path() == q.for_test {
            q.embed_files.extend(tested.test_embed_files.iter().cloned());
        } else if q.path().strip_suffix("_test") == Some(&q.for_test) {
            q.embed_files.extend(tested.x_test_embed_files.iter().cloned());
        }
        q.embed_files.sort();
        q.embed_files.dedup();
    }
    q
}
