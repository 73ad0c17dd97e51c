//! "Nothing has changed": what a finished build depended on, so that the next one need not even ask go.
//!
//! A manifest says in which state every file, directory and module file was that a build looked at. If all are as they
//! were, and flags, environment, GOROOT and undergo itself are the same (they are in the key), the result is the one that
//! is kept beside it. A build that saw a file that had only just been written leaves no manifest ([`Stamps::settled`]).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::build::Options;
use crate::cache::{self, Key, Keyer};
use crate::golist::VARIABLES;
use crate::goroot::Goroot;
use crate::load::{Loaded, Selection};
use crate::stamp::Stamps;

/// All images together, bytes; beyond, those go that were not used for the longest time.
const IMAGES_LIMIT: u64 = 1 << 30;

/// What a build makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Product {
    /// An executable.
    Program,
    /// Nothing but the certainty that there are no errors.
    Check,
}

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    stamps: Stamps,
    /// Import paths of what was built.
    main: String,
    /// Size of the image, bytes.
    len: u64,
}

/// Where the result of a build with these inputs is, if it was made before.
#[derive(Debug)]
pub struct Slot {
    manifest: PathBuf,
    image: PathBuf,
    product: Product,
}

/// A result that was kept.
#[derive(Debug)]
pub struct Kept {
    /// Import paths of what was built.
    pub main: String,
    /// The executable; nothing for [`Product::Check`].
    pub image: Option<PathBuf>,
}

impl Slot {
    /// The slot of a build, unless it is one whose results are not kept.
    pub fn of(goroot: &Goroot, options: &Options, product: Product) -> Option<Slot> {
        // What `--emit` shows and what `--whole` compiles leave nothing to keep.
        if options.emit.is_some() || options.extent == crate::build::Extent::Whole {
            return None;
        }
        let key = key(goroot, options, product)?;
        let manifest = cache::dir("builds").ok()?.join(format!("{key}.json"));
        let image = cache::dir("images").ok()?.join(key.to_string());
        Some(Slot { manifest, image, product })
    }

    /// The result, if nothing has changed since.
    pub fn find(&self) -> Option<Kept> {
        let manifest: Manifest = serde_json::from_slice(&fs::read(&self.manifest).ok()?).ok()?;
        if !manifest.stamps.hold() {
            return None;
        }
        let image = match self.product {
            Product::Check => None,
            Product::Program => {
                (fs::metadata(&self.image).ok()?.len() == manifest.len).then_some(())?;
                cache::touch(&self.image);
                Some(self.image.clone())
            }
        };
        cache::touch(&self.manifest);
        Some(Kept { main: manifest.main, image })
    }

    /// Keeps a result. `before` is a time before any input was looked at.
    pub fn keep(&self, loaded: &Loaded, main: &str, image: &[u8], before: SystemTime) {
        let Some(asked) = &loaded.stamps else { return };
        let mut stamps = Stamps::taken_before(before);
        stamps.extend(asked);
        for p in &loaded.packages {
            let dir = Path::new(&p.listed.dir);
            stamps.add_package(dir, &p.listed.embed_patterns);
            p.paths.iter().for_each(|f| stamps.add(f));
            p.listed.embed_files.iter().for_each(|f| stamps.add(&dir.join(f)));
        }
        if !stamps.settled() {
            return;
        }
        // The image comes first: a manifest without one would be believed.
        if self.product == Product::Program {
            cache::write(&self.image, image);
            cache::trim(&self.image, IMAGES_LIMIT);
        }
        let manifest = Manifest { stamps, main: main.to_owned(), len: image.len() as u64 };
        if let Ok(text) = serde_json::to_vec(&manifest) {
            cache::write(&self.manifest, &text);
            cache::trim(&self.manifest, IMAGES_LIMIT / 4);
        }
    }
}

fn key(goroot: &Goroot, options: &Options, product: Product) -> Option<Key> {
    let request = &options.request;
    let mut keyer = Keyer::new("build");
    let exe = std::env::current_exe().ok()?;
    let mut identity = Stamps::taken_before(SystemTime::UNIX_EPOCH);
    identity.add(&exe);
    identity.add(&goroot.dir.join("VERSION"));
    if let Some(image) = crate::goroot::other_runtime() {
        identity.add(&image);
    }
    keyer.add(&serde_json::to_vec(&identity).ok()?);
    keyer.add(&serde_json::to_vec(&options.graph).ok()?);
    let stock = request.mode == Selection::Stock;
    let text = format!(
        "{:?}",
        (&goroot.dir, &request.dir, &request.patterns, &request.tags, &request.list_flags, stock, product)
    );
    keyer.add(text.as_bytes());
    keyer.add(format!("{:?}", (&options.link, options.paths)).as_bytes());
    for name in VARIABLES {
        keyer.add(format!("{:?}", std::env::var_os(name)).as_bytes());
    }
    Some(keyer.finish())
}
