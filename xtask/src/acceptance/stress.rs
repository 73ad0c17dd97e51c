//! The runtime image that checks itself (locks in the order of their ranks, arithmetic, invariants) under the whole
//! programs of the tests and under a program that does everything at once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use undergo_tests::toolchain::{Toolchain, repository};

use crate::files::{BUILD_LIMIT, success, work_dir};

/// How long the stress runs, unless `STRESS_SECONDS` says something else.
const SECONDS: u64 = 120;

/// Builds the image.
fn checked_image() -> Result<PathBuf, String> {
    let target = work_dir("checked-image")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--profile", "checked", "--target-dir"]).arg(&target);
    // A directory of its own for cargo to start in: the outer workspace's settings are not meant for it.
    success(cargo.current_dir(repository().join("runtime/rt")), BUILD_LIMIT)?;
    Ok(target.join("checked/undergo-rt"))
}

/// The whole programs of the tests.
pub fn programs(tools: &Toolchain) -> Result<String, String> {
    let image = checked_image()?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["test", "--quiet", "--release", "--package", "undergo-tests", "--test", "programs"]);
    cargo.env("UNDERGO_RUNTIME", image).env("UNDERGO_GOROOT", &tools.goroot).current_dir(repository());
    let out = success(&mut cargo, BUILD_LIMIT)?.stdout_text();
    Ok(out.lines().rev().find(|l| l.starts_with("test result")).unwrap_or_default().to_owned())
}

/// Everything at once on four threads: with the image as it is embedded, and with the checked one, whose threads dawdle
/// where they meet.
pub fn everything(tools: &Toolchain) -> Result<String, String> {
    let seconds = std::env::var("STRESS_SECONDS").ok().and_then(|n| n.parse().ok()).unwrap_or(SECONDS);
    let image = checked_image()?;
    let run = |exe: &Path, image: Option<&Path>, debug: &str| -> Result<String, String> {
        let mut build = tools.undergo()?;
        build.args(["build", "-o"]).arg(exe).arg("stress.go").current_dir(repository().join("tests/acceptance/stress"));
        if let Some(image) = image {
            build.env("UNDERGO_RUNTIME", image);
        }
        success(&mut build, BUILD_LIMIT)?;
        let mut stress = Command::new(exe);
        stress.arg((seconds / 2).to_string()).env("GOMAXPROCS", "4").env("GODEBUG", debug);
        success(&mut stress, Duration::from_secs(seconds / 2 + 180)).map(|out| out.stdout_text())
    };
    let work = work_dir("bin")?;
    let plain = run(&work.join("stress"), None, "")?;
    let checked = run(&work.join("stress.checked"), Some(&image), "dawdle=16")?;
    let rounds = |text: &str| text.split_whitespace().filter_map(|n| n.parse::<u64>().ok()).sum::<u64>();
    Ok(format!("{seconds} s: {} rounds, {} of them checked", rounds(&plain) + rounds(&checked), rounds(&checked)))
}
