//! Entry points: declared functions, package initialisers, literals outside of functions.

use std::rc::Rc;

use undergo_abi::module::{IMPORT_SYMBOLS, Import};
use undergo_ir::Sym;
use undergo_source::{Diag, Pos};
use undergo_syntax::ast;
use undergo_types::package::Initializer;
use undergo_types::{FileInfo, Obj, Pkg, Ty, TypeParam};

use crate::capture::{self, BodyId, Captures};
use crate::func::{FuncLower, Names, Start, Unit};
use crate::names::package_prefix;
use crate::program::{FuncInstance, GlobalLit, Lowerer};
use crate::val::Val;

/// First language version whose loop variables are per iteration.
const PER_ITERATION: (u32, u32) = (1, 22);

/// Lowers an instance of a declared function.
pub fn lower_func(cx: &Lowerer, f: &FuncInstance) {
    let Some((info, pkg, file)) = f.obj.func().zip(f.obj.pkg).and_then(|(i, p)| Some((i, p, *i.file.get()?))) else {
        return;
    };
    let Some(decl) = info.decl.get() else { return };
    let Some(body) = &decl.body else { return };
    let mut tparams: Vec<TypeParam> = info.recv_tparams.get().cloned().unwrap_or_default();
    if let Some(sig) = f.obj.type_().as_func() {
        tparams.extend(&sig.tparams);
    }
    let list = |v: Option<&Vec<Obj>>| v.cloned().unwrap_or_default();
    let params: Vec<Obj> = info.recv_var.get().copied().into_iter().chain(list(info.params.get())).collect();
    let results = list(info.results.get());
    let Some(source) = Source::of(cx, pkg, file, decl.pos) else { return };
    let per_iteration = source.per_iteration;
    let unit = source.unit(tparams, f.targs.clone(), |info, type_of| {
        capture::analyze_body(info, type_of, &params, &results, body, !per_iteration)
    });
    let types = |vs: &[Obj]| vs.iter().map(|v| crate::func::subst(&unit, v.type_())).collect::<Vec<Ty>>();
    let names = Names { sym: f.sym.as_str().to_owned(), display: f.display.clone() };
    let start = Start { body: BodyId(0), names, params: types(&params), results: types(&results), pos: decl.pos };
    let mut fl = FuncLower::new(cx, Rc::new(unit), start);
    fl.b.func.flags.nosplit = decl.pragmas.has(ast::Pragmas::NOSPLIT);
    fl.b.func.flags.noinline = decl.pragmas.has(ast::Pragmas::NOINLINE);
    // Traces show inits as calls of their own: gc calls them through a table.
    fl.b.func.flags.noinline |= decl.recv.is_none() && decl.name.name.as_str() == "init";
    if IMPORT_SYMBOLS[Import::CallReflect as usize..=Import::CallMethod as usize].contains(&f.sym.as_str()) {
        // What makes the calls of reflection is a wrapper for gc, too: `recover` in the callee works.
        fl.b.func.flags.wrapper = true;
        fl.b.func.sites[0].wrapper = true;
    }
    fl.bind_params(&params);
    fl.bind_results(&results);
    fl.run_body(body);
    fl.finish();
}

