//! Servers on loopback: an HTTP server that says hello and a TCP echo with 5,000 open connections, each by undergo and
//! by stock by turns, under the same client, which is a process of its own and always stock's.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use undergo_tests::toolchain::{Toolchain, repository};

use super::figures::{Figure, Seen};
use super::{LIMIT, ROUNDS, Row};
use crate::files::{Pair, build_both, success};

/// What the client prints, in this order.
const FIGURES: [Figure; 4] = [
    Figure { name: "requests a second", scale: 1.0, unit: "" },
    Figure { name: "median", scale: 1e3, unit: " us" },
    Figure { name: "99th percentile", scale: 1e3, unit: " us" },
    Figure { name: "memory of an idle connection", scale: 1.0, unit: " B" },
];

/// A server that ends with this value: its standard input closes.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(exe: &Path, kind: &str) -> Result<Server, String> {
        let mut command = Command::new(exe);
        command.arg(format!("{kind}-server")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|e| format!("{}: {e}", exe.display()))?;
        let mut address = String::new();
        let out = child.stdout.take().ok_or("the server has no output")?;
        BufReader::new(out).read_line(&mut address).map_err(|e| format!("{}: {e}", exe.display()))?;
        Ok(Server { child, address: address.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The figures of both servers.
pub(super) fn rows(tools: &Toolchain) -> Result<Vec<Row>, String> {
    let pair = build_both(tools, "net", &repository().join("bench/net"), "net.go")?;
    let mut rows = Vec::new();
    for kind in ["http", "echo"] {
        rows.extend(server(&pair, kind)?);
    }
    Ok(rows)
}

fn server(pair: &Pair, kind: &str) -> Result<Vec<Row>, String> {
    let mut seen = Seen::default();
    let run = |exe: &Path| {
        let server = Server::start(exe, kind)?;
        let mut client = Command::new(&pair.stock);
        client.arg(format!("{kind}-client")).arg(&server.address).arg(server.child.id().to_string());
        success(&mut client, LIMIT).map(|out| out.stdout_text())
    };
    for round in 0..=ROUNDS {
        let (ours, stock) = (run(&pair.ours)?, run(&pair.stock)?);
        // The first pair warms the machine up.
        if round > 0 {
            seen.add(&ours, &stock);
        }
    }
    seen.rows(&format!("net/{kind}"), &FIGURES)
}
