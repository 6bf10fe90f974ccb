//! The digest of what a target holds: the same for the same content wherever it lies, another for any other.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::image_maker::{Layer, Layout, config};
use super::repository::{Repository, git};
use unkeyed_source::{ContentSum, Options, open};

fn content(target: &str) -> Option<ContentSum> {
    content_with(target, &Options::default())
}

fn content_with(target: &str, options: &Options) -> Option<ContentSum> {
    open(target, options).unwrap().content()
}

fn at(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_folder_is_told_by_names_and_bytes_and_not_by_where_and_when() {
    let plain = folder(&[("a", "one"), ("b/c", "two")]);
    let same = folder(&[("b/c", "two"), ("a", "one")]);
    fs::set_permissions(same.path().join("a"), fs::Permissions::from_mode(0o600)).unwrap();
    let own = content(&at(plain.path())).unwrap();
    assert_eq!(content(&at(same.path())), Some(own));
    assert_eq!(content_with(&at(plain.path()), &Options { threads: 1, ..Options::default() }), Some(own));
    let others: [&[(&str, &str)]; 5] = [
        &[("a", "one"), ("b/c", "twO")],
        &[("a", "one"), ("b/d", "two")],
        &[("a", "one")],
        &[("a", "two"), ("b/c", "one")],
        &[("a", "onetwo"), ("b/c", "")],
    ];
    for other in others {
        assert_ne!(content(&at(folder(other).path())), Some(own), "{other:?}");
    }
    let excluding = Options { excludes: vec!["b/".into()], ..Options::default() };
    assert_ne!(content_with(&at(plain.path()), &excluding), Some(own));
    fs::write(plain.path().join("b/c"), "changed, but left out").unwrap();
    assert_eq!(content_with(&at(plain.path()), &excluding), content_with(&at(same.path()), &excluding));
}

#[test]
fn a_folder_with_a_file_that_cannot_be_read_has_none() {
    let folder = folder(&[("a", "one")]);
    let path = folder.path().join("a");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Root reads everything.
    let is_readable = fs::read(&path).is_ok();
    assert_eq!(content(&at(folder.path())).is_some(), is_readable);
}

#[test]
fn a_file_is_told_by_its_name_and_bytes() {
    let (one, other) = (folder(&[("key", "one"), ("name", "one")]), folder(&[("key", "two")]));
    let of = |folder: &tempfile::TempDir, name: &str| content(&at(&folder.path().join(name))).unwrap();
    assert_ne!(of(&one, "key"), of(&one, "name"));
    assert_ne!(of(&one, "key"), of(&other, "key"));
    fs::write(other.path().join("key"), "one").unwrap();
    assert_eq!(of(&one, "key"), of(&other, "key"));
}

/// A repository whose reflogs don't tell when it was made.
fn repository(second: &str) -> Repository {
    let repository = Repository::new();
    repository.git(&["config", "core.logAllRefUpdates", "false"]);
    repository.commit("a", "one", "first");
    repository.commit("b", second, "second");
    repository
}

#[test]
fn a_history_is_told_by_objects_and_refs_however_they_are_stored() {
    let (loose, packed) = (repository("two"), repository("two"));
    packed.pack_everything();
    let history = |repository: &Repository| content(&format!("git:{}", repository.path().display())).unwrap();
    let own = history(&loose);
    assert_eq!(history(&packed), own);
    assert_ne!(history(&repository("three")), own);
    packed.git(&["branch", "release", "HEAD~1"]);
    assert_ne!(history(&packed), own, "another branch");
}

#[test]
fn an_object_that_nothing_leads_to_counts() {
    let (plain, more) = (repository("two"), repository("two"));
    more.write("loose", "thrown away");
    more.git(&["hash-object", "-w", "loose"]);
    fs::remove_file(more.path().join("loose")).unwrap();
    let history = |repository: &Repository| content(&format!("git:{}", repository.path().display()));
    assert_ne!(history(&plain), history(&more));
}

#[test]
fn a_working_tree_is_told_by_its_files_what_git_says_of_them_and_its_history() {
    let (one, other) = (repository("two"), repository("two"));
    let own = content(&at(one.path())).unwrap();
    assert_eq!(content(&at(other.path())), Some(own));
    other.write("c", "untracked");
    let untracked = content(&at(other.path())).unwrap();
    git(other.path(), &["add", "-N", "c"]);
    let tracked = content(&at(other.path())).unwrap();
    assert!(own != untracked && untracked != tracked && tracked != own);
    one.git(&["remote", "add", "origin", "https://github.com/acme/web.git"]);
    assert_ne!(content(&at(one.path())), Some(own), "trusts name the repository");
}

#[test]
fn an_image_is_told_by_its_digests_and_name() {
    let layer = |text: &[u8]| Layer::new().file("app/.env", text).gzip();
    let layout = |name: &str, text: &[u8]| Layout::new().image(name, &config(), &[("COPY . /", layer(text))]);
    let own = |layout: &Layout| content(&format!("oci-dir:{}", layout.path().display())).unwrap();
    let first = layout("example.org/web:v1", b"one");
    assert_eq!(own(&layout("example.org/web:v1", b"one")), own(&first));
    assert_ne!(own(&layout("example.org/web:v1", b"two")), own(&first));
    assert_ne!(own(&layout("example.org/web:v2", b"one")), own(&first));
}

#[test]
fn what_runs_cannot_be_told_beforehand() {
    let folder = folder(&[("dump", "PATH=/usr/bin\n")]);
    assert_eq!(content(&format!("env:{}", folder.path().join("dump").display())), None);
    assert_eq!(content(&format!("host:{}", folder.path().display())), None);
}
