//! The `undergo` command: go-compatible commands and flags. Only here are arguments, environment, standard output and
//! exit codes.
#![forbid(unsafe_code)]

mod args;
mod commands;
mod interrupt;
mod test;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = args.split_first() else {
        eprint!("{}", commands::USAGE);
        return ExitCode::from(2);
    };
    match commands::run(command, rest) {
        Ok(code) => code,
        Err(message) => {
            eprint!("{message}");
            if !message.ends_with('\n') {
                eprintln!();
            }
            ExitCode::FAILURE
        }
    }
}
