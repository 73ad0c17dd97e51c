//! The pipeline: check, lower, optimise, generate code, link.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};
use undergo_codegen::Compiled;
use undergo_source::{Diag, Name};
use undergo_types::Pkg;

use crate::cache::Key;
use crate::code_cache::{self, Additions, CodeCache, Found};
use crate::golist::{Listed, Tests};
use crate::goroot::{self, Goroot};
use crate::ldflags::LinkFlags;
use crate::load::{self, Graph, Loaded, Request, Selection, threads};
use crate::manifest::{Product, Slot};
use crate::progress::Progress;
use crate::report::{self, Style};

/// What to build, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Packages and files.
    pub request: Request,
    /// Their graph, if it is known already; else go is asked.
    pub graph: Option<Graph>,
    /// What errors look like.
    pub style: Style,
    /// What to show instead of linking.
    pub emit: Option<Emit>,
    /// Only functions whose link symbol contains this text are shown.
    pub emit_filter: String,
    /// What is asked of the linker.
    pub link: LinkFlags,
    /// How source files are named in the program.
    pub paths: Paths,
    /// How much of the named packages is compiled.
    pub extent: Extent,
}

/// How much of the named packages is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// What the program can reach.
    Program,
    /// Everything, to no executable: for packages that are no program, and to see whether code that nothing calls
    /// compiles.
    Whole,
}

/// How source files are named in the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Paths {
    /// By where they lie.
    #[default]
    Absolute,
    /// `-trimpath`: by import path, and by the version of their module.
    Trimmed,
}

/// Whether the executable has a symbol table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Symbols {
    #[default]
    Keep,
    Strip,
}

/// What `--emit` shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Emit {
    /// Syntax trees of the named packages.
    Ast,
    /// Types of package-level objects of the named packages.
    Types,
    /// IR as lowered.
    Ir,
    /// IR after the passes.
    OptIr,
    /// Input of the back end.
    Clif,
    /// Disassembled machine code.
    Asm,
}

/// Whose function bodies are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bodies {
    /// All.
    All,
    /// Not those of packages that are only compiled once more because what they import has test files: the same bodies
    /// are checked elsewhere.
    OfTested,
}

impl Bodies {
    fn ignored_of(self, p: &Listed) -> bool {
        let tested = p.path() == p.for_test || p.path().strip_suffix("_test") == Some(&p.for_test);
        self == Bodies::OfTested && !p.for_test.is_empty() && !tested
    }
}

