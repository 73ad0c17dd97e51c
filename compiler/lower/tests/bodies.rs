//! Small Go functions and the IR that they are lowered to, before any pass: `tests/ir/NAME.go` beside `NAME.ir`.
//! `UPDATE_EXPECT=1` rewrites the expectations.

use std::path::Path;
use std::sync::Arc;

use expect_test::expect_file;
use undergo_ir::print::func_to_string;
use undergo_ir::verify::verify;
use undergo_lower::{Lowerer, Options};
use undergo_source::{Name, SourceMap};
use undergo_syntax::{Origin, ParseMode, Scope, parse_file};
use undergo_types::Pkg;

/// IR of all functions that the file's declared functions lead to, runtime functions and wrappers included.
fn lower(path: &Path) -> String {
    let text = std::fs::read(path).expect("the test's source");
    let map = Arc::new(SourceMap::new());
    let name = path.file_name().expect("a file").to_string_lossy().into_owned();
    let file = map.add(&name, text).expect("room for a small file");
    let (tree, errors) = parse_file(&map, &file, ParseMode { scope: Scope::Full, origin: Origin::User });
    assert!(errors.is_empty(), "{errors:?}");
    let tree = &*Box::leak(Box::new(tree));
    let pkg = Pkg::new(Name::new("p"), (1, 27), false);
    let import = |path: &str| (path == "unsafe").then(undergo_types::universe::unsafe_package);
    let errors = undergo_check::check_package(&map, pkg, vec![tree], &import, &undergo_check::Options::default());
    let texts: Vec<String> = errors.iter().map(|d| d.render_plain(&map)).collect();
    assert!(texts.is_empty(), "{texts:#?}");
    let cx = Lowerer::new(pkg, &[pkg], &map, &Options::default());
    for &f in &pkg.data().typed.get().expect("checked").funcs {
        let generic = f.type_().as_func().is_some_and(|s| !s.tparams.is_empty());
        if !generic {
            cx.func_sym(f, &[]);
        }
    }
    cx.run();
    let program = cx.into_program().unwrap_or_else(|diags| panic!("{:?}", diags));
    let mut out = String::new();
    for f in &program.funcs {
        if let Err(problems) = verify(f) {
            panic!("{}: {problems:?}\n{f}", f.sym);
        }
        if f.sym.as_str().starts_with("p.") {
            out.push_str(&func_to_string(f));
            out.push('\n');
        }
    }
    out
}

#[test]
fn expectations() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ir");
    let mut files: Vec<_> = std::fs::read_dir(&dir).expect("the test directory").flatten().map(|e| e.path()).collect();
    files.sort();
    for f in files.iter().filter(|f| f.extension().is_some_and(|e| e == "go")) {
        expect_file![f.with_extension("ir")].assert_eq(&lower(f));
    }
}
