//! The table of targets: from what the user wrote to the source that reads it.

use std::path::{Path, PathBuf};

use unkeyed_model::{Origin, Repository, Surface, Tracked};

use crate::content::{self, ContentSum};
use crate::git::{self, History, Whole};
use crate::image::{self, Images};
use crate::path_text::relative_text;
use crate::read::{Content, Reader};
use crate::repository::{self, Index};
use crate::stream::{self, Stdin};
use crate::surface;
use crate::tree::Tree;
use crate::{Error, GitScope, Options, Sink, Source, env, host, process};

/// A target, opened.
#[derive(Debug)]
pub struct Target {
    /// Pushes its content.
    pub source: Box<dyn Source>,
    /// What git says of it.
    pub repository: Option<Repository>,
    /// The folder that all paths in the Units are relative to.
    pub root: PathBuf,
}

impl Target {
    /// A digest of everything that is read from it: the same content has the same on every machine. `None` if that can't be
    /// known before it is read.
    #[must_use]
    pub fn content(&self) -> Option<ContentSum> {
        let own = self.source.content()?;
        let Some(Repository { remote, default_branch, branches, knows_all_branches, head }) = &self.repository else { return Some(own) };
        let told = [remote, default_branch, head].map(|part| part.as_deref().unwrap_or_default());
        let knows_all: &[u8] = if *knows_all_branches { b"all" } else { b"some" };
        let mut parts = vec![own.as_slice(), knows_all];
        parts.extend(told.iter().copied().chain(branches.iter().map(String::as_str)).map(str::as_bytes));
        Some(content::of(parts))
    }
}

/// Prefixes of targets that other versions read.
const OTHER_KINDS: &[&str] = &["registry"];

/// Opens `target`: `git:PATH`, `dir:PATH`, `oci-dir:PATH`, `oci-archive:PATH`, `docker-archive:PATH`, or a bare path to a
/// folder, a file or an image; what runs, and `registry:REF`.
///
/// # Errors
/// If it isn't there, can't be read as a whole, or `options` don't fit it.
pub fn open(target: &str, options: &Options) -> Result<Target, Error> {
    if let Some(source) = running(target, options) {
        return source.map(|source| Target { source, repository: None, root: PathBuf::new() });
    }
    #[cfg(feature = "registry")]
    if let Some(reference) = target.strip_prefix("registry:") {
        let source = Box::new(Images::pull(target, reference, options)?);
        return Ok(Target { source, repository: None, root: PathBuf::new() });
    }
    if let Some((prefix, _)) = target.split_once(':')
        && OTHER_KINDS.contains(&prefix)
        && !Path::new(target).exists()
    {
        return Err(Error::UnknownKind { target: target.into(), prefix: prefix.into() });
    }
    if let Some(path) = target.strip_prefix("git:") {
        return git_target(target, Path::new(path), options);
    }
    if !matches!(options.git, GitScope::WorkingTree | GitScope::Everything) {
        return git_target(target, Path::new(target.strip_prefix("dir:").unwrap_or(target)), options);
    }
    let (image, path) = match target.split_once(':').and_then(|(prefix, path)| Some((image::Kind::of_prefix(prefix)?, path))) {
        Some((kind, path)) => (Some(kind), path),
        None => (None, target.strip_prefix("dir:").unwrap_or(target)),
    };
    let io = |error| Error::Io { target: target.into(), error };
    let path = Path::new(path).canonicalize().map_err(io)?;
    let metadata = path.metadata().map_err(io)?;
    let folder = if metadata.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
    if let Some(kind) = image.or_else(|| image::Kind::of_path(&path).filter(|_| !target.starts_with("dir:"))) {
        let source = Box::new(Images::open(target, &path, kind, options)?);
        return Ok(Target { source, repository: None, root: folder.to_path_buf() });
    }
    let (index, described) = working_tree(target, folder, options)?;
    let root = folder.to_path_buf();
    let source: Box<dyn Source> = if metadata.is_dir() {
        let is_root = |found: &gix::Repository| git::root(found).canonicalize().is_ok_and(|root| root == path);
        let repository = repository::discover(&path).filter(|found| options.git == GitScope::Everything && is_root(found));
        let tree = Tree::new(path, index, options.clone())?;
        match repository {
            Some(repository) => Box::new(Whole::new(target, &repository, Some(tree), options)?),
            None => Box::new(tree),
        }
    } else if metadata.is_file() {
        let name = relative_text(&options.prefix, folder, &path);
        let tracked = index.and_then(|index| index.state(&path));
        let origin = Origin { surface: surface::of_file(&name), path: name, tracked, ..Origin::default() };
        Box::new(SingleFile { path, origin, max_bytes: options.max_file_bytes, threads: options.threads })
    } else {
        return Err(Error::NotScannable { target: target.into() });
    };
    Ok(Target { source, repository: described, root })
}

