//! Every source file of the standard library and the Go tools parses without an error.

mod common;

use undergo_source::SourceMap;
use undergo_syntax::{ParseMode, parse_file};

#[test]
fn std_parses() {
    let Some(root) = common::goroot() else { return };
    let map = SourceMap::new();
    let mut failed = Vec::new();
    let files = common::files(&root.join("src"), &[".go"], &["testdata"]);
    for path in &files {
        let file = map.add(&path.to_string_lossy(), std::fs::read(path).unwrap()).unwrap();
        let (tree, errors) = parse_file(&map, &file, ParseMode::USER);
        assert!(tree.package_pos.is_known());
        // Directives reserved for the standard library are refused in user code, and these sources are not all std.
        let errors = errors.iter().filter(|e| !e.msg.contains(" only allowed in "));
        let errors = errors.filter(|e| !e.msg.contains("is only allowed"));
        failed.extend(errors.map(|e| e.render_plain(&map)));
    }
    assert!(files.len() > 5000, "only {} files found", files.len());
    assert!(failed.is_empty(), "{} errors:\n{}", failed.len(), failed.join("\n"));
}
