//! Repositories made by the git command line: the same ids whenever and wherever they are made.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use super::found::found;
use unkeyed_model::{Origin, Skip, Surface};
use unkeyed_source::{Event, Flow, Options, Sink, open};

/// A repository in a folder of its own.
pub(crate) struct Repository {
    folder: tempfile::TempDir,
    /// Seconds since the last thing that was done; each command comes an hour after the one before.
    clock: AtomicU32,
}

/// Runs git in `folder`, free of this machine's configuration, at a fixed time.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    run(folder, 0, arguments)
}

fn run(folder: &Path, hours: u32, arguments: &[&str]) -> String {
    let date = format!("{} +0000", 1_700_000_000 + u64::from(hours) * 3600);
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "protocol.file.allow=always", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "advice.detachedHead=false"])
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "A. Uthor")
        .env("GIT_AUTHOR_EMAIL", "author@corp.test")
        .env("GIT_COMMITTER_NAME", "C. Ommitter")
        .env("GIT_COMMITTER_EMAIL", "committer@corp.test")
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .output()
        .expect("these tests need the git command line (Debian package git)");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

impl Repository {
    /// An empty repository with the branch `trunk`.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// The same, with options for `git init`.
    pub(crate) fn with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &[&["init", "-q", "-b", "trunk"], options].concat());
        Self { folder, clock: AtomicU32::new(0) }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs git an hour later.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        run(self.path(), self.clock.fetch_add(1, Ordering::Relaxed), arguments)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Commits one file; the id of the commit.
    pub(crate) fn commit(&self, name: &str, content: impl AsRef<[u8]>, message: &str) -> String {
        self.write(name, content);
        self.git(&["add", "--", name]);
        self.git(&["commit", "-qm", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Moves every object, also those that nothing leads to, into one pack with deltas.
    pub(crate) fn pack_everything(&self) {
        let ids = self.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
        fs::write(self.path().join(".git/ids"), ids + "\n").unwrap();
        let input = fs::File::open(self.path().join(".git/ids")).unwrap();
        let pack = ["pack-objects", "-q", "--window=50", ".git/objects/pack/pack"];
        assert!(Command::new("git").current_dir(self.path()).args(pack).stdin(input).output().unwrap().status.success());
        fs::remove_file(self.path().join(".git/ids")).unwrap();
        self.git(&["prune-packed", "-q"]);
    }

    /// The files of loose objects.
    pub(crate) fn loose_objects(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(self.path().join(".git/objects")).unwrap().map(|entry| entry.unwrap().path());
        let folders = folders.filter(|path| path.file_name().unwrap().len() == 2);
        folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())).collect()
    }

    /// The files of packs.
    pub(crate) fn packs(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.path().join(".git/objects/pack")).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|end| end == "pack")).collect()
    }
}

/// Every Unit of an object by path, the coverage rows, every Unit of a file, and how many
/// Units were said to be built on another.
pub(crate) type Seen = (BTreeMap<String, Vec<u8>>, Vec<Skip>, BTreeMap<String, Vec<u8>>, usize);

pub(crate) fn read(path: &Path) -> Seen {
    read_with(path, &Options::default())
}

pub(crate) fn read_with(path: &Path, options: &Options) -> Seen {
    read_target(&format!("git:{}", path.display()), options)
}

pub(crate) fn read_target(target: &str, options: &Options) -> Seen {
    let target = open(target, options).unwrap();
    let seen = Mutex::new(Seen::default());
    let worker = || -> Sink<'_> {
        // What each sink knows of the bases of the Unit that comes next.
        let mut bases: Vec<Vec<u8>> = Vec::new();
        let seen = &seen;
        Box::new(move |event| {
            let mut seen = seen.lock().unwrap();
            match event {
                Event::Unit(unit) => {
                    let bytes = unit.bytes().to_vec();
                    if let Some(lineage) = unit.lineage() {
                        bases.truncate(lineage.depth);
                        for copy in lineage.copies.unwrap_or_default() {
                            let base = &bases[lineage.depth - 1];
                            assert_eq!(base[copy.from..copy.from + copy.span.len()], bytes[copy.span.start..copy.span.end]);
                        }
                        seen.3 += usize::from(lineage.copies.is_some());
                        bases.resize(lineage.depth, Vec::new());
                        bases.push(bytes.clone());
                    }
                    let origin = unit.origin();
                    if origin.git.is_none() {
                        seen.2.insert(origin.path.clone(), bytes);
                        return Flow::Continue;
                    }
                    let key = if seen.0.contains_key(&origin.path) {
                        format!("{} {}", origin.path, origin.git.as_ref().unwrap().object)
                    } else {
                        origin.path.clone()
                    };
                    assert!(seen.0.insert(key, bytes).is_none());
                }
                Event::Skip(skip) => seen.1.push(skip),
            }
            Flow::Continue
        })
    };
    target.source.units(&worker).unwrap();
    drop(target);
    let mut seen = seen.into_inner().unwrap();
    seen.1.sort();
    seen
}

pub(crate) fn contents(seen: &Seen) -> Vec<&str> {
    let mut contents: Vec<&str> = seen.0.values().map(|bytes| std::str::from_utf8(bytes).unwrap()).collect();
    contents.sort_unstable();
    contents
}

/// The origins of what is found in each Unit of `target`, as its source knows them in the end.
pub(crate) fn origins(target: &str, options: &Options) -> Vec<Arc<Origin>> {
    let target = open(target, options).unwrap();
    let seen = Mutex::new(Vec::new());
    let worker = || -> Sink<'_> {
        Box::new(|event| {
            if let Event::Unit(unit) = event {
                seen.lock().unwrap().push(found(Arc::clone(unit.origin())));
            }
            Flow::Continue
        })
    };
    target.source.units(&worker).unwrap();
    let mut matches = std::mem::take(&mut *seen.lock().unwrap());
    target.source.refine(&mut matches);
    matches.sort_by(|one, other| one.location.cmp(&other.location));
    matches.into_iter().map(|found| found.location.origin).collect()
}

/// Every content with its origin, as the source knows it if something is found in each.
pub(crate) fn places(path: &Path, options: &Options) -> BTreeMap<String, Arc<Origin>> {
    let target = open(&format!("git:{}", path.display()), options).unwrap();
    let seen = Mutex::new((BTreeMap::new(), Vec::new()));
    let worker = || -> Sink<'_> {
        let seen = &seen;
        Box::new(move |event| {
            if let Event::Unit(unit) = event
                && unit.origin().surface == Surface::GitHistory
            {
                let object = unit.origin().git.as_ref().unwrap().object.clone();
                let mut seen = seen.lock().unwrap();
                seen.0.insert(object, String::from_utf8(unit.bytes().to_vec()).unwrap());
                seen.1.push(found(Arc::clone(unit.origin())));
            }
            Flow::Continue
        })
    };
    target.source.units(&worker).unwrap();
    let mut matches = std::mem::take(&mut seen.lock().unwrap().1);
    target.source.refine(&mut matches);
    let contents = std::mem::take(&mut seen.lock().unwrap().0);
    matches
        .into_iter()
        .map(|found| (contents[&found.location.origin.git.as_ref().unwrap().object].clone(), found.location.origin))
        .collect()
}
