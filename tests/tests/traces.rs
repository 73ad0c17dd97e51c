//! Execution traces are what stock's reader takes for correct: it checks that each event follows from those before.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use undergo_tests::process::{Outcome, run};
use undergo_tests::toolchain::{Need, Toolchain, repository, toolchain};

const LIMIT: Duration = Duration::from_secs(300);
/// What happens in the program, as `go tool trace -d=parsed` words it.
const EVENTS: &[&str] = &[
    "NotExist->Runnable",
    "NotExist->Waiting",
    "Runnable->Running",
    "Running->Runnable",
    "Running->Waiting",
    "Waiting->Runnable",
    "Running->Syscall",
    "Syscall->Running",
    "Syscall->Runnable",
    "Running->NotExist",
    "ProcID=1 Idle->Running",
    "ProcID=1 Running->Idle",
    r#"Reason="chan send""#,
    r#"Reason="sleep""#,
    r#"Reason="network""#,
    r#"Name="stop-the-world (read mem stats)""#,
    r#"Name="stop-the-world (GOMAXPROCS)""#,
    r#"Name="stop-the-world (GC sweep termination)""#,
    r#"Name="stop-the-world (all goroutines stack trace)""#,
    r#"Name="GC concurrent mark phase""#,
    r#"Name="/sched/gomaxprocs:threads""#,
    r#"Name="/memory/classes/heap/objects:bytes""#,
    r#"Name="/gc/heap/goal:bytes""#,
    r#"Type="the task""#,
    r#"Type="the region""#,
    r#"Category="the category" Message="the message""#,
    "main.channels.func1 @",
];

fn success(command: &mut Command) -> Outcome {
    let outcome = run(command, LIMIT).expect("it starts and ends");
    assert!(outcome.success(), "{command:?}: {}{}", outcome.stdout_text(), outcome.stderr_text());
    outcome
}

fn read(tools: &Toolchain, trace: &Path) -> String {
    success(tools.go().args(["tool", "trace", "-d=parsed"]).arg(trace)).stdout_text()
}

#[test]
fn stock_reads_them() {
    let tools = toolchain(Need::Both).expect("both are there");
    let dir = tempfile::tempdir().expect("a directory");
    let program = dir.path().join("trace");
    let source = repository().join("tests/programs/std/trace.go");
    success(tools.undergo().expect("it is there").args(["build", "-o"]).arg(&program).arg(source));
    // Generations of a second, of a millisecond, and as short as can be.
    for (period, procs) in [("1000000000", "2"), ("1000000", "4"), ("0", "2"), ("500000", "1")] {
        let file = dir.path().join("t");
        let debug = format!("traceadvanceperiod={period}");
        success(Command::new(&program).arg(&file).env("GODEBUG", debug).env("GOMAXPROCS", procs));
        let parsed = read(&tools, &dir.path().join("t0"));
        let missing: Vec<_> = EVENTS.iter().filter(|&&e| !parsed.contains(e)).collect();
        assert!(missing.is_empty(), "not in the trace, generations of {period} ns: {missing:?}");
        assert!(read(&tools, &dir.path().join("t1")).contains("the message"), "what was recorded says little");
    }
}
