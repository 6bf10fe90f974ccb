//! What the repository ships for running it elsewhere is judged by the program itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;

const REMOTE: &str = "https://github.com/acme/unkeyed.git";
const AS_OF: [&str; 2] = ["--as-of", "2026-11-22T12:00:00Z"];

/// The report on the base with one overlay, each file passed through `edit`.
fn report(overlay: &str, edit: &dyn Fn(&str) -> String) -> Value {
    let keep = |file: &Path, text: &str| {
        let folder = file.components().next().unwrap().as_os_str().to_str().unwrap();
        (["base", "pull", overlay].contains(&folder) || overlay == "all").then(|| edit(text))
    };
    let repository = support::repository(&support::root().join("contrib/kubernetes"), REMOTE, &keep);
    support::audit(repository.path(), &AS_OF).0
}

/// The one workload of manifests without a credential and without an error.
fn clean(overlay: &str) -> Value {
    let report = report(overlay, &str::to_owned);
    assert_eq!(report["artifacts"].as_array().unwrap().len(), 0, "{overlay} holds no credential");
    let errors = report["findings"].as_array().unwrap().iter().filter(|finding| finding["level"] == "error").count();
    assert_eq!(errors, 0, "{overlay}: {}", report["findings"]);
    assert_eq!(report["workloads"].as_array().unwrap().len(), 1, "{overlay}");
    report["workloads"][0].clone()
}

#[test]
fn jobs_with_a_workload_identity_are_secretless() {
    for overlay in ["eks", "aks", "all"] {
        let job = clean(overlay);
        assert_eq!(job["id"], "k8s:unkeyed/Job/unkeyed");
        assert_eq!(job["verdict"], "secretless", "{overlay}: {}", job["reasons"]);
    }
}

#[test]
fn a_job_without_a_network_authenticates_to_nothing() {
    assert_eq!(clean("base")["no_access_observed"], true);
}

#[test]
fn the_verdict_rests_on_the_manifests_and_the_trust() {
    let stored = |text: &str| {
        text.replace("value: /registry", "valueFrom: { secretKeyRef: { name: registry, key: password } }")
            .replace("name: DOCKER_CONFIG", "name: REGISTRY_PASSWORD")
    };
    assert_ne!(report("eks", &stored)["workloads"][0]["verdict"], "secretless", "a password from a Secret");
    let unknown = |text: &str| if text.contains("aws_iam_role") { String::new() } else { text.to_owned() };
    assert_ne!(report("eks", &unknown)["workloads"][0]["verdict"], "secretless", "a role whose trust isn't there");
}

#[test]
fn the_job_has_as_many_completions_as_shards() {
    let job = fs::read_to_string(support::root().join("contrib/kubernetes/base/job.yaml")).unwrap();
    let after = |word: &str| job.split_once(word).unwrap().1.lines().next().unwrap().trim().to_owned();
    assert_eq!(after("completions:"), after("--shard=$(JOB_COMPLETION_INDEX)/"));
}
