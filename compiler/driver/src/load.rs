//! Parsed packages in dependency order.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use undergo_source::{Diag, SourceFile, SourceMap};
use undergo_syntax::{ParseMode, ast};

use crate::golist::{ListError, Listed, Query, Tests};
use crate::goroot::Goroot;
use crate::stamp::Stamps;
use crate::{overlay, select};

/// What to load.
#[derive(Clone, Debug)]
pub struct Request {
    /// Working directory.
    pub dir: PathBuf,
    /// Packages, directories, patterns or .go files, as for `go build`.
    pub patterns: Vec<String>,
    /// Further build tags.
    pub tags: Vec<String>,
    /// Further flags of `go list`, such as `-mod=mod`.
    pub list_flags: Vec<String>,
    /// Whether the program is to be run on our runtime: NOASM selection and overlay. Else the stock selection for
    /// amd64, with GOROOT's own runtime, for checking only.
    pub mode: Selection,
}

/// A package graph to build from.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    /// Packages of the graph, dependencies before dependents. Those of the standard library may be missing.
    pub packages: Vec<Listed>,
    /// Import paths of the packages that are meant, in the order in which they were asked for.
    pub roots: Vec<String>,
    /// What go's answer depends on, if that is known.
    #[serde(skip)]
    pub stamps: Option<Stamps>,
}

/// Which files are used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Selection {
    /// NOASM rule and overlay: what we compile.
    Undergo,
    /// As `go list` selects them.
    Stock,
}

/// A parsed package.
#[derive(Debug)]
pub struct Package {
    /// What go says of it.
    pub listed: Listed,
    /// Its files, sorted by name.
    pub files: Vec<&'static ast::File>,
    /// Import paths as written to import paths as meant, where they differ.
    pub import_map: BTreeMap<String, String>,
    /// Where its files are, those of the overlay aside.
    pub paths: Vec<PathBuf>,
    /// Packages that its files import, as meant.
    pub imports: Vec<String>,
    /// Syntax errors.
    pub diags: Vec<Diag>,
}

/// The result of loading.
#[derive(Debug)]
pub struct Loaded {
    /// All sources.
    pub map: Arc<SourceMap>,
    /// Dependencies before dependents.
    pub packages: Vec<Package>,
    /// Import paths of the packages that were asked for.
    pub roots: Vec<String>,
    /// What the graph depends on, if that is known.
    pub stamps: Option<Stamps>,
    /// Errors of the graph: missing packages, import cycles, patterns without match.
    pub errors: Vec<ListError>,
}

/// Packages that every program needs, imported or not: the compiler calls into them.
const IMPLICIT: &[&str] = &["runtime"];

/// Lists, selects, reads and parses.
pub fn load(goroot: &Goroot, request: &Request) -> Result<Loaded, String> {
    load_graph(goroot, request, graph(goroot, request, Tests::Without)?)
}

/// Asks go for the package graph.
pub fn graph(goroot: &Goroot, request: &Request, tests: Tests) -> Result<Graph, String> {
    let query = Query { goroot, dir: &request.dir, tags: &request.tags, flags: &request.list_flags, tests };
    let (packages, stamps) = query.packages(&request.patterns)?;
    let roots = packages.iter().filter(|p| !p.dep_only).map(|p| p.import_path.clone()).collect();
    Ok(Graph { packages, roots, stamps })
}

/// Selects, reads and parses the packages of a graph.
pub fn load_graph(goroot: &Goroot, request: &Request, graph: Graph) -> Result<Loaded, String> {
    let Graph { packages: listed, roots, stamps } = graph;
    let errors = graph_errors(&listed);
    let map = Arc::new(SourceMap::new());
    if !errors.is_empty() {
        return Ok(Loaded { map, packages: Vec::new(), roots, stamps, errors });
    }
    let query = Query { goroot, dir: &request.dir, tags: &request.tags, flags: &[], tests: Tests::Without };
    let mut known = query.standard()?;
    known.extend(listed.iter().map(|p| (p.import_path.clone(), p.clone())));
    let mut wanted: Vec<String> = listed.into_iter().map(|p| p.import_path).collect();
    if request.mode == Selection::Undergo {
        let implicit = IMPLICIT.iter().filter(|p| !wanted.iter().any(|w| w.starts_with(&format!("{p} ["))));
        let implicit: Vec<String> = implicit.map(|p| p.to_string()).collect();
        wanted.extend(implicit);
    }
    let mut packages = parse_closure(&map, &known, wanted, request)?;
    Ok(Loaded { map, packages: in_order(&mut packages), roots, stamps, errors })
}

