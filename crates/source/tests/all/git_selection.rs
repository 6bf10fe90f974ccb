//! Parts of a history: what is staged, and what some commits brought.

use super::repository::{Repository, contents, read_with};
use unkeyed_model::SkipReason;
use unkeyed_source::{Commits, Error, GitScope, Options, open};

fn staged() -> Options {
    Options { git: GitScope::Staged, ..Options::default() }
}

fn commits(commits: Commits) -> Options {
    Options { git: GitScope::Commits(commits), ..Options::default() }
}

fn range(range: &str) -> Options {
    commits(Commits { range: Some(range.into()), ..Commits::default() })
}

/// The contents that are read, without the messages of commits.
fn files(repository: &Repository, options: &Options) -> Vec<String> {
    let seen = read_with(repository.path(), options);
    let files = seen.0.iter().filter(|(path, _)| !path.starts_with("(commit "));
    files.map(|(path, bytes)| format!("{path}={}", String::from_utf8_lossy(bytes))).collect()
}

#[test]
fn staged_is_the_index_and_not_the_working_file() {
    let repository = Repository::new();
    repository.write("first", "before any commit");
    repository.git(&["add", "first"]);
    assert_eq!(files(&repository, &staged()), ["first=before any commit"]);
    repository.commit("folder/same", "same", "first\n");
    repository.commit("folder/changed", "old", "second\n");
    repository.write("folder/changed", "staged");
    repository.git(&["add", "folder/changed"]);
    repository.write("folder/changed", "only on disk");
    repository.write("new/deep/file", "added");
    repository.git(&["add", "new/deep/file"]);
    repository.write("untracked", "untracked");
    repository.git(&["add", "-N", "untracked"]);
    repository.git(&["rm", "-q", "--cached", "first"]);
    let expected = ["folder/changed=staged", "new/deep/file=added"];
    assert_eq!(files(&repository, &staged()), expected);
    // With git's cache of trees, in which only the changed folders are marked as such.
    repository.git(&["read-tree", "HEAD"]);
    repository.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("100644,{},new/deep/file", repository.git(&["hash-object", "new/deep/file"])),
    ]);
    assert_eq!(files(&repository, &staged()), expected[1..]);
    let excluding = Options { excludes: vec!["deep/".into()], ..staged() };
    assert_eq!(files(&repository, &excluding), [""; 0]);
}

#[test]
fn a_range_is_what_its_commits_brought() {
    let repository = Repository::new();
    repository.commit("a", "one", "first\n");
    repository.git(&["tag", "-a", "start", "-m", "start"]);
    repository.git(&["switch", "-qc", "side"]);
    repository.commit("folder/b", "two", "second\n");
    repository.git(&["switch", "-q", "trunk"]);
    repository.commit("c", "three", "third\n");
    repository.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    repository.commit("evil", "only in the merge", "merge\n");
    assert_eq!(files(&repository, &range("start..trunk")), ["c=three", "evil=only in the merge", "folder/b=two"]);
    assert_eq!(files(&repository, &range("side..trunk")), ["c=three", "evil=only in the merge"]);
    assert_eq!(files(&repository, &range("side...trunk~1")), ["c=three", "folder/b=two"]);
    let branch = commits(Commits { branches: vec!["side".into()], ..Commits::default() });
    assert_eq!(files(&repository, &branch), ["a=one", "folder/b=two"]);
    let messages = read_with(repository.path(), &range("HEAD^!"));
    assert!(contents(&messages).contains(&"merge\n"));
    assert_eq!(messages.1.iter().map(|skip| skip.why).collect::<Vec<_>>(), [SkipReason::NotSupplied]);
}

#[test]
fn since_looks_at_everything_that_leads_to_a_commit() {
    let repository = Repository::new();
    repository.commit("a", "old", "first\n");
    repository.commit("b", "new", "second\n");
    repository.write("b", "stashed");
    repository.git(&["stash", "push", "-q"]);
    let since = commits(Commits { since: Some("2023-11-15T02:00:00Z".parse().unwrap()), ..Commits::default() });
    let seen = read_with(repository.path(), &since);
    assert!(contents(&seen).contains(&"new") && contents(&seen).contains(&"stashed") && contents(&seen).contains(&"second\n"));
    assert!(!contents(&seen).contains(&"old") && !contents(&seen).contains(&"first\n"));
}

#[test]
fn what_names_no_commit_is_an_error_that_says_so() {
    let repository = Repository::new();
    repository.commit("a", "one", "first\n");
    let target = open(&format!("git:{}", repository.path().display()), &range("nothing..HEAD")).unwrap();
    let error = target.source.units(&|| Box::new(|_| unkeyed_source::Flow::Continue)).unwrap_err();
    assert!(matches!(error, Error::Commits { .. }));
    assert!(error.to_string().contains("nothing..HEAD"), "{error}");
    assert!(matches!(open("git:/", &Options::default()), Err(Error::Repository { .. })));
}
