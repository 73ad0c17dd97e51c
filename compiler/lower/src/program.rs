//! The program being lowered: what has been asked for, what is finished, and the worklist in between.
//!
//! Everything is on demand. Whoever needs a function, a variable, a type descriptor asks for its symbol
//! ([`Lowerer::func_sym`] and its relatives in the other files); asking queues the work that defines the symbol. The
//! run ends when the queue is empty and no method has become reachable (`reach.rs`).
//!
//! What `func.rs` (function bodies) provides in return:
//! `lower_func(cx, &FuncInstance)`, `lower_initializer(cx, pkg, &Initializer, sym)`, `lower_global_lit(cx, pkg, file,
//! &FuncLit, sym, number)`.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use undergo_ir::{Data, DataReloc, Func, Program, RelocKind, Section, Sym};
use undergo_source::pos::SourceFile;
use undergo_source::{Diag, Pos, SourceMap};
use undergo_syntax::ast;
use undergo_types::identical::canon;
use undergo_types::{FileInfo, Named, Obj, Pkg, Ty};

use crate::alg::Alg;
use crate::init::Inits;
use crate::layout::Layout;
use crate::linkname::{self, Index};
use crate::names;
use crate::reach::Types;
use crate::wrappers::Wrapper;

/// Settings of a build.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Values of string variables, by import path and name, whatever the source says (the linker's `-X`).
    pub strings: BTreeMap<(String, String), String>,
    /// What stands for directories in the names of files that tracebacks show, by directory.
    pub trimmed: HashMap<String, String>,
    /// Text of `runtime/debug.ReadBuildInfo`.
    pub modinfo: String,
    /// Default GODEBUG settings.
    pub godebug: String,
    /// Files for `//go:embed`: by package path, (name as embedded, path).
    pub embeds: HashMap<String, Vec<(String, PathBuf)>>,
    /// Packages of which everything is lowered that can be without type arguments, called or not.
    pub whole: Vec<Pkg>,
}

/// A function or method to be lowered for certain type arguments.
#[derive(Clone, Debug)]
pub struct FuncInstance {
    /// The declared function (of the generic origin).
    pub obj: Obj,
    /// Canonical type arguments: those of the receiver, then the function's own.
    pub targs: Vec<Ty>,
    /// Its link symbol.
    pub sym: Sym,
    /// Its name as `runtime.Func.Name` reports it.
    pub display: String,
}

/// Something that has been asked for.
#[derive(Clone, Debug)]
pub enum Work {
    /// A declared function.
    Func(FuncInstance),
    /// An intrinsic as a function of its own, for uses other than calls.
    Intrinsic(Sym, Obj),
    /// A compiler-made method or closure.
    Wrapper(Sym, Wrapper),
    /// Equality or hash of a type.
    Alg(Sym, Alg),
    /// A package variable.
    Global(Obj),
    /// A function literal outside of functions.
    GlobalLit(GlobalLit),
    /// An initialiser of package variables that runs as code: package, index in its order, symbol.
    Init(Pkg, usize, Sym),
}

/// A function literal in the initialiser of a package variable. It captures nothing.
#[derive(Clone, Copy, Debug)]
pub struct GlobalLit {
    /// Its package.
    pub pkg: Pkg,
    /// Index of its file.
    pub file: usize,
    /// The literal.
    pub lit: &'static ast::FuncLit,
    /// Its link symbol, which is also its name.
    pub sym: Sym,
}

/// State of lowering a program. Shared by reference; everything in it is behind cells.
pub struct Lowerer {
    /// All source files.
    pub map: Arc<SourceMap>,
    /// Settings.
    pub opts: Options,
    /// The main package.
    pub main: Pkg,
    /// All packages, dependencies first.
    pub packages: Vec<Pkg>,
    /// Who defines which symbol.
    pub index: Index,
    pub(crate) queue: RefCell<VecDeque<Work>>,
    /// Function symbols and variables asked for, by symbol.
    requested: RefCell<FxHashSet<Sym>>,
    funcs: RefCell<Vec<Func>>,
    data: RefCell<FxHashMap<Sym, Data>>,
    pub(crate) types: RefCell<Types>,
    pub(crate) inits: RefCell<Inits>,
    layouts: RefCell<FxHashMap<Ty, Rc<Layout>>>,
    strings: RefCell<FxHashMap<Box<[u8]>, Sym>>,
    diags: RefCell<Vec<Diag>>,
    literals: RefCell<FxHashMap<Pkg, u32>>,
    serial: Cell<u32>,
}

