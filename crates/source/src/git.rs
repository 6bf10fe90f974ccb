//! A git repository's object database: every blob once, and what commits and tags say.
//!
//! The decision a reader would question: objects are read in the order in which they are stored, not commit by commit. What
//! nothing leads to any more is then read like everything else, and no object is expanded twice. Trees and commits come
//! first; from them each blob gets a path. Nothing that the repository configures is run, and gix is met only in this module.

mod ancestry;
mod at;
mod commit;
mod delta;
mod faults;
mod graph;
mod ids;
mod inflate;
mod listed;
mod loose;
mod names;
mod numbered;
mod pack;
mod pack_file;
mod provenance;
mod push;
mod read;
mod refine;
mod selection;
mod sets;
mod staged;
mod store;
mod sweep;
mod tips;
mod tree_entries;
mod walk;
mod whole;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gix::hash::Kind as HashKind;
use unkeyed_model::{Match, Skip, SkipReason};

use crate::content::{self, ContentSum};
use crate::exclude::Excludes;
use crate::path_text::joined;
use crate::{Error, Event, GitScope, Key, Options, Sink, Source};
use ancestry::Ancestry;
use listed::Listed;
use read::Read;
pub use selection::Commits;
use store::{Store, gap};
pub(crate) use whole::Whole;

/// The object database of one repository.
#[derive(Debug)]
pub(crate) struct History {
    target: String,
    repository: gix::ThreadSafeRepository,
    objects: PathBuf,
    hash: HashKind,
    excludes: Excludes,
    options: Options,
    store: OnceLock<Store>,
    ancestry: OnceLock<Ancestry>,
    /// Containers that were read, of which no row speaks.
    quiet: OnceLock<Vec<Key>>,
}

/// Objects that take more bytes than this to expand are not expanded by gix, which reads single objects; own limits are lower.
const ALLOC_LIMIT: &str = "gitoxide.objects.allocLimit=268435456";

/// How repositories are opened: no configuration but their own is read, and of that only what describes their format.
pub(crate) fn opening() -> gix::open::Options {
    gix::open::Options::isolated().config_overrides([ALLOC_LIMIT])
}

/// Opens the repository at `path`: a working tree, a `.git` folder or a bare repository.
pub(crate) fn open(target: &str, path: &Path) -> Result<gix::Repository, Error> {
    let failed = |error: gix::Error| Error::Repository { target: target.into(), why: error.to_string() };
    gix::open_opts(path, opening()).map_err(failed)
}

/// The commit in which HEAD of the repository at `path` and `base` last were the same, in hex.
pub(crate) fn fork_point(target: &str, path: &Path, base: &str) -> Result<String, Error> {
    let repository = open(target, path)?;
    at::fork_point(&repository, base).map(|id| id.to_string()).map_err(|why| Error::Commits { target: target.into(), why })
}

/// The folder that the paths in `repository` are relative to.
pub(crate) fn root(repository: &gix::Repository) -> PathBuf {
    repository.workdir().unwrap_or(repository.git_dir()).to_path_buf()
}

impl History {
    /// The object database of `repository`.
    pub(crate) fn new(target: &str, repository: &gix::Repository, options: Options) -> Result<Self, Error> {
        let objects = repository.objects.store_ref().path().to_path_buf();
        let excludes = Excludes::new(&root(repository), &options.excludes)?;
        let hash = repository.object_hash();
        let repository = repository.clone().into_sync();
        let (store, ancestry, quiet) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Ok(Self { target: target.into(), repository, objects, hash, excludes, options, store, ancestry, quiet })
    }

    fn store(&self) -> &Store {
        self.store.get_or_init(|| Store::open(&self.objects, self.hash))
    }

    fn everything<'s>(&'s self, sink: &(dyn Fn() -> Sink<'s> + Sync)) -> Vec<Skip> {
        let store = self.store();
        let Read { mut skips, ancestry, quiet } = read::everything(store, self.hash, &self.options, sink);
        if let Some(ancestry) = ancestry {
            self.ancestry.get_or_init(|| ancestry);
        }
        self.quiet.get_or_init(|| quiet);
        skips.extend(store.problems.iter().cloned());
        if self.repository.to_thread_local().is_shallow().unwrap_or(false) {
            let detail = "a shallow clone: older commits are not here; `git fetch --unshallow` brings them".into();
            skips.push(Skip { path: ".git/shallow".into(), why: SkipReason::NotSupplied, detail });
        }
        skips
    }

