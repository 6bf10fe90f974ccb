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
fn what_is_replaced_is_what_head_has_and_the_index_has_not() {
    let repository = Repository::new();
    let replaced = Options { git: GitScope::Replaced, ..Options::default() };
    repository.write("first", "before any commit");
    repository.git(&["add", "first"]);
    assert_eq!(files(&repository, &replaced), [""; 0]);
    repository.commit("folder/moved", "same", "first\n");
    repository.commit("changed", "old", "second\n");
    repository.commit("kept/file", "kept", "third\n");
    repository.git(&["mv", "folder/moved", "elsewhere"]);
    repository.write("changed", "new");
    repository.git(&["add", "changed"]);
    assert_eq!(files(&repository, &replaced), ["changed=old", "folder/moved=same"]);
    assert_eq!(files(&repository, &staged()), ["changed=new", "elsewhere=same"]);
}

#[test]
fn of_a_merge_only_what_neither_side_has_is_staged() {
    let repository = Repository::new();
    repository.commit("a", "one", "first\n");
    repository.git(&["switch", "-qc", "side"]);
    repository.commit("b", "theirs", "second\n");
    repository.git(&["switch", "-q", "trunk"]);
    repository.commit("c", "ours", "third\n");
    repository.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    repository.write("d", "by hand");
    repository.git(&["add", "d"]);
    assert_eq!(files(&repository, &staged()), ["d=by hand"]);
}

#[test]
fn another_index_is_read_where_git_names_one() {
    let repository = Repository::new();
    repository.commit("a", "one", "first\n");
    repository.write("a", "two");
    repository.git(&["add", "a"]);
    std::fs::copy(repository.path().join(".git/index"), repository.path().join(".git/next-index")).unwrap();
    repository.git(&["reset", "-q"]);
    let other = Options { index: Some(repository.path().join(".git/next-index")), ..staged() };
    assert_eq!((files(&repository, &staged()), files(&repository, &other)), (vec![], vec!["a=two".to_owned()]));
}

#[test]
fn a_commit_is_read_as_if_it_were_checked_out() {
    let repository = Repository::new();
    repository.commit("folder/a", "one", "first\n");
    repository.git(&["switch", "-qc", "side"]);
    repository.commit("b", "two", "second\n");
    repository.git(&["switch", "-q", "trunk"]);
    repository.commit("folder/a", "three", "third\n");
    let at = |commit: &str| Options { git: GitScope::At(commit.into()), ..Options::default() };
    assert_eq!(files(&repository, &at("side")), ["b=two", "folder/a=one"]);
    assert_eq!(files(&repository, &at("trunk")), ["folder/a=three"]);
    let fork = |base| unkeyed_source::fork_point(repository.path().to_str().unwrap(), base);
    assert_eq!(fork("side").unwrap(), repository.git(&["rev-parse", "trunk~1"]).trim());
    assert!(matches!(fork("nowhere"), Err(Error::Commits { .. })));
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