impl Lowerer {
    /// A program of which nothing has been asked for.
    pub fn new(main: Pkg, packages: &[Pkg], map: &Arc<SourceMap>, opts: &Options) -> Lowerer {
        Lowerer {
            map: map.clone(),
            opts: opts.clone(),
            main,
            packages: packages.to_vec(),
            index: Index::new(packages),
            queue: RefCell::default(),
            requested: RefCell::default(),
            funcs: RefCell::default(),
            data: RefCell::default(),
            types: RefCell::default(),
            inits: RefCell::default(),
            layouts: RefCell::default(),
            strings: RefCell::default(),
            diags: RefCell::default(),
            literals: RefCell::default(),
            serial: Cell::new(0),
        }
    }

    // ---- functions

    /// Symbol of a function, or of a method with the receiver's type arguments in front of its own. The function is
    /// queued. Without a body it is what a linkname directive says: another Go function, an intrinsic, or an entry of
    /// the runtime.
    pub fn func_sym(&self, obj: Obj, targs: &[Ty]) -> Sym {
        let targs: Vec<Ty> = targs.iter().map(|&t| canon(t)).collect();
        let sym = self.index.func_symbol(obj, &targs);
        // Intrinsics become functions only where something refers to their symbol.
        if crate::intrinsics::find(sym).is_some() || !self.request(sym) {
            return sym;
        }
        if linkname::has_body(obj) {
            let display = if targs.is_empty() { sym.as_str().to_owned() } else { names::display(obj, true) };
            self.note_reflect_func(obj);
            self.push(Work::Func(FuncInstance { obj, targs, sym, display }));
        } else {
            self.define(sym);
        }
        sym
    }

    /// Symbol of a method of receiver base type `recv` (an instance, for generic types); `own` are the method's own
    /// type arguments.
    pub fn method_sym(&self, method: Obj, recv: Named, own: &[Ty]) -> Sym {
        let targs: Vec<Ty> = recv.explicit_targs().iter().chain(own).copied().collect();
        self.func_sym(method, &targs)
    }

    /// Queues whatever Go function or variable defines a symbol that is only known by name.
    pub fn reference(&self, sym: Sym) {
        if self.request(sym) {
            self.define(sym);
        }
    }

    fn define(&self, sym: Sym) {
        if let Some(obj) = self.index.function(sym) {
            self.note_reflect_func(obj);
            self.push(Work::Func(FuncInstance { obj, targs: Vec::new(), sym, display: sym.as_str().to_owned() }));
        } else if let Some(v) = self.index.variable(sym) {
            self.push(Work::Global(v));
        } else if let Some(obj) = self.index.without_body(sym).filter(|_| crate::intrinsics::find(sym).is_some()) {
            self.push(Work::Intrinsic(sym, obj));
        } else {
            // The runtime's stubs for functions made by reflection call back.
            match sym.as_str() {
                "reflect.makeFuncStub" => self.reference(Sym::new("reflect.callReflect")),
                "reflect.methodValueCall" => self.reference(Sym::new("reflect.callMethod")),
                _ => {}
            }
        }
    }

    /// Notes that a symbol is wanted; false if it was before.
    pub(crate) fn request(&self, sym: Sym) -> bool {
        self.requested.borrow_mut().insert(sym)
    }

    pub(crate) fn push(&self, work: Work) {
        self.queue.borrow_mut().push_back(work);
    }

    /// A finished function. What it refers to by name only is queued.
    pub fn add_func(&self, f: Func) {
        self.request(f.sym);
        for &b in &f.layout {
            for &i in &f.blocks[b].insts {
                for sym in f.insts[i].symbols() {
                    self.reference(sym);
                }
            }
        }
        self.funcs.borrow_mut().push(f);
    }

    /// Symbol of the static func value (a word that holds the code's address) of a function that needs no context.
    pub fn funcval_sym(&self, code: Sym) -> Sym {
        let sym = funcval_name(code);
        if !self.has_data(sym) {
            self.add_data(Data {
                sym,
                section: Section::Rodata,
                align: 8,
                size: 8,
                bytes: vec![0; 8],
                relocs: vec![DataReloc { offset: 0, sym: code, addend: 0, kind: RelocKind::Abs64 }],
            });
        }
        sym
    }

    /// The number of the next function literal outside of functions in a package, from 1.
    pub fn next_global_lit(&self, pkg: Pkg) -> u32 {
        let mut all = self.literals.borrow_mut();
        let n = all.entry(pkg).or_insert(0);
        *n += 1;
        *n
    }

    /// Takes back the last `n` numbers of [`Self::next_global_lit`].
    pub fn unnumber_global_lits(&self, pkg: Pkg, n: u32) {
        if let Some(last) = self.literals.borrow_mut().get_mut(&pkg) {
            *last -= n;
        }
    }

    // ---- data

    /// Adds a symbol with contents; the first definition stays.
    pub fn add_data(&self, d: Data) {
        for r in &d.relocs {
            self.reference(r.sym);
        }
        self.request(d.sym);
        self.data.borrow_mut().entry(d.sym).or_insert(d);
    }

