//! Ctrl-C while a program of the user runs.
//!
//! The terminal sends the signal to the program as well, and the program decides what it means. So undergo catches it and
//! waits, as go does; and a program that is started while a signal is caught has the default for it, even where undergo
//! itself was started with the signal ignored, as shells start what they run in the background.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGQUIT};

/// From now on SIGINT and SIGQUIT only set the flag that is returned.
pub fn catch() -> Result<Arc<AtomicBool>, String> {
    let came = Arc::new(AtomicBool::new(false));
    let register = |signal| signal_hook::flag::register(signal, Arc::clone(&came)).map(drop);
    register(SIGINT).and_then(|()| register(SIGQUIT)).map_err(|e: io::Error| format!("catching signals: {e}"))?;
    Ok(came)
}
