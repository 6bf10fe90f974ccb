//! From an image, as umoci writes it, to the report. Debian package: umoci.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::{run, text, unkeyed};

/// Generated for this file.
const REMOVED: &str = "kW8-rT3vQ9x-zM5n";
const IN_THE_ENVIRONMENT: &str = "Jd7_pL2wX6-hV4sB";

fn umoci(folder: &Path, arguments: &[&str]) {
    let output = Command::new("umoci").current_dir(folder).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("umoci: {error}; this test needs the Debian package of that name"));
    assert!(output.status.success(), "umoci {arguments:?}: {}", text(&output.stderr));
}

/// A layer that adds a file with a password, one that deletes it, and a password in the environment.
fn image() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    umoci(path, &["init", "--layout", "img"]);
    umoci(path, &["new", "--image", "img:v1"]);
    for (bundle, change) in [("first", true), ("second", false)] {
        umoci(path, &["unpack", "--rootless", "--image", "img:v1", bundle]);
        let file = path.join(bundle).join("rootfs/app.env");
        if change {
            fs::write(file, format!("DB_PASSWORD={REMOVED}\n")).unwrap()
        } else {
            fs::remove_file(file).unwrap()
        }
        umoci(path, &["repack", "--image", "img:v1", bundle]);
    }
    umoci(path, &["config", "--image", "img:v1", "--config.env", &format!("DB_PASSWORD={IN_THE_ENVIRONMENT}")]);
    folder
}

#[test]
fn a_deleted_file_and_the_environment_of_an_image_are_reported_with_their_places() {
    let folder = image();
    let target = folder.path().join("img");
    let report = |format: &str| {
        let output = run(unkeyed().arg("scan").arg(&target).args(["--format", format, "-v"]));
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(!all.contains(REMOVED) && !all.contains(IN_THE_ENVIRONMENT), "{format}: a value came out");
        text(&output.stdout)
    };
    let json: Value = serde_json::from_str(&report("json")).unwrap();
    assert_eq!(json["coverage"]["read"]["layers"], 2);
    let place = |surface: &str| {
        let artifacts = json["artifacts"].as_array().unwrap().iter();
        let mut fitting = artifacts.filter(|artifact| artifact["locations"][0]["surface"] == surface);
        let artifact = fitting.next().unwrap_or_else(|| panic!("nothing on {surface}: {json:#}")).clone();
        assert!(fitting.next().is_none());
        artifact
    };
    let removed = place("image-layer");
    let location = &removed["locations"][0];
    assert_eq!((&location["image_path"], &location["image"]["fate"]), (&"/app.env".into(), &"deleted".into()));
    assert!(location["image"]["fate_by"].as_str().unwrap().starts_with("sha256:") && location["image"]["fate_by"] != location["layer"]);
    assert_eq!((&removed["reachability"], &place("image-config")["reachability"]), (&"archive".into(), &"runtime".into()));
    assert!(report("human").contains("deleted in layer sha256:"));
    assert!(report("sarif").contains("\"fate\": \"deleted\""));
}

#[test]
fn a_cache_leaves_out_silent_layers_and_tells_the_same_of_the_others() {
    let folder = image();
    let (target, cache) = (folder.path().join("img"), folder.path().join("cache"));
    let report = || -> Value {
        let output = run(unkeyed().arg("scan").arg(&target).arg("--cache").arg(&cache).args(["--format", "json"]));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (first, second) = (report(), report());
    assert_eq!(first["artifacts"], second["artifacts"], "with the fate that a layer decides which is not searched");
    let read = |report: &Value| (report["coverage"]["read"]["layers"].clone(), report["coverage"]["read"]["remembered"].clone());
    assert_eq!((read(&first), read(&second)), ((2.into(), 0.into()), (1.into(), 1.into())));
}

#[test]
fn an_image_is_a_workload_and_what_runs_it_holds_what_it_holds() {
    let folder = image();
    std::fs::create_dir(folder.path().join("deploy")).unwrap();
    std::fs::write(folder.path().join("deploy/compose.yaml"), "services:\n  web:\n    image: img:v1\n  other:\n    image: img:v2\n")
        .unwrap();
    let targets = [folder.path().join("img"), folder.path().join("deploy")];
    let output = run(unkeyed().arg("audit").arg(&targets[0]).args(["--format", "json"]));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let workloads = json["workloads"].as_array().unwrap();
    assert_eq!(workloads.len(), 1, "{workloads:#?}");
    assert_eq!((&workloads[0]["id"], &workloads[0]["kind"]), (&"image:img:v1".into(), &"image".into()));
    assert_eq!(workloads[0]["verdict"], "not-secretless");
    assert_eq!(workloads[0]["artifacts"].as_array().unwrap().len(), 2, "deleted or not, it persists: {json:#}");
    let output = run(unkeyed().current_dir(folder.path()).args(["audit", "img", "deploy", "--format", "json"]));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let verdict = |id: &str| {
        let workloads = json["workloads"].as_array().unwrap();
        workloads.iter().find(|workload| workload["id"] == id).unwrap_or_else(|| panic!("no {id}: {json:#}"))["verdict"].clone()
    };
    assert_eq!(verdict("compose:deploy/compose.yaml#web"), "not-secretless");
    assert_eq!(verdict("compose:deploy/compose.yaml#other"), "indeterminate");
}
