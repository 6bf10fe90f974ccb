//! A git repository's object database: every blob once, and what commits and tags say.
//!
//! The decision a reader would question: objects are read in the order in which they are stored, not commit by commit. What
//! nothing leads to any more is then read like everything else, and no object is expanded twice. Trees and commits come
//! first; from them each blob gets a path. Nothing that the repository configures is run, and gix is met only in this module.

mod commit;
mod delta;
mod faults;
mod graph;
mod ids;
mod inflate;
mod loose;
mod names;
mod pack;
mod provenance;
mod push;
mod read;
mod refine;
mod sets;
mod store;
mod sweep;
mod texts;
mod tips;
mod tree_entries;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gix::hash::Kind as HashKind;
use unkeyed_model::{Match, Skip, SkipReason};

use crate::exclude::Excludes;
use crate::{Error, Event, Options, Sink, Source};
use store::Store;

/// The object database of one repository.
#[derive(Debug)]
pub(crate) struct History {
    repository: gix::ThreadSafeRepository,
    objects: PathBuf,
    hash: HashKind,
    excludes: Excludes,
    options: Options,
    store: OnceLock<Store>,
}

/// Opens the repository at `path`: a working tree, a `.git` folder or a bare repository.
pub(crate) fn open(target: &str, path: &Path) -> Result<gix::Repository, Error> {
    let failed = |error: gix::Error| Error::Repository { target: target.into(), why: error.to_string() };
    gix::open_opts(path, gix::open::Options::isolated()).map_err(failed)
}

/// The folder that the paths in `repository` are relative to.
pub(crate) fn root(repository: &gix::Repository) -> PathBuf {
    repository.workdir().unwrap_or(repository.git_dir()).to_path_buf()
}

impl History {
    /// The object database of `repository`.
    pub(crate) fn new(repository: &gix::Repository, options: Options) -> Result<Self, Error> {
        let objects = repository.objects.store_ref().path().to_path_buf();
        let excludes = Excludes::new(&root(repository), &options.excludes)?;
        let hash = repository.object_hash();
        Ok(Self { repository: repository.clone().into_sync(), objects, hash, excludes, options, store: OnceLock::new() })
    }

    fn store(&self) -> &Store {
        self.store.get_or_init(|| Store::open(&self.objects, self.hash))
    }

    fn root(&self) -> PathBuf {
        root(&self.repository.to_thread_local())
    }

    fn push(&self, skips: Vec<Skip>, sink: &mut Sink<'_>) {
        for mut skip in skips {
            if !self.options.prefix.is_empty() {
                skip.path = format!("{}/{}", self.options.prefix, skip.path);
            }
            sink(Event::Skip(skip));
        }
    }
}

impl Source for History {
    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error> {
        let store = self.store();
        let mut skips = read::everything(store, self.hash, &self.options, sink);
        skips.extend(store.problems.iter().cloned());
        if self.repository.to_thread_local().is_shallow().unwrap_or(false) {
            let detail = "a shallow clone: older commits are not here; `git fetch --unshallow` brings them".into();
            skips.push(Skip { path: ".git/shallow".into(), why: SkipReason::NotSupplied, detail });
        }
        self.push(skips, &mut sink());
        Ok(())
    }

    fn refine(&self, matches: &mut Vec<Match>) -> Vec<Skip> {
        self.place(matches)
    }
}
