//! Builds of several packages: each program is built by a process of its own ([`crate::job`]), all others are checked.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::build::{self, Options};
use crate::golist::{Listed, Tests};
use crate::goroot;
use crate::job::Job;
use crate::load::{self, Graph};
use crate::progress::Progress;

/// The import paths of the packages that a command line means, those of programs first.
#[derive(Debug)]
pub struct Several {
    graph: Graph,
    programs: Vec<String>,
    others: Vec<String>,
}

/// Finds out what is meant.
pub fn plan(options: &Options, progress: &Progress) -> Result<Several, String> {
    let goroot = goroot::find_or_fetch(progress)?;
    let graph = match &options.graph {
        Some(graph) => graph.clone(),
        None => load::graph(&goroot, &options.request, Tests::Without)?,
    };
    let is_program = |path: &String| graph.packages.iter().any(|p| p.import_path == *path && p.name == "main");
    let (programs, others) = graph.roots.iter().cloned().partition(is_program);
    Ok(Several { graph, programs, others })
}

impl Several {
    /// How many packages there are.
    pub fn count(&self) -> usize {
        self.programs.len() + self.others.len()
    }

    /// Whether one of them is a program.
    pub fn has_program(&self) -> bool {
        !self.programs.is_empty()
    }

    /// Checks them all.
    pub fn check(&self, options: &Options, progress: &Progress) -> Result<(), String> {
        let options = Options { graph: Some(self.graph.clone()), ..options.clone() };
        build::check(&options, progress).map(drop)
    }

    /// Builds the programs into a directory, each under the name that `name` gives it. `work` is a directory for files
    /// that nobody needs afterwards. An error is text for the user.
    pub fn build_into(
        &self,
        options: &Options,
        dir: &Path,
        work: &Path,
        name: impl Fn(&str) -> String,
    ) -> Result<(), String> {
        std::fs::create_dir_all(dir).map_err(|e| format!("{}: {e}\n", dir.display()))?;
        let file = work.join("build.json");
        for program in &self.programs {
            let job = Job {
                dir: options.request.dir.clone(),
                tags: options.request.tags.clone(),
                link: options.link.clone(),
                paths: options.paths,
                graph: reached_from(&self.graph, program),
                output: Some(dir.join(name(program))),
            };
            job.write(&file)?;
            let exe = std::env::current_exe().map_err(|e| format!("the path of undergo: {e}"))?;
            let mut command = Command::new(exe);
            command.arg(crate::job::COMMAND).arg(&file).current_dir(&options.request.dir).stdin(Stdio::null());
            let out = command.output().map_err(|e| format!("undergo: {e}"))?;
            if !out.status.success() {
                return Err(String::from_utf8_lossy(&out.stderr).into_owned());
            }
        }
        Ok(())
    }
}

/// The part of a graph that one package needs.
fn reached_from(graph: &Graph, root: &str) -> Graph {
    let by_path: HashMap<&str, &Listed> = graph.packages.iter().map(|p| (p.import_path.as_str(), p)).collect();
    let mut reached: HashSet<&str> = HashSet::new();
    let mut work = vec![root];
    while let Some(path) = work.pop() {
        if let Some(found) = by_path.get(path)
            && reached.insert(path)
        {
            work.extend(found.imports.iter().map(String::as_str));
        }
    }
    let packages = graph.packages.iter().filter(|p| reached.contains(p.import_path.as_str())).cloned().collect();
    Graph { packages, roots: vec![root.to_owned()], stamps: graph.stamps.clone() }
}
