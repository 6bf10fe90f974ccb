//! A git repository's object database: every blob once, and what commits and tags say.
//!
//! The decision a reader would question: objects are read in the order in which they are stored, not commit by commit. What
//! nothing leads to any more is then read like everything else, and no object is expanded twice. Trees and commits come
//! first; from them each blob gets a path. Nothing that the repository configures is run, and gix is met only in this module.

mod delta;
mod faults;
mod ids;
mod inflate;
mod loose;
mod names;
mod pack;
mod push;
mod read;
mod store;
mod tree_entries;
mod walk;

use std::path::{Path, PathBuf};

use gix::hash::Kind as HashKind;
use unkeyed_model::{Skip, SkipReason};

use crate::{Error, Event, Options, Sink, Source};
use store::Store;

/// The object database of one repository.
#[derive(Debug)]
pub(crate) struct History {
    objects: PathBuf,
    hash: HashKind,
    is_shallow: bool,
    options: Options,
}

/// Opens the repository at `path`: a working tree, a `.git` folder or a bare repository.
pub(crate) fn open(target: &str, path: &Path) -> Result<gix::Repository, Error> {
    let failed = |error: gix::Error| Error::Repository { target: target.into(), why: error.to_string() };
    gix::open_opts(path, gix::open::Options::isolated()).map_err(failed)
}

impl History {
    /// The object database of `repository`.
    pub(crate) fn new(repository: &gix::Repository, options: Options) -> Self {
        let objects = repository.objects.store_ref().path().to_path_buf();
        Self { objects, hash: repository.object_hash(), is_shallow: repository.is_shallow().unwrap_or(false), options }
    }
}

impl Source for History {
    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error> {
        let store = Store::open(&self.objects, self.hash);
        let mut skips = read::everything(&store, self.hash, &self.options, sink);
        skips.extend(store.problems);
        if self.is_shallow {
            let detail = "a shallow clone: older commits are not here; `git fetch --unshallow` brings them".into();
            skips.push(Skip { path: ".git/shallow".into(), why: SkipReason::NotSupplied, detail });
        }
        let mut push = sink();
        for mut skip in skips {
            if !self.options.prefix.is_empty() {
                skip.path = format!("{}/{}", self.options.prefix, skip.path);
            }
            push(Event::Skip(skip));
        }
        Ok(())
    }
}