    /// Whether a symbol has contents.
    pub fn has_data(&self, sym: Sym) -> bool {
        self.data.borrow().contains_key(&sym)
    }

    /// Symbol of the bytes of a string (not empty), read only. Equal strings share it.
    pub fn string_sym(&self, bytes: &[u8]) -> Sym {
        if let Some(&s) = self.strings.borrow().get(bytes) {
            return s;
        }
        let sym = self.fresh_sym("go:string");
        self.strings.borrow_mut().insert(bytes.into(), sym);
        self.add_data(plain_data(sym, Section::Rodata, 1, bytes.to_vec()));
        sym
    }

    /// Symbol of read-only bytes of this alignment, for constant tables.
    pub fn rodata_sym(&self, bytes: &[u8], align: u32) -> Sym {
        let sym = self.fresh_sym("go:rodata");
        self.add_data(plain_data(sym, Section::Rodata, align, bytes.to_vec()));
        sym
    }

    /// A new symbol. Numbers depend on the order of requests only, which is deterministic.
    pub fn fresh_sym(&self, prefix: &str) -> Sym {
        self.serial.set(self.serial.get() + 1);
        Sym::new(&format!("{prefix}.{}", self.serial.get()))
    }

    /// Symbol of a package variable. The variable is queued.
    pub fn global_sym(&self, v: Obj) -> Sym {
        let sym = self.index.var_symbol(v);
        if self.request(sym) {
            self.push(Work::Global(self.index.variable(sym).unwrap_or(v)));
        }
        sym
    }

    // ---- types

    /// Layout of a concrete type.
    pub fn layout(&self, ty: Ty) -> Rc<Layout> {
        if let Some(l) = self.layouts.borrow().get(&ty) {
            return l.clone();
        }
        let l = Rc::new(Layout::of(ty));
        self.layouts.borrow_mut().insert(ty, l.clone());
        l
    }

    // ---- sources and errors

    /// The file that a position is in.
    pub fn source(&self, pos: Pos) -> Option<Arc<SourceFile>> {
        self.map.file(pos)
    }

    /// Side tables of a file.
    pub fn info(&self, pkg: Pkg, file: usize) -> Option<&'static FileInfo> {
        pkg.data().typed.get()?.infos.get(file)
    }

    /// Reports an error in the user's program.
    pub fn diag(&self, d: Diag) {
        self.diags.borrow_mut().push(d);
    }

    // ---- running

    /// Works until nothing is left to do.
    pub fn run(&self) {
        self.add_roots();
        self.drain();
        self.make_inits();
        self.drain();
    }

    fn drain(&self) {
        loop {
            let next = self.queue.borrow_mut().pop_front();
            match next {
                Some(work) => self.work(work),
                None if self.finish_types() => {}
                None => return,
            }
        }
    }

    fn work(&self, work: Work) {
        match work {
            Work::Func(f) => crate::func::lower_func(self, &f),
            Work::Intrinsic(sym, obj) => crate::intrinsics::lower_body(self, sym, obj),
            Work::Wrapper(sym, w) => crate::wrappers::lower(self, sym, &w),
            Work::Alg(sym, a) => crate::alg::lower(self, sym, a),
            Work::Global(v) => self.lower_global(v),
            Work::GlobalLit(l) => crate::func::lower_global_lit(self, &l),
            Work::Init(p, i, sym) => crate::func::lower_initializer(self, p, crate::init::initializer(p, i), sym),
        }
    }

    /// The name of a source file in the program.
    pub fn shown_path(&self, path: &str) -> Sym {
        let named = path.rsplit_once('/').and_then(|(dir, file)| Some((self.opts.trimmed.get(dir)?, file)));
        named.map_or_else(|| Sym::new(path), |(dir, file)| Sym::new(&format!("{dir}/{file}")))
    }

    /// The finished program, or the errors.
    pub fn into_program(self) -> Result<Program, Vec<Diag>> {
        let diags = self.diags.take();
        if !diags.is_empty() {
            return Err(diags);
        }
        let (typelinks, itabs) = self.type_tables();
        let mut data: Vec<Data> = self.data.take().into_values().collect();
        data.sort_by_key(|d| d.sym);
        let mut funcs = self.funcs.take();
        funcs.sort_by_key(|f| f.sym);
        Ok(Program {
            funcs,
            data,
            typelinks,
            itabs,
            aliases: self.index.aliases(),
            modinfo: self.opts.modinfo,
            godebug: self.opts.godebug,
        })
    }
}

/// The symbol of the func value of a function that captures nothing.
pub fn funcval_name(code: Sym) -> Sym {
    Sym::new(&format!("{code}·f"))
}

/// Data without addresses.
pub fn plain_data(sym: Sym, section: Section, align: u32, bytes: Vec<u8>) -> Data {
    Data { sym, section, align, size: bytes.len() as u64, bytes, relocs: Vec::new() }
}