/// How long the phases took.
#[derive(Clone, Debug, Default)]
pub struct Phases(pub Vec<(&'static str, Duration)>);

impl Phases {
    fn time<R>(&mut self, name: &'static str, f: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let r = f();
        self.0.push((name, start.elapsed()));
        r
    }
}

/// A successful build.
#[derive(Debug)]
pub struct Built {
    /// The executable's bytes, or nothing with `--emit` or when only checking.
    pub image: Vec<u8>,
    /// Text that was asked for by `--emit`.
    pub text: String,
    /// Import path of the package.
    pub main: String,
    /// Number of packages that were checked; variants for tests count. None if nothing had changed.
    pub n_packages: usize,
    /// Times.
    pub phases: Phases,
}

/// Stack for phases that walk syntax trees: source may nest as deep as the parser allows. Only touched pages cost.
const DEEP_STACK: usize = 4 << 30;

/// Runs `f` with room for deep recursion.
fn deep<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, f);
        match thread.expect("address space for a stack").join() {
            Ok(r) => r,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Builds one program.
pub fn build(options: &Options, progress: &Progress) -> Result<Built, String> {
    let goroot = goroot::find_or_fetch(progress)?;
    let slot = Slot::of(&goroot, options, Product::Program);
    if let Some(kept) = slot.as_ref().and_then(Slot::find)
        && let Some(image) = kept.image.and_then(|path| std::fs::read(path).ok())
    {
        return Ok(Built { image, text: String::new(), main: kept.main, n_packages: 0, phases: Phases::default() });
    }
    deep(|| build_in(&goroot, options, slot.as_ref(), progress))
}

/// Whether the executable is there from a build of the same, so that [`build`] only copies it.
pub fn is_kept(options: &Options) -> bool {
    let slot = goroot::find().and_then(|g| Slot::of(&g, options, Product::Program));
    slot.is_some_and(|s| s.find().is_some())
}

/// Checks packages without building them.
pub fn check(options: &Options, progress: &Progress) -> Result<Built, String> {
    let goroot = goroot::find_or_fetch(progress)?;
    let slot = Slot::of(&goroot, options, Product::Check);
    if let Some(kept) = slot.as_ref().and_then(Slot::find) {
        return Ok(Built {
            image: Vec::new(),
            text: String::new(),
            main: kept.main,
            n_packages: 0,
            phases: Phases::default(),
        });
    }
    check_in(&goroot, options, slot.as_ref(), progress)
}

/// Checks packages together with their tests: with the test files of their own, and those of their external test
/// packages.
pub fn check_with_tests(options: &Options, progress: &Progress) -> Result<Built, String> {
    let goroot = goroot::find_or_fetch(progress)?;
    progress.step("listing packages");
    let mut graph = load::graph(&goroot, &options.request, Tests::With)?;
    // The main functions of test programs are go's own.
    let tested: HashSet<String> = graph.packages.iter().map(|p| format!("{}.test", p.for_test)).collect();
    graph.packages.retain(|p| !tested.contains(&p.import_path));
    graph.roots.retain(|path| !tested.contains(path));
    check_in(&goroot, &Options { graph: Some(graph), ..options.clone() }, None, progress)
}

fn check_in(goroot: &Goroot, options: &Options, slot: Option<&Slot>, progress: &Progress) -> Result<Built, String> {
    deep(|| {
        let before = SystemTime::now();
        let mut phases = Phases::default();
        let (loaded, packages) = front_end(goroot, options, progress, &mut phases, Bodies::OfTested)?;
        let text = emit_front(options, &loaded, &packages);
        let main = loaded.roots.join(" ");
        if let Some(slot) = slot {
            slot.keep(&loaded, &main, &[], before);
        }
        Ok(Built { image: Vec::new(), text, main, n_packages: packages.len(), phases })
    })
}

fn emit_front(options: &Options, loaded: &Loaded, packages: &HashMap<String, Pkg>) -> String {
    let mut out = String::new();
    let roots = loaded.packages.iter().filter(|p| loaded.roots.contains(&p.listed.import_path));
    for p in roots {
        match options.emit {
            Some(Emit::Ast) => p.files.iter().for_each(|f| out.push_str(&format!("{f:#?}\n"))),
            Some(Emit::Types) => {
                let scope = packages[&p.listed.import_path].scope.read().expect("no writer panics");
                let mut objs: Vec<_> = scope.values().collect();
                objs.sort_by_key(|o| o.pos);
                for o in objs {
                    out.push_str(&format!("{}: {}\n", o.name, undergo_types::print::type_string(o.type_())));
                }
            }
            _ => {}
        }
    }
    out
}

fn front_end(
    goroot: &Goroot,
    options: &Options,
    progress: &Progress,
    phases: &mut Phases,
    bodies: Bodies,
) -> Result<(Loaded, HashMap<String, Pkg>), String> {
    progress.step("loading packages");
    let loaded = phases.time("load", || match &options.graph {
        Some(graph) => load::load_graph(goroot, &options.request, graph.clone()),
        None => load::load(goroot, &options.request),
    })?;
    if !loaded.errors.is_empty() {
        return Err(report::graph_errors(&loaded.errors, options.style.format));
    }
    progress.step("type checking");
    let packages = phases.time("check", || check_all(&loaded, options, bodies))?;
    Ok((loaded, packages))
}

fn build_in(goroot: &Goroot, options: &Options, slot: Option<&Slot>, progress: &Progress) -> Result<Built, String> {
    let before = SystemTime::now();
    let mut phases = Phases::default();
    let (loaded, packages) = front_end(goroot, options, progress, &mut phases, Bodies::All)?;
    let main = match loaded.roots.as_slice() {
        [] => return Err("no packages to build\n".into()),
        [main] => main,
        [first, ..] if options.extent == Extent::Whole => first,
        _ => return Err("cannot build more than one package at a time\n".into()),
    };
    let main_pkg = packages[main];
    if options.extent == Extent::Program && main_pkg.name.get().map(|n| n.as_str()) != Some("main") {
        return Err(format!("package {main} is not a main package\n"));
    }
    let has_main = main_pkg.lookup(Name::new("main")).is_some_and(|o| o.func().is_some());
    if options.extent == Extent::Program && !has_main {
        return Err(format!("# {main}\nruntime.main_main·f: function main is undeclared in the main package\n"));
    }
    if matches!(options.emit, Some(Emit::Ast | Emit::Types)) {
        let text = emit_front(options, &loaded, &packages);
        return Ok(Built { image: Vec::new(), text, main: main.clone(), n_packages: packages.len(), phases });
    }
    progress.step("lowering");
    let ordered: Vec<Pkg> = loaded.packages.iter().map(|p| packages[&p.listed.import_path]).collect();
    let lower_options = undergo_lower::Options {
        strings: strings(goroot, options),
        trimmed: match options.paths {
            Paths::Absolute => HashMap::new(),
            Paths::Trimmed => loaded.packages.iter().map(|p| (p.listed.dir.clone(), trimmed_dir(p))).collect(),
        },
        modinfo: modinfo(options, &loaded, main),
        godebug: loaded
            .packages
            .iter()
            .find(|p| p.listed.import_path == *main)
            .map_or(String::new(), |p| p.listed.default_godebug.clone()),
        embeds: embeds(&loaded),
        whole: match options.extent {
            Extent::Program => Vec::new(),
            Extent::Whole => loaded.roots.iter().map(|p| packages[p]).collect(),
        },
    };
    let lowered =
        phases.time("lower", || undergo_lower::lower_program(main_pkg, &ordered, &loaded.map, &lower_options));
    let mut program = lowered
        .map_err(|diags| report::package_errors(&loaded.map, &options.request.dir, main, &diags, options.style))?;
    let show = |f: &undergo_ir::Func| options.emit_filter.is_empty() || f.sym.as_str().contains(&options.emit_filter);
    if options.emit == Some(Emit::Ir) {
        let text = program.funcs.iter().filter(|f| show(f)).map(undergo_ir::print::func_to_string).collect();
        return Ok(Built { image: Vec::new(), text, main: main.clone(), n_packages: packages.len(), phases });
    }
    progress.step("optimising");
    phases.time("optimise", || undergo_opt::optimise(&mut program));
    if options.emit == Some(Emit::OptIr) {
        let text = program.funcs.iter().filter(|f| show(f)).map(undergo_ir::print::func_to_string).collect();
        return Ok(Built { image: Vec::new(), text, main: main.clone(), n_packages: packages.len(), phases });
    }
    if let Some(kind @ (Emit::Clif | Emit::Asm)) = options.emit {
        let mut text = String::new();
        for f in program.funcs.iter().filter(|f| show(f)) {
            let shown = if kind == Emit::Clif { undergo_codegen::clif_text(f) } else { undergo_codegen::asm_text(f) };
            text.push_str(&shown.map_err(|e| format!("{}: {e}\n", f.sym))?);
            text.push('\n');
        }
        return Ok(Built { image: Vec::new(), text, main: main.clone(), n_packages: packages.len(), phases });
    }
    progress.step("generating code");
    let compiled = phases.time("codegen", || generate(&program.funcs))?;
    if options.extent == Extent::Whole {
        return Ok(Built {
            image: Vec::new(),
            text: String::new(),
            main: main.clone(),
            n_packages: packages.len(),
            phases,
        });
    }
    progress.step("linking");
    let link_options = undergo_link::Options {
        strip: options.link.symbols == Symbols::Strip,
        version: goroot.version.clone(),
        runtime: goroot::other_runtime()
            .map(|path| std::fs::read(&path).map_err(|e| format!("{}: {e}\n", path.display())))
            .transpose()?,
    };
    let image = phases
        .time("link", || undergo_link::link(&program, compiled, &link_options))
        .map_err(|e| format!("link: {e}\n"))?;
    if let Some(slot) = slot {
        phases.time("keep", || slot.keep(&loaded, main, &image, before));
    }
    Ok(Built { image, text: String::new(), main: main.clone(), n_packages: packages.len(), phases })
}

/// Checks every package, dependencies first; packages that do not depend on one another at the same time.
fn check_all(loaded: &Loaded, options: &Options, bodies: Bodies) -> Result<HashMap<String, Pkg>, String> {
    let handles: HashMap<String, Pkg> = loaded
        .packages
        .iter()
        .map(|p| (p.listed.import_path.clone(), Pkg::new(Name::new(&check_path(p)), version_of(p), p.listed.standard)))
        .collect();
    let index: HashMap<&str, usize> =
        loaded.packages.iter().enumerate().map(|(i, p)| (p.listed.import_path.as_str(), i)).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); loaded.packages.len()];
    let mut waiting: Vec<AtomicUsize> = Vec::new();
    for (i, p) in loaded.packages.iter().enumerate() {
        let deps: Vec<usize> = p.imports.iter().filter_map(|d| index.get(d.as_str()).copied()).collect();
        deps.iter().for_each(|&d| dependents[d].push(i));
        waiting.push(AtomicUsize::new(deps.len()));
    }
    let ready =
        Mutex::new((0..waiting.len()).rev().filter(|&i| waiting[i].load(Ordering::Relaxed) == 0).collect::<Vec<_>>());
    let left = AtomicUsize::new(loaded.packages.len());
    let failed: Mutex<Vec<(usize, Vec<Diag>)>> = Mutex::new(Vec::new());
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..threads() {
            let worker = || {
                while left.load(Ordering::Acquire) > 0 && !stop.load(Ordering::Acquire) {
                    let next = ready.lock().expect("no holder panics").pop();
                    let Some(i) = next else {
                        std::thread::sleep(Duration::from_micros(50));
                        continue;
                    };
                    let p = &loaded.packages[i];
                    let diags = check_one(loaded, p, &handles, options.extent, bodies);
                    if !diags.is_empty() {
                        failed.lock().expect("no holder panics").push((i, diags));
                        stop.store(true, Ordering::Release);
                    }
                    for &d in &dependents[i] {
                        if waiting[d].fetch_sub(1, Ordering::AcqRel) == 1 {
                            ready.lock().expect("no holder panics").push(d);
                        }
                    }
                    left.fetch_sub(1, Ordering::AcqRel);
                }
            };
            // A panic in the checker is a bug of ours; it must not leave the other worker waiting for ever.
            let builder = std::thread::Builder::new().stack_size(DEEP_STACK);
            let stop = &stop;
            let guarded = move || {
                let guard = StopOnPanic(stop);
                worker();
                std::mem::forget(guard);
            };
            builder.spawn_scoped(scope, guarded).expect("address space for a stack");
        }
    });
    let mut failed = failed.into_inner().expect("no holder panics");
    if failed.is_empty() {
        return Ok(handles);
    }
    failed.sort_by_key(|f| f.0);
    let cwd = &options.request.dir;
    let texts = failed.iter().map(|(i, diags)| {
        report::package_errors(&loaded.map, cwd, &loaded.packages[*i].listed.import_path, diags, options.style)
    });
    Err(texts.collect())
}

