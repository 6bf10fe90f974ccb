//! Reads repositories that the git command line made, with everything that git keeps.

use std::fs;

use super::repository::{Repository, contents, git, read, read_target, read_with};
use unkeyed_model::SkipReason;
use unkeyed_source::{GitScope, Options};

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

#[test]
fn deltas_are_expanded_to_what_was_stored() {
    let repository = Repository::new();
    let mut lines: Vec<String> = (0..400).map(|line| format!("line {line} {}", line * 7919 % 1009)).collect();
    for version in 0..60 {
        lines[version * 7 % 400] = format!("changed in {version}");
        lines.insert(version * 13 % 400, format!("inserted in {version}"));
        repository.commit("folder/file", lines.join("\n"), &format!("version {version}\n"));
    }
    repository.pack_everything();
    let seen = read(repository.path());
    let versions = seen.0.keys().filter(|path| path.starts_with("folder/file")).count();
    assert_eq!((versions, seen.0.len()), (60, 120));
    assert!(contents(&seen).contains(&lines.join("\n").as_str()));
    // What the sink was told to be copied was compared with the base on the way; there must have been some.
    assert!(seen.3 > 50, "{}", seen.3);
}

#[test]
fn sha256_repositories_are_read() {
    let repository = Repository::with(&["--object-format=sha256"]);
    repository.commit("conf/a.env", "alpha", "first\n");
    repository.commit("conf/a.env", "beta", "second\n");
    let loose = read(repository.path());
    assert_eq!(contents(&loose), ["alpha", "beta", "first\n", "second\n"]);
    repository.pack_everything();
    let packed = read(repository.path());
    assert_eq!(contents(&packed), contents(&loose));
    assert!(packed.0.contains_key("conf/a.env"));
}

#[test]
fn objects_of_alternates_are_read_and_those_in_both_once() {
    let lender = Repository::new();
    lender.commit("a", "lent", "first\n");
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["clone", "-q", "--shared", lender.path().to_str().unwrap(), "borrower"]);
    let borrower = folder.path().join("borrower");
    fs::copy(lender.loose_objects()[0].as_path(), borrower.join(".git/objects/copy")).unwrap();
    assert_eq!(contents(&read(&borrower)), ["first\n", "lent"]);
}

#[test]
fn linked_working_trees_and_bare_repositories_lead_to_the_same_objects() {
    let repository = Repository::new();
    repository.commit("a", "alpha", "first\n");
    repository.git(&["worktree", "add", "-q", "linked"]);
    let expected = ["alpha", "first\n"];
    assert_eq!(contents(&read(&repository.path().join("linked"))), expected);
    assert_eq!(contents(&read(&repository.path().join(".git"))), expected);
    repository.git(&["clone", "-q", "--bare", ".", "bare"]);
    let bare = read(&repository.path().join("bare"));
    assert_eq!(contents(&bare), expected);
    assert!(bare.2.contains_key("config") && bare.2.contains_key("HEAD"));
}

#[test]
fn what_a_clone_left_behind_is_said_in_one_row() {
    let repository = Repository::new();
    for version in 0..5 {
        repository.commit(&format!("file-{version}"), format!("content {version}"), "message\n");
    }
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let source = format!("file://{}", repository.path().display());
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["clone", "-q", "--depth=1", &source, "shallow"]);
    git(folder.path(), &["clone", "-q", "--no-checkout", "--filter=blob:none", &source, "partial"]);
    let shallow = read(&folder.path().join("shallow"));
    assert_eq!(contents(&shallow).len(), 6);
    let rows: Vec<_> = shallow.1.iter().map(|skip| (skip.path.as_str(), skip.why)).collect();
    assert_eq!(rows, [(".git/shallow", SkipReason::NotSupplied)]);
    let partial = read(&folder.path().join("partial"));
    assert_eq!(partial.1.len(), 1);
    assert!(partial.1[0].detail.starts_with("5 objects"), "{:?}", partial.1);
}

#[test]
fn submodules_are_read_if_they_are_here_and_named_if_not() {
    let library = Repository::new();
    library.commit("inner", "in the library", "library\n");
    let repository = Repository::new();
    repository.commit("outer", "outside", "first\n");
    repository.git(&["submodule", "--quiet", "add", library.path().to_str().unwrap(), "libs/one"]);
    repository.git(&["commit", "-qm", "with a library\n"]);
    let seen = read(repository.path());
    assert_eq!(seen.0["libs/one/inner"], b"in the library");
    assert_eq!(seen.1, []);
    fs::remove_dir_all(repository.path().join(".git/modules")).unwrap();
    let seen = read(repository.path());
    assert!(!seen.0.contains_key("libs/one/inner"));
    let rows: Vec<_> = seen.1.iter().map(|skip| (skip.path.as_str(), skip.why)).collect();
    assert_eq!(rows, [("libs/one", SkipReason::NotSupplied)]);
}

#[test]
fn gits_own_files_are_read() {
    let repository = Repository::new();
    repository.commit("a", "alpha", "first\n");
    repository.git(&["remote", "add", "origin", "https://user:made-up@example.test/x.git"]);
    repository.git(&["stash", "list"]);
    let files = read(repository.path()).2;
    assert!(String::from_utf8_lossy(&files[".git/config"]).contains("user:made-up"));
    assert!(files.contains_key(".git/logs/HEAD") && files.contains_key(".git/COMMIT_EDITMSG"));
    assert!(!files.keys().any(|path| path.starts_with(".git/objects") || path.starts_with(".git/refs") || path == ".git/index"));
}

#[test]
fn a_folder_is_read_with_its_history_if_that_is_asked_for() {
    let repository = Repository::new();
    repository.commit("a", "old", "first\n");
    repository.commit("a", "new", "second\n");
    let target = repository.path().to_str().unwrap();
    let alone = read_target(target, &Options::default());
    assert!(alone.0.is_empty() && alone.1.iter().any(|skip| skip.path == ".git"));
    let with = read_target(target, &Options { git: GitScope::Everything, ..Options::default() });
    assert_eq!(contents(&with), ["first\n", "new", "old", "second\n"]);
    assert_eq!((with.2["a"].as_slice(), with.1.len()), (&b"new"[..], 0));
    assert!(with.2.contains_key(".git/config"));
}

#[test]
fn prefixes_keep_targets_apart() {
    let repository = Repository::new();
    repository.commit("a", "alpha", "first\n");
    let seen = read_with(repository.path(), &Options { prefix: "one/two".into(), ..Options::default() });
    assert!(seen.0.keys().chain(seen.2.keys()).all(|path| path.starts_with("one/two/")));
    assert!(seen.0.contains_key("one/two/a") && seen.2.contains_key("one/two/.git/config"));
}
