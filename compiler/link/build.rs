//! Builds the runtime image, which the linker embeds.
//!
//! The runtime is a workspace of its own (freestanding, with its own profile and link arguments), so another cargo
//! builds it, in a directory of its own under ours: the outer cargo holds the lock of the usual one.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    let root = here.join("../..");
    for dir in ["abi/src", "abi/Cargo.toml", "runtime/rt", "runtime/rtsys", "runtime/rtcore"] {
        println!("cargo:rerun-if-changed={}", root.join(dir).display());
    }
    let image = out.join("runtime.elf");
    match build(&root.join("runtime/rt/Cargo.toml"), &out.join("rt")) {
        Ok(elf) => {
            fs::copy(elf, &image).expect("the output directory is writable");
        }
        Err(text) if env::var("PROFILE").is_ok_and(|p| p == "release") => {
            panic!("the runtime image does not build:\n{text}")
        }
        // While both are being worked on, a compiler without runtime can do all but link, and says so when it is
        // asked to.
        Err(text) => {
            for line in text.lines().filter(|l| l.starts_with("error")).take(5) {
                println!("cargo:warning=runtime image: {line}");
            }
            fs::write(&image, b"").expect("the output directory is writable");
        }
    }
}

fn build(manifest: &Path, target: &Path) -> Result<PathBuf, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--quiet", "--manifest-path"]).arg(manifest).arg("--target-dir").arg(target);
    // What the outer cargo says to us is not meant for the inner one.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let ours = name.starts_with("CARGO_") && name != "CARGO_HOME";
        if ours || matches!(&*name, "RUSTFLAGS" | "RUSTC_WRAPPER" | "RUSTC_WORKSPACE_WRAPPER" | "CARGO" | "RUSTC") {
            command.env_remove(name);
        }
    }
    let output = command.output().map_err(|e| format!("cannot run cargo: {e}"))?;
    if output.status.success() {
        Ok(target.join("release/undergo-rt"))
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
