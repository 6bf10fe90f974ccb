//! The files that a commit has, as if it were checked out; and where a change left another branch.

use gix::ObjectId;
use gix::bstr::BString;
use unkeyed_model::{Skip, SkipReason};

use super::listed::{Listed, Read};
use super::store::gap;
use crate::path_text::bytes_text;

/// Nesting of folders that is followed; git itself stops at 4096 bytes of path.
const MAX_DEPTH: usize = 2048;

/// The files of the commit that `text` names, and what of it is not here. Links and submodules are no files of it.
pub(super) fn list(repository: &gix::Repository, text: &str) -> Result<(Vec<Listed>, Vec<Skip>), String> {
    let commit = commit(repository, text)?;
    let tree =
        repository.find_commit(commit).and_then(|commit| Ok(commit.tree_id()?.detach())).map_err(|error| format!("`{text}`: {error}"))?;
    let (mut list, mut missing) = (Vec::new(), 0_usize);
    let mut folders = vec![(tree, BString::default(), 0)];
    while let Some((id, folder, depth)) = folders.pop() {
        let Ok(tree) = repository.find_tree(id) else {
            missing += 1;
            continue;
        };
        for entry in tree.iter().flatten() {
            let mut path = folder.clone();
            path.extend_from_slice(entry.filename());
            if entry.mode().is_tree() && depth < MAX_DEPTH {
                path.push(b'/');
                folders.push((entry.object_id(), path, depth + 1));
            } else if entry.mode().is_blob() {
                list.push(Listed { object: entry.object_id(), path: bytes_text(&path), commit: None, read: Read::File(None) });
            }
        }
    }
    let detail = format!("{missing} folders of commit {commit} are not here; `git fetch --unshallow` or `--refetch` brings them");
    Ok((list, (missing > 0).then(|| gap(SkipReason::Unreadable, detail)).into_iter().collect()))
}

/// The commit in which HEAD and `base` last were the same; `base` itself if they never were.
pub(super) fn fork_point(repository: &gix::Repository, base: &str) -> Result<ObjectId, String> {
    let base_id = commit(repository, base)?;
    let head = commit(repository, "HEAD")?;
    Ok(repository.merge_base(base_id, head).map(|id| id.map_or(base_id, gix::Id::detach)).unwrap_or(base_id))
}

fn commit(repository: &gix::Repository, text: &str) -> Result<ObjectId, String> {
    let failed = |error: String| format!("`{text}`: {error}");
    let id = repository.rev_parse_single(text).map_err(|error| failed(error.to_string()))?;
    let object = id.object().map_err(|error| failed(error.to_string()))?;
    Ok(object.peel_to_commit().map_err(|error| failed(error.to_string()))?.id)
}
