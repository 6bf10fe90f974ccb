//! The house as DESIGN §1 draws it, read from the manifests: which crate may know which.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Crate, and the crates of ours that it may import.
const LAYERS: &[(&str, &[&str])] = &[
    ("audit", &["model"]),
    ("cli", &["audit", "detect", "model", "parse", "report", "source"]),
    ("detect", &["model", "prefilter"]),
    ("model", &[]),
    ("parse", &["model"]),
    ("prefilter", &[]),
    ("report", &["model"]),
    ("source", &["model"]),
];

/// Libraries that only one crate may use: network, unpacking and git belong to `source`, regexes to who reads text.
const KEPT: &[(&str, &[&str])] = &[
    ("gix", &["source"]),
    ("ignore", &["source"]),
    ("oci-client", &["source"]),
    ("tar", &["source"]),
    ("aho-corasick", &["detect", "parse", "prefilter"]),
    ("clap", &["cli"]),
    ("tikv-jemallocator", &["cli"]),
    ("anyhow", &["cli"]),
    ("serde-sarif", &["report"]),
    ("hcl-edit", &["parse"]),
    ("saphyr-parser", &["detect", "parse"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn dependencies(krate: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("crates").join(krate).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let mut names = BTreeSet::new();
    for section in ["dependencies", "build-dependencies"] {
        names.extend(manifest.get(section).and_then(toml::Value::as_table).into_iter().flat_map(|table| table.keys().cloned()));
    }
    names
}

fn crates() -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_crates_are_the_ones_that_the_drawing_shows() {
    assert_eq!(crates(), LAYERS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[test]
fn no_crate_imports_what_it_should_not_know() {
    for (krate, allowed) in LAYERS {
        let ours: Vec<_> = dependencies(krate).into_iter().filter_map(|name| name.strip_prefix("unkeyed-").map(str::to_owned)).collect();
        assert_eq!(ours, *allowed, "crates/{krate}/Cargo.toml");
    }
}

#[test]
fn what_belongs_to_one_room_stays_in_it() {
    for krate in crates() {
        let names = dependencies(&krate);
        for (library, rooms) in KEPT {
            assert!(!names.contains(*library) || rooms.contains(&krate.as_str()), "crates/{krate} uses {library}");
        }
    }
}

#[test]
fn the_clock_and_files_are_used_only_where_they_may_be() {
    for krate in ["model", "detect", "parse", "audit", "report"] {
        for file in sources(&root().join("crates").join(krate).join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for forbidden in [
                "SystemTime::now",
                "Instant::now",
                "Timestamp::now",
                "Zoned::now",
                "std::fs",
                "std::net",
                "std::process::Command",
                "println!",
                "eprintln!",
            ] {
                assert!(!code.contains(forbidden), "{} contains {forbidden}", file.display());
            }
        }
    }
}

#[test]
fn only_the_matching_engine_may_be_unsafe() {
    for krate in crates().iter().filter(|krate| *krate != "prefilter") {
        for file in sources(&root().join("crates").join(krate).join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("unsafe {") && !text.contains("allow(unsafe_code"), "{}", file.display());
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("tests.rs")
            && !path.ends_with("testing.rs")
        {
            files.push(path);
        }
    }
    files
}
