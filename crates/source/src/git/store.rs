//! The object database: the repository's own folder and its alternates, with packs and loose objects.

use std::path::{Path, PathBuf};

use gix::hash::Kind as HashKind;
use unkeyed_model::{Skip, SkipReason};

use super::ids::Ids;
use super::pack::{Forest, Pack};
use super::pack_file::HELD_BYTES;
use crate::path_text;

/// Everything that is stored, each object once.
pub(super) struct Store {
    pub(super) ids: Ids,
    pub(super) forests: Vec<Forest>,
    pub(super) loose: Vec<Loose>,
    /// What of it can't be opened.
    pub(super) problems: Vec<Skip>,
}

/// An object in a file of its own.
pub(super) struct Loose {
    pub(super) path: PathBuf,
    /// Number of the object.
    pub(super) object: u32,
}

impl Store {
    /// Opens the object folder `objects`.
    pub(super) fn open(objects: &Path, kind: HashKind) -> Self {
        let mut problems = Vec::new();
        let mut folders = vec![objects.to_path_buf()];
        match gix::odb::alternate::resolve(objects.to_path_buf(), objects) {
            Ok(alternates) => folders.extend(alternates),
            Err(error) => problems.push(gap(SkipReason::Unreadable, format!("alternates: {error}"))),
        }
        let (mut packs, mut loose) = (Vec::new(), Vec::new());
        for folder in &folders {
            open_packs(folder, kind, &mut packs, &mut problems);
            let store = gix::odb::loose::Store::at(folder, kind);
            loose.extend(store.iter().flatten().map(|id| (id, store.object_path(&id))));
        }
        let count = loose.len() + packs.iter().map(|pack| pack.index.num_objects() as usize).sum::<usize>();
        let mut all = Vec::with_capacity(count * kind.len_in_bytes());
        packs.iter().flat_map(|pack| pack.index.iter()).for_each(|entry| all.extend_from_slice(entry.oid.as_bytes()));
        loose.iter().for_each(|(id, _)| all.extend_from_slice(id.as_bytes()));
        let ids = Ids::new(all, kind);
        let mut claimed = vec![false; ids.len()];
        let forests = (0..).zip(packs).map(|(number, pack)| Forest::new(number, pack, &ids, &mut claimed)).collect();
        loose.sort_unstable();
        let loose = loose.into_iter().filter_map(|(id, path)| Some(Loose { path, object: ids.find(&id)? }));
        let loose = loose.filter(|one| !std::mem::replace(&mut claimed[one.object as usize], true)).collect();
        Self { ids, forests, loose, problems }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({} objects)", self.ids.len())
    }
}

fn open_packs(folder: &Path, kind: HashKind, packs: &mut Vec<Pack>, problems: &mut Vec<Skip>) {
    let Ok(listing) = folder.join("pack").read_dir() else { return };
    let mut files: Vec<PathBuf> =
        listing.flatten().map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "pack")).collect();
    files.sort();
    for file in files {
        let index = file.with_extension("idx");
        let name = path_text(file.file_name().unwrap_or_default().as_ref());
        if !index.is_file() {
            problems.push(gap(SkipReason::Unreadable, format!("{name}: the pack has no index; `git index-pack` makes one")));
            continue;
        }
        let room = HELD_BYTES.saturating_sub(packs.iter().map(Pack::held).sum());
        match Pack::open(&index, kind, room) {
            Ok(pack) => packs.push(pack),
            Err(why) => problems.push(gap(SkipReason::Malformed, format!("{name}: {}", path_text(why.as_ref())))),
        }
    }
}

/// A coverage row of the object database as a whole.
pub(super) fn gap(why: SkipReason, detail: String) -> Skip {
    Skip { path: ".git/objects".into(), why, detail }
}
