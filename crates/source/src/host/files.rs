//! Finds files by the patterns of [`super::known`].

use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use unkeyed_model::FileMode;

use super::root::{Root, everyone};

/// A place that could not be looked at.
pub(crate) type Refused = (PathBuf, io::Error);

/// The regular files below `folder` that fit one of the patterns, in order, without those that are only public.
pub(crate) fn find(root: &Root, folder: &Path, patterns: &[&str], refused: &mut Vec<Refused>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for pattern in patterns {
        expand(root, folder.to_path_buf(), pattern, refused, &mut found);
    }
    found.sort();
    found.dedup();
    refused.sort_by(|a, b| a.0.cmp(&b.0));
    refused.dedup_by(|a, b| a.0 == b.0);
    found
}

fn expand(root: &Root, at: PathBuf, pattern: &str, refused: &mut Vec<Refused>, found: &mut Vec<PathBuf>) {
    let Some((before, after)) = pattern.split_once('*') else {
        let path = at.join(pattern);
        match root.metadata(&path) {
            Ok(metadata) if metadata.is_file() && !is_public(&path) => found.push(path),
            Ok(_) => {}
            Err(error) if is_absence(&error) => {}
            Err(error) => refused.push((path, error)),
        }
        return;
    };
    let (folder, start) = before.rsplit_once('/').map_or((at.clone(), before), |(folder, start)| (at.join(folder), start));
    let (end, rest) = after.split_once('/').map_or((after, None), |(end, rest)| (end, Some(rest)));
    let names = match root.names(&folder) {
        Ok(names) => names,
        Err(error) if is_absence(&error) => return,
        Err(error) => return refused.push((folder, error)),
    };
    let fits = |name: &OsStr| {
        let name = name.as_encoded_bytes();
        name.len() >= start.len() + end.len() && name.starts_with(start.as_bytes()) && name.ends_with(end.as_bytes())
    };
    for name in names.iter().filter(|name| fits(name)) {
        let path = folder.join(name);
        match rest {
            Some(rest) => expand(root, path, rest, refused, found),
            None if !is_public(&path) && root.metadata(&path).is_ok_and(|metadata| metadata.is_file()) => found.push(path),
            None => {}
        }
    }
}

/// Nothing there, or a part of the way is no folder.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Public keys, and the keys of other hosts.
fn is_public(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.ends_with(b".pub") || name.starts_with(b"known_hosts") || name == b"authorized_keys"
}

/// The permissions of a file.
pub(crate) fn mode(root: &Root, path: &Path) -> Option<FileMode> {
    let bits = root.metadata(path).ok()?.mode() & 0o7777;
    Some(FileMode { bits, open_to_all: root.reaches(path, everyone) })
}