    fn staged<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<Vec<Skip>, Error> {
        self.index(staged::list, sink)?;
        Ok(vec![gap(SkipReason::NotSupplied, "--staged: only what the next commit brings was read".into())])
    }

    /// Reads what `list` makes of the index.
    fn index<'s>(
        &'s self,
        list: fn(&gix::Repository, Option<&Path>) -> Result<Vec<Listed>, String>,
        sink: &'s (dyn Fn() -> Sink<'s> + Sync),
    ) -> Result<(), Error> {
        let failed = |why| Error::Index { target: self.target.clone(), why };
        let list = list(&self.repository.to_thread_local(), self.options.index.as_deref()).map_err(failed)?;
        self.push(list, sink);
        Ok(())
    }

    fn at<'s>(&'s self, commit: &str, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<Vec<Skip>, Error> {
        let failed = |why| Error::Commits { target: self.target.clone(), why };
        let (list, skips) = at::list(&self.repository.to_thread_local(), commit).map_err(failed)?;
        self.push(list, sink);
        Ok(skips)
    }

    fn push<'s>(&'s self, mut list: Vec<Listed>, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) {
        let root = self.root();
        list.retain(|one| self.excludes.reason_below(&root.join(&one.path)).is_none());
        listed::push(&self.repository, &list, &self.options, sink);
    }

    fn commits<'s>(&'s self, commits: &Commits, sink: &(dyn Fn() -> Sink<'s> + Sync)) -> Result<Vec<Skip>, Error> {
        let failed = |why| Error::Commits { target: self.target.clone(), why };
        let (list, missing) = selection::list(&self.repository.to_thread_local(), commits).map_err(failed)?;
        listed::push(&self.repository, &list, &self.options, sink);
        let detail = "only what the commits that were asked for (--since, --range, --branch) brought was read".into();
        let mut skips = vec![gap(SkipReason::NotSupplied, detail)];
        if missing > 0 {
            let detail = format!("{missing} commits or trees are not here or damaged, and so what they brought was not read");
            skips.push(gap(SkipReason::NotSupplied, detail));
        }
        Ok(skips)
    }

    fn root(&self) -> PathBuf {
        root(&self.repository.to_thread_local())
    }

    fn prefixed(&self, mut skips: Vec<Skip>) -> Vec<Skip> {
        skips.iter_mut().for_each(|skip| skip.path = joined(&self.options.prefix, &skip.path));
        skips
    }
}

impl Source for History {
    /// What is stored, and everything that leads to it. Reflogs and the like are files, and are told with those.
    fn content(&self) -> Option<ContentSum> {
        let repository = self.repository.to_thread_local();
        let store = self.store();
        let problems = store.problems.iter().map(|skip| skip.detail.as_bytes());
        let tips = tips::described(&repository)?;
        let shallow = repository.is_shallow().ok()?;
        Some(content::of([store.ids.bytes(), &tips, &[u8::from(shallow)]].into_iter().chain(problems)))
    }

    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error> {
        let skips = match &self.options.git {
            GitScope::Staged => self.staged(sink)?,
            GitScope::Replaced => {
                self.index(staged::replaced, sink)?;
                Vec::new()
            }
            GitScope::At(commit) => self.at(commit, sink)?,
            GitScope::Commits(commits) => self.commits(commits, sink)?,
            GitScope::WorkingTree | GitScope::Everything => self.everything(sink),
        };
        let mut sink = sink();
        for skip in self.prefixed(skips) {
            sink(Event::Skip(skip));
        }
        Ok(())
    }

    fn silent(&self, found: &BTreeSet<Key>) -> Vec<Key> {
        self.quiet.get().into_iter().flatten().filter(|key| !found.contains(*key)).copied().collect()
    }

    fn refine(&self, matches: &mut Vec<Match>) -> Vec<Skip> {
        match self.options.git {
            GitScope::Staged | GitScope::Replaced | GitScope::At(_) => Vec::new(),
            GitScope::Commits(_) | GitScope::WorkingTree | GitScope::Everything => self.place(matches),
        }
    }
}
