//! Repositories that are damaged, made up, or would run something.

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::repository::{Repository, contents, places, read, read_target, read_with};
use unkeyed_model::SkipReason;
use unkeyed_source::{Commits, GitScope, Options};

#[test]
fn nothing_that_a_repository_configures_is_run() {
    let repository = Repository::new();
    repository.commit(".gitattributes", "* filter=evil diff=evil merge=evil\n", "first\n");
    repository.commit("a", "one", "second\n");
    repository.write("a", "two");
    repository.git(&["add", "a"]);
    let mark = repository.path().join("it-ran");
    let run = format!("touch {}", mark.display());
    for name in ["pre-commit", "post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman", "query-watchman"] {
        let hook = repository.path().join(".git/hooks").join(name);
        fs::write(&hook, format!("#!/bin/sh\n{run}\n")).unwrap();
        fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    fs::write(repository.path().join("included"), format!("[core]\n\tfsmonitor = {run}\n")).unwrap();
    let mut config = fs::OpenOptions::new().append(true).open(repository.path().join(".git/config")).unwrap();
    write!(
        config,
        "[core]\n\tfsmonitor = {run}\n\tsshCommand = {run}\n\tpager = {run}\n\teditor = {run}\n\talternateRefsCommand = {run}\n\tgitProxy = {run}\n\
         [filter \"evil\"]\n\tclean = {run}\n\tsmudge = {run}\n\tprocess = {run}\n\trequired = true\n\
         [diff]\n\texternal = {run}\n[diff \"evil\"]\n\ttextconv = {run}\n\tcommand = {run}\n[merge \"evil\"]\n\tdriver = {run}\n\
         [gpg]\n\tprogram = {run}\n[credential]\n\thelper = \"!{run}\"\n[alias]\n\tstatus = \"!{run}\"\n\
         [remote \"evil\"]\n\turl = \"ext::{run}\"\n\tpromisor = true\n\tpartialclonefilter = blob:none\n\tuploadpack = {run}\n\
         [url \"ext::{run} #\"]\n\tinsteadOf = https://\n[extensions]\n\tpartialClone = evil\n[include]\n\tpath = ../included\n"
    )
    .unwrap();
    // An object that a promisor remote would be asked for.
    let missing = repository.loose_objects().into_iter().find(|path| path.ends_with(blob_file(b"one"))).unwrap();
    fs::remove_file(missing).unwrap();
    for git in [GitScope::Everything, GitScope::Staged, GitScope::Commits(Commits { branches: vec!["trunk".into()], ..Commits::default() })]
    {
        let seen = read_target(repository.path().to_str().unwrap(), &Options { git, ..Options::default() });
        assert!(!seen.0.is_empty());
    }
    places(repository.path(), &Options::default());
    assert!(!mark.exists());
}

/// The end of the path of a loose blob.
fn blob_file(content: &[u8]) -> String {
    let id = gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::objs::Kind::Blob, content).unwrap().to_string();
    format!("{}/{}", &id[..2], &id[2..])
}

/// A small repository whose one pack has deltas.
fn packed() -> Repository {
    let repository = Repository::new();
    let lines: Vec<String> = (0..40).map(|line| format!("line {line} {}", line * 7919 % 1009)).collect();
    for version in 0..6 {
        repository.commit("folder/file", format!("{}\nversion {version}", lines.join("\n")), "message\n");
    }
    repository.pack_everything();
    repository
}

#[test]
fn damage_anywhere_in_a_pack_or_its_index_costs_rows_and_no_panic() {
    let repository = packed();
    let whole = read(repository.path()).0.len();
    assert_eq!(whole, 12);
    let pack = repository.packs().remove(0);
    for file in [pack.clone(), pack.with_extension("idx")] {
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        let good = fs::read(&file).unwrap();
        let step = good.len() / 50 + 1;
        for at in (0..good.len()).step_by(step) {
            for flip in [0xFF, 0x80, 0x10] {
                let mut bad = good.clone();
                bad[at] ^= flip;
                fs::write(&file, bad).unwrap();
                let seen = read(repository.path());
                // Only what no object depends on (checksums, CRCs, ids that are then missing) may pass without a row.
                assert!(seen.0.len() == whole || !seen.1.is_empty(), "{} at {at}: {} Units", file.display(), seen.0.len());
            }
            fs::write(&file, &good[..at]).unwrap();
            assert!(!read(repository.path()).1.is_empty(), "{} cut at {at}", file.display());
        }
        fs::write(&file, good).unwrap();
    }
    places(repository.path(), &Options::default());
}

#[test]
fn objects_over_the_limit_are_rows_with_their_paths() {
    let repository = Repository::new();
    repository.commit("small", "small", "first\n");
    repository.commit("folder/large", "0123456789".repeat(100), "second\n");
    let options = Options { max_file_bytes: 500, ..Options::default() };
    let check = || {
        let seen = read_with(repository.path(), &options);
        assert_eq!(contents(&seen), ["first\n", "second\n", "small"]);
        let rows: Vec<_> = seen.1.iter().filter(|skip| !skip.path.starts_with(".git/")).collect();
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!((rows[0].path.as_str(), rows[0].why), ("folder/large", SkipReason::TooLarge));
        assert!(rows[0].detail.starts_with("1000 bytes; the limit is 500"), "{}", rows[0].detail);
    };
    check();
    repository.pack_everything();
    check();
}

#[test]
fn a_loose_object_may_claim_any_size() {
    let repository = Repository::new();
    repository.commit("a", "one", "first\n");
    let stream = |text: &[u8]| {
        let mut stream = ZlibEncoder::new(Vec::new(), Compression::none());
        stream.write_all(text).unwrap();
        stream.finish().unwrap()
    };
    let folder = repository.path().join(".git/objects/00");
    fs::create_dir_all(&folder).unwrap();
    for (at, text) in [
        &b"blob 1099511627776\0x"[..],
        b"blob 18446744073709551615\0x",
        b"blob 99999999999999999999999\0",
        b"blob -1\0",
        b"blob",
        b"",
        b"tree 5\0",
    ]
    .iter()
    .enumerate()
    {
        fs::write(folder.join(format!("{at:038x}")), stream(text)).unwrap();
    }
    let seen = read(repository.path());
    assert_eq!(contents(&seen), ["first\n", "one"]);
    let reasons: Vec<_> = seen.1.iter().map(|skip| skip.why).collect();
    assert_eq!(reasons.iter().filter(|why| **why == SkipReason::TooLarge).count(), 2, "{:?}", seen.1);
    assert!(reasons.contains(&SkipReason::Malformed));
}

#[test]
fn a_tree_that_holds_itself_many_times_over_does_not_multiply() {
    let repository = Repository::new();
    repository.write("file", "at two to the thirtieth paths");
    let mut object = repository.git(&["hash-object", "-w", "file"]);
    let mut kind = "100644 blob";
    for _ in 0..30 {
        let tree = format!("{kind} {object}\ta\n{kind} {object}\tb\n");
        repository.write(".git/tree", tree);
        let input = fs::File::open(repository.path().join(".git/tree")).unwrap();
        let output = std::process::Command::new("git").current_dir(repository.path()).arg("mktree").stdin(input).output().unwrap();
        object = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        kind = "040000 tree";
    }
    repository.git(&["update-ref", "refs/heads/trunk", &repository.git(&["commit-tree", "-m", "bomb", &object])]);
    let places = places(repository.path(), &Options::default());
    let place = &places["at two to the thirtieth paths"];
    assert_eq!(place.path.matches('/').count(), 29);
    assert_eq!(place.git.as_ref().unwrap().state, None);
}
