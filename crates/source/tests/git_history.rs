//! Reads repositories that the git command line made, with everything that git keeps.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod repository;

use repository::{Repository, contents, read};

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
