//! From where git comes to an object: refs, stashes, reflogs, the index.

use std::path::Path;

use gix::ObjectId;

/// Reflogs, and lists like FETCH_HEAD, are read up to this size.
const MAX_LOG_BYTES: u64 = 64 << 20;

/// Nesting of folders under `logs`: that of the names of branches.
const MAX_LOG_DEPTH: usize = 32;

/// Ids by what they are named by.
#[derive(Debug, Default)]
pub(super) struct Tips {
    /// What HEAD is, in every working tree.
    pub(super) head: Vec<ObjectId>,
    /// Contents of the index.
    pub(super) staged: Vec<ObjectId>,
    /// Branches, local and remote.
    pub(super) branches: Vec<ObjectId>,
    /// Tags, notes and whatever else has a name, other than stashes.
    pub(super) others: Vec<ObjectId>,
    /// Stash entries.
    pub(super) stash: Vec<ObjectId>,
    /// What reflogs and files like ORIG_HEAD know.
    pub(super) reflog: Vec<ObjectId>,
}

impl Tips {
    /// Reads them from `repository`.
    pub(super) fn read(repository: &gix::Repository) -> Self {
        let mut tips = Self::default();
        for name in all_references(repository) {
            let (name, id) = name;
            let to = match name.as_str() {
                "refs/stash" => &mut tips.stash,
                name if name.starts_with("refs/heads/") || name.starts_with("refs/remotes/") => &mut tips.branches,
                _ => &mut tips.others,
            };
            to.push(id);
        }
        let common = repository.common_dir();
        let linked = common.join("worktrees").read_dir().into_iter().flatten().flatten().map(|folder| folder.path());
        for folder in std::iter::once(common.to_path_buf()).chain(linked) {
            ids_of_logs(&folder.join("logs"), "", MAX_LOG_DEPTH, &mut tips);
            for file in ["ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "FETCH_HEAD", "AUTO_MERGE"] {
                ids_of_lines(&folder.join(file), 1, &mut tips.reflog);
            }
            ids_of_lines(&folder.join("HEAD"), 1, &mut tips.head);
            if let Ok(index) = gix::index::File::at(folder.join("index"), repository.object_hash(), true, Default::default()) {
                tips.staged.extend(index.entries().iter().map(|entry| entry.id));
            }
        }
        tips.head.extend(repository.head_id().ok().map(gix::Id::detach));
        tips
    }
}

/// References, heads and indexes, as bytes in an order of their own; `None` if an index can't be read.
pub(super) fn described(repository: &gix::Repository) -> Option<Vec<u8>> {
    let mut references = all_references(repository);
    references.sort();
    let mut described = Vec::new();
    for (name, id) in references {
        described.extend(name.as_bytes());
        described.extend(id.as_bytes());
    }
    let head = repository.head_name().ok()?.map(|name| name.as_bstr().to_string());
    described.extend(head.unwrap_or_default().as_bytes());
    let index = repository.index_or_empty().ok()?;
    for entry in index.entries() {
        described.extend(entry.path(&index).iter());
        described.extend(entry.id.as_bytes());
        described.extend(entry.mode.bits().to_be_bytes());
    }
    let Tips { head, staged, .. } = Tips::read(repository);
    head.iter().chain(&staged).for_each(|id| described.extend(id.as_bytes()));
    Some(described)
}

/// The commits that a merge under way takes in.
pub(super) fn merged(repository: &gix::Repository) -> Vec<ObjectId> {
    let mut ids = Vec::new();
    ids_of_lines(&repository.git_dir().join("MERGE_HEAD"), 1, &mut ids);
    ids
}

/// Every reference that is no link to another, with what it points to.
fn all_references(repository: &gix::Repository) -> Vec<(String, ObjectId)> {
    let Ok(references) = repository.references() else { return Vec::new() };
    let all = references.all().into_iter().flatten().flatten();
    all.filter_map(|reference| Some((reference.name().as_bstr().to_string(), reference.try_id()?.detach()))).collect()
}

fn ids_of_logs(folder: &Path, name: &str, depth: usize, tips: &mut Tips) {
    let mut entries: Vec<_> = folder.read_dir().into_iter().flatten().flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 => ids_of_logs(&entry.path(), &name, depth - 1, tips),
            Ok(kind) if kind.is_file() => {
                let to = if name == "/refs/stash" { &mut tips.stash } else { &mut tips.reflog };
                ids_of_lines(&entry.path(), 2, to);
            }
            _ => {}
        }
    }
}

/// The ids that the lines of a file start with, up to `count` a line.
fn ids_of_lines(file: &Path, count: usize, ids: &mut Vec<ObjectId>) {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let read = crate::open::regular_file(file, false).and_then(|file| file.take(MAX_LOG_BYTES).read_to_end(&mut bytes));
    if read.is_ok() {
        let lines = bytes.split(|&byte| byte == b'\n');
        let words = lines.flat_map(|line| line.split(|&byte| byte == b' ' || byte == b'\t').take(count));
        ids.extend(words.filter_map(|word| ObjectId::from_hex(word).ok()).filter(|id| !id.is_null()));
    }
}
