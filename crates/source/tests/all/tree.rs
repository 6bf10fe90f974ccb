//! Walks real folders with everything a disk can hold.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use unkeyed_model::{Skip, SkipReason, Tracked};
use unkeyed_source::{Error, Event, Flow, Options, open};

type Units = BTreeMap<String, (Option<Tracked>, Vec<u8>)>;

fn walk(target: &Path, options: &Options) -> (Units, Vec<Skip>) {
    let target = open(target.to_str().unwrap(), options).unwrap();
    let found = Mutex::new((Units::new(), Vec::new()));
    let worker = || {
        Box::new(|event: Event<'_>| {
            let mut found = found.lock().unwrap();
            match event {
                Event::Unit(unit) => {
                    let origin = unit.origin();
                    let earlier = found.0.insert(origin.path.clone(), (origin.tracked, unit.bytes().to_vec()));
                    assert!(earlier.is_none(), "{} was read twice", origin.path);
                }
                Event::Skip(skip) => found.1.push(skip),
            }
            Flow::Continue
        }) as unkeyed_source::Sink<'_>
    };
    target.source.units(&worker).unwrap();
    drop(target);
    let (units, mut skips) = found.into_inner().unwrap();
    skips.sort();
    (units, skips)
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git").current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn reasons(skips: &[Skip]) -> Vec<(&str, SkipReason)> {
    skips.iter().map(|skip| (skip.path.as_str(), skip.why)).collect()
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-q", "-b", "trunk"]);
    git(root, &["remote", "add", "origin", "https://user:not-for-print@github.com/acme/api.git"]);
    fs::create_dir_all(root.join("node_modules/x")).unwrap();
    fs::create_dir_all(root.join(".hidden")).unwrap();
    for (name, text) in [
        ("tracked.txt", "a"),
        ("new.txt", "b"),
        (".env", "c"),
        ("node_modules/x/index.js", "d"),
        (".hidden/file", "e"),
        (".gitignore", ".env\nnode_modules/\n"),
    ] {
        fs::write(root.join(name), text).unwrap();
    }
    git(root, &["add", "tracked.txt", ".gitignore"]);
    folder
}

#[test]
fn every_file_is_read_and_says_what_git_thinks_of_it() {
    let folder = repository();
    let (units, skips) = walk(folder.path(), &Options::default());
    let states: Vec<_> = units.iter().map(|(path, (tracked, _))| (path.as_str(), tracked.unwrap())).collect();
    assert_eq!(
        states,
        [
            (".env", Tracked::Ignored),
            (".gitignore", Tracked::Tracked),
            (".hidden/file", Tracked::Untracked),
            ("new.txt", Tracked::Untracked),
            ("node_modules/x/index.js", Tracked::Ignored),
            ("tracked.txt", Tracked::Tracked),
        ]
    );
    assert_eq!(reasons(&skips), [(".git", SkipReason::NotSupplied)]);
}

#[test]
fn a_subfolder_of_a_repository_knows_the_repository() {
    let folder = repository();
    let (units, _) = walk(&folder.path().join("node_modules"), &Options::default());
    assert_eq!(units["x/index.js"].0, Some(Tracked::Ignored));
    let (units, _) = walk(&folder.path().join("tracked.txt"), &Options::default());
    assert_eq!(units["tracked.txt"], (Some(Tracked::Tracked), b"a".to_vec()));
}

#[test]
fn the_repository_is_described_without_the_credentials_of_its_remote() {
    let folder = repository();
    let target = open(folder.path().to_str().unwrap(), &Options::default()).unwrap();
    let described = target.repository.unwrap();
    assert_eq!(described.remote.as_deref(), Some("github.com/acme/api"));
    assert_eq!(described.slug_on("github.com"), Some("acme/api"));
    assert_eq!(described.default_branch.as_deref(), Some("trunk"));
}

