//! Reads repositories that the git command line made, with everything that git keeps.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod repository;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use repository::Repository;
use unkeyed_model::{Skip, Surface};
use unkeyed_source::{Event, Flow, Options, Sink, open};

/// Every Unit by path, and the coverage rows.
type Seen = (BTreeMap<String, Vec<u8>>, Vec<Skip>);

fn read(path: &Path) -> Seen {
    read_with(path, &Options::default())
}

fn read_with(path: &Path, options: &Options) -> Seen {
    let target = open(&format!("git:{}", path.display()), options).unwrap();
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
                        bases.resize(lineage.depth, Vec::new());
                        bases.push(bytes.clone());
                    }
                    let origin = unit.origin();
                    assert_eq!(origin.surface, Surface::GitHistory);
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

fn contents(seen: &Seen) -> Vec<&str> {
    let mut contents: Vec<&str> = seen.0.values().map(|bytes| std::str::from_utf8(bytes).unwrap()).collect();
    contents.sort_unstable();
    contents
}

/// A repository in which each way of losing sight of a content left one behind.
fn forgetful() -> Repository {
    let repository = Repository::new();
    repository.commit("kept.txt", "kept", "first message");
    repository.commit("amended.txt", "before amend", "wrong message");
    repository.write("amended.txt", "after amend");
    repository.git(&["commit", "-aqm", "right message", "--amend"]);
    repository.commit("reset.txt", "before reset", "doomed");
    repository.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repository.write("kept.txt", "stashed one");
    repository.git(&["stash", "push", "-qm", "stash message one"]);
    repository.write("untracked.txt", "stashed untracked");
    repository.git(&["stash", "push", "-qum", "stash message two"]);
    repository.git(&["notes", "add", "-m", "note text", "HEAD"]);
    repository.git(&["tag", "-a", "v1", "-m", "tag message"]);
    repository.write("staged.txt", "added and never committed");
    repository.git(&["add", "staged.txt"]);
    repository.git(&["rm", "-q", "--cached", "staged.txt"]);
    repository
}

const FORGOTTEN: &[&str] = &[
    "added and never committed",
    "after amend",
    "before amend",
    "before reset",
    "kept",
    "note text\n",
    "stashed one",
    "stashed untracked",
    "tag message\n",
    "wrong message\n",
];

#[test]
fn everything_git_keeps_is_read_once_loose_or_packed() {
    let repository = forgetful();
    let loose = read(repository.path());
    for text in FORGOTTEN {
        assert_eq!(contents(&loose).iter().filter(|content| content == &text).count(), 1, "{text}");
    }
    assert_eq!(loose.1, []);
    repository.pack_everything();
    assert!(repository.loose_objects().is_empty());
    assert_eq!(contents(&read(repository.path())), contents(&loose));
    assert_eq!(loose.0.keys().filter(|path| path.starts_with("amended.txt")).count(), 2);
}
