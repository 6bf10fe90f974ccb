//! `--cache DIR`: which git objects and which files of image layers earlier runs found nothing in.
//!
//! One file for each set of rules, policy and version of the program, since nothing that one of them called silent need be so for
//! another. It holds digests of ids and paths, and nothing of their contents.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use unkeyed_source::{Key, Known};

use crate::output;

/// What a file starts with.
const MAGIC: &[u8] = b"unkeyed silent 1";
const WIDTH: usize = size_of::<Key>();

/// The cache of a run.
#[derive(Debug)]
pub struct Cache {
    file: PathBuf,
    known: Arc<Known>,
    fresh: Mutex<Vec<Key>>,
}

impl Cache {
    /// Opens the cache in `folder` for runs with these rules and policy, given by their digests. A damaged file is not used, and
    /// that is said.
    pub(crate) fn open(folder: &Path, rules: &str, policy: &str) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("--cache {}", folder.display()))?;
        let context = format!("{}\0{rules}\0{policy}", env!("CARGO_PKG_VERSION"));
        let name: String = Sha256::digest(context).iter().take(WIDTH).map(|byte| format!("{byte:02x}")).collect();
        let file = folder.join(format!("{name}.silent"));
        let known = match fs::read(&file) {
            Ok(bytes) => keys(&bytes).unwrap_or_else(|| {
                output::warn(&format!("{}: damaged; everything is read, and the file is written anew", file.display()));
                Vec::new()
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| format!("--cache {}", file.display())),
        };
        Ok(Self { file, known: Arc::new(Known::new(known)), fresh: Mutex::default() })
    }

    /// What need not be read.
    pub(crate) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known)
    }

    /// Adds what nothing was found in.
    pub(crate) fn add(&self, mut keys: Vec<Key>) {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).append(&mut keys);
    }

    /// Writes what is known now, in one step: another run sees the old file or the new one.
    pub(crate) fn save(&self) -> anyhow::Result<()> {
        let fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        if fresh.is_empty() {
            return Ok(());
        }
        let all = Known::new(self.known.keys().iter().chain(&*fresh).copied().collect());
        let next = self.file.with_extension(format!("{}.part", std::process::id()));
        let write = || -> std::io::Result<()> {
            let mut file = fs::File::create(&next)?;
            file.write_all(MAGIC)?;
            file.write_all(all.keys().as_flattened())?;
            file.sync_all()?;
            fs::rename(&next, &self.file)
        };
        write().with_context(|| format!("--cache {}", self.file.display()))
    }
}

fn keys(bytes: &[u8]) -> Option<Vec<Key>> {
    let (keys, rest) = bytes.strip_prefix(MAGIC)?.as_chunks::<WIDTH>();
    rest.is_empty().then(|| keys.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_silent_is_known_to_the_same_rules_and_policy_only() {
        let folder = tempfile::tempdir().unwrap();
        let open = |rules, policy| Cache::open(folder.path(), rules, policy).unwrap();
        let first = open("r1", "p1");
        first.add(vec![[2; WIDTH], [1; WIDTH], [2; WIDTH]]);
        first.save().unwrap();
        assert_eq!(open("r1", "p1").known.keys(), [[1; WIDTH], [2; WIDTH]]);
        assert!(open("r2", "p1").known.keys().is_empty() && open("r1", "p2").known.keys().is_empty());
        let names = || fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
        assert_eq!(names(), std::slice::from_ref(&first.file), "nothing else is left there");
        fs::write(&first.file, [MAGIC, &[1; WIDTH + 1]].concat()).unwrap();
        assert!(open("r1", "p1").known.keys().is_empty(), "damaged");
    }
}
