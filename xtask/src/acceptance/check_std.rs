//! All packages of GOROOT through the front end: those of std and cmd as `go list` selects them for linux/amd64, with
//! GOROOT's own runtime, test files and external test packages included.

use std::fmt::Write as _;
use std::time::Duration;

use undergo_tests::process;
use undergo_tests::toolchain::Toolchain;

const LIMIT: Duration = Duration::from_secs(1200);
/// Fewer packages than this would mean that the tests are not seen: std has more than 300, of which most have tests.
const PACKAGES: usize = 500;

/// Checks both trees. The result says how long it took, `go list` excluded, and how much memory.
pub fn run(tools: &Toolchain) -> Result<String, String> {
    let mut seen = String::new();
    for (dir, pattern) in [("src", "std"), ("src/cmd", "cmd")] {
        let mut command = tools.undergo()?;
        command.args(["check", "-stock", "-test", "-e", "--time-phases", pattern]).current_dir(tools.goroot.join(dir));
        let out = process::run(&mut command, LIMIT)?;
        let text = out.stderr_text();
        if !out.success() {
            let head: String = text.chars().take(4000).collect();
            return Err(format!("{pattern}: {:?}\n{head}", out.end));
        }
        let value = |name: &str| {
            let line = text.lines().find_map(|l| l.strip_prefix(name)).unwrap_or("?");
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let packages: usize = value("packages").parse().unwrap_or(0);
        if packages < PACKAGES {
            return Err(format!("{pattern}: only {packages} packages were checked"));
        }
        let _ = write!(seen, "{pattern}: {packages} packages, {}, peak {}; ", value("total"), value("peak"));
    }
    Ok(seen)
}
