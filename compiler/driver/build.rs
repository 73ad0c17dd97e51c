//! Embeds the overlay: a table of (package path, file name, text) of everything below `overlay/`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../../overlay");
    let root = root.canonicalize().expect("the overlay directory is part of the source");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut table = String::from("&[\n");
    for path in &files {
        println!("cargo::rerun-if-changed={}", path.display());
        let rel = path.strip_prefix(&root).expect("found below the root");
        let package = rel.parent().expect("files lie in package directories").display();
        let name = rel.file_name().expect("a file").to_string_lossy();
        writeln!(table, "    ({:?}, {name:?}, include_str!({path:?})),", package.to_string())
            .expect("writing to memory");
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo")).join("overlay.rs");
    fs::write(out, table).expect("the output directory is writable");
    println!("cargo::rerun-if-changed={}", root.display());
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", dir.display());
    for entry in fs::read_dir(dir).expect("readable").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "go") {
            files.push(path);
        }
    }
}