/// Lowers `lhs = rhs` at package level as function `sym`.
pub fn lower_initializer(cx: &Lowerer, pkg: Pkg, init: &Initializer, sym: Sym) {
    let pos = init.rhs.pos();
    let Some(source) = Source::of(cx, pkg, init.file, pos) else { return };
    let mut unit = source.unit(Vec::new(), Vec::new(), |info, type_of| capture::analyze_expr(info, type_of, init.rhs));
    let prefix = package_prefix(pkg);
    let names = Names { sym: sym.as_str().to_owned(), display: format!("{prefix}.init") };
    unit.init_of = Some(prefix);
    let start = Start { body: BodyId(0), names, params: Vec::new(), results: Vec::new(), pos };
    let mut fl = FuncLower::new(cx, Rc::new(unit), start);
    fl.b.func.flags.noinline = true;
    match init.lhs.as_slice() {
        [v] if v.name.is_blank() => fl.effect(init.rhs),
        [v] => {
            let ty = v.type_();
            if fl.in_place(ty) {
                let at = fl.var_addr(*v);
                fl.expr_into(init.rhs, ty, at);
            } else {
                let val = fl.expr_as(init.rhs, ty);
                let at = fl.var_addr(*v);
                fl.store(ty, &val, at);
            }
        }
        vars => {
            let vals = match init.rhs.unparen() {
                ast::Expr::Call(c) => fl.call_multi(c),
                _ => {
                    let (v, ty, ok) = fl.comma_ok(init.rhs);
                    vec![(v, ty), (Val::one(ok), Ty::basic(undergo_types::Basic::Bool))]
                }
            };
            for (v, (val, from)) in vars.iter().zip(vals) {
                if v.name.is_blank() {
                    continue;
                }
                let ty = v.type_();
                let val = fl.assign_conv(val, from, ty);
                let at = fl.var_addr(*v);
                fl.store(ty, &val, at);
            }
        }
    }
    fl.b.push(undergo_ir::InstData::Return(Vec::new()), &[]);
    fl.finish();
}

/// Lowers a function literal that initialises a package variable statically.
pub fn lower_global_lit(cx: &Lowerer, l: &GlobalLit) {
    let Some(source) = Source::of(cx, l.pkg, l.file, l.lit.pos) else { return };
    let Some(vars) = source.info.func_lits.get(&l.lit.id) else { return };
    let per_iteration = source.per_iteration;
    let unit = source.unit(Vec::new(), Vec::new(), |info, type_of| {
        capture::analyze_lit(info, type_of, &vars.params, &vars.results, &l.lit.body, !per_iteration)
    });
    let types = |vs: &[Obj]| vs.iter().map(|v| v.type_()).collect::<Vec<Ty>>();
    let name = l.sym.as_str().to_owned();
    let names = Names { sym: name.clone(), display: name };
    let start =
        Start { body: BodyId(0), names, params: types(&vars.params), results: types(&vars.results), pos: l.lit.pos };
    let mut fl = FuncLower::new(cx, Rc::new(unit), start);
    fl.bind_params(&vars.params);
    fl.bind_results(&vars.results);
    fl.run_body(&l.lit.body);
    fl.finish();
}

/// A file and what is known of it.
struct Source {
    pkg: Pkg,
    info: &'static FileInfo,
    src: std::sync::Arc<undergo_source::pos::SourceFile>,
    per_iteration: bool,
}

impl Source {
    fn of(cx: &Lowerer, pkg: Pkg, file: usize, pos: Pos) -> Option<Source> {
        let info = cx.info(pkg, file);
        let src = cx.source(pos);
        let Some((info, src)) = info.zip(src) else {
            cx.diag(Diag::error(pos, format!("internal: package {} has not been checked", pkg.path)));
            return None;
        };
        let of_file = pkg.data().typed.get().and_then(|t| t.files.get(file)).and_then(|f| f.go_version);
        // A build constraint may choose the version of a file, but none before 1.21.
        let version = of_file.map_or(pkg.go_version, |v| v.max((1, 21)));
        Some(Source { pkg, info, src, per_iteration: version >= PER_ITERATION })
    }

    fn unit(
        self,
        tparams: Vec<TypeParam>,
        targs: Vec<Ty>,
        analyze: impl FnOnce(&FileInfo, capture::TypeOf) -> Captures,
    ) -> Unit {
        let mut unit = Unit {
            pkg: self.pkg,
            info: self.info,
            src: self.src,
            tparams,
            targs,
            captures: Captures::default(),
            per_iteration: self.per_iteration,
            init_of: None,
        };
        let captures = analyze(self.info, &|id| self.info.tv(id).map(|tv| crate::func::subst(&unit, tv.ty)));
        unit.captures = captures;
        unit
    }
}
