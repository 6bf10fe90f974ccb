//! What programs are given as credentials where they run: it counts only where nothing in the inputs shows what that is.
//!
//! One decision a reader would question: a job of GitHub Actions is left out. Its environment stands in its workflow as a whole, so
//! that a program's variables are seen where they are set.

use std::collections::BTreeSet;

use unkeyed_model::{Artifact, Class};

/// Kind of such a read.
pub(super) const KIND: &str = "program.credential-read";

/// Takes reads from workloads that are known to hold or fetch a credential, or one of the same name; drops those of nobody.
pub(super) fn settle<T>(artifacts: &mut Vec<(Artifact, T)>) {
    let mut decided: BTreeSet<&str> = BTreeSet::new();
    let mut named: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (artifact, _) in artifacts.iter().filter(|(artifact, _)| artifact.kind != KIND) {
        let decides = artifact.class.is_persistent() || artifact.class == Class::VaultFetchedStatic;
        for workload in &artifact.workloads {
            if decides {
                decided.insert(workload);
            }
            named.extend(artifact.name.as_deref().map(|name| (workload.as_str(), name)));
        }
    }
    let is_open = |name: &str, workload: &String| {
        !workload.starts_with("gha:") && !decided.contains(workload.as_str()) && !named.contains(&(workload.as_str(), name))
    };
    let left: Vec<Option<Vec<String>>> = artifacts
        .iter()
        .map(|(artifact, _)| {
            let name = artifact.name.as_deref().unwrap_or_default();
            let of = |workload: &&String| is_open(name, workload);
            (artifact.kind == KIND).then(|| artifact.workloads.iter().filter(of).cloned().collect())
        })
        .collect();
    let mut left = left.into_iter();
    artifacts.retain_mut(|(artifact, _)| {
        let Some(Some(workloads)) = left.next() else { return true };
        artifact.workloads = workloads;
        !artifact.workloads.is_empty()
    });
}
