//! Each check on its own tiny folders: `fixtures/checks/<id>/{bad,good,unknown}`. `bad` must fire, the others must not.
//! The same in another format stands beside it: `bad-cloudformation`. What lies in `evidence` is given as such and is no
//! part of the repository; what lies in `before` is the repository as an earlier report saw it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use rayon::prelude::*;

/// A fixed instant, so that the fixtures don't age.
const AS_OF: &str = "2026-11-22T12:00:00Z";
const REMOTE: &str = "https://github.com/acme/api.git";

fn fires(input: &Path, check: &str) -> bool {
    let outside = |path: &Path| path.starts_with("evidence") || path.starts_with("before");
    let repository = support::repository(input, REMOTE, &|path, text| (!outside(path)).then(|| text.to_owned()));
    let (evidence, before) = (input.join("evidence"), input.join("before"));
    let mut arguments = vec!["--as-of", AS_OF];
    let saved = tempfile::NamedTempFile::new().unwrap();
    if before.is_dir() {
        let repository = support::repository(&before, REMOTE, &|_, text| Some(text.to_owned()));
        let (report, _) = support::audit(repository.path(), &arguments);
        fs::write(saved.path(), report.to_string()).unwrap();
        arguments.extend(["--previous", saved.path().to_str().unwrap()]);
    }
    if evidence.is_dir() {
        arguments.extend(["--evidence", evidence.to_str().unwrap()]);
    }
    let (report, _) = support::audit(repository.path(), &arguments);
    let skipped = report["coverage"]["skipped"].as_array().unwrap();
    let malformed: Vec<_> = skipped.iter().filter(|skip| skip["why"] == "malformed").collect();
    assert!(malformed.is_empty(), "{}: {malformed:?}", input.display());
    report["findings"].as_array().unwrap().iter().any(|finding| finding["check"] == check)
}

#[test]
fn every_check_fires_on_bad_and_only_on_bad() {
    let mut folders: Vec<_> = fs::read_dir(support::root().join("fixtures/checks")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() > 20, "only {} checks have fixtures", folders.len());
    let inputs = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap().map(move |entry| (folder, entry.unwrap().path())));
    let cases: Vec<_> = inputs.filter(|(_, input)| input.is_dir()).collect();
    let wrong = cases.into_par_iter().filter_map(|(folder, input)| {
        let (kind, check) = (input.file_name().unwrap().to_str().unwrap(), folder.file_name().unwrap().to_str().unwrap());
        let expected = kind.split('-').next() == Some("bad");
        let fails = fires(&input, check) != expected;
        fails.then(|| format!("{check}/{kind}: {}", if expected { "does not fire" } else { "fires" }))
    });
    let failures = wrong.collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn explain_knows_every_check_with_fixtures() {
    let folders: Vec<_> = fs::read_dir(support::root().join("fixtures/checks")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    folders.into_par_iter().for_each(|folder| {
        let id = folder.into_string().unwrap();
        let output = support::run(support::unkeyed().args(["explain", &id]));
        let page = support::text(&output.stdout);
        assert!(output.status.success() && page.contains(&id) && page.contains("Instead"), "{id}: {page}");
    });
}
