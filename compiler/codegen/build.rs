//! Gives this crate a version: a hash of everything that decides what code it makes, for keys of caches.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Below the repository: this crate, what it is given, what both sides agree on, and the versions of dependencies.
const INPUTS: &[&str] = &["compiler/codegen/src", "compiler/ir/src", "abi/src", "Cargo.lock"];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../..");
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
        add(&root.join(input), &mut hasher);
    }
    println!("cargo::rustc-env=UNDERGO_CODEGEN_VERSION={:016x}", hasher.finish());
}

/// Adds a file, or all files below a directory in the order of their names.
fn add(path: &Path, hasher: &mut DefaultHasher) {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = fs::read_dir(path).expect("readable").flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|e| add(e, hasher));
    } else {
        path.file_name().hash(hasher);
        fs::read(path).expect("readable").hash(hasher);
    }
}
