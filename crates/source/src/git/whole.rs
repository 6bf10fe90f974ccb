//! A repository with everything that belongs to it: its working tree if that is wanted, git's own files, its objects, and the
//! same of the repositories of its submodules that git keeps inside, also those of submodules that are long gone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::index::entry::Mode;
use unkeyed_model::{GitPlace, Match, Skip, SkipReason, Surface};

use super::History;
use crate::content::{self, ContentSum};
use crate::path_text::{bytes_text, joined, relative_text};
use crate::tree::Tree;
use crate::{Error, Event, Flow, Key, Options, Sink, Source};

/// Nesting of folders in which repositories of submodules are looked for, and of submodules in submodules.
const MAX_MODULE_DEPTH: usize = 8;

/// What of a git folder is not read as files: objects and the index are read for what they are, and the rest holds ids only.
const NO_TEXT: &[&str] =
    &["/objects/", "/modules/", "/index", "/worktrees/*/index", "/sharedindex.*", "/refs/", "/packed-refs", "/shallow", "*.lock"];

/// Everything of a repository.
#[derive(Debug)]
pub(crate) struct Whole {
    tree: Option<Tree>,
    parts: Vec<Part>,
    submodules: Vec<Skip>,
}

/// A repository: this one, or that of a submodule.
#[derive(Debug)]
struct Part {
    files: Tree,
    history: History,
    /// The printable path of its git folder.
    folder: String,
}

impl Whole {
    /// Everything of `repository`, with `tree` as its working tree.
    pub(crate) fn new(target: &str, repository: &gix::Repository, tree: Option<Tree>, options: &Options) -> Result<Self, Error> {
        let mut whole = Self { tree, parts: Vec::new(), submodules: Vec::new() };
        whole.add(target, repository, options, MAX_MODULE_DEPTH)?;
        Ok(whole)
    }

    fn add(&mut self, target: &str, repository: &gix::Repository, options: &Options, depth: usize) -> Result<(), Error> {
        let common = repository.common_dir().canonicalize().map_err(|error| Error::Io { target: target.into(), error })?;
        let is_bare = repository.workdir().is_none() && depth == MAX_MODULE_DEPTH;
        let folder = if is_bare { options.prefix.clone() } else { joined(&options.prefix, ".git") };
        let excludes = NO_TEXT.iter().map(|&pattern| pattern.to_owned()).collect();
        let files = Tree::new(common.clone(), None, Options { excludes, prefix: folder.clone(), ..options.clone() })?;
        let history = History::new(target, repository, options.clone())?;
        self.parts.push(Part { files, history, folder });
        let modules = common.join("modules");
        let mut found = Vec::new();
        repositories(&modules, MAX_MODULE_DEPTH, &mut found);
        let mut names = BTreeSet::new();
        for module in found.iter().filter(|_| depth > 0) {
            let name = relative_text(&options.prefix, &modules, module);
            if let Ok(repository) = super::open(target, module) {
                self.add(target, &repository, &Options { prefix: name.clone(), ..options.clone() }, depth - 1)?;
                names.insert(name);
            }
        }
        let Ok(index) = repository.index_or_empty() else { return Ok(()) };
        let links = index.entries().iter().filter(|entry| entry.mode == Mode::COMMIT);
        let links = links.map(|entry| joined(&options.prefix, &bytes_text(entry.path(&index))));
        let detail = "a submodule whose repository is not here; `git submodule update --init` brings it";
        let absent = links.filter(|path| !names.contains(path));
        self.submodules.extend(absent.map(|path| Skip { path, why: SkipReason::NotSupplied, detail: detail.into() }));
        Ok(())
    }
}

impl Source for Whole {
    fn content(&self) -> Option<ContentSum> {
        let mut parts = Vec::new();
        parts.extend(self.tree.as_ref().map(Source::content));
        parts.extend(self.parts.iter().flat_map(|Part { files, history, .. }| [files.content(), history.content()]));
        let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
        let folders = self.parts.iter().map(|part| &part.folder).chain(self.submodules.iter().map(|skip| &skip.path));
        Some(content::of(parts.iter().map(<[u8; 32]>::as_slice).chain(folders.map(String::as_bytes))))
    }

    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error> {
        // The walk says that it leaves out git folders; those that are read here are not left out.
        let is_read = |skip: &Skip| skip.why == SkipReason::NotSupplied && self.parts.iter().any(|part| part.folder == skip.path);
        if let Some(tree) = &self.tree {
            tree.units(&|| without(sink(), is_read))?;
        }
        for Part { files, history, .. } in &self.parts {
            files.units(&|| without(sink(), |skip| skip.why == SkipReason::Excluded))?;
            history.units(sink)?;
        }
        let mut sink = sink();
        for skip in &self.submodules {
            sink(Event::Skip(skip.clone()));
        }
        Ok(())
    }

    fn silent(&self, found: &BTreeSet<Key>) -> Vec<Key> {
        self.parts.iter().flat_map(|part| part.history.silent(found)).collect()
    }

    fn refine(&self, matches: &mut Vec<Match>) -> Vec<Skip> {
        // Submodules first: their paths lie below those of the repository that they are in.
        let skips = self.parts.iter().rev().flat_map(|part| part.history.refine(matches)).collect();
        if self.tree.is_some() {
            self.parts.iter().for_each(|part| join_working_files(&part.history, matches));
        }
        skips
    }
}

/// The sink without the coverage rows that `drops` names.
fn without<'x>(mut inner: Sink<'x>, drops: impl Fn(&Skip) -> bool + Send + 'x) -> Sink<'x> {
    Box::new(move |event| match &event {
        Event::Skip(skip) if drops(skip) => Flow::Continue,
        _ => inner(event),
    })
}

/// Of a working file and the object that the index has for it, keeps what was found in the file if both have the same
/// content; it then knows what git knows of the object.
fn join_working_files(history: &History, matches: &mut Vec<Match>) {
    let places: BTreeMap<String, Arc<GitPlace>> = matches
        .iter()
        .filter(|found| found.location.origin.surface == Surface::GitHistory)
        .filter_map(|found| found.location.origin.git.clone())
        .map(|git| (git.object.clone(), git))
        .collect();
    let objects = history.working_files(|object| places.contains_key(object));
    let same: BTreeSet<&String> = objects.values().collect();
    matches.retain_mut(|found| {
        let origin = &mut found.location.origin;
        if origin.surface == Surface::GitHistory {
            return !origin.git.as_ref().is_some_and(|git| same.contains(&git.object));
        }
        if let Some(git) = objects.get(&origin.path).and_then(|object| places.get(object)) {
            Arc::make_mut(origin).git = Some(Arc::clone(git));
        }
        true
    });
}

/// The folders below `folder` that are repositories.
fn repositories(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let mut folders: Vec<PathBuf> = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.sort();
    for folder in folders.into_iter().filter(|folder| folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())) {
        if folder.join("HEAD").is_file() && folder.join("objects").is_dir() {
            found.push(folder);
        } else if depth > 0 {
            repositories(&folder, depth - 1, found);
        }
    }
}