/// Every error once, in the order in which `go build` prints them: that of the list, dependencies first and imports in
/// the order of their names. The lists of errors of dependencies that roots have are in an order that varies: they only
/// add what no package has as its own.
pub fn graph_errors(listed: &[Listed]) -> Vec<ListError> {
    let mut seen = HashSet::new();
    let own = listed.iter().filter_map(|p| p.error.as_ref());
    let of_dependencies = listed.iter().filter(|p| !p.dep_only).flat_map(|p| &p.deps_errors);
    let all = own.chain(of_dependencies).filter(|e| seen.insert((e.pos.clone(), e.err.clone())));
    all.map(|e| if e.is_import_cycle() { with_files(e, listed) } else { e.clone() }).collect()
}

/// The error with each package of the import chain followed by the file that imports it, which `go list` leaves out.
fn with_files(e: &ListError, listed: &[Listed]) -> ListError {
    let mut chain: Vec<String> = e.import_stack.iter().take(1).cloned().collect();
    for pair in e.import_stack.windows(2) {
        let importer = listed.iter().find(|p| p.import_path == pair[0]);
        let file = importer.and_then(|p| p.go_files.iter().find(|f| imports(&Path::new(&p.dir).join(f), &pair[1])));
        chain.push(file.map_or_else(|| pair[1].clone(), |f| format!("{} from {f}", pair[1])));
    }
    ListError { import_stack: chain, ..e.clone() }
}

/// Whether a file imports a package.
fn imports(file: &Path, path: &str) -> bool {
    let map = SourceMap::new();
    let source = fs::read(file).ok().and_then(|text| map.add(&file.display().to_string(), text).ok());
    source.is_some_and(|s| {
        let (tree, _) = undergo_syntax::parse_file(&map, &s, ParseMode::IMPORTS);
        tree.imports.iter().any(|i| i.path.is_some_and(|p| p.as_str() == path))
    })
}

/// Parses the wanted packages and everything they import, a wave at a time, two or more files at once.
fn parse_closure(
    map: &Arc<SourceMap>,
    known: &HashMap<String, Listed>,
    mut wanted: Vec<String>,
    request: &Request,
) -> Result<HashMap<String, Package>, String> {
    let mut done: HashMap<String, Package> = HashMap::new();
    // Test variants of a package have the same files: one tree serves them all.
    let mut trees: HashMap<String, Tree> = HashMap::new();
    loop {
        wanted.sort();
        wanted.dedup();
        wanted.retain(|p| p != "unsafe" && p != "C" && !done.contains_key(p));
        if wanted.is_empty() {
            return Ok(done);
        }
        let mut jobs = Vec::new();
        let mut paths: Vec<Vec<PathBuf>> = Vec::with_capacity(wanted.len());
        let mut names: Vec<Vec<String>> = Vec::with_capacity(wanted.len());
        let mut queued: HashSet<String> = HashSet::new();
        for path in &wanted {
            let listed = known.get(path).ok_or_else(|| format!("package {path} is not in std"))?;
            let (mut own, mut files) = (Vec::new(), Vec::new());
            for (name, source) in sources(listed, request)? {
                if let Source::File(path) = &source {
                    files.push(path.clone());
                }
                own.push(name.clone());
                if !trees.contains_key(&name) && queued.insert(name.clone()) {
                    jobs.push(Job { mode: parse_mode(listed), name, source });
                }
            }
            names.push(own);
            paths.push(files);
        }
        trees.extend(parse_all(map, jobs)?);
        let mut wave: Vec<Package> = Vec::with_capacity(wanted.len());
        for ((path, own), paths) in wanted.iter().zip(names).zip(paths) {
            wave.push(Package {
                listed: known[path].clone(),
                files: own.iter().map(|name| trees[name].0).collect(),
                paths,
                import_map: known[path].import_map.clone(),
                imports: Vec::new(),
                diags: own.iter().flat_map(|name| trees[name].1.iter().cloned()).collect(),
            });
        }
        let mut next = Vec::new();
        for mut p in wave {
            p.imports = imports_of(&mut p, known);
            next.extend(p.imports.iter().cloned());
            done.insert(p.listed.import_path.clone(), p);
        }
        wanted = next;
    }
}

