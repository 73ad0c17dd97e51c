//! What a person at a terminal sees of long work. In a pipe: nothing.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;

/// A line on standard error that is rewritten.
#[derive(Debug)]
pub struct Progress {
    shown: Option<Mutex<usize>>,
}

impl Progress {
    /// Shows progress if standard error is a terminal.
    pub fn for_stderr() -> Progress {
        Progress { shown: std::io::stderr().is_terminal().then(|| Mutex::new(0)) }
    }

    /// Shows nothing.
    pub fn quiet() -> Progress {
        Progress { shown: None }
    }

    /// Says what is being done now.
    pub fn step(&self, what: &str) {
        let Some(shown) = &self.shown else { return };
        let mut width = shown.lock().expect("printing does not panic");
        let _ = write!(std::io::stderr(), "\r{what:<w$}\r{what}", w = *width);
        let _ = std::io::stderr().flush();
        *width = what.chars().count();
    }

    /// Clears the line.
    pub fn done(&self) {
        let Some(shown) = &self.shown else { return };
        let mut width = shown.lock().expect("printing does not panic");
        let _ = write!(std::io::stderr(), "\r{:w$}\r", "", w = *width);
        *width = 0;
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done();
    }
}