#[test]
fn tracked_only_says_what_it_left_out() {
    let folder = repository();
    let options = Options { tracked_only: true, ..Options::default() };
    let (units, skips) = walk(folder.path(), &options);
    assert_eq!(units.keys().collect::<Vec<_>>(), [".gitignore", "tracked.txt"]);
    assert_eq!(skips.iter().filter(|skip| skip.why == SkipReason::Excluded).count(), 4);
    let outside = tempfile::tempdir().unwrap();
    assert!(matches!(open(outside.path().to_str().unwrap(), &options), Err(Error::NoRepository { .. })));
}

#[test]
fn excludes_leave_out_and_say_so() {
    let folder = repository();
    fs::write(folder.path().join(".unkeyedignore"), "/node_modules/\n").unwrap();
    let options = Options { excludes: vec!["*.txt".into()], ..Options::default() };
    let (units, skips) = walk(folder.path(), &options);
    assert_eq!(units.keys().collect::<Vec<_>>(), [".env", ".gitignore", ".hidden/file", ".unkeyedignore"]);
    let excluded: Vec<_> = skips.iter().filter(|skip| skip.why == SkipReason::Excluded).map(|skip| (&*skip.path, &*skip.detail)).collect();
    assert_eq!(
        excluded,
        [("new.txt", "--exclude *.txt"), ("node_modules", ".unkeyedignore: /node_modules/"), ("tracked.txt", "--exclude *.txt"),]
    );
    let broken = Options { excludes: vec!["[z-a]".into()], ..Options::default() };
    assert!(matches!(open(folder.path().to_str().unwrap(), &broken), Err(Error::Pattern { .. })));
}

#[test]
fn links_pipes_and_sockets_neither_hang_nor_loop() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("deep")).unwrap();
    fs::write(root.join("deep/file"), "x").unwrap();
    symlink("..", root.join("deep/up")).unwrap();
    symlink("self", root.join("self")).unwrap();
    symlink("/etc/passwd", root.join("outside")).unwrap();
    assert!(Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
    let (units, skips) = walk(root, &Options::default());
    assert_eq!(units.keys().collect::<Vec<_>>(), ["deep/file"]);
    let special = SkipReason::NotARegularFile;
    assert_eq!(reasons(&skips), [("deep/up", special), ("outside", special), ("pipe", special), ("self", special), ("socket", special)]);
    assert!(matches!(open(root.join("pipe").to_str().unwrap(), &Options::default()), Err(Error::NotScannable { .. })));
}

#[test]
fn hostile_names_are_printable_and_lossless() {
    let folder = tempfile::tempdir().unwrap();
    for name in [&b"not\xffutf8"[..], b"esc\x1b]0;title\x07", b"new\nline", "\u{202e}txt.exe".as_bytes()] {
        fs::write(folder.path().join(OsStr::from_bytes(name)), "x").unwrap();
    }
    let (units, skips) = walk(folder.path(), &Options::default());
    assert_eq!(units.keys().collect::<Vec<_>>(), ["%E2%80%AEtxt.exe", "esc%1B]0;title%07", "new%0Aline", "not%FFutf8"]);
    assert!(skips.is_empty());
}

#[test]
fn a_text_over_the_limit_is_read_and_what_is_no_text_becomes_a_row() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("fits"), "12345678").unwrap();
    fs::write(folder.path().join("long.txt"), "123456789").unwrap();
    fs::write(folder.path().join("long.bin"), "1234\x006789").unwrap();
    let (units, skips) = walk(folder.path(), &Options { max_file_bytes: 8, ..Options::default() });
    assert_eq!(units.keys().collect::<Vec<_>>(), ["fits", "long.txt"]);
    assert_eq!(units["long.txt"].1, b"123456789");
    assert_eq!(reasons(&skips), [("long.bin", SkipReason::TooLarge)]);
    assert_eq!(skips[0].detail, "9 bytes, and no text; the limit is 8 (--max-file-size)");
}

#[test]
fn what_is_not_there_or_not_known_is_refused_with_a_reason() {
    let missing = open("/no/such/folder", &Options::default()).unwrap_err();
    assert!(missing.to_string().starts_with("/no/such/folder: "), "{missing}");
    let other = open("host:/no/such/home", &Options::default()).unwrap_err();
    assert!(other.to_string().starts_with("host:/no/such/home: "), "{other}");
}
