//! What must hold before a change lands: one list of commands.

use std::process::Command;

use undergo_tests::toolchain::repository;

const RUNTIME: &str = "runtime/rt/Cargo.toml";

/// Formats, lints and tests both workspaces, stopping at the first failure.
pub fn test() -> Result<(), String> {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["fmt", "--all", "--check", "--manifest-path", RUNTIME])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])?;
    cargo(&["clippy", "--release", "--quiet", "--manifest-path", RUNTIME, "--", "--deny", "warnings"])?;
    // First the compiler that whole-program tests run, so that they do not wait for it.
    cargo(&["build", "--release", "--quiet", "--package", "undergo"])?;
    cargo(&["test", "--workspace", "--no-fail-fast"])
}

/// Tries the Go programs of the suites with Go alone.
pub fn oracle() -> Result<(), String> {
    let mut command = cargo_command(&["test", "--package", "undergo-tests", "--test", "programs", "--test", "errors"]);
    status(command.env("UNDERGO_TESTS", "oracle"))
}

fn cargo(args: &[&str]) -> Result<(), String> {
    eprintln!("$ cargo {}", args.join(" "));
    status(&mut cargo_command(args))
}

fn cargo_command(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(repository());
    command
}

fn status(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|e| format!("cargo: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}
