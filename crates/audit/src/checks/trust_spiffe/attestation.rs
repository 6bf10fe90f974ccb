//! # What it finds
//!
//! An agent that takes its server's bundle unchecked (`insecure_bootstrap`), as an error; and, as a warning, nodes that prove
//! themselves by a join token or by the deprecated `k8s_sat`.
//!
//! # Why it matters
//!
//! Unchecked bootstrap lets whoever answers first be the server, and hand out identities of their own. A join token is a
//! secret that somebody carries to the node: it proves who had the token, not which machine it is. `k8s_sat` accepts a
//! service-account token that doesn't expire and is bound to no pod (SPIRE docs, "Server plugin: NodeAttestor k8s_sat").
//!
//! # Instead
//!
//! `trust_bundle_path` or `trust_bundle_url` for the first bundle; `k8s_psat`, the cloud's attestors (`aws_iid`, `azure_msi`,
//! `gcp_iit`) or `tpm_devid` for nodes.

use unkeyed_model::{Level, Workload};

use super::{configurations, traits};
use crate::checks::check::{Check, Sink, Statement, spot};
use crate::checks::standards;
use crate::checks::view::View;

pub(super) const CHECK: Check = Check {
    id: "TB-SPF-05",
    title: "node is attested by what can be copied",
    level: Level::Error,
    standards: standards::TRUST,
    source: include_str!("attestation.rs"),
    run,
};

/// Attestors that prove little, and why.
const WEAK: [(&str, &str); 2] = [
    ("join_token", "a join token, a secret that is carried to the node"),
    ("k8s_sat", "k8s_sat, which is deprecated for tokens that are bound to no pod"),
];

fn run(view: &View<'_>, sink: &mut Sink<'_>) {
    for workload in configurations(view.facts()) {
        let mut say = |statement: Statement| match workload.component {
            true => sink.alone(statement),
            false => sink.workload(&workload.id, statement),
        };
        for (_, place) in traits(workload, "insecure-bootstrap") {
            let message = format!("{} ({}) takes the server's bundle unchecked.", called(workload), spot(place));
            say(Statement::new(CHECK.level, place, message));
        }
        for (attestor, place) in traits(workload, "node-attestor") {
            let Some((_, why)) = WEAK.iter().find(|(name, _)| *name == attestor) else { continue };
            let message = format!("{} ({}) attests nodes by {why}.", called(workload), spot(place));
            say(Statement::new(Level::Warning, place, message));
        }
    }
}

fn called(workload: &Workload) -> String {
    format!("The SPIRE configuration {}", workload.name)
}

#[cfg(test)]
mod tests {
    use unkeyed_model::{Estate, WorkloadKind};

    use super::*;
    use crate::checks::testing::{levels, says};
    use crate::testing;

    fn configured(traits: &[(&str, &str)]) -> Estate {
        let mut estate = testing::estate();
        let mut agent = Workload::new(WorkloadKind::Spire, "spire:agent.conf#agent", "agent", testing::place("agent.conf", 0, 10));
        agent.traits = traits.iter().map(|(name, value)| says(name, value)).collect();
        estate.facts.workloads.push(agent);
        estate
    }

    #[test]
    fn unchecked_bootstrap_is_an_error_and_weak_attestors_are_warnings() {
        assert_eq!(levels(&CHECK, &configured(&[("insecure-bootstrap", "true")])), [Level::Error]);
        assert_eq!(levels(&CHECK, &configured(&[("node-attestor", "join_token")])), [Level::Warning]);
        assert_eq!(levels(&CHECK, &configured(&[("node-attestor", "k8s_sat")])), [Level::Warning]);
    }

    #[test]
    fn strong_attestors_and_others_are_fine() {
        assert!(levels(&CHECK, &configured(&[("node-attestor", "k8s_psat"), ("trust-domain", "acme.internal")])).is_empty());
        assert!(levels(&CHECK, &configured(&[("node-attestor", "")])).is_empty());
    }
}
