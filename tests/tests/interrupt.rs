//! Ctrl-C during `run`: the program decides what it means, as under `go run`.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use undergo_tests::toolchain::{Need, toolchain};

const PROGRAM: &str = r#"package main

import (
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	fmt.Println("ready")
	select {
	case <-signals:
		time.Sleep(100 * time.Millisecond)
		fmt.Println("bye")
	case <-time.After(time.Minute):
		fmt.Println("nothing came")
	}
}
"#;

/// What a command's program prints when a terminal would interrupt it, and the exit code.
fn interrupted(command: &mut Command) -> (String, Option<i32>) {
    let mut child = command.process_group(0).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut text = String::new();
    output.read_line(&mut text).expect("it prints a line");
    let group = Pid::from_raw(child.id() as i32).expect("it is no zero");
    kill_process_group(group, Signal::INT).expect("it is there");
    output.read_to_string(&mut text).expect("it prints text");
    (text, child.wait().expect("it ends").code())
}

#[test]
fn the_program_is_waited_for() {
    let tools = toolchain(Need::Both).expect("both are there");
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("a.go"), PROGRAM).expect("it is ours");
    let mut undergo = tools.undergo().expect("it is there");
    let ours = interrupted(undergo.args(["run", "a.go"]).current_dir(dir.path()));
    let stock = interrupted(tools.go().args(["run", "a.go"]).current_dir(dir.path()));
    assert_eq!(ours, stock);
    assert_eq!(ours.0, "ready\nbye\n");
}
