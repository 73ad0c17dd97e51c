//! A build in a process of its own, described by a file.
//!
//! A process makes one program ([`undergo_source::name`] and the types' tables only grow), so `undergo test` starts one a
//! test binary. That also keeps a failure of one from the others.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::build::{self, Options, Paths};
use crate::goroot::Goroot;
use crate::ldflags::LinkFlags;
use crate::load::{Graph, Request, Selection};
use crate::manifest::{Kept, Product, Slot};
use crate::progress::Progress;
use crate::report::Style;
use crate::stamp::Stamps;

/// The command, not for users, by which a process starts another of itself to do what a file describes.
pub const COMMAND: &str = "build-job";

/// What to build.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Working directory, to which positions in errors are relative.
    pub dir: PathBuf,
    /// Further build tags.
    pub tags: Vec<String>,
    /// What is asked of the linker.
    pub link: LinkFlags,
    /// How source files are named in the program.
    pub paths: Paths,
    /// The packages.
    pub graph: Graph,
    /// Where the executable goes; nothing if packages are only checked.
    pub output: Option<PathBuf>,
}

impl Job {
    /// Writes the description.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_vec(self).map_err(|e| format!("{}: {e}", path.display()))?;
        fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// The result, if it was made before and nothing has changed.
    pub fn find(&self, goroot: &Goroot) -> Option<Kept> {
        let product = if self.output.is_some() { Product::Program } else { Product::Check };
        Slot::of(goroot, &self.options(), product)?.find()
    }

    /// Does what the file describes. An error is text for the user.
    pub fn run(path: &Path) -> Result<(), String> {
        let text = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let job: Job = serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let options = job.options();
        let Some(output) = job.output else {
            return build::check(&options, &Progress::quiet()).map(drop);
        };
        let built = build::build(&options, &Progress::quiet())?;
        undergo_link::write_executable(&output, &built.image).map_err(|e| format!("open {}: {e}\n", output.display()))
    }

    fn options(&self) -> Options {
        // Whoever wrote the job has asked go just now.
        let stamps = Some(Stamps::taken_before(SystemTime::now()));
        Options {
            request: Request {
                dir: self.dir.clone(),
                patterns: Vec::new(),
                tags: self.tags.clone(),
                list_flags: Vec::new(),
                mode: Selection::Undergo,
            },
            graph: Some(Graph { stamps, ..self.graph.clone() }),
            style: Style::PLAIN,
            emit: None,
            emit_filter: String::new(),
            link: self.link.clone(),
            paths: self.paths,
            extent: crate::build::Extent::Program,
        }
    }
}
