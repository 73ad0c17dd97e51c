//! Go sources that are ours, embedded at build time from `overlay/`.
//!
//! Package `runtime` is replaced as a whole. In other packages a file replaces the one of the same name or is added.

/// Package path, file name, text; sorted.
const FILES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/overlay.rs"));

/// Our files of a package.
pub fn files(package: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().filter(move |f| f.0 == package).map(|f| (f.1, f.2))
}

/// Whether none of GOROOT's own files of a package are used.
pub fn replaces(package: &str) -> bool {
    package == "runtime"
}
