//! What git knows of contents: who brought them, where they stand, what still leads to them.

use super::repository::{Repository, origins, places};
use unkeyed_model::{GitState, Surface};
use unkeyed_source::{GitScope, Options};

#[test]
fn a_content_knows_its_commit_its_paths_and_what_leads_to_it() {
    let repository = Repository::new();
    let first = repository.commit("conf/a.env", "alpha", "first\n");
    repository.commit("conf/b.env", "beta", "second\n");
    repository.git(&["switch", "-qc", "side"]);
    let moved = repository.commit("gamma.env", "gamma", "third\n");
    repository.git(&["mv", "conf/a.env", "a.env"]);
    repository.git(&["commit", "-qm", "fourth\n"]);
    repository.git(&["switch", "-q", "trunk"]);
    repository.git(&["rm", "-q", "conf/b.env"]);
    repository.git(&["commit", "-qm", "fifth\n"]);
    let places = places(repository.path(), &Options::default());

    let alpha = places["alpha"].git.as_ref().unwrap();
    assert_eq!(places["alpha"].commit.as_deref(), Some(first.as_str()));
    assert_eq!(alpha.paths, ["a.env", "conf/a.env"]);
    assert_eq!((alpha.state, alpha.commits, alpha.branches), (Some(GitState::InHead), 5, 2));
    let beta = places["beta"].git.as_ref().unwrap();
    assert_eq!((beta.state, beta.commits, beta.branches), (Some(GitState::Reachable), 3, 2));
    let gamma = places["gamma"].git.as_ref().unwrap();
    assert_eq!((gamma.state, gamma.commits, gamma.branches), (Some(GitState::Reachable), 2, 1));
    assert_eq!(places["gamma"].commit, Some(moved));
    assert_eq!(places["gamma"].first_seen.unwrap().to_string(), "2023-11-15T06:13:20Z");
    let message = places["third\n"].git.as_ref().unwrap();
    assert_eq!((message.state, message.commits, message.branches), (Some(GitState::Reachable), 1, 1));
}

#[test]
fn branches_are_counted_however_many_there_are() {
    let repository = Repository::new();
    repository.commit("all", "in all", "first\n");
    // More tips than a word has bits, so that they are passed down in several groups, and two branches for each.
    for at in 0..70 {
        repository.git(&["switch", "-q", "--detach", "trunk~0"]);
        repository.commit("one", format!("in two of them: {at}"), "another\n");
        repository.git(&["branch", &format!("a{at}")]);
        repository.git(&["branch", &format!("b{at}")]);
    }
    let places = places(repository.path(), &Options::default());
    let branches = |content: &str| places[content].git.as_ref().unwrap().branches;
    assert_eq!(branches("in all"), 141);
    assert!((0..70).all(|at| branches(&format!("in two of them: {at}")) == 2));
}

#[test]
fn states_tell_how_far_a_content_is_from_the_working_tree() {
    let repository = Repository::new();
    repository.commit("a", "base", "first\n");
    repository.write("a", "stashed");
    repository.git(&["stash", "push", "-q"]);
    repository.commit("b", "reset", "doomed\n");
    repository.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repository.write("c", "staged");
    repository.git(&["add", "c"]);
    repository.write("d", "replaced in the index");
    repository.git(&["add", "d"]);
    repository.write("d", "in the index");
    repository.git(&["add", "d"]);
    repository.git(&["notes", "add", "-m", "noted"]);
    repository.git(&["tag", "-a", "v1", "-m", "tagged"]);
    let hidden = repository.git(&["commit-tree", "-m", "nobody knows me", "HEAD^{tree}"]);
    let places = places(repository.path(), &Options::default());
    let state = |content: &str| places[content].git.as_ref().unwrap().state.unwrap();
    for (content, expected) in [
        ("base", GitState::InHead),
        ("staged", GitState::Staged),
        ("in the index", GitState::Staged),
        ("noted\n", GitState::Reachable),
        ("tagged\n", GitState::Reachable),
        ("stashed", GitState::Stash),
        ("reset", GitState::Reflog),
        ("doomed\n", GitState::Reflog),
        ("replaced in the index", GitState::Unreachable),
        ("nobody knows me\n", GitState::Unreachable),
    ] {
        assert_eq!(state(content), expected, "{content}");
    }
    assert_eq!(places["nobody knows me\n"].commit, Some(hidden));
}

#[test]
fn what_only_a_merge_brings_is_the_merges() {
    let repository = Repository::new();
    repository.commit("a", "one", "first\n");
    repository.git(&["switch", "-qc", "side"]);
    repository.commit("b", "two", "second\n");
    repository.git(&["switch", "-q", "trunk"]);
    repository.commit("c", "three", "third\n");
    repository.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    let merge = repository.commit("evil", "only in the merge", "merge\n");
    let places = places(repository.path(), &Options::default());
    assert_eq!(places["only in the merge"].commit, Some(merge));
    assert_eq!(places["two"].git.as_ref().unwrap().commits, 2);
}

#[test]
fn authors_are_named_only_on_request() {
    let repository = Repository::new();
    repository.commit("a", "one", "first\n");
    let author = |options: &Options| places(repository.path(), options)["one"].git.as_ref().unwrap().author.clone();
    assert_eq!(author(&Options::default()), None);
    assert_eq!(author(&Options { show_authors: true, ..Options::default() }).as_deref(), Some("A. Uthor <author@corp.test>"));
}

#[test]
fn excluded_is_what_stands_only_at_excluded_paths() {
    let repository = Repository::new();
    repository.commit("vendor/deep/a", "only in vendor", "first\n");
    repository.commit("vendor/b", "also elsewhere", "second\n");
    repository.commit("c", "also elsewhere", "third\n");
    for prefix in ["", "some/prefix"] {
        let options = Options { excludes: vec!["/vendor".into()], prefix: prefix.into(), ..Options::default() };
        let places = places(repository.path(), &options);
        assert!(!places.contains_key("only in vendor"));
        let c = if prefix.is_empty() { "c".into() } else { format!("{prefix}/c") };
        assert!(places["also elsewhere"].git.as_ref().unwrap().paths.contains(&c));
    }
}

#[test]
fn a_working_file_and_its_object_are_one_place() {
    let repository = Repository::new();
    repository.commit("same", "same", "first\n");
    repository.commit("changed", "old", "second\n");
    repository.write("changed", "new");
    let target = repository.path().to_str().unwrap();
    let everything = Options { git: GitScope::Everything, ..Options::default() };
    let shown = |options: &Options| {
        let origins = origins(target, options);
        let outside = origins.iter().filter(|origin| !origin.path.starts_with(".git/") && !origin.path.starts_with('('));
        let state = |origin: &unkeyed_model::Origin| origin.git.as_ref().and_then(|git| git.state);
        outside.map(|origin| (origin.path.clone(), origin.surface, state(origin))).collect::<Vec<_>>()
    };
    let head = Some(GitState::InHead);
    let changed = [
        ("changed".into(), Surface::Worktree, None),
        ("same".into(), Surface::Worktree, head),
        ("changed".into(), Surface::GitHistory, head),
    ];
    assert_eq!(shown(&everything), changed);
    let excluding = Options { excludes: vec!["/same".into()], ..everything };
    assert_eq!(shown(&excluding), [changed[0].clone(), changed[2].clone()]);
}