struct StopOnPanic<'a>(&'a std::sync::atomic::AtomicBool);
impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// The path that types of the package carry: `main` for programs, as in Go's binaries.
fn check_path(p: &load::Package) -> String {
    let is_main = p.files.first().is_some_and(|f| f.name.name.as_str() == "main");
    // A program under test is a package that the test's main function imports.
    if is_main && p.listed.for_test.is_empty() { "main".into() } else { p.listed.path().to_owned() }
}

fn check_one(
    loaded: &Loaded,
    p: &load::Package,
    handles: &HashMap<String, Pkg>,
    extent: Extent,
    bodies: Bodies,
) -> Vec<Diag> {
    // Only syntax errors keep a package from being checked; gc says so by the text, and so do we.
    let mut diags = p.diags.clone();
    if diags.iter().any(|d| d.msg.starts_with("syntax error")) {
        return diags;
    }
    let import = |path: &str| {
        if path == "unsafe" {
            return Some(undergo_types::universe::unsafe_package());
        }
        let meant = p.import_map.get(path).map_or(path, String::as_str);
        handles.get(meant).copied()
    };
    let pkg = handles[&p.listed.import_path];
    let options = undergo_check::Options {
        parse_errors: !diags.is_empty(),
        bodies_elsewhere: extent == Extent::Whole,
        ignore_bodies: bodies.ignored_of(&p.listed),
        ..Default::default()
    };
    diags.extend(undergo_check::check_package(&loaded.map, pkg, p.files.clone(), &import, &options));
    diags
}

