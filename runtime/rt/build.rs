//! Link arguments of the runtime image: static, non-PIE, freestanding, based where `abi::module` says.

fn main() {
    // Must equal undergo_abi::module::RUNTIME_BASE (asserted against the linked image in src/start.rs).
    let base = "0x400000";
    for arg in [
        "-nostartfiles",
        "-nostdlib",
        "-static",
        "-no-pie",
        "-Wl,--build-id=none",
        // Entry stubs are reached only from the program, which is not here yet; LTO has dropped dead Rust already.
        "-Wl,--no-gc-sections",
        "-Wl,-z,norelro",
        "-Wl,-z,noexecstack",
    ] {
        println!("cargo:rustc-link-arg-bins={arg}");
    }
    println!("cargo:rustc-link-arg-bins=-Wl,--image-base={base}");
    println!("cargo:rerun-if-changed=build.rs");
}