/// Targets that are no place in a folder: what runs, and streams.
fn running(target: &str, options: &Options) -> Option<Result<Box<dyn Source>, Error>> {
    if target == "-" {
        let origin = Origin { path: target.into(), surface: Surface::Log, ..Origin::default() };
        return Some(Ok(Box::new(Stdin { origin, threads: options.threads, max_bytes: options.max_file_bytes })));
    }
    let (kind, rest) = target.split_once(':').filter(|_| !Path::new(target).exists())?;
    match kind {
        "env" => Some(env::open(rest, options)),
        "host" => Some(host::open(rest, options)),
        "pid" => Some(process::open(rest, options)),
        _ => None,
    }
}

fn git_target(target: &str, path: &Path, options: &Options) -> Result<Target, Error> {
    let repository = match git::open(target, path) {
        Ok(repository) => repository,
        Err(error) => path.canonicalize().ok().and_then(|path| repository::discover(&path)).ok_or(error)?,
    };
    let source: Box<dyn Source> = match options.git {
        GitScope::WorkingTree | GitScope::Everything => Box::new(Whole::new(target, &repository, None, options)?),
        GitScope::Staged | GitScope::Replaced | GitScope::At(_) | GitScope::Commits(_) => {
            Box::new(History::new(target, &repository, options.clone())?)
        }
    };
    Ok(Target { source, repository: Some(repository::describe(&repository)), root: git::root(&repository) })
}

fn working_tree(target: &str, folder: &Path, options: &Options) -> Result<(Option<Index>, Option<Repository>), Error> {
    match repository::discover(folder) {
        Some(found) => {
            let described = repository::describe(&found);
            let index = Index::new(found).map_err(|why| Error::Index { target: target.into(), why })?;
            Ok((Some(index), Some(described)))
        }
        None if options.tracked_only => Err(Error::NoRepository { target: target.into() }),
        None => Ok((None, None)),
    }
}

/// One file that the user named; links to it are followed, since it was asked for by this name.
#[derive(Debug)]
struct SingleFile {
    path: PathBuf,
    origin: Origin,
    max_bytes: u64,
    threads: usize,
}

impl Source for SingleFile {
    fn content(&self) -> Option<ContentSum> {
        let bytes = content::of_file(&self.path, true).ok()?;
        let tracked = self.origin.tracked.map_or("", Tracked::as_str);
        Some(content::of([self.origin.file_name().as_bytes(), tracked.as_bytes(), &bytes]))
    }

    fn units<'s>(&'s self, sink: &'s (dyn Fn() -> Sink<'s> + Sync)) -> Result<(), Error> {
        let mut reader = Reader::new(self.max_bytes);
        match reader.fill(&self.path, self.origin.file_name(), true) {
            Ok(Content::LongText(file)) => stream::parallel(file, self.origin.clone(), self.threads, sink),
            content => drop(reader.push(content, self.origin.clone(), &mut sink())),
        }
        Ok(())
    }
}
