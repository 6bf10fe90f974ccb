//! A repository with everything that belongs to it: its working tree if that is wanted, git's own files, its objects, and the
//! same of the repositories of its submodules that git keeps inside, also those of submodules that are long gone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::index::entry::Mode;
use unkeyed_model::{Fingerprint, Match, Skip, SkipReason, Span, Surface, Tracked};

use super::History;
use crate::path_text::{bytes_text, joined, relative_text};
use crate::tree::Tree;
use crate::{Error, Event, Flow, Options, Sink, Source};

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

/// What makes two matches the same: the object, the place in it, the rule and the credential.
type Key = (String, Span, String, Fingerprint);

/// Of a match in a working file and the same match in the object that the index has for that file, keeps the first, which
/// then knows what git knows of the second.
fn join_working_files(history: &History, matches: &mut Vec<Match>) {
    let index = history.index();
    let object = |found: &Match| match found.location.origin.tracked {
        Some(Tracked::Tracked) => index.get(&found.location.origin.path).cloned(),
        _ => None,
    };
    let objects: Vec<Option<String>> = matches.iter().map(object).collect();
    let key =
        |found: &Match, object: &str| -> Key { (object.to_owned(), found.location.region.span, found.rule.id.clone(), found.fingerprint) };
    let mut known = BTreeMap::new();
    for found in matches.iter() {
        if let Some(git) = found.location.origin.git.as_ref().filter(|_| found.location.origin.surface == Surface::GitHistory) {
            known.insert(key(found, &git.object), Arc::clone(git));
        }
    }
    let mut joined = BTreeSet::new();
    for (found, object) in matches.iter_mut().zip(&objects) {
        let Some(key) = object.as_ref().map(|object| key(found, object)) else { continue };
        if let Some(git) = known.get(&key) {
            Arc::make_mut(&mut found.location.origin).git = Some(Arc::clone(git));
            joined.insert(key);
        }
    }
    matches.retain(|found| {
        let origin = &found.location.origin;
        let is_object = origin.surface == Surface::GitHistory;
        !origin.git.as_ref().is_some_and(|git| is_object && joined.contains(&key(found, &git.object)))
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