/// The language version of a package: the one of its module, else the newest.
fn version_of(p: &load::Package) -> (u32, u32) {
    let text = p.listed.module.as_ref().map_or("", |m| m.go_version.as_str());
    let mut parts = text.split('.').map(|n| n.parse::<u32>().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor),
        _ if p.listed.module.is_some() => (1, 16),
        _ => (1, 27),
    }
}

/// Generates code on all cores, or finds it in the cache; results are in the order of the functions.
fn generate(funcs: &[undergo_ir::Func]) -> Result<Vec<Compiled>, String> {
    let cache = CodeCache::open();
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<Result<Compiled, String>>>> = funcs.iter().map(|_| Mutex::new(None)).collect();
    let additions = Mutex::new(Additions::default());
    std::thread::scope(|scope| {
        for _ in 0..threads() {
            let worker = || {
                let mut ctx = undergo_codegen::Ctx::new();
                let mut new = Vec::new();
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(f) = funcs.get(i) else { break };
                    let compiled = found_or_compiled(f, &cache, &mut ctx, &mut new);
                    *results[i].lock().expect("no holder panics") = Some(compiled);
                }
                additions.lock().expect("no holder panics").0.append(&mut new);
            };
            std::thread::Builder::new()
                .stack_size(1 << 28)
                .spawn_scoped(scope, worker)
                .expect("address space for a stack");
        }
    });
    cache.add(&additions.into_inner().expect("no holder panics"));
    results
        .into_iter()
        .map(|m| m.into_inner().expect("no holder panics").expect("every function was compiled"))
        .collect()
}

