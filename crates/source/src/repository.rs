//! What git says of a folder: which files it knows, and where the repository comes from.
//!
//! The only module that speaks to gix, whose API changes with each release. The repository is opened isolated: no
//! configuration outside it is read, and nothing it configures is ever run.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use gix::bstr::{BString, ByteSlice as _};
use unkeyed_model::{Repository, Tracked};

use crate::{git, path_text};

/// Answers for each file whether git tracks or ignores it.
pub(crate) struct Index {
    workdir: PathBuf,
    tracked: HashSet<BString>,
    ignores: Mutex<Ignores>,
}

struct Ignores {
    repository: gix::Repository,
    stack: gix::worktree::Stack,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({}, {} tracked)", self.workdir.display(), self.tracked.len())
    }
}

/// Opens the repository that `folder` lies in, if it lies in one.
pub(crate) fn discover(folder: &Path) -> Option<gix::Repository> {
    let root = folder.ancestors().find(|ancestor| ancestor.join(".git").exists())?;
    gix::open_opts(root, git::opening()).ok().filter(|repository| repository.workdir().is_some())
}

impl Index {
    /// Reads the index of `repository`.
    pub(crate) fn new(repository: gix::Repository) -> Result<Self, String> {
        let index = repository.index_or_empty().map_err(|error| error.to_string())?;
        let tracked = index.entries().iter().map(|entry| entry.path(&index).to_owned()).collect();
        let source = gix::worktree::stack::state::ignore::Source::WorktreeThenIdMappingIfNotSkipped;
        let stack = repository.excludes(&index, None, source).map_err(|error| error.to_string())?.detach();
        let workdir = repository.workdir().ok_or("it has no working tree")?;
        let workdir = workdir.canonicalize().map_err(|error| error.to_string())?;
        drop(index);
        Ok(Self { workdir, tracked, ignores: Mutex::new(Ignores { repository, stack }) })
    }

    /// The state of the file at the canonical path `path`; `None` outside the working tree.
    pub(crate) fn state(&self, path: &Path) -> Option<Tracked> {
        let relative = path.strip_prefix(&self.workdir).ok()?;
        let name = gix::path::to_unix_separators_on_windows(gix::path::into_bstr(relative).ok()?);
        if self.tracked.contains(name.as_bstr()) {
            return Some(Tracked::Tracked);
        }
        let mut ignores = self.ignores.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Ignores { repository, stack } = &mut *ignores;
        let excluded = stack.at_path(relative, None, &repository.objects).is_ok_and(|platform| platform.is_excluded());
        Some(if excluded { Tracked::Ignored } else { Tracked::Untracked })
    }
}

/// Remote, branches and commit of `repository`.
pub(crate) fn describe(repository: &gix::Repository) -> Repository {
    let remote = repository
        .find_remote("origin")
        .ok()
        .or_else(|| repository.remote_names().into_iter().next().and_then(|name| repository.find_remote(name.as_bstr()).ok()))
        .and_then(|remote| remote.url(gix::remote::Direction::Fetch).and_then(slug));
    let current = repository.head_name().ok().flatten().map(|name| name.shorten().to_string());
    let origin_head = repository.try_find_reference("refs/remotes/origin/HEAD").ok().flatten().and_then(|head| {
        let target = head.target().try_name()?.as_bstr().to_string();
        target.strip_prefix("refs/remotes/origin/").map(str::to_owned)
    });
    Repository {
        remote,
        knows_all_branches: origin_head.is_some() && matches!(repository.is_shallow(), Ok(false)) && fetches_all_branches(repository),
        default_branch: origin_head.or(current),
        branches: branches(repository),
        head: repository.head_id().ok().map(|id| id.to_string()),
    }
}

/// `host/owner/name`. Only host and path are taken: a URL may hold user name and password.
fn slug(url: &gix::Url) -> Option<String> {
    let path = url.path.to_str().ok()?.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    Some(path_text(Path::new(&format!("{}/{path}", url.host()?))))
}

/// Whether `git fetch` takes every branch; `--single-branch` and sparse mirrors take some. Only `git clone` sets `origin/HEAD`:
/// what a pipeline checks out by hand has one branch and no such name.
fn fetches_all_branches(repository: &gix::Repository) -> bool {
    let Ok(remote) = repository.find_remote("origin") else { return false };
    remote.refspecs(gix::remote::Direction::Fetch).iter().any(|spec| {
        let source = spec.to_ref().source().map(|source| source.to_string());
        matches!(source.as_deref(), Some("refs/heads/*" | "refs/*"))
    })
}

fn branches(repository: &gix::Repository) -> Vec<String> {
    let Ok(references) = repository.references() else { return Vec::new() };
    let local = references.local_branches().into_iter().flatten().flatten();
    let remote = references.remote_branches().into_iter().flatten().flatten();
    let mut names: Vec<String> = local
        .chain(remote)
        .filter_map(|reference| {
            let name = reference.name().as_bstr().to_string();
            let short =
                name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/remotes/")?.split_once('/').map(|(_, short)| short))?;
            (short != "HEAD").then(|| short.to_owned())
        })
        .collect();
    names.sort();
    names.dedup();
    names
}
