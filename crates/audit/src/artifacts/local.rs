//! Credentials of development servers and emulators on the same machine (DOMAIN §9.8).
//!
//! One decision a reader would question: where a token of Vault leads is written elsewhere in the same job (`VAULT_ADDR`). If that
//! is on this machine for all its workloads, so is what the token opens. Of databases the same doesn't follow: a proxy beside the
//! workload opens a distant one under a local name.

use std::collections::BTreeMap;

use unkeyed_model::{Artifact, Confidence, Destination, Workload};

use super::draft::Draft;
use crate::destinations;
use crate::linking::Merged;

/// How a remark on a credential of a development server begins, here as in detection.
pub(crate) const LOCAL: &str = "local-emulator: ";

/// Says of an artifact that it opens nothing beyond this machine. The database of a site often runs beside it, so that its password
/// is `medium` at most; a Vault on this machine is for development.
pub(super) fn mark(artifact: &mut Artifact) {
    let is_vault = artifact.destination.as_ref().is_some_and(|to| to.kind == "vault");
    artifact.confidence = artifact.confidence.min(if is_vault { Confidence::Low } else { Confidence::Medium });
    if !artifact.notes.iter().any(|note| note.starts_with(LOCAL)) {
        artifact.notes.push(format!("{LOCAL}it opens a server on the same machine"));
    }
}

/// Marks the tokens of Vault whose server is local for all their workloads.
pub(super) fn settle(drafts: &mut [Draft], merged: &[Merged]) {
    let workloads: BTreeMap<&str, &Workload> = merged.iter().map(|one| (one.workload.id.as_str(), &one.workload)).collect();
    for draft in drafts.iter_mut().filter(|draft| draft.fingerprint.is_some() && !draft.artifact.workloads.is_empty()) {
        let Some(to) = draft.artifact.destination.clone().filter(|to| to.kind == "vault" && to.name.is_empty()) else { continue };
        if draft.artifact.workloads.iter().all(|id| workloads.get(id.as_str()).is_some_and(|workload| is_all_local(workload, &to))) {
            mark(&mut draft.artifact);
        }
    }
}

/// Whether a workload reaches destinations of this kind, and each is on its own machine.
fn is_all_local(workload: &Workload, to: &Destination) -> bool {
    let mut named = workload.destinations.iter().filter(|one| one.kind == to.kind && !one.name.is_empty()).peekable();
    named.peek().is_some() && named.all(destinations::is_local)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn only_what_leads_nowhere_else_is_local() {
        let vault = |name: &str| Destination::new("vault", name);
        let reaching = |names: &[&str]| Workload { destinations: names.iter().map(|name| vault(name)).collect(), ..testing::job("e2e") };
        assert!(is_all_local(&reaching(&["http://localhost:8200"]), &vault("")));
        assert!(!is_all_local(&reaching(&["http://localhost:8200", "https://vault.acme.example"]), &vault("")));
        assert!(!is_all_local(&reaching(&[]), &vault("")));
        assert!(!is_all_local(&reaching(&["localhost"]), &Destination::new("db", "")));
    }
}