/// The code of one function; in `new` goes what the cache is to keep.
fn found_or_compiled(
    f: &undergo_ir::Func,
    cache: &CodeCache,
    ctx: &mut undergo_codegen::Ctx,
    new: &mut Vec<(Key, Vec<u8>)>,
) -> Result<Compiled, String> {
    let key = code_cache::key(f);
    if let Some(Found { code, old }) = cache.get(&key) {
        new.extend(old.map(|bytes| (key, bytes)));
        return Ok(code);
    }
    // A bug in the back end should at least name its victim.
    let compile = std::panic::AssertUnwindSafe(|| undergo_codegen::compile_func(f, ctx));
    match std::panic::catch_unwind(compile) {
        Ok(Ok(c)) => {
            new.push((key, c.to_bytes()));
            Ok(c)
        }
        Ok(Err(e)) => Err(report::function_error(f, &e.to_string())),
        Err(_) => panic!("code generation of {} failed", f.sym),
    }
}

/// Values of string variables: those that every build sets, and those that the command line gives.
fn strings(goroot: &Goroot, options: &Options) -> BTreeMap<(String, String), String> {
    let mut all = LinkFlags::default();
    all.set("runtime", "buildVersion", &goroot.version);
    if options.paths == Paths::Absolute {
        all.set("runtime", "defaultGOROOT", &goroot.dir.display().to_string());
    }
    all.values.extend(options.link.values.iter().cloned());
    all.strings()
}

/// What stands for the directory of a package in names of its files.
fn trimmed_dir(p: &load::Package) -> String {
    let path = p.listed.path();
    if path == "command-line-arguments" {
        return ".".into();
    }
    match p.listed.module.as_ref().filter(|m| !m.version.is_empty()) {
        Some(m) => format!("{}@{}{}", m.path, m.version, path.strip_prefix(&m.path).unwrap_or_default()),
        None => path.strip_suffix("_test").filter(|_| !p.listed.for_test.is_empty()).unwrap_or(path).to_owned(),
    }
}

/// `go version -m`'s lines for the program.
fn modinfo(options: &Options, loaded: &Loaded, main: &str) -> String {
    let mut out = format!("path\t{main}\n");
    if let Some(m) =
        loaded.packages.iter().find(|p| p.listed.import_path == main).and_then(|p| p.listed.module.as_ref())
    {
        let version = if m.version.is_empty() { "(devel)" } else { &m.version };
        out.push_str(&format!("mod\t{}\t{version}\t\n", m.path));
    }
    let mut deps: Vec<(&str, &str)> = loaded
        .packages
        .iter()
        .filter_map(|p| p.listed.module.as_ref())
        .filter(|m| !m.main)
        .map(|m| (m.path.as_str(), m.version.as_str()))
        .collect();
    deps.sort();
    deps.dedup();
    for (path, version) in deps {
        out.push_str(&format!("dep\t{path}\t{version}\t\n"));
    }
    let mut setting = |name: &str, value: &str| {
        let quoted = value.contains([' ', '\t', '\n', '\r', '"', '`']);
        let value = if quoted { format!("{value:?}") } else { value.to_owned() };
        out.push_str(&format!("build\t{name}={value}\n"));
    };
    setting("-buildmode", "exe");
    setting("-compiler", "gc");
    let trimmed = options.paths == Paths::Trimmed;
    // They may name places of the machine.
    if !options.link.text.is_empty() && !trimmed {
        setting("-ldflags", &options.link.text);
    }
    if !options.request.tags.is_empty() {
        setting("-tags", &options.request.tags.join(","));
    }
    if trimmed {
        setting("-trimpath", "true");
    }
    setting("CGO_ENABLED", "0");
    setting("GOARCH", "amd64");
    setting("GOOS", "linux");
    out
}

/// Files for `//go:embed`: by package path, (name as embedded, path).
fn embeds(loaded: &Loaded) -> HashMap<String, Vec<(String, PathBuf)>> {
    let with = loaded.packages.iter().filter(|p| !p.listed.embed_files.is_empty());
    with.map(|p| {
        let files = p.listed.embed_files.iter().map(|f| (f.clone(), Path::new(&p.listed.dir).join(f)));
        (check_path(p), files.collect())
    })
    .collect()
}

/// Which selection of files a command wants.
pub fn selection_for_check(stock: bool) -> Selection {
    if stock { Selection::Stock } else { Selection::Undergo }
}
