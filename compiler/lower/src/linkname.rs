//! Who defines which symbol, `//go:linkname` included.
//!
//! A directive with a target gives the local function or variable that symbol, whichever side it stands on: the
//! side with the body (or the initial value) defines the symbol, the other one refers to it. So a reference needs
//! nothing but the symbol; this index finds the definition. What no package defines is an entry of the runtime.

use rustc_hash::{FxHashMap, FxHashSet};
use undergo_ir::Sym;
use undergo_types::{Obj, ObjKind, Pkg, Ty};

use crate::names;

/// Functions that exist under another name: implemented in assembly in Go's tree, and by the second one as well. First
/// names are meant without the directory that a package is vendored in.
const SAME_AS: &[(&str, &str)] = &[
    ("internal/chacha8rand.block", "internal/chacha8rand.block_generic"),
    ("golang.org/x/sys/cpu.cpuid", "golang.org/x/sys/cpu.cpuid"),
    ("golang.org/x/sys/cpu.xgetbv", "golang.org/x/sys/cpu.xgetbv"),
    ("golang.org/x/sys/unix.Syscall", "syscall.Syscall"),
    ("golang.org/x/sys/unix.Syscall6", "syscall.Syscall6"),
    ("golang.org/x/sys/unix.RawSyscall", "syscall.RawSyscall"),
    ("golang.org/x/sys/unix.RawSyscall6", "syscall.RawSyscall6"),
    ("golang.org/x/sys/unix.SyscallNoError", "syscall.rawSyscallNoError"),
    ("golang.org/x/sys/unix.RawSyscallNoError", "syscall.rawSyscallNoError"),
    ("golang.org/x/sys/unix.gettimeofday", "syscall.gettimeofday"),
];

/// See the module documentation.
#[derive(Default)]
pub struct Index {
    /// Symbols given by directives, and those of `init` functions.
    given: FxHashMap<Obj, Sym>,
    functions: FxHashMap<Sym, Obj>,
    bodyless: FxHashMap<Sym, Obj>,
    variables: FxHashMap<Sym, Obj>,
    /// Variables with initial values.
    initialised: FxHashSet<Obj>,
}

impl Index {
    /// Collects all packages.
    pub fn new(packages: &[Pkg]) -> Index {
        let mut ix = Index::default();
        packages.iter().for_each(|&p| ix.directives(p));
        packages.iter().for_each(|&p| ix.definitions(p));
        ix
    }

    fn directives(&mut self, pkg: Pkg) {
        let Some(typed) = pkg.data().typed.get() else { return };
        let targets = typed.files.iter().flat_map(|f| &f.linknames);
        for l in targets {
            if let (Some(target), Some(obj)) = (l.target, pkg.lookup(l.local)) {
                self.given.insert(obj, target);
            }
        }
        let inits = typed.funcs.iter().filter(|f| f.name.as_str() == "init" && is_function(**f));
        for (i, &f) in inits.enumerate() {
            self.given.insert(f, Sym::new(&format!("{}.init.{i}", names::package_prefix(pkg))));
        }
        for v in typed.init_order.iter().flat_map(|i| &i.lhs) {
            self.initialised.insert(*v);
        }
    }

    fn definitions(&mut self, pkg: Pkg) {
        let Some(typed) = pkg.data().typed.get() else { return };
        for &f in &typed.funcs {
            if !has_body(f) && !f.name.is_blank() {
                self.bodyless.entry(self.func_symbol(f, &[])).or_insert(f);
            } else if !f.name.is_blank() && names::recv_tparams(f) + names::own_tparams(f) == 0 {
                self.functions.insert(self.func_symbol(f, &[]), f);
            }
        }
        let scope = pkg.scope.read().expect("no writer panics");
        let mut vars: Vec<Obj> = scope.values().copied().filter(|o| o.var_kind().is_some()).collect();
        vars.sort_by_key(|v| v.pos);
        for v in vars {
            let (sym, better) = (self.var_symbol(v), self.initialised.contains(&v) || !self.given.contains_key(&v));
            match self.variables.get(&sym) {
                Some(old) if self.initialised.contains(old) || !better => {}
                _ => drop(self.variables.insert(sym, v)),
            }
        }
    }

    /// Symbol of a function or method instance.
    pub fn func_symbol(&self, obj: Obj, targs: &[Ty]) -> Sym {
        if let Some(&s) = self.given.get(&obj) {
            return s;
        }
        let s = names::symbol(obj, targs);
        if !has_body(obj)
            && let Some((_, same)) = SAME_AS.iter().find(|(from, _)| *from == names::unvendored(&s))
        {
            return Sym::new(same);
        }
        Sym::new(&s)
    }

    /// Symbol of a package variable.
    pub fn var_symbol(&self, v: Obj) -> Sym {
        match self.given.get(&v) {
            Some(&s) => s,
            None => Sym::new(&names::symbol(v, &[])),
        }
    }

    /// The function with a body that has this symbol.
    pub fn function(&self, sym: Sym) -> Option<Obj> {
        self.functions.get(&sym).copied()
    }

    /// A declaration without body of this symbol.
    pub fn without_body(&self, sym: Sym) -> Option<Obj> {
        self.bodyless.get(&sym).copied()
    }

    /// The variable that has this symbol; if several share it, the one with an initial value.
    pub fn variable(&self, sym: Sym) -> Option<Obj> {
        self.variables.get(&sym).copied()
    }

    /// Whether a variable lives in the runtime image: a directive binds it to a symbol of package runtime that no Go
    /// variable has.
    pub fn is_runtime_variable(&self, v: Obj) -> bool {
        let own = || v.pkg.is_some_and(|p| p.path.as_str() == "runtime");
        match self.given.get(&v) {
            Some(s) => s.as_str().starts_with("runtime.") && !own() && !self.initialised.contains(&v),
            None => false,
        }
    }

    /// Second names of symbols. None are needed: references carry the target's symbol.
    pub fn aliases(&self) -> Vec<(Sym, Sym)> {
        Vec::new()
    }
}

/// Whether a function is implemented in Go.
pub fn has_body(obj: Obj) -> bool {
    obj.func().and_then(|f| f.decl.get()).is_some_and(|d| d.body.is_some())
}

fn is_function(obj: Obj) -> bool {
    matches!(&obj.kind, ObjKind::Func(f) if f.recv.get().is_none())
}