/// The packages that the files of `p` import. What is compiled for a test binary imports what is compiled for the same
/// one, if that exists; go's list says so for the imports it knows, but not for those of our own sources.
fn imports_of(p: &mut Package, known: &HashMap<String, Listed>) -> Vec<String> {
    let written = p.files.iter().flat_map(|f| &f.imports).filter_map(|s| s.path);
    let mut all = Vec::new();
    for path in written.map(|path| path.as_str()).filter(|p| *p != "unsafe" && *p != "C") {
        let same = format!("{path}{}", p.listed.variant());
        if same != path && known.contains_key(&same) {
            p.import_map.entry(path.to_owned()).or_insert(same);
        }
        all.push(p.import_map.get(path).map_or(path, String::as_str).to_owned());
    }
    all.sort();
    all.dedup();
    all
}

enum Source {
    File(PathBuf),
    Overlay(&'static str),
}

/// Names as positions show them, and where the text is.
fn sources(p: &Listed, request: &Request) -> Result<Vec<(String, Source)>, String> {
    let ours = request.mode == Selection::Undergo;
    let mut files: HashMap<String, Source> = HashMap::new();
    if !(ours && overlay::replaces(p.path())) {
        let names = if ours { select::go_files(p, &request.tags)? } else { p.go_files.clone() };
        for name in names {
            let path = Path::new(&p.dir).join(&name);
            files.insert(name, Source::File(path));
        }
    }
    if ours {
        for (name, text) in overlay::files(p.path()) {
            files.insert(name.to_owned(), Source::Overlay(text));
        }
    }
    let mut named: Vec<(String, Source)> = files.into_iter().collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(named.into_iter().map(|(name, s)| (shown_name(p, &name), s)).collect())
}

/// What positions call a file. A test's main function, which go writes into its cache, has a name without directory.
fn shown_name(p: &Listed, name: &str) -> String {
    if Path::new(name).is_absolute() {
        return "_testmain.go".into();
    }
    Path::new(&p.dir).join(name).display().to_string()
}

struct Job {
    mode: ParseMode,
    name: String,
    source: Source,
}

fn parse_mode(p: &Listed) -> ParseMode {
    match p.path() {
        "runtime" => ParseMode::RUNTIME,
        path if path.starts_with("internal/runtime/") || path.starts_with("runtime/") => ParseMode::RUNTIME,
        _ if p.standard => ParseMode::STD,
        _ => ParseMode::USER,
    }
}

/// A parsed file and its errors.
type Tree = (&'static ast::File, Vec<Diag>);

/// Reads and parses on all cores; the result is in the order of the jobs.
fn parse_all(map: &Arc<SourceMap>, jobs: Vec<Job>) -> Result<Vec<(String, Tree)>, String> {
    // Files enter the map in job order, so that positions are the same on every run.
    let mut files: Vec<(String, ParseMode, Arc<SourceFile>)> = Vec::with_capacity(jobs.len());
    for Job { mode, name, source } in jobs {
        let text = match source {
            Source::File(path) => fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?,
            Source::Overlay(text) => text.as_bytes().to_vec(),
        };
        let file = map.add(&name, text)?;
        files.push((name, mode, file));
    }
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<Tree>>> = files.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads().min(files.len()) {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some((_, mode, file)) = files.get(i) else { break };
                    let (tree, diags) = undergo_syntax::parse_file(map, file, *mode);
                    let tree: &'static ast::File = Box::leak(Box::new(tree));
                    *results[i].lock().expect("no holder panics") = Some((tree, diags));
                }
            });
        }
    });
    let take = |m: Mutex<Option<Tree>>| m.into_inner().expect("no holder panics").expect("every job was done");
    Ok(files.into_iter().map(|(name, ..)| name).zip(results.into_iter().map(take)).collect())
}

/// Number of worker threads: the cores there are.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get())
}

/// Dependencies first, otherwise by import path.
fn in_order(packages: &mut HashMap<String, Package>) -> Vec<Package> {
    fn visit(path: &str, packages: &mut HashMap<String, Package>, out: &mut Vec<Package>) {
        let Some(p) = packages.remove(path) else { return };
        for import in &p.imports {
            visit(import, packages, out);
        }
        out.push(p);
    }
    let mut paths: Vec<String> = packages.keys().cloned().collect();
    paths.sort();
    let mut out = Vec::new();
    for path in paths {
        visit(&path, packages, &mut out);
    }
    out
}
